/* sprig's functions over strings: trimming, cutting, testing, quoting, splitting, joining (sprig/strings.go and Go's
 * strings package). What works on words and case is in words.c. */
#include <stdlib.h>

#include "base/utf8.h"
#include "funcs/funcs.h"
#include "text/unicode.h"
#include "value/gofmt.h"

/* ---- case ---- */

/* strings.Map: what is no UTF-8 becomes U+FFFD. */
static struct str map_runes(struct arena *a, struct str s, uint32_t (*map)(uint32_t))
{
    struct buf b = buf_new(a);
    buf_reserve(&b, s.n);
    for (size_t i = 0, width; i < s.n; i += width) buf_rune(&b, map(utf8_decode(s, i, &width)));
    return buf_str(&b);
}

static bool call_upper(struct call *c, struct value *out) { return ret_str(out, map_runes(c->a, arg_str(c, 0), rune_upper)); }
static bool call_lower(struct call *c, struct value *out) { return ret_str(out, map_runes(c->a, arg_str(c, 0), rune_lower)); }

/* ---- trimming ---- */

static struct str trim_where(struct str s, bool (*drop)(uint32_t rune, struct str set), struct str set)
{
    size_t width;
    while (s.n && drop(utf8_decode(s, 0, &width), set)) s = str_from_n(s, width);
    while (s.n && drop(utf8_decode_last(s, s.n, &width), set)) s.n -= width;
    return s;
}

static bool is_space(uint32_t rune, struct str set)
{
    (void)set;
    return rune_is_space(rune);
}

/* strings.ContainsRune: an invalid byte is U+FFFD on both sides. */
static bool is_in(uint32_t rune, struct str set)
{
    for (size_t i = 0, width; i < set.n; i += width)
        if (utf8_decode(set, i, &width) == rune) return true;
    return false;
}

static bool call_trim(struct call *c, struct value *out)
{
    return ret_str(out, trim_where(arg_str(c, 0), is_space, STR("")));
}

static bool call_trim_all(struct call *c, struct value *out)
{
    return ret_str(out, trim_where(arg_str(c, 1), is_in, arg_str(c, 0)));
}

static bool call_trim_prefix(struct call *c, struct value *out) { return ret_str(out, str_trim_prefix(arg_str(c, 1), arg_str(c, 0))); }
static bool call_trim_suffix(struct call *c, struct value *out) { return ret_str(out, str_trim_suffix(arg_str(c, 1), arg_str(c, 0))); }

/* ---- testing ---- */

static bool call_contains(struct call *c, struct value *out) { return ret(out, v_bool(str_has(arg_str(c, 1), arg_str(c, 0)))); }
static bool call_has_prefix(struct call *c, struct value *out) { return ret(out, v_bool(str_starts(arg_str(c, 1), arg_str(c, 0)))); }
static bool call_has_suffix(struct call *c, struct value *out) { return ret(out, v_bool(str_ends(arg_str(c, 1), arg_str(c, 0)))); }

/* ---- cutting; all by bytes ---- */

static bool call_substr(struct call *c, struct value *out)
{
    int64_t start = arg_int(c, 0), end = arg_int(c, 1);
    struct str s = arg_str(c, 2);
    int64_t n = (int64_t)s.n;
    if (start < 0) {
        if (end < 0) return call_fail(c, "runtime error: slice bounds out of range [:%lld]", (long long)end);
        if (end > n) return call_fail(c, "runtime error: slice bounds out of range [:%lld] with length %lld", (long long)end, (long long)n);
        start = 0;
    } else if (end < 0 || end > n) {
        end = n;
    }
    if (start > end) return call_fail(c, "runtime error: slice bounds out of range [%lld:%lld]", (long long)start, (long long)end);
    return ret_str(out, str_sub(s, (size_t)start, (size_t)end));
}

static bool call_trunc(struct call *c, struct value *out)
{
    int64_t count = arg_int(c, 0);
    struct str s = arg_str(c, 1);
    int64_t n = (int64_t)s.n;
    if (count < 0 && n + count > 0) return ret_str(out, str_from_n(s, (size_t)(n + count)));
    if (count >= 0 && n > count) return ret_str(out, str_sub(s, 0, (size_t)count));
    return ret_str(out, s);
}

/* ---- repeating and indenting ---- */

