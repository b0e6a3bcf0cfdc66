/* Helm's pkg/strvals: parser.go (--set, --set-string, --set-json, --set-file) and literal_parser.go (--set-literal). */
#include "value/setflags.h"

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt.h"
#include "value/json.h"

enum { LARGEST_INDEX = 65536, DEEPEST_NAME = 30 }; /* MaxIndex, MaxNestedNameLevel */

/* The end of the text is a result of its own: in Helm io.EOF, wherever it comes from, ends the flag without an error. */
enum outcome { SET_OK, SET_END, SET_FAILED };

struct set {
    struct arena *a;
    enum set_kind kind;
    struct str text;
    size_t at;          /* the next byte */
    uint32_t column;    /* of the next rune, from 1 */
    struct origins *o;
    uint32_t input, layer;
    bool (*read_file)(void *context, struct str path, struct str *data);
    void *context;
    struct str error;   /* of SET_FAILED, without Helm's prefix */
    bool file_failed;
};

static enum outcome fail(struct set *s, struct str message)
{
    s->error = message;
    return SET_FAILED;
}

/* ---- reading ---- */

static bool at_end(const struct set *s) { return s->at >= s->text.n; }

static uint32_t peek_rune(const struct set *s, size_t *width) { return utf8_decode(s->text, s->at, width); }

static uint32_t next_rune(struct set *s)
{
    size_t width;
    uint32_t r = peek_rune(s, &width);
    s->at += width;
    s->column++;
    return r;
}

/* All runes before one of `stops`, which is read, too; a backslash takes the next rune as it is, but not for --set-literal. */
static enum outcome runes_until(struct set *s, const char *stops, struct str *out, uint32_t *stop)
{
    struct buf b = buf_new(s->a);
    enum outcome end = SET_END;
    *stop = 0;
    while (!at_end(s)) {
        uint32_t r = next_rune(s);
        if (r < 0x80 && r && strchr(stops, (int)r)) {
            *stop = r;
            end = SET_OK;
            break;
        }
        if (r == '\\' && s->kind != SET_LITERAL) {
            if (at_end(s)) break;
            r = next_rune(s);
        }
        buf_rune(&b, r);
    }
    *out = buf_done(&b);
    return end;
}

/* Blanks up to and with a comma, or up to the end: then there is no value. Else up to the value. */
static bool empty_value(struct set *s)
{
    while (!at_end(s)) {
        size_t width;
        uint32_t r = peek_rune(s, &width);
        if (r != ',' && !rune_is_space(r)) return false;
        next_rune(s);
        if (r == ',') return true;
    }
    return true;
}

/* ---- origins ---- */

static origin_id origin_from(struct set *s, uint32_t key, uint32_t value, origin_id over)
{
    if (!s->o) return 0;
    struct place at = {.input = s->input & 0x3fff, .line = 1};
    struct origin what = {.key_at = at, .value_at = at, .over = over, .layer = s->layer};
    what.key_at.column = key & 0x3ffff;
    what.value_at.column = value & 0x3ffff;
    return origin_add(s->o, what);
}

/* ---- values ---- */

/* strings.EqualFold with an ASCII word: beside A-Z and a-z only U+017F folds into it. */
static bool equal_fold(struct str s, const char *word)
{
    size_t i = 0;
    for (size_t w; i < s.n && *word; i += w, word++) {
        uint32_t r = utf8_decode(s, i, &w);
        if (r == 0x17f) r = 's';
        if (r >= 'A' && r <= 'Z') r |= 32;
        if (r != (unsigned char)*word) return false;
    }
    return i == s.n && !*word;
}

/* strconv.ParseInt(s, 10, 64). It stops at the first thing that is wrong: a foreign byte, or more than 64 bits hold. */
static bool parse_decimal(struct str s, int64_t *out, bool *range)
{
    bool negative = s.n && s.p[0] == '-';
    size_t i = negative || (s.n && s.p[0] == '+');
    uint64_t n = 0;
    *range = false;
    if (i == s.n) return false;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        if (__builtin_mul_overflow(n, 10u, &n) || __builtin_add_overflow(n, (uint64_t)(s.p[i] - '0'), &n)) {
            *range = true;
            return false;
        }
    }
    *range = n > (uint64_t)INT64_MAX + negative;
    *out = (int64_t)(negative ? 0 - n : n);
    return !*range;
}

