/* Go's fmt package over values: what {{ .X }} prints, print, println, printf with every verb and its %!verb(...) forms. */
#ifndef RUTTER_VALUE_GOFMT_H
#define RUTTER_VALUE_GOFMT_H

#include "base/buf.h"
#include "value/value.h"

/* fmt.Fprint of one value: what an action prints (nil is "<nil>" here; the evaluator prints "<no value>" itself). */
void gofmt_value(struct buf *b, struct value v);
void gofmt_sprint(struct buf *b, const struct value *v, size_t n);   /* spaces only between two non-strings */
void gofmt_sprintln(struct buf *b, const struct value *v, size_t n);
void gofmt_sprintf(struct buf *b, struct str format, const struct value *v, size_t n);
/* strconv.FormatFloat(f, format, precision, 64): format one of e E f g G; precision -1 is the shortest that reads back. */
void go_float(struct buf *b, double f, char format, int precision);
/* strconv.Quote. */
void go_quote(struct buf *b, struct str s);
/* time.Duration's String: "1h2m3.5s". */
void go_duration(struct buf *b, int64_t nanoseconds);

#endif
