/* The generated tables (tables.c, by generate.py): for unicode.c alone. */
#ifndef RUTTER_TEXT_UNICODE_TABLES_H
#define RUTTER_TEXT_UNICODE_TABLES_H

#include "text/unicode.h"


struct rune_set {
    const struct rune_range *v; /* sorted, not touching each other */
    uint32_t n;
};

/* What \p{...} finds, sorted by canonical name. */
struct unicode_named {
    const char *name;
    struct rune_set set;
};
extern const struct unicode_named unicode_named[];
extern const uint32_t unicode_named_count;

/* The kinds that have a function of their own; generate.py knows this order. */
enum unicode_kind {
    KIND_LETTER, KIND_DIGIT, KIND_NUMBER, KIND_UPPER, KIND_LOWER, KIND_PUNCT, KIND_PRINT, KIND_SPACE,
};
extern const struct rune_set unicode_kinds[];
extern const uint8_t unicode_latin1[256];

/* Every `step`-th rune from..to is mapped to itself plus delta. */
struct rune_run {
    uint32_t from, to, step;
    int32_t delta;
};
extern const struct rune_run unicode_upper[], unicode_lower[], unicode_title[];
extern const uint32_t unicode_upper_count, unicode_lower_count, unicode_title_count;
/* rune_fold where it is neither the small letter of a capital nor the capital of a small one. */
extern const struct rune_run unicode_odd_fold[];
extern const uint32_t unicode_odd_fold_count;

#endif
