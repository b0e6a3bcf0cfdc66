#include "emit/emitters.h"

const struct emitter emitters[] = {
    {"text", EMIT_LINT, emit_findings_text},
    {"json", EMIT_LINT, emit_findings_json},
    {"sarif", EMIT_LINT, emit_findings_sarif},
    {"github", EMIT_LINT, emit_findings_github},
    {"markdown", EMIT_LINT, emit_findings_markdown},
    {"text", EMIT_DIFF, emit_diff_text},
    {"json", EMIT_DIFF, emit_diff_json},
    {"text", EMIT_PLAN, emit_plan_text},
    {"json", EMIT_PLAN, emit_plan_json},
    {"shell", EMIT_PLAN, emit_plan_shell},
    {"rollback", EMIT_PLAN, emit_plan_rollback},
    {"markdown", EMIT_PLAN, emit_plan_markdown},
    {0},
};

const struct emitter *emitter_find(struct str name, enum emit_for what)
{
    if (!name.n) name = STR("text");
    for (const struct emitter *e = emitters; e->name; e++)
        if ((e->what & what) && str_is(name, e->name)) return e;
    return NULL;
}
