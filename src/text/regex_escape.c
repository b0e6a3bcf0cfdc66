/* Escapes and classes: \n, \x{10FFFF}, \d, \pL, [[:alpha:]_-]. */
#include "base/utf8.h"
#include "text/regex_tree.h"

static const char bad_escape[] = "invalid escape sequence";
static const char bad_range[] = "invalid character class range";

/* What lies between the start of s and the start of its tail `rest`. */
static struct str read_part(struct str s, struct str rest) { return str_sub(s, 0, s.n - rest.n); }

static bool is_alnum(uint32_t c) { return c - '0' < 10 || (c | 32) - 'a' < 26; }

bool re_next_rune(struct re_parser *p, struct str *rest, uint32_t *rune)
{
    size_t width = 0;
    *rune = rest->n ? utf8_decode(*rest, 0, &width) : RUNE_ERROR;
    if (*rune == RUNE_ERROR && width == 1) return re_fail(p, "invalid UTF-8", *rest);
    *rest = str_from_n(*rest, width);
    return true;
}

bool re_check_utf8(struct re_parser *p, struct str s)
{
    for (uint32_t r; s.n;)
        if (!re_next_rune(p, &s, &r)) return false;
    return true;
}

static bool is_octal(struct str s) { return s.n && s.p[0] >= '0' && s.p[0] <= '7'; }

static uint32_t read_octal(struct str *rest, uint32_t first)
{
    uint32_t r = first - '0';
    for (int i = 1; i < 3 && is_octal(*rest); i++) {
        r = r * 8 + (uint32_t)(rest->p[0] - '0');
        *rest = str_from_n(*rest, 1);
    }
    return r;
}

static int hex_digit(uint32_t c)
{
    if (c - '0' < 10) return (int)(c - '0');
    if ((c | 32) - 'a' < 6) return (int)((c | 32) - 'a' + 10);
    return -1;
}

/* After \x: two digits, or any number in braces. False without an error of its own: no such escape. */
static bool read_hex(struct re_parser *p, struct str *rest, uint32_t *rune)
{
    uint32_t c;
    if (!rest->n || !re_next_rune(p, rest, &c)) return false;
    if (c != '{') {
        int high = hex_digit(c);
        if (!re_next_rune(p, rest, &c)) return false;
        int low = hex_digit(c);
        *rune = (uint32_t)(high * 16 + low);
        return high >= 0 && low >= 0;
    }
    *rune = 0;
    for (int digits = 0;; digits++) {
        if (!rest->n || !re_next_rune(p, rest, &c)) return false;
        if (c == '}') return digits > 0;
        int digit = hex_digit(c);
        if (digit < 0) return false;
        *rune = *rune * 16 + (uint32_t)digit;
        if (*rune > RUNE_LAST) return false;
    }
}

static bool read_escape(struct re_parser *p, struct str *rest, uint32_t *rune)
{
    static const char letters[] = "afnrtv", meaning[] = "\a\f\n\r\t\v";
    uint32_t c;
    if (!re_next_rune(p, rest, &c)) return false;
    if (c == 'x') return read_hex(p, rest, rune);
    if (c == '0' || (c - '1' < 7 && is_octal(*rest))) { /* a single digit would be a back reference */
        *rune = read_octal(rest, c);
        return true;
    }
    const char *letter = c && c < 0x80 ? strchr(letters, (int)c) : NULL;
    *rune = letter ? (uint32_t)meaning[letter - letters] : c;
    return letter || (c < 0x80 && !is_alnum(c));
}

bool re_parse_escape(struct re_parser *p, struct str *rest, uint32_t *rune)
{
    struct str all = *rest;
    *rest = str_from_n(*rest, 1);
    if (!rest->n) return re_fail(p, "trailing backslash at end of expression", STR(""));
    return read_escape(p, rest, rune) || re_fail(p, bad_escape, read_part(all, *rest));
}

