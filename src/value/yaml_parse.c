/* Tokens to nodes by YAML's grammar, as go.yaml.in/yaml/v2's parserc.go and decode.go do it, with their messages. */
#include "base/strmap.h"
#include "value/yaml_scan.h"

enum { BYTES_A_NODE = 24 };

struct directive {
    struct str handle, prefix;
};

struct parse {
    struct arena *a;
    struct yaml_scan scan;
    struct yaml_nodes *out;
    struct yaml_problem *problem;
    struct strmap anchors; /* name -> index + 1 */
    struct directive *directives;
    size_t directives_n, directives_cap;
};

/* A node's properties, which stand before it. */
struct properties {
    struct yaml_mark at;
    struct str anchor, tag;
};

static bool parse_node(struct parse *p, bool block, bool indentless, uint32_t depth);

static const struct yaml_token *peek(struct parse *p) { return yaml_scan_peek(&p->scan); }

/* The type of the next token; -1 on an error. */
static int peek_type(struct parse *p)
{
    const struct yaml_token *t = peek(p);
    return t ? t->type : -1;
}

static int take_and_peek(struct parse *p)
{
    yaml_scan_take(&p->scan);
    return peek_type(p);
}

/* go-yaml counts the lines of these messages from 0, and leaves line 0 out. */
static bool fail(struct parse *p, struct yaml_mark context, struct yaml_mark at, const char *message)
{
    uint32_t line = at.line ? at.line : context.line;
    p->problem->text = line ? str_printf(p->a, "line %u: %s", line, message) : str_from(message);
    p->problem->line = at.line + 1;
    p->problem->column = at.column + 1;
    return false;
}

static bool fail_here(struct parse *p, struct yaml_mark context, const char *message) { return fail(p, context, peek(p)->at, message); }

/* ---- nodes ---- */

static uint32_t add_node(struct parse *p, enum yaml_kind kind, struct yaml_mark at)
{
    struct yaml_nodes *o = p->out;
    if (o->n >= p->a->guard->max.nodes) guard_trip(p->a->guard, "a YAML document has more than %u nodes", p->a->guard->max.nodes);
    if (o->n == o->cap) {
        o->v = arena_push_grow(p->a, o->v, o->n, sizeof *o->v);
        o->cap = o->cap ? o->cap * 2 : 4;
    }
    struct yaml_node *n = &o->v[o->n++];
    *n = (struct yaml_node){.kind = (uint8_t)kind, .line = at.line + 1, .column = at.column + 1, .end = o->n};
    return o->n - 1;
}

static void name_node(struct parse *p, struct str anchor, uint32_t node)
{
    if (anchor.n) strmap_put(&p->anchors, anchor, (void *)((uintptr_t)node + 1));
}

static void add_empty(struct parse *p, struct yaml_mark at)
{
    uint32_t i = add_node(p, YAML_SCALAR, at);
    p->out->v[i].implicit = true;
}

static uint32_t open_collection(struct parse *p, enum yaml_kind kind, const struct properties *about, uint32_t depth)
{
    if (depth >= p->a->guard->max.depth)
        guard_trip(p->a->guard, "YAML is nested deeper than %u levels (line %u)", depth, about->at.line + 1);
    uint32_t i = add_node(p, kind, about->at);
    name_node(p, about->anchor, i);
    return i;
}

static bool close_collection(struct parse *p, uint32_t i, uint32_t children)
{
    p->out->v[i].children = children;
    p->out->v[i].end = p->out->n;
    return true;
}

static struct yaml_mark after(struct yaml_mark at)
{
    at.column++;
    return at;
}

/* ---- block collections ---- */

static bool parse_block_sequence(struct parse *p, const struct properties *about, uint32_t depth)
{
    uint32_t i = open_collection(p, YAML_SEQUENCE, about, depth), children = 0;
    struct yaml_mark context = peek(p)->at;
    yaml_scan_take(&p->scan);
    for (;; children++) {
        int type = peek_type(p);
        if (type < 0) return false;
        if (type == TOKEN_BLOCK_END) break;
        if (type != TOKEN_BLOCK_ENTRY) return fail_here(p, context, "did not find expected '-' indicator");
        struct yaml_mark at = after(peek(p)->at);
        type = take_and_peek(p);
        if (type < 0) return false;
        if (type == TOKEN_BLOCK_ENTRY || type == TOKEN_BLOCK_END) add_empty(p, at);
        else if (!parse_node(p, true, false, depth + 1)) return false;
    }
    yaml_scan_take(&p->scan);
    return close_collection(p, i, children);
}

