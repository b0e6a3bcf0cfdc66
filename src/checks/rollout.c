/* How long the rollout takes, what is down meanwhile, and whether pods are given the time that they need. */
#include "checks/view.h"

#include "kube/field.h"
#include "kube/rollout.h"
#include "text/units.h"

static bool is_rolled(const struct workload *w)
{
    return view_is_managed(w->object) && (w->kind == WORKLOAD_DEPLOYMENT || w->kind == WORKLOAD_STATEFULSET || w->kind == WORKLOAD_DAEMONSET);
}

static const struct scaler *scaler_for(const struct side *s, const struct workload *w)
{
    for (uint32_t i = 0; w && i < s->scalers_n; i++)
        if (str_eq(s->scalers[i].target_id, w->object->id)) return &s->scalers[i];
    return NULL;
}

/* Changed in place: same object. What was renamed is created beside the old one. */
static bool in_place(const struct workload *was, const struct workload *is) { return was && str_eq(was->object->id, is->object->id); }

/* ---- the timeout ---- */

static int64_t timeout_of(const struct facts *f) { return f->o->timeout > 0 ? f->o->timeout : f->profile.timeout; }

/* "2 pods, one pod after the other: each has 1m5s to stop and 10m to become ready by its startupProbe" */
static void say_pods(struct facts *f, struct finding *x, const struct rollout *r, int64_t pods, bool update)
{
    struct str stop = update ? str_printf(f->a, "%.*s to stop and ", STR_ARG(duration_show(f->a, r->grace))) : (struct str){0};
    struct str how = pods == 1 ? STR(": it") : str_printf(f->a, "%s%s: each", r->why ? ", " : "", r->why ? r->why : "");
    finding_evidence(&f->findings, x, "%lld pod%s%.*s has %.*s%.*s to become ready%s%s", (long long)pods, pods == 1 ? "" : "s", STR_ARG(how), STR_ARG(stop), STR_ARG(duration_show(f->a, r->startup.seconds)),
                     r->startup.by ? " by its " : "", r->startup.by ? r->startup.by : "");
}

static void check_time(struct facts *f, const struct workload *w, int64_t timeout)
{
    const struct workload *was = f->single ? NULL : view_workload_was(f, w);
    bool update = in_place(was, w);
    if (update && !workload_restarts(was, w)) return;
    struct rollout r = update ? rollout_of_update(w, -1) : rollout_of_creation(w, -1), before = update ? rollout_of_update(was, -1) : (struct rollout){0};
    const struct scaler *s = scaler_for(f->judged, w);
    struct rollout most = s && s->max > w->replicas && update ? rollout_of_update(w, s->max) : r;
    struct rollout before_most = s && update && s->max > w->replicas ? rollout_of_update(was, s->max) : before;
    bool rendered = r.seconds > timeout;
    if (!rendered && most.seconds <= timeout) return;
    struct finding *x = view_report(f, "rollout/timeout-too-short", rendered ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_ACT, f->judged, w->object, STR("replicas"));
    x->same_cause = update && (rendered ? before.seconds > timeout && r.seconds <= before.seconds : before_most.seconds > timeout && most.seconds <= before_most.seconds);
    x->message = rendered ? str_printf(f->a, "its rollout may take %.*s, and Helm is given %.*s: then the release is marked failed and its post-upgrade hooks do not run", STR_ARG(duration_show(f->a, r.seconds)), STR_ARG(duration_show(f->a, timeout)))
                          : str_printf(f->a, "at its scaler's maximum of %lld replicas its rollout may take %.*s, and Helm is given %.*s", (long long)s->max, STR_ARG(duration_show(f->a, most.seconds)), STR_ARG(duration_show(f->a, timeout)));
    say_pods(f, x, &r, rendered ? r.pods : most.pods, update);
    if (update && before.seconds && before.seconds != r.seconds) finding_evidence(&f->findings, x, "in the old version it was %.*s", STR_ARG(duration_show(f->a, before.seconds)));
    if (rendered && most.seconds > r.seconds) finding_evidence(&f->findings, x, "at its scaler's maximum of %lld replicas: %.*s", (long long)s->max, STR_ARG(duration_show(f->a, most.seconds)));
    x->fix = str_printf(f->a, "give Helm --timeout %.*s, and pull the images before", STR_ARG(duration_show(f->a, most.seconds + most.seconds / 5 + 60)));
}

