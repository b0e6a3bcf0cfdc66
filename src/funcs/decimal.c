#include "funcs/decimal.h"

#include <stdlib.h>

#include "value/gofmt.h"

enum { LIMB = 1000000000, LIMB_DIGITS = 9, PLACES = 16 };

static void trim(struct decimal *x)
{
    while (x->n && !x->limb[x->n - 1]) x->n--;
    if (!x->n) x->negative = false;
}

struct decimal decimal_from(struct arena *a, double f)
{
    struct buf b = buf_new(a);
    go_float(&b, f, 'e', -1);
    struct str digits, exponent;
    str_cut(buf_done(&b), STR("e"), &digits, &exponent);
    struct decimal x = {.limb = NEW_ARRAY(a, uint32_t, 3), .exponent = strtol(exponent.p, NULL, 10)};
    uint64_t u = 0;
    bool point = false;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        if (c == '-') x.negative = true;
        if (c == '.') point = true;
        if (c < '0' || c > '9') continue;
        u = u * 10 + (uint64_t)(c - '0');
        x.exponent -= point;
    }
    for (; u; u /= LIMB) x.limb[x.n++] = (uint32_t)(u % LIMB);
    trim(&x);
    return x;
}

static int compare_size(struct decimal x, struct decimal y)
{
    if (x.n != y.n) return x.n < y.n ? -1 : 1;
    for (size_t i = x.n; i-- > 0;)
        if (x.limb[i] != y.limb[i]) return x.limb[i] < y.limb[i] ? -1 : 1;
    return 0;
}

static struct decimal mul_size(struct arena *a, struct decimal x, struct decimal y)
{
    struct decimal z = {.limb = NEW_ARRAY(a, uint32_t, x.n + y.n + 1), .n = x.n + y.n};
    for (size_t i = 0; i < x.n; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < y.n || carry; j++) {
            uint64_t u = z.limb[i + j] + carry + (j < y.n ? (uint64_t)x.limb[i] * y.limb[j] : 0);
            z.limb[i + j] = (uint32_t)(u % LIMB);
            carry = u / LIMB;
        }
    }
    trim(&z);
    return z;
}

/* x with its exponent lowered by `places`, the same number. */
static struct decimal scaled(struct arena *a, struct decimal x, int64_t places)
{
    if (!x.n || places <= 0) {
        x.exponent -= places;
        return x;
    }
    size_t whole = (size_t)(places / LIMB_DIGITS);
    uint32_t rest = 1;
    for (int64_t i = places % LIMB_DIGITS; i > 0; i--) rest *= 10;
    struct decimal factor = {.limb = &rest, .n = 1}, y = mul_size(a, x, factor);
    struct decimal z = {.limb = NEW_ARRAY(a, uint32_t, y.n + whole), .n = y.n + whole, .negative = x.negative, .exponent = x.exponent - places};
    memcpy(z.limb + whole, y.limb, y.n * sizeof *y.limb);
    return z;
}

static struct decimal add_size(struct arena *a, struct decimal x, struct decimal y)
{
    size_t n = (x.n > y.n ? x.n : y.n) + 1;
    struct decimal z = {.limb = NEW_ARRAY(a, uint32_t, n), .n = n};
    uint32_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t u = carry + (i < x.n ? x.limb[i] : 0) + (i < y.n ? y.limb[i] : 0);
        z.limb[i] = u % LIMB;
        carry = u / LIMB;
    }
    trim(&z);
    return z;
}

/* x is not smaller than y. */
static struct decimal sub_size(struct arena *a, struct decimal x, struct decimal y)
{
    struct decimal z = {.limb = NEW_ARRAY(a, uint32_t, x.n + 1), .n = x.n};
    int64_t borrow = 0;
    for (size_t i = 0; i < x.n; i++) {
        int64_t u = (int64_t)x.limb[i] - (i < y.n ? y.limb[i] : 0) - borrow;
        borrow = u < 0;
        z.limb[i] = (uint32_t)(u + (borrow ? LIMB : 0));
    }
    trim(&z);
    return z;
}

