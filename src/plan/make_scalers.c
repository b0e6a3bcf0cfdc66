/* Autoscaling: paused at the live count, resumed, and the objects that a hook applies and Helm therefore does not know. */
#include "plan/planner.h"

struct str make_paused_at(struct arena *a, const struct object *o) { return str_printf(a, "paused-at.%.*s", STR_ARG(o->name)); }
struct str make_paused_flag(struct arena *a, const struct object *o) { return str_printf(a, "paused.%.*s", STR_ARG(o->name)); }

static const struct str paused_replicas = STR_INIT("autoscaling.keda.sh/paused-replicas");

/* Of the release before, and at work: it is paused, so that its target's replicas are the captured ones when Helm or its deletion comes. */
static bool works(const struct scaler_pair *x) { return x->old && !x->old->hpa && x->unit_old && x->unit_old->capture.n; }

/* The upgrade leaves it and its target in place: it is resumed. */
static bool survives(const struct scaler_pair *x) { return x->old && x->new && !x->old->hpa && !x->new->hpa && x->unit_old && x->unit_old->capture.n; }

static bool hook_applied(const struct object *o) { return o && o->owner == OWNER_HOOK_APPLIED; }

/* ---- pausing ---- */

/* A flag that says false pauses nothing. */
static void when_not_paused_before(struct planner *p, struct step *s, const struct object *o)
{
    step_when(p->a, s, make_paused_at(p->a, o), STR(""), false);
    step_when(p->a, s, make_paused_flag(p->a, o), STR("true"), true);
}

/* A pause deletes the HorizontalPodAutoscaler that KEDA made, and resuming makes it again. The condition Paused says the same, but now and then KEDA's
 * scale loop writes an older one back over it, and it stays wrong until the object changes next (seen with 2.20; kedacore/keda#6062): the effect counts. */
static void wait_for_hpa(struct planner *p, const struct object *o, struct str hpa, bool paused)
{
    struct step *s = make_step(p, STEP_WAIT, str_printf(p->a, "%s-%.*s", paused ? "paused" : "resumed", STR_ARG(o->name)),
                               str_printf(p->a, "KEDA has %s of %.*s", paused ? "taken away the HorizontalPodAutoscaler" : "made the HorizontalPodAutoscaler", STR_ARG(o->name)));
    make_kubectl(p, &s->argv, o->ns, "get", "horizontalpodautoscaler.autoscaling", str_z(p->a, hpa), "--ignore-not-found", "-o", "name", NULL);
    step_expect(p->a, s, paused ? EXPECT_EMPTY : EXPECT_NOT_EMPTY, STR(""), STR("Is the KEDA operator at work? Its log tells."));
    when_not_paused_before(p, s, o);
    s->timeout = 90;
    s->timeout_why = STR("KEDA acts within seconds of a change");
    s->poll = 2;
    s->expected = 6;
}

static void pause_at(struct planner *p, const struct scaler_pair *x, struct str replicas, const char *inverse)
{
    struct arena *a = p->a;
    const struct object *o = x->item->old;
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "pause-%.*s", STR_ARG(o->name)), make_text(p, STR("Pause {name} at its own replicas"), "name", o->name, NULL));
    make_kubectl(p, &s->argv, o->ns, "annotate", "--overwrite", str_z(a, make_ref(a, o)), NULL);
    argv_add_after(a, &s->argv, str_printf(a, "%.*s=", STR_ARG(paused_replicas)), ARG_CAPTURE, replicas);
    when_not_paused_before(p, s, o);
    step_effect(a, s, EFFECT_PAUSE, o->id, paused_replicas);
    s->inverse = str_printf(a, "%s-%.*s", inverse, STR_ARG(make_id(a, o->name)));
    wait_for_hpa(p, o, x->old->hpa_name, true);
}

static void resume_one(struct planner *p, const struct object *o, const struct scaler *scaler)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "resume-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->name, NULL));
    make_kubectl(p, &s->argv, o->ns, "annotate", str_z(a, make_ref(a, o)), NULL);
    argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "%.*s-", STR_ARG(paused_replicas)));
    when_not_paused_before(p, s, o);
    step_effect(a, s, EFFECT_UNPAUSE, o->id, paused_replicas);
    s->inverse_why = STR("the rollback pauses and resumes by itself");
    wait_for_hpa(p, o, scaler->hpa_name, false);
}

