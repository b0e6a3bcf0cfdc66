/* Each obligation over small plans made by hand: it fires, and a near miss passes. */
#include "base/test.h"
#include "proof/model.h"
#include "proof/proof.h"
#include "value/json.h"

static void gate(struct plan *p, const char *id, struct str accept)
{
    step_add(&p->forward, str_from(id), PHASE_PREFLIGHT, STEP_GATE, STR(""))->accept = accept;
}

static void kubectl(struct arena *a, struct argv *v)
{
    argv_text(a, v, "kubectl", "--context", NULL);
    argv_add(a, v, ARG_PARAM, STR("context"));
    argv_text(a, v, "-n", "n", NULL);
}

static void helm(struct arena *a, struct argv *v)
{
    argv_text(a, v, "helm", "--kube-context", NULL);
    argv_add(a, v, ARG_PARAM, STR("context"));
    argv_text(a, v, "-n", "n", NULL);
}

static struct step *capture(struct arena *a, struct step_list *l, const char *id, const char *template, bool fresh)
{
    struct step *s = step_add(l, str_from(id), PHASE_RECORD, STEP_CAPTURE, STR(""));
    helm(a, &s->argv);
    argv_text(a, &s->argv, "get", "all", "r", "--template", template, NULL);
    step_capture(a, s, str_from(id), CAPTURE_STRING, STR(""));
    s->fresh = fresh;
    return s;
}

static struct step *upgrade(struct arena *a, struct step_list *l, const char *id, bool new_side, const char *words)
{
    struct step *s = step_add(l, str_from(id), PHASE_UPGRADE, STEP_RUN, STR(""));
    helm(a, &s->argv);
    argv_text(a, &s->argv, "upgrade", "r", NULL);
    argv_add(a, &s->argv, ARG_INPUT, new_side ? STR("chart-new") : STR("chart-old"));
    argv_text(a, &s->argv, "--reset-values", "-f", NULL);
    argv_add(a, &s->argv, ARG_INPUT, new_side ? STR("values-new") : STR("values-old"));
    argv_text(a, &s->argv, "--wait", "--timeout", "60s", "--description", NULL);
    argv_add(a, &s->argv, ARG_CAPTURE, str_from(words));
    step_effect(a, s, EFFECT_UPGRADE, STR(""), STR(""));
    return s;
}

static struct step *delete_step(struct arena *a, struct step_list *l, const char *id, const char *ref, const char *object)
{
    struct step *s = step_add(l, str_from(id), PHASE_ROLLBACK_RECONCILE, STEP_RUN, STR(""));
    kubectl(a, &s->argv);
    argv_text(a, &s->argv, "delete", "--ignore-not-found", ref, NULL);
    step_effect(a, s, EFFECT_DELETE, str_from(object), STR(""));
    return s;
}

static struct plan_object *object(struct arena *a, struct plan *p, const char *kind, const char *name, bool old, bool new)
{
    struct plan_object *o = PUSH(a, p->objects, p->objects_n, p->objects_cap);
    *o = (struct plan_object){.id = str_printf(a, "%s/%s", kind, name), .api_version = STR("v1"), .kind = str_from(kind), .ns = STR("n"), .name = str_from(name),
                              .owner_old = old ? STR("release") : STR(""), .owner_new = new ? STR("release") : STR(""), .in_old = old, .in_new = new,
                              .digest_old = STR("1"), .digest_new = STR("2"), .replicas_old = -1, .replicas_new = -1};
    return o;
}

/* Where the rollback begins: nowhere before the upgrade, at its first step from then on. */
static void entries(struct arena *a, struct plan *p)
{
    p->entry_n = 0;
    *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){STR(""), STR("")};
    bool begun = false;
    for (uint32_t i = 0; i < p->forward.n; i++) {
        begun |= step_changes(p->forward.v[i]);
        *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){p->forward.v[i]->id, begun ? p->back.v[0]->id : STR("")};
    }
}

