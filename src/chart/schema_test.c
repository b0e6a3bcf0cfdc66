#include "chart/schema.h"

#include "base/test.h"
#include "value/json.h"

/* What Helm prints after the chart's name; "" when the values are valid. */
static struct str answer(struct arena *a, const char *schema, const char *values)
{
    struct str error = {0}, shown = {0};
    struct value v;
    struct schema_errors errors = {.a = a};
    struct schema *s = schema_compile(a, str_from(schema), &error);
    if (!s) return error;
    CHECK(json_read(a, str_from(values), NULL, 0, 0, &v, &error));
    bool ok = schema_validate(a, s, v, &errors, &shown);
    CHECK(ok == !errors.n);
    return ok ? STR("") : shown;
}

TEST(schema_words_what_is_wrong)
{
    const char *schema = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"required\":[\"name\"],\"properties\":{"
                         "\"name\":{\"type\":\"string\",\"pattern\":\"^[a-z]+$\"},\"port\":{\"type\":\"integer\",\"maximum\":65535},"
                         "\"mode\":{\"enum\":[\"a\",1,null]}}}";
    CHECK_STR(answer(a, schema, "{\"name\":\"abc\",\"port\":80}"), STR(""));
    CHECK_STR(answer(a, schema, "{}"), STR("- at '': missing property 'name'\n"));
    CHECK_STR(answer(a, schema, "{\"name\":\"a1\"}"), STR("- at '/name': 'a1' does not match pattern '^[a-z]+$'\n"));
    CHECK_STR(answer(a, schema, "{\"name\":1,\"port\":1.5,\"mode\":2}"),
              STR("- at '/mode': value must be one of 'a', 1, <nil>\n- at '/name': got number, want string\n- at '/port': got number, want integer\n"));
    CHECK_STR(answer(a, schema, "{\"name\":\"a\",\"port\":1234567}"), STR("- at '/port': maximum: got 1.234567×10⁰⁶, want 65,535\n"));
}

TEST(schema_refuses_a_broken_schema)
{
    CHECK_STR(answer(a, "{", "{}"), STR("unexpected EOF"));
    CHECK_STR(answer(a, "{} {}", "{}"), STR("invalid character after top-level value"));
    CHECK_STR(answer(a, "{\"$ref\":\"#/$defs/a\"}", "{}"), STR("json-pointer in \"file:///values.schema.json#/$defs/a\" not found"));
    CHECK_STR(answer(a, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"x\"}", "{}"),
              STR("\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation failed with "
                  "'http://json-schema.org/draft-07/schema#'\n- at '/type': 'anyOf' failed\n  - at '/type': value must be one of 'array', "
                  "'boolean', 'integer', 'null', 'number', 'object', 'string'\n  - at '/type': got string, want array"));
}

static const char *repeat(struct arena *a, const char *head, const char *open, const char *middle, const char *close, int n)
{
    struct buf b = buf_new(a);
    buf_z(&b, head);
    for (int i = 0; i < n; i++) buf_z(&b, open);
    buf_z(&b, middle);
    for (int i = 0; i < n; i++) buf_z(&b, close);
    return buf_done(&b).p;
}

TEST(schema_sees_cycles)
{
    CHECK_STR(answer(a, "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}", "1"),
              STR("- at '': both /$ref/$ref/$ref and /$ref resolve to \"file:///values.schema.json#/$defs/a\" causing reference cycle\n"));
    /* A tree refers to itself and ends with the values. */
    CHECK_STR(answer(a, "{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"maxProperties\":1}", "{\"a\":{\"a\":{\"a\":1,\"b\":2}}}"),
              STR("- at '/a/a': maxProperties: got 2, want 1\n"));
}

