/* The methods of Go's time.Time, time.Duration, time.Month, time.Weekday and *time.Location that a template can call: those
 * with one result. */
#include "funcs/objects.h"
#include "value/gofmt.h"
#include "value/timeval.h"

/* ---- time.Time ---- */

static struct gotime_fields broken(struct value v) { return gotime_break(value_time(v)); }

static bool time_year(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(broken(r).year)); }
static bool time_month(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_typed(v_int(broken(r).month), GO_MONTH)); }
static bool time_day(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(broken(r).day)); }
static bool time_weekday(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_typed(v_int(broken(r).weekday), GO_WEEKDAY)); }
static bool time_yday(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(broken(r).yday)); }
static bool time_hour(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(broken(r).hour)); }
static bool time_minute(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(broken(r).minute)); }
static bool time_second(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(broken(r).second)); }
static bool time_nanosecond(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int(value_time(r).nsec)); }

/* Unix time in units of which a second has `per_second`; it wraps. */
static struct value unix_in(struct value r, int64_t per_second)
{
    struct gotime t = value_time(r);
    uint64_t whole = (uint64_t)gotime_unix(t) * (uint64_t)per_second;
    return v_int64((int64_t)(whole + (uint64_t)(t.nsec / (1000000000 / per_second))));
}

static bool time_unix(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int64(gotime_unix(value_time(r)))); }
static bool time_unix_milli(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, unix_in(r, 1000)); }
static bool time_unix_micro(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, unix_in(r, 1000000)); }
static bool time_unix_nano(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, unix_in(r, 1000000000)); }

static int order(struct call *c, struct value r) { return gotime_compare(value_time(r), value_time(c->arg[0])); }

static bool time_before(struct call *c, struct value r, struct value *out) { return ret(out, v_bool(order(c, r) < 0)); }
static bool time_after(struct call *c, struct value r, struct value *out) { return ret(out, v_bool(order(c, r) > 0)); }
static bool time_equal(struct call *c, struct value r, struct value *out) { return ret(out, v_bool(order(c, r) == 0)); }
static bool time_compare(struct call *c, struct value r, struct value *out) { return ret(out, v_int(order(c, r))); }

static bool time_is_zero(struct call *c, struct value r, struct value *out)
{
    (void)c;
    return ret(out, v_bool(value_time(r).sec == 0 && value_time(r).nsec == 0));
}

static bool time_is_dst(struct call *c, struct value r, struct value *out)
{
    (void)c;
    return ret(out, v_bool(zone_lookup(value_time(r).zone, gotime_unix(value_time(r))).dst));
}

static bool time_add(struct call *c, struct value r, struct value *out)
{
    return ret(out, v_time(c->a, gotime_add(value_time(r), arg_int(c, 0))));
}

static bool time_sub(struct call *c, struct value r, struct value *out)
{
    return ret(out, v_typed(v_int(gotime_sub(value_time(r), value_time(c->arg[0]))), GO_DURATION));
}

static bool time_add_date(struct call *c, struct value r, struct value *out)
{
    return ret(out, v_time(c->a, gotime_add_date(value_time(r), arg_int(c, 0), arg_int(c, 1), arg_int(c, 2))));
}

static bool time_truncate(struct call *c, struct value r, struct value *out)
{
    return ret(out, v_time(c->a, gotime_truncate(value_time(r), arg_int(c, 0))));
}

static bool time_round(struct call *c, struct value r, struct value *out)
{
    return ret(out, v_time(c->a, gotime_round(value_time(r), arg_int(c, 0))));
}

static bool time_format(struct call *c, struct value r, struct value *out)
{
    struct buf b = buf_new(c->a);
    gotime_format(&b, value_time(r), arg_str(c, 0));
    return ret_str(out, buf_done(&b));
}

static bool time_string(struct call *c, struct value r, struct value *out)
{
    struct buf b = buf_new(c->a);
    gotime_show(&b, value_time(r));
    return ret_str(out, buf_done(&b));
}

static bool in_zone(struct call *c, struct value r, const struct zone *z, struct value *out)
{
    struct gotime t = value_time(r);
    t.zone = z == &zone_utc ? NULL : z;
    return ret(out, v_time(c->a, t));
}

static bool time_utc(struct call *c, struct value r, struct value *out) { return in_zone(c, r, NULL, out); }
static bool time_local(struct call *c, struct value r, struct value *out) { return in_zone(c, r, zone_local(c->a), out); }

/* ---- *time.Location: where only a time's own can come from ---- */

static struct str location_print(struct arena *a, const struct obj *o)
{
    (void)a;
    return zone_name(o->data);
}

static bool location_string(struct call *c, struct value r, struct value *out)
{
    return ret_str(out, location_print(c->a, r.u.obj));
}

