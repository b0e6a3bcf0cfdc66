/* A chart as Helm loads it: metadata, templates, values, schema, files, dependencies. */
#ifndef RUTTER_CHART_CHART_H
#define RUTTER_CHART_CHART_H

#include "source/source.h"
#include "value/value.h"
#include "value/yaml.h"

struct dependency {
    struct str name, version, repository, condition, alias;
    struct list *tags;          /* strings; NULL: none */
    struct list *import_values; /* as written, after chart_process_dependencies maps of child and parent; NULL: none */
    struct place at;
    bool present;               /* found in charts/ */
    bool enabled;               /* after conditions and tags; set by chart_process_dependencies */
    bool dropped;               /* decided and off: chart_process_dependencies' own */
    struct str decided_by;      /* the values path of the condition or tag that decided; "" when none did */
};

struct chart {
    struct str name;
    struct str version, app_version, api_version, type, kube_version;
    struct value metadata;      /* Chart.yaml as Helm decodes it (numbers as text, known keys only), with origins; after
                                 * chart_process_dependencies with the alias and without disabled dependencies */
    struct value values;        /* values.yaml, all documents merged; a map, perhaps empty. Never changed after loading */
    struct yaml_duplicates duplicates; /* of values.yaml */
    uint32_t chart_input, values_input; /* Chart.yaml, values.yaml; 0: none */
    struct str schema;          /* values.schema.json; .p is NULL when there is none (an empty one is an invalid one) */
    uint32_t schema_input;
    struct compiled_schema *compiled; /* values_validate's own: once for all renders */
    const struct file **templates; uint32_t templates_n; /* under templates/, not ignored, in byte order */
    const struct file **files;     uint32_t files_n;     /* all others that .Files shows */
    const struct file **crds;      uint32_t crds_n;
    const struct file *all;        uint32_t all_n; /* every file read, templates first (what the plan lists with digests) */
    struct dependency *deps;       uint32_t deps_n;
    bool deps_given;            /* there is a list of dependencies, perhaps an empty one */
    struct chart **subcharts;      uint32_t subcharts_n; /* those in charts/, parents' order as Helm loads them */
    struct chart *parent;
    struct str path;            /* "a/charts/b" as template names begin: ChartFullPath */
    const struct source *source;
    struct str prefix;          /* of its files' paths in the source: "", "charts/b/", "charts/b-1.0.0.tgz/" */
    struct origins *origins;
    int helm_major;             /* 3 or 4: how values are read and nulls coalesced */
    uint32_t id;                /* dense over the chart and all below */
    bool is_alias;              /* a copy made for an alias: name is the alias */
};

struct chart_options {
    struct inputs *inputs;
    struct origins *origins;
    struct str role;            /* "new", "old", "chart": input role of its files */
    struct str shown;           /* the path as the user gave it, for error messages */
    int helm_major;             /* 3 or 4; 0 is 4 */
};

/* Loads a chart from a tree. Values and metadata are read once here; .helmignore is applied. NULL after a diagnostic in
 * Helm's words (`chart.metadata.version is required`, ...). */
struct chart *chart_load(struct arena *a, const struct source *t, const struct chart_options *o, struct diags *d);

/* What Helm refuses before it renders, in its words; "" when there is nothing: a library chart, or dependencies that are listed
 * and not there ("an error occurred while checking for chart dependencies. ... missing in charts/ directory: a, b"). */
struct str chart_check_installable(struct arena *a, const struct chart *c);
struct str chart_check_dependencies(struct arena *a, const struct chart *c);

#endif
