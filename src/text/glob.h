/* What the glob's parser, compiler and matcher share; for everybody else there is units.h.
 *
 * Helm's .Files.Glob is gobwas/glob 0.2.3, whose answers are not always what its syntax promises: an optimizer replaces
 * parts of a pattern by matchers that see less (in ab**ba the two ends may overlap, a row of matchers takes a rune of two
 * bytes for one). Charts are rendered with these answers, so the same matchers are built here by the same rules.
 */
#ifndef RUTTER_TEXT_GLOB_H
#define RUTTER_TEXT_GLOB_H

#include "text/units.h"

enum glob_kind {
    /* Of the tree and of matchers. */
    GLOB_NOTHING, GLOB_LIST, GLOB_RANGE, GLOB_TEXT, GLOB_ANY, GLOB_SUPER, GLOB_SINGLE, GLOB_ANY_OF,
    GLOB_PATTERN, /* of the tree only */
    /* What the optimizer makes of several. */
    GLOB_PREFIX, GLOB_SUFFIX, GLOB_PREFIX_SUFFIX, GLOB_PREFIX_ANY, GLOB_SUFFIX_ANY, GLOB_CONTAINS, GLOB_MIN, GLOB_MAX,
    GLOB_EVERY_OF, GLOB_ROW, GLOB_SPLIT,
};

/* A node of the tree, or a matcher. */
struct glob {
    enum glob_kind kind;
    bool negated;           /* LIST, RANGE, CONTAINS */
    uint32_t from, to;      /* RANGE; from also the number of MIN and MAX */
    struct str text;        /* TEXT; the runes of a LIST; what PREFIX... and CONTAINS look for */
    struct str suffix;      /* PREFIX_SUFFIX: the other end */
    struct glob **sub;      /* ANY_OF, EVERY_OF, ROW, PATTERN */
    uint32_t subs, cap;
    struct glob *parent;    /* of the tree */
    struct glob *value, *left, *right; /* SPLIT: value somewhere, left before it and right after it; either may be NULL */
    int64_t runes;          /* length of what a matcher matches, in runes; -1: not fixed */
};

/* How deep braces and splits may nest. */
enum { GLOB_DEEPEST = 1000 };

struct glob *glob_new(struct arena *a, enum glob_kind kind);
void glob_add(struct arena *a, struct glob *parent, struct glob *child);
bool glob_same(const struct glob *x, const struct glob *y); /* of the tree */

struct glob *glob_parse(struct arena *a, struct str pattern); /* NULL: malformed */
struct glob *glob_optimize(struct arena *a, struct glob *tree);

#endif
