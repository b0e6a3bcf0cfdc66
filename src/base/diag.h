/* Diagnostics: what is wrong, where, what to do. Modules report, main prints; nobody else writes to stderr. */
#ifndef RUTTER_BASE_DIAG_H
#define RUTTER_BASE_DIAG_H

#include "base/place.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

struct diag {
    enum severity severity;
    struct place at;
    struct str message; /* one sentence, no position in it; for a template error Helm's own text */
    struct str hint;    /* what to do; may be empty */
};

struct diags {
    struct arena *a;
    struct inputs *inputs;
    struct diag *v;
    size_t n, cap, errors;
};

struct diags *diags_new(struct arena *a, struct inputs *inputs);
/* Both copy the message; diag_error returns false, so that a function can end with it. */
bool diag_error(struct diags *d, struct place at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_warn(struct diags *d, struct place at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Adds advice to the newest diagnostic. */
void diag_hint(struct diags *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *severity_name(enum severity s); /* "info", "warning", "error" */

#define NOWHERE ((struct place){0})

#endif
