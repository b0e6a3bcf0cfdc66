#include "edit/edit.h"

#include <strings.h>

static bool read_again(struct edit *e)
{
    struct str error;
    struct place at;
    e->origins = origins_new(e->a);
    struct yaml_options o = {.origins = e->origins};
    if (!yaml_read(e->a, e->text, &o, &e->root, &error, &at)) return false;
    if (e->root.kind == V_NIL) e->root = v_map(map_new(e->a)); /* nothing but comments is left */
    return e->root.kind == V_MAP;
}

static bool has_documents(struct str text)
{
    for (size_t i = 0; i + 3 <= text.n; i++)
        if ((i == 0 || text.p[i - 1] == '\n') && memcmp(text.p + i, "---", 3) == 0) {
            struct str before = str_trim(str_sub(text, 0, i)), line, rest = before;
            while (rest.n) { /* only comments before it: it begins the one document */
                str_cut(rest, STR("\n"), &line, &rest);
                line = str_trim(line);
                if (line.n && line.p[0] != '#') return true;
            }
        }
    return false;
}

bool edit_open(struct arena *a, struct str text, struct edit *out)
{
    *out = (struct edit){.a = a, .text = text};
    return !has_documents(text) && read_again(out);
}

/* ---- finding ---- */

/* "[2]" as the index of an item; false for anything else. */
static bool is_index(struct str segment, uint32_t *index)
{
    if (segment.n < 3 || segment.n > 9 || segment.p[0] != '[' || segment.p[segment.n - 1] != ']') return false;
    *index = 0;
    for (size_t i = 1; i + 1 < segment.n; i++) {
        if (segment.p[i] < '0' || segment.p[i] > '9') return false;
        *index = *index * 10 + (uint32_t)(segment.p[i] - '0');
    }
    return true;
}

static bool item_at(struct value v, struct str segment, uint32_t *index) { return v.kind == V_LIST && is_index(segment, index) && *index < list_len(v); }

/* The entry; `parent`: the one in whose map it stands, NULL at the top and in an item of a list. */
static struct entry *find(const struct edit *e, struct edit_path path, struct entry **parent)
{
    struct value v = e->root;
    struct entry *at = NULL, *above = NULL;
    for (uint32_t i = 0; i < path.n; i++) {
        uint32_t index;
        above = at;
        if (item_at(v, path.segment[i], &index)) {
            at = NULL;
            v = v.u.list->v[index];
            continue;
        }
        at = v.kind == V_MAP && v.u.map ? map_find(v.u.map, path.segment[i]) : NULL;
        if (!at) break;
        v = at->value;
    }
    if (parent) *parent = above;
    return at;
}

/* What stands at the path; it may be an item of a list. NOWHERE: not known, or nothing does. */
static struct value value_of(const struct edit *e, struct edit_path path, struct place *at)
{
    struct value v = e->root;
    *at = NOWHERE;
    for (uint32_t i = 0; i < path.n; i++) {
        uint32_t index;
        struct entry *x = v.kind == V_MAP && v.u.map ? map_find(v.u.map, path.segment[i]) : NULL;
        if (item_at(v, path.segment[i], &index)) {
            *at = origin_get(e->origins, list_origin(v.u.list, index))->value_at;
            v = v.u.list->v[index];
        } else if (x) {
            *at = origin_get(e->origins, x->at)->value_at;
            v = x->value;
        } else {
            *at = NOWHERE;
            return NIL;
        }
    }
    return v;
}

static bool has_index(const struct edit *e, struct edit_path path)
{
    for (uint32_t n = 1; n <= path.n; n++) {
        uint32_t index;
        struct place at;
        if (is_index(path.segment[n - 1], &index) && value_of(e, (struct edit_path){path.segment, n - 1}, &at).kind == V_LIST) return true;
    }
    return false;
}

bool edit_has(const struct edit *e, struct edit_path path) { return find(e, path, NULL) != NULL; }

static size_t offset_of_line(struct str text, uint32_t line)
{
    size_t at = 0;
    while (line > 1 && at < text.n)
        if (text.p[at++] == '\n') line--;
    return at;
}

/* Columns count characters, offsets bytes. */
static size_t offset_of(struct str text, struct place p)
{
    size_t at = offset_of_line(text, p.line);
    for (uint32_t c = 1; c < p.column && at < text.n; c++)
        do at++;
        while (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80);
    return at;
}

