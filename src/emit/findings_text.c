/* Findings for a person at a terminal: the source line with a caret, the reason, the fix; then one line of counts. */
#include "emit/emitters.h"

struct style {
    const char *bold, *red, *yellow, *blue, *off;
};

static struct style style_of(bool color)
{
    if (!color) return (struct style){"", "", "", "", ""};
    return (struct style){"\033[1m", "\033[31m", "\033[33m", "\033[34m", "\033[0m"};
}

static const char *color_of(const struct style *s, enum severity severity)
{
    return severity == SEVERITY_ERROR ? s->red : severity == SEVERITY_WARNING ? s->yellow : s->blue;
}

static bool is_word(unsigned char c) { return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' || c == '/'; }

/* A caret below the column, counted in characters, and a line below the rest of the word. Tabs stay, so that it is below. */
static void underline(struct buf *b, struct str line, uint32_t column)
{
    size_t i = 0;
    for (uint32_t c = 1; c < column && i < line.n; c++) {
        buf_byte(b, line.p[i] == '\t' ? '\t' : ' ');
        for (i++; i < line.n && ((unsigned char)line.p[i] & 0xc0) == 0x80; i++) {}
    }
    buf_byte(b, '^');
    for (i++; i < line.n && is_word((unsigned char)line.p[i]) ; i++)
        if (((unsigned char)line.p[i] & 0xc0) != 0x80) buf_byte(b, '~');
    buf_byte(b, '\n');
}

static void source_line(struct buf *b, const struct facts *f, const struct finding *x)
{
    struct str line = x->at.line ? input_line(inputs_get(f->inputs, x->at.input), x->at.line) : (struct str){0};
    if (!line.n || line.n > 160) return;
    buf_printf(b, "%6u | ", x->at.line);
    emit_source_line(b, line);
    buf_byte(b, '\n');
    if (!x->at.column) return;
    buf_z(b, "       | ");
    underline(b, str_sub(line, 0, emit_secret_from(line)), x->at.column);
}

/* Text of an input never begins a line: a runner of CI jobs takes some lines for commands ("::add-mask::"), blanks before or not. */
static void paragraph(struct buf *b, struct str text)
{
    struct str line;
    for (bool more = true, first = true; more; first = false) {
        more = str_cut(text, STR("\n"), &line, &text);
        if (!first) buf_z(b, "  | ");
        emit_terminal(b, line);
        buf_byte(b, '\n');
    }
}

static void labelled(struct buf *b, const char *label, struct str text)
{
    if (!text.n) return;
    buf_printf(b, "  %s: ", label);
    paragraph(b, text);
}

static void one_line(struct buf *b, struct str text)
{
    for (struct str line; text.n; text.n ? buf_byte(b, ' ') : (void)0) {
        str_cut(text, STR("\n"), &line, &text);
        emit_terminal(b, line);
    }
}

static void one(struct buf *b, const struct facts *f, const struct style *s, const struct finding *x)
{
    struct str place = emit_place(b->a, f, x->at);
    buf_printf(b, "%s%s%s%s[", s->bold, color_of(s, x->severity), severity_name(x->severity), s->off);
    one_line(b, x->rule);
    buf_printf(b, "] %s", s->bold);
    one_line(b, x->subject);
    buf_z(b, s->off);
    if (x->replacement.n) {
        buf_z(b, " -> ");
        one_line(b, x->replacement);
    }
    buf_byte(b, '\n');
    labelled(b, "at", place);
    source_line(b, f, x);
    buf_z(b, "  ");
    paragraph(b, str_starts(x->message, STR("::")) ? str_concat(b->a, STR("| "), x->message) : x->message);
    for (uint32_t i = 0; i < x->evidence_n; i++) labelled(b, "because", x->evidence[i]);
    labelled(b, "fix", x->fix);
    buf_byte(b, '\n');
}

void emit_findings_text(struct buf *out, const struct emit_input *in)
{
    const struct facts *f = in->f;
    struct style s = style_of(in->color);
    for (uint32_t i = 0; i < f->findings.n; i++) one(out, f, &s, &f->findings.v[i]);
    emit_summary(out, f);
}

/* ---- the short form: a line a finding ---- */

/* Helm tells a failure over several lines, and what failed is said in the last: those that fit are one line here. */
static struct str head_of(struct arena *a, struct str message)
{
    enum { MOST = 240 };
    struct buf b = buf_new(a);
    struct str line;
    for (bool more = true; more;) {
        more = str_cut(message, STR("\n"), &line, &message);
        line = str_trim(line);
        if (b.n && b.n + line.n > MOST) break;
        if (b.n && line.n) buf_byte(&b, ' ');
        buf_add(&b, line);
    }
    return buf_done(&b);
}

/* FILE:LINE:COLUMN: severity: subject: the message's first lines [rule], as compilers have it and editors read it. */
static void short_one(struct buf *b, const struct facts *f, const struct finding *x)
{
    struct str line = head_of(b->a, x->message), place = emit_place(b->a, f, x->at);
    if (place.n) {
        one_line(b, place);
        buf_z(b, ": ");
    }
    buf_printf(b, "%s: ", severity_name(x->severity));
    one_line(b, x->subject);
    if (x->replacement.n) {
        buf_z(b, " -> ");
        one_line(b, x->replacement);
    }
    buf_z(b, ": ");
    one_line(b, line);
    buf_z(b, " [");
    one_line(b, x->rule);
    buf_z(b, "]\n");
}

void emit_findings_short(struct buf *out, const struct emit_input *in)
{
    for (uint32_t i = 0; i < in->f->findings.n; i++) short_one(out, in->f, &in->f->findings.v[i]);
    emit_summary(out, in->f);
}
