#include "usage/usage.h"

#include "value/yaml.h"

#include <stdlib.h>


/* ---- which templates read a key ---- */

struct readers {
    struct strmap paths;   /* templates that read it */
    bool by_chart;         /* a condition, a tag or the schema */
    bool any;
};

/* Coalescing gives an entry that overrides another a new origin with the same place: entries are found by place. */
struct read_place {
    uint64_t place;
    origin_id at;
};

static uint64_t place_key(const struct origin *o)
{
    return (uint64_t)o->key_at.input << 50 | (uint64_t)o->key_at.line << 18 | o->key_at.column;
}

static int by_place(const void *a, const void *b)
{
    const struct read_place *x = a, *y = b;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void index_places(struct bench *b)
{
    const struct reads *r = &b->base->reads;
    b->places_n = 0;
    b->places_of = b->base;
    for (origin_id at = 1; at < r->head_n && at < b->origins->n; at++)
        if (r->head[at]) *PUSH(b->a, b->places, b->places_n, b->places_cap) = (struct read_place){place_key(origin_get(b->origins, at)), at};
    if (b->places_n) qsort(b->places, b->places_n, sizeof *b->places, by_place);
}

static void note_readers_of(const struct bench *b, origin_id at, struct readers *r)
{
    const struct reads *reads = &b->base->reads;
    for (uint32_t i = reads->head[at]; i; i = reads->v[i - 1].next) {
        uint32_t t = reads->v[i - 1].tmpl;
        r->any = true;
        if (t == READ_BY_CHART || t >= b->base->templates_n) r->by_chart = true;
        else strmap_put(&r->paths, b->base->template_names[t], (void *)1);
    }
}

static void note_readers(struct bench *b, origin_id at, struct readers *r)
{
    if (!at) return;
    if (b->places_of != b->base) index_places(b);
    uint64_t place = place_key(origin_get(b->origins, at));
    uint32_t lo = 0, hi = b->places_n;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (b->places[mid].place < place) lo = mid + 1;
        else hi = mid;
    }
    for (; lo < b->places_n && b->places[lo].place == place; lo++) note_readers_of(b, b->places[lo].at, r);
}

static void note_readers_below(struct bench *b, struct value v, struct readers *r)
{
    if (v.kind == V_MAP)
        for (uint32_t i = 0; i < map_len(v); i++) {
            note_readers(b, v.u.map->v[i].at, r);
            note_readers_below(b, v.u.map->v[i].value, r);
        }
    else if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) {
            note_readers(b, list_origin(v.u.list, i), r);
            note_readers_below(b, v.u.list->v[i], r);
        }
}

static struct readers readers_of(struct arena *a, struct bench *b, const struct key *k)
{
    struct readers r = {.paths = strmap_new(a)};
    note_readers(b, k->at, &r);
    note_readers_below(b, k->value, &r);
    return r;
}

bool usage_reads(struct bench *b, const struct key *k)
{
    struct arena_mark m = arena_mark(b->scratch);
    bool any = readers_of(b->scratch, b, k).any;
    arena_rewind(b->scratch, m);
    return any;
}

/* ---- comparing two renders ---- */

struct doc {
    struct str id;
    struct value v;
};
struct docs {
    struct doc *v;
    uint32_t n, cap;
};

static void read_docs(struct arena *a, struct str text, struct docs *out)
{
    struct yaml_options o = {0};
    struct list *all;
    struct str error;
    struct place at;
    if (!yaml_read_all(a, text, &o, &all, &error, &at)) return;
    for (uint32_t i = 0; i < all->n; i++) {
        struct value v = all->v[i], meta = value_at(v, "metadata", NULL);
        if (v.kind != V_MAP) continue;
        struct doc *d = PUSH(a, out->v, out->n, out->cap);
        d->v = v;
        struct str ns = value_str_at(meta, "namespace");
        d->id = str_printf(a, "%.*s/%.*s%s%.*s", STR_ARG(value_str_at(v, "kind")), STR_ARG(ns), ns.n ? "/" : "", STR_ARG(value_str_at(meta, "name")));
    }
}

