/* The rules' code, one file per family, each a table; their texts and data are in rules/. */
#ifndef RUTTER_CHECKS_CHECKS_H
#define RUTTER_CHECKS_CHECKS_H

#include "facts/facts.h"

/* One check adds findings of one or more rules. It reads the facts and changes nothing but f->findings. */
struct check_entry {
    const char *rules;                 /* ids it may report, separated by a space */
    bool single;                       /* also makes sense for one chart alone (lint --new CHART) */
    bool needs_new;                    /* needs a new side that renders: f->judged */
    void (*run)(struct facts *f);
};

/* The families: tables that end with a NULL run. */
extern const struct check_entry checks_values[], checks_values_defaults[], checks_values_images[], checks_values_unknown[], checks_values_lists[], checks_values_shape[], checks_render[], checks_syntax[], checks_queries[], checks_objects[], checks_immutable[], checks_fields[], checks_storage[], checks_services[], checks_ports[], checks_config[],
    checks_secrets[], checks_access[], checks_network[], checks_api[], checks_hooks[], checks_keda[], checks_monitoring[], checks_pdb[], checks_rollout[],
    checks_models[], checks_chart[], checks_advisories[];
/* The last: it looks at what the others found. */
extern const struct check_entry checks_changelog[];

/* Runs all of them and sorts the findings. In a pair, findings about a state, and acts whose cause is equal on both sides, become
 * info (the design, section 2) unless `for_plan`. */
void checks_run(struct facts *f, bool for_plan);

#endif
