/* YAML text to values: documents, and how what is wrong with them is told. */
#include <math.h>

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/yaml_decode.h"

/* The first number that encoding/json refuses, in the order in which it writes. */
static bool first_infinite(struct arena *a, struct value v, double *out)
{
    if (v.kind == V_FLOAT && !isfinite(v.u.f)) {
        *out = v.u.f;
        return true;
    }
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++)
            if (first_infinite(a, v.u.list->v[i], out)) return true;
    if (v.kind == V_MAP) {
        struct entry **e = map_sorted(a, v.u.map);
        for (uint32_t i = 0; i < map_len(v); i++)
            if (first_infinite(a, e[i]->value, out)) return true;
    }
    return false;
}

/* Keys that JSON cannot have count only where they are left after duplicates went, so the values are looked at once more. */
static bool odd_key_left(const struct yaml_decode *done, struct str *message)
{
    struct yaml_decode d = {.a = done->a, .o = done->o, .nodes = done->nodes, .line_base = done->line_base, .raw = true, .repeated = buf_new(done->a)};
    struct value v;
    return yaml_decode_node(&d, 0, &(struct yaml_way){0}, 0, &v) && yaml_find_odd_key(done->a, v, message);
}

/* The entries of a mapping that are wanted, when the rest need not be looked at. */
static bool read_some(struct yaml_decode *d, struct value *out)
{
    const struct yaml_options *o = d->o;
    return o->only_n && d->nodes.v[0].kind == YAML_MAPPING && !o->strict && yaml_is_ordinary(&d->nodes) &&
           yaml_decode_some(d, 0, o->only, o->only_n, out);
}

/* What is wrong with a document that could be parsed: Go's message after "error converting YAML to JSON: ". */
static bool is_wrong(struct yaml_decode *d, struct value *out, struct str *message, struct place *where)
{
    *where = (struct place){.input = d->o->input & 0x3fff, .line = d->line_base + 1};
    if (!yaml_decode_node(d, 0, &(struct yaml_way){0}, 0, out)) {
        *message = str_concat(d->a, STR("yaml: "), d->error);
        *where = yaml_place_of(d, d->error_at);
        return true;
    }
    if (d->repeated.n) {
        *message = str_concat(d->a, STR("yaml: unmarshal errors:"), buf_str(&d->repeated));
        *where = yaml_place_of(d, d->repeated_at);
        return true;
    }
    if (d->odd_keys && odd_key_left(d, message)) return true;
    double f;
    if (!d->infinite || d->o->ints || !first_infinite(d->a, *out, &f)) return false;
    *message = str_printf(d->a, "json: unsupported value: %s", isnan(f) ? "NaN" : f < 0 ? "-Inf" : "+Inf");
    return true;
}

/* Room for an origin a node, which is more than enough without aliases. */
static void reserve_origins(struct origins *o, uint32_t more)
{
    if (!o || o->cap - o->n >= more) return;
    uint32_t cap = o->n + more > o->cap * 2 ? o->n + more : o->cap * 2;
    o->v = arena_grow(o->a, o->v, o->n * sizeof *o->v, cap * sizeof *o->v);
    o->cap = cap;
}

static bool read_document(struct arena *a, struct str text, uint32_t line_base, const struct yaml_options *o, struct value *out,
                          struct str *error, struct place *at)
{
    struct yaml_decode d = {.a = a, .o = o, .line_base = line_base, .repeated = buf_new(a)};
    struct yaml_problem problem = {0};
    struct str message;
    struct place where;
    bool parsed = yaml_parse(a, text, &d.nodes, &problem);
    reserve_origins(o->origins, d.nodes.n);
    *out = NIL;
    if (!parsed) {
        message = str_concat(a, STR("yaml: "), problem.text);
        where = (struct place){.input = o->input & 0x3fff, .column = problem.column & 0x3ffff, .line = problem.line + line_base};
    } else if (!d.nodes.n || read_some(&d, out) || !is_wrong(&d, out, &message, &where)) {
        return true;
    }
    *out = NIL;
    *error = str_concat(a, STR("error converting YAML to JSON: "), message);
    if (at) *at = where;
    return false;
}

