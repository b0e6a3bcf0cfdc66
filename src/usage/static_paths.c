#include "usage/static_paths.h"

#include "value/yaml.h"

enum {
    WILD_MAX = 4,    /* steps without a key in a row, before they become "at any depth" */
    DEPTH_MAX = 40,
    PATHS_MAX = 200000,
};

void paths_init(struct paths *p, struct arena *a)
{
    *p = (struct paths){.a = a, .by_step = {.a = a}};
    PUSH(a, p->v, p->n, p->cap);
}

static bool is_below(const struct path *x) { return x->step == STEP_BELOW || x->step == STEP_BELOW_SOME; }

static path_id step_to(struct paths *p, path_id parent, enum step step, struct str key)
{
    uint32_t hash = table_mix(table_mix(str_hash(key), parent), step), at = hash;
    for (uint32_t i; (i = table_next(&p->by_step, hash, &at)) != TABLE_NONE;)
        if (p->v[i].parent == parent && p->v[i].step == step && str_eq(p->v[i].key, key)) return i;
    if (p->n >= PATHS_MAX) guard_trip(p->a->guard, "the templates reach too many places in the values");
    struct path *x = PUSH(p->a, p->v, p->n, p->cap);
    path_id id = p->n - 1;
    struct path *up = &p->v[parent];
    *x = (struct path){.parent = parent, .next = up->child, .key = key, .step = (uint8_t)step, .depth = (uint16_t)(up->depth + 1)};
    x->possibly = up->possibly || step == STEP_SOME || step == STEP_BELOW_SOME;
    x->wild = step == STEP_KEY ? 0 : (uint16_t)(up->wild + 1);
    up->child = id;
    table_add(&p->by_step, hash, id);
    return id;
}

path_id paths_child(struct paths *p, path_id parent, struct str key)
{
    const struct path *up = &p->v[parent];
    if (is_below(up)) return parent;
    if (up->depth >= DEPTH_MAX) return paths_wild(p, parent, STEP_BELOW);
    return step_to(p, parent, STEP_KEY, key);
}

path_id paths_wild(struct paths *p, path_id parent, enum step step)
{
    const struct path *up = &p->v[parent];
    if (is_below(up) && (up->step == STEP_BELOW_SOME || step == STEP_ANY || step == STEP_BELOW)) return parent;
    if (is_below(up)) return step_to(p, up->parent, STEP_BELOW_SOME, (struct str){0});
    if (up->wild >= WILD_MAX || up->depth >= DEPTH_MAX) step = step == STEP_ANY ? STEP_BELOW : step == STEP_SOME ? STEP_BELOW_SOME : step;
    return step_to(p, parent, step, (struct str){0});
}

path_id paths_common(const struct paths *p, path_id x, path_id y)
{
    while (x != y) {
        if (p->v[x].depth >= p->v[y].depth) x = p->v[x].parent;
        else y = p->v[y].parent;
    }
    return x;
}

/* ---- places that may be the same ---- */

/* The steps from the root, in order. */
struct steps {
    path_id v[DEPTH_MAX + 2];
    uint32_t n;
};

static struct steps steps_to(const struct paths *p, path_id x)
{
    struct steps s;
    s.n = p->v[x].depth;
    for (uint32_t i = s.n; i > 0; i--, x = p->v[x].parent) s.v[i - 1] = x;
    return s;
}

/* How the pattern y begins with the pattern x: not at all, or up to some step; `whole`: they must end together. */
static bool agree(const struct paths *p, path_id x, path_id y, bool whole)
{
    struct steps s = steps_to(p, x), t = steps_to(p, y);
    for (uint32_t i = 0; i < s.n; i++) {
        const struct path *a = &p->v[s.v[i]];
        if (is_below(a)) return true;
        if (i >= t.n) return false;
        const struct path *b = &p->v[t.v[i]];
        if (is_below(b)) return true;
        if (a->step == STEP_KEY && b->step == STEP_KEY && !str_eq(a->key, b->key)) return false;
    }
    return !whole || s.n == t.n || is_below(&p->v[t.v[s.n]]);
}

