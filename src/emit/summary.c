/* One line that says how many findings there are, and how many are not shown and why. */
#include "emit/emitters.h"

#include "text/units.h"

static void count(struct buf *b, const char *before, uint32_t n, const char *one, const char *many)
{
    buf_printf(b, "%s%u %s", before, n, n == 1 ? one : many);
}

void emit_counts(struct buf *b, const struct facts *f)
{
    uint32_t n[3] = {0};
    for (uint32_t i = 0; i < f->findings.n; i++) n[f->findings.v[i].severity]++;
    count(b, "", n[SEVERITY_ERROR], "error", "errors");
    count(b, ", ", n[SEVERITY_WARNING], "warning", "warnings");
    buf_printf(b, ", %u info", n[SEVERITY_INFO]);
    if (f->accepted.n) buf_printf(b, "; %u accepted", f->accepted.n);
    if (f->baselined.n) buf_printf(b, "; %u in the baseline", f->baselined.n);
    if (f->baseline_stale) count(b, "; ", f->baseline_stale, "entry of the baseline matches nothing any more", "entries of the baseline match nothing any more");
    if (f->off.n) buf_printf(b, "; %u of rules that are off", f->off.n);
}

/* Dates decide only what has expired, so they are said where something can. */
static bool has_dated(const struct facts *f)
{
    for (uint32_t i = 0; i < f->accepted.n; i++)
        if (f->accepted.v[i].accepted_until.n) return true;
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, "site/acceptance-expired")) return true;
    return false;
}

void emit_summary(struct buf *b, const struct facts *f)
{
    buf_z(b, f->new_side.rendered ? "checked: " : "the new chart could NOT be rendered: ");
    emit_counts(b, f);
    if (has_dated(f)) buf_printf(b, "; as of %.*s (%s)", STR_ARG(date_show(b->a, f->as_of)), f->as_of_why);
    buf_byte(b, '\n');
}
