#include "usage/static.h"

#include "tmpl/state.h"
#include "usage/static_inside.h"

#include <stdlib.h>

/* A template file, which Helm runs with the data of its chart. */
struct entry_point {
    const struct tree *tree;
    const struct scope *scope;
};

struct static_reads {
    struct analysis an;
    struct entry_point *entries; uint32_t entries_n, entries_cap;
};

static bool is_partial(const struct file *f) { return str_starts(path_base(f->path), STR("_")); }

static void add_parsed(struct static_reads *s, const struct parsed *p, const struct file *f, const struct scope *x)
{
    if (p->error.n || !p->n) return; /* the chart does not render */
    define_add(&s->an, p);
    if (!is_partial(f)) *PUSH(s->an.a, s->entries, s->entries_n, s->entries_cap) = (struct entry_point){p->v[p->n - 1], x};
}

/* The templates of all charts; of a library only what others can call. */
static void parse_templates(struct static_reads *s)
{
    struct analysis *an = &s->an;
    const struct file **file = NULL;
    struct str *path = NULL, *text = NULL;
    const struct scope **of = NULL;
    uint32_t n = 0, caps[4] = {0}, same;
    struct strmap seen = strmap_new(an->a);
    for (uint32_t i = 0; i < an->scopes_n; i++) {
        const struct scope *x = &an->scopes[i];
        for (uint32_t k = 0; k < x->chart->templates_n; k++) {
            const struct file *f = x->chart->templates[k];
            struct str at = path_join(an->a, x->path, f->path);
            if (str_is(x->chart->type, "library") && !is_partial(f)) continue;
            if (!strmap_put(&seen, at, s)) { /* two charts of one name */
                add_parsed(s, tmpl_parse(an->a, an->parses, at, f->data), f, x);
                continue;
            }
            same = n, *PUSH(an->a, file, same, caps[0]) = f;
            same = n, *PUSH(an->a, path, same, caps[1]) = at;
            same = n, *PUSH(an->a, text, same, caps[2]) = f->data;
            *PUSH(an->a, of, n, caps[3]) = x;
        }
    }
    const struct parsed **parsed = NEW_ARRAY(an->a, const struct parsed *, n);
    if (n) tmpl_parse_files(an->parses, path, text, n, parsed);
    for (uint32_t i = 0; i < n; i++) add_parsed(s, parsed[i], file[i], of[i]);
}

static void work(void *context)
{
    enum { ROUNDS_MAX = 24 };
    struct static_reads *s = context;
    struct analysis *an = &s->an;
    char here;
    an->stack_base = &here;
    chart_scopes(an);
    code_collect(an);
    chart_read_dependencies(an);
    chart_read_schemas(an);
    parse_templates(s);
    do {
        if (an->round >= ROUNDS_MAX) guard_trip(an->a->guard, "the templates do not come to an end");
        an->dirty = false;
        an->round++;
        for (uint32_t i = 0; i < s->entries_n; i++) walk_file(an, s->entries[i].tree, s->entries[i].scope->dot, s->entries[i].scope->values);
    } while (an->dirty);
}

struct static_reads *static_reads(struct arena *a, const struct chart *c, const struct map *user, struct parse_cache *parses)
{
    enum { STEPS_MAX = 2000000 };
    struct static_reads *s = NEW(a, struct static_reads);
    struct analysis *an = &s->an;
    *an = (struct analysis){.a = a, .chart = c, .user = user, .parses = parses ? parses : parse_cache_new(a), .steps_max = STEPS_MAX};
    an->objects_by.a = an->instances_by.a = a;
    an->defines = strmap_new(a);
    paths_init(&an->paths, a);
    sets_init(an);
    calls_init(an);
    an->gave_up = !guard_run(a->guard, work, s);
    return s;
}

struct static_effort static_effort(const struct static_reads *s)
{
    return (struct static_effort){s->an.instances_n, s->an.round, s->an.steps, s->an.gave_up};
}

/* ---- the question ---- */

static struct reader reader_of(struct spot by)
{
    struct reader r = {.why = by.why, .by_name = by.by_name};
    if (!by.tree) return r;
    r.tmpl = by.tree->parse_name;
    state_place(by.tree, by.node, &r.line, &r.column);
    r.column++;
    return r;
}

