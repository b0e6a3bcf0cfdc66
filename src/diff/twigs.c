#include "diff/twigs.h"

#include "value/yaml.h"

enum { NODES_MAX = 20000 };

/* ---- what is common ---- */

static uint32_t *counter(struct strmap *m, struct str key)
{
    uint32_t *n = strmap_get(m, key);
    if (!n) strmap_put(m, key, n = NEW(m->a, uint32_t));
    return n;
}

struct str twig_scalar_text(struct arena *a, struct value v)
{
    switch (v.kind) {
    case V_STR: return v_text(v);
    case V_BOOL: return v.u.b ? STR("true") : STR("false");
    case V_INT: return str_printf(a, "%lld", (long long)v.u.i);
    case V_FLOAT: return str_printf(a, "%.17g", v.u.f);
    default: return (struct str){0};
    }
}

static void count_tree(struct rename_context *c, const struct map *m, uint32_t depth)
{
    if (depth > c->a->guard->max.depth) return;
    for (uint32_t i = 0; m && i < m->n; i++) {
        const struct entry *e = &m->v[i];
        ++*counter(&c->keys, e->key);
        vocabulary_add(&c->words, e->key);
        if (e->value.kind == V_MAP) count_tree(c, e->value.u.map, depth + 1);
        struct str text = twig_scalar_text(c->a, e->value);
        if (text.n) ++*counter(&c->texts, text);
    }
}

void renames_prepare(struct arena *a, const struct map *from, const struct map *to, struct rename_context *c)
{
    *c = (struct rename_context){.a = a, .keys = strmap_new(a), .texts = strmap_new(a)};
    vocabulary_init(a, &c->words);
    count_tree(c, from, 0);
    count_tree(c, to, 0);
}

static double rarity(uint32_t count)
{
    double doublings = 0;
    /* A key that both sides have once is as rare as one that only one side has. */
    for (count = (count + 1) / 2; count > 1; count /= 2) doublings++;
    return 1 / (1 + doublings);
}

/* ---- the nodes of one side ---- */

static struct str join_full(struct arena *a, struct str parent, struct str key)
{
    return parent.n ? str_printf(a, "%.*s\x01%.*s", STR_ARG(parent), STR_ARG(key)) : str_dup(a, key);
}

/* The end of the segment that begins at `from`: a dot, but not one behind a backslash. */
static size_t segment_end(struct str path, size_t from)
{
    size_t i = from;
    while (i < path.n && !(path.p[i] == '.' && (i == 0 || path.p[i - 1] != '\\'))) i++;
    return i;
}

static void read_words(const struct rename_context *c, struct twig *x)
{
    x->words = tokens_of(c->a, &c->words, x->as);
    x->segments_n = 1;
    for (size_t i = segment_end(x->as, 0); i < x->as.n; i = segment_end(x->as, i + 1)) x->segments_n++;
    x->segments = NEW_ARRAY(c->a, uint32_t, x->segments_n + 1);
    struct arena_mark mark = arena_mark(c->a);
    for (size_t from = 0, k = 0; k < x->segments_n; k++) {
        size_t end = segment_end(x->as, from);
        uint32_t next = x->segments[k] + tokens_of(c->a, &c->words, str_sub(x->as, from, end)).n;
        x->segments[k + 1] = next < x->words.n ? next : x->words.n;
        from = end + 1;
    }
    arena_rewind(c->a, mark);
}

static void flatten(struct rename_context *c, struct forest *s, struct twig x, struct str key, uint32_t depth)
{
    struct arena *a = c->a;
    if (s->n >= NODES_MAX || depth > a->guard->max.depth) return;
    read_words(c, &x);
    uint32_t index = s->n;
    *PUSH(a, s->nodes, s->n, s->cap) = x;
    s->nodes[index].lo = s->leaves_n;
    if (twig_is_branch(x.v)) {
        struct entry **sorted = map_sorted(a, x.v.u.map);
        for (uint32_t i = 0; i < map_len(x.v); i++) {
            struct twig child = {.lone = x.lone, .v = sorted[i]->value, .at = sorted[i]->at};
            child.path = path_key(a, x.path, sorted[i]->key);
            child.as = path_key(a, x.as, sorted[i]->key);
            child.full = join_full(a, x.full, sorted[i]->key);
            flatten(c, s, child, sorted[i]->key, depth + 1);
        }
    } else {
        const uint32_t *count = strmap_get(&c->keys, key);
        *PUSH(a, s->leaves, s->leaves_n, s->leaves_cap) = (struct leaf){x.full, x.v, rarity(count ? *count : 1)};
    }
    struct twig *done = &s->nodes[index];
    done->hi = s->leaves_n;
    for (uint32_t i = done->lo; i < done->hi; i++) done->mass += s->leaves[i].weight;
}

