/* What changes the number of replicas beside Helm: KEDA's ScaledObjects and HorizontalPodAutoscalers; and what limits how
 * many pods may be away at once: PodDisruptionBudgets. */
#ifndef RUTTER_KUBE_SCALER_H
#define RUTTER_KUBE_SCALER_H

#include "kube/workload.h"

struct trigger {
    struct str type;             /* "prometheus", "cpu", ... ; of an HPA its metric's type */
    struct str name;             /* the trigger's own, or metadata.metricName */
    struct str query, address;   /* metadata.query and serverAddress; "" */
    struct str authentication;   /* authenticationRef.name; "" */
    bool cluster_authentication; /* a ClusterTriggerAuthentication */
    struct value metadata;
};

struct scaler {
    const struct object *object;
    bool hpa;                    /* a HorizontalPodAutoscaler, else a ScaledObject */
    struct str target_api, target_kind, target_name; /* a ScaledObject's kind is Deployment where it names none */
    struct str target_id;        /* as struct object's id */
    int64_t min, max;            /* replicas; a ScaledObject may go to 0, an HPA to 1 */
    int64_t idle;                /* idleReplicaCount; -1: not set */
    int64_t polling, cooldown;   /* seconds */
    struct trigger *triggers; uint32_t triggers_n;
    bool fallback;               /* a fallback is configured */
    int64_t fallback_replicas, fallback_failures;
    bool paused;                 /* by an annotation in the manifest */
    int64_t paused_replicas;     /* autoscaling.keda.sh/paused-replicas; -1: not set */
    struct str hpa_name;         /* of the HPA that KEDA makes: keda-hpa-NAME unless the spec names one */
};

/* False when the object is neither. */
bool scaler_read(struct arena *a, const struct object *o, struct scaler *out);
struct scaler *scalers_of(struct arena *a, const struct objects *o, uint32_t *n);

struct pdb {
    const struct object *object;
    struct value selector;
    struct value min_available, max_unavailable; /* as written; NIL when not set */
    bool empty_selects_all;      /* policy/v1; in v1beta1 an empty selector selects nothing */
};

bool pdb_read(const struct object *o, struct pdb *out);
struct pdb *pdbs_of(struct arena *a, const struct objects *o, uint32_t *n);
bool pdb_matches(const struct pdb *p, const struct workload *w);
/* How many of `replicas` healthy pods may be evicted at once. */
int64_t pdb_allows(const struct pdb *p, int64_t replicas);

#endif
