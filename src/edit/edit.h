/* A values file rewritten in place: keys moved or commented out, everything else kept byte for byte.
 *
 * A segment like "[2]" leads to an item of a list.
 *
 * A key is found by the place that the YAML reader gave it, and its lines are those that are indented below it. Entries of flow
 * mappings ({a: 1}) have no lines of their own: the mapping is written out as a block first.
 */
#ifndef RUTTER_EDIT_EDIT_H
#define RUTTER_EDIT_EDIT_H

#include "value/yaml.h"

struct edit {
    struct arena *a;
    struct str text;
    struct value root;        /* of the text as it is now */
    struct origins *origins;
};

struct edit_path {
    const struct str *segment;
    uint32_t n;
};

/* False when the text is no mapping, or several documents. */
bool edit_open(struct arena *a, struct str text, struct edit *out);
bool edit_has(const struct edit *e, struct edit_path path);
/* The key's lines become comments below one that gives the reason. A map that has nothing else is commented out with it. */
bool edit_comment_out(struct edit *e, struct edit_path path, struct str reason);
/* The key with all below it, its comments included, gets another path; where both sides are maps, key by key. False when the
 * new place is taken (the text is unchanged then, or the keys that could move have). */
bool edit_move(struct edit *e, struct edit_path from, struct edit_path to);

/* The differences of two texts as a unified diff; "" when there are none. */
struct str edit_diff(struct arena *a, struct str name, struct str was, struct str is);

#endif
