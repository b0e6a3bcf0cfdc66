/* Before anything changes: tools, target, inputs, and whether this release is the one that the plan was made for. */
#include "plan/planner.h"

#include "kube/field.h"

/* Helm 3.14 is the first with every flag that both majors share (--dry-run=server is 3.13, the template of `get all` older). */
static const char helm_versions[] = "^v(3\\.(1[4-9]|[2-9][0-9])|[4-9])\\.";

static void tool_step(struct planner *p, const char *name, const char *min)
{
    *PUSH(p->a, p->plan->tools, p->plan->tools_n, p->plan->tools_cap) = (struct plan_tool){str_from(name), str_from(min)};
}

void make_tools(struct planner *p)
{
    struct arena *a = p->a;
    struct str title = p->entry->title;
    struct step *s = make_step(p, STEP_CHECK, STR("helm"), make_text(p, title, "name", STR("Helm"), NULL));
    argv_text(a, &s->argv, "helm", "version", "--template", "{{.Version}}", NULL);
    step_expect(a, s, EXPECT_MATCHES, str_from(helm_versions), STR("Helm 3.14 or later is needed."));
    s = make_step(p, STEP_CAPTURE, STR("helm-major"), STR("Which major version of Helm is it?"));
    argv_text(a, &s->argv, "helm", "version", "--template", "{{slice .Version 1 2}}", NULL);
    step_capture(a, s, STR("helm_major"), CAPTURE_INT, STR("^[34]$"))->explain = STR("Helm 3 and 4 are known.");
    s->fresh = p->back;
    s = make_step(p, STEP_CHECK, STR("kubectl"), make_text(p, title, "name", STR("kubectl"), NULL));
    make_kubectl(p, &s->argv, STR(""), "version", NULL);
    step_expect(a, s, EXPECT_MATCHES, STR("^Server Version:"), STR("The API server of this context does not answer."));
    step_expect(a, s, EXPECT_NOT_MATCHES, STR("exceeds the supported minor version skew"),
                STR("kubectl and the API server are further apart than the one minor version that is supported."))->on_stderr = true;
    bool terraform = p->f->o->strategy == STRATEGY_TERRAFORM;
    if (terraform) {
        s = make_step(p, STEP_CHECK, STR("terraform"), make_text(p, title, "name", STR("Terraform"), NULL));
        argv_text(a, &s->argv, "terraform", "version", NULL);
    }
    if (p->back) return;
    tool_step(p, "helm", "3.14");
    tool_step(p, "kubectl", "");
    if (terraform) tool_step(p, "terraform", "");
}

void make_cluster(struct planner *p)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_CAPTURE, STR("cluster"), STR("Which cluster is it?"));
    make_kubectl(p, &s->argv, STR(""), "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}", NULL);
    /* Not fresh: the journal itself is found by this, so a resumed run is in the same cluster. */
    step_capture(a, s, STR("cluster_uid"), CAPTURE_STRING, STR("^[0-9a-f-]+$"));
    s = make_step(p, STEP_CHECK, STR("namespace"), STR(""));
    make_kubectl(p, &s->argv, STR(""), "get", "namespace", str_z(a, p->plan->ns), "-o", "jsonpath={.status.phase}", NULL);
    step_expect(a, s, EXPECT_EQUALS, STR("Active"), make_text(p, STR("Namespace {namespace} is not there, or is going away. Is this the right context?"), NULL));
}

/* Go template over Helm's release; kept to what the releases of Helm 3 and 4 have in common. */
static const char release_is[] = "{{.Release.Info.Status}} {{.Release.Chart.Metadata.Name}} {{.Release.Chart.Metadata.Version}}";

