#include "base/arena.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

enum { FIRST_BLOCK = 32 << 10, LARGEST_STEP = 1 << 20, LARGE = 256 << 10, LARGEST_STORED = 8 << 20, HUGE_PAGE = 2 << 20, REGION = 64 << 20, READY = 128 << 10 };

struct arena_block {
    struct arena_block *older;
    size_t size;  /* bytes after this header */
    size_t ready; /* of them, those whose pages were asked for */
    bool stored;  /* goes back to the store */
    alignas(ARENA_ALIGN) char data[];
};

struct arena_defer {
    struct arena_defer *older;
    void (*close)(void *);
    void *handle;
};

static size_t round_up(size_t n) { return (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1); }

#if defined(__SANITIZE_ADDRESS__)
static struct arena_block *block_alloc(size_t size)
{
    struct arena_block *b = malloc(sizeof *b + size);
    if (b) *b = (struct arena_block){.size = size};
    return b;
}
static void block_free(struct arena_block *b) { free(b); }
bool arena_make_ready(void) { return false; }
#else
/* The process's own store of blocks: huge pages, where the system has them, for a page fault costs as much as filling half a
 * page; and what is given back is used again, its pages already there. It is opened by the first large block: a small run
 * does not pay for a huge page. */
static struct {
    pthread_mutex_t lock;
    atomic_bool opened;
    char *at, *end;          /* what was never used */
    char *ready;             /* up to here pages were made ready by idle threads */
    bool huge;
    struct arena_block *free;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The smallest free block that fits, unless most of it would lie idle. */
static struct arena_block *take_free(size_t size)
{
    struct arena_block **best = NULL;
    for (struct arena_block **at = &store.free; *at; at = &(*at)->older)
        if ((*at)->size >= size && (*at)->size <= size * 2 && (!best || (*at)->size < (*best)->size)) best = at;
    if (!best) return NULL;
    struct arena_block *b = *best;
    *best = b->older;
    return b;
}

/* Documentation/admin-guide/mm/transhuge.rst. Where there are none, pages are better asked for in pieces (make_ready). */
static bool huge_pages_here(void)
{
    char text[64] = "";
    int fd = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 && !strstr(text, "[never]");
}

static bool open_region(void)
{
    char *p = mmap(NULL, REGION + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return false;
    if (!store.end) store.huge = huge_pages_here();
    store.at = (char *)(((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    store.end = store.at + REGION;
    if (store.huge) madvise(store.at, REGION, MADV_HUGEPAGE);
    return true;
}

static struct arena_block *take_new(size_t size)
{
    size_t whole = round_up(sizeof(struct arena_block) + size);
    if ((size_t)(store.end - store.at) < whole && !open_region()) return NULL;
    struct arena_block *b = (struct arena_block *)(void *)store.at;
    store.at += whole;
    *b = (struct arena_block){.size = size, .ready = store.huge ? size : 0, .stored = true};
    return b;
}

static struct arena_block *block_alloc(size_t size)
{
    struct arena_block *b = NULL;
    if (size <= LARGEST_STORED && (size >= LARGE || atomic_load_explicit(&store.opened, memory_order_relaxed))) {
        atomic_store_explicit(&store.opened, true, memory_order_relaxed);
        pthread_mutex_lock(&store.lock);
        b = take_free(size);
        if (!b) b = take_new(size);
        pthread_mutex_unlock(&store.lock);
        if (b) return b;
    }
    b = malloc(sizeof *b + size);
    if (b) *b = (struct arena_block){.size = size};
    return b;
}

static void block_free(struct arena_block *b)
{
    if (!b->stored) {
        free(b);
        return;
    }
    pthread_mutex_lock(&store.lock);
    b->older = store.free;
    store.free = b;
    pthread_mutex_unlock(&store.lock);
}

/* One huge page ahead of what was handed out: who writes to it first does not wait for it to be cleared. */
bool arena_make_ready(void)
{
#if defined(MADV_POPULATE_WRITE)
    char *page = NULL;
    if (!atomic_load_explicit(&store.opened, memory_order_relaxed)) return false;
    pthread_mutex_lock(&store.lock);
    if (store.huge) {
        page = (char *)((uintptr_t)store.at & ~(uintptr_t)(HUGE_PAGE - 1));
        if (page < store.ready && store.ready <= store.end) page = store.ready;
        if (page >= store.at + HUGE_PAGE || store.end - page < HUGE_PAGE) page = NULL;
        else store.ready = page + HUGE_PAGE;
    }
    pthread_mutex_unlock(&store.lock);
    return page && madvise(page, HUGE_PAGE, MADV_POPULATE_WRITE) == 0;
#else
    return false;
#endif
}
#endif

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
        block_free(b);
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

/* Asks for many pages in one call, where the system can do that: one by one, as they are met, each costs a fault. */
static void make_ready(struct arena *a, size_t need)
{
    struct arena_block *b = a->last;
    size_t from = b->ready, used = (size_t)(a->at - b->data);
    b->ready = b->size;
    if (from < b->size && b->size >= 2 * READY) {
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
    struct arena_block *b = block_alloc(size);
    if (!b) guard_trip(g, "out of memory");
    size = b->size;
    g->bytes += size;
    if (g->bytes > g->peak) g->peak = g->bytes;
    b->older = a->last;
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
