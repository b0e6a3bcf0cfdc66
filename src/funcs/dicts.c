/* sprig's functions over maps (sprig/dict.go); merge is mergo 1.0.1's, reduced to what maps of map[string]interface {} meet.
 *
 * Go's order of a map is random; here keys and values come in the order of the keys. */
#include "funcs/funcs.h"

static struct map *arg_map(const struct call *c, uint32_t i) { return c->arg[i].u.map; } /* NULL: a nil map */

/* ---- making ---- */

static bool call_dict(struct call *c, struct value *out)
{
    struct map *m = map_new(c->a);
    for (uint32_t i = 0; i < c->n; i += 2)
        map_put(m, funcs_text(c->a, c->arg[i]), i + 1 < c->n ? c->arg[i + 1] : v_str(STR("")));
    return ret(out, v_map(m));
}

static bool call_deep_copy(struct call *c, struct value *out)
{
    if (c->arg[0].kind == V_NIL) return call_fail(c, "reflect: call of reflect.Value.Type on zero Value");
    return ret(out, funcs_copy(c, c->arg[0]));
}

/* ---- reading ---- */

static const struct entry *read_entry(struct call *c, const struct map *m, struct str key)
{
    const struct entry *e = map_find(m, key);
    if (e) call_reads(c, e->at);
    return e;
}

static bool call_get(struct call *c, struct value *out)
{
    const struct entry *e = read_entry(c, arg_map(c, 0), arg_str(c, 1));
    return ret(out, e ? e->value : v_str(STR("")));
}

static bool call_has_key(struct call *c, struct value *out)
{
    return ret(out, v_bool(read_entry(c, arg_map(c, 0), arg_str(c, 1)) != NULL));
}

static bool call_pluck(struct call *c, struct value *out)
{
    struct list *l = list_new(c->a);
    for (uint32_t i = 1; i < c->n; i++) {
        const struct entry *e = read_entry(c, arg_map(c, i), arg_str(c, 0));
        if (e) list_add_at(l, e->value, e->at);
    }
    return ret(out, v_list(l));
}

static bool call_keys(struct call *c, struct value *out)
{
    struct list *l = list_new(c->a);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct map *m = arg_map(c, i);
        struct entry **sorted = map_sorted(c->a, m);
        for (uint32_t k = 0; m && k < m->n; k++) {
            call_reads(c, sorted[k]->at);
            list_add(l, v_str(sorted[k]->key));
        }
    }
    return ret(out, v_typed(v_list(l), GO_STRINGS));
}

static bool call_values(struct call *c, struct value *out)
{
    const struct map *m = arg_map(c, 0);
    struct entry **sorted = map_sorted(c->a, m);
    struct list *l = list_new(c->a);
    for (uint32_t k = 0; m && k < m->n; k++) {
        call_reads(c, sorted[k]->at);
        list_add_at(l, sorted[k]->value, sorted[k]->at);
    }
    return ret(out, v_list(l));
}

static bool call_pick(struct call *c, struct value *out)
{
    struct map *m = map_new(c->a);
    for (uint32_t i = 1; i < c->n; i++) {
        const struct entry *e = map_find(arg_map(c, 0), arg_str(c, i));
        if (e) map_put_at(m, e->key, e->value, e->at);
    }
    return ret(out, v_map(m));
}

static bool call_omit(struct call *c, struct value *out)
{
    const struct map *from = arg_map(c, 0);
    struct map *m = map_new(c->a);
    for (uint32_t i = 0; from && i < from->n; i++) map_put_at(m, from->v[i].key, from->v[i].value, from->v[i].at);
    for (uint32_t i = 1; i < c->n; i++) map_delete(m, arg_str(c, i));
    return ret(out, v_map(m));
}

/* ---- dig ---- */

/* Go's panic where a value is not of the type that the code asserts. */
static bool fail_conversion(struct call *c, struct value v, const char *want)
{
    const char *have = v.kind == V_NIL ? "nil" : value_type_name(v);
    return call_fail(c, "interface conversion: interface {} is %s, not %s", have, want);
}

static bool is_plain_map(struct value v) { return v.kind == V_MAP && v.type == GO_AUTO; }

static bool call_dig(struct call *c, struct value *out)
{
    if (c->n < 3) return call_fail(c, "dig needs at least three arguments");
    uint32_t keys = c->n - 2;
    struct value at = c->arg[c->n - 1];
    if (!is_plain_map(at)) return fail_conversion(c, at, "map[string]interface {}");
    for (uint32_t i = 0; i < keys; i++)
        if (c->arg[i].kind != V_STR || c->arg[i].type != GO_AUTO) return fail_conversion(c, c->arg[i], "string");
    for (uint32_t i = 0; i < keys; i++) {
        if (!is_plain_map(at)) return fail_conversion(c, at, "map[string]interface {}");
        const struct entry *e = read_entry(c, at.u.map, arg_str(c, i));
        if (!e) return ret(out, c->arg[c->n - 2]);
        at = e->value;
    }
    return ret(out, at);
}

/* ---- writing ---- */

static bool call_set(struct call *c, struct value *out)
{
    struct map *m = arg_map(c, 0);
    if (!m) return call_fail(c, "assignment to entry in nil map");
    call_writes(c, m, arg_str(c, 1));
    map_put(m, arg_str(c, 1), c->arg[2]);
    return ret(out, v_map(m));
}

static bool call_unset(struct call *c, struct value *out)
{
    struct map *m = arg_map(c, 0);
    if (map_find(m, arg_str(c, 1))) {
        call_writes(c, m, arg_str(c, 1));
        map_delete(m, arg_str(c, 1));
    }
    return ret(out, v_map(m));
}

