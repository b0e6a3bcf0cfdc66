#include "tmpl/query.h"

#include "base/buf.h"
#include "text/regex.h"
#include "tmpl/treesitter.h"

#include <stdlib.h>

enum test_kind { TEST_EQ, TEST_MATCH, TEST_ANY_OF, TEST_HAS_ANCESTOR };

struct query_test {
    enum test_kind kind;
    bool not;
    uint32_t capture;
    uint32_t other; bool has_other;   /* #eq? of two captures */
    struct str *v; uint32_t n, cap;
    struct regex *regex;
};

/* ---- compiling ---- */

struct compiling {
    struct arena *a;
    struct diags *d;
    struct str text;
    uint32_t input;
    const TSQuery *query;
    struct query_pattern *p;
};

static struct place place_of(const struct compiling *c, uint32_t offset)
{
    struct place at = {.input = c->input & 0x3fff, .line = 1};
    uint32_t column = 1;
    for (uint32_t i = 0; i < offset && i < c->text.n; i++) {
        unsigned char ch = (unsigned char)c->text.p[i];
        if (ch == '\n') at.line++, column = 1;
        else if ((ch & 0xc0) != 0x80) column++;
    }
    at.column = column & 0x3ffff;
    return at;
}

static bool refused(const struct compiling *c, uint32_t offset, TSQueryError why)
{
    static const char *const words[] = {"", "is no query", "names a kind of node that the grammar does not have", "names a field that the grammar does not have",
                                        "names a capture that the pattern does not have", "can match nothing: no such nodes stand in each other", "is of another language"};
    diag_error(c->d, place_of(c, offset), "the query %s", (size_t)why < sizeof words / sizeof *words ? words[why] : "is refused");
    if (why == TSQueryErrorNodeType || why == TSQueryErrorStructure) diag_hint(c->d, "the nodes are in src/tmpl/grammar/node-types.json");
    return false;
}

static struct str string_of(const struct compiling *c, const TSQueryPredicateStep *s)
{
    uint32_t n;
    const char *z = s->type == TSQueryPredicateStepTypeString ? ts.query_string_value_for_id(c->query, s->value_id, &n) : ts.query_capture_name_for_id(c->query, s->value_id, &n);
    return str_dup(c->a, str_of(z, n));
}

static bool set_field(const struct compiling *c, struct str key, struct str value)
{
    static const char *const names[] = {"info", "warning", "error"};
    if (str_is(key, "rule")) return c->p->rule = value, true;
    if (str_is(key, "message")) return c->p->message = value, true;
    if (str_is(key, "fix")) return c->p->fix = value, true;
    for (int i = 0; i < 3 && str_is(key, "severity"); i++)
        if (str_is(value, names[i])) return c->p->severity = (enum severity)i, true;
    if (str_is(key, "severity")) return diag_error(c->d, c->p->at, "severity cannot be \"%.*s\": it is error, warning or info", STR_ARG(value));
    return diag_error(c->d, c->p->at, "nothing of a rule is called \"%.*s\": rule, severity, message and fix can be set", STR_ARG(key));
}

static bool known_test(struct str name, enum test_kind *kind, bool *not)
{
    static const char *const names[] = {"eq?", "match?", "any-of?", "has-ancestor?"};
    *not = str_starts(name, STR("not-"));
    name = str_trim_prefix(name, STR("not-"));
    for (int i = 0; i < 4; i++)
        if (str_is(name, names[i])) return *kind = (enum test_kind)i, true;
    return false;
}

static bool add_test(const struct compiling *c, struct str name, const TSQueryPredicateStep *v, uint32_t n)
{
    struct query_test t = {0};
    struct str error;
    if (!known_test(name, &t.kind, &t.not)) {
        diag_error(c->d, c->p->at, "there is no predicate #%.*s", STR_ARG(name));
        diag_hint(c->d, "there are #eq? #match? #any-of? #has-ancestor?, each with not- before it, and #set!");
        return false;
    }
    bool fits = n >= 2 && v[0].type == TSQueryPredicateStepTypeCapture && (n == 2 || t.kind >= TEST_ANY_OF);
    if (!fits) return diag_error(c->d, c->p->at, "#%.*s takes a capture and %s", STR_ARG(name), t.kind >= TEST_ANY_OF ? "texts" : "a text");
    t.capture = v[0].value_id;
    for (uint32_t i = 1; i < n; i++) {
        if (v[i].type == TSQueryPredicateStepTypeCapture && t.kind == TEST_EQ) t.has_other = true, t.other = v[i].value_id;
        *PUSH(c->a, t.v, t.n, t.cap) = string_of(c, &v[i]);
    }
    if (t.kind == TEST_MATCH) t.regex = regex_compile(c->a, t.v[0], &error);
    if (t.kind == TEST_MATCH && !t.regex) return diag_error(c->d, c->p->at, "%.*s", STR_ARG(error));
    *PUSH(c->a, c->p->tests, c->p->tests_n, c->p->tests_cap) = t;
    return true;
}

