#include "text/regex_tree.h"

bool re_fail(struct re_parser *p, const char *problem, struct str culprit)
{
    if (p->problem) return false;
    p->problem = problem;
    p->culprit = culprit;
    return false;
}

struct re_node *re_new(struct re_parser *p, enum re_op op)
{
    struct re_node *node = p->free;
    if (node) {
        /* Its size stays: Go, too, forgets only the height of a node that it uses again. */
        struct re_node blank = {.size = node->size, .sub = node->sub, .sub_cap = node->sub_cap, .text = node->text,
                                .text_cap = node->text_cap, .set = {.v = node->set.v, .cap = node->set.cap}};
        p->free = node->next;
        *node = blank;
    } else {
        node = NEW(p->a, struct re_node);
        p->nodes++;
    }
    node->op = (uint8_t)op;
    return node;
}

void re_release(struct re_parser *p, struct re_node *node)
{
    node->next = p->free;
    p->free = node;
}

void re_node_add(struct re_parser *p, struct re_node *parent, struct re_node *child)
{
    *PUSH(p->a, parent->sub, parent->subs, parent->sub_cap) = child;
}

void re_text_add(struct re_parser *p, struct re_node *literal, const uint32_t *runes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) *PUSH(p->a, literal->text, literal->length, literal->text_cap) = runes[i];
}

bool re_is_one_rune(const struct re_node *node)
{
    return node->op == RE_LITERAL ? node->length == 1 : node->op >= RE_CLASS && node->op <= RE_ANY;
}

static bool is_class_of_pair(const struct runes *set, uint32_t *small)
{
    uint32_t x, y;
    if (set->n == 2 && set->v[0].from == set->v[0].to && set->v[1].from == set->v[1].to) {
        x = set->v[0].from;
        y = set->v[1].from;
    } else if (set->n == 1 && set->v[0].from + 1 == set->v[0].to) {
        x = set->v[0].from;
        y = set->v[0].to;
    } else {
        return false;
    }
    *small = x;
    return rune_fold(x) == y && rune_fold(y) == x;
}

/* Joins the two literals on top of the stack. With `rune` the upper one is used again for it; true when that was done.
 * It happens before a push, when no operator can apply to the upper one alone any more: ab* is a(b*). */
static bool join_literals(struct re_parser *p, const uint32_t *rune, uint32_t flags)
{
    if (p->depth < 2) return false;
    struct re_node *upper = p->stack[p->depth - 1], *lower = p->stack[p->depth - 2];
    if (upper->op != RE_LITERAL || lower->op != RE_LITERAL || ((upper->flags ^ lower->flags) & RE_FOLD)) return false;
    re_text_add(p, lower, upper->text, upper->length);
    if (rune) {
        upper->text[0] = *rune;
        upper->length = 1;
        upper->flags = (uint8_t)flags;
        return true;
    }
    p->depth--;
    re_release(p, upper);
    return false;
}

void re_push(struct re_parser *p, struct re_node *node)
{
    p->runes += node->op == RE_CLASS ? 2 * (int64_t)node->set.n : node->length;
    uint32_t rune = 0;
    bool folded = node->op == RE_CLASS && is_class_of_pair(&node->set, &rune);
    bool single = node->op == RE_CLASS && node->set.n == 1 && node->set.v[0].from == node->set.v[0].to;
    if (single) rune = node->set.v[0].from;
    if (single || folded) {
        uint32_t flags = folded ? p->flags | RE_FOLD : p->flags & ~(uint32_t)RE_FOLD;
        if (join_literals(p, &rune, flags)) return;
        node->op = RE_LITERAL;
        node->flags = (uint8_t)flags;
        node->set.n = 0;
        re_text_add(p, node, &rune, 1);
    } else {
        join_literals(p, NULL, 0);
    }
    *PUSH(p->a, p->stack, p->depth, p->cap) = node;
    re_check_limits(p, node);
}

void re_push_op(struct re_parser *p, enum re_op op, uint32_t more_flags)
{
    struct re_node *node = re_new(p, op);
    node->flags = (uint8_t)(p->flags | more_flags);
    re_push(p, node);
}

void re_push_literal(struct re_parser *p, uint32_t rune)
{
    struct re_node *node = re_new(p, RE_LITERAL);
    node->flags = (uint8_t)p->flags;
    if (p->flags & RE_FOLD) {
        uint32_t smallest = rune;
        for (uint32_t r = rune_fold(rune); r != rune; r = rune_fold(r))
            if (r < smallest) smallest = r;
        rune = smallest;
    }
    re_text_add(p, node, &rune, 1);
    re_push(p, node);
}

static uint32_t last_group(const struct re_parser *p)
{
    uint32_t i = p->depth;
    while (i > 0 && p->stack[i - 1]->op < RE_PAREN) i--;
    return i;
}

void re_concat(struct re_parser *p)
{
    join_literals(p, NULL, 0);
    uint32_t from = last_group(p), n = p->depth - from;
    p->depth = from;
    re_push(p, n ? re_collapse(p, p->stack + from, n, RE_CONCAT) : re_new(p, RE_EMPTY));
}

/* Moves a | below the element on top of it, so that alternatives gather under one |. Single runes on both sides of it
 * are one class already now. False when there is no |. */
static bool swap_bar(struct re_parser *p)
{
    uint32_t n = p->depth;
    if (n < 2 || p->stack[n - 2]->op != RE_BAR) return false;
    struct re_node *above = p->stack[n - 1];
    if (n >= 3 && re_is_one_rune(above) && re_is_one_rune(p->stack[n - 3])) {
        struct re_node *below = p->stack[n - 3];
        if (above->op > below->op) {
            p->stack[n - 3] = above;
            above = below;
            below = p->stack[n - 3];
        }
        re_class_merge(p, below, above);
        re_release(p, above);
        p->depth = n - 1;
        return true;
    }
    if (n >= 3) re_class_tidy(p->stack[n - 3]);
    p->stack[n - 1] = p->stack[n - 2];
    p->stack[n - 2] = above;
    return true;
}

void re_bar(struct re_parser *p)
{
    re_concat(p);
    if (!swap_bar(p)) re_push_op(p, RE_BAR, 0);
}

void re_alternate(struct re_parser *p)
{
    re_concat(p);
    if (swap_bar(p)) p->depth--;
    uint32_t from = last_group(p), n = p->depth - from;
    if (n) re_class_tidy(p->stack[p->depth - 1]);
    p->depth = from;
    re_push(p, n ? re_collapse(p, p->stack + from, n, RE_ALTERNATE) : re_new(p, RE_NOTHING));
}

struct re_node *re_collapse(struct re_parser *p, struct re_node **subs, uint32_t n, enum re_op op)
{
    if (n == 1) return subs[0];
    struct re_node *node = re_new(p, op);
    for (uint32_t i = 0; i < n; i++) {
        struct re_node *sub = subs[i];
        if (sub->op != op) {
            re_node_add(p, node, sub);
            continue;
        }
        for (uint32_t j = 0; j < sub->subs; j++) re_node_add(p, node, sub->sub[j]);
        re_release(p, sub);
    }
    if (op == RE_ALTERNATE) {
        node->subs = re_factor(p, node->sub, node->subs);
        if (node->subs == 1) {
            struct re_node *only = node->sub[0];
            re_release(p, node);
            return only;
        }
    }
    return node;
}
