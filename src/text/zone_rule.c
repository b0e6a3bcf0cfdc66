#include "text/zone_rule.h"

#include "text/calendar.h"

enum { DAY = 86400, HOUR = 3600 };

enum date_kind { BY_DAY /* J1..J365, February 29th never counted */, BY_DAY_FROM_0 /* 0..365, counted */, BY_WEEK /* Mm.w.d */ };

struct date_rule {
    enum date_kind kind;
    int day, week, month;
    int time; /* seconds after midnight, local */
};

/* At the ends of time Go's arithmetic wraps. */
static int64_t plus(int64_t x, int64_t y) { return (int64_t)((uint64_t)x + (uint64_t)y); }

/* Takes a number between low and high. */
static bool take_number(struct str *s, int low, int high, int *out)
{
    size_t i = 0;
    int v = 0;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
        v = v * 10 + (s->p[i] - '0');
        if (v > high) return false;
    }
    if (!i || v < low) return false;
    *s = str_from_n(*s, i);
    *out = v;
    return true;
}

static bool take_char(struct str *s, char c)
{
    if (!s->n || s->p[0] != c) return false;
    *s = str_from_n(*s, 1);
    return true;
}

/* An abbreviation: "CET", or anything between < and >. */
static bool take_name(struct str *s, struct str *name)
{
    if (take_char(s, '<')) {
        ptrdiff_t end = str_chr(*s, '>');
        if (end < 0) return false;
        *name = str_sub(*s, 0, (size_t)end);
        *s = str_from_n(*s, (size_t)end + 1);
        return true;
    }
    size_t i = 0;
    while (i < s->n && !strchr("0123456789,-+", s->p[i])) i++;
    if (i < 3) return false;
    *name = str_sub(*s, 0, i);
    *s = str_from_n(*s, i);
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds. tzcode allows up to a week of hours. */
static bool take_time(struct str *s, int *out)
{
    int hours = 0, minutes = 0, seconds = 0;
    bool negative = take_char(s, '-');
    if (!negative) take_char(s, '+');
    if (!take_number(s, 0, 24 * 7, &hours)) return false;
    if (take_char(s, ':')) {
        if (!take_number(s, 0, 59, &minutes)) return false;
        if (take_char(s, ':') && !take_number(s, 0, 59, &seconds)) return false;
    }
    *out = hours * HOUR + minutes * 60 + seconds;
    if (negative) *out = -*out;
    return true;
}

static bool take_date(struct str *s, struct date_rule *r)
{
    *r = (struct date_rule){.kind = BY_DAY_FROM_0, .time = 2 * HOUR};
    if (take_char(s, 'J')) {
        r->kind = BY_DAY;
        if (!take_number(s, 1, 365, &r->day)) return false;
    } else if (take_char(s, 'M')) {
        r->kind = BY_WEEK;
        if (!take_number(s, 1, 12, &r->month) || !take_char(s, '.') || !take_number(s, 1, 5, &r->week) || !take_char(s, '.') ||
            !take_number(s, 0, 6, &r->day))
            return false;
    } else if (!take_number(s, 0, 365, &r->day)) {
        return false;
    }
    return !take_char(s, '/') || take_time(s, &r->time);
}

/* Seconds from the beginning of the year to the change; `offset` is the one in force before it. */
static int64_t date_seconds(const struct date_rule *r, int64_t year, int offset)
{
    int day = r->day;
    if (r->kind == BY_DAY) {
        day += calendar_leap(year) && r->day >= 60 ? 0 : -1;
    } else if (r->kind == BY_WEEK) {
        int first = calendar_weekday(calendar_days(year, r->month, 1));
        day = (r->day - first + 7) % 7; /* of the month, from 0 */
        for (int week = 1; week < r->week && day + 7 < calendar_days_in(r->month, year); week++) day += 7;
        day += calendar_days_before(r->month) + (r->month > 2 && calendar_leap(year));
    }
    return (int64_t)day * DAY + r->time - offset;
}

/* The two times of a rule text: standard, and daylight saving with the dates on which it begins and ends. */
struct tz_rule {
    struct str name[2]; /* standard, daylight saving */
    int offset[2];      /* east of UTC */
    bool has_dst;
    struct date_rule begin, end;
};

static bool rule_parse(struct str s, struct tz_rule *r)
{
    int west = 0;
    *r = (struct tz_rule){0};
    if (!take_name(&s, &r->name[0]) || !take_time(&s, &west)) return false;
    r->offset[0] = -west;
    if (!s.n || s.p[0] == ',') return true;
    r->has_dst = true;
    if (!take_name(&s, &r->name[1])) return false;
    r->offset[1] = r->offset[0] + HOUR;
    if (s.n && s.p[0] != ',') {
        if (!take_time(&s, &west)) return false;
        r->offset[1] = -west;
    }
    if (!s.n) s = STR(",M3.2.0,M11.1.0"); /* tzcode's default */
    if (!take_char(&s, ',') && !take_char(&s, ';')) return false;
    return take_date(&s, &r->begin) && take_char(&s, ',') && take_date(&s, &r->end) && !s.n;
}

bool zone_rule_lookup(struct str rule, int64_t last_change, int64_t sec, struct zone_at *out)
{
    struct tz_rule r;
    if (!rule_parse(rule, &r)) return false;
    if (!r.has_dst) {
        *out = (struct zone_at){r.name[0], r.offset[0], false, last_change, INT64_MAX};
        return true;
    }
    struct calendar_date date = calendar_date(calendar_seconds(sec) / DAY);
    int64_t of_year = (int64_t)(date.yday - 1) * DAY + sec % DAY, year_start = plus(sec, -of_year);
    int64_t first = date_seconds(&r.begin, date.year, r.offset[0]), second = date_seconds(&r.end, date.year, r.offset[1]);
    int outer = 0; /* the time in force at the beginning and the end of a year: in the south daylight saving */
    if (second < first) {
        int64_t swap = first;
        first = second;
        second = swap;
        outer = 1;
    }
    int which = of_year < first || of_year >= second ? outer : !outer;
    /* Start and end are exact near a change and the year's own elsewhere, as Go has them. */
    int64_t start = of_year < first ? 0 : of_year >= second ? second : first;
    int64_t end = of_year < first ? first : of_year >= second ? 365 * (int64_t)DAY : second;
    *out = (struct zone_at){r.name[which], r.offset[which], which == 1, plus(year_start, start), plus(year_start, end)};
    return true;
}
