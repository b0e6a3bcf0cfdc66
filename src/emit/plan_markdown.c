/* report.md: the plan for those who must agree to it. Nothing secret: no values, inputs by role and digest. */
#include "emit/emitters.h"
#include "emit/plan_facts.h"

static void text(struct buf *b, const char *before, struct str s, const char *after)
{
    buf_z(b, before);
    emit_markdown(b, s);
    buf_z(b, after);
}

static void code(struct buf *b, const char *before, struct str s, const char *after)
{
    buf_z(b, before);
    if (s.n) emit_markdown_code(b, s);
    buf_z(b, after);
}

static void head(struct buf *b, const struct plan *p)
{
    text(b, "# Upgrade of ", p->release, "");
    text(b, " to ", p->chart, " ");
    text(b, "", p->version_new, "\n\n");
    struct str verdict = emit_proof_verdict(p);
    if (verdict.n) text(b, "**Proof:** ", verdict, "\n\n");
    if (p->refused.n) text(b, "**This plan cannot be run.** ", p->refused, "\n\n");
    buf_z(b, "| | |\n|---|---|\n");
    code(b, "| plan | ", p->id, " |\n");
    code(b, "| release, namespace | ", p->release, ", ");
    code(b, "", p->ns, " |\n");
    code(b, "| from | ", p->version_old, "");
    code(b, " (app ", p->app_old, ") |\n");
    code(b, "| to | ", p->version_new, "");
    code(b, " (app ", p->app_new, ") |\n");
    text(b, "| strategy | ", p->strategy, " |\n");
    text(b, "| kube context | ", p->context.n ? p->context : STR("given when the scripts are run"), " |\n");
    buf_printf(b, "| Helm planned for | %d; the scripts find out by themselves |\n", p->helm_major);
    if (p->timeout) buf_printf(b, "| Helm's timeout | %.*s |\n", STR_ARG(emit_duration(b->a, p->timeout)));
    text(b, "| as of | ", p->as_of, " |\n");
    text(b, "| made by | ", p->generator, " |\n");
}

static void decisions(struct buf *b, const struct plan *p)
{
    const struct step_list *lists[] = {&p->forward, &p->back};
    if (!emit_count(&p->forward, emit_is_gate) && !emit_count(&p->back, emit_is_gate)) return;
    buf_z(b, "\n## What a person decides\n\n`--yes` answers those without an id; the others need `--accept ID`.\n\n| script | step | decision | id |\n|---|---|---|---|\n");
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            const struct step *s = lists[l]->v[i];
            if (s->kind != STEP_GATE) continue;
            code(b, l ? "| rollback.sh | " : "| plan.sh | ", s->id, " | ");
            emit_markdown(b, s->title);
            for (uint32_t k = 0; k < s->lines_n; k++) text(b, "<br>", s->lines[k], "");
            code(b, " | ", s->accept, " |\n");
        }
}

static void losses(struct buf *b, const struct plan *p)
{
    if (!p->losses_n) return;
    buf_z(b, "\n## What cannot be brought back\n\n| object | what | accepted by |\n|---|---|---|\n");
    for (uint32_t i = 0; i < p->losses_n; i++) {
        code(b, "| ", p->losses[i].object, " | ");
        text(b, "", p->losses[i].text, " | ");
        code(b, "", p->losses[i].id, " |\n");
    }
}

static void findings(struct buf *b, const struct facts *f)
{
    buf_z(b, "\n## Findings\n\n");
    if (!f->findings.n) buf_z(b, "None.\n");
    else buf_z(b, "| severity | rule | subject | what | fix |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        buf_printf(b, "| %s | ", severity_name(x->severity));
        code(b, "", x->rule, " | ");
        code(b, "", x->subject, "");
        if (x->replacement.n) code(b, " &rarr; ", x->replacement, "");
        text(b, " | ", x->message, " | ");
        text(b, "", x->fix, " |\n");
    }
}

