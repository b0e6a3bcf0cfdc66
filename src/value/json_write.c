/* Writing JSON as Go's encoding/json does (encode.go): sorted keys, its escapes, its numbers, []byte as base64. */
#include <math.h>

#include "base/utf8.h"
#include "value/gofmt.h"
#include "value/json.h"

/* The containers around the one being written, to tell a cycle from a deep value. */
struct around {
    const void *container;
    const struct around *up;
};

struct writer {
    struct buf *b;
    unsigned style;
    uint32_t depth;
    struct str error;
};

static bool write_value(struct writer *w, struct value v, const struct around *up);

/* From `i` on, past bytes that stand for themselves, eight at once: ASCII, no control, none of "\\<>&. */
static size_t past_plain(struct str s, size_t i)
{
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    for (uint64_t w; i + 8 <= s.n; i += 8) {
        memcpy(&w, s.p + i, 8);
        uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\', and = w ^ ones * '&', angle = (w & ~(ones * 2)) ^ ones * '<'; /* '<' and '>' */
        if (((w - ones * 0x20) | (quote - ones) | (slash - ones) | (and - ones) | (angle - ones) | w) & highs) break;
    }
    for (; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') break;
    }
    return i;
}

static void write_escape(struct buf *b, unsigned char c)
{
    static const char letters[] = "btn?fr"; /* of 8 to 13; 11 has none */
    bool named = c >= 8 && c <= 13 && c != 11;
    if (c == '"' || c == '\\' || named) {
        buf_byte(b, '\\');
        buf_byte(b, named ? letters[c - 8] : (char)c);
    } else {
        buf_printf(b, "\\u%04x", c);
    }
}

void json_write_string(struct buf *b, struct str s, unsigned style)
{
    buf_byte(b, '"');
    size_t from = 0, width;
    for (size_t i = past_plain(s, 0); i < s.n; i = past_plain(s, i + width)) {
        unsigned char c = (unsigned char)s.p[i];
        width = 1;
        if (c < 0x80) {
            if ((c == '<' || c == '>' || c == '&') && (style & JSON_NO_HTML)) continue;
            buf_add(b, str_sub(s, from, i));
            write_escape(b, c);
        } else {
            uint32_t r = utf8_decode(s, i, &width);
            bool invalid = r == RUNE_ERROR && width == 1;
            /* U+2028 and U+2029 end a line in JavaScript. */
            if (!invalid && r != 0x2028 && r != 0x2029) continue;
            buf_add(b, str_sub(s, from, i));
            buf_printf(b, "\\u%04x", r);
        }
        from = i + width;
    }
    buf_add(b, str_from_n(s, from));
    buf_byte(b, '"');
}

static void write_base64(struct buf *b, struct str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    buf_byte(b, '"');
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t u = 0;
        for (size_t k = 0; k < 3; k++) u = u << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0u);
        buf_byte(b, digits[u >> 18]);
        buf_byte(b, digits[u >> 12 & 63]);
        buf_byte(b, i + 1 < s.n ? digits[u >> 6 & 63] : '=');
        buf_byte(b, i + 2 < s.n ? digits[u & 63] : '=');
    }
    buf_byte(b, '"');
}

/* ES6's way to write a number: plain between 1e-6 and 1e21, exponents without a leading zero. */
static bool write_float(struct writer *w, struct value v)
{
    int bits = v.type == GO_FLOAT32 ? 32 : 64;
    double f = v.u.f;
    if (isnan(f) || isinf(f)) {
        struct buf e = buf_new(w->b->a);
        buf_z(&e, "json: unsupported value: ");
        go_float_bits(&e, f, 'g', -1, bits);
        w->error = buf_str(&e);
        return false;
    }
    double size = fabs(f);
    bool small = bits == 32 ? (float)size < 1e-6f : size < 1e-6, large = bits == 32 ? (float)size >= 1e21f : size >= 1e21;
    bool exponent = f != 0 && (small || large);
    struct buf *b = w->b;
    go_float_bits(b, f, exponent ? 'e' : 'f', -1, bits);
    if (exponent && b->n >= 4 && memcmp(b->p + b->n - 4, "e-0", 3) == 0) {
        b->p[b->n - 2] = b->p[b->n - 1];
        b->n--;
    }
    return true;
}

