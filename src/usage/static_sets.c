#include "usage/static_inside.h"

#include <stdlib.h>

struct sets {
    struct set *v; uint32_t n, cap;
    struct table by_atoms;
    struct {
        set_id x, y, result;
    } joined[1024];           /* the last joins */
    struct {
        uint32_t atom;
        set_id set;           /* 0: free */
    } single[1024];           /* the last sets of one atom */
};

enum {
    PATHS_MAX = 64,           /* of one set; more become one place that stands for all below what they have in common */
    TEXTS_MAX = 16,           /* the same of what a text holds */
    CONSTANTS_MAX = 48,       /* more are unknown text */
    OBJECTS_MAX = 512,
    SETS_MAX = 200000,        /* of one analysis */
    TEXT_MAX = 1 << 20,
};

void sets_init(struct analysis *an)
{
    an->sets = NEW(an->a, struct sets);
    an->sets->by_atoms.a = an->a;
    an->constants_by.a = an->a;
    PUSH(an->a, an->sets->v, an->sets->n, an->sets->cap);
}

const struct set *set_get(const struct analysis *an, set_id s) { return &an->sets->v[s]; }

static set_id intern(struct analysis *an, const uint32_t *v, uint32_t n)
{
    struct sets *s = an->sets;
    if (!n) return 0;
    uint32_t hash = n;
    for (uint32_t i = 0; i < n; i++) hash = table_mix(hash, v[i]);
    uint32_t at = hash;
    for (uint32_t i; (i = table_next(&s->by_atoms, hash, &at)) != TABLE_NONE;)
        if (s->v[i].n == n && memcmp(s->v[i].v, v, n * sizeof *v) == 0) return i;
    if (s->n >= SETS_MAX) guard_trip(an->a->guard, "the templates make too many different values");
    uint32_t *own = arena_alloc(an->a, n * sizeof *own);
    memcpy(own, v, n * sizeof *own);
    *PUSH(an->a, s->v, s->n, s->cap) = (struct set){own, n, hash};
    table_add(&s->by_atoms, hash, s->n - 1);
    return s->n - 1;
}

set_id set_one(struct analysis *an, enum atom_kind kind, uint32_t id)
{
    uint32_t atom = (uint32_t)kind << ATOM_BITS | id, slot = (atom ^ atom >> 20) % 1024;
    struct sets *s = an->sets;
    if (s->single[slot].set && s->single[slot].atom == atom) return s->single[slot].set;
    s->single[slot].atom = atom;
    return s->single[slot].set = intern(an, &atom, 1);
}

/* ---- joining ---- */

static uint32_t unite(const struct set *x, const struct set *y, uint32_t *out)
{
    uint32_t n = 0, i = 0, k = 0;
    while (i < x->n || k < y->n) {
        if (k == y->n || (i < x->n && x->v[i] < y->v[k])) out[n++] = x->v[i++];
        else if (i == x->n || y->v[k] < x->v[i]) out[n++] = y->v[k++];
        else out[n++] = x->v[i++], k++;
    }
    return n;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The places of one kind become one, when there are too many of them. */
static uint32_t widen_paths(struct analysis *an, enum atom_kind kind, uint32_t *v, uint32_t n)
{
    uint32_t count = 0, kept = 0, seen = 0;
    path_id common = 0;
    for (uint32_t i = 0; i < n; i++) count += v[i] >> ATOM_BITS == (uint32_t)kind;
    if (count <= (kind == AT_TEXT ? TEXTS_MAX : PATHS_MAX)) return n;
    for (uint32_t i = 0; i < n; i++) {
        if (v[i] >> ATOM_BITS != (uint32_t)kind) continue;
        path_id p = v[i] & ((1u << ATOM_BITS) - 1);
        common = seen++ ? paths_common(&an->paths, common, p) : p;
    }
    for (uint32_t i = 0; i < n; i++)
        if (v[i] >> ATOM_BITS != (uint32_t)kind) v[kept++] = v[i];
    v[kept++] = (uint32_t)kind << ATOM_BITS | paths_wild(&an->paths, common, kind == AT_TEXT ? STEP_BELOW : STEP_BELOW_SOME);
    qsort(v, kept, sizeof *v, by_number);
    return kept;
}

static uint32_t widen_constants(uint32_t *v, uint32_t n)
{
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < n; i++) count += v[i] >> ATOM_BITS == AT_CONST;
    if (count <= CONSTANTS_MAX) return n;
    bool unknown = v[n - 1] >> ATOM_BITS == AT_UNKNOWN;
    for (uint32_t i = 0; i < n; i++)
        if (v[i] >> ATOM_BITS != AT_CONST) v[kept++] = v[i];
    if (!unknown) v[kept++] = (uint32_t)AT_UNKNOWN << ATOM_BITS;
    return kept;
}

/* One atom that is there already, mostly. */
static bool holds(const struct set *x, const struct set *y)
{
    if (y->n != 1) return false;
    uint32_t lo = 0, hi = x->n;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (x->v[mid] < y->v[0]) lo = mid + 1;
        else hi = mid;
    }
    return lo < x->n && x->v[lo] == y->v[0];
}

static set_id intern_widened(struct analysis *an, uint32_t *v, uint32_t n)
{
    if (n > TEXTS_MAX) {
        n = widen_constants(v, n);
        n = widen_paths(an, AT_PATH, v, n);
        n = widen_paths(an, AT_TEXT, v, n);
        if (n > OBJECTS_MAX) guard_trip(an->a->guard, "the templates make too many maps");
    }
    return intern(an, v, n);
}

