/* Characters of TOML, keys, strings, words and comments (lex.go of the library). */
#include "base/utf8.h"
#include "text/unicode.h"
#include "value/toml_state.h"

static bool is_control(uint32_t r) { return (r < 0x20 && r != '\t' && r != '\r' && r != '\n') || r == 0x7f; }

uint32_t toml_next(struct toml *t)
{
    if (t->failed) return TOML_BAD;
    if (t->at >= t->text.n) {
        t->at_end = true;
        return TOML_END;
    }
    if (t->text.p[t->at] == '\n') t->line++;
    size_t width;
    uint32_t r = utf8_decode(t->text, t->at, &width);
    if (r == RUNE_ERROR && width == 1) {
        toml_fail_at(t, t->line, "invalid UTF-8 byte: 0x%02x", (unsigned char)t->text.p[t->at]);
        return TOML_BAD;
    }
    bool lone_return = r == '\r' && (t->at + 1 == t->text.n || t->text.p[t->at + 1] != '\n');
    if (is_control(r) || lone_return) {
        toml_fail_at(t, t->line, "TOML files cannot contain control characters: '0x%02x'", r);
        return TOML_BAD;
    }
    t->at += width;
    return r;
}

void toml_back(struct toml *t)
{
    if (t->failed) return;
    if (t->at_end) {
        t->at_end = false;
        return;
    }
    size_t width;
    utf8_decode_last(t->text, t->at, &width);
    t->at -= width;
    if (t->text.p[t->at] == '\n') t->line--;
}

uint32_t toml_peek(struct toml *t)
{
    uint32_t r = toml_next(t);
    toml_back(t);
    return r;
}

static bool accept(struct toml *t, uint32_t valid)
{
    if (toml_next(t) == valid) return true;
    toml_back(t);
    return false;
}

static void ignore(struct toml *t) { t->start = t->at; }

void toml_skip_space(struct toml *t)
{
    while (toml_is_space(toml_next(t))) continue;
    toml_back(t);
    ignore(t);
}

bool toml_skip_comment(struct toml *t)
{
    for (;;) {
        uint32_t r = toml_next(t);
        if (t->failed) return false;
        if (toml_is_newline(r) || r == TOML_END) break;
    }
    toml_back(t);
    ignore(t);
    return true;
}

struct str toml_current(const struct toml *t) { return str_sub(t->text, t->start, t->at); }

struct toml_token toml_emit(struct toml *t, enum toml_token_type type)
{
    struct toml_token token = {type, toml_current(t), t->line};
    ignore(t);
    return token;
}

/* ---- strings ---- */

static bool is_hex(uint32_t r) { return (r >= '0' && r <= '9') || ((r | 0x20) >= 'a' && (r | 0x20) <= 'f'); }

static bool scan_hex(struct toml *t, int digits, const char *count, char letter)
{
    for (int i = 0; i < digits; i++)
        if (!is_hex(toml_next(t)))
            return toml_fail(t, "expected %s hexadecimal digits after '\\%c', but got %.*s instead", count, letter,
                             STR_ARG(toml_text_quoted(t, toml_current(t))));
    return true;
}

/* After a backslash. White space is let through: before a line's end it is one of the multi-line string's escapes, elsewhere
 * it is refused when the escapes are replaced. */
static bool scan_escape(struct toml *t)
{
    uint32_t r = toml_next(t);
    if (t->failed) return false;
    switch (r) {
    case 'e': case 'b': case 't': case 'n': case 'f': case 'r': case '"': case ' ': case '\t': case '\\': return true;
    case 'x': return scan_hex(t, 2, "two", 'x');
    case 'u': return scan_hex(t, 4, "four", 'u');
    case 'U': return scan_hex(t, 8, "eight", 'U');
    default: {
        char utf8[4];
        struct str shown = str_of(utf8, utf8_encode(r, utf8));
        struct buf b = buf_new(t->a); /* it may be a NUL, for the end of the text */
        buf_z(&b, "invalid escape in string '\\");
        buf_add(&b, shown);
        buf_byte(&b, '\'');
        toml_fail_at(t, t->line - t->at_end, "%s", "");
        t->error = str_concat(t->a, t->error, buf_str(&b));
        return false;
    }
    }
}

/* After the opening quote of a string on one line. */
static bool scan_string(struct toml *t, struct toml_token *out)
{
    bool escaped = false;
    ignore(t);
    for (;;) {
        uint32_t r = toml_next(t);
        if (t->failed) return false;
        if (r == TOML_END) return toml_fail(t, "unexpected EOF; expected '\"'");
        if (toml_is_newline(r)) return toml_fail_at(t, t->line - 1, "strings cannot contain newlines");
        if (r == '"') break;
        if (r != '\\') continue;
        escaped = true;
        if (!scan_escape(t)) return false;
    }
    toml_back(t);
    *out = toml_emit(t, escaped ? TOML_STRING_ESCAPED : TOML_STRING);
    toml_next(t);
    ignore(t);
    return true;
}

static bool scan_raw_string(struct toml *t, struct toml_token *out)
{
    ignore(t);
    for (;;) {
        uint32_t r = toml_next(t);
        if (t->failed) return false;
        if (r == TOML_END) return toml_fail(t, "unexpected EOF; expected \"'\"");
        if (toml_is_newline(r)) return toml_fail_at(t, t->line - 1, "strings cannot contain newlines");
        if (r == '\'') break;
    }
    toml_back(t);
    *out = toml_emit(t, TOML_RAW_STRING);
    toml_next(t);
    ignore(t);
    return true;
}

