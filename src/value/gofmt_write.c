/* Single operands under the flags of a verb: padding, integers, floats, text (Go's fmt/format.go). */
#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt_state.h"

void gofmt_fill(struct gofmt *f, int n)
{
    /* Zeros only ever stand to the left. */
    if (n > 0) buf_fill(f->b, f->zero && !f->minus ? '0' : ' ', (size_t)n);
}

void gofmt_pad(struct gofmt *f, struct str s)
{
    int missing = 0;
    if (f->has_width && f->width) {
        size_t runes = utf8_count(s);
        if (runes < (size_t)f->width) missing = f->width - (int)runes;
    }
    if (!f->minus) gofmt_fill(f, missing);
    buf_add(f->b, s);
    if (f->minus) gofmt_fill(f, missing);
}

static void pad_without_zeros(struct gofmt *f, struct str s)
{
    bool zero = f->zero;
    f->zero = false;
    gofmt_pad(f, s);
    f->zero = zero;
}

/* At most `precision` runes. */
static struct str truncated(const struct gofmt *f, struct str s)
{
    if (!f->has_precision) return s;
    size_t i = 0, width;
    for (int n = f->precision; i < s.n && n > 0; i += width, n--) utf8_decode(s, i, &width);
    return str_sub(s, 0, i);
}

void gofmt_text(struct gofmt *f, struct str s) { gofmt_pad(f, truncated(f, s)); }

void gofmt_quoted(struct gofmt *f, struct str s)
{
    struct buf t = buf_new(f->b->a);
    s = truncated(f, s);
    if (f->sharp && go_can_backquote(s)) {
        buf_byte(&t, '`');
        buf_add(&t, s);
        buf_byte(&t, '`');
    } else if (f->plus) {
        go_quote_ascii(&t, s);
    } else {
        go_quote(&t, s);
    }
    gofmt_pad(f, buf_str(&t));
}

void gofmt_hex_text(struct gofmt *f, struct str s, bool upper)
{
    size_t n = f->has_precision && (size_t)f->precision < s.n ? (size_t)f->precision : s.n;
    if (!n) {
        if (f->has_width) gofmt_fill(f, f->width);
        return;
    }
    size_t width = 2 * n;
    if (f->space) width = (f->sharp ? 4 * n : width) + n - 1;
    else if (f->sharp) width += 2;
    int missing = f->has_width && (size_t)f->width > width ? f->width - (int)width : 0;
    if (!f->minus) gofmt_fill(f, missing);
    const char *hex = upper ? "0123456789ABCDEF" : "0123456789abcdef", *prefix = upper ? "0X" : "0x";
    for (size_t i = 0; i < n; i++) {
        if (f->space && i) buf_byte(f->b, ' ');
        if (f->sharp && (f->space || !i)) buf_z(f->b, prefix);
        buf_byte(f->b, hex[(unsigned char)s.p[i] >> 4]);
        buf_byte(f->b, hex[(unsigned char)s.p[i] & 15]);
    }
    if (f->minus) gofmt_fill(f, missing);
}

/* The digits of u, at the end of a buffer of 64 bytes. */
static struct str digits_of(uint64_t u, unsigned base, bool upper, char buffer[64])
{
    const char *hex = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t i = 64;
    do {
        buffer[--i] = hex[u % base];
        u /= base;
    } while (u);
    return str_of(buffer + i, 64 - i);
}

/* How many digits are wanted at least: by precision, or by a width padded with zeros. */
static int integer_digits(const struct gofmt *f, bool negative)
{
    if (f->has_precision) return f->precision;
    if (!f->zero || f->minus || !f->has_width) return 0;
    return f->width - (negative || f->plus || f->space);
}

static void integer_prefix(const struct gofmt *f, struct buf *t, unsigned base, uint32_t verb, bool leading_zero)
{
    if (verb == 'O') buf_z(t, "0o");
    if (!f->sharp) return;
    if (base == 2) buf_z(t, "0b");
    if (base == 8 && !leading_zero) buf_byte(t, '0');
    if (base == 16) buf_z(t, verb == 'X' ? "0X" : "0x");
}

