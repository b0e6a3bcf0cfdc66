/* A tree of files as a chart: LoadFiles of Helm's pkg/chart/v2/loader, and the choice of a loader before it. */
#include "chart/load.h"

#include <stdlib.h>

/* One load: the same for the chart and all charts below it. */
struct loader {
    struct arena *a;
    const struct source *source;
    const struct chart_options *o;
    struct diags *d;
    uint32_t next_id;
    /* Why it failed, as Helm words it, and where. */
    struct str error;
    struct place at;
};

/* The files of one chart, paths from its own root. */
struct files {
    struct file *v;
    size_t n;
    struct str prefix;   /* of these paths in the source */
    uint32_t depth;
};

static struct chart *load_files(struct loader *l, struct files files);

/* Sets the error; NULL, which is false, too. */
static void *fail(struct loader *l, const char *text, struct str what)
{
    struct buf b = buf_new(l->a);
    buf_z(&b, text);
    buf_add(&b, what);
    l->error = buf_done(&b);
    return NULL;
}

static struct file *find_file(const struct files *files, const char *path)
{
    for (size_t i = 0; i < files->n; i++)
        if (str_is(files->v[i].path, path)) return &files->v[i];
    return NULL;
}

static uint32_t add_input(struct loader *l, const struct files *files, const struct file *f)
{
    return inputs_add(l->o->inputs, l->o->role, str_concat(l->a, files->prefix, f->path), f->opened, f->data);
}

/* ---- metadata ---- */

static bool cannot_load(struct loader *l, const struct file *f, struct str why)
{
    l->error = str_printf(l->a, "cannot load %.*s: %.*s", STR_ARG(f->path), STR_ARG(why));
    return false;
}

/* Reads a file of metadata. Whole numbers stay whole: `version: 20240101` is that text, not 2.0240101e+07. */
static bool read_yaml(struct loader *l, const struct file *f, uint32_t input, struct value *out)
{
    struct yaml_options o = {.origins = l->o->origins, .input = input, .layer = LAYER_NONE, .ints = true};
    struct str why;
    l->at = place_in(input, 0);
    return yaml_read(l->a, f->data, &o, out, &why, &l->at) || cannot_load(l, f, why);
}

static bool add_metadata(struct loader *l, const struct file *f, struct value yaml, struct map *into)
{
    struct str why;
    return metadata_decode(l->a, yaml, into, &why) || cannot_load(l, f, why);
}

/* The version decides who loads the chart (pkg/chart/loader); there is nobody for v3 yet. */
static bool check_version(struct loader *l, struct value yaml)
{
    struct str version, why;
    if (!metadata_api_version(l->a, yaml, &version, &why)) return fail(l, "cannot load Chart.yaml: ", why);
    if (!version.n || str_is(version, "v1") || str_is(version, "v2")) return true;
    return fail(l, str_is(version, "v3") ? "invalid chart apiVersion" : "unsupported chart version", (struct str){0});
}

/* A chart without apiVersion is one of Helm 2's. */
static void default_api_version(struct map *m)
{
    if (!value_str_at(v_map(m), "apiVersion").n) map_putz(m, "apiVersion", v_str(STR("v1")));
}

static bool is_v1(const struct map *m) { return str_is(value_str_at(v_map((struct map *)m), "apiVersion"), "v1"); }

/* Chart.yaml, and requirements.yaml over it. NULL and l->error on failure. */
static struct map *load_metadata(struct loader *l, const struct files *files, struct chart *c)
{
    struct map *m = NULL;
    struct value yaml;
    const struct file *f = find_file(files, "Chart.yaml");
    if (f) {
        m = map_new(l->a);
        c->chart_input = add_input(l, files, f);
        if (!read_yaml(l, f, c->chart_input, &yaml)) return NULL;
        if (files->depth == 0 && !check_version(l, yaml)) return NULL;
        if (!add_metadata(l, f, yaml, m)) return NULL;
        default_api_version(m);
    }
    f = find_file(files, "requirements.yaml");
    if (f) {
        if (!m) m = map_new(l->a);
        uint32_t input = add_input(l, files, f);
        if (!is_v1(m))
            diag_warn(l->d, place_in(input, 0),
                      "Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.");
        if (!read_yaml(l, f, input, &yaml) || !add_metadata(l, f, yaml, m)) return NULL;
    }
    l->at = place_in(c->chart_input, 0);
    if (!m) return fail(l, "Chart.yaml file is missing", (struct str){0});
    return m;
}

