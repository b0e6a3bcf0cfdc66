#include <stdlib.h>

#include "diff/renames.h"
#include "value/yaml.h"

/* Rounds of looking for a moved subtree; each compares all lone nodes with each other. */
enum { ROUNDS_MAX = 40 };

struct comparison {
    struct arena *a;
    struct value_changes *out;
    struct lones removed, added;
    struct rename_context context;
};

static struct value_change *add_change(struct comparison *c, enum change_kind kind, struct str path, struct value was, origin_id was_at, struct value is,
                                       origin_id is_at)
{
    struct value_change *x = PUSH(c->a, c->out->v, c->out->n, c->out->cap);
    *x = (struct value_change){.kind = kind, .path = path, .was = was, .is = is, .was_at = was_at, .is_at = is_at};
    return x;
}

static void add_lone(struct lones *l, struct str path, struct str as, const struct entry *e, bool silent)
{
    *PUSH(l->a, l->v, l->n, l->cap) = (struct lone){.path = path, .as = as, .v = e->value, .at = e->at, .silent = silent};
}

static bool is_null(struct value v) { return v.kind == V_NIL; }

/* ---- both sides at once ---- */

struct at {
    struct str from, to;    /* paths on the two sides: they differ below a rename */
    int confidence;         /* of the rename above; 0: none */
};

static void compare_maps(struct comparison *c, const struct map *from, const struct map *to, struct at at, uint32_t depth);

/* A single value that became a map with the value somewhere in it ("image: x" to "image.repository: x"): what is in the map
 * may be its successor. */
static void add_grown(struct comparison *c, const struct entry *x, const struct entry *y, struct at at)
{
    add_lone(&c->removed, at.from, at.to, x, true);
    struct entry **sorted = map_sorted(c->a, y->value.u.map);
    for (uint32_t i = 0; i < map_len(y->value); i++) {
        struct str path = path_key(c->a, at.to, sorted[i]->key);
        add_lone(&c->added, path, path, sorted[i], true);
    }
}

static void compare_entries(struct comparison *c, const struct entry *x, const struct entry *y, struct at at, uint32_t depth)
{
    bool maps = x->value.kind == V_MAP && y->value.kind == V_MAP;
    if (maps) {
        compare_maps(c, x->value.u.map, y->value.u.map, at, depth + 1);
        return;
    }
    if (value_same(x->value, y->value)) return;
    struct value_change *change = add_change(c, at.confidence ? CHANGE_RENAMED : CHANGE_CHANGED, at.from, x->value, x->at, y->value, y->at);
    if (at.confidence) {
        change->to = at.to;
        change->confidence = at.confidence;
    }
    bool grown = y->value.kind == V_MAP && map_len(y->value) && x->value.kind != V_LIST && !is_null(x->value);
    if (grown) add_grown(c, x, y, at);
}

static void compare_maps(struct comparison *c, const struct map *from, const struct map *to, struct at at, uint32_t depth)
{
    if (depth > c->a->guard->max.depth) guard_trip(c->a->guard, "values are nested more than %u deep", c->a->guard->max.depth);
    struct entry **x = map_sorted(c->a, from), **y = map_sorted(c->a, to);
    uint32_t i = 0, j = 0, n = from ? from->n : 0, m = to ? to->n : 0;
    while (i < n || j < m) {
        int order = i == n ? 1 : j == m ? -1 : str_cmp(x[i]->key, y[j]->key);
        struct str key = order <= 0 ? x[i]->key : y[j]->key;
        struct at here = {path_key(c->a, at.from, key), path_key(c->a, at.to, key), at.confidence};
        if (order == 0) compare_entries(c, x[i], y[j], here, depth);
        else if (order < 0) add_lone(&c->removed, here.from, here.to, x[i], false);
        else add_lone(&c->added, here.to, here.to, y[j], false);
        i += order <= 0;
        j += order >= 0;
    }
}

/* ---- renames ---- */

static bool is_at_or_below(struct str path, struct str root)
{
    return str_eq(path, root) || (str_starts(path, root) && path.n > root.n && path.p[root.n] == '.');
}

/* The lone node that holds `path` gives it away; what is left of it is lone still, in the highest whole pieces. */
static void take_out(struct lones *l, struct str path)
{
    uint32_t n = l->n;
    for (uint32_t i = 0; i < n; i++) {
        struct lone x = l->v[i];
        if (x.gone || !is_at_or_below(path, x.path)) continue;
        l->v[i].gone = true;
        if (str_eq(path, x.path)) return;
        struct entry **sorted = map_sorted(l->a, x.v.u.map);
        for (uint32_t k = 0; k < map_len(x.v); k++) add_lone(l, path_key(l->a, x.path, sorted[k]->key), path_key(l->a, x.as, sorted[k]->key), sorted[k], x.silent);
        take_out(l, path);
        return;
    }
}

static void add_rename(struct comparison *c, const struct rename_pair *p)
{
    struct value_change *x = add_change(c, CHANGE_RENAMED, p->from, p->was, p->was_at, p->is, p->is_at);
    x->to = p->to;
    x->confidence = p->confidence;
    for (uint32_t i = 0; i < p->evidence_n; i++) *PUSH(c->a, x->evidence, x->evidence_n, x->evidence_cap) = p->evidence[i];
    take_out(&c->removed, p->from);
    take_out(&c->added, p->to);
}

static void find_renames(struct comparison *c)
{
    struct rename_pair p;
    for (int i = 0; i < ROUNDS_MAX && renames_next_subtree(&c->context, &c->removed, &c->added, &p); i++) {
        add_rename(c, &p);
        /* What differs inside is told besides, and what lacks a counterpart may have moved elsewhere. */
        compare_maps(c, p.was.u.map, p.is.u.map, (struct at){p.from, p.to, p.confidence}, 0);
    }
    uint32_t n;
    struct rename_pair *v = renames_of_leaves(&c->context, &c->removed, &c->added, &n);
    for (uint32_t i = 0; i < n; i++) add_rename(c, &v[i]);
}

/* ---- the whole ---- */

static int by_path(const void *x, const void *y)
{
    const struct value_change *p = x, *q = y;
    int c = str_cmp(p->path, q->path);
    if (c) return c;
    if (p->kind != q->kind) return p->kind < q->kind ? -1 : 1;
    return str_cmp(p->to, q->to);
}

void diff_values(struct arena *a, const struct map *from, const struct map *to, const struct origins *o, struct value_changes *out)
{
    (void)o; /* origins are numbers in the entries; who shows them looks them up */
    *out = (struct value_changes){0};
    struct comparison c = {.a = a, .out = out, .removed = {.a = a}, .added = {.a = a}};
    compare_maps(&c, from, to, (struct at){0}, 0);
    renames_prepare(a, from, to, &c.context);
    if (c.removed.n && c.added.n) find_renames(&c);
    for (uint32_t i = 0; i < c.removed.n; i++) {
        const struct lone *x = &c.removed.v[i];
        if (!x->gone && !x->silent) add_change(&c, CHANGE_REMOVED, x->path, x->v, x->at, NIL, 0);
    }
    for (uint32_t i = 0; i < c.added.n; i++) {
        const struct lone *x = &c.added.v[i];
        if (!x->gone && !x->silent) add_change(&c, CHANGE_ADDED, x->path, NIL, 0, x->v, x->at);
    }
    if (out->n > 1) qsort(out->v, out->n, sizeof *out->v, by_path);
}
