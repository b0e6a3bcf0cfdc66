/* What functions do with abstract values. One that is not in the table here uses its arguments as its flags say (tmpl/func.h),
 * and its result is text that holds what they hold. */
#include "usage/static_inside.h"

#include "tmpl/exec.h"

static struct spot spot_of(const struct operand *o) { return frame_spot(o->f, o->at); }

static set_id all_args(const struct operand *o, uint32_t from)
{
    set_id v = 0;
    for (uint32_t i = from; i < o->n; i++) v = set_join(o->f->an, v, o->arg[i]);
    return v;
}

static void read_shapes(const struct operand *o)
{
    for (uint32_t i = 0; i < o->n; i++) value_read_shape(o->f->an, o->arg[i], spot_of(o));
}

static set_id new_object(const struct operand *o, enum object_kind kind, uint32_t *id)
{
    *id = object_at(o->f, o->at, 0, kind);
    return set_one(o->f->an, AT_OBJECT, *id);
}

static bool is_const_text(const struct operand *o, set_id v, struct str *out)
{
    struct value x;
    if (!set_value(o->f->an, v, &x) || x.kind != V_STR) return false;
    *out = v_text(x);
    return true;
}

/* ---- choosing ---- */

static set_id run_choice(struct operand *o)
{
    read_shapes(o);
    return all_args(o, 0);
}

static set_id run_ternary(struct operand *o) { return o->n == 3 ? set_join(o->f->an, o->arg[0], o->arg[1]) : 0; }
static set_id run_required(struct operand *o) { return o->n == 2 ? o->arg[1] : 0; }

/* A question: what it says of its arguments holds nothing of them. */
static set_id run_question(struct operand *o)
{
    for (uint32_t i = 0; i < o->n; i++) {
        if (o->func->flags & FUNC_DEEP) value_read_deep(o->f->an, o->arg[i], spot_of(o));
        else value_read_shape(o->f->an, o->arg[i], spot_of(o));
    }
    return set_unknown(o->f->an);
}

/* Of a type, or of texts and numbers alone. */
static set_id run_type_question(struct operand *o) { return set_unknown(o->f->an); }

/* ---- reading maps ---- */

static set_id index_by(struct operand *o, set_id v, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to && i < o->n; i++) v = value_index(o->f->an, v, o->arg[i], spot_of(o));
    return v;
}

static set_id run_index(struct operand *o) { return o->n ? index_by(o, o->arg[0], 1, o->n) : 0; }

static set_id run_has_key(struct operand *o)
{
    run_index(o);
    return set_unknown(o->f->an);
}

static set_id run_dig(struct operand *o)
{
    if (o->n < 3) return 0;
    return set_join(o->f->an, index_by(o, o->arg[o->n - 1], 0, o->n - 2), o->arg[o->n - 2]);
}

static set_id run_pluck(struct operand *o)
{
    uint32_t id;
    set_id list = new_object(o, OBJECT_LIST, &id);
    for (uint32_t i = 1; i < o->n; i++) object_put_any(o->f->an, id, value_index(o->f->an, o->arg[i], o->arg[0], spot_of(o)));
    return list;
}

static set_id run_keys(struct operand *o)
{
    uint32_t id;
    set_id list = new_object(o, OBJECT_LIST, &id), keys;
    for (uint32_t i = 0; i < o->n; i++) {
        value_items(o->f->an, o->arg[i], &keys, spot_of(o));
        object_put_any(o->f->an, id, keys);
    }
    return list;
}

static set_id run_values(struct operand *o)
{
    uint32_t id;
    set_id list = new_object(o, OBJECT_LIST, &id), keys;
    if (o->n) object_put_any(o->f->an, id, value_items(o->f->an, o->arg[0], &keys, spot_of(o)));
    return list;
}

/* ---- making and changing maps ---- */

static set_id run_dict(struct operand *o)
{
    uint32_t id;
    set_id map = new_object(o, OBJECT_MAP, &id);
    for (uint32_t i = 0; i + 1 < o->n; i += 2) {
        struct str key;
        if (is_const_text(o, o->arg[i], &key)) object_put_surely(o->f->an, id, key, o->arg[i + 1]);
        else value_set(o->f->an, map, o->arg[i], o->arg[i + 1]);
    }
    return map;
}

