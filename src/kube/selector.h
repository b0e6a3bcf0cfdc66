/* Label selectors: a workload's, a PodDisruptionBudget's, a Service's. */
#ifndef RUTTER_KUBE_SELECTOR_H
#define RUTTER_KUBE_SELECTOR_H

#include "value/value.h"

enum selector_form {
    SELECTOR_LABELS,   /* {matchLabels, matchExpressions}: workloads, PodDisruptionBudgets, NetworkPolicies */
    SELECTOR_PLAIN,    /* a map of labels: Services, ReplicationControllers */
};

/* Whether a pod with these labels is selected. What an empty selector means differs: policy/v1 budgets and network
 * policies select all pods, a Service none; `empty` is that answer, also for an absent selector. */
bool selector_matches(struct value selector, enum selector_form form, bool empty, const struct map *labels);
bool selector_is_empty(struct value selector, enum selector_form form);

#endif
