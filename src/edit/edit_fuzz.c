/* LLVMFuzzerTestOneInput: a line of a path, a line of another, then a values file: the one is moved to the other, then commented out.
 * What is a values file before is one after. */
#include <assert.h>

#include "edit/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct fuzzed {
    struct arena *a;
    struct str text;
};

enum { MOST = 8 };

/* a.b.c */
static struct edit_path path_of(struct arena *a, struct str s)
{
    struct str *v = NEW_ARRAY(a, struct str, MOST);
    uint32_t n = 0;
    for (bool more = true; more && n < MOST;) more = str_cut(s, STR("."), &v[n++], &s);
    return (struct edit_path){v, n};
}

static void work(void *context)
{
    struct fuzzed *in = context;
    struct str from, to, text;
    struct edit e, again;
    str_cut(in->text, STR("\n"), &from, &text);
    str_cut(text, STR("\n"), &to, &text);
    if (!edit_open(in->a, text, &e)) return;
    edit_move(&e, path_of(in->a, from), path_of(in->a, to));
    assert(edit_open(in->a, e.text, &again));
    edit_comment_out(&e, path_of(in->a, to), STR("a reason"));
    assert(edit_open(in->a, e.text, &again));
    edit_diff(in->a, STR("values.yaml"), text, e.text);
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
