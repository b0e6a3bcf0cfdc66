/* Whether the new chart renders with these values, and what stands in the way: everything, not only the first. */
#include "checks/values_say.h"
#include "checks/view.h"

#include "value/yaml.h"

static struct place template_place(const struct facts *f, struct str path, uint32_t line, uint32_t column)
{
    return view_template_place(f, &f->new_side, path, line, column);
}

static void report_violations(struct facts *f, const struct violations *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct violation *v = &w->v[i];
        struct str subject = v->path.n ? v->path : STR("values");
        struct finding *x = finding_add(&f->findings, "schema/failed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, subject);
        x->at = values_place_of_path(f, v->path);
        x->message = str_printf(f->a, "values.schema.json of %.*s does not accept this value: %.*s", STR_ARG(v->chart), STR_ARG(v->message));
        x->fix = STR("give a value that the schema allows, or remove the key");
    }
}

/* What is neither gone nor changed, as far as anybody knows. */
static void say_assumed(struct facts *f, struct finding *x)
{
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < f->judged->objects.n; i++)
        if (facts_is_assumed(f->judged, &f->judged->objects.v[i])) names_add(&l, f->judged->objects.v[i].id);
    if (l.n) finding_evidence(&f->findings, x, "what becomes of %.*s is not known before the chart renders; nothing is said of them here", STR_ARG(names_show(&l, 8)));
}

static struct str repair_of(const struct obstacle *o)
{
    if (o->keys_n) return STR("change or remove the keys named here");
    if (str_has(o->message, STR("nil pointer evaluating"))) return STR("give the map that this expression goes through: a key above the last one is missing or null");
    return STR("set what the message asks for");
}

static void report_failure(struct facts *f, const struct obstacle *o, bool first)
{
    struct str name = o->tmpl.n ? o->tmpl : f->new_side.chart->name;
    enum severity s = o->passed_over && f->usage.obstacles_n > 1 ? SEVERITY_WARNING : SEVERITY_ERROR;
    struct finding *x = finding_add(&f->findings, "render/failed", s, ABOUT_CHANGE, SUBJECT_TEMPLATE, name);
    x->at = template_place(f, o->tmpl, o->line, o->column);
    const char *when = o->migrated ? "once the keys above are migrated, the new chart does not render" : o->passed_over ? "the new chart possibly does not render, when what stops it before is repaired" :
                       "the new chart does not render with these values";
    x->message = str_printf(f->a, "%s: %.*s", when, STR_ARG(str_trim(o->message)));
    x->confidence = o->passed_over ? 60 : 100;
    struct names keys = {.a = f->a};
    for (uint32_t i = 0; i < o->keys_n; i++) names_add(&keys, o->keys[i]);
    if (keys.n) finding_evidence(&f->findings, x, "%s %.*s", o->migrated ? "it is about" : "it goes on without", STR_ARG(names_show(&keys, 12)));
    if (first) say_assumed(f, x);
    x->fix = repair_of(o);
}

/* ---- what must be set ---- */

static bool is_path_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool new_chart_has(const struct facts *f, struct str path)
{
    uint32_t n;
    bool found;
    struct str *segment = usage_segments(f->a, path, &n);
    const struct map *m = f->usage.base.values ? f->usage.base.values : f->new_side.chart->values.u.map;
    usage_get(m, segment, n, &found);
    return found;
}

static bool user_has(const struct facts *f, struct str path)
{
    uint32_t n;
    bool found;
    struct str *segment = usage_segments(f->a, path, &n);
    usage_get(f->new_side.user, segment, n, &found);
    return found;
}

static void report_required(struct facts *f, struct str path, struct str message)
{
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, "values/new-required") && str_eq(f->findings.v[i].subject, path)) return;
    struct finding *x = finding_add(&f->findings, "values/new-required", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, path);
    x->at = values_place_of_path(f, path);
    x->message = str_printf(f->a, "the new chart does not render without this value: %.*s", STR_ARG(message));
    x->fix = str_printf(f->a, "set %.*s", STR_ARG(path));
}

/* The values that the failing place asks for, or else that the message names, and the user does not set; when nothing that the user
 * set was in the way. */
