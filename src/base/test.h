/* Unit tests: TEST(name) { CHECK(...); }. They register themselves; one program runs them all, or those whose name
 * has its argument in it. Each test gets a fresh arena `a` under a guard with the default limits. */
#ifndef RUTTER_BASE_TEST_H
#define RUTTER_BASE_TEST_H

#include "base/buf.h"

struct test {
    const char *name, *file;
    void (*run)(struct arena *a);
    struct test *next;
};

void test_register(struct test *t);
void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Not run here, and why ("../shared is not there"). The test returns afterwards. */
void test_skip(const char *why);

#define TEST(id)                                                                     \
    static void test_##id(struct arena *a);                                          \
    static struct test entry_##id = {#id, __FILE__, test_##id, 0};                   \
    __attribute__((constructor)) static void register_##id(void) { test_register(&entry_##id); } \
    static void test_##id(struct arena *a __attribute__((unused)))

#define CHECK(x) ((x) ? (void)0 : test_fail(__FILE__, __LINE__, "not so: %s", #x))
#define CHECK_INT(got, want)                                                                                         \
    do {                                                                                                             \
        long long got_ = (long long)(got), want_ = (long long)(want);                                                \
        if (got_ != want_) test_fail(__FILE__, __LINE__, "%s\n  want %lld\n  got  %lld", #got, want_, got_);         \
    } while (0)
#define CHECK_STR(got, want)                                                                                         \
    do {                                                                                                             \
        struct str got_ = (got), want_ = (want);                                                                     \
        if (!str_eq(got_, want_))                                                                                    \
            test_fail(__FILE__, __LINE__, "%s\n  want %.*s\n  got  %.*s", #got, STR_ARG(want_), STR_ARG(got_));      \
    } while (0)

#endif
