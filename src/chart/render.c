#include "chart/render.h"

#include "funcs/objects.h"
#include "text/semver.h"
#include "tmpl/no_value.h"

#include <stdlib.h>

/* One template file with the data it is run with. */
struct unit {
    struct str path, base_path;
    const struct chart *chart;
    const struct file *file;
    struct map *data;          /* shared by all templates of its chart */
    uint32_t slashes;
};

struct units {
    struct unit *v;
    uint32_t n, cap;
    struct strmap by_path;     /* index + 1 */
};

/* ---- the data ---- */

/* Marks the maps that all templates see, so that a write to them is noticed. */
static void share(struct value v, uint32_t depth, struct guard *g)
{
    if (depth > g->max.depth) guard_trip(g, "values are nested more than %u deep", g->max.depth);
    if (v.kind == V_MAP && v.u.map) {
        v.u.map->shared = true;
        for (uint32_t i = 0; i < v.u.map->n; i++) share(v.u.map->v[i].value, depth + 1, g);
    } else if (v.kind == V_LIST && v.u.list) {
        for (uint32_t i = 0; i < v.u.list->n; i++) share(v.u.list->v[i], depth + 1, g);
    }
}

static struct value release_object(struct arena *a, const struct env *e)
{
    struct map *m = map_new(a);
    map_putz(m, "Name", v_str(e->release));
    map_putz(m, "Namespace", v_str(e->ns));
    map_putz(m, "IsUpgrade", v_bool(e->upgrade));
    map_putz(m, "IsInstall", v_bool(!e->upgrade));
    map_putz(m, "Revision", v_int(e->revision));
    map_putz(m, "Service", v_str(STR("Helm")));
    return v_map(m);
}

static bool is_library(const struct chart *c) { return str_is(c->type, "library"); }

/* A new unit, or that of the same path: of two charts with one full path Helm keeps the later one's template. */
static struct unit *unit_for(struct arena *a, struct units *u, struct str path)
{
    uintptr_t at = (uintptr_t)strmap_get(&u->by_path, path);
    if (at) return &u->v[at - 1];
    struct unit *x = PUSH(a, u->v, u->n, u->cap);
    strmap_put(&u->by_path, path, (void *)(uintptr_t)u->n);
    return x;
}

/* pkg/engine's recAllTpls: the data of a chart and of its subcharts, and their templates. */
static struct map *collect(struct render *r, const struct chart *c, struct value values, struct value release, struct value capabilities,
                           struct units *u, uint32_t depth)
{
    struct arena *a = r->a;
    if (depth > a->guard->max.depth) guard_trip(a->guard, "charts are nested more than %u deep", a->guard->max.depth);
    struct map *data = map_new(a), *subcharts = map_new(a);
    map_putz(data, "Chart", r->env->helm_major == 3 ? object_chart_helm3(a, c->metadata, !c->parent) : object_chart(a, c->metadata, !c->parent));
    map_putz(data, "Files", object_files(a, c->files, c->files_n));
    map_putz(data, "Release", release);
    map_putz(data, "Capabilities", capabilities);
    map_putz(data, "Values", values.kind == V_MAP ? v_typed(values, GO_VALUES) : v_typed(v_map(map_new(a)), GO_VALUES));
    map_putz(data, "Subcharts", v_map(subcharts));
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        const struct chart *sub = c->subcharts[i];
        struct entry *e = values.kind == V_MAP ? map_find(values.u.map, sub->name) : NULL;
        map_put(subcharts, sub->name, v_map(collect(r, sub, e ? e->value : NIL, release, capabilities, u, depth + 1)));
    }
    struct str base = path_join(a, c->path, STR("templates"));
    for (uint32_t i = 0; i < c->templates_n; i++) {
        const struct file *f = c->templates[i];
        if (is_library(c) && !str_starts(path_base(f->path), STR("_"))) continue;
        struct unit *x = unit_for(a, u, path_join(a, c->path, f->path));
        *x = (struct unit){.path = path_join(a, c->path, f->path), .base_path = base, .chart = c, .file = f, .data = data};
        for (size_t k = 0; k < x->path.n; k++) x->slashes += x->path.p[k] == '/';
    }
    return data;
}

/* Deeper paths first, then names in reverse: engine.sortTemplates. */
static int by_path_length(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    if (x->slashes != y->slashes) return x->slashes > y->slashes ? -1 : 1;
    return str_cmp(y->path, x->path);
}

/* ---- failing ---- */

static bool failed(struct render *r, struct str error, enum failure_kind kind, struct str template, uint32_t line, uint32_t column)
{
    r->error = error;
    r->error_kind = kind;
    r->error_template = template;
    r->error_line = line;
    r->error_column = column;
    return false;
}

/* ---- rendering ---- */