struct str twig_last_key(struct str path)
{
    size_t i = path.n;
    while (i > 0 && !(path.p[i - 1] == '.' && (i < 2 || path.p[i - 2] != '\\'))) i--;
    return str_from_n(path, i);
}

void twigs_read(struct rename_context *c, const struct lones *l, struct forest *s)
{
    *s = (struct forest){0};
    for (uint32_t i = 0; i < l->n; i++) {
        const struct lone *x = &l->v[i];
        if (x->gone) continue;
        struct str key = twig_last_key(x->path);
        flatten(c, s, (struct twig){.lone = i, .path = x->path, .as = x->as, .full = key, .v = x->v, .at = x->at}, key, 0);
    }
}

/* ---- paths ---- */

/* How many segments two paths have in common from the root. */
static uint32_t common_segments(struct str x, struct str y)
{
    uint32_t n = 0;
    for (size_t from = 0;; n++) {
        size_t end = segment_end(x, from);
        if (from >= x.n || from >= y.n || segment_end(y, from) != end || memcmp(x.p + from, y.p + from, end - from) != 0) return n;
        from = end + 1;
    }
}

/* The words from a segment on; all of the last one where nothing is left of the path: "image" and "image.repository". */
static struct tokens words_from(const struct twig *x, uint32_t segment)
{
    if (segment >= x->segments_n) segment = x->segments_n - 1;
    return tokens_part(&x->words, x->segments[segment], x->words.n);
}

/* Whether a word of x's segment `at` is among y's. */
static bool segment_lives_on(const struct twig *x, uint32_t at, const struct tokens *y)
{
    struct tokens p = tokens_part(&x->words, x->segments[at], x->segments[at + 1]);
    return tokens_similarity(&p, y) > 0;
}

static bool is_main_key(struct str key)
{
    static const char *const keys[] = {"enabled", "name", "repository", "value", "create", "type", "size", "host", "url"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_is(key, keys[i])) return true;
    return false;
}

/* A name of its own that each side has exactly once. "port" could be anybody's. */
static bool is_distinctive(const struct rename_context *c, struct str key)
{
    const uint32_t *count = strmap_get(&c->keys, key);
    return count && *count == 2 && key.n >= 7;
}

struct likeness twigs_compare_paths(const struct rename_context *c, const struct twig *x, const struct twig *y)
{
    uint32_t common = common_segments(x->as, y->as), left_x = x->segments_n - common, left_y = y->segments_n - common;
    struct likeness l = {.keeps = 1};
    /* In the same map, or one level down or up from it; else by whether any of the way is shared. */
    if (left_x <= 1 && left_y <= 1) l.place = 1;
    else if (left_x <= 1 || left_y <= 1) l.place = common ? 0.9 : 0.6;
    else l.place = common ? 0.6 : 0.2;
    struct tokens p = words_from(x, common), q = words_from(y, common);
    l.name = tokens_similarity(&p, &q);
    /* The same last key under another parent: the parents' words count half. */
    bool same_key = str_eq(twig_last_key(x->as), twig_last_key(y->as));
    if (same_key) l.name = 0.5 + l.name / 2;
    if (same_key && is_distinctive(c, twig_last_key(x->as))) {
        if (l.name < 0.95) l.name = 0.95;
        if (l.place < 0.6) l.place = 0.6;
    }
    /* "mysql.persistence.size" is not the new "persistence.size": when a component goes, its keys go with it. */
    bool lost = left_x >= 2 && !segment_lives_on(x, common, &q);
    if (lost && left_y < left_x) l.keeps = 0.7;
    else if (lost && !(same_key && is_distinctive(c, twig_last_key(x->as)))) l.keeps = 0.82;
    /* A value that became a map is found in it under a key of this kind. */
    if (common == x->segments_n && left_y == 1) l.name = is_main_key(twig_last_key(y->as)) ? 0.85 : 0.7;
    return l;
}
