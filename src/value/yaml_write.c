/* Values to YAML text: toYaml, which in Go goes through JSON and go-yaml v2, and toYamlPretty, which is go-yaml v3 alone. */
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt.h"
#include "value/json.h"
#include "value/timeval.h"
#include "value/yaml.h"
#include "value/yaml_emit.h"
#include "value/yaml_resolve.h"

enum { LONGEST_JSON_KEY = 1024 }; /* characters that YAML allows between the beginning of a key and its ":" */

struct write {
    struct arena *a;
    struct yaml_emit e;
    bool pretty;        /* go-yaml v3, straight from the values */
    bool direct;        /* the values have been through JSON already */
    bool odd;           /* stopped at a string that JSON and YAML's reader change */
    struct str error;   /* stopped for this reason */
};

static bool fail(struct write *w, struct str message)
{
    if (!w->error.n) w->error = message;
    return false;
}

/* ---- strings on their way through JSON ---- */

/* Whether encoding/json and go-yaml's reader bring the string back as it is: no control characters above 0x7e, which YAML
 * refuses, no NEL, which it takes for a line break, no bytes that are no UTF-8. */
static bool survives_json(struct str s)
{
    for (size_t i = 0, width; i < s.n; i += width) {
        width = 1;
        if ((unsigned char)s.p[i] < 0x7f) continue;
        uint32_t r = utf8_decode(s, i, &width);
        if (r < 0xa0 || r == 0xfffe || r == 0xffff || (r == RUNE_ERROR && width == 1)) return false;
    }
    return true;
}

/* Characters of a string as encoding/json writes it, quotes included. */
static size_t json_length(struct str s)
{
    size_t n = 2;
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        bool two = r == '"' || r == '\\' || r == '\b' || r == '\f' || r == '\n' || r == '\r' || r == '\t';
        bool six = r < 0x20 || r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029;
        n += two ? 2 : six ? 6 : 1;
    }
    return n;
}

/* ---- scalars ---- */

/* Text that would be read as something else, here or by other readers of YAML 1.1. */
static bool must_quote(struct str s)
{
    struct value v;
    return yaml_resolve(s, &v) != YAML_STR || yaml_is_base60(s);
}

/* go-yaml v3 alone reads a sign after 0o: 0o-7. */
static bool signed_octal(struct str s)
{
    if (!str_starts(s, STR("0o")) && !str_starts(s, STR("-0o"))) return false;
    size_t i = s.p[0] == '-' ? 3 : 2;
    if (s.p[0] != '-' && i < s.n && (s.p[i] == '+' || s.p[i] == '-')) i++;
    if (i == s.n) return false;
    for (; i < s.n; i++)
        if ((s.p[i] < '0' || s.p[i] > '7') && s.p[i] != '_') return false;
    return true;
}

static void write_text(struct write *w, struct str s, bool key)
{
    bool quote = must_quote(s) || (w->pretty && signed_octal(s));
    enum yaml_style style = memchr(s.n ? s.p : "", '\n', s.n) ? YAML_LITERAL : quote ? YAML_DOUBLE : YAML_PLAIN;
    yaml_emit_scalar(&w->e, s, style, key, (struct str){0});
}

static struct str base64(struct arena *a, struct str s, size_t line)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf b = buf_new(a);
    size_t column = 0;
    bool lines = line && (s.n + 2) / 3 * 4 / line;
    for (size_t i = 0; i < s.n; i += 3) {
        size_t left = s.n - i;
        uint32_t bits = (uint32_t)(unsigned char)s.p[i] << 16 | (left > 1 ? (uint32_t)(unsigned char)s.p[i + 1] << 8 : 0) |
                        (left > 2 ? (uint32_t)(unsigned char)s.p[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            buf_byte(&b, k <= left ? digits[bits >> (18 - 6 * k) & 63] : '=');
            if (lines && ++column == line) {
                buf_byte(&b, '\n');
                column = 0;
            }
        }
    }
    if (lines && column) buf_byte(&b, '\n');
    return buf_done(&b);
}

static void write_plain_text(struct write *w, struct str s) { yaml_emit_scalar(&w->e, s, YAML_PLAIN, false, (struct str){0}); }

