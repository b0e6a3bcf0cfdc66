#include "kube/kube_test.h"
#include "kube/rollout.h"
#include "kube/scaler.h"
#include "kube/selector.h"

static struct workload workload(struct arena *a, const char *yaml)
{
    struct workload w = {0};
    CHECK(workload_read(a, kube_object(a, yaml), &w));
    return w;
}

static const char worker[] =
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w}\nspec:\n  serviceName: s\n  replicas: 2\n  podManagementPolicy: Parallel\n"
    "  selector: {matchLabels: {app: w}}\n  template:\n    metadata: {labels: {app: w, pool: p}}\n    spec:\n"
    "      serviceAccountName: sa\n      terminationGracePeriodSeconds: 65\n      imagePullSecrets: [{name: pull}]\n"
    "      initContainers:\n      - {name: i, image: x, resources: {requests: {memory: 2Gi}}}\n"
    "      - {name: side, image: y, restartPolicy: Always, resources: {requests: {memory: 1Gi}}}\n"
    "      containers:\n      - name: c\n        image: r/x:1\n        ports: [{name: http, containerPort: 8080}]\n"
    "        env:\n        - {name: A, value: b}\n        - {name: T, valueFrom: {secretKeyRef: {name: sec, key: k}}}\n"
    "        - {name: O, valueFrom: {configMapKeyRef: {name: cm, key: k, optional: true}}}\n        - {name: F, valueFrom: {fieldRef: {fieldPath: x}}}\n"
    "        envFrom: [{secretRef: {name: all}}]\n"
    "        lifecycle: {preStop: {exec: {command: [sleep, \"10\"]}}}\n"
    "        startupProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 10, failureThreshold: 60}\n"
    "        readinessProbe: {httpGet: {path: /readyz, port: http}, initialDelaySeconds: 5, periodSeconds: 10}\n"
    "        resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi, nvidia.com/gpu: 1}}\n"
    "        volumeMounts: [{name: cfg, mountPath: /cfg, subPath: a}]\n"
    "      volumes:\n      - {name: cfg, configMap: {name: cmv, items: [{key: a, path: b}]}}\n      - {name: tmp, emptyDir: {}}\n"
    "      - {name: d, persistentVolumeClaim: {claimName: pvc}}\n"
    "      - {name: p, projected: {sources: [{secret: {name: ps}}, {serviceAccountToken: {path: t}}]}}\n"
    "  volumeClaimTemplates:\n  - {metadata: {name: data}, spec: {storageClassName: fast, resources: {requests: {storage: 64Mi}}}}\n";

static const struct reference *ref_of(const struct workload *w, const char *kind, const char *name)
{
    for (uint32_t i = 0; i < w->refs_n; i++)
        if (!strcmp(w->refs[i].kind, kind) && str_is(w->refs[i].name, name)) return &w->refs[i];
    return NULL;
}

TEST(workload_reads_a_statefulset)
{
    struct workload w = workload(a, worker);
    CHECK_INT(w.kind, WORKLOAD_STATEFULSET);
    CHECK(w.replicas_set && w.replicas == 2 && w.parallel);
    CHECK_INT(w.grace, 65);
    CHECK_INT(w.containers_n, 3);
    CHECK(w.containers[0].init && !w.containers[0].sidecar && w.containers[1].sidecar);
    const struct container *c = &w.containers[2];
    CHECK_STR(c->image, STR("r/x:1"));
    CHECK_STR(c->path, STR("spec.template.spec.containers[0]"));
    CHECK_INT(c->pre_stop, 10);
    CHECK_INT(c->startup.failure, 60);
    CHECK_INT(c->readiness.failure, 3);
    CHECK_STR(c->readiness.path, STR("/readyz"));
    CHECK_INT(c->env_n, 4);
    CHECK_STR(str_from(c->env[1].from), STR("Secret"));
    CHECK_STR(c->env[1].from_key, STR("k"));
    CHECK_STR(str_from(c->env[3].from), STR("field"));
    CHECK_INT(c->ports[0].number, 8080);
    CHECK_STR(c->mounts[0].sub_path, STR("a"));
    CHECK_STR(w.volumes[0].target, STR("cmv"));
    CHECK_STR(w.volumes[1].source, STR("emptyDir"));
    CHECK_STR(w.claims[0].name, STR("data"));
    CHECK_STR(w.claims[0].storage_class, STR("fast"));
    CHECK_STR(map_get(w.labels, STR("pool")).kind == V_STR ? v_text(map_get(w.labels, STR("pool"))) : STR(""), STR("p"));
}

