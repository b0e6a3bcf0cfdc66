/* Models, subcharts, advisories, changelog. */
#include "checks/checks_test.h"

#define MODEL(id, more) "### models/" id ".yaml\nsie_id: " id "\nhf_id: org/" id "\ntasks: {encode: {dense: {dim: 8}}}\n" more
#define PROFILE(more) "profiles: {default: {adapter_path: \"mod.a:A\"" more "}}\n"
#define BUNDLE(name, adapters) "### bundles/" name ".yaml\nname: " name "\nadapters: [" adapters "]\n"
#define POOL(bundle, env) "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w}\nspec: {selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x, sie.superlinked.com/bundle: " bundle "}}, spec: {containers: [{name: c, image: i, env: [" env "]}]}}}\n"

static struct facts *models(struct arena *a, const char *old, const char *new, const char *old_pool, const char *new_pool)
{
    struct checks_pair p = {.profile = "sie", .models_old = old, .models_new = new, .old = old_pool, .new = new_pool};
    return checks_test_run(a, &p);
}


#define CATALOGUE MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.a")

TEST(checks_models_that_go_or_change)
{
    const char *pool = POOL("default", "");
    FIRES(models(a, CATALOGUE, MODEL("zzz", "max_sequence_length: 5\nprofiles: {}\n") BUNDLE("default", "mod.a"), pool, pool), "model/removed", "m", "warning");
    FIRES(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\nprofiles: {default: {adapter_path: \"mod.b:B\"}}\n") BUNDLE("default", "mod.a, mod.b"), pool, pool), "model/adapter-changed", "m", "warning");
    struct facts *f = models(a, CATALOGUE, CATALOGUE, pool, pool);
    SILENT(f, "model/removed");
    SILENT(f, "model/adapter-changed");
    SILENT(f, "model/vectors-changed");
    SILENT(f, "model/unbundled");
    SILENT(f, "bundle/changed");
}

TEST(checks_a_dimension_matters_more_for_models_in_use)
{
    const char *new = "### models/m.yaml\nsie_id: m\nhf_id: org/m\ntasks: {encode: {dense: {dim: 16}}}\nmax_sequence_length: 100\n" PROFILE("") BUNDLE("default", "mod.a");
    FIRES(models(a, CATALOGUE, new, POOL("default", ""), POOL("default", "")), "model/dim-changed", "m", "warning");
    FIRES(models(a, CATALOGUE, new, POOL("default", "{name: SIE_PRELOAD_MODELS, value: \"m\"}"), POOL("default", "")), "model/dim-changed", "m", "error");
}

TEST(checks_a_model_in_use_that_no_catalogue_has_stands_in_the_list)
{
    struct checks_pair p = {.old = POOL("default", ""), .new = POOL("default", ""), .profile = "sie", .models_old = CATALOGUE, .models_new = CATALOGUE, .models_in_use = "# ours\nm\nlost\n"};
    struct facts *f = checks_test_run(a, &p);
    const struct finding *x = checks_test_find(f, "model/removed", "lost");
    CHECK(x && x->at.input && x->at.line == 3);
    CHECK(x && str_has(x->message, STR("neither catalogue has it")));
    CHECK(!checks_test_find(f, "model/removed", "m"));
}

TEST(checks_a_bundle_tells_what_changes_in_it)
{
    const char *pool = POOL("default", "");
    struct facts *f = models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.b"), pool, pool);
    const struct finding *x = checks_test_find(f, "bundle/changed", "default");
    CHECK(x && x->severity == SEVERITY_WARNING && str_has(x->message, STR("the adapter mod.a is gone, and 1 more")));
    CHECK(x && x->evidence_n == 1 && x->at.line == 2); /* where its adapters are */
    f = models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.a, mod.b"), pool, pool);
    x = checks_test_find(f, "bundle/changed", "default");
    CHECK(x && x->severity == SEVERITY_INFO && str_has(x->message, STR("changes: the adapter mod.b is new")) && !x->evidence_n);
}

