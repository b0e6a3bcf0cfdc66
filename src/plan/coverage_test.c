/* The runbook and its errata: what is answered, where. Over the released charts, for they are what the runbook is about. */
#include "plan/plan_test.h"

/* Every section of the runbook. A section counts when one of its steps reads or changes the cluster or the release and its failure stops the plan. */
static const struct { const char *section, *excuse; } sections[] = {
    {"1.1", NULL}, {"1.2", NULL}, {"1.3", NULL}, {"1.4", NULL}, {"1.5", NULL}, {"2.2", NULL}, {"2.4", NULL}, {"3.1", NULL}, {"3.2", NULL}, {"3.3", NULL},
    {"3.4", NULL}, {"3.5", NULL}, {"3.6", NULL}, {"4.1", NULL}, {"4.2", NULL}, {"4.3", NULL}, {"4.4", NULL},
    {"2.1", "building and mirroring images happens outside the cluster: the images are listed behind a gate"},
    {"2.3", "says what to expect: there is nothing to run"},
    {"4.5", "says what no step can do; what of it costs data is gated"},
};

static bool reads_or_changes(const struct step *s)
{
    return !s->optional && (s->argv.n || s->http.service.n) && s->kind != STEP_NOTE && s->kind != STEP_GATE && s->kind != STEP_WRITE;
}

static void check_sections(struct arena *a, const struct plan *p, const char *who)
{
    const struct step_list *lists[] = {&p->forward, &p->back};
    (void)a;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        bool there = false, counts = false;
        for (size_t l = 0; l < 2; l++)
            for (uint32_t k = 0; k < lists[l]->n; k++) {
                const struct step *s = lists[l]->v[k];
                if (!str_is(s->section, sections[i].section)) continue;
                there = true;
                counts |= reads_or_changes(s);
            }
        if (!there) test_fail(__FILE__, __LINE__, "%s: section %s is missing", who, sections[i].section);
        else if (!counts && !sections[i].excuse) test_fail(__FILE__, __LINE__, "%s: section %s has no step that counts", who, sections[i].section);
    }
}

static void check_errata(struct arena *a, const struct plan *p, const char *who)
{
    const struct step_list *lists[] = {&p->forward, &p->back};
    for (int r = 1; r <= 22; r++) {
        struct str number = str_printf(a, "R%d", r);
        bool found = false;
        for (size_t l = 0; l < 2; l++)
            for (uint32_t k = 0; k < lists[l]->n; k++)
                for (uint32_t e = 0; e < lists[l]->v[k]->errata_n; e++) found |= str_eq(lists[l]->v[k]->errata[e], number);
        if (!found) test_fail(__FILE__, __LINE__, "%s: %.*s is not answered", who, STR_ARG(number));
    }
}

/* Each number's answer, by the step that gives it. */
static const struct { const char *number, *step; } answers[] = {
    {"R1", "back-4.2-write-applied-old"}, {"R2", "1.2-record-pools"}, {"R3", "2.1-images"}, {"R4", "1.3-sie-router-readyz"}, {"R5", "1.3-rollout-sie-router"},
    {"R6", "1.3-rollout-sie-router"}, {"R7", "2.2-values"}, {"R8", "2.2-values"}, {"R9", "chart-old"}, {"R11", "2.2-upgrade"}, {"R12", "2.3-expected"},
    {"R13", "1.5-pause-sie-router-scaler"}, {"R14", "2.2-overlay"}, {"R15", "1.4-series-sie_router_requests_total"}, {"R16", "1.2-record-values"},
    {"R17", "1.2-revision"}, {"R18", "3.6-version-sie-worker-a100-40gb"}, {"R19", "3.2-sie-gateway-v1-models"}, {"R20", "1.4-prometheus"},
};

TEST(runbook_coverage_gke)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    check_sections(a, p, "gke");
    check_errata(a, p, "gke");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct step *s = step_of(p, answers[i].step);
        bool found = false;
        for (uint32_t k = 0; s && k < s->errata_n; k++) found |= str_is(s->errata[k], answers[i].number);
        if (!found) test_fail(__FILE__, __LINE__, "%s is not answered by %s", answers[i].number, answers[i].step);
    }
}

/* Without autoscaling, without pools, with a claim: sections may have nothing to do, but they are there, and every erratum is answered. */
TEST(runbook_coverage_others)
{
    static const char *const values[] = {"defaults", "config-store-pvc", "pinned-tags", "oauth2-proxy"};
    for (size_t i = 0; i < 4; i++) {
        struct plan_case c;
        if (!released_case(a, values[i], NULL, &c)) return;
        for (int strategy = STRATEGY_CHART; strategy <= STRATEGY_TERRAFORM; strategy++) {
            c.strategy = (enum strategy)strategy;
            struct plan *p = plan_of(a, &c);
            if (p) check_errata(a, p, values[i]);
        }
    }
}

