/* Words of English text, for what reads changelogs. ASCII only: other letters count as word characters. */
#ifndef RUTTER_CHANGELOG_WORDS_H
#define RUTTER_CHANGELOG_WORDS_H

#include "base/str.h"

static inline bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static inline char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* Whether the word in front of s.p[at] is `word`, with one character between them ("non-breaking"). */
static inline bool word_before_is(struct str s, size_t at, const char *word)
{
    size_t n = strlen(word);
    if (at < n + 1) return false;
    for (size_t i = 0; i < n; i++)
        if (ascii_lower(s.p[at - 1 - n + i]) != word[i]) return false;
    return at == n + 1 || !word_char(s.p[at - n - 2]);
}

struct words {
    struct str rest;
};

static inline void words_start(struct words *w, struct str text) { w->rest = text; }

static inline bool words_next(struct words *w, struct str *word)
{
    size_t i = 0, n;
    while (i < w->rest.n && !word_char(w->rest.p[i])) i++;
    for (n = i; n < w->rest.n && word_char(w->rest.p[n]);) n++;
    *word = str_sub(w->rest, i, n);
    w->rest = str_from_n(w->rest, n);
    return word->n > 0;
}

#endif
