/* Writing TOML as the library's encoder does (encode.go): plain keys first, then tables, both sorted; two spaces a level. */
#include <math.h>

#include "value/gofmt.h"
#include "value/timeval.h"
#include "value/toml_state.h"

/* What the encoder tells apart; TYPE_NONE is nil. */
enum type { TYPE_NONE, TYPE_SCALAR, TYPE_ARRAY, TYPE_TABLE, TYPE_TABLES };

struct writer {
    struct buf *b;
    uint32_t depth;
    bool written;        /* anything at all: a newline separates only then */
    struct str error;
};

static bool write_element(struct writer *w, struct value v);
static bool write_fields(struct writer *w, struct toml_key key, struct value v, bool inlined);

static bool refuse(struct writer *w, const char *message)
{
    w->error = str_from(message);
    return false;
}

/* What holds the same value many times may be far larger as text. */
static void enter(struct writer *w)
{
    struct guard *g = w->b->a->guard;
    if (++w->depth > g->max.depth) guard_trip(g, "a value nested deeper than %u cannot be written as TOML", g->max.depth);
    if (w->b->n > g->max.output) guard_trip(g, "a value as TOML is larger than %zu bytes", g->max.output);
    guard_step(g);
}

static void put(struct writer *w, struct str s)
{
    buf_add(w->b, s);
    w->written = true;
}

static void new_line(struct writer *w)
{
    if (w->written) put(w, STR("\n"));
}

static void put_quoted(struct writer *w, struct str s)
{
    put(w, STR("\""));
    toml_escape(w->b, s);
    put(w, STR("\""));
}

/* A struct with MarshalText: it is written as that text. */
static bool marshals_text(struct arena *a, struct value v, struct str *text)
{
    if (v.kind != V_OBJ || !v.u.obj->type->json) return false;
    struct value json = v.u.obj->type->json(a, v.u.obj);
    if (json.kind == V_STR) *text = v_text(json);
    return json.kind == V_STR;
}

static bool is_nil(struct value v)
{
    return v.kind == V_NIL || (v.kind == V_LIST && !v.u.list) || (v.kind == V_MAP && !v.u.map) || (v.kind == V_STR && v.type == GO_BYTES && !v.u.s);
}

static bool type_of(struct writer *w, struct value v, enum type *out);

/* An array of nothing but tables is one of tables. */
static bool type_of_list(struct writer *w, const struct list *l, enum type *out)
{
    enter(w);
    bool tables = l->n > 0;
    for (uint32_t i = 0; i < l->n; i++) {
        enum type item;
        if (!type_of(w, l->v[i], &item)) return false;
        if (item == TYPE_NONE) return refuse(w, "toml: cannot encode array with nil element");
        tables = tables && item == TYPE_TABLE;
    }
    w->depth--;
    *out = tables ? TYPE_TABLES : TYPE_ARRAY;
    return true;
}

static bool type_of(struct writer *w, struct value v, enum type *out)
{
    struct str text;
    *out = TYPE_SCALAR;
    if (is_nil(v)) *out = TYPE_NONE;
    else if (v.kind == V_LIST) return type_of_list(w, v.u.list, out);
    else if (v.kind == V_MAP) *out = TYPE_TABLE;
    else if (v.kind == V_OBJ && !value_is_time(v) && !marshals_text(w->b->a, v, &text)) *out = TYPE_TABLE;
    return true;
}

/* ---- values after "key = " ---- */

static void write_float(struct writer *w, struct value v)
{
    struct buf b = buf_new(w->b->a);
    if (signbit(v.u.f) && (isnan(v.u.f) || isinf(v.u.f))) buf_byte(&b, '-');
    if (isnan(v.u.f)) buf_z(&b, "nan");
    else if (isinf(v.u.f)) buf_z(&b, "inf");
    else go_float_bits(&b, v.u.f, 'g', -1, v.type == GO_FLOAT32 ? 32 : 64);
    put(w, buf_str(&b));
    bool whole = !isnan(v.u.f) && !isinf(v.u.f) && str_chr(buf_str(&b), '.') < 0 && str_chr(buf_str(&b), 'e') < 0;
    if (whole) put(w, STR(".0"));
}

