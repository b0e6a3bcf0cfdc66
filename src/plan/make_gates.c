/* Where a person reads, decides or accepts. */
#include "plan/planner.h"

#include "kube/rollout.h"
#include "usage/usage.h"
#include "value/yaml.h"

void make_note(struct planner *p)
{
    struct value strategies = value_at(p->entry->v, "when-strategy", NULL);
    bool wanted = strategies.kind != V_LIST;
    for (uint32_t i = 0; !wanted && i < list_len(strategies); i++) wanted = str_eq(v_text(strategies.u.list->v[i]), p->plan->strategy);
    if (wanted) make_step(p, STEP_NOTE, str_printf(p->a, "note-%u", p->list->n), STR(""));
}

/* ---- the changelog ---- */

void make_changelog(struct planner *p)
{
    const struct changelog *c = p->f->changelog;
    uint32_t n = 0, *between = c ? changelog_between(p->a, c, p->plan->version_old, p->plan->version_new, &n) : NULL;
    struct step *s = NULL;
    for (uint32_t i = 0; i < n; i++) {
        const struct release *r = &c->v[between[i]];
        if (!s) s = make_gate(p, STR("changelog"), STR(""), STR(""));
        for (uint32_t k = 0; k < r->changes_n; k++) {
            const struct change *x = &r->changes[k];
            if ((x->breaking || x->breaking_by_meaning) && !x->reverted)
                step_line(p->a, s, str_printf(p->a, "%.*s%s %.*s", STR_ARG(r->version), x->breaking ? " (breaking)" : "", STR_ARG(x->text)));
        }
        if (!s->lines_n && i + 1 == n) step_line(p->a, s, STR("nothing in it breaks, by mark or by meaning"));
    }
}

/* ---- values ---- */

/* Paths at which two value trees differ, never what stands there: values may be secret. */
static void value_paths(struct planner *p, struct step *s, struct str path, struct value from, struct value to, uint32_t depth)
{
    if (depth > p->a->guard->max.depth) guard_trip(p->a->guard, "values are nested deeper than %u", p->a->guard->max.depth);
    if (from.kind == V_MAP && to.kind == V_MAP) {
        struct entry **sorted;
        sorted = map_sorted(p->a, from.u.map);
        for (uint32_t i = 0; i < map_len(from); i++)
            value_paths(p, s, path_key(p->a, path, sorted[i]->key), sorted[i]->value, map_get(to.u.map, sorted[i]->key), depth + 1);
        sorted = map_sorted(p->a, to.u.map);
        for (uint32_t i = 0; i < map_len(to); i++)
            if (!map_find(from.u.map, sorted[i]->key)) value_paths(p, s, path_key(p->a, path, sorted[i]->key), NIL, sorted[i]->value, depth + 1);
        return;
    }
    if (value_same(from, to)) return;
    step_line(p->a, s, str_printf(p->a, "%s %.*s", from.kind == V_NIL ? "new:" : to.kind == V_NIL ? "gone:" : "other:", STR_ARG(path)));
}

void make_values_gate(struct planner *p)
{
    struct value from = v_map(p->f->old_side.user), to = v_map(p->f->planned->user);
    if (value_same(from, to)) return;
    struct step *s = make_gate(p, STR("values"), STR(""), STR(""));
    value_paths(p, s, STR(""), from, to, 0);
}

/* ---- images ---- */

static bool has_text(const struct str *v, uint32_t n, struct str s)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i], s)) return true;
    return false;
}

static struct str mirrored(struct planner *p, struct str image)
{
    struct str registry = str_trim_suffix(p->plan->registry, STR("/"));
    if (!registry.n || str_starts(image, registry)) return image;
    return str_printf(p->a, "%.*s, mirrored as %.*s/%.*s", STR_ARG(image), STR_ARG(registry), STR_ARG(path_base(image)));
}

void make_images_gate(struct planner *p)
{
    struct plan *q = p->plan;
    struct step *s = NULL;
    for (uint32_t i = 0; i < q->images_new_n; i++) {
        if (has_text(q->images_old, q->images_old_n, q->images_new[i])) continue;
        if (!s) s = make_gate(p, STR("images"), STR(""), STR(""));
        step_line(p->a, s, mirrored(p, q->images_new[i]));
    }
}

