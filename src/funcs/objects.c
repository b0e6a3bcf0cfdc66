/* .Files, .Chart, and the methods of Helm's map types. */
#include "funcs/objects.h"

#include <math.h>

#include "funcs/encoding.h"
#include "base/utf8.h"
#include "funcs/funcs.h"
#include "text/unicode.h"
#include "text/units.h"
#include "value/gofmt.h"
#include "value/timeval.h"
#include "value/yaml.h"

/* ---- methods by type ---- */

static const struct method *methods_of(struct value v)
{
    if (value_is_time(v)) return methods_time;
    if (v.kind == V_OBJ) return v.u.obj->type->methods;
    switch (v.type) {
    case GO_VALUES: return methods_values;
    case GO_FILES: return methods_files;
    case GO_VERSION_SET: return methods_version_set;
    case GO_DURATION: return methods_duration;
    case GO_MONTH: case GO_WEEKDAY: return methods_named_int;
    default: return NULL;
    }
}

const struct method *method_find(struct value receiver, struct str name)
{
    for (const struct method *m = methods_of(receiver); m && m->name; m++)
        if (str_is(name, m->name)) return m;
    return NULL;
}

/* ---- .Files: pkg/engine/files.go ---- */

struct value object_files(struct arena *a, const struct file *const *v, uint32_t n)
{
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < n; i++) map_put(m, v[i]->path, v_typed(v_str(v[i]->data), GO_BYTES));
    return v_typed(v_map(m), GO_FILES);
}

static struct str file_data(struct value files, struct str name)
{
    struct entry *e = map_find(files.u.map, name);
    return e ? v_text(e->value) : STR("");
}

static bool files_get(struct call *c, struct value files, struct value *out) { return ret_str(out, file_data(files, arg_str(c, 0))); }

static bool files_get_bytes(struct call *c, struct value files, struct value *out)
{
    return ret(out, v_typed(v_str(file_data(files, arg_str(c, 0))), GO_BYTES));
}

/* A pattern that does not compile matches everything. */
static bool files_glob(struct call *c, struct value files, struct value *out)
{
    struct map *m = map_new(c->a);
    for (uint32_t i = 0; i < map_len(files); i++) {
        const struct entry *e = &files.u.map->v[i];
        bool bad = false;
        if (glob_match(arg_str(c, 0), e->key, &bad) || bad) map_put(m, e->key, e->value);
    }
    return ret(out, v_typed(v_map(m), GO_FILES));
}

static bool files_lines(struct call *c, struct value files, struct value *out)
{
    struct list *l = list_new(c->a);
    *out = v_typed(v_list(l), GO_STRINGS);
    struct entry *e = map_find(files.u.map, arg_str(c, 0));
    if (!e) return true;
    struct str text = v_text(e->value), line;
    if (!text.n) return call_fail(c, "runtime error: index out of range [-1]");
    text = str_trim_suffix(text, STR("\n"));
    for (bool more = true; more;) {
        more = str_cut(text, STR("\n"), &line, &text);
        list_add(l, v_str(line));
    }
    return true;
}

/* Base names to texts, as YAML. Which of two files of the same base name wins is left to chance in Helm; here the last. */
static struct str files_yaml(struct call *c, struct value files, bool base64)
{
    struct map *m = map_new(c->a);
    struct entry **sorted = map_sorted(c->a, files.u.map);
    for (uint32_t i = 0; i < map_len(files); i++) {
        struct str text = v_text(sorted[i]->value);
        map_put(m, path_base(sorted[i]->key), v_str(base64 ? base64_encode(c->a, text) : text));
    }
    struct buf b = buf_new(c->a);
    yaml_write(&b, v_typed(v_map(m), GO_STRING_MAP));
    return str_trim_suffix(buf_done(&b), STR("\n"));
}

static bool files_as_config(struct call *c, struct value files, struct value *out) { return ret_str(out, files_yaml(c, files, false)); }
static bool files_as_secrets(struct call *c, struct value files, struct value *out) { return ret_str(out, files_yaml(c, files, true)); }

const struct method methods_files[] = {
    {"Get", "s", files_get},         {"GetBytes", "s", files_get_bytes}, {"Glob", "s", files_glob},
    {"Lines", "s", files_lines},     {"AsConfig", "", files_as_config},  {"AsSecrets", "", files_as_secrets},
    {0},
};

/* ---- common.Values: pkg/chart/common/values.go ---- */

static bool fail_quoted(struct call *c, struct str key, const char *what)
{
    struct buf b = buf_new(c->a);
    go_quote(&b, key);
    return call_fail(c, "%.*s is not a %s", STR_ARG(buf_str(&b)), what);
}

