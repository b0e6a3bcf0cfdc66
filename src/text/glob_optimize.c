/* From a tree to matchers, by the rules of gobwas/glob 0.2.3 (compiler/compiler.go): they decide what it gets wrong. */
#include "base/utf8.h"
#include "text/glob.h"

/* How many matchers may be looked at to find those that go together: it takes the cube of the pattern's length. */
enum { MOST_WORK = 100000000 };

struct optimizer {
    struct arena *a;
    uint64_t work;
    uint32_t depth;
};

struct glob *glob_new(struct arena *a, enum glob_kind kind)
{
    struct glob *g = NEW(a, struct glob);
    g->kind = kind;
    g->runes = -1;
    return g;
}

void glob_add(struct arena *a, struct glob *parent, struct glob *child)
{
    *PUSH(a, parent->sub, parent->subs, parent->cap) = child;
    child->parent = parent;
}

bool glob_same(const struct glob *x, const struct glob *y)
{
    if (x->kind != y->kind || x->negated != y->negated || x->from != y->from || x->to != y->to) return false;
    if (!str_eq(x->text, y->text) || x->subs != y->subs) return false;
    for (uint32_t i = 0; i < x->subs; i++)
        if (!glob_same(x->sub[i], y->sub[i])) return false;
    return true;
}

static struct glob *compile(struct optimizer *o, struct glob *tree);

static struct glob *new_text(struct optimizer *o, enum glob_kind kind, struct str text)
{
    struct glob *g = glob_new(o->a, kind);
    g->text = text;
    if (kind == GLOB_TEXT) g->runes = (int64_t)utf8_count(text);
    return g;
}

/* A fixed length, if all alternatives have it. One that has none is forgotten when it comes first. */
static int64_t any_of_length(const struct glob *g)
{
    int64_t length = -1;
    for (uint32_t i = 0; i < g->subs; i++) {
        int64_t one = g->sub[i]->runes;
        if (length == -1)
            length = one;
        else if (one != length)
            return -1;
    }
    return length;
}

/* A text between two matchers of a common kind becomes a single matcher. */
static struct glob *simplify_split(struct optimizer *o, struct glob *g)
{
    const struct glob *left = g->left, *right = g->right;
    struct str text = g->value->text;
    if (g->value->kind != GLOB_TEXT) return g;
    if (!left && !right) return new_text(o, GLOB_TEXT, text);
    if (left && right)
        return left->kind == GLOB_SUPER && right->kind == GLOB_SUPER ? new_text(o, GLOB_CONTAINS, text) : g;
    switch (left ? left->kind : right->kind) {
    case GLOB_SUPER: return new_text(o, left ? GLOB_SUFFIX : GLOB_PREFIX, text);
    case GLOB_ANY: return new_text(o, left ? GLOB_SUFFIX_ANY : GLOB_PREFIX_ANY, text);
    case GLOB_PREFIX:
    case GLOB_SUFFIX: break;
    default: return g;
    }
    if ((left ? left->kind : right->kind) != (left ? GLOB_PREFIX : GLOB_SUFFIX)) return g;
    struct glob *both = new_text(o, GLOB_PREFIX_SUFFIX, left ? left->text : text);
    both->suffix = left ? text : right->text;
    return both;
}

static struct glob *simplify(struct optimizer *o, struct glob *g)
{
    if (g->kind == GLOB_ANY_OF) return g->subs == 1 ? g->sub[0] : g;
    if (g->kind == GLOB_LIST) return !g->negated && utf8_count(g->text) == 1 ? new_text(o, GLOB_TEXT, g->text) : g;
    if (g->kind != GLOB_SPLIT) return g;
    if (g->left) g->left = simplify(o, g->left);
    if (g->right) g->right = simplify(o, g->right);
    return simplify_split(o, g);
}

/* All of fixed length: a row. */
static struct glob *glue_row(struct optimizer *o, struct glob **v, uint32_t n)
{
    int64_t length = 0;
    for (uint32_t i = 0; i < n; i++) {
        o->work++;
        if (v[i]->runes == -1) return NULL;
        length += v[i]->runes;
    }
    struct glob *row = glob_new(o->a, GLOB_ROW);
    for (uint32_t i = 0; i < n; i++) glob_add(o->a, row, v[i]);
    row->runes = length;
    return row;
}

/* What a wildcard does not match; false when the matcher is no wildcard. */
static bool separators(const struct glob *g, struct str *out)
{
    *out = g->kind == GLOB_LIST ? g->text : g->kind == GLOB_SUPER ? STR("") : STR("/");
    return g->kind == GLOB_SUPER || g->kind == GLOB_ANY || g->kind == GLOB_SINGLE || (g->kind == GLOB_LIST && g->negated);
}

