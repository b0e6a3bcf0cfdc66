/* All syntax errors of a template in one run, by the tree-sitter grammar in grammar/, which goes on after an error. It takes
 * what tmpl_parse takes and nothing else; Go's own message for the first error comes from there. */
#ifndef RUTTER_TMPL_SYNTAX_H
#define RUTTER_TMPL_SYNTAX_H

#include "base/diag.h"
#include "tmpl/tree.h"

struct syntax_error {
    uint32_t pos, end;         /* bytes of the text */
    uint32_t line, column;     /* of pos, from 1; the column in bytes */
    struct str message;
};

enum syntax_kind { SYNTAX_ACTION, SYNTAX_PIPELINE, SYNTAX_FIELD };

/* Where an action ({{ to }}), a pipeline (first to last token) or a field (.a.b) stands. */
struct syntax_span {
    enum syntax_kind kind;
    uint32_t pos, end;
};

struct syntax {
    struct syntax_error *errors; uint32_t errors_n, errors_cap; /* by position; at most SYNTAX_ERRORS */
    struct syntax_span *spans;   uint32_t spans_n, spans_cap;   /* only where wanted; in order of their ends */
};
enum { SYNTAX_ERRORS = 200 };

/* Checks the template `name`. False, with a diagnostic, when libtree-sitter is not installed. Everything is in `a`. */
bool syntax_check(struct arena *a, struct str name, struct str text, bool with_spans, struct diags *d, struct syntax *out);

#endif
