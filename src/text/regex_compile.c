#include "base/utf8.h"
#include "text/regex_prog.h"
#include "text/regex_tree.h"

/* Code is made from the back to the front: every part is given the instruction that follows it. Counted repetitions
 * become copies, and x{2,5} is xx(x(x(x)?)?)?, as in Go's regexp/syntax (simplify.go). */
struct maker {
    struct arena *a;
    struct re_inst *code;
    uint32_t n, cap;
    struct re_class *classes;
    uint32_t class_count, class_cap;
    uint32_t folded[128]; /* class of an ASCII letter in both cases, from 1 */
};

static uint32_t make_node(struct maker *m, struct re_node *node, uint32_t next);

static uint32_t make(struct maker *m, enum re_inst_op op, uint32_t out, uint32_t arg)
{
    *PUSH(m->a, m->code, m->n, m->cap) = (struct re_inst){.op = (uint8_t)op, .out = out, .arg = arg};
    return m->n - 1;
}

static uint32_t make_alt(struct maker *m, uint32_t way, uint32_t around, bool lazy)
{
    return lazy ? make(m, INST_ALT, around, way) : make(m, INST_ALT, way, around);
}

static bool computed_nullable(struct re_node *node);

/* Whether it can match the empty text, as far as Go's compiler sees it: assertions can. */
static bool is_nullable(struct re_node *node)
{
    if (!node->nullable) node->nullable = computed_nullable(node) ? 1 : -1;
    return node->nullable > 0;
}

static bool computed_nullable(struct re_node *node)
{
    switch (node->op) {
    case RE_LITERAL: return node->length == 0;
    case RE_NOTHING:
    case RE_CLASS:
    case RE_ANY:
    case RE_ANY_NOT_NL: return false;
    case RE_PLUS:
    case RE_CAPTURE: return is_nullable(node->sub[0]);
    case RE_REPEAT: return node->min == 0 || is_nullable(node->sub[0]);
    case RE_CONCAT:
        for (uint32_t i = 0; i < node->subs; i++)
            if (!is_nullable(node->sub[i])) return false;
        return true;
    case RE_ALTERNATE:
        for (uint32_t i = 0; i < node->subs; i++)
            if (is_nullable(node->sub[i])) return true;
        return false;
    default: return true;
    }
}

static uint32_t add_class(struct maker *m, const struct rune_range *v, uint32_t n)
{
    struct re_class *class = PUSH(m->a, m->classes, m->class_count, m->class_cap);
    class->v = v;
    class->n = n;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t r = v[i].from; r <= v[i].to && r < 128; r++) class->ascii[r >> 6] |= (uint64_t)1 << (r & 63);
    return m->class_count - 1;
}

/* A rune in all its cases. */
static uint32_t make_folded(struct maker *m, uint32_t rune, uint32_t next)
{
    if (rune_fold(rune) == rune) return make(m, INST_RUNE, next, rune);
    if (rune < 128 && m->folded[rune]) return make(m, INST_CLASS, next, m->folded[rune] - 1);
    struct runes orbit = {0};
    runes_add_folded(m->a, &orbit, rune, rune);
    runes_clean(&orbit);
    uint32_t class = add_class(m, orbit.v, orbit.n);
    if (rune < 128) m->folded[rune] = class + 1;
    return make(m, INST_CLASS, next, class);
}

static uint32_t make_class(struct maker *m, struct re_node *node, uint32_t next)
{
    if (!node->class) node->class = add_class(m, node->set.v, node->set.n) + 1;
    return make(m, INST_CLASS, next, node->class - 1);
}

/* Returns the loop; *way is where its body begins. */
static uint32_t make_loop(struct maker *m, struct re_node *body, bool lazy, uint32_t next, uint32_t *way)
{
    uint32_t loop = make(m, INST_ALT, next, next);
    *way = make_node(m, body, loop);
    if (lazy)
        m->code[loop].arg = *way;
    else
        m->code[loop].out = *way;
    return loop;
}

/* What a counted repetition amounts to when that is a single operator. */
static enum re_op plain_op(const struct re_node *node)
{
    if (node->op != RE_REPEAT) return node->op;
    if (node->max == 0) return RE_EMPTY;
    if (node->max == -1 && node->min < 2) return node->min ? RE_PLUS : RE_STAR;
    if (node->min == 0 && node->max == 1) return RE_QUEST;
    return RE_REPEAT;
}