TEST(workload_lists_what_its_pods_refer_to)
{
    struct workload w = workload(a, worker);
    const struct reference *r = ref_of(&w, "Secret", "sec");
    CHECK(r && str_is(r->key, "k") && !r->optional);
    if (r) CHECK_STR(r->path, STR("spec.template.spec.containers[0].env[1]"));
    r = ref_of(&w, "ConfigMap", "cm");
    CHECK(r && r->optional);
    CHECK(ref_of(&w, "Secret", "all") != NULL);
    r = ref_of(&w, "ConfigMap", "cmv");
    CHECK(r && str_is(r->key, "a"));
    CHECK(ref_of(&w, "PersistentVolumeClaim", "pvc") != NULL);
    CHECK(ref_of(&w, "Secret", "ps") != NULL);
    CHECK(ref_of(&w, "ServiceAccount", "sa") != NULL);
    r = ref_of(&w, "Secret", "pull");
    CHECK(r && r->optional);
    CHECK_INT(w.refs_n, 8);
}

TEST(workload_sums_resources_as_the_scheduler)
{
    struct workload w = workload(a, worker);
    /* An init container of 2Gi alone is as much as 1Gi beside a sidecar of 1Gi. */
    CHECK_INT(workload_asks(&w, STR("memory"), false), ((int64_t)2 << 30) * 1000);
    CHECK_INT(workload_asks(&w, STR("cpu"), false), 500);
    CHECK_INT(workload_asks(&w, STR("nvidia.com/gpu"), false), 1000);
    CHECK_INT(workload_asks(&w, STR("memory"), true), ((int64_t)2 << 30) * 1000);
    CHECK_INT(w.claims[0].size, ((int64_t)64 << 20) * 1000);
}

TEST(workload_knows_pre_stop_hooks)
{
    static const struct {
        const char *hook;
        int64_t seconds;
    } cases[] = {
        {"{sleep: {seconds: 7}}", 7}, {"{exec: {command: [/bin/sh, -c, \"sleep 15 && nginx -s quit\"]}}", 15}, {"{httpGet: {path: /, port: 1}}", -1},
        {"{exec: {command: [/quit]}}", -1}, {"{exec: {command: [sleep, soon]}}", -1}, {"{}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload w = workload(a, str_printf(a, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, lifecycle: {preStop: %s}}]}\n",
                                                   cases[i].hook).p);
        CHECK_INT(w.containers[0].pre_stop, cases[i].seconds);
    }
}

TEST(workload_is_lenient)
{
    static const char *const odd[] = {
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: 3\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: x, template: [], strategy: {rollingUpdate: {maxSurge: 9999999999%, maxUnavailable: -3}}}\n",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: d}\nspec: {replicas: 1e300, template: {spec: {containers: {a: b}, volumes: [1, {}], terminationGracePeriodSeconds: -1}}}\n",
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: d}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [null, {env: [null], startupProbe: {periodSeconds: 9e18}}]}}}}}\n",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct workload w = workload(a, odd[i]);
        struct rollout r = rollout_of_update(&w, -1);
        CHECK(r.seconds >= 0 && r.down >= 0);
    }
    struct workload w;
    CHECK(!workload_read(a, kube_object(a, "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"), &w));
    CHECK(!workload_read(a, kube_object(a, "apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: s}\n"), &w));
}

/* ---- rollouts ---- */

