/* Mutants of a plan: one step dropped, doubled or exchanged, one of its words, captures or conditions changed. Each is a plan like any other, so that only an obligation
 * can tell. A mutant is caught when it is not proved; it is harmless when it is proved under the same assumptions and all its runs, there and back, end in the states in
 * which the plan's own do. */
#include "proof/flow.h"

#include "proof/mutants.h"

/* ---- the states in which runs end ---- */

struct endings {
    struct arena *a;
    const struct plan_object *objects;
    struct strmap seen;
};

static void ended(void *context, const struct part *p, const struct state *s)
{
    struct endings *e = context;
    /* Hooks' own objects come and go by their policies, so what is left of them decides nothing. */
    const struct plan_object *o = p->main == UINT32_MAX ? NULL : e->objects + p->main;
    struct thing left = o && p->hook && !o->hook_stays && o->in_old ? (struct thing){0} : s->main;
    const struct record *r = model_newest(s);
    const uint8_t text[] = {s->mode, s->start, (uint8_t)p->major, p->server_side, p->bound, left.there, left.values, left.only_old, left.only_new,
                            s->scaler.there, s->scaler.values, s->scaler.only_old, s->scaler.only_new, s->live, s->paused_at, s->paused, s->bounds, s->data, s->kept,
                            s->retained, s->stray, (uint8_t)r->side, (uint8_t)r->status};
    struct str key = {(const char *)text, sizeof text};
    if (!strmap_find(&e->seen, key)) strmap_put(&e->seen, str_dup(e->a, key), e);
}

static bool same_endings(const struct endings *x, const struct endings *y)
{
    if (x->seen.n != y->seen.n) return false;
    for (size_t i = 0; i < x->seen.n; i++)
        if (!strmap_find(&y->seen, x->seen.items[i].key)) return false;
    return true;
}

static struct endings endings_of(struct search *q, const struct part *p)
{
    struct endings e = {q->a, q->r.plan->objects, strmap_new(q->a)};
    struct disproof *failure;
    bool lost = false;
    q->ended = ended;
    q->ended_context = &e;
    q->release_tried = false;
    search_part(q, p, &lost, &failure);
    q->ended = NULL;
    return e;
}

/* ---- judging ---- */

struct original {
    const struct plan *plan;
    uint32_t unchecked;
    struct str *looks; uint32_t parts_n;
    struct endings *endings;
};

static struct search *search_of(struct arena *a, const struct plan *p)
{
    struct search *q = NEW(a, struct search);
    *q = (struct search){.a = a, .proof = NEW(a, struct proof)};
    model_read(&q->r, a, p);
    flow_check(q);
    search_index_steps(q);
    return q;
}

static void remember(struct arena *a, const struct plan *p, uint32_t unchecked, struct original *o)
{
    struct search *q = search_of(a, p);
    struct part *v = search_parts(q, &o->parts_n);
    o->plan = p;
    o->unchecked = unchecked;
    o->looks = NEW_ARRAY(a, struct str, o->parts_n + 1);
    o->endings = NEW_ARRAY(a, struct endings, o->parts_n + 1);
    for (uint32_t i = 0; i < o->parts_n; i++) {
        o->looks[i] = search_whole_look(q, &v[i]);
        o->endings[i] = endings_of(q, &v[i]);
    }
}

/* Parts that looked alike and still do end alike. */
static bool ends_alike(struct arena *a, const struct original *o, const struct plan *p)
{
    struct search *q = search_of(a, p);
    struct strmap tried = strmap_new(a);
    uint32_t n;
    struct part *v = search_parts(q, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct str look = search_whole_look(q, &v[i]), both = str_printf(a, "%zu:%.*s%.*s", look.n, STR_ARG(look), STR_ARG(o->looks[i]));
        if (!strmap_put(&tried, both, q)) continue;
        struct endings e = endings_of(q, &v[i]);
        if (!same_endings(&e, &o->endings[i])) return false;
    }
    return true;
}

/* ---- making them ---- */

struct mutation {
    struct arena *a;
    struct plan *p;
    struct original original;
    enum mutant_operator operator;
    struct mutants *out;
    const struct mutant_options *options;
};

