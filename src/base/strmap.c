#include "base/strmap.h"

static size_t slot_of(const struct strmap *m, struct str key, uint32_t hash)
{
    size_t mask = m->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t at = m->slots[i];
        if (at == 0) return i;
        const struct strmap_item *it = &m->items[at - 1];
        if (it->hash == hash && str_eq(it->key, key)) return i;
    }
}

static void grow_slots(struct strmap *m)
{
    m->slot_count = m->slot_count ? m->slot_count * 2 : 16;
    m->slots = NEW_ARRAY(m->a, uint32_t, m->slot_count);
    for (size_t i = 0; i < m->n; i++) m->slots[slot_of(m, m->items[i].key, m->items[i].hash)] = (uint32_t)(i + 1);
}

void **strmap_find(const struct strmap *m, struct str key)
{
    if (!m->n) return NULL;
    uint32_t at = m->slots[slot_of(m, key, str_hash(key))];
    return at ? &m->items[at - 1].value : NULL;
}

void *strmap_get(const struct strmap *m, struct str key)
{
    void **v = strmap_find(m, key);
    return v ? *v : NULL;
}

bool strmap_put(struct strmap *m, struct str key, void *value)
{
    if (2 * (m->n + 1) > m->slot_count) grow_slots(m);
    uint32_t hash = str_hash(key);
    size_t s = slot_of(m, key, hash);
    if (m->slots[s]) {
        m->items[m->slots[s] - 1].value = value;
        return false;
    }
    struct strmap_item *it = PUSH(m->a, m->items, m->n, m->cap);
    *it = (struct strmap_item){key, value, hash};
    m->slots[s] = (uint32_t)m->n;
    return true;
}
