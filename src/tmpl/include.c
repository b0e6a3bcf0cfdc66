/* include and tpl, and how Helm prints what went wrong: pkg/engine/engine.go. */
#include "tmpl/no_value.h"
#include "tmpl/state.h"

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt.h"

enum { NESTED_MAX = 1000 /* recursionMaxNums */ };

static bool too_deep(struct exec *x)
{
    char here;
    return (size_t)(x->stack_base - &here) > x->a->guard->stack;
}

static struct str no_template(struct arena *a, struct str name)
{
    struct buf b = buf_new(a);
    buf_z(&b, "template: no template ");
    go_quote(&b, name);
    buf_z(&b, " associated with template \"gotpl\"");
    return buf_done(&b);
}

bool tmpl_include(struct call *c, struct str name, struct value dot, struct buf *out)
{
    struct exec *x = c->x;
    void **depth = strmap_find(&x->include_depth, name);
    uintptr_t n = depth ? (uintptr_t)*depth : 0;
    if (n > NESTED_MAX || too_deep(x))
        return call_fail(c, "rendering template has a nested reference name: %.*s: unable to execute template", STR_ARG(name));
    const struct tmpl_set *set = x->state->set;
    const struct tree *t = tmpl_set_find(set, name);
    if (!t) {
        x->call_error = no_template(x->a, name);
        return false;
    }
    strmap_put(&x->include_depth, t->name, (void *)(n + 1));
    struct trace_outer outer = {0};
    if (x->trace) outer = trace_open(x->trace, out);
    bool ok = run_tree(x, set, t, dot, x->state, 0, out);
    if (x->trace) trace_close(x->trace, outer);
    strmap_put(&x->include_depth, t->name, (void *)n);
    if (!ok) x->call_error = x->error;
    return ok;
}

struct str without_no_value(struct arena *a, struct str s)
{
    struct str mark = STR("<no value>"), head, rest = s;
    if (!str_has(s, mark)) return s;
    struct buf b = buf_new(a);
    for (bool more = true; more;) {
        more = str_cut(rest, mark, &head, &rest);
        buf_add(&b, head);
    }
    return buf_done(&b);
}

static bool wrap(struct call *c, const char *what, struct str text, struct str inner)
{
    struct exec *x = c->x;
    struct buf b = buf_new(x->a);
    *PUSH(x->a, x->wrapped, x->wrapped_n, x->wrapped_cap) = (uint32_t)inner.n;
    buf_z(&b, what);
    go_quote(&b, text);
    buf_z(&b, ": ");
    buf_add(&b, inner);
    x->call_error = buf_done(&b);
    return false;
}

bool tmpl_tpl(struct call *c, struct str text, struct value dot, struct buf *out)
{
    struct exec *x = c->x;
    if (!str_has(text, STR("{{"))) {
        buf_add(out, without_no_value(x->a, text));
        return true;
    }
    if (too_deep(x)) return call_fail(c, "error during tpl function execution: templates are nested too deep");
    const struct parsed *p = tmpl_parse(x->a, x->parses, STR("gotpl"), text);
    if (p->error.n) return wrap(c, "cannot parse template ", text, p->error);
    /* Defines made in the text are seen only in it and in what it includes. */
    struct tmpl_set *set = tmpl_set_new(x->a, x->state->set);
    tmpl_set_add(set, p);
    const struct tree *main = p->v[p->n - 1];
    struct buf b = buf_new(x->a);
    struct trace_outer outer = {0};
    if (x->trace) outer = trace_open(x->trace, &b);
    bool ok = run_tree(x, set, main, dot, x->state, 0, &b);
    if (x->trace) {
        trace_close(x->trace, outer);
        trace_delete_no_value(x->trace, &x->trace->result, buf_str(&b));
    }
    if (!ok) return wrap(c, "error during tpl function execution for ", text, x->error);
    buf_add(out, without_no_value(x->a, buf_str(&b)));
    return true;
}

/* ---- printing errors ---- */

struct traced {
    struct str place, what, message;
};

