#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/format.h"

void buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->n >= more) return;
    if (more > SIZE_MAX / 4 || b->n > SIZE_MAX / 4) guard_trip(b->a->guard, "out of memory");
    size_t cap = b->cap ? b->cap * 2 : 64;
    while (cap < b->n + more) cap *= 2;
    if (cap <= b->cap) return;
    b->p = arena_grow(b->a, b->p, b->n, cap);
    b->cap = cap;
}

void buf_z(struct buf *b, const char *z) { buf_add(b, str_from(z)); }

void buf_fill(struct buf *b, char c, size_t times)
{
    if (!times) return;
    if (b->cap - b->n < times) buf_reserve(b, times);
    memset(b->p + b->n, c, times);
    b->n += times;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list ap;
    size_t quick;
    va_start(ap, format);
    bool known = format_quickly(b->p ? b->p + b->n : NULL, b->cap - b->n, format, ap, &quick);
    va_end(ap);
    if (known && quick > b->cap - b->n) {
        buf_reserve(b, quick);
        va_start(ap, format);
        format_quickly(b->p + b->n, b->cap - b->n, format, ap, &quick);
        va_end(ap);
    }
    if (known) {
        b->n += quick;
        return;
    }
    va_start(ap, format);
    int n = vsnprintf(b->p ? b->p + b->n : NULL, b->cap - b->n, format, ap);
    va_end(ap);
    if (n < 0) guard_trip(b->a->guard, "a message could not be formatted");
    if ((size_t)n >= b->cap - b->n) {
        buf_reserve(b, (size_t)n + 1);
        va_start(ap, format);
        vsnprintf(b->p + b->n, b->cap - b->n, format, ap);
        va_end(ap);
    }
    b->n += (size_t)n;
}

void buf_rune(struct buf *b, uint32_t r)
{
    if (r > 0x10ffff || (r >= 0xd800 && r < 0xe000)) r = 0xfffd;
    if (r < 0x80) {
        buf_byte(b, (char)r);
    } else if (r < 0x800) {
        buf_byte(b, (char)(0xc0 | r >> 6));
        buf_byte(b, (char)(0x80 | (r & 63)));
    } else if (r < 0x10000) {
        buf_byte(b, (char)(0xe0 | r >> 12));
        buf_byte(b, (char)(0x80 | (r >> 6 & 63)));
        buf_byte(b, (char)(0x80 | (r & 63)));
    } else {
        buf_byte(b, (char)(0xf0 | r >> 18));
        buf_byte(b, (char)(0x80 | (r >> 12 & 63)));
        buf_byte(b, (char)(0x80 | (r >> 6 & 63)));
        buf_byte(b, (char)(0x80 | (r & 63)));
    }
}

struct str buf_done(struct buf *b)
{
    buf_byte(b, 0);
    b->n--;
    return buf_str(b);
}