/* The items of a list that stands no deeper than the key above it. */
static bool parse_indentless_sequence(struct parse *p, const struct properties *about, uint32_t depth)
{
    uint32_t i = open_collection(p, YAML_SEQUENCE, about, depth), children = 0;
    for (;; children++) {
        int type = peek_type(p);
        if (type < 0) return false;
        if (type != TOKEN_BLOCK_ENTRY) return close_collection(p, i, children);
        struct yaml_mark at = after(peek(p)->at);
        type = take_and_peek(p);
        if (type < 0) return false;
        if (type == TOKEN_BLOCK_ENTRY || type == TOKEN_KEY || type == TOKEN_VALUE || type == TOKEN_BLOCK_END) add_empty(p, at);
        else if (!parse_node(p, true, false, depth + 1)) return false;
    }
}

/* What follows "?" or ":" in a block mapping; the indicator is next. */
static bool parse_block_side(struct parse *p, uint32_t depth)
{
    struct yaml_mark at = after(peek(p)->at);
    int type = take_and_peek(p);
    if (type < 0) return false;
    if (type != TOKEN_KEY && type != TOKEN_VALUE && type != TOKEN_BLOCK_END) return parse_node(p, true, true, depth + 1);
    add_empty(p, at);
    return true;
}

static bool parse_block_mapping(struct parse *p, const struct properties *about, uint32_t depth)
{
    uint32_t i = open_collection(p, YAML_MAPPING, about, depth), children = 0;
    struct yaml_mark context = peek(p)->at;
    yaml_scan_take(&p->scan);
    for (;; children += 2) {
        int type = peek_type(p);
        if (type < 0) return false;
        if (type == TOKEN_BLOCK_END) break;
        if (type != TOKEN_KEY) return fail_here(p, context, "did not find expected key");
        if (!parse_block_side(p, depth)) return false;
        type = peek_type(p);
        if (type < 0) return false;
        if (type != TOKEN_VALUE) add_empty(p, peek(p)->at);
        else if (!parse_block_side(p, depth)) return false;
    }
    yaml_scan_take(&p->scan);
    return close_collection(p, i, children);
}

/* ---- flow collections ---- */

/* A value in a flow collection, if there is one: the ":" is next, or it is missing. */
static bool parse_flow_value(struct parse *p, int closing, uint32_t depth)
{
    int type = peek_type(p);
    if (type < 0) return false;
    if (type == TOKEN_VALUE) {
        type = take_and_peek(p);
        if (type < 0) return false;
        if (type != TOKEN_FLOW_ENTRY && type != closing) return parse_node(p, false, false, depth + 1);
    }
    add_empty(p, peek(p)->at);
    return true;
}

/* [key: value]: a mapping of one pair. The key is next. */
static bool parse_flow_pair(struct parse *p, struct yaml_mark at, uint32_t depth)
{
    struct properties about = {.at = at};
    uint32_t i = open_collection(p, YAML_MAPPING, &about, depth);
    int type = peek_type(p);
    if (type < 0) return false;
    if (type != TOKEN_VALUE && type != TOKEN_FLOW_ENTRY && type != TOKEN_FLOW_SEQUENCE_END) {
        if (!parse_node(p, false, false, depth + 1)) return false;
    } else {
        /* go-yaml drops the token that shows that there is no key. */
        add_empty(p, after(peek(p)->at));
        yaml_scan_take(&p->scan);
    }
    if (!parse_flow_value(p, TOKEN_FLOW_SEQUENCE_END, depth)) return false;
    if (!peek(p)) return false;
    return close_collection(p, i, 2);
}

