/* Defaults that changed under a user who relies on them. */
#include "usage/usage.h"

#include "value/yaml.h"

enum { MOST_PROBES = 120 };

/* Whether the user set the path, something below it, or a scalar above it. */
static bool user_sets(struct arena *a, const struct map *user, struct str path)
{
    uint32_t n;
    struct str *segment = usage_segments(a, path, &n);
    struct value v = v_map((struct map *)user);
    for (uint32_t i = 0; i < n; i++) {
        struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, segment[i]) : NULL;
        if (!e) return i > 0 && v.kind != V_MAP;
        v = e->value;
    }
    return true;
}

static bool is_plain(struct value v) { return v.kind == V_BOOL || v.kind == V_STR || v.kind == V_FLOAT || v.kind == V_INT || v.kind == V_LIST; }

void usage_defaults(struct bench *now, const struct value_changes *defaults, struct usage *u)
{
    uint32_t tried = 0;
    for (uint32_t i = 0; i < defaults->n && tried < MOST_PROBES; i++) {
        const struct value_change *d = &defaults->v[i];
        bool renamed = d->kind == CHANGE_RENAMED;
        if ((d->kind != CHANGE_CHANGED && !renamed) || !is_plain(d->was) || !is_plain(d->is) || value_same(d->was, d->is)) continue;
        struct str path = renamed ? d->to : d->path;
        if (user_sets(now->a, u->given, d->path) || user_sets(now->a, u->given, path)) continue;
        struct value_edit at = {.value = d->was};
        at.segment = usage_segments(now->a, path, &at.segments);
        if (!usage_reads_path(now, at.segment, at.segments)) continue;
        struct signature sig = {0};
        tried++;
        if (usage_probe(now, &at, 1, &sig) != WORKS) continue;
        *PUSH(now->a, u->defaults, u->defaults_n, u->defaults_cap) = (struct default_effect){d, path, sig};
    }
}
