/* Whom it concerns and what may go wrong: Services and their clients, findings with the steps that answer them. */
#include "emit/report.h"

/* ---- Services ---- */

void report_services(struct report *r)
{
    static const char *const columns[] = {"Service", "Reached as", "What its clients notice", "For how long", NULL};
    const struct plan *p = r->p;
    doc_heading(&r->d, 2, "Affected services and their clients");
    if (!p->services_n) {
        doc_text(&r->d, "The old version has no Services: nobody asks it by name.");
        return;
    }
    doc_text(&r->d, "A Service is the name by which other programs reach pods. Times are the longest that still end well: each pod takes its whole time to stop and its whole time to become ready. "
                    "Pulling images and waiting for nodes come on top.");
    struct block *b = doc_table(&r->d, "wide", columns);
    for (uint32_t i = 0; i < p->services_n; i++) {
        const struct plan_service *s = &p->services[i];
        struct line *l = block_cell(&r->d, b);
        line_code(l, s->object);
        if (s->becomes.n) line_code(line_z(l, ", then "), s->becomes);
        l = block_cell(&r->d, b);
        if (s->hosts_n) line_codes(l, s->hosts, s->hosts_n);
        else line_z(l, "inside the cluster only");
        line_text(block_cell(&r->d, b), s->notice);
        l = block_cell(&r->d, b);
        bool renamed = !str_is(s->change, "stays");
        if (s->down > 0) line_text(l, str_printf(r->a, "up to %.*s", STR_ARG(emit_duration(r->a, s->down))));
        if (s->down > 0 && renamed) line_z(l, "; ");
        if (renamed) line_z(l, "its old name for good");
        else if (!s->down) line_z(l, "not at all");
        else if (s->down < 0) line_z(l, "not known");
    }
}

/* ---- findings ---- */

static struct str key_of(struct report *r, const struct finding *x) { return str_printf(r->a, "%.*s %.*s", STR_ARG(x->rule), STR_ARG(x->subject)); }

static bool same_text(struct report *r, const struct finding *x, const struct finding *y)
{
    return x->severity == y->severity && str_eq(x->rule, y->rule) && str_eq(x->message, y->message) && str_eq(x->fix, y->fix) && !x->replacement.n && !y->replacement.n &&
           strmap_get(&r->answers, key_of(r, x)) == strmap_get(&r->answers, key_of(r, y));
}

static void subjects(struct report *r, struct line *l, uint32_t from, uint32_t to)
{
    const struct findings *all = &r->f->findings;
    for (uint32_t i = from; i < to; i++) {
        if (i > from) line_z(l, i + 1 == to ? " and " : ", ");
        line_code(l, all->v[i].subject);
    }
    if (all->v[from].replacement.n) line_code(line_z(l, " to "), all->v[from].replacement);
}

static void answer(struct report *r, struct block *b, const struct finding *x)
{
    const struct step *s = strmap_get(&r->answers, key_of(r, x));
    if (!s && x->severity == SEVERITY_INFO) return;
    struct line *l = block_part(&r->d, b, "Answered by");
    if (!s) {
        line_z(l, "no step: it is for a person to know");
        return;
    }
    report_ref_step(r, l, s->id);
    line_z(l, s->kind == STEP_GATE ? (s->accept.n ? ", where a person accepts it or stops" : ", where a person reads and says yes") : ", ");
    if (s->kind != STEP_GATE) line_text(l, s->title);
}

static void evidence(struct report *r, struct block *b, uint32_t from, uint32_t to)
{
    const struct findings *all = &r->f->findings;
    uint32_t n = 0;
    for (uint32_t i = from; i < to; i++)
        for (uint32_t k = 0; k < all->v[i].evidence_n; k++) {
            bool told = false;
            for (uint32_t j = 0; i > from && j < all->v[from].evidence_n && !told; j++) told = str_eq(all->v[from].evidence[j], all->v[i].evidence[k]);
            if (!told) line_text(block_part(&r->d, b, n++ ? NULL : "Because"), all->v[i].evidence[k]);
        }
}

/* By role and path, never by where it lies on the disk of whoever made the report. */
static void place(struct report *r, struct line *l, struct place at)
{
    const struct input *in = inputs_get(r->f->inputs, at.input);
    if (!in->role.n) return;
    struct str name = in->path.n ? str_printf(r->a, "%.*s:%.*s", STR_ARG(in->role), STR_ARG(in->path)) : in->role;
    line_code(line_z(l, ", found at "), at.line ? str_printf(r->a, "%.*s:%u", STR_ARG(name), at.line) : name);
}

/* Neighbours that say the same of different subjects are one entry. */
static void finding(struct report *r, uint32_t from, uint32_t to)
{
    static const char *const looks[] = {[SEVERITY_ERROR] = "finding error", [SEVERITY_WARNING] = "finding warning", [SEVERITY_INFO] = "finding info"};
    const struct finding *x = &r->f->findings.v[from];
    struct block *b = doc_entry(&r->d, looks[x->severity]);
    line_strong(&b->line, x->severity == SEVERITY_INFO ? STR("remark") : str_from(severity_name(x->severity)));
    line_z(&b->line, " ");
    subjects(r, &b->line, from, to);
    line_text(block_part(&r->d, b, NULL), x->message);
    evidence(r, b, from, to);
    if (x->fix.n) line_text(block_part(&r->d, b, "What to do"), x->fix);
    answer(r, b, x);
    struct line *l = block_part(&r->d, b, "Rule");
    line_code(l, x->rule);
    if (to == from + 1) place(r, l, x->at);
    if (x->confidence < 100) line_printf(l, ", %d %% sure", x->confidence);
}

void report_risk(struct report *r)
{
    static const char *const titles[] = {[SEVERITY_ERROR] = "Errors: they break something here", [SEVERITY_WARNING] = "Warnings: they may break something here", [SEVERITY_INFO] = "Remarks"};
    const struct findings *all = &r->f->findings;
    int severity = -1;
    doc_heading(&r->d, 2, "Risk and its reasons");
    if (!all->n) {
        doc_text(&r->d, "Nothing was found.");
        return;
    }
    doc_text(&r->d, "What was found in comparing the two versions under your values, worst first, each with the step of the plan that answers it.");
    for (uint32_t i = 0, to; i < all->n; i = to) {
        for (to = i + 1; to < all->n && same_text(r, &all->v[i], &all->v[to]);) to++;
        if ((int)all->v[i].severity != severity) doc_heading(&r->d, 3, titles[all->v[i].severity]);
        severity = (int)all->v[i].severity;
        finding(r, i, to);
    }
}