static void write_invalid_utf8(struct write *w, struct str s, bool key)
{
    struct str text = base64(w->a, s, 70);
    enum yaml_style style = memchr(text.p, '\n', text.n) ? YAML_LITERAL : YAML_PLAIN;
    yaml_emit_scalar(&w->e, text, style, key, STR("!!binary"));
}

static bool write_string(struct write *w, struct str s, bool key)
{
    if (w->pretty) {
        if (utf8_valid(s)) write_text(w, s, key);
        else write_invalid_utf8(w, s, key);
        return true;
    }
    w->odd = w->odd || (!w->direct && !survives_json(s));
    if (w->odd) return false;
    write_text(w, s, key);
    return true;
}

/* A float that JSON writes without point and exponent comes back as an integer, if it fits into 64 bits. */
static bool write_float_v2(struct write *w, struct value v)
{
    double f = v.u.f;
    if (!isfinite(f)) {
        const char *name = isnan(f) ? "NaN" : f < 0 ? "-Inf" : "+Inf";
        return fail(w, str_printf(w->a, "error marshaling into JSON: json: unsupported value: %s", name));
    }
    struct buf b = buf_new(w->a);
    if (f == trunc(f) && fabs(f) < 1e21) {
        struct value ignored;
        if (f == 0) f = 0; /* no -0 */
        go_float(&b, f, 'f', -1);
        if (yaml_resolve(buf_str(&b), &ignored) == YAML_INT) {
            write_plain_text(w, buf_str(&b));
            return true;
        }
        b.n = 0;
    }
    yaml_float(&b, f, v.type == GO_FLOAT32 ? 32 : 64);
    write_plain_text(w, buf_str(&b));
    return true;
}

static bool write_scalar(struct write *w, struct value v)
{
    struct buf b = buf_new(w->a);
    switch (v.kind) {
    case V_NIL: buf_z(&b, "null"); break;
    case V_BOOL: buf_z(&b, v.u.b ? "true" : "false"); break;
    case V_UINT: buf_printf(&b, "%llu", (unsigned long long)v.u.u); break;
    case V_INT:
        if (w->pretty && v.type == GO_DURATION) {
            go_duration(&b, v.u.i);
            return write_string(w, buf_str(&b), false);
        }
        buf_printf(&b, "%lld", (long long)v.u.i);
        break;
    case V_FLOAT:
        if (!w->pretty) return write_float_v2(w, v);
        yaml_float(&b, v.u.f, v.type == GO_FLOAT32 ? 32 : 64);
        break;
    default:
        if (v.type == GO_BYTES && !v.u.s) return write_scalar(w, NIL);
        if (v.type == GO_BYTES) return write_string(w, base64(w->a, v_text(v), 0), false);
        return write_string(w, v_text(v), false);
    }
    write_plain_text(w, buf_str(&b));
    return true;
}

/* ---- order of keys ---- */

struct digits {
    size_t end;
    int64_t n;
};

/* The number that begins here; it wraps around as Go's int64 does. */
static struct digits digits_at(struct str s, size_t i, int64_t n)
{
    for (size_t w; i < s.n; i += w) {
        uint32_t r = utf8_decode(s, i, &w);
        if (!rune_is_digit(r)) break;
        n = (int64_t)((uint64_t)n * 10 + r - '0');
    }
    return (struct digits){i, n};
}

/* Whether a digit other than 0 stands among the digits before s[i]: then zeroes that follow count. */
static bool after_nonzero(struct str s, size_t i)
{
    for (size_t w; i > 0; i -= w) {
        uint32_t r = utf8_decode_last(s, i, &w);
        if (!rune_is_digit(r)) return false;
        if (r != '0') return true;
    }
    return false;
}

/* go-yaml's keyList: letters after everything else, digits by their number. v3 differs where a digit meets a letter. */
static bool key_less(struct str a, struct str b, bool v3)
{
    bool digits = false;
    size_t i = 0, k = 0;
    for (size_t aw, bw; i < a.n && k < b.n; i += aw, k += bw) {
        uint32_t ar = utf8_decode(a, i, &aw), br = utf8_decode(b, k, &bw);
        if (ar == br) {
            digits = rune_is_digit(ar);
            continue;
        }
        bool al = rune_is_letter(ar), bl = rune_is_letter(br);
        if (al && bl) return ar < br;
        if (al || bl) return v3 && digits ? al : bl;
        bool zero = (ar == '0' || br == '0') && after_nonzero(a, i);
        struct digits an = digits_at(a, i, zero), bn = digits_at(b, k, zero);
        if (an.n != bn.n) return an.n < bn.n;
        size_t ac = utf8_count(str_sub(a, i, an.end)), bc = utf8_count(str_sub(b, k, bn.end));
        if (ac != bc) return ac < bc;
        return ar < br;
    }
    return i == a.n && k < b.n;
}