void make_pause(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.scalers_n; i++)
        if (works(&p->shape.scalers[i])) pause_at(p, &p->shape.scalers[i], p->shape.scalers[i].unit_old->capture, "back-4.4-resume");
}

void make_resume(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.scalers_n; i++)
        if (survives(&p->shape.scalers[i])) resume_one(p, p->shape.scalers[i].item->old, p->shape.scalers[i].new);
}

void make_back_resume(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.scalers_n; i++)
        if (works(&p->shape.scalers[i])) resume_one(p, p->shape.scalers[i].item->old, p->shape.scalers[i].old);
}

/* ---- what a hook applies ---- */

struct step *make_applied_file(struct planner *p, bool new_side)
{
    struct arena *a = p->a;
    struct list *items = list_new(a);
    struct step *s;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = new_side ? p->shape.items[i].new : p->shape.items[i].old;
        /* A Secret's data has no place in a plan; one that a hook applies stays what it is. */
        if (hook_applied(o) && o->v.kind == V_MAP && str_eq(o->ns, p->plan->ns) && !str_is(o->kind, "Secret")) list_add(items, o->v);
    }
    if (!items->n) return NULL;
    struct map *m = map_new(a);
    map_putz(m, "apiVersion", v_str(STR("v1")));
    map_putz(m, "kind", v_str(STR("List")));
    map_putz(m, "items", v_list(items));
    s = make_step(p, STEP_WRITE, new_side ? STR("write-applied-new") : STR("write-applied-old"),
                  make_text(p, new_side ? STR("Write down what the hook of {new} applies") : STR("Write down what the hook of {old} applies"), NULL));
    s->document = v_map(m);
    s->stdout_to = new_side ? STR("applied-new.json") : STR("applied-old.json");
    return s;
}

void make_scalers_match(struct planner *p)
{
    struct step *s = make_applied_file(p, false);
    if (!s) return;
    s = make_dry_apply(p, STR("applied-match"), STR(""), "--field-manager=rutter", s->stdout_to);
    for (uint32_t i = 0; i < s->expect_n; i++) s->expect[i].explain = STR("");
    step_expect(p->a, s, EXPECT_NOT_EMPTY, STR(""), STR("An object that the release's hook applies was changed by hand or is gone; the rollback would not bring that back."));
    assume(p, "applied", STR("What the old hooks applied is in the cluster as they applied it."), s->id);
}

void make_orphans(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (!hook_applied(x->old) || x->new || str_is(x->old->kind, "PersistentVolumeClaim") || str_is(x->old->kind, "Secret")) continue;
        struct step *s = make_step(p, STEP_RUN, str_printf(a, "delete-%.*s", STR_ARG(x->old->name)), make_text(p, p->entry->title, "name", x->old->name, NULL));
        make_kubectl(p, &s->argv, x->old->ns, "delete", str_z(a, make_ref(a, x->old)), "--ignore-not-found", "--timeout=120s", NULL);
        step_effect(a, s, EFFECT_DELETE, x->id, STR(""));
        s->timeout = 150;
        s->timeout_why = STR("a finalizer of its controller has to run");
        s->expected = 5;
        s->inverse = STR("back-4.2-apply-old");
        *PUSH(a, s->findings, s->findings_n, s->findings_cap) = str_printf(a, "keda/orphan %.*s", STR_ARG(x->id));
    }
}

static void apply_file(struct planner *p, struct str what, struct str file, bool new_side)
{
    struct step *s = make_step(p, STEP_RUN, what, make_text(p, p->entry->title, NULL));
    make_kubectl(p, &s->argv, p->plan->ns, "apply", "-f", NULL);
    argv_add(p->a, &s->argv, ARG_WORK, file);
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = new_side ? p->shape.items[i].new : p->shape.items[i].old;
        if (hook_applied(o) && !str_is(o->kind, "Secret") && str_eq(o->ns, p->plan->ns)) step_effect(p->a, s, EFFECT_APPLY, o->id, STR(""));
    }
    s->inverse = new_side ? STR("back-4.2-apply-old") : STR("");
    if (!new_side) s->inverse_why = STR("a step of the rollback");
}

