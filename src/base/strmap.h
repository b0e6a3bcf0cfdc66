/* A hash map from strings to pointers that remembers the order of insertion. Keys are borrowed. */
#ifndef RUTTER_BASE_STRMAP_H
#define RUTTER_BASE_STRMAP_H

#include "base/str.h"

struct strmap_item {
    struct str key;
    void *value;
    uint32_t hash;
};

struct strmap {
    struct arena *a;
    struct strmap_item *items; /* in order of insertion */
    size_t n, cap;
    uint32_t *slots;           /* index into items + 1; 0 is free */
    size_t slot_count;         /* a power of two */
};

static inline struct strmap strmap_new(struct arena *a) { return (struct strmap){.a = a}; }
/* The value's place, or NULL when there is no such key. */
void **strmap_find(const struct strmap *m, struct str key);
void *strmap_get(const struct strmap *m, struct str key);          /* NULL when absent */
/* Inserts or replaces; true if the key is new. */
bool strmap_put(struct strmap *m, struct str key, void *value);

#endif