void make_release(struct planner *p)
{
    struct plan *q = p->plan;
    struct step *s = make_step(p, STEP_CHECK, STR("release"), STR(""));
    make_helm(p, &s->argv, "get", "all", str_z(p->a, q->release), "--template", release_is, NULL);
    step_expect(p->a, s, EXPECT_EQUALS, str_printf(p->a, "deployed %.*s %.*s", STR_ARG(q->chart), STR_ARG(q->version_old)),
                make_text(p, STR("This plan starts from a deployed release of {chart} {old}. Bring the release to order first (helm history), or make a plan for what is there."), NULL));
    assume(p, "release", make_text(p, STR("The newest revision of {release} is deployed and is {chart} {old}."), NULL), s->id);
}

void make_release_is(struct planner *p)
{
    struct plan *q = p->plan;
    bool old = str_is(p->entry->side, "old");
    struct step *s = make_step(p, STEP_CHECK, STR("release"), STR(""));
    make_helm(p, &s->argv, "get", "all", str_z(p->a, q->release), "--template", release_is, NULL);
    step_expect(p->a, s, EXPECT_EQUALS, str_printf(p->a, "deployed %.*s %.*s", STR_ARG(q->chart), STR_ARG(old ? q->version_old : q->version_new)), STR(""));
}

/* ---- inputs ---- */

/* Charts in a registry are pulled into the work folder; the copy is what is checked and used. */
static struct step *input_step(struct planner *p, const char *role, const char *name, struct str version)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_INPUT, str_from(role), make_text(p, p->entry->title, "name", str_from(name), NULL));
    s->input = str_from(role);
    if (p->f->o->strategy != STRATEGY_OCI || !version.n) return s;
    struct str folder = str_printf(a, "pulled-%s", role);
    argv_text(a, &s->argv, "helm", "pull", NULL);
    argv_add(a, &s->argv, ARG_TEXT, p->plan->chart_ref);
    argv_text(a, &s->argv, "--version", NULL);
    argv_add(a, &s->argv, ARG_TEXT, version);
    argv_text(a, &s->argv, "--untar", "--untardir", NULL);
    argv_add(a, &s->argv, ARG_WORK, folder);
    s->input_from = str_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(p->plan->chart));
    s->timeout = 300;
    s->timeout_why = STR("five minutes for a chart from a registry");
    s->retries = 2;
    s->poll = 5;
    return s;
}

/* The text of Chart.yaml may differ; what counts of it may not. */
static void chart_is(struct planner *p, const char *role, struct str version, struct str app)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_CHECK, str_printf(a, "%s-is", role), make_text(p, STR("It is {chart} {version}"), "version", version, NULL));
    const struct { const char *key; struct str value; } lines[] = {{"name", p->plan->chart}, {"version", version}, {"appVersion", app}};
    argv_text(a, &s->argv, "helm", "show", "chart", NULL);
    argv_add(a, &s->argv, ARG_INPUT, str_from(role));
    for (size_t i = 0; i < 3; i++)
        if (lines[i].value.n)
            step_expect(a, s, EXPECT_MATCHES, str_printf(a, "^%s: [\"']?%.*s[\"']?$", lines[i].key, STR_ARG(make_regex(a, lines[i].value))), STR("This is another chart than the one planned with."));
}

void make_inputs(struct planner *p)
{
    struct plan *q = p->plan;
    if (p->f->o->strategy == STRATEGY_TERRAFORM) {
        /* Terraform has its own copy of chart and values; what the release was installed with is compared all the same. */
        if (!p->back) input_step(p, "values-old", "old values file", STR(""));
        return;
    }
    input_step(p, "chart-old", "old chart", q->version_old);
    chart_is(p, "chart-old", q->version_old, q->app_old);
    input_step(p, "values-old", "old values file", STR(""));
    if (str_is(p->entry->side, "old")) return;
    input_step(p, "chart-new", "new chart", q->version_new);
    chart_is(p, "chart-new", q->version_new, q->app_new);
    input_step(p, "values-new", "new values file", STR(""));
}

/* ---- is it the release that the plan was made for? ---- */

