/* The way back: which one, and what Helm leaves undone on it.
 *
 * helm rollback takes the newest record, whatever its status, for what is there: an object of the target that exists and is not in that record is
 * an error. helm upgrade compares with the newest deployed revision and adopts what bears the release's marks. A release that is pending refuses
 * every upgrade. (pkg/action/rollback.go, upgrade.go; pkg/kube/client.go)
 */
#include "plan/planner.h"

static bool terraform(const struct planner *p) { return p->f->o->strategy == STRATEGY_TERRAFORM; }

static bool hook_goes(const struct object *o) { return o->owner == OWNER_HOOK && o->from && str_has(o->from->delete_policy, STR("hook-succeeded")); }

static bool is_hook(const struct object *o) { return o && o->owner == OWNER_HOOK; }

static bool hook_works(const struct object *o) { return str_is(o->kind, "Job") || str_is(o->kind, "Pod"); }

/* A hook's object that stays by its policy, in both versions: what is there afterwards is what the last upgrade's hook made. */
static bool hook_object_stays(const struct item *x) { return is_hook(x->old) && is_hook(x->new) && x->old->from && !hook_goes(x->old) && !hook_works(x->old); }

static bool hook_secret(const struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.items_n; i++)
        if (hook_object_stays(&p->shape.items[i]) && str_is(p->shape.items[i].old->kind, "Secret")) return true;
    return false;
}

/* Helm's rollback resets replicas and takes no values, it stops at a claim that was kept, it does nothing when the upgrade had not begun (an object that
 * was taken away for its successor would stay away), and Terraform would not know of it. It runs no hook that would make a Secret again, whose content is nothing
 * for a plan. */
static bool rollback_serves(const struct planner *p) { return !terraform(p) && !p->shape.overlay_old && !p->shape.claim_kept && !immutable_any(p) && !hook_secret(p); }

static bool only_old(const struct planner *p, const struct item *x)
{
    (void)p;
    return item_in_release(x->old) && !item_in_release(x->new);
}

/* ---- the state that the way back starts from ---- */

static void capture_state(struct planner *p, const char *what, const char *title, const char *name, enum capture_type type, const char *template, const char *must)
{
    struct step *s = make_step(p, STEP_CAPTURE, str_from(what), make_text(p, str_from(title), NULL));
    make_helm(p, &s->argv, "get", "all", str_z(p->a, p->plan->release), "--template", template, NULL);
    struct capture *c = step_capture(p->a, s, str_from(name), type, str_from(must));
    if (!*must) c->if_absent = STR("");
    s->fresh = true;
}

/* Helm's rollback can go where nothing of its target lies outside the newest record. A capture says so: empty, when its step is passed over. */
static void capture_way(struct planner *p)
{
    struct arena *a = p->a;
    uint32_t n;
    struct ref_group *g = make_groups(p, only_old, false, &n);
    struct str names[64];
    for (uint32_t i = 0; i < n && i < 64; i++) {
        names[i] = i ? str_printf(a, "back.outside.%u", i) : STR("back.outside");
        struct step *s = make_step(p, STEP_CAPTURE, str_sub(names[i], 5, names[i].n), STR("Is anything there that only the old version has?"));
        make_kubectl(p, &s->argv, g[i].ns, "get", "--ignore-not-found", "-o", "name", NULL);
        for (uint32_t k = 0; k < g[i].n; k++) argv_add(a, &s->argv, ARG_TEXT, make_ref(a, g[i].v[k]));
        step_capture(a, s, names[i], CAPTURE_STRING, STR(""))->if_absent = STR("");
        s->fresh = true;
    }
    struct step *s = make_step(p, STEP_CAPTURE, STR("way"), STR("Which way leads back?"));
    argv_text(a, &s->argv, "helm", "version", "--template", n <= 64 ? "rollback" : "upgrade", NULL);
    step_capture(a, s, STR("back.way"), CAPTURE_STRING, STR("^(rollback|upgrade)?$"))->if_absent = STR("");
    for (uint32_t i = 0; i < n && i < 64; i++) step_when(a, s, names[i], STR(""), false);
    s->fresh = true;
}

/* A boundary that can only be crossed forward: as soon as Helm has begun to change the release, the new version may have done what it cannot undo. Asked anew at
 * every start. */
