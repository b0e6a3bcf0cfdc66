/* Is an object that vanished the one that appeared, under another name? For objects.c.
 *
 * Both manifests are compared leaf by leaf, with the old name in them replaced by the new one. What is small looks like
 * anything of its kind (a Service, a ServiceAccount): there the name must follow from a workload that was renamed.
 */
#ifndef RUTTER_DIFF_ALIKE_H
#define RUTTER_DIFF_ALIKE_H

#include "diff/leaves.h"

/* Replacements that renamed workloads have shown: "sie-router" is "sie-gateway" now, and so "router" is "gateway". */
struct alike_names {
    struct leaf_counts corpus; /* of all workloads */
    struct str *from, *to;
    uint32_t n, cap_from, cap_to;
};

void alike_learn(struct arena *a, struct alike_names *names, const struct object *from, const struct object *to);
/* 0 to 100. Of workloads: by their pod templates. Of others: by their name and content. `a` keeps the weights of the leaves. */
int alike_workloads(struct arena *a, const struct alike_names *names, struct leaves *from, struct leaves *to);
int alike_others(struct arena *a, const struct alike_names *names, struct leaves *from, struct leaves *to);

#endif
