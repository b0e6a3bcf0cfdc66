#include "text/unicode/tables.h"

static bool set_has(const struct rune_set *set, uint32_t r)
{
    uint32_t low = 0, high = set->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r > set->v[middle].to)
            low = middle + 1;
        else if (r < set->v[middle].from)
            high = middle;
        else
            return true;
    }
    return false;
}

static bool is_kind(uint32_t r, enum unicode_kind kind)
{
    if (r < 256) return unicode_latin1[r] >> kind & 1;
    return set_has(&unicode_kinds[kind], r);
}

bool rune_is_letter(uint32_t r) { return is_kind(r, KIND_LETTER); }
bool rune_is_digit(uint32_t r) { return is_kind(r, KIND_DIGIT); }
bool rune_is_number(uint32_t r) { return is_kind(r, KIND_NUMBER); }
bool rune_is_space(uint32_t r) { return is_kind(r, KIND_SPACE); }
bool rune_is_upper(uint32_t r) { return is_kind(r, KIND_UPPER); }
bool rune_is_lower(uint32_t r) { return is_kind(r, KIND_LOWER); }
bool rune_is_punct(uint32_t r) { return is_kind(r, KIND_PUNCT); }
bool rune_is_print(uint32_t r) { return is_kind(r, KIND_PRINT); }

static const struct rune_run *run_find(const struct rune_run *runs, uint32_t n, uint32_t r)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r > runs[middle].to)
            low = middle + 1;
        else if (r < runs[middle].from)
            high = middle;
        else
            return (r - runs[middle].from) % runs[middle].step == 0 ? &runs[middle] : NULL;
    }
    return NULL;
}

static uint32_t run_map(const struct rune_run *runs, uint32_t n, uint32_t r)
{
    const struct rune_run *run = run_find(runs, n, r);
    return run ? (uint32_t)((int32_t)r + run->delta) : r;
}

uint32_t rune_upper(uint32_t r)
{
    if (r < 0x80) return r - 'a' < 26 ? r - 32 : r;
    return run_map(unicode_upper, unicode_upper_count, r);
}

uint32_t rune_lower(uint32_t r)
{
    if (r < 0x80) return r - 'A' < 26 ? r + 32 : r;
    return run_map(unicode_lower, unicode_lower_count, r);
}

uint32_t rune_title(uint32_t r)
{
    if (r < 0x80) return r - 'a' < 26 ? r - 32 : r;
    return run_map(unicode_title, unicode_title_count, r);
}

uint32_t rune_fold(uint32_t r)
{
    const struct rune_run *odd = run_find(unicode_odd_fold, unicode_odd_fold_count, r);
    if (odd) return (uint32_t)((int32_t)r + odd->delta);
    uint32_t lower = rune_lower(r);
    return lower != r ? lower : rune_upper(r);
}

/* The first rune from r on that is in a run, or UINT32_MAX. */
static uint32_t run_next(const struct rune_run *runs, uint32_t n, uint32_t r)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r > runs[middle].to)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == n) return UINT32_MAX;
    if (r <= runs[low].from) return runs[low].from;
    return r + (runs[low].to - r) % runs[low].step;
}

uint32_t rune_next_folding(uint32_t r)
{
    for (; r <= 0x1ffff; r++) {
        uint32_t upper = run_next(unicode_upper, unicode_upper_count, r);
        uint32_t lower = run_next(unicode_lower, unicode_lower_count, r);
        uint32_t odd = run_next(unicode_odd_fold, unicode_odd_fold_count, r);
        r = upper < lower ? upper : lower;
        if (odd < r) r = odd;
        if (r == UINT32_MAX || rune_fold(r) != r) return r;
    }
    return UINT32_MAX;
}

/* Go's canonical form: without spaces, '_' and '-'; the first letter large, the others small (regexp/syntax canonicalName). */
static bool canonical_name(struct str name, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c == ' ' || c == '_' || c == '-') continue;
        if (n + 1 >= room || !c) return false;
        if (n == 0 && c >= 'a' && c <= 'z') c = (char)(c - 32);
        if (n > 0 && c >= 'A' && c <= 'Z') c = (char)(c + 32);
        out[n++] = c;
    }
    out[n] = 0;
    return true;
}

const struct rune_range *unicode_class(struct str name, uint32_t *count)
{
    char key[64];
    *count = 0;
    if (!canonical_name(name, key, sizeof key)) return NULL;
    uint32_t low = 0, high = unicode_named_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(key, unicode_named[middle].name);
        if (order == 0) {
            *count = unicode_named[middle].set.n;
            return unicode_named[middle].set.v;
        }
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
