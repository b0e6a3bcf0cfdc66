#include "base/strmap.h"
#include "steps/fields.h"

#include <math.h>

#define MEMBER(T, p, offset) ((T *)(void *)((char *)(p) + (offset)))
#define CONST_MEMBER(T, p, offset) ((const T *)(const void *)((const char *)(p) + (offset)))

/* Arrays of any struct are reached through their bytes: a pointer to one type is not read as a pointer to another. */
static char *load_array(const void *from, const struct field *f)
{
    char *p;
    memcpy(&p, (const char *)from + f->at, sizeof p);
    return p;
}

static void store_array(void *to, const struct field *f, char *p) { memcpy((char *)to + f->at, &p, sizeof p); }

/* ---- writing ---- */

/* Literal text is a string, so that an argv without holes is an argv anywhere; a value is a map of one key, and `before`. */
static struct value arg_to_value(struct arena *a, const struct arg *x)
{
    if (x->kind == ARG_TEXT) return v_str(x->text);
    struct map *m = map_new(a);
    map_putz(m, arg_kind_name(x->kind), v_str(x->text));
    if (x->before.n) map_putz(m, "before", v_str(x->before));
    return v_map(m);
}

static struct value list_to_value(struct arena *a, const struct field *f, const void *from)
{
    struct list *l = list_new(a);
    if (f->form == F_STRINGS) {
        const struct str *v = *CONST_MEMBER(struct str *, from, f->at);
        for (uint32_t i = 0, n = *CONST_MEMBER(uint32_t, from, f->n_at); i < n; i++) list_add(l, v_str(v[i]));
    } else if (f->form == F_ARGS) {
        const struct argv *v = CONST_MEMBER(struct argv, from, f->at);
        for (uint32_t i = 0; i < v->n; i++) list_add(l, arg_to_value(a, &v->v[i]));
    } else if (f->form == F_STEPS) {
        const struct step_list *v = CONST_MEMBER(struct step_list, from, f->at);
        for (uint32_t i = 0; i < v->n; i++) list_add(l, fields_to_value(a, f->type, v->v[i]));
    } else {
        const char *v = load_array(from, f);
        for (uint32_t i = 0, n = *CONST_MEMBER(uint32_t, from, f->n_at); i < n; i++) list_add(l, fields_to_value(a, f->type, v + i * f->type->size));
    }
    return v_list(l);
}

/* NIL: leave it out. */
static struct value field_to_value(struct arena *a, const struct field *f, const void *from)
{
    switch (f->form) {
    case F_STR: case F_STR_OR_NULL: {
        struct str s = *CONST_MEMBER(struct str, from, f->at);
        return s.n || (f->form == F_STR_OR_NULL && s.p) || f->required ? v_str(s) : NIL;
    }
    case F_BOOL: return *CONST_MEMBER(bool, from, f->at) ? v_bool(true) : NIL;
    case F_INT: {
        int i = *CONST_MEMBER(int, from, f->at);
        return i != f->absent ? v_int(i) : NIL;
    }
    case F_INT64: {
        int64_t i = *CONST_MEMBER(int64_t, from, f->at);
        return i != f->absent ? v_int(i) : NIL;
    }
    case F_UINT32: {
        uint32_t i = *CONST_MEMBER(uint32_t, from, f->at);
        return i != f->absent ? v_int(i) : NIL;
    }
    case F_ENUM: return v_str(str_from(f->enum_name(*CONST_MEMBER(int, from, f->at))));
    case F_STRUCT: {
        struct value v = fields_to_value(a, f->type, (const char *)from + f->at);
        return map_len(v) ? v : NIL;
    }
    case F_ARG: return arg_to_value(a, CONST_MEMBER(struct arg, from, f->at));
    case F_VALUE: return *CONST_MEMBER(struct value, from, f->at);
    case F_STRINGS: case F_LIST: case F_STEPS: case F_ARGS: break;
    }
    struct value v = list_to_value(a, f, from);
    return list_len(v) || f->required ? v : NIL;
}

struct value fields_to_value(struct arena *a, const struct fields *type, const void *from)
{
    struct map *m = map_new(a);
    for (size_t i = 0; i < type->n; i++) {
        struct value v = field_to_value(a, &type->v[i], from);
        if (v.kind != V_NIL) map_putz(m, type->v[i].name, v);
    }
    return v_map(m);
}

