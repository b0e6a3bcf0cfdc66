#include "value/yaml_resolve.h"

#include <math.h>
#include <stdlib.h>

#include "value/gofmt.h"

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* ---- words ---- */

struct word {
    char text[6];
    uint8_t n;
    enum yaml_tag tag;
    bool truth;
};

static const struct word words[] = {
    {"y", 1, YAML_BOOL, true}, {"Y", 1, YAML_BOOL, true}, {"yes", 3, YAML_BOOL, true}, {"Yes", 3, YAML_BOOL, true}, {"YES", 3, YAML_BOOL, true},
    {"true", 4, YAML_BOOL, true}, {"True", 4, YAML_BOOL, true}, {"TRUE", 4, YAML_BOOL, true},
    {"on", 2, YAML_BOOL, true}, {"On", 2, YAML_BOOL, true}, {"ON", 2, YAML_BOOL, true},
    {"n", 1, YAML_BOOL, false}, {"N", 1, YAML_BOOL, false}, {"no", 2, YAML_BOOL, false}, {"No", 2, YAML_BOOL, false}, {"NO", 2, YAML_BOOL, false},
    {"false", 5, YAML_BOOL, false}, {"False", 5, YAML_BOOL, false}, {"FALSE", 5, YAML_BOOL, false},
    {"off", 3, YAML_BOOL, false}, {"Off", 3, YAML_BOOL, false}, {"OFF", 3, YAML_BOOL, false},
    {"~", 1, YAML_NULL, false}, {"null", 4, YAML_NULL, false}, {"Null", 4, YAML_NULL, false}, {"NULL", 4, YAML_NULL, false},
};

static const struct word *word_find(struct str s)
{
    if (s.n > 5) return NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].text[0] == s.p[0] && words[i].n == s.n && memcmp(s.p, words[i].text, s.n) == 0) return &words[i];
    return NULL;
}

/* .inf and .nan, in the spellings of YAML 1.1. */
static bool special_float(struct str s, double *out)
{
    bool negative = s.p[0] == '-', sign = negative || s.p[0] == '+';
    struct str name = str_from_n(s, sign);
    if (str_is(name, ".inf") || str_is(name, ".Inf") || str_is(name, ".INF")) {
        *out = negative ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    if (!sign && (str_is(name, ".nan") || str_is(name, ".NaN") || str_is(name, ".NAN"))) {
        *out = NAN;
        return true;
    }
    return false;
}

/* ---- numbers ---- */

enum { LONGEST_NUMBER = 4096 }; /* a longer scalar is text: nobody writes such a number, and it bounds the work */

/* strconv.ParseUint without its prefixes; false on a foreign digit, on none, or on overflow. */
static bool parse_digits(struct str s, unsigned base, uint64_t *out)
{
    uint64_t n = 0;
    if (!s.n) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        unsigned d = digit((char)c) ? c - '0' + 0u : (c | 32u) >= 'a' && (c | 32u) <= 'z' ? (c | 32u) - 'a' + 10 : 99;
        if (d >= base || __builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, d, &n)) return false;
    }
    *out = n;
    return true;
}

/* The magnitude, with the base told by its prefix as strconv.ParseInt does with base 0: 0x, 0o, 0b, 0. */
static bool parse_magnitude(struct str s, uint64_t *out)
{
    if (!s.n) return false;
    if (s.p[0] != '0' || s.n == 1) return parse_digits(s, 10, out);
    if (s.n >= 3) {
        switch (s.p[1] | 32) {
        case 'b': return parse_digits(str_from_n(s, 2), 2, out);
        case 'o': return parse_digits(str_from_n(s, 2), 8, out);
        case 'x': return parse_digits(str_from_n(s, 2), 16, out);
        }
    }
    return parse_digits(str_from_n(s, 1), 8, out);
}

static bool with_sign(bool negative, uint64_t n, struct value *out)
{
    if (n > (uint64_t)INT64_MAX + negative) return false;
    *out = v_int64((int64_t)(negative ? 0 - n : n));
    return true;
}

static bool parse_int(struct str s, struct value *out)
{
    bool negative = s.p[0] == '-', sign = negative || s.p[0] == '+';
    struct str rest = str_from_n(s, sign);
    uint64_t n;
    if (parse_magnitude(rest, &n)) {
        if (with_sign(negative, n, out)) return true;
        if (sign) return false;
        *out = (struct value){.kind = V_UINT, .type = GO_UINT64, .u.u = n};
        return true;
    }
    /* go-yaml's own binary form tolerates a sign after the prefix: 0b-1 is -1. */
    if (!sign && str_starts(s, STR("0b"))) {
        struct str bits = str_from_n(s, 2);
        negative = bits.n && bits.p[0] == '-';
        sign = negative || (bits.n && bits.p[0] == '+');
        return sign && parse_digits(str_from_n(bits, 1), 2, &n) && with_sign(negative, n, out);
    }
    return false;
}

