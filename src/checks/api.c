/* API versions that the target Kubernetes does not serve (rules/kubernetes/apis.yaml), and CustomResourceDefinitions. */
#include "checks/view.h"

#include "base/rules.h"
#include "funcs/objects.h"
#include "kube/field.h"
#include "text/semver.h"

/* ---- the target ---- */

static struct str target_version(const struct facts *f) { return f->o->kube_version.n ? f->o->kube_version : kube_version_default(f->judged->env.helm_major); }

/* "1.22" as a number that orders; -1 for what is no version. */
static int64_t minor_of(struct arena *a, struct str version)
{
    struct semver v;
    struct str error;
    return semver_parse(a, version, &v, &error) && v.major < 1000 && v.minor < 1000 ? (int64_t)(v.major * 1000 + v.minor) : -1;
}

/* ---- objects ---- */

struct api_fate {
    bool removed, deprecated;
    struct str since, instead;
};

static struct api_fate fate_of(struct facts *f, struct value table, const struct object *o, int64_t target)
{
    for (uint32_t i = 0; i < field_len(table); i++) {
        struct value row = field_item(table, i), kinds = value_at(row, "kinds", NULL);
        if (!str_eq(value_str_at(row, "api"), o->api_version)) continue;
        for (uint32_t k = 0; k < field_len(kinds); k++) {
            struct value kind = field_item(kinds, k);
            if (kind.kind != V_STR || !str_eq(v_text(kind), o->kind)) continue;
            struct str removed = value_str_at(row, "removed"), deprecated = value_str_at(row, "deprecated");
            if (target >= minor_of(f->a, removed)) return (struct api_fate){true, false, removed, value_str_at(row, "instead")};
            if (target >= minor_of(f->a, deprecated)) return (struct api_fate){false, true, deprecated, value_str_at(row, "instead")};
        }
    }
    return (struct api_fate){0};
}

/* Renders of a side as if the cluster answered for a kind, one for each kind that was asked for. */
struct answer {
    const struct side *of;
    struct str instead, kind;
    struct side again;
    bool ok;
};
struct answers {
    struct facts f;    /* with an arena of its own: all is thrown away */
    struct answer *v;
    uint32_t n, cap;
};

/* Templates with an object of that kind are enough where templates share nothing; NULL: all. */
static const struct strmap *templates_of(struct answers *q, const struct side *s, struct str kind)
{
    struct strmap *only = NEW(q->f.a, struct strmap);
    *only = strmap_new(q->f.a);
    if (s->render.exec.writes_n) return NULL;
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (str_eq(o->kind, kind) && o->from && o->from->rendered < s->render.files_n) strmap_put(only, s->render.files[o->from->rendered].path, q);
    }
    return only;
}

static const struct answer *answer_for(struct answers *q, const struct side *s, struct str instead, struct str kind)
{
    for (uint32_t i = 0; i < q->n; i++)
        if (q->v[i].of == s && str_eq(q->v[i].instead, instead) && str_eq(q->v[i].kind, kind)) return &q->v[i];
    struct answer *x = PUSH(q->f.a, q->v, q->n, q->cap);
    *x = (struct answer){.of = s, .instead = instead, .kind = kind, .again = *s};
    x->again.env.api_versions = object_api_versions(q->f.a, s->env.helm_major);
    list_add(x->again.env.api_versions, v_str(str_printf(q->f.a, "%.*s/%.*s", STR_ARG(instead), STR_ARG(kind))));
    x->ok = view_render(&q->f, &x->again, templates_of(q, s, kind));
    return x;
}

/* Charts ask for an API with .Capabilities.APIVersions.Has, with the kind or without. Only a cluster answers for kinds; so the
 * chart is asked again as if it did. True when it then uses another API version. */
static bool adapts(struct answers *q, const struct side *s, const struct object *o, struct str instead)
{
    if (q->f.o->api_versions || !instead.n) return false;
    const struct answer *x = answer_for(q, s, instead, o->kind);
    const struct object *now = x->ok ? objects_find(&x->again.objects, o->id) : NULL;
    return now && view_is_written(now) && !str_eq(now->api_version, o->api_version);
}

static void report_api(struct facts *f, const struct object *o, const struct api_fate *x, bool state)
{
    bool given = f->o->kube_version.n > 0;
    enum severity severity = x->removed && given ? SEVERITY_ERROR : SEVERITY_WARNING;
    struct finding *y = view_report(f, x->removed ? "api/removed" : "api/deprecated", severity, state ? ABOUT_STATE : ABOUT_CHANGE, f->judged, o, STR("apiVersion"));
    struct str target = target_version(f);
    y->message = x->removed ? str_printf(f->a, "Kubernetes serves %.*s %.*s no longer since %.*s: the upgrade fails on a cluster of version %.*s", STR_ARG(o->api_version), STR_ARG(o->kind), STR_ARG(x->since), STR_ARG(target))
                            : str_printf(f->a, "%.*s %.*s is deprecated since Kubernetes %.*s", STR_ARG(o->api_version), STR_ARG(o->kind), STR_ARG(x->since));
    if (!given) finding_evidence(&f->findings, y, "%.*s is what Helm takes without a cluster; --kube-version says which yours is", STR_ARG(target));
    if (x->instead.n) finding_evidence(&f->findings, y, "the kind is served as %.*s", STR_ARG(x->instead));
    finding_evidence(&f->findings, y, "source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/");
    y->fix = x->instead.n ? str_printf(f->a, "use a chart version that renders %.*s, or give --api-versions if the chart chooses by it", STR_ARG(x->instead)) : STR("use a chart version without it");
}