/* Only that they can be read matters: what is locked does not decide what is in charts/. */
static bool check_lock(struct loader *l, const struct files *files, const char *path)
{
    struct value yaml;
    struct str why;
    const struct file *f = find_file(files, path);
    if (!f) return true;
    if (!read_yaml(l, f, add_input(l, files, f), &yaml)) return false;
    if (metadata_check_lock(l->a, yaml, &why)) return true;
    return cannot_load(l, f, why);
}

/* ---- values ---- */

static bool load_values(struct loader *l, const struct files *files, struct chart *c)
{
    const struct file *f = find_file(files, "values.yaml");
    struct map *m;
    c->duplicates.a = l->a;
    if (!f) {
        c->values = v_map(map_new(l->a));
        return true;
    }
    c->values_input = add_input(l, files, f);
    struct values_text t = {f->data, l->o->origins, c->values_input, LAYER_CHART, &c->duplicates, c->helm_major};
    struct str why;
    if (!values_read_text(l->a, &t, &m, &why, &l->at)) {
        fail(l, "cannot load values.yaml: ", why);
        return false;
    }
    c->values = v_map(m);
    return true;
}

/* What a chart's values say about a chart below it is the parent's word, not that chart's own. */
static void mark_parent(struct origins *o, struct value v)
{
    if (v.kind == V_MAP && v.u.map) {
        for (uint32_t i = 0; i < v.u.map->n; i++) {
            struct entry *e = &v.u.map->v[i];
            if (e->at && e->at < o->n) o->v[e->at].layer = LAYER_PARENT;
            mark_parent(o, e->value);
        }
    } else if (v.kind == V_LIST && v.u.list) {
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            origin_id at = list_origin(v.u.list, i);
            if (at && at < o->n) o->v[at].layer = LAYER_PARENT;
            mark_parent(o, v.u.list->v[i]);
        }
    }
}

static void mark_parent_values(struct loader *l, struct chart *c)
{
    for (uint32_t i = 0; i < c->subcharts_n; i++) mark_parent(l->o->origins, map_get(c->values.u.map, c->subcharts[i]->name));
    for (uint32_t i = 0; i < c->deps_n; i++)
        mark_parent(l->o->origins, map_get(c->values.u.map, c->deps[i].alias.n ? c->deps[i].alias : c->deps[i].name));
}

/* ---- files ---- */

static bool is_manifest_name(struct str path)
{
    ptrdiff_t dot = str_find_last(path_base(path), STR("."));
    if (dot < 0) return false;
    struct str ext = str_from_n(path_base(path), (size_t)dot);
    return metadata_same_letters(ext, STR(".yaml")) || metadata_same_letters(ext, STR(".yml")) || metadata_same_letters(ext, STR(".json"));
}

/* What Helm has read away, and .Files does not show. The requirements of Helm 2 are both. */
static bool is_special(struct str path, bool v1)
{
    if (str_is(path, "Chart.yaml") || str_is(path, "Chart.lock") || str_is(path, "values.yaml") || str_is(path, "values.schema.json")) return true;
    return !v1 && (str_is(path, "requirements.yaml") || str_is(path, "requirements.lock"));
}

static bool is_below_charts(struct str path) { return str_starts(path, STR("charts/")) && !str_ends(path, STR(".prov")); }

