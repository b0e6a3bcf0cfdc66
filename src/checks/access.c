/* Permissions that a subject had, summed over all of its roles, and no longer has. */
#include "checks/view.h"

#include "kube/field.h"

/* One verb on one resource (or URL) in one place. */
struct grant {
    struct str verb, group, resource, name; /* name: "" any object; resource of a URL: the URL, group "" */
    bool url;
    struct str ns;                          /* "" : the whole cluster */
    const struct object *role;
};

struct grants {
    struct arena *a;
    struct grant *v;
    uint32_t n, cap;
};

static struct str item_text(struct value list, uint32_t i)
{
    struct value v = field_item(list, i);
    return v.kind == V_STR ? v_text(v) : (struct str){0};
}

static void add_rule(struct grants *g, struct value rule, const struct object *role, struct str ns)
{
    struct value verbs = value_at(rule, "verbs", NULL), groups = value_at(rule, "apiGroups", NULL), resources = value_at(rule, "resources", NULL);
    struct value names = value_at(rule, "resourceNames", NULL), urls = value_at(rule, "nonResourceURLs", NULL);
    for (uint32_t v = 0; v < field_len(verbs); v++) {
        for (uint32_t u = 0; u < field_len(urls); u++)
            *PUSH(g->a, g->v, g->n, g->cap) = (struct grant){.verb = item_text(verbs, v), .resource = item_text(urls, u), .url = true, .role = role};
        for (uint32_t k = 0; k < field_len(groups); k++)
            for (uint32_t r = 0; r < field_len(resources); r++)
                for (uint32_t m = 0; m < (field_len(names) ? field_len(names) : 1); m++)
                    *PUSH(g->a, g->v, g->n, g->cap) = (struct grant){.verb = item_text(verbs, v), .group = item_text(groups, k), .resource = item_text(resources, r),
                                                                     .name = field_len(names) ? item_text(names, m) : (struct str){0}, .ns = ns, .role = role};
    }
}

static void add_role(struct grants *g, const struct object *role, struct str ns)
{
    struct value rules = value_at(role->v, "rules", NULL);
    for (uint32_t i = 0; i < field_len(rules); i++) add_rule(g, field_item(rules, i), role, ns);
}

static bool is_binding(const struct object *o) { return str_is(o->kind, "RoleBinding") || str_is(o->kind, "ClusterRoleBinding"); }
static bool is_role(const struct object *o) { return str_is(o->kind, "Role") || str_is(o->kind, "ClusterRole"); }

static const struct object *role_of(const struct side *s, const struct object *binding)
{
    struct value ref = value_at(binding->v, "roleRef", NULL);
    struct str kind = value_str_at(ref, "kind"), name = value_str_at(ref, "name");
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (!view_is_written(o) || !str_eq(o->kind, kind) || !str_eq(o->name, name)) continue;
        if (str_is(kind, "ClusterRole") || str_eq(o->ns, binding->ns)) return o;
    }
    return NULL;
}

/* "ServiceAccount/ns/name", "Group//name": who is bound. */
static struct str subject_of(struct arena *a, struct value s, struct str ns)
{
    struct str kind = value_str_at(s, "kind"), own = value_str_at(s, "namespace");
    bool account = str_is(kind, "ServiceAccount");
    return str_printf(a, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(!account ? (struct str){0} : own.n ? own : ns), STR_ARG(value_str_at(s, "name")));
}

static bool binds(struct arena *a, const struct object *binding, struct str subject, struct str release_ns)
{
    struct value subjects = value_at(binding->v, "subjects", NULL);
    for (uint32_t i = 0; i < field_len(subjects); i++)
        if (str_eq(subject_of(a, field_item(subjects, i), binding->ns.n ? binding->ns : release_ns), subject)) return true;
    return false;
}

static void grants_of(const struct side *s, struct str subject, struct grants *g)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        const struct object *role = is_binding(o) && view_is_written(o) && binds(g->a, o, subject, s->env.ns) ? role_of(s, o) : NULL;
        if (role) add_role(g, role, str_is(o->kind, "RoleBinding") ? o->ns : (struct str){0});
    }
}

