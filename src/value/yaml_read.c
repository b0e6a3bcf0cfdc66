/* YAML text to values as sigs.k8s.io/yaml does it: go-yaml v2 decodes the nodes, keys become strings, and all of it passes
 * through JSON, so numbers come out as float64. */
#include "value/yaml.h"

#include <math.h>

#include "base/utf8.h"
#include "value/gofmt.h"
#include "value/yaml_node.h"
#include "value/yaml_resolve.h"

struct decode {
    struct arena *a;
    const struct yaml_options *o;
    struct yaml_nodes nodes;
    uint32_t line_base;      /* lines of the file before this document */
    struct str error;        /* the first error; decoding goes no further */
    const struct yaml_node *error_at;
    struct str late;         /* the first error of the way through JSON, which go-yaml would report before */
    const struct yaml_node *late_at;
    struct buf repeated;     /* strict: all duplicate keys */
    const struct yaml_node *repeated_at;
    struct str path;         /* of the mapping being decoded, kept when duplicates are wanted */
    uint32_t decoded, from_aliases, in_alias; /* go-yaml's measure against alias bombs */
    bool infinite;           /* a number that JSON cannot hold was met */
};

static bool decode_node(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct value *out);

static bool fail_at(struct decode *d, uint32_t node, struct str message)
{
    if (!d->error.n) {
        d->error = message;
        d->error_at = &d->nodes.v[node];
    }
    return false;
}

static void fail_late(struct decode *d, uint32_t node, struct str message)
{
    if (d->late.n) return;
    d->late = message;
    d->late_at = &d->nodes.v[node];
}

/* ---- places ---- */

static struct place place_of(const struct decode *d, const struct yaml_node *n)
{
    return (struct place){.input = d->o->input & 0x3fff, .column = n->column & 0x3ffff, .line = n->line + d->line_base};
}

static origin_id origin_for(struct decode *d, uint32_t key, uint32_t value, origin_id over)
{
    if (!d->o->origins) return 0;
    return origin_add(d->o->origins, (struct origin){.key_at = place_of(d, &d->nodes.v[key]), .value_at = place_of(d, &d->nodes.v[value]),
                                                     .over = over, .layer = d->o->layer});
}

/* ---- scalars ---- */

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Strict base64 with padding; line breaks are skipped (encoding/base64's StdEncoding). */
static bool base64_decode(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_alloc(a, s.n / 4 * 3 + 3);
    size_t n = 0, digits = 0, pads = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n' || s.p[i] == '\r') continue;
        if (s.p[i] == '=') {
            if (++pads > 2 || digits % 4 + pads > 4 || digits % 4 < 2) return false;
            continue;
        }
        int v = base64_digit(s.p[i]);
        if (v < 0 || pads) return false;
        bits = bits << 6 | (uint32_t)v;
        if (++digits % 4 == 0) {
            p[n++] = (char)(bits >> 16);
            p[n++] = (char)(bits >> 8);
            p[n++] = (char)bits;
        }
    }
    if ((digits + pads) % 4) return false;
    if (digits % 4 == 2) p[n++] = (char)(bits >> 4);
    if (digits % 4 == 3) {
        p[n++] = (char)(bits >> 10);
        p[n++] = (char)(bits >> 2);
    }
    *out = str_of(p, n);
    return true;
}

/* JSON strings are valid UTF-8: each byte that is not becomes U+FFFD. */
static struct str to_valid(struct arena *a, struct str s)
{
    if (utf8_valid(s)) return s;
    struct buf b = buf_new(a);
    for (size_t i = 0, w; i < s.n; i += w) buf_rune(&b, utf8_decode(s, i, &w));
    return buf_done(&b);
}

