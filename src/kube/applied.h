/* What a Job (or Pod) applies by itself: `kubectl apply -f /config/` over a mounted ConfigMap, or a here-document.
 *
 * Found in the script and the volumes, never by names. The script is read as a shell would as far as that is simple:
 * words, quotes, continued lines, variables that are assigned or come from the container's environment.
 */
#ifndef RUTTER_KUBE_APPLIED_H
#define RUTTER_KUBE_APPLIED_H

#include "kube/workload.h"

struct applied {
    struct str config_map;  /* its name; "" for a here-document */
    struct str key;         /* one data key; "" for all */
    struct str text;        /* of a here-document */
    struct str ns;          /* kubectl's -n where it is plain; "" */
};

/* Every source of manifests that the containers of `w` apply, in the order of the script; *n of them. */
struct applied *applied_find(struct arena *a, const struct workload *w, uint32_t *n);

#endif
