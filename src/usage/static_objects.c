/* Maps and lists that templates make, and what may be done with abstract values. */
#include "usage/static_inside.h"

struct object_name {
    const struct node *site;
    uint32_t context, turn, which;
};

uint32_t object_at(struct frame *f, const struct node *site, uint32_t which, enum object_kind kind)
{
    struct analysis *an = f->an;
    struct object_name name = {site, f->in ? f->in->context : TABLE_NONE, f->turn, which};
    uint32_t hash = table_mix(table_mix(table_mix((uint32_t)((uintptr_t)site >> 3), name.context), name.turn), which), at = hash;
    for (uint32_t i; (i = table_next(&an->objects_by, hash, &at)) != TABLE_NONE;) {
        const struct object_name *n = &an->names[i];
        if (n->site == site && n->context == name.context && n->turn == name.turn && n->which == which) return i;
    }
    PUSH(an->a, an->objects, an->objects_n, an->objects_cap)->kind = (uint8_t)kind;
    *PUSH(an->a, an->names, an->names_n, an->names_cap) = name;
    table_add(&an->objects_by, hash, an->objects_n - 1);
    return an->objects_n - 1;
}

/* ---- walks ----
 *
 * Objects hold each other in any way. A walk adds up what it finds, so it has nothing to gain from coming to one again; and
 * walks of another kind may begin inside it. */

static bool walk_enter(struct analysis *an, uint32_t id, uint32_t walk)
{
    struct object *o = &an->objects[id];
    o->used = true;
    if (o->busy || o->walk == walk) return false;
    o->walk = walk;
    return o->busy = true;
}

static void walk_leave(struct analysis *an, uint32_t id) { an->objects[id].busy = false; }

/* ---- growing ---- */

static void grow(struct analysis *an, struct object *o, set_id *part, set_id v)
{
    set_id joined = set_join(an, *part, v);
    if (joined == *part) return;
    *part = joined;
    /* A mark that something was seen leads nowhere, whoever missed it. */
    const struct set *s = set_get(an, v);
    bool flag = s->n == 1 && set_atom(s, 0).kind == AT_CONST && an->constants[set_atom(s, 0).id].kind == V_BOOL;
    an->dirty = an->dirty || (o->used && !flag);
}

static struct field *find_field(const struct object *o, struct str key)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (str_eq(o->f[i].key, key)) return &o->f[i];
    return NULL;
}

void object_put(struct analysis *an, uint32_t id, struct str key, set_id v)
{
    enum { FIELDS_MAX = 256 };
    struct object *o = &an->objects[id];
    if (o->kind == OBJECT_LIST || o->n >= FIELDS_MAX) {
        object_put_any(an, id, v);
        return;
    }
    struct field *x = find_field(o, key);
    if (!x) {
        x = PUSH(an->a, o->f, o->n, o->cap);
        x->key = key;
        an->dirty = an->dirty || o->used; /* its keys may have been asked for */
    }
    grow(an, o, &x->v, v);
}

void object_put_surely(struct analysis *an, uint32_t id, struct str key, set_id v)
{
    object_put(an, id, key, v);
    struct field *x = find_field(&an->objects[id], key);
    if (x) x->surely = true;
}

/* A list whose length is no longer known. */
static void loosen(struct analysis *an, struct object *o)
{
    if (o->kind != OBJECT_LIST || !o->exact) return;
    o->exact = false;
    an->dirty = an->dirty || o->used;
    for (uint32_t i = 0; i < o->n; i++) o->any = set_join(an, o->any, o->f[i].v);
    o->n = 0;
}

void object_put_any(struct analysis *an, uint32_t id, set_id v)
{
    struct object *o = &an->objects[id];
    loosen(an, o);
    grow(an, o, &o->any, v);
}

void object_put_also(struct analysis *an, uint32_t id, set_id v)
{
    struct object *o = &an->objects[id];
    if (v == set_one(an, AT_OBJECT, id)) return;
    loosen(an, o);
    grow(an, &an->objects[id], &an->objects[id].also, v);
}

void object_yield(struct analysis *an, uint32_t id)
{
    struct object *o = &an->objects[id];
    an->dirty = an->dirty || (o->used && !o->yields);
    o->yields = true;
}

