/* Floats as Go's strconv.FormatFloat writes them.
 *
 * Two things make the digits: the shortest decimal that reads back as the same float (precision -1), and the exact
 * decimal rounded half to even. The C library's printf rounds exactly, so both come from it; the locale is never set.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "value/gofmt.h"

enum {
    DIGITS_MAX = 800, /* an exact double has at most 767 significant digits; the rest are zeros */
    TEXT_MAX = 1500,  /* 309 digits, point, 1075 decimals: an exact double in %f */
};

/* The number is 0.d1d2d3... times 10 to the point; no trailing zeros are needed in d. */
struct decimal {
    char d[DIGITS_MAX + 16];
    int n, point;
};

static double read_back(const char *text, int bits) { return bits == 32 ? (double)strtof(text, NULL) : strtod(text, NULL); }

/* Takes "d.ddde+XX" apart. */
static void decimal_from_text(struct decimal *x, const char *text)
{
    x->n = 0;
    for (; *text && *text != 'e'; text++)
        if (*text != '.') x->d[x->n++] = *text;
    x->point = atoi(text + 1) + 1;
    while (x->n > 1 && x->d[x->n - 1] == '0') x->n--;
}

static void decimal_from_integer(struct decimal *x, uint64_t i, int scale)
{
    char t[24];
    int at = sizeof t;
    do t[--at] = (char)('0' + i % 10);
    while (i /= 10);
    x->n = (int)sizeof t - at;
    x->point = x->n - scale;
    memcpy(x->d, t + at, (size_t)x->n);
    while (x->n > 1 && x->d[x->n - 1] == '0') x->n--;
}

/* Decimals of at most 15 digits name a double uniquely, so one that is found by scaling is the shortest. */
static bool decimal_by_scaling(struct decimal *x, double f)
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
    if (f >= 1e15 || f < 1e-5) return false;
    for (int k = 0; k <= 10; k++) {
        double scaled = f * power[k];
        if (scaled >= 1e15) return false;
        uint64_t i = (uint64_t)(scaled + 0.5);
        if ((double)i / power[k] != f) continue;
        decimal_from_integer(x, i, k);
        return true;
    }
    return false;
}

/* One more in the last digit of "d.ddd": what lies on the wide side of a power of two. */
static bool digits_up(char *text)
{
    char *end = strchr(text, 'e');
    for (char *p = end - 1; p >= text; p--) {
        if (*p == '.') continue;
        if (*p < '9') {
            ++*p;
            return true;
        }
        *p = '0';
    }
    return false; /* 9.99: a shorter text was tried before */
}

/* The fewest digits that read back; of several the nearest to the number itself. f > 0, finite. */
static void decimal_shortest(struct decimal *x, double f, int bits)
{
    if (bits == 64 && decimal_by_scaling(x, f)) return;
    if (bits == 64 && f < 9007199254740992.0 && f == floor(f)) {
        decimal_from_integer(x, (uint64_t)f, 0);
        return;
    }
    int exponent;
    bool power_of_two = frexp(f, &exponent) == 0.5;
    bool normal = f >= (bits == 32 ? (double)FLT_MIN : DBL_MIN);
    /* Any text of up to 15 (6) digits survives the way through a normal float, so shorter ones need no trial. */
    int first = !normal ? 1 : bits == 32 ? 6 : 15, last = bits == 32 ? 9 : 17;
    char text[40];
    for (int digits = first; digits <= last; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, f);
        bool found = read_back(text, bits) == f;
        /* Below a power of two the floats lie twice as dense: the nearest decimal may be out while the next one up is in. */
        if (!found && power_of_two && digits_up(text)) found = read_back(text, bits) == f;
        if (found) break;
    }
    decimal_from_text(x, text);
}

/* Exactly rounded to `digits` significant digits (at least 1). */
static void decimal_rounded(struct decimal *x, double f, int digits)
{
    char text[DIGITS_MAX + 32];
    if (digits > DIGITS_MAX) digits = DIGITS_MAX;
    snprintf(text, sizeof text, "%.*e", digits - 1, f);
    decimal_from_text(x, text);
}

/* d.ddde+XX with `precision` decimals. */
static void write_exponent_form(struct buf *b, const struct decimal *x, int precision, char e)
{
    buf_byte(b, x->n ? x->d[0] : '0');
    if (precision > 0) {
        int have = x->n - 1 < precision ? x->n - 1 : precision;
        if (have < 0) have = 0;
        buf_byte(b, '.');
        buf_add(b, str_of(x->d + 1, (size_t)have));
        buf_fill(b, '0', (size_t)(precision - have));
    }
    int exponent = x->n ? x->point - 1 : 0;
    buf_printf(b, "%c%c%02d", e, exponent < 0 ? '-' : '+', abs(exponent));
}

/* ddd.ddd with `precision` decimals; x holds no more digits than wanted. */
static void write_plain_form(struct buf *b, const struct decimal *x, int precision)
{
    if (x->point > 0) {
        int have = x->n < x->point ? x->n : x->point;
        buf_add(b, str_of(x->d, (size_t)have));
        buf_fill(b, '0', (size_t)(x->point - have));
    } else {
        buf_byte(b, '0');
    }
    if (precision <= 0) return;
    buf_byte(b, '.');
    for (int i = 0; i < precision; i++) {
        int j = x->point + i;
        buf_byte(b, j >= 0 && j < x->n ? x->d[j] : '0');
    }
}

