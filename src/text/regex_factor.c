/* Alternations are rewritten by what their members have in common: abc|abd|ax|b becomes a(?:b[c-d]|x)|b. The answers stay
 * the same; the program gets smaller, and the limits on size and height apply to the rewritten form, as in Go. */
#include "text/regex_tree.h"

/* Deeper than this the tree is certainly higher than Go allows. */
enum { MAX_FACTORING = 1000 };

void re_class_tidy(struct re_node *node)
{
    if (node->op != RE_CLASS) return;
    runes_clean(&node->set);
    const struct rune_range *v = node->set.v;
    if (node->set.n == 1 && v[0].from == 0 && v[0].to == RUNE_LAST) node->op = RE_ANY;
    if (node->set.n == 2 && v[0].from == 0 && v[0].to == '\n' - 1 && v[1].from == '\n' + 1 && v[1].to == RUNE_LAST)
        node->op = RE_ANY_NOT_NL;
    if (node->op != RE_CLASS) node->set.n = 0;
}

static bool matches_newline(const struct re_node *node)
{
    if (node->op == RE_LITERAL) return node->text[0] == '\n';
    if (node->op == RE_ANY) return true;
    for (uint32_t i = 0; i < node->set.n; i++)
        if (node->set.v[i].from <= '\n' && node->set.v[i].to >= '\n') return true;
    return false;
}

static void add_letter(struct re_parser *p, struct runes *set, const struct re_node *literal)
{
    if (literal->flags & RE_FOLD)
        runes_add_folded(p->a, set, literal->text[0], literal->text[0]);
    else
        runes_add(p->a, set, literal->text[0], literal->text[0]);
}

void re_class_merge(struct re_parser *p, struct re_node *into, struct re_node *from)
{
    if (into->op == RE_ANY) return;
    if (into->op == RE_ANY_NOT_NL) {
        if (matches_newline(from)) into->op = RE_ANY;
        return;
    }
    if (into->op == RE_LITERAL) {
        if (into->text[0] == from->text[0] && into->flags == from->flags) return;
        into->op = RE_CLASS;
        into->set.n = 0;
        add_letter(p, &into->set, into);
        into->length = 0;
    }
    if (from->op == RE_LITERAL)
        add_letter(p, &into->set, from);
    else
        runes_add_ranges(p->a, &into->set, from->set.v, from->set.n);
}

/* The literal that a node begins with, or NULL. */
static struct re_node *leading_literal(struct re_node *node)
{
    if (node->op == RE_CONCAT && node->subs) node = node->sub[0];
    return node->op == RE_LITERAL ? node : NULL;
}

/* The node without the first element of its concatenation. */
static struct re_node *drop_first(struct re_parser *p, struct re_node *node)
{
    node->subs--;
    memmove(node->sub, node->sub + 1, node->subs * sizeof *node->sub);
    if (node->subs == 1) {
        struct re_node *only = node->sub[0];
        re_release(p, node);
        return only;
    }
    return node;
}

static struct re_node *drop_text(struct re_parser *p, struct re_node *node, uint32_t n)
{
    struct re_node *literal = leading_literal(node);
    literal->length -= n;
    memmove(literal->text, literal->text + n, literal->length * sizeof *literal->text);
    if (literal->length) return node;
    literal->op = RE_EMPTY;
    if (literal == node) return node;
    re_release(p, literal);
    return drop_first(p, node);
}

static struct re_node *leading_node(struct re_node *node)
{
    if (node->op == RE_CONCAT && node->subs) node = node->sub[0];
    return node->op == RE_EMPTY ? NULL : node;
}

/* Takes its leading node off; `release` it, too, when it is not used elsewhere. */
static struct re_node *drop_node(struct re_parser *p, struct re_node *node, bool release)
{
    if (node->op == RE_CONCAT && node->subs) {
        if (release) re_release(p, node->sub[0]);
        return drop_first(p, node);
    }
    if (release) re_release(p, node);
    return re_new(p, RE_EMPTY);
}

/* first(?:v[0]|v[1]|...), from members that have lost `first`. */
static struct re_node *with_prefix(struct re_parser *p, struct re_node *first, struct re_node **v, uint32_t n)
{
    struct re_node *rest = re_collapse(p, v, n, RE_ALTERNATE);
    struct re_node *node = re_new(p, RE_CONCAT);
    re_node_add(p, node, first);
    re_node_add(p, node, rest);
    return node;
}

