/* Objects that appear, disappear, or go on under another name or owner, and what follows from their kind. */
#include "checks/metrics.h"
#include "checks/values_say.h"

#include "kube/field.h"
#include "kube/selector.h"
#include "text/units.h"

/* ---- what is lost when an object of a kind goes away ---- */

struct consequence {
    const char *kind;
    enum severity severity;
    const char *text, *fix;
};

/* Kinds that have rules of their own (Service, PersistentVolumeClaim, CustomResourceDefinition, NetworkPolicy, Role...) are
 * not here: their going away is told there, and here for the record. */
static const struct consequence consequences[] = {
    {"Deployment", SEVERITY_ERROR, "what it runs stops", "find out what takes its place, and whether you still need it"},
    {"StatefulSet", SEVERITY_ERROR, "what it runs stops", "find out what takes its place, and whether you still need it"},
    {"DaemonSet", SEVERITY_ERROR, "what it runs on each node stops", "find out what takes its place, and whether you still need it"},
    {"ReplicaSet", SEVERITY_ERROR, "what it runs stops", "find out what takes its place, and whether you still need it"},
    {"CronJob", SEVERITY_ERROR, "what it did on schedule no longer happens", "find out what does its work now, or keep a CronJob of your own"},
    {"Namespace", SEVERITY_ERROR, "the namespace is deleted with everything in it", "annotate it with helm.sh/resource-policy=keep before the upgrade"},
    {"Ingress", SEVERITY_ERROR, "its hosts and paths are no longer routed", "look for the setting that makes the new chart render it"},
    {"HTTPRoute", SEVERITY_ERROR, "its hosts and paths are no longer routed", "look for the setting that makes the new chart render it"},
    {"Gateway", SEVERITY_ERROR, "its listeners and their address go away", "look for the setting that makes the new chart render it"},
    {"APIService", SEVERITY_ERROR, "the API that it registers is no longer served", "find out what registers it now"},
    {"ServiceMonitor", SEVERITY_ERROR, "what it selects is no longer scraped: its metrics, and alerts and scalers that ask for them, go silent",
     "look for the setting that makes the new chart render it, or add a ServiceMonitor of your own"},
    {"PodMonitor", SEVERITY_ERROR, "what it selects is no longer scraped: its metrics, and alerts and scalers that ask for them, go silent",
     "look for the setting that makes the new chart render it, or add a PodMonitor of your own"},
    {"PrometheusRule", SEVERITY_WARNING, "its alerts and recorded series end", "find out where the new chart has these rules"},
    {"HorizontalPodAutoscaler", SEVERITY_WARNING, "its target is no longer scaled, and stays at the number of replicas that is rendered", "set the replicas, or scale it otherwise"},
    {"ScaledObject", SEVERITY_WARNING, "its target is no longer scaled, and stays at the number of replicas that is rendered", "set the replicas, or scale it otherwise"},
    {"PodDisruptionBudget", SEVERITY_WARNING, "node drains may take away all of its pods at once", "add a budget of your own if they must not"},
    {"ValidatingWebhookConfiguration", SEVERITY_WARNING, "what it validated is accepted unseen", "find out what validates it now"},
    {"MutatingWebhookConfiguration", SEVERITY_WARNING, "what it changed is accepted as it is", "find out what does its work now"},
    {"StorageClass", SEVERITY_WARNING, "claims that name it are no longer provisioned", "keep a StorageClass of this name"},
    {"PriorityClass", SEVERITY_WARNING, "pods that name it are refused", "keep a PriorityClass of this name"},
    {"IngressClass", SEVERITY_WARNING, "Ingresses that name it are no longer served", "keep an IngressClass of this name"},
};

/* A kind of some operator: group with a dot, and not Kubernetes' own. */
static bool is_custom(const struct object *o)
{
    struct str group = field_group(o->api_version);
    return str_chr(group, '.') >= 0 && !str_ends(group, STR(".k8s.io"));
}

static struct consequence consequence_of(const struct object *o)
{
    for (size_t i = 0; i < sizeof consequences / sizeof *consequences; i++)
        if (str_is(o->kind, consequences[i].kind)) return consequences[i];
    if (is_custom(o)) return (struct consequence){NULL, SEVERITY_WARNING, "whatever its controller made of it goes too", "find out what takes its place"};
    return (struct consequence){NULL, SEVERITY_INFO, "", ""};
}

/* ---- does something else do its work? ---- */

/* A monitor that no Prometheus reads does not replace one that was read. */
static bool is_read_as_before(const struct facts *f, const struct object *was, const struct object *is)
{
    return metrics_selected(&f->old_side, was) != 1 || metrics_selected(f->judged, is) != 0;
}

