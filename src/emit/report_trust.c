/* Why to believe it: losses and who accepts them, what was proved and what assumed, how it was tested, and from which inputs it was made. */
#include "emit/report.h"

/* ---- losses and decisions ---- */

/* Who can answer for a finding, by what its rule is about. */
static const char *who_decides(struct str rule)
{
    static const struct { const char *head, *who; } known[] = {
        {"service/", "whoever runs the clients of the Service"}, {"values/", "the owner of the values file"}, {"object/data", "the owner of the data"},
        {"storage/", "the owner of the data"}, {"secret/", "whoever holds the credentials"}, {"model/", "the owner of the models' data"}, {"bundle/", "the owner of the models' data"},
        {"keda/", "whoever operates autoscaling"}, {"rollout/", "whoever operates the release"}, {"rbac/", "whoever grants rights in the cluster"},
        {"networkpolicy/", "whoever owns the network's rules"}, {"chart/", "whoever operates the release"}, {"crd/", "whoever operates the cluster"},
        {"api/", "whoever operates the cluster"}, {"monitoring/", "whoever is on call"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_starts(rule, str_from(known[i].head))) return known[i].who;
    return "whoever operates the release";
}

static void losses(struct report *r)
{
    static const char *const columns[] = {"Object", "What is lost", "Accepted with", "By whom", NULL};
    const struct plan *p = r->p;
    if (!p->losses_n) {
        if (str_is(emit_proof_verdict(p), "unproved")) doc_text(&r->d, "The plan declares no losses, and it is not proved that there are none.");
        else doc_text(&r->d, "Nothing is lost: what the release manages is brought back by the way back, from every step.");
        return;
    }
    struct block *b = doc_table(&r->d, "wide", columns);
    for (uint32_t i = 0; i < p->losses_n; i++) {
        const struct loss *x = &p->losses[i];
        line_code(block_cell(&r->d, b), x->object);
        line_text(block_cell(&r->d, b), x->text);
        line_code(block_cell(&r->d, b), str_printf(r->a, "--accept %.*s", STR_ARG(x->id)));
        line_z(block_cell(&r->d, b), "the owner of the data");
    }
}

static void decisions(struct report *r)
{
    static const char *const columns[] = {"Decision", "Step", "Answered with", "By whom", "Name and date", NULL};
    const struct step_list *lists[] = {&r->p->forward, &r->p->back};
    struct block *b = NULL;
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 0; i < lists[k]->n; i++) {
            const struct step *s = lists[k]->v[i];
            if (s->kind != STEP_GATE) continue;
            if (!b) {
                doc_heading(&r->d, 3, "Decisions");
                doc_text(&r->d, "The programs stop at each of these until it is answered on the command line or at the terminal.");
                b = doc_table(&r->d, "sign", columns);
            }
            line_text(block_cell(&r->d, b), s->title);
            report_ref_step(r, block_cell(&r->d, b), s->id);
            line_code(block_cell(&r->d, b), s->accept.n ? str_printf(r->a, "--accept %.*s", STR_ARG(s->accept)) : STR("--yes"));
            line_z(block_cell(&r->d, b), s->accept.n ? who_decides(s->accept) : "whoever runs the program");
            block_cell(&r->d, b);
        }
}

void report_losses(struct report *r)
{
    doc_heading(&r->d, 2, "Losses, and what must be accepted");
    losses(r);
    decisions(r);
}

/* ---- the proof ---- */

static struct value of(const struct plan *p, const char *key) { return p->proof.kind == V_MAP ? map_getz(p->proof.u.map, key) : NIL; }

static int64_t number(const struct plan *p, const char *key)
{
    struct value v = of(p, key);
    return v.kind == V_INT ? v.u.i : v.kind == V_FLOAT ? (int64_t)v.u.f : 0;
}

static void assumption_row(struct report *r, struct block *b, struct str text, struct str checked_by)
{
    line_text(block_cell(&r->d, b), text);
    struct line *l = block_cell(&r->d, b);
    if (checked_by.n) report_ref_step(r, l, checked_by);
    else line_strong(l, STR("nobody"));
}

