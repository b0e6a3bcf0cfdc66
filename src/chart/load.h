/* What the files of chart/ share about loading; private to the folder. */
#ifndef RUTTER_CHART_LOAD_H
#define RUTTER_CHART_LOAD_H

#include "base/buf.h"
#include "base/diag.h"
#include "chart/chart.h"

/* A line of an input; line 0 is the input as a whole. */
static inline struct place place_in(uint32_t input, uint32_t line) { return (struct place){.input = input & 0x3fff, .line = line}; }

/* ---- .helmignore (ignore.c): pkg/ignore ---- */

struct ignore_rule {
    struct str pattern;   /* for filepath.Match */
    bool negate;
    bool must_be_dir;
    bool base_only;       /* no slash in it: matched with the last component alone */
};
struct ignore_rules { struct arena *a; struct ignore_rule *v; uint32_t n, cap; };

/* Adds the rules of the file; false and *error as Helm words it. */
bool ignore_parse(struct ignore_rules *r, struct str text, struct str *error);
/* What Helm always ignores: dot files in templates/. */
void ignore_add_defaults(struct ignore_rules *r);
bool ignore_matches(const struct ignore_rules *r, struct str path, bool is_dir);

/* ---- Chart.yaml (metadata.c) ---- */

/* The apiVersion alone, which decides who loads the chart. */
bool metadata_api_version(struct arena *a, struct value yaml, struct str *out, struct str *error);
/* Decodes into `into` (keys as in Chart.yaml, known ones only); what is there already stays unless it is written again. */
bool metadata_decode(struct arena *a, struct value yaml, struct map *into, struct str *error);
/* Whether Chart.lock decodes; what it says does not matter to a render. */
bool metadata_check_lock(struct arena *a, struct value yaml, struct str *error);
/* Metadata.Validate: cleans the texts, then "validation: chart.metadata.version is required" and its like. */
bool metadata_validate(struct arena *a, struct map *metadata, struct str *error);
/* Equal but for the case of ASCII letters. */
bool metadata_same_letters(struct str a, struct str b);
/* c->deps from c->metadata. */
void metadata_dependencies(struct arena *a, struct chart *c);
/* A fresh c->metadata from c->name and the dependencies that are enabled. */
void metadata_update(struct arena *a, struct chart *c);

/* ---- schemas (validate.c) ---- */

struct schema;
struct compiled_schema {
    struct arena *a;             /* the chart's */
    bool done;
    const struct schema *schema; /* NULL: not compiled yet, or not valid */
    struct str error;
};

/* ---- a values file (values_text.c): pkg/chart/v2/loader LoadValues ---- */

struct values_text {
    struct str text;
    struct origins *origins;
    uint32_t input, layer;
    struct yaml_duplicates *duplicates; /* NULL: not wanted */
    int helm_major;
};
/* All documents, merged; for Helm 3 the first alone. False, *error as Helm words it ("cannot unmarshal yaml document: ...") and its place. */
bool values_read_text(struct arena *a, const struct values_text *t, struct map **out, struct str *error, struct place *at);
/* MergeMaps: `from` over `into`, which is changed; maps of `from` are copied, never shared. */
void values_merge(struct arena *a, struct map *into, const struct map *from, struct origins *o);
/* A deep copy that borrows texts and keeps origins. */
struct value values_copy(struct arena *a, struct value v);
struct map *values_copy_map(struct arena *a, const struct map *m);

#endif
