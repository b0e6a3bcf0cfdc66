#include "base/utf8.h"
#include "text/regex_prog.h"

/* A bit for each place of the window at each joint. Most matches are short: the first window is small, so that it is
 * cleared quickly, and moves along with the search. A match that leaves it is looked for again in a large one. */
enum { SMALL_BITS = 8 << 10, MAX_BITS = 256 << 10, NO_SLOT = 0 };

/* To do when what was tried first has failed: go on at `pc`, or give a slot its value back. */
struct job {
    uint32_t pc, slot; /* slot + 1, or NO_SLOT */
    size_t at;
};

struct backtrack {
    const struct regex *re;
    struct arena *a;
    struct str text;
    size_t from, width;  /* the window: its start and its places */
    bool left_window;
    uint32_t *visited;
    size_t words;
    struct job *jobs;
    size_t n, cap;
    size_t *slot;
    uint32_t slots;
};

static void push_job(struct backtrack *b, uint32_t pc, uint32_t slot, size_t at)
{
    *PUSH(b->a, b->jobs, b->n, b->cap) = (struct job){pc, slot, at};
}

/* True at the first visit. */
static bool visit(struct backtrack *b, uint32_t joint, size_t at)
{
    if (at - b->from >= b->width) {
        b->left_window = true;
        return false;
    }
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
    while (b->n && !b->left_window) {
        struct job now = b->jobs[--b->n];
        if (now.slot != NO_SLOT)
            b->slot[now.slot - 1] = now.at;
        else if (follow(b, now.pc, now.at))
            return true;
    }
    return false;
}

/* A window that begins at `from`. All that was visited before is forgotten, which no start before it has a use for. */
static void open_window(struct backtrack *b, size_t from)
{
    b->from = from;
    memset(b->visited, 0, b->words * sizeof *b->visited);
}

/* How many places a window may have: all that are left of the text, if they fit. */
static size_t window_width(const struct regex *re, size_t left, size_t bits)
{
    size_t most = re->joints ? bits / re->joints : left;
    return left < most ? left : most;
}

enum re_answer re_backtrack(const struct regex *re, struct arena *a, struct str text, size_t *from, enum re_window window,
                            size_t *at, uint32_t slots)
{
    struct backtrack b = {.re = re, .a = a, .text = text, .slot = at, .slots = slots};
    b.width = window_width(re, text.n - *from + 1, window == WINDOW_SMALL ? SMALL_BITS : MAX_BITS);
    if (!b.width) return RE_TOO_FAR;
    b.words = (re->joints * b.width + 31) / 32;
    b.visited = arena_alloc(a, b.words * sizeof *b.visited);
    open_window(&b, *from);
    for (uint32_t i = 0; i < slots; i++) at[i] = SIZE_MAX;
    for (; *from != SIZE_MAX; *from = re_next_start(re, text, *from)) {
        if (*from - b.from >= b.width / 2) open_window(&b, *from);
        if (slots) at[0] = *from;
        if (try_at(&b, *from)) return RE_MATCHES;
        if (b.left_window) return RE_TOO_FAR;
        if (re->anchored || *from >= text.n) break;
        size_t width = 1;
        utf8_decode(text, *from, &width);
        *from += width;
    }
    return RE_DIFFERS;
}