/* Both sides run the same image, and its tag is the old version's: a pin. */
void make_pins(struct planner *p)
{
    struct plan *q = p->plan;
    struct str version = str_trim_prefix(q->app_old, STR("v"));
    struct step *s = NULL;
    if (!version.n || str_eq(q->app_old, q->app_new)) return;
    for (uint32_t i = 0; i < q->images_new_n; i++) {
        ptrdiff_t colon = str_find_last(q->images_new[i], STR(":"));
        if (colon < 0 || !str_has(str_from_n(q->images_new[i], (size_t)colon), version) || !has_text(q->images_old, q->images_old_n, q->images_new[i])) continue;
        if (!s) s = make_gate(p, STR("pins"), STR(""), STR("values/pinned-image-tag"));
        step_line(p->a, s, q->images_new[i]);
    }
}

/* ---- findings ---- */

/* Values that the plan does not pass any more: the migration has answered the finding. */
static bool value_is_gone(struct planner *p, struct str path)
{
    uint32_t n;
    bool found = false;
    struct str *segment = usage_segments(p->a, path, &n);
    if (n) usage_get(p->f->planned->user, segment, n, &found);
    return n && !found;
}

struct str finding_answer(struct planner *p, const struct finding *x)
{
    if (x->loss.n) return STR("");
    /* A key that moved is where it belongs now. One that nothing replaces is gone as well, but with it what it did: that is for a person to accept. */
    if (str_is(x->rule, "values/renamed-key") && value_is_gone(p, x->subject)) return STR("2.2-values");
    struct value table = value_at(p->book->v, "answers", NULL), v = table.kind == V_MAP ? map_get(table.u.map, x->rule) : NIL;
    return v.kind == V_STR ? v_text(v) : STR("");
}

static struct step *gate_for(struct planner *p, struct str accept, struct str title)
{
    for (uint32_t i = p->entry_from; i < p->list->n; i++)
        if (str_eq(p->list->v[i]->accept, accept)) return p->list->v[i];
    return make_gate(p, str_printf(p->a, "accept-%.*s", STR_ARG(accept)), title, accept);
}

/* What only the new version has, with a policy that keeps it: a rollback of Helm's leaves it, and so does the plan, for with a namespace or a definition all in it would go. */
static void make_stays(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (x->old || !x->new || x->new->owner != OWNER_KEPT) continue;
        struct str accept = str_printf(a, "stays/%.*s", STR_ARG(x->id));
        struct step *s = gate_for(p, accept, str_printf(a, "%.*s stays after a rollback: its policy keeps it", STR_ARG(x->id)));
        declare_loss(p, accept, x->id, str_printf(a, "%.*s stays after a rollback.", STR_ARG(x->id)), s->id);
    }
}

static bool has_claim(const struct workload *w, struct str name)
{
    for (uint32_t i = 0; w && i < w->claims_n; i++)
        if (str_eq(w->claims[i].name, name)) return true;
    return false;
}

/* One loss a claim, up to a number that a person can read. */
#define CLAIMS_TOLD 64

static void declare_claims(struct planner *p, const struct workload *w, struct str template, int64_t from)
{
    struct arena *a = p->a;
    struct str accept = str_printf(a, "stays/%.*s/%.*s", STR_ARG(w->object->id), STR_ARG(template));
    struct step *s = gate_for(p, accept, str_printf(a, "PersistentVolumeClaims of %.*s stay after a rollback", STR_ARG(w->object->id)));
    step_line(a, s, str_printf(a, "%.*s-%.*s-%lld to -%lld", STR_ARG(template), STR_ARG(w->object->name), (long long)from, (long long)w->replicas - 1));
    for (int64_t n = from; n < w->replicas && n < from + CLAIMS_TOLD; n++) {
        struct str claim = str_printf(a, "PersistentVolumeClaim/%.*s-%.*s-%lld", STR_ARG(template), STR_ARG(w->object->name), (long long)n);
        declare_loss(p, accept, claim, str_printf(a, "%.*s stays after a rollback.", STR_ARG(claim)), s->id);
    }
}