static const struct yaml_options no_options = {0};

bool yaml_read(struct arena *a, struct str text, const struct yaml_options *o, struct value *out, struct str *error, struct place *at)
{
    return read_document(a, text, 0, o ? o : &no_options, out, error, at);
}

/* The next line, its end included. */
static struct str next_line(struct str text, size_t from)
{
    const char *end = memchr(text.p + from, '\n', text.n - from);
    return str_sub(text, from, end ? (size_t)(end - text.p) + 1 : text.n);
}

/* Lines as bufio.Reader.ReadLine and apimachinery's LineReader give them back: every one ends in LF, none in CR LF. */
static struct str clean_lines(struct arena *a, struct str text)
{
    bool returns = text.n && memchr(text.p, '\r', text.n); /* a search for both bytes of CR LF takes ten times as long */
    if (!text.n || (!returns && text.p[text.n - 1] == '\n')) return text;
    struct buf b = buf_new(a);
    buf_reserve(&b, text.n + 1);
    for (size_t i = 0; i < text.n; i += next_line(text, i).n) {
        struct str l = str_trim_suffix(next_line(text, i), STR("\n"));
        if (i + l.n < text.n) l = str_trim_suffix(l, STR("\r"));
        buf_add(&b, l);
        buf_byte(&b, '\n');
    }
    return buf_done(&b);
}

static struct str trim_space(struct str t)
{
    size_t w;
    while (t.n && rune_is_space(utf8_decode(t, 0, &w))) t = str_from_n(t, w);
    while (t.n && rune_is_space(utf8_decode_last(t, t.n, &w))) t.n -= w;
    return t;
}

/* k8s.io/apimachinery's YAMLReader: a line that begins with "---" ends a document that has any lines and is itself
 * dropped; before the first line of a document it stays. */
bool yaml_read_all(struct arena *a, struct str text, const struct yaml_options *o, struct list **out, struct str *error, struct place *at)
{
    if (!o) o = &no_options;
    text = clean_lines(a, text);
    *out = list_new(a);
    size_t start = 0, pos = 0;
    uint32_t line = 0, start_line = 0;
    for (;;) {
        struct str l = pos < text.n ? next_line(text, pos) : (struct str){0};
        bool separator = str_starts(l, STR("---")), end = pos >= text.n;
        if (separator) {
            struct str rest = trim_space(str_from_n(l, 3));
            if (rest.n && rest.p[0] != '#') {
                *error = str_concat(a, STR("error reading yaml document: invalid Yaml document separator: "), rest);
                if (at) *at = (struct place){.input = o->input & 0x3fff, .line = line + 1, .column = 4};
                return false;
            }
        }
        if ((separator || end) && pos > start) {
            struct value v;
            struct str why;
            if (!read_document(a, str_sub(text, start, pos), start_line, o, &v, &why, at)) {
                *error = str_concat(a, STR("cannot unmarshal yaml document: "), why);
                return false;
            }
            list_add(*out, v);
            start = pos + l.n;
            start_line = line + 1;
        }
        if (end) return true;
        pos += l.n;
        line++;
    }
}

struct str yaml_misfit(struct arena *a, struct value v, const char *go_type)
{
    static const char *const names[] = {[V_BOOL] = "bool", [V_INT] = "number", [V_UINT] = "number", [V_FLOAT] = "number",
                                        [V_STR] = "string", [V_LIST] = "array", [V_MAP] = "object"};
    bool fits = v.kind == V_NIL || v.kind == V_OBJ || (v.kind == V_MAP && str_starts(str_from(go_type), STR("map["))) ||
                (v.kind == V_LIST && str_starts(str_from(go_type), STR("[]")));
    if (fits) return (struct str){0};
    return str_printf(a, "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go value of type %s", names[v.kind],
                      go_type);
}
