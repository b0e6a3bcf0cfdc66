/* Which objects' text cannot be compared: it depends on chance, on the revision, on install or upgrade, or on what `lookup` finds. */
#ifndef RUTTER_PLAN_VOLATILE_H
#define RUTTER_PLAN_VOLATILE_H

#include "facts/facts.h"

bool volatile_object(struct arena *a, const struct side *side, const struct object *o);

#endif
