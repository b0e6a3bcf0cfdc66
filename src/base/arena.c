#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#define REDZONE 8
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#define REDZONE 0
#endif

enum { FIRST_BLOCK = 32 << 10, LARGEST_STEP = 4 << 20, HUGE_PAGE = 2 << 20, READY = 128 << 10 };

struct arena_block {
    struct arena_block *older;
    size_t size;  /* bytes after this header */
    size_t ready; /* of them, those whose pages were asked for */
    alignas(ARENA_ALIGN) char data[];
};

struct arena_defer {
    struct arena_defer *older;
    void (*close)(void *);
    void *handle;
};

static size_t round_up(size_t n) { return (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1); }

struct arena *arena_new(struct guard *guard)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a) guard_trip(guard, "out of memory");
    a->guard = guard;
    return a;
}

static void run_defers(struct arena *a, struct arena_defer *until)
{
    while (a->defers != until) {
        struct arena_defer *d = a->defers;
        a->defers = d->older;
        d->close(d->handle);
    }
}

static void free_blocks(struct arena *a, struct arena_block *until)
{
    while (a->last != until) {
        struct arena_block *b = a->last;
        a->last = b->older;
        a->guard->bytes -= b->size;
        UNPOISON(b->data, b->size);
        free(b);
    }
}

void arena_free(struct arena *a)
{
    if (!a) return;
    run_defers(a, NULL);
    free_blocks(a, NULL);
    free(a);
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->last, a->defers, a->at};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    run_defers(a, m.defers);
    free_blocks(a, m.last);
    a->at = m.at;
    a->end = a->last ? a->last->data + a->last->ready : NULL;
    a->top = NULL;
    if (a->at) POISON(a->at, (size_t)(a->end - a->at));
}

/* Large blocks are whole huge pages, where the system has them: a page fault costs as much as filling half a page. */
static struct arena_block *block_alloc(size_t *size)
{
    if (*size < HUGE_PAGE) return malloc(sizeof(struct arena_block) + *size);
    size_t whole = (sizeof(struct arena_block) + *size + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
    struct arena_block *b = aligned_alloc(HUGE_PAGE, whole);
    if (b) madvise(b, whole, MADV_HUGEPAGE);
    *size = whole - sizeof *b;
    return b;
}

/* Asks for many pages in one call, where the system can do that: one by one, as they are met, each costs a fault. */
static void make_ready(struct arena *a, size_t need)
{
    struct arena_block *b = a->last;
    size_t from = b->ready, used = (size_t)(a->at - b->data);
    b->ready = b->size;
    if (b->size >= 2 * READY && b->size < HUGE_PAGE) {
        size_t most = used + need + READY;
        if (most < b->size) b->ready = most;
#if defined(MADV_POPULATE_WRITE)
        uintptr_t page = 4096, first = ((uintptr_t)(b->data + from) + page - 1) & ~(page - 1), end = (uintptr_t)(b->data + b->ready) & ~(page - 1);
        if (end > first) madvise((void *)first, end - first, MADV_POPULATE_WRITE);
#endif
    }
    a->end = b->data + b->ready;
}

static void new_block(struct arena *a, size_t need, size_t at_least)
{
    struct guard *g = a->guard;
    size_t size = a->last ? a->last->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP) size = LARGEST_STEP;
    if (size < need) size = need;
    if (size < at_least) size = at_least;
    if (size > g->max.bytes || g->bytes > g->max.bytes - size)
        guard_trip(g, "the input needs more than %zu MiB of memory", g->max.bytes >> 20);
    struct arena_block *b = block_alloc(&size);
    if (!b) guard_trip(g, "out of memory");
    g->bytes += size;
    if (g->bytes > g->peak) g->peak = g->bytes;
    b->older = a->last;
    b->size = size;
    b->ready = 0;
    a->last = b;
    a->at = b->data;
    make_ready(a, need);
    POISON(b->data, size);
}

void arena_reserve(struct arena *a, size_t n)
{
    if (!a->last || (size_t)(a->last->data + a->last->size - a->at) < n) new_block(a, ARENA_ALIGN, n);
}

/* More room at a->at: pages of this block that were not asked for yet, or another block. */
static void make_room(struct arena *a, size_t need)
{
    struct arena_block *b = a->last;
    if (b && a->at && (size_t)(b->data + b->size - a->at) >= need) make_ready(a, need);
    else new_block(a, need, 0);
}

void *arena_alloc_slowly(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2) guard_trip(a->guard, "out of memory");
    size_t need = round_up(n + REDZONE);
    if ((size_t)(a->end - a->at) < need || !a->at) make_room(a, need ? need : ARENA_ALIGN);
    char *p = a->at;
    a->at += need;
    a->top = p;
    UNPOISON(p, n);
    return p;
}

void *arena_grow(struct arena *a, void *old, size_t old_n, size_t new_n)
{
    /* Nothing was allocated for nothing: what stands at its address is another's. */
    if (old && old_n && old == a->top && new_n >= old_n) {
        size_t need = round_up(new_n + REDZONE);
        if ((size_t)(a->last->data + a->last->size - a->top) >= need) {
            if ((size_t)(a->end - a->top) < need) make_ready(a, need - (size_t)(a->at - a->top));
            a->at = a->top + need;
            UNPOISON(old, new_n);
            return old;
        }
    }
    void *p = arena_alloc(a, new_n);
    if (old_n) memcpy(p, old, old_n);
    return p;
}

void *arena_push_grow(struct arena *a, void *p, size_t n, size_t size)
{
    size_t cap = n ? n * 2 : 4;
    if (cap > SIZE_MAX / 2 / size) guard_trip(a->guard, "out of memory");
    return arena_grow(a, p, n * size, cap * size);
}

void arena_defer(struct arena *a, void (*close)(void *), void *handle)
{
    struct arena_defer *d = NEW(a, struct arena_defer);
    d->older = a->defers;
    d->close = close;
    d->handle = handle;
    a->defers = d;
}
