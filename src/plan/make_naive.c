/* The runbook as it is written: what --runbook-as-written emits, for the proof to refuse. Observations are made runnable; what changes something is left as
 * it stands there. */
#include "plan/planner.h"

/* 1.5: every ScaledObject's target is looked for among the StatefulSets; what is not found there is passed over. */
void make_naive_pause(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler_pair *x = &p->shape.scalers[i];
        if (!x->old || x->old->hpa || !x->unit_old || !x->unit_old->capture.n || !str_is(x->old->target_kind, "StatefulSet")) continue;
        const struct object *o = x->item->old;
        struct step *s = make_step(p, STEP_RUN, str_printf(a, "pause-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->name, NULL));
        make_kubectl(p, &s->argv, o->ns, "annotate", "--overwrite", str_z(a, make_ref(a, o)), NULL);
        argv_add_after(a, &s->argv, STR("autoscaling.keda.sh/paused-replicas="), ARG_CAPTURE, x->unit_old->capture);
        step_effect(a, s, EFFECT_PAUSE, o->id, STR("autoscaling.keda.sh/paused-replicas"));
        s->inverse_why = STR("the runbook's rollback never unpauses (R14)");
    }
}

/* 2.2, option A: the old values again, and tags by --set. */
void make_naive_upgrade(struct planner *p)
{
    struct arena *a = p->a;
    struct value tags = value_at(p->f->profile.data, "runbook", "tags", NULL);
    struct step *s = make_step(p, STEP_RUN, STR("upgrade"), STR(""));
    make_helm(p, &s->argv, "upgrade", str_z(a, p->plan->release), NULL);
    argv_add(a, &s->argv, ARG_INPUT, STR("chart-new"));
    argv_text(a, &s->argv, "-f", NULL);
    argv_add(a, &s->argv, ARG_WORK, STR("values.yaml"));
    for (uint32_t i = 0; tags.kind == V_LIST && i < list_len(tags); i++)
        if (tags.u.list->v[i].kind == V_STR)
            argv_text(a, &s->argv, "--set", str_z(a, str_printf(a, "%.*s=%.*s", STR_ARG(v_text(tags.u.list->v[i])), STR_ARG(p->plan->app_new))), NULL);
    argv_text(a, &s->argv, "--wait", "--timeout", "10m", NULL);
    s->timeout = 1200;
    s->timeout_why = STR("the runbook's ten minutes, and as much for its hooks");
    step_effect(a, s, EFFECT_UPGRADE, STR(""), STR(""));
    s->inverse = STR("back-4.2-rollback");
    p->upgrade_id = s->id;
}

/* 3.4: all of them, those too that were paused before. */
void make_naive_resume(struct planner *p)
{
    struct step *s = make_step(p, STEP_RUN, STR("resume"), STR(""));
    make_kubectl(p, &s->argv, p->plan->ns, "annotate", "scaledobject", "--all", "autoscaling.keda.sh/paused-replicas-", "--overwrite", NULL);
    for (uint32_t i = 0; i < p->shape.scalers_n; i++)
        if (p->shape.scalers[i].new) step_effect(p->a, s, EFFECT_UNPAUSE, p->shape.scalers[i].item->id, STR("autoscaling.keda.sh/paused-replicas"));
    s->inverse_why = STR("the runbook has none");
}

/* Where the runbook is known to be wrong: for the proof, which finds out by itself that it is. */
void make_errata(struct planner *p)
{
    struct plan *q = p->plan;
    struct value list = value_at(p->book->v, "asWritten", "errata", NULL);
    q->as_written = true;
    for (uint32_t i = 0; list.kind == V_LIST && i < list_len(list); i++) {
        struct value x = list.u.list->v[i];
        struct str v[6];
        static const char *const keys[] = {"script", "wrong", "kind", "errata", "text", "instead"};
        for (int k = 0; k < 6; k++) {
            v[k] = value_str_at(x, keys[k]);
            if (!v[k].p) v[k] = STR("");
        }
        *PUSH(p->a, q->errata, q->errata_n, q->errata_cap) = (struct plan_erratum){v[0], v[1], v[2], v[3], v[4], v[5]};
    }
}

/* 4.2: without --wait and --timeout. */
void make_naive_rollback(struct planner *p)
{
    struct step *s = make_step(p, STEP_RUN, STR("rollback"), STR(""));
    make_helm(p, &s->argv, "rollback", str_z(p->a, p->plan->release), NULL);
    argv_add(p->a, &s->argv, ARG_CAPTURE, STR("revision"));
    step_effect(p->a, s, EFFECT_ROLLBACK, STR(""), STR(""));
    s->inverse_why = STR("a step of the rollback");
}
