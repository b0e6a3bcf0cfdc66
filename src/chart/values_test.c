/* Expected values are those that helm 4.1.4 gives ({{ .Values | toJson }}). */
#include "chart/testchart.h"
#include "source/testdir.h"

#define CHART(name) "apiVersion: v2\nname: " name "\nversion: 1.0.0\n"

static struct str effective(struct arena *a, const struct testfile *files, const char *user)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, files);
    CHECK(c != NULL);
    struct str before = testchart_json(a, c->values);
    struct str out = testchart_effective(&t, c, testchart_values(&t, user));
    CHECK_STR(testchart_json(a, c->values), before);
    return out;
}

TEST(values_nulls)
{
    const struct testfile files[] = {{"Chart.yaml", CHART("a")}, {"values.yaml", "m: {x: 1, w: null}\nk: null\nl: [1]\n"}, {0}};
    CHECK_STR(effective(a, files, ""), STR("{\"k\":null,\"l\":[1],\"m\":{\"w\":null,\"x\":1}}"));
    CHECK_STR(effective(a, files, "m: {x: null, w: null, z: null}\nnew: null\n"),
              STR("{\"k\":null,\"l\":[1],\"m\":{\"w\":null,\"z\":null},\"new\":null}"));
    CHECK_STR(effective(a, files, "m: null\nk: null\nl: null\n"), STR("{}"));
    CHECK_STR(effective(a, files, "m: 5\nl: {a: 1}\n"), STR("{\"k\":null,\"l\":{\"a\":1},\"m\":5}"));
}

TEST(values_of_helm3)
{
    struct testchart t = testchart_new(a);
    t.helm_major = 3;
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", CHART("a")}, {"values.yaml", "m: {x: 1, w: null}\n---\nk: 1\n"}, {0}});
    CHECK_STR(testchart_effective(&t, c, testchart_values(&t, "m: {x: null, w: null, z: null}\n---\nl: 1\n")), STR("{\"m\":{\"z\":null}}"));
    struct user_flag flag = {SET_JSON, STR("{\"a\":1}")};
    struct user_values u = {.flags = &flag, .flags_n = 1, .role = STR("values"), .helm_major = 3};
    struct map *out;
    CHECK(!values_read_user(a, &u, t.inputs, t.origins, &out, NULL, t.d));
    CHECK_STR(testchart_message(&t), STR("failed parsing --set-json data {\"a\":1}"));
}

TEST(values_many_nulls)
{
    struct buf chart = buf_new(a), user = buf_new(a);
    for (int i = 0; i < 40; i++) {
        buf_printf(&chart, "k%d: %d\n", i, i);
        if (i % 2) buf_printf(&user, "k%d: null\n", i);
    }
    buf_byte(&chart, 0);
    buf_byte(&user, 0);
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", CHART("a")}, {"values.yaml", chart.p}, {0}});
    struct map *out;
    CHECK(values_coalesce(a, c, testchart_values(&t, user.p), &out, t.d));
    CHECK_INT(out->n, 20);
    CHECK(map_find(out, STR("k38")) && !map_find(out, STR("k39")));
}

