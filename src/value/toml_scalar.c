/* Scalars of TOML: escapes, numbers, dates (parse.go of the library). */
#include <math.h>

#include "base/utf8.h"
#include "value/goparse.h"
#include "value/timeval.h"
#include "value/toml_state.h"

/* ---- strings ---- */

static struct str strip_first_newline(struct str s)
{
    if (s.n && s.p[0] == '\n') return str_from_n(s, 1);
    return str_starts(s, STR("\r\n")) ? str_from_n(s, 2) : s;
}

/* A backslash before a line's end takes away all white space up to the next other character. */
static struct str strip_escaped_newlines(struct toml *t, struct str s)
{
    struct buf b = buf_new(t->a);
    size_t i = 0;
    for (;;) {
        ptrdiff_t found = str_chr(str_from_n(s, i), '\\');
        if (found < 0) break;
        i += (size_t)found;
        if (i + 1 < s.n && s.p[i + 1] == '\\') {
            i += 2;
            continue;
        }
        size_t j = i + 1;
        while (j < s.n && strchr(" \t\r\n", s.p[j]) && s.p[j]) j++;
        if (str_chr(str_sub(s, i + 1, j), '\n') < 0) { /* another escape, or a bad one */
            i++;
            continue;
        }
        buf_add(&b, str_sub(s, 0, i));
        s = str_from_n(s, j);
        i = 0;
    }
    buf_add(&b, s);
    return buf_done(&b);
}

static bool replace_code(struct toml *t, struct toml_token token, struct str digits, struct buf *b)
{
    uint64_t code = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        code = code << 4 | (uint64_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return toml_fail_at(t, token.line, "Escaped character '\\u%.*s' is not valid UTF-8.", STR_ARG(digits));
    buf_rune(b, (uint32_t)code);
    return true;
}

static bool replace_escapes(struct toml *t, struct toml_token token, struct str s, struct str *out)
{
    static const char letters[] = "btnfre\"\\", bytes[] = "\b\t\n\f\r\033\"\\";
    struct buf b = buf_new(t->a);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\\') {
            buf_byte(&b, s.p[i]);
            continue;
        }
        char c = s.p[++i]; /* the scanner has seen that it is there, and right */
        if (c == ' ' || c == '\t') return toml_fail_at(t, token.line, "invalid escape: '\\%c'", c);
        size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (!digits) {
            buf_byte(&b, bytes[strchr(letters, c) - letters]);
            continue;
        }
        if (!replace_code(t, token, str_sub(s, i + 1, i + 1 + digits), &b)) return false;
        i += digits;
    }
    *out = buf_done(&b);
    return true;
}

/* ---- numbers ---- */

static bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

static bool has_leading_zero(struct str s)
{
    if (s.n > 1 && s.p[0] == '0' && s.p[1] != 'b' && s.p[1] != 'o' && s.p[1] != 'x') return true;
    return s.n > 2 && (s.p[0] == '-' || s.p[0] == '+') && s.p[1] == '0';
}

static bool underscores_ok(struct str s)
{
    static const char *const words[] = {"nan", "+nan", "-nan", "inf", "-inf", "+inf"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(s, words[i])) return true;
    bool after_digit = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '_' && !after_digit) return false;
        after_digit = is_hex(s.p[i]);
    }
    return after_digit;
}

static struct str without_underscores(struct toml *t, struct str s)
{
    struct buf b = buf_new(t->a);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_') buf_byte(&b, s.p[i]);
    return buf_done(&b);
}

static bool integer_value(struct toml *t, struct toml_token token, struct value *out)
{
    struct str quoted = toml_text_quoted(t, token.text);
    if (!underscores_ok(token.text))
        return toml_fail_at(t, token.line, "Invalid integer %.*s: underscores must be surrounded by digits", STR_ARG(quoted));
    if (has_leading_zero(token.text))
        return toml_fail_at(t, token.line, "Invalid integer %.*s: cannot have leading zeroes", STR_ARG(quoted));
    struct str s = without_underscores(t, token.text);
    unsigned base = 10;
    if (s.n > 2 && s.p[0] == '0') {
        base = s.p[1] == 'b' ? 2 : s.p[1] == 'o' ? 8 : 16;
        s = str_from_n(s, 2);
    }
    int64_t i;
    if (go_parse_int(s, base, &i) != GO_PARSED)
        return toml_fail_at(t, token.line, "%.*s is out of range for int64", STR_ARG(token.text));
    *out = v_int64(i);
    return true;
}

/* Whether each part between point and exponent has its underscores between digits. */
static bool float_underscores_ok(struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '.' && s.p[i] != 'e' && s.p[i] != 'E') continue;
        if (i > from && !underscores_ok(str_sub(s, from, i))) return false;
        from = i + 1;
    }
    return true;
}

