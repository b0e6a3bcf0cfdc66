#include "tmpl/tree.h"

#include "base/buf.h"
#include "value/gofmt.h"

static void show(struct buf *b, const struct node *n);

static void show_pipe(struct buf *b, const struct node *n)
{
    for (uint32_t i = 0; i < n->decl_n; i++) {
        if (i) buf_z(b, ", ");
        show(b, n->decl[i]);
    }
    if (n->decl_n) buf_z(b, n->assign ? " = " : " := ");
    for (uint32_t i = 0; i < n->n; i++) {
        if (i) buf_z(b, " | ");
        show(b, n->u.child[i]);
    }
}

static void show_command(struct buf *b, const struct node *n)
{
    for (uint32_t i = 0; i < n->n; i++) {
        const struct node *arg = n->u.child[i];
        if (i) buf_byte(b, ' ');
        if (arg->kind == N_PIPE) buf_byte(b, '(');
        show(b, arg);
        if (arg->kind == N_PIPE) buf_byte(b, ')');
    }
}

static void show_control(struct buf *b, const char *word, const struct node *n)
{
    buf_printf(b, "{{%s ", word);
    show(b, n->pipe);
    buf_z(b, "}}");
    show(b, n->list);
    if (n->else_list) {
        buf_z(b, "{{else}}");
        show(b, n->else_list);
    }
    buf_z(b, "{{end}}");
}

static void show(struct buf *b, const struct node *n)
{
    switch (n->kind) {
    case N_LIST:
        for (uint32_t i = 0; i < n->n; i++) show(b, n->u.child[i]);
        break;
    case N_TEXT: case N_IDENT: case N_BOOL: case N_NUMBER: case N_STRING: case N_COMMENT:
        buf_add(b, n->text);
        break;
    case N_ACTION:
        buf_z(b, "{{");
        show(b, n->pipe);
        buf_z(b, "}}");
        break;
    case N_PIPE: show_pipe(b, n); break;
    case N_COMMAND: show_command(b, n); break;
    case N_CHAIN:
        if (n->pipe->kind == N_PIPE) buf_byte(b, '(');
        show(b, n->pipe);
        if (n->pipe->kind == N_PIPE) buf_byte(b, ')');
        /* fall through */
    case N_FIELD:
        for (uint32_t i = 0; i < n->n; i++) {
            buf_byte(b, '.');
            buf_add(b, n->u.ident[i]);
        }
        break;
    case N_VARIABLE:
        for (uint32_t i = 0; i < n->n; i++) {
            if (i) buf_byte(b, '.');
            buf_add(b, n->u.ident[i]);
        }
        break;
    case N_DOT: buf_byte(b, '.'); break;
    case N_NIL: buf_z(b, "nil"); break;
    case N_IF: show_control(b, "if", n); break;
    case N_RANGE: show_control(b, "range", n); break;
    case N_WITH: show_control(b, "with", n); break;
    case N_TEMPLATE:
        buf_z(b, "{{template ");
        go_quote(b, n->text);
        if (n->pipe) {
            buf_byte(b, ' ');
            show(b, n->pipe);
        }
        buf_z(b, "}}");
        break;
    case N_BREAK: buf_z(b, "{{break}}"); break;
    case N_CONTINUE: buf_z(b, "{{continue}}"); break;
    default: break;
    }
}

struct str node_show(struct arena *a, const struct node *n)
{
    struct buf b = buf_new(a);
    show(&b, n);
    return buf_done(&b);
}
