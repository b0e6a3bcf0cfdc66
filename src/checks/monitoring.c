/* Queries and whom they ask: triggers, alert rules, dashboards; what scrapes, and what selects it. */
#include "checks/metrics.h"

#include "kube/field.h"
#include "kube/selector.h"

static const struct map *labels_of(const struct object *o)
{
    struct value v = value_at(o->v, "metadata", "labels", NULL);
    return v.kind == V_MAP ? v.u.map : NULL;
}

bool metrics_monitors(const struct object *monitor, const struct object *service)
{
    return selector_matches(value_at(view_spec(monitor), "selector", NULL), SELECTOR_LABELS, true, labels_of(service));
}

static struct str version_of(const struct side *s) { return s->chart->version; }

/* ---- triggers that ask for what nobody emits ---- */

static const struct scaler *same_scaler(const struct side *s, const struct object *o)
{
    for (uint32_t i = 0; o && i < s->scalers_n; i++)
        if (s->scalers[i].object == o) return &s->scalers[i];
    return NULL;
}

static void missing_of(struct facts *f, const struct scaler *s, struct str version, struct names *out)
{
    for (uint32_t i = 0; s && i < s->triggers_n; i++) metrics_missing(f, s->triggers[i].query, version, out);
}

static bool hides_absence(const struct scaler *s)
{
    for (uint32_t i = 0; i < s->triggers_n; i++)
        if (str_has(s->triggers[i].query, STR("vector(0)"))) return true;
    return false;
}

static void check_metrics(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->scalers_n; i++) {
        const struct scaler *s = &f->judged->scalers[i], *was = f->single ? NULL : same_scaler(&f->old_side, view_was(f, s->object));
        struct names now = {.a = f->a}, before = {.a = f->a}, meanwhile = {.a = f->a};
        missing_of(f, s, version_of(f->judged), &now);
        if (now.n) {
            missing_of(f, was, version_of(&f->old_side), &before);
            struct finding *x = view_report(f, "keda/metric-missing", SEVERITY_ERROR, before.n ? ABOUT_STATE : ABOUT_CHANGE, f->judged, s->object, STR("query"));
            x->message = str_printf(f->a, "its triggers ask for %.*s, which version %.*s does not emit%s", STR_ARG(names_show(&now, 3)), STR_ARG(version_of(f->judged)), hides_absence(s) ? "; `or vector(0)` makes that a silent 0" : "");
            x->fix = STR("correct the query, or the version of what emits the metric");
        }
        /* What a hook applies is replaced only by the hook, after Helm has waited for the new pods; what is removed stays. */
        bool same = was && str_eq(was->object->id, s->object->id) && was->object->owner == OWNER_HOOK_APPLIED;
        if (same) missing_of(f, was, version_of(f->judged), &meanwhile);
        if (!meanwhile.n) continue;
        struct finding *x = view_report(f, "keda/metric-missing", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, s->object, STR("query"));
        x->message = str_printf(f->a, "until the hook applies its new form, which is only after a successful wait, it asks for %.*s, which the new version does not emit%s: nothing scales meanwhile, and for good when the wait times out",
                                STR_ARG(names_show(&meanwhile, 3)), hides_absence(was) ? " (`or vector(0)` makes that a silent 0, and no fallback sets in)" : "");
        finding_evidence(&f->findings, x, "after a rollback, which runs no such hook, it is the other way round");
        x->fix = STR("apply the new ScaledObjects as a step of their own right after the upgrade, and the old ones right after a rollback");
    }
}

/* ---- an address that nothing answers ---- */

/* "http://name.ns.svc:9090/x": the Service's name and namespace; false for what is no name inside the cluster. */
static bool parse_address(struct str address, struct str *name, struct str *ns)
{
    struct str rest = address, host, tail, more;
    ptrdiff_t scheme = str_find(rest, STR("://"));
    if (scheme >= 0) rest = str_from_n(rest, (size_t)scheme + 3);
    str_cut(rest, STR("/"), &host, &tail);
    str_cut(host, STR(":"), &host, &tail);
    bool dots = str_cut(host, STR("."), name, &more);
    if (!dots) {
        *ns = (struct str){0};
        return name->n > 0;
    }
    str_cut(more, STR("."), ns, &tail);
    return !tail.n || str_starts(tail, STR("svc"));
}

