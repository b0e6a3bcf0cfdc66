/* A stack of arenas: the compilation's, one per render, scratch.
 *
 * Memory is taken from an arena and given back with it, never piece by piece. A value may point only
 * into its own or an older arena; what must outlive an arena is copied out. Handles of libraries are
 * attached with arena_defer and closed when their arena is freed or rewound past them.
 */
#ifndef RUTTER_BASE_ARENA_H
#define RUTTER_BASE_ARENA_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/guard.h"

struct arena {
    struct guard *guard;      /* charged for every block */
    struct arena_block *last; /* the block in use; blocks form a list towards older ones */
    struct arena_defer *defers;
    char *at, *end;           /* free part of the last block, as far as its pages are there already */
    char *top;                /* start of the newest allocation: it alone can grow in place */
};

enum { ARENA_ALIGN = 16 };

struct arena_mark {
    struct arena_block *last;
    struct arena_defer *defers;
    char *at;
};

/* An arena without memory yet; cannot fail. `guard` must outlive it. */
struct arena *arena_new(struct guard *guard);
/* Closes what was deferred (newest first) and gives all memory back. */
void arena_free(struct arena *a);

/* Room for n bytes at once: what is marked after this and stays within it costs no new memory after a rewind. */
void arena_reserve(struct arena *a, size_t n);

/* For a thread that has nothing to do: makes pages ready that arenas will ask for next, which takes it some tenth of a millisecond. False:
 * enough are. */
bool arena_make_ready(void);

/* The place to which arena_rewind gives everything back that came later. */
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* n bytes, aligned for any type, not cleared; never NULL (memory running out trips the guard). */
void *arena_alloc_slowly(struct arena *a, size_t n);
static inline void *arena_alloc(struct arena *a, size_t n)
{
#if !defined(__SANITIZE_ADDRESS__)
    size_t left = (size_t)(a->end - a->at), need = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (n <= left && need <= left && a->at) {
        char *p = a->at;
        a->at = p + need;
        a->top = p;
        return p;
    }
#endif
    return arena_alloc_slowly(a, n);
}
static inline void *arena_zalloc(struct arena *a, size_t n)
{
    return memset(arena_alloc(a, n), 0, n);
}
/* Moves `old` (old_n bytes in use) to a place of new_n bytes; in place when it is the newest allocation. */
void *arena_grow(struct arena *a, void *old, size_t old_n, size_t new_n);
/* `close(handle)` when the arena is freed or rewound past this point. */
void arena_defer(struct arena *a, void (*close)(void *handle), void *handle);

#define NEW(a, T) ((T *)arena_zalloc((a), sizeof(T)))
#define NEW_ARRAY(a, T, n) ((T *)arena_zalloc((a), sizeof(T) * (size_t)(n)))

/* One more element in a growing array: PUSH(a, p, n, cap) evaluates to a pointer to the new, cleared element.
 * `n` and `cap` may be any unsigned integer type. */
#define PUSH(a, p, n, cap)                                                                                     \
    ((n) == (cap) ? (void)((p) = arena_push_grow((a), (p), (size_t)(n), sizeof *(p)), (cap) = (cap) ? (cap) * 2 : 4) \
                  : (void)0,                                                                                   \
     memset(&(p)[(n)], 0, sizeof *(p)), &(p)[(n)++])
void *arena_push_grow(struct arena *a, void *p, size_t n, size_t size);

#endif