static const struct method location_methods[] = {{"String", "", location_string}, {0}};
static const struct objtype location_type = {.name = "*time.Location", .print = location_print, .methods = location_methods};

static bool time_location(struct call *c, struct value r, struct value *out)
{
    const struct zone *z = value_time(r).zone;
    struct obj *o = NEW(c->a, struct obj);
    o->type = &location_type;
    o->data = (void *)(z ? z : &zone_utc);
    return ret(out, v_obj(o));
}

static bool time_in(struct call *c, struct value r, struct value *out)
{
    if (c->arg[0].kind == V_NIL) return call_fail(c, "time: missing Location in call to Time.In");
    return in_zone(c, r, c->arg[0].u.obj->data, out);
}

const struct method methods_time[] = {
    {"Add", "D", time_add},
    {"AddDate", "iii", time_add_date},
    {"After", "T", time_after},
    {"Before", "T", time_before},
    {"Compare", "T", time_compare},
    {"Day", "", time_day},
    {"Equal", "T", time_equal},
    {"Format", "s", time_format},
    {"Hour", "", time_hour},
    {"In", "Z", time_in},
    {"IsDST", "", time_is_dst},
    {"IsZero", "", time_is_zero},
    {"Local", "", time_local},
    {"Location", "", time_location},
    {"Minute", "", time_minute},
    {"Month", "", time_month},
    {"Nanosecond", "", time_nanosecond},
    {"Round", "D", time_round},
    {"Second", "", time_second},
    {"String", "", time_string},
    {"Sub", "T", time_sub},
    {"Truncate", "D", time_truncate},
    {"UTC", "", time_utc},
    {"Unix", "", time_unix},
    {"UnixMicro", "", time_unix_micro},
    {"UnixMilli", "", time_unix_milli},
    {"UnixNano", "", time_unix_nano},
    {"Weekday", "", time_weekday},
    {"Year", "", time_year},
    {"YearDay", "", time_yday},
    {0},
};

/* ---- time.Duration, time.Month, time.Weekday ---- */

static bool named_string(struct call *c, struct value r, struct value *out)
{
    struct str text = {0};
    go_stringer(c->a, r, &text);
    return ret_str(out, text);
}

/* Whole units and the rest apart, as Go adds them. */
static struct value float_units(int64_t d, int64_t unit)
{
    return v_float((double)(d / unit) + (double)(d % unit) / (double)unit);
}

static bool duration_hours(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, float_units(r.u.i, 3600000000000)); }
static bool duration_minutes(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, float_units(r.u.i, 60000000000)); }
static bool duration_seconds(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, float_units(r.u.i, 1000000000)); }
static bool duration_milli(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int64(r.u.i / 1000000)); }
static bool duration_micro(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int64(r.u.i / 1000)); }
static bool duration_nano(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_int64(r.u.i)); }

static struct value duration_value(int64_t d) { return v_typed(v_int(d), GO_DURATION); }

static bool duration_abs(struct call *c, struct value r, struct value *out)
{
    (void)c;
    return ret(out, duration_value(r.u.i == INT64_MIN ? INT64_MAX : r.u.i < 0 ? -r.u.i : r.u.i));
}

static bool duration_truncate(struct call *c, struct value r, struct value *out)
{
    int64_t m = arg_int(c, 0);
    return ret(out, duration_value(m <= 0 ? r.u.i : r.u.i - r.u.i % m));
}

/* To the nearest multiple, halves away from zero, saturating. */
static bool duration_round(struct call *c, struct value r, struct value *out)
{
    int64_t d = r.u.i, m = arg_int(c, 0), rounded;
    if (m <= 0) return ret(out, r);
    int64_t rest = d % m;
    uint64_t past = rest < 0 ? (uint64_t)-rest : (uint64_t)rest;
    if (past + past < (uint64_t)m) return ret(out, duration_value(d - rest));
    if (__builtin_add_overflow(d - rest, d < 0 ? -m : m, &rounded)) rounded = d < 0 ? INT64_MIN : INT64_MAX;
    return ret(out, duration_value(rounded));
}

const struct method methods_duration[] = {
    {"Abs", "", duration_abs},
    {"Hours", "", duration_hours},
    {"Microseconds", "", duration_micro},
    {"Milliseconds", "", duration_milli},
    {"Minutes", "", duration_minutes},
    {"Nanoseconds", "", duration_nano},
    {"Round", "D", duration_round},
    {"Seconds", "", duration_seconds},
    {"String", "", named_string},
    {"Truncate", "D", duration_truncate},
    {0},
};

const struct method methods_named_int[] = {{"String", "", named_string}, {0}};
