/* Mutants of a plan, to see whether the proof would notice. */
#ifndef RUTTER_PROOF_MUTANTS_H
#define RUTTER_PROOF_MUTANTS_H

#include "proof/proof.h"

enum mutant_operator {
    MUTANT_DROP, MUTANT_DOUBLE, MUTANT_EXCHANGE,            /* a changing step or a capture */
    MUTANT_NAME, MUTANT_NAMESPACE, MUTANT_FLAG, MUTANT_INPUT, /* one word of a changing command */
    MUTANT_CONSTANT,                                        /* a constant instead of a capture */
    MUTANT_PRECONDITION,                                    /* a precondition, a condition or a probe gone */
    MUTANT_OPERATORS,
};

enum mutant_fate {
    MUTANT_CAUGHT,    /* it is not proved */
    MUTANT_HARMLESS,  /* it is, under the same assumptions, and all its runs end where the plan's own do */
    MUTANT_SURVIVES,  /* it is, and they do not */
    MUTANT_FATES,
};

struct mutant {
    enum mutant_operator operator;
    enum mutant_fate fate;
    struct str step, how;
};

struct mutants {
    uint32_t made[MUTANT_OPERATORS], counts[MUTANT_OPERATORS][MUTANT_FATES];
    struct mutant *survivors; uint32_t survivors_n, survivors_cap;
};

struct mutant_options {
    uint32_t stride;  /* exchanged with every so many others: 1 for all */
    void (*each)(void *context, const struct mutant *m, const struct plan *mutated); /* NULL */
    void *context;
};

/* NULL when the plan itself is not proved. The plan is changed and put back. */
struct mutants *mutants_make(struct arena *a, struct plan *p, const struct mutant_options *options);
/* For people: one line an operator; ends in "N of M caught or harmless". */
struct str mutants_text(struct arena *a, const struct mutants *x);
const char *mutant_operator_name(enum mutant_operator o);

#endif
