/* Services, configuration, Secrets, permissions, network policies, API versions, hooks. */
#include "checks/checks_test.h"

#define WORKLOAD(kind, name, app, container) "apiVersion: apps/v1\nkind: " kind "\nmetadata: {name: " name "}\nspec:\n  selector: {matchLabels: {app: " app "}}\n  template:\n    metadata: {labels: {app: " app "}}\n    spec: {serviceAccountName: sa, containers: [" container "]}\n"
#define DEPLOYMENT(name, app, container) WORKLOAD("Deployment", name, app, container)
#define SERVICE(name, spec) "---\napiVersion: v1\nkind: Service\nmetadata: {name: " name "}\nspec: {" spec "}\n"

/* ---- services ---- */

TEST(checks_a_service_that_goes_away_breaks_its_clients)
{
    struct checks_pair p = {.old = SERVICE("s", "ports: [{port: 80}]"), .new = "# nothing\n"};
    FIRES(checks_test_run(a, &p), "service/dns-changed", "Service/s", "error");
    p.new = SERVICE("s", "ports: [{port: 80}]");
    SILENT(checks_test_run(a, &p), "service/dns-changed");
}

TEST(checks_ports_that_go_or_change_their_names)
{
    struct checks_pair p = {.old = SERVICE("s", "ports: [{port: 80, name: web}]"), .new = SERVICE("s", "ports: [{port: 80, name: http}]")};
    FIRES(checks_test_run(a, &p), "service/port-changed", "Service/s", "warning");
    p.new = SERVICE("s", "ports: [{port: 81, name: web}]");
    FIRES(checks_test_run(a, &p), "service/port-changed", "Service/s", "warning");
    p.new = SERVICE("s", "ports: [{port: 80, name: web, targetPort: 9, protocol: TCP}, {port: 81, name: more}]");
    SILENT(checks_test_run(a, &p), "service/port-changed");
}

TEST(checks_a_target_port_that_no_container_has)
{
    struct checks_pair p = {.old = DEPLOYMENT("d", "x", "{name: c, image: i, ports: [{name: http, containerPort: 1}]}") SERVICE("s", "selector: {app: x}, ports: [{port: 80, targetPort: http}]"),
                            .new = DEPLOYMENT("d", "x", "{name: c, image: i, ports: [{name: web, containerPort: 1}]}") SERVICE("s", "selector: {app: x}, ports: [{port: 80, targetPort: http}], type: ClusterIP")};
    FIRES(checks_test_run(a, &p), "service/port-changed", "Service/s", "error");
    p.new = DEPLOYMENT("d", "x", "{name: c, image: i, ports: [{name: web, containerPort: 1}]}") SERVICE("s", "selector: {app: x}, ports: [{port: 80, targetPort: web}]");
    SILENT(checks_test_run(a, &p), "service/port-changed");
}

TEST(checks_a_service_that_selects_other_pods)
{
    struct checks_pair p = {.old = DEPLOYMENT("d", "x", "{name: c, image: i}") SERVICE("s", "selector: {app: x}"), .new = DEPLOYMENT("d", "x", "{name: c, image: i}") SERVICE("s", "selector: {app: y}")};
    FIRES(checks_test_run(a, &p), "service/selector-changed", "Service/s", "error");
    /* The selector follows the pods' new labels. */
    p.new = DEPLOYMENT("d", "y", "{name: c, image: i}") SERVICE("s", "selector: {app: y}");
    FIRES(checks_test_run(a, &p), "service/selector-changed", "Service/s", "info");
}

TEST(checks_the_type_of_a_service)
{
    struct checks_pair p = {.old = SERVICE("s", "type: LoadBalancer"), .new = SERVICE("s", "type: ClusterIP")};
    FIRES(checks_test_run(a, &p), "service/type-changed", "Service/s", "error");
    p = (struct checks_pair){.old = SERVICE("s", "ports: [{port: 1}]"), .new = SERVICE("s", "type: ClusterIP, ports: [{port: 1}]")};
    SILENT(checks_test_run(a, &p), "service/type-changed");
}

