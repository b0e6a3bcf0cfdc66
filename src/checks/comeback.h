/* Which switch of the new chart would bring back an object that it no longer renders. */
#ifndef RUTTER_CHECKS_COMEBACK_H
#define RUTTER_CHECKS_COMEBACK_H

#include "checks/view.h"

struct comeback {
    struct str path;              /* the value that is false now: "config.configStore.enabled" */
    const struct object *object;  /* the same object, as the new chart renders it when the value is true */
};

/* Found by experiment: the new chart's templates that can make an object of this kind are rendered again with each of the false
 * values that they name turned on. For what it is worth knowing of: each question costs a few partial renders. */
bool comeback_find(struct facts *f, const struct object *lost, struct comeback *out);

#endif