static struct place key_place(const struct edit *e, const struct entry *x) { return origin_get(e->origins, x->at)->key_at; }

/* ---- lines ---- */

struct span {
    size_t from, to;       /* whole lines */
    size_t indent;
};

static size_t line_end(struct str t, size_t at)
{
    while (at < t.n && t.p[at] != '\n') at++;
    return at < t.n ? at + 1 : at;
}

static size_t indent_at(struct str t, size_t at)
{
    size_t n = 0;
    while (at + n < t.n && t.p[at + n] == ' ') n++;
    return n;
}

static bool is_blank_at(struct str t, size_t at)
{
    while (at < t.n && (t.p[at] == ' ' || t.p[at] == '\r' || t.p[at] == '\t')) at++;
    return at >= t.n || t.p[at] == '\n';
}

static bool is_comment_at(struct str t, size_t at)
{
    at += indent_at(t, at);
    return at < t.n && t.p[at] == '#';
}

/* The lines of an entry: its own, those that are indented more, and the items of a list at its own indentation. Blank lines and
 * comments count when more of the entry follows. */
static bool span_of(const struct edit *e, const struct entry *x, struct span *out)
{
    struct place p = key_place(e, x);
    struct str t = e->text;
    if (!p.line) return false;
    size_t start = offset_of_line(t, p.line), at = offset_of(t, p), last;
    out->indent = indent_at(t, start);
    if (start + out->indent != at) return false; /* in a flow mapping, or behind "- " */
    out->from = start;
    last = line_end(t, start);
    for (size_t next = last; next < t.n; next = line_end(t, next)) {
        if (is_blank_at(t, next)) continue;
        size_t n = indent_at(t, next);
        bool item = n == out->indent && x->value.kind == V_LIST && t.p[next + n] == '-' && (next + n + 1 >= t.n || t.p[next + n + 1] == ' ' || t.p[next + n + 1] == '\n');
        if (n > out->indent || item) {
            if (!is_comment_at(t, next)) last = line_end(t, next);
            else continue;
        } else if (!is_comment_at(t, next)) {
            break;
        }
    }
    out->to = last;
    return true;
}

static bool replace(struct edit *e, size_t from, size_t to, struct str with)
{
    struct buf b = buf_new(e->a);
    buf_add(&b, str_sub(e->text, 0, from));
    buf_add(&b, with);
    buf_add(&b, str_from_n(e->text, to));
    struct str before = e->text;
    e->text = buf_done(&b);
    if (read_again(e)) return true;
    e->text = before;
    read_again(e);
    return false;
}

/* ---- flow mappings are written out ---- */

static void indent_text(struct buf *b, struct str text, size_t indent)
{
    struct str line, rest = text;
    while (rest.n) {
        bool more = str_cut(rest, STR("\n"), &line, &rest);
        if (line.n) buf_fill(b, ' ', indent);
        buf_add(b, line);
        buf_byte(b, '\n');
        if (!more) break;
    }
}