#define INGRESS(host) "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: " host ", http: {paths: [{path: /, backend: {service: {name: s, port: {number: 1}}}}]}}]}\n"

TEST(checks_a_host_that_is_no_longer_routed)
{
    struct checks_pair p = {.old = INGRESS("a.example.com"), .new = INGRESS("b.example.com")};
    FIRES(checks_test_run(a, &p), "service/route-removed", "Ingress/i", "error");
    p.new = INGRESS("a.example.com");
    SILENT(checks_test_run(a, &p), "service/route-removed");
}

/* ---- configuration ---- */

#define READER(more) DEPLOYMENT("d", "x", "{name: c, image: i, envFrom: [{configMapRef: {name: cm}}]" more "}") "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n"

TEST(checks_configuration_that_nobody_reads_again)
{
    struct checks_pair p = {.old = READER("") "data: {a: b}\n", .new = READER("") "data: {a: c}\n"};
    FIRES(checks_test_run(a, &p), "config/not-reloaded", "ConfigMap/cm", "warning");
    p.new = READER(", args: [x]") "data: {a: c}\n";
    SILENT(checks_test_run(a, &p), "config/not-reloaded");
}

TEST(checks_a_secret_that_only_the_new_version_needs)
{
    struct checks_pair p = {.old = DEPLOYMENT("d", "x", "{name: c, image: i}"), .new = DEPLOYMENT("d", "x", "{name: c, image: i, env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t}}}]}")};
    FIRES(checks_test_run(a, &p), "reference/missing", "Secret/token", "error");
    p.new = DEPLOYMENT("d", "x", "{name: c, image: i, env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t, optional: true}}}]}");
    SILENT(checks_test_run(a, &p), "reference/missing");
    p.new = DEPLOYMENT("d", "x", "{name: c, image: i, env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t}}}]}") "---\napiVersion: v1\nkind: Secret\nmetadata: {name: token}\nstringData: {t: x}\n";
    SILENT(checks_test_run(a, &p), "reference/missing");
    /* Needed before as well. */
    p.new = DEPLOYMENT("d", "x", "{name: c, image: j, env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t}}}]}");
    p.old = DEPLOYMENT("d", "x", "{name: c, image: i, env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t}}}]}");
    SILENT(checks_test_run(a, &p), "reference/missing");
}

/* ---- chance ---- */

#define SECRET(password) "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: " password "}\n"

TEST(checks_a_password_that_becomes_random)
{
    struct checks_pair p = {.old = SECRET("known"), .new = SECRET("{{ randAlphaNum 10 | quote }}")};
    FIRES(checks_test_run(a, &p), "secret/rotated", "Secret/s", "error");
    /* Anew at each upgrade, before as well: no news. */
    p.old = p.new;
    FIRES(checks_test_run(a, &p), "secret/rotated", "Secret/s", "info");
    p.for_plan = true;
    FIRES(checks_test_run(a, &p), "secret/rotated", "Secret/s", "warning");
}

TEST(checks_a_password_that_is_looked_up_stays)
{
    static const char looked_up[] = "{{- $s := lookup \"v1\" \"Secret\" \"ns\" \"s\" }}\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
                                    "{{- if $s }}\ndata: {p: {{ $s.data.p | quote }}}\n{{- else }}\nstringData: {p: {{ randAlphaNum 10 | quote }}}\n{{- end }}\n";
    struct checks_pair p = {.old = looked_up, .new = looked_up};
    SILENT(checks_test_run(a, &p), "secret/rotated");
    p.old = "# nothing\n";
    SILENT(checks_test_run(a, &p), "secret/rotated");
}

