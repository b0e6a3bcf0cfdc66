/* LLVMFuzzerTestOneInput: a template of any bytes is parsed and, where it parses, evaluated. */
#include "tmpl/exec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct env env = env_default();
    const struct parsed *p = tmpl_parse(in->a, NULL, STR("t"), in->text);
    if (p->error.n) return;
    struct tmpl_set *set = tmpl_set_new(in->a, NULL);
    struct map *values = map_new(in->a);
    struct list *l = list_new(in->a);
    struct buf out = buf_new(in->a);
    list_add(l, v_str(STR("x")));
    list_add(l, v_float(2));
    map_putz(values, "a", v_list(l));
    map_putz(values, "b", v_str(STR("text")));
    tmpl_set_add(set, p);
    struct exec x = {.a = in->a, .env = &env, .set = set};
    if (!tmpl_exec(&x, STR("t"), v_map(values), &out)) tmpl_error_show(in->a, &x);
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