void make_back_boundary(struct planner *p)
{
    struct arena *a = p->a;
    if (!p->one_way) return;
    struct step *s = make_step(p, STEP_CHECK, STR("boundary"), STR(""));
    make_helm(p, &s->argv, "get", "all", str_z(a, p->plan->release), "--template", "{{.Release.Chart.Metadata.Version}}", NULL);
    step_expect(a, s, EXPECT_EQUALS, p->plan->version_old,
                make_text(p, STR("The upgrade to {new} has begun, and there is no way back from it: {why} Nothing was changed. Go forward: mend what stopped it, and start plan.sh again. Where "
                                 "helm was killed (its status is pending-upgrade), first make sure that no helm is at work on {release}, and take that record away: {forget}"),
                          "why", p->one_way->message, "forget",
                          str_printf(a, "kubectl -n %.*s delete secret -l 'owner=helm,name=%.*s,status=pending-upgrade'", STR_ARG(p->plan->ns), STR_ARG(p->plan->release)), NULL));
    s->fresh = true;
}

void make_back_state(struct planner *p)
{
    capture_state(p, "latest", "Which revision of {release} is the newest?", "back.latest", CAPTURE_INT, "{{.Release.Version}}", "^[1-9][0-9]*$");
    /* "pending-upgrade" and its kin are one thing here. */
    capture_state(p, "status", "In what state is it?", "back.status", CAPTURE_STRING, "{{printf \"%.7s\" .Release.Info.Status}}", "^(deploye|failed|pending|superse)$");
    /* Only of what is deployed: a rollback of Helm's that was killed has its words already, and is not done. */
    capture_state(p, "description", "What made it?", "back.description", CAPTURE_STRING,
                  "{{if eq (print .Release.Info.Status) \"deployed\"}}{{printf \"%.200s\" .Release.Info.Description}}{{end}}", "");
    if (rollback_serves(p) && !terraform(p)) capture_way(p);
    for (uint32_t i = 0; i < p->shape.claims_n; i++) {
        const struct claim *c = &p->shape.claims[i];
        if (!c->item->old || !c->item->new || c->size_new <= c->size_old) continue;
        struct step *s = make_step(p, STEP_CHECK, str_printf(p->a, "size-%.*s", STR_ARG(c->item->old->name)), str_printf(p->a, "%.*s has not grown", STR_ARG(c->item->id)));
        make_kubectl(p, &s->argv, c->item->old->ns, "get", str_z(p->a, make_ref(p->a, c->item->old)), "-o", "jsonpath={.spec.resources.requests.storage}", NULL);
        struct value size = value_at(c->item->old->v, "spec", "resources", "requests", "storage", NULL);
        if (size.kind == V_STR)
            step_expect(p->a, s, EXPECT_EQUALS, v_text(size), STR("A claim never shrinks, so Helm cannot go back to the old version: go forward, or move the data by hand."));
        else step_expect(p->a, s, EXPECT_NOT_EMPTY, STR(""), STR(""));
    }
}

/* True unless one of the two ways has been gone already: by the words that each leaves in the record. */
void make_when_not_back(struct planner *p, struct step *s)
{
    static const char *const done[] = {"description.back", "description.rollback"};
    for (size_t i = 0; i < 2; i++)
        *PUSH(p->a, s->when, s->when_n, s->when_cap) = (struct condition){.capture = STR("back.description"), .equals = STR(""), .equals_capture = str_from(done[i]), .negate = true};
}

static uint32_t outside_groups(struct planner *p)
{
    uint32_t n;
    make_groups(p, only_old, false, &n);
    return n;
}

void make_when_way(struct planner *p, struct step *s, bool rollback)
{
    if (rollback_serves(p) && !terraform(p)) step_when(p->a, s, STR("back.way"), STR("rollback"), !rollback);
}

static void when_newer(struct planner *p, struct step *s)
{
    *PUSH(p->a, s->when, s->when_n, s->when_cap) = (struct condition){.capture = STR("back.latest"), .equals = STR(""), .equals_capture = STR("revision"), .negate = true};
}

