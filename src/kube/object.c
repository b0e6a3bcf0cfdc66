#include "kube/object.h"

#include "base/parallel.h"
#include "base/sha256.h"
#include "kube/applied.h"
#include "kube/field.h"
#include "kube/noise.h"
#include "kube/scaler.h"
#include "kube/served.h"
#include "value/json.h"

struct link {
    uint32_t object, job; /* indices: what was applied, and the Job that does */
};

struct builder {
    struct arena *a;
    const struct objects *like;
    struct objects *out;
    struct str ns;               /* the release's */
    struct strmap cluster_kinds; /* "group/Kind" of CRDs in this render with scope Cluster */
    struct link *links;          /* the array of objects moves while it grows: pointers into it are set at the end */
    uint32_t links_n, links_cap;
    struct strmap known;         /* ids so far */
    struct arena *contents;
};

/* ---- content ---- */

/* Worked out when asked for, in an arena of its own: who asks may give back what he has taken since. */
struct object_content {
    struct arena *a;
    const struct strmap *texts;
    bool known;
    struct value stripped;
    struct str digest;
};

static void free_arena(void *a) { arena_free(a); }

struct value object_stripped(const struct object *o)
{
    struct object_content *c = o->content;
    if (!c) return NIL;
    if (c->known) return c->stripped; /* and nothing is written: two threads may ask */
    c->stripped = served_secret(c->a, noise_strip(c->a, o->v, c->texts));
    c->known = true;
    return c->stripped;
}

bool object_same(const struct object *x, const struct object *y)
{
    return x->content && y->content && value_same(object_stripped(x), object_stripped(y));
}

static struct str digest_in(struct arena *a, const struct object *o)
{
    struct object_content *c = o->content;
    struct value v = object_stripped(o);
    struct arena_mark m = arena_mark(a);
    struct buf json = buf_new(a);
    struct str error = {0};
    char hex[65];
    /* What JSON cannot hold (.inf) is no Kubernetes object, but has to have a digest: that of what came before it. */
    json_write(&json, v, JSON_COMPACT | JSON_NO_HTML, &error);
    struct str digest = sha256_hex(a, buf_str(&json));
    memcpy(hex, digest.p, digest.n);
    arena_rewind(a, m);
    c->digest = str_dup(a, str_of(hex, digest.n));
    return c->digest;
}

struct str object_digest(const struct object *o)
{
    if (!o->content) return (struct str){0};
    return o->content->digest.n ? o->content->digest : digest_in(o->content->a, o);
}

static void digest_one(void *context, size_t i, struct arena *mine)
{
    const struct object *o = ((const struct object **)context)[i];
    if (o->content && !o->content->digest.n) digest_in(mine, o);
}

void objects_digest(struct arena *a, const struct object **v, uint32_t n)
{
    enum { ONE = 4 << 10 }; /* bytes, about */
    for (uint32_t i = 0; i < n; i++) object_stripped(v[i]);
    parallel_for(a, n, (size_t)n * ONE, digest_one, v);
}

/* ---- identity ---- */

static bool is_namespaced(const struct builder *b, struct str api_version, struct str kind)
{
    struct arena_mark mark = arena_mark(b->a);
    struct str key = str_printf(b->a, "%.*s/%.*s", STR_ARG(field_group(api_version)), STR_ARG(kind));
    bool cluster = strmap_get(&b->cluster_kinds, key) != NULL;
    arena_rewind(b->a, mark);
    return !cluster && kind_is_namespaced(api_version, kind);
}

static void name_object(const struct builder *b, struct object *o, struct str ns)
{
    if (!is_namespaced(b, o->api_version, o->kind)) ns = (struct str){0};
    else if (!ns.n) ns = b->ns;
    o->ns = ns;
    bool foreign = ns.n && !str_eq(ns, b->ns);
    o->id = foreign ? str_printf(b->a, "%.*s/%.*s/%.*s", STR_ARG(o->kind), STR_ARG(ns), STR_ARG(o->name))
                    : str_printf(b->a, "%.*s/%.*s", STR_ARG(o->kind), STR_ARG(o->name));
}

static void add_object(struct builder *b, struct object o)
{
    *PUSH(b->a, b->out->v, b->out->n, b->out->cap) = o;
    strmap_put(&b->known, o.id, b);
}

