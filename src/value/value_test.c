#include "base/test.h"
#include "value/value.h"

TEST(value_map_grows_shrinks_and_sorts)
{
    struct map *m = map_new(a);
    for (int i = 0; i < 100; i++) map_put(m, str_printf(a, "k%03d", (i * 37) % 100), v_int(i));
    CHECK_INT(m->n, 100);
    struct entry **s = map_sorted(a, m);
    for (int i = 0; i < 100; i++) CHECK_STR(s[i]->key, str_printf(a, "k%03d", i));
    for (int i = 0; i < 100; i += 2) CHECK(map_delete(m, str_printf(a, "k%03d", i)));
    CHECK(!map_delete(m, STR("k000")));
    CHECK(!map_find(m, STR("k000")));
    CHECK(map_find(m, STR("k001")));
    CHECK_INT(m->n, 50);
}

TEST(value_copy_is_deep_and_equal)
{
    struct map *m = map_new(a), *in = map_new(a);
    struct list *l = list_new(a);
    list_add_at(l, v_str(STR("x")), 7);
    map_putz(in, "list", v_list(l));
    map_put_at(m, STR("in"), v_map(in), 3);
    struct value c = value_copy(a, v_map(m));
    CHECK(value_equal(c, v_map(m)));
    CHECK_INT(map_find(c.u.map, STR("in"))->at, 3);
    CHECK_INT(list_origin(value_at(c, "in", "list", NULL).u.list, 0), 7);
    map_putz(in, "more", v_int(1));
    CHECK(!value_equal(c, v_map(m)));
}

TEST(value_equality_and_truth)
{
    CHECK(!value_equal(v_int(1), v_float(1)));
    CHECK(value_same(v_int(1), v_float(1)));
    CHECK(!value_truth(v_str(STR(""))));
    CHECK(!value_truth(v_list(NULL)));
    CHECK(value_truth(v_float(0.5)));
    CHECK_STR(str_from(value_type_name(v_typed(v_list(NULL), GO_STRINGS))), STR("[]string"));
    CHECK_STR(str_from(value_type_name(NIL)), STR("<nil>"));
}
