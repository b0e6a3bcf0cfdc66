/* UTF-8, decoded as Go does it: an invalid byte is U+FFFD of width 1. */
#ifndef RUTTER_BASE_UTF8_H
#define RUTTER_BASE_UTF8_H

#include "base/str.h"

enum { RUNE_ERROR = 0xfffd };

/* The rune at s.p[i] (i < s.n) and its width in bytes. */
uint32_t utf8_decode(struct str s, size_t i, size_t *width);
/* The rune that ends before s.p[i] (i > 0), and its width. */
uint32_t utf8_decode_last(struct str s, size_t i, size_t *width);
bool utf8_valid(struct str s);
size_t utf8_count(struct str s);                 /* runes */
size_t utf8_encode(uint32_t rune, char out[4]);  /* bytes written */

#endif
