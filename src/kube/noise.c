#include "kube/noise.h"

#include "value/yaml.h"

bool noise_is_key(struct str key)
{
    static const char *const keys[] = {"helm.sh/chart", "app.kubernetes.io/version", "chart", "checksum"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_is(key, keys[i])) return true;
    return str_starts(key, STR("checksum/")) || str_starts(key, STR("checksum-")) || str_ends(key, STR("/checksum"));
}

static bool is_manifest(struct value v)
{
    return v.kind == V_MAP && value_str_at(v, "apiVersion").n && value_str_at(v, "kind").n;
}

bool noise_read_manifests(struct arena *a, struct str text, struct list **out)
{
    struct list *docs;
    struct str error;
    struct place at;
    /* Most texts are none; both words must be there. */
    if (!str_has(text, STR("apiVersion")) || !str_has(text, STR("kind"))) return false;
    struct yaml_options o = {0};
    if (!yaml_read_all(a, text, &o, &docs, &error, &at)) return false;
    *out = list_new(a);
    for (uint32_t i = 0; i < docs->n; i++) {
        if (docs->v[i].kind == V_NIL) continue;
        if (!is_manifest(docs->v[i])) return false;
        list_add(*out, docs->v[i]);
    }
    return (*out)->n > 0;
}

static struct value strip(struct arena *a, struct value v, struct str key, uint32_t depth);

static struct value strip_labels(struct arena *a, const struct map *labels)
{
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < labels->n; i++)
        if (!noise_is_key(labels->v[i].key)) map_put_at(m, labels->v[i].key, labels->v[i].value, labels->v[i].at);
    return v_map(m);
}

static struct value strip_metadata(struct arena *a, const struct map *metadata, uint32_t depth)
{
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < metadata->n; i++) {
        const struct entry *e = &metadata->v[i];
        bool labels = (str_is(e->key, "labels") || str_is(e->key, "annotations")) && e->value.kind == V_MAP && e->value.u.map;
        struct value v = labels ? strip_labels(a, e->value.u.map) : strip(a, e->value, e->key, depth);
        /* A map of labels that held nothing else is as good as none. */
        if (labels && !map_len(v) && map_len(e->value)) continue;
        map_put_at(m, e->key, v, e->at);
    }
    return v_map(m);
}

static struct value strip_map(struct arena *a, const struct map *from, uint32_t depth)
{
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < from->n; i++) {
        const struct entry *e = &from->v[i];
        bool metadata = str_is(e->key, "metadata") && e->value.kind == V_MAP && e->value.u.map;
        bool immutable = str_is(e->key, "volumeClaimTemplates") || str_is(e->key, "selector") || str_is(e->key, "matchLabels");
        struct value v = metadata ? strip_metadata(a, e->value.u.map, depth) : immutable ? e->value : strip(a, e->value, e->key, depth);
        map_put_at(m, e->key, v, e->at);
    }
    return v_map(m);
}

static struct value strip_list(struct arena *a, const struct list *from, uint32_t depth)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < from->n; i++) list_add_at(l, strip(a, from->v[i], (struct str){0}, depth), list_origin(from, i));
    return v_list(l);
}

static struct value strip(struct arena *a, struct value v, struct str key, uint32_t depth)
{
    struct list *manifests;
    if (depth > a->guard->max.depth) guard_trip(a->guard, "a manifest is nested more than %u deep", a->guard->max.depth);
    if (v.kind == V_MAP && v.u.map) return strip_map(a, v.u.map, depth + 1);
    if (v.kind == V_LIST && v.u.list) return strip_list(a, v.u.list, depth + 1);
    /* Text in text in text: one level is what charts do. */
    if (v.kind == V_STR && key.n && depth < 4 && noise_read_manifests(a, v_text(v), &manifests)) return strip_list(a, manifests, 4);
    return v;
}

struct value noise_strip(struct arena *a, struct value manifest) { return strip(a, manifest, (struct str){0}, 0); }
