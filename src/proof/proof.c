#include "proof/proof.h"

#include <stdatomic.h>

#include "base/parallel.h"
#include "proof/flow.h"

/* ---- the parts of a plan ---- */

static bool is_release(struct str owner) { return str_is(owner, "release") || str_is(owner, "kept") || str_is(owner, "adopted"); }
static bool is_owner(const struct plan_object *o, const char *owner) { return str_is(o->owner_old, owner) || str_is(o->owner_new, owner); }

static uint32_t scaler_of(const struct plan *p, const struct plan_object *o)
{
    for (uint32_t i = 0; o->scaled_by.n && i < p->objects_n; i++)
        if (str_eq(p->objects[i].id, o->scaled_by)) return i;
    return UINT32_MAX;
}

/* KEDA names it after the ScaledObject, unless that says otherwise. */
static uint32_t hpa_of(const struct search *q, uint32_t scaler)
{
    const struct plan *p = q->r.plan;
    for (uint32_t i = 0; scaler != UINT32_MAX && i < p->objects_n; i++)
        if (str_is(p->objects[i].kind, "HorizontalPodAutoscaler") && str_starts(p->objects[i].name, STR("keda-hpa-")) &&
            str_eq(str_from_n(p->objects[i].name, 9), p->objects[scaler].name) && str_eq(p->objects[i].ns, p->objects[scaler].ns)) return i;
    return UINT32_MAX;
}

static bool ends_in_number(struct str s)
{
    size_t n = s.n;
    while (n && s.p[n - 1] >= '0' && s.p[n - 1] <= '9') n--;
    return n && n < s.n && s.p[n - 1] == '-';
}

static bool make_part(const struct search *q, uint32_t i, const bool *taken, struct part *out)
{
    const struct plan *p = q->r.plan;
    const struct plan_object *o = &p->objects[i];
    *out = (struct part){.main = i, .scaler = UINT32_MAX, .hpa = UINT32_MAX};
    if (taken[i]) return false;
    if (is_owner(o, "hook-applied")) {
        out->main = UINT32_MAX;
        out->scaler = i;
        out->scaler_applied = true;
    } else if (is_release(o->owner_old) || is_release(o->owner_new)) {
        out->scaler = scaler_of(p, o);
        out->scaled = out->scaler != UINT32_MAX && (o->replicas_old >= 0 || o->replicas_new >= 0);
        if (out->scaler != UINT32_MAX) out->scaler_applied = is_owner(&p->objects[out->scaler], "hook-applied");
    } else if (is_owner(o, "hook")) {
        out->hook = true;
        out->numbered = !o->in_old && ends_in_number(o->name);
    } else if (is_owner(o, "crd")) {
        out->crd = true;
    } else {
        return false; /* referenced, or made by controllers */
    }
    out->claim = out->main != UINT32_MAX && str_is(o->kind, "PersistentVolumeClaim");
    out->pauses = out->scaler != UINT32_MAX && str_is(p->objects[out->scaler].kind, "ScaledObject");
    out->hpa = hpa_of(q, out->scaler);
    return true;
}

static void look_of(struct buf *b, const struct search *q, uint32_t i)
{
    if (i == UINT32_MAX) return buf_z(b, "-");
    const struct plan_object *o = &q->r.plan->objects[i];
    buf_printf(b, "%.*s/%.*s/%d%d%d%d%d%d/", STR_ARG(o->owner_old), STR_ARG(o->owner_new), o->hook_stays, o->in_old, o->in_new, o->leaves_residue, model_is_custom(o), q->absent[i]);
    buf_printf(b, "%d%d%d%d", o->replicas_old >= 0, o->replicas_new >= 0, str_is(o->kind, "Job"), str_is(o->kind, "Pod"));
    if (is_owner(o, "hook")) buf_printf(b, "%d", str_eq(o->digest_old, o->digest_new));
}

struct str search_whole_look(const struct search *q, const struct part *p)
{
    struct buf b = buf_new(q->a);
    look_of(&b, q, p->main);
    look_of(&b, q, p->scaler);
    buf_printf(&b, "%d%d%d%d", p->claim, p->hook, p->numbered, p->crd);
    search_look(q, p, &b);
    return buf_str(&b);
}

struct sort {
    struct part part;
    struct str name;
    bool lost;
};

/* One part of each look; and all parts, for what only one of them shows. */
struct sorts {
    struct sort *v; uint32_t n, cap;
    struct sort *all; uint32_t all_n, all_cap;
};

