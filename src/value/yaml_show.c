/* Raw values in Go's syntax, for the few messages that show them. */
#include <stdlib.h>

#include "value/gofmt.h"
#include "value/yaml_decode.h"

/* Types of keys in the order in which Go's fmt sorts them in a map[interface{}]interface{}: by the address of the type, so
 * this order is one observation of helm 4.1.4, not a rule. */
static const char key_types[] = "nsuifb";

static void show_scalar(struct buf *b, struct value v)
{
    switch (v.kind) {
    case V_BOOL: buf_z(b, v.u.b ? "true" : "false"); break;
    case V_INT: buf_printf(b, "%lld", (long long)v.u.i); break;
    case V_UINT: buf_printf(b, "0x%llx", (unsigned long long)v.u.u); break;
    case V_FLOAT: go_float(b, v.u.f, 'g', -1); break;
    case V_STR: go_quote(b, v_text(v)); break;
    default: buf_z(b, "interface {}(nil)");
    }
}

struct str yaml_go_key(struct arena *a, struct value key)
{
    static const char type_of[] = {[V_NIL] = 'n', [V_BOOL] = 'b', [V_INT] = 'i', [V_UINT] = 'u', [V_FLOAT] = 'f', [V_STR] = 's'};
    struct buf b = buf_new(a);
    buf_byte(&b, type_of[key.kind]);
    if (key.kind == V_STR) buf_add(&b, v_text(key));
    else show_scalar(&b, key);
    return buf_done(&b);
}

static int by_go_key(const void *x, const void *y)
{
    struct str a = (*(struct entry *const *)x)->key, b = (*(struct entry *const *)y)->key;
    if (a.p[0] != b.p[0]) return strchr(key_types, a.p[0]) < strchr(key_types, b.p[0]) ? -1 : 1;
    if (!strchr("uif", a.p[0])) return str_cmp(a, b);
    double m = strtod(a.p + 1, NULL), n = strtod(b.p + 1, NULL);
    return m < n ? -1 : m > n;
}

static void show_map(struct buf *b, const struct map *m)
{
    struct entry **s = arena_alloc(b->a, (m->n + 1) * sizeof *s);
    for (uint32_t i = 0; i < m->n; i++) s[i] = &m->v[i];
    qsort(s, m->n, sizeof *s, by_go_key);
    buf_z(b, "map[interface {}]interface {}{");
    for (uint32_t i = 0; i < m->n; i++) {
        struct str key = str_from_n(s[i]->key, 1);
        if (i) buf_z(b, ", ");
        if (s[i]->key.p[0] == 's') go_quote(b, key);
        else buf_add(b, key);
        buf_byte(b, ':');
        yaml_show_go(b, s[i]->value);
    }
    buf_byte(b, '}');
}

void yaml_show_go(struct buf *b, struct value v)
{
    if (v.kind == V_MAP) {
        show_map(b, v.u.map);
    } else if (v.kind == V_LIST) {
        buf_z(b, "[]interface {}{");
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i) buf_z(b, ", ");
            yaml_show_go(b, v.u.list->v[i]);
        }
        buf_byte(b, '}');
    } else {
        show_scalar(b, v);
    }
}

static struct str odd_key_message(struct arena *a, struct str key, struct value v)
{
    struct buf b = buf_new(a);
    bool null = key.p[0] == 'n';
    buf_z(&b, null ? "unsupported map key of type: %!s(<nil>), key: <nil>, value: " : "unsupported map key of type: uint64, key: ");
    if (!null) {
        buf_add(&b, str_from_n(key, 1));
        buf_z(&b, ", value: ");
    }
    if (v.kind == V_NIL) buf_z(&b, "<nil>");
    else yaml_show_go(&b, v);
    return buf_done(&b);
}

bool yaml_find_odd_key(struct arena *a, struct value v, struct str *message)
{
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++)
            if (yaml_find_odd_key(a, v.u.list->v[i], message)) return true;
    if (v.kind != V_MAP) return false;
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        if (e->key.p[0] == 'n' || e->key.p[0] == 'u') {
            *message = odd_key_message(a, e->key, e->value);
            return true;
        }
        if (yaml_find_odd_key(a, e->value, message)) return true;
    }
    return false;
}