static int by_key(const void *x, const void *y, void *v3)
{
    struct str a = (*(struct entry *const *)x)->key, b = (*(struct entry *const *)y)->key;
    if (key_less(a, b, v3 != NULL)) return -1;
    return key_less(b, a, v3 != NULL) ? 1 : 0;
}

/* The order is not transitive: 5m < 10 < 1e3 < 5m. In Go the result then depends on the order in which a map is iterated;
 * most often that is the order of insertion, which JSON made alphabetical, and short maps are sorted by insertion. */
static struct entry **sorted_entries(struct write *w, const struct map *m)
{
    enum { SHORT = 12 };
    struct entry **s = map_sorted(w->a, m);
    if (m->n > SHORT) {
        qsort_r(s, m->n, sizeof *s, by_key, w->pretty ? w : NULL);
        return s;
    }
    for (uint32_t i = 1; i < m->n; i++) {
        for (uint32_t j = i; j > 0 && key_less(s[j]->key, s[j - 1]->key, w->pretty); j--) {
            struct entry *t = s[j];
            s[j] = s[j - 1];
            s[j - 1] = t;
        }
    }
    return s;
}

/* ---- collections ---- */

static bool write_node(struct write *w, struct value v, bool in_mapping, uint32_t depth);

static bool write_key(struct write *w, struct str key, bool *simple)
{
    struct str text = key, tag = {0};
    if (w->pretty && !utf8_valid(key)) {
        tag = STR("!!binary");
        text = base64(w->a, key, 70);
    }
    if (!w->pretty && !w->direct && key.n > LONGEST_JSON_KEY / 6 - 1 && json_length(key) > LONGEST_JSON_KEY) {
        w->odd = true;
        return false;
    }
    *simple = yaml_emit_is_simple_key(text, tag);
    if (!*simple) yaml_emit_indicator(&w->e, STR("?"), true, true);
    return write_string(w, key, *simple);
}

static bool write_entry(struct write *w, struct str key, struct value v, uint32_t depth)
{
    bool simple = true;
    yaml_emit_indent(&w->e);
    if (!write_key(w, key, &simple)) return false;
    if (simple) {
        yaml_emit_indicator(&w->e, STR(":"), false, false);
    } else {
        yaml_emit_indent(&w->e);
        yaml_emit_indicator(&w->e, STR(":"), true, true);
    }
    return write_node(w, v, true, depth + 1);
}

static bool write_map(struct write *w, const struct map *m, bool sort, uint32_t depth)
{
    if (!m || !m->n) {
        yaml_emit_indicator(&w->e, STR("{}"), true, false);
        return true;
    }
    int outer = w->e.indent;
    w->e.indent = outer < 0 ? 0 : outer + 2;
    struct entry **s = sort ? sorted_entries(w, m) : NULL;
    for (uint32_t i = 0; i < m->n; i++) {
        const struct entry *e = s ? s[i] : &m->v[i];
        if (!write_entry(w, e->key, e->value, depth)) return false;
    }
    w->e.indent = outer;
    return true;
}

static bool write_list(struct write *w, const struct list *l, bool in_mapping, uint32_t depth)
{
    if (!l || !l->n) {
        yaml_emit_indicator(&w->e, STR("[]"), true, false);
        return true;
    }
    int outer = w->e.indent;
    bool indentless = !w->pretty && in_mapping && !w->e.indention;
    w->e.indent = outer < 0 ? 0 : indentless ? outer : outer + 2;
    for (uint32_t i = 0; i < l->n; i++) {
        yaml_emit_indent(&w->e);
        yaml_emit_indicator(&w->e, STR("-"), true, true);
        if (!write_node(w, l->v[i], false, depth + 1)) return false;
    }
    w->e.indent = outer;
    return true;
}