bool paths_meet(const struct paths *p, path_id x, path_id y) { return agree(p, x, y, true); }
bool paths_may_hold(const struct paths *p, path_id x, path_id y) { return agree(p, x, y, false); }

/* ---- marks ---- */

void paths_read(struct paths *p, path_id at, struct spot by)
{
    struct path *x = &p->v[at];
    if (x->read) return;
    x->read = true;
    x->at = by;
}

static bool is_among(const struct str *v, uint32_t n, struct str what)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i], what)) return true;
    return false;
}

/* What two readers leave out is what both leave out. */
static void extend(struct paths *p, struct below *b, const struct str *except, uint32_t n, struct spot by)
{
    if (b->extent == EXTENT_ALL) return;
    if (b->extent == EXTENT_NONE) {
        b->at = by;
        b->extent = EXTENT_EXCEPT;
        b->except = NEW_ARRAY(p->a, struct str, n);
        if (n) memcpy(b->except, except, n * sizeof *except);
        b->except_n = n;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < b->except_n; i++)
        if (is_among(except, n, b->except[i])) b->except[kept++] = b->except[i];
    b->except_n = kept;
    if (!kept) b->extent = EXTENT_ALL;
}

void paths_read_shape(struct paths *p, path_id at, const struct str *except, uint32_t except_n, struct spot by)
{
    extend(p, &p->v[at].shape, except, except_n, by);
}

void paths_read_deep(struct paths *p, path_id at, const struct str *except, uint32_t except_n, struct spot by)
{
    extend(p, &p->v[at].deep, except, except_n, by);
}

/* ---- the question ---- */

struct query {
    const struct paths *p;
    const struct str *segment;
    uint32_t segments;
    enum may_read best;
    struct spot first;
};

static void found(struct query *q, const struct path *x, struct spot by, bool by_name)
{
    enum may_read r = x->possibly ? READ_POSSIBLY : READ_YES;
    if (r < q->best || (r == q->best && (q->first.by_name || !by_name))) return;
    q->best = r;
    q->first = by;
    q->first.by_name = by_name;
}

static bool covers(const struct below *b, struct str key)
{
    return b->extent == EXTENT_ALL || (b->extent == EXTENT_EXCEPT && !is_among(b->except, b->except_n, key));
}

/* `at` stands for the first i segments. */
static void ask(struct query *q, path_id at, uint32_t i)
{
    const struct path *x = &q->p->v[at];
    if (is_below(x)) {
        if (x->read) found(q, x, x->at, false);
        if (x->shape.extent) found(q, x, x->shape.at, false);
        if (x->deep.extent) found(q, x, x->deep.at, false);
        return;
    }
    if (i == q->segments && x->read) found(q, x, x->at, x->step == STEP_KEY);
    if (i < q->segments && covers(&x->deep, q->segment[i])) found(q, x, x->deep.at, false);
    if (i + 1 == q->segments && covers(&x->shape, q->segment[i])) found(q, x, x->shape.at, false);
    for (path_id c = x->child; c && !(q->best == READ_YES && q->first.by_name); c = q->p->v[c].next) {
        const struct path *y = &q->p->v[c];
        if (is_below(y)) ask(q, c, i);
        else if (i < q->segments && (y->step != STEP_KEY || str_eq(y->key, q->segment[i]))) ask(q, c, i + 1);
    }
}

enum may_read paths_query(const struct paths *p, const struct str *segment, uint32_t segments, struct spot *first)
{
    struct query q = {p, segment, segments, READ_NO, {0}};
    ask(&q, 0, 0);
    if (first) *first = q.first;
    return q.best;
}

struct str paths_show(struct arena *a, const struct paths *p, path_id at)
{
    if (!at) return (struct str){0};
    const struct path *x = &p->v[at];
    struct str up = paths_show(a, p, x->parent);
    if (x->step == STEP_KEY && str_starts(x->key, STR("*"))) return str_printf(a, "%.*s%s\\%.*s", STR_ARG(up), up.n ? "." : "", STR_ARG(x->key));
    if (x->step == STEP_KEY) return path_key(a, up, x->key);
    return str_printf(a, "%.*s%s%s", STR_ARG(up), up.n ? "." : "", is_below(x) ? "**" : "*");
}
