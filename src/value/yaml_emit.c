#include "value/yaml_emit.h"

#include "base/utf8.h"

enum { WIDTH = 80, INDENT = 2, LONGEST_SIMPLE_KEY = 128 };

/* ---- characters, as go-yaml classifies them ---- */

static bool is_space(struct str s, size_t i) { return i < s.n && s.p[i] == ' '; }
static bool is_blank(struct str s, size_t i) { return i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'); }

/* CR, LF, NEL, LS, PS. */
static bool is_break_rune(uint32_t r) { return r == '\r' || r == '\n' || r == 0x85 || r == 0x2028 || r == 0x2029; }

/* LF, and what the YAML specification prints; go-yaml leaves out the byte order mark and all beyond U+FFFF. */
static bool is_printable(uint32_t r)
{
    return r == '\n' || (r >= 0x20 && r <= 0x7e) || (r >= 0xa0 && r <= 0xd7ff) || (r >= 0xe000 && r <= 0xfffd && r != 0xfeff);
}

static uint32_t rune_at(struct str s, size_t i, size_t *w)
{
    unsigned char c = (unsigned char)s.p[i];
    if (c < 0x80) {
        *w = 1;
        return c;
    }
    return utf8_decode(s, i, w);
}

/* ---- lines ---- */

static void put(struct yaml_emit *e, char c)
{
    buf_byte(e->b, c);
    e->column++;
}

static void put_break(struct yaml_emit *e)
{
    buf_byte(e->b, '\n');
    e->column = 0;
    if (e->v3) e->indention = true;
}

static void put_rune(struct yaml_emit *e, struct str s, size_t i, size_t w)
{
    buf_add(e->b, str_of(s.p + i, w));
    e->column++;
}

/* A break inside a scalar: "\n" is written as such, LS and PS as they are; each begins a line. */
static void put_scalar_break(struct yaml_emit *e, struct str s, size_t i, size_t w)
{
    if (s.p[i] == '\n') {
        put_break(e);
        return;
    }
    buf_add(e->b, str_of(s.p + i, w));
    e->column = 0;
}

struct yaml_emit yaml_emit_start(struct buf *b, bool v3)
{
    return (struct yaml_emit){.b = b, .v3 = v3, .indent = -1, .whitespace = true, .indention = true};
}

void yaml_emit_end(struct yaml_emit *e)
{
    e->indent = -1;
    yaml_emit_indent(e);
}

void yaml_emit_indent(struct yaml_emit *e)
{
    size_t indent = e->indent < 0 ? 0 : (size_t)e->indent;
    if (!e->indention || e->column > indent || (e->column == indent && !e->whitespace)) put_break(e);
    if (e->column < indent) {
        buf_fill(e->b, ' ', indent - e->column);
        e->column = indent;
    }
    e->whitespace = true;
    e->indention = true;
}

void yaml_emit_indicator(struct yaml_emit *e, struct str text, bool spaced, bool opens)
{
    if (spaced && !e->whitespace) put(e, ' ');
    buf_add(e->b, text);
    e->column += text.n;
    e->whitespace = false;
    e->indention = e->indention && opens;
}

/* ---- what a string allows ---- */

struct allowed {
    bool plain, single, block, multiline;
};

static bool begins_like_syntax(struct str s, bool blank_follows)
{
    switch (s.p[0]) {
    case '#': case ',': case '[': case ']': case '{': case '}': case '&': case '*': case '!': case '|': case '>': case '\'':
    case '"': case '%': case '@': case '`':
        return true;
    case '?': case ':': case '-':
        return blank_follows;
    default:
        return false;
    }
}

/* Words without blanks and syntax, as most scalars are: plain whatever the version. */
static bool is_word(struct str s)
{
    static const bool inner[256] = {['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['_'] = 1, ['-'] = 1, ['.'] = 1, ['/'] = 1};
    unsigned char first = (unsigned char)s.p[0];
    if (first == '-' || first == '.' || !inner[first]) return false;
    for (size_t i = 1; i < s.n; i++)
        if (!inner[(unsigned char)s.p[i]]) return false;
    return true;
}

static struct allowed analyze(struct str s, bool v3)
{
    if (!s.n) return (struct allowed){.plain = true, .single = true};
    if (is_word(s)) return (struct allowed){.plain = true, .single = true, .block = true};
    bool syntax = str_starts(s, STR("---")) || str_starts(s, STR("..."));
    bool breaks = false, special = false, tabs = false, edge = false, trailing_space = false, break_space = false, space_break = false;
    bool after_blank = true, after_space = false, after_break = false;
    for (size_t i = 0, w; i < s.n; i += w) {
        uint32_t r = rune_at(s, i, &w);
        bool last = i + w == s.n, blank_follows = last || is_blank(s, i + w);
        if (i == 0) syntax |= begins_like_syntax(s, blank_follows);
        else syntax |= (r == ':' && blank_follows) || (r == '#' && after_blank);
        if (r == '\t' && v3) tabs = true;
        else if (!is_printable(r)) special = true;
        bool space = r == ' ', brk = is_break_rune(r);
        if (space) {
            trailing_space |= last;
            break_space |= after_break;
        } else if (brk) {
            breaks = true;
            space_break |= after_space;
        }
        edge |= (space || brk) && (i == 0 || last);
        after_space = space;
        after_break = brk;
        after_blank = space || r == '\t' || r == 0 || brk;
    }
    bool odd = space_break || special;
    return (struct allowed){
        .multiline = breaks,
        .plain = !edge && !break_space && !odd && !tabs && !breaks && !syntax,
        .single = !break_space && !odd && !tabs,
        .block = !trailing_space && !odd,
    };
}

static enum yaml_style choose_style(enum yaml_style style, struct str s, struct allowed ok, bool key)
{
    if (key && ok.multiline) style = YAML_DOUBLE;
    if (style == YAML_PLAIN && (!ok.plain || (!s.n && key))) style = YAML_SINGLE;
    if (style == YAML_SINGLE && !ok.single) style = YAML_DOUBLE;
    if (style == YAML_LITERAL && (!ok.block || key)) style = YAML_DOUBLE;
    return style;
}

bool yaml_emit_is_simple_key(struct str text, struct str tag)
{
    if (text.n + tag.n > LONGEST_SIMPLE_KEY) return false;
    for (size_t i = 0, w; i < text.n; i += w) {
        w = 1;
        if (text.p[i] < ' ' && is_break_rune(rune_at(text, i, &w))) return false;
    }
    return true;
}

/* ---- scalars ---- */

static bool beyond_width(const struct yaml_emit *e) { return !e->v3 && e->column > WIDTH; }

/* Plain and single-quoted text. Folding replaces a single space by a line break; quoted text keeps its first and last. */
static void write_flowing(struct yaml_emit *e, struct str s, bool fold, bool quoted)
{
    bool spaces = false, breaks = false;
    for (size_t i = 0, w; i < s.n; i += w) {
        uint32_t r = rune_at(s, i, &w);
        if (r == ' ') {
            bool inner = !quoted || (i > 0 && i < s.n - 1);
            if (fold && !spaces && beyond_width(e) && inner && !is_space(s, i + 1)) yaml_emit_indent(e);
            else put(e, ' ');
            spaces = true;
        } else if (is_break_rune(r)) {
            if (!breaks && r == '\n') put_break(e);
            put_scalar_break(e, s, i, w);
            e->indention = true;
            breaks = true;
        } else {
            if (breaks) yaml_emit_indent(e);
            if (quoted && r == '\'') put(e, '\'');
            put_rune(e, s, i, w);
            e->indention = spaces = breaks = false;
        }
    }
}

/* Nothing in it that is wider or narrower than its byte, and no reason to fold. */
static bool is_ascii_line(const struct yaml_emit *e, struct str s)
{
    if (!e->v3 && e->column + s.n > WIDTH) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ') return false; /* negative, too: beyond ASCII */
    return true;
}

static void write_plain(struct yaml_emit *e, struct str s, bool key)
{
    if (s.n && !e->whitespace) put(e, ' ');
    if (is_ascii_line(e, s)) {
        buf_add(e->b, s);
        e->column += s.n;
    } else {
        write_flowing(e, s, !key, false);
    }
    e->whitespace = e->indention = false;
}

static void write_single(struct yaml_emit *e, struct str s, bool key)
{
    yaml_emit_indicator(e, STR("'"), true, false);
    write_flowing(e, s, !key, true);
    yaml_emit_indicator(e, STR("'"), false, false);
}

static void write_escape(struct yaml_emit *e, uint32_t r)
{
    static const struct {
        uint32_t rune;
        char letter;
    } short_forms[] = {{0, '0'}, {7, 'a'}, {8, 'b'}, {9, 't'}, {10, 'n'}, {11, 'v'}, {12, 'f'}, {13, 'r'}, {27, 'e'}, {'"', '"'},
                       {'\\', '\\'}, {0x85, 'N'}, {0xa0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
    put(e, '\\');
    for (size_t k = 0; k < sizeof short_forms / sizeof *short_forms; k++) {
        if (short_forms[k].rune == r) {
            put(e, short_forms[k].letter);
            return;
        }
    }
    int digits = r <= 0xff ? 2 : r <= 0xffff ? 4 : 8;
    put(e, digits == 2 ? 'x' : digits == 4 ? 'u' : 'U');
    for (int k = (digits - 1) * 4; k >= 0; k -= 4) put(e, "0123456789ABCDEF"[r >> k & 15]);
}

static void write_double(struct yaml_emit *e, struct str s, bool key)
{
    bool spaces = false;
    yaml_emit_indicator(e, STR("\""), true, false);
    for (size_t i = 0, w; i < s.n; i += w) {
        uint32_t r = rune_at(s, i, &w);
        /* go-yaml looks for a byte order mark at the start of the string, wherever it is; is_printable covers the mark itself. */
        bool after_mark = str_starts(s, STR("\xef\xbb\xbf"));
        if (!is_printable(r) || after_mark || is_break_rune(r) || r == '"' || r == '\\') {
            write_escape(e, r);
            spaces = false;
        } else if (r == ' ') {
            if (!key && !spaces && beyond_width(e) && i > 0 && i < s.n - 1) {
                yaml_emit_indent(e);
                if (is_space(s, i + 1)) put(e, '\\');
            } else {
                put(e, ' ');
            }
            spaces = true;
        } else {
            put_rune(e, s, i, w);
            spaces = false;
        }
    }
    yaml_emit_indicator(e, STR("\""), false, false);
}

/* "|", an indentation when the text begins with a blank, "-" without a final break, "+" with more than one. */
static void write_literal(struct yaml_emit *e, struct str s)
{
    size_t w;
    yaml_emit_indicator(e, STR("|"), true, false);
    if (s.p[0] == ' ' || is_break_rune(rune_at(s, 0, &w))) yaml_emit_indicator(e, STR("2"), false, false);
    if (!is_break_rune(utf8_decode_last(s, s.n, &w))) yaml_emit_indicator(e, STR("-"), false, false);
    else if (w == s.n || is_break_rune(utf8_decode_last(s, s.n - w, &w))) yaml_emit_indicator(e, STR("+"), false, false);
    put_break(e);
    e->indention = e->whitespace = true;
    bool breaks = true;
    for (size_t i = 0; i < s.n; i += w) {
        if (is_break_rune(rune_at(s, i, &w))) {
            put_scalar_break(e, s, i, w);
            e->indention = breaks = true;
        } else {
            if (breaks) yaml_emit_indent(e);
            put_rune(e, s, i, w);
            e->indention = breaks = false;
        }
    }
}

void yaml_emit_scalar(struct yaml_emit *e, struct str text, enum yaml_style style, bool key, struct str tag)
{
    style = choose_style(style, text, analyze(text, e->v3), key);
    if (tag.n) yaml_emit_indicator(e, tag, true, false);
    int outer = e->indent;
    e->indent = outer < 0 ? INDENT : outer + INDENT;
    switch (style) {
    case YAML_PLAIN: write_plain(e, text, key); break;
    case YAML_SINGLE: write_single(e, text, key); break;
    case YAML_DOUBLE: write_double(e, text, key); break;
    case YAML_LITERAL: write_literal(e, text); break;
    }
    e->indent = outer;
}
