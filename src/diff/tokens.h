/* Names as words: "prometheusConfigReloaderImage" is four, and near to "prometheusConfigReloader.image". */
#ifndef RUTTER_DIFF_TOKENS_H
#define RUTTER_DIFF_TOKENS_H

#include "base/strmap.h"

struct tokens {
    struct str *v;        /* in lower case */
    double *weight;       /* a word that stands in many keys says little */
    uint64_t *letters;    /* which bytes are in it, a bit for each (of bytes that differ by 64 the same) */
    uint32_t n;
};

/* How often each word occurs among the keys of both trees; words are counted once for each key. */
struct vocabulary {
    struct strmap counts; /* uint32_t * */
};

void vocabulary_init(struct arena *a, struct vocabulary *v);
void vocabulary_add(struct vocabulary *v, struct str key);
/* A part of them; they are shared. */
struct tokens tokens_part(const struct tokens *t, uint32_t from, uint32_t to);
/* The words of a key, or of several joined by dots. */
struct tokens tokens_of(struct arena *a, const struct vocabulary *v, struct str text);
/* 0 to 1: the weight of the words that both have, over the weight of all (Dice). */
double tokens_similarity(const struct tokens *x, const struct tokens *y);

#endif
