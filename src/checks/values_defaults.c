/* Defaults of the new chart: those that changed under the user, and those that the user repeats. */
#include "checks/values_say.h"

#include "text/units.h"

static bool ends(struct str field, const char *last)
{
    size_t n = strlen(last);
    return field.n >= n && memcmp(field.p + field.n - n, last, n) == 0;
}

/* What changes with every release and asks nobody for a decision: images, and texts that only name a version. */
static bool looks_like_version(struct value v)
{
    struct str s = v.kind == V_STR ? v_text(v) : (struct str){0};
    uint32_t dots = 0, digits = 0;
    if (s.n && (s.p[0] == 'v' || s.p[0] == 'V')) s = str_from_n(s, 1);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') digits++;
        else if (s.p[i] == '.') dots++;
        else if (s.p[i] != '-' && s.p[i] != '+') return false;
    }
    return dots && digits;
}

static bool is_routine(const struct trait *t)
{
    if (diff_is_noise(t->field) || ends(t->field, "mage")) return true; /* image, ...Image */
    if (str_has(t->field, STR("metadata.labels.")) || str_has(t->field, STR("metadata.annotations."))) return true;
    if (t->from.kind == V_STR && str_has(v_text(t->from), STR("://"))) return false;
    return t->from.kind == V_STR && t->to.kind == V_STR && str_has(v_text(t->from), STR("/")) && str_has(v_text(t->from), STR(":")) &&
           str_has(v_text(t->to), STR("/")) && str_has(v_text(t->to), STR(":")) && !str_has(v_text(t->from), STR("\n"));
}

/* The same setting written otherwise: true and "true", 8080 and "8080", 1Gi and 1024Mi, 24h and 24h0m0s. */
static bool is_same_setting(struct facts *f, struct value was, struct value is)
{
    struct str x = values_show(f, (struct str){0}, was), y = values_show(f, (struct str){0}, is), error;
    int64_t a, b;
    if (was.kind == V_STR) x = v_text(was);
    if (is.kind == V_STR) y = v_text(is);
    if (was.kind == V_MAP || was.kind == V_LIST || is.kind == V_MAP || is.kind == V_LIST || !x.n || !y.n) return false;
    if (str_eq(x, y) || (quantity_parse(x, &a) && quantity_parse(y, &b) && a == b)) return true;
    return duration_parse(f->a, x, &a, &error) && duration_parse(f->a, y, &b, &error) && a == b;
}

/* What the API server sets where a manifest says nothing: saying it is no change
 * (https://kubernetes.io/docs/reference/kubernetes-api/, "Defaults to"). */
static bool is_api_default(const struct trait *t)
{
    static const struct { const char *field, *value; } defaults[] = {
        {"spec.type", "ClusterIP"}, {"spec.sessionAffinity", "None"}, {"spec.internalTrafficPolicy", "Cluster"}, {"spec.externalTrafficPolicy", "Cluster"},
        {"spec.podManagementPolicy", "OrderedReady"}, {"spec.template.spec.restartPolicy", "Always"}, {"spec.template.spec.dnsPolicy", "ClusterFirst"},
        {"spec.template.spec.schedulerName", "default-scheduler"}, {"spec.strategy.type", "RollingUpdate"}, {"spec.updateStrategy.type", "RollingUpdate"},
        {"spec.concurrencyPolicy", "Allow"},
    };
    struct value empty = t->from.kind == V_NIL || (t->from.kind == V_STR && !t->from.n) ? t->from : t->to, other = value_same(empty, t->from) ? t->to : t->from;
    if (!(empty.kind == V_NIL || (empty.kind == V_STR && !empty.n)) || other.kind != V_STR) return false;
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (str_is(t->field, defaults[i].field) && str_is(v_text(other), defaults[i].value)) return true;
    return false;
}

/* Lists of which the chart makes its own program's environment, arguments and volumes: every release changes them, and they
 * belong to its image. */
static bool is_inner_list(const struct default_effect *e, const struct trait *t)
{
    if (e->change->was.kind != V_LIST || e->change->is.kind != V_LIST) return false;
    return str_has(t->field, STR("ontainers[")) || str_has(t->field, STR(".volumes["));
}

/* Details of how the platform asks whether a container lives: worth knowing, nothing to decide. */
static bool is_detail(const struct trait *t) { return str_has(t->field, STR("Probe.")) || str_has(t->field, STR("securityContext")); }

/* Whether the old release is as it would be with the old default: else the change comes from elsewhere as well. */
static bool was_so(const struct facts *f, const struct trait *t)
{
    const struct object *o = objects_find(&f->old_side.objects, t->object);
    if (!t->field.n) return t->from.kind != V_NIL ? !o : o != NULL;
    return true;
}

enum { DEFAULTS_SHOWN = 3 };

