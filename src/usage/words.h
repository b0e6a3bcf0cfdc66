/* Names as sets of words, for asking quickly which of a thousand keys resembles another. Private to usage/.
 *
 * "prometheusConfigReloaderImage" has the words prometheus, config, reloader, image; a plural is its singular. */
#ifndef RUTTER_USAGE_WORDS_H
#define RUTTER_USAGE_WORDS_H

#include "base/str.h"

enum { WORDS_MOST = 24 };

struct words {
    uint32_t hash[WORDS_MOST];
    uint32_t n;
};

/* Adds the words of a text; those beyond WORDS_MOST are left out. */
void words_add(struct words *w, struct str text);
/* 0 to 100: twice the words that both have, over the words of both (Dice). */
int words_likeness(const struct words *x, const struct words *y);
/* How many single-character edits (a swap of neighbours is one) lead from one to the other; `most` + 1 when more than `most`. */
uint32_t words_distance(struct str x, struct str y, uint32_t most);

#endif
