#include "diff/alike.h"

#include "base/buf.h"
#include "kube/noise.h"

/* ---- names ---- */

static struct str replace_all(struct arena *a, struct str s, struct str from, struct str to)
{
    if (from.n < 3 || !str_has(s, from)) return s;
    struct buf b = buf_new(a);
    for (ptrdiff_t at; (at = str_find(s, from)) >= 0; s = str_from_n(s, (size_t)at + from.n)) {
        buf_add(&b, str_sub(s, 0, (size_t)at));
        buf_add(&b, to);
    }
    buf_add(&b, s);
    return buf_done(&b);
}

/* What is left of two names when the words (between dashes) that they begin and end with in common are off. */
static void differing_part(struct str x, struct str y, struct str *part_x, struct str *part_y)
{
    size_t head = 0, tail = 0, limit = x.n < y.n ? x.n : y.n;
    for (size_t i = 0; i < limit && x.p[i] == y.p[i]; i++)
        if (x.p[i] == '-') head = i + 1;
    for (size_t i = 0; i < limit - head && x.p[x.n - 1 - i] == y.p[y.n - 1 - i]; i++)
        if (x.p[x.n - 1 - i] == '-') tail = i + 1;
    *part_x = str_sub(x, head, x.n - tail);
    *part_y = str_sub(y, head, y.n - tail);
}

static void learn(struct arena *a, struct alike_names *names, struct str from, struct str to)
{
    if (from.n < 3 || !to.n || str_eq(from, to)) return;
    for (uint32_t i = 0; i < names->n; i++)
        if (str_eq(names->from[i], from)) return;
    uint32_t n = names->n;
    *PUSH(a, names->from, n, names->cap_from) = from;
    n = names->n;
    *PUSH(a, names->to, n, names->cap_to) = to;
    names->n = n;
}

void alike_learn(struct arena *a, struct alike_names *names, const struct object *from, const struct object *to)
{
    struct str x, y;
    learn(a, names, from->name, to->name);
    differing_part(from->name, to->name, &x, &y);
    learn(a, names, x, y);
}

static bool follows(struct arena *a, const struct alike_names *names, struct str from, struct str to)
{
    for (uint32_t i = 0; i < names->n; i++) {
        struct str x = replace_all(a, from, names->from[i], names->to[i]);
        if (!str_eq(x, from) && str_eq(x, to)) return true;
    }
    return false;
}

/* ---- content ---- */

struct leaves {
    struct arena *a;
    struct strmap texts;      /* path to text: struct str * */
    struct str from[3], to[3]; /* replacements in paths and texts: the name, the part of it that differs, and that in capitals
                                * (SIE_ROUTER_PORT is SIE_GATEWAY_PORT); of the new side none */
};

static struct str capitals(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] == '-' ? '_' : s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
    p[s.n] = 0;
    return str_of(p, s.n);
}

/* Every release has another tag: the image is what counts. */
static struct str image_name(struct str image)
{
    struct str name, rest;
    str_cut(image, STR("@"), &name, &rest);
    ptrdiff_t slash = str_find_last(name, STR("/")), colon = str_find_last(name, STR(":"));
    return colon > slash ? str_sub(name, 0, (size_t)colon) : name;
}

static struct str renamed(const struct leaves *l, struct str s)
{
    for (size_t i = 0; i < sizeof l->from / sizeof *l->from; i++) s = replace_all(l->a, s, l->from[i], l->to[i]);
    return s;
}

static void add_leaf(struct leaves *l, struct str path, struct value v)
{
    struct str text = {0};
    if (v.kind == V_STR) text = renamed(l, str_ends(path, STR(".image")) ? image_name(v_text(v)) : v_text(v));
    else if (v.kind == V_BOOL) text = v.u.b ? STR("true") : STR("false");
    else if (v.kind == V_INT || v.kind == V_UINT) text = str_printf(l->a, "%lld", (long long)v.u.i);
    else if (v.kind == V_FLOAT) text = str_printf(l->a, "%.17g", v.u.f);
    struct str *copy = NEW(l->a, struct str);
    *copy = text;
    strmap_put(&l->texts, path, copy);
}

enum { LEAVES_MAX = 4000, DEPTH_MAX = 100 };

static void collect(struct leaves *l, struct str path, struct value v, uint32_t depth)
{
    if (l->texts.n >= LEAVES_MAX || depth > DEPTH_MAX) return;
    if (v.kind == V_MAP && map_len(v)) {
        struct entry **e = map_sorted(l->a, v.u.map);
        for (uint32_t i = 0; i < map_len(v); i++)
            collect(l, str_printf(l->a, "%.*s.%.*s", STR_ARG(path), STR_ARG(renamed(l, e[i]->key))), e[i]->value, depth + 1);
    } else if (v.kind == V_LIST && list_len(v)) {
        for (uint32_t i = 0; i < list_len(v); i++) {
            struct value item = v.u.list->v[i];
            struct str name = item.kind == V_MAP ? renamed(l, value_str_at(item, "name")) : (struct str){0};
            if (!name.n) name = str_printf(l->a, "%u", i);
            collect(l, str_printf(l->a, "%.*s[%.*s]", STR_ARG(path), STR_ARG(name)), item, depth + 1);
        }
    } else {
        add_leaf(l, path, v);
    }
}

