/* Every run of every part: forward with each outcome of each step, stopped anywhere, resumed or rolled back, the rollback stopped anywhere and started again. */
#include "proof/explore.h"

static const struct plan_object *object(const struct exploration *e, uint32_t i) { return i == UINT32_MAX ? NULL : &e->q->r.plan->objects[i]; }

/* ---- states, once each ---- */

enum { STATE_WORDS = sizeof(struct state) / 8 };

static uint32_t hash_state(const struct state *s)
{
    uint64_t h = 0x9e3779b97f4a7c15u, w[STATE_WORDS];
    memcpy(w, s, sizeof w);
    for (int i = 0; i < STATE_WORDS; i += 2) {
        h = (((h ^ w[i]) * 0xff51afd7ed558ccdu) ^ w[i + 1]) * 0xc4ceb9fe1a85ec53u;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static bool same_state(const struct state *x, const struct state *y)
{
    uint64_t differ = 0, v[STATE_WORDS], w[STATE_WORDS];
    memcpy(v, x, sizeof v);
    memcpy(w, y, sizeof w);
    for (int i = 0; i < STATE_WORDS && !differ; i += 2) differ = (v[i] ^ w[i]) | (v[i + 1] ^ w[i + 1]);
    return !differ;
}

static void grow_slots(struct exploration *e)
{
    enum { FEWEST = 256 };
    e->slots_n = e->slots_n ? e->slots_n * 2 : FEWEST;
    if (e->slots_n > e->slots_cap) {
        e->slots_cap = e->slots_n < 4 * FEWEST ? 4 * FEWEST : e->slots_n;
        e->slots = arena_alloc(e->q->a, e->slots_cap * sizeof *e->slots);
    }
    memset(e->slots, 0, e->slots_n * sizeof *e->slots);
    for (uint32_t i = 0; i < e->n; i++) {
        uint32_t hash = hash_state(&e->v[i].s), k = hash & (e->slots_n - 1);
        while (e->slots[k].node) k = (k + 1) & (e->slots_n - 1);
        e->slots[k] = (struct slot){hash, i + 1};
    }
}

/* The slot where a state is, or would be. Where the same was reached without a stop, more is demanded: it stands for both. */
static struct slot *slot_of(const struct exploration *e, const struct state *s, bool clean, uint32_t hash)
{
    for (uint32_t k = hash & (e->slots_n - 1);; k = (k + 1) & (e->slots_n - 1)) {
        struct slot *slot = &e->slots[k];
        if (!slot->node) return slot;
        const struct node *x = &e->v[slot->node - 1];
        if (slot->hash == hash && x->clean >= clean && same_state(&x->s, s)) return slot;
    }
}

/* What the environment does at other places can as well be done at the next of these. */
static bool environment_matters(const struct exploration *e, const struct move *m)
{
    const struct action *x = m->x;
    if (e->q->seen) return true;
    if (m->step->kind == STEP_WRITE) return false;
    if (x->verb != VERB_OBSERVE || m->step->kind == STEP_CAPTURE) return x->verb != VERB_OBSERVE || x->objects_n > 0;
    return m->names_hpa;
}

static const struct move *next_move(const struct exploration *e, const struct state *s) { return s->pc < e->moves_n[s->mode] ? &e->moves[s->mode][s->pc] : NULL; }

/* Whether its conditions let it run: 1 yes, 0 no, -1 they may or may not. */
static int conditions_of(const struct exploration *e, const struct move *m, const struct state *s)
{
    int runs = 1;
    for (uint32_t i = 0; i < m->step->when_n && runs; i++) {
        int c = model_condition(&e->d, s, m, i);
        if (c <= 0) runs = c < 0 ? -1 : 0;
    }
    return runs;
}

static void grow_nodes(struct exploration *e)
{
    uint32_t cap = e->cap ? e->cap * 2 : 512;
    e->v = arena_grow(e->q->a, e->v, e->n * sizeof *e->v, cap * sizeof *e->v);
    e->cap = cap;
}

static void add_node(struct exploration *e, struct state *s, const struct step *step, const char *what)
{
    bool clean = s->clean;
    s->clean = false;
    if (e->n * 2 >= e->slots_n) grow_slots(e);
    uint32_t hash = hash_state(s);
    struct slot *slot = slot_of(e, s, clean, hash);
    if (slot->node) return;
    if (e->n == e->cap) grow_nodes(e);
    e->v[e->n++] = (struct node){*s, clean, e->at, step, what};
    *slot = (struct slot){hash, e->n};
    guard_step(e->q->a->guard);
}

static void do_step(struct exploration *e, const struct state *before, const struct move *m);
static bool pass_quietly(const struct exploration *e, const struct move *m, int runs, struct state *s);

/* A step of the rollback that only looks, writes, is passed over or finds nothing to delete: a stop before it is as good as one before the step that follows, for a new start takes
 * everything anew. Two of them in a row make one move. False when the state has been taken further. */
static bool pass_quiet_steps(struct exploration *e, struct state *s)
{
    const struct move *m;
    while (is_back(s) && s->again != UINT16_MAX && !e->q->seen && (m = next_move(e, s))) {
        int runs = conditions_of(e, m, s);
        if (runs && (s->pc <= s->again || !((m->x->verb == VERB_OBSERVE && !m->environment) || model_deletes_nothing(m, s)))) break;
        if (pass_quietly(e, m, runs, s)) continue;
        const struct step *here = e->step;
        do_step(e, s, m);
        e->step = here;
        return false;
    }
    return true;
}

/* `s` is used up. */
static void reach_at(struct exploration *e, struct state *s, const struct step *step, const char *what, bool starts)
{
    forget_rest(e, s, starts);
    if (!what && step) {
        uint16_t pc = s->pc;
        if (!pass_quiet_steps(e, s)) return;
        if (s->pc != pc) forget_rest(e, s, false);
    }
    add_node(e, s, step, what);
}

static void reach(struct exploration *e, struct state *s, const struct step *step, const char *what) { reach_at(e, s, step, what, false); }

/* ---- the end of a run ---- */

static void fail(struct exploration *e, const char *obligation, const struct wrong *w, const struct step *last, const char *what);

/* The end of a run, there or back. */
static void compare(struct exploration *e, const struct state *s)
{
    struct wrongs w;
    e->q->proof->runs++;
    if (e->q->ended) e->q->ended(e->q->ended_context, &e->part, s);
    search_compare_end(e->q, &e->part, s, &e->lost, &w);
    if (w.n) fail(e, is_back(s) ? "back" : "forward", &w.v[0], NULL, NULL);
}

static void fail_at(struct exploration *e, const char *obligation, const char *code, const char *text, const char *what)
{
    fail(e, obligation, &(struct wrong){code, UINT32_MAX, text}, e->step, what);
}

/* ---- telling a run ---- */

static struct str trace_line(struct arena *a, const struct step *s, const char *what)
{
    return s ? str_printf(a, "%.*s: %s", STR_ARG(s->id), what) : str_printf(a, "(meanwhile) %s", what);
}

static void start_lines(struct exploration *e, const struct state *s, struct disproof *f)
{
    struct arena *a = e->q->a;
    struct buf b = buf_new(a);
    buf_printf(&b, "Helm %d%s", e->part.major, e->part.major == 4 ? e->part.server_side ? ", applying server-side" : ", applying client-side" : "");
    if (s->start & BEGAN_PAUSED_AT) buf_z(&b, "; paused at a number before");
    if (s->start & BEGAN_PAUSED) buf_z(&b, "; flagged as paused before");
    if (s->start & BEGAN_FLAGGED) buf_z(&b, "; flagged as not paused before");
    if (s->start & BEGAN_FOREIGN) buf_z(&b, "; an object of that name is there before and is not the release's");
    *PUSH(a, f->trace, f->trace_n, f->trace_cap) = buf_done(&b);
}

/* The nodes from the start to this one, the last first. */
static uint32_t *way_to(const struct exploration *e, uint32_t at, uint32_t *n)
{
    uint32_t *way = NULL, cap = 0;
    *n = 0;
    for (uint32_t i = at; i != UINT32_MAX; i = e->v[i].from) *PUSH(e->q->a, way, *n, cap) = i;
    return way;
}

static void fail(struct exploration *e, const char *obligation, const struct wrong *w, const struct step *last, const char *what)
{
    struct arena *a = e->q->a;
    e->failed = true;
    if (e->failure) return;
    const struct plan_object *o = object(e, w->subject);
    struct disproof *f = e->failure = NEW(a, struct disproof);
    f->obligation = obligation;
    f->code = w->code;
    f->subject = o ? o->id : last ? last->id : STR("");
    f->text = o ? str_printf(a, "%.*s %s", STR_ARG(o->id), w->text) : str_from(w->text);
    uint32_t n;
    const uint32_t *way = way_to(e, e->at, &n);
    start_lines(e, &e->v[way[n - 1]].s, f);
    for (uint32_t i = n - 1; i-- > 0;) {
        const struct node *x = &e->v[way[i]];
        if (x->what) *PUSH(a, f->trace, f->trace_n, f->trace_cap) = trace_line(a, x->step, x->what);
    }
    if (last) *PUSH(a, f->trace, f->trace_n, f->trace_cap) = trace_line(a, last, what);
}

/* ---- stopping, resuming, rolling back ---- */

/* The first of the moves at or after a step; beyond the last when there is none. */
static uint16_t first_at(const struct exploration *e, enum mode mode, uint32_t step)
{
    uint32_t i = 0;
    while (i < e->moves_n[mode] && e->moves[mode][i].at < step) i++;
    return (uint16_t)i;
}

/* The furthest step that was begun decides, also when a second start stopped earlier. */
static uint16_t furthest(const struct exploration *e, const struct state *s, uint32_t begun) { return (uint16_t)(e->q->alike[begun] > s->far ? e->q->alike[begun] : s->far); }

/* The run stopped when `begun` forward steps had been begun: the rollback starts where the plan says. */
static void roll_back(struct exploration *e, const struct state *s, uint32_t begun, const struct step *step, const char *what)
{
    struct state x = *s;
    uint32_t enter = e->q->enter[furthest(e, s, begun)];
    x.far = 0;
    if (enter == UINT32_MAX) {
        uint32_t here = e->at;
        /* Nothing is said to be undone: then nothing may have been done. */
        if (step) {
            struct state at = *s;
            reach(e, &at, step, what);
            e->at = e->n - 1;
        }
        struct state end = *s;
        end.mode = MODE_BACK;
        compare(e, &end);
        e->at = here;
        return;
    }
    uint32_t fresh = e->q->fresh_back[enter];
    x.mode = MODE_BACK;
    x.clean = 0;
    x.pc = first_at(e, MODE_BACK, enter);
    x.again = fresh == UINT32_MAX ? UINT16_MAX : first_at(e, MODE_BACK, fresh);
    forget_records(e, &x);
    reach_at(e, &x, step, what, true);
}

static uint32_t step_index(const struct exploration *e, const struct state *s)
{
    const struct move *m = next_move(e, s);
    return m ? m->at : is_back(s) ? e->q->r.plan->back.n : e->q->r.plan->forward.n;
}

static void resume(struct exploration *e, const struct state *s, const struct step *step, const char *what)
{
    struct state x = *s;
    uint32_t fresh = is_back(s) ? s->again : e->fresh;
    bool again = fresh < s->pc;
    x.clean = 0;
    /* A Job of the old version ends before somebody starts the rollback again (a premise); what it does, it has done by then. */
    if (is_back(s) && (s->jobs & JOB_OLD)) {
        struct state after = x;
        x.jobs &= (uint8_t)~JOB_OLD;
        after.jobs = x.jobs;
        if (object(e, e->part.scaler)->in_old) {
            after.scaler = thing_of(SIDE_OLD);
            after.bounds = 1;
            resume(e, &after, step, what);
        }
    }
    /* The journal knows what is done. In the upgrade what is after a fresh step may be passed over or be done again. */
    if (!again) return reach(e, &x, step, what);
    if (!is_back(s)) {
        struct state here = x;
        reach(e, &here, step, what);
    }
    x.pc = (uint16_t)fresh;
    reach_at(e, &x, step, what, true);
}

/* Some mishap of this step has left just that before. Where there is nothing to undo each is a run of its own. */
static bool was_left(struct exploration *e, const struct state *s)
{
    struct leavings *l = e->left;
    if (!is_back(s) && e->q->enter[furthest(e, s, step_index(e, s) + 1)] == UINT32_MAX) return false;
    for (uint32_t i = 0; i < l->n; i++)
        if (same_state(&l->v[i], s)) return true;
    if (l->n < sizeof l->v / sizeof *l->v) l->v[l->n++] = *s;
    return false;
}

/* After `s`, which the step's failure or a kill left. */
static void stopped(struct exploration *e, struct state *s, const char *what)
{
    uint32_t begun = step_index(e, s) + 1;
    if (e->q->seen) e->q->seen(e->q->seen_context, &e->part, s, e->step, true);
    if (!is_back(s)) {
        roll_back(e, s, begun, e->step, what);
        s->far = furthest(e, s, begun);
    }
    resume(e, s, e->step, what);
}

/* It was done, and that is not in the journal. Where the rollback takes everything anew that is a stop after it, and so it is for the way back from the upgrade. */
static void unnoted(struct exploration *e, struct state *s, const char *what)
{
    if (is_back(s) && s->again <= s->pc) return;
    if (!is_back(s)) s->far = furthest(e, s, step_index(e, s) + 1);
    resume(e, s, e->step, what);
}

/* ---- one step ---- */

/* The rollback has looked, and changes nothing: there is only forward. */
static void refused(struct exploration *e, const struct state *s)
{
    e->q->refused = true;
    e->q->proof->runs++;
    if (e->q->seen) e->q->seen(e->q->seen_context, &e->part, s, e->step, true);
}

static void took_place(void *context, const struct state *after, enum fate fate, const char *what)
{
    struct exploration *e = context;
    const struct state *before = &e->v[e->at].s;
    bool stuck = fate == FATE_STUCK;
    if (e->failed) return;
    if (fate == FATE_HARM) return fail_at(e, is_back(after) ? "back" : "forward", "harm", what, what);
    if (stuck && e->q->forward_only && is_back(after) && !model_is_before(after) && next_move(e, after)->x->boundary) return refused(e, after);
    if (stuck && e->step->optional) fate = FATE_DONE;
    else if (stuck && is_back(after)) return fail_at(e, "back", "stuck", "the rollback cannot go on", what);
    else if (stuck && after->clean) return fail_at(e, "forward", "stuck", "the upgrade cannot succeed", what);
    if (fate != FATE_DONE && fate != FATE_CUT && was_left(e, after)) return;
    struct state x = *after;
    if (x.records_n != before->records_n || memcmp(x.records, before->records, sizeof x.records)) forget_records(e, &x);
    if (fate == FATE_CUT) return unnoted(e, &x, what);
    if (fate != FATE_DONE) return stopped(e, &x, what);
    if (!is_back(after)) x.far = furthest(e, after, step_index(e, after) + 1);
    x.pc++;
    reach(e, &x, e->step, what);
}

/* Whether its probe says that it is done, and whether its preconditions let it run. */
bool search_is_done(const struct part *p, const struct move *m, const struct state *x)
{
    int i = part_capture(p, m->ids->done);
    return i >= 0 && model_newest(x)->words == WORDS_FIRST + i;
}

bool search_may_run(const struct search *q, const struct part *p, const struct move *m, const struct state *x)
{
    for (uint32_t i = 0; i < m->ids->before_n; i++) {
        int k = part_capture(p, m->ids->before[i]);
        if (k >= 0 && q->r.captures[m->ids->before[i]].meaning == MEANS_REVISION && (x->captures[k] != VALUE_FIRST || !model_is_start(x))) return false;
    }
    return true;
}

struct state search_passed_over(const struct part *p, const struct move *m, const struct state *before)
{
    struct state x = *before;
    for (uint32_t i = 0; i < m->step->captures_n; i++) {
        int k = part_capture(p, m->ids->takes[i]);
        if (k >= 0 && (x.captures[k] == VALUE_NONE || m->step->fresh)) x.captures[k] = VALUE_EMPTY;
    }
    x.pc++;
    return x;
}

static void pass_over(struct exploration *e, const struct move *m, const struct state *before)
{
    struct state x = search_passed_over(&e->part, m, before);
    reach(e, &x, m->step, NULL);
}

static void do_step(struct exploration *e, const struct state *before, const struct move *m)
{
    struct leavings left, *outer = e->left;
    int runs = conditions_of(e, m, before);
    left.n = 0;
    e->step = m->step;
    if (runs <= 0) pass_over(e, m, before);
    if (!runs) return;
    if (search_is_done(&e->part, m, before)) return pass_over(e, m, before);
    if (e->q->forward_only && is_back(before) && !model_is_before(before) && step_changes(m->step))
        return fail_at(e, "back", "boundary", "the rollback goes on behind a boundary that can only be crossed forward", "begins");
    e->left = &left;
    if (search_may_run(e->q, &e->part, m, before)) model_do(&e->d, m, before);
    else took_place(e, before, FATE_STUCK, "its precondition does not hold");
    e->left = outer;
}

struct single {
    struct state after;
    uint32_t n;
    bool quiet;
};

static void only_outcome(void *context, const struct state *after, enum fate fate, const char *what)
{
    struct single *x = context;
    if (x->n++) return;
    x->after = *after;
    x->quiet = fate == FATE_DONE && !what;
}

/* False, and nothing done, when there is more than one thing that can come of it, or something to tell. */
static bool pass_quietly(const struct exploration *e, const struct move *m, int runs, struct state *s)
{
    if (runs < 0) return false;
    if (!runs || search_is_done(&e->part, m, s)) {
        *s = search_passed_over(&e->part, m, s);
        return true;
    }
    if (!search_may_run(e->q, &e->part, m, s)) return false;
    struct single x = {.n = 0};
    struct doing d = {e->d.r, e->d.part, &x, only_outcome, e->d.asked};
    model_do(&d, m, s);
    if (x.n != 1 || !x.quiet) return false;
    *s = x.after;
    s->pc++;
    return true;
}

static void environment(void *context, const struct state *after, enum fate fate, const char *what)
{
    struct state x = *after;
    (void)fate;
    reach(context, &x, NULL, what);
}

static void visit(struct exploration *e, uint32_t i)
{
    struct state s = e->v[i].s;
    s.clean = e->v[i].clean;
    const struct move *m = next_move(e, &s);
    struct doing env = e->d;
    e->at = i;
    env.outcome = environment;
    if (!m || m->environment) model_environment(&env, &s);
    if (is_back(&s)) {
        if (!m) return compare(e, &s);
        e->step = NULL;
        if (s.again < s.pc) resume(e, &s, NULL, "stopped, and started again");
    } else {
        /* Stopped at any step since the last that mattered. */
        uint32_t from = s.far, to = m ? m->at + 1 : e->q->r.plan->forward.n;
        for (uint32_t k = from; k <= to; k++)
            if (k == from || e->q->alike[k] == k) roll_back(e, &s, k, NULL, "stopped");
        if (!m) return compare(e, &s);
        if (e->fresh < s.pc) resume(e, &s, NULL, "stopped, and started again");
    }
    if (!e->failed) do_step(e, &s, m);
}

/* ---- a witness: one run to the end and all the way back, of the part that has most to tell ---- */

struct following {
    struct state after;
    const char *what;
    bool done;
};

static void first_success(void *context, const struct state *after, enum fate fate, const char *what)
{
    struct following *f = context;
    if (fate != FATE_DONE || f->done) return;
    *f = (struct following){*after, what, true};
}

/* False when it does not come to the end of the list. */
static bool follow(struct exploration *e, struct state *s)
{
    struct proof *p = e->q->proof;
    for (const struct move *m; (m = next_move(e, s));) {
        struct following f = {.done = false};
        struct doing d = {e->d.r, e->d.part, &f, first_success, NULL};
        int runs = search_is_done(&e->part, m, s) ? 0 : 1;
        for (uint32_t i = 0; i < m->step->when_n; i++)
            if (model_condition(&e->d, s, m, i) <= 0) runs = 0;
        if (runs) model_do(&d, m, s);
        else f = (struct following){search_passed_over(&e->part, m, s), NULL, true};
        if (!f.done) return false;
        if (f.what) *PUSH(e->q->a, p->witness, p->witness_n, p->witness_cap) = trace_line(e->q->a, m->step, f.what);
        *s = f.after;
        if (runs) s->pc++;
    }
    return true;
}

static void witness(struct exploration *e)
{
    struct search *q = e->q;
    uint32_t n = e->moves_n[MODE_FORWARD] + e->moves_n[MODE_BACK];
    if (q->without || e->failed || n <= q->witness_steps) return;
    q->witness_steps = n;
    q->proof->witness_n = 0;
    struct state s = e->v[0].s;
    uint32_t enter = q->enter[q->r.plan->forward.n];
    if (!follow(e, &s) || enter == UINT32_MAX) return;
    s.mode = MODE_BACK;
    s.pc = first_at(e, MODE_BACK, enter);
    follow(e, &s);
}

/* ---- a part ---- */

static void begin(struct exploration *e, uint8_t start)
{
    struct state s = search_start(e->q, &e->part, start);
    e->at = UINT32_MAX;
    reach(e, &s, NULL, NULL);
}

/* A flag that pauses nothing is as good as none where no step sets, loses or asks for it. */
static bool flag_matters(const struct exploration *e)
{
    for (int mode = MODE_FORWARD; mode < MODES; mode++)
        for (uint32_t i = 0; i < e->moves_n[mode]; i++) {
            const struct move *m = &e->moves[mode][i];
            if (m->x->verb == VERB_ANNOTATE && str_is(m->x->key, "autoscaling.keda.sh/paused")) return true;
            for (uint32_t k = 0; m->x->verb == VERB_DELETE && k < m->x->objects_n; k++)
                if (m->x->objects[k] == e->part.scaler) return true;
            for (uint32_t k = 0; k < m->step->when_n; k++)
                if (meaning_of(e, m->ids->when[k]) == MEANS_PAUSED && !str_is(m->step->when[k].equals, "true")) return true;
        }
    return e->q->seen != NULL;
}

static void begin_all(struct exploration *e)
{
    const struct part *p = &e->part;
    const struct plan_object *main = object(e, p->main), *scaler = object(e, p->scaler);
    begin(e, 0);
    if (p->pauses && scaler->in_old) begin(e, BEGAN_PAUSED_AT), begin(e, BEGAN_PAUSED);
    if (p->pauses && scaler->in_old && flag_matters(e)) begin(e, BEGAN_FLAGGED);
    if (p->hook && main->in_old && !main->hook_stays) begin(e, BEGAN_ABSENT);
    if (main && !main->in_old && !p->hook && !p->crd && !e->q->absent[p->main]) begin(e, BEGAN_FOREIGN);
}

struct move *search_moves(const struct search *q, const struct part *p, enum mode mode, uint32_t *n)
{
    const struct reading *r = &q->r;
    const struct step_list *l = mode == MODE_BACK ? &r->plan->back : &r->plan->forward;
    bool helm3 = p->major == 3;
    const struct action *x = mode == MODE_BACK ? helm3 ? r->back3 : r->back : helm3 ? r->forward3 : r->forward;
    const bool *in = p->steps + (mode == MODE_BACK ? r->plan->forward.n : 0);
    *n = 0;
    for (uint32_t i = 0; i < l->n; i++) *n += in[i];
    struct move *v = NEW_ARRAY(q->a, struct move, *n + 1);
    *n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        if (!in[i]) continue;
        struct move *m = &v[(*n)++];
        *m = (struct move){.step = l->v[i], .x = &x[i], .ids = mode == MODE_BACK ? &r->back_ids[i] : &r->forward_ids[i], .at = i};
        model_prepare(r, p, m);
    }
    return v;
}

static void find_moves(struct exploration *e, enum mode mode)
{
    struct move *v = e->moves[mode] = search_moves(e->q, &e->part, mode, &e->moves_n[mode]);
    for (uint32_t i = 0; i < e->moves_n[mode]; i++) v[i].environment = environment_matters(e, &v[i]);
}

/* All runs of a part, under one way of applying. */
static void explore(struct search *q, const struct part *part, bool *lost, bool *asked, struct disproof **failure)
{
    struct exploration e = {.q = q, .part = *part, .v = q->nodes, .cap = q->nodes_cap, .slots = q->slots, .slots_cap = q->slots_cap};
    e.d = (struct doing){&q->r, &e.part, &e, took_place, &e.server_side_asked};
    find_moves(&e, MODE_FORWARD);
    find_moves(&e, MODE_BACK);
    e.fresh = q->fresh_forward == UINT32_MAX ? UINT32_MAX : first_at(&e, MODE_FORWARD, q->fresh_forward);
    forget_prepare(&e);
    begin_all(&e);
    for (uint32_t i = 0; i < e.n && !e.failed; i++) visit(&e, i);
    for (uint32_t i = 0; q->seen && i < e.n; i++) {
        const struct state *s = &e.v[i].s;
        q->seen(q->seen_context, &e.part, s, s->pc ? e.moves[s->mode][s->pc - 1].step : NULL, false);
    }
    witness(&e);
    q->proof->states += e.n;
    *lost |= e.lost;
    *asked |= e.server_side_asked;
    *failure = e.failure;
    q->nodes = e.v;
    q->nodes_cap = e.cap;
    q->slots = e.slots;
    q->slots_cap = e.slots_cap;
}

static const struct { int major; bool server_side; } methods[] = {{4, true}, {4, false}, {3, false}};

/* Terraform's provider is built with Helm 3. */
static bool is_terraform(const struct search *q)
{
    for (uint32_t i = 0; i < q->r.plan->forward.n; i++)
        if (q->r.forward[i].verb == VERB_TERRAFORM) return true;
    return false;
}

/* Where Helm 3 is given the same words as a Helm 4 that applies client-side, it does the same. */
static bool helm3_differs(const struct search *q)
{
    const struct step_list *lists[] = {&q->r.plan->forward, &q->r.plan->back};
    for (int l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++)
            if (lists[l]->v[i]->argv_helm3.n && step_changes(lists[l]->v[i])) return true;
    return false;
}

/* Whether it matters to a part how Helm applies. */
static bool method_matters(const struct search *q, const struct part *p)
{
    const struct reading *r = &q->r;
    if (p->scaled || (p->main != UINT32_MAX && r->plan->objects[p->main].leaves_residue) || (p->scaler != UINT32_MAX && r->plan->objects[p->scaler].leaves_residue)) return true;
    for (uint32_t k = 0; k < q->steps_n; k++) {
        if (!p->steps[k]) continue;
        bool back = k >= r->plan->forward.n;
        const struct step *s = back ? r->plan->back.v[k - r->plan->forward.n] : r->plan->forward.v[k];
        const struct step_ids *ids = back ? &r->back_ids[k - r->plan->forward.n] : &r->forward_ids[k];
        for (uint32_t i = 0; i < s->when_n; i++) {
            enum meaning m = ids->when[i] < 0 ? MEANS_TEXT : r->captures[ids->when[i]].meaning;
            if (m == MEANS_SERVER_SIDE || m == MEANS_MAJOR) return true;
        }
    }
    return false;
}

bool search_part(struct search *q, const struct part *part, bool *lost, struct disproof **failure)
{
    struct part p = *part;
    struct proof *count = q->proof;
    uint64_t states = 0, runs = 0;  /* of the way of applying before */
    bool all = !q->release_tried || method_matters(q, part), asked = true;
    *failure = NULL;
    if (q->without) search_gather(q, &p);
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !*failure; i++) {
        if (is_terraform(q) ? methods[i].major != 3 : methods[i].major == 3 && !helm3_differs(q)) continue;
        if (!asked && methods[i].major == 4 && !q->seen && !q->ended) {
            /* Nothing in all those runs depended on it: they are this way's as well. */
            count->states += states;
            count->runs += runs;
            continue;
        }
        p.major = methods[i].major;
        p.server_side = methods[i].server_side;
        states = count->states;
        runs = count->runs;
        asked = false;
        for (int bound = p.claim ? 0 : 1; bound < 2 && !*failure; bound++) {
            p.bound = bound;
            explore(q, &p, lost, &asked, failure);
        }
        states = count->states - states;
        runs = count->runs - runs;
        if (!all) break;
    }
    q->release_tried = true;
    return !*failure;
}
