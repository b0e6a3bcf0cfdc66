/* Charts written in a test: files as pairs of path and text. */
#ifndef RUTTER_CHART_TESTCHART_H
#define RUTTER_CHART_TESTCHART_H

#include "base/test.h"
#include "chart/values.h"

struct testfile {
    const char *path, *text;
};

/* What a compilation has, for one test. */
struct testchart {
    struct arena *a;
    struct inputs *inputs;
    struct origins *origins;
    struct diags *d;
    struct source source;
    int helm_major;
};

struct testchart testchart_new(struct arena *a);
/* Loads the chart; NULL when it fails. The list ends with a NULL path. */
struct chart *testchart_load(struct testchart *t, const struct testfile *files);
/* The newest diagnostic's message. */
struct str testchart_message(const struct testchart *t);
/* A YAML text as the user's values. */
struct map *testchart_values(struct testchart *t, const char *yaml);
/* The effective values as JSON, or what failed: dependencies processed, then coalesced. */
struct str testchart_effective(struct testchart *t, const struct chart *c, struct map *user);
struct str testchart_json(struct arena *a, struct value v);

#endif
