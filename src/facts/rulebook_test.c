#include "base/test.h"
#include "base/rules.h"
#include "facts/rulebook.h"
#include "facts/rulebook_shapes.h"
#include "source/testdir.h"
#include "value/yaml.h"

/* What is built in is checked by the same shapes as what a team adds. */
TEST(rulebook_built_in_files_have_their_shape)
{
    struct inputs *in = inputs_new(a);
    for (size_t i = 0; i < rules_files_n; i++) {
        struct str path = str_from(rules_files[i].path);
        for (const struct rulebook_folder *f = rulebook_folders; f->path; f++) {
            struct value v;
            struct diags *d = diags_new(a, in);
            if (!str_starts(path, str_from(f->path))) continue;
            uint32_t input = inputs_add(in, STR("rules"), path, path, rules_files[i].text);
            shape_read(a, rules_files[i].text, input, f->shape, origins_new(a), f->what, &v, d);
            for (size_t k = 0; k < d->n; k++) test_fail(__FILE__, __LINE__, "%.*s: %.*s", STR_ARG(place_show(a, in, d->v[k].at)), STR_ARG(d->v[k].message));
            if (v.kind == V_NIL) test_fail(__FILE__, __LINE__, "%.*s is empty", STR_ARG(path));
        }
    }
}

static struct rulebook *open_dir(struct arena *a, struct str dir, bool *ok, struct diags **d)
{
    struct rulebook *r = NEW(a, struct rulebook);
    *d = diags_new(a, inputs_new(a));
    *ok = rulebook_open(a, dir, *d, r);
    return r;
}

TEST(rulebook_lays_a_folder_over_the_built_in_files)
{
    struct str dir = testdir_new(a);
    struct diags *d;
    bool ok;
    uint32_t n, all;
    testdir_write(a, dir, "profiles/mine.yaml", STR("charts: [mine]\ntimeout: 3m\n"));
    testdir_write(a, dir, "kubernetes/apis.yaml", STR("apis:\n  - {api: mine/v1, kinds: [Mine], removed: \"1.30\", instead: \"\"}\n"));
    testdir_write(a, dir, "README.md", STR("not ours"));
    struct rulebook *r = open_dir(a, dir, &ok, &d);
    CHECK(ok);
    CHECK_STR(value_str_at(rulebook_value(r, a, STR("profiles/mine.yaml")), "timeout"), STR("3m"));
    CHECK_STR(value_str_at(rulebook_value(r, a, STR("profiles/sie.yaml")), "timeout"), STR("10m"));
    CHECK_INT(list_len(value_at(rulebook_value(r, a, STR("kubernetes/apis.yaml")), "apis", NULL)), 1);
    CHECK(list_len(value_at(rulebook_value(NULL, a, STR("kubernetes/apis.yaml")), "apis", NULL)) > 10);
    CHECK(rulebook_value(r, a, STR("profiles/nobody.yaml")).kind == V_NIL);
    rulebook_list(r, a, "kubernetes/", ".yaml", false, &n);
    rulebook_list(r, a, "kubernetes/", ".yaml", true, &all);
    CHECK_INT(all, n + 1);
    struct rulebook_file *v = rulebook_list(r, a, "profiles/", ".yaml", false, &n);
    CHECK_INT(n, 2);
    CHECK(v[1].own && !v[0].own);
}

TEST(rulebook_reads_a_folder_strictly)
{
    struct str dir = testdir_new(a);
    struct diags *d;
    bool ok;
    testdir_write(a, dir, "advisories/mine.yaml", STR("charts: [x]\nadvisories:\n  - id: advisory/mine\n    severty: error\n    title: T\n    text: T\n    fix: F\n    source: S\n"));
    testdir_write(a, dir, "advisory/mine.yaml", STR("charts: []\n"));
    open_dir(a, dir, &ok, &d);
    CHECK(!ok);
    CHECK_INT(d->n, 3);
    if (d->n != 3) return;
    CHECK_STR(d->v[0].message, STR("an entry of advisories of a file of advisories has no key \"severty\""));
    CHECK_INT(d->v[0].at.line, 4);
    CHECK_INT(d->v[0].at.column, 5);
    CHECK_STR(d->v[0].hint, STR("did you mean severity?"));
    CHECK(str_ends(d->v[1].message, STR("has no severity, which it needs")));
    CHECK_STR(d->v[2].hint, STR("did you mean the folder advisories/?"));
    open_dir(a, STR("/nowhere/at/all"), &ok, &d);
    CHECK(!ok);
}

TEST(rulebook_compiles_queries)
{
    struct str dir = testdir_new(a);
    struct diags *d;
    bool ok;
    struct query probe;
    if (!query_compile(a, STR(""), 0, diags_new(a, inputs_new(a)), &probe)) {
        test_skip("libtree-sitter is not installed");
        return;
    }
    testdir_write(a, dir, "mine.scm", STR("((field) @f (#eq? @f \".Values.legacy\") (#set! rule \"team/legacy\") (#set! message \"no\"))\n"));
    struct rulebook *r = open_dir(a, dir, &ok, &d);
    CHECK(ok);
    CHECK_INT(r->queries_n, 1);
    testdir_write(a, dir, "queries/bad.scm", STR("((feld) @f)\n"));
    open_dir(a, dir, &ok, &d);
    CHECK(!ok);
    CHECK(d->n == 1 && d->v[0].at.line == 1 && d->v[0].at.column == 3);
}

TEST(rulebook_checks_versions_of_advisories)
{
    struct str dir = testdir_new(a);
    struct diags *d;
    bool ok;
    testdir_write(a, dir, "advisories/mine.yaml",
                  STR("charts: [x]\nadvisories:\n  - {id: mine, severity: info, title: T, text: T, fix: F, source: S, old: \">=1.0\"}\n"
                      "  - {id: advisory/b, severity: info, title: T, text: T, fix: F, source: S, new: \"newer\"}\n"));
    open_dir(a, dir, &ok, &d);
    CHECK(!ok);
    CHECK_INT(d->n, 2);
    if (d->n != 2) return;
    CHECK(str_starts(d->v[0].message, STR("an advisory cannot be called \"mine\"")) && d->v[0].at.line == 3);
    CHECK(str_starts(d->v[1].message, STR("new cannot be \"newer\"")) && d->v[1].at.line == 4);
}
