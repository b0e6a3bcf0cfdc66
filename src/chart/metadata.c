/* Chart.yaml as Helm decodes it: sigs.k8s.io/yaml into a Go struct (numbers and booleans become text where the field is
 * text, keys match whatever their case), then Metadata.Validate of pkg/chart/v2. */
#include "chart/load.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strmap.h"
#include "base/utf8.h"
#include "text/gotime.h"
#include "text/semver.h"
#include "text/unicode.h"
#include "value/gofmt.h"

enum shape { TEXT, TEXTS, FLAG, MOMENT, TEXT_MAP, ANY_LIST, STRUCTS };

struct field {
    const char *json;
    enum shape shape;
    const struct record *of; /* of STRUCTS */
    const char *type;        /* as Go's messages name it */
};

struct record {
    const char *name, *type;
    const struct field *fields;
};

static const struct field maintainer_fields[] = {
    {"name", TEXT, NULL, "string"}, {"email", TEXT, NULL, "string"}, {"url", TEXT, NULL, "string"}, {0},
};
static const struct record maintainer = {"Maintainer", "v2.Maintainer", maintainer_fields};

static const struct field dependency_fields[] = {
    {"name", TEXT, NULL, "string"},
    {"version", TEXT, NULL, "string"},
    {"repository", TEXT, NULL, "string"},
    {"condition", TEXT, NULL, "string"},
    {"tags", TEXTS, NULL, "[]string"},
    {"enabled", FLAG, NULL, "bool"},
    {"import-values", ANY_LIST, NULL, "[]interface {}"},
    {"alias", TEXT, NULL, "string"},
    {0},
};
static const struct record dependency = {"Dependency", "v2.Dependency", dependency_fields};

static const struct field metadata_fields[] = {
    {"name", TEXT, NULL, "string"},
    {"home", TEXT, NULL, "string"},
    {"sources", TEXTS, NULL, "[]string"},
    {"version", TEXT, NULL, "string"},
    {"description", TEXT, NULL, "string"},
    {"keywords", TEXTS, NULL, "[]string"},
    {"maintainers", STRUCTS, &maintainer, "[]*v2.Maintainer"},
    {"icon", TEXT, NULL, "string"},
    {"apiVersion", TEXT, NULL, "string"},
    {"condition", TEXT, NULL, "string"},
    {"tags", TEXT, NULL, "string"},
    {"appVersion", TEXT, NULL, "string"},
    {"deprecated", FLAG, NULL, "bool"},
    {"annotations", TEXT_MAP, NULL, "map[string]string"},
    {"kubeVersion", TEXT, NULL, "string"},
    {"dependencies", STRUCTS, &dependency, "[]*v2.Dependency"},
    {"type", TEXT, NULL, "string"},
    {0},
};
static const struct record metadata = {"Metadata", "v2.Metadata", metadata_fields};

static const struct field lock_fields[] = {
    {"generated", MOMENT, NULL, "time.Time"},
    {"digest", TEXT, NULL, "string"},
    {"dependencies", STRUCTS, &dependency, "[]*v2.Dependency"},
    {0},
};
static const struct record lock = {"Lock", "v2.Lock", lock_fields};

/* pkg/chart/loader looks at the version alone before it chooses a loader: its errors come first. */
static const struct field base_fields[] = {{"apiVersion", TEXT, NULL, "string"}, {0}};
static const struct record base = {"chartBase", "loader.chartBase", base_fields};

struct decoder {
    struct arena *a;
    struct str *error;
};

static const char *json_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return "bool";
    case V_STR: return "string";
    case V_LIST: return "array";
    case V_MAP: return "object";
    default: return "number";
    }
}

static bool type_error(struct decoder *d, struct value v, const struct record *r, struct str path, const char *type)
{
    struct str where = path.n ? str_printf(d->a, "struct field %s.%.*s", r->name, STR_ARG(path)) : STR("value");
    *d->error = str_printf(d->a, "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go %.*s of type %s", json_kind(v),
                           STR_ARG(where), type);
    return false;
}

/* strconv.FormatFloat(f, 'g', -1, 32): the shortest digits that give the same float32. */
static struct str float32_text(struct arena *a, double f)
{
    char digits[32];
    int precision = 0;
    do snprintf(digits, sizeof digits, "%.*e", precision, f);
    while (precision++ < 9 && strtof(digits, NULL) != (float)f);
    struct buf b = buf_new(a);
    go_float(&b, strtod(digits, NULL), 'g', -1);
    return buf_done(&b);
}