/* ---- reading ---- */

struct reading {
    struct arena *a;
    struct str path;
    struct str *error;
};

static bool wrong(const struct reading *r, const char *what)
{
    *r->error = str_printf(r->a, "%.*s: %s", STR_ARG(r->path), what);
    return false;
}

static struct str below(struct arena *a, struct str path, const char *name)
{
    return path.n ? str_printf(a, "%.*s.%s", STR_ARG(path), name) : str_from(name);
}

static bool read_int(const struct reading *r, struct value v, int64_t min, int64_t max, int64_t *out)
{
    if (v.kind == V_INT) *out = v.u.i;
    else if (v.kind == V_UINT && v.u.u <= INT64_MAX) *out = (int64_t)v.u.u;
    else if (v.kind == V_FLOAT && fabs(v.u.f) <= 9007199254740991.0 && floor(v.u.f) == v.u.f) *out = (int64_t)v.u.f;
    else return wrong(r, "a whole number is expected");
    return (*out >= min && *out <= max) || wrong(r, "out of range");
}

static bool read_arg(const struct reading *r, struct value v, struct arg *out)
{
    static const enum arg_kind kinds[] = {ARG_CAPTURE, ARG_WORK, ARG_INPUT, ARG_PARAM};
    *out = (struct arg){.kind = ARG_TEXT};
    if (v.kind == V_STR) {
        out->text = v_text(v);
        return true;
    }
    if (v.kind != V_MAP) return wrong(r, "an argument is a string or a map");
    struct value before = map_getz(v.u.map, "before");
    if (before.kind == V_STR) out->before = v_text(before);
    else if (before.kind != V_NIL) return wrong(r, "`before` is a string");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct value text = map_getz(v.u.map, arg_kind_name(kinds[i]));
        if (text.kind == V_NIL) continue;
        if (text.kind != V_STR || out->kind != ARG_TEXT) return wrong(r, "an argument has one value, and that is a string");
        out->kind = kinds[i];
        out->text = v_text(text);
    }
    return out->kind != ARG_TEXT || wrong(r, "an argument of an unknown kind");
}

static bool read_enum(const struct reading *r, const struct field *f, struct value v, int *out)
{
    if (v.kind != V_STR) return wrong(r, "a string is expected");
    for (int i = 0; f->enum_name(i); i++) {
        if (!str_is(v_text(v), f->enum_name(i))) continue;
        *out = i;
        return true;
    }
    *r->error = str_printf(r->a, "%.*s: \"%.*s\" is not known", STR_ARG(r->path), STR_ARG(v_text(v)));
    return false;
}

static bool read_item(const struct reading *r, const struct field *f, struct value v, uint32_t i, void *to)
{
    struct reading at = {r->a, str_printf(r->a, "%.*s[%u]", STR_ARG(r->path), i), r->error};
    switch (f->form) {
    case F_STRINGS:
        if (v.kind != V_STR) return wrong(&at, "a string is expected");
        *PUSH(r->a, *MEMBER(struct str *, to, f->at), *MEMBER(uint32_t, to, f->n_at), *MEMBER(uint32_t, to, f->cap_at)) = v_text(v);
        return true;
    case F_ARGS: {
        struct argv *args = MEMBER(struct argv, to, f->at);
        return read_arg(&at, v, PUSH(r->a, args->v, args->n, args->cap));
    }
    case F_STEPS: {
        struct step *s = step_add(MEMBER(struct step_list, to, f->at), STR(""), 0, 0, STR(""));
        return fields_from_value(r->a, f->type, v, s, at.path, r->error);
    }
    default: break;
    }
    /* An array of structs of f->type->size bytes. */
    uint32_t *n = MEMBER(uint32_t, to, f->n_at), *cap = MEMBER(uint32_t, to, f->cap_at);
    if (*n == *cap) {
        store_array(to, f, arena_push_grow(r->a, load_array(to, f), *n, f->type->size));
        *cap = *cap ? *cap * 2 : 4;
    }
    char *item = load_array(to, f) + (size_t)(*n)++ * f->type->size;
    memset(item, 0, f->type->size);
    return fields_from_value(r->a, f->type, v, item, at.path, r->error);
}

