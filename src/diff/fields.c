#include "diff/diff.h"
#include "kube/field.h"
#include "kube/noise.h"
#include "value/yaml.h"

struct fields {
    struct arena *a;
    struct field_change *v;
    uint32_t n, cap;
};

/* The way to a field; its text is made only where there is a change to tell. */
struct way {
    const struct way *up;  /* NULL: the object itself */
    struct str key;        /* of an item of a list: the list's own key */
    uint32_t item;
    bool is_item;
};

static void compare(struct fields *f, const struct way *at, struct value from, struct value to, uint32_t depth);

static struct str way_path(struct arena *a, const struct way *w)
{
    if (!w) return (struct str){0};
    struct str up = way_path(a, w->up);
    return w->is_item ? path_item(a, up, w->item) : path_key(a, up, w->key);
}

static void add(struct fields *f, const struct way *at, struct value was, struct value is)
{
    *PUSH(f->a, f->v, f->n, f->cap) = (struct field_change){.path = way_path(f->a, at), .was = was, .is = is};
}

static void compare_item(struct fields *f, const struct way *at, uint32_t i, struct value from, struct value to, uint32_t depth)
{
    struct way here = {at, at ? at->key : (struct str){0}, i, true};
    compare(f, &here, from, to, depth + 1);
}

static void compare_maps(struct fields *f, const struct way *at, const struct map *from, const struct map *to, uint32_t depth)
{
    struct entry **x = map_sorted(f->a, from), **y = map_sorted(f->a, to);
    uint32_t i = 0, j = 0, n = from ? from->n : 0, m = to ? to->n : 0;
    while (i < n || j < m) {
        int order = i == n ? 1 : j == m ? -1 : str_cmp(x[i]->key, y[j]->key);
        struct way here = {at, order <= 0 ? x[i]->key : y[j]->key, 0, false};
        compare(f, &here, order <= 0 ? x[i]->value : NIL, order >= 0 ? y[j]->value : NIL, depth + 1);
        i += order <= 0;
        j += order >= 0;
    }
}

/* ---- lists ---- */

enum { NAMED_MAX = 256 }; /* names are looked up one by one */

static struct str name_of(struct value v) { return v.kind == V_MAP ? value_str_at(v, "name") : (struct str){0}; }

static uint32_t find_named(const struct list *l, struct str name)
{
    uint32_t i = 0;
    while (i < l->n && !str_eq(name_of(l->v[i]), name)) i++;
    return i;
}

/* All items are maps with names of their own: containers, env, volumes, ports... */
static bool is_named(const struct list *l)
{
    if (l->n > NAMED_MAX) return false;
    for (uint32_t i = 0; i < l->n; i++) {
        struct str name = name_of(l->v[i]);
        if (!name.n || find_named(l, name) != i) return false;
    }
    return true;
}

/* A container that alone is called otherwise on the two sides is the same container; of variables or volumes nobody knows. */
static bool pairs_leftovers(const struct way *at) { return at && !at->is_item && str_ends(at->key, STR("ontainers")); }

/* The only item of x whose name y has not; x->n when there is none or more than one. */
static uint32_t leftover(const struct list *x, const struct list *y)
{
    uint32_t found = x->n;
    for (uint32_t i = 0; i < x->n; i++) {
        if (find_named(y, name_of(x->v[i])) < y->n) continue;
        if (found < x->n) return x->n;
        found = i;
    }
    return found;
}

/* An item keeps the index that it has in the old list; a new one has that of the new list. */
static void compare_named(struct fields *f, const struct way *at, const struct list *from, const struct list *to, uint32_t depth)
{
    uint32_t odd_from = from->n, odd_to = to->n;
    if (pairs_leftovers(at)) {
        odd_from = leftover(from, to);
        odd_to = leftover(to, from);
    }
    bool paired = odd_from < from->n && odd_to < to->n;
    for (uint32_t i = 0; i < from->n; i++) {
        uint32_t j = paired && i == odd_from ? odd_to : find_named(to, name_of(from->v[i]));
        compare_item(f, at, i, from->v[i], j < to->n ? to->v[j] : NIL, depth);
    }
    for (uint32_t j = 0; j < to->n; j++)
        if (!(paired && j == odd_to) && find_named(from, name_of(to->v[j])) == from->n) add(f, &(struct way){at, at ? at->key : (struct str){0}, j, true}, NIL, to->v[j]);
}

