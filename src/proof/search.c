/* Every run of every part: forward with each outcome of each step, stopped anywhere, resumed or rolled back, the rollback stopped anywhere and started again. */
#include "proof/search.h"

#include <stddef.h>

static bool is_back(const struct state *s) { return s->mode == MODE_BACK; }

struct node {
    struct state s;
    uint32_t from;              /* the node before; UINT32_MAX: the start */
    const struct step *step;    /* what was done; NULL: the environment */
    const char *what;
};

enum { PLACES = FILES + CAPTURES, WORDS = PLACES / 8 };

/* Which files and captures a state keeps: a byte each, 0 or 0xff. */
struct mask {
    uint64_t v[WORDS];
};

struct exploration {
    struct search *q;
    struct part part;
    struct doing d;
    struct move *moves[MODES]; uint32_t moves_n[MODES]; /* steps that matter to this part */
    uint32_t fresh;             /* the first of the upgrade's moves at or after its first fresh step; UINT32_MAX: none */
    struct mask *kept[2];       /* at each of the rollback's moves: [1] when it starts there */
    uint8_t symbolic[PLACES]; uint32_t symbolic_n;      /* places that may hold a number of replicas */
    bool numbers_read;          /* by the rollback: whether a revision is the one after the first */
    uint32_t words_read;        /* by the rollback: bits of the captured descriptions that it tells from others */
    uint32_t defined;           /* the rollback's last move that surely applies the scaler's definition, and 1; 0: none */
    uint32_t size;              /* bytes of a state that this part uses, in whole words */
    struct node *v; uint32_t n, cap;
    uint32_t *slots; uint32_t slots_n;
    uint32_t at;                /* the node whose successors are made */
    const struct step *step;
    bool failed, lost;
    struct disproof *failure;
};

static const struct plan_object *object(const struct exploration *e, uint32_t i) { return i == UINT32_MAX ? NULL : &e->q->r.plan->objects[i]; }

/* ---- what need not be remembered ---- */

struct uses {
    uint32_t last[PLACES];      /* of the rollback's moves, the last that reads it, and 1; 0: none */
    bool anew[PLACES];          /* the rollback takes or writes it anew each time */
};

static void use(struct uses *u, int place, uint32_t at)
{
    if (place >= 0) u->last[place] = at + 1;
}

static int place_of_capture(const struct exploration *e, int capture)
{
    int i = part_capture(&e->part, capture);
    return i < 0 ? -1 : FILES + i;
}

static void use_move(const struct exploration *e, struct uses *u, uint32_t at)
{
    const struct move *m = &e->moves[MODE_BACK][at];
    const struct action *x = m->x;
    const int captures[] = {x->capture_id, x->words_id, x->value_id, x->force_id};
    for (int i = 0; i < 4; i++) use(u, place_of_capture(e, captures[i]), at);
    use(u, part_file(&e->part, x->file_id), at);
    use(u, part_file(&e->part, x->overlay_id), at);
    for (uint32_t i = 0; i < m->step->when_n; i++) {
        use(u, place_of_capture(e, m->ids->when[i]), at);
        use(u, place_of_capture(e, m->ids->when_other[i]), at);
    }
    for (uint32_t i = 0; i < m->ids->before_n; i++) use(u, place_of_capture(e, m->ids->before[i]), at);
    for (uint32_t i = 0; i < m->ids->holes_n; i++) use(u, place_of_capture(e, m->ids->holes[i]), at);
    for (uint32_t i = 0; i < m->step->captures_n && m->step->fresh; i++) {
        int c = place_of_capture(e, m->ids->takes[i]);
        if (c >= 0) u->anew[c] = true;
    }
    int f = part_file(&e->part, m->ids->writes);
    if (f >= 0) u->anew[f] = true;
}