/* The keys of pick and omit; false where one is not known. */
static bool known_keys(struct operand *o, struct str **keys)
{
    *keys = NEW_ARRAY(o->f->an->a, struct str, o->n);
    for (uint32_t i = 1; i < o->n; i++)
        if (!is_const_text(o, o->arg[i], &(*keys)[i - 1])) return false;
    return true;
}

static set_id part_of(struct operand *o, enum object_kind kind)
{
    if (!o->n) return 0;
    struct analysis *an = o->f->an;
    struct str *keys;
    bool known = known_keys(o, &keys);
    uint32_t id, count = an->objects_n;
    set_id map = new_object(o, known ? kind : OBJECT_MAP, &id);
    struct object *x = &an->objects[id];
    if (id >= count) {
        x->keys = keys;
        x->keys_n = o->n - 1;
    } else if (x->kind != OBJECT_MAP) {
        bool same = known && x->keys_n == o->n - 1;
        for (uint32_t i = 0; same && i < x->keys_n; i++) same = str_eq(x->keys[i], keys[i]);
        if (!same) {
            x->kind = OBJECT_MAP; /* other keys another time: all of it */
            an->dirty = an->dirty || x->used;
        }
    }
    object_put_also(an, id, o->arg[0]);
    return map;
}

static set_id run_pick(struct operand *o) { return part_of(o, OBJECT_PICK); }
static set_id run_omit(struct operand *o) { return part_of(o, OBJECT_OMIT); }

static set_id run_set(struct operand *o)
{
    if (o->n == 3) value_set(o->f->an, o->arg[0], o->arg[1], o->arg[2]);
    return o->n ? o->arg[0] : 0;
}

static set_id run_unset(struct operand *o)
{
    const struct set *s = set_get(o->f->an, o->n ? o->arg[0] : 0);
    for (uint32_t i = 0; i < s->n; i++)
        if (set_atom(s, i).kind == AT_OBJECT) object_yield(o->f->an, set_atom(s, i).id);
    return o->n ? o->arg[0] : 0;
}

/* What is merged into nothing, or into what was parsed from text, is the others. */
static set_id run_merge(struct operand *o)
{
    struct analysis *an = o->f->an;
    set_id others = all_args(o, 1), to = o->n ? o->arg[0] : 0;
    const struct set *s = set_get(an, to);
    bool maps = s->n > 0;
    for (uint32_t i = 0; i < s->n; i++) maps = maps && (set_atom(s, i).kind == AT_PATH || set_atom(s, i).kind == AT_OBJECT);
    for (uint32_t i = 1; i < o->n; i++) value_merge(an, to, o->arg[i], str_has(str_from(o->func->name), STR("Overwrite")));
    return maps ? to : set_join(an, to, others);
}

static set_id run_deep_copy(struct operand *o)
{
    struct analysis *an = o->f->an;
    if (!o->n) return 0;
    set_id copied = 0, rest = 0;
    for (uint32_t i = 0; i < set_get(an, o->arg[0])->n; i++) {
        struct atom t = set_atom(set_get(an, o->arg[0]), i);
        bool map = t.kind == AT_PATH || (t.kind == AT_OBJECT && an->objects[t.id].kind != OBJECT_LIST);
        set_id one = set_one(an, t.kind, t.id);
        if (map) copied = set_join(an, copied, one);
        else rest = set_join(an, rest, one);
    }
    if (!copied) return rest;
    uint32_t id;
    set_id map = new_object(o, OBJECT_MAP, &id);
    object_put_also(an, id, copied);
    return set_join(an, map, rest);
}

/* ---- lists ---- */

static set_id run_list(struct operand *o)
{
    uint32_t id;
    set_id list = new_object(o, OBJECT_LIST, &id);
    object_set_items(o->f->an, id, o->arg, o->n);
    return list;
}

/* The items of a list that a template made; NULL where they are not all known. */
static const struct object *exact_list(struct analysis *an, set_id v)
{
    const struct set *s = set_get(an, v);
    if (s->n != 1 || set_atom(s, 0).kind != AT_OBJECT) return NULL;
    struct object *x = &an->objects[set_atom(s, 0).id];
    if (x->kind != OBJECT_LIST || !x->exact || x->also || x->any) return NULL;
    x->used = true;
    return x;
}

