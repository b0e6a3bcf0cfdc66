#include "checks/checks_test.h"

/* Every template prints one ConfigMap, so that an effect is easy to see. */
#define MAP(body) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n" body
#define CHART(values, template) "### Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: \"2.0\"\n### values.yaml\n" values "### templates/all.yaml\n" template

TEST(checks_a_subtree_that_moved_is_told_once_at_its_top)
{
    struct checks_pair p = {
        .old = CHART("router: {replicas: 2, auth: {mode: none}, color: blue}\n", MAP("  r: {{ .Values.router.replicas | quote }}\n  m: {{ .Values.router.auth.mode }}\n  c: {{ .Values.router.color }}\n")),
        .new = CHART("gateway: {replicas: 2, auth: {mode: none}, color: blue}\n", MAP("  r: {{ .Values.gateway.replicas | quote }}\n  m: {{ .Values.gateway.auth.mode }}\n  c: {{ .Values.gateway.color }}\n")),
        .values = "router:\n  replicas: 3\n  auth: {mode: static}\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/renamed-key", "router", "error");
    CHECK_STR(checks_test_find(f, "values/renamed-key", "router")->replacement, STR("gateway"));
    CHECK(!checks_test_find(f, "values/renamed-key", "router.replicas"));
    CHECK(f->planned == &f->migrated_side);
    p.new = p.old;
    SILENT(checks_test_run(a, &p), "values/renamed-key");
}

TEST(checks_a_key_that_nothing_reads_any_more)
{
    struct checks_pair p = {.old = CHART("a: 1\nkeep: 1\n", MAP("  a: {{ .Values.a | quote }}\n  k: {{ .Values.keep | quote }}\n")),
                            .new = CHART("keep: 1\n", MAP("  k: {{ .Values.keep | quote }}\n")), .values = "a: 5\nkeep: 7\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/removed-key", "a", "error");
    CHECK(!checks_test_find(f, "values/removed-key", "keep"));
    p.new = CHART("a: 1\non: false\nkeep: 1\n", MAP("  k: {{ .Values.keep | quote }}\n{{- if .Values.on }}\n  a: {{ .Values.a | quote }}\n{{- end }}\n"));
    f = checks_test_run(a, &p);
    FIRES(f, "values/ignored-key", "a", "error");
    SILENT(f, "values/removed-key");
}

TEST(checks_every_refusal_on_the_way_is_told)
{
    struct checks_pair p = {.old = CHART("a: 1\nb: 1\n", MAP("  a: {{ .Values.a | quote }}\n  b: {{ .Values.b | quote }}\n")),
                            .new = CHART("c: {d: 1}\n", "{{ if .Values.a }}{{ fail \"a is gone, use c.d instead\" }}{{ end }}{{ if .Values.b }}{{ fail \"b is gone\" }}{{ end }}\n" MAP("  a: {{ .Values.c.d | quote }}\n")),
                            .values = "a: 5\nb: 6\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/refused-key", "a", "error");
    FIRES(f, "values/refused-key", "b", "error");
    CHECK_STR(checks_test_find(f, "values/refused-key", "a")->replacement, STR("c.d"));
    CHECK_INT(f->usage.obstacles_n, 2);
}

TEST(checks_what_must_be_set_is_named)
{
    struct checks_pair p = {.old = MAP("  a: b\n"), .new = CHART("image: {repository: \"\"}\n", "# {{ required \"image.repository must be set\" .Values.image.repository }}\n" MAP("  a: b\n"))};
    FIRES(checks_test_run(a, &p), "values/new-required", "image.repository", "error");
    p.values = "image: {repository: x}\n";
    SILENT(checks_test_run(a, &p), "values/new-required");
}

TEST(checks_a_text_where_a_map_is_read)
{
    struct checks_pair p = {.old = CHART("image: a\n", MAP("  i: {{ .Values.image }}\n")), .new = CHART("image: {repository: a}\n", MAP("  i: {{ .Values.image.repository }}\n")),
                            .values = "image: mine/image\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/type-changed", "image", "error");
    CHECK_STR(checks_test_find(f, "values/type-changed", "image")->replacement, STR("image.repository"));
}