static bool kube_version_fits(struct render *r)
{
    struct str want = r->chart->kube_version, have = r->env->kube_version, error;
    struct kube_version parsed;
    struct semver v;
    if (!want.n) return true;
    if (!have.n) have = kube_version_default(r->env->helm_major);
    struct semver_constraints *c = semver_constraints_parse(r->a, want, &error);
    if (kube_version_parse(r->a, have, &parsed, &error)) have = r->env->helm_major >= 4 ? parsed.normalized : parsed.version;
    if (c && semver_parse(r->a, have, &v, &error) && semver_check(c, &v)) return true;
    return failed(r, str_printf(r->a, "chart requires kubeVersion: %.*s which is incompatible with Kubernetes %.*s", STR_ARG(want), STR_ARG(parsed.version)),
                  FAILURE_ERROR, (struct str){0}, 0, 0);
}

static bool parse_all(struct render *r, struct units *u, struct tmpl_set *set, struct parse_cache *parses)
{
    struct str *texts = NEW_ARRAY(r->a, struct str, u->n);
    const struct parsed **parsed = NEW_ARRAY(r->a, const struct parsed *, u->n);
    for (uint32_t i = 0; i < u->n; i++) texts[i] = u->v[i].file->data;
    tmpl_parse_files(parses, r->template_names, texts, u->n, parsed);
    for (uint32_t i = 0; i < u->n; i++) {
        const struct parsed *p = parsed[i];
        if (p->error.n) return failed(r, tmpl_parse_error_show(r->a, p), FAILURE_ERROR, u->v[i].path, p->error_line, 0);
        tmpl_set_add(set, p);
    }
    return true;
}

struct watching {
    const struct repeat *again;
    struct rendered so_far;
};

static bool seen_enough(void *context, struct str so_far)
{
    struct watching *w = context;
    w->so_far.text = so_far;
    return w->again->enough(w->again->context, &w->so_far, false);
}

static bool run_one(struct render *r, const struct unit *u, uint32_t index, const struct repeat *again)
{
    struct map *t = map_new(r->a);
    map_putz(t, "Name", v_str(u->path));
    map_putz(t, "BasePath", v_str(u->base_path));
    map_putz(u->data, "Template", v_typed(v_map(t), GO_VALUES));
    struct buf out = buf_new(r->a);
    buf_reserve(&out, u->file->data.n * 2);
    r->exec.tmpl = index;
    struct watching watching = {again, {.path = u->path}};
    struct watch watch = {.enough = seen_enough, .context = &watching, .out = &out};
    r->exec.watch = again && again->enough ? &watch : NULL;
    bool through = tmpl_exec(&r->exec, u->path, v_typed(v_map(u->data), GO_VALUES), &out);
    r->exec.watch = NULL;
    if (!through && !watch.ended) {
        const struct failure *f = &r->exec.failed_at;
        return failed(r, tmpl_error_show(r->a, &r->exec), f->kind, f->tmpl, f->line, f->column);
    }
    struct rendered *x = &r->files[r->files_n++];
    *x = (struct rendered){.path = u->path, .text = without_no_value(r->a, buf_str(&out)), .chart = u->chart, .file = u->file, .index = index};
    if (r->exec.trace) {
        x->spans = r->exec.trace->out;
        trace_delete_no_value(r->exec.trace, &x->spans, buf_str(&out));
    }
    return true;
}

static int by_path(const void *a, const void *b) { return str_cmp(((const struct rendered *)a)->path, ((const struct rendered *)b)->path); }

struct turn {
    uint32_t unit;
    size_t cost;
};