TEST(values_subcharts_and_globals)
{
    const struct testfile files[] = {{"Chart.yaml", CHART("a") "dependencies: [{name: s, version: '*'}]\n"},
                                     {"values.yaml", "global: {g: 1, deep: {m: {a: 1}}}\ns: {x: 2, gone: null}\n"},
                                     {"charts/s/Chart.yaml", CHART("s")},
                                     {"charts/s/values.yaml", "x: 1\nw: 1\ngone: 3\nglobal: {g: 0, own: 1, deep: {m: {b: 2}}}\n"},
                                     {0}};
    /* What a subchart says of a nested global is seen by its parent, too: the maps are shared. */
    CHECK_STR(effective(a, files, ""), STR("{\"global\":{\"deep\":{\"m\":{\"a\":1,\"b\":2}},\"g\":1},\"s\":{\"global\":{\"deep\":{\"m\":{\"a\":1,\"b\":2}},\"g\":1,"
                                           "\"own\":1},\"w\":1,\"x\":2}}"));
    CHECK_STR(effective(a, files, "s: {w: null, x: null}\nglobal: {g: 5}\n"),
              STR("{\"global\":{\"deep\":{\"m\":{\"a\":1,\"b\":2}},\"g\":5},\"s\":{\"global\":{\"deep\":{\"m\":{\"a\":1,\"b\":2}},\"g\":5,\"own\":1}}}"));
    CHECK_STR(effective(a, files, "s: 5\n"), STR("chart dependencies processing failed: type mismatch on s: %!t(float64=5)"));
    CHECK_STR(effective(a, files, "s: null\n"), STR("{\"global\":{\"deep\":{\"m\":{\"a\":1,\"b\":2}},\"g\":1},\"s\":{\"global\":{\"deep\":{\"m\":{\"a\":1,\"b\":2}},\"g\":1,"
                                                   "\"own\":1},\"gone\":3,\"w\":1,\"x\":1}}"));
}

/* The warnings of coalescing, one after the other. */
static struct str warnings(struct arena *a, const struct testfile *files, const char *user)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, files);
    testchart_effective(&t, c, testchart_values(&t, user));
    struct buf b = buf_new(a);
    for (size_t i = 0; i < t.d->n; i++) buf_printf(&b, "%s%.*s", i ? "|" : "", STR_ARG(t.d->v[i].message));
    return buf_done(&b);
}

TEST(values_warnings)
{
    const struct testfile files[] = {{"Chart.yaml", CHART("a")},
                                     {"values.yaml", "m: {t: {x: 1}, s: 1}\nk: 1\nglobal: {q: {w: 1}}\n"},
                                     {"charts/s/Chart.yaml", CHART("s")},
                                     {0}};
    CHECK_STR(warnings(a, files, "m: {t: 1, s: {w: 1}}\nk: {z: 1}\n"),
              STR("warning: cannot overwrite table with non table for a.m.t (map[x:1])|"
                  "warning: destination for a.m.s is a table. Ignoring non-table value (1)|"
                  "warning: skipped value for a.k: Not a table."));
    CHECK_STR(warnings(a, files, "s: {global: 1}\n"), STR("warning: skipping globals because destination global is not a table."));
    CHECK_STR(warnings(a, files, "s: {global: {q: 1}}\n"), STR("Conflict: cannot merge map onto non-map for \"q\". Skipping."));
    CHECK_STR(warnings(a, files, "global: null\ns: {}\n"), STR(""));
    CHECK_STR(warnings(a, files, "global: 5\n"), STR("warning: skipping globals because source global is not a table."));
}

static const struct testfile off_and_on[] = {
    {"Chart.yaml", CHART("a") "dependencies:\n- {name: s, version: 1.0.0, condition: 's.enabled,global.s', tags: [t]}\n- {name: s, version: ^1, alias: two, tags: [t, u]}\n"
                              "- {name: s, version: 2.x, alias: three}\n"},
    {"values.yaml", "tags: {u: true}\n"},
    {"charts/s/Chart.yaml", CHART("s")},
    {"charts/s/values.yaml", "v: 1\n"},
    {0}};

/* "name" or "name-by-whom" of what is on, "!name-by-whom" of what is off. */
static struct str decided(struct arena *a, const char *user)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, off_and_on);
    struct chart *p = chart_process_dependencies(a, c, testchart_values(&t, user), NULL, t.d);
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < p->deps_n; i++)
        buf_printf(&b, "%s%s%.*s=%.*s", i ? " " : "", p->deps[i].enabled ? "" : "!", STR_ARG(p->deps[i].name), STR_ARG(p->deps[i].decided_by));
    for (uint32_t i = 0; i < p->subcharts_n; i++) buf_printf(&b, " %.*s", STR_ARG(p->subcharts[i]->path));
    CHECK_STR(c->deps[1].name, STR("s"));
    CHECK_INT(c->subcharts_n, 1);
    return buf_done(&b);
}

