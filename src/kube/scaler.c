#include "kube/scaler.h"

#include "kube/field.h"
#include "kube/selector.h"

/* ---- ScaledObjects: https://keda.sh/docs/latest/reference/scaledobject-spec/ ---- */

static void read_triggers(struct arena *a, struct scaler *s, struct value triggers)
{
    s->triggers = NEW_ARRAY(a, struct trigger, field_len(triggers));
    for (uint32_t i = 0; i < field_len(triggers); i++) {
        struct value v = field_item(triggers, i), metadata = value_at(v, "metadata", NULL), auth = value_at(v, "authenticationRef", NULL);
        struct trigger *t = &s->triggers[s->triggers_n++];
        *t = (struct trigger){
            .type = value_str_at(v, "type"),
            .name = value_str_at(v, "name"),
            .query = value_str_at(metadata, "query"),
            .address = value_str_at(metadata, "serverAddress"),
            .authentication = value_str_at(auth, "name"),
            .cluster_authentication = str_is(value_str_at(auth, "kind"), "ClusterTriggerAuthentication"),
            .metadata = metadata,
        };
        if (!t->name.n) t->name = value_str_at(metadata, "metricName");
    }
}

static int64_t annotated_int(struct str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || n > INT32_MAX) return -1;
        n = n * 10 + (s.p[i] - '0');
    }
    return s.n ? n : -1;
}

/* https://keda.sh/docs/latest/concepts/scaling-deployments/#pausing-autoscaling */
static void read_pause(struct scaler *s)
{
    struct value annotations = value_at(s->object->v, "metadata", "annotations", NULL);
    struct str paused = value_str_at(annotations, "autoscaling.keda.sh/paused");
    s->paused_replicas = annotated_int(value_str_at(annotations, "autoscaling.keda.sh/paused-replicas"));
    s->paused = str_is(paused, "true") || s->paused_replicas >= 0;
}

static void read_scaled_object(struct arena *a, struct scaler *s, struct value spec)
{
    struct value target = value_at(spec, "scaleTargetRef", NULL), fallback = value_at(spec, "fallback", NULL);
    s->target_kind = value_str_at(target, "kind");
    s->target_api = value_str_at(target, "apiVersion");
    s->target_name = value_str_at(target, "name");
    if (!s->target_kind.n) s->target_kind = STR("Deployment");
    s->min = field_int(value_at(spec, "minReplicaCount", NULL), 0);
    s->max = field_int(value_at(spec, "maxReplicaCount", NULL), 100);
    s->idle = field_int(value_at(spec, "idleReplicaCount", NULL), -1);
    s->polling = field_int(value_at(spec, "pollingInterval", NULL), 30);
    s->cooldown = field_int(value_at(spec, "cooldownPeriod", NULL), 300);
    s->fallback = fallback.kind == V_MAP && map_len(fallback);
    s->fallback_replicas = field_int(value_at(fallback, "replicas", NULL), 0);
    s->fallback_failures = field_int(value_at(fallback, "failureThreshold", NULL), 0);
    s->hpa_name = value_str_at(value_at(spec, "advanced", "horizontalPodAutoscalerConfig", NULL), "name");
    if (!s->hpa_name.n) s->hpa_name = str_concat(a, STR("keda-hpa-"), s->object->name);
    read_triggers(a, s, value_at(spec, "triggers", NULL));
    read_pause(s);
}

static void read_hpa(struct arena *a, struct scaler *s, struct value spec)
{
    struct value target = value_at(spec, "scaleTargetRef", NULL), metrics = value_at(spec, "metrics", NULL);
    s->target_kind = value_str_at(target, "kind");
    s->target_api = value_str_at(target, "apiVersion");
    s->target_name = value_str_at(target, "name");
    s->min = field_int(value_at(spec, "minReplicas", NULL), 1);
    s->max = field_int(value_at(spec, "maxReplicas", NULL), 1);
    s->idle = s->paused_replicas = -1;
    s->hpa_name = s->object->name;
    s->triggers = NEW_ARRAY(a, struct trigger, field_len(metrics));
    for (uint32_t i = 0; i < field_len(metrics); i++)
        s->triggers[s->triggers_n++] = (struct trigger){.type = value_str_at(field_item(metrics, i), "type"), .metadata = field_item(metrics, i)};
}

bool scaler_read(struct arena *a, const struct object *o, struct scaler *out)
{
    struct str group = field_group(o->api_version);
    bool keda = str_is(o->kind, "ScaledObject") && str_is(group, "keda.sh");
    bool hpa = str_is(o->kind, "HorizontalPodAutoscaler") && str_is(group, "autoscaling");
    if (o->v.kind != V_MAP || (!keda && !hpa)) return false;
    struct value spec = value_at(o->v, "spec", NULL);
    *out = (struct scaler){.object = o, .hpa = hpa};
    if (keda) read_scaled_object(a, out, spec);
    else read_hpa(a, out, spec);
    /* Scaler and target live in one namespace. */
    ptrdiff_t first = str_chr(o->id, '/'), last = str_find_last(o->id, STR("/"));
    bool foreign = first != last && last > 0;
    out->target_id = foreign ? str_printf(a, "%.*s/%.*s/%.*s", STR_ARG(out->target_kind), STR_ARG(o->ns), STR_ARG(out->target_name))
                             : str_printf(a, "%.*s/%.*s", STR_ARG(out->target_kind), STR_ARG(out->target_name));
    return true;
}

struct scaler *scalers_of(struct arena *a, const struct objects *o, uint32_t *n)
{
    struct scaler *v = NULL, s;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < o->n; i++)
        if (scaler_read(a, &o->v[i], &s)) *PUSH(a, v, *n, cap) = s;
    return v;
}

/* ---- PodDisruptionBudgets ---- */

bool pdb_read(const struct object *o, struct pdb *out)
{
    if (o->v.kind != V_MAP || !str_is(o->kind, "PodDisruptionBudget") || !str_is(field_group(o->api_version), "policy")) return false;
    struct value spec = value_at(o->v, "spec", NULL);
    *out = (struct pdb){
        .object = o,
        .selector = value_at(spec, "selector", NULL),
        .min_available = value_at(spec, "minAvailable", NULL),
        .max_unavailable = value_at(spec, "maxUnavailable", NULL),
        /* https://kubernetes.io/docs/reference/using-api/deprecation-guide/#poddisruptionbudget-v125 */
        .empty_selects_all = !str_is(o->api_version, "policy/v1beta1"),
    };
    return true;
}

struct pdb *pdbs_of(struct arena *a, const struct objects *o, uint32_t *n)
{
    struct pdb *v = NULL, p;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < o->n; i++)
        if (pdb_read(&o->v[i], &p)) *PUSH(a, v, *n, cap) = p;
    return v;
}

bool pdb_matches(const struct pdb *p, const struct workload *w)
{
    if (!str_eq(p->object->ns, w->object->ns)) return false;
    /* An absent selector selects nothing; an empty one all pods of the namespace. */
    bool empty = p->empty_selects_all && p->selector.kind == V_MAP;
    return selector_matches(p->selector, SELECTOR_LABELS, empty, w->labels);
}

/* pkg/controller/disruption: percentages of both are rounded up. */
int64_t pdb_allows(const struct pdb *p, int64_t replicas)
{
    int64_t allowed;
    if (p->max_unavailable.kind != V_NIL)
        allowed = field_scaled(p->max_unavailable, replicas, true, 0);
    else
        allowed = replicas - field_scaled(p->min_available, replicas, true, 0);
    return allowed < 0 ? 0 : allowed > replicas ? replicas : allowed;
}