/* A list of the items of all lists, and then `more` items. */
static set_id joined_list(struct operand *o, const set_id *list, uint32_t n, const set_id *more, uint32_t more_n)
{
    struct analysis *an = o->f->an;
    uint32_t id, count = more_n, at = 0;
    bool exact = true;
    set_id result = new_object(o, OBJECT_LIST, &id);
    for (uint32_t i = 0; i < n; i++) {
        const struct object *x = exact_list(an, list[i]);
        exact = exact && x && list[i] != result;
        if (exact) count += x->n;
    }
    if (exact && count <= 64) {
        set_id item[64];
        for (uint32_t i = 0; i < n; i++) {
            const struct object *x = exact_list(an, list[i]);
            for (uint32_t k = 0; k < x->n; k++) item[at++] = x->f[k].v;
        }
        for (uint32_t i = 0; i < more_n; i++) item[at++] = more[i];
        object_set_items(an, id, item, at);
        return result;
    }
    for (uint32_t i = 0; i < n; i++)
        if (list[i] != result) object_put_also(an, id, list[i]);
    for (uint32_t i = 0; i < more_n; i++) object_put_any(an, id, more[i]);
    return result;
}

static set_id run_append(struct operand *o) { return o->n == 2 ? joined_list(o, o->arg, 1, o->arg + 1, 1) : 0; }
static set_id run_concat(struct operand *o) { return joined_list(o, o->arg, o->n, NULL, 0); }

static set_id run_prepend(struct operand *o)
{
    if (o->n != 2) return 0;
    uint32_t id;
    set_id list = new_object(o, OBJECT_LIST, &id);
    object_put_also(o->f->an, id, o->arg[0]);
    object_put_any(o->f->an, id, o->arg[1]);
    return list;
}

/* One of its items. */
static set_id run_item(struct operand *o)
{
    struct analysis *an = o->f->an;
    if (!o->n) return 0;
    const struct object *x = exact_list(an, o->arg[0]);
    bool first = o->func->name[0] == 'f' || strcmp(o->func->name, "mustFirst") == 0;
    if (x) return x->n ? x->f[first ? 0 : x->n - 1].v : 0;
    return value_index(an, o->arg[0], set_constant(an, v_int(0)), spot_of(o));
}

/* Some of its items, in some order. */
static set_id run_sublist(struct operand *o)
{
    uint32_t id;
    if (!o->n) return 0;
    value_read_shape(o->f->an, o->arg[0], spot_of(o));
    if (!exact_list(o->f->an, o->arg[0])) return o->arg[0];
    set_id list = new_object(o, OBJECT_LIST, &id);
    object_put_also(o->f->an, id, o->arg[0]);
    return list;
}

static set_id run_chunk(struct operand *o)
{
    uint32_t id;
    if (o->n != 2) return 0;
    set_id list = new_object(o, OBJECT_LIST, &id);
    object_put_any(o->f->an, id, o->arg[1]);
    return list;
}

/* A list of texts: constants stay, all else is what it holds. */
static set_id run_texts(struct operand *o)
{
    struct analysis *an = o->f->an;
    uint32_t id;
    set_id keys, list = new_object(o, OBJECT_LIST, &id);
    if (!o->n) return 0;
    value_read_deep(an, o->arg[0], spot_of(o));
    set_id items = value_items(an, o->arg[0], &keys, spot_of(o)), plain = value_texts(an, items);
    for (uint32_t i = 0; i < set_get(an, items)->n; i++) {
        struct atom t = set_atom(set_get(an, items), i);
        if (t.kind == AT_CONST || t.kind == AT_UNKNOWN) plain = set_join(an, plain, set_one(an, t.kind, t.id));
    }
    object_put_any(an, id, plain);
    return list;
}

/* ---- templates ---- */

static set_id run_include(struct operand *o) { return o->n == 2 ? walk_named(o->f, o->at, o->arg[0], o->arg[1]) : 0; }
static set_id run_tpl(struct operand *o) { return o->n == 2 ? code_run(o->f, o->at, o->arg[0], o->arg[1]) : 0; }

/* ---- constants ---- */

static bool fits(char type, struct value v)
{
    switch (type) {
    case 's': return v.kind == V_STR && v.type == GO_AUTO;
    case 'i': return v.kind == V_INT && v.type == GO_AUTO;
    case 'b': return v.kind == V_BOOL;
    case 'a': case 'v': return true;
    default: return false;
    }
}

