/* Unicode properties as Go's unicode package has them; tables are generated in text/unicode/. */
#ifndef RUTTER_TEXT_UNICODE_H
#define RUTTER_TEXT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

bool rune_is_letter(uint32_t r);
bool rune_is_digit(uint32_t r);    /* category Nd */
bool rune_is_number(uint32_t r);
bool rune_is_space(uint32_t r);    /* unicode.IsSpace */
bool rune_is_upper(uint32_t r);
bool rune_is_lower(uint32_t r);
bool rune_is_punct(uint32_t r);
bool rune_is_print(uint32_t r);    /* strconv.IsPrint */
uint32_t rune_upper(uint32_t r);
uint32_t rune_lower(uint32_t r);
uint32_t rune_title(uint32_t r);
uint32_t rune_fold(uint32_t r);    /* unicode.SimpleFold: the next rune of its case orbit */

struct rune_range { uint32_t from, to; };
/* The ranges of a category or script (\p{Greek}, \pL), sorted; NULL when there is none of this name. */
const struct rune_range *unicode_class(struct str name, uint32_t *count);

#endif
