/* Which subcharts are on, under which names, and what they export: pkg/chart/v2/util/dependencies.go of Helm 4.1.4. */
#include "chart/coalesce.h"

#include "text/semver.h"
#include "value/gofmt.h"

struct processing {
    struct arena *a;
    struct reads *reads;  /* NULL: not wanted */
    struct origins *o;
    struct diags *d;
    int helm_major;
};

/* ---- copies of charts: what is decided is written into them, never into the chart as loaded ---- */

static struct dependency *copy_list(struct arena *a, const struct chart *c)
{
    struct dependency *to = NEW_ARRAY(a, struct dependency, c->deps_n);
    if (c->deps_n) memcpy(to, c->deps, c->deps_n * sizeof *to);
    return to;
}

static struct chart *copy_tree(struct arena *a, const struct chart *c, struct chart *parent)
{
    struct chart *to = NEW(a, struct chart);
    *to = *c;
    to->parent = parent;
    to->deps = copy_list(a, c);
    to->subcharts = NEW_ARRAY(a, struct chart *, c->subcharts_n);
    for (uint32_t i = 0; i < c->subcharts_n; i++) to->subcharts[i] = copy_tree(a, c->subcharts[i], to);
    return to;
}

/* getAliasDependency's copy for one dependency: the chart, its list, and the charts right below it. Their lists, and the
 * charts further down, are shared with the other copies: what is decided of them in one is decided in all, and they have
 * one parent, the last that took them. Helm 3 copies the chart alone: what is right below it keeps its parent. */
static struct chart *copy_for_alias(struct arena *a, const struct chart *c)
{
    struct chart *to = NEW(a, struct chart);
    *to = *c;
    to->deps = copy_list(a, c);
    to->subcharts = NEW_ARRAY(a, struct chart *, c->subcharts_n);
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        if (c->helm_major == 3) {
            to->subcharts[i] = c->subcharts[i];
            continue;
        }
        struct chart *sub = to->subcharts[i] = NEW(a, struct chart);
        *sub = *c->subcharts[i];
        sub->parent = to;
    }
    return to;
}

/* IsCompatibleRange: what cannot be parsed fits nothing. */
static bool is_compatible(struct arena *a, struct str constraint, struct str version)
{
    struct semver v;
    struct str ignored;
    if (!semver_parse(a, version, &v, &ignored)) return false;
    const struct semver_constraints *c = semver_constraints_parse(a, constraint, &ignored);
    return c && semver_check(c, &v);
}

static bool answers(struct arena *a, const struct chart *sub, const struct dependency *d)
{
    return !d->dropped && str_eq(sub->name, d->name) && is_compatible(a, d->version, sub->version);
}

static bool is_listed(struct arena *a, const struct chart *c, const struct chart *sub)
{
    for (uint32_t i = 0; i < c->deps_n; i++)
        if (answers(a, sub, &c->deps[i])) return true;
    return false;
}

/* The chart for a dependency: a copy, so that the same chart can stand under several aliases. */
static struct chart *chart_of(struct arena *a, const struct chart *c, const struct dependency *d)
{
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        if (!answers(a, c->subcharts[i], d)) continue;
        struct chart *to = copy_for_alias(a, c->subcharts[i]);
        if (d->alias.n) {
            to->name = d->alias;
            to->is_alias = true;
        }
        return to;
    }
    return NULL;
}

/* Charts that are in charts/ and not listed (in this version) come first, then those listed, in the order of the list. */
static void name_subcharts(struct arena *a, struct chart *c)
{
    struct chart **v = NULL;
    uint32_t n = 0, cap = 0;
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (!is_listed(a, c, c->subcharts[i])) *PUSH(a, v, n, cap) = c->subcharts[i];
    for (uint32_t i = 0; i < c->deps_n; i++) {
        struct chart *sub = chart_of(a, c, &c->deps[i]);
        if (sub) *PUSH(a, v, n, cap) = sub;
        if (c->deps[i].alias.n) c->deps[i].name = c->deps[i].alias;
    }
    for (uint32_t i = 0; i < n; i++) v[i]->parent = c;
    c->subcharts = v;
    c->subcharts_n = n;
}

