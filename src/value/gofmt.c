/* Operands under verbs: Go's fmt/print.go, over the kinds and Go types of struct value. */
#include "value/gofmt_state.h"

/* What Go's reflection tells about a place: elements of []interface {} are interfaces around a value, elements of []string
 * are strings. It shows for nil only. */
enum slot { SLOT_VALUE, SLOT_INTERFACE };

static void print_value(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth, enum slot slot);

void gofmt_value(struct buf *b, struct value v)
{
    struct gofmt f = gofmt_new(b);
    if (v.kind == V_STR && v.type == GO_AUTO) buf_add(b, v_text(v));
    else gofmt_arg(&f, v, 'v');
}

static bool is_string(struct value v) { return v.kind == V_STR && v.type != GO_BYTES; }

void gofmt_sprint(struct buf *b, const struct value *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i && !is_string(v[i]) && !is_string(v[i - 1])) buf_byte(b, ' ');
        gofmt_value(b, v[i]);
    }
}

void gofmt_sprintln(struct buf *b, const struct value *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i) buf_byte(b, ' ');
        gofmt_value(b, v[i]);
    }
    buf_byte(b, '\n');
}

/* %!verb(type=value): the verb does not fit the operand. */
static void bad_verb(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    f->erroring = true;
    buf_z(f->b, "%!");
    buf_rune(f->b, verb);
    buf_byte(f->b, '(');
    if (v.kind == V_NIL) {
        buf_z(f->b, "<nil>");
    } else {
        buf_z(f->b, value_type_name(v));
        buf_byte(f->b, '=');
        if (depth) print_value(f, v, 'v', 0, SLOT_VALUE);
        else gofmt_arg(f, v, 'v');
    }
    buf_byte(f->b, ')');
    f->erroring = false;
}

static void print_integer(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    bool is_signed = v.kind == V_INT;
    uint64_t u = is_signed ? (uint64_t)v.u.i : v.u.u;
    switch (verb) {
    case 'v':
        if (f->sharp_v && !is_signed) gofmt_hex_prefixed(f, u, true);
        else gofmt_integer(f, u, is_signed, 10, verb);
        return;
    case 'd': gofmt_integer(f, u, is_signed, 10, verb); return;
    case 'b': gofmt_integer(f, u, is_signed, 2, verb); return;
    case 'o': case 'O': gofmt_integer(f, u, is_signed, 8, verb); return;
    case 'x': case 'X': gofmt_integer(f, u, is_signed, 16, verb); return;
    case 'c': gofmt_rune(f, u); return;
    case 'q': gofmt_quoted_rune(f, u); return;
    case 'U': gofmt_unicode(f, u); return;
    default: bad_verb(f, v, verb, depth); return;
    }
}

static void print_float(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    int bits = v.type == GO_FLOAT32 ? 32 : 64;
    switch (verb) {
    case 'v': gofmt_float(f, v.u.f, bits, 'g', -1); return;
    case 'b': case 'g': case 'G': case 'x': case 'X': gofmt_float(f, v.u.f, bits, (char)verb, -1); return;
    case 'f': case 'e': case 'E': gofmt_float(f, v.u.f, bits, (char)verb, 6); return;
    case 'F': gofmt_float(f, v.u.f, bits, 'f', 6); return;
    default: bad_verb(f, v, verb, depth); return;
    }
}

/* True when the verb is one for text. */
static bool print_text(struct gofmt *f, struct str s, uint32_t verb)
{
    switch (verb) {
    case 'v':
        if (f->sharp_v) gofmt_quoted(f, s);
        else gofmt_text(f, s);
        return true;
    case 's': gofmt_text(f, s); return true;
    case 'x': case 'X': gofmt_hex_text(f, s, verb == 'X'); return true;
    case 'q': gofmt_quoted(f, s); return true;
    default: return false;
    }
}

