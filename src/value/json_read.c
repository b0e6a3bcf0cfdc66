/* Reading JSON with the language, leniency and messages of Go's encoding/json (scanner.go, decode.go).
 *
 * One pass, without recursion: open containers are on a stack of their own. Go's scanner works byte by byte and stops at the
 * first byte that fits nowhere, so errors are the same in the order of the text. */
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "value/gofmt.h"
#include "value/json.h"

enum { DEPTH_MAX = 10000 }; /* Go's own limit: maxNestingDepth */

/* An open object or array. */
struct open {
    struct map *map;      /* or */
    struct list *list;
    struct str key;       /* object: of the value that comes next */
    struct place at;      /* place of that key */
};

struct reader {
    struct arena *a;
    struct str text;
    size_t i;
    struct origins *origins;
    uint32_t input, layer;
    struct open *open;
    uint32_t n, cap, deepest, nodes;
    struct str error;
    struct str number_error;  /* reported only if the syntax is right */
    bool ended;               /* the text was too short */
    bool exact;               /* numbers stay text */
    /* the last known place, for lines and columns */
    size_t known;
    uint32_t line, column;
};

static bool fail(struct reader *r, const char *context)
{
    /* At the end Go's scanner sees a space: "-" is "invalid character ' ' in numeric literal". */
    char utf8[4], c = r->i < r->text.n ? r->text.p[r->i] : ' ';
    struct buf b = buf_new(r->a), q = buf_new(r->a);
    r->ended = r->i >= r->text.n;
    go_quote(&q, str_of(utf8, utf8_encode((unsigned char)c, utf8)));
    struct str inner = str_sub(buf_str(&q), 1, q.n - 1);
    if (c == '"') inner = STR("\"");
    if (c == '\'') inner = STR("\\'");
    buf_printf(&b, "invalid character '%.*s' %s", STR_ARG(inner), context);
    r->error = buf_str(&b);
    return false;
}

static bool fail_end(struct reader *r)
{
    r->ended = true;
    r->error = STR("unexpected end of JSON input");
    return false;
}

/* Skips white space; false at the end of the text. */
static bool skip_space(struct reader *r)
{
    while (r->i < r->text.n) {
        char c = r->text.p[r->i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return true;
        r->i++;
    }
    return fail_end(r);
}

static struct place place_now(struct reader *r)
{
    if (!r->origins) return (struct place){0};
    while (r->known < r->i) {
        unsigned char c = (unsigned char)r->text.p[r->known++];
        if (c == '\n') {
            r->line++;
            r->column = 1;
        } else if ((c & 0xc0) != 0x80) {
            r->column++;
        }
    }
    uint32_t column = r->column < 0x3ffff ? r->column : 0x3ffff;
    return (struct place){.input = r->input & 0x3fff, .column = column & 0x3ffff, .line = r->line};
}

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static uint32_t hex4(const char *p)
{
    uint32_t u = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        u = u << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return u;
}

/* Steps over a string from its opening quote; *plain when its bytes are its value. */
static bool scan_string(struct reader *r, struct str *raw, bool *plain)
{
    size_t from = ++r->i;
    *plain = true;
    for (; r->i < r->text.n; r->i++) {
        unsigned char c = (unsigned char)r->text.p[r->i];
        if (c == '"') {
            *raw = str_sub(r->text, from, r->i++);
            return true;
        }
        if (c < 0x20) return fail(r, "in string literal");
        if (c >= 0x80) *plain = false;
        if (c != '\\') continue;
        *plain = false;
        r->i++;
        if (r->i >= r->text.n || !strchr("bfnrt\\/\"u", r->text.p[r->i]) || !r->text.p[r->i]) return fail(r, "in string escape code");
        if (r->text.p[r->i] != 'u') continue;
        for (int k = 0; k < 4; k++) {
            r->i++;
            if (r->i >= r->text.n || !is_hex(r->text.p[r->i])) return fail(r, "in \\u hexadecimal character escape");
        }
    }
    return fail_end(r);
}

/* \uXXXX at raw.p[i]: a pair of surrogates is one rune, half a pair U+FFFD. */
static size_t unescape_rune(struct buf *b, struct str raw, size_t i)
{
    uint32_t u = hex4(raw.p + i + 2);
    i += 6;
    if (u >= 0xd800 && u < 0xdc00 && raw.n - i >= 6 && raw.p[i] == '\\' && raw.p[i + 1] == 'u') {
        uint32_t low = hex4(raw.p + i + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            buf_rune(b, 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00));
            return i + 6;
        }
    }
    buf_rune(b, u);
    return i;
}

