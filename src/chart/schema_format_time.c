/* The formats of dates and times: RFC 3339 as format.go reads it. */
#include "chart/schema_tree.h"
#include "text/gotime.h"
#include "value/gofmt.h"

static bool refuse(struct str *error, const char *why)
{
    *error = str_from(why);
    return false;
}

static bool refuse_inner(struct arena *a, struct str *error, const char *what)
{
    *error = str_printf(a, "%s: %.*s", what, STR_ARG(*error));
    return false;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t count_digits(struct str s)
{
    size_t n = 0;
    while (n < s.n && is_digit(s.p[n])) n++;
    return n;
}

/* ---- durations ---- */

static bool check_units(struct arena *a, struct str s, const char *units, struct str *error)
{
    const char *left = units;
    while (s.n) {
        size_t digits = count_digits(s);
        if (!digits) return refuse(error, "missing number");
        s = str_from_n(s, digits);
        if (!s.n) return refuse(error, "missing unit");
        char unit = s.p[0];
        const char *at = unit ? strchr(left, unit) : NULL;
        if (!at) {
            struct buf b = buf_new(a);
            bool known = unit && strchr(units, unit);
            buf_z(&b, known ? "unit " : "invalid unit ");
            go_quote_rune(&b, (unsigned char)unit, false);
            if (known) buf_z(&b, " out of order");
            *error = buf_done(&b);
            return false;
        }
        left = at + 1;
        s = str_from_n(s, 1);
    }
    return true;
}

bool schema_format_duration(struct arena *a, struct str s, struct str *error)
{
    static const char *const units[] = {"YMD", "HMS"};
    struct str part;
    if (!s.n || s.p[0] != 'P') return refuse(error, "must start with P");
    s = str_from_n(s, 1);
    if (!s.n) return refuse(error, "nothing after P");
    if (s.p[s.n - 1] == 'W') {
        s.n--;
        if (!s.n) return refuse(error, "no number in week");
        return count_digits(s) == s.n || refuse(error, "invalid week");
    }
    bool more = true;
    for (int i = 0; more; i++) {
        more = str_cut(s, STR("T"), &part, &s);
        if (i && !part.n) return refuse(error, "no time elements");
        if (i >= 2) return refuse(error, "more than one T");
        if (!check_units(a, part, units[i], error)) return false;
    }
    return true;
}

/* ---- date and time ---- */

bool schema_format_date(struct arena *a, struct str s, struct str *error)
{
    struct gotime t;
    return gotime_parse(a, STR("2006-01-02"), s, NULL, &t, error);
}

enum parsed { PARSED, NO_NUMBER, NEGATIVE };

/* strconv.Atoi of two characters. */
static enum parsed read_two(const char *p, int *out)
{
    bool sign = p[0] == '-' || p[0] == '+';
    *out = 0;
    if ((!sign && !is_digit(p[0])) || !is_digit(p[1])) return NO_NUMBER;
    *out = sign ? p[1] - '0' : (p[0] - '0') * 10 + p[1] - '0';
    if (p[0] == '-') *out = -*out;
    return *out < 0 ? NEGATIVE : PARSED;
}

/* "+01:30", in minutes. */
static bool read_offset(struct str s, int *minutes, struct str *error)
{
    int part[2];
    *minutes = 0;
    if (str_is(s, "z") || str_is(s, "Z")) return true;
    if (s.n != 6) return refuse(error, "offset must be 6 characters long");
    if (s.p[0] != '+' && s.p[0] != '-') return refuse(error, "offset must begin with plus/minus");
    if (s.p[3] != ':') return refuse(error, "missing colon in offset in correct place");
    for (int i = 0; i < 2; i++) {
        enum parsed p = read_two(s.p + 1 + 3 * i, &part[i]);
        if (p == NO_NUMBER) return refuse(error, "invalid hour/min in offset");
        if (p == NEGATIVE) return refuse(error, "non-positive hour/min in offset");
    }
    if (part[0] > 23 || part[1] > 59) return refuse(error, "hour/min in offset out of range");
    *minutes = (s.p[0] == '+' ? -1 : 1) * (part[0] * 60 + part[1]);
    return true;
}

bool schema_format_time(struct arena *a, struct str s, struct str *error)
{
    (void)a;
    int part[3], offset;
    if (s.n < 9) return refuse(error, "less than 9 characters long");
    if (s.p[2] != ':' || s.p[5] != ':') return refuse(error, "missing colon in correct place");
    for (int i = 0; i < 3; i++) {
        enum parsed p = read_two(s.p + 3 * i, &part[i]);
        if (p == NO_NUMBER) return refuse(error, "invalid hour/min/sec");
        if (p == NEGATIVE) return refuse(error, "non-positive hour/min/sec");
    }
    if (part[0] > 23 || part[1] > 59 || part[2] > 60) return refuse(error, "hour/min/sec out of range");
    s = str_from_n(s, 8);
    if (s.p[0] == '.') {
        size_t digits = count_digits(str_from_n(s, 1));
        if (!digits) return refuse(error, "no digits in second fraction");
        s = str_from_n(s, 1 + digits);
    }
    if (!read_offset(s, &offset, error)) return false;
    int minutes = part[0] * 60 + part[1] + offset;
    if (minutes < 0) minutes += 24 * 60;
    if (part[2] >= 60 && (minutes / 60 != 23 || minutes % 60 != 59)) return refuse(error, "invalid leap second");
    return true;
}

bool schema_format_date_time(struct arena *a, struct str s, struct str *error)
{
    if (s.n < 20) return refuse(error, "less than 20 characters long");
    if (s.p[10] != 't' && s.p[10] != 'T') return refuse(error, "11th character must be t or T");
    if (!schema_format_date(a, str_sub(s, 0, 10), error)) return refuse_inner(a, error, "invalid date element");
    return schema_format_time(a, str_from_n(s, 11), error) || refuse_inner(a, error, "invalid time element");
}

static bool check_end(struct arena *a, struct str s, const char *which, struct str *error)
{
    if (s.n && s.p[0] == 'P') {
        if (schema_format_duration(a, s, error)) return true;
        return refuse_inner(a, error, str_printf(a, "invalid %s duration", which).p);
    }
    return schema_format_date_time(a, s, error) || refuse_inner(a, error, str_printf(a, "invalid %s date-time", which).p);
}

bool schema_format_period(struct arena *a, struct str s, struct str *error)
{
    struct str start, end;
    if (!str_cut(s, STR("/"), &start, &end)) return refuse(error, "missing slash");
    if (!check_end(a, start, "start", error)) return false;
    /* One of the two must be a date-time. */
    if (start.n && start.p[0] == 'P') return schema_format_date_time(a, end, error) || refuse_inner(a, error, "invalid end date-time");
    return check_end(a, end, "end", error);
}
