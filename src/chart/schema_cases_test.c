/* Answers recorded from Helm's validator (testdata/schema, made by its oracle/), and the official test suite where it is
 * installed (Debian: json-schema-test-suite). */
#include <dirent.h>
#include <stdio.h>

#include "chart/schema.h"
#include "text/cases.h"
#include "value/json.h"

static struct str answer(struct arena *a, struct str schema, struct value values)
{
    struct str error = {0}, shown = {0};
    struct schema_errors errors = {.a = a};
    const struct schema *s = schema_compile(a, schema, &error);
    if (!s) return error;
    return schema_validate(a, s, values, &errors, &shown) ? STR("") : shown;
}

TEST(schema_answers_as_helm_did)
{
    struct cases c;
    struct str f[CASE_FIELDS], error;
    if (!cases_open(&c, a, "../schema/answers.tsv")) return;
    while (cases_next(&c, f)) {
        struct arena_mark m = arena_mark(a);
        struct value values;
        CASE_CHECK(&c, json_read(a, f[1], NULL, 0, 0, &values, &error));
        CASE_STR(&c, answer(a, f[0], values), f[2]);
        arena_rewind(a, m);
    }
    CHECK(c.line > 1000);
}

/* ---- the official suite ---- */

static const char suite[] = "/usr/share/json-schema-test-suite/tests";
static const struct { const char *folder, *url; } drafts[] = {
    {"draft4", "http://json-schema.org/draft-04/schema#"},
    {"draft6", "http://json-schema.org/draft-06/schema#"},
    {"draft7", "http://json-schema.org/draft-07/schema#"},
    {"draft2019-09", "https://json-schema.org/draft/2019-09/schema"},
    {"draft2020-12", "https://json-schema.org/draft/2020-12/schema"},
};

/* What cannot be answered without fetching: their schemas refer to http://localhost:1234. */
static bool is_remote(struct str schema) { return str_has(schema, STR("http://localhost:1234")); }

static bool read_json(struct arena *a, const char *path, struct value *out)
{
    static char text[1 << 20];
    struct str error;
    size_t used;
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(text, 1, sizeof text, f) : 0;
    if (f) fclose(f);
    return n < sizeof text && json_read_exact(a, str_of(text, n), out, &used, &error);
}

/* Numbers as text back into JSON, so that none loses digits. */
static void write_exact(struct buf *b, struct value v)
{
    if (v.kind == V_STR && v.type == GO_JSON_NUMBER) {
        buf_add(b, v_text(v));
    } else if (v.kind == V_LIST) {
        buf_byte(b, '[');
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i) buf_byte(b, ',');
            write_exact(b, v.u.list->v[i]);
        }
        buf_byte(b, ']');
    } else if (v.kind == V_MAP) {
        buf_byte(b, '{');
        for (uint32_t i = 0; i < map_len(v); i++) {
            if (i) buf_byte(b, ',');
            json_write_string(b, v.u.map->v[i].key, JSON_NO_HTML);
            buf_byte(b, ':');
            write_exact(b, v.u.map->v[i].value);
        }
        buf_byte(b, '}');
    } else {
        struct str error;
        CHECK(json_write(b, v, JSON_NO_HTML, &error));
    }
}

static struct str exact(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    write_exact(&b, v);
    return buf_done(&b);
}

/* Returns how many tests ran. */
static int run_group(struct arena *a, const char *path, const char *url, struct value group)
{
    struct value schema = map_getz(group.u.map, "schema"), tests = map_getz(group.u.map, "tests");
    if (schema.kind == V_MAP && !map_find(schema.u.map, STR("$schema"))) map_putz(schema.u.map, "$schema", v_str(str_from(url)));
    struct str text = exact(a, schema), error;
    if (is_remote(text)) return 0;
    for (uint32_t i = 0; i < list_len(tests); i++) {
        struct value test = tests.u.list->v[i], values;
        CHECK(json_read(a, exact(a, map_getz(test.u.map, "data")), NULL, 0, 0, &values, &error));
        struct str got = answer(a, text, values);
        if (!got.n == map_getz(test.u.map, "valid").u.b) continue;
        struct str what = value_str_at(test, "description");
        test_fail(path, 0, "%.*s: %.*s", STR_ARG(what), STR_ARG(got));
    }
    return (int)list_len(tests);
}

static int run_folder(struct arena *a, const char *folder, const char *url)
{
    int ran = 0;
    struct str dir = str_printf(a, "%s/%s", suite, folder);
    DIR *d = opendir(dir.p);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (!str_ends(str_from(e->d_name), STR(".json"))) continue;
        struct arena_mark m = arena_mark(a);
        struct str path = str_printf(a, "%s/%s", dir.p, e->d_name);
        struct value groups;
        CHECK(read_json(a, path.p, &groups));
        for (uint32_t i = 0; i < list_len(groups); i++) ran += run_group(a, path.p, url, groups.u.list->v[i]);
        arena_rewind(a, m);
    }
    if (d) closedir(d);
    return ran;
}

/* Required tests only. Left out: refRemote.json and other schemas that refer to the suite's own server. */
TEST(schema_passes_the_official_suite)
{
    int ran = 0;
    for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++) ran += run_folder(a, drafts[i].folder, drafts[i].url);
    if (!ran) test_skip("json-schema-test-suite is not installed");
    else CHECK(ran > 1000);
}
