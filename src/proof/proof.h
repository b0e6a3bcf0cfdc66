/* The proof: that the steps of a plan lead to the goal, and that from every place where they can stop the rollback leads back.
 *
 * It believes nothing that the plan says of itself: it reads each argv, knows what helm and kubectl can do (model.h), and tries every outcome of every step, every
 * place to stop, every resumption and what autoscalers may do meanwhile. What it takes from the plan is the object table: which objects each version has, who owns
 * them, and digests. With the inputs at hand `rutter verify` makes that table anew and compares.
 */
#ifndef RUTTER_PROOF_PROOF_H
#define RUTTER_PROOF_PROOF_H

#include "steps/steps.h"

enum verdict { PROVED, PROVED_UNDER, UNPROVED };

/* Something that the proof rests on. */
struct premise {
    struct str id, text;
    struct str checked_by;    /* a step that reads, compares and refuses; "": nobody */
};

/* Why it is not proved. */
struct disproof {
    const char *obligation;   /* "forward", "back", "flow", "claims", "losses", "model" */
    struct str subject;       /* object or step */
    struct str text;          /* one sentence */
    struct str *trace; uint32_t trace_n, trace_cap;  /* the run that shows it, one line a step */
};

struct proof {
    enum verdict verdict;
    uint64_t states, runs;    /* states looked at; ends of runs compared */
    uint32_t parts, kinds;    /* parts of the cluster, and how many of them differ in what can happen to them */
    struct premise *premises; uint32_t premises_n, premises_cap;
    uint32_t unchecked;       /* premises that nobody checks */
    struct disproof *failures; uint32_t failures_n, failures_cap;
    struct str *losses; uint32_t losses_n, losses_cap;   /* ids of losses that no plan of these steps avoids */
    struct str *spare; uint32_t spare_n, spare_cap;      /* changing steps without which every obligation holds as well */
    struct str *witness; uint32_t witness_n, witness_cap; /* one full run, there and back */
};

/* `thorough`: also without each changing step in turn, which takes longer. */
struct proof *proof_make(struct arena *a, const struct plan *p, bool thorough);
/* Proves the plan and puts the result into it. One that is not proved refuses to run, unless `force`: then it says so. */
struct proof *proof_attach(struct arena *a, struct plan *p, bool force);
/* What a run may be seen in, as canonical JSON, for a harness that runs the scripts:
 *
 * {"plan": ID, "parts": [{"main": OBJECT, "scaler": OBJECT, "steps": [{"script": "plan"|"rollback", "step": ID or "" for the beginning, "after": [STATE...], "stopped": [STATE...]}]}]}
 *
 * A part is an object, or a workload with what scales it; either may be missing. `after`: the part's states when that step has ended, until the next step of the list
 * that stands there; `stopped`: as the step's failure or a kill in it may leave the part, beside those before and after it. A step that is not listed changes nothing of the part.
 * What autoscalers and hooks that outlived helm may do meanwhile is in it, whatever way Helm applies, whatever was paused or there before.
 *
 * STATE: {"release": {"side": "old"|"new", "status": "deployed"|"failed"|"pending"|"superseded"} (the newest record), "main", "scaler": "absent"|"old"|"new"|"foreign" or
 * "old, with fields of new" and the reverse, "replicas", "pausedReplicas": "start" (as before the plan), "a".."d" (some number; equal letters are equal), "chart-old",
 * "chart-new", "constant"; "paused": "true"|"false"|"otherwise"; "overlayBounds": true (the scaler was made with an overlay's numbers); "data": "none"|"alive"|"detached"|"gone",
 * "kept", "retained" (of a claim); "stray": true (a hook's object under another revision's number)}. What is false or does not apply is left out. */
struct str proof_states(struct arena *a, const struct plan *p);
/* As it stands in plan.json. */
struct value proof_to_value(struct arena *a, const struct proof *p);
/* For people: the verdict first. */
struct str proof_text(struct arena *a, const struct proof *p);
const char *verdict_name(enum verdict v);

#endif
