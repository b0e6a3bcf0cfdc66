/* JSON as Go's encoding/json reads and writes it, for values and templates. Our own documents go through jansson (emit/). */
#ifndef RUTTER_VALUE_JSON_H
#define RUTTER_VALUE_JSON_H

#include "base/buf.h"
#include "value/value.h"

/* Every number becomes a float64. On failure false and *error is Go's message ("invalid character 'x' looking for beginning
 * of value", "unexpected end of JSON input"). Origins as in yaml.h when `o` is not NULL. */
bool json_read(struct arena *a, struct str text, struct origins *o, uint32_t input, uint32_t layer, struct value *out, struct str *error);

enum json_style {
    JSON_COMPACT = 0,
    JSON_NO_HTML = 1,   /* do not escape < > & */
    JSON_INDENT2 = 2,   /* MarshalIndent with two spaces */
};
/* False (and *error is Go's message) for what JSON cannot hold: NaN, infinities. */
bool json_write(struct buf *b, struct value v, unsigned style, struct str *error);

#endif
