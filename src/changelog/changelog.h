/* CHANGELOG.md (release-please, Keep a Changelog, flat lists of conventional commits) to releases and changes. */
#ifndef RUTTER_CHANGELOG_CHANGELOG_H
#define RUTTER_CHANGELOG_CHANGELOG_H

#include "source/source.h"
#include "text/semver.h"

struct change {
    struct str text;        /* the entry in plain text, one line, links and commit ids off */
    struct str type;        /* conventional commit's type ("feat", "fix"), or the section in lower case ("added"); "" */
    struct str scope;
    bool breaking;          /* by section, `!`, or a BREAKING CHANGE footer */
    bool breaking_by_meaning; /* not marked, but its words say rename, drop, remove, require, change the default */
    bool reverted;          /* the same release reverts it: no change */
    struct place at;
};

struct release {
    struct str version;     /* as written, without a leading v */
    struct semver semver;
    struct str date;
    struct place at;
    struct change *changes; uint32_t changes_n, changes_cap;
};

struct changelog {
    struct arena *a;
    struct release *v;      /* sorted by version, newest first */
    uint32_t n, cap;
};

/* No release yet. */
struct changelog *changelog_new(struct arena *a);
/* Never fails on odd text: what is no release and no entry is passed over, "Unreleased" too. `input` is for places.
 * NULL, after a diagnostic, only when libcmark is not installed. */
struct changelog *changelog_read(struct arena *a, struct str text, uint32_t input, struct diags *d);
/* Commits of the log as changes of one release named `version`; added where the file has no section for it. */
void changelog_add_commits(struct changelog *c, struct str version, const struct commit *v, size_t n);
/* artifacthub.io/changes of a Chart.yaml: a list of strings or of {kind, description}; lenient. */
void changelog_add_artifacthub(struct changelog *c, struct str version, struct str yaml, struct place at);
/* The releases strictly after `from` up to `to`: indices into v, newest first; *n of them. */
uint32_t *changelog_between(struct arena *a, const struct changelog *c, struct str from, struct str to, uint32_t *n);
/* True when a release after the one that holds `x`, up to `to`, reverts it (or its own does): over the whole way it is no change. */
bool changelog_reverted_later(const struct changelog *c, const struct change *x, struct str to);

#endif