/* ---- merge ---- */

struct merge {
    struct call *c;
    bool overwrite;
    const char *error; /* set when it fails */
    bool panic;        /* the error is a panic, which the forms without must pass on too */
};

static bool merge_maps(struct merge *g, struct value to, struct value from, uint32_t depth);

static bool merge_put(struct merge *g, struct value to, const struct entry *e)
{
    call_writes(g->c, to.u.map, e->key);
    map_put_at(to.u.map, e->key, e->value, e->at);
    return true;
}

static bool merge_panic(struct merge *g, const char *text)
{
    g->error = text;
    g->panic = true;
    return false;
}

/* What a map or struct of the source does to the value in its place, before it may replace it. */
static bool merge_into(struct merge *g, struct value to, struct value from, uint32_t depth)
{
    if (to.kind == V_MAP && from.kind == V_MAP) return merge_maps(g, to, from, depth);
    if (to.kind != V_OBJ || from.kind != V_MAP) return true;
    if (to.u.obj->type->name[0] != '*') { /* mergo goes through its fields, if it shows any, and asks the map for the same */
        const struct map *fields = to.u.obj->fields;
        return !fields || !fields->n || merge_panic(g, "reflect: call of reflect.Value.Field on map Value");
    }
    if (g->overwrite) return true;
    g->error = "src and dst must be of same type";
    return false;
}

static bool merge_entry(struct merge *g, struct value to, const struct entry *e, uint32_t depth)
{
    const struct entry *old = map_find(to.u.map, e->key);
    struct value before = old ? old->value : NIL;
    /* What is kept or taken stays unread until somebody reads the result; only what decides between the two is read here. */
    if (old && !g->overwrite) call_reads(g->c, old->at);
    if (e->value.kind == V_NIL) return !g->overwrite || merge_put(g, to, e);
    if ((e->value.kind == V_MAP || e->value.kind == V_OBJ) && !merge_into(g, before, e->value, depth + 1)) return false;
    /* Looked at only now: an empty map that has just been filled is no longer empty. */
    bool keep = !funcs_empty(before) && (!g->overwrite || (before.kind == V_MAP && e->value.kind == V_MAP));
    if (keep) return true;
    return merge_put(g, to, e);
}

static bool merge_maps(struct merge *g, struct value to, struct value from, uint32_t depth)
{
    struct guard *guard = g->c->a->guard;
    if (depth > guard->max.depth) guard_trip(guard, "maps that merge joins are nested deeper than %u levels", (unsigned)guard->max.depth);
    if (!to.u.map || !from.u.map) return true;
    /* The keys are taken first: the map may be merged with itself, or hold the one that is changed. */
    uint32_t n = from.u.map->n;
    struct str *keys = NEW_ARRAY(g->c->a, struct str, n + 1);
    for (uint32_t i = 0; i < n; i++) keys[i] = from.u.map->v[i].key;
    /* In the place of a map: what split made, or .Files. */
    if (n && to.type == GO_STRING_MAP && from.type != GO_STRING_MAP)
        return merge_panic(g, "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string");
    if (n && to.type == GO_FILES && from.type != GO_FILES)
        return merge_panic(g, "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type []uint8");
    for (uint32_t i = 0; i < n; i++) {
        if (++guard->steps > guard->max.steps) guard_trip(guard, "templates take more than %llu steps", (unsigned long long)guard->max.steps);
        const struct entry *e = map_find(from.u.map, keys[i]);
        if (!e) continue;
        struct entry copy = *e;
        if (!merge_entry(g, to, &copy, depth)) return false;
    }
    return true;
}

/* Merges every further argument into the first. */
static bool merge_all(struct call *c, bool overwrite, bool must, struct value *out)
{
    struct merge g = {.c = c, .overwrite = overwrite};
    struct value to = v_map(arg_map(c, 0));
    for (uint32_t i = 1; i < c->n; i++) {
        if (!to.u.map && arg_map(c, i)) to.u.map = map_new(c->a);
        if (merge_maps(&g, to, v_map(arg_map(c, i)), 0)) continue;
        return must || g.panic ? call_fail(c, "%s", g.error) : ret_str(out, STR(""));
    }
    return ret(out, to);
}

static bool call_merge(struct call *c, struct value *out) { return merge_all(c, false, false, out); }
static bool call_must_merge(struct call *c, struct value *out) { return merge_all(c, false, true, out); }
static bool call_merge_overwrite(struct call *c, struct value *out) { return merge_all(c, true, false, out); }
static bool call_must_merge_overwrite(struct call *c, struct value *out) { return merge_all(c, true, true, out); }

const struct func funcs_dicts[] = {
    {"deepCopy", "a", call_deep_copy, 0},
    {"dict", "a.", call_dict, 0},
    {"dig", "a.", call_dig, 0},
    {"get", "Ms", call_get, 0},
    {"hasKey", "Ms", call_has_key, 0},
    {"keys", "M.", call_keys, 0},
    {"merge", "MM.", call_merge, FUNC_WRITES},
    {"mergeOverwrite", "MM.", call_merge_overwrite, FUNC_WRITES},
    {"mustDeepCopy", "a", call_deep_copy, 0},
    {"mustMerge", "MM.", call_must_merge, FUNC_WRITES},
    {"mustMergeOverwrite", "MM.", call_must_merge_overwrite, FUNC_WRITES},
    {"omit", "Ms.", call_omit, 0},
    {"pick", "Ms.", call_pick, 0},
    {"pluck", "sM.", call_pluck, 0},
    {"set", "Msa", call_set, FUNC_WRITES},
    {"unset", "Ms", call_unset, FUNC_WRITES},
    {"values", "M", call_values, 0},
    {0},
};
