#include "checks/checks_test.h"

#include "tmpl/treesitter.h"

static uint32_t count(const struct facts *f, const char *rule)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->findings.n; i++) n += str_is(f->findings.v[i].rule, rule);
    return n;
}

static bool at(const struct facts *f, const char *subject, uint32_t line, uint32_t column)
{
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        if (str_is(x->rule, "render/failed") && str_is(x->subject, subject) && x->at.line == line && x->at.column == column) return true;
    }
    return false;
}

static const char *const broken =
    "### templates/a.yaml\na: {{ .Values.x | nosuch }}\nb: {{ .Values.y ) }}\nc: {{ .Values.z }}\n"
    "### templates/b.yaml\nx: \"\xc3\xa4\" {{ $v }}\n"
    "### templates/good.yaml\nfine: {{ .Values.x }}\n";

TEST(syntax_tells_all_errors_of_a_chart)
{
    struct checks_pair p = {.old = "fine: true\n", .new = broken};
    struct facts *f = checks_test_run(a, &p);
    if (!treesitter_open(f->diags)) {
        test_skip("libtree-sitter is not installed");
        return;
    }
    FIRES(f, "render/failed", "c/templates/b.yaml", "error");
    CHECK(at(f, "c/templates/a.yaml", 2, 17));
    CHECK(at(f, "c/templates/b.yaml", 1, 11)); /* in characters */
    CHECK_INT(count(f, "render/failed"), 3);
    p.old = NULL;
    CHECK_INT(count(checks_test_run(a, &p), "render/failed"), 3);
}

TEST(syntax_is_silent_where_all_parses)
{
    const struct checks_pair p = {.old = "fine: true\n", .new = "{{ fail \"no\" }}\n"};
    struct facts *f = checks_test_run(a, &p);
    CHECK_INT(count(f, "render/failed"), 1);
}
