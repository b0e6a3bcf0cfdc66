/* Rules over template syntax: tree-sitter queries over the templates of the new chart. A team's own (--rules DIR) always run, those of
 * rules/queries with --template-rules: parsing every template once more takes as long as a tenth of all the rest.
 *
 * What the old chart's template of the same name says in the same words is a state; all else is a change. */
#include "checks/view.h"

#include "tmpl/query.h"

struct queries {
    const struct query *v[64];
    uint32_t n;
};

static void add_built_in(struct facts *f, struct queries *out)
{
    uint32_t n;
    struct rulebook_file *v = rulebook_list(NULL, f->a, "queries/", ".scm", true, &n);
    for (uint32_t i = 0; i < n && out->n < 64; i++) {
        struct query *q = NEW(f->a, struct query);
        uint32_t input = inputs_add(f->inputs, STR("rules"), v[i].path, (struct str){0}, v[i].text);
        if (query_compile(f->a, v[i].text, input, f->diags, q)) out->v[out->n++] = q;
        else return; /* said once: the library is not there */
    }
}

static const struct file *old_template(const struct chart *c, struct str path)
{
    for (uint32_t i = 0; c && i < c->templates_n; i++)
        if (str_eq(c->templates[i]->path, path)) return c->templates[i];
    return NULL;
}

static const struct chart *old_subchart(const struct chart *c, struct str name)
{
    for (uint32_t i = 0; c && i < c->subcharts_n; i++)
        if (str_eq(c->subcharts[i]->name, name)) return c->subcharts[i];
    return NULL;
}

/* Takes one of them: each stands for one of the new chart's. */
static bool was_there(struct query_matches *old, const struct query_match *m)
{
    for (uint32_t i = 0; i < old->n; i++)
        if (str_eq(old->v[i].pattern->rule, m->pattern->rule) && str_eq(old->v[i].text, m->text)) {
            old->v[i].text = (struct str){0};
            return true;
        }
    return false;
}

static void report(struct facts *f, const struct query_match *m, struct str path, bool state)
{
    struct finding *x = finding_add(&f->findings, str_z(f->a, m->pattern->rule), m->pattern->severity, state ? ABOUT_STATE : ABOUT_CHANGE, SUBJECT_TEMPLATE, path);
    x->at = view_template_place(f, &f->new_side, path, m->line, m->column);
    x->message = str_dup(f->a, m->message);
    x->fix = str_dup(f->a, m->fix);
}

static void check_template(struct facts *f, const struct query *q, struct str path, struct str text, const struct file *old)
{
    struct arena *scratch = arena_new(f->a->guard);
    struct query_matches now, was = {0};
    bool same = old && str_eq(old->data, text);
    if (query_run(scratch, q, text, &now) && now.n) {
        /* The library's memory is that of its last parse, so the old text is read after the new one has been. */
        if (old && !same) query_run(scratch, q, old->data, &was);
        for (uint32_t i = 0; i < now.n; i++) report(f, &now.v[i], path, f->single || same || was_there(&was, &now.v[i]));
    }
    arena_free(scratch);
}

static void check_chart(struct facts *f, const struct queries *q, const struct chart *c, const struct chart *old, uint32_t depth)
{
    if (depth > f->a->guard->max.depth) return;
    for (uint32_t i = 0; i < c->templates_n; i++)
        for (uint32_t k = 0; k < q->n; k++)
            check_template(f, q->v[k], path_join(f->a, c->path, c->templates[i]->path), c->templates[i]->data, old_template(old, c->templates[i]->path));
    for (uint32_t i = 0; i < c->subcharts_n; i++) check_chart(f, q, c->subcharts[i], old_subchart(old, c->subcharts[i]->name), depth + 1);
}

static void check_queries(struct facts *f)
{
    struct queries q = {.n = 0};
    const struct rulebook *r = f->o->rules;
    if (f->o->template_rules) add_built_in(f, &q);
    for (uint32_t i = 0; r && i < r->queries_n && q.n < 64; i++) q.v[q.n++] = &r->queries[i];
    if (q.n) check_chart(f, &q, f->new_side.chart, f->single ? NULL : f->old_side.chart, 0);
}

const struct check_entry checks_queries[] = {
    {"template/lookup-nil template/random-unguarded template/tpl-whole-values", true, false, check_queries},
    {0},
};