void make_values_match(struct planner *p)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_CHECK, STR("values"), STR(""));
    struct str explain = STR("The values that the release was installed with are others than those given to rutter: make the plan anew with the release's own "
                             "(helm get values). Keys that an earlier plan's overlay left there count, too.");
    make_helm(p, &s->argv, "get", "values", str_z(a, p->plan->release), "-o", "yaml", NULL);
    /* Helm prints null for a release that was given none. */
    bool none = !p->f->old_side.user || !p->f->old_side.user->n;
    if (none) step_expect(a, s, EXPECT_MATCHES, STR("^(null|\\{\\})$"), explain);
    else step_expect(a, s, EXPECT_SAME_INPUT, STR("values-old"), explain);
    assume(p, "values", STR("The release's own values are those of the old side."), s->id);
}

static bool in_old_release(const struct planner *p, const struct item *x)
{
    (void)p;
    return item_in_release(x->old);
}

void make_manifest_match(struct planner *p)
{
    struct arena *a = p->a;
    const char *release = str_z(a, p->plan->release);
    struct step *s = make_step(p, STEP_CHECK, STR("manifest"), STR(""));
    make_helm(p, &s->argv, "get", "manifest", release, NULL);
    step_expect(a, s, EXPECT_DOCUMENTS, STR("old"),
                STR("The release was not made from this chart with these values: another version of the chart, a post-renderer, or an edited template. Make the plan from what is installed."));
    assume(p, "manifest", STR("Every document of the old render is in the release's manifest."), s->id);
    uint32_t n;
    struct ref_group *g = make_groups(p, in_old_release, false, &n);
    for (uint32_t i = 0; i < n; i++) {
        s = make_step(p, STEP_CHECK, i ? str_printf(a, "objects-%.*s", STR_ARG(g[i].ns.n ? g[i].ns : STR("cluster"))) : STR("objects"),
                      STR("Every object of the release is in the cluster"));
        make_kubectl(p, &s->argv, g[i].ns, "get", "-o", "name", NULL);
        for (uint32_t k = 0; k < g[i].n; k++) argv_add(a, &s->argv, ARG_TEXT, make_ref(a, g[i].v[k]));
        step_expect(a, s, EXPECT_NOT_EMPTY, STR(""), STR("Somebody deleted an object of the release; `helm upgrade` with the old chart makes it again."));
    }
}

/* kubectl names who owns a field in conflict: `conflict with "kubectl-edit" using v1: .data.x`. Helm itself does where the API server keeps a value in
 * another form than the manifest's ("" for none, a default filled in), and whoever scales has "with subresource "scale"" after his name. There is no
 * "not" in an extended regular expression, so "another than helm" is spelled out. */
static const char foreign[] = "conflicts? with \"([^h\"]|h[^e\"]|he[^l\"]|hel[^m\"]|helm[^\"])[^\"]*\"( using [^:]*)?:";

struct step *make_dry_apply(struct planner *p, struct str what, struct str title, const char *manager, struct str file)
{
    struct step *s = make_step(p, STEP_CHECK, what, title);
    make_kubectl(p, &s->argv, p->plan->ns, "apply", "--server-side", "--dry-run=server", manager, "-o", "name", "-f", NULL);
    argv_add(p->a, &s->argv, ARG_WORK, file);
    return s;
}

/* kubectl takes one namespace for a whole file, and refuses documents that name another. */
static bool one_namespace(const struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = p->shape.items[i].old;
        if (item_in_release(o) && o->ns.n && !str_eq(o->ns, p->plan->ns)) return false;
    }
    return true;
}

