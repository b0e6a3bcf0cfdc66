/* Data: a claim that the upgrade would delete is kept first, and given back to the release on the way back. */
#include "plan/planner.h"

static struct str pv_capture(struct arena *a, const struct object *o) { return str_printf(a, "volume.%.*s", STR_ARG(o->name)); }
static struct str policy_capture(struct arena *a, const struct object *o) { return str_printf(a, "reclaim.%.*s", STR_ARG(o->name)); }

static void capture_volume(struct planner *p, const struct object *o)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_CAPTURE, str_printf(a, "volume-%.*s", STR_ARG(o->name)), str_printf(a, "On which volume is %.*s?", STR_ARG(o->id)));
    make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o", "jsonpath={.spec.volumeName}", NULL);
    step_capture(a, s, pv_capture(a, o), CAPTURE_STRING, STR("^[a-z0-9.-]*$"))->if_absent = STR("");
    s = make_step(p, STEP_CAPTURE, str_printf(a, "reclaim-%.*s", STR_ARG(o->name)), str_printf(a, "What happens to the volume of %.*s when it is released?", STR_ARG(o->id)));
    make_kubectl(p, &s->argv, STR(""), "get", "persistentvolume", NULL);
    argv_add(a, &s->argv, ARG_CAPTURE, pv_capture(a, o));
    argv_text(a, &s->argv, "-o", "jsonpath={.spec.persistentVolumeReclaimPolicy}", NULL);
    step_capture(a, s, policy_capture(a, o), CAPTURE_STRING, STR("^(Retain|Delete|Recycle)$"));
    step_when(a, s, pv_capture(a, o), STR(""), true);
}

static void set_policy(struct planner *p, const struct object *o, const char *what, struct str title, struct value policy, const char *file, bool back)
{
    struct arena *a = p->a;
    struct map *spec = map_new(a), *m = map_new(a);
    map_putz(spec, "persistentVolumeReclaimPolicy", policy);
    map_putz(m, "spec", v_map(spec));
    struct step *s = make_step(p, STEP_WRITE, str_printf(a, "%s-file-%.*s", what, STR_ARG(o->name)), str_printf(a, "Write down the policy for the volume of %.*s", STR_ARG(o->id)));
    s->document = v_map(m);
    s->stdout_to = str_printf(a, "%s-%.*s.json", file, STR_ARG(o->name));
    step_when(a, s, pv_capture(a, o), STR(""), true);
    struct str written = s->stdout_to;
    s = make_step(p, STEP_RUN, str_printf(a, "%s-%.*s", what, STR_ARG(o->name)), title);
    make_kubectl(p, &s->argv, STR(""), "patch", "persistentvolume", NULL);
    argv_add(a, &s->argv, ARG_CAPTURE, pv_capture(a, o));
    argv_text(a, &s->argv, "--type", "merge", "--patch-file", NULL);
    argv_add(a, &s->argv, ARG_WORK, written);
    step_when(a, s, pv_capture(a, o), STR(""), true);
    step_effect(a, s, EFFECT_PATCH, o->id, STR("persistentVolumeReclaimPolicy"));
    if (back) s->inverse_why = STR("a step of the rollback");
    else s->inverse = str_printf(a, "back-policy-%.*s", STR_ARG(make_id(a, o->name)));
}

static void keep_claim(struct planner *p, const struct claim *c)
{
    struct arena *a = p->a;
    const struct object *o = c->item->old;
    set_policy(p, o, "retain", str_printf(a, "Keep the volume of %.*s whatever happens to the claim", STR_ARG(o->id)), v_str(STR("Retain")), "retain", false);
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "keep-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->id, NULL));
    make_kubectl(p, &s->argv, o->ns, "annotate", "--overwrite", str_z(a, make_ref(a, o)), "helm.sh/resource-policy=keep", NULL);
    step_effect(a, s, EFFECT_ANNOTATE, o->id, STR("helm.sh/resource-policy=keep"));
    s->inverse = str_printf(a, "back-release-%.*s", STR_ARG(make_id(a, o->name)));
    *PUSH(a, s->findings, s->findings_n, s->findings_cap) = str_printf(a, "object/data-loss %.*s", STR_ARG(o->id));
    *PUSH(a, p->plan->notes, p->plan->notes_n, p->plan->notes_cap) =
        str_printf(a, "%.*s stays after the upgrade, outside the release: the new version does not use it. Delete it when nobody goes back any more.", STR_ARG(o->id));
}

/* Storage never shrinks: once the larger request is applied, the old manifest is refused. */
static void gate_growth(struct planner *p, const struct claim *c)
{
    struct arena *a = p->a;
    struct str accept = str_printf(a, "grows/%.*s", STR_ARG(c->item->id));
    struct step *s = make_gate(p, str_printf(a, "grows-%.*s", STR_ARG(c->item->old->name)),
                               str_printf(a, "%.*s grows, and there is no way back to its old size", STR_ARG(c->item->id)), accept);
    s->note = make_text(p, STR("Kubernetes lets no claim shrink, so after this upgrade Helm cannot apply the old version's claim any more. Set the size in the new values to the old one to keep the way back."), NULL);
    p->plan->point_of_no_return = p->f->o->strategy == STRATEGY_TERRAFORM ? STR("2.2-terraform-apply") : STR("2.2-upgrade");
    declare_loss(p, accept, c->item->id, str_printf(a, "The way back: %.*s cannot shrink to what the old version asks for.", STR_ARG(c->item->id)), s->id);
}

void make_claims(struct planner *p)
{
    /* All captures before the first change. */
    for (uint32_t i = 0; i < p->shape.claims_n; i++)
        if (p->shape.claims[i].lost) capture_volume(p, p->shape.claims[i].item->old);
    for (uint32_t i = 0; i < p->shape.claims_n; i++) {
        const struct claim *c = &p->shape.claims[i];
        if (c->lost) keep_claim(p, c);
        if (c->item->old && c->item->new && c->size_new > c->size_old) gate_growth(p, c);
    }
}

void make_back_claims(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.claims_n; i++) {
        const struct claim *c = &p->shape.claims[i];
        if (!c->lost) continue;
        const struct object *o = c->item->old;
        struct step *s = make_step(p, STEP_RUN, str_printf(a, "release-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->id, NULL));
        make_kubectl(p, &s->argv, o->ns, "annotate", str_z(a, make_ref(a, o)), "helm.sh/resource-policy-", NULL);
        step_effect(a, s, EFFECT_ANNOTATE, o->id, STR("helm.sh/resource-policy-"));
        s->inverse_why = STR("a step of the rollback");
        struct map *hole = map_new(a);
        map_putz(hole, "$capture", v_str(policy_capture(a, o)));
        map_putz(hole, "type", v_str(STR("string")));
        set_policy(p, o, "policy", str_printf(a, "Give the volume of %.*s its old policy", STR_ARG(o->id)), v_map(hole), "policy", true);
    }
}
