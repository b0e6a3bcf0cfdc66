#include "base/test.h"
#include "site/baseline.h"

static struct facts *facts_of(struct arena *a, const char *const *rules, uint32_t n)
{
    struct facts *f = NEW(a, struct facts);
    f->a = f->findings.a = f->baselined.a = a;
    f->inputs = inputs_new(a);
    f->diags = diags_new(a, f->inputs);
    for (uint32_t i = 0; i < n; i++) {
        struct finding *x = finding_add(&f->findings, rules[i], SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, STR("a.b"));
        x->at.line = i + 1;
        x->message = str_printf(a, "message %u", i);
    }
    return f;
}

static struct str written(struct arena *a, const struct facts *f)
{
    struct buf b = buf_new(a);
    baseline_write(&b, f);
    return buf_done(&b);
}

TEST(baseline_hides_what_it_knows)
{
    static const char *const was[] = {"values/removed-key", "values/ignored-key", "values/removed-key"};
    static const char *const is[] = {"values/ignored-key", "values/removed-key", "values/removed-key", "values/removed-key", "keda/paused"};
    struct str text = written(a, facts_of(a, was, 3));
    struct facts *f = facts_of(a, is, 5);
    CHECK(baseline_apply(f, text, 0));
    CHECK_INT(f->baselined.n, 3);   /* two of the three equal ones were counted */
    CHECK_INT(f->findings.n, 2);
    CHECK_STR(f->findings.v[0].rule, STR("values/removed-key"));
    CHECK_STR(f->findings.v[1].rule, STR("keda/paused"));
    CHECK_INT(f->baseline_stale, 0);
    f = facts_of(a, is, 1);
    CHECK(baseline_apply(f, text, 0));
    CHECK_INT(f->baseline_stale, 1);
}

TEST(baseline_knows_by_rule_and_subject_alone)
{
    static const char *const rules[] = {"values/removed-key"};
    struct facts *f = facts_of(a, rules, 1);
    struct finding x = f->findings.v[0], y = x;
    y.at.line = 99;
    y.message = STR("other words");
    CHECK_STR(baseline_fingerprint(a, &x), baseline_fingerprint(a, &y));
    y.subject = STR("a.c");
    CHECK(!str_eq(baseline_fingerprint(a, &x), baseline_fingerprint(a, &y)));
}

TEST(baseline_never_has_what_stops_the_render)
{
    static const char *const rules[] = {"render/failed", "schema/failed", "site/acceptance-expired", "keda/paused"};
    struct str text = written(a, facts_of(a, rules, 4));
    CHECK(!str_has(text, STR("render/failed")) && !str_has(text, STR("schema/failed")) && !str_has(text, STR("site/")) && str_has(text, STR("keda/paused")));
    struct facts *f = facts_of(a, rules, 4);
    CHECK(baseline_apply(f, text, 0));
    CHECK_INT(f->findings.n, 3);
}

TEST(baseline_is_read_strictly)
{
    static const char *const rules[] = {"keda/paused"};
    static const char *const wrong[] = {
        "", "[]", "{\"schema\": \"rutter.baseline/v2\", \"findings\": []}", "{\"schema\": \"rutter.baseline/v1\"}",
        "{\"schema\": \"rutter.baseline/v1\", \"findings\": [{\"rule\": \"x\"}]}", "{\"schema\": \"rutter.baseline/v1\", \"findings\": [], \"more\": 1}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct facts *f = facts_of(a, rules, 1);
        if (baseline_apply(f, str_from(wrong[i]), 0) || !f->diags->n) test_fail(__FILE__, __LINE__, "%s was taken", wrong[i]);
    }
    CHECK_STR(written(a, facts_of(a, rules, 0)), STR("{\"schema\": \"rutter.baseline/v1\",\n\"findings\": [\n]}\n"));
}