static bool is_monitor(const struct object *o) { return (str_is(o->kind, "ServiceMonitor") || str_is(o->kind, "PodMonitor")) && view_is_written(o); }

/* Pods that a PodMonitor selects, or those behind the Services that a ServiceMonitor selects. */
static bool scrapes(const struct side *s, const struct object *monitor, const struct workload *w)
{
    if (str_is(monitor->kind, "PodMonitor")) return selector_matches(value_at(view_spec(monitor), "selector", NULL), SELECTOR_LABELS, true, w->labels);
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (str_is(o->kind, "Service") && view_is_written(o) && metrics_monitors(monitor, o) && selector_matches(value_at(view_spec(o), "selector", NULL), SELECTOR_PLAIN, false, w->labels)) return true;
    }
    return false;
}

static bool is_scraped(const struct facts *f, const struct object *monitor, const struct workload *now)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *o = &f->judged->objects.v[i];
        if (is_monitor(o) && is_read_as_before(f, monitor, o) && scrapes(f->judged, o, now)) return true;
    }
    return false;
}

/* Which pods that go on were scraped by it and are scraped by none any more. Returns how many it scraped. */
static uint32_t lost_targets(const struct facts *f, const struct object *monitor, struct names *lost)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) {
        const struct workload *w = &f->old_side.workloads[i], *now = scrapes(&f->old_side, monitor, w) ? view_workload_is(f, w) : NULL;
        if (!scrapes(&f->old_side, monitor, w)) continue;
        n++;
        if (now && !is_scraped(f, monitor, now)) names_add(lost, now->object->id);
    }
    return n;
}

static bool is_budgeted_otherwise(const struct facts *f, const struct object *o)
{
    struct pdb was;
    if (!pdb_read(o, &was)) return true;
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) {
        const struct workload *w = &f->old_side.workloads[i], *now = pdb_matches(&was, w) ? view_workload_is(f, w) : NULL;
        bool found = !now;
        for (uint32_t k = 0; k < f->judged->pdbs_n && !found; k++) found = pdb_matches(&f->judged->pdbs[k], now);
        if (!found) return false;
    }
    return true;
}

static bool is_scaled_otherwise(const struct facts *f, const struct object *o)
{
    struct scaler was;
    if (!scaler_read(f->a, o, &was)) return false;
    for (uint32_t i = 0; i < f->judged->scalers_n; i++)
        if (str_eq(f->judged->scalers[i].target_id, was.target_id)) return true;
    return !objects_find(&f->judged->objects, was.target_id);
}

/* All hosts of a removed Ingress are in others. */
static bool is_routed_otherwise(const struct facts *f, const struct object *o)
{
    struct value rules = value_at(view_spec(o), "rules", NULL);
    for (uint32_t i = 0; i < field_len(rules); i++) {
        struct str host = value_str_at(field_item(rules, i), "host");
        bool found = false;
        for (uint32_t k = 0; k < f->judged->objects.n && !found; k++) {
            const struct object *x = &f->judged->objects.v[k];
            struct value others = value_at(view_spec(x), "rules", NULL);
            if (!str_is(x->kind, "Ingress")) continue;
            for (uint32_t j = 0; j < field_len(others) && !found; j++) found = str_eq(value_str_at(field_item(others, j), "host"), host);
        }
        if (!found) return false;
    }
    return field_len(rules) > 0;
}

/* All hosts of a removed Ingress are in HTTPRoutes: routed still, and at the address of a Gateway. */
static bool is_routed_by_gateway(const struct facts *f, const struct object *o)
{
    struct value rules = value_at(view_spec(o), "rules", NULL);
    for (uint32_t i = 0; i < field_len(rules); i++) {
        struct str host = value_str_at(field_item(rules, i), "host");
        bool found = false;
        for (uint32_t k = 0; k < f->judged->objects.n && !found; k++) {
            struct value names = str_is(f->judged->objects.v[k].kind, "HTTPRoute") ? value_at(view_spec(&f->judged->objects.v[k]), "hostnames", NULL) : NIL;
            for (uint32_t j = 0; j < field_len(names) && !found; j++) found = field_item(names, j).kind == V_STR && str_eq(v_text(field_item(names, j)), host);
        }
        if (!found) return false;
    }
    return field_len(rules) > 0;
}

static void alerts_of(const struct object *o, struct names *out)
{
    struct value groups = value_at(view_spec(o), "groups", NULL);
    for (uint32_t i = 0; i < field_len(groups); i++) {
        struct value rules = value_at(field_item(groups, i), "rules", NULL);
        for (uint32_t k = 0; k < field_len(rules); k++) {
            struct str alert = value_str_at(field_item(rules, k), "alert"), record = value_str_at(field_item(rules, k), "record");
            names_add(out, alert.n ? alert : record);
        }
    }
}

