/* Which one values key does a rendered `replicas` come from?
 *
 * Found by experiment: every number of the values that may be it gets one of its own, the templates that read them are evaluated once more, and the
 * workloads show which number came out. A key counts only if nothing else of the release changes with it: then the live count can be its value.
 */
#include "plan/planner.h"

#include <strings.h>

#include "kube/field.h"
#include "usage/lanes.h"

enum { SENTINEL = 70001, CANDIDATES = 64, DEEP = 16 };

struct candidate {
    struct str path[DEEP];
    uint32_t n;
};

struct search {
    struct planner *p;
    bool new_side;
    const struct side *side;
    struct candidate v[CANDIDATES];
    uint32_t n;
    uint32_t *found, *alone, *key; /* a candidate for each unit; UINT32_MAX: none */
    struct env env;
};

static const struct workload *wanted(const struct search *s, const struct unit *u)
{
    const struct workload *w = s->new_side ? u->new : u->old;
    bool known = u->capture.n || (u->was && u->was->capture.n);
    return w && w->replicas_set && known && (u->scaler_old || u->scaler_new) ? w : NULL;
}

static bool anyone_wants(const struct search *s, int64_t value)
{
    for (uint32_t i = 0; i < s->p->shape.units_n; i++) {
        const struct workload *w = wanted(s, &s->p->shape.units[i]);
        if (w && w->replicas == value) return true;
    }
    return false;
}

/* Charts call it so or so: replicas, replicaCount, minReplicas. What is called otherwise is not found, and the plan scales by hand. */
static bool says_replica(struct str key)
{
    for (size_t i = 0; i + 7 <= key.n; i++)
        if (strncasecmp(key.p + i, "replica", 7) == 0) return true;
    return false;
}

static void collect(struct search *s, struct value v, struct str *path, uint32_t depth)
{
    if (v.kind != V_MAP || depth >= DEEP) return;
    struct entry **sorted = map_sorted(s->p->a, v.u.map);
    for (uint32_t i = 0; i < map_len(v); i++) {
        path[depth] = sorted[i]->key;
        int64_t number = field_int(sorted[i]->value, -1);
        if (sorted[i]->value.kind == V_MAP) collect(s, sorted[i]->value, path, depth + 1);
        else if (number >= 0 && says_replica(sorted[i]->key) && s->n < CANDIDATES && anyone_wants(s, number)) {
            struct candidate *c = &s->v[s->n++];
            memcpy(c->path, path, sizeof c->path);
            c->n = depth + 1;
        }
    }
}

static int64_t sentinel_of(const struct search *s, const struct trait *t)
{
    int64_t n = str_is(t->field, "spec.replicas") ? field_int(t->to, -1) - SENTINEL : -1;
    return n >= 0 && n < s->n ? n : -1;
}

/* What a hook's object says may change: the plan applies it again with its own bounds. */
static bool is_harmless(const struct search *s, const struct trait *t)
{
    const struct object *o = objects_find(&s->side->objects, t->object);
    return o && (!item_in_release(o) || sentinel_of(s, t) >= 0);
}

/* Gives the candidates (one, or all for `only` == UINT32_MAX) their sentinels, and each workload the candidate that came out; UINT32_MAX: none. False
 * when something else changed, or nothing could be rendered. */
static bool experiment(struct search *s, struct bench *b, uint32_t only, uint32_t *found)
{
    struct value_edit edits[CANDIDATES];
    uint32_t n = 0;
    struct signature sig = {0};
    for (uint32_t i = 0; i < s->n; i++) {
        if (only != UINT32_MAX && only != i) continue;
        edits[n++] = (struct value_edit){.segment = s->v[i].path, .segments = s->v[i].n, .value = v_float(SENTINEL + i)};
    }
    bool clean = usage_probe(b, edits, n, &sig) == WORKS;
    for (uint32_t i = 0; i < s->p->shape.units_n; i++) found[i] = UINT32_MAX;
    for (uint32_t k = 0; k < sig.n; k++) {
        clean &= is_harmless(s, &sig.v[k]);
        int64_t c = sentinel_of(s, &sig.v[k]);
        for (uint32_t i = 0; c >= 0 && i < s->p->shape.units_n; i++) {
            const struct workload *w = wanted(s, &s->p->shape.units[i]);
            if (w && str_eq(w->object->id, sig.v[k].object)) found[i] = (uint32_t)c;
        }
    }
    return clean;
}

static void set_key(struct search *s, struct unit *u, const struct candidate *c)
{
    struct str *path = NEW_ARRAY(s->p->a, struct str, c->n);
    memcpy(path, c->path, c->n * sizeof *path);
    if (s->new_side) {
        u->key_new = path;
        u->key_new_n = c->n;
    } else {
        u->key_old = path;
        u->key_old_n = c->n;
    }
}

static uint32_t *none_found(struct planner *p)
{
    uint32_t *v = NEW_ARRAY(p->a, uint32_t, p->shape.units_n + 1);
    for (uint32_t i = 0; i < p->shape.units_n; i++) v[i] = UINT32_MAX;
    return v;
}

static struct search *search_new(struct planner *p, bool new_side)
{
    struct search *s = NEW(p->a, struct search);
    struct str path[DEEP];
    *s = (struct search){.p = p, .new_side = new_side, .side = new_side ? p->f->planned : &p->f->old_side,
                         .found = none_found(p), .alone = none_found(p), .key = none_found(p)};
    if (!s->side->chart || !s->side->user || !s->side->render.values) return s;
    collect(s, v_map(s->side->render.values), path, 0);
    s->env = s->side->env;
    s->env.tolerant = true; /* a bound that a sentinel breaks is no reason to stop */
    return s;
}

static struct bench bench_of(const struct search *s)
{
    struct planner *p = s->p;
    return (struct bench){.a = p->a, .chart = s->side->chart, .user = s->side->user, .env = &s->env, .parses = p->f->parses, .inputs = p->f->inputs,
                          .base = s->n ? (struct render *)(uintptr_t)&s->side->render : NULL, .origins = p->f->origins, .ns = p->plan->ns,
                          .known = s->side->manifests, .known_n = s->side->manifests_n};
}

static void find_keys(struct search *s, struct bench *b)
{
    uint32_t n = s->p->shape.units_n;
    bool clean = experiment(s, b, UINT32_MAX, s->found);
    for (uint32_t i = 0; i < n; i++) {
        if (s->found[i] == UINT32_MAX) continue;
        bool shared = false;
        for (uint32_t k = 0; k < n; k++) shared |= k != i && s->found[k] == s->found[i];
        /* One key cannot hold two counts. Where all together disturbed something, each has to show that it does not. */
        if (shared || (!clean && (!experiment(s, b, s->found[i], s->alone) || s->alone[i] != s->found[i]))) continue;
        s->key[i] = s->found[i];
    }
}

static void search_one(void *context, struct bench *old, struct bench *now, uint32_t i)
{
    struct search **s = context;
    if (s[i]->n) find_keys(s[i], i ? now : old);
}

void shape_find_replicas_keys(struct planner *p)
{
    if (p->f->o->strategy == STRATEGY_TERRAFORM) return; /* its configuration holds the values */
    struct search *sides[] = {search_new(p, false), search_new(p, true)};
    struct bench old = bench_of(sides[0]), now = bench_of(sides[1]);
    usage_lanes(&old, &now, 2, search_one, sides);
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; i < p->shape.units_n; i++)
            if (sides[k]->key[i] != UINT32_MAX) set_key(sides[k], &p->shape.units[i], &sides[k]->v[sides[k]->key[i]]);
}
