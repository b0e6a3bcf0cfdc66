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
    const char *code;         /* what is wrong, in one word (below); NULL: only the text says */
    struct str subject;       /* object or step */
    struct str text;          /* one sentence */
    struct str *trace; uint32_t trace_n, trace_cap;  /* the run that shows it, one line a step */
    struct str *objects; uint32_t objects_n, objects_cap; /* all that it is true of, where there are several */
    const struct plan_erratum *erratum; /* what is wrong with the runbook there; NULL: nothing is known */
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
/* Of a plan that is not proved: puts the plainest reasons first. When every step succeeds and nobody disturbs the run, what is not as it should be at its end? And says
 * of each reason what the plan's errata know of it. */
void proof_explain(struct arena *a, const struct plan *p, struct proof *proof);
/* How the plan ends when every step does what it can, as canonical JSON, for a harness that makes that run:
 *
 * {"plan": ID, "runs": [{"helm": 4, "applies": "server-side"|"client-side", "replicas": "rendered"|"moved" (before the plan: the chart's, or those of an autoscaler that somebody may have
 * paused), "hookFails": true (the one mishap that may come of the plan itself: a hook of the upgrade waits for what it has broken), "plan": ENDING, "rollback": ENDING (missing: nothing to undo)}]}
 *
 * ENDING: {"stops": STEP, "why", "object" (missing when the script comes to its end), "parts": [{"main", "scaler", "began", "states": [STATE...],
 * "wrong": [{"wrong": CODE, "object", "text"}]}]}, with the parts and STATEs of proof_states. "began": "absent"|"paused"|"paused at a number"|"as rendered" (that one
 * alone, in a run whose replicas were moved), missing otherwise. A part is in one of its states; `wrong` is what is so in all of them, when the script came to its end.
 *
 * CODE, also of a disproof. Of an object: missing, left (it should be gone), foreign, old, new (of the other version), mixed, bounds, stray, kept, retained, replicas, paused, unpaused, data;
 * of the release: release; of a command: stuck (it cannot be done), harm, pins, values, reuse, no-wait, no-words (model.h, argv.c). */
struct str proof_foretell(struct arena *a, const struct plan *p);
/* As it stands in plan.json. */
struct value proof_to_value(struct arena *a, const struct proof *p);
/* For people: the verdict first. */
struct str proof_text(struct arena *a, const struct proof *p);
const char *verdict_name(enum verdict v);

#endif
