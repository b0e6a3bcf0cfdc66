#include "usage/lanes.h"

#include <stdatomic.h>

#include "base/parallel.h"
#include "chart/values.h"

enum { MOST_LANES = 8, ONE_PROBE = 1 << 20 /* bytes that most take */ };

struct lanes {
    struct bench *old, *now;
    uint32_t n;
    atomic_uint next;
    void (*work)(void *context, struct bench *old, struct bench *now, uint32_t i);
    void *context;
    uint32_t old_probes[MOST_LANES], now_probes[MOST_LANES];
};

static struct bench fork_bench(const struct bench *b, struct arena *a, struct arena *scratch, struct origins *origins, struct parse_cache *parses)
{
    struct bench own = *b;
    struct chart *chart = NEW(a, struct chart);
    if (b->chart) *chart = *b->chart;
    chart->origins = origins;
    own.a = a;
    own.scratch = scratch;
    own.chart = chart;
    own.origins = origins;
    own.parses = parses;
    own.read = NULL;
    own.probes = 0;
    return own;
}

/* One core's share: whatever is next. */
static void run_lane(void *context, size_t lane, struct arena *mine)
{
    struct lanes *l = context;
    uint32_t i = atomic_fetch_add(&l->next, 1);
    if (i >= l->n) return;
    struct arena *scratch = arena_new(mine->guard);
    arena_reserve(scratch, ONE_PROBE);
    struct origins *origins = origins_fork(mine, l->now->origins);
    struct parse_cache *parses = parse_cache_fork(mine, l->now->parses);
    struct bench old = fork_bench(l->old, mine, scratch, origins, parses), now = fork_bench(l->now, mine, scratch, origins, parses);
    for (; i < l->n; i = atomic_fetch_add(&l->next, 1)) l->work(l->context, &old, &now, i);
    l->old_probes[lane] = old.probes;
    l->now_probes[lane] = now.probes;
    arena_free(scratch);
}

/* About what one round of experiments reads and writes. */
static size_t cost_of(const struct bench *b, uint32_t n)
{
    size_t bytes = 0;
    for (uint32_t i = 0; b->base && i < b->base->files_n; i++) bytes += b->base->files[i].text.n;
    return bytes * n;
}

void usage_lanes(struct bench *old, struct bench *now, uint32_t n, void (*work)(void *context, struct bench *old, struct bench *now, uint32_t i), void *context)
{
    struct lanes l = {.old = old, .now = now, .n = n, .work = work, .context = context};
    if (!n) return;
    usage_index(old);
    usage_index(now);
    if (old->chart) values_compile_schemas(old->chart);
    if (now->chart) values_compile_schemas(now->chart);
    parallel_for(now->a, n < MOST_LANES ? n : MOST_LANES, cost_of(now, n) + cost_of(old, n), run_lane, &l);
    for (int i = 0; i < MOST_LANES; i++) {
        old->probes += l.old_probes[i];
        now->probes += l.now_probes[i];
    }
}
