/* JSON as Go's encoding/json reads and writes it, for values and templates. Our own documents go through jansson (emit/). */
#ifndef RUTTER_VALUE_JSON_H
#define RUTTER_VALUE_JSON_H

#include "base/buf.h"
#include "value/value.h"

/* Every number becomes a float64. Text is copied. On failure false and *error is Go's message ("invalid character 'x' looking
 * for beginning of value", "unexpected end of JSON input"). *out is NIL then, except for a number that no float64 holds:
 * that one is nil and the rest is there, as in Go. Origins as in yaml.h when `o` is not NULL. */
bool json_read(struct arena *a, struct str text, struct origins *o, uint32_t input, uint32_t layer, struct value *out, struct str *error);
/* The first value of text, as json.Decoder reads it: *used is the offset after it; what follows is not looked at. Text without
 * a value is "EOF", half a value "unexpected EOF". */
bool json_read_first(struct arena *a, struct str text, struct origins *o, uint32_t input, uint32_t layer, struct value *out, size_t *used,
                     struct str *error);

/* The same without origins, for a document whose numbers must stay exact: each is a V_STR of type GO_JSON_NUMBER, its text
 * as written (json.Decoder after UseNumber). */
bool json_read_exact(struct arena *a, struct str text, struct value *out, size_t *used, struct str *error);

enum json_style {
    JSON_COMPACT = 0,
    JSON_NO_HTML = 1,   /* do not escape < > & */
    JSON_INDENT2 = 2,   /* MarshalIndent with two spaces */
};
/* False (and *error is Go's message, b is as before) for what JSON cannot hold: NaN, infinities, cycles. */
bool json_write(struct buf *b, struct value v, unsigned style, struct str *error);
/* One string in quotes. */
void json_write_string(struct buf *b, struct str s, unsigned style);

#endif
