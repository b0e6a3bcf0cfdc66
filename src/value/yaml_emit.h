/* The layout of YAML text as go-yaml's emitter has it: where a line breaks, when a string is quoted, how it is folded.
 *
 * Versions 2 and 3 differ in little: 3 never folds, indents a list inside a map, and leaves a tab unquoted in a block. */
#ifndef RUTTER_VALUE_YAML_EMIT_H
#define RUTTER_VALUE_YAML_EMIT_H

#include "base/buf.h"

enum yaml_style { YAML_PLAIN, YAML_SINGLE, YAML_DOUBLE, YAML_LITERAL };

struct yaml_emit {
    struct buf *b;
    bool v3;
    int indent;      /* of the collection being written; -1 outside */
    size_t column;   /* characters on this line so far */
    bool whitespace; /* the last thing written separates: no space is needed */
    bool indention;  /* nothing but indentation and "-", "?", ":" on this line */
};

struct yaml_emit yaml_emit_start(struct buf *b, bool v3);
void yaml_emit_end(struct yaml_emit *e);
/* To a new line at the current indentation, unless already there. */
void yaml_emit_indent(struct yaml_emit *e);
/* "-", "?", ":", "{}", "[]": `spaced` puts a space before it where one is needed, `opens` keeps the line indentation only. */
void yaml_emit_indicator(struct yaml_emit *e, struct str text, bool spaced, bool opens);
/* One string. `style` is what is wanted, text that it cannot hold gets another. A key stays on one line.
 * `tag` is "" or "!!binary". */
void yaml_emit_scalar(struct yaml_emit *e, struct str text, enum yaml_style style, bool key, struct str tag);
/* Whether a scalar can be a key without "?": one line, at most 128 bytes, its tag included. */
bool yaml_emit_is_simple_key(struct str text, struct str tag);

#endif