static struct value as_text(struct arena *a, struct value v)
{
    switch (v.kind) {
    case V_BOOL: return v_str(v.u.b ? STR("true") : STR("false"));
    case V_INT: return v_str(str_printf(a, "%lld", (long long)v.u.i));
    case V_UINT: return v_str(str_printf(a, "%llu", (unsigned long long)v.u.u));
    case V_FLOAT: return v_str(float32_text(a, v.u.f));
    default: return v;
    }
}

static bool decode_text(struct decoder *d, struct value v, const struct record *r, struct str path, struct value *out)
{
    *out = as_text(d->a, v);
    if (out->kind == V_NIL) *out = v_str(STR(""));
    return out->kind == V_STR || type_error(d, v, r, path, "string");
}

/* Time.UnmarshalJSON. Only whether it is one matters. */
static bool decode_moment(struct decoder *d, struct value v)
{
    struct gotime t;
    struct str why = STR("Time.UnmarshalJSON: input is not a JSON string");
    if (v.kind == V_STR && gotime_parse(d->a, STR("2006-01-02T15:04:05Z07:00"), v_text(v), NULL, &t, &why)) return true;
    *d->error = str_concat(d->a, STR("error unmarshaling JSON: while decoding JSON: "), why);
    return false;
}

static bool decode_texts(struct decoder *d, const struct list *from, const struct record *r, struct str path, struct value *out)
{
    struct list *l = list_new(d->a);
    for (uint32_t i = 0; i < from->n; i++) {
        struct value x;
        if (!decode_text(d, from->v[i], r, path, &x)) return false;
        list_add_at(l, x, list_origin(from, i));
    }
    *out = v_list(l);
    return true;
}

static bool decode_text_map(struct decoder *d, const struct map *from, const struct record *r, struct str path, struct value *out)
{
    struct map *m = map_new(d->a);
    struct entry **e = map_sorted(d->a, from);
    for (uint32_t i = 0; i < from->n; i++) {
        struct value x;
        if (!decode_text(d, e[i]->value, r, path, &x)) return false;
        map_put_at(m, e[i]->key, x, e[i]->at);
    }
    *out = v_map(m);
    return true;
}

static bool decode_record(struct decoder *d, struct value v, const struct record *r, struct str path, struct map *into);

/* What was there is decoded into again, as encoding/json does with the elements of a slice: requirements.yaml over Chart.yaml. */
static bool decode_structs(struct decoder *d, const struct list *from, const struct record *outer, const struct record *r, struct str path,
                           struct value was, struct value *out)
{
    struct list *l = list_new(d->a);
    for (uint32_t i = 0; i < from->n; i++) {
        struct value x = from->v[i];
        if (x.kind != V_NIL) {
            if (x.kind != V_MAP) return type_error(d, x, outer, path, r->type);
            struct value old = i < list_len(was) ? was.u.list->v[i] : NIL;
            struct map *m = old.kind == V_MAP ? old.u.map : map_new(d->a);
            if (!decode_record(d, x, r, path, m)) return false;
            x = v_map(m);
        }
        list_add_at(l, x, list_origin(from, i));
    }
    *out = v_list(l);
    return true;
}

static bool decode_field(struct decoder *d, const struct entry *e, const struct field *f, const struct record *r, struct str path, struct map *into)
{
    struct value v = e->value, out = v;
    struct str key = str_from(f->json);
    if (v.kind == V_NIL) {
        if (f->shape != TEXT && f->shape != FLAG && f->shape != MOMENT) map_delete(into, key);
        return true;
    }
    bool ok;
    switch (f->shape) {
    case TEXT: ok = decode_text(d, v, r, path, &out); break;
    case FLAG: ok = v.kind == V_BOOL || type_error(d, v, r, path, f->type); break;
    case MOMENT: ok = decode_moment(d, v); break;
    case TEXT_MAP:
        ok = v.kind == V_MAP ? decode_text_map(d, v.u.map, r, path, &out) : type_error(d, v, r, path, f->type);
        break;
    default:
        if (v.kind != V_LIST) return type_error(d, v, r, path, f->type);
        if (f->shape == TEXTS) ok = decode_texts(d, v.u.list, r, path, &out);
        else if (f->shape == STRUCTS) ok = decode_structs(d, v.u.list, r, f->of, path, map_get(into, key), &out);
        else ok = true;
    }
    if (ok) map_put_at(into, key, out, e->at);
    return ok;
}

