#include "value/shape.h"

#include "text/units.h"
#include "value/yaml.h"

struct checking {
    struct arena *a;
    const struct origins *o;
    struct diags *d;
};

static bool check(const struct checking *c, struct value v, const struct shape *s, struct place at, struct str what);

static bool misfit(const struct checking *c, struct value v, struct place at, struct str what, const char *wanted)
{
    const char *got = v.kind == V_NIL ? "nothing" : v.kind == V_MAP ? "a map" : v.kind == V_LIST ? "a list" : v.kind == V_STR ? "a text" : v.kind == V_BOOL ? "true or false" : "a number";
    return diag_error(c->d, at, "%.*s must be %s, and is %s", STR_ARG(what), wanted, got);
}

/* ---- texts ---- */

static uint32_t split_choices(struct arena *a, const char *choices, struct str **out)
{
    struct str rest = str_from(choices), one, *v = NULL;
    uint32_t n = 0, cap = 0;
    for (bool more = true; more;) {
        more = str_cut(rest, STR("|"), &one, &rest);
        *PUSH(a, v, n, cap) = one;
    }
    *out = v;
    return n;
}

static bool check_choice(const struct checking *c, struct str text, const char *choices, struct place at, struct str what)
{
    struct str *v;
    uint32_t n = split_choices(c->a, choices, &v);
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i], text)) return true;
    diag_error(c->d, at, "%.*s cannot be \"%.*s\"", STR_ARG(what), STR_ARG(text));
    struct str meant = nearest(text, v, n);
    if (meant.n) diag_hint(c->d, "did you mean %.*s? It is one of %s", STR_ARG(meant), choices);
    else diag_hint(c->d, "it is one of %s", choices);
    return false;
}

static bool check_text(const struct checking *c, struct value v, const struct shape *s, struct place at, struct str what)
{
    /* YAML 1.1 reads a bare off as false, which is a severity here. */
    if (v.kind == V_BOOL && s->choices && !v.u.b) v = v_str(STR("off"));
    if (v.kind != V_STR) return misfit(c, v, at, what, "a text");
    if (!str_trim(v_text(v)).n) return diag_error(c->d, at, "%.*s is empty", STR_ARG(what));
    return !s->choices || check_choice(c, v_text(v), s->choices, at, what);
}

/* ---- lists and maps ---- */

static struct place place_or(struct place at, struct place otherwise) { return at.line ? at : otherwise; }

static bool check_list(const struct checking *c, struct value v, const struct shape *item, struct place at, struct str what)
{
    bool ok = true;
    if (v.kind != V_LIST) return misfit(c, v, at, what, "a list");
    for (uint32_t i = 0; i < list_len(v); i++) {
        struct place p = place_or(origin_get(c->o, list_origin(v.u.list, i))->value_at, at);
        ok = check(c, v.u.list->v[i], item, p, str_printf(c->a, "an entry of %.*s", STR_ARG(what))) && ok;
    }
    return ok;
}

static const struct shape_field *field_of(const struct shape_field *f, struct str name)
{
    for (; f->name; f++)
        if (str_is(name, f->name)) return f;
    return NULL;
}

static bool unknown_key(const struct checking *c, const struct shape_field *fields, struct str key, struct place at, struct str what)
{
    struct str *v = NULL;
    struct buf all = buf_new(c->a);
    uint32_t n = 0, cap = 0;
    for (const struct shape_field *f = fields; f->name; f++) {
        *PUSH(c->a, v, n, cap) = str_from(f->name);
        buf_printf(&all, "%s%s", f == fields ? "" : ", ", f->name);
    }
    diag_error(c->d, at, "%.*s has no key \"%.*s\"", STR_ARG(what), STR_ARG(key));
    struct str meant = nearest(key, v, n);
    if (meant.n) diag_hint(c->d, "did you mean %.*s?", STR_ARG(meant));
    else diag_hint(c->d, "its keys are %.*s", STR_ARG(buf_str(&all)));
    return false;
}

static struct str key_name(const struct checking *c, struct str what, struct str key)
{
    return str_printf(c->a, "%.*s of %.*s", STR_ARG(key), STR_ARG(what));
}

static bool check_fields(const struct checking *c, struct value v, const struct shape_field *fields, struct place at, struct str what)
{
    bool ok = true;
    if (v.kind != V_MAP) return misfit(c, v, at, what, "a map");
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        const struct origin *o = origin_get(c->o, e->at);
        const struct shape_field *f = field_of(fields, e->key);
        if (!f) ok = unknown_key(c, fields, e->key, place_or(o->key_at, at), what);
        else ok = check(c, e->value, &f->shape, place_or(o->value_at, at), key_name(c, what, e->key)) && ok;
    }
    for (const struct shape_field *f = fields; f->name; f++)
        if (f->required && !map_find(v.u.map, str_from(f->name))) ok = diag_error(c->d, at, "%.*s has no %s, which it needs", STR_ARG(what), f->name);
    return ok;
}

static bool check_map(const struct checking *c, struct value v, const struct shape *item, struct place at, struct str what)
{
    bool ok = true;
    if (v.kind != V_MAP) return misfit(c, v, at, what, "a map");
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        ok = check(c, e->value, item, place_or(origin_get(c->o, e->at)->value_at, at), key_name(c, what, e->key)) && ok;
    }
    return ok;
}

static bool check(const struct checking *c, struct value v, const struct shape *s, struct place at, struct str what)
{
    static const struct shape text = {.kind = SHAPE_TEXT};
    switch (s->kind) {
    case SHAPE_ANY: return true;
    case SHAPE_TEXT: return check_text(c, v, s, at, what);
    case SHAPE_BOOL: return v.kind == V_BOOL || misfit(c, v, at, what, "true or false");
    case SHAPE_NUMBER: return v.kind == V_INT || v.kind == V_FLOAT || misfit(c, v, at, what, "a number");
    case SHAPE_TEXTS: return check_list(c, v, &text, at, what);
    case SHAPE_LIST: return check_list(c, v, s->item, at, what);
    case SHAPE_FIELDS: return check_fields(c, v, s->fields, at, what);
    case SHAPE_MAP: return check_map(c, v, s->item, at, what);
    }
    return false;
}

bool shape_check(struct arena *a, struct value v, const struct shape *s, const struct origins *o, struct place whole, const char *what, struct diags *d)
{
    return check(&(struct checking){a, o, d}, v, s, whole, str_from(what));
}

/* Go's message without what the place says already: "yaml: line 3: ...", "yaml: unmarshal errors:\n  line 3: ...". */
static struct str bare_message(struct str s)
{
    s = str_trim_prefix(str_trim_prefix(s, STR("error converting YAML to JSON: ")), STR("yaml: "));
    s = str_trim(str_trim_prefix(s, STR("unmarshal errors:")));
    if (!str_starts(s, STR("line "))) return s;
    size_t i = 5;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++;
    return i > 5 && i + 1 < s.n && s.p[i] == ':' ? str_trim(str_from_n(s, i + 1)) : s;
}

bool shape_read(struct arena *a, struct str text, uint32_t input, const struct shape *s, struct origins *o, const char *what, struct value *out, struct diags *d)
{
    struct yaml_options options = {.origins = o, .input = input, .strict = true};
    struct place at = NOWHERE;
    struct str error;
    *out = NIL;
    if (!yaml_read(a, text, &options, out, &error, &at)) {
        return diag_error(d, at, "%s cannot be read: %.*s", what, STR_ARG(bare_message(error)));
    }
    if (out->kind == V_NIL) return true;
    return shape_check(a, *out, s, o, (struct place){.input = input & 0x3fff, .line = 1}, what, d);
}
