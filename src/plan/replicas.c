/* Which one values key does a rendered `replicas` come from?
 *
 * Found by experiment: every number of the values that may be it gets one of its own, the chart is rendered once more, and the workloads show which
 * number came out. A key counts only if nothing else of the release changes with it: then the live count can be passed as its value.
 */
#include "plan/planner.h"

#include <strings.h>

#include "kube/field.h"

enum { SENTINEL = 70001, CANDIDATES = 64 };

struct candidate {
    struct str path[16];
    uint32_t n;
    int64_t value;
};

struct search {
    struct planner *p;
    bool new_side;
    const struct side *side;
    struct candidate v[CANDIDATES];
    uint32_t n;
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

/* Every chart calls it so or so: replicas, replicaCount, minReplicas. What is called otherwise is not found, and the plan scales by hand. */
static bool says_replica(struct str key)
{
    for (size_t i = 0; i + 7 <= key.n; i++)
        if (strncasecmp(key.p + i, "replica", 7) == 0) return true;
    return false;
}

static void collect(struct search *s, struct value v, struct str *path, uint32_t depth)
{
    if (v.kind != V_MAP || depth >= 16) return;
    struct entry **sorted = map_sorted(s->p->a, v.u.map);
    for (uint32_t i = 0; i < map_len(v); i++) {
        path[depth] = sorted[i]->key;
        int64_t number = field_int(sorted[i]->value, -1);
        if (sorted[i]->value.kind == V_MAP) collect(s, sorted[i]->value, path, depth + 1);
        else if (number >= 0 && says_replica(sorted[i]->key) && s->n < CANDIDATES && anyone_wants(s, number)) {
            struct candidate *c = &s->v[s->n++];
            memcpy(c->path, path, sizeof c->path);
            c->n = depth + 1;
            c->value = number;
        }
    }
}

static void put(struct arena *a, struct map *m, const struct candidate *c, int64_t value)
{
    for (uint32_t i = 0; i + 1 < c->n; i++) {
        struct value below = map_get(m, c->path[i]);
        if (below.kind != V_MAP) {
            below = v_map(map_new(a));
            map_put(m, c->path[i], below);
        }
        m = below.u.map;
    }
    map_put(m, c->path[c->n - 1], v_float((double)value));
}

/* Equal but for spec.replicas. */
static bool same_otherwise(struct arena *a, struct value x, struct value y)
{
    struct value *both[] = {&x, &y};
    for (size_t i = 0; i < 2; i++) {
        *both[i] = value_copy(a, *both[i]);
        struct value spec = value_at(*both[i], "spec", NULL);
        if (spec.kind == V_MAP) map_delete(spec.u.map, STR("replicas"));
    }
    return value_same(x, y);
}

/* Nothing of the release differs but the replicas of workloads that got a sentinel. */
static bool is_clean(struct arena *a, const struct search *s, const struct objects *base, const struct objects *now)
{
    (void)s;
    uint32_t n = 0, m = 0;
    for (uint32_t i = 0; i < base->n; i++) {
        const struct object *o = &base->v[i], *other;
        if (!item_in_release(o)) continue;
        n++;
        if (!(other = objects_find(now, o->id))) return false;
        if (str_eq(o->digest, other->digest)) continue;
        int64_t replicas = field_int(value_at(other->v, "spec", "replicas", NULL), -1);
        if (replicas < SENTINEL || replicas >= SENTINEL + CANDIDATES || !same_otherwise(a, o->v, other->v)) return false;
    }
    for (uint32_t i = 0; i < now->n; i++) m += item_in_release(&now->v[i]);
    return n == m;
}

/* Renders with sentinels in the given candidates (one, or all for `only` == UINT32_MAX), and gives each workload's candidate; UINT32_MAX: none. */
static bool experiment(struct search *s, uint32_t only, uint32_t *found)
{
    struct planner *p = s->p;
    struct arena *a = arena_new(p->a->guard);
    struct value user = value_copy(a, s->side->user ? v_map(s->side->user) : v_map(map_new(a)));
    for (uint32_t i = 0; i < s->n; i++)
        if (only == UINT32_MAX || only == i) put(a, user.u.map, &s->v[i], SENTINEL + i);
    struct env env = s->side->env;
    env.tolerant = true; /* a bound that the sentinel breaks is no reason to stop */
    struct diags *d = diags_new(a, p->f->inputs);
    struct render r = {0};
    struct objects now;
    bool ok = render_chart(a, s->side->chart, user.u.map, &env, p->f->parses, d, &r) && objects_of_render(a, &r, p->plan->ns, &now);
    bool clean = ok && is_clean(a, s, &s->side->objects, &now);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct workload *w = wanted(s, &p->shape.units[i]);
        const struct object *o = ok && w ? objects_find(&now, w->object->id) : NULL;
        int64_t replicas = o ? field_int(value_at(o->v, "spec", "replicas", NULL), -1) : -1;
        found[i] = replicas >= SENTINEL && replicas < SENTINEL + (int64_t)s->n ? (uint32_t)(replicas - SENTINEL) : UINT32_MAX;
    }
    arena_free(a);
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

static void find_on_side(struct planner *p, bool new_side)
{
    struct search *s = NEW(p->a, struct search);
    struct str path[16];
    *s = (struct search){.p = p, .new_side = new_side, .side = new_side ? p->f->planned : &p->f->old_side};
    if (!s->side->chart || !s->side->render.values) return;
    collect(s, v_map(s->side->render.values), path, 0);
    if (!s->n) return;
    uint32_t n = p->shape.units_n, *found = NEW_ARRAY(p->a, uint32_t, n), *alone = NEW_ARRAY(p->a, uint32_t, n);
    bool clean = experiment(s, UINT32_MAX, found);
    for (uint32_t i = 0; i < n; i++) {
        if (found[i] == UINT32_MAX) continue;
        bool shared = false;
        for (uint32_t k = 0; k < n; k++) shared |= k != i && found[k] == found[i];
        /* One key cannot hold two counts. Where all together disturbed something, each has to show that it does not. */
        if (shared || (!clean && (!experiment(s, found[i], alone) || alone[i] != found[i]))) continue;
        set_key(s, &p->shape.units[i], &s->v[found[i]]);
    }
}

void shape_find_replicas_keys(struct planner *p)
{
    if (p->f->o->strategy == STRATEGY_TERRAFORM) return; /* its configuration holds the values */
    find_on_side(p, false);
    find_on_side(p, true);
}
