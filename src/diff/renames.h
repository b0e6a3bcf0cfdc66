/* Which removed keys live on under another name? For values.c.
 *
 * The evidence is in the two trees alone: same shape, same defaults, near name, near place. It adds up to a confidence; below
 * a threshold, or where two candidates are as good, nothing is said. Experiments on the templates confirm it elsewhere.
 */
#ifndef RUTTER_DIFF_RENAMES_H
#define RUTTER_DIFF_RENAMES_H

#include "diff/diff.h"
#include "diff/tokens.h"

/* A node that only one side has, with all that is below it. */
struct lone {
    struct str path;       /* on its side, as --set spells it */
    struct str as;         /* of a removed one: its path after the renames found above it; else the same as path */
    struct value v;
    origin_id at;
    bool silent;           /* part of a change that is told anyway: not told as removed or added */
    bool gone;             /* found its counterpart */
};

struct lones {
    struct arena *a;
    struct lone *v;
    uint32_t n, cap;
};

struct rename_pair {
    struct str from, to;           /* paths */
    struct str from_as;
    struct value was, is;
    origin_id was_at, is_at;
    int confidence;
    struct str evidence[4];
    uint32_t evidence_n;
};

/* What both trees hold, for telling what is common from what is telling. */
struct rename_context {
    struct arena *a;
    struct vocabulary words;
    struct strmap keys;            /* uint32_t *: how often a key occurs in both trees */
    struct strmap texts;           /* uint32_t *: how often a scalar occurs as a default */
    uint64_t steps;                /* leaves compared so far, for the bound on them */
};

void renames_prepare(struct arena *a, const struct map *from, const struct map *to, struct rename_context *c);
/* The best pair of subtrees (maps) among the lone nodes and what is below them; false when none is good enough. */
bool renames_next_subtree(struct rename_context *c, const struct lones *removed, const struct lones *added, struct rename_pair *out);
/* All pairs of single values, best first; *n of them. No value takes part twice. */
struct rename_pair *renames_of_leaves(struct rename_context *c, const struct lones *removed, const struct lones *added, uint32_t *n);

#endif
