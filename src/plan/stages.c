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

/* One of the two stages as the words of a command. Paths of files stay out of it: a plan is the same wherever it is made. */
static struct str command_of(struct arena *a, const struct facts *f, struct str stop, bool first)
{
    const struct options *o = f->o;
    struct buf b = buf_new(a);
    buf_z(&b, "rutter plan ");
    if (o->repo.n) {
        struct str tag = renamed(a, o->from, f->old_side.chart->version, stop);
        if (!tag.n || !source_git_has(a, o->repo, tag, o->chart_path)) tag = str_printf(a, "TAG-OF-%.*s", STR_ARG(stop));
        buf_printf(&b, "--repo REPO --chart %.*s --from %.*s --to %.*s", STR_ARG(o->chart_path), STR_ARG(first ? o->from : tag), STR_ARG(first ? tag : o->to));
    } else {
        buf_printf(&b, first ? "--old OLD-CHART --new CHART-OF-%.*s" : "--old CHART-OF-%.*s --new NEW-CHART", STR_ARG(stop));
    }
    /* The first stage may leave more in the recorded values than it was given, and the second compares them. */
    buf_z(&b, first ? " -f VALUES" : o->new_values.files_n ? " -f values-now.yaml --new-values NEW-VALUES" : " -f values-now.yaml");
    struct str to = first ? stop : f->new_side.chart->version;
    buf_printf(&b, " --release %.*s -n %.*s -o to-%.*s", STR_ARG(o->release), STR_ARG(o->ns), STR_ARG(to));
    return buf_done(&b);
}

struct str stages_refusal(struct arena *a, const struct facts *f)
{
    const struct finding *x = first_stop(a, f);
    if (!x) return STR("");
    struct str one = command_of(a, f, x->stop, true), two = command_of(a, f, x->stop, false), to = f->new_side.chart->version;
    struct str release = f->o->release, ns = f->o->ns;
    return str_printf(a,
                      "From %.*s to %.*s the upgrade must not jump over %.*s (%.*s): %.*s Go in two stages, with the other options as they are. First `%.*s` and `bash to-%.*s/plan.sh`. When that is "
                      "done, `helm get values %.*s -n %.*s -o yaml > values-now.yaml`, `%.*s` and `bash to-%.*s/plan.sh`. The way back goes the same way: `bash to-%.*s/rollback.sh`, then "
                      "`bash to-%.*s/rollback.sh`.",
                      STR_ARG(f->old_side.chart->version), STR_ARG(to), STR_ARG(x->stop), STR_ARG(x->rule), STR_ARG(x->message), STR_ARG(one), STR_ARG(x->stop), STR_ARG(release), STR_ARG(ns),
                      STR_ARG(two), STR_ARG(to), STR_ARG(to), STR_ARG(x->stop));
}