enum closing { NOT_CLOSED, CLOSED, TOO_MANY };

/* After one quote inside a multi-line string: three close it, but one or two more before them belong to the string. */
static enum closing scan_closing(struct toml *t, uint32_t quote)
{
    if (!accept(t, quote)) return NOT_CLOSED;
    if (!accept(t, quote)) {
        toml_back(t);
        return NOT_CLOSED;
    }
    if (toml_peek(t) != quote) return CLOSED;
    struct str now = toml_current(t);
    if (quote == '"' ? str_ends(now, STR("\"\"\"\"\"")) && !str_ends(now, STR("\\\"\"\"\"\"")) : str_ends(now, STR("'''''"))) return TOO_MANY;
    toml_back(t);
    toml_back(t);
    return NOT_CLOSED;
}

/* After the three opening quotes. */
static bool scan_multiline(struct toml *t, uint32_t quote, struct toml_token *out)
{
    ignore(t);
    for (enum closing closing = NOT_CLOSED; closing != CLOSED;) {
        uint32_t r = toml_next(t);
        if (t->failed) return false;
        if (r == TOML_END) return toml_fail(t, quote == '"' ? "unexpected EOF; expected '\"\"\"'" : "unexpected EOF; expected \"'''\"");
        if (r == '\\' && quote == '"') {
            if (toml_is_newline(toml_next(t))) continue;
            toml_back(t);
            if (!scan_escape(t)) return false;
        }
        if (r == quote) closing = scan_closing(t, quote);
        if (closing == TOO_MANY) return toml_fail(t, quote == '"' ? "unexpected '\"\"\"\"\"\"'" : "unexpected \"''''''\"");
    }
    for (int i = 0; i < 3; i++) toml_back(t);
    *out = toml_emit(t, quote == '"' ? TOML_MULTILINE_STRING : TOML_RAW_MULTILINE_STRING);
    for (int i = 0; i < 3; i++) toml_next(t);
    ignore(t);
    return !t->failed;
}

static bool scan_quoted_value(struct toml *t, uint32_t quote, struct toml_token *out)
{
    if (accept(t, quote)) {
        if (accept(t, quote)) return scan_multiline(t, quote, out);
        toml_back(t);
    }
    return quote == '"' ? scan_string(t, out) : scan_raw_string(t, out);
}

/* ---- keys and values ---- */

static bool is_bare(uint32_t r)
{
    return (r >= 'A' && r <= 'Z') || (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r == '_' || r == '-';
}

bool toml_scan_key_part(struct toml *t, struct toml_token *out)
{
    uint32_t r = toml_peek(t);
    if (r == '"' || r == '\'') {
        toml_next(t);
        return r == '"' ? scan_string(t, out) : scan_raw_string(t, out);
    }
    while (is_bare(toml_next(t))) continue; /* none at all is reported by what follows */
    toml_back(t);
    *out = toml_emit(t, TOML_TEXT);
    return !t->failed;
}

static bool scan_word(struct toml *t, struct toml_token *out)
{
    size_t from = t->at;
    uint32_t r;
    while (r = toml_next(t), r != TOML_BAD && rune_is_letter(r)) continue;
    toml_back(t);
    if (t->failed) return false;
    struct str word = str_sub(t->text, from, t->at);
    if (!str_is(word, "true") && !str_is(word, "false"))
        return toml_fail(t, "expected value but found %.*s instead", STR_ARG(toml_text_quoted(t, word)));
    *out = toml_emit(t, TOML_BOOL);
    return true;
}

/* What begins with i or n may be inf or nan. */
static bool scan_inf_or_nan(struct toml *t, struct toml_token *out)
{
    if (!((accept(t, 'n') && accept(t, 'f')) || (accept(t, 'a') && accept(t, 'n')))) return false;
    *out = toml_emit(t, TOML_FLOAT);
    return true;
}

bool toml_scan_value(struct toml *t, struct toml_token *out)
{
    toml_skip_space(t);
    uint32_t r = toml_next(t);
    if (t->failed) return false;
    switch (r) {
    case '[': case '{':
        ignore(t);
        *out = toml_emit(t, r == '[' ? TOML_ARRAY : TOML_INLINE_TABLE);
        return true;
    case '"': case '\'': return scan_quoted_value(t, r, out);
    case '.': return toml_fail(t, "floats must start with a digit, not '.'");
    case 'i': case 'n':
        if (scan_inf_or_nan(t, out)) return true;
        break;
    case '-': case '+': return toml_scan_signed_number(t, out);
    default: break;
    }
    if (r >= '0' && r <= '9') {
        toml_back(t);
        return toml_scan_number(t, out);
    }
    if (rune_is_letter(r)) {
        toml_back(t);
        return scan_word(t, out);
    }
    if (r == TOML_END) return toml_fail(t, "unexpected EOF; expected value");
    struct str shown = toml_rune_quoted(t, r);
    if (r == '\n') return toml_fail_at(t, t->line - 1, "expected value but found %.*s instead", STR_ARG(shown));
    return toml_fail(t, "expected value but found %.*s instead", STR_ARG(shown));
}
