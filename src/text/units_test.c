#include "text/units.h"

#include "text/cases.h"

static void check_quantity(struct cases *c, const struct str *f)
{
    int64_t milli;
    bool good = quantity_parse(f[1], &milli);
    CASE_STR(c, good ? str_printf(c->a, "%lld", (long long)milli) : STR("error"), f[2]);
}

static void check_duration(struct cases *c, const struct str *f)
{
    int64_t nanoseconds;
    struct str error = STR("ok");
    bool good = duration_parse(c->a, f[1], &nanoseconds, &error);
    CASE_STR(c, good ? STR("ok") : error, f[2]);
    if (good) CASE_STR(c, str_printf(c->a, "%lld", (long long)nanoseconds), f[3]);
}

enum answer { MATCHES, DIFFERS, IS_BAD };

/* The paths of a list, each followed by U+001F, must all get this answer. */
static void check_filepaths(struct cases *c, struct str pattern, struct str list, enum answer want)
{
    struct str path;
    while (str_cut(list, STR("\x1f"), &path, &list)) {
        bool bad, good = filepath_match(pattern, path, &bad);
        if ((bad ? IS_BAD : good ? MATCHES : DIFFERS) != want)
            test_fail(c->name, c->line, "%.*s on %.*s: want %d", STR_ARG(pattern), STR_ARG(path), want);
    }
}

static void check_globs(struct cases *c, const struct glob *g, const struct str *f, struct str list, bool want)
{
    struct str path;
    while (str_cut(list, STR("\x1f"), &path, &list))
        if (glob_matches(g, c->a, path) != want)
            test_fail(c->name, c->line, "%.*s on %.*s: want %d", STR_ARG(f[1]), STR_ARG(path), want);
}

static void check_glob(struct cases *c, const struct str *f)
{
    struct glob *g = glob_compile(c->a, f[1]);
    CASE_STR(c, g ? STR("ok") : STR("error"), f[2]);
    if (!g) return;
    check_globs(c, g, f, f[3], true);
    check_globs(c, g, f, f[4], false);
}

TEST(units_are_gos)
{
    struct cases c;
    struct str f[CASE_FIELDS];
    if (!cases_open(&c, a, "units.tsv")) return;
    size_t seen = 0;
    for (;; seen++) {
        struct arena_mark m = arena_mark(a);
        if (!cases_next(&c, f)) break;
        if (str_is(f[0], "quantity")) check_quantity(&c, f);
        if (str_is(f[0], "duration")) check_duration(&c, f);
        if (str_is(f[0], "glob")) check_glob(&c, f);
        if (str_is(f[0], "filepath"))
            for (int i = 0; i < 3; i++) check_filepaths(&c, f[1], f[2 + i], (enum answer)i);
        arena_rewind(a, m);
    }
    CHECK(seen > 100);
}

static bool globs(struct arena *a, const char *pattern, const char *path)
{
    struct glob *g = glob_compile(a, str_from(pattern));
    CHECK(g);
    return g && glob_matches(g, a, str_from(path));
}

TEST(glob_of_charts)
{
    CHECK(globs(a, "files/*.{yaml,yml}", "files/a.yml"));
    CHECK(!globs(a, "files/*.{yaml,yml}", "files/x/a.yml"));
    CHECK(globs(a, "**/*.json", "files/x/a.json"));
    CHECK(!globs(a, "**/*.json", "a.json"));
    CHECK(globs(a, "ab**ba", "aba")); /* so does the library */
    CHECK(!glob_compile(a, STR("[a")));
}

struct hostile_glob {
    struct arena *a;
    struct buf pattern, path;
};

static void match_hostile(void *context)
{
    struct hostile_glob *h = context;
    struct glob *g = glob_compile(h->a, buf_str(&h->pattern));
    if (g) glob_matches(g, h->a, buf_str(&h->path));
}

