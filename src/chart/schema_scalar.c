/* Types, const, enum, format, strings and numbers; and equality as the library has it. */
#include <math.h>

#include "base/utf8.h"
#include "chart/schema_frame.h"
#include "value/gofmt.h"

enum { PAIRS = 20 }; /* so many items are compared with each other, more are hashed */

/* ---- equality ---- */

static bool equal_maps(struct arena *a, struct value x, struct value y)
{
    if (map_len(x) != map_len(y)) return false;
    for (uint32_t i = 0; i < map_len(x); i++) {
        const struct entry *e = map_find(y.u.map, x.u.map->v[i].key);
        if (!e || !schema_equal(a, x.u.map->v[i].value, e->value)) return false;
    }
    return true;
}

static bool equal_lists(struct arena *a, struct value x, struct value y)
{
    if (list_len(x) != list_len(y)) return false;
    for (uint32_t i = 0; i < list_len(x); i++)
        if (!schema_equal(a, x.u.list->v[i], y.u.list->v[i])) return false;
    return true;
}

static bool equal_numbers(struct arena *a, struct value x, struct value y)
{
    struct arena_mark m = arena_mark(a);
    struct schema_number nx = schema_number_of(a, x), ny = schema_number_of(a, y);
    bool same = nx.valid && ny.valid && schema_number_compare(nx, ny) == 0;
    arena_rewind(a, m);
    return same;
}

bool schema_equal(struct arena *a, struct value x, struct value y)
{
    uint8_t type = schema_type_of(x);
    guard_step(a->guard);
    if (type != schema_type_of(y)) return false;
    switch (type) {
    case TYPE_NULL: return true;
    case TYPE_BOOLEAN: return x.u.b == y.u.b;
    case TYPE_NUMBER: return equal_numbers(a, x, y);
    case TYPE_STRING: return str_eq(v_text(x), v_text(y));
    case TYPE_ARRAY: return equal_lists(a, x, y);
    case TYPE_OBJECT: return equal_maps(a, x, y);
    default: return false;
    }
}

static uint32_t mix(uint32_t h, uint32_t with) { return (h ^ with) * 16777619u; }

/* Equal values have equal hashes: members of a map are added up, whatever their order. */
static uint32_t hash_value(struct arena *a, struct value v)
{
    uint32_t h = schema_type_of(v) + 1u;
    guard_step(a->guard);
    switch (schema_type_of(v)) {
    case TYPE_BOOLEAN: return mix(h, v.u.b);
    case TYPE_STRING: return mix(h, str_hash(v_text(v)));
    case TYPE_NUMBER: {
        struct arena_mark m = arena_mark(a);
        struct schema_number n = schema_number_of(a, v);
        h = mix(mix(h, str_hash(n.digits)), (uint32_t)n.exponent);
        arena_rewind(a, m);
        return h;
    }
    case TYPE_ARRAY:
        for (uint32_t i = 0; i < list_len(v); i++) h = mix(h, hash_value(a, v.u.list->v[i]));
        return h;
    case TYPE_OBJECT:
        for (uint32_t i = 0; i < map_len(v); i++) h += mix(str_hash(v.u.map->v[i].key), hash_value(a, v.u.map->v[i].value));
        return h;
    default: return h;
    }
}

static bool duplicates_of_many(struct arena *a, const struct list *l, uint32_t *first, uint32_t *second)
{
    uint32_t size = 64;
    while (size < l->n * 2) size *= 2;
    uint32_t *slots = NEW_ARRAY(a, uint32_t, size), *hashes = NEW_ARRAY(a, uint32_t, l->n);
    for (uint32_t i = 0; i < l->n; i++) {
        hashes[i] = hash_value(a, l->v[i]);
        uint32_t s = hashes[i] & (size - 1);
        for (; slots[s]; s = (s + 1) & (size - 1)) {
            uint32_t j = slots[s] - 1;
            guard_step(a->guard);
            if (hashes[j] != hashes[i] || !schema_equal(a, l->v[i], l->v[j])) continue;
            *first = j;
            *second = i;
            return true;
        }
        slots[s] = i + 1;
    }
    return false;
}

