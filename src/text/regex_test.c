#include "text/regex.h"

#include <time.h>

#include "text/cases.h"
#include "text/regex_prog.h"

static struct str show_bounds(struct arena *a, const size_t *at, uint32_t slots)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < slots; i++) {
        if (i) buf_byte(&b, ',');
        if (at[i] == SIZE_MAX)
            buf_z(&b, "-1");
        else
            buf_printf(&b, "%zu", at[i]);
    }
    return buf_done(&b);
}

static struct str show_list(struct arena *a, const struct str *v, size_t n)
{
    struct buf b = buf_new(a);
    buf_printf(&b, "%zu:", n);
    for (size_t i = 0; i < n; i++) {
        buf_add(&b, v[i]);
        buf_byte(&b, 0x1f);
    }
    return buf_done(&b);
}

/* Both machines, whichever regex_match would take. */
static void check_machines(struct cases *c, const struct regex *re, struct arena *a, struct str text, struct str want)
{
    uint32_t slots = 2 * (regex_groups(re) + 1);
    size_t *at = NEW_ARRAY(a, size_t, slots);
    bool found = regex_match(re, a, text, 0, at);
    CASE_STR(c, found ? show_bounds(a, at, slots) : STR(""), want);
    CASE_CHECK(c, regex_match(re, a, text, 0, NULL) == found);
    found = re_pike(re, a, text, 0, at, slots);
    CASE_STR(c, found ? show_bounds(a, at, slots) : STR(""), want);
    size_t from = 0;
    enum re_answer answer = re_backtrack(re, a, text, &from, WINDOW_LARGE, at, slots);
    if (answer == RE_TOO_FAR) return; /* many joints: a window that the text does not fit in */
    CASE_STR(c, answer == RE_MATCHES ? show_bounds(a, at, slots) : STR(""), want);
}

/* Whether a pattern is too large or too deep. */
static void check_size(struct cases *c, struct arena *a, struct str pattern, struct str want)
{
    struct str error = STR("ok"), problem;
    regex_compile(a, pattern, &error);
    str_cut(error, STR(": `"), &problem, &error);
    CASE_STR(c, problem, want);
}

/* Parts, each with the number of its repetitions. */
static void check_huge(struct cases *c, struct arena *a, const struct str *f, size_t n)
{
    struct buf pattern = buf_new(a);
    for (size_t i = 1; i + 1 < n; i += 2)
        for (int64_t times = cases_int(f[i + 1]); times > 0; times--) buf_add(&pattern, f[i]);
    check_size(c, a, buf_str(&pattern), f[n - 1]);
}

/* a|ab|abb|..., which factors into a tree as high as it is long. */
static void check_ladder(struct cases *c, struct arena *a, const struct str *f)
{
    struct buf pattern = buf_new(a);
    for (int64_t i = 0; i < cases_int(f[1]); i++) {
        buf_z(&pattern, i ? "|a" : "a");
        buf_fill(&pattern, 'b', (size_t)i);
    }
    check_size(c, a, buf_str(&pattern), f[2]);
}

static void check_case(struct cases *c, struct arena *a, const struct str *f)
{
    struct str error = STR("ok"), text = f[1], *v;
    struct regex *re = regex_compile(a, f[0], &error);
    CASE_STR(c, error, f[4]);
    if (!re || !str_is(f[4], "ok")) return;
    size_t n;
    check_machines(c, re, a, text, f[5]);
    regex_find_all(re, a, text, cases_int(f[2]), &v, &n);
    CASE_STR(c, show_list(a, v, n), f[6]);
    CASE_STR(c, regex_replace_all(re, a, text, f[3], false), f[7]);
    CASE_STR(c, regex_replace_all(re, a, text, f[3], true), f[8]);
    regex_split(re, a, text, cases_int(f[2]), &v, &n);
    CASE_STR(c, show_list(a, v, n), f[9]);
}

TEST(regex_is_gos)
{
    struct cases c;
    struct str f[CASE_FIELDS];
    if (!cases_open(&c, a, "regex.tsv")) return;
    size_t seen = 0;
    for (;; seen++) {
        struct arena_mark m = arena_mark(a);
        size_t n = cases_next(&c, f);
        if (!n) break;
        if (str_is(f[0], "huge"))
            check_huge(&c, a, f, n);
        else if (str_is(f[0], "ladder"))
            check_ladder(&c, a, f);
        else
            check_case(&c, a, f);
        arena_rewind(a, m);
    }
    CHECK(seen > 100);
}

