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
/* A cache that knows what `from` knows, which must not change meanwhile, and keeps what is new to itself: for a thread of its own. */
struct parse_cache *parse_cache_fork(struct arena *a, const struct parse_cache *from);
const struct parsed *tmpl_parse(struct arena *a, struct parse_cache *cache, struct str name, struct str text);
/* The same for n texts of different names that stay as they are and where they are as long as the cache does (a chart's files):
 * they are known again by their place, not read again. On several cores where that pays. */
void tmpl_parse_files(struct parse_cache *cache, const struct str *names, const struct str *texts, uint32_t n, const struct parsed **out);

#endif
