/* LLVMFuzzerTestOneInput: a changelog of any bytes. */
#include "changelog/changelog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct diags *d = diags_new(in->a, inputs_new(in->a));
    struct changelog *c = changelog_read(in->a, in->text, 0, d);
    uint32_t n;
    if (c) changelog_between(in->a, c, STR("0.1.0"), STR("1.0.0"), &n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct limits few = limits_default();
    few.bytes = (size_t)256 << 20;
    few.steps = 1000000;
    few.output = 1 << 20;
    struct guard g;
    guard_init(&g, few);
    struct fuzzed in = {arena_new(&g), str_of((const char *)data, n)};
    guard_run(&g, work, &in);
    arena_free(in.a);
    return 0;
}
