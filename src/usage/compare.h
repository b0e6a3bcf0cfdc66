/* Two renders of one chart, compared object by object. Private to usage/. */
#ifndef RUTTER_USAGE_COMPARE_H
#define RUTTER_USAGE_COMPARE_H

#include "usage/usage.h"

/* Whether the objects differ; what differs goes into the signature (NULL: not wanted). `limited`: a file that is missing in
 * `now` was not evaluated. */
/* Whether a file clearly has other objects than the base's, seen without reading them. */
bool compare_clearly(const struct bench *b, const struct rendered *file);
bool compare_renders(struct bench *b, const struct render *now, bool limited, struct signature *sig);

#endif
