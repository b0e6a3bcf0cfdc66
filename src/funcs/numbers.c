/* Numbers made of other values, and sequences of them (sprig/numeric.go, spf13/cast). */
#include "funcs/funcs.h"
#include "value/gofmt.h"
#include "value/goparse.h"

double funcs_float64(struct arena *a, struct value v)
{
    double f;
    switch (v.kind) {
    case V_BOOL: return v.u.b;
    case V_INT: return v.type == GO_DURATION ? 0 : (double)v.u.i;
    case V_UINT: return (double)v.u.u;
    case V_FLOAT: return v.u.f;
    case V_STR: return v.type == GO_AUTO && go_parse_float(a, v_text(v), &f) == GO_PARSED ? f : 0;
    default: return 0;
    }
}

static bool call_int(struct call *c, struct value *out) { return ret(out, v_int(funcs_int64(c->arg[0]))); }
static bool call_int64(struct call *c, struct value *out) { return ret(out, v_int64(funcs_int64(c->arg[0]))); }
static bool call_float64(struct call *c, struct value *out) { return ret(out, v_float(funcs_float64(c->a, c->arg[0]))); }

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
