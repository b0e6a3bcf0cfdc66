#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/format.h"

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c) return c < 0 ? -1 : 1;
    return a.n < b.n ? -1 : a.n > b.n;
}

int str_cmp_qsort(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The last n bytes, fewer than eight, as a number; without a call of memcpy, which costs more than the rest. */
static uint64_t last_bytes(struct str s, size_t n)
{
    const char *end = s.p + s.n;
    uint64_t w = 0;
    uint32_t low = 0, high = 0;
    if (n == 0) return 0;
    if (s.n >= 8) {
        memcpy(&w, end - 8, 8);
        return w >> (64 - 8 * n);
    }
    if (n >= 4) {
        memcpy(&low, end - n, 4);
        memcpy(&high, end - 4, 4);
        return low | (uint64_t)high << (8 * n - 32);
    }
    for (size_t i = n; i > 0; i--) w = w << 8 | (unsigned char)end[(ptrdiff_t)i - 1 - (ptrdiff_t)n];
    return w;
}

uint32_t str_hash(struct str s)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ s.n; /* eight bytes at a time: multiply and fold */
    const char *p = s.p;
    size_t n = s.n;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        h = (h ^ w) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    h = (h ^ last_bytes(s, n)) * 0xc4ceb9fe1a85ec53u;
    return (uint32_t)(h ^ h >> 32);
}

ptrdiff_t str_find(struct str s, struct str what)
{
    enum { SHORT = 16 }; /* up to here a search for the first byte is faster than memmem, and cannot be slow */
    if (what.n == 0) return 0;
    if (what.n > s.n) return -1;
    if (what.n > SHORT) {
        const char *p = memmem(s.p, s.n, what.p, what.n);
        return p ? p - s.p : -1;
    }
    const char *p = s.p, *last = s.p + (s.n - what.n);
    while (p <= last && (p = memchr(p, what.p[0], (size_t)(last - p) + 1))) {
        if (memcmp(p, what.p, what.n) == 0) return p - s.p;
        p++;
    }
    return -1;
}

ptrdiff_t str_find_last(struct str s, struct str what)
{
    if (what.n > s.n) return -1;
    for (size_t i = s.n - what.n + 1; i-- > 0;)
        if (what.n == 0 || memcmp(s.p + i, what.p, what.n) == 0) return (ptrdiff_t)i;
    return -1;
}

ptrdiff_t str_chr(struct str s, char c)
{
    const char *p = s.n ? memchr(s.p, c, s.n) : NULL;
    return p ? p - s.p : -1;
}

bool str_has(struct str s, struct str what) { return str_find(s, what) >= 0; }

bool str_cut(struct str s, struct str sep, struct str *head, struct str *tail)
{
    ptrdiff_t i = str_find(s, sep);
    if (i < 0) {
        *head = s;
        *tail = (struct str){0};
        return false;
    }
    *tail = str_from_n(s, (size_t)i + sep.n);
    *head = str_sub(s, 0, (size_t)i);
    return true;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct str str_trim(struct str s)
{
    while (s.n && is_space(s.p[0])) s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1])) s.n--;
    return s;
}

struct str str_trim_prefix(struct str s, struct str head) { return str_starts(s, head) ? str_from_n(s, head.n) : s; }
struct str str_trim_suffix(struct str s, struct str tail) { return str_ends(s, tail) ? str_sub(s, 0, s.n - tail.n) : s; }

struct str str_dup(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (struct str){p, s.n};
}

const char *str_z(struct arena *a, struct str s) { return str_dup(a, s).p; }

struct str str_printf(struct arena *a, const char *format, ...)
{
    char small[512];
    size_t quick;
    va_list ap;
    va_start(ap, format);
    bool known = format_quickly(small, sizeof small, format, ap, &quick);
    va_end(ap);
    if (known && quick < sizeof small) return str_dup(a, str_of(small, quick));
    if (known) {
        char *p = arena_alloc(a, quick + 1);
        va_start(ap, format);
        format_quickly(p, quick, format, ap, &quick);
        va_end(ap);
        p[quick] = 0;
        return str_of(p, quick);
    }
    va_start(ap, format);
    int n = vsnprintf(small, sizeof small, format, ap);
    va_end(ap);
    if (n < 0) guard_trip(a->guard, "a message could not be formatted");
    if ((size_t)n < sizeof small) return str_dup(a, str_of(small, (size_t)n));
    char *p = arena_alloc(a, (size_t)n + 1);
    va_start(ap, format);
    vsnprintf(p, (size_t)n + 1, format, ap);
    va_end(ap);
    return str_of(p, (size_t)n);
}

struct str str_concat(struct arena *a, struct str x, struct str y)
{
    char *p = arena_alloc(a, x.n + y.n + 1);
    if (x.n) memcpy(p, x.p, x.n);
    if (y.n) memcpy(p + x.n, y.p, y.n);
    p[x.n + y.n] = 0;
    return str_of(p, x.n + y.n);
}

struct str path_base(struct str path)
{
    ptrdiff_t i = str_find_last(path, STR("/"));
    return i < 0 ? path : str_from_n(path, (size_t)i + 1);
}

struct str path_dir(struct str path)
{
    ptrdiff_t i = str_find_last(path, STR("/"));
    return i < 0 ? (struct str){0} : str_sub(path, 0, (size_t)i);
}

struct str path_join(struct arena *a, struct str dir, struct str name)
{
    if (!dir.n) return name;
    return str_printf(a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(name));
}

struct str path_clean(struct arena *a, struct str path)
{
    if (!path.n) return STR(".");
    char *out = arena_alloc(a, path.n + 2);
    bool rooted = path.p[0] == '/';
    size_t r = 0, w = 0, dotdot = 0;
    if (rooted) out[w++] = '/', r = 1, dotdot = 1;
    while (r < path.n) {
        bool end1 = r + 1 == path.n || path.p[r + 1] == '/';
        if (path.p[r] == '/') {
            r++;
        } else if (path.p[r] == '.' && end1) {
            r++;
        } else if (path.p[r] == '.' && path.p[r + 1] == '.' && (r + 2 == path.n || path.p[r + 2] == '/')) {
            r += 2;
            if (w > dotdot) {
                w--;
                while (w > dotdot && out[w] != '/') w--;
            } else if (!rooted) {
                if (w) out[w++] = '/';
                out[w++] = '.', out[w++] = '.';
                dotdot = w;
            }
        } else {
            if ((rooted && w != 1) || (!rooted && w != 0)) out[w++] = '/';
            for (; r < path.n && path.p[r] != '/'; r++) out[w++] = path.p[r];
        }
    }
    if (w == 0) return STR(".");
    out[w] = 0;
    return str_of(out, w);
}
