/* libFuzzer: any bytes as a packaged chart. The first byte says whether the rest is the .tgz itself, or a tar to be zipped
 * first, so that the fuzzer need not find gzip's checksums. */
#include <stdlib.h>
#include <zlib.h>

#include "source/source.h"

struct job {
    struct arena *a;
    struct str data;
};

static struct str zipped(struct arena *a, struct str tar)
{
    uLong bound = compressBound(tar.n) + 64;
    char *out = arena_alloc(a, bound);
    z_stream z = {.next_in = (Bytef *)tar.p, .avail_in = (uInt)tar.n, .next_out = (Bytef *)out, .avail_out = (uInt)bound};
    if (deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK || deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
    deflateEnd(&z);
    return str_of(out, z.total_out);
}

static void check(struct arena *a, const struct source *s)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct str path = s->v[i].path;
        bytes += s->v[i].data.n;
        if (!path.n || path.p[0] == '/' || !str_eq(path, path_clean(a, path)) || str_starts(path, STR(".."))) abort();
        if (i && str_cmp(s->v[i - 1].path, path) >= 0) abort();
        if (s->v[i].data.n > SOURCE_FILE_MAX || bytes > SOURCE_TREE_MAX) abort();
    }
}

static void run(void *context)
{
    struct job *job = context;
    struct arena *a = job->a;
    struct diags *d = diags_new(a, inputs_new(a));
    struct source s;
    if (!job->data.n) return;
    bool is_tar = job->data.p[0] & 1;
    struct str data = str_from_n(job->data, 1);
    if (is_tar) data = zipped(a, data);
    if (source_tgz(a, STR("fuzz.tgz"), &data, &s, d)) check(a, &s);
    else if (!d->errors) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guard g;
    guard_init(&g, limits_default());
    struct arena *a = arena_new(&g);
    struct job job = {a, str_of((const char *)data, size)};
    guard_run(&g, run, &job);
    arena_free(a);
    return 0;
}
