/* The change itself: dependencies, a dry run, the overlay of live replicas, helm upgrade, and who watches it. */
#include "plan/planner.h"

#include "kube/field.h"
#include "kube/rollout.h"
#include "plan/timing.h"

/* ---- dependencies ---- */

/* helm dependency build with a lock refuses repositories that it does not know by name, so each is made known, in a configuration of the plan's own. */
static void helm_home(struct planner *p, struct step *s)
{
    struct arena *a = p->a;
    static const char *const names[][2] = {{"HELM_REPOSITORY_CONFIG", "helm/repositories.yaml"}, {"HELM_REPOSITORY_CACHE", "helm/cache"}};
    for (size_t i = 0; i < 2; i++)
        *PUSH(a, s->env, s->env_n, s->env_cap) = (struct env_setting){str_from(names[i][0]), {ARG_WORK, str_from(names[i][1]), STR("")}};
    s->reads = true;
    s->timeout = 300;
    s->timeout_why = STR("five minutes for downloads");
    s->retries = 2;
    s->poll = 5;
}

static void build_dependencies(struct planner *p, const struct side *side, const char *role, const char *name, struct strmap *known)
{
    struct arena *a = p->a;
    const struct chart *c = side->chart;
    uint32_t missing = 0;
    for (uint32_t i = 0; c && i < c->deps_n; i++) missing += !c->deps[i].present;
    if (!missing || side->source.packaged) return;
    for (uint32_t i = 0; i < c->deps_n; i++) {
        struct str url = c->deps[i].repository;
        if (!str_starts(url, STR("http")) || !strmap_put(known, url, (void *)c)) continue;
        struct step *s = make_step(p, STEP_RUN, str_printf(a, "repo-%zu", known->n), str_printf(a, "Make the repository %.*s known", STR_ARG(url)));
        argv_text(a, &s->argv, "helm", "repo", "add", str_z(a, str_printf(a, "plan-%zu", known->n)), str_z(a, url), "--force-update", NULL);
        helm_home(p, s);
    }
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "dependencies-%s", role), make_text(p, p->entry->title, "name", str_from(name), NULL));
    argv_text(a, &s->argv, "helm", "dependency", "build", NULL);
    argv_add(a, &s->argv, ARG_INPUT, str_from(role));
    helm_home(p, s);
    assume(p, str_z(a, str_printf(a, "subcharts-%s", role)), str_printf(a, "What the subcharts of the %s render is not compared: they were not at hand.", name), STR(""));
}

void make_dependencies(struct planner *p)
{
    if (p->f->o->strategy != STRATEGY_CHART) return;
    struct strmap known = strmap_new(p->a);
    build_dependencies(p, p->f->planned, "chart-new", "new chart", &known);
    build_dependencies(p, &p->f->old_side, "chart-old", "old chart", &known);
}

/* ---- CRDs ---- */

/* A kind that a release's object of the new side has, and that a definition in crds/ brings. */
static bool crd_is_needed(const struct planner *p, const struct object *crd)
{
    struct str group = value_str_at(value_at(crd->v, "spec", NULL), "group"), kind = value_str_at(value_at(crd->v, "spec", "names", NULL), "kind");
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = p->shape.items[i].new;
        if (o && o->owner != OWNER_CRD && str_eq(o->kind, kind) && str_eq(field_group(o->api_version), group)) return true;
    }
    return false;
}

static bool crd_changes(const struct item *x) { return x->new && x->new->owner == OWNER_CRD && (!x->old || x->changed); }

/* A definition that is new is not taken away again: one yes for each. */
static void gate_crd(struct planner *p, struct step *gate, const struct item *x)
{
    struct arena *a = p->a;
    step_line(a, gate, x->id);
    if (x->old) return;
    struct str accept = str_printf(a, "stays/%.*s", STR_ARG(x->id));
    struct step *s = make_gate(p, str_printf(a, "crds-stays-%.*s", STR_ARG(x->new->name)), str_printf(a, "%.*s stays after a rollback", STR_ARG(x->id)), accept);
    declare_loss(p, accept, x->id, str_printf(a, "%.*s stays after a rollback.", STR_ARG(x->id)), s->id);
}

