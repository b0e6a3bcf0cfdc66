#include "kube/known.h"

#include "text/units.h"

/* ---- the table ---- */

void known_fields_open(struct arena *a, struct str text, struct known_fields *out)
{
    *out = (struct known_fields){.a = a, .text = text};
    struct str rest = text, line, number, fields;
    while (rest.n) {
        str_cut(rest, STR("\n"), &line, &rest);
        if (!line.n || line.p[0] < '0' || line.p[0] > '9') continue;
        str_cut(line, STR(" "), &number, &fields); /* numbered in order, from 0 */
        *PUSH(a, out->type, out->types_n, out->types_cap) = fields;
    }
}

static uint32_t number_at(struct str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n < 1u << 24; i++) n = n * 10 + (uint32_t)(s.p[i] - '0');
    return n;
}

static bool find_kind(const struct known_fields *k, const struct object *o, uint32_t *type)
{
    struct str key = str_printf(k->a, "\n=%.*s %.*s ", STR_ARG(o->api_version), STR_ARG(o->kind));
    ptrdiff_t at = str_find(k->text, key);
    if (at < 0) return false;
    *type = number_at(str_from_n(k->text, (size_t)at + key.n));
    return *type < k->types_n;
}

struct known_field {
    int since;
    bool leads, by_key;
    uint32_t type;
};

/* What stands behind a name: "@29", ":12", "*12". */
static struct known_field read_field(struct str s)
{
    struct known_field f = {0};
    for (size_t i = 0; i < s.n && s.p[i] != ' '; i++) {
        if (s.p[i] == '@') f.since = (int)number_at(str_from_n(s, i + 1));
        if (s.p[i] != ':' && s.p[i] != '*') continue;
        f.leads = true;
        f.by_key = s.p[i] == '*';
        f.type = number_at(str_from_n(s, i + 1));
    }
    return f;
}

static bool ends_name(struct str s, size_t i) { return i == s.n || s.p[i] == ' ' || s.p[i] == '@' || s.p[i] == ':' || s.p[i] == '*'; }

static bool find_field(struct str fields, struct str name, struct known_field *out)
{
    for (size_t from = 0; name.n && from < fields.n;) {
        ptrdiff_t i = str_find(str_from_n(fields, from), name);
        if (i < 0) return false;
        size_t at = from + (size_t)i, end = at + name.n;
        if ((!at || fields.p[at - 1] == ' ') && ends_name(fields, end)) {
            *out = read_field(str_from_n(fields, end));
            return true;
        }
        from = at + 1;
    }
    return false;
}

/* A field whose name differs by a letter or two, or in capitals only. */
static struct str similar(struct str fields, struct str name)
{
    struct str rest = fields, one, best = {0};
    size_t limit = name.n < 4 ? 0 : name.n < 8 ? 1 : 2, least = limit + 1;
    while (rest.n) {
        str_cut(rest, STR(" "), &one, &rest);
        size_t end = 0;
        while (!ends_name(one, end)) end++;
        size_t distance = edit_distance(name, str_sub(one, 0, end), limit);
        if (distance >= least) continue;
        least = distance;
        best = str_sub(one, 0, end);
    }
    return best;
}

/* ---- a manifest against it ---- */

enum { DEEPEST = 64 }; /* no kind of the table nests as deep; a manifest that does is not looked at below */

struct walk {
    struct known_fields *k;
    int minor;
    struct unknown_field *v;
    uint32_t n, cap;
};

static void walk_value(struct walk *w, struct value v, struct known_field f, struct str path, uint32_t depth);

static void walk_fields(struct walk *w, const struct map *m, uint32_t type, struct str path, uint32_t depth)
{
    struct str fields = w->k->type[type];
    for (uint32_t i = 0; i < m->n; i++) {
        const struct entry *e = &m->v[i];
        struct known_field f = {0};
        if (e->value.kind == V_NIL) continue; /* asks for nothing */
        bool known = find_field(fields, e->key, &f);
        if (known && (w->minor < 0 || f.since <= w->minor)) {
            if (f.leads && f.type < w->k->types_n && (e->value.kind == V_MAP || e->value.kind == V_LIST)) walk_value(w, e->value, f, path_key(w->k->a, path, e->key), depth + 1);
            continue;
        }
        *PUSH(w->k->a, w->v, w->n, w->cap) = (struct unknown_field){.path = path_key(w->k->a, path, e->key), .since = f.since, .meant = known ? (struct str){0} : similar(fields, e->key)};
    }
}

/* Each item of a list is of the type, and each entry of a map by any key. */
static void walk_value(struct walk *w, struct value v, struct known_field f, struct str path, uint32_t depth)
{
    if (depth > DEEPEST) return;
    if (v.kind == V_LIST) {
        for (uint32_t i = 0; i < list_len(v); i++) {
            struct value item = v.u.list->v[i];
            if (item.kind == V_MAP && item.u.map) walk_fields(w, item.u.map, f.type, str_printf(w->k->a, "%.*s[%u]", STR_ARG(path), i), depth);
        }
    } else if (v.kind == V_MAP && v.u.map && f.by_key) {
        f.by_key = false;
        for (uint32_t i = 0; i < v.u.map->n; i++) walk_value(w, v.u.map->v[i].value, f, path_key(w->k->a, path, v.u.map->v[i].key), depth + 1);
    } else if (v.kind == V_MAP && v.u.map) {
        walk_fields(w, v.u.map, f.type, path, depth);
    }
}

struct unknown_field *known_fields_missing(struct known_fields *k, const struct object *o, int minor, uint32_t *n)
{
    struct walk w = {.k = k, .minor = minor};
    uint32_t type;
    if (o->v.kind == V_MAP && o->v.u.map && find_kind(k, o, &type)) walk_fields(&w, o->v.u.map, type, (struct str){0}, 0);
    *n = w.n;
    return w.v;
}
