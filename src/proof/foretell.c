/* How a plan ends when every step does what it can and nobody disturbs it: in which state each object is then, and what of it is wrong.
 *
 * All parts go step by step together, for they share the release: a command that one part makes impossible fails for all of them, and the run stops there. */
#include "proof/flow.h"
#include "proof/search.h"

struct states {
    struct state *v; uint32_t n, cap;
};

/* One part, from one of the states in which it may begin. */
struct line {
    struct part part;
    uint8_t start;
    struct move *moves[MODES]; uint32_t moves_n[MODES];
    uint32_t at;                 /* of the moves, the next */
    struct states now;
    struct states done, stuck, refused, applied, hook; /* what the step of the moment makes of them */
};

struct telling {
    struct search *q;
    struct line *lines; uint32_t lines_n, lines_cap;
    struct line *line;           /* whose outcomes are told */
    const struct move *move;
    const char *why;             /* ... it cannot go on */
    bool hook_fails;
};

static void add(struct arena *a, struct states *to, const struct state *s)
{
    for (uint32_t i = 0; i < to->n; i++)
        if (!memcmp(&to->v[i], s, sizeof *s)) return;
    *PUSH(a, to->v, to->n, to->cap) = *s;
}

/* ---- one step ---- */

static void took_place(void *context, const struct state *after, enum fate fate, const char *what)
{
    struct telling *t = context;
    struct line *l = t->line;
    if (fate == FATE_STUCK && t->move->step->optional) fate = FATE_DONE;
    if (fate == FATE_STUCK && !l->stuck.n) t->why = what;
    struct states *const to[] = {[FATE_DONE] = &l->done, [FATE_HARM] = &l->done, [FATE_STUCK] = &l->stuck, [FATE_REFUSED] = &l->refused, [FATE_APPLIED] = &l->applied, [FATE_HOOK] = &l->hook};
    if ((size_t)fate < sizeof to / sizeof *to && to[fate]) add(t->q->a, to[fate], after);
}

static void do_move(struct telling *t, const struct state *before)
{
    const struct part *p = &t->line->part;
    const struct move *m = t->move;
    struct doing d = {&t->q->r, p, t, took_place, NULL};
    struct state over = search_passed_over(p, m, before);
    int runs = 1;
    for (uint32_t i = 0; i < m->step->when_n; i++) {
        int c = model_condition(&d, before, m, i);
        if (c == 0) runs = 0;
        else if (c < 0 && runs) runs = -1;
    }
    if (runs <= 0 || search_is_done(p, m, before)) add(t->q->a, &t->line->done, &over);
    if (!runs || search_is_done(p, m, before)) return;
    if (!search_may_run(t->q, p, m, before)) return took_place(t, before, FATE_STUCK, "its precondition does not hold");
    model_do(&d, m, before);
}

static void settled(void *context, const struct state *after, enum fate fate, const char *what)
{
    struct telling *t = context;
    (void)fate, (void)what;
    add(t->q->a, &t->line->now, after);
}

static void settle(struct telling *t, struct line *l)
{
    struct doing d = {&t->q->r, &l->part, t, settled, NULL};
    t->line = l;
    for (uint32_t i = 0; i < l->now.n; i++) {
        struct state s = l->now.v[i];
        model_settle(&d, &s);
    }
}

static const struct move *next_at(const struct line *l, enum mode mode, uint32_t step)
{
    return l->at < l->moves_n[mode] && l->moves[mode][l->at].at == step ? &l->moves[mode][l->at] : NULL;
}

/* What a step that fails leaves. `helm upgrade` goes on with the other objects, `helm rollback` may have stopped anywhere. */
static void take_failure(struct telling *t, struct line *l, const struct move *m)
{
    struct states after = l->stuck;
    for (uint32_t i = 0; !l->stuck.n && i < l->applied.n; i++) add(t->q->a, &after, &l->applied.v[i]);
    for (uint32_t i = 0; m->x->verb == VERB_ROLLBACK && i < l->refused.n; i++) add(t->q->a, &after, &l->refused.v[i]);
    if (after.n) l->now = after;
}

/* The hook fails where there is no other reason to stop. */
static bool fails_by_hook(struct telling *t, enum mode mode, uint32_t step)
{
    const struct move *m = t->lines_n ? next_at(&t->lines[0], mode, step) : NULL;
    if (!t->hook_fails || mode != MODE_FORWARD || !m || m->x->verb != VERB_UPGRADE) return false;
    for (uint32_t i = 0; i < t->lines_n; i++) {
        struct line *l = &t->lines[i];
        l->stuck = l->hook;
    }
    t->why = "a pod or a hook failed";
    return true;
}

/* False when the run stops here: *stands, where there is one, is in its way. */
static bool do_step(struct telling *t, enum mode mode, uint32_t step, const struct line **stands)
{
    *stands = NULL;
    for (uint32_t i = 0; i < t->lines_n; i++) {
        struct line *l = t->line = &t->lines[i];
        t->move = next_at(l, mode, step);
        if (!t->move) continue;
        const char *why = t->why;
        l->done = l->stuck = l->refused = l->applied = l->hook = (struct states){0};
        for (uint32_t k = 0; k < l->now.n; k++) do_move(t, &l->now.v[k]);
        if (*stands || l->done.n) t->why = why;
        if (!*stands && !l->done.n) *stands = l;
    }
    bool stops = *stands || fails_by_hook(t, mode, step);
    for (uint32_t i = 0; i < t->lines_n; i++) {
        struct line *l = &t->lines[i];
        const struct move *m = next_at(l, mode, step);
        if (!m) continue;
        l->at++;
        if (stops) take_failure(t, l, m);
        else l->now = l->done;
        settle(t, l);
    }
    return !stops;
}

