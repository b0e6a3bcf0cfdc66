#include "text/semver.h"

#include "text/cases.h"

static void check_version(struct cases *c, struct arena *a, const struct str *f)
{
    bool (*const parse[])(struct arena *, struct str, struct semver *, struct str *) = {semver_parse, semver_parse_strict};
    for (size_t i = 0; i < 2; i++) {
        struct semver v;
        struct str error = STR(""), want = f[2 + 2 * i];
        if (parse[i](a, f[1], &v, &error)) {
            struct str shown = semver_show(a, &v);
            CASE_STR(c, STR("ok"), want);
            CASE_STR(c, str_printf(a, "%.*s|%.*s|%.*s", STR_ARG(shown), STR_ARG(v.pre), STR_ARG(v.meta)), f[3 + 2 * i]);
            CASE_STR(c, v.original, f[1]);
        } else {
            CASE_STR(c, error, want);
        }
    }
}

static void check_compare(struct cases *c, struct arena *a, const struct str *f)
{
    struct semver v, w;
    struct str error;
    CASE_CHECK(c, semver_parse(a, f[1], &v, &error) && semver_parse(a, f[2], &w, &error));
    CASE_STR(c, str_printf(a, "%d", semver_compare(&v, &w)), f[3]);
}

static void check_versions(struct cases *c, struct arena *a, const struct semver_constraints *range, struct str list, bool want)
{
    while (list.n) {
        struct str one, error;
        struct semver v;
        str_cut(list, STR(" "), &one, &list);
        if (!semver_parse(a, one, &v, &error) || semver_check(range, &v) != want)
            test_fail(c->name, c->line, "%.*s: want %d", STR_ARG(one), want);
    }
}

static void check_constraint(struct cases *c, struct arena *a, const struct str *f)
{
    struct str error = STR("ok");
    struct semver_constraints *range = semver_constraints_parse(a, f[1], &error);
    CASE_STR(c, error, f[2]);
    if (!range || !str_is(f[2], "ok")) return;
    check_versions(c, a, range, f[3], true);
    check_versions(c, a, range, f[4], false);
}

TEST(semver_is_masterminds)
{
    struct cases c;
    struct str f[CASE_FIELDS];
    if (!cases_open(&c, a, "semver.tsv")) return;
    size_t seen = 0;
    for (;; seen++) {
        struct arena_mark m = arena_mark(a);
        if (!cases_next(&c, f)) break;
        if (str_is(f[0], "version")) check_version(&c, a, f);
        if (str_is(f[0], "compare")) check_compare(&c, a, f);
        if (str_is(f[0], "constraint")) check_constraint(&c, a, f);
        arena_rewind(a, m);
    }
    CHECK(seen > 100);
}

static bool satisfies(struct arena *a, const char *constraint, const char *version)
{
    struct semver v;
    struct str error;
    struct semver_constraints *c = semver_constraints_parse(a, str_from(constraint), &error);
    CHECK(c && semver_parse(a, str_from(version), &v, &error));
    return c && semver_check(c, &v);
}

/* What charts write. */
TEST(semver_constraints_of_charts)
{
    CHECK(satisfies(a, ">=1.19-0", "v1.28.3-gke.100"));
    CHECK(!satisfies(a, ">=1.19", "v1.28.3-gke.100"));
    CHECK(satisfies(a, "^1.2 || 3.x", "3.9.1"));
    CHECK(satisfies(a, "1.2 - 2.3", "2.3.9"));
    CHECK(!satisfies(a, "1.2.3 - 2.3.4", "2.3.5"));
    CHECK(satisfies(a, "*", "0.0.1"));
}

TEST(semver_errors)
{
    struct str error;
    struct semver v;
    CHECK(!semver_parse(a, STR("latest"), &v, &error));
    CHECK_STR(error, STR("invalid semantic version"));
    CHECK(!semver_constraints_parse(a, STR("latest"), &error));
    CHECK_STR(error, STR("improper constraint: latest"));
}

TEST(semver_errors_of_helm3)
{
    struct semver v;
    struct str error;
    CHECK(!semver_parse(a, STR("x"), &v, &error));
    CHECK_STR(semver_error_helm3(error), STR("Invalid Semantic Version"));
    CHECK_STR(semver_error_helm3(STR("another")), STR("another"));
}
