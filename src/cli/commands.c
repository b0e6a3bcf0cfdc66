#include "cli/cli.h"

/* The one table of options. Those that Helm has are spelled and behave as Helm's. */
enum { IN_PAIR = IN_CONFIGURED, IN_CHART = IN_PAIR | IN_RENDER };

const struct option cli_options[] = {
    {"old", 0, OPTION_TEXT, "CHART", IN_PAIR, "the chart as it is installed: a directory or a .tgz", NULL},
    {"new", 0, OPTION_TEXT, "CHART", IN_PAIR, "the chart to upgrade to", NULL},
    {"repo", 0, OPTION_TEXT, "DIR", IN_PAIR, "a git repository that holds both charts", NULL},
    {"from", 0, OPTION_TEXT, "REF", IN_PAIR, "with --repo: the ref that is installed", NULL},
    {"to", 0, OPTION_TEXT, "REF", IN_PAIR, "with --repo: the ref to upgrade to", NULL},
    {"chart", 0, OPTION_TEXT, "PATH", IN_PAIR, "with --repo: the chart's path in it", NULL},

    {"values", 'f', OPTION_LIST, "FILE", IN_CHART, "values file; may be repeated, later files win; - is standard input", NULL},
    {"set", 0, OPTION_EACH, "KEY=VALUE", IN_CHART, "set values on the command line", NULL},
    {"set-string", 0, OPTION_EACH, "KEY=VALUE", IN_CHART, "set values that stay text", NULL},
    {"set-json", 0, OPTION_EACH, "KEY=JSON", IN_CHART, "set values from JSON", NULL},
    {"set-file", 0, OPTION_EACH, "KEY=PATH", IN_CHART, "set values from files", NULL},
    {"set-literal", 0, OPTION_EACH, "KEY=TEXT", IN_CHART, "set a value to the text as it stands", NULL},
    {"new-values", 0, OPTION_EACH, "FILE", IN_PAIR, "values file of the new side, where it differs; may be repeated", NULL},
    {"release", 0, OPTION_TEXT, "NAME", IN_PAIR, "the release's name", NULL},
    {"namespace", 'n', OPTION_TEXT, "NS", IN_CHART, "the release's namespace", NULL},
    {"kube-context", 0, OPTION_TEXT, "CTX", IN_PAIR, "the context that the scripts insist on", NULL},
    {"kube-version", 0, OPTION_TEXT, "VERSION", IN_CHART, "Kubernetes version of .Capabilities (default: Helm's)", NULL},
    {"api-versions", 'a', OPTION_LIST, "GROUP/VERSION", IN_CHART, "API versions beside Helm's default ones", NULL},
    {"helm-version", 0, OPTION_TEXT, "3|4", IN_CHART, "which Helm to be (default 4)", "3|4"},

    {"changelog", 0, OPTION_TEXT, "FILE", IN_PAIR, "the changelog (default: the repository's)", NULL},
    {"models-old", 0, OPTION_TEXT, "DIR", IN_PAIR, "model configs of the old side", NULL},
    {"models-new", 0, OPTION_TEXT, "DIR", IN_PAIR, "model configs of the new side", NULL},
    {"bundles-old", 0, OPTION_TEXT, "DIR", IN_PAIR, "bundle configs of the old side", NULL},
    {"bundles-new", 0, OPTION_TEXT, "DIR", IN_PAIR, "bundle configs of the new side", NULL},
    {"models-in-use", 0, OPTION_TEXT, "FILE", IN_PAIR, "ids of the models that clients use, one a line", NULL},
    {"strategy", 0, OPTION_TEXT, "KIND", IN_PAIR, "how the chart is delivered (default chart)", "chart|oci|terraform"},
    {"chart-ref", 0, OPTION_TEXT, "REF", IN_PAIR, "where the scripts find the chart: a path or oci://...", NULL},
    {"terraform-dir", 0, OPTION_TEXT, "DIR", IN_PAIR, "with --strategy terraform: the root module", NULL},
    {"registry", 0, OPTION_TEXT, "PREFIX", IN_PAIR, "the registry that images are pulled from", NULL},
    {"keda-version", 0, OPTION_TEXT, "VERSION", IN_PAIR, "KEDA's version in the cluster", NULL},
    {"timeout", 0, OPTION_TEXT, "DURATION", IN_PAIR, "helm's --timeout (default: the profile's)", NULL},
    {"profile", 0, OPTION_TEXT, "NAME", IN_PAIR, "what is known of this kind of installation: sie, generic (default: by the chart's name)", NULL},
    {"rules", 0, OPTION_TEXT, "DIR", IN_PAIR | IN_RULES | IN_EXPLAIN, "rules, advisories, tables, profiles, runbooks and template queries over the built-in ones", NULL},
    {"template-rules", 0, OPTION_FLAG, NULL, IN_LINT, "run the built-in rules over template syntax too (those of --rules DIR always are)", NULL},
    {"no-advisories", 0, OPTION_FLAG, NULL, IN_PAIR, "only what the inputs show, without what is known of releases (rules/advisories)", NULL},
    {"as-of", 0, OPTION_TEXT, "DATE", IN_PAIR, "what counts as today, YYYY-MM-DD", NULL},
    {"config", 0, OPTION_TEXT, "FILE", IN_PAIR, "site configuration (default: .rutter.yaml where there is one)", NULL},
    {"env", 0, OPTION_TEXT, "NAME", IN_PAIR, "environment of the site configuration", NULL},
    {"baseline", 0, OPTION_TEXT, "FILE", IN_LINT, "findings that are known already: only others are shown", NULL},
    {"update-baseline", 0, OPTION_FLAG, NULL, IN_LINT, "write the findings of this run into the file that --baseline names", NULL},
    {"fail-on", 0, OPTION_TEXT, "SEVERITY", IN_PLAN | IN_LINT, "exit with status 1 at findings of this severity or above (default error)", "error|warning|none"},
    {"format", 0, OPTION_TEXT, "FORMAT", IN_PAIR | IN_HELP | IN_RULES, "what is printed; plan: shell, rollback, json, markdown, html, argo, tekton, github-actions, ansible; lint: text, short, json, sarif, github, markdown; diff: text, json; rules: text, json, docs", NULL},
    {"output-file", 0, OPTION_EACH, "FORMAT=FILE", IN_LINT, "write this format there as well; may be repeated", NULL},
    {"output", 'o', OPTION_TEXT, "DIR", IN_PLAN | IN_MIGRATE | IN_RULES | IN_VERIFY, "write plan, scripts, findings and values files there; migrate-values: the rewritten files; rules: the pages; verify --mutants: the harmless ones", NULL},
    {"diff", 0, OPTION_FLAG, NULL, IN_MIGRATE, "print what changes as a unified diff", NULL},
    {"work-dir", 0, OPTION_TEXT, "DIR", IN_PLAN, "where the scripts record (default: below XDG_STATE_HOME)", NULL},
    {"runbook-as-written", 0, OPTION_FLAG, NULL, IN_PLAN, "the runbook's own steps and nothing that makes up for what they lack; the proof shows where they fail", NULL},
    {"states", 0, OPTION_FLAG, NULL, IN_VERIFY, "print as JSON in which states each object may be after each step, instead of the verdict", NULL},
    {"foretell", 0, OPTION_FLAG, NULL, IN_VERIFY, "print as JSON how the plan ends when every step does what it can, and what is wrong there, instead of the verdict", NULL},
    {"mutants", 0, OPTION_FLAG, NULL, IN_VERIFY, "change single steps and count how many of these changes the proof catches or shows to be harmless", NULL},
    {"force", 0, OPTION_FLAG, NULL, IN_PLAN, "write scripts that run although the plan is not proved", NULL},
    {"all", 0, OPTION_FLAG, NULL, IN_DIFF, "show version labels and checksums too", NULL},
    {"exit-code", 0, OPTION_FLAG, NULL, IN_DIFF, "exit with status 1 when something differs", NULL},
    {"verbose", 'v', OPTION_FLAG, NULL, IN_PAIR, "say on standard error what was done and how often", NULL},

    {"is-upgrade", 0, OPTION_FLAG, NULL, IN_RENDER, "set .Release.IsUpgrade instead of .Release.IsInstall", NULL},
    {"include-crds", 0, OPTION_FLAG, NULL, IN_RENDER, "print the CRDs of crds/ too", NULL},
    {"skip-crds", 0, OPTION_FLAG, NULL, IN_RENDER, "accepted as helm does; crds/ is printed only with --include-crds", NULL},
    {"no-hooks", 0, OPTION_FLAG, NULL, IN_RENDER, "leave hooks out", NULL},
    {"skip-tests", 0, OPTION_FLAG, NULL, IN_RENDER, "leave test hooks out", NULL},
    {"show-only", 's', OPTION_EACH, "TEMPLATE", IN_RENDER, "print only what this template rendered", NULL},
    {"name-template", 0, OPTION_TEXT, "TEMPLATE", IN_RENDER, "template for the release's name; then CHART alone is given", NULL},
    {"generate-name", 'g', OPTION_FLAG, NULL, IN_RENDER, "make up the release's name; then CHART alone is given", NULL},
    {"release-name", 0, OPTION_FLAG, NULL, IN_RENDER, "put the release's name into the path under --output-dir", NULL},
    {"output-dir", 0, OPTION_TEXT, "DIR", IN_RENDER, "write files there instead of printing", NULL},
    {"skip-schema-validation", 0, OPTION_FLAG, NULL, IN_RENDER, "do not check values.schema.json", NULL},
    {"skip-missing-dependencies", 0, OPTION_FLAG, NULL, IN_RENDER, "render although subcharts are missing from charts/", NULL},
    {"debug", 0, OPTION_FLAG, NULL, IN_RENDER, "accepted as helm does", NULL},
    {0},
};

