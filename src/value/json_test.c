#include "value/cases_value.h"
#include "value/json.h"

TEST(json_read_as_go)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/json-read.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct value v;
        struct str error = {0};
        size_t used = 0;
        bool ok = json_read(a, field[0], NULL, 0, 0, &v, &error);
        CASE_STR(&c, error, field[2]);
        CASE_CHECK(&c, ok == !field[2].n);
        CASE_STR(&c, case_value_text(a, v), field[1]);
        error = STR("");
        ok = json_read_first(a, field[0], NULL, 0, 0, &v, &used, &error);
        CASE_STR(&c, error, field[4]);
        CASE_STR(&c, case_value_text(a, v), field[3]);
        if (ok) CASE_STR(&c, str_printf(a, "%zu", used), field[5]);
        arena_rewind(a, m);
    }
}

TEST(json_write_as_go)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/json-write.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct value v = case_value(a, field[0]);
        static const unsigned styles[] = {JSON_COMPACT, JSON_INDENT2, JSON_NO_HTML};
        for (int i = 0; i < 3; i++) {
            struct buf b = buf_new(a);
            struct str error = {0};
            CASE_CHECK(&c, json_write(&b, v, styles[i], &error) == !field[4].n);
            CASE_STR(&c, buf_str(&b), field[1 + i]);
            CASE_STR(&c, error, field[4]);
        }
        arena_rewind(a, m);
    }
}

TEST(json_origins)
{
    struct origins *o = origins_new(a);
    struct value v;
    struct str error;
    CHECK(json_read(a, STR("{\"a\": [1,\n \"\303\274\", {\"b\":2}],\n  \"a\": 3}"), o, 7, LAYER_USER, &v, &error));
    const struct origin *last = origin_get(o, map_find(v.u.map, STR("a"))->at);
    CHECK_INT(last->key_at.line, 3);
    CHECK_INT(last->key_at.column, 3);
    CHECK_INT(last->value_at.column, 8);
    CHECK_INT(last->key_at.input, 7);
    CHECK_INT(last->layer, LAYER_USER);
    const struct origin *first = origin_get(o, last->over);
    CHECK_INT(first->key_at.line, 1);
    CHECK_INT(first->key_at.column, 2);
    CHECK(json_read(a, STR("[1,\n \"\303\274\", {\"b\":2}]"), o, 7, LAYER_USER, &v, &error));
    CHECK_INT(origin_get(o, list_origin(v.u.list, 2))->value_at.line, 2);
    CHECK_INT(origin_get(o, list_origin(v.u.list, 2))->value_at.column, 7);
}

struct text {
    struct arena *a;
    struct str s;
    bool ok;
    struct str error;
    struct value v;
};

static void read_text(void *context)
{
    struct text *t = context;
    t->ok = json_read(t->a, t->s, NULL, 0, 0, &t->v, &t->error);
}

static struct str nested(struct arena *a, size_t n)
{
    struct buf b = buf_new(a);
    buf_fill(&b, '[', n);
    buf_fill(&b, ']', n);
    return buf_str(&b);
}

TEST(json_depth)
{
    struct text t = {.a = a, .s = nested(a, 10001)};
    CHECK(guard_run(a->guard, read_text, &t));
    CHECK_STR(t.error, STR("invalid character '[' exceeded max depth"));
    t.s = nested(a, 10000);
    CHECK(!guard_run(a->guard, read_text, &t)); /* Go reads it, our other code would not bear it */
    a->guard->max.depth = 10000;
    CHECK(guard_run(a->guard, read_text, &t));
    CHECK(t.ok);
}

TEST(json_write_refuses_cycles)
{
    struct map *m = map_new(a);
    struct list *l = list_new(a);
    map_putz(m, "list", v_list(l));
    list_add(l, v_map(m));
    struct buf b = buf_new(a);
    struct str error;
    buf_z(&b, "before");
    CHECK(!json_write(&b, v_map(m), 0, &error));
    CHECK_STR(error, STR("json: unsupported value: encountered a cycle via map[string]interface {}"));
    CHECK_STR(buf_str(&b), STR("before"));
}

/* A byte that needs an escape is found wherever it stands among the eight that are looked at together. */
TEST(json_write_finds_every_escape)
{
    static const char special[] = "\"\\<>&\n\t\x01\x1f";
    static const char *const wanted[] = {"\\\"", "\\\\", "\\u003c", "\\u003e", "\\u0026", "\\n", "\\t", "\\u0001", "\\u001f"};
    for (size_t i = 0; i < sizeof special - 1; i++)
        for (size_t at = 0; at < 20; at++) {
            struct buf text = buf_new(a), json = buf_new(a);
            buf_fill(&text, '=', at);
            buf_byte(&text, special[i]);
            buf_fill(&text, '?', 20 - at);
            json_write_string(&json, buf_str(&text), 0);
            CHECK_STR(buf_str(&json), str_printf(a, "\"%.*s%s%.*s\"", (int)at, text.p, wanted[i], (int)(20 - at), text.p + at + 1));
        }
}