/* The table at a path of keys with dots between; NULL and *missing is the key at which there is none. */
static struct map *table_at(struct call *c, struct value values, struct str path, struct str *missing)
{
    struct map *m = values.u.map;
    struct str key;
    for (bool more = true; more;) {
        more = str_cut(path, STR("."), &key, &path);
        struct entry *e = map_find(m, key);
        if (e) call_reads(c, e->at);
        bool table = e && e->value.kind == V_MAP && (e->value.type == GO_AUTO || e->value.type == GO_VALUES);
        if (!table) {
            *missing = key;
            return NULL;
        }
        m = e->value.u.map;
    }
    return m ? m : map_new(c->a);
}

static bool values_table(struct call *c, struct value values, struct value *out)
{
    struct str missing;
    struct map *m = table_at(c, values, arg_str(c, 0), &missing);
    if (!m) return fail_quoted(c, missing, "table");
    return ret(out, v_typed(v_map(m), GO_VALUES));
}

static bool values_path_value(struct call *c, struct value values, struct value *out)
{
    struct str path = arg_str(c, 0), key = path, missing;
    if (!path.n) return call_fail(c, "YAML path cannot be empty");
    struct map *m = values.u.map;
    ptrdiff_t dot = str_find_last(path, STR("."));
    if (dot >= 0) {
        key = str_from_n(path, (size_t)dot + 1);
        m = table_at(c, values, str_sub(path, 0, (size_t)dot), &missing);
    }
    struct entry *e = map_find(m, key);
    if (!e || (e->value.kind == V_MAP && e->value.type == GO_AUTO)) return fail_quoted(c, key, "value");
    call_reads(c, e->at);
    return ret(out, e->value);
}

static bool values_as_map(struct call *c, struct value values, struct value *out)
{
    return ret(out, v_map(map_len(values) ? values.u.map : map_new(c->a)));
}

static bool values_yaml(struct call *c, struct value values, struct value *out)
{
    struct buf b = buf_new(c->a);
    call_reads_deep(c, values);
    yaml_write(&b, values);
    return ret_str(out, buf_done(&b));
}

/* It writes to an io.Writer, and a template has none. */
static bool values_encode(struct call *c, struct value values, struct value *out)
{
    (void)values;
    (void)out;
    return call_fail(c, "wrong type for value; expected io.Writer; got %s", value_type_name(c->arg[0]));
}

const struct method methods_values[] = {
    {"YAML", "", values_yaml},      {"Table", "s", values_table},         {"AsMap", "", values_as_map},
    {"Encode", "a", values_encode}, {"PathValue", "s", values_path_value}, {0},
};

/* ---- .Chart: structToMap of pkg/chart/common.go over Metadata of pkg/chart/v2 ---- */

enum field_kind { F_TEXT, F_LINE /* a text that Metadata.Validate cleans */, F_BOOL, F_TEXTS, F_LINES, F_ANYS, F_TEXT_MAP, F_STRUCTS };

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

static struct value struct_map(struct arena *a, struct value from, const struct field *fields);

static struct value field_list(struct arena *a, struct value from, const struct field *f)
{
    struct list *l = list_new(a);
    if (from.kind != V_LIST) return v_list(l);
    for (uint32_t i = 0; i < list_len(from); i++) {
        struct value item = from.u.list->v[i];
        origin_id at = list_origin(from.u.list, i);
        if (f->kind == F_STRUCTS) item = struct_map(a, item, f->of);
        else if (f->kind == F_LINES) item = v_str(clean_line(a, text_of(a, item)));
        else if (f->kind == F_TEXTS) item = v_str(text_of(a, item));
        list_add_at(l, item, at);
    }
    return v_list(l);
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

static struct value field_value(struct arena *a, struct value from, const struct field *f)
{
    switch (f->kind) {
    case F_TEXT: return v_str(text_of(a, from));
    case F_LINE: return v_str(clean_line(a, text_of(a, from)));
    case F_BOOL: return v_bool(from.kind == V_BOOL && from.u.b);
    case F_TEXT_MAP: return field_text_map(a, from);
    default: return field_list(a, from, f);
    }
}

static struct value struct_map(struct arena *a, struct value from, const struct field *fields)
{
    struct map *m = map_new(a);
    const struct map *source = from.kind == V_MAP ? from.u.map : NULL;
    for (const struct field *f = fields; f->go; f++) {
        const struct entry *e = map_find(source, str_from(f->key));
        map_put_at(m, str_from(f->go), field_value(a, e ? e->value : NIL, f), e ? e->at : 0);
    }
    return v_map(m);
}

struct value object_chart(struct arena *a, struct value metadata, bool is_root)
{
    struct value chart = struct_map(a, metadata, chart_fields);
    map_putz(chart.u.map, "IsRoot", v_bool(is_root));
    return chart;
}
