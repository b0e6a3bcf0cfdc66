/* Text to times: time.ParseInLocation. Fields are taken one after the other as the layout names them, then put together. */
#include "text/calendar.h"
#include "text/gotime.h"
#include "text/layout.h"

struct parsing {
    struct str value;     /* what is left of the text */
    const char *range;    /* what is out of its range; NULL: nothing */
    int64_t year, month, day, yday, hour, minute, second, nsec; /* month, day, yday: -1 when not given */
    bool am, pm, utc;
    bool has_offset;
    int32_t offset;
    struct str zone_name; /* empty when not given */
};

static bool digit_at(struct str s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }
static void drop(struct parsing *p, size_t n) { p->value = str_from_n(p->value, n); }

/* One or two digits, or exactly two. */
static bool take_two(struct str *s, bool fixed, int64_t *out)
{
    if (!digit_at(*s, 0) || (fixed && !digit_at(*s, 1))) return false;
    size_t n = digit_at(*s, 1) ? 2 : 1;
    *out = s->p[0] - '0';
    if (n == 2) *out = *out * 10 + (s->p[1] - '0');
    *s = str_from_n(*s, n);
    return true;
}

static bool take_yday(struct parsing *p, bool padded, bool fixed)
{
    for (int i = 0; i < 2 && padded; i++)
        if (p->value.n && p->value.p[0] == ' ') drop(p, 1);
    int64_t v = 0;
    size_t n = 0;
    for (; n < 3 && digit_at(p->value, n); n++) v = v * 10 + (p->value.p[n] - '0');
    if (!n || (fixed && n != 3)) return false;
    p->yday = v;
    drop(p, n);
    return true;
}

/* A whole text as a number, a sign allowed; at most ten digits come here. */
static bool whole_number(struct str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = str_from_n(s, 1);
    int64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!digit_at(s, i)) return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = negative ? -v : v;
    return true;
}

static bool take_year(struct parsing *p, size_t n)
{
    if (p->value.n < n || (n == 4 && !digit_at(p->value, 0))) return false;
    if (!whole_number(str_sub(p->value, 0, n), &p->year)) return false;
    if (n == 2) p->year += p->year >= 69 ? 1900 : 2000;
    drop(p, n);
    return true;
}

static bool same_letters(struct str s, const char *name, size_t n)
{
    if (s.n < n) return false;
    for (size_t i = 0; i < n; i++) {
        char x = (char)(s.p[i] | 0x20), y = (char)(name[i] | 0x20);
        if (s.p[i] != name[i] && (x != y || x < 'a' || x > 'z')) return false;
    }
    return true;
}

/* The index of the first name that the text begins with, or -1; `n` is how much of a name counts, 0: all. */
static int take_name(struct parsing *p, const char *(*name)(int), int first, int last, size_t n)
{
    for (int i = first; i <= last; i++) {
        size_t len = n ? n : strlen(name(i));
        if (!same_letters(p->value, name(i), len)) continue;
        drop(p, len);
        return i;
    }
    return -1;
}

/* '.' or ',' and digits, n bytes in all. A sign among them is read as one, as in Go; only nine digits count. */
static bool take_fraction(struct parsing *p, size_t n)
{
    struct str s = str_sub(p->value, 0, n);
    if (!s.n || (s.p[0] != '.' && s.p[0] != ',')) return false;
    if (s.n > 10) s.n = 10;
    if (!whole_number(str_from_n(s, 1), &p->nsec)) return false;
    drop(p, n);
    if (p->nsec < 0) p->range = "fractional second";
    for (size_t i = s.n; i < 10; i++) p->nsec *= 10;
    return true;
}

static size_t fraction_length(struct str s)
{
    if (s.n < 2 || (s.p[0] != '.' && s.p[0] != ',') || !digit_at(s, 1)) return 0;
    size_t n = 2;
    while (digit_at(s, n)) n++;
    return n;
}

/* After the seconds a fraction may stand although the layout has none. */
static bool take_second(struct parsing *p, bool fixed, struct str layout)
{
    if (!take_two(&p->value, fixed, &p->second)) return false;
    if (p->second >= 60) {
        p->range = "second";
        return true;
    }
    size_t n = fraction_length(p->value);
    enum layout_word next = layout_next(layout, 0).word;
    if (!n || next == LAYOUT_FRACTION || next == LAYOUT_FRACTION_TRIMMED) return true;
    return take_fraction(p, n);
}