/* All alerts and recorded series of a removed PrometheusRule are in others. */
static bool is_alerted_otherwise(const struct facts *f, const struct object *o)
{
    struct names was = {.a = f->a}, is = {.a = f->a};
    alerts_of(o, &was);
    for (uint32_t i = 0; i < f->judged->objects.n; i++)
        if (str_is(f->judged->objects.v[i].kind, "PrometheusRule") && view_is_written(&f->judged->objects.v[i])) alerts_of(&f->judged->objects.v[i], &is);
    for (uint32_t i = 0; i < was.n; i++)
        if (!names_have(&is, was.v[i])) return false;
    return was.n > 0;
}

static bool is_replaced(const struct facts *f, const struct object *o)
{
    if (str_is(o->kind, "PrometheusRule")) return is_alerted_otherwise(f, o);
    if (str_is(o->kind, "PodDisruptionBudget")) return is_budgeted_otherwise(f, o);
    if (str_is(o->kind, "HorizontalPodAutoscaler") || str_is(o->kind, "ScaledObject")) return is_scaled_otherwise(f, o);
    if (str_is(o->kind, "Ingress")) return is_routed_otherwise(f, o);
    return false;
}

/* ---- removed, added ---- */

static struct str image_name(struct str image)
{
    struct str name, rest;
    str_cut(image, STR("@"), &name, &rest);
    ptrdiff_t slash = str_find_last(name, STR("/")), colon = str_find_last(name, STR(":"));
    return colon > slash ? str_sub(name, 0, (size_t)colon) : name;
}

static struct str main_image(const struct workload *w)
{
    for (uint32_t i = 0; w && i < w->containers_n; i++)
        if (!w->containers[i].init) return image_name(w->containers[i].image);
    return (struct str){0};
}

/* A new workload of the kind that runs the same image under a longer or shorter name ("worker", "worker-default"): too unlike to be
 * called the same with certainty, and yet what a person would take it for. */
static const struct object *likely_successor(const struct facts *f, const struct object *o)
{
    const struct object *found = NULL;
    struct str image = main_image(view_workload(&f->old_side, o));
    for (uint32_t i = 0; image.n && i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (c->kind != CHANGE_ADDED || !str_eq(c->to->kind, o->kind) || !view_is_managed(c->to)) continue;
        bool longer = c->to->name.n > o->name.n && str_starts(c->to->name, o->name) && c->to->name.p[o->name.n] == '-', shorter = str_starts(o->name, c->to->name);
        if (!(longer || shorter) || !str_eq(main_image(view_workload(f->judged, c->to)), image)) continue;
        if (!found || (longer ? c->to->name.n < found->name.n : c->to->name.n > found->name.n)) found = c->to;
    }
    return found;
}