/* Dates without a zone are known by the names of the zones that toml_read gave them. */
static void write_time(struct writer *w, struct gotime t)
{
    struct str zone = gotime_break(t).zone_name;
    const char *layout = str_is(zone, "datetime-local") ? "2006-01-02T15:04:05.999999999"
                         : str_is(zone, "date-local")   ? "2006-01-02"
                         : str_is(zone, "time-local")   ? "15:04:05.999999999"
                                                        : "2006-01-02T15:04:05.999999999Z07:00";
    struct buf b = buf_new(w->b->a);
    gotime_format(&b, t, str_from(layout));
    put(w, buf_str(&b));
}

static bool write_list(struct writer *w, const struct list *l)
{
    put(w, STR("["));
    for (uint32_t i = 0; l && i < l->n; i++) {
        if (i) put(w, STR(", "));
        if (!write_element(w, l->v[i])) return false;
    }
    put(w, STR("]"));
    return true;
}

static void write_bytes(struct writer *w, struct str s)
{
    put(w, STR("["));
    for (size_t i = 0; i < s.n; i++) buf_printf(w->b, "%s%u", i ? ", " : "", (unsigned char)s.p[i]);
    put(w, STR("]"));
}

static bool write_container(struct writer *w, struct value v)
{
    enter(w);
    bool ok = v.kind == V_LIST ? write_list(w, v.u.list) : write_fields(w, (struct toml_key){0}, v, true);
    w->depth--;
    return ok;
}

static bool write_element(struct writer *w, struct value v)
{
    struct str text;
    struct buf b = buf_new(w->b->a);
    w->written = true;
    switch (v.kind) {
    case V_BOOL: put(w, v.u.b ? STR("true") : STR("false")); return true;
    case V_INT:
        if (v.type == GO_DURATION) {
            go_duration(&b, v.u.i);
            put_quoted(w, buf_str(&b));
        } else {
            buf_printf(w->b, "%lld", (long long)v.u.i);
        }
        return true;
    case V_UINT: buf_printf(w->b, "%llu", (unsigned long long)v.u.u); return true;
    case V_FLOAT: write_float(w, v); return true;
    case V_STR:
        if (v.type == GO_BYTES) write_bytes(w, v_text(v));
        else put_quoted(w, v_text(v));
        return true;
    case V_OBJ:
        if (value_is_time(v)) {
            write_time(w, value_time(v));
            return true;
        }
        if (marshals_text(w->b->a, v, &text)) {
            put_quoted(w, text);
            return true;
        }
        return write_container(w, v);
    default: return write_container(w, v); /* nil elements were refused by their types */
    }
}

/* ---- keys and tables ---- */

static void write_indent(struct writer *w, struct toml_key key) { buf_fill(w->b, ' ', key.n ? 2 * ((size_t)key.n - 1) : 0); }

static bool write_pair(struct writer *w, struct toml_key key, struct value v, bool inlined)
{
    if (!key.n) return write_element(w, v);
    if (!inlined) write_indent(w, key);
    toml_write_key_part(w->b, key.v[key.n - 1]);
    put(w, STR(" = "));
    if (!write_element(w, v)) return false;
    if (!inlined) new_line(w);
    return true;
}

static void write_header(struct writer *w, struct toml_key key, const char *open, const char *close)
{
    write_indent(w, key);
    buf_z(w->b, open);
    put(w, toml_key_text(w->b->a, key));
    buf_z(w->b, close);
    new_line(w);
}

static bool write_tables(struct writer *w, struct toml_key key, const struct list *l)
{
    if (!key.n) return refuse(w, "toml: top-level values must be Go maps or structs");
    for (uint32_t i = 0; i < l->n; i++) {
        new_line(w);
        write_header(w, key, "[[", "]]");
        if (!write_fields(w, key, l->v[i], false)) return false;
    }
    return true;
}

