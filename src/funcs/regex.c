/* sprig's functions over regular expressions. Each pattern is compiled once per render. */
#include "funcs/funcs.h"
#include "text/regex.h"
#include "tmpl/exec.h"
#include "value/gofmt.h"

struct pattern {
    struct regex *regex; /* NULL: it does not compile */
    struct str error;
};

static const struct pattern *pattern_of(struct call *c, struct str text)
{
    struct exec *x = c->x;
    if (!x->regexes) {
        x->regexes = NEW(x->a, struct strmap);
        *x->regexes = strmap_new(x->a);
    }
    struct pattern *p = strmap_get(x->regexes, text);
    if (p) return p;
    p = NEW(x->a, struct pattern);
    p->regex = regex_compile(x->a, str_dup(x->a, text), &p->error);
    strmap_put(x->regexes, str_dup(x->a, text), p);
    return p;
}

/* The forms without must panic, with regexp.MustCompile's text. */
static bool fail_to_compile(struct call *c, const struct pattern *p)
{
    if (str_starts(str_from(c->f->name), STR("must"))) return call_fail(c, "%.*s", STR_ARG(p->error));
    struct buf b = buf_new(c->a);
    if (go_can_backquote(arg_str(c, 0))) buf_printf(&b, "`%.*s`", STR_ARG(arg_str(c, 0)));
    else go_quote(&b, arg_str(c, 0));
    return call_fail(c, "regexp: Compile(%.*s): %.*s", STR_ARG(buf_str(&b)), STR_ARG(p->error));
}

/* The first argument compiled; NULL, and the call has failed, when it does not. */
static const struct regex *arg_regex(struct call *c)
{
    const struct pattern *p = pattern_of(c, arg_str(c, 0));
    if (!p->regex) fail_to_compile(c, p);
    return p->regex;
}

static bool call_match(struct call *c, struct value *out)
{
    const struct pattern *p = pattern_of(c, arg_str(c, 0));
    return ret(out, v_bool(p->regex && regex_match(p->regex, c->a, arg_str(c, 1), 0, NULL)));
}

static bool call_must_match(struct call *c, struct value *out)
{
    const struct regex *r = arg_regex(c);
    return r && ret(out, v_bool(regex_match(r, c->a, arg_str(c, 1), 0, NULL)));
}

static bool call_find(struct call *c, struct value *out)
{
    const struct regex *r = arg_regex(c);
    if (!r) return false;
    size_t *at = NEW_ARRAY(c->a, size_t, 2 * ((size_t)regex_groups(r) + 1));
    if (!regex_match(r, c->a, arg_str(c, 1), 0, at)) return ret_str(out, STR(""));
    return ret_str(out, str_sub(arg_str(c, 1), at[0], at[1]));
}

/* A []string that has grown from `capacity`. */
static bool ret_texts(struct call *c, struct value *out, const struct str *v, size_t n, size_t capacity)
{
    struct list *l = list_new(c->a);
    for (size_t i = 0; i < n; i++) list_add(l, v_str(v[i]));
    funcs_set_capacity(l, funcs_capacity_appended(capacity, n, GO_STRINGS));
    return ret(out, v_typed(v_list(l), GO_STRINGS));
}

static bool ret_no_texts(struct value *out) { return ret(out, v_typed(v_list(NULL), GO_STRINGS)); }

static bool call_find_all(struct call *c, struct value *out)
{
    const struct regex *r = arg_regex(c);
    struct str *v = NULL;
    size_t n = 0;
    if (!r) return false;
    regex_find_all(r, c->a, arg_str(c, 1), arg_int(c, 2), &v, &n);
    return n ? ret_texts(c, out, v, n, 10) : ret_no_texts(out); /* regexp.startSize */
}

static bool call_split(struct call *c, struct value *out)
{
    const struct regex *r = arg_regex(c);
    struct str *v = NULL;
    size_t n = 0;
    if (!r) return false;
    if (arg_int(c, 2) == 0) return ret_no_texts(out);
    regex_split(r, c->a, arg_str(c, 1), arg_int(c, 2), &v, &n);
    return ret_texts(c, out, v, n, n ? n - 1 : 0); /* made for as many as there are matches, mostly one less than parts */
}

static bool call_replace(struct call *c, struct value *out)
{
    const struct regex *r = arg_regex(c);
    return r && ret_str(out, regex_replace_all(r, c->a, arg_str(c, 1), arg_str(c, 2), false));
}

static bool call_replace_literal(struct call *c, struct value *out)
{
    const struct regex *r = arg_regex(c);
    return r && ret_str(out, regex_replace_all(r, c->a, arg_str(c, 1), arg_str(c, 2), true));
}

static bool call_quote_meta(struct call *c, struct value *out) { return ret_str(out, regex_quote(c->a, arg_str(c, 0))); }

const struct func funcs_regex[] = {
    {"mustRegexFind", "ss", call_find, 0},
    {"mustRegexFindAll", "ssi", call_find_all, 0},
    {"mustRegexMatch", "ss", call_must_match, 0},
    {"mustRegexReplaceAll", "sss", call_replace, 0},
    {"mustRegexReplaceAllLiteral", "sss", call_replace_literal, 0},
    {"mustRegexSplit", "ssi", call_split, 0},
    {"regexFind", "ss", call_find, 0},
    {"regexFindAll", "ssi", call_find_all, 0},
    {"regexMatch", "ss", call_match, 0},
    {"regexQuoteMeta", "s", call_quote_meta, 0},
    {"regexReplaceAll", "sss", call_replace, 0},
    {"regexReplaceAllLiteral", "sss", call_replace_literal, 0},
    {"regexSplit", "ssi", call_split, 0},
    {0},
};
