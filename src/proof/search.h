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
    struct slot *slots; uint32_t slots_cap;
    bool forward_only;          /* the plan says that there is no way back once the release is changed */
    bool refused;               /* ... and some rollback refused for that */
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

enum mode { MODE_FORWARD, MODE_BACK, MODES };

/* How a run began: bits. AS_RENDERED: the replicas of what is scaled are those of the old chart; without it they are any number. */
enum { BEGAN_PAUSED_AT = 1, BEGAN_PAUSED = 2, BEGAN_ABSENT = 4, BEGAN_FOREIGN = 8, BEGAN_FLAGGED = 16, BEGAN_AS_RENDERED = 32 };

/* What is not as it should be at the end of a run. */
struct wrong {
    const char *code;           /* in one word: proof.h lists them */
    uint32_t subject;           /* object; UINT32_MAX: the release */
    const char *text;           /* what follows the object's name */
};

enum { MOST_WRONGS = 8 };

struct wrongs {
    struct wrong v[MOST_WRONGS];
    uint32_t n;
};

/* compare.c: the end of plan.sh with the goal, that of rollback.sh with the state from before. `lost`: data or a definition cannot be brought back; never set to false. */
void search_compare_end(const struct search *q, const struct part *p, const struct state *s, bool *lost, struct wrongs *w);
/* Whether a pause flag was set before, and which. */
uint8_t search_flag_before(const struct state *s);

/* False when some run breaks an obligation: the first such run. `lost`: data or a definition cannot be brought back. */
bool search_part(struct search *q, const struct part *part, bool *lost, struct disproof **failure);

/* The state in which a part begins. */
struct state search_start(const struct search *q, const struct part *p, uint8_t start);
/* The steps that matter to a part, in their order, as the part's major version of Helm is given them. */
struct move *search_moves(const struct search *q, const struct part *p, enum mode mode, uint32_t *n);
/* Its probe says that it is done; its preconditions let it run; and what it leaves when it is passed over. */
bool search_is_done(const struct part *p, const struct move *m, const struct state *s);
bool search_may_run(const struct search *q, const struct part *p, const struct move *m, const struct state *s);
struct state search_passed_over(const struct part *p, const struct move *m, const struct state *before);

/* ---- foretell.c: the run in which every step does what it can ---- */

struct apply_method {
    int major;
    bool server_side;
};

/* How one part ends that began in one way. */
struct line_end {
    const struct part *part;
    uint8_t start;
    struct state *states; uint32_t states_n;  /* it is in one of these; autoscalers may have gone on */
    struct wrongs wrongs;                     /* what is wrong in all of them; none where the run stopped: nothing was to be as it should */
};

/* How plan.sh or rollback.sh ends. */
struct ending {
    const struct step *stopped;  /* which cannot be done; NULL: it came to its end */
    const char *why;
    uint32_t object;             /* ... because of this one; UINT32_MAX: none */
    struct line_end *lines; uint32_t lines_n;
};

struct foretold {
    struct apply_method method;
    bool hook_fails;             /* the one mishap that may come of the plan itself: a hook of the upgrade waits for what it has broken */
    bool moved;                  /* autoscalers had set other replicas than the chart's; somebody may have paused them */
    struct ending there, back;
    uint32_t enter;              /* the step at which the rollback begins; UINT32_MAX: nothing to undo, `back` is empty */
};

void search_foretell(struct search *q, const struct part *parts, uint32_t n, const struct apply_method *m, bool moved, bool hook_fails, struct foretold *out);
/* A state in the words of proof_states. */
struct value search_state_value(struct arena *a, const struct part *p, const struct state *s);

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
