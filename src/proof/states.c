/* What the proof predicts: the states in which each part may be after each step, for whoever runs the scripts and looks. */
#include "proof/flow.h"

#include <stdlib.h>

/* The states after one step, as canonical JSON, each once. */
struct station {
    struct strmap after, stopped;
};

struct prediction {
    struct arena *a;
    struct search *q;
    struct station *stations;   /* [0] before the plan, [1] before the rollback; then one for each step of both lists */
    const struct step *last;    /* of `seen`, with its number */
    uint32_t last_at;
};

static const char *thing_name(struct thing t)
{
    if (t.there == THING_ABSENT) return "absent";
    if (t.there == THING_FOREIGN) return "foreign";
    if (t.only_old && t.only_new) return t.values == SIDE_OLD ? "old, with fields of new" : "new, with fields of old";
    return t.values == SIDE_OLD ? "old" : "new";
}

static const char *side_name(unsigned side) { return side == SIDE_OLD ? "old" : side == SIDE_NEW ? "new" : "none"; }

static const char *status_name(unsigned status)
{
    static const char *const names[] = {[STATUS_DEPLOYED] = "deployed", [STATUS_FAILED] = "failed", [STATUS_PENDING] = "pending", [STATUS_SUPERSEDED] = "superseded"};
    return names[status];
}

/* Equal letters are equal numbers. */
static const char *symbol_name(uint8_t symbol)
{
    static const char *const names[] = {"start", "a", "b", "c", "d", "chart-old", "chart-new", "constant"};
    return symbol < SYMBOLS ? names[symbol] : "unknown";
}

static const char *data_name(uint8_t data)
{
    static const char *const names[] = {"none", "alive", "detached", "gone"};
    return names[data];
}

static void put(struct map *m, const char *key, const char *text) { map_putz(m, key, v_str(str_from(text))); }

struct value search_state_value(struct arena *a, const struct part *p, const struct state *s)
{
    struct map *m = map_new(a), *release = map_new(a);
    const struct record *newest = model_newest(s);
    put(release, "side", side_name(newest->side));
    put(release, "status", status_name(newest->status));
    map_putz(m, "release", v_map(release));
    if (p->main != UINT32_MAX) put(m, "main", thing_name(s->main));
    if (p->scaler != UINT32_MAX) put(m, "scaler", thing_name(s->scaler));
    if (p->scaler != UINT32_MAX && s->bounds) map_putz(m, "overlayBounds", v_bool(true));
    if (p->scaled && s->main.there == THING_THERE) put(m, "replicas", symbol_name(s->live));
    if (p->pauses && s->paused_at) put(m, "pausedReplicas", symbol_name((uint8_t)(s->paused_at - 1)));
    if (p->pauses && s->paused) put(m, "paused", s->paused == FLAG_TRUE ? "true" : s->paused == FLAG_FALSE ? "false" : "otherwise");
    if (p->claim) put(m, "data", data_name(s->data));
    if (p->claim && s->kept) map_putz(m, "kept", v_bool(true));
    if (p->claim && s->retained) map_putz(m, "retained", v_bool(true));
    if (s->stray) map_putz(m, "stray", v_bool(true));
    return v_map(m);
}

static uint32_t station_of(struct prediction *x, const struct step *step, bool back)
{
    const struct plan *p = x->q->r.plan;
    const struct step_list *l = back ? &p->back : &p->forward;
    if (!step) return back;
    if (step != x->last) {
        for (uint32_t i = 0; i < l->n; i++)
            if (l->v[i] == step) x->last_at = 2 + (back ? p->forward.n : 0) + i;
        x->last = step;
    }
    return x->last_at;
}

static void seen(void *context, const struct part *part, const struct state *s, const struct step *step, bool stopped)
{
    struct prediction *x = context;
    struct station *to = &x->stations[station_of(x, step, s->mode)];
    struct buf b = buf_new(x->a);
    canonical_json(&b, search_state_value(x->a, part, s));
    strmap_put(stopped ? &to->stopped : &to->after, buf_str(&b), x);
}

/* The states are text already: they are put together as text, sorted. */
static void write_states(struct buf *b, struct arena *a, const char *key, const struct strmap *m)
{
    struct str *v = NEW_ARRAY(a, struct str, m->n + 1);
    for (size_t i = 0; i < m->n; i++) v[i] = m->items[i].key;
    qsort(v, m->n, sizeof *v, str_cmp_qsort);
    buf_printf(b, "\"%s\":[", key);
    for (size_t i = 0; i < m->n; i++) {
        if (i) buf_byte(b, ',');
        buf_add(b, v[i]);
    }
    buf_byte(b, ']');
}

static void write_station(struct buf *b, struct prediction *x, uint32_t i, bool *first)
{
    const struct plan *p = x->q->r.plan;
    const struct station *s = &x->stations[i];
    if (!s->after.n && !s->stopped.n) return;
    bool back = i == 1 || i >= 2 + p->forward.n;
    const struct step *step = i < 2 ? NULL : back ? p->back.v[i - 2 - p->forward.n] : p->forward.v[i - 2];
    buf_z(b, *first ? "{" : ",{");
    write_states(b, x->a, "after", &s->after);
    buf_printf(b, ",\"script\":\"%s\",\"step\":", back ? "rollback" : "plan");
    canonical_json(b, v_str(step ? step->id : STR("")));
    if (s->stopped.n) buf_byte(b, ','), write_states(b, x->a, "stopped", &s->stopped);
    buf_byte(b, '}');
    *first = false;
}

static void write_part(struct buf *b, struct prediction *x, struct part *part)
{
    const struct plan *p = x->q->r.plan;
    uint32_t n = 2 + p->forward.n + p->back.n;
    bool lost = false, first = true;
    struct disproof *failure;
    x->stations = NEW_ARRAY(x->a, struct station, n);
    x->last = NULL;
    for (uint32_t i = 0; i < n; i++) x->stations[i] = (struct station){strmap_new(x->a), strmap_new(x->a)};
    x->q->release_tried = false;
    search_part(x->q, part, &lost, &failure);
    buf_byte(b, '{');
    if (part->main != UINT32_MAX) {
        buf_z(b, "\"main\":");
        canonical_json(b, v_str(p->objects[part->main].id));
        buf_byte(b, ',');
    }
    if (part->scaler != UINT32_MAX) {
        buf_z(b, "\"scaler\":");
        canonical_json(b, v_str(p->objects[part->scaler].id));
        buf_byte(b, ',');
    }
    buf_z(b, "\"steps\":[");
    for (uint32_t i = 0; i < n; i++) write_station(b, x, i, &first);
    buf_z(b, "]}");
}

struct str proof_states(struct arena *a, const struct plan *p)
{
    struct search *q = NEW(a, struct search);
    struct buf b = buf_new(a);
    struct prediction x = {.a = a, .q = q};
    uint32_t n;
    *q = (struct search){.a = a, .proof = NEW(a, struct proof), .seen = seen, .seen_context = &x};
    model_read(&q->r, a, p);
    for (uint32_t i = 0; i < p->losses_n; i++) q->forward_only |= p->losses[i].forward_only;
    flow_check(q);
    search_index_steps(q);
    struct part *parts = q->unmodelled ? NULL : search_parts(q, &n);
    buf_z(&b, "{\"parts\":[");
    for (uint32_t i = 0; parts && i < n; i++) {
        if (i) buf_byte(&b, ',');
        write_part(&b, &x, &parts[i]);
    }
    buf_z(&b, "],\"plan\":");
    canonical_json(&b, v_str(p->id));
    buf_z(&b, "}\n");
    return buf_done(&b);
}
