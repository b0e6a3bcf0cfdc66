/* The evaluator's inside: what exec.c (statements), eval.c (expressions) and include.c share. */
#ifndef RUTTER_TMPL_STATE_H
#define RUTTER_TMPL_STATE_H

#include "tmpl/exec.h"
#include "tmpl/trace.h"

/* One running template. Go's `state`: `at` is the node that an error names, and is never set back. */
struct state {
    struct exec *x;
    const struct tree *tree;
    const struct tmpl_set *set;   /* where include and template look names up */
    struct value *slot;           /* variables; slot[0] is $ */
    const struct node *at;
    uint32_t depth;               /* template calls inside each other */
    const struct state *up;       /* the template that included this one; NULL: the file itself */
    const struct trace_frame *frame; /* with x->trace: this template among the origins, and the action being evaluated */
    const struct node *action;
};

/* Fails with Go's "template: NAME:LINE:COLUMN: executing ... at <...>: MESSAGE". Returns false. */
bool state_fail(struct state *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool state_fail_str(struct state *s, struct str message);
/* Line from 1 and column as Go counts them (bytes; from 1 on the first line of a text, as it is). */
void state_place(const struct tree *t, const struct node *n, uint32_t *line, uint32_t *column);

/* Evaluates a pipeline, sets the variables that it declares. The result is never boxed; V_NIL is no value. */
bool eval_pipeline(struct state *s, struct value dot, const struct node *pipe, struct value *out);
/* Runs a tree in a state of its own. */
bool run_tree(struct exec *x, const struct tmpl_set *set, const struct tree *t, struct value dot, const struct state *up, uint32_t depth,
              struct buf *out);
/* Marks an entry as read by the template file that is being evaluated. */
static inline void state_read(struct state *s, origin_id at) { reads_mark(s->x->reads, at, s->x->tmpl); }

static inline void state_read_seen(struct state *s, origin_id at) { reads_mark_shape(s->x->reads, at, s->x->tmpl); }

/* Marks the entries or items of a map or list, not what is below them: what its emptiness and its keys depend on. */
void state_read_shape(struct state *s, struct value v);

#endif