static struct workload deployment(struct arena *a, int replicas, const char *strategy)
{
    return workload(a, str_printf(a,
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  replicas: %d\n  strategy: %s\n  template: {spec: {containers: [{name: c, "
        "readinessProbe: {initialDelaySeconds: 5, periodSeconds: 10, failureThreshold: 3}}]}}\n", replicas, strategy).p);
}

TEST(rollout_of_a_statefulset_is_serial)
{
    struct workload w = workload(a, worker);
    struct rollout r = rollout_of_update(&w, -1);
    /* 65 to stop, 10 * 60 for the startup probe, 10 for the readiness probe; an init container bounds nothing. */
    CHECK_INT(r.startup.seconds, 610);
    CHECK_STR(str_from(r.startup.by), STR("startupProbe"));
    CHECK(!r.bounded);
    CHECK_INT(r.seconds, 2 * 675);
    CHECK_INT(r.available, 1);
    CHECK_INT(r.down, 0);
    CHECK_INT(rollout_of_update(&w, 8).seconds, 8 * 675);
    CHECK_INT(rollout_of_update(&w, 1).down, 675);
    CHECK_INT(rollout_of_update(&w, 0).seconds, 0);
    CHECK_INT(rollout_of_creation(&w, -1).seconds, 610);
    w.parallel = false;
    CHECK_INT(rollout_of_creation(&w, -1).seconds, 1220);
    w.partition = 1;
    CHECK_INT(rollout_of_update(&w, -1).seconds, 675);
    w.strategy = UPDATE_ON_DELETE;
    CHECK_INT(rollout_of_update(&w, -1).seconds, 0);
}

TEST(rollout_of_a_deployment_comes_in_waves)
{
    static const struct {
        int replicas;
        const char *strategy;
        int64_t surge, unavailable, waves, seconds, available, down;
    } cases[] = {
        /* One container: 5 + 3 * 10 to be ready, 30 to stop. */
        {1, "{}", 1, 0, 1, 35, 1, 0},
        {10, "{}", 3, 2, 2, 70, 8, 0},
        {4, "{rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}", 0, 1, 4, 4 * 65, 3, 0},
        {4, "{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", 1, 0, 4, 140, 4, 0},
        {3, "{rollingUpdate: {maxSurge: 34%, maxUnavailable: 34%}}", 2, 1, 1, 35, 2, 0},
        {1, "{rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}", 0, 1, 1, 65, 0, 35},
        {2, "{type: Recreate}", 0, 0, 1, 65, 0, 65},
        {0, "{type: Recreate}", 0, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload w = deployment(a, cases[i].replicas, cases[i].strategy);
        struct rollout r = rollout_of_update(&w, -1);
        CHECK_INT(w.surge, cases[i].surge);
        CHECK_INT(w.unavailable, cases[i].unavailable);
        CHECK_INT(r.waves, cases[i].waves);
        CHECK_INT(r.seconds, cases[i].seconds);
        CHECK_INT(r.available, cases[i].available);
        CHECK_INT(r.down, cases[i].down);
    }
}

TEST(rollout_budgets_of_probes)
{
    static const struct {
        const char *probes;
        int64_t seconds;
        bool bounded;
    } cases[] = {
        {"startupProbe: {initialDelaySeconds: 20, periodSeconds: 5, failureThreshold: 30}", 170, true},
        {"startupProbe: {periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 60}", 65, true},
        {"startupProbe: {failureThreshold: 1}, readinessProbe: {initialDelaySeconds: 120}", 130, true},
        {"readinessProbe: {initialDelaySeconds: 120, periodSeconds: 10}", 150, false},
        {"readinessProbe: {periodSeconds: 5}, livenessProbe: {initialDelaySeconds: 60, periodSeconds: 10}", 90, false},
        {"livenessProbe: {initialDelaySeconds: 60}", 0, false},
        {"", 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload w = workload(a, str_printf(a, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, %s}]}\n", cases[i].probes).p);
        struct budget b = rollout_pod_budget(&w);
        CHECK_INT(b.seconds, cases[i].seconds);
        CHECK_INT(b.bounded, cases[i].bounded);
    }
}

TEST(rollout_of_daemonsets_and_hooks)
{
    struct workload w = workload(a, "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c}]}}}\n");
    struct rollout r = rollout_of_update(&w, -1);
    CHECK_INT(w.replicas, -1);
    CHECK_INT(r.pods, -1);
    CHECK_INT(r.seconds, 30);
    CHECK_INT(r.available, -1);
    w = workload(a, "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {activeDeadlineSeconds: 240, backoffLimit: 0, template: {spec: {}}}\n");
    CHECK_INT(rollout_of_hook(&w), 240);
    CHECK_INT(w.backoff, 0);
    w.deadline = -1;
    CHECK_INT(rollout_of_hook(&w), -1);
}

/* ---- scalers and budgets ---- */

TEST(scaler_reads_scaled_objects)
{
    struct scaler s = {0};
    CHECK(scaler_read(a, kube_object(a,
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s, annotations: {autoscaling.keda.sh/paused-replicas: \"3\"}}\n"
        "spec:\n  scaleTargetRef: {name: d}\n  maxReplicaCount: 8\n  fallback: {failureThreshold: 3, replicas: 2}\n  triggers:\n"
        "  - {type: prometheus, metadata: {serverAddress: http://p, query: up, metricName: m}, authenticationRef: {name: t, kind: ClusterTriggerAuthentication}}\n"), &s));
    CHECK(!s.hpa && s.paused && s.fallback);
    CHECK_STR(s.target_id, STR("Deployment/d"));
    CHECK_STR(s.hpa_name, STR("keda-hpa-s"));
    CHECK_INT(s.min, 0);
    CHECK_INT(s.max, 8);
    CHECK_INT(s.idle, -1);
    CHECK_INT(s.polling, 30);
    CHECK_INT(s.paused_replicas, 3);
    CHECK_STR(s.triggers[0].query, STR("up"));
    CHECK_STR(s.triggers[0].name, STR("m"));
    CHECK(s.triggers[0].cluster_authentication);
    CHECK(scaler_read(a, kube_object(a, "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: "
                                        "StatefulSet, name: x}, minReplicas: 2, maxReplicas: 5, metrics: [{type: Resource}]}\n"), &s));
    CHECK(s.hpa && !s.paused);
    CHECK_STR(s.target_id, STR("StatefulSet/x"));
    CHECK_INT(s.min, 2);
    CHECK_STR(s.triggers[0].type, STR("Resource"));
    CHECK(!scaler_read(a, kube_object(a, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"), &s));
}

TEST(pdb_matches_and_allows)
{
    static const struct {
        const char *api, *spec;
        bool matches;
        int64_t of_3, of_10;
    } cases[] = {
        {"policy/v1", "{minAvailable: 1, selector: {matchLabels: {app: w}}}", true, 2, 9},
        {"policy/v1", "{minAvailable: 50%, selector: {matchLabels: {app: x}}}", false, 1, 5},
        {"policy/v1", "{maxUnavailable: 34%, selector: {matchExpressions: [{key: app, operator: In, values: [w]}]}}", true, 2, 4},
        {"policy/v1", "{maxUnavailable: 0, selector: {}}", true, 0, 0},
        {"policy/v1beta1", "{minAvailable: 99, selector: {}}", false, 0, 0},
        {"policy/v1", "{}", false, 3, 10},
    };
    struct workload w = workload(a, worker);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pdb p = {0};
        CHECK(pdb_read(kube_object(a, str_printf(a, "apiVersion: %s\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: %s\n", cases[i].api, cases[i].spec).p), &p));
        CHECK_INT(pdb_matches(&p, &w), cases[i].matches);
        CHECK_INT(pdb_allows(&p, 3), cases[i].of_3);
        CHECK_INT(pdb_allows(&p, 10), cases[i].of_10);
    }
}

TEST(selector_operators)
{
    struct map *labels = kube_yaml(a, STR("{app: w, n: \"1\"}")).u.map;
    static const struct {
        const char *selector;
        bool plain, matches;
    } cases[] = {
        {"{app: w}", true, true}, {"{app: w, x: z}", true, false}, {"{}", true, false},
        {"{matchExpressions: [{key: x, operator: NotIn, values: [z]}]}", false, true}, {"{matchExpressions: [{key: app, operator: NotIn, values: [w]}]}", false, false},
        {"{matchExpressions: [{key: app, operator: Exists}, {key: x, operator: DoesNotExist}]}", false, true}, {"{matchExpressions: [{key: app, operator: Odd}]}", false, false},
        {"{matchLabels: {app: w}, matchExpressions: [{key: n, operator: In, values: [\"2\"]}]}", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_INT(selector_matches(kube_yaml(a, str_from(cases[i].selector)), cases[i].plain ? SELECTOR_PLAIN : SELECTOR_LABELS, false, labels), cases[i].matches);
    CHECK(!selector_matches(NIL, SELECTOR_PLAIN, false, labels));
    CHECK(selector_matches(NIL, SELECTOR_LABELS, true, NULL));
}
