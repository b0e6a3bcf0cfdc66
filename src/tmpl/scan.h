/* Template text to tokens, as Go's text/template/parse lexer has them (Go 1.25: lex.go). */
#ifndef RUTTER_TMPL_SCAN_H
#define RUTTER_TMPL_SCAN_H

#include "base/str.h"

enum token_kind {
    T_ERROR,     /* text is the message */
    T_BOOL, T_CHAR, T_CHAR_CONSTANT, T_COMPLEX, T_ASSIGN, T_DECLARE, T_EOF,
    T_FIELD,     /* ".name" */
    T_IDENT, T_LEFT_DELIM, T_LEFT_PAREN, T_NUMBER, T_PIPE, T_RAW_STRING, T_RIGHT_DELIM, T_RIGHT_PAREN, T_SPACE, T_STRING, T_TEXT,
    T_VARIABLE,  /* "$name" */
    T_KEYWORD,   /* only a border: what follows are keywords, which Go prints as <name> */
    T_BLOCK, T_BREAK, T_CONTINUE, T_DOT, T_DEFINE, T_ELSE, T_END, T_IF, T_NIL, T_RANGE, T_TEMPLATE, T_WITH,
};

struct token {
    enum token_kind kind;
    uint32_t pos;      /* byte offset */
    uint32_t line;     /* line of its first byte, from 1 */
    struct str text;
};

struct scanner {
    struct arena *a;   /* for messages */
    struct str in;
    size_t pos, start;
    uint32_t line, start_line;
    bool in_action;
    int paren_depth;
};

struct scanner scan_new(struct arena *a, struct str text);
struct token scan_next(struct scanner *s);

#endif