static bool take_pm(struct parsing *p, const char *am, const char *pm)
{
    bool is_am = str_starts(p->value, str_from(am)), is_pm = str_starts(p->value, str_from(pm));
    p->am |= is_am;
    p->pm |= is_pm;
    drop(p, 2);
    return is_am || is_pm;
}

static bool take_offset(struct parsing *p, const struct layout_item *item)
{
    if (item->z && str_starts(p->value, STR("Z"))) {
        drop(p, 1);
        p->utc = true;
        return true;
    }
    size_t n = item->seconds ? (item->colon ? 9 : 7) : !item->minutes ? 3 : item->colon ? 6 : 5;
    struct str s = str_sub(p->value, 0, n);
    if (p->value.n < n || (item->colon && (s.p[3] != ':' || (item->seconds && s.p[6] != ':')))) return false;
    size_t minute_at = item->colon ? 4 : 3, second_at = item->colon ? 7 : 5;
    struct str hours = str_sub(s, 1, 3), minutes = item->minutes ? str_sub(s, minute_at, minute_at + 2) : STR("00"),
               seconds = item->seconds ? str_sub(s, second_at, second_at + 2) : STR("00");
    int64_t h = 0, m = 0, sec = 0;
    bool ok = take_two(&hours, true, &h) && take_two(&minutes, true, &m) && take_two(&seconds, true, &sec);
    /* 24 hours, 60 minutes and 60 seconds are let pass, for some write them. */
    if (h > 24) p->range = "time zone offset hour";
    if (m > 60) p->range = "time zone offset minute";
    if (sec > 60) p->range = "time zone offset second";
    p->offset = (int32_t)((h * 60 + m) * 60 + sec);
    if (s.p[0] == '-') p->offset = -p->offset;
    p->has_offset = p->offset != -1; /* -1 is Go's "not given" */
    drop(p, n);
    return (ok && (s.p[0] == '-' || s.p[0] == '+')) || p->range;
}

/* "+03", "-4": the length, 0 when it is none or beyond 23 hours. */
static size_t signed_hours(struct str s)
{
    if (!s.n || (s.p[0] != '-' && s.p[0] != '+')) return 0;
    size_t n = 1;
    int64_t v = 0;
    for (; digit_at(s, n); n++) {
        v = v * 10 + (s.p[n] - '0');
        if (v > 23) return 0;
    }
    return n > 1 ? n : 0;
}

