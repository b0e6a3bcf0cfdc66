/* YAML text to tokens, exactly as go.yaml.in/yaml/v2 does it (the YAML of Helm): private to yaml_*.c.
 *
 * Not libyaml: go-yaml is a port of an early libyaml, and 0.2.5 differs from it in what it accepts ("\/", "\'", "[a?b]",
 * "[a:]", %YAML 1.2), in messages, and in the place at which it notices an error. docs and tests compare against go-yaml.
 *
 * Tokens come out one at a time, but the scanner runs ahead as far as a key could still turn out to be one: a plain `a` is a
 * key only when a ":" follows on its line within 1024 characters. Errors met on the way come first, as they do in Go.
 */
#ifndef RUTTER_VALUE_YAML_SCAN_H
#define RUTTER_VALUE_YAML_SCAN_H

#include "base/buf.h"
#include "value/yaml_node.h"

enum yaml_token_type {
    TOKEN_STREAM_END,
    TOKEN_VERSION,          /* %YAML; text is "1.1" when it is that */
    TOKEN_TAG_DIRECTIVE,    /* %TAG: text is the handle, suffix the prefix */
    TOKEN_DOCUMENT_START,
    TOKEN_DOCUMENT_END,
    TOKEN_BLOCK_SEQUENCE,
    TOKEN_BLOCK_MAPPING,
    TOKEN_BLOCK_END,
    TOKEN_FLOW_SEQUENCE,
    TOKEN_FLOW_SEQUENCE_END,
    TOKEN_FLOW_MAPPING,
    TOKEN_FLOW_MAPPING_END,
    TOKEN_BLOCK_ENTRY,
    TOKEN_FLOW_ENTRY,
    TOKEN_KEY,
    TOKEN_VALUE,
    TOKEN_ALIAS,            /* text is the name */
    TOKEN_ANCHOR,
    TOKEN_TAG,              /* text is the handle, suffix the rest */
    TOKEN_SCALAR,
};

/* Counted from 0; columns and index in characters. */
struct yaml_mark {
    uint32_t line, column, index;
};

struct yaml_token {
    uint8_t type;        /* enum yaml_token_type */
    bool plain;          /* of a scalar: no quotes, no block */
    uint32_t key_level;  /* flow level + 1 at which this token may begin a key; 0: it may not */
    struct yaml_mark at;
    struct str text, suffix;
};

/* A place where a key may have begun; one for each flow level. */
struct yaml_simple_key {
    bool possible;
    bool required;       /* it begins a line of a block mapping: no ":" is an error */
    uint32_t token;      /* number of its first token */
    struct yaml_mark at;
};

struct yaml_scan {
    struct arena *a;
    const char *p, *end;         /* the next character; YAML_PADDING NULs stand at the end */
    struct yaml_mark mark;       /* of p */
    const char *start;
    bool quick;                  /* all characters are allowed: nothing needs to be asked before it is looked at */
    struct str bad;              /* message for the first byte that is no YAML character; empty when all are */
    const char *decoded;         /* what go-yaml has read when it meets that byte: it reads ahead in blocks */
    const char *bad_at;
    struct yaml_token *queue;    /* scanned and not taken: queue[head] to queue[n - 1] */
    uint32_t head, n, cap;
    uint32_t taken;              /* tokens taken so far: the number of queue[head] */
    uint32_t key_level_next;     /* for the next token appended */
    struct yaml_simple_key *keys;
    uint32_t levels, keys_cap;   /* levels - 1 is the flow level */
    int32_t *indents;
    uint32_t indents_n, indents_cap;
    int32_t indent;              /* of the block collection that is open; -1 outside */
    bool key_allowed;            /* a key may begin here */
    bool started, ended;
    bool peeked;                 /* the token at the head is final */
    struct buf breaks;           /* scratch: line breaks that may or may not become text */
    struct yaml_problem *problem;
};

/* Copies the text. `problem` is set when a later call fails. */
void yaml_scan_start(struct yaml_scan *s, struct arena *a, struct str text, struct yaml_problem *problem);
/* The next token, without taking it; NULL on an error. Valid until the next call. */
const struct yaml_token *yaml_scan_fetch(struct yaml_scan *s);
static inline const struct yaml_token *yaml_scan_peek(struct yaml_scan *s) { return s->peeked ? &s->queue[s->head] : yaml_scan_fetch(s); }
static inline void yaml_scan_take(struct yaml_scan *s)
{
    s->head++;
    s->taken++;
    s->peeked = false;
}

