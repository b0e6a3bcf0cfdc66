#include "plan/plan_test.h"

#include <stdio.h>

#include "base/strmap.h"
#include "steps/fields.h"
#include "value/json.h"

/* ---- what every plan must keep ---- */

struct flow {
    struct arena *a;
    const char *who;
    struct strmap captures, files, inputs, ids;
};

static void known(struct flow *f, const struct strmap *m, struct str name, const struct step *s, const char *what)
{
    if (!strmap_find(m, name)) test_fail(__FILE__, __LINE__, "%s: %.*s uses the %s %.*s, which nothing made before", f->who, STR_ARG(s->id), what, STR_ARG(name));
}

static void flow_argv(struct flow *f, const struct argv *v, const struct step *s)
{
    for (uint32_t i = 0; i < v->n; i++) {
        const struct arg *x = &v->v[i];
        if (x->kind == ARG_CAPTURE) known(f, &f->captures, x->text, s, "capture");
        if (x->kind == ARG_INPUT) known(f, &f->inputs, x->text, s, "input");
        /* A command that pulls or plans makes the file that it names. */
        if (x->kind == ARG_WORK && s->kind != STEP_INPUT && !str_starts(x->before, STR("-out="))) known(f, &f->files, x->text, s, "work file");
        if (x->kind == ARG_WORK && str_starts(x->before, STR("-out="))) strmap_put(&f->files, x->text, f);
    }
}

static void flow_document(struct flow *f, struct value v, const struct step *s)
{
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) flow_document(f, v.u.list->v[i], s);
    if (v.kind != V_MAP) return;
    struct value hole = map_getz(v.u.map, "$capture");
    if (hole.kind == V_STR) known(f, &f->captures, v_text(hole), s, "capture");
    for (uint32_t i = 0; i < map_len(v); i++) flow_document(f, v.u.map->v[i].value, s);
}

static void flow_step(struct flow *f, const struct step *s)
{
    flow_argv(f, &s->argv, s);
    flow_argv(f, &s->argv_helm3, s);
    flow_argv(f, &s->fatal.argv, s);
    flow_argv(f, &s->done_when.argv, s);
    for (uint32_t i = 0; i < s->preconditions_n; i++) flow_argv(f, &s->preconditions[i].argv, s);
    for (uint32_t i = 0; i < s->when_n; i++) {
        known(f, &f->captures, s->when[i].capture, s, "capture");
        if (s->when[i].equals_capture.n) known(f, &f->captures, s->when[i].equals_capture, s, "capture");
    }
    for (uint32_t i = 0; i < s->expect_n; i++)
        if (s->expect[i].kind == EXPECT_SAME_INPUT) known(f, &f->inputs, s->expect[i].text, s, "input");
    if (s->http.token_capture.n) known(f, &f->captures, s->http.token_capture, s, "capture");
    if (s->argv_helm3.n) known(f, &f->captures, STR("helm_major"), s, "capture");
    flow_document(f, s->document, s);
    for (uint32_t i = 0; i < s->needs_n; i++) known(f, &f->ids, s->needs[i], s, "step");
    if (s->beside.n) known(f, &f->ids, s->beside, s, "step");
    for (uint32_t i = 0; i < s->captures_n; i++) strmap_put(&f->captures, s->captures[i].name, f);
    if (s->stdout_to.n) strmap_put(&f->files, s->stdout_to, f);
    if (s->input.n) strmap_put(&f->inputs, s->input, f);
    CHECK(strmap_put(&f->ids, s->id, f));
    CHECK(s->title.n > 0);
    CHECK(!str_has(s->title, STR("{")));
    if (!step_changes(s)) return;
    if (!s->inverse.n && !s->inverse_why.n) test_fail(__FILE__, __LINE__, "%s: %.*s changes something and does not say what undoes it", f->who, STR_ARG(s->id));
    CHECK(s->effects_n > 0 || s->reads);
}