static struct leaves leaves_of(struct arena *a, const struct object *o, const struct object *renamed_to)
{
    struct leaves l = {.a = a, .texts = strmap_new(a)};
    if (renamed_to) {
        struct str x, y;
        differing_part(o->name, renamed_to->name, &x, &y);
        l.from[0] = o->name;
        l.to[0] = renamed_to->name;
        l.from[1] = x;
        l.to[1] = y;
        l.from[2] = capitals(a, x);
        l.to[2] = capitals(a, y);
    }
    struct value v = object_stripped(o);
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        if (str_is(e->key, "metadata") || str_is(e->key, "kind") || str_is(e->key, "apiVersion") || str_is(e->key, "status")) continue;
        collect(&l, e->key, e->value, 0);
    }
    return l;
}

/* ---- what is common ---- */

static struct str leaf_key(struct arena *a, struct str path, struct str text)
{
    return str_printf(a, "%.*s\x01%.*s", STR_ARG(path), STR_ARG(text));
}

static void count(struct alike_corpus *c, struct str key)
{
    uint32_t *n = strmap_get(&c->counts, key);
    if (!n) strmap_put(&c->counts, key, n = NEW(c->counts.a, uint32_t));
    ++*n;
}

void alike_count(struct arena *a, struct alike_corpus *corpus, const struct object *workload)
{
    if (!corpus->counts.a) corpus->counts = strmap_new(a);
    struct leaves l = leaves_of(a, workload, NULL);
    for (size_t i = 0; i < l.texts.n; i++) {
        count(corpus, l.texts.items[i].key);
        count(corpus, leaf_key(a, l.texts.items[i].key, *(const struct str *)l.texts.items[i].value));
    }
}

/* 1 for what one workload has on either side, then less with every one more. */
static double weight(const struct alike_corpus *c, struct str key)
{
    const uint32_t *n = c->counts.a ? strmap_get(&c->counts, key) : NULL;
    return n && *n > 2 ? 2 / (double)*n : 1;
}

struct overlap {
    double dice;       /* 1: all leaves are the same; one whose value alone differs counts half */
    uint32_t leaves;   /* of the smaller side */
};

static double weigh(struct arena *a, const struct alike_corpus *c, const struct leaves *l, size_t i)
{
    return weight(c, leaf_key(a, l->texts.items[i].key, *(const struct str *)l->texts.items[i].value));
}

static struct overlap overlap_of(struct arena *a, const struct alike_corpus *c, const struct object *from, const struct object *to)
{
    struct leaves x = leaves_of(a, from, to), y = leaves_of(a, to, NULL);
    double shared = 0, all = 0;
    for (size_t i = 0; i < y.texts.n; i++) all += weigh(a, c, &y, i);
    for (size_t i = 0; i < x.texts.n; i++) {
        struct str path = x.texts.items[i].key;
        const struct str *p = x.texts.items[i].value, *q = strmap_get(&y.texts, path);
        double own = weigh(a, c, &x, i);
        all += own;
        if (!q) continue;
        double other = weight(c, leaf_key(a, path, *q));
        shared += str_eq(*p, *q) ? own + other : (own + other) / 2 * weight(c, path);
    }
    size_t less = x.texts.n < y.texts.n ? x.texts.n : y.texts.n;
    return (struct overlap){all > 0 ? shared / all : 0, (uint32_t)less};
}

static struct overlap scratch_overlap(struct arena *a, const struct alike_corpus *c, const struct object *from, const struct object *to)
{
    struct arena_mark mark = arena_mark(a);
    struct overlap o = overlap_of(a, c, from, to);
    arena_rewind(a, mark);
    return o;
}

int alike_workloads(struct arena *a, const struct alike_names *names, const struct object *from, const struct object *to)
{
    struct overlap o = scratch_overlap(a, &names->corpus, from, to);
    /* Another kind under the same name (a Deployment that became a StatefulSet): the name is the evidence. */
    if (!str_eq(from->kind, to->kind)) return 60 + (int)(40 * o.dice);
    /* Deployments of one chart have two thirds in common without being each other. */
    return o.leaves < 8 || o.dice < 0.75 ? 0 : (int)(100 * o.dice + 0.5);
}

int alike_others(struct arena *a, const struct alike_names *names, const struct object *from, const struct object *to)
{
    struct arena_mark mark = arena_mark(a);
    bool by_name = follows(a, names, from->name, to->name);
    arena_rewind(a, mark);
    struct overlap o = scratch_overlap(a, &names->corpus, from, to);
    /* The name follows from a workload's: content only has to be of the same sort. */
    if (by_name) return o.dice >= 0.3 || !o.leaves ? 70 + (int)(30 * o.dice) : 0;
    return o.leaves >= 12 && o.dice >= 0.8 ? (int)(100 * o.dice) - 10 : 0;
}
