/* The matchers of gobwas/glob 0.2.3 (match/): each can tell whether it matches all of a text, and find itself in one. */
#include "base/utf8.h"
#include "text/glob.h"

/* Steps for one path: patterns like *a*a*a*b take exponential time otherwise. */
enum { MOST_STEPS = 200000000 };

struct matcher {
    struct arena *a;
    uint64_t steps;
};

/* Where a matcher was found: the start, and every length that it can have there, in ascending order. */
struct finding {
    size_t at;
    size_t *length;
    size_t n, cap;
};

static void charge(struct matcher *m, size_t steps)
{
    m->steps += steps + 1;
    if (m->steps > MOST_STEPS) guard_trip(m->a->guard, "a file pattern takes too long");
}

static void add_length(struct matcher *m, struct finding *f, size_t length)
{
    *PUSH(m->a, f->length, f->n, f->cap) = length;
}

/* The width that Go's utf8.RuneLen has for a decoded rune: 3 for a byte that is not UTF-8. */
static size_t rune_length(uint32_t rune)
{
    char out[4];
    return utf8_encode(rune, out);
}

static bool one_rune_matches(const struct glob *g, uint32_t r)
{
    if (g->kind == GLOB_SINGLE) return r != '/';
    bool in = g->kind == GLOB_RANGE && r >= g->from && r <= g->to;
    for (size_t i = 0, width; g->kind == GLOB_LIST && i < g->text.n && !in; i += width) in = utf8_decode(g->text, i, &width) == r;
    return in != g->negated;
}

static bool matches(struct matcher *m, const struct glob *g, struct str s);
static bool find(struct matcher *m, const struct glob *g, struct str s, struct finding *f);

/* An empty text counts as one rune, U+FFFD. */
static bool single_matches(const struct glob *g, struct str s)
{
    size_t width = 0;
    uint32_t r = s.n ? utf8_decode(s, 0, &width) : RUNE_ERROR;
    return s.n <= width && one_rune_matches(g, r);
}

/* Each part of the row takes its number of runes, of the last of which only the first byte is seen. */
static bool row_matches(struct matcher *m, const struct glob *g, struct str s)
{
    size_t at = 0;
    for (uint32_t k = 0; k < g->subs; k++) {
        size_t last = 0, width = 0;
        int64_t seen = 0;
        for (size_t i = at; i < s.n; i += width) {
            utf8_decode(s, i, &width);
            last = i - at;
            if (++seen == g->sub[k]->runes) break;
        }
        if (seen < g->sub[k]->runes || at + last + 1 > s.n) return false;
        if (!matches(m, g->sub[k], str_sub(s, at, at + last + 1))) return false;
        at += last + 1;
    }
    return true;
}

static bool split_matches(struct matcher *m, const struct glob *g, struct str s)
{
    if (g->runes > (int64_t)s.n) return false;
    size_t from = g->left && g->left->runes > 0 ? (size_t)g->left->runes : 0;
    size_t keep = g->right && g->right->runes > 0 ? (size_t)g->right->runes : 0;
    size_t to = keep < s.n ? s.n - keep : 0;
    struct arena_mark mark = arena_mark(m->a);
    while (from < to) {
        struct finding f = {0};
        bool good = false;
        if (!find(m, g->value, str_sub(s, from, to), &f)) break;
        size_t at = from + f.at;
        struct str left = str_sub(s, 0, at);
        if (g->left ? matches(m, g->left, left) : !left.n)
            for (size_t i = f.n; i-- > 0 && !good;) {
                struct str right = str_from_n(s, at + f.length[i]);
                good = g->right ? matches(m, g->right, right) : !right.n;
            }
        arena_rewind(m->a, mark);
        if (good) return true;
        size_t width = 0;
        if (at < s.n) utf8_decode(s, at, &width);
        from = at + width;
        charge(m, 0);
    }
    arena_rewind(m->a, mark);
    return false;
}

static bool any_of_matches(struct matcher *m, const struct glob *g, struct str s)
{
    for (uint32_t i = 0; i < g->subs; i++)
        if (matches(m, g->sub[i], s)) return true;
    return false;
}

static bool every_of_matches(struct matcher *m, const struct glob *g, struct str s)
{
    for (uint32_t i = 0; i < g->subs; i++)
        if (!matches(m, g->sub[i], s)) return false;
    return true;
}

