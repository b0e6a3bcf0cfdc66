#include "diff/diff.h"
#include "kube/kube_test.h"

/* ---- values ---- */

static struct value_changes values_of(struct arena *a, const char *from, const char *to)
{
    struct value_changes d;
    diff_values(a, kube_yaml(a, str_from(from)).u.map, kube_yaml(a, str_from(to)).u.map, NULL, &d);
    return d;
}

static const struct value_change *change_at(const struct value_changes *d, enum change_kind kind, const char *path)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].kind == kind && str_is(d->v[i].path, path)) return &d->v[i];
    return NULL;
}

static void expect_rename(const struct value_changes *d, const char *from, const char *to)
{
    const struct value_change *x = change_at(d, CHANGE_RENAMED, from);
    if (!x || !str_is(x->to, to)) test_fail(__FILE__, __LINE__, "%s became %s, not %.*s", from, to, STR_ARG(x ? x->to : STR("nothing")));
}

TEST(diff_values_tells_what_changed)
{
    struct value_changes d = values_of(a, "{a: 1, b: {c: x, d: [1]}, gone: {x: 1, y: 2}, same: 1.0, k.e: 1}", "{a: 2, b: {c: x, d: [1, 2]}, same: 1, new: true, k.e: 2}");
    CHECK_INT(d.n, 5);
    CHECK(change_at(&d, CHANGE_CHANGED, "a") && change_at(&d, CHANGE_CHANGED, "b.d") && change_at(&d, CHANGE_CHANGED, "k\\.e"));
    CHECK(change_at(&d, CHANGE_REMOVED, "gone") && change_at(&d, CHANGE_ADDED, "new"));
    CHECK_INT(values_of(a, "{a: {}}", "{a: {}}").n, 0);
    CHECK_INT(values_of(a, "{}", "{}").n, 0);
}

static const char component[] =
    "  replicas: 2\n  image: {repository: r/x-%s, tag: \"\", pullPolicy: IfNotPresent}\n  resources: {limits: {cpu: 1, memory: 1Gi}}\n"
    "  service: {type: ClusterIP, port: 8080, annotations: {}}\n  nodeSelector: {}\n  tolerations: []\n  auth: {mode: none, tokenSecretName: \"\", tokenSecretKey: K}\n"
    "  embeddedConfigs: {enabled: false}\n";

static const char other[] =
    "other:\n  enabled: true\n  image: {repository: r/x-other, tag: \"\", pullPolicy: IfNotPresent}\n  resources: {limits: {cpu: 1, memory: 2Gi}}\n"
    "  service: {type: ClusterIP, port: 8080, annotations: {}}\n  nodeSelector: {}\n  tolerations: []\n  auth: {mode: none, adminTokenSecretName: \"\"}\n";

static struct str chart_of(struct arena *a, const char *name, const char *more)
{
    struct buf b = buf_new(a);
    buf_printf(&b, "%s:\n", name);
    buf_printf(&b, component, name);
    buf_z(&b, more);
    return buf_done(&b);
}

TEST(diff_values_finds_a_renamed_subtree_once)
{
    struct value_changes d = values_of(a, chart_of(a, "router", "  old: 1\n").p, chart_of(a, "gateway", "  extraEnv: []\n  new: {a: 1}\n").p);
    const struct value_change *x = change_at(&d, CHANGE_RENAMED, "router");
    CHECK(x && str_is(x->to, "gateway") && x->confidence >= 60 && x->evidence_n >= 1);
    /* What differs inside is told besides: the repository, a key that went, keys that came. Nothing else. */
    expect_rename(&d, "router.image.repository", "gateway.image.repository");
    x = change_at(&d, CHANGE_RENAMED, "router.image.repository");
    CHECK(x && x->evidence_n == 0);
    CHECK(change_at(&d, CHANGE_REMOVED, "router.old") && change_at(&d, CHANGE_ADDED, "gateway.extraEnv") && change_at(&d, CHANGE_ADDED, "gateway.new"));
    CHECK_INT(d.n, 5);
}

static struct str replace_name(struct arena *a, const char *text, const char *from, const char *to)
{
    struct buf b = buf_new(a);
    struct str s = str_from(text), head;
    while (str_cut(s, str_from(from), &head, &s)) {
        buf_add(&b, head);
        buf_z(&b, to);
    }
    buf_add(&b, head);
    return buf_done(&b);
}