/* The Go value of a scalar: numbers keep their type here. */
static bool decode_scalar(struct decode *d, uint32_t i, struct value *out)
{
    const struct yaml_node *n = &d->nodes.v[i];
    *out = v_str(n->text);
    if (!n->tag.n) {
        if (n->implicit) yaml_resolve(n->text, out);
        return true;
    }
    enum yaml_tag want = yaml_tag_of(n->tag);
    if (want == YAML_STR || want == YAML_OTHER || want == YAML_MERGE) return true;
    if (want == YAML_BINARY) {
        struct str data;
        if (!base64_decode(d->a, n->text, &data)) return fail_at(d, i, STR("!!binary value contains invalid base64 data"));
        *out = v_str(data);
        return true;
    }
    enum yaml_tag is = yaml_resolve(n->text, out);
    if (is == YAML_TIMESTAMP && want != YAML_TIMESTAMP) {
        /* An explicit tag keeps go-yaml from trying a timestamp: 2001-01-01 is then a string. */
        is = YAML_STR;
    }
    if (is == want) return true;
    if (want == YAML_FLOAT && is == YAML_INT && out->kind == V_INT) {
        *out = v_float((double)out->u.i);
        return true;
    }
    return fail_at(d, i, str_printf(d->a, "cannot decode %s `%.*s` as a %s", yaml_tag_name(is), STR_ARG(n->text), yaml_tag_name(want)));
}

/* What is left of a scalar on its way through JSON. */
static struct value through_json(struct decode *d, struct value v)
{
    switch (v.kind) {
    case V_INT:
        return d->o->ints ? v : v_float((double)v.u.i);
    case V_UINT:
        return d->o->ints ? v : v_float((double)v.u.u);
    case V_FLOAT:
        if (!isfinite(v.u.f)) d->infinite = true;
        return v;
    case V_STR:
        return v_str(to_valid(d->a, v_text(v)));
    default:
        return v;
    }
}

/* ---- keys ---- */

/* A Go-syntax rendering (%#v), for the two messages that show a value this way. */
static void show_go(struct decode *d, struct buf *b, uint32_t i, uint32_t depth)
{
    const struct yaml_node *n = &d->nodes.v[i];
    struct value v;
    if (n->kind == YAML_ALIAS && depth < 8) {
        show_go(d, b, n->target, depth + 1);
    } else if (n->kind == YAML_SCALAR && decode_scalar(d, i, &v)) {
        switch (v.kind) {
        case V_NIL: buf_z(b, depth ? "interface {}(nil)" : "<nil>"); break;
        case V_BOOL: buf_z(b, v.u.b ? "true" : "false"); break;
        case V_INT: buf_printf(b, "%lld", (long long)v.u.i); break;
        case V_UINT: buf_printf(b, "0x%llx", (unsigned long long)v.u.u); break;
        case V_FLOAT: yaml_float(b, v.u.f, 64); break;
        default: go_quote(b, v_text(v));
        }
    } else {
        bool map = n->kind == YAML_MAPPING;
        buf_z(b, map ? "map[interface {}]interface {}{" : "[]interface {}{");
        uint32_t at = i + 1;
        for (uint32_t c = 0; c < n->children && n->kind >= YAML_SEQUENCE; c++) {
            if (c) buf_z(b, map && c % 2 ? ":" : ", ");
            show_go(d, b, at, depth + 1);
            at = d->nodes.v[at].end;
        }
        buf_byte(b, '}');
    }
}

static struct str shown(struct decode *d, uint32_t i)
{
    struct buf b = buf_new(d->a);
    show_go(d, &b, i, 0);
    return buf_done(&b);
}

/* The string that a decoded key becomes (sigs.k8s.io/yaml convertToJSONableObject); floats are shortened as float32. */
static struct str key_text(struct decode *d, uint32_t key, uint32_t value, struct value k)
{
    struct buf b = buf_new(d->a);
    switch (k.kind) {
    case V_STR:
        return to_valid(d->a, v_text(k));
    case V_BOOL:
        return k.u.b ? STR("true") : STR("false");
    case V_INT:
        return str_printf(d->a, "%lld", (long long)k.u.i);
    case V_FLOAT:
        yaml_float(&b, k.u.f, 32);
        return buf_done(&b);
    default:
        fail_late(d, key, str_printf(d->a, "unsupported map key of type: %s, key: %s, value: %.*s",
                                     k.kind == V_NIL ? "%!s(<nil>)" : "uint64",
                                     k.kind == V_NIL ? "<nil>" : str_z(d->a, shown(d, key)), STR_ARG(shown(d, value))));
        return (struct str){0};
    }
}

