/* Output formats, one file each, in a table. An emitter adds quoting and layout, never a decision. */
#ifndef RUTTER_EMIT_EMIT_H
#define RUTTER_EMIT_EMIT_H

#include "facts/facts.h"
#include "steps/steps.h"

struct emit_input {
    const struct facts *f;
    const struct plan *plan;     /* NULL for lint and diff */
    bool color;
    bool all;                    /* diff --all: version labels and checksums too */
};

enum emit_for { EMIT_PLAN = 1, EMIT_LINT = 2, EMIT_DIFF = 4 };

struct emitter {
    const char *name;            /* what --format calls it */
    unsigned what;               /* enum emit_for */
    void (*emit)(struct buf *out, const struct emit_input *in);
    /* Whether this format can express the plan, and why it cannot; NULL: it can express any. */
    bool (*accepts)(struct arena *a, const struct plan *p, struct str *why);
};

extern const struct emitter emitters[];   /* ends with a NULL name */
/* The emitter of this name for this use; NULL when there is none. An empty name is "text". */
const struct emitter *emitter_find(struct str name, enum emit_for what);

/* ---- shared by emitters, one function each ---- */

/* One word for a POSIX shell. Everything that reaches a shell goes through it. */
void emit_shell_word(struct buf *b, struct str s);
/* Text of inputs for a terminal: control characters and bidirectional overrides become U+FFFD. */
void emit_terminal(struct buf *b, struct str s);
/* A line of an input's text for a terminal; the value of a secret-looking key is masked. */
void emit_source_line(struct buf *b, struct str line);
/* ... for Markdown, so that nothing in it is markup; as a code span; as a code span in a table's cell. */
void emit_markdown(struct buf *b, struct str s);
void emit_markdown_code(struct buf *b, struct str s);
void emit_markdown_cell_code(struct buf *b, struct str s);
/* A command to be looked at, on one line: its line breaks become U+23CE. Inside of Markdown's fences as it is, in HTML through emit_html. */
void emit_command(struct buf *b, struct str s);
/* ... for HTML text and attribute values. */
void emit_html(struct buf *b, struct str s);

/* findings.json (rutter.findings/v1) and the diff's JSON (rutter.diff/v1) as values, for canonical_json. */
struct value emit_findings_value(struct arena *a, const struct facts *f);

#endif