static void add_manifest(struct builder *b, struct value v, struct object like, struct str ns)
{
    struct value metadata = value_at(v, "metadata", NULL);
    struct object o = like;
    o.v = v;
    o.api_version = value_str_at(v, "apiVersion");
    o.kind = value_str_at(v, "kind");
    o.name = value_str_at(metadata, "name");
    if (!o.kind.n) return; /* no object: a document of comments, or what Helm would refuse */
    struct str own = value_str_at(metadata, "namespace");
    name_object(b, &o, own.n ? own : ns);
    const struct object *same = b->like ? objects_find(b->like, o.id) : NULL;
    if (same && same->content && same->v.kind == V_MAP && same->v.u.map == v.u.map) {
        o.content = same->content;
    } else {
        o.content = NEW(b->a, struct object_content);
        *o.content = (struct object_content){.a = b->contents, .texts = b->out->texts};
    }
    add_object(b, o);
}

/* kubectl and Helm take the items of a List for objects of their own (k8s.io/cli-runtime, FlattenListVisitor). */
static void add_flattened(struct builder *b, struct value v, struct object like, struct str ns)
{
    struct value items = value_at(v, "items", NULL);
    bool list = str_ends(value_str_at(v, "kind"), STR("List")) && items.kind == V_LIST;
    if (!list) add_manifest(b, v, like, ns);
    for (uint32_t i = 0; list && i < field_len(items); i++) add_manifest(b, field_item(items, i), like, ns);
}

/* ---- what the render holds ---- */

static enum owner owner_of(const struct manifest *m)
{
    struct value annotations = value_at(m->object, "metadata", "annotations", NULL);
    struct str policy = str_trim(value_str_at(annotations, "helm.sh/resource-policy"));
    if (m->crd) return OWNER_CRD;
    if (m->hook) return OWNER_HOOK;
    return str_is(policy, "keep") ? OWNER_KEPT : OWNER_RELEASE;
}

enum part { PART_RELEASE, PART_HOOKS, PART_CRDS };

static enum part part_of(const struct manifest *m) { return m->crd ? PART_CRDS : m->hook ? PART_HOOKS : PART_RELEASE; }

static void add_part(struct builder *b, const struct manifest *v, uint32_t n, enum part part)
{
    for (uint32_t i = 0; i < n; i++)
        if (part_of(&v[i]) == part) add_flattened(b, v[i].object, (struct object){.owner = owner_of(&v[i]), .from = &v[i]}, (struct str){0});
}

static void note_cluster_kinds(struct builder *b, const struct manifest *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct value spec = value_at(v[i].object, "spec", NULL);
        if (!str_is(v[i].kind, "CustomResourceDefinition") || !str_is(value_str_at(spec, "scope"), "Cluster")) continue;
        struct str kind = value_str_at(value_at(spec, "names", NULL), "kind");
        strmap_put(&b->cluster_kinds, str_printf(b->a, "%.*s/%.*s", STR_ARG(value_str_at(spec, "group")), STR_ARG(kind)), b);
    }
}

/* ---- what Jobs of the render apply ---- */

static const struct object *find_config_map(const struct objects *o, struct str name, struct str ns)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (str_is(o->v[i].kind, "ConfigMap") && str_eq(o->v[i].name, name) && str_eq(o->v[i].ns, ns)) return &o->v[i];
    return NULL;
}

static void add_text(struct builder *b, struct str text, struct object like, struct str ns)
{
    struct list *docs = b->like ? strmap_get(b->like->texts, text) : NULL;
    if (!docs && !noise_read_manifests(b->a, text, &docs)) return;
    strmap_put(b->out->texts, text, docs);
    for (uint32_t i = 0; i < docs->n; i++) {
        struct str name = value_str_at(value_at(docs->v[i], "metadata", NULL), "name");
        /* A here-document's variables are the shell's affair: an object without a name cannot be followed. */
        if (str_chr(name, '$') < 0) add_flattened(b, docs->v[i], like, ns);
    }
}

