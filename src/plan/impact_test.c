#include "plan/plan_test.h"

static const struct plan_rollout *rollout(const struct plan *p, const char *id)
{
    for (uint32_t i = 0; i < p->rollouts_n; i++)
        if (str_is(p->rollouts[i].object, id)) return &p->rollouts[i];
    return NULL;
}

/* The example: a Deployment and its Service get another name, a StatefulSet rolls. */
TEST(impact_of_the_example)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    CHECK_INT(p->rollouts_n, 2);
    const struct plan_rollout *gateway = rollout(p, "Deployment/searchd-gateway"), *worker = rollout(p, "StatefulSet/searchd-worker-l4");
    CHECK(gateway && worker);
    if (!gateway || !worker) return;
    CHECK_STR(gateway->change, STR("starts"));
    CHECK_STR(gateway->replaces, STR("Deployment/searchd-router"));
    CHECK_INT(gateway->before, 3);
    CHECK_INT(gateway->down, gateway->startup);
    CHECK_STR(worker->change, STR("rolls"));
    CHECK_INT(worker->available, 1);
    CHECK_INT(worker->down, 0);
    CHECK_INT(worker->seconds, 2 * (worker->startup + worker->grace));
    CHECK_INT(worker->seconds_most, worker->most * (worker->startup + worker->grace));
    CHECK_INT(p->services_n, 1);
    CHECK_STR(p->services[0].change, STR("renamed"));
    CHECK_STR(p->services[0].becomes, STR("Service/searchd-gateway"));
    CHECK_INT(p->services[0].down, gateway->down);
    CHECK_INT(p->services[0].workloads_n, 1);
    CHECK(str_starts(p->services[0].notice, STR("The name searchd-router.sie.svc stops resolving")));
}

/* Nothing changes: nobody notices anything. */
TEST(impact_of_nothing)
{
    struct plan_case c = demo_case(a);
    c.new = c.old;
    c.force = true;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    CHECK_INT(p->unchanged.n, 0);
    for (uint32_t i = 0; i < p->rollouts_n; i++) CHECK_STR(p->rollouts[i].change, STR("stays"));
    CHECK_INT(p->services_n, 1);
    CHECK_INT(p->services[0].down, 0);
    CHECK_STR(p->services[0].notice, STR("Nothing: the pods behind it are not touched."));
}

TEST(impact_of_the_released_charts)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", NULL, &c)) return;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    const struct plan_rollout *prepull = rollout(p, "DaemonSet/sie-image-prepull-l4");
    CHECK(prepull && prepull->per_node && prepull->before == -1 && prepull->available == -1);
    CHECK_INT(p->services[0].hosts_n, 1);
    CHECK_STR(p->services[0].hosts[0], STR("sie.example.com"));
}
