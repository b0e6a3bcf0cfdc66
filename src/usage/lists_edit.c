#include "usage/lists.h"

#include "value/yaml.h"

uint32_t list_item_segments(const struct list_field *f)
{
    uint32_t n = f->segments;
    while (n > 0 && f->segment[n - 1].p) n--;
    return n;
}

static struct map *changed_item(struct arena *a, struct map *item, const struct list_field *f, uint32_t from, enum list_change how, struct value v)
{
    const struct str *tail = f->segment + from;
    uint32_t n = f->segments - from;
    bool found;
    struct value was = usage_get(item, tail, n, &found);
    if (!found) return item;
    if (how == LIST_SET) return usage_with(a, item, tail, n, v);
    struct map *m = usage_without(a, item, tail, n);
    return how == LIST_DROP ? m : usage_with(a, m, f->to + from, f->to_n - from, was);
}

static struct value changed(struct arena *a, struct value at, const struct list_field *f, uint32_t i, uint32_t item, enum list_change how, struct value v)
{
    if (i == item) return at.kind == V_MAP && at.u.map ? v_map(changed_item(a, at.u.map, f, item, how, v)) : at;
    if (!f->segment[i].p) {
        if (at.kind != V_LIST) return at;
        struct list *l = list_new(a);
        for (uint32_t k = 0; k < list_len(at); k++) list_add_at(l, changed(a, at.u.list->v[k], f, i + 1, item, how, v), list_origin(at.u.list, k));
        return v_typed(v_list(l), at.type);
    }
    struct entry *e = at.kind == V_MAP && at.u.map ? map_find(at.u.map, f->segment[i]) : NULL;
    if (!e) return at;
    struct map *m = map_new(a);
    for (uint32_t k = 0; k < at.u.map->n; k++) {
        const struct entry *x = &at.u.map->v[k];
        map_put_at(m, x->key, x == e ? changed(a, x->value, f, i + 1, item, how, v) : x->value, x->at);
    }
    return v_map(m);
}

struct value list_changed(struct arena *a, struct value list, const struct list_field *f, enum list_change how, struct value v)
{
    return changed(a, list, f, 0, list_item_segments(f), how, v);
}

struct str list_path(struct arena *a, const struct key *list, const struct list_field *f, const struct str *segment, uint32_t n)
{
    /* The first place has the indices that `path` has, in order. */
    struct str path = list->path, rest = str_from_n(f->path, list->path.n);
    uint32_t item = list_item_segments(f);
    for (uint32_t i = 0; i < item; i++) {
        if (f->segment[i].p) {
            path = path_key(a, path, f->segment[i]);
            rest = str_from_n(f->path, path.n);
            continue;
        }
        ptrdiff_t end = str_find(rest, STR("]"));
        path = str_concat(a, path, str_sub(rest, 0, end < 0 ? rest.n : (size_t)end + 1));
        rest = str_from_n(f->path, path.n);
    }
    for (uint32_t i = 0; i < n; i++) path = path_key(a, path, segment[i]);
    return path;
}

struct map *list_migrated(struct arena *a, const struct usage *u, struct map *m)
{
    for (uint32_t i = 0; i < u->fields_n; i++) {
        const struct list_field *f = &u->fields[i];
        const struct key *k = &u->keys[f->list];
        bool found;
        if (!field_is_lost(f)) continue;
        struct value list = usage_get(m, k->segment, k->segments, &found);
        if (found && list.kind == V_LIST) m = usage_with_at(a, m, k->segment, k->segments, list_changed(a, list, f, f->to ? LIST_MOVE : LIST_DROP, NIL), k->at);
    }
    return m;
}
