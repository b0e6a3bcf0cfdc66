#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    WORTH_IT = 96 << 10, /* bytes of input below which waking a thread costs more than it saves */
    MOST_THREADS = 8,
    STACK = 64 << 20,    /* address space: the parsers recurse up to the limits' depth */
};

/* One thread's part in a job. */
struct worker {
    struct job *job;
    struct guard guard; /* a guard belongs to one thread */
    struct arena *mine;
    bool tripped;
};

struct job {
    size_t n;
    atomic_size_t next;
    void (*work)(void *context, size_t i, struct arena *mine);
    void *context;
    struct limits max;
    struct worker *v;              /* places for the threads that join, the caller's is the last */
    unsigned places, joined, running;
    bool open;                     /* in the crew's list: more may join */
    struct job *older;
};

/* The threads of the process, and what they may join. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wanted, done;
    struct job *open;
    unsigned threads, idle;
} crew = {.lock = PTHREAD_MUTEX_INITIALIZER, .wanted = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

/* Work that is part of such work already stays on its thread: there is no core left for it. */
static _Thread_local bool in_job;

static void work_through(void *context)
{
    struct worker *w = context;
    struct job *j = w->job;
    for (size_t i; (i = atomic_fetch_add(&j->next, 1)) < j->n;) j->work(j->context, i, w->mine);
}

static void take_part(struct worker *w)
{
    bool was = in_job;
    in_job = true;
    w->tripped = !guard_run(&w->guard, work_through, w);
    in_job = was;
}

/* ---- under the lock ---- */

static void close_job(struct job *j)
{
    for (struct job **at = &crew.open; j->open && *at; at = &(*at)->older)
        if (*at == j) {
            *at = j->older;
            break;
        }
    j->open = false;
}

static struct worker *join(struct job *j)
{
    struct worker *w = &j->v[j->joined++];
    j->running++;
    if (j->joined == j->places) close_job(j);
    return w;
}

static void *crew_main(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&crew.lock);
    for (bool more = true;; more = true) {
        while (!crew.open) {
            if (more) { /* pages ahead, before it rests */
                pthread_mutex_unlock(&crew.lock);
                more = arena_make_ready();
                pthread_mutex_lock(&crew.lock);
                continue;
            }
            crew.idle++;
            pthread_cond_wait(&crew.wanted, &crew.lock);
            crew.idle--;
        }
        struct job *j = crew.open;
        struct worker *w = join(j);
        pthread_mutex_unlock(&crew.lock);
        take_part(w);
        pthread_mutex_lock(&crew.lock);
        if (--j->running == 0) pthread_cond_broadcast(&crew.done);
    }
    return NULL;
}

static void add_thread(void)
{
    pthread_t t;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&t, &attr, crew_main, NULL) == 0) crew.threads++;
    pthread_attr_destroy(&attr);
}

/* ---- jobs ---- */

static unsigned cores(void)
{
    static atomic_uint known;
    unsigned n = atomic_load_explicit(&known, memory_order_relaxed);
    if (!n) {
        long found = sysconf(_SC_NPROCESSORS_ONLN);
        n = found < 1 ? 1 : found > MOST_THREADS ? MOST_THREADS : (unsigned)found;
        atomic_store_explicit(&known, n, memory_order_relaxed);
    }
    return n;
}

static void free_worker(void *context)
{
    struct worker *w = context;
    arena_free(w->mine);
}

static struct job *job_new(struct arena *a, size_t n, unsigned places, void (*work)(void *context, size_t i, struct arena *mine), void *context)
{
    struct job *j = NEW(a, struct job);
    *j = (struct job){.n = n, .work = work, .context = context, .max = a->guard->max, .places = places, .v = NEW_ARRAY(a, struct worker, places + 1)};
    for (unsigned i = 0; i <= places; i++) {
        struct worker *w = &j->v[i];
        w->job = j;
        guard_init(&w->guard, j->max);
        w->mine = arena_new(&w->guard);
        arena_defer(a, free_worker, w);
    }
    return j;
}

/* Lets others join. */
static void post(struct job *j)
{
    pthread_mutex_lock(&crew.lock);
    for (unsigned i = crew.idle; i < j->places && crew.threads < cores() - 1; i++) add_thread();
    j->open = true;
    j->older = crew.open;
    crew.open = j;
    if (j->places > 1) pthread_cond_broadcast(&crew.wanted);
    else pthread_cond_signal(&crew.wanted);
    pthread_mutex_unlock(&crew.lock);
}

/* Nobody joins any more, and all who did have left. */
static void finish(struct job *j)
{
    pthread_mutex_lock(&crew.lock);
    close_job(j);
    while (j->running) pthread_cond_wait(&crew.done, &crew.lock);
    pthread_mutex_unlock(&crew.lock);
}

/* What the threads counted, and the limit that one of them met, are the caller's. */
static void settle(struct job *j, struct guard *g)
{
    for (unsigned i = 0; i <= j->places; i++) g->steps += j->v[i].guard.steps;
    for (unsigned i = 0; i <= j->places; i++)
        if (j->v[i].tripped) guard_trip(g, "%s", j->v[i].guard.message);
}

void parallel_for(struct arena *a, size_t n, size_t cost, void (*work)(void *context, size_t i, struct arena *mine), void *context)
{
    size_t threads = cost < WORTH_IT || in_job ? 1 : cores();
    if (threads > n) threads = n;
    if (threads < 2) {
        for (size_t i = 0; i < n; i++) work(context, i, a);
        return;
    }
    struct job *j = job_new(a, n, (unsigned)threads - 1, work, context);
    post(j);
    take_part(&j->v[j->places]);
    finish(j);
    settle(j, a->guard);
}

/* ---- one piece aside ---- */

struct aside {
    struct job *job;
    struct arena *a;
    void (*work)(void *context, struct arena *mine);
    void *context;
};

static void do_aside(void *context, size_t i, struct arena *mine)
{
    struct aside *w = context;
    (void)i;
    w->work(w->context, mine);
}

static void finish_aside(void *context)
{
    struct aside *w = context;
    finish(w->job);
}

struct aside *aside_start(struct arena *a, void (*work)(void *context, struct arena *mine), void *context)
{
    struct aside *w = NEW(a, struct aside);
    *w = (struct aside){.a = a, .work = work, .context = context};
    w->job = job_new(a, 1, 1, do_aside, w);
    arena_defer(a, finish_aside, w); /* before the arenas of its threads are freed */
    if (!in_job && cores() > 1) post(w->job);
    return w;
}

void aside_wait(struct aside *w)
{
    struct job *j = w->job;
    finish(j);
    if (!j->joined) take_part(&j->v[j->places]);
    settle(j, w->a->guard);
}
