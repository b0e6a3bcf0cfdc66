/* .Chart: chart.Metadata (pkg/chart/v2 of Helm 4, pkg/chart of Helm 3). Helm 4 makes a map of it, with everything below
 * (structToMap in pkg/chart/common.go); Helm 3 shows the struct itself. */
#include <math.h>

#include "base/utf8.h"
#include "funcs/objects.h"
#include "text/unicode.h"
#include "value/gofmt.h"

enum field_kind { F_TEXT, F_LINE /* a text that Metadata.Validate cleans */, F_BOOL, F_LINES, F_ANYS, F_TEXT_MAP, F_STRUCTS };

struct field {
    const char *go, *key; /* Go's name, and the key in Chart.yaml */
    enum field_kind kind;
    const struct field *of; /* F_STRUCTS: the fields of an item */
};

static const struct field maintainer_fields[] = {{"Name", "name", F_LINE, 0}, {"Email", "email", F_LINE, 0}, {"URL", "url", F_LINE, 0}, {0}};

static const struct field dependency_fields[] = {
    {"Name", "name", F_LINE, 0},           {"Version", "version", F_LINE, 0}, {"Repository", "repository", F_LINE, 0},
    {"Condition", "condition", F_LINE, 0}, {"Tags", "tags", F_LINES, 0},      {"Enabled", "enabled", F_BOOL, 0},
    {"ImportValues", "import-values", F_ANYS, 0}, {"Alias", "alias", F_TEXT, 0}, {0},
};

static const struct field chart_fields[] = {
    {"Name", "name", F_LINE, 0},
    {"Home", "home", F_LINE, 0},
    {"Sources", "sources", F_LINES, 0},
    {"Version", "version", F_TEXT, 0},
    {"Description", "description", F_LINE, 0},
    {"Keywords", "keywords", F_LINES, 0},
    {"Maintainers", "maintainers", F_STRUCTS, maintainer_fields},
    {"Icon", "icon", F_LINE, 0},
    {"APIVersion", "apiVersion", F_TEXT, 0},
    {"Condition", "condition", F_LINE, 0},
    {"Tags", "tags", F_LINE, 0},
    {"AppVersion", "appVersion", F_LINE, 0},
    {"Deprecated", "deprecated", F_BOOL, 0},
    {"Annotations", "annotations", F_TEXT_MAP, 0},
    {"KubeVersion", "kubeVersion", F_LINE, 0},
    {"Dependencies", "dependencies", F_STRUCTS, dependency_fields},
    {"Type", "type", F_TEXT, 0},
    {0},
};

/* sigs.k8s.io/yaml turns numbers and booleans into text where the Go field is a string. */
static struct str text_of(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    if (v.kind == V_STR) return v_text(v);
    if (v.kind == V_BOOL) return v.u.b ? STR("true") : STR("false");
    if (v.kind == V_INT) return str_printf(a, "%lld", (long long)v.u.i);
    if (v.kind != V_FLOAT) return STR("");
    if (v.u.f == floor(v.u.f) && fabs(v.u.f) < 9007199254740992.0) return str_printf(a, "%.0f", v.u.f);
    go_float(&b, v.u.f, 'g', -1);
    return buf_done(&b);
}

/* Every kind of space becomes one, what cannot be printed goes. */
static struct str clean_line(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (rune_is_space(r)) buf_byte(&b, ' ');
        else if (rune_is_print(r)) buf_rune(&b, r);
    }
    return buf_done(&b);
}

/* How a struct is shown: Helm 4 has maps throughout; Helm 3 pointers to structs, and slices of their own types. */
enum shape { AS_MAPS, AS_STRUCTS };

static struct value struct_value(struct arena *a, struct value from, const struct field *fields, enum shape shape);

static struct value field_list(struct arena *a, struct value from, const struct field *f, enum shape shape)
{
    enum gotype type = shape == AS_MAPS || f->kind == F_ANYS ? GO_AUTO : f->kind == F_STRUCTS ? GO_OBJS : GO_STRINGS;
    struct list *l = list_new(a);
    if (from.kind != V_LIST) return v_typed(v_list(shape == AS_MAPS ? l : NULL), type);
    for (uint32_t i = 0; i < list_len(from); i++) {
        struct value item = from.u.list->v[i];
        origin_id at = list_origin(from.u.list, i);
        if (f->kind == F_STRUCTS) item = struct_value(a, item, f->of, shape);
        else if (f->kind == F_LINES) item = v_str(clean_line(a, text_of(a, item)));
        list_add_at(l, item, at);
    }
    return v_typed(v_list(l), type);
}

static struct value field_text_map(struct arena *a, struct value from)
{
    if (from.kind != V_MAP) return v_typed(v_map(NULL), GO_STRING_MAP);
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < map_len(from); i++) {
        const struct entry *e = &from.u.map->v[i];
        map_put_at(m, e->key, v_str(text_of(a, e->value)), e->at);
    }
    return v_typed(v_map(m), GO_STRING_MAP);
}

static struct value field_value(struct arena *a, struct value from, const struct field *f, enum shape shape)
{
    switch (f->kind) {
    case F_TEXT: return v_str(text_of(a, from));
    case F_LINE: return v_str(clean_line(a, text_of(a, from)));
    case F_BOOL: return v_bool(from.kind == V_BOOL && from.u.b);
    case F_TEXT_MAP: return field_text_map(a, from);
    default: return field_list(a, from, f, shape);
    }
}

