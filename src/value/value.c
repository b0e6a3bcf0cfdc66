#include "value/value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

enum { LINEAR = 8 }; /* maps up to this size have no hash index */

struct origins *origins_new(struct arena *a)
{
    struct origins *o = NEW(a, struct origins);
    o->a = a;
    PUSH(a, o->v, o->n, o->cap);
    return o;
}

origin_id origin_add(struct origins *o, struct origin what)
{
    *PUSH(o->a, o->v, o->n, o->cap) = what;
    return o->n - 1;
}

struct list *list_new(struct arena *a)
{
    struct list *l = NEW(a, struct list);
    l->a = a;
    return l;
}

static void list_reserve_one(struct list *l)
{
    if (l->n < l->cap) return;
    uint32_t cap = l->cap ? l->cap * 2 : 4;
    if (l->at) l->at = arena_grow(l->a, l->at, l->n * sizeof *l->at, cap * sizeof *l->at);
    l->v = arena_grow(l->a, l->v, l->n * sizeof *l->v, cap * sizeof *l->v);
    l->cap = cap;
}

void list_add(struct list *l, struct value v)
{
    list_reserve_one(l);
    if (l->at) l->at[l->n] = 0;
    l->v[l->n++] = v;
}

void list_add_at(struct list *l, struct value v, origin_id at)
{
    list_reserve_one(l);
    if (at) l->seen = 0;
    if (at && !l->at) l->at = NEW_ARRAY(l->a, origin_id, l->cap);
    if (l->at) l->at[l->n] = at;
    l->v[l->n++] = v;
}

struct map *map_new(struct arena *a)
{
    struct map *m = NEW(a, struct map);
    m->a = a;
    return m;
}

static uint32_t slot_of(const struct map *m, struct str key, uint32_t hash)
{
    uint32_t mask = m->slot_count - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t at = m->slots[i];
        if (!at) return i;
        const struct entry *e = &m->v[at - 1];
        if (e->hash == hash && str_eq(e->key, key)) return i;
    }
}

static void index_map(struct map *m)
{
    uint32_t want = 32;
    while (want < m->n * 2 + 2) want *= 2;
    if (want > m->slot_count) {
        m->slots = arena_alloc(m->a, want * sizeof *m->slots);
        m->slot_count = want;
    }
    memset(m->slots, 0, m->slot_count * sizeof *m->slots);
    for (uint32_t i = 0; i < m->n; i++) m->slots[slot_of(m, m->v[i].key, m->v[i].hash)] = i + 1;
}

static struct entry *find_hashed(const struct map *m, struct str key, uint32_t hash)
{
    if (m->slots) {
        uint32_t at = m->slots[slot_of(m, key, hash)];
        return at ? &m->v[at - 1] : NULL;
    }
    for (uint32_t i = 0; i < m->n; i++)
        if (m->v[i].hash == hash && str_eq(m->v[i].key, key)) return &m->v[i];
    return NULL;
}

struct entry *map_find(const struct map *m, struct str key)
{
    return m && m->n ? find_hashed(m, key, str_hash(key)) : NULL;
}

struct value map_get(const struct map *m, struct str key)
{
    struct entry *e = map_find(m, key);
    return e ? e->value : NIL;
}

struct entry *map_put_at(struct map *m, struct str key, struct value v, origin_id at)
{
    uint32_t hash = str_hash(key);
    struct entry *e = find_hashed(m, key, hash);
    if (at) m->seen = 0;
    if (e) {
        e->value = v;
        e->at = at;
        return e;
    }
    e = PUSH(m->a, m->v, m->n, m->cap);
    *e = (struct entry){.key = key, .value = v, .at = at, .hash = hash};
    if (m->slots && m->n * 2 <= m->slot_count) {
        uint32_t s = slot_of(m, key, hash);
        m->slots[s] = m->n;
    } else if (m->n > LINEAR) {
        index_map(m);
    }
    return e;
}

