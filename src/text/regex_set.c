#include "text/regex_set.h"

#include <stdlib.h>

void runes_add(struct arena *a, struct runes *set, uint32_t from, uint32_t to)
{
    /* Letters come in pairs of alphabets when case is ignored, so either of the last two ranges may grow. */
    for (uint32_t back = 1; back <= 2 && back <= set->n; back++) {
        struct rune_range *last = &set->v[set->n - back];
        if (from <= last->to + 1 && last->from <= to + 1) {
            if (from < last->from) last->from = from;
            if (to > last->to) last->to = to;
            return;
        }
    }
    *PUSH(a, set->v, set->n, set->cap) = (struct rune_range){from, to};
}

void runes_add_folded(struct arena *a, struct runes *set, uint32_t from, uint32_t to)
{
    runes_add(a, set, from, to);
    for (uint32_t r = rune_next_folding(from); r <= to; r = rune_next_folding(r + 1))
        for (uint32_t other = rune_fold(r); other != r; other = rune_fold(other))
            if (other < from || other > to) runes_add(a, set, other, other);
}

void runes_add_ranges(struct arena *a, struct runes *set, const struct rune_range *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) runes_add(a, set, v[i].from, v[i].to);
}

void runes_add_negated(struct arena *a, struct runes *set, const struct rune_range *v, uint32_t n)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (next < v[i].from) runes_add(a, set, next, v[i].from - 1);
        next = v[i].to + 1;
    }
    if (next <= RUNE_LAST) runes_add(a, set, next, RUNE_LAST);
}

static int by_start(const void *x, const void *y)
{
    const struct rune_range *a = x, *b = y;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return a->to == b->to ? 0 : a->to > b->to ? -1 : 1;
}

void runes_clean(struct runes *set)
{
    if (set->n < 2) return;
    qsort(set->v, set->n, sizeof *set->v, by_start);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < set->n; i++) {
        struct rune_range *last = &set->v[kept - 1], now = set->v[i];
        if (now.from > last->to + 1)
            set->v[kept++] = now;
        else if (now.to > last->to)
            last->to = now.to;
    }
    set->n = kept;
}

bool runes_has(const struct rune_range *v, uint32_t n, uint32_t r)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r > v[middle].to)
            low = middle + 1;
        else if (r < v[middle].from)
            high = middle;
        else
            return true;
    }
    return false;
}
