/* Reading TOML: tables, arrays and keys, and who may define what twice (parse.go of the library). */
#include "base/utf8.h"
#include "value/toml_state.h"

static bool parse_value(struct toml *t, struct toml_token token, bool in_array, struct value *out);

/* ---- who is where ---- */

static void add_implicit(struct toml *t, struct toml_key k) { strmap_put(&t->implicits, toml_key_text(t->a, k), t); }
static void remove_implicit(struct toml *t, struct toml_key k) { strmap_put(&t->implicits, toml_key_text(t->a, k), NULL); }
static bool is_implicit(struct toml *t, struct toml_key k) { return strmap_get(&t->implicits, toml_key_text(t->a, k)) != NULL; }
static bool is_array(struct toml *t, struct toml_key k) { return strmap_get(&t->arrays, toml_key_text(t->a, k)) != NULL; }

/* Notes whether the value of `key` in the context is an array. An empty key stands for the context itself. */
static void set_array(struct toml *t, struct str key, bool array)
{
    struct toml_key k = key.n ? toml_key_add(t->a, t->context, key) : t->context;
    if (!k.n) k = toml_key_add(t->a, k, STR(""));
    strmap_put(&t->arrays, toml_key_text(t->a, k), array ? t : NULL);
}

/* The table at a value: itself, or the last of an array of tables; NULL for anything else. */
static struct map *table_at(struct value v)
{
    if (v.kind == V_MAP) return v.u.map;
    if (v.kind == V_LIST && v.type == GO_MAPS) return v.u.list->v[v.u.list->n - 1].u.map;
    return NULL;
}

static struct toml_key parent_of(struct toml_key k) { return (struct toml_key){k.v, k.n - 1}; }
static struct toml_key prefix_of(struct toml_key k, uint32_t n) { return (struct toml_key){k.v, n}; }

static bool fail_defined(struct toml *t, struct toml_key k)
{
    return toml_fail_at(t, t->key_line, "Key '%.*s' has already been defined.", STR_ARG(toml_key_text(t->a, k)));
}

/* The table that the context names. */
static bool context_table(struct toml *t, struct map **out)
{
    *out = t->root;
    for (uint32_t i = 0; i < t->context.n; i++) {
        *out = table_at(map_get(*out, t->context.v[i]));
        if (!*out) return fail_defined(t, prefix_of(t->context, i + 1));
    }
    return true;
}

/* Sets a key in the context. A table that came about implicitly may be defined once. */
static bool set_value(struct toml *t, struct str key, struct value v)
{
    struct map *table;
    if (!context_table(t, &table)) return false;
    if (!map_find(table, key)) {
        map_put(table, key, v);
        return true;
    }
    struct toml_key k = toml_key_add(t->a, t->context, key);
    if (!is_implicit(t, k)) return fail_defined(t, k);
    remove_implicit(t, k);
    if (is_array(t, k)) map_put(table, key, v);
    return true;
}

static bool add_array_table(struct toml *t, struct map *table, struct toml_key k)
{
    struct str last = k.v[k.n - 1];
    struct value tables = map_get(table, last);
    if (!map_find(table, last)) {
        tables = v_typed(v_list(list_new(t->a)), GO_MAPS);
        map_put(table, last, tables);
    }
    if (tables.kind != V_LIST || tables.type != GO_MAPS)
        return toml_fail_at(t, t->key_line, "Key '%.*s' was already created and cannot be used as an array.", STR_ARG(toml_key_text(t->a, k)));
    list_add(tables.u.list, v_map(map_new(t->a)));
    return true;
}

/* Makes `k` the context: a new table, or a new one of an array; its parents come about where they are missing. */
static bool add_context(struct toml *t, struct toml_key k, bool array)
{
    struct map *table = t->root;
    for (uint32_t i = 0; i + 1 < k.n; i++) {
        if (!map_find(table, k.v[i])) {
            add_implicit(t, prefix_of(k, i + 1));
            map_put(table, k.v[i], v_map(map_new(t->a)));
        }
        table = table_at(map_get(table, k.v[i]));
        if (!table)
            return toml_fail_at(t, t->key_line, "Key '%.*s' was already created as a hash.", STR_ARG(toml_key_text(t->a, prefix_of(k, i + 1))));
    }
    t->context = parent_of(k);
    if (array) {
        if (!add_array_table(t, table, k)) return false;
    } else if (!set_value(t, k.v[k.n - 1], v_map(map_new(t->a)))) {
        return false;
    }
    t->context = k;
    return true;
}

static bool add_implicit_context(struct toml *t, struct str part)
{
    struct toml_key k = toml_key_add(t->a, t->context, part);
    add_implicit(t, k);
    return add_context(t, k, false);
}

/* ---- keys ---- */