/* Only where the overlay made the hook apply other bounds than the chart means. */
void make_scalers_new(struct planner *p)
{
    struct step *s = p->shape.overlay_new ? make_applied_file(p, true) : NULL;
    if (s) apply_file(p, STR("apply-new"), s->stdout_to, true);
}

static void pause_again(struct planner *p, const struct object *o, const char *key, struct str capture)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "re%s-%.*s", str_is(str_from(key), "autoscaling.keda.sh/paused") ? "flag" : "pause", STR_ARG(o->name)),
                               str_printf(a, "%.*s was paused before: pause it again", STR_ARG(o->name)));
    make_kubectl(p, &s->argv, o->ns, "annotate", "--overwrite", str_z(a, make_ref(a, o)), NULL);
    argv_add_after(a, &s->argv, str_printf(a, "%s=", key), ARG_CAPTURE, capture);
    step_when(a, s, capture, STR(""), true);
    step_effect(a, s, EFFECT_PAUSE, o->id, str_from(key));
    s->inverse_why = STR("a step of the rollback");
}

/* A flag says no number: what KEDA did between the object's return and its pause is taken back. */
static void hold_again(struct planner *p, const struct scaler_pair *x)
{
    struct arena *a = p->a;
    const struct object *o = x->item->old, *target = x->unit_old->item->old;
    struct str flag = make_paused_flag(a, o);
    struct step *s = make_step(p, STEP_WAIT, str_printf(a, "held-%.*s", STR_ARG(o->name)), str_printf(a, "%.*s is paused", STR_ARG(o->name)));
    make_kubectl(p, &s->argv, o->ns, "get", "--ignore-not-found", "-o", "name", NULL);
    argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "horizontalpodautoscaler.autoscaling/%.*s", STR_ARG(x->old->hpa_name)));
    step_expect(a, s, EXPECT_EMPTY, STR(""), STR("Is the KEDA operator at work?"));
    step_when(a, s, flag, STR("true"), false);
    s->timeout = 90;
    s->timeout_why = STR("KEDA acts within seconds of a change");
    s->poll = 2;
    s = make_step(p, STEP_RUN, str_printf(a, "hold-%.*s", STR_ARG(target->name)), str_printf(a, "Give %.*s the replicas at which it was held", STR_ARG(target->name)));
    make_kubectl(p, &s->argv, target->ns, "scale", str_z(a, make_ref(a, target)), NULL);
    argv_add_after(a, &s->argv, STR("--replicas="), ARG_CAPTURE, x->unit_old->capture);
    step_when(a, s, flag, STR("true"), false);
    step_effect(a, s, EFFECT_SCALE, target->id, STR(""));
    s->inverse_why = STR("a step of the rollback");
}

void make_back_scalers(struct planner *p)
{
    struct step *s = make_applied_file(p, false);
    if (!s) return;
    apply_file(p, STR("apply-old"), s->stdout_to, false);
    /* One that the upgrade deleted is made anew, without the annotations that it had. */
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler_pair *x = &p->shape.scalers[i];
        if (!x->old || x->new || x->old->hpa || !x->hook_applied) continue;
        pause_again(p, x->item->old, "autoscaling.keda.sh/paused-replicas", make_paused_at(p->a, x->item->old));
        pause_again(p, x->item->old, "autoscaling.keda.sh/paused", make_paused_flag(p->a, x->item->old));
        if (x->unit_old && x->unit_old->capture.n) hold_again(p, x);
    }
}