static int by_cost(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

/* Which units are evaluated, in Helm's order; where the first that has enough ends a repetition, the one that printed least in the base is
 * the first, for nothing that a template of such a chart does reaches another. */
static uint32_t take_turns(struct render *r, const struct units *u, const struct strmap *only, const struct repeat *again, struct turn *turn)
{
    uint32_t n = 0;
    size_t *printed = again && again->base && again->enough ? NEW_ARRAY(r->a, size_t, u->n) : NULL;
    for (uint32_t i = 0; printed && i < again->base->files_n; i++) printed[again->base->files[i].index] = again->base->files[i].text.n;
    for (uint32_t i = 0; i < u->n; i++) {
        if (str_starts(path_base(u->v[i].path), STR("_"))) continue;
        if (only && !strmap_find(only, u->v[i].path)) continue;
        turn[n++] = (struct turn){i, printed ? printed[i] : 0};
    }
    if (printed && n) qsort(turn, n, sizeof *turn, by_cost);
    return n;
}

static bool run_all(struct render *r, const struct units *u, const struct strmap *only, const struct repeat *again)
{
    struct turn *turn = NEW_ARRAY(r->a, struct turn, u->n);
    uint32_t n = take_turns(r, u, only, again, turn);
    r->files = NEW_ARRAY(r->a, struct rendered, n);
    bool ok = true;
    for (uint32_t t = 0; t < n && ok; t++) {
        uint32_t i = turn[t].unit;
        ok = run_one(r, &u->v[i], i, again);
        if (!ok && r->env->tolerant) {
            struct exec *x = &r->exec;
            x->failed_at.file = i;
            *PUSH(r->a, x->failures, x->failures_n, x->failures_cap) = x->failed_at;
            ok = true;
        } else if (ok && again && again->enough && again->enough(again->context, &r->files[r->files_n - 1], true)) {
            break;
        }
    }
    qsort(r->files, r->files_n, sizeof *r->files, by_path);
    return ok;
}

static bool schema_holds(struct render *r)
{
    struct str error = {0};
    r->violations.a = r->a;
    if (r->env->skip_schema) return true;
    if (values_validate(r->a, r->chart, r->values, &r->violations, &error) || r->env->tolerant) return true;
    return failed(r, error, FAILURE_ERROR, (struct str){0}, 0, 0);
}

bool render_chart(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                  struct diags *d, struct render *r)
{
    return render_chart_some(a, c, user, env, parses, d, NULL, r);
}

static bool render_with(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                        struct diags *d, const struct strmap *only, struct trace *trace, const struct repeat *until, struct render *r);

bool render_chart_some(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                       struct diags *d, const struct strmap *only, struct render *r)
{
    return render_with(a, c, user, env, parses, d, only, NULL, NULL, r);
}

bool render_chart_until(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                        struct diags *d, const struct strmap *only, bool (*enough)(void *context, const struct rendered *file, bool whole), void *context, struct render *r)
{
    struct repeat until = {.enough = enough, .context = context};
    return render_with(a, c, user, env, parses, d, only, NULL, &until, r);
}

bool render_chart_traced(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                         struct diags *d, const struct strmap *only, struct render *r)
{
    return render_with(a, c, user, env, parses, d, only, trace_new(a), NULL, r);
}

static bool render_with(struct arena *a, const struct chart *c, const struct map *user, const struct env *env, struct parse_cache *parses,
                        struct diags *d, const struct strmap *only, struct trace *trace, const struct repeat *until, struct render *r)
{
    *r = (struct render){.a = a, .env = env};
    a->guard->steps = 0;
    reads_init(&r->reads, a, 1024);
    struct map *given = value_copy(a, v_map((struct map *)user)).u.map;
    if (!given) given = map_new(a);
    r->chart = chart_process_dependencies(a, c, given, &r->reads, d);
    if (!r->chart || !values_coalesce(a, r->chart, given, &r->values, d)) {
        struct str why = d->n ? d->v[d->n - 1].message : STR("the values cannot be merged");
        return failed(r, why, FAILURE_ERROR, (struct str){0}, 0, 0);
    }
    if (!schema_holds(r)) return false;
    share(v_map(r->values), 0, a->guard);
    struct units *u = NEW(a, struct units);
    u->by_path = strmap_new(a);
    r->units = u;
    collect(r, r->chart, v_map(r->values), release_object(a, env), object_capabilities(a, env), u, 0);
    for (uint32_t i = 0; i < u->n; i++) u->v[i].data->shared = true;
    if (u->n) qsort(u->v, u->n, sizeof *u->v, by_path_length);
    r->templates_n = u->n;
    r->template_names = NEW_ARRAY(a, struct str, u->n);
    for (uint32_t i = 0; i < u->n; i++) r->template_names[i] = u->v[i].path;
    struct tmpl_set *set = tmpl_set_new(a, NULL);
    r->exec = (struct exec){.a = a, .env = env, .set = set, .reads = &r->reads, .parses = parses, .trace = trace};
    return kube_version_fits(r) && parse_all(r, u, set, parses) && run_all(r, u, only, until);
}

/* ---- again, with other values ---- */

bool render_can_repeat(const struct render *base) { return base->units && base->chart && !base->chart->subcharts_n && !base->exec.writes_n; }

void render_share(struct arena *a, struct value v) { share(v, 0, a->guard); }

struct repetition {
    struct render *r;
    struct units units;
    const struct repeat *what;
    bool ok;
};

static void run_repetition(void *context)
{
    struct repetition *p = context;
    p->ok = run_all(p->r, &p->units, p->what->only, p->what);
}

bool render_repeat(struct arena *a, const struct repeat *what, struct render *r, bool *wrote)
{
    const struct render *base = what->base;
    struct units units = *base->units;
    struct map *data = map_new(a);
    *r = (struct render){.a = a, .env = base->env, .chart = base->chart, .values = what->values, .template_names = base->template_names, .templates_n = base->templates_n};
    a->guard->steps = 0;
    reads_init(&r->reads, a, 64);
    /* All templates of a chart without subcharts see one map of data. */
    for (uint32_t i = 0; units.n && i < units.v[0].data->n; i++) map_put(data, units.v[0].data->v[i].key, units.v[0].data->v[i].value);
    map_putz(data, "Values", v_typed(v_map(what->values), GO_VALUES));
    data->shared = true;
    units.v = NEW_ARRAY(a, struct unit, units.n);
    for (uint32_t i = 0; i < units.n; i++) {
        units.v[i] = base->units->v[i];
        units.v[i].data = data;
    }
    r->exec = (struct exec){.a = a, .env = base->env, .set = base->exec.set, .reads = &r->reads, .parses = what->parses, .frozen = true};
    struct repetition p = {r, units, what, false};
    bool through = guard_run(a->guard, run_repetition, &p);
    *wrote = r->exec.wrote;
    if (!through && !*wrote) {
        char why[sizeof a->guard->message];
        memcpy(why, a->guard->message, sizeof why);
        guard_trip(a->guard, "%s", why);
    }
    return through && p.ok;
}
