/* Placeholders for what is random: a stream of bytes that a call's number decides, so that every run gives the same and two
 * seeds, templates or calls give different ones. They say what they are where there is room for it. */
#ifndef RUTTER_FUNCS_RANDOM_H
#define RUTTER_FUNCS_RANDOM_H

#include "tmpl/func.h"

struct random {
    uint64_t state;
};

/* Counts the call: `what` is the function's name. */
static inline struct random random_start(struct call *c, const char *what) { return (struct random){call_random(c, what)}; }
uint64_t random_next(struct random *r);
/* Less than `below`, which is not 0. */
uint64_t random_below(struct random *r, uint64_t below);
void random_fill(struct random *r, void *out, size_t n);

#endif
