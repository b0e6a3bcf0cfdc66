/* The proof over real plans, and over mutants of them: one step dropped, doubled, exchanged, or one of its words changed. Each mutant is a plan like any other, so that only
 * an obligation can tell. */
#include <stdio.h>

#include "plan/plan_test.h"
#include "proof/proof.h"

/* ---- whole plans ---- */

static void check_proved(struct arena *a, const struct plan *p)
{
    struct proof *r = proof_make(a, p, false);
    if (r->verdict == UNPROVED) test_fail(__FILE__, __LINE__, "%.*s", STR_ARG(proof_text(a, r)));
    CHECK(r->runs > 0 && r->states > r->runs && r->kinds > 0);
    CHECK(r->unchecked > 0); /* that nobody else is at work, for one */
}

TEST(proof_of_demo)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

TEST(proof_of_released_gke)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

TEST(proof_of_released_claim)
{
    struct plan_case c;
    if (!released_case(a, "config-store-pvc", NULL, &c)) return;
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

TEST(proof_of_released_terraform)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.strategy = STRATEGY_TERRAFORM;
    struct plan *p = plan_of(a, &c);
    if (p) check_proved(a, p);
}

/* The runbook as written loses the autoscalers and, with a claim, its data. */
TEST(proof_refuses_the_runbook_as_written)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    c.as_written = true;
    struct plan *p = plan_of(a, &c);
    if (!p) return;
    struct proof *r = proof_make(a, p, false);
    CHECK(r->verdict == UNPROVED && r->failures_n > 0);
    /* And the run that shows it: Helm's rollback, after an upgrade that was killed. */
    const struct disproof *last = &r->failures[r->failures_n - 1];
    CHECK(str_is(str_from(last->obligation), "back") && last->trace_n >= 3);
    CHECK(str_has(last->trace[last->trace_n - 1], STR("back-4.2-rollback")));
}

TEST(proof_is_the_same_after_json)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c), again = {0};
    struct str error;
    if (!p) return;
    CHECK(plan_from_value(a, plan_to_value(a, p), &again, &error));
    CHECK_STR(proof_text(a, proof_make(a, &again, false)), proof_text(a, proof_make(a, p, false)));
}

/* ---- mutants ---- */

struct tally {
    const char *operator;
    uint32_t made, caught;
};

struct mutation {
    struct arena *a;
    struct plan *p;
    struct tally *tally;
};

static void judge(struct mutation *m, const struct step *s, const char *how)
{
    struct arena *scratch = arena_new(m->a->guard);
    bool caught = proof_make(scratch, m->p, false)->verdict == UNPROVED;
    m->tally->made++;
    m->tally->caught += caught;
    if (!caught && getenv("RUTTER_SURVIVORS")) printf("  survives %s: %.*s %s\n", m->tally->operator, STR_ARG(s->id), how);
    arena_free(scratch);
}

static struct step_list *list_of(struct plan *p, int l) { return l ? &p->back : &p->forward; }
static bool counts(const struct step *s) { return step_changes(s) || s->kind == STEP_CAPTURE; }

static void without_step(struct mutation *m, int l, uint32_t i)
{
    struct step_list *v = list_of(m->p, l), was = *v;
    struct step *s = v->v[i];
    struct plan_entry *entries = m->p->entry;
    uint32_t entry_n = m->p->entry_n;
    v->v = NEW_ARRAY(m->a, struct step *, was.n);
    v->n = 0;
    for (uint32_t k = 0; k < was.n; k++)
        if (k != i) v->v[v->n++] = was.v[k];
    m->p->entry = NEW_ARRAY(m->a, struct plan_entry, entry_n);
    m->p->entry_n = 0;
    for (uint32_t k = 0; k < entry_n; k++) {
        struct plan_entry e = entries[k];
        if (!l && str_eq(e.stopped_at, s->id)) continue;
        if (l && str_eq(e.enter_at, s->id)) e.enter_at = i + 1 < was.n ? was.v[i + 1]->id : STR("");
        m->p->entry[m->p->entry_n++] = e;
    }
    judge(m, s, "");
    *v = was;
    m->p->entry = entries;
    m->p->entry_n = entry_n;
}

