/* A manifest as leaves: paths and texts, read once and compared with those of many others. For alike.c. */
#ifndef RUTTER_DIFF_LEAVES_H
#define RUTTER_DIFF_LEAVES_H

#include "kube/object.h"

/* How many workloads of both sides have a leaf: what all have (security contexts, probes) tells nothing. */
struct leaf_counts {
    struct strmap counts;     /* of paths, and of paths with their texts */
};

struct leaf_way;              /* how its path is made: private */
struct leaf {
    const struct leaf_way *way;
    struct value v;
    struct str path, text;
    double weight;            /* 1 for what one workload has on either side, then less with every one more */
    double path_weight;       /* of the path, whatever the text */
};

struct leaves {
    const struct object *o;
    struct leaf *v; uint32_t n, cap;
    struct strmap by_path;    /* index + 1 */
    double mass;              /* all weights */
    bool *touched;            /* which leaves have the object's name in them, or `part` of it; NULL: not weighed yet */
    struct str part;
    bool found_touched;       /* for this part */
};

struct leaves *leaves_read(struct arena *a, const struct object *o);
void leaves_count(struct leaf_counts *c, const struct leaves *l);
/* Fills in the weights, once; all that there is has been counted before. */
void leaves_weigh(struct arena *a, const struct leaf_counts *c, struct leaves *l);

struct overlap {
    double dice;              /* 1: all leaves are the same; one whose value alone differs counts half */
    double kept, found;       /* the same of one side alone: how much of the first the second has, whatever else that has; of the second the first */
    uint32_t leaves;          /* of the smaller side */
};

/* What two manifests have in common, with the old name in the first replaced by the new one. Both are weighed. */
struct overlap leaves_overlap(struct arena *scratch, const struct leaf_counts *c, struct leaves *from, const struct leaves *to);

/* What is left of two names when the words (between dashes) that they begin and end with in common are off. */
void names_differ_in(struct str x, struct str y, struct str *part_x, struct str *part_y);
/* `from` everywhere replaced by `to`, unless it is so short that it could stand anywhere. */
struct str name_replaced(struct arena *a, struct str s, struct str from, struct str to);

#endif
