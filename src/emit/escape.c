/* One function each for what reaches a shell, a terminal, Markdown, HTML. */
#include "emit/emit.h"

#include "base/utf8.h"

static bool is_plain_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_-./:=@%+,", c);
        if (!ok || !c) return false;
    }
    return s.n > 0;
}

void emit_shell_word(struct buf *b, struct str s)
{
    if (is_plain_word(s)) {
        buf_add(b, s);
        return;
    }
    buf_byte(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'') buf_z(b, "'\\''");
        else if (s.p[i]) buf_byte(b, s.p[i]);
    }
    buf_byte(b, '\'');
}

/* Characters that change how others are shown: C0, DEL, C1, bidirectional embeddings, overrides and isolates. */
static bool is_control(uint32_t r)
{
    return r < ' ' || (r >= 0x7f && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) || r == 0x200e || r == 0x200f || r == 0x61c;
}

static void each_rune(struct buf *b, struct str s, void (*put)(struct buf *b, uint32_t r))
{
    for (size_t i = 0, w; i < s.n; i += w) put(b, utf8_decode(s, i, &w));
}

static void put_terminal(struct buf *b, uint32_t r)
{
    buf_rune(b, is_control(r) && r != '\n' && r != '\t' ? RUNE_ERROR : r);
}

void emit_terminal(struct buf *b, struct str s) { each_rune(b, s, put_terminal); }

static void put_markdown(struct buf *b, uint32_t r)
{
    if (r == '\n' || r == '\t' || r == '\r') buf_byte(b, ' ');
    else if (is_control(r)) buf_rune(b, RUNE_ERROR);
    else if (r == '<') buf_z(b, "&lt;");
    else if (r == '>') buf_z(b, "&gt;");
    else if (r == '&') buf_z(b, "&amp;");
    else if (r == '@') buf_z(b, "@\xe2\x80\x8b"); /* nobody is notified */
    else if (r < 0x80 && strchr("\\`*_{}[]()#+-.!|~", (int)r)) buf_printf(b, "\\%c", (char)r);
    else buf_rune(b, r);
}

/* No address becomes a link: GitHub looks for "://" (https://github.github.com/gfm/#autolinks-extension-). */
void emit_markdown(struct buf *b, struct str s)
{
    struct str head, rest = s;
    while (str_cut(rest, STR("://"), &head, &rest)) {
        each_rune(b, head, put_markdown);
        buf_z(b, "\\://");
    }
    each_rune(b, head, put_markdown);
}

static void put_code(struct buf *b, uint32_t r)
{
    if (r == '\n' || r == '\t' || r == '\r') buf_byte(b, ' ');
    else if (is_control(r)) buf_rune(b, RUNE_ERROR);
    else buf_rune(b, r);
}

/* GitHub splits rows into cells before it looks for code spans: https://github.github.com/gfm/#tables-extension- */
static void put_cell_code(struct buf *b, uint32_t r)
{
    if (r == '|') buf_byte(b, '\\');
    put_code(b, r);
}

/* A code span, with a fence longer than any run of backticks in it. One space at both ends is taken off by the reader. */
static void code_span(struct buf *b, struct str s, void (*put)(struct buf *b, uint32_t r))
{
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    bool pad = s.n && (s.p[0] == '`' || s.p[s.n - 1] == '`' || (s.p[0] == ' ' && s.p[s.n - 1] == ' '));
    buf_fill(b, '`', longest + 1);
    if (pad || !s.n) buf_byte(b, ' ');
    each_rune(b, s, put);
    if (pad) buf_byte(b, ' ');
    buf_fill(b, '`', longest + 1);
}

void emit_markdown_code(struct buf *b, struct str s) { code_span(b, s, put_code); }
void emit_markdown_cell_code(struct buf *b, struct str s) { code_span(b, s, put_cell_code); }

static void put_command(struct buf *b, uint32_t r)
{
    if (r == '\n') buf_z(b, "\xe2\x8f\x8e");
    else put_code(b, r);
}

void emit_command(struct buf *b, struct str s) { each_rune(b, s, put_command); }

static void put_html(struct buf *b, uint32_t r)
{
    switch (r) {
    case '<': buf_z(b, "&lt;"); break;
    case '>': buf_z(b, "&gt;"); break;
    case '&': buf_z(b, "&amp;"); break;
    case '"': buf_z(b, "&quot;"); break;
    case '\'': buf_z(b, "&#39;"); break;
    default: buf_rune(b, is_control(r) && r != '\n' && r != '\t' ? RUNE_ERROR : r);
    }
}

void emit_html(struct buf *b, struct str s) { each_rune(b, s, put_html); }
