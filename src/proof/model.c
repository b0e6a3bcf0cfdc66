/* What each verb can do to one part of the cluster. The sources: pkg/action/upgrade.go, rollback.go and pkg/kube/client.go of Helm 3.17 and 4.1, and what
 * they were seen to do in a cluster. */
#include "proof/model.h"

#include <stddef.h>

_Static_assert(offsetof(struct state, files) % 8 == 0 && sizeof(struct state) % 8 == 0, "states are compared and hashed word by word");

static void tell(struct doing *d, const struct state *after, enum fate fate, const char *what) { d->outcome(d->context, after, fate, what); }

static void tell_change(struct doing *d, const struct state *after)
{
    tell(d, after, FATE_DONE, "done");
    tell(d, after, FATE_CUT, "done, then stopped");
}

/* Where nothing asked for it, both ways of applying make the same runs (search.c). */
static bool server_side(const struct doing *d)
{
    if (d->asked) *d->asked = true;
    return d->part->server_side && d->part->major == 4;
}

static struct thing *thing_at(struct state *s, int role) { return role == ROLE_MAIN ? &s->main : &s->scaler; }
static uint32_t object_at(const struct part *p, int role) { return role == ROLE_MAIN ? p->main : p->scaler; }


/* Which of the part's objects that a command names are there, or are not. */
static bool finds_any(const struct move *m, const struct state *s)
{
    return (m->names[ROLE_MAIN] && s->main.there != THING_ABSENT) || (m->names[ROLE_SCALER] && s->scaler.there != THING_ABSENT);
}

static bool misses_any(const struct move *m, const struct state *s)
{
    return (m->names[ROLE_MAIN] && s->main.there == THING_ABSENT) || (m->names[ROLE_SCALER] && s->scaler.there == THING_ABSENT);
}

static const struct meant *meant_at(const struct doing *d, int place) { return &d->r->captures[d->part->captures[place]]; }

/* ---- symbols ---- */

bool model_holds_symbol(const struct part *p, const struct state *s, uint8_t symbol)
{
    if (s->live == symbol || s->paused_at == symbol + 1) return true;
    for (int i = 0; i < p->captures_n; i++)
        if (s->captures[i] == VALUE_FIRST + symbol) return true; /* a capture of another meaning only wastes a symbol */
    for (int i = 0; i < p->files_n; i++)
        if (s->files[i] == symbol + 2) return true;
    return false;
}

/* The number that a capture holds; SYMBOL_CONST for one that is not about this part's replicas. */
static uint8_t symbol_of_capture(const struct doing *d, const struct state *s, int capture)
{
    int i = part_capture(d->part, capture);
    if (i < 0 || s->captures[i] < VALUE_FIRST) return SYMBOL_CONST;
    const struct meant *m = meant_at(d, i);
    bool replicas = m->meaning == MEANS_REPLICAS && part_role(d->part, m->object) == ROLE_MAIN;
    bool paused = m->meaning == MEANS_PAUSED_AT && part_role(d->part, m->object) == ROLE_SCALER;
    return replicas || paused ? (uint8_t)(s->captures[i] - VALUE_FIRST) : SYMBOL_CONST;
}

/* Used before it is there. */
static bool untaken(const struct doing *d, const struct state *s, int capture)
{
    int i = part_capture(d->part, capture);
    return i >= 0 && s->captures[i] == VALUE_NONE;
}

/* ---- Helm's records ---- */

const struct record *model_newest(const struct state *s) { return &s->records[s->records_n - 1]; }
/* What is no boolean pauses, too (KEDA, apis/keda/v1alpha1/scaledobject_types.go). */
bool model_is_paused(const struct state *s) { return s->paused_at || (s->paused && s->paused != FLAG_FALSE); }
bool model_is_start(const struct state *s) { return s->records_n && model_newest(s)->words == WORDS_START; }

static enum side deployed_side(const struct state *s)
{
    for (int i = s->records_n; i-- > 0;)
        if (s->records[i].status == STATUS_DEPLOYED) return s->records[i].side;
    return SIDE_NONE;
}

enum { STALE = NUMBER_LATER + 1 };

/* Old records that say nothing any more make room. */
static void push_record(const struct doing *d, struct state *s, enum side side, uint8_t status, uint8_t words)
{
    for (int i = 0; i < d->part->captures_n; i++) {
        /* A captured number of a later record than the first is that of the newest no more. */
        if (s->captures[i] > VALUE_FIRST && meant_at(d, i)->meaning == MEANS_REVISION) s->captures[i] = VALUE_FIRST + STALE;
    }
    struct record *last = &s->records[s->records_n - 1];
    struct record r = {.number = last->number == NUMBER_START ? NUMBER_NEXT : NUMBER_LATER, .words = words};
    r.side = (unsigned)side & 3;
    r.status = (unsigned)status & 7;
    if (s->records_n == RECORDS) {
        int drop = s->records[0].status == STATUS_DEPLOYED ? 1 : 0;
        memmove(&s->records[drop], &s->records[drop + 1], sizeof *s->records * (size_t)(RECORDS - 1 - drop));
        s->records_n--;
    }
    s->records[s->records_n++] = r;
}