/* A role of the cluster's own (view, edit, ...) that a binding names: its rules are not at hand. */
static bool binds_foreign_role(const struct facts *f, const struct side *s, struct str subject)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (is_binding(o) && view_is_written(o) && binds(f->a, o, subject, s->env.ns) && !role_of(s, o)) return true;
    }
    return false;
}

static bool matches(struct str have, struct str want) { return str_is(have, "*") || str_eq(have, want); }

/* A star for the subresource, or at the end of a URL, stands for any. */
static bool covers(const struct grant *x, const struct grant *y)
{
    if (x->url != y->url || !matches(x->verb, y->verb)) return false;
    if (x->url) return matches(x->resource, y->resource) || (str_ends(x->resource, STR("*")) && str_starts(y->resource, str_sub(x->resource, 0, x->resource.n - 1)));
    if (!matches(x->group, y->group) || (x->ns.n && !str_eq(x->ns, y->ns)) || (x->name.n && !str_eq(x->name, y->name))) return false;
    if (matches(x->resource, y->resource)) return true;
    struct str head, tail, wanted, rest;
    return str_cut(x->resource, STR("/"), &head, &tail) && str_cut(y->resource, STR("/"), &wanted, &rest) && ((str_is(tail, "*") && str_eq(head, wanted)) || (str_is(head, "*") && str_eq(tail, rest)));
}

static bool is_granted(const struct grants *g, const struct grant *x)
{
    for (uint32_t i = 0; i < g->n; i++)
        if (covers(&g->v[i], x)) return true;
    return false;
}

static struct str show_grant(struct arena *a, const struct grant *x)
{
    return str_printf(a, "%.*s %.*s%s%.*s%s%.*s", STR_ARG(x->verb), STR_ARG(x->resource), x->group.n ? "." : "", STR_ARG(x->group), x->name.n ? " " : "", STR_ARG(x->name));
}

/* ---- findings ---- */

/* "PodSecurityPolicy" is "podsecuritypolicies" in a role. */
static bool is_plural_of(struct arena *a, struct str resource, struct str kind)
{
    char *p = arena_alloc(a, kind.n + 1);
    for (size_t i = 0; i < kind.n; i++) p[i] = kind.p[i] >= 'A' && kind.p[i] <= 'Z' ? (char)(kind.p[i] + 32) : kind.p[i];
    struct str low = str_of(p, kind.n);
    if (str_eq(resource, str_concat(a, low, STR("s"))) || str_eq(resource, str_concat(a, low, STR("es")))) return true;
    return low.n && low.p[low.n - 1] == 'y' && str_eq(resource, str_concat(a, str_sub(low, 0, low.n - 1), STR("ies")));
}

/* A permission for what Kubernetes no longer serves in that group (rules/kubernetes/apis.yaml) is none to miss. Without
 * --kube-version that is true of every version that is still maintained. */
static bool is_obsolete(struct arena *a, struct value table, const struct grant *x)
{
    bool gone = false;
    for (uint32_t i = 0; !x->url && i < field_len(table); i++) {
        struct value row = field_item(table, i), kinds = value_at(row, "kinds", NULL);
        bool same = str_eq(field_group(value_str_at(row, "api")), x->group), moved = !str_eq(field_group(value_str_at(row, "instead")), x->group);
        for (uint32_t k = 0; same && k < field_len(kinds); k++) {
            struct value kind = field_item(kinds, k);
            if (kind.kind == V_STR && is_plural_of(a, x->resource, v_text(kind))) gone = moved;
        }
    }
    return gone;
}

static bool all_obsolete(struct facts *f, const struct object *role, const struct grants *lost)
{
    struct value table = value_at(checks_data(f, "kubernetes/apis.yaml"), "apis", NULL);
    for (uint32_t i = 0; i < lost->n; i++)
        if (lost->v[i].role == role && !is_obsolete(f->a, table, &lost->v[i])) return false;
    return true;
}

