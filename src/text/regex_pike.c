#include "base/utf8.h"
#include "text/regex_prog.h"

/* One way through the program that is still possible, with its captures. */
struct thread {
    uint32_t pc;
    size_t *slot; /* NULL: the place was passed, nothing waits there */
};

/* Threads in order of preference, each instruction at most once (a sparse set). */
struct queue {
    uint32_t *index;
    struct thread *v;
    uint32_t n;
};

/* To do after an instruction: go on at `pc`, or give a slot its value back. */
struct todo {
    uint32_t pc;
    bool restores;
    size_t value;
};

struct pike {
    const struct regex *re;
    struct arena *a;
    struct str text;
    uint32_t slots;
    struct queue now, next;
    struct todo *todo;
    size_t **free; /* capture arrays that can be used again */
    uint32_t free_n, free_cap;
    size_t *found; /* captures of the best match so far */
    bool matched;
};

static size_t *slots_take(struct pike *p)
{
    if (p->free_n) return p->free[--p->free_n];
    return NEW_ARRAY(p->a, size_t, p->slots ? p->slots : 1);
}

static void slots_give(struct pike *p, size_t *slot) { *PUSH(p->a, p->free, p->free_n, p->free_cap) = slot; }

static bool queue_add(struct queue *q, uint32_t pc)
{
    if (q->index[pc] < q->n && q->v[q->index[pc]].pc == pc) return false;
    q->index[pc] = q->n;
    q->v[q->n++] = (struct thread){pc, NULL};
    return true;
}

/* Adds all that is reached from pc without taking a rune. `slot` is changed on the way and given back as it was. */
static void add(struct pike *p, struct queue *q, uint32_t pc, size_t at, size_t *slot)
{
    uint32_t n = 0;
    p->todo[n++] = (struct todo){pc, false, 0};
    while (n) {
        struct todo t = p->todo[--n];
        if (t.restores) {
            slot[t.pc] = t.value;
            continue;
        }
        for (pc = t.pc; queue_add(q, pc);) {
            const struct re_inst *i = &p->re->code[pc];
            if (i->op == INST_ALT) {
                p->todo[n++] = (struct todo){i->arg, false, 0};
            } else if (i->op == INST_CAPTURE) {
                if (i->arg < p->slots) {
                    p->todo[n++] = (struct todo){i->arg, true, slot[i->arg]};
                    slot[i->arg] = at;
                }
            } else if (i->op == INST_ASSERT) {
                if (!re_assertion_holds((enum re_assert)i->arg, p->text, at)) break;
            } else {
                if (i->op == INST_FAIL) break;
                size_t *mine = slots_take(p);
                if (p->slots) memcpy(mine, slot, p->slots * sizeof *mine);
                q->v[q->n - 1].slot = mine;
                break;
            }
            pc = i->out;
        }
    }
}

static void clear(struct pike *p, struct queue *q, uint32_t from)
{
    for (uint32_t i = from; i < q->n; i++)
        if (q->v[i].slot) slots_give(p, q->v[i].slot);
    q->n = 0;
}

/* Moves every thread over the rune r at `at`. A match ends all threads that are less preferred. */
static void step(struct pike *p, size_t at, uint32_t r, size_t width)
{
    for (uint32_t j = 0; j < p->now.n; j++) {
        struct thread *t = &p->now.v[j];
        if (!t->slot) continue;
        const struct re_inst *i = &p->re->code[t->pc];
        if (i->op == INST_MATCH) {
            if (p->slots > 1) t->slot[1] = at;
            if (p->slots) memcpy(p->found, t->slot, p->slots * sizeof *p->found);
            p->matched = true;
            clear(p, &p->now, j);
            return;
        }
        if (width && re_inst_takes(p->re, i, r)) add(p, &p->next, i->out, at + width, t->slot);
        slots_give(p, t->slot);
    }
    p->now.n = 0;
}

static struct queue queue_new(struct arena *a, uint32_t length)
{
    return (struct queue){NEW_ARRAY(a, uint32_t, length), NEW_ARRAY(a, struct thread, length), 0};
}

/* The start of a new thread, as preferred as nothing else. */
static void start_at(struct pike *p, size_t at)
{
    size_t *slot = slots_take(p);
    for (uint32_t i = 0; i < p->slots; i++) slot[i] = SIZE_MAX;
    if (p->slots) slot[0] = at;
    add(p, &p->now, p->re->start, at, slot);
    slots_give(p, slot);
}

bool re_pike(const struct regex *re, struct arena *a, struct str text, size_t from, size_t *at, uint32_t slots)
{
    struct pike p = {.re = re, .a = a, .text = text, .slots = slots, .found = at};
    p.now = queue_new(a, re->length);
    p.next = queue_new(a, re->length);
    /* Every instruction leaves at most one thing to do, once a step. */
    p.todo = NEW_ARRAY(a, struct todo, re->length + 1);
    for (uint32_t i = 0; i < slots; i++) at[i] = SIZE_MAX;
    for (size_t i = from;; ) {
        if (!p.now.n) {
            if (p.matched || (re->anchored && i > 0)) break;
            i = re_next_start(re, text, i);
            if (i == SIZE_MAX) break;
        }
        if (!p.matched && !(re->anchored && i > 0)) start_at(&p, i);
        size_t width = 0;
        uint32_t r = i < text.n ? utf8_decode(text, i, &width) : 0;
        step(&p, i, r, width);
        if (!width || (p.matched && !slots)) break;
        i += width;
        struct queue done = p.now;
        p.now = p.next;
        p.next = done;
    }
    return p.matched;
}