void make_crds(struct planner *p)
{
    struct arena *a = p->a;
    bool needed = false;
    for (uint32_t i = 0; i < p->shape.items_n && !needed; i++) needed = crd_changes(&p->shape.items[i]) && crd_is_needed(p, p->shape.items[i].new);
    if (!needed) return;
    struct step *gate = make_gate(p, STR("crds-gate"), STR("CustomResourceDefinitions change for the whole cluster"), STR(""));
    for (uint32_t i = 0; i < p->shape.items_n; i++)
        if (crd_changes(&p->shape.items[i])) gate_crd(p, gate, &p->shape.items[i]);
    struct step *s = make_step(p, STEP_RECORD, STR("crds-show"), STR("Take the definitions out of the new chart"));
    argv_text(a, &s->argv, "helm", "show", "crds", NULL);
    argv_add(a, &s->argv, ARG_INPUT, STR("chart-new"));
    s->stdout_to = STR("crds.yaml");
    s = make_step(p, STEP_RUN, STR("crds-apply"), STR(""));
    /* Without --force-conflicts: if somebody else manages them (an operator's own chart), this stops. */
    make_kubectl(p, &s->argv, STR(""), "apply", "--server-side", "--field-manager=rutter", "-f", NULL);
    argv_add(a, &s->argv, ARG_WORK, STR("crds.yaml"));
    s->inverse_why = STR("a definition is not taken back: the older objects stay valid, and deleting it deletes every object of its kind");
    /* Helm shows all of them, so that all are applied. */
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (!x->new || x->new->owner != OWNER_CRD) continue;
        step_effect(a, s, EFFECT_APPLY, x->id, STR(""));
        if (crd_changes(x)) *PUSH(a, s->findings, s->findings_n, s->findings_cap) = str_printf(a, "crd/not-upgraded %.*s", STR_ARG(x->id));
    }
}

/* ---- the dry run ---- */

static void upgrade_words(struct planner *p, struct argv *v, const char *chart, const char *values)
{
    struct arena *a = p->a;
    make_helm(p, v, "upgrade", str_z(a, p->plan->release), NULL);
    argv_add(a, v, ARG_INPUT, str_from(chart));
    argv_text(a, v, "--reset-values", "-f", NULL);
    argv_add(a, v, ARG_INPUT, str_from(values));
}

void make_preview(struct planner *p)
{
    if (p->f->o->strategy == STRATEGY_TERRAFORM) return;
    struct step *s = make_step(p, STEP_CHECK, STR("preview"), STR(""));
    upgrade_words(p, &s->argv, "chart-new", "values-new");
    argv_text(p->a, &s->argv, "--dry-run=server", NULL);
    s->stdout_to = STR("preview.yaml");
    s->private_output = true;
    s->timeout = 120;
    step_expect(p->a, s, EXPECT_DOCUMENTS, STR("new"),
                STR("In this cluster the chart renders otherwise than the plan was made from: another Kubernetes version or other APIs (--kube-version, --api-versions), or a template that looks into the cluster."));
    assume(p, "render", STR("In this cluster Helm renders the new chart as it was rendered for this plan."), s->id);
}

/* ---- the overlay ---- */

static void put_path(struct arena *a, struct map *m, const struct str *path, uint32_t n, struct value leaf)
{
    for (uint32_t i = 0; i + 1 < n; i++) {
        struct value below = map_get(m, path[i]);
        if (below.kind != V_MAP) {
            below = v_map(map_new(a));
            map_put(m, path[i], below);
        }
        m = below.u.map;
    }
    map_put(m, path[n - 1], leaf);
}

/* On the way back an object that both sides have is read again: it may have been scaled meanwhile. Not one whose count a side's Helm sets from the chart: an attempt
 * that was killed may have done that, and then what is read is the chart's. */
bool make_is_read_again(const struct unit *u) { return u->capture.n && u->new && u->key_old && u->key_new; }

struct str make_back_capture(struct arena *a, const struct unit *u) { return make_is_read_again(u) ? str_printf(a, "back.%.*s", STR_ARG(u->capture)) : u->capture; }

