/* sprig's functions over words, case and lines: Go's strings.Title, goutils 1.1.1 and xstrings 1.5.0. */
#include "base/utf8.h"
#include "funcs/funcs.h"
#include "text/unicode.h"

/* ---- first letters ---- */

/* What strings.Title takes for the end of a word: anything ASCII but letters, digits, underscore; elsewhere white space. */
static bool ends_word(uint32_t r)
{
    if (r < 0x80) return !((r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || r == '_');
    return !rune_is_letter(r) && !rune_is_digit(r) && rune_is_space(r);
}

static bool call_title(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    struct buf b = buf_new(c->a);
    uint32_t previous = ' ';
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        buf_rune(&b, ends_word(previous) ? rune_title(r) : r);
        previous = r;
    }
    return ret_str(out, buf_str(&b));
}

static bool call_untitle(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    struct buf b = buf_new(c->a);
    bool first = true;
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        bool space = rune_is_space(r);
        buf_rune(&b, first && !space ? rune_lower(r) : r);
        first = space;
    }
    return ret_str(out, buf_str(&b));
}

/* goutils takes each byte for a rune: "é" counts as two Latin-1 letters. */
static bool call_initials(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    struct buf b = buf_new(c->a);
    bool first = true;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        bool space = rune_is_space(byte);
        if (first && !space) buf_rune(&b, byte);
        first = space;
    }
    return ret_str(out, buf_str(&b));
}

/* Byte by byte as above, so text that holds white space comes back as Latin-1 read as runes, other text unchanged. */
static bool call_nospace(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    struct buf b = buf_new(c->a);
    size_t kept = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        if (rune_is_space(byte)) continue;
        buf_rune(&b, byte);
        kept++;
    }
    return ret_str(out, kept == s.n ? s : buf_str(&b));
}

/* ---- case ---- */

static bool is_title(uint32_t r)
{
    uint32_t count;
    const struct rune_range *range = unicode_class(STR("Lt"), &count);
    for (uint32_t i = 0; range && i < count; i++)
        if (r >= range[i].from && r <= range[i].to) return true;
    return false;
}

static bool call_swapcase(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    struct buf b = buf_new(c->a);
    bool first = true; /* after white space or at the start; other marks end it */
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (rune_is_upper(r) || (r > 0xff && is_title(r))) {
            buf_rune(&b, rune_lower(r));
            first = false;
        } else if (rune_is_lower(r)) {
            buf_rune(&b, first ? rune_title(r) : rune_upper(r));
            first = false;
        } else {
            buf_rune(&b, r);
            first = rune_is_space(r);
        }
    }
    return ret_str(out, buf_str(&b));
}

static bool is_connector(uint32_t r) { return r == '-' || r == '_' || rune_is_space(r); }

/* xstrings.ToPascalCase. Connectors at the start stay; of several inside, all but the last stay. A word that begins
 * with a capital loses the capitals that follow it directly: "GOLANG_IS" gives "GolangIs". */
static bool call_camelcase(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    struct buf b = buf_new(c->a);
    uint32_t r = 0;
    size_t at = 0, width = 0;
    bool lowering = false;
    while (at < s.n) {
        r = utf8_decode(s, at, &width);
        at += width;
        if (!is_connector(r)) {
            lowering = rune_is_upper(r);
            r = rune_upper(r);
            break;
        }
        buf_rune(&b, r);
    }
    if (at == s.n) { /* nothing follows; a last connector is written twice, as xstrings does */
        if (width) buf_rune(&b, r);
        return ret_str(out, buf_str(&b));
    }
    for (; at < s.n; at += width) {
        uint32_t before = r;
        r = utf8_decode(s, at, &width);
        if (is_connector(r) && is_connector(before)) {
            buf_rune(&b, before);
        } else if (is_connector(before)) {
            lowering = rune_is_upper(r);
            r = rune_upper(r);
        } else {
            if (lowering && rune_is_upper(r)) r = rune_lower(r);
            else lowering = false;
            buf_rune(&b, before);
        }
    }
    buf_rune(&b, r);
    return ret_str(out, buf_str(&b));
}

/* ---- snakecase, kebabcase: xstrings splits the text into words of one kind ---- */

enum word_kind { W_INVALID, W_NUMBER, W_UPPER, W_ALPHABET, W_CONNECTOR, W_PUNCT, W_OTHER };

struct words {
    struct str rest;
    enum word_kind kind;
    struct str word;
};

/* Letters, without the Chinese characters that xstrings leaves out (count.go). */
static bool is_alphabet(uint32_t r)
{
    bool chinese = (r >= 0x4e00 && r <= 0x9fcc) || (r >= 0x3400 && r <= 0x4d85) || (r >= 0x20000 && r <= 0x2b81d);
    return !chinese && rune_is_letter(r);
}