static bool has_service(const struct side *s, struct str name, struct str ns)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (str_is(o->kind, "Service") && view_is_written(o) && str_eq(o->name, name) && str_eq(o->ns, ns.n ? ns : s->env.ns)) return true;
    }
    return false;
}

static bool names_address(const struct side *s, struct str address)
{
    for (uint32_t i = 0; i < s->scalers_n; i++)
        for (uint32_t k = 0; k < s->scalers[i].triggers_n; k++)
            if (str_eq(s->scalers[i].triggers[k].address, address)) return true;
    return false;
}

static void check_address(struct facts *f, const struct scaler *s, struct str address)
{
    struct str name = {0}, ns = {0};
    if (!parse_address(address, &name, &ns) || has_service(f->judged, name, ns)) return;
    bool lost = !f->single && has_service(&f->old_side, name, ns), ours = !ns.n || str_eq(ns, view_namespace(f));
    struct finding *x = view_report(f, "keda/query-unanswered", lost ? SEVERITY_ERROR : SEVERITY_INFO, lost || !names_address(&f->old_side, address) ? ABOUT_CHANGE : ABOUT_STATE, f->judged, s->object, STR("serverAddress"));
    x->message = lost ? str_printf(f->a, "it asks %.*s, and the new version no longer has that Service", STR_ARG(address))
                      : str_printf(f->a, "not checked: it asks %.*s, which %s", STR_ARG(address), ours ? "no rendered Service answers; a subchart that is not at hand, or something outside of the release, may" : "is outside of this release");
    x->fix = lost ? STR("point the triggers at what answers for Prometheus now") : str_printf(f->a, "ask it once before the upgrade: GET %.*s/-/ready from a pod of the cluster", STR_ARG(address));
}

static void check_addresses(struct facts *f)
{
    struct names told = {.a = f->a};
    for (uint32_t i = 0; i < f->judged->scalers_n; i++)
        for (uint32_t k = 0; k < f->judged->scalers[i].triggers_n; k++) {
            struct str address = f->judged->scalers[i].triggers[k].address;
            if (!address.n || names_have(&told, address)) continue;
            names_add(&told, address);
            check_address(f, &f->judged->scalers[i], address);
        }
}

/* ---- alert rules ---- */

/* All expressions of a PrometheusRule. */
static struct str expressions_of(struct arena *a, const struct object *o)
{
    struct buf b = buf_new(a);
    struct value groups = value_at(view_spec(o), "groups", NULL);
    for (uint32_t i = 0; i < field_len(groups); i++) {
        struct value rules = value_at(field_item(groups, i), "rules", NULL);
        for (uint32_t k = 0; k < field_len(rules); k++) buf_printf(&b, "%.*s\n", STR_ARG(value_str_at(field_item(rules, k), "expr")));
    }
    return buf_done(&b);
}

static bool is_rule(const struct object *o) { return str_is(o->kind, "PrometheusRule") && view_is_written(o); }

/* Values that a label is compared with: job="x", job=~"x|y" count when they are plain. */
static void labels_in(struct str text, const char *label, struct names *out)
{
    struct str key = str_printf(out->a, "%s=\"", label);
    for (size_t from = 0; from < text.n;) {
        ptrdiff_t at = str_find(str_from_n(text, from), key);
        if (at < 0) return;
        size_t start = from + (size_t)at;
        struct str value, rest;
        bool word = start == 0 || !((text.p[start - 1] | 32) >= 'a' && (text.p[start - 1] | 32) <= 'z') ;
        if (word && str_cut(str_from_n(text, start + key.n), STR("\""), &value, &rest) && value.n && str_chr(value, '$') < 0) names_add(out, value);
        from = start + key.n;
    }
}

/* The `job` that the Prometheus operator gives is the Service's name (ServiceMonitor, jobLabel). */
static const struct object *service_named(const struct side *s, struct str name)
{
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (str_is(s->objects.v[i].kind, "Service") && view_is_written(&s->objects.v[i]) && str_eq(s->objects.v[i].name, name)) return &s->objects.v[i];
    return NULL;
}

/* The jobs of all Services that a monitor of that side reads: a label's value where the monitor names one (jobLabel), else the
 * Service's name (https://prometheus-operator.dev/docs/api-reference/api/, ServiceMonitorSpec). */
