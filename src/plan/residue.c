/* What a client-side apply leaves behind.
 *
 * Helm's three-way merge takes the newest deployed record for "before". After an upgrade that failed that is the old version's, the same as the
 * target of the way back, so fields that only the new version set are in no difference and stay (observed: new environment variables in the
 * StatefulSets); and a custom resource, merged two ways, stays new altogether (helm/helm#11650). Each such object gets a patch that takes off what
 * the two renders show to be the new version's alone: deletions by merge key for built-in kinds, a merge patch with the old values for others.
 */
#include "plan/planner.h"

#include "kube/field.h"

/* Lists of built-in kinds that merge by a key (the patchMergeKey of the API's types); the others are replaced whole, and so come back by themselves. */
static const struct { const char *list, *key; } merge_keys[] = {
    {"containers", "name"}, {"initContainers", "name"}, {"ephemeralContainers", "name"}, {"env", "name"}, {"volumes", "name"}, {"volumeMounts", "mountPath"},
    {"volumeDevices", "devicePath"}, {"imagePullSecrets", "name"}, {"hostAliases", "ip"}, {"topologySpreadConstraints", "topologyKey"},
    {"secrets", "name"}, {"resourceClaims", "name"},
};

/* "ports" merges by containerPort in a container and by port in a Service. */
static const char *merge_key(struct str list, struct value item)
{
    for (size_t i = 0; i < sizeof merge_keys / sizeof *merge_keys; i++)
        if (str_is(list, merge_keys[i].list)) return merge_keys[i].key;
    if (!str_is(list, "ports")) return NULL;
    return value_at(item, "containerPort", NULL).kind != V_NIL ? "containerPort" : "port";
}

static struct value find_by(struct value list, const char *key, struct value id)
{
    for (uint32_t i = 0; i < field_len(list); i++)
        if (value_same(value_at(field_item(list, i), key, NULL), id)) return field_item(list, i);
    return NIL;
}

static struct value list_removals(struct planner *p, struct str name, struct value old, struct value new, uint32_t depth)
{
    struct arena *a = p->a;
    struct list *out = list_new(a);
    for (uint32_t i = 0; i < field_len(new); i++) {
        struct value item = field_item(new, i);
        const char *key = item.kind == V_MAP ? merge_key(name, item) : NULL;
        struct value id = key ? value_at(item, key, NULL) : NIL;
        if (!key || id.kind == V_NIL) return NIL; /* replaced whole */
        struct value was = find_by(old, key, id), patch = was.kind == V_MAP ? residue_removals(p, was, item, depth + 1) : NIL;
        if (was.kind == V_MAP && patch.kind == V_NIL) continue;
        if (was.kind != V_MAP) {
            patch = v_map(map_new(a));
            map_putz(patch.u.map, "$patch", v_str(STR("delete")));
        }
        map_putz(patch.u.map, key, id);
        list_add(out, patch);
    }
    return out->n ? v_list(out) : NIL;
}

/* A strategic merge patch that removes what `new` has and `old` has not; NIL when that is nothing. */
struct value residue_removals(struct planner *p, struct value old, struct value new, uint32_t depth)
{
    if (depth > p->a->guard->max.depth) guard_trip(p->a->guard, "an object is nested deeper than %u", p->a->guard->max.depth);
    struct map *out = map_new(p->a);
    for (uint32_t i = 0; i < map_len(new); i++) {
        const struct entry *e = &new.u.map->v[i];
        struct entry *was = map_find(old.u.map, e->key);
        if (!was) {
            map_put(out, e->key, NIL);
            continue;
        }
        struct value below = NIL;
        if (e->value.kind == V_MAP && was->value.kind == V_MAP) below = residue_removals(p, was->value, e->value, depth + 1);
        else if (e->value.kind == V_LIST && was->value.kind == V_LIST) below = list_removals(p, e->key, was->value, e->value, depth + 1);
        if (below.kind != V_NIL) map_put(out, e->key, below);
    }
    return out->n ? v_map(out) : NIL;
}

/* A JSON merge patch (RFC 7396) from new to old. */
struct value residue_merge(struct planner *p, struct value old, struct value new, uint32_t depth)
{
    if (depth > p->a->guard->max.depth) guard_trip(p->a->guard, "an object is nested deeper than %u", p->a->guard->max.depth);
    struct map *out = map_new(p->a);
    for (uint32_t i = 0; i < map_len(new); i++)
        if (!map_find(old.u.map, new.u.map->v[i].key)) map_put(out, new.u.map->v[i].key, NIL);
    for (uint32_t i = 0; i < map_len(old); i++) {
        const struct entry *e = &old.u.map->v[i];
        struct value is = map_get(new.u.map, e->key);
        if (value_same(e->value, is)) continue;
        if (e->value.kind == V_MAP && is.kind == V_MAP) {
            struct value below = residue_merge(p, e->value, is, depth + 1);
            if (below.kind != V_NIL) map_put(out, e->key, below);
        } else {
            map_put(out, e->key, e->value);
        }
    }
    return out->n ? v_map(out) : NIL;
}