/* Nothing is used before it surely exists; the rollback may use what the upgrade made before it changed anything. */
static void check_flow(struct arena *a, const struct plan *p, const char *who)
{
    struct flow f = {a, who, strmap_new(a), strmap_new(a), strmap_new(a), strmap_new(a)};
    bool changed = false;
    struct flow before = f;
    for (uint32_t i = 0; i < p->forward.n; i++) {
        const struct step *s = p->forward.v[i];
        if (step_changes(s) && !s->reads && s->effects_n) changed = true;
        if (changed && s->kind == STEP_CAPTURE && !s->captures[0].secret && !str_starts(s->captures[0].name, STR("token.")))
            test_fail(__FILE__, __LINE__, "%s: %.*s captures after the first change", who, STR_ARG(s->id));
        flow_step(&f, s);
        if (!changed) before = f;
    }
    before.ids = f.ids;
    for (uint32_t i = 0; i < p->back.n; i++) flow_step(&before, p->back.v[i]);
    CHECK_INT(p->entry_n, p->forward.n + 1);
    for (uint32_t i = 0; i < p->entry_n; i++)
        if (p->entry[i].enter_at.n) CHECK(step_find(&p->back, p->entry[i].enter_at) != NULL);
    for (uint32_t i = 0; i < p->losses_n; i++) CHECK(step_of(p, str_z(a, p->losses[i].gate)) != NULL);
    for (uint32_t i = 0; i < p->assumptions_n; i++)
        if (p->assumptions[i].checked_by.n) CHECK(step_of(p, str_z(a, p->assumptions[i].checked_by)) != NULL);
}

/* The same on both sides, to the byte: an upgrade would only run hooks again. Another version of it, or other values, are an upgrade. */
TEST(plan_of_the_same_has_no_steps)
{
    struct plan_case c = demo_case(a);
    c.new = c.old;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    CHECK(str_starts(p->unchanged, STR("Nothing changes: both sides are searchd 1.4.0, with the same values.")));
    CHECK_INT(p->forward.n + p->back.n, 0);
    CHECK_INT(p->refused.n, 0);
    c.new_values = test_path(a, "testdata/demo/new/searchd/values.yaml").p;
    if (!(p = plan_of(a, &c))) return;
    CHECK_INT(p->unchanged.n, 0);
    CHECK(p->forward.n > 0);
}

TEST(plan_of_the_demo_flows)
{
    for (int strategy = STRATEGY_CHART; strategy <= STRATEGY_TERRAFORM; strategy++) {
        struct plan_case c = demo_case(a);
        c.strategy = (enum strategy)strategy;
        struct plan *p = plan_of(a, &c);
        if (p) check_flow(a, p, "demo");
    }
    struct plan_case c = demo_case(a);
    c.profile = "generic";
    struct plan *p = plan_of(a, &c);
    if (p) check_flow(a, p, "demo, generic");
    c = demo_case(a);
    const char *old = c.old;
    c.old = c.new;
    c.new = old;
    p = plan_of(a, &c);
    if (p) check_flow(a, p, "demo, backwards");
}

TEST(plan_is_the_same_twice)
{
    struct plan_case c = demo_case(a), d = demo_case(a);
    struct plan *p = plan_of(a, &c), *q = plan_of(a, &d);
    if (!p || !q) return;
    CHECK_STR(plan_text(a, p), plan_text(a, q));
    struct plan r;
    struct str error;
    CHECK(plan_from_value(a, plan_to_value(a, p), &r, &error));
    CHECK_STR(plan_text(a, &r), plan_text(a, p));
}

/* ---- what this plan must do ---- */

static bool has_word(const struct argv *v, const char *word)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (v->v[i].kind == ARG_TEXT && str_is(v->v[i].text, word)) return true;
    return false;
}

static struct str capture_at(struct value v, const char *a, const char *b, const char *c)
{
    struct value x = value_at(v, a, b, c, NULL);
    return value_str_at(x, "$capture");
}

TEST(plan_keeps_replicas_by_values)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const struct step *up = step_of(p, "2.2-overlay"), *back = step_of(p, "back-4.2-overlay");
    CHECK(up && back);
    if (!up || !back) return;
    CHECK_STR(capture_at(up->document, "pools", "l4", "minReplicas"), STR("replicas.StatefulSet/searchd-worker-l4"));
    /* Both sides have it: on the way back it is read again. What only the old side has is as it was. */
    CHECK_STR(capture_at(back->document, "pools", "l4", "minReplicas"), STR("back.replicas.StatefulSet/searchd-worker-l4"));
    CHECK_STR(value_str_at(value_at(back->document, "router", "replicas", NULL), "$capture"), STR("replicas.Deployment/searchd-router"));
    const struct step *s = step_of(p, "2.2-upgrade");
    CHECK_STR(argv_show(a, &s->argv), STR("helm --kube-context <param context> -n sie upgrade sie <input chart-new> --reset-values -f <input values-new> -f <work overlay-new.json> "
                                          "--wait --timeout 5640s --description <capture description.upgrade>"));
    CHECK(s->background && s->argv_helm3.n == 0);
    CHECK_STR(s->inverse, STR("back-4.2-upgrade-back"));
    CHECK(!step_of(p, "back-4.2-rollback")); /* it would reset replicas */
}

