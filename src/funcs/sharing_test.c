/* What Go's references make visible: who shares a map or list with whom after a call; and walks over values without end. */
#include "funcs/calls.h"
#include "value/cases_value.h"

static struct value value_of(struct arena *a, const char *text) { return case_value(a, str_from(text)); }

/* name(x, y) */
static struct value call2(struct arena *a, const char *name, struct value x, struct value y)
{
    struct list *args = list_new(a);
    struct called k;
    list_add(args, x);
    list_add(args, y);
    calls_make(&k, a, name, args);
    CHECK(k.ok);
    return k.out;
}

static struct value call1(struct arena *a, const char *name, struct value x)
{
    struct list *args = list_new(a);
    struct called k;
    list_add(args, x);
    calls_make(&k, a, name, args);
    CHECK(k.ok);
    return k.out;
}

TEST(funcs_merge_returns_its_first_map)
{
    struct value to = value_of(a, "{\"a\"i1;}"), from = value_of(a, "{\"b\"i2;}");
    CHECK(call2(a, "merge", to, from).u.map == to.u.map);
    CHECK_STR(case_value_text(a, to), STR("{\"a\"i1;\"b\"i2;}"));
}

TEST(funcs_merge_shares_maps_that_were_missing)
{
    struct value to = value_of(a, "{}"), from = value_of(a, "{\"m\"{\"k\"i1;}}");
    call2(a, "merge", to, from);
    CHECK(map_getz(to.u.map, "m").u.map == map_getz(from.u.map, "m").u.map);
}

/* mergo fills an empty map where it is, and puts the other in its place only when both are empty. */
TEST(funcs_merge_fills_empty_maps)
{
    struct value to = value_of(a, "{\"m\"{}\"e\"{}}"), from = value_of(a, "{\"m\"{\"k\"i1;}\"e\"{}}");
    const struct map *m = map_getz(to.u.map, "m").u.map;
    call2(a, "merge", to, from);
    CHECK(map_getz(to.u.map, "m").u.map == m);
    CHECK_INT(m->n, 1);
    CHECK(map_getz(to.u.map, "e").u.map == map_getz(from.u.map, "e").u.map);
}

TEST(funcs_merge_with_itself)
{
    struct value m = value_of(a, "{\"a\"i1;\"m\"{\"k\"i1;}}");
    call2(a, "mergeOverwrite", m, m);
    CHECK_STR(case_value_text(a, m), STR("{\"a\"i1;\"m\"{\"k\"i1;}}"));
}

TEST(funcs_merge_keeps_origins)
{
    struct value to = value_of(a, "{\"old\"i1;}"), from = v_map(map_new(a));
    map_put_at(from.u.map, STR("new"), v_int(2), 7);
    call2(a, "merge", to, from);
    CHECK_INT(map_find(to.u.map, STR("new"))->at, 7);
}

TEST(funcs_deep_copy_shares_nothing)
{
    struct value from = value_of(a, "{\"m\"{\"l\"[i1;]}}"), to = call1(a, "deepCopy", from);
    CHECK(value_equal(from, to));
    CHECK(map_getz(to.u.map, "m").u.map != map_getz(from.u.map, "m").u.map);
    CHECK(value_at(to, "m", "l", NULL).u.list != value_at(from, "m", "l", NULL).u.list);
}

TEST(funcs_set_changes_the_map_itself)
{
    CHECK_STR(calls_text(a, "set", "[0{\"k\"i1;]"), STR("!assignment to entry in nil map"));
    struct list *args = value_of(a, "[{}\"k\"i1;]").u.list;
    struct called k;
    calls_make(&k, a, "set", args);
    CHECK(k.out.u.map == args->v[0].u.map);
    CHECK_INT(args->v[0].u.map->n, 1);
}

/* A slice shows the same items; sortAlpha sorts a []string where it is. */
TEST(funcs_sort_alpha_sorts_in_place_through_a_slice)
{
    struct value l = value_of(a, "S[\"c\"\"b\"\"a\"]");
    call1(a, "sortAlpha", call2(a, "slice", l, v_int(1)));
    CHECK_STR(case_value_text(a, l), STR("S[\"c\"\"a\"\"b\"]"));
    call1(a, "sortAlpha", call1(a, "reverse", l));
    CHECK_STR(case_value_text(a, l), STR("S[\"c\"\"a\"\"b\"]"));
}

/* ---- values that hold themselves, and values that are small but have very many paths ---- */

struct job {
    struct arena *a;
    const char *name;
    struct value x, y;
    bool done;
};

static void run_job(void *context)
{
    struct job *j = context;
    call2(j->a, j->name, j->x, j->y);
    j->done = true;
}

/* Whether name(x, y) comes to an end instead of exceeding a limit. */
static bool ends(struct arena *a, const char *name, struct value x, struct value y)
{
    struct job j = {a, name, x, y, false};
    guard_run(a->guard, run_job, &j);
    return j.done;
}

static struct value cycle(struct arena *a)
{
    struct value m = v_map(map_new(a));
    map_putz(m.u.map, "self", m);
    return m;
}

/* n maps, each holding the next one twice. */
static struct value doubling(struct arena *a, int n)
{
    struct value m = v_map(map_new(a));
    while (n-- > 0) {
        struct value outer = v_map(map_new(a));
        map_putz(outer.u.map, "x", m);
        map_putz(outer.u.map, "y", m);
        m = outer;
    }
    return m;
}

TEST(funcs_walks_without_end_exceed_a_limit)
{
    struct value x = cycle(a), y = cycle(a);
    struct value in_list = v_list(list_new(a));
    list_add(in_list.u.list, y);
    CHECK(!ends(a, "merge", x, y));
    CHECK(!ends(a, "has", x, in_list));
    CHECK(ends(a, "has", y, in_list)); /* the same map: no walk */
}

TEST(funcs_effort_is_bounded)
{
    a->guard->max.steps = 1000000;
    struct value l = v_list(list_new(a));
    list_add(l.u.list, doubling(a, 60));
    CHECK(!ends(a, "has", doubling(a, 60), l));
    a->guard->steps = 0;
    CHECK(!ends(a, "merge", doubling(a, 60), doubling(a, 60)));
}
