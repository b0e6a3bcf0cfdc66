/* Experiments on charts whose templates see what others wrote. */
#include "chart/testchart.h"
#include "usage/usage.h"

static const struct testfile writing[] = {
    {"Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"},
    {"values.yaml", "a: 1\nb: 2\nidle: 3\nflag: false\nbox: {own: x}\n"},
    /* In the order in which they are evaluated: names in reverse. */
    {"templates/z.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}\ndata: {a: \"{{ .Values.a }}\"}\n"},
    {"templates/y.yaml", "{{- if .Values.flag }}{{ $_ := set .Values.box \"other\" \"y\" }}{{ end }}"},
    {"templates/m.yaml", "{{- $_ := set .Values.box \"made\" .Values.b }}{{ $_ := .Values.idle }}"},
    {"templates/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {made: \"{{ .Values.box.made }}\", other: \"{{ .Values.box.other }}\"}\n"},
    {0},
};

static struct bench *bench_of(struct arena *a, const struct testfile *files)
{
    struct testchart *t = NEW(a, struct testchart);
    *t = testchart_new(a);
    struct env *env = NEW(a, struct env);
    *env = env_default();
    struct bench *b = NEW(a, struct bench);
    *b = (struct bench){.a = a, .scratch = arena_new(a->guard), .chart = testchart_load(t, files), .env = env, .parses = parse_cache_new(a),
                        .inputs = t->inputs, .origins = t->origins, .ns = env->ns};
    CHECK(b->chart && usage_rebase(b, map_new(a), NEW(a, struct render)));
    return b;
}

static enum works set(struct bench *b, const char *path, struct value v, struct signature *sig)
{
    struct value_edit e = {.value = v};
    e.segment = usage_segments(b->a, str_from(path), &e.segments);
    return usage_probe(b, &e, 1, sig);
}

TEST(probe_sees_what_a_write_carries_on)
{
    struct bench *b = bench_of(a, writing);
    struct signature through = {0}, plain = {0};
    CHECK_INT(b->base->exec.writes_n, 1);
    CHECK_INT(set(b, "a", v_float(5), &plain), WORKS);
    CHECK(plain.n == 1 && str_is(plain.v[0].object, "ConfigMap/z"));
    CHECK_INT(set(b, "b", v_float(5), &through), WORKS);
    CHECK(through.n == 1 && str_is(through.v[0].object, "ConfigMap/c") && str_is(through.v[0].field, "data.made"));
    CHECK_INT(set(b, "idle", v_float(5), NULL), WORKS_NOT);
    /* What the template writes over is lost; what it did not write before it may write now. */
    CHECK_INT(set(b, "box.made", v_float(5), NULL), WORKS_NOT);
    CHECK_INT(set(b, "flag", v_bool(true), NULL), WORKS);
    arena_free(b->scratch);
}

static const struct testfile refusing[] = {
    {"Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"},
    {"values.yaml", "a: 1\n"},
    {"values.schema.json", "{\"properties\": {\"a\": {\"maximum\": 3}}}"},
    {"templates/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: \"{{ .Values.a }}\"}\n"},
    {0},
};

TEST(probe_asks_the_schema)
{
    struct bench *b = bench_of(a, refusing);
    CHECK_INT(set(b, "a", v_float(2), NULL), WORKS);
    CHECK_INT(set(b, "a", v_float(5), NULL), WORKS_BY_FAILING);
    arena_free(b->scratch);
}
