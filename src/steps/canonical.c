/* The one canonical form of our own documents: RFC 8785 (JSON Canonicalization Scheme) over the subset that they use. */
#include "steps/steps.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "value/gofmt.h"

static const int64_t SAFE = 9007199254740991; /* 2^53 - 1: what every reader of JSON holds exactly (RFC 8785, 3.2.2.3 and appendix D) */

/* It stands for itself. */
static bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

/* How many bytes from here on stand for themselves; eight at once, as long as none of them is another. */
static size_t plain_bytes(struct str s, size_t i)
{
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    size_t from = i;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w;
        memcpy(&w, s.p + i, 8);
        uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
        if (((w - ones * 0x20) | (quote - ones) | (slash - ones) | w) & highs) break;
    }
    while (i < s.n && is_plain((unsigned char)s.p[i])) i++;
    return i - from;
}

/* RFC 8785, 3.2.2.2: the short escapes, \u00xx in lower case for other controls, everything else as it is. */
static void write_string(struct buf *b, struct str s)
{
    static const char hex[] = "0123456789abcdef";
    buf_byte(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t plain = plain_bytes(s, i);
        buf_add(b, str_sub(s, i, i + plain));
        if ((i += plain) == s.n) break;
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x80) {
            size_t width;
            buf_rune(b, utf8_decode(s, i, &width));
            i += width;
            continue;
        }
        i++;
        switch (c) {
        case '"': buf_z(b, "\\\""); break;
        case '\\': buf_z(b, "\\\\"); break;
        case '\b': buf_z(b, "\\b"); break;
        case '\t': buf_z(b, "\\t"); break;
        case '\n': buf_z(b, "\\n"); break;
        case '\f': buf_z(b, "\\f"); break;
        case '\r': buf_z(b, "\\r"); break;
        default:
            if (c < 0x20) {
                buf_z(b, "\\u00");
                buf_byte(b, hex[c >> 4]);
                buf_byte(b, hex[c & 15]);
            }
        }
    }
    buf_byte(b, '"');
}

/* Where a rune sorts among UTF-16 code units: a surrogate pair begins with 0xd800..0xdbff, so before U+E000..U+FFFF. */
static uint32_t utf16_rank(uint32_t rune) { return rune >= 0xe000 && rune < 0x10000 ? rune + 0x200000 : rune; }

/* RFC 8785, 3.2.3: names are sorted by their UTF-16 code units. */
static int compare_keys(struct str x, struct str y)
{
    size_t i = 0, j = 0, wx, wy;
    /* What they have in common of ASCII is passed over. */
    while (i < x.n && i < y.n && x.p[i] == y.p[i] && !(x.p[i] & 0x80)) i++;
    if (i < x.n && i < y.n && !((x.p[i] | y.p[i]) & 0x80)) return x.p[i] < y.p[i] ? -1 : 1;
    j = i;
    while (i < x.n && j < y.n) {
        uint32_t rx = utf8_decode(x, i, &wx), ry = utf8_decode(y, j, &wy);
        if (rx != ry) return utf16_rank(rx) < utf16_rank(ry) ? -1 : 1;
        i += wx;
        j += wy;
    }
    return i < x.n ? 1 : j < y.n ? -1 : 0;
}

static int compare_entries(const void *x, const void *y)
{
    return compare_keys((*(const struct entry *const *)x)->key, (*(const struct entry *const *)y)->key);
}

/* Most of our objects have few members, and many have them in order. */
static void sort_entries(struct entry **v, uint32_t n)
{
    enum { FEW = 16 };
    if (n > FEW) {
        qsort(v, n, sizeof *v, compare_entries);
        return;
    }
    for (uint32_t i = 1; i < n; i++) {
        struct entry *e = v[i];
        uint32_t k = i;
        for (; k > 0 && compare_keys(e->key, v[k - 1]->key) < 0; k--) v[k] = v[k - 1];
        v[k] = e;
    }
}

static void write_integer(struct buf *b, int64_t i)
{
    assert(i >= -SAFE && i <= SAFE);
    buf_printf(b, "%" PRId64, i);
}

/* Numbers as ECMAScript has them (RFC 8785, 3.2.2.3). The readers make every number a float64; our own fields are whole, but a Kubernetes
 * object that a plan writes may hold a fraction. */
static void write_float(struct buf *b, double f)
{
    double size = fabs(f);
    if (!isfinite(f)) {
        buf_z(b, "null");
        return;
    }
    if (size <= (double)SAFE && floor(f) == f) {
        write_integer(b, (int64_t)f);
        return;
    }
    if (size >= 1e-6 && size < 1e21) {
        go_float(b, f, 'f', -1);
        return;
    }
    struct buf e = buf_new(b->a);
    go_float(&e, f, 'e', -1); /* "1e-07"; ECMAScript: 1e-7 */
    ptrdiff_t at = str_chr(buf_str(&e), 'e') + 2;
    while (at < (ptrdiff_t)e.n - 1 && e.p[at] == '0') memmove(e.p + at, e.p + at + 1, e.n-- - (size_t)at - 1);
    buf_add(b, buf_str(&e));
}