/* ---- tags and conditions ---- */

/* A read of this entry is a read of it in every merge in which it wins, over however many layers. */
static void mark(struct processing *p, origin_id at)
{
    if (!p->reads || !at) return;
    origin_id layers[32], id = at;
    uint32_t n = 0;
    for (; id && n < 32; id = origin_get(p->o, id)->over) layers[n++] = id;
    reads_mark(p->reads, at, READ_BY_CHART);
    for (uint32_t upto = 1; upto < n; upto++) {
        origin_id made = origin_base(p->o, layers[upto - 1]);
        for (uint32_t i = upto - 1; i > 0; i--) made = origin_over(p->o, origin_base(p->o, layers[i - 1]), made);
        reads_mark(p->reads, made, READ_BY_CHART);
    }
}

/* Values.Table: the map at a path of dots, or NULL and the name that is none. */
static struct map *table_at(struct processing *p, struct map *m, struct str path, struct str *missing)
{
    for (bool more = true; more;) {
        struct str name;
        more = str_cut(path, STR("."), &name, &path);
        struct entry *e = map_find(m, name);
        if (!e || e->value.kind != V_MAP || !e->value.u.map) {
            *missing = name;
            return NULL;
        }
        if (p) mark(p, e->at);
        m = e->value.u.map;
    }
    return m;
}

/* Values.PathValue: what stands at the path, unless that is a map; NULL when nothing does. */
static struct entry *entry_at(struct processing *p, struct map *m, struct str path)
{
    struct str missing;
    ptrdiff_t dot = str_find_last(path, STR("."));
    if (dot >= 0) m = table_at(p, m, str_sub(path, 0, (size_t)dot), &missing);
    struct entry *e = map_find(m, str_from_n(path, (size_t)(dot + 1)));
    if (!e || e->value.kind == V_MAP) return NULL;
    mark(p, e->at);
    return e;
}

static void apply_tags(struct processing *p, struct chart *c, struct map *values)
{
    struct str missing;
    struct map *tags = table_at(p, values, STR("tags"), &missing);
    for (uint32_t i = 0; tags && i < c->deps_n; i++) {
        struct dependency *d = &c->deps[i];
        if (d->dropped) continue;
        bool has_true = false, has_false = false;
        for (uint32_t k = 0; d->tags && k < d->tags->n; k++) {
            struct str tag = v_text(d->tags->v[k]);
            struct entry *e = map_find(tags, tag);
            if (!e) continue;
            mark(p, e->at);
            if (e->value.kind != V_BOOL) {
                diag_warn(p->d, origin_get(p->o, e->at)->value_at, "returned non-bool value: tag %.*s of the dependency %.*s", STR_ARG(tag), STR_ARG(d->name));
                continue;
            }
            bool decides = e->value.u.b ? !has_true : !has_true && !has_false;
            if (decides) d->decided_by = str_printf(p->a, "tags.%.*s", STR_ARG(tag));
            if (e->value.u.b) has_true = true;
            else has_false = true;
        }
        d->enabled = has_true || !has_false;
    }
}

/* The first path that holds a boolean decides; the paths are below the chart's own (`path` ends with a dot). */
static void apply_condition(struct processing *p, struct dependency *d, struct map *values, struct str path)
{
    struct str rest = str_trim(d->condition), one;
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, STR(","), &one, &rest);
        if (!one.n) continue;
        struct str whole = str_concat(p->a, path, one);
        struct entry *e = entry_at(p, values, whole);
        if (!e) continue;
        if (e->value.kind == V_BOOL) {
            d->enabled = e->value.u.b;
            d->decided_by = whole;
            return;
        }
        diag_warn(p->d, origin_get(p->o, e->at)->value_at, "returned non-bool value: condition %.*s of the dependency %.*s", STR_ARG(one), STR_ARG(d->name));
    }
}

static bool processing_failed(struct processing *p, struct str why)
{
    return diag_error(p->d, NOWHERE, "%s%.*s", p->helm_major == 3 ? "" : "chart dependencies processing failed: ", STR_ARG(why));
}

