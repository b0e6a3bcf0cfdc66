#include "checks/view.h"

#include "base/parallel.h"

/* The families, in the order in which a reader wants to hear of them. */
static const struct check_entry *const families[] = {
    checks_render, checks_syntax, checks_values, checks_values_shape, checks_values_defaults, checks_values_images, checks_values_lists, checks_objects, checks_immutable, checks_fields,
    checks_storage, checks_services, checks_ports, checks_secrets, checks_config, checks_access, checks_network, checks_api, checks_hooks, checks_keda, checks_monitoring, checks_pdb, checks_rollout, checks_models, checks_chart, checks_advisories, checks_queries,
    checks_changelog,
};

/* These ask what the charts could read under any values, which takes as long as most others together: they run beside them. */
static const struct check_entry *const beside = checks_values_unknown;

static void lower_what_is_no_news(struct facts *f)
{
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (f->findings.v[i].about == ABOUT_STATE || f->findings.v[i].same_cause) f->findings.v[i].severity = SEVERITY_INFO;
}

/* What has no place of its own is told where a reader would look: a value where the chart has it, the rest at the chart. */
static void give_places(struct facts *f)
{
    for (uint32_t i = 0; i < f->findings.n; i++) {
        struct finding *x = &f->findings.v[i];
        if (x->at.input) continue;
        x->at = view_default_place(f, x->subject_kind == SUBJECT_VALUE ? x->subject : (struct str){0});
    }
}

static void run_family(struct facts *f, const struct check_entry *c)
{
    for (; c->run; c++) {
        if (f->single && !c->single) continue;
        if (c->needs_new && !f->judged->rendered) continue;
        c->run(f);
    }
}

static void run_beside(void *context, struct arena *mine)
{
    struct facts *own = context;
    own->a = own->findings.a = mine;
    own->parses = parse_cache_fork(mine, own->parses);
    run_family(own, beside);
}

void checks_run(struct facts *f, bool for_plan)
{
    struct facts *own = NEW(f->a, struct facts); /* with findings, origins and parses that nobody else adds to meanwhile */
    *own = *f;
    own->findings = (struct findings){0};
    own->origins = origins_fork(f->a, f->origins);
    f->parses = parse_cache_fork(f->a, f->parses);
    struct aside *other = aside_start(f->a, run_beside, own);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) run_family(f, families[i]);
    aside_wait(other);
    for (size_t i = 0; i < own->findings.n; i++) *PUSH(f->a, f->findings.v, f->findings.n, f->findings.cap) = own->findings.v[i];
    if (!f->single && !for_plan) lower_what_is_no_news(f);
    give_places(f);
    findings_sort(&f->findings);
}
