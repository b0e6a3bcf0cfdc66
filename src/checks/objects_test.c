#include "checks/checks_test.h"

#define DEPLOYMENT(name) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " name "}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n" \
    "    spec: {containers: [{name: c, image: \"registry/a:1\", args: [--one, --two], ports: [{name: http, containerPort: 8080}]}]}\n"

static const char cron[] = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: backup}\nspec: {schedule: \"0 1 * * *\", jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: b}]}}}}}\n";

TEST(checks_a_removed_cron_job_is_an_error)
{
    struct checks_pair p = {.old = cron, .new = "# nothing\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "object/removed", "CronJob/backup", "error");
    CHECK(checks_test_find(f, "object/removed", "")->at.line == 2);
}

TEST(checks_a_removed_config_map_is_told_and_no_more)
{
    struct checks_pair p = {.old = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", .new = "# nothing\n"};
    FIRES(checks_test_run(a, &p), "object/removed", "ConfigMap/x", "info");
}

TEST(checks_a_renamed_deployment_is_an_interruption)
{
    struct checks_pair p = {.old = DEPLOYMENT("router"), .new = DEPLOYMENT("gateway")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "object/renamed", "Deployment/router", "error");
    CHECK_STR(checks_test_find(f, "object/renamed", "")->replacement, STR("Deployment/gateway"));
    p.new = DEPLOYMENT("router");
    SILENT(checks_test_run(a, &p), "object/renamed");
}

TEST(checks_a_workload_that_is_probably_its_successor)
{
#define RUNS(name, image, more) "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " name "}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: " image "}" more "]}}}\n"
    struct checks_pair p = {.old = RUNS("w", "r/i:1", ""), .new = RUNS("w-default", "r/i:2", ", {name: x, image: x, env: [{name: A, value: a}, {name: B, value: b}, {name: C, value: c}, {name: D, value: d}]}")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "object/removed", "StatefulSet/w", "error");
    CHECK(str_has(checks_test_find(f, "object/removed", "StatefulSet/w")->message, STR("StatefulSet/w-default is new and runs the same image")));
    p.old = RUNS("cartservice", "r/i:1", "");
    p.new = RUNS("cart", "r/i:2", ", {name: x, image: x, env: [{name: A, value: a}, {name: B, value: b}, {name: C, value: c}, {name: D, value: d}]}");
    f = checks_test_run(a, &p);
    CHECK(str_has(checks_test_find(f, "object/removed", "StatefulSet/cartservice")->message, STR("StatefulSet/cart is new")));
    p.old = RUNS("w", "r/i:1", "");
    p.new = RUNS("w-default", "r/other:2", ", {name: x, image: x, env: [{name: A, value: a}, {name: B, value: b}, {name: C, value: c}, {name: D, value: d}]}");
    f = checks_test_run(a, &p);
    CHECK(str_has(checks_test_find(f, "object/removed", "StatefulSet/w")->message, STR("what it runs stops")));
}

TEST(checks_a_deployment_that_becomes_a_statefulset)
{
    struct checks_pair p = {.old = DEPLOYMENT("x"), .new = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: a}}\n"
        "  template:\n    metadata: {labels: {app: a}}\n    spec: {containers: [{name: c, image: \"registry/a:1\", args: [--one, --two], ports: [{name: http, containerPort: 8080}]}]}\n"};
    FIRES(checks_test_run(a, &p), "object/kind-changed", "Deployment/x", "error");
}

static const char hook_secret[] = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: pre-upgrade}}\nstringData: {a: b}\n";
static const char plain_secret[] = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n";

TEST(checks_what_a_hook_made_is_not_adopted)
{
    struct checks_pair p = {.old = hook_secret, .new = plain_secret};
    FIRES(checks_test_run(a, &p), "object/adoption-conflict", "Secret/s", "error");
    p.old = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: \"before-hook-creation,hook-succeeded\"}}\nstringData: {a: b}\n";
    SILENT(checks_test_run(a, &p), "object/adoption-conflict");
}