static bool read_predicates(const struct compiling *c, uint32_t pattern)
{
    uint32_t n;
    const TSQueryPredicateStep *v = ts.query_predicates_for_pattern(c->query, pattern, &n);
    for (uint32_t i = 0; i < n;) {
        uint32_t from = i;
        while (v[i].type != TSQueryPredicateStepTypeDone) i++;
        struct str name = string_of(c, &v[from]);
        if (str_is(name, "set!")) {
            if (i - from != 3) return diag_error(c->d, c->p->at, "#set! takes a name and a text");
            if (!set_field(c, string_of(c, &v[from + 1]), string_of(c, &v[from + 2]))) return false;
        } else if (!add_test(c, name, v + from + 1, i - from - 1)) {
            return false;
        }
        i++;
    }
    return true;
}

static bool is_rule_id(struct str s)
{
    ptrdiff_t slash = str_chr(s, '/');
    bool ok = slash > 0 && (size_t)slash + 1 < s.n;
    for (size_t i = 0; i < s.n && ok; i++) {
        char c = s.p[i];
        ok = (c >= 'a' && c <= 'z') || (ptrdiff_t)i == slash || ((ptrdiff_t)i > slash && ((c >= '0' && c <= '9') || c == '-'));
    }
    return ok;
}

static bool read_pattern(struct compiling *c, uint32_t i, struct query_pattern *p)
{
    *p = (struct query_pattern){.severity = SEVERITY_WARNING, .at = place_of(c, ts.query_start_byte_for_pattern(c->query, i))};
    c->p = p;
    if (!read_predicates(c, i)) return false;
    if (!p->rule.n || !p->message.n) {
        diag_error(c->d, p->at, "this pattern says no %s", p->rule.n ? "message" : "rule");
        diag_hint(c->d, "(#set! %s \"...\") within the pattern's parentheses", p->rule.n ? "message" : "rule");
        return false;
    }
    if (!is_rule_id(p->rule)) return diag_error(c->d, p->at, "a rule cannot be called \"%.*s\": family/name in small letters is needed", STR_ARG(p->rule));
    return true;
}

bool query_compile(struct arena *a, struct str text, uint32_t input, struct diags *d, struct query *out)
{
    struct compiling c = {.a = a, .d = d, .text = text, .input = input};
    uint32_t offset;
    TSQueryError error;
    *out = (struct query){.a = a};
    if (!treesitter_open(d)) return false;
    treesitter_use(a);
    TSQuery *q = ts.query_new(tree_sitter_helm_template(), text.p ? text.p : "", (uint32_t)text.n, &offset, &error);
    if (!q) return refused(&c, offset, error);
    c.query = out->compiled = q;
    out->n = ts.query_pattern_count(q);
    out->v = NEW_ARRAY(a, struct query_pattern, out->n);
    for (uint32_t i = 0; i < out->n; i++)
        if (!read_pattern(&c, i, &out->v[i])) return false;
    return true;
}

/* ---- running ---- */

struct running {
    struct arena *a;
    const TSQuery *query;
    struct str text;
    const TSQueryMatch *m;
};

static struct str node_text(const struct running *r, TSNode n) { return str_sub(r->text, ts.node_start_byte(n), ts.node_end_byte(n)); }

static bool has_ancestor(const struct query_test *t, TSNode n)
{
    for (TSNode up = ts.node_parent(n); up.id; up = ts.node_parent(up))
        for (uint32_t i = 0; i < t->n; i++)
            if (str_is(t->v[i], ts.node_type(up))) return true;
    return false;
}