static bool parse_flow_sequence(struct parse *p, const struct properties *about, uint32_t depth)
{
    uint32_t i = open_collection(p, YAML_SEQUENCE, about, depth), children = 0;
    struct yaml_mark context = peek(p)->at;
    yaml_scan_take(&p->scan);
    for (;; children++) {
        int type = peek_type(p);
        if (type >= 0 && type != TOKEN_FLOW_SEQUENCE_END && children) {
            if (type != TOKEN_FLOW_ENTRY) return fail_here(p, context, "did not find expected ',' or ']'");
            type = take_and_peek(p);
        }
        if (type < 0) return false;
        if (type == TOKEN_FLOW_SEQUENCE_END) break;
        if (type == TOKEN_KEY) {
            struct yaml_mark at = peek(p)->at;
            yaml_scan_take(&p->scan);
            if (!parse_flow_pair(p, at, depth + 1)) return false;
        } else if (!parse_node(p, false, false, depth + 1)) {
            return false;
        }
    }
    yaml_scan_take(&p->scan);
    return close_collection(p, i, children);
}

static bool parse_flow_mapping(struct parse *p, const struct properties *about, uint32_t depth)
{
    uint32_t i = open_collection(p, YAML_MAPPING, about, depth), children = 0;
    struct yaml_mark context = peek(p)->at;
    yaml_scan_take(&p->scan);
    for (;; children += 2) {
        int type = peek_type(p);
        if (type >= 0 && type != TOKEN_FLOW_MAPPING_END && children) {
            if (type != TOKEN_FLOW_ENTRY) return fail_here(p, context, "did not find expected ',' or '}'");
            type = take_and_peek(p);
        }
        if (type < 0) return false;
        if (type == TOKEN_FLOW_MAPPING_END) break;
        if (type != TOKEN_KEY) {
            /* A key alone. */
            if (!parse_node(p, false, false, depth + 1) || !peek(p)) return false;
            add_empty(p, peek(p)->at);
            continue;
        }
        type = take_and_peek(p);
        if (type < 0) return false;
        if (type == TOKEN_VALUE || type == TOKEN_FLOW_ENTRY || type == TOKEN_FLOW_MAPPING_END) add_empty(p, peek(p)->at);
        else if (!parse_node(p, false, false, depth + 1)) return false;
        if (!parse_flow_value(p, TOKEN_FLOW_MAPPING_END, depth)) return false;
    }
    yaml_scan_take(&p->scan);
    return close_collection(p, i, children);
}

/* ---- nodes ---- */

static bool parse_alias(struct parse *p, const struct yaml_token *t)
{
    uint32_t i = add_node(p, YAML_ALIAS, t->at);
    struct yaml_node *n = &p->out->v[i];
    n->text = t->text;
    yaml_scan_take(&p->scan);
    uintptr_t target = (uintptr_t)strmap_get(&p->anchors, n->text);
    if (target) {
        n->target = (uint32_t)target - 1;
        return true;
    }
    p->problem->text = str_printf(p->a, "unknown anchor '%.*s' referenced", STR_ARG(n->text));
    p->problem->line = n->line;
    p->problem->column = n->column;
    return false;
}

static bool resolve_tag(struct parse *p, const struct yaml_token *t, struct properties *about)
{
    about->tag = t->suffix;
    if (!t->text.n) return true;
    for (size_t i = 0; i < p->directives_n; i++) {
        if (!str_eq(p->directives[i].handle, t->text)) continue;
        about->tag = str_concat(p->a, p->directives[i].prefix, t->suffix);
        if (about->tag.n) return true;
    }
    return fail(p, about->at, t->at, "found undefined tag handle");
}

/* An anchor and a tag, one of each at most, in any order. */
static bool parse_properties(struct parse *p, struct properties *about)
{
    struct yaml_token tag = {0};
    const struct yaml_token *t = peek(p);
    *about = (struct properties){.at = t->at};
    for (int i = 0; i < 2; i++) {
        if (t->type == TOKEN_ANCHOR && !about->anchor.n) about->anchor = t->text;
        else if (t->type == TOKEN_TAG && !tag.type) tag = *t;
        else break;
        yaml_scan_take(&p->scan);
        t = peek(p);
        if (!t) return false;
    }
    return tag.type ? resolve_tag(p, &tag, about) : true;
}

static void add_scalar(struct parse *p, const struct properties *about, struct str text, bool plain)
{
    uint32_t i = add_node(p, YAML_SCALAR, about->at);
    struct yaml_node *n = &p->out->v[i];
    n->text = text;
    n->tag = about->tag;
    n->implicit = plain && !about->tag.n;
    name_node(p, about->anchor, i);
}