/* Forgotten is what the rollback never reads again, or takes anew before it does. */
static void find_kept(struct exploration *e)
{
    struct uses u;
    memset(&u, 0, sizeof u);
    for (uint32_t i = 0; i < e->moves_n[MODE_BACK]; i++) use_move(e, &u, i);
    for (int starts = 0; starts < 2; starts++) {
        e->kept[starts] = NEW_ARRAY(e->q->a, struct mask, e->moves_n[MODE_BACK] + 1);
        for (uint32_t pc = 0; pc <= e->moves_n[MODE_BACK]; pc++)
            for (uint32_t i = 0; i < PLACES; i++) {
                bool over = u.last[i] <= pc, forgotten = !u.last[i] || (u.anew[i] && (over || starts));
                ((uint8_t *)e->kept[starts][pc].v)[i] = forgotten ? 0 : 0xff;
            }
    }
}

static enum meaning meaning_of(const struct exploration *e, int capture) { return capture < 0 ? MEANS_TEXT : e->q->r.captures[capture].meaning; }

static bool surely_applies(const struct move *m, uint32_t object)
{
    if (m->x->verb != VERB_APPLY || m->step->when_n || m->step->optional || m->step->preconditions_n || m->ids->done >= 0) return false;
    for (uint32_t i = 0; i < m->x->objects_n; i++)
        if (m->x->objects[i] == object) return true;
    return false;
}

static void find_defined(struct exploration *e)
{
    for (uint32_t i = 0; e->part.scaler_applied && i < e->moves_n[MODE_BACK]; i++)
        if (surely_applies(&e->moves[MODE_BACK][i], e->part.scaler)) e->defined = i + 1;
}

/* What the rollback reads of Helm's records. */
static void find_read(struct exploration *e)
{
    for (uint32_t i = 0; i < e->moves_n[MODE_BACK]; i++) {
        const struct move *m = &e->moves[MODE_BACK][i];
        int done = part_capture(&e->part, m->ids->done);
        if (done >= 0) e->words_read |= 1u << done;
        for (uint32_t k = 0; k < m->step->when_n; k++) {
            int other = part_capture(&e->part, m->ids->when_other[k]);
            if (other >= 0) e->words_read |= 1u << other;
            e->numbers_read |= meaning_of(e, m->ids->when[k]) == MEANS_NEXT || meaning_of(e, m->ids->when_other[k]) == MEANS_NEXT;
        }
    }
}

/* Of Helm's records count: the newest; below pending ones (two of them are as good as more) the one that comes up when they are taken away; and the version of
 * the newest deployed one. */
static void simplify_records(const struct exploration *e, struct state *s)
{
    struct record kept[RECORDS];
    int n = 0, pending = 0, i = s->records_n - 1, most = e->q->r.forgets_by_number ? 2 : 1;
    for (; i >= 0 && s->records[i].status == STATUS_PENDING; i--)
        if (pending++ < most) kept[n++] = s->records[i];
    if (i >= 0) kept[n++] = s->records[i];
    bool deployed = i >= 0 && s->records[i].status == STATUS_DEPLOYED;
    for (i--; i >= 0 && !deployed && n < RECORDS; i--) {
        if (s->records[i].status != STATUS_DEPLOYED) continue;
        deployed = true;
        kept[n++] = (struct record){s->records[i].side, STATUS_DEPLOYED, NUMBER_LATER, WORDS_OTHER};
    }
    memset(s->records, 0, sizeof s->records);
    for (int k = 0; k < n; k++) {
        struct record r = kept[n - 1 - k];
        if (is_back(s) && !e->numbers_read && r.number == NUMBER_NEXT) r.number = NUMBER_LATER;
        if (is_back(s) && r.words >= WORDS_FIRST && !(e->words_read >> (r.words - WORDS_FIRST) & 1)) r.words = WORDS_OTHER;
        s->records[k] = r;
    }
    s->records_n = (uint8_t)n;
}

static void forget(const struct exploration *e, struct state *s, bool starts)
{
    uint64_t v[WORDS];
    memcpy(v, s->files, sizeof v);
    for (int i = 0; i < WORDS; i++) v[i] &= e->kept[starts][s->pc].v[i];
    memcpy(s->files, v, sizeof v);
}

static void rename_symbol(uint8_t *names, uint8_t *next, uint8_t *place, uint8_t less)
{
    uint8_t symbol = (uint8_t)(*place - less);
    if (symbol < SYMBOL_A || symbol > SYMBOL_D) return;
    if (!names[symbol]) names[symbol] = (*next)++;
    *place = (uint8_t)(names[symbol] + less);
}

