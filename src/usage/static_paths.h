/* The tree of places in the values that the static analysis has met, and what reads them. Private to usage/. */
#ifndef RUTTER_USAGE_STATIC_PATHS_H
#define RUTTER_USAGE_STATIC_PATHS_H

#include "tmpl/tree.h"
#include "usage/static.h"
#include "usage/static_table.h"

typedef uint32_t path_id; /* index; 0 is the values of the whole chart */

enum step {
    STEP_KEY,        /* one key */
    STEP_ANY,        /* every key: a range, or one that the user's values choose */
    STEP_SOME,       /* one that the analysis cannot name */
    STEP_BELOW,      /* anything at or below: a walk of any depth */
    STEP_BELOW_SOME, /* the same, of which nothing is known */
};

/* Who does something with a place. `why` for what is no template. */
struct spot {
    const struct tree *tree;
    const struct node *node;
    const char *why;
    bool by_name;                 /* of an answer: the place is named, not one of all */
};

enum extent { EXTENT_NONE, EXTENT_EXCEPT /* all but these keys */, EXTENT_ALL };

/* A mark on what is below a node: its entries, or all at any depth. */
struct below {
    uint8_t extent;  /* enum extent */
    struct str *except; uint32_t except_n;
    struct spot at;
};

struct path {
    path_id parent, child, next;  /* next: of the same parent; 0: none */
    struct str key;               /* STEP_KEY */
    uint8_t step;                 /* enum step, from the parent */
    bool possibly;                /* it, or one above, is a place that the analysis cannot name */
    bool is_scope;                /* the values of a chart: a Go type with methods */
    uint16_t depth, wild;         /* steps from the root; how many of the last ones name no key */
    bool read;                    /* the entry itself */
    struct spot at;               /* of `read` */
    struct below shape, deep;     /* the entries right below; all below */
};

struct paths {
    struct arena *a;
    struct path *v; uint32_t n, cap;
    struct table by_step;
};

void paths_init(struct paths *p, struct arena *a);
path_id paths_child(struct paths *p, path_id parent, struct str key);
/* A step that names no key. Nothing leads out of STEP_BELOW; too long a chain of such steps becomes one. */
path_id paths_wild(struct paths *p, path_id parent, enum step step);
/* The deepest place above both, or one of them. */
path_id paths_common(const struct paths *p, path_id x, path_id y);
/* Whether the two may be the same place; whether y may be at or below x. */
bool paths_meet(const struct paths *p, path_id x, path_id y);
bool paths_may_hold(const struct paths *p, path_id x, path_id y);

void paths_read(struct paths *p, path_id at, struct spot by);
/* The entries of a place; all below it. `except` may be NULL. */
void paths_read_shape(struct paths *p, path_id at, const struct str *except, uint32_t except_n, struct spot by);
void paths_read_deep(struct paths *p, path_id at, const struct str *except, uint32_t except_n, struct spot by);

/* Whether what is marked covers the path from the root. */
enum may_read paths_query(const struct paths *p, const struct str *segment, uint32_t segments, struct spot *first);
/* The path of a node with stars for steps without a key, as --set spells it. */
struct str paths_show(struct arena *a, const struct paths *p, path_id at);

#endif
