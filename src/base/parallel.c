#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    WORTH_IT = 192 << 10, /* bytes of input below which a thread costs more than it saves */
    MOST_THREADS = 8,
    STACK = 64 << 20,     /* address space: the parsers recurse up to the limits' depth */
};

struct pool {
    size_t n;
    atomic_size_t next;
    void (*work)(void *context, size_t i, struct arena *mine);
    void *context;
};

struct worker {
    struct pool *pool;
    struct guard guard;   /* a guard belongs to one thread */
    struct arena *mine;
    bool tripped;
    pthread_t thread;
};

static void work_through(void *context)
{
    struct worker *w = context;
    struct pool *p = w->pool;
    for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n;) p->work(p->context, i, w->mine);
}

/* Work that is part of such work already stays on its thread: there is no core left for it. */
static _Thread_local bool in_pool;

static void *thread_main(void *context)
{
    struct worker *w = context;
    in_pool = true;
    w->tripped = !guard_run(&w->guard, work_through, w);
    return NULL;
}

static void free_worker(void *context)
{
    struct worker *w = context;
    arena_free(w->mine);
}

static size_t threads_for(size_t n, size_t cost)
{
    long cores = cost < WORTH_IT || in_pool ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
    size_t t = cores < 1 ? 1 : (size_t)cores;
    if (t > MOST_THREADS) t = MOST_THREADS;
    return t < n ? t : n;
}

void parallel_for(struct arena *a, size_t n, size_t cost, void (*work)(void *context, size_t i, struct arena *mine), void *context)
{
    size_t threads = threads_for(n, cost);
    if (threads < 2) {
        for (size_t i = 0; i < n; i++) work(context, i, a);
        return;
    }
    struct pool *pool = NEW(a, struct pool);
    struct worker *v = NEW_ARRAY(a, struct worker, threads);
    *pool = (struct pool){.n = n, .work = work, .context = context};
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    size_t started = 0;
    for (size_t i = 0; i < threads; i++) {
        v[i].pool = pool;
        guard_init(&v[i].guard, a->guard->max);
        v[i].mine = arena_new(&v[i].guard);
        arena_defer(a, free_worker, &v[i]);
        if (i + 1 < threads && pthread_create(&v[started].thread, &attr, thread_main, &v[i]) == 0) started++;
    }
    thread_main(&v[threads - 1]);
    in_pool = false;
    for (size_t i = 0; i < started; i++) pthread_join(v[i].thread, NULL);
    pthread_attr_destroy(&attr);
    for (size_t i = 0; i < threads; i++) {
        a->guard->steps += v[i].guard.steps;
        if (v[i].tripped) guard_trip(a->guard, "%s", v[i].guard.message);
    }
}