TEST(diff_values_is_not_misled_by_a_component_like_it)
{
    /* Two more components, on both sides, show which keys are common. */
    struct str common = str_concat(a, replace_name(a, other, "other", "workers"), replace_name(a, other, "other", "proxy"));
    struct str from = str_concat(a, chart_of(a, "router", ""), common);
    struct str to = str_concat(a, str_concat(a, chart_of(a, "gateway", ""), str_from(other)), common);
    struct value_changes d = values_of(a, from.p, to.p);
    expect_rename(&d, "router", "gateway");
    CHECK(change_at(&d, CHANGE_ADDED, "other"));
    /* The other component alone is no successor. */
    d = values_of(a, from.p, str_concat(a, str_from(other), common).p);
    CHECK(change_at(&d, CHANGE_REMOVED, "router") && change_at(&d, CHANGE_ADDED, "other"));
    CHECK_INT(d.n, 2);
}

TEST(diff_values_finds_moved_keys)
{
    struct value_changes d = values_of(a, "controller: {image: jenkins/jenkins, tag: 1.0-jdk, imagePullPolicy: Always, adminUser: boss, numExecutors: 0}\nservicePort: 8089\nca_file: \"\"\n",
                                       "controller: {image: {repository: jenkins/jenkins, tag: 1.0-jdk, pullPolicy: Always}, admin: {username: boss}, numExecutors: 0}\n"
                                       "service: {port: 8089}\ncaFile: \"\"\n");
    expect_rename(&d, "controller.image", "controller.image.repository");
    expect_rename(&d, "controller.tag", "controller.image.tag");
    expect_rename(&d, "controller.imagePullPolicy", "controller.image.pullPolicy");
    expect_rename(&d, "controller.adminUser", "controller.admin.username");
    expect_rename(&d, "servicePort", "service.port");
    expect_rename(&d, "ca_file", "caFile");
    CHECK(change_at(&d, CHANGE_CHANGED, "controller.image") != NULL);
    CHECK(!change_at(&d, CHANGE_REMOVED, "controller.image"));
    /* controller.admin and service are made of what moved into them: nothing is new. */
    for (uint32_t i = 0; i < d.n; i++) CHECK(d.v[i].kind != CHANGE_ADDED);
}

TEST(diff_values_splits_a_subtree)
{
    struct value_changes d = values_of(a, "config: {cluster_labels: app, ring_log_lines: 100, super_username: postgres}\n",
                                       "configKubernetes: {cluster_labels: app}\nconfigLogging: {ring_log_lines: 100}\nconfigUsers: {super_username: postgres}\n");
    expect_rename(&d, "config.cluster_labels", "configKubernetes.cluster_labels");
    expect_rename(&d, "config.ring_log_lines", "configLogging.ring_log_lines");
    expect_rename(&d, "config.super_username", "configUsers.super_username");
    CHECK_INT(d.n, 3);
}

TEST(diff_values_is_silent_where_it_is_not_sure)
{
    static const char *const pairs[][2] = {
        /* two candidates as good as each other */
        {"monitor: {port: 9022, enabled: false}\n", "monitor: {operator: {port: 9022, enabled: false}, server: {port: 9022, enabled: false}}\n"},
        /* a component that goes, and a key of the same name elsewhere */
        {"mysql: {persistence: {accessMode: RWO}}\n", "persistence: {accessMode: RWO}\n"},
        /* nothing in common but the type */
        {"debug: false\n", "metrics: {enabled: false}\n"},
        {"username: a\n", "replicaCount: 3\n"},
        {"enabled: true\n", "tls: {create: \"\"}\n"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct value_changes d = values_of(a, pairs[i][0], pairs[i][1]);
        for (uint32_t k = 0; k < d.n; k++)
            if (d.v[k].kind == CHANGE_RENAMED) test_fail(__FILE__, __LINE__, "no rename: %.*s to %.*s (%d)", STR_ARG(d.v[k].path), STR_ARG(d.v[k].to), d.v[k].confidence);
    }
}

TEST(diff_values_survives_large_and_odd_trees)
{
    struct map *x = map_new(a), *y = map_new(a);
    for (int i = 0; i < 3000; i++) {
        map_put(x, str_printf(a, "old%d", i), v_int(i));
        map_put(y, str_printf(a, "new%d", i), v_int(i));
    }
    struct value_changes d;
    diff_values(a, x, y, NULL, &d);
    CHECK_INT(d.n, 6000);
    diff_values(a, NULL, y, NULL, &d);
    CHECK_INT(d.n, 3000);
    values_of(a, "{\"\": 1, \".\": {\"a.b\": 1}, \"a\\\\\": 2}", "{\"..\": 1, \"x\": {\"\": 1}, \"\\\\\": 2}");
}

/* ---- fields ---- */

static struct object_change fields_of(struct arena *a, const char *from, const char *to)
{
    struct object_change c = {0};
    diff_fields(a, kube_yaml(a, str_from(from)), kube_yaml(a, str_from(to)), &c.fields, &c.fields_n, &c.fields_cap);
    return c;
}

static void expect_fields(struct arena *a, const char *from, const char *to, const char *paths)
{
    struct object_change c = fields_of(a, from, to);
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < c.fields_n; i++) buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(c.fields[i].path));
    CHECK_STR(buf_done(&b), str_from(paths));
}

