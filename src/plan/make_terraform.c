/* Option C: Terraform's provider upgrades the release. Its way back is an apply of the old inputs. */
#include "plan/planner.h"

/* ROLE=NAME of --terraform-var, else the runbook's name for the role. */
static struct str variable_name(struct planner *p, struct str role, struct str otherwise)
{
    for (uint32_t i = 0; i < p->f->o->terraform_vars_n; i++) {
        struct str head, tail;
        if (str_cut(p->f->o->terraform_vars[i], STR("="), &head, &tail) && str_eq(head, role)) return tail;
    }
    return otherwise;
}

static struct str role_value(const struct planner *p, struct str role)
{
    bool back = p->back;
    if (str_is(role, "chart-version")) return back ? p->plan->version_old : p->plan->version_new;
    return back ? p->plan->app_old : p->plan->app_new;
}

static void set_variables(struct planner *p, struct step *s)
{
    struct value list = value_at(p->entry->v, "variables", NULL);
    for (uint32_t i = 0; list.kind == V_LIST && i < list_len(list); i++) {
        struct str role = value_str_at(list.u.list->v[i], "role");
        struct str name = variable_name(p, role, value_str_at(list.u.list->v[i], "name"));
        *PUSH(p->a, s->env, s->env_n, s->env_cap) =
            (struct env_setting){str_printf(p->a, "TF_VAR_%.*s", STR_ARG(name)), {ARG_TEXT, role_value(p, role), STR("")}};
    }
}

static void terraform_words(struct planner *p, struct step *s, const char *verb)
{
    argv_text(p->a, &s->argv, "terraform", NULL);
    argv_add_after(p->a, &s->argv, STR("-chdir="), ARG_PARAM, STR("terraform-dir"));
    argv_text(p->a, &s->argv, verb, "-input=false", NULL);
    set_variables(p, s);
}

void make_terraform(struct planner *p)
{
    if (p->f->o->strategy != STRATEGY_TERRAFORM) return;
    struct arena *a = p->a;
    struct str file = p->back ? STR("terraform-back.plan") : STR("terraform.plan");
    struct str version = p->back ? p->plan->version_old : p->plan->version_new;
    struct step *s = make_step(p, STEP_RUN, STR("terraform-plan"), str_printf(a, "Let Terraform say what it would change for %.*s", STR_ARG(version)));
    terraform_words(p, s, "plan");
    argv_text(a, &s->argv, "-detailed-exitcode", NULL);
    argv_add_after(a, &s->argv, STR("-out="), ARG_WORK, file);
    step_expect(a, s, EXPECT_EXIT, STR(""), STR(""))->number = 2;
    s->expect[0].explain = STR("0 is: nothing to change. Does the configuration use the variable, and is it at the other version?");
    if (p->back) s->expect[0].explain = STR("Where it says that the state is locked by the apply that was killed: make sure that nothing is at work any more, then terraform force-unlock LOCK-ID.");
    /* Where the upgrade stopped before its apply nothing has to go back: the apply then changes nothing, and the checks after it tell. */
    if (p->back) step_expect(a, s, EXPECT_EXIT, STR(""), STR(""));
    s->reads = true;
    s->timeout = 600;
    s->timeout_why = STR("providers refresh what they manage");
    s = make_gate(p, STR("terraform-gate"), STR("The plan above changes this release alone"), STR(""));
    step_line(a, s, str_printf(a, "the release's timeout in the configuration is at least %lld s: %.*s", (long long)(p->back ? p->timing.back : p->timing.upgrade), STR_ARG(p->plan->timeout_why)));
    s = make_step(p, STEP_RUN, STR("terraform-apply"), str_printf(a, "Apply it: %.*s", STR_ARG(version)));
    terraform_words(p, s, "apply");
    argv_add(a, &s->argv, ARG_WORK, file);
    s->timeout = (p->back ? p->timing.back : p->timing.upgrade) + p->timing.hooks + 300;
    s->timeout_why = STR("the provider waits as Helm does");
    step_effect(a, s, EFFECT_TERRAFORM, STR(""), p->back ? STR("old") : STR("new"));
    if (p->back) {
        s->inverse_why = STR("a step of the rollback");
    } else {
        /* A second attempt would be another revision, and its hooks' objects would have names that no step knows. */
        make_unchanged(p, s, "Somebody changed the release since it was recorded. Run the rollback, then start over.");
        p->terraform_id = s->id;
        if (p->one_way) p->plan->point_of_no_return = s->id;
    }
    assume(p, p->back ? "terraform-back" : "terraform", STR("terraform apply is one helm upgrade by its provider, with the chart and values of its configuration."), STR(""));
}