static bool key_part(struct toml *t, struct toml_key *k, bool first)
{
    struct toml_token token;
    struct value v;
    toml_skip_space(t);
    if (!toml_scan_key_part(t, &token)) return false;
    if (first) t->key_line = token.line;
    if (!toml_scalar(t, token, &v)) return false;
    *k = toml_key_add(t->a, *k, v_text(v));
    return true;
}

/* "a.b =", up to the '='. */
static bool parse_key(struct toml *t, struct toml_key *k)
{
    *k = (struct toml_key){0};
    toml_skip_space(t);
    uint32_t r = toml_peek(t);
    if (r == '=' || r == TOML_END) return toml_fail(t, "unexpected '=': key name appears blank");
    if (r == '.') return toml_fail(t, "unexpected '.': keys cannot start with a '.'");
    for (bool first = true;; first = false) {
        toml_skip_space(t);
        r = toml_peek(t);
        if (!first && (r == '=' || r == TOML_END)) return toml_fail(t, "unexpected '='");
        if (!first && r == '.') return toml_fail(t, "unexpected '.'");
        if (!key_part(t, k, first)) return false;
        toml_skip_space(t);
        r = toml_next(t);
        if (t->failed) return false;
        if (r == '=') return true;
        if (r == TOML_END) return toml_fail(t, "unexpected EOF; expected key separator '='");
        struct str shown = toml_rune_quoted(t, r);
        if (r == '\n') return toml_fail_at(t, t->line - 1, "expected '.' or '=', but got %.*s instead", STR_ARG(shown));
        if (r != '.') return toml_fail(t, "expected '.' or '=', but got %.*s instead", STR_ARG(shown));
    }
}

/* "[a.b]" after its first bracket, up to the first closing one. */
static bool parse_table_name(struct toml *t, struct toml_key *k)
{
    *k = (struct toml_key){0};
    for (;;) {
        toml_skip_space(t);
        uint32_t r = toml_peek(t);
        if (r == ']' || r == TOML_END) return toml_fail(t, "unexpected end of table name (table names cannot be empty)");
        if (r == '.') return toml_fail(t, "unexpected table separator (table names cannot be empty)");
        if (!key_part(t, k, k->n == 0)) return false;
        toml_skip_space(t);
        r = toml_next(t);
        if (t->failed) return false;
        if (r == ']') return true;
        if (r != '.') return toml_fail(t, "expected '.' or ']' to end table name, but got %.*s instead", STR_ARG(toml_rune_quoted(t, r)));
    }
}

/* The key and value that stand here, put into the context; *k and *v are them. */
static bool parse_pair(struct toml *t, struct toml_key *k, struct value *v)
{
    if (!parse_key(t, k)) return false;
    t->current = k->v[k->n - 1];
    for (uint32_t i = 0; i + 1 < k->n; i++)
        if (!add_implicit_context(t, k->v[i])) return false;
    struct toml_token token;
    if (!toml_scan_value(t, &token) || !parse_value(t, token, false, v)) return false;
    if (!set_value(t, t->current, *v)) return false;
    set_array(t, t->current, token.type == TOML_ARRAY);
    return true;
}

/* ---- arrays and inline tables ---- */

/* Steps over white space, newlines and comments; *r is the character that follows, which is read. */
static bool next_in_brackets(struct toml *t, uint32_t *r)
{
    do {
        *r = toml_next(t);
        if (t->failed || (*r == '#' && !toml_skip_comment(t))) return false;
        if (toml_is_space(*r) || toml_is_newline(*r)) t->start = t->at;
    } while (*r == '#' || toml_is_space(*r) || toml_is_newline(*r));
    return true;
}

static struct str rune_or_end(struct toml *t, uint32_t r)
{
    if (r == TOML_END) return STR("end of file");
    char utf8[4];
    return str_printf(t->a, "'%.*s'", (int)utf8_encode(r, utf8), utf8);
}

static bool parse_array(struct toml *t, struct value *out)
{
    struct list *l = list_new(t->a);
    uint32_t r;
    set_array(t, t->current, true);
    *out = v_list(l);
    for (;;) {
        if (!next_in_brackets(t, &r)) return false;
        if (r == ',') return toml_fail(t, "unexpected comma");
        if (r == ']') break;
        toml_back(t);
        t->start = t->at;
        struct toml_token token;
        struct value v;
        if (!toml_scan_value(t, &token) || !parse_value(t, token, true, &v)) return false;
        list_add(l, v);
        if (!next_in_brackets(t, &r)) return false;
        if (r == ']') break;
        if (r != ',') return toml_fail(t, "expected a comma (',') or array terminator (']'), but got %.*s", STR_ARG(rune_or_end(t, r)));
    }
    t->start = t->at;
    return true;
}