static void drift_of_manifest(struct planner *p)
{
    struct arena *a = p->a;
    static const struct str text = STR_INIT("Nobody changed a field that the release sets, replicas of scaled workloads apart.");
    if (!one_namespace(p)) {
        assume(p, "drift", text, STR(""));
        return;
    }
    struct step *s = make_dry_apply(p, STR("drift"), STR(""), "--field-manager=helm", STR("manifest.yaml"));
    /* Exit status 1 is a conflict, or anything else that is wrong: the last expectation knows the beginnings that kubectl gives to all else
       (kubectl/pkg/cmd/util/helpers.go, StandardErrorMessage). */
    step_expect(a, s, EXPECT_EXIT, STR(""), STR(""))->number = 0;
    step_expect(a, s, EXPECT_EXIT, STR(""), STR(""))->number = 1;
    step_expect(a, s, EXPECT_NOT_MATCHES, str_from(foreign),
                STR("These fields were changed by hand. An upgrade overwrites them or stops at them, and no rollback brings them back: put them into the values, or undo the change."))
        ->on_stderr = true;
    step_expect(a, s, EXPECT_NOT_MATCHES, STR("^(error: [^A]|Error from server|The .* is invalid|Unable to connect|The connection to the server)"),
                STR("The cluster refuses the release's own manifest, or does not answer."))
        ->on_stderr = true;
    assume(p, "drift", text, s->id);
}

void make_drift(struct planner *p)
{
    struct arena *a = p->a;
    drift_of_manifest(p);
    /* Where nobody scales, a count that is not the rendered one was set by hand, and the upgrade would set it back. */
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        if (!u->old || !u->old->replicas_set || u->capture.n || u->old->kind == WORKLOAD_DAEMONSET) continue;
        struct step *s = make_step(p, STEP_CHECK, str_printf(a, "replicas-%.*s", STR_ARG(u->old->object->name)),
                      str_printf(a, "%.*s has the replicas that the values give it", STR_ARG(u->old->object->name)));
        make_kubectl(p, &s->argv, u->old->object->ns, "get", str_z(a, make_ref(a, u->old->object)), "-o", "jsonpath={.spec.replicas}", NULL);
        step_expect(a, s, EXPECT_EQUALS, str_printf(a, "%lld", (long long)u->old->replicas),
                    STR("It was scaled by hand, and the upgrade would set it back: put the number into the values first."));
    }
}

/* ---- what the cluster must have ---- */

/* Groups that Kubernetes itself serves need no question; the others come with a CustomResourceDefinition. */
static bool group_is_custom(struct str group)
{
    return str_chr(group, '.') >= 0 && !str_ends(group, STR(".k8s.io"));
}

void make_served(struct planner *p)
{
    struct arena *a = p->a;
    struct strmap seen = strmap_new(a);
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        for (int side = 0; side < 2; side++) {
            const struct object *o = side ? x->new : x->old;
            if (!o || o->v.kind == V_NIL || !group_is_custom(field_group(o->api_version)) || !strmap_put(&seen, o->api_version, (void *)o)) continue;
            struct step *s = make_step(p, STEP_CHECK, str_printf(a, "api-%.*s", STR_ARG(o->api_version)), make_text(p, p->entry->title, "name", o->api_version, NULL));
            make_kubectl(p, &s->argv, STR(""), "get", "--raw", str_z(a, str_printf(a, "/apis/%.*s", STR_ARG(o->api_version))), NULL);
            step_expect(a, s, EXPECT_CONTAINS, str_printf(a, "\"%.*s\"", STR_ARG(o->kind)), str_printf(a, "The cluster does not serve %.*s of %.*s.", STR_ARG(o->kind), STR_ARG(o->api_version)));
        }
    }
}

/* Keys of one Secret or ConfigMap that pods of the new side need to start, in the order in which they are met. */
struct needed {
    const struct object *object;
    struct str *keys; uint32_t n, cap;
};

static void need(struct planner *p, struct needed **v, uint32_t *n, uint32_t *cap, const struct reference *r, struct str ns)
{
    if (r->optional || (strcmp(r->kind, "Secret") != 0 && strcmp(r->kind, "ConfigMap") != 0)) return;
    struct str id = str_eq(ns, p->plan->ns) ? str_printf(p->a, "%s/%.*s", r->kind, STR_ARG(r->name)) : str_printf(p->a, "%s/%.*s/%.*s", r->kind, STR_ARG(ns), STR_ARG(r->name));
    const struct item *x = shape_item(&p->shape, id);
    if (!x || !x->new || x->new->owner != OWNER_REFERENCED) return;
    struct needed *found = NULL;
    for (uint32_t i = 0; i < *n; i++)
        if ((*v)[i].object == x->new) found = &(*v)[i];
    if (!found) {
        found = PUSH(p->a, *v, *n, *cap);
        found->object = x->new;
    }
    for (uint32_t i = 0; i < found->n; i++)
        if (str_eq(found->keys[i], r->key)) return;
    if (r->key.n) *PUSH(p->a, found->keys, found->n, found->cap) = r->key;
}