static bool is_plain_key(struct str key)
{
    if (!key.n) return false;
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && ((c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/'))) return false;
    }
    static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (key.n == strlen(words[i]) && strncasecmp(key.p, words[i], key.n) == 0) return false;
    return true;
}

static void add_key(struct buf *b, struct str key)
{
    if (is_plain_key(key)) {
        buf_add(b, key);
        return;
    }
    struct map *m = map_new(b->a);
    struct buf one = buf_new(b->a);
    map_put(m, key, v_int(0));
    yaml_write(&one, v_map(m)); /* quoted as it must be, and ": 0" behind it */
    buf_add(b, str_trim_suffix(str_trim(buf_str(&one)), STR(": 0")));
}

static void write_value(struct buf *b, struct value v, size_t indent)
{
    struct buf block = buf_new(b->a);
    bool map = v.kind == V_MAP && map_len(v), list = v.kind == V_LIST && list_len(v);
    if (!map && !list) {
        buf_byte(b, ' ');
        yaml_write(&block, v);
        struct str text = str_trim(buf_str(&block));
        if (str_chr(text, '\n') < 0) {
            buf_add(b, text);
        } else { /* a text of several lines: its own lines are indented as the writer has them, and deeper by ours */
            struct str head, rest;
            str_cut(text, STR("\n"), &head, &rest);
            buf_add(b, head);
            buf_byte(b, '\n');
            indent_text(b, rest, indent);
            return;
        }
        buf_byte(b, '\n');
        return;
    }
    buf_byte(b, '\n');
    if (list) {
        yaml_write(&block, v);
        indent_text(b, buf_str(&block), indent);
        return;
    }
    for (uint32_t i = 0; i < map_len(v); i++) {
        buf_fill(b, ' ', indent);
        add_key(b, v.u.map->v[i].key);
        buf_byte(b, ':');
        write_value(b, v.u.map->v[i].value, indent + 2);
    }
}

/* An item of a block list that is a flow mapping: its entries one below the other behind the dash. */
static bool expand_item(struct edit *e, struct value v, size_t at)
{
    size_t start = at, dash;
    while (start > 0 && e->text.p[start - 1] != '\n') start--;
    dash = start + indent_at(e->text, start);
    size_t column = at - start, end = line_end(e->text, at);
    if (dash >= at || e->text.p[dash] != '-' || str_trim(str_sub(e->text, dash + 1, at)).n) return false;
    while (end < e->text.n && (is_blank_at(e->text, end) || indent_at(e->text, end) > dash - start)) end = line_end(e->text, end);
    struct buf b = buf_new(e->a);
    for (uint32_t i = 0; i < map_len(v); i++) {
        if (i) buf_fill(&b, ' ', column);
        add_key(&b, v.u.map->v[i].key);
        buf_byte(&b, ':');
        write_value(&b, v.u.map->v[i].value, column + 2);
    }
    return replace(e, at, end, buf_done(&b));
}

/* What on the way to the path is a flow mapping, or a flow list: written as a block in its place. */
static bool expand_flow(struct edit *e, struct edit_path path)
{
    for (uint32_t n = 1; n < path.n; n++) {
        struct edit_path above = {path.segment, n};
        struct place place;
        struct value v = value_of(e, above, &place);
        struct entry *x = find(e, above, NULL);
        struct span s;
        size_t at = place.line ? offset_of(e->text, place) : e->text.n;
        if (v.kind != V_MAP && v.kind != V_LIST) return true;
        if (at >= e->text.n || e->text.p[at] != (v.kind == V_MAP ? '{' : '[')) continue;
        if (!x) return v.kind == V_MAP && map_len(v) && expand_item(e, v, at) && expand_flow(e, path);
        if (!span_of(e, x, &s)) return false;
        struct buf b = buf_new(e->a);
        size_t head = offset_of(e->text, key_place(e, x));
        ptrdiff_t colon = str_find(str_sub(e->text, head, at), STR(":"));
        if (colon < 0) return false;
        buf_add(&b, str_sub(e->text, s.from, head + (size_t)colon + 1));
        write_value(&b, x->value, s.indent + 2);
        return replace(e, s.from, s.to, buf_done(&b)) && expand_flow(e, path);
    }
    return true;
}

/* A key that stands behind the dash of its item gets a line of its own. */
static bool open_item(struct edit *e, struct edit_path path)
{
    struct entry *x = find(e, path, NULL);
    struct place place;
    struct value item = value_of(e, (struct edit_path){path.segment, path.n - 1}, &place);
    size_t at = offset_of(e->text, key_place(e, x)), start = at;
    while (start > 0 && e->text.p[start - 1] != '\n') start--;
    size_t dash = start + indent_at(e->text, start);
    if (dash == at) return true;
    if (dash > at || e->text.p[dash] != '-' || str_trim(str_sub(e->text, dash + 1, at)).n || item.kind != V_MAP) return false;
    struct buf b = buf_new(e->a);
    buf_byte(&b, '\n');
    buf_fill(&b, ' ', at - start);
    return replace(e, dash + 1, at, buf_done(&b));
}

/* The end of the line above `at` that holds the dash of an item and nothing else. */
static bool bare_dash(struct str t, size_t at, size_t *end)
{
    while (at > 0) {
        *end = --at;
        while (at > 0 && t.p[at - 1] != '\n') at--;
        struct str line = str_trim(str_sub(t, at, *end));
        if (str_is(line, "-")) return true;
        if (line.n && line.p[0] != '#') return false;
    }
    return false;
}

/* ---- commenting out ---- */

bool edit_comment_out(struct edit *e, struct edit_path path, struct str reason)
{
    struct entry *parent, *x;
    struct span s;
    if (!expand_flow(e, path)) return false;
    while ((x = find(e, path, &parent)) && path.n > 1 && parent && map_len(parent->value) == 1) path.n--;
    if (!x || !open_item(e, path) || !(x = find(e, path, NULL)) || !span_of(e, x, &s)) return false;
    struct place place;
    size_t dash = 0;
    bool item = path.n > 1 && !parent, alone = item && map_len(value_of(e, (struct edit_path){path.segment, path.n - 1}, &place)) == 1;
    if (alone && !bare_dash(e->text, s.from, &dash)) return false;
    struct buf b = buf_new(e->a);
    if (alone) { /* an item without anything would be null, which is no map */
        buf_z(&b, " {}");
        buf_add(&b, str_sub(e->text, dash, s.from));
        s.from = dash;
    }
    size_t first = alone ? offset_of_line(e->text, key_place(e, x).line) : s.from;
    buf_fill(&b, ' ', s.indent);
    buf_z(&b, "# rutter: ");
    for (size_t i = 0; i < reason.n; i++) buf_byte(&b, (unsigned char)reason.p[i] < ' ' ? ' ' : reason.p[i]);
    buf_byte(&b, '\n');
    for (size_t at = first; at < s.to; at = line_end(e->text, at)) {
        size_t end = line_end(e->text, at), n = indent_at(e->text, at);
        if (n > s.indent) n = s.indent;
        if (is_blank_at(e->text, at)) {
            buf_add(&b, str_sub(e->text, at, end));
            continue;
        }
        buf_fill(&b, ' ', n);
        buf_z(&b, "# ");
        buf_add(&b, str_sub(e->text, at + n, end));
    }
    return replace(e, s.from, s.to, buf_done(&b));
}

/* ---- moving ---- */

static bool same_parent(struct edit_path x, struct edit_path y)
{
    if (x.n != y.n) return false;
    for (uint32_t i = 0; i + 1 < x.n; i++)
        if (!str_eq(x.segment[i], y.segment[i])) return false;
    return true;
}

static bool rename_here(struct edit *e, struct edit_path from, struct str to)
{
    struct entry *x = find(e, from, NULL);
    struct buf b = buf_new(e->a);
    size_t at = offset_of(e->text, key_place(e, x)), end = at;
    char quote = at < e->text.n ? e->text.p[at] : 0;
    if (quote == '"' || quote == '\'') {
        end++;
        while (end < e->text.n && e->text.p[end] != quote) end += e->text.p[end] == '\\' && quote == '"' ? 2 : 1;
        end++;
    } else {
        while (end < e->text.n && e->text.p[end] != ':' && e->text.p[end] != '\n') end++;
        while (end > at && e->text.p[end - 1] == ' ') end--;
    }
    if (end > e->text.n) return false;
    add_key(&b, to);
    return replace(e, at, end, buf_done(&b));
}

/* Comments that stand right above the key belong to it. */
static size_t with_comments_above(struct str t, struct span s)
{
    size_t from = s.from;
    while (from > 0) {
        size_t before = from - 1;
        while (before > 0 && t.p[before - 1] != '\n') before--;
        if (!is_comment_at(t, before) || indent_at(t, before) != s.indent) break;
        from = before;
    }
    return from;
}

static struct str dedent(struct arena *a, struct str text, size_t by)
{
    struct buf b = buf_new(a);
    for (size_t at = 0; at < text.n; at = line_end(text, at)) {
        size_t n = indent_at(text, at);
        buf_add(&b, str_sub(text, at + (n < by ? n : by), line_end(text, at)));
    }
    if (b.n && b.p[b.n - 1] != '\n') buf_byte(&b, '\n');
    return buf_done(&b);
}

/* Where new entries of the map at the path go, and how far they are indented. */
static bool end_of_map(const struct edit *e, struct edit_path path, size_t *at, size_t *indent)
{
    struct entry *x = path.n ? find(e, path, NULL) : NULL;
    struct span s;
    if (!path.n) {
        *indent = 0;
        *at = e->text.n;
        return true;
    }
    if (!span_of(e, x, &s)) return false;
    *at = s.to;
    *indent = map_len(x->value) ? key_place(e, &x->value.u.map->v[0]).column - 1u : s.indent + 2;
    return true;
}

/* Takes the block out, gives it a new key, and puts it at the end of the deepest map on the way that there is. */
static bool carry(struct edit *e, struct edit_path from, struct edit_path to)
{
    struct entry *parent, *x = find(e, from, &parent);
    struct span s, cut;
    struct str before = e->text;
    if (!span_of(e, x, &s)) return false;
    if (!rename_here(e, from, to.segment[to.n - 1])) return false;
    struct str *now = NEW_ARRAY(e->a, struct str, from.n);
    memcpy(now, from.segment, from.n * sizeof *now);
    now[from.n - 1] = to.segment[to.n - 1];
    struct edit_path renamed = {now, from.n};
    if (!(x = find(e, renamed, &parent)) || !span_of(e, x, &s)) return false;
    size_t start = with_comments_above(e->text, s);
    struct str block = dedent(e->a, str_sub(e->text, start, s.to), s.indent);
    /* A map that would be left empty goes, too. */
    cut = (struct span){start, s.to, s.indent};
    for (struct edit_path up = renamed; up.n > 1; up.n--) {
        struct entry *above = find(e, (struct edit_path){up.segment, up.n - 1}, NULL);
        if (map_len(above->value) != 1 || !span_of(e, above, &s)) break;
        cut = s;
    }
    if (!replace(e, cut.from, cut.to, (struct str){0})) {
        /* Nothing is left: an empty text is no mapping. */
        if (str_trim(str_sub(e->text, 0, cut.from)).n || str_trim(str_from_n(e->text, cut.to)).n) goto undo;
        e->text = (struct str){0};
        e->root = v_map(map_new(e->a));
    }
    struct edit_path home = {to.segment, to.n - 1};
    while (home.n && !find(e, home, NULL)) home.n--;
    size_t at, indent;
    if (home.n && find(e, home, NULL)->value.kind != V_MAP && find(e, home, NULL)->value.kind != V_NIL) goto undo;
    if (!end_of_map(e, home, &at, &indent)) goto undo;
    struct buf b = buf_new(e->a);
    if (at > 0 && e->text.p[at - 1] != '\n') buf_byte(&b, '\n');
    for (uint32_t i = home.n; i + 1 < to.n; i++) {
        buf_fill(&b, ' ', indent);
        add_key(&b, to.segment[i]);
        buf_z(&b, ":\n");
        indent += 2;
    }
    indent_text(&b, block, indent);
    if (replace(e, at, at, buf_done(&b))) return true;
undo:
    e->text = before;
    read_again(e);
    return false;
}

bool edit_move(struct edit *e, struct edit_path from, struct edit_path to)
{
    if (!expand_flow(e, from) || !expand_flow(e, to)) return false;
    struct entry *x = find(e, from, NULL), *there = find(e, to, NULL);
    if (!x || from.n > e->a->guard->max.depth) return false;
    /* The new place is below the old one: the old key is on the way itself, and gone when it has been taken out. */
    bool below = to.n > from.n;
    for (uint32_t i = 0; i < from.n && below; i++) below = str_eq(from.segment[i], to.segment[i]);
    if (!there && same_parent(from, to)) return rename_here(e, from, to.segment[to.n - 1]);
    if (has_index(e, from) || has_index(e, to)) return false; /* within a list only names change */
    if (!there || below) return carry(e, from, to);
    if (x->value.kind != V_MAP || there->value.kind != V_MAP || !map_len(x->value)) return false;
    uint32_t n = map_len(x->value);
    struct str *names = NEW_ARRAY(e->a, struct str, n), *a = NEW_ARRAY(e->a, struct str, from.n + 1), *b = NEW_ARRAY(e->a, struct str, to.n + 1);
    bool all = true;
    for (uint32_t i = 0; i < n; i++) names[i] = x->value.u.map->v[i].key;
    memcpy(a, from.segment, from.n * sizeof *a);
    memcpy(b, to.segment, to.n * sizeof *b);
    for (uint32_t i = 0; i < n; i++) {
        a[from.n] = b[to.n] = names[i];
        all = edit_move(e, (struct edit_path){a, from.n + 1}, (struct edit_path){b, to.n + 1}) && all;
    }
    return all;
}