static const struct doc *find_doc(const struct docs *d, struct str id)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (str_eq(d->v[i].id, id)) return &d->v[i];
    return NULL;
}

static void add_trait(struct bench *b, struct signature *sig, struct str object, struct str field, struct value from, struct value to)
{
    if (!sig) return;
    struct trait *t = PUSH(b->a, sig->v, sig->n, sig->cap);
    *t = (struct trait){str_dup(b->a, object), str_dup(b->a, field), value_copy(b->a, from), value_copy(b->a, to)};
}

static bool compare_docs(struct bench *b, struct docs *was, struct docs *is, struct signature *sig)
{
    bool differ = false;
    for (uint32_t i = 0; i < was->n; i++) {
        const struct doc *x = &was->v[i], *y = find_doc(is, x->id);
        struct field_change *f = NULL;
        uint32_t n = 0, cap = 0;
        if (!y) {
            add_trait(b, sig, x->id, (struct str){0}, x->v, NIL);
            differ = true;
            continue;
        }
        if (value_same(x->v, y->v)) continue;
        differ = true;
        diff_fields(b->scratch, x->v, y->v, &f, &n, &cap);
        for (uint32_t k = 0; k < n; k++) add_trait(b, sig, x->id, f[k].path, f[k].was, f[k].is);
    }
    for (uint32_t i = 0; i < is->n; i++)
        if (!find_doc(was, is->v[i].id)) {
            add_trait(b, sig, is->v[i].id, (struct str){0}, NIL, is->v[i].v);
            differ = true;
        }
    return differ;
}

static const struct rendered *find_file(const struct render *r, struct str path)
{
    for (uint32_t i = 0; i < r->files_n; i++)
        if (str_eq(r->files[i].path, path)) return &r->files[i];
    return NULL;
}

static bool is_notes(struct str path) { return str_ends(path, STR("NOTES.txt")); }

/* Files of one render that the other has otherwise, or not at all. `limited`: a file that is missing in `now` was not evaluated. */
static bool compare_renders(struct bench *b, const struct render *now, bool limited, struct signature *sig)
{
    struct docs was = {0}, is = {0};
    bool text_differs = false;
    for (uint32_t i = 0; i < now->files_n; i++) {
        const struct rendered *x = &now->files[i], *y = find_file(b->base, x->path);
        if (is_notes(x->path) || (y && str_eq(x->text, y->text))) continue;
        text_differs = true;
        read_docs(b->scratch, x->text, &is);
        if (y) read_docs(b->scratch, y->text, &was);
    }
    for (uint32_t i = 0; !limited && i < b->base->files_n; i++) {
        const struct rendered *y = &b->base->files[i];
        if (is_notes(y->path) || find_file(now, y->path)) continue;
        text_differs = true;
        read_docs(b->scratch, y->text, &was);
    }
    return text_differs && compare_docs(b, &was, &is, sig);
}

struct attempt {
    struct bench *b;
    const struct map *user;
    const struct strmap *only;
    struct render r;
    bool ok;
};

static void try_render(void *context)
{
    struct attempt *t = context;
    struct bench *b = t->b;
    struct diags *quiet = diags_new(b->scratch, b->inputs);
    t->ok = render_chart_some(b->scratch, b->chart, t->user, b->env, b->parses, quiet, t->only, &t->r);
}

enum works usage_probe(struct bench *b, const struct map *user, const struct key *like, struct signature *sig)
{
    struct arena_mark m = arena_mark(b->scratch);
    struct readers r = {0};
    bool limited = false;
    if (like && !b->base->exec.writes_n) {
        r = readers_of(b->scratch, b, like);
        limited = !r.by_chart;
    }
    struct attempt t = {.b = b, .user = user, .only = limited ? &r.paths : NULL};
    enum works e = WORKS_BY_FAILING;
    b->probes++;
    try_render(&t);
    if (t.ok) e = compare_renders(b, &t.r, limited, sig) ? WORKS : WORKS_NOT;
    arena_rewind(b->scratch, m);
    return e;
}

