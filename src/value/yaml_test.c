#include "base/test.h"
#include "value/json.h"
#include "value/yaml.h"

/* A document as JSON, or the message. */
static struct str read_json(struct arena *a, const char *text)
{
    struct value v;
    struct str error;
    struct buf b = buf_new(a);
    if (!yaml_read(a, str_from(text), NULL, &v, &error, NULL)) return error;
    CHECK(json_write(&b, v, 0, &error));
    return buf_done(&b);
}

static struct str rewrite(struct arena *a, const char *text, bool pretty)
{
    struct value v;
    struct str error;
    struct buf b = buf_new(a);
    if (!yaml_read(a, str_from(text), NULL, &v, &error, NULL)) return error;
    if (pretty) yaml_write_pretty(&b, v);
    else yaml_write(&b, v);
    return buf_done(&b);
}

TEST(yaml_scalars_are_those_of_yaml_1_1_and_go)
{
    CHECK_STR(read_json(a, "[y, No, on, ~, '~', 0x10, 017, 0o17, 0b11, 1_000, 08, 1:30, 1e3, .5, 2001-01-01, !!str 1]"),
              STR("[true,false,true,null,\"~\",16,15,15,3,1000,8,\"1:30\",1000,0.5,\"2001-01-01\",\"1\"]"));
    CHECK_STR(read_json(a, "{y: 1, 1.0: 2, 0x10: 3, 1e7: 4}"), STR("{\"1\":2,\"16\":3,\"1e+07\":4,\"true\":1}"));
    CHECK_STR(read_json(a, ""), STR("null"));
}

TEST(yaml_anchors_and_merges)
{
    CHECK_STR(read_json(a, "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: *x\n"),
              STR("{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3},\"c\":{\"p\":1,\"q\":2}}"));
    CHECK_STR(read_json(a, "a: &x [*x]"), STR("error converting YAML to JSON: yaml: anchor 'x' value contains itself"));
    CHECK_STR(read_json(a, "<<: 1"), STR("error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value"));
}

TEST(yaml_messages_are_go_yamls)
{
    CHECK_STR(read_json(a, "a: 1\nb: 2\nc: d: e\n"), STR("error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context"));
    CHECK_STR(read_json(a, "~: 1"), STR("error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: 1"));
    CHECK_STR(read_json(a, "a: .inf"), STR("error converting YAML to JSON: json: unsupported value: +Inf"));
}

TEST(yaml_values_files_are_split_at_separators)
{
    struct list *l;
    struct str error;
    CHECK(yaml_read_all(a, STR("---\na: 1\n--- # c\nb: 2\n---\n"), NULL, &l, &error, NULL));
    CHECK_INT(l->n, 2);
    CHECK(!yaml_read_all(a, STR("a: 1\n--- x\n"), NULL, &l, &error, NULL));
    CHECK_STR(error, STR("error reading yaml document: invalid Yaml document separator: x"));
}

TEST(yaml_entries_know_their_places)
{
    struct yaml_duplicates d = {.a = a};
    struct yaml_options o = {.origins = origins_new(a), .input = 3, .layer = LAYER_USER, .duplicates = &d};
    struct value v;
    struct str error;
    struct place at;
    CHECK(yaml_read(a, STR("a:\n  b: [1, 2]\n  b: 3\n"), &o, &v, &error, &at));
    const struct entry *e = map_find(value_at(v, "a", NULL).u.map, STR("b"));
    const struct origin *origin = origin_get(o.origins, e->at);
    CHECK_INT(origin->key_at.line, 3);
    CHECK_INT(origin->value_at.column, 6);
    CHECK_INT(origin_get(o.origins, origin->over)->key_at.line, 2);
    CHECK_INT(d.n, 1);
    CHECK_STR(d.v[0].path, STR("a.b"));
    o.strict = true;
    CHECK(!yaml_read(a, STR("a: 1\na: 2\n"), &o, &v, &error, &at));
    CHECK_STR(error, STR("error converting YAML to JSON: yaml: unmarshal errors:\n  line 2: key \"a\" already set in map"));
    CHECK_INT(at.line, 2);
}

TEST(yaml_writes_as_go_does)
{
    CHECK_STR(rewrite(a, "{b: [1, {x: 'y'}], a10: '1', a2: \"p\\nq\", c: {}, d: []}", false),
              STR("a2: |-\n  p\n  q\na10: \"1\"\nb:\n- 1\n- x: \"y\"\nc: {}\nd: []\n"));
    CHECK_STR(rewrite(a, "{b: [1, {x: 'y'}], c: [[2]]}", true), STR("b:\n  - 1\n  - x: \"y\"\nc:\n  - - 2\n"));
    CHECK_STR(rewrite(a, "[1234567.5, 1e20, 12345678901234567890, -0.0]", false), STR("- 1.2345675e+06\n- 1e+20\n- 12345678901234567000\n- 0\n"));
    struct buf b = buf_new(a);
    struct str error;
    CHECK(!yaml_marshal(&b, v_str(STR("\x7f")), &error));
    CHECK_STR(error, STR("yaml: control characters are not allowed"));
    CHECK_INT(b.n, 0);
}

TEST(yaml_paths)
{
    CHECK_STR(path_item(a, path_key(a, path_key(a, (struct str){0}, STR("a.b")), STR("c")), 2), STR("a\\.b.c[2]"));
}