struct part *search_parts(struct search *q, uint32_t *n)
{
    const struct plan *p = q->r.plan;
    struct part *v = NEW_ARRAY(q->a, struct part, p->objects_n + 1);
    bool *taken = NEW_ARRAY(q->a, bool, p->objects_n + 1);
    for (uint32_t i = 0; i < p->objects_n; i++) {
        uint32_t s = is_release(p->objects[i].owner_old) || is_release(p->objects[i].owner_new) ? scaler_of(p, &p->objects[i]) : UINT32_MAX;
        if (s != UINT32_MAX) taken[s] = true;
    }
    *n = 0;
    for (uint32_t i = 0; i < p->objects_n; i++)
        if (make_part(q, i, taken, &v[*n])) search_gather(q, &v[(*n)++]);
    return v;
}

/* Data; and what the new version adds and nobody takes away. */
static bool may_be_lost(const struct search *q, const struct part *p)
{
    const struct plan_object *o = p->main == UINT32_MAX ? NULL : &q->r.plan->objects[p->main];
    return p->claim || (o && !o->in_old && (p->crd || str_is(o->owner_new, "kept")));
}

static void find_sorts(struct search *q, struct sorts *out)
{
    struct strmap looks = strmap_new(q->a);
    const struct part *parts = search_parts(q, &q->proof->parts);
    for (uint32_t i = 0; i < q->proof->parts; i++) {
        const struct part *part = &parts[i];
        struct str id = q->r.plan->objects[part->main != UINT32_MAX ? part->main : part->scaler].id, look = search_whole_look(q, part);
        if (part->full) {
            q->unmodelled = true;
            proof_fail(q, "model", id, str_printf(q->a, "more captures or files bear on %.*s than the proof can follow", STR_ARG(id)));
        }
        *PUSH(q->a, out->all, out->all_n, out->all_cap) = (struct sort){*part, look, false};
        /* What is lost is told object by object. */
        if (!may_be_lost(q, part) && !strmap_put(&looks, look, q)) continue;
        *PUSH(q->a, out->v, out->n, out->cap) = (struct sort){*part, id, false};
    }
    q->proof->kinds = out->n;
}

/* ---- losses ---- */

static const struct loss *declared_loss(const struct plan *p, struct str object)
{
    for (uint32_t i = 0; i < p->losses_n; i++)
        if (str_eq(p->losses[i].object, object)) return &p->losses[i];
    return NULL;
}

static bool is_gated(const struct search *q, const struct loss *l)
{
    const struct plan *p = q->r.plan;
    for (uint32_t i = 0; i < p->forward.n; i++) {
        const struct step *s = p->forward.v[i];
        if (str_eq(s->id, l->gate)) return s->kind == STEP_GATE && str_eq(s->accept, l->id);
        if (q->r.forward[i].verb == VERB_UPGRADE || q->r.forward[i].verb == VERB_TERRAFORM) break;
    }
    for (uint32_t i = 0; i < p->back.n; i++) {
        const struct step *s = p->back.v[i];
        if (str_eq(s->id, l->gate)) return s->kind == STEP_GATE && str_eq(s->accept, l->id);
        if (q->r.back[i].verb != VERB_OBSERVE) break;
    }
    return false;
}

/* A claim that both versions have, and that differs: a larger request cannot be taken back. Sizes are not in the table, so the plan's word counts. */
static bool may_grow(const struct plan_object *o) { return o && o->in_old && o->in_new && str_is(o->kind, "PersistentVolumeClaim") && !str_eq(o->digest_old, o->digest_new); }

static const struct plan_object *object_named(const struct plan *p, struct str id)
{
    for (uint32_t i = 0; i < p->objects_n; i++)
        if (str_eq(p->objects[i].id, id)) return &p->objects[i];
    return NULL;
}

/* A claim TEMPLATE-SET-NUMBER of a StatefulSet with claim templates that the new version brings or changes: it outlives the set. Templates are not in the
 * table, so the plan's word counts. */
static bool may_outlive_its_set(struct arena *a, const struct plan *p, struct str claim)
{
    struct str name = str_trim_prefix(claim, STR("PersistentVolumeClaim/"));
    if (name.n == claim.n) return false;
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9') n--;
    if (n == name.n) return false;
    for (uint32_t i = 0; i < p->objects_n; i++) {
        const struct plan_object *o = &p->objects[i];
        bool makes = str_is(o->kind, "StatefulSet") && o->holds_data && o->in_new && !(o->in_old && str_eq(o->digest_old, o->digest_new));
        if (makes && str_ends(str_sub(name, 0, n), str_printf(a, "-%.*s-", STR_ARG(o->name)))) return true;
    }
    return false;
}

