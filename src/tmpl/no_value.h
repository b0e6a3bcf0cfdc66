/* What Helm deletes from every output, wherever it stands: pkg/engine/engine.go. */
#ifndef RUTTER_TMPL_NO_VALUE_H
#define RUTTER_TMPL_NO_VALUE_H

#include "base/str.h"

/* The text without each "<no value>"; s itself where there is none. */
struct str without_no_value(struct arena *a, struct str s);

#endif
