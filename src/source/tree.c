#include "source/tree.h"

#include <stdlib.h>

bool tree_visit(struct tree_maker *t)
{
    if (t->visited++ < SOURCE_FILES_MAX) return true;
    return diag_error(t->d, NOWHERE, "%.*s holds more than %d files", STR_ARG(t->out->name), SOURCE_FILES_MAX);
}

struct file *tree_add(struct tree_maker *t, struct str path)
{
    struct file *f = PUSH(t->a, t->out->v, t->out->n, t->cap);
    f->path = path;
    return f;
}

bool tree_admit(struct tree_maker *t, struct file *f, uint64_t size)
{
    if (size > SOURCE_FILE_MAX) {
        struct str name = path_base(f->path);
        f->problem = str_printf(t->a, "chart file \"%.*s\" is larger than the maximum file size %d", STR_ARG(name), SOURCE_FILE_MAX);
        return false;
    }
    if (size > SOURCE_TREE_MAX - t->bytes) {
        f->problem = str_printf(t->a, "%.*s is larger than the maximum size %d", STR_ARG(t->out->name), SOURCE_TREE_MAX);
        return false;
    }
    t->bytes += (size_t)size;
    return true;
}

/* A row and its place in the order of adding: qsort is not stable. */
struct ranked {
    struct file file;
    size_t rank;
};

static int by_path(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    int c = str_cmp(a->file.path, b->file.path);
    return c ? c : (a->rank > b->rank) - (a->rank < b->rank);
}

void tree_finish(struct tree_maker *t)
{
    struct source *s = t->out;
    bool sorted = true;
    for (size_t i = 1; i < s->n && sorted; i++) sorted = str_cmp(s->v[i - 1].path, s->v[i].path) < 0;
    if (sorted) return;
    struct ranked *r = arena_alloc(t->a, s->n * sizeof *r);
    for (size_t i = 0; i < s->n; i++) r[i] = (struct ranked){s->v[i], i};
    qsort(r, s->n, sizeof *r, by_path);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (i + 1 < s->n && str_eq(r[i].file.path, r[i + 1].file.path)) continue;
        s->v[n++] = r[i].file;
    }
    s->n = n;
}

struct str tree_errno(struct arena *a, int number)
{
    const char *text = strerrordesc_np(number);
    if (!text) return str_printf(a, "errno %d", number);
    struct str s = str_dup(a, str_from(text));
    char *first = (char *)s.p;
    if (s.n && *first >= 'A' && *first <= 'Z') *first = (char)(*first + 'a' - 'A');
    return s;
}

static int file_by_path(const void *key, const void *row)
{
    return str_cmp(*(const struct str *)key, ((const struct file *)row)->path);
}

const struct file *source_find(const struct source *t, struct str path)
{
    return t->n ? bsearch(&path, t->v, t->n, sizeof *t->v, file_by_path) : NULL;
}

bool source_check(const struct source *t, struct diags *d)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].problem.n) return diag_error(d, NOWHERE, "%.*s", STR_ARG(t->v[i].problem));
    return true;
}
