#include "base/rules.h"
#include "base/test.h"
#include "plan/planner.h"

static struct runbook *read_book(struct arena *a, const char *name)
{
    struct diags *d = diags_new(a, inputs_new(a));
    struct runbook *r = runbook_read(a, str_from(name), rules_get(str_z(a, str_printf(a, "runbooks/%s.yaml", name))), d);
    if (!r) test_fail(__FILE__, __LINE__, "%s: %.*s", name, STR_ARG(d->v[0].message));
    return r;
}

/* Every word that a runbook uses is a maker's, and every phase suits its list. */
TEST(runbooks_can_be_made)
{
    static const char *const names[] = {"sie", "generic"};
    for (size_t i = 0; i < 2; i++) {
        struct runbook *r = read_book(a, names[i]);
        if (!r) continue;
        for (uint32_t k = 0; k < r->forward_n; k++) {
            CHECK(maker_find(r->forward[k].make) != NULL);
            CHECK(r->forward[k].phase < PHASE_ROLLBACK_PREPARE);
        }
        for (uint32_t k = 0; k < r->back_n; k++) {
            CHECK(maker_find(r->back[k].make) != NULL);
            CHECK(r->back[k].phase >= PHASE_ROLLBACK_PREPARE);
        }
    }
}

TEST(runbook_refuses_what_it_does_not_know)
{
    struct diags *d = diags_new(a, inputs_new(a));
    CHECK(!runbook_read(a, STR("x"), STR("upgrade:\n- {make: tools, phase: nowhere}\n"), d));
    CHECK(!runbook_read(a, STR("x"), STR("upgrade:\n- {phase: drain}\n"), d));
    CHECK(!runbook_read(a, STR("x"), STR("a: 1\na: 2\n"), d));
    CHECK_INT(d->errors, 3);
}

TEST(runbook_knows_components)
{
    struct runbook *r = read_book(a, "sie");
    const struct component *router = runbook_component(r, STR("router")), *gateway = runbook_component(r, STR("gateway"));
    CHECK(router && gateway && router->edge && gateway->edge);
    CHECK_INT(router->endpoints_n, gateway->endpoints_n);
    CHECK(!runbook_component(r, STR("")) && !runbook_component(r, STR("nobody")));
}
