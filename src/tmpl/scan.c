#include "tmpl/scan.h"

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt.h"

#include <stdarg.h>
#include <stdio.h>

enum { RUNE_END = 0xffffffff, TRIM_MARKER = 2 /* "- " or " -" */ };

struct scanner scan_new(struct arena *a, struct str text)
{
    return (struct scanner){.a = a, .in = text, .line = 1, .start_line = 1};
}

/* What a byte below 0x80 can be; longer runes are looked up. */
enum { BLANK = 1, WORD = 2, ENDS_WORD = 4 /* may stand after an identifier, a field or a variable */, BEGINS_NUMBER = 8 };

static const uint8_t classes[128] = {
    [' '] = BLANK | ENDS_WORD, ['\t'] = BLANK | ENDS_WORD, ['\r'] = BLANK | ENDS_WORD, ['\n'] = BLANK | ENDS_WORD,
    ['.'] = ENDS_WORD, [','] = ENDS_WORD, ['|'] = ENDS_WORD, [':'] = ENDS_WORD, ['('] = ENDS_WORD, [')'] = ENDS_WORD,
    ['0' ... '9'] = WORD | BEGINS_NUMBER, ['+'] = BEGINS_NUMBER, ['-'] = BEGINS_NUMBER,
    ['A' ... 'Z'] = WORD, ['a' ... 'z'] = WORD, ['_'] = WORD,
};

static bool is_a(uint32_t c, unsigned class) { return c < 0x80 && (classes[c] & class); }
static bool is_blank(uint32_t c) { return is_a(c, BLANK); }

static uint32_t peek(const struct scanner *s)
{
    if (s->pos >= s->in.n) return RUNE_END;
    size_t w;
    unsigned char c = (unsigned char)s->in.p[s->pos];
    return c < 0x80 ? c : utf8_decode(s->in, s->pos, &w);
}

static uint32_t next(struct scanner *s)
{
    if (s->pos >= s->in.n) return RUNE_END;
    size_t w = 1;
    unsigned char c = (unsigned char)s->in.p[s->pos];
    uint32_t r = c < 0x80 ? c : utf8_decode(s->in, s->pos, &w);
    s->pos += w;
    s->line += r == '\n';
    return r;
}

static bool at_string(const struct scanner *s, size_t pos, struct str what)
{
    return pos <= s->in.n && str_starts(str_from_n(s->in, pos), what);
}

static uint32_t newlines(const struct scanner *s, size_t from, size_t to)
{
    uint32_t n = 0;
    const char *p = s->in.p + from, *end = s->in.p + to;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) n++, p++;
    return n;
}

static void ignore(struct scanner *s)
{
    s->line += newlines(s, s->start, s->pos);
    s->start = s->pos;
    s->start_line = s->line;
}

static struct token emit(struct scanner *s, enum token_kind kind)
{
    struct token t = {kind, (uint32_t)s->start, s->start_line, str_sub(s->in, s->start, s->pos)};
    s->start = s->pos;
    s->start_line = s->line;
    return t;
}

static struct token fail(struct scanner *s, struct str message)
{
    struct token t = {T_ERROR, (uint32_t)s->start, s->start_line, message};
    s->in.n = s->pos = s->start = 0;
    s->in_action = false;
    return t;
}

static bool left_trims(const struct scanner *s, size_t pos)
{
    return pos + 1 < s->in.n && s->in.p[pos] == '-' && is_blank((unsigned char)s->in.p[pos + 1]);
}

/* At the right delimiter, perhaps with a trim marker before it. */
static bool at_right(const struct scanner *s, size_t pos, bool *trims)
{
    const char *p = s->in.p + pos;
    size_t left = s->in.n - pos;
    *trims = left >= TRIM_MARKER + 2 && p[1] == '-' && is_blank((unsigned char)p[0]) && p[2] == '}' && p[3] == '}';
    return *trims || (left >= 2 && p[0] == '}' && p[1] == '}');
}

static void skip_blanks(struct scanner *s)
{
    while (s->pos < s->in.n && is_blank((unsigned char)s->in.p[s->pos])) s->pos++;
}

static bool scan_comment(struct scanner *s, struct token *out);
static struct token scan_in_action(struct scanner *s);

