/* Changes that the API server refuses: rules/kubernetes/immutable.yaml. */
#include "checks/view.h"

#include "kube/field.h"
#include "text/units.h"
#include "value/yaml.h"

static struct str text_item(struct value list, uint32_t i)
{
    struct value v = field_item(list, i);
    return v.kind == V_STR ? v_text(v) : (struct str){0};
}

/* ---- comparing as the API server does ---- */

/* A manifest reduced to what cannot change: paths with [] for list items. */
struct reduction {
    struct arena *a;
    struct value except, defaults;
};

static bool is_nothing(struct value v)
{
    return v.kind == V_NIL || (v.kind == V_MAP && !map_len(v)) || (v.kind == V_LIST && !list_len(v));
}

static bool is_excepted(const struct reduction *r, struct str path)
{
    for (uint32_t i = 0; i < field_len(r->except); i++)
        if (str_eq(text_item(r->except, i), path)) return true;
    return false;
}

/* One way to write each quantity. */
static struct value reduce_quantity(struct arena *a, struct value v)
{
    int64_t milli;
    return field_quantity(v, &milli) ? v_str(quantity_show(a, milli)) : v;
}

static bool holds_quantities(struct str path)
{
    ptrdiff_t dot = str_find_last(path, STR("."));
    return field_holds_quantities(str_from_n(path, (size_t)(dot + 1)));
}

static struct value reduce(const struct reduction *r, struct value v, struct str path, uint32_t depth)
{
    if (depth > r->a->guard->max.depth) guard_trip(r->a->guard, "a manifest is nested more than %u deep", r->a->guard->max.depth);
    if (v.kind == V_LIST) {
        struct list *l = list_new(r->a);
        struct str below = str_concat(r->a, path, STR("[]"));
        for (uint32_t i = 0; i < list_len(v); i++) list_add(l, reduce(r, v.u.list->v[i], below, depth + 1));
        return v_list(l);
    }
    if (v.kind != V_MAP) return v;
    bool quantities = holds_quantities(path);
    struct map *m = map_new(r->a);
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        struct str below = path_key(r->a, path, e->key);
        if (is_excepted(r, below)) continue;
        struct value x = reduce(r, e->value, below, depth + 1);
        if (quantities || field_is_quantity(e->key)) x = reduce_quantity(r->a, x);
        /* Nulls and empty maps are as good as absent; a default that is written out, too. */
        if (is_nothing(x) || (r->defaults.kind == V_MAP && value_same(map_get(r->defaults.u.map, below), x))) continue;
        map_put(m, e->key, x);
    }
    return v_map(m);
}

static struct value at_path(struct value v, struct str path)
{
    struct str key;
    for (bool more = true; more;) {
        more = str_cut(path, STR("."), &key, &path);
        v = v.kind == V_MAP ? map_get(v.u.map, key) : NIL;
    }
    return v;
}

static bool is_default(const struct reduction *r, struct str path, struct value v)
{
    return is_nothing(v) || (r->defaults.kind == V_MAP && value_same(map_get(r->defaults.u.map, path), v));
}

/* ---- findings ---- */

static void say_refused(struct facts *f, const struct object_change *c, struct value row, const struct field_change *v, uint32_t n)
{
    bool selector = field_bool(value_at(row, "selector", NULL), false), job = str_is(c->to->kind, "Job"), applied = c->to->owner == OWNER_HOOK_APPLIED;
    bool expires = job && value_at(view_spec(c->from), "ttlSecondsAfterFinished", NULL).kind != V_NIL;
    struct finding *x = view_report(f, selector ? "object/selector-changed" : "object/immutable-field", expires ? SEVERITY_WARNING : SEVERITY_ERROR, ABOUT_CHANGE,
                                    f->judged, c->to, v[0].path);
    const char *who = applied ? "the hook's kubectl apply fails" : "the upgrade fails";
    if (selector)
        x->message = str_printf(f->a, "the label selector of a %.*s cannot be changed: %s on this object, after the others were applied", STR_ARG(c->to->kind), who);
    else if (expires)
        x->message = str_printf(f->a, "%.*s of a %.*s cannot be changed: %s unless the finished Job has expired by then", STR_ARG(v[0].path), STR_ARG(c->to->kind), who);
    else
        x->message = str_printf(f->a, "%.*s of a %.*s cannot be changed: %s on this object, after the others were applied", STR_ARG(v[0].path), STR_ARG(c->to->kind), who);
    for (uint32_t i = 0; i < n && i < 4; i++)
        finding_evidence(&f->findings, x, "%.*s goes from %.*s to %.*s", STR_ARG(v[i].path), STR_ARG(view_show_of(f->a, c->to, v[i].was)), STR_ARG(view_show_of(f->a, c->to, v[i].is)));
    if (n > 4) finding_evidence(&f->findings, x, "and %u more fields", n - 4);
    finding_evidence(&f->findings, x, "source: %.*s", STR_ARG(value_str_at(row, "source")));
    if (str_is(c->to->kind, "StatefulSet"))
        x->fix = str_printf(f->a, "before the upgrade: kubectl delete statefulset %.*s --cascade=orphan (pods and claims stay); the same again before a rollback", STR_ARG(c->to->name));
    else if (view_runs_pods(c->to))
        x->fix = str_printf(f->a, "before the upgrade: kubectl delete %.*s %.*s (its pods go with it; with --cascade=orphan they stay, and must be deleted later); the same again before a rollback", STR_ARG(c->to->kind), STR_ARG(c->to->name));
    else if (str_is(c->to->kind, "PersistentVolumeClaim")) x->fix = STR("keep the old value in your values, or move the data to a new claim");
    else x->fix = str_printf(f->a, "keep the old value, or delete %.*s before the upgrade so that Helm makes it anew", STR_ARG(c->to->id));
}

