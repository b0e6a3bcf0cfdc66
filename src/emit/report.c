/* report.md and report.html: the same document, written twice. */
#include "emit/report.h"

struct str report_count(struct arena *a, int64_t n, const char *one, const char *many)
{
    return str_printf(a, "%lld %s", (long long)n, n == 1 ? one : many);
}

void report_ref_step(struct report *r, struct line *l, struct str id)
{
    bool there = step_find(&r->p->forward, id) || step_find(&r->p->back, id);
    line_ref(l, id, there ? doc_anchor(&r->d, "step", id) : STR(""));
}

int64_t report_interruption(const struct plan *p, uint32_t *n, uint32_t *gone)
{
    int64_t most = 0;
    *n = *gone = 0;
    for (uint32_t i = 0; i < p->services_n; i++) {
        const struct plan_service *s = &p->services[i];
        *gone += !str_is(s->change, "stays");
        *n += s->down > 0;
        if (s->down > most) most = s->down;
    }
    return most;
}

/* ---- at the top ---- */

static struct line *row(struct report *r, struct block *b, const char *name)
{
    line_z(block_cell(&r->d, b), name);
    return block_cell(&r->d, b);
}

static void brief_change(struct report *r, struct line *l)
{
    const struct plan *p = r->p;
    line_text(l, str_printf(r->a, "%.*s %.*s", STR_ARG(p->chart), STR_ARG(p->version_old)));
    if (p->app_old.n) line_text(l, str_printf(r->a, " (application %.*s)", STR_ARG(p->app_old)));
    line_text(l, str_printf(r->a, " to %.*s", STR_ARG(p->version_new)));
    if (p->app_new.n) line_text(l, str_printf(r->a, " (application %.*s)", STR_ARG(p->app_new)));
    line_code(line_z(l, ", Helm release "), p->release);
    line_code(line_z(l, " in namespace "), p->ns);
}

static void brief_services(struct report *r, struct line *l)
{
    const struct plan *p = r->p;
    uint32_t n, gone;
    int64_t most = report_interruption(p, &n, &gone);
    if (!p->services_n) line_z(l, "The release has no Services.");
    else if (!n && !gone) line_z(l, "No Service is left without a ready pod, and none loses its name.");
    if (n) line_text(l, str_printf(r->a, "%.*s without a ready pod for up to %.*s. ", STR_ARG(report_count(r->a, n, "Service is", "Services are")), STR_ARG(emit_duration(r->a, most))));
    if (gone) line_text(l, str_printf(r->a, "%.*s: clients inside the cluster have to be changed.", STR_ARG(report_count(r->a, gone, "Service loses its name", "Services lose their names"))));
}

static void brief_risk(struct report *r, struct line *l)
{
    uint32_t count[3] = {0}, decisions = 0;
    for (uint32_t i = 0; i < r->f->findings.n; i++) count[r->f->findings.v[i].severity]++;
    for (uint32_t i = 0; i < r->p->forward.n; i++) decisions += r->p->forward.v[i]->kind == STEP_GATE && r->p->forward.v[i]->accept.n;
    line_text(l, str_printf(r->a, "%.*s, %.*s, %.*s. ", STR_ARG(report_count(r->a, count[SEVERITY_ERROR], "error", "errors")),
                            STR_ARG(report_count(r->a, count[SEVERITY_WARNING], "warning", "warnings")), STR_ARG(report_count(r->a, count[SEVERITY_INFO], "remark", "remarks"))));
    if (decisions) line_text(l, str_printf(r->a, "%.*s to be accepted by name before anything changes.", STR_ARG(report_count(r->a, decisions, "thing has", "things have"))));
    else line_z(l, "Nothing has to be accepted by name.");
}

/* Whether it touches the cluster: the steps before the first such one may be tried at any time. */
static bool has_effect(const struct step *s)
{
    return step_changes(s) && s->effects_n;
}

static bool is_upgrade(const struct step *s)
{
    for (uint32_t k = 0; k < s->effects_n; k++)
        if (s->effects[k].kind == EFFECT_UPGRADE || s->effects[k].kind == EFFECT_TERRAFORM) return true;
    return false;
}

static void brief_time(struct report *r, struct line *l)
{
    const struct step_list *s = &r->p->forward;
    const struct step *upgrade = NULL;
    uint32_t before = s->n;
    for (uint32_t i = 0; i < s->n; i++) {
        if (before == s->n && has_effect(s->v[i])) before = i;
        if (!upgrade && is_upgrade(s->v[i])) upgrade = s->v[i];
    }
    if (!upgrade) {
        line_z(l, "No step changes the release.");
        return;
    }
    if (upgrade->expected) line_text(l, str_printf(r->a, "The upgrade itself takes up to %.*s with the pods as rendered, and is given ", STR_ARG(emit_duration(r->a, upgrade->expected))));
    else line_z(l, "The upgrade itself is given ");
    line_text(l, upgrade->timeout ? str_printf(r->a, "%.*s at most. ", STR_ARG(emit_duration(r->a, upgrade->timeout))) : STR("no limit. "));
    line_text(l, str_printf(r->a, "%u of the %u steps come before anything changes in the cluster.", before, s->n));
}

