/* Values as Helm coalesces them: chart defaults, the user's files and flags, conditions and tags, import-values, globals. */
#ifndef RUTTER_CHART_VALUES_H
#define RUTTER_CHART_VALUES_H

#include "chart/chart.h"
#include "tmpl/env.h"
#include "value/setflags.h"

/* What the user gives: files and flags in Helm's order of precedence. */
struct user_flag {
    enum set_kind kind;
    struct str text;
};
struct user_values {
    struct str *files;       uint32_t files_n;   /* -f, in order; "-" is standard input */
    struct user_flag *flags; uint32_t flags_n;   /* --set and its kin */
    struct str role;                             /* "values": input roles are values[0], values[1], ...; flags are --set[0] ... */
    int helm_major;                              /* 3 or 4; 0 is 4. Helm 3 reads a file's first document alone */
    struct yaml_duplicates *duplicates;          /* keys written twice in a file; NULL: not wanted */
};

/* All -f files merged, then --set-json, --set, --set-string, --set-file, --set-literal in Helm's order. A map. */
bool values_read_user(struct arena *a, const struct user_values *u, struct inputs *inputs, struct origins *o,
                      struct map **out, struct list **per_file /* a map each; may be NULL */, struct diags *d);

/* chartutil.ProcessDependencies: decides which subcharts are on (marks deps[].enabled and drops the others from a
 * copy of the chart), applies aliases and import-values. Returns the copy, in the arena; the chart itself is not changed.
 * Reads of conditions and tags are marked by READ_BY_CHART. NULL after a diagnostic. */
struct chart *chart_process_dependencies(struct arena *a, const struct chart *c, struct map *user, struct reads *reads, struct diags *d);

/* chartutil.CoalesceValues over the processed chart: the effective values of the whole tree, fresh in the arena.
 * Warnings ("cannot overwrite table with non table for ...") go to d as Helm words them. */
bool values_coalesce(struct arena *a, const struct chart *c, const struct map *user, struct map **out, struct diags *d);

/* The values.schema.json of the chart and all its subcharts; false when one is broken, *error as Helm prints it ("values
 * don't meet the specifications of the schema(s) in the following chart(s): ..."); every
 * single violation is also put into `violations` (may be NULL): values path as --set spells it, and the rule's text. */
struct violation {
    struct str chart, path, message;
};
struct violations { struct arena *a; struct violation *v; size_t n, cap; };
bool values_validate(struct arena *a, const struct chart *c, const struct map *values, struct violations *violations, struct str *error);
/* Compiles the schemas of a chart and of all below it now, not at their first use: before threads share the chart. */
void values_compile_schemas(const struct chart *c);

#endif
