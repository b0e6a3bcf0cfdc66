/* The functions of Go's text/template itself, with its messages (text/template/funcs.go). `slice` is sprig's. */
#include "tmpl/exec.h"
#include "base/utf8.h"
#include "funcs/funcs.h"
#include "text/unicode.h"
#include "tmpl/exec.h"
#include "value/gofmt.h"

/* ---- logic; the evaluator does not call and, or when it can stop earlier ---- */

static bool call_and(struct call *c, struct value *out)
{
    uint32_t i = 0;
    while (i + 1 < c->n && value_truth(c->arg[i])) i++;
    return ret(out, c->arg[i]);
}

static bool call_or(struct call *c, struct value *out)
{
    uint32_t i = 0;
    while (i + 1 < c->n && !value_truth(c->arg[i])) i++;
    return ret(out, c->arg[i]);
}

static bool call_not(struct call *c, struct value *out)
{
    funcs_read_shape(c, c->arg[0]);
    return ret(out, v_bool(!value_truth(c->arg[0])));
}

/* ---- index, len ---- */

/* The type of what a pointer points to. */
static const char *type_below_pointer(struct value v)
{
    const char *name = value_type_name(v);
    return v.kind == V_OBJ && name[0] == '*' ? name + 1 : name;
}

static bool is_sequence(struct value v) { return v.kind == V_LIST || v.kind == V_STR; }
static uint32_t sequence_len(struct value v) { return v.kind == V_STR ? v.n : list_len(v); }

static bool index_number(struct call *c, struct value index, uint32_t count, uint32_t *out)
{
    int64_t i;
    if (index.kind == V_INT || index.kind == V_UINT) i = index.u.i;
    else if (index.kind == V_NIL) return call_fail(c, "cannot index slice/array with nil");
    else return call_fail(c, "cannot index slice/array with type %s", value_type_name(index));
    if (i < 0 || i > count) return call_fail(c, "index out of range: %lld", (long long)i);
    *out = (uint32_t)i;
    return true;
}

static bool index_sequence(struct call *c, struct value item, struct value index, struct value *out)
{
    uint32_t i = 0;
    if (!index_number(c, index, sequence_len(item), &i)) return false;
    if (i == sequence_len(item)) /* let through by Go's check, refused by its reflection */
        return call_fail(c, "reflect: %s index out of range", item.kind == V_STR && item.type != GO_BYTES ? "string" : "slice");
    if (item.kind == V_STR) {
        *out = v_typed((struct value){.kind = V_UINT, .u.u = (unsigned char)item.u.s[i]}, GO_UINT8);
    } else {
        call_reads(c, list_origin(item.u.list, i));
        *out = item.u.list->v[i];
    }
    return true;
}

static struct value zero_element(struct value map)
{
    if (map.type == GO_STRING_MAP) return v_str(STR(""));
    if (map.type == GO_FILES) return v_typed(v_str((struct str){0}), GO_BYTES);
    return NIL;
}

static bool index_map(struct call *c, struct value item, struct value key, struct value *out)
{
    bool string = key.kind == V_STR && key.type != GO_BYTES;
    if (!string && item.type != GO_ANY_MAP) {
        if (key.kind == V_NIL) return call_fail(c, "value is nil; should be of type string");
        return call_fail(c, "value has type %s; should be string", value_type_name(key));
    }
    const struct entry *e = string ? map_find(item.u.map, v_text(key)) : NULL;
    if (e) call_reads(c, e->at);
    *out = e ? e->value : zero_element(item);
    return true;
}

static bool call_index(struct call *c, struct value *out)
{
    struct value item = c->arg[0];
    if (item.kind == V_NIL) return call_fail(c, "index of untyped nil");
    for (uint32_t i = 1; i < c->n; i++) {
        struct value below;
        if (item.kind == V_NIL) return call_fail(c, "index of nil pointer");
        if (is_sequence(item)) {
            if (!index_sequence(c, item, c->arg[i], &below)) return false;
        } else if (item.kind == V_MAP) {
            if (!index_map(c, item, c->arg[i], &below)) return false;
        } else {
            return call_fail(c, "can't index item of type %s", type_below_pointer(item));
        }
        item = below;
    }
    return ret(out, item);
}

static bool call_len(struct call *c, struct value *out)
{
    struct value v = c->arg[0];
    funcs_read_shape(c, v);
    if (is_sequence(v)) return ret(out, v_int(sequence_len(v)));
    if (v.kind == V_MAP) return ret(out, v_int(map_len(v)));
    if (v.kind == V_NIL) return call_fail(c, v.boxed ? "len of nil pointer" : "reflect: call of reflect.Value.Type on zero Value");
    return call_fail(c, "len of type %s", type_below_pointer(v));
}

/* Templates have no value that is a function. */
static bool call_call(struct call *c, struct value *out)
{
    (void)out;
    if (c->arg[0].kind == V_NIL) return call_fail(c, "call of nil");
    return call_fail(c, "non-function %.*s of type %s", STR_ARG(c->x->callee), value_type_name(c->arg[0]));
}