static void supersede(struct state *s)
{
    for (int i = 0; i < s->records_n; i++)
        if (s->records[i].status == STATUS_DEPLOYED) s->records[i].status = STATUS_SUPERSEDED;
}

/* ---- what Helm does to one object ---- */

static bool in_record(const struct doing *d, uint32_t object, enum side s) { return d->r->facts[object].record >> s & 1; }

struct helm {
    enum side from, to;      /* record that it compares with, and target */
    bool force, rollback, hooks;
    uint8_t replicas;        /* symbol that is rendered for the part's workload; SYMBOLS: none */
};

static struct thing patched(const struct doing *d, const struct plan_object *o, bool custom, struct thing t, enum side from, enum side to)
{
    if (t.there == THING_ABSENT || !o->leaves_residue || server_side(d)) return thing_of(to);
    /* Unknown kinds get the difference of the two records as a merge patch; the live object is not looked at (pkg/kube/client.go: createPatch). */
    if (custom && from == to) return t;
    if (custom) return thing_of(to);
    t.values = (unsigned)to & 3;
    if (to == SIDE_OLD) t.only_old = 1;
    else t.only_new = 1;
    if (from != to && to == SIDE_OLD) t.only_new = 0;
    if (from != to && to == SIDE_NEW) t.only_old = 0;
    return t;
}

/* False: replicas of somebody else stand against it. */
static bool set_replicas(const struct doing *d, const struct helm *h, const struct state *before, struct state *s)
{
    const struct plan_object *o = &d->r->plan->objects[d->part->main];
    bool created = before->main.there == THING_ABSENT;
    int64_t rendered = h->to == SIDE_OLD ? o->replicas_old : o->replicas_new, was = h->from == SIDE_OLD ? o->replicas_old : o->replicas_new;
    if (rendered < 0) {
        /* A field that goes away gets its default, 1. */
        if (created || was >= 0) s->live = SYMBOL_CONST;
        return true;
    }
    bool helms_own = s->live == SYMBOL_CONST_OLD || s->live == SYMBOL_CONST_NEW;
    if (!created && !h->force && !helms_own && s->live != h->replicas && server_side(d)) return false;
    s->live = h->replicas;
    return true;
}

/* Creates or patches what the target has. False: it cannot, in this state. */
static bool apply_role(const struct doing *d, const struct helm *h, int role, struct state *s)
{
    uint32_t i = object_at(d->part, role);
    if (i == UINT32_MAX) return true;
    const struct plan_object *o = &d->r->plan->objects[i];
    struct thing *t = thing_at(s, role);
    struct state before = *s;
    if (!in_record(d, i, h->to)) return true;
    bool known = in_record(d, i, h->from);
    /* An upgrade takes over what bears the release's marks, and compares it with itself; a rollback does not. */
    if (t->there == THING_THERE && !known && h->rollback) return false;
    *t = patched(d, o, d->r->facts[i].custom, *t, known ? h->from : h->to, h->to);
    if (role == ROLE_MAIN && d->part->scaled && !set_replicas(d, h, &before, s)) {
        *s = before;
        return false;
    }
    if (role == ROLE_MAIN && d->part->claim && before.main.there == THING_ABSENT && s->data == DATA_NONE && d->part->bound) s->data = DATA_ALIVE;
    return true;
}

static void lose_claim(const struct part *p, struct state *s)
{
    if (p->claim && s->data == DATA_ALIVE) s->data = s->retained ? DATA_DETACHED : DATA_GONE;
}

static void delete_role(const struct doing *d, const struct helm *h, int role, struct state *s)
{
    uint32_t i = object_at(d->part, role);
    if (i == UINT32_MAX) return;
    struct thing *t = thing_at(s, role);
    if (!in_record(d, i, h->from) || in_record(d, i, h->to) || t->there != THING_THERE) return;
    if (d->r->facts[i].kept >> h->from & 1 || (role == ROLE_MAIN && s->kept)) return;
    *t = thing_of(SIDE_NONE);
    if (role == ROLE_MAIN) lose_claim(d->part, s);
}

/* ---- hooks ---- */

static bool has_hook(const struct doing *d, enum side to) { return d->r->facts[d->part->main].hook >> to & 1; }
static bool hook_applies(const struct doing *d, enum side to) { return d->part->scaler_applied && d->r->facts[d->part->scaler].applied >> to & 1; }

static void hook_apply(struct state *s, enum side to, bool bounds)
{
    s->scaler = thing_of(to);
    s->bounds = bounds;
    if (s->settled) s->settled = 2; /* a change of its spec makes KEDA look again */
}

/* What hooks of the target may leave: their own objects, by policies that the proof does not know, and what they apply. `numbered` is false where this
 * upgrade has another revision's number than the plan foresaw. */