/* Helm walks a directory name by name, so x/a.yaml comes before x.yaml; crds/ are printed in that order. */
static int walk_order(const void *x, const void *y)
{
    struct str a = (*(const struct file *const *)x)->path, b = (*(const struct file *const *)y)->path;
    size_t n = a.n < b.n ? a.n : b.n, i = 0;
    while (i < n && a.p[i] == b.p[i]) i++;
    if (i == n) return (a.n > b.n) - (a.n < b.n);
    unsigned char p = a.p[i] == '/' ? 0 : (unsigned char)a.p[i], q = b.p[i] == '/' ? 0 : (unsigned char)b.p[i];
    return (p > q) - (p < q);
}

static void sort_files(struct loader *l, struct chart *c, const struct files *files, bool v1)
{
    struct file *all = NEW_ARRAY(l->a, struct file, files->n);
    c->all = all;
    c->templates = NEW_ARRAY(l->a, const struct file *, files->n);
    c->files = NEW_ARRAY(l->a, const struct file *, files->n);
    c->crds = NEW_ARRAY(l->a, const struct file *, files->n);
    for (size_t i = 0; i < files->n; i++) {
        if (!str_starts(files->v[i].path, STR("templates/"))) continue;
        all[c->all_n] = files->v[i];
        c->templates[c->templates_n++] = &all[c->all_n++];
    }
    for (size_t i = 0; i < files->n; i++) {
        struct str path = files->v[i].path;
        if (str_starts(path, STR("templates/")) || is_below_charts(path)) continue;
        struct file *f = &all[c->all_n++];
        *f = files->v[i];
        if (str_is(path, "values.schema.json")) {
            c->schema = f->data.p ? f->data : STR("");
            c->schema_input = add_input(l, files, f);
            c->compiled = NEW(l->a, struct compiled_schema);
            c->compiled->a = l->a;
        }
        if (is_special(path, v1)) continue;
        c->files[c->files_n++] = f;
        if (str_starts(path, STR("crds/")) && is_manifest_name(path)) c->crds[c->crds_n++] = f;
    }
    if (c->crds_n) qsort(c->crds, c->crds_n, sizeof *c->crds, walk_order);
}

/* ---- charts/ ---- */

/* The files below charts/NAME/, paths from there. */
static struct files files_below(struct loader *l, const struct files *files, size_t from, size_t to, struct str head)
{
    struct files below = {.v = NEW_ARRAY(l->a, struct file, to - from), .prefix = str_concat(l->a, files->prefix, head), .depth = files->depth + 1};
    for (size_t i = from; i < to; i++) {
        if (files->v[i].path.n <= head.n || files->v[i].path.p[head.n - 1] != '/') continue;
        below.v[below.n] = files->v[i];
        below.v[below.n++].path = str_from_n(files->v[i].path, head.n);
    }
    return below;
}

/* Takes Windows' and editors' mark off, as Helm does with every file of a chart. */
static void trim_marks(struct files *files)
{
    for (size_t i = 0; i < files->n; i++) files->v[i].data = str_trim_prefix(files->v[i].data, STR("\xef\xbb\xbf"));
}

static struct chart *load_archive(struct loader *l, const struct files *files, const struct file *f)
{
    struct source *inner = NEW(l->a, struct source);
    size_t before = l->d->n;
    if (!source_tgz(l->a, f->path, &f->data, inner, l->d)) {
        /* Its diagnostic becomes part of ours. */
        struct str why = l->d->n > before ? l->d->v[l->d->n - 1].message : STR("it cannot be read");
        if (l->d->n > before) {
            l->d->n--;
            l->d->errors--;
        }
        return fail(l, "", why);
    }
    struct files below = {.v = inner->v, .n = inner->n, .prefix = str_printf(l->a, "%.*s%.*s/", STR_ARG(files->prefix), STR_ARG(f->path)),
                          .depth = files->depth + 1};
    trim_marks(&below);
    return load_files(l, below);
}

enum { SUBCHARTS_MAX = 5000 }; /* names are compared each with each */

