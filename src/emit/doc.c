#include "emit/doc.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- lines ---- */

struct line line_new(struct arena *a) { return (struct line){.a = a}; }

static struct line *add(struct line *l, enum span_kind kind, struct str text, struct str to)
{
    if (kind != SPAN_BREAK && !text.n) return l;
    *PUSH(l->a, l->v, l->n, l->cap) = (struct span){kind, text, to};
    return l;
}

struct line *line_text(struct line *l, struct str text) { return add(l, SPAN_TEXT, text, STR("")); }
struct line *line_z(struct line *l, const char *text) { return line_text(l, str_from(text)); }
struct line *line_strong(struct line *l, struct str text) { return add(l, SPAN_STRONG, text, STR("")); }
struct line *line_code(struct line *l, struct str text) { return add(l, SPAN_CODE, text, STR("")); }
struct line *line_ref(struct line *l, struct str text, struct str to) { return add(l, SPAN_REF, text, to); }
struct line *line_break(struct line *l) { return add(l, SPAN_BREAK, STR(""), STR("")); }

struct line *line_printf(struct line *l, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = arena_alloc(l->a, (size_t)(n < 0 ? 0 : n) + 1);
    vsnprintf(p, (size_t)(n < 0 ? 0 : n) + 1, format, again);
    va_end(again);
    return line_text(l, str_of(p, (size_t)(n < 0 ? 0 : n)));
}

struct line *line_codes(struct line *l, const struct str *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i) line_z(l, i + 1 == n ? " and " : ", ");
        line_code(l, v[i]);
    }
    return l;
}

/* ---- blocks ---- */

struct doc doc_new(struct arena *a, struct str title) { return (struct doc){.a = a, .title = title, .anchors = strmap_new(a)}; }

struct block *doc_line(struct doc *d, enum block_kind kind)
{
    struct block *b = PUSH(d->a, d->v, d->n, d->cap);
    b->kind = kind;
    b->line = line_new(d->a);
    return b;
}

struct block *doc_heading(struct doc *d, unsigned level, const char *text)
{
    struct block *b = doc_line(d, BLOCK_HEADING);
    b->level = level;
    b->anchor = level == 2 ? doc_anchor(d, "part", str_from(text)) : STR("");
    line_z(&b->line, text);
    return b;
}

struct block *doc_text(struct doc *d, const char *text)
{
    struct block *b = doc_line(d, BLOCK_TEXT);
    line_z(&b->line, text);
    return b;
}

struct block *doc_list(struct doc *d) { return doc_line(d, BLOCK_LIST); }

struct block *doc_table(struct doc *d, const char *look, const char *const *columns)
{
    struct block *b = doc_line(d, BLOCK_TABLE);
    b->look = look;
    b->columns = columns;
    while (columns[b->columns_n]) b->columns_n++;
    return b;
}

struct block *doc_entry(struct doc *d, const char *look)
{
    struct block *b = doc_line(d, BLOCK_ENTRY);
    b->look = look;
    return b;
}

struct line *block_cell(struct doc *d, struct block *b)
{
    struct line *l = PUSH(d->a, b->cells, b->cells_n, b->cells_cap);
    *l = line_new(d->a);
    return l;
}

struct line *block_part(struct doc *d, struct block *b, const char *label)
{
    struct part *p = PUSH(d->a, b->parts, b->parts_n, b->parts_cap);
    *p = (struct part){.label = label, .line = line_new(d->a)};
    return &p->line;
}

void block_command(struct doc *d, struct block *b, const char *label, struct str text)
{
    *PUSH(d->a, b->parts, b->parts_n, b->parts_cap) = (struct part){.label = label, .command = true, .text = text, .line = line_new(d->a)};
}

static struct str slug(struct arena *a, const char *kind, struct str name)
{
    struct buf b = buf_new(a);
    buf_z(&b, kind);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        else if (!plain) c = '-';
        if (c != '-' || (b.n && b.p[b.n - 1] != '-')) {
            if (i == 0 && c != '-') buf_byte(&b, '-');
            buf_byte(&b, c);
        }
    }
    return buf_done(&b);
}

/* Different names may look alike with only letters and digits: then the later one gets a number. */
struct str doc_anchor(struct doc *d, const char *kind, struct str name)
{
    struct str key = str_printf(d->a, "%s %.*s", kind, STR_ARG(name)), *known = strmap_get(&d->anchors, key);
    if (known) return *known;
    struct str *made = NEW(d->a, struct str), plain = slug(d->a, kind, name);
    *made = plain;
    for (unsigned n = 2; !strmap_put(&d->anchors, *made, made); n++) *made = str_printf(d->a, "%.*s-%u", STR_ARG(plain), n);
    strmap_put(&d->anchors, key, made);
    return *made;
}