void make_back_forget(struct planner *p)
{
    /* Where Helm's rollback is the way, it does not look at the pending state; only what it cannot do needs this. */
    if (rollback_serves(p) && !outside_groups(p)) return;
    struct arena *a = p->a;
    struct step *gate = make_gate(p, STR("pending"), STR("No helm process is at work on this release any more, anywhere"), STR(""));
    gate->note = make_text(p, STR("Helm's record says that an operation on {release} is under way. If that is so, end it with SIGTERM and wait; go on only when it was killed."), NULL);
    struct step *s = make_step(p, STEP_RUN, STR("forget"), STR(""));
    /* All of them: below a rollback that was killed may lie the upgrade that was killed before, and a release is refused for its newest record alone. */
    make_kubectl(p, &s->argv, p->plan->ns, "delete", "secret", "-l", NULL);
    argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "owner=helm,name=%.*s,status in (pending-install,pending-upgrade,pending-rollback)", STR_ARG(p->plan->release)));
    step_effect(a, s, EFFECT_FORGET, STR(""), STR(""));
    s->inverse_why = STR("a step of the rollback");
    struct step *both[] = {gate, s};
    for (size_t i = 0; i < 2; i++) {
        step_when(a, both[i], STR("back.status"), STR("pending"), false);
        when_newer(p, both[i]);
        make_when_way(p, both[i], false);
    }
}

/* ---- the two ways ---- */

/* Where Helm's record says the old version, also because that of an apply that was killed has been taken away, Terraform finds nothing to change and never looks at the
 * objects. Helm does: every object of the target is in the newest record then, so that nothing stops it. */
static void make_back_restore(struct planner *p)
{
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_CAPTURE, STR("version"), make_text(p, STR("Which version does the record of {release} say?"), NULL));
    s->note = STR("");
    make_helm(p, &s->argv, "get", "all", str_z(a, p->plan->release), "--template", "{{.Release.Chart.Metadata.Version}}", NULL);
    step_capture(a, s, STR("back.version"), CAPTURE_STRING, STR(""));
    s->fresh = true;
    s = make_step(p, STEP_RUN, STR("restore"), make_text(p, STR("Bring the objects of {release} back to the recorded revision"), NULL));
    s->note = STR("Terraform compares the record alone, and this says the old version already: where an apply was killed, its own plan would find nothing to change.");
    struct argv *both[] = {&s->argv, &s->argv_helm3};
    for (size_t i = 0; i < 2; i++) {
        make_helm(p, both[i], "rollback", str_z(a, p->plan->release), NULL);
        argv_add(a, both[i], ARG_CAPTURE, STR("revision"));
        argv_text(a, both[i], "--wait", "--timeout", NULL);
        argv_add(a, both[i], ARG_TEXT, str_printf(a, "%llds", (long long)p->timing.back));
        /* Where Helm 4 had installed the release it goes back server-side, against what the provider has written under a name of its own. */
        if (i == 0) argv_add_after(a, both[i], STR("--force-conflicts="), ARG_CAPTURE, STR("server_side"));
    }
    step_when(a, s, STR("back.version"), p->plan->version_old, false);
    s->timeout = p->timing.back + 120;
    s->timeout_why = STR("from the slowest rollout of the old version");
    step_effect(a, s, EFFECT_ROLLBACK, STR(""), STR(""));
    s->inverse_why = STR("a step of the rollback");
}

void make_back_helm(struct planner *p)
{
    if (terraform(p)) make_back_restore(p);
    if (!rollback_serves(p)) return;
    struct arena *a = p->a;
    struct step *s = make_step(p, STEP_RUN, STR("rollback"), STR(""));
    struct argv *both[] = {&s->argv, &s->argv_helm3};
    for (size_t i = 0; i < (p->shape.scale_old ? 2u : 1u); i++) {
        make_helm(p, both[i], "rollback", str_z(a, p->plan->release), NULL);
        argv_add(a, both[i], ARG_CAPTURE, STR("revision"));
        argv_text(a, both[i], "--wait", "--timeout", NULL);
        argv_add(a, both[i], ARG_TEXT, str_printf(a, "%llds", (long long)p->timing.back));
        if (p->shape.scale_old && i == 0) argv_add_after(a, both[i], STR("--force-conflicts="), ARG_CAPTURE, STR("server_side"));
    }
    s->background = true;
    s->log = STR("rollback.log");
    s->timeout = p->timing.back + 120;
    s->timeout_why = STR("from the slowest rollout of the old version");
    make_when_not_back(p, s);
    when_newer(p, s);
    make_when_way(p, s, true);
    step_effect(a, s, EFFECT_ROLLBACK, STR(""), STR(""));
    s->inverse_why = STR("a step of the rollback");
    p->back_helm_id = s->id;
}