/* The most telling differences, each of another field: the first of a kind stands for its like in other objects. */
static void keep_telling(const struct trait **shown, const struct trait *t)
{
    for (uint32_t i = 0; i < DEFAULTS_SHOWN && shown[i]; i++)
        if (t->field.n && str_eq(shown[i]->item, t->item) && (t->item.n || str_eq(shown[i]->field, t->field))) return;
    for (uint32_t i = 0; i < DEFAULTS_SHOWN; i++) {
        if (shown[i] && values_telling(t) >= values_telling(shown[i])) continue;
        const struct trait *pushed = shown[i];
        shown[i] = t;
        t = pushed;
        if (!t) return;
    }
}

/* Told already: the new chart does not render without it. */
static bool is_required(const struct facts *f, struct str path)
{
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, "values/new-required") && str_eq(f->findings.v[i].subject, path)) return true;
    return false;
}

static void check_defaults(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.defaults_n; i++) {
        const struct default_effect *e = &f->usage.defaults[i];
        const struct trait *shown[DEFAULTS_SHOWN] = {0};
        bool detail = true;
        if ((looks_like_version(e->change->is) && looks_like_version(e->change->was)) || is_same_setting(f, e->change->was, e->change->is)) continue;
        for (uint32_t k = 0; k < e->signature.n; k++) {
            const struct trait *t = &e->signature.v[k];
            if (is_routine(t) || is_api_default(t) || !was_so(f, t)) continue;
            bool small = is_detail(t) || is_inner_list(e, t);
            if (detail && !small) memset(shown, 0, sizeof shown); /* what is more than a detail is told in its stead */
            if (detail || !small) keep_telling(shown, t);
            detail = detail && small;
        }
        if (!shown[0] || is_required(f, e->path)) continue;
        struct finding *x = finding_add(&f->findings, "values/default-changed", detail ? SEVERITY_INFO : SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, e->path);
        x->at = values_place(f, e->change->is_at);
        x->message = str_printf(f->a, "you rely on this default, and it goes from %.*s to %.*s", STR_ARG(values_show(f, e->path, e->change->was)),
                                STR_ARG(values_show(f, e->path, e->change->is)));
        if (!str_eq(e->path, e->change->path)) finding_evidence(&f->findings, x, "the key was %.*s", STR_ARG(e->change->path));
        for (uint32_t k = 0; k < DEFAULTS_SHOWN && shown[k]; k++) {
            if (!shown[k]->field.n) finding_evidence(&f->findings, x, "%.*s %s", STR_ARG(shown[k]->object), shown[k]->from.kind == V_NIL ? "is no longer there" : "is new with it");
            else finding_evidence(&f->findings, x, "it decides %.*s", STR_ARG(values_what(f, shown[k])));
        }
        x->fix = str_printf(f->a, "set %.*s to %.*s to keep things as they are, or accept the new default", STR_ARG(e->path), STR_ARG(values_show(f, e->path, e->change->was)));
    }
}

static bool is_blank(struct value v) { return v.kind == V_NIL || (v.kind == V_STR && !v.n); }

/* A default that became empty is worked out by the chart now, if something stands there without the key. */
static void check_shadowed(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        const struct trait *t = k->new_signature.n ? &k->new_signature.v[0] : NULL;
        if (!t || k->new_effect != WORKS || is_routine(t) || !t->field.n || is_blank(t->to) || t->to.kind != t->from.kind) continue;
        for (uint32_t n = 0; n < f->diff.defaults.n; n++) {
            const struct value_change *d = &f->diff.defaults.v[n];
            if (d->kind != CHANGE_CHANGED || !str_eq(d->path, k->path) || is_blank(d->was) || !is_blank(d->is)) continue;
            struct finding *x = finding_add(&f->findings, "values/default-shadowed", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
            x->at = values_place(f, k->at);
            x->message = str_printf(f->a, "the new chart works this value out by itself (%.*s), and yours stands over it", STR_ARG(values_show(f, k->path, t->to)));
            x->fix = STR("remove the key, unless the value must differ");
        }
    }
}

static void check_same_as_default(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        bool found;
        struct value v = usage_get(f->new_side.chart->values.u.map, k->segment, k->segments, &found);
        if (!found || key_is_dead(k) || v.kind == V_NIL || v.kind == V_MAP || !value_same(v, k->value)) continue;
        struct finding *x = finding_add(&f->findings, "values/same-as-default", SEVERITY_INFO, ABOUT_STATE, SUBJECT_VALUE, k->path);
        x->at = values_place(f, k->at);
        x->message = STR("the value is the new chart's own default");
        x->fix = STR("remove the key if the default may decide from now on");
    }
}

const struct check_entry checks_values_defaults[] = {
    {"values/default-changed", false, false, check_defaults},
    {"values/default-shadowed", false, false, check_shadowed},
    {"values/same-as-default", false, false, check_same_as_default},
    {0},
};
