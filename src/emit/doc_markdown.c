/* The document as GitHub's Markdown: tables, no HTML. */
#include "emit/doc.h"

/* Where a span stands decides how it is escaped. */
enum where { IN_TEXT, IN_CELL };

static void put_span(struct buf *b, const struct span *s, enum where where)
{
    switch (s->kind) {
    case SPAN_TEXT: emit_markdown(b, s->text); break;
    case SPAN_STRONG:
        buf_z(b, "**");
        emit_markdown(b, str_trim(s->text));
        buf_z(b, "**");
        break;
    case SPAN_CODE: case SPAN_REF:
        if (where == IN_CELL) emit_markdown_cell_code(b, s->text);
        else emit_markdown_code(b, s->text);
        break;
    case SPAN_BREAK: buf_z(b, where == IN_CELL ? "<br>" : "\\\n"); break;
    }
}

static void put_line(struct buf *b, const struct line *l, enum where where)
{
    for (uint32_t i = 0; i < l->n; i++) put_span(b, &l->v[i], where);
}

static void table(struct buf *b, const struct block *t)
{
    for (uint32_t i = 0; i < t->columns_n; i++) buf_printf(b, "| %s ", t->columns[i]);
    buf_z(b, "|\n");
    for (uint32_t i = 0; i < t->columns_n; i++) buf_z(b, "|---");
    buf_z(b, "|\n");
    for (uint32_t i = 0; i < t->cells_n; i++) {
        buf_z(b, "| ");
        put_line(b, &t->cells[i], IN_CELL);
        buf_z(b, (i + 1) % t->columns_n ? " " : " |\n");
    }
    buf_byte(b, '\n');
}

/* A fenced block inside of a list item: no line of the text can end it, for it has only one. */
static void command(struct buf *b, struct str text)
{
    size_t run = 0, longest = 2;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    buf_z(b, "\n  ");
    buf_fill(b, '`', longest + 1);
    buf_z(b, "sh\n  ");
    emit_command(b, text);
    buf_z(b, "\n  ");
    buf_fill(b, '`', longest + 1);
    buf_byte(b, '\n');
}

static void entry(struct buf *b, const struct block *e)
{
    buf_z(b, "- ");
    put_line(b, &e->line, IN_TEXT);
    buf_byte(b, '\n');
    for (uint32_t i = 0; i < e->parts_n; i++) {
        const struct part *p = &e->parts[i];
        if (p->command) {
            if (p->label) buf_printf(b, "\n  **%s**\n", p->label);
            command(b, p->text);
            continue;
        }
        buf_z(b, "\n  ");
        if (p->label) buf_printf(b, "**%s** ", p->label);
        put_line(b, &p->line, IN_TEXT);
        buf_byte(b, '\n');
    }
    buf_byte(b, '\n');
}

static void list(struct buf *b, const struct block *l)
{
    for (uint32_t i = 0; i < l->cells_n; i++) {
        buf_z(b, "- ");
        put_line(b, &l->cells[i], IN_TEXT);
        buf_byte(b, '\n');
    }
    buf_byte(b, '\n');
}

void doc_write_markdown(struct buf *out, const struct doc *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct block *b = &d->v[i];
        switch (b->kind) {
        case BLOCK_HEADING:
            buf_fill(out, '#', b->level);
            buf_byte(out, ' ');
            put_line(out, &b->line, IN_TEXT);
            buf_z(out, "\n\n");
            break;
        case BLOCK_CALLOUT:
            buf_z(out, "> ");
            put_line(out, &b->line, IN_TEXT);
            buf_z(out, "\n\n");
            break;
        case BLOCK_TEXT:
            put_line(out, &b->line, IN_TEXT);
            buf_z(out, "\n\n");
            break;
        case BLOCK_LIST: list(out, b); break;
        case BLOCK_TABLE: table(out, b); break;
        case BLOCK_ENTRY: entry(out, b); break;
        case BLOCK_FIGURE: break;
        }
    }
}
