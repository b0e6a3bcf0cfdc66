/* Kubernetes objects of a render: identity, and who would apply, change and delete each one. */
#ifndef RUTTER_KUBE_OBJECT_H
#define RUTTER_KUBE_OBJECT_H

#include "base/strmap.h"
#include "chart/render.h"

/* The owner decides what an upgrade and a rollback do to an object (the design, section 4). */
enum owner {
    OWNER_RELEASE,      /* Helm creates, patches, deletes it; helm rollback restores it */
    OWNER_HOOK,         /* created at its events only; a rollback runs the target revision's rollback hooks and no others */
    OWNER_HOOK_APPLIED, /* a manifest inside a ConfigMap that a hook Job applies: Helm does not know it */
    OWNER_CRD,          /* from crds/: installed once, never upgraded, never deleted */
    OWNER_KEPT,         /* helm.sh/resource-policy: keep */
    OWNER_ADOPTED,      /* in the new chart, and already there from elsewhere */
    OWNER_REFERENCED,   /* named, not rendered (existingSecret): must exist */
    OWNER_RUNTIME,      /* made by controllers (a StatefulSet's PVCs, an HPA made by KEDA) */
};

struct object {
    struct str api_version, kind, ns, name;  /* ns: the release's where the manifest has none; "" for cluster-scoped kinds */
    struct str id;                           /* "Kind/name", "Kind/namespace/name" where it is not the release's namespace */
    struct value v;                          /* the whole manifest; NIL for referenced and runtime ones */
    enum owner owner;
    const struct manifest *from;             /* the manifest in which it stands; for hook-applied ones that of the ConfigMap */
    const struct object *applied_by;         /* hook-applied: the hook Job; else NULL */
    struct str config_map_key;               /* hook-applied: the data key that holds it */
    struct object_content *content;          /* private: of rendered ones, worked out when asked for */
};

struct objects {
    struct arena *a;
    struct object *v;      /* in Helm's order: release objects in install order, then hooks, then what hooks apply, then the others */
    uint32_t n, cap;
    struct strmap by_id;   /* struct object * */
    struct strmap *texts;  /* private: the manifests in texts that were read, by text */
};

/* All objects of a render, those hidden in ConfigMaps that a hook Job applies included. `ns` is the release's namespace. */
bool objects_of_render(struct arena *a, struct render *r, struct str ns, struct objects *out);
/* The same from the manifests of a render; they must outlive the objects. What is worked out of an object's content is shared with `like`
 * (NULL: nobody) where that has the very same manifest (render_manifests_like). */
void objects_of_manifests(struct arena *a, const struct manifest *v, uint32_t n, struct str ns, const struct objects *like, struct objects *out);
/* What is worked out of the objects later comes from `a`: for objects that another thread made. */
void objects_settle(struct objects *o, struct arena *a);
const struct object *objects_find(const struct objects *o, struct str id);
/* The manifest without version labels and checksums, a Secret's stringData folded into its data; shared with the manifest where
 * that is the same. NIL: not rendered. */
struct value object_stripped(const struct object *o);
/* Whether two manifests say the same, version labels and checksums left out; of what is not rendered nobody can say: false. */
bool object_same(const struct object *x, const struct object *y);
/* sha256 of the canonical form of the stripped manifest; "" when it is not rendered. Both live as long as the objects. */
struct str object_digest(const struct object *o);
/* Works out the digests of these objects on all cores, for those who ask afterwards; each object once. */
void objects_digest(struct arena *a, const struct object **v, uint32_t n);
bool kind_is_namespaced(struct str api_version, struct str kind);
const char *owner_name(enum owner o);

#endif