struct entry *map_put(struct map *m, struct str key, struct value v) { return map_put_at(m, key, v, 0); }

bool map_delete(struct map *m, struct str key)
{
    struct entry *e = map_find(m, key);
    if (!e) return false;
    uint32_t i = (uint32_t)(e - m->v);
    memmove(e, e + 1, (m->n - i - 1) * sizeof *e);
    m->n--;
    if (m->slots) index_map(m);
    return true;
}

static int by_key(const void *a, const void *b)
{
    return str_cmp((*(struct entry *const *)a)->key, (*(struct entry *const *)b)->key);
}

struct entry **map_sorted(struct arena *a, const struct map *m)
{
    if (!m || !m->n) return NULL;
    struct entry **s = arena_alloc(a, m->n * sizeof *s);
    bool sorted = true;
    for (uint32_t i = 0; i < m->n; i++) {
        s[i] = &m->v[i];
        if (i && sorted) sorted = str_cmp(m->v[i - 1].key, m->v[i].key) < 0;
    }
    if (!sorted) qsort(s, m->n, sizeof *s, by_key);
    return s;
}

struct value value_copy(struct arena *a, struct value v)
{
    switch (v.kind) {
    case V_STR:
        v.u.s = str_dup(a, v_text(v)).p;
        return v;
    case V_LIST:
        if (v.u.list) {
            const struct list *from = v.u.list;
            struct list *to = list_new(a);
            to->n = to->cap = from->n;
            to->room = from->room;
            to->v = arena_alloc(a, from->n * sizeof *to->v);
            for (uint32_t i = 0; i < from->n; i++) to->v[i] = value_copy(a, from->v[i]);
            if (from->at && from->n) {
                to->at = arena_alloc(a, from->n * sizeof *to->at);
                memcpy(to->at, from->at, from->n * sizeof *to->at);
            }
            v.u.list = to;
        }
        return v;
    case V_MAP:
        if (v.u.map) {
            const struct map *from = v.u.map;
            struct map *to = map_new(a);
            to->n = to->cap = from->n;
            to->v = arena_alloc(a, from->n * sizeof *to->v);
            for (uint32_t i = 0; i < from->n; i++) {
                to->v[i] = from->v[i];
                to->v[i].key = str_dup(a, from->v[i].key);
                to->v[i].value = value_copy(a, from->v[i].value);
            }
            if (to->n > LINEAR) index_map(to);
            v.u.map = to;
        }
        return v;
    case V_OBJ: {
        struct obj *o = NEW(a, struct obj);
        *o = *v.u.obj;
        if (o->fields) o->fields = value_copy(a, v_map(o->fields)).u.map;
        v.u.obj = o;
        return v;
    }
    default:
        return v;
    }
}

static bool numbers_same(struct value x, struct value y)
{
    if (x.kind == V_FLOAT && y.kind == V_FLOAT) return x.u.f == y.u.f;
    if (x.kind == V_FLOAT) return numbers_same(y, x);
    if (y.kind == V_FLOAT) return x.kind == V_INT ? (double)x.u.i == y.u.f : (double)x.u.u == y.u.f;
    if (x.kind == y.kind) return x.u.u == y.u.u;
    if (x.kind == V_UINT) return numbers_same(y, x);
    return x.u.i >= 0 && (uint64_t)x.u.i == y.u.u;
}

static bool is_number(struct value v) { return v.kind == V_INT || v.kind == V_UINT || v.kind == V_FLOAT; }