TEST(checks_what_moves_into_a_hook_is_deleted_after_it)
{
    struct checks_pair p = {.old = plain_secret, .new = hook_secret};
    FIRES(checks_test_run(a, &p), "hook/conflict", "Secret/s", "error");
    p.new = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: post-upgrade}}\nstringData: {a: b}\n";
    SILENT(checks_test_run(a, &p), "hook/conflict");
}

TEST(checks_requests_that_grow)
{
    struct checks_pair p = {.old = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 100m, memory: 1Gi}}}]}}}\n",
                            .new = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 100m, memory: 1.5Gi}}}]}}}\n"};
    FIRES(checks_test_run(a, &p), "object/requests-grown", "DaemonSet/x", "warning");
    const char *more = p.new;
    p.new = p.old;
    p.old = more;
    SILENT(checks_test_run(a, &p), "object/requests-grown");
}

#define PODS_AND(more) "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n---\n" more
#define MONITOR(kind, name) "apiVersion: monitoring.coreos.com/v1\nkind: " kind "\nmetadata: {name: " name "}\nspec: {selector: {matchLabels: {a: b}}}\n"
#define ALERT(name, alert) "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: " name "}\nspec: {groups: [{name: g, rules: [{alert: " alert ", expr: up}]}]}\n"

TEST(checks_what_is_no_longer_scraped)
{
    struct checks_pair p = {.old = PODS_AND(MONITOR("PodMonitor", "old")), .new = PODS_AND("# nothing\n")};
    FIRES(checks_test_run(a, &p), "object/removed", "PodMonitor/old", "error");
    p.new = PODS_AND(MONITOR("PodMonitor", "something-else"));
    SILENT(checks_test_run(a, &p), "object/removed");
}

TEST(checks_what_is_scraped_by_others_but_for_one)
{
#define TWO(monitor) "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {a: b, c: x}}\nspec: {containers: [{name: c, image: i}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: y, labels: {a: b, c: y}}\nspec: {containers: [{name: c, image: i}]}\n---\n" monitor
    struct checks_pair p = {.old = TWO(MONITOR("PodMonitor", "all")), .new = TWO("apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: only}\nspec: {selector: {matchLabels: {c: x}}}\n")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "object/removed", "PodMonitor/all", "warning");
    CHECK(str_has(checks_test_find(f, "object/removed", "PodMonitor/all")->message, STR("other monitors scrape the rest")));
}

TEST(checks_alerts_that_go_or_move)
{
    struct checks_pair p = {.old = ALERT("old", "Down"), .new = ALERT("unlike-it", "Slow")};
    FIRES(checks_test_run(a, &p), "object/removed", "PrometheusRule/old", "warning");
    p.new = ALERT("unlike-it", "Down");
    SILENT(checks_test_run(a, &p), "object/removed");
}

/* ---- immutable fields ---- */

#define STATEFULSET(labels, claims) "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n  serviceName: s\n  selector: {matchLabels: {" labels "}}\n  template:\n" \
    "    metadata: {labels: {app: s, tier: t}}\n    spec: {containers: [{name: c, image: i, volumeMounts: [{name: data, mountPath: /d}]}]}\n  volumeClaimTemplates:\n" claims
#define CLAIM(size) "  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: " size "}}}\n"

TEST(checks_a_selector_cannot_change)
{
    struct checks_pair p = {.old = STATEFULSET("app: s", CLAIM("1Gi")), .new = STATEFULSET("app: s, tier: t", CLAIM("1Gi"))};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "object/selector-changed", "StatefulSet/s", "error");
    SILENT(f, "object/immutable-field");
    SILENT(f, "object/data-loss");
}

TEST(checks_claim_templates_cannot_change)
{
    struct checks_pair p = {.old = STATEFULSET("app: s", CLAIM("1Gi")), .new = STATEFULSET("app: s", CLAIM("2Gi"))};
    FIRES(checks_test_run(a, &p), "object/immutable-field", "StatefulSet/s", "error");
    /* What the API server fills in is no change. */
    p.new = STATEFULSET("app: s", "  - apiVersion: v1\n    kind: PersistentVolumeClaim\n    metadata: {name: data, creationTimestamp: null}\n    spec: {volumeMode: Filesystem, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n    status: {}\n");
    SILENT(checks_test_run(a, &p), "object/immutable-field");
}

