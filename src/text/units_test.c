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
        if (str_is(f[0], "filepath"))
            for (int i = 0; i < 3; i++) check_filepaths(&c, f[1], f[2 + i], (enum answer)i);
        arena_rewind(a, m);
    }
    CHECK(seen > 100);
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
