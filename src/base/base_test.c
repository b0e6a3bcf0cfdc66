#include <stdio.h>

#include "base/parallel.h"
#include "base/sha256.h"
#include "base/strmap.h"
#include "base/test.h"
#include "base/utf8.h"

TEST(arena_rewind_gives_back)
{
    struct arena_mark m = arena_mark(a);
    size_t before = a->guard->bytes;
    char *p = arena_alloc(a, 3 << 20);
    p[0] = 1;
    CHECK(a->guard->bytes > before);
    arena_rewind(a, m);
    CHECK_INT(a->guard->bytes, before);
}

static void count_up(void *n) { ++*(int *)n; }

TEST(arena_growing_what_is_empty_moves_it)
{
    char *empty = arena_alloc(a, 0), *other = arena_alloc(a, 8), *grown = arena_grow(a, empty, 0, 16);
    memset(other, 'x', 8);
    memset(grown, 'y', 16);
    CHECK(other[0] == 'x' && other[7] == 'x');
}

TEST(arena_defers_run_newest_first)
{
    static int closed;
    closed = 0;
    struct arena_mark m = arena_mark(a);
    arena_defer(a, count_up, &closed);
    arena_defer(a, count_up, &closed);
    arena_rewind(a, m);
    CHECK_INT(closed, 2);
}

static void want_two_mib(void *arena) { arena_alloc(arena, 2 << 20); }

TEST(guard_trips_on_too_much_memory)
{
    struct limits few = limits_default();
    few.bytes = 1 << 20;
    struct guard g;
    guard_init(&g, few);
    struct arena *b = arena_new(&g);
    CHECK(!guard_run(&g, want_two_mib, b));
    CHECK(strstr(g.message, "1 MiB"));
    arena_free(b);
    CHECK_INT(g.bytes, 0);
}

TEST(push_keeps_elements)
{
    int *v = NULL;
    uint32_t n = 0, cap = 0;
    for (int i = 0; i < 1000; i++) *PUSH(a, v, n, cap) = i;
    for (int i = 0; i < 1000; i++) CHECK_INT(v[i], i);
}

TEST(str_basics)
{
    struct str head, tail;
    CHECK(str_cut(STR("a=b=c"), STR("="), &head, &tail));
    CHECK_STR(head, STR("a"));
    CHECK_STR(tail, STR("b=c"));
    CHECK_INT(str_find(STR("hello"), STR("lo")), 3);
    CHECK_INT(str_find(STR("hello"), STR("x")), -1);
    CHECK_INT(str_find_last(STR("a/b/c"), STR("/")), 3);
    CHECK_STR(str_trim(STR(" \ta b\n")), STR("a b"));
    CHECK_STR(path_clean(a, STR("a//b/../c/.")), STR("a/c"));
    CHECK_STR(path_clean(a, STR("../a/../..")), STR("../.."));
    CHECK_STR(path_clean(a, STR("/../a")), STR("/a"));
}