/* Groups with a dot whose types Helm knows: those of client-go's scheme, and apiextensions.k8s.io, which Helm adds (pkg/kube/client.go). Any other is merged two
 * ways, that of the aggregated APIs and of definitions that bear a name of Kubernetes' own included. */
static const char *const known_groups[] = {
    "admissionregistration.k8s.io", "apiextensions.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "certificates.k8s.io", "coordination.k8s.io",
    "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io",
    "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
};

static bool is_custom(const struct object *o)
{
    struct str group = field_group(o->api_version);
    if (str_chr(group, '.') < 0) return false;
    for (size_t i = 0; i < sizeof known_groups / sizeof *known_groups; i++)
        if (str_is(group, known_groups[i])) return false;
    return true;
}

/* The old object as it lies in the cluster: Helm writes a label and annotations of its own on every object (pkg/action/validate.go), whether a
 * chart has them or not. */
struct value residue_as_written(struct arena *a, struct value old, struct value new)
{
    static const struct { const char *part, *key; } marks[] = {
        {"labels", "app.kubernetes.io/managed-by"}, {"annotations", "meta.helm.sh/release-name"}, {"annotations", "meta.helm.sh/release-namespace"},
    };
    bool own = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct value mark = value_at(new, "metadata", marks[i].part, marks[i].key, NULL);
        if (mark.kind == V_NIL || value_at(old, "metadata", marks[i].part, marks[i].key, NULL).kind != V_NIL) continue;
        if (!own) old = value_copy(a, old);
        own = true;
        struct value metadata = value_at(old, "metadata", NULL), part = value_at(metadata, marks[i].part, NULL);
        if (metadata.kind != V_MAP) continue;
        if (part.kind != V_MAP) map_putz(metadata.u.map, marks[i].part, part = v_map(map_new(a)));
        map_putz(part.u.map, marks[i].key, mark);
    }
    return old;
}

static struct value patch_back(struct planner *p, const struct item *x)
{
    struct value old = residue_as_written(p->a, x->old->v, x->new->v);
    return is_custom(x->old) ? residue_merge(p, old, x->new->v, 0) : residue_removals(p, old, x->new->v, 0);
}

bool residue_is_left(struct planner *p, const struct item *x)
{
    if (!item_in_release(x->old) || !item_in_release(x->new) || x->old->v.kind != V_MAP || x->new->v.kind != V_MAP) return false;
    return patch_back(p, x).kind != V_NIL;
}

/* Before the way back, so that pods restart once. */
static void when_needed(struct planner *p, struct step *s)
{
    /* The provider of Terraform applies client-side, whoever wrote the record of before. */
    if (p->f->o->strategy != STRATEGY_TERRAFORM) step_when(p->a, s, STR("server_side"), STR("false"), false);
    /* Helm's rollback takes the upgrade's record for "before" and leaves nothing; a second one takes the first one's, which is the old version's. */
    if (!make_back_upgrades(p)) *PUSH(p->a, s->when, s->when_n, s->when_cap) = (struct condition){.capture = STR("back.latest"), .equals = STR(""), .equals_capture = STR("next_revision"), .negate = true};
}

void make_back_residue(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (!item_in_release(x->old) || !item_in_release(x->new) || x->old->v.kind != V_MAP || x->new->v.kind != V_MAP) continue;
        if (immutable_is(x)) continue; /* the way back makes it anew, so that nothing is left in it */
        bool custom = is_custom(x->old);
        struct value patch = patch_back(p, x);
        if (patch.kind == V_NIL) continue;
        struct step *s = make_step(p, STEP_WRITE, str_printf(a, "residue-file-%.*s-%.*s", STR_ARG(x->old->kind), STR_ARG(x->old->name)), str_printf(a, "Write down what only the new version set in %.*s", STR_ARG(x->id)));
        s->document = patch;
        s->stdout_to = str_printf(a, "residue-%.*s-%.*s.json", STR_ARG(x->old->kind), STR_ARG(x->old->name));
        when_needed(p, s);
        struct str file = s->stdout_to;
        s = make_step(p, STEP_RUN, str_printf(a, "residue-%.*s-%.*s", STR_ARG(x->old->kind), STR_ARG(x->old->name)), make_text(p, p->entry->title, "name", x->id, NULL));
        make_kubectl(p, &s->argv, x->old->ns, "patch", str_z(a, make_ref(a, x->old)), "--type", custom ? "merge" : "strategic", "--patch-file", NULL);
        argv_add(a, &s->argv, ARG_WORK, file);
        when_needed(p, s);
        step_effect(a, s, EFFECT_PATCH, x->id, custom ? STR("to old") : STR("removals"));
        s->inverse_why = STR("a step of the rollback");
    }
}
