/* A value against a rule: validator.go of the library, in the order of its checks.
 *
 * A first pass only asks whether the value is valid and stops at the first violation; it makes no text and no tree. Only for what
 * is not valid a second pass collects all failures. A schema applied to a value is a frame on the C stack; frames are the
 * dynamic scope too. */
#include <math.h>

#include "base/utf8.h"
#include "chart/schema_frame.h"

enum { FRAMES_PER_LEVEL = 8 }; /* schemas that may be applied to one value inside each other, on average */

static bool check(struct frame *f);

/* ---- failures ---- */

enum path { AS_SHOWN, AS_IT_IS };

/* Returns whether the two paths differ. */
static bool write_path(struct buf *b, const struct place_in_value *at, enum path which)
{
    if (!at) return false;
    bool differ = write_path(b, at->up, which);
    if (at->key.p) schema_pointer_token(b, at->key);
    else buf_printf(b, "/%u", which == AS_SHOWN ? at->shown : at->index);
    return differ || (!at->key.p && at->shown != at->index);
}

static struct str path_of(struct arena *a, const struct place_in_value *at, enum path which)
{
    struct buf b = buf_new(a);
    write_path(&b, at, which);
    return buf_done(&b);
}

struct schema_failure *frame_failure(struct frame *f, struct str text)
{
    struct schema_failure *e = NEW(f->x->a, struct schema_failure);
    struct buf b = buf_new(f->x->a);
    bool differ = write_path(&b, f->at, AS_SHOWN);
    *e = (struct schema_failure){.path = buf_done(&b), .text = text};
    e->where = differ ? path_of(f->x->a, f->at, AS_IT_IS) : e->path;
    if (f->x->prefix.n) e->where = str_concat(f->x->a, f->x->prefix, e->where);
    return e;
}

void failure_add(struct frame *f, struct schema_failure *to, struct schema_failure *cause)
{
    if (to && cause) *PUSH(f->x->a, to->causes, to->n, to->cap) = cause;
}

void frame_add(struct frame *f, struct schema_failure *e)
{
    f->failed = true;
    if (!f->x->quick) *PUSH(f->x->a, f->v, f->n, f->cap) = e;
}

void frame_fail(struct frame *f, const char *text)
{
    frame_add(f, f->x->quick ? NULL : frame_failure(f, str_from(text)));
}

/* Takes the causes of a group, or the failure itself. */
static void adopt(struct frame *f, struct schema_failure *to, struct schema_failure *e)
{
    if (!e || e->kind != FAILURE_GROUP) {
        failure_add(f, to, e);
        return;
    }
    to->causes = e->causes;
    to->n = e->n;
    to->cap = e->cap;
}

/* ---- what is not evaluated yet ---- */

static uint32_t members_of(struct value v) { return v.kind == V_MAP ? map_len(v) : v.kind == V_LIST ? list_len(v) : 0; }

static void open_all(struct frame *f, bool wanted)
{
    const struct rule *r = f->rule;
    bool map = f->value.kind == V_MAP, list = f->value.kind == V_LIST;
    uint32_t n = members_of(f->value), from = list ? r->items_evaluated : 0;
    bool own = (map && r->object && r->object->unevaluated) || (list && r->array && r->array->unevaluated);
    if ((!map && !list) || (!wanted && !own) || (map ? r->all_properties_evaluated : r->all_items_evaluated) || from >= n) return;
    f->open = arena_alloc(f->x->a, n);
    memset(f->open, 0, from);
    memset(f->open + from, 1, n - from);
    f->open_n = n - from;
}

void frame_evaluated(struct frame *f, uint32_t i)
{
    if (!f->open || !f->open[i]) return;
    f->open[i] = 0;
    f->open_n--;
}

static void merge(struct frame *f, const struct frame *inner)
{
    for (uint32_t i = 0, n = members_of(f->value); f->open_n && i < n; i++)
        if (f->open[i] && !(inner->open && inner->open[i])) frame_evaluated(f, i);
}

/* ---- a schema below a schema ---- */

static struct schema_resource *resource_at(struct frame *f)
{
    const struct schema_check *c = f->x->check;
    if (!c->document || f->rule != f->meta) return NULL;
    if (!f->at) return c->document->top->resource;
    if (c->document->resources < 2) return NULL;
    const struct schema_node *n = strmap_get(&c->document->nodes, path_of(f->x->a, f->at, AS_SHOWN));
    return n ? n->resource : NULL;
}

/* A resource in a schema is checked against the metaschema of its own dialect. */
static void switch_dialect(struct frame *f)
{
    if (!f->meta) return;
    const struct schema_resource *r = resource_at(f);
    if (!r) return;
    f->rule = f->meta = schema_meta_of(f->x->check->compiler->metas, r->dialect);
}

static bool run(struct frame *inner, struct frame *outer, bool wanted)
{
    struct validator *x = inner->x;
    inner->depth = outer ? outer->depth + 1 : 0;
    if (inner->depth >= x->a->guard->max.depth * FRAMES_PER_LEVEL || (size_t)(x->stack - (const char *)inner) > x->a->guard->stack)
        guard_trip(x->a->guard, "a schema and the values are nested too deeply");
    open_all(inner, wanted);
    switch_dialect(inner);
    return check(inner);
}