TEST(checks_each_violated_rule_of_the_schema)
{
    struct checks_pair p = {.old = CHART("a: 1\n", MAP("  a: {{ .Values.a | quote }}\n")),
                            .new = "### values.schema.json\n{\"additionalProperties\": false, \"properties\": {\"b\": {\"type\": \"number\"}}}\n" CHART("b: 1\n", MAP("  a: {{ .Values.b | quote }}\n")),
                            .values = "a: 2\nb: x\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "schema/failed", "b", "error");
    FIRES(f, "values/refused-key", "a", "error");
    p.values = "b: 2\n";
    SILENT(checks_test_run(a, &p), "schema/failed");
}

TEST(checks_a_default_that_changed_under_the_user)
{
    struct checks_pair p = {.old = CHART("mode: direct\ntag: \"1.0\"\n", MAP("  m: {{ .Values.mode }}\n  v: {{ .Values.tag | quote }}\n")),
                            .new = CHART("mode: queue\ntag: \"1.1\"\n", MAP("  m: {{ .Values.mode }}\n  v: {{ .Values.tag | quote }}\n"))};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/default-changed", "mode", "warning");
    CHECK(!checks_test_find(f, "values/default-changed", "tag"));
    p.values = "mode: direct\n";
    SILENT(checks_test_run(a, &p), "values/default-changed");
}

#define DEPLOYMENT(image) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: \"" image "\"}]}\n"

TEST(checks_a_pinned_image)
{
    struct checks_pair p = {.old = CHART("image: {repository: r/i, tag: \"\"}\n", DEPLOYMENT("{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}")), .values = "image: {tag: \"1.0\"}\n"};
    p.new = p.old;
    FIRES(checks_test_run(a, &p), "values/pinned-image-tag", "image.tag", "warning");
    p.new = CHART("image: {repository: r/i, tag: \"\"}\n", DEPLOYMENT("{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}-cpu"));
    FIRES(checks_test_run(a, &p), "values/pinned-image-tag", "image.tag", "warning");
    p.values = "image: {repository: mirror/i}\n";
    SILENT(checks_test_run(a, &p), "values/pinned-image-tag");
}

TEST(checks_a_misspelt_key)
{
    struct checks_pair p = {.old = CHART("replicas: 1\n", MAP("  r: {{ .Values.replicas | quote }}\n")), .values = "replica: 3\n"};
    p.new = p.old;
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/unknown-key", "replica", "warning");
    CHECK_STR(checks_test_find(f, "values/unknown-key", "")->replacement, STR("replicas"));
    p.values = "somethingElse: 3\n";
    SILENT(checks_test_run(a, &p), "values/unknown-key");
}

TEST(checks_a_key_that_another_configuration_reads)
{
    const char *text = "### templates/a.yaml\n{{ if .Values.on }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {{ .Values.other | quote }}}\n{{ end }}\n"
                       "### values.yaml\non: false\n";
    struct checks_pair p = {.old = text, .values = "other: 3\n"};
    p.new = p.old;
    CHECK(!checks_test_find(checks_test_run(a, &p), "values/unknown-key", ""));
    p.values = "others: 3\n"; /* no default is near */
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/unknown-key", "others", "info");
    p.new = "### templates/a.yaml\n{{ range $k, $v := .Values.each }}{{ index $.Values $k }}{{ end }}\n### values.yaml\neach: {}\n"; /* any key, if the values say so */
    CHECK(!checks_test_find(checks_test_run(a, &p), "values/unknown-key", ""));
}

TEST(checks_a_key_written_twice)
{
    struct checks_pair p = {.old = CHART("a: 1\n", MAP("  a: {{ .Values.a | quote }}\n")), .values = "a: 3\na: 4\n"};
    p.new = p.old;
    FIRES(checks_test_run(a, &p), "values/duplicate-key", "a", "warning");
    p.values = "a: 4\n";
    SILENT(checks_test_run(a, &p), "values/duplicate-key");
}

TEST(checks_an_override_that_is_the_default)
{
    struct checks_pair p = {.old = CHART("a: 1\n", MAP("  a: {{ .Values.a | quote }}\n")), .values = "a: 1\n"};
    p.new = p.old;
    FIRES(checks_test_run(a, &p), "values/same-as-default", "a", "info");
    p.values = "a: 2\n";
    CHECK(!checks_test_find(checks_test_run(a, &p), "values/same-as-default", ""));
}

TEST(checks_a_value_that_the_chart_now_computes)
{
    struct checks_pair p = {.old = CHART("url: http://c\n", MAP("  u: {{ .Values.url }}\n")), .new = CHART("url: \"\"\n", MAP("  u: {{ .Values.url | default \"http://made\" }}\n")),
                            .values = "url: http://mine\n"};
    FIRES(checks_test_run(a, &p), "values/default-shadowed", "url", "warning");
    p.new = p.old;
    SILENT(checks_test_run(a, &p), "values/default-shadowed");
}

TEST(checks_a_key_that_the_notes_call_deprecated)
{
    struct checks_pair p = {.old = CHART("ingress: {host: x}\n", MAP("  u: {{ .Values.ingress.host }}\n")), .values = "ingress: {host: mine}\n"};
    p.new = CHART("ingress: {host: x}\n", MAP("  u: {{ .Values.ingress.host }}\n") "### templates/NOTES.txt\ningress.host is deprecated\n");
    FIRES(checks_test_run(a, &p), "values/deprecated-key", "ingress.host", "warning");
    p.new = p.old;
    SILENT(checks_test_run(a, &p), "values/deprecated-key");
}

#define SECRET(data) "{{ $s := lookup \"v1\" \"Secret\" .Release.Namespace \"s\" }}\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {p: {{ " data " | quote }}}\n"

TEST(checks_what_the_cluster_keeps_is_not_lost)
{
    struct checks_pair p = {.old = CHART("p: a\n", SECRET(".Values.p | b64enc")), .new = CHART("p: a\n", SECRET("dig \"data\" \"p\" (printf \"%s-2\" .Values.p | b64enc) $s")), .values = "p: mine\n"};
    struct facts *f = checks_test_run(a, &p);
    SILENT(f, "values/ignored-key");
    SILENT(f, "values/removed-key");
    FIRES(f, "render/uncertain", "", "info");
    p.new = p.old;
    CHECK(!checks_test_find(checks_test_run(a, &p), "values/ignored-key", ""));
}

#define SCALED(name, replicas) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " name "}\nspec:\n  replicas: " replicas "\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i}]}\n"

TEST(checks_a_loss_is_told_by_the_new_render)
{
    struct checks_pair p = {.old = CHART("router: {replicas: 2}\n", SCALED("d", "{{ .Values.router.replicas }}")), .new = CHART("gateway: {replicas: 1}\n", SCALED("d", "{{ .Values.gateway.replicas }}")),
                            .values = "router: {replicas: 3}\n"};
    const struct finding *x = checks_test_find(checks_test_run(a, &p), "values/renamed-key", "router");
    CHECK(x && str_has(x->message, STR("spec.replicas of Deployment/d goes from 3 to 1")));
    p.values = "router: {replicas: 1}\n"; /* what the new default says as well */
    FIRES(checks_test_run(a, &p), "values/removed-key", "router", "warning");
}

TEST(checks_a_dead_switch_of_what_is_on_all_the_same)
{
    struct checks_pair p = {.old = CHART("store: {enabled: false, url: \"\"}\n", MAP("  a: b\n{{- if .Values.store.enabled }}\n  u: {{ .Values.store.url }}\n{{- end }}\n")),
                            .new = CHART("store: {enabled: false, url: \"\"}\n", MAP("  a: b\n{{- with .Values.store.url }}\n  u: {{ . }}\n{{- end }}\n")), .values = "store: {enabled: true, url: gs://x}\n"};
    FIRES(checks_test_run(a, &p), "values/ignored-key", "store.enabled", "warning");
    p.new = CHART("store: {enabled: false, url: \"\"}\n", MAP("  a: b\n{{- with .Values.stores }}\n  u: {{ $.Values.store.url }}\n{{- end }}\n"));
    FIRES(checks_test_run(a, &p), "values/ignored-key", "store", "error");
}

TEST(checks_keys_beside_one_that_is_refused)
{
    struct checks_pair p = {.old = CHART("pools: {small: {use: false, min: 1, gpu: 0}}\n", "{{ range $n, $p := .Values.pools }}{{ if $p.use }}\n---\n" SCALED("{{ $n }}-{{ $p.gpu }}", "{{ $p.min }}") "{{ end }}{{ end }}\n"),
                            .new = CHART("pools: {small: {use: false, gpu: 0, lanes: {a: {min: 1}}}}\n", "{{ range $n, $p := .Values.pools }}{{ if $p.use }}{{ if not $p.lanes }}{{ fail (printf \"pools.%s: missing lanes\" $n) }}{{ end }}{{ range $l, $c := $p.lanes }}\n---\n" SCALED("{{ $n }}-{{ $l }}-{{ $p.gpu }}", "{{ $c.min }}") "{{ end }}{{ end }}{{ end }}\n"),
                            .values = "pools: {mine: {use: true, min: 2, gpu: 3}}\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/refused-key", "pools.mine", "error");
    CHECK(!checks_test_find(f, "values/refused-key", "pools.mine")->replacement.n);
    CHECK(!checks_test_find(f, "values/renamed-key", "pools.mine"));
    CHECK(!checks_test_find(f, "values/removed-key", "pools.mine"));
    FIRES(f, "object/removed", "Deployment/mine-3", "info"); /* not judged */
    for (uint32_t i = 0; i < f->usage.n; i++) CHECK(!f->usage.keys[i].renamed_to.n); /* pools.small is another one, and was there before */
    p.new = CHART("pools: {}\n", "{{ range $n, $p := .Values.pools }}{{ fail \"pools are gone\" }}{{ end }}\n" MAP("  a: b\n"));
    p.old = CHART("pools: {}\n", MAP("  a: b\n") "### templates/pools.yaml\n{{ range $n, $p := .Values.pools }}\n---\n" SCALED("{{ $n }}", "{{ $p.min }}") "{{ end }}\n");
    FIRES(checks_test_run(a, &p), "object/removed", "Deployment/mine", "error"); /* no template makes it any more */
}

TEST(checks_keys_of_an_entry_that_renders)
{
    struct checks_pair p = {.old = CHART("pools: {small: {use: false, min: 1, gpu: 0}}\n", "{{ range $n, $p := .Values.pools }}{{ if $p.use }}\n---\n" SCALED("{{ $n }}-{{ $p.gpu }}", "{{ $p.min }}") "{{ end }}{{ end }}\n"),
                            .new = CHART("pools: {small: {use: false, gpu: 0, lanes: {a: {min: 1}}}}\n", "{{ range $n, $p := .Values.pools }}{{ if $p.use }}{{ range $l, $c := $p.lanes }}\n---\n" SCALED("{{ $n }}-{{ $l }}-{{ $p.gpu }}", "{{ $c.min }}") "{{ end }}{{ end }}{{ end }}\n")};
    p.values = "pools: {small: {use: true, min: 2, gpu: 3}}\n"; /* the chart's own entry renders, and the move can be told */
    FIRES(checks_test_run(a, &p), "values/renamed-key", "pools.small.min", "error");
}

TEST(checks_a_pinned_image_that_is_asked_for_other_things)
{
#define PROBED(path, args) DEPLOYMENT("{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\", args: [" args "], livenessProbe: {httpGet: {path: " path ", port: 80}}, imagePullPolicy: \"Always")
    struct checks_pair p = {.old = CHART("image: {repository: r/i, tag: \"\"}\n", PROBED("/healthz", "--port=80")), .new = CHART("image: {repository: r/i, tag: \"\"}\n", PROBED("/livez", "--port=81, --cache=x")),
                            .values = "image: {tag: \"1.0\"}\n"};
    const struct finding *x = checks_test_find(checks_test_run(a, &p), "values/pinned-image-tag", "image.tag");
    CHECK(x && x->evidence_n == 3);
    CHECK(x && str_has(x->evidence[1], STR("/livez, not /healthz")) && str_has(x->evidence[2], STR("with --cache,")));
    p.new = CHART("image: {repository: r/i, tag: \"\"}\n", PROBED("/healthz", "--port=81"));
    x = checks_test_find(checks_test_run(a, &p), "values/pinned-image-tag", "image.tag");
    CHECK(x && x->evidence_n == 1); /* another value of the same argument */
}

TEST(checks_unknown_keys_are_told_at_their_highest_node)
{
    struct checks_pair p = {.old = CHART("a: {b: 1}\n", MAP("  r: {{ .Values.a.b | quote }}\n")), .values = "elsewhere: {x: 3, y: {z: 4}}\na: {b: 2, somewhat: 5}\n"};
    p.new = p.old;
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/unknown-key", "elsewhere", "info");
    FIRES(f, "values/unknown-key", "a.somewhat", "info");
    CHECK(!checks_test_find(f, "values/unknown-key", "elsewhere.x"));
    p.values = "elsewhere: {x: 3}\n"; /* one key is told by itself */
    FIRES(checks_test_run(a, &p), "values/unknown-key", "elsewhere.x", "info");
}

TEST(checks_a_name_by_revision_is_not_uncertain)
{
#define NUMBERED(name) "### templates/hook.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\n### templates/NOTES.txt\n{{ (lookup \"v1\" \"Secret\" \"ns\" \"s\") | len }}\n"
    struct checks_pair p = {.old = NUMBERED("x"), .new = NUMBERED("h-{{ .Release.Revision }}"), .values = "a: 1\n"};
    CHECK(!checks_test_find(checks_test_run(a, &p), "render/uncertain", ""));
    p.new = NUMBERED("{{ if .Release.IsUpgrade }}up{{ else }}in{{ end }}-{{ .Release.Revision }}");
    CHECK(!checks_test_find(checks_test_run(a, &p), "render/uncertain", "")); /* an upgrade it is, whatever the cluster holds */
    p.new = NUMBERED("{{ if lookup \"v1\" \"ConfigMap\" \"ns\" \"x\" }}has{{ else }}none{{ end }}-{{ .Release.Revision }}");
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "render/uncertain", "", "info");
    CHECK_INT(checks_test_find(f, "render/uncertain", "")->at.line, 3);
}

