/* The files under rules/, as they were when the program was built: what is knowledge is data. */
#ifndef RUTTER_BASE_RULES_H
#define RUTTER_BASE_RULES_H

#include "base/str.h"

struct rules_file {
    const char *path; /* below rules/: "runbooks/sie.yaml" */
    struct str text;
};

/* In byte order of their paths; an element with a NULL path follows the last. */
extern const struct rules_file rules_files[];
extern const size_t rules_files_n;

/* The content of a file; p is NULL when there is none of that path. */
struct str rules_get(const char *path);

#endif
