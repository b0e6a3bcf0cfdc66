#include <time.h>

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

/* Seconds that reading `times` copies of `piece` between head and tail takes. */
static double seconds(struct arena *a, struct str head, struct str piece, struct str tail, size_t times)
{
    struct buf b = buf_new(a);
    buf_add(&b, head);
    for (size_t i = 0; i < times; i++) {
        struct str number = str_printf(a, "%zu", i);
        for (size_t k = 0; k < piece.n; k++) {
            if (piece.p[k] == '@') buf_add(&b, number);
            else buf_byte(&b, piece.p[k]);
        }
    }
    buf_add(&b, tail);
    struct yaml_duplicates d = {.a = a};
    struct yaml_options o = {.origins = origins_new(a), .input = 1, .layer = LAYER_USER, .duplicates = &d};
    struct list *l;
    struct str error;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    if (yaml_read_all(a, buf_done(&b), &o, &l, &error, NULL)) {
        for (uint32_t i = 0; i < l->n; i++) {
            struct buf out = buf_new(a);
            yaml_write(&out, l->v[i]);
        }
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* A hundred times the text takes about a hundred times as long, whatever it is; four hundred is allowed, and a noisy clock. */
TEST(yaml_time_grows_with_the_text)
{
    static const struct {
        struct str head, piece, tail;
    } shapes[] = {
        {STR_INIT(""), STR_INIT("key@: value @\n"), STR_INIT("")},
        {STR_INIT(""), STR_INIT("same: @\n"), STR_INIT("")},
        {STR_INIT(""), STR_INIT("a@: &a@ [*b, 1]\n"), STR_INIT("")},
        {STR_INIT("b: &b 1\n"), STR_INIT("a@: &a@ [*b, {x: *b}]\n"), STR_INIT("")},
        {STR_INIT("a: ["), STR_INIT("[[[[@, {x: y, ? z}]]]],"), STR_INIT("]\n")},
        {STR_INIT("a: ["), STR_INIT("a"), STR_INIT("]\n")},
        {STR_INIT("a: \""), STR_INIT("x\\n\n "), STR_INIT("\"\n")},
        {STR_INIT("a: |\n"), STR_INIT(" word word\n\n"), STR_INIT("")},
        {STR_INIT("a: 'x"), STR_INIT("'' \n"), STR_INIT("'\n")},
        {STR_INIT("a: x"), STR_INIT(" x \n"), STR_INIT("\n")},
        {STR_INIT(""), STR_INIT("# comment\n"), STR_INIT("")},
        {STR_INIT(""), STR_INIT("---\n- @\n"), STR_INIT("")},
        {STR_INIT(""), STR_INIT("\n \n"), STR_INIT("a: \x01")},
        {STR_INIT("{"), STR_INIT("a:1,a@,"), STR_INIT("}")},
        {STR_INIT("? "), STR_INIT("[x]: "), STR_INIT("")},
        {STR_INIT("a: "), STR_INIT("!a&b "), STR_INIT("")},
        {STR_INIT("- &a {x: 1}\n"), STR_INIT("- {<<: *a, y@: 1}\n"), STR_INIT("")},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct arena_mark mark = arena_mark(a);
        double once = seconds(a, shapes[i].head, shapes[i].piece, shapes[i].tail, 300);
        double tenfold = seconds(a, shapes[i].head, shapes[i].piece, shapes[i].tail, 3000);
        double hundredfold = seconds(a, shapes[i].head, shapes[i].piece, shapes[i].tail, 30000);
        arena_rewind(a, mark);
        if (tenfold > once * 40 + 0.05 || hundredfold > once * 400 + 0.1)
            test_fail(__FILE__, __LINE__, "shape %zu: %f s, ten times %f s, a hundred times %f s", i, once, tenfold, hundredfold);
    }
}

static void read_bomb(void *context)
{
    struct arena *a = context;
    struct buf b = buf_new(a);
    struct value v;
    struct str error;
    buf_z(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++)
        buf_printf(&b, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
                   i - 1, i - 1, i - 1, i - 1);
    CHECK(!yaml_read(a, buf_str(&b), NULL, &v, &error, NULL));
    CHECK_STR(error, STR("error converting YAML to JSON: yaml: document contains excessive aliasing"));
}

static void read_deep(void *context)
{
    struct arena *a = context;
    struct buf b = buf_new(a);
    struct value v;
    struct str error;
    buf_fill(&b, '[', 100000);
    yaml_read(a, buf_str(&b), NULL, &v, &error, NULL);
}

static void read_deep_block(void *context)
{
    struct arena *a = context;
    struct buf b = buf_new(a);
    struct value v;
    struct str error;
    for (int i = 0; i < 5000; i++) buf_z(&b, "- ");
    yaml_read(a, buf_str(&b), NULL, &v, &error, NULL);
}

TEST(yaml_bombs_do_not_go_off)
{
    CHECK(guard_run(a->guard, read_bomb, a));
    CHECK(!guard_run(a->guard, read_deep, a));
    CHECK(str_starts(str_from(a->guard->message), STR("YAML is nested deeper than 1000 levels")));
    CHECK(!guard_run(a->guard, read_deep_block, a));
}

TEST(yaml_writes_gos_types)
{
    struct map *m = map_new(a);
    struct list *l = list_new(a);
    list_add(l, v_int(-5));
    list_add(l, (struct value){.kind = V_UINT, .type = GO_UINT64, .u.u = UINT64_MAX});
    list_add(l, v_typed(v_int(90000000000), GO_DURATION));
    list_add(l, v_typed(v_str(STR("hi")), GO_BYTES));
    list_add(l, v_typed(v_float(0.1), GO_FLOAT32));
    map_putz(m, "l", v_list(l));
    map_putz(m, "nil", v_list(NULL));
    map_putz(m, "none", v_map(NULL));
    struct buf b = buf_new(a);
    yaml_write(&b, v_map(m));
    CHECK_STR(buf_str(&b), STR("l:\n- -5\n- 18446744073709551615\n- 90000000000\n- aGk=\n- 0.1\nnil: null\nnone: null\n"));
    b.n = 0;
    yaml_write_pretty(&b, v_map(m));
    CHECK_STR(buf_str(&b), STR("l:\n  - -5\n  - 18446744073709551615\n  - 1m30s\n  - - 104\n    - 105\n  - 0.1\nnil: []\nnone: {}\n"));
    /* A map that holds itself. */
    struct str error;
    map_putz(m, "l", v_map(m));
    CHECK(!yaml_marshal(&b, v_map(m), &error));
    CHECK_STR(error, STR("error marshaling into JSON: json: unsupported value: encountered a cycle via map[string]interface {}"));
}

TEST(yaml_misfits)
{
    CHECK_STR(yaml_misfit(a, v_str(STR("x")), "map[string]interface {}"),
              STR("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}"));
    CHECK_INT(yaml_misfit(a, NIL, "map[string]interface {}").n, 0);
    CHECK_INT(yaml_misfit(a, v_list(NULL), "[]interface {}").n, 0);
}
