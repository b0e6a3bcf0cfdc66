/* Template text to trees, with Go's rules and Go's messages. */
#ifndef RUTTER_TMPL_PARSE_H
#define RUTTER_TMPL_PARSE_H

#include "tmpl/tree.h"

struct parsed {
    struct tree **v;       /* its defines in order, then the file's own tree */
    uint32_t n, cap;
    struct str error;      /* not empty: "template: NAME:LINE: message" as Go has it; v is then unusable */
    uint32_t error_line;
    struct str error_message; /* the message alone */
};

/* Parses once per distinct text and name; `cache` may be NULL. Everything lives in the cache's arena, else in `a`. */
struct parse_cache;
struct parse_cache *parse_cache_new(struct arena *a);
const struct parsed *tmpl_parse(struct arena *a, struct parse_cache *cache, struct str name, struct str text);

#endif
