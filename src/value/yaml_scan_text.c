/* Scalars: plain, quoted, block. Text that stands in the input as it is, is borrowed; it is copied only where lines fold or
 * escapes change it. */
#include "value/yaml_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* A scalar under construction: what was changed so far, and the piece of input after it. */
struct text {
    struct buf b;
    const char *from, *to;
};

static void text_flush(struct text *t)
{
    buf_add(&t->b, str_of(t->from, (size_t)(t->to - t->from)));
    t->from = t->to;
}

static struct str text_done(struct text *t)
{
    if (!t->b.n) return str_of(t->from, (size_t)(t->to - t->from));
    text_flush(t);
    return buf_done(&t->b);
}

/* Blanks and line breaks between two words, both read by skip_space. */
struct space {
    bool breaks;         /* a line break was met */
    char first[4];       /* the first break as text */
    unsigned first_n;
    const char *end;     /* of the input's blanks when there was no break */
};

/* Writes what the breaks come to: one is a space, n are n - 1; LS and PS stay. */
static void fold(struct yaml_scan *s, struct text *t, const struct space *w)
{
    text_flush(t);
    if (w->first_n && w->first[0] == '\n') {
        if (!s->breaks.n) buf_byte(&t->b, ' ');
    } else {
        buf_add(&t->b, str_of(w->first, w->first_n));
    }
    buf_add(&t->b, buf_str(&s->breaks));
    s->breaks.n = 0;
}

/* The break at p: the first of a run is kept apart from the others. */
static bool take_break(struct yaml_scan *s, struct space *w)
{
    if (!yaml_scan_need(s, 2)) return false;
    if (w->breaks) {
        yaml_read_break(s, &s->breaks);
        return true;
    }
    w->breaks = true;
    unsigned width = yaml_break_at(s->p);
    w->first_n = width == 3 ? 3 : 1;
    if (width == 3) memcpy(w->first, s->p, 3);
    else w->first[0] = '\n';
    yaml_skip_break(s);
    return true;
}

/* ---- plain ---- */

/* Characters that cannot end a plain scalar in any context and are one byte and one column each. */
static const bool ordinary[256] = {
    ['!'] = 1, ['"'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['('] = 1, [')'] = 1, ['*'] = 1, ['+'] = 1,
    ['-'] = 1, ['.'] = 1, ['/'] = 1, ['0' ... '9'] = 1, [';'] = 1, ['<'] = 1, ['='] = 1, ['>'] = 1, ['@' ... 'Z'] = 1,
    ['\\'] = 1, ['^' ... 'z'] = 1, ['|'] = 1, ['~'] = 1,
};

/* What a single space may be followed by within a line of text. */
static bool goes_on(char c) { return ordinary[(unsigned char)c] && c != '#'; }

#if defined(__SSE2__)
/* The same for sixteen bytes at once: how many of them belong to the run. p is not a space. */
static unsigned run_of_sixteen(const char *p)
{
    __m128i x = _mm_loadu_si128((const __m128i *)p), lower = _mm_or_si128(x, _mm_set1_epi8(0x20));
    __m128i space = _mm_cmpeq_epi8(x, _mm_set1_epi8(' '));
    __m128i stop = _mm_cmplt_epi8(x, _mm_set1_epi8(' ')); /* what is negative is no ASCII */
    stop = _mm_or_si128(stop, _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(':')), _mm_cmpeq_epi8(x, _mm_set1_epi8(','))));
    stop = _mm_or_si128(stop, _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('?')), _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f))));
    /* [ and {, ] and } differ in one bit. */
    stop = _mm_or_si128(stop, _mm_or_si128(_mm_cmpeq_epi8(lower, _mm_set1_epi8('{')), _mm_cmpeq_epi8(lower, _mm_set1_epi8('}'))));
    unsigned spaces = (unsigned)_mm_movemask_epi8(space), ends = (unsigned)_mm_movemask_epi8(stop);
    unsigned no_start = ends | spaces | (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('#')));
    /* Of the last byte, what follows is not known: a space there is left. */
    unsigned end = ends | (spaces & (no_start >> 1 | 0x8000)) | 0x10000;
    return (unsigned)__builtin_ctz(end);
}
#else
static unsigned run_of_sixteen(const char *p) { return (void)p, 0; }
#endif