/* The shape of a decimal float, in which an underscore may stand between digits when `underscores` is set.
 * The digits without underscores go to `plain` (as long as s). */
static bool float_shape(struct str s, bool underscores, char *plain, size_t *plain_n)
{
    size_t i = 0, n = 0, digits = 0;
    char last = '!'; /* '0' after a digit, '_' after an underscore */
    bool point = false, exponent = false;
    if (i < s.n && (s.p[i] == '+' || s.p[i] == '-')) plain[n++] = s.p[i++];
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '_') {
            if (!underscores || last != '0') return false;
            last = '_';
            continue;
        }
        if (digit(c)) {
            digits++;
            last = '0';
        } else if (last == '_') {
            return false;
        } else if (c == '.' && !point && !exponent) {
            point = true;
            last = '!';
        } else if ((c == 'e' || c == 'E') && !exponent && digits) {
            exponent = true;
            digits = 0;
            last = '!';
            plain[n++] = c;
            if (i + 1 < s.n && (s.p[i + 1] == '+' || s.p[i + 1] == '-')) plain[n++] = s.p[++i];
            continue;
        } else {
            return false;
        }
        plain[n++] = c;
    }
    *plain_n = n;
    return digits && last != '_';
}

static bool parse_float(struct str s, bool underscores, struct value *out)
{
    char plain[LONGEST_NUMBER + 1];
    size_t n;
    if (!float_shape(s, underscores, plain, &n)) return false;
    plain[n] = 0;
    *out = v_float(strtod(plain, NULL));
    return isfinite(out->u.f); /* Go's ParseFloat reports what is out of range, and the text stays text */
}

/* Go removes every underscore before it looks at a number that begins with a sign or a digit. */
static enum yaml_tag resolve_number(struct str text, struct value *out)
{
    if (yaml_is_timestamp(text)) return YAML_TIMESTAMP;
    char plain[LONGEST_NUMBER];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '_') continue;
        /* No byte of a number lies outside these: most text leaves here. */
        if (!digit(c) && !strchr("+-.eExXoObB", c) && !((c | 32) >= 'a' && (c | 32) <= 'f')) return YAML_STR;
        plain[n++] = c;
    }
    struct str s = str_of(plain, n);
    if (!n) return YAML_STR;
    if (parse_int(s, out)) return YAML_INT;
    if (parse_float(s, false, out)) return YAML_FLOAT;
    return YAML_STR;
}

enum yaml_tag yaml_resolve(struct str text, struct value *out)
{
    enum { IS_TEXT, MAY_BE_WORD, MAY_BE_NUMBER };
    static const uint8_t begins[256] = {
        ['y'] = MAY_BE_WORD, ['Y'] = MAY_BE_WORD, ['n'] = MAY_BE_WORD, ['N'] = MAY_BE_WORD, ['t'] = MAY_BE_WORD, ['T'] = MAY_BE_WORD,
        ['f'] = MAY_BE_WORD, ['F'] = MAY_BE_WORD, ['o'] = MAY_BE_WORD, ['O'] = MAY_BE_WORD, ['~'] = MAY_BE_WORD,
        ['.'] = MAY_BE_NUMBER, ['+'] = MAY_BE_NUMBER, ['-'] = MAY_BE_NUMBER, ['0' ... '9'] = MAY_BE_NUMBER,
    };
    *out = NIL;
    if (!text.n) return YAML_NULL;
    enum yaml_tag tag = YAML_STR;
    char c = text.p[0];
    double f;
    if (begins[(unsigned char)c] == IS_TEXT) {
        *out = v_str(text);
        return YAML_STR;
    }
    if (begins[(unsigned char)c] == MAY_BE_WORD) {
        const struct word *w = word_find(text);
        if (w) {
            if (w->tag == YAML_BOOL) *out = v_bool(w->truth);
            return w->tag;
        }
    } else if ((c == '.' || c == '+' || c == '-') && text.n <= 5 && special_float(text, &f)) {
        *out = v_float(f);
        return YAML_FLOAT;
    } else if (c == '.' && text.n <= LONGEST_NUMBER && parse_float(text, true, out)) {
        return YAML_FLOAT;
    } else if ((digit(c) || c == '+' || c == '-') && text.n <= LONGEST_NUMBER) {
        tag = resolve_number(text, out);
    }
    if (tag == YAML_STR || tag == YAML_TIMESTAMP) *out = v_str(text);
    return tag;
}

