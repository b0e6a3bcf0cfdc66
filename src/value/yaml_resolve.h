/* What a YAML scalar means: go.yaml.in/yaml/v2's resolve (YAML 1.1 with Go's integers and floats). Used by the reader, and
 * by both writers to decide what must be quoted. */
#ifndef RUTTER_VALUE_YAML_RESOLVE_H
#define RUTTER_VALUE_YAML_RESOLVE_H

#include "base/buf.h"
#include "value/value.h"

enum yaml_tag {
    YAML_STR,
    YAML_NULL,
    YAML_BOOL,
    YAML_INT,       /* V_INT, or V_UINT beyond int64 */
    YAML_FLOAT,
    YAML_TIMESTAMP, /* the value stays a string */
    YAML_BINARY,
    YAML_MERGE,
    YAML_OTHER,     /* any other tag: a scalar under it is its text */
};

/* What plain text stands for. The value of YAML_STR and YAML_TIMESTAMP borrows the text. */
enum yaml_tag yaml_resolve(struct str text, struct value *out);
/* "!!int" and its like, as messages name them. */
const char *yaml_tag_name(enum yaml_tag tag);
/* The tag of a full tag URI ("tag:yaml.org,2002:int"). */
enum yaml_tag yaml_tag_of(struct str uri);
/* One of the four forms that go-yaml takes for a timestamp: 2001-1-2, with a time after "T", "t" or a space. */
bool yaml_is_timestamp(struct str text);
/* 1:30 and its like: numbers in base 60 for other readers of YAML 1.1, so both writers quote them. */
bool yaml_is_base60(struct str text);
/* strconv.FormatFloat(f, 'g', -1, bits) with YAML's names for what is not finite. */
void yaml_float(struct buf *b, double f, int bits);

#endif