static bool matches(struct matcher *m, const struct glob *g, struct str s)
{
    charge(m, s.n / 8);
    switch (g->kind) {
    case GLOB_NOTHING: return !s.n;
    case GLOB_TEXT: return str_eq(s, g->text);
    case GLOB_LIST:
    case GLOB_RANGE:
    case GLOB_SINGLE: return single_matches(g, s);
    case GLOB_ANY: return str_chr(s, '/') < 0;
    case GLOB_SUPER: return true;
    case GLOB_PREFIX: return str_starts(s, g->text);
    case GLOB_SUFFIX: return str_ends(s, g->text);
    case GLOB_PREFIX_SUFFIX: return str_starts(s, g->text) && str_ends(s, g->suffix); /* the two may overlap */
    case GLOB_PREFIX_ANY: return str_starts(s, g->text) && str_chr(str_from_n(s, g->text.n), '/') < 0;
    case GLOB_SUFFIX_ANY: return str_ends(s, g->text) && str_chr(str_sub(s, 0, s.n - g->text.n), '/') < 0;
    case GLOB_CONTAINS: return str_has(s, g->text) != g->negated;
    case GLOB_MIN: return utf8_count(s) >= g->from;
    case GLOB_MAX: return utf8_count(s) <= g->from;
    case GLOB_ROW: return (int64_t)utf8_count(s) == g->runes && row_matches(m, g, s);
    case GLOB_SPLIT: return split_matches(m, g, s);
    case GLOB_ANY_OF: return any_of_matches(m, g, s);
    case GLOB_EVERY_OF: return every_of_matches(m, g, s);
    case GLOB_PATTERN: break;
    }
    return false;
}

/* Every length from `base` that ends before a rune of s, and the whole. */
static void add_starts(struct matcher *m, struct finding *f, size_t base, struct str s)
{
    charge(m, s.n);
    for (size_t i = 0, width; i < s.n; i += width) {
        utf8_decode(s, i, &width);
        add_length(m, f, base + i);
    }
    add_length(m, f, base + s.n);
}

/* Every length from `base` that ends behind one of the runes of s, from the `first`th on (counted from 1) up to the `last`th. */
static void add_ends(struct matcher *m, struct finding *f, size_t base, struct str s, uint32_t first, uint32_t last)
{
    uint32_t count = 0;
    charge(m, s.n);
    for (size_t i = 0, width; i < s.n && count < last; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (++count >= first) add_length(m, f, base + i + rune_length(r));
    }
}

static struct str up_to_slash(struct str s)
{
    ptrdiff_t slash = str_chr(s, '/');
    return slash < 0 ? s : str_sub(s, 0, (size_t)slash);
}

static bool find_single(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    charge(m, s.n);
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (!one_rune_matches(g, r)) continue;
        f->at = i;
        add_length(m, f, rune_length(r));
        return true;
    }
    return false;
}

static bool find_row(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    for (size_t i = 0, width; i < s.n && (int64_t)(s.n - i) >= g->runes; i += width) {
        utf8_decode(s, i, &width);
        if (!row_matches(m, g, str_from_n(s, i))) continue;
        f->at = i;
        add_length(m, f, (size_t)g->runes);
        return true;
    }
    return false;
}

/* A text at any place, what may follow it, and for a suffix what may stand before it. */
static bool find_text(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    ptrdiff_t found = str_find(s, g->text);
    charge(m, s.n);
    if (found < 0) return false;
    size_t at = (size_t)found, end = at + g->text.n;
    f->at = at;
    if (g->kind == GLOB_SUFFIX) f->at = 0;
    if (g->kind == GLOB_SUFFIX_ANY) f->at = (size_t)(str_find_last(str_sub(s, 0, at), STR("/")) + 1);
    add_length(m, f, end - f->at);
    struct str rest = str_from_n(s, end);
    if (g->kind == GLOB_PREFIX) add_ends(m, f, g->text.n, rest, 1, UINT32_MAX);
    if (g->kind == GLOB_PREFIX_ANY) add_ends(m, f, g->text.n, up_to_slash(rest), 1, UINT32_MAX);
    return true;
}