static struct str unescape(struct reader *r, struct str raw)
{
    struct buf b = buf_new(r->a);
    buf_reserve(&b, raw.n + 4);
    for (size_t i = 0, width; i < raw.n;) {
        if (raw.p[i] == '\\' && raw.p[i + 1] == 'u') {
            i = unescape_rune(&b, raw, i);
        } else if (raw.p[i] == '\\') {
            static const char from[] = "bfnrt\\/\"", to[] = "\b\f\n\r\t\\/\"";
            buf_byte(&b, to[strchr(from, raw.p[i + 1]) - from]);
            i += 2;
        } else {
            buf_rune(&b, utf8_decode(raw, i, &width));
            i += width;
        }
    }
    return buf_done(&b);
}

static bool read_string(struct reader *r, struct str *out)
{
    struct str raw;
    bool plain;
    if (!scan_string(r, &raw, &plain)) return false;
    *out = plain ? str_dup(r->a, raw) : unescape(r, raw);
    return true;
}

static bool skip_digits(struct reader *r)
{
    size_t from = r->i;
    while (r->i < r->text.n && r->text.p[r->i] >= '0' && r->text.p[r->i] <= '9') r->i++;
    return r->i > from;
}

static char peek(const struct reader *r) { return r->i < r->text.n ? r->text.p[r->i] : 0; }

static struct value number_value(struct reader *r, struct str s)
{
    if (s.n <= 15) { /* a whole number of up to 15 digits is exact */
        int64_t i = 0;
        size_t k = s.p[0] == '-';
        while (k < s.n && s.p[k] >= '0' && s.p[k] <= '9') i = i * 10 + (s.p[k++] - '0');
        if (k == s.n) return v_float(s.p[0] == '-' ? -(double)i : (double)i);
    }
    char small[64];
    const char *z = small;
    if (s.n < sizeof small) {
        memcpy(small, s.p, s.n);
        small[s.n] = 0;
    } else {
        z = str_z(r->a, s);
    }
    double d = strtod(z, NULL);
    if (!isinf(d)) return v_float(d);
    if (!r->number_error.n)
        r->number_error = str_printf(r->a, "json: cannot unmarshal number %.*s into Go value of type float64", STR_ARG(s));
    return NIL;
}

static bool read_number(struct reader *r, struct value *out)
{
    size_t from = r->i;
    if (peek(r) == '-') r->i++;
    if (peek(r) == '0') r->i++;
    else if (!skip_digits(r)) return fail(r, "in numeric literal");
    if (peek(r) == '.') {
        r->i++;
        if (!skip_digits(r)) return fail(r, "after decimal point in numeric literal");
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        r->i++;
        if (peek(r) == '+' || peek(r) == '-') r->i++;
        if (!skip_digits(r)) return fail(r, "in exponent of numeric literal");
    }
    struct str text = str_sub(r->text, from, r->i);
    *out = r->exact ? v_typed(v_str(str_dup(r->a, text)), GO_JSON_NUMBER) : number_value(r, text);
    return true;
}

static bool read_word(struct reader *r, const char *word, struct value v, struct value *out)
{
    for (const char *w = word; *w; w++, r->i++) {
        if (r->i < r->text.n && r->text.p[r->i] == *w) continue;
        char context[48];
        struct str text = str_printf(r->a, "in literal %s (expecting '%c')", word, *w);
        memcpy(context, text.p, text.n);
        context[text.n] = 0;
        return fail(r, context);
    }
    *out = v;
    return true;
}

static bool open_container(struct reader *r, struct value *out)
{
    bool object = peek(r) == '{';
    if (r->n >= DEPTH_MAX) return fail(r, "exceeded max depth");
    r->i++;
    struct open *o = PUSH(r->a, r->open, r->n, r->cap);
    if (r->n > r->deepest) r->deepest = r->n;
    if (object) *out = v_map(o->map = map_new(r->a));
    else *out = v_list(o->list = list_new(r->a));
    return true;
}

/* A scalar, or the opening of a container. */
static bool read_value(struct reader *r, struct value *out)
{
    if (++r->nodes > r->a->guard->max.nodes) guard_trip(r->a->guard, "a JSON document has more than %u nodes", r->a->guard->max.nodes);
    char c = peek(r);
    switch (c) {
    case '{': case '[': return open_container(r, out);
    case 't': return read_word(r, "true", v_bool(true), out);
    case 'f': return read_word(r, "false", v_bool(false), out);
    case 'n': return read_word(r, "null", NIL, out);
    case '"': {
        struct str s;
        if (!read_string(r, &s)) return false;
        *out = v_str(s);
        return true;
    }
    default:
        if (c == '-' || (c >= '0' && c <= '9')) return read_number(r, out);
        return fail(r, "looking for beginning of value");
    }
}