/* One finding a role that held what is lost. */
static void report_lost(struct facts *f, const struct object *role, const struct grants *lost, struct str who)
{
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < lost->n; i++)
        if (lost->v[i].role == role) names_add(&l, show_grant(f->a, &lost->v[i]));
    const struct object *now = view_is(f, role);
    bool there = now && view_is_written(now);
    struct finding *x = view_report(f, "rbac/permission-removed", all_obsolete(f, role, lost) ? SEVERITY_INFO : SEVERITY_WARNING, ABOUT_CHANGE, there ? f->judged : &f->old_side, there ? now : role, STR("rules"));
    x->subject = role->id;
    x->message = str_printf(f->a, "%.*s may no longer: %.*s", STR_ARG(who), STR_ARG(names_show(&l, 5)));
    finding_evidence(&f->findings, x, "%u permission%s of the old version %s in none of its roles now", l.n, l.n == 1 ? "" : "s", l.n == 1 ? "is" : "are");
    x->fix = STR("see that the new version does not need them, nor anything else that uses the account; else add a Role of your own");
}

static void report_all(struct facts *f, const struct grants *lost, struct str who)
{
    for (uint32_t i = 0; i < lost->n; i++) {
        bool first = true;
        for (uint32_t k = 0; k < i && first; k++) first = lost->v[k].role != lost->v[i].role;
        if (first) report_lost(f, lost->v[i].role, lost, who);
    }
}

/* The verbs of all resources, and the resources that have more.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
static const char *const verbs[] = {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"};

static bool has_more_verbs(struct str resource)
{
    static const char *const more[] = {"*", "roles", "clusterroles", "users", "groups", "serviceaccounts", "userextras", "signers", "podsecuritypolicies", "securitycontextconstraints"};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (str_is(resource, more[i])) return true;
    return false;
}

/* Of a star what is lost is those verbs that no other rule has. */
static void add_lost(struct grants *lost, const struct grants *new, const struct grant *x)
{
    bool star = !x->url && str_is(x->verb, "*") && !has_more_verbs(x->resource), any = false;
    struct grant one = *x;
    for (size_t i = 0; star && i < sizeof verbs / sizeof *verbs && !any; i++) {
        one.verb = str_from(verbs[i]);
        any = is_granted(new, &one);
    }
    if (!any) *PUSH(lost->a, lost->v, lost->n, lost->cap) = *x;
    for (size_t i = 0; any && i < sizeof verbs / sizeof *verbs; i++) {
        one.verb = str_from(verbs[i]);
        if (!is_granted(new, &one)) *PUSH(lost->a, lost->v, lost->n, lost->cap) = one;
    }
}

static void subtract(struct grants *lost, const struct grants *old, const struct grants *new)
{
    for (uint32_t i = 0; i < old->n; i++)
        if (old->v[i].role->owner != OWNER_HOOK && !is_granted(new, &old->v[i])) add_lost(lost, new, &old->v[i]);
}

/* Who acts in the new version in place of an account of the old one: the same, what it was renamed to, or the account of the
 * workload that used it; "" when it is gone with its user. */
static struct str successor(const struct facts *f, struct str subject)
{
    struct str kind, rest, ns, name;
    str_cut(subject, STR("/"), &kind, &rest);
    str_cut(rest, STR("/"), &ns, &name);
    if (!str_is(kind, "ServiceAccount")) return subject;
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) {
        const struct workload *w = &f->old_side.workloads[i], *now = view_workload_is(f, w);
        if (!str_eq(w->service_account, name) || !str_eq(w->object->ns, ns) || !now) continue;
        return str_printf(f->a, "ServiceAccount/%.*s/%.*s", STR_ARG(now->object->ns), STR_ARG(now->service_account.n ? now->service_account : STR("default")));
    }
    for (uint32_t i = 0; i < f->old_side.objects.n; i++) {
        const struct object *o = &f->old_side.objects.v[i], *now = str_is(o->kind, "ServiceAccount") && str_eq(o->name, name) && str_eq(o->ns, ns) ? view_is(f, o) : NULL;
        if (now) return str_printf(f->a, "ServiceAccount/%.*s/%.*s", STR_ARG(now->ns), STR_ARG(now->name));
    }
    return (struct str){0};
}

