/* What a new chart that refuses to render would make of an object is not always known: its template fails, or went on past a refusal
 * and may have taken the wrong turn. Such an object is neither gone nor changed: it is taken to be as it was. */
#include "facts/gather.h"

#include "base/strmap.h"

struct doubts {
    const struct side *old, *now;
    bool *doubtful;            /* by template: something was passed over in it */
    struct strmap of_new;      /* paths below the chart of doubtful templates */
    struct strmap of_old;      /* of all templates that the old chart has */
    struct strmap rendered;    /* kind, namespace and name of what the new chart made */
};

/* Without the chart's own name, which may have changed. */
static struct str below_chart(struct str path)
{
    struct str chart, rest;
    return str_cut(path, STR("/"), &chart, &rest) ? rest : path;
}

static struct str identity(struct arena *a, const struct manifest *m)
{
    struct str ns = value_str_at(value_at(m->object, "metadata", NULL), "namespace");
    return str_printf(a, "%.*s/%.*s/%.*s", STR_ARG(m->kind), STR_ARG(ns), STR_ARG(m->name));
}

static bool was_rendered(const struct side *s, uint32_t template)
{
    for (uint32_t i = 0; i < s->render.files_n; i++)
        if (s->render.files[i].index == template) return true;
    return false;
}

/* Whether a template that failed as a whole could be where an object of this kind has moved to: it writes the kind, or leaves it to
 * what it includes. */
static bool may_make(const struct side *s, struct str path, struct str kind)
{
    const struct file *file = source_find(&s->source, path);
    struct str line, rest, head, what;
    bool any = false;
    if (!file) return true;
    rest = file->data;
    for (bool more = true; more;) {
        more = str_cut(rest, STR("\n"), &line, &rest);
        if (!str_cut(line, STR("kind:"), &head, &what)) continue;
        what = str_trim(what);
        if (str_starts(what, STR("{{")) || str_eq(what, kind)) return true;
        any = true;
    }
    return !any;
}

static bool moved_into_failed(const struct doubts *d, struct str kind)
{
    for (uint32_t i = 0; i < d->now->render.templates_n; i++) {
        struct str path = below_chart(d->now->render.template_names[i]);
        if (!d->doubtful[i] || was_rendered(d->now, i) || strmap_find(&d->of_old, path) || str_ends(path, STR("NOTES.txt"))) continue;
        if (may_make(d->now, path, kind)) return true;
    }
    return false;
}

static bool is_unknown(struct arena *a, const struct doubts *d, const struct manifest *m)
{
    if (m->crd || strmap_find(&d->rendered, identity(a, m))) return false;
    return strmap_find(&d->of_new, below_chart(m->path)) || moved_into_failed(d, m->kind);
}

void facts_assume(struct arena *a, const struct side *old, struct side *s)
{
    struct doubts d = {old, s, NEW_ARRAY(a, bool, s->render.templates_n + 1), strmap_new(a), strmap_new(a), strmap_new(a)};
    const struct exec *x = &s->render.exec;
    if (!s->env.tolerant || !x->failures_n) return;
    for (uint32_t i = 0; i < x->failures_n; i++) {
        if (x->failures[i].file >= s->render.templates_n) continue;
        d.doubtful[x->failures[i].file] = true;
        strmap_put(&d.of_new, below_chart(s->render.template_names[x->failures[i].file]), s);
    }
    for (uint32_t i = 0; i < old->render.templates_n; i++) strmap_put(&d.of_old, below_chart(old->render.template_names[i]), s);
    for (uint32_t i = 0; i < s->manifests_n; i++) strmap_put(&d.rendered, identity(a, &s->manifests[i]), s);
    struct manifest *all = NEW_ARRAY(a, struct manifest, s->manifests_n + old->manifests_n + 1);
    for (uint32_t i = 0; i < s->manifests_n; i++) all[i] = s->manifests[i];
    for (uint32_t i = 0; i < old->manifests_n; i++) {
        if (!is_unknown(a, &d, &old->manifests[i])) continue;
        struct manifest *m = &all[s->manifests_n + s->assumed_n++];
        *m = old->manifests[i];
        m->rendered = UINT32_MAX;
    }
    s->manifests = all;
    s->manifests_n += s->assumed_n;
}

bool facts_is_assumed(const struct side *s, const struct object *o)
{
    return s->assumed_n && o->from && o->from >= s->manifests + (s->manifests_n - s->assumed_n) && o->from < s->manifests + s->manifests_n;
}
