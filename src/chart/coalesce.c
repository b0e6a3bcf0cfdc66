/* Values of chart, parents and user made one: pkg/chart/common/util/coalesce.go of Helm 4.1.4.
 *
 * Helm copies the user's values and each chart's, and merges the copies in place; which maps are then shared between a
 * chart's and its subcharts' globals can be seen in templates. So the same maps are shared here. What is not shared
 * is not copied before it is needed: a chart's values stay as they are, and parts of them are copied when they are taken. */
#include "chart/coalesce.h"

#include "base/strmap.h"
#include "value/gofmt.h"

/* A values path for messages, built only when there is one. */
struct prefix {
    const struct prefix *up;
    struct str key;
};

enum source_of_values { COPY_PARTS /* of a chart: never changed */, TAKE_PARTS /* a copy already: Helm changes it, too */ };

static void add_prefix(struct buf *b, const struct prefix *p)
{
    if (!p) return;
    add_prefix(b, p->up);
    if (b->n) buf_byte(b, '.');
    buf_add(b, p->key);
}

static bool is_table(struct value v) { return v.kind == V_MAP && v.u.map; }

/* BEFORE path AFTER (value) */
static void warn_value(struct coalescer *k, const char *before, const struct prefix *p, const char *after, struct value v)
{
    if (!k->d) return;
    struct buf b = buf_new(k->a), path = buf_new(k->a);
    add_prefix(&path, p);
    buf_z(&b, before);
    buf_add(&b, buf_str(&path));
    buf_z(&b, after);
    buf_z(&b, " (");
    gofmt_value(&b, v);
    buf_byte(&b, ')');
    diag_warn(k->d, NOWHERE, "%.*s", STR_ARG(buf_str(&b)));
}

/* ---- deletion ---- */

struct keys {
    struct str *v;
    size_t n, cap;
};

enum { FEW = 8 };

/* A deletion moves what follows: many at once are made by filling the map anew. */
static void delete_keys(struct arena *a, struct map *m, const struct keys *gone)
{
    if (gone->n <= FEW) {
        for (size_t i = 0; i < gone->n; i++) map_delete(m, gone->v[i]);
        return;
    }
    struct strmap set = strmap_new(a);
    for (size_t i = 0; i < gone->n; i++) strmap_put(&set, gone->v[i], m);
    struct map was = *m;
    *m = (struct map){.a = was.a, .shared = was.shared};
    for (uint32_t i = 0; i < was.n; i++)
        if (!strmap_find(&set, was.v[i].key)) map_put_at(m, was.v[i].key, was.v[i].value, was.v[i].at);
}

/* ---- coalesceTablesFullKey: dst wins over src ---- */

static void check_depth(struct coalescer *k, uint32_t depth)
{
    /* Import-values can make a map that holds itself: Helm's stack overflows there. */
    if (depth > k->a->guard->max.depth) guard_trip(k->a->guard, "values nest deeper than %u", k->a->guard->max.depth);
}

static void coalesce_tables(struct coalescer *k, struct map *dst, struct map *src, const struct prefix *prefix, bool merge,
                            enum source_of_values how, uint32_t depth);

static void warn_overwrite(struct coalescer *k, const struct prefix *prefix, const struct entry *from)
{
    struct prefix here = {prefix, from->key};
    warn_value(k, "warning: cannot overwrite table with non table for ", &here, "", from->value);
}

/* Both have the key, and dst has a value there. */
static void coalesce_entry(struct coalescer *k, struct entry *to, const struct entry *from, const struct prefix *prefix, bool merge,
                           enum source_of_values how, uint32_t depth)
{
    struct prefix here = {prefix, from->key};
    bool to_table = is_table(to->value), from_table = is_table(from->value);
    to->at = origin_over(k->o, to->at, from->at);
    if (to_table && from_table) coalesce_tables(k, to->value.u.map, from->value.u.map, &here, merge, how, depth + 1);
    else if (from_table) warn_overwrite(k, prefix, from);
    else if (to_table && from->value.kind != V_NIL)
        warn_value(k, "warning: destination for ", &here, " is a table. Ignoring non-table value", from->value);
}

