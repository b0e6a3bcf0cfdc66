/* Which steps matter to a part, which captures and files its state has to hold, and what the steps look like without its names. */
#include "proof/search.h"

/* ---- steps by what they refer to: made once ---- */

static void refer(struct search *q, struct step_refs *l, uint32_t step)
{
    if (!l->n || l->v[l->n - 1] != step) *PUSH(q->a, l->v, l->n, l->cap) = step;
}

static bool changes_release(enum verb v) { return v == VERB_UPGRADE || v == VERB_ROLLBACK || v == VERB_TERRAFORM || v == VERB_FORGET; }

static void refer_action(struct search *q, const struct step *s, const struct action *x, uint32_t step)
{
    const struct reading *r = &q->r;
    for (uint32_t i = 0; i < x->objects_n; i++) {
        refer(q, &q->by_object[x->objects[i]], step);
        if (x->verb == VERB_DELETE && r->facts[x->objects[i]].job) refer(q, &q->job_deleters, step);
    }
    if (x->volume && x->capture_id >= 0 && r->captures[x->capture_id].object != UINT32_MAX) refer(q, &q->by_object[r->captures[x->capture_id].object], step);
    if (changes_release(x->verb) || (x->verb == VERB_OBSERVE && s->kind == STEP_CHECK && str_is(x->ask, "helm get all"))) refer(q, &q->by_all, step);
}

static void read_step(const struct search *q, uint32_t k, struct move *m, const struct action **x3)
{
    const struct reading *r = &q->r;
    uint32_t n = r->plan->forward.n;
    bool back = k >= n;
    uint32_t i = back ? k - n : k;
    *m = (struct move){.step = back ? r->plan->back.v[i] : r->plan->forward.v[i], .x = back ? &r->back[i] : &r->forward[i], .ids = back ? &r->back_ids[i] : &r->forward_ids[i], .at = i};
    *x3 = back ? &r->back3[i] : &r->forward3[i];
}

static bool never_matters(const struct step *s) { return s->kind == STEP_NOTE || s->kind == STEP_GATE || s->kind == STEP_HTTP || s->kind == STEP_INPUT; }

void search_index_steps(struct search *q)
{
    const struct reading *r = &q->r;
    q->steps_n = r->plan->forward.n + r->plan->back.n;
    q->by_object = NEW_ARRAY(q->a, struct step_refs, r->plan->objects_n + 1);
    q->by_capture = NEW_ARRAY(q->a, struct step_refs, r->captures_n + 1);
    q->by_file = NEW_ARRAY(q->a, struct step_refs, r->files_n + 1);
    for (uint32_t k = 0; k < q->steps_n; k++) {
        struct move m;
        const struct action *x3;
        read_step(q, k, &m, &x3);
        if (never_matters(m.step)) continue;
        refer_action(q, m.step, m.x, k);
        if (m.step->argv_helm3.n) refer_action(q, m.step, x3, k);
        for (uint32_t i = 0; i < m.step->captures_n; i++) refer(q, &q->by_capture[m.ids->takes[i]], k);
        if (m.ids->writes >= 0) refer(q, &q->by_file[m.ids->writes], k);
    }
}

/* ---- the steps of a part, and what they need, until nothing is added ---- */

struct gathering {
    struct search *q;
    struct part *p;
    bool *in;                 /* one a step */
    uint32_t *todo, todo_n, todo_cap;
};

static void add_steps(struct gathering *g, const struct step_refs *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (g->in[l->v[i]]) continue;
        g->in[l->v[i]] = true;
        *PUSH(g->q->a, g->todo, g->todo_n, g->todo_cap) = l->v[i];
    }
}

static void need_capture(struct gathering *g, int capture)
{
    struct part *p = g->p;
    if (capture < 0 || p->capture_slots[capture] >= 0) return;
    if (p->captures_n == CAPTURES) {
        p->full = true;
        return;
    }
    p->capture_slots[capture] = (int8_t)p->captures_n;
    p->captures[p->captures_n++] = capture;
    add_steps(g, &g->q->by_capture[capture]);
}

static void need_file(struct gathering *g, int file)
{
    struct part *p = g->p;
    if (file < 0 || p->file_slots[file] >= 0) return;
    if (p->files_n == FILES) {
        p->full = true;
        return;
    }
    p->file_slots[file] = (int8_t)p->files_n;
    p->files[p->files_n++] = file;
    add_steps(g, &g->q->by_file[file]);
}

static void need_action(struct gathering *g, const struct step *s, const struct action *x)
{
    if (x->verb == VERB_OBSERVE && s->kind != STEP_CAPTURE) return;
    need_capture(g, x->capture_id);
    need_capture(g, x->words_id);
    need_capture(g, x->value_id);
    need_capture(g, x->force_id);
    if (x->verb == VERB_APPLY || x->verb == VERB_PATCH) need_file(g, x->file_id);
    need_file(g, x->overlay_id);
}

/* Holes of other parts' replicas would only make this part's state larger. */
static void need_holes(struct gathering *g, const struct step_ids *ids)
{
    const struct reading *r = &g->q->r;
    bool overlay = ids->writes >= 0 && r->files[ids->writes].overlay != SIDE_NONE;
    for (uint32_t i = 0; !overlay && i < ids->holes_n; i++) need_capture(g, ids->holes[i]);
    for (uint32_t i = 0; overlay && g->p->scaled && i < r->captures_n; i++)
        if (r->captures[i].meaning == MEANS_REPLICAS && r->captures[i].object == g->p->main) need_capture(g, (int)i);
}

