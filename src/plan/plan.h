/* The planner: facts to steps. It starts from the runbook (rules/runbooks/), instantiates it over what this installation has, and adds what
 * the runbook lacks until the upgrade ends at the goal and the rollback at the start, or what differs is declared and gated. */
#ifndef RUTTER_PLAN_PLAN_H
#define RUTTER_PLAN_PLAN_H

#include "facts/facts.h"
#include "steps/steps.h"

/* The plan, in the arena; NULL after a diagnostic (a runbook that cannot be read). A new side that does not render gives a plan
 * whose `refused` says so. */
struct plan *plan_make(struct arena *a, const struct facts *f, struct diags *d);

/* values-old.yaml and values-new.yaml as they lie beside the plan: the user's values alone, printed as `helm get values -o yaml` prints them. */
struct str plan_values_text(struct arena *a, const struct map *user);

#endif
