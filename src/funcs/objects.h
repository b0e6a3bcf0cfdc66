/* What a template sees beside .Values and .Release, as Helm builds it in pkg/chart/common and pkg/engine: .Capabilities, .Files
 * and .Chart. */
#ifndef RUTTER_FUNCS_OBJECTS_H
#define RUTTER_FUNCS_OBJECTS_H

#include "source/source.h"
#include "tmpl/env.h"
#include "tmpl/func.h"
#include "value/value.h"

/* A Kubernetes version as Helm's --kube-version reads it. */
struct kube_version {
    struct str version;      /* with a leading v, otherwise as given: "v1.28.3-gke.100" */
    struct str normalized;   /* without what follows the numbers: "v1.28.3". Helm 4 prints it */
    struct str major, minor; /* "1", "28" */
};

/* common.ParseKubeVersion. On failure false and *error is its message, to which Helm prefixes "invalid kube version '...': ". */
bool kube_version_parse(struct arena *a, struct str text, struct kube_version *out, struct str *error);
/* The Kubernetes version that Helm assumes without a cluster: "v1.35.0" for 4.1.4, "v1.32.0" for 3.17.3. */
struct str kube_version_default(int helm_major);
/* The API versions that Helm assumes without a cluster, strings in Helm's order; --api-versions are appended to it. A fresh list. */
struct list *object_api_versions(struct arena *a, int helm_major);

/* .Capabilities. An empty env->kube_version and a NULL env->api_versions stand for Helm's defaults. */
struct value object_capabilities(struct arena *a, const struct env *env);
/* .Files: paths to bytes, with methods. Paths and data are borrowed. */
struct value object_files(struct arena *a, const struct file *const *v, uint32_t n);
/* .Chart: Chart.yaml under Go's field names, all of them, as Helm 4 has it (a map, not a struct). `metadata` is the file as a
 * value, without the dependencies that are off; what else ProcessDependencies does to those that are left is done here. */
struct value object_chart(struct arena *a, struct value metadata, bool is_root);
/* The same for Helm 3: a struct, in which an unknown field is an error. */
struct value object_chart_helm3(struct arena *a, struct value metadata, bool is_root);

/* Methods of types that are made elsewhere. */
extern const struct method methods_values[];      /* common.Values */
extern const struct method methods_files[];       /* .Files */
extern const struct method methods_version_set[]; /* .Capabilities.APIVersions */
extern const struct method methods_time[];
extern const struct method methods_duration[];
extern const struct method methods_named_int[];   /* time.Month, time.Weekday */

#endif