static void check_hook_time(struct facts *f, const struct workload *job, int64_t timeout)
{
    struct str events = job->object->from ? job->object->from->events : (struct str){0};
    int64_t seconds = rollout_of_hook(job);
    if (!str_has(events, STR("upgrade")) || seconds <= timeout) return;
    const struct workload *was = NULL;
    for (uint32_t i = 0; i < f->old_side.workloads_n && !was; i++) {
        const struct workload *w = &f->old_side.workloads[i];
        if (w->object->owner == OWNER_HOOK && w->kind == WORKLOAD_JOB && rollout_of_hook(w) > timeout && rollout_of_hook(w) >= seconds) was = w;
    }
    struct finding *x = view_report(f, "rollout/timeout-too-short", SEVERITY_ERROR, ABOUT_ACT, f->judged, job->object, STR("activeDeadlineSeconds"));
    x->same_cause = was != NULL;
    x->message = str_printf(f->a, "its Job may run for %.*s, and Helm waits %.*s for each hook", STR_ARG(duration_show(f->a, seconds)), STR_ARG(duration_show(f->a, timeout)));
    x->fix = str_printf(f->a, "give Helm --timeout %.*s", STR_ARG(duration_show(f->a, seconds + 60)));
}

static void check_timeouts(struct facts *f)
{
    int64_t timeout = timeout_of(f);
    for (uint32_t i = 0; timeout > 0 && i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i];
        if (is_rolled(w)) check_time(f, w, timeout);
        else if (w->object->owner == OWNER_HOOK && w->kind == WORKLOAD_JOB) check_hook_time(f, w, timeout);
    }
}

/* ---- outages ---- */

/* Without probes nothing says for how long. */
static bool goes_down(const struct workload *w, const struct rollout *r) { return r->down > 0 || (w->replicas > 0 && r->pods > 0 && r->available == 0); }

static void check_outage(struct facts *f, const struct workload *w)
{
    const struct workload *was = f->single ? NULL : view_workload_was(f, w);
    if (!in_place(was, w) || !workload_restarts(was, w) || w->kind == WORKLOAD_DAEMONSET) return;
    struct rollout r = rollout_of_update(w, -1), before = rollout_of_update(was, -1);
    if (!goes_down(w, &r)) return;
    bool worse = !goes_down(was, &before) && was->replicas != 0;
    struct finding *x = view_report(f, "rollout/outage", worse ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_ACT, f->judged, w->object, w->strategy == UPDATE_RECREATE ? STR("strategy") : STR("replicas"));
    x->same_cause = !worse;
    const char *how = w->strategy == UPDATE_RECREATE ? "strategy Recreate" : w->replicas != 1 ? r.why : NULL;
    struct str how_long = r.down > 0 ? str_printf(f->a, "for up to %.*s", STR_ARG(duration_show(f->a, r.down))) : STR("from the end of the old ones to the start of the new ones");
    x->message = str_printf(f->a, "no pod of it is ready %.*s during the rollout (%lld replica%s%s%s)", STR_ARG(how_long), (long long)w->replicas, w->replicas == 1 ? "" : "s",
                            how ? ", " : "", how ? how : "");
    if (worse) finding_evidence(&f->findings, x, "the old version kept %lld pods ready during a rollout", (long long)before.available);
    x->fix = STR("plan for the interruption, or set two replicas and a rolling update where the program allows it");
}

/* ---- capacity ---- */

/* How many replicas are there at least: the scaler's minimum, else what is rendered; -1 unknown. */
static int64_t floor_of(const struct side *s, const struct workload *w, bool *scaled)
{
    const struct scaler *x = scaler_for(s, w);
    *scaled = x != NULL;
    return x ? x->min : w->replicas;
}

/* The key that set them was lost: with the values migrated they are as before, and the key has its own finding. */
static bool comes_back(const struct facts *f, const struct workload *w, int64_t before)
{
    bool scaled;
    const struct workload *planned = f->planned == f->judged ? NULL : workloads_find(f->planned->workloads, f->planned->workloads_n, w->object->id);
    return planned && floor_of(f->planned, planned, &scaled) >= before;
}

