#include "value/cases_value.h"
#include "value/toml.h"

TEST(toml_read_as_go)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/toml-read.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct value v;
        struct str error = {0};
        bool ok = toml_read(a, field[0], &v, &error);
        CASE_STR(&c, error, field[2]);
        CASE_CHECK(&c, ok == !field[2].n);
        if (ok) CASE_STR(&c, case_value_text(a, v), field[1]);
        arena_rewind(a, m);
    }
}

TEST(toml_write_as_go)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/toml-write.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct buf b = buf_new(a);
        struct str error = {0};
        enum toml_written w = toml_write(&b, case_value(a, field[0]), &error);
        CASE_STR(&c, buf_str(&b), field[1]);
        CASE_STR(&c, error, field[2]);
        CASE_STR(&c, str_printf(a, "%d", (int)w), field[3]);
        arena_rewind(a, m);
    }
}

/* What was read with dates is written again as it was. */
TEST(toml_keeps_dates)
{
    struct str text = STR("a = 1979-05-27T07:32:00Z\nb = 1979-05-27T00:32:00.999999-07:00\nc = 1979-05-27T07:32:00\n"
                          "d = 1979-05-27\ne = 07:32:00.5\n"), error;
    struct value v;
    CHECK(toml_read(a, text, &v, &error));
    struct buf b = buf_new(a);
    CHECK_INT(toml_write(&b, v, &error), TOML_WRITTEN);
    CHECK_STR(buf_str(&b), text);
}

struct deep {
    struct arena *a;
    struct str text;
    struct value v;
};

static void read_deep(void *context)
{
    struct deep *d = context;
    struct str error;
    toml_read(d->a, d->text, &d->v, &error);
}

static void write_deep(void *context)
{
    struct deep *d = context;
    struct buf b = buf_new(d->a);
    struct str error;
    toml_write(&b, d->v, &error);
}

TEST(toml_depth_trips_the_guard)
{
    struct buf b = buf_new(a);
    buf_z(&b, "a = ");
    buf_fill(&b, '[', 100000);
    struct deep d = {a, buf_str(&b), NIL};
    CHECK(!guard_run(a->guard, read_deep, &d));
    b.n = 0;
    for (int i = 0; i < 2000; i++) buf_z(&b, "a.");
    buf_z(&b, "a = 1");
    d.text = buf_str(&b);
    CHECK(!guard_run(a->guard, read_deep, &d));
    struct map *m = map_new(a);
    map_putz(m, "self", v_map(m));
    d.v = v_map(m);
    CHECK(!guard_run(a->guard, write_deep, &d));
    struct list *l = list_new(a);
    list_add(l, v_list(l));
    d.v = v_list(l);
    CHECK(!guard_run(a->guard, write_deep, &d));
}
