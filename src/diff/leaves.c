#include "diff/leaves.h"

#include "base/buf.h"

/* ---- names ---- */

enum { SHORTEST = 3 };

struct str name_replaced(struct arena *a, struct str s, struct str from, struct str to)
{
    if (from.n < SHORTEST || !str_has(s, from)) return s;
    struct buf b = buf_new(a);
    for (ptrdiff_t at; (at = str_find(s, from)) >= 0; s = str_from_n(s, (size_t)at + from.n)) {
        buf_add(&b, str_sub(s, 0, (size_t)at));
        buf_add(&b, to);
    }
    buf_add(&b, s);
    return buf_done(&b);
}

void names_differ_in(struct str x, struct str y, struct str *part_x, struct str *part_y)
{
    size_t head = 0, tail = 0, limit = x.n < y.n ? x.n : y.n;
    for (size_t i = 0; i < limit && x.p[i] == y.p[i]; i++)
        if (x.p[i] == '-') head = i + 1;
    for (size_t i = 0; i < limit - head && x.p[x.n - 1 - i] == y.p[y.n - 1 - i]; i++)
        if (x.p[x.n - 1 - i] == '-') tail = i + 1;
    *part_x = str_sub(x, head, x.n - tail);
    *part_y = str_sub(y, head, y.n - tail);
}

static struct str capitals(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] == '-' ? '_' : s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
    p[s.n] = 0;
    return str_of(p, s.n);
}

/* What a new name brings: the name, the part of it that differs, and that in capitals (SIE_ROUTER_PORT is SIE_GATEWAY_PORT). */
struct renaming {
    struct arena *a;
    struct str from[3], to[3];
};
enum { RENAMINGS = sizeof ((struct renaming *)0)->from / sizeof(struct str) };

static struct renaming renaming_of(struct arena *a, struct str from, struct str to)
{
    struct renaming r = {.a = a, .from = {from}, .to = {to}};
    names_differ_in(from, to, &r.from[1], &r.to[1]);
    /* "worker-default" is "worker" now: what is replaced by nothing would be taken out of words that have nothing to do with it. */
    if (!r.to[1].n) return (struct renaming){.a = a, .from = {from}, .to = {to}};
    r.from[2] = capitals(a, r.from[1]);
    r.to[2] = capitals(a, r.to[1]);
    return r;
}

static struct str renamed(const struct renaming *r, struct str s)
{
    for (size_t i = 0; r && i < RENAMINGS; i++) s = name_replaced(r->a, s, r->from[i], r->to[i]);
    return s;
}

static bool touches(const struct renaming *r, struct str s)
{
    for (size_t i = 0; i < RENAMINGS; i++)
        if (r->from[i].n >= SHORTEST && str_has(s, r->from[i])) return true;
    return false;
}

/* ---- reading ---- */

/* One key or item on the way to a leaf. */
struct leaf_way {
    const struct leaf_way *up;
    struct str key;           /* of an item of a list: its name; "": it has none */
    uint32_t index;
    bool is_item;
};

static void write_way(struct buf *b, const struct leaf_way *w, const struct renaming *r)
{
    if (!w->up) {
        buf_add(b, w->key); /* "spec": never a name */
        return;
    }
    write_way(b, w->up, r);
    struct str key = renamed(r, w->key);
    buf_byte(b, w->is_item ? '[' : '.');
    if (w->is_item && !key.n) buf_printf(b, "%u", w->index);
    buf_add(b, key);
    if (w->is_item) buf_byte(b, ']');
}

static struct str path_of(struct arena *a, const struct leaf_way *w, const struct renaming *r)
{
    struct buf b = buf_new(a);
    buf_reserve(&b, 96);
    write_way(&b, w, r);
    return buf_done(&b);
}

/* Every release has another tag: the image is what counts. */
static struct str image_name(struct str image)
{
    struct str name, rest;
    str_cut(image, STR("@"), &name, &rest);
    ptrdiff_t slash = str_find_last(name, STR("/")), colon = str_find_last(name, STR(":"));
    return colon > slash ? str_sub(name, 0, (size_t)colon) : name;
}

static struct str text_of(struct arena *a, struct str path, struct value v)
{
    switch (v.kind) {
    case V_STR: return str_ends(path, STR(".image")) ? image_name(v_text(v)) : v_text(v);
    case V_BOOL: return v.u.b ? STR("true") : STR("false");
    case V_INT: case V_UINT: return str_printf(a, "%lld", (long long)v.u.i);
    case V_FLOAT: return str_printf(a, "%.17g", v.u.f);
    default: return (struct str){0};
    }
}

static void add_leaf(struct arena *a, struct leaves *l, const struct leaf_way *way, struct value v)
{
    struct str path = path_of(a, way, NULL);
    uintptr_t at = (uintptr_t)strmap_get(&l->by_path, path);
    struct leaf *x = at ? &l->v[at - 1] : PUSH(a, l->v, l->n, l->cap);
    if (!at) strmap_put(&l->by_path, path, (void *)(uintptr_t)l->n);
    *x = (struct leaf){.way = way, .v = v, .path = path, .text = text_of(a, path, v)};
}

enum { LEAVES_MAX = 4000, DEPTH_MAX = 100 };

