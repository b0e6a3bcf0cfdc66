/* When what happens, and how many pods are ready meanwhile. */
#include "emit/report.h"

/* ---- phases ---- */

static void phase_row(struct report *r, struct block *b, const struct step_list *l, uint32_t from, uint32_t to)
{
    int64_t usual = 0, most = 0;
    uint32_t changes = 0, asks = 0, beside = 0;
    for (uint32_t i = from; i < to; i++) {
        const struct step *s = l->v[i];
        changes += step_changes(s);
        asks += s->kind == STEP_GATE;
        beside += s->beside.n > 0;
        if (s->beside.n) continue; /* its time is the other's */
        usual += s->expected;
        most += s->timeout;
    }
    line_z(block_cell(&r->d, b), emit_phase_title(l->v[from]->phase));
    line_printf(block_cell(&r->d, b), from + 1 == to ? "%u" : "%u to %u", from + 1, to);
    struct line *c = block_cell(&r->d, b);
    if (changes) line_text(c, str_printf(r->a, "%.*s something", STR_ARG(report_count(r->a, changes, "step changes", "steps change"))));
    if (changes && asks) line_z(c, ", ");
    if (asks) line_text(c, str_printf(r->a, "%.*s a person", STR_ARG(report_count(r->a, asks, "step asks", "steps ask"))));
    if (!changes && !asks) line_z(c, "nothing changes");
    if (beside == to - from) {
        line_z(block_cell(&r->d, b), "beside the phase before");
        line_z(block_cell(&r->d, b), "that of the phase before");
        return;
    }
    c = block_cell(&r->d, b);
    if (usual) line_text(c, str_printf(r->a, "%.*s and more", STR_ARG(emit_duration(r->a, usual))));
    else line_z(c, "seconds to minutes");
    c = block_cell(&r->d, b);
    line_text(c, most ? emit_duration(r->a, most) : STR("no step sets a limit"));
}

static void phases(struct report *r)
{
    static const char *const columns[] = {"Phase", "Steps", "What happens", "Usually", "Sum of the steps' limits", NULL};
    const struct step_list *l = &r->p->forward;
    struct block *b = doc_table(&r->d, "plain", columns);
    for (uint32_t i = 0, to; i < l->n; i = to) {
        for (to = i + 1; to < l->n && l->v[to]->phase == l->v[i]->phase;) to++;
        phase_row(r, b, l, i, to);
    }
}

/* ---- capacity ---- */

static struct str kind_of(struct str id)
{
    ptrdiff_t slash = str_chr(id, '/');
    return slash < 0 ? id : str_sub(id, 0, (size_t)slash);
}

static struct str name_of(struct str id)
{
    ptrdiff_t slash = str_chr(id, '/');
    return slash < 0 ? id : str_from_n(id, (size_t)slash + 1);
}

static struct str pods(struct arena *a, int64_t n) { return n < 0 ? STR("none") : str_printf(a, "%lld", (long long)n); }

static bool is(const struct plan_rollout *x, const char *change) { return str_is(x->change, change); }

static struct str how(struct report *r, const struct plan_rollout *x)
{
    if (is(x, "stays")) return STR("its pods are not touched");
    if (is(x, "goes")) return STR("it is deleted, and nothing takes its place");
    struct str order = x->why.n ? x->why : STR("its pods are replaced");
    if (is(x, "again")) return str_printf(r->a, "deleted with its pods, then made anew: %.*s", STR_ARG(order));
    if (!is(x, "starts")) return order;
    return x->replaces.n ? str_printf(r->a, "made when %.*s is deleted, which does not wait for it: %.*s", STR_ARG(name_of(x->replaces)), STR_ARG(order)) : str_printf(r->a, "new: %.*s", STR_ARG(order));
}

static struct str fewest(struct report *r, const struct plan_rollout *x)
{
    if (x->per_node) return is(x, "stays") ? STR("all") : STR("all but one, as long as one node is done at a time");
    if (is(x, "goes")) return STR("0");
    if (is(x, "stays")) return str_printf(r->a, "%lld of %lld", (long long)x->after, (long long)x->after);
    if (!x->after) return STR("0: none is rendered");
    if (x->down > 0) return str_printf(r->a, "0 of %lld for up to %.*s", (long long)x->after, STR_ARG(emit_duration(r->a, x->down)));
    return str_printf(r->a, "%lld of %lld", (long long)(x->available < 0 ? 0 : x->available), (long long)x->after);
}

static struct str done(struct report *r, const struct plan_rollout *x)
{
    if (is(x, "stays") || is(x, "goes") || !(x->per_node || x->after)) return STR("at once");
    if (!x->seconds) return STR("at once: no probe makes anybody wait");
    return str_printf(r->a, "%s%.*s%s", x->bounded ? "up to " : "", STR_ARG(emit_duration(r->a, x->seconds)), x->bounded ? "" : x->per_node ? " a node, and more" : " and more: its probes set no limit");
}

static struct str with_most(struct report *r, const struct plan_rollout *x)
{
    if (x->most < 0) return STR("nothing scales it");
    if (x->seconds_most == x->seconds) return str_printf(r->a, "the same with %lld pods", (long long)x->most);
    return str_printf(r->a, "%.*s with %lld pods", STR_ARG(emit_duration(r->a, x->seconds_most)), (long long)x->most);
}

