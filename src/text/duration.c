#include "base/buf.h"
#include "text/units.h"

/* Durations as Go's time.ParseDuration reads them, with its messages and its limits. */
static const uint64_t LIMIT = (uint64_t)1 << 63;

static const struct {
    const char *name;
    uint64_t nanoseconds;
} units[] = {
    {"ns", 1},      {"us", 1000},       {"\xc2\xb5s", 1000},        {"\xce\xbcs", 1000}, /* the micro sign and a mu */
    {"ms", 1000000}, {"s", 1000000000}, {"m", 60 * 1000000000ull}, {"h", 3600 * 1000000000ull},
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void add_quoted(struct buf *b, struct str s)
{
    buf_byte(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') buf_byte(b, '\\');
        if (c < ' ' || c >= 0x80)
            buf_printf(b, "\\x%02x", c);
        else
            buf_byte(b, (char)c);
    }
    buf_byte(b, '"');
}

/* `unit`, when it is not NULL, is quoted between the two parts of the problem. */
static bool fail(struct arena *a, struct str *error, const char *problem, const struct str *unit, struct str whole)
{
    struct buf b = buf_new(a);
    buf_z(&b, "time: ");
    buf_z(&b, problem);
    if (unit) {
        buf_byte(&b, ' ');
        add_quoted(&b, *unit);
        buf_z(&b, " in duration");
    }
    buf_byte(&b, ' ');
    add_quoted(&b, whole);
    *error = buf_done(&b);
    return false;
}

static bool read_whole(struct str *rest, uint64_t *n)
{
    *n = 0;
    while (rest->n && is_digit(rest->p[0])) {
        if (*n > LIMIT / 10) return false;
        *n = *n * 10 + (uint64_t)(rest->p[0] - '0');
        if (*n > LIMIT) return false;
        *rest = str_from_n(*rest, 1);
    }
    return true;
}

/* Digits that do not fit any more are dropped. */
static void read_fraction(struct str *rest, uint64_t *n, double *scale)
{
    bool full = false;
    for (; rest->n && is_digit(rest->p[0]); *rest = str_from_n(*rest, 1)) {
        full = full || *n > (LIMIT - 1) / 10;
        if (full) continue;
        uint64_t more = *n * 10 + (uint64_t)(rest->p[0] - '0');
        full = more > LIMIT;
        if (full) continue;
        *n = more;
        *scale *= 10;
    }
}

static uint64_t unit_find(struct str name)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(name, units[i].name)) return units[i].nanoseconds;
    return 0;
}

static bool starts_number(struct str s) { return s.n && (s.p[0] == '.' || is_digit(s.p[0])); }

/* 1.5h: one number and its unit. */
static bool read_part(struct arena *a, struct str *rest, struct str whole, uint64_t *out, struct str *error)
{
    static const char invalid[] = "invalid duration";
    uint64_t n, fraction = 0;
    double scale = 1;
    struct str from = *rest;
    if (!starts_number(*rest) || !read_whole(rest, &n)) return fail(a, error, invalid, NULL, whole);
    size_t digits = from.n - rest->n;
    if (str_starts(*rest, STR("."))) {
        *rest = from = str_from_n(*rest, 1);
        read_fraction(rest, &fraction, &scale);
        digits += from.n - rest->n;
    }
    if (!digits) return fail(a, error, invalid, NULL, whole);
    size_t length = 0;
    while (length < rest->n && !starts_number(str_from_n(*rest, length))) length++;
    struct str name = str_sub(*rest, 0, length);
    *rest = str_from_n(*rest, length);
    if (!length) return fail(a, error, "missing unit in duration", NULL, whole);
    uint64_t unit = unit_find(name);
    if (!unit) return fail(a, error, "unknown unit", &name, whole);
    if (n > LIMIT / unit) return fail(a, error, invalid, NULL, whole);
    *out = n * unit;
    if (fraction) *out += (uint64_t)((double)fraction * ((double)unit / scale));
    return *out <= LIMIT || fail(a, error, invalid, NULL, whole);
}

bool duration_parse(struct arena *a, struct str text, int64_t *nanoseconds, struct str *error)
{
    struct str rest = text;
    bool negative = str_starts(rest, STR("-"));
    uint64_t sum = 0;
    if (negative || str_starts(rest, STR("+"))) rest = str_from_n(rest, 1);
    *nanoseconds = 0;
    if (str_is(rest, "0")) return true;
    if (!rest.n) return fail(a, error, "invalid duration", NULL, text);
    while (rest.n) {
        uint64_t part = 0;
        if (!read_part(a, &rest, text, &part, error)) return false;
        sum += part;
        if (sum > LIMIT) return fail(a, error, "invalid duration", NULL, text);
    }
    if (!negative && sum == LIMIT) return fail(a, error, "invalid duration", NULL, text);
    *nanoseconds = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

struct str duration_show(struct arena *a, int64_t seconds)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } parts[] = {{'h', 3600}, {'m', 60}, {'s', 1}};
    struct buf b = buf_new(a);
    uint64_t left = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;
    if (seconds < 0) buf_byte(&b, '-');
    for (size_t i = 0; i < 3; i++) {
        uint64_t n = left / parts[i].seconds;
        left %= parts[i].seconds;
        if (n || (i == 2 && !seconds)) buf_printf(&b, "%llu%c", (unsigned long long)n, parts[i].letter);
    }
    return buf_done(&b);
}