static void judge(struct mutation *m, const struct step *s, struct str how)
{
    struct arena *scratch = arena_new(m->a->guard);
    const struct proof *r = proof_make(scratch, m->p, false);
    struct mutant x = {.operator = m->operator, .step = s->id, .how = how, .fate = MUTANT_CAUGHT};
    if (r->verdict != UNPROVED) x.fate = r->unchecked == m->original.unchecked && ends_alike(scratch, &m->original, m->p) ? MUTANT_HARMLESS : MUTANT_SURVIVES;
    m->out->made[m->operator]++;
    m->out->counts[m->operator][x.fate]++;
    if (x.fate == MUTANT_SURVIVES) *PUSH(m->a, m->out->survivors, m->out->survivors_n, m->out->survivors_cap) = x;
    if (m->options->each) m->options->each(m->options->context, &x, m->p);
    arena_free(scratch);
}

static struct step_list *list_of(struct plan *p, int l) { return l ? &p->back : &p->forward; }
static bool counts(const struct step *s) { return step_changes(s) || s->kind == STEP_CAPTURE; }

/* The table of entries follows the order of the steps. */
struct table {
    struct step_list list;
    struct plan_entry *entry; uint32_t entry_n;
};

static struct table table_of(struct plan *p, int l) { return (struct table){*list_of(p, l), p->entry, p->entry_n}; }

static void put_back(struct plan *p, int l, const struct table *t)
{
    *list_of(p, l) = t->list;
    p->entry = t->entry;
    p->entry_n = t->entry_n;
}

static const struct plan_entry *entry_of(const struct table *t, struct str id)
{
    for (uint32_t i = 0; i < t->entry_n; i++)
        if (str_eq(t->entry[i].stopped_at, id)) return &t->entry[i];
    return NULL;
}

static void order_entries(struct mutation *m, const struct table *was)
{
    struct plan *p = m->p;
    uint32_t n = 0;
    p->entry = NEW_ARRAY(m->a, struct plan_entry, p->forward.n + 1);
    const struct plan_entry *e = entry_of(was, STR(""));
    if (e) p->entry[n++] = *e;
    for (uint32_t i = 0; i < p->forward.n; i++)
        if ((e = entry_of(was, p->forward.v[i]->id))) p->entry[n++] = *e;
    p->entry_n = n;
}

static void drop_step(struct mutation *m, int l, uint32_t i)
{
    struct table was = table_of(m->p, l);
    struct step_list *v = list_of(m->p, l);
    struct step *s = v->v[i];
    v->v = NEW_ARRAY(m->a, struct step *, was.list.n);
    v->n = 0;
    for (uint32_t k = 0; k < was.list.n; k++)
        if (k != i) v->v[v->n++] = was.list.v[k];
    order_entries(m, &was);
    /* Where it was the first of the way back, the next is. */
    for (uint32_t k = 0; l && k < m->p->entry_n; k++)
        if (str_eq(m->p->entry[k].enter_at, s->id)) m->p->entry[k].enter_at = i < v->n ? v->v[i]->id : STR("");
    judge(m, s, STR(""));
    put_back(m->p, l, &was);
}

static void double_step(struct mutation *m, int l, uint32_t i)
{
    struct table was = table_of(m->p, l);
    struct step_list *v = list_of(m->p, l);
    struct step *copy = NEW(m->a, struct step);
    *copy = *was.list.v[i];
    copy->id = str_printf(m->a, "%.*s-again", STR_ARG(copy->id));
    v->v = NEW_ARRAY(m->a, struct step *, was.list.n + 1);
    v->n = 0;
    for (uint32_t k = 0; k < was.list.n; k++) {
        v->v[v->n++] = was.list.v[k];
        if (k == i) v->v[v->n++] = copy;
    }
    if (!l) {
        struct plan_entry *entries = NEW_ARRAY(m->a, struct plan_entry, was.entry_n + 1);
        m->p->entry_n = 0;
        for (uint32_t k = 0; k < was.entry_n; k++) {
            entries[m->p->entry_n++] = was.entry[k];
            if (str_eq(was.entry[k].stopped_at, was.list.v[i]->id)) entries[m->p->entry_n++] = (struct plan_entry){copy->id, was.entry[k].enter_at};
        }
        m->p->entry = entries;
    }
    judge(m, was.list.v[i], STR(""));
    put_back(m->p, l, &was);
}