bool metadata_same_letters(struct str a, struct str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = a.p[i], y = b.p[i];
        if (x != y && ((x | 32) != (y | 32) || (x | 32) < 'a' || (x | 32) > 'z')) return false;
    }
    return true;
}

/* encoding/json takes the field of exactly this name, else the first that differs in case only. */
static const struct field *find_field(const struct field *fields, struct str key)
{
    const struct field *near = NULL;
    for (const struct field *f = fields; f->json; f++) {
        if (str_is(key, f->json)) return f;
        if (!near && metadata_same_letters(key, str_from(f->json))) near = f;
    }
    return near;
}

/* Keys in their order: that is how sigs.k8s.io/yaml hands them to the JSON decoder, whose first error is reported. */
static bool decode_record(struct decoder *d, struct value v, const struct record *r, struct str path, struct map *into)
{
    struct entry **e = map_sorted(d->a, v.u.map);
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct field *f = find_field(r->fields, e[i]->key);
        if (!f) continue;
        struct str name = str_from(f->json);
        if (!decode_field(d, e[i], f, r, path.n ? str_printf(d->a, "%.*s.%s", STR_ARG(path), f->json) : name, into)) return false;
    }
    return true;
}

static bool decode_document(struct arena *a, struct value v, const struct record *r, struct map *into, struct str *error)
{
    struct decoder d = {a, error};
    if (v.kind == V_NIL) return true;
    if (v.kind != V_MAP) return type_error(&d, v, r, (struct str){0}, r->type);
    return decode_record(&d, v, r, (struct str){0}, into);
}

bool metadata_api_version(struct arena *a, struct value yaml, struct str *out, struct str *error)
{
    struct map *m = map_new(a);
    if (!decode_document(a, yaml, &base, m, error)) return false;
    *out = value_str_at(v_map(m), "apiVersion");
    return true;
}

bool metadata_decode(struct arena *a, struct value yaml, struct map *into, struct str *error)
{
    return decode_document(a, yaml, &metadata, into, error);
}

bool metadata_check_lock(struct arena *a, struct value yaml, struct str *error)
{
    return decode_document(a, yaml, &lock, map_new(a), error);
}

/* ---- validation ---- */

/* Any white space becomes a blank, what cannot be printed goes (sanitizeString). */
static struct str sanitize(struct arena *a, struct str s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] >= ' ' && s.p[i] <= '~') i++;
    if (i == s.n) return s;
    struct buf b = buf_new(a);
    for (size_t width; s.n; s = str_from_n(s, width)) {
        uint32_t r = utf8_decode(s, 0, &width);
        if (rune_is_space(r)) buf_byte(&b, ' ');
        else if (rune_is_print(r)) buf_rune(&b, r);
    }
    return buf_done(&b);
}

static void sanitize_keys(struct arena *a, struct map *m, const char *const *keys)
{
    for (; *keys; keys++) {
        struct entry *e = map_find(m, str_from(*keys));
        if (!e) continue;
        if (e->value.kind == V_STR) e->value = v_str(sanitize(a, v_text(e->value)));
        if (e->value.kind != V_LIST) continue;
        for (uint32_t i = 0; i < list_len(e->value); i++) {
            struct value *x = &e->value.u.list->v[i];
            if (x->kind == V_STR) *x = v_str(sanitize(a, v_text(*x)));
        }
    }
}

static bool is_alias_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-';
        if (!ok) return false;
    }
    return true;
}

static struct str quoted(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    go_quote(&b, s);
    return buf_done(&b);
}

static struct str validate_dependencies(struct arena *a, struct value deps)
{
    static const char *const keys[] = {"name", "version", "repository", "condition", "tags", NULL};
    struct strmap seen = strmap_new(a);
    for (uint32_t i = 0; i < list_len(deps); i++) {
        struct value v = deps.u.list->v[i];
        if (v.kind != V_MAP) return STR("dependencies must not contain empty or null nodes");
        sanitize_keys(a, v.u.map, keys);
        struct str name = value_str_at(v, "name"), alias = value_str_at(v, "alias");
        if (!is_alias_name(alias)) return str_printf(a, "dependency %.*s has disallowed characters in the alias", STR_ARG(quoted(a, name)));
        struct str key = alias.n ? alias : name;
        if (!strmap_put(&seen, key, v.u.map)) return str_printf(a, "more than one dependency with name or alias %.*s", STR_ARG(quoted(a, key)));
    }
    return (struct str){0};
}

/* Go's filepath.Base leaves exactly the names that are one component. */
static bool is_base_name(struct str s) { return str_chr(s, '/') < 0 || str_is(s, "/"); }

