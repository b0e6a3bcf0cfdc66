/* Findings as GitHub workflow commands: annotations on the lines of the values file. Worst first: a step shows ten of a kind. */
#include "emit/emitters.h"

/* Workflow commands escape %, CR and LF everywhere, and : and , in properties. A line never begins with text of an input. */
static void escaped(struct buf *b, struct str s, bool property)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') buf_z(b, "%25");
        else if (c == '\r') buf_z(b, "%0D");
        else if (c == '\n') buf_z(b, "%0A");
        else if (property && c == ':') buf_z(b, "%3A");
        else if (property && c == ',') buf_z(b, "%2C");
        else if ((unsigned char)c < ' ' || c == 0x7f) buf_z(b, "?");
        else buf_byte(b, c);
    }
}

static void one(struct buf *b, const struct facts *f, const struct finding *x)
{
    static const char *const command[] = {"notice", "warning", "error"};
    const struct input *in = inputs_get(f->inputs, x->at.input);
    buf_printf(b, "::%s ", command[x->severity]);
    if (in->opened.n) {
        buf_z(b, "file=");
        escaped(b, emit_file(b->a, f, in->opened), true);
        buf_printf(b, ",line=%u,", x->at.line ? x->at.line : 1);
        if (x->at.column) buf_printf(b, "col=%u,", (unsigned)x->at.column);
    }
    buf_z(b, "title=");
    escaped(b, x->rule, true);
    buf_byte(b, ' ');
    escaped(b, x->subject, true);
    buf_z(b, "::");
    escaped(b, x->message, false);
    if (x->fix.n) {
        buf_z(b, "%0AFix: ");
        escaped(b, x->fix, false);
    }
    buf_byte(b, '\n');
}

void emit_findings_github(struct buf *out, const struct emit_input *in)
{
    const struct facts *f = in->f;
    struct buf counts = buf_new(out->a);
    emit_counts(&counts, f);
    /* First, because a step shows ten annotations of a kind and drops the rest. */
    if (!f->new_side.rendered) buf_z(out, "::error title=rutter::the new chart could not be rendered with these values, so not everything was checked: ");
    else buf_z(out, "::notice title=rutter::");
    escaped(out, buf_done(&counts), false);
    buf_byte(out, '\n');
    for (uint32_t i = 0; i < f->findings.n; i++) one(out, f, &f->findings.v[i]);
}
