/* How long a rollout takes at the slowest that still succeeds, and what capacity is left during it.
 *
 * The slowest pod uses its whole grace period to stop and its whole probe budget to become ready. Pulling images, waiting
 * for nodes and init containers are not in it: nothing in a manifest bounds them.
 */
#ifndef RUTTER_KUBE_ROLLOUT_H
#define RUTTER_KUBE_ROLLOUT_H

#include "kube/workload.h"

struct budget {
    int64_t seconds;
    bool bounded;        /* a pod that needs longer is killed: seconds is a bound. Else it is what the probes ask at least */
    const char *by;      /* "startupProbe", "livenessProbe", "readinessProbe"; NULL: no probe says anything */
};

struct rollout {
    int64_t pods;        /* replaced, one after the other or in waves; -1: one a node */
    int64_t waves;
    int64_t grace;       /* seconds for a pod to stop */
    struct budget startup; /* for a pod to become ready */
    int64_t seconds;     /* of the whole rollout; of a DaemonSet for one wave; 0 when nothing is replaced */
    bool bounded;
    int64_t available;   /* pods that stay ready throughout; -1: not known (DaemonSets) */
    int64_t down;        /* seconds without a ready pod; 0: there is always one */
    const char *why;     /* "one pod after the other, highest ordinal first", ... in static memory */
};

/* One container's way from start to ready. */
struct budget rollout_container_budget(const struct container *c);
/* A pod's: sidecars in their order, then the slowest container. */
struct budget rollout_pod_budget(const struct workload *w);
/* An update of the pod template with so many replicas; -1: as rendered. */
struct rollout rollout_of_update(const struct workload *w, int64_t replicas);
/* A workload that is not there yet (new, or renamed: the old one is deleted without waiting for this one). */
struct rollout rollout_of_creation(const struct workload *w, int64_t replicas);
/* How long Helm may wait for a hook's Job: activeDeadlineSeconds, else -1: nothing bounds it. */
int64_t rollout_of_hook(const struct workload *job);

#endif