static bool is_premise(const struct plan *p, struct str id)
{
    struct value v = of(p, "assumptions");
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
        if (str_eq(value_str_at(v.u.list->v[i], "id"), id)) return true;
    return false;
}

/* Those of the proof and those of the plan; what both have once. What nobody checks comes first. */
static void assumptions(struct report *r)
{
    static const char *const columns[] = {"Assumed", "Checked by", NULL};
    const struct plan *p = r->p;
    struct value v = of(p, "assumptions");
    uint32_t n = v.kind == V_LIST ? list_len(v) : 0;
    if (!n && !p->assumptions_n) return;
    doc_heading(&r->d, 3, "What it assumes");
    doc_text(&r->d, "The step named looks whether it is so, and stops before anything changes when it is not. What nobody checks is for you to know.");
    struct block *b = doc_table(&r->d, "plain", columns);
    for (int checked = 0; checked < 2; checked++) {
        for (uint32_t i = 0; i < n; i++) {
            struct str by = value_str_at(v.u.list->v[i], "checkedBy");
            if ((by.n > 0) == checked) assumption_row(r, b, value_str_at(v.u.list->v[i], "text"), by);
        }
        for (uint32_t i = 0; i < p->assumptions_n; i++)
            if (!is_premise(p, p->assumptions[i].id) && (p->assumptions[i].checked_by.n > 0) == checked) assumption_row(r, b, p->assumptions[i].text, p->assumptions[i].checked_by);
    }
}

static void failures(struct report *r)
{
    struct value v = of(r->p, "failures");
    if (v.kind != V_LIST || !list_len(v)) return;
    doc_heading(&r->d, 3, "Why it is not proved");
    for (uint32_t i = 0; i < list_len(v); i++) {
        struct value x = v.u.list->v[i], run = value_at(x, "run", NULL);
        struct block *b = doc_entry(&r->d, "failure");
        line_strong(&b->line, value_str_at(x, "obligation"));
        line_text(line_z(&b->line, " "), value_str_at(x, "text"));
        for (uint32_t k = 0; run.kind == V_LIST && k < list_len(run); k++)
            if (run.u.list->v[k].kind == V_STR) line_text(block_part(&r->d, b, k ? NULL : "Seen in"), v_text(run.u.list->v[k]));
        struct str because = value_str_at(x, "because"), errata = value_str_at(x, "errata");
        if (!because.n) continue;
        line_text(block_part(&r->d, b, "The runbook"), errata.n ? str_printf(r->a, "%.*s: %.*s", STR_ARG(errata), STR_ARG(because)) : because);
        line_text(block_part(&r->d, b, "Instead"), value_str_at(x, "instead"));
    }
}

static void witness(struct report *r)
{
    struct value v = of(r->p, "witness");
    if (v.kind != V_LIST || !list_len(v)) return;
    doc_heading(&r->d, 3, "One run, there and back");
    struct block *b = doc_list(&r->d);
    for (uint32_t i = 0; i < list_len(v); i++)
        if (v.u.list->v[i].kind == V_STR) line_text(block_cell(&r->d, b), v_text(v.u.list->v[i]));
}

void report_proof(struct report *r)
{
    const struct plan *p = r->p;
    doc_heading(&r->d, 2, "What was proved, and what was assumed");
    if (p->proof.kind != V_MAP) {
        doc_text(&r->d, "Nothing was proved.");
        return;
    }
    struct line *l = &doc_text(&r->d, "")->line;
    line_strong(l, str_printf(r->a, "Verdict: %.*s.", STR_ARG(emit_proof_verdict(p))));
    line_printf(l, " The claim: wherever the upgrade stops, and whatever autoscalers do meanwhile, the way back entered there ends in a state that equals the one before, in all that the release manages, "
                   "except for the losses listed. It was checked over a model of Helm and Kubernetes that reads the commands themselves: %lld states of %lld parts of the cluster, %lld ends of runs compared.",
                (long long)number(p, "states"), (long long)number(p, "parts"), (long long)number(p, "runs"));
    failures(r);
    assumptions(r);
    witness(r);
}

/* ---- tests ---- */