static void check_subjects(struct facts *f)
{
    struct names subjects = {.a = f->a};
    for (uint32_t i = 0; i < f->old_side.objects.n; i++) {
        const struct object *o = &f->old_side.objects.v[i];
        struct value v = value_at(o->v, "subjects", NULL);
        if (is_binding(o) && view_is_managed(o))
            for (uint32_t k = 0; k < field_len(v); k++) names_add(&subjects, subject_of(f->a, field_item(v, k), o->ns.n ? o->ns : f->old_side.env.ns));
    }
    for (uint32_t i = 0; i < subjects.n; i++) {
        struct str now = successor(f, subjects.v[i]), kind, rest;
        struct grants old = {.a = f->a}, new = {.a = f->a}, lost = {.a = f->a};
        if (!now.n || binds_foreign_role(f, f->judged, now)) continue;
        grants_of(&f->old_side, subjects.v[i], &old);
        grants_of(f->judged, now, &new);
        subtract(&lost, &old, &new);
        str_cut(subjects.v[i], STR("/"), &kind, &rest);
        report_all(f, &lost, str_printf(f->a, "%.*s %.*s", STR_ARG(kind), STR_ARG(path_base(rest))));
    }
}

/* ---- roles that no binding of the release names: those aggregated into view, edit and admin, or bound by hand ---- */

static bool is_bound(const struct facts *f, const struct side *s, const struct object *role)
{
    (void)f;
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (is_binding(&s->objects.v[i]) && view_is_written(&s->objects.v[i]) && role_of(s, &s->objects.v[i]) == role) return true;
    return false;
}

static void check_unbound_roles(struct facts *f)
{
    for (uint32_t i = 0; i < f->old_side.objects.n; i++) {
        const struct object *role = &f->old_side.objects.v[i], *now = is_role(role) && view_is_managed(role) && view_is_written(role) ? view_is(f, role) : NULL;
        if (!now || !view_is_written(now) || is_bound(f, &f->old_side, role)) continue;
        struct grants old = {.a = f->a}, new = {.a = f->a}, lost = {.a = f->a};
        add_role(&old, role, role->ns);
        add_role(&new, now, now->ns);
        subtract(&lost, &old, &new);
        report_all(f, &lost, STR("whoever is bound to it"));
    }
}

/* ---- what an account is outside of the cluster ---- */

/* A cloud's role, an identity, a registry: all of them are bound by an annotation of the account. */
static void check_identities(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (!c->from || !c->to || !str_is(c->from->kind, "ServiceAccount") || !str_is(c->to->kind, "ServiceAccount") || !view_is_managed(c->to)) continue;
        struct value was = value_at(object_stripped(c->from), "metadata", "annotations", NULL), is = value_at(object_stripped(c->to), "metadata", "annotations", NULL);
        for (uint32_t k = 0; was.kind == V_MAP && k < map_len(was); k++) {
            const struct entry *e = &was.u.map->v[k];
            if (str_chr(e->key, '/') < 0 || str_has(e->key, STR("helm.sh/")) || (is.kind == V_MAP && map_find(is.u.map, e->key))) continue;
            struct finding *x = view_report(f, "rbac/permission-removed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, STR("annotations"));
            x->message = str_printf(f->a, "its annotation %.*s is gone: what that gave its pods outside of the cluster (a cloud's role) they no longer have", STR_ARG(e->key));
            x->fix = STR("set the account's annotations in your values for the new chart");
        }
    }
}

const struct check_entry checks_access[] = {
    {"rbac/permission-removed", false, true, check_subjects},
    {"rbac/permission-removed", false, true, check_unbound_roles},
    {"rbac/permission-removed", false, true, check_identities},
    {0},
};