/* ---- collections ---- */

static bool is_merge(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && str_is(n->text, "<<") && (n->implicit || yaml_tag_of(n->tag) == YAML_MERGE);
}

static bool decode_mapping(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct map *into, bool merging);

/* Counted as go-yaml counts, so that the same documents are refused. */
static bool count_decoded(struct decode *d, uint32_t i)
{
    d->decoded++;
    if (d->in_alias) d->from_aliases++;
    if (d->from_aliases > 100 && d->decoded > 1000) {
        enum { LOW = 400000, HIGH = 4000000 };
        double allowed = d->decoded <= LOW ? 0.99 : d->decoded >= HIGH ? 0.10 : 0.99 - 0.89 * ((double)(d->decoded - LOW) / (HIGH - LOW));
        if ((double)d->from_aliases / (double)d->decoded > allowed) return fail_at(d, i, STR("document contains excessive aliasing"));
    }
    if (d->decoded > d->a->guard->max.nodes)
        guard_trip(d->a->guard, "a YAML document has more than %u nodes, aliases counted as often as used", d->a->guard->max.nodes);
    return true;
}

static bool enter_alias(struct decode *d, uint32_t i)
{
    struct yaml_node *n = &d->nodes.v[i];
    if (n->open) return fail_at(d, i, str_printf(d->a, "anchor '%.*s' value contains itself", STR_ARG(n->text)));
    n->open = true;
    d->in_alias++;
    return true;
}

static void leave_alias(struct decode *d, uint32_t i)
{
    d->in_alias--;
    d->nodes.v[i].open = false;
}

/* One mapping under "<<" into the map that holds the key. */
static bool merge_one(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct map *into)
{
    const struct yaml_node *n = &d->nodes.v[i];
    uint32_t map = n->kind == YAML_ALIAS ? n->target : i;
    if (d->nodes.v[map].kind != YAML_MAPPING) return fail_at(d, i, STR("map merge requires map or sequence of maps as the value"));
    if (!count_decoded(d, i)) return false;
    if (map == i) return decode_mapping(d, map, path, depth, into, true);
    if (!enter_alias(d, i) || !count_decoded(d, map)) return false;
    bool ok = decode_mapping(d, map, path, depth, into, true);
    leave_alias(d, i);
    return ok;
}

static bool merge(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct map *into)
{
    const struct yaml_node *n = &d->nodes.v[i];
    if (n->kind != YAML_SEQUENCE) return merge_one(d, i, path, depth, into);
    /* The last first, because earlier ones take precedence. */
    uint32_t *items = arena_alloc(d->a, sizeof *items * (n->children + 1)), at = i + 1;
    for (uint32_t c = 0; c < n->children; c++, at = d->nodes.v[at].end) items[c] = at;
    for (uint32_t c = n->children; c-- > 0;)
        if (!merge_one(d, items[c], path, depth, into)) return false;
    return true;
}

static void note_duplicate(struct decode *d, struct str path, struct place first, uint32_t key)
{
    struct yaml_duplicates *all = d->o->duplicates;
    if (all) *PUSH(all->a, all->v, all->n, all->cap) = (struct yaml_duplicate){path, first, place_of(d, &d->nodes.v[key])};
}

/* Where the earlier of two equal keys stands. */
static struct place earlier_place(struct decode *d, uint32_t mapping, struct str key)
{
    const struct yaml_node *n = &d->nodes.v[mapping];
    uint32_t at = mapping + 1;
    for (uint32_t c = 0; c < n->children; c += 2, at = d->nodes.v[d->nodes.v[at].end].end)
        if (d->nodes.v[at].kind == YAML_SCALAR && str_eq(d->nodes.v[at].text, key)) return place_of(d, &d->nodes.v[at]);
    return (struct place){0};
}

