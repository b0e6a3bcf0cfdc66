/* What runs pods: Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and bare Pods, as structs.
 *
 * Defaults are the API server's (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/). Strings borrow
 * from the manifest.
 */
#ifndef RUTTER_KUBE_WORKLOAD_H
#define RUTTER_KUBE_WORKLOAD_H

#include "kube/object.h"

struct probe {
    bool set;
    int64_t initial_delay, period, timeout, success, failure; /* seconds; thresholds */
    struct str path;          /* of httpGet; "" for other handlers */
    struct value port;        /* of httpGet, tcpSocket or grpc: a number or a name */
};

/* A name by which a pod depends on another object. */
struct reference {
    const char *kind;         /* "Secret", "ConfigMap", "PersistentVolumeClaim", "ServiceAccount", "PriorityClass", ... */
    struct str name;
    struct str key;           /* one key of a Secret or ConfigMap; "" for the whole */
    bool optional;            /* pods start without it */
    struct str path;          /* where: "spec.template.spec.containers[0].env[3]" */
};

struct env_var {
    struct str name;
    struct str value;         /* as written; "" when it comes from elsewhere */
    const char *from;         /* "Secret", "ConfigMap", "field"; NULL: a literal */
    struct str from_name, from_key;
};

struct resource {
    struct str name;          /* "cpu", "memory", "nvidia.com/gpu" */
    int64_t request, limit;   /* thousandths; -1: not set. A limit without a request is the request, too */
};

struct port {
    struct str name, protocol;
    int64_t number;
};

struct mount {
    struct str volume, path, sub_path;
};

struct container {
    struct str name, image;
    bool init;                /* runs to its end before the others */
    bool sidecar;             /* an init container with restartPolicy Always: goes on beside the others */
    struct value v;
    struct str path;          /* "spec.template.spec.containers[0]" */
    struct probe startup, readiness, liveness;
    int64_t pre_stop;         /* seconds that its preStop hook sleeps; 0: none; -1: one whose length cannot be seen */
    struct env_var *env;      uint32_t env_n;
    struct resource *resources; uint32_t resources_n;
    struct port *ports;       uint32_t ports_n;
    struct mount *mounts;     uint32_t mounts_n;
};

struct volume {
    struct str name;
    struct str source;        /* "emptyDir", "configMap", "secret", "persistentVolumeClaim", "projected", ... */
    struct str target;        /* name of the ConfigMap, Secret or claim; "" */
    struct value v;
};

struct claim_template {
    struct str name, storage_class;
    int64_t size;             /* requested storage in thousandths of a byte; -1 unknown */
    struct value v;
};

enum workload_kind { WORKLOAD_DEPLOYMENT, WORKLOAD_STATEFULSET, WORKLOAD_DAEMONSET, WORKLOAD_REPLICASET, WORKLOAD_JOB, WORKLOAD_CRONJOB, WORKLOAD_POD };
enum update_strategy { UPDATE_ROLLING, UPDATE_RECREATE, UPDATE_ON_DELETE };

struct workload {
    const struct object *object;
    enum workload_kind kind;
    bool replicas_set;        /* the manifest says how many: an upgrade resets what a scaler chose */
    int64_t replicas;         /* 1 when not set; of a DaemonSet -1 (one a node), of a Job its parallelism */
    struct value selector;    /* {matchLabels, matchExpressions}; NIL for Jobs and Pods */
    struct value pod;         /* the pod template: {metadata, spec} */
    struct str pod_path;      /* "spec.template" */
    struct map *labels;       /* the pods'; NULL: none */
    enum update_strategy strategy;
    int64_t surge, unavailable; /* pods, rounded as Kubernetes does; of a DaemonSet for one node; see rollout.h */
    struct value surge_raw, unavailable_raw;
    int64_t partition;        /* of a StatefulSet: ordinals below it stay old */
    int64_t min_ready;        /* minReadySeconds */
    int64_t progress_deadline; /* seconds; of a Deployment */
    int64_t deadline;         /* activeDeadlineSeconds of a Job; -1: none */
    int64_t backoff;          /* backoffLimit of a Job */
    bool parallel;            /* podManagementPolicy: Parallel */
    struct str service_name;  /* of a StatefulSet */
    struct str service_account; /* "" means "default" */
    int64_t grace;            /* terminationGracePeriodSeconds */
    struct container *containers; uint32_t containers_n; /* init containers first, in their order */
    struct volume *volumes;   uint32_t volumes_n;
    struct claim_template *claims; uint32_t claims_n;
    struct reference *refs;   uint32_t refs_n, refs_cap;
};

/* False when the object is no workload. */
bool workload_read(struct arena *a, const struct object *o, struct workload *out);
/* All workloads among the objects, in their order; *n of them. Jobs and Pods of hooks, too (object->owner tells). */
struct workload *workloads_of(struct arena *a, const struct objects *o, uint32_t *n);
/* The workload of this id, or NULL. */
const struct workload *workloads_find(const struct workload *v, uint32_t n, struct str id);
/* The sum over its containers that run together, or the largest init container: what one pod asks of a node, in
 * thousandths; 0 when nothing does. `limits` counts limits instead of requests. */
int64_t workload_asks(const struct workload *w, struct str resource, bool limits);
/* Whether an update from one to the other replaces pods: any difference in the template, labels and checksums too. */
bool workload_restarts(const struct workload *from, const struct workload *to);
/* Resolves surge and unavailable for a number of replicas: a Deployment's surge is rounded up, its unavailable down, and
 * one of them is at least 1 (pkg/controller/deployment/util, ResolveFenceposts). */
void workload_fenceposts(const struct workload *w, int64_t replicas, int64_t *surge, int64_t *unavailable);
const char *workload_kind_name(enum workload_kind k);

#endif
