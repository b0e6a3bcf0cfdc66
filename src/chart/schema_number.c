/* Exact numbers of a schema against the float64s of values: math/big's Rat as the validator uses it, without a big integer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "chart/schema_tree.h"
#include "value/gofmt.h"

enum { EXPONENT_MAX = 1000000, LIMB = 1000000000, LIMB_DIGITS = 9 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The exponent's value; false when it is too long for any number. */
static bool read_exponent(struct str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = str_from_n(s, 1);
    while (s.n > 1 && s.p[0] == '0') s = str_from_n(s, 1);
    *out = 0;
    if (s.n > 18) return false;
    for (size_t i = 0; i < s.n; i++) *out = *out * 10 + (s.p[i] - '0');
    if (negative) *out = -*out;
    return true;
}

/* `text` is a number as JSON writes it, or as Go's %v prints a float64. */
struct schema_number schema_number_read(struct arena *a, struct str text)
{
    struct schema_number x = {.valid = true};
    char *digits = arena_alloc(a, text.n + 1);
    size_t n = 0, i = 0;
    int64_t fraction = 0, whole = 0, exponent = 0;
    bool point = false;
    if (text.n && text.p[0] == '-') i++, x.negative = true;
    for (; i < text.n && (is_digit(text.p[i]) || text.p[i] == '.'); i++) {
        if (text.p[i] == '.') point = true;
        else digits[n++] = text.p[i], fraction += point, whole += !point;
    }
    if (i < text.n && (text.p[i] == 'e' || text.p[i] == 'E')) x.valid = read_exponent(str_from_n(text, i + 1), &exponent);
    struct str all = str_of(digits, n);
    while (all.n && all.p[0] == '0') all = str_from_n(all, 1), whole--;
    while (all.n && all.p[all.n - 1] == '0') all.n--;
    x.digits = all;
    if (!all.n) {
        x.negative = false;
        return x;
    }
    x.exponent = whole + exponent;
    /* Rat.SetString refuses a larger power of ten. */
    if (exponent - fraction > EXPONENT_MAX || exponent - fraction < -EXPONENT_MAX) x.valid = false;
    return x;
}

struct schema_number schema_number_of(struct arena *a, struct value v)
{
    if (v.kind == V_STR) return schema_number_read(a, v_text(v));
    struct buf b = buf_new(a);
    if (v.kind == V_INT) buf_printf(&b, "%lld", (long long)v.u.i);
    else if (v.kind == V_UINT) buf_printf(&b, "%llu", (unsigned long long)v.u.u);
    else if (!isfinite(v.u.f)) return (struct schema_number){0};
    else go_float(&b, v.u.f, 'e', -1);
    return schema_number_read(a, buf_done(&b));
}

static int compare_size(struct schema_number x, struct schema_number y)
{
    if (!x.digits.n || !y.digits.n) return x.digits.n ? 1 : y.digits.n ? -1 : 0;
    if (x.exponent != y.exponent) return x.exponent < y.exponent ? -1 : 1;
    return str_cmp(x.digits, y.digits);
}

int schema_number_compare(struct schema_number x, struct schema_number y)
{
    if (x.negative != y.negative) return x.negative ? -1 : 1;
    return x.negative ? compare_size(y, x) : compare_size(x, y);
}

bool schema_number_is_whole(struct schema_number x) { return x.valid && (int64_t)x.digits.n <= (x.digits.n ? x.exponent : 0); }

int64_t schema_number_low(struct schema_number x)
{
    uint64_t u = 0;
    for (size_t i = 0; i < x.digits.n; i++) u = u * 10 + (uint64_t)(x.digits.p[i] - '0');
    for (int64_t i = x.exponent - (int64_t)x.digits.n; i > 0 && u; i--) u *= 10;
    return (int64_t)(x.negative ? 0 - u : u);
}

double schema_number_double(struct arena *a, struct schema_number x)
{
    struct str s = str_printf(a, "%s0.%.*se%lld", x.negative ? "-" : "", STR_ARG(x.digits), (long long)x.exponent);
    return x.digits.n ? strtod(s.p, NULL) : 0;
}

/* ---- multipleOf ---- */

struct limbs { uint32_t *v; size_t n; }; /* base 10^9, the least first */

static struct limbs limbs_of(struct arena *a, struct str digits)
{
    struct limbs x = {NEW_ARRAY(a, uint32_t, digits.n / LIMB_DIGITS + 1), 0};
    for (size_t end = digits.n; end > 0;) {
        size_t from = end > LIMB_DIGITS ? end - LIMB_DIGITS : 0;
        uint32_t u = 0;
        for (size_t i = from; i < end; i++) u = u * 10 + (uint32_t)(digits.p[i] - '0');
        x.v[x.n++] = u;
        end = from;
    }
    return x;
}

