/* What must be set before a chart renders. */
#include "chart/testchart.h"
#include "usage/needs.h"

#define HEAD "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  x: \"1\"\n"

static struct str needed(struct arena *a, const char *values, const char *template, const char *helpers)
{
    struct testchart t = testchart_new(a);
    struct testfile files[] = {{"Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"}, {"values.yaml", values}, {"templates/x.yaml", template}, {"templates/_h.tpl", helpers}, {0}};
    struct env env = env_default();
    struct bench b = {.a = a, .scratch = arena_new(a->guard), .chart = testchart_load(&t, files), .env = &env, .user = map_new(a), .parses = parse_cache_new(a),
                      .inputs = t.inputs, .origins = t.origins, .ns = env.ns};
    struct usage u = {0};
    struct value_changes none = {0};
    struct bench old = b;
    struct render r;
    struct testfile fine[] = {{"Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"}, {"values.yaml", "{}"}, {"templates/x.yaml", HEAD}, {0}};
    old.chart = testchart_load(&t, fine);
    CHECK(usage_rebase(&old, b.user, &r));
    usage_find(a, &old, &b, &none, &u);
    struct buf all = buf_new(a);
    for (uint32_t i = 0; i < u.obstacles_n; i++)
        for (uint32_t k = 0; k < u.obstacles[i].needs_n; k++) buf_printf(&all, "%s%.*s", all.n ? " " : "", STR_ARG(u.obstacles[i].needs[k]));
    arena_free(b.scratch);
    return buf_done(&all);
}

TEST(needs_the_argument_of_required)
{
    CHECK_STR(needed(a, "needed: \"\"\n", HEAD "  n: {{ required \"this is required\" .Values.needed }}\n", ""), STR("needed"));
    CHECK_STR(needed(a, "a: 1\n", HEAD "  n: {{ required \"db\" ((.Values.db).host) }}\n", ""), STR("db.host"));
    CHECK_STR(needed(a, "a: {b: \"\"}\n", HEAD "  n: {{ .Values.a.b | required \"it is required\" }}\n", ""), STR("a.b"));
    CHECK_STR(needed(a, "a: {b: \"\"}\n", HEAD "{{ with .Values.a }}  n: {{ required \"it is required\" .b }}{{ end }}\n", ""), STR("a.b"));
    CHECK_STR(needed(a, "a: {b: \"\"}\n", HEAD "{{ $x := .Values.a }}  n: {{ required \"it is required\" $x.b }}\n", ""), STR("a.b"));
    CHECK_STR(needed(a, "a: {b: \"\"}\n", HEAD "  n: {{ required \"it is required\" (index .Values \"a\" \"b\") }}\n", ""), STR("a.b"));
}

TEST(needs_what_the_condition_around_fail_reads)
{
    CHECK_STR(needed(a, "a: 1\n", HEAD "{{ if not .Values.accept }}{{ fail \"read the notes\" }}{{ end }}\n", ""), STR("accept"));
    CHECK_STR(needed(a, "mode: \"\"\n", HEAD "{{ if not (has .Values.mode (list \"one\" \"two\")) }}{{ fail \"no such mode\" }}{{ end }}\n", ""), STR("mode"));
    /* Not the switch that is on by default, but what is open. */
    CHECK_STR(needed(a, "tls: {enabled: true, secret: \"\"}\n", HEAD "{{ if .Values.tls.enabled }}{{ if not .Values.tls.secret }}{{ fail \"no\" }}{{ end }}{{ end }}\n", ""), STR("tls.secret"));
    CHECK_STR(needed(a, "a: \"\"\n", HEAD "{{ include \"check\" . }}\n", "{{ define \"check\" }}{{ if not .Values.a }}{{ fail \"no\" }}{{ end }}{{ end }}"), STR("a"));
    CHECK_STR(needed(a, "a: \"\"\n", HEAD "{{ if not (include \"name\" .) }}{{ fail \"no\" }}{{ end }}\n", "{{ define \"name\" }}{{ .Values.a }}{{ end }}"), STR("a"));
    CHECK_STR(needed(a, "a: \"\"\nb: \"\"\n", HEAD "{{ if or (not .Values.a) (not .Values.b) }}{{ fail \"no\" }}{{ end }}\n", ""), STR("a b"));
}

TEST(needs_one_after_the_other)
{
    CHECK_STR(needed(a, "a: \"\"\nb: {c: \"\"}\n", HEAD "  n: {{ required \"first\" .Values.a }}\n  m: {{ required \"second\" .Values.b.c }}\n", ""), STR("a b.c"));
}

TEST(needs_nothing_where_no_value_helps)
{
    CHECK_STR(needed(a, "a: 1\n", HEAD "{{ if .Values.a }}{{ fail \"never\" }}{{ end }}\n{{ fail \"ever\" }}", ""), STR(""));
}
