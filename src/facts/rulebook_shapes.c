#include "facts/rulebook_shapes.h"

#define TEXT_OF(list) {.kind = SHAPE_TEXT, .choices = (list)}
#define MAP_OF(shape) {.kind = SHAPE_MAP, .item = &(shape)}
#define LIST_OF(shape) {.kind = SHAPE_LIST, .item = &(shape)}
#define FIELDS_OF(fields_) {.kind = SHAPE_FIELDS, .fields = (fields_)}
static const struct shape any = {.kind = SHAPE_ANY}, text = {.kind = SHAPE_TEXT};
#define A_TEXT {.kind = SHAPE_TEXT}
#define TEXTS {.kind = SHAPE_TEXTS}
#define ANYTHING {.kind = SHAPE_ANY}
#define A_BOOL {.kind = SHAPE_BOOL}
#define A_NUMBER {.kind = SHAPE_NUMBER}

/* ---- rules/: what `rutter explain` shows ---- */

static const struct shape_field rule_fields[] = {
    {"id", true, A_TEXT}, {"severity", true, TEXT_OF("error|warning|info")}, {"title", true, A_TEXT}, {"means", true, A_TEXT},
    {"matters", true, A_TEXT}, {"fix", true, A_TEXT}, {"example", true, A_TEXT}, {"sources", true, TEXTS},
    {"unreported", false, A_TEXT}, /* why no check reports it, where none does */
    {0},
};
static const struct shape rule = FIELDS_OF(rule_fields);
static const struct shape_field rules_fields[] = {{"rules", true, LIST_OF(rule)}, {0}};
static const struct shape rules = FIELDS_OF(rules_fields);

/* ---- advisories/: checks/advisories.c says what each field means ---- */

static const struct shape_field condition_fields[] = {
    {"side", false, TEXT_OF("old|new")}, {"value", false, A_TEXT}, {"env", false, A_TEXT}, {"object", false, A_TEXT}, {"label", false, A_TEXT},
    {"is", false, ANYTHING}, {"is_not", false, ANYTHING}, {"absent", false, A_BOOL}, {0},
};
static const struct shape condition = FIELDS_OF(condition_fields);
static const struct shape_field subject_fields[] = {
    {"side", false, TEXT_OF("old|new")}, {"value", false, A_TEXT}, {"object", false, A_TEXT}, {"label", false, A_TEXT}, {"is", false, ANYTHING}, {"chart", false, A_BOOL}, {0},
};
static const struct shape_field advisory_fields[] = {
    {"id", true, A_TEXT}, {"severity", true, TEXT_OF("error|warning|info")}, {"title", true, A_TEXT}, {"text", true, A_TEXT}, {"fix", true, A_TEXT},
    {"unseen", false, A_TEXT}, {"source", true, A_TEXT}, {"old", false, A_TEXT}, {"new", false, A_TEXT}, {"when", false, LIST_OF(condition)},
    {"subject", false, FIELDS_OF(subject_fields)}, {"plan", false, A_TEXT}, {"rollback", false, A_TEXT}, {"stop", false, A_TEXT}, {"forward_only", false, A_BOOL}, {0},
};
static const struct shape advisory = FIELDS_OF(advisory_fields);
static const struct shape_field advisories_fields[] = {{"charts", true, TEXTS}, {"advisories", true, LIST_OF(advisory)}, {0}};
static const struct shape advisories = FIELDS_OF(advisories_fields);

/* ---- kubernetes/ ---- */

static const struct shape_field api_fields[] = {
    {"api", true, A_TEXT}, {"kinds", true, TEXTS}, {"deprecated", false, A_TEXT}, {"removed", true, A_TEXT}, {"instead", false, ANYTHING}, {0},
};
static const struct shape api = FIELDS_OF(api_fields);
static const struct shape_field apis_fields[] = {{"apis", true, LIST_OF(api)}, {0}};
static const struct shape apis = FIELDS_OF(apis_fields);

static const struct shape_field kind_fields[] = {
    {"group", true, ANYTHING}, {"kind", true, A_TEXT}, {"fields", true, TEXTS}, {"except", false, TEXTS}, {"defaults", false, MAP_OF(any)}, {"selector", false, A_BOOL},
    {"set", false, A_BOOL}, {"when", false, A_TEXT}, {"name", false, A_TEXT}, {"source", true, A_TEXT}, {0},
};
static const struct shape kind = FIELDS_OF(kind_fields);
static const struct shape_field immutable_fields[] = {{"kinds", true, LIST_OF(kind)}, {0}};
static const struct shape immutable = FIELDS_OF(immutable_fields);

/* ---- profiles/ ---- */

