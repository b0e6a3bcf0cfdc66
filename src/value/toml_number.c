/* Where numbers and dates of TOML end, to a first approximation: toml_scalar.c checks them. */
#include "value/toml_state.h"

enum digits { BINARY = 2, OCTAL = 8, DECIMAL = 10, HEXADECIMAL = 16 };

static bool is_digit(uint32_t r, enum digits base)
{
    if (r >= '0' && r <= '9') return (int)r - '0' < (int)base;
    return base == HEXADECIMAL && (r | 0x20) >= 'a' && (r | 0x20) <= 'f';
}

/* Reads on while characters are digits or in `also`. */
static bool scan_while(struct toml *t, enum digits base, const char *also, enum toml_token_type type, struct toml_token *out)
{
    uint32_t r;
    do r = toml_next(t);
    while (r != TOML_END && r != TOML_BAD && (is_digit(r, base) || (r < 0x80 && strchr(also, (int)r))));
    toml_back(t);
    *out = toml_emit(t, type);
    return !t->failed;
}

static bool scan_float(struct toml *t, struct toml_token *out) { return scan_while(t, DECIMAL, "_.-+eE", TOML_FLOAT, out); }

static bool scan_date(struct toml *t, struct toml_token *out)
{
    if (!scan_while(t, DECIMAL, "-:Tt .Zz+", TOML_DATETIME, out)) return false;
    out->text = str_trim(out->text);
    return true;
}

/* After a digit or an underscore. */
static bool scan_decimal(struct toml *t, struct toml_token *out)
{
    for (;;) {
        uint32_t r = toml_next(t);
        if (r == '_' || is_digit(r, DECIMAL)) continue;
        if (r == '.' || r == 'e' || r == 'E') return scan_float(t, out);
        toml_back(t);
        *out = toml_emit(t, TOML_INTEGER);
        return !t->failed;
    }
}

static bool scan_number_or_date(struct toml *t, struct toml_token *out)
{
    for (;;) {
        uint32_t r = toml_next(t);
        if (is_digit(r, DECIMAL)) continue;
        if (r == '-' || r == ':') return scan_date(t, out);
        if (r == '_') return scan_decimal(t, out);
        if (r == '.' || r == 'e' || r == 'E') return scan_float(t, out);
        toml_back(t);
        *out = toml_emit(t, TOML_INTEGER);
        return !t->failed;
    }
}

/* "'0x" and the character that is no digit. */
static struct str with_next(struct toml *t, uint32_t r)
{
    struct buf b = buf_new(t->a);
    buf_add(&b, toml_current(t));
    buf_rune(&b, r);
    return buf_done(&b);
}

static bool scan_based(struct toml *t, enum digits base, const char *name, struct toml_token *out)
{
    uint32_t r = toml_peek(t);
    if (t->failed) return false;
    if (!is_digit(r, base)) {
        struct str shown = with_next(t, r); /* a NUL at the end of the text */
        toml_fail(t, "not %s number: '", name);
        t->error = str_concat(t->a, str_concat(t->a, t->error, shown), STR("'"));
        return false;
    }
    return scan_while(t, base, "_", TOML_INTEGER, out);
}

/* After a zero. Dates begin with two digits at least. */
static bool scan_after_zero(struct toml *t, struct toml_token *out)
{
    uint32_t r = toml_next(t);
    if (is_digit(r, DECIMAL)) return scan_number_or_date(t, out);
    switch (r) {
    case '_': return scan_decimal(t, out);
    case '.': case 'e': case 'E': return scan_float(t, out);
    case 'b': return scan_based(t, BINARY, "a binary", out);
    case 'o': return scan_based(t, OCTAL, "an octal", out);
    case 'x': return scan_based(t, HEXADECIMAL, "a hexadecimal", out);
    default:
        toml_back(t);
        *out = toml_emit(t, TOML_INTEGER);
        return !t->failed;
    }
}

bool toml_scan_number(struct toml *t, struct toml_token *out)
{
    return toml_next(t) == '0' ? scan_after_zero(t, out) : scan_number_or_date(t, out);
}

static bool scan_signed_word(struct toml *t, const char *rest, struct toml_token *out)
{
    for (; *rest; rest++) {
        if (toml_next(t) == (unsigned char)*rest) continue;
        toml_back(t);
        return toml_fail(t, "invalid float: '%.*s'", STR_ARG(toml_current(t)));
    }
    *out = toml_emit(t, TOML_FLOAT);
    return true;
}

bool toml_scan_signed_number(struct toml *t, struct toml_token *out)
{
    uint32_t r = toml_next(t);
    if (t->failed) return false;
    if (r == 'i') return scan_signed_word(t, "nf", out);
    if (r == 'n') return scan_signed_word(t, "an", out);
    if (r == '.') return toml_fail(t, "floats must start with a digit, not '.'");
    if (r == '0') {
        uint32_t p = toml_peek(t);
        if (p == 'b' || p == 'o' || p == 'x')
            return toml_fail(t, "cannot use sign with non-decimal numbers: '%.*s'", STR_ARG(with_next(t, p)));
    }
    if (!is_digit(r, DECIMAL)) return toml_fail(t, "expected a digit but got %.*s", STR_ARG(toml_rune_quoted(t, r)));
    return scan_decimal(t, out);
}
