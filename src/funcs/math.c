/* sprig's arithmetic (sprig/numeric.go, functions.go): on int64 that wraps, on float64, and on decimals. */
#include <math.h>

#include "funcs/decimal.h"
#include "funcs/funcs.h"
#include "value/gofmt.h"
#include "value/goparse.h"

/* cast.ToFloat64: what is no number and no text of one is 0. */
static double to_float(struct call *c, struct value v)
{
    double f;
    switch (v.kind) {
    case V_BOOL: return v.u.b;
    case V_INT: return v.type == GO_DURATION ? 0 : (double)v.u.i;
    case V_UINT: return (double)v.u.u;
    case V_FLOAT: return v.u.f;
    case V_STR: return v.type == GO_AUTO && go_parse_float(c->a, v_text(v), &f) == GO_PARSED ? f : 0;
    default: return 0;
    }
}

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

static bool call_maxf(struct call *c, struct value *out)
{
    double most = to_float(c, c->arg[0]);
    for (uint32_t i = 1; i < c->n; i++) most = go_max(most, to_float(c, c->arg[i]));
    return ret(out, v_float(most));
}

static bool call_minf(struct call *c, struct value *out)
{
    double least = to_float(c, c->arg[0]);
    for (uint32_t i = 1; i < c->n; i++) least = -go_max(-least, -to_float(c, c->arg[i]));
    return ret(out, v_float(least));
}

static bool call_floor(struct call *c, struct value *out) { return ret(out, v_float(floor(to_float(c, c->arg[0])))); }
static bool call_ceil(struct call *c, struct value *out) { return ret(out, v_float(ceil(to_float(c, c->arg[0])))); }

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
    double power = go_pow10(c->arg[1].u.i), digit = power * to_float(c, c->arg[0]);
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
        double f = i ? to_float(c, next[i - 1]) : start;
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
    return fold_decimals(c, to_float(c, c->arg[0]), &one, 1, decimal_add, out);
}

static bool call_subf(struct call *c, struct value *out)
{
    return fold_decimals(c, to_float(c, c->arg[0]), c->arg + 1, c->n - 1, decimal_sub, out);
}

static bool call_mulf(struct call *c, struct value *out)
{
    return fold_decimals(c, to_float(c, c->arg[0]), c->arg + 1, c->n - 1, decimal_mul, out);
}

static bool call_divf(struct call *c, struct value *out)
{
    return fold_decimals(c, to_float(c, c->arg[0]), c->arg + 1, c->n - 1, decimal_div, out);
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

/* ---- numbers from values, and sequences ---- */

static bool call_int(struct call *c, struct value *out) { return ret(out, v_int(funcs_int64(c->arg[0]))); }
static bool call_int64(struct call *c, struct value *out) { return ret(out, v_int64(funcs_int64(c->arg[0]))); }
static bool call_float64(struct call *c, struct value *out) { return ret(out, v_float(to_float(c, c->arg[0]))); }

/* strconv.Atoi without its error: too large a number is the largest. */
static bool call_atoi(struct call *c, struct value *out)
{
    int64_t i;
    go_parse_int(arg_str(c, 0), 10, &i);
    return ret(out, v_int(i));
}

/* The printed text as an octal number. */
static bool call_to_decimal(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    int64_t i;
    gofmt_value(&b, c->arg[0]);
    return ret(out, v_int64(go_parse_int(buf_str(&b), 8, &i) == GO_PARSED ? i : 0));
}

/* Steps from start towards stop, which is not reached; as in Go the sum wraps. */
struct steps {
    int64_t at, stop, step;
};

static bool steps_more(const struct steps *s, bool down) { return down ? s->at > s->stop : s->at < s->stop; }
static void steps_next(struct steps *s) { s->at = (int64_t)((uint64_t)s->at + (uint64_t)s->step); }
static bool steps_none(const struct steps *s) { return s->stop < s->at ? s->step >= 0 : s->step <= 0; }

static bool ret_steps(struct call *c, struct steps s, struct value *out)
{
    struct list *l = list_new(c->a);
    bool down = s.stop < s.at;
    if (!steps_none(&s))
        for (; steps_more(&s, down); steps_next(&s)) list_add(l, v_int(s.at));
    return ret(out, v_typed(v_list(l), GO_INTS));
}

static bool call_until(struct call *c, struct value *out)
{
    int64_t stop = arg_int(c, 0);
    return ret_steps(c, (struct steps){0, stop, stop < 0 ? -1 : 1}, out);
}

static bool call_until_step(struct call *c, struct value *out)
{
    return ret_steps(c, (struct steps){arg_int(c, 0), arg_int(c, 1), arg_int(c, 2)}, out);
}

/* Unlike until's, the end belongs to the sequence; more than three arguments give none. */
static bool call_seq(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    if (c->n < 1 || c->n > 3) return ret_str(out, STR(""));
    int64_t start = c->n == 1 ? 1 : arg_int(c, 0), end = arg_int(c, c->n - 1);
    bool down = end < start;
    int64_t one = down ? -1 : 1, step = c->n == 3 ? arg_int(c, 1) : one;
    struct steps s = {start, (int64_t)((uint64_t)end + (uint64_t)one), step};
    if (steps_none(&s) || (down && step > 0)) return ret_str(out, STR(""));
    down = s.stop < s.at;
    for (; steps_more(&s, down); steps_next(&s)) buf_printf(&b, "%s%lld", b.n ? " " : "", (long long)s.at);
    return ret_str(out, buf_done(&b));
}

const struct func funcs_numbers[] = {
    {"atoi", "s", call_atoi, 0},
    {"float64", "a", call_float64, 0},
    {"int", "a", call_int, 0},
    {"int64", "a", call_int64, 0},
    {"seq", "i.", call_seq, 0},
    {"toDecimal", "a", call_to_decimal, FUNC_DEEP},
    {"until", "i", call_until, 0},
    {"untilStep", "iii", call_until_step, 0},
    {0},
};