static bool holds_maps(const struct list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->v[i].kind != V_MAP) return false;
    return l->n > 0;
}

static void compare_by_index(struct fields *f, const struct way *at, const struct list *from, const struct list *to, uint32_t depth)
{
    uint32_t n = from->n > to->n ? from->n : to->n;
    for (uint32_t i = 0; i < n; i++)
        compare_item(f, at, i, i < from->n ? from->v[i] : NIL, i < to->n ? to->v[i] : NIL, depth);
}

static void compare_lists(struct fields *f, const struct way *at, struct value from, struct value to, uint32_t depth)
{
    struct list empty = {0};
    const struct list *x = from.u.list ? from.u.list : &empty, *y = to.u.list ? to.u.list : &empty;
    if (is_named(x) && is_named(y)) compare_named(f, at, x, y, depth);
    else if (x->n == y->n || (holds_maps(x) && holds_maps(y))) compare_by_index(f, at, x, y, depth);
    /* An argument more in the middle would move all others: the list is told as a whole. */
    else if (!value_same(from, to)) add(f, at, from, to);
}

/* A quick look that spares most of the tree: the same keys in the same order, and the same below. False says nothing. */
static bool looks_same(struct value x, struct value y, uint32_t depth)
{
    if (x.kind != y.kind) return false;
    if (x.u.u == y.u.u && x.n == y.n) return true;
    if (x.kind == V_STR) return x.n == y.n && memcmp(x.u.s, y.u.s, x.n) == 0;
    if (x.kind == V_LIST && x.u.list && y.u.list && x.u.list->n == y.u.list->n && depth < 64) {
        for (uint32_t i = 0; i < x.u.list->n; i++)
            if (!looks_same(x.u.list->v[i], y.u.list->v[i], depth + 1)) return false;
        return true;
    }
    if (x.kind == V_MAP && x.u.map && y.u.map && x.u.map->n == y.u.map->n && depth < 64) {
        for (uint32_t i = 0; i < x.u.map->n; i++)
            if (!str_eq(x.u.map->v[i].key, y.u.map->v[i].key) || !looks_same(x.u.map->v[i].value, y.u.map->v[i].value, depth + 1)) return false;
        return true;
    }
    return false;
}

/* 1Gi and 1024Mi. */
static bool is_same_quantity(const struct way *at, struct value from, struct value to)
{
    int64_t was, is;
    if (!at || at->is_item || !(field_is_quantity(at->key) || (at->up && !at->up->is_item && field_holds_quantities(at->up->key)))) return false;
    return field_quantity(from, &was) && field_quantity(to, &is) && was == is;
}

static void compare(struct fields *f, const struct way *at, struct value from, struct value to, uint32_t depth)
{
    if (looks_same(from, to, 0)) return;
    if (depth > f->a->guard->max.depth) guard_trip(f->a->guard, "an object is nested more than %u deep", f->a->guard->max.depth);
    if (from.kind == V_MAP && to.kind == V_MAP) compare_maps(f, at, from.u.map, to.u.map, depth);
    else if (from.kind == V_LIST && to.kind == V_LIST) compare_lists(f, at, from, to, depth);
    else if (!value_same(from, to) && !is_same_quantity(at, from, to)) add(f, at, from, to);
}

void diff_fields(struct arena *a, struct value from, struct value to, struct field_change **v, uint32_t *n, uint32_t *cap)
{
    struct fields f = {.a = a, .v = *v, .n = *n, .cap = *cap};
    compare(&f, NULL, from, to, 0);
    *v = f.v;
    *n = f.n;
    *cap = f.cap;
}

bool diff_is_noise(struct str path)
{
    static const char *const maps[] = {"metadata.labels.", "metadata.annotations."};
    if (str_has(path, STR("volumeClaimTemplates"))) return false; /* immutable there, and so worth knowing */
    for (size_t i = 0; i < 2; i++) {
        ptrdiff_t at = str_find(path, str_from(maps[i]));
        if (at < 0 || (at > 0 && path.p[at - 1] != '.')) continue;
        char key[320]; /* a label's key has at most 253 + 1 + 63 characters */
        size_t n = 0;
        for (size_t k = (size_t)at + strlen(maps[i]); k < path.n && n < sizeof key; k++)
            if (path.p[k] != '\\') key[n++] = path.p[k];
        if (noise_is_key(str_of(key, n))) return true;
    }
    return false;
}
