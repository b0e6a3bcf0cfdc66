/* LLVMFuzzerTestOneInput: a plan.json of any bytes; what is read as a plan is written and read again as the same. */
#include <assert.h>

#include "steps/steps.h"
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
    struct str error = {0};
    struct plan *p = NEW(in->a, struct plan), *q = NEW(in->a, struct plan);
    if (!json_read(in->a, in->text, NULL, 0, 0, &v, &error) || !plan_from_value(in->a, v, p, &error)) return;
    again = plan_to_value(in->a, p);
    assert(plan_from_value(in->a, again, q, &error));
    assert(value_same(again, plan_to_value(in->a, q)));
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
