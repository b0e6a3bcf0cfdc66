/* The stages of facts_gather; private to facts/. */
#ifndef RUTTER_FACTS_GATHER_H
#define RUTTER_FACTS_GATHER_H

#include "facts/facts.h"

/* Lists a file among those that were read. */
void facts_read(struct facts *f, struct str role, const struct file *file);
/* Starts to read the new chart, where that is a folder; facts_load_chart of the new side takes it. */
struct opening;
struct opening *facts_open_ahead(struct facts *f);
/* `ahead`: NULL for the old side. */
bool facts_load_chart(struct facts *f, struct side *s, bool is_old, struct opening *ahead);
bool facts_choose_profile(struct facts *f, struct str chart);
bool facts_read_values(struct facts *f);
/* Changelog, models, bundles, models in use. */
bool facts_read_beside(struct facts *f);

/* For a new side that was rendered past refusals: adds the old side's manifests of which nobody knows what becomes. */
void facts_assume(struct arena *a, const struct side *old, struct side *s);

#endif
