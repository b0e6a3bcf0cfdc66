/* Whether the new chart renders at all with these values. */
#include "checks/checks.h"

/* The place of a failure in the new chart, as an input of ours. */
static struct place template_place(const struct facts *f, struct str path, uint32_t line, uint32_t column)
{
    struct str chart, rest;
    str_cut(path, STR("/"), &chart, &rest);
    for (uint32_t i = 1; i < f->inputs->n; i++)
        if (str_is(f->inputs->v[i].role, f->new_side.role) && str_eq(f->inputs->v[i].path, rest))
            return (struct place){.input = i & 0x3fff, .line = line, .column = column & 0x3ffff};
    return NOWHERE;
}

static void check_rendered(struct facts *f)
{
    const struct render *r = &f->new_side.render;
    if (f->new_side.rendered) return;
    for (size_t i = 0; i < r->violations.n; i++) {
        const struct violation *v = &r->violations.v[i];
        struct finding *x = finding_add(&f->findings, "schema/failed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, v->path);
        x->message = str_printf(f->a, "the new chart's values.schema.json does not accept this value: %.*s", STR_ARG(v->message));
        x->fix = STR("give a value that the schema allows, or remove the key");
    }
    if (r->violations.n) return;
    struct str name = r->error_template.n ? r->error_template : f->new_side.chart->name;
    struct finding *x = finding_add(&f->findings, "render/failed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_TEMPLATE, name);
    x->at = template_place(f, r->error_template, r->error_line, r->error_column);
    x->message = str_printf(f->a, "the new chart does not render with these values: %.*s", STR_ARG(r->error));
    x->fix = STR("change the values that the message names, until helm template renders the new chart");
}

const struct check_entry checks_render[] = {
    {"render/failed schema/failed", true, false, check_rendered},
    {0},
};