void object_set_items(struct analysis *an, uint32_t id, const set_id *item, uint32_t n)
{
    struct object *o = &an->objects[id];
    bool fresh = !o->exact && !o->any && !o->also;
    if (fresh) {
        o->exact = true;
        o->f = NEW_ARRAY(an->a, struct field, n);
        o->n = o->cap = n;
        for (uint32_t i = 0; i < n; i++) o->f[i].v = item[i];
        an->dirty = an->dirty || o->used;
        return;
    }
    if (!o->exact || o->n != n) {
        loosen(an, o);
        for (uint32_t i = 0; i < n; i++) grow(an, o, &o->any, item[i]);
        return;
    }
    for (uint32_t i = 0; i < n; i++) grow(an, o, &o->f[i].v, item[i]);
}

/* ---- places that templates write to ---- */

static struct overlay *overlay_at(struct analysis *an, path_id at)
{
    for (uint32_t i = 0; i < an->overlays_n; i++)
        if (an->overlays[i].at == at) return &an->overlays[i];
    struct overlay *o = PUSH(an->a, an->overlays, an->overlays_n, an->overlays_cap);
    o->at = at;
    return o;
}

static void overlay_grow(struct analysis *an, set_id *part, set_id v)
{
    set_id joined = set_join(an, *part, v);
    an->dirty = an->dirty || joined != *part; /* what was read there before is not known */
    *part = joined;
}

/* What templates have put at a place. */
static set_id written(struct analysis *an, path_id at)
{
    set_id v = 0;
    for (uint32_t i = 0; i < an->overlays_n; i++)
        if (an->overlays[i].v && paths_meet(&an->paths, an->overlays[i].at, at)) v = set_join(an, v, an->overlays[i].v);
    return v;
}

/* What templates have merged into a place; while it is walked it is not entered again. */
static set_id merged_into(struct analysis *an, path_id at)
{
    set_id v = 0;
    for (uint32_t i = 0; i < an->overlays_n; i++) {
        struct overlay *o = &an->overlays[i];
        if (o->also && !o->used && paths_meet(&an->paths, o->at, at)) v = set_join(an, v, o->also);
    }
    return v;
}

static void hold_overlays(struct analysis *an, path_id at, bool hold)
{
    for (uint32_t i = 0; i < an->overlays_n; i++)
        if (an->overlays[i].also && paths_meet(&an->paths, an->overlays[i].at, at)) an->overlays[i].used = hold;
}

/* ---- reading one entry ---- */

static bool is_key(const struct object *o, struct str key)
{
    for (uint32_t i = 0; i < o->keys_n; i++)
        if (str_eq(o->keys[i], key)) return true;
    return false;
}

static set_id field_of(struct analysis *an, set_id value, struct str key, struct spot by, uint32_t walk);

/* A map with something in it in any case, or a constant that is not empty. */
static bool is_surely_full(const struct analysis *an, struct atom t)
{
    const struct object *o = t.kind == AT_OBJECT ? &an->objects[t.id] : NULL;
    if (t.kind == AT_CONST) return value_truth(an->constants[t.id]);
    if (!o || o->kind != OBJECT_MAP || o->yields) return false;
    for (uint32_t i = 0; i < o->n; i++)
        if (o->f[i].surely) return true;
    return false;
}

/* What merge leaves as it is, or only adds to. */
static bool stands(const struct analysis *an, const struct object *o, const struct field *x)
{
    if (!x || !x->surely || o->yields || o->any || !x->v) return false;
    const struct set *s = set_get(an, x->v);
    for (uint32_t i = 0; i < s->n; i++)
        if (!is_surely_full(an, set_atom(s, i))) return false;
    return true;
}

static set_id object_field(struct analysis *an, uint32_t id, struct str key, struct spot by, uint32_t walk)
{
    if (!walk_enter(an, id, walk)) return 0;
    const struct object *o = &an->objects[id];
    const struct field *x = o->kind == OBJECT_LIST ? NULL : find_field(o, key);
    set_id own = set_join(an, x ? x->v : 0, o->any), also = o->also;
    bool passes = !(o->kind == OBJECT_PICK && !is_key(o, key)) && !(o->kind == OBJECT_OMIT && is_key(o, key)), stays = stands(an, o, x);
    set_id more = also && passes ? field_of(an, also, key, by, walk) : 0;
    walk_leave(an, id);
    if (!stays) return set_join(an, own, more);
    /* A map of the template's own (the context that it hands on) beside which the user's values happen to have one of that name:
     * what these add is not followed. */
    value_read_unknown(an, more, by);
    return own;
}

static set_id path_field(struct analysis *an, path_id p, struct str key, struct spot by, uint32_t walk)
{
    path_id c = paths_child(&an->paths, p, key);
    paths_read(&an->paths, c, by);
    set_id v = set_one(an, AT_PATH, c);
    if (!an->overlays_n) return v;
    v = set_join(an, v, written(an, c));
    set_id also = merged_into(an, p);
    if (!also) return v;
    hold_overlays(an, p, true);
    v = set_join(an, v, field_of(an, also, key, by, walk));
    hold_overlays(an, p, false);
    return v;
}

