/* The same work over many independent pieces, on all cores. */
#ifndef RUTTER_BASE_PARALLEL_H
#define RUTTER_BASE_PARALLEL_H

#include "base/arena.h"

/* Calls work(context, i, mine) once for each i below n, in any order, on as many threads as there are cores. What a call
 * allocates from `mine` lives as long as `a`. The calls must not touch `a`, nor anything that another call writes. `cost` is
 * the size of the whole work in bytes of input: small work stays on the calling thread. A limit that trips in a call trips in
 * the caller when all threads have ended. */
void parallel_for(struct arena *a, size_t n, size_t cost, void (*work)(void *context, size_t i, struct arena *mine), void *context);

#endif