static void report_removed(struct facts *f, const struct object *o)
{
    struct consequence c = consequence_of(o);
    if (o->owner == OWNER_HOOK_APPLIED && str_is(o->kind, "ScaledObject")) return; /* keda/orphan */
    const struct key *away = values_taking_away(f, o);
    if (away) {
        struct finding *x = view_report(f, "object/removed", SEVERITY_INFO, ABOUT_CHANGE, &f->old_side, o, (struct str){0});
        x->message = str_printf(f->a, "not judged: it is gone because %.*s had to be taken away for the new chart to render at all", STR_ARG(away->path));
        x->fix = STR("repair that key first, and run this again");
        return;
    }
    const struct dependency *unseen = view_unseen(f, o);
    if (unseen) {
        struct finding *x = view_report(f, "object/removed", SEVERITY_INFO, ABOUT_CHANGE, &f->old_side, o, (struct str){0});
        x->message = str_printf(f->a, "not judged: the new chart's subchart %.*s, which may have it still, is not at hand", STR_ARG(unseen->name));
        x->fix = STR("helm dependency build, and run this again");
        return;
    }
    bool managed = o->owner == OWNER_RELEASE, behind = o->owner == OWNER_HOOK_APPLIED;
    enum severity severity = managed ? c.severity : behind ? SEVERITY_WARNING : SEVERITY_INFO;
    if (managed && severity > SEVERITY_INFO && is_replaced(f, o)) severity = SEVERITY_INFO;
    if (severity == SEVERITY_ERROR && str_is(o->kind, "Ingress") && is_routed_by_gateway(f, o)) {
        severity = SEVERITY_WARNING;
        c.text = "an HTTPRoute has its hosts, so they are reached at the address of its Gateway";
        c.fix = "see that DNS leads to the Gateway, and that it has the hosts' TLS";
    }
    struct names lost = {.a = f->a};
    uint32_t targets = managed && is_monitor(o) ? lost_targets(f, o, &lost) : 0;
    if (targets) severity = !lost.n ? SEVERITY_INFO : lost.n < targets ? SEVERITY_WARNING : SEVERITY_ERROR;
    struct finding *x = view_report(f, "object/removed", severity, ABOUT_CHANGE, &f->old_side, o, (struct str){0});
    if (lost.n && lost.n < targets)
        x->message = str_printf(f->a, "the new chart no longer has it, so Helm deletes it: other monitors scrape the rest, and %.*s no more; its metrics, and alerts and scalers that ask for them, go silent", STR_ARG(names_show(&lost, 4)));
    else if (managed)
        x->message = str_printf(f->a, "the new chart no longer has it, so Helm deletes it%s%s", *c.text && severity ? ": " : "", severity ? c.text : "");
    else if (behind)
        x->message = str_printf(f->a, "%.*s no longer applies it, and Helm does not know it: it stays behind in the cluster", STR_ARG(o->applied_by ? o->applied_by->id : STR("the hook")));
    else if (o->owner == OWNER_KEPT) x->message = STR("the new chart no longer has it; Helm leaves it in the cluster (helm.sh/resource-policy: keep)");
    else x->message = STR("the new chart no longer has it; Helm leaves it as it is");
    const struct object *next = managed && view_runs_pods(o) ? likely_successor(f, o) : NULL;
    if (next) {
        x->message = str_printf(f->a, "the new chart no longer has it, so Helm deletes it; %.*s is new and runs the same image: Helm makes that one and deletes this one in the same step, before the new pods are ready", STR_ARG(next->id));
        x->fix = STR("plan for an interruption until the new pods are ready, and see that the new one has all that the old one had");
        return;
    }
    if (lost.n && lost.n == targets) finding_evidence(&f->findings, x, "no monitor of the new chart that is read selects %.*s", STR_ARG(names_show(&lost, 4)));
    bool service = managed && str_is(o->kind, "Service"), claim = managed && str_is(o->kind, "PersistentVolumeClaim"); /* service/dns-changed and object/data-loss weigh it */
    x->fix = service ? STR("move its clients before the upgrade") : claim ? STR("back up what is in it before the upgrade") :
             severity == SEVERITY_INFO ? STR("nothing in the release needs it; see that nothing outside of it does") : behind ? str_printf(f->a, "delete it by hand after the upgrade: kubectl delete %.*s %.*s", STR_ARG(o->kind), STR_ARG(o->name)) : str_from(c.fix);
}

static void report_added(struct facts *f, const struct object *o)
{
    if (o->owner == OWNER_CRD) return; /* crd/not-upgraded */
    struct finding *x = view_report(f, "object/added", SEVERITY_INFO, ABOUT_CHANGE, f->judged, o, (struct str){0});
    x->message = o->owner == OWNER_HOOK ? STR("new in this chart: a hook makes it") : o->owner == OWNER_HOOK_APPLIED ? STR("new in this chart: a hook's Job applies it") : STR("new in this chart");
    x->fix = STR("see that the cluster lets it be made: quota, admission policies, images that can be pulled");
}

/* ---- renamed ---- */

static void report_renamed(struct facts *f, const struct object_change *c)
{
    const struct object *from = c->from, *to = c->to;
    bool kind = !str_eq(from->kind, to->kind), pods = view_runs_pods(from) && view_is_managed(from);
    enum severity severity = pods ? SEVERITY_ERROR : SEVERITY_INFO;
    struct finding *x = view_report(f, kind ? "object/kind-changed" : "object/renamed", severity, ABOUT_CHANGE, f->judged, to, (struct str){0});
    x->subject = from->id;
    x->replacement = to->id;
    x->confidence = c->confidence;
    if (!pods) {
        x->message = str_printf(f->a, "it is %.*s in the new chart", STR_ARG(to->id));
        x->fix = str_printf(f->a, "whatever outside of the release names %.*s must name %.*s now", STR_ARG(from->name), STR_ARG(to->name));
        return;
    }
    x->message = str_printf(f->a, "it is %.*s in the new chart: Helm creates that one and deletes this one in the same step, before the new pods are ready; there is no rolling update between them", STR_ARG(to->id));
    finding_evidence(&f->findings, x, "no other object of the new chart is as much like it (%d %%)", c->confidence);
    x->fix = STR("plan for an interruption, or install the new version beside the old one and move the traffic");
}