static void tell_hooks(struct doing *d, const struct helm *h, bool numbered, bool overlay, struct state s, enum fate fate, const char *what)
{
    bool running = fate != FATE_DONE;
    if (h->to == SIDE_NEW && running && d->part->scaler_applied) s.jobs = numbered ? d->r->all_jobs : JOB_STRAY;
    if (h->to == SIDE_OLD && running && d->part->scaler_applied) s.jobs |= JOB_OLD;
    if (!running && d->part->scaler_applied) s.jobs = 0;
    if (d->part->hook) {
        bool stays_always = d->r->plan->objects[d->part->main].hook_stays;
        if (running) tell(d, &s, fate, what);
        if (!has_hook(d, h->to)) {
            if (!running) tell(d, &s, fate, what);
            return;
        }
        struct state stays = s, goes = s;
        stays.main = thing_of(h->to);
        goes.main = thing_of(SIDE_NONE);
        stays.bounds = overlay && str_is(d->r->plan->objects[d->part->main].kind, "ConfigMap");
        if (d->part->numbered && h->to == SIDE_NEW && !numbered) {
            stays = goes = s;
            stays.stray = 1;
        }
        tell(d, &stays, fate, what);
        /* Deleted when it has succeeded, or before it is made again. */
        if (!stays_always || running) tell(d, &goes, fate, what);
        return;
    }
    if (hook_applies(d, h->to)) {
        if (running) tell(d, &s, fate, what);
        hook_apply(&s, h->to, overlay);
    }
    tell(d, &s, fate, what);
}

/* ---- helm upgrade and rollback ---- */

static struct state with_status(const struct state *s, uint8_t status)
{
    struct state out = *s;
    struct record *newest = &out.records[out.records_n - 1];
    newest->status = (unsigned)status & 7;
    if (status == STATUS_FAILED) newest->words = WORDS_OTHER; /* it then says why */
    return out;
}

static bool applies(const struct doing *d, const struct helm *h, int role)
{
    uint32_t i = object_at(d->part, role);
    return i != UINT32_MAX && in_record(d, i, h->to);
}

/* Applied or not, object by object; everything that a run which stopped in the middle may leave. */
static void tell_subsets(struct doing *d, const struct helm *h, const struct state *s, enum fate fate, const char *what)
{
    int can = applies(d, h, ROLE_MAIN) | applies(d, h, ROLE_SCALER) << 1;
    for (int mask = 0; mask < 4; mask++) {
        struct state x = *s;
        if ((mask & 1) && (!(can & 1) || !apply_role(d, h, ROLE_MAIN, &x))) continue;
        if ((mask & 2) && (!(can & 2) || !apply_role(d, h, ROLE_SCALER, &x))) continue;
        tell(d, &x, fate, what);
    }
}

static void change_release(struct doing *d, const struct helm *h, const struct state *before, uint8_t words, bool overlay)
{
    bool numbered = model_is_start(before);
    struct state s = *before;
    s.outside = 0;
    /* A rollback's record bears its words from the beginning, an upgrade's only when it has succeeded (pkg/action/rollback.go, upgrade.go). */
    push_record(d, &s, h->to, STATUS_PENDING, h->rollback ? WORDS_ROLLBACK : WORDS_OTHER);
    tell_subsets(d, h, &s, FATE_STOP, "killed while it applied objects");
    struct state failed = with_status(&s, STATUS_FAILED);
    if (h->rollback) failed.records[failed.records_n > 1 ? failed.records_n - 2 : 0].status = STATUS_SUPERSEDED;
    tell_subsets(d, h, &failed, FATE_REFUSED, "some objects were refused, the others applied");
    struct state all = s;
    if (!apply_role(d, h, ROLE_MAIN, &all) || !apply_role(d, h, ROLE_SCALER, &all)) {
        tell(d, &failed, FATE_STUCK, h->rollback ? "it stops at an object that is there and not in the newest record, or whose replicas somebody else has set"
                                                  : "the replicas that somebody else has set stand against it (a conflict)");
        return;
    }
    struct state some = with_status(&all, STATUS_FAILED);
    if (h->rollback) some.records[some.records_n > 1 ? some.records_n - 2 : 0].status = STATUS_SUPERSEDED;
    tell(d, &some, FATE_APPLIED, "all objects applied, nothing deleted");
    delete_role(d, h, ROLE_MAIN, &all);
    delete_role(d, h, ROLE_SCALER, &all);
    struct helm hooks = *h;
    if (h->rollback || !h->hooks) hooks.to = SIDE_NONE; /* a rollback runs its target's rollback hooks and no others */
    tell_hooks(d, &hooks, numbered, overlay, with_status(&all, STATUS_PENDING), FATE_STOP, "killed after it had applied and deleted everything");
    some = with_status(&all, STATUS_FAILED);
    if (h->rollback) some.records[some.records_n > 1 ? some.records_n - 2 : 0].status = STATUS_SUPERSEDED;
    tell_hooks(d, &hooks, numbered, overlay, some, FATE_HOOK, "everything applied and deleted, then a pod or a hook failed");
    supersede(&all);
    /* The record of before is written first (pkg/action/upgrade.go): between the two no revision is deployed, and the newest is pending. */
    tell_hooks(d, &hooks, numbered, overlay, all, FATE_STOP, "killed between its last two records");
    struct record *newest = &all.records[all.records_n - 1];
    newest->status = STATUS_DEPLOYED;
    newest->words = words;
    tell_hooks(d, &hooks, numbered, overlay, all, FATE_DONE, "done");
}

