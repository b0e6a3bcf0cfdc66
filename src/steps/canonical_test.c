#include "base/test.h"
#include "steps/steps.h"

static struct str canonical(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    canonical_json(&b, v);
    return buf_str(&b);
}

/* RFC 8785, section 3.2.3: the example of sorting, with integers for its values. */
TEST(canonical_sorts_by_utf16_units)
{
    struct map *m = map_new(a);
    static const char *const keys[] = {"\xe2\x82\xac", "\r", "\xef\xac\xb3", "1", "\xf0\x9f\x98\x80", "\xc2\x80", "\xc3\xb6"};
    for (int i = 0; i < 7; i++) map_putz(m, keys[i], v_int(i));
    CHECK_STR(canonical(a, v_map(m)),
              STR("{\"\\r\":1,\"1\":3,\"\xc2\x80\":5,\"\xc3\xb6\":6,\"\xe2\x82\xac\":0,\"\xf0\x9f\x98\x80\":4,\"\xef\xac\xb3\":2}"));
}

/* However many there are. */
TEST(canonical_sorts_few_and_many)
{
    for (int n = 1; n < 40; n++) {
        struct map *m = map_new(a);
        struct buf wanted = buf_new(a);
        for (int i = 0; i < n; i++) buf_printf(&wanted, "%s\"k%02d\":%d", i ? "," : "{", i, i);
        buf_byte(&wanted, '}');
        for (int i = 0; i < n; i++) map_put(m, str_printf(a, "k%02d", (i * 41 + 7) % n), v_int((i * 41 + 7) % n));
        CHECK_STR(canonical(a, v_map(m)), buf_str(&wanted));
    }
}

/* Section 3.2.2: "literals": [null, true, false], and its string "€$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f". */
TEST(canonical_literals_and_strings)
{
    struct map *m = map_new(a);
    struct list *l = list_new(a);
    list_add(l, NIL);
    list_add(l, v_bool(true));
    list_add(l, v_bool(false));
    map_putz(m, "string", v_str(STR("\xe2\x82\xac$\x0f\nA'B\"\\\\\"/")));
    map_putz(m, "literals", v_list(l));
    CHECK_STR(canonical(a, v_map(m)), STR("{\"literals\":[null,true,false],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"));
    CHECK_STR(canonical(a, v_str(STR("\b\t\n\f\r\x1f\x7f"))), STR("\"\\b\\t\\n\\f\\r\\u001f\x7f\""));
    CHECK_STR(canonical(a, v_str(str_of("a\0b", 3))), STR("\"a\\u0000b\""));
    CHECK_STR(canonical(a, v_str(STR("a\xff\xc3z"))), STR("\"a\xef\xbf\xbd\xef\xbf\xbdz\""));
}

/* Appendix B: the integers among its samples. */
TEST(canonical_integers)
{
    CHECK_STR(canonical(a, v_int(0)), STR("0"));
    CHECK_STR(canonical(a, v_float(-0.0)), STR("0"));
    CHECK_STR(canonical(a, v_int(9007199254740991)), STR("9007199254740991"));
    CHECK_STR(canonical(a, v_int(-9007199254740991)), STR("-9007199254740991"));
    CHECK_STR(canonical(a, v_float(333333)), STR("333333"));
    /* And its fractions and exponents. */
    CHECK_STR(canonical(a, v_float(1e23)), STR("1e+23"));
    CHECK_STR(canonical(a, v_float(295147905179352830000.0)), STR("295147905179352830000"));
    CHECK_STR(canonical(a, v_float(5e-324)), STR("5e-324"));
    CHECK_STR(canonical(a, v_float(-0.0000033333333333333333)), STR("-0.0000033333333333333333"));
    CHECK_STR(canonical(a, v_float(9.999999999999997e-7)), STR("9.999999999999997e-7"));
    CHECK_STR(canonical(a, v_float(333333333.3333332)), STR("333333333.3333332"));
    CHECK_STR(canonical(a, v_float(0.002)), STR("0.002"));
}

TEST(canonical_empty_and_nested)
{
    struct map *m = map_new(a);
    map_putz(m, "b", v_map(map_new(a)));
    map_putz(m, "a", v_list(list_new(a)));
    map_putz(m, "", v_str(STR("")));
    CHECK_STR(canonical(a, v_map(m)), STR("{\"\":\"\",\"a\":[],\"b\":{}}"));
    CHECK_STR(canonical(a, v_typed(v_map(NULL), GO_AUTO)), STR("{}"));
}

/* A prefix sorts first; the order does not depend on the order of insertion. */
TEST(canonical_prefix)
{
    struct map *x = map_new(a), *y = map_new(a);
    map_putz(x, "ab", v_int(1));
    map_putz(x, "a", v_int(2));
    map_putz(y, "a", v_int(2));
    map_putz(y, "ab", v_int(1));
    CHECK_STR(canonical(a, v_map(x)), STR("{\"a\":2,\"ab\":1}"));
    CHECK_STR(canonical(a, v_map(x)), canonical(a, v_map(y)));
}

TEST(plan_id_leaves_out_the_id)
{
    struct map *m = map_new(a);
    map_putz(m, "x", v_int(1));
    struct str before = plan_id(a, v_map(m));
    map_putz(m, "id", v_str(before));
    CHECK_STR(plan_id(a, v_map(m)), before);
    /* sha256 of {"x":1} */
    CHECK_STR(before, STR("5041bf1f713df204784353e82f6a4a535931cb64f1f4b4a5aeaffcb720918b22"));
}
