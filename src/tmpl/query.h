/* Rules over template syntax: tree-sitter queries (FILE.scm) over the grammar in grammar/ (its nodes are in node-types.json).
 *
 *     ; a comment
 *     ((chain (parenthesized (pipeline (command . (identifier) @f))) (name) (name)) @at
 *       (#eq? @f "lookup")
 *       (#set! rule "template/lookup-nil")
 *       (#set! severity "info")
 *       (#set! message "{at} is taken from what lookup may not have found")
 *       (#set! fix "..."))
 *
 * Each pattern is a rule: `rule` and `message` must be set, `severity` (warning unless set) and `fix` may. {NAME} in message and fix is the
 * text of a capture. A match is reported at @at, else at its first capture. Predicates: #eq? #not-eq? #match? #not-match? (RE2)
 * #any-of? #not-any-of? over the text of a capture; #has-ancestor? #not-has-ancestor? over the kinds of the nodes around it. */
#ifndef RUTTER_TMPL_QUERY_H
#define RUTTER_TMPL_QUERY_H

#include "base/diag.h"

struct query_pattern {
    struct str rule, message, fix;   /* as they are set; fix may be empty */
    enum severity severity;
    struct place at;
    struct query_test *tests; uint32_t tests_n, tests_cap;
};

/* A file of patterns. */
struct query {
    struct arena *a;
    struct query_pattern *v; uint32_t n;
    void *compiled;            /* the library's; in `a` */
};

struct query_match {
    const struct query_pattern *pattern;
    uint32_t line, column;     /* of where it is reported; the column in characters */
    struct str text;           /* of that node */
    struct str message, fix;
};

struct query_matches {
    struct query_match *v; uint32_t n, cap;
};

/* Reads a file whose input is `input`. False after a diagnostic with its place: of what the library refuses, of a predicate that
 * is not known, of a pattern without its rule; or when libtree-sitter is not installed. */
bool query_compile(struct arena *a, struct str text, uint32_t input, struct diags *d, struct query *out);
/* All matches in a template, by position. What does not parse is matched as far as it does. */
bool query_run(struct arena *a, const struct query *q, struct str text, struct query_matches *out);

#endif
