/* What versions and constraints have in common, for semver.c and semver_constraint.c. */
#ifndef RUTTER_TEXT_SEMVER_SCAN_H
#define RUTTER_TEXT_SEMVER_SCAN_H

#include "text/semver.h"

/* v1.2.3-pre+meta taken apart; what is absent is empty. */
struct semver_parts {
    struct str number[3];
    struct str pre, meta; /* without - and + */
};

/* Takes a version apart that fills all of the text. `more` are the characters that numbers may have besides digits. */
bool semver_scan(struct str text, const char *more, struct semver_parts *out);
/* A decimal number as strconv.ParseUint reads it; *error is its message. */
bool semver_number(struct arena *a, struct str digits, uint64_t *n, struct str *error);
bool semver_pre_is_valid(struct str pre, struct str *error);
int semver_pre_compare(struct str x, struct str y);

#endif