static bool is_applied_already(const struct objects *o, struct str config_map, struct str key)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (o->v[i].owner == OWNER_HOOK_APPLIED && str_eq(o->v[i].config_map_key, key) && o->v[i].from && str_eq(o->v[i].from->name, config_map)) return true;
    return false;
}

static void add_config_map(struct builder *b, const struct applied *x, uint32_t job)
{
    const struct object *map = find_config_map(b->out, x->config_map, b->out->v[job].ns);
    struct value data = map ? value_at(map->v, "data", NULL) : NIL;
    const struct manifest *from = map ? map->from : NULL;
    struct entry **keys = data.kind == V_MAP ? map_sorted(b->a, data.u.map) : NULL; /* kubectl reads a directory in order of names */
    for (uint32_t i = 0; keys && i < map_len(data); i++) {
        if (x->key.n && !str_eq(x->key, keys[i]->key)) continue;
        if (keys[i]->value.kind != V_STR || is_applied_already(b->out, x->config_map, keys[i]->key)) continue;
        struct object like = {.owner = OWNER_HOOK_APPLIED, .from = from, .config_map_key = keys[i]->key};
        uint32_t first = b->out->n;
        add_text(b, v_text(keys[i]->value), like, x->ns.n ? x->ns : b->out->v[job].ns);
        for (uint32_t j = first; j < b->out->n; j++) *PUSH(b->a, b->links, b->links_n, b->links_cap) = (struct link){j, job};
    }
}

static void add_applied(struct builder *b, uint32_t job)
{
    struct workload w;
    struct object like = b->out->v[job];
    if (!workload_read(b->a, &like, &w) || (w.kind != WORKLOAD_JOB && w.kind != WORKLOAD_POD)) return;
    uint32_t n;
    struct applied *v = applied_find(b->a, &w, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].config_map.n) {
            add_config_map(b, &v[i], job);
            continue;
        }
        uint32_t first = b->out->n;
        add_text(b, v[i].text, (struct object){.owner = OWNER_HOOK_APPLIED, .from = like.from}, v[i].ns.n ? v[i].ns : like.ns);
        for (uint32_t j = first; j < b->out->n; j++) *PUSH(b->a, b->links, b->links_n, b->links_cap) = (struct link){j, job};
    }
}

/* ---- what the render only names, and what controllers make of it ---- */

static void add_named(struct builder *b, enum owner owner, const char *api_version, const char *kind, struct str name, struct str ns)
{
    struct object o = {.api_version = str_from(api_version), .kind = str_from(kind), .name = name, .owner = owner};
    name_object(b, &o, ns);
    if (!strmap_get(&b->known, o.id)) add_object(b, o);
}

/* Made by Kubernetes in every namespace. */
static bool is_given(const char *kind, struct str name)
{
    return (!strcmp(kind, "ConfigMap") && str_is(name, "kube-root-ca.crt")) || (!strcmp(kind, "ServiceAccount") && str_is(name, "default"));
}