TEST(plan_scales_where_no_key_is_found)
{
    struct plan_case c = demo_case(a);
    struct plan *p;
    c.strategy = STRATEGY_TERRAFORM;
    if (!(p = plan_of(a, &c))) return;
    CHECK(!step_of(p, "2.2-overlay") && !step_of(p, "2.2-upgrade"));
    const struct step *s = step_of(p, "2.4-scale-searchd-worker-l4"), *apply = step_of(p, "2.2-terraform-apply");
    CHECK(s && apply);
    if (!s || !apply) return;
    CHECK_STR(argv_show(a, &s->argv),
              STR("kubectl --context <param context> -n sie scale statefulset.apps/searchd-worker-l4 --replicas=<capture replicas.StatefulSet/searchd-worker-l4>"));
    CHECK_STR(argv_show(a, &apply->argv), STR("terraform -chdir=<param terraform-dir> apply -input=false <work terraform.plan>"));
    CHECK_STR(apply->env[0].name, STR("TF_VAR_sie_image_tag"));
    CHECK(step_of(p, "back-4.2-terraform-apply") != NULL);
}

TEST(plan_pulls_from_a_registry)
{
    struct plan_case c = demo_case(a);
    c.strategy = STRATEGY_OCI;
    struct plan *p = plan_of(a, &c);
    const struct step *s = p ? step_of(p, "chart-new") : NULL;
    CHECK(s != NULL);
    if (!s) return;
    CHECK_STR(argv_show(a, &s->argv), STR("helm pull oci://example.com/charts/x --version 2.0.0 --untar --untardir <work pulled-chart-new>"));
    CHECK_STR(s->input_from, STR("pulled-chart-new/searchd"));
}

TEST(plan_pauses_and_resumes_as_it_was)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const struct step *pause = step_of(p, "1.5-pause-searchd-worker-l4-scaler"), *resume = step_of(p, "3.4-resume-searchd-worker-l4-scaler");
    CHECK(pause && resume);
    if (!pause || !resume) return;
    CHECK_STR(argv_show(a, &pause->argv), STR("kubectl --context <param context> -n sie annotate --overwrite scaledobject.keda.sh/searchd-worker-l4-scaler "
                                              "autoscaling.keda.sh/paused-replicas=<capture replicas.StatefulSet/searchd-worker-l4>"));
    /* Only where neither annotation was there before. */
    CHECK_INT(pause->when_n, 2);
    CHECK_INT(resume->when_n, 2);
    CHECK(!pause->when[0].negate && !pause->when[0].equals.n);
    /* The one whose target goes away is paused as well, so that the target keeps the captured count; then deleted, and applied again by the rollback, paused as it was. */
    CHECK(step_of(p, "1.5-pause-searchd-router-scaler") && step_of(p, "back-4.4-resume-searchd-router-scaler") && !step_of(p, "3.4-resume-searchd-router-scaler"));
    const struct step *orphan = step_of(p, "delete-searchd-router-scaler");
    CHECK(orphan && str_is(orphan->inverse, "back-4.2-apply-old"));
    CHECK(step_of(p, "back-4.2-repause-searchd-router-scaler") != NULL);
    CHECK(step_of(p, "back-delete-searchd-gateway-scaler") != NULL);
}

/* What the proof is to refuse: no overlay, no orphan taken away, Helm's bare rollback. */
TEST(plan_as_written)
{
    struct plan_case c = demo_case(a);
    c.as_written = true;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    check_flow(a, p, "as written");
    const struct step *s = step_of(p, "2.2-upgrade"), *back = step_of(p, "back-4.2-rollback");
    CHECK(s && back && !step_of(p, "2.2-overlay") && !step_of(p, "delete-searchd-router-scaler"));
    if (!s || !back) return;
    CHECK(has_word(&s->argv, "--set") && has_word(&s->argv, "gateway.image.tag=v2.0.0"));
    CHECK_STR(argv_show(a, &back->argv), STR("helm --kube-context <param context> -n sie rollback sie <capture revision>"));
}