static const struct ascii_class {
    const char *name;
    uint8_t n;
    struct rune_range v[4];
} ascii_classes[] = {
    {"d", 1, {{'0', '9'}}},
    {"s", 3, {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}},
    {"w", 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
    {"alnum", 3, {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {"alpha", 2, {{'A', 'Z'}, {'a', 'z'}}},
    {"ascii", 1, {{0, 0x7f}}},
    {"blank", 2, {{'\t', '\t'}, {' ', ' '}}},
    {"cntrl", 2, {{0, 0x1f}, {0x7f, 0x7f}}},
    {"digit", 1, {{'0', '9'}}},
    {"graph", 1, {{'!', '~'}}},
    {"lower", 1, {{'a', 'z'}}},
    {"print", 1, {{' ', '~'}}},
    {"punct", 4, {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
    {"space", 2, {{'\t', '\r'}, {' ', ' '}}},
    {"upper", 1, {{'A', 'Z'}}},
    {"word", 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
    {"xdigit", 3, {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
};

static const struct ascii_class *ascii_class_find(struct str name)
{
    for (size_t i = 0; i < sizeof ascii_classes / sizeof *ascii_classes; i++)
        if (str_is(name, ascii_classes[i].name)) return &ascii_classes[i];
    return NULL;
}

static void add_class(struct re_parser *p, struct runes *set, const struct rune_range *v, uint32_t n, bool negated)
{
    struct runes folded = {0};
    if (p->flags & RE_FOLD) {
        for (uint32_t i = 0; i < n; i++) runes_add_folded(p->a, &folded, v[i].from, v[i].to);
        runes_clean(&folded);
        v = folded.v;
        n = folded.n;
    }
    if (negated)
        runes_add_negated(p->a, set, v, n);
    else
        runes_add_ranges(p->a, set, v, n);
}

/* \d \D \s \S \w \W */
static bool parse_perl(struct re_parser *p, struct str *rest, struct runes *set)
{
    if (rest->n < 2) return false;
    char lower = (char)(rest->p[1] | 32);
    if (rest->p[0] != '\\' || (lower != 'd' && lower != 's' && lower != 'w')) return false;
    const struct ascii_class *class = ascii_class_find(str_of(&lower, 1));
    add_class(p, set, class->v, class->n, rest->p[1] != lower);
    *rest = str_from_n(*rest, 2);
    return true;
}

/* [:alpha:] [:^alpha:] */
static bool parse_posix(struct re_parser *p, struct str *rest, struct runes *set)
{
    if (!str_starts(*rest, STR("[:"))) return false;
    ptrdiff_t length = str_find(str_from_n(*rest, 2), STR(":]"));
    if (length < 0) return false;
    struct str name = str_sub(*rest, 2, 2 + (size_t)length);
    struct str all = str_sub(*rest, 0, name.n + 4);
    bool negated = str_starts(name, STR("^"));
    if (negated) name = str_from_n(name, 1);
    const struct ascii_class *class = name.n > 1 ? ascii_class_find(name) : NULL;
    if (!class) {
        re_fail(p, bad_range, all);
        return true;
    }
    add_class(p, set, class->v, class->n, negated);
    *rest = str_from_n(*rest, all.n);
    return true;
}

/* The name in \pL or \p{Greek}, and the whole escape. */
static bool read_unicode_name(struct re_parser *p, struct str *rest, struct str *name, struct str *all)
{
    struct str from = *rest;
    uint32_t c;
    *rest = str_from_n(*rest, 2);
    if (!re_next_rune(p, rest, &c)) return false;
    if (c != '{') {
        *all = read_part(from, *rest);
        *name = str_from_n(*all, 2);
        return true;
    }
    ptrdiff_t end = str_chr(from, '}');
    if (end < 0) return re_check_utf8(p, from) && re_fail(p, bad_range, from);
    *all = str_sub(from, 0, (size_t)end + 1);
    *name = str_sub(from, 3, (size_t)end);
    *rest = str_from_n(from, all->n);
    return re_check_utf8(p, *name);
}

/* \pL \PL \p{Greek} \p{^Greek} */
static bool parse_unicode(struct re_parser *p, struct str *rest, struct runes *set)
{
    if (rest->n < 2 || rest->p[0] != '\\' || (rest->p[1] | 32) != 'p') return false;
    bool negated = rest->p[1] == 'P';
    struct str name, all;
    if (!read_unicode_name(p, rest, &name, &all)) return true;
    if (str_starts(name, STR("^"))) {
        negated = !negated;
        name = str_from_n(name, 1);
    }
    uint32_t n;
    const struct rune_range *v = unicode_class(name, &n);
    if (!v)
        re_fail(p, bad_range, all);
    else
        add_class(p, set, v, n, negated);
    return true;
}

bool re_parse_named(struct re_parser *p, struct str *rest, struct runes *set)
{
    return parse_unicode(p, rest, set) || parse_perl(p, rest, set);
}

/* `whole` is the rest of the expression from the [ on. */
static bool class_rune(struct re_parser *p, struct str *rest, struct str whole, uint32_t *rune)
{
    if (!rest->n) return re_fail(p, "missing closing ]", whole);
    if (rest->p[0] == '\\') return re_parse_escape(p, rest, rune);
    return re_next_rune(p, rest, rune);
}

/* One rune or a range a-z; a - before the ] stands for itself. */
static bool class_range(struct re_parser *p, struct str *rest, struct str whole, struct runes *set)
{
    struct str from = *rest;
    uint32_t low, high;
    if (!class_rune(p, rest, whole, &low)) return false;
    high = low;
    if (rest->n >= 2 && rest->p[0] == '-' && rest->p[1] != ']') {
        *rest = str_from_n(*rest, 1);
        if (!class_rune(p, rest, whole, &high)) return false;
        if (high < low) return re_fail(p, bad_range, read_part(from, *rest));
    }
    if (p->flags & RE_FOLD)
        runes_add_folded(p->a, set, low, high);
    else
        runes_add(p->a, set, low, high);
    return true;
}

bool re_parse_class(struct re_parser *p, struct str *rest)
{
    struct str whole = *rest;
    struct re_node *node = re_new(p, RE_CLASS);
    node->flags = (uint8_t)p->flags;
    *rest = str_from_n(*rest, 1);
    bool negated = str_starts(*rest, STR("^"));
    if (negated) *rest = str_from_n(*rest, 1);
    for (bool first = true; first || !str_starts(*rest, STR("]")); first = false) { /* a ] may come first */
        if (parse_posix(p, rest, &node->set) || re_parse_named(p, rest, &node->set)) {
            if (p->problem) return false;
        } else if (!class_range(p, rest, whole, &node->set)) {
            return false;
        }
    }
    *rest = str_from_n(*rest, 1);
    runes_clean(&node->set);
    if (negated) {
        struct runes others = {0};
        runes_add_negated(p->a, &others, node->set.v, node->set.n);
        node->set = others;
    }
    re_push(p, node);
    return !p->problem;
}
