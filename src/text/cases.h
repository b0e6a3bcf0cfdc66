/* For the tests of this folder: cases recorded from Go's libraries (testdata/text, made by its oracle/). */
#ifndef RUTTER_TEXT_CASES_H
#define RUTTER_TEXT_CASES_H

#include "base/test.h"

struct cases {
    struct arena *a;
    struct str text;
    const char *name;
    size_t at;
    int line; /* of the case read last, from 1 */
};

enum { CASE_FIELDS = 16 };

/* Looks in $RUTTER_TESTDATA, testdata and ../testdata; when the file is in none of them the test is skipped. */
bool cases_open(struct cases *c, struct arena *a, const char *name);
/* The fields of the next case, unescaped; absent ones are empty. Returns how many there are, 0 at the end. */
size_t cases_next(struct cases *c, struct str field[CASE_FIELDS]);
int64_t cases_int(struct str field);

/* As CHECK_STR and CHECK, naming the case. */
#define CASE_STR(c, got, want)                                                                               \
    do {                                                                                                     \
        struct str got_ = (got), want_ = (want);                                                             \
        if (!str_eq(got_, want_))                                                                            \
            test_fail((c)->name, (c)->line, "%s\n  want %.*s\n  got  %.*s", #got, STR_ARG(want_), STR_ARG(got_)); \
    } while (0)
#define CASE_CHECK(c, x) ((x) ? (void)0 : test_fail((c)->name, (c)->line, "not so: %s", #x))

#endif
