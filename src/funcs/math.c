/* sprig's arithmetic (sprig/numeric.go, functions.go): on int64 that wraps, on float64, and on decimals. */
#include <math.h>

#include "funcs/decimal.h"
#include "funcs/funcs.h"

static uint64_t arg_wrapping(const struct call *c, uint32_t i) { return (uint64_t)funcs_int64(c->arg[i]); }
static bool ret_int64(struct value *out, uint64_t u) { return ret(out, v_int64((int64_t)u)); }

static bool call_add(struct call *c, struct value *out)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < c->n; i++) sum += arg_wrapping(c, i);
    return ret_int64(out, sum);
}

static bool call_add1(struct call *c, struct value *out) { return ret_int64(out, arg_wrapping(c, 0) + 1); }
static bool call_sub(struct call *c, struct value *out) { return ret_int64(out, arg_wrapping(c, 0) - arg_wrapping(c, 1)); }

static bool call_mul(struct call *c, struct value *out)
{
    uint64_t product = 1;
    for (uint32_t i = 0; i < c->n; i++) product *= arg_wrapping(c, i);
    return ret_int64(out, product);
}

static bool call_div(struct call *c, struct value *out)
{
    int64_t x = funcs_int64(c->arg[0]), y = funcs_int64(c->arg[1]);
    if (!y) return call_fail(c, "runtime error: integer divide by zero");
    return ret_int64(out, y == -1 ? -(uint64_t)x : (uint64_t)(x / y)); /* the smallest over -1 wraps */
}

static bool call_mod(struct call *c, struct value *out)
{
    int64_t x = funcs_int64(c->arg[0]), y = funcs_int64(c->arg[1]);
    if (!y) return call_fail(c, "runtime error: integer divide by zero");
    return ret_int64(out, y == -1 ? 0 : (uint64_t)(x % y));
}

static bool call_max(struct call *c, struct value *out)
{
    int64_t most = funcs_int64(c->arg[0]);
    for (uint32_t i = 1; i < c->n; i++) {
        int64_t x = funcs_int64(c->arg[i]);
        if (x > most) most = x;
    }
    return ret(out, v_int64(most));
}

static bool call_min(struct call *c, struct value *out)
{
    int64_t least = funcs_int64(c->arg[0]);
    for (uint32_t i = 1; i < c->n; i++) {
        int64_t x = funcs_int64(c->arg[i]);
        if (x < least) least = x;
    }
    return ret(out, v_int64(least));
}

/* Go's math.Max and math.Min: infinity beats NaN, NaN beats numbers, and -0 is less than 0. */
static double go_max(double x, double y)
{
    if (isinf(x) && x > 0) return x;
    if (isinf(y) && y > 0) return y;
    if (isnan(x) || isnan(y)) return NAN;
    if (x == 0 && y == 0) return signbit(x) ? y : x;
    return x > y ? x : y;
}

static double go_min(double x, double y)
{
    double f = -go_max(-x, -y);
    return isnan(f) ? NAN : f;
}

static bool call_maxf(struct call *c, struct value *out)
{
    double most = funcs_float64(c->a, c->arg[0]);
    for (uint32_t i = 1; i < c->n; i++) most = go_max(most, funcs_float64(c->a, c->arg[i]));
    return ret(out, v_float(most));
}

static bool call_minf(struct call *c, struct value *out)
{
    double least = funcs_float64(c->a, c->arg[0]);
    for (uint32_t i = 1; i < c->n; i++) least = go_min(least, funcs_float64(c->a, c->arg[i]));
    return ret(out, v_float(least));
}

static bool call_floor(struct call *c, struct value *out) { return ret(out, v_float(floor(funcs_float64(c->a, c->arg[0])))); }
static bool call_ceil(struct call *c, struct value *out) { return ret(out, v_float(ceil(funcs_float64(c->a, c->arg[0])))); }