struct step *make_overlay_file(struct planner *p, bool new_side, struct str title)
{
    struct arena *a = p->a;
    struct map *m = map_new(a);
    struct step *s = make_step(p, STEP_WRITE, STR("overlay"), title);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        const struct str *key = new_side ? u->key_new : u->key_old;
        uint32_t n = new_side ? u->key_new_n : u->key_old_n;
        struct str capture = u->capture.n ? u->capture : u->was ? u->was->capture : STR("");
        if (!key || !capture.n || !(new_side ? u->new : u->old)) continue;
        if (!new_side && u->capture.n) capture = make_back_capture(a, u);
        struct map *hole = map_new(a);
        map_putz(hole, "$capture", v_str(capture));
        map_putz(hole, "type", v_str(STR("int")));
        put_path(a, m, key, n, v_map(hole));
        step_line(a, s, str_printf(a, "%.*s from %.*s", STR_ARG(u->item->id), STR_ARG(capture)));
    }
    s->document = v_map(m);
    s->stdout_to = new_side ? STR("overlay-new.json") : STR("overlay-old.json");
    return s;
}

void make_overlay(struct planner *p)
{
    if (p->f->o->strategy == STRATEGY_TERRAFORM || !p->shape.overlay_new) return;
    make_overlay_file(p, true, STR(""));
    *PUSH(p->a, p->plan->notes, p->plan->notes_n, p->plan->notes_cap) =
        STR("The release's recorded values will hold the live replicas of the moment as well. Pass the values file itself at the next upgrade, never --reuse-values; a plan "
            "that compares the recorded values wants them.");
}

/* ---- helm upgrade ---- */

void make_upgrade_argv(struct planner *p, struct step *s, bool new_side)
{
    struct arena *a = p->a;
    struct shape *x = &p->shape;
    struct argv *both[] = {&s->argv, &s->argv_helm3};
    bool overlay = new_side ? x->overlay_new : x->overlay_old, force = new_side ? x->scale_new : x->scale_old || x->force_old;
    for (size_t i = 0; i < (force ? 2u : 1u); i++) {
        struct argv *v = both[i];
        upgrade_words(p, v, new_side ? "chart-new" : "chart-old", new_side ? "values-new" : "values-old");
        if (overlay) {
            argv_text(a, v, "-f", NULL);
            argv_add(a, v, ARG_WORK, new_side ? STR("overlay-new.json") : STR("overlay-old.json"));
        }
        argv_text(a, v, "--wait", "--timeout", NULL);
        argv_add(a, v, ARG_TEXT, str_printf(a, "%llds", (long long)(new_side ? p->timing.upgrade : p->timing.back)));
        argv_text(a, v, "--description", NULL);
        argv_add(a, v, ARG_CAPTURE, new_side ? STR("description.upgrade") : STR("description.back"));
        /* An autoscaler's replicas are taken from it where they cannot be rendered. An error where Helm does not apply server-side. */
        if (force && i == 0) argv_add_after(a, v, STR("--force-conflicts="), ARG_CAPTURE, STR("server_side"));
    }
}

/* What is changed is the release that was recorded; where there is no way back, also what an attempt of this plan has left: it is brought to its end. */
void make_unchanged(struct planner *p, struct step *s, const char *explain)
{
    struct arena *a = p->a;
    struct check *c = PUSH(a, s->preconditions, s->preconditions_n, s->preconditions_cap);
    if (!p->one_way) {
        make_helm(p, &c->argv, "get", "all", str_z(a, p->plan->release), "--template", "{{.Release.Version}}", NULL);
        check_expect(a, c, EXPECT_CAPTURE, STR("revision"), str_from(explain));
        return;
    }
    make_helm(p, &c->argv, "get", "all", str_z(a, p->plan->release), "--template", "{{.Release.Info.Status}} {{.Release.Chart.Metadata.Version}}", NULL);
    check_expect(a, c, EXPECT_MATCHES, str_printf(a, "^(deployed %.*s|failed (%.*s|%.*s))$", STR_ARG(make_regex(a, p->plan->version_old)), STR_ARG(make_regex(a, p->plan->version_old)),
                                                  STR_ARG(make_regex(a, p->plan->version_new))),
                 STR("Another operation is under way, or was killed, or the release is at another version. Run rollback.sh: it says what to do."));
}

