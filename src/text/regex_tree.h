/* A regular expression as a tree, and the stack on which the parser builds it.
 *
 * What is accepted, refused and with which message follows Go's regexp/syntax (parse.go), including the points at which
 * sizes are checked and the rewriting of alternations, on which those sizes depend.
 */
#ifndef RUTTER_TEXT_REGEX_TREE_H
#define RUTTER_TEXT_REGEX_TREE_H

#include "text/regex_set.h"

/* The order of the first four that take a rune is from simple to complex; RE_PAREN and later exist on the stack only. */
enum re_op {
    RE_NOTHING, /* matches no text at all */
    RE_EMPTY,
    RE_LITERAL, RE_CLASS, RE_ANY_NOT_NL, RE_ANY,
    RE_BEGIN_LINE, RE_END_LINE, RE_BEGIN_TEXT, RE_END_TEXT, RE_WORD_EDGE, RE_NO_WORD_EDGE,
    RE_CAPTURE, RE_STAR, RE_PLUS, RE_QUEST, RE_REPEAT, RE_CONCAT, RE_ALTERNATE,
    RE_PAREN, RE_BAR,
};

enum {
    RE_FOLD = 1,      /* (?i) */
    RE_DOT_NL = 2,    /* (?s) */
    RE_ONE_LINE = 4,  /* not (?m) */
    RE_LAZY = 8,      /* (?U), and of an operator: x*? */
    RE_DOLLAR = 16,   /* RE_END_TEXT was written $ */
};

struct re_node {
    uint8_t op;
    uint8_t flags;
    int8_t nullable;        /* for the compiler: 0 unknown, 1 can match the empty text, -1 cannot */
    int32_t min, max;       /* RE_REPEAT; max -1: no limit */
    uint32_t capture;       /* RE_CAPTURE, and RE_PAREN that captures: from 1 */
    struct str name;        /* of that */
    struct re_node **sub;
    uint32_t subs, sub_cap;
    uint32_t *text;         /* RE_LITERAL: runes */
    uint32_t length, text_cap;
    struct runes set;       /* RE_CLASS */
    uint32_t class;         /* of that, for the compiler: its index in the program, from 1 */
    int64_t size;           /* instructions, as counted for the limit; 0: not yet */
    int32_t height;         /* 0: not yet */
    struct re_node *next;   /* free ones */
};

struct re_parser {
    struct arena *a;
    struct str whole;
    uint32_t flags, captures;
    struct re_node **stack;
    uint32_t depth, cap;
    /* Go starts to measure sizes and heights only when the number of nodes makes it possible that one is too large. */
    struct re_node *free;
    int64_t nodes, runes, repeats;
    bool measures_size, measures_height;
    uint32_t factoring;     /* depth of re_factor */
    const char *problem;    /* the first error, as Go words it; NULL: none so far */
    struct str culprit;     /* the part of the expression that it names */
};

/* Remembers the first error; false. */
bool re_fail(struct re_parser *p, const char *problem, struct str culprit);

struct re_node *re_new(struct re_parser *p, enum re_op op);
void re_release(struct re_parser *p, struct re_node *node);
void re_node_add(struct re_parser *p, struct re_node *parent, struct re_node *child);
void re_text_add(struct re_parser *p, struct re_node *literal, const uint32_t *runes, uint32_t n);
bool re_is_one_rune(const struct re_node *node);   /* a literal of one rune, a class, or a dot */

/* The stack: literals next to each other are joined, classes of one letter become literals. */
void re_push(struct re_parser *p, struct re_node *node);
void re_push_op(struct re_parser *p, enum re_op op, uint32_t more_flags);
void re_push_literal(struct re_parser *p, uint32_t rune);
/* Replaces what is above the last ( or | by its concatenation; adds a |; closes all alternatives since the last (. */
void re_concat(struct re_parser *p);
void re_bar(struct re_parser *p);
void re_alternate(struct re_parser *p);

/* Makes one node of several; nested ones of the same kind are taken apart. */
struct re_node *re_collapse(struct re_parser *p, struct re_node **subs, uint32_t n, enum re_op op);
/* Takes common beginnings out of the alternatives v[0..n-1]; returns how many are left. */
uint32_t re_factor(struct re_parser *p, struct re_node **v, uint32_t n);
void re_class_tidy(struct re_node *node);          /* cleans a class; one of all runes becomes a dot */
void re_class_merge(struct re_parser *p, struct re_node *into, struct re_node *from); /* into->op >= from->op */

/* regex_limits.c */
void re_check_limits(struct re_parser *p, struct re_node *node);
bool re_repeat_is_valid(const struct re_node *node, int32_t copies);

/* regex_escape.c. All take what they read off *rest. At the end of the text the next rune is RUNE_ERROR, without error. */
bool re_next_rune(struct re_parser *p, struct str *rest, uint32_t *rune);
bool re_check_utf8(struct re_parser *p, struct str s);
bool re_parse_escape(struct re_parser *p, struct str *rest, uint32_t *rune);      /* \n, \x{10FFFF}, \. */
/* \d, \pL, [:alpha:]: true when there is one at the start of *rest (or an error), which is then in `set`. */
bool re_parse_named(struct re_parser *p, struct str *rest, struct runes *set);
bool re_parse_class(struct re_parser *p, struct str *rest);                       /* [...], and pushes it */

/* NULL when p->problem is set. */
struct re_node *re_parse(struct re_parser *p, struct str pattern);

#endif
