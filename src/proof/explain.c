/* Why a plan is not proved, told by the plainest run: nothing goes amiss, and still it does not end where it should. And that run as data, for whoever makes it. */
#include "proof/flow.h"
#include "proof/search.h"

/* ---- the plan, read for it ---- */

struct explaining {
    struct search *q;
    struct part *parts; uint32_t parts_n;
};

/* False when some command is not known at all: then nothing can be foretold. */
static bool read_plan(struct arena *a, const struct plan *p, struct explaining *x)
{
    struct search *q = x->q = NEW(a, struct search);
    if (!p->forward.n) return false;
    *q = (struct search){.a = a, .proof = NEW(a, struct proof)};
    model_read(&q->r, a, p);
    flow_check(q);
    if (q->unmodelled) return false;
    search_index_steps(q);
    x->parts = search_parts(q, &x->parts_n);
    for (uint32_t i = 0; i < x->parts_n; i++)
        if (x->parts[i].full) return false;
    return true;
}

static const char *apply_name(const struct apply_method *m) { return m->server_side ? "server-side" : "client-side"; }

/* ---- telling it to people ---- */

struct group {
    const struct wrong *wrong;
    struct str *objects; uint32_t objects_n, objects_cap;
};

struct groups {
    struct group *v; uint32_t n, cap;
};

static bool has_text(const struct str *v, uint32_t n, struct str s)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i], s)) return true;
    return false;
}

/* What is wrong in the same way is told once; rows of a team's table tell kinds apart. */
static struct group *group_of_wrong(struct explaining *x, struct groups *g, const struct wrong *w)
{
    const struct plan_object *objects = x->q->r.plan->objects;
    for (uint32_t i = 0; i < g->n; i++) {
        const struct wrong *other = g->v[i].wrong;
        bool same_kind = w->subject == other->subject || (w->subject != UINT32_MAX && other->subject != UINT32_MAX && str_eq(objects[w->subject].kind, objects[other->subject].kind));
        if (!strcmp(other->code, w->code) && !strcmp(other->text, w->text) && same_kind) return &g->v[i];
    }
    struct group *new = PUSH(x->q->a, g->v, g->n, g->cap);
    *new = (struct group){.wrong = w};
    return new;
}

static void find_groups(struct explaining *x, const struct ending *end, struct groups *g)
{
    for (uint32_t i = 0; i < end->lines_n; i++)
        for (uint32_t k = 0; k < end->lines[i].wrongs.n; k++) {
            const struct wrong *w = &end->lines[i].wrongs.v[k];
            struct group *to = group_of_wrong(x, g, w);
            struct str id = w->subject == UINT32_MAX ? STR("") : x->q->r.plan->objects[w->subject].id;
            if (!has_text(to->objects, to->objects_n, id)) *PUSH(x->q->a, to->objects, to->objects_n, to->objects_cap) = id;
        }
}

static struct str named(struct arena *a, const struct group *g)
{
    enum { MOST = 4 };
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < g->objects_n && i < MOST; i++)
        buf_printf(&b, "%s%.*s", !i ? "" : i + 1 == g->objects_n ? " and " : ", ", STR_ARG(g->objects[i]));
    if (g->objects_n > MOST) buf_printf(&b, " and %u more", g->objects_n - MOST);
    if (g->objects_n > 1) buf_z(&b, " - each");
    return buf_done(&b);
}

static const struct plan_erratum *erratum_of(const struct plan *p, bool back, const char *code, struct str kind)
{
    for (uint32_t i = 0; code && i < p->errata_n; i++) {
        const struct plan_erratum *e = &p->errata[i];
        if (str_is(e->wrong, code) && str_is(e->script, back ? "rollback" : "plan") && (!e->kind.n || str_eq(e->kind, kind))) return e;
    }
    return NULL;
}