static void check_losses(struct search *q, const struct sorts *sorts)
{
    const struct plan *p = q->r.plan;
    for (uint32_t i = 0; i < sorts->n; i++) {
        const struct loss *l = declared_loss(p, sorts->v[i].name);
        if (!sorts->v[i].lost) continue;
        if (!l) proof_fail(q, "losses", sorts->v[i].name, str_printf(q->a, "%.*s cannot be brought back, and the plan does not say so", STR_ARG(sorts->v[i].name)));
        else *PUSH(q->a, q->proof->losses, q->proof->losses_n, q->proof->losses_cap) = l->id;
    }
    for (uint32_t i = 0; i < p->losses_n; i++) {
        const struct loss *l = &p->losses[i];
        bool computed = l->forward_only ? q->refused : may_grow(object_named(p, l->object)) || may_outlive_its_set(q->a, p, l->object);
        if (l->forward_only && computed) *PUSH(q->a, q->proof->losses, q->proof->losses_n, q->proof->losses_cap) = l->id;
        for (uint32_t k = 0; k < sorts->n; k++) computed |= sorts->v[k].lost && str_eq(sorts->v[k].name, l->object);
        if (!computed) proof_fail(q, "losses", l->id, str_printf(q->a, "the plan gives up %.*s, which it need not", STR_ARG(l->id)));
        if (!is_gated(q, l)) proof_fail(q, "losses", l->id, str_printf(q->a, "nobody is asked before %.*s is lost", STR_ARG(l->id)));
    }
}

/* ---- all obligations ---- */

/* What was found of one part. */
struct finding_of_part {
    struct proof counts;        /* states, runs, the witness */
    bool refused;
    uint32_t witness_steps;
    struct disproof *failure;
};

struct sharing {
    const struct search *q;
    struct sorts *sorts;
    struct finding_of_part *found; /* by part */
    atomic_uint next;
};

/* One core's share: whatever part is next, in the room that the last has left. */
static void search_some(void *context, size_t lane, struct arena *mine)
{
    struct sharing *s = context;
    struct search own = *s->q;
    (void)lane;
    own.a = mine;
    own.nodes = NULL;
    own.slots = NULL;
    own.nodes_cap = own.slots_cap = 0;
    for (uint32_t i; (i = atomic_fetch_add(&s->next, 1)) < s->sorts->n;) {
        struct finding_of_part *found = &s->found[i];
        own.proof = &found->counts;
        own.witness_steps = 0;
        own.refused = false;
        search_part(&own, &s->sorts->v[i].part, &s->sorts->v[i].lost, &found->failure);
        found->witness_steps = own.witness_steps;
        found->refused = own.refused;
    }
}

/* In the order of the parts, up to the first that fails: as if they had been searched one after the other. */
static bool take_findings(struct search *q, const struct finding_of_part *v, uint32_t n, struct disproof **first)
{
    for (uint32_t i = 0; i < n; i++) {
        q->proof->states += v[i].counts.states;
        q->proof->runs += v[i].counts.runs;
        q->refused |= v[i].refused;
        if (v[i].witness_steps > q->witness_steps) {
            q->witness_steps = v[i].witness_steps;
            q->proof->witness = v[i].counts.witness;
            q->proof->witness_n = v[i].counts.witness_n;
            q->proof->witness_cap = v[i].counts.witness_cap;
        }
        *first = v[i].failure;
        if (*first) return false;
    }
    return true;
}

/* The parts know nothing of each other: all cores search. The first goes ahead, for what does not depend on the part. */
static bool holds(struct search *q, struct sorts *sorts, struct disproof **first)
{
    enum { COST = 64 << 10, MOST_LANES = 8 }; /* of a part, as parallel_for counts */
    struct sharing s = {.q = q, .found = NEW_ARRAY(q->a, struct finding_of_part, sorts->n + 1)};
    if (!sorts->n) return true;
    if (!search_part(q, &sorts->v[0].part, &sorts->v[0].lost, first)) return false;
    struct sorts rest = {.v = sorts->v + 1, .n = sorts->n - 1};
    s.sorts = &rest;
    parallel_for(q->a, rest.n < MOST_LANES ? rest.n : MOST_LANES, (size_t)rest.n * COST, search_some, &s);
    return take_findings(q, s.found, rest.n, first);
}