/* True, false, or what a capture says. */
static bool forced(const struct doing *d, const struct state *s, const struct action *x)
{
    if (x->force.kind == ARG_TEXT) return str_is(x->force.text, "true");
    int i = part_capture(d->part, x->force_id);
    return i >= 0 && s->captures[i] == VALUE_FIRST;
}

static void upgrade(struct doing *d, const struct action *x, const struct state *before)
{
    const struct record *newest = model_newest(before);
    struct helm h = {.to = x->side, .from = deployed_side(before), .hooks = true};
    h.force = forced(d, before, x);
    if (newest->status == STATUS_PENDING) return tell(d, before, FATE_STUCK, "refused: the release's record says that another operation is under way");
    if (h.from == SIDE_NONE) h.from = newest->side; /* no deployed revision: the newest failed or superseded one */
    if (h.force && !server_side(d)) return tell(d, before, FATE_STUCK, "refused: --force-conflicts without a server-side apply");
    if (before->main.there == THING_FOREIGN && d->part->main != UINT32_MAX && in_record(d, d->part->main, h.to))
        return tell(d, before, FATE_STUCK, "refused: an object of that name is there and is not the release's");
    int overlay = part_file(d->part, x->overlay_id);
    if (overlay >= 0 && !before->files[overlay]) return tell(d, before, FATE_STUCK, "its overlay file has not been written");
    h.replicas = overlay >= 0 && before->files[overlay] >= 2 ? (uint8_t)(before->files[overlay] - 2) : h.to == SIDE_OLD ? SYMBOL_CONST_OLD : SYMBOL_CONST_NEW;
    uint8_t words = WORDS_OTHER;
    int i = part_capture(d->part, x->words_id);
    if (i >= 0 && before->captures[i] == VALUE_NONE) return tell(d, before, FATE_STUCK, "its description has not been captured");
    if (i >= 0) words = (uint8_t)(WORDS_FIRST + i);
    change_release(d, &h, before, words, x->overlay.n > 0);
}

static void rollback(struct doing *d, const struct action *x, const struct state *before)
{
    struct helm h = {.to = SIDE_OLD, .from = model_newest(before)->side, .rollback = true, .replicas = SYMBOL_CONST_OLD};
    h.force = forced(d, before, x);
    int i = part_capture(d->part, x->capture_id);
    if (i < 0 || before->captures[i] < VALUE_FIRST) return tell(d, before, FATE_STUCK, "the revision to go back to has not been captured");
    if (h.force && !server_side(d)) return tell(d, before, FATE_STUCK, "refused: --force-conflicts without a server-side apply");
    change_release(d, &h, before, WORDS_ROLLBACK, false);
}

static void terraform(struct doing *d, const struct action *x, const struct state *before)
{
    struct helm h = {.to = x->side, .from = deployed_side(before), .hooks = true};
    const struct record *newest = model_newest(before);
    if (newest->status == STATUS_PENDING) return tell(d, before, FATE_STUCK, "refused: the release's record says that another operation is under way");
    /* The provider reads the record back; the objects it does not look at. */
    if (newest->status == STATUS_DEPLOYED && newest->side == x->side) return tell(d, before, FATE_DONE, "nothing to change");
    if (h.from == SIDE_NONE) h.from = newest->side;
    h.replicas = h.to == SIDE_OLD ? SYMBOL_CONST_OLD : SYMBOL_CONST_NEW;
    change_release(d, &h, before, WORDS_OTHER, false);
}


static void forget_pending(struct doing *d, const struct state *before)
{
    struct state s = *before;
    while (s.records_n > 1 && model_newest(&s)->status == STATUS_PENDING) s.records_n--;
    tell_change(d, &s);
}

static void forget(struct doing *d, const struct action *x, const struct state *before)
{
    if (!x->capture.n) return forget_pending(d, before);
    int i = part_capture(d->part, x->capture_id);
    struct state s = *before;
    uint8_t code = i < 0 ? VALUE_NONE : before->captures[i];
    if (code < VALUE_FIRST) return tell(d, before, FATE_STUCK, "which record to take away has not been captured");
    if (code == VALUE_FIRST) return tell(d, before, FATE_HARM, "it takes away the record of the revision from before the upgrade");
    /* The number is of a record that is not the newest any more. */
    if (code == VALUE_FIRST + STALE || s.records_n < 2 || model_is_start(&s)) return tell(d, before, FATE_DONE, "nothing to take away");
    if (model_newest(&s)->status == STATUS_DEPLOYED) return tell(d, before, FATE_HARM, "it takes away the record of a deployed revision");
    s.records_n--;
    tell_change(d, &s);
}

/* ---- kubectl ---- */