/* The length of what looks like a zone's abbreviation: three capitals, four or five that end in T, some exceptions. */
static size_t zone_name_length(struct str s)
{
    if (s.n < 3) return 0;
    if (str_starts(s, STR("ChST")) || str_starts(s, STR("MeST"))) return 4;
    if (str_starts(s, STR("GMT"))) return 3 + signed_hours(str_from_n(s, 3));
    if (s.p[0] == '+' || s.p[0] == '-') return signed_hours(s);
    size_t n = 0;
    while (n < 6 && n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z') n++;
    if (n == 3) return 3;
    if (n == 4) return s.p[3] == 'T' || str_starts(s, STR("WITA")) ? 4 : 0;
    return n == 5 && s.p[4] == 'T' ? 5 : 0;
}

static bool take_zone_name(struct parsing *p)
{
    if (str_starts(p->value, STR("UTC"))) {
        p->utc = true;
        drop(p, 3);
        return true;
    }
    size_t n = zone_name_length(p->value);
    p->zone_name = str_sub(p->value, 0, n);
    drop(p, n);
    return n > 0;
}

static bool take_day(struct parsing *p, const struct layout_item *item)
{
    if (item->word == LAYOUT_UNDER_DAY && p->value.n && p->value.p[0] == ' ') drop(p, 1);
    return take_two(&p->value, item->word == LAYOUT_ZERO_DAY, &p->day);
}

static void check_range(struct parsing *p, bool ok, int64_t v, int64_t low, int64_t high, const char *what)
{
    if (ok && (v < low || v > high)) p->range = what;
}

/* One word of the layout; `rest` is the layout after it. */
static bool take_word(struct parsing *p, const struct layout_item *item, struct str rest)
{
    bool ok;
    switch (item->word) {
    case LAYOUT_YEAR: return take_year(p, 2);
    case LAYOUT_LONG_YEAR: return take_year(p, 4);
    case LAYOUT_MONTH: return (p->month = take_name(p, gotime_month_name, 1, 12, 3)) > 0;
    case LAYOUT_LONG_MONTH: return (p->month = take_name(p, gotime_month_name, 1, 12, 0)) > 0;
    case LAYOUT_WEEKDAY: return take_name(p, gotime_weekday_name, 0, 6, 3) >= 0;
    case LAYOUT_LONG_WEEKDAY: return take_name(p, gotime_weekday_name, 0, 6, 0) >= 0;
    case LAYOUT_NUM_MONTH: case LAYOUT_ZERO_MONTH:
        ok = take_two(&p->value, item->word == LAYOUT_ZERO_MONTH, &p->month);
        check_range(p, ok, p->month, 1, 12, "month");
        return ok;
    case LAYOUT_DAY: case LAYOUT_UNDER_DAY: case LAYOUT_ZERO_DAY: return take_day(p, item);
    case LAYOUT_UNDER_YEAR_DAY: return take_yday(p, true, false);
    case LAYOUT_ZERO_YEAR_DAY: return take_yday(p, false, true);
    case LAYOUT_HOUR:
        ok = take_two(&p->value, false, &p->hour);
        check_range(p, ok, p->hour, 0, 23, "hour");
        return ok;
    case LAYOUT_HOUR12: case LAYOUT_ZERO_HOUR12:
        ok = take_two(&p->value, item->word == LAYOUT_ZERO_HOUR12, &p->hour);
        check_range(p, ok, p->hour, 0, 12, "hour");
        return ok;
    case LAYOUT_MINUTE: case LAYOUT_ZERO_MINUTE:
        ok = take_two(&p->value, item->word == LAYOUT_ZERO_MINUTE, &p->minute);
        check_range(p, ok, p->minute, 0, 59, "minute");
        return ok;
    case LAYOUT_SECOND: return take_second(p, false, rest);
    case LAYOUT_ZERO_SECOND: return take_second(p, true, rest);
    case LAYOUT_UPPER_PM: return take_pm(p, "AM", "PM");
    case LAYOUT_LOWER_PM: return take_pm(p, "am", "pm");
    case LAYOUT_OFFSET: return take_offset(p, item);
    case LAYOUT_ZONE_NAME: return take_zone_name(p);
    case LAYOUT_FRACTION: return p->value.n > item->digits && take_fraction(p, item->digits + 1u);
    case LAYOUT_FRACTION_TRIMMED: return !fraction_length(p->value) || take_fraction(p, fraction_length(p->value));
    case LAYOUT_END: return true;
    }
    return false;
}

/* Takes the layout's literal text; a run of spaces matches any run, and none at the end of the text. */
static bool take_literal(struct parsing *p, struct str literal)
{
    while (literal.n) {
        if (literal.p[0] == ' ') {
            if (p->value.n && p->value.p[0] != ' ') return false;
            while (literal.n && literal.p[0] == ' ') literal = str_from_n(literal, 1);
            while (p->value.n && p->value.p[0] == ' ') drop(p, 1);
            continue;
        }
        if (!p->value.n || p->value.p[0] != literal.p[0]) return false;
        literal = str_from_n(literal, 1);
        drop(p, 1);
    }
    return true;
}

/* ---- messages ---- */

/* As package time quotes: bytes outside printable ASCII as \x... */
static void add_quoted(struct buf *b, struct str s)
{
    buf_byte(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x80 || c < ' ') buf_printf(b, "\\x%02x", c);
        else if (c == '"' || c == '\\') buf_printf(b, "\\%c", c);
        else buf_byte(b, (char)c);
    }
    buf_byte(b, '"');
}

static bool fail_as(struct buf *b, struct str whole, struct str layout, struct str value, struct str element, struct str *error)
{
    buf_z(b, "parsing time ");
    add_quoted(b, whole);
    buf_z(b, " as ");
    add_quoted(b, layout);
    buf_z(b, ": cannot parse ");
    add_quoted(b, value);
    buf_z(b, " as ");
    add_quoted(b, element);
    *error = buf_done(b);
    return false;
}