TEST(plan_asks_for_what_the_new_side_needs)
{
    struct plan_case c = demo_case(a);
    c.new_values = test_path(a, "testdata/demo/values.yaml").p;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const struct step *absent = step_of(p, "absent");
    CHECK(absent && has_word(&absent->argv, "deployment.apps/searchd-gateway") && has_word(&absent->argv, "scaledobject.keda.sh/searchd-gateway-scaler"));
    const struct step *left = step_of(p, "back-leftovers");
    CHECK(left && has_word(&left->argv, "service/searchd-gateway"));
    CHECK(left && str_has(argv_show(a, &left->argv), STR("job.batch/searchd-apply-scalers-<capture next_revision>")));
}

/* Values may be secret: a plan holds paths and digests of them, nothing else. */
TEST(plan_holds_no_values)
{
    char name[] = "/tmp/rutter-values-XXXXXX";
    int fd = mkstemp(name);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f) return test_skip("no temporary file");
    fputs("fullnameOverride: searchd\nrouter: {auth: {mode: none}}\nsecret: SENTINEL-42\nextra: {token: SENTINEL-43}\n", f);
    fclose(f);
    struct plan_case c = demo_case(a);
    c.new_values = c.values;
    c.values = name;
    struct plan *p = plan_of(a, &c);
    unlink(name);
    if (!p) return;
    CHECK(!str_has(plan_text(a, p), STR("SENTINEL")));
    const struct step *s = step_of(p, "2.2-values");
    CHECK(s && s->lines_n > 0);
}

/* ---- the schema ---- */

/* Every field of the tables is in the schema, with a description, and no other. */
TEST(schema_describes_every_field)
{
    struct str text, error;
    struct value schema;
    struct diags *d = diags_new(a, inputs_new(a));
    if (!source_file(a, test_path(a, "docs/schema/plan.schema.json"), &text, d) || !json_read(a, text, NULL, 0, 0, &schema, &error)) {
        test_fail(__FILE__, __LINE__, "the schema cannot be read");
        return;
    }
    for (const struct fields *const *t = plan_all_fields; *t; t++) {
        struct value type = *t == &plan_fields ? schema : value_at(schema, "$defs", (*t)->name, NULL), properties = value_at(type, "properties", NULL);
        uint32_t own = *t == &plan_fields; /* "schema", which is no field */
        CHECK_INT(map_len(properties), (*t)->n + own);
        for (size_t i = 0; i < (*t)->n; i++) {
            struct value x = value_at(properties, (*t)->v[i].name, NULL);
            if (!value_str_at(x, "description").n) test_fail(__FILE__, __LINE__, "%s.%s is not described", (*t)->name, (*t)->v[i].name);
            for (int k = 0; (*t)->v[i].form == F_ENUM && (*t)->v[i].enum_name(k); k++) {
                struct value names = value_at(x, "enum", NULL);
                bool found = false;
                for (uint32_t m = 0; m < list_len(names); m++) found |= str_is(v_text(names.u.list->v[m]), (*t)->v[i].enum_name(k));
                if (!found) test_fail(__FILE__, __LINE__, "%s.%s: %s is not in the schema", (*t)->name, (*t)->v[i].name, (*t)->v[i].enum_name(k));
            }
        }
    }
}

/* With a validator of somebody else's. */
TEST(schema_accepts_a_plan)
{
    if (system("python3 -c 'import jsonschema' >/dev/null 2>&1") != 0) return test_skip("python3-jsonschema is not there");
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    struct str command = str_printf(a, "python3 -c 'import json,sys,jsonschema; jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(sys.stdin))' '%.*s' >/dev/null",
                                    STR_ARG(test_path(a, "docs/schema/plan.schema.json")));
    FILE *f = popen(command.p, "w");
    if (!f) return test_skip("no shell");
    struct str text = plan_text(a, p);
    fwrite(text.p, 1, text.n, f);
    CHECK_INT(pclose(f), 0);
}
