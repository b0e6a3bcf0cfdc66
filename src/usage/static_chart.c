/* The charts of a tree, and what they read without templates: conditions and tags of dependencies, schemas. */
#include "usage/static_inside.h"

#include "value/json.h"

/* ---- scopes ---- */

static struct object *new_map(struct frame *f, uint32_t which, set_id *v, uint32_t *id)
{
    *id = object_at(f, NULL, which, OBJECT_MAP);
    *v = set_one(f->an, AT_OBJECT, *id);
    return &f->an->objects[*id];
}

/* What the chart's templates are given: pkg/engine's recAllTpls. */
static void make_dot(struct analysis *an, uint32_t scope, uint32_t *dot, uint32_t *subcharts)
{
    struct scope *s = &an->scopes[scope];
    struct frame f = {.an = an, .turn = scope + 1};
    set_id data, chart, template, subs;
    uint32_t chart_id, template_id;
    new_map(&f, 0, &data, dot);
    new_map(&f, 1, &chart, &chart_id);
    new_map(&f, 2, &template, &template_id);
    new_map(&f, 3, &subs, subcharts);
    object_put_surely(an, chart_id, STR("Name"), set_text(an, s->name));
    object_put_surely(an, chart_id, STR("Version"), set_text(an, s->chart->version));
    object_put_surely(an, chart_id, STR("AppVersion"), set_text(an, s->chart->app_version));
    object_put_surely(an, template_id, STR("BasePath"), set_text(an, path_join(an->a, s->path, STR("templates"))));
    object_put_surely(an, template_id, STR("Name"), set_unknown(an));
    object_put_surely(an, *dot, STR("Chart"), chart);
    object_put_surely(an, *dot, STR("Template"), template);
    object_put_surely(an, *dot, STR("Subcharts"), subs);
    object_put_surely(an, *dot, STR("Values"), set_one(an, AT_PATH, s->values));
    object_put_surely(an, *dot, STR("Files"), set_one(an, AT_FILES, scope));
    object_put_surely(an, *dot, STR("Release"), set_unknown(an));
    object_put_surely(an, *dot, STR("Capabilities"), set_unknown(an));
    s->dot = data;
}

static uint32_t add_scope(struct analysis *an, const struct chart *c, struct str name, uint32_t parent, uint32_t depth);

static void add_subchart(struct analysis *an, const struct chart *sub, struct str name, uint32_t parent, uint32_t subcharts, uint32_t depth)
{
    for (uint32_t i = parent + 1; i < an->scopes_n; i++)
        if (an->scopes[i].parent == parent && an->scopes[i].chart == sub && str_eq(an->scopes[i].name, name)) return; /* listed twice */
    uint32_t scope = add_scope(an, sub, name, parent, depth + 1);
    object_put_surely(an, subcharts, name, an->scopes[scope].dot);
}

/* Under its own name where nothing lists it, else under that of each dependency that does: whichever are on. */
static void add_subcharts(struct analysis *an, uint32_t scope, uint32_t subcharts, uint32_t depth)
{
    const struct chart *c = an->scopes[scope].chart;
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        const struct chart *sub = c->subcharts[i];
        bool listed = false;
        for (uint32_t k = 0; k < c->deps_n; k++) {
            if (!str_eq(c->deps[k].name, sub->name)) continue;
            add_subchart(an, sub, c->deps[k].alias.n ? c->deps[k].alias : sub->name, scope, subcharts, depth);
            listed = true;
        }
        if (!listed) add_subchart(an, sub, sub->name, scope, subcharts, depth);
    }
}

static uint32_t add_scope(struct analysis *an, const struct chart *c, struct str name, uint32_t parent, uint32_t depth)
{
    enum { SCOPES_MAX = 500, SCOPES_DEEP = 30 };
    if (depth > SCOPES_DEEP || an->scopes_n > SCOPES_MAX) guard_trip(an->a->guard, "the chart has too many subcharts");
    struct scope s = {.chart = c, .name = name, .path = name, .parent = parent};
    if (depth) {
        s.path = str_printf(an->a, "%.*s/charts/%.*s", STR_ARG(an->scopes[parent].path), STR_ARG(name));
        s.values = paths_child(&an->paths, an->scopes[parent].values, name);
    }
    an->paths.v[s.values].is_scope = true;
    uint32_t id = an->scopes_n, dot, subcharts;
    *PUSH(an->a, an->scopes, an->scopes_n, an->scopes_cap) = s;
    make_dot(an, id, &dot, &subcharts);
    add_subcharts(an, id, subcharts, depth);
    return id;
}

void chart_scopes(struct analysis *an) { add_scope(an, an->chart, an->chart->name, 0, 0); }

/* ---- dependencies ---- */

static void read_path(struct analysis *an, path_id from, struct str path, const char *why)
{
    struct str one;
    for (bool more = path.n > 0; more;) {
        more = str_cut(path, STR("."), &one, &path);
        from = paths_child(&an->paths, from, one);
        paths_read(&an->paths, from, (struct spot){.why = why});
    }
}

/* What a chart reads that is not here, nobody knows. */
static void read_absent(struct analysis *an, const struct scope *s, const struct dependency *d)
{
    struct spot by = {.why = "a dependency that is not at hand"};
    path_id values = paths_child(&an->paths, s->values, d->alias.n ? d->alias : d->name);
    paths_read(&an->paths, paths_wild(&an->paths, values, STEP_BELOW_SOME), by);
    paths_read(&an->paths, paths_wild(&an->paths, paths_child(&an->paths, s->values, STR("global")), STEP_BELOW_SOME), by);
}