void make_references(struct planner *p)
{
    struct arena *a = p->a;
    struct needed *v = NULL;
    uint32_t n = 0, cap = 0;
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct workload *w = p->shape.units[i].new;
        for (uint32_t k = 0; w && k < w->refs_n; k++) need(p, &v, &n, &cap, &w->refs[k], w->object->ns);
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct object *o = v[i].object;
        struct step *s = make_step(p, STEP_CHECK, str_printf(a, "needs-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->id, NULL));
        /* The names of its keys, never their values. */
        make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o", "go-template={{range $key, $value := .data}}{{$key}}{{\"\\n\"}}{{end}}", NULL);
        for (uint32_t k = 0; k < v[i].n; k++)
            step_expect(a, s, EXPECT_MATCHES, str_printf(a, "^%.*s$", STR_ARG(make_regex(a, v[i].keys[k]))),
                        str_printf(a, "%.*s lacks the key %.*s.", STR_ARG(o->id), STR_ARG(v[i].keys[k])));
    }
}

static bool only_new(const struct planner *p, const struct item *x)
{
    (void)p;
    return x->new && !x->old && (item_in_release(x->new) || x->new->owner == OWNER_HOOK_APPLIED);
}

void make_absent(struct planner *p)
{
    struct arena *a = p->a;
    uint32_t n;
    struct ref_group *g = make_groups(p, only_new, true, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct step *s = make_step(p, STEP_CHECK, n > 1 ? str_printf(a, "absent-%.*s", STR_ARG(g[i].ns)) : STR("absent"), STR(""));
        make_kubectl(p, &s->argv, g[i].ns, "get", "--ignore-not-found", "-o", "name", NULL);
        for (uint32_t k = 0; k < g[i].n; k++) argv_add(a, &s->argv, ARG_TEXT, make_ref(a, g[i].v[k]));
        step_expect(a, s, EXPECT_EMPTY, STR(""), STR("These are there already. If an earlier attempt left them, run its rollback first; if they are somebody else's, rename one of the two."));
        assume(p, n > 1 ? str_z(a, str_printf(a, "absent-%.*s", STR_ARG(g[i].ns))) : "absent", STR("What only the new version has is not in the cluster before the upgrade."), s->id);
    }
}

/* A claim that grows needs a class that allows it; it never shrinks again. */
void make_expandable(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.claims_n; i++) {
        const struct claim *c = &p->shape.claims[i];
        if (!c->item->old || !c->item->new || c->size_new <= c->size_old) continue;
        const struct object *o = c->item->old;
        struct str name = str_printf(a, "class.%.*s", STR_ARG(o->name));
        struct step *s = make_step(p, STEP_CAPTURE, str_printf(a, "class-%.*s", STR_ARG(o->name)), str_printf(a, "Of which StorageClass is %.*s?", STR_ARG(o->id)));
        make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o", "jsonpath={.spec.storageClassName}", NULL);
        step_capture(a, s, name, CAPTURE_STRING, STR("^[a-z0-9.-]+$"));
        s = make_step(p, STEP_CHECK, str_printf(a, "expandable-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->id, NULL));
        make_kubectl(p, &s->argv, STR(""), "get", "storageclass", NULL);
        argv_add(a, &s->argv, ARG_CAPTURE, name);
        argv_text(a, &s->argv, "-o", "jsonpath={.allowVolumeExpansion}", NULL);
        step_expect(a, s, EXPECT_EQUALS, STR("true"), STR("The upgrade asks for a larger volume than its class can give. Set the size in the new values to the old one."));
    }
}