/* Puts the value where the dotted key says, below the inline table itself. */
static bool put_inline(struct toml *t, struct map *table, struct toml_key k, struct value v)
{
    for (uint32_t i = 0; i + 1 < k.n; i++) {
        if (!map_find(table, k.v[i])) map_put(table, k.v[i], v_map(map_new(t->a)));
        struct value below = map_get(table, k.v[i]);
        if (below.kind != V_MAP)
            return toml_fail_at(t, t->key_line, "%.*s is not a table", STR_ARG(toml_text_quoted(t, toml_key_text(t->a, t->context))));
        table = below.u.map;
    }
    map_put(table, k.v[k.n - 1], v);
    return true;
}

static bool parse_inline_pairs(struct toml *t, struct map *table)
{
    struct toml_key context = t->context, k;
    struct value v;
    uint32_t r;
    for (;;) {
        if (!next_in_brackets(t, &r)) return false;
        if (r == ',') return toml_fail(t, "unexpected comma");
        if (r == '}') return true;
        toml_back(t);
        if (!parse_pair(t, &k, &v) || !put_inline(t, table, k, v)) return false;
        t->context = context;
        if (!next_in_brackets(t, &r)) return false;
        if (r == '}') return true;
        if (r != ',') return toml_fail(t, "expected a comma or an inline table terminator '}', but got %.*s instead", STR_ARG(rune_or_end(t, r)));
    }
}

static bool parse_inline_table(struct toml *t, bool in_array, struct value *out)
{
    struct toml_key outer = t->context, here = toml_key_add(t->a, t->context, t->current);
    struct str current = t->current;
    struct map *table = map_new(t->a);
    *out = v_map(table);
    t->current = STR("");
    t->context = here;
    add_implicit(t, here);
    if (!add_context(t, here, in_array) || !parse_inline_pairs(t, table)) return false;
    t->context = outer;
    t->current = current;
    t->start = t->at;
    return true;
}

static bool parse_value(struct toml *t, struct toml_token token, bool in_array, struct value *out)
{
    if (token.type != TOML_ARRAY && token.type != TOML_INLINE_TABLE) return toml_scalar(t, token, out);
    if (++t->depth > t->a->guard->max.depth) guard_trip(t->a->guard, "a TOML document is nested deeper than %u", t->a->guard->max.depth);
    bool ok = token.type == TOML_ARRAY ? parse_array(t, out) : parse_inline_table(t, in_array, out);
    t->depth--;
    return ok;
}

/* ---- the document ---- */

/* After a table's name or a value: nothing but white space and a comment to the end of the line. */
static bool parse_line_end(struct toml *t)
{
    uint32_t r;
    while (r = toml_next(t), toml_is_space(r)) continue;
    if (t->failed) return false;
    if (r == '#') return toml_skip_comment(t);
    if (!toml_is_newline(r) && r != TOML_END)
        return toml_fail(t, "expected a top-level item to end with a newline, comment, or EOF, but got %.*s instead",
                         STR_ARG(toml_rune_quoted(t, r)));
    if (r == TOML_END) toml_back(t);
    t->start = t->at;
    return true;
}

static bool parse_table(struct toml *t)
{
    struct toml_key k;
    bool array = toml_peek(t) == '[';
    if (array) toml_next(t);
    if (!parse_table_name(t, &k)) return false;
    if (array) {
        uint32_t r = toml_next(t);
        if (r != ']') return toml_fail(t, "expected end of table array name delimiter ']', but got %.*s instead", STR_ARG(toml_rune_quoted(t, r)));
    }
    t->start = t->at;
    if (!add_context(t, k, array)) return false;
    set_array(t, STR(""), false);
    return parse_line_end(t);
}

static bool parse_top_pair(struct toml *t)
{
    struct toml_key outer = t->context, k;
    struct value v;
    if (!parse_pair(t, &k, &v)) return false;
    t->context = outer;
    t->current = STR("");
    return parse_line_end(t);
}

static bool parse_document(struct toml *t)
{
    for (;;) {
        uint32_t r = toml_next(t);
        if (t->failed) return false;
        if (r == TOML_END) return true;
        bool ok = true;
        if (r == '#') {
            ok = toml_skip_comment(t);
        } else if (r == '[') {
            ok = parse_table(t);
        } else if (!toml_is_space(r) && !toml_is_newline(r)) {
            toml_back(t);
            ok = parse_top_pair(t);
        } else {
            t->start = t->at;
        }
        if (!ok) return false;
    }
}

bool toml_read(struct arena *a, struct str text, struct value *out, struct str *error)
{
    if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff"))) text = str_from_n(text, 2);
    else if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_from_n(text, 3);
    struct toml t = {.a = a, .text = text, .line = 1, .root = map_new(a), .arrays = strmap_new(a), .implicits = strmap_new(a)};
    *out = v_map(t.root);
    if (memchr(text.p ? text.p : "", 0, text.n < 6 ? text.n : 6)) {
        *error = STR("toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8");
        return false;
    }
    if (parse_document(&t)) return true;
    *error = t.error;
    return false;
}