TEST(diff_fields_matches_lists_by_name)
{
    expect_fields(a, "[{name: a, v: 1}, {name: b, v: 2}]", "[{name: z, v: 0}, {name: b, v: 3}, {name: a, v: 1}]", "[1].v [0]");
    expect_fields(a, "{env: [{name: a}, {name: b}]}", "{env: [{name: b}]}", "env[0]");
    expect_fields(a, "{containers: [{name: a, image: x}]}", "{containers: [{name: b, image: x}]}", "containers[0].name");
    expect_fields(a, "{env: [{name: a, value: x}]}", "{env: [{name: b, value: x}]}", "env[0] env[0]");
    expect_fields(a, "{args: [a, b]}", "{args: [a, c]}", "args[1]");
    expect_fields(a, "{args: [a, b]}", "{args: [x, a, b]}", "args");
    expect_fields(a, "{p: [{x: 1}]}", "{p: [{x: 1}, {y: 2}]}", "p[1]");
    expect_fields(a, "{a: null, b: {}}", "{b: []}", "b");
    expect_fields(a, "{replicas: 1}", "{replicas: 1.0}", "");
}

TEST(diff_fields_compares_quantities_as_numbers)
{
    expect_fields(a, "{requests: {cpu: 1000m, memory: 1024Mi}}", "{requests: {cpu: 1, memory: 1Gi}}", "");
    expect_fields(a, "{limits: {cpu: 0.5, x: 1G}}", "{limits: {cpu: 500m, x: 1Gi}}", "limits.x");
    expect_fields(a, "{emptyDir: {sizeLimit: 1Gi}}", "{emptyDir: {sizeLimit: 1024Mi}}", "");
    expect_fields(a, "{args: {cpu: 1000m}}", "{args: {cpu: 1}}", "args.cpu");
}

TEST(diff_knows_noise)
{
    CHECK(diff_is_noise(STR("metadata.labels.helm\\.sh/chart")));
    CHECK(diff_is_noise(STR("spec.template.metadata.labels.app\\.kubernetes\\.io/version")));
    CHECK(diff_is_noise(STR("spec.template.metadata.annotations.checksum/config")));
    CHECK(!diff_is_noise(STR("spec.volumeClaimTemplates[0].metadata.labels.helm\\.sh/chart")));
    CHECK(!diff_is_noise(STR("spec.selector.matchLabels.helm\\.sh/chart")));
    CHECK(!diff_is_noise(STR("metadata.labels.app")));
    CHECK(!diff_is_noise(STR("")));
}

/* ---- objects ---- */

static struct objects objects_of(struct arena *a, const char *yaml)
{
    struct list *docs;
    struct str error;
    struct place at;
    struct yaml_options options = {0};
    struct objects o = {0};
    if (!yaml_read_all(a, str_from(yaml), &options, &docs, &error, &at)) {
        test_fail(__FILE__, __LINE__, "not YAML: %.*s", STR_ARG(error));
        return o;
    }
    struct manifest *m = NEW_ARRAY(a, struct manifest, docs->n);
    uint32_t n = 0;
    for (uint32_t i = 0; i < docs->n; i++) {
        struct value v = docs->v[i];
        if (v.kind != V_MAP) continue;
        struct str hook = value_str_at(value_at(v, "metadata", "annotations", NULL), "helm.sh/hook");
        m[n++] = (struct manifest){.object = v, .kind = value_str_at(v, "kind"), .name = value_str_at(value_at(v, "metadata", NULL), "name"), .hook = hook.n > 0};
    }
    objects_of_manifests(a, m, n, STR("ns"), NULL, &o);
    return o;
}

