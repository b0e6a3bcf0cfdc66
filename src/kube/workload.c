#include "kube/workload.h"

#include "kube/field.h"
#include "kube/podspec.h"

static const struct {
    enum workload_kind kind;
    const char *name, *group;
} kinds[] = {
    {WORKLOAD_DEPLOYMENT, "Deployment", "apps"}, {WORKLOAD_STATEFULSET, "StatefulSet", "apps"}, {WORKLOAD_DAEMONSET, "DaemonSet", "apps"},
    {WORKLOAD_REPLICASET, "ReplicaSet", "apps"}, {WORKLOAD_JOB, "Job", "batch"}, {WORKLOAD_CRONJOB, "CronJob", "batch"},
    {WORKLOAD_POD, "Pod", ""},
    /* Kubernetes before 1.16 */
    {WORKLOAD_DEPLOYMENT, "Deployment", "extensions"}, {WORKLOAD_DAEMONSET, "DaemonSet", "extensions"}, {WORKLOAD_REPLICASET, "ReplicaSet", "extensions"},
};

const char *workload_kind_name(enum workload_kind k) { return kinds[k].name; }

static bool kind_of(const struct object *o, enum workload_kind *kind)
{
    struct str group = field_group(o->api_version);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_is(o->kind, kinds[i].name) || !str_is(group, kinds[i].group)) continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

static void find_pod(struct workload *w)
{
    if (w->kind == WORKLOAD_POD) {
        w->pod = w->object->v;
        w->pod_path = (struct str){0};
    } else if (w->kind == WORKLOAD_CRONJOB) {
        w->pod = value_at(w->object->v, "spec", "jobTemplate", "spec", "template", NULL);
        w->pod_path = STR("spec.jobTemplate.spec.template");
    } else {
        w->pod = value_at(w->object->v, "spec", "template", NULL);
        w->pod_path = STR("spec.template");
    }
}

static enum update_strategy strategy_of(struct value strategy, enum update_strategy otherwise)
{
    struct str type = value_str_at(strategy, "type");
    if (str_is(type, "Recreate")) return UPDATE_RECREATE;
    if (str_is(type, "OnDelete")) return UPDATE_ON_DELETE;
    if (str_is(type, "RollingUpdate")) return UPDATE_ROLLING;
    return otherwise;
}

static void read_strategy(struct workload *w, struct value spec)
{
    struct value strategy = value_at(spec, w->kind == WORKLOAD_DEPLOYMENT ? "strategy" : "updateStrategy", NULL);
    w->strategy = strategy_of(strategy, UPDATE_ROLLING);
    w->surge_raw = value_at(strategy, "rollingUpdate", "maxSurge", NULL);
    w->unavailable_raw = value_at(strategy, "rollingUpdate", "maxUnavailable", NULL);
    w->partition = field_int(value_at(strategy, "rollingUpdate", "partition", NULL), 0);
    workload_fenceposts(w, w->kind == WORKLOAD_DAEMONSET ? 1 : w->replicas, &w->surge, &w->unavailable);
}

void workload_fenceposts(const struct workload *w, int64_t replicas, int64_t *surge, int64_t *unavailable)
{
    *surge = *unavailable = 0;
    if (w->strategy != UPDATE_ROLLING) return;
    switch (w->kind) {
    case WORKLOAD_DEPLOYMENT:
        *surge = field_scaled(w->surge_raw.kind == V_NIL ? v_str(STR("25%")) : w->surge_raw, replicas, true, 0);
        *unavailable = field_scaled(w->unavailable_raw.kind == V_NIL ? v_str(STR("25%")) : w->unavailable_raw, replicas, false, 0);
        if (*surge <= 0 && *unavailable <= 0) *unavailable = 1;
        break;
    case WORKLOAD_STATEFULSET:
        /* pkg/apis/apps/v1 defaults: 1; a percentage is rounded down, and at least 1 (stateful_set_utils.go). */
        *unavailable = field_scaled(w->unavailable_raw, replicas, false, 1);
        if (*unavailable < 1) *unavailable = 1;
        break;
    case WORKLOAD_DAEMONSET:
        /* Both rounded up (pkg/controller/daemon/util); maxUnavailable is 1 unless a surge is asked for. */
        *surge = field_scaled(w->surge_raw, replicas, true, 0);
        *unavailable = field_scaled(w->unavailable_raw, replicas, true, 1);
        if (*surge <= 0 && *unavailable <= 0) *unavailable = 1;
        break;
    default:
        break;
    }
    if (*surge < 0) *surge = 0;
    if (*unavailable < 0) *unavailable = 0;
}