static bool fail_with(struct buf *b, struct str whole, const char *what, const char *what_else, struct str *error)
{
    buf_z(b, "parsing time ");
    add_quoted(b, whole);
    buf_z(b, ": ");
    buf_z(b, what);
    buf_z(b, what_else);
    *error = buf_done(b);
    return false;
}

/* ---- the whole ---- */

/* A day of the year to month and day; what is wrong with it, or NULL. */
static const char *settle_yday(struct parsing *p)
{
    int64_t yday = p->yday;
    int month = 0, day = 0;
    if (calendar_leap(p->year)) {
        if (yday == 60) {
            month = 2;
            day = 29;
        } else if (yday > 60) {
            yday--;
        }
    }
    if (yday < 1 || yday > 365) return "day-of-year out of range";
    if (!month) {
        for (month = 12; calendar_days_before(month) >= yday;) month--;
        day = (int)yday - calendar_days_before(month);
    }
    if (p->month >= 0 && p->month != month) return "day-of-year does not match month";
    if (p->day >= 0 && p->day != day) return "day-of-year does not match day";
    p->month = month;
    p->day = day;
    return NULL;
}

static struct gotime moved(struct gotime t, int64_t offset, const struct zone *z)
{
    return gotime_from_unix(gotime_unix(t) - offset, t.nsec, z);
}

/* An offset or abbreviation is taken for that of the local zone when it could be; else a zone is made for it. */
static struct gotime in_zone(struct arena *a, const struct parsing *p, const struct zone *local)
{
    struct gotime t = gotime_make(p->year, p->month, p->day, p->hour, p->minute, p->second, p->nsec, NULL);
    int32_t offset = 0;
    if (p->utc) return t;
    if (p->has_offset) {
        struct zone_at at = zone_lookup(local, gotime_unix(t) - p->offset);
        bool ours = at.offset == p->offset && (!p->zone_name.n || str_eq(at.name, p->zone_name));
        return moved(t, p->offset, ours ? local : zone_fixed(a, p->zone_name, p->offset));
    }
    if (!p->zone_name.n) return gotime_make(p->year, p->month, p->day, p->hour, p->minute, p->second, p->nsec, local);
    if (zone_lookup_name(local, p->zone_name, gotime_unix(t), &offset)) return moved(t, offset, local);
    int64_t hours = 0;
    if (p->zone_name.n > 3 && str_starts(p->zone_name, STR("GMT"))) whole_number(str_from_n(p->zone_name, 3), &hours);
    t.zone = zone_fixed(a, p->zone_name, (int32_t)hours * 3600);
    return t;
}

bool gotime_parse(struct arena *a, struct str layout, struct str value, const struct zone *z, struct gotime *out, struct str *error)
{
    struct parsing p = {.value = value, .month = -1, .day = -1, .yday = -1};
    struct buf b = buf_new(a);
    struct layout_item item = {0};
    for (size_t at = 0;; at = item.to) {
        item = layout_next(layout, at);
        struct str literal = str_sub(layout, at, item.from), word = str_sub(layout, item.from, item.to);
        if (!take_literal(&p, literal)) return fail_as(&b, value, layout, p.value, literal, error);
        if (item.word == LAYOUT_END) break;
        struct str before = p.value;
        bool ok = take_word(&p, &item, str_from_n(layout, item.to));
        if (p.range) return fail_with(&b, value, p.range, " out of range", error);
        if (!ok) return fail_as(&b, value, layout, before, word, error);
    }
    if (p.value.n) {
        struct buf rest = buf_new(a);
        add_quoted(&rest, p.value);
        return fail_with(&b, value, "extra text: ", buf_done(&rest).p, error);
    }
    if (p.pm && p.hour < 12) p.hour += 12;
    else if (p.am && p.hour == 12) p.hour = 0;
    const char *wrong = p.yday >= 0 ? settle_yday(&p) : NULL;
    if (wrong) return fail_with(&b, value, wrong, "", error);
    if (p.month < 0) p.month = 1;
    if (p.day < 0) p.day = 1;
    if (p.day < 1 || p.day > calendar_days_in((int)p.month, p.year)) return fail_with(&b, value, "day out of range", "", error);
    *out = in_zone(a, &p, z == &zone_utc ? NULL : z);
    return true;
}
