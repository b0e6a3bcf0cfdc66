/* LLVMFuzzerTestOneInput: the first line is a version, what follows are constraints; a version that is read and shown reads the same. */
#include <assert.h>

#include "text/semver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct str version, constraints, error;
    struct semver v, again;
    str_cut(in->text, STR("\n"), &version, &constraints);
    struct semver_constraints *c = semver_constraints_parse(in->a, constraints, &error);
    assert(c || error.n);
    if (!semver_parse(in->a, version, &v, &error)) return;
    assert(semver_parse(in->a, semver_show(in->a, &v), &again, &error) && semver_compare(&v, &again) == 0);
    if (c) semver_check(c, &v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct guard g;
    struct limits limits = limits_default();
    limits.bytes = (size_t)256 << 20;
    limits.steps = 1000000;
    guard_init(&g, limits);
    struct fuzzed in = {arena_new(&g), str_of((const char *)data, n)};
    guard_run(&g, work, &in);
    arena_free(in.a);
    return 0;
}