/* ---- timestamps ---- */

/* One or two digits, and their value; 0 bytes when there are none. */
static size_t two_digits(struct str s, size_t at, bool both, int *out)
{
    if (at >= s.n || !digit(s.p[at])) return 0;
    *out = s.p[at] - '0';
    if (at + 1 >= s.n || !digit(s.p[at + 1])) return both ? 0 : 1;
    *out = *out * 10 + s.p[at + 1] - '0';
    return 2;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Z or +hh:mm, to the end. */
static bool zone_to_end(struct str s)
{
    if (s.n == 1 && s.p[0] == 'Z') return true;
    int hours, minutes;
    return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && s.p[3] == ':' && two_digits(s, 1, true, &hours) &&
           two_digits(s, 4, true, &minutes) && hours <= 24 && minutes < 60;
}

bool yaml_is_timestamp(struct str s)
{
    if (s.n < 8 || s.p[4] != '-') return false;
    int year = 0, month, day, part;
    for (size_t i = 0; i < 4; i++) {
        if (!digit(s.p[i])) return false;
        year = year * 10 + s.p[i] - '0';
    }
    size_t at = 5, w = two_digits(s, at, false, &month);
    if (!w || month < 1 || month > 12 || (at += w) >= s.n || s.p[at++] != '-') return false;
    if (!(w = two_digits(s, at, false, &day)) || day < 1 || day > days_in(year, month)) return false;
    at += w;
    if (at == s.n) return true;
    char between = s.p[at++];
    if (between != 'T' && between != 't' && between != ' ') return false;
    /* time.Parse: the hour of "15" takes two digits or one, minutes and seconds of "4" and "5" one or two. */
    if (!(w = two_digits(s, at, false, &part)) || part >= 24) return false;
    at += w;
    for (int i = 0; i < 2; i++) {
        if (at >= s.n || s.p[at++] != ':') return false;
        if (!(w = two_digits(s, at, false, &part)) || part >= 60) return false;
        at += w;
    }
    /* A fraction may follow seconds, after a point or a comma. */
    if (at + 1 < s.n && (s.p[at] == '.' || s.p[at] == ',') && digit(s.p[at + 1]))
        for (at++; at < s.n && digit(s.p[at]);) at++;
    return between == ' ' ? at == s.n : zone_to_end(str_from_n(s, at));
}

/* ^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$ */
bool yaml_is_base60(struct str s)
{
    size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-'), groups = 0;
    if (i >= s.n || !digit(s.p[i])) return false;
    while (i < s.n && (digit(s.p[i]) || s.p[i] == '_')) i++;
    for (; i + 1 < s.n && s.p[i] == ':' && digit(s.p[i + 1]); groups++) {
        bool two = i + 2 < s.n && digit(s.p[i + 2]);
        if (two && s.p[i + 1] > '5') return false;
        i += two ? 3 : 2;
    }
    if (!groups) return false;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && (digit(s.p[i]) || s.p[i] == '_');) i++;
    return i == s.n;
}

/* ---- tags ---- */

static const struct {
    const char *uri, *name;
} tags[] = {
    [YAML_STR] = {"tag:yaml.org,2002:str", "!!str"},
    [YAML_NULL] = {"tag:yaml.org,2002:null", "!!null"},
    [YAML_BOOL] = {"tag:yaml.org,2002:bool", "!!bool"},
    [YAML_INT] = {"tag:yaml.org,2002:int", "!!int"},
    [YAML_FLOAT] = {"tag:yaml.org,2002:float", "!!float"},
    [YAML_TIMESTAMP] = {"tag:yaml.org,2002:timestamp", "!!timestamp"},
    [YAML_BINARY] = {"tag:yaml.org,2002:binary", "!!binary"},
    [YAML_MERGE] = {"tag:yaml.org,2002:merge", "!!merge"},
};

const char *yaml_tag_name(enum yaml_tag tag) { return tag < YAML_OTHER ? tags[tag].name : ""; }

enum yaml_tag yaml_tag_of(struct str uri)
{
    for (unsigned t = 0; t < YAML_OTHER; t++)
        if (str_is(uri, tags[t].uri)) return (enum yaml_tag)t;
    return YAML_OTHER;
}

/* ---- floats ---- */

void yaml_float(struct buf *b, double f, int bits)
{
    if (isnan(f)) {
        buf_z(b, ".nan");
        return;
    }
    if (isinf(bits == 32 ? (double)(float)f : f)) {
        buf_z(b, f < 0 ? "-.inf" : ".inf");
        return;
    }
    if (bits == 32) f = (double)(float)f;
    go_float_bits(b, f, 'g', -1, bits);
}