static void add_referenced(struct builder *b, const struct workload *w)
{
    static const char *const kinds[] = {"Secret", "ConfigMap", "PersistentVolumeClaim", "ServiceAccount"};
    for (uint32_t i = 0; i < w->refs_n; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (!w->refs[i].optional && !strcmp(w->refs[i].kind, kinds[k]) && !is_given(kinds[k], w->refs[i].name))
                add_named(b, OWNER_REFERENCED, "v1", kinds[k], w->refs[i].name, w->object->ns);
}

static void add_authentications(struct builder *b, const struct scaler *s)
{
    for (uint32_t i = 0; i < s->triggers_n; i++) {
        const struct trigger *t = &s->triggers[i];
        const char *kind = t->cluster_authentication ? "ClusterTriggerAuthentication" : "TriggerAuthentication";
        if (t->authentication.n) add_named(b, OWNER_REFERENCED, "keda.sh/v1alpha1", kind, t->authentication, s->object->ns);
    }
}

/* https://keda.sh/docs/latest/concepts/authentication/: a scaler without these Secrets does not become ready. */
static void add_trigger_secrets(struct builder *b, const struct object *o)
{
    if (!str_is(o->kind, "TriggerAuthentication") || !str_is(field_group(o->api_version), "keda.sh")) return;
    struct value refs = value_at(o->v, "spec", "secretTargetRef", NULL);
    for (uint32_t i = 0; i < field_len(refs); i++) {
        struct str name = value_str_at(field_item(refs, i), "name");
        if (name.n) add_named(b, OWNER_REFERENCED, "v1", "Secret", name, o->ns);
    }
}

/* A claim per template and ordinal: NAME-SET-N (pkg/controller/statefulset, getPersistentVolumeClaimName). How many there
 * are depends on the highest count there ever was; listed are those of the rendered count, at least one, at most a hundred. */
static void add_claims(struct builder *b, const struct workload *w)
{
    int64_t n = w->replicas < 1 ? 1 : w->replicas > 100 ? 100 : w->replicas;
    for (uint32_t i = 0; i < w->claims_n; i++)
        for (int64_t ordinal = 0; ordinal < n; ordinal++)
            add_named(b, OWNER_RUNTIME, "v1", "PersistentVolumeClaim",
                      str_printf(b->a, "%.*s-%.*s-%lld", STR_ARG(w->claims[i].name), STR_ARG(w->object->name), (long long)ordinal), w->object->ns);
}

static void add_others(struct builder *b)
{
    uint32_t n = b->out->n;
    struct workload *w = NEW(b->a, struct workload);
    struct scaler *s = NEW(b->a, struct scaler);
    /* Claims first: a pod that names one refers to what the StatefulSet makes. */
    for (uint32_t i = 0; i < n; i++) {
        struct object o = b->out->v[i]; /* the array moves */
        if (workload_read(b->a, &o, w) && w->kind == WORKLOAD_STATEFULSET) add_claims(b, w);
        if (scaler_read(b->a, &o, s) && !s->hpa) add_named(b, OWNER_RUNTIME, "autoscaling/v2", "HorizontalPodAutoscaler", s->hpa_name, o.ns);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct object o = b->out->v[i];
        if (workload_read(b->a, &o, w)) add_referenced(b, w);
        if (scaler_read(b->a, &o, s) && !s->hpa) add_authentications(b, s);
        add_trigger_secrets(b, &o);
    }
}

/* ---- the whole ---- */

void objects_of_manifests(struct arena *a, const struct manifest *v, uint32_t n, struct str ns, const struct objects *like, struct objects *out)
{
    *out = (struct objects){.a = a, .by_id = strmap_new(a), .texts = NEW(a, struct strmap)};
    *out->texts = strmap_new(a);
    struct builder b = {.a = a, .like = like && like->texts ? like : NULL, .out = out, .ns = ns, .cluster_kinds = strmap_new(a), .known = strmap_new(a), .contents = arena_new(a->guard)};
    arena_defer(a, free_arena, b.contents);
    note_cluster_kinds(&b, v, n);
    add_part(&b, v, n, PART_RELEASE);
    add_part(&b, v, n, PART_HOOKS);
    uint32_t rendered = out->n;
    for (uint32_t i = 0; i < rendered; i++) add_applied(&b, i);
    add_part(&b, v, n, PART_CRDS);
    add_others(&b);
    for (uint32_t i = 0; i < b.links_n; i++) out->v[b.links[i].object].applied_by = &out->v[b.links[i].job];
    /* Of two with one id the first counts, which is the release's own. */
    for (uint32_t i = 0; i < out->n; i++)
        if (!strmap_get(&out->by_id, out->v[i].id)) strmap_put(&out->by_id, out->v[i].id, &out->v[i]);
}

void objects_settle(struct objects *o, struct arena *a)
{
    struct arena *contents = arena_new(a->guard);
    arena_defer(a, free_arena, contents);
    o->a = a;
    for (uint32_t i = 0; i < o->n; i++)
        if (o->v[i].content) o->v[i].content->a = contents;
}

bool objects_of_render(struct arena *a, struct render *r, struct str ns, struct objects *out)
{
    struct manifest *v;
    uint32_t n;
    *out = (struct objects){.a = a, .by_id = strmap_new(a)};
    if (!render_manifests(a, r, &v, &n, MANIFEST_WHOLE)) return false;
    objects_of_manifests(a, v, n, ns, NULL, out);
    return true;
}

const struct object *objects_find(const struct objects *o, struct str id) { return strmap_get(&o->by_id, id); }
