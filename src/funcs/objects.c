/* .Files and the methods of Helm's map types. */
#include "funcs/objects.h"

#include "funcs/encoding.h"
#include "funcs/funcs.h"
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
        if (name.n && name.p[0] == m->name[0] && str_is(name, m->name)) return m;
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
    const struct glob *pattern = glob_compile(c->a, arg_str(c, 0));
    for (uint32_t i = 0; i < map_len(files); i++) {
        const struct entry *e = &files.u.map->v[i];
        if (!pattern || glob_matches(pattern, c->a, e->key)) map_put(m, e->key, e->value);
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

/* It writes to an io.Writer: a template can only give it nil. */
static bool values_encode(struct call *c, struct value values, struct value *out)
{
    (void)values;
    (void)out;
    return call_fail(c, "runtime error: invalid memory address or nil pointer dereference");
}

const struct method methods_values[] = {
    {"YAML", "", values_yaml},      {"Table", "s", values_table},         {"AsMap", "", values_as_map},
    {"Encode", "W", values_encode}, {"PathValue", "s", values_path_value}, {0},
};