static bool in_small(uint32_t r) { return is_alphabet(r) && !rune_is_upper(r); }
static bool in_other(uint32_t r) { return !is_connector(r) && !is_alphabet(r) && !rune_is_number(r) && !rune_is_punct(r); }

/* The next rune that is no U+FFFD, and the bytes up to its end; `none`, and all bytes, when there is no other. */
static uint32_t next_valid(struct str s, uint32_t none, size_t *size)
{
    *size = 0;
    while (*size < s.n) {
        size_t width;
        uint32_t r = utf8_decode(s, *size, &width);
        *size += width;
        if (r != RUNE_ERROR) return r;
    }
    return none;
}

/* The end of the word that continues at `at` with runes of one kind; *r is the last rune looked at, *last the size of
 * the last step. */
static size_t word_extend(struct str s, size_t at, bool (*in)(uint32_t), uint32_t *r, size_t *last)
{
    while (at < s.n) {
        size_t size;
        *r = next_valid(str_from_n(s, at), *r, &size);
        if (!in(*r)) break;
        at += size;
        *last = size;
    }
    return at;
}

/* A word that begins with a capital: "Word", or "HTTP" of "HTTPServer". */
static size_t upper_word(struct str s, size_t at, uint32_t r)
{
    size_t size = 0;
    if (at == s.n) return at;
    r = next_valid(str_from_n(s, at), r, &size);
    if (!rune_is_upper(r)) return is_alphabet(r) ? word_extend(s, at + size, in_small, &r, &size) : at;
    at = word_extend(s, at + size, rune_is_upper, &r, &size);
    return at < s.n && is_alphabet(r) ? at - size : at;
}

static void next_word(struct words *w)
{
    struct str s = w->rest;
    size_t size, end, unused;
    w->kind = W_INVALID;
    w->word = str_sub(s, 0, 0);
    if (!s.n) return;
    uint32_t r = next_valid(s, RUNE_ERROR, &size);
    if (r == RUNE_ERROR) {
        end = size;
    } else if (is_connector(r)) {
        w->kind = W_CONNECTOR;
        end = word_extend(s, size, is_connector, &r, &unused);
    } else if (rune_is_punct(r)) {
        w->kind = W_PUNCT;
        end = word_extend(s, size, rune_is_punct, &r, &unused);
    } else if (rune_is_upper(r)) {
        w->kind = W_UPPER;
        end = upper_word(s, size, r);
    } else if (is_alphabet(r)) {
        w->kind = W_ALPHABET;
        end = word_extend(s, size, in_small, &r, &unused);
    } else if (rune_is_number(r)) {
        w->kind = W_NUMBER;
        end = word_extend(s, size, rune_is_number, &r, &unused);
    } else {
        w->kind = W_OTHER;
        end = word_extend(s, size, in_other, &r, &unused);
    }
    w->word = str_sub(s, 0, end);
    w->rest = str_from_n(s, end);
}

static void put_word(struct buf *b, enum word_kind kind, struct str word, char connector)
{
    if (kind != W_UPPER && kind != W_CONNECTOR) {
        buf_add(b, word);
        return;
    }
    for (size_t i = 0, width; i < word.n; i += width) {
        uint32_t r = utf8_decode(word, i, &width);
        if (is_connector(r)) buf_byte(b, connector);
        else buf_rune(b, rune_is_upper(r) ? rune_lower(r) : r);
    }
}

/* A number takes the small letters and numbers that follow it. */
static void put_number_tail(struct buf *b, struct words *w, char connector)
{
    while (w->kind == W_ALPHABET || w->kind == W_NUMBER) {
        put_word(b, w->kind, w->word, connector);
        next_word(w);
    }
    if (w->kind != W_INVALID && w->kind != W_PUNCT && w->kind != W_CONNECTOR) buf_byte(b, connector);
}

/* What comes after a word of letters: "Bld4Floor" is bld4_floor, but "HTTP2xx" is http_2xx. */
static void put_after_letters(struct buf *b, struct words *w, char connector)
{
    if (w->kind != W_NUMBER) {
        if (w->kind != W_CONNECTOR && w->kind != W_PUNCT) buf_byte(b, connector);
        return;
    }
    if (!w->rest.n) return;
    struct str number = w->word;
    next_word(w);
    if (w->kind != W_ALPHABET) {
        put_word(b, W_NUMBER, number, connector);
        if (w->kind != W_CONNECTOR && w->kind != W_PUNCT) buf_byte(b, connector);
        return;
    }
    buf_byte(b, connector);
    put_word(b, W_NUMBER, number, connector);
    put_number_tail(b, w, connector);
}

