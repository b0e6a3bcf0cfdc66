/* Go's fmt package over values: what {{ .X }} prints, print, println, printf with every verb and its %!verb(...) forms.
 *
 * Go prints addresses of pointers below the top level, of %p, and of slices and maps under %p: those differ from run to
 * run. Here every address is GOFMT_ADDRESS, so that output is deterministic. */
#ifndef RUTTER_VALUE_GOFMT_H
#define RUTTER_VALUE_GOFMT_H

#include "base/buf.h"
#include "value/value.h"

#define GOFMT_ADDRESS 0xc000000000u

/* fmt.Fprint of one value: what an action prints (nil is "<nil>" here; the evaluator prints "<no value>" itself). */
void gofmt_value(struct buf *b, struct value v);
void gofmt_sprint(struct buf *b, const struct value *v, size_t n);   /* spaces only between two non-strings */
void gofmt_sprintln(struct buf *b, const struct value *v, size_t n);
void gofmt_sprintf(struct buf *b, struct str format, const struct value *v, size_t n);
/* strconv.FormatFloat(f, format, precision, 64): format one of e E f g G b x X; precision -1 is the shortest that reads back. */
void go_float(struct buf *b, double f, char format, int precision);
/* The same with bits 64 or 32: a float32 has fewer digits. */
void go_float_bits(struct buf *b, double f, char format, int precision, int bits);
/* strconv.Quote. */
void go_quote(struct buf *b, struct str s);
/* strconv.QuoteToASCII, strconv.QuoteRune, strconv.QuoteRuneToASCII; a rune that is none is quoted as U+FFFD. */
void go_quote_ascii(struct buf *b, struct str s);
void go_quote_rune(struct buf *b, uint32_t rune, bool ascii);
/* strconv.CanBackquote. */
bool go_can_backquote(struct str s);
/* time.Duration's String: "1h2m3.5s". */
void go_duration(struct buf *b, int64_t nanoseconds);
/* The String method of a value's Go type (time.Duration, time.Month, time.Weekday, structs with a print function):
 * false when it has none. The text may live in the arena. */
bool go_stringer(struct arena *a, struct value v, struct str *text);

#endif
