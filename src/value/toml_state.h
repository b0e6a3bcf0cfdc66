/* Private to toml_*.c: the reader's state, its characters and its tokens.
 *
 * The library that this follows scans and parses in turns: a token is scanned when the parser asks for it. So the first thing
 * wrong in the order of these turns is the error that is reported, with the line of the scanner or of a token. */
#ifndef RUTTER_VALUE_TOML_STATE_H
#define RUTTER_VALUE_TOML_STATE_H

#include "base/strmap.h"
#include "value/toml.h"

struct toml_key {
    struct str *v;
    uint32_t n;
};

enum toml_token_type {
    TOML_TEXT, TOML_STRING, TOML_STRING_ESCAPED, TOML_RAW_STRING, TOML_MULTILINE_STRING, TOML_RAW_MULTILINE_STRING,
    TOML_BOOL, TOML_INTEGER, TOML_FLOAT, TOML_DATETIME, TOML_ARRAY, TOML_INLINE_TABLE,
};

struct toml_token {
    enum toml_token_type type;
    struct str text;
    int32_t line;
};

struct toml {
    struct arena *a;
    struct str text;
    /* scanner */
    size_t start, at;     /* the token begins at start; next character */
    int32_t line;
    bool at_end;          /* the end was just read as a character */
    bool failed;
    /* parser */
    struct toml_key context;
    struct str current;
    int32_t key_line;     /* line of the newest key: where some errors are reported */
    uint32_t depth;
    struct map *root;
    struct strmap arrays;    /* keys whose value is an array, by their text */
    struct strmap implicits; /* keys of tables that only their children brought about */
    struct str error;
};

enum { TOML_END = 0, TOML_BAD = 0x7fffffff }; /* characters: the end of the text; one that was reported */

/* ---- errors (toml_key.c): the first one counts; all return false ---- */
bool toml_fail_at(struct toml *t, int32_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* At the scanner's place; at the end of the text at the last line that has something. */
bool toml_fail(struct toml *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str toml_key_text(struct arena *a, struct toml_key k);
struct toml_key toml_key_add(struct arena *a, struct toml_key k, struct str part);
struct str toml_rune_quoted(struct toml *t, uint32_t r);   /* 'x' */
struct str toml_text_quoted(struct toml *t, struct str s); /* "x" */

/* ---- characters and tokens (toml_scan.c) ---- */
uint32_t toml_next(struct toml *t);
void toml_back(struct toml *t);
uint32_t toml_peek(struct toml *t);
static inline bool toml_is_space(uint32_t r) { return r == '\t' || r == ' '; }
static inline bool toml_is_newline(uint32_t r) { return r == '\n' || r == '\r'; }
void toml_skip_space(struct toml *t);
/* After '#': to the end of the line. */
bool toml_skip_comment(struct toml *t);
/* From `start` to here. */
struct str toml_current(const struct toml *t);
struct toml_token toml_emit(struct toml *t, enum toml_token_type type);
/* A part of a key, quoted or bare. */
bool toml_scan_key_part(struct toml *t, struct toml_token *out);
/* A value after white space: scalars whole, of arrays and inline tables the bracket. */
bool toml_scan_value(struct toml *t, struct toml_token *out);
/* toml_number.c */
bool toml_scan_number(struct toml *t, struct toml_token *out);        /* begins with a digit */
bool toml_scan_signed_number(struct toml *t, struct toml_token *out); /* the sign has been read */

/* ---- tokens to values (toml_scalar.c) ---- */
bool toml_scalar(struct toml *t, struct toml_token token, struct value *out);

#endif
