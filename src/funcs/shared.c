/* What several families of functions share: Go's reflection and sprig's conversions. */
#include "funcs/funcs.h"
#include "value/gofmt.h"

struct str funcs_text(struct arena *a, struct value v)
{
    if (v.kind == V_STR) return v_text(v);
    struct buf b = buf_new(a);
    gofmt_value(&b, v);
    return buf_str(&b);
}

/* A []byte is a slice too: of numbers. */
static void add_bytes(struct list *out, struct arena *a, struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++) list_add(out, v_str(str_printf(a, "%u", (unsigned)(unsigned char)bytes.p[i])));
}

struct value funcs_texts(struct arena *a, struct value v)
{
    if (v.kind == V_LIST && v.type == GO_STRINGS) return v;
    struct list *out = list_new(a);
    if (v.kind == V_LIST) {
        for (uint32_t i = 0; i < list_len(v); i++) {
            struct value item = v.u.list->v[i];
            if (item.kind != V_NIL) list_add_at(out, v_str(funcs_text(a, item)), list_origin(v.u.list, i));
        }
        funcs_set_capacity(out, list_len(v));
    } else if (v.kind == V_STR && v.type == GO_BYTES) {
        add_bytes(out, a, v_text(v));
        funcs_set_capacity(out, out->n);
    } else if (v.kind != V_NIL) {
        list_add(out, v_str(funcs_text(a, v)));
    }
    return v_typed(v_list(out), GO_STRINGS);
}

static const char *int_kind(struct value v)
{
    switch (v.type) {
    case GO_INT64: case GO_DURATION: return "int64";
    case GO_INT32: return "int32";
    case GO_INT16: return "int16";
    case GO_INT8: return "int8";
    default: return "int";
    }
}

static const char *uint_kind(struct value v)
{
    switch (v.type) {
    case GO_UINT64: return "uint64";
    case GO_UINT32: return "uint32";
    case GO_UINT16: return "uint16";
    case GO_UINT8: return "uint8";
    default: return "uint";
    }
}

const char *funcs_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return "bool";
    case V_INT: return int_kind(v);
    case V_UINT: return uint_kind(v);
    case V_FLOAT: return v.type == GO_FLOAT32 ? "float32" : "float64";
    case V_STR: return v.type == GO_BYTES ? "slice" : "string";
    case V_LIST: return "slice";
    case V_MAP: return "map";
    case V_OBJ: return v.u.obj->type->name[0] == '*' ? "ptr" : "struct";
    default: return "invalid";
    }
}

/* ---- conversion to int64 (spf13/cast 1.7.0) ---- */

/* "12.00" counts as "12". */
static struct str trim_zero_fraction(struct str s)
{
    bool zero = false;
    for (size_t i = s.n; i > 0 && (s.p[i - 1] == '0' || s.p[i - 1] == '.'); i--) {
        if (s.p[i - 1] == '.' && zero) return str_sub(s, 0, i - 1);
        zero = zero || s.p[i - 1] == '0';
    }
    return s;
}

static unsigned digit_of(char ch)
{
    if (ch >= '0' && ch <= '9') return (unsigned)(ch - '0');
    char lower = (char)(ch | 0x20);
    return lower >= 'a' && lower <= 'z' ? (unsigned)(lower - 'a') + 10 : 99;
}

/* Underscores stand between digits; a base prefix counts as one. `s` is without its sign. */
static bool underscores_ok(struct str s, bool prefix)
{
    bool after_digit = prefix;
    for (size_t i = prefix ? 2 : 0; i < s.n; i++) {
        bool underscore = s.p[i] == '_';
        if (underscore && !after_digit) return false;
        after_digit = !underscore;
    }
    return after_digit;
}

static bool parse_uint(struct str s, int base, uint64_t *out)
{
    bool by_prefix = base == 0, underscores = false;
    struct str digits = s;
    if (!s.n) return false;
    if (by_prefix) {
        char mark = s.n >= 3 && s.p[0] == '0' ? (char)(s.p[1] | 0x20) : 0;
        base = mark == 'b' ? 2 : mark == 'o' ? 8 : mark == 'x' ? 16 : s.p[0] == '0' ? 8 : 10;
        if (mark == 'b' || mark == 'o' || mark == 'x') digits = str_from_n(s, 2);
    }
    uint64_t n = 0;
    for (size_t i = 0; i < digits.n; i++) {
        unsigned d = digit_of(digits.p[i]);
        if (digits.p[i] == '_' && by_prefix) {
            underscores = true;
            continue;
        }
        if (d >= (unsigned)base) return false;
        if (__builtin_mul_overflow(n, (uint64_t)base, &n) || __builtin_add_overflow(n, (uint64_t)d, &n)) return false;
    }
    *out = n;
    return !underscores || underscores_ok(s, digits.n < s.n);
}