bool schema_duplicates(struct arena *a, const struct list *l, uint32_t *first, uint32_t *second)
{
    if (l->n > PAIRS) {
        struct arena_mark m = arena_mark(a);
        bool found = duplicates_of_many(a, l, first, second);
        arena_rewind(a, m);
        return found;
    }
    for (*second = 1; *second < l->n; ++*second)
        for (*first = 0; *first < *second; ++*first)
            if (schema_equal(a, l->v[*second], l->v[*first])) return true;
    return false;
}

/* ---- type, const, enum ---- */

bool frame_is_whole(struct frame *f)
{
    struct value v = f->value;
    if (v.kind == V_INT || v.kind == V_UINT) return true;
    if (v.kind == V_FLOAT) return isfinite(v.u.f) && v.u.f == trunc(v.u.f);
    struct arena_mark m = arena_mark(f->x->a);
    bool whole = schema_number_is_whole(schema_number_of(f->x->a, v));
    arena_rewind(f->x->a, m);
    return whole;
}

static const char *const type_names[] = {"null", "boolean", "number", "integer", "string", "array", "object"}; /* by bit */

void frame_fail_type(struct frame *f, uint8_t got)
{
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    bool first = true;
    buf_printf(&b, "got %s, want ", type_names[__builtin_ctz(got)]);
    for (int i = 0; i < 7; i++) {
        if (!(f->rule->types & 1 << i)) continue;
        if (!first) buf_z(&b, " or ");
        buf_z(&b, type_names[i]);
        first = false;
    }
    frame_add(f, frame_failure(f, buf_done(&b)));
}

/* display of kind.go: a string quoted, a container "value", else as %v. */
static void show_scalar(struct buf *b, struct value v)
{
    uint8_t type = schema_type_of(v);
    if (type == TYPE_STRING) schema_quote(b, v_text(v));
    else if (type & (TYPE_ARRAY | TYPE_OBJECT)) buf_z(b, "value");
    else if (v.kind == V_STR) buf_add(b, v_text(v));
    else gofmt_value(b, v);
}

void frame_fail_constant(struct frame *f)
{
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    if (schema_type_of(f->rule->constant) & (TYPE_ARRAY | TYPE_OBJECT)) {
        buf_z(&b, "'const' failed");
    } else {
        buf_z(&b, "value must be ");
        show_scalar(&b, f->rule->constant);
    }
    frame_add(f, frame_failure(f, buf_done(&b)));
}

bool frame_in_enumeration(struct frame *f, uint8_t type)
{
    const struct list *l = f->rule->enumeration;
    if (!(f->rule->enum_types & type)) return false;
    for (uint32_t i = 0; i < l->n; i++)
        if (schema_equal(f->x->a, f->value, l->v[i])) return true;
    return false;
}

void frame_fail_enumeration(struct frame *f)
{
    if (f->x->quick) return frame_add(f, NULL);
    const struct list *l = f->rule->enumeration;
    struct buf b = buf_new(f->x->a);
    if (f->rule->enum_types & (TYPE_ARRAY | TYPE_OBJECT)) {
        buf_z(&b, "'enum' failed");
    } else {
        buf_z(&b, l->n == 1 ? "value must be " : "value must be one of ");
        for (uint32_t i = 0; i < l->n; i++) {
            if (i) buf_z(&b, ", ");
            show_scalar(&b, l->v[i]);
        }
    }
    frame_add(f, frame_failure(f, buf_done(&b)));
}

/* ---- strings ---- */