/* The old manifest is what a rollback applies. */
static void report_way_back(struct facts *f, const struct object *o, const struct api_fate *x)
{
    struct finding *y = view_report(f, "api/removed", f->o->kube_version.n ? SEVERITY_WARNING : SEVERITY_INFO, ABOUT_CHANGE, &f->old_side, o, STR("apiVersion"));
    y->message = str_printf(f->a, "the old version has it as %.*s, which Kubernetes serves no longer since %.*s: on such a cluster neither the upgrade nor a rollback can read the old release's manifest", STR_ARG(o->api_version), STR_ARG(x->since));
    finding_evidence(&f->findings, y, "source: https://helm.sh/docs/topics/kubernetes_apis/");
    y->fix = STR("upgrade the release before the cluster, or rewrite the API versions of its record (helm mapkubeapis)");
}

/* Without --kube-version the target is a guess; a wrong one where the old release could not run on it. */
static bool target_is_wrong(struct answers *q, struct facts *f, struct value table, int64_t target)
{
    for (uint32_t i = 0; !f->o->kube_version.n && i < f->old_side.objects.n; i++) {
        const struct object *o = &f->old_side.objects.v[i];
        struct api_fate x = view_is_managed(o) && view_is_written(o) ? fate_of(f, table, o, target) : (struct api_fate){0};
        if (x.removed && !adapts(q, &f->old_side, o, x.instead)) return true;
    }
    return false;
}

/* Whether the table names any API version of these objects: nearly always it does not, and need not be read. */
static bool names_any(struct arena *a, struct str table, const struct side *s)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (o->api_version.n && (!i || !str_eq(o->api_version, s->objects.v[i - 1].api_version)) && str_has(table, str_printf(a, "api: %.*s,", STR_ARG(o->api_version)))) return true;
    }
    return false;
}

static void check_apis(struct facts *f)
{
    struct str text = rules_get("kubernetes/apis.yaml");
    if (!names_any(f->a, text, f->judged) && !names_any(f->a, text, &f->old_side)) return;
    struct value table = value_at(checks_data(f, "kubernetes/apis.yaml"), "apis", NULL);
    int64_t target = minor_of(f->a, target_version(f));
    struct answers *q = &(struct answers){.f = *f};
    q->f.a = arena_new(f->a->guard);
    bool guess = target >= 0 && target_is_wrong(q, f, table, target);
    for (uint32_t i = 0; target >= 0 && i < f->judged->objects.n; i++) {
        const struct object *o = &f->judged->objects.v[i], *was = f->single ? NULL : view_was(f, o);
        struct api_fate x = view_is_written(o) ? fate_of(f, table, o, target) : (struct api_fate){0};
        if ((x.removed || x.deprecated) && !adapts(q, f->judged, o, x.instead)) report_api(f, o, &x, guess || (was && str_eq(was->api_version, o->api_version)));
    }
    for (uint32_t i = 0; target >= 0 && i < f->old_side.objects.n; i++) {
        const struct object *o = &f->old_side.objects.v[i], *now = view_is(f, o);
        struct api_fate x = view_is_managed(o) && view_is_written(o) ? fate_of(f, table, o, target) : (struct api_fate){0};
        bool same = now && str_eq(now->api_version, o->api_version);
        if (x.removed && !same && !adapts(q, &f->old_side, o, x.instead)) report_way_back(f, o, &x);
    }
    arena_free(q->f.a);
}

/* ---- CustomResourceDefinitions ---- */

static bool is_crd(const struct object *o) { return str_is(o->kind, "CustomResourceDefinition"); }

static bool lists(struct value list, struct str what)
{
    for (uint32_t i = 0; i < field_len(list); i++) {
        struct value v = field_item(list, i);
        if (v.kind == V_STR && str_eq(v_text(v), what)) return true;
    }
    return false;
}

