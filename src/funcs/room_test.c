/* As Go 1.25.9, with which Helm 4.1.4 is built, answers. */
#include "funcs/calls.h"
#include "value/cases_value.h"

/* Capacities of: a []interface {} and a []int after n appends to nil; make([]interface {}, n) and one append; append([]interface {}{x},
 * n items...); make([]string, 0, 10) after n appends. */
static const struct {
    uint32_t n, appended, ints, one_more, prepended, from_ten;
} capacities[] = {
    {0, 0, 0, 1, 1, 10},
    {1, 1, 1, 2, 2, 10},
    {2, 2, 2, 4, 3, 10},
    {3, 4, 4, 6, 4, 10},
    {5, 8, 8, 10, 6, 10},
    {9, 16, 16, 18, 10, 10},
    {17, 32, 32, 35, 18, 20},
    {32, 32, 32, 71, 35, 43},
    {33, 71, 64, 71, 35, 43},
    {64, 71, 64, 143, 71, 87},
    {65, 71, 128, 143, 71, 87},
    {72, 143, 128, 167, 79, 87},
    {143, 143, 256, 303, 167, 191},
    {144, 303, 256, 303, 167, 191},
    {256, 303, 256, 591, 303, 383},
    {257, 303, 512, 591, 303, 383},
    {300, 303, 512, 591, 303, 383},
    {600, 1023, 848, 1023, 607, 679},
    {1000, 1023, 1280, 1535, 1023, 1151},
    {3000, 3584, 3408, 4096, 3072, 3584},
    {10000, 11264, 12288, 12800, 10240, 11264},
};

TEST(funcs_room_capacities)
{
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        uint32_t n = capacities[i].n;
        CHECK_INT(funcs_capacity_appended(0, n, GO_AUTO), capacities[i].appended);
        CHECK_INT(funcs_capacity_appended(0, n, GO_INTS), capacities[i].ints);
        CHECK_INT(funcs_capacity_after(n, n + 1, GO_AUTO), capacities[i].one_more);
        CHECK_INT(funcs_capacity_after(1, n + 1, GO_AUTO), capacities[i].prepended);
        CHECK_INT(funcs_capacity_appended(10, n, GO_STRINGS), capacities[i].from_ten);
    }
}

/* slice(make(args), from, to), as text. */
static struct str slice_of(struct arena *a, const char *make, const char *args, int from, int to)
{
    struct called k;
    struct list *list = case_value(a, str_from(args)).u.list;
    calls_make(&k, a, make, list);
    CHECK(k.ok);
    list = list_new(a);
    list_add(list, k.out);
    list_add(list, v_int(from));
    list_add(list, v_int(to));
    calls_make(&k, a, "slice", list);
    return k.ok ? case_value_text(a, k.out) : k.error;
}

TEST(funcs_slice_reaches_into_the_room)
{
    struct str beyond = STR("reflect.Value.Slice: slice index out of bounds");
    CHECK_STR(slice_of(a, "list", "[i1;i2;i3;]", 0, 4), beyond);
    CHECK_STR(slice_of(a, "concat", "[[i1;i2;i3;]]", 0, 4), STR("[i1;i2;i3;n]"));
    CHECK_STR(slice_of(a, "concat", "[[i1;i2;i3;]]", 0, 5), beyond);
    CHECK_STR(slice_of(a, "append", "[[i1;i2;i3;]i4;]", 0, 6), STR("[i1;i2;i3;i4;nn]"));
    CHECK_STR(slice_of(a, "append", "[[i1;i2;i3;]i4;]", 0, 7), beyond);
    CHECK_STR(slice_of(a, "without", "[[i1;i2;i3;i4;]i4;]", 0, 4), STR("[i1;i2;i3;n]"));
    CHECK_STR(slice_of(a, "toStrings", "[[i1;ni2;]]", 0, 3), STR("S[\"1\"\"2\"\"\"]"));
    CHECK_STR(slice_of(a, "splitList", "[\",\"\"a,b,c\"]", 0, 4), beyond);
    CHECK_STR(slice_of(a, "default", "[i0;[i1;i2;i3;]]", 1, 4), STR("[i2;i3;n]")); /* as read from YAML */
    CHECK_STR(slice_of(a, "deepCopy", "[[i1;i2;i3;]]", 1, 4), STR("[i2;i3;n]"));
}

TEST(funcs_slice_of_a_slice_finds_its_items_again)
{
    CHECK_STR(slice_of(a, "slice", "[[i1;i2;i3;]i0;i1;]", 0, 4), STR("[i1;i2;i3;n]"));
    CHECK_STR(slice_of(a, "slice", "[[i1;i2;i3;]i1;i2;]", 0, 3), STR("[i2;i3;n]"));
    CHECK_STR(slice_of(a, "slice", "[[i1;i2;i3;]i1;i2;]", 1, 2), STR("[i3;]"));
    CHECK_STR(slice_of(a, "slice", "[[i1;i2;i3;]i1;i2;]", 0, 4), STR("reflect.Value.Slice: slice index out of bounds"));
}