bool frame_check_format(struct frame *f)
{
    const struct schema_format *format = f->rule->format;
    struct arena *a = f->x->a;
    struct str text = v_text(f->value), why = {0};
    if (schema_type_of(f->value) != TYPE_STRING) return true;
    if (!format->check) {
        const struct schema_regex *r = schema_regex_get(f->x->check->compiler, text);
        if (r->regex) return true;
        why = r->error;
    } else if (format->check(a, text, &why)) {
        return true;
    }
    if (f->x->quick) {
        frame_add(f, NULL);
        return false;
    }
    struct buf b = buf_new(a);
    schema_quote(&b, text);
    buf_printf(&b, " is not valid %s: ", format->name);
    buf_add(&b, why);
    frame_add(f, frame_failure(f, buf_done(&b)));
    return false;
}

void frame_fail_count(struct frame *f, const char *keyword, int64_t got, int64_t want)
{
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    buf_printf(&b, "%s: got ", keyword);
    schema_show_int(&b, got);
    buf_z(&b, ", want ");
    schema_show_int(&b, want);
    frame_add(f, frame_failure(f, buf_done(&b)));
}

void frame_check_text(struct frame *f)
{
    const struct rule_text *r = f->rule->text;
    struct str text = v_text(f->value);
    int64_t n = r->has_min || r->has_max ? (int64_t)utf8_count(text) : 0;
    if (r->has_min && n < r->min) frame_fail_count(f, "minLength", n, r->min);
    if (r->has_max && n > r->max) frame_fail_count(f, "maxLength", n, r->max);
    if (!r->pattern || regex_match(r->pattern->regex, f->x->a, text, 0, NULL)) return;
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    schema_quote(&b, text);
    buf_z(&b, " does not match pattern ");
    schema_quote(&b, r->pattern->pattern);
    frame_add(f, frame_failure(f, buf_done(&b)));
}

/* ---- numbers ---- */

static void fail_bound(struct frame *f, const char *keyword, struct schema_number got, struct schema_number want)
{
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    buf_printf(&b, "%s: got ", keyword);
    schema_show_float(&b, schema_number_double(f->x->a, got));
    buf_z(&b, ", want ");
    schema_show_float(&b, schema_number_double(f->x->a, want));
    frame_add(f, frame_failure(f, buf_done(&b)));
}

/* As exact as comparing decimals when both sides are doubles: a whole bound of up to 15 digits is one. */
static bool quick_compare(struct value v, const struct rule_bound *b, int *order)
{
    if (!b->is_whole || v.kind != V_FLOAT) return false;
    *order = v.u.f < b->whole ? -1 : v.u.f > b->whole;
    return true;
}

static int compare_bound(struct frame *f, const struct rule_bound *b, struct schema_number *n)
{
    int order;
    if (f->x->quick && quick_compare(f->value, b, &order)) return order;
    *n = schema_number_of(f->x->a, f->value);
    return schema_number_compare(*n, b->number);
}

/* Go would use a nil *big.Rat. */
static bool is_readable(struct frame *f)
{
    if (f->value.kind == V_FLOAT && isfinite(f->value.u.f)) return true;
    if (f->value.kind != V_FLOAT && schema_number_of(f->x->a, f->value).valid) return true;
    f->x->panic = STR("runtime error: invalid memory address or nil pointer dereference");
    return false;
}

void frame_check_number(struct frame *f)
{
    const struct rule_number *r = f->rule->number;
    struct schema_number n;
    if (!is_readable(f)) return;
    if (r->minimum.given && compare_bound(f, &r->minimum, &n) < 0) fail_bound(f, "minimum", n, r->minimum.number);
    if (r->maximum.given && compare_bound(f, &r->maximum, &n) > 0) fail_bound(f, "maximum", n, r->maximum.number);
    if (r->above.given && compare_bound(f, &r->above, &n) <= 0) fail_bound(f, "exclusiveMinimum", n, r->above.number);
    if (r->below.given && compare_bound(f, &r->below, &n) >= 0) fail_bound(f, "exclusiveMaximum", n, r->below.number);
    if (!r->has_divisor) return;
    n = schema_number_of(f->x->a, f->value);
    if (!r->divisor.number.digits.n) f->x->panic = STR("division by zero");
    else if (!schema_divides(&r->divisor, n)) fail_bound(f, "multipleOf", n, r->divisor.number);
}
