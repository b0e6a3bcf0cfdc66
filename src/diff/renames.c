#include <stdlib.h>

#include "diff/twigs.h"

/* Pairs are compared one by one: where there would be more of them than this, no renames are looked for. */
enum { PAIRS_MAX = 1000000 };

/* Leaves of subtrees that are compared with each other in one comparison of values; a chart of a thousand keys needs a
 * hundredth of this. Then no more subtrees are looked for. */
enum { STEPS_MAX = 20000000 };

/* Confidence from which a rename is told. */
enum { ENOUGH_SUBTREE = 60, ENOUGH_LEAF = 66, MARGIN = 4, MARGIN_TWINS = 14 };

/* ---- evidence ---- */

static bool is_empty(struct value v)
{
    switch (v.kind) {
    case V_NIL: return true;
    case V_STR: return v.n == 0;
    case V_LIST: return !list_len(v);
    case V_MAP: return !map_len(v);
    default: return false;
    }
}

static bool says_same(struct str s, struct value v)
{
    char room[32];
    if (v.kind == V_BOOL) return str_is(s, v.u.b ? "true" : "false");
    if (!s.n || s.n >= sizeof room) return false;
    memcpy(room, s.p, s.n);
    room[s.n] = 0;
    char *end;
    double x = strtod(room, &end);
    return !*end && x == (v.kind == V_FLOAT ? v.u.f : (double)v.u.i);
}

/* null stands for anything, and an empty map or list is the place of one; 4 and "4" are the same in a template. */
static bool same_shape(struct value x, struct value y)
{
    if (x.kind == V_NIL || y.kind == V_NIL) return true;
    if (x.kind == V_STR && y.kind != V_LIST && y.kind != V_MAP) return y.kind == V_STR || says_same(v_text(x), y);
    if (y.kind == V_STR && x.kind != V_LIST && x.kind != V_MAP) return same_shape(y, x);
    bool number_x = x.kind == V_INT || x.kind == V_FLOAT, number_y = y.kind == V_INT || y.kind == V_FLOAT;
    return x.kind == y.kind || (number_x && number_y);
}

/* How much an equal default says: nothing of "enabled: false", much of an image that no other key has. */
static double default_evidence(const struct rename_context *c, struct value x, struct value y)
{
    if (is_empty(x) && is_empty(y)) return 0.45;
    if (!value_same(x, y)) return same_shape(x, y) ? 0.3 : 0;
    if (x.kind == V_LIST || x.kind == V_MAP) return 1;
    struct arena_mark mark = arena_mark(c->a);
    const uint32_t *count = strmap_get(&c->texts, twig_scalar_text(c->a, x));
    arena_rewind(c->a, mark);
    bool telling = x.kind != V_BOOL && count && *count <= 4;
    return telling ? 1 : 0.55;
}

/* `text` of the old side with the old name in it replaced by the new one: "ghcr.io/x-router" is "ghcr.io/x-gateway". */
static bool same_but_for_name(struct value x, struct value y, struct str old_name, struct str new_name)
{
    if (x.kind != V_STR || y.kind != V_STR || old_name.n < 3 || !new_name.n) return false;
    struct str s = v_text(x), t = v_text(y);
    ptrdiff_t at = str_find(s, old_name);
    if (at < 0 || s.n - old_name.n + new_name.n != t.n) return false;
    size_t head = (size_t)at, tail = s.n - head - old_name.n;
    return memcmp(s.p, t.p, head) == 0 && memcmp(t.p + head, new_name.p, new_name.n) == 0 &&
           memcmp(s.p + head + old_name.n, t.p + head + new_name.n, tail) == 0;
}

/* ---- subtrees ---- */

struct overlap {
    double shared, same;    /* weight of the leaves that both have; of those whose default says so, too */
    uint32_t count;
};

static struct str below(struct str full, struct str root) { return str_from_n(full, root.n + 1); }