/* First round: members that begin with the same text. */
static uint32_t factor_text(struct re_parser *p, struct re_node **v, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t from = 0, to; from < n; from = to) {
        const struct re_node *first = leading_literal(v[from]);
        uint32_t same = first ? first->length : 0;
        for (to = from + 1; to < n && same; to++) {
            const struct re_node *other = leading_literal(v[to]);
            if (!other || ((other->flags ^ first->flags) & RE_FOLD)) break;
            uint32_t common = 0;
            while (common < same && common < other->length && other->text[common] == first->text[common]) common++;
            if (!common) break;
            same = common;
        }
        if (to == from + 1) {
            v[kept++] = v[from];
            continue;
        }
        struct re_node *prefix = re_new(p, RE_LITERAL);
        prefix->flags = first->flags & RE_FOLD;
        re_text_add(p, prefix, first->text, same);
        for (uint32_t i = from; i < to; i++) {
            v[i] = drop_text(p, v[i], same);
            re_check_limits(p, v[i]);
        }
        v[kept++] = with_prefix(p, prefix, v + from, to - from);
    }
    return kept;
}

static bool same_class(const struct re_node *x, const struct re_node *y)
{
    return x->set.n == y->set.n && (!x->set.n || !memcmp(x->set.v, y->set.v, x->set.n * sizeof *x->set.v));
}

/* For what is_simple lets through. */
static bool same_node(const struct re_node *x, const struct re_node *y)
{
    if (x->op != y->op) return false;
    if (x->op == RE_LITERAL)
        return !((x->flags ^ y->flags) & RE_FOLD) && x->length == y->length &&
               !memcmp(x->text, y->text, x->length * sizeof *x->text);
    if (x->op == RE_CLASS) return !((x->flags ^ y->flags) & RE_FOLD) && same_class(x, y);
    if (x->op == RE_REPEAT)
        return !((x->flags ^ y->flags) & RE_LAZY) && x->min == y->min && x->max == y->max &&
               same_node(x->sub[0], y->sub[0]);
    return true;
}

/* One rune, or a fixed number of them: other nodes have several ways through, which must stay apart. */
static bool is_simple(const struct re_node *node)
{
    return re_is_one_rune(node) || (node->op == RE_REPEAT && node->min == node->max && re_is_one_rune(node->sub[0]));
}

/* Second round: members that begin with the same simple node. */
static uint32_t factor_nodes(struct re_parser *p, struct re_node **v, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t from = 0, to; from < n; from = to) {
        struct re_node *first = leading_node(v[from]);
        bool simple = first && is_simple(first);
        for (to = from + 1; to < n && simple; to++) {
            const struct re_node *other = leading_node(v[to]);
            if (!other || !same_node(first, other)) break;
        }
        if (to == from + 1) {
            v[kept++] = v[from];
            continue;
        }
        for (uint32_t i = from; i < to; i++) {
            v[i] = drop_node(p, v[i], i != from);
            re_check_limits(p, v[i]);
        }
        v[kept++] = with_prefix(p, first, v + from, to - from);
    }
    return kept;
}

/* Third round: neighbours of one rune become one class. */
static uint32_t factor_runes(struct re_parser *p, struct re_node **v, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t from = 0, to; from < n; from = to) {
        uint32_t most = from;
        for (to = from; to < n && re_is_one_rune(v[to]); to++)
            if (v[to]->op > v[most]->op || (v[to]->op == v[most]->op && v[to]->set.n > v[most]->set.n)) most = to;
        if (to <= from + 1) {
            to = from + 1;
            v[kept++] = v[from];
            continue;
        }
        struct re_node *class = v[most];
        v[most] = v[from];
        for (uint32_t i = from + 1; i < to; i++) {
            re_class_merge(p, class, v[i]);
            re_release(p, v[i]);
        }
        re_class_tidy(class);
        v[kept++] = class;
    }
    return kept;
}

/* Last: one empty member of several in a row. */
static uint32_t factor_empty(struct re_node **v, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (i + 1 == n || v[i]->op != RE_EMPTY || v[i + 1]->op != RE_EMPTY) v[kept++] = v[i];
    return kept;
}

uint32_t re_factor(struct re_parser *p, struct re_node **v, uint32_t n)
{
    if (n < 2) return n;
    if (++p->factoring > MAX_FACTORING) re_fail(p, "expression nests too deeply", p->whole);
    if (!p->problem) {
        n = factor_text(p, v, n);
        n = factor_nodes(p, v, n);
        n = factor_runes(p, v, n);
        n = factor_empty(v, n);
    }
    p->factoring--;
    return n;
}
