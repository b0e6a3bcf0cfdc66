#include "checks/checks_test.h"

#include "tmpl/treesitter.h"

static struct facts *run(struct arena *a, const char *old, const char *new)
{
    const struct checks_pair p = {.old = old, .new = new, .template_rules = true};
    return checks_test_run(a, &p);
}

static bool is_missing(struct arena *a)
{
    if (treesitter_open(diags_new(a, inputs_new(a)))) return false;
    test_skip("libtree-sitter is not installed");
    return true;
}

#define HEAD "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n"
static const char *const plain = HEAD "  a: b\n";

static bool has(const struct facts *f, const char *rule) { return checks_test_find(f, rule, "c/templates/all.yaml") != NULL; }

TEST(queries_lookup_nil)
{
    if (is_missing(a)) return;
    CHECK(has(run(a, NULL, "{{ if false }}{{ (lookup \"v1\" \"Secret\" \"a\" \"b\").data.password }}{{ end }}"), "template/lookup-nil"));
    CHECK(!has(run(a, NULL, "{{ $s := lookup \"v1\" \"Secret\" \"a\" \"b\" }}{{ if $s }}{{ $s.data.password }}{{ end }}"), "template/lookup-nil"));
    CHECK(!has(run(a, NULL, "{{ (lookup \"v1\" \"Secret\" \"a\" \"b\").data }}"), "template/lookup-nil"));
    CHECK(!has(run(a, NULL, "{{ (dict \"data\" (dict \"a\" 1)).data.a }}"), "template/lookup-nil"));
}

TEST(queries_random_unguarded)
{
    if (is_missing(a)) return;
    CHECK(has(run(a, NULL, HEAD "  a: {{ randAlphaNum 8 | quote }}\n"), "template/random-unguarded"));
    CHECK(!has(run(a, NULL, HEAD "  a: {{ if .Values.none }}{{ randAlphaNum 8 }}{{ end }}\n"), "template/random-unguarded"));
    CHECK(!has(run(a, NULL, "{{ $ca := genCA \"a\" 3 }}{{ if .Values.none }}{{ $ca.Cert }}{{ end }}"), "template/random-unguarded"));
    CHECK(!has(run(a, NULL, HEAD "  a: {{ .Values.password | default (randAlphaNum 8) | quote }}\n"), "template/random-unguarded"));
}

TEST(queries_tpl_whole_values)
{
    if (is_missing(a)) return;
    CHECK(has(run(a, NULL, HEAD "  a: {{ tpl (toYaml .Values) . | quote }}\n"), "template/tpl-whole-values"));
    CHECK(!has(run(a, NULL, HEAD "  a: {{ tpl (toYaml .Values.env) . | quote }}\n"), "template/tpl-whole-values"));
}

TEST(queries_what_was_there_is_a_state)
{
    if (is_missing(a)) return;
    const char *now = HEAD "  a: {{ randAlphaNum 8 | quote }}\n  b: {{ uuidv4 }}\n", *was = HEAD "  x: y\n  a: {{ randAlphaNum 8 | quote }}\n";
    struct facts *f = run(a, was, now);
    uint32_t states = 0, changes = 0;
    for (uint32_t i = 0; i < f->findings.n; i++) {
        if (!str_is(f->findings.v[i].rule, "template/random-unguarded")) continue;
        states += f->findings.v[i].about == ABOUT_STATE;
        changes += f->findings.v[i].about == ABOUT_CHANGE;
    }
    CHECK_INT(states, 1);
    CHECK_INT(changes, 1);
    CHECK(!has(run(a, plain, plain), "template/random-unguarded"));
}

TEST(queries_do_not_run_unasked)
{
    const struct checks_pair p = {.new = HEAD "  a: {{ randAlphaNum 8 | quote }}\n"};
    CHECK(!has(checks_test_run(a, &p), "template/random-unguarded"));
}