#define TWO_ENVS(env) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i, env: [" env "]}]}\n"

TEST(checks_an_address_that_decides_more_than_before)
{
    struct checks_pair p = {.old = CHART("cache: \"\"\n", TWO_ENVS("{name: CACHE, value: {{ .Values.cache | quote }}}")), .values = "cache: gs://mine/cache\n",
                            .new = CHART("cache: \"\"\n", TWO_ENVS("{name: CACHE, value: {{ .Values.cache | quote }}}, {name: STORE, value: \"{{ .Values.cache }}/store\"}"))};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/meaning-changed", "cache", "info");
    p.new = CHART("cache: \"\"\n", TWO_ENVS("{name: CACHE, value: {{ .Values.cache | quote }}}, {name: STORE, value: \"{{ .Values.cache }}d\"}"));
    CHECK(!checks_test_find(checks_test_run(a, &p), "values/meaning-changed", "")); /* another address that begins alike */
}

TEST(checks_a_key_that_means_something_else_under_the_same_default)
{
#define TIMED(replicas, grace) "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  replicas: " replicas "\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i, livenessProbe: {periodSeconds: " grace ", httpGet: {path: /, port: 80}}}]}\n"
    struct checks_pair p = {.old = CHART("num: 5\n", TIMED("{{ .Values.num }}", "9")), .new = CHART("num: 5\n", TIMED("6", "{{ .Values.num }}")), .values = "num: 7\n"};
    FIRES(checks_test_run(a, &p), "values/meaning-changed", "num", "error");
    p.new = CHART("num: 5\n", TIMED("{{ .Values.num }}", "8"));
    SILENT(checks_test_run(a, &p), "values/meaning-changed");
}

