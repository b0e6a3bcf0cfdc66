/* The document as one HTML page that needs nothing else: no script, nothing from anywhere, and a policy that says so. */
#include "emit/doc.h"

#include "base/sha256.h"

static void attribute(struct buf *b, const char *name, struct str value)
{
    buf_printf(b, " %s=\"", name);
    emit_html(b, value);
    buf_byte(b, '"');
}

/* A name of many parts: lines break after these characters rather than within a word. Nothing of it is read or copied. */
static void code(struct buf *b, struct str s)
{
    size_t from = 0;
    buf_z(b, "<code>");
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (!s.p[i] || !strchr("./:=,", s.p[i]) || s.p[i + 1] == s.p[i]) continue;
        emit_html(b, str_sub(s, from, i + 1));
        buf_z(b, "<wbr>");
        from = i + 1;
    }
    emit_html(b, str_from_n(s, from));
    buf_z(b, "</code>");
}

static void element(struct buf *b, const char *name, struct str text)
{
    buf_printf(b, "<%s>", name);
    emit_html(b, text);
    buf_printf(b, "</%s>", name);
}

static void put_span(struct buf *b, const struct span *s)
{
    switch (s->kind) {
    case SPAN_TEXT: emit_html(b, s->text); break;
    case SPAN_STRONG: element(b, "strong", s->text); break;
    case SPAN_CODE: code(b, s->text); break;
    case SPAN_REF:
        if (!s->to.n) {
            code(b, s->text);
            break;
        }
        buf_z(b, "<a href=\"#");
        emit_html(b, s->to);
        buf_z(b, "\">");
        code(b, s->text);
        buf_z(b, "</a>");
        break;
    case SPAN_BREAK: buf_z(b, "<br>"); break;
    }
}

static void put_line(struct buf *b, const struct line *l)
{
    for (uint32_t i = 0; i < l->n; i++) put_span(b, &l->v[i]);
}

/* ---- blocks ---- */

static void heading(struct buf *b, const struct block *h)
{
    buf_printf(b, "<h%u", h->level);
    if (h->anchor.n) attribute(b, "id", h->anchor);
    buf_byte(b, '>');
    put_line(b, &h->line);
    buf_printf(b, "</h%u>\n", h->level);
}

static void paragraph(struct buf *b, const struct block *p)
{
    buf_z(b, p->kind == BLOCK_CALLOUT ? "<p class=\"callout\">" : "<p>");
    put_line(b, &p->line);
    buf_z(b, "</p>\n");
}