set_id set_join(struct analysis *an, set_id x, set_id y)
{
    if (x == y || !y) return x;
    if (!x) return y;
    if (holds(&an->sets->v[x], &an->sets->v[y])) return x;
    if (x > y) {
        set_id swap = x;
        x = y;
        y = swap;
    }
    struct sets *s = an->sets;
    uint32_t slot = table_mix(x, y) % (sizeof s->joined / sizeof *s->joined);
    if (s->joined[slot].x == x && s->joined[slot].y == y) return s->joined[slot].result;
    const struct set *p = &s->v[x], *q = &s->v[y];
    uint32_t few[128], *v = few;
    if (p->n + q->n + 2 > 128) v = arena_alloc(an->a, (p->n + q->n + 2) * sizeof *v);
    uint32_t n = unite(p, q, v);
    set_id result = n == p->n ? x : n == q->n ? y : 0; /* mostly the one holds the other */
    if (!result) result = intern_widened(an, v, n);
    s->joined[slot].x = x;
    s->joined[slot].y = y;
    s->joined[slot].result = result;
    return result;
}

/* Puts a number where it belongs among n sorted ones, unless it is there. */
static uint32_t insert(uint32_t *v, uint32_t n, uint32_t atom)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (v[mid] < atom) lo = mid + 1;
        else hi = mid;
    }
    if (lo < n && v[lo] == atom) return n;
    memmove(v + lo + 1, v + lo, (n - lo) * sizeof *v);
    v[lo] = atom;
    return n + 1;
}

static void join_gathered(struct gathered *g)
{
    enum { SMALL = 8, ROOM = 512 };
    struct analysis *an = g->an;
    uint32_t total = 2, n = 0, few[2][ROOM]; /* widening may add two */
    for (uint32_t i = 0; i < g->n; i++) total += an->sets->v[g->v[i]].n;
    uint32_t *v = total <= ROOM ? few[0] : arena_alloc(an->a, total * sizeof *v), *other = total <= ROOM ? few[1] : arena_alloc(an->a, total * sizeof *v);
    for (uint32_t i = 0; i < g->n; i++) {
        const struct set *s = &an->sets->v[g->v[i]];
        if (s->n > SMALL) {
            n = unite(&(struct set){.v = v, .n = n}, s, other);
            uint32_t *swap = v;
            v = other;
            other = swap;
        } else {
            for (uint32_t k = 0; k < s->n; k++) n = insert(v, n, s->v[k]);
        }
    }
    g->v[0] = intern_widened(an, v, n);
    g->n = 1;
}

void set_gather(struct gathered *g, set_id s)
{
    if (!s || (g->n && g->v[g->n - 1] == s)) return;
    if (g->n == sizeof g->v / sizeof *g->v) join_gathered(g);
    g->v[g->n++] = s;
}

set_id set_gathered(struct gathered *g)
{
    if (g->n == 2) return set_join(g->an, g->v[0], g->v[1]);
    if (g->n > 2) join_gathered(g);
    return g->n ? g->v[0] : 0;
}

/* ---- constants ---- */

static uint32_t constant_hash(struct value v)
{
    uint32_t h = table_mix(v.kind, v.type);
    if (v.kind == V_STR) return table_mix(h, str_hash(v_text(v)));
    return table_mix(table_mix(h, (uint32_t)v.u.u), (uint32_t)(v.u.u >> 32));
}

set_id set_constant(struct analysis *an, struct value v)
{
    if (v.kind == V_NIL) return 0;
    if (v.kind >= V_LIST || (v.kind == V_STR && v.n > TEXT_MAX)) return set_unknown(an);
    if (v.kind == V_BOOL) v.u.u = v.u.b;
    uint32_t hash = constant_hash(v), at = hash;
    for (uint32_t i; (i = table_next(&an->constants_by, hash, &at)) != TABLE_NONE;) {
        struct value w = an->constants[i];
        bool same = w.kind == v.kind && w.type == v.type && (v.kind == V_STR ? str_eq(v_text(w), v_text(v)) : w.u.u == v.u.u);
        if (same) return set_one(an, AT_CONST, i);
    }
    *PUSH(an->a, an->constants, an->constants_n, an->constants_cap) = v;
    table_add(&an->constants_by, hash, an->constants_n - 1);
    return set_one(an, AT_CONST, an->constants_n - 1);
}

bool set_value(struct analysis *an, set_id s, struct value *out)
{
    const struct set *x = set_get(an, s);
    if (x->n != 1) return false;
    struct atom t = set_atom(x, 0);
    if (t.kind == AT_CONST) return *out = an->constants[t.id], true;
    if (t.kind != AT_OBJECT) return false;
    struct object *o = &an->objects[t.id];
    if (o->kind != OBJECT_LIST || !o->exact || o->any || o->also) return false;
    o->used = true;
    struct list *l = list_new(an->a);
    for (uint32_t i = 0; i < o->n; i++) {
        const struct set *item = set_get(an, o->f[i].v);
        if (item->n != 1 || set_atom(item, 0).kind != AT_CONST) return false;
        list_add(l, an->constants[set_atom(item, 0).id]);
    }
    *out = v_list(l);
    return true;
}

set_id set_from_value(struct frame *f, const struct node *site, struct value v)
{
    enum { ITEMS_MAX = 64 };
    struct analysis *an = f->an;
    if (v.kind < V_LIST) return set_constant(an, v);
    if (v.kind != V_LIST || list_len(v) > ITEMS_MAX) return set_unknown(an);
    set_id item[ITEMS_MAX];
    for (uint32_t i = 0; i < list_len(v); i++) item[i] = set_constant(an, v.u.list->v[i]);
    uint32_t o = object_at(f, site, 0, OBJECT_LIST);
    object_set_items(an, o, item, list_len(v));
    return set_one(an, AT_OBJECT, o);
}