static bool read_field(const struct reading *r, const struct field *f, struct value v, void *to)
{
    int64_t number = f->absent;
    switch (f->form) {
    case F_STR: case F_STR_OR_NULL:
        if (v.kind != V_STR) return wrong(r, "a string is expected");
        *MEMBER(struct str, to, f->at) = v_text(v);
        return true;
    case F_BOOL:
        if (v.kind != V_BOOL) return wrong(r, "true or false is expected");
        *MEMBER(bool, to, f->at) = v.u.b;
        return true;
    case F_INT:
        if (!read_int(r, v, INT32_MIN, INT32_MAX, &number)) return false;
        *MEMBER(int, to, f->at) = (int)number;
        return true;
    case F_INT64: return read_int(r, v, INT64_MIN, INT64_MAX, MEMBER(int64_t, to, f->at));
    case F_UINT32:
        if (!read_int(r, v, 0, UINT32_MAX, &number)) return false;
        *MEMBER(uint32_t, to, f->at) = (uint32_t)number;
        return true;
    case F_ENUM: return read_enum(r, f, v, MEMBER(int, to, f->at));
    case F_STRUCT: return fields_from_value(r->a, f->type, v, (char *)to + f->at, r->path, r->error);
    case F_ARG: return read_arg(r, v, MEMBER(struct arg, to, f->at));
    case F_VALUE: *MEMBER(struct value, to, f->at) = v; return true;
    case F_STRINGS: case F_LIST: case F_STEPS: case F_ARGS: break;
    }
    if (v.kind != V_LIST) return wrong(r, "a list is expected");
    for (uint32_t i = 0; i < list_len(v); i++)
        if (!read_item(r, f, v.u.list->v[i], i, to)) return false;
    return true;
}

static void set_absent(const struct field *f, struct arena *a, void *to)
{
    if (f->form == F_INT) *MEMBER(int, to, f->at) = (int)f->absent;
    if (f->form == F_INT64) *MEMBER(int64_t, to, f->at) = f->absent;
    if (f->form == F_STEPS) MEMBER(struct step_list, to, f->at)->a = a;
}

bool fields_from_value(struct arena *a, const struct fields *type, struct value v, void *to, struct str path, struct str *error)
{
    struct reading r = {a, path, error};
    if (v.kind != V_MAP) return wrong(&r, "a map is expected");
    for (size_t i = 0; i < type->n; i++) {
        const struct field *f = &type->v[i];
        struct entry *e = map_find(v.u.map, str_from(f->name));
        set_absent(f, a, to);
        r.path = below(a, path, f->name);
        if (!e && f->required) return wrong(&r, "is missing");
        if (e && !read_field(&r, f, e->value, to)) return false;
    }
    return true;
}

/* ---- the whole plan ---- */

static const char SCHEMA[] = "rutter.plan/v1";

struct value plan_to_value(struct arena *a, const struct plan *p)
{
    struct value v = fields_to_value(a, &plan_fields, p);
    map_putz(v.u.map, "schema", v_str(str_from(SCHEMA)));
    return v;
}

static bool unique_ids(struct arena *a, const struct step_list *l, struct strmap *seen, struct str *error)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (strmap_put(seen, l->v[i]->id, l->v[i])) continue;
        *error = str_printf(a, "two steps have the id \"%.*s\"", STR_ARG(l->v[i]->id));
        return false;
    }
    return true;
}

bool plan_from_value(struct arena *a, struct value v, struct plan *out, struct str *error)
{
    *out = (struct plan){0};
    struct str schema = v.kind == V_MAP ? value_str_at(v, "schema") : STR("");
    if (!str_is(schema, SCHEMA)) {
        *error = str_printf(a, "schema: \"%s\" is expected, not \"%.*s\"", SCHEMA, STR_ARG(schema));
        return false;
    }
    struct strmap seen = strmap_new(a);
    return fields_from_value(a, &plan_fields, v, out, STR(""), error) && unique_ids(a, &out->forward, &seen, error) &&
           unique_ids(a, &out->back, &seen, error);
}