bool funcs_parse_int(struct str s, int base, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = str_from_n(s, 1);
    uint64_t n;
    if (!parse_uint(s, base, &n)) return false;
    if (n > (uint64_t)INT64_MAX + negative) return false;
    *out = negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

int64_t funcs_int64(struct value v)
{
    int64_t n;
    switch (v.kind) {
    case V_BOOL: return v.u.b;
    case V_INT: return v.type == GO_DURATION ? 0 : v.u.i;
    case V_UINT: return v.u.i;
    case V_FLOAT: /* out of range, or NaN: what the processor's conversion gives */
        return v.u.f >= -0x1p63 && v.u.f < 0x1p63 ? (int64_t)v.u.f : INT64_MIN;
    case V_STR: return v.type == GO_AUTO && funcs_parse_int(trim_zero_fraction(v_text(v)), 0, &n) ? n : 0;
    default: return 0;
    }
}

/* ---- walks over values that a template has made: they may be very large, or hold themselves ---- */

static void charge(struct guard *g, uint32_t depth)
{
    if (depth > g->max.depth) guard_trip(g, "a value in a template is nested deeper than %u levels", (unsigned)g->max.depth);
    if (++g->steps > g->max.steps) guard_trip(g, "templates take more than %llu steps", (unsigned long long)g->max.steps);
}

/* What a walk over v costs. */
static void charge_all(struct guard *g, struct value v, uint32_t depth)
{
    charge(g, depth);
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) charge_all(g, v.u.list->v[i], depth + 1);
    if (v.kind == V_MAP)
        for (uint32_t i = 0; i < map_len(v); i++) charge_all(g, v.u.map->v[i].value, depth + 1);
}

bool funcs_equal(struct call *c, struct value x, struct value y)
{
    charge(c->a->guard, 0);
    if (x.kind != y.kind || x.type != y.type) return false;
    if (x.kind == V_MAP && x.u.map == y.u.map) return true; /* Go looks no further either */
    if (x.kind == V_MAP || x.kind == V_LIST) {
        funcs_read_shape(c, x);
        funcs_read_shape(c, y);
        uint32_t n = x.kind == V_MAP ? map_len(x) : list_len(x);
        if (n != (x.kind == V_MAP ? map_len(y) : list_len(y))) return false;
        charge_all(c->a->guard, x, 0);
        call_reads_deep(c, x);
        call_reads_deep(c, y);
    }
    return value_equal(x, y);
}

static struct value copy(struct arena *a, struct value v, uint32_t depth)
{
    charge(a->guard, depth);
    if (v.kind == V_LIST && v.u.list) {
        struct list *l = list_new(a);
        for (uint32_t i = 0; i < v.u.list->n; i++)
            list_add_at(l, copy(a, v.u.list->v[i], depth + 1), list_origin(v.u.list, i));
        l->room = v.u.list->room;
        v.u.list = l;
    } else if (v.kind == V_MAP && v.u.map) {
        struct map *m = map_new(a);
        for (uint32_t i = 0; i < v.u.map->n; i++) {
            const struct entry *e = &v.u.map->v[i];
            map_put_at(m, e->key, copy(a, e->value, depth + 1), e->at);
        }
        v.u.map = m;
    } else if (v.kind == V_OBJ) {
        return value_copy(a, v);
    }
    return v;
}

struct value funcs_copy(struct call *c, struct value v) { return copy(c->a, v, 0); }

/* ---- other ---- */

void funcs_read_shape(struct call *c, struct value v)
{
    if (v.kind == V_MAP)
        for (uint32_t i = 0; i < map_len(v); i++) call_reads(c, v.u.map->v[i].at);
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) call_reads(c, list_origin(v.u.list, i));
}

bool funcs_nil_panic(struct call *c)
{
    return call_fail(c, "runtime error: invalid memory address or nil pointer dereference");
}
