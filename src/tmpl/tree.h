/* The syntax tree of a template: the rules of Go's text/template/parse. One tree serves evaluator and analysis. */
#ifndef RUTTER_TMPL_TREE_H
#define RUTTER_TMPL_TREE_H

#include "base/str.h"
#include "value/value.h"

struct func;

enum node_kind {
    N_LIST,       /* child[0..n) */
    N_TEXT,       /* text */
    N_ACTION,     /* pipe: {{ pipeline }} */
    N_PIPE,       /* decl variables, child[0..n) are N_COMMANDs */
    N_COMMAND,    /* child[0..n): the first is the operation, the others its arguments */
    N_FIELD,      /* .a.b: ident[0..n) */
    N_CHAIN,      /* (pipeline).a.b: pipe, ident[0..n) */
    N_VARIABLE,   /* $x.a.b: ident[0] is "$x", the fields follow; slot */
    N_IDENT,      /* a function's name: text, func */
    N_DOT, N_NIL,
    N_BOOL, N_NUMBER, N_STRING,  /* value; text is the source text */
    N_IF, N_RANGE, N_WITH,       /* pipe, list, else_list */
    N_TEMPLATE,   /* {{ template "name" pipe }}: text, pipe may be NULL */
    N_BREAK, N_CONTINUE,
    N_COMMENT,
};

/* A numeric constant: what it can be, as Go's NumberNode. */
struct number {
    bool is_int, is_uint, is_float;
    int64_t as_int;
    uint64_t as_uint;
    double as_float;
    struct value complex;  /* V_OBJ, or nil when it is no complex constant */
};

/* There are many of them: fields that no kind has together share their place. */
struct node {
    uint8_t kind;
    bool assign;           /* N_PIPE: decl is an assignment (=), not a declaration (:=) */
    uint32_t pos;          /* byte offset in the template's text */
    uint32_t end;          /* first byte after it */
    uint32_t line;         /* counted from 1, of pos as Go counts it */
    uint32_t n;            /* children, identifiers */
    int32_t slot;          /* N_VARIABLE and declared variables: index in the frame of the define; set by the parser */
    uint32_t id;           /* dense per tree: for tables beside the tree */
    union {
        struct node **child;
        struct str *ident;
    } u;
    struct str text;
    union {
        struct {           /* N_ACTION, N_IF, N_RANGE, N_WITH, N_TEMPLATE, N_CHAIN: NULL where there is none */
            struct node *pipe, *list, *else_list;
        };
        struct {           /* N_PIPE: N_VARIABLEs */
            struct node **decl;
            uint32_t decl_n;
        };
        const struct func *func;  /* N_IDENT */
        struct value value;       /* N_BOOL, N_STRING */
        struct number *number;    /* N_NUMBER */
    };
};

/* One named template: the file itself or a define in it. */
struct tree {
    struct str name;
    struct str parse_name; /* name of the template in whose text it stands, as errors name it */
    struct str text;       /* the whole text of the file */
    struct node *root;     /* N_LIST */
    uint32_t slots;        /* variables in use at once, $ included (slot 0) */
    uint32_t nodes;        /* ids run from 0 to nodes - 1, over the whole file */
    bool empty;            /* parse.IsEmptyTree */
};

/* The source text of a node as Go prints it in errors (node.String()), not shortened. */
struct str node_show(struct arena *a, const struct node *n);

#endif