/* What a hook applied is what a later step of the rollback applies anew, whatever it was: only whether it is there makes a difference until then. */
static void forget_definition(const struct exploration *e, struct state *s)
{
    if (s->pc >= e->defined || e->q->seen) return;
    s->bounds = 0;
    if (s->scaler.there == THING_THERE) s->scaler = thing_of(SIDE_OLD);
}

/* Forgets, and calls the numbers that nothing tells apart by the same names. */
static void simplify(const struct exploration *e, struct state *s, bool starts)
{
    if (is_back(s)) forget(e, s, starts), forget_definition(e, s);
    else s->outside = 0;
    if (!e->part.scaled) return;
    uint8_t names[SYMBOLS] = {0}, next = SYMBOL_A;
    rename_symbol(names, &next, &s->live, 0);
    if (s->paused_at) rename_symbol(names, &next, &s->paused_at, 1);
    for (uint32_t i = 0; i < e->symbolic_n; i++) {
        uint8_t *place = &s->files[0] + e->symbolic[i];
        if (*place >= VALUE_FIRST) rename_symbol(names, &next, place, VALUE_FIRST); /* of a file, too: 2 and the symbol */
    }
}

static void find_symbolic(struct exploration *e)
{
    const struct reading *r = &e->q->r;
    for (uint8_t i = 0; i < e->part.captures_n; i++) {
        const struct meant *m = &r->captures[e->part.captures[i]];
        if ((m->meaning == MEANS_REPLICAS && part_role(&e->part, m->object) == ROLE_MAIN) || (m->meaning == MEANS_PAUSED_AT && part_role(&e->part, m->object) == ROLE_SCALER))
            e->symbolic[e->symbolic_n++] = FILES + i;
    }
    for (uint8_t i = 0; i < e->part.files_n; i++)
        if (r->files[e->part.files[i]].overlay != SIDE_NONE) e->symbolic[e->symbolic_n++] = i;
}

/* ---- states, once each ---- */

