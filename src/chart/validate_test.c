/* Expected texts are those of helm 4.1.4. */
#include "chart/testchart.h"

#define CHART(name) "apiVersion: v2\nname: " name "\nversion: 1.0.0\n"

static const struct testfile files[] = {
    {"Chart.yaml", CHART("a")},
    {"values.yaml", "num: 1\nl: [1]\ns: {k: v}\n"},
    {"values.schema.json", "{\"properties\":{\"num\":{\"type\":\"string\"},\"l\":{\"items\":{\"type\":\"object\"}}}}"},
    {"charts/s/Chart.yaml", CHART("s")},
    {"charts/s/values.schema.json", "{\"properties\":{\"k.x/y\":{\"type\":\"integer\"}}}"},
    {0}};

/* "chart:path" of all violations, and the text in *shown. */
static struct str violations(struct arena *a, const struct testfile *v, const char *user, struct str *shown)
{
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, v), *p = chart_process_dependencies(a, c, testchart_values(&t, user), NULL, t.d);
    struct violations found = {.a = a};
    struct map *out;
    struct buf b = buf_new(a);
    *shown = (struct str){0};
    CHECK(values_coalesce(a, p, testchart_values(&t, user), &out, t.d));
    bool ok = values_validate(a, p, out, &found, shown);
    CHECK(ok == !found.n);
    for (size_t i = 0; i < found.n; i++) buf_printf(&b, "%s%.*s:%.*s", i ? " " : "", STR_ARG(found.v[i].chart), STR_ARG(found.v[i].path));
    /* The compiled schema serves again. */
    found.n = 0;
    CHECK(values_validate(a, p, out, &found, shown) == ok);
    return buf_done(&b);
}

TEST(values_validate_the_tree)
{
    struct str shown;
    CHECK_STR(violations(a, files, "num: text\nl: []\n", &shown), STR(""));
    CHECK_STR(violations(a, files, "l: [{}, 5]\ns: {k.x/y: text}\n", &shown), STR("a:l[1] a:num a/charts/s:s.k\\.x/y"));
    CHECK_STR(shown, STR("values don't meet the specifications of the schema(s) in the following chart(s):\na:\n- at '/l/1': got number, want object\n"
                         "- at '/num': got number, want string\ns:\n- at '/k.x~1y': got string, want integer\n"));
}

TEST(values_validate_broken_schema)
{
    struct str shown;
    const struct testfile empty[] = {{"Chart.yaml", CHART("a")}, {"values.schema.json", ""}, {0}};
    CHECK_STR(violations(a, empty, "", &shown), STR("a:"));
    CHECK_STR(shown, STR("values don't meet the specifications of the schema(s) in the following chart(s):\na:\nEOF"));
}