/* Wildcards that stop at the same separators: how long, and what is not in it. */
static struct glob *glue_wildcards(struct optimizer *o, struct glob **v, uint32_t n)
{
    struct str stop, one;
    uint32_t singles = 0, anys = 0, supers = 0;
    for (uint32_t i = 0; i < n; i++) {
        o->work++;
        if (!separators(v[i], &one)) return NULL;
        if (i == 0) stop = one;
        if (!str_eq(one, stop)) return NULL;
        if (v[i]->kind == GLOB_SUPER)
            supers++;
        else if (v[i]->kind == GLOB_ANY)
            anys++;
        else
            singles++;
    }
    if (supers && !anys && !singles) return glob_new(o->a, GLOB_SUPER);
    if (anys && !supers && !singles) return glob_new(o->a, GLOB_ANY);
    struct glob *every = glob_new(o->a, GLOB_EVERY_OF);
    if (singles) {
        struct glob *min = glob_new(o->a, GLOB_MIN), *max = glob_new(o->a, GLOB_MAX);
        min->from = max->from = singles;
        glob_add(o->a, every, min);
        if (!anys && !supers) glob_add(o->a, every, max);
    }
    struct glob *without = new_text(o, GLOB_CONTAINS, stop);
    without->negated = true;
    if (stop.n) glob_add(o->a, every, without);
    return every;
}

static struct glob *glue(struct optimizer *o, struct glob **v, uint32_t n)
{
    if (o->work > MOST_WORK) guard_trip(o->a->guard, "a file pattern is too complicated");
    if (n < 2) return NULL;
    struct glob *g = glue_wildcards(o, v, n);
    return g ? g : glue_row(o, v, n);
}

/* The run that is glued first: the longest one, or a later one of greater fixed length. */
static struct glob *find_glue(struct optimizer *o, struct glob **v, uint32_t n, uint32_t *from, uint32_t *to)
{
    struct glob *best = NULL;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = n; j > i; j--) {
            struct arena_mark m = arena_mark(o->a);
            struct glob *g = glue(o, v + i, j - i);
            if (!g) continue;
            bool longer = best && best->runes > -1 && g->runes > best->runes;
            if (best && !longer && j - i <= *to - *from) {
                arena_rewind(o->a, m);
                continue;
            }
            best = g;
            *from = i;
            *to = j;
        }
    return best;
}

static uint32_t glue_all(struct optimizer *o, struct glob **v, uint32_t n)
{
    uint32_t from = 0, to = 0;
    struct glob *g;
    while ((g = find_glue(o, v, n, &from, &to))) {
        v[from] = g;
        memmove(v + from + 1, v + to, (n - to) * sizeof *v);
        n -= to - from - 1;
    }
    return n;
}

static struct glob *new_split(struct optimizer *o, struct glob *value, struct glob *left, struct glob *right)
{
    struct glob *g = glob_new(o->a, GLOB_SPLIT);
    g->value = value;
    g->left = left;
    g->right = right;
    if (value->runes >= 0 && (!left || left->runes >= 0) && (!right || right->runes >= 0))
        g->runes = value->runes + (left ? left->runes : 0) + (right ? right->runes : 0);
    return g;
}

/* Splits at the last of the longest matchers of fixed length; without any, after the first one. */
static struct glob *split(struct optimizer *o, struct glob **v, uint32_t n)
{
    if (n == 1) return v[0];
    if (++o->depth > GLOB_DEEPEST) guard_trip(o->a->guard, "a file pattern nests too deeply");
    struct glob *g = glue(o, v, n);
    if (!g) {
        uint32_t at = n;
        int64_t longest = -1;
        for (uint32_t i = 0; i < n; i++)
            if (v[i]->runes != -1 && v[i]->runes >= longest) {
                longest = v[i]->runes;
                at = i;
            }
        if (at == n) {
            g = new_split(o, v[0], NULL, split(o, v + 1, n - 1));
        } else {
            struct glob *left = at ? split(o, v, at) : NULL;
            g = new_split(o, v[at], left, at + 1 < n ? split(o, v + at + 1, n - at - 1) : NULL);
        }
    }
    o->depth--;
    return g;
}

static struct glob *compile_pattern(struct optimizer *o, struct glob *tree)
{
    if (!tree->subs) return compile(o, glob_new(o->a, GLOB_NOTHING));
    struct glob **v = NEW_ARRAY(o->a, struct glob *, tree->subs);
    for (uint32_t i = 0; i < tree->subs; i++) v[i] = simplify(o, compile(o, tree->sub[i]));
    return simplify(o, split(o, v, glue_all(o, v, tree->subs)));
}