bool model_deletes_nothing(const struct move *m, const struct state *s)
{
    const struct action *x = m->x;
    if (x->verb != VERB_DELETE || !x->missing_ok || (s->jobs & x->jobs) || (x->deletes_old && s->outside)) return false;
    if (m->role == ROLE_NONE) return true;
    /* A Job that is still at work may make it again meanwhile. */
    return !s->jobs && !finds_any(m, s);
}

static void delete_objects(struct doing *d, const struct move *m, const struct state *before)
{
    const struct action *x = m->x;
    if (model_deletes_nothing(m, before)) return tell(d, before, FATE_DONE, NULL);
    struct state s = *before;
    bool harm = false;
    for (uint32_t k = 0; k < x->objects_n; k++) {
        int role = part_role(d->part, x->objects[k]);
        if (role == ROLE_NONE) continue;
        struct thing *t = thing_at(&s, role);
        if (t->there == THING_ABSENT && !x->missing_ok) return tell(d, before, FATE_STUCK, "what it deletes is not there");
        harm |= t->there == THING_FOREIGN;
        if (role == ROLE_MAIN && t->there == THING_THERE) lose_claim(d->part, &s);
        *t = thing_of(SIDE_NONE);
        if (role == ROLE_SCALER || d->part->main == UINT32_MAX) s.paused_at = s.paused = s.settled = s.bounds = 0;
    }
    if (x->deletes_old) s.outside = 0;
    s.jobs &= (uint8_t)~x->jobs;
    if (harm) return tell(d, &s, FATE_HARM, "it deletes an object that was there before and is not the release's");
    tell_change(d, &s);
}

static void scale(struct doing *d, const struct action *x, const struct state *before)
{
    struct state s = *before;
    if (s.main.there != THING_THERE) return tell(d, before, FATE_STUCK, "what it scales is not there");
    if (untaken(d, before, x->value_id)) return tell(d, before, FATE_STUCK, "the number has not been captured");
    s.live = x->value.kind == ARG_CAPTURE ? symbol_of_capture(d, before, x->value_id) : SYMBOL_CONST;
    tell_change(d, &s);
}

static uint8_t flag_given(const struct doing *d, const struct action *x, const struct state *s)
{
    int i = part_capture(d->part, x->value_id);
    if (x->value.kind != ARG_CAPTURE) return str_is(x->value.text, "true") ? FLAG_TRUE : str_is(x->value.text, "false") ? FLAG_FALSE : FLAG_OTHER;
    return i >= 0 && meant_at(d, i)->meaning == MEANS_PAUSED && s->captures[i] > VALUE_FIRST ? (uint8_t)(s->captures[i] - VALUE_FIRST) : FLAG_OTHER;
}

static void annotate(struct doing *d, const struct action *x, const struct state *before, int role)
{
    struct state s = *before;
    if (thing_at(&s, role)->there != THING_THERE && x->missing_ok) return tell(d, before, FATE_DONE, NULL);
    if (thing_at(&s, role)->there != THING_THERE) return tell(d, before, FATE_STUCK, "what it annotates is not there");
    if (untaken(d, before, x->value_id)) return tell(d, before, FATE_STUCK, "the value has not been captured");
    if (str_is(x->key, "helm.sh/resource-policy")) {
        s.kept = !x->remove;
    } else if (str_is(x->key, "autoscaling.keda.sh/paused")) {
        uint8_t now = x->remove ? FLAG_NONE : flag_given(d, x, before);
        if (s.paused != now) s.settled = 0;
        s.paused = now;
    } else {
        uint8_t symbol = x->value.kind == ARG_CAPTURE ? symbol_of_capture(d, before, x->value_id) : SYMBOL_CONST;
        if (!x->remove && !x->overwrite && s.paused_at && s.paused_at != symbol + 1) return tell(d, before, FATE_STUCK, "refused: the annotation is there with another value");
        uint8_t now = x->remove ? 0 : (uint8_t)(symbol + 1);
        if (s.paused_at != now) s.settled = 0;
        s.paused_at = now;
    }
    tell_change(d, &s);
}

static void patch(struct doing *d, const struct action *x, const struct state *before, int role)
{
    struct state s = *before;
    int file = part_file(d->part, x->file_id);
    if (file >= 0 && !s.files[file]) return tell(d, before, FATE_STUCK, "its patch has not been written");
    if (x->volume) {
        int i = part_capture(d->part, x->capture_id);
        if (i < 0 || file < 0 || s.captures[i] < VALUE_FIRST) return tell(d, before, FATE_STUCK, "which volume it is has not been captured");
        s.retained = s.files[file] == 3;
        return tell_change(d, &s);
    }
    struct thing *t = thing_at(&s, role);
    if (t->there != THING_THERE) return tell(d, before, FATE_STUCK, "what it patches is not there");
    if (x->merge && role == ROLE_MAIN && d->part->hook) s.bounds = 0;
    if (x->merge) *t = thing_of(SIDE_OLD);
    else t->only_new = 0;
    tell_change(d, &s);
}