TEST(checks_pods_that_restart_by_chance)
{
    static const char random[] = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}, annotations: {roll: {{ randAlphaNum 5 | quote }}}}, spec: {containers: [{name: c, image: i}]}}}\n";
    struct checks_pair p = {.old = "# nothing\n", .new = random};
    FIRES(checks_test_run(a, &p), "template/nondeterministic", "Deployment/d", "warning");
    p.old = random;
    SILENT(checks_test_run(a, &p), "template/nondeterministic");
}

/* ---- permissions ---- */

#define BOUND(rules) "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [" rules "]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: sa}]\n"

TEST(checks_a_permission_that_is_gone)
{
    struct checks_pair p = {.old = DEPLOYMENT("d", "x", "{name: c, image: i}") BOUND("{apiGroups: [\"\"], resources: [pods, secrets], verbs: [get, list]}"),
                            .new = DEPLOYMENT("d", "x", "{name: c, image: i}") BOUND("{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}")};
    FIRES(checks_test_run(a, &p), "rbac/permission-removed", "Role/r", "warning");
    /* The same in another form. */
    p.new = DEPLOYMENT("d", "x", "{name: c, image: i}") BOUND("{apiGroups: [\"*\"], resources: [pods], verbs: [\"*\"]}, {apiGroups: [\"\"], resources: [secrets], verbs: [list, get, watch]}");
    SILENT(checks_test_run(a, &p), "rbac/permission-removed");
}

/* ---- traffic ---- */

#define POLICY(rules) "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {matchLabels: {app: x}}, ingress: [" rules "]}\n"

TEST(checks_traffic_that_is_cut)
{
    struct checks_pair p = {.old = DEPLOYMENT("d", "x", "{name: c, image: i, ports: [{name: http, containerPort: 80}]}") POLICY("{ports: [{port: 80}, {port: 90}]}"),
                            .new = DEPLOYMENT("d", "x", "{name: c, image: i, ports: [{name: http, containerPort: 80}]}") POLICY("{ports: [{port: http}]}")};
    FIRES(checks_test_run(a, &p), "networkpolicy/cuts-traffic", "NetworkPolicy/np", "warning");
    p.old = DEPLOYMENT("d", "x", "{name: c, image: i, ports: [{name: http, containerPort: 80}]}") POLICY("{ports: [{port: 80}]}");
    SILENT(checks_test_run(a, &p), "networkpolicy/cuts-traffic");
}

TEST(checks_a_policy_that_goes_away)
{
    struct checks_pair p = {.old = DEPLOYMENT("d", "x", "{name: c, image: i}") POLICY("{}"), .new = DEPLOYMENT("d", "x", "{name: c, image: i}")};
    FIRES(checks_test_run(a, &p), "networkpolicy/cuts-traffic", "NetworkPolicy/np", "error");
    p.new = "# no pods either\n";
    SILENT(checks_test_run(a, &p), "networkpolicy/cuts-traffic");
}

/* ---- API versions, CRDs ---- */

#define BUDGET(api) "apiVersion: " api "\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: x}}}\n"

TEST(checks_an_api_version_that_is_not_served)
{
    struct checks_pair p = {.old = BUDGET("policy/v1"), .new = BUDGET("policy/v1beta1"), .kube_version = "1.25.0"};
    FIRES(checks_test_run(a, &p), "api/removed", "PodDisruptionBudget/b", "error");
    p.kube_version = "1.24.0";
    FIRES(checks_test_run(a, &p), "api/deprecated", "PodDisruptionBudget/b", "warning");
    p.kube_version = "1.20.0";
    SILENT(checks_test_run(a, &p), "api/deprecated");
    p = (struct checks_pair){.old = BUDGET("policy/v1beta1"), .new = BUDGET("policy/v1"), .kube_version = "1.25.0"};
    FIRES(checks_test_run(a, &p), "api/removed", "PodDisruptionBudget/b", "warning"); /* the way back */
}