/* With every other that counts, or with every seventh. */
static void exchange_step(struct mutation *m, int l, uint32_t i)
{
    struct table was = table_of(m->p, l);
    struct step_list *v = list_of(m->p, l);
    v->v = NEW_ARRAY(m->a, struct step *, was.list.n);
    for (uint32_t k = 0, n = 0; k < i; k++) {
        if (!counts(was.list.v[k]) || (n++ + i) % m->options->stride) continue;
        memcpy(v->v, was.list.v, sizeof *v->v * was.list.n);
        v->v[i] = was.list.v[k];
        v->v[k] = was.list.v[i];
        order_entries(m, &was);
        judge(m, was.list.v[i], was.list.v[k]->id);
    }
    put_back(m->p, l, &was);
}

static void change_arg(struct mutation *m, enum mutant_operator operator, const struct step *s, struct arg *x, struct arg to, struct str how)
{
    struct arg was = *x;
    m->operator = operator;
    *x = to;
    judge(m, s, how);
    *x = was;
}

static struct arg text_arg(struct str s) { return (struct arg){.kind = ARG_TEXT, .text = s, .before = STR("")}; }

static void other_name(struct mutation *m, const struct step *s, struct arg *x)
{
    struct str head, tail;
    change_arg(m, MUTANT_NAME, s, x, text_arg(str_concat(m->a, x->text, STR("x"))), x->text);
    str_cut(x->text, STR("/"), &head, &tail);
    /* Another object of the plan, with a like ending. */
    for (uint32_t k = 0; k < m->p->objects_n; k++) {
        struct str name = m->p->objects[k].name;
        if (str_eq(name, tail) || !str_ends(tail, str_from_n(name, name.n > 6 ? name.n - 6 : 0))) continue;
        change_arg(m, MUTANT_NAME, s, x, text_arg(str_printf(m->a, "%.*s/%.*s", STR_ARG(head), STR_ARG(name))), name);
        return;
    }
}

/* The first other file, and all others that the plan writes. */
static void other_file(struct mutation *m, const struct step *s, struct arg *x)
{
    const struct step_list *lists[] = {&m->p->forward, &m->p->back};
    uint32_t n = 0;
    for (int l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            struct str file = lists[l]->v[i]->stdout_to;
            if (!file.n || str_eq(file, x->text) || (++n > 1 && lists[l]->v[i]->kind != STEP_WRITE)) continue;
            change_arg(m, MUTANT_INPUT, s, x, (struct arg){.kind = ARG_WORK, .text = file, .before = x->before}, file);
        }
}

static void other_input(struct mutation *m, const struct step *s, struct arg *x)
{
    struct arg to = *x;
    to.text = str_printf(m->a, "%.*s%s", (int)x->text.n - 3, x->text.p, str_ends(x->text, STR("-old")) ? "new" : "old");
    change_arg(m, MUTANT_INPUT, s, x, to, to.text);
}

/* A flag that is alone in its word goes; any other becomes one that means nothing here. */
static void other_flag(struct mutation *m, const struct step *s, struct argv *v, uint32_t i)
{
    struct arg was = v->v[i];
    bool alone = i + 1 == v->n || v->v[i + 1].kind != ARG_TEXT || str_starts(v->v[i + 1].text, STR("-"));
    change_arg(m, MUTANT_FLAG, s, &v->v[i], text_arg(STR("--dry-run=client")), was.text);
    if (!alone) return;
    memmove(&v->v[i], &v->v[i + 1], sizeof *v->v * (v->n - i - 1));
    v->n--;
    judge(m, s, str_printf(m->a, "without %.*s", STR_ARG(was.text)));
    memmove(&v->v[i + 1], &v->v[i], sizeof *v->v * (v->n - i));
    v->v[i] = was;
    v->n++;
}

static void other_words(struct mutation *m, struct step *s, struct argv *v)
{
    for (uint32_t i = 1; i < v->n; i++) {
        struct arg *x = &v->v[i];
        if (x->kind == ARG_INPUT) other_input(m, s, x);
        if (x->kind == ARG_WORK) other_file(m, s, x);
        if (x->kind == ARG_CAPTURE) change_arg(m, MUTANT_CONSTANT, s, x, text_arg(str_concat(m->a, x->before, STR("3"))), x->text);
        if (x->kind != ARG_TEXT) continue;
        if (v->v[i - 1].kind == ARG_TEXT && str_is(v->v[i - 1].text, "-n")) change_arg(m, MUTANT_NAMESPACE, s, x, text_arg(STR("elsewhere")), STR("elsewhere"));
        else if (str_chr(x->text, '/') > 0 && !str_starts(x->text, STR("-")) && !str_has(x->text, STR("="))) other_name(m, s, x);
        else if (str_starts(x->text, STR("--"))) other_flag(m, s, v, i);
    }
}