/* The names that this installation has on each side: sie-router before, sie-gateway after, under fullnameOverride. */
TEST(plan_of_gke_has_its_names)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    CHECK(step_of(p, "1.3-sie-router-readyz") && step_of(p, "3.2-sie-gateway-readyz") && step_of(p, "back-4.4-sie-router-readyz"));
    CHECK(!step_of(p, "1.3-sie-gateway-readyz"));
    CHECK(step_of(p, "needs-sie-admin") && step_of(p, "3.3-encode-sie-worker-l4"));
    const struct step *s = step_of(p, "2.2-overlay");
    CHECK_STR(value_str_at(value_at(s ? s->document : NIL, "gateway", "replicas", NULL), "$capture"), STR("replicas.Deployment/sie-router"));
    /* Eight pods of one pool, one after the other, and five minutes. */
    CHECK_INT(p->timeout, 5700);
    CHECK_INT(p->losses_n, 0);
    s = step_of(p, "back-residue-StatefulSet-sie-worker-l4");
    CHECK(s && s->when_n == 1 && str_is(s->when[0].capture, "server_side"));
}

/* Terraform's provider applies client-side also where Helm 4 had applied server-side before; and Helm's own way back is then against the provider's name. */
TEST(plan_takes_off_what_terraform_leaves)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.strategy = STRATEGY_TERRAFORM;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const struct step *s = step_of(p, "back-residue-StatefulSet-sie-worker-l4");
    CHECK(s && s->when_n == 0);
    s = step_of(p, "back-4.2-restore");
    CHECK(s && s->argv.n > s->argv_helm3.n && s->argv_helm3.n);
    CHECK(s && str_is(s->argv.v[s->argv.n - 1].before, "--force-conflicts=") && str_is(s->argv.v[s->argv.n - 1].text, "server_side"));
}

TEST(plan_keeps_a_claim)
{
    struct plan_case c;
    if (!released_case(a, "config-store-pvc", NULL, &c)) return;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const char *name = "sie-sie-cluster-config-store";
    const struct step *keep = step_of(p, str_z(a, str_printf(a, "keep-%s", name))), *retain = step_of(p, str_z(a, str_printf(a, "retain-%s", name)));
    CHECK(keep && retain);
    if (!keep || !retain) return;
    CHECK_STR(argv_show(a, &keep->argv), str_printf(a, "kubectl --context <param context> -n sie annotate --overwrite persistentvolumeclaim/%s helm.sh/resource-policy=keep", name));
    CHECK_STR(keep->inverse, str_printf(a, "back-release-%s", name));
    CHECK_STR(retain->inverse, str_printf(a, "back-policy-%s", name));
    /* It lies outside the record afterwards, so Helm's rollback would stop at it. */
    CHECK(!step_of(p, "back-4.2-rollback") && step_of(p, "back-4.2-upgrade-back"));
}

/* Nothing scales and nothing is kept: Helm's rollback is the way, unless something of the old version is still there. */
TEST(plan_chooses_the_way_by_the_state)
{
    struct plan_case c;
    if (!released_case(a, "defaults", NULL, &c)) return;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const struct step *one = step_of(p, "back-4.2-rollback"), *other = step_of(p, "back-4.2-upgrade-back");
    CHECK(one && other);
    if (!one || !other) return;
    CHECK(str_has(argv_show(a, &one->argv), STR("rollback sie <capture revision> --wait --timeout")));
    bool yes = false, no = false;
    for (uint32_t i = 0; i < one->when_n; i++) yes |= str_is(one->when[i].capture, "back.way") && !one->when[i].negate;
    for (uint32_t i = 0; i < other->when_n; i++) no |= str_is(other->when[i].capture, "back.way") && other->when[i].negate;
    CHECK(yes && no);
    CHECK(step_of(p, "back-4.1-way")->fresh);
}

TEST(plan_gates_pinned_images)
{
    struct plan_case c;
    if (!released_case(a, "pinned-tags", NULL, &c)) return;
    struct plan *p = plan_of(a, &c);
    const struct step *s = p ? step_of(p, "2.2-pins") : NULL;
    CHECK(s && str_is(s->accept, "values/pinned-image-tag") && s->lines_n > 0);
}