static void put_value(struct reader *r, struct open *o, struct value v, struct place at)
{
    origin_id id = 0;
    if (r->origins) {
        struct origin origin = {.key_at = o->map ? o->at : at, .value_at = at, .layer = r->layer};
        struct entry *before = o->map ? map_find(o->map, o->key) : NULL;
        if (before) origin.over = before->at;
        id = origin_add(r->origins, origin);
    }
    if (o->map) map_put_at(o->map, o->key, v, id);
    else list_add_at(o->list, v, id);
}

/* A key and its colon. */
static bool read_key(struct reader *r, struct open *o)
{
    if (!skip_space(r)) return false;
    if (peek(r) != '"') return fail(r, "looking for beginning of object key string");
    o->at = place_now(r);
    if (!read_string(r, &o->key) || !skip_space(r)) return false;
    if (peek(r) != ':') return fail(r, "after object key");
    r->i++;
    return true;
}

/* Stands where a value must come: reads it into the innermost container, or as the document. *opened: it is a container. */
static bool read_into(struct reader *r, struct value *document, bool *opened)
{
    if (!skip_space(r)) return false;
    uint32_t level = r->n;
    struct place at = place_now(r);
    struct value v;
    if (!read_value(r, &v)) return false;
    if (level) put_value(r, &r->open[level - 1], v, at);
    else *document = v;
    *opened = r->n > level;
    return true;
}

static bool at_close(const struct reader *r, const struct open *o) { return peek(r) == (o->map ? '}' : ']'); }

/* After a value: closes what ends here and steps over the comma, until the next value is due or all is closed. */
static bool after_value(struct reader *r)
{
    while (r->n) {
        struct open *o = &r->open[r->n - 1];
        if (!skip_space(r)) return false;
        if (at_close(r, o)) {
            r->i++;
            r->n--;
            continue;
        }
        if (peek(r) != ',') return fail(r, o->map ? "after object key:value pair" : "after array element");
        r->i++;
        return !o->map || read_key(r, o);
    }
    return true;
}

/* After an opening: the first key, or the close of an empty container. */
static bool after_open(struct reader *r, bool *empty)
{
    struct open *o = &r->open[r->n - 1];
    if (!skip_space(r)) return false;
    *empty = at_close(r, o);
    if (*empty) return true;
    return !o->map || read_key(r, o);
}

static bool read_document(struct reader *r, struct value *out)
{
    do {
        bool opened, empty = true;
        if (!read_into(r, out, &opened)) return false;
        if (opened && !after_open(r, &empty)) return false;
        if ((!opened || empty) && !after_value(r)) return false;
    } while (r->n);
    return true;
}

static struct reader reader_new(struct arena *a, struct str text, struct origins *o, uint32_t input, uint32_t layer)
{
    return (struct reader){.a = a, .text = text, .origins = o, .input = input, .layer = layer, .line = 1, .column = 1};
}

static bool finish(struct reader *r, bool ok, struct value *out, struct str *error)
{
    if (!ok) {
        *out = NIL;
        *error = r->error;
        return false;
    }
    const struct guard *g = r->a->guard;
    if (r->deepest > g->max.depth) guard_trip(r->a->guard, "a JSON document is nested deeper than %u", g->max.depth);
    *error = r->number_error;
    return !r->number_error.n;
}

bool json_read(struct arena *a, struct str text, struct origins *o, uint32_t input, uint32_t layer, struct value *out, struct str *error)
{
    struct reader r = reader_new(a, text, o, input, layer);
    bool ok = read_document(&r, out);
    if (ok && skip_space(&r)) ok = fail(&r, "after top-level value");
    return finish(&r, ok, out, error);
}

static bool read_first(struct reader *r, struct value *out, size_t *used, struct str *error)
{
    bool ok = read_document(r, out);
    *used = r->i;
    if (!ok && r->ended) r->error = str_trim(r->text).n ? STR("unexpected EOF") : STR("EOF");
    return finish(r, ok, out, error);
}

bool json_read_first(struct arena *a, struct str text, struct origins *o, uint32_t input, uint32_t layer, struct value *out, size_t *used,
                     struct str *error)
{
    struct reader r = reader_new(a, text, o, input, layer);
    return read_first(&r, out, used, error);
}

bool json_read_exact(struct arena *a, struct str text, struct value *out, size_t *used, struct str *error)
{
    struct reader r = reader_new(a, text, NULL, 0, 0);
    r.exact = true;
    return read_first(&r, out, used, error);
}