static void check_required(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.obstacles_n; i++) {
        const struct obstacle *o = &f->usage.obstacles[i];
        struct str m = o->message;
        for (uint32_t k = 0; k < o->needs_n; k++) report_required(f, o->needs[k], m);
        for (size_t at = 0; !o->needs_n && !o->keys_n && !o->violations.n && at < m.n;) {
            size_t from = at;
            while (at < m.n && is_path_byte(m.p[at])) at++;
            struct str word = str_sub(m, from, at);
            if (at == from) at++;
            while (word.n && word.p[word.n - 1] == '.') word.n--;
            word = str_trim_prefix(str_trim_prefix(word, STR(".")), STR("Values."));
            if (str_chr(word, '.') > 0 && new_chart_has(f, word) && !user_has(f, word)) report_required(f, word, m);
        }
        for (size_t k = 0; k < o->violations.n; k++) {
            const struct violation *v = &o->violations.v[k];
            struct str head, rest = v->message, name;
            if (!str_starts(v->message, STR("missing propert"))) continue;
            while (str_cut(rest, STR("'"), &head, &rest) && str_cut(rest, STR("'"), &name, &rest)) report_required(f, path_key(f->a, v->path, name), v->message);
        }
    }
}

static void check_rendered(struct facts *f)
{
    const struct render *r = &f->new_side.render;
    if (f->usage.obstacles_n) {
        for (uint32_t i = 0; i < f->usage.obstacles_n; i++) {
            const struct obstacle *o = &f->usage.obstacles[i];
            if (o->violations.n) report_violations(f, &o->violations);
            else report_failure(f, o, i == 0);
        }
        return;
    }
    if (f->new_side.rendered) return;
    struct obstacle o = {.message = r->error, .tmpl = r->error_template, .line = r->error_line, .column = r->error_column, .kind = r->error_kind};
    if (r->violations.n) report_violations(f, &r->violations);
    else report_failure(f, &o, true);
}

/* Where the template asks the cluster, when it does so itself. */
static struct place lookup_place(const struct facts *f, struct str path)
{
    uint32_t line = 1;
    for (uint32_t i = 0; i < f->new_side.render.files_n; i++) {
        const struct rendered *r = &f->new_side.render.files[i];
        if (!str_eq(r->path, path) || !r->file) continue;
        ptrdiff_t at = str_find(r->file->data, STR("lookup \""));
        for (ptrdiff_t k = 0; k < at; k++) line += r->file->data.p[k] == '\n';
    }
    return template_place(f, path, line, 0);
}

static void say_presumed(struct facts *f)
{
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < f->presumed_n; i++) names_add(&l, f->presumed[i]);
    if (!l.n) return;
    struct finding *x = finding_add(&f->findings, "render/uncertain", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_TEMPLATE, f->presumed_in.n ? f->presumed_in : f->new_side.chart->name);
    x->at = template_place(f, f->presumed_in, f->presumed_line, f->presumed_column);
    x->confidence = 50;
    x->message = str_printf(f->a, "the new chart looks for %.*s in the cluster, which this release does not make, and does not render without: it was rendered as if that were there", STR_ARG(names_show(&l, 4)));
    x->fix = str_printf(f->a, "see that the cluster has %.*s before the upgrade, and compare with helm upgrade --dry-run=server", STR_ARG(names_show(&l, 4)));
}

static void check_uncertain(struct facts *f)
{
    say_presumed(f);
    for (uint32_t i = 0; i < f->usage.uncertain_n; i++) {
        struct finding *x = finding_add(&f->findings, "render/uncertain", SEVERITY_INFO, ABOUT_ACT, SUBJECT_TEMPLATE, f->usage.uncertain[i]);
        x->at = lookup_place(f, f->usage.uncertain[i]);
        x->message = STR("what it renders depends on what it finds in the cluster; it was rendered as if the cluster held the old chart's objects");
        x->fix = STR("compare with helm upgrade --dry-run=server before the upgrade");
    }
}

const struct check_entry checks_render[] = {
    {"render/failed schema/failed", true, false, check_rendered},
    {"values/new-required", false, false, check_required},
    {"render/uncertain", false, false, check_uncertain},
    {0},
};
