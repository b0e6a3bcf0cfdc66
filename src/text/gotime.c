#include "text/gotime.h"

#include "text/calendar.h"

enum { DAY = 86400, GIGA = 1000000000 };

#define UNIX_TO_INTERNAL 62135596800LL /* seconds from the year 1 to 1970 */

/* Go's integers wrap. */
static int64_t plus(int64_t x, int64_t y) { return (int64_t)((uint64_t)x + (uint64_t)y); }
static int64_t minus(int64_t x, int64_t y) { return (int64_t)((uint64_t)x - (uint64_t)y); }
static int64_t times(int64_t x, int64_t y) { return (int64_t)((uint64_t)x * (uint64_t)y); }

struct gotime gotime_from_unix(int64_t seconds, int32_t nsec, const struct zone *z)
{
    return (struct gotime){plus(seconds, UNIX_TO_INTERNAL), nsec, false, z == &zone_utc ? NULL : z};
}

int64_t gotime_unix(struct gotime t) { return minus(t.sec, UNIX_TO_INTERNAL); }

struct gotime_fields gotime_break(struct gotime t)
{
    struct zone_at at = zone_lookup(t.zone, gotime_unix(t));
    uint64_t seconds = calendar_seconds(plus(gotime_unix(t), at.offset)), days = seconds / DAY;
    int of_day = (int)(seconds % DAY);
    struct calendar_date d = calendar_date(days);
    return (struct gotime_fields){
        .year = d.year, .month = d.month, .day = d.day, .weekday = calendar_weekday(days), .yday = d.yday,
        .hour = of_day / 3600, .minute = of_day / 60 % 60, .second = of_day % 60,
        .zone_name = at.name, .offset = at.offset,
    };
}

/* Moves what exceeds 0..base-1 in *low to *high. */
static void carry(int64_t *high, int64_t *low, int64_t base)
{
    int64_t n = *low / base, rest = *low % base;
    if (rest < 0) {
        n--;
        rest += base;
    }
    *high = plus(*high, n);
    *low = rest;
}

struct gotime gotime_make(int64_t year, int64_t month, int64_t day, int64_t hour, int64_t minute, int64_t second, int64_t nsec,
                          const struct zone *z)
{
    int64_t month0 = minus(month, 1);
    carry(&year, &month0, 12);
    carry(&second, &nsec, GIGA);
    carry(&minute, &second, 60);
    carry(&hour, &minute, 60);
    carry(&day, &hour, 24);
    int64_t days = (int64_t)calendar_days(year, (int)month0 + 1, day);
    int64_t local = minus(plus(times(days, DAY), hour * 3600 + minute * 60 + second), CALENDAR_UNIX);
    /* The zone is asked as if local time were UTC, and again when that is beyond the next change. */
    struct zone_at at = zone_lookup(z, local);
    int64_t utc = minus(local, at.offset);
    if (at.offset && (utc < at.start || utc >= at.end)) utc = minus(local, zone_lookup(z, utc).offset);
    return gotime_from_unix(utc, (int32_t)nsec, z);
}

struct gotime gotime_add(struct gotime t, int64_t d)
{
    int64_t seconds = d / GIGA, nsec = t.nsec + d % GIGA;
    carry(&seconds, &nsec, GIGA);
    t.sec = plus(t.sec, seconds);
    t.nsec = (int32_t)nsec;
    return t;
}

int gotime_compare(struct gotime t, struct gotime u)
{
    if (t.sec != u.sec) return t.sec < u.sec ? -1 : 1;
    return (t.nsec > u.nsec) - (t.nsec < u.nsec);
}

int64_t gotime_sub(struct gotime t, struct gotime u)
{
    int64_t d = plus(times(minus(t.sec, u.sec), GIGA), t.nsec - u.nsec);
    if (gotime_compare(gotime_add(u, d), t) == 0) return d;
    return gotime_compare(t, u) < 0 ? INT64_MIN : INT64_MAX;
}

struct gotime gotime_add_date(struct gotime t, int64_t years, int64_t months, int64_t days)
{
    struct gotime_fields f = gotime_break(t);
    return gotime_make(plus(f.year, years), plus(f.month, months), plus(f.day, days), f.hour, f.minute, f.second, t.nsec, t.zone);
}

/* How far t is past a multiple of d (d > 0). */
static int64_t past_multiple(struct gotime t, int64_t d)
{
    __int128 all = (__int128)t.sec * GIGA + t.nsec;
    int64_t rest = (int64_t)(all % d);
    return rest < 0 ? rest + d : rest;
}

struct gotime gotime_truncate(struct gotime t, int64_t d)
{
    t.monotonic = false;
    return d <= 0 ? t : gotime_add(t, -past_multiple(t, d));
}

struct gotime gotime_round(struct gotime t, int64_t d)
{
    t.monotonic = false;
    if (d <= 0) return t;
    int64_t rest = past_multiple(t, d);
    return (uint64_t)rest + (uint64_t)rest < (uint64_t)d ? gotime_add(t, -rest) : gotime_add(t, d - rest);
}

const char *gotime_month_name(int month)
{
    static const char *const names[] = {"January", "February", "March", "April", "May", "June", "July",
                                        "August", "September", "October", "November", "December"};
    return month >= 1 && month <= 12 ? names[month - 1] : "?";
}

const char *gotime_weekday_name(int weekday)
{
    static const char *const names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    return weekday >= 0 && weekday <= 6 ? names[weekday] : "?";
}