static void print_elements(struct gofmt *f, struct str bytes, uint32_t verb, uint32_t depth)
{
    for (size_t i = 0; i < bytes.n; i++) {
        if (i) buf_z(f->b, f->sharp_v ? ", " : " ");
        struct value v = {.kind = V_UINT, .type = GO_UINT8, .u.u = (unsigned char)bytes.p[i]};
        print_integer(f, v, verb, depth + 1);
    }
}

/* A []byte: text under the verbs for text, else a list of numbers. At the top Go names the type []byte, below []uint8. */
static void print_bytes(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    if (verb != 'v' && print_text(f, v_text(v), verb)) return;
    if (!f->sharp_v) {
        buf_byte(f->b, '[');
        print_elements(f, v_text(v), verb, depth);
        buf_byte(f->b, ']');
        return;
    }
    buf_z(f->b, depth || verb != 'v' ? "[]uint8" : "[]byte");
    if (!v.u.s) {
        buf_z(f->b, "(nil)");
        return;
    }
    buf_byte(f->b, '{');
    print_elements(f, v_text(v), verb, depth);
    buf_byte(f->b, '}');
}

static enum slot list_slot(struct value v)
{
    return v.type == GO_AUTO ? SLOT_INTERFACE : SLOT_VALUE;
}

static void print_list(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    if (f->sharp_v) buf_z(f->b, value_type_name(v));
    if (f->sharp_v && !v.u.list) {
        buf_z(f->b, "(nil)");
        return;
    }
    buf_byte(f->b, f->sharp_v ? '{' : '[');
    for (uint32_t i = 0; i < list_len(v); i++) {
        if (i) buf_z(f->b, f->sharp_v ? ", " : " ");
        print_value(f, v.u.list->v[i], verb, depth + 1, list_slot(v));
    }
    buf_byte(f->b, f->sharp_v ? '}' : ']');
}

static enum slot map_slot(struct value v)
{
    return v.type == GO_STRING_MAP || v.type == GO_FILES ? SLOT_VALUE : SLOT_INTERFACE;
}

static void print_map(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    buf_z(f->b, f->sharp_v ? value_type_name(v) : "map[");
    if (f->sharp_v && !v.u.map) {
        buf_z(f->b, "(nil)");
        return;
    }
    if (f->sharp_v) buf_byte(f->b, '{');
    struct entry **e = map_sorted(f->b->a, v.u.map);
    for (uint32_t i = 0; i < map_len(v); i++) {
        if (i) buf_z(f->b, f->sharp_v ? ", " : " ");
        print_value(f, v_str(e[i]->key), verb, depth + 1, SLOT_VALUE);
        buf_byte(f->b, ':');
        print_value(f, e[i]->value, verb, depth + 1, map_slot(v));
    }
    buf_byte(f->b, f->sharp_v ? '}' : ']');
}

static void print_address(struct gofmt *f, struct value v, uint64_t address, uint32_t verb, uint32_t depth)
{
    struct value u = {.kind = V_UINT, .u.u = address};
    switch (verb) {
    case 'v':
        if (!f->sharp_v) {
            gofmt_hex_prefixed(f, address, !f->sharp);
            return;
        }
        buf_printf(f->b, "(%s)(", value_type_name(v));
        gofmt_hex_prefixed(f, address, true);
        buf_byte(f->b, ')');
        return;
    case 'p': gofmt_hex_prefixed(f, address, !f->sharp); return;
    case 'b': case 'o': case 'd': case 'x': case 'X': print_integer(f, u, verb, depth); return;
    default: bad_verb(f, v, verb, depth); return;
    }
}

/* A struct; a pointer to one is followed at the top only, as Go avoids loops. */
static void print_struct(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    const char *name = v.u.obj->type->name;
    if (name[0] == '*') {
        if (depth) {
            print_address(f, v, GOFMT_ADDRESS, verb, depth);
            return;
        }
        buf_byte(f->b, '&');
        name++;
        depth++;
    }
    if (f->sharp_v) buf_z(f->b, name);
    buf_byte(f->b, '{');
    const struct map *fields = v.u.obj->fields;
    for (uint32_t i = 0; fields && i < fields->n; i++) {
        if (i) buf_z(f->b, f->sharp_v ? ", " : " ");
        if (f->plus_v || f->sharp_v) {
            buf_add(f->b, fields->v[i].key);
            buf_byte(f->b, ':');
        }
        print_value(f, fields->v[i].value, verb, depth + 1, SLOT_INTERFACE);
    }
    buf_byte(f->b, '}');
}

