/* The proof over real plans, and over mutants of them. */
#include "plan/plan_test.h"
#include "proof/mutants.h"

/* ---- whole plans ---- */

static void check_proved(struct arena *a, const struct plan *p)
{
    struct proof *r = proof_make(a, p, false);
    if (r->verdict == UNPROVED) test_fail(__FILE__, __LINE__, "%.*s", STR_ARG(proof_text(a, r)));
    CHECK(r->runs > 0 && r->states > r->runs && r->kinds > 0);
    CHECK(r->unchecked > 0); /* that nobody else is at work, for one */
}

TEST(proof_of_demo)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

TEST(proof_of_released_gke)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

TEST(proof_of_released_claim)
{
    struct plan_case c;
    if (!released_case(a, "config-store-pvc", NULL, &c)) return;
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

TEST(proof_of_released_terraform)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.strategy = STRATEGY_TERRAFORM;
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

/* The runbook as written loses the autoscalers and, with a claim, its data. */
TEST(proof_refuses_the_runbook_as_written)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.as_written = true;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    struct proof *r = proof_make(a, p, false);
    CHECK(r->verdict == UNPROVED && r->failures_n > 0);
    /* And the run that shows it: Helm's rollback, after an upgrade that was killed. */
    const struct disproof *last = &r->failures[r->failures_n - 1];
    CHECK(str_is(str_from(last->obligation), "back") && last->trace_n >= 3);
    CHECK(str_has(last->trace[last->trace_n - 1], STR("back-4.2-rollback")));
}

static const struct disproof *failure_of(const struct proof *r, const char *obligation, const char *code, const char *object)
{
    for (uint32_t i = 0; i < r->failures_n; i++) {
        const struct disproof *f = &r->failures[i];
        if (!f->code || !str_is(str_from(f->code), code) || !str_is(str_from(f->obligation), obligation)) continue;
        if (!object) return f;
        for (uint32_t k = 0; k < f->objects_n; k++)
            if (str_is(f->objects[k], object)) return f;
    }
    return NULL;
}

static void check_erratum(const struct disproof *f, const char *errata)
{
    if (f && f->erratum && str_is(f->erratum->errata, errata) && f->erratum->instead.n) return;
    test_fail(__FILE__, __LINE__, "%.*s is not answered by %s", STR_ARG(f ? f->text : STR("what should fail")), errata);
}

/* Told so that a person sees what is wrong when all goes well: the plainest run first, with the number of the runbook's erratum. */
TEST(proof_explains_the_runbook_as_written)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.as_written = true;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    struct proof *r = proof_make(a, p, false);
    proof_explain(a, p, r);
    check_erratum(failure_of(r, "forward", "left", "ScaledObject/sie-router-scaler"), "R1");
    check_erratum(failure_of(r, "back", "new", "ScaledObject/sie-worker-l4-scaler"), "R1");
    check_erratum(failure_of(r, "back", "left", "ScaledObject/sie-gateway-scaler"), "R1");
    check_erratum(failure_of(r, "forward", "stuck", "StatefulSet/sie-worker-a100-40gb"), "R14");
    check_erratum(failure_of(r, "model", "values", NULL), "R7");
    check_erratum(failure_of(r, "model", "pins", NULL), "R8");
    check_erratum(failure_of(r, "model", "no-wait", NULL), "R17");
    CHECK(r->failures[0].trace_n > 2 && str_is(r->failures[0].trace[r->failures[0].trace_n - 1], "3.4-resume: done"));
    if (!released_case(a, "config-store-pvc", NULL, &c)) return;
    c.as_written = true;
    p = plan_of(a, &c);
    if (!p) return;
    r = proof_make(a, p, false);
    proof_explain(a, p, r);
    check_erratum(failure_of(r, "forward", "data", "PersistentVolumeClaim/sie-sie-cluster-config-store"), "R21");
    check_erratum(failure_of(r, "back", "data", "PersistentVolumeClaim/sie-sie-cluster-config-store"), "R21");
}

