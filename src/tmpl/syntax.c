#include "tmpl/syntax.h"

#include "base/strmap.h"
#include "tmpl/func.h"
#include "tmpl/node.h"
#include "tmpl/treesitter.h"

#include <stdlib.h>

/* The nodes of the grammar, by their names. */
enum symbol {
    S_OTHER, S_ERROR, S_TEXT, S_COMMENT, S_OPEN, S_CLOSE, S_ACTION, S_IF, S_WITH, S_RANGE, S_ELSE_CLAUSE, S_DEFINE, S_BLOCK, S_TEMPLATE,
    S_BREAK, S_CONTINUE, S_PIPELINE, S_DECLARATION, S_COMMAND, S_PARENTHESIZED, S_CHAIN, S_FIELD, S_VARIABLE, S_VARIABLE_NAME, S_NAME, S_IDENTIFIER,
    S_DOT, S_NIL, S_BOOLEAN, S_NUMBER, S_CHARACTER, S_STRING, S_RAW_STRING, SYMBOLS
};

static const char *const symbol_names[SYMBOLS] = {
    "", "", "text", "comment", "open", "close", "action", "if", "with", "range", "else_clause", "define", "block", "template",
    "break", "continue", "pipeline", "declaration", "command", "parenthesized", "chain", "field", "variable", "variable_name", "name", "identifier",
    "dot", "nil", "boolean", "number", "character", "string", "raw_string",
};

enum { TS_SYMBOLS = 256 };

/* A control structure or a define around what is being read. */
struct scope {
    enum symbol kind;
    bool body;                /* its first {{ ... }} is behind us */
    bool content;             /* of a define: something but blanks and comments */
    uint32_t vars, first;     /* to come back to */
    unsigned ranges;
    struct str name;          /* of a define or block; p NULL: not read yet */
};

/* An open node on the way down. */
struct open_node {
    enum symbol kind;
    uint32_t end, operands, commands;
};

struct checker {
    struct arena *a;
    struct str name, text;
    struct syntax *out;
    bool with_spans, broken;  /* broken: what an error hides may declare a variable */
    uint8_t kinds[TS_SYMBOLS];
    struct scope *scopes; uint32_t scopes_n, scopes_cap;
    struct open_node *nodes; uint32_t nodes_n, nodes_cap;
    struct str *vars; uint32_t vars_n, vars_cap;
    uint32_t first_var;       /* of the define that is being read */
    unsigned ranges;
    uint32_t open_end;        /* where the last {{ ended */
    struct strmap defines;    /* name -> 1: empty, 2: with content */
};

/* ---- errors ---- */

static void place(struct checker *c, struct syntax_error *e)
{
    struct str before = str_sub(c->text, 0, e->pos);
    ptrdiff_t newline = str_find_last(before, STR("\n"));
    e->line = 1;
    for (size_t i = 0; i < before.n; i++) e->line += before.p[i] == '\n';
    e->column = (uint32_t)before.n - (uint32_t)(newline + 1) + 1;
}

static void add_error(struct checker *c, uint32_t pos, uint32_t end, struct str message)
{
    struct syntax *s = c->out;
    if (s->errors_n >= SYNTAX_ERRORS) return;
    struct syntax_error *e = PUSH(c->a, s->errors, s->errors_n, s->errors_cap);
    *e = (struct syntax_error){.pos = pos, .end = end, .message = message};
    place(c, e);
}

