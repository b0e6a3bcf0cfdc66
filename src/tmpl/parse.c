#include "tmpl/parse.h"

#include "base/parallel.h"
#include "tmpl/func.h"
#include "tmpl/node.h"
#include "tmpl/scan.h"
#include "value/gofmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

/* The parser follows text/template/parse (Go 1.25: parse.go): the same three tokens of look-ahead, the same order of
 * checks, so that the first error is the same one, with the same text and line. */

enum { PAREN_DEPTH = 10000, CONTROL_DEPTH = 5000 };

struct variable {
    struct str name;
    int32_t slot;      /* -1: only ever assigned to; reading it fails when it is executed */
};

struct parser {
    struct arena *a;
    struct parsed *out;
    struct str name, text;
    struct scanner scan;
    struct token token[3];
    int peeked;
    uint32_t action_line;
    uint32_t nodes;
    unsigned depth, parens;
    /* of the define that is being parsed */
    struct tree *tree;
    struct variable *vars;
    uint32_t vars_n, vars_cap;
    uint32_t slot;
    unsigned range_depth;
    jmp_buf failed;
};

/* ---- errors ---- */

_Noreturn static void fail(struct parser *p, struct str message)
{
    p->out->error_line = p->token[0].line;
    p->out->error_message = message;
    p->out->error = str_printf(p->a, "template: %.*s:%u: %.*s", STR_ARG(p->name), p->token[0].line, STR_ARG(message));
    longjmp(p->failed, 1);
}

