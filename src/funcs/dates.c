/* Dates: sprig's date.go over Go's time package. */
#include "funcs/funcs.h"
#include "text/units.h"
#include "tmpl/env.h"
#include "value/gofmt.h"
#include "value/timeval.h"

#define SECOND 1000000000LL

static struct gotime now(struct call *c)
{
    struct gotime t = gotime_from_unix(call_env(c)->now, 0, zone_local(c->a));
    t.monotonic = true;
    return t;
}

static bool fn_now(struct call *c, struct value *out) { return ret(out, v_time(c->a, now(c))); }

/* A time as it is, the integers that sprig knows as Unix seconds (a number from YAML is a float, and not among them). */
static bool as_time(struct call *c, struct value v, bool int32_too, struct gotime *out)
{
    if (value_is_time(v)) {
        *out = value_time(v);
        return true;
    }
    bool known = v.kind == V_INT && (v.type == GO_AUTO || v.type == GO_INT64 || (int32_too && v.type == GO_INT32));
    if (known) *out = gotime_from_unix(v.u.i, 0, zone_local(c->a));
    return known;
}

/* Whatever is no time stands for now; an unknown zone for UTC. */
static bool format_in(struct call *c, struct str layout, struct value date, struct str zone, struct value *out)
{
    struct gotime t;
    if (!as_time(c, date, true, &t)) t = now(c);
    t.zone = zone_load(c->a, zone);
    struct buf b = buf_new(c->a);
    gotime_format(&b, t, layout);
    return ret_str(out, buf_done(&b));
}

static bool fn_date(struct call *c, struct value *out) { return format_in(c, arg_str(c, 0), c->arg[1], STR("Local"), out); }
static bool fn_date_in_zone(struct call *c, struct value *out) { return format_in(c, arg_str(c, 0), c->arg[1], arg_str(c, 2), out); }
static bool fn_html_date(struct call *c, struct value *out) { return format_in(c, STR("2006-01-02"), c->arg[0], STR("Local"), out); }

static bool fn_html_date_in_zone(struct call *c, struct value *out)
{
    return format_in(c, STR("2006-01-02"), c->arg[0], arg_str(c, 1), out);
}

static bool fn_date_modify(struct call *c, struct value *out)
{
    int64_t d;
    struct str error;
    if (!duration_parse(c->a, arg_str(c, 0), &d, &error)) return ret(out, c->arg[1]);
    return ret(out, v_time(c->a, gotime_add(value_time(c->arg[1]), d)));
}

static bool fn_must_date_modify(struct call *c, struct value *out)
{
    int64_t d;
    struct str error;
    if (!duration_parse(c->a, arg_str(c, 0), &d, &error)) return call_fail(c, "%.*s", STR_ARG(error));
    return ret(out, v_time(c->a, gotime_add(value_time(c->arg[1]), d)));
}

static bool fn_to_date(struct call *c, struct value *out)
{
    struct gotime t = {0};
    struct str error;
    if (!gotime_parse(c->a, arg_str(c, 0), arg_str(c, 1), zone_local(c->a), &t, &error)) t = (struct gotime){0};
    return ret(out, v_time(c->a, t));
}

static bool fn_must_to_date(struct call *c, struct value *out)
{
    struct gotime t = {0};
    struct str error;
    if (!gotime_parse(c->a, arg_str(c, 0), arg_str(c, 1), zone_local(c->a), &t, &error)) return call_fail(c, "%.*s", STR_ARG(error));
    return ret(out, v_time(c->a, t));
}

static bool fn_unix_epoch(struct call *c, struct value *out)
{
    return ret_str(out, str_printf(c->a, "%lld", (long long)gotime_unix(value_time(c->arg[0]))));
}

/* ---- durations ---- */

static bool ret_duration(struct call *c, int64_t d, struct value *out)
{
    struct buf b = buf_new(c->a);
    go_duration(&b, d);
    return ret_str(out, buf_done(&b));
}