static struct value typed(struct str s)
{
    int64_t n;
    bool range;
    if (equal_fold(s, "true")) return v_bool(true);
    if (equal_fold(s, "false")) return v_bool(false);
    if (equal_fold(s, "null")) return NIL;
    if (str_is(s, "0")) return v_int64(0);
    if (s.n && s.p[0] != '0' && parse_decimal(s, &n, &range)) return v_int64(n);
    return v_str(s);
}

/* What the flag's kind makes of the text of one value. */
static enum outcome convert(struct set *s, struct str text, struct value *out)
{
    *out = v_str(text);
    if (s->kind == SET_TYPED) *out = typed(text);
    if (s->kind != SET_FILE) return SET_OK;
    struct str data = {0};
    if (!s->read_file || !s->read_file(s->context, text, &data)) {
        s->file_failed = true;
        return SET_FAILED;
    }
    *out = v_str(data);
    return SET_OK;
}

/* {a,b}: the brace is read. A comma after it belongs to it. */
static enum outcome read_list(struct set *s, struct value *out)
{
    struct list *l = list_new(s->a);
    *out = v_list(l);
    for (;;) {
        struct str text;
        uint32_t stop, from = s->column;
        struct value v;
        if (runes_until(s, ",}", &text, &stop) == SET_END) return fail(s, STR("list must terminate with '}'"));
        size_t width;
        if (stop == '}' && !at_end(s) && peek_rune(s, &width) == ',') next_rune(s);
        if (convert(s, text, &v) != SET_OK) return SET_FAILED;
        list_add_at(l, v, origin_from(s, from, from, 0));
        if (stop == '}') return SET_OK;
    }
}

/* Places inside a JSON text were counted from its start. */
static void shift_origins(struct set *s, uint32_t first, uint32_t columns)
{
    for (uint32_t i = first; s->o && i < s->o->n; i++) {
        struct origin *o = &s->o->v[i];
        if (o->key_at.line == 1) o->key_at.column = (o->key_at.column + columns) & 0x3ffff;
        if (o->value_at.line == 1) o->value_at.column = (o->value_at.column + columns) & 0x3ffff;
    }
}

static enum outcome read_json(struct set *s, struct value *out)
{
    *out = NIL;
    if (empty_value(s)) return SET_OK;
    size_t used;
    struct str rest = str_from_n(s->text, s->at);
    uint32_t first = s->o ? s->o->n : 0;
    if (!json_read_first(s->a, rest, s->o, s->input, s->layer, out, &used, &s->error)) return SET_FAILED;
    shift_origins(s, first, s->column - 1);
    s->column += (uint32_t)utf8_count(str_sub(rest, 0, used));
    s->at += used;
    empty_value(s);
    return SET_OK;
}

/* All after "=". SET_END: there was nothing. */
static enum outcome read_value(struct set *s, struct value *out)
{
    struct str text;
    uint32_t stop;
    *out = v_str((struct str){0});
    if (s->kind == SET_JSON) return read_json(s, out);
    if (s->kind == SET_LITERAL) {
        runes_until(s, "", &text, &stop);
        *out = v_str(text);
        return SET_OK;
    }
    if (at_end(s)) return SET_END;
    if (s->text.p[s->at] == '{') {
        next_rune(s);
        return read_list(s, out);
    }
    runes_until(s, ",", &text, &stop);
    return convert(s, text, out);
}

/* ---- names ---- */

static struct str quoted(struct set *s, const char *before, struct str name, const char *after)
{
    struct buf b = buf_new(s->a);
    buf_z(&b, before);
    go_quote(&b, name);
    buf_z(&b, after);
    return buf_done(&b);
}

/* Go's panic when a value is taken for what it is not; strvals makes an error of it. */
static enum outcome fail_type(struct set *s, struct value is, const char *want)
{
    const char *name = is.kind == V_NIL ? "nil" : value_type_name(is);
    return fail(s, str_printf(s->a, "unable to parse key: interface conversion: interface {} is %s, not %s", name, want));
}

/* An empty name is never set. */
static void set_entry(struct set *s, struct map *m, struct str name, struct value v, uint32_t key, uint32_t value)
{
    if (!name.n) return;
    const struct entry *e = map_find(m, name);
    map_put_at(m, name, v, origin_from(s, key, value, e ? e->at : 0));
}

/* A map or list that the path leads through: an entry that is there keeps its origin. */
static void keep_entry(struct set *s, struct map *m, struct str name, struct value v, uint32_t key, uint32_t value)
{
    struct entry *e = map_find(m, name);
    if (e) e->value = v;
    else set_entry(s, m, name, v, key, value);
}