/* The segments of a chart's values. */
static struct str *prefix_of(const struct static_reads *s, const struct scope *x, uint32_t extra)
{
    const struct paths *p = &s->an.paths;
    uint32_t n = p->v[x->values].depth;
    struct str *v = NEW_ARRAY(s->an.a, struct str, n + extra);
    path_id at = x->values;
    for (uint32_t i = n; i > 0; i--, at = p->v[at].parent) v[i - 1] = p->v[at].key;
    return v;
}

/* Globals are handed down, and what a subchart says of nested ones is seen by its parent: pkg/chart/common/util/coalesce.go. */
static enum may_read ask_global(struct static_reads *s, const struct str *segment, uint32_t segments, uint32_t from, enum may_read best, struct spot *first)
{
    enum { SHARED = 4 }; /* global.a.b.c: the maps from here on are the same in all charts */
    uint32_t rest = segments - from;
    for (uint32_t i = 0; i < s->an.scopes_n && best != READ_YES; i++) {
        const struct scope *x = &s->an.scopes[i];
        uint32_t n = s->an.paths.v[x->values].depth;
        struct str *v = prefix_of(s, x, rest);
        bool below = n >= from;
        for (uint32_t k = 0; below && k < from; k++) below = str_eq(v[k], segment[k]);
        if (!below && rest < SHARED) continue;
        memcpy(v + n, segment + from, rest * sizeof *v);
        struct spot by;
        enum may_read r = paths_query(&s->an.paths, v, n + rest, &by);
        if (r > best) best = r, *first = by;
    }
    return best;
}

static bool is_scope(const struct static_reads *s, const struct str *segment, uint32_t n)
{
    for (uint32_t i = 0; i < s->an.scopes_n; i++) {
        if (s->an.paths.v[s->an.scopes[i].values].depth != n) continue;
        struct str *v = prefix_of(s, &s->an.scopes[i], 0);
        bool same = true;
        for (uint32_t k = 0; same && k < n; k++) same = str_eq(v[k], segment[k]);
        if (same) return true;
    }
    return false;
}

enum may_read static_may_read(struct static_reads *s, const struct str *segment, uint32_t segments, struct reader *first)
{
    struct spot by = {0};
    enum may_read best = paths_query(&s->an.paths, segment, segments, &by);
    for (uint32_t i = 0; i < segments && best != READ_YES; i++)
        if (str_is(segment[i], "global") && is_scope(s, segment, i)) best = ask_global(s, segment, segments, i, best, &by);
    if (s->an.gave_up && best == READ_NO) best = READ_POSSIBLY;
    if (first) *first = reader_of(by);
    return best;
}

/* ---- the set ---- */

static int by_path(const void *a, const void *b)
{
    const struct read_pattern *x = a, *y = b;
    int c = str_cmp(x->path, y->path);
    return c ? c : (int)x->possibly - (int)y->possibly;
}

static void add_below(struct arena *a, const struct static_reads *s, path_id at, const struct below *b, const char *star, struct read_pattern *x)
{
    struct str up = paths_show(a, &s->an.paths, at);
    *x = (struct read_pattern){.path = str_printf(a, "%.*s%s%s", STR_ARG(up), up.n ? "." : "", star),
                               .except = b->extent == EXTENT_EXCEPT ? b->except : NULL,
                               .except_n = b->extent == EXTENT_EXCEPT ? b->except_n : 0,
                               .possibly = s->an.paths.v[at].possibly,
                               .first = reader_of(b->at)};
}

struct read_pattern *static_patterns(struct arena *a, struct static_reads *s, uint32_t *n)
{
    struct read_pattern *v = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (path_id i = 0; i < s->an.paths.n; i++) {
        const struct path *x = &s->an.paths.v[i];
        if (x->read && i) *PUSH(a, v, *n, cap) = (struct read_pattern){.path = paths_show(a, &s->an.paths, i), .possibly = x->possibly, .first = reader_of(x->at)};
        if (x->shape.extent) add_below(a, s, i, &x->shape, "*", PUSH(a, v, *n, cap));
        if (x->deep.extent) add_below(a, s, i, &x->deep, "**", PUSH(a, v, *n, cap));
    }
    if (*n) qsort(v, *n, sizeof *v, by_path);
    return v;
}
