#include "value/yaml.h"

struct str path_key(struct arena *a, struct str parent, struct str key)
{
    struct buf b = buf_new(a);
    buf_reserve(&b, parent.n + key.n + 2);
    buf_add(&b, parent);
    if (parent.n) buf_byte(&b, '.');
    for (size_t i = 0; i < key.n; i++) {
        if (strchr(".[=,\\", key.p[i]) && key.p[i]) buf_byte(&b, '\\');
        buf_byte(&b, key.p[i]);
    }
    return buf_done(&b);
}

struct str path_item(struct arena *a, struct str parent, uint32_t index)
{
    return str_printf(a, "%.*s[%u]", STR_ARG(parent), index);
}
