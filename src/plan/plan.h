/* The planner: facts to steps. It starts from the runbook (rules/runbooks/), instantiates it over what this installation has, and adds what
 * the runbook lacks until the upgrade ends at the goal and the rollback at the start, or what differs is declared and gated. */
#ifndef RUTTER_PLAN_PLAN_H
#define RUTTER_PLAN_PLAN_H

#include "facts/facts.h"
#include "steps/steps.h"

/* Begins what does not depend on findings: after facts_collect, in place of facts_migrate and facts_compare. It goes on on another core while
 * findings are made (checks_run); the facts may not change otherwise. */
struct plan_ahead;
struct plan_ahead *plan_start(struct arena *a, struct facts *f, struct diags *d);
/* The plan, in the arena; NULL after a diagnostic (a runbook that cannot be read). A new side that does not render gives a plan
 * whose `refused` says so. */
struct plan *plan_make(struct arena *a, struct plan_ahead *begun, struct diags *d);

/* values-old.yaml and values-new.yaml as they lie beside the plan: the user's values alone, printed as `helm get values -o yaml` prints them. */
struct str plan_values_text(struct arena *a, const struct map *user);

#endif