TEST(values_conditions_and_tags)
{
    CHECK_STR(decided(a, ""), STR("s= two=tags.u three= a/charts/s a/charts/two"));
    CHECK_STR(decided(a, "s: {enabled: false}\n"), STR("!s=s.enabled two=tags.u three= a/charts/two"));
    CHECK_STR(decided(a, "global: {s: false}\n"), STR("!s=global.s two=tags.u three= a/charts/two"));
    CHECK_STR(decided(a, "tags: {t: false}\n"), STR("!s=tags.t two=tags.u three= a/charts/two"));
    CHECK_STR(decided(a, "tags: {t: false, u: false}\ns: {enabled: true}\n"), STR("s=s.enabled !two=tags.t three= a/charts/s"));
    CHECK_STR(decided(a, "s: {enabled: x}\ntags: 5\n"), STR("s= two= three= a/charts/s a/charts/two"));
}

TEST(values_reads_of_conditions)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", CHART("a") "dependencies: [{name: s, version: '*', condition: s.enabled}]\n"},
                                                            {"values.yaml", "s: {enabled: true, other: 1}\n"},
                                                            {"charts/s/Chart.yaml", CHART("s")},
                                                            {"charts/s/values.yaml", "enabled: true\n"},
                                                            {0}});
    struct reads r;
    reads_init(&r, a, t.origins->n);
    struct map *user = testchart_values(&t, "s: {enabled: false, more: 1}\n"), *out;
    struct chart *p = chart_process_dependencies(a, c, user, &r, t.d);
    CHECK(values_coalesce(a, p, user, &out, t.d));
    /* The subchart is off, so its own default no longer stands below the key: it was read all the same. */
    struct map *s = map_get(out, STR("s")).u.map;
    CHECK(reads_any(&r, map_find(s, STR("enabled"))->at));
    CHECK(reads_any(&r, map_find(out, STR("s"))->at));
    CHECK(reads_any(&r, map_find(user, STR("s"))->at));
    CHECK(!reads_any(&r, map_find(s, STR("more"))->at));
    CHECK(!reads_any(&r, map_find(s, STR("other"))->at));
}

TEST(values_imports)
{
    const struct testfile files[] = {{"Chart.yaml", CHART("a") "dependencies:\n- name: s\n  version: '*'\n  import-values: [data, nope, {child: deep.x, parent: here.w}]\n"},
                                     {"values.yaml", "kept: parent\n"},
                                     {"charts/s/Chart.yaml", CHART("s")},
                                     {"charts/s/values.yaml", "exports: {data: {kept: child, new: 1}}\ndeep: {x: {z: 1}}\n"},
                                     {0}};
    const char *sub = "\"s\":{\"deep\":{\"x\":{\"z\":1}},\"exports\":{\"data\":{\"kept\":\"child\",\"new\":1}},\"global\":{}}";
    CHECK_STR(effective(a, files, ""), str_printf(a, "{\"here\":{\"w\":{\"z\":1}},\"kept\":\"parent\",\"new\":1,%s}", sub));
    CHECK_STR(effective(a, files, "new: null\nhere: {w: {z: 2}}\n"), str_printf(a, "{\"here\":{\"w\":{\"z\":2}},\"kept\":\"parent\",%s}", sub));
    CHECK_STR(warnings(a, files, ""), STR("ImportValues missing table from chart s: \"nope\" is not a table"));
}

