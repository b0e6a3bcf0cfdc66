#include "kube/noise.h"

#include "value/yaml.h"

bool noise_is_checksum(struct str key)
{
    return str_is(key, "checksum") || str_starts(key, STR("checksum/")) || str_starts(key, STR("checksum-")) || str_ends(key, STR("/checksum"));
}

bool noise_is_key(struct str key)
{
    static const char *const keys[] = {"helm.sh/chart", "app.kubernetes.io/version", "chart"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_is(key, keys[i])) return true;
    return noise_is_checksum(key);
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

/* What has no noise in it is not copied: most of a manifest. */

struct stripping {
    struct arena *a;
    const struct strmap *read;
};

static struct value strip(struct stripping *s, struct value v, struct str key, uint32_t depth);

static bool is_same(struct value x, struct value y) { return x.kind == y.kind && x.u.u == y.u.u; }

/* A map in the making: the first `kept` entries of the old one, until an entry differs. */
struct thinned {
    const struct map *from;
    struct map *to; /* NULL: nothing has differed yet */
};

static struct map *begin_copy(struct stripping *s, struct thinned *t, uint32_t kept)
{
    if (t->to) return t->to;
    t->to = map_new(s->a);
    for (uint32_t i = 0; i < kept; i++) map_put_at(t->to, t->from->v[i].key, t->from->v[i].value, t->from->v[i].at);
    return t->to;
}

static void put_stripped(struct stripping *s, struct thinned *t, uint32_t i, struct value v)
{
    const struct entry *e = &t->from->v[i];
    if (!is_same(v, e->value)) begin_copy(s, t, i);
    if (t->to) map_put_at(t->to, e->key, v, e->at);
}

static struct value thin_map(const struct thinned *t) { return v_map(t->to ? t->to : (struct map *)t->from); }

static struct value strip_labels(struct stripping *s, const struct map *labels)
{
    struct thinned t = {.from = labels};
    for (uint32_t i = 0; i < labels->n; i++) {
        if (noise_is_key(labels->v[i].key)) begin_copy(s, &t, i);
        else put_stripped(s, &t, i, labels->v[i].value);
    }
    return thin_map(&t);
}

static struct value strip_metadata(struct stripping *s, const struct map *metadata, uint32_t depth)
{
    struct thinned t = {.from = metadata};
    for (uint32_t i = 0; i < metadata->n; i++) {
        const struct entry *e = &metadata->v[i];
        bool labels = (str_is(e->key, "labels") || str_is(e->key, "annotations")) && e->value.kind == V_MAP && e->value.u.map;
        struct value v = labels ? strip_labels(s, e->value.u.map) : strip(s, e->value, e->key, depth);
        /* A map of labels that held nothing else is as good as none. */
        if (labels && !map_len(v) && map_len(e->value)) begin_copy(s, &t, i);
        else put_stripped(s, &t, i, v);
    }
    return thin_map(&t);
}

static struct value strip_map(struct stripping *s, const struct map *from, uint32_t depth)
{
    struct thinned t = {.from = from};
    for (uint32_t i = 0; i < from->n; i++) {
        const struct entry *e = &from->v[i];
        bool metadata = str_is(e->key, "metadata") && e->value.kind == V_MAP && e->value.u.map;
        bool immutable = str_is(e->key, "volumeClaimTemplates") || str_is(e->key, "selector") || str_is(e->key, "matchLabels");
        put_stripped(s, &t, i, metadata ? strip_metadata(s, e->value.u.map, depth) : immutable ? e->value : strip(s, e->value, e->key, depth));
    }
    return thin_map(&t);
}

static struct value strip_list(struct stripping *s, const struct list *from, uint32_t depth)
{
    struct list *l = NULL;
    for (uint32_t i = 0; i < from->n; i++) {
        struct value v = strip(s, from->v[i], (struct str){0}, depth);
        if (!l && is_same(v, from->v[i])) continue;
        if (!l) {
            l = list_new(s->a);
            for (uint32_t k = 0; k < i; k++) list_add_at(l, from->v[k], list_origin(from, k));
        }
        list_add_at(l, v, list_origin(from, i));
    }
    return v_list(l ? l : (struct list *)from);
}

static struct list *manifests_in(struct stripping *s, struct str text)
{
    struct list *l = s->read ? strmap_get(s->read, text) : NULL;
    return l || noise_read_manifests(s->a, text, &l) ? l : NULL;
}

static struct value strip(struct stripping *s, struct value v, struct str key, uint32_t depth)
{
    struct list *manifests = NULL;
    if (depth > s->a->guard->max.depth) guard_trip(s->a->guard, "a manifest is nested more than %u deep", s->a->guard->max.depth);
    if (v.kind == V_MAP && v.u.map) return strip_map(s, v.u.map, depth + 1);
    if (v.kind == V_LIST && v.u.list) return strip_list(s, v.u.list, depth + 1);
    /* Text in text in text: one level is what charts do. */
    if (v.kind == V_STR && key.n && depth < 4) manifests = manifests_in(s, v_text(v));
    if (manifests) return strip_list(s, manifests, 4);
    return v;
}

struct value noise_strip(struct arena *a, struct value manifest, const struct strmap *read)
{
    struct stripping s = {a, read};
    return strip(&s, manifest, (struct str){0}, 0);
}
