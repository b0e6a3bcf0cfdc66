/* Semantic versions and constraints as Masterminds/semver v3 has them (Helm's semver, semverCompare, dependencies, kubeVersion). */
#ifndef RUTTER_TEXT_SEMVER_H
#define RUTTER_TEXT_SEMVER_H

#include "base/str.h"

struct semver {
    uint64_t major, minor, patch;
    struct str pre, meta;   /* without the leading - and + */
    struct str original;
};

bool semver_parse(struct arena *a, struct str text, struct semver *out, struct str *error);   /* NewVersion: lenient */
bool semver_parse_strict(struct arena *a, struct str text, struct semver *out, struct str *error);
int semver_compare(const struct semver *x, const struct semver *y);
struct str semver_show(struct arena *a, const struct semver *v);                              /* String() */

struct semver_constraints;
struct semver_constraints *semver_constraints_parse(struct arena *a, struct str text, struct str *error);
bool semver_check(const struct semver_constraints *c, const struct semver *v);

#endif
