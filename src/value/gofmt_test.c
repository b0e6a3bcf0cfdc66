#include "value/cases_value.h"
#include "value/gofmt.h"
#include "value/json.h"
#include "value/toml.h"

TEST(fmt_printf_as_go)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/printf.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct list *args = case_value(a, field[2]).u.list;
        struct buf b = buf_new(a);
        if (str_is(field[0], "print")) gofmt_sprint(&b, args->v, args->n);
        else if (str_is(field[0], "println")) gofmt_sprintln(&b, args->v, args->n);
        else gofmt_sprintf(&b, field[1], args->v, args->n);
        CASE_STR(&c, buf_str(&b), field[3]);
        arena_rewind(a, m);
    }
}

TEST(fmt_floats_as_go)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/floats.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct buf b = buf_new(a);
        go_float_bits(&b, case_value(a, field[0]).u.f, field[1].p[0], (int)cases_int(field[2]), (int)cases_int(field[3]));
        CASE_STR(&c, buf_str(&b), field[4]);
        arena_rewind(a, m);
    }
}

static struct str printed(struct arena *a, const char *format, struct value v)
{
    struct buf b = buf_new(a);
    gofmt_sprintf(&b, str_from(format), &v, 1);
    return buf_done(&b);
}

static struct str text_of_version(struct arena *a, const struct obj *o) { return str_concat(a, STR("v"), value_str_at(v_map(o->fields), "Major")); }

TEST(fmt_structs_as_go)
{
    static const struct objtype plain = {.name = "chart.Metadata"}, pointer = {.name = "*chart.Maintainer"},
                                stringer = {.name = "*semver.Version", .print = text_of_version};
    struct map *m = map_new(a);
    map_putz(m, "Name", v_str(STR("x")));
    map_putz(m, "N", v_int(3));
    struct obj o = {&plain, m, NULL}, p = {&pointer, m, NULL}, none = {&plain, NULL, NULL};
    CHECK_STR(printed(a, "%v", v_obj(&o)), STR("{x 3}"));
    CHECK_STR(printed(a, "%+v", v_obj(&o)), STR("{Name:x N:3}"));
    CHECK_STR(printed(a, "%#v", v_obj(&o)), STR("chart.Metadata{Name:\"x\", N:3}"));
    CHECK_STR(printed(a, "%d", v_obj(&o)), STR("{%!d(string=x) 3}"));
    CHECK_STR(printed(a, "%v", v_obj(&p)), STR("&{x 3}"));
    CHECK_STR(printed(a, "%v", v_obj(&none)), STR("{}"));
    struct list *l = list_new(a);
    list_add(l, v_obj(&p));
    CHECK_STR(printed(a, "%v", v_list(l)), STR("[0xc000000000]"));
    map_putz(m, "Major", v_str(STR("4")));
    struct obj s = {&stringer, m, NULL};
    CHECK_STR(printed(a, "%v", v_obj(&s)), STR("v4"));
    CHECK_STR(printed(a, "%q", v_obj(&s)), STR("\"v4\""));
    list_add(l, v_obj(&s));
    CHECK_STR(printed(a, "%s", v_list(l)), STR("[%!s(*chart.Maintainer=&{x 3 4}) v4]"));
}

struct deep {
    struct arena *a;
    struct value v;
};

static void print_deep(void *context)
{
    struct deep *d = context;
    struct buf b = buf_new(d->a);
    gofmt_value(&b, d->v);
}

TEST(fmt_of_a_cycle_trips_the_guard)
{
    struct map *m = map_new(a);
    map_putz(m, "self", v_map(m));
    struct deep d = {a, v_map(m)};
    CHECK(!guard_run(a->guard, print_deep, &d));
    CHECK(str_has(str_from(a->guard->message), STR("nested deeper")));
}

struct written {
    struct arena *a;
    struct value v;
    int how;
};

static void write_any(void *context)
{
    struct written *w = context;
    struct buf b = buf_new(w->a);
    struct str error;
    if (w->how == 0) gofmt_value(&b, w->v);
    else if (w->how == 1) json_write(&b, w->v, JSON_COMPACT, &error);
    else toml_write(&b, w->v, &error);
}

/* A list that holds the list before it twice, sixty times over: small in memory, without end as text. */
TEST(fmt_of_a_doubling_list_trips_the_guard)
{
    struct value v = v_list(list_new(a));
    for (int i = 0; i < 60; i++) {
        struct list *l = list_new(a);
        list_add(l, v);
        list_add(l, v);
        v = v_list(l);
    }
    a->guard->max.output = 1 << 20;
    a->guard->max.steps = 1 << 20;
    for (int how = 0; how < 3; how++) {
        struct written w = {a, v, how};
        a->guard->steps = 0;
        CHECK(!guard_run(a->guard, write_any, &w));
    }
}