static set_id field_of(struct analysis *an, set_id value, struct str key, struct spot by, uint32_t walk)
{
    struct gathered g = {.an = an};
    for (uint32_t i = 0; i < set_get(an, value)->n; i++) {
        struct atom t = set_atom(set_get(an, value), i);
        if (t.kind == AT_PATH) set_gather(&g, path_field(an, t.id, key, by, walk));
        else if (t.kind == AT_OBJECT) set_gather(&g, object_field(an, t.id, key, by, walk));
        else if (t.kind != AT_CONST) set_gather(&g, set_one(an, t.kind, t.kind == AT_UNKNOWN ? 0 : t.id));
    }
    return set_gathered(&g);
}

set_id value_field(struct analysis *an, set_id value, struct str key, struct spot by) { return field_of(an, value, key, by, ++an->walks); }

/* ---- reading any entry ---- */

static set_id all_of_object(struct analysis *an, uint32_t id)
{
    struct object *o = &an->objects[id];
    set_id v = o->any;
    o->used = true;
    for (uint32_t i = 0; i < o->n; i++) v = set_join(an, v, o->f[i].v);
    return v;
}

static set_id wild_of(struct analysis *an, set_id value, enum step step, struct spot by, uint32_t walk)
{
    set_id v = 0;
    for (uint32_t i = 0; i < set_get(an, value)->n; i++) {
        struct atom t = set_atom(set_get(an, value), i);
        if (t.kind == AT_PATH) {
            path_id w = paths_wild(&an->paths, t.id, step);
            paths_read(&an->paths, w, by);
            v = set_join(an, v, set_join(an, set_one(an, AT_PATH, w), written(an, w)));
            set_id also = merged_into(an, t.id);
            if (!also) continue;
            hold_overlays(an, t.id, true);
            v = set_join(an, v, wild_of(an, also, step, by, walk));
            hold_overlays(an, t.id, false);
        } else if (t.kind == AT_OBJECT) {
            if (!walk_enter(an, t.id, walk)) continue;
            v = set_join(an, v, all_of_object(an, t.id));
            v = set_join(an, v, wild_of(an, an->objects[t.id].also, step, by, walk));
            walk_leave(an, t.id);
        } else if (t.kind != AT_CONST) {
            v = set_join(an, v, set_one(an, t.kind, t.kind == AT_UNKNOWN ? 0 : t.id));
        }
    }
    return v;
}

/* What stands under a key that cannot be named. */
static set_id value_wild(struct analysis *an, set_id value, enum step step, struct spot by) { return wild_of(an, value, step, by, ++an->walks); }

/* The item of lists made by templates; of other values, any item. */
static set_id value_item(struct analysis *an, set_id value, int64_t index, struct spot by)
{
    const struct set *s = set_get(an, value);
    struct object *o = s->n == 1 && set_atom(s, 0).kind == AT_OBJECT ? &an->objects[set_atom(s, 0).id] : NULL;
    if (!o || !o->exact) return value_wild(an, value, STEP_ANY, by);
    o->used = true;
    return index >= 0 && index < o->n ? o->f[index].v : 0;
}

set_id value_index(struct analysis *an, set_id value, set_id key, struct spot by)
{
    set_id v = 0;
    bool chosen = false, unknown = !key;
    for (uint32_t i = 0; i < set_get(an, key)->n; i++) {
        struct atom t = set_atom(set_get(an, key), i);
        if (t.kind == AT_PATH || t.kind == AT_TEXT || t.kind == AT_FILES) chosen = true;
        else if (t.kind != AT_CONST) unknown = true;
        else if (an->constants[t.id].kind == V_STR) v = set_join(an, v, value_field(an, value, v_text(an->constants[t.id]), by));
        else v = set_join(an, v, value_item(an, value, an->constants[t.id].u.i, by));
    }
    if (chosen) v = set_join(an, v, value_wild(an, value, STEP_ANY, by));
    if (unknown) v = set_join(an, v, value_wild(an, value, STEP_SOME, by));
    return v;
}

/* ---- all entries ---- */

static set_id items_of(struct analysis *an, set_id value, const struct str *except, uint32_t except_n, set_id *keys, struct spot by, uint32_t walk);

