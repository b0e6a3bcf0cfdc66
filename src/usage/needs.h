/* What must be set before the new chart renders: found from what the failing place reads, and by setting it. Private to usage/. */
#ifndef RUTTER_USAGE_NEEDS_H
#define RUTTER_USAGE_NEEDS_H

#include "tmpl/parse.h"
#include "usage/usage.h"

/* A place in the values of the whole chart that the failing action, or a condition around it, asks for. */
struct need {
    struct str path;
    struct str *segment; uint32_t segments;
};

struct needs {
    struct arena *a;
    struct need *v; uint32_t n, cap;           /* the nearest to the failure first */
    struct value *constant; uint32_t constants, constants_cap; /* texts that the conditions compare with */
};

/* Where it failed: the chart (after its dependencies were processed), the file as templates are named, the place in it. */
void needs_collect(struct arena *a, struct parse_cache *parses, const struct chart *c, struct str tmpl, uint32_t line, uint32_t column, struct needs *out);

/* Sets `needs` of the obstacles that no key of the user's causes. `env`: one that does not pass over failures. */
void needs_find(struct bench *now, const struct env *env, const struct map *user, struct usage *u);

#endif