static bool repeat(struct call *c, struct buf *b, struct str s, int64_t count)
{
    int64_t total;
    if (count < 0) return call_fail(c, "strings: negative Repeat count");
    if (count > 1 && __builtin_mul_overflow((int64_t)s.n, count, &total))
        return call_fail(c, "strings: Repeat output length overflow");
    if (s.n == 1) buf_fill(b, *s.p, (size_t)count);
    if (s.n <= 1) return true;
    buf_reserve(b, s.n * (size_t)count);
    while (count-- > 0) buf_add(b, s);
    return true;
}

static bool call_repeat(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    return repeat(c, &b, arg_str(c, 1), arg_int(c, 0)) && ret_str(out, buf_str(&b));
}

static bool indent(struct call *c, struct buf *b, int64_t spaces, struct str s)
{
    struct buf pad = buf_new(c->a);
    if (!repeat(c, &pad, STR(" "), spaces)) return false;
    buf_add(b, buf_str(&pad));
    for (struct str line, rest = s; str_cut(rest, STR("\n"), &line, &rest);) {
        buf_add(b, line);
        buf_byte(b, '\n');
        buf_add(b, buf_str(&pad));
        s = rest;
    }
    buf_add(b, s);
    return true;
}

static bool call_indent(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    return indent(c, &b, arg_int(c, 0), arg_str(c, 1)) && ret_str(out, buf_str(&b));
}

static bool call_nindent(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    buf_byte(&b, '\n');
    return indent(c, &b, arg_int(c, 0), arg_str(c, 1)) && ret_str(out, buf_str(&b));
}

/* ---- replacing ---- */

/* strings.ReplaceAll: an empty `old` stands before every rune and at the end. */
static struct str replace_all(struct arena *a, struct str s, struct str old, struct str new)
{
    struct buf b = buf_new(a);
    if (old.n) {
        struct str rest = s, head;
        for (; str_cut(rest, old, &head, &rest); s = rest) {
            buf_add(&b, head);
            buf_add(&b, new);
        }
        if (!b.n) return s;
        buf_add(&b, s);
        return buf_str(&b);
    }
    for (size_t i = 0, width; i < s.n; i += width) {
        utf8_decode(s, i, &width);
        buf_add(&b, new);
        buf_add(&b, str_of(s.p + i, width));
    }
    buf_add(&b, new);
    return buf_str(&b);
}

static bool call_replace(struct call *c, struct value *out)
{
    return ret_str(out, replace_all(c->a, arg_str(c, 2), arg_str(c, 0), arg_str(c, 1)));
}

/* ---- quoting and putting together ---- */

static bool call_quote(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->arg[i].kind == V_NIL) continue;
        if (b.n) buf_byte(&b, ' ');
        go_quote(&b, funcs_text(c->a, c->arg[i]));
    }
    return ret_str(out, buf_str(&b));
}

static bool call_squote(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->arg[i].kind == V_NIL) continue;
        if (b.n) buf_byte(&b, ' ');
        buf_byte(&b, '\'');
        gofmt_value(&b, c->arg[i]);
        buf_byte(&b, '\'');
    }
    return ret_str(out, buf_str(&b));
}

static bool call_cat(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    bool first = true;
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->arg[i].kind == V_NIL) continue;
        if (!first) buf_byte(&b, ' ');
        gofmt_value(&b, c->arg[i]);
        first = false;
    }
    return ret_str(out, buf_str(&b));
}

static bool call_plural(struct call *c, struct value *out) { return ret(out, c->arg[arg_int(c, 2) == 1 ? 0 : 1]); }
static bool call_hello(struct call *c, struct value *out) { (void)c; return ret_str(out, STR("Hello!")); }

static bool call_to_string(struct call *c, struct value *out) { return ret_str(out, funcs_text(c->a, c->arg[0])); }

static bool ret_strings(struct value *out, struct list *l) { return ret(out, v_typed(v_list(l), GO_STRINGS)); }

static bool call_to_strings(struct call *c, struct value *out) { return ret(out, funcs_texts(c->a, c->arg[0])); }

static bool call_join(struct call *c, struct value *out)
{
    struct value texts = funcs_texts(c->a, c->arg[1]);
    struct buf b = buf_new(c->a);
    for (uint32_t i = 0; i < list_len(texts); i++) {
        if (i) buf_add(&b, arg_str(c, 0));
        buf_add(&b, v_text(texts.u.list->v[i]));
    }
    return ret_str(out, buf_str(&b));
}

/* ---- splitting ---- */

