#include "base/test.h"

#include <stdarg.h>
#include <stdio.h>

static struct test *tests;
static bool failed;
static const char *skipped;

void test_register(struct test *t)
{
    struct test **at = &tests;
    while (*at) at = &(*at)->next;
    *at = t;
}

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list ap;
    failed = true;
    printf("%s:%d: ", file, line);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    putchar('\n');
}

void test_skip(const char *why) { skipped = why; }

struct running {
    struct test *test;
    struct arena *a;
};

static void run_one(void *context)
{
    struct running *r = context;
    r->test->run(r->a);
}

/* usage: rutter-unit [TEXT]   runs the tests whose name has TEXT in it */
int main(int argc, char **argv)
{
    unsigned passed = 0, bad = 0, skips = 0;
    for (struct test *t = tests; t; t = t->next) {
        if (argc > 1 && !strstr(t->name, argv[1])) continue;
        struct guard g;
        guard_init(&g, limits_default());
        failed = false;
        skipped = NULL;
        struct running now = {t, NULL};
        now.a = arena_new(&g);
        if (!guard_run(&g, run_one, &now)) test_fail(t->file, 0, "a limit was exceeded: %s", g.message);
        arena_free(now.a);
        if (failed) {
            bad++;
            printf("FAIL %s   (again: %s %s)\n", t->name, argv[0], t->name);
        } else if (skipped) {
            skips++;
            printf("skipped %s: %s\n", t->name, skipped);
        } else {
            passed++;
        }
        fflush(stdout);
    }
    printf("%u passed, %u failed, %u skipped\n", passed, bad, skips);
    return bad != 0;
}
