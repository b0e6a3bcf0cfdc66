/* Where a run begins; and where it ends, compared with where it should: the goal after the upgrade, the state from before after the rollback. */
#include "proof/search.h"

static const struct plan_object *object(const struct search *q, uint32_t i) { return i == UINT32_MAX ? NULL : &q->r.plan->objects[i]; }

uint8_t search_flag_before(const struct state *s) { return s->start & BEGAN_PAUSED ? FLAG_TRUE : s->start & BEGAN_FLAGGED ? FLAG_FALSE : FLAG_NONE; }

/* ---- the start ---- */

struct state search_start(const struct search *q, const struct part *p, uint8_t start)
{
    const struct plan_object *main = object(q, p->main), *scaler = object(q, p->scaler);
    struct state s;
    memset(&s, 0, sizeof s);
    s.clean = 1;
    s.start = start;
    s.records_n = 1;
    s.records[0] = (struct record){SIDE_OLD, STATUS_DEPLOYED, NUMBER_START, WORDS_START};
    s.main = thing_of(main && main->in_old && !(start & BEGAN_ABSENT) ? SIDE_OLD : SIDE_NONE);
    if (start & BEGAN_FOREIGN) s.main.there = THING_FOREIGN;
    s.scaler = thing_of(scaler && scaler->in_old ? SIDE_OLD : SIDE_NONE);
    s.live = !p->scaled || !main->in_old ? SYMBOL_CONST : start & BEGAN_AS_RENDERED ? SYMBOL_CONST_OLD : SYMBOL_START;
    s.data = p->claim && main->in_old && p->bound ? DATA_ALIVE : DATA_NONE;
    s.paused_at = start & BEGAN_PAUSED_AT ? SYMBOL_START + 1 : 0;
    s.paused = search_flag_before(&s);
    s.settled = start & (BEGAN_PAUSED_AT | BEGAN_PAUSED) ? 1 : 0;
    return s;
}

/* ---- what is wrong at the end ---- */

static void wrong(struct wrongs *w, const char *code, uint32_t subject, const char *text)
{
    if (w->n < MOST_WRONGS) w->v[w->n++] = (struct wrong){code, subject, text};
}

/* ---- objects ---- */

static bool same_thing(struct thing x, struct thing y) { return !memcmp(&x, &y, sizeof x); }

static void compare_thing(struct wrongs *w, uint32_t subject, struct thing is, struct thing wanted)
{
    if (same_thing(is, wanted)) return;
    if (is.there == THING_ABSENT) return wrong(w, "missing", subject, "is not there");
    if (wanted.there == THING_ABSENT) return wrong(w, "left", subject, "is there, and should not be");
    if (is.there == THING_FOREIGN || wanted.there == THING_FOREIGN) return wrong(w, "foreign", subject, "is not the one that was there before");
    if (is.values != wanted.values && is.values == SIDE_NEW) return wrong(w, "new", subject, "is as the new version made it");
    if (is.values != wanted.values) return wrong(w, "old", subject, "is as the old version made it");
    wrong(w, "mixed", subject, is.only_new && wanted.values == SIDE_OLD ? "keeps fields that only the new version sets" : "keeps fields that only the old version sets");
}

/* ---- replicas ---- */

/* Where the replicas before were those of the chart, those of a chart may be the same number. */
static bool by_chart(const struct plan_object *o, const struct state *s, uint8_t live)
{
    if (live < SYMBOL_CONST_OLD || live > SYMBOL_CONST) return false;
    if (!(s->start & BEGAN_AS_RENDERED)) return true;
    return live == SYMBOL_CONST || (live == SYMBOL_CONST_NEW && o->replicas_new != o->replicas_old);
}

static const char OF_A_CHART[] = "has the replicas of a chart or a constant, not those of its autoscaler";

/* ---- the end of a rollback: the state from before ---- */

/* What a hook runs is done when it has ended: that it ran is in no state to bring back. */
static bool is_work(const struct plan_object *o) { return str_is(o->kind, "Job") || str_is(o->kind, "Pod"); }

static bool same_on_both(const struct plan_object *o) { return o->in_old && o->in_new && !o->compared_by_name && o->digest_old.n && str_eq(o->digest_old, o->digest_new); }

/* What nobody takes away: a definition of the new version, for that deletes every object of its kind; and what its own policy keeps, for others' data may go along. */
static bool stays_for_good(const struct part *p, const struct plan_object *main, const struct state *s)
{
    if (main->in_old || s->main.there == THING_ABSENT) return false;
    return p->crd || (str_is(main->owner_new, "kept") && s->main.there == THING_THERE);
}

static struct thing wanted_back(const struct part *p, const struct plan_object *main, const struct state *s)
{
    if (main && p->hook && s->main.there == THING_ABSENT && (!main->hook_stays || is_work(main))) return s->main; /* it goes by its policy, or is done */
    if (main && p->hook && s->main.there == THING_THERE && same_on_both(main)) return thing_of(s->main.values);
    if (main && (stays_for_good(p, main, s) || (p->crd && main->in_old))) return s->main;
    if (s->start & BEGAN_FOREIGN) return (struct thing){.there = THING_FOREIGN};
    return thing_of(main && main->in_old ? SIDE_OLD : SIDE_NONE);
}

static bool lost_back(const struct part *p, const struct plan_object *main, const struct state *s)
{
    if (stays_for_good(p, main, s)) return true;
    if (!p->claim) return false;
    return main->in_old ? p->bound && s->data != DATA_ALIVE : s->data == DATA_GONE || s->data == DATA_DETACHED;
}