static void twice(struct mutation *m, int l, uint32_t i)
{
    struct step_list *v = list_of(m->p, l), was = *v;
    struct step *copy = NEW(m->a, struct step);
    struct plan_entry *entries = m->p->entry;
    uint32_t entry_n = m->p->entry_n;
    *copy = *was.v[i];
    copy->id = str_printf(m->a, "%.*s-again", STR_ARG(copy->id));
    v->v = NEW_ARRAY(m->a, struct step *, was.n + 1);
    v->n = 0;
    for (uint32_t k = 0; k < was.n; k++) {
        v->v[v->n++] = was.v[k];
        if (k == i) v->v[v->n++] = copy;
    }
    m->p->entry = NEW_ARRAY(m->a, struct plan_entry, entry_n + 1);
    m->p->entry_n = 0;
    for (uint32_t k = 0; k < entry_n; k++) {
        m->p->entry[m->p->entry_n++] = entries[k];
        if (!l && str_eq(entries[k].stopped_at, was.v[i]->id)) m->p->entry[m->p->entry_n++] = (struct plan_entry){copy->id, entries[k].enter_at};
    }
    judge(m, was.v[i], "");
    *v = was;
    m->p->entry = entries;
    m->p->entry_n = entry_n;
}

/* With every seventh other of the steps that count: the rest says the same. */
static void exchanged(struct mutation *m, int l, uint32_t i)
{
    struct step_list *v = list_of(m->p, l);
    for (uint32_t k = 0, n = 0; k < v->n; k++) {
        if (k == i || !counts(v->v[k]) || (n++ + i) % 7) continue;
        struct step *x = v->v[i], *y = v->v[k];
        v->v[i] = y;
        v->v[k] = x;
        judge(m, x, y->id.p);
        v->v[i] = x;
        v->v[k] = y;
    }
}

static void change_arg(struct mutation *m, const struct step *s, struct arg *x, struct arg to, const char *how)
{
    struct arg was = *x;
    *x = to;
    judge(m, s, how);
    *x = was;
}

static struct arg text_arg(struct str s) { return (struct arg){.kind = ARG_TEXT, .text = s, .before = STR("")}; }

static void other_words(struct mutation *m, struct tally *names, struct tally *namespaces, struct tally *flags, struct tally *inputs, struct step *s, struct argv *v)
{
    for (uint32_t i = 1; i < v->n; i++) {
        struct arg *x = &v->v[i];
        if (x->kind == ARG_INPUT) {
            m->tally = inputs;
            struct arg to = *x;
            to.text = str_ends(x->text, STR("-old")) ? str_printf(m->a, "%.*snew", (int)x->text.n - 3, x->text.p) : str_printf(m->a, "%.*sold", (int)x->text.n - 3, x->text.p);
            change_arg(m, s, x, to, "the other side");
        }
        if (x->kind != ARG_TEXT) continue;
        if (str_is(v->v[i - 1].text, "-n")) {
            m->tally = namespaces;
            change_arg(m, s, x, text_arg(STR("elsewhere")), "");
        } else if (str_chr(x->text, '/') > 0 && !str_starts(x->text, STR("-")) && !str_has(x->text, STR("="))) {
            m->tally = names;
            change_arg(m, s, x, text_arg(str_concat(m->a, x->text, STR("x"))), "");
            for (uint32_t k = 0, n = 0; k < m->p->objects_n && n < 1; k++) {
                /* Another object of the plan, of the same kind. */
                struct str head, tail;
                str_cut(x->text, STR("/"), &head, &tail);
                if (str_eq(m->p->objects[k].name, tail) || !str_ends(tail, str_sub(m->p->objects[k].name, m->p->objects[k].name.n > 6 ? m->p->objects[k].name.n - 6 : 0, m->p->objects[k].name.n))) continue;
                change_arg(m, s, x, text_arg(str_printf(m->a, "%.*s/%.*s", STR_ARG(head), STR_ARG(m->p->objects[k].name))), "another");
                n++;
            }
        } else if (str_starts(x->text, STR("--"))) {
            m->tally = flags;
            change_arg(m, s, x, text_arg(STR("--dry-run=client")), x->text.p);
        }
    }
}

