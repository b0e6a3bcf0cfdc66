#include "kube/served.h"

#include "funcs/encoding.h"
#include "kube/field.h"

/* ---- Secrets ---- */

static bool is_texts(struct value v)
{
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++)
        if (v.u.map->v[i].value.kind != V_STR && v.u.map->v[i].value.kind != V_NIL) return false;
    return v.kind == V_MAP;
}

/* stringData is written over data and never read back: pkg/apis/core/v1, Convert_v1_Secret_To_core_Secret. */
struct value served_secret(struct arena *a, struct value manifest)
{
    struct value plain = value_at(manifest, "stringData", NULL), data = value_at(manifest, "data", NULL);
    if (!map_len(plain.kind == V_MAP ? plain : NIL) || !str_is(value_str_at(manifest, "kind"), "Secret") || !is_texts(plain) || (data.kind != V_NIL && data.kind != V_MAP)) return manifest;
    struct map *all = map_new(a), *m = map_new(a);
    for (uint32_t i = 0; data.kind == V_MAP && i < map_len(data); i++) map_put_at(all, data.u.map->v[i].key, data.u.map->v[i].value, data.u.map->v[i].at);
    for (uint32_t i = 0; i < map_len(plain); i++) {
        const struct entry *e = &plain.u.map->v[i];
        map_put_at(all, e->key, v_str(base64_encode(a, e->value.kind == V_STR ? v_text(e->value) : (struct str){0})), e->at);
    }
    for (uint32_t i = 0; i < map_len(manifest); i++) {
        const struct entry *e = &manifest.u.map->v[i];
        if (str_is(e->key, "data") || str_is(e->key, "stringData")) continue;
        map_put_at(m, e->key, e->value, e->at);
    }
    map_putz(m, "data", v_map(all));
    return v_map(m);
}

/* ---- metadata ---- */

static struct map *submap(struct arena *a, struct map *m, const char *key)
{
    struct value v = map_getz(m, key);
    if (v.kind == V_MAP && v.u.map) return v.u.map;
    struct map *below = map_new(a);
    map_putz(m, key, v_map(below));
    return below;
}

static void put_absent(struct map *m, const char *key, struct value v)
{
    if (map_getz(m, key).kind == V_NIL) map_putz(m, key, v);
}

/* Helm marks what is its own, but neither hooks nor what they apply: pkg/action/validate.go, setMetadataVisitor. */
static void add_ownership(struct arena *a, struct map *metadata, struct str release, struct str ns)
{
    struct map *labels = submap(a, metadata, "labels"), *annotations = submap(a, metadata, "annotations");
    map_putz(labels, "app.kubernetes.io/managed-by", v_str(STR("Helm")));
    map_putz(annotations, "meta.helm.sh/release-name", v_str(release));
    map_putz(annotations, "meta.helm.sh/release-namespace", v_str(ns));
}

static void add_identifiers(struct map *metadata, const struct object *o)
{
    put_absent(metadata, "name", v_str(o->name));
    if (o->ns.n) put_absent(metadata, "namespace", v_str(o->ns));
    put_absent(metadata, "uid", v_str(STR("00000000-0000-4000-8000-000000000000")));
    put_absent(metadata, "resourceVersion", v_str(STR("1")));
    put_absent(metadata, "creationTimestamp", v_str(STR("1970-01-01T00:00:00Z")));
}

/* ---- claims that a StatefulSet has made ---- */

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return s.n > 0;
}

static struct value claim_template_of(struct arena *a, const struct objects *all, const struct object *claim)
{
    for (uint32_t i = 0; i < all->n; i++) {
        const struct object *set = &all->v[i];
        if (!str_is(set->kind, "StatefulSet") || set->v.kind != V_MAP || !str_eq(set->ns, claim->ns)) continue;
        struct value templates = value_at(set->v, "spec", "volumeClaimTemplates", NULL);
        for (uint32_t k = 0; k < field_len(templates); k++) {
            struct value t = field_item(templates, k);
            struct str head = str_printf(a, "%.*s-%.*s-", STR_ARG(value_str_at(value_at(t, "metadata", NULL), "name")), STR_ARG(set->name));
            if (str_starts(claim->name, head) && is_number(str_from_n(claim->name, head.n))) return t;
        }
    }
    return NIL;
}

static struct value claim_made(struct arena *a, const struct objects *all, const struct object *o)
{
    struct value t = o->owner == OWNER_RUNTIME && str_is(o->kind, "PersistentVolumeClaim") ? claim_template_of(a, all, o) : NIL;
    if (t.kind != V_MAP) return NIL;
    struct map *m = map_new(a);
    map_putz(m, "kind", v_str(o->kind));
    map_putz(m, "spec", value_copy(a, value_at(t, "spec", NULL)));
    return v_map(m);
}

/* ---- the whole ---- */

bool served_matches(const struct object *o, struct str api_version, struct str kind, struct str ns, struct str name)
{
    if (!str_eq(o->kind, kind) || (ns.n && !str_eq(o->ns, ns)) || (name.n && !str_eq(o->name, name))) return false;
    return str_eq(o->api_version, api_version) || str_eq(field_group(o->api_version), field_group(api_version));
}

/* Hooks that have not run, or are deleted when they succeed, are not in the cluster between upgrades. */
static bool is_there(const struct object *o)
{
    if (o->owner != OWNER_HOOK || !o->from) return true;
    bool runs = str_has(o->from->events, STR("install")) || str_has(o->from->events, STR("upgrade"));
    return runs && !str_has(o->from->delete_policy, STR("hook-succeeded"));
}

struct value served_object(struct arena *a, const struct objects *all, const struct object *o, struct str api_version, struct str release, struct str ns)
{
    if (!is_there(o)) return NIL;
    struct value v = o->v.kind == V_MAP ? value_copy(a, served_secret(a, o->v)) : claim_made(a, all, o);
    if (v.kind != V_MAP) return NIL;
    struct map *m = v.u.map, *metadata = submap(a, m, "metadata");
    map_putz(m, "apiVersion", v_str(api_version));
    add_identifiers(metadata, o);
    if (o->owner == OWNER_RELEASE || o->owner == OWNER_KEPT) add_ownership(a, metadata, release, ns);
    if (str_is(o->kind, "Secret")) put_absent(m, "type", v_str(STR("Opaque")));
    if (str_is(o->kind, "Service")) put_absent(submap(a, m, "spec"), "type", v_str(STR("ClusterIP")));
    return v;
}