static struct str shown(struct arena *a, const struct object_changes *d)
{
    static const char signs[] = {'+', '-', '~', 'R'};
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < d->n; i++) {
        buf_printf(&b, "%s%c", i ? " " : "", signs[d->v[i].kind]);
        if (d->v[i].from) buf_add(&b, d->v[i].from->id);
        if (d->v[i].from && d->v[i].to && d->v[i].kind == CHANGE_RENAMED) buf_byte(&b, '>');
        if (d->v[i].to && (!d->v[i].from || d->v[i].kind == CHANGE_RENAMED)) buf_add(&b, d->v[i].to->id);
    }
    return buf_done(&b);
}

static struct object_changes objects_diff(struct arena *a, const char *from, const char *to)
{
    struct objects *x = NEW(a, struct objects), *y = NEW(a, struct objects);
    *x = objects_of(a, from);
    *y = objects_of(a, to);
    struct object_changes d;
    diff_objects(a, x, y, &d);
    return d;
}

/* A Deployment, its Service and ServiceAccount; NAME stands for what it is called, EXTRA for variables of its own. */
static struct str service_set(struct arena *a, const char *name, const char *upper, const char *extra)
{
    return str_printf(a,
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x-%s}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: x-%s}\nspec: {selector: {app: %s}, ports: [{port: 80, name: http}]}\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x-%s, labels: {helm.sh/chart: %s}}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: %s}}\n"
        "  template:\n    metadata: {labels: {app: %s}}\n    spec:\n      securityContext: {runAsUser: 1000, fsGroup: 1000}\n      containers:\n      - name: %s\n        image: r/x-%s:v%s\n"
        "        env: [{name: SIE_%s_PORT, value: \"80\"}, {name: SIE_%s_PROFILES, valueFrom: {configMapKeyRef: {name: cm, key: profiles}}}%s]\n"
        "        ports: [{name: http, containerPort: 80}]\n        resources: {limits: {cpu: 2, memory: 2Gi}}\n"
        "        readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 5}\n---\n",
        name, name, name, name, upper, name, name, name, name, upper, upper, upper, extra);
}

TEST(diff_objects_follows_a_renamed_workload)
{
    struct str from = service_set(a, "router", "ROUTER", ""), to = service_set(a, "gateway", "GATEWAY", ", {name: NEW, value: x}");
    struct object_changes d = objects_diff(a, from.p, to.p);
    CHECK_STR(shown(a, &d), STR("RServiceAccount/x-router>ServiceAccount/x-gateway RService/x-router>Service/x-gateway RDeployment/x-router>Deployment/x-gateway"));
    CHECK(d.n == 3 && d.v[2].confidence >= 75 && d.v[2].fields_n > 0);
    /* A Service and a ServiceAccount alone look like any other of their kind. */
    d = objects_diff(a, "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n",
                     "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {selector: {app: b}, ports: [{port: 80}]}\n");
    CHECK_STR(shown(a, &d), STR("-Service/a +Service/b"));
}

/* NAME with a pool in its labels, and SIDECAR beside its own container. */
static struct str worker_set(struct arena *a, const char *name, const char *pool, const char *sidecar)
{
    return str_printf(a,
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: %s}\nspec:\n  serviceName: w\n  selector: {matchLabels: {app: %s}}\n  template:\n    metadata: {labels: {app: %s}}\n    spec:\n"
        "      nodeSelector: {pool: %s}\n      containers:\n      - name: worker\n        image: r/worker:v1\n        env: [{name: POOL, value: %s}, {name: PORT, value: \"80\"}]\n        ports: [{name: http, containerPort: 80}]\n"
        "        resources: {limits: {cpu: 2, memory: 2Gi}}\n        readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 5}\n%s---\n",
        name, name, name, pool, pool, sidecar);
}

