/* A pod's spec: containers, volumes, and everything that it refers to by name. For workload.c. */
#ifndef RUTTER_KUBE_PODSPEC_H
#define RUTTER_KUBE_PODSPEC_H

#include "kube/workload.h"

/* Fills containers, volumes, refs, grace and service_account from w->pod, whose path is w->pod_path. */
void podspec_read(struct arena *a, struct workload *w);
/* A PersistentVolumeClaim's storage request in thousandths of a byte; -1 when there is none. */
int64_t podspec_storage(struct value claim_spec);

#endif