static bool names_step(struct str word)
{
    static const char *const heads[] = {"delete-", "keep-", "retain-", "back-", NULL};
    for (const char *const *h = heads; *h; h++)
        if (str_starts(word, str_from(*h))) return true;
    return word.n > 4 && word.p[0] >= '1' && word.p[0] <= '4' && word.p[1] == '.' && word.p[3] == '-';
}

static bool has_step(const struct plan *p, struct str head)
{
    const struct step_list *lists[] = {&p->forward, &p->back};
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++)
            if (str_starts(lists[l]->v[i]->id, head)) return true;
    return false;
}

/* What is said to be done instead is done: the steps that are named are steps of the plans that are not as written. */
TEST(proof_names_steps_that_do_it_instead)
{
    struct plan_case gke, claim;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &gke) || !released_case(a, "config-store-pvc", NULL, &claim)) return;
    struct plan *own[] = {plan_of(a, &gke), plan_of(a, &claim)};
    gke.as_written = true;
    struct plan *p = plan_of(a, &gke);
    if (!p || !own[0] || !own[1]) return;
    CHECK(p->as_written && p->errata_n > 10 && !own[0]->errata_n);
    for (uint32_t i = 0; i < p->errata_n; i++) {
        struct str rest = p->errata[i].instead, word, tail;
        while (rest.n) {
            if (!str_cut(rest, STR(" "), &word, &tail)) word = rest, tail = STR("");
            rest = tail;
            while (word.n && (word.p[word.n - 1] == ',' || word.p[word.n - 1] == '.')) word.n--;
            if (!names_step(word)) continue;
            struct str head = str_trim_suffix(word, STR("NAME"));
            if (!has_step(own[0], head) && !has_step(own[1], head)) test_fail(__FILE__, __LINE__, "%.*s is no step", STR_ARG(word));
        }
    }
}

/* The old values again, whatever is given for the new side, with the tags that the runbook sets. */
TEST(plan_as_written_knows_no_new_values)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.as_written = true;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    struct str values = plan_values_text(a, c.facts->planned->user);
    CHECK(str_has(values, STR("router:")) && str_has(values, STR("tag: v0.3.0")));
}

TEST(proof_is_the_same_after_json)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c), again = {0};
    struct str error;
    if (!p) return;
    CHECK(plan_from_value(a, plan_to_value(a, p), &again, &error));
    CHECK_STR(proof_text(a, proof_make(a, &again, false)), proof_text(a, proof_make(a, p, false)));
}

/* ---- mutants ---- */

static void check_mutants(struct arena *a, struct plan *p)
{
    const struct mutant_options options = {.stride = 7}; /* the rest says the same; rutter verify --mutants tries all */
    const struct mutants *m = mutants_make(a, p, &options);
    uint32_t made = 0;
    CHECK(m != NULL);
    if (!m) return;
    for (int i = 0; i < MUTANT_OPERATORS; i++) made += m->made[i];
    if (m->survivors_n * 100 > made) test_fail(__FILE__, __LINE__, "%.*s", STR_ARG(mutants_text(a, m)));
    for (int i = 0; i < MUTANT_OPERATORS; i++) CHECK(m->counts[i][MUTANT_CAUGHT] > 0);
    CHECK(m->counts[MUTANT_DOUBLE][MUTANT_HARMLESS] > 0);
}

TEST(proof_catches_mutants_of_demo)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (p) check_mutants(a, p);
}

TEST(proof_catches_mutants_of_released)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    struct plan *p = plan_of(a, &c);
    if (p) check_mutants(a, p);
}

/* After a terraform apply that was killed Terraform finds nothing to change: what it compares is the record, from which Helm has to bring the objects back. */
TEST(proof_terraform_alone_leads_nowhere)
{
    struct plan_case c = demo_case(a);
    c.strategy = STRATEGY_TERRAFORM;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    check_proved(a, p);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->back.n; i++)
        if (!str_is(p->back.v[i]->id, "back-4.2-restore")) p->back.v[n++] = p->back.v[i];
    CHECK_INT(n, p->back.n - 1);
    p->back.n = n;
    const struct proof *r = proof_make(a, p, false);
    CHECK(r->verdict == UNPROVED && r->failures_n > 0 && str_is(str_from(r->failures[0].obligation), "back"));
}
