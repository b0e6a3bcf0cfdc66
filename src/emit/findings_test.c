/* What the formats for pull requests make of texts that mean harm. */
#include "checks/checks_test.h"
#include "emit/emitters.h"

static struct facts *with_hostile(struct arena *a)
{
    static const struct checks_pair p = {.old = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n", .new = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n", .values = "a: 1\n"};
    struct facts *f = checks_test_run(a, &p);
    f->findings.n = 0;
    struct finding *x = finding_add(&f->findings, "render/failed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_TEMPLATE, STR("a:b,c\n::warning::x"));
    x->at = (struct place){.input = inputs_add(f->inputs, STR("values[0]"), (struct str){0}, STR("we,ird: 100%.yaml"), STR("a: 1\npassword: hunter2\n")) & 0x3fff, .line = 2, .column = 1};
    x->message = STR("50% of\r\n::set-output name=x::y | <b> @all `code`\033[31m");
    x->fix = STR("::stop-commands::");
    return f;
}

static struct str emitted(struct arena *a, const struct facts *f, const char *format)
{
    struct buf b = buf_new(a);
    const struct emitter *e = emitter_find(str_from(format), EMIT_LINT);
    CHECK(e);
    if (e) e->emit(&b, &(struct emit_input){.f = f});
    return buf_done(&b);
}

/* The lines that a runner of CI jobs would take for a command, blanks before it or not. */
static uint32_t commands_in(struct str text)
{
    uint32_t n = 0;
    struct str line;
    while (text.n) {
        str_cut(text, STR("\n"), &line, &text);
        n += str_starts(str_trim(line), STR("::"));
    }
    return n;
}

TEST(findings_github_escapes)
{
    struct str s = emitted(a, with_hostile(a), "github");
    CHECK_INT(commands_in(s), 2); /* the counts and the one finding */
    CHECK(str_has(s, STR("::error file=we%2Cird%3A 100%25.yaml,line=2,col=1,title=render/failed a%3Ab%2Cc%0A%3A%3Awarning%3A%3Ax::50%25 of%0D%0A::set-output")));
}

TEST(findings_text_holds_no_command)
{
    CHECK_INT(commands_in(emitted(a, with_hostile(a), "text")), 0);
    CHECK_INT(commands_in(emitted(a, with_hostile(a), "short")), 0);
    CHECK(str_chr(emitted(a, with_hostile(a), "text"), '\033') < 0);
    CHECK(str_chr(emitted(a, with_hostile(a), "short"), '\033') < 0);
}

TEST(findings_short_is_a_line_each)
{
    struct str s = emitted(a, with_hostile(a), "short"), line;
    uint32_t n = 0;
    while (s.n) n += str_cut(s, STR("\n"), &line, &s);
    CHECK_INT(n, 2);
}

TEST(findings_show_no_secret)
{
    static const char *const formats[] = {"text", "short", "json", "sarif", "github", "markdown"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_has(emitted(a, with_hostile(a), formats[i]), STR("hunter2"))) test_fail(__FILE__, __LINE__, "%s shows a secret", formats[i]);
}

TEST(findings_that_could_not_be_made_never_look_green)
{
    static const char *const formats[] = {"text", "short", "markdown", "github", "sarif", "json"};
    static const char *const said[] = {"could NOT be rendered", "could NOT be rendered", "could NOT be rendered", "::error title=rutter::the new chart could not be rendered",
                                       "\"executionSuccessful\":false", "\"rendered_new\":false"};
    static const struct checks_pair p = {.old = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n", .new = "{{ fail \"no\" }}\n"};
    struct facts *f = checks_test_run(a, &p);
    f->findings.n = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!str_has(emitted(a, f, formats[i]), str_from(said[i]))) test_fail(__FILE__, __LINE__, "%s looks green", formats[i]);
}
