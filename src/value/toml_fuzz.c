/* LLVMFuzzerTestOneInput: what toml_read accepts is written and read again, and is written the same. */
#include <assert.h>

#include "value/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct value v;
    struct str error;
    struct buf first = buf_new(in->a), second = buf_new(in->a);
    if (!toml_read(in->a, in->text, &v, &error)) {
        assert(error.n);
        return;
    }
    assert(toml_write(&first, v, &error) == TOML_WRITTEN);
    /* Dates of other years than four digits are written as no reader takes them. */
    if (!toml_read(in->a, buf_str(&first), &v, &error)) return;
    assert(toml_write(&second, v, &error) == TOML_WRITTEN);
    assert(str_eq(buf_str(&first), buf_str(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct guard g;
    guard_init(&g, limits_default());
    struct fuzzed in = {arena_new(&g), str_of((const char *)data, n)};
    guard_run(&g, work, &in);
    arena_free(in.a);
    return 0;
}