/* A function of constants is called itself. False where an argument is none, or the call fails. */
static bool fold(struct operand *o, set_id *out)
{
    enum { ARGS_MAX = 8, TEXT_MAX = 4096 };
    struct value arg[ARGS_MAX], result = NIL;
    const char *params = o->func->params;
    size_t fixed = strlen(params);
    bool variadic = fixed && params[fixed - 1] == '.';
    if (variadic) fixed -= 2;
    if (o->n > ARGS_MAX || o->n < fixed || (!variadic && o->n != fixed)) return false;
    for (uint32_t i = 0; i < o->n; i++)
        if (!set_value(o->f->an, o->arg[i], &arg[i]) || !fits(params[i < fixed ? i : fixed], arg[i])) return false;
    struct env env = env_default();
    struct exec x = {.a = o->f->an->a, .env = &env};
    struct call c = {.x = &x, .a = x.a, .f = o->func, .arg = arg, .n = o->n};
    if (!o->func->call(&c, &result) || (result.kind == V_STR && result.n > TEXT_MAX)) return false;
    *out = set_from_value(o->f, o->at, result);
    return true;
}

static set_id plain(struct operand *o)
{
    struct analysis *an = o->f->an;
    set_id held = 0;
    bool code = false;
    for (uint32_t i = 0; i < o->n; i++) {
        if (o->func->flags & FUNC_DEEP) value_read_deep(an, o->arg[i], spot_of(o));
        held = set_join(an, held, value_texts(an, o->arg[i]));
    }
    for (uint32_t i = 0; i < set_get(an, held)->n; i++) code = code || set_atom(set_get(an, held), i).kind == AT_CONST;
    if (code) held = set_join(an, held, set_one(an, AT_UNKNOWN, UNKNOWN_CODE));
    return held ? held : set_unknown(an);
}

static set_id run_folding(struct operand *o)
{
    set_id v;
    return fold(o, &v) ? v : plain(o);
}

/* ---- methods ---- */

static const struct file *file_named(const struct chart *c, struct str name)
{
    for (uint32_t i = 0; i < c->files_n; i++)
        if (str_eq(c->files[i]->path, name)) return c->files[i];
    return NULL;
}

static set_id file_method(struct operand *o, uint32_t scope, struct str name)
{
    struct analysis *an = o->f->an;
    struct str path;
    bool gets = str_is(name, "Get") || str_is(name, "GetBytes");
    if (!gets || !o->n || !is_const_text(o, o->arg[0], &path)) return set_one(an, AT_FILES, scope);
    const struct file *f = file_named(an->scopes[scope].chart, path);
    return f ? set_text(an, f->data) : set_text(an, STR(""));
}

/* Values.Table and Values.PathValue take a path of dots. */
static set_id dotted(struct operand *o, set_id v)
{
    struct analysis *an = o->f->an;
    struct str path, one;
    if (!o->n || !is_const_text(o, o->arg[0], &path)) {
        value_read_unknown(an, v, spot_of(o));
        return v;
    }
    for (bool more = true; more;) {
        more = str_cut(path, STR("."), &one, &path);
        v = value_field(an, v, one, spot_of(o));
    }
    return v;
}

static bool value_method(struct operand *o, path_id scope, struct str name, set_id *out)
{
    set_id values = set_one(o->f->an, AT_PATH, scope);
    if (str_is(name, "AsMap")) return *out = values, true;
    if (str_is(name, "Table") || str_is(name, "PathValue")) return *out = dotted(o, values), true;
    if (!str_is(name, "YAML")) return false;
    value_read_deep(o->f->an, values, spot_of(o));
    return *out = value_texts(o->f->an, values), true;
}

set_id call_method(struct operand *o, set_id receiver, struct str name)
{
    struct analysis *an = o->f->an;
    set_id v = 0;
    for (uint32_t i = 0; i < set_get(an, receiver)->n; i++) {
        struct atom t = set_atom(set_get(an, receiver), i);
        set_id one = set_one(an, t.kind, t.id), result;
        if (t.kind == AT_FILES) result = file_method(o, t.id, name);
        else if (t.kind != AT_PATH || !an->paths.v[t.id].is_scope || !value_method(o, t.id, name, &result)) result = value_field(an, one, name, spot_of(o));
        v = set_join(an, v, result);
    }
    return v;
}