static struct str validate(struct arena *a, struct map *m)
{
    static const char *const keys[] = {"name", "description", "home", "icon", "condition", "tags", "appVersion", "kubeVersion", "sources", "keywords", NULL};
    static const char *const maintainer_keys[] = {"name", "email", "url", NULL};
    sanitize_keys(a, m, keys);
    struct value v = v_map(m);
    struct str name = value_str_at(v, "name"), version = value_str_at(v, "version"), type = value_str_at(v, "type");
    struct semver parsed;
    struct str ignored;
    if (!value_str_at(v, "apiVersion").n) return STR("chart.metadata.apiVersion is required");
    if (!name.n) return STR("chart.metadata.name is required");
    if (str_is(name, ".") || str_is(name, "..")) return str_printf(a, "chart.metadata.name %.*s is not allowed", STR_ARG(quoted(a, name)));
    if (!is_base_name(name)) return str_printf(a, "chart.metadata.name %.*s is invalid", STR_ARG(quoted(a, name)));
    if (!version.n) return STR("chart.metadata.version is required");
    if (!semver_parse(a, version, &parsed, &ignored)) return str_printf(a, "chart.metadata.version %.*s is invalid", STR_ARG(quoted(a, version)));
    if (type.n && !str_is(type, "application") && !str_is(type, "library")) return STR("chart.metadata.type must be application or library");
    struct value maintainers = map_getz(m, "maintainers");
    for (uint32_t i = 0; i < list_len(maintainers); i++) {
        struct value x = maintainers.u.list->v[i];
        if (x.kind != V_MAP) return STR("maintainers must not contain empty or null nodes");
        sanitize_keys(a, x.u.map, maintainer_keys);
    }
    return validate_dependencies(a, map_getz(m, "dependencies"));
}

bool metadata_validate(struct arena *a, struct map *m, struct str *error)
{
    struct str why = validate(a, m);
    if (!why.n) return true;
    *error = str_printf(a, "validation: %.*s", STR_ARG(why));
    return false;
}

/* ---- from and to struct dependency ---- */

static struct list *list_of(struct value v, const char *key)
{
    struct value x = value_at(v, key, NULL);
    return x.kind == V_LIST ? x.u.list : NULL;
}

void metadata_dependencies(struct arena *a, struct chart *c)
{
    struct value deps = value_at(c->metadata, "dependencies", NULL);
    c->deps_given = deps.kind == V_LIST;
    c->deps_n = list_len(deps);
    c->deps = NEW_ARRAY(a, struct dependency, c->deps_n);
    for (uint32_t i = 0; i < c->deps_n; i++) {
        struct value v = deps.u.list->v[i];
        c->deps[i] = (struct dependency){
            .name = value_str_at(v, "name"),
            .version = value_str_at(v, "version"),
            .repository = value_str_at(v, "repository"),
            .condition = value_str_at(v, "condition"),
            .alias = value_str_at(v, "alias"),
            .tags = list_of(v, "tags"),
            .import_values = list_of(v, "import-values"),
            .at = origin_get(c->origins, list_origin(deps.u.list, i))->value_at,
        };
    }
}

static void put_text(struct map *m, const char *key, struct str s)
{
    if (s.n) map_putz(m, key, v_str(s));
}

static struct value dependency_value(struct arena *a, const struct dependency *d)
{
    struct map *m = map_new(a);
    put_text(m, "name", d->name);
    put_text(m, "version", d->version);
    put_text(m, "repository", d->repository);
    put_text(m, "condition", d->condition);
    if (d->tags) map_putz(m, "tags", v_list(d->tags));
    map_putz(m, "enabled", v_bool(d->enabled));
    if (d->import_values) map_putz(m, "import-values", v_list(d->import_values));
    put_text(m, "alias", d->alias);
    return v_map(m);
}

void metadata_update(struct arena *a, struct chart *c)
{
    struct map *m = map_new(a);
    const struct map *was = c->metadata.u.map;
    for (uint32_t i = 0; i < was->n; i++) map_put_at(m, was->v[i].key, was->v[i].value, was->v[i].at);
    map_putz(m, "name", v_str(c->name));
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < c->deps_n; i++)
        if (c->deps[i].enabled) list_add(l, dependency_value(a, &c->deps[i]));
    if (l->n) map_putz(m, "dependencies", v_list(l));
    else map_delete(m, STR("dependencies"));
    c->metadata = v_map(m);
}
