/* The effective values of a render with a few of the user's keys set or taken away. Private to usage/. */
#ifndef RUTTER_USAGE_EFFECTIVE_H
#define RUTTER_USAGE_EFFECTIVE_H

#include "usage/usage.h"

/* The user's values with the edits made. */
struct map *edits_made(struct arena *a, const struct map *user, const struct value_edit *e, uint32_t n);
/* What merging those with the chart's defaults gives, made from the base render's effective values: only the maps on the way to
 * an edit are new. NULL where only the merge itself can tell (nulls, maps for scalars, scalars for maps). */
struct map *edits_effective(struct arena *a, const struct bench *b, const struct value_edit *e, uint32_t n);

#endif