/* ---- between the scanner's files ---- */

/* Sets the problem, with go-yaml's idea of the line; `context` is where the token began. Returns false. */
bool yaml_scan_fail(struct yaml_scan *s, struct yaml_mark context, const char *message);
bool yaml_scan_fail_reading(struct yaml_scan *s);
bool yaml_scan_need_slowly(struct yaml_scan *s, unsigned characters);
/* Whether so many characters can be looked at: false, with the error set, when go-yaml would read the bad byte now. */
static inline bool yaml_scan_need(struct yaml_scan *s, unsigned characters)
{
    return s->quick || yaml_scan_need_slowly(s, characters);
}

bool yaml_scan_plain(struct yaml_scan *s, struct yaml_token *t);
bool yaml_scan_quoted(struct yaml_scan *s, struct yaml_token *t);
bool yaml_scan_block(struct yaml_scan *s, struct yaml_token *t);
bool yaml_scan_anchor(struct yaml_scan *s, struct yaml_token *t);
bool yaml_scan_tag(struct yaml_scan *s, struct yaml_token *t);
bool yaml_scan_directive(struct yaml_scan *s, struct yaml_token *t);
/* All up to the next line break or the end. */
bool yaml_scan_line(struct yaml_scan *s);
/* Blanks, then a comment up to its line break. */
bool yaml_scan_rest_of_line(struct yaml_scan *s);
bool yaml_scan_at_document_mark(const struct yaml_scan *s);

enum { YAML_PADDING = 32 }; /* so far beyond the end is looked */

/* Eight bytes, all of them printable ASCII. */
static inline bool yaml_eight_printable(const char *p)
{
    uint64_t x, ones = 0x0101010101010101u, high = ones * 0x80;
    memcpy(&x, p, sizeof x);
    return !((x | (x + ones) | ((x - ones * 0x20) & ~x)) & high);
}

/* Bytes of the line break at p: LF, CR, CR LF, NEL, LS, PS; 0 when there is none. */
static inline unsigned yaml_break_at(const char *p)
{
    switch ((unsigned char)*p) {
    case '\n': return 1;
    case '\r': return p[1] == '\n' ? 2 : 1;
    case 0xc2: return (unsigned char)p[1] == 0x85 ? 2 : 0;
    case 0xe2: return (unsigned char)p[1] == 0x80 && ((unsigned char)p[2] | 1) == 0xa9 ? 3 : 0;
    default: return 0;
    }
}
static inline bool yaml_is_blank(char c) { return c == ' ' || c == '\t'; }
static inline bool yaml_is_breakz(const char *p) { return !*p || yaml_break_at(p); }
static inline bool yaml_is_blankz(const char *p) { return yaml_is_blank(*p) || yaml_is_breakz(p); }
static inline bool yaml_is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}
/* The value of a hexadecimal digit; -1 for anything else. */
static inline int yaml_hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
static inline unsigned yaml_width(char c)
{
    unsigned char u = (unsigned char)c;
    return u < 0x80 ? 1 : (u & 0xe0) == 0xc0 ? 2 : (u & 0xf0) == 0xe0 ? 3 : 4;
}

/* Past one character, which is no line break. */
static inline void yaml_skip(struct yaml_scan *s)
{
    s->p += yaml_width(*s->p);
    s->mark.column++;
    s->mark.index++;
}
/* Past spaces, as far as column `to`. Eight at a time: most lines are indented. Only when all characters are known to be allowed. */
static inline void yaml_skip_spaces(struct yaml_scan *s, uint32_t to)
{
    const char *p = s->p;
    uint32_t most = to > s->mark.column ? to - s->mark.column : 0, n = 0;
    for (uint64_t x; most - n >= 8 && (memcpy(&x, p + n, sizeof x), x == 0x2020202020202020u);) n += 8;
    while (n < most && p[n] == ' ') n++;
    s->p += n;
    s->mark.column += n;
    s->mark.index += n;
}
/* Past the line break at p, if there is one. */
static inline void yaml_skip_break(struct yaml_scan *s)
{
    unsigned width = yaml_break_at(s->p);
    if (!width) return;
    s->mark.index += *s->p == '\r' && width == 2 ? 2 : 1;
    s->mark.column = 0;
    s->mark.line++;
    s->p += width;
}
/* The same; the break goes to b: LS and PS as they are, all others as LF. */
void yaml_read_break(struct yaml_scan *s, struct buf *b);

#endif