static uint32_t make_unary(struct maker *m, enum re_op op, bool lazy, struct re_node *body, uint32_t next)
{
    while (body->op == RE_REPEAT && body->min == 1 && body->max == 1) body = body->sub[0];
    enum re_op inner = plain_op(body);
    if (inner == RE_EMPTY) return next;
    if (inner == op && !!(body->flags & RE_LAZY) == lazy) return make_node(m, body, next); /* (?:x*)* is x* */
    if (op == RE_QUEST) return make_alt(m, make_node(m, body, next), next, lazy);
    uint32_t way, loop = make_loop(m, body, lazy, next, &way);
    if (op == RE_PLUS) return way;
    /* A body that can be empty needs (x+)? for its preferences to come in the right order (golang.org/issue/46123). */
    return is_nullable(body) ? make_alt(m, way, next, lazy) : loop;
}

static uint32_t make_repeat(struct maker *m, struct re_node *node, uint32_t next)
{
    struct re_node *body = node->sub[0];
    bool lazy = node->flags & RE_LAZY;
    enum re_op plain = plain_op(node);
    if (plain == RE_EMPTY) return next;
    if (plain != RE_REPEAT) return make_unary(m, plain, lazy, body, next);
    int32_t copies = node->min;
    uint32_t at = next;
    if (node->max < 0) {
        at = make_unary(m, RE_PLUS, lazy, body, next);
        copies--;
    } else if (node->max > node->min) {
        at = make_unary(m, RE_QUEST, lazy, body, next);
        for (int32_t i = node->min + 1; i < node->max; i++) at = make_alt(m, make_node(m, body, at), next, lazy);
    }
    for (int32_t i = 0; i < copies; i++) at = make_node(m, body, at);
    return at;
}

static uint32_t make_alternate(struct maker *m, struct re_node *node, uint32_t next)
{
    uint32_t at = make_node(m, node->sub[node->subs - 1], next);
    for (uint32_t i = node->subs - 1; i-- > 0;) at = make(m, INST_ALT, make_node(m, node->sub[i], next), at);
    return at;
}

static uint32_t make_node(struct maker *m, struct re_node *node, uint32_t next)
{
    switch (node->op) {
    case RE_NOTHING: return make(m, INST_FAIL, 0, 0);
    case RE_EMPTY: return next;
    case RE_LITERAL:
        for (uint32_t i = node->length; i-- > 0;)
            next = node->flags & RE_FOLD ? make_folded(m, node->text[i], next) : make(m, INST_RUNE, next, node->text[i]);
        return next;
    case RE_CLASS: return make_class(m, node, next);
    case RE_ANY: return make(m, INST_ANY, next, 0);
    case RE_ANY_NOT_NL: return make(m, INST_ANY_NOT_NL, next, 0);
    case RE_BEGIN_LINE: return make(m, INST_ASSERT, next, ASSERT_BEGIN_LINE);
    case RE_END_LINE: return make(m, INST_ASSERT, next, ASSERT_END_LINE);
    case RE_BEGIN_TEXT: return make(m, INST_ASSERT, next, ASSERT_BEGIN_TEXT);
    case RE_END_TEXT: return make(m, INST_ASSERT, next, ASSERT_END_TEXT);
    case RE_WORD_EDGE: return make(m, INST_ASSERT, next, ASSERT_WORD_EDGE);
    case RE_NO_WORD_EDGE: return make(m, INST_ASSERT, next, ASSERT_NO_WORD_EDGE);
    case RE_CAPTURE:
        next = make(m, INST_CAPTURE, next, 2 * node->capture + 1);
        return make(m, INST_CAPTURE, make_node(m, node->sub[0], next), 2 * node->capture);
    case RE_STAR:
    case RE_PLUS:
    case RE_QUEST: return make_unary(m, node->op, node->flags & RE_LAZY, node->sub[0], next);
    case RE_REPEAT: return make_repeat(m, node, next);
    case RE_CONCAT:
        for (uint32_t i = node->subs; i-- > 0;) next = make_node(m, node->sub[i], next);
        return next;
    case RE_ALTERNATE: return make_alternate(m, node, next);
    default: return make(m, INST_FAIL, 0, 0);
    }
}