static void read_claims(struct arena *a, struct workload *w, struct value templates)
{
    w->claims = NEW_ARRAY(a, struct claim_template, field_len(templates));
    for (uint32_t i = 0; i < field_len(templates); i++) {
        struct value v = field_item(templates, i), spec = value_at(v, "spec", NULL);
        w->claims[w->claims_n++] = (struct claim_template){
            .name = value_str_at(value_at(v, "metadata", NULL), "name"),
            .storage_class = value_str_at(spec, "storageClassName"),
            .size = podspec_storage(spec),
            .v = v,
        };
    }
}

bool workload_read(struct arena *a, const struct object *o, struct workload *out)
{
    enum workload_kind kind;
    if (o->v.kind != V_MAP || !kind_of(o, &kind)) return false;
    struct value spec = value_at(o->v, "spec", NULL);
    struct workload *w = out;
    *w = (struct workload){.object = o, .kind = kind};
    struct value replicas = value_at(spec, kind == WORKLOAD_JOB ? "parallelism" : "replicas", NULL);
    w->replicas_set = replicas.kind != V_NIL && kind != WORKLOAD_DAEMONSET && kind != WORKLOAD_POD && kind != WORKLOAD_CRONJOB;
    w->replicas = kind == WORKLOAD_DAEMONSET ? -1 : w->replicas_set ? field_int(replicas, 1) : 1;
    if (w->replicas < -1) w->replicas = 0;
    if (kind != WORKLOAD_JOB) w->selector = value_at(spec, "selector", NULL);
    find_pod(w);
    podspec_read(a, w);
    if (kind == WORKLOAD_DEPLOYMENT || kind == WORKLOAD_STATEFULSET || kind == WORKLOAD_DAEMONSET) read_strategy(w, spec);
    w->min_ready = field_int(value_at(spec, "minReadySeconds", NULL), 0);
    w->progress_deadline = field_int(value_at(spec, "progressDeadlineSeconds", NULL), 600);
    w->deadline = field_int(value_at(spec, "activeDeadlineSeconds", NULL), -1);
    w->backoff = field_int(value_at(spec, "backoffLimit", NULL), 6);
    w->parallel = str_is(value_str_at(spec, "podManagementPolicy"), "Parallel");
    w->service_name = value_str_at(spec, "serviceName");
    if (kind == WORKLOAD_STATEFULSET) read_claims(a, w, value_at(spec, "volumeClaimTemplates", NULL));
    return true;
}

struct workload *workloads_of(struct arena *a, const struct objects *o, uint32_t *n)
{
    struct workload *v = NULL, w;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < o->n; i++)
        if (workload_read(a, &o->v[i], &w)) *PUSH(a, v, *n, cap) = w;
    return v;
}

const struct workload *workloads_find(const struct workload *v, uint32_t n, struct str id)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i].object->id, id)) return &v[i];
    return NULL;
}

static int64_t asks(const struct container *c, struct str resource, bool limits)
{
    for (uint32_t i = 0; i < c->resources_n; i++) {
        int64_t n = limits ? c->resources[i].limit : c->resources[i].request;
        if (str_eq(c->resources[i].name, resource)) return n < 0 ? 0 : n;
    }
    return 0;
}

static int64_t sum(int64_t x, int64_t y) { return x > INT64_MAX - y ? INT64_MAX : x + y; }

/* https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers: an init container
 * runs beside the sidecars that started before it. */
int64_t workload_asks(const struct workload *w, struct str resource, bool limits)
{
    int64_t together = 0, alone = 0, sidecars = 0;
    for (uint32_t i = 0; i < w->containers_n; i++) {
        const struct container *c = &w->containers[i];
        int64_t n = asks(c, resource, limits);
        if (c->sidecar) sidecars = sum(sidecars, n);
        if (c->init && !c->sidecar && sum(n, sidecars) > alone) alone = sum(n, sidecars);
        if (!c->init || c->sidecar) together = sum(together, n);
    }
    return alone > together ? alone : together;
}

bool workload_restarts(const struct workload *from, const struct workload *to) { return !value_same(from->pod, to->pod); }
