/* findings.json: rutter.findings/v1. */
#include "emit/emitters.h"

#include "text/units.h"

static struct value text_list(struct arena *a, const struct str *v, uint32_t n)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < n; i++) list_add(l, v_str(v[i]));
    return v_list(l);
}

static struct value location(struct arena *a, const struct facts *f, struct place at)
{
    const struct input *i = inputs_get(f->inputs, at.input);
    struct map *m = map_new(a);
    if (i->opened.n) map_putz(m, "file", v_str(emit_file(a, f, i->opened)));
    map_putz(m, "input", v_str(i->role.n && i->path.n ? str_printf(a, "%.*s:%.*s", STR_ARG(i->role), STR_ARG(i->path)) : i->role));
    if (at.line) map_putz(m, "line", v_int(at.line));
    if (at.column) map_putz(m, "column", v_int(at.column));
    return v_map(m);
}

/* Who decided to live with it, in the words of .rutter.yaml. */
static struct value acceptance(struct arena *a, const struct facts *f, const struct finding *x)
{
    struct map *m = map_new(a);
    map_putz(m, "reason", v_str(x->accepted));
    if (x->accepted_until.n) map_putz(m, "expires", v_str(x->accepted_until));
    map_putz(m, "location", location(a, f, x->accepted_at));
    return v_map(m);
}

static struct value finding(struct arena *a, const struct facts *f, const struct finding *x)
{
    struct map *m = map_new(a), *subject = map_new(a);
    map_putz(subject, "kind", v_str(str_from(subject_kind_name(x->subject_kind))));
    map_putz(subject, "name", v_str(x->subject));
    map_putz(m, "rule", v_str(x->rule));
    map_putz(m, "severity", v_str(str_from(severity_name(x->severity))));
    map_putz(m, "about", v_str(str_from(about_name(x->about))));
    map_putz(m, "subject", v_map(subject));
    map_putz(m, "message", v_str(x->message));
    map_putz(m, "evidence", text_list(a, x->evidence, x->evidence_n));
    map_putz(m, "confidence", v_int(x->confidence));
    if (x->at.input || x->at.line) map_putz(m, "location", location(a, f, x->at));
    if (x->replacement.n) map_putz(m, "replacement", v_str(x->replacement));
    if (x->fix.n) map_putz(m, "fix", v_str(x->fix));
    if (x->loss.n) map_putz(m, "accept", v_str(x->loss));
    if (x->accepted.n) map_putz(m, "acceptance", acceptance(a, f, x));
    return v_map(m);
}

/* The date that decides what has expired, and who said it. */
static struct value as_of(struct arena *a, const struct facts *f)
{
    struct map *m = map_new(a);
    map_putz(m, "date", v_str(date_show(a, f->as_of)));
    map_putz(m, "from", v_str(str_from(f->as_of_why)));
    return v_map(m);
}

static struct value finding_list(struct arena *a, const struct facts *f, const struct findings *v)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < v->n; i++) list_add(l, finding(a, f, &v->v[i]));
    return v_list(l);
}

struct value emit_findings_value(struct arena *a, const struct facts *f)
{
    uint32_t count[3] = {0};
    for (uint32_t i = 0; i < f->findings.n; i++) count[f->findings.v[i].severity]++;
    struct map *m = map_new(a), *summary = map_new(a);
    map_putz(summary, "errors", v_int(count[SEVERITY_ERROR]));
    map_putz(summary, "warnings", v_int(count[SEVERITY_WARNING]));
    map_putz(summary, "infos", v_int(count[SEVERITY_INFO]));
    map_putz(summary, "rendered_old", v_bool(f->old_side.rendered));
    map_putz(summary, "rendered_new", v_bool(f->new_side.rendered));
    if (f->accepted.n) map_putz(summary, "accepted", v_int(f->accepted.n));
    if (f->off.n) map_putz(summary, "off", v_int(f->off.n));
    if (f->baseline_given) map_putz(summary, "baselined", v_int(f->baselined.n));
    if (f->baseline_given) map_putz(summary, "baseline_stale", v_int(f->baseline_stale));
    if (f->as_of >= 0) map_putz(summary, "as_of", as_of(a, f));
    map_putz(m, "schema", v_str(STR("rutter.findings/v1")));
    map_putz(m, "findings", finding_list(a, f, &f->findings));
    if (f->accepted.n) map_putz(m, "accepted", finding_list(a, f, &f->accepted));
    map_putz(m, "summary", v_map(summary));
    return v_map(m);
}

void emit_findings_json(struct buf *out, const struct emit_input *in)
{
    canonical_json(out, emit_findings_value(out->a, in->f));
    buf_byte(out, '\n');
}
