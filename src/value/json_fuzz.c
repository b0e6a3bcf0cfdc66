/* LLVMFuzzerTestOneInput: what json_read accepts is written and read again, and is the same. */
#include <assert.h>

#include "value/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct value v, again;
    struct str error;
    struct buf b = buf_new(in->a);
    if (!json_read(in->a, in->text, origins_new(in->a), 1, 0, &v, &error)) {
        assert(error.n);
        return;
    }
    assert(json_write(&b, v, JSON_INDENT2, &error));
    assert(json_read(in->a, buf_str(&b), NULL, 0, 0, &again, &error));
    assert(value_equal(v, again));
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
