/* A string that grows, in an arena. */
#ifndef RUTTER_BASE_BUF_H
#define RUTTER_BASE_BUF_H

#include "base/str.h"

struct buf {
    struct arena *a;
    char *p;
    size_t n, cap;
};

static inline struct buf buf_new(struct arena *a) { return (struct buf){.a = a}; }
void buf_reserve(struct buf *b, size_t more);          /* room for `more` bytes after n */
static inline void buf_add(struct buf *b, struct str s)
{
    if (!s.n) return;
    if (b->cap - b->n < s.n) buf_reserve(b, s.n);
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}
static inline void buf_byte(struct buf *b, char c)
{
    if (b->n == b->cap) buf_reserve(b, 1);
    b->p[b->n++] = c;
}
void buf_z(struct buf *b, const char *z);
void buf_fill(struct buf *b, char c, size_t times);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_rune(struct buf *b, uint32_t rune);           /* as UTF-8; what is no Unicode scalar value becomes U+FFFD */
/* Borrows: valid until the next change. buf_done also puts a NUL after the last byte. */
static inline struct str buf_str(const struct buf *b) { return (struct str){b->p, b->n}; }
struct str buf_done(struct buf *b);

#endif