/* ---- processDependencyEnabled ---- */

static bool is_off(const struct chart *c, struct str name)
{
    for (uint32_t i = 0; i < c->deps_n; i++)
        if (!c->deps[i].enabled && !c->deps[i].dropped && str_eq(c->deps[i].name, name)) return true;
    return false;
}

static void drop_disabled(struct chart *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (!is_off(c, c->subcharts[i]->name)) c->subcharts[n++] = c->subcharts[i];
    c->subcharts_n = n;
    /* A dependency goes with any other of its name. */
    for (uint32_t i = 0; i < c->deps_n; i++)
        if (c->deps[i].enabled && is_off(c, c->deps[i].name)) c->deps[i].enabled = false;
    for (uint32_t i = 0; i < c->deps_n; i++) c->deps[i].dropped = !c->deps[i].enabled;
}

/* Helm merges a subchart's values into those of the whole tree, at the top: conditions are looked up by their path from
 * there, and tags are the root's before they are the subchart's. Such a merge says nothing of who wins over whom, so the
 * origins stay as they are below the root. */
static bool process_enabled(struct processing *p, struct chart *c, const struct map *values, struct str path)
{
    if (!c->deps_given) return true;
    name_subcharts(p->a, c);
    for (uint32_t i = 0; i < c->deps_n; i++) c->deps[i].enabled = !c->deps[i].dropped;
    struct coalescer k = {.a = p->a, .o = c->parent ? NULL : p->o, .helm_major = p->helm_major};
    struct map *merged;
    if (!coalesce_tree(&k, c, values, false, &merged)) return processing_failed(p, k.error);
    apply_tags(p, c, merged);
    for (uint32_t i = 0; i < c->deps_n; i++)
        if (!c->deps[i].dropped) apply_condition(p, &c->deps[i], merged, path);
    drop_disabled(c);
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (!process_enabled(p, c->subcharts[i], merged, str_printf(p->a, "%.*s%.*s.", STR_ARG(path), STR_ARG(c->subcharts[i]->name)))) return false;
    return true;
}

/* ---- processImportValues ---- */

static struct str plain_text(struct arena *a, struct value v)
{
    /* Numbers were kept whole when Chart.yaml was read; Helm has float64 here. */
    if (v.kind == V_INT) v = v_float((double)v.u.i);
    struct buf b = buf_new(a);
    gofmt_value(&b, v);
    return buf_done(&b);
}

/* {a: {b: data}} for "a.b". */
static struct map *path_to_map(struct arena *a, struct str path, struct map *data)
{
    if (str_is(path, ".")) return data;
    for (;;) {
        ptrdiff_t dot = str_find_last(path, STR("."));
        struct map *m = map_new(a);
        map_put(m, str_from_n(path, (size_t)(dot + 1)), v_map(data));
        data = m;
        if (dot < 0) return data;
        path.n = (size_t)dot;
    }
}

static struct value pair(struct arena *a, struct str child, struct str parent)
{
    struct map *m = map_new(a);
    map_putz(m, "child", v_str(child));
    map_putz(m, "parent", v_str(parent));
    return v_typed(v_map(m), GO_STRING_MAP);
}

/* One item of import-values: merges what it names into `imported`. */
static void import_item(struct processing *p, const struct dependency *d, struct value item, struct map *values, struct map *imported, struct list *pairs)
{
    struct str child, parent;
    if (item.kind == V_MAP && item.type != GO_AUTO) return; /* a pair already: the chart is shared, and this its second turn */
    if (item.kind == V_MAP) {
        child = plain_text(p->a, value_at(item, "child", NULL));
        parent = plain_text(p->a, value_at(item, "parent", NULL));
    } else if (item.kind == V_STR) {
        child = str_printf(p->a, "exports.%.*s", STR_ARG(v_text(item)));
        parent = STR(".");
    } else {
        return;
    }
    list_add(pairs, pair(p->a, child, parent));
    struct str missing;
    struct map *table = table_at(NULL, values, str_printf(p->a, "%.*s.%.*s", STR_ARG(d->name), STR_ARG(child)), &missing);
    if (!table) {
        struct buf b = buf_new(p->a);
        go_quote(&b, missing);
        diag_warn(p->d, d->at, "ImportValues missing table from chart %.*s: %.*s is not a table", STR_ARG(d->name), STR_ARG(buf_str(&b)));
        return;
    }
    struct coalescer k = {.a = p->a, .o = p->o, .helm_major = p->helm_major};
    coalesce_merge_tables(&k, imported, path_to_map(p->a, parent, table->n ? table : map_new(p->a)));
}

