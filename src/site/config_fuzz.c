/* LLVMFuzzerTestOneInput: a .rutter.yaml of any bytes; where it is refused, something has been said. */
#include <assert.h>

#include "site/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    static const struct config_flag flags[] = {{.name = "values", .takes_value = true, .repeated = true, .path = true}, {.name = "helm-version", .takes_value = true, .choices = "3 4"}, {.name = "is-upgrade"}};
    struct fuzzed *in = context;
    struct config c = {0};
    struct inputs *inputs = inputs_new(in->a);
    struct diags *d = diags_new(in->a, inputs);
    bool ok = config_read(in->a, in->text, 0, flags, sizeof flags / sizeof *flags, d, &c);
    assert(ok || d->n);
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
