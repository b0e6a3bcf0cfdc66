#include "usage/effective.h"

struct map *edits_made(struct arena *a, const struct map *user, const struct value_edit *e, uint32_t n)
{
    struct map *m = (struct map *)user;
    for (uint32_t i = 0; i < n; i++)
        m = e[i].drop ? usage_without(a, m, e[i].segment, e[i].segments) : usage_with(a, m, e[i].segment, e[i].segments, e[i].value);
    return m;
}

static struct map *own_copy(struct arena *a, const struct map *from)
{
    struct map *m = map_new(a);
    for (uint32_t i = 0; from && i < from->n; i++) map_put_at(m, from->v[i].key, from->v[i].value, from->v[i].at);
    m->shared = true;
    return m;
}

static bool is_table(struct value v) { return v.kind == V_MAP && v.u.map; }

/* A part of the new values: a copy, for templates may write to the maps in it. */
static struct value part(struct arena *a, struct value v)
{
    v = value_copy(a, v);
    render_share(a, v);
    return v;
}

enum made { MADE, MADE_EMPTY /* the map holds nothing any more */, UNSURE };

static enum made set_in(struct arena *a, struct map *m, const struct value_edit *e, uint32_t depth)
{
    struct str key = e->segment[depth];
    struct entry *old = map_find(m, key);
    if (depth + 1 == e->segments) {
        bool plain = e->value.kind != V_NIL && e->value.kind != V_MAP;
        if (!plain || (old && (is_table(old->value) || old->value.kind == V_NIL))) return UNSURE;
        map_put_at(m, key, part(a, e->value), old ? old->at : 0);
        return MADE;
    }
    if (old && !is_table(old->value)) return UNSURE;
    struct map *below = own_copy(a, old ? old->value.u.map : NULL);
    map_put_at(m, key, v_map(below), old ? old->at : 0);
    return set_in(a, below, e, depth + 1);
}

/* `defaults`: the chart's own values at this place; NIL: it has none. */
static enum made drop_in(struct arena *a, struct map *m, struct value defaults, const struct value_edit *e, uint32_t depth)
{
    struct str key = e->segment[depth];
    struct entry *old = map_find(m, key), *given = is_table(defaults) ? map_find(defaults.u.map, key) : NULL;
    if (given && given->value.kind == V_NIL) return UNSURE;
    if (depth + 1 == e->segments) {
        if (!old) return given ? UNSURE : MADE; /* a null that took the default away, or nothing at all */
        if (is_table(old->value) || (given && is_table(given->value))) return UNSURE;
        if (given) map_put_at(m, key, part(a, given->value), given->at);
        else map_delete(m, key);
    } else {
        if (!old) return given ? UNSURE : MADE;
        if (!is_table(old->value) || (given && !is_table(given->value))) return UNSURE;
        struct map *below = own_copy(a, old->value.u.map);
        map_put_at(m, key, v_map(below), old->at);
        enum made made = drop_in(a, below, given ? given->value : NIL, e, depth + 1);
        if (made == UNSURE) return UNSURE;
        /* A map of the user's that holds nothing any more goes with its last key. */
        if (made == MADE_EMPTY && !given) map_delete(m, key);
    }
    return m->n ? MADE : MADE_EMPTY;
}

struct map *edits_effective(struct arena *a, const struct bench *b, const struct value_edit *e, uint32_t n)
{
    struct map *m = own_copy(a, b->base->values);
    for (uint32_t i = 0; i < n; i++) {
        enum made made = e[i].drop ? drop_in(a, m, b->chart->values, &e[i], 0) : set_in(a, m, &e[i], 0);
        if (made == UNSURE) return NULL;
    }
    return m;
}