/* Helm writes dst's nulls into src before it compares; who goes on with src sees them. */
static void write_nulls(struct map *dst, struct map *src)
{
    for (uint32_t i = 0; i < dst->n; i++)
        if (dst->v[i].value.kind == V_NIL) map_put_at(src, dst->v[i].key, NIL, dst->v[i].at);
}

static void coalesce_tables(struct coalescer *k, struct map *dst, struct map *src, const struct prefix *prefix, bool merge, enum source_of_values how,
                            uint32_t depth)
{
    check_depth(k, depth);
    struct keys gone = {0};
    uint32_t n = src->n;
    for (uint32_t i = 0; i < n; i++) {
        struct entry from = src->v[i];
        struct entry *to = map_find(dst, from.key);
        if (!to) {
            map_put_at(dst, from.key, how == TAKE_PARTS ? from.value : values_copy(k->a, from.value), from.at);
        } else if (to->value.kind == V_NIL) {
            /* A null takes a default away, unless this is a merge; where there is none, it stays. In Helm 3 it takes a null
             * away, too. */
            if (!merge && (from.value.kind != V_NIL || k->helm_major == 3)) *PUSH(k->a, gone.v, gone.n, gone.cap) = from.key;
            else to->at = origin_over(k->o, to->at, from.at);
            if (k->helm_major == 3 && merge && is_table(from.value)) warn_overwrite(k, prefix, &from);
        } else {
            coalesce_entry(k, to, &from, prefix, merge, how, depth);
        }
    }
    if (how == TAKE_PARTS && dst != src && k->helm_major != 3) write_nulls(dst, src);
    delete_keys(k->a, dst, &gone);
}

void coalesce_merge_tables(struct coalescer *k, struct map *dst, struct map *src)
{
    coalesce_tables(k, dst, src, NULL, true, TAKE_PARTS, 0);
}

/* ---- globals: the parent's win over the subchart's ---- */

static struct str global(void) { return STR("global"); }

static struct map *shallow_copy(struct arena *a, const struct map *m)
{
    struct map *to = map_new(a);
    for (uint32_t i = 0; i < m->n; i++) map_put_at(to, m->v[i].key, m->v[i].value, m->v[i].at);
    return to;
}

static void coalesce_global(struct coalescer *k, struct map *dg, const struct entry *from, const struct prefix *prefix)
{
    struct entry *to = map_find(dg, from->key);
    if (is_table(from->value)) {
        struct prefix here = {prefix, from->key};
        if (to && !is_table(to->value)) {
            if (!k->d) return;
            struct buf b = buf_new(k->a);
            go_quote(&b, from->key);
            diag_warn(k->d, NOWHERE, "Conflict: cannot merge map onto non-map for %.*s. Skipping.", STR_ARG(buf_str(&b)));
            return;
        }
        struct map *table = shallow_copy(k->a, from->value.u.map);
        if (to) coalesce_tables(k, table, to->value.u.map, &here, true, TAKE_PARTS, 0);
        map_put_at(dg, from->key, v_map(table), to ? origin_over(k->o, from->at, to->at) : from->at);
    } else if (to && is_table(to->value)) {
        if (k->d) diag_warn(k->d, NOWHERE, "key %.*s is table. Skipping", STR_ARG(from->key));
    } else {
        map_put_at(dg, from->key, from->value, to ? origin_over(k->o, from->at, to->at) : from->at);
    }
}