/* On narrow screens a row is a block, and its cells are labelled: the roles keep it a table for a screen reader. */
static void table(struct buf *b, const struct block *t)
{
    buf_printf(b, "<table role=\"table\" class=\"%s\">\n<thead role=\"rowgroup\"><tr role=\"row\">", t->look ? t->look : "plain");
    for (uint32_t i = 0; i < t->columns_n; i++) buf_printf(b, "<th scope=\"col\" role=\"columnheader\">%s</th>", t->columns[i]);
    buf_z(b, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (uint32_t i = 0; i < t->cells_n; i++) {
        uint32_t column = i % t->columns_n;
        if (!column) buf_z(b, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"");
        else buf_z(b, "<td role=\"cell\"");
        attribute(b, "data-label", str_from(t->columns[column]));
        buf_byte(b, '>');
        put_line(b, &t->cells[i]);
        buf_z(b, column ? "</td>" : "</th>");
        if (column + 1 == t->columns_n) buf_z(b, "</tr>\n");
    }
    buf_z(b, "</tbody></table>\n");
}

static void list(struct buf *b, const struct block *l)
{
    buf_z(b, "<ul>\n");
    for (uint32_t i = 0; i < l->cells_n; i++) {
        buf_z(b, "<li>");
        put_line(b, &l->cells[i]);
        buf_z(b, "</li>\n");
    }
    buf_z(b, "</ul>\n");
}

static void part(struct buf *b, const struct part *p)
{
    buf_z(b, p->command ? "<div class=\"part command\">" : "<div class=\"part\">");
    if (p->label) buf_printf(b, "<span class=\"label\">%s</span> ", p->label);
    if (p->command) {
        buf_z(b, "<pre><code>");
        struct buf text = buf_new(b->a);
        emit_command(&text, p->text);
        emit_html(b, buf_done(&text));
        buf_z(b, "</code></pre>");
    } else {
        buf_z(b, "<span>");
        put_line(b, &p->line);
        buf_z(b, "</span>");
    }
    buf_z(b, "</div>\n");
}

static void entry(struct buf *b, const struct block *e)
{
    buf_printf(b, "<li class=\"%s\"", e->look ? e->look : "");
    if (e->anchor.n) attribute(b, "id", e->anchor);
    buf_z(b, "><div class=\"head\">");
    put_line(b, &e->line);
    buf_z(b, "</div>\n");
    for (uint32_t i = 0; i < e->parts_n; i++) part(b, &e->parts[i]);
    buf_z(b, "</li>\n");
}

/* ---- the page ---- */

static void policy(struct buf *b)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct sha256 s;
    unsigned char digest[33] = {0};
    sha256_init(&s);
    sha256_add(&s, doc_style);
    sha256_end(&s, digest);
    buf_z(b, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    for (size_t i = 0; i < 33; i += 3) {
        uint32_t three = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | digest[i + 2];
        for (unsigned k = 0; k < 4; k++) buf_byte(b, i == 30 && k == 3 ? '=' : digits[three >> (18 - 6 * k) & 63]);
    }
    buf_z(b, "'; base-uri 'none'; form-action 'none'\">\n");
}

static void head(struct buf *b, const struct doc *d)
{
    buf_z(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    policy(b);
    buf_z(b, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
             "<meta name=\"referrer\" content=\"no-referrer\">\n");
    element(b, "title", d->title);
    buf_z(b, "\n<style>");
    buf_add(b, doc_style);
    buf_z(b, "</style>\n</head>\n");
}

static void contents(struct buf *b, const struct doc *d)
{
    buf_z(b, "<nav aria-label=\"Contents\">\n<ol>\n");
    for (uint32_t i = 0; i < d->n; i++) {
        if (d->v[i].kind != BLOCK_HEADING || d->v[i].level != 2) continue;
        buf_z(b, "<li><a href=\"#");
        emit_html(b, d->v[i].anchor);
        buf_z(b, "\">");
        put_line(b, &d->v[i].line);
        buf_z(b, "</a></li>\n");
    }
    buf_z(b, "</ol>\n</nav>\n");
}

static void block(struct buf *b, const struct block *x)
{
    switch (x->kind) {
    case BLOCK_HEADING: heading(b, x); break;
    case BLOCK_TEXT: case BLOCK_CALLOUT: paragraph(b, x); break;
    case BLOCK_LIST: list(b, x); break;
    case BLOCK_TABLE: table(b, x); break;
    case BLOCK_ENTRY: entry(b, x); break;
    case BLOCK_FIGURE: doc_write_figure(b, x); break;
    }
}

void doc_write_html(struct buf *out, const struct doc *d)
{
    bool entries = false;
    head(out, d);
    buf_z(out, "<body>\n<a class=\"skip\" href=\"#main\">To the report</a>\n");
    contents(out, d);
    buf_z(out, "<main id=\"main\">\n");
    for (uint32_t i = 0; i < d->n; i++) {
        bool is_entry = d->v[i].kind == BLOCK_ENTRY;
        if (is_entry && !entries) buf_z(out, "<ul class=\"entries\">\n");
        if (!is_entry && entries) buf_z(out, "</ul>\n");
        entries = is_entry;
        block(out, &d->v[i]);
    }
    if (entries) buf_z(out, "</ul>\n");
    buf_z(out, "</main>\n</body>\n</html>\n");
}
