/* The String methods of the Go types that values can have. */
#include "value/gofmt.h"

/* `number` with up to `decimals` decimals, zeros at the end dropped. */
static void fraction(struct buf *b, uint64_t number, uint64_t unit)
{
    buf_printf(b, "%llu", (unsigned long long)(number / unit));
    uint64_t rest = number % unit;
    if (!rest) return;
    buf_byte(b, '.');
    for (unit /= 10; rest; unit /= 10) {
        buf_byte(b, (char)('0' + rest / unit));
        rest %= unit;
    }
}

void go_duration(struct buf *b, int64_t nanoseconds)
{
    uint64_t u = nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds;
    const uint64_t second = 1000000000;
    if (!u) {
        buf_z(b, "0s");
        return;
    }
    if (nanoseconds < 0) buf_byte(b, '-');
    if (u < second) { /* the largest unit below a second that fits */
        const char *name = u < 1000 ? "ns" : u < 1000000 ? "\302\265s" : "ms";
        fraction(b, u, u < 1000 ? 1 : u < 1000000 ? 1000 : 1000000);
        buf_z(b, name);
        return;
    }
    uint64_t minutes = u / second / 60;
    if (minutes >= 60) buf_printf(b, "%lluh", (unsigned long long)(minutes / 60));
    if (minutes) buf_printf(b, "%llum", (unsigned long long)(minutes % 60));
    fraction(b, u % (60 * second), second);
    buf_byte(b, 's');
}

static struct str named(struct arena *a, const char *const *names, uint64_t count, uint64_t i, uint64_t shown, const char *type)
{
    if (i < count) return str_from(names[i]);
    return str_printf(a, "%%!%s(%llu)", type, (unsigned long long)shown);
}

bool go_stringer(struct arena *a, struct value v, struct str *text)
{
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
                                         "September", "October", "November", "December"};
    static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    if (v.kind == V_INT && v.type == GO_DURATION) {
        struct buf b = buf_new(a);
        go_duration(&b, v.u.i);
        *text = buf_str(&b);
        return true;
    }
    if (v.kind == V_INT && v.type == GO_MONTH) {
        *text = named(a, months, 12, v.u.u - 1, v.u.u, "Month");
        return true;
    }
    if (v.kind == V_INT && v.type == GO_WEEKDAY) {
        *text = named(a, days, 7, v.u.u, v.u.u, "Weekday");
        return true;
    }
    if (v.kind == V_OBJ && v.u.obj->type->print) {
        *text = v.u.obj->type->print(a, v.u.obj);
        return true;
    }
    return false;
}