/* How many nodes all alternatives have in common at both ends, as far as the shortest one goes. */
static void count_common(const struct glob *any_of, uint32_t *left, uint32_t *right)
{
    const struct glob *shortest = any_of->sub[0];
    for (uint32_t k = 1; k < any_of->subs; k++)
        if (any_of->sub[k]->subs < shortest->subs) shortest = any_of->sub[k];
    bool left_ends = false, right_ends = false;
    uint32_t n = shortest->subs;
    *left = *right = 0;
    for (uint32_t i = 0; i < n && *left + *right < n && !(left_ends && right_ends); i++) {
        uint32_t j = n - 1 - i;
        for (uint32_t k = 0; k < any_of->subs && !(left_ends && right_ends); k++) {
            const struct glob *other = any_of->sub[k];
            if (other == shortest) continue;
            left_ends = left_ends || !glob_same(shortest->sub[i], other->sub[i]);
            right_ends = right_ends || (!left_ends && j <= i);
            right_ends = right_ends || !glob_same(shortest->sub[j], other->sub[j + other->subs - n]);
        }
        if (!left_ends) ++*left;
        if (!right_ends) ++*right;
    }
}

static struct glob *pattern_of(struct optimizer *o, struct glob **v, uint32_t n)
{
    struct glob *pattern = glob_new(o->a, n ? GLOB_PATTERN : GLOB_NOTHING);
    for (uint32_t i = 0; i < n; i++) glob_add(o->a, pattern, v[i]);
    return pattern;
}

static void add_if_new(struct optimizer *o, struct glob *any_of, struct glob *pattern)
{
    for (uint32_t i = 0; i < any_of->subs; i++)
        if (glob_same(any_of->sub[i], pattern)) return;
    glob_add(o->a, any_of, pattern);
}

/* {abc,axc} becomes a{b,x}c; NULL when the alternatives have nothing in common. */
static struct glob *take_common_out(struct optimizer *o, struct glob *tree)
{
    uint32_t left = 0, right = 0;
    for (uint32_t i = 0; i < tree->subs; i++)
        if (tree->sub[i]->kind != GLOB_PATTERN) return NULL;
    if (tree->subs > 1) count_common(tree, &left, &right);
    if (!left && !right) return NULL;
    struct glob *result = glob_new(o->a, GLOB_PATTERN), *first = tree->sub[0];
    struct glob *ends = pattern_of(o, first->sub + first->subs - right, right);
    struct glob *any_of = glob_new(o->a, GLOB_ANY_OF);
    if (left) glob_add(o->a, result, pattern_of(o, first->sub, left));
    for (uint32_t i = 0; i < tree->subs; i++)
        add_if_new(o, any_of, pattern_of(o, tree->sub[i]->sub + left, tree->sub[i]->subs - left - right));
    if (any_of->subs > 1)
        glob_add(o->a, result, any_of);
    else if (any_of->sub[0]->kind != GLOB_NOTHING)
        glob_add(o->a, result, any_of->sub[0]);
    if (right) glob_add(o->a, result, ends);
    return result;
}

static struct glob *compile_any_of(struct optimizer *o, struct glob *tree)
{
    struct glob *smaller = take_common_out(o, tree);
    if (smaller) return compile(o, smaller);
    struct glob *any_of = glob_new(o->a, GLOB_ANY_OF);
    for (uint32_t i = 0; i < tree->subs; i++) glob_add(o->a, any_of, simplify(o, compile(o, tree->sub[i])));
    any_of->runes = any_of_length(any_of);
    return any_of;
}

static struct glob *compile(struct optimizer *o, struct glob *tree)
{
    if (tree->kind == GLOB_ANY_OF) return compile_any_of(o, tree);
    if (tree->kind == GLOB_PATTERN) return compile_pattern(o, tree);
    struct glob *g = glob_new(o->a, tree->kind);
    *g = *tree;
    g->runes = -1;
    if (g->kind == GLOB_NOTHING) g->runes = 0;
    if (g->kind == GLOB_LIST || g->kind == GLOB_RANGE || g->kind == GLOB_SINGLE) g->runes = 1;
    if (g->kind == GLOB_TEXT) g->runes = (int64_t)utf8_count(g->text);
    return simplify(o, g);
}

struct glob *glob_optimize(struct arena *a, struct glob *tree)
{
    struct optimizer o = {.a = a};
    return compile(&o, tree);
}
