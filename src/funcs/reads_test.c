/* Which entries of the values a function reads, and which writes to shared data it reports. */
#include "funcs/calls.h"

/* {a: {x: 1, y: ""}, b: [2, 3], c: ""}; the origins, in the order of the text: a 1, x 2, y 3, b 4, its items 5 6, c 7 */
static struct map *values(struct arena *a)
{
    struct map *m = map_new(a), *inner = map_new(a);
    struct list *l = list_new(a);
    map_put_at(inner, STR("x"), v_int(1), 2);
    map_put_at(inner, STR("y"), v_str(STR("")), 3);
    list_add_at(l, v_int(2), 5);
    list_add_at(l, v_int(3), 6);
    map_put_at(m, STR("a"), v_map(inner), 1);
    map_put_at(m, STR("b"), v_list(l), 4);
    map_put_at(m, STR("c"), v_str(STR("")), 7);
    return m;
}

/* The origins read by name(args[0..n)), as "1 2 ". */
static struct str reads_of(struct arena *a, const char *name, const struct value *args, size_t n)
{
    struct called k;
    struct list *l = list_new(a);
    for (size_t i = 0; i < n; i++) list_add(l, args[i]);
    calls_make(&k, a, name, l);
    CHECK(k.ok);
    struct buf b = buf_new(a);
    for (origin_id at = 1; at < 8; at++)
        if (reads_any(&k.reads, at)) buf_printf(&b, "%u ", (unsigned)at);
    return buf_str(&b);
}

#define READS(name, ...)                                                        \
    reads_of(a, name, (struct value[]){__VA_ARGS__}, sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value))

static struct value text(const char *s) { return v_str(str_from(s)); }

TEST(funcs_reads_of_maps)
{
    struct value m = v_map(values(a)), inner = map_getz(m.u.map, "a");
    CHECK_STR(READS("get", m, text("a")), STR("1 "));
    CHECK_STR(READS("get", m, text("z")), STR(""));
    CHECK_STR(READS("hasKey", m, text("c")), STR("7 "));
    CHECK_STR(READS("dig", text("a"), text("x"), text("default"), m), STR("1 2 "));
    CHECK_STR(READS("pluck", text("x"), inner), STR("2 "));
    CHECK_STR(READS("keys", m), STR("1 4 7 "));
    CHECK_STR(READS("values", inner), STR("2 3 "));
    CHECK_STR(READS("len", m), STR("1 4 7 "));
    CHECK_STR(READS("index", m, text("a"), text("y")), STR("1 3 "));
    CHECK_STR(READS("index", m, text("b"), v_int(1)), STR("4 6 "));
    CHECK_STR(READS("not", inner), STR("2 3 "));
    CHECK_STR(READS("default", text("d"), inner), STR("2 3 "));
}

/* What is only passed on is not read: its origin goes along. */
TEST(funcs_reads_are_left_to_whoever_uses_the_result)
{
    struct value m = v_map(values(a)), b = map_getz(m.u.map, "b");
    CHECK_STR(READS("pick", m, text("a")), STR(""));
    CHECK_STR(READS("omit", m, text("a")), STR(""));
    CHECK_STR(READS("deepCopy", m), STR(""));
    CHECK_STR(READS("rest", b), STR(""));
    CHECK_STR(READS("append", b, v_int(4)), STR(""));
    CHECK_STR(READS("last", b), STR("6 "));
    CHECK_STR(READS("has", v_int(2), b), STR("5 "));
    CHECK_STR(READS("has", v_int(9), b), STR("5 6 "));
    CHECK_STR(READS("merge", v_map(map_new(a)), m), STR(""));
}

/* Whether c is empty decides what merge makes of it. */
TEST(funcs_reads_of_merge)
{
    struct map *other = map_new(a);
    map_putz(other, "c", v_int(1));
    CHECK_STR(READS("merge", v_map(values(a)), v_map(other)), STR("7 "));
    CHECK_STR(READS("mergeOverwrite", v_map(values(a)), v_map(other)), STR(""));
}

static uint32_t writes_of(struct arena *a, const char *name, struct value x, struct value y, struct value z, size_t n)
{
    struct called k;
    struct list *l = list_new(a);
    struct value args[] = {x, y, z};
    for (size_t i = 0; i < n; i++) list_add(l, args[i]);
    calls_make(&k, a, name, l);
    CHECK(k.ok);
    return k.x.writes_n;
}

TEST(funcs_writes_to_shared_maps_are_reported)
{
    struct value m = v_map(values(a)), inner = map_getz(m.u.map, "a"), other = v_map(values(a));
    CHECK_INT(writes_of(a, "set", m, text("k"), v_int(1), 3), 0);
    m.u.map->shared = inner.u.map->shared = true;
    CHECK_INT(writes_of(a, "set", m, text("k"), v_int(1), 3), 1);
    CHECK_INT(writes_of(a, "unset", m, text("k"), NIL, 2), 1);
    CHECK_INT(writes_of(a, "unset", m, text("k"), NIL, 2), 0);
    CHECK_INT(writes_of(a, "merge", v_map(map_new(a)), m, NIL, 2), 0);
    map_putz(map_getz(other.u.map, "a").u.map, "new", v_int(1));
    CHECK_INT(writes_of(a, "merge", m, other, NIL, 2), 3); /* a.y and c are empty, a.new is missing */
}
