/* Expected messages are those of helm 4.1.4. */
#include "chart/load.h"
#include "chart/testchart.h"

#define BASE "apiVersion: v2\nname: a\nversion: 1.0.0\n"

/* The message with which a chart of this Chart.yaml alone is refused; "" when it is not. */
static struct str refusal(struct arena *a, const char *chart_yaml)
{
    struct testchart t = testchart_new(a);
    testchart_load(&t, (struct testfile[]){{"Chart.yaml", chart_yaml}, {0}});
    return testchart_message(&t);
}

static struct str names(struct arena *a, const struct file **v, uint32_t n)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < n; i++) buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(v[i]->path));
    return buf_done(&b);
}

TEST(chart_load_sorts_files)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", "\xef\xbb\xbf" BASE "appVersion: 1.10\n"},
                                                            {"Chart.lock", "digest: x\n"},
                                                            {"README.md", "r"},
                                                            {"values.yaml", "a: 1\n---\nb: {c: 2}\n---\nb: {d: 3}\n"},
                                                            {"values.schema.json", "{}"},
                                                            {"templates/b.yaml", "b"},
                                                            {"templates/a/x.yaml", "x"},
                                                            {"templates/.hidden", "no"},
                                                            {"templates/sub/.hidden", "yes"},
                                                            {"templates/NOTES.txt", "n"},
                                                            {"crds/b.yaml", "crd"},
                                                            {"crds/b/c.YML", "crd"},
                                                            {"crds/readme.txt", "no crd"},
                                                            {"requirements.yaml", ""},
                                                            {"charts/s-1.0.0.tgz.prov", "signature"},
                                                            {".helmignore", "*.bak\n/only/\n"},
                                                            {"x.bak", "no"},
                                                            {"only/x", "no"},
                                                            {"sub/only/x", "yes"},
                                                            {0}});
    CHECK(c != NULL);
    if (!c) return;
    CHECK_STR(c->name, STR("a"));
    CHECK_STR(c->version, STR("1.0.0"));
    CHECK_STR(c->app_version, STR("1.1"));
    CHECK_STR(c->path, STR("a"));
    CHECK_STR(names(a, c->templates, c->templates_n), STR("templates/NOTES.txt templates/a/x.yaml templates/b.yaml templates/sub/.hidden"));
    CHECK_STR(names(a, c->files, c->files_n),
              STR(".helmignore README.md charts/s-1.0.0.tgz.prov crds/b.yaml crds/b/c.YML crds/readme.txt sub/only/x"));
    CHECK_STR(names(a, c->crds, c->crds_n), STR("crds/b/c.YML crds/b.yaml"));
    CHECK_STR(c->schema, STR("{}"));
    CHECK_STR(testchart_json(a, c->values), STR("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"));
    CHECK_INT(c->all_n, 16);
    /* Places count from the file's first line, not the document's. */
    const struct entry *b = map_find(c->values.u.map, STR("b"));
    CHECK_STR(place_show(a, t.inputs, origin_get(t.origins, b->at)->key_at), STR("chart:values.yaml:5:1"));
    CHECK_STR(place_show(a, t.inputs, origin_get(t.origins, origin_get(t.origins, b->at)->over)->key_at), STR("chart:values.yaml:3:1"));
    CHECK_STR(testchart_message(&t), STR("Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml."));
}

TEST(chart_load_packaged_has_no_ignore_rules)
{
    struct testchart t = testchart_new(a);
    t.source.packaged = true;
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {".helmignore", "*.bak\n"}, {"x.bak", ""}, {"templates/.h", ""}, {0}});
    CHECK_INT(c->files_n, 2);
    CHECK_INT(c->templates_n, 1);
}

TEST(chart_load_helm2)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", "name: a\nversion: 1\ndependencies: [{name: b, condition: x, version: 1}]\n"},
                                                            {"requirements.yaml", "dependencies: [{name: c, version: 2.0}, {name: d}]\n"},
                                                            {"requirements.lock", "generated: \"2024-01-02T03:04:05.678+02:00\"\n"},
                                                            {0}});
    CHECK_STR(c->api_version, STR("v1"));
    CHECK_STR(names(a, c->files, c->files_n), STR("requirements.lock requirements.yaml"));
    CHECK_INT(c->deps_n, 2);
    CHECK_STR(c->deps[0].name, STR("c"));
    CHECK_STR(c->deps[0].version, STR("2"));
    /* encoding/json decodes into the elements that are there. */
    CHECK_STR(c->deps[0].condition, STR("x"));
    CHECK_STR(chart_check_dependencies(a, c), STR("an error occurred while checking for chart dependencies. You may need to run `helm dependency build` to "
                                                  "fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: c, d"));
}