struct made {
    struct plan *p;
    struct step *absent, *up, *forget, *back, *leftovers;
};

/* A ConfigMap that changes and one that is new; the upgrade, and an upgrade back that forgets what was killed and deletes what is left. */
static struct made small_plan(struct arena *a)
{
    struct made m = {.p = NEW(a, struct plan)};
    struct plan *p = m.p;
    p->forward.a = p->back.a = a;
    p->release = STR("r");
    p->ns = STR("n");
    p->chart = STR("c");
    p->version_old = STR("1.0.0");
    p->version_new = STR("2.0.0");
    p->strategy = STR("chart");
    object(a, p, "ConfigMap", "stays", true, true);
    object(a, p, "ConfigMap", "new", false, true);
    static const char *const roles[] = {"chart-old", "values-old", "chart-new", "values-new"};
    for (int i = 0; i < 4; i++) step_add(&p->forward, str_from(roles[i]), PHASE_PREFLIGHT, STEP_INPUT, STR(""))->input = str_from(roles[i]);
    m.absent = step_add(&p->forward, STR("absent"), PHASE_PREFLIGHT, STEP_CHECK, STR(""));
    kubectl(a, &m.absent->argv);
    argv_text(a, &m.absent->argv, "get", "--ignore-not-found", "-o", "name", "configmap/new", NULL);
    step_expect(a, m.absent, EXPECT_EMPTY, STR(""), STR(""));
    capture(a, &p->forward, "revision", "{{.Release.Version}}", false);
    capture(a, &p->forward, "words.up", "up from {{.Release.Version}}", false);
    capture(a, &p->forward, "words.back", "back to {{.Release.Version}}", false);
    m.up = upgrade(a, &p->forward, "upgrade", true, "words.up");
    capture(a, &p->back, "latest", "{{.Release.Version}}", true);
    capture(a, &p->back, "status", "{{.Release.Info.Status}}", true);
    m.forget = step_add(&p->back, STR("forget"), PHASE_ROLLBACK, STEP_RUN, STR(""));
    kubectl(a, &m.forget->argv);
    argv_text(a, &m.forget->argv, "delete", "secret", "-l", "owner=helm,name=r,status in (pending-install,pending-upgrade,pending-rollback)", NULL);
    step_effect(a, m.forget, EFFECT_FORGET, STR(""), STR(""));
    step_when(a, m.forget, STR("status"), STR("pending"), false);
    m.back = upgrade(a, &p->back, "upgrade-back", false, "words.back");
    m.leftovers = delete_step(a, &p->back, "leftovers", "configmap/new", "ConfigMap/new");
    entries(a, p);
    return m;
}

/* "" when it is proved, else the obligation that is broken. */
static struct str broken(struct arena *a, struct plan *p)
{
    entries(a, p);
    const struct proof *r = proof_make(a, p, false);
    return r->verdict == UNPROVED ? str_from(r->failures[0].obligation) : STR("");
}

static void remove_step(struct step_list *l, const struct step *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if (l->v[i] != s) l->v[n++] = l->v[i];
    l->n = n;
}

TEST(proof_small_plan_holds)
{
    struct made m = small_plan(a);
    const struct proof *r = proof_make(a, m.p, true);
    CHECK_INT(r->verdict, PROVED_UNDER);
    CHECK_INT(r->failures_n, 0);
    CHECK_INT(r->spare_n, 0); /* every changing step is needed */
    CHECK(r->witness_n >= 2 && str_is(r->witness[0], "upgrade: done"));
}

TEST(proof_back_wants_leftovers_deleted)
{
    struct made m = small_plan(a);
    remove_step(&m.p->back, m.leftovers);
    CHECK_STR(broken(a, m.p), STR("back"));
}

/* A release that is pending refuses the upgrade back. */
TEST(proof_back_wants_pending_records_forgotten)
{
    struct made m = small_plan(a);
    remove_step(&m.p->back, m.forget);
    CHECK_STR(broken(a, m.p), STR("back"));
}

