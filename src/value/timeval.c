#include "value/timeval.h"

#include <math.h>

static struct str time_print(struct arena *a, const struct obj *o)
{
    struct buf b = buf_new(a);
    gotime_show(&b, *(const struct gotime *)o->data);
    return buf_done(&b);
}

/* Time.MarshalJSON fails for years beyond 9999; NaN makes JSON fail here too. */
static struct value time_json(struct arena *a, const struct obj *o)
{
    struct buf b = buf_new(a);
    if (!gotime_rfc3339(&b, *(const struct gotime *)o->data)) return v_float(NAN);
    return v_str(buf_done(&b));
}

/* Go compares the structs: the same instant in another zone is another time. */
static bool time_equal(const struct obj *x, const struct obj *y)
{
    struct gotime t = *(const struct gotime *)x->data, u = *(const struct gotime *)y->data;
    return t.sec == u.sec && t.nsec == u.nsec && t.monotonic == u.monotonic && str_eq(zone_name(t.zone), zone_name(u.zone));
}

static const struct objtype time_type = {.name = "time.Time", .print = time_print, .json = time_json, .equal = time_equal};

struct value v_time(struct arena *a, struct gotime t)
{
    struct obj *o = NEW(a, struct obj);
    struct gotime *copy = NEW(a, struct gotime);
    *copy = t;
    o->type = &time_type;
    o->data = copy;
    return v_obj(o);
}

bool value_is_time(struct value v) { return v.kind == V_OBJ && v.u.obj->type == &time_type; }
struct gotime value_time(struct value v) { return *(const struct gotime *)v.u.obj->data; }
