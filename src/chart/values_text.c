/* A values file: its documents read one by one and merged, as LoadValues of Helm's pkg/chart/v2/loader does. */
#include "chart/load.h"

/* The documents as k8s.io/apimachinery's YAMLReader cuts them: at lines that begin with "---". The first such line, when
 * nothing stands before it, belongs to the document that follows. */
struct cutter {
    struct str text;
    size_t at;            /* where the next line begins */
    uint32_t line;        /* lines before `at` */
};

struct document {
    struct str text;
    uint32_t line;        /* lines before it */
};

enum cut { CUT_DOCUMENT, CUT_END, CUT_ERROR };

static enum cut next_document(struct arena *a, struct cutter *c, struct document *out, struct str *error)
{
    size_t start = c->at;
    *out = (struct document){.line = c->line};
    while (c->at < c->text.n) {
        size_t here = c->at;
        struct str line, rest;
        str_cut(str_from_n(c->text, here), STR("\n"), &line, &rest);
        c->at = c->text.n - rest.n;
        c->line++;
        if (!str_starts(line, STR("---"))) continue;
        struct str tail = str_trim(str_from_n(line, 3));
        if (tail.n && tail.p[0] != '#') {
            *error = str_printf(a, "error reading yaml document: invalid Yaml document separator: %.*s", STR_ARG(tail));
            return CUT_ERROR;
        }
        if (here == start) continue;
        out->text = str_sub(c->text, start, here);
        return CUT_DOCUMENT;
    }
    out->text = str_from_n(c->text, start);
    return out->text.n ? CUT_DOCUMENT : CUT_END;
}

/* Places were counted from the document's first line. */
static void shift_lines(const struct values_text *t, uint32_t origins_from, size_t duplicates_from, uint32_t lines)
{
    for (uint32_t i = origins_from; t->origins && i < t->origins->n; i++) {
        struct origin *o = &t->origins->v[i];
        if (o->key_at.line) o->key_at.line += lines;
        if (o->value_at.line) o->value_at.line += lines;
    }
    for (size_t i = duplicates_from; t->duplicates && i < t->duplicates->n; i++) {
        t->duplicates->v[i].first.line += lines;
        t->duplicates->v[i].second.line += lines;
    }
}

static const char *json_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return "bool";
    case V_STR: return "string";
    case V_LIST: return "array";
    default: return "number";
    }
}

static bool read_document(struct arena *a, const struct values_text *t, struct document doc, struct value *out, struct str *error, struct place *at)
{
    struct yaml_options o = {.origins = t->origins, .input = t->input, .layer = t->layer, .duplicates = t->duplicates};
    uint32_t origins_from = t->origins ? t->origins->n : 0;
    size_t duplicates_from = t->duplicates ? t->duplicates->n : 0;
    struct str why;
    if (!yaml_read(a, doc.text, &o, out, &why, at)) {
        *error = str_printf(a, "cannot unmarshal yaml document: %.*s", STR_ARG(why));
        if (at->line) at->line += doc.line;
        return false;
    }
    if (doc.line) shift_lines(t, origins_from, duplicates_from, doc.line);
    if (out->kind == V_MAP || out->kind == V_NIL) return true;
    *error = str_printf(a, "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go value of "
                           "type map[string]interface {}", json_kind(*out));
    *at = place_in(t->input, doc.line + 1);
    return false;
}

bool values_read_text(struct arena *a, const struct values_text *t, struct map **out, struct str *error, struct place *at)
{
    struct cutter c = {.text = t->text};
    struct document doc;
    *out = NULL;
    *at = place_in(t->input, 0);
    for (enum cut cut; (cut = next_document(a, &c, &doc, error)) != CUT_END;) {
        struct value v;
        if (cut == CUT_ERROR) {
            at->line = c.line;
            return false;
        }
        if (!read_document(a, t, doc, &v, error, at)) return false;
        if (v.kind != V_MAP || !v.u.map) continue;
        if (*out) values_merge(a, *out, v.u.map, t->origins);
        else *out = v.u.map;
    }
    if (!*out) *out = map_new(a);
    return true;
}

void values_merge(struct arena *a, struct map *into, const struct map *from, struct origins *o)
{
    for (uint32_t i = 0; i < from->n; i++) {
        const struct entry *e = &from->v[i];
        struct entry *was = map_find(into, e->key);
        if (!was) {
            map_put_at(into, e->key, values_copy(a, e->value), e->at);
            continue;
        }
        was->at = origin_over(o, e->at, was->at);
        if (was->value.kind == V_MAP && was->value.u.map && e->value.kind == V_MAP && e->value.u.map)
            values_merge(a, was->value.u.map, e->value.u.map, o);
        else
            was->value = values_copy(a, e->value);
    }
}

/* ---- copies ---- */

static struct list *copy_list(struct arena *a, const struct list *from, uint32_t depth);

static struct map *copy_map(struct arena *a, const struct map *from, uint32_t depth);

static struct value copy_value(struct arena *a, struct value v, uint32_t depth)
{
    if (depth > a->guard->max.depth) guard_trip(a->guard, "values nest deeper than %u", a->guard->max.depth);
    if (v.kind == V_MAP && v.u.map) v.u.map = copy_map(a, v.u.map, depth);
    else if (v.kind == V_LIST && v.u.list) v.u.list = copy_list(a, v.u.list, depth);
    return v;
}

static struct list *copy_list(struct arena *a, const struct list *from, uint32_t depth)
{
    struct list *to = NEW(a, struct list);
    to->a = a;
    to->n = to->cap = from->n;
    if (!from->n) return to;
    to->v = arena_alloc(a, from->n * sizeof *to->v);
    memcpy(to->v, from->v, from->n * sizeof *to->v);
    if (from->at) {
        to->at = arena_alloc(a, from->n * sizeof *to->at);
        memcpy(to->at, from->at, from->n * sizeof *to->at);
    }
    for (uint32_t i = 0; i < to->n; i++)
        if (to->v[i].kind >= V_LIST) to->v[i] = copy_value(a, to->v[i], depth + 1);
    return to;
}

static struct map *copy_map(struct arena *a, const struct map *from, uint32_t depth)
{
    struct map *to = NEW(a, struct map);
    to->a = a;
    to->n = to->cap = from->n;
    if (!from->n) return to;
    to->v = arena_alloc(a, from->n * sizeof *to->v);
    memcpy(to->v, from->v, from->n * sizeof *to->v);
    if (from->slots) {
        to->slots = arena_alloc(a, from->slot_count * sizeof *to->slots);
        memcpy(to->slots, from->slots, from->slot_count * sizeof *to->slots);
        to->slot_count = from->slot_count;
    }
    for (uint32_t i = 0; i < to->n; i++)
        if (to->v[i].value.kind >= V_LIST) to->v[i].value = copy_value(a, to->v[i].value, depth + 1);
    return to;
}

struct value values_copy(struct arena *a, struct value v) { return copy_value(a, v, 0); }
struct map *values_copy_map(struct arena *a, const struct map *m) { return m ? copy_map(a, m, 0) : map_new(a); }