/* What was there before under that name is not the release's to delete. */
TEST(proof_back_wants_absence_checked)
{
    struct made m = small_plan(a);
    remove_step(&m.p->forward, m.absent);
    CHECK(broken(a, m.p).n > 0);
}

TEST(proof_forward_wants_the_goal)
{
    struct made m = small_plan(a);
    *m.up = *upgrade(a, &(struct step_list){.a = a}, "upgrade", false, "words.up");
    CHECK_STR(broken(a, m.p), STR("forward"));
}

TEST(proof_flow_wants_captures_first)
{
    struct made m = small_plan(a);
    remove_step(&m.p->forward, step_find(&m.p->forward, STR("words.back")));
    capture(a, &m.p->forward, "words.back", "back to {{.Release.Version}}", false);
    CHECK_STR(broken(a, m.p), STR("flow")); /* taken after the change, and not there when that was killed */
    m = small_plan(a);
    remove_step(&m.p->forward, step_find(&m.p->forward, STR("chart-old")));
    CHECK_STR(broken(a, m.p), STR("flow"));
}

TEST(proof_claims_are_compared)
{
    struct made m = small_plan(a);
    m.leftovers->effects[0].object = STR("ConfigMap/stays");
    CHECK_STR(broken(a, m.p), STR("claims"));
}