static void add_run(struct explaining *x, const struct foretold *f, bool back, struct disproof *d)
{
    struct arena *a = x->q->a;
    const struct plan *p = x->q->r.plan;
    *PUSH(a, d->trace, d->trace_n, d->trace_cap) =
        str_printf(a, "Helm %d, applying %s; replicas %s before", f->method.major, apply_name(&f->method), f->moved ? "that an autoscaler had chosen" : "as the chart renders them");
    const struct step_list *lists[] = {&p->forward, &p->back};
    for (int l = 0; l <= (back ? 1 : 0); l++) {
        const struct step *stopped = l ? f->back.stopped : f->there.stopped;
        for (uint32_t i = l ? f->enter : 0; i < lists[l]->n; i++) {
            const struct step *s = lists[l]->v[i];
            if (s == stopped) {
                const struct ending *e = l ? &f->back : &f->there;
                *PUSH(a, d->trace, d->trace_n, d->trace_cap) = str_printf(a, "%.*s: %s (%.*s)", STR_ARG(s->id), e->why, STR_ARG(p->objects[e->object].id));
                break;
            }
            if (step_changes(s)) *PUSH(a, d->trace, d->trace_n, d->trace_cap) = str_printf(a, "%.*s: done", STR_ARG(s->id));
        }
    }
}

static struct disproof *add_failure(struct proof *to, struct arena *a, const char *obligation, const char *code, struct str subject, struct str text)
{
    for (uint32_t i = 0; i < to->failures_n; i++)
        if (str_eq(to->failures[i].text, text)) return NULL;
    struct disproof *d = PUSH(a, to->failures, to->failures_n, to->failures_cap);
    *d = (struct disproof){.obligation = obligation, .code = code, .subject = subject, .text = text};
    return d;
}

static void explain_stop(struct explaining *x, const struct foretold *f, const struct ending *end, bool back, struct proof *to)
{
    struct arena *a = x->q->a;
    struct str text = str_printf(a, "%.*s fails though nothing else goes amiss: %s", STR_ARG(end->stopped->id), end->why);
    struct disproof *d = add_failure(to, a, back ? "back" : "forward", "stuck", end->stopped->id, text);
    if (!d) return;
    add_run(x, f, back, d);
    *PUSH(a, d->objects, d->objects_n, d->objects_cap) = x->q->r.plan->objects[end->object].id;
}

static void explain_end(struct explaining *x, const struct foretold *f, const struct ending *end, bool back, struct proof *to)
{
    struct arena *a = x->q->a;
    struct groups g = {0};
    if (end->stopped) return explain_stop(x, f, end, back, to);
    find_groups(x, end, &g);
    for (uint32_t i = 0; i < g.n; i++) {
        const struct group *k = &g.v[i];
        struct str text = str_printf(a, "every step succeeds, and after the %s %.*s%s%s", back ? "rollback" : "upgrade", STR_ARG(named(a, k)), k->wrong->subject == UINT32_MAX ? "" : " ", k->wrong->text);
        struct disproof *d = add_failure(to, a, back ? "back" : "forward", k->wrong->code, k->objects[0], text);
        if (!d) continue;
        add_run(x, f, back, d);
        d->objects = k->objects;
        d->objects_n = k->objects_n;
    }
}

static struct str kind_of(const struct plan *p, struct str id)
{
    for (uint32_t i = 0; i < p->objects_n; i++)
        if (str_eq(p->objects[i].id, id)) return p->objects[i].kind;
    return STR("");
}

static bool is_of_back(const struct plan *p, const struct disproof *d) { return str_is(str_from(d->obligation), "back") || step_find(&p->back, d->subject); }

void proof_explain(struct arena *a, const struct plan *p, struct proof *proof)
{
    struct explaining x;
    struct proof plain = {0};
    if (proof->verdict != UNPROVED || !read_plan(a, p, &x)) return;
    const struct apply_method method = {p->helm_major == 3 || str_is(p->strategy, "terraform") ? 3 : 4, p->helm_major != 3 && !str_is(p->strategy, "terraform")};
    for (int moved = 0; moved < 2; moved++) {
        struct foretold f;
        search_foretell(x.q, x.parts, x.parts_n, &method, moved, false, &f);
        explain_end(&x, &f, &f.there, false, &plain);
        if (f.enter != UINT32_MAX) explain_end(&x, &f, &f.back, true, &plain);
    }
    for (uint32_t i = 0; i < proof->failures_n; i++) *PUSH(a, plain.failures, plain.failures_n, plain.failures_cap) = proof->failures[i];
    proof->failures = plain.failures;
    proof->failures_n = plain.failures_n;
    proof->failures_cap = plain.failures_cap;
    for (uint32_t i = 0; i < proof->failures_n; i++) {
        struct disproof *d = &proof->failures[i];
        d->erratum = erratum_of(p, is_of_back(p, d), d->code, kind_of(p, d->subject));
    }
}

