/* Findings for a comment on a pull request: counts first, then a table, worst first. */
#include "emit/emitters.h"

enum { MOST = 60000 /* a comment holds 65,536 characters */ };

static void row(struct buf *b, const struct facts *f, const struct finding *x)
{
    buf_printf(b, "| %s | ", severity_name(x->severity));
    emit_markdown_cell_code(b, x->rule);
    buf_z(b, " | ");
    emit_markdown_cell_code(b, x->subject);
    if (x->replacement.n) {
        buf_z(b, " &rarr; ");
        emit_markdown_cell_code(b, x->replacement);
    }
    buf_z(b, " | ");
    emit_markdown(b, x->message);
    if (x->fix.n) {
        buf_z(b, " **Fix:** ");
        emit_markdown(b, x->fix);
    }
    struct str place = emit_place(b->a, f, x->at);
    buf_z(b, " | ");
    if (place.n) emit_markdown_cell_code(b, place);
    buf_z(b, " |\n");
}

/* What a reviewer should know that somebody decided. */
static void accepted(struct buf *b, const struct facts *f)
{
    if (!f->accepted.n) return;
    buf_z(b, "\n<details><summary>accepted</summary>\n\n| rule | subject | reason | until |\n|---|---|---|---|\n");
    for (uint32_t i = 0; i < f->accepted.n && b->n < MOST; i++) {
        const struct finding *x = &f->accepted.v[i];
        buf_z(b, "| ");
        emit_markdown_code(b, x->rule);
        buf_z(b, " | ");
        emit_markdown_code(b, x->subject);
        buf_z(b, " | ");
        emit_markdown(b, x->accepted);
        buf_printf(b, " | %.*s |\n", STR_ARG(x->accepted_until));
    }
    buf_z(b, "\n</details>\n");
}

void emit_findings_markdown(struct buf *out, const struct emit_input *in)
{
    const struct facts *f = in->f;
    uint32_t shown = 0;
    buf_z(out, f->new_side.rendered ? "### rutter: " : "### rutter: the new chart could NOT be rendered; ");
    emit_counts(out, f);
    buf_z(out, "\n\n");
    if (f->findings.n) buf_z(out, "| severity | rule | subject | what and what to do | where |\n|---|---|---|---|---|\n");
    for (; shown < f->findings.n && out->n < MOST; shown++) row(out, f, &f->findings.v[shown]);
    if (shown < f->findings.n) buf_printf(out, "\n%u more findings are not shown here.\n", f->findings.n - shown);
    accepted(out, f);
}