static const struct shape_field repository_fields[] = {{"changelog", false, A_TEXT}, {"models", false, A_TEXT}, {"bundles", false, A_TEXT}, {0}};
static const struct shape_field part_fields[] = {{"drain", false, A_NUMBER}, {"load", false, A_NUMBER}, {0}};
static const struct shape part = FIELDS_OF(part_fields);
static const struct shape_field preload_fields[] = {{"env", false, A_TEXT}, {"separator", false, A_TEXT}, {"argument", false, A_TEXT}, {0}};
static const struct shape_field pools_fields[] = {{"bundleLabel", false, A_TEXT}, {"preload", false, FIELDS_OF(preload_fields)}, {0}};
static const struct shape_field metric_fields[] = {{"prefix", true, A_TEXT}, {"versions", true, A_TEXT}, {0}};
static const struct shape metric = FIELDS_OF(metric_fields);
static const struct shape_field given_fields[] = {{"tags", false, TEXTS}, {0}};
static const struct shape_field profile_fields[] = {
    {"charts", false, TEXTS}, {"timeout", false, A_TEXT}, {"repository", false, FIELDS_OF(repository_fields)}, {"componentLabel", false, A_TEXT},
    {"components", false, MAP_OF(part)}, {"pools", false, FIELDS_OF(pools_fields)}, {"metrics", false, LIST_OF(metric)}, {"runbook", false, FIELDS_OF(given_fields)}, {0},
};
static const struct shape profile = FIELDS_OF(profile_fields);

/* ---- runbooks/: sie.yaml explains them ---- */

#define PHASES "preflight|record|drain|images|upgrade|monitor|reconcile|resume|verify|rollback-prepare|rollback|rollback-monitor|rollback-reconcile|rollback-resume|rollback-verify"
static const struct shape_field entry_fields[] = {
    {"make", true, A_TEXT}, {"phase", true, TEXT_OF(PHASES)}, {"section", false, A_TEXT}, {"title", false, A_TEXT}, {"note", false, A_TEXT}, {"none", false, A_TEXT},
    {"errata", false, A_TEXT}, {"side", false, TEXT_OF("old|new")}, {"also", false, ANYTHING}, {"when-strategy", false, TEXTS}, {"variables", false, ANYTHING}, {0},
};
static const struct shape entry = FIELDS_OF(entry_fields);
static const struct shape_field endpoint_fields[] = {
    {"path", true, A_TEXT}, {"title", true, A_TEXT}, {"matches", false, A_TEXT}, {"not_matches", false, A_TEXT}, {"token", false, A_BOOL},
    {"anonymous", false, A_NUMBER}, {"when", false, TEXT_OF("before|after")}, {"errata", false, A_TEXT}, {0},
};
static const struct shape endpoint = FIELDS_OF(endpoint_fields);
static const struct shape_field component_fields[] = {{"monitor", false, A_NUMBER}, {"edge", false, A_BOOL}, {"endpoints", false, LIST_OF(endpoint)}, {0}};
static const struct shape component = FIELDS_OF(component_fields);
static const struct shape_field erratum_fields[] = {
    {"script", true, TEXT_OF("plan|rollback")}, {"wrong", true, A_TEXT}, {"kind", false, A_TEXT}, {"errata", false, A_TEXT}, {"text", true, A_TEXT}, {"instead", true, A_TEXT}, {0},
};
static const struct shape erratum = FIELDS_OF(erratum_fields);
static const struct shape_field written_fields[] = {{"upgrade", true, LIST_OF(entry)}, {"rollback", true, LIST_OF(entry)}, {"errata", false, LIST_OF(erratum)}, {0}};
static const struct shape_field prometheus_fields[] = {{"valuesKey", false, A_TEXT}, {0}};
static const struct shape_field runbook_fields[] = {
    {"profile", true, A_TEXT}, {"componentLabel", false, A_TEXT}, {"bundleLabel", false, A_TEXT}, {"profileLabel", false, A_TEXT}, {"tokenEnv", false, A_TEXT},
    {"authModeEnv", false, A_TEXT}, {"components", false, MAP_OF(component)}, {"smoke", false, ANYTHING}, {"prometheus", false, FIELDS_OF(prometheus_fields)},
    {"fatalFor", false, A_NUMBER}, {"answers", false, MAP_OF(text)}, {"upgrade", true, LIST_OF(entry)}, {"rollback", true, LIST_OF(entry)},
    {"asWritten", false, FIELDS_OF(written_fields)}, {0},
};
static const struct shape runbook = FIELDS_OF(runbook_fields);

const struct rulebook_folder rulebook_folders[] = {
    {"rules/", &rules, "a file of rules"},
    {"advisories/", &advisories, "a file of advisories"},
    {"kubernetes/apis.yaml", &apis, "the table of API versions"},
    {"kubernetes/immutable.yaml", &immutable, "the table of immutable fields"},
    {"profiles/", &profile, "a profile"},
    {"runbooks/", &runbook, "a runbook"},
    {0},
};