static void check_identity(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (c->kind == CHANGE_REMOVED) report_removed(f, c->from);
        else if (c->kind == CHANGE_ADDED) report_added(f, c->to);
        else if (c->kind == CHANGE_RENAMED) report_renamed(f, c);
    }
}

/* ---- another owner ---- */

/* Helm takes over only what bears its release annotations, and it puts them on what is in the manifest alone: not on crds/, not on
 * hooks, not on what a hook's Job applies (pkg/action/validate.go, checkOwnership; pkg/action/install.go). */
static void check_adoption(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *to = &f->judged->objects.v[i], *from = objects_find(&f->old_side.objects, to->id);
        if (!view_is_managed(to) || !view_is_written(to) || !from || view_is_managed(from) || from->owner == OWNER_RUNTIME) continue;
        bool cleaned = from->owner == OWNER_HOOK && from->from && str_has(from->from->delete_policy, STR("hook-succeeded"));
        if (cleaned) continue;
        static const char *const was[] = {[OWNER_HOOK] = "a hook made it", [OWNER_HOOK_APPLIED] = "a hook's Job applied it", [OWNER_CRD] = "it came from crds/",
                                          [OWNER_REFERENCED] = "it was made outside of the release"};
        const char *how = from->owner < sizeof was / sizeof *was ? was[from->owner] : NULL;
        struct finding *x = view_report(f, "object/adoption-conflict", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, to, (struct str){0});
        x->message = str_printf(f->a, "the new chart makes it part of the release, but it is there already (%s) without Helm's ownership annotations: Helm refuses to take it", how ? how : "not as part of the release");
        x->fix = str_printf(f->a, "before the upgrade: kubectl annotate %.*s %.*s meta.helm.sh/release-name=%.*s meta.helm.sh/release-namespace=%.*s, and label it app.kubernetes.io/managed-by=Helm",
                            STR_ARG(to->kind), STR_ARG(to->name), STR_ARG(f->judged->env.release), STR_ARG(view_namespace(f)));
    }
}

/* ---- requests ---- */

static struct str show_amount(struct arena *a, struct str resource, int64_t milli)
{
    if (str_is(resource, "cpu")) return milli % 1000 ? str_printf(a, "%lldm", (long long)milli) : str_printf(a, "%lld", (long long)(milli / 1000));
    static const struct { int64_t size; const char *unit; } units[] = {{1LL << 40, "Ti"}, {1LL << 30, "Gi"}, {1LL << 20, "Mi"}, {1LL << 10, "Ki"}};
    int64_t n = milli / 1000;
    for (size_t i = 0; i < 4; i++)
        if (n >= units[i].size && n % units[i].size == 0) return str_printf(a, "%lld%s", (long long)(n / units[i].size), units[i].unit);
    return str_printf(a, "%lld", (long long)n);
}

static void compare_requests(struct facts *f, const struct workload *was, const struct workload *is)
{
    struct names resources = {.a = f->a}, grown = {.a = f->a};
    for (uint32_t i = 0; i < is->containers_n; i++)
        for (uint32_t k = 0; k < is->containers[i].resources_n; k++) names_add(&resources, is->containers[i].resources[k].name);
    for (uint32_t i = 0; i < resources.n; i++) {
        struct str r = resources.v[i];
        int64_t before = workload_asks(was, r, false), now = workload_asks(is, r, false);
        if (now <= before) continue;
        names_add(&grown, str_printf(f->a, "%.*s from %.*s to %.*s", STR_ARG(r), STR_ARG(before > 0 ? show_amount(f->a, r, before) : STR("nothing")), STR_ARG(show_amount(f->a, r, now))));
    }
    if (!grown.n) return;
    struct finding *x = view_report(f, "object/requests-grown", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, is->object, STR("resources"));
    x->message = str_printf(f->a, "each pod asks for more: %.*s", STR_ARG(names_show(&grown, 6)));
    if (is->replicas > 0) finding_evidence(&f->findings, x, "%lld replica%s rendered", (long long)is->replicas, is->replicas == 1 ? " is" : "s are");
    x->fix = STR("make sure that the nodes and quotas have room for it, or set the requests in your values");
}

static void check_requests(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = view_workload_was(f, is);
        if (was && is->object->owner != OWNER_HOOK) compare_requests(f, was, is);
    }
}

const struct check_entry checks_objects[] = {
    {"object/added object/removed object/renamed object/kind-changed", false, true, check_identity},
    {"object/adoption-conflict", false, true, check_adoption},
    {"object/requests-grown", false, true, check_requests},
    {0},
};