static void jobs_of(const struct side *s, struct names *out)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *monitor = &s->objects.v[i];
        if (!str_is(monitor->kind, "ServiceMonitor") || !view_is_written(monitor) || metrics_selected(s, monitor) == 0) continue;
        struct str label = value_str_at(view_spec(monitor), "jobLabel");
        for (uint32_t k = 0; k < s->objects.n; k++) {
            const struct object *service = &s->objects.v[k];
            if (!str_is(service->kind, "Service") || !view_is_written(service) || !metrics_monitors(monitor, service)) continue;
            struct value v = label.n && labels_of(service) ? map_get(labels_of(service), label) : NIL;
            names_add(out, v.kind == V_STR ? v_text(v) : service->name);
        }
    }
}

/* Why series of this job are no longer there; "" while they are, or were not. */
static struct str job_gone(const struct facts *f, struct str job, const struct names *were, const struct names *are)
{
    const struct object *service = service_named(&f->old_side, job);
    if (service && !service_named(f->judged, job)) return STR("the name of a Service that the new version no longer has");
    return names_have(were, job) && !names_have(are, job) ? STR("and no monitor of the new version scrapes what is called so") : (struct str){0};
}

/* Each job once, with all rules that ask for it: they have one cause. */
static void check_jobs(struct facts *f)
{
    struct names told = {.a = f->a}, were = {.a = f->a}, are = {.a = f->a};
    jobs_of(&f->old_side, &were);
    jobs_of(f->judged, &are);
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *o = &f->judged->objects.v[i];
        struct names jobs = {.a = f->a};
        if (is_rule(o)) labels_in(expressions_of(f->a, o), "job", &jobs);
        for (uint32_t k = 0; k < jobs.n; k++) {
            struct str job = jobs.v[k], why = names_have(&told, job) ? (struct str){0} : job_gone(f, job, &were, &are);
            if (!why.n) continue;
            names_add(&told, job);
            struct names more = {.a = f->a};
            for (uint32_t n = i + 1; n < f->judged->objects.n; n++) {
                struct names others = {.a = f->a};
                if (is_rule(&f->judged->objects.v[n])) labels_in(expressions_of(f->a, &f->judged->objects.v[n]), "job", &others);
                if (names_have(&others, job)) names_add(&more, f->judged->objects.v[n].id);
            }
            struct finding *x = view_report(f, "monitoring/stale-query", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, o, STR("expr"));
            x->message = str_printf(f->a, "it asks for job=\"%.*s\", %.*s: these alerts never fire", STR_ARG(job), STR_ARG(why));
            if (more.n) finding_evidence(&f->findings, x, "so do %.*s", STR_ARG(names_show(&more, 4)));
            x->fix = STR("correct the rules, or have the job scraped");
        }
    }
}

static void check_rule(struct facts *f, const struct object *o)
{
    const struct object *was = f->single ? NULL : view_was(f, o);
    struct str now = expressions_of(f->a, o), before = was && is_rule(was) ? expressions_of(f->a, was) : (struct str){0};
    struct names missing = {.a = f->a}, old_missing = {.a = f->a};
    metrics_missing(f, now, version_of(f->judged), &missing);
    if (!missing.n) return;
    metrics_missing(f, before, version_of(&f->old_side), &old_missing);
    struct finding *x = view_report(f, "monitoring/stale-query", SEVERITY_WARNING, old_missing.n ? ABOUT_STATE : ABOUT_CHANGE, f->judged, o, STR("expr"));
    x->message = str_printf(f->a, "it asks for %.*s, which version %.*s does not emit", STR_ARG(names_show(&missing, 3)), STR_ARG(version_of(f->judged)));
    x->fix = STR("correct the rule");
}

/* Metrics that the old version's own rules and triggers used, and the new version does not emit: what others made of them goes
 * silent, while the chart's own follow. */
static void check_gone_metrics(struct facts *f)
{
    struct names gone = {.a = f->a};
    const struct object *rule = NULL;
    for (uint32_t i = 0; i < f->old_side.objects.n; i++) {
        const struct object *o = &f->old_side.objects.v[i];
        uint32_t before = gone.n;
        struct names all = {.a = f->a};
        if (is_rule(o)) metrics_in(expressions_of(f->a, o), &all);
        const struct scaler *s = same_scaler(&f->old_side, o);
        for (uint32_t k = 0; s && k < s->triggers_n; k++) metrics_in(s->triggers[k].query, &all);
        for (uint32_t k = 0; k < all.n; k++)
            if (metrics_emitted(f, all.v[k], version_of(&f->old_side)) == 1 && metrics_emitted(f, all.v[k], version_of(f->judged)) == 0) names_add(&gone, all.v[k]);
        if (gone.n > before && (!rule || is_rule(o))) rule = rule && is_rule(rule) ? rule : o;
    }
    if (!gone.n) return;
    struct finding *x = view_report(f, "monitoring/stale-query", SEVERITY_WARNING, ABOUT_CHANGE, &f->old_side, rule, STR("expr"));
    x->message = str_printf(f->a, "the new version no longer emits %.*s: the chart's own queries follow, dashboards and alerts outside of it that use these metrics go empty", STR_ARG(names_show(&gone, 4)));
    x->fix = STR("look for these names in the dashboards and alerts that are not part of this chart");
}

