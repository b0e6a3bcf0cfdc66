/* Sets of runes, as ranges in any order until runes_clean. For the regular expressions' parser. */
#ifndef RUTTER_TEXT_REGEX_SET_H
#define RUTTER_TEXT_REGEX_SET_H

#include "text/unicode.h"

enum { RUNE_LAST = 0x10ffff };

struct runes {
    struct rune_range *v;
    uint32_t n, cap;
};

void runes_add(struct arena *a, struct runes *set, uint32_t from, uint32_t to);
/* Also adds every rune that is equal to one of the range when case is ignored. */
void runes_add_folded(struct arena *a, struct runes *set, uint32_t from, uint32_t to);
/* The ranges given, or all that is not in them; they must be clean. */
void runes_add_ranges(struct arena *a, struct runes *set, const struct rune_range *v, uint32_t n);
void runes_add_negated(struct arena *a, struct runes *set, const struct rune_range *v, uint32_t n);
/* Sorts the ranges and joins those that overlap or touch. */
void runes_clean(struct runes *set);
bool runes_has(const struct rune_range *v, uint32_t n, uint32_t r); /* of clean ranges */

#endif