static void need_step(struct gathering *g, uint32_t k)
{
    struct move m;
    const struct action *x3;
    read_step(g->q, k, &m, &x3);
    if (m.step == g->q->without) {
        g->in[k] = false;
        return;
    }
    need_action(g, m.step, m.x);
    if (m.step->argv_helm3.n) need_action(g, m.step, x3);
    for (uint32_t i = 0; i < m.step->when_n; i++) {
        need_capture(g, m.ids->when[i]);
        need_capture(g, m.ids->when_other[i]);
    }
    for (uint32_t i = 0; i < m.ids->before_n; i++) need_capture(g, m.ids->before[i]);
    if (m.step->kind == STEP_WRITE) need_holes(g, m.ids);
}

void search_gather(struct search *q, struct part *p)
{
    p->captures_n = p->files_n = 0;
    struct gathering g = {.q = q, .p = p, .in = NEW_ARRAY(q->a, bool, q->steps_n + 1)};
    const uint32_t objects[] = {p->main, p->scaler, p->hpa};
    p->capture_slots = NEW_ARRAY(q->a, int8_t, q->r.captures_n + 1);
    p->file_slots = NEW_ARRAY(q->a, int8_t, q->r.files_n + 1);
    memset(p->capture_slots, -1, q->r.captures_n);
    memset(p->file_slots, -1, q->r.files_n);
    add_steps(&g, &q->by_all);
    for (int i = 0; i < 3; i++)
        if (objects[i] != UINT32_MAX) add_steps(&g, &q->by_object[objects[i]]);
    if (p->scaler_applied) add_steps(&g, &q->job_deleters);
    while (g.todo_n) need_step(&g, g.todo[--g.todo_n]);
    p->steps = g.in;
}

/* ---- looks ---- */

static void number(struct buf *b, uint32_t n)
{
    buf_byte(b, (char)(n & 0xff));
    buf_byte(b, (char)(n >> 8 & 0xff));
}

static void text(struct buf *b, struct str s)
{
    buf_add(b, s);
    buf_byte(b, '\n');
}

static void show_capture(struct buf *b, const struct search *q, const struct part *p, int capture)
{
    if (capture < 0) return buf_byte(b, '-');
    const struct meant *m = &q->r.captures[capture];
    int role = part_role(p, m->object);
    buf_byte(b, role != ROLE_NONE ? 'o' : 'c');
    if (role != ROLE_NONE) number(b, (uint32_t)(m->meaning * 4 + role));
    else number(b, (uint32_t)capture);
    buf_byte(b, m->step->fresh ? '!' : ' ');
}

static int own_role(const struct part *p, uint32_t object) { return object == p->hpa ? 3 : part_role(p, object); }

static void show_action(struct buf *b, const struct search *q, const struct part *p, const struct action *x)
{
    number(b, (uint32_t)x->verb | (uint32_t)(x->missing_ok << 5 | x->overwrite << 6 | x->remove << 7 | x->merge << 8 | x->volume << 9 | (x->objects_n == 1) << 10));
    text(b, x->key);
    for (uint32_t i = 0; i < x->objects_n; i++)
        if (own_role(p, x->objects[i])) buf_byte(b, (char)('0' + own_role(p, x->objects[i])));
    buf_byte(b, (char)x->side);
    buf_byte(b, x->value.kind == ARG_CAPTURE ? 'c' : 't');
    if (x->value.kind != ARG_CAPTURE) text(b, x->value.text);
    show_capture(b, q, p, x->value_id);
    show_capture(b, q, p, x->capture_id);
}

static void show_step(struct buf *b, const struct search *q, const struct part *p, const struct move *m, const struct action *x3)
{
    const struct step *s = m->step;
    show_action(b, q, p, m->x);
    if (s->argv_helm3.n) show_action(b, q, p, x3);
    number(b, (uint32_t)s->kind << 2 | (uint32_t)(s->fresh << 1 | s->optional));
    for (uint32_t i = 0; i < s->expect_n; i++) buf_byte(b, (char)('a' + (int)s->expect[i].kind));
    for (uint32_t i = 0; i < s->captures_n; i++) show_capture(b, q, p, m->ids->takes[i]);
    for (uint32_t i = 0; i < s->when_n; i++) {
        show_capture(b, q, p, m->ids->when[i]);
        show_capture(b, q, p, m->ids->when_other[i]);
        text(b, s->when[i].equals);
        buf_byte(b, s->when[i].negate ? '!' : '=');
    }
}

static bool names_part(const struct part *p, const struct action *x)
{
    for (uint32_t i = 0; i < x->objects_n; i++)
        if (own_role(p, x->objects[i])) return true;
    return false;
}

/* Steps that are the same for both of two parts, but for the names, make the same runs. */
void search_look(const struct search *q, const struct part *p, struct buf *b)
{
    const struct plan *plan = q->r.plan;
    for (uint32_t k = 0; k < q->steps_n; k++) {
        if (k < plan->forward.n && q->alike[k + 1] == k + 1) buf_byte(b, '>'), number(b, k);
        if (k == plan->forward.n) buf_byte(b, '|');
        if (!p->steps[k]) continue;
        struct move m;
        const struct action *x3;
        read_step(q, k, &m, &x3);
        bool own = names_part(p, m.x) && !changes_release(m.x->verb);
        bool overlay = m.step->kind == STEP_WRITE && m.ids->writes >= 0 && q->r.files[m.ids->writes].overlay != SIDE_NONE;
        buf_byte(b, '\n');
        if (own || (m.step->kind == STEP_WRITE && !overlay)) {
            show_step(b, q, p, &m, x3);
        } else if (overlay && p->scaled) {
            struct value value;
            number(b, k);
            show_capture(b, q, p, model_hole(&q->r, &plan->objects[p->main], &m, &value));
        } else {
            number(b, k);
        }
    }
}
