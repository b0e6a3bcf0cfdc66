/* Objects as the API server gives them back, where that differs from what was applied and charts or checks look at it. */
#ifndef RUTTER_KUBE_SERVED_H
#define RUTTER_KUBE_SERVED_H

#include "kube/object.h"

/* A Secret's manifest with stringData folded into data, as base64; any other manifest, and one that the API server would refuse, is
 * returned as it is. */
struct value served_secret(struct arena *a, struct value manifest);

/* What a read of one of these objects answers, a copy; `release` and `ns` are the release's. Identifiers that only the cluster knows are
 * stand-ins. NIL: it is not known what the object looks like. */
struct value served_object(struct arena *a, const struct objects *all, const struct object *o, struct str api_version, struct str release, struct str ns);

/* Whether a read of this API version and kind, namespace and name ("": any) finds the object: it is served in every version of its group. */
bool served_matches(const struct object *o, struct str api_version, struct str kind, struct str ns, struct str name);

#endif