/* Patterns on which the library takes time or stack without end either get an answer or trip the guard. */
TEST(glob_is_bounded)
{
    static const char *const parts[] = {"*a", "?", "{", "{a*,", "[!/]*", "a?*", "{*a*,?b}*", "\xc3\xa9?"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct hostile_glob h = {a, buf_new(a), buf_new(a)};
        for (int n = 0; n < 3000; n++) buf_z(&h.pattern, parts[i]);
        buf_fill(&h.path, 'a', 3000);
        guard_run(a->guard, match_hostile, &h);
    }
}

TEST(duration_show_reads_well)
{
    CHECK_STR(duration_show(a, 0), STR("0s"));
    CHECK_STR(duration_show(a, 45), STR("45s"));
    CHECK_STR(duration_show(a, 600), STR("10m"));
    CHECK_STR(duration_show(a, 5400), STR("1h30m"));
    CHECK_STR(duration_show(a, 3601), STR("1h1s"));
    CHECK_STR(duration_show(a, -90), STR("-1m30s"));
    CHECK_STR(duration_show(a, INT64_MIN), STR("-2562047788015215h30m8s"));
}

TEST(edit_distance_counts)
{
    CHECK_INT(edit_distance(STR("replicas"), STR("replicas"), 3), 0);
    CHECK_INT(edit_distance(STR("replicas"), STR("replcias"), 3), 1);
    CHECK_INT(edit_distance(STR("replicas"), STR("replica"), 3), 1);
    CHECK_INT(edit_distance(STR("kitten"), STR("sitting"), 5), 3);
    CHECK_INT(edit_distance(STR("kitten"), STR("sitting"), 2), 3);
    CHECK_INT(edit_distance(STR(""), STR("abc"), 5), 3);
    CHECK_INT(edit_distance(STR("ca"), STR("abc"), 5), 3);
    CHECK_INT(edit_distance(STR("abcdef"), STR("badcfe"), 9), 3);
    struct buf b = buf_new(a);
    buf_fill(&b, 'x', 1000);
    CHECK_INT(edit_distance(buf_str(&b), STR("y"), 3), 4);
    CHECK_INT(edit_distance(buf_str(&b), str_from_n(buf_str(&b), 2), 3), 2);
}

TEST(nearest_is_what_was_meant)
{
    const struct str v[] = {STR_INIT("keda/paused"), STR_INIT("keda/bounds"), STR_INIT("pdb/no-match")};
    CHECK_STR(nearest(STR("keda/pausd"), v, 3), STR("keda/paused"));
    CHECK_STR(nearest(STR("pdb/nomatch"), v, 3), STR("pdb/no-match"));
    CHECK(!nearest(STR("secret/rotated"), v, 3).n);
    CHECK(!nearest(STR("x"), &(const struct str)STR_INIT("y"), 1).n);
}

TEST(date_is_a_day_that_exists)
{
    int64_t t;
    CHECK(date_parse(STR("2026-01-31"), &t));
    CHECK_INT(t, 1769817600);
    CHECK_STR(date_show(a, t + 86399), STR("2026-01-31"));
    CHECK(!date_parse(STR("2026-02-30"), &t));
    CHECK(!date_parse(STR("2026-2-3"), &t));
    CHECK(!date_parse(STR("31.01.2026"), &t));
    CHECK(date_parse(STR("2024-02-29"), &t));
}

TEST(units_quantities_in_their_shortest_spelling)
{
    static const struct { const char *is, *shown; } cases[] = {{"1024Mi", "1Gi"}, {"1000m", "1"}, {"1500m", "1500m"}, {"1.5Gi", "1536Mi"}, {"10000M", "10G"}, {"0", "0"}, {"7", "7"}, {"1e3", "1000"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t milli;
        CHECK(quantity_parse(str_from(cases[i].is), &milli));
        CHECK_STR(quantity_show(a, milli), str_from(cases[i].shown));
    }
}
