/* A new chart that does not parse: all syntax errors of all its templates, not only the one at which Helm stops.
 *
 * Whether a template parses is Go's answer, with Go's message; where in the line it stands, and what else is wrong in the same
 * template, comes from the tolerant parser (tmpl/syntax.h). Without libtree-sitter there is one finding a template. */
#include "checks/view.h"

#include "tmpl/parse.h"
#include "tmpl/syntax.h"

static bool is_seen(const struct syntax *s, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (s->errors[k].line == s->errors[i].line) return true;
    return false;
}

static struct finding *existing(struct facts *f, struct str path)
{
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, "render/failed") && str_eq(f->findings.v[i].subject, path)) return &f->findings.v[i];
    return NULL;
}

static struct finding *report(struct facts *f, struct str path, uint32_t line, uint32_t column)
{
    struct finding *x = finding_add(&f->findings, "render/failed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_TEMPLATE, path);
    x->at = view_template_place(f, &f->new_side, path, line, column);
    x->fix = STR("correct the template; the chart's maker has to, if it is not yours");
    return x;
}

/* In bytes, as the tolerant parser has it; places count characters. */
static uint32_t column_of(struct str text, const struct syntax_error *e)
{
    uint32_t column = 1;
    for (uint32_t i = e->pos - (e->column - 1); i < e->pos && i < text.n; i++) column += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return column;
}

static void check_template(struct facts *f, struct str path, struct str text, struct diags *quiet)
{
    const struct parsed *p = tmpl_parse(f->a, f->parses, path, text);
    struct syntax s = {0};
    if (!p->error.n) return;
    bool tolerant = syntax_check(f->a, path, text, false, quiet, &s);
    uint32_t first = 0;
    while (first < s.errors_n && s.errors[first].line != p->error_line) first++;
    uint32_t column = first < s.errors_n ? column_of(text, &s.errors[first]) : 0;
    struct finding *x = existing(f, path);
    if (!x) {
        x = report(f, path, p->error_line, column);
        x->message = str_printf(f->a, "the new chart does not parse: %.*s", STR_ARG(tmpl_parse_error_show(f->a, p)));
    }
    x->at = view_template_place(f, &f->new_side, path, p->error_line, column);
    x->fix = STR("correct the template; the chart's maker has to, if it is not yours");
    if (!tolerant) finding_evidence(&f->findings, x, "there may be more errors in this template: install libtree-sitter0 to see all of them");
    for (uint32_t i = 0; i < s.errors_n; i++) {
        if (s.errors[i].line == p->error_line || is_seen(&s, i)) continue;
        struct finding *y = report(f, path, s.errors[i].line, column_of(text, &s.errors[i]));
        y->message = str_printf(f->a, "the new chart does not parse: %.*s on line %u of %.*s", STR_ARG(s.errors[i].message), s.errors[i].line, STR_ARG(path));
        finding_evidence(&f->findings, y, "Helm stops at another error before it comes to this one");
    }
}

static void check_chart(struct facts *f, const struct chart *c, struct diags *quiet, uint32_t depth)
{
    if (depth > f->a->guard->max.depth) return;
    for (uint32_t i = 0; i < c->subcharts_n; i++) check_chart(f, c->subcharts[i], quiet, depth + 1);
    for (uint32_t i = 0; i < c->templates_n; i++) {
        const struct file *t = c->templates[i];
        if (str_is(c->type, "library") && !str_starts(path_base(t->path), STR("_"))) continue; /* Helm passes over them */
        check_template(f, path_join(f->a, c->path, t->path), t->data, quiet);
    }
}

static void check_syntax(struct facts *f)
{
    const struct render *r = &f->new_side.render;
    if (f->new_side.rendered || !r->chart || !str_starts(r->error, STR("parse error at ("))) return;
    check_chart(f, r->chart, diags_new(f->a, f->inputs), 0);
}

const struct check_entry checks_syntax[] = {
    {"render/failed", true, false, check_syntax},
    {0},
};
