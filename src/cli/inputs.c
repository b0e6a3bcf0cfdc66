/* INPUTS: what plan, lint and diff read, from the command line to struct options. */
#include "cli/cli.h"

#include "funcs/objects.h"
#include "text/units.h"

struct user_values cli_user_values(struct cli *c, struct str role)
{
    static const struct {
        const char *option;
        enum set_kind kind;
    } sets[] = {{"set", SET_TYPED}, {"set-string", SET_STRING}, {"set-json", SET_JSON}, {"set-file", SET_FILE}, {"set-literal", SET_LITERAL}};
    struct user_values u = {.role = role};
    uint32_t cap = 0;
    u.files = cli_all(c, "values", &u.files_n);
    for (uint32_t i = 0; i < c->set_n; i++)
        for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
            if (strcmp(c->set[i].option->name, sets[k].option) == 0)
                *PUSH(c->a, u.flags, u.flags_n, cap) = (struct user_flag){sets[k].kind, c->set[i].value};
    return u;
}

static bool wrong(struct cli *c, const char *what, const char *hint)
{
    diag_error(c->diags, NOWHERE, "%s", what);
    diag_hint(c->diags, "%s", hint);
    return false;
}

/* Which two charts, or with lint which one. */
static bool read_charts(struct cli *c, struct options *o)
{
    o->old_path = cli_get(c, "old");
    o->new_path = cli_get(c, "new");
    o->repo = cli_get(c, "repo");
    o->from = cli_get(c, "from");
    o->to = cli_get(c, "to");
    o->chart_path = cli_get(c, "chart");
    bool by_ref = o->repo.n || o->from.n || o->to.n || o->chart_path.n;
    if (by_ref && (o->old_path.n || o->new_path.n)) return wrong(c, "--old and --new cannot be mixed with --repo", "give --old CHART --new CHART, or --repo DIR --from REF --to REF --chart PATH");
    if (by_ref) {
        if (!o->repo.n) o->repo = STR(".");
        if (o->to.n && o->chart_path.n && (o->from.n || c->command->in == IN_LINT)) return true;
        return wrong(c, "with --repo all of --from, --to and --chart are needed", "for example --repo . --from v1.0.0 --to v1.1.0 --chart deploy/helm/mychart");
    }
    if (!o->new_path.n) return wrong(c, "no chart is given", "give --old CHART --new CHART, or --repo DIR --from REF --to REF --chart PATH");
    if (!o->old_path.n && c->command->in != IN_LINT) return wrong(c, "--old is missing", "the chart that is installed now is where the plan starts");
    return true;
}

static bool read_kube(struct cli *c, struct options *o)
{
    struct kube_version parsed;
    struct str error;
    uint32_t n;
    struct str *apis = cli_all(c, "api-versions", &n);
    o->helm_major = str_is(cli_get(c, "helm-version"), "3") ? 3 : 4;
    o->kube_version = cli_get(c, "kube-version");
    if (o->kube_version.n && !kube_version_parse(c->a, o->kube_version, &parsed, &error))
        return diag_error(c->diags, NOWHERE, "invalid kube version '%.*s': %.*s", STR_ARG(o->kube_version), STR_ARG(error));
    if (n) o->api_versions = object_api_versions(c->a, o->helm_major);
    for (uint32_t i = 0; i < n; i++) list_add(o->api_versions, v_str(apis[i]));
    return true;
}

static bool read_numbers(struct cli *c, struct options *o)
{
    struct str timeout = cli_get(c, "timeout"), as_of = cli_get(c, "as-of"), fail_on = cli_get(c, "fail-on"), error;
    int64_t ns;
    o->as_of = -1;
    if (timeout.n) {
        if (!duration_parse(c->a, timeout, &ns, &error) || ns <= 0)
            return diag_error(c->diags, NOWHERE, "--timeout cannot be \"%.*s\": a duration like 10m or 1h30m is needed", STR_ARG(timeout));
        o->timeout = (ns + 999999999) / 1000000000;
    }
    if (as_of.n && !date_parse(as_of, &o->as_of)) return diag_error(c->diags, NOWHERE, "--as-of cannot be \"%.*s\": a date like 2026-01-31 is needed", STR_ARG(as_of));
    o->fail_on = str_is(fail_on, "warning") ? SEVERITY_WARNING : SEVERITY_ERROR;
    o->fail_on_none = str_is(fail_on, "none");
    return true;
}

bool cli_options_read(struct cli *c, struct options *o)
{
    *o = (struct options){0};
    if (c->word_n) {
        diag_error(c->diags, NOWHERE, "\"%.*s\" belongs to no option", STR_ARG(c->word[0]));
        diag_hint(c->diags, "rutter help %s lists the options", c->command->name);
        return false;
    }
    struct rulebook *rules = NEW(c->a, struct rulebook);
    if (!rulebook_open(c->a, cli_get(c, "rules"), c->diags, rules)) return false;
    o->rules = rules;
    if (c->config && !config_check_rules(c->a, c->config, rules, c->diags)) return false;
    if (!read_charts(c, o) || !read_kube(c, o) || !read_numbers(c, o)) return false;
    o->values = cli_user_values(c, STR("values"));
    o->values.helm_major = o->helm_major;
    o->new_values.role = STR("new-values");
    o->new_values.helm_major = o->helm_major;
    o->new_values.files = cli_all(c, "new-values", &o->new_values.files_n);
    o->release = cli_get(c, "release");
    o->ns = cli_get(c, "namespace");
    o->context = cli_get(c, "kube-context");
    o->changelog = cli_get(c, "changelog");
    o->models_old = cli_get(c, "models-old");
    o->models_new = cli_get(c, "models-new");
    o->bundles_old = cli_get(c, "bundles-old");
    o->bundles_new = cli_get(c, "bundles-new");
    o->models_in_use = cli_get(c, "models-in-use");
    o->chart_ref = cli_get(c, "chart-ref");
    o->terraform_dir = cli_get(c, "terraform-dir");
    o->work_dir = cli_get(c, "work-dir");
    o->registry = cli_get(c, "registry");
    o->keda_version = cli_get(c, "keda-version");
    o->profile = cli_get(c, "profile");
    o->config = cli_get(c, "config");
    o->env_name = cli_get(c, "env");
    o->baseline = cli_get(c, "baseline");
    o->no_advisories = cli_has(c, "no-advisories");
    o->template_rules = cli_has(c, "template-rules");
    o->force = cli_has(c, "force");
    o->as_written = cli_has(c, "runbook-as-written");
    o->verbose = cli_has(c, "verbose");
    struct str strategy = cli_get(c, "strategy");
    o->strategy = str_is(strategy, "oci") ? STRATEGY_OCI : str_is(strategy, "terraform") ? STRATEGY_TERRAFORM : STRATEGY_CHART;
    return true;
}
