/* sprig's functions over lists (sprig/list.go). They take any slice: lists of all types, and []byte. A list that is not
 * changed is shared with its slices, as in Go; every other result is a new list, whose items keep their origin. */
#include <math.h>

#include "funcs/funcs.h"

/* The items of a slice. */
struct items {
    const struct list *list; /* NULL: none, or bytes */
    struct str bytes;
    uint32_t n;
};

/* False, and the call fails with `message` and the kind of v, when v is no slice. */
static bool items_of(struct call *c, struct value v, const char *message, struct items *out)
{
    *out = (struct items){0};
    if (v.kind == V_NIL) return funcs_nil_panic(c);
    if (v.kind == V_STR && v.type == GO_BYTES) {
        out->bytes = v_text(v);
        out->n = v.n;
    } else if (v.kind == V_LIST) {
        out->list = v.u.list;
        out->n = list_len(v);
    } else {
        return call_fail(c, "%s %s", message, funcs_kind(v));
    }
    return true;
}

static struct value item_at(const struct items *s, uint32_t i)
{
    if (s->list) return s->list->v[i];
    return v_typed((struct value){.kind = V_UINT, .u.u = (unsigned char)s->bytes.p[i]}, GO_UINT8);
}

static origin_id item_origin(const struct items *s, uint32_t i) { return s->list ? list_origin(s->list, i) : 0; }

static void add_item(struct list *l, const struct items *s, uint32_t i) { list_add_at(l, item_at(s, i), item_origin(s, i)); }

static void add_items(struct list *l, const struct items *s, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) add_item(l, s, i);
}

/* Item i is looked at. */
static struct value examine(struct call *c, const struct items *s, uint32_t i)
{
    call_reads(c, item_origin(s, i));
    return item_at(s, i);
}

static bool ret_list(struct value *out, struct list *l) { return ret(out, v_list(l)); }

/* A list that Go has made in its final size. */
static bool ret_exact(struct value *out, struct list *l) { return ret(out, v_list(funcs_set_capacity(l, l->n))); }

/* ---- making, adding ---- */

static bool call_list(struct call *c, struct value *out)
{
    struct list *l = list_new(c->a);
    for (uint32_t i = 0; i < c->n; i++) list_add(l, c->arg[i]);
    return ret_exact(out, l);
}

/* The same items with room for more. Templates build lists item by item: the longer list takes over the memory behind the items of
 * the shorter one, which no list but the first to ask for it gets, so that n items cost n steps, not n * n. */
static struct list *with_room(struct call *c, const struct items *s)
{
    struct list *l = list_new(c->a), *from = (struct list *)s->list;
    if (!from || from->a != c->a || from->at || from->hidden || c->arg[0].type != GO_AUTO) {
        add_items(l, s, 0, s->n);
    } else if (from->cap > from->n) {
        l->v = from->v;
        l->n = from->n;
        l->cap = from->cap;
        from->cap = from->n;
    } else {
        l->cap = s->n + s->n / 2 + 2;
        l->v = arena_alloc(c->a, l->cap * sizeof *l->v);
        if (s->n) memcpy(l->v, from->v, s->n * sizeof *l->v);
        l->n = s->n;
    }
    return l;
}

static bool call_append(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[0], "Cannot push on type", &s)) return false;
    struct list *l = with_room(c, &s);
    list_add(l, c->arg[1]);
    return ret_list(out, funcs_set_capacity(l, funcs_capacity_after(s.n, l->n, GO_AUTO)));
}

static bool call_prepend(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[0], "Cannot prepend on type", &s)) return false;
    struct list *l = list_new(c->a);
    list_add(l, c->arg[1]);
    add_items(l, &s, 0, s.n);
    return ret_list(out, funcs_set_capacity(l, funcs_capacity_after(1, l->n, GO_AUTO)));
}

