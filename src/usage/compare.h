/* Two renders of one chart, compared object by object. Private to usage/. */
#ifndef RUTTER_USAGE_COMPARE_H
#define RUTTER_USAGE_COMPARE_H

#include "usage/usage.h"

/* Whether the objects differ; what differs goes into the signature (NULL: not wanted). `limited`: a file that is missing in
 * `now` was not evaluated. */
bool compare_renders(struct bench *b, const struct render *now, bool limited, struct signature *sig);

#endif