void make_upgrade(struct planner *p)
{
    struct arena *a = p->a;
    if (p->f->o->strategy == STRATEGY_TERRAFORM) return;
    struct step *s = make_step(p, STEP_RUN, STR("upgrade"), STR(""));
    make_upgrade_argv(p, s, true);
    s->background = true;
    s->log = STR("upgrade.log");
    s->timeout = p->timing.upgrade + p->timing.hooks + 120;
    s->timeout_why = p->plan->timeout_why;
    s->expected = p->timing.expected;
    make_unchanged(p, s, "Somebody changed the release since it was recorded. Start over.");
    make_helm(p, &s->done_when.argv, "get", "all", str_z(a, p->plan->release), "--template", "{{.Release.Info.Description}}", NULL);
    check_expect(a, &s->done_when, EXPECT_CAPTURE, STR("description.upgrade"), STR(""));
    step_effect(a, s, EFFECT_UPGRADE, STR(""), STR(""));
    p->upgrade_id = s->id;
    if (p->one_way) p->plan->point_of_no_return = s->id;
}

/* ---- watching ---- */

/* A condition that is true of the new version's object only: one container's image, else the chart's label. Nothing can be told apart: "". */
struct str make_marker(struct arena *a, const struct workload *w, const struct workload *before)
{
    struct value now = value_at(w->pod, "spec", "containers", NULL), then = before ? value_at(before->pod, "spec", "containers", NULL) : NIL;
    for (uint32_t i = 0; before && i < field_len(now); i++) {
        struct str image = value_str_at(field_item(now, i), "image");
        if (!image.n || str_chr(image, '"') >= 0 || str_chr(image, '\\') >= 0 || str_chr(image, '{') >= 0) continue;
        if (!str_eq(image, value_str_at(field_item(then, i), "image"))) return str_printf(a, "(eq (index .spec.template.spec.containers %u).image \"%.*s\")", i, STR_ARG(image));
    }
    struct str label = value_str_at(value_at(w->object->v, "metadata", "labels", NULL), "helm.sh/chart");
    struct str was = before ? value_str_at(value_at(before->object->v, "metadata", "labels", NULL), "helm.sh/chart") : STR("");
    if (label.n && before && !str_eq(label, was) && str_chr(label, '"') < 0) return str_printf(a, "(eq (index .metadata.labels \"helm.sh/chart\") \"%.*s\")", STR_ARG(label));
    return STR("");
}

/* Reasons for which a container waits and that seldom pass by themselves (pkg/kubelet: images/types.go, kuberuntime/kuberuntime_container.go). */
static const char hopeless[] =
    "(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|CreateContainerConfigError|CreateContainerError|RunContainerError|CrashLoopBackOff)";

static void watch_fatal(struct planner *p, struct step *s, const struct workload *w)
{
    struct str selector = make_selector(p->a, w);
    if (!selector.n) return;
    make_kubectl(p, &s->fatal.argv, w->object->ns, "get", "pods", "-l", str_z(p->a, selector), "-o",
                 "jsonpath={range .items[*]}{.metadata.name}{\" \"}{.status.initContainerStatuses[*].state.waiting.reason}{\" \"}{.status.containerStatuses[*].state.waiting.reason}{\"\\n\"}{end}", NULL);
    check_expect(p->a, &s->fatal, EXPECT_MATCHES, str_from(hopeless), STR("Pods cannot start: an image that cannot be pulled, a Secret or key that is missing, or a crash at start."));
    s->fatal_for = field_int(value_at(p->book->v, "fatalFor", NULL), 180);
}

