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
