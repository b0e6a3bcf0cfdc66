#include "base/test.h"
#include "kube/kube_test.h"
#include "plan/planner.h"
#include "plan/volatile.h"

static void metrics(struct arena *a, const char *query, const char *want)
{
    struct strmap m = strmap_new(a);
    struct buf b = buf_new(a);
    prometheus_metrics(a, str_from(query), &m);
    for (size_t i = 0; i < m.n; i++) buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(m.items[i].key));
    CHECK_STR(buf_done(&b), str_from(want));
}

TEST(prometheus_finds_metrics)
{
    metrics(a, "up", "up");
    metrics(a, "sum(a_b{x=\"c_d\", y!~\"e|f\"}) or vector(0)", "a_b");
    metrics(a, "sum by (pod, ns) (rate(a:b:rate5m{x='y'}[2m])) / on(ns) group_left(x) count(c) > 0.5", "a:b:rate5m c");
    metrics(a, "histogram_quantile(0.95, sum(rate(h_bucket[5m])) by (le))", "h_bucket");
    metrics(a, "a offset 5m unless b and ignoring(z) c", "a b c");
    metrics(a, "a{x=\"\\\"}\"} + 1e3", "a");
    metrics(a, "\"unfinished", "");
    metrics(a, "", "");
}

static struct str patched(struct arena *a, bool merge, const char *old, const char *new)
{
    struct planner p = {.a = a};
    struct value x = kube_yaml(a, str_from(old)), y = kube_yaml(a, str_from(new));
    struct value v = merge ? residue_merge(&p, x, y, 0) : residue_removals(&p, x, y, 0);
    if (v.kind == V_NIL) return STR("nothing");
    struct buf b = buf_new(a);
    canonical_json(&b, v);
    return buf_done(&b);
}

TEST(residue_removes_what_only_the_new_version_set)
{
    CHECK_STR(patched(a, false, "a: 1", "a: 2"), STR("nothing"));
    CHECK_STR(patched(a, false, "a: {b: 1}", "a: {b: 1, c: 2}\nd: 3"), STR("{\"a\":{\"c\":null},\"d\":null}"));
    CHECK_STR(patched(a, false, "containers: [{name: w, env: [{name: A, value: x}]}]", "containers: [{name: w, env: [{name: A, value: y}, {name: B, value: z}]}]"),
              STR("{\"containers\":[{\"env\":[{\"$patch\":\"delete\",\"name\":\"B\"}],\"name\":\"w\"}]}"));
    /* One and the same variable from elsewhere: both sources at once would be refused. */
    CHECK_STR(patched(a, false, "env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}]", "env: [{name: A, value: y}]"), STR("{\"env\":[{\"name\":\"A\",\"value\":null}]}"));
    CHECK_STR(patched(a, false, "ports: [{port: 80}]", "ports: [{port: 80}, {port: 81}]"), STR("{\"ports\":[{\"$patch\":\"delete\",\"port\":81}]}"));
    CHECK_STR(patched(a, false, "args: [a]", "args: [a, b]"), STR("nothing")); /* replaced whole */
    CHECK_STR(patched(a, false, "env: []", "env: [plain]"), STR("nothing"));
}

TEST(residue_merges_custom_resources_back)
{
    CHECK_STR(patched(a, true, "a: 1\nb: {c: 1}", "a: 1\nb: {c: 1}"), STR("nothing"));
    CHECK_STR(patched(a, true, "a: 1\nb: {c: [1, 2]}", "a: 2\nb: {c: [1], d: 3}\ne: 4"), STR("{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null},\"e\":null}"));
    CHECK_STR(patched(a, true, "a: {b: 1}", "{}"), STR("{\"a\":{\"b\":1}}"));
}

static struct str written(struct arena *a, const char *old, const char *new)
{
    struct buf b = buf_new(a);
    canonical_json(&b, residue_as_written(a, kube_yaml(a, str_from(old)), kube_yaml(a, str_from(new))));
    return buf_done(&b);
}

TEST(what_helm_writes_on_every_object_is_no_residue)
{
    const char *new = "metadata: {labels: {app.kubernetes.io/managed-by: Helm, x: y}}\nspec: {selector: {app.kubernetes.io/managed-by: Helm}}";
    CHECK_STR(written(a, "metadata: {labels: {a: b}}", new), STR("{\"metadata\":{\"labels\":{\"a\":\"b\",\"app.kubernetes.io/managed-by\":\"Helm\"}}}"));
    CHECK_STR(written(a, "metadata: {name: own}\nspec: {}", new), STR("{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":\"Helm\"},\"name\":\"own\"},\"spec\":{}}"));
    CHECK_STR(written(a, "metadata: {labels: {app.kubernetes.io/managed-by: me}}", new), STR("{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":\"me\"}}}"));
    CHECK_STR(written(a, "metadata: {name: own}", "metadata: {labels: {x: y}}"), STR("{\"metadata\":{\"name\":\"own\"}}"));
}

TEST(make_words)
{
    struct object o = {.api_version = STR("keda.sh/v1alpha1"), .kind = STR("ScaledObject"), .name = STR("x")};
    CHECK_STR(make_ref(a, &o), STR("scaledobject.keda.sh/x"));
    o.api_version = STR("v1");
    o.kind = STR("ConfigMap");
    CHECK_STR(make_ref(a, &o), STR("configmap/x"));
    CHECK_STR(make_id(a, STR("a/b c.d_e-F9")), STR("a-b-c.d_e-F9"));
    CHECK_STR(make_regex(a, STR("v1.2+x|(y)[z]{2}^$*?\\")), STR("v1\\.2\\+x\\|\\(y\\)\\[z\\]\\{2\\}\\^\\$\\*\\?\\\\"));
    CHECK_STR(make_jsonpath_key(a, ".metadata.annotations", STR("a.b/c")), STR("{.metadata.annotations.a\\.b/c}"));
}

TEST(make_text_fills_in)
{
    struct plan plan = {.release = STR("r"), .version_old = STR("1"), .version_new = STR("2")};
    struct planner p = {.a = a, .plan = &plan};
    CHECK_STR(make_text(&p, STR("{release}: {old} to {new}, {name} {unknown} {"), "name", STR("n"), NULL), STR("r: 1 to 2, n {unknown} {"));
}

static bool is_uncertain(struct arena *a, const char *text)
{
    struct file f = {.path = STR("templates/x.yaml"), .data = str_from(text)};
    struct rendered r = {.file = &f};
    struct side side = {.render = {.files = &r, .files_n = 1}};
    return uncertain_files(a, &side).files[0];
}

/* A word counts where it begins, a field of the release wherever its point stands. */
TEST(plan_knows_templates_that_change_by_themselves)
{
    static const char *const uncertain[] = {"now)", "x: {{ randAlphaNum 5 }}", "{{ $.Release.Revision }}", "{{ lookup \"v1\" }}", "{{htpasswd \"a\" \"b\"}}", "{{ now | date }}"};
    static const char *const certain[] = {"", "n", ".", "known ", "{{ .Values.xlookup }}", "xrandAlpha", "{{ .Release.Name }}", "genC", "shuffl"};
    for (size_t i = 0; i < sizeof uncertain / sizeof *uncertain; i++) CHECK(is_uncertain(a, uncertain[i]));
    for (size_t i = 0; i < sizeof certain / sizeof *certain; i++) CHECK(!is_uncertain(a, certain[i]));
}
