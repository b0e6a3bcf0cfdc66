/* The chart itself: subcharts that come, go or are not at hand, and the step between the versions. */
#include "checks/view.h"

#include "text/semver.h"

static const struct dependency *find_dependency(const struct chart *c, struct str name)
{
    for (uint32_t i = 0; c && i < c->deps_n; i++)
        if (str_eq(c->deps[i].name, name)) return &c->deps[i];
    return NULL;
}

static struct finding *report(struct facts *f, const char *rule, enum severity severity, enum about about, const struct dependency *d)
{
    struct finding *x = finding_add(&f->findings, rule, severity, about, SUBJECT_SUBCHART, d->name);
    x->at = d->at;
    return x;
}

/* ---- on and off ---- */

/* Workloads whose environment names "<release>-<subchart>" or the subchart itself as a host. */
static void dependents_of(const struct facts *f, const struct side *s, struct str name, struct names *out)
{
    struct str host = str_printf(f->a, "%.*s-%.*s", STR_ARG(s->env.release), STR_ARG(name));
    for (uint32_t i = 0; i < s->workloads_n; i++) {
        const struct workload *w = &s->workloads[i];
        for (uint32_t c = 0; c < w->containers_n; c++)
            for (uint32_t k = 0; k < w->containers[c].env_n; k++)
                if (view_has_word(w->containers[c].env[k].value, host)) names_add(out, w->object->id);
    }
}

static struct str objects_below(const struct facts *f, const struct side *s, struct str name)
{
    struct names l = {.a = f->a};
    struct str part = str_printf(f->a, "/charts/%.*s/", STR_ARG(name));
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (view_is_managed(o) && o->from && str_has(o->from->path, part) && (view_runs_pods(o) || str_is(o->kind, "Service") || str_is(o->kind, "PersistentVolumeClaim"))) names_add(&l, o->id);
    }
    return names_show(&l, 5);
}

static void say_decider(struct facts *f, struct finding *x, const struct dependency *was, const struct dependency *is)
{
    struct str by = is && is->decided_by.n ? is->decided_by : was && was->decided_by.n ? was->decided_by : (struct str){0};
    if (by.n) finding_evidence(&f->findings, x, "%.*s decides", STR_ARG(by));
}

static void report_disabled(struct facts *f, const struct dependency *was, const struct dependency *is)
{
    struct finding *x = report(f, "chart/subchart-disabled", SEVERITY_ERROR, ABOUT_CHANGE, was);
    struct str objects = objects_below(f, &f->old_side, was->name);
    x->message = is ? STR("it was on and is off in the new version: Helm deletes its objects, with what they store") : STR("the new chart no longer has this subchart: Helm deletes its objects, with what they store");
    if (objects.n) finding_evidence(&f->findings, x, "it had %.*s", STR_ARG(objects));
    say_decider(f, x, was, is);
    x->fix = is && is->decided_by.n ? str_printf(f->a, "set %.*s: true in your values to keep it", STR_ARG(is->decided_by)) : STR("find out what takes its place, and back up what it stores");
}

static void report_enabled(struct facts *f, const struct dependency *was, const struct dependency *is)
{
    struct names needs = {.a = f->a}, before = {.a = f->a};
    dependents_of(f, f->judged, is->name, &needs);
    dependents_of(f, &f->old_side, is->name, &before);
    bool needed = needs.n && !before.n;
    struct finding *x = report(f, "chart/subchart-enabled", needed ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_CHANGE, is);
    x->message = str_printf(f->a, "%s: it brings objects of its own%s%s", was ? "it was off and is on in the new version" : "it is new in this chart, and on",
                            needed ? ", and the new version depends on it" : "", is->present ? "" : "; it is not at hand, so nothing of it was checked");
    if (needed) finding_evidence(&f->findings, x, "%.*s %s its service", STR_ARG(names_show(&needs, 4)), needs.n == 1 ? "names" : "name");
    struct str objects = objects_below(f, f->judged, is->name);
    if (objects.n) finding_evidence(&f->findings, x, "it makes %.*s", STR_ARG(objects));
    say_decider(f, x, was, is);
    x->fix = str_printf(f->a, "see that the cluster has room and images for it (helm dependency build)%s%.*s%s", is->decided_by.n ? ", or set " : "", STR_ARG(is->decided_by), is->decided_by.n ? ": false if you have your own" : "");
}

static void report_missing(struct facts *f, const struct dependency *was, const struct dependency *is)
{
    bool before = was && was->enabled && !was->present && str_eq(was->version, is->version);
    struct finding *x = report(f, "chart/dependency-missing", SEVERITY_WARNING, before || f->single ? ABOUT_STATE : ABOUT_CHANGE, is);
    x->message = str_printf(f->a, "it is on and not in charts/: its objects (version %.*s) were not rendered, so nothing of it was checked", STR_ARG(is->version));
    if (was && was->enabled && !str_eq(was->version, is->version)) finding_evidence(&f->findings, x, "its version goes from %.*s to %.*s", STR_ARG(was->version), STR_ARG(is->version));
    x->fix = STR("helm dependency build, and run this again");
}

static void check_subcharts(struct facts *f)
{
    const struct chart *old = f->single ? NULL : f->old_side.render.chart, *new = f->judged->render.chart;
    for (uint32_t i = 0; old && i < old->deps_n; i++) {
        const struct dependency *was = &old->deps[i], *is = find_dependency(new, was->name);
        if (was->enabled && (!is || !is->enabled)) report_disabled(f, was, is);
    }
    for (uint32_t i = 0; new && i < new->deps_n; i++) {
        const struct dependency *is = &new->deps[i], *was = find_dependency(old, is->name);
        if (!is->enabled) continue;
        bool turned_on = !f->single && (!was || !was->enabled);
        if (turned_on) report_enabled(f, was, is);
        if (!is->present && !turned_on) report_missing(f, was, is);
    }
}

/* ---- versions ---- */

static void check_versions(struct facts *f)
{
    struct semver from, to;
    struct str error, old = f->old_side.chart->version, new = f->new_side.chart->version;
    if (!semver_parse(f->a, old, &from, &error) || !semver_parse(f->a, new, &to, &error) || semver_compare(&from, &to) <= 0) return;
    struct finding *x = finding_add(&f->findings, "chart/version-skew", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_CHART, f->new_side.chart->name);
    x->at = view_version_place(f);
    x->message = str_printf(f->a, "this goes backwards, from %.*s to %.*s: what the newer version stored may be unknown to the older one", STR_ARG(old), STR_ARG(new));
    x->fix = STR("swap --old and --new; where a downgrade is what you want, prefer helm rollback, and back up first what the release stores");
}

const struct check_entry checks_chart[] = {
    {"chart/subchart-disabled chart/subchart-enabled chart/dependency-missing", true, true, check_subcharts},
    {"chart/version-skew", false, false, check_versions},
    {0},
};