void gofmt_integer(struct gofmt *f, uint64_t u, bool is_signed, unsigned base, uint32_t verb)
{
    bool negative = is_signed && (int64_t)u < 0;
    if (negative) u = -u;
    if (f->has_precision && f->precision == 0 && u == 0) {
        /* Precision 0 and value 0 print nothing but padding. */
        pad_without_zeros(f, STR(""));
        return;
    }
    char buffer[64];
    struct str digits = digits_of(u, base, verb == 'X', buffer);
    int want = integer_digits(f, negative);
    size_t zeros = want > 0 && (size_t)want > digits.n ? (size_t)want - digits.n : 0;
    if (!zeros && !f->has_width && !f->sharp && !f->plus && !f->space && verb != 'O') {
        if (negative) buf_byte(f->b, '-');
        buf_add(f->b, digits);
        return;
    }
    struct buf t = buf_new(f->b->a);
    if (negative) buf_byte(&t, '-');
    else if (f->plus) buf_byte(&t, '+');
    else if (f->space) buf_byte(&t, ' ');
    integer_prefix(f, &t, base, verb, zeros > 0 || digits.p[0] == '0');
    buf_fill(&t, '0', zeros);
    buf_add(&t, digits);
    pad_without_zeros(f, buf_str(&t));
}

void gofmt_hex_prefixed(struct gofmt *f, uint64_t u, bool prefix)
{
    bool sharp = f->sharp;
    f->sharp = prefix;
    gofmt_integer(f, u, false, 16, 'v');
    f->sharp = sharp;
}

void gofmt_rune(struct gofmt *f, uint64_t u)
{
    char t[4];
    size_t n = utf8_encode(u > 0x10ffff ? RUNE_ERROR : (uint32_t)u, t);
    gofmt_pad(f, str_of(t, n));
}

void gofmt_quoted_rune(struct gofmt *f, uint64_t u)
{
    struct buf t = buf_new(f->b->a);
    go_quote_rune(&t, u > 0x10ffff ? RUNE_ERROR : (uint32_t)u, f->plus);
    gofmt_pad(f, buf_str(&t));
}

void gofmt_unicode(struct gofmt *f, uint64_t u)
{
    char buffer[64];
    struct str digits = digits_of(u, 16, true, buffer);
    size_t want = f->has_precision && f->precision > 4 ? (size_t)f->precision : 4;
    struct buf t = buf_new(f->b->a);
    buf_z(&t, "U+");
    if (digits.n < want) buf_fill(&t, '0', want - digits.n);
    buf_add(&t, digits);
    if (f->sharp && u <= 0x10ffff && rune_is_print((uint32_t)u)) {
        buf_z(&t, " '");
        buf_rune(&t, (uint32_t)u);
        buf_byte(&t, '\'');
    }
    pad_without_zeros(f, buf_str(&t));
}

/* The sharp flag wants a decimal point and the zeros that %g drops. `num` is without sign. */
static struct str float_sharp(struct arena *a, struct str num, char verb, int precision)
{
    bool hex = verb == 'x' || verb == 'X';
    int digits = verb == 'g' || verb == 'G' || verb == 'x' ? (precision == -1 ? 6 : precision) : 0;
    size_t end = num.n;
    bool point = false, nonzero = false;
    for (size_t i = 0; i < num.n; i++) {
        char c = num.p[i];
        if (c == '.') {
            point = true;
        } else if (c == 'p' || c == 'P' || (!hex && (c == 'e' || c == 'E'))) {
            end = i;
            break;
        } else {
            nonzero = nonzero || c != '0';
            if (nonzero) digits--;
        }
    }
    struct buf t = buf_new(a);
    buf_add(&t, str_sub(num, 0, end));
    if (!point) {
        if (end == 1 && num.p[0] == '0') digits--;
        buf_byte(&t, '.');
    }
    if (digits > 0) buf_fill(&t, '0', (size_t)digits);
    buf_add(&t, str_from_n(num, end));
    return buf_str(&t);
}

void gofmt_float(struct gofmt *f, double d, int bits, char verb, int precision)
{
    if (f->has_precision) precision = f->precision;
    struct buf t = buf_new(f->b->a);
    go_float_bits(&t, d, verb, precision, bits);
    struct str num = buf_str(&t);
    char sign = '+';
    if (num.p[0] == '-' || num.p[0] == '+') {
        sign = num.p[0];
        num = str_from_n(num, 1);
    }
    if (f->space && sign == '+' && !f->plus) sign = ' ';
    bool number = num.p[0] != 'I' && num.p[0] != 'N';
    if (number && f->sharp && verb != 'b') num = float_sharp(f->b->a, num, verb, precision);
    /* NaN and infinities do not look like numbers: no zeros before them. Infinity always shows its sign. */
    bool signed_text = number ? f->plus || sign != '+' : num.p[0] == 'I' || f->space || f->plus;
    if (number && signed_text && f->zero && !f->minus && f->has_width && (size_t)f->width > num.n + 1) {
        buf_byte(f->b, sign);
        gofmt_fill(f, f->width - (int)num.n - 1);
        buf_add(f->b, num);
        return;
    }
    if (signed_text) num = str_printf(f->b->a, "%c%.*s", sign, STR_ARG(num));
    if (number) gofmt_pad(f, num);
    else pad_without_zeros(f, num);
}
