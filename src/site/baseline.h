/* A baseline: the findings that were there when somebody began to look, so that only new ones are shown.
 *
 *   {"schema": "rutter.baseline/v1",
 *    "findings": [{"fingerprint", "rule", "subject": {"kind", "name"}, "count"}]}
 *
 * A finding is known by its fingerprint, which is made of rule and subject: moved lines change nothing. Where several have the
 * same one, as many are known as were counted. What keeps the new chart from rendering is never in a baseline, for then
 * nothing else could be found either; nor is what is said of a site's own decisions. */
#ifndef RUTTER_SITE_BASELINE_H
#define RUTTER_SITE_BASELINE_H

#include "facts/facts.h"

/* 64 hexadecimal digits; SARIF's partialFingerprints has the same. */
struct str baseline_fingerprint(struct arena *a, const struct finding *x);

/* Moves the findings that the file (read from `text`, input `input`) knows to f->baselined, and counts its entries that match nothing. False after
 * a diagnostic: the file is read strictly. */
bool baseline_apply(struct facts *f, struct str text, uint32_t input);
/* A baseline of all findings as they are. */
void baseline_write(struct buf *out, const struct facts *f);

#endif