static bool parse_node(struct parse *p, bool block, bool indentless, uint32_t depth)
{
    const struct yaml_token *t = peek(p);
    struct properties about;
    if (!t) return false;
    if (t->type == TOKEN_ALIAS) return parse_alias(p, t);
    if (!parse_properties(p, &about)) return false;
    t = peek(p);
    switch (t->type) {
    case TOKEN_SCALAR:
        add_scalar(p, &about, t->text, t->plain);
        /* Under the tag "!" go-yaml takes even a quoted "<<" for a merge. */
        if (str_is(about.tag, "!")) p->out->v[p->out->n - 1].implicit = true;
        yaml_scan_take(&p->scan);
        return true;
    case TOKEN_BLOCK_ENTRY:
        if (indentless) return parse_indentless_sequence(p, &about, depth);
        break;
    case TOKEN_FLOW_SEQUENCE: return parse_flow_sequence(p, &about, depth);
    case TOKEN_FLOW_MAPPING: return parse_flow_mapping(p, &about, depth);
    case TOKEN_BLOCK_SEQUENCE:
        if (block) return parse_block_sequence(p, &about, depth);
        break;
    case TOKEN_BLOCK_MAPPING:
        if (block) return parse_block_mapping(p, &about, depth);
        break;
    default:
        break;
    }
    if (!about.anchor.n && !about.tag.n) return fail_here(p, about.at, "did not find expected node content");
    add_scalar(p, &about, (struct str){0}, true);
    return true;
}

/* ---- documents ---- */

static bool add_directive(struct parse *p, struct str handle, struct str prefix, bool standard, struct yaml_mark at)
{
    for (size_t i = 0; i < p->directives_n; i++) {
        if (!str_eq(p->directives[i].handle, handle)) continue;
        return standard ? true : fail(p, (struct yaml_mark){0}, at, "found duplicate %TAG directive");
    }
    *PUSH(p->a, p->directives, p->directives_n, p->directives_cap) = (struct directive){handle, prefix};
    return true;
}

static bool parse_directives(struct parse *p)
{
    bool version = false;
    const struct yaml_token *t;
    for (; (t = peek(p)) && (t->type == TOKEN_VERSION || t->type == TOKEN_TAG_DIRECTIVE); yaml_scan_take(&p->scan)) {
        if (t->type == TOKEN_TAG_DIRECTIVE) {
            if (!add_directive(p, t->text, t->suffix, false, t->at)) return false;
            continue;
        }
        if (version) return fail_here(p, (struct yaml_mark){0}, "found duplicate %YAML directive");
        if (!t->text.n) return fail_here(p, (struct yaml_mark){0}, "found incompatible YAML document");
        version = true;
    }
    return t && add_directive(p, STR("!"), STR("!"), true, t->at) && add_directive(p, STR("!!"), STR("tag:yaml.org,2002:"), true, t->at);
}

static bool ends_document(int type)
{
    return type == TOKEN_VERSION || type == TOKEN_TAG_DIRECTIVE || type == TOKEN_DOCUMENT_START || type == TOKEN_DOCUMENT_END ||
           type == TOKEN_STREAM_END;
}

bool yaml_parse(struct arena *a, struct str text, struct yaml_nodes *out, struct yaml_problem *problem)
{
    struct parse p = {.a = a, .out = out, .problem = problem, .anchors = strmap_new(a)};
    yaml_scan_start(&p.scan, a, text, problem);
    /* Enough for most documents at once: half a line makes a node. */
    out->cap = (uint32_t)(text.n / BYTES_A_NODE) + 4;
    out->v = arena_alloc(a, out->cap * sizeof *out->v);
    int type = peek_type(&p);
    if (type < 0) return false;
    if (type == TOKEN_STREAM_END) return true;
    bool bare = type != TOKEN_VERSION && type != TOKEN_TAG_DIRECTIVE && type != TOKEN_DOCUMENT_START;
    if (!parse_directives(&p)) return false;
    if (!bare) {
        if (peek(&p)->type != TOKEN_DOCUMENT_START) return fail_here(&p, (struct yaml_mark){0}, "did not find expected <document start>");
        type = take_and_peek(&p);
        if (type < 0) return false;
    }
    if (!bare && ends_document(type)) add_empty(&p, peek(&p)->at);
    else if (!parse_node(&p, true, false, 0)) return false;
    return peek(&p) != NULL; /* the document's end, which go-yaml looks for, too */
}