static bool write_table(struct writer *w, struct toml_key key, struct value v)
{
    if (key.n == 1) new_line(w); /* top-level tables stand apart */
    if (key.n) write_header(w, key, "[", "]");
    return write_fields(w, key, v, false);
}

/* Anything at a key of its own, or the document. */
static bool write_at(struct writer *w, struct toml_key key, struct value v)
{
    enum type type;
    if (v.kind == V_MAP && !v.u.map) return true;
    enter(w);
    /* An array that is nil itself is an empty one here, and so has no type to refuse. */
    if (v.kind == V_LIST && !v.u.list) type = TYPE_ARRAY;
    else if (!type_of(w, v, &type)) return false;
    bool ok;
    if (type == TYPE_TABLES) ok = write_tables(w, key, v.u.list);
    else if (type == TYPE_TABLE) ok = write_table(w, key, v);
    else ok = write_pair(w, key, v, false);
    w->depth--;
    return ok;
}

struct field {
    const struct entry *e;
    bool table;
};

/* Where encode.go puts a comma in an inline table: after all but the last of a map, which may be a nil that is left out;
 * after all fields of a struct but the last declared one. */
struct commas {
    uint32_t total, plain;
    bool is_struct;
};

static bool comma_after(struct commas c, uint32_t i, uint32_t declared)
{
    if (c.is_struct) return declared + 1 != c.total;
    return i < c.plain ? c.total > c.plain || i + 1 != c.plain : i + 1 != c.total;
}

static bool write_field(struct writer *w, struct toml_key key, const struct entry *e, bool inlined, bool comma)
{
    if (is_nil(e->value)) return true;
    if (!inlined) return write_at(w, toml_key_add(w->b->a, key, e->key), e->value);
    struct str part = e->key;
    if (!write_pair(w, (struct toml_key){&part, 1}, e->value, true)) return false;
    if (comma) put(w, STR(", "));
    return true;
}

static bool write_fields(struct writer *w, struct toml_key key, struct value v, bool inlined)
{
    struct arena *a = w->b->a;
    const struct map *m = v.kind == V_OBJ ? v.u.obj->fields : v.u.map;
    uint32_t n = m ? m->n : 0;
    if (v.kind == V_MAP && v.type == GO_ANY_MAP) return refuse(w, "toml: cannot encode a map with non-string key type");
    struct entry **sorted = v.kind == V_MAP ? map_sorted(a, m) : NULL;
    struct field *fields = NEW_ARRAY(a, struct field, n + 1);
    struct commas commas = {.total = n, .is_struct = v.kind == V_OBJ};
    for (uint32_t i = 0; i < n; i++) {
        enum type type;
        fields[i].e = sorted ? sorted[i] : &m->v[i];
        if (!type_of(w, fields[i].e->value, &type)) return false;
        fields[i].table = type == TYPE_TABLE || type == TYPE_TABLES;
        commas.plain += !fields[i].table;
    }
    if (inlined) put(w, STR("{"));
    uint32_t written = 0;
    for (int tables = 0; tables < 2; tables++)
        for (uint32_t i = 0; i < n; i++) {
            if (fields[i].table != tables) continue;
            if (!write_field(w, key, fields[i].e, inlined, comma_after(commas, written, i))) return false;
            written++;
        }
    if (inlined) put(w, STR("}"));
    return true;
}

enum toml_written toml_write(struct buf *b, struct value v, struct str *error)
{
    struct writer w = {.b = b};
    size_t before = b->n;
    if (v.kind == V_NIL) {
        *error = STR("reflect: call of reflect.Value.Type on zero Value");
        return TOML_PANIC;
    }
    if (write_at(&w, (struct toml_key){0}, v)) return TOML_WRITTEN;
    b->n = before;
    *error = w.error;
    return TOML_REFUSED;
}
