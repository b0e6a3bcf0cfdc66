/* plan.json: one table of fields for each struct, one writer and one reader over them.
 * docs/schema/plan.schema.json describes the same fields; a test holds the two together. */
#include "steps/fields.h"


/* ---- the tables ---- */

#define ENUM(function, type) static const char *function##_of(int i) { return i < 0 ? NULL : function((type)i); }
ENUM(expect_kind_name, enum expect_kind)
ENUM(capture_type_name, enum capture_type)
ENUM(step_kind_name, enum step_kind)
ENUM(phase_name, enum phase)
ENUM(effect_kind_name, enum effect_kind)

#define AT(T, member) offsetof(struct T, member)
#define S(T, key, member) {.name = key, .form = F_STR, .at = AT(T, member)}
#define S_REQUIRED(T, key, member) {.name = key, .form = F_STR, .at = AT(T, member), .required = true}
#define S_OPTIONAL(T, key, member) {.name = key, .form = F_STR_OR_NULL, .at = AT(T, member)}
#define B(T, key, member) {.name = key, .form = F_BOOL, .at = AT(T, member)}
#define I(T, key, member) {.name = key, .form = F_INT64, .at = AT(T, member)}
#define I_OR(T, key, member, otherwise) {.name = key, .form = F_INT64, .at = AT(T, member), .absent = otherwise}
#define E(T, key, member, names) {.name = key, .form = F_ENUM, .at = AT(T, member), .enum_name = names, .required = true}
#define STRINGS(T, key, member) {.name = key, .form = F_STRINGS, .at = AT(T, member), .n_at = AT(T, member##_n), .cap_at = AT(T, member##_cap)}
#define LIST(T, key, member, of) {.name = key, .form = F_LIST, .at = AT(T, member), .n_at = AT(T, member##_n), .cap_at = AT(T, member##_cap), .type = &of}
#define ONE(T, key, member, of) {.name = key, .form = F_STRUCT, .at = AT(T, member), .type = &of}
#define ARGS(T, key, member) {.name = key, .form = F_ARGS, .at = AT(T, member)}
#define TYPE(T) const struct fields T##_fields = {#T, sizeof(struct T), T##_field, sizeof T##_field / sizeof *T##_field}

static const struct field env_setting_field[] = {
    S_REQUIRED(env_setting, "name", name),
    {.name = "value", .form = F_ARG, .at = AT(env_setting, value), .required = true},
};
TYPE(env_setting);

static const struct field expect_field[] = {
    E(expect, "kind", kind, expect_kind_name_of),
    S(expect, "text", text),
    I(expect, "number", number),
    B(expect, "stderr", on_stderr),
    S(expect, "explain", explain),
};
TYPE(expect);

static const struct field check_field[] = {
    ARGS(check, "argv", argv),
    LIST(check, "expect", expect, expect_fields),
};
TYPE(check);

static const struct field capture_field[] = {
    S_REQUIRED(capture, "name", name),
    E(capture, "type", type, capture_type_name_of),
    S(capture, "mustMatch", must_match),
    S_OPTIONAL(capture, "ifAbsent", if_absent),
    S(capture, "explain", explain),
    B(capture, "secret", secret),
};
TYPE(capture);

static const struct field condition_field[] = {
    S_REQUIRED(condition, "capture", capture),
    S(condition, "equals", equals),
    S(condition, "equalsCapture", equals_capture),
    B(condition, "negate", negate),
};
TYPE(condition);

static const struct field http_field[] = {
    S(http, "service", service),
    {.name = "port", .form = F_INT, .at = AT(http, port)},
    S(http, "method", method),
    S(http, "path", path),
    STRINGS(http, "headers", headers),
    S(http, "tokenCapture", token_capture),
    S(http, "body", body),
    {.name = "status", .form = F_INT, .at = AT(http, status)},
    S(http, "retryStatus", retry_status),
    S(http, "headerMatches", header_matches),
    S(http, "bodyMatches", body_matches),
    S(http, "bodyNotMatches", body_not_matches),
};
TYPE(http);

static const struct field effect_field[] = {
    E(effect, "kind", kind, effect_kind_name_of),
    S(effect, "object", object),
    S(effect, "detail", detail),
};
TYPE(effect);

