/* Fields that Kubernetes does not know: dropped without a word, or refused by a server-side apply. */
#include "checks/view.h"

#include "base/rules.h"
#include "kube/known.h"
#include "text/semver.h"

/* The minor version of --kube-version; -1 without one: then only fields that no version has are told. */
static int target_minor(const struct facts *f)
{
    struct semver v;
    struct str error;
    return f->o->kube_version.n && semver_parse(f->a, f->o->kube_version, &v, &error) && v.major == 1 && v.minor < 1000 ? (int)v.minor : -1;
}

static bool has_path(const struct unknown_field *v, uint32_t n, struct str path)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i].path, path)) return true;
    return false;
}

static struct str describe(struct facts *f, const struct unknown_field *x)
{
    if (x->since) return str_printf(f->a, "%.*s, which came with Kubernetes 1.%d", STR_ARG(x->path), x->since);
    if (x->meant.n) return str_printf(f->a, "%.*s (%.*s is meant?)", STR_ARG(x->path), STR_ARG(x->meant));
    return x->path;
}

/* The typed patch of a server-side apply has no place for it ("field not declared in schema"); otherwise the API server drops it
 * with a warning: https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level */
static void report_fields(struct facts *f, const struct object *o, const struct unknown_field *v, uint32_t n, uint32_t news)
{
    struct finding *x = view_report(f, "object/unknown-field", SEVERITY_WARNING, news ? ABOUT_CHANGE : ABOUT_STATE, f->judged, o, v[0].path);
    x->message = str_printf(f->a, "Kubernetes knows no field %.*s of it%s: the API server drops it, and what it was to do does not happen; a server-side apply (Helm 4) refuses the object",
                            STR_ARG(describe(f, &v[0])), n > 1 ? ", and others below" : "");
    for (uint32_t i = 1; i < n && i < 6; i++) finding_evidence(&f->findings, x, "and %.*s", STR_ARG(describe(f, &v[i])));
    if (n > 6) finding_evidence(&f->findings, x, "and %u more", n - 6);
    x->fix = v[0].since ? STR("leave out the setting that renders it, or upgrade the cluster first") : STR("look which of your values ends up there, and put it where the chart expects it; else it is the chart's mistake");
}

static void check_fields(struct facts *f)
{
    struct known_fields k;
    int minor = target_minor(f);
    known_fields_open(f->a, rules_get("kubernetes/fields.txt"), &k);
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *o = &f->judged->objects.v[i], *was = f->single ? NULL : view_was(f, o);
        uint32_t n, before_n = 0, news = 0;
        if (!view_is_written(o) || o->owner == OWNER_CRD) continue;
        struct unknown_field *v = known_fields_missing(&k, o, minor, &n), *before = n && was && view_is_written(was) ? known_fields_missing(&k, was, minor, &before_n) : NULL;
        for (uint32_t j = 0; j < n; j++) news += !has_path(before, before_n, v[j].path);
        if (n) report_fields(f, o, v, n, news);
    }
}

const struct check_entry checks_fields[] = {
    {"object/unknown-field", true, true, check_fields},
    {0},
};
