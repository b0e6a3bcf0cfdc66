/* The reader in front of the scanner: encodings, and characters that YAML does not allow. */
#include "base/utf8.h"
#include "value/yaml_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { BLOCK = 512 }; /* bytes that go-yaml reads ahead */

/* The printable characters of the YAML specification. */
static bool is_allowed(uint32_t r)
{
    return r == '\t' || r == '\n' || r == '\r' || (r >= 0x20 && r <= 0x7e) || r == 0x85 || (r >= 0xa0 && r <= 0xd7ff) ||
           (r >= 0xe000 && r <= 0xfffd) || (r >= 0x10000 && r <= 0x10ffff);
}

/* What is wrong with the character at s.p[i], or NULL; *width: its bytes, 1 when they cannot be told. */
static const char *check_character(struct str s, size_t i, unsigned *width)
{
    const unsigned char *p = (const unsigned char *)s.p + i;
    unsigned w = *p < 0x80 ? 1 : (*p & 0xe0) == 0xc0 ? 2 : (*p & 0xf0) == 0xe0 ? 3 : (*p & 0xf8) == 0xf0 ? 4 : 0;
    *width = w ? w : 1;
    if (!w) return "invalid leading UTF-8 octet";
    if (w > s.n - i) return "incomplete UTF-8 octet sequence";
    uint32_t r = w == 1 ? *p : *p & (0xffu >> (w + 1));
    for (unsigned k = 1; k < w; k++) {
        if ((p[k] & 0xc0) != 0x80) return "invalid trailing UTF-8 octet";
        r = r << 6 | (p[k] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (r < least[w]) return "invalid length of a UTF-8 sequence";
    if ((r >= 0xd800 && r <= 0xdfff) || r > 0x10ffff) return "invalid Unicode character";
    return is_allowed(r) ? NULL : "control characters are not allowed";
}

/* Sixteen bytes of ASCII text: printable, or line feeds. */
static bool sixteen_allowed(const char *p)
{
#if defined(__SSE2__)
    __m128i x = _mm_loadu_si128((const __m128i *)p);
    __m128i printable = _mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f)), _mm_cmpgt_epi8(x, _mm_set1_epi8(0x1f))); /* 0x80 and above are negative */
    return _mm_movemask_epi8(_mm_or_si128(printable, _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')))) == 0xffff;
#else
    return yaml_eight_printable(p) && yaml_eight_printable(p + 8);
#endif
}

/* The first character that is not allowed: its message, or NULL. */
static const char *find_bad(struct str s, size_t *at)
{
    size_t i = 0;
    while (i < s.n) {
        if (s.n - i >= 16 && sixteen_allowed(s.p + i)) {
            i += 16;
            continue;
        }
        unsigned width;
        if ((s.p[i] >= ' ' && s.p[i] < 0x7f) || s.p[i] == '\n') {
            i++;
            continue;
        }
        const char *message = check_character(s, i, &width);
        if (message) {
            *at = i;
            return message;
        }
        i += width;
    }
    return NULL;
}

/* How far go-yaml has decoded when it meets the bad character: it reads a block, less what was left of the last one, and
 * decodes all whole characters. `mark` bytes of a byte order mark stood before s. */
static size_t decoded_before(struct str s, size_t bad, size_t mark)
{
    size_t done = 0, end = BLOCK - mark;
    for (;; end = done + BLOCK) {
        size_t at = done;
        unsigned width;
        if (end > s.n) end = s.n;
        for (; at < bad; at += width) {
            width = yaml_width(s.p[at]);
            if (at + width > end) break;
        }
        check_character(s, bad, &width);
        if (at == bad && at + width <= end) return done;
        if (end == s.n) return at; /* an incomplete character at the end */
        done = at;
    }
}

/* UTF-16 to UTF-8. *bad is the message for what is no UTF-16; conversion stops there. */
static struct str from_utf16(struct arena *a, struct str s, bool little, const char **bad)
{
    struct buf b = buf_new(a);
    *bad = NULL;
    for (size_t i = 0; i < s.n && !*bad;) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        if (s.n - i < 2) {
            *bad = "incomplete UTF-16 character";
            break;
        }
        uint32_t r = little ? p[0] | (uint32_t)p[1] << 8 : p[1] | (uint32_t)p[0] << 8;
        i += 2;
        if ((r & 0xfc00) == 0xdc00) {
            *bad = "unexpected low surrogate area";
        } else if ((r & 0xfc00) == 0xd800) {
            uint32_t low = s.n - i < 2 ? 0 : little ? p[2] | (uint32_t)p[3] << 8 : p[3] | (uint32_t)p[2] << 8;
            if (s.n - i < 2) *bad = "incomplete UTF-16 surrogate pair";
            else if ((low & 0xfc00) != 0xdc00) *bad = "expected low surrogate area";
            else buf_rune(&b, 0x10000 + ((r & 0x3ff) << 10) + (low & 0x3ff));
            i += 2;
        } else {
            buf_rune(&b, r);
        }
    }
    return buf_done(&b);
}

void yaml_scan_start(struct yaml_scan *s, struct arena *a, struct str text, struct yaml_problem *problem)
{
    *s = (struct yaml_scan){.a = a, .problem = problem, .indent = -1, .key_allowed = true, .breaks = buf_new(a)};
    const char *bad16 = NULL;
    size_t mark = 0, bad = 0;
    if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff"))) {
        text = from_utf16(a, str_from_n(text, 2), text.p[0] == '\xff', &bad16);
    } else if (str_starts(text, STR("\xef\xbb\xbf"))) {
        mark = 3;
        text = str_from_n(text, 3);
    }
    const char *message = find_bad(text, &bad);
    char *copy = arena_alloc(a, text.n + YAML_PADDING);
    if (text.n) memcpy(copy, text.p, text.n);
    memset(copy + text.n, 0, YAML_PADDING);
    s->p = s->start = copy;
    s->end = copy + text.n;
    if (message) {
        s->bad_at = copy + bad;
        s->decoded = copy + decoded_before(text, bad, mark);
    } else if (bad16) {
        message = bad16;
        s->bad_at = s->decoded = s->end;
    }
    s->bad = str_from(message);
    s->quick = !message;
    PUSH(a, s->keys, s->levels, s->keys_cap);
}