TEST(checks_a_chart_that_asks_for_the_api)
{
    static const char asks[] = "apiVersion: {{ if .Capabilities.APIVersions.Has \"policy/v1/PodDisruptionBudget\" }}policy/v1{{ else }}policy/v1beta1{{ end }}\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {maxUnavailable: 1}\n";
    struct checks_pair p = {.old = "# nothing\n", .new = asks, .kube_version = "1.30.0"};
    SILENT(checks_test_run(a, &p), "api/removed");
}

#define CRD(version) "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.e.com}\nspec: {group: e.com, scope: Cluster, names: {kind: X, plural: xs}, versions: [{name: " version ", served: true, storage: true}]}\n"

TEST(checks_definitions_in_crds_are_not_upgraded)
{
    struct checks_pair p = {.old = "### crds/x.yaml\n" CRD("v1"), .new = "### crds/x.yaml\n" CRD("v2")};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "crd/not-upgraded", "CustomResourceDefinition/xs.e.com", "warning");
    FIRES(f, "crd/removed", "CustomResourceDefinition/xs.e.com", "error"); /* v1 is no longer served */
    p.new = p.old;
    SILENT(checks_test_run(a, &p), "crd/not-upgraded");
    p.old = "### templates/x.yaml\n# nothing\n";
    f = checks_test_run(a, &p);
    FIRES(f, "crd/not-upgraded", "CustomResourceDefinition/xs.e.com", "info");
    CHECK(!checks_test_find(f, "object/added", "CustomResourceDefinition/xs.e.com")); /* Helm does not make it */
}

TEST(checks_a_definition_that_leaves_the_templates_takes_its_objects_along)
{
    struct checks_pair p = {.old = CRD("v1"), .new = "### crds/x.yaml\n" CRD("v1")};
    FIRES(checks_test_run(a, &p), "crd/removed", "CustomResourceDefinition/xs.e.com", "error");
    const char *crds = p.new;
    p.new = p.old;
    p.old = crds;
    struct facts *f = checks_test_run(a, &p);
    SILENT(f, "crd/removed");
    FIRES(f, "object/adoption-conflict", "CustomResourceDefinition/xs.e.com", "error");
}

/* ---- hooks ---- */

#define HOOK(annotations, container) "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {" annotations "}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, " container "}]}}}\n"

TEST(checks_a_migration_is_not_undone_by_a_rollback)
{
    struct checks_pair p = {.old = HOOK("helm.sh/hook: pre-upgrade", "image: \"a:1\", args: [migrate]"), .new = HOOK("helm.sh/hook: pre-upgrade", "image: \"a:2\", args: [migrate]")};
    FIRES(checks_test_run(a, &p), "hook/not-run-on-rollback", "Job/j", "error");
    p.new = p.old;
    SILENT(checks_test_run(a, &p), "hook/not-run-on-rollback");
    p = (struct checks_pair){.old = "# nothing\n", .new = HOOK("helm.sh/hook: post-upgrade", "image: a, args: [\"kubectl get pods; kubectl wait pod/x\"]")};
    SILENT(checks_test_run(a, &p), "hook/not-run-on-rollback"); /* it only looks */
}

TEST(checks_a_hook_that_runs_at_another_time)
{
    struct checks_pair p = {.old = HOOK("helm.sh/hook: pre-upgrade", "image: a"), .new = HOOK("helm.sh/hook: post-upgrade", "image: a")};
    FIRES(checks_test_run(a, &p), "hook/changed", "Job/j", "warning");
    p.new = HOOK("helm.sh/hook: pre-upgrade", "image: b");
    SILENT(checks_test_run(a, &p), "hook/changed");
}

TEST(checks_a_hook_that_is_still_there)
{
    struct checks_pair p = {.old = HOOK("helm.sh/hook: pre-upgrade", "image: a"), .new = HOOK("helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: hook-failed", "image: a")};
    FIRES(checks_test_run(a, &p), "hook/conflict", "Job/j", "warning");
    p.old = p.new;
    SILENT(checks_test_run(a, &p), "hook/conflict");
}
