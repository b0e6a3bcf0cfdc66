#include "funcs/encoding.h"

#include "funcs/funcs.h"

/* ---- base64 ---- */

static const char alphabet64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* The digit that c stands for, or -1. */
static int digit64(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int digit32(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= '2' && c <= '7') return c - '2' + 26;
    return -1;
}

struct str base64_encode(struct arena *a, struct str data)
{
    size_t n = (data.n + 2) / 3 * 4, at = 0;
    char *out = arena_alloc(a, n + 1);
    const unsigned char *p = (const unsigned char *)data.p;
    for (size_t i = 0; i < data.n; i += 3) {
        size_t left = data.n - i;
        uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        out[at++] = alphabet64[v >> 18];
        out[at++] = alphabet64[v >> 12 & 63];
        out[at++] = left > 1 ? alphabet64[v >> 6 & 63] : '=';
        out[at++] = left > 2 ? alphabet64[v & 63] : '=';
    }
    out[at] = 0;
    return str_of(out, at);
}

static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

static size_t skip_line_ends(struct str s, size_t i)
{
    while (i < s.n && is_line_end(s.p[i])) i++;
    return i;
}

/* Padding begins at s.p[i - 1], after `have` digits of its group. Which byte is at fault, and whether anything is, follows
 * encoding/base64: one after the padding when text follows, the length when it is cut short. SIZE_MAX: all is well. */
static size_t padding_fault(struct str s, size_t i, int have)
{
    if (have < 2) return i - 1;
    if (have == 2) {
        i = skip_line_ends(s, i);
        if (i == s.n) return s.n;
        if (s.p[i] != '=') return i - 1;
        i++;
    }
    i = skip_line_ends(s, i);
    return i < s.n ? i : SIZE_MAX;
}

bool base64_decode(struct arena *a, struct str s, struct str *data, size_t *bad)
{
    char *out = arena_alloc(a, s.n / 4 * 3 + 4);
    size_t n = 0;
    uint32_t group = 0;
    int have = 0;
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i++];
        int d = digit64((unsigned char)c);
        if (d < 0 && is_line_end(c)) continue;
        if (d < 0) {
            *bad = c == '=' ? padding_fault(s, i, have) : i - 1;
            if (*bad != SIZE_MAX) return false;
            out[n++] = (char)(group << (24 - 6 * have) >> 16);
            if (have == 3) out[n++] = (char)(group << 6 >> 8);
            have = 0;
            break;
        }
        group = group << 6 | (uint32_t)d;
        if (++have < 4) continue;
        out[n++] = (char)(group >> 16);
        out[n++] = (char)(group >> 8);
        out[n++] = (char)group;
        group = 0;
        have = 0;
    }
    if (have) { /* the text ends inside a group */
        *bad = s.n - (size_t)have;
        return false;
    }
    *data = str_of(out, n);
    return true;
}

/* ---- base32 ---- */

struct str base32_encode(struct arena *a, struct str data)
{
    static const int digits[] = {8, 2, 4, 5, 7}; /* of a last group with so many bytes; the rest is padding */
    size_t n = (data.n + 4) / 5 * 8, at = 0;
    char *out = arena_alloc(a, n + 1);
    for (size_t i = 0; i < data.n; i += 5) {
        size_t left = data.n - i;
        uint64_t v = 0;
        for (size_t k = 0; k < 5; k++) v = v << 8 | (k < left ? (unsigned char)data.p[i + k] : 0);
        int used = left < 5 ? digits[left] : 8;
        for (int k = 0; k < 8; k++) out[at++] = k < used ? alphabet32[v >> (35 - 5 * k) & 31] : '=';
    }
    out[at] = 0;
    return str_of(out, at);
}

/* The same for base32: s.p[i] is the first '=' after `have` (2 or more) digits, and no further whole group follows. */
static size_t padding_fault32(struct str s, size_t i, int have)
{
    size_t after = s.n - i - 1, want = (size_t)(7 - have);
    if (after < want) return s.n;
    for (size_t k = 0; k < want; k++)
        if (s.p[i + 1 + k] != '=') return i + k;
    return have == 3 || have == 6 ? i : SIZE_MAX;
}

static struct str without_line_ends(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (!is_line_end(s.p[i])) p[n++] = s.p[i];
    return str_of(p, n);
}

bool base32_decode(struct arena *a, struct str text, struct str *data, size_t *bad)
{
    static const int bytes[] = {0, 0, 1, 1, 2, 3, 3, 4, 5}; /* that so many digits hold */
    struct str s = without_line_ends(a, text);
    char *out = arena_alloc(a, s.n / 8 * 5 + 8);
    size_t n = 0, i = 0;
    bool end = false;
    while (i < s.n && !end) {
        uint64_t group = 0;
        int have = 0;
        for (; have < 8; have++, i++) {
            if (i == s.n) { /* missing padding; the offset is that of the group */
                *bad = s.n - (size_t)have;
                return false;
            }
            if (s.p[i] == '=' && have >= 2 && s.n - i - 1 < 8) {
                *bad = padding_fault32(s, i, have);
                if (*bad != SIZE_MAX) return false;
                end = true;
                break;
            }
            int d = digit32((unsigned char)s.p[i]);
            if (d < 0) {
                *bad = i;
                return false;
            }
            group = group << 5 | (uint64_t)d;
        }
        group <<= 5 * (8 - have);
        for (int k = 0; k < bytes[have]; k++) out[n++] = (char)(group >> (32 - 8 * k));
    }
    *data = str_of(out, n);
    return true;
}

/* ---- functions ---- */

static bool b64enc(struct call *c, struct value *out) { return ret_str(out, base64_encode(c->a, arg_str(c, 0))); }
static bool b32enc(struct call *c, struct value *out) { return ret_str(out, base32_encode(c->a, arg_str(c, 0))); }

/* sprig gives the error's text as the result. */
static bool b64dec(struct call *c, struct value *out)
{
    struct str data;
    size_t bad = 0;
    if (base64_decode(c->a, arg_str(c, 0), &data, &bad)) return ret_str(out, data);
    return ret_str(out, str_printf(c->a, "illegal base64 data at input byte %zu", bad));
}

static bool b32dec(struct call *c, struct value *out)
{
    struct str data;
    size_t bad = 0;
    if (base32_decode(c->a, arg_str(c, 0), &data, &bad)) return ret_str(out, data);
    return ret_str(out, str_printf(c->a, "illegal base32 data at input byte %zu", bad));
}

const struct func funcs_encoding[] = {
    {"b64enc", "s", b64enc, 0},
    {"b64dec", "s", b64dec, 0},
    {"b32enc", "s", b32enc, 0},
    {"b32dec", "s", b32dec, 0},
    {0},
};