static bool call_concat(struct call *c, struct value *out)
{
    struct list *l = list_new(c->a);
    for (uint32_t i = 0; i < c->n; i++) {
        struct items s;
        if (c->arg[i].kind == V_NIL) return funcs_nil_panic(c);
        if (c->arg[i].kind != V_LIST && c->arg[i].type != GO_BYTES)
            return call_fail(c, "Cannot concat type %s as list", funcs_kind(c->arg[i]));
        if (!items_of(c, c->arg[i], "", &s)) return false;
        add_items(l, &s, 0, s.n);
    }
    return ret_list(out, l->n ? l : NULL);
}

/* ---- taking ---- */

static bool ret_item(struct call *c, struct value *out, const struct items *s, uint32_t i)
{
    if (!s->n) return ret(out, NIL);
    call_reads(c, item_origin(s, i));
    return ret(out, item_at(s, i));
}

static bool call_first(struct call *c, struct value *out)
{
    struct items s;
    return items_of(c, c->arg[0], "Cannot find first on type", &s) && ret_item(c, out, &s, 0);
}

static bool call_last(struct call *c, struct value *out)
{
    struct items s;
    return items_of(c, c->arg[0], "Cannot find last on type", &s) && ret_item(c, out, &s, s.n - 1);
}

/* A nil slice for an empty one. */
static bool ret_part(struct call *c, struct value *out, const struct items *s, uint32_t from, uint32_t to)
{
    if (!s->n) return ret_list(out, NULL);
    struct list *l = list_new(c->a);
    add_items(l, s, from, to);
    return ret_exact(out, l);
}

static bool call_rest(struct call *c, struct value *out)
{
    struct items s;
    return items_of(c, c->arg[0], "Cannot find rest on type", &s) && ret_part(c, out, &s, 1, s.n);
}

static bool call_initial(struct call *c, struct value *out)
{
    struct items s;
    return items_of(c, c->arg[0], "Cannot find initial on type", &s) && ret_part(c, out, &s, 0, s.n - 1);
}

/* Up to the capacity, not the length: Go's reflection allows it. */
static bool call_slice(struct call *c, struct value *out)
{
    struct value v = c->arg[0];
    struct items s;
    if (!items_of(c, v, "list should be type of slice or array but", &s)) return false;
    if (!s.n) return ret(out, NIL);
    int64_t start = c->n > 1 ? funcs_int64(c->arg[1]) : 0;
    int64_t end = c->n > 2 ? funcs_int64(c->arg[2]) : s.n;
    int64_t capacity = s.list ? (int64_t)funcs_capacity(v) : s.n;
    if (start < 0 || end < start || end > capacity) return call_fail(c, "reflect.Value.Slice: slice index out of bounds");
    if (!s.list) return ret(out, v_typed(v_str(str_sub(s.bytes, (size_t)start, (size_t)end)), GO_BYTES));
    v.u.list = funcs_slice(c->a, v, (uint32_t)start, (uint32_t)end);
    return ret(out, v);
}

/* The sizes are reckoned in float64, as sprig does it; what comes out for a size below 1 depends on that. */
static bool call_chunk(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[1], "Cannot chunk type", &s)) return false;
    double size = (double)arg_int(c, 0);
    double count = floor(((double)s.n - 1) / size) + 1;
    struct list *chunks = list_new(c->a);
    if (!(count >= 0 && count <= UINT32_MAX)) return call_fail(c, "runtime error: makeslice: len out of range");
    for (uint32_t from = 0; chunks->n < (uint32_t)count;) {
        double rest = fabs(size) > s.n ? s.n : s.n % (uint32_t)fabs(size); /* math.Mod: the sign of size is of no account */
        double length = chunks->n + 1 == (uint32_t)count ? rest : size;
        if (length == 0) length = size;
        if (length < 0) return call_fail(c, "runtime error: makeslice: len out of range");
        struct list *l = list_new(c->a);
        add_items(l, &s, from, from + (uint32_t)length);
        list_add(chunks, v_list(funcs_set_capacity(l, l->n)));
        from += (uint32_t)length;
    }
    return ret(out, v_typed(v_list(funcs_set_capacity(chunks, chunks->n)), GO_ANY_LISTS));
}

