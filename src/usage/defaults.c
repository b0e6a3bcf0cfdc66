/* Defaults that changed under a user who relies on them. */
#include "base/parallel.h"
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

struct default_trials {
    struct default_effect *v; /* signature: empty where it has no effect */
    struct value_edit *edit;
    bool *works;
    uint32_t n;
    struct bench old, now;    /* of their own: the caller's go on to another base */
    struct aside *aside;
};

static void try_default(void *context, struct bench *old, struct bench *now, uint32_t i)
{
    struct default_trials *t = context;
    (void)old;
    t->works[i] = usage_probe(now, &t->edit[i], 1, &t->v[i].signature) == WORKS;
}

static struct default_trials *list_trials(struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *u)
{
    struct arena *a = now->a;
    struct default_trials *t = NEW(a, struct default_trials);
    *t = (struct default_trials){.v = NEW_ARRAY(a, struct default_effect, MOST_PROBES), .edit = NEW_ARRAY(a, struct value_edit, MOST_PROBES), .works = NEW_ARRAY(a, bool, MOST_PROBES), .old = *old, .now = *now};
    for (uint32_t i = 0; i < defaults->n && t->n < MOST_PROBES; i++) {
        const struct value_change *d = &defaults->v[i];
        bool renamed = d->kind == CHANGE_RENAMED;
        if ((d->kind != CHANGE_CHANGED && !renamed) || !is_plain(d->was) || !is_plain(d->is) || value_same(d->was, d->is)) continue;
        struct str path = renamed ? d->to : d->path;
        if (user_sets(a, u->given, d->path) || user_sets(a, u->given, path)) continue;
        struct value_edit at = {.value = d->was};
        at.segment = usage_segments(a, path, &at.segments);
        if (!usage_reads_path(now, at.segment, at.segments)) continue;
        t->edit[t->n] = at;
        t->v[t->n++] = (struct default_effect){d, path, {0}};
    }
    return t;
}

static void run_trials(void *context, struct arena *mine)
{
    struct default_trials *t = context;
    t->old.a = t->now.a = mine;
    usage_lanes(&t->old, &t->now, t->n, try_default, t);
}

struct default_trials *usage_defaults_start(struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *u)
{
    usage_index(old);
    usage_index(now);
    struct default_trials *t = list_trials(old, now, defaults, u);
    t->now.probes = t->old.probes = 0;
    /* What the trials know stays as it is: the caller adds to a copy of it. */
    t->old.origins = t->now.origins = origins_fork(now->a, now->origins);
    old->parses = now->parses = parse_cache_fork(now->a, now->parses);
    t->aside = aside_start(now->a, run_trials, t);
    return t;
}

void usage_defaults_take(struct bench *now, struct default_trials *t, struct usage *u)
{
    if (t->aside) aside_wait(t->aside);
    now->probes += t->now.probes;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->works[i]) *PUSH(now->a, u->defaults, u->defaults_n, u->defaults_cap) = t->v[i];
}

void usage_defaults(struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *u)
{
    struct default_trials *t = list_trials(old, now, defaults, u);
    usage_lanes(old, now, t->n, try_default, t);
    usage_defaults_take(now, t, u);
}