static void compare_scaler_back(const struct part *p, const struct plan_object *scaler, const struct state *s, struct wrongs *w)
{
    compare_thing(w, p->scaler, s->scaler, thing_of(scaler->in_old ? SIDE_OLD : SIDE_NONE));
    if (s->bounds) wrong(w, "bounds", p->scaler, "has bounds that came from an overlay");
    if (!p->pauses || !scaler->in_old) return;
    if (!(s->start & BEGAN_PAUSED_AT) != !s->paused_at)
        wrong(w, s->paused_at ? "paused" : "unpaused", p->scaler, s->paused_at ? "is paused, and was not before" : "is not paused any more");
    if (s->paused != search_flag_before(s)) wrong(w, s->paused ? "paused" : "unpaused", p->scaler, s->paused ? "has another pause flag than before" : "has lost its pause flag");
}

static void compare_back(const struct search *q, const struct part *p, const struct state *s, bool *lost, struct wrongs *w)
{
    const struct plan_object *main = object(q, p->main), *scaler = object(q, p->scaler);
    /* A pause that KEDA has not yet looked at will be kept. */
    uint8_t live = s->paused_at && s->settled != 1 ? (uint8_t)(s->paused_at - 1) : s->live;
    *lost |= main && lost_back(p, main, s);
    if (main) compare_thing(w, p->main, s->main, wanted_back(p, main, s));
    if (p->hook && main->in_old && main->hook_stays && s->bounds) wrong(w, "bounds", p->main, "holds what an overlay's numbers made of it");
    if (s->stray) wrong(w, "stray", p->main, "was made by a second attempt, under a number that no step knows, and stays");
    if (p->claim && main->in_old && s->kept) wrong(w, "kept", p->main, "keeps the annotation that keeps it from being deleted");
    if (p->claim && main->in_old && s->retained) wrong(w, "retained", p->main, "has a volume with another reclaim policy than before");
    if (scaler) compare_scaler_back(p, scaler, s, w);
    if (p->scaled && main->in_old && by_chart(main, s, live)) wrong(w, "replicas", p->main, OF_A_CHART);
    else if (p->scaled && main->in_old && (s->start & (BEGAN_PAUSED | BEGAN_PAUSED_AT)) && live != SYMBOL_START)
        wrong(w, "replicas", p->main, "was held at a number by a pause, and has another now");
    if (p->pauses && s->paused_at && !(s->start & BEGAN_AS_RENDERED) && s->paused_at != SYMBOL_START + 1)
        wrong(w, "paused", p->scaler, "is paused at another number than before");
    const struct record *r = model_newest(s);
    if (r->status != STATUS_DEPLOYED || r->side != SIDE_OLD) wrong(w, "release", UINT32_MAX, "the release is not deployed at the old version");
}

/* ---- the end of plan.sh: the goal ---- */

static void compare_scaler_forward(const struct part *p, const struct plan_object *scaler, const struct state *s, struct wrongs *w)
{
    compare_thing(w, p->scaler, s->scaler, thing_of(scaler->in_new ? SIDE_NEW : SIDE_NONE));
    if (s->bounds) wrong(w, "bounds", p->scaler, "has bounds that came from an overlay");
    if (!p->pauses || !scaler->in_old || !scaler->in_new) return;
    if (!(s->start & BEGAN_PAUSED_AT) != !s->paused_at)
        wrong(w, s->paused_at ? "paused" : "unpaused", p->scaler, s->paused_at ? "is left paused" : "is not paused any more");
    if (s->paused != search_flag_before(s)) wrong(w, s->paused ? "paused" : "unpaused", p->scaler, "has another pause flag than before");
}

static void compare_forward(const struct search *q, const struct part *p, const struct state *s, bool *lost, struct wrongs *w)
{
    const struct plan_object *main = object(q, p->main), *scaler = object(q, p->scaler);
    bool kept = main && !main->in_new && s->main.there == THING_THERE && (s->kept || str_is(main->owner_old, "kept"));
    *lost |= p->claim && main->in_old && p->bound && s->data != DATA_ALIVE;
    if (main && !p->hook && !kept && !p->crd) compare_thing(w, p->main, s->main, thing_of(main->in_new ? SIDE_NEW : SIDE_NONE));
    if (p->crd && main->in_new && !main->in_old && s->main.there == THING_ABSENT && q->applies_crds) wrong(w, "missing", p->main, "is not there");
    if (scaler) compare_scaler_forward(p, scaler, s, w);
    if (p->scaled && main->in_old && main->in_new && by_chart(main, s, s->live)) wrong(w, "replicas", p->main, OF_A_CHART);
    if (p->scaled && !main->in_old && main->replicas_new >= 0 && s->live == SYMBOL_CONST)
        wrong(w, "replicas", p->main, "was given a number of replicas that is neither the chart's nor that of the one before it");
    const struct record *r = model_newest(s);
    if (r->status != STATUS_DEPLOYED || r->side != SIDE_NEW) wrong(w, "release", UINT32_MAX, "the release is not deployed at the new version");
}

void search_compare_end(const struct search *q, const struct part *p, const struct state *s, bool *lost, struct wrongs *w)
{
    w->n = 0;
    (s->mode == MODE_BACK ? compare_back : compare_forward)(q, p, s, lost, w);
}
