/* Values to YAML text: toYaml, which in Go goes through JSON and go-yaml v2, and toYamlPretty, which is go-yaml v3 alone. */
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt.h"
#include "value/yaml.h"
#include "value/yaml_emit.h"
#include "value/yaml_resolve.h"

enum { LONGEST_JSON_KEY = 1024 }; /* characters: what a YAML key and its ":" may be apart; they stand on one line, too */

struct write {
    struct arena *a;
    struct yaml_emit e;
    bool pretty;        /* go-yaml v3, straight from the values */
    struct str error;   /* not empty: stop */
};

static bool fail(struct write *w, struct str message)
{
    if (!w->error.n) w->error = message;
    return false;
}

/* ---- strings on their way through JSON and back through YAML's reader ---- */

static bool refused_by_yaml(uint32_t r) { return r == 0x7f || (r >= 0x80 && r < 0xa0 && r != 0x85) || r == 0xfffe || r == 0xffff; }

/* A next-line character is a line break to YAML, so it folds: blanks around it go, one becomes a space, n become n-1 line feeds. */
static size_t fold_breaks(struct buf *b, struct str s, size_t i)
{
    size_t breaks = 0;
    while (b->n && b->p[b->n - 1] == ' ') b->n--;
    for (;;) {
        if (i < s.n && s.p[i] == ' ') i++;
        else if (i + 1 < s.n && s.p[i] == '\xc2' && s.p[i + 1] == '\x85') i += 2, breaks++;
        else break;
    }
    if (breaks == 1) buf_byte(b, ' ');
    else buf_fill(b, '\n', breaks - 1);
    return i;
}

/* What encoding/json writes and go-yaml v2 reads again; most strings are themselves. */
static bool through_json(struct write *w, struct str s, struct str *out)
{
    size_t i = 0;
    while (i < s.n && (unsigned char)s.p[i] < 0x7f) i++;
    *out = s;
    if (i == s.n) return true;
    struct buf b = buf_new(w->a);
    buf_add(&b, str_of(s.p, i));
    for (size_t width; i < s.n;) {
        uint32_t r = utf8_decode(s, i, &width);
        if (refused_by_yaml(r)) return fail(w, STR("yaml: control characters are not allowed"));
        if (r == 0x85) {
            i = fold_breaks(&b, s, i);
            continue;
        }
        buf_rune(&b, r);
        i += width;
    }
    *out = buf_done(&b);
    return true;
}

/* Characters of a string as encoding/json writes it, quotes included. */
static size_t json_length(struct str s)
{
    size_t n = 2;
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        bool two = r == '"' || r == '\\' || r == '\b' || r == '\f' || r == '\n' || r == '\r' || r == '\t';
        bool six = r < 0x20 || r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029 || (r == RUNE_ERROR && width == 1);
        n += two ? 2 : six ? 6 : 1;
    }
    return n;
}

/* ---- scalars ---- */

static bool old_or_new_number(struct str s)
{
    struct value v;
    if (yaml_resolve(s, &v) != YAML_STR || yaml_is_base60(s)) return true;
    return false;
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
    bool quote = old_or_new_number(s) || (w->pretty && signed_octal(s));
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
    struct str text;
    if (!through_json(w, s, &text)) return false;
    write_text(w, text, key);
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
    size_t i = 0;
    for (size_t aw, bw; i < a.n && i < b.n; i += aw) {
        uint32_t ar = utf8_decode(a, i, &aw), br = utf8_decode(b, i, &bw);
        if (ar == br && aw == bw) {
            digits = rune_is_digit(ar);
            continue;
        }
        bool al = rune_is_letter(ar), bl = rune_is_letter(br);
        if (al && bl) return ar < br;
        if (al || bl) return v3 && digits ? al : bl;
        bool zero = (ar == '0' || br == '0') && after_nonzero(a, i);
        struct digits an = digits_at(a, i, zero), bn = digits_at(b, i, zero);
        if (an.n != bn.n) return an.n < bn.n;
        size_t ac = utf8_count(str_sub(a, i, an.end)), bc = utf8_count(str_sub(b, i, bn.end));
        if (ac != bc) return ac < bc;
        return ar < br;
    }
    return a.n - i < b.n - i;
}

static int by_key(const void *x, const void *y, void *v3)
{
    struct str a = (*(struct entry *const *)x)->key, b = (*(struct entry *const *)y)->key;
    if (key_less(a, b, v3 != NULL)) return -1;
    return key_less(b, a, v3 != NULL) ? 1 : 0;
}

static struct entry **sorted_entries(struct write *w, const struct map *m)
{
    struct entry **s = arena_alloc(w->a, m->n * sizeof *s);
    bool sorted = true;
    for (uint32_t i = 0; i < m->n; i++) {
        s[i] = &m->v[i];
        if (i && sorted) sorted = key_less(m->v[i - 1].key, m->v[i].key, w->pretty);
    }
    if (!sorted) qsort_r(s, m->n, sizeof *s, by_key, w->pretty ? w : NULL);
    return s;
}

/* ---- collections ---- */

static bool write_node(struct write *w, struct value v, bool in_mapping, uint32_t depth);

static bool write_key(struct write *w, struct str key, bool *simple)
{
    struct str text = key, tag = {0};
    if (w->pretty) {
        if (!utf8_valid(key)) {
            tag = STR("!!binary");
            text = base64(w->a, key, 70);
        }
    } else {
        if (json_length(key) > LONGEST_JSON_KEY || str_has(key, STR("\xc2\x85")))
            return fail(w, STR("yaml: did not find expected ',' or '}'"));
        if (!through_json(w, key, &text)) return false;
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

static bool write_document(struct buf *b, struct value v, bool pretty, struct str *error)
{
    size_t before = b->n;
    struct write w = {.a = b->a, .e = yaml_emit_start(b, pretty), .pretty = pretty};
    if (write_node(&w, v, false, 0)) {
        yaml_emit_end(&w.e);
        return true;
    }
    b->n = before;
    if (error) *error = w.error;
    return false;
}

bool yaml_marshal(struct buf *b, struct value v, struct str *error) { return write_document(b, v, false, error); }
void yaml_write(struct buf *b, struct value v) { write_document(b, v, false, NULL); }
void yaml_write_pretty(struct buf *b, struct value v) { write_document(b, v, true, NULL); }
