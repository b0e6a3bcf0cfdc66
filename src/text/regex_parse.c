#include "text/regex_tree.h"

static const char bad_repeat[] = "invalid repeat count";
static const char bad_perl[] = "invalid or unsupported Perl syntax";
static const char bad_name[] = "invalid named capture";

enum { MAX_REPEAT = 1000, TOO_BIG = -2 };

static struct str read_part(struct str s, struct str rest) { return str_sub(s, 0, s.n - rest.n); }

/* `before` begins at the operator, *after follows it; `last` begins at the operator before it, if nothing is between. */
static bool parse_repetition(struct re_parser *p, enum re_op op, int32_t min, int32_t max, struct str before,
                             struct str *after, struct str last)
{
    uint32_t flags = p->flags;
    if (str_starts(*after, STR("?"))) {
        *after = str_from_n(*after, 1);
        flags ^= RE_LAZY;
    }
    if (last.n) return re_fail(p, "invalid nested repetition operator", read_part(last, *after));
    struct re_node *sub = p->depth ? p->stack[p->depth - 1] : NULL;
    if (!sub || sub->op >= RE_PAREN)
        return re_fail(p, "missing argument to repetition operator", read_part(before, *after));
    struct re_node *node = re_new(p, op);
    node->min = min;
    node->max = max;
    node->flags = (uint8_t)flags;
    re_node_add(p, node, sub);
    p->stack[p->depth - 1] = node;
    re_check_limits(p, node);
    if (op == RE_REPEAT && (min >= 2 || max >= 2) && !re_repeat_is_valid(node, MAX_REPEAT))
        return re_fail(p, bad_repeat, read_part(before, *after));
    return !p->problem;
}

/* A number without leading zeros; TOO_BIG beyond 10^8. */
static bool read_count(struct str *rest, int32_t *n)
{
    size_t digits = 0;
    while (digits < rest->n && rest->p[digits] >= '0' && rest->p[digits] <= '9') digits++;
    if (!digits || (digits > 1 && rest->p[0] == '0')) return false;
    *n = 0;
    for (size_t i = 0; i < digits && *n != TOO_BIG; i++) *n = *n >= 100000000 ? TOO_BIG : *n * 10 + (rest->p[i] - '0');
    *rest = str_from_n(*rest, digits);
    return true;
}

/* {2}, {2,} (max -1), {2,5}; false when it is not one of them and { stands for itself. */
static bool read_braces(struct str *rest, int32_t *min, int32_t *max)
{
    struct str s = str_from_n(*rest, 1);
    if (!read_count(&s, min) || !s.n) return false;
    *max = *min;
    if (s.p[0] == ',') {
        s = str_from_n(s, 1);
        if (str_starts(s, STR("}")))
            *max = -1;
        else if (!read_count(&s, max))
            return false;
    }
    if (!str_starts(s, STR("}"))) return false;
    *rest = str_from_n(s, 1);
    return true;
}

/* Sets *repeated when it was a repetition. */
static bool parse_braces(struct re_parser *p, struct str *rest, struct str last, bool *repeated)
{
    struct str before = *rest;
    int32_t min, max;
    *repeated = read_braces(rest, &min, &max);
    if (!*repeated) {
        re_push_literal(p, '{');
        *rest = str_from_n(*rest, 1);
        return !p->problem;
    }
    if (min < 0 || max == TOO_BIG || min > MAX_REPEAT || max > MAX_REPEAT || (max >= 0 && min > max))
        return re_fail(p, bad_repeat, read_part(before, *rest));
    return parse_repetition(p, RE_REPEAT, min, max, before, rest, last);
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c != '_' && (unsigned)(c - '0') >= 10 && (unsigned)((c | 32) - 'a') >= 26) return false;
    }
    return s.n > 0;
}

static void open_group(struct re_parser *p, bool captures, struct str name)
{
    struct re_node *paren = re_new(p, RE_PAREN);
    paren->flags = (uint8_t)p->flags;
    if (captures) {
        paren->capture = ++p->captures;
        paren->name = name;
    }
    re_push(p, paren);
}

/* (?P<name>, (?<name> */
static bool parse_named_group(struct re_parser *p, struct str *rest, size_t name_at)
{
    struct str all = *rest;
    ptrdiff_t end = str_chr(all, '>');
    if (end < 0) return re_check_utf8(p, all) && re_fail(p, bad_name, all);
    struct str name = str_sub(all, name_at, (size_t)end);
    if (!re_check_utf8(p, name)) return false;
    if (!is_name(name)) return re_fail(p, bad_name, str_sub(all, 0, (size_t)end + 1));
    open_group(p, true, name);
    *rest = str_from_n(all, (size_t)end + 1);
    return !p->problem;
}

static uint32_t flag_bit(uint32_t letter)
{
    switch (letter) {
    case 'i': return RE_FOLD;
    case 'm': return RE_ONE_LINE; /* the other way round: m takes it away */
    case 's': return RE_DOT_NL;
    case 'U': return RE_LAZY;
    default: return 0;
    }
}

