/* The search over a plan's runs, part by part. Private to proof/. */
#ifndef RUTTER_PROOF_SEARCH_H
#define RUTTER_PROOF_SEARCH_H

#include "proof/model.h"
#include "proof/proof.h"

struct step_refs {
    uint32_t *v, n, cap;        /* steps by number: first those of the upgrade, then those of the rollback */
};

struct search {
    struct arena *a;
    struct reading r;
    struct proof *proof;
    uint32_t *enter;            /* [0]: before the first step, [i + 1]: forward step i; index of a rollback step, UINT32_MAX: nothing to undo */
    uint32_t *alike;            /* the first of the steps around it from which the rollback is entered at the same place; indices as in `enter` */
    uint32_t fresh_forward;     /* first step that is taken anew at every start; UINT32_MAX: none */
    uint32_t *fresh_back;       /* ... of the rollback, at or after a step */
    bool *absent;               /* for each object: a step refuses when it is there before */
    bool applies_crds;
    bool unmodelled;            /* some command is not known at all: no run can be tried */
    uint32_t steps_n;           /* of both lists */
    struct step_refs by_all;    /* steps that matter to every part */
    struct step_refs *by_object, *by_capture, *by_file, job_deleters;
    struct node *nodes; uint32_t nodes_cap; /* room of the last exploration, for the next */
    uint32_t *slots; uint32_t slots_n;
    bool release_tried;         /* some part was tried under every way of applying: of what does not depend on the part that is enough */
    uint32_t witness_steps;     /* how many steps mattered to the part whose run is the witness */
    /* Every state of every run is wanted, also those that say nothing new to the proof: `seen` is told of each, after `step` or, `stopped`, as that step's
     * failure left it. NULL: not. `step` NULL: before the first of the list. */
    void (*seen)(void *context, const struct part *part, const struct state *s, const struct step *step, bool stopped);
    void *seen_context;
    void (*ended)(void *context, const struct part *part, const struct state *s); /* told of each end of a run, there or back; NULL: not */
    void *ended_context;
    const struct step *without; /* left out, to see whether it is needed; NULL */
};

/* False when some run breaks an obligation: the first such run. `lost`: data or a definition cannot be brought back. */
bool search_part(struct search *q, const struct part *part, bool *lost, struct disproof **failure);

/* All parts of the plan, gathered. */
struct part *search_parts(struct search *q, uint32_t *n);
/* Two parts of the same whole look have the same runs. */
struct str search_whole_look(const struct search *q, const struct part *p);

/* matter.c: once for a plan; then for each part, the steps that matter to it, and the captures and files that its states have to hold. */
void search_index_steps(struct search *q);
void search_gather(struct search *q, struct part *p);
/* What the plan does to a gathered part, without its names: parts of the same look have the same runs. */
void search_look(const struct search *q, const struct part *p, struct buf *b);

#endif
