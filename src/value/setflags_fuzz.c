/* LLVMFuzzerTestOneInput: the text of a --set flag. */
#include "value/setflags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct str error;
    for (enum set_kind k = SET_TYPED; k <= SET_JSON; k++) set_apply(in->a, k, in->text, map_new(in->a), NULL, 0, 0, NULL, NULL, &error);
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
