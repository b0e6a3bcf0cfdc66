/* Scalers, monitoring, budgets, rollout. */
#include "checks/checks_test.h"

#define STATEFULSET(name, spec) "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " name "}\nspec:\n  selector: {matchLabels: {app: x}}\n" spec
#define PODS(container) "  template:\n    metadata: {labels: {app: x, app.kubernetes.io/component: worker}}\n    spec: {containers: [{name: c, image: i" container "}]}\n"
#define SCALER(name, spec) "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: " name "}\nspec: {scaleTargetRef: {kind: StatefulSet, name: w}, " spec "}\n"
#define W STATEFULSET("w", PODS(""))
#define CPU "triggers: [{type: cpu, metadata: {value: \"50\"}}]"
#define PROM(query) "fallback: {failureThreshold: 1, replicas: 1}, triggers: [{type: prometheus, metadata: {serverAddress: \"http://prom:9090\", query: '" query "'}}]"

static struct facts *pair(struct arena *a, const char *old, const char *new)
{
    struct checks_pair p = {.old = old, .new = new};
    return checks_test_run(a, &p);
}

TEST(checks_a_scaler_without_its_target)
{
    FIRES(pair(a, W SCALER("s", CPU), SCALER("s", CPU)), "keda/target-missing", "ScaledObject/s", "error");
    SILENT(pair(a, W SCALER("s", CPU), W SCALER("s", CPU)), "keda/target-missing");
    SILENT(pair(a, SCALER("s", CPU), SCALER("s", CPU)), "keda/target-missing"); /* so before */
}

TEST(checks_an_authentication_that_is_not_made)
{
#define AUTHENTICATED SCALER("s", "triggers: [{type: kafka, metadata: {}, authenticationRef: {name: t}}]")
    FIRES(pair(a, W, W AUTHENTICATED), "keda/authentication-missing", "ScaledObject/s", "error");
    SILENT(pair(a, W, W AUTHENTICATED "---\napiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: t}\n"), "keda/authentication-missing");
}

TEST(checks_replicas_beside_a_scaler)
{
    FIRES(pair(a, W SCALER("s", CPU), STATEFULSET("w", "  replicas: 2\n" PODS("")) SCALER("s", CPU)), "keda/replicas-reset", "StatefulSet/w", "warning");
    SILENT(pair(a, STATEFULSET("w", "  replicas: 2\n" PODS("")) SCALER("s", CPU), STATEFULSET("w", "  replicas: 2\n" PODS("")) SCALER("s", CPU)), "keda/replicas-reset");
    SILENT(pair(a, W, W SCALER("s", CPU)), "keda/replicas-reset");
}

TEST(checks_two_scalers_of_one_workload)
{
    FIRES(pair(a, W SCALER("s", CPU), W SCALER("s", CPU) SCALER("t", CPU)), "keda/two-scalers", "", "warning");
    SILENT(pair(a, W, W SCALER("s", CPU)), "keda/two-scalers");
#define HPA(name) "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: " name "}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: w}}\n"
    FIRES(pair(a, W SCALER("s", CPU), W SCALER("s", CPU) HPA("h")), "keda/hpa-conflict", "", "warning");
    SILENT(pair(a, W, W HPA("h")), "keda/hpa-conflict");
}

TEST(checks_bounds_fallback_and_pause)
{
    FIRES(pair(a, W SCALER("s", CPU), W SCALER("s", "minReplicaCount: 5, maxReplicaCount: 2, " CPU)), "keda/bounds", "ScaledObject/s", "warning");
    SILENT(pair(a, W, W SCALER("s", "minReplicaCount: 2, maxReplicaCount: 5, " CPU)), "keda/bounds");
    FIRES(pair(a, W SCALER("s", PROM("x")), W SCALER("s", "triggers: [{type: prometheus, metadata: {query: x}}]")), "keda/fallback-missing", "ScaledObject/s", "warning");
    SILENT(pair(a, W SCALER("s", CPU), W SCALER("s", PROM("x"))), "keda/fallback-missing");
    FIRES(pair(a, W, W "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s, annotations: {autoscaling.keda.sh/paused: \"true\"}}\nspec: {scaleTargetRef: {kind: StatefulSet, name: w}}\n"),
          "keda/paused", "ScaledObject/s", "warning");
    SILENT(pair(a, W, W SCALER("s", CPU)), "keda/paused");
}

/* ---- monitoring ---- */

TEST(checks_an_address_that_nothing_answers)
{
#define PROMETHEUS "---\napiVersion: v1\nkind: Service\nmetadata: {name: prom}\nspec: {ports: [{port: 9090}]}\n"
    FIRES(pair(a, W SCALER("s", PROM("x")) PROMETHEUS, W SCALER("s", PROM("x"))), "keda/query-unanswered", "ScaledObject/s", "error");
    FIRES(pair(a, W SCALER("s", PROM("x")), W SCALER("s", PROM("x"))), "keda/query-unanswered", "ScaledObject/s", "info"); /* somebody else's */
}

