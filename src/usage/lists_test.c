/* Fields in the entries of a list. */
#include "chart/testchart.h"
#include "usage/usage.h"
#include "value/yaml.h"

#define HEAD "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  x: \"1\"\n"

static struct bench *bench_of(struct arena *a, struct testchart *t, const char *values, const char *template, const char *user, struct map **m)
{
    struct testfile files[] = {{"Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"}, {"values.yaml", values}, {"templates/x.yaml", template}, {0}};
    struct env *env = NEW(a, struct env);
    *env = env_default();
    struct bench *b = NEW(a, struct bench);
    struct yaml_options o = {.origins = t->origins, .input = 1000, .layer = LAYER_USER};
    struct value v;
    struct str error;
    struct place at;
    if (!*m && yaml_read(a, str_from(user), &o, &v, &error, &at)) *m = v.u.map;
    *b = (struct bench){.a = a, .scratch = arena_new(a->guard), .chart = testchart_load(t, files), .env = env, .parses = parse_cache_new(a),
                        .inputs = t->inputs, .origins = t->origins, .ns = env->ns};
    CHECK(*m && b->chart && usage_rebase(b, *m, NEW(a, struct render)));
    return b;
}

static struct usage *find(struct arena *a, const char *old_values, const char *old, const char *new_values, const char *new, const char *user)
{
    struct testchart *t = NEW(a, struct testchart);
    *t = testchart_new(a);
    struct map *m = NULL;
    struct bench *x = bench_of(a, t, old_values, old, user, &m), *y = bench_of(a, t, new_values, new, user, &m);
    struct value_changes none = {0};
    struct usage *u = NEW(a, struct usage);
    *u = (struct usage){0};
    usage_find(a, x, y, &none, u);
    arena_free(x->scratch);
    arena_free(y->scratch);
    return u;
}

static const struct list_field *field(const struct usage *u, const char *path)
{
    for (uint32_t i = 0; i < u->fields_n; i++)
        if (str_is(u->fields[i].path, path) && !u->fields[i].covered) return &u->fields[i];
    return NULL;
}

TEST(lists_a_field_that_got_another_name)
{
    const struct usage *u = find(a, "hosts: []\n", HEAD "{{ range $i, $e := .Values.hosts }}  e{{ $i }}: \"{{ $e.host }}:{{ $e.port }}\"\n{{ end }}",
                                 "hosts: []\n", HEAD "{{ range $i, $e := .Values.hosts }}  e{{ $i }}: \"{{ $e.hostname }}:{{ $e.port }}\"\n{{ end }}",
                                 "hosts:\n- {host: one, port: 1}\n- {host: two, port: 2}\n");
    const struct list_field *host = field(u, "hosts[0].host"), *port = field(u, "hosts[0].port");
    CHECK(host && field_is_lost(host) && host->n == 2);
    CHECK_STR(host->renamed_to, STR("hosts[0].hostname"));
    CHECK(port && !field_is_lost(port) && !port->foreign);
    CHECK_STR(value_str_at(map_getz(u->migrated, "hosts").u.list->v[1], "hostname"), STR("two"));
    CHECK(u->changed && map_getz(u->migrated, "hosts").u.list->v[1].u.map->n == 2);
}

TEST(lists_a_field_in_a_list_in_a_list)
{
    const struct usage *u = find(a, "h: []\n", HEAD "{{ range .Values.h }}{{ range .paths }}  {{ .name }}: \"{{ .path }}{{ .type }}\"\n{{ end }}{{ end }}",
                                 "h: []\n", HEAD "{{ range .Values.h }}{{ range .paths }}  {{ .name }}: \"{{ .path }}\"\n{{ end }}{{ end }}",
                                 "h:\n- paths:\n  - {name: a, path: /a, type: Exact}\n  - {name: b, path: /b}\n");
    const struct list_field *f = field(u, "h[0].paths[0].type");
    CHECK(f && field_is_lost(f) && f->n == 1 && !f->to);
    CHECK(field(u, "h[0].paths[0].path") && !field_is_lost(field(u, "h[0].paths[0].path")));
}

TEST(lists_a_map_in_an_entry_is_told_at_its_top)
{
    const struct usage *u = find(a, "h: []\n", HEAD "{{ range .Values.h }}  {{ .name }}: \"{{ .tls.live }}{{ .tls.secret }}\"\n{{ end }}", "h: []\n",
                                 HEAD "{{ range .Values.h }}  {{ .name }}: \"x\"\n{{ end }}", "h:\n- {name: a, tls: {live: true, secret: s}}\n");
    CHECK(field(u, "h[0].tls") && field_is_lost(field(u, "h[0].tls")));
    CHECK(!field(u, "h[0].tls.live"));
}

TEST(lists_what_is_passed_on_whole_is_read)
{
    const struct usage *u = find(a, "env: []\n", HEAD "  e: |\n{{ toYaml .Values.env | indent 4 }}\n", "env: []\n", HEAD "  e: |\n{{ range .Values.env }}{{ toYaml . | indent 4 }}\n{{ end }}",
                                 "env:\n- {name: a, value: b, other: c}\n");
    for (uint32_t i = 0; i < u->fields_n; i++) CHECK(!field_is_lost(&u->fields[i]) && !u->fields[i].foreign);
    CHECK_INT(u->fields_n, 3);
}

TEST(lists_a_misspelt_field)
{
    const char *t = HEAD "{{ range $i, $e := .Values.hosts }}  e{{ $i }}: \"{{ $e.host }}:{{ $e.port | default 80 }}\"\n{{ end }}";
    const struct usage *u = find(a, "hosts: []\n", t, "hosts: []\n", t, "hosts:\n- {host: one, prot: 1}\n- {host: two, port: 2, note: x}\n");
    CHECK(field(u, "hosts[0].prot") && field(u, "hosts[0].prot")->foreign);
    CHECK_STR(field(u, "hosts[0].prot")->renamed_to, STR("hosts[0].port"));
    CHECK(field(u, "hosts[1].note")->foreign && field(u, "hosts[1].note")->never && !field(u, "hosts[1].note")->renamed_to.n);
    CHECK(!field(u, "hosts[0].host")->foreign);
}

TEST(lists_that_there_is_something_is_not_what_it_is)
{
    const struct usage *u = find(a, "h: []\n", HEAD "{{ range .Values.h }}  {{ .name }}: \"{{ .tls.secret }}{{ .tls.kind }}\"\n{{ end }}", "h: []\n",
                                 HEAD "{{ range .Values.h }}  {{ .name }}: \"{{ if .tls }}{{ .tls.kind }}{{ end }}\"\n{{ end }}", "h:\n- {name: a, tls: {kind: k, secret: s}}\n");
    CHECK(field(u, "h[0].tls.secret") && field_is_lost(field(u, "h[0].tls.secret")));
    CHECK(field(u, "h[0].tls.kind") && !field_is_lost(field(u, "h[0].tls.kind")));
}
