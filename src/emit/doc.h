/* A document for people: what a report says, before anybody decides how it looks. Two writers, Markdown and HTML, print the same
 * document, so that both say the same. Texts come from inputs and are as hostile as these: the writers escape, each with the function of
 * its context (emit.h), and nothing else in here knows of markup.
 *
 * Strings are borrowed; all else is in the document's arena.
 */
#ifndef RUTTER_EMIT_DOC_H
#define RUTTER_EMIT_DOC_H

#include "base/strmap.h"
#include "emit/emit.h"

/* ---- one line of text ---- */

enum span_kind {
    SPAN_TEXT,
    SPAN_STRONG,
    SPAN_CODE,     /* names, keys, ids */
    SPAN_REF,      /* a name of something that has its own place in the document: `to` is its anchor */
    SPAN_BREAK,
};

struct span {
    enum span_kind kind;
    struct str text;
    struct str to;           /* SPAN_REF: anchor; "" when the document has no such place */
};

struct line {
    struct arena *a;
    struct span *v;
    uint32_t n, cap;
};

struct line line_new(struct arena *a);
struct line *line_text(struct line *l, struct str text);
struct line *line_z(struct line *l, const char *text);
struct line *line_printf(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct line *line_strong(struct line *l, struct str text);
struct line *line_code(struct line *l, struct str text);
struct line *line_ref(struct line *l, struct str text, struct str to);
struct line *line_break(struct line *l);
/* "a, b and c", each as code. */
struct line *line_codes(struct line *l, const struct str *v, uint32_t n);

/* ---- blocks ---- */

enum block_kind {
    BLOCK_HEADING,   /* `line` at `level` */
    BLOCK_TEXT,      /* `line` */
    BLOCK_CALLOUT,   /* the same, not to be overlooked */
    BLOCK_LIST,      /* `cells`, one an item */
    BLOCK_TABLE,     /* `columns` and `cells`, row by row; the first cell of a row is its header */
    BLOCK_ENTRY,     /* one of a list of things that have a head, a command and some facts: a step, a finding */
    BLOCK_FIGURE,    /* capacity over time; HTML only, for a table beside it says the same */
};

/* A labelled part of an entry. */
struct part {
    const char *label;       /* NULL: none */
    bool command;            /* `text` is shown as it is, in a block of its own */
    struct line line;
    struct str text;
};

/* Ready pods of one component over time. */
struct phase_of_capacity {
    int64_t from, to;        /* seconds since the release is applied */
    int64_t ready;           /* pods; -1: not known */
    bool at_least;           /* `ready` is a lower bound */
};

struct capacity {
    struct str name, detail; /* "sie-gateway"; "Deployment, takes the place of sie-router" */
    struct str summary;      /* in words, for who does not see it */
    int64_t before, after;   /* pods; -1 unknown */
    struct phase_of_capacity *v;
    uint32_t n, cap;
};

struct block {
    enum block_kind kind;
    unsigned level;          /* BLOCK_HEADING: 1 to 3 */
    struct str anchor;       /* letters, digits and dashes, made by doc_anchor; "" */
    const char *look;        /* what kind of entry or table it is, for the style sheet: "step changes", "finding error", "digests"; NULL */
    struct line line;
    const char *const *columns; uint32_t columns_n;
    struct line *cells;      uint32_t cells_n, cells_cap;
    struct part *parts;      uint32_t parts_n, parts_cap;
    struct capacity *rows;   uint32_t rows_n, rows_cap;     /* BLOCK_FIGURE */
    int64_t span;            /* BLOCK_FIGURE: seconds that it shows */
};

struct doc {
    struct arena *a;
    struct str title;
    struct block *v;
    uint32_t n, cap;
    struct strmap anchors;
};

struct doc doc_new(struct arena *a, struct str title);
/* The block is valid until the next one. */
struct block *doc_heading(struct doc *d, unsigned level, const char *text);
struct block *doc_text(struct doc *d, const char *text);
struct block *doc_line(struct doc *d, enum block_kind kind);
struct block *doc_list(struct doc *d);
/* `columns` is a NULL-terminated array that stays where it is. */
struct block *doc_table(struct doc *d, const char *look, const char *const *columns);
struct block *doc_entry(struct doc *d, const char *look);
/* One more cell of a table or item of a list, empty. */
struct line *block_cell(struct doc *d, struct block *b);
struct line *block_part(struct doc *d, struct block *b, const char *label);
void block_command(struct doc *d, struct block *b, const char *label, struct str text);
/* An anchor for a name, the same for the same name: "step-2-2-upgrade". */
struct str doc_anchor(struct doc *d, const char *kind, struct str name);

void doc_write_markdown(struct buf *out, const struct doc *d);
void doc_write_html(struct buf *out, const struct doc *d);
/* The figure as rows of SVG (doc_figure.c). */
void doc_write_figure(struct buf *out, const struct block *b);
/* The style sheet, built into the binary. */
extern const struct str doc_style;

#endif
