/* Every template function, found by name. */
#include <assert.h>
#include <pthread.h>

#include "funcs/funcs.h"

static const struct func *const tables[] = {
    funcs_builtins,
    funcs_certificates,
    funcs_crypto,
    funcs_dates,
    funcs_defaults,
    funcs_dicts,
    funcs_encoding,
    funcs_formats,
    funcs_helm,
    funcs_lists,
    funcs_math,
    funcs_numbers,
    funcs_paths,
    funcs_random,
    funcs_regex,
    funcs_semver,
    funcs_strings,
    funcs_types,
    funcs_urls,
    funcs_words,
};

enum { SLOTS = 1024 }; /* a power of two, several times the number of functions */

/* Filled once per process, never changed afterwards. */
static const struct func *slots[SLOTS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void index_all(void)
{
    unsigned count = 0;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct func *f = tables[t]; f->name; f++) {
            struct str name = str_from(f->name);
            uint32_t i = str_hash(name) & (SLOTS - 1);
            for (; slots[i]; i = (i + 1) & (SLOTS - 1)) assert(!str_is(name, slots[i]->name)); /* in two tables */
            slots[i] = f;
            count++;
        }
    }
    assert(count <= SLOTS / 2);
    (void)count;
}

const struct func *func_find(struct str name)
{
    pthread_once(&once, index_all);
    for (uint32_t i = str_hash(name) & (SLOTS - 1); slots[i]; i = (i + 1) & (SLOTS - 1))
        if (str_is(name, slots[i]->name)) return slots[i];
    return NULL;
}