/* ---- arranging, filtering ---- */

static bool call_reverse(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[0], "Cannot find reverse on type", &s)) return false;
    struct list *l = list_new(c->a);
    for (uint32_t i = s.n; i > 0; i--) add_item(l, &s, i - 1);
    return ret_exact(out, l);
}

static bool call_compact(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[0], "Cannot compact on type", &s)) return false;
    struct list *l = list_new(c->a);
    for (uint32_t i = 0; i < s.n; i++) {
        funcs_read_shape(c, examine(c, &s, i));
        if (!funcs_empty(item_at(&s, i))) add_item(l, &s, i);
    }
    return ret_list(out, l);
}

static bool is_among(struct call *c, const struct value *v, uint32_t n, struct value what)
{
    for (uint32_t i = 0; i < n; i++)
        if (funcs_equal(c, what, v[i])) return true;
    return false;
}

static bool call_uniq(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[0], "Cannot find uniq on type", &s)) return false;
    struct list *l = list_new(c->a);
    for (uint32_t i = 0; i < s.n; i++)
        if (!is_among(c, l->v, l->n, examine(c, &s, i))) add_item(l, &s, i);
    return ret_list(out, l);
}

static bool call_without(struct call *c, struct value *out)
{
    struct items s;
    if (!items_of(c, c->arg[0], "Cannot find without on type", &s)) return false;
    struct list *l = list_new(c->a);
    for (uint32_t i = 0; i < s.n; i++)
        if (!is_among(c, c->arg + 1, c->n - 1, examine(c, &s, i))) add_item(l, &s, i);
    return ret_list(out, l);
}

static bool call_has(struct call *c, struct value *out)
{
    struct items s;
    if (c->arg[1].kind == V_NIL) return ret(out, v_bool(false));
    if (!items_of(c, c->arg[1], "Cannot find has on type", &s)) return false;
    for (uint32_t i = 0; i < s.n; i++)
        if (funcs_equal(c, c->arg[0], examine(c, &s, i))) return ret(out, v_bool(true));
    return ret(out, v_bool(false));
}

const struct func funcs_lists[] = {
    {"append", "aa", call_append, 0},
    {"chunk", "ia", call_chunk, 0},
    {"compact", "a", call_compact, 0},
    {"concat", "a.", call_concat, 0},
    {"first", "a", call_first, 0},
    {"has", "aa", call_has, 0},
    {"initial", "a", call_initial, 0},
    {"last", "a", call_last, 0},
    {"list", "a.", call_list, 0},
    {"mustAppend", "aa", call_append, 0},
    {"mustChunk", "ia", call_chunk, 0},
    {"mustCompact", "a", call_compact, 0},
    {"mustFirst", "a", call_first, 0},
    {"mustHas", "aa", call_has, 0},
    {"mustInitial", "a", call_initial, 0},
    {"mustLast", "a", call_last, 0},
    {"mustPrepend", "aa", call_prepend, 0},
    {"mustPush", "aa", call_append, 0},
    {"mustRest", "a", call_rest, 0},
    {"mustReverse", "a", call_reverse, 0},
    {"mustSlice", "aa.", call_slice, 0},
    {"mustUniq", "a", call_uniq, 0},
    {"mustWithout", "aa.", call_without, 0},
    {"prepend", "aa", call_prepend, 0},
    {"push", "aa", call_append, 0},
    {"rest", "a", call_rest, 0},
    {"reverse", "a", call_reverse, 0},
    {"slice", "aa.", call_slice, 0},
    {"tuple", "a.", call_list, 0},
    {"uniq", "a", call_uniq, 0},
    {"without", "aa.", call_without, 0},
    {0},
};
