/* Where the bytes of an output came from: the second, tracing evaluation, made when a finding needs a place.
 *
 * The origin of a byte is the text node or the action, of the innermost template, whose evaluation produced it. Functions with
 * FUNC_PASSES (include, tpl, indent, quote, toYaml, ...) pass the origins of their arguments' bytes through; what any other
 * function returns belongs to the action that called it. Texts carry their origins by their address: with a trace, every text
 * that a function returns is copied into memory of the trace, which knows the spans of each.
 *
 * With exec.trace set, tmpl_exec leaves the spans of its output in trace.out. The ordinary evaluation (exec.trace NULL) does
 * nothing of this.
 */
#ifndef RUTTER_TMPL_TRACE_H
#define RUTTER_TMPL_TRACE_H

#include "tmpl/tree.h"

struct state;
struct buf;
struct func;

/* One running template. A chain of them is the chain of includes. */
struct trace_frame {
    const struct trace_frame *up; /* the template that called this one; NULL: the file itself */
    const struct tree *tree;
    const struct node *call;      /* the action in up's tree that called; NULL when up is */
};

/* Bytes of one origin, beside each other. */
struct trace_span {
    uint32_t from, n;             /* in the output */
    const struct trace_frame *frame;
    uint32_t at;                  /* where in frame->tree->text */
    bool text;                    /* of a text node: the span's byte i stands at at + i. Else `at` is the action's first byte */
};

/* All bytes of an output: spans in order, without gaps. */
struct trace_spans {
    struct trace_span *v;
    uint32_t n, cap;
};

struct trace_chunk;

struct trace {
    struct arena *a;
    struct trace_spans out;       /* of the output that is being written */
    uint32_t base;                /* where in its buffer that output begins */
    struct trace_spans result;    /* of the text that include or tpl is about to return */
    bool has_result;
    struct trace_chunk *chunks;   /* the traced texts */
};

/* Everything is kept in `a`, which must not be older than the arena of the render. */
struct trace *trace_new(struct arena *a);

/* A place in a template, for a person: lines and columns (bytes) from 1. */
struct trace_place {
    struct str file;              /* the template file in whose text it stands; "gotpl": a text given to tpl */
    struct str name;              /* the file itself, or the define in it */
    uint32_t line, column;
    bool text;                    /* a text node's byte; else an action */
};

/* The origin of the byte at `offset`, and after it the places of the calls through which it came, innermost first: (*v)[n - 1] is in the
 * file that was rendered. NULL where the output has no such byte. In `a`. */
struct trace_place *trace_origin(struct arena *a, const struct trace_spans *spans, size_t offset, uint32_t *n);

/* The spans of `text` after each "<no value>" in it was deleted, as Helm does with the output of a file and of tpl. */
void trace_delete_no_value(struct trace *t, struct trace_spans *spans, struct str text);

/* ---- for the evaluator; each only with a trace ---- */

const struct trace_frame *trace_enter(struct trace *t, const struct state *up, const struct tree *tree);
/* A text node was appended at out[from..]. */
void trace_text(const struct state *s, const struct node *text, const struct buf *out, size_t from);
/* The action printed v at out[from..]. */
void trace_printed(const struct state *s, struct value v, const struct buf *out, size_t from);
/* A function returned *out: it becomes a traced text when it is a text. func NULL: a method. */
void trace_returned(const struct state *s, const struct func *func, const struct value *arg, uint32_t n, struct value *out);

/* An output of its own (include, tpl), which begins at out->n: its spans go to trace.result when it is closed. */
struct trace_outer {
    struct trace_spans out;
    uint32_t base;
};
struct trace_outer trace_open(struct trace *t, const struct buf *out);
void trace_close(struct trace *t, struct trace_outer outer);

#endif