static void constant_holes(struct mutation *m, struct step *s, struct value v, uint32_t depth)
{
    if (depth > m->a->guard->max.depth) return;
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++) constant_holes(m, s, v.u.list->v[i], depth + 1);
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        struct entry *e = &v.u.map->v[i];
        struct str hole = e->value.kind == V_MAP ? value_str_at(e->value, "$capture") : STR("");
        struct value was = e->value;
        if (!hole.n) {
            constant_holes(m, s, e->value, depth + 1);
            continue;
        }
        m->operator = MUTANT_CONSTANT;
        e->value = v_int(3);
        judge(m, s, hole);
        e->value = was;
    }
}

static void drop_conditions(struct mutation *m, struct step *s)
{
    struct step was = *s;
    m->operator = MUTANT_PRECONDITION;
    for (uint32_t i = 0; i < was.preconditions_n; i++) {
        s->preconditions = NEW_ARRAY(m->a, struct check, was.preconditions_n);
        s->preconditions_n = 0;
        for (uint32_t k = 0; k < was.preconditions_n; k++)
            if (k != i) s->preconditions[s->preconditions_n++] = was.preconditions[k];
        judge(m, s, STR("precondition"));
        *s = was;
    }
    for (uint32_t i = 0; i < was.when_n; i++) {
        s->when = NEW_ARRAY(m->a, struct condition, was.when_n);
        s->when_n = 0;
        for (uint32_t k = 0; k < was.when_n; k++)
            if (k != i) s->when[s->when_n++] = was.when[k];
        judge(m, s, was.when[i].capture);
        *s = was;
    }
    if (!was.done_when.argv.n) return;
    s->done_when = (struct check){0};
    judge(m, s, STR("done when"));
    *s = was;
}

static void mutate_step(struct mutation *m, int l, uint32_t i)
{
    struct step *s = list_of(m->p, l)->v[i];
    if (s->kind == STEP_WRITE) constant_holes(m, s, s->document, 1);
    if (!counts(s)) return;
    m->operator = MUTANT_DROP;
    drop_step(m, l, i);
    m->operator = MUTANT_EXCHANGE;
    exchange_step(m, l, i);
    if (!step_changes(s)) return;
    m->operator = MUTANT_DOUBLE;
    double_step(m, l, i);
    other_words(m, s, &s->argv);
    drop_conditions(m, s);
}

const char *mutant_operator_name(enum mutant_operator o)
{
    static const char *const names[] = {"drop", "double", "exchange", "name", "namespace", "flag", "input", "constant", "precondition"};
    return names[o];
}

struct mutants *mutants_make(struct arena *a, struct plan *p, const struct mutant_options *options)
{
    struct mutation m = {.a = a, .p = p, .out = NEW(a, struct mutants), .options = options};
    const struct proof *r = proof_make(a, p, false);
    if (r->verdict == UNPROVED) return NULL;
    remember(a, p, r->unchecked, &m.original);
    for (int l = 0; l < 2; l++)
        for (uint32_t i = 0; i < list_of(p, l)->n; i++) mutate_step(&m, l, i);
    return m.out;
}

struct str mutants_text(struct arena *a, const struct mutants *x)
{
    struct buf b = buf_new(a);
    uint32_t made = 0, shown = 0;
    for (int o = 0; o < MUTANT_OPERATORS; o++) {
        const uint32_t *c = x->counts[o];
        made += x->made[o];
        shown += c[MUTANT_CAUGHT] + c[MUTANT_HARMLESS];
        buf_printf(&b, "%-12s %5u mutants, %5u caught, %4u shown to be harmless, %3u neither\n", mutant_operator_name((enum mutant_operator)o), x->made[o], c[MUTANT_CAUGHT], c[MUTANT_HARMLESS], c[MUTANT_SURVIVES]);
    }
    for (uint32_t i = 0; i < x->survivors_n; i++) {
        const struct mutant *s = &x->survivors[i];
        buf_printf(&b, "survives: %s %.*s %.*s\n", mutant_operator_name(s->operator), STR_ARG(s->step), STR_ARG(s->how));
    }
    buf_printf(&b, "%u of %u caught or harmless\n", shown, made);
    return buf_done(&b);
}