TEST(sha256_known_answers)
{
    CHECK_STR(sha256_hex(a, STR("")), STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    CHECK_STR(sha256_hex(a, STR("abc")), STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    struct buf b = buf_new(a);
    buf_fill(&b, 'a', 1000000);
    CHECK_STR(sha256_hex(a, buf_str(&b)), STR("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

TEST(utf8_decodes_as_go)
{
    size_t w;
    CHECK_INT(utf8_decode(STR("\xc3\xa9"), 0, &w), 0xe9);
    CHECK_INT(w, 2);
    CHECK_INT(utf8_decode(STR("\xed\xa0\x80"), 0, &w), RUNE_ERROR);
    CHECK_INT(w, 1);
    CHECK_INT(utf8_count(STR("a\xe2\x82\xac\xff")), 3);
    CHECK(!utf8_valid(STR("\xc0\x80")));
    CHECK(utf8_valid(STR("\xef\xbf\xbd")));
    CHECK_INT(utf8_decode_last(STR("a\xe2\x82\xac"), 4, &w), 0x20ac);
}

TEST(strmap_finds_what_was_put)
{
    struct strmap m = strmap_new(a);
    int x[300];
    for (int i = 0; i < 300; i++) strmap_put(&m, str_printf(a, "key%d", i), &x[i]);
    for (int i = 0; i < 300; i++) CHECK(strmap_get(&m, str_printf(a, "key%d", i)) == &x[i]);
    CHECK(!strmap_get(&m, STR("key300")));
    CHECK(!strmap_put(&m, STR("key7"), &x[0]));
    CHECK(strmap_get(&m, STR("key7")) == &x[0]);
}

static void make_text(void *context, size_t i, struct arena *mine)
{
    struct str *v = context;
    v[i] = str_printf(mine, "piece %zu", i);
}

TEST(parallel_for_does_every_piece)
{
    enum { PIECES = 1000 };
    struct str *v = NEW_ARRAY(a, struct str, PIECES);
    parallel_for(a, PIECES, 1 << 20, make_text, v);
    for (int i = 0; i < PIECES; i++) CHECK_STR(v[i], str_printf(a, "piece %d", i));
}

static void want_too_much(void *context, size_t i, struct arena *mine)
{
    (void)context;
    if (i == 7) arena_alloc(mine, 2 << 20);
}

static void run_parallel(void *arena) { parallel_for(arena, 20, 1 << 20, want_too_much, NULL); }

TEST(parallel_for_passes_a_trip_on)
{
    struct limits few = limits_default();
    few.bytes = 1 << 20;
    struct guard g;
    guard_init(&g, few);
    struct arena *b = arena_new(&g);
    CHECK(!guard_run(&g, run_parallel, b));
    CHECK(strstr(g.message, "memory"));
    arena_free(b);
}

static void make_all_texts(void *context, struct arena *mine)
{
    struct str *v = context;
    for (size_t i = 0; i < 100; i++) make_text(v, i, mine);
}

TEST(what_is_put_aside_is_done_when_it_was_waited_for)
{
    enum { PIECES = 100, TIMES = 20 };
    for (int t = 0; t < TIMES; t++) {
        struct str *v = NEW_ARRAY(a, struct str, PIECES), *w = NEW_ARRAY(a, struct str, PIECES);
        struct aside *first = aside_start(a, make_all_texts, v), *second = aside_start(a, make_all_texts, w);
        struct str *own = NEW_ARRAY(a, struct str, PIECES);
        parallel_for(a, PIECES, 1 << 20, make_text, own);
        aside_wait(second);
        aside_wait(first);
        for (int i = 0; i < PIECES; i++) {
            struct str want = str_printf(a, "piece %d", i);
            CHECK(str_eq(v[i], want) && str_eq(w[i], want) && str_eq(own[i], want));
        }
    }
}

static void want_too_much_aside(void *context, struct arena *mine) { want_too_much(context, 7, mine); }
static void run_aside(void *arena) { aside_wait(aside_start(arena, want_too_much_aside, NULL)); }
static void forget_aside(void *arena)
{
    struct str *v = NEW_ARRAY((struct arena *)arena, struct str, 100);
    aside_start(arena, make_all_texts, v);
    guard_trip(((struct arena *)arena)->guard, "something else");
}

TEST(what_trips_aside_trips_the_one_who_waits)
{
    struct limits few = limits_default();
    few.bytes = 1 << 20;
    struct guard g;
    guard_init(&g, few);
    struct arena *b = arena_new(&g);
    CHECK(!guard_run(&g, run_aside, b));
    CHECK(strstr(g.message, "memory"));
    CHECK(!guard_run(&g, forget_aside, b)); /* the arena waits for it before its memory goes */
    arena_free(b);
}

TEST(memory_that_was_given_back_is_used_again)
{
    struct guard g;
    guard_init(&g, limits_default());
    for (int i = 0; i < 100; i++) {
        struct arena *b = arena_new(&g);
        arena_reserve(b, 1 << 20);
        for (int k = 0; k < 300; k++) {
            char *p = arena_alloc(b, 16 << 10);
            memset(p, k & 0xff, 16 << 10);
            if (k % 7 == 3) CHECK_INT((unsigned char)p[(16 << 10) - 1], k & 0xff);
        }
        arena_free(b);
        CHECK_INT(g.bytes, 0);
    }
}

TEST(formatting_is_vsnprintfs)
{
    struct str long_text = {arena_zalloc(a, 5000), 5000};
    memset((char *)(uintptr_t)long_text.p, 'x', 5000);
    char want[6000];
    snprintf(want, sizeof want, "%s|%.*s|%c|%d|%d|%u|%zu|%lld|%llu|%%", "z", 3, "abcdef", 'q', -2147483647 - 1, 0, 4294967295u, (size_t)0, -9223372036854775807ll - 1,
             18446744073709551615ull);
    CHECK_STR(str_printf(a, "%s|%.*s|%c|%d|%d|%u|%zu|%lld|%llu|%%", "z", 3, "abcdef", 'q', -2147483647 - 1, 0, 4294967295u, (size_t)0, -9223372036854775807ll - 1,
                         18446744073709551615ull), str_from(want));
    snprintf(want, sizeof want, "%05d %.17g %.*s", 42, 0.1, 5000, long_text.p);
    CHECK_STR(str_printf(a, "%05d %.17g %.*s", 42, 0.1, STR_ARG(long_text)), str_from(want));
    CHECK_INT(str_printf(a, "%.*s!", STR_ARG(long_text)).n, 5001);
    struct buf b = buf_new(a);
    for (int i = 0; i < 50; i++) buf_printf(&b, "%d,%s", i, i % 2 ? "" : ";");
    buf_printf(&b, "%.*s", STR_ARG(long_text));
    CHECK_INT(b.n, 10 + 40 * 2 + 50 + 25 + 5000);
    CHECK(str_starts(buf_str(&b), STR("0,;1,2,;3,")));
    CHECK_INT(str_printf(a, "%.*s", 3, "a\0b").n, 3);
}
