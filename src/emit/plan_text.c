/* The summary of a plan at a terminal: what a person wants to know before opening the scripts. */
#include "emit/emitters.h"
#include "emit/plan_facts.h"

struct look {
    const char *bold, *dim, *red, *yellow, *off;
};

static void put(struct buf *b, const char *before, struct str text, const char *after)
{
    buf_z(b, before);
    emit_terminal(b, text);
    buf_z(b, after);
}

static void heading(struct buf *b, const struct look *k, const char *title) { buf_printf(b, "\n%s%s%s\n", k->bold, title, k->off); }

static void head(struct buf *b, const struct look *k, const struct plan *p)
{
    put(b, k->bold, p->release.n ? p->release : STR("?"), "");
    put(b, " in ", p->ns, "");
    put(b, ": ", p->chart, "");
    put(b, " ", p->version_old, "");
    put(b, " -> ", p->version_new, k->off);
    buf_byte(b, '\n');
    buf_printf(b, "%splan %.*s%s\n", k->dim, STR_ARG(p->id), k->off);
    struct str verdict = emit_proof_verdict(p);
    if (verdict.n) put(b, "proof: ", verdict, "\n");
    if (p->refused.n) {
        put(b, k->red, p->refused, k->off);
        buf_z(b, "\nThe scripts refuse at their first step.\n");
    }
    if (p->unchanged.n) put(b, k->bold, p->unchanged, k->off);
    if (p->unchanged.n) buf_z(b, "\nThe scripts say so and do nothing. With --force it is planned all the same.\n");
}

/* Why the proof refuses a plan; of a runbook taken as it is written, what it should do instead. */
static void refusal(struct buf *b, const struct look *k, const struct plan *p)
{
    struct value v = p->proof.kind == V_MAP ? value_at(p->proof, "failures", NULL) : NIL;
    /* Refused for another reason it was not looked at. */
    if (v.kind != V_LIST || !list_len(v) || (p->refused.n && !str_starts(p->refused, STR("unproved: ")))) return;
    heading(b, k, "Why it is not proved");
    for (uint32_t i = 0; i < list_len(v); i++) {
        struct value x = v.u.list->v[i];
        struct str because = value_str_at(x, "because"), errata = value_str_at(x, "errata");
        put(b, "  ", value_str_at(x, "text"), "\n");
        if (!because.n) continue;
        put(b, "      the runbook", errata.n ? str_printf(b->a, " (%.*s)", STR_ARG(errata)) : STR(""), "");
        put(b, ": ", because, "\n");
        put(b, "      rutter's own plan: ", value_str_at(x, "instead"), "\n");
    }
    buf_z(b, "  rutter verify plan.json tells the runs that show it.\n");
}

static void findings(struct buf *b, const struct look *k, const struct facts *f)
{
    uint32_t count[3] = {0};
    for (uint32_t i = 0; i < f->findings.n; i++) count[f->findings.v[i].severity]++;
    heading(b, k, "Findings");
    buf_printf(b, "  %u errors, %u warnings, %u info\n", count[SEVERITY_ERROR], count[SEVERITY_WARNING], count[SEVERITY_INFO]);
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        if (x->severity == SEVERITY_INFO) continue;
        buf_printf(b, "  %s%s%s ", x->severity == SEVERITY_ERROR ? k->red : k->yellow, severity_name(x->severity), k->off);
        put(b, "", x->rule, " ");
        put(b, k->bold, x->subject, k->off);
        if (x->replacement.n) put(b, " -> ", x->replacement, "");
        put(b, "\n      ", x->message, "\n");
    }
}

static void decisions(struct buf *b, const struct look *k, const struct plan *p)
{
    const struct step_list *lists[] = {&p->forward, &p->back};
    bool any = false;
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            const struct step *s = lists[l]->v[i];
            if (s->kind != STEP_GATE) continue;
            if (!any) heading(b, k, "A person decides");
            any = true;
            put(b, l ? "  rollback: " : "  ", s->title, "");
            if (s->accept.n) {
                buf_printf(b, "  %s--accept ", k->yellow);
                emit_terminal(b, s->accept);
                buf_z(b, k->off);
            }
            buf_byte(b, '\n');
        }
}

static void losses(struct buf *b, const struct look *k, const struct plan *p)
{
    if (p->losses_n) heading(b, k, "What cannot be brought back");
    for (uint32_t i = 0; i < p->losses_n; i++) {
        put(b, "  ", p->losses[i].object, ": ");
        put(b, "", p->losses[i].text, "\n");
    }
}

static void steps(struct buf *b, const struct look *k, const char *title, const struct step_list *l)
{
    enum phase phase = PHASE_COUNT;
    heading(b, k, title);
    for (uint32_t i = 0; i < l->n; i++) {
        const struct step *s = l->v[i];
        if (emit_is_filler(s)) continue;
        if (s->phase != phase) buf_printf(b, "  %s\n", emit_phase_title(s->phase));
        phase = s->phase;
        buf_printf(b, "    %s%-8s%s ", step_changes(s) ? k->bold : k->dim, emit_step_what(s), k->off);
        emit_terminal(b, s->title);
        if (s->timeout && (s->background || s->timeout >= 600)) buf_printf(b, " %s(at most %.*s)%s", k->dim, STR_ARG(emit_duration(b->a, s->timeout)), k->off);
        buf_byte(b, '\n');
    }
}

static void assumptions(struct buf *b, const struct look *k, const struct plan *p)
{
    uint32_t checked = 0;
    for (uint32_t i = 0; i < p->assumptions_n; i++) checked += p->assumptions[i].checked_by.n > 0;
    heading(b, k, "It assumes");
    buf_printf(b, "  %u things that the scripts check before anything changes, and %u that nobody checks\n", checked, p->assumptions_n - checked);
    for (uint32_t i = 0; i < p->assumptions_n; i++)
        if (!p->assumptions[i].checked_by.n) put(b, "  unchecked: ", p->assumptions[i].text, "\n");
}

void emit_plan_text(struct buf *out, const struct emit_input *in)
{
    static const struct look plain = {"", "", "", "", ""}, colored = {"\033[1m", "\033[2m", "\033[31m", "\033[33m", "\033[0m"};
    const struct look *k = in->color ? &colored : &plain;
    const struct plan *p = in->plan;
    head(out, k, p);
    refusal(out, k, p);
    findings(out, k, in->f);
    if (p->refused.n || p->unchanged.n) return;
    decisions(out, k, p);
    losses(out, k, p);
    steps(out, k, "Upgrade", &p->forward);
    steps(out, k, "Rollback", &p->back);
    assumptions(out, k, p);
    if (p->notes_n) heading(out, k, "Notes");
    for (uint32_t i = 0; i < p->notes_n; i++) put(out, "  ", p->notes[i], "\n");
    buf_z(out, "\n");
    if (p->timeout) put(out, "Helm's --timeout: ", str_printf(out->a, "%.*s (%.*s)", STR_ARG(emit_duration(out->a, p->timeout)), STR_ARG(p->timeout_why)), "\n");
    buf_z(out, "With -o DIR the scripts, plan.json and report.md are written there.\n");
}
