#include "emit/emitters.h"
#include "emit/exec.h"

const struct emitter emitters[] = {
    {"text", EMIT_LINT, emit_findings_text, NULL},
    {"short", EMIT_LINT, emit_findings_short, NULL},
    {"json", EMIT_LINT, emit_findings_json, NULL},
    {"sarif", EMIT_LINT, emit_findings_sarif, NULL},
    {"github", EMIT_LINT, emit_findings_github, NULL},
    {"markdown", EMIT_LINT, emit_findings_markdown, NULL},
    {"text", EMIT_DIFF, emit_diff_text, NULL},
    {"json", EMIT_DIFF, emit_diff_json, NULL},
    {"text", EMIT_PLAN, emit_plan_text, NULL},
    {"json", EMIT_PLAN, emit_plan_json, NULL},
    {"shell", EMIT_PLAN, emit_plan_shell, NULL},
    {"rollback", EMIT_PLAN, emit_plan_rollback, NULL},
    {"markdown", EMIT_PLAN, emit_plan_markdown, NULL},
    {"html", EMIT_PLAN, emit_plan_html, NULL},
    {"argo", EMIT_PLAN, emit_plan_argo, exec_accepts_in_cluster},
    {"tekton", EMIT_PLAN, emit_plan_tekton, exec_accepts_in_cluster},
    {"ansible", EMIT_PLAN, emit_plan_ansible, exec_accepts},
    {"github-actions", EMIT_PLAN, emit_plan_github_actions, exec_accepts},
    {0},
};

const struct emitter *emitter_find(struct str name, enum emit_for what)
{
    if (!name.n) name = STR("text");
    for (const struct emitter *e = emitters; e->name; e++)
        if ((e->what & what) && str_is(name, e->name)) return e;
    return NULL;
}