static struct overlap overlap_of(struct rename_context *c, const struct forest *s, const struct twig *x, const struct forest *t, const struct twig *y)
{
    struct overlap o = {0};
    uint32_t i = x->lo, j = y->lo;
    struct str old_name = twig_last_key(x->path), new_name = twig_last_key(y->path);
    c->steps += (x->hi - x->lo) + (y->hi - y->lo);
    while (i < x->hi && j < y->hi) {
        const struct leaf *p = &s->leaves[i], *q = &t->leaves[j];
        int order = str_cmp(below(p->full, x->full), below(q->full, y->full));
        if (order == 0 && same_shape(p->v, q->v)) {
            double weight = (p->weight + q->weight) / 2;
            double same = same_but_for_name(p->v, q->v, old_name, new_name) ? 1 : default_evidence(c, p->v, q->v);
            o.shared += weight;
            o.same += weight * same;
            o.count++;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return o;
}

/* 0 to 100. A few leaves that every component has (image.tag, resources) are no shape yet: their mass is small. */
static double subtree_score(struct rename_context *c, const struct forest *s, const struct twig *x, const struct forest *t, const struct twig *y,
                            struct overlap *o)
{
    *o = overlap_of(c, s, x, t, y);
    if (!o->count) return 0;
    double dice = 2 * o->shared / (x->mass + y->mass);
    double solid = o->shared / 1.5 < 1 ? o->shared / 1.5 : 1, massive = o->shared / 12 < 1 ? o->shared / 12 : 1;
    struct likeness l = twigs_compare_paths(c, x, y);
    /* Components of one chart have half of their shape in common; a name that says nothing needs more than that. */
    if (l.name < 0.2 && dice < 0.8 - 0.12 * massive) return 0;
    if (o->count == 1 && (l.name < 0.5 || l.keeps < 1)) return 0;
    /* Where the name is the same, a plain shape is enough. */
    if (l.name > 0.7 && solid < 0.75) solid = 0.75;
    return l.keeps * ((50 * solid + 12 * massive + 20 * (o->same / o->shared)) * dice + 15 * l.name + 8 * l.place);
}

static struct str show_count(struct arena *a, const char *what, uint32_t n, uint32_t of)
{
    return str_printf(a, "%s: %u of %u keys", what, n, of);
}

static void describe_subtree(const struct rename_context *c, struct rename_pair *p, const struct twig *x, const struct overlap *o)
{
    p->evidence[p->evidence_n++] = show_count(c->a, "same shape", o->count, x->hi - x->lo);
    if (o->same > 0.6 * o->shared) p->evidence[p->evidence_n++] = STR("same defaults");
}

static struct rename_pair pair_of(const struct twig *x, const struct twig *y, double score)
{
    return (struct rename_pair){.from = x->path, .from_as = x->as, .to = y->path, .was = x->v, .is = y->v, .was_at = x->at, .is_at = y->at,
                                .confidence = score > 100 ? 100 : (int)(score + 0.5)};
}

static uint32_t bucket(const struct twig *x)
{
    uint32_t n = x->hi - x->lo, b = 0;
    while (n > 1) {
        n /= 2;
        b++;
    }
    return b;
}

static bool nested(const struct twig *x, const struct twig *y) { return x->lone == y->lone && !(x->hi <= y->lo || y->hi <= x->lo); }

struct best {
    uint32_t i, j;
    double score;
    struct overlap overlap;
};

/* Another subtree that is as good, and is not the same one a level up or down. */
static bool is_ambiguous(struct rename_context *c, const struct forest *s, const struct forest *t, const struct best *b)
{
    struct overlap o;
    for (uint32_t j = 0; j < t->n; j++) {
        if (!twig_is_branch(t->nodes[j].v) || nested(&t->nodes[j], &t->nodes[b->j])) continue;
        if (subtree_score(c, s, &s->nodes[b->i], t, &t->nodes[j], &o) > b->score - MARGIN) return true;
    }
    for (uint32_t i = 0; i < s->n; i++) {
        if (!twig_is_branch(s->nodes[i].v) || nested(&s->nodes[i], &s->nodes[b->i])) continue;
        if (subtree_score(c, s, &s->nodes[i], t, &t->nodes[b->j], &o) > b->score - MARGIN) return true;
    }
    return false;
}

static bool could_match(const struct twig *x, const struct twig *y)
{
    double less = x->mass < y->mass ? x->mass : y->mass;
    return twig_is_branch(x->v) && twig_is_branch(y->v) && 2 * less > 0.45 * (x->mass + y->mass);
}

bool renames_next_subtree(struct rename_context *c, const struct lones *removed, const struct lones *added, struct rename_pair *out)
{
    struct forest s, t;
    twigs_read(c, removed, &s);
    twigs_read(c, added, &t);
    if ((uint64_t)s.n * t.n > PAIRS_MAX) return false;
    struct best best = {.score = -1};
    for (uint32_t i = 0; i < s.n; i++) {
        for (uint32_t j = 0; j < t.n; j++) {
            struct overlap o;
            if (!could_match(&s.nodes[i], &t.nodes[j])) continue;
            if (c->steps > STEPS_MAX) return false;
            double score = subtree_score(c, &s, &s.nodes[i], &t, &t.nodes[j], &o);
            if (score < ENOUGH_SUBTREE) continue;
            struct best b = {i, j, score, o};
            /* The largest first; of the same size the most certain. */
            if (best.score >= 0) {
                uint32_t mine = bucket(&s.nodes[i]), other = bucket(&s.nodes[best.i]);
                if (mine < other || (mine == other && score <= best.score)) continue;
            }
            if (!is_ambiguous(c, &s, &t, &b)) best = b;
        }
    }
    if (best.score < 0) return false;
    *out = pair_of(&s.nodes[best.i], &t.nodes[best.j], best.score);
    describe_subtree(c, out, &s.nodes[best.i], &best.overlap);
    return true;
}

/* ---- single values ---- */

struct candidate {
    uint32_t i, j;
    double score, name, same;
    bool same_key;
};

static struct candidate leaf_candidate(const struct rename_context *c, const struct forest *s, const struct forest *t, uint32_t i, uint32_t j)
{
    const struct twig *x = &s->nodes[i], *y = &t->nodes[j];
    struct candidate k = {.i = i, .j = j};
    if (!same_shape(x->v, y->v)) return k;
    struct likeness l = twigs_compare_paths(c, x, y);
    k.name = l.name;
    k.same_key = str_eq(twig_last_key(x->as), twig_last_key(y->as));
    k.same = default_evidence(c, x->v, y->v);
    k.score = l.keeps * (62 * l.name + 24 * k.same + 14 * l.place);
    return k;
}

static int best_first(const void *x, const void *y)
{
    const struct candidate *p = x, *q = y;
    if (p->score != q->score) return p->score > q->score ? -1 : 1;
    if (p->i != q->i) return p->i < q->i ? -1 : 1;
    return p->j < q->j ? -1 : p->j > q->j;
}

/* As good, or nearly; the same key below two new parents ("operator.port", "server.port") differs only by how the parents
 * are called, which says little, unless one default is the better. */
static bool is_rival(const struct candidate *k, const struct candidate *other)
{
    bool twins = k->same_key && other->same_key && k->same <= other->same + 0.2;
    return other->score > k->score - (twins ? MARGIN_TWINS : MARGIN);
}

/* Candidates by their old and by their new node: index + 1 of the next one. */
struct chains {
    uint32_t *head_i, *head_j, *next_i, *next_j;
};

static struct chains chain(struct arena *a, const struct candidate *v, uint32_t n, uint32_t nodes_i, uint32_t nodes_j)
{
    struct chains c = {NEW_ARRAY(a, uint32_t, nodes_i), NEW_ARRAY(a, uint32_t, nodes_j), NEW_ARRAY(a, uint32_t, n), NEW_ARRAY(a, uint32_t, n)};
    for (uint32_t k = n; k-- > 0;) {
        c.next_i[k] = c.head_i[v[k].i];
        c.next_j[k] = c.head_j[v[k].j];
        c.head_i[v[k].i] = c.head_j[v[k].j] = k + 1;
    }
    return c;
}

static bool has_rival(const struct candidate *v, const struct chains *c, uint32_t k, const bool *taken_i, const bool *taken_j)
{
    for (uint32_t m = c->head_i[v[k].i]; m; m = c->next_i[m - 1])
        if (m - 1 != k && !taken_j[v[m - 1].j] && is_rival(&v[k], &v[m - 1])) return true;
    for (uint32_t m = c->head_j[v[k].j]; m; m = c->next_j[m - 1])
        if (m - 1 != k && !taken_i[v[m - 1].i] && is_rival(&v[k], &v[m - 1])) return true;
    return false;
}

struct rename_pair *renames_of_leaves(struct rename_context *c, const struct lones *removed, const struct lones *added, uint32_t *n)
{
    struct forest s, t;
    struct candidate *v = NULL;
    uint32_t count = 0, cap = 0, pairs_cap = 0;
    struct rename_pair *pairs = NULL;
    *n = 0;
    twigs_read(c, removed, &s);
    twigs_read(c, added, &t);
    if ((uint64_t)s.n * t.n > PAIRS_MAX) return NULL;
    for (uint32_t i = 0; i < s.n; i++) {
        for (uint32_t j = 0; j < t.n; j++) {
            if (twig_is_branch(s.nodes[i].v) || twig_is_branch(t.nodes[j].v)) continue;
            struct candidate k = leaf_candidate(c, &s, &t, i, j);
            if (k.score > ENOUGH_LEAF - MARGIN_TWINS) *PUSH(c->a, v, count, cap) = k;
        }
    }
    if (count) qsort(v, count, sizeof *v, best_first);
    struct chains chains = chain(c->a, v, count, s.n, t.n);
    bool *taken_i = NEW_ARRAY(c->a, bool, s.n), *taken_j = NEW_ARRAY(c->a, bool, t.n);
    for (uint32_t k = 0; k < count && v[k].score >= ENOUGH_LEAF; k++) {
        if (taken_i[v[k].i] || taken_j[v[k].j] || has_rival(v, &chains, k, taken_i, taken_j)) continue;
        taken_i[v[k].i] = taken_j[v[k].j] = true;
        struct rename_pair *p = PUSH(c->a, pairs, *n, pairs_cap);
        *p = pair_of(&s.nodes[v[k].i], &t.nodes[v[k].j], v[k].score);
        p->evidence[p->evidence_n++] = v[k].name >= 0.95 ? STR("same name") : STR("near name");
        if (v[k].same >= 0.5) p->evidence[p->evidence_n++] = STR("same default");
    }
    return pairs;
}