static bool find_prefix_suffix(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    ptrdiff_t found = str_find(s, g->text);
    charge(m, s.n);
    if (found < 0) return false;
    f->at = (size_t)found;
    struct str rest = str_from_n(s, f->at);
    for (ptrdiff_t at; (at = str_find_last(rest, g->suffix)) >= 0; rest.n = (size_t)at)
        add_length(m, f, (size_t)at + g->suffix.n);
    for (size_t i = 0; i < f->n / 2; i++) {
        size_t length = f->length[i];
        f->length[i] = f->length[f->n - 1 - i];
        f->length[f->n - 1 - i] = length;
    }
    return f->n > 0;
}

static bool find_contained(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    ptrdiff_t found = str_find(s, g->text);
    f->at = 0;
    if (g->negated) {
        add_starts(m, f, 0, found < 0 ? s : str_sub(s, 0, (size_t)found));
        return true;
    }
    if (found < 0) return false;
    size_t end = (size_t)found + g->text.n;
    add_starts(m, f, end, str_from_n(s, end));
    return true;
}

/* Both lists are in ascending order. */
static void merge_lengths(struct matcher *m, struct finding *f, const struct finding *more)
{
    struct finding merged = {.at = f->at};
    size_t x = 0, y = 0;
    while (x < f->n || y < more->n) {
        bool from_x = y >= more->n || (x < f->n && f->length[x] <= more->length[y]);
        if (from_x && y < more->n && f->length[x] == more->length[y]) y++;
        add_length(m, &merged, from_x ? f->length[x++] : more->length[y++]);
    }
    *f = merged;
}

/* The alternatives found first. */
static bool find_any_of(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    bool any = false;
    for (uint32_t i = 0; i < g->subs; i++) {
        struct finding one = {0};
        if (!find(m, g->sub[i], s, &one)) continue;
        if (!any || one.at < f->at)
            *f = one;
        else if (one.at == f->at)
            merge_lengths(m, f, &one);
        any = true;
    }
    return any;
}

/* The lengths that all have in common, each looked for from where the one before was found. */
static bool find_every_of(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    size_t index = 0, offset = 0;
    struct str rest = s;
    for (uint32_t i = 0; i < g->subs; i++) {
        struct finding one = {0}, common = {0};
        if (!find(m, g->sub[i], rest, &one)) return false;
        if (i == 0) {
            common = one;
        } else {
            size_t delta = index - (one.at + offset);
            charge(m, f->n * one.n);
            for (size_t x = 0; x < f->n; x++)
                for (size_t y = 0; y < one.n; y++)
                    if (f->length[x] + delta == one.length[y]) add_length(m, &common, one.length[y]);
            if (!common.n) return false;
        }
        *f = common;
        index = one.at + offset;
        rest = str_from_n(s, index);
        offset += one.at;
    }
    f->at = index;
    return true;
}

static bool find(struct matcher *m, const struct glob *g, struct str s, struct finding *f)
{
    charge(m, 0);
    switch (g->kind) {
    case GLOB_NOTHING: add_length(m, f, 0); return true;
    case GLOB_LIST:
    case GLOB_RANGE:
    case GLOB_SINGLE: return find_single(m, g, s, f);
    case GLOB_ANY: add_starts(m, f, 0, up_to_slash(s)); return true;
    case GLOB_SUPER: add_starts(m, f, 0, s); return true;
    case GLOB_TEXT:
    case GLOB_PREFIX:
    case GLOB_SUFFIX:
    case GLOB_PREFIX_ANY:
    case GLOB_SUFFIX_ANY: return find_text(m, g, s, f);
    case GLOB_PREFIX_SUFFIX: return find_prefix_suffix(m, g, s, f);
    case GLOB_CONTAINS: return find_contained(m, g, s, f);
    case GLOB_MIN: if (s.n >= g->from) add_ends(m, f, 0, s, g->from, UINT32_MAX); return f->n > 0;
    case GLOB_MAX: add_length(m, f, 0); add_ends(m, f, 0, s, 1, g->from); return true;
    case GLOB_ROW: return find_row(m, g, s, f);
    case GLOB_ANY_OF: return find_any_of(m, g, s, f);
    case GLOB_EVERY_OF: return find_every_of(m, g, s, f);
    case GLOB_SPLIT: /* never found inside of something else */
    case GLOB_PATTERN: break;
    }
    return false;
}

struct glob *glob_compile(struct arena *a, struct str pattern)
{
    struct glob *tree = glob_parse(a, pattern);
    return tree ? glob_optimize(a, tree) : NULL;
}

bool glob_matches(const struct glob *g, struct arena *a, struct str path)
{
    struct matcher m = {.a = a};
    return matches(&m, g, path);
}