/* The fields under Go's names, in Go's order. */
static struct map *struct_fields(struct arena *a, struct value from, const struct field *fields, enum shape shape)
{
    struct map *m = map_new(a);
    const struct map *source = from.kind == V_MAP ? from.u.map : NULL;
    for (const struct field *f = fields; f->go; f++) {
        const struct entry *e = map_find(source, str_from(f->key));
        map_put_at(m, str_from(f->go), field_value(a, e ? e->value : NIL, f, shape), e ? e->at : 0);
    }
    return m;
}

/* ---- what ProcessDependencies leaves of a dependency (pkg/chart/v2/util/dependencies.go) ---- */

static struct value import_value(struct arena *a, struct str child, struct str parent)
{
    struct map *m = map_new(a);
    map_putz(m, "child", v_str(child));
    map_putz(m, "parent", v_str(parent));
    return v_typed(v_map(m), GO_STRING_MAP);
}

static struct list *import_values(struct arena *a, const struct list *from)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; from && i < from->n; i++) {
        struct value v = from->v[i];
        if (v.kind == V_STR) v = import_value(a, str_concat(a, STR("exports."), v_text(v)), STR("."));
        else if (v.kind == V_MAP) v = import_value(a, text_of(a, value_at(v, "child", NULL)), text_of(a, value_at(v, "parent", NULL)));
        list_add_at(l, v, list_origin(from, i));
    }
    return l;
}

/* Those that are left are enabled, and an alias has become the name. */
static void process_dependency(struct arena *a, struct map *fields)
{
    struct str alias = value_str_at(v_map(fields), "Alias");
    struct entry *imports = map_find(fields, STR("ImportValues"));
    map_putz(fields, "Enabled", v_bool(true));
    if (alias.n) map_putz(fields, "Name", v_str(alias));
    if (list_len(imports->value)) imports->value.u.list = import_values(a, imports->value.u.list);
}

/* ---- structs ---- */

static bool json_omits(struct value v) { return !value_truth(v); }

/* By their tags, which omit what is empty; a dependency's name and repository are kept. */
static void add_json_fields(struct map *into, const struct map *fields, const struct field *of)
{
    for (const struct field *f = of; f->go; f++) {
        struct value v = map_getz(fields, f->go);
        bool kept = of == dependency_fields && (strcmp(f->key, "name") == 0 || strcmp(f->key, "repository") == 0);
        if (kept || !json_omits(v)) map_putz(into, f->key, v);
    }
}

static struct value plain_object(struct arena *a, struct map *fields)
{
    static const struct objtype type = {.name = "struct"};
    struct obj *o = NEW(a, struct obj);
    o->type = &type;
    o->fields = fields;
    return v_obj(o);
}

static struct value maintainer_json(struct arena *a, const struct obj *o)
{
    struct map *m = map_new(a);
    add_json_fields(m, o->fields, maintainer_fields);
    return plain_object(a, m);
}

static struct value dependency_json(struct arena *a, const struct obj *o)
{
    struct map *m = map_new(a);
    add_json_fields(m, o->fields, dependency_fields);
    return plain_object(a, m);
}

static struct value metadata_json(struct arena *a, const struct obj *o)
{
    struct map *m = map_new(a);
    add_json_fields(m, o->fields, chart_fields);
    return plain_object(a, m);
}

/* The struct of Helm 3's engine: Metadata embedded, and whether the chart is the root. */
static struct value chart_json(struct arena *a, const struct obj *o)
{
    struct map *m = map_new(a);
    add_json_fields(m, o->fields, chart_fields);
    map_putz(m, "IsRoot", map_getz(o->fields, "IsRoot"));
    return plain_object(a, m);
}

static struct str chart_print(struct arena *a, const struct obj *o)
{
    struct buf b = buf_new(a);
    buf_byte(&b, '{');
    gofmt_value(&b, map_getz(o->fields, "Metadata"));
    buf_byte(&b, ' ');
    gofmt_value(&b, map_getz(o->fields, "IsRoot"));
    buf_byte(&b, '}');
    return buf_done(&b);
}

static const struct objtype maintainer_type = {.name = "*chart.Maintainer", .json = maintainer_json};
static const struct objtype dependency_type = {.name = "*chart.Dependency", .json = dependency_json};
static const struct objtype metadata_type = {.name = "chart.Metadata", .json = metadata_json};
static const struct objtype chart_type = {.name = "struct { chart.Metadata; IsRoot bool }", .print = chart_print, .json = chart_json};

static struct value object_of(struct arena *a, const struct objtype *type, struct map *fields)
{
    struct obj *o = NEW(a, struct obj);
    o->type = type;
    o->fields = fields;
    return v_obj(o);
}

static struct value struct_value(struct arena *a, struct value from, const struct field *fields, enum shape shape)
{
    struct map *m = struct_fields(a, from, fields, shape);
    if (fields == dependency_fields) process_dependency(a, m);
    if (shape == AS_MAPS) return v_map(m);
    return object_of(a, fields == dependency_fields ? &dependency_type : &maintainer_type, m);
}

struct value object_chart(struct arena *a, struct value metadata, bool is_root)
{
    struct map *m = struct_fields(a, metadata, chart_fields, AS_MAPS);
    map_putz(m, "IsRoot", v_bool(is_root));
    return v_map(m);
}

struct value object_chart_helm3(struct arena *a, struct value metadata, bool is_root)
{
    struct map *inner = struct_fields(a, metadata, chart_fields, AS_STRUCTS), *outer = map_new(a);
    for (uint32_t i = 0; i < inner->n; i++) map_put_at(outer, inner->v[i].key, inner->v[i].value, inner->v[i].at);
    map_putz(outer, "Metadata", object_of(a, &metadata_type, inner));
    map_putz(outer, "IsRoot", v_bool(is_root));
    return object_of(a, &chart_type, outer);
}