/* A run of them, and of single spaces between two. The first character is no space; the last is none, either. */
static void skip_ordinary(struct yaml_scan *s)
{
    const char *p = s->p;
    unsigned n;
    while (p + 16 <= s->end && (n = run_of_sixteen(p)) > 0) {
        p += n;
        if (n < 15) break;
    }
    for (;;) {
        while (ordinary[(unsigned char)*p]) p++;
        if (*p == ' ' && p > s->p && goes_on(p[1])) p += 2;
        else if (*p == ':' && ordinary[(unsigned char)p[1]]) p += 2;
        else break;
    }
    uint32_t passed = (uint32_t)(p - s->p);
    s->p = p;
    s->mark.column += passed;
    s->mark.index += passed;
}

static bool ends_plain(const struct yaml_scan *s)
{
    char c = *s->p;
    if (c == ':') return yaml_is_blankz(s->p + 1);
    return s->levels > 1 && (c == ',' || c == '?' || c == '[' || c == ']' || c == '{' || c == '}');
}

/* A word or several, up to a blank, a break or what ends the scalar. */
static bool skip_word(struct yaml_scan *s)
{
    while (!yaml_is_blankz(s->p) && !ends_plain(s)) {
        if (s->quick) skip_ordinary(s);
        if (yaml_is_blankz(s->p) || ends_plain(s)) break;
        yaml_skip(s);
        if (!yaml_scan_need(s, 2)) return false;
    }
    return true;
}

bool yaml_scan_plain(struct yaml_scan *s, struct yaml_token *t)
{
    struct text text = {.b = buf_new(s->a), .from = s->p, .to = s->p};
    struct space space = {0};
    int32_t indent = s->indent + 1;
    bool folded = false; /* the last word is followed by a line break */
    s->breaks.n = 0;
    t->plain = true;
    for (;;) {
        if (!yaml_scan_need(s, 4)) return false;
        if (yaml_scan_at_document_mark(s) || *s->p == '#') break;
        const char *word = s->p;
        if (!skip_word(s)) return false;
        if (s->p != word) {
            if (space.breaks) {
                fold(s, &text, &space);
                text.from = word;
            }
            space = (struct space){0};
            folded = false;
            text.to = s->p;
        }
        if (!yaml_is_blank(*s->p) && !yaml_break_at(s->p)) break;
        while (yaml_is_blank(*s->p) || yaml_break_at(s->p)) {
            if (*s->p == ' ' && s->quick) {
                yaml_skip_spaces(s, UINT32_MAX);
            } else if (yaml_is_blank(*s->p)) {
                if (space.breaks && (int32_t)s->mark.column < indent && *s->p == '\t')
                    return yaml_scan_fail(s, t->at, "found a tab character that violates indentation");
                yaml_skip(s);
            } else {
                if (!take_break(s, &space)) return false;
                folded = true;
            }
            if (!yaml_scan_need(s, 1)) return false;
        }
        if (s->levels == 1 && (int32_t)s->mark.column < indent) break;
    }
    t->text = text_done(&text);
    if (folded) s->key_allowed = true;
    return true;
}

/* ---- quoted ---- */

/* The code after \x, \u, \U. */
static bool scan_code(struct yaml_scan *s, struct yaml_mark at, unsigned digits, struct text *text)
{
    uint32_t code = 0;
    if (!yaml_scan_need(s, digits)) return false;
    for (unsigned k = 0; k < digits; k++) {
        if (yaml_hex(s->p[k]) < 0) return yaml_scan_fail(s, at, "did not find expected hexdecimal number");
        code = code << 4 | (uint32_t)yaml_hex(s->p[k]);
    }
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return yaml_scan_fail(s, at, "found invalid Unicode character escape code");
    buf_rune(&text->b, code);
    for (unsigned k = 0; k < digits; k++) yaml_skip(s);
    return true;
}