static uint32_t count_phase(const struct step_list *l, enum phase from, enum phase to)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++) n += l->v[i]->phase >= from && l->v[i]->phase <= to && l->v[i]->kind != STEP_NOTE && l->v[i]->kind != STEP_GATE;
    return n;
}

/* "check" says what is done before the upgrade in the cluster itself. */
static const struct step *server_side_preview(const struct step_list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        for (uint32_t k = 0; k < l->v[i]->expect_n; k++)
            if (l->v[i]->expect[k].kind == EXPECT_DOCUMENTS && str_is(l->v[i]->expect[k].text, "new")) return l->v[i];
    return NULL;
}

void report_tests(struct report *r)
{
    const struct plan *p = r->p;
    doc_heading(&r->d, 2, "How it was tested");
    doc_text(&r->d, "This report was made without a cluster. What was tested, and what the programs test themselves:");
    struct block *b = doc_list(&r->d);
    line_z(block_cell(&r->d, b), "Before: both versions were rendered with your values and compared object by object; each key of your values was tried with other values to see what it does.");
    line_printf(block_cell(&r->d, b), "Before: the steps were run over a model of the cluster with every outcome of each, %lld runs in all, as the part above says.", (long long)number(p, "runs"));
    line_printf(block_cell(&r->d, b), "In the cluster, before anything changes: %u steps look whether tools, rights, release, values, objects and health are what the plan was made for.",
                count_phase(&p->forward, PHASE_PREFLIGHT, PHASE_RECORD));
    const struct step *preview = server_side_preview(&p->forward);
    if (preview) report_ref_step(r, line_z(block_cell(&r->d, b), "In the cluster, before anything changes: Helm renders the new version there without applying it, and every document is compared with the plan's: step "), preview->id);
    line_printf(block_cell(&r->d, b), "In the cluster, afterwards: %u steps verify that it works; on the way back %u.", count_phase(&p->forward, PHASE_VERIFY, PHASE_VERIFY),
                count_phase(&p->back, PHASE_ROLLBACK_VERIFY, PHASE_ROLLBACK_VERIFY));
    struct line *l = block_cell(&r->d, b);
    line_code(l, STR("bash plan.sh --dry-run"));
    line_z(l, " shows what would run. ");
    line_code(l, STR("rutter verify plan.json"));
    line_z(l, " proves the plan anew; with the inputs it also checks that they are the ones listed below.");
    line_z(line_strong(block_cell(&r->d, b), STR("Not tested:")), " the new version itself, under load or otherwise; clients; what the images do.");
}

/* ---- inputs ---- */

void report_inputs(struct report *r)
{
    static const char *const columns[] = {"Input", "Bytes", "SHA-256", NULL};
    static const char *const tools[] = {"Program", "At least", NULL};
    const struct plan *p = r->p;
    doc_heading(&r->d, 2, "Inputs and their digests");
    doc_text(&r->d, "The programs refuse charts and values whose digests are others. Charts are told file by file; the text of values is not in this report.");
    struct block *b = doc_table(&r->d, "digests", columns);
    for (uint32_t i = 0; i < p->inputs_n; i++) {
        const struct plan_input *x = &p->inputs[i];
        line_code(block_cell(&r->d, b), x->path.n ? str_printf(r->a, "%.*s:%.*s", STR_ARG(x->role), STR_ARG(x->path)) : x->role);
        line_printf(block_cell(&r->d, b), "%lld", (long long)x->size);
        line_code(block_cell(&r->d, b), x->sha256);
    }
    if (p->tools_n) {
        doc_heading(&r->d, 3, "Programs that it needs");
        b = doc_table(&r->d, "plain", tools);
        for (uint32_t i = 0; i < p->tools_n; i++) {
            line_code(block_cell(&r->d, b), p->tools[i].name);
            line_text(block_cell(&r->d, b), p->tools[i].min.n ? p->tools[i].min : STR("any version"));
        }
    }
    if (!p->notes_n) return;
    doc_heading(&r->d, 3, "To remember afterwards");
    b = doc_list(&r->d);
    for (uint32_t i = 0; i < p->notes_n; i++) line_text(block_cell(&r->d, b), p->notes[i]);
}