static struct str separate_words(struct arena *a, struct str s, char connector)
{
    struct buf b = buf_new(a);
    struct words w = {.rest = s};
    next_word(&w);
    while (w.rest.n) {
        enum word_kind before = w.kind;
        struct str word = w.word;
        if (before != W_CONNECTOR) put_word(&b, before, word, connector);
        next_word(&w);
        if (before == W_NUMBER) put_number_tail(&b, &w, connector);
        else if (before == W_CONNECTOR) put_word(&b, before, word, connector);
        else if (before != W_PUNCT) put_after_letters(&b, &w, connector);
    }
    put_word(&b, w.kind, w.word, connector);
    return buf_str(&b);
}

static bool call_snakecase(struct call *c, struct value *out) { return ret_str(out, separate_words(c->a, arg_str(c, 0), '_')); }
static bool call_kebabcase(struct call *c, struct value *out) { return ret_str(out, separate_words(c->a, arg_str(c, 0), '-')); }

/* ---- lines; widths are in bytes ---- */

/* goutils.WrapCustom */
static struct str wrap(struct arena *a, struct str s, int64_t columns, struct str newline, bool cut_words)
{
    struct buf b = buf_new(a);
    if (columns < 1) columns = 1;
    size_t at = 0;
    while ((int64_t)(s.n - at) > columns) {
        if (s.p[at] == ' ') {
            at++;
            continue;
        }
        size_t width = (size_t)columns;
        ptrdiff_t space = str_find_last(str_sub(s, at, at + width + 1), STR(" "));
        if (space < 0 && cut_words) {
            buf_add(&b, str_sub(s, at, at + width));
            buf_add(&b, newline);
            at += width;
            continue;
        }
        if (space < 0) {
            space = str_chr(str_from_n(s, at + width), ' ');
            if (space < 0) break;
            space += (ptrdiff_t)width;
        }
        buf_add(&b, str_sub(s, at, at + (size_t)space));
        buf_add(&b, newline);
        at += (size_t)space + 1;
    }
    buf_add(&b, str_from_n(s, at));
    return buf_str(&b);
}

static bool call_wrap(struct call *c, struct value *out)
{
    return ret_str(out, wrap(c->a, arg_str(c, 1), arg_int(c, 0), STR("\n"), false));
}

static bool call_wrap_with(struct call *c, struct value *out)
{
    struct str newline = arg_str(c, 1);
    return ret_str(out, wrap(c->a, arg_str(c, 2), arg_int(c, 0), newline.n ? newline : STR("\n"), true));
}

static struct str abbreviate(struct arena *a, struct str s, int64_t offset, int64_t width)
{
    int64_t n = (int64_t)s.n;
    if (n <= width) return s;
    if (offset > n) offset = n;
    if ((int64_t)((uint64_t)n - (uint64_t)offset) < width - 3) offset = n - (width - 3);
    if (offset <= 4) return str_concat(a, str_sub(s, 0, (size_t)width - 3), STR("..."));
    struct str tail = str_from_n(s, (size_t)offset);
    /* What is left is short enough by the line above, or is cut once more. */
    if (offset + width - 3 < n) tail = str_concat(a, str_sub(tail, 0, (size_t)width - 6), STR("..."));
    else tail = str_from_n(s, (size_t)(n - (width - 3)));
    return str_concat(a, STR("..."), tail);
}

static bool call_abbrev(struct call *c, struct value *out)
{
    int64_t width = arg_int(c, 0);
    return ret_str(out, width < 4 ? arg_str(c, 1) : abbreviate(c->a, arg_str(c, 1), 0, width));
}

static bool call_abbrevboth(struct call *c, struct value *out)
{
    int64_t left = arg_int(c, 0), width = arg_int(c, 1);
    bool keep = width < 4 || (left > 0 && width < 7);
    return ret_str(out, keep ? arg_str(c, 2) : abbreviate(c->a, arg_str(c, 2), left, width));
}

const struct func funcs_words[] = {
    {"abbrev", "is", call_abbrev, 0},
    {"abbrevboth", "iis", call_abbrevboth, 0},
    {"camelcase", "s", call_camelcase, 0},
    {"initials", "s", call_initials, 0},
    {"kebabcase", "s", call_kebabcase, 0},
    {"nospace", "s", call_nospace, 0},
    {"snakecase", "s", call_snakecase, 0},
    {"swapcase", "s", call_swapcase, 0},
    {"title", "s", call_title, 0},
    {"untitle", "s", call_untitle, 0},
    {"wrap", "is", call_wrap, 0},
    {"wrapWith", "iss", call_wrap_with, 0},
    {0},
};
