/* A hash index over items that are numbered from 0 and kept elsewhere. */
#ifndef RUTTER_USAGE_STATIC_TABLE_H
#define RUTTER_USAGE_STATIC_TABLE_H

#include "base/arena.h"

#include <stdint.h>

struct table_slot {
    uint32_t hash, item; /* item + 1; 0: free */
};

struct table {
    struct arena *a;
    struct table_slot *v;
    uint32_t size, used;
};

enum { TABLE_NONE = 0xffffffff };

/* Mixes another number into a hash. */
static inline uint32_t table_mix(uint32_t h, uint32_t x)
{
    h ^= x + 0x9e3779b9u + (h << 6) + (h >> 2);
    h *= 0x85ebca6bu;
    return h ^ h >> 13;
}

/* The items of this hash, one after the other: begin with *at = hash; TABLE_NONE ends it. */
static inline uint32_t table_next(const struct table *t, uint32_t hash, uint32_t *at)
{
    if (!t->size) return TABLE_NONE;
    for (;;) {
        const struct table_slot *s = &t->v[(*at)++ & (t->size - 1)];
        if (!s->item) return TABLE_NONE;
        if (s->hash == hash) return s->item - 1;
    }
}

static inline void table_put(struct table *t, uint32_t hash, uint32_t item)
{
    uint32_t i = hash;
    while (t->v[i & (t->size - 1)].item) i++;
    t->v[i & (t->size - 1)] = (struct table_slot){hash, item + 1};
}

static inline void table_add(struct table *t, uint32_t hash, uint32_t item)
{
    if ((t->used + 1) * 2 > t->size) {
        struct table was = *t;
        t->size = was.size ? was.size * 2 : 64;
        t->v = NEW_ARRAY(t->a, struct table_slot, t->size);
        for (uint32_t i = 0; i < was.size; i++)
            if (was.v[i].item) table_put(t, was.v[i].hash, was.v[i].item - 1);
    }
    t->used++;
    table_put(t, hash, item);
}

#endif
