/* Defaults that changed under a user who relies on them. */
#include "usage/lanes.h"

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

struct trials {
    struct default_effect *v; /* signature: empty where it has no effect */
    struct value_edit *edit;
    bool *works;
    uint32_t n;
};

static void try_default(void *context, struct bench *old, struct bench *now, uint32_t i)
{
    struct trials *t = context;
    (void)old;
    t->works[i] = usage_probe(now, &t->edit[i], 1, &t->v[i].signature) == WORKS;
}

void usage_defaults(struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *u)
{
    struct trials t = {NEW_ARRAY(now->a, struct default_effect, MOST_PROBES), NEW_ARRAY(now->a, struct value_edit, MOST_PROBES), NEW_ARRAY(now->a, bool, MOST_PROBES), 0};
    for (uint32_t i = 0; i < defaults->n && t.n < MOST_PROBES; i++) {
        const struct value_change *d = &defaults->v[i];
        bool renamed = d->kind == CHANGE_RENAMED;
        if ((d->kind != CHANGE_CHANGED && !renamed) || !is_plain(d->was) || !is_plain(d->is) || value_same(d->was, d->is)) continue;
        struct str path = renamed ? d->to : d->path;
        if (user_sets(now->a, u->given, d->path) || user_sets(now->a, u->given, path)) continue;
        struct value_edit at = {.value = d->was};
        at.segment = usage_segments(now->a, path, &at.segments);
        if (!usage_reads_path(now, at.segment, at.segments)) continue;
        t.edit[t.n] = at;
        t.v[t.n++] = (struct default_effect){d, path, {0}};
    }
    usage_lanes(old, now, t.n, try_default, &t);
    for (uint32_t i = 0; i < t.n; i++)
        if (t.works[i]) *PUSH(now->a, u->defaults, u->defaults_n, u->defaults_cap) = t.v[i];
}
