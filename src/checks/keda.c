/* Scalers: KEDA's ScaledObjects and HorizontalPodAutoscalers, against the workloads that they scale.
 * https://keda.sh/docs/latest/reference/scaledobject-spec/ */
#include "checks/metrics.h"
#include "checks/values_say.h"

#include "kube/field.h"

static const struct scaler *scaler_of(const struct side *s, const struct object *o)
{
    for (uint32_t i = 0; o && i < s->scalers_n; i++)
        if (s->scalers[i].object == o) return &s->scalers[i];
    return NULL;
}

static const struct scaler *scaler_was(const struct facts *f, const struct scaler *s) { return f->single ? NULL : scaler_of(&f->old_side, view_was(f, s->object)); }

static enum about about(bool was_so) { return was_so ? ABOUT_STATE : ABOUT_CHANGE; }

/* ---- what stays behind ---- */

static void check_orphans(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        bool gone = c->from && c->from->owner == OWNER_HOOK_APPLIED && (!c->to || !str_eq(c->to->id, c->from->id));
        if (!gone || !str_is(c->from->kind, "ScaledObject")) continue;
        const struct scaler *s = scaler_of(&f->old_side, c->from);
        bool target = s && objects_find(&f->judged->objects, s->target_id);
        const struct object *was = s ? objects_find(&f->old_side.objects, s->target_id) : NULL;
        if (!c->to && was && values_taking_away(f, was)) continue; /* told of its target */
        struct finding *x = view_report(f, "keda/orphan", SEVERITY_ERROR, ABOUT_CHANGE, &f->old_side, c->from, (struct str){0});
        if (c->to) x->replacement = c->to->id;
        x->message = str_printf(f->a, "%.*s applied it, so Helm does not know it: it stays in the cluster with its HorizontalPodAutoscaler when the new version no longer has it%s",
                                STR_ARG(c->from->applied_by ? c->from->applied_by->id : STR("a hook")), target ? ", beside what scales its target now" : "");
        if (s && !target) finding_evidence(&f->findings, x, "its target %.*s is not in the new version: KEDA reports it as not Ready, and whatever waits for all ScaledObjects fails", STR_ARG(s->target_id));
        x->fix = str_printf(f->a, "delete it around the upgrade (kubectl delete scaledobject %.*s -n %.*s), and keep its manifest for the way back", STR_ARG(c->from->name), STR_ARG(c->from->ns));
    }
}

/* ---- what it refers to ---- */

static bool has_container(const struct workload *w, struct str name)
{
    for (uint32_t i = 0; i < w->containers_n; i++)
        if (str_eq(w->containers[i].name, name)) return true;
    return false;
}

/* A custom resource, or an object of somebody else's: there is nothing to compare with. */
static bool is_ordinary_target(const struct scaler *s)
{
    return str_is(s->target_kind, "Deployment") || str_is(s->target_kind, "StatefulSet") || str_is(s->target_kind, "ReplicaSet");
}

static void check_target(struct facts *f, const struct scaler *s)
{
    const struct scaler *was = scaler_was(f, s);
    const struct workload *w = workloads_find(f->judged->workloads, f->judged->workloads_n, s->target_id);
    if (!w && is_ordinary_target(s)) {
        bool before = was && str_eq(was->target_id, s->target_id) && !objects_find(&f->old_side.objects, s->target_id);
        struct finding *x = view_report(f, "keda/target-missing", SEVERITY_ERROR, about(before), f->judged, s->object, STR("scaleTargetRef"));
        x->message = str_printf(f->a, "its target %.*s is not in the release", STR_ARG(s->target_id));
        x->fix = STR("see that the target exists, or point the scaler at the workload's new name");
    }
    struct str container = value_str_at(value_at(view_spec(s->object), "scaleTargetRef", NULL), "envSourceContainerName");
    for (uint32_t i = 0; w && i <= s->triggers_n; i++) {
        struct str name = i < s->triggers_n ? value_str_at(s->triggers[i].metadata, "containerName") : container;
        if (!name.n || has_container(w, name)) continue;
        const struct workload *old = was ? workloads_find(f->old_side.workloads, f->old_side.workloads_n, was->target_id) : NULL;
        struct finding *x = view_report(f, "keda/target-missing", SEVERITY_ERROR, about(old && !has_container(old, name)), f->judged, s->object, STR("containerName"));
        x->message = str_printf(f->a, "it names the container %.*s, which %.*s does not have", STR_ARG(name), STR_ARG(s->target_id));
        x->fix = STR("name a container that the pods have");
    }
}

