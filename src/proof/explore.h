/* One exploration: all runs of one part, under one way of applying. Private to proof/.
 *
 * A state that was reached is a node, in an array in which the nodes whose successors are not yet made stand behind the others; a node is found by its state
 * through a table of slots, open, half empty, with the hash beside the index. Before a state is looked up it is made simple: what nothing will ask for any more
 * is cleared, and numbers of replicas get their names in a fixed order (forget.c), so that states which nothing tells apart are equal, byte for byte.
 * The room of nodes and slots serves one exploration after the other.
 */
#ifndef RUTTER_PROOF_EXPLORE_H
#define RUTTER_PROOF_EXPLORE_H

#include "proof/search.h"

/* A state that was reached. States are the same whether or not they are clean, but of one that is not clean less is demanded: in a node's state `clean` is never set. */
struct node {
    struct state s;
    bool clean;
    uint32_t from;              /* the node before; UINT32_MAX: the start */
    const struct step *step;    /* what was done; NULL: the environment */
    const char *what;
};

/* Where a node is found by its state; node 0: nowhere. */
struct slot {
    uint32_t hash, node;        /* node: index and 1 */
};

enum { PLACES = FILES + CAPTURES, WORDS = PLACES / 8 };

/* What the mishaps of one step have left: many leave the same. */
struct leavings {
    struct state v[8];
    uint32_t n;
};

/* Which files and captures a state keeps: a byte each, 0 or 0xff. */
struct mask {
    uint64_t v[WORDS];
};

struct exploration {
    struct search *q;
    struct part part;
    struct doing d;
    struct move *moves[MODES]; uint32_t moves_n[MODES]; /* steps that matter to this part */
    uint32_t fresh;             /* the first of the upgrade's moves at or after its first fresh step; UINT32_MAX: none */
    struct mask *kept[2];       /* at each of the rollback's moves: [1] when it starts there */
    uint8_t symbolic[PLACES]; uint32_t symbolic_n;      /* places that may hold a number of replicas */
    bool numbers_read;          /* by the rollback: whether a revision is the one after the first */
    uint32_t words_read;        /* by the rollback: bits of the captured descriptions that it tells from others */
    uint32_t defined;           /* the rollback's last move that surely applies the scaler's definition, and 1; 0: none */
    struct node *v; uint32_t n, cap;
    struct slot *slots; uint32_t slots_n, slots_cap; /* slots_n: a power of two, twice as many as nodes at least */
    uint32_t at;                /* the node whose successors are made */
    struct leavings *left;      /* by the step of the moment */
    const struct step *step;
    bool failed, lost;
    bool server_side_asked;     /* some run depended on whether Helm applies server-side */
    struct disproof *failure;
};

static inline bool is_back(const struct state *s) { return s->mode == MODE_BACK; }
static inline enum meaning meaning_of(const struct exploration *e, int capture) { return capture < 0 ? MEANS_TEXT : e->q->r.captures[capture].meaning; }

/* forget.c: finds what the rollback asks for, once the moves are known. */
void forget_prepare(struct exploration *e);
/* Helm's records, less what nobody asks for. */
void forget_records(const struct exploration *e, struct state *s);
/* The rest. `starts`: the rollback begins here, or begins again. */
void forget_rest(const struct exploration *e, struct state *s, bool starts);

#endif
