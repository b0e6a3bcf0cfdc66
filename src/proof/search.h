/* The search over a plan's runs, part by part. Private to proof/. */
#ifndef RUTTER_PROOF_SEARCH_H
#define RUTTER_PROOF_SEARCH_H

#include "proof/model.h"
#include "proof/proof.h"

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
    struct node *nodes; uint32_t nodes_cap; /* room of the last exploration, for the next */
    uint32_t *slots; uint32_t slots_n;
    uint32_t witness_steps;     /* how many steps mattered to the part whose run is the witness */
    const struct step *without; /* left out, to see whether it is needed; NULL */
};

/* False when some run breaks an obligation: the first such run. `lost`: data or a definition cannot be brought back. */
bool search_part(struct search *q, const struct part *part, bool *lost, struct disproof **failure);

/* Whether a step can change what happens to a part. */
bool search_matters(const struct search *q, const struct part *part, const struct step *s, bool back, uint32_t at);
/* What the plan does to a part, without its names: parts of the same look have the same runs. */
void search_look(const struct search *q, const struct part *part, struct buf *b);
/* The captures and files that a part's state has to hold, and the steps of a list that matter to it. */
void search_find_captures(const struct search *q, struct part *p);
uint32_t *search_find_steps(const struct search *q, const struct part *p, const struct step_list *l, const struct action *x, uint32_t *n);

#endif
