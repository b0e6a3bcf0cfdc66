/* One entry of a changelog, or one commit subject: what type of change it is, and whether it breaks. */
#ifndef RUTTER_CHANGELOG_ENTRY_H
#define RUTTER_CHANGELOG_ENTRY_H

#include "changelog/changelog.h"

/* What the heading above an entry says about it. */
struct section {
    struct str type;  /* "feat" for "Features", else the heading in lower case: "added"; "" without a heading */
    bool breaking;    /* "BREAKING CHANGES" and the like */
};

struct section section_read(struct arena *a, struct str heading);
/* Whether a heading is one of those that changelogs put into every release. */
bool section_is_known(struct str heading);
/* Fills text, type, scope, breaking, breaking_by_meaning. `strong` is the strong emphasis at the beginning, which
 * release-please uses for the scope. */
void entry_read(struct arena *a, struct str text, struct str strong, const struct section *s, struct change *out);
/* The text that a revert names: of `Revert "x"` and `revert: x` it is x. False for other entries. */
bool entry_is_revert(struct str text, struct str *what);
/* The text without `type(scope)!: ` */
struct str entry_description(struct str text);

#endif