TEST(proof_knows_what_it_does_not_know)
{
    static const char *const words[][2] = {{"exec", "x"}, {"drain", "x"}, {"replace", "x"}, {"rollout", "restart"}, {"config", "use-context"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct made m = small_plan(a);
        struct step *s = step_add(&m.p->back, STR("odd"), PHASE_ROLLBACK_VERIFY, STEP_CHECK, STR(""));
        kubectl(a, &s->argv);
        argv_text(a, &s->argv, words[i][0], words[i][1], NULL);
        CHECK_STR(broken(a, m.p), STR("model"));
    }
    struct made m = small_plan(a);
    struct step *s = step_add(&m.p->back, STR("odd"), PHASE_ROLLBACK_VERIFY, STEP_CHECK, STR(""));
    argv_text(a, &s->argv, "bash", "-c", "true", NULL);
    CHECK_STR(broken(a, m.p), STR("model"));
    m = small_plan(a);
    s = step_add(&m.p->back, STR("look"), PHASE_ROLLBACK_VERIFY, STEP_CHECK, STR(""));
    kubectl(a, &s->argv);
    argv_text(a, &s->argv, "get", "configmap/stays", NULL);
    CHECK_STR(broken(a, m.p), STR(""));
}

/* Another kube context, namespace or release is another cluster, object or release. */
TEST(proof_wants_the_right_place)
{
    struct made m = small_plan(a);
    m.leftovers->argv.v[2] = (struct arg){.kind = ARG_TEXT, .text = STR("production"), .before = STR("")};
    CHECK_STR(broken(a, m.p), STR("model"));
    m = small_plan(a);
    m.leftovers->argv.v[4].text = STR("other");
    CHECK_STR(broken(a, m.p), STR("model"));
    m = small_plan(a);
    m.back->argv.v[6].text = STR("other");
    CHECK_STR(broken(a, m.p), STR("model"));
}

/* Helm's rollback after a kill in the apply phase stops at what only the old version has. */
TEST(proof_rollback_stops_at_objects_outside_the_record)
{
    for (int old_only = 0; old_only < 2; old_only++) {
        struct made m = small_plan(a);
        if (old_only) object(a, m.p, "ConfigMap", "old", true, false);
        struct step_list l = {.a = a};
        struct step *s = step_add(&l, STR("rollback"), PHASE_ROLLBACK, STEP_RUN, STR(""));
        helm(a, &s->argv);
        argv_text(a, &s->argv, "rollback", "r", NULL);
        argv_add(a, &s->argv, ARG_CAPTURE, STR("revision"));
        argv_text(a, &s->argv, "--wait", "--timeout", "60s", NULL);
        step_effect(a, s, EFFECT_ROLLBACK, STR(""), STR(""));
        *m.back = *s;
        remove_step(&m.p->back, m.forget);
        CHECK_STR(broken(a, m.p), old_only ? STR("back") : STR(""));
    }
}

/* Client-side applies of the old version leave fields that only the new one sets, once an upgrade has failed. */
TEST(proof_back_wants_residue_taken_off)
{
    struct made m = small_plan(a);
    m.p->objects[0].leaves_residue = true;
    CHECK_STR(broken(a, m.p), STR("back"));
}

/* A claim that goes loses its data; losing it has to be declared, gated, and true. */
TEST(proof_losses_are_the_computed_ones)
{
    struct made m = small_plan(a);
    object(a, m.p, "PersistentVolumeClaim", "data", true, false);
    CHECK_STR(broken(a, m.p), STR("losses"));
    struct loss *l = PUSH(a, m.p->losses, m.p->losses_n, m.p->losses_cap);
    *l = (struct loss){.id = STR("data/x"), .object = STR("PersistentVolumeClaim/data"), .gate = STR("ask")};
    CHECK_STR(broken(a, m.p), STR("losses")); /* nobody is asked */
    struct step *up = m.p->forward.v[--m.p->forward.n];
    gate(m.p, "ask", STR("data/x"));
    *PUSH(a, m.p->forward.v, m.p->forward.n, m.p->forward.cap) = up;
    CHECK_STR(broken(a, m.p), STR(""));
    l->object = STR("ConfigMap/stays");
    CHECK_STR(broken(a, m.p), STR("losses"));
}

/* A StatefulSet's claims stay when it is taken back; only one that the new version brings or changes makes any. */
TEST(proof_claims_outlive_their_set)
{
    static const struct { const char *claim; bool data, same; const char *want; } cases[] = {
        {"PersistentVolumeClaim/data-db-0", true, false, ""},
        {"PersistentVolumeClaim/data-db-", true, false, "losses"},
        {"PersistentVolumeClaim/data-d-0", true, false, "losses"},
        {"ConfigMap/data-db-0", true, false, "losses"},
        {"PersistentVolumeClaim/data-db-0", false, false, "losses"},
        {"PersistentVolumeClaim/data-db-0", true, true, "losses"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m = small_plan(a);
        struct plan_object *o = object(a, m.p, "StatefulSet", "db", true, true);
        o->holds_data = cases[i].data;
        if (cases[i].same) o->digest_new = o->digest_old;
        struct loss *l = PUSH(a, m.p->losses, m.p->losses_n, m.p->losses_cap);
        *l = (struct loss){.id = STR("stays/db"), .object = str_from(cases[i].claim), .gate = STR("ask")};
        struct step *up = m.p->forward.v[--m.p->forward.n];
        gate(m.p, "ask", STR("stays/db"));
        *PUSH(a, m.p->forward.v, m.p->forward.n, m.p->forward.cap) = up;
        CHECK_STR(broken(a, m.p), str_from(cases[i].want));
    }
}

/* A step beside another is passed over with it: what it alone would set right is not, at the second start of a rollback. */
TEST(proof_steps_beside_are_passed_over_with_their_leader)
{
    for (int beside = 0; beside < 2; beside++) {
        struct made m = small_plan(a);
        m.back->background = true;
        step_when(a, m.back, STR("status"), STR("nothing like it"), false);
        if (beside) m.leftovers->beside = m.back->id;
        struct reading r;
        model_read(&r, a, m.p);
        uint32_t last = r.plan->back.n - 1;
        CHECK_INT(r.plan->back.v[last]->when_n, beside);
        if (beside) CHECK_STR(r.plan->back.v[last]->when[0].capture, STR("status"));
        CHECK_INT(m.leftovers->when_n, 0); /* the plan itself stays as it is */
    }
}

static struct step *boundary_check(struct arena *a, struct plan *p, struct str version)
{
    struct step *s = step_add(&p->back, STR("boundary"), PHASE_ROLLBACK_PREPARE, STEP_CHECK, STR(""));
    helm(a, &s->argv);
    argv_text(a, &s->argv, "get", "all", "r", "--template", "{{.Release.Chart.Metadata.Version}}", NULL);
    step_expect(a, s, EXPECT_EQUALS, version, STR(""));
    s->fresh = true;
    for (uint32_t i = p->back.n - 1; i > 0; i--) p->back.v[i] = p->back.v[i - 1];
    return p->back.v[0] = s;
}

static struct loss *forward_only(struct arena *a, struct plan *p)
{
    struct step *up = p->forward.v[--p->forward.n];
    gate(p, "ask", STR("forward/x"));
    *PUSH(a, p->forward.v, p->forward.n, p->forward.cap) = up;
    struct loss *l = PUSH(a, p->losses, p->losses_n, p->losses_cap);
    *l = (struct loss){.id = STR("forward/x"), .text = STR("no way back"), .gate = STR("ask"), .forward_only = true};
    return l;
}

/* Where there is no way back, the rollback looks first and refuses; and it does so for a reason that a person has accepted. */
TEST(proof_back_stops_at_a_boundary)
{
    struct made m = small_plan(a);
    boundary_check(a, m.p, STR("1.0.0"));
    CHECK_STR(broken(a, m.p), STR("back")); /* nobody says that there is no way back */
    struct loss *l = forward_only(a, m.p);
    CHECK_STR(broken(a, m.p), STR(""));
    const struct proof *r = proof_make(a, m.p, false);
    CHECK(r->losses_n == 1 && str_is(r->losses[0], "forward/x"));
    bool said = false;
    for (uint32_t i = 0; i < r->premises_n; i++) said |= str_is(r->premises[i].id, "forward-only");
    CHECK(said);
    l->gate = STR("absent");
    CHECK_STR(broken(a, m.p), STR("losses")); /* nobody is asked */
}

TEST(proof_back_never_goes_on_behind_a_boundary)
{
    struct made m = small_plan(a);
    forward_only(a, m.p);
    CHECK_STR(broken(a, m.p), STR("back")); /* nothing refuses */
    struct step *s = boundary_check(a, m.p, STR("2.0.0"));
    CHECK_STR(broken(a, m.p), STR("back")); /* it refuses where it should not, and not where it should */
    s->expect[0].text = STR("1.0.0");
    CHECK_STR(broken(a, m.p), STR(""));
    s->optional = true;
    CHECK_STR(broken(a, m.p), STR("back"));
    s->optional = false;
    /* After something was changed is too late. */
    m.p->back.v[0] = m.p->back.v[3];
    m.p->back.v[3] = s;
    CHECK(broken(a, m.p).n > 0);
}

TEST(proof_assumptions_are_counted)
{
    struct made m = small_plan(a);
    uint32_t n = proof_make(a, m.p, false)->unchecked;
    struct assumption *x = PUSH(a, m.p->assumptions, m.p->assumptions_n, m.p->assumptions_cap);
    *x = (struct assumption){STR("weather"), STR("It does not rain."), STR("")};
    CHECK_INT(proof_make(a, m.p, false)->unchecked, n + 1);
    x->checked_by = STR("absent");
    CHECK_INT(proof_make(a, m.p, false)->unchecked, n);
    x->checked_by = STR("nobody");
    CHECK_STR(broken(a, m.p), STR("claims"));
}

TEST(proof_of_nothing_is_none)
{
    struct made m = small_plan(a);
    m.p->objects_n = 1;
    m.p->objects[0].digest_new = m.p->objects[0].digest_old;
    m.p->version_new = m.p->version_old;
    CHECK(broken(a, m.p).n > 0);
}

/* A failing run is told step by step. */
TEST(proof_tells_the_run)
{
    struct made m = small_plan(a);
    remove_step(&m.p->back, m.forget);
    entries(a, m.p);
    const struct proof *r = proof_make(a, m.p, false);
    CHECK(r->failures_n == 1 && r->failures[0].trace_n >= 3);
    struct str text = proof_text(a, r);
    CHECK(str_starts(text, STR("unproved\n")));
    CHECK(str_has(text, STR("upgrade: killed while it applied objects")));
    CHECK(str_has(text, STR("upgrade-back: refused: the release's record says that another operation is under way")));
    CHECK_STR(value_str_at(proof_to_value(a, r), "verdict"), STR("unproved"));
}

TEST(proof_attaches_itself)
{
    struct made m = small_plan(a);
    proof_attach(a, m.p, false);
    CHECK(!m.p->refused.n && m.p->proof.kind == V_MAP);
    remove_step(&m.p->back, m.forget);
    entries(a, m.p);
    proof_attach(a, m.p, true);
    CHECK(!m.p->refused.n && m.p->notes_n == 1 && str_starts(m.p->notes[0], STR("unproved: ")));
    proof_attach(a, m.p, false);
    CHECK(str_starts(m.p->refused, STR("unproved: ")));
}

/* What a run may be seen in: after the upgrade the object is the new version's, stopped in it either's, after the way back the old one's. */
TEST(proof_foretells_states)
{
    struct made m = small_plan(a);
    struct str text = proof_states(a, m.p), error;
    struct value v;
    CHECK(json_read(a, text, NULL, 0, 0, &v, &error));
    struct value parts = value_at(v, "parts", NULL);
    CHECK_INT(list_len(parts), 2);
    struct value part = parts.u.list->v[0], steps = value_at(part, "steps", NULL);
    CHECK_STR(value_str_at(part, "main"), STR("ConfigMap/stays"));
    uint32_t looked = 0;
    for (uint32_t i = 0; i < list_len(steps); i++) {
        struct value s = steps.u.list->v[i], after = value_at(s, "after", NULL), stopped = value_at(s, "stopped", NULL);
        if (str_is(value_str_at(s, "step"), "upgrade")) {
            CHECK_INT(list_len(after), 1);
            CHECK_STR(value_str_at(after.u.list->v[0], "main"), STR("new"));
            CHECK_INT(list_len(stopped), 4); /* failed or pending, each with the object applied or not */
            looked++;
        }
        if (str_is(value_str_at(s, "step"), "leftovers") && str_is(value_str_at(s, "script"), "rollback")) looked++;
        if (str_is(value_str_at(s, "step"), "upgrade-back")) CHECK_STR(value_str_at(after.u.list->v[0], "main"), STR("old"));
    }
    CHECK(looked >= 1);
}

/* ---- how it ends when every step does what it can ---- */

TEST(proof_foretells_a_good_end)
{
    struct made m = small_plan(a);
    struct str told = proof_foretell(a, m.p);
    CHECK(str_has(told, STR("\"applies\":\"server-side\"")) && str_has(told, STR("\"main\":\"ConfigMap/new\"")));
    CHECK(!str_has(told, STR("\"wrong\"")));
    /* Only where a hook fails does it stop. */
    CHECK(str_has(told, STR("\"hookFails\":true")) && str_has(told, STR("\"stops\":\"upgrade\"")));
}

/* Without what deletes the new object, a second way back leaves it; and without the way back nothing is as before. */
TEST(proof_foretells_what_is_wrong)
{
    struct made m = small_plan(a);
    m.back->when_n = 0;
    step_when(a, m.back, STR("status"), STR("failed"), false);
    struct proof *r = proof_make(a, m.p, false);
    CHECK(r->verdict == UNPROVED);
    uint32_t before = r->failures_n;
    proof_explain(a, m.p, r);
    CHECK(r->failures_n > before && str_is(str_from(r->failures[0].obligation), "back"));
    bool told = false;
    for (uint32_t i = 0; i < r->failures_n; i++) told |= r->failures[i].code && str_is(str_from(r->failures[i].code), "new") && str_is(r->failures[i].subject, "ConfigMap/stays");
    CHECK(told);
}
