/* The nodes of the lone subtrees of one side, flat, with what tells one from another: leaves, words, paths. For renames.c. */
#ifndef RUTTER_DIFF_TWIGS_H
#define RUTTER_DIFF_TWIGS_H

#include "diff/renames.h"

/* A value without keys below it, as its path from the tree's root says; keys joined by a byte that sorts before all others,
 * so that the order of leaves is the order of keys, level by level. */
struct leaf {
    struct str full;
    struct value v;
    double weight;          /* 1 for a key that each side has once, less for one that many components have */
};

struct twig {
    uint32_t lone;          /* index of the lone node that it is, or is below */
    struct str path, as;    /* on its side; after the renames found above it */
    struct str full;        /* as in leaves */
    struct value v;
    origin_id at;
    uint32_t lo, hi;        /* its leaves */
    double mass;            /* weight of its leaves */
    struct tokens words;    /* of `as` */
    uint32_t *segments;     /* index of the first word of each segment, and one more */
    uint32_t segments_n;
};

struct forest {
    struct twig *nodes; uint32_t n, cap;
    struct leaf *leaves; uint32_t leaves_n, leaves_cap;
};

/* Nodes of what is not gone, parents before their children. At most NODES_MAX; those beyond find no counterpart. */
void twigs_read(struct rename_context *c, const struct lones *l, struct forest *s);
static inline bool twig_is_branch(struct value v) { return v.kind == V_MAP && map_len(v) > 0; }
/* A scalar as it is counted in the context's texts; "" for null, lists and maps. */
struct str twig_scalar_text(struct arena *a, struct value v);
/* The last key of a path as --set spells it; a dot behind a backslash is part of it. */
struct str twig_last_key(struct str path);

struct likeness {
    double place, name;     /* 0 to 1 */
    double keeps;           /* factor: less where a component's key would have moved to another component */
};

/* How near an old node's path (as it is after the renames found so far) is to a new one's. */
struct likeness twigs_compare_paths(const struct rename_context *c, const struct twig *x, const struct twig *y);

#endif
