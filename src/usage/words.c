#include "usage/words.h"

static bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
static bool is_letter(unsigned char c) { return is_upper(c) || is_lower(c); }

static void add_word(struct words *w, struct str word)
{
    uint32_t h = 2166136261u; /* FNV-1a over lower case */
    size_t n = word.n;
    if (n > 3 && (word.p[n - 1] | 32) == 's' && (word.p[n - 2] | 32) != 's') n--;
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)(is_upper((unsigned char)word.p[i]) ? word.p[i] | 32 : word.p[i])) * 16777619u;
    if (w->n < WORDS_MOST) w->hash[w->n++] = h;
}

/* A word ends where lower case meets upper case, where an abbreviation meets a word ("HTTPPort"), and at anything that is neither. */
static bool ends_at(struct str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i], before = (unsigned char)s.p[i - 1];
    if (is_letter(c) != is_letter(before)) return true;
    if (is_upper(c) && is_lower(before)) return true;
    return is_upper(before) && is_upper(c) && i + 1 < s.n && is_lower((unsigned char)s.p[i + 1]);
}

void words_add(struct words *w, struct str text)
{
    for (size_t i = 0; i < text.n;) {
        size_t from = i++;
        if (!is_letter((unsigned char)text.p[from]) && !(text.p[from] >= '0' && text.p[from] <= '9')) continue;
        while (i < text.n && !ends_at(text, i)) i++;
        add_word(w, str_sub(text, from, i));
    }
}

int words_likeness(const struct words *x, const struct words *y)
{
    bool used[WORDS_MOST] = {0};
    uint32_t hits = 0;
    if (!x->n || !y->n) return 0;
    for (uint32_t i = 0; i < x->n; i++)
        for (uint32_t k = 0; k < y->n; k++)
            if (!used[k] && x->hash[i] == y->hash[k]) {
                used[k] = true;
                hits++;
                break;
            }
    return (int)(200 * hits / (x->n + y->n));
}

/* Damerau's distance of neighbours (optimal string alignment). */
uint32_t words_distance(struct str x, struct str y, uint32_t most)
{
    enum { LONGEST = 64 };
    uint32_t rows[3][LONGEST + 1];
    if (x.n > LONGEST || y.n > LONGEST || (x.n > y.n ? x.n - y.n : y.n - x.n) > most) return most + 1;
    for (uint32_t k = 0; k <= y.n; k++) rows[0][k] = k;
    for (uint32_t i = 1; i <= x.n; i++) {
        uint32_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
        now[0] = i;
        for (uint32_t k = 1; k <= y.n; k++) {
            uint32_t d = before[k - 1] + (x.p[i - 1] != y.p[k - 1]);
            if (before[k] + 1 < d) d = before[k] + 1;
            if (now[k - 1] + 1 < d) d = now[k - 1] + 1;
            if (i > 1 && k > 1 && x.p[i - 1] == y.p[k - 2] && x.p[i - 2] == y.p[k - 1] && two[k - 2] + 1 < d) d = two[k - 2] + 1;
            now[k] = d;
        }
    }
    uint32_t d = rows[x.n % 3][y.n];
    return d > most ? most + 1 : d;
}