/* 10 to the n as Go's math.Pow computes it: by squaring, which is not always the nearest double. */
static double go_pow10(int64_t n)
{
    if (n == 1) return 10;
    double answer = 1, x;
    int64_t exponent = 0;
    int x_exponent;
    x = frexp(10, &x_exponent);
    for (uint64_t i = n < 0 ? -(uint64_t)n : (uint64_t)n; i; i >>= 1) {
        if (x_exponent < -(1 << 12) || x_exponent > 1 << 12) {
            exponent += x_exponent;
            break;
        }
        if (i & 1) {
            answer *= x;
            exponent += x_exponent;
        }
        x *= x;
        x_exponent *= 2;
        if (x < .5) {
            x += x;
            x_exponent--;
        }
    }
    if (n < 0) {
        answer = 1 / answer;
        exponent = -exponent;
    }
    return ldexp(answer, (int)exponent);
}

/* A negative number's fraction is negative, so it is never rounded up. */
static bool call_round(struct call *c, struct value *out)
{
    double on = c->n > 2 ? c->arg[2].u.f : .5, whole;
    /* The places pass through a float64 in Go; beyond 2^53 their power is 0 or infinite anyway. */
    double power = go_pow10(c->arg[1].u.i), digit = power * funcs_float64(c->a, c->arg[0]);
    double fraction = isinf(digit) ? NAN : modf(digit, &whole);
    double rounded = fraction >= on ? ceil(digit) : floor(digit);
    return ret(out, v_float(rounded / power));
}

typedef struct decimal decimal_op(struct arena *a, struct decimal x, struct decimal y);

/* Folds the arguments from `next` on into `start`, by way of decimals. */
static bool fold_decimals(struct call *c, double start, const struct value *next, uint32_t n, decimal_op *op, struct value *out)
{
    struct decimal sum = {0};
    for (uint32_t i = 0; i <= n; i++) {
        double f = i ? funcs_float64(c->a, next[i - 1]) : start;
        if (isnan(f)) return call_fail(c, "Cannot create a Decimal from NaN");
        if (isinf(f)) return call_fail(c, "Cannot create a Decimal from %cInf", f < 0 ? '-' : '+');
        struct decimal x = decimal_from(c->a, f);
        if (i && op == decimal_div && decimal_is_zero(x)) return call_fail(c, "decimal division by 0");
        sum = i ? op(c->a, sum, x) : x;
    }
    return ret(out, v_float(decimal_double(c->a, sum)));
}

static bool call_addf(struct call *c, struct value *out) { return fold_decimals(c, 0, c->arg, c->n, decimal_add, out); }

static bool call_add1f(struct call *c, struct value *out)
{
    struct value one = v_int(1);
    return fold_decimals(c, funcs_float64(c->a, c->arg[0]), &one, 1, decimal_add, out);
}

static bool call_subf(struct call *c, struct value *out)
{
    return fold_decimals(c, funcs_float64(c->a, c->arg[0]), c->arg + 1, c->n - 1, decimal_sub, out);
}

static bool call_mulf(struct call *c, struct value *out)
{
    return fold_decimals(c, funcs_float64(c->a, c->arg[0]), c->arg + 1, c->n - 1, decimal_mul, out);
}

static bool call_divf(struct call *c, struct value *out)
{
    return fold_decimals(c, funcs_float64(c->a, c->arg[0]), c->arg + 1, c->n - 1, decimal_div, out);
}

const struct func funcs_math[] = {
    {"add", "a.", call_add, 0},
    {"add1", "a", call_add1, 0},
    {"add1f", "a", call_add1f, 0},
    {"addf", "a.", call_addf, 0},
    {"biggest", "aa.", call_max, 0},
    {"ceil", "a", call_ceil, 0},
    {"div", "aa", call_div, 0},
    {"divf", "aa.", call_divf, 0},
    {"floor", "a", call_floor, 0},
    {"max", "aa.", call_max, 0},
    {"maxf", "aa.", call_maxf, 0},
    {"min", "aa.", call_min, 0},
    {"minf", "aa.", call_minf, 0},
    {"mod", "aa", call_mod, 0},
    {"mul", "aa.", call_mul, 0},
    {"mulf", "aa.", call_mulf, 0},
    {"round", "aif.", call_round, 0},
    {"sub", "aa", call_sub, 0},
    {"subf", "aa.", call_subf, 0},
    {0},
};
