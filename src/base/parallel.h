/* Work on all cores: the same over many independent pieces, or one piece aside while the caller does another.
 *
 * The threads are started when there is work for them, once per process, and wait for more; at the process's end they are
 * left waiting. They never hold a lock while they work.
 */
#ifndef RUTTER_BASE_PARALLEL_H
#define RUTTER_BASE_PARALLEL_H

#include "base/arena.h"

/* Calls work(context, i, mine) once for each i below n, in any order, on as many threads as there are cores. What a call
 * allocates from `mine` lives as long as `a`. The calls must not touch `a`, nor anything that another call writes. `cost` is
 * the size of the whole work in bytes of input: small work stays on the calling thread. A limit that trips in a call trips in
 * the caller when all calls have ended. */
void parallel_for(struct arena *a, size_t n, size_t cost, void (*work)(void *context, size_t i, struct arena *mine), void *context);

/* Starts work(context, mine) beside what the caller does next, under the same rules; `context` must live until it is waited for. */
struct aside *aside_start(struct arena *a, void (*work)(void *context, struct arena *mine), void *context);
/* Returns when the work is done; does it here and now if no core had time for it. Once for each start. Freeing `a` waits, too. */
void aside_wait(struct aside *w);

#endif