/* With Helm's own rollback at hand, and nothing that could lie outside the record, there is no second way. */
bool make_back_upgrades(struct planner *p) { return !(rollback_serves(p) && !outside_groups(p)); }

void make_back_upgrade(struct planner *p)
{
    if (terraform(p) || !make_back_upgrades(p)) return;
    struct arena *a = p->a;
    if (p->shape.overlay_old) make_overlay_file(p, false, STR("Write the replicas as last values file for the way back"));
    struct step *s = make_step(p, STEP_RUN, STR("upgrade-back"), STR(""));
    if (p->shape.overlay_old || p->back_helm_id.n) s->note = make_text(p, p->entry->note, NULL);
    make_upgrade_argv(p, s, false);
    s->background = true;
    s->log = STR("upgrade-back.log");
    s->timeout = p->timing.back + p->timing.hooks + 120;
    s->timeout_why = STR("from the slowest rollout of the old version");
    make_when_not_back(p, s);
    make_when_way(p, s, false);
    step_effect(a, s, EFFECT_UPGRADE, STR(""), STR("old"));
    s->inverse_why = STR("a step of the rollback");
    p->back_upgrade_id = s->id;
}

/* ---- what is left ---- */

static bool leftover(const struct planner *p, const struct item *x)
{
    (void)p;
    return (item_in_release(x->new) && !x->old && x->new->owner != OWNER_KEPT) || (is_hook(x->new) && (!x->old || hook_goes(x->new)));
}

/* What is still at work, perhaps, after helm was killed: it must not apply anything any more. */
static bool hook_job(const struct planner *p, const struct item *x)
{
    (void)p;
    return is_hook(x->new) && (str_is(x->new->kind, "Job") || str_is(x->new->kind, "Pod"));
}

/* A hook's Job is named after the revision in many charts: our render's revision at its end stands for that of the upgrade. */
static void add_leftover(struct planner *p, struct argv *v, const struct object *o)
{
    struct str ref = make_ref(p->a, o), tail = str_printf(p->a, "-%d", p->f->planned->env.revision);
    if (o->owner == OWNER_HOOK && str_ends(o->name, tail)) argv_add_after(p->a, v, str_sub(ref, 0, ref.n - tail.n + 1), ARG_CAPTURE, STR("next_revision"));
    else argv_add(p->a, v, ARG_TEXT, ref);
}

static void delete_groups(struct planner *p, const char *what, bool (*want)(const struct planner *p, const struct item *x), struct str title)
{
    struct arena *a = p->a;
    uint32_t n;
    struct ref_group *g = make_groups(p, want, true, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct step *s = make_step(p, STEP_RUN, i ? str_printf(a, "%s-%.*s", what, STR_ARG(g[i].ns.n ? g[i].ns : STR("cluster"))) : str_from(what), title);
        make_kubectl(p, &s->argv, g[i].ns, "delete", "--ignore-not-found", "--timeout=300s", NULL);
        for (uint32_t k = 0; k < g[i].n; k++) {
            add_leftover(p, &s->argv, g[i].v[k]);
            step_effect(a, s, EFFECT_DELETE, g[i].v[k]->id, is_hook(g[i].v[k]) ? STR("hook") : STR(""));
        }
        s->timeout = 330;
        s->timeout_why = STR("finalizers and grace periods");
        s->inverse_why = STR("a step of the rollback");
    }
}

void make_back_leftovers(struct planner *p)
{
    delete_groups(p, "leftovers", leftover, STR(""));
}

void make_back_jobs(struct planner *p)
{
    delete_groups(p, "jobs", hook_job, STR(""));
}

static struct step *write_content(struct planner *p, const struct item *x, struct value document, struct str file)
{
    struct step *s = make_step(p, STEP_WRITE, str_printf(p->a, "content-%.*s", STR_ARG(x->old->name)), str_printf(p->a, "Write down the old content of %.*s", STR_ARG(x->id)));
    s->document = document;
    s->stdout_to = file;
    return s;
}