/* Counts the ways into each instruction: only where several meet must a machine remember that it was there. */
static void find_joints(struct regex *re, struct arena *a)
{
    struct arena_mark m = arena_mark(a);
    uint8_t *ways = NEW_ARRAY(a, uint8_t, re->length);
    ways[re->start] = 1;
    for (uint32_t i = 0; i < re->length; i++) {
        const struct re_inst *in = &re->code[i];
        if (in->op == INST_MATCH || in->op == INST_FAIL) continue;
        if (ways[in->out] < 2) ways[in->out]++;
        if (in->op == INST_ALT && ways[in->arg] < 2) ways[in->arg]++;
    }
    for (uint32_t i = 0; i < re->length; i++)
        if (ways[i] > 1) re->code[i].joint = ++re->joints;
    arena_rewind(a, m);
}

static const struct re_inst *skip_captures(const struct regex *re, uint32_t at)
{
    while (re->code[at].op == INST_CAPTURE) at = re->code[at].out;
    return &re->code[at];
}

static void find_prefix(struct regex *re, struct arena *a)
{
    struct buf b = buf_new(a);
    const struct re_inst *i = skip_captures(re, re->start);
    re->anchored = i->op == INST_ASSERT && i->arg == ASSERT_BEGIN_TEXT;
    /* U+FFFD also matches bytes that are not UTF-8, so it cannot be searched for. */
    for (; i->op == INST_RUNE && i->arg != RUNE_ERROR; i = skip_captures(re, i->out)) buf_rune(&b, i->arg);
    re->prefix = buf_done(&b);
    re->prefix_is_all = i->op == INST_MATCH && !re->groups && re->prefix.n;
}

static void add_first_bytes(struct regex *re, uint32_t from, uint32_t to)
{
    char low[4], high[4];
    utf8_encode(from >= 0xd800 && from < 0xe000 ? 0xe000 : from, low);
    utf8_encode(to >= 0xd800 && to < 0xe000 ? 0xd7ff : to, high);
    unsigned first = (unsigned char)low[0], last = (unsigned char)high[0];
    if (from <= RUNE_ERROR && to >= RUNE_ERROR) { /* any byte that does not belong to a rune */
        if (first > 0x80) first = 0x80;
        last = 0xff;
    }
    for (unsigned b = first; b <= last; b++) re->first[b >> 6] |= (uint64_t)1 << (b & 63);
}

static void add_first(struct regex *re, const struct re_inst *i)
{
    const struct re_class *class = i->op == INST_CLASS ? &re->classes[i->arg] : NULL;
    if (i->op == INST_RUNE) add_first_bytes(re, i->arg, i->arg);
    if (i->op == INST_ANY || i->op == INST_ANY_NOT_NL) add_first_bytes(re, 0, RUNE_LAST);
    for (uint32_t n = 0; class && n < class->n; n++) add_first_bytes(re, class->v[n].from, class->v[n].to);
}

/* Collects the bytes with which a match can begin, unless it can be empty. */
static void find_first(struct regex *re, struct arena *a)
{
    struct arena_mark m = arena_mark(a);
    bool *seen = NEW_ARRAY(a, bool, re->length);
    uint32_t *todo = NEW_ARRAY(a, uint32_t, re->length + 1), n = 0;
    re->has_first = true;
    todo[n++] = re->start;
    seen[re->start] = true;
    while (n) {
        const struct re_inst *i = &re->code[todo[--n]];
        if (i->op == INST_MATCH) re->has_first = false;
        add_first(re, i);
        if (i->op > INST_ASSERT) continue;
        if (!seen[i->out]) todo[n++] = i->out;
        seen[i->out] = true;
        if (i->op != INST_ALT) continue;
        if (!seen[i->arg]) todo[n++] = i->arg;
        seen[i->arg] = true;
    }
    arena_rewind(a, m);
}

struct regex *re_compile(struct arena *a, struct re_node *tree, uint32_t groups)
{
    struct maker m = {.a = a};
    struct regex *re = NEW(a, struct regex);
    uint32_t match = make(&m, INST_MATCH, 0, 0);
    re->start = make_node(&m, tree, match);
    re->code = m.code;
    re->length = m.n;
    re->classes = m.classes;
    re->groups = groups;
    find_joints(re, a);
    find_prefix(re, a);
    find_first(re, a);
    return re;
}