static uint32_t hash_state(const struct exploration *e, const struct state *s)
{
    uint64_t h = 0x9e3779b97f4a7c15u, word;
    for (size_t i = 0; i < e->size; i += sizeof word) {
        memcpy(&word, (const char *)s + i, sizeof word);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static void grow_slots(struct exploration *e)
{
    e->slots_n = e->slots_n ? e->slots_n * 2 : 1024;
    e->slots = NEW_ARRAY(e->q->a, uint32_t, e->slots_n);
    for (uint32_t i = 0; i < e->n; i++) {
        uint32_t k = hash_state(e, &e->v[i].s) & (e->slots_n - 1);
        while (e->slots[k]) k = (k + 1) & (e->slots_n - 1);
        e->slots[k] = i + 1;
    }
}

/* The slot where a state is, or would be. */
static uint32_t *slot_of(const struct exploration *e, const struct state *s)
{
    uint32_t k = hash_state(e, s) & (e->slots_n - 1);
    while (e->slots[k] && memcmp(&e->v[e->slots[k] - 1].s, s, e->size)) k = (k + 1) & (e->slots_n - 1);
    return &e->slots[k];
}

/* What the environment does at other places can as well be done at the next of these. */
static bool environment_matters(const struct exploration *e, const struct move *m)
{
    const struct action *x = m->x;
    if (e->q->seen) return true;
    if (m->step->kind == STEP_WRITE) return false;
    if (x->verb != VERB_OBSERVE || m->step->kind == STEP_CAPTURE) return x->verb != VERB_OBSERVE || x->objects_n > 0;
    for (uint32_t i = 0; i < x->objects_n; i++)
        if (x->objects[i] == e->part.hpa) return true;
    return false;
}

static const struct move *next_move(const struct exploration *e, const struct state *s) { return s->pc < e->moves_n[s->mode] ? &e->moves[s->mode][s->pc] : NULL; }

/* A step of the rollback that only looks, writes, is passed over or finds nothing to delete: a stop before it is as good as one before the step that follows, for a new start takes
 * everything anew. Two of them in a row make one move. */
static bool is_quiet(const struct exploration *e, const struct state *s)
{
    const struct move *m = next_move(e, s);
    if (!is_back(s) || !m || s->again == UINT16_MAX || e->q->seen) return false;
    for (uint32_t i = 0; i < m->step->when_n; i++)
        if (!model_condition(&e->d, s, m, i)) return true;
    if (s->pc <= s->again) return false;
    return (m->x->verb == VERB_OBSERVE && !m->environment) || model_deletes_nothing(&e->part, m->x, s);
}

static void do_step(struct exploration *e, const struct state *before, const struct move *m);
static bool pass_quietly(const struct exploration *e, struct state *s);

static void reach_at(struct exploration *e, const struct state *now, const struct step *step, const char *what, bool starts)
{
    struct state simple = *now, *s = &simple;
    simplify(e, s, starts);
    while (!what && step && is_quiet(e, s)) {
        if (pass_quietly(e, s)) {
            simplify(e, s, false);
            continue;
        }
        const struct step *here = e->step;
        do_step(e, s, next_move(e, s));
        e->step = here;
        return;
    }
    if (e->n * 2 >= e->slots_n) grow_slots(e);
    if (!is_back(s) && !s->clean) {
        /* Where the same was reached without a stop, more is demanded. */
        s->clean = 1;
        if (*slot_of(e, s)) return;
        s->clean = 0;
    }
    uint32_t *slot = slot_of(e, s);
    if (*slot) return;
    *PUSH(e->q->a, e->v, e->n, e->cap) = (struct node){*s, e->at, step, what};
    *slot = e->n;
    guard_step(e->q->a->guard);
}

static void reach(struct exploration *e, const struct state *s, const struct step *step, const char *what) { reach_at(e, s, step, what, false); }

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
            reach(e, s, step, what);
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
    simplify_records(e, &x);
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
    if (!is_back(s) || !again) reach(e, &x, step, what);
    if (!again) return;
    x.pc = (uint16_t)fresh;
    reach_at(e, &x, step, what, true);
}

/* After `s`, which the step's failure or a kill left. */
static void stopped(struct exploration *e, const struct state *s, const char *what)
{
    struct state x = *s;
    uint32_t at = step_index(e, s);
    if (e->q->seen) e->q->seen(e->q->seen_context, &e->part, s, e->step, true);
    if (!is_back(s)) {
        roll_back(e, &x, at + 1, e->step, what);
        x.far = furthest(e, s, at + 1);
    }
    resume(e, &x, e->step, what);
}

/* It was done, and that is not in the journal. Where the rollback takes everything anew that is a stop after it, and so it is for the way back from the upgrade. */
static void unnoted(struct exploration *e, const struct state *s, const char *what)
{
    struct state x = *s;
    if (is_back(s) && s->again <= s->pc) return;
    if (!is_back(s)) x.far = furthest(e, s, step_index(e, s) + 1);
    resume(e, &x, e->step, what);
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
    struct state x = *after;
    bool stuck = fate == FATE_STUCK;
    if (e->failed) return;
    if (fate == FATE_HARM) return fail_at(e, is_back(after) ? "back" : "forward", "harm", what, what);
    if (stuck && e->q->forward_only && is_back(after) && !model_is_before(after) && next_move(e, after)->x->boundary) return refused(e, after);
    if (stuck && e->step->optional) fate = FATE_DONE;
    else if (stuck && is_back(after)) return fail_at(e, "back", "stuck", "the rollback cannot go on", what);
    else if (stuck && after->clean) return fail_at(e, "forward", "stuck", "the upgrade cannot succeed", what);
    if (x.records_n != before->records_n || memcmp(x.records, before->records, sizeof x.records)) simplify_records(e, &x);
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
    int runs = 1;
    e->step = m->step;
    for (uint32_t i = 0; i < m->step->when_n; i++) {
        int c = model_condition(&e->d, before, m, i);
        if (c == 0) runs = 0;
        else if (c < 0 && runs) runs = -1;
    }
    if (runs <= 0) pass_over(e, m, before);
    if (!runs) return;
    if (search_is_done(&e->part, m, before)) return pass_over(e, m, before);
    if (e->q->forward_only && is_back(before) && !model_is_before(before) && step_changes(m->step))
        return fail_at(e, "back", "boundary", "the rollback goes on behind a boundary that can only be crossed forward", "begins");
    if (!search_may_run(e->q, &e->part, m, before)) return took_place(e, before, FATE_STUCK, "its precondition does not hold");
    model_do(&e->d, m, before);
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
static bool pass_quietly(const struct exploration *e, struct state *s)
{
    const struct move *m = next_move(e, s);
    bool runs = true;
    for (uint32_t i = 0; i < m->step->when_n; i++) {
        int c = model_condition(&e->d, s, m, i);
        if (c < 0) return false;
        runs &= c == 1;
    }
    if (!runs || search_is_done(&e->part, m, s)) {
        *s = search_passed_over(&e->part, m, s);
        return true;
    }
    if (!search_may_run(e->q, &e->part, m, s)) return false;
    struct single x = {.n = 0};
    struct doing d = {e->d.r, e->d.part, &x, only_outcome};
    model_do(&d, m, s);
    if (x.n != 1 || !x.quiet) return false;
    *s = x.after;
    s->pc++;
    return true;
}

static void environment(void *context, const struct state *after, enum fate fate, const char *what)
{
    (void)fate;
    reach(context, after, NULL, what);
}

static void visit(struct exploration *e, uint32_t i)
{
    struct state s = e->v[i].s;
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
        struct doing d = {e->d.r, e->d.part, &f, first_success};
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
    for (uint32_t i = 0; i < l->n; i++)
        if (in[i]) v[(*n)++] = (struct move){l->v[i], &x[i], mode == MODE_BACK ? &r->back_ids[i] : &r->forward_ids[i], i, false};
    return v;
}

static void find_moves(struct exploration *e, enum mode mode)
{
    struct move *v = e->moves[mode] = search_moves(e->q, &e->part, mode, &e->moves_n[mode]);
    for (uint32_t i = 0; i < e->moves_n[mode]; i++) v[i].environment = environment_matters(e, &v[i]);
}

/* All runs of a part, under one way of applying. */
static void explore(struct search *q, const struct part *part, bool *lost, struct disproof **failure)
{
    struct exploration e = {.q = q, .part = *part, .v = q->nodes, .cap = q->nodes_cap, .slots = q->slots, .slots_n = q->slots_n};
    e.d = (struct doing){&q->r, &e.part, &e, took_place};
    e.size = (uint32_t)((offsetof(struct state, captures) + part->captures_n + 7) / 8 * 8);
    find_moves(&e, MODE_FORWARD);
    find_moves(&e, MODE_BACK);
    e.fresh = q->fresh_forward == UINT32_MAX ? UINT32_MAX : first_at(&e, MODE_FORWARD, q->fresh_forward);
    find_kept(&e);
    find_read(&e);
    find_defined(&e);
    find_symbolic(&e);
    if (e.slots_n) memset(e.slots, 0, sizeof *e.slots * e.slots_n);
    begin_all(&e);
    for (uint32_t i = 0; i < e.n && !e.failed; i++) visit(&e, i);
    for (uint32_t i = 0; q->seen && i < e.n; i++) {
        const struct state *s = &e.v[i].s;
        q->seen(q->seen_context, &e.part, s, s->pc ? e.moves[s->mode][s->pc - 1].step : NULL, false);
    }
    witness(&e);
    q->proof->states += e.n;
    *lost |= e.lost;
    *failure = e.failure;
    q->nodes = e.v;
    q->nodes_cap = e.cap;
    q->slots = e.slots;
    q->slots_n = e.slots_n;
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
    bool all = !q->release_tried || method_matters(q, part);
    *failure = NULL;
    if (q->without) search_gather(q, &p);
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !*failure; i++) {
        if (is_terraform(q) ? methods[i].major != 3 : methods[i].major == 3 && !helm3_differs(q)) continue;
        p.major = methods[i].major;
        p.server_side = methods[i].server_side;
        for (int bound = p.claim ? 0 : 1; bound < 2 && !*failure; bound++) {
            p.bound = bound;
            explore(q, &p, lost, failure);
        }
        if (!all) break;
    }
    q->release_tried = true;
    return !*failure;
}