static void coalesce_globals(struct coalescer *k, struct map *dest, const struct map *src, const struct prefix *prefix)
{
    struct entry *to = map_find(dest, global()), *from = map_find(src, global());
    if (to && !is_table(to->value)) {
        if (k->d) diag_warn(k->d, NOWHERE, "warning: skipping globals because destination global is not a table.");
        return;
    }
    if (from && !is_table(from->value)) {
        if (k->d) diag_warn(k->d, NOWHERE, "warning: skipping globals because source global is not a table.");
        return;
    }
    struct map *dg = to ? to->value.u.map : map_new(k->a);
    if (from && from->value.u.map != dg)
        for (uint32_t i = 0; i < from->value.u.map->n; i++) coalesce_global(k, dg, &from->value.u.map->v[i], prefix);
    origin_id at = to ? to->at : 0;
    if (from) at = to ? origin_over(k->o, from->at, to->at) : from->at;
    map_put_at(dest, global(), v_map(dg), at);
}

/* ---- coalesceValues: v wins over the chart's own ---- */

static bool is_subchart(const struct chart *c, struct str key)
{
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (str_eq(c->subcharts[i]->name, key)) return true;
    return false;
}

static void coalesce_values(struct coalescer *k, const struct chart *c, struct map *v, const struct prefix *prefix, bool merge)
{
    const struct map *own = c->values.u.map;
    struct prefix here = {prefix, c->name};
    struct keys gone = {0};
    for (uint32_t i = 0; own && i < own->n; i++) {
        const struct entry *from = &own->v[i];
        struct entry *to = map_find(v, from->key);
        if (!to) {
            map_put_at(v, from->key, values_copy(k->a, from->value), from->at);
        } else if (to->value.kind == V_NIL && !merge) {
            *PUSH(k->a, gone.v, gone.n, gone.cap) = from->key;
        } else {
            to->at = origin_over(k->o, to->at, from->at);
            if (!is_table(to->value)) continue;
            struct prefix below = {&here, from->key};
            if (is_table(from->value)) {
                bool keep_nulls = merge || is_subchart(c, from->key);
                coalesce_tables(k, to->value.u.map, from->value.u.map, &below, keep_nulls, COPY_PARTS, 0);
            } else if (from->value.kind != V_NIL && k->d) {
                struct buf b = buf_new(k->a);
                add_prefix(&b, &below);
                diag_warn(k->d, NOWHERE, "warning: skipped value for %.*s: Not a table.", STR_ARG(buf_str(&b)));
            }
        }
    }
    delete_keys(k->a, v, &gone);
}

/* ---- the tree of charts ---- */

static bool coalesce_chart(struct coalescer *k, const struct chart *c, struct map *dest, const struct prefix *prefix, bool merge);

static bool coalesce_subchart(struct coalescer *k, const struct chart *sub, struct map *dest, const struct prefix *prefix, bool merge)
{
    struct entry *e = map_find(dest, sub->name);
    if (!e) e = map_put(dest, sub->name, v_map(map_new(k->a)));
    if (!is_table(e->value)) {
        struct buf b = buf_new(k->a);
        buf_printf(&b, "type mismatch on %.*s: ", STR_ARG(sub->name));
        gofmt_sprintf(&b, STR("%t"), &e->value, 1);
        k->error = buf_done(&b);
        return false;
    }
    struct map *below = e->value.u.map;
    coalesce_globals(k, below, dest, prefix);
    return coalesce_chart(k, sub, below, prefix, merge);
}

static bool coalesce_chart(struct coalescer *k, const struct chart *c, struct map *dest, const struct prefix *prefix, bool merge)
{
    struct prefix here = {prefix, c->name};
    coalesce_values(k, c, dest, prefix, merge);
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (!coalesce_subchart(k, c->subcharts[i], dest, &here, merge)) return false;
    return true;
}

bool coalesce_tree(struct coalescer *k, const struct chart *c, const struct map *values, bool merge, struct map **out)
{
    *out = values_copy_map(k->a, values);
    return coalesce_chart(k, c, *out, NULL, merge);
}

bool values_coalesce(struct arena *a, const struct chart *c, const struct map *user, struct map **out, struct diags *d)
{
    struct coalescer k = {.a = a, .o = c->origins, .d = d, .helm_major = c->helm_major};
    if (coalesce_tree(&k, c, user, false, out)) return true;
    return diag_error(d, NOWHERE, "%.*s", STR_ARG(k.error));
}