/* parseTemplateExecErrorString: one error of text/template taken apart. */
static bool take_apart(struct str s, struct traced *t)
{
    struct str rest, after, head, tail;
    *t = (struct traced){0};
    if (!str_starts(s, STR("template: "))) return false;
    rest = str_from_n(s, 10);
    if (str_starts(rest, STR("no template "))) {
        t->message = s;
        return true;
    }
    if (str_cut(rest, STR(": executing "), &head, &after)) {
        struct str name, at, message;
        if (after.n && after.p[0] == '"' && str_cut(str_from_n(after, 1), STR("\""), &name, &tail) && str_starts(tail, STR(" at <")) &&
            str_cut(str_from_n(tail, 5), STR(">: "), &at, &message)) {
            t->place = head;
            t->what = str_of(after.p, (size_t)(at.p + at.n + 2 - after.p)); /* "NAME" at <AT>: */
            str_cut(message, STR(" template:"), &t->message, &tail);
            return true;
        }
        return false;
    }
    ptrdiff_t colon = str_find_last(rest, STR(": "));
    if (colon < 0) return false;
    t->place = str_sub(rest, 0, (size_t)colon);
    str_cut(str_from_n(rest, (size_t)colon + 2), STR(" template:"), &t->message, &tail);
    return true;
}

static bool same(const struct traced *x, const struct traced *y)
{
    return str_eq(x->place, y->place) && str_eq(x->what, y->what) && str_eq(x->message, y->message);
}

static void show_traced(struct buf *b, const struct traced *t)
{
    if (t->place.n) {
        buf_add(b, t->place);
        buf_z(b, "\n  ");
    }
    if (t->what.n) {
        buf_z(b, "executing ");
        buf_add(b, t->what);
        buf_z(b, "\n    ");
    }
    if (t->message.n) {
        buf_add(b, t->message);
        buf_byte(b, '\n');
    }
}

/* The words of fail and required, which Helm finds by its marks; from the first mark to the last. */
static bool own_words(struct str s, struct str *words)
{
    struct str start = STR("HELM_ERR_START"), end = STR("HELM_ERR_END");
    ptrdiff_t i = str_find(s, start), j = str_find_last(s, end);
    if (i < 0 || j < i + (ptrdiff_t)start.n) return false;
    *words = str_sub(s, (size_t)i + start.n, (size_t)j);
    return true;
}

/* strings.TrimSpace: the message may end with a chart's own text. */
static struct str trim_space(struct str s)
{
    size_t w;
    while (s.n && rune_is_space(utf8_decode(s, 0, &w))) s = str_from_n(s, w);
    while (s.n && rune_is_space(utf8_decode_last(s, s.n, &w))) s.n -= w;
    return s;
}

struct str tmpl_error_show(struct arena *a, const struct exec *x)
{
    struct str place, rest, head, words, error = x->error;
    if (!str_cut(error, STR(": "), &head, &rest) || !str_cut(rest, STR(": "), &place, &rest)) return error;
    if (own_words(rest, &words)) return str_printf(a, "execution error at (%.*s): %.*s", STR_ARG(place), STR_ARG(words));
    if (x->env->helm_major == 3) return error;
    struct buf b = buf_new(a);
    struct traced last = {0};
    for (uint32_t i = x->wrapped_n + 1; i-- > 0;) {
        uint32_t n = i == x->wrapped_n ? (uint32_t)error.n : x->wrapped[i];
        struct traced t;
        if (n > error.n || !take_apart(str_from_n(error, error.n - n), &t)) return error;
        if (!b.n || !same(&t, &last)) show_traced(&b, &t);
        last = t;
    }
    return trim_space(buf_done(&b));
}

struct str tmpl_parse_error_show(struct arena *a, const struct parsed *p)
{
    struct str head, place, rest;
    if (!str_cut(p->error, STR(": "), &head, &rest) || !str_cut(rest, STR(": "), &place, &rest)) return p->error;
    ptrdiff_t i = str_find_last(rest, STR(": "));
    if (i >= 0) rest = str_from_n(rest, (size_t)i + 2);
    return str_printf(a, "parse error at (%.*s): %.*s", STR_ARG(place), STR_ARG(rest));
}
