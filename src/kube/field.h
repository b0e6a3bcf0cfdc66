/* Reading fields of manifests leniently: a field of the wrong type is as good as absent. */
#ifndef RUTTER_KUBE_FIELD_H
#define RUTTER_KUBE_FIELD_H

#include "value/value.h"

/* An integer (YAML gives float64), else `otherwise`. */
int64_t field_int(struct value v, int64_t otherwise);
bool field_bool(struct value v, bool otherwise);
/* An IntOrString: a number as it is, "25%" of `total`; what is neither, or absent, gives `otherwise`. Kubernetes rounds a
 * percentage up or down by what it is for (k8s.io/apimachinery/pkg/util/intstr, GetScaledValueFromIntOrPercent). */
int64_t field_scaled(struct value v, int64_t total, bool round_up, int64_t otherwise);
/* Whether the values of a map of this name are quantities ("requests", "limits", "capacity", "hard"), or the field of this name is. */
bool field_holds_quantities(struct str name);
bool field_is_quantity(struct str name);
/* A quantity in thousandths, of a text or a number; false for what is none, or too large to tell from others. */
bool field_quantity(struct value v, int64_t *milli);
/* Items of a list; 0 for what is no list. */
uint32_t field_len(struct value v);
struct value field_item(struct value v, uint32_t i);
/* "apps" of "apps/v1"; "" for the core group. */
struct str field_group(struct str api_version);

#endif
