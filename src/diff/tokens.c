#include "diff/tokens.h"

#include "text/units.h"

enum { WORDS_MAX = 24 };

static bool upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool lower(char c) { return c >= 'a' && c <= 'z'; }
static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) { return upper(c) || lower(c) || (unsigned char)c >= 0x80; }

/* A word ends where the case rises ("serviceAccount"), after a run of capitals ("TLSSecret"), and at any sign. */
static bool begins_word(struct str s, size_t i)
{
    if (i == 0) return true;
    char before = s.p[i - 1], here = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
    if (!letter(before) && !digit(before)) return true;
    if (upper(here)) return lower(before) || digit(before) || (upper(before) && lower(next));
    return false;
}

static uint32_t split(struct arena *a, struct str s, struct str words[WORDS_MAX])
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.n && n < WORDS_MAX;) {
        if (!letter(s.p[i]) && !digit(s.p[i])) {
            i++;
            continue;
        }
        size_t from = i++;
        while (i < s.n && (letter(s.p[i]) || digit(s.p[i])) && !begins_word(s, i)) i++;
        char *p = arena_alloc(a, i - from + 1);
        for (size_t k = from; k < i; k++) p[k - from] = upper(s.p[k]) ? (char)(s.p[k] - 'A' + 'a') : s.p[k];
        p[i - from] = 0;
        words[n++] = str_of(p, i - from);
    }
    return n;
}

void vocabulary_init(struct arena *a, struct vocabulary *v) { v->counts = strmap_new(a); }

void vocabulary_add(struct vocabulary *v, struct str key)
{
    struct str words[WORDS_MAX];
    uint32_t n = split(v->counts.a, key, words);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t *count = strmap_get(&v->counts, words[i]);
        if (!count) strmap_put(&v->counts, words[i], count = NEW(v->counts.a, uint32_t));
        ++*count;
    }
}

/* 1 for a word of one key, 1/2 for one on both sides, then slowly less. */
static double weight_of(const struct vocabulary *v, struct str word)
{
    const uint32_t *count = strmap_get(&v->counts, word);
    double doublings = 0;
    for (uint32_t n = count ? *count : 1; n > 1; n /= 2) doublings++;
    return 1 / (1 + doublings);
}

static uint64_t letters_of(struct str word)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < word.n; i++) bits |= 1ull << ((unsigned char)word.p[i] & 63);
    return bits;
}

struct tokens tokens_part(const struct tokens *t, uint32_t from, uint32_t to)
{
    return (struct tokens){t->v + from, t->weight + from, t->letters + from, to - from};
}

struct tokens tokens_of(struct arena *a, const struct vocabulary *v, struct str text)
{
    struct str words[WORDS_MAX];
    struct tokens t = {.n = split(a, text, words)};
    t.v = NEW_ARRAY(a, struct str, t.n);
    t.weight = NEW_ARRAY(a, double, t.n);
    t.letters = NEW_ARRAY(a, uint64_t, t.n);
    for (uint32_t i = 0; i < t.n; i++) {
        t.v[i] = words[i];
        t.weight[i] = weight_of(v, words[i]);
        t.letters[i] = letters_of(words[i]);
    }
    return t;
}

/* An edit takes a letter away, brings one, or both: words whose letters differ by more are further apart. */
static bool may_be_within(uint64_t x, uint64_t y, int edits) { return __builtin_popcountll(x ^ y) <= 2 * edits; }

/* Words that are not the same but near: "namespace(s)", "postgres(ql)", "persistent"/"persistence", a typo. */
static double nearness(const struct tokens *of_x, uint32_t i, const struct tokens *of_y, uint32_t j)
{
    struct str x = of_x->v[i], y = of_y->v[j];
    size_t shorter = x.n < y.n ? x.n : y.n, longer = x.n < y.n ? y.n : x.n, same = 0;
    while (same < shorter && x.p[same] == y.p[same]) same++;
    if (same == longer) return 1;
    if (same == shorter && shorter >= 4) return 0.8;
    if (same >= 6 && same * 4 >= longer * 3) return 0.7;
    int edits = shorter >= 8 ? 2 : 1;
    if (shorter < 5 || longer - shorter > 2 || !may_be_within(of_x->letters[i], of_y->letters[j], edits)) return 0;
    return edit_distance(x, y, 2) <= (size_t)edits ? 0.7 : 0;
}

double tokens_similarity(const struct tokens *x, const struct tokens *y)
{
    double shared = 0, all = 0;
    bool taken[WORDS_MAX] = {false};
    for (uint32_t i = 0; i < x->n; i++) all += x->weight[i];
    for (uint32_t i = 0; i < y->n; i++) all += y->weight[i];
    for (uint32_t i = 0; i < x->n; i++) {
        uint32_t best = WORDS_MAX;
        double nearest = 0;
        for (uint32_t j = 0; j < y->n; j++) {
            double near = taken[j] ? 0 : nearness(x, i, y, j);
            if (near <= nearest) continue;
            nearest = near;
            best = j;
        }
        if (best == WORDS_MAX) continue;
        taken[best] = true;
        shared += nearest * (x->weight[i] + y->weight[best]);
    }
    return all > 0 ? shared / all : 0;
}