static void brief_back(struct report *r, struct line *l)
{
    const struct plan *p = r->p;
    if (p->point_of_no_return.n) {
        report_ref_step(r, line_z(l, "Possible up to step "), p->point_of_no_return);
        line_z(l, ", and not after it.");
    } else {
        line_z(l, "Possible from every step, by a program of its own.");
    }
    if (str_is(emit_proof_verdict(p), "unproved")) {
        line_z(l, " That it brings everything back is not proved.");
        return;
    }
    line_text(l, p->losses_n ? str_printf(r->a, " It does not bring back %.*s.", STR_ARG(report_count(r->a, p->losses_n, "thing", "things"))) : STR(" It brings everything back that the release manages."));
}

void report_brief(struct report *r)
{
    static const char *const columns[] = {"Question", "Answer", NULL};
    const struct plan *p = r->p;
    struct block *b = doc_table(&r->d, "brief", columns);
    struct str verdict = emit_proof_verdict(p);
    brief_change(r, row(r, b, "Change"));
    if (p->refused.n) line_z(row(r, b, "State"), "This plan cannot be run; what is known of the change follows.");
    if (p->unchanged.n) line_z(row(r, b, "State"), "Nothing changes, and there is nothing to run; what is known of the release follows.");
    if (p->forward.n) brief_services(r, row(r, b, "What clients notice"));
    brief_risk(r, row(r, b, "Risk"));
    if (p->forward.n) {
        brief_time(r, row(r, b, "Duration"));
        brief_back(r, row(r, b, "Way back"));
        line_text(row(r, b, "Proof"), verdict.n ? verdict : STR("none"));
    }
    line_text(row(r, b, "Delivered by"), str_printf(r->a, "%.*s, with Helm %d (the programs find out by themselves)", STR_ARG(p->strategy), p->helm_major));
    if (p->context.n) line_code(row(r, b, "Cluster"), p->context);
    else line_z(row(r, b, "Cluster"), "the kube context that is given when the programs are run");
    if (p->as_of.n) line_text(row(r, b, "As of"), p->as_of);
    line_code(row(r, b, "Plan"), p->id);
    line_text(row(r, b, "Made by"), p->generator);
}

/* ---- the whole ---- */

static void find_answers(struct report *r)
{
    const struct step_list *lists[] = {&r->p->forward, &r->p->back};
    r->answers = strmap_new(r->a);
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++)
            for (uint32_t k = 0; k < lists[l]->v[i]->findings_n; k++)
                if (!strmap_get(&r->answers, lists[l]->v[i]->findings[k])) strmap_put(&r->answers, lists[l]->v[i]->findings[k], lists[l]->v[i]);
}

static struct doc make(struct arena *a, const struct emit_input *in)
{
    const struct plan *p = in->plan;
    struct report r = {.a = a, .f = in->f, .p = p};
    struct str title = str_printf(a, "Upgrade of %.*s from %.*s %.*s to %.*s", STR_ARG(p->release), STR_ARG(p->chart), STR_ARG(p->version_old), STR_ARG(p->version_new));
    r.d = doc_new(a, title);
    find_answers(&r);
    line_text(&doc_heading(&r.d, 1, "")->line, title);
    struct str verdict = emit_proof_verdict(p);
    if (p->refused.n) line_text(line_strong(&doc_line(&r.d, BLOCK_CALLOUT)->line, STR("This plan cannot be run.")), str_printf(a, " %.*s", STR_ARG(p->refused)));
    else if (p->unchanged.n) line_strong(&doc_line(&r.d, BLOCK_CALLOUT)->line, p->unchanged);
    else if (str_is(verdict, "unproved")) line_z(line_strong(&doc_line(&r.d, BLOCK_CALLOUT)->line, STR("This plan is not proved.")), " See the part about what was proved.");
    report_brief(&r);
    report_change(&r);
    if (p->forward.n) report_services(&r);
    report_risk(&r);
    if (p->forward.n) {
        report_timeline(&r);
        report_steps(&r);
        report_back(&r);
        report_losses(&r);
        report_proof(&r);
        report_tests(&r);
    }
    report_inputs(&r);
    return r.d;
}

void emit_plan_markdown(struct buf *out, const struct emit_input *in)
{
    struct doc d = make(out->a, in);
    doc_write_markdown(out, &d);
}

void emit_plan_html(struct buf *out, const struct emit_input *in)
{
    struct doc d = make(out->a, in);
    doc_write_html(out, &d);
}
