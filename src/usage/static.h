/* Which values a chart reads in any configuration: the static answer beside the dynamic one of usage.h.
 *
 * Every template is interpreted over abstract values, both branches of every condition, with the subcharts all on, to the
 * set of places in the values that some configuration could read. A place is a path from the values of the whole chart
 * ("server.image.tag"); `*` in it is a key that the user or the template chooses, `**` whatever is below. What only an
 * unknown operation could reach is *possibly* read. What is not in the set has no effect under any values.
 */
#ifndef RUTTER_USAGE_STATIC_H
#define RUTTER_USAGE_STATIC_H

#include "chart/chart.h"
#include "tmpl/parse.h"

enum may_read {
    READ_NO,
    READ_POSSIBLY,   /* only by an operation that the analysis cannot follow */
    READ_YES,
};

/* What reads a place first. */
struct reader {
    struct str tmpl;         /* the template file; "" where `why` says what else reads it */
    uint32_t line, column;   /* from 1, in bytes */
    const char *why;         /* "condition", "tag", "schema" or "a dependency that is not at hand"; NULL: a template */
    bool by_name;            /* of a place that was asked for: the reader names it; else it reads all that is there */
};

/* One of the places, as a pattern. */
struct read_pattern {
    struct str path;         /* as --set spells it, with `*` and `**`; a key that is so called is written `\*` */
    struct str *except;      /* of a pattern that ends with a star: the keys that are not meant */
    uint32_t except_n;
    bool possibly;
    struct reader first;
};

struct static_reads;

/* The analysis of a chart as loaded (before its dependencies are processed). `user`: the values given, for the templates in
 * them; may be NULL. `parses` may be NULL. Everything is in `a`. Never NULL: where limits are exceeded, all is possibly read. */
struct static_reads *static_reads(struct arena *a, const struct chart *c, const struct map *user, struct parse_cache *parses);

/* Whether a place in the user's values may be read: the entry itself, or all that is below a node above it. `first` (may be
 * NULL) is set when the answer is not READ_NO. */
enum may_read static_may_read(struct static_reads *s, const struct str *segment, uint32_t segments, struct reader *first);

/* The whole set in order of paths. */
struct read_pattern *static_patterns(struct arena *a, struct static_reads *s, uint32_t *n);

/* What it took; for --verbose and tests. */
struct static_effort {
    uint32_t templates;      /* template files and named templates, each as often as it was interpreted for another argument */
    uint32_t rounds;
    uint64_t steps;          /* nodes of templates visited */
    bool gave_up;            /* limits were exceeded: everything is possibly read */
};
struct static_effort static_effort(const struct static_reads *s);

#endif