/* ---- other plausible values ---- */

enum { MOST_OTHERS = 8 };

static uint32_t others(struct arena *a, struct value v, struct value other_default, struct value out[MOST_OTHERS])
{
    uint32_t n = 0;
    if (other_default.kind != V_NIL && !value_same(other_default, v)) out[n++] = other_default;
    switch (v.kind) {
    case V_BOOL: out[n++] = v_bool(!v.u.b); break;
    case V_INT: out[n++] = v_typed(v_int(v.u.i + 1), v.type); break;
    case V_FLOAT:
        out[n++] = v_float(v.u.f + 1);
        if (v.u.f != 0) out[n++] = v_float(0);
        break;
    case V_STR:
        out[n++] = v_str(str_concat(a, v_text(v), STR("x")));
        if (v.n) out[n++] = v_str(STR(""));
        if (str_is(v_text(v), "true") || str_is(v_text(v), "false")) out[n++] = v_bool(!str_is(v_text(v), "true"));
        break;
    case V_LIST: {
        struct list *shorter = list_new(a), *longer = list_new(a);
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i + 1 < list_len(v)) list_add(shorter, v.u.list->v[i]);
            list_add(longer, v.u.list->v[i]);
        }
        if (list_len(v)) {
            out[n++] = v_list(shorter);
            list_add(longer, v.u.list->v[0]);
        } else {
            list_add(longer, v_str(STR("x")));
        }
        out[n++] = v_list(longer);
        break;
    }
    case V_MAP: {
        struct map *m = map_new(a);
        map_putz(m, "x", v_str(STR("x")));
        out[n++] = v_map(m);
        break;
    }
    default: /* null: the chart's default is deleted */
        out[n++] = v_str(STR("x"));
        out[n++] = v_bool(true);
        break;
    }
    return n;
}

enum works usage_effect(struct bench *b, const struct key *k, struct value other_default, struct signature *sig)
{
    if (!usage_reads(b, k)) return WORKS_NOT;
    struct value v[MOST_OTHERS];
    struct map *changed = usage_without(b->a, b->user, k->segment, k->segments);
    enum works e = usage_probe(b, changed, k, sig), worst = WORKS_NOT;
    if (e == WORKS) return e;
    if (e == WORKS_BY_FAILING) worst = e;
    uint32_t n = others(b->a, k->value, other_default, v);
    for (uint32_t i = 0; i < n; i++) {
        changed = usage_with(b->a, b->user, k->segment, k->segments, v[i]);
        e = usage_probe(b, changed, k, sig);
        if (e == WORKS) return e;
        if (e == WORKS_BY_FAILING) worst = e;
    }
    return worst;
}

/* ---- signatures ---- */

static bool same_kind(struct str x, struct str y)
{
    struct str a, b, rest;
    str_cut(x, STR("/"), &a, &rest);
    str_cut(y, STR("/"), &b, &rest);
    return str_eq(a, b);
}

/* `was` was made by taking the key away, `is` by setting a new one: what the first gives up the second must bring. */
int signature_likeness(struct arena *a, const struct signature *was, const struct signature *is)
{
    enum { TOO_MANY = 2000 };
    if (!was->n || !is->n || was->n > TOO_MANY || is->n > TOO_MANY) return 0;
    struct arena_mark m = arena_mark(a);
    bool *used = NEW_ARRAY(a, bool, is->n);
    uint32_t hits = 0, most = was->n > is->n ? was->n : is->n;
    for (uint32_t i = 0; i < was->n; i++)
        for (uint32_t k = 0; k < is->n; k++) {
            const struct trait *p = &was->v[i], *q = &is->v[k];
            if (used[k] || !str_eq(p->field, q->field) || !same_kind(p->object, q->object) || !value_same(p->from, q->to)) continue;
            used[k] = true;
            hits++;
            break;
        }
    arena_rewind(a, m);
    return (int)(hits * 100 / most);
}
