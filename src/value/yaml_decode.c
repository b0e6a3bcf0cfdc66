/* go.yaml.in/yaml/v2's decode.go into interface{}, and sigs.k8s.io/yaml's way from there through JSON, in one pass. */
#include "value/yaml_decode.h"

#include <math.h>

#include "base/utf8.h"
#include "value/yaml_resolve.h"

static bool fail(struct yaml_decode *d, uint32_t node, struct str message)
{
    if (!d->error.n) {
        d->error = message;
        d->error_at = node;
    }
    return false;
}

/* ---- places ---- */

struct place yaml_place_of(const struct yaml_decode *d, uint32_t node)
{
    const struct yaml_node *n = &d->nodes.v[node];
    return (struct place){.input = d->o->input & 0x3fff, .column = n->column & 0x3ffff, .line = n->line + d->line_base};
}

static origin_id origin_for(struct yaml_decode *d, uint32_t key, uint32_t value, origin_id over)
{
    if (!d->o->origins || d->raw) return 0;
    return origin_add(d->o->origins, (struct origin){.key_at = yaml_place_of(d, key), .value_at = yaml_place_of(d, value),
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

/* encoding/base64's StdEncoding: padding is required, line breaks are passed over. */
static bool base64_decode(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_alloc(a, s.n / 4 * 3 + 3);
    size_t n = 0, digits = 0, pads = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n' || s.p[i] == '\r') continue;
        if (s.p[i] == '=') {
            if (++pads > 2 || digits % 4 < 2) return false;
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

static bool decode_tagged(struct yaml_decode *d, uint32_t i, struct value *out)
{
    const struct yaml_node *n = &d->nodes.v[i];
    enum yaml_tag want = yaml_tag_of(n->tag);
    if (want == YAML_STR || want == YAML_OTHER || want == YAML_MERGE) return true;
    if (want == YAML_BINARY) {
        struct str data;
        if (!base64_decode(d->a, n->text, &data)) return fail(d, i, STR("!!binary value contains invalid base64 data"));
        *out = v_str(data);
        return true;
    }
    enum yaml_tag is = yaml_resolve(n->text, out);
    if (is == YAML_TIMESTAMP && want != YAML_TIMESTAMP) is = YAML_STR; /* under another tag nobody looks for a timestamp */
    if (is == want) return true;
    if (want == YAML_FLOAT && is == YAML_INT && out->kind == V_INT) {
        *out = v_float((double)out->u.i);
        return true;
    }
    struct buf b = buf_new(d->a);
    buf_printf(&b, "cannot decode %s `", yaml_tag_name(is));
    buf_add(&b, n->text);
    buf_printf(&b, "` as a %s", yaml_tag_name(want));
    return fail(d, i, buf_done(&b));
}

/* The Go value of a scalar; numbers have their type. */
static bool decode_scalar(struct yaml_decode *d, uint32_t i, struct value *out)
{
    const struct yaml_node *n = &d->nodes.v[i];
    if (n->tag.n) {
        *out = v_str(n->text);
        return decode_tagged(d, i, out);
    }
    if (n->implicit) yaml_resolve(n->text, out);
    else *out = v_str(n->text);
    return true;
}

/* encoding/json writes U+FFFD for each byte that is no UTF-8. Only !!binary can bring such bytes. */
static struct str to_valid(struct arena *a, struct str s)
{
    if (utf8_valid(s)) return s;
    struct buf b = buf_new(a);
    for (size_t i = 0, w; i < s.n; i += w) buf_rune(&b, utf8_decode(s, i, &w));
    return buf_done(&b);
}

/* What is left of a scalar on its way through JSON. */
static struct value through_json(struct yaml_decode *d, const struct yaml_node *n, struct value v)
{
    switch (v.kind) {
    case V_INT: return d->o->ints ? v : v_float((double)v.u.i);
    case V_UINT: return d->o->ints ? v : v_float((double)v.u.u);
    case V_FLOAT:
        if (!isfinite(v.u.f)) d->infinite = true;
        return v;
    case V_STR: return n->tag.n ? v_str(to_valid(d->a, v_text(v))) : v;
    default: return v;
    }
}

/* ---- aliases ---- */

/* Counted as go-yaml counts, so that the same documents are refused. */
static bool count(struct yaml_decode *d, uint32_t node)
{
    enum { LOW = 400000, HIGH = 4000000 };
    d->decoded++;
    if (d->in_alias) d->from_aliases++;
    if (d->from_aliases > 100 && d->decoded > 1000) {
        double part = (double)d->from_aliases / (double)d->decoded;
        double most = d->decoded <= LOW ? 0.99 : d->decoded >= HIGH ? 0.10 : 0.99 - 0.89 * ((double)(d->decoded - LOW) / (HIGH - LOW));
        if (part > most) return fail(d, node, STR("document contains excessive aliasing"));
    }
    if (d->decoded > d->a->guard->max.nodes)
        guard_trip(d->a->guard, "a YAML document has more than %u nodes, aliases counted as often as used", d->a->guard->max.nodes);
    return true;
}

static bool enter_alias(struct yaml_decode *d, uint32_t i)
{
    struct yaml_node *n = &d->nodes.v[i];
    if (n->open) return fail(d, i, str_printf(d->a, "anchor '%.*s' value contains itself", STR_ARG(n->text)));
    n->open = true;
    d->in_alias++;
    return true;
}

static void leave_alias(struct yaml_decode *d, uint32_t i)
{
    d->in_alias--;
    d->nodes.v[i].open = false;
}

/* ---- keys ---- */

/* The key as go-yaml sees it. */
static bool decode_key(struct yaml_decode *d, uint32_t i, uint32_t depth, struct value *out)
{
    if (d->nodes.v[i].kind == YAML_SCALAR) return count(d, i) && decode_scalar(d, i, out);
    bool raw = d->raw;
    d->raw = true;
    bool ok = yaml_decode_node(d, i, &(struct yaml_way){0}, depth, out);
    d->raw = raw;
    if (!ok || (out->kind != V_LIST && out->kind != V_MAP)) return ok;
    struct buf b = buf_new(d->a);
    buf_z(&b, "invalid map key: ");
    yaml_show_go(&b, *out);
    return fail(d, i, buf_done(&b));
}

/* The string that becomes of it (convertToJSONableObject); floats are shortened as float32. */
static struct str key_text(struct yaml_decode *d, const struct yaml_node *n, struct value key)
{
    struct buf b = buf_new(d->a);
    if (d->raw) return yaml_go_key(d->a, key);
    switch (key.kind) {
    case V_STR: return n->kind == YAML_SCALAR && !n->tag.n ? v_text(key) : to_valid(d->a, v_text(key));
    case V_BOOL: return key.u.b ? STR("true") : STR("false");
    case V_INT: return str_printf(d->a, "%lld", (long long)key.u.i);
    case V_FLOAT:
        yaml_float(&b, key.u.f, 32);
        return buf_done(&b);
    default:
        d->odd_keys = true;
        return STR("");
    }
}

/* ---- mappings ---- */

static bool is_merge(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && str_is(n->text, "<<") && (n->implicit || yaml_tag_of(n->tag) == YAML_MERGE);
}

static bool decode_mapping(struct yaml_decode *d, uint32_t i, const struct yaml_way *way, uint32_t depth, struct map *into, bool merging);

/* One mapping under "<<", into the map that holds the key. */
static bool merge_one(struct yaml_decode *d, uint32_t i, const struct yaml_way *way, uint32_t depth, struct map *into)
{
    const struct yaml_node *n = &d->nodes.v[i];
    uint32_t map = n->kind == YAML_ALIAS ? n->target : i;
    if (d->nodes.v[map].kind != YAML_MAPPING) return fail(d, i, STR("map merge requires map or sequence of maps as the value"));
    if (!count(d, i)) return false;
    if (map == i) return decode_mapping(d, map, way, depth, into, true);
    if (!enter_alias(d, i)) return false;
    bool ok = count(d, map) && decode_mapping(d, map, way, depth, into, true);
    leave_alias(d, i);
    return ok;
}

static bool merge(struct yaml_decode *d, uint32_t i, const struct yaml_way *way, uint32_t depth, struct map *into)
{
    const struct yaml_node *n = &d->nodes.v[i];
    if (n->kind != YAML_SEQUENCE) return merge_one(d, i, way, depth, into);
    /* The last first: earlier ones take precedence. */
    uint32_t *items = arena_alloc(d->a, sizeof *items * (n->children + 1)), at = i + 1;
    for (uint32_t c = 0; c < n->children; c++, at = d->nodes.v[at].end) items[c] = at;
    for (uint32_t c = n->children; c-- > 0;)
        if (!merge_one(d, items[c], way, depth, into)) return false;
    return true;
}

static void write_path(struct buf *b, const struct yaml_way *way)
{
    if (!way->up) return;
    write_path(b, way->up);
    if (way->item) path_add_item(b, way->index);
    else path_add_key(b, way->key);
}

static struct str path_of(struct arena *a, const struct yaml_way *way)
{
    struct buf b = buf_new(a);
    write_path(&b, way);
    return buf_done(&b);
}

static void note_duplicate(struct yaml_decode *d, uint32_t key, struct value k, const struct entry *e, const struct yaml_way *way)
{
    struct yaml_duplicates *all = d->o->duplicates;
    if (all && !d->raw) {
        struct place first = d->o->origins ? origin_get(d->o->origins, e->at)->key_at : NOWHERE;
        *PUSH(all->a, all->v, all->n, all->cap) = (struct yaml_duplicate){path_of(all->a, way), first, yaml_place_of(d, key)};
    }
    if (!d->o->strict) return;
    if (!d->repeated.n) d->repeated_at = key;
    buf_printf(&d->repeated, "\n  line %u: key ", d->nodes.v[d->nodes.v[key].end].line);
    yaml_show_go(&d->repeated, k);
    buf_z(&d->repeated, " already set in map");
}

/* A pair of a mapping. Entries before index `merged` came by "<<" and may be set again. */
static bool decode_pair(struct yaml_decode *d, uint32_t key, const struct yaml_way *way, uint32_t depth, struct map *into, uint32_t merged)
{
    uint32_t value = d->nodes.v[key].end;
    struct value k, v;
    if (!decode_key(d, key, depth, &k)) return false;
    struct str name = key_text(d, &d->nodes.v[key], k);
    struct yaml_way below = {.up = way, .key = name};
    if (!yaml_decode_node(d, value, &below, depth + 1, &v)) return false;
    struct entry *e = map_find(into, name);
    if (!e) {
        map_put_at(into, name, v, origin_for(d, key, value, 0));
        return true;
    }
    if (e - into->v >= (ptrdiff_t)merged) note_duplicate(d, key, k, e, &below);
    e->at = origin_for(d, key, value, e->at);
    e->value = v;
    return true;
}

static bool decode_mapping(struct yaml_decode *d, uint32_t i, const struct yaml_way *way, uint32_t depth, struct map *into, bool merging)
{
    uint32_t key = i + 1, merged = merging ? UINT32_MAX : 0, children = d->nodes.v[i].children;
    for (uint32_t c = 0; c < children; c += 2) {
        uint32_t value = d->nodes.v[key].end;
        if (is_merge(&d->nodes.v[key])) {
            if (!merge(d, value, way, depth, into)) return false;
            if (!merging) merged = into->n;
        } else if (!decode_pair(d, key, way, depth, into, merged)) {
            return false;
        }
        key = d->nodes.v[value].end;
    }
    return true;
}

bool yaml_decode_some(struct yaml_decode *d, uint32_t i, const struct str *keys, size_t n, struct value *out)
{
    struct map *m = map_new(d->a);
    *out = v_map(m);
    uint32_t key = i + 1, children = d->nodes.v[i].children;
    for (uint32_t c = 0; c < children; c += 2) {
        bool wanted = false;
        for (size_t k = 0; k < n && !wanted; k++) wanted = str_eq(d->nodes.v[key].text, keys[k]);
        if (wanted && !decode_pair(d, key, &(struct yaml_way){0}, 0, m, 0)) return false;
        key = d->nodes.v[d->nodes.v[key].end].end;
    }
    return true;
}

/* ---- nodes ---- */

static bool decode_sequence(struct yaml_decode *d, uint32_t i, const struct yaml_way *way, uint32_t depth, struct list *into)
{
    uint32_t n = d->nodes.v[i].children, at = i + 1;
    if (!n) return true;
    into->v = arena_alloc(d->a, sizeof *into->v * n);
    into->cap = n;
    if (d->o->origins && !d->raw) into->at = arena_alloc(d->a, sizeof *into->at * n);
    for (uint32_t c = 0; c < n; c++, at = d->nodes.v[at].end) {
        struct yaml_way below = {.up = way, .item = true, .index = c};
        if (!yaml_decode_node(d, at, &below, depth + 1, &into->v[c])) return false;
        if (into->at) into->at[c] = origin_for(d, at, at, 0);
        into->n = c + 1;
    }
    return true;
}

bool yaml_decode_node(struct yaml_decode *d, uint32_t i, const struct yaml_way *way, uint32_t depth, struct value *out)
{
    const struct yaml_node *n = &d->nodes.v[i];
    if (!count(d, i)) return false;
    if (depth > d->a->guard->max.depth)
        guard_trip(d->a->guard, "YAML is nested deeper than %u levels, aliases followed (line %u)", d->a->guard->max.depth, n->line);
    switch (n->kind) {
    case YAML_ALIAS: {
        if (!enter_alias(d, i)) return false;
        bool ok = yaml_decode_node(d, n->target, way, depth + 1, out);
        leave_alias(d, i);
        return ok;
    }
    case YAML_SEQUENCE: {
        struct list *l = list_new(d->a);
        *out = v_list(l);
        return decode_sequence(d, i, way, depth, l);
    }
    case YAML_MAPPING: {
        struct map *m = map_new(d->a);
        m->cap = n->children / 2;
        if (m->cap) m->v = arena_alloc(d->a, sizeof *m->v * m->cap);
        *out = d->raw ? v_typed(v_map(m), GO_ANY_MAP) : v_map(m);
        return decode_mapping(d, i, way, depth, m, false);
    }
    default:
        if (!decode_scalar(d, i, out)) return false;
        if (!d->raw) *out = through_json(d, n, *out);
        return true;
    }
}
