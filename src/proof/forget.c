/* What of a state need not be remembered: what the rollback never asks for, or takes anew before it does; and which number is which. */
#include "proof/explore.h"

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
void forget_records(const struct exploration *e, struct state *s)
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
void forget_rest(const struct exploration *e, struct state *s, bool starts)
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

void forget_prepare(struct exploration *e)
{
    find_kept(e);
    find_read(e);
    find_defined(e);
    find_symbolic(e);
}