static set_id items_of_object(struct analysis *an, uint32_t id, set_id *keys, struct spot by, uint32_t walk)
{
    set_id v = all_of_object(an, id), also = an->objects[id].also;
    uint8_t kind = an->objects[id].kind;
    if (kind == OBJECT_LIST || an->objects[id].any) *keys = set_join(an, *keys, set_unknown(an));
    for (uint32_t i = 0; i < an->objects[id].n && kind != OBJECT_LIST; i++) *keys = set_join(an, *keys, set_text(an, an->objects[id].f[i].key));
    if (kind != OBJECT_PICK) {
        bool omits = kind == OBJECT_OMIT; /* what one leaves out, another may not: no walk in common */
        return set_join(an, v, items_of(an, also, omits ? an->objects[id].keys : NULL, omits ? an->objects[id].keys_n : 0, keys, by, omits ? ++an->walks : walk));
    }
    for (uint32_t i = 0; i < an->objects[id].keys_n; i++) {
        struct str key = an->objects[id].keys[i];
        *keys = set_join(an, *keys, set_text(an, key));
        v = set_join(an, v, value_field(an, also, key, by));
    }
    return v;
}

static set_id items_of(struct analysis *an, set_id value, const struct str *except, uint32_t except_n, set_id *keys, struct spot by, uint32_t walk)
{
    set_id v = 0;
    for (uint32_t i = 0; i < set_get(an, value)->n; i++) {
        struct atom t = set_atom(set_get(an, value), i);
        if (t.kind == AT_PATH) {
            paths_read_shape(&an->paths, t.id, except, except_n, by);
            path_id w = paths_wild(&an->paths, t.id, STEP_ANY);
            *keys = set_join(an, *keys, set_one(an, AT_TEXT, t.id));
            v = set_join(an, v, set_join(an, set_one(an, AT_PATH, w), written(an, w)));
            set_id also = merged_into(an, t.id);
            if (!also) continue;
            hold_overlays(an, t.id, true);
            v = set_join(an, v, items_of(an, also, except, except_n, keys, by, walk));
            hold_overlays(an, t.id, false);
        } else if (t.kind == AT_OBJECT) {
            if (!walk_enter(an, t.id, walk)) continue;
            v = set_join(an, v, items_of_object(an, t.id, keys, by, walk));
            walk_leave(an, t.id);
        } else {
            set_id same = set_one(an, t.kind == AT_CONST ? AT_UNKNOWN : t.kind, t.kind == AT_CONST || t.kind == AT_UNKNOWN ? 0 : t.id);
            v = set_join(an, v, same);
            *keys = set_join(an, *keys, same);
        }
    }
    return v;
}

set_id value_items(struct analysis *an, set_id v, set_id *keys, struct spot by)
{
    *keys = 0;
    return items_of(an, v, NULL, 0, keys, by, ++an->walks);
}

/* ---- marks ---- */

enum deed { DEED_SHAPE, DEED_DEEP, DEED_UNKNOWN };

/* What is done, by whom, in which walk. */
struct marking {
    struct analysis *an;
    enum deed deed;
    struct spot by;
    uint32_t walk;
};

static void mark(struct marking *m, set_id v, const struct str *except, uint32_t except_n);

static void mark_path(struct marking *m, path_id p, const struct str *except, uint32_t except_n)
{
    struct analysis *an = m->an;
    enum deed deed = m->deed;
    struct spot by = m->by;
    if (deed == DEED_SHAPE) paths_read_shape(&an->paths, p, except, except_n, by);
    else if (deed == DEED_DEEP) paths_read_deep(&an->paths, p, except, except_n, by);
    else paths_read(&an->paths, paths_wild(&an->paths, p, STEP_BELOW_SOME), by);
    for (uint32_t i = 0; i < an->overlays_n; i++) {
        struct overlay *o = &an->overlays[i];
        bool here = paths_meet(&an->paths, o->at, p), below = deed != DEED_SHAPE && paths_may_hold(&an->paths, p, o->at);
        if (o->used || (!here && !below)) continue;
        o->used = true;
        mark(m, o->also, except, except_n);
        if (below) mark(m, an->overlays[i].v, NULL, 0);
        an->overlays[i].used = false;
    }
}

