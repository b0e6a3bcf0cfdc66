/* The same experiment for many keys, on all cores. */
#ifndef RUTTER_USAGE_LANES_H
#define RUTTER_USAGE_LANES_H

#include "usage/usage.h"

/* Calls work(context, old, now, i) once for each i below n, in any order. The benches that it gets are copies of these two, with
 * arenas, origins and parsed templates of their own; results that it leaves in their `a` live as long as the callers'. A call must not write what
 * another one reads. Both benches' counts of probes grow by what was made. */
void usage_lanes(struct bench *old, struct bench *now, uint32_t n, void (*work)(void *context, struct bench *old, struct bench *now, uint32_t i), void *context);

#endif
