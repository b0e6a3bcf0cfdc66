#include "site/suppress.h"

#include "text/units.h"

const char suppress_rules[] = "site/acceptance-expired site/acceptance-unused site/acceptance-changed site/severity-changed";

static bool is_ours(const struct finding *x) { return str_starts(x->rule, STR("site/")); }

/* ---- severities ---- */

static const struct severity_setting *setting_of(const struct config *c, struct str rule)
{
    const struct severity_setting *family = NULL;
    for (uint32_t i = 0; i < c->severities_n; i++) {
        if (str_eq(c->severities[i].rule, rule)) return &c->severities[i];
        if (str_is(c->severities[i].rule, "advisory/*") && str_starts(rule, STR("advisory/"))) family = &c->severities[i];
    }
    return family;
}

static void keep(struct findings *to, const struct finding *x) { *PUSH(to->a, to->v, to->n, to->cap) = *x; }

static void set_severities(struct facts *f, const struct config *c)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->findings.n; i++) {
        struct finding x = f->findings.v[i];
        const struct severity_setting *s = setting_of(c, x.rule);
        if (s && s->off) {
            keep(&f->off, &x);
            continue;
        }
        if (s) x.severity = s->severity;
        f->findings.v[kept++] = x;
    }
    f->findings.n = kept;
}

/* ---- acceptances ---- */

enum { DAY = 24 * 60 * 60 };

bool suppress_needs_date(const struct config *c)
{
    for (uint32_t i = 0; i < c->accept_n; i++)
        if (c->accept[i].expires.n) return true;
    return false;
}

/* The last day counts whole. */
static bool has_expired(const struct facts *f, const struct acceptance *x) { return x->expires.n && f->as_of >= x->last + DAY; }

static struct acceptance *acceptance_of(struct config *c, const struct finding *x)
{
    for (uint32_t i = 0; i < c->accept_n; i++)
        if (str_eq(c->accept[i].rule, x->rule) && str_eq(c->accept[i].subject, x->subject)) return &c->accept[i];
    return NULL;
}

static void accept_findings(struct facts *f, struct config *c)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->findings.n; i++) {
        struct finding x = f->findings.v[i];
        struct acceptance *y = is_ours(&x) ? NULL : acceptance_of(c, &x);
        if (y) y->used++;
        if (!y || has_expired(f, y)) {
            f->findings.v[kept++] = x;
            continue;
        }
        x.accepted = y->reason;
        x.accepted_until = y->expires;
        x.accepted_at = y->at;
        keep(&f->accepted, &x);
    }
    f->findings.n = kept;
}

static struct finding *report(struct facts *f, const char *rule, enum severity s, struct place at)
{
    struct finding *x = finding_add(&f->findings, rule, s, ABOUT_STATE, SUBJECT_CHART, f->new_side.chart->name);
    x->at = at;
    return x;
}

static void report_idle(struct facts *f, const struct acceptance *y)
{
    if (has_expired(f, y) && y->used) {
        struct finding *x = report(f, "site/acceptance-expired", SEVERITY_WARNING, y->at);
        x->message = str_printf(f->a, "%.*s of %.*s was accepted until %.*s, and today is %.*s (%s): it counts again", STR_ARG(y->rule), STR_ARG(y->subject),
                                STR_ARG(y->expires), STR_ARG(date_show(f->a, f->as_of)), f->as_of_why);
        finding_evidence(&f->findings, x, "the reason was: %.*s", STR_ARG(y->reason));
        x->fix = STR("do what the finding says, or decide on a later day");
    } else if (!y->used && f->judged->rendered) { /* what could not be rendered could not be found */
        struct finding *x = report(f, "site/acceptance-unused", SEVERITY_INFO, y->at);
        x->message = str_printf(f->a, "%.*s of %.*s is accepted, and nothing of the kind was found", STR_ARG(y->rule), STR_ARG(y->subject));
        x->fix = STR("remove the entry; a finding that comes back should be seen");
    }
}

void suppress_apply(struct facts *f, struct config *c)
{
    accept_findings(f, c);
    for (uint32_t i = 0; i < c->accept_n; i++) report_idle(f, &c->accept[i]);
    set_severities(f, c);
    findings_sort(&f->findings);
}

/* ---- changes between the refs ---- */

static const struct acceptance *same_acceptance(const struct config *c, const struct acceptance *x)
{
    for (uint32_t i = 0; i < c->accept_n; i++)
        if (str_eq(c->accept[i].rule, x->rule) && str_eq(c->accept[i].subject, x->subject)) return &c->accept[i];
    return NULL;
}

static void report_acceptance(struct facts *f, const struct acceptance *now, const struct acceptance *was)
{
    const struct acceptance *x = now ? now : was;
    if (now && was && str_eq(now->reason, was->reason) && str_eq(now->expires, was->expires)) return;
    struct finding *y = report(f, "site/acceptance-changed", SEVERITY_WARNING, x->at);
    y->about = ABOUT_CHANGE;
    y->message = str_printf(f->a, "this change %s that %.*s of %.*s is accepted; what --from says counts until it is merged",
                            !was ? "decides" : !now ? "takes back" : "changes the reason or the day for which it is decided", STR_ARG(x->rule), STR_ARG(x->subject));
    if (was) finding_evidence(&f->findings, y, "before: %.*s%s%.*s", STR_ARG(was->reason), was->expires.n ? ", until " : "", STR_ARG(was->expires));
    if (now) finding_evidence(&f->findings, y, "now: %.*s%s%.*s", STR_ARG(now->reason), now->expires.n ? ", until " : "", STR_ARG(now->expires));
    y->fix = STR("see that who may decide this has seen it");
}

static const struct severity_setting *same_setting(const struct config *c, struct str rule)
{
    for (uint32_t i = 0; i < c->severities_n; i++)
        if (str_eq(c->severities[i].rule, rule)) return &c->severities[i];
    return NULL;
}

static const char *setting_name(const struct severity_setting *s) { return !s ? "not set" : s->off ? "off" : severity_name(s->severity); }

static void report_setting(struct facts *f, const struct severity_setting *now, const struct severity_setting *was)
{
    const struct severity_setting *x = now ? now : was;
    if (now && was && now->off == was->off && now->severity == was->severity) return;
    struct finding *y = report(f, "site/severity-changed", SEVERITY_WARNING, x->at);
    y->about = ABOUT_CHANGE;
    y->message = str_printf(f->a, "this change sets the severity of %.*s: it was %s, and is %s; what --from says counts until it is merged", STR_ARG(x->rule), setting_name(was), setting_name(now));
    y->fix = STR("see that who may decide this has seen it");
}

void suppress_report_changes(struct facts *f, const struct config *base, const struct config *head)
{
    for (uint32_t i = 0; i < head->accept_n; i++) report_acceptance(f, &head->accept[i], same_acceptance(base, &head->accept[i]));
    for (uint32_t i = 0; i < base->accept_n; i++)
        if (!same_acceptance(head, &base->accept[i])) report_acceptance(f, NULL, &base->accept[i]);
    for (uint32_t i = 0; i < head->severities_n; i++) report_setting(f, &head->severities[i], same_setting(base, head->severities[i].rule));
    for (uint32_t i = 0; i < base->severities_n; i++)
        if (!same_setting(head, base->severities[i].rule)) report_setting(f, NULL, &base->severities[i]);
    findings_sort(&f->findings);
}
