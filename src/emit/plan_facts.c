/* What summary and report say of a plan alike: who answers a gate, how long, how many. */
#include "emit/plan_facts.h"

struct str emit_duration(struct arena *a, int64_t seconds)
{
    if (seconds < 120) return str_printf(a, "%lld s", (long long)seconds);
    if (seconds < 7200) return seconds % 60 ? str_printf(a, "%lld min %lld s", (long long)(seconds / 60), (long long)(seconds % 60)) : str_printf(a, "%lld min", (long long)(seconds / 60));
    return str_printf(a, "%lld h %lld min", (long long)(seconds / 3600), (long long)(seconds % 3600 / 60));
}

static const struct phase_title { enum phase phase; const char *title; } titles[] = {
    {PHASE_PREFLIGHT, "Before anything changes"}, {PHASE_RECORD, "Record"}, {PHASE_DRAIN, "Prepare"}, {PHASE_IMAGES, "Images"}, {PHASE_UPGRADE, "Upgrade"},
    {PHASE_MONITOR, "Watch"}, {PHASE_RECONCILE, "Reconcile"}, {PHASE_RESUME, "Resume autoscaling"}, {PHASE_VERIFY, "Verify"},
    {PHASE_ROLLBACK_PREPARE, "Before the way back"}, {PHASE_ROLLBACK, "Way back"}, {PHASE_ROLLBACK_MONITOR, "Watch"}, {PHASE_ROLLBACK_RECONCILE, "Reconcile"},
    {PHASE_ROLLBACK_RESUME, "Resume autoscaling"}, {PHASE_ROLLBACK_VERIFY, "Verify"},
};

const char *emit_phase_title(enum phase p)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].phase == p) return titles[i].title;
    return "";
}

const char *emit_step_what(const struct step *s)
{
    switch (s->kind) {
    case STEP_RUN: return s->reads ? "reads" : "changes";
    case STEP_CHECK: return "checks";
    case STEP_CAPTURE: return "takes";
    case STEP_RECORD: return "records";
    case STEP_WAIT: return "waits";
    case STEP_WRITE: return "writes a file";
    case STEP_HTTP: return "asks";
    case STEP_INPUT: return "checks";
    case STEP_GATE: return s->accept.n ? "accept" : "yes";
    case STEP_NOTE: return "note";
    }
    return "";
}

uint32_t emit_count(const struct step_list *l, bool (*is)(const struct step *s))
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++) n += is(l->v[i]);
    return n;
}

bool emit_is_gate(const struct step *s) { return s->kind == STEP_GATE; }

/* Notes that only say that there is nothing to do are of no use to somebody in a hurry. */
bool emit_is_filler(const struct step *s) { return s->kind == STEP_NOTE && !s->lines_n; }

struct str emit_proof_verdict(const struct plan *p)
{
    struct value v = p->proof.kind == V_MAP ? map_getz(p->proof.u.map, "verdict") : NIL;
    return v.kind == V_STR ? v_text(v) : STR("");
}
