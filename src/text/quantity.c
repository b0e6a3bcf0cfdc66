#include "text/units.h"

/* Numbers as k8s.io/apimachinery/pkg/api/resource reads them (quantity.go, suffix.go): digits with a point, then a suffix or
 * a power of ten. What is finer than a thousandth is rounded away from zero. */
struct quantity {
    bool negative;
    struct str whole, fraction; /* digits */
    bool binary;
    int32_t exponent;           /* of 2 if binary, else of 10 */
};

static const struct {
    const char *suffix;
    bool binary;
    int32_t exponent;
} suffixes[] = {
    {"", false, 0},  {"n", false, -9}, {"u", false, -6}, {"m", false, -3}, {"k", false, 3},  {"M", false, 6},
    {"G", false, 9}, {"T", false, 12}, {"P", false, 15}, {"E", false, 18}, {"Ki", true, 10}, {"Mi", true, 20},
    {"Gi", true, 30}, {"Ti", true, 40}, {"Pi", true, 50}, {"Ei", true, 60},
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static struct str take_digits(struct str *rest)
{
    size_t n = 0;
    while (n < rest->n && is_digit(rest->p[n])) n++;
    struct str digits = str_sub(*rest, 0, n);
    *rest = str_from_n(*rest, n);
    return digits;
}

/* e3, E-6. The value is cut to 32 bits, as there. */
static bool read_power(struct str s, int32_t *exponent)
{
    if (s.n < 2 || (s.p[0] | 32) != 'e') return false;
    s = str_from_n(s, 1);
    bool negative = s.p[0] == '-';
    if (negative || s.p[0] == '+') s = str_from_n(s, 1);
    int64_t value = 0;
    if (!s.n) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i])) return false;
        int64_t digit = s.p[i] - '0';
        if (value < (INT64_MIN + digit) / 10) return false;
        value = value * 10 - digit;
    }
    if (!negative && value == INT64_MIN) return false;
    *exponent = (int32_t)(uint32_t)(uint64_t)(negative ? value : -value);
    return true;
}

static bool read_suffix(struct str s, struct quantity *q)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (!str_is(s, suffixes[i].suffix)) continue;
        q->binary = suffixes[i].binary;
        q->exponent = suffixes[i].exponent;
        return true;
    }
    return read_power(s, &q->exponent);
}

static bool read_quantity(struct str text, struct quantity *q)
{
    *q = (struct quantity){0};
    if (!text.n) return false;
    struct str rest = text;
    q->negative = rest.p[0] == '-';
    if (rest.p[0] == '-' || rest.p[0] == '+') rest = str_from_n(rest, 1);
    q->whole = take_digits(&rest);
    if (str_starts(rest, STR("."))) {
        rest = str_from_n(rest, 1);
        q->fraction = take_digits(&rest);
    }
    if (!read_suffix(rest, q)) return false;
    /* Without any digit it is 0 there, as long as the short form of numbers, which is tried first, has room for the suffix. */
    if (q->whole.n || q->fraction.n) return true;
    return q->binary ? q->exponent < 50 : q->exponent >= -9;
}

/* n * 10 + digit, or the largest number. */
static uint64_t append_digit(uint64_t n, unsigned digit)
{
    return n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
}

/* The digits without a point, moved `shift` places to the left; a remainder counts as one more. */
static uint64_t shift_decimal(const struct quantity *q, int64_t shift)
{
    int64_t places = (int64_t)q->whole.n + shift, n = (int64_t)(q->whole.n + q->fraction.n);
    uint64_t value = 0;
    bool remainder = false, any = false;
    for (int64_t i = 0; i < n; i++) {
        size_t at = (size_t)i;
        char c = at < q->whole.n ? q->whole.p[at] : q->fraction.p[at - q->whole.n];
        any = any || c != '0';
        if (i < places)
            value = append_digit(value, (unsigned)(c - '0'));
        else
            remainder = remainder || c != '0';
    }
    if (!any) return 0;
    for (int64_t i = n; i < places && value != UINT64_MAX; i++) value = append_digit(value, 0);
    return value == UINT64_MAX ? value : value + remainder;
}

static uint64_t times_binary(const struct quantity *q)
{
    unsigned __int128 unit = ((unsigned __int128)1000) << q->exponent, part = 0;
    uint64_t whole = 0;
    bool remainder = false;
    for (size_t i = 0; i < q->whole.n; i++) whole = append_digit(whole, (unsigned)(q->whole.p[i] - '0'));
    /* The fraction of a unit, from its last digit on. */
    for (size_t i = q->fraction.n; i-- > 0;) {
        unsigned __int128 sum = unit * (unsigned)(q->fraction.p[i] - '0') + part;
        part = sum / 10;
        remainder = remainder || sum % 10;
    }
    part += remainder;
    if (whole > UINT64_MAX / unit) return UINT64_MAX;
    unsigned __int128 value = unit * whole + part;
    return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

bool quantity_parse(struct str text, int64_t *milli)
{
    struct quantity q;
    if (!read_quantity(text, &q)) return false;
    uint64_t value = q.binary ? times_binary(&q) : shift_decimal(&q, (int64_t)q.exponent + 3);
    *milli = value > INT64_MAX ? INT64_MAX : (int64_t)value;
    if (q.negative) *milli = -*milli;
    return true;
}

struct str quantity_show(struct arena *a, int64_t milli)
{
    static const struct {
        int64_t size;
        const char *suffix;
    } units[] = {{1LL << 50, "Pi"}, {1LL << 40, "Ti"}, {1LL << 30, "Gi"}, {1LL << 20, "Mi"}, {1LL << 10, "Ki"}, {1000000000000000, "P"}, {1000000000000, "T"}, {1000000000, "G"}, {1000000, "M"}};
    int64_t n = milli / 1000, best = 1;
    const char *suffix = "";
    if (milli % 1000) return str_printf(a, "%lldm", (long long)milli);
    for (size_t i = 0; n && i < sizeof units / sizeof *units; i++) {
        if (n % units[i].size || units[i].size <= best) continue;
        best = units[i].size;
        suffix = units[i].suffix;
    }
    return str_printf(a, "%lld%s", (long long)(n / best), suffix);
}
