/* Which objects' text cannot be compared: it depends on chance, on the revision, on install or upgrade, or on what `lookup` finds. */
#ifndef RUTTER_PLAN_VOLATILE_H
#define RUTTER_PLAN_VOLATILE_H

#include "facts/facts.h"

/* Of every file that a side rendered: does its text change from one render to the next? Indexed as render.files. */
struct uncertain {
    bool *files;
    uint32_t n;
};

struct uncertain uncertain_files(struct arena *a, const struct side *side);
bool uncertain_object(const struct uncertain *u, const struct object *o);

#endif
