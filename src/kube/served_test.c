#include "kube/kube_test.h"
#include "kube/served.h"
#include "value/json.h"

static struct str json_of(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    struct str error;
    json_write(&b, v, JSON_COMPACT, &error);
    return buf_done(&b);
}

TEST(served_secret_folds_what_was_written_as_text)
{
    struct value v = kube_yaml(a, STR("kind: Secret\ndata: {a: eA==, b: eQ==}\nstringData: {b: z, c: \"\"}\n"));
    CHECK_STR(json_of(a, served_secret(a, v)), STR("{\"data\":{\"a\":\"eA==\",\"b\":\"eg==\",\"c\":\"\"},\"kind\":\"Secret\"}"));
    /* Not of another kind, nor what the API server would refuse. */
    v = kube_yaml(a, STR("kind: ConfigMap\nstringData: {b: z}\n"));
    CHECK(served_secret(a, v).u.map == v.u.map);
    v = kube_yaml(a, STR("kind: Secret\nstringData: {b: 1}\n"));
    CHECK(served_secret(a, v).u.map == v.u.map);
}

static struct objects of(struct arena *a, const char *yaml, struct manifest *m)
{
    struct objects o;
    struct value v = kube_yaml(a, str_from(yaml));
    struct value annotations = value_at(v, "metadata", "annotations", NULL);
    *m = (struct manifest){.object = v, .kind = value_str_at(v, "kind"), .name = value_str_at(value_at(v, "metadata", NULL), "name"),
                           .events = value_str_at(annotations, "helm.sh/hook"), .delete_policy = value_str_at(annotations, "helm.sh/hook-delete-policy")};
    m->hook = m->events.n > 0;
    objects_of_manifests(a, m, 1, STR("ns"), NULL, &o);
    return o;
}

TEST(served_objects_have_what_helm_and_the_api_server_add)
{
    struct manifest m;
    struct objects all = of(a, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: x}\n", &m);
    struct value v = served_object(a, &all, &all.v[0], STR("v1"), STR("r"), STR("ns"));
    CHECK_STR(value_str_at(value_at(v, "data", NULL), "p"), STR("eA=="));
    CHECK(value_at(v, "stringData", NULL).kind == V_NIL);
    CHECK_STR(value_str_at(value_at(v, "metadata", NULL), "namespace"), STR("ns"));
    CHECK_STR(value_str_at(value_at(v, "metadata", "annotations", NULL), "meta.helm.sh/release-name"), STR("r"));
    CHECK(value_str_at(value_at(v, "metadata", NULL), "uid").n > 0);
    CHECK_STR(value_str_at(v, "type"), STR("Opaque"));
    CHECK(value_at(all.v[0].v, "data", NULL).kind == V_NIL); /* the object itself is as it was */
}

TEST(served_objects_are_those_that_are_there)
{
    struct manifest m;
    struct objects all = of(a, "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: pre-install, helm.sh/hook-delete-policy: \"before-hook-creation,hook-succeeded\"}}\n", &m);
    CHECK(served_object(a, &all, &all.v[0], STR("v1"), STR("r"), STR("ns")).kind == V_NIL);
    all = of(a, "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: pre-rollback}}\n", &m);
    CHECK(served_object(a, &all, &all.v[0], STR("v1"), STR("r"), STR("ns")).kind == V_NIL);
    all = of(a, "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {helm.sh/hook: \"pre-install,pre-upgrade\", helm.sh/hook-delete-policy: before-hook-creation}}\n", &m);
    struct value v = served_object(a, &all, &all.v[0], STR("v1"), STR("r"), STR("ns"));
    CHECK(v.kind == V_MAP && value_at(v, "metadata", "annotations", "meta.helm.sh/release-name", NULL).kind == V_NIL);
}

TEST(served_claims_of_a_stateful_set)
{
    struct manifest m;
    struct objects all = of(a, "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 8Gi}}}}]}\n", &m);
    const struct object *claim = objects_find(&all, STR("PersistentVolumeClaim/data-db-0"));
    struct value v = served_object(a, &all, claim, STR("v1"), STR("r"), STR("ns"));
    CHECK_STR(value_str_at(value_at(v, "spec", "resources", "requests", NULL), "storage"), STR("8Gi"));
    CHECK(served_matches(&all.v[0], STR("apps/v1beta2"), STR("StatefulSet"), STR("ns"), STR("db")));
    CHECK(!served_matches(&all.v[0], STR("v1"), STR("StatefulSet"), STR("ns"), STR("db")));
    CHECK(!served_matches(&all.v[0], STR("apps/v1"), STR("StatefulSet"), STR("other"), STR("")));
}