#define JOB(image, annotations) "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {" annotations "}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: " image "}]}}}\n"

TEST(checks_a_job_cannot_change_but_a_hook_is_made_anew)
{
    struct checks_pair p = {.old = JOB("i:1", "a: b"), .new = JOB("i:2", "a: b")};
    FIRES(checks_test_run(a, &p), "object/immutable-field", "Job/j", "error");
    p = (struct checks_pair){.old = JOB("i:1", "helm.sh/hook: pre-upgrade"), .new = JOB("i:2", "helm.sh/hook: pre-upgrade")};
    SILENT(checks_test_run(a, &p), "object/immutable-field");
}

#define PVC(size, annotations) "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d, annotations: {" annotations "}}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: " size "}}}\n"

TEST(checks_a_claim_that_grows_has_no_way_back)
{
    struct checks_pair p = {.old = PVC("64Mi", "a: b"), .new = PVC("1Gi", "a: b")};
    FIRES(checks_test_run(a, &p), "object/immutable-field", "PersistentVolumeClaim/d", "error");
    p.new = PVC("65536Ki", "a: b");
    SILENT(checks_test_run(a, &p), "object/immutable-field");
}

TEST(checks_role_ref_and_cluster_ip_cannot_change)
{
    struct checks_pair p = {.old = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}\n",
                            .new = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: y}\n"};
    FIRES(checks_test_run(a, &p), "object/immutable-field", "RoleBinding/b", "error");
    p = (struct checks_pair){.old = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 1}]}\n", .new = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: None, ports: [{port: 1}]}\n"};
    FIRES(checks_test_run(a, &p), "object/immutable-field", "Service/s", "error");
    const char *headless = p.new;
    p.new = p.old;
    p.old = headless;
    SILENT(checks_test_run(a, &p), "object/immutable-field");
}

/* ---- data ---- */

TEST(checks_a_claim_that_goes_away_loses_data)
{
    struct checks_pair p = {.old = PVC("1Gi", "a: b"), .new = "# nothing\n"};
    FIRES(checks_test_run(a, &p), "object/data-loss", "PersistentVolumeClaim/d", "error");
    p.old = PVC("1Gi", "helm.sh/resource-policy: keep");
    SILENT(checks_test_run(a, &p), "object/data-loss");
}

TEST(checks_a_claim_template_that_goes_away_loses_data)
{
    struct checks_pair p = {.old = STATEFULSET("app: s", CLAIM("1Gi")), .new = STATEFULSET("app: s", "  - metadata: {name: store}\n    spec: {resources: {requests: {storage: 1Gi}}}\n")};
    FIRES(checks_test_run(a, &p), "object/data-loss", "StatefulSet/s", "error");
    p.new = STATEFULSET("app: s", "  - metadata: {name: data, labels: {a: b}}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n");
    struct facts *f = checks_test_run(a, &p);
    SILENT(f, "object/data-loss");
    FIRES(f, "object/immutable-field", "StatefulSet/s", "error");
}

#define STORES(volume) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /d}]}], volumes: [{name: v, " volume "}]}}}\n"

TEST(checks_pods_that_no_longer_find_their_claim)
{
    struct checks_pair p = {.old = STORES("persistentVolumeClaim: {claimName: mine}"), .new = STORES("emptyDir: {}")};
    FIRES(checks_test_run(a, &p), "object/data-loss", "Deployment/w", "error");
    p.new = STORES("persistentVolumeClaim: {claimName: mine, readOnly: false}");
    SILENT(checks_test_run(a, &p), "object/data-loss");
    /* Another workload of the new version has it. */
    p.new = STORES("emptyDir: {}") "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other}\nspec: {selector: {matchLabels: {c: d}}, template: {metadata: {labels: {c: d}}, spec: {containers: [{name: c, image: i}], volumes: [{name: v, persistentVolumeClaim: {claimName: mine}}]}}}\n";
    SILENT(checks_test_run(a, &p), "object/data-loss");
}
