/* The program that a regular expression is compiled to, and the two machines that run it. */
#ifndef RUTTER_TEXT_REGEX_PROG_H
#define RUTTER_TEXT_REGEX_PROG_H

#include "text/regex.h"
#include "text/regex_set.h"

enum re_inst_op {
    INST_ALT,       /* out, then arg */
    INST_CAPTURE,   /* position into slot arg */
    INST_ASSERT,    /* arg: an enum re_assert */
    INST_MATCH,
    INST_RUNE,      /* arg: the rune */
    INST_CLASS,     /* arg: index of the class */
    INST_ANY, INST_ANY_NOT_NL,
    INST_FAIL,
};

enum re_assert { ASSERT_BEGIN_LINE, ASSERT_END_LINE, ASSERT_BEGIN_TEXT, ASSERT_END_TEXT, ASSERT_WORD_EDGE, ASSERT_NO_WORD_EDGE };

struct re_inst {
    uint8_t op;
    uint32_t out, arg;
    uint32_t joint; /* from 1: several ways lead here; 0: one */
};

struct re_class {
    uint64_t ascii[2]; /* a bit for each rune below 128 */
    const struct rune_range *v;
    uint32_t n;
};

struct regex {
    struct re_inst *code;
    uint32_t length, start, joints;
    struct re_class *classes;
    uint32_t groups;
    struct str *names;     /* groups + 1 of them */
    bool pattern_is_empty;
    bool anchored;         /* every match begins at the start of the text */
    struct str prefix;     /* every match begins with it */
    bool prefix_is_all;    /* and is nothing else */
    bool has_first;        /* every match begins with a byte b whose bit first[b / 64] >> b % 64 is set */
    uint64_t first[4];
};

static inline bool re_class_has(const struct re_class *c, uint32_t r)
{
    if (r < 128) return c->ascii[r >> 6] >> (r & 63) & 1;
    return runes_has(c->v, c->n, r);
}

static inline bool re_inst_takes(const struct regex *re, const struct re_inst *i, uint32_t r)
{
    switch (i->op) {
    case INST_RUNE: return r == i->arg;
    case INST_CLASS: return re_class_has(&re->classes[i->arg], r);
    case INST_ANY: return true;
    case INST_ANY_NOT_NL: return r != '\n';
    default: return false;
    }
}

/* regex_search.c */
bool re_assertion_holds(enum re_assert what, struct str text, size_t at);
/* The first place from `at` on where a match can begin; SIZE_MAX when there is none. */
size_t re_next_start(const struct regex *re, struct str text, size_t at);
/* regex_match with only the first `slots` entries of `at` (0: whether it matches at all). */
bool re_search(const struct regex *re, struct arena *a, struct str text, size_t from, size_t *at, uint32_t slots);

/* regex_compile.c */
struct re_node;
struct regex *re_compile(struct arena *a, struct re_node *tree, uint32_t groups);

/* regex_backtrack.c: tries the ways in order of preference, each state once. It remembers states within a window only;
 * RE_TOO_FAR: that was not enough, and *from is the start at which to go on with something else. */
enum re_answer { RE_DIFFERS, RE_MATCHES, RE_TOO_FAR };
enum re_window { WINDOW_SMALL, WINDOW_LARGE };
enum re_answer re_backtrack(const struct regex *re, struct arena *a, struct str text, size_t *from, enum re_window window,
                            size_t *at, uint32_t slots);
/* regex_pike.c: all ways at once, in order of preference. Memory does not depend on the text. */
bool re_pike(const struct regex *re, struct arena *a, struct str text, size_t from, size_t *at, uint32_t slots);

#endif
