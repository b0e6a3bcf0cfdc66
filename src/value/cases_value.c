#include "value/cases_value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "value/gofmt.h"

struct letter {
    char c;
    uint8_t kind, type;
};

static const struct letter scalars[] = {
    {'i', V_INT, GO_AUTO}, {'l', V_INT, GO_INT64}, {'w', V_INT, GO_INT32}, {'h', V_INT, GO_INT16}, {'y', V_INT, GO_INT8},
    {'u', V_UINT, GO_AUTO}, {'Q', V_UINT, GO_UINT64}, {'X', V_UINT, GO_UINT32}, {'H', V_UINT, GO_UINT16}, {'b', V_UINT, GO_UINT8},
    {'D', V_INT, GO_DURATION}, {'O', V_INT, GO_MONTH}, {'W', V_INT, GO_WEEKDAY}, {0, 0, 0},
};

static const struct letter containers[] = {
    {'S', V_LIST, GO_STRINGS}, {'N', V_LIST, GO_INTS}, {'M', V_LIST, GO_MAPS}, {'P', V_LIST, GO_STRING_LISTS}, {'A', V_LIST, GO_ANY_LISTS},
    {'V', V_LIST, GO_VERSION_SET}, {'G', V_MAP, GO_STRING_MAP}, {'C', V_MAP, GO_VALUES}, {'F', V_MAP, GO_FILES}, {0, 0, 0},
};

struct parser {
    struct arena *a;
    const char *p;
};

static struct value parse(struct parser *p);

static struct str parse_text(struct parser *p)
{
    struct buf b = buf_new(p->a);
    assert(*p->p == '"');
    for (p->p++; *p->p != '"'; p->p++) {
        if (*p->p != '%') {
            buf_byte(&b, *p->p);
            continue;
        }
        char digits[3] = {p->p[1], p->p[2], 0};
        buf_byte(&b, (char)strtoul(digits, NULL, 16));
        p->p += 2;
    }
    p->p++;
    return buf_done(&b);
}

static struct value parse_float(struct parser *p)
{
    char digits[17] = {0};
    bool single = *p->p++ == 'e';
    memcpy(digits, p->p, single ? 8 : 16);
    p->p += single ? 8 : 16;
    uint64_t bits = strtoull(digits, NULL, 16);
    uint32_t bits32 = (uint32_t)bits;
    double d;
    float f;
    if (!single) {
        memcpy(&d, &bits, sizeof d);
        return v_float(d);
    }
    memcpy(&f, &bits32, sizeof f);
    return v_typed(v_float((double)f), GO_FLOAT32);
}

static struct value parse_container(struct parser *p)
{
    bool nil = *p->p == '0';
    if (nil) p->p++;
    uint8_t type = GO_AUTO;
    for (const struct letter *l = containers; l->c; l++)
        if (l->c == *p->p) type = l->type;
    if (type) p->p++;
    bool map = *p->p++ == '{';
    struct value v = {.kind = map ? V_MAP : V_LIST, .type = type};
    if (nil) return v;
    if (map) v.u.map = map_new(p->a);
    else v.u.list = list_new(p->a);
    while (*p->p != (map ? '}' : ']')) {
        if (!map) {
            list_add(v.u.list, parse(p));
            continue;
        }
        struct str key = parse_text(p);
        map_put(v.u.map, key, parse(p));
    }
    p->p++;
    return v;
}

static struct value parse_bytes(struct parser *p)
{
    bool nil = *p->p == '0';
    p->p += nil ? 2 : 1;
    return v_typed(v_str(nil ? (struct str){0} : parse_text(p)), GO_BYTES);
}

static struct value parse(struct parser *p)
{
    char c = *p->p;
    if (c == 'n' || c == 't' || c == 'f') {
        p->p++;
        return c == 'n' ? NIL : v_bool(c == 't');
    }
    if (c == '"') return v_str(parse_text(p));
    if (c == 'B' || (c == '0' && p->p[1] == 'B')) return parse_bytes(p);
    if (c == 'd' || c == 'e') return parse_float(p);
    for (const struct letter *l = scalars; l->c; l++) {
        if (l->c != c) continue;
        char *end;
        struct value v = {.kind = l->kind, .type = l->type};
        if (l->kind == V_INT) v.u.i = strtoll(p->p + 1, &end, 10);
        else v.u.u = strtoull(p->p + 1, &end, 10);
        p->p = end + 1;
        return v;
    }
    return parse_container(p);
}

struct value case_value(struct arena *a, struct str text)
{
    struct parser p = {a, str_z(a, text)};
    struct value v = parse(&p);
    assert(!*p.p);
    return v;
}

static char letter_of(const struct letter *table, struct value v)
{
    for (const struct letter *l = table; l->c; l++)
        if (l->kind == v.kind && l->type == v.type) return l->c;
    return 0;
}

static void show_text(struct buf *b, struct str s)
{
    buf_byte(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < ' ' || c > '~' || c == '"' || c == '%' || c == '\\') buf_printf(b, "%%%02x", c);
        else buf_byte(b, (char)c);
    }
    buf_byte(b, '"');
}

static void show(struct buf *b, struct value v);

static void show_float(struct buf *b, struct value v)
{
    uint64_t bits;
    uint32_t bits32;
    float f = (float)v.u.f;
    memcpy(&bits, &v.u.f, sizeof bits);
    memcpy(&bits32, &f, sizeof bits32);
    if (v.u.f != v.u.f) bits = (bits & 0x8000000000000000) | 0x7ff8000000000001; /* Go's NaN */
    if (v.type == GO_FLOAT32) buf_printf(b, "e%08x", bits32);
    else buf_printf(b, "d%016llx", (unsigned long long)bits);
}

static void show_container(struct buf *b, struct value v)
{
    bool map = v.kind == V_MAP, nil = map ? !v.u.map : !v.u.list;
    char letter = letter_of(containers, v);
    if (nil) buf_byte(b, '0');
    if (letter) buf_byte(b, letter);
    buf_byte(b, map ? '{' : '[');
    if (nil) return;
    struct entry **sorted = map ? map_sorted(b->a, v.u.map) : NULL;
    for (uint32_t i = 0; i < (map ? map_len(v) : list_len(v)); i++) {
        if (map) show_text(b, sorted[i]->key);
        show(b, map ? sorted[i]->value : v.u.list->v[i]);
    }
    buf_byte(b, map ? '}' : ']');
}

static void show(struct buf *b, struct value v)
{
    struct str text;
    switch (v.kind) {
    case V_NIL: buf_byte(b, 'n'); return;
    case V_BOOL: buf_byte(b, v.u.b ? 't' : 'f'); return;
    case V_INT: buf_printf(b, "%c%lld;", letter_of(scalars, v), (long long)v.u.i); return;
    case V_UINT: buf_printf(b, "%c%llu;", letter_of(scalars, v), (unsigned long long)v.u.u); return;
    case V_FLOAT: show_float(b, v); return;
    case V_STR:
        if (v.type == GO_BYTES) buf_z(b, v.u.s ? "B" : "0B");
        if (v.type != GO_BYTES || v.u.s) show_text(b, v_text(v));
        return;
    case V_OBJ:
        buf_byte(b, 'T');
        show_text(b, go_stringer(b->a, v, &text) ? text : STR(""));
        return;
    default: show_container(b, v); return;
    }
}

struct str case_value_text(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    show(&b, v);
    return buf_done(&b);
}