static const struct field step_field[] = {
    S_REQUIRED(step, "id", id),
    S(step, "section", section),
    E(step, "phase", phase, phase_name_of),
    E(step, "kind", kind, step_kind_name_of),
    S_REQUIRED(step, "title", title),
    S(step, "note", note),
    STRINGS(step, "lines", lines),
    ARGS(step, "argv", argv),
    ARGS(step, "argvHelm3", argv_helm3),
    LIST(step, "env", env, env_setting_fields),
    B(step, "reads", reads),
    LIST(step, "captures", captures, capture_fields),
    S(step, "stdoutTo", stdout_to),
    S(step, "stdinFrom", stdin_from),
    B(step, "private", private_output),
    {.name = "document", .form = F_VALUE, .at = AT(step, document)},
    S(step, "input", input),
    S(step, "inputFrom", input_from),
    ONE(step, "http", http, http_fields),
    LIST(step, "preconditions", preconditions, check_fields),
    ONE(step, "doneWhen", done_when, check_fields),
    LIST(step, "expect", expect, expect_fields),
    ONE(step, "fatal", fatal, check_fields),
    I(step, "fatalFor", fatal_for),
    LIST(step, "when", when, condition_fields),
    I(step, "timeout", timeout),
    S(step, "timeoutWhy", timeout_why),
    I(step, "poll", poll),
    I(step, "expected", expected),
    {.name = "retries", .form = F_UINT32, .at = AT(step, retries)},
    B(step, "background", background),
    S(step, "log", log),
    S(step, "beside", beside),
    LIST(step, "effects", effects, effect_fields),
    S(step, "inverse", inverse),
    S(step, "inverseWhy", inverse_why),
    STRINGS(step, "findings", findings),
    STRINGS(step, "errata", errata),
    S(step, "accept", accept),
    STRINGS(step, "needs", needs),
    B(step, "optional", optional),
    B(step, "fresh", fresh),
};
TYPE(step);

static const struct field plan_object_field[] = {
    S_REQUIRED(plan_object, "id", id),
    S(plan_object, "apiVersion", api_version),
    S(plan_object, "kind", kind),
    S(plan_object, "namespace", ns),
    S(plan_object, "name", name),
    S(plan_object, "ownerOld", owner_old),
    S(plan_object, "ownerNew", owner_new),
    S(plan_object, "digestOld", digest_old),
    S(plan_object, "digestNew", digest_new),
    B(plan_object, "inOld", in_old),
    B(plan_object, "inNew", in_new),
    B(plan_object, "comparedByName", compared_by_name),
    S(plan_object, "scaledBy", scaled_by),
    S(plan_object, "replicasKeyOld", replicas_key_old),
    S(plan_object, "replicasKeyNew", replicas_key_new),
    {.name = "replicasOld", .form = F_INT64, .at = AT(plan_object, replicas_old), .absent = -1},
    {.name = "replicasNew", .form = F_INT64, .at = AT(plan_object, replicas_new), .absent = -1},
    B(plan_object, "holdsData", holds_data),
    B(plan_object, "hookStays", hook_stays),
    B(plan_object, "leavesResidue", leaves_residue),
};
TYPE(plan_object);

static const struct field plan_document_field[] = {
    S_REQUIRED(plan_document, "side", side),
    S_REQUIRED(plan_document, "source", source),
    S(plan_document, "kind", kind),
    S(plan_document, "name", name),
    S(plan_document, "sha256", sha256),
};
TYPE(plan_document);

static const struct field plan_rollout_field[] = {
    S_REQUIRED(plan_rollout, "object", object),
    S(plan_rollout, "replaces", replaces),
    S_REQUIRED(plan_rollout, "change", change),
    B(plan_rollout, "perNode", per_node),
    I_OR(plan_rollout, "before", before, -1),
    I_OR(plan_rollout, "after", after, -1),
    I_OR(plan_rollout, "most", most, -1),
    I(plan_rollout, "waves", waves),
    I_OR(plan_rollout, "available", available, -1),
    I(plan_rollout, "down", down),
    I(plan_rollout, "seconds", seconds),
    I(plan_rollout, "secondsMost", seconds_most),
    I(plan_rollout, "startup", startup),
    I(plan_rollout, "grace", grace),
    B(plan_rollout, "bounded", bounded),
    S(plan_rollout, "basis", basis),
    S(plan_rollout, "why", why),
};
TYPE(plan_rollout);

static const struct field plan_service_field[] = {
    S_REQUIRED(plan_service, "object", object),
    S(plan_service, "becomes", becomes),
    S_REQUIRED(plan_service, "change", change),
    STRINGS(plan_service, "workloads", workloads),
    STRINGS(plan_service, "hosts", hosts),
    I_OR(plan_service, "down", down, -1),
    S_REQUIRED(plan_service, "notice", notice),
};
TYPE(plan_service);