_Noreturn static void failf(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn static void failf(struct parser *p, const char *format, ...)
{
    char message[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    fail(p, str_dup(p->a, str_from(message)));
}

static struct str quote(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    go_quote(&b, s);
    return buf_done(&b);
}

/* A token as Go prints it with %s. */
static struct str token_show(struct parser *p, struct token t)
{
    if (t.kind == T_EOF) return STR("EOF");
    if (t.kind == T_ERROR) return t.text;
    if (t.kind > T_KEYWORD) return str_printf(p->a, "<%.*s>", STR_ARG(t.text));
    if (t.text.n <= 10) return quote(p->a, t.text);
    struct buf b = buf_new(p->a);
    size_t end = 0, runes = 0;
    for (; end < t.text.n && runes < 10; runes++) {
        end++;
        while (end < t.text.n && ((unsigned char)t.text.p[end] & 0xc0) == 0x80) end++;
    }
    go_quote(&b, str_sub(t.text, 0, end));
    buf_z(&b, "...");
    return buf_done(&b);
}

_Noreturn static void unexpected(struct parser *p, struct token t, const char *context)
{
    if (t.kind != T_ERROR) failf(p, "unexpected %.*s in %s", STR_ARG(token_show(p, t)), context);
    struct str extra = {0};
    if (p->action_line && p->action_line != t.line) {
        extra = str_printf(p->a, " in action started at %.*s:%u", STR_ARG(p->name), p->action_line);
        if (str_ends(t.text, STR(" action"))) extra = str_from_n(extra, strlen(" in action"));
    }
    failf(p, "%.*s%.*s", STR_ARG(t.text), STR_ARG(extra));
}

/* ---- tokens ---- */

static struct token next(struct parser *p)
{
    if (p->peeked > 0) p->peeked--;
    else p->token[0] = scan_next(&p->scan);
    return p->token[p->peeked];
}

static void backup(struct parser *p) { p->peeked++; }

static void backup2(struct parser *p, struct token t1)
{
    p->token[1] = t1;
    p->peeked = 2;
}

static void backup3(struct parser *p, struct token t2, struct token t1)
{
    p->token[1] = t1;
    p->token[2] = t2;
    p->peeked = 3;
}

static struct token peek(struct parser *p)
{
    if (p->peeked > 0) return p->token[p->peeked - 1];
    p->peeked = 1;
    p->token[0] = scan_next(&p->scan);
    return p->token[0];
}

static struct token next_solid(struct parser *p)
{
    struct token t;
    do t = next(p);
    while (t.kind == T_SPACE);
    return t;
}

static struct token peek_solid(struct parser *p)
{
    struct token t = next_solid(p);
    backup(p);
    return t;
}

static struct token expect(struct parser *p, enum token_kind kind, const char *context)
{
    struct token t = next_solid(p);
    if (t.kind != kind) unexpected(p, t, context);
    return t;
}

/* ---- nodes ---- */

static struct node *node_new(struct parser *p, enum node_kind kind, struct token t)
{
    struct node *n = NEW(p->a, struct node);
    n->kind = (uint8_t)kind;
    n->pos = t.pos;
    n->line = t.line;
    n->end = t.pos + (uint32_t)t.text.n;
    n->slot = -1;
    n->id = p->nodes++;
    return n;
}

struct nodes {
    struct node **v;
    uint32_t n, cap;
};

static void nodes_add(struct parser *p, struct nodes *l, struct node *n) { *PUSH(p->a, l->v, l->n, l->cap) = n; }

static void add_ident(struct parser *p, struct node *n, struct str dotted)
{
    /* In place: nothing else was allocated since the last. */
    n->u.ident = arena_grow(p->a, n->u.ident, n->n * sizeof *n->u.ident, (n->n + 1) * sizeof *n->u.ident);
    n->u.ident[n->n++] = str_trim_prefix(dotted, STR("."));
}

/* ---- variables ---- */

static int32_t find_slot(const struct parser *p, struct str name)
{
    for (uint32_t i = p->vars_n; i-- > 0;)
        if (str_eq(p->vars[i].name, name)) return p->vars[i].slot;
    return -1;
}

static bool is_known(const struct parser *p, struct str name)
{
    for (uint32_t i = 0; i < p->vars_n; i++)
        if (str_eq(p->vars[i].name, name)) return true;
    return false;
}

static void declare(struct parser *p, struct node *pipe, struct token v)
{
    struct node *n = node_new(p, N_VARIABLE, v);
    add_ident(p, n, v.text);
    uint32_t cap = pipe->decl_n;
    struct node **d = pipe->decl;
    *PUSH(p->a, d, pipe->decl_n, cap) = n;
    pipe->decl = d;
}

/* Slots are given when it is known whether the pipeline declares or assigns. */
static void bind(struct parser *p, struct node *pipe)
{
    for (uint32_t i = 0; i < pipe->decl_n; i++) {
        struct node *v = pipe->decl[i];
        struct str name = v->u.ident[0];
        v->slot = pipe->assign ? find_slot(p, name) : (int32_t)p->slot++;
        if (p->slot > p->tree->slots) p->tree->slots = p->slot;
    }
}

/* From here on the names are known, but until the pipeline ends they still mean the variables of the same name before it:
 * {{ $x := append $x 1 }}. Returns where they stand in p->vars. */
static uint32_t name_variables(struct parser *p, const struct node *pipe)
{
    uint32_t first = p->vars_n;
    for (uint32_t i = 0; i < pipe->decl_n; i++) {
        struct str name = pipe->decl[i]->u.ident[0];
        int32_t before = find_slot(p, name);
        struct variable *v = PUSH(p->a, p->vars, p->vars_n, p->vars_cap);
        v->name = name;
        v->slot = before;
    }
    return first;
}

static void show_variables(struct parser *p, const struct node *pipe, uint32_t first)
{
    for (uint32_t i = 0; i < pipe->decl_n; i++) p->vars[first + i].slot = pipe->decl[i]->slot;
}

/* ---- pipelines ---- */

static struct node *pipeline(struct parser *p, const char *context, enum token_kind end);

static struct node *term(struct parser *p)
{
    struct token t = next_solid(p);
    struct node *n;
    struct str error = {0};
    switch (t.kind) {
    case T_IDENT:
        n = node_new(p, N_IDENT, t);
        n->text = t.text;
        n->func = func_find(t.text);
        if (!n->func) failf(p, "function %.*s not defined", STR_ARG(quote(p->a, t.text)));
        return n;
    case T_DOT: return node_new(p, N_DOT, t);
    case T_NIL: return node_new(p, N_NIL, t);
    case T_VARIABLE:
        n = node_new(p, N_VARIABLE, t);
        add_ident(p, n, t.text);
        if (!is_known(p, t.text)) failf(p, "undefined variable %.*s", STR_ARG(quote(p->a, t.text)));
        n->slot = find_slot(p, t.text);
        return n;
    case T_FIELD:
        n = node_new(p, N_FIELD, t);
        add_ident(p, n, t.text);
        return n;
    case T_BOOL:
        n = node_new(p, N_BOOL, t);
        n->text = t.text;
        n->value = v_bool(t.text.p[0] == 't');
        return n;
    case T_CHAR_CONSTANT: case T_COMPLEX: case T_NUMBER:
        n = node_new(p, N_NUMBER, t);
        if (!node_number(p->a, t, n, &error)) fail(p, error);
        return n;
    case T_LEFT_PAREN:
        if (p->parens++ >= PAREN_DEPTH) failf(p, "max expression depth exceeded");
        n = pipeline(p, "parenthesized pipeline", T_RIGHT_PAREN);
        p->parens--;
        return n;
    case T_STRING: case T_RAW_STRING: {
        struct str s;
        n = node_new(p, N_STRING, t);
        n->text = t.text;
        if (!go_unquote(p->a, t.text, &s)) fail(p, STR("invalid syntax"));
        n->value = v_str(s);
        return n;
    }
    default:
        backup(p);
        return NULL;
    }
}

/* A term, perhaps with fields after it. A field's node begins, as in Go, at the first of the fields that follow. */
static struct node *operand(struct parser *p)
{
    struct node *n = term(p);
    if (!n || peek(p).kind != T_FIELD) return n;
    struct token first = peek(p);
    switch (n->kind) {
    case N_BOOL: case N_STRING: case N_NUMBER: case N_NIL: case N_DOT:
        while (peek(p).kind == T_FIELD) next(p);
        failf(p, "unexpected . after term %.*s", STR_ARG(quote(p->a, node_show(p->a, n))));
    case N_FIELD: case N_VARIABLE:
        break;
    default: {
        struct node *chain = node_new(p, N_CHAIN, first);
        chain->pipe = n;
        n = chain;
    }
    }
    n->pos = first.pos;
    n->line = first.line;
    while (peek(p).kind == T_FIELD) {
        struct token f = next(p);
        add_ident(p, n, f.text);
        n->end = f.pos + (uint32_t)f.text.n;
    }
    return n;
}

static struct node *command(struct parser *p)
{
    struct node *cmd = node_new(p, N_COMMAND, peek_solid(p));
    struct nodes args = {0};
    for (;;) {
        peek_solid(p);
        struct node *n = operand(p);
        if (n) {
            nodes_add(p, &args, n);
            cmd->end = n->end;
        }
        struct token t = next(p);
        if (t.kind == T_SPACE) continue;
        if (t.kind == T_RIGHT_DELIM || t.kind == T_RIGHT_PAREN) backup(p);
        else if (t.kind != T_PIPE) unexpected(p, t, "operand");
        break;
    }
    if (!args.n) failf(p, "empty command");
    cmd->u.child = args.v;
    cmd->n = args.n;
    return cmd;
}

static void check_pipeline(struct parser *p, const struct node *pipe, const char *context)
{
    if (!pipe->n) failf(p, "missing value for %s", context);
    for (uint32_t i = 1; i < pipe->n; i++) {
        switch (pipe->u.child[i]->u.child[0]->kind) {
        case N_BOOL: case N_DOT: case N_NIL: case N_NUMBER: case N_STRING:
            failf(p, "non executable command in pipeline stage %u", i + 1);
        default: break;
        }
    }
}

/* $x :=, $x =, and in range $i, $x :=. */
static uint32_t declarations(struct parser *p, struct node *pipe, const char *context)
{
    for (;;) {
        struct token v = peek_solid(p);
        if (v.kind != T_VARIABLE) break;
        next(p);
        struct token after = peek(p);
        struct token t = peek_solid(p);
        if (t.kind == T_ASSIGN || t.kind == T_DECLARE) {
            pipe->assign = t.kind == T_ASSIGN;
            next_solid(p);
            declare(p, pipe, v);
        } else if (t.kind == T_CHAR && str_is(t.text, ",")) {
            next_solid(p);
            declare(p, pipe, v);
            if (str_is(str_from(context), "range") && pipe->decl_n < 2) {
                enum token_kind k = peek_solid(p).kind;
                if (k == T_VARIABLE || k == T_RIGHT_DELIM || k == T_RIGHT_PAREN) continue;
                failf(p, "range can only initialize variables");
            }
            failf(p, "too many declarations in %s", context);
        } else if (after.kind == T_SPACE) {
            backup3(p, v, after);
        } else {
            backup2(p, v);
        }
        break;
    }
    bind(p, pipe);
    return name_variables(p, pipe);
}

static struct node *pipeline(struct parser *p, const char *context, enum token_kind end)
{
    struct node *pipe = node_new(p, N_PIPE, peek_solid(p));
    struct nodes cmds = {0};
    uint32_t first = declarations(p, pipe, context);
    for (;;) {
        struct token t = next_solid(p);
        if (t.kind == end) {
            pipe->u.child = cmds.v;
            pipe->n = cmds.n;
            pipe->end = t.pos + (end == T_RIGHT_PAREN);
            check_pipeline(p, pipe, context);
            show_variables(p, pipe, first);
            return pipe;
        }
        switch (t.kind) {
        case T_BOOL: case T_CHAR_CONSTANT: case T_COMPLEX: case T_DOT: case T_FIELD: case T_IDENT: case T_NUMBER: case T_NIL:
        case T_RAW_STRING: case T_STRING: case T_VARIABLE: case T_LEFT_PAREN:
            backup(p);
            nodes_add(p, &cmds, command(p));
            break;
        default: unexpected(p, t, context);
        }
    }
}

/* ---- actions ---- */

enum ends { END_NONE, END_END, END_ELSE };

static struct node *text_or_action(struct parser *p, enum ends *ends);

/* Up to {{end}} or {{else}}. */
static struct node *item_list(struct parser *p, enum ends *ends)
{
    if (p->depth++ > CONTROL_DEPTH) guard_trip(p->a->guard, "templates may nest control structures %d deep", CONTROL_DEPTH);
    struct node *list = node_new(p, N_LIST, peek_solid(p));
    struct nodes l = {0};
    while (peek_solid(p).kind != T_EOF) {
        struct node *n = text_or_action(p, ends);
        if (*ends != END_NONE) {
            list->u.child = l.v;
            list->n = l.n;
            p->depth--;
            return list;
        }
        nodes_add(p, &l, n);
    }
    failf(p, "unexpected EOF");
}

/* `line`: the last that Go's parser of this body has seen. */
static void want_end(struct parser *p, enum ends ends, const char *context, uint32_t line)
{
    if (ends != END_ELSE) return;
    p->token[0].line = line;
    failf(p, "unexpected {{else}} in %s", context);
}

static struct node *control(struct parser *p, enum node_kind kind, const char *context, struct token at)
{
    uint32_t vars = p->vars_n, slot = p->slot;
    bool is_range = kind == N_RANGE;
    struct node *n = node_new(p, kind, at);
    n->pipe = pipeline(p, context, T_RIGHT_DELIM);
    n->pos = n->pipe->pos;
    n->line = n->pipe->line;
    p->range_depth += is_range;
    enum ends ends = END_NONE;
    n->list = item_list(p, &ends);
    p->range_depth -= is_range;
    if (ends == END_ELSE) {
        struct token t = peek(p);
        if ((kind == N_IF && t.kind == T_IF) || (kind == N_WITH && t.kind == T_WITH)) {
            next(p);
            if (p->depth++ > CONTROL_DEPTH) guard_trip(p->a->guard, "templates may nest control structures %d deep", CONTROL_DEPTH);
            n->else_list = node_new(p, N_LIST, t);
            struct nodes l = {0};
            nodes_add(p, &l, control(p, kind, context, t));
            n->else_list->u.child = l.v;
            n->else_list->n = 1;
            p->depth--;
        } else {
            ends = END_NONE;
            n->else_list = item_list(p, &ends);
            if (ends != END_END) failf(p, "expected end; found {{else}}");
        }
    }
    p->vars_n = vars;
    p->slot = slot;
    return n;
}

static struct node *loop_exit(struct parser *p, enum node_kind kind, struct token at, const char *word)
{
    struct token t = next_solid(p);
    if (t.kind != T_RIGHT_DELIM) unexpected(p, t, word);
    if (!p->range_depth) failf(p, "%s outside {{range}}", word);
    return node_new(p, kind, at);
}

static struct str template_name(struct parser *p, struct token t, const char *context)
{
    struct str s;
    if (t.kind != T_STRING && t.kind != T_RAW_STRING) unexpected(p, t, context);
    if (!go_unquote(p->a, t.text, &s)) fail(p, STR("invalid syntax"));
    return s;
}

static struct node *template_call(struct parser *p)
{
    struct token t = next_solid(p);
    struct str name = template_name(p, t, "template clause");
    struct node *n = node_new(p, N_TEMPLATE, t);
    n->text = name;
    if (next_solid(p).kind != T_RIGHT_DELIM) {
        backup(p);
        n->pipe = pipeline(p, "template clause", T_RIGHT_DELIM);
    }
    return n;
}

static bool is_blank_text(struct str s) { return str_trim(s).n == 0; }

/* parse.IsEmptyTree: white space and comments alone. */
static bool is_empty(const struct node *n)
{
    if (n->kind == N_TEXT) return is_blank_text(n->text);
    if (n->kind != N_LIST) return n->kind == N_COMMENT;
    for (uint32_t i = 0; i < n->n; i++)
        if (!is_empty(n->u.child[i])) return false;
    return true;
}

static struct tree *tree_new(struct parser *p, struct str name)
{
    struct tree *t = NEW(p->a, struct tree);
    t->name = name;
    t->parse_name = p->name;
    t->text = p->text;
    t->slots = 1;
    return t;
}

/* Trees of one text with the same name: an empty one gives way, two that are not are an error. */
static void add_tree(struct parser *p, struct tree *t)
{
    t->empty = is_empty(t->root);
    for (uint32_t i = 0; i < p->out->n; i++) {
        if (!str_eq(p->out->v[i]->name, t->name)) continue;
        if (p->out->v[i]->empty) p->out->v[i] = t;
        else if (!t->empty) failf(p, "template: multiple definition of template %.*s", STR_ARG(quote(p->a, t->name)));
        return;
    }
    *PUSH(p->a, p->out->v, p->out->n, p->out->cap) = t;
}

/* The body of a define or block, with variables of its own. */
static void define_body(struct parser *p, struct str name, const char *context)
{
    struct tree *outer = p->tree;
    struct variable *vars = p->vars;
    uint32_t vars_n = p->vars_n, vars_cap = p->vars_cap, slot = p->slot;
    unsigned ranges = p->range_depth;
    p->tree = tree_new(p, name);
    p->vars = NULL;
    p->vars_n = p->vars_cap = 0;
    p->slot = 1;
    p->range_depth = 0;
    *PUSH(p->a, p->vars, p->vars_n, p->vars_cap) = (struct variable){STR("$"), 0};
    enum ends ends = END_NONE;
    bool is_block = str_is(str_from(context), "block clause");
    uint32_t line = p->token[0].line;
    p->tree->root = item_list(p, &ends);
    want_end(p, ends, context, is_block ? line : p->token[0].line); /* a block's end is judged by the parser outside of it */
    add_tree(p, p->tree);
    p->tree = outer;
    p->vars = vars;
    p->vars_n = vars_n;
    p->vars_cap = vars_cap;
    p->slot = slot;
    p->range_depth = ranges;
}

static struct node *block(struct parser *p)
{
    struct token t = next_solid(p);
    struct node *n = node_new(p, N_TEMPLATE, t);
    n->text = template_name(p, t, "block clause");
    n->pipe = pipeline(p, "block clause", T_RIGHT_DELIM);
    define_body(p, n->text, "block clause");
    return n;
}

static void definition(struct parser *p)
{
    struct token t = next_solid(p);
    struct str name = template_name(p, t, "define clause");
    expect(p, T_RIGHT_DELIM, "define clause");
    define_body(p, name, "define clause");
}

static struct node *action(struct parser *p, enum ends *ends)
{
    struct token t = next_solid(p);
    switch (t.kind) {
    case T_BLOCK: return block(p);
    case T_BREAK: return loop_exit(p, N_BREAK, t, "{{break}}");
    case T_CONTINUE: return loop_exit(p, N_CONTINUE, t, "{{continue}}");
    case T_ELSE: {
        *ends = END_ELSE;
        struct token after = peek_solid(p);
        if (after.kind != T_IF && after.kind != T_WITH) expect(p, T_RIGHT_DELIM, "else");
        return NULL;
    }
    case T_END:
        *ends = END_END;
        expect(p, T_RIGHT_DELIM, "end");
        return NULL;
    case T_IF: return control(p, N_IF, "if", t);
    case T_RANGE: return control(p, N_RANGE, "range", t);
    case T_WITH: return control(p, N_WITH, "with", t);
    case T_TEMPLATE: return template_call(p);
    default: break;
    }
    backup(p);
    struct node *n = node_new(p, N_ACTION, peek(p));
    n->pipe = pipeline(p, "command", T_RIGHT_DELIM);
    n->end = n->pipe->end;
    return n;
}

static struct node *text_or_action(struct parser *p, enum ends *ends)
{
    struct token t = next_solid(p);
    struct node *n;
    *ends = END_NONE;
    switch (t.kind) {
    case T_TEXT:
        n = node_new(p, N_TEXT, t);
        n->text = t.text;
        return n;
    case T_LEFT_DELIM:
        p->action_line = t.line;
        n = action(p, ends);
        p->action_line = 0;
        return n;
    default: unexpected(p, t, "input");
    }
}

static void parse_file(struct parser *p)
{
    struct tree *t = tree_new(p, p->name);
    p->tree = t;
    p->slot = 1;
    *PUSH(p->a, p->vars, p->vars_n, p->vars_cap) = (struct variable){STR("$"), 0};
    struct nodes l = {0};
    t->root = node_new(p, N_LIST, peek(p));
    while (peek(p).kind != T_EOF) {
        if (peek(p).kind == T_LEFT_DELIM) {
            struct token delim = next(p);
            if (next_solid(p).kind == T_DEFINE) {
                definition(p);
                continue;
            }
            backup2(p, delim);
        }
        enum ends ends = END_NONE;
        struct node *n = text_or_action(p, &ends);
        if (ends == END_END) failf(p, "unexpected {{end}}");
        if (ends == END_ELSE) failf(p, "unexpected {{else}}");
        nodes_add(p, &l, n);
    }
    t->root->u.child = l.v;
    t->root->n = l.n;
    add_tree(p, t);
}

static struct parsed *parse_text(struct arena *a, struct str name, struct str text)
{
    struct parser *p = NEW(a, struct parser);
    p->a = a;
    p->out = NEW(a, struct parsed);
    p->name = name;
    p->text = text;
    p->scan = scan_new(a, text);
    if (!setjmp(p->failed)) parse_file(p);
    for (uint32_t i = 0; i < p->out->n; i++) p->out->v[i]->nodes = p->nodes;
    return p->out;
}

/* ---- the cache ---- */

struct cached {
    uint64_t hash;         /* of both */
    struct str name, text;
    const struct parsed *parsed;
};

struct known_file {
    const char *at;        /* where its text stands */
    struct str name;
    const struct parsed *parsed;
    struct known_file *next;
};

enum { FILE_SLOTS = 256 };

struct parse_cache {
    struct arena *a;
    struct cached *v;
    uint32_t n, cap;
    uint32_t *slots;       /* index + 1 into v; 0: free */
    uint32_t slot_count;   /* a power of two, more than twice n */
    struct known_file *files[FILE_SLOTS]; /* by place */
    const struct parse_cache *from;       /* asked, too; NULL: none */
};

struct parse_cache *parse_cache_new(struct arena *a)
{
    struct parse_cache *c = NEW(a, struct parse_cache);
    c->a = a;
    return c;
}

struct parse_cache *parse_cache_fork(struct arena *a, const struct parse_cache *from)
{
    struct parse_cache *c = parse_cache_new(a);
    c->from = from;
    return c;
}

static struct cached key_of(struct str name, struct str text)
{
    return (struct cached){(uint64_t)str_hash(name) << 32 | str_hash(text), name, text, NULL};
}

static uint32_t *slot_of(const struct parse_cache *c, const struct cached *what)
{
    for (uint64_t i = what->hash ^ what->hash >> 32;; i++) {
        uint32_t *slot = &c->slots[i & (c->slot_count - 1)];
        if (!*slot) return slot;
        const struct cached *x = &c->v[*slot - 1];
        if (x->hash == what->hash && str_eq(x->name, what->name) && str_eq(x->text, what->text)) return slot;
    }
}

static const struct parsed *cache_find(const struct parse_cache *c, const struct cached *what)
{
    for (; c; c = c->from) {
        uint32_t at = c->n ? *slot_of(c, what) : 0;
        if (at) return c->v[at - 1].parsed;
    }
    return NULL;
}

static void cache_add(struct parse_cache *c, struct cached what)
{
    if (2 * (c->n + 1) > c->slot_count) {
        c->slot_count = c->slot_count ? c->slot_count * 2 : 256;
        c->slots = NEW_ARRAY(c->a, uint32_t, c->slot_count);
        for (uint32_t i = 0; i < c->n; i++) *slot_of(c, &c->v[i]) = i + 1;
    }
    uint32_t *slot = slot_of(c, &what);
    *PUSH(c->a, c->v, c->n, c->cap) = what;
    *slot = c->n;
}

const struct parsed *tmpl_parse(struct arena *a, struct parse_cache *cache, struct str name, struct str text)
{
    if (!cache) return parse_text(a, name, text);
    struct cached what = key_of(name, text);
    const struct parsed *found = cache_find(cache, &what);
    if (found) return found;
    what.name = str_dup(cache->a, name);
    what.text = str_dup(cache->a, text);
    what.parsed = parse_text(cache->a, what.name, what.text);
    cache_add(cache, what);
    return what.parsed;
}

/* ---- files ---- */

static size_t place_slot(struct str text) { return ((uintptr_t)text.p >> 4) % FILE_SLOTS; }

static const struct parsed *find_by_place(const struct parse_cache *c, struct str name, struct str text)
{
    for (; c; c = c->from)
        for (const struct known_file *f = c->files[place_slot(text)]; f; f = f->next)
            if (f->at == text.p && str_eq(f->name, name)) return f->parsed;
    return NULL;
}

static void note_place(struct parse_cache *c, const struct cached *what)
{
    struct known_file **slot = &c->files[place_slot(what->text)], *f = NEW(c->a, struct known_file);
    *f = (struct known_file){what->text.p, what->name, what->parsed, *slot};
    *slot = f;
}

static void parse_one(void *context, size_t i, struct arena *mine)
{
    struct cached *what = (struct cached *)context + i;
    what->parsed = parse_text(mine, what->name, what->text);
}

void tmpl_parse_files(struct parse_cache *cache, const struct str *names, const struct str *texts, uint32_t n, const struct parsed **out)
{
    struct cached *missing = NULL;
    uint32_t missing_n = 0, missing_cap = 0;
    size_t bytes = 0;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = texts[i].n ? find_by_place(cache, names[i], texts[i]) : NULL;
        if (out[i]) continue;
        struct cached what = key_of(str_dup(cache->a, names[i]), texts[i]);
        what.parsed = out[i] = cache_find(cache, &what);
        if (out[i]) {
            note_place(cache, &what);
            continue;
        }
        *PUSH(cache->a, missing, missing_n, missing_cap) = what;
        bytes += texts[i].n;
    }
    parallel_for(cache->a, missing_n, bytes, parse_one, missing);
    for (uint32_t i = 0, k = 0; i < n; i++) {
        if (out[i]) continue;
        cache_add(cache, missing[k]);
        if (texts[i].n) note_place(cache, &missing[k]);
        out[i] = missing[k++].parsed;
    }
}