static void check_capacity(struct facts *f, const struct workload *w)
{
    const struct workload *was = f->single ? NULL : view_workload_was(f, w);
    bool scaled_was, scaled_is;
    if (!was || w->replicas < 0 || was->replicas < 0) return;
    int64_t before = floor_of(&f->old_side, was, &scaled_was), now = floor_of(f->judged, w, &scaled_is);
    const struct scaler *x_was = scaler_for(&f->old_side, was), *x_is = scaler_for(f->judged, w);
    if (now < before) {
        bool key = comes_back(f, w, before);
        struct finding *x = view_report(f, "rollout/capacity", key ? SEVERITY_INFO : SEVERITY_WARNING, ABOUT_CHANGE, f->judged, w->object, STR("replicas"));
        if (key) finding_evidence(&f->findings, x, "with your values migrated it has %lld again", (long long)before);
        x->message = str_printf(f->a, "it runs with %lld replica%s%s in place of %lld%s", (long long)now, now == 1 ? "" : "s", scaled_is ? " at least" : "", (long long)before, now == 1 ? ": a restart of one pod is an outage" : "");
        x->fix = key ? STR("move the key, as its own finding says") : str_printf(f->a, "set the replicas to %lld in your values", (long long)before);
    }
    if (x_was && x_is && x_is->max < x_was->max) {
        struct finding *x = view_report(f, "rollout/capacity", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, x_is->object, STR("maxReplicaCount"));
        x->message = str_printf(f->a, "it scales to %lld replicas at most in place of %lld", (long long)x_is->max, (long long)x_was->max);
        x->fix = str_printf(f->a, "set the maximum to %lld in your values", (long long)x_was->max);
    }
    if (!in_place(was, w) || was->replicas != w->replicas || w->kind == WORKLOAD_DAEMONSET) return;
    struct rollout r = rollout_of_update(w, -1), r_was = rollout_of_update(was, -1);
    if (r.available >= r_was.available || goes_down(w, &r)) return;
    struct finding *x = view_report(f, "rollout/capacity", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, w->object, STR("maxUnavailable"));
    x->message = str_printf(f->a, "during a rollout %lld of its %lld replicas are ready, in place of %lld", (long long)r.available, (long long)w->replicas, (long long)r_was.available);
    x->fix = STR("set the update strategy in your values");
}

/* ---- what the profile knows of the program ---- */

static int64_t known(const struct facts *f, const struct workload *w, const char *what)
{
    struct value label = value_at(f->profile.data, "componentLabel", NULL);
    if (label.kind != V_STR || !w->labels) return -1;
    struct value component = map_get(w->labels, v_text(label)), all = value_at(f->profile.data, "components", NULL);
    if (component.kind != V_STR || all.kind != V_MAP) return -1;
    struct value v = value_at(map_get(all.u.map, v_text(component)), what, NULL);
    int64_t n;
    if (v.kind == V_FLOAT) return (int64_t)v.u.f;
    return v.kind == V_STR && quantity_parse(v_text(v), &n) ? n / 1000 : field_int(v, -1);
}

static int64_t longest_pre_stop(const struct workload *w)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < w->containers_n; i++)
        if (w->containers[i].pre_stop > n) n = w->containers[i].pre_stop;
    return n;
}

static bool lacks_grace(const struct facts *f, const struct workload *w, int64_t *needs)
{
    int64_t drain = known(f, w, "drain");
    *needs = longest_pre_stop(w) + (drain > 0 ? drain : 0);
    return longest_pre_stop(w) > 0 && (drain > 0 ? *needs > w->grace : *needs >= w->grace);
}

static void check_grace(struct facts *f, const struct workload *w)
{
    const struct workload *was = f->single ? NULL : view_workload_was(f, w);
    int64_t needs, before;
    if (!lacks_grace(f, w, &needs)) return;
    struct finding *x = view_report(f, "rollout/grace-too-short", SEVERITY_WARNING, was && lacks_grace(f, was, &before) ? ABOUT_STATE : ABOUT_CHANGE, f->judged, w->object, STR("terminationGracePeriodSeconds"));
    x->message = str_printf(f->a, "its pods are killed after %lld s, and need %lld s to stop (preStop and drain): work in flight is lost", (long long)w->grace, (long long)needs);
    x->fix = str_printf(f->a, "set terminationGracePeriodSeconds to %lld or more", (long long)(needs + 5));
}

static bool lacks_startup(const struct facts *f, const struct workload *w, int64_t load)
{
    (void)f;
    struct budget b = rollout_pod_budget(w);
    return b.bounded && b.seconds < load;
}

static void check_startup(struct facts *f, const struct workload *w)
{
    const struct workload *was = f->single ? NULL : view_workload_was(f, w);
    int64_t load = known(f, w, "load");
    if (load <= 0 || !lacks_startup(f, w, load)) return;
    struct budget b = rollout_pod_budget(w);
    struct finding *x = view_report(f, "rollout/startup-too-short", SEVERITY_WARNING, was && lacks_startup(f, was, load) ? ABOUT_STATE : ABOUT_CHANGE, f->judged, w->object, STR("startupProbe"));
    x->message = str_printf(f->a, "its %s gives a pod %lld s, and a cold start takes up to %lld s: it is killed before it is ready, again and again", b.by ? b.by : "probe", (long long)b.seconds, (long long)load);
    x->fix = STR("raise failureThreshold of the startup probe");
}

static void check_pods(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i];
        if (!is_rolled(w)) continue;
        check_outage(f, w);
        check_capacity(f, w);
        check_grace(f, w);
        check_startup(f, w);
    }
}

const struct check_entry checks_rollout[] = {
    {"rollout/timeout-too-short", true, true, check_timeouts},
    {"rollout/outage rollout/capacity rollout/grace-too-short rollout/startup-too-short", true, true, check_pods},
    {0},
};