static const struct field assumption_field[] = {
    S_REQUIRED(assumption, "id", id),
    S_REQUIRED(assumption, "text", text),
    S(assumption, "checkedBy", checked_by),
};
TYPE(assumption);

static const struct field loss_field[] = {
    S_REQUIRED(loss, "id", id),
    S(loss, "object", object),
    S_REQUIRED(loss, "text", text),
    S(loss, "gate", gate),
    B(loss, "forwardOnly", forward_only),
};
TYPE(loss);

static const struct field plan_input_field[] = {
    S_REQUIRED(plan_input, "role", role),
    S(plan_input, "path", path),
    S_REQUIRED(plan_input, "sha256", sha256),
    I(plan_input, "size", size),
};
TYPE(plan_input);

static const struct field plan_tool_field[] = {
    S_REQUIRED(plan_tool, "name", name),
    S(plan_tool, "min", min),
};
TYPE(plan_tool);

static const struct field plan_erratum_field[] = {
    S_REQUIRED(plan_erratum, "script", script),
    S_REQUIRED(plan_erratum, "wrong", wrong),
    S(plan_erratum, "kind", kind),
    S(plan_erratum, "errata", errata),
    S_REQUIRED(plan_erratum, "text", text),
    S_REQUIRED(plan_erratum, "instead", instead),
};
TYPE(plan_erratum);

static const struct field plan_entry_field[] = {
    S(plan_entry, "stoppedAt", stopped_at),
    S(plan_entry, "enterAt", enter_at),
};
TYPE(plan_entry);

static const struct field plan_field[] = {
    S(plan, "id", id),
    S(plan, "generator", generator),
    S(plan, "chart", chart),
    S(plan, "versionOld", version_old),
    S(plan, "versionNew", version_new),
    S(plan, "appVersionOld", app_old),
    S(plan, "appVersionNew", app_new),
    S_REQUIRED(plan, "release", release),
    S_REQUIRED(plan, "namespace", ns),
    S(plan, "context", context),
    {.name = "helmMajor", .form = F_INT, .at = AT(plan, helm_major)},
    S(plan, "kubeVersion", kube_version),
    S(plan, "kedaVersion", keda_version),
    S(plan, "profile", profile),
    S(plan, "strategy", strategy),
    S(plan, "asOf", as_of),
    S(plan, "chartRef", chart_ref),
    S(plan, "terraformDir", terraform_dir),
    S(plan, "workDir", work_dir),
    S(plan, "registry", registry),
    S(plan, "chartPathOld", chart_path_old),
    S(plan, "chartPathNew", chart_path_new),
    B(plan, "packagedOld", packaged_old),
    B(plan, "packagedNew", packaged_new),
    LIST(plan, "tools", tools, plan_tool_fields),
    LIST(plan, "inputs", inputs, plan_input_fields),
    LIST(plan, "objects", objects, plan_object_fields),
    LIST(plan, "documents", documents, plan_document_fields),
    LIST(plan, "rollouts", rollouts, plan_rollout_fields),
    LIST(plan, "services", services, plan_service_fields),
    STRINGS(plan, "imagesOld", images_old),
    STRINGS(plan, "imagesNew", images_new),
    {.name = "steps", .form = F_STEPS, .at = AT(plan, forward), .type = &step_fields, .required = true},
    {.name = "rollback", .form = F_STEPS, .at = AT(plan, back), .type = &step_fields, .required = true},
    LIST(plan, "entry", entry, plan_entry_fields),
    LIST(plan, "assumptions", assumptions, assumption_fields),
    LIST(plan, "losses", losses, loss_fields),
    STRINGS(plan, "notes", notes),
    B(plan, "asWritten", as_written),
    LIST(plan, "errata", errata, plan_erratum_fields),
    S(plan, "refused", refused),
    S(plan, "unchanged", unchanged),
    {.name = "proof", .form = F_VALUE, .at = AT(plan, proof)},
    I(plan, "timeout", timeout),
    S(plan, "timeoutWhy", timeout_why),
    S(plan, "pointOfNoReturn", point_of_no_return),
};
TYPE(plan);

const struct fields *const plan_all_fields[] = {
    &plan_fields, &step_fields, &env_setting_fields, &expect_fields, &check_fields, &capture_fields, &condition_fields, &http_fields, &effect_fields,
    &plan_object_fields, &plan_document_fields, &plan_rollout_fields, &plan_service_fields, &assumption_fields, &loss_fields, &plan_input_fields, &plan_tool_fields, &plan_erratum_fields, &plan_entry_fields, NULL,
};