/* ---- a run there, or back ---- */

static void begin_back(struct line *l, uint32_t enter)
{
    l->at = 0;
    while (l->at < l->moves_n[MODE_BACK] && l->moves[MODE_BACK][l->at].at < enter) l->at++;
    for (uint32_t i = 0; i < l->now.n; i++) l->now.v[i].mode = MODE_BACK;
}

static bool is_certain(const struct telling *t, const struct line *l, const struct wrong *w)
{
    for (uint32_t i = 0; i < l->now.n; i++) {
        struct wrongs these;
        bool lost = false, found = false;
        search_compare_end(t->q, &l->part, &l->now.v[i], &lost, &these);
        for (uint32_t k = 0; k < these.n; k++) found |= !strcmp(these.v[k].code, w->code) && these.v[k].subject == w->subject;
        found |= lost && !strcmp(w->code, "data");
        if (!found) return false;
    }
    return true;
}

/* What is wrong whichever of its states the part is in; of lost data what the plan does not give up. */
static void find_wrongs(const struct telling *t, const struct line *l, struct wrongs *out)
{
    struct wrongs first;
    bool lost = false;
    out->n = 0;
    if (!l->now.n) return;
    search_compare_end(t->q, &l->part, &l->now.v[0], &lost, &first);
    if (lost && l->part.claim && first.n < MOST_WRONGS) first.v[first.n++] = (struct wrong){"data", l->part.main, "has lost its data"};
    for (uint32_t i = 0; i < first.n; i++)
        if (is_certain(t, l, &first.v[i])) out->v[out->n++] = first.v[i];
}

static void end_lines(struct telling *t, struct ending *end)
{
    end->lines = NEW_ARRAY(t->q->a, struct line_end, t->lines_n + 1);
    end->lines_n = t->lines_n;
    for (uint32_t i = 0; i < t->lines_n; i++) {
        struct line *l = t->line = &t->lines[i];
        struct line_end *out = &end->lines[i];
        struct states kept = l->now;
        struct doing d = {&t->q->r, &l->part, t, settled, NULL};
        out->part = &l->part;
        out->start = l->start;
        if (!end->stopped) find_wrongs(t, l, &out->wrongs);
        /* Until somebody looks, autoscalers go on. */
        l->now.v = NULL;
        l->now.n = l->now.cap = 0;
        for (uint32_t k = 0; k < kept.n; k++) add(t->q->a, &l->now, &kept.v[k]);
        for (uint32_t k = 0; k < l->now.n; k++) {
            struct state s = l->now.v[k];
            model_environment(&d, &s);
        }
        out->states = l->now.v;
        out->states_n = l->now.n;
        l->now = kept;
    }
}

/* From step `from` on; the number of steps that were begun. */
static uint32_t run_list(struct telling *t, enum mode mode, uint32_t from, struct ending *end)
{
    const struct plan *p = t->q->r.plan;
    const struct step_list *l = mode == MODE_BACK ? &p->back : &p->forward;
    const struct line *stands = NULL;
    uint32_t i = from;
    for (; i < l->n && !end->stopped; i++) {
        if (do_step(t, mode, i, &stands)) continue;
        end->stopped = l->v[i];
        end->why = t->why;
        end->object = !stands ? UINT32_MAX : stands->part.main != UINT32_MAX ? stands->part.main : stands->part.scaler;
    }
    end_lines(t, end);
    return i;
}

static void add_line(struct telling *t, const struct part *p, const struct apply_method *m, uint8_t start)
{
    struct line *l = PUSH(t->q->a, t->lines, t->lines_n, t->lines_cap);
    *l = (struct line){.part = *p, .start = start};
    l->part.major = m->major;
    l->part.server_side = m->server_side;
    l->part.bound = p->claim;
    for (int mode = MODE_FORWARD; mode < MODES; mode++) l->moves[mode] = search_moves(t->q, &l->part, (enum mode)mode, &l->moves_n[mode]);
    struct state s = search_start(t->q, &l->part, start);
    add(t->q->a, &l->now, &s);
}

static void add_lines(struct telling *t, const struct part *p, const struct apply_method *m, bool moved)
{
    const struct plan *plan = t->q->r.plan;
    uint8_t rendered = moved ? 0 : BEGAN_AS_RENDERED;
    bool pauses = p->pauses && plan->objects[p->scaler].in_old;
    add_line(t, p, m, rendered);
    /* One of them may stand at the chart's number all the same. */
    if (moved && p->scaled && plan->objects[p->main].in_old) add_line(t, p, m, BEGAN_AS_RENDERED);
    if (moved && pauses) add_line(t, p, m, BEGAN_PAUSED_AT), add_line(t, p, m, BEGAN_PAUSED);
    if (p->hook && plan->objects[p->main].in_old && !plan->objects[p->main].hook_stays) add_line(t, p, m, rendered | BEGAN_ABSENT);
}

void search_foretell(struct search *q, const struct part *parts, uint32_t n, const struct apply_method *m, bool moved, bool hook_fails, struct foretold *out)
{
    struct telling t = {.q = q, .hook_fails = hook_fails};
    *out = (struct foretold){.method = *m, .moved = moved, .hook_fails = hook_fails, .enter = UINT32_MAX};
    for (uint32_t i = 0; i < n; i++) add_lines(&t, &parts[i], m, moved);
    uint32_t begun = run_list(&t, MODE_FORWARD, 0, &out->there);
    out->enter = q->enter[begun];
    if (out->enter == UINT32_MAX) return;
    for (uint32_t i = 0; i < t.lines_n; i++) begin_back(&t.lines[i], out->enter);
    run_list(&t, MODE_BACK, out->enter, &out->back);
}