static bool compare(struct value x, struct value y, bool exact)
{
    if (!exact && is_number(x) && is_number(y)) return numbers_same(x, y);
    if (x.kind != y.kind) return false;
    if (exact && x.type != y.type) return false;
    switch (x.kind) {
    case V_NIL: return true;
    case V_BOOL: return x.u.b == y.u.b;
    case V_INT: case V_UINT: return x.u.u == y.u.u;
    case V_FLOAT: return x.u.f == y.u.f;
    case V_STR: return str_eq(v_text(x), v_text(y));
    case V_LIST:
        if (exact && !x.u.list != !y.u.list) return false;
        if (list_len(x) != list_len(y)) return false;
        for (uint32_t i = 0; i < list_len(x); i++)
            if (!compare(x.u.list->v[i], y.u.list->v[i], exact)) return false;
        return true;
    case V_MAP:
        if (exact && !x.u.map != !y.u.map) return false;
        if (map_len(x) != map_len(y)) return false;
        for (uint32_t i = 0; i < map_len(x); i++) {
            const struct entry *e = map_find(y.u.map, x.u.map->v[i].key);
            if (!e || !compare(x.u.map->v[i].value, e->value, exact)) return false;
        }
        return true;
    default: {
        if (x.u.obj->type == y.u.obj->type && x.u.obj->type->equal) return x.u.obj->type->equal(x.u.obj, y.u.obj);
        if (x.u.obj->type != y.u.obj->type || x.u.obj->data != y.u.obj->data) return false;
        struct value a = v_map(x.u.obj->fields), b = v_map(y.u.obj->fields);
        return compare(a, b, exact);
    }
    }
}

bool value_equal(struct value x, struct value y) { return compare(x, y, true); }
bool value_same(struct value x, struct value y) { return compare(x, y, false); }

bool value_truth(struct value v)
{
    switch (v.kind) {
    case V_NIL: return false;
    case V_BOOL: return v.u.b;
    case V_INT: case V_UINT: return v.u.u != 0;
    case V_FLOAT: return v.u.f != 0;
    case V_STR: return v.n != 0;
    case V_LIST: return list_len(v) != 0;
    case V_MAP: return map_len(v) != 0;
    default: return true;
    }
}

const char *value_type_name(struct value v)
{
    static const char *const by_type[] = {
        [GO_INT64] = "int64", [GO_INT32] = "int32", [GO_INT16] = "int16", [GO_INT8] = "int8",
        [GO_UINT64] = "uint64", [GO_UINT32] = "uint32", [GO_UINT16] = "uint16", [GO_UINT8] = "uint8",
        [GO_FLOAT32] = "float32", [GO_DURATION] = "time.Duration", [GO_MONTH] = "time.Month", [GO_WEEKDAY] = "time.Weekday",
        [GO_STRINGS] = "[]string", [GO_INTS] = "[]int", [GO_BYTES] = "[]uint8", [GO_STRING_LISTS] = "[][]string",
        [GO_ANY_LISTS] = "[][]interface {}", [GO_MAPS] = "[]map[string]interface {}", [GO_STRING_MAP] = "map[string]string",
        [GO_VALUES] = "common.Values", [GO_FILES] = "engine.files", [GO_ANY_MAP] = "map[interface {}]interface {}",
        [GO_VERSION_SET] = "common.VersionSet", [GO_OBJS] = "[]*chart.Maintainer",
        [GO_JSON_NUMBER] = "json.Number",
    };
    if (v.type && v.type < sizeof by_type / sizeof *by_type) return by_type[v.type];
    switch (v.kind) {
    case V_NIL: return "<nil>";
    case V_BOOL: return "bool";
    case V_INT: return "int";
    case V_UINT: return "uint";
    case V_FLOAT: return "float64";
    case V_STR: return "string";
    case V_LIST: return "[]interface {}";
    case V_MAP: return "map[string]interface {}";
    default: return v.u.obj->type->name;
    }
}

struct value value_at(struct value v, ...)
{
    va_list ap;
    va_start(ap, v);
    for (const char *key; (key = va_arg(ap, const char *));) {
        if (v.kind != V_MAP) {
            v = NIL;
            break;
        }
        v = map_getz(v.u.map, key);
    }
    va_end(ap);
    return v;
}

struct str value_str_at(struct value v, const char *key)
{
    struct value x = value_at(v, key, NULL);
    return x.kind == V_STR ? v_text(x) : (struct str){0};
}