static void new_line(struct writer *w)
{
    if (!(w->style & JSON_INDENT2)) return;
    buf_byte(w->b, '\n');
    buf_fill(w->b, ' ', 2 * (size_t)w->depth);
}

static bool write_list(struct writer *w, const struct list *l, const struct around *here)
{
    buf_byte(w->b, '[');
    w->depth++;
    for (uint32_t i = 0; i < l->n; i++) {
        if (i) buf_byte(w->b, ',');
        new_line(w);
        if (!write_value(w, l->v[i], here)) return false;
    }
    w->depth--;
    if (l->n) new_line(w);
    buf_byte(w->b, ']');
    return true;
}

enum order { ORDER_SORTED, ORDER_AS_IS };

static bool write_map(struct writer *w, const struct map *m, const struct around *here, enum order order)
{
    struct entry **sorted = order == ORDER_SORTED ? map_sorted(w->b->a, m) : NULL;
    buf_byte(w->b, '{');
    w->depth++;
    for (uint32_t i = 0; i < m->n; i++) {
        const struct entry *e = sorted ? sorted[i] : &m->v[i];
        if (i) buf_byte(w->b, ',');
        new_line(w);
        json_write_string(w->b, e->key, w->style);
        buf_z(w->b, w->style & JSON_INDENT2 ? ": " : ":");
        if (!write_value(w, e->value, here)) return false;
    }
    w->depth--;
    if (m->n) new_line(w);
    buf_byte(w->b, '}');
    return true;
}

static bool write_obj(struct writer *w, const struct obj *o, const struct around *here)
{
    static const struct map none;
    if (!o->type->json) return write_map(w, o->fields ? o->fields : &none, here, ORDER_AS_IS);
    return write_value(w, o->type->json(w->b->a, o), here);
}

/* Go looks for cycles from its 1000th level on. What holds the same value many times may be far larger as text. */
static bool check_size(struct writer *w, struct value v, const struct around *here)
{
    struct guard *g = w->b->a->guard;
    if (w->b->n > g->max.output) guard_trip(g, "a value as JSON is larger than %zu bytes", g->max.output);
    guard_step(g);
    if (w->depth < g->max.depth) return true;
    for (const struct around *up = here->up; up; up = up->up) {
        if (up->container != here->container) continue;
        w->error = str_printf(w->b->a, "json: unsupported value: encountered a cycle via %s", value_type_name(v));
        return false;
    }
    guard_trip(g, "a value nested deeper than %u cannot be written as JSON", g->max.depth);
}

static bool write_container(struct writer *w, struct value v, const struct around *up)
{
    if (v.kind == V_LIST ? !v.u.list : v.kind == V_MAP && !v.u.map) {
        buf_z(w->b, "null");
        return true;
    }
    struct around here = {v.kind == V_LIST ? (const void *)v.u.list : v.kind == V_MAP ? (const void *)v.u.map : (const void *)v.u.obj, up};
    if (!check_size(w, v, &here)) return false;
    if (v.kind == V_LIST) return write_list(w, v.u.list, &here);
    if (v.kind == V_OBJ) return write_obj(w, v.u.obj, &here);
    if (v.type == GO_ANY_MAP) {
        w->error = STR("json: unsupported type: map[interface {}]interface {}");
        return false;
    }
    return write_map(w, v.u.map, &here, ORDER_SORTED);
}

static bool write_value(struct writer *w, struct value v, const struct around *up)
{
    switch (v.kind) {
    case V_BOOL: buf_z(w->b, v.u.b ? "true" : "false"); return true;
    case V_INT: buf_printf(w->b, "%lld", (long long)v.u.i); return true;
    case V_UINT: buf_printf(w->b, "%llu", (unsigned long long)v.u.u); return true;
    case V_FLOAT: return write_float(w, v);
    case V_STR:
        if (v.type != GO_BYTES) json_write_string(w->b, v_text(v), w->style);
        else if (v.u.s) write_base64(w->b, v_text(v));
        else buf_z(w->b, "null");
        return true;
    case V_LIST: case V_MAP: case V_OBJ: return write_container(w, v, up);
    default: buf_z(w->b, "null"); return true;
    }
}

bool json_write(struct buf *b, struct value v, unsigned style, struct str *error)
{
    struct writer w = {.b = b, .style = style};
    size_t before = b->n;
    if (write_value(&w, v, NULL)) return true;
    b->n = before;
    *error = w.error;
    return false;
}