/* ---- comparison ---- */

enum basic { B_INVALID, B_BOOL, B_INT, B_FLOAT, B_STRING, B_UINT };

static enum basic basic_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return B_BOOL;
    case V_INT: return B_INT;
    case V_UINT: return B_UINT;
    case V_FLOAT: return B_FLOAT;
    case V_STR: return v.type == GO_BYTES ? B_INVALID : B_STRING;
    default: return B_INVALID;
    }
}

static bool fail_incompatible(struct call *c, struct value x, struct value y)
{
    return call_fail(c, "incompatible types for comparison: %s and %s", value_type_name(x), value_type_name(y));
}

static bool is_nil(struct value v)
{
    return v.kind == V_NIL || (v.kind == V_LIST && !v.u.list) || (v.kind == V_MAP && !v.u.map) ||
           (v.kind == V_STR && v.type == GO_BYTES && !v.u.s);
}

static bool is_pointer(struct value v) { return v.kind == V_OBJ && v.u.obj->type->name[0] == '*'; }

/* reflect.Type.Comparable: a struct is, when all its fields are. */
static bool is_comparable(struct value v)
{
    if (v.kind != V_OBJ) return false;
    const struct map *fields = v.u.obj->fields;
    for (uint32_t i = 0; !is_pointer(v) && fields && i < fields->n; i++) {
        uint8_t kind = fields->v[i].value.kind;
        if (kind == V_LIST || kind == V_MAP) return false;
    }
    return true;
}

static struct str show(struct call *c, const char *verb, struct value v)
{
    struct buf b = buf_new(c->a);
    gofmt_sprintf(&b, str_from(verb), &v, 1);
    return buf_str(&b);
}

/* Neither value is of a basic kind: nil, lists, maps, structs. */
static bool equal_others(struct call *c, struct value x, struct value y, bool *equal)
{
    const char *kx = funcs_kind(x), *ky = funcs_kind(y);
    if (strcmp(kx, ky) != 0 && x.kind != V_NIL && y.kind != V_NIL)
        return call_fail(c, "non-comparable types %.*s: %s, %s: %.*s", STR_ARG(show(c, "%s", x)), value_type_name(x),
                         value_type_name(y), STR_ARG(show(c, "%v", y)));
    if (is_nil(x) || is_nil(y)) {
        *equal = is_nil(x) == is_nil(y);
        return true;
    }
    if (!is_comparable(y)) return call_fail(c, "non-comparable type %.*s: %s", STR_ARG(show(c, "%s", y)), value_type_name(y));
    *equal = is_pointer(y) ? x.kind == V_OBJ && x.u.obj == y.u.obj : value_equal(x, y);
    return true;
}

static bool equal_basic(enum basic kind, struct value x, struct value y)
{
    switch (kind) {
    case B_BOOL: return x.u.b == y.u.b;
    case B_FLOAT: return x.u.f == y.u.f;
    case B_STRING: return str_eq(v_text(x), v_text(y));
    default: return x.u.u == y.u.u;
    }
}

static bool equal(struct call *c, struct value x, struct value y, bool *out)
{
    enum basic kx = basic_kind(x), ky = basic_kind(y);
    if (kx == ky && kx == B_INVALID) return equal_others(c, x, y, out);
    if (kx == ky) *out = equal_basic(kx, x, y);
    else if (kx == B_INT && ky == B_UINT) *out = x.u.i >= 0 && x.u.u == y.u.u;
    else if (kx == B_UINT && ky == B_INT) *out = y.u.i >= 0 && x.u.u == y.u.u;
    else if (x.kind != V_NIL && y.kind != V_NIL) return fail_incompatible(c, x, y);
    else *out = false;
    return true;
}

static bool less(struct call *c, struct value x, struct value y, bool *out)
{
    enum basic kx = basic_kind(x), ky = basic_kind(y);
    if (kx == B_INVALID || ky == B_INVALID) return call_fail(c, "invalid type for comparison");
    if (kx == B_INT && ky == B_UINT) *out = x.u.i < 0 || x.u.u < y.u.u;
    else if (kx == B_UINT && ky == B_INT) *out = y.u.i >= 0 && x.u.u < y.u.u;
    else if (kx != ky) return fail_incompatible(c, x, y);
    else if (kx == B_BOOL) return call_fail(c, "invalid type for comparison");
    else if (kx == B_FLOAT) *out = x.u.f < y.u.f;
    else if (kx == B_INT) *out = x.u.i < y.u.i;
    else if (kx == B_UINT) *out = x.u.u < y.u.u;
    else *out = str_cmp(v_text(x), v_text(y)) < 0;
    return true;
}

/* <= is < or ==, in this order: so NaN is neither, and > of it is true. */
static bool less_or_equal(struct call *c, struct value x, struct value y, bool *out)
{
    return less(c, x, y, out) && (*out || equal(c, x, y, out));
}

static bool call_eq(struct call *c, struct value *out)
{
    if (c->n < 2) return call_fail(c, "missing argument for comparison");
    bool same = false;
    for (uint32_t i = 1; i < c->n && !same; i++)
        if (!equal(c, c->arg[0], c->arg[i], &same)) return false;
    return ret(out, v_bool(same));
}

