/* The words that a runbook may use as `make:`. */
#include "plan/planner.h"

static const struct { const char *name; maker *make; } makers[] = {
    /* make_preflight.c */
    {"tools", make_tools}, {"cluster", make_cluster}, {"release", make_release}, {"release-is", make_release_is}, {"inputs", make_inputs},
    {"values-match", make_values_match}, {"manifest-match", make_manifest_match}, {"drift", make_drift}, {"served", make_served},
    {"references", make_references}, {"absent", make_absent}, {"expandable", make_expandable},
    /* permissions.c, immutable.c */
    {"permissions", make_permissions}, {"immutable", make_immutable},
    /* make_naive.c */
    {"naive-pause", make_naive_pause}, {"naive-upgrade", make_naive_upgrade}, {"naive-resume", make_naive_resume}, {"naive-rollback", make_naive_rollback},
    /* make_record.c */
    {"record", make_record}, {"captures", make_captures},
    /* make_health.c, make_prometheus.c */
    {"rollouts", make_rollouts}, {"endpoints", make_endpoints}, {"logs", make_logs}, {"images-run", make_images_run}, {"smoke", make_smoke},
    {"version", make_version}, {"prometheus", make_prometheus}, {"series", make_series},
    /* make_gates.c */
    {"note", make_note}, {"changelog", make_changelog}, {"values-gate", make_values_gate}, {"images", make_images_gate}, {"pins", make_pins},
    {"findings-gates", make_findings_gates}, {"expected", make_expected},
    /* make_scalers.c */
    {"scalers-match", make_scalers_match}, {"scaler-health", make_scaler_health}, {"pause", make_pause}, {"orphans", make_orphans},
    {"scalers-new", make_scalers_new}, {"resume", make_resume}, {"back-prepare", make_back_prepare}, {"back-scalers", make_back_scalers},
    {"back-resume", make_back_resume},
    /* make_claims.c */
    {"claims", make_claims}, {"back-claims", make_back_claims},
    /* make_upgrade.c, make_terraform.c */
    {"dependencies", make_dependencies}, {"crds", make_crds}, {"preview", make_preview}, {"overlay", make_overlay}, {"upgrade", make_upgrade},
    {"monitor", make_monitor}, {"terraform", make_terraform},
    /* make_back.c, residue.c */
    {"back-boundary", make_back_boundary}, {"back-state", make_back_state}, {"back-jobs", make_back_jobs}, {"back-losses", make_back_losses}, {"back-forget", make_back_forget}, {"back-helm", make_back_helm},
    {"back-upgrade", make_back_upgrade}, {"back-leftovers", make_back_leftovers}, {"back-residue", make_back_residue}, {"back-hooks", make_back_hooks},
};

maker *maker_find(struct str name)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (str_is(name, makers[i].name)) return makers[i].make;
    return NULL;
}