static void constants(struct mutation *m, struct step *s, struct argv *v)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (v->v[i].kind == ARG_CAPTURE) change_arg(m, s, &v->v[i], text_arg(str_concat(m->a, v->v[i].before, STR("3"))), v->v[i].text.p);
}

static void constant_holes(struct mutation *m, struct step *s, struct value v)
{
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) constant_holes(m, s, v.u.list->v[i]);
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        struct entry *e = &v.u.map->v[i];
        struct str hole = e->value.kind == V_MAP ? value_str_at(e->value, "$capture") : STR("");
        if (!hole.n) {
            constant_holes(m, s, e->value);
            continue;
        }
        struct value was = e->value;
        e->value = v_int(3);
        judge(m, s, hole.p);
        e->value = was;
    }
}

enum { DROP, DOUBLE, EXCHANGE, NAME, NAMESPACE, FLAG, INPUT, CONSTANT, PRECONDITION, OPERATORS };

static void mutate(struct arena *a, struct plan *p, struct tally t[OPERATORS])
{
    struct mutation m = {a, p, NULL};
    for (int l = 0; l < 2; l++)
        for (uint32_t i = 0; i < list_of(p, l)->n; i++) {
            struct step *s = list_of(p, l)->v[i];
            if (counts(s)) {
                m.tally = &t[DROP];
                without_step(&m, l, i);
                m.tally = &t[EXCHANGE];
                exchanged(&m, l, i);
            }
            if (step_changes(s)) {
                m.tally = &t[DOUBLE];
                twice(&m, l, i);
                other_words(&m, &t[NAME], &t[NAMESPACE], &t[FLAG], &t[INPUT], s, &s->argv);
                m.tally = &t[CONSTANT];
                constants(&m, s, &s->argv);
            }
            m.tally = &t[CONSTANT];
            if (s->kind == STEP_WRITE) constant_holes(&m, s, s->document);
            m.tally = &t[PRECONDITION];
            if (s->preconditions_n) {
                uint32_t n = s->preconditions_n;
                s->preconditions_n = 0;
                judge(&m, s, "");
                s->preconditions_n = n;
            }
        }
}

/* Doubled steps do no harm where a step is idempotent, and many pairs of steps can change places: those rates are reported, not demanded. */
static void check_mutants(struct arena *a, struct plan *p)
{
    struct tally t[OPERATORS] = {{"drop", 0, 0}, {"double", 0, 0}, {"exchange", 0, 0}, {"name", 0, 0}, {"namespace", 0, 0}, {"flag", 0, 0}, {"input", 0, 0}, {"constant", 0, 0}, {"precondition", 0, 0}};
    mutate(a, p, t);
    for (int i = 0; i < OPERATORS; i++) printf("  mutants, %-12s %4u of %4u caught\n", t[i].operator, t[i].caught, t[i].made);
    CHECK(t[NAME].made && t[NAME].caught == t[NAME].made);
    CHECK(t[NAMESPACE].caught == t[NAMESPACE].made);
    CHECK(t[INPUT].caught == t[INPUT].made);
    CHECK(t[FLAG].caught * 100 >= t[FLAG].made * 99);
    CHECK(t[CONSTANT].caught * 100 >= t[CONSTANT].made * 95);
    CHECK(t[DROP].caught * 100 >= t[DROP].made * 90);
}

TEST(proof_catches_mutants_of_demo)
{
    struct plan_case c = demo_case(a);
    struct plan *p = plan_of(a, &c);
    if (p) check_mutants(a, p);
}

TEST(proof_catches_mutants_of_released)
{
    struct plan_case c;
    if (!released_case(a, "gke-router-keda-ingress", "migrated-v0.3", &c)) return;
    struct plan *p = plan_of(a, &c);
    if (p) check_mutants(a, p);
}
