/* Arithmetic, conversions, types, JSON and TOML against calls recorded from sprig and Go (testdata/fmt/oracle). */
#include "funcs/calls.h"
#include "funcs/decimal.h"
#include "value/cases_value.h"
#include "value/goparse.h"

TEST(funcs_numbers_and_formats_as_recorded)
{
    struct cases c;
    if (!cases_open(&c, a, "../fmt/functions.tsv")) return;
    for (struct str field[CASE_FIELDS]; cases_next(&c, field);) {
        struct arena_mark m = arena_mark(a);
        struct str got = calls_text(a, str_z(a, field[0]), str_z(a, field[1]));
        if (!str_eq(got, field[2]))
            test_fail(c.name, c.line, "%.*s %.*s\n  want %.*s\n  got  %.*s", STR_ARG(field[0]), STR_ARG(field[1]), STR_ARG(field[2]), STR_ARG(got));
        arena_rewind(a, m);
    }
    CHECK(c.line > 100);
}

TEST(funcs_decimals)
{
    struct decimal x = decimal_from(a, 1e308), y = decimal_from(a, 5e-324);
    CHECK(decimal_double(a, decimal_sub(a, decimal_add(a, x, y), x)) == 5e-324);
    CHECK(decimal_double(a, decimal_div(a, x, y)) > 1e300);
    CHECK(decimal_double(a, decimal_mul(a, y, y)) == 0);
    struct decimal third = decimal_div(a, decimal_from(a, -1), decimal_from(a, 3));
    CHECK(decimal_double(a, third) == -0.3333333333333333);
    CHECK(decimal_is_zero(decimal_sub(a, third, third)));
}

TEST(value_parse_numbers)
{
    double f;
    int64_t i;
    CHECK_INT(go_parse_float(a, STR("0x1.8p1"), &f), GO_PARSED);
    CHECK(f == 3);
    CHECK_INT(go_parse_float(a, STR("-1e999"), &f), GO_RANGE);
    CHECK(f < -1e308);
    CHECK_INT(go_parse_float(a, STR("1e"), &f), GO_SYNTAX);
    CHECK_INT(go_parse_int(STR("-9223372036854775809"), 10, &i), GO_RANGE);
    CHECK(i == INT64_MIN);
    CHECK_INT(go_parse_int(STR("ff"), 16, &i), GO_PARSED);
    CHECK_INT(i, 255);
}
