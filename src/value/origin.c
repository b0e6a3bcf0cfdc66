/* Layers: which entry wins over which. Merges are repeated (once to decide conditions, once per render), so what they
 * make is remembered: the same winner over the same loser is one origin, and a read noted in one merge counts in the others. */
#include "value/value.h"

struct origin_pair {
    origin_id winner, loser; /* winner 0: free */
    origin_id made;
};

static uint32_t mix(origin_id winner, origin_id loser)
{
    uint64_t x = ((uint64_t)winner << 32 | loser) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(x >> 32);
}

static struct origin_pair *pair_of(const struct origins *o, origin_id winner, origin_id loser)
{
    for (uint32_t i = mix(winner, loser);; i++) {
        struct origin_pair *p = &o->pairs[i & (o->pairs_cap - 1)];
        if (!p->winner || (p->winner == winner && p->loser == loser)) return p;
    }
}

static void grow_pairs(struct origins *o)
{
    struct origin_pair *was = o->pairs;
    uint32_t n = o->pairs_cap;
    o->pairs_cap = n ? n * 2 : 64;
    o->pairs = NEW_ARRAY(o->a, struct origin_pair, o->pairs_cap);
    for (uint32_t i = 0; i < n; i++)
        if (was[i].winner) *pair_of(o, was[i].winner, was[i].loser) = was[i];
}

/* The origin made of these two, or a place for it whose `made` is 0. */
static struct origin_pair *remember(struct origins *o, origin_id winner, origin_id loser)
{
    if (2 * (o->pairs_n + 1) > o->pairs_cap) grow_pairs(o);
    struct origin_pair *p = pair_of(o, winner, loser);
    if (!p->winner) {
        *p = (struct origin_pair){winner, loser, 0};
        o->pairs_n++;
    }
    return p;
}

static bool has_layer(const struct origins *o, origin_id id, origin_id base)
{
    for (; id; id = o->v[id].over)
        if (origin_base(o, id) == base) return true;
    return false;
}

origin_id origin_over(struct origins *o, origin_id winner, origin_id loser)
{
    if (!o || !winner || !loser || winner >= o->n || loser >= o->n) return winner;
    if (has_layer(o, winner, origin_base(o, loser))) return winner;
    origin_id base = origin_base(o, winner), below = o->v[winner].over ? origin_over(o, o->v[winner].over, loser) : loser;
    struct origin_pair *p = remember(o, base, below);
    if (!p->made) {
        struct origin made = o->v[base];
        made.over = below;
        made.base = base;
        p->made = origin_add(o, made);
    }
    return p->made;
}

enum { LAYER_MARK = 0x80000000 }; /* no origin has such a number */

origin_id origin_in_layer(struct origins *o, origin_id id, uint32_t layer)
{
    if (!o || !id || id >= o->n || o->v[id].layer == layer) return id;
    struct origin_pair *p = remember(o, id, LAYER_MARK | layer);
    if (!p->made) {
        struct origin made = o->v[id];
        made.layer = layer;
        made.base = origin_base(o, id);
        p->made = origin_add(o, made);
    }
    return p->made;
}

struct origins *origins_fork(struct arena *a, const struct origins *from)
{
    struct origins *o = NEW(a, struct origins);
    *o = *from;
    o->a = a;
    o->v = arena_alloc(a, from->cap * sizeof *o->v);
    if (from->n) memcpy(o->v, from->v, from->n * sizeof *o->v);
    if (from->pairs_cap) {
        o->pairs = arena_alloc(a, from->pairs_cap * sizeof *o->pairs);
        memcpy(o->pairs, from->pairs, from->pairs_cap * sizeof *o->pairs);
    }
    return o;
}
