/* Findings for a comment on a pull request: counts first, then a table, worst first. */
#include "emit/emitters.h"

enum { MOST = 60000 /* a comment holds 65,536 characters */ };

static void row(struct buf *b, const struct facts *f, const struct finding *x)
{
    buf_printf(b, "| %s | ", severity_name(x->severity));
    emit_markdown_code(b, x->rule);
    buf_z(b, " | ");
    emit_markdown_code(b, x->subject);
    if (x->replacement.n) {
        buf_z(b, " &rarr; ");
        emit_markdown_code(b, x->replacement);
    }
    buf_z(b, " | ");
    emit_markdown(b, x->message);
    if (x->fix.n) {
        buf_z(b, " **Fix:** ");
        emit_markdown(b, x->fix);
    }
    struct str place = place_show(b->a, f->inputs, x->at);
    buf_z(b, " | ");
    if (place.n) emit_markdown_code(b, place);
    buf_z(b, " |\n");
}

void emit_findings_markdown(struct buf *out, const struct emit_input *in)
{
    const struct facts *f = in->f;
    uint32_t count[3] = {0}, shown = 0;
    for (uint32_t i = 0; i < f->findings.n; i++) count[f->findings.v[i].severity]++;
    buf_z(out, "### rutter: ");
    if (!f->new_side.rendered) buf_z(out, "the new chart could NOT be rendered; ");
    buf_printf(out, "%u errors, %u warnings, %u info\n\n", count[SEVERITY_ERROR], count[SEVERITY_WARNING], count[SEVERITY_INFO]);
    if (!f->findings.n) return;
    buf_z(out, "| severity | rule | subject | what and what to do | where |\n|---|---|---|---|---|\n");
    for (; shown < f->findings.n && out->n < MOST; shown++) row(out, f, &f->findings.v[shown]);
    if (shown < f->findings.n) buf_printf(out, "\n%u more findings are not shown here.\n", f->findings.n - shown);
}