/* files->v[from..to-1] are what charts/ has under one name. */
static bool load_subchart(struct loader *l, struct chart *c, const struct files *files, size_t from, size_t to, struct str name, uint32_t *cap)
{
    struct chart *sub;
    if (name.p[0] == '_' || name.p[0] == '.') return true;
    if (str_ends(name, STR(".tgz"))) {
        struct str inner = str_from_n(files->v[from].path, strlen("charts/"));
        if (!str_eq(inner, name)) {
            l->error = str_printf(l->a, "error unpacking subchart tar in %.*s: expected %.*s, got %.*s", STR_ARG(c->name), STR_ARG(name), STR_ARG(inner));
            return false;
        }
        sub = load_archive(l, files, &files->v[from]);
    } else {
        sub = load_files(l, files_below(l, files, from, to, str_printf(l->a, "charts/%.*s/", STR_ARG(name))));
    }
    if (!sub) {
        l->error = str_printf(l->a, "error unpacking subchart %.*s in %.*s: %.*s", STR_ARG(name), STR_ARG(c->name), STR_ARG(l->error));
        return false;
    }
    if (c->subcharts_n == SUBCHARTS_MAX) guard_trip(l->a->guard, "%.*s holds more than %d charts", STR_ARG(c->name), SUBCHARTS_MAX);
    sub->parent = c;
    *PUSH(l->a, c->subcharts, c->subcharts_n, *cap) = sub;
    return true;
}

static struct str name_in_charts(struct str path)
{
    struct str name, rest;
    str_cut(str_from_n(path, strlen("charts/")), STR("/"), &name, &rest);
    return name;
}

/* Helm takes them in no order at all; here they come in that of their names. */
static bool load_subcharts(struct loader *l, struct chart *c, const struct files *files)
{
    uint32_t cap = 0;
    for (size_t i = 0; i < files->n;) {
        if (!is_below_charts(files->v[i].path)) {
            i++;
            continue;
        }
        struct str name = name_in_charts(files->v[i].path);
        size_t to = i + 1;
        while (to < files->n && is_below_charts(files->v[to].path) && str_eq(name_in_charts(files->v[to].path), name)) to++;
        if (name.n && !load_subchart(l, c, files, i, to, name, &cap)) return false;
        i = to;
    }
    return true;
}

static void mark_present(struct chart *c)
{
    for (uint32_t i = 0; i < c->deps_n; i++)
        for (uint32_t k = 0; k < c->subcharts_n; k++)
            if (str_eq(c->subcharts[k]->name, c->deps[i].name)) c->deps[i].present = true;
}

/* ---- a chart ---- */

static void set_texts(struct chart *c)
{
    c->name = value_str_at(c->metadata, "name");
    c->version = value_str_at(c->metadata, "version");
    c->app_version = value_str_at(c->metadata, "appVersion");
    c->api_version = value_str_at(c->metadata, "apiVersion");
    c->type = value_str_at(c->metadata, "type");
    c->kube_version = value_str_at(c->metadata, "kubeVersion");
}

static struct chart *load_files(struct loader *l, struct files files)
{
    if (files.depth > l->a->guard->max.depth) guard_trip(l->a->guard, "charts nest deeper than %u", l->a->guard->max.depth);
    struct chart *c = NEW(l->a, struct chart);
    c->source = l->source;
    c->prefix = files.prefix;
    c->origins = l->o->origins;
    c->helm_major = l->o->helm_major == 3 ? 3 : 4;
    c->id = l->next_id++;
    struct map *m = load_metadata(l, &files, c);
    if (!m || !check_lock(l, &files, "Chart.lock") || !check_lock(l, &files, "requirements.lock") || !load_values(l, &files, c)) return NULL;
    l->at = place_in(c->chart_input, 0);
    if (!metadata_validate(l->a, m, &l->error)) return NULL;
    c->metadata = v_map(m);
    set_texts(c);
    metadata_dependencies(l->a, c);
    sort_files(l, c, &files, is_v1(m));
    if (!load_subcharts(l, c, &files)) return NULL;
    mark_present(c);
    mark_parent_values(l, c);
    return c;
}

/* ---- the whole tree ---- */