static struct str first_part(struct str s)
{
    size_t from = 0, i;
    while (from < s.n && strchr(".eE", s.p[from])) from++;
    for (i = from; i < s.n && !strchr(".eE", s.p[i]); i++) continue;
    return str_sub(s, from, i);
}

static bool points_ok(struct str s)
{
    bool point = false;
    for (size_t i = 0; i < s.n; i++) {
        if (point && !(s.p[i] >= '0' && s.p[i] <= '9')) return false;
        point = s.p[i] == '.';
    }
    return !point;
}

static bool float_value(struct toml *t, struct toml_token token, struct value *out)
{
    struct str quoted = toml_text_quoted(t, token.text);
    if (!float_underscores_ok(token.text))
        return toml_fail_at(t, token.line, "Invalid float %.*s: underscores must be surrounded by digits", STR_ARG(quoted));
    if (has_leading_zero(first_part(token.text)))
        return toml_fail_at(t, token.line, "Invalid float %.*s: cannot have leading zeroes", STR_ARG(quoted));
    if (!points_ok(token.text))
        return toml_fail_at(t, token.line, "Invalid float %.*s: '.' must be followed by one or more digits", STR_ARG(quoted));
    struct str s = without_underscores(t, token.text);
    double f = NAN;
    if (!str_is(s, "+nan") && !str_is(s, "-nan")) {
        enum go_parsed parsed = go_parse_float(t->a, s, &f);
        if (parsed == GO_RANGE) return toml_fail_at(t, token.line, "%.*s is out of range for float64", STR_ARG(token.text));
        if (parsed != GO_PARSED) return toml_fail_at(t, token.line, "Invalid float value: %.*s", STR_ARG(quoted));
    }
    *out = v_float(s.n && s.p[0] == '-' ? -fabs(f) : f);
    return true;
}

/* ---- dates ---- */

/* Go reads an hour without its leading zero, TOML does not: the separators of layout and text must be at the same places. */
static bool misses_leading_zero(struct str s, const char *layout)
{
    for (size_t i = 0; layout[i] && layout[i] != '.' && layout[i] != 'Z'; i++)
        if ((layout[i] < '0' || layout[i] > '9') && (i >= s.n || s.p[i] != layout[i])) return true;
    return false;
}

static bool date_value(struct toml *t, struct toml_token token, struct value *out)
{
    static const struct {
        const char *layout, *zone; /* the zone's name, which tells toml_write how to write it again; NULL: UTC */
    } types[] = {
        {"2006-01-02T15:04:05.999999999Z07:00", NULL}, {"2006-01-02T15:04:05.999999999", "datetime-local"}, {"2006-01-02", "date-local"},
        {"15:04:05.999999999", "time-local"}, {"2006-01-02T15:04Z07:00", NULL}, {"2006-01-02T15:04", "datetime-local"}, {"15:04", "time-local"},
    };
    struct buf b = buf_new(t->a);
    for (size_t i = 0; i < token.text.n; i++) {
        char c = token.text.p[i];
        buf_byte(&b, c == 'z' ? 'Z' : c == 't' || c == ' ' ? 'T' : c);
    }
    struct str s = buf_done(&b);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct zone *zone = types[i].zone ? zone_fixed(t->a, str_from(types[i].zone), 0) : &zone_utc;
        struct gotime time;
        struct str error;
        if (!gotime_parse(t->a, str_from(types[i].layout), s, zone, &time, &error)) continue;
        if (misses_leading_zero(s, types[i].layout)) break;
        *out = v_time(t->a, time);
        return true;
    }
    return toml_fail_at(t, token.line, "invalid datetime: %.*s", STR_ARG(toml_text_quoted(t, s)));
}

bool toml_scalar(struct toml *t, struct toml_token token, struct value *out)
{
    struct str s = token.text;
    switch (token.type) {
    case TOML_BOOL: *out = v_bool(str_is(s, "true")); return true;
    case TOML_INTEGER: return integer_value(t, token, out);
    case TOML_FLOAT: return float_value(t, token, out);
    case TOML_DATETIME: return date_value(t, token, out);
    case TOML_STRING_ESCAPED:
        if (!replace_escapes(t, token, s, &s)) return false;
        break;
    case TOML_MULTILINE_STRING:
        if (!replace_escapes(t, token, strip_escaped_newlines(t, strip_first_newline(s)), &s)) return false;
        break;
    case TOML_RAW_MULTILINE_STRING: s = strip_first_newline(s); break;
    default: break;
    }
    *out = v_str(str_dup(t->a, s));
    return true;
}