static bool put_entry(struct decode *d, struct map *into, uint32_t mapping, uint32_t key, uint32_t value, struct str name, struct value v,
                      struct str path, uint32_t merged)
{
    struct entry *e = map_find(into, name);
    if (!e || e - into->v < (ptrdiff_t)merged) {
        map_put_at(into, name, v, origin_for(d, key, value, e ? e->at : 0));
        return true;
    }
    struct place first = d->o->origins ? origin_get(d->o->origins, e->at)->key_at : earlier_place(d, mapping, name);
    note_duplicate(d, path, first, key);
    if (d->o->strict) {
        if (!d->repeated.n) d->repeated_at = &d->nodes.v[key];
        buf_printf(&d->repeated, "\n  line %u: key \"%.*s\" already set in map", d->nodes.v[value].line, STR_ARG(name));
        return true;
    }
    map_put_at(into, name, v, origin_for(d, key, value, e->at));
    return true;
}

static bool decode_mapping(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct map *into, bool merging)
{
    const struct yaml_node *n = &d->nodes.v[i];
    bool paths = d->o->duplicates != NULL;
    uint32_t key = i + 1, merged = merging ? UINT32_MAX : 0; /* entries before this index came by "<<" */
    for (uint32_t c = 0; c < n->children; c += 2) {
        uint32_t value = d->nodes.v[key].end;
        if (is_merge(&d->nodes.v[key])) {
            if (!merge(d, value, path, depth, into)) return false;
            if (!merging) merged = into->n;
        } else {
            uint32_t scalar = d->nodes.v[key].kind == YAML_ALIAS ? d->nodes.v[key].target : key;
            struct value k, v;
            if (d->nodes.v[scalar].kind != YAML_SCALAR)
                return fail_at(d, key, str_printf(d->a, "invalid map key: %.*s", STR_ARG(shown(d, scalar))));
            d->in_alias += scalar != key;
            bool ok = count_decoded(d, key) && (scalar == key || count_decoded(d, scalar)) && decode_scalar(d, scalar, &k);
            d->in_alias -= scalar != key;
            if (!ok) return false;
            struct str name = key_text(d, key, value, k);
            struct str below = paths ? path_key(d->a, path, name) : path;
            if (!decode_node(d, value, below, depth + 1, &v)) return false;
            put_entry(d, into, i, key, value, name, v, below, merged);
        }
        key = d->nodes.v[value].end;
    }
    return true;
}

static bool decode_sequence(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct list *into)
{
    const struct yaml_node *n = &d->nodes.v[i];
    if (!n->children) return true;
    into->v = arena_alloc(d->a, sizeof *into->v * n->children);
    into->cap = n->children;
    if (d->o->origins) into->at = arena_alloc(d->a, sizeof *into->at * n->children);
    uint32_t at = i + 1;
    for (uint32_t c = 0; c < n->children; c++, at = d->nodes.v[at].end) {
        struct str below = d->o->duplicates ? path_item(d->a, path, c) : path;
        if (!decode_node(d, at, below, depth + 1, &into->v[c])) return false;
        if (into->at) into->at[c] = origin_for(d, at, at, 0);
        into->n = c + 1;
    }
    return true;
}

static bool decode_node(struct decode *d, uint32_t i, struct str path, uint32_t depth, struct value *out)
{
    if (!count_decoded(d, i)) return false;
    if (depth > d->a->guard->max.depth) guard_trip(d->a->guard, "YAML is nested deeper than %u levels", depth - 1);
    const struct yaml_node *n = &d->nodes.v[i];
    switch (n->kind) {
    case YAML_ALIAS: {
        if (!enter_alias(d, i)) return false;
        bool ok = decode_node(d, n->target, path, depth + 1, out);
        leave_alias(d, i);
        return ok;
    }
    case YAML_SEQUENCE: {
        struct list *l = list_new(d->a);
        *out = v_list(l);
        return decode_sequence(d, i, path, depth, l);
    }
    case YAML_MAPPING: {
        struct map *m = map_new(d->a);
        m->cap = n->children / 2;
        if (m->cap) m->v = arena_alloc(d->a, sizeof *m->v * m->cap);
        *out = v_map(m);
        return decode_mapping(d, i, path, depth, m, false);
    }
    default:
        if (!decode_scalar(d, i, out)) return false;
        *out = through_json(d, *out);
        return true;
    }
}

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