const struct command cli_commands[] = {
    {"plan", NULL, "INPUTS --release NAME [OPTIONS]", "write the upgrade, its rollback and what to know of them",
     "Compares the two charts under the user's values and writes the upgrade as a script with the script that undoes it. With -o DIR it writes plan.sh, rollback.sh, "
     "plan.json, findings.json, the report (report.md, report.html) and the two values files; without, a summary, or what --format names.",
     IN_PLAN, cli_plan},
    {"lint", NULL, "INPUTS [OPTIONS]", "find what an upgrade will break",
     "Compares the two charts under the user's values and says what the upgrade will break, with the place, the reason and the fix. With --new alone it checks one chart.",
     IN_LINT, cli_lint},
    {"verify", NULL, "PLAN.json [INPUTS]", "prove that a plan reaches its goal and that its rollback leads back",
     "Needs the plan alone: it reads the commands of its steps, tries all that they can do and every place to stop, and prints the verdict, what it rests on, and the first run that "
     "breaks it. With INPUTS it renders both sides again and compares. Exit status 0 proved, 1 unproved, 2 unreadable, another id or other inputs.",
     IN_VERIFY, cli_verify},
    {"diff", NULL, "INPUTS [OPTIONS]", "show what changed between two releases",
     "Default values, objects, models, bundles and changelog, in that order. Version labels and checksums are left out, embedded ScaledObjects are parsed, Secret data is never shown. Exit status 0 whatever differs, 1 with --exit-code.",
     IN_DIFF, cli_diff},
    {"migrate-values", NULL, "INPUTS [--diff] [-o DIR]", "rewrite your values files for the new chart",
     "Moves renamed keys to their new places and comments out those that do nothing any more, with the reason; comments, order, quotes and indentation stay as they are. One file is "
     "printed; several are rewritten each by itself into -o DIR. What was given by --set and its kin is told in its new spelling.",
     IN_MIGRATE, cli_migrate},
    {"render", "template", "[RELEASE] CHART [OPTIONS]", "render a chart, byte for byte as helm template does",
     "Prints what `helm template` prints for the same chart, values and flags, and fails where Helm fails, with exit status 1.", IN_RENDER,
     cli_render},
    {"explain", NULL, "RULE...", "say what a rule means, why it matters and how to fix it",
     "Shows the text of a rule: what it means, why it matters in operation, how to fix it, an example, and where it comes from.", IN_EXPLAIN, cli_explain},
    {"rules", NULL, "[--format text|json|docs]", "list the rules",
     "Lists every rule with its severity without context. --format json has their whole texts; --format docs writes a page for each into -o DIR.", IN_RULES, cli_rules},
    {"version", NULL, "", "print the version", "Prints the program's name and version.", IN_VERSION, cli_version},
    {"help", NULL, "[COMMAND]", "list the commands, or a command's options",
     "Without a command it lists the commands. --format man, bash, zsh or fish prints the manual page or the completions.", IN_HELP, cli_help},
    {0},
};

const struct command *cli_command(struct str name)
{
    for (const struct command *c = cli_commands; c->name; c++)
        if (str_is(name, c->name) || (c->alias && str_is(name, c->alias))) return c;
    return NULL;
}