/* Claims that a StatefulSet of the new version makes from its templates, and the old version has not: unless it says so they stay when it goes
 * (kubernetes.io/docs/concepts/workloads/controllers/statefulset, PersistentVolumeClaim retention). */
static void make_claims_stay(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.workloads_new_n; i++) {
        const struct workload *w = &p->shape.workloads_new[i];
        if (w->kind != WORKLOAD_STATEFULSET || str_is(value_str_at(value_at(w->object->v, "spec", "persistentVolumeClaimRetentionPolicy", NULL), "whenDeleted"), "Delete")) continue;
        const struct workload *was = workloads_find(p->shape.workloads_old, p->shape.workloads_old_n, w->object->id);
        for (uint32_t k = 0; k < w->claims_n; k++) {
            int64_t from = has_claim(was, w->claims[k].name) ? was->replicas : 0;
            if (from < w->replicas) declare_claims(p, w, w->claims[k].name, from);
        }
    }
}

/* One gate a rule for errors that no step answers, one for each loss. */
void make_findings_gates(struct planner *p)
{
    struct arena *a = p->a;
    const struct findings *all = &p->f->findings;
    for (uint32_t i = 0; i < all->n; i++) {
        const struct finding *x = &all->v[i];
        if (!x->loss.n && (x->severity != SEVERITY_ERROR || x->about == ABOUT_STATE || finding_answer(p, x).n)) continue;
        struct step *s = x->forward_only ? gate_for(p, x->loss, str_printf(a, "There is no way back from %.*s", STR_ARG(p->plan->version_new)))
                       : x->loss.n ? gate_for(p, x->loss, str_printf(a, "A loss: %.*s", STR_ARG(x->subject)))
                                   : gate_for(p, x->rule, str_printf(a, "Findings of %.*s need a decision", STR_ARG(x->rule)));
        step_line(a, s, str_printf(a, "%.*s: %.*s", STR_ARG(x->subject), STR_ARG(x->message)));
        *PUSH(a, s->findings, s->findings_n, s->findings_cap) = str_printf(a, "%.*s %.*s", STR_ARG(x->rule), STR_ARG(x->subject));
        if (x->loss.n) declare_loss(p, x->loss, x->subject, x->message, s->id)->forward_only = x->forward_only;
    }
    if (!p->one_way) make_stays(p);
    make_claims_stay(p);
}

/* ---- what to expect ---- */

static void expect_unit(struct planner *p, struct step *s, const struct unit *u)
{
    struct arena *a = p->a;
    if (!u->new) {
        step_line(a, s, str_printf(a, "%.*s goes away%s", STR_ARG(u->item->id), u->old->kind == WORKLOAD_DAEMONSET ? "" : ", right after what replaces it was created and before that is ready"));
        return;
    }
    if (u->old && !workload_restarts(u->old, u->new)) {
        step_line(a, s, str_printf(a, "%.*s is not restarted", STR_ARG(u->item->id)));
        return;
    }
    struct rollout r = u->old ? rollout_of_update(u->new, -1) : rollout_of_creation(u->new, -1);
    struct buf b = buf_new(a);
    buf_printf(&b, "%.*s: ", STR_ARG(u->item->id));
    if (r.pods == 0) buf_z(&b, "no pods as rendered");
    else buf_printf(&b, "%s, up to %lld s as rendered%s", r.why ? r.why : "rolls", (long long)r.seconds, r.bounded ? "" : " by its probes, which set no limit");
    if (u->old && r.available >= 0 && r.pods > 0) buf_printf(&b, "; %lld of %lld stay ready", (long long)r.available, (long long)r.pods);
    if (r.down > 0) buf_printf(&b, "; up to %lld s with none ready", (long long)r.down);
    if (u->was) buf_printf(&b, "; replaces %.*s, which does not wait for it", STR_ARG(u->was->item->id));
    step_line(a, s, buf_done(&b));
}

void make_expected(struct planner *p)
{
    uint32_t *order = make_monitor_order(p);
    struct step *s = make_step(p, STEP_NOTE, STR("expected"), STR(""));
    for (uint32_t i = 0; i < p->shape.units_n; i++) expect_unit(p, s, &p->shape.units[order[i]]);
}