/* ---- telling it to programs ---- */

static void put(struct map *m, const char *key, struct str text) { map_putz(m, key, v_str(text)); }

static struct value wrong_value(struct arena *a, const struct plan *p, const struct wrong *w)
{
    struct map *m = map_new(a);
    put(m, "wrong", str_from(w->code));
    if (w->subject != UINT32_MAX) put(m, "object", p->objects[w->subject].id);
    put(m, "text", str_from(w->text));
    return v_map(m);
}

static struct value line_value(struct arena *a, const struct plan *p, const struct line_end *l, bool moved)
{
    struct map *m = map_new(a);
    struct list *states = list_new(a), *wrongs = list_new(a);
    if (l->part->main != UINT32_MAX) put(m, "main", p->objects[l->part->main].id);
    if (l->part->scaler != UINT32_MAX) put(m, "scaler", p->objects[l->part->scaler].id);
    if (l->start & BEGAN_PAUSED_AT) put(m, "began", STR("paused at a number"));
    else if (l->start & BEGAN_PAUSED) put(m, "began", STR("paused"));
    else if (l->start & BEGAN_ABSENT) put(m, "began", STR("absent"));
    else if (moved && l->start & BEGAN_AS_RENDERED) put(m, "began", STR("as rendered"));
    for (uint32_t i = 0; i < l->states_n; i++) list_add(states, search_state_value(a, l->part, &l->states[i]));
    for (uint32_t i = 0; i < l->wrongs.n; i++) list_add(wrongs, wrong_value(a, p, &l->wrongs.v[i]));
    map_putz(m, "states", v_list(states));
    if (wrongs->n) map_putz(m, "wrong", v_list(wrongs));
    return v_map(m);
}

static struct value ending_value(struct arena *a, const struct plan *p, const struct ending *end, bool moved)
{
    struct map *m = map_new(a);
    struct list *parts = list_new(a);
    if (end->stopped) {
        put(m, "stops", end->stopped->id);
        put(m, "why", str_from(end->why));
        if (end->object != UINT32_MAX) put(m, "object", p->objects[end->object].id);
    }
    for (uint32_t i = 0; i < end->lines_n; i++) list_add(parts, line_value(a, p, &end->lines[i], moved));
    map_putz(m, "parts", v_list(parts));
    return v_map(m);
}

struct str proof_foretell(struct arena *a, const struct plan *p)
{
    static const struct apply_method methods[] = {{4, true}, {4, false}, {3, false}};
    struct explaining x;
    struct map *m = map_new(a);
    struct list *runs = list_new(a);
    struct buf b = buf_new(a);
    bool known = read_plan(a, p, &x);
    for (size_t i = 0; known && i < 4 * sizeof methods / sizeof *methods; i++) {
        struct foretold f;
        struct map *run = map_new(a);
        search_foretell(x.q, x.parts, x.parts_n, &methods[i / 4], i % 2, i / 2 % 2, &f);
        map_putz(run, "helm", v_int(f.method.major));
        put(run, "applies", str_from(apply_name(&f.method)));
        put(run, "replicas", f.moved ? STR("moved") : STR("rendered"));
        if (f.hook_fails) map_putz(run, "hookFails", v_bool(true));
        map_putz(run, "plan", ending_value(a, p, &f.there, f.moved));
        if (f.enter != UINT32_MAX) map_putz(run, "rollback", ending_value(a, p, &f.back, f.moved));
        list_add(runs, v_map(run));
    }
    put(m, "plan", p->id);
    map_putz(m, "runs", v_list(runs));
    canonical_json(&b, v_map(m));
    buf_byte(&b, '\n');
    return buf_done(&b);
}
