/* render(chart, values, environment): Helm's pkg/engine and the order in which helm template prints. */
#ifndef RUTTER_CHART_RENDER_H
#define RUTTER_CHART_RENDER_H

#include "chart/values.h"
#include "tmpl/exec.h"
#include "tmpl/trace.h"

/* What was rendered from one template file. */
struct rendered {
    struct str path;          /* "sie-cluster/templates/x.yaml" */
    struct str text;
    const struct chart *chart;
    const struct file *file;
    uint32_t index;           /* as struct reads and struct failure number templates */
    struct trace_spans spans; /* of render_chart_traced: the origins of text */
};

struct render {
    struct arena *a;          /* everything below lives here */
    const struct env *env;
    const struct chart *chart; /* after chart_process_dependencies */
    struct map *values;       /* the effective values of the whole tree, as the first template saw them */
    struct rendered *files; uint32_t files_n;   /* in order of names, partials left out */
    struct str *template_names; uint32_t templates_n; /* by index */
    struct reads reads;
    const struct units *units; /* private: for render_repeat */
    struct exec exec;         /* writes, random, failures */
    struct violations violations;
    struct str error;         /* not empty: the render failed; the text that follows "Error: " in Helm */
    enum failure_kind error_kind;
    struct str error_template; uint32_t error_line, error_column;
};

/* Renders in a fresh arena `a`. `parses` is shared by all renders of the process. Returns false when it failed: then
 * r->error is set, and r->files holds what had been rendered before. `user` is not changed. */
bool render_chart(struct arena *a, const struct chart *c, const struct map *user, const struct env *env,
                  struct parse_cache *parses, struct diags *d, struct render *r);

/* The same, but only the templates whose path is a key of `only` are evaluated (all are parsed): enough to see what a
 * change of values does to them, where nothing writes to shared data. NULL: all. */
bool render_chart_some(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                       struct diags *d, const struct strmap *only, struct render *r);

/* The same; `enough` is asked after each file (`whole`) and while one is printed, and ends the render with true when it says so: r->files is
 * then a part, and so may the text of its last be. */
bool render_chart_until(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                        struct diags *d, const struct strmap *only, bool (*enough)(void *context, const struct rendered *file, bool whole), void *context, struct render *r);

/* The same once more, slower, for the origins of the bytes: r->files[i].spans, which trace_origin takes with an offset in
 * r->files[i].text. */
bool render_chart_traced(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                         struct diags *d, const struct strmap *only, struct render *r);

/* The same once more with other effective values, which share whatever did not change with those of `base`: for a change that
 * neither the chart's dependencies nor its schemas read, in a chart without subcharts (render_can_repeat). Only the templates
 * in `only` are evaluated; `enough`, when not NULL, is asked as above.
 * Nothing of `base` is written: when a template tries, *wrote is set and the result is false. */
bool render_can_repeat(const struct render *base);
struct repeat {
    const struct render *base;
    struct map *values;       /* new maps in it must be marked as shared (render_share) */
    struct parse_cache *parses;
    const struct strmap *only;
    bool (*enough)(void *context, const struct rendered *file, bool whole);
    void *context;
};
bool render_repeat(struct arena *a, const struct repeat *what, struct render *r, bool *wrote);
/* Marks all maps of a value as part of what the templates of a render share. */
void render_share(struct arena *a, struct value v);

/* One document of the output, split and sorted as Helm does (releaseutil.SortManifests, kind order). */
struct manifest {
    struct str path;          /* the template it came from, as its "# Source:" line says */
    struct str text;          /* one document */
    struct str kind, name;
    struct value object;      /* parsed; origins point into the rendered text (input of this manifest's own) */
    bool hook;
    bool crd;                 /* from crds/ */
    struct str events;        /* a hook's events, as annotated */
    int weight;
    struct str delete_policy; /* "before-hook-creation" by default */
    uint32_t offset;          /* of text in its struct rendered's text */
    uint32_t rendered;        /* index into r->files; UINT32_MAX for crds */
};
/* How much of each document is kept in manifest.object: kind, name and annotations, which is enough for printing; or all. */
enum manifest_depth { MANIFEST_HEADS, MANIFEST_WHOLE };
/* Manifests first, in install order, then hooks in the order Helm prints them, all in `a`. False and r->error on YAML errors; where the
 * environment is tolerant such documents are left out, and noted among r->exec.failures. */
bool render_manifests(struct arena *a, struct render *r, struct manifest **v, uint32_t *n, enum manifest_depth depth);
/* The same, all of each document; those whose text one of the known manifests has too share its object. */
bool render_manifests_like(struct arena *a, struct render *r, const struct manifest *known, uint32_t known_n, struct manifest **v, uint32_t *n);

#endif