static void mark_object(struct marking *m, uint32_t id)
{
    struct analysis *an = m->an;
    if (!walk_enter(an, id, m->walk)) return;
    set_id also = an->objects[id].also;
    bool picks = an->objects[id].kind == OBJECT_PICK, omits = an->objects[id].kind == OBJECT_OMIT;
    if (m->deed != DEED_SHAPE) mark(m, all_of_object(an, id), NULL, 0);
    for (uint32_t i = 0; picks && i < an->objects[id].keys_n; i++) {
        set_id v = value_field(an, also, an->objects[id].keys[i], m->by);
        if (m->deed != DEED_SHAPE) mark(m, v, NULL, 0);
    }
    if (omits) {
        struct marking rest = *m; /* what one leaves out, another may not: no walk in common */
        rest.walk = ++an->walks;
        mark(&rest, also, an->objects[id].keys, an->objects[id].keys_n);
    } else if (!picks) {
        mark(m, also, NULL, 0);
    }
    walk_leave(an, id);
}

static void mark(struct marking *m, set_id v, const struct str *except, uint32_t except_n)
{
    for (uint32_t i = 0; i < set_get(m->an, v)->n; i++) {
        struct atom t = set_atom(set_get(m->an, v), i);
        if (t.kind == AT_PATH) mark_path(m, t.id, except, except_n);
        else if (t.kind == AT_OBJECT) mark_object(m, t.id);
    }
}

static void mark_all(struct analysis *an, set_id v, enum deed deed, struct spot by)
{
    struct marking m = {an, deed, by, ++an->walks};
    mark(&m, v, NULL, 0);
}

void value_read_shape(struct analysis *an, set_id v, struct spot by) { mark_all(an, v, DEED_SHAPE, by); }
void value_read_deep(struct analysis *an, set_id v, struct spot by) { mark_all(an, v, DEED_DEEP, by); }
void value_read_unknown(struct analysis *an, set_id v, struct spot by) { mark_all(an, v, DEED_UNKNOWN, by); }

/* ---- writing ---- */

static void set_at(struct analysis *an, struct atom m, const struct str *key, set_id v)
{
    if (m.kind == AT_OBJECT && key) {
        object_put(an, m.id, *key, v);
    } else if (m.kind == AT_OBJECT) {
        object_put_any(an, m.id, v);
    } else if (m.kind == AT_PATH) {
        path_id at = key ? paths_child(&an->paths, m.id, *key) : paths_wild(&an->paths, m.id, STEP_ANY);
        overlay_grow(an, &overlay_at(an, at)->v, v);
    }
}

void value_set(struct analysis *an, set_id m, set_id key, set_id v)
{
    for (uint32_t i = 0; i < set_get(an, m)->n; i++) {
        struct atom t = set_atom(set_get(an, m), i);
        bool other = !key;
        for (uint32_t k = 0; k < set_get(an, key)->n; k++) {
            struct atom name = set_atom(set_get(an, key), k);
            struct value text = name.kind == AT_CONST ? an->constants[name.id] : NIL;
            struct str s = text.kind == V_STR ? v_text(text) : (struct str){0};
            if (text.kind == V_STR) set_at(an, t, &s, v);
            else other = true;
        }
        if (other) set_at(an, t, NULL, v);
    }
}

void value_merge(struct analysis *an, set_id m, set_id from, bool overwrite)
{
    for (uint32_t i = 0; i < set_get(an, m)->n; i++) {
        struct atom t = set_atom(set_get(an, m), i);
        if (t.kind == AT_OBJECT && overwrite) object_yield(an, t.id);
        if (t.kind == AT_OBJECT) object_put_also(an, t.id, from);
        else if (t.kind == AT_PATH && from != set_one(an, AT_PATH, t.id)) overlay_grow(an, &overlay_at(an, t.id)->also, from);
    }
}

/* ---- texts ---- */

static set_id texts_of(struct analysis *an, set_id value, uint32_t walk)
{
    set_id v = 0;
    for (uint32_t i = 0; i < set_get(an, value)->n; i++) {
        struct atom t = set_atom(set_get(an, value), i);
        if (t.kind == AT_PATH) v = set_join(an, v, set_one(an, AT_TEXT, t.id));
        else if (t.kind == AT_TEXT || t.kind == AT_FILES || (t.kind == AT_UNKNOWN && t.id)) v = set_join(an, v, set_one(an, t.kind, t.id));
        else if (t.kind == AT_CONST && an->constants[t.id].kind == V_STR && str_has(v_text(an->constants[t.id]), STR("{{")))
            v = set_join(an, v, set_one(an, AT_CONST, t.id));
        if (t.kind != AT_OBJECT || !walk_enter(an, t.id, walk)) continue;
        set_id all = set_join(an, all_of_object(an, t.id), an->objects[t.id].also);
        v = set_join(an, v, texts_of(an, all, walk));
        walk_leave(an, t.id);
    }
    return v;
}

set_id value_texts(struct analysis *an, set_id value) { return texts_of(an, value, ++an->walks); }