TEST(diff_objects_follows_a_workload_that_got_a_sidecar)
{
    const char *sidecar = "      - name: queue\n        image: r/queue:v1\n        args: [--one, --two, --three, --four]\n        env: [{name: A, value: a}, {name: B, value: b}, {name: C, value: c}, {name: D, value: d}, {name: E, value: e}]\n"
                          "        ports: [{name: q, containerPort: 90}]\n        resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1, memory: 1Gi}}\n        livenessProbe: {httpGet: {path: /healthz, port: q}, periodSeconds: 7}\n";
    struct str small = worker_set(a, "w-l4", "l4", ""), large = worker_set(a, "w-l4-default", "l4", sidecar);
    struct object_changes d = objects_diff(a, small.p, large.p);
    CHECK_STR(shown(a, &d), STR("RStatefulSet/w-l4>StatefulSet/w-l4-default"));
    d = objects_diff(a, large.p, small.p); /* the way back */
    CHECK_STR(shown(a, &d), STR("RStatefulSet/w-l4-default>StatefulSet/w-l4"));
    /* Another name: what they have in common is what all pools have. */
    d = objects_diff(a, small.p, worker_set(a, "w-a100", "a100", sidecar).p);
    CHECK_STR(shown(a, &d), STR("-StatefulSet/w-l4 +StatefulSet/w-a100"));
    /* Two that go on with the name: neither is it. */
    d = objects_diff(a, small.p, str_concat(a, large, worker_set(a, "w-l4-extra", "l4", sidecar)).p);
    CHECK_STR(shown(a, &d), STR("-StatefulSet/w-l4 +StatefulSet/w-l4-default +StatefulSet/w-l4-extra"));
}

TEST(diff_objects_tells_a_workload_from_one_like_it)
{
    const char *config = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x-config}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: config}}\n  template:\n"
                         "    metadata: {labels: {app: config}}\n    spec:\n      securityContext: {runAsUser: 1000, fsGroup: 1000}\n      containers:\n      - name: config\n"
                         "        image: r/x-config:v2\n        env: [{name: STORE_DIR, value: /var}, {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]\n"
                         "        ports: [{name: http, containerPort: 80}]\n        resources: {limits: {cpu: 1, memory: 1Gi}}\n"
                         "        readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 5}\n";
    struct str from = service_set(a, "router", "ROUTER", "");
    struct str to = str_concat(a, service_set(a, "gateway", "GATEWAY", ""), str_from(config));
    struct object_changes d = objects_diff(a, from.p, to.p);
    CHECK_STR(shown(a, &d), STR("RServiceAccount/x-router>ServiceAccount/x-gateway RService/x-router>Service/x-gateway RDeployment/x-router>Deployment/x-gateway +Deployment/x-config"));
    d = objects_diff(a, from.p, config);
    CHECK_STR(shown(a, &d), STR("-ServiceAccount/x-router -Service/x-router -Deployment/x-router +Deployment/x-config"));
}

TEST(diff_objects_leaves_noise_out)
{
    const char *one = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {helm.sh/chart: x-%s}}\ndata:\n  a.yaml: |\n    apiVersion: keda.sh/v1alpha1\n    kind: ScaledObject\n"
                      "    metadata: {name: s, labels: {app.kubernetes.io/version: \"%s\"}}\n    spec: {maxReplicaCount: %s}\n";
    struct str p = str_printf(a, one, "1", "1", "3"), q = str_printf(a, one, "2", "2", "3"), r = str_printf(a, one, "2", "2", "4");
    CHECK_INT(objects_diff(a, p.p, q.p).n, 0);
    struct object_changes d = objects_diff(a, p.p, r.p);
    CHECK_STR(shown(a, &d), STR("~ConfigMap/c"));
    CHECK_INT(d.v[0].fields_n, 1);
    CHECK_STR(d.v[0].fields[0].path, STR("data.a\\.yaml[0].spec.maxReplicaCount"));
}

TEST(diff_objects_pairs_numbered_hooks_and_changed_kinds)
{
    const char *hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: apply-%s, annotations: {helm.sh/hook: post-upgrade}}\nspec: {backoffLimit: %s, template: {spec: {}}}\n";
    CHECK_INT(objects_diff(a, str_printf(a, hook, "1", "0").p, str_printf(a, hook, "2", "0").p).n, 0);
    struct object_changes d = objects_diff(a, str_printf(a, hook, "1", "0").p, str_printf(a, hook, "2", "1").p);
    CHECK_STR(shown(a, &d), STR("~Job/apply-1"));
    CHECK_INT(d.v[0].fields_n, 1);
    const char *set = "apiVersion: apps/v1\nkind: %s\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n";
    d = objects_diff(a, str_printf(a, set, "Deployment").p, str_printf(a, set, "StatefulSet").p);
    CHECK_STR(shown(a, &d), STR("RDeployment/x>StatefulSet/x"));
    /* To be a hook on one side is a change even where nothing else is. */
    const char *plain = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n", *hooked = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: pre-install}}\n";
    d = objects_diff(a, plain, hooked);
    CHECK_STR(shown(a, &d), STR("~Secret/s"));
}