static void apply_file(struct doing *d, const struct action *x, const struct state *before)
{
    struct state s = *before;
    int file = part_file(d->part, x->file_id);
    if (file >= 0 && !s.files[file]) return tell(d, before, FATE_STUCK, "the file that it applies has not been written");
    for (uint32_t k = 0; k < x->objects_n; k++) {
        int role = part_role(d->part, x->objects[k]);
        if (role == ROLE_SCALER) hook_apply(&s, x->side, false);
        else if (role == ROLE_MAIN) s.main = thing_of(x->side);
    }
    tell_change(d, &s);
}

/* ---- looking ---- */

static bool wants(const struct step *s, enum expect_kind kind)
{
    for (uint32_t i = 0; i < s->expect_n; i++)
        if (s->expect[i].kind == kind) return true;
    return false;
}

static void look(struct doing *d, const struct move *m, const struct state *before)
{
    const struct step *s = m->step;
    const struct action *x = m->x;
    struct state after = *before;
    if (!x->missing_ok && !x->dry_run && misses_any(m, before)) return tell(d, before, FATE_STUCK, "it looks at an object that is not there");
    /* KEDA has settled a pause when its HPA is gone; it makes it again when the pause ends. */
    bool hpa = m->names_hpa, paused = model_is_paused(before);
    if (hpa && wants(s, EXPECT_EMPTY)) {
        if (!paused) return tell(d, before, FATE_STUCK, "it waits for a pause that nobody asked for");
        if (before->paused_at && before->settled != 1) after.live = (uint8_t)(before->paused_at - 1);
        after.settled = 1;
    } else if (hpa && wants(s, EXPECT_NOT_EMPTY) && paused) {
        return tell(d, before, FATE_STUCK, "it waits for the end of a pause that nobody ends");
    }
    if (finds_any(m, before) && wants(s, EXPECT_EMPTY)) return tell(d, before, FATE_STUCK, "what should not be there is there");
    const struct record *newest = model_newest(before);
    if (x->boundary && !model_is_before(before)) return tell(d, before, FATE_STUCK, "it refuses: the release is the new version by now, or on the way to it");
    if (x->deployed != SIDE_NONE && (newest->side != x->deployed || newest->status != STATUS_DEPLOYED)) return tell(d, before, FATE_STUCK, "the release is not deployed at that version");
    tell(d, &after, FATE_DONE, NULL);
}

/* ---- captures and files ---- */

static uint8_t value_of(const struct doing *d, const struct meant *m, const struct state *s)
{
    const struct record *newest = model_newest(s);
    switch (m->meaning) {
    case MEANS_REVISION: return (uint8_t)(VALUE_FIRST + newest->number);
    case MEANS_NEXT: return model_is_start(s) ? VALUE_FIRST : VALUE_FIRST + 1;
    case MEANS_STATUS: return (uint8_t)(VALUE_FIRST + newest->status);
    case MEANS_VERSION: return (uint8_t)(VALUE_FIRST + newest->side);
    case MEANS_DESCRIPTION: return m->deployed_only && newest->status != STATUS_DEPLOYED ? VALUE_EMPTY : (uint8_t)(VALUE_FIRST + newest->words);
    case MEANS_SERVER_SIDE: return server_side(d) ? VALUE_FIRST : VALUE_FIRST + 1;
    case MEANS_REPLICAS: return (uint8_t)(VALUE_FIRST + s->live);
    case MEANS_PAUSED_AT: return s->paused_at ? (uint8_t)(VALUE_FIRST + s->paused_at - 1) : VALUE_EMPTY;
    case MEANS_PAUSED: return s->paused ? (uint8_t)(VALUE_FIRST + s->paused) : VALUE_EMPTY;
    case MEANS_VOLUME: return d->part->bound ? VALUE_FIRST : VALUE_EMPTY;
    case MEANS_POLICY: return s->retained ? VALUE_FIRST + 1 : VALUE_FIRST;
    default: return VALUE_FIRST;
    }
}

static void capture(struct doing *d, const struct move *move, const struct state *before)
{
    const struct step *step = move->step;
    struct state s = *before;
    int outside = -1;
    for (uint32_t k = 0; k < step->captures_n; k++) {
        int i = part_capture(d->part, move->ids->takes[k]);
        if (i < 0 || (s.captures[i] != VALUE_NONE && !step->fresh)) continue;
        const struct meant *m = meant_at(d, i);
        s.captures[i] = value_of(d, m, before);
        if (m->meaning == MEANS_OUTSIDE) outside = i;
    }
    if (outside < 0) return tell(d, &s, FATE_DONE, NULL);
    if (finds_any(move, &s)) return tell(d, &s, FATE_DONE, "something is there");
    if (move->role != ROLE_NONE && move->x->objects_n == 1) {
        s.captures[outside] = VALUE_EMPTY;
        return tell(d, &s, FATE_DONE, "nothing is there");
    }
    /* Of the other objects that it names this part knows nothing, but that they stay until Helm changes the release. */
    int shift = outside % 4 * 2, seen = (s.outside >> shift) & 3;
    if (seen != 2) {
        struct state there = s;
        there.outside |= (uint8_t)(1 << shift);
        tell(d, &there, FATE_DONE, "something is there");
    }
    if (seen == 1) return;
    s.outside |= (uint8_t)(2 << shift);
    s.captures[outside] = VALUE_EMPTY;
    tell(d, &s, FATE_DONE, "nothing is there");
}

