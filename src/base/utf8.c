#include "base/utf8.h"

uint32_t utf8_decode(struct str s, size_t i, size_t *width)
{
    const unsigned char *p = (const unsigned char *)s.p + i;
    size_t left = s.n - i;
    *width = 1;
    unsigned c = p[0];
    if (c < 0x80) return c;
    if (c >= 0xc2 && c <= 0xdf && left >= 2 && (p[1] & 0xc0) == 0x80) {
        *width = 2;
        return (c & 31u) << 6 | (p[1] & 63u);
    }
    if (c >= 0xe0 && c <= 0xef && left >= 3 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
        uint32_t r = (c & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
        if (r >= 0x800 && (r < 0xd800 || r > 0xdfff)) {
            *width = 3;
            return r;
        }
    }
    if (c >= 0xf0 && c <= 0xf4 && left >= 4 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80) {
        uint32_t r = (c & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
        if (r >= 0x10000 && r <= 0x10ffff) {
            *width = 4;
            return r;
        }
    }
    return RUNE_ERROR;
}

uint32_t utf8_decode_last(struct str s, size_t i, size_t *width)
{
    size_t from = i > 4 ? i - 4 : 0;
    for (size_t j = i; j-- > from;) {
        if (((unsigned char)s.p[j] & 0xc0) == 0x80) continue;
        uint32_t r = utf8_decode(str_sub(s, 0, i), j, width);
        if (j + *width == i) return r;
        break;
    }
    *width = 1;
    return RUNE_ERROR;
}

bool utf8_valid(struct str s)
{
    for (size_t i = 0, w; i < s.n; i += w) {
        if ((unsigned char)s.p[i] < 0x80) {
            w = 1;
            continue;
        }
        if (utf8_decode(s, i, &w) == RUNE_ERROR && w == 1) return false;
    }
    return true;
}

size_t utf8_count(struct str s)
{
    size_t n = 0;
    for (size_t i = 0, w; i < s.n; i += w, n++) utf8_decode(s, i, &w);
    return n;
}

size_t utf8_encode(uint32_t r, char out[4])
{
    if (r > 0x10ffff || (r >= 0xd800 && r < 0xe000)) r = RUNE_ERROR;
    if (r < 0x80) {
        out[0] = (char)r;
        return 1;
    }
    if (r < 0x800) {
        out[0] = (char)(0xc0 | r >> 6);
        out[1] = (char)(0x80 | (r & 63));
        return 2;
    }
    if (r < 0x10000) {
        out[0] = (char)(0xe0 | r >> 12);
        out[1] = (char)(0x80 | (r >> 6 & 63));
        out[2] = (char)(0x80 | (r & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | r >> 18);
    out[1] = (char)(0x80 | (r >> 12 & 63));
    out[2] = (char)(0x80 | (r >> 6 & 63));
    out[3] = (char)(0x80 | (r & 63));
    return 4;
}