TEST(checks_what_a_subchart_that_is_absent_may_read)
{
    const char *dep = "### Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: nats, version: 1.0.0, repository: \"https://example.com\"}]\n### values.yaml\nnats: {jetstream: true}\n### templates/all.yaml\n"
                      "{{ if not .Values.nats.jetstream }}{{ fail \"needs jetstream\" }}{{ end }}\n" MAP("  a: b\n");
    struct checks_pair p = {.old = dep, .values = "nats: {jetstream: true}\n",
                            .new = "### Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: nats, version: 1.0.0, repository: \"https://example.com\"}]\n### values.yaml\nnats: {jetstream: true}\n### templates/all.yaml\n" MAP("  a: b\n")};
    SILENT(checks_test_run(a, &p), "values/ignored-key");
    p.old = "### values.yaml\nother: {jetstream: true}\n### templates/all.yaml\n{{ if not .Values.other.jetstream }}{{ fail \"needs jetstream\" }}{{ end }}\n" MAP("  a: b\n");
    p.new = "### values.yaml\nother: {jetstream: true}\n### templates/all.yaml\n" MAP("  a: b\n");
    p.values = "other: {jetstream: true}\n";
    CHECK(checks_test_find(checks_test_run(a, &p), "values/ignored-key", ""));
}

TEST(checks_what_comes_back_beside_a_renamed_switch_is_kept)
{
    struct checks_pair p = {.old = CHART("cache: {enabled: false, size: 1}\n", MAP("  a: b\n") "{{ if .Values.cache.enabled }}" "  size: {{ .Values.cache.size | quote }}\n{{ end }}"),
                            .new = CHART("cache: {install: false, size: 1}\n", MAP("  a: b\n") "{{ if .Values.cache.install }}" "  size: {{ .Values.cache.size | quote }}\n{{ end }}"),
                            .values = "cache: {enabled: true, size: 5}\n"};
    struct facts *f = checks_test_run(a, &p);
    FIRES(f, "values/renamed-key", "cache.enabled", "error");
    struct value cache = map_getz(f->usage.migrated, "cache");
    CHECK(map_getz(cache.u.map, "install").u.b && value_same(map_getz(cache.u.map, "size"), v_float(5)));
}
