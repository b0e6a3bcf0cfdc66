/* Two renders of one chart, compared object by object. Private to usage/. */
#ifndef RUTTER_USAGE_COMPARE_H
#define RUTTER_USAGE_COMPARE_H

#include "usage/usage.h"

/* The base's text beside which a file of a probe is looked at while it is printed. */
struct comparing {
    const struct bench *b;
    const struct rendered *base; /* of the file looked at last; NULL: none yet, or the base has none */
    struct str path;
    size_t same;                 /* so many bytes are known to be the same */
};
/* Whether a file clearly has other objects than the base's, seen without reading them; of one that is not whole, in the lines that are. */
bool compare_clearly(struct comparing *c, const struct rendered *file, bool whole);
/* Whether the objects differ; what differs goes into the signature (NULL: not wanted). `limited`: a file that is missing in
 * `now` was not evaluated. */
bool compare_renders(struct bench *b, const struct render *now, bool limited, struct signature *sig);

#endif
