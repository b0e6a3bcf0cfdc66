/* The tree of failures as output.go of the library shows it, and its leaves for findings. */
#include "chart/schema_tree.h"

/* `indent` is the number of failures that the text is inside of; a reference with one cause is not shown itself. */
void schema_show_failures(struct buf *b, const struct schema_failure *f, uint32_t indent)
{
    guard_step(b->a->guard);
    if (f->kind != FAILURE_REFERENCE || f->n != 1) {
        if (indent > 0) {
            buf_byte(b, '\n');
            buf_fill(b, ' ', 2 * (size_t)(indent - 1));
            buf_z(b, "- ");
        }
        indent++;
        if (!f->root) {
            buf_z(b, "at ");
            schema_quote(b, f->path);
            buf_z(b, ": ");
        }
        buf_add(b, f->text);
    }
    for (uint32_t i = 0; i < f->n; i++) schema_show_failures(b, f->causes[i], indent);
}

void schema_collect_leaves(struct schema_errors *e, const struct schema_failure *f)
{
    if (!f->n) {
        *PUSH(e->a, e->v, e->n, e->cap) = (struct schema_error){f->where, f->text};
        return;
    }
    if (f->names) { /* the causes say what is wrong with the name */
        struct schema_errors below = {.a = e->a};
        for (uint32_t i = 0; i < f->n; i++) schema_collect_leaves(&below, f->causes[i]);
        for (size_t i = 0; i < below.n; i++) {
            struct str text = str_printf(e->a, "%.*s: %.*s", STR_ARG(f->text), STR_ARG(below.v[i].message));
            *PUSH(e->a, e->v, e->n, e->cap) = (struct schema_error){f->where, text};
        }
        return;
    }
    for (uint32_t i = 0; i < f->n; i++) schema_collect_leaves(e, f->causes[i]);
}