/* Whether the release makes an object of the kind, or has a role for it: then something needs it. */
static bool is_used(const struct side *s, const struct object *crd)
{
    struct str group = value_str_at(view_spec(crd), "group"), plural = value_str_at(value_at(view_spec(crd), "names", NULL), "plural"), kind = value_str_at(value_at(view_spec(crd), "names", NULL), "kind");
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        struct value rules = value_at(o->v, "rules", NULL);
        if (str_eq(o->kind, kind) && str_eq(field_group(o->api_version), group)) return true;
        if (!str_is(o->kind, "ClusterRole") && !str_is(o->kind, "Role")) continue;
        for (uint32_t k = 0; k < field_len(rules); k++) {
            struct value groups = value_at(field_item(rules, k), "apiGroups", NULL), resources = value_at(field_item(rules, k), "resources", NULL);
            if (lists(groups, group) && (lists(resources, plural) || lists(resources, STR("*")))) return true;
        }
    }
    return false;
}

/* An object of the kind that Helm itself would make. Where the old version had one the cluster knows the kind from elsewhere. */
static const struct object *made_of(const struct side *s, const struct object *crd)
{
    struct str group = value_str_at(view_spec(crd), "group"), kind = value_str_at(value_at(view_spec(crd), "names", NULL), "kind");
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (view_is_managed(o) && view_is_written(o) && str_eq(o->kind, kind) && str_eq(field_group(o->api_version), group)) return o;
    }
    return NULL;
}

/* Helm asks the cluster for the kind of each object before it applies the first (pkg/kube/client.go, Build). */
static void report_not_upgraded(struct facts *f, const struct object *o, bool new)
{
    const struct object *stopped = new && !made_of(&f->old_side, o) ? made_of(f->judged, o) : NULL;
    struct finding *x = view_report(f, "crd/not-upgraded", stopped ? SEVERITY_ERROR : new && !is_used(f->judged, o) ? SEVERITY_INFO : SEVERITY_WARNING, ABOUT_CHANGE, f->judged, o, (struct str){0});
    x->message = stopped ? str_printf(f->a, "it is new in crds/, and Helm installs those with a release's first installation only: while the cluster does not know the kind of %.*s the upgrade fails", STR_ARG(stopped->id)) : new ? STR("it is new in crds/, and Helm installs those with a release's first installation only") : STR("it changed in crds/, and Helm never upgrades those");
    finding_evidence(&f->findings, x, "source: https://helm.sh/docs/chart_best_practices/custom_resource_definitions/");
    x->fix = str_printf(f->a, "before the upgrade: kubectl apply --server-side -f the new chart's %.*s", STR_ARG(o->from ? o->from->path : STR("crds/")));
}

static bool serves(const struct object *crd, struct str version)
{
    struct value versions = value_at(view_spec(crd), "versions", NULL);
    if (!field_len(versions)) return str_eq(value_str_at(view_spec(crd), "version"), version);
    for (uint32_t i = 0; i < field_len(versions); i++)
        if (str_eq(value_str_at(field_item(versions, i), "name"), version)) return field_bool(value_at(field_item(versions, i), "served", NULL), true);
    return false;
}

static void compare_versions(struct facts *f, const struct object *was, const struct object *is)
{
    struct value versions = value_at(view_spec(was), "versions", NULL);
    for (uint32_t i = 0; i < field_len(versions); i++) {
        struct str name = value_str_at(field_item(versions, i), "name");
        if (!serves(was, name) || serves(is, name)) continue;
        struct finding *x = view_report(f, "crd/removed", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, is, STR("versions"));
        x->message = str_printf(f->a, "it no longer serves version %.*s: objects and programs that use it fail", STR_ARG(name));
        x->fix = str_printf(f->a, "move all objects to a version that it serves before the upgrade; while status.storedVersions names %.*s the change is refused", STR_ARG(name));
    }
}

static void check_crds(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        const struct object *from = c->from, *to = c->to;
        if (!is_crd(from ? from : to)) continue;
        if (to && to->owner == OWNER_CRD && (!from || from->owner == OWNER_CRD) && (c->kind == CHANGE_ADDED || c->fields_n)) report_not_upgraded(f, to, !from);
        if (from && to && str_eq(from->id, to->id)) compare_versions(f, from, to);
        bool deleted = from && from->owner == OWNER_RELEASE && (!to || to->owner == OWNER_CRD || !str_eq(to->id, from->id));
        if (!deleted) continue;
        struct finding *x = view_report(f, "crd/removed", SEVERITY_ERROR, ABOUT_CHANGE, &f->old_side, from, (struct str){0});
        x->message = to && to->owner == OWNER_CRD ? STR("it moves from the templates to crds/: Helm deletes it as no longer part of the release, and with it every object of its kind in the cluster")
                                                  : STR("the new chart no longer has it: Helm deletes it, and with it every object of its kind in the cluster");
        x->fix = str_printf(f->a, "before the upgrade: kubectl annotate crd %.*s helm.sh/resource-policy=keep, and set the same in the installed release's manifest", STR_ARG(from->name));
    }
}

const struct check_entry checks_api[] = {
    {"api/removed api/deprecated", true, true, check_apis},
    {"crd/not-upgraded crd/removed", false, true, check_crds},
    {0},
};