/* The same without a step: only parts to which it matters, one of each look. */
static bool holds_without(struct search *q, const struct sorts *sorts, const struct step *s, uint32_t number)
{
    struct strmap seen = strmap_new(q->a);
    bool held = true;
    for (uint32_t i = 0; i < sorts->all_n && held; i++) {
        const struct sort *k = &sorts->all[i];
        struct disproof *f;
        bool lost = false;
        if (!k->part.steps[number] || !strmap_put(&seen, k->name, q)) continue;
        q->without = s;
        held = search_part(q, &k->part, &lost, &f) && (!lost || may_be_lost(q, &k->part));
        q->without = NULL;
    }
    return held;
}

/* Every changing step is needed: without it some obligation fails. Those that are not are named. */
static void find_spare(struct search *q, const struct sorts *sorts)
{
    const struct plan *p = q->r.plan;
    uint64_t states = q->proof->states, runs = q->proof->runs;
    const struct step_list *lists[] = {&p->forward, &p->back};
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            const struct step *s = lists[l]->v[i];
            if (!step_changes(s) || !holds_without(q, sorts, s, l ? p->forward.n + i : i)) continue;
            *PUSH(q->a, q->proof->spare, q->proof->spare_n, q->proof->spare_cap) = s->id;
        }
    q->proof->states = states;
    q->proof->runs = runs;
}

static bool differs_anywhere(const struct plan *p)
{
    for (uint32_t i = 0; i < p->objects_n; i++)
        if (p->objects[i].in_old != p->objects[i].in_new || !str_eq(p->objects[i].digest_old, p->objects[i].digest_new)) return true;
    return !str_eq(p->version_old, p->version_new);
}

static const struct str UNPROVED_WORDS = {"unproved: ", 10};

struct proof *proof_make(struct arena *a, const struct plan *p, bool thorough)
{
    struct search *q = NEW(a, struct search);
    struct sorts sorts = {0};
    struct disproof *first = NULL;
    *q = (struct search){.a = a, .proof = NEW(a, struct proof)};
    if (p->unchanged.n && !p->refused.n && !p->forward.n && !p->back.n) { /* no steps lead from a start to the same goal */
        q->proof->verdict = PROVED;
        return q->proof;
    }
    bool by_us = str_starts(p->refused, UNPROVED_WORDS); /* then look again, and show why */
    if ((p->refused.n && !by_us) || !p->forward.n) {
        proof_fail(q, "model", STR(""), p->refused.n ? str_printf(a, "the plan refuses to run: %.*s", STR_ARG(p->refused)) : STR("the plan has no steps"));
        q->proof->verdict = UNPROVED;
        return q->proof;
    }
    model_read(&q->r, a, p);
    for (uint32_t i = 0; i < p->losses_n; i++) q->forward_only |= p->losses[i].forward_only;
    flow_check(q);
    if (!differs_anywhere(p)) proof_fail(q, "forward", STR(""), STR("start and goal are the same, so nothing is proved"));
    search_index_steps(q);
    find_sorts(q, &sorts);
    if (!q->unmodelled && !holds(q, &sorts, &first)) *PUSH(a, q->proof->failures, q->proof->failures_n, q->proof->failures_cap) = *first;
    if (!q->proof->failures_n) check_losses(q, &sorts);
    if (!q->proof->failures_n && thorough) find_spare(q, &sorts);
    if (!q->proof->failures_n && by_us) proof_fail(q, "model", STR(""), STR("the plan refuses to run for want of a proof, and there is one"));
    q->proof->verdict = q->proof->failures_n ? UNPROVED : q->proof->unchecked ? PROVED_UNDER : PROVED;
    return q->proof;
}

struct proof *proof_attach(struct arena *a, struct plan *p, bool force)
{
    struct proof *r = proof_make(a, p, false);
    proof_explain(a, p, r);
    p->proof = proof_to_value(a, r);
    if (r->verdict != UNPROVED || p->refused.n) return r;
    struct str why = str_concat(a, UNPROVED_WORDS, r->failures[0].text);
    if (!force) p->refused = why;
    else {
        *PUSH(a, p->notes, p->notes_n, p->notes_cap) = why;
        for (uint32_t i = p->notes_n - 1; i > 0; i--) p->notes[i] = p->notes[i - 1];
        p->notes[0] = why;
    }
    return r;
}