/* The path is ignored, or a directory above it is; *dir and *dir_ignored remember the last directory asked for. */
static bool is_ignored(const struct ignore_rules *r, struct str path, struct str *dir, bool *dir_ignored)
{
    struct str above = path_dir(path);
    if (!str_eq(above, *dir)) {
        *dir = above;
        *dir_ignored = false;
        for (size_t i = 0; i <= above.n && !*dir_ignored; i++)
            if (i && (i == above.n || above.p[i] == '/')) *dir_ignored = ignore_matches(r, str_sub(above, 0, i), true);
    }
    return *dir_ignored || ignore_matches(r, path, false);
}

/* Every rule is tried on every file, and Helm sets no bound to either. */
enum { RULES_TIMES_FILES_MAX = 20000000 };

/* The files that .helmignore leaves, each readable. Helm applies no rules to a packaged chart. */
static bool select_files(struct loader *l, struct files *out)
{
    const struct source *t = l->source;
    struct ignore_rules rules = {.a = l->a};
    const struct file *f = t->packaged ? NULL : source_find(t, STR(".helmignore"));
    if (f && !ignore_parse(&rules, f->data, &l->error)) return false;
    if ((uint64_t)rules.n * t->n > RULES_TIMES_FILES_MAX)
        return fail(l, "", str_printf(l->a, ".helmignore has %u rules for %zu files: that is too much work", rules.n, t->n));
    if (!t->packaged) ignore_add_defaults(&rules);
    struct str dir = {0};
    bool dir_ignored = false;
    *out = (struct files){.v = NEW_ARRAY(l->a, struct file, t->n)};
    for (size_t i = 0; i < t->n; i++) {
        if (is_ignored(&rules, t->v[i].path, &dir, &dir_ignored)) continue;
        if (t->v[i].problem.n) {
            l->error = t->v[i].problem;
            return false;
        }
        out->v[out->n++] = t->v[i];
    }
    trim_marks(out);
    return true;
}

/* Helm looks at Chart.yaml before it walks a directory. */
static bool has_chart_file(struct loader *l)
{
    if (source_find(l->source, STR("Chart.yaml"))) return true;
    if (l->source->packaged) return fail(l, "unable to detect chart version, no Chart.yaml found", (struct str){0});
    l->error = str_printf(l->a, "unable to detect chart at %.*s/Chart.yaml: open %.*s/Chart.yaml: no such file or directory", STR_ARG(l->o->shown),
                          STR_ARG(l->o->shown));
    return false;
}

static void set_paths(struct arena *a, struct chart *c)
{
    c->path = c->parent ? str_printf(a, "%.*s/charts/%.*s", STR_ARG(c->parent->path), STR_ARG(c->name)) : c->name;
    for (uint32_t i = 0; i < c->subcharts_n; i++) set_paths(a, c->subcharts[i]);
}

struct chart *chart_load(struct arena *a, const struct source *t, const struct chart_options *o, struct diags *d)
{
    struct loader l = {.a = a, .source = t, .o = o, .d = d};
    struct files files;
    struct chart *c = has_chart_file(&l) && select_files(&l, &files) ? load_files(&l, files) : NULL;
    if (!c) {
        diag_error(d, l.at, "%.*s", STR_ARG(l.error));
        return NULL;
    }
    set_paths(a, c);
    return c;
}

struct str chart_check_installable(struct arena *a, const struct chart *c)
{
    if (!c->type.n || str_is(c->type, "application")) return (struct str){0};
    return str_printf(a, "%.*s charts are not installable", STR_ARG(c->type));
}

struct str chart_check_dependencies(struct arena *a, const struct chart *c)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < c->deps_n; i++) {
        if (c->deps[i].present) continue;
        if (b.n) buf_z(&b, ", ");
        else
            buf_printf(&b, "%s error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing "
                           "dependencies: found in Chart.yaml, but missing in charts/ directory: ", c->helm_major == 3 ? "An" : "an");
        buf_add(&b, c->deps[i].name);
    }
    return buf_done(&b);
}
