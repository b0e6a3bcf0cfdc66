/* The steps, there and back: command, reason, time, way back. */
#include "emit/report.h"

static const char *look_of(const struct step *s)
{
    if (s->kind == STEP_GATE) return "step decides";
    return step_changes(s) ? "step changes" : "step looks";
}

static const char *what_of(const struct step *s)
{
    if (s->kind == STEP_GATE) return s->accept.n ? "a decision" : "a question";
    return emit_step_what(s);
}

/* ---- the parts of one step ---- */

static void commands(struct report *r, struct block *b, const struct step *s)
{
    struct str text = report_command(r->a, s, &s->argv);
    if (s->kind == STEP_GATE) {
        text = s->accept.n ? str_printf(r->a, "--accept %.*s", STR_ARG(s->accept)) : STR("--yes");
        block_command(&r->d, b, "Goes on with", text);
        return;
    }
    if (!text.n) return;
    block_command(&r->d, b, NULL, text);
    if (s->argv_helm3.n) block_command(&r->d, b, "With Helm 3", report_command(r->a, s, &s->argv_helm3));
}

/* The sentence that explains a failure says what the step is for, where nobody says it better. */
static struct str first_explanation(const struct step *s)
{
    for (uint32_t i = 0; i < s->expect_n; i++)
        if (s->expect[i].explain.n) return s->expect[i].explain;
    for (uint32_t i = 0; i < s->captures_n; i++)
        if (s->captures[i].explain.n) return s->captures[i].explain;
    return STR("");
}

static void reason(struct report *r, struct block *b, const struct step *s)
{
    struct str explain = first_explanation(s);
    if (s->note.n) line_text(block_part(&r->d, b, "Reason"), s->note);
    if (explain.n) line_text(block_part(&r->d, b, "If not"), explain);
    for (uint32_t i = 0; i < s->lines_n; i++) line_text(block_part(&r->d, b, NULL), s->lines[i]);
    if (!s->findings_n) return;
    struct line *l = block_part(&r->d, b, "Answers");
    for (uint32_t i = 0; i < s->findings_n; i++) {
        if (i) line_z(l, ", ");
        line_code(l, s->findings[i]);
    }
}

static void when(struct report *r, struct block *b, const struct step *s)
{
    if (!s->when_n && !s->optional) return;
    struct line *l = block_part(&r->d, b, s->when_n ? "Only if" : "Optional");
    for (uint32_t i = 0; i < s->when_n; i++) {
        const struct condition *c = &s->when[i];
        if (i) line_z(l, " and ");
        line_code(l, c->capture);
        line_z(l, c->negate ? " is not " : " is ");
        line_code(l, c->equals_capture.n ? c->equals_capture : c->equals.n ? c->equals : STR("empty"));
    }
    if (s->optional) line_z(l, s->when_n ? "; its failure is reported and stops nothing" : "its failure is reported and stops nothing");
}

static void time_of(struct report *r, struct block *b, const struct step *s)
{
    if (!s->expected && !s->timeout) return;
    struct line *l = block_part(&r->d, b, "Time");
    if (s->expected) line_text(l, str_printf(r->a, "usually %.*s", STR_ARG(emit_duration(r->a, s->expected))));
    if (s->expected && s->timeout) line_z(l, ", ");
    if (s->timeout) line_text(l, str_printf(r->a, "at most %.*s", STR_ARG(emit_duration(r->a, s->timeout))));
    if (s->timeout_why.n) line_text(l, str_printf(r->a, " (%.*s)", STR_ARG(s->timeout_why)));
    if (s->beside.n) report_ref_step(r, line_z(l, ", beside "), s->beside);
}

static void way_back(struct report *r, struct block *b, const struct step *s)
{
    if (!step_changes(s)) return;
    struct line *l = block_part(&r->d, b, "Way back");
    if (s->inverse.n) report_ref_step(r, l, s->inverse);
    else line_text(l, s->inverse_why.n ? s->inverse_why : STR("none"));
}

static void step(struct report *r, const struct step *s, uint32_t number, const char *letter)
{
    struct block *b = doc_entry(&r->d, look_of(s));
    b->anchor = doc_anchor(&r->d, "step", s->id);
    line_printf(&b->line, "%s%u ", letter, number);
    line_text(&b->line, s->title);
    line_z(&b->line, " ");
    line_code(&b->line, s->id);
    line_printf(&b->line, " %s", what_of(s));
    commands(r, b, s);
    reason(r, b, s);
    when(r, b, s);
    time_of(r, b, s);
    way_back(r, b, s);
}

static void step_list(struct report *r, const struct step_list *l, const char *letter)
{
    enum phase phase = PHASE_COUNT;
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->v[i]->phase != phase) doc_heading(&r->d, 3, emit_phase_title(l->v[i]->phase));
        phase = l->v[i]->phase;
        step(r, l->v[i], i + 1, letter);
    }
}

/* ---- there ---- */

void report_steps(struct report *r)
{
    uint32_t changes = 0;
    doc_heading(&r->d, 2, "The steps");
    for (uint32_t i = 0; i < r->p->forward.n; i++) changes += step_changes(r->p->forward.v[i]);
    struct line *l = &doc_text(&r->d, "")->line;
    line_code(l, STR("plan.sh"));
    line_printf(l, " does these %u steps in this order; %u of them change something, the others look, record, wait or ask. It stops at the first that fails. Words in "
                   "\xe2\x80\xb9 \xe2\x80\xba are only known when it runs. A step without a time takes seconds.", r->p->forward.n, changes);
    step_list(r, &r->p->forward, "");
}

/* ---- and back ---- */

static void entries(struct report *r)
{
    static const char *const columns[] = {"The upgrade stopped in or after", "The way back begins at", NULL};
    const struct plan *p = r->p;
    struct block *b = doc_table(&r->d, "wide", columns);
    for (uint32_t i = 0; i < p->entry_n; i++) {
        const struct plan_entry *e = &p->entry[i];
        if (i && str_eq(e->enter_at, p->entry[i - 1].enter_at)) continue;
        uint32_t last = i;
        while (last + 1 < p->entry_n && str_eq(p->entry[last + 1].enter_at, e->enter_at)) last++;
        struct line *l = block_cell(&r->d, b);
        if (e->stopped_at.n) report_ref_step(r, l, e->stopped_at);
        else line_z(l, "nothing, it was not begun");
        if (last > i) report_ref_step(r, line_z(l, ", up to "), p->entry[last].stopped_at);
        l = block_cell(&r->d, b);
        if (e->enter_at.n) report_ref_step(r, l, e->enter_at);
        else line_z(l, "nothing has to be undone");
    }
}

void report_back(struct report *r)
{
    const struct plan *p = r->p;
    doc_heading(&r->d, 2, "The back-out plan");
    struct line *l = &doc_text(&r->d, "")->line;
    line_code(l, STR("rollback.sh"));
    line_z(l, " may be started whenever ");
    line_code(l, STR("plan.sh"));
    line_z(l, " has stopped, for whatever reason, and after it has succeeded. It reads from the journal how far the upgrade came and begins at the step that this table names. It can be "
              "started again when it was interrupted itself.");
    l = &doc_text(&r->d, "")->line;
    if (p->point_of_no_return.n) {
        line_strong(l, STR("Point of no return:"));
        report_ref_step(r, line_z(l, " step "), p->point_of_no_return);
        line_z(l, ". After it the old state cannot be had again.");
    } else {
        line_strong(l, STR("There is no point of no return."));
        if (p->losses_n) line_z(l, " What is lost on the way all the same is told in the part about losses.");
    }
    entries(r);
    step_list(r, &p->back, "B");
}