/* Where Helm resets the replicas of a scaled workload, they are set again as soon as it has, not after its wait. */
static void scale_back(struct planner *p, const struct unit *u, const struct workload *w, struct str marker, struct str beside, const char *suffix)
{
    struct arena *a = p->a;
    struct str capture = p->back ? make_back_capture(a, u) : u->capture;
    struct str waited = STR("");
    if (beside.n && marker.n) {
        struct step *s = make_step(p, STEP_WAIT, str_printf(a, "applied-%.*s%s", STR_ARG(w->object->name), suffix), str_printf(a, "Helm has applied %.*s", STR_ARG(w->object->name)));
        make_kubectl(p, &s->argv, w->object->ns, "get", str_z(a, make_ref(a, w->object)), "-o", NULL);
        argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "go-template={{if %.*s}}done{{end}}", STR_ARG(marker)));
        step_expect(a, s, EXPECT_EQUALS, STR("done"), STR(""));
        s->poll = 1;
        s->timeout = 120;
        s->timeout_why = STR("Helm applies within seconds of its start");
        s->beside = beside;
        waited = s->id;
    }
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "scale-%.*s%s", STR_ARG(w->object->name), suffix), str_printf(a, "Give %.*s its replicas back", STR_ARG(w->object->name)));
    make_kubectl(p, &s->argv, w->object->ns, "scale", str_z(a, make_ref(a, w->object)), NULL);
    argv_add_after(a, &s->argv, STR("--replicas="), ARG_CAPTURE, capture);
    step_effect(a, s, EFFECT_SCALE, w->object->id, STR(""));
    s->inverse_why = STR("the rollback sets replicas by itself");
    if (waited.n) {
        s->beside = beside;
        step_need(a, s, waited);
    }
}

/* A field that a version drops gets its default where nobody else owns it. */
static bool helm_resets(const struct planner *p, const struct unit *u, const struct workload *w, const struct str *key)
{
    bool reset = w->replicas_set || (u->old && u->new && (u->old->replicas_set || u->new->replicas_set));
    return u->capture.n && reset && (!key || p->f->o->strategy == STRATEGY_TERRAFORM);
}

void make_monitors(struct planner *p, struct str beside, const char *suffix)
{
    struct arena *a = p->a;
    bool new_side = str_is(p->entry->side, "new");
    uint32_t *order = make_monitor_order(p);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[order[i]];
        const struct workload *w = new_side ? u->new : u->old, *before = new_side ? u->old : u->new;
        if (!w) continue;
        struct str marker = make_marker(a, w, before);
        const struct str *key = new_side ? u->key_new : u->key_old;
        if (helm_resets(p, u, w, key)) scale_back(p, u, w, marker, beside, suffix);
        if (before && !workload_restarts(before, w)) continue;
        struct step *s = make_step(p, STEP_WAIT, str_printf(a, "watch-%.*s%s", STR_ARG(w->object->name), suffix), make_text(p, p->entry->title, "name", w->object->id, NULL));
        make_kubectl(p, &s->argv, w->object->ns, "get", str_z(a, make_ref(a, w->object)), "-o", NULL);
        argv_add(a, &s->argv, ARG_TEXT, make_rollout_template(a, w, marker));
        step_expect(a, s, EXPECT_MATCHES, STR("^done: "), STR("It did not become ready in the time that its probes allow."));
        watch_fatal(p, s, w);
        s->poll = 5;
        /* It is Helm that gives up; a watch only says more, or earlier that it is hopeless. */
        s->timeout = (new_side ? p->timing.upgrade : p->timing.back) + p->timing.hooks;
        s->timeout_why = STR("as long as Helm may take");
        s->expected = timing_rollout(u, new_side, false).seconds;
        s->beside = beside;
    }
}

/* What scales beside Helm's way back is passed over with it, when an attempt before has ended it and was stopped there. */
static void scale_at_last(struct planner *p)
{
    uint32_t *order = make_monitor_order(p);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[order[i]];
        if (u->old && helm_resets(p, u, u->old, u->key_old)) scale_back(p, u, u->old, STR(""), STR(""), "-at-last");
    }
}

void make_monitor(struct planner *p)
{
    if (!p->back) {
        make_monitors(p, p->upgrade_id, "");
        return;
    }
    /* Two ways back: each has its own watch, of which one runs. */
    bool two = p->back_helm_id.n && p->back_upgrade_id.n;
    if (p->back_helm_id.n) make_monitors(p, p->back_helm_id, two ? "-r" : "");
    if (p->back_upgrade_id.n) make_monitors(p, p->back_upgrade_id, two ? "-u" : "");
    if (p->back_helm_id.n || p->back_upgrade_id.n) scale_at_last(p);
    if (!p->back_helm_id.n && !p->back_upgrade_id.n) make_monitors(p, STR(""), "");
}