/* What Helm's rollback leaves as the new version's hook made it, or without it when that was killed, is made as a hook would: deleted, then created. */
static void make_hook_object(struct planner *p, const struct item *x)
{
    struct arena *a = p->a;
    struct list *items = list_new(a);
    struct map *m = map_new(a);
    list_add(items, x->old->v);
    map_putz(m, "apiVersion", v_str(STR("v1")));
    map_putz(m, "kind", v_str(STR("List")));
    map_putz(m, "items", v_list(items));
    struct str file = write_content(p, x, v_map(m), str_printf(a, "hook-%.*s-%.*s.json", STR_ARG(x->old->kind), STR_ARG(x->old->name)))->stdout_to, title = make_text(p, p->entry->title, "name", x->id, NULL);
    struct step *s;
    if (x->changed || x->compared_by_name) {
        s = make_step(p, STEP_RUN, str_printf(a, "remake-%.*s", STR_ARG(x->old->name)), str_printf(a, "Take away %.*s as the hook of %.*s made it", STR_ARG(x->id), STR_ARG(p->plan->version_new)));
        make_kubectl(p, &s->argv, x->old->ns, "delete", str_z(a, make_ref(a, x->old)), "--ignore-not-found", "--timeout=300s", NULL);
        step_effect(a, s, EFFECT_DELETE, x->id, STR("hook"));
        s->inverse_why = STR("a step of the rollback");
    }
    s = make_step(p, STEP_RUN, str_printf(a, "restore-%.*s", STR_ARG(x->old->name)), title);
    make_kubectl(p, &s->argv, x->old->ns, "apply", "-f", NULL);
    argv_add(a, &s->argv, ARG_WORK, file);
    step_effect(a, s, EFFECT_APPLY, x->id, STR(""));
    s->inverse_why = STR("a step of the rollback");
}

/* An upgrade back has made it again with the numbers of an overlay in it. */
static void make_hook_content(struct planner *p, const struct item *x)
{
    struct arena *a = p->a;
    struct value was = value_at(x->old->v, "data", NULL), is = value_at(x->new->v, "data", NULL);
    if (!str_is(x->old->kind, "ConfigMap") || was.kind != V_MAP || (value_same(was, is) && !p->shape.overlay_old)) return;
    struct map *data = map_new(a), *m = map_new(a);
    for (uint32_t k = 0; is.kind == V_MAP && k < map_len(is); k++) map_put(data, is.u.map->v[k].key, NIL);
    for (uint32_t k = 0; k < map_len(was); k++) map_put(data, was.u.map->v[k].key, was.u.map->v[k].value);
    map_putz(m, "data", v_map(data));
    struct str file = write_content(p, x, v_map(m), str_printf(a, "content-%.*s.json", STR_ARG(x->old->name)))->stdout_to;
    struct step *s = make_step(p, STEP_RUN, str_printf(a, "restore-%.*s", STR_ARG(x->old->name)), make_text(p, p->entry->title, "name", x->id, NULL));
    make_kubectl(p, &s->argv, x->old->ns, "patch", str_z(a, make_ref(a, x->old)), "--type", "merge", "--patch-file", NULL);
    argv_add(a, &s->argv, ARG_WORK, file);
    step_effect(a, s, EFFECT_PATCH, x->id, STR("data"));
    s->inverse_why = STR("a step of the rollback");
}

void make_back_hooks(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (!hook_object_stays(x)) continue;
        if (!rollback_serves(p) && !terraform(p)) make_hook_content(p, x);
        else if (!str_is(x->old->kind, "Secret")) make_hook_object(p, x);
        else assume(p, str_z(p->a, str_printf(p->a, "hook/%.*s", STR_ARG(x->id))), str_printf(p->a, "%.*s, which a hook made, is not brought back by the rollback.", STR_ARG(x->id)), STR(""));
    }
}

/* Data that the new version alone has goes away with it. */
void make_back_losses(struct planner *p)
{
    struct arena *a = p->a;
    if (p->one_way) return; /* nobody goes back from there */
    for (uint32_t i = 0; i < p->shape.claims_n; i++) {
        const struct claim *c = &p->shape.claims[i];
        if (c->item->old || !c->item->new || c->item->new->owner == OWNER_KEPT) continue;
        struct str accept = str_printf(a, "data/%.*s", STR_ARG(c->item->id));
        struct step *s = make_gate(p, str_printf(a, "data-%.*s", STR_ARG(c->item->new->name)), str_printf(a, "%.*s and its data go away", STR_ARG(c->item->id)), accept);
        declare_loss(p, accept, c->item->id, str_printf(a, "What the new version stored in %.*s.", STR_ARG(c->item->id)), s->id);
    }
}
