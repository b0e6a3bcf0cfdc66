/* What is known of releases and cannot be seen in any input: rules/advisories/, and those of --rules DIR.
 *
 *   charts      names of the charts that the file is for
 *   advisories  id, severity, title, text, fix, source;
 *     old, new  version constraints on the chart of that side; absent: any
 *     when      conditions that must all hold; each looks at one side (`side: old` or `new`, which is the default)
 *                 {value: PATH, ...}   an effective value
 *                 {env: NAME, ...}     an environment variable of any container
 *                 {object: KIND, label: KEY, ...}  that there is an object of the kind (whose label `label` has the value `is`)
 *               with `is: VALUE`, `is_not: VALUE`, or `absent: true`; without any of them it must be there and not be empty
 *     subject   {object: KIND, label: KEY, is: VALUE}, {value: PATH} or {chart: true}
 *     plan, rollback  what to do, for people
 *     stop      a version of the chart that an upgrade from below to above it must not jump over: the plan refuses, and says how to go in stages
 *     forward_only  true: what the upgrade does cannot be undone, so that there is no way back from the new version. With `stop`, that is so for an upgrade
 *                 that ends there or beyond. The plan asks for a person's yes (--accept forward/NAME, of the id advisory/NAME), and its rollback refuses from there on
 *     unseen    why no input of a pair shows it
 */
#include "checks/values_say.h"

#include "kube/field.h"
#include "text/semver.h"

/* ---- conditions ---- */

static const struct side *side_of(const struct facts *f, struct value condition) { return str_is(value_str_at(condition, "side"), "old") ? &f->old_side : f->judged; }

static bool is_set(struct value v) { return v.kind != V_NIL && !(v.kind == V_STR && !v.n) && !(v.kind == V_LIST && !list_len(v)) && !(v.kind == V_MAP && !map_len(v)); }

static struct value effective(const struct side *s, struct str path)
{
    struct str key;
    struct value v = v_map(s->render.values);
    for (bool more = true; more;) {
        more = str_cut(path, STR("."), &key, &path);
        v = v.kind == V_MAP && v.u.map ? map_get(v.u.map, key) : NIL;
    }
    return v;
}

/* Every value that the variable has in any container; what comes from elsewhere is a text that nobody compares with. */
static void environment(const struct side *s, struct str name, struct names *out)
{
    for (uint32_t i = 0; i < s->workloads_n; i++)
        for (uint32_t c = 0; c < s->workloads[i].containers_n; c++) {
            const struct container *x = &s->workloads[i].containers[c];
            for (uint32_t k = 0; k < x->env_n; k++)
                if (str_eq(x->env[k].name, name)) names_add(out, x->env[k].from ? STR("(from elsewhere)") : x->env[k].value);
        }
}

static const struct object *find_object(const struct side *s, struct value what)
{
    struct str kind = value_str_at(what, "object"), label = value_str_at(what, "label");
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        struct value labels = value_at(o->v, "metadata", "labels", NULL);
        if (!view_is_written(o) || !str_eq(o->kind, kind)) continue;
        if (!label.n || (labels.kind == V_MAP && value_same(map_get(labels.u.map, label), value_at(what, "is", NULL)))) return o;
    }
    return NULL;
}

static bool holds(const struct facts *f, struct value c)
{
    const struct side *s = side_of(f, c);
    struct value is = value_at(c, "is", NULL), is_not = value_at(c, "is_not", NULL);
    bool absent = field_bool(value_at(c, "absent", NULL), false);
    if (value_str_at(c, "object").n) return (find_object(s, c) != NULL) != absent;
    if (value_str_at(c, "env").n) {
        struct names l = {.a = f->a};
        environment(s, value_str_at(c, "env"), &l);
        if (is.kind == V_STR) return names_have(&l, v_text(is));
        if (is_not.kind == V_STR) return l.n && !names_have(&l, v_text(is_not));
        return (l.n > 0) != absent;
    }
    struct value v = effective(s, value_str_at(c, "value"));
    if (is.kind != V_NIL) return value_same(v, is);
    if (is_not.kind != V_NIL) return !value_same(v, is_not);
    return is_set(v) != absent;
}

static bool in_range(struct facts *f, struct str constraint, struct str version)
{
    struct semver v;
    struct str error;
    if (!constraint.n) return true;
    const struct semver_constraints *c = semver_constraints_parse(f->a, constraint, &error);
    return c && semver_parse(f->a, version, &v, &error) && semver_check(c, &v);
}

static bool jumps_over(struct facts *f, struct str stop)
{
    struct semver old, new, between;
    struct str error;
    return stop.n && semver_parse(f->a, stop, &between, &error) && semver_parse(f->a, f->old_side.chart->version, &old, &error) &&
           semver_parse(f->a, f->new_side.chart->version, &new, &error) && semver_compare(&old, &between) < 0 && semver_compare(&between, &new) < 0;
}

