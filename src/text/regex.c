#include "text/regex.h"

#include "base/utf8.h"
#include "text/regex_prog.h"
#include "text/regex_tree.h"

static void take_names(struct regex *re, const struct re_node *node)
{
    if (node->op == RE_CAPTURE) re->names[node->capture] = node->name;
    for (uint32_t i = 0; i < node->subs; i++) take_names(re, node->sub[i]);
}

struct regex *regex_compile(struct arena *a, struct str pattern, struct str *error)
{
    struct re_parser p = {.a = a};
    struct re_node *tree = re_parse(&p, str_dup(a, pattern));
    if (!tree) {
        *error = str_printf(a, "error parsing regexp: %s: `%.*s`", p.problem, STR_ARG(p.culprit));
        return NULL;
    }
    struct regex *re = re_compile(a, tree, p.captures);
    re->pattern_is_empty = !pattern.n;
    re->names = NEW_ARRAY(a, struct str, p.captures + 1);
    take_names(re, tree);
    return re;
}

uint32_t regex_groups(const struct regex *re) { return re->groups; }

struct str regex_group_name(const struct regex *re, uint32_t i) { return i <= re->groups ? re->names[i] : STR(""); }

bool regex_match(const struct regex *re, struct arena *a, struct str text, size_t from, size_t *at)
{
    return re_search(re, a, text, from, at, at ? 2 * (re->groups + 1) : 0);
}

/* What a $ in a replacement refers to. */
struct reference {
    struct str name;
    int64_t number; /* -1: by name */
};

/* After a $: name or {name}, of letters, digits and _; takes it off *rest. False: the $ stands for itself. */
static bool read_reference(struct str *rest, struct reference *ref)
{
    struct str s = *rest;
    bool brace = str_starts(s, STR("{"));
    if (brace) s = str_from_n(s, 1);
    size_t n = 0, width;
    for (; n < s.n; n += width) {
        uint32_t r = utf8_decode(s, n, &width);
        if (r != '_' && !rune_is_letter(r) && !rune_is_digit(r)) break;
    }
    if (!n || (brace && (n == s.n || s.p[n] != '}'))) return false;
    ref->name = str_sub(s, 0, n);
    ref->number = 0;
    for (size_t i = 0; i < n && ref->number >= 0; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9' && ref->number < 100000000;
        ref->number = digit ? ref->number * 10 + (s.p[i] - '0') : -1;
    }
    if (s.p[0] == '0' && n > 1) ref->number = -1;
    *rest = str_from_n(s, n + brace);
    return true;
}

static void add_group(struct buf *out, const struct regex *re, struct str text, const size_t *at, struct reference ref)
{
    for (uint32_t i = 0; i <= re->groups; i++) {
        bool meant = ref.number >= 0 ? ref.number == i : str_eq(ref.name, re->names[i]);
        if (!meant || at[2 * i] == SIZE_MAX) continue;
        buf_add(out, str_sub(text, at[2 * i], at[2 * i + 1]));
        return;
    }
}

static void expand(struct buf *out, const struct regex *re, struct str template, struct str text, const size_t *at)
{
    struct str before;
    while (str_cut(template, STR("$"), &before, &template)) {
        struct reference ref;
        buf_add(out, before);
        if (str_starts(template, STR("$"))) {
            buf_byte(out, '$');
            template = str_from_n(template, 1);
        } else if (read_reference(&template, &ref)) {
            add_group(out, re, text, at, ref);
        } else {
            buf_byte(out, '$');
        }
    }
    buf_add(out, before);
}

/* The width of the rune at `at`; 0 at the end. */
static size_t width_at(struct str text, size_t at)
{
    size_t width = 0;
    if (at < text.n) utf8_decode(text, at, &width);
    return width;
}

struct str regex_replace_all(const struct regex *re, struct arena *a, struct str text, struct str template, bool literal)
{
    literal = literal || str_chr(template, '$') < 0;
    uint32_t slots = literal ? 2 : 2 * (re->groups + 1);
    size_t *at = NEW_ARRAY(a, size_t, slots);
    struct buf out = buf_new(a);
    size_t done = 0, search = 0;
    while (search <= text.n && re_search(re, a, text, search, at, slots)) {
        buf_add(&out, str_sub(text, done, at[0]));
        /* Not for an empty match right behind another match. */
        if (at[1] > done || at[0] == 0) {
            if (literal)
                buf_add(&out, template);
            else
                expand(&out, re, template, text, at);
        }
        done = at[1];
        size_t width = width_at(text, search);
        if (search + width > at[1])
            search += width;
        else if (search + 1 > at[1])
            search++;
        else
            search = at[1];
    }
    buf_add(&out, str_from_n(text, done));
    return buf_done(&out);
}

struct span {
    size_t from, to;
};

/* The first n matches (all if n < 0), none overlapping and no empty one right behind another. */
static struct span *find_spans(const struct regex *re, struct arena *a, struct str text, int64_t n, size_t *count)
{
    struct span *v = NULL;
    size_t cap = 0, at[2], search = 0, last = SIZE_MAX;
    *count = 0;
    while ((n < 0 || *count < (uint64_t)n) && search <= text.n && re_search(re, a, text, search, at, 2)) {
        bool empty_again = at[1] == search && at[0] == last;
        if (at[1] == search) {
            size_t width = width_at(text, search);
            search = width ? search + width : text.n + 1;
        } else {
            search = at[1];
        }
        last = at[1];
        if (!empty_again) *PUSH(a, v, *count, cap) = (struct span){at[0], at[1]};
    }
    return v;
}

void regex_find_all(const struct regex *re, struct arena *a, struct str text, int64_t n, struct str **out, size_t *count)
{
    struct span *v = find_spans(re, a, text, n, count);
    *out = NEW_ARRAY(a, struct str, *count);
    for (size_t i = 0; i < *count; i++) (*out)[i] = str_sub(text, v[i].from, v[i].to);
}

void regex_split(const struct regex *re, struct arena *a, struct str text, int64_t n, struct str **out, size_t *count)
{
    *count = 0;
    *out = NULL;
    if (n == 0) return;
    if (!re->pattern_is_empty && !text.n) {
        *out = NEW_ARRAY(a, struct str, 1);
        (*out)[(*count)++] = STR("");
        return;
    }
    size_t spans, begin = 0, end = 0;
    struct span *v = find_spans(re, a, text, n, &spans);
    *out = NEW_ARRAY(a, struct str, spans + 1);
    for (size_t i = 0; i < spans && (n < 0 || *count + 1 < (uint64_t)n); i++) {
        end = v[i].from;
        if (v[i].to != 0) (*out)[(*count)++] = str_sub(text, begin, end);
        begin = v[i].to;
    }
    if (end != text.n) (*out)[(*count)++] = str_from_n(text, begin);
}

struct str regex_quote(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] && strchr("\\.+*?()|[]{}^$", s.p[i])) buf_byte(&b, '\\');
        buf_byte(&b, s.p[i]);
    }
    return buf_done(&b);
}
