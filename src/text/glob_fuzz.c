/* LLVMFuzzerTestOneInput: the first line is a glob, which is held against what follows. */
#include "text/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct str pattern, path;
    bool bad;
    str_cut(in->text, STR("\n"), &pattern, &path);
    struct glob *g = glob_compile(in->a, pattern);
    if (g) glob_matches(g, in->a, path);
    filepath_match(pattern, path, &bad);
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