/* Nobody goes forward to the version that is there. */
static bool is_forward_only(struct facts *f, struct value x)
{
    return field_bool(value_at(x, "forward_only", NULL), false) && !str_eq(f->old_side.chart->version, f->new_side.chart->version);
}

static bool goes_to(struct facts *f, struct str stop)
{
    struct semver new, at;
    struct str error;
    return semver_parse(f->a, stop, &at, &error) && semver_parse(f->a, f->new_side.chart->version, &new, &error) && !semver_compare(&at, &new);
}

static bool applies(struct facts *f, struct value x)
{
    struct value when = value_at(x, "when", NULL);
    if (!in_range(f, value_str_at(x, "old"), f->old_side.chart->version) || !in_range(f, value_str_at(x, "new"), f->new_side.chart->version)) return false;
    /* What is between is over once the upgrade begins or ends there. */
    struct str stop = value_str_at(x, "stop");
    if (stop.n && !jumps_over(f, stop) && !(is_forward_only(f, x) && goes_to(f, stop))) return false;
    for (uint32_t i = 0; i < field_len(when); i++)
        if (!holds(f, field_item(when, i))) return false;
    return true;
}

/* ---- findings ---- */

static enum severity severity_of(struct str s) { return str_is(s, "error") ? SEVERITY_ERROR : str_is(s, "warning") ? SEVERITY_WARNING : SEVERITY_INFO; }

static struct finding *add(struct facts *f, struct value x)
{
    struct value subject = value_at(x, "subject", NULL);
    const char *rule = str_z(f->a, value_str_at(x, "id"));
    enum severity severity = severity_of(value_str_at(x, "severity"));
    const struct object *o = value_str_at(subject, "object").n ? find_object(side_of(f, subject), subject) : NULL;
    if (o) return view_report(f, rule, severity, ABOUT_CHANGE, side_of(f, subject), o, (struct str){0});
    if (value_str_at(subject, "value").n) {
        struct finding *y = finding_add(&f->findings, rule, severity, ABOUT_CHANGE, SUBJECT_VALUE, value_str_at(subject, "value"));
        y->at = values_place_of_path(f, y->subject);
        if (!y->at.input) y->at = view_default_place(f, y->subject);
        return y;
    }
    struct finding *y = finding_add(&f->findings, rule, severity, ABOUT_CHANGE, SUBJECT_CHART, f->new_side.chart->name);
    y->at = view_version_place(f);
    return y;
}

static void report(struct facts *f, struct value x)
{
    struct finding *y = add(f, x);
    struct str plan = value_str_at(x, "plan"), rollback = value_str_at(x, "rollback"), source = value_str_at(x, "source");
    y->message = str_trim(value_str_at(x, "text"));
    y->fix = str_trim(value_str_at(x, "fix"));
    if (jumps_over(f, value_str_at(x, "stop"))) {
        y->stop = value_str_at(x, "stop");
        finding_evidence(&f->findings, y, "the upgrade has to stop at %.*s first", STR_ARG(y->stop));
    }
    if (is_forward_only(f, x)) {
        y->forward_only = true;
        y->loss = str_printf(f->a, "forward/%.*s", STR_ARG(str_trim_prefix(y->rule, STR("advisory/"))));
        finding_evidence(&f->findings, y, "there is no way back from %.*s", STR_ARG(f->new_side.chart->version));
    }
    if (plan.n) finding_evidence(&f->findings, y, "in the plan: %.*s", STR_ARG(str_trim(plan)));
    if (rollback.n) finding_evidence(&f->findings, y, "on the way back: %.*s", STR_ARG(str_trim(rollback)));
    if (source.n) finding_evidence(&f->findings, y, "source: %.*s", STR_ARG(str_trim(source)));
}

static bool is_for(struct value file, struct str chart)
{
    struct value charts = value_at(file, "charts", NULL);
    for (uint32_t i = 0; i < field_len(charts); i++) {
        struct value v = field_item(charts, i);
        if (v.kind == V_STR && str_eq(v_text(v), chart)) return true;
    }
    return false;
}

static void check_advisories(struct facts *f)
{
    uint32_t n;
    if (f->o->no_advisories) return;
    struct rulebook_file *v = rulebook_list(f->o->rules, f->a, "advisories/", ".yaml", false, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct value file = rulebook_file_value(f->o->rules, f->a, &v[i]), list = value_at(file, "advisories", NULL);
        if (!is_for(file, f->new_side.chart->name)) continue;
        for (uint32_t k = 0; k < field_len(list); k++)
            if (applies(f, field_item(list, k))) report(f, field_item(list, k));
    }
}

const struct check_entry checks_advisories[] = {
    {"advisory/*", false, true, check_advisories},
    {0},
};