/* ---- documents ---- */

static bool report(struct decode *d, struct str text, struct place where, struct str *error, struct place *at)
{
    *error = str_printf(d->a, "error converting YAML to JSON: %.*s", STR_ARG(text));
    if (at) *at = where;
    return false;
}

static bool report_node(struct decode *d, const char *prefix, struct str text, const struct yaml_node *n, struct str *error, struct place *at)
{
    return report(d, str_printf(d->a, "%s%.*s", prefix, STR_ARG(text)), n ? place_of(d, n) : (struct place){0}, error, at);
}

static bool read_document(struct arena *a, struct str text, uint32_t line_base, const struct yaml_options *o, struct value *out,
                          struct str *error, struct place *at)
{
    struct decode d = {.a = a, .o = o, .line_base = line_base, .repeated = buf_new(a)};
    struct yaml_problem problem = {0};
    *out = NIL;
    if (!yaml_parse(a, text, &d.nodes, &problem)) {
        struct yaml_node n = {.line = problem.line, .column = problem.column};
        return report_node(&d, "yaml: ", problem.text, &n, error, at);
    }
    if (!d.nodes.n) return true;
    if (!decode_node(&d, 0, (struct str){0}, 0, out)) return report_node(&d, "yaml: ", d.error, d.error_at, error, at);
    if (d.repeated.n) return report_node(&d, "yaml: unmarshal errors:", buf_str(&d.repeated), d.repeated_at, error, at);
    if (d.late.n) return report_node(&d, "", d.late, d.late_at, error, at);
    double f;
    if (d.infinite && !o->ints && first_infinite(a, *out, &f)) {
        const char *name = isnan(f) ? "NaN" : f < 0 ? "-Inf" : "+Inf";
        return report_node(&d, "json: unsupported value: ", str_from(name), NULL, error, at);
    }
    return true;
}

bool yaml_read(struct arena *a, struct str text, const struct yaml_options *o, struct value *out, struct str *error, struct place *at)
{
    static const struct yaml_options none = {0};
    return read_document(a, text, 0, o ? o : &none, out, error, at);
}

/* The next line, its end included, as bufio.Reader.ReadLine takes it: up to "\n". */
static struct str next_line(struct str text, size_t from)
{
    const char *end = memchr(text.p + from, '\n', text.n - from);
    return str_sub(text, from, end ? (size_t)(end - text.p) + 1 : text.n);
}

/* k8s.io/apimachinery's YAMLReader: a line that begins with "---" ends a document that has any lines and is itself
 * dropped; before the first line of a document it stays. */
bool yaml_read_all(struct arena *a, struct str text, const struct yaml_options *o, struct list **out, struct str *error, struct place *at)
{
    static const struct yaml_options none = {0};
    if (!o) o = &none;
    *out = list_new(a);
    size_t start = 0, pos = 0;
    uint32_t line = 0, start_line = 0;
    for (;;) {
        struct str l = pos < text.n ? next_line(text, pos) : (struct str){0};
        bool separator = str_starts(l, STR("---")), end = pos >= text.n;
        if (separator) {
            struct str rest = str_trim(str_from_n(l, 3));
            if (rest.n && rest.p[0] != '#') {
                *error = str_printf(a, "error reading yaml document: invalid Yaml document separator: %.*s", STR_ARG(rest));
                if (at) *at = (struct place){.input = o->input & 0x3fff, .line = line + 1, .column = 4};
                return false;
            }
        }
        if ((separator || end) && pos > start) {
            struct value v;
            struct str why;
            if (!read_document(a, str_sub(text, start, pos), start_line, o, &v, &why, at)) {
                *error = str_printf(a, "cannot unmarshal yaml document: %.*s", STR_ARG(why));
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
