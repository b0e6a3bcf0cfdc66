#include "value/yaml_decode.h"

void path_add_key(struct buf *b, struct str key)
{
    if (b->n) buf_byte(b, '.');
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] && strchr(".[=,\\", key.p[i])) buf_byte(b, '\\');
        buf_byte(b, key.p[i]);
    }
}

void path_add_item(struct buf *b, uint32_t index) { buf_printf(b, "[%u]", index); }

struct str path_key(struct arena *a, struct str parent, struct str key)
{
    struct buf b = buf_new(a);
    buf_reserve(&b, parent.n + key.n + 2);
    buf_add(&b, parent);
    path_add_key(&b, key);
    return buf_done(&b);
}

struct str path_item(struct arena *a, struct str parent, uint32_t index)
{
    struct buf b = buf_new(a);
    buf_add(&b, parent);
    path_add_item(&b, index);
    return buf_done(&b);
}