/* Text up to the next left delimiter; comments are passed over. */
static struct token scan_text(struct scanner *s)
{
    for (;;) {
        ptrdiff_t x = str_find(str_from_n(s->in, s->pos), STR("{{"));
        if (x < 0) {
            s->pos = s->in.n;
            if (s->pos == s->start) return (struct token){T_EOF, (uint32_t)s->pos, s->start_line, STR("EOF")};
            s->line += newlines(s, s->start, s->pos);
            return emit(s, T_TEXT);
        }
        if (x > 0) {
            s->pos += (size_t)x;
            size_t trim = 0;
            if (left_trims(s, s->pos + 2))
                while (s->pos - trim > s->start && is_blank((unsigned char)s->in.p[s->pos - trim - 1])) trim++;
            s->pos -= trim;
            s->line += newlines(s, s->start, s->pos);
            struct token t = emit(s, T_TEXT);
            s->pos += trim;
            ignore(s);
            if (t.text.n) return t;
        }
        size_t after = left_trims(s, s->pos + 2) ? TRIM_MARKER : 0;
        if (!at_string(s, s->pos + 2 + after, STR("/*"))) {
            s->pos += 2;
            struct token t = emit(s, T_LEFT_DELIM);
            s->in_action = true;
            s->pos += after;
            ignore(s);
            s->paren_depth = 0;
            return t;
        }
        s->pos += 2 + after;
        ignore(s);
        struct token t;
        if (!scan_comment(s, &t)) return t;
    }
}

static bool scan_comment(struct scanner *s, struct token *out)
{
    ptrdiff_t x = str_find(str_from_n(s->in, s->pos + 2), STR("*/"));
    if (x < 0) {
        *out = fail(s, STR("unclosed comment"));
        return false;
    }
    s->pos += 2 + (size_t)x + 2;
    bool trims;
    if (!at_right(s, s->pos, &trims)) {
        *out = fail(s, STR("comment ends before closing delimiter"));
        return false;
    }
    s->pos += (trims ? TRIM_MARKER : 0) + 2;
    if (trims) skip_blanks(s);
    ignore(s);
    return true;
}

static struct token scan_right(struct scanner *s)
{
    bool trims;
    at_right(s, s->pos, &trims);
    if (trims) {
        s->pos += TRIM_MARKER;
        ignore(s);
    }
    s->pos += 2;
    struct token t = emit(s, T_RIGHT_DELIM);
    if (trims) {
        skip_blanks(s);
        ignore(s);
    }
    s->in_action = false;
    return t;
}

static bool alnum(uint32_t r)
{
    return is_a(r, WORD) || (r >= 0x80 && r != RUNE_END && (rune_is_letter(r) || rune_is_digit(r)));
}

static void skip_word(struct scanner *s)
{
    const char *p = s->in.p;
    size_t pos = s->pos;
    while (pos < s->in.n && is_a((unsigned char)p[pos], WORD)) pos++;
    s->pos = pos;
    while (alnum(peek(s))) next(s);
}

/* What may stand after an identifier, a field or a variable. */
static bool at_terminator(const struct scanner *s)
{
    if (s->pos >= s->in.n) return true;
    unsigned char c = (unsigned char)s->in.p[s->pos];
    return is_a(c, ENDS_WORD) || (c == '}' && s->pos + 1 < s->in.n && s->in.p[s->pos + 1] == '}');
}

/* Go's %#U. */
static struct str show_rune(struct scanner *s, uint32_t r)
{
    if (r == RUNE_END) return STR("U+FFFFFFFFFFFFFFFF");
    struct buf b = buf_new(s->a);
    buf_printf(&b, "U+%04X", (unsigned)r);
    if (rune_is_print(r)) {
        buf_z(&b, " '");
        buf_rune(&b, r);
        buf_byte(&b, '\'');
    }
    return buf_done(&b);
}

static struct token fail_rune(struct scanner *s, const char *what, uint32_t r)
{
    return fail(s, str_printf(s->a, "%s %.*s", what, STR_ARG(show_rune(s, r))));
}

static struct token scan_space(struct scanner *s)
{
    unsigned n = 0;
    while (s->pos < s->in.n && is_blank((unsigned char)s->in.p[s->pos])) {
        next(s);
        n++;
    }
    bool trims;
    if (at_right(s, s->pos - 1, &trims) && trims) {
        s->pos--;
        if (s->in.p[s->pos] == '\n') s->line--;
        if (n == 1) return scan_right(s);
    }
    return emit(s, T_SPACE);
}

