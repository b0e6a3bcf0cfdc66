/* What the files of rules/ may hold, by folder; private to facts/. */
#ifndef RUTTER_FACTS_RULEBOOK_SHAPES_H
#define RUTTER_FACTS_RULEBOOK_SHAPES_H

#include "value/shape.h"

struct rulebook_folder {
    const char *path;          /* "advisories/", or a whole file */
    const struct shape *shape;
    const char *what;          /* what messages call such a file */
};

extern const struct rulebook_folder rulebook_folders[];   /* ends with a NULL path */

#endif