#define ALERTS(expression) "---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: p}\nspec: {groups: [{name: g, rules: [{alert: A, expr: '" expression "'}]}]}\n"
#define NAMED(name) "---\napiVersion: v1\nkind: Service\nmetadata: {name: " name "}\nspec: {ports: [{port: 1}]}\n"

TEST(checks_a_rule_that_asks_for_a_job_that_is_gone)
{
    FIRES(pair(a, NAMED("old-name") ALERTS("up{job=\"old-name\"} == 0"), NAMED("other") ALERTS("up{job=\"old-name\"} == 0")), "monitoring/stale-query", "PrometheusRule/p", "warning");
    SILENT(pair(a, NAMED("old-name") ALERTS("up{job=\"old-name\"} == 0"), NAMED("other") ALERTS("up{job=\"other\"} == 0")), "monitoring/stale-query");
}

#define SCRAPED(name, monitor) "---\napiVersion: v1\nkind: Service\nmetadata: {name: " name ", labels: {part: " name "}}\nspec: {ports: [{port: 1}]}\n---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\nspec: " monitor "\n"

TEST(checks_a_rule_that_asks_for_a_job_that_is_scraped_no_more)
{
    const char *rule = SCRAPED("config", "{selector: {}}") ALERTS("up{job=\"config\"} == 0");
    FIRES(pair(a, rule, SCRAPED("config", "{selector: {matchLabels: {part: gateway}}}") ALERTS("up{job=\"config\"} == 0")), "monitoring/stale-query", "PrometheusRule/p", "warning");
    const char *twice = SCRAPED("config", "{selector: {matchLabels: {part: gateway}}}") ALERTS("up{job=\"config\"} == 0") "---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: q}\nspec: {groups: [{name: g, rules: [{alert: B, expr: 'absent(up{job=\"config\"})'}]}]}\n";
    struct facts *f = pair(a, rule, twice);
    CHECK(!checks_test_find(f, "monitoring/stale-query", "PrometheusRule/q")); /* one cause, told once */
    CHECK_INT(checks_test_find(f, "monitoring/stale-query", "PrometheusRule/p")->evidence_n, 1);
    SILENT(pair(a, rule, SCRAPED("config", "{selector: {matchLabels: {part: config}}}") ALERTS("up{job=\"config\"} == 0")), "monitoring/stale-query");
    SILENT(pair(a, rule, SCRAPED("config", "{selector: {}, jobLabel: part}") ALERTS("up{job=\"config\"} == 0")), "monitoring/stale-query"); /* a label gives it */
}

TEST(checks_metrics_that_a_version_does_not_emit)
{
    struct checks_pair p = {.profile = "sie", .old = W SCALER("s", PROM("sum(sie_router_pending_demand) or vector(0)")), .new = W SCALER("s", PROM("sum(sie_router_pending_demand) or vector(0)"))};
    FIRES(checks_test_run(a, &p), "keda/metric-missing", "ScaledObject/s", "info"); /* both test charts are later than 0.3.0 */
    p.old = W;
    FIRES(checks_test_run(a, &p), "keda/metric-missing", "ScaledObject/s", "error");
    p.new = W SCALER("s", PROM("sum(rate(sie_gateway_requests_total{a=\"sie_router_x\"}[1m])) by (pod)"));
    SILENT(checks_test_run(a, &p), "keda/metric-missing");
    p.profile = "generic";
    p.new = W SCALER("s", PROM("sie_router_pending_demand"));
    SILENT(checks_test_run(a, &p), "keda/metric-missing"); /* nobody knows */
}

#define MONITOR(labels) "---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m, labels: {" labels "}}\nspec: {selector: {matchLabels: {x: y}}}\n"
#define READS "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec: {serviceMonitorSelector: {matchLabels: {team: a}}}\n"

TEST(checks_a_monitor_that_prometheus_no_longer_selects)
{
    FIRES(pair(a, MONITOR("team: a, app: x") READS, MONITOR("app: x") READS), "monitoring/not-selected", "ServiceMonitor/m", "error");
    FIRES(pair(a, MONITOR("team: a"), MONITOR("app: x")), "monitoring/not-selected", "ServiceMonitor/m", "warning");
    SILENT(pair(a, MONITOR("team: a, app: x, chart: c-1"), MONITOR("team: a")), "monitoring/not-selected");
}

/* ---- budgets ---- */

#define BUDGET(name, spec) "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: " name "}\nspec: {" spec "}\n"