/* A backslash and what follows it in double quotes. */
static bool scan_escape(struct yaml_scan *s, struct yaml_mark at, struct text *text)
{
    static const struct {
        char letter;
        const char *means;
    } letters[] = {{'a', "\a"}, {'b', "\b"}, {'t', "\t"}, {'\t', "\t"}, {'n', "\n"}, {'v', "\v"}, {'f', "\f"}, {'r', "\r"}, {'e', "\x1b"},
                   {' ', " "}, {'"', "\""}, {'\'', "'"}, {'\\', "\\"}, {'N', "\xc2\x85"}, {'_', "\xc2\xa0"},
                   {'L', "\xe2\x80\xa8"}, {'P', "\xe2\x80\xa9"}};
    char c = s->p[1];
    unsigned digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    const char *means = NULL;
    for (size_t i = 0; i < sizeof letters / sizeof *letters && !means; i++)
        if (letters[i].letter == c) means = letters[i].means;
    if (!means && !digits && c != '0') return yaml_scan_fail(s, at, "found unknown escape character");
    text_flush(text);
    if (c == '0') buf_byte(&text->b, 0);
    if (means) buf_z(&text->b, means);
    yaml_skip(s);
    yaml_skip(s);
    if (digits && !scan_code(s, at, digits, text)) return false;
    text->from = text->to = s->p;
    return true;
}

/* A run of characters that mean themselves, one byte and one column each. */
static uint32_t skip_between_quotes(struct yaml_scan *s, char quote)
{
    const char *p = s->p;
    while (*p > ' ' && *p != quote && *p != '\\') p++; /* what is negative is no ASCII */
    uint32_t n = (uint32_t)(p - s->p);
    s->p = p;
    s->mark.column += n;
    s->mark.index += n;
    return n;
}

/* Characters up to a blank, a break or the closing quote. */
static bool scan_quoted_word(struct yaml_scan *s, struct yaml_mark at, char quote, struct text *text, struct space *space)
{
    while (!yaml_is_blankz(s->p)) {
        if (s->quick && skip_between_quotes(s, quote)) {
            text->to = s->p;
            continue;
        }
        if (*s->p == quote && !(quote == '\'' && s->p[1] == '\'')) return true;
        if (*s->p == quote) {
            yaml_skip(s);
            text->to = s->p;
            text_flush(text);
            yaml_skip(s);
            text->from = text->to = s->p;
        } else if (quote == '"' && *s->p == '\\' && yaml_break_at(s->p + 1)) {
            if (!yaml_scan_need(s, 3)) return false;
            text_flush(text);
            yaml_skip(s);
            yaml_skip_break(s);
            text->from = text->to = s->p;
            space->breaks = true;
            return true;
        } else if (quote == '"' && *s->p == '\\') {
            if (!scan_escape(s, at, text)) return false;
        } else {
            yaml_skip(s);
            text->to = s->p;
        }
        if (!yaml_scan_need(s, 2)) return false;
    }
    return true;
}

bool yaml_scan_quoted(struct yaml_scan *s, struct yaml_token *t)
{
    char quote = *s->p;
    yaml_skip(s);
    struct text text = {.b = buf_new(s->a), .from = s->p, .to = s->p};
    s->breaks.n = 0;
    for (;;) {
        struct space space = {0};
        if (!yaml_scan_need(s, 4)) return false;
        if (yaml_scan_at_document_mark(s)) return yaml_scan_fail(s, t->at, "found unexpected document indicator");
        if (!*s->p) return yaml_scan_fail(s, t->at, "found unexpected end of stream");
        if (!scan_quoted_word(s, t->at, quote, &text, &space) || !yaml_scan_need(s, 1)) return false;
        if (*s->p == quote) break;
        while (yaml_is_blank(*s->p) || yaml_break_at(s->p)) {
            if (yaml_is_blank(*s->p)) yaml_skip(s);
            else if (!take_break(s, &space)) return false;
            if (!yaml_scan_need(s, 1)) return false;
        }
        if (space.breaks) {
            fold(s, &text, &space);
            text.from = s->p;
        }
        text.to = s->p;
    }
    yaml_skip(s);
    t->text = text_done(&text);
    return true;
}

/* ---- block ---- */