/* Import-values into itself makes a map that holds itself: Helm's stack overflows. */
static void import_cycle(void *context)
{
    struct arena *a = context;
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", CHART("a") "dependencies: [{name: s, version: '*', import-values: [{child: e, parent: .}, "
                                                                                        "{child: e, parent: a}]}]\n"},
                                                            {"charts/s/Chart.yaml", CHART("s")},
                                                            {"charts/s/values.yaml", "e: {a: {b: 1}}\n"},
                                                            {0}});
    testchart_effective(&t, c, map_new(a));
}

TEST(values_import_cycle_is_a_limit)
{
    CHECK(!guard_run(a->guard, import_cycle, a));
    CHECK_STR(str_from(a->guard->message), STR("values nest deeper than 1000"));
}

/* "place > place of the layer below > ..." of the entry at a path. */
static struct str layers(struct testchart *t, struct value v, const char *key)
{
    struct buf b = buf_new(t->a);
    const struct entry *e = map_find(v.u.map, str_from(key));
    for (origin_id id = e->at; id; id = origin_get(t->origins, id)->over) {
        const struct origin *o = origin_get(t->origins, id);
        struct str at = place_show(t->a, t->inputs, o->value_at);
        buf_printf(&b, "%s%.*s", b.n ? " > " : "", STR_ARG(at));
    }
    return buf_done(&b);
}

TEST(values_layers)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", CHART("a") "dependencies: [{name: s, version: '*'}]\n"},
                                                            {"values.yaml", "s:\n  x: 2\nglobal: {g: 1}\n"},
                                                            {"charts/s/Chart.yaml", CHART("s")},
                                                            {"charts/s/values.yaml", "x: 1\nw: 1\nglobal: {g: 0}\n"},
                                                            {0}});
    struct map *user = testchart_values(&t, "s:\n  x: 3\nglobal:\n  g: 2\n"), *out, *again;
    struct chart *p = chart_process_dependencies(a, c, user, NULL, t.d);
    CHECK(values_coalesce(a, p, user, &out, t.d));
    struct value s = map_get(out, STR("s"));
    CHECK_STR(layers(&t, s, "x"), STR("values[0]:2:6 > chart:values.yaml:2:6 > chart:charts/s/values.yaml:1:4"));
    CHECK_STR(layers(&t, s, "w"), STR("chart:charts/s/values.yaml:2:4"));
    CHECK_STR(layers(&t, v_map(out), "s"), STR("values[0]:2:3 > chart:values.yaml:2:3"));
    CHECK_STR(layers(&t, value_at(s, "global", NULL), "g"), STR("values[0]:4:6 > chart:values.yaml:3:13 > chart:charts/s/values.yaml:3:13"));
    origin_id x = map_find(s.u.map, STR("x"))->at;
    CHECK_INT(origin_get(t.origins, x)->layer, LAYER_USER);
    CHECK_INT(origin_base(t.origins, x), map_find(map_get(user, STR("s")).u.map, STR("x"))->at);
    /* Once more gives the same origins, and no new ones. */
    uint32_t n = t.origins->n;
    CHECK(values_coalesce(a, p, user, &again, t.d));
    CHECK_INT(map_find(map_get(again, STR("s")).u.map, STR("x"))->at, x);
    CHECK_INT(t.origins->n, n);
    /* The user's own map is as it was. */
    CHECK_STR(testchart_json(a, v_map(user)), STR("{\"global\":{\"g\":2},\"s\":{\"x\":3}}"));
}

static bool read_user(struct testchart *t, struct user_values *u, struct map **out, struct list **per_file)
{
    u->role = STR("values");
    return values_read_user(t->a, u, t->inputs, t->origins, out, per_file, t->d);
}

