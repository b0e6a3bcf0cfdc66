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