static void check_rules(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++)
        if (is_rule(&f->judged->objects.v[i])) check_rule(f, &f->judged->objects.v[i]);
    if (f->single) return;
    check_jobs(f);
    check_gone_metrics(f);
}

/* ---- monitors that Prometheus no longer selects ---- */

/* Labels that every chart puts on everything: nobody selects monitors by them. */
static bool is_common_label(struct str key)
{
    static const char *const keys[] = {"app", "chart", "heritage", "component", "name", "app.kubernetes.io/version", "helm.sh/chart"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_is(key, keys[i])) return true;
    return str_starts(key, STR("app.kubernetes.io/"));
}

static const char *selector_field(const struct object *o)
{
    static const char *const fields[][2] = {{"ServiceMonitor", "serviceMonitorSelector"}, {"PodMonitor", "podMonitorSelector"}, {"PrometheusRule", "ruleSelector"}, {"Probe", "probeSelector"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (str_is(o->kind, fields[i][0])) return fields[i][1];
    return NULL;
}

int metrics_selected(const struct side *s, const struct object *o)
{
    int found = -1;
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *p = &s->objects.v[i];
        if (!str_is(p->kind, "Prometheus") || !view_is_written(p)) continue;
        struct value selector = value_at(view_spec(p), selector_field(o), NULL);
        if (selector.kind == V_MAP && selector_matches(selector, SELECTOR_LABELS, true, labels_of(o))) return 1;
        found = 0;
    }
    return found;
}

static void compare_selection(struct facts *f, const struct object *was, const struct object *is)
{
    struct names lost = {.a = f->a};
    const struct map *old = labels_of(was), *new = labels_of(is);
    int before = metrics_selected(&f->old_side, was), now = metrics_selected(f->judged, is);
    for (uint32_t i = 0; old && i < old->n; i++) {
        struct value value = new ? map_get(new, old->v[i].key) : NIL;
        bool own = old->v[i].value.kind == V_STR && str_eq(v_text(old->v[i].value), f->judged->env.release);
        if (!value_same(value, old->v[i].value) && !is_common_label(old->v[i].key) && !(own && before < 0))
            names_add(&lost, str_printf(f->a, "%.*s: %.*s", STR_ARG(old->v[i].key), STR_ARG(view_show(f->a, old->v[i].value))));
    }
    bool certain = before == 1 && now == 0;
    if (!certain && (!lost.n || before >= 0)) return;
    struct finding *x = view_report(f, "monitoring/not-selected", certain ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_CHANGE, f->judged, is, STR("labels"));
    x->subject = was->id;
    if (!str_eq(was->id, is->id)) x->replacement = is->id;
    x->message = certain ? str_printf(f->a, "%s%.*s lacks the labels by which the release's Prometheus selects: it is no longer read", str_eq(was->id, is->id) ? "" : "its successor ", STR_ARG(is->id))
                         : str_printf(f->a, "it loses %.*s: a Prometheus that selects by that no longer reads it", STR_ARG(names_show(&lost, 3)));
    if (lost.n) finding_evidence(&f->findings, x, "lost: %.*s", STR_ARG(names_show(&lost, 4)));
    x->fix = STR("add the label in the new chart's values (additionalLabels and its like)");
}

static void check_selection(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (c->from && c->to && selector_field(c->from) && str_eq(c->from->kind, c->to->kind)) compare_selection(f, c->from, c->to);
    }
}

const struct check_entry checks_monitoring[] = {
    {"keda/metric-missing", true, true, check_metrics},
    {"keda/query-unanswered", true, true, check_addresses},
    {"monitoring/stale-query", true, true, check_rules},
    {"monitoring/not-selected", false, true, check_selection},
    {0},
};