static bool equals_any(const struct running *r, const struct query_test *t, struct str s)
{
    for (uint32_t i = 0; i < t->n && !t->has_other; i++)
        if (str_eq(t->v[i], s)) return true;
    for (uint16_t i = 0; i < r->m->capture_count && t->has_other; i++)
        if (r->m->captures[i].index == t->other && str_eq(node_text(r, r->m->captures[i].node), s)) return true;
    return false;
}

static bool node_passes(const struct running *r, const struct query_test *t, TSNode n)
{
    switch (t->kind) {
    case TEST_EQ: case TEST_ANY_OF: return equals_any(r, t, node_text(r, n));
    case TEST_MATCH: return regex_match(t->regex, r->a, node_text(r, n), 0, NULL);
    case TEST_HAS_ANCESTOR: return has_ancestor(t, n);
    }
    return false;
}

/* A predicate over a capture that stands for several nodes must hold for each; for none of them it holds. */
static bool passes(const struct running *r, const struct query_pattern *p)
{
    for (uint32_t i = 0; i < p->tests_n; i++)
        for (uint16_t k = 0; k < r->m->capture_count; k++)
            if (r->m->captures[k].index == p->tests[i].capture && node_passes(r, &p->tests[i], r->m->captures[k].node) == p->tests[i].not) return false;
    return true;
}

static struct str capture_name(const struct running *r, uint16_t i)
{
    uint32_t n;
    const char *z = ts.query_capture_name_for_id(r->query, r->m->captures[i].index, &n);
    return str_of(z, n);
}

/* {NAME} is the text of a capture; other braces stand for themselves. */
static struct str filled(const struct running *r, struct str s)
{
    struct buf b = buf_new(r->a);
    for (size_t i = 0; i < s.n;) {
        ptrdiff_t end = s.p[i] == '{' ? str_chr(str_from_n(s, i), '}') : -1;
        struct str name = end > 0 ? str_sub(s, i + 1, i + (size_t)end) : (struct str){0};
        uint16_t k = 0;
        while (name.n && k < r->m->capture_count && !str_eq(capture_name(r, k), name)) k++;
        if (name.n && k < r->m->capture_count) {
            buf_add(&b, node_text(r, r->m->captures[k].node));
            i += (size_t)end + 1;
        } else {
            buf_byte(&b, s.p[i++]);
        }
    }
    return buf_done(&b);
}

static void add_match(const struct running *r, const struct query_pattern *p, struct query_matches *out)
{
    uint16_t at = 0;
    if (!r->m->capture_count) return;
    for (uint16_t i = 0; i < r->m->capture_count; i++)
        if (str_is(capture_name(r, i), "at")) {
            at = i;
            break;
        }
    TSNode n = r->m->captures[at].node;
    uint32_t from = ts.node_start_byte(n);
    struct query_match *x = PUSH(r->a, out->v, out->n, out->cap);
    *x = (struct query_match){.pattern = p, .line = 1, .column = 1, .text = node_text(r, n), .message = filled(r, p->message), .fix = filled(r, p->fix)};
    for (uint32_t i = 0; i < from && i < r->text.n; i++) {
        unsigned char c = (unsigned char)r->text.p[i];
        if (c == '\n') x->line++, x->column = 1;
        else if ((c & 0xc0) != 0x80) x->column++;
    }
}

static int by_position(const void *a, const void *b)
{
    const struct query_match *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return str_cmp(x->pattern->rule, y->pattern->rule);
}

bool query_run(struct arena *a, const struct query *q, struct str text, struct query_matches *out)
{
    TSQueryMatch m;
    struct running r = {.a = a, .query = q->compiled, .text = text, .m = &m};
    *out = (struct query_matches){0};
    TSTree *tree = treesitter_parse(a, text);
    if (!tree) return false;
    TSQueryCursor *cursor = ts.query_cursor_new();
    ts.query_cursor_exec(cursor, q->compiled, ts.tree_root_node(tree));
    while (ts.query_cursor_next_match(cursor, &m)) {
        guard_step(a->guard);
        if (m.pattern_index < q->n && passes(&r, &q->v[m.pattern_index])) add_match(&r, &q->v[m.pattern_index], out);
    }
    if (out->n) qsort(out->v, out->n, sizeof *out->v, by_position);
    return true;
}