/* To the nearest second, halves away from zero; saturating. */
static int64_t round_to_seconds(int64_t d)
{
    int64_t rest = d % SECOND, up = 0, rounded;
    if (rest >= SECOND / 2) up = SECOND;
    if (rest <= -SECOND / 2) up = -SECOND;
    if (__builtin_add_overflow(d - rest, up, &rounded)) return d < 0 ? INT64_MIN : INT64_MAX;
    return rounded;
}

static bool fn_ago(struct call *c, struct value *out)
{
    struct gotime t;
    if (!as_time(c, c->arg[0], false, &t)) t = now(c);
    return ret_duration(c, round_to_seconds(gotime_sub(now(c), t)), out);
}

/* strconv.ParseInt with its error thrown away: 0 for what is no number, the nearest end for what is too large. */
static int64_t parse_or_nearest(struct str s)
{
    bool negative = str_starts(s, STR("-")), too_large = false;
    if (negative || str_starts(s, STR("+"))) s = str_from_n(s, 1);
    int64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return 0;
        int digit = negative ? '0' - s.p[i] : s.p[i] - '0';
        too_large |= __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v);
    }
    return !too_large ? v : negative ? INT64_MIN : INT64_MAX;
}

static bool fn_duration(struct call *c, struct value *out)
{
    struct value v = c->arg[0];
    int64_t seconds = 0;
    if (v.kind == V_STR && v.type == GO_AUTO) seconds = parse_or_nearest(v_text(v));
    if (v.kind == V_INT && v.type == GO_INT64) seconds = v.u.i;
    return ret_duration(c, (int64_t)((uint64_t)seconds * SECOND), out);
}

static int64_t duration_of(struct call *c, struct value v)
{
    int64_t d = 0;
    struct str error;
    if (value_is_time(v)) return gotime_sub(now(c), value_time(v));
    if (v.kind == V_INT && v.type == GO_INT64) return v.u.i;
    if (v.kind != V_STR || v.type != GO_AUTO || !duration_parse(c->a, v_text(v), &d, &error)) return 0;
    return d;
}

/* The largest unit alone, and only when there is more than one of it. */
static bool fn_duration_round(struct call *c, struct value *out)
{
    static const struct unit { const char *name; uint64_t seconds; } units[] = {
        {"y", 365 * 86400}, {"mo", 30 * 86400}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
    int64_t d = duration_of(c, c->arg[0]);
    uint64_t size = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t unit = units[i].seconds * SECOND;
        if (size > unit) return ret_str(out, str_printf(c->a, "%llu%s", (unsigned long long)(size / unit), units[i].name));
    }
    return ret_str(out, STR("0s"));
}

const struct func funcs_dates[] = {
    {"now", "", fn_now, FUNC_CLOCK},
    {"ago", "a", fn_ago, FUNC_CLOCK},
    {"date", "sa", fn_date, FUNC_CLOCK},
    {"dateInZone", "sas", fn_date_in_zone, FUNC_CLOCK},
    {"date_in_zone", "sas", fn_date_in_zone, FUNC_CLOCK},
    {"dateModify", "sT", fn_date_modify, 0},
    {"date_modify", "sT", fn_date_modify, 0},
    {"mustDateModify", "sT", fn_must_date_modify, 0},
    {"must_date_modify", "sT", fn_must_date_modify, 0},
    {"htmlDate", "a", fn_html_date, FUNC_CLOCK},
    {"htmlDateInZone", "as", fn_html_date_in_zone, FUNC_CLOCK},
    {"toDate", "ss", fn_to_date, FUNC_CLOCK},
    {"mustToDate", "ss", fn_must_to_date, FUNC_CLOCK},
    {"unixEpoch", "T", fn_unix_epoch, 0},
    {"duration", "a", fn_duration, 0},
    {"durationRound", "a", fn_duration_round, FUNC_CLOCK},
    {0},
};