static enum token_kind kind_of_word(struct str word)
{
    static const struct {
        const char *word;
        enum token_kind kind;
    } keywords[] = {
        {"block", T_BLOCK}, {"break", T_BREAK}, {"continue", T_CONTINUE}, {"define", T_DEFINE}, {"else", T_ELSE}, {"end", T_END},
        {"if", T_IF}, {"nil", T_NIL}, {"range", T_RANGE}, {"template", T_TEMPLATE}, {"with", T_WITH}, {"true", T_BOOL}, {"false", T_BOOL},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (word.p[0] == keywords[i].word[0] && str_is(word, keywords[i].word)) return keywords[i].kind;
    return T_IDENT;
}

static struct token scan_identifier(struct scanner *s)
{
    skip_word(s);
    if (!at_terminator(s)) return fail_rune(s, "bad character", peek(s));
    return emit(s, kind_of_word(str_sub(s->in, s->start, s->pos)));
}

static struct token scan_field_or_variable(struct scanner *s, enum token_kind kind)
{
    if (at_terminator(s)) return emit(s, kind == T_VARIABLE ? T_VARIABLE : T_DOT);
    skip_word(s);
    if (!at_terminator(s)) return fail_rune(s, "bad character", peek(s));
    return emit(s, kind);
}

/* Byte by byte: no byte of a longer rune is one that counts here. */
static struct token scan_quoted(struct scanner *s, char quote, enum token_kind kind, struct str unterminated)
{
    const char *p = s->in.p;
    while (s->pos < s->in.n) {
        char c = p[s->pos++];
        s->line += c == '\n';
        if (c == quote) return emit(s, kind);
        if (c == '\n') return fail(s, unterminated);
        if (c != '\\') continue;
        c = s->pos < s->in.n ? p[s->pos++] : '\n';
        if (c == '\n') return fail(s, unterminated);
    }
    return fail(s, unterminated);
}

static struct token scan_raw(struct scanner *s)
{
    ptrdiff_t end = str_chr(str_from_n(s->in, s->pos), '`');
    if (end < 0) return fail(s, STR("unterminated raw quoted string"));
    size_t from = s->pos;
    s->pos += (size_t)end + 1;
    s->line += newlines(s, from, s->pos);
    return emit(s, T_RAW_STRING);
}

static bool accept(struct scanner *s, const char *set)
{
    uint32_t r = peek(s);
    if (r == RUNE_END || r >= 0x80 || !r || !strchr(set, (int)r)) return false;
    s->pos++;
    return true;
}

static bool scan_digits(struct scanner *s)
{
    const char *digits = "0123456789_";
    accept(s, "+-");
    bool decimal = true, hex = false;
    if (accept(s, "0")) {
        if (accept(s, "xX")) digits = "0123456789abcdefABCDEF_", decimal = false, hex = true;
        else if (accept(s, "oO")) digits = "01234567_", decimal = false;
        else if (accept(s, "bB")) digits = "01_", decimal = false;
    }
    while (accept(s, digits)) {}
    if (accept(s, "."))
        while (accept(s, digits)) {}
    if ((decimal && accept(s, "eE")) || (hex && accept(s, "pP"))) {
        accept(s, "+-");
        while (accept(s, "0123456789_")) {}
    }
    accept(s, "i");
    if (alnum(peek(s))) {
        next(s);
        return false;
    }
    return true;
}

static struct token fail_number(struct scanner *s)
{
    struct buf b = buf_new(s->a);
    buf_z(&b, "bad number syntax: ");
    go_quote(&b, str_sub(s->in, s->start, s->pos));
    return fail(s, buf_done(&b));
}

static struct token scan_number(struct scanner *s)
{
    if (!scan_digits(s)) return fail_number(s);
    uint32_t sign = peek(s);
    if (sign == '+' || sign == '-') {
        if (!scan_digits(s) || s->in.p[s->pos - 1] != 'i') return fail_number(s);
        return emit(s, T_COMPLEX);
    }
    return emit(s, T_NUMBER);
}

static struct token scan_in_action(struct scanner *s)
{
    bool trims;
    if (at_right(s, s->pos, &trims)) return s->paren_depth ? fail(s, STR("unclosed left paren")) : scan_right(s);
    if (is_blank(peek(s))) return scan_space(s);
    uint32_t r = next(s);
    switch (r) {
    case RUNE_END: return fail(s, STR("unclosed action"));
    case '=': return emit(s, T_ASSIGN);
    case ':':
        if (next(s) != '=') return fail(s, STR("expected :="));
        return emit(s, T_DECLARE);
    case '|': return emit(s, T_PIPE);
    case '"': return scan_quoted(s, '"', T_STRING, STR("unterminated quoted string"));
    case '`': return scan_raw(s);
    case '$': return scan_field_or_variable(s, T_VARIABLE);
    case '\'': return scan_quoted(s, '\'', T_CHAR_CONSTANT, STR("unterminated character constant"));
    case '(':
        s->paren_depth++;
        return emit(s, T_LEFT_PAREN);
    case ')':
        if (--s->paren_depth < 0) return fail(s, STR("unexpected right paren"));
        return emit(s, T_RIGHT_PAREN);
    case '.':
        if (s->pos < s->in.n && (s->in.p[s->pos] < '0' || s->in.p[s->pos] > '9')) return scan_field_or_variable(s, T_FIELD);
        s->pos--;
        return scan_number(s);
    default:
        break;
    }
    if (is_a(r, BEGINS_NUMBER)) {
        s->pos--;
        return scan_number(s);
    }
    if (alnum(r)) return scan_identifier(s);
    if (r < 0x7f && r > ' ') return emit(s, T_CHAR);
    return fail_rune(s, "unrecognized character in action:", r);
}

struct token scan_next(struct scanner *s)
{
    return s->in_action ? scan_in_action(s) : scan_text(s);
}