/* Go structs. v3 writes the fields in their order, in lower case (no yaml tags); a type that makes JSON text is that text. */
static bool write_object(struct write *w, const struct obj *o, uint32_t depth)
{
    struct value json = o->type->json ? o->type->json(w->a, o) : NIL;
    if (w->pretty && json.kind == V_STR && value_is_time(v_obj((struct obj *)o))) { /* v3 knows times: they stay plain */
        write_plain_text(w, v_text(json));
        return true;
    }
    if (w->pretty && json.kind == V_STR) return write_scalar(w, json);
    if (!w->pretty && json.kind == V_OBJ) return write_map(w, json.u.obj->fields, true, depth);
    if (!w->pretty && o->type->json) return write_node(w, json, true, depth);
    if (!w->pretty || !o->fields) return write_map(w, o->fields, true, depth);
    struct map *m = map_new(w->a);
    for (uint32_t i = 0; i < o->fields->n; i++) {
        struct buf name = buf_new(w->a);
        struct str go = o->fields->v[i].key;
        for (size_t k = 0, width; k < go.n; k += width) buf_rune(&name, rune_lower(utf8_decode(go, k, &width)));
        map_put(m, buf_done(&name), o->fields->v[i].value);
    }
    return write_map(w, m, false, depth);
}

/* v3 sees a []byte as any list of numbers. */
static bool write_bytes(struct write *w, struct str s, bool in_mapping, uint32_t depth)
{
    struct list *l = list_new(w->a);
    for (size_t i = 0; i < s.n; i++) list_add(l, v_int((unsigned char)s.p[i]));
    return write_list(w, l, in_mapping, depth);
}

static bool write_node(struct write *w, struct value v, bool in_mapping, uint32_t depth)
{
    /* encoding/json begins to look for cycles at this depth; deeper values that are none are beyond our own limit. */
    if (depth > w->a->guard->max.depth)
        return fail(w, str_printf(w->a, "error marshaling into JSON: json: unsupported value: encountered a cycle via %s", value_type_name(v)));
    switch (v.kind) {
    case V_LIST:
        if (!v.u.list && !w->pretty) return write_scalar(w, NIL);
        return write_list(w, v.u.list, in_mapping, depth);
    case V_MAP:
        if (!w->pretty && v.type == GO_ANY_MAP)
            return fail(w, STR("error marshaling into JSON: json: unsupported type: map[interface {}]interface {}"));
        if (!v.u.map && !w->pretty) return write_scalar(w, NIL);
        return write_map(w, v.u.map, true, depth);
    case V_OBJ:
        return write_object(w, v.u.obj, depth);
    case V_STR:
        if (w->pretty && v.type == GO_BYTES) return write_bytes(w, v_text(v), in_mapping, depth);
        return write_scalar(w, v);
    default:
        return write_scalar(w, v);
    }
}

/* The long way round, as sigs.k8s.io/yaml takes it: JSON text, read as YAML. */
static bool read_json_as_yaml(struct arena *a, struct value v, struct value *out, struct str *error)
{
    static const struct yaml_options options = {.ints = true};
    struct buf json = buf_new(a);
    struct str message;
    if (!json_write(&json, v, JSON_COMPACT, &message)) {
        *error = str_concat(a, STR("error marshaling into JSON: "), message);
        return false;
    }
    if (yaml_read(a, buf_str(&json), &options, out, &message, NULL)) return true;
    *error = str_trim_prefix(message, STR("error converting YAML to JSON: "));
    return false;
}

static bool write_document(struct buf *b, struct value v, bool pretty, bool direct, struct str *error)
{
    size_t before = b->n;
    struct write w = {.a = b->a, .e = yaml_emit_start(b, pretty), .pretty = pretty, .direct = direct};
    if (write_node(&w, v, false, 0)) {
        yaml_emit_end(&w.e);
        return true;
    }
    b->n = before;
    if (w.odd) return read_json_as_yaml(b->a, v, &v, error) && write_document(b, v, false, true, error);
    *error = w.error;
    return false;
}

bool yaml_marshal(struct buf *b, struct value v, struct str *error) { return write_document(b, v, false, false, error); }

void yaml_write(struct buf *b, struct value v)
{
    struct str ignored;
    yaml_marshal(b, v, &ignored);
}

void yaml_write_pretty(struct buf *b, struct value v)
{
    struct str ignored;
    write_document(b, v, true, true, &ignored);
}