/* The same value against another schema. `quietly`: only whether it is valid. */
bool frame_apply(struct frame *f, const struct rule *r, const char *keyword, bool quietly, struct schema_failure **e)
{
    struct validator *x = f->x;
    bool quick = x->quick;
    struct arena_mark m = arena_mark(x->a);
    struct frame inner = {.x = x, .up = f, .scope = r, .rule = r, .meta = f->meta, .keyword = keyword, .value = f->value, .at = f->at, .vid = f->vid};
    x->quick = quick || quietly;
    bool ok = run(&inner, f, f->open_n > 0);
    if (ok) merge(f, &inner);
    if (x->quick) arena_rewind(x->a, m);
    x->quick = quick;
    if (e) *e = inner.failure;
    return ok;
}

/* A member of the value against a schema. */
bool frame_enter(struct frame *f, const struct rule *r, struct value v, const struct place_in_value *at, struct schema_failure **e)
{
    struct validator *x = f->x;
    struct arena_mark m = arena_mark(x->a);
    struct frame inner = {.x = x, .up = f, .scope = r, .rule = r, .meta = f->meta, .value = v, .at = at, .vid = f->vid + 1};
    bool ok = run(&inner, f, false);
    if (x->quick) arena_rewind(x->a, m);
    *e = inner.failure;
    return ok;
}