static bool has_authentication(const struct side *side, const struct trigger *t)
{
    for (uint32_t i = 0; i < side->objects.n; i++) {
        const struct object *o = &side->objects.v[i];
        if (view_is_written(o) && str_is(o->kind, t->cluster_authentication ? "ClusterTriggerAuthentication" : "TriggerAuthentication") && str_eq(o->name, t->authentication)) return true;
    }
    return false;
}

static bool names_authentication(const struct scaler *s, struct str name)
{
    for (uint32_t i = 0; s && i < s->triggers_n; i++)
        if (str_eq(s->triggers[i].authentication, name)) return true;
    return false;
}

static void check_authentication(struct facts *f, const struct scaler *s)
{
    const struct scaler *was = scaler_was(f, s);
    for (uint32_t i = 0; i < s->triggers_n; i++) {
        const struct trigger *t = &s->triggers[i];
        if (!t->authentication.n || has_authentication(f->judged, t)) continue;
        bool before = names_authentication(was, t->authentication) && !has_authentication(&f->old_side, t);
        struct finding *x = view_report(f, "keda/authentication-missing", f->single ? SEVERITY_INFO : SEVERITY_ERROR, about(before || f->single), f->judged, s->object, STR("authenticationRef"));
        x->message = str_printf(f->a, "its trigger authenticates by %.*s, which the release does not make", STR_ARG(t->authentication));
        x->fix = str_printf(f->a, "see that the %s %.*s exists before the upgrade", t->cluster_authentication ? "ClusterTriggerAuthentication" : "TriggerAuthentication", STR_ARG(t->authentication));
    }
}

/* ---- replicas that each upgrade resets ---- */

static bool resets(const struct side *side, const struct scaler *s)
{
    const struct workload *w = s ? workloads_find(side->workloads, side->workloads_n, s->target_id) : NULL;
    return w && w->replicas_set && view_is_managed(w->object);
}

static void check_reset(struct facts *f, const struct scaler *s)
{
    const struct scaler *was = scaler_was(f, s);
    if (!resets(f->judged, s)) return;
    const struct workload *w = workloads_find(f->judged->workloads, f->judged->workloads_n, s->target_id);
    struct finding *x = view_report(f, "keda/replicas-reset", SEVERITY_WARNING, ABOUT_ACT, f->judged, w->object, STR("replicas"));
    x->same_cause = resets(&f->old_side, was);
    x->message = str_printf(f->a, "the chart renders replicas: %lld although %.*s scales it: each upgrade and rollback sets it to that (Helm 3, client-side apply), or fails on it with a conflict (Helm 4, server-side apply)",
                            (long long)w->replicas, STR_ARG(s->object->id));
    finding_evidence(&f->findings, x, "the scaler keeps it between %lld and %lld", (long long)s->min, (long long)s->max);
    x->fix = STR("read the live number before the upgrade and pass it to Helm as the rendered one, or scale back right after it");
}

/* ---- contradictions ---- */