/* The beginning of a piece of text, on one line. */
static struct str excerpt(struct checker *c, uint32_t pos, uint32_t end)
{
    struct str s = str_trim(str_sub(c->text, pos, end));
    ptrdiff_t newline = str_chr(s, '\n');
    size_t n = newline < 0 ? s.n : (size_t)newline;
    if (n > 30) n = 30;
    while (n < s.n && n && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
    return n < s.n ? str_printf(c->a, "%.*s...", (int)n, s.p) : str_sub(s, 0, n);
}

static void add_unexpected(struct checker *c, uint32_t pos, uint32_t end)
{
    struct str what = excerpt(c, pos, end);
    if (pos >= c->text.n) add_error(c, pos, end, STR("unexpected end of the template"));
    else if (!what.n) add_error(c, pos, end, STR("unexpected blanks"));
    else add_error(c, pos, end, str_printf(c->a, "unexpected %.*s", STR_ARG(what)));
}

/* ---- tokens ---- */

static bool is_blank(char ch) { return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n'; }

/* lexer.atTerminator: what may follow a word, a field or a variable. */
static void check_terminator(struct checker *c, uint32_t pos, uint32_t end)
{
    if (end >= c->text.n) return;
    char ch = c->text.p[end];
    if (is_blank(ch) || (ch && strchr(".,|:()", ch)) || str_starts(str_from_n(c->text, end), STR("}}"))) return;
    add_error(c, end, end + 1, str_printf(c->a, "bad character after %.*s", STR_ARG(excerpt(c, pos, end))));
}

/* Whether a sign within a number joins two: 1+2i. In an exponent it does not. */
static bool is_complex(struct str s)
{
    bool hex = s.n > 2 && (s.p[1] | 32) == 'x';
    for (size_t i = 1; i < s.n; i++)
        if ((s.p[i] == '+' || s.p[i] == '-') && (s.p[i - 1] | 32) != (hex ? 'p' : 'e')) return true;
    return false;
}

static void check_number(struct checker *c, uint32_t pos, uint32_t end, enum symbol kind)
{
    struct node n = {0};
    struct str error = {0};
    struct token t = {kind == S_CHARACTER ? T_CHAR_CONSTANT : T_NUMBER, pos, 0, str_sub(c->text, pos, end)};
    if (t.kind == T_NUMBER && is_complex(t.text)) t.kind = T_COMPLEX;
    bool ok = (t.kind != T_COMPLEX || str_ends(t.text, STR("i"))) && node_number(c->a, t, &n, &error);
    if (!ok) add_error(c, pos, end, error.n ? error : str_printf(c->a, "bad number syntax: %.*s", STR_ARG(t.text)));
}

static bool unquote(struct checker *c, uint32_t pos, uint32_t end, struct str *out)
{
    if (go_unquote(c->a, str_sub(c->text, pos, end), out)) return true;
    add_error(c, pos, end, str_printf(c->a, "invalid syntax in the string %.*s", STR_ARG(excerpt(c, pos, end))));
    return false;
}

/* " -}}" needs its blank, which "{{- " may have taken already. */
static void check_close(struct checker *c, uint32_t pos, uint32_t end)
{
    if (c->text.p[pos] != '-') return;
    if (pos > c->open_end && is_blank(c->text.p[pos - 1])) return;
    add_error(c, pos, end, STR("a blank must stand before -}}"));
}

/* ---- variables ---- */

static bool is_known(const struct checker *c, struct str name)
{
    for (uint32_t i = c->first_var; i < c->vars_n; i++)
        if (str_eq(c->vars[i], name)) return true;
    return false;
}

static void add_variable(struct checker *c, struct str name) { *PUSH(c->a, c->vars, c->vars_n, c->vars_cap) = name; }

static void check_variable(struct checker *c, uint32_t pos, uint32_t end, enum symbol parent)
{
    struct str name = str_sub(c->text, pos, end);
    if (parent == S_DECLARATION) add_variable(c, name);
    else if (!c->broken && !is_known(c, name)) add_error(c, pos, end, str_printf(c->a, "undefined variable \"%.*s\"", STR_ARG(name)));
}

/* ---- control structures and defines ---- */

static struct scope *innermost(struct checker *c) { return &c->scopes[c->scopes_n - 1]; }

static void open_scope(struct checker *c, enum symbol kind)
{
    struct scope *s = PUSH(c->a, c->scopes, c->scopes_n, c->scopes_cap);
    *s = (struct scope){.kind = kind, .vars = c->vars_n, .first = c->first_var, .ranges = c->ranges};
}

static void begin_body(struct checker *c, struct scope *s)
{
    if (s->body) return;
    s->body = true;
    if (s->kind == S_RANGE) c->ranges++;
    if (s->kind != S_DEFINE && s->kind != S_BLOCK) return;
    /* The pipeline of a block belongs to what is around it. */
    s->vars = c->first_var = c->vars_n;
    c->ranges = 0;
    add_variable(c, STR("$"));
}

/* Template.add: of two trees of one name one must be empty. */
static void add_define(struct checker *c, struct str name, bool content, uint32_t pos, uint32_t end)
{
    uintptr_t had = (uintptr_t)strmap_get(&c->defines, name);
    if (had == 2 && content) add_error(c, pos, end, str_printf(c->a, "multiple definition of template \"%.*s\"", STR_ARG(name)));
    if (had != 2) strmap_put(&c->defines, name, (void *)(uintptr_t)(content ? 2 : 1));
}

static void close_scope(struct checker *c, uint32_t pos, uint32_t end)
{
    struct scope s = *innermost(c);
    if (s.name.p) add_define(c, s.name, s.content, pos, end);
    c->vars_n = s.vars;
    c->first_var = s.first;
    c->ranges = s.ranges;
    c->scopes_n--;
}

static bool is_item(enum symbol k)
{
    return k == S_ACTION || k == S_IF || k == S_WITH || k == S_RANGE || k == S_BLOCK || k == S_TEMPLATE || k == S_BREAK || k == S_CONTINUE;
}

static bool is_operand(enum symbol k)
{
    return k == S_IDENTIFIER || k == S_FIELD || k == S_VARIABLE || k == S_CHAIN || k == S_PARENTHESIZED || (k >= S_DOT && k <= S_RAW_STRING);
}

/* ---- nodes ---- */

static void check_operand(struct checker *c, struct open_node *command, struct open_node *pipeline, enum symbol kind, uint32_t pos, uint32_t end)
{
    if (command->operands && command->end == pos) add_unexpected(c, pos, end);
    bool constant = kind >= S_DOT && kind <= S_RAW_STRING;
    if (!command->operands && constant && pipeline && pipeline->commands > 1)
        add_error(c, pos, end, str_printf(c->a, "non executable command in pipeline stage %u", pipeline->commands));
    command->operands++;
    command->end = end;
}

static void check_word(struct checker *c, enum symbol kind, enum symbol parent, uint32_t pos, uint32_t end)
{
    check_terminator(c, pos, end);
    struct str word = str_sub(c->text, pos, end);
    if (kind == S_IDENTIFIER && !func_find(word)) add_error(c, pos, end, str_printf(c->a, "function \"%.*s\" not defined", STR_ARG(word)));
    if (kind == S_VARIABLE_NAME) check_variable(c, pos, end, parent);
}

static void check_string(struct checker *c, enum symbol parent, uint32_t pos, uint32_t end)
{
    struct str s;
    if (unquote(c, pos, end, &s) && (parent == S_DEFINE || parent == S_BLOCK)) {
        innermost(c)->name = s.p ? s : STR("");
        if (!innermost(c)->name.p) innermost(c)->name.p = "";
    }
}

static void check_leaf(struct checker *c, enum symbol kind, enum symbol parent, uint32_t pos, uint32_t end)
{
    switch (kind) {
    case S_TEXT:
        if (str_trim(str_sub(c->text, pos, end)).n) innermost(c)->content = true;
        break;
    case S_OPEN: c->open_end = end; break;
    case S_CLOSE:
        check_close(c, pos, end);
        begin_body(c, innermost(c));
        break;
    case S_IDENTIFIER: case S_VARIABLE_NAME: case S_NAME: case S_DOT: case S_NIL: case S_BOOLEAN: check_word(c, kind, parent, pos, end); break;
    case S_NUMBER:
        check_number(c, pos, end, kind);
        break;
    case S_CHARACTER: check_number(c, pos, end, kind); break;
    case S_STRING: case S_RAW_STRING: check_string(c, parent, pos, end); break;
    default: break;
    }
}

static void add_span(struct checker *c, enum syntax_kind kind, uint32_t pos, uint32_t end)
{
    if (c->with_spans) *PUSH(c->a, c->out->spans, c->out->spans_n, c->out->spans_cap) = (struct syntax_span){kind, pos, end};
}

static enum symbol kind_of(const struct checker *c, TSNode n)
{
    TSSymbol s = ts.node_symbol(n);
    if (s == (TSSymbol)-1) return S_ERROR;
    return ts.node_is_named(n) && s < TS_SYMBOLS ? c->kinds[s] : S_OTHER;
}

/* A word of the grammar, such as `if`: its node is named by itself. */
static bool is_keyword(TSNode n) { return !ts.node_is_named(n) && ts.node_type(n)[0] >= 'a' && ts.node_type(n)[0] <= 'z'; }

/* True when the node's children are to be visited. */
static bool enter(struct checker *c, TSNode node, enum symbol kind)
{
    uint32_t pos = ts.node_start_byte(node), end = ts.node_end_byte(node);
    struct open_node *parent = c->nodes_n ? &c->nodes[c->nodes_n - 1] : NULL;
    struct open_node *above = c->nodes_n > 1 ? &c->nodes[c->nodes_n - 2] : NULL;
    enum symbol parent_kind = parent ? parent->kind : S_OTHER;
    if (kind == S_ERROR) {
        add_unexpected(c, pos, end);
        return false;
    }
    if (ts.node_is_missing(node)) {
        add_error(c, pos, pos, str_printf(c->a, "%s is missing", kind == S_CLOSE ? "}}" : kind == S_OPEN ? "{{" : ts.node_type(node)));
        return false;
    }
    if (is_keyword(node) && kind == S_OTHER && parent_kind != S_NIL && parent_kind != S_BOOLEAN) check_terminator(c, pos, end);
    if (is_item(kind)) innermost(c)->content = true;
    if (parent_kind == S_COMMAND && is_operand(kind)) check_operand(c, parent, above && above->kind == S_PIPELINE ? above : NULL, kind, pos, end);
    if (kind == S_COMMAND && parent_kind == S_PIPELINE) parent->commands++;
    if (kind == S_IF || kind == S_WITH || kind == S_RANGE || kind == S_DEFINE || kind == S_BLOCK) open_scope(c, kind);
    if (kind == S_ELSE_CLAUSE && innermost(c)->kind == S_RANGE) c->ranges = innermost(c)->ranges;
    if ((kind == S_BREAK || kind == S_CONTINUE) && !c->ranges && !c->broken)
        add_error(c, pos, end, str_printf(c->a, "{{%s}} outside {{range}}", kind == S_BREAK ? "break" : "continue"));
    check_leaf(c, kind, parent_kind, pos, end);
    return true;
}

static void leave(struct checker *c, TSNode node, struct open_node n)
{
    uint32_t pos = ts.node_start_byte(node), end = ts.node_end_byte(node);
    struct open_node *parent = c->nodes_n ? &c->nodes[c->nodes_n - 1] : NULL;
    switch (n.kind) {
    case S_IF: case S_WITH: case S_RANGE: case S_DEFINE: case S_BLOCK: close_scope(c, pos, end); break;
    case S_ACTION: add_span(c, SYNTAX_ACTION, pos, end); break;
    case S_PIPELINE: add_span(c, SYNTAX_PIPELINE, pos, n.end); break;
    case S_FIELD: add_span(c, SYNTAX_FIELD, pos, end); break;
    case S_COMMAND: case S_DECLARATION:
        if (parent) parent->end = end; /* a bar at the end of a pipeline is not its */
        break;
    default: break;
    }
}

/* Down and up the tree without recursion: its depth is the input's. */
static void walk(struct checker *c, TSNode root)
{
    struct treesitter_cursor room = ts.tree_cursor_new(root);
    TSTreeCursor *cursor = &room.cursor;
    for (bool down = true;;) {
        TSNode node = ts.tree_cursor_current_node(cursor);
        guard_step(c->a->guard);
        if (down) {
            enum symbol kind = kind_of(c, node);
            bool inside = enter(c, node, kind);
            *PUSH(c->a, c->nodes, c->nodes_n, c->nodes_cap) = (struct open_node){.kind = kind};
            if (inside && ts.tree_cursor_goto_first_child(cursor)) continue;
        }
        struct open_node n = c->nodes[--c->nodes_n];
        leave(c, node, n);
        if (ts.tree_cursor_goto_next_sibling(cursor)) {
            down = true;
        } else {
            if (!ts.tree_cursor_goto_parent(cursor)) break;
            down = false;
        }
    }
}

static int by_position(const void *a, const void *b)
{
    const struct syntax_error *x = a, *y = b;
    if (x->pos != y->pos) return x->pos < y->pos ? -1 : 1;
    return str_cmp(x->message, y->message);
}

bool syntax_check(struct arena *a, struct str name, struct str text, bool with_spans, struct diags *d, struct syntax *out)
{
    *out = (struct syntax){0};
    if (!treesitter_open(d)) return false;
    TSTree *tree = treesitter_parse(a, text);
    if (!tree) {
        diag_error(d, NOWHERE, "the installed libtree-sitter is too old for the grammar of templates");
        return false;
    }
    struct checker c = {.a = a, .name = name, .text = text, .out = out, .with_spans = with_spans, .defines = strmap_new(a)};
    const TSLanguage *language = tree_sitter_helm_template();
    for (int i = S_TEXT; i < SYMBOLS; i++) {
        TSSymbol s = ts.language_symbol_for_name(language, symbol_names[i], (uint32_t)strlen(symbol_names[i]), true);
        if (s < TS_SYMBOLS) c.kinds[s] = (uint8_t)i;
    }
    c.kinds[0] = S_OTHER;
    TSNode root = ts.tree_root_node(tree);
    c.broken = ts.node_has_error(root);
    open_scope(&c, S_OTHER);
    innermost(&c)->body = true;
    innermost(&c)->name = name;
    add_variable(&c, STR("$"));
    walk(&c, root);
    if (c.broken && !out->errors_n) add_unexpected(&c, (uint32_t)text.n, (uint32_t)text.n);
    close_scope(&c, 0, 0);
    if (out->errors_n) qsort(out->errors, out->errors_n, sizeof *out->errors, by_position);
    return true;
}