static enum outcome set_item(struct set *s, struct list *l, int64_t i, struct value v, origin_id at)
{
    if (i > LARGEST_INDEX)
        return fail(s, str_printf(s->a, "index of %lld is greater than maximum supported index of %d", (long long)i, LARGEST_INDEX));
    while (l->n <= (uint64_t)i) list_add(l, NIL);
    if (at && !l->at) l->at = NEW_ARRAY(l->a, origin_id, l->cap);
    l->v[i] = v;
    if (l->at && at) l->at[i] = at;
    return SET_OK;
}

static enum outcome read_index(struct set *s, int64_t *out)
{
    struct str text;
    uint32_t stop;
    bool range;
    if (runes_until(s, "]", &text, &stop) == SET_END) return SET_END;
    if (parse_decimal(text, out, &range)) return SET_OK;
    return fail(s, quoted(s, "error parsing index: strconv.Atoi: parsing ", text, range ? ": value out of range" : ": invalid syntax"));
}

static enum outcome read_key(struct set *s, struct map *m, unsigned level, uint32_t depth);

/* %q of a slice of runes. */
static struct str quoted_runes(struct set *s, const char *before, struct str text)
{
    struct buf b = buf_new(s->a);
    buf_z(&b, before);
    buf_byte(&b, '[');
    for (size_t i = 0, w; i < text.n; i += w) {
        if (i) buf_byte(&b, ' ');
        go_quote_rune(&b, utf8_decode(text, i, &w), false);
    }
    buf_byte(&b, ']');
    return buf_done(&b);
}

/* All after "name[i]" for list `l`, which changes in place. */
static enum outcome read_item(struct set *s, struct list *l, int64_t i, unsigned level, uint32_t depth)
{
    struct str text;
    uint32_t stop, key = s->column;
    if (depth > s->a->guard->max.depth) guard_trip(s->a->guard, "a --set flag is nested deeper than %u levels", s->a->guard->max.depth);
    if (i < 0) return fail(s, str_printf(s->a, "negative %lld index not allowed", (long long)i));
    enum outcome end = runes_until(s, "[.=", &text, &stop);
    if (text.n) return fail(s, quoted_runes(s, "unexpected data at end of array index: ", text));
    if (end == SET_END) return SET_END;
    uint32_t value = s->column;
    struct value there = i < l->n ? l->v[i] : NIL, v;
    origin_id at = i < l->n ? list_origin(l, (uint32_t)i) : 0;
    if (stop == '=') {
        if (read_value(s, &v) == SET_FAILED) return SET_FAILED;
        return set_item(s, l, i, v, origin_from(s, key, value, at));
    }
    if (!at) at = origin_from(s, key, value, 0);
    if (stop == '.') {
        struct map *inner = there.kind == V_MAP ? there.u.map : map_new(s->a);
        if (i < l->n) l->v[i] = v_map(inner);
        end = read_key(s, inner, level, depth + 1);
        return end == SET_OK ? set_item(s, l, i, v_map(inner), at) : end;
    }
    int64_t next;
    end = read_index(s, &next);
    if (end != SET_OK) return end;
    if (there.kind != V_NIL && there.kind != V_LIST) return fail_type(s, there, "[]interface {}");
    /* In Helm a list that grows is another one; what fails leaves the old. Growing in place differs only after a failure. */
    struct list *inner = there.kind == V_LIST && there.u.list ? there.u.list : list_new(s->a);
    end = read_item(s, inner, next, level, depth + 1);
    return end == SET_OK ? set_item(s, l, i, v_list(inner), at) : end;
}

static enum outcome read_indexed(struct set *s, struct map *m, struct str name, uint32_t key, unsigned level, uint32_t depth)
{
    int64_t i;
    uint32_t value = s->column;
    enum outcome end = read_index(s, &i);
    if (end != SET_OK) return end;
    const struct entry *e = map_find(m, name);
    if (e && e->value.kind != V_LIST) return fail_type(s, e->value, "[]interface {}");
    struct list *l = e && e->value.u.list ? e->value.u.list : list_new(s->a);
    end = read_item(s, l, i, level, depth + 1);
    keep_entry(s, m, name, v_list(l), key, value);
    return end;
}