/* (?i), (?i-s:, (?: */
static bool parse_flags(struct re_parser *p, struct str *rest)
{
    struct str all = *rest;
    uint32_t flags = p->flags, c;
    bool minus = false, seen = false;
    *rest = str_from_n(*rest, 2);
    while (rest->n) {
        if (!re_next_rune(p, rest, &c)) return false;
        uint32_t bit = flag_bit(c);
        if (bit) {
            seen = true;
            flags = minus == (bit == RE_ONE_LINE) ? flags | bit : flags & ~bit;
        } else if (c == '-' && !minus) {
            minus = true;
            seen = false;
        } else if ((c == ':' || c == ')') && (!minus || seen)) {
            if (c == ':') open_group(p, false, STR(""));
            p->flags = flags;
            return !p->problem;
        } else {
            break;
        }
    }
    return re_fail(p, bad_perl, read_part(all, *rest));
}

static bool parse_open(struct re_parser *p, struct str *rest)
{
    if (!str_starts(*rest, STR("(?"))) {
        open_group(p, true, STR(""));
        *rest = str_from_n(*rest, 1);
        return !p->problem;
    }
    if (rest->n > 4 && str_starts(*rest, STR("(?P<"))) return parse_named_group(p, rest, 4);
    if (rest->n > 3 && str_starts(*rest, STR("(?<"))) return parse_named_group(p, rest, 3);
    return parse_flags(p, rest);
}

static bool parse_close(struct re_parser *p, struct str *rest)
{
    re_alternate(p);
    if (p->problem) return false;
    if (p->depth < 2 || p->stack[p->depth - 2]->op != RE_PAREN) return re_fail(p, "unexpected )", p->whole);
    struct re_node *inside = p->stack[p->depth - 1], *paren = p->stack[p->depth - 2];
    p->depth -= 2;
    p->flags = paren->flags;
    if (paren->capture) {
        paren->op = RE_CAPTURE;
        re_node_add(p, paren, inside);
        inside = paren;
    }
    re_push(p, inside);
    *rest = str_from_n(*rest, 1);
    return !p->problem;
}

/* \Q...\E */
static bool parse_quoted(struct re_parser *p, struct str *rest)
{
    struct str text;
    str_cut(str_from_n(*rest, 2), STR("\\E"), &text, rest);
    for (uint32_t c; text.n;) {
        if (!re_next_rune(p, &text, &c)) return false;
        re_push_literal(p, c);
    }
    return !p->problem;
}

static bool parse_backslash(struct re_parser *p, struct str *rest)
{
    static const struct {
        char letter;
        uint8_t op;
    } assertions[] = {{'A', RE_BEGIN_TEXT}, {'z', RE_END_TEXT}, {'b', RE_WORD_EDGE}, {'B', RE_NO_WORD_EDGE}};
    char letter = rest->n > 1 ? rest->p[1] : 0;
    for (size_t i = 0; i < sizeof assertions / sizeof *assertions; i++) {
        if (letter != assertions[i].letter) continue;
        re_push_op(p, assertions[i].op, 0);
        *rest = str_from_n(*rest, 2);
        return !p->problem;
    }
    if (letter == 'C') return re_fail(p, "invalid escape sequence", str_sub(*rest, 0, 2)); /* any byte */
    if (letter == 'Q') return parse_quoted(p, rest);

    struct re_node *class = re_new(p, RE_CLASS);
    class->flags = (uint8_t)p->flags;
    if (re_parse_named(p, rest, &class->set)) {
        if (!p->problem) re_push(p, class);
        return !p->problem;
    }
    re_release(p, class);
    uint32_t c;
    if (!re_parse_escape(p, rest, &c)) return false;
    re_push_literal(p, c);
    return !p->problem;
}

static bool parse_literal(struct re_parser *p, struct str *rest)
{
    uint32_t c;
    if (!re_next_rune(p, rest, &c)) return false;
    re_push_literal(p, c);
    return !p->problem;
}

/* One item of the expression. `last` is the place of the repetition just before it, empty if there is none. */
static bool parse_item(struct re_parser *p, struct str *rest, struct str last, bool *repeated)
{
    struct str before = *rest, after = str_from_n(before, 1);
    bool multi_line = !(p->flags & RE_ONE_LINE);
    switch (before.p[0]) {
    case '(': return parse_open(p, rest);
    case ')': return parse_close(p, rest);
    case '[': return re_parse_class(p, rest);
    case '\\': return parse_backslash(p, rest);
    case '{': return parse_braces(p, rest, last, repeated);
    case '*':
    case '+':
    case '?':
        *repeated = true;
        *rest = after;
        return parse_repetition(p, before.p[0] == '*' ? RE_STAR : before.p[0] == '+' ? RE_PLUS : RE_QUEST, 0, 0,
                                before, rest, last);
    case '|': re_bar(p); break;
    case '^': re_push_op(p, multi_line ? RE_BEGIN_LINE : RE_BEGIN_TEXT, 0); break;
    case '$': re_push_op(p, multi_line ? RE_END_LINE : RE_END_TEXT, multi_line ? 0 : RE_DOLLAR); break;
    case '.': re_push_op(p, p->flags & RE_DOT_NL ? RE_ANY : RE_ANY_NOT_NL, 0); break;
    default: return parse_literal(p, rest);
    }
    *rest = after;
    return !p->problem;
}

struct re_node *re_parse(struct re_parser *p, struct str pattern)
{
    struct str rest = pattern, last = STR("");
    p->whole = pattern;
    p->flags = RE_ONE_LINE;
    while (rest.n) {
        struct str before = rest;
        bool repeated = false;
        if (!parse_item(p, &rest, last, &repeated)) return NULL;
        last = repeated ? before : STR("");
    }
    re_alternate(p);
    if (!p->problem && p->depth != 1) re_fail(p, "missing closing )", pattern);
    return p->problem ? NULL : p->stack[0];
}
