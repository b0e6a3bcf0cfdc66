/* libFuzzer: a text as a chart and the user's values: files follow lines of "=== PATH", the path "=" being the values.
 * Loads, decides dependencies and coalesces; what was read must be as it was afterwards. */
#include <stdlib.h>

#include "chart/load.h"
#include "chart/values.h"
#include "value/json.h"

struct job {
    struct arena *a;
    struct str text;
};

static int by_path(const void *x, const void *y) { return str_cmp(((const struct file *)x)->path, ((const struct file *)y)->path); }

/* The files of the text; *user is the values' text. */
static void split(struct arena *a, struct str text, struct source *s, struct str *user)
{
    size_t cap = 0, n = 0;
    struct str line, *data = NULL;
    while (text.n) {
        str_cut(text, STR("\n"), &line, &text);
        if (!str_starts(line, STR("=== "))) {
            if (data) data->n = (size_t)(line.p + line.n - data->p);
            continue;
        }
        struct str path = str_from_n(line, 4);
        data = user;
        if (!str_is(path, "=")) {
            struct file *f = PUSH(a, s->v, s->n, cap);
            f->path = path_clean(a, path);
            data = &f->data;
        }
        *data = str_of(text.p, 0);
        if (!text.n) data = NULL;
    }
    if (s->n) qsort(s->v, s->n, sizeof *s->v, by_path);
    for (size_t i = 0; i < s->n; i++)
        if (!n || !str_eq(s->v[n - 1].path, s->v[i].path)) s->v[n++] = s->v[i];
    s->n = n;
}

static struct str shown(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    struct str error;
    json_write(&b, v, JSON_COMPACT, &error);
    return buf_done(&b);
}

static void run(void *context)
{
    struct job *job = context;
    struct arena *a = job->a;
    struct inputs *in = inputs_new(a);
    struct diags *d = diags_new(a, in);
    struct source s = {.name = STR("fuzz")};
    struct str user_text = {0}, why;
    struct place at;
    struct map *user, *out;
    struct reads reads;
    split(a, job->text, &s, &user_text);
    struct chart_options o = {in, origins_new(a), STR("chart"), STR("fuzz")};
    struct values_text t = {user_text, o.origins, 1, LAYER_USER, NULL, 4};
    struct chart *c = chart_load(a, &s, &o, d);
    if (!c || !values_read_text(a, &t, &user, &why, &at)) return;
    reads_init(&reads, a, o.origins->n);
    struct str own = shown(a, c->values), users = shown(a, v_map(user));
    struct chart *p = chart_process_dependencies(a, c, user, &reads, d);
    if (p && values_coalesce(a, p, user, &out, d)) shown(a, v_map(out));
    if (!str_eq(own, shown(a, c->values)) || !str_eq(users, shown(a, v_map(user)))) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guard g;
    struct limits max = limits_default();
    max.bytes = (size_t)256 << 20;
    guard_init(&g, max);
    struct arena *a = arena_new(&g);
    struct job job = {a, str_of((const char *)data, size)};
    guard_run(&g, run, &job);
    arena_free(a);
    return 0;
}