static enum outcome read_nested(struct set *s, struct map *m, struct str name, uint32_t key, unsigned level, uint32_t depth)
{
    uint32_t value = s->column;
    if (++level > DEEPEST_NAME)
        return fail(s, str_printf(s->a, "value name nested level is greater than maximum supported nested level of %d", DEEPEST_NAME));
    const struct entry *e = map_find(m, name);
    if (e && e->value.kind != V_MAP) return fail_type(s, e->value, "map[string]interface {}");
    struct map *inner = e && e->value.u.map ? e->value.u.map : map_new(s->a);
    enum outcome end = read_key(s, inner, level, depth + 1);
    if (end == SET_OK && !inner->n) return fail(s, quoted(s, "key map ", name, " has no value"));
    if (inner->n) keep_entry(s, m, name, v_map(inner), key, value);
    return end;
}

/* One name and its value. */
static enum outcome read_key(struct set *s, struct map *m, unsigned level, uint32_t depth)
{
    struct str name;
    uint32_t stop, key = s->column;
    enum outcome end = runes_until(s, s->kind == SET_LITERAL ? "=[." : "=[,.", &name, &stop);
    if (end == SET_END) return name.n ? fail(s, quoted(s, "key ", name, " has no value")) : SET_END;
    if (stop == '[') return read_indexed(s, m, name, key, level, depth);
    if (stop == '.') return read_nested(s, m, name, key, level, depth);
    if (stop == ',') {
        set_entry(s, m, name, v_str((struct str){0}), key, key);
        return fail(s, quoted(s, "key ", name, " has no value (cannot end with ,)"));
    }
    struct value v;
    uint32_t value = s->column;
    end = read_value(s, &v);
    if (end != SET_FAILED) set_entry(s, m, name, v, key, value);
    return end;
}

/* ---- flags ---- */

/* Helm's loader.MergeMaps, in place. */
static void merge_maps(struct set *s, struct map *into, const struct map *from)
{
    for (uint32_t i = 0; i < from->n; i++) {
        const struct entry *f = &from->v[i];
        struct entry *e = map_find(into, f->key);
        if (e && e->value.kind == V_MAP && e->value.u.map && f->value.kind == V_MAP && f->value.u.map) {
            merge_maps(s, e->value.u.map, f->value.u.map);
            continue;
        }
        if (e && s->o && f->at) s->o->v[f->at].over = e->at;
        map_put_at(into, f->key, f->value, f->at);
    }
}

static struct str trim_space(struct str t)
{
    size_t w;
    while (t.n && rune_is_space(utf8_decode(t, 0, &w))) t = str_from_n(t, w);
    while (t.n && rune_is_space(utf8_decode_last(t, t.n, &w))) t.n -= w;
    return t;
}

/* --set-json may be one object, which is merged. */
static bool apply_json_object(struct set *s, struct str object, struct map *into, struct str *error)
{
    struct value v;
    uint32_t first = s->o ? s->o->n : 0;
    if (!json_read(s->a, object, s->o, s->input, s->layer, &v, error)) {
        *error = str_printf(s->a, "failed parsing --set-json data JSON: %.*s", STR_ARG(s->text));
        return false;
    }
    shift_origins(s, first, (uint32_t)utf8_count(str_of(s->text.p, (size_t)(object.p - s->text.p))));
    merge_maps(s, into, v.u.map);
    return true;
}

bool set_apply(struct arena *a, enum set_kind kind, struct str text, struct map *into, struct origins *o, uint32_t input, uint32_t layer,
               bool (*read_file)(void *context, struct str path, struct str *data), void *context, struct str *error)
{
    static const char *const flags[] = {[SET_TYPED] = "--set", [SET_STRING] = "--set-string", [SET_FILE] = "--set-file",
                                        [SET_LITERAL] = "--set-literal"};
    struct set s = {.a = a, .kind = kind, .text = text, .column = 1, .o = o, .input = input, .layer = layer,
                    .read_file = read_file, .context = context};
    struct str trimmed = trim_space(text);
    if (kind == SET_JSON && str_starts(trimmed, STR("{"))) return apply_json_object(&s, trimmed, into, error);
    enum outcome end;
    do end = read_key(&s, into, 0, 0);
    while (end == SET_OK);
    if (end == SET_END) return true;
    if (s.file_failed) *error = (struct str){0};
    else if (kind == SET_JSON) *error = str_printf(a, "failed parsing --set-json data %.*s", STR_ARG(text));
    else *error = str_printf(a, "failed parsing %s data: %.*s", flags[kind], STR_ARG(s.error));
    return false;
}
