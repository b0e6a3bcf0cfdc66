/* LLVMFuzzerTestOneInput: the first line is a regular expression, what follows is searched, split and replaced with it. */
#include "text/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

static void work(void *context)
{
    struct fuzzed *in = context;
    struct str pattern, text, error, *v;
    size_t n;
    str_cut(in->text, STR("\n"), &pattern, &text);
    struct regex *r = regex_compile(in->a, pattern, &error);
    if (!r) return;
    regex_find_all(r, in->a, text, -1, &v, &n);
    regex_split(r, in->a, text, -1, &v, &n);
    regex_replace_all(r, in->a, text, STR("<$1>"), false);
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