TEST(checks_budgets)
{
    const char *good = W BUDGET("b", "maxUnavailable: 1, selector: {matchLabels: {app: x}}");
    FIRES(pair(a, good, W BUDGET("b", "maxUnavailable: 1, selector: {matchLabels: {app: z}}")), "pdb/no-match", "PodDisruptionBudget/b", "warning");
    FIRES(pair(a, good, W BUDGET("b", "minAvailable: 1, selector: {matchLabels: {app: x}}")), "pdb/blocks-drain", "PodDisruptionBudget/b", "warning");
    FIRES(pair(a, good, W SCALER("s", CPU) BUDGET("b", "minAvailable: 1, selector: {matchLabels: {app: x}}")), "pdb/scales-to-zero", "PodDisruptionBudget/b", "warning");
    FIRES(pair(a, good, W BUDGET("b", "maxUnavailable: 1, selector: {matchLabels: {app: x}}") BUDGET("c", "maxUnavailable: 1, selector: {matchLabels: {app: x}}")), "pdb/overlapping", "StatefulSet/w", "warning");
    struct facts *f = pair(a, W, good);
    SILENT(f, "pdb/no-match");
    SILENT(f, "pdb/blocks-drain");
    SILENT(f, "pdb/scales-to-zero");
    SILENT(f, "pdb/overlapping");
    SILENT(pair(a, W BUDGET("b", "minAvailable: 1, selector: {matchLabels: {app: x}}"), W BUDGET("b", "minAvailable: 1, selector: {matchLabels: {app: x}}")), "pdb/blocks-drain");
}

/* ---- rollout ---- */

#define SLOW(image, failures) STATEFULSET("w", "  replicas: 2\n  template:\n    metadata: {labels: {app: x}}\n    spec: {containers: [{name: c, image: " image ", startupProbe: {httpGet: {port: 1}, periodSeconds: 10, failureThreshold: " failures "}}]}\n")

TEST(checks_a_rollout_that_takes_longer_than_the_timeout)
{
    struct checks_pair p = {.timeout = "600", .old = SLOW("i1", "6"), .new = SLOW("i2", "60")};
    FIRES(checks_test_run(a, &p), "rollout/timeout-too-short", "StatefulSet/w", "error");
    p.old = SLOW("i1", "60");
    FIRES(checks_test_run(a, &p), "rollout/timeout-too-short", "StatefulSet/w", "info"); /* no longer than before */
    p.for_plan = true;
    FIRES(checks_test_run(a, &p), "rollout/timeout-too-short", "StatefulSet/w", "error");
    p.old = p.new;
    SILENT(checks_test_run(a, &p), "rollout/timeout-too-short"); /* nothing restarts */
}

#define DEPLOYMENT(spec, image) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {app: x}}\n  " spec "\n  template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: " image "}]}}\n"

TEST(checks_an_outage_by_strategy)
{
    FIRES(pair(a, DEPLOYMENT("replicas: 2", "i"), DEPLOYMENT("strategy: {type: Recreate}\n  replicas: 2", "j")),
          "rollout/outage", "Deployment/d", "error");
    SILENT(pair(a, DEPLOYMENT("strategy: {type: Recreate}\n  replicas: 2", "i"), DEPLOYMENT("strategy: {type: Recreate}\n  replicas: 2", "j")), "rollout/outage");
    SILENT(pair(a, DEPLOYMENT("replicas: 2", "i"), DEPLOYMENT("replicas: 2", "j")), "rollout/outage");
}

TEST(checks_capacity_that_shrinks)
{
    FIRES(pair(a, DEPLOYMENT("replicas: 2", "i"), DEPLOYMENT("replicas: 1", "i")), "rollout/capacity", "Deployment/d", "warning");
    SILENT(pair(a, DEPLOYMENT("replicas: 2", "i"), DEPLOYMENT("replicas: 3", "i")), "rollout/capacity");
}

TEST(checks_time_to_stop_and_to_start)
{
#define STOPS(grace) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, spec: {terminationGracePeriodSeconds: " grace ", containers: [{name: c, image: i, lifecycle: {preStop: {exec: {command: [sleep, \"30\"]}}}}]}}}\n"
    FIRES(pair(a, STOPS("60"), STOPS("30")), "rollout/grace-too-short", "Deployment/d", "warning");
    SILENT(pair(a, STOPS("30"), STOPS("30")), "rollout/grace-too-short");
    struct checks_pair p = {.profile = "sie", .old = STATEFULSET("w", PODS("")), .new = STATEFULSET("w", PODS(", startupProbe: {httpGet: {port: 1}, periodSeconds: 10, failureThreshold: 3}"))};
    FIRES(checks_test_run(a, &p), "rollout/startup-too-short", "StatefulSet/w", "warning");
    p.profile = "generic";
    SILENT(checks_test_run(a, &p), "rollout/startup-too-short");
}