/* ---- the table ---- */

static const struct operation operations[] = {
    {"and", run_choice}, {"or", run_choice}, {"default", run_choice}, {"coalesce", run_choice}, {"ternary", run_ternary}, {"required", run_required},
    {"eq", run_question}, {"ne", run_question}, {"lt", run_type_question}, {"le", run_type_question}, {"gt", run_type_question}, {"ge", run_type_question},
    {"not", run_question}, {"empty", run_question}, {"all", run_question}, {"any", run_question}, {"len", run_question}, {"has", run_question},
    {"mustHas", run_question}, {"kindIs", run_type_question}, {"kindOf", run_type_question}, {"typeIs", run_type_question}, {"typeIsLike", run_type_question},
    {"typeOf", run_type_question}, {"deepEqual", run_question}, {"hasPrefix", run_type_question}, {"hasSuffix", run_type_question}, {"contains", run_type_question},
    {"regexMatch", run_type_question}, {"mustRegexMatch", run_type_question}, {"semverCompare", run_type_question},
    {"index", run_index}, {"get", run_index}, {"hasKey", run_has_key}, {"dig", run_dig}, {"pluck", run_pluck}, {"keys", run_keys}, {"values", run_values},
    {"dict", run_dict}, {"pick", run_pick}, {"omit", run_omit}, {"set", run_set}, {"unset", run_unset},
    {"merge", run_merge}, {"mergeOverwrite", run_merge}, {"mustMerge", run_merge}, {"mustMergeOverwrite", run_merge},
    {"deepCopy", run_deep_copy}, {"mustDeepCopy", run_deep_copy},
    {"list", run_list}, {"tuple", run_list}, {"append", run_append}, {"mustAppend", run_append}, {"push", run_append}, {"mustPush", run_append},
    {"prepend", run_prepend}, {"mustPrepend", run_prepend}, {"concat", run_concat},
    {"first", run_item}, {"mustFirst", run_item}, {"last", run_item}, {"mustLast", run_item},
    {"rest", run_sublist}, {"mustRest", run_sublist}, {"initial", run_sublist}, {"mustInitial", run_sublist}, {"reverse", run_sublist},
    {"mustReverse", run_sublist}, {"uniq", run_sublist}, {"mustUniq", run_sublist}, {"without", run_sublist}, {"mustWithout", run_sublist},
    {"compact", run_sublist}, {"mustCompact", run_sublist}, {"slice", run_sublist}, {"mustSlice", run_sublist}, {"chunk", run_chunk},
    {"mustChunk", run_chunk}, {"sortAlpha", run_texts}, {"toStrings", run_texts},
    {"include", run_include}, {"tpl", run_tpl}, {"fail", run_type_question}, {"lookup", run_type_question}, {"until", run_type_question}, {"untilStep", run_type_question},
    {"print", run_folding}, {"printf", run_folding}, {"cat", run_folding}, {"lower", run_folding}, {"upper", run_folding}, {"title", run_folding},
    {"untitle", run_folding}, {"trim", run_folding}, {"trimAll", run_folding}, {"trimPrefix", run_folding}, {"trimSuffix", run_folding},
    {"replace", run_folding}, {"camelcase", run_folding}, {"kebabcase", run_folding}, {"snakecase", run_folding}, {"nospace", run_folding},
    {"splitList", run_folding}, {"join", run_folding}, {"toString", run_folding}, {"trunc", run_folding}, {"base", run_folding},
    {"regexReplaceAll", run_folding}, {"regexReplaceAllLiteral", run_folding}, {"regexSplit", run_folding}, {"quote", run_folding},
};

void calls_init(struct analysis *an)
{
    an->operations = strmap_new(an->a);
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        strmap_put(&an->operations, str_from(operations[i].name), (void *)&operations[i]);
}

set_id call_function(struct operand *o)
{
    struct analysis *an = o->f->an;
    uint32_t slot = table_mix(0, (uint32_t)((uintptr_t)o->func >> 3)) % (sizeof an->called / sizeof *an->called);
    if (an->called[slot].func != o->func) {
        an->called[slot].func = o->func;
        an->called[slot].operation = strmap_get(&an->operations, str_from(o->func->name));
    }
    const struct operation *x = an->called[slot].operation;
    return x ? x->run(o) : plain(o);
}