static void print_by_kind(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth)
{
    switch (v.kind) {
    case V_BOOL:
        if (verb == 't' || verb == 'v') gofmt_pad(f, v.u.b ? STR("true") : STR("false"));
        else bad_verb(f, v, verb, depth);
        return;
    case V_INT: case V_UINT: print_integer(f, v, verb, depth); return;
    case V_FLOAT: print_float(f, v, verb, depth); return;
    case V_STR:
        if (v.type == GO_BYTES) print_bytes(f, v, verb, depth);
        else if (!print_text(f, v_text(v), verb)) bad_verb(f, v, verb, depth);
        return;
    case V_LIST: print_list(f, v, verb, depth); return;
    case V_MAP: print_map(f, v, verb, depth); return;
    case V_OBJ: print_struct(f, v, verb, depth); return;
    default: bad_verb(f, v, verb, depth); return;
    }
}

/* True when a String method made the text. */
static bool print_by_method(struct gofmt *f, struct value v, uint32_t verb)
{
    struct str text;
    if (f->erroring || f->sharp_v) return false;
    if (verb != 'v' && verb != 's' && verb != 'x' && verb != 'X' && verb != 'q') return false;
    return go_stringer(f->b->a, v, &text) && print_text(f, text, verb);
}

static void print_value(struct gofmt *f, struct value v, uint32_t verb, uint32_t depth, enum slot slot)
{
    struct guard *guard = f->b->a->guard;
    if (++f->depth > guard->max.depth) guard_trip(guard, "a value nested deeper than %u cannot be printed", guard->max.depth);
    if (f->b->n > guard->max.output) guard_trip(guard, "a printed value is larger than %zu bytes", guard->max.output);
    guard_step(guard);
    if (v.kind == V_NIL && slot == SLOT_INTERFACE) {
        buf_z(f->b, f->sharp_v ? "interface {}(nil)" : "<nil>");
    } else if (!depth || !print_by_method(f, v, verb)) {
        print_by_kind(f, v, verb, depth);
    }
    f->depth--;
}

static bool is_plain(struct value v)
{
    return (v.kind <= V_STR && v.type != GO_DURATION && v.type != GO_MONTH && v.type != GO_WEEKDAY);
}

static void print_pointer_verb(struct gofmt *f, struct value v)
{
    bool reference = v.kind == V_LIST || v.kind == V_MAP || (v.kind == V_STR && v.type == GO_BYTES) ||
                     (v.kind == V_OBJ && v.u.obj->type->name[0] == '*');
    bool nil = (v.kind == V_LIST && !v.u.list) || (v.kind == V_MAP && !v.u.map);
    if (reference) print_address(f, v, nil ? 0 : GOFMT_ADDRESS, 'p', 0);
    else bad_verb(f, v, 'p', 0);
}

void gofmt_arg(struct gofmt *f, struct value v, uint32_t verb)
{
    if (v.kind == V_NIL) {
        if (verb == 'T' || verb == 'v') gofmt_pad(f, STR("<nil>"));
        else bad_verb(f, v, verb, 0);
        return;
    }
    if (verb == 'T') {
        gofmt_text(f, str_from(value_type_name(v)));
        return;
    }
    if (verb == 'p') {
        print_pointer_verb(f, v);
        return;
    }
    if (!is_plain(v) && !f->erroring) {
        if (verb == 'w') { /* for errors in Errorf only */
            bad_verb(f, v, verb, 0);
            return;
        }
        if (print_by_method(f, v, verb)) return;
    }
    print_value(f, v, verb, 0, SLOT_VALUE);
}
