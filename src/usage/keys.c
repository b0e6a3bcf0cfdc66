#include "usage/usage.h"

#include "value/yaml.h"

#include <stdlib.h>

static void collect(struct arena *a, struct usage *u, struct value v, struct str path, const struct str *segment, uint32_t n, origin_id at)
{
    if (n > a->guard->max.depth) guard_trip(a->guard, "values are nested more than %u deep", a->guard->max.depth);
    if (v.kind == V_MAP && map_len(v)) {
        struct entry **sorted = map_sorted(a, v.u.map);
        for (uint32_t i = 0; i < v.u.map->n; i++) {
            struct str *deeper = NEW_ARRAY(a, struct str, n + 1);
            if (n) memcpy(deeper, segment, n * sizeof *deeper);
            deeper[n] = sorted[i]->key;
            collect(a, u, sorted[i]->value, path_key(a, path, sorted[i]->key), deeper, n + 1, sorted[i]->at);
        }
        return;
    }
    if (!n) return;
    struct key *k = PUSH(a, u->keys, u->n, u->cap);
    k->path = path;
    k->segment = (struct str *)segment;
    k->segments = n;
    k->value = v;
    k->at = at;
}

void usage_keys(struct arena *a, const struct map *user, struct usage *out)
{
    out->given = (struct map *)user;
    collect(a, out, v_map((struct map *)user), (struct str){0}, NULL, 0, 0);
}

struct value usage_get(const struct map *m, const struct str *segment, uint32_t segments, bool *found)
{
    struct value v = v_map((struct map *)m);
    *found = true;
    for (uint32_t i = 0; i < segments; i++) {
        struct entry *e = v.kind == V_MAP ? map_find(v.u.map, segment[i]) : NULL;
        if (!e) {
            *found = false;
            return NIL;
        }
        v = e->value;
    }
    return v;
}

/* Maps that the removal leaves empty go, too: a user without the key would not have written them. */
static bool drop(struct map *m, const struct str *segment, uint32_t n)
{
    struct entry *e = map_find(m, segment[0]);
    if (!e) return false;
    if (n == 1) return map_delete(m, segment[0]);
    if (e->value.kind != V_MAP || !e->value.u.map) return false;
    bool dropped = drop(e->value.u.map, segment + 1, n - 1);
    if (dropped && !e->value.u.map->n) map_delete(m, segment[0]);
    return dropped;
}

struct map *usage_without(struct arena *a, const struct map *user, const struct str *segment, uint32_t segments)
{
    struct map *m = value_copy(a, v_map((struct map *)user)).u.map;
    drop(m, segment, segments);
    return m;
}

struct map *usage_with(struct arena *a, const struct map *user, const struct str *segment, uint32_t segments, struct value v)
{
    return usage_with_at(a, user, segment, segments, v, 0);
}

struct map *usage_with_at(struct arena *a, const struct map *user, const struct str *segment, uint32_t segments, struct value v, origin_id origin)
{
    struct map *m = value_copy(a, v_map((struct map *)user)).u.map, *at = m;
    for (uint32_t i = 0; i + 1 < segments; i++) {
        struct entry *e = map_find(at, segment[i]);
        if (!e || e->value.kind != V_MAP || !e->value.u.map) e = map_put_at(at, segment[i], v_map(map_new(a)), e ? e->at : 0);
        at = e->value.u.map;
    }
    struct entry *old = map_find(at, segment[segments - 1]);
    map_put_at(at, segment[segments - 1], value_copy(a, v), origin ? origin : old ? old->at : 0);
    return m;
}

struct str *usage_segments(struct arena *a, struct str path, uint32_t *n)
{
    struct str *v = NULL;
    uint32_t cap = 0;
    struct buf b = buf_new(a);
    *n = 0;
    for (size_t i = 0; i <= path.n; i++) {
        if (i == path.n || path.p[i] == '.') {
            *PUSH(a, v, *n, cap) = str_dup(a, buf_str(&b));
            b.n = 0;
        } else {
            if (path.p[i] == '\\' && i + 1 < path.n) i++;
            buf_byte(&b, path.p[i]);
        }
    }
    return v;
}
