/* values.schema.json of a chart and all below it: ValidateAgainstSchema of Helm's pkg/chart/common/util/jsonschema.go. */
#include "chart/load.h"
#include "chart/schema.h"
#include "chart/values.h"

struct validation {
    struct arena *a;
    struct violations *violations; /* NULL: not wanted */
    struct buf shown;
};

/* "/a~1b/0" below `v` as --set spells it, after `parent`. */
static struct str values_path(struct arena *a, struct str parent, struct str pointer, struct value v)
{
    struct str path = parent, rest = str_trim_prefix(pointer, STR("/")), token;
    for (bool more = pointer.n > 0; more;) {
        more = str_cut(rest, STR("/"), &token, &rest);
        struct buf b = buf_new(a);
        for (size_t i = 0; i < token.n; i++) {
            bool escaped = token.p[i] == '~' && i + 1 < token.n && (token.p[i + 1] == '0' || token.p[i + 1] == '1');
            buf_byte(&b, !escaped ? token.p[i] : token.p[i + 1] == '0' ? '~' : '/');
            i += escaped;
        }
        struct str name = buf_done(&b);
        if (v.kind == V_LIST) {
            uint32_t index = 0;
            for (size_t i = 0; i < name.n && i < 9; i++) index = index * 10 + (uint32_t)(name.p[i] - '0');
            path = path_item(a, path, index);
            v = index < list_len(v) ? v.u.list->v[index] : NIL;
        } else {
            path = path_key(a, path, name);
            v = v.kind == V_MAP ? map_get(v.u.map, name) : NIL;
        }
    }
    return path;
}

static void add_violation(struct validation *x, const struct chart *c, struct str path, struct str message)
{
    struct violations *w = x->violations;
    if (w) *PUSH(w->a, w->v, w->n, w->cap) = (struct violation){c->path, path, message};
}

/* Compiled into the chart's arena, and only once: one chart is rendered many times. */
static const struct compiled_schema *compile(const struct chart *c)
{
    struct compiled_schema *s = c->compiled;
    if (s->done) return s;
    s->schema = schema_compile(s->a, c->schema, &s->error);
    s->done = true;
    return s;
}

void values_compile_schemas(const struct chart *c)
{
    if (c->compiled) compile(c);
    for (uint32_t i = 0; i < c->subcharts_n; i++) values_compile_schemas(c->subcharts[i]);
}

static void validate_own(struct validation *x, const struct chart *c, struct value values, struct str path)
{
    struct str shown;
    struct schema_errors errors = {.a = x->a};
    const struct compiled_schema *s = compile(c);
    if (s->schema && schema_validate(x->a, s->schema, values, &errors, &shown)) return;
    buf_add(&x->shown, c->name);
    buf_z(&x->shown, ":\n");
    if (!s->schema) {
        buf_add(&x->shown, s->error);
        add_violation(x, c, path, s->error);
        return;
    }
    buf_add(&x->shown, shown);
    for (size_t i = 0; i < errors.n; i++) add_violation(x, c, values_path(x->a, path, errors.v[i].path, values), errors.v[i].message);
}

static void validate_chart(struct validation *x, const struct chart *c, struct value values, struct str path)
{
    if (c->compiled) validate_own(x, c, values, path);
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        const struct chart *sub = c->subcharts[i];
        struct value below = map_get(values.u.map, sub->name);
        struct str below_path = path_key(x->a, path, sub->name);
        if (below.kind == V_NIL) continue;
        if (below.kind != V_MAP) {
            struct str why = str_printf(x->a, "invalid type for values: expected object (map), got %s", value_type_name(below));
            buf_printf(&x->shown, "%.*s:\n%.*s\n", STR_ARG(sub->name), STR_ARG(why));
            add_violation(x, sub, below_path, why);
            continue;
        }
        validate_chart(x, sub, below, below_path);
    }
}

bool values_validate(struct arena *a, const struct chart *c, const struct map *values, struct violations *violations, struct str *error)
{
    struct validation x = {a, violations, buf_new(a)};
    validate_chart(&x, c, v_map((struct map *)values), (struct str){0});
    if (!x.shown.n) return true;
    *error = str_printf(a, "values don't meet the specifications of the schema(s) in the following chart(s):\n%.*s", STR_ARG(buf_str(&x.shown)));
    return false;
}
