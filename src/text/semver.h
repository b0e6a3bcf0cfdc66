/* Semantic versions and constraints as Masterminds/semver 3.4.0 has them, the library of Helm 4.1.4: its leniency, its order
 * of checks and its messages (semver, semverCompare, dependencies, kubeVersion). */
#ifndef RUTTER_TEXT_SEMVER_H
#define RUTTER_TEXT_SEMVER_H

#include "base/str.h"

struct semver {
    uint64_t major, minor, patch;
    struct str pre, meta;   /* without the leading - and + */
    struct str original;    /* as it was parsed; all three borrow from that text */
};

/* NewVersion: lenient about a leading v, leading zeros, and missing minor and patch numbers. */
bool semver_parse(struct arena *a, struct str text, struct semver *out, struct str *error);
bool semver_parse_strict(struct arena *a, struct str text, struct semver *out, struct str *error); /* StrictNewVersion */
/* An error of semver_parse in the words of the older library that Helm 3 has. */
struct str semver_error_helm3(struct str error);
int semver_compare(const struct semver *x, const struct semver *y);    /* -1, 0, 1; meta does not count */
struct str semver_show(struct arena *a, const struct semver *v);       /* String(): without v, with all three numbers */

/* One or more constraints: >=1.2, <2 || ~3.1 || ^4.x || 5 - 6.1. Borrows from the text. NULL: *error says why. */
struct semver_constraints;
struct semver_constraints *semver_constraints_parse(struct arena *a, struct str text, struct str *error);
bool semver_check(const struct semver_constraints *c, const struct semver *v);

#endif