/* Indentation and line breaks before a line of text; finds the indentation out when *indent is 0. */
static bool scan_block_breaks(struct yaml_scan *s, struct yaml_mark at, int32_t *indent)
{
    int32_t deepest = 0;
    for (;;) {
        if (!yaml_scan_need(s, 1)) return false;
        if (s->quick) yaml_skip_spaces(s, *indent == 0 ? UINT32_MAX : (uint32_t)*indent);
        while ((*indent == 0 || (int32_t)s->mark.column < *indent) && *s->p == ' ') {
            yaml_skip(s);
            if (!yaml_scan_need(s, 1)) return false;
        }
        if ((int32_t)s->mark.column > deepest) deepest = (int32_t)s->mark.column;
        if ((*indent == 0 || (int32_t)s->mark.column < *indent) && *s->p == '\t')
            return yaml_scan_fail(s, at, "found a tab character where an indentation space is expected");
        if (!yaml_break_at(s->p)) break;
        if (!yaml_scan_need(s, 2)) return false;
        yaml_read_break(s, &s->breaks);
    }
    if (*indent == 0) {
        *indent = deepest;
        if (*indent < s->indent + 1) *indent = s->indent + 1;
        if (*indent < 1) *indent = 1;
    }
    return true;
}

/* The header's "+" or "-" and indentation, in either order. */
static bool scan_block_header(struct yaml_scan *s, struct yaml_mark at, int *chomp, int32_t *increment)
{
    *chomp = 0;
    *increment = 0;
    yaml_skip(s);
    for (int i = 0; i < 2; i++) {
        if (!yaml_scan_need(s, 1)) return false;
        if ((*s->p == '+' || *s->p == '-') && !*chomp) {
            *chomp = *s->p == '+' ? 1 : -1;
        } else if (*s->p >= '0' && *s->p <= '9' && !*increment) {
            if (*s->p == '0') return yaml_scan_fail(s, at, "found an indentation indicator equal to 0");
            *increment = *s->p - '0';
        } else {
            break;
        }
        yaml_skip(s);
    }
    if (!yaml_scan_rest_of_line(s)) return false;
    if (!yaml_is_breakz(s->p)) return yaml_scan_fail(s, at, "did not find expected comment or line break");
    if (yaml_break_at(s->p) && !yaml_scan_need(s, 2)) return false;
    yaml_skip_break(s);
    return true;
}

/* All of a line, without its break. */
static bool scan_block_line(struct yaml_scan *s, struct buf *b)
{
    const char *from = s->p;
    if (!yaml_scan_line(s)) return false;
    buf_add(b, str_of(from, (size_t)(s->p - from)));
    return true;
}

bool yaml_scan_block(struct yaml_scan *s, struct yaml_token *t)
{
    bool literal = *s->p == '|', after_blank = false;
    int chomp;
    int32_t increment, indent = 0;
    if (!scan_block_header(s, t->at, &chomp, &increment)) return false;
    if (increment) indent = s->indent >= 0 ? s->indent + increment : increment;
    struct buf b = buf_new(s->a);
    char last[4] = "";
    unsigned last_n = 0;  /* the break that ended the line before */
    s->breaks.n = 0;
    if (!scan_block_breaks(s, t->at, &indent) || !yaml_scan_need(s, 1)) return false;
    while ((int32_t)s->mark.column == indent && *s->p) {
        bool blank = yaml_is_blank(*s->p);
        if (!literal && last_n && last[0] == '\n' && !after_blank && !blank) {
            if (!s->breaks.n) buf_byte(&b, ' ');
        } else {
            buf_add(&b, str_of(last, last_n));
        }
        buf_add(&b, buf_str(&s->breaks));
        s->breaks.n = 0;
        after_blank = blank;
        if (!scan_block_line(s, &b) || !yaml_scan_need(s, 2)) return false;
        unsigned width = yaml_break_at(s->p);
        last_n = width == 3 ? 3 : width ? 1 : 0;
        if (width == 3) memcpy(last, s->p, 3);
        else last[0] = '\n';
        yaml_skip_break(s);
        if (!scan_block_breaks(s, t->at, &indent)) return false;
    }
    if (chomp != -1) buf_add(&b, str_of(last, last_n));
    if (chomp == 1) buf_add(&b, buf_str(&s->breaks));
    t->text = buf_done(&b);
    return true;
}