TEST(chart_load_subcharts)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE "dependencies: [{name: two, version: 1.0.0}, {name: gone, version: 1}]\n"},
                                                            {"values.yaml", "two: {x: 1}\n"},
                                                            {"charts/b/Chart.yaml", "name: two\nversion: 1.0.0\ntype: library\n"},
                                                            {"charts/b/values.yaml", "x: 0\n"},
                                                            {"charts/b/charts/c/Chart.yaml", "name: three\nversion: 1.0.0\n"},
                                                            {"charts/b/charts/c/templates/t.yaml", "t"},
                                                            {"charts/_off/x", ""},
                                                            {"charts/.off/x", ""},
                                                            {0}});
    CHECK_INT(c->subcharts_n, 1);
    struct chart *two = c->subcharts[0], *three = two->subcharts[0];
    CHECK_STR(three->path, STR("a/charts/two/charts/three"));
    CHECK_STR(three->prefix, STR("charts/b/charts/c/"));
    CHECK_STR(three->templates[0]->path, STR("templates/t.yaml"));
    CHECK(three->parent == two && two->parent == c);
    CHECK_INT(c->id, 0);
    CHECK_INT(three->id, 2);
    CHECK(c->deps[0].present && !c->deps[1].present);
    CHECK(str_ends(chart_check_dependencies(a, c), STR("charts/ directory: gone")));
    CHECK_STR(chart_check_installable(a, two), STR("library charts are not installable"));
    CHECK_STR(chart_check_installable(a, c), STR(""));
    struct value x = value_at(c->values, "two", NULL);
    CHECK_INT(origin_get(t.origins, map_find(x.u.map, STR("x"))->at)->layer, LAYER_PARENT);
}

TEST(chart_load_refuses)
{
    CHECK_STR(refusal(a, "- a\n"),
              STR("cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type loader.chartBase"));
    CHECK_STR(refusal(a, "apiVersion: [1]\nname: a\n"), STR("cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                                                            "array into Go struct field chartBase.apiVersion of type string"));
    CHECK_STR(refusal(a, BASE "keywords: [[a]]\n"), STR("cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                                                        "array into Go struct field Metadata.keywords of type string"));
    CHECK_STR(refusal(a, BASE "maintainers: [a]\n"), STR("cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                                                         "string into Go struct field Metadata.maintainers of type v2.Maintainer"));
    CHECK_STR(refusal(a, BASE "dependencies: [{tags: {}}]\n"), STR("cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot "
                                                                   "unmarshal object into Go struct field Dependency.dependencies.tags of type []string"));
    CHECK_STR(refusal(a, "apiVersion: v3\nname: a\nversion: 1.0.0\n"), STR("invalid chart apiVersion"));
    CHECK_STR(refusal(a, "apiVersion: v4\nname: a\nversion: 1.0.0\n"), STR("unsupported chart version"));
    CHECK_STR(refusal(a, ""), STR("validation: chart.metadata.name is required"));
    CHECK_STR(refusal(a, "name: a/b\nversion: 1\n"), STR("validation: chart.metadata.name \"a/b\" is invalid"));
    CHECK_STR(refusal(a, "name: ..\nversion: 1\n"), STR("validation: chart.metadata.name \"..\" is not allowed"));
    CHECK_STR(refusal(a, "name: a\n"), STR("validation: chart.metadata.version is required"));
    CHECK_STR(refusal(a, "name: a\nversion: 1e7\n"), STR("validation: chart.metadata.version \"1e+07\" is invalid"));
    CHECK_STR(refusal(a, "Name: a\nVERSION: 12345678\n"), STR(""));
    CHECK_STR(refusal(a, BASE "type: app\n"), STR("validation: chart.metadata.type must be application or library"));
    CHECK_STR(refusal(a, BASE "maintainers: [null]\n"), STR("validation: maintainers must not contain empty or null nodes"));
    CHECK_STR(refusal(a, BASE "dependencies: [null]\n"), STR("validation: dependencies must not contain empty or null nodes"));
    CHECK_STR(refusal(a, BASE "dependencies: [{name: x, alias: 'a b'}]\n"), STR("validation: dependency \"x\" has disallowed characters in the alias"));
    CHECK_STR(refusal(a, BASE "dependencies: [{name: x}, {name: y, alias: x}]\n"), STR("validation: more than one dependency with name or alias \"x\""));
}

TEST(chart_load_refuses_trees)
{
    struct testchart t = testchart_new(a);
    CHECK(!testchart_load(&t, (struct testfile[]){{"values.yaml", ""}, {0}}));
    CHECK_STR(testchart_message(&t), STR("unable to detect chart at ./c/Chart.yaml: open ./c/Chart.yaml: no such file or directory"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"values.yaml", "a: 1\n--- b\n"}, {0}}));
    CHECK_STR(testchart_message(&t), STR("cannot load values.yaml: error reading yaml document: invalid Yaml document separator: b"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"values.yaml", "a: 1\n---\n- b\n"}, {0}}));
    CHECK_STR(testchart_message(&t), STR("cannot load values.yaml: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot "
                                         "unmarshal array into Go value of type map[string]interface {}"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"charts/readme.md", ""}, {0}}));
    CHECK_STR(testchart_message(&t), STR("error unpacking subchart readme.md in a: Chart.yaml file is missing"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"charts/b.tgz", "text"}, {0}}));
    CHECK_STR(testchart_message(&t), STR("error unpacking subchart b.tgz in a: unexpected EOF"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"Chart.lock", "generated: junk\n"}, {0}}));
    CHECK_STR(testchart_message(&t), STR("cannot load Chart.lock: error unmarshaling JSON: while decoding JSON: parsing time \"junk\" as "
                                         "\"2006-01-02T15:04:05Z07:00\": cannot parse \"junk\" as \"2006\""));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"Chart.lock", "- a\n"}, {0}}));
    CHECK_STR(testchart_message(&t),
              STR("cannot load Chart.lock: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type v2.Lock"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {"charts/b.tgz/Chart.yaml", ""}, {0}}));
    CHECK_STR(testchart_message(&t), STR("error unpacking subchart tar in a: expected b.tgz, got b.tgz/Chart.yaml"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {".helmignore", "a/**\n"}, {0}}));
    CHECK_STR(testchart_message(&t), STR("double-star (**) syntax is not supported"));
    CHECK(!testchart_load(&t, (struct testfile[]){{"Chart.yaml", BASE}, {".helmignore", "Chart.yaml\n"}, {0}}));
    CHECK_STR(testchart_message(&t), STR("Chart.yaml file is missing"));
}