/* Takes every factor `by` (2 or 5) out of x. */
static int64_t take_factors(struct guard *g, struct limbs *x, uint32_t by)
{
    int64_t taken = 0;
    for (; x->n && x->v[0] % by == 0; taken++) { /* 2 and 5 divide 10^9: the lowest limb decides */
        uint64_t rest = 0;
        for (size_t i = x->n; i-- > 0;) {
            guard_step(g);
            uint64_t u = rest * LIMB + x->v[i];
            x->v[i] = (uint32_t)(u / by);
            rest = u % by;
        }
        while (x->n && !x->v[x->n - 1]) x->n--;
    }
    return taken;
}

static uint64_t small_of(struct limbs x)
{
    if (x.n > 3) return 0;
    unsigned __int128 u = 0;
    for (size_t i = x.n; i-- > 0;) u = u * LIMB + x.v[i];
    return u >> 64 ? 0 : (uint64_t)u;
}

struct schema_divisor schema_divisor_make(struct arena *a, struct schema_number x)
{
    struct schema_divisor d = {.number = x};
    struct limbs limbs = limbs_of(a, x.digits);
    d.twos = take_factors(a->guard, &limbs, 2);
    d.fives = take_factors(a->guard, &limbs, 5);
    d.rest = small_of(limbs);
    return d;
}

/* x = m * 10^e and the divisor 2^a 5^b r * 10^f: the quotient is whole when r divides m, and the factors 2 and 5 suffice. */
bool schema_divides(const struct schema_divisor *d, struct schema_number x)
{
    if (!x.digits.n) return true;
    if (!d->rest || x.digits.n > 19) return false;
    uint64_t m = 0;
    for (size_t i = 0; i < x.digits.n; i++) m = m * 10 + (uint64_t)(x.digits.p[i] - '0');
    if (m % d->rest) return false;
    int64_t tens = (x.exponent - (int64_t)x.digits.n) - (d->number.exponent - (int64_t)d->number.digits.n);
    int64_t twos = tens, fives = tens;
    for (; m % 2 == 0; m /= 2) twos++;
    for (; m % 5 == 0; m /= 5) fives++;
    return twos >= d->twos && fives >= d->fives;
}

/* ---- text ---- */

static void show_grouped(struct buf *b, struct str digits)
{
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0) buf_byte(b, ',');
        buf_byte(b, digits.p[i]);
    }
}

void schema_show_int(struct buf *b, int64_t i)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", i < 0 ? 0 - (unsigned long long)i : (unsigned long long)i);
    if (i < 0) buf_byte(b, '-');
    show_grouped(b, str_of(text, (size_t)n));
}

static void show_exponent(struct buf *b, int exponent)
{
    static const uint32_t raised[] = {0x2070, 0xb9, 0xb2, 0xb3, 0x2074, 0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
    char text[16];
    int n = snprintf(text, sizeof text, "%02d", abs(exponent));
    buf_z(b, "×10");
    if (exponent < 0) buf_rune(b, 0x207b);
    for (int i = 0; i < n; i++) buf_rune(b, raised[text[i] - '0']);
}

/* fmtVariableFloat of x/text's message/print.go: scientific below 0.0001 and from a million on. */
void schema_show_float(struct buf *b, double f)
{
    if (isnan(f)) return buf_z(b, "NaN");
    if (isinf(f)) return buf_z(b, f < 0 ? "-∞" : "∞");
    struct buf text = buf_new(b->a);
    go_float(&text, f, 'e', -1);
    struct schema_number x = schema_number_read(b->a, buf_done(&text));
    int64_t exponent = x.digits.n ? x.exponent - 1 : 0;
    if (x.negative) buf_byte(b, '-');
    if (!x.digits.n) return buf_byte(b, '0');
    if (exponent < -4 || exponent >= 6) {
        buf_byte(b, x.digits.p[0]);
        if (x.digits.n > 1) buf_byte(b, '.');
        buf_add(b, str_from_n(x.digits, 1));
        return show_exponent(b, (int)exponent);
    }
    size_t whole = x.exponent > 0 ? (size_t)x.exponent : 0;
    struct buf head = buf_new(b->a);
    buf_add(&head, str_sub(x.digits, 0, whole));
    if (whole > x.digits.n) buf_fill(&head, '0', whole - x.digits.n);
    if (!whole) buf_byte(&head, '0');
    show_grouped(b, buf_str(&head));
    if (x.digits.n <= whole && x.exponent > 0) return;
    buf_byte(b, '.');
    if (x.exponent < 0) buf_fill(b, '0', (size_t)-x.exponent);
    buf_add(b, str_from_n(x.digits, whole));
}
