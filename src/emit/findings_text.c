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

static void source_line(struct buf *b, const struct facts *f, const struct finding *x)
{
    struct str line = x->at.line ? input_line(inputs_get(f->inputs, x->at.input), x->at.line) : (struct str){0};
    if (!line.n || line.n > 160) return;
    buf_printf(b, "%6u | ", x->at.line);
    emit_terminal(b, line);
    buf_byte(b, '\n');
    if (!x->at.column) return;
    buf_z(b, "       | ");
    buf_fill(b, ' ', x->at.column - 1u);
    buf_z(b, "^\n");
}

static void labelled(struct buf *b, const char *label, struct str text)
{
    if (!text.n) return;
    buf_printf(b, "  %s: ", label);
    emit_terminal(b, text);
    buf_byte(b, '\n');
}

static void one(struct buf *b, const struct facts *f, const struct style *s, const struct finding *x)
{
    struct str place = place_show(b->a, f->inputs, x->at);
    buf_printf(b, "%s%s%s%s[", s->bold, color_of(s, x->severity), severity_name(x->severity), s->off);
    emit_terminal(b, x->rule);
    buf_printf(b, "] %s", s->bold);
    emit_terminal(b, x->subject);
    buf_z(b, s->off);
    if (x->replacement.n) {
        buf_z(b, " -> ");
        emit_terminal(b, x->replacement);
    }
    buf_byte(b, '\n');
    labelled(b, "at", place);
    source_line(b, f, x);
    buf_z(b, "  ");
    emit_terminal(b, x->message);
    buf_byte(b, '\n');
    for (uint32_t i = 0; i < x->evidence_n; i++) labelled(b, "because", x->evidence[i]);
    labelled(b, "fix", x->fix);
    buf_byte(b, '\n');
}

void emit_findings_text(struct buf *out, const struct emit_input *in)
{
    const struct facts *f = in->f;
    struct style s = style_of(in->color);
    uint32_t count[3] = {0};
    for (uint32_t i = 0; i < f->findings.n; i++) {
        one(out, f, &s, &f->findings.v[i]);
        count[f->findings.v[i].severity]++;
    }
    buf_printf(out, "%s: %u error%s, %u warning%s, %u info\n", f->new_side.rendered ? "checked" : "the new chart could NOT be rendered",
               count[SEVERITY_ERROR], count[SEVERITY_ERROR] == 1 ? "" : "s", count[SEVERITY_WARNING], count[SEVERITY_WARNING] == 1 ? "" : "s",
               count[SEVERITY_INFO]);
}
