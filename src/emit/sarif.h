/* SARIF 2.1.0, in two files; private to emit/. */
#ifndef RUTTER_EMIT_SARIF_H
#define RUTTER_EMIT_SARIF_H

#include "emit/emitters.h"

struct value sarif_text(struct arena *a, struct str s);                /* a message */
struct value sarif_artifact(struct arena *a, struct str path);         /* an artifactLocation: the path as a relative URI */
/* The list of fixes: false when none can be written down. */
bool sarif_fix(struct arena *a, const struct facts *f, const struct finding *x, struct value *out);

#endif
