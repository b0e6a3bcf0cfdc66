/* A values file: its documents read one by one and merged, as LoadValues of Helm's pkg/chart/v2/loader does. */
#include "chart/load.h"

/* Helm 3: yaml.Unmarshal of the whole file, which reads its first document. */
static bool read_first(struct arena *a, const struct values_text *t, const struct yaml_options *o, struct map **out, struct str *error, struct place *at)
{
    struct value v;
    if (!yaml_read(a, t->text, o, &v, error, at)) return false;
    *error = yaml_misfit(a, v, "map[string]interface {}");
    *out = v.kind == V_MAP && v.u.map ? v.u.map : map_new(a);
    return !error->n;
}

bool values_read_text(struct arena *a, const struct values_text *t, struct map **out, struct str *error, struct place *at)
{
    struct yaml_options o = {.origins = t->origins, .input = t->input, .layer = t->layer, .duplicates = t->duplicates};
    struct list *documents;
    *out = NULL;
    *at = place_in(t->input, 0);
    if (t->helm_major == 3) return read_first(a, t, &o, out, error, at);
    if (!yaml_read_all(a, t->text, &o, &documents, error, at)) return false;
    for (uint32_t i = 0; i < documents->n; i++) {
        struct value v = documents->v[i];
        struct str misfit = yaml_misfit(a, v, "map[string]interface {}");
        if (misfit.n) {
            *error = str_concat(a, STR("cannot unmarshal yaml document: "), misfit);
            return false;
        }
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