/* Conditions are looked up from the chart's own values on, tags always among those of the whole. */
void chart_read_dependencies(struct analysis *an)
{
    for (uint32_t i = 0; i < an->scopes_n; i++) {
        const struct scope *s = &an->scopes[i];
        for (uint32_t k = 0; k < s->chart->deps_n; k++) {
            const struct dependency *d = &s->chart->deps[k];
            struct str rest = str_trim(d->condition), one;
            for (bool more = rest.n > 0; more;) {
                more = str_cut(rest, STR(","), &one, &rest);
                read_path(an, s->values, one, "condition");
            }
            for (uint32_t t = 0; d->tags && t < d->tags->n; t++) {
                path_id tags = paths_child(&an->paths, 0, STR("tags"));
                paths_read(&an->paths, tags, (struct spot){.why = "tag"});
                paths_read(&an->paths, paths_child(&an->paths, tags, v_text(d->tags->v[t])), (struct spot){.why = "tag"});
            }
            bool here = false;
            for (uint32_t n = 0; n < s->chart->subcharts_n; n++) here = here || str_eq(s->chart->subcharts[n]->name, d->name);
            if (!here) read_absent(an, s, d);
        }
    }
}

/* ---- schemas ---- */

struct schema_walk {
    struct analysis *an;
    struct value root;
    uint32_t steps;
};

static void read_schema(struct schema_walk *w, struct value schema, path_id at, uint32_t depth);

/* "#/definitions/x": a place in the document itself. */
static struct value resolve(const struct schema_walk *w, struct str ref)
{
    struct value v = w->root;
    struct str rest, one;
    if (!str_starts(ref, STR("#"))) return NIL;
    rest = str_trim_prefix(str_from_n(ref, 1), STR("/"));
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, STR("/"), &one, &rest);
        v = v.kind == V_MAP ? map_get(v.u.map, one) : NIL;
    }
    return v;
}

static void read_all_schemas(struct schema_walk *w, struct value v, path_id at, uint32_t depth)
{
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) read_schema(w, v.u.list->v[i], at, depth);
    else read_schema(w, v, at, depth);
}

static void read_properties(struct schema_walk *w, struct value properties, path_id at, uint32_t depth)
{
    struct paths *p = &w->an->paths;
    for (uint32_t i = 0; properties.kind == V_MAP && i < map_len(properties); i++) {
        const struct entry *e = &properties.u.map->v[i];
        path_id c = paths_child(p, at, e->key);
        if (e->value.kind != V_MAP || map_len(e->value)) paths_read(p, c, (struct spot){.why = "schema"});
        read_schema(w, e->value, c, depth);
    }
}

/* A schema that refuses keys reads all keys; one that says something of a place reads what it says something of. */
static void read_schema(struct schema_walk *w, struct value schema, path_id at, uint32_t depth)
{
    enum { STEPS_MAX = 200000, DEPTH_MAX = 40 };
    static const char *const same_place[] = {"allOf", "anyOf", "oneOf", "if", "then", "else", "not"};
    static const char *const counts[] = {"propertyNames", "minProperties", "maxProperties"};
    struct spot by = {.why = "schema"};
    struct paths *p = &w->an->paths;
    if (schema.kind != V_MAP || depth > DEPTH_MAX || ++w->steps > STEPS_MAX) return;
    struct value ref = value_at(schema, "$ref", NULL);
    if (ref.kind == V_STR && p->v[at].depth < DEPTH_MAX / 2) read_schema(w, resolve(w, v_text(ref)), at, depth + 1);
    for (size_t i = 0; i < sizeof same_place / sizeof *same_place; i++) read_all_schemas(w, value_at(schema, same_place[i], NULL), at, depth + 1);
    read_properties(w, value_at(schema, "properties", NULL), at, depth + 1);
    struct value required = value_at(schema, "required", NULL);
    for (uint32_t i = 0; required.kind == V_LIST && i < list_len(required); i++)
        if (required.u.list->v[i].kind == V_STR) paths_read(p, paths_child(p, at, v_text(required.u.list->v[i])), by);
    struct value others = value_at(schema, "additionalProperties", NULL), patterns = value_at(schema, "patternProperties", NULL);
    struct value left = value_at(schema, "unevaluatedProperties", NULL);
    bool all = (others.kind == V_BOOL && !others.u.b) || (others.kind == V_MAP && map_len(others)) || (left.kind != V_NIL && !(left.kind == V_BOOL && left.u.b)) ||
               (patterns.kind == V_MAP && map_len(patterns));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) all = all || value_at(schema, counts[i], NULL).kind != V_NIL;
    if (all) paths_read_shape(p, at, NULL, 0, by);
    if (others.kind == V_MAP && map_len(others)) read_schema(w, others, paths_wild(p, at, STEP_ANY), depth + 1);
    for (uint32_t i = 0; patterns.kind == V_MAP && i < map_len(patterns); i++)
        read_schema(w, patterns.u.map->v[i].value, paths_wild(p, at, STEP_ANY), depth + 1);
    read_all_schemas(w, value_at(schema, "items", NULL), paths_wild(p, at, STEP_ANY), depth + 1);
}

void chart_read_schemas(struct analysis *an)
{
    for (uint32_t i = 0; i < an->scopes_n; i++) {
        struct schema_walk w = {.an = an};
        struct str error;
        const struct chart *c = an->scopes[i].chart;
        if (!c->schema.p || !json_read(an->a, c->schema, NULL, 0, 0, &w.root, &error)) continue;
        read_schema(&w, w.root, an->scopes[i].values, 0);
    }
}
