/* LLVMFuzzerTestOneInput: a schema and values, parted by a zero byte; both passes of the validator agree, texts are there. */
#include <assert.h>

#include "chart/schema.h"
#include "value/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct str schema, values, error, shown;
    struct value v;
    struct schema_errors errors = {.a = in->a};
    str_cut(in->text, str_of("", 1), &schema, &values);
    const struct schema *s = schema_compile(in->a, schema, &error);
    assert(s || error.n);
    if (!s || !json_read(in->a, values, NULL, 0, 0, &v, &error)) return;
    bool ok = schema_validate(in->a, s, v, &errors, &shown);
    assert(ok == !errors.n && (ok || shown.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct guard g;
    struct limits limits = limits_default();
    limits.steps = 1000000;
    guard_init(&g, limits);
    struct fuzzed in = {arena_new(&g), str_of((const char *)data, n)};
    guard_run(&g, work, &in);
    arena_free(in.a);
    return 0;
}