TEST(values_of_the_user)
{
    struct testchart t = testchart_new(a);
    struct str dir = testdir_new(a);
    testdir_write(a, dir, "one.yaml", STR("a: 1\nm: {x: 1, w: 1}\nl: [1, 2]\ndup: 1\ndup: 2\n"));
    testdir_write(a, dir, "two.yaml", STR("m: {x: null, z: 3}\n---\na: 2\n"));
    testdir_write(a, dir, "text", STR("from a file\n"));
    struct str files[] = {path_join(a, dir, STR("one.yaml")), path_join(a, dir, STR("two.yaml"))};
    struct str file_flag = str_concat(a, STR("f="), path_join(a, dir, STR("text")));
    struct user_flag flags[] = {{SET_TYPED, STR("a=3,m.w=null")}, {SET_LITERAL, STR("m.lit={x}")}, {SET_JSON, STR("{\"a\":9,\"j\":[1]}")},
                                {SET_STRING, STR("s=1")}, {SET_FILE, file_flag}};
    struct yaml_duplicates duplicates = {.a = a};
    struct user_values u = {.files = files, .files_n = 2, .flags = flags, .flags_n = 5, .duplicates = &duplicates};
    struct map *out;
    struct list *per_file;
    CHECK(read_user(&t, &u, &out, &per_file));
    CHECK_STR(testchart_json(a, v_map(out)), STR("{\"a\":3,\"dup\":2,\"f\":\"from a file\\n\",\"j\":[1],\"l\":[1,2],\"m\":{\"lit\":\"{x}\",\"w\":null,\"x\":null,"
                                                 "\"z\":3},\"s\":\"1\"}"));
    CHECK_INT(per_file->n, 2);
    CHECK_STR(testchart_json(a, per_file->v[0]), STR("{\"a\":1,\"dup\":2,\"l\":[1,2],\"m\":{\"w\":1,\"x\":1}}"));
    CHECK_STR(testchart_json(a, per_file->v[1]), STR("{\"a\":2,\"m\":{\"x\":null,\"z\":3}}"));
    CHECK_INT(duplicates.n, 1);
    CHECK_STR(duplicates.v[0].path, STR("dup"));
    struct str m = layers(&t, map_get(out, STR("m")), "x");
    CHECK(str_ends(m, STR("one.yaml:2:8")) && str_has(m, STR("two.yaml:1:8 > ")));
    CHECK(str_starts(layers(&t, v_map(out), "a"), STR("--set[0]:1")));
    CHECK_INT(origin_get(t.origins, map_find(out, STR("a"))->at)->layer, LAYER_USER + 2);
    CHECK_INT(origin_get(t.origins, map_find(out, STR("s"))->at)->layer, LAYER_USER + 5);
}

TEST(values_of_the_user_that_fail)
{
    struct testchart t = testchart_new(a);
    struct str dir = testdir_new(a);
    testdir_write(a, dir, "bad.yaml", STR("a: 1\n---\nb: [\n"));
    struct str bad = path_join(a, dir, STR("bad.yaml")), missing = STR("not/there.waml"), url = STR("https://example.com/v.yaml");
    struct user_flag flag = {SET_TYPED, STR("a")};
    struct map *out;
    CHECK(!read_user(&t, &(struct user_values){.files = &bad, .files_n = 1}, &out, NULL));
    CHECK(str_starts(testchart_message(&t), str_printf(a, "failed to parse %.*s: cannot unmarshal yaml document: error converting YAML to JSON: yaml: ", STR_ARG(bad))));
    CHECK(t.d->v[t.d->n - 1].at.line >= 3);
    CHECK(!read_user(&t, &(struct user_values){.files = &missing, .files_n = 1}, &out, NULL));
    CHECK_STR(testchart_message(&t), STR("open not/there.waml: no such file or directory"));
    CHECK(!read_user(&t, &(struct user_values){.files = &url, .files_n = 1}, &out, NULL));
    CHECK_STR(testchart_message(&t), STR("https://example.com/v.yaml: values are not read from the network"));
    CHECK(!read_user(&t, &(struct user_values){.flags = &flag, .flags_n = 1}, &out, NULL));
    CHECK_STR(testchart_message(&t), STR("failed parsing --set data: key \"a\" has no value"));
}
