#include "base/utf8.h"
#include "text/regex_prog.h"

/* A bit for each place of the text at each joint; what is less than this is quickly cleared. */
enum { MAX_BITS = 256 << 10, NO_SLOT = 0 };

/* To do when what was tried first has failed: go on at `pc`, or give a slot its value back. */
struct job {
    uint32_t pc, slot; /* slot + 1, or NO_SLOT */
    size_t at;
};

struct backtrack {
    const struct regex *re;
    struct arena *a;
    struct str text;
    size_t from, width;  /* where the search began; places per joint */
    uint32_t *visited;
    struct job *jobs;
    size_t n, cap;
    size_t *slot;
    uint32_t slots;
};

bool re_backtrack_fits(const struct regex *re, size_t text_length)
{
    return text_length < MAX_BITS && (uint64_t)(text_length + 1) * re->joints <= MAX_BITS;
}

static void push_job(struct backtrack *b, uint32_t pc, uint32_t slot, size_t at)
{
    *PUSH(b->a, b->jobs, b->n, b->cap) = (struct job){pc, slot, at};
}

/* True at the first visit. */
static bool visit(struct backtrack *b, uint32_t joint, size_t at)
{
    size_t bit = (joint - 1) * b->width + (at - b->from);
    uint32_t mask = (uint32_t)1 << (bit & 31);
    if (b->visited[bit >> 5] & mask) return false;
    b->visited[bit >> 5] |= mask;
    return true;
}

/* Follows one way until it fails or matches; other ways are left as jobs. */
static bool follow(struct backtrack *b, uint32_t pc, size_t at)
{
    for (;;) {
        const struct re_inst *i = &b->re->code[pc];
        if (i->joint && !visit(b, i->joint, at)) return false;
        size_t width = 1;
        switch (i->op) {
        case INST_ALT: push_job(b, i->arg, NO_SLOT, at); break;
        case INST_CAPTURE:
            if (i->arg >= b->slots) break;
            push_job(b, 0, i->arg + 1, b->slot[i->arg]);
            b->slot[i->arg] = at;
            break;
        case INST_ASSERT:
            if (!re_assertion_holds((enum re_assert)i->arg, b->text, at)) return false;
            break;
        case INST_MATCH:
            if (b->slots > 1) b->slot[1] = at;
            return true;
        default:
            if (at >= b->text.n) return false;
            uint32_t r = (unsigned char)b->text.p[at];
            if (r >= 0x80) r = utf8_decode(b->text, at, &width);
            if (!re_inst_takes(b->re, i, r)) return false;
            at += width;
        }
        pc = i->out;
    }
}

static bool try_at(struct backtrack *b, size_t at)
{
    push_job(b, b->re->start, NO_SLOT, at);
    while (b->n) {
        struct job now = b->jobs[--b->n];
        if (now.slot != NO_SLOT)
            b->slot[now.slot - 1] = now.at;
        else if (follow(b, now.pc, now.at))
            return true;
    }
    return false;
}

bool re_backtrack(const struct regex *re, struct arena *a, struct str text, size_t from, size_t *at, uint32_t slots)
{
    struct backtrack b = {.re = re, .a = a, .text = text, .from = from, .slot = at, .slots = slots};
    b.width = text.n - from + 1;
    b.visited = NEW_ARRAY(a, uint32_t, (re->joints * b.width + 31) / 32);
    for (uint32_t i = 0; i < slots; i++) at[i] = SIZE_MAX;
    for (size_t start = from; start != SIZE_MAX; start = re_next_start(re, text, start)) {
        if (slots) at[0] = start;
        if (try_at(&b, start)) return true;
        if (re->anchored || start >= text.n) return false;
        size_t width = 1;
        utf8_decode(text, start, &width);
        start += width;
    }
    return false;
}