/* One that the upgrade deleted is there again after a way back that was killed in its hooks, and has perhaps scaled: as before that attempt. */
static void take_back(struct planner *p, const struct scaler_pair *x)
{
    struct arena *a = p->a;
    const struct object *o = x->item->old, *target = x->unit_old->item->old;
    struct str there = str_printf(a, "back.there.%.*s", STR_ARG(x->unit_old->item->id));
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "delete-%.*s", STR_ARG(o->name)), str_printf(a, "Delete %.*s, should an earlier attempt have brought it back", STR_ARG(o->name)));
    make_kubectl(p, &s->argv, o->ns, "delete", str_z(a, make_ref(a, o)), "--ignore-not-found", "--timeout=120s", NULL);
    step_effect(a, s, EFFECT_DELETE, x->item->id, STR(""));
    s->timeout = 150;
    s->timeout_why = STR("a finalizer of its controller has to run");
    s->inverse_why = STR("a step of the rollback");
    s = make_step(p, STEP_CAPTURE, str_printf(a, "there-%.*s", STR_ARG(target->name)), str_printf(a, "Is %.*s there?", STR_ARG(x->unit_old->item->id)));
    make_kubectl(p, &s->argv, target->ns, "get", "--ignore-not-found", "-o", "name", str_z(a, make_ref(a, target)), NULL);
    step_capture(a, s, there, CAPTURE_STRING, STR(""))->if_absent = STR("");
    s->fresh = true;
    s = make_step(p, STEP_RUN, str_printf(a, "rescale-%.*s", STR_ARG(target->name)), str_printf(a, "Give %.*s the replicas that it had", STR_ARG(target->name)));
    make_kubectl(p, &s->argv, target->ns, "scale", str_z(a, make_ref(a, target)), NULL);
    argv_add_after(a, &s->argv, STR("--replicas="), ARG_CAPTURE, x->unit_old->capture);
    step_when(a, s, there, STR(""), true);
    step_effect(a, s, EFFECT_SCALE, target->id, STR(""));
    s->inverse_why = STR("a step of the rollback");
}

/* Rollback, first: what only the new side's hook applied goes (its target will, and the old chart's health gate counts it), and nothing scales any more. */
void make_back_prepare(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (!hook_applied(x->new) || x->old) continue;
        struct step *s = make_step(p, STEP_RUN, str_printf(a, "delete-%.*s", STR_ARG(x->new->name)),
                                   str_printf(a, "Delete %.*s, which only the new version has", STR_ARG(x->new->name)));
        make_kubectl(p, &s->argv, x->new->ns, "delete", str_z(a, make_ref(a, x->new)), "--ignore-not-found", "--timeout=120s", NULL);
        step_effect(a, s, EFFECT_DELETE, x->id, STR(""));
        s->timeout = 150;
        s->timeout_why = STR("a finalizer of its controller has to run");
        s->inverse_why = STR("a step of the rollback");
    }
    for (uint32_t i = 0; i < p->shape.scalers_n; i++)
        if (works(&p->shape.scalers[i]) && !p->shape.scalers[i].new && p->shape.scalers[i].hook_applied) take_back(p, &p->shape.scalers[i]);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        if (!make_is_read_again(u)) continue;
        const struct object *o = u->old->object;
        struct step *s = make_step(p, STEP_CAPTURE, str_printf(a, "replicas-%.*s", STR_ARG(o->name)), str_printf(a, "How many replicas has %.*s now?", STR_ARG(o->name)));
        make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o", "jsonpath={.spec.replicas}", NULL);
        step_capture(a, s, str_printf(a, "back.%.*s", STR_ARG(u->capture)), CAPTURE_INT, STR("^[0-9]+$"));
        s->fresh = true;
    }
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler_pair *x = &p->shape.scalers[i];
        if (survives(x)) pause_at(p, x, make_back_capture(a, x->unit_old), "back-4.4-resume");
    }
}

/* ---- health ---- */

void make_scaler_health(struct planner *p)
{
    struct arena *a = p->a;
    bool new_side = str_is(p->entry->side, "new");
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler_pair *x = &p->shape.scalers[i];
        const struct scaler *scaler = new_side ? x->new : x->old;
        const struct object *o = new_side ? x->item->new : x->item->old;
        if (!scaler || scaler->hpa) continue;
        struct step *s = make_step(p, STEP_WAIT, str_printf(a, "ready-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->name, NULL));
        make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o",
                     "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}{\" \"}{.status.conditions[?(@.type==\"Fallback\")].status}", NULL);
        step_expect(a, s, EXPECT_MATCHES, STR("^True( (False|Unknown)?)?$"), STR("Not Ready, or on its fallback: kubectl describe tells why."));
        s->timeout = 120;
        s->timeout_why = STR("four polls of KEDA");
        s->poll = 5;
    }
}
