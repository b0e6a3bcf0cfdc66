#include "base/test.h"
#include "value/shape.h"

static const struct shape_field entry_fields[] = {
    {"rule", true, {.kind = SHAPE_TEXT}},
    {"severity", false, {.kind = SHAPE_TEXT, .choices = "error|warning|info|off"}},
    {0},
};
static const struct shape entry = {.kind = SHAPE_FIELDS, .fields = entry_fields}, text = {.kind = SHAPE_TEXT};
static const struct shape_field file_fields[] = {
    {"list", false, {.kind = SHAPE_LIST, .item = &entry}},
    {"names", false, {.kind = SHAPE_TEXTS}},
    {"any", false, {.kind = SHAPE_MAP, .item = &text}},
    {"flag", false, {.kind = SHAPE_BOOL}},
    {0},
};
static const struct shape file = {.kind = SHAPE_FIELDS, .fields = file_fields};

static struct diags *read_text(struct arena *a, const char *z, bool *ok)
{
    struct diags *d = diags_new(a, inputs_new(a));
    struct value v;
    *ok = shape_read(a, str_from(z), 0, &file, origins_new(a), "the file", &v, d);
    return d;
}

static void refuses(struct arena *a, const char *z, const char *message, uint32_t line, uint32_t column, const char *hint)
{
    bool ok;
    struct diags *d = read_text(a, z, &ok);
    CHECK(!ok);
    if (d->n != 1) test_fail(__FILE__, __LINE__, "%s: %zu diagnostics", z, d->n);
    if (!d->n) return;
    CHECK_STR(d->v[0].message, str_from(message));
    CHECK_INT(d->v[0].at.line, line);
    CHECK_INT(d->v[0].at.column, column);
    CHECK_STR(d->v[0].hint, str_from(hint));
}

TEST(shape_takes_what_fits)
{
    bool ok;
    read_text(a, "list:\n- {rule: x, severity: off}\nnames: [a]\nany: {x: z}\nflag: true\n", &ok);
    CHECK(ok);
    read_text(a, "", &ok);
    CHECK(ok);
}

TEST(shape_refuses_with_place_and_meant)
{
    refuses(a, "nmes: [a]\n", "the file has no key \"nmes\"", 1, 1, "did you mean names?");
    refuses(a, "list:\n- severity: info\n", "an entry of list of the file has no rule, which it needs", 2, 3, "");
    refuses(a, "list:\n- rule: x\n  severity: warnin\n", "severity of an entry of list of the file cannot be \"warnin\"", 3, 13, "did you mean warning? It is one of error|warning|info|off");
    refuses(a, "names: a\n", "names of the file must be a list, and is a text", 1, 8, "");
    refuses(a, "any: {x: 3}\n", "x of any of the file must be a text, and is a number", 1, 10, "");
    refuses(a, "flag: x\n", "flag of the file must be true or false, and is a text", 1, 7, "");
    refuses(a, "- a\n", "the file must be a map, and is a list", 1, 0, "");
    refuses(a, "a: [\n", "the file cannot be read: did not find expected node content", 2, 1, "");
    refuses(a, "flag: true\nflag: false\n", "the file cannot be read: key \"flag\" already set in map", 2, 1, "");
}