/* What came from below is the parent's default now. */
static void mark_imported(struct processing *p, struct map *m, uint32_t depth)
{
    if (depth > p->a->guard->max.depth) guard_trip(p->a->guard, "values nest deeper than %u", p->a->guard->max.depth);
    for (uint32_t i = 0; i < m->n; i++) {
        m->v[i].at = origin_in_layer(p->o, m->v[i].at, LAYER_IMPORT);
        if (m->v[i].value.kind == V_MAP && m->v[i].value.u.map) mark_imported(p, m->v[i].value.u.map, depth + 1);
    }
}

static bool process_imports(struct processing *p, struct chart *c)
{
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (!process_imports(p, c->subcharts[i])) return false;
    bool any = false;
    for (uint32_t i = 0; i < c->deps_n; i++) any |= c->deps[i].enabled;
    if (!any) return true;
    struct coalescer k = {.a = p->a, .o = p->o, .helm_major = p->helm_major};
    struct map *values, *imported = map_new(p->a);
    if (!coalesce_tree(&k, c, NULL, true, &values)) return processing_failed(p, k.error);
    for (uint32_t i = 0; i < c->deps_n; i++) {
        struct dependency *d = &c->deps[i];
        if (!d->enabled || !d->import_values) continue;
        struct list *pairs = list_new(p->a);
        for (uint32_t n = 0; n < d->import_values->n; n++) import_item(p, d, d->import_values->v[n], values, imported, pairs);
        d->import_values = pairs->n ? pairs : NULL;
    }
    if (imported->n) {
        /* What was imported is shared with the values it came from. */
        values = values_copy_map(p->a, values);
        mark_imported(p, imported, 0);
        coalesce_merge_tables(&k, values, imported);
    }
    c->values = v_map(values);
    return true;
}

/* ---- the whole ---- */

static struct str full_path(struct arena *a, const struct chart *c)
{
    if (!c->parent) return c->name;
    return str_printf(a, "%.*s/charts/%.*s", STR_ARG(full_path(a, c->parent)), STR_ARG(c->name));
}

enum { NO_ID = 0xffffffff };

static void forget_ids(struct chart *c)
{
    c->id = NO_ID;
    for (uint32_t i = 0; i < c->subcharts_n; i++) forget_ids(c->subcharts[i]);
}

/* A shared chart is met more than once. */
static void finish(struct processing *p, struct chart *c, uint32_t *id)
{
    if (c->id != NO_ID) return;
    c->id = (*id)++;
    c->path = full_path(p->a, c);
    metadata_update(p->a, c);
    for (uint32_t i = 0; i < c->subcharts_n; i++) finish(p, c->subcharts[i], id);
}

/* Of a chart that is not processed (no list of dependencies above it) all that is listed counts as enabled. */
static void enable_all(struct chart *c)
{
    for (uint32_t i = 0; i < c->deps_n; i++) c->deps[i].enabled = true;
    for (uint32_t i = 0; i < c->subcharts_n; i++) enable_all(c->subcharts[i]);
}

struct chart *chart_process_dependencies(struct arena *a, const struct chart *c, struct map *user, struct reads *reads, struct diags *d)
{
    struct processing p = {a, reads, c->origins, d, c->helm_major};
    struct chart *to = copy_tree(a, c, NULL);
    enable_all(to);
    if (!process_enabled(&p, to, user, (struct str){0}) || !process_imports(&p, to)) return NULL;
    uint32_t id = 0;
    forget_ids(to);
    finish(&p, to, &id);
    return to;
}