TEST(chart_load_bounds_the_work_of_ignore_rules)
{
    struct testchart t = testchart_new(a);
    struct buf rules = buf_new(a);
    for (int i = 0; i < 2100; i++) buf_printf(&rules, "x%d\n", i);
    struct testfile *files = NEW_ARRAY(a, struct testfile, 10001);
    files[0] = (struct testfile){"Chart.yaml", BASE};
    files[1] = (struct testfile){".helmignore", buf_done(&rules).p};
    for (int i = 2; i < 10000; i++) files[i] = (struct testfile){str_printf(a, "f%d", i).p, ""};
    CHECK(!testchart_load(&t, files));
    CHECK_STR(testchart_message(&t), STR(".helmignore has 2100 rules for 10000 files: that is too much work"));
}

static bool ignored(struct arena *a, const char *rules, const char *path, bool is_dir)
{
    struct ignore_rules r = {.a = a};
    struct str why;
    CHECK(ignore_parse(&r, str_from(rules), &why));
    return ignore_matches(&r, str_from(path), is_dir);
}

TEST(chart_ignore_rules)
{
    CHECK(ignored(a, "*.txt", "a/b.txt", false));
    CHECK(ignored(a, "\xef\xbb\xbf*.txt\r\n", "b.txt", false));
    CHECK(ignored(a, "\xc2\xa0*.txt", "b.txt", false));
    CHECK(!ignored(a, "# *.txt\n\n", "b.txt", false));
    CHECK(ignored(a, "  a/*.txt  ", "a/b.txt", false));
    CHECK(!ignored(a, "a/*.txt", "x/a/b.txt", false));
    CHECK(!ignored(a, "/b.txt", "a/b.txt", false));
    CHECK(ignored(a, "/b.txt", "b.txt", false));
    CHECK(ignored(a, "docs/", "x/docs", true));
    CHECK(!ignored(a, "docs/", "docs", false));
    /* The first rule that matches decides; one with ! ignores all that it does not match. */
    CHECK(ignored(a, "!x.txt", "Chart.yaml", false));
    CHECK(!ignored(a, "!x.txt", "x.txt", false));
    CHECK(ignored(a, "!x.txt\nx.txt", "x.txt", false));
    CHECK(ignored(a, "!d/", "d", false));
    CHECK(!ignored(a, "!d/", "d", true));
}