static void write_value(struct buf *b, struct value v, uint32_t depth)
{
    if (depth > b->a->guard->max.depth) guard_trip(b->a->guard, "a document is nested deeper than %u", b->a->guard->max.depth);
    switch ((enum kind)v.kind) {
    case V_BOOL: buf_z(b, v.u.b ? "true" : "false"); return;
    case V_INT: write_integer(b, v.u.i); return;
    case V_UINT: write_integer(b, v.u.u <= (uint64_t)SAFE ? (int64_t)v.u.u : SAFE + 1); return;
    case V_FLOAT: write_float(b, v.u.f); return;
    case V_STR: write_string(b, v_text(v)); return;
    case V_LIST:
        buf_byte(b, '[');
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i) buf_byte(b, ',');
            write_value(b, v.u.list->v[i], depth + 1);
        }
        buf_byte(b, ']');
        return;
    case V_MAP: {
        uint32_t n = map_len(v);
        struct entry **sorted = NEW_ARRAY(b->a, struct entry *, n ? n : 1);
        for (uint32_t i = 0; i < n; i++) sorted[i] = &v.u.map->v[i];
        sort_entries(sorted, n);
        buf_byte(b, '{');
        for (uint32_t i = 0; i < n; i++) {
            if (i) buf_byte(b, ',');
            write_string(b, sorted[i]->key);
            buf_byte(b, ':');
            write_value(b, sorted[i]->value, depth + 1);
        }
        buf_byte(b, '}');
        return;
    }
    case V_NIL: case V_OBJ: break;
    }
    buf_z(b, "null");
}

void canonical_json(struct buf *b, struct value v) { write_value(b, v, 1); }

/* ---- the id ---- */

/* A value of the plan, or an item of one that is a list. */
struct part {
    struct str key;       /* of a value, and of a list's first item; else "" */
    struct value v;
    bool first, last;     /* of a list's items */
    bool begins;          /* the whole */
};

struct parts {
    struct part *v;
    uint32_t n, cap;
};

static void write_part(struct buf *b, const struct part *x)
{
    buf_byte(b, x->begins ? '{' : ',');
    if (x->key.n) {
        write_string(b, x->key);
        buf_byte(b, ':');
    }
    if (x->first) buf_byte(b, '[');
    write_value(b, x->v, x->first || !x->key.n ? 3 : 2);
    if (x->last) buf_byte(b, ']');
}

/* Some parts in a row, written by one core. */
struct batch {
    const struct part *v;
    uint32_t n;
    struct str text;
};

static void write_batch(void *context, size_t i, struct arena *mine)
{
    struct batch *x = (struct batch *)context + i;
    struct buf b = buf_new(mine);
    buf_reserve(&b, 8 << 10);
    for (uint32_t k = 0; k < x->n; k++) write_part(&b, &x->v[k]);
    x->text = buf_str(&b);
}

static void add_parts(struct arena *a, struct parts *p, const struct entry *e)
{
    uint32_t n = e->value.kind == V_LIST ? list_len(e->value) : 0;
    if (!n) *PUSH(a, p->v, p->n, p->cap) = (struct part){.key = e->key, .v = e->value};
    for (uint32_t i = 0; i < n; i++)
        *PUSH(a, p->v, p->n, p->cap) = (struct part){.key = i ? (struct str){0} : e->key, .v = e->value.u.list->v[i], .first = i == 0, .last = i + 1 == n};
}

struct str plan_id(struct arena *a, struct value plan)
{
    enum { COST = 1 << 20 /* large enough for all cores */, BATCHES = 64 };
    uint32_t n = map_len(plan);
    struct entry **sorted = NEW_ARRAY(a, struct entry *, n + 1);
    struct parts parts = {0};
    for (uint32_t i = 0; i < n; i++) sorted[i] = &plan.u.map->v[i];
    sort_entries(sorted, n);
    for (uint32_t i = 0; i < n; i++)
        if (!str_is(sorted[i]->key, "id")) add_parts(a, &parts, sorted[i]);
    if (parts.n) parts.v[0].begins = true;
    struct batch batch[BATCHES];
    uint32_t each = parts.n / BATCHES + 1, batches = 0;
    for (uint32_t i = 0; i < parts.n; i += each) batch[batches++] = (struct batch){.v = &parts.v[i], .n = parts.n - i < each ? parts.n - i : each};
    parallel_for(a, batches, COST, write_batch, batch);
    struct sha256 h;
    sha256_init(&h);
    for (uint32_t i = 0; i < batches; i++) sha256_add(&h, batch[i].text);
    sha256_add(&h, parts.n ? STR("}") : STR("{}"));
    return sha256_end_hex(a, &h);
}