static void compare_row(struct facts *f, const struct object_change *c, struct value row)
{
    struct reduction r = {f->a, value_at(row, "except", NULL), value_at(row, "defaults", NULL)};
    struct value fields = value_at(row, "fields", NULL);
    struct str when = value_str_at(row, "when");
    bool set = field_bool(value_at(row, "set", NULL), false);
    struct field_change *v = NULL;
    uint32_t n = 0, cap = 0;
    if (when.n && !field_bool(at_path(c->from->v, when), false)) return;
    for (uint32_t i = 0; i < field_len(fields); i++) {
        struct str path = text_item(fields, i);
        struct value was = reduce(&r, at_path(c->from->v, path), path, 0), is = reduce(&r, at_path(c->to->v, path), path, 0);
        if ((is_default(&r, path, was) && is_default(&r, path, is)) || value_same(was, is) || (set && is_nothing(is))) continue;
        if (was.kind != V_MAP || is.kind != V_MAP) {
            *PUSH(f->a, v, n, cap) = (struct field_change){path, was, is};
            continue;
        }
        uint32_t from = n;
        diff_fields(f->a, was, is, &v, &n, &cap);
        for (uint32_t k = from; k < n; k++) v[k].path = str_printf(f->a, "%.*s.%.*s", STR_ARG(path), STR_ARG(v[k].path));
        /* Lists of other lengths, order: what the difference does not name is still one. */
        if (from == n) *PUSH(f->a, v, n, cap) = (struct field_change){path, was, is};
    }
    if (n) say_refused(f, c, row, v, n);
}

/* Kubernetes deletes hooks before it makes them anew (before-hook-creation), so nothing of theirs is immutable. */
static bool is_patched(const struct object_change *c)
{
    if (!c->from || !c->to || !str_eq(c->from->id, c->to->id) || !str_eq(c->from->kind, c->to->kind)) return false;
    bool applied = c->from->owner == OWNER_HOOK_APPLIED && c->to->owner == OWNER_HOOK_APPLIED;
    return view_is_written(c->from) && (applied || (view_is_managed(c->from) && view_is_managed(c->to)));
}

static void check_immutable(struct facts *f)
{
    struct value kinds = value_at(checks_data(f, "kubernetes/immutable.yaml"), "kinds", NULL);
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *to = &f->judged->objects.v[i], *from = objects_find(&f->old_side.objects, to->id);
        struct object_change c = {.from = from, .to = to};
        if (!view_is_written(to) || !is_patched(&c)) continue;
        for (uint32_t k = 0; k < field_len(kinds); k++) {
            struct value row = field_item(kinds, k);
            if (str_eq(value_str_at(row, "kind"), to->kind) && str_eq(value_str_at(row, "group"), field_group(to->api_version))) compare_row(f, &c, row);
        }
    }
}

/* ---- claims that grow or shrink ---- */

static void check_claim_size(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        int64_t was, is;
        if (c->kind != CHANGE_CHANGED || !is_patched(c) || !str_is(c->to->kind, "PersistentVolumeClaim")) continue;
        struct value from = value_at(view_spec(c->from), "resources", "requests", "storage", NULL), to = value_at(view_spec(c->to), "resources", "requests", "storage", NULL);
        if (from.kind != V_STR || to.kind != V_STR || !quantity_parse(v_text(from), &was) || !quantity_parse(v_text(to), &is) || was == is) continue;
        struct finding *x = view_report(f, "object/immutable-field", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, c->to, STR("storage"));
        if (is < was) x->message = STR("a claim cannot shrink: the upgrade fails on this object, after the others were applied");
        else x->message = STR("the claim grows: that is refused unless its StorageClass has allowVolumeExpansion, and there is no way back, for a claim cannot shrink");
        finding_evidence(&f->findings, x, "spec.resources.requests.storage goes from %.*s to %.*s", STR_ARG(v_text(from)), STR_ARG(v_text(to)));
        finding_evidence(&f->findings, x, "source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims");
        x->fix = str_printf(f->a, "set the size in your values to %.*s%s", STR_ARG(v_text(from)), is < was ? "" : ", or grow the claim by itself after the upgrade is confirmed");
    }
}

const struct check_entry checks_immutable[] = {
    {"object/selector-changed object/immutable-field", false, true, check_immutable},
    {"object/immutable-field", false, true, check_claim_size},
    {0},
};
