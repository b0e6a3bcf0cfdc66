/* Several releases in one jump: where one between them has to be stopped at, the plan refuses and says how to go there first. */
#include "plan/planner.h"

#include "source/source.h"
#include "text/semver.h"

/* The first stop on the way. */
static const struct finding *first_stop(struct arena *a, const struct facts *f)
{
    const struct finding *first = NULL;
    struct semver x, y;
    struct str error;
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *v = &f->findings.v[i];
        if (!v->stop.n || !semver_parse(a, v->stop, &x, &error)) continue;
        if (first && semver_parse(a, first->stop, &y, &error) && semver_compare(&x, &y) >= 0) continue;
        first = v;
    }
    return first;
}

/* "v1.4.0" for 1.4.0 is "v2.0.0" for 2.0.0; "" where the text does not name the version. */
static struct str renamed(struct arena *a, struct str text, struct str from, struct str to)
{
    ptrdiff_t at = str_find(text, from);
    if (at < 0 || !from.n) return STR("");
    return str_printf(a, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(to), STR_ARG(str_from_n(text, (size_t)at + from.n)));
}

/* What changes of the command line for one of the two stages. Paths stay out of it: a plan is the same wherever it is made. */
static struct str words_of(struct arena *a, const struct facts *f, struct str stop, bool first)
{
    const struct options *o = f->o;
    if (!o->repo.n) return str_printf(a, "%s CHART-OF-%.*s", first ? "--new" : "--old", STR_ARG(stop));
    struct str tag = renamed(a, o->from, f->old_side.chart->version, stop);
    if (!tag.n || !source_git_has(a, o->repo, tag, o->chart_path)) tag = str_printf(a, "TAG-OF-%.*s", STR_ARG(stop));
    return str_printf(a, "--from %.*s --to %.*s", STR_ARG(first ? o->from : tag), STR_ARG(first ? tag : o->to));
}

struct str stages_refusal(struct arena *a, const struct facts *f)
{
    const struct finding *x = first_stop(a, f);
    if (!x) return STR("");
    struct str one = words_of(a, f, x->stop, true), two = words_of(a, f, x->stop, false);
    return str_printf(a, "From %.*s to %.*s the upgrade must not jump over %.*s (%.*s): %.*s Plan and run it in two stages, with the other options as they are: rutter plan %.*s ... and then rutter plan %.*s ...",
                      STR_ARG(f->old_side.chart->version), STR_ARG(f->new_side.chart->version), STR_ARG(x->stop), STR_ARG(x->rule), STR_ARG(x->message), STR_ARG(one), STR_ARG(two));
}