static struct regex *must(struct arena *a, struct str pattern)
{
    struct str error;
    struct regex *re = regex_compile(a, pattern, &error);
    CHECK(re);
    return re;
}

TEST(regex_names_groups)
{
    struct regex *re = must(a, STR("(a)(?P<first>b)(?<second>c)"));
    CHECK_INT(regex_groups(re), 3);
    CHECK_STR(regex_group_name(re, 0), STR(""));
    CHECK_STR(regex_group_name(re, 1), STR(""));
    CHECK_STR(regex_group_name(re, 2), STR("first"));
    CHECK_STR(regex_group_name(re, 3), STR("second"));
    CHECK_STR(regex_group_name(re, 4), STR(""));
}

TEST(regex_matches_from_a_place)
{
    size_t at[2];
    struct regex *re = must(a, STR("\\bb"));
    CHECK(!regex_match(re, a, STR("ab"), 1, at)); /* what is before the place still counts */
    CHECK(regex_match(re, a, STR("ab b"), 1, at));
    CHECK_INT(at[0], 3);
    CHECK(!regex_match(must(a, STR("^b")), a, STR("ab"), 1, at));
    CHECK(!regex_match(re, a, STR("b"), 2, at));
}

TEST(regex_quotes)
{
    CHECK_STR(regex_quote(a, STR("a.b*[c]\\d{1}^$|(x)+?-\xc3\xa9")),
              STR("a\\.b\\*\\[c\\]\\\\d\\{1\\}\\^\\$\\|\\(x\\)\\+\\?-\xc3\xa9"));
}

TEST(regex_gives_scratch_memory_back)
{
    struct regex *re = must(a, STR("(a|b)*c"));
    struct arena_mark before = arena_mark(a);
    size_t at[4];
    CHECK(regex_match(re, a, STR("ababc"), 0, at));
    CHECK(arena_mark(a).at == before.at);
}

/* Windows that move, that are left, and matches at their edges: the answers are those of the other machine. */
TEST(regex_long_texts)
{
    static const char *const patterns[] = {"b", "(a|b)*c", "[a-c]+d", "(?:ab|a)*?cc", "(\\w+) (\\w+)", "x*", "(?s)a.*c", "(a{1,40}b)+", "\\bd\\b"};
    struct buf b = buf_new(a);
    for (unsigned i = 0, seed = 1; i < 60000; i++) {
        seed = seed * 1103515245 + 12345;
        buf_byte(&b, "aaaaabbbc d"[(seed >> 16) % (i < 30000 ? 11 : 5)]);
    }
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct regex *re = must(a, str_from(patterns[i]));
        uint32_t slots = 2 * (regex_groups(re) + 1);
        size_t from = 0, *at = NEW_ARRAY(a, size_t, slots), *other = NEW_ARRAY(a, size_t, slots);
        for (int n = 0; n < 300 && from <= b.n; n++) {
            struct arena_mark m = arena_mark(a);
            bool found = regex_match(re, a, buf_str(&b), from, at), also = re_pike(re, a, buf_str(&b), from, other, slots);
            CHECK_INT(found, also);
            if (found && also) CHECK_STR(show_bounds(a, at, slots), show_bounds(a, other, slots));
            from = found ? at[1] + (at[1] == from) : b.n + 1;
            if (n == 150) from = b.n / 2;
            arena_rewind(a, m);
        }
    }
}

/* Patterns that take a backtracking matcher exponential or quadratic time. */
TEST(regex_takes_linear_time)
{
    static const char *const patterns[] = {
        "(a*)*b", "(a|a)*b", "(?:a?){40}a{40}b", "(.*)(.*)(.*)(.*)[0-9]$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$",
    };
    struct buf text = buf_new(a);
    buf_fill(&text, 'a', 200000);
    clock_t start = clock();
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        CHECK(!regex_match(must(a, str_from(patterns[i])), a, buf_str(&text), 0, NULL));
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (seconds > 60) test_fail(__FILE__, __LINE__, "took %.1f s", seconds);
}