static void write_fixed(struct buf *b, double f, int precision)
{
    char text[TEXT_MAX];
    int exact = precision > 1080 ? 1080 : precision; /* no double has more decimals */
    int n = snprintf(text, sizeof text, "%.*f", exact, f);
    buf_add(b, str_of(text, (size_t)n));
    buf_fill(b, '0', (size_t)(precision - exact));
}

/* %g: the exponent form for exponents below -4 or not below the precision; the shortest form counts as precision 6. */
static void write_general(struct buf *b, const struct decimal *x, int precision, bool shortest, char e)
{
    int limit = precision;
    if (limit > x->n && x->n >= x->point) limit = x->n;
    if (shortest) limit = 6;
    int exponent = x->n ? x->point - 1 : -1;
    if (exponent < -4 || exponent >= limit) {
        write_exponent_form(b, x, (precision > x->n ? x->n : precision) - 1, e);
        return;
    }
    if (precision > x->point) precision = x->n;
    write_plain_form(b, x, precision - x->point > 0 ? precision - x->point : 0);
}

struct binary {
    uint64_t mantissa;
    int exponent;     /* of the mantissa's unit bit */
    int mantissa_bits;
};

static struct binary binary_of(double f, int bits)
{
    struct binary x = {.mantissa_bits = bits == 32 ? 23 : 52};
    int least = bits == 32 ? -149 : -1074, e;
    if (f == 0) return (struct binary){0, least, x.mantissa_bits};
    frexp(f, &e);
    x.exponent = e - 1 - x.mantissa_bits;
    if (x.exponent < least) x.exponent = least;
    x.mantissa = (uint64_t)ldexp(f, -x.exponent);
    return x;
}

/* %b: mantissa and binary exponent in decimal. */
static void write_binary(struct buf *b, double f, int bits)
{
    struct binary x = binary_of(f, bits);
    buf_printf(b, "%llup%+d", (unsigned long long)x.mantissa, x.exponent);
}

/* %x: 0x1.yyyp+dd. */
static void write_hex(struct buf *b, double f, int bits, int precision, bool upper)
{
    struct binary x = binary_of(f, bits);
    uint64_t m = x.mantissa << (60 - x.mantissa_bits);
    int e = m ? x.exponent + x.mantissa_bits : 0;
    while (m && !(m >> 60 & 1)) {
        m <<= 1;
        e--;
    }
    if (precision >= 0 && precision < 15) {
        unsigned shift = (unsigned)precision * 4;
        uint64_t rest = (m << shift) & (((uint64_t)1 << 60) - 1);
        m >>= 60 - shift;
        if ((rest | (m & 1)) > (uint64_t)1 << 59) m++;
        m <<= 60 - shift;
        if (m >> 61 & 1) {
            m >>= 1;
            e++;
        }
    }
    const char *hex = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    buf_z(b, upper ? "0X" : "0x");
    buf_byte(b, (char)('0' + (m >> 60 & 1)));
    m <<= 4;
    if (precision > 0 || (precision < 0 && m)) buf_byte(b, '.');
    for (int i = 0; precision < 0 ? m != 0 : i < precision; i++, m <<= 4) buf_byte(b, hex[m >> 60 & 15]);
    buf_printf(b, "%c%c%02d", upper ? 'P' : 'p', e < 0 ? '-' : '+', abs(e));
}

static void write_decimal(struct buf *b, double f, int bits, char format, int precision)
{
    struct decimal x; /* 800 bytes: not cleared */
    x.n = x.point = 0;
    bool shortest = precision < 0;
    if (format == 'f' && !shortest) {
        write_fixed(b, f, precision);
        return;
    }
    if (precision == 0 && (format == 'g' || format == 'G')) precision = 1;
    bool exponent_form = format == 'e' || format == 'E';
    if (f != 0 && shortest) decimal_shortest(&x, f, bits);
    else if (f != 0) decimal_rounded(&x, f, exponent_form ? precision + 1 : precision);
    if (shortest) precision = exponent_form ? (x.n ? x.n - 1 : 0) : format == 'f' ? (x.n > x.point ? x.n - x.point : 0) : x.n;
    if (exponent_form) write_exponent_form(b, &x, precision, format);
    else if (format == 'f') write_plain_form(b, &x, precision);
    else write_general(b, &x, precision, shortest, format == 'g' ? 'e' : 'E');
}

void go_float_bits(struct buf *b, double f, char format, int precision, int bits)
{
    if (isnan(f)) {
        buf_z(b, "NaN");
        return;
    }
    if (isinf(f)) {
        buf_z(b, f < 0 ? "-Inf" : "+Inf");
        return;
    }
    if (signbit(f)) {
        buf_byte(b, '-');
        f = -f;
    }
    switch (format) {
    case 'b': write_binary(b, f, bits); return;
    case 'x': case 'X': write_hex(b, f, bits, precision, format == 'X'); return;
    default: write_decimal(b, f, bits, format, precision); return;
    }
}

void go_float(struct buf *b, double f, char format, int precision) { go_float_bits(b, f, format, precision, 64); }