static void steps(struct buf *b, const char *title, const struct step_list *l)
{
    buf_printf(b, "\n## %s\n\n| step | | what happens | at most |\n|---|---|---|---|\n", title);
    for (uint32_t i = 0; i < l->n; i++) {
        const struct step *s = l->v[i];
        code(b, "| ", s->id, "");
        buf_printf(b, step_changes(s) ? " | **%s** | " : " | %s | ", emit_step_what(s));
        emit_markdown(b, s->title);
        if (s->note.n) text(b, "<br>*", s->note, "*");
        for (uint32_t k = 0; k < s->findings_n; k++) code(b, k ? ", " : "<br>answers ", s->findings[k], "");
        buf_z(b, " | ");
        if (s->timeout) buf_printf(b, "%.*s", STR_ARG(emit_duration(b->a, s->timeout)));
        if (s->timeout_why.n) text(b, ": ", s->timeout_why, "");
        buf_z(b, " |\n");
    }
}

/* Neighbours with the same entry are one row. */
static void entries(struct buf *b, const struct plan *p)
{
    if (!p->entry_n) return;
    buf_z(b, "\n## Where the rollback begins\n\n`rollback.sh` reads it from the journal.\n\n| the upgrade stopped in or after | it begins at |\n|---|---|\n");
    for (uint32_t i = 0; i < p->entry_n; i++) {
        if (i && str_eq(p->entry[i].enter_at, p->entry[i - 1].enter_at)) continue;
        code(b, "| ", p->entry[i].stopped_at.n ? p->entry[i].stopped_at : STR("(before the first step)"), " | ");
        if (p->entry[i].enter_at.n) emit_markdown_code(b, p->entry[i].enter_at);
        else buf_z(b, "nothing to undo");
        buf_z(b, " |\n");
    }
}

static void assumptions(struct buf *b, const struct plan *p)
{
    if (!p->assumptions_n) return;
    buf_z(b, "\n## Assumptions\n\n| | checked by |\n|---|---|\n");
    for (uint32_t i = 0; i < p->assumptions_n; i++) {
        text(b, "| ", p->assumptions[i].text, " | ");
        if (p->assumptions[i].checked_by.n) emit_markdown_code(b, p->assumptions[i].checked_by);
        else buf_z(b, "**nobody**");
        buf_z(b, " |\n");
    }
}

static const char *object_change(const struct plan_object *o)
{
    if (!o->in_old) return "new";
    if (!o->in_new) return "gone";
    return o->compared_by_name ? "compared by name" : str_eq(o->digest_old, o->digest_new) ? NULL : "changed";
}

static void objects(struct buf *b, const struct plan *p)
{
    buf_z(b, "\n## Objects that differ\n\n| object | | owner before | owner after |\n|---|---|---|---|\n");
    for (uint32_t i = 0; i < p->objects_n; i++) {
        const struct plan_object *o = &p->objects[i];
        const char *change = object_change(o);
        if (!change) continue;
        code(b, "| ", o->id, " | ");
        buf_printf(b, "%s | ", change);
        text(b, "", o->owner_old, " | ");
        text(b, "", o->owner_new, " |\n");
    }
}

static void images(struct buf *b, const struct plan *p)
{
    buf_z(b, "\n## Images of the new version\n\n");
    for (uint32_t i = 0; i < p->images_new_n; i++) code(b, "- ", p->images_new[i], "\n");
}

static void inputs(struct buf *b, const struct plan *p)
{
    buf_z(b, "\n## Inputs\n\n| role | path | sha256 |\n|---|---|---|\n");
    for (uint32_t i = 0; i < p->inputs_n; i++) {
        code(b, "| ", p->inputs[i].role, " | ");
        code(b, "", p->inputs[i].path, " | ");
        code(b, "", p->inputs[i].sha256, " |\n");
    }
}

void emit_plan_markdown(struct buf *out, const struct emit_input *in)
{
    const struct plan *p = in->plan;
    head(out, p);
    decisions(out, p);
    losses(out, p);
    findings(out, in->f);
    if (!p->refused.n) {
        steps(out, "Upgrade", &p->forward);
        steps(out, "Rollback", &p->back);
        entries(out, p);
        assumptions(out, p);
        objects(out, p);
        images(out, p);
    }
    if (p->notes_n) buf_z(out, "\n## Notes\n\n");
    for (uint32_t i = 0; i < p->notes_n; i++) text(out, "- ", p->notes[i], "\n");
    inputs(out, p);
}