static void check_pairs(struct facts *f, const struct scaler *s)
{
    for (uint32_t i = 0; i < f->judged->scalers_n && &f->judged->scalers[i] != s; i++) {
        const struct scaler *other = &f->judged->scalers[i], *x_was = scaler_was(f, s), *y_was = scaler_was(f, other);
        if (!str_eq(other->target_id, s->target_id) || (other->hpa && s->hpa && str_eq(other->object->id, s->object->id))) continue;
        const struct scaler *keda = s->hpa ? other : s, *hpa = s->hpa ? s : other;
        bool mixed = s->hpa != other->hpa;
        if (mixed && str_eq(keda->hpa_name, hpa->object->name)) continue; /* KEDA takes it over */
        bool before = x_was && y_was && str_eq(x_was->target_id, y_was->target_id);
        struct finding *x = view_report(f, mixed ? "keda/hpa-conflict" : "keda/two-scalers", SEVERITY_WARNING, about(before), f->judged, s->object, STR("scaleTargetRef"));
        x->message = str_printf(f->a, "%.*s is scaled by %.*s as well: they work against each other", STR_ARG(s->target_id), STR_ARG(other->object->id));
        x->fix = STR("keep one of the two");
    }
}

static const char *bounds_problem(const struct scaler *s)
{
    if (s->min > s->max) return "its minimum is above its maximum";
    if (s->idle >= 0 && s->idle >= s->min && s->min > 0) return "idleReplicaCount must be below minReplicaCount";
    if (s->idle > 0) return "KEDA supports an idleReplicaCount of 0 only";
    return NULL;
}

static void check_bounds(struct facts *f, const struct scaler *s)
{
    const struct scaler *was = scaler_was(f, s);
    const char *problem = bounds_problem(s);
    if (!problem) return;
    struct finding *x = view_report(f, "keda/bounds", s->hpa && s->min > s->max ? SEVERITY_ERROR : SEVERITY_WARNING, about(was && bounds_problem(was)), f->judged, s->object, STR("minReplicaCount"));
    x->message = str_printf(f->a, "%s (minimum %lld, maximum %lld)%s", problem, (long long)s->min, (long long)s->max, s->hpa && s->min > s->max ? ": Kubernetes refuses it, and the upgrade fails" : "");
    x->fix = STR("set the bounds in your values");
}

static bool lacks_fallback(const struct scaler *s)
{
    if (s->hpa || s->fallback) return false;
    for (uint32_t i = 0; i < s->triggers_n; i++)
        if (str_is(s->triggers[i].type, "prometheus")) return true;
    return false;
}

static void check_fallback(struct facts *f, const struct scaler *s)
{
    const struct scaler *was = scaler_was(f, s);
    if (!lacks_fallback(s)) return;
    struct finding *x = view_report(f, "keda/fallback-missing", was || f->single ? SEVERITY_WARNING : SEVERITY_INFO, about(was && lacks_fallback(was)), f->judged, s->object, STR("triggers"));
    x->message = STR("it has no fallback: while Prometheus does not answer, the number of replicas stays as it happens to be");
    x->fix = STR("set a fallback (failureThreshold, replicas)");
}

static void check_paused(struct facts *f, const struct scaler *s)
{
    const struct scaler *was = scaler_was(f, s);
    if (!s->paused) return;
    struct finding *x = view_report(f, "keda/paused", SEVERITY_WARNING, about(was && was->paused), f->judged, s->object, STR("annotations"));
    x->message = STR("the manifest pauses it: nothing scales its target after the upgrade");
    x->fix = STR("remove the autoscaling.keda.sh/paused annotation from the values when it has served");
}

static void check_scalers(struct facts *f)
{
    static void (*const checks[])(struct facts *, const struct scaler *) = {check_target, check_authentication, check_reset, check_pairs, check_bounds, check_fallback, check_paused};
    for (uint32_t i = 0; i < f->judged->scalers_n; i++)
        for (size_t k = 0; k < sizeof checks / sizeof *checks; k++) checks[k](f, &f->judged->scalers[i]);
}

const struct check_entry checks_keda[] = {
    {"keda/orphan", false, true, check_orphans},
    {"keda/target-missing keda/authentication-missing keda/replicas-reset keda/two-scalers keda/hpa-conflict keda/bounds keda/fallback-missing keda/paused", true, true, check_scalers},
    {0},
};