static const struct leaf_way *way_on(struct arena *a, const struct leaf_way *up, struct str key, uint32_t index, bool is_item)
{
    struct leaf_way *w = NEW(a, struct leaf_way);
    *w = (struct leaf_way){up, key, index, is_item};
    return w;
}

static void collect(struct arena *a, struct leaves *l, const struct leaf_way *way, struct value v, uint32_t depth)
{
    if (l->n >= LEAVES_MAX || depth > DEPTH_MAX) return;
    if (v.kind == V_MAP && map_len(v)) {
        struct entry **e = map_sorted(a, v.u.map);
        for (uint32_t i = 0; i < map_len(v); i++) collect(a, l, way_on(a, way, e[i]->key, 0, false), e[i]->value, depth + 1);
    } else if (v.kind == V_LIST && list_len(v)) {
        for (uint32_t i = 0; i < list_len(v); i++) {
            struct value item = v.u.list->v[i];
            struct str name = item.kind == V_MAP ? value_str_at(item, "name") : (struct str){0};
            collect(a, l, way_on(a, way, name, i, true), item, depth + 1);
        }
    } else {
        add_leaf(a, l, way, v);
    }
}

struct leaves *leaves_read(struct arena *a, const struct object *o)
{
    struct leaves *l = NEW(a, struct leaves);
    *l = (struct leaves){.o = o, .by_path = strmap_new(a)};
    struct value v = object_stripped(o);
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        if (str_is(e->key, "metadata") || str_is(e->key, "kind") || str_is(e->key, "apiVersion") || str_is(e->key, "status")) continue;
        collect(a, l, way_on(a, NULL, e->key, 0, false), e->value, 0);
    }
    return l;
}

/* ---- what is common ---- */

static struct str leaf_key(struct arena *a, struct str path, struct str text)
{
    char *p = arena_alloc(a, path.n + text.n + 1);
    memcpy(p, path.p, path.n);
    p[path.n] = '\x01';
    if (text.n) memcpy(p + path.n + 1, text.p, text.n);
    return str_of(p, path.n + text.n + 1);
}

static void count(struct leaf_counts *c, struct str key)
{
    uint32_t *n = strmap_get(&c->counts, key);
    if (!n) strmap_put(&c->counts, key, n = NEW(c->counts.a, uint32_t));
    ++*n;
}

void leaves_count(struct leaf_counts *c, const struct leaves *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        count(c, l->v[i].path);
        count(c, leaf_key(c->counts.a, l->v[i].path, l->v[i].text));
    }
}

static double weight(const struct leaf_counts *c, struct str key)
{
    const uint32_t *n = strmap_get(&c->counts, key);
    return n && *n > 2 ? 2 / (double)*n : 1;
}

static double weight_of(struct arena *scratch, const struct leaf_counts *c, struct str path, struct str text)
{
    struct arena_mark mark = arena_mark(scratch);
    double w = weight(c, leaf_key(scratch, path, text));
    arena_rewind(scratch, mark);
    return w;
}

void leaves_weigh(struct arena *a, const struct leaf_counts *c, struct leaves *l)
{
    if (l->touched) return;
    for (uint32_t i = 0; i < l->n; i++) {
        struct leaf *x = &l->v[i];
        x->weight = weight_of(a, c, x->path, x->text);
        x->path_weight = weight(c, x->path);
        l->mass += x->weight;
    }
    l->touched = NEW_ARRAY(a, bool, l->n);
}

/* ---- what two have in common ---- */

/* Most leaves have nothing of the object's name in them, and are then the same under any. */
static void find_touched(struct leaves *l, const struct renaming *r)
{
    if (l->found_touched && str_eq(l->part, r->from[1])) return;
    l->found_touched = true;
    l->part = r->from[1];
    for (uint32_t i = 0; i < l->n; i++) l->touched[i] = touches(r, l->v[i].path) || touches(r, l->v[i].text);
}

static struct leaf under_new_name(const struct leaf_counts *c, const struct renaming *r, const struct leaf *x)
{
    struct leaf y = *x;
    y.path = path_of(r->a, x->way, r);
    y.text = renamed(r, text_of(r->a, y.path, x->v));
    y.weight = weight_of(r->a, c, y.path, y.text);
    return y;
}

struct overlap leaves_overlap(struct arena *scratch, const struct leaf_counts *c, struct leaves *from, const struct leaves *to)
{
    struct renaming r = renaming_of(scratch, from->o->name, to->o->name);
    double kept = 0, found = 0, mine = 0;
    find_touched(from, &r);
    for (uint32_t i = 0; i < from->n; i++) {
        struct leaf x = from->touched[i] ? under_new_name(c, &r, &from->v[i]) : from->v[i];
        uintptr_t at = (uintptr_t)strmap_get(&to->by_path, x.path);
        const struct leaf *y = at ? &to->v[at - 1] : NULL;
        mine += x.weight;
        if (!y) continue;
        bool same = str_eq(x.text, y->text);
        kept += same ? x.weight : x.weight / 2 * y->path_weight;
        found += same ? y->weight : y->weight / 2 * y->path_weight;
    }
    double all = mine + to->mass;
    return (struct overlap){.dice = all > 0 ? (kept + found) / all : 0, .kept = mine > 0 ? kept / mine : 0, .found = to->mass > 0 ? found / to->mass : 0,
                            .leaves = from->n < to->n ? from->n : to->n};
}