static void capacity_table(struct report *r)
{
    static const char *const columns[] = {"Component", "Pods before", "Pods after", "How it rolls", "Fewest ready pods", "All ready again", "At its autoscaler's most", NULL};
    const struct plan *p = r->p;
    struct block *b = doc_table(&r->d, "plain", columns);
    for (uint32_t i = 0; i < p->rollouts_n; i++) {
        const struct plan_rollout *x = &p->rollouts[i];
        line_code(block_cell(&r->d, b), x->object);
        line_text(block_cell(&r->d, b), x->per_node ? STR("one a node") : pods(r->a, x->before));
        line_text(block_cell(&r->d, b), x->per_node ? STR("one a node") : pods(r->a, x->after));
        line_text(block_cell(&r->d, b), how(r, x));
        line_text(block_cell(&r->d, b), fewest(r, x));
        line_text(block_cell(&r->d, b), done(r, x));
        line_text(block_cell(&r->d, b), with_most(r, x));
    }
}

/* ---- the figure ---- */

static void stretch(struct report *r, struct capacity *c, int64_t from, int64_t to, int64_t ready, bool at_least)
{
    if (to > from) *PUSH(r->a, c->v, c->n, c->cap) = (struct phase_of_capacity){from, to, ready, at_least};
}

static void curve(struct report *r, struct capacity *c, const struct plan_rollout *x)
{
    c->before = x->before;
    c->after = x->after;
    if (x->per_node) {
        c->before = c->after = is(x, "stays") ? 1 : -1;
        return;
    }
    if (is(x, "goes")) c->after = 0;
    if (is(x, "stays") || is(x, "goes") || !x->after) return;
    int64_t down = x->down < x->seconds || is(x, "again") ? x->down : x->seconds, end = x->seconds > down ? x->seconds : down;
    if (is(x, "rolls") && !down) stretch(r, c, 0, end, x->available < 0 ? 0 : x->available, true);
    else {
        stretch(r, c, 0, down, 0, false);
        stretch(r, c, down, end, is(x, "rolls") ? (x->available > 0 ? x->available : 1) : 1, true);
    }
}

static struct str detail_of(struct report *r, const struct plan_rollout *x)
{
    struct str kind = kind_of(x->object);
    if (x->replaces.n) return str_printf(r->a, "%.*s, for %.*s", STR_ARG(kind), STR_ARG(name_of(x->replaces)));
    if (is(x, "starts")) return str_printf(r->a, "%.*s, new", STR_ARG(kind));
    return is(x, "goes") ? str_printf(r->a, "%.*s, goes away", STR_ARG(kind)) : kind;
}

static struct str summary_of(struct report *r, const struct plan_rollout *x)
{
    if (x->per_node) return is(x, "stays") ? STR("one pod a node, not touched") : STR("one pod a node, replaced node by node");
    if (is(x, "goes")) return str_printf(r->a, "%.*s before, none after", STR_ARG(pods(r->a, x->before)));
    if (is(x, "stays")) return str_printf(r->a, "%.*s, not touched", STR_ARG(report_count(r->a, x->after, "pod", "pods")));
    if (!x->after) return str_printf(r->a, "no pods as rendered%s", x->most > 0 ? "; what its autoscaler made is replaced" : "");
    if (x->down > 0) return str_printf(r->a, "none ready for up to %.*s, then %lld", STR_ARG(emit_duration(r->a, x->down)), (long long)x->after);
    return str_printf(r->a, "at least %lld of %lld ready%s%.*s", (long long)(x->available < 0 ? 0 : x->available), (long long)x->after, x->seconds ? " for " : "",
                      STR_ARG(x->seconds ? emit_duration(r->a, x->seconds) : STR("")));
}

static void figure(struct report *r)
{
    const struct plan *p = r->p;
    struct block *b = doc_line(&r->d, BLOCK_FIGURE);
    line_z(&b->line, "Ready pods of each component over time, from the moment at which the release is applied (the dotted line), with the pods as rendered and every pod as slow as it may be. "
                     "Full height is the most that a component has. A dashed edge is a lower bound; slanted hatching: no pod is ready; dots: one pod a node, and the number of nodes is not known.");
    for (uint32_t i = 0; i < p->rollouts_n; i++) {
        const struct plan_rollout *x = &p->rollouts[i];
        struct capacity *c = PUSH(r->a, b->rows, b->rows_n, b->rows_cap);
        *c = (struct capacity){.name = name_of(x->object), .detail = detail_of(r, x), .summary = summary_of(r, x)};
        curve(r, c, x);
        if (x->seconds > b->span) b->span = x->seconds;
        if (x->down > b->span) b->span = x->down;
    }
    if (!b->span) b->span = 60;
}

void report_timeline(struct report *r)
{
    const struct plan *p = r->p;
    doc_heading(&r->d, 2, "Timeline and capacity");
    phases(r);
    doc_heading(&r->d, 3, "Capacity of every component over time");
    if (!p->rollouts_n) {
        doc_text(&r->d, "The release has no workloads of its own: nothing rolls. What operators make of its custom resources is not computed.");
        return;
    }
    figure(r);
    capacity_table(r);
    struct line *l = &doc_text(&r->d, "")->line;
    if (p->timeout) {
        line_printf(l, "Helm is given %.*s", STR_ARG(emit_duration(r->a, p->timeout)));
        if (p->timeout_why.n) line_printf(l, ": %.*s. ", STR_ARG(p->timeout_why));
    }
    line_z(l, "Where an autoscaler acts, the plan finds out how many pods there are and keeps that number. What operators make of custom resources is not in the figure.");
}
