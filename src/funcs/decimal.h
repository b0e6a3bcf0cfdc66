/* Decimal numbers of any size: what sprig's addf, subf, mulf and divf compute with (shopspring/decimal). */
#ifndef RUTTER_FUNCS_DECIMAL_H
#define RUTTER_FUNCS_DECIMAL_H

#include "base/str.h"

/* (-1)^negative * limbs * 10^exponent; limbs are base 10^9, the least first, without zeros at the top; none: 0. */
struct decimal {
    uint32_t *limb;
    size_t n;
    bool negative;
    int64_t exponent;
};

/* The shortest decimal that reads back as f; f is finite. */
struct decimal decimal_from(struct arena *a, double f);
struct decimal decimal_add(struct arena *a, struct decimal x, struct decimal y);
struct decimal decimal_sub(struct arena *a, struct decimal x, struct decimal y);
struct decimal decimal_mul(struct arena *a, struct decimal x, struct decimal y);
/* To 16 places, halves away from zero; y is not 0. */
struct decimal decimal_div(struct arena *a, struct decimal x, struct decimal y);
/* The nearest double; infinity where there is none. */
double decimal_double(struct arena *a, struct decimal x);
static inline bool decimal_is_zero(struct decimal x) { return x.n == 0; }

#endif
