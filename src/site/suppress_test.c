#include "checks/checks_test.h"
#include "site/suppress.h"

/* A chart that loses a key: values/removed-key of colour and of size. */
static struct facts *two_findings(struct arena *a)
{
    static const struct checks_pair p = {
        .old = "### values.yaml\ncolour: red\nsize: 1\n### templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {colour: \"{{ .Values.colour }}\", size: \"{{ .Values.size }}\"}\n",
        .new = "### values.yaml\nother: 1\n### templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {x: y}\n",
        .values = "colour: blue\nsize: 7\n",
    };
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/removed-key", "colour", "error");
    FIRES(f, "values/removed-key", "size", "error");
    f->as_of = 1769817600; /* 2026-01-31 */
    f->as_of_why = "--as-of";
    return f;
}

static struct config *with(struct arena *a, const char *subject, const char *expires, int64_t last)
{
    struct config *c = NEW(a, struct config);
    struct acceptance *x = PUSH(a, c->accept, c->accept_n, c->accept_cap);
    *x = (struct acceptance){.rule = STR("values/removed-key"), .subject = str_from(subject), .reason = STR("we know"), .expires = str_from(expires), .last = last};
    return c;
}

TEST(suppress_accepts_one_finding)
{
    struct facts *f = two_findings(a);
    suppress_apply(f, with(a, "colour", "", 0));
    CHECK(!checks_test_find(f, "values/removed-key", "colour"));
    FIRES(f, "values/removed-key", "size", "error");
    CHECK_INT(f->accepted.n, 1);
    CHECK_STR(f->accepted.v[0].accepted, STR("we know"));
    CHECK(!checks_test_find(f, "site/acceptance-unused", ""));
}

TEST(suppress_ends_after_the_last_day)
{
    struct facts *f = two_findings(a), *g = two_findings(a);
    suppress_apply(f, with(a, "colour", "2026-01-31", 1769817600));
    CHECK_INT(f->accepted.n, 1);
    CHECK(!checks_test_find(f, "site/acceptance-expired", ""));
    g->as_of += 24 * 60 * 60;
    suppress_apply(g, with(a, "colour", "2026-01-31", 1769817600));
    CHECK_INT(g->accepted.n, 0);
    FIRES(g, "values/removed-key", "colour", "error");
    FIRES(g, "site/acceptance-expired", "", "warning");
}

TEST(suppress_reports_what_matches_nothing)
{
    struct facts *f = two_findings(a);
    suppress_apply(f, with(a, "color", "", 0));
    FIRES(f, "values/removed-key", "colour", "error");
    FIRES(f, "site/acceptance-unused", "", "info");
}

static void set_severity(struct arena *a, struct config *c, const char *rule, enum severity s, bool off)
{
    *PUSH(a, c->severities, c->severities_n, c->severities_cap) = (struct severity_setting){.rule = str_from(rule), .severity = s, .off = off};
}

TEST(suppress_sets_severities)
{
    struct facts *f = two_findings(a);
    struct config *c = with(a, "colour", "", 0);
    set_severity(a, c, "values/removed-key", SEVERITY_INFO, false);
    suppress_apply(f, c);
    FIRES(f, "values/removed-key", "size", "info");
    f = two_findings(a);
    c = with(a, "colour", "", 0);
    set_severity(a, c, "values/removed-key", SEVERITY_INFO, true);
    suppress_apply(f, c);
    CHECK(!checks_test_find(f, "values/removed-key", ""));
    CHECK_INT(f->off.n, 1);
    CHECK_INT(f->accepted.n, 1); /* accepted is said with its reason even where the rule is off */
}

TEST(suppress_reports_changes_of_the_decisions)
{
    struct facts *f = two_findings(a);
    struct config *base = with(a, "colour", "", 0), *head = with(a, "size", "", 0);
    set_severity(a, head, "keda/paused", SEVERITY_INFO, true);
    suppress_report_changes(f, base, head);
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->findings.n; i++) n += str_is(f->findings.v[i].rule, "site/acceptance-changed");
    CHECK_INT(n, 2);
    FIRES(f, "site/severity-changed", "", "warning");
    f = two_findings(a);
    suppress_report_changes(f, base, with(a, "colour", "", 0));
    CHECK(!checks_test_find(f, "site/acceptance-changed", ""));
    CHECK(!checks_test_find(f, "site/severity-changed", ""));
}
