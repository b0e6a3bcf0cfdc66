#include "value/goparse.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"

static bool is_digit(char c, bool hex) { return (c >= '0' && c <= '9') || (hex && isxdigit((unsigned char)c)); }

/* Underscores stand between digits; the prefix 0x counts as one. */
static bool underscores_ok(struct str s, bool hex)
{
    char before = hex ? '0' : 0;
    for (size_t i = hex ? 2 : 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '_' && !is_digit(before, hex)) return false;
        if (c != '_' && before == '_' && !is_digit(c, hex)) return false;
        before = c;
    }
    return before != '_';
}

/* Steps over digits and underscores. */
static size_t skip_digits(struct str s, size_t i, bool hex, bool *seen)
{
    for (; i < s.n && (s.p[i] == '_' || is_digit(s.p[i], hex)); i++)
        if (s.p[i] != '_') *seen = true;
    return i;
}

/* Whether s (without sign) is digits, point, digits, exponent and nothing else. */
static bool float_syntax(struct str s, bool hex)
{
    bool seen = false, exponent = false;
    size_t i = skip_digits(s, hex ? 2 : 0, hex, &seen);
    if (i < s.n && s.p[i] == '.') i = skip_digits(s, i + 1, hex, &seen);
    if (!seen) return false;
    if (i < s.n && (s.p[i] | 0x20) == (hex ? 'p' : 'e')) {
        i++;
        if (i < s.n && (s.p[i] == '+' || s.p[i] == '-')) i++;
        if (i >= s.n || !is_digit(s.p[i], false)) return false;
        i = skip_digits(s, i, false, &exponent);
    } else if (hex) {
        return false; /* a hexadecimal float needs its exponent */
    }
    return i == s.n && underscores_ok(s, hex);
}

static bool is_word(struct str s, const char *word) { return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0; }

static bool special(struct str s, bool has_sign, bool negative, double *out)
{
    if (is_word(s, "inf") || is_word(s, "infinity")) *out = negative ? -INFINITY : INFINITY;
    else if (!has_sign && is_word(s, "nan")) *out = NAN;
    else return false;
    return true;
}

enum go_parsed go_parse_float(struct arena *a, struct str s, double *out)
{
    *out = 0;
    bool has_sign = s.n && (s.p[0] == '-' || s.p[0] == '+'), negative = has_sign && s.p[0] == '-';
    if (has_sign) s = str_from_n(s, 1);
    if (special(s, has_sign, negative, out)) return GO_PARSED;
    bool hex = s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x';
    if (!float_syntax(s, hex)) return GO_SYNTAX;
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_') buf_byte(&b, s.p[i]);
    double f = strtod(buf_done(&b).p, NULL);
    *out = negative ? -f : f;
    return isinf(f) ? GO_RANGE : GO_PARSED;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z' ? (unsigned)(lower - 'a') + 10 : 99;
}

enum go_parsed go_parse_int(struct str s, unsigned base, int64_t *out)
{
    *out = 0;
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (negative || s.p[0] == '+')) s = str_from_n(s, 1);
    if (!s.n) return GO_SYNTAX;
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    uint64_t u = 0;
    bool large = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = digit_value(s.p[i]);
        if (d >= base) return GO_SYNTAX;
        /* Past uint64 Go reports the range at once, without a look at what follows. */
        if (__builtin_mul_overflow(u, (uint64_t)base, &u) || __builtin_add_overflow(u, (uint64_t)d, &u)) {
            large = true;
            break;
        }
    }
    large = large || u > most;
    if (large) u = most;
    *out = (int64_t)(negative ? -u : u);
    return large ? GO_RANGE : GO_PARSED;
}