/* A property's name against a schema: a validation of its own. */
void frame_check_name(struct frame *f, const struct rule *r, struct str name)
{
    struct validator *x = f->x;
    struct place_in_value at = {.up = f->at, .key = name};
    struct validator own = *x;
    struct frame inner = {.x = &own, .scope = r, .rule = r, .value = v_str(name)};
    if (!x->quick) own.prefix = str_concat(x->a, x->prefix, path_of(x->a, &at, AS_IT_IS));
    bool ok = run(&inner, f, false);
    if (own.panic.n) x->panic = own.panic;
    if (ok) return;
    if (x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(x->a);
    buf_z(&b, "invalid propertyName ");
    schema_quote(&b, name);
    struct schema_failure *e = frame_failure(f, buf_done(&b));
    e->path = STR("");
    e->names = true;
    adopt(f, e, inner.failure);
    frame_add(f, e);
}

/* ---- references ---- */

static bool apply_reference(struct frame *f, const struct rule *r, const char *keyword, struct schema_failure **out)
{
    struct schema_failure *e;
    *out = NULL;
    if (frame_apply(f, r, keyword, false, &e)) return true;
    if (f->x->quick) return false;
    *out = frame_failure(f, STR("validation failed"));
    (*out)->kind = FAILURE_REFERENCE;
    adopt(f, *out, e);
    return false;
}

static void check_reference(struct frame *f, const struct rule *r, const char *keyword)
{
    struct schema_failure *e;
    if (!apply_reference(f, r, keyword, &e)) frame_add(f, e);
}

/* The outermost scope that has the anchor wins. */
static const struct rule *dynamic_target(struct frame *f, const struct rule *fallback)
{
    const struct rule *found = fallback;
    struct str name = f->rule->dynamic_ref_anchor;
    if (!name.n || !str_eq(fallback->dynamic_anchor, name)) return fallback;
    const struct rule *last = NULL;
    for (const struct frame *s = f; s; s = s->up) {
        const struct rule *base = s->scope->base, *r;
        if (!base || base == last) continue;
        last = base;
        r = base->dynamic ? strmap_get(base->dynamic, name) : NULL;
        if (r) found = r;
    }
    return found;
}

static const struct rule *recursive_target(struct frame *f, const struct rule *fallback)
{
    const struct rule *found = fallback;
    if (!fallback->recursive_anchor) return fallback;
    for (const struct frame *s = f; s; s = s->up)
        if (s->scope->base && s->scope->base->recursive_anchor) found = s->scope;
    return found;
}

static void check_dynamic(struct frame *f)
{
    const struct rule *r = f->rule;
    if (r->recursive_ref) check_reference(f, recursive_target(f, r->recursive_ref), "$recursiveRef");
    if (r->dynamic_ref) check_reference(f, dynamic_target(f, r->dynamic_ref), "$dynamicRef");
}

/* ---- cycles ---- */

static const struct frame *find_cycle(const struct frame *f)
{
    for (const struct frame *s = f->up; s && s->vid == f->vid; s = s->up)
        if (s->scope == f->scope) return s;
    return NULL;
}

static struct str keyword_location(struct arena *a, const struct frame *f)
{
    struct str all = {0};
    for (; f->up; f = f->up) {
        struct buf b = buf_new(a);
        if (f->keyword) {
            schema_pointer_token(&b, str_from(f->keyword));
        } else {
            struct str own = schema_rule_location(a, f->scope), parent = schema_rule_location(a, f->up->scope);
            buf_add(&b, str_from_n(own, parent.n));
        }
        buf_add(&b, all);
        all = buf_done(&b);
    }
    return all;
}

static void fail_cycle(struct frame *f, const struct frame *again)
{
    struct arena *a = f->x->a;
    if (f->x->quick) return frame_add(f, NULL);
    struct str here = keyword_location(a, f), there = keyword_location(a, again), url = schema_rule_location(a, f->rule);
    struct str text = str_printf(a, "both %.*s and %.*s resolve to %s causing reference cycle", STR_ARG(here), STR_ARG(there), schema_go_quote(a, url).p);
    frame_add(f, frame_failure(f, text));
}

/* ---- the checks ---- */

static bool check_any_type(struct frame *f)
{
    const struct rule *r = f->rule;
    uint8_t type = schema_type_of(f->value);
    if (!type) {
        frame_fail(f, f->x->quick ? "" : str_printf(f->x->a, "invalid jsonType %s", value_type_name(f->value)).p);
        return false;
    }
    if (r->types && !(r->types & type) && !(r->types & TYPE_INTEGER && type == TYPE_NUMBER && frame_is_whole(f))) {
        frame_fail_type(f, type);
        return false;
    }
    if (r->has_constant && !schema_equal(f->x->a, f->value, r->constant)) {
        frame_fail_constant(f);
        return false;
    }
    if (r->enumeration && !frame_in_enumeration(f, type)) {
        frame_fail_enumeration(f);
        return false;
    }
    return !r->format || frame_check_format(f);
}

static void check_type(struct frame *f)
{
    switch (f->value.kind) {
    case V_MAP:
        if (f->rule->object) frame_check_object(f);
        break;
    case V_LIST:
        if (f->rule->array) frame_check_array(f);
        break;
    case V_STR:
        if (f->value.type == GO_JSON_NUMBER ? f->rule->number != NULL : f->rule->text != NULL) {
            if (f->value.type == GO_JSON_NUMBER) frame_check_number(f);
            else frame_check_text(f);
        }
        break;
    case V_INT: case V_UINT: case V_FLOAT:
        if (f->rule->number) frame_check_number(f);
        break;
    default:
        break;
    }
}

static void check_rest(struct frame *f)
{
    const struct rule *r = f->rule;
    bool modern = r->version >= 2019;
    if (r->ref) check_reference(f, r->ref, "$ref");
    if (f->failed && f->x->quick) return;
    check_type(f);
    if (f->failed && f->x->quick) return;
    if (modern) check_dynamic(f);
    if (r->logic) frame_check_logic(f);
    if (modern) frame_check_unevaluated(f);
}

static bool finish(struct frame *f)
{
    if (!f->failed) return true;
    if (f->x->quick) return false;
    if (f->n == 1) {
        f->failure = f->v[0];
        return false;
    }
    f->failure = frame_failure(f, STR("validation failed"));
    f->failure->kind = FAILURE_GROUP;
    f->failure->causes = f->v;
    f->failure->n = f->n;
    f->failure->cap = f->cap;
    return false;
}

static bool check(struct frame *f)
{
    const struct rule *r = f->rule;
    guard_step(f->x->a->guard);
    if (r->always) return true;
    if (r->never) {
        frame_fail(f, "false schema");
        return finish(f);
    }
    const struct frame *again = find_cycle(f);
    if (again) {
        fail_cycle(f, again);
        return finish(f);
    }
    if (!check_any_type(f)) return finish(f);
    if (r->ref && r->version < 2019) {
        bool ok = apply_reference(f, r->ref, "$ref", &f->failure);
        f->failed = !ok;
        return ok;
    }
    check_rest(f);
    return finish(f);
}

/* ---- the whole ---- */

static bool check_whole(const struct schema_check *c, const struct rule *rule, struct value v, bool quick, struct str *panic, struct schema_failure **e)
{
    char here;
    struct validator x = {.a = c->a, .check = c, .quick = quick, .stack = &here};
    struct frame f = {.x = &x, .scope = rule, .rule = rule, .meta = c->meta, .value = v};
    struct arena_mark m = arena_mark(c->a);
    open_all(&f, false);
    bool ok = check(&f);
    *panic = x.panic;
    *e = f.failure;
    if (quick) arena_rewind(c->a, m);
    return ok;
}

struct schema_failure *schema_check(const struct schema_check *c, const struct rule *rule, struct value v, struct str *panic)
{
    struct schema_failure *e, *top;
    if (check_whole(c, rule, v, true, panic, &e) || panic->n) return NULL;
    if (check_whole(c, rule, v, false, panic, &e) || panic->n) return NULL;
    struct buf b = buf_new(c->a);
    buf_z(&b, "jsonschema validation failed with ");
    schema_quote(&b, schema_rule_location(c->a, rule));
    top = NEW(c->a, struct schema_failure);
    top->text = buf_done(&b);
    top->root = true;
    if (e->kind == FAILURE_GROUP) {
        top->causes = e->causes;
        top->n = e->n;
    } else {
        *PUSH(c->a, top->causes, top->n, top->cap) = e;
    }
    return top;
}
