#include "text/regex_tree.h"

/* The limits of Go's regexp/syntax: a tree 1000 high, 128 MiB of instructions of 40 bytes, 128 MiB of runes of 4. */
enum { MAX_HEIGHT = 1000, MAX_SIZE = (128 << 20) / 40, MAX_RUNES = (128 << 20) / 4 };

static int64_t measure_size(struct re_node *node, bool again)
{
    if (node->size && !again) return node->size;
    int64_t size = 0, first = node->subs ? measure_size(node->sub[0], false) : 0;
    switch (node->op) {
    case RE_LITERAL: size = node->length; break;
    case RE_CAPTURE:
    case RE_STAR: size = 2 + first; break;
    case RE_PLUS:
    case RE_QUEST: size = 1 + first; break;
    case RE_CONCAT:
    case RE_ALTERNATE:
        for (uint32_t i = 0; i < node->subs; i++) size += measure_size(node->sub[i], false);
        if (node->op == RE_ALTERNATE && node->subs > 1) size += node->subs - 1;
        break;
    case RE_REPEAT:
        if (node->max >= 0)
            size = node->max * first + (node->max - node->min);
        else
            size = node->min ? 1 + node->min * first : 2 + first;
        break;
    default: break;
    }
    return node->size = size > 1 ? size : 1;
}

/* True when even the most that all nodes and repetitions seen can amount to is within the limit. */
static bool size_is_harmless(struct re_parser *p, const struct re_node *node)
{
    if (!p->repeats) p->repeats = 1;
    if (node->op == RE_REPEAT) {
        int64_t n = node->max < 0 ? node->min : node->max;
        if (n < 1) n = 1;
        p->repeats = n > MAX_SIZE / p->repeats ? MAX_SIZE : p->repeats * n;
    }
    return p->nodes < MAX_SIZE / p->repeats;
}

static void check_size(struct re_parser *p, struct re_node *node)
{
    if (!p->measures_size) {
        if (size_is_harmless(p, node)) return;
        p->measures_size = true;
        for (uint32_t i = 0; i < p->depth; i++) check_size(p, p->stack[i]);
    }
    if (measure_size(node, true) > MAX_SIZE) re_fail(p, "expression too large", p->whole);
}

static int32_t measure_height(struct re_node *node, bool again)
{
    if (node->height && !again) return node->height;
    int32_t height = 1;
    for (uint32_t i = 0; i < node->subs; i++) {
        int32_t below = measure_height(node->sub[i], false);
        if (height < 1 + below) height = 1 + below;
    }
    return node->height = height;
}

static void check_height(struct re_parser *p, struct re_node *node)
{
    if (p->nodes < MAX_HEIGHT) return;
    if (!p->measures_height) {
        p->measures_height = true;
        for (uint32_t i = 0; i < p->depth; i++) check_height(p, p->stack[i]);
    }
    if (measure_height(node, true) > MAX_HEIGHT) re_fail(p, "expression nests too deeply", p->whole);
}

void re_check_limits(struct re_parser *p, struct re_node *node)
{
    if (p->runes > MAX_RUNES) re_fail(p, "expression too large", p->whole);
    check_size(p, node);
    check_height(p, node);
}

bool re_repeat_is_valid(const struct re_node *node, int32_t copies)
{
    if (node->op == RE_REPEAT) {
        int32_t times = node->max < 0 ? node->min : node->max;
        if (node->max == 0) return true;
        if (times > copies) return false;
        if (times > 0) copies /= times;
    }
    for (uint32_t i = 0; i < node->subs; i++)
        if (!re_repeat_is_valid(node->sub[i], copies)) return false;
    return true;
}
