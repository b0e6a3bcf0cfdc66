/* A heading that opens a release: "## [1.2.3](link) (2024-05-01)", "v1.2.3", "Version 1.2.3", "chart-1.2.3", "1.2.3 - 2024-05-01". */
#ifndef RUTTER_CHANGELOG_HEADING_H
#define RUTTER_CHANGELOG_HEADING_H

#include "text/semver.h"

struct heading {
    struct str version;    /* without a leading v; borrows the text */
    struct semver semver;
    struct str date;       /* as written; "" when there is none */
    bool full;             /* three numbers, and no other word in front: anything else may be a sentence */
};

/* False when the text names no release. */
bool heading_read(struct arena *a, struct str text, struct heading *out);

#endif
