/* Which metrics a version emits, as the profile knows it, and which metrics a query asks for. */
#ifndef RUTTER_CHECKS_METRICS_H
#define RUTTER_CHECKS_METRICS_H

#include "checks/view.h"

/* Names in a PromQL expression that may be metrics: no functions, no labels, nothing in quotes. */
void metrics_in(struct str query, struct names *out);
/* -1: the profile does not know. */
int metrics_emitted(struct facts *f, struct str metric, struct str version);
/* Those of a query that the version does not emit, as far as is known. */
void metrics_missing(struct facts *f, struct str query, struct str version, struct names *out);

/* Whether a Prometheus of that side selects a ServiceMonitor, PodMonitor, Probe or PrometheusRule; -1: there is none. */
int metrics_selected(const struct side *s, const struct object *o);
/* Whether a ServiceMonitor's selector matches a Service. */
bool metrics_monitors(const struct object *monitor, const struct object *service);

#endif