/* Every rune its own part, the last one takes the rest. */
static void explode(struct list *out, struct str s, int64_t limit)
{
    for (size_t i = 0, width; i < s.n; i += width) {
        utf8_decode(s, i, &width);
        if (limit > 0 && out->n + 1 == limit) width = s.n - i;
        list_add(out, v_str(str_of(s.p + i, width)));
    }
}

/* strings.SplitN; limit < 0: all, 0: none. */
static struct list *split(struct arena *a, struct str s, struct str separator, int64_t limit)
{
    struct list *out = list_new(a);
    if (limit == 0) return out;
    if (!separator.n) {
        explode(out, s, limit);
        return out;
    }
    struct str head, rest = s;
    for (; (limit < 0 || out->n + 1 < limit) && str_cut(rest, separator, &head, &rest); s = rest) list_add(out, v_str(head));
    list_add(out, v_str(s));
    return out;
}

/* {_0: ..., _1: ...} */
static bool ret_parts(struct call *c, struct value *out, const struct list *parts)
{
    struct map *m = map_new(c->a);
    for (uint32_t i = 0; i < parts->n; i++) map_put(m, str_printf(c->a, "_%u", (unsigned)i), parts->v[i]);
    return ret(out, v_typed(v_map(m), GO_STRING_MAP));
}

static bool call_split(struct call *c, struct value *out)
{
    return ret_parts(c, out, split(c->a, arg_str(c, 1), arg_str(c, 0), -1));
}

static bool call_splitn(struct call *c, struct value *out)
{
    return ret_parts(c, out, split(c->a, arg_str(c, 2), arg_str(c, 0), arg_int(c, 1)));
}

static bool call_split_list(struct call *c, struct value *out)
{
    struct list *parts = split(c->a, arg_str(c, 1), arg_str(c, 0), -1);
    return ret_strings(out, funcs_set_capacity(parts, parts->n));
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(v_text(*(const struct value *)x), v_text(*(const struct value *)y));
}

/* Sorts a []string where it is: whoever holds it sees it sorted, as in Go. */
static bool call_sort_alpha(struct call *c, struct value *out)
{
    struct value v = c->arg[0], texts;
    bool sequence = v.kind == V_LIST || (v.kind == V_STR && v.type == GO_BYTES);
    if (sequence) {
        texts = funcs_texts(c->a, v);
    } else {
        texts = v_typed(v_list(list_new(c->a)), GO_STRINGS);
        list_add(texts.u.list, v_str(funcs_text(c->a, v)));
    }
    struct list *l = texts.u.list;
    if (l) l->at = NULL; /* positions no longer say where an item came from; their reads are noted as a whole (FUNC_DEEP) */
    if (list_len(texts) > 1) qsort(l->v, l->n, sizeof *l->v, by_text);
    return ret(out, texts);
}

const struct func funcs_strings[] = {
    {"cat", "a.", call_cat, FUNC_PASSES | FUNC_DEEP},
    {"contains", "ss", call_contains, 0},
    {"hasPrefix", "ss", call_has_prefix, 0},
    {"hasSuffix", "ss", call_has_suffix, 0},
    {"hello", "", call_hello, 0},
    {"indent", "is", call_indent, FUNC_PASSES},
    {"join", "sa", call_join, FUNC_PASSES | FUNC_DEEP},
    {"lower", "s", call_lower, 0},
    {"nindent", "is", call_nindent, FUNC_PASSES},
    {"plural", "ssi", call_plural, 0},
    {"quote", "a.", call_quote, FUNC_PASSES | FUNC_DEEP},
    {"repeat", "is", call_repeat, 0},
    {"replace", "sss", call_replace, 0},
    {"sortAlpha", "a", call_sort_alpha, FUNC_DEEP},
    {"split", "ss", call_split, 0},
    {"splitList", "ss", call_split_list, 0},
    {"splitn", "sis", call_splitn, 0},
    {"squote", "a.", call_squote, FUNC_DEEP},
    {"substr", "iis", call_substr, 0},
    {"toString", "a", call_to_string, FUNC_DEEP},
    {"toStrings", "a", call_to_strings, FUNC_DEEP},
    {"trim", "s", call_trim, FUNC_PASSES},
    {"trimAll", "ss", call_trim_all, 0},
    {"trimPrefix", "ss", call_trim_prefix, 0},
    {"trimSuffix", "ss", call_trim_suffix, 0},
    {"trimall", "ss", call_trim_all, 0},
    {"trunc", "is", call_trunc, 0},
    {"upper", "s", call_upper, 0},
    {0},
};