struct decimal decimal_add(struct arena *a, struct decimal x, struct decimal y)
{
    if (x.exponent > y.exponent) x = scaled(a, x, x.exponent - y.exponent);
    if (y.exponent > x.exponent) y = scaled(a, y, y.exponent - x.exponent);
    struct decimal z;
    if (x.negative == y.negative) {
        z = add_size(a, x, y);
        z.negative = x.negative && z.n;
    } else if (compare_size(x, y) >= 0) {
        z = sub_size(a, x, y);
        z.negative = x.negative && z.n;
    } else {
        z = sub_size(a, y, x);
        z.negative = y.negative && z.n;
    }
    z.exponent = x.exponent;
    return z;
}

struct decimal decimal_sub(struct arena *a, struct decimal x, struct decimal y)
{
    if (y.n) y.negative = !y.negative;
    return decimal_add(a, x, y);
}

struct decimal decimal_mul(struct arena *a, struct decimal x, struct decimal y)
{
    struct decimal z = mul_size(a, x, y);
    z.negative = z.n && x.negative != y.negative;
    z.exponent = x.exponent + y.exponent;
    return z;
}

/* The largest q with q * y <= r, by halving. */
static uint32_t quotient_limb(struct arena *a, struct decimal r, struct decimal y)
{
    uint32_t low = 0, high = LIMB - 1;
    while (low < high) {
        struct arena_mark m = arena_mark(a);
        uint32_t middle = low + (high - low + 1) / 2;
        struct decimal factor = {.limb = &middle, .n = 1};
        if (compare_size(mul_size(a, y, factor), r) <= 0) low = middle;
        else high = middle - 1;
        arena_rewind(a, m);
    }
    return low;
}

/* Long division; *rest is what remains. */
static struct decimal div_size(struct arena *a, struct decimal x, struct decimal y, struct decimal *rest)
{
    struct decimal q = {.limb = NEW_ARRAY(a, uint32_t, x.n + 1), .n = x.n};
    struct decimal r = {.limb = NEW_ARRAY(a, uint32_t, y.n + 2)};
    for (size_t i = x.n; i-- > 0;) {
        memmove(r.limb + 1, r.limb, r.n * sizeof *r.limb);
        r.limb[0] = x.limb[i];
        r.n++;
        trim(&r);
        struct arena_mark m = arena_mark(a);
        uint32_t limb = quotient_limb(a, r, y);
        struct decimal factor = {.limb = &limb, .n = limb ? 1 : 0};
        struct decimal left = sub_size(a, r, mul_size(a, y, factor));
        memcpy(r.limb, left.limb, left.n * sizeof *left.limb);
        r.n = left.n;
        arena_rewind(a, m);
        q.limb[i] = limb;
    }
    trim(&q);
    *rest = r;
    return q;
}

struct decimal decimal_div(struct arena *a, struct decimal x, struct decimal y)
{
    int64_t shift = x.exponent - y.exponent + PLACES;
    struct decimal over = shift > 0 ? scaled(a, x, shift) : x, under = shift < 0 ? scaled(a, y, -shift) : y, rest;
    bool negative = x.negative != y.negative;
    struct decimal q = div_size(a, over, under, &rest);
    if (compare_size(add_size(a, rest, rest), under) >= 0) {
        uint32_t one = 1;
        q = add_size(a, q, (struct decimal){.limb = &one, .n = 1});
    }
    q.negative = q.n && negative;
    q.exponent = -PLACES;
    return q;
}

double decimal_double(struct arena *a, struct decimal x)
{
    if (!x.n) return 0;
    struct buf b = buf_new(a);
    buf_printf(&b, "%s%u", x.negative ? "-" : "", x.limb[x.n - 1]);
    for (size_t i = x.n - 1; i-- > 0;) buf_printf(&b, "%09u", x.limb[i]);
    buf_printf(&b, "e%lld", (long long)x.exponent);
    return strtod(buf_done(&b).p, NULL);
}
