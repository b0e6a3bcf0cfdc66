/* Fields that Kubernetes lets nobody change: Helm's patch is refused, so the object is deleted first and Helm makes it anew, in both directions.
 *
 * What is immutable: pkg/apis/apps/validation (StatefulSet: all of the spec but the fields below; the selectors of the others),
 * pkg/apis/rbac/validation (roleRef), pkg/apis/batch/validation (a Job's template and selector).
 */
#include "plan/planner.h"

static const char *const set_mutable[] = {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"};

/* The API server fills these in, so a manifest that says the default and one that says nothing are the same. */
static struct value or_default(struct value v, struct str key)
{
    if (v.kind == V_NIL && str_is(key, "podManagementPolicy")) return v_str(STR("OrderedReady"));
    return v;
}

static bool is_mutable(struct str key)
{
    for (size_t i = 0; i < sizeof set_mutable / sizeof *set_mutable; i++)
        if (str_is(key, set_mutable[i])) return true;
    return false;
}

static bool set_differs(struct value from, struct value to)
{
    struct value both[] = {from, to};
    for (size_t i = 0; i < 2; i++)
        for (uint32_t k = 0; both[i].kind == V_MAP && k < map_len(both[i]); k++) {
            struct str key = both[i].u.map->v[k].key;
            if (!is_mutable(key) && !value_same(or_default(map_get(from.u.map, key), key), or_default(map_get(to.u.map, key), key))) return true;
        }
    return false;
}

/* How to delete it: "orphan" leaves the pods to their successor, which takes them where the selector is the same. NULL: nothing immutable changes. */
static const char *replaced_how(const struct item *x)
{
    if (!item_in_release(x->old) || !item_in_release(x->new)) return NULL;
    const struct object *o = x->old, *n = x->new;
    struct value from = value_at(o->v, "spec", NULL), to = value_at(n->v, "spec", NULL);
    bool selector = !value_same(value_at(from, "selector", NULL), value_at(to, "selector", NULL));
    if (str_is(o->kind, "StatefulSet") && from.kind == V_MAP && to.kind == V_MAP && set_differs(from, to)) return selector ? "background" : "orphan";
    if (str_is(o->kind, "Deployment") || str_is(o->kind, "DaemonSet") || str_is(o->kind, "ReplicaSet")) return selector ? "background" : NULL;
    if (str_is(o->kind, "RoleBinding") || str_is(o->kind, "ClusterRoleBinding"))
        return value_same(value_at(o->v, "roleRef", NULL), value_at(n->v, "roleRef", NULL)) ? NULL : "background";
    if (str_is(o->kind, "Job")) return value_same(value_at(from, "template", NULL), value_at(to, "template", NULL)) ? NULL : "background";
    return NULL;
}

bool immutable_is(const struct item *x) { return replaced_how(x) != NULL; }

bool immutable_any(const struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.items_n; i++)
        if (replaced_how(&p->shape.items[i])) return true;
    return false;
}

void make_immutable(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        const char *how = replaced_how(x);
        if (!how) continue;
        struct step *s = make_step(p, STEP_RUN, str_printf(a, "replace-%.*s-%.*s", STR_ARG(x->old->kind), STR_ARG(x->old->name)), make_text(p, p->entry->title, "name", x->id, NULL));
        make_kubectl(p, &s->argv, x->old->ns, "delete", str_z(a, make_ref(a, x->old)), "--ignore-not-found", str_z(a, str_printf(a, "--cascade=%s", how)), "--timeout=300s", NULL);
        step_effect(a, s, EFFECT_DELETE, x->id, str_from(how));
        s->timeout = 330;
        s->timeout_why = STR("grace periods");
        if (p->back) {
            s->inverse_why = STR("a step of the rollback");
            make_when_not_back(p, s);
        } else {
            s->inverse_why = STR("Helm makes it again, in either direction");
            *PUSH(a, s->findings, s->findings_n, s->findings_cap) = str_printf(a, "object/immutable-field %.*s", STR_ARG(x->id));
        }
    }
}
