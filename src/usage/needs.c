#include "usage/needs.h"

#include "usage/repair.h"

enum { MOST_RENDERS = 60, MOST_ROUNDS = 8, MOST_VALUES = 6, MOST_TOGETHER = 6 };

struct trials {
    struct bench *now;
    const struct env *env;
    const struct map *user;      /* the user's values, and what was found to be needed so far */
    struct render r;             /* of them: it failed */
    uint32_t renders;
};

static bool is_blank(struct value v)
{
    return v.kind == V_NIL || (v.kind == V_STR && !v.n) || (v.kind == V_MAP && !map_len(v)) || (v.kind == V_LIST && !list_len(v));
}

/* Values that may be what is asked for, of the type that the chart's own has. */
static uint32_t values_for(struct arena *a, const struct needs *n, struct value is, struct value out[MOST_VALUES])
{
    uint32_t k = 0;
    struct map *m = map_new(a);
    struct list *l = list_new(a);
    map_putz(m, "x", v_str(STR("x")));
    list_add(l, v_str(STR("x")));
    switch (is.kind) {
    case V_BOOL: out[k++] = v_bool(!is.u.b); return k;
    case V_INT: case V_UINT: case V_FLOAT: out[k++] = v_float(1); return k;
    case V_MAP: out[k++] = v_map(m); break;
    case V_LIST: out[k++] = v_list(l); return k;
    default: out[k++] = v_str(STR("x")); break;
    }
    for (uint32_t i = 0; i < n->constants && k + 1 < MOST_VALUES; i++) out[k++] = n->constant[i];
    if (is.kind == V_NIL) out[k++] = v_bool(true);
    return k;
}

/* Whether the failure is gone with these values: it renders, or fails of something else elsewhere. */
static bool clears(struct trials *t, const struct map *user)
{
    struct arena_mark m = arena_mark(t->now->scratch);
    struct render r;
    t->renders++;
    t->now->probes++;
    bool ok = render_chart(t->now->scratch, t->now->chart, user, t->env, t->now->parses, diags_new(t->now->scratch, t->now->inputs), &r);
    if (!ok && !r.violations.n) {
        bool elsewhere = r.error_line != t->r.error_line || r.error_column != t->r.error_column || !str_eq(r.error_template, t->r.error_template);
        /* A value of the wrong kind makes other templates stumble: that is no answer. */
        ok = elsewhere && (r.error_kind != FAILURE_ERROR || str_has(r.error, STR("execution error at")));
    }
    arena_rewind(t->now->scratch, m);
    return ok;
}

struct answer {
    const struct need *need;
    struct value v;
    int worth;
};

static bool is_set(const struct map *user, const struct need *n)
{
    bool found;
    struct value v = usage_get(user, n->segment, n->segments, &found);
    return found && !is_blank(v);
}

/* What the chart itself has there. */
static struct value own_value(const struct trials *t, const struct need *n)
{
    bool found;
    const struct map *m = t->r.values ? t->r.values : t->now->chart->values.u.map;
    return usage_get(m, n->segment, n->segments, &found);
}

/* A key that the message is about, and one that the chart leaves open, rather than the switch of it all. */
static int worth_of(const struct trials *t, const struct need *n, uint32_t place)
{
    struct key k = {.path = n->path, .segment = n->segment, .segments = n->segments};
    return 40 * repair_suspicion(&k, t->r.error) + (is_blank(own_value(t, n)) ? 60 : 0) - (int)place;
}

static bool answer_by_one(struct trials *t, const struct needs *n, struct answer *best)
{
    struct arena *a = t->now->a;
    for (uint32_t i = 0; i < n->n; i++) {
        struct value v[MOST_VALUES];
        int worth = worth_of(t, &n->v[i], i);
        if (is_set(t->user, &n->v[i]) || (best->need && best->worth >= worth)) continue;
        uint32_t count = values_for(a, n, own_value(t, &n->v[i]), v);
        for (uint32_t k = 0; k < count && t->renders < MOST_RENDERS; k++) {
            if (!clears(t, usage_with(a, t->user, n->v[i].segment, n->v[i].segments, v[k]))) continue;
            *best = (struct answer){&n->v[i], v[k], worth};
            break;
        }
    }
    return best->need != NULL;
}

/* Those that the chart leaves open, all together: then each that it does not go on without. */
static uint32_t answer_together(struct trials *t, const struct needs *n, struct answer out[MOST_TOGETHER])
{
    struct arena *a = t->now->a;
    struct answer all[MOST_TOGETHER];
    struct map *m = (struct map *)t->user;
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < n->n && count < MOST_TOGETHER; i++) {
        struct value v[MOST_VALUES];
        if (is_set(t->user, &n->v[i]) || !is_blank(own_value(t, &n->v[i]))) continue;
        values_for(a, n, own_value(t, &n->v[i]), v);
        all[count++] = (struct answer){.need = &n->v[i], .v = v[0]};
        m = usage_with(a, m, n->v[i].segment, n->v[i].segments, v[0]);
    }
    if (count < 2 || !clears(t, m)) return 0;
    for (uint32_t i = 0; i < count; i++) {
        struct map *less = usage_without(a, m, all[i].need->segment, all[i].need->segments);
        if (clears(t, less)) m = less;
        else out[kept++] = all[i];
    }
    return kept;
}

static struct obstacle *obstacle_of(struct usage *u, const struct render *r)
{
    for (uint32_t i = 0; i < u->obstacles_n; i++) {
        struct obstacle *o = &u->obstacles[i];
        bool there = o->line == r->error_line && o->column == r->error_column && str_eq(o->tmpl, r->error_template);
        if (there || (o->passed_over && o->message.n && str_has(r->error, o->message))) return o->keys_n ? NULL : o;
    }
    return NULL;
}

static bool answer_next(struct trials *t, struct usage *u)
{
    struct arena *a = t->now->a;
    struct obstacle *o = obstacle_of(u, &t->r);
    struct needs n;
    struct answer v[MOST_TOGETHER] = {{0}};
    if (!o || !t->r.error_line) return false;
    needs_collect(a, t->now->parses, t->r.chart, t->r.error_template, t->r.error_line, t->r.error_column, &n);
    uint32_t count = answer_by_one(t, &n, &v[0]) ? 1 : answer_together(t, &n, v);
    for (uint32_t i = 0; i < count; i++) {
        *PUSH(a, o->needs, o->needs_n, o->needs_cap) = v[i].need->path;
        t->user = usage_with(a, t->user, v[i].need->segment, v[i].need->segments, v[i].v);
    }
    return count > 0;
}

void needs_find(struct bench *now, const struct env *env, const struct map *user, struct usage *u)
{
    struct trials t = {.now = now, .env = env, .user = user};
    for (int round = 0; round < MOST_ROUNDS && t.renders < MOST_RENDERS; round++) {
        now->probes++;
        if (render_chart(now->a, now->chart, t.user, env, now->parses, diags_new(now->a, now->inputs), &t.r) || t.r.violations.n) return;
        if (!answer_next(&t, u)) return;
    }
}