/* The value below a dotted path, whose segments may have dots. */
static struct value at_path(struct value v, struct str path, int depth)
{
    if (!path.n || v.kind != V_MAP || depth > 32) return path.n ? NIL : v;
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        if (!str_starts(path, e->key) || !e->key.n) continue;
        struct str rest = str_from_n(path, e->key.n);
        if (!rest.n) return e->value;
        if (rest.p[0] != '.') continue;
        struct value below = at_path(e->value, str_from_n(rest, 1), depth + 1);
        if (below.kind != V_NIL) return below;
    }
    return NIL;
}

static int hole_of(const struct reading *r, struct value v)
{
    const struct meant *m = v.kind == V_MAP ? model_capture(r, value_str_at(v, "$capture")) : NULL;
    return m ? (int)(m - r->captures) : -1;
}

int model_hole(const struct reading *r, const struct plan_object *o, const struct move *m, struct value *value)
{
    struct str key = r->files[m->ids->writes].overlay == SIDE_OLD ? o->replicas_key_old : o->replicas_key_new;
    *value = key.n ? at_path(m->step->document, key, 0) : NIL;
    return hole_of(r, *value);
}

void model_prepare(const struct reading *r, const struct part *p, struct move *m)
{
    const struct action *x = m->x;
    for (uint32_t i = 0; i < x->objects_n; i++) {
        int role = part_role(p, x->objects[i]);
        if (m->role == ROLE_NONE) m->role = (uint8_t)role;
        m->names[role] = true;
        m->names_hpa |= x->objects[i] == p->hpa;
    }
    m->replicas = m->policy = -1;
    if (m->step->kind != STEP_WRITE) return;
    if (p->scaled && m->ids->writes >= 0 && r->files[m->ids->writes].overlay != SIDE_NONE) {
        struct value v;
        m->replicas = model_hole(r, &r->plan->objects[p->main], m, &v);
        m->gives_replicas = v.kind != V_NIL;
    }
    struct value policy = p->claim ? value_at(m->step->document, "spec", "persistentVolumeReclaimPolicy", NULL) : NIL;
    m->gives_policy = policy.kind != V_NIL;
    m->policy = hole_of(r, policy);
}

/* 1: written; 2 + symbol: with this part's replicas; 3 and 2 of a volume's policy: Retain, and what it was. */
static void write_file(struct doing *d, const struct move *move, const struct state *before)
{
    struct state s = *before;
    int i = part_file(d->part, move->ids->writes);
    if (i < 0) return tell(d, before, FATE_DONE, NULL);
    s.files[i] = 1;
    if (move->gives_replicas) {
        int hole = move->replicas;
        if (untaken(d, before, hole)) return tell(d, before, FATE_STUCK, "a number that it writes has not been captured");
        /* A workload that is new takes over the number of the one that it replaces. */
        const struct meant *taken = hole >= 0 ? &d->r->captures[hole] : NULL;
        if (taken && taken->meaning == MEANS_REPLICAS && !d->r->plan->objects[d->part->main].in_old) s.files[i] = 2 + SYMBOL_D;
        else s.files[i] = taken ? (uint8_t)(2 + symbol_of_capture(d, before, hole)) : 2 + SYMBOL_CONST;
    }
    if (move->gives_policy) {
        int hole = move->policy, k = part_capture(d->part, hole);
        const struct meant *m = hole >= 0 ? &d->r->captures[hole] : NULL;
        if (m && k >= 0 && s.captures[k] == VALUE_NONE) return tell(d, before, FATE_STUCK, "the policy that it writes has not been captured");
        bool was = m && k >= 0 && m->meaning == MEANS_POLICY && m->object == d->part->main && s.captures[k] == VALUE_FIRST;
        s.files[i] = was ? 2 : 3;
    }
    tell(d, &s, FATE_DONE, NULL);
}

/* ---- all of it ---- */

