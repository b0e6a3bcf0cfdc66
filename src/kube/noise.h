/* What changes with every version of a chart and means nothing: version labels, checksums of rendered configuration.
 *
 * They are left out of digests and comparisons, also inside of manifests that stand in a ConfigMap as text. Not where
 * they do mean something: in selectors and in claim templates they are immutable. */
#ifndef RUTTER_KUBE_NOISE_H
#define RUTTER_KUBE_NOISE_H

#include "base/strmap.h"
#include "value/value.h"

/* A label or annotation key: "helm.sh/chart", "checksum/config". */
bool noise_is_key(struct str key);
/* One of them that names a checksum. */
bool noise_is_checksum(struct str key);
/* A copy of a manifest without noise; text in it that holds manifests is replaced by them, as values: those in `read`, by their text, as
 * noise_read_manifests gave them (struct list *), are not read again. NULL: none. */
struct value noise_strip(struct arena *a, struct value manifest, const struct strmap *read);
/* The manifests that a text holds (a map with apiVersion and kind, or several as documents), else false. */
bool noise_read_manifests(struct arena *a, struct str text, struct list **out);

#endif
