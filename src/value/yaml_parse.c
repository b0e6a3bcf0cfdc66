#include "value/yaml_node.h"

#include <yaml.h>

#include "base/strmap.h"
#include "base/utf8.h"

struct parse {
    struct arena *a;
    yaml_parser_t parser;
    yaml_event_t event;
    struct str text;
    struct yaml_nodes *out;
    struct yaml_problem *problem;
    struct strmap anchors; /* name -> index + 1 */
};

/* Both deletions leave zeroes behind and do nothing the second time. */
static void parse_close(void *handle)
{
    struct parse *p = handle;
    yaml_event_delete(&p->event);
    yaml_parser_delete(&p->parser);
}

/* go-yaml counts lines from 0 where the parser complains, from 1 where the scanner does, and leaves line 0 out. */
static bool fail_syntax(struct parse *p)
{
    const yaml_parser_t *y = &p->parser;
    size_t line = y->problem_mark.line;
    if (line && y->error == YAML_SCANNER_ERROR) line++;
    if (!line) line = y->context_mark.line;
    const char *words = y->problem ? y->problem : "unknown problem parsing YAML content";
    p->problem->text = line ? str_printf(p->a, "line %zu: %s", line, words) : str_dup(p->a, str_from(words));
    p->problem->line = (uint32_t)y->problem_mark.line + 1;
    p->problem->column = (uint32_t)y->problem_mark.column + 1;
    return false;
}

static bool next_event(struct parse *p)
{
    yaml_event_delete(&p->event);
    return yaml_parser_parse(&p->parser, &p->event) ? true : fail_syntax(p);
}

static struct str copy(struct parse *p, const yaml_char_t *s, size_t n) { return str_dup(p->a, str_of((const char *)s, n)); }
static struct str copyz(struct parse *p, const yaml_char_t *s) { return s ? str_dup(p->a, str_from((const char *)s)) : (struct str){0}; }

static uint32_t add_node(struct parse *p, enum yaml_kind kind)
{
    struct yaml_nodes *o = p->out;
    if (o->n >= p->a->guard->max.nodes) guard_trip(p->a->guard, "a YAML document has more than %u nodes", p->a->guard->max.nodes);
    struct yaml_node *n = PUSH(p->a, o->v, o->n, o->cap);
    n->kind = (uint8_t)kind;
    n->line = (uint32_t)p->event.start_mark.line + 1;
    n->column = (uint32_t)p->event.start_mark.column + 1;
    return o->n - 1;
}

static void name_anchor(struct parse *p, const yaml_char_t *anchor, uint32_t node)
{
    if (anchor) strmap_put(&p->anchors, copyz(p, anchor), (void *)(uintptr_t)(node + 1));
}

static bool parse_node(struct parse *p, uint32_t depth);

static bool parse_alias(struct parse *p)
{
    uint32_t i = add_node(p, YAML_ALIAS);
    struct yaml_node *n = &p->out->v[i];
    n->text = copyz(p, p->event.data.alias.anchor);
    n->end = i + 1;
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

static bool parse_collection(struct parse *p, enum yaml_kind kind, const yaml_char_t *anchor, uint32_t depth)
{
    yaml_event_type_t last = kind == YAML_SEQUENCE ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;
    uint32_t i = add_node(p, kind), children = 0;
    if (depth >= p->a->guard->max.depth)
        guard_trip(p->a->guard, "YAML is nested deeper than %u levels (line %u)", depth, p->out->v[i].line);
    name_anchor(p, anchor, i);
    for (;; children++) {
        if (!next_event(p)) return false;
        if (p->event.type == last) break;
        if (!parse_node(p, depth + 1)) return false;
    }
    p->out->v[i].children = children;
    p->out->v[i].end = p->out->n;
    return true;
}

/* The event is the node's first. */
static bool parse_node(struct parse *p, uint32_t depth)
{
    switch (p->event.type) {
    case YAML_ALIAS_EVENT:
        return parse_alias(p);
    case YAML_SEQUENCE_START_EVENT:
        return parse_collection(p, YAML_SEQUENCE, p->event.data.sequence_start.anchor, depth);
    case YAML_MAPPING_START_EVENT:
        return parse_collection(p, YAML_MAPPING, p->event.data.mapping_start.anchor, depth);
    default: {
        uint32_t i = add_node(p, YAML_SCALAR);
        struct yaml_node *n = &p->out->v[i];
        n->text = copy(p, p->event.data.scalar.value, p->event.data.scalar.length);
        n->tag = copyz(p, p->event.data.scalar.tag);
        n->implicit = p->event.data.scalar.plain_implicit;
        n->end = i + 1;
        name_anchor(p, p->event.data.scalar.anchor, i);
        return true;
    }
    }
}

bool yaml_parse(struct arena *a, struct str text, struct yaml_nodes *out, struct yaml_problem *problem)
{
    struct parse *p = NEW(a, struct parse);
    *p = (struct parse){.a = a, .text = text, .out = out, .problem = problem, .anchors = strmap_new(a)};
    if (!yaml_parser_initialize(&p->parser)) guard_trip(a->guard, "out of memory");
    arena_defer(a, parse_close, p); /* for when the guard trips */
    yaml_parser_set_input_string(&p->parser, (const unsigned char *)text.p, text.n);
    bool ok = next_event(p) && next_event(p); /* the stream's start, then a document's start or the stream's end */
    if (ok && p->event.type == YAML_DOCUMENT_START_EVENT) ok = next_event(p) && parse_node(p, 0) && next_event(p);
    parse_close(p);
    return ok;
}