int model_condition(const struct doing *d, const struct state *s, const struct move *move, uint32_t condition)
{
    const struct condition *c = &move->step->when[condition];
    int i = part_capture(d->part, move->ids->when[condition]), result = -1;
    if (i < 0) return -1;
    const struct meant *m = meant_at(d, i);
    uint8_t code = s->captures[i];
    if (c->equals_capture.n) {
        int k = part_capture(d->part, move->ids->when_other[condition]);
        if (k < 0) return -1;
        const struct meant *other = meant_at(d, k);
        if (m->meaning == MEANS_REVISION && other->meaning == MEANS_REVISION) result = code == s->captures[k];
        else if (m->meaning == MEANS_REVISION && other->meaning == MEANS_NEXT) result = code == VALUE_FIRST + NUMBER_NEXT && s->captures[k] == VALUE_FIRST;
        else if (m->meaning == MEANS_DESCRIPTION && other->meaning == MEANS_WORDS) result = code == VALUE_FIRST + WORDS_FIRST + k;
        else if (m->meaning == MEANS_DESCRIPTION && other->meaning == MEANS_ROLLBACK_WORDS) result = code == VALUE_FIRST + WORDS_ROLLBACK;
    } else if (!c->equals.n || code <= VALUE_EMPTY) {
        /* A capture that was not taken reads as empty. */
        result = !c->equals.n ? code <= VALUE_EMPTY : 0;
    } else if (m->meaning == MEANS_STATUS) {
        static const char *const names[] = {[STATUS_DEPLOYED] = "deploye", [STATUS_FAILED] = "failed", [STATUS_PENDING] = "pending", [STATUS_SUPERSEDED] = "superse"};
        result = str_starts(c->equals, str_from(names[code - VALUE_FIRST]));
    } else if (m->meaning == MEANS_VERSION) {
        const struct plan *p = d->r->plan;
        if (!str_eq(p->version_old, p->version_new)) result = str_eq(c->equals, code == VALUE_FIRST + SIDE_OLD ? p->version_old : p->version_new);
    } else if (m->meaning == MEANS_SERVER_SIDE) {
        result = code == (str_is(c->equals, "true") ? VALUE_FIRST : VALUE_FIRST + 1);
    } else if (m->meaning == MEANS_CONSTANT) {
        result = str_eq(c->equals, m->text);
    } else if (m->meaning == MEANS_PAUSED && code != VALUE_FIRST + FLAG_OTHER) {
        result = str_is(c->equals, code == VALUE_FIRST + FLAG_TRUE ? "true" : "false");
    }
    return result < 0 ? -1 : c->negate ? !result : result;
}

static bool is_scaled(const struct part *p, const struct state *s) { return p->scaled && s->main.there == THING_THERE && s->scaler.there == THING_THERE; }

void model_settle(struct doing *d, const struct state *before)
{
    struct state s = *before;
    if (!is_scaled(d->part, &s) || !s.paused_at || s.settled == 1) return;
    s.live = (uint8_t)(s.paused_at - 1);
    s.settled = 1;
    tell(d, &s, FATE_DONE, "KEDA scales to the count of the pause");
}

void model_environment(struct doing *d, const struct state *before)
{
    const struct part *p = d->part;
    struct state s = *before;
    bool paused = p->pauses && model_is_paused(&s);
    model_settle(d, before);
    if (is_scaled(p, &s)) {
        if (!paused || !s.settled) {
            struct state without = s;
            without.live = SYMBOLS;
            /* A number that nothing else remembers is as good as any. */
            if (s.live >= SYMBOL_CONST_OLD || model_holds_symbol(p, &without, s.live) || s.live == SYMBOL_START) {
                for (uint8_t k = SYMBOL_A; k <= SYMBOL_D; k++) {
                    if (model_holds_symbol(p, &s, k)) continue;
                    s.live = k;
                    tell(d, &s, FATE_DONE, "the autoscaler scales");
                    break;
                }
            }
            s = *before;
        }
    }
    if (p->scaler_applied && (s.jobs & (JOB_STRAY | ((1 << (JOBS + 1)) - 1))) && hook_applies(d, SIDE_NEW)) {
        hook_apply(&s, SIDE_NEW, true);
        tell(d, &s, FATE_DONE, "a hook's Job that outlived helm applies the new version's objects");
        s = *before;
    }
    if (p->scaler_applied && (s.jobs & JOB_OLD) && hook_applies(d, SIDE_OLD)) {
        hook_apply(&s, SIDE_OLD, true);
        s.jobs &= (uint8_t)~JOB_OLD;
        tell(d, &s, FATE_DONE, "a hook's Job that outlived helm applies the old version's objects");
    }
}

void model_do(struct doing *d, const struct move *m, const struct state *before)
{
    const struct step *s = m->step;
    const struct action *x = m->x;
    if (s->kind == STEP_WRITE) return write_file(d, m, before);
    switch (x->verb) {
    case VERB_UPGRADE: return upgrade(d, x, before);
    case VERB_ROLLBACK: return rollback(d, x, before);
    case VERB_TERRAFORM: return terraform(d, x, before);
    case VERB_FORGET: return forget(d, x, before);
    case VERB_APPLY: return apply_file(d, x, before);
    case VERB_DELETE: return delete_objects(d, m, before);
    case VERB_SCALE: return scale(d, x, before);
    case VERB_ANNOTATE: return annotate(d, x, before, m->role);
    case VERB_PATCH: return patch(d, x, before, m->role);
    case VERB_OBSERVE: break;
    default: return tell(d, before, FATE_DONE, "done");
    }
    /* A capture of an object that is not there fails as any other look does. */
    if (s->kind == STEP_CAPTURE) {
        if (!x->missing_ok && misses_any(m, before)) return tell(d, before, FATE_STUCK, "it looks at an object that is not there");
        return capture(d, m, before);
    }
    if (s->kind == STEP_RECORD && part_file(d->part, m->ids->writes) >= 0) {
        struct state after = *before;
        after.files[part_file(d->part, m->ids->writes)] = 1;
        return tell(d, &after, FATE_DONE, NULL);
    }
    look(d, m, before);
}
