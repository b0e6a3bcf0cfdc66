#include "chart/testchart.h"

#include <stdlib.h>

#include "chart/load.h"
#include "value/json.h"

struct testchart testchart_new(struct arena *a)
{
    struct inputs *in = inputs_new(a);
    return (struct testchart){.a = a, .inputs = in, .origins = origins_new(a), .d = diags_new(a, in)};
}

static int by_path(const void *x, const void *y) { return str_cmp(((const struct file *)x)->path, ((const struct file *)y)->path); }

struct chart *testchart_load(struct testchart *t, const struct testfile *files)
{
    size_t n = 0;
    while (files[n].path) n++;
    t->source = (struct source){.name = STR("test"), .n = n, .v = NEW_ARRAY(t->a, struct file, n), .packaged = t->source.packaged};
    for (size_t i = 0; i < n; i++) t->source.v[i] = (struct file){.path = str_from(files[i].path), .data = str_from(files[i].text)};
    if (n) qsort(t->source.v, n, sizeof *t->source.v, by_path);
    struct chart_options o = {t->inputs, t->origins, STR("chart"), STR("./c"), t->helm_major};
    return chart_load(t->a, &t->source, &o, t->d);
}

struct str testchart_message(const struct testchart *t) { return t->d->n ? t->d->v[t->d->n - 1].message : (struct str){0}; }

struct map *testchart_values(struct testchart *t, const char *yaml)
{
    struct values_text v = {str_from(yaml), t->origins, inputs_add(t->inputs, STR("values[0]"), STR(""), STR(""), str_from(yaml)), LAYER_USER, NULL, t->helm_major};
    struct map *m = NULL;
    struct str why;
    struct place at;
    if (!values_read_text(t->a, &v, &m, &why, &at)) abort();
    return m;
}

struct str testchart_json(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    struct str why;
    if (!json_write(&b, v, JSON_COMPACT, &why)) return why;
    return buf_done(&b);
}

struct str testchart_effective(struct testchart *t, const struct chart *c, struct map *user)
{
    struct chart *processed = c ? chart_process_dependencies(t->a, c, user, NULL, t->d) : NULL;
    struct map *out;
    if (!processed || !values_coalesce(t->a, processed, user, &out, t->d)) return testchart_message(t);
    return testchart_json(t->a, v_map(out));
}