TEST(schema_puts_leaves_where_they_are)
{
    const char *schema = "{\"prefixItems\":[true],\"items\":{\"type\":\"string\"},\"$defs\":{}}";
    struct str error, shown;
    struct value v;
    struct schema_errors e = {.a = a};
    const struct schema *s = schema_compile(a, str_from(schema), &error);
    CHECK(s && json_read(a, STR("[0,\"a\",2]"), NULL, 0, 0, &v, &error) && !schema_validate(a, s, v, &e, &shown));
    CHECK_STR(shown, STR("- at '/1': got number, want string\n")); /* the library counts from the end of the prefix */
    CHECK_INT(e.n, 1);
    CHECK_STR(e.v[0].path, STR("/2"));
    CHECK_STR(e.v[0].message, STR("got number, want string"));

    schema = "{\"properties\":{\"o\":{\"propertyNames\":{\"maxLength\":2}}}}";
    e = (struct schema_errors){.a = a};
    s = schema_compile(a, str_from(schema), &error);
    CHECK(s && json_read(a, STR("{\"o\":{\"abc\":1}}"), NULL, 0, 0, &v, &error) && !schema_validate(a, s, v, &e, &shown));
    CHECK_STR(shown, STR("- at '': invalid propertyName 'abc'\n  - at '': maxLength: got 3, want 2\n"));
    CHECK_STR(e.v[0].path, STR("/o"));
    CHECK_STR(e.v[0].message, STR("invalid propertyName 'abc': maxLength: got 3, want 2"));
}

TEST(schema_fetches_nothing)
{
    CHECK_STR(answer(a, "{\"$ref\":\"other.json\"}", "{}"), STR("failing loading \"file:///other.json\": open /other.json: no such file or directory"));
    CHECK_STR(answer(a, "{\"$ref\":\"https://example.com/a.json\"}", "{}"),
              STR("failing loading \"https://example.com/a.json\": HTTP request failed for https://example.com/a.json: Get "
                  "\"https://example.com/a.json\": nothing is fetched, the schema must be in the chart"));
    CHECK_STR(answer(a, "{\"$ref\":\"ftp://a/b\"}", "{}"), STR("failing loading \"ftp://a/b\": no URLLoader registered for \"ftp://a/b\""));
    CHECK_STR(answer(a, "{\"$ref\":\"urn:example:a\"}", "{}"), STR(""));
    CHECK_STR(answer(a, "{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", "{\"type\":1}"),
              STR("- at '/type': 'anyOf' failed\n  - at '/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', "
                  "'object', 'string'\n  - at '/type': got number, want array\n"));
}

struct hostile { struct arena *a; const char *schema, *values; bool valid; };

static void try(void *context)
{
    struct hostile *h = context;
    h->valid = !answer(h->a, h->schema, h->values).n;
}

/* Limits trip instead of the stack or the clock. */
TEST(schema_withstands_hostile_schemas)
{
    struct guard g;
    struct limits small = limits_default();
    small.steps = 2000000;
    guard_init(&g, small);
    struct arena *own = arena_new(&g);
    struct hostile deep = {.a = own, .schema = repeat(own, "", "{\"not\":", "{}", "}", 900), .values = "1"};
    CHECK(guard_run(&g, try, &deep) && deep.valid);
    struct hostile deeper = {.a = own, .schema = repeat(own, "", "{\"not\":", "{}", "}", 2000), .values = "1"};
    CHECK(!guard_run(&g, try, &deeper));
    /* Each level doubles the work. */
    struct buf b = buf_new(own);
    buf_z(&b, "{\"$ref\":\"#/$defs/0\",\"$defs\":{");
    for (int i = 0; i < 40; i++) buf_printf(&b, "\"%d\":{\"allOf\":[{\"$ref\":\"#/$defs/%d\"},{\"$ref\":\"#/$defs/%d\"}]},", i, i + 1, i + 1);
    buf_z(&b, "\"40\":{\"type\":\"number\"}}}");
    struct hostile doubling = {.a = own, .schema = buf_done(&b).p, .values = "1"};
    CHECK(!guard_run(&g, try, &doubling));
    CHECK(str_has(str_from(g.message), STR("steps")));
    g.steps = 0;
    /* Many items are compared by hash. */
    struct buf many = buf_new(own);
    for (int i = 0; i < 20000; i++) buf_printf(&many, "%c{\"a\":%d}", i ? ',' : '[', i);
    buf_z(&many, "]");
    struct hostile unique = {.a = own, .schema = "{\"uniqueItems\":true}", .values = buf_done(&many).p};
    CHECK(guard_run(&g, try, &unique) && unique.valid);
    arena_free(own);
}