TEST(checks_vectors_limits_options_and_profiles)
{
    const char *pool = POOL("default", "");
    FIRES(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 50\n" PROFILE("")) BUNDLE("default", "mod.a"), pool, pool), "model/vectors-changed", "m", "warning");
    FIRES(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 200\n" PROFILE("")) BUNDLE("default", "mod.a"), pool, pool), "model/limits-changed", "m", "info");
    const char *old = MODEL("m", "profiles: {default: {adapter_path: \"mod.a:A\", adapter_options: {runtime: {threshold: 0.5}}}, more: {adapter_path: \"mod.a:A\"}}\n") BUNDLE("default", "mod.a");
    const char *new = MODEL("m", "profiles: {default: {adapter_path: \"mod.a:A\", adapter_options: {runtime: {threshold: 0.1}}}}\n") BUNDLE("default", "mod.a");
    struct facts *f = models(a, old, new, pool, pool);
    FIRES(f, "model/options-changed", "m", "warning");
    CHECK_INT(checks_test_find(f, "model/options-changed", "m")->at.line, 4); /* the profiles, not the file */
    FIRES(f, "model/profile-removed", "m", "warning");
    CHECK_STR(checks_test_find(f, "model/profile-removed", "m")->message, STR("its profile more is gone: requests that name it fail"));
    f = models(a, new, old, pool, pool);
    SILENT(f, "model/profile-removed");
}

TEST(checks_models_that_nobody_serves)
{
    const char *pool = POOL("default", "");
    FIRES(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.x"), pool, pool), "model/unbundled", "m", "error");
    FIRES(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.x") BUNDLE("second", "mod.a"), pool, pool), "model/unserved", "m", "warning");
    const struct finding *x = checks_test_find(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.x") BUNDLE("second", "mod.a"), pool, pool), "model/unserved", "m");
    CHECK(x && str_has(x->fix, STR("the bundle second")));
    SILENT(models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\n" PROFILE("")) BUNDLE("default", "mod.x") BUNDLE("second", "mod.a"), pool, POOL("second", "")), "model/unserved");
}

TEST(checks_an_adapter_that_only_moved)
{
    const char *pool = POOL("default", "");
    struct facts *f = models(a, CATALOGUE, MODEL("m", "max_sequence_length: 100\nprofiles: {default: {adapter_path: \"mod.sub:A\"}}\n") BUNDLE("default", "mod.sub"), pool, pool);
    FIRES(f, "model/adapter-changed", "m", "info");
    CHECK(str_has(checks_test_find(f, "model/adapter-changed", "m")->message, STR("same class")));
}

TEST(checks_a_preloaded_model_is_shown_where_the_user_wrote_it)
{
    struct checks_pair p = {.profile = "sie", .models_old = CATALOGUE, .models_new = CATALOGUE, .values = "a: b\nmore:\n  load: [m, unknown]\n",
                            .old = "### values.yaml\nmore: {load: []}\n### templates/all.yaml\n" POOL("default", ""),
                            .new = "### values.yaml\nmore: {load: []}\n### templates/all.yaml\n" POOL("default", "{name: SIE_PRELOAD_MODELS, value: {{ join \",\" .Values.more.load | quote }}}")};
    const struct finding *x = checks_test_find(checks_test_run(a, &p), "model/preload-missing", "unknown");
    CHECK(x && x->at.line == 3);
}

TEST(checks_models_that_pools_load)
{
    const char *loads = POOL("default", "{name: SIE_PRELOAD_MODELS, value: \"m,unknown\"}");
    struct facts *f = models(a, CATALOGUE, CATALOGUE, POOL("default", ""), loads);
    FIRES(f, "model/preload-missing", "unknown", "error");
    CHECK(!checks_test_find(f, "model/preload-missing", "m"));
    SILENT(models(a, CATALOGUE, CATALOGUE, loads, loads), "model/preload-missing");
}

TEST(checks_bundles_that_change)
{
    const char *pool = POOL("default", "");
    FIRES(models(a, BUNDLE("default", "mod.a"), "### bundles/default.yaml\nname: default\nadapters: [mod.a, mod.b]\n", pool, pool), "bundle/changed", "default", "info");
    FIRES(models(a, BUNDLE("default", "mod.a, mod.b"), BUNDLE("default", "mod.a"), pool, pool), "bundle/changed", "default", "warning");
    FIRES(models(a, BUNDLE("default", "mod.a") BUNDLE("more", "mod.b"), BUNDLE("default", "mod.a"), pool, pool), "bundle/removed", "more", "warning");
}

/* ---- subcharts ---- */

#define CHART(version, dependencies, values) "### Chart.yaml\napiVersion: v2\nname: c\nversion: " version "\ndependencies: [" dependencies "]\n### values.yaml\n" values
#define DEP "{name: sub, version: 1.0.0, repository: \"https://example.com\", condition: sub.enabled}"

TEST(checks_subcharts_that_go_on_and_off_though_absent)
{
    struct checks_pair p = {.old = CHART("1.0.0", DEP, "sub: {enabled: true}\n"), .new = CHART("2.0.0", DEP, "sub: {enabled: false}\n")};
    FIRES(checks_test_run(a, &p), "chart/subchart-disabled", "sub", "error");
    const char *off = p.new;
    p.new = CHART("2.0.0", DEP, "sub: {enabled: true}\n");
    p.old = off;
    FIRES(checks_test_run(a, &p), "chart/subchart-enabled", "sub", "warning");
    p.old = CHART("1.0.0", DEP, "sub: {enabled: true}\n");
    struct facts *f = checks_test_run(a, &p);
    SILENT(f, "chart/subchart-enabled");
    SILENT(f, "chart/subchart-disabled");
    FIRES(f, "chart/dependency-missing", "sub", "info"); /* so before */
    p.values = "sub: {enabled: true}\n";
    p.new = CHART("2.0.0", DEP, "sub: {enabled: false}\n");
    SILENT(checks_test_run(a, &p), "chart/subchart-disabled"); /* the user says so */
}

TEST(checks_a_new_dependency_that_is_not_at_hand)
{
    struct checks_pair p = {.old = CHART("1.0.0", DEP, "sub: {enabled: true}\n"), .new = CHART("2.0.0", "{name: sub, version: 2.0.0, repository: \"https://example.com\"}", "sub: {}\n")};
    FIRES(checks_test_run(a, &p), "chart/dependency-missing", "sub", "warning");
}

TEST(checks_a_downgrade)
{
    struct checks_pair p = {.old = CHART("3.0.0", "", "a: b\n"), .new = CHART("2.0.0", "", "a: b\n")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "chart/version-skew", "c", "warning");
    CHECK_INT(checks_test_find(f, "chart/version-skew", "c")->at.line, 3); /* the line of the version */
    p.old = CHART("1.0.0", "", "a: b\n");
    SILENT(checks_test_run(a, &p), "chart/version-skew");
}

/* ---- advisories ---- */

#define SIE(version, routing) "### Chart.yaml\napiVersion: v2\nname: sie-cluster\nversion: " version "\n### values.yaml\nclusterRouting: " routing "\n"

TEST(checks_advisories_by_version_and_condition)
{
    struct checks_pair p = {.old = SIE("0.2.0", "direct"), .new = SIE("0.3.0", "queue")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "advisory/sie-pool-state", "sie-cluster", "error");
    FIRES(f, "advisory/sie-queue-routing", "sie-cluster", "error");
    CHECK(!checks_test_find(f, "advisory/sie-config-service", "")); /* its Deployment is not there */
    p.old = SIE("0.2.0", "queue");
    SILENT(checks_test_run(a, &p), "advisory/sie-queue-routing");
    p.old = SIE("0.3.0", "direct");
    SILENT(checks_test_run(a, &p), "advisory/sie-pool-state");
}

TEST(checks_an_entry_that_spells_out_what_a_default_decides)
{
#define PROGRAM(version, pool) "### Chart.yaml\napiVersion: v2\nname: c\nversion: " version "\n### values.yaml\nworkers: {common: {queuePool: " pool "}}\n### templates/all.yaml\n" \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, env: [{name: THE_POOL, value: {{ .Values.workers.common.queuePool | quote }}}]}]}}}\n"
    struct checks_pair p = {.old = PROGRAM("1.0.0", "default"), .new = PROGRAM("2.0.0", "\"\""), .changelog = "# Changelog\n\n## 2.0.0\n\n- feat(helm)!: default THE_POOL to pool name\n\n## 1.0.0\n\n- feat: x\n"};
    FIRES(checks_test_run(a, &p), "changelog/breaking", "", "warning");
    p.changelog = "# Changelog\n\n## 2.0.0\n\n- feat(helm)!: default ANOTHER_POOL to pool name\n\n## 1.0.0\n\n- feat: x\n";
    FIRES(checks_test_run(a, &p), "changelog/unexplained", "", "warning");
}

/* ---- changelog ---- */

#define LOG(entry) "# Changelog\n\n## 2.0.0\n\n- " entry "\n\n## 1.0.0\n\n- feat: x\n"
#define SERVICE(name) "apiVersion: v1\nkind: Service\nmetadata: {name: " name "}\nspec: {ports: [{port: 1}]}\n"

TEST(checks_changelog_entries_against_what_was_found)
{
    struct checks_pair p = {.old = SERVICE("router"), .new = SERVICE("gateway"), .changelog = LOG("feat!: rename router to gateway")};
    FIRES(checks_test_run(a, &p), "changelog/breaking", "", "warning");
    p.changelog = LOG("feat!: drop the ancient protocol");
    FIRES(checks_test_run(a, &p), "changelog/unexplained", "", "warning");
    p.changelog = LOG("refactor: rename router to gateway");
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "changelog/unmarked", "", "info");
    FIRES(f, "changelog/contradicts", "2.0.0", "warning");
    p.new = p.old;
    f = checks_test_run(a, &p);
    CHECK(!checks_test_find(f, "changelog/unmarked", ""));
    SILENT(f, "changelog/contradicts");
    SILENT(f, "changelog/gap");
}

TEST(checks_an_entry_explains_what_it_does_to_one_part)
{
#define WORKER(name, replicas) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " name "}\nspec:\n  replicas: " replicas "\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i}]}\n"
    struct checks_pair p = {.old = WORKER("worker-blue", "2"), .new = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", .changelog = LOG("feat!: split worker pools")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "object/removed", "Deployment/worker-blue", "error");
    FIRES(f, "changelog/breaking", "", "warning");
    p.changelog = LOG("feat!: teach the worker new tricks"); /* takes nothing away */
    FIRES(checks_test_run(a, &p), "changelog/unexplained", "", "warning");
    p.old = WORKER("gateway", "3");
    p.new = WORKER("gateway", "1");
    p.changelog = LOG("feat(gateway)!: route work by lanes"); /* says nothing of how many there are */
    f = checks_test_run(a, &p);
    FIRES(f, "rollout/capacity", "Deployment/gateway", "warning");
    FIRES(f, "changelog/unexplained", "", "warning");
}

TEST(checks_a_changelog_without_the_new_version)
{
    struct checks_pair p = {.old = SERVICE("s"), .new = SERVICE("s"), .changelog = "# Changelog\n\n## 1.0.0\n\n- feat: x\n"};
    FIRES(checks_test_run(a, &p), "changelog/gap", "2.0.0", "warning");
}

TEST(checks_a_changelog_with_holes)
{
#define AT(version) "### Chart.yaml\napiVersion: v2\nname: c\nversion: " version "\n### templates/all.yaml\n"
    struct checks_pair p = {.old = AT("1.0.0") SERVICE("s"), .new = AT("1.4.0") SERVICE("t"), .changelog = "# Changelog\n\n## 1.4.0\n\n- feat: y\n\n## 1.1.3\n\n- feat: y\n\n## 1.0.0\n\n- feat: x\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "changelog/gap", "1.4.0", "info");
    CHECK(!checks_test_find(f, "changelog/gap", "1.1.3"));
    FIRES(f, "changelog/contradicts", "1.4.0", "warning");
    p.changelog = "# Changelog\n\n## 1.4.0\n\n- feat: y\n"; /* it lists the last release alone */
    f = checks_test_run(a, &p);
    FIRES(f, "changelog/gap", "1.4.0", "info");
    SILENT(f, "changelog/contradicts");
    p.changelog = "# Changelog\n\n## 1.4.0\n\n- feat: y\n\n## 1.3.0\n\n- feat: y\n\n## 1.2.0\n\n- feat: y\n\n## 1.1.0\n\n- feat: y\n";
    CHECK(!checks_test_find(checks_test_run(a, &p), "changelog/gap", ""));
}
