#include "kube/applied.h"
#include "kube/kube_test.h"
#include "kube/noise.h"
#include "kube/ownership.h"
#include "kube/script.h"

struct pile {
    struct manifest v[16];
    uint32_t n;
};

/* A manifest as render_manifests gives it: hooks and crds are told by the annotation and by `crd`. */
static void put(struct arena *a, struct pile *p, const char *yaml, bool crd)
{
    struct value v = kube_yaml(a, str_from(yaml));
    struct str events = value_str_at(value_at(v, "metadata", "annotations", NULL), "helm.sh/hook");
    p->v[p->n++] = (struct manifest){
        .object = v, .kind = value_str_at(v, "kind"), .name = value_str_at(value_at(v, "metadata", NULL), "name"), .hook = events.n > 0, .events = events, .crd = crd};
}

static const char set[] = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w, labels: {helm.sh/chart: c-1.0.0, app: w}}\nspec:\n  replicas: 2\n"
                          "  template:\n    metadata: {labels: {app: w, app.kubernetes.io/version: v1}, annotations: {checksum/config: abc}}\n"
                          "    spec: {containers: [{name: c, env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: k}}}]}]}\n"
                          "  volumeClaimTemplates: [{metadata: {name: data}}]\n";

static const char map_of_scalers[] =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scalers, annotations: {helm.sh/hook: \"post-install,post-upgrade\"}}\ndata:\n"
    "  a.yaml: |\n    apiVersion: keda.sh/v1alpha1\n    kind: ScaledObject\n    metadata: {name: a-scaler, labels: {helm.sh/chart: c-1.0.0}}\n"
    "    spec: {scaleTargetRef: {kind: StatefulSet, name: w}, triggers: [{type: x, authenticationRef: {name: auth}}]}\n"
    "  b.yaml: |\n    ---\n    apiVersion: v1\n    kind: Service\n    metadata: {name: s, namespace: other}\n    ---\n    apiVersion: v1\n    kind: Service\n    metadata: {name: t}\n"
    "  notes.txt: not a manifest\n";

static const char job[] =
    "apiVersion: batch/v1\nkind: Job\nmetadata: {name: apply-1, annotations: {helm.sh/hook: \"post-install,post-upgrade\"}}\nspec:\n  template:\n    spec:\n"
    "      serviceAccountName: applier\n      containers:\n      - name: c\n        command: [/bin/sh, -c]\n        args:\n        - |\n          set -e\n          NAMESPACE=\"ns\"\n"
    "          while [ $n -lt 3 ]; do\n            if kubectl api-resources | grep -q scaledobjects; then break; fi\n          done\n"
    "          kubectl apply -f /config/ -n \"$NAMESPACE\"\n          echo done\n        volumeMounts: [{name: config, mountPath: /config}]\n"
    "      volumes: [{name: config, configMap: {name: scalers}}]\n";

static void expect(const struct objects *o, uint32_t i, const char *id, enum owner owner)
{
    CHECK(i < o->n);
    if (i >= o->n) return;
    CHECK_STR(o->v[i].id, str_from(id));
    CHECK_STR(str_from(owner_name(o->v[i].owner)), str_from(owner_name(owner)));
}

TEST(objects_have_owners_in_order)
{
    struct pile p = {0};
    put(a, &p, "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.e.io}\nspec: {group: e.io, scope: Cluster, names: {kind: X}}\n", true);
    put(a, &p, map_of_scalers, false);
    put(a, &p, job, false);
    put(a, &p, set, false);
    put(a, &p, "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: store, annotations: {helm.sh/resource-policy: keep}}\n", false);
    put(a, &p, "apiVersion: e.io/v1\nkind: X\nmetadata: {name: x, namespace: wrong}\n", false);
    put(a, &p, "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: l1}}\n- {apiVersion: v1, kind: Service, metadata: {name: l2}}\n", false);
    struct objects o;
    objects_of_manifests(a, p.v, p.n, STR("ns"), NULL, &o);
    expect(&o, 0, "StatefulSet/w", OWNER_RELEASE);
    expect(&o, 1, "PersistentVolumeClaim/store", OWNER_KEPT);
    expect(&o, 2, "X/x", OWNER_RELEASE);
    expect(&o, 3, "Service/l1", OWNER_RELEASE);
    expect(&o, 4, "Service/l2", OWNER_RELEASE);
    expect(&o, 5, "ConfigMap/scalers", OWNER_HOOK);
    expect(&o, 6, "Job/apply-1", OWNER_HOOK);
    expect(&o, 7, "ScaledObject/a-scaler", OWNER_HOOK_APPLIED);
    expect(&o, 8, "Service/other/s", OWNER_HOOK_APPLIED);
    expect(&o, 9, "Service/t", OWNER_HOOK_APPLIED);
    expect(&o, 10, "CustomResourceDefinition/xs.e.io", OWNER_CRD);
    expect(&o, 11, "PersistentVolumeClaim/data-w-0", OWNER_RUNTIME);
    expect(&o, 12, "PersistentVolumeClaim/data-w-1", OWNER_RUNTIME);
    expect(&o, 13, "HorizontalPodAutoscaler/keda-hpa-a-scaler", OWNER_RUNTIME);
    expect(&o, 14, "Secret/token", OWNER_REFERENCED);
    expect(&o, 15, "ServiceAccount/applier", OWNER_REFERENCED);
    expect(&o, 16, "TriggerAuthentication/auth", OWNER_REFERENCED);
    CHECK_INT(o.n, 17);
    const struct object *s = objects_find(&o, STR("ScaledObject/a-scaler"));
    CHECK(s && s->applied_by == objects_find(&o, STR("Job/apply-1")));
    CHECK(s && str_is(s->config_map_key, "a.yaml") && s->from && str_is(s->from->name, "scalers"));
    CHECK_STR(objects_find(&o, STR("X/x"))->ns, STR(""));
    CHECK_STR(objects_find(&o, STR("Service/t"))->ns, STR("ns"));
    CHECK(!objects_find(&o, STR("Service/none")));
}

static struct str digest(struct arena *a, const char *yaml)
{
    struct pile p = {0};
    struct objects o;
    put(a, &p, yaml, false);
    objects_of_manifests(a, p.v, p.n, STR("ns"), NULL, &o);
    return object_digest(&o.v[0]);
}

static struct str replaced(struct arena *a, const char *text, const char *from, const char *to)
{
    ptrdiff_t at = str_find(str_from(text), str_from(from));
    CHECK(at >= 0);
    return str_printf(a, "%.*s%s%s", (int)at, text, to, text + at + strlen(from));
}

TEST(objects_refer_to_secrets_of_triggers)
{
    struct pile p = {0};
    struct objects o;
    put(a, &p, "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: t}\nspec: {secretTargetRef: [{parameter: p, name: s, key: k}]}\n", false);
    put(a, &p, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {serviceAccountName: default, volumes: [{name: r, configMap: {name: kube-root-ca.crt}}, {name: o, secret: "
               "{secretName: x, optional: true}}]}\n", false);
    objects_of_manifests(a, p.v, p.n, STR("ns"), NULL, &o);
    CHECK_INT(o.n, 3);
    expect(&o, 2, "Secret/s", OWNER_REFERENCED);
}

TEST(objects_digest_leaves_version_labels_out)
{
    CHECK_STR(digest(a, set), digest(a, replaced(a, set, "c-1.0.0", "c-2.0.0").p));
    CHECK_STR(digest(a, set), digest(a, replaced(a, set, "version: v1", "version: v2").p));
    CHECK_STR(digest(a, set), digest(a, replaced(a, set, "checksum/config: abc", "checksum/config: xyz").p));
    CHECK_STR(digest(a, map_of_scalers), digest(a, replaced(a, map_of_scalers, "c-1.0.0", "c-2.0.0").p));
    CHECK(!str_eq(digest(a, set), digest(a, replaced(a, set, "replicas: 2", "replicas: 3").p)));
    CHECK(!str_eq(digest(a, map_of_scalers), digest(a, replaced(a, map_of_scalers, "name: w", "name: x").p)));
    /* In a claim template a version label is immutable, and no noise. */
    const char *claims = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w}\nspec: {volumeClaimTemplates: [{metadata: {labels: {helm.sh/chart: c-1}}}]}\n";
    CHECK(!str_eq(digest(a, claims), digest(a, replaced(a, claims, "c-1", "c-2").p)));
}

static void check_applied(struct arena *a, const char *script, const char *mounts, const char *volume, const char *config_map, const char *key)
{
    struct str quoted = str_printf(a, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env: [{name: DIR, value: /config}]\n"
                                      "    command: [sh, -ec]\n    volumeMounts: %s\n  volumes: [{name: v, %s}]\n", mounts, volume);
    struct workload w;
    struct object *o = kube_object(a, quoted.p);
    struct list *args = list_new(a);
    list_add(args, v_str(str_from(script)));
    map_putz(value_at(o->v, "spec", "containers", NULL).u.list->v[0].u.map, "args", v_list(args));
    CHECK(workload_read(a, o, &w));
    uint32_t n;
    struct applied *v = applied_find(a, &w, &n);
    if (!config_map) {
        if (n) test_fail(__FILE__, __LINE__, "applies nothing: %s", script);
        return;
    }
    if (n != 1) {
        test_fail(__FILE__, __LINE__, "applies one thing, not %u: %s", n, script);
        return;
    }
    CHECK_STR(v[0].config_map, str_from(config_map));
    CHECK_STR(v[0].key, str_from(key));
}

TEST(applied_finds_config_maps_by_script_and_volume)
{
    const char *mount = "[{name: v, mountPath: /config}]", *map = "configMap: {name: cm}";
    check_applied(a, "kubectl apply -f /config/", mount, map, "cm", "");
    check_applied(a, "kubectl -n x apply --filename=/config/a.yaml", mount, map, "cm", "a.yaml");
    check_applied(a, "kubectl create -f \"$DIR/a.yaml\" || true", mount, map, "cm", "a.yaml");
    check_applied(a, "D='/con'\nkubectl replace \\\n  --force -f ${D}fig", mount, map, "cm", "");
    check_applied(a, "for f in /config/*.yaml; do\n  kubectl apply -f $f\ndone", mount, map, "cm", "");
    check_applied(a, "cd /config && /usr/bin/kubectl apply --server-side -f .", mount, map, "cm", "");
    check_applied(a, "if ! timeout 5 kubectl apply -Rf /config; then exit 1; fi", mount, map, "cm", "");
    check_applied(a, "kubectl apply -f /config/x/a.yaml", "[{name: o, mountPath: /config}, {name: v, mountPath: /config/x/a.yaml, subPath: k}]", map, "cm", "k");
    check_applied(a, "kubectl apply -f /config/p", mount, "configMap: {name: cm, items: [{key: k, path: p}, {key: l, path: q}]}", "cm", "k");
    check_applied(a, "kubectl apply -f /config", mount, "projected: {sources: [{configMap: {name: cm}}]}", "cm", "");
    check_applied(a, "kubectl apply -f /other", mount, map, NULL, NULL);
    check_applied(a, "kubectl apply -f /configs", mount, map, NULL, NULL);
    check_applied(a, "kubectl delete -f /config", mount, map, NULL, NULL);
    check_applied(a, "kubectl get -f /config # kubectl apply -f /config", mount, map, NULL, NULL);
    check_applied(a, "echo kubectl; cat /config/*", mount, map, NULL, NULL);
    check_applied(a, "kubectl apply -f /config", mount, "secret: {secretName: s}", NULL, NULL);
}

TEST(applied_finds_here_documents)
{
    struct pile p = {0};
    struct objects o;
    put(a, &p, "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: post-install}}\nspec: {template: {spec: {containers: [{name: c, command: [sh, -c, \""
               "cat <<EOF | kubectl apply -n z -f -\\napiVersion: v1\\nkind: Secret\\nmetadata: {name: made}\\nEOF\\n"
               "kubectl apply -f - <<'END'\\napiVersion: v1\\nkind: Secret\\nmetadata: {name: $X}\\nEND\\n\"]}]}}}\n", false);
    objects_of_manifests(a, p.v, p.n, STR("ns"), NULL, &o);
    CHECK_INT(o.n, 2);
    expect(&o, 1, "Secret/z/made", OWNER_HOOK_APPLIED);
}

TEST(script_survives_odd_text)
{
    static const char *const odd[] = {"'", "\"", "\\", "$", "${", "${}", "${a", "$(", "<<", "<<E", "<<E\nx", "a <<'E' <<F\n1\nE\n2\nF\nb", "for", "for x in", "cd", "=", "a=", ";;;|&&", "#", "> ", "\"$", "\"\\"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct strmap vars = strmap_new(a);
        struct script s;
        script_read(a, str_from(odd[i]), (struct str){0}, &vars, &s);
    }
}

TEST(ownership_has_a_row_for_every_owner)
{
    for (int i = OWNER_RELEASE; i <= OWNER_RUNTIME; i++) {
        const struct ownership *o = ownership_of((enum owner)i);
        CHECK_INT(o->owner, i);
        CHECK(o->name && o->note && o->source);
    }
    CHECK(!(ownership_of(OWNER_HOOK_APPLIED)->does[HELM_ROLLBACK]));
    CHECK(!(ownership_of(OWNER_CRD)->does[HELM_UPGRADE] & OWN_PATCHES));
    CHECK(ownership_of(OWNER_RELEASE)->does[HELM_ROLLBACK] & OWN_DELETES);
}

TEST(kinds_know_their_scope)
{
    CHECK(!kind_is_namespaced(STR("rbac.authorization.k8s.io/v1"), STR("ClusterRole")));
    CHECK(kind_is_namespaced(STR("rbac.authorization.k8s.io/v1"), STR("Role")));
    CHECK(!kind_is_namespaced(STR("v1"), STR("Namespace")));
    CHECK(kind_is_namespaced(STR("example.com/v1"), STR("Namespace")));
}