static bool call_ne(struct call *c, struct value *out)
{
    bool same;
    return equal(c, c->arg[0], c->arg[1], &same) && ret(out, v_bool(!same));
}

static bool call_lt(struct call *c, struct value *out)
{
    bool yes;
    return less(c, c->arg[0], c->arg[1], &yes) && ret(out, v_bool(yes));
}

static bool call_le(struct call *c, struct value *out)
{
    bool yes;
    return less_or_equal(c, c->arg[0], c->arg[1], &yes) && ret(out, v_bool(yes));
}

static bool call_gt(struct call *c, struct value *out)
{
    bool yes;
    return less_or_equal(c, c->arg[0], c->arg[1], &yes) && ret(out, v_bool(!yes));
}

static bool call_ge(struct call *c, struct value *out)
{
    bool yes;
    return less(c, c->arg[0], c->arg[1], &yes) && ret(out, v_bool(!yes));
}

/* ---- printing ---- */

static bool call_print(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    gofmt_sprint(&b, c->arg, c->n);
    return ret_str(out, buf_str(&b));
}

static bool call_println(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    gofmt_sprintln(&b, c->arg, c->n);
    return ret_str(out, buf_str(&b));
}

static bool call_printf(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    gofmt_sprintf(&b, arg_str(c, 0), c->arg + 1, c->n - 1);
    return ret_str(out, buf_str(&b));
}

/* ---- escaping ---- */

/* print's text of the arguments, save that nil is what an action prints for it. */
static struct str plain_text(struct call *c)
{
    if (c->n == 1 && c->arg[0].kind == V_STR && c->arg[0].type == GO_AUTO) return v_text(c->arg[0]);
    struct value *v = NEW_ARRAY(c->a, struct value, c->n + 1);
    for (uint32_t i = 0; i < c->n; i++) v[i] = c->arg[i].kind == V_NIL ? v_str(STR("<no value>")) : c->arg[i];
    struct buf b = buf_new(c->a);
    gofmt_sprint(&b, v, c->n);
    return buf_str(&b);
}

static bool call_html(struct call *c, struct value *out)
{
    struct str s = plain_text(c);
    struct buf b = buf_new(c->a);
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '\0': buf_rune(&b, RUNE_ERROR); break;
        case '"': buf_z(&b, "&#34;"); break;
        case '\'': buf_z(&b, "&#39;"); break;
        case '&': buf_z(&b, "&amp;"); break;
        case '<': buf_z(&b, "&lt;"); break;
        case '>': buf_z(&b, "&gt;"); break;
        default: buf_byte(&b, s.p[i]);
        }
    }
    return ret_str(out, buf_str(&b));
}

static bool call_js(struct call *c, struct value *out)
{
    struct str s = plain_text(c);
    struct buf b = buf_new(c->a);
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (r == '\\' || r == '\'' || r == '"') {
            buf_byte(&b, '\\');
            buf_byte(&b, (char)r);
        } else if (r < ' ' || r == '<' || r == '>' || r == '&' || r == '=') {
            buf_printf(&b, "\\u%04X", (unsigned)r);
        } else if (r < 0x80 || rune_is_print(r)) {
            buf_add(&b, str_of(s.p + i, width)); /* U+FFFD is printable: an invalid byte stays as it is */
        } else {
            buf_printf(&b, "\\u%04X", (unsigned)r);
        }
    }
    return ret_str(out, buf_str(&b));
}

/* url.QueryEscape */
static bool call_urlquery(struct call *c, struct value *out)
{
    struct str s = plain_text(c);
    struct buf b = buf_new(c->a);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        bool plain = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                     ch == '-' || ch == '_' || ch == '.' || ch == '~';
        if (plain) buf_byte(&b, (char)ch);
        else if (ch == ' ') buf_byte(&b, '+');
        else buf_printf(&b, "%%%02X", ch);
    }
    return ret_str(out, buf_str(&b));
}

const struct func funcs_builtins[] = {
    {"and", "vv.", call_and, 0},
    {"call", "vv.", call_call, 0},
    {"eq", "vv.", call_eq, 0},
    {"ge", "vv", call_ge, 0},
    {"gt", "vv", call_gt, 0},
    {"html", "a.", call_html, FUNC_DEEP},
    {"index", "vv.", call_index, 0},
    {"js", "a.", call_js, FUNC_DEEP},
    {"le", "vv", call_le, 0},
    {"len", "v", call_len, 0},
    {"lt", "vv", call_lt, 0},
    {"ne", "vv", call_ne, 0},
    {"not", "v", call_not, 0},
    {"or", "vv.", call_or, 0},
    {"print", "a.", call_print, FUNC_PASSES | FUNC_DEEP},
    {"printf", "sa.", call_printf, FUNC_DEEP},
    {"println", "a.", call_println, FUNC_DEEP},
    {"urlquery", "a.", call_urlquery, FUNC_DEEP},
    {0},
};
