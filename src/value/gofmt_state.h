/* Private to gofmt*.c: the flags of one verb, and the writers of single operands under them. */
#ifndef RUTTER_VALUE_GOFMT_STATE_H
#define RUTTER_VALUE_GOFMT_STATE_H

#include "value/gofmt.h"

struct gofmt {
    struct buf *b;
    bool minus, plus, sharp, space, zero;
    bool plus_v, sharp_v;      /* %+v and %#v: formats of their own, plus and sharp are off */
    bool has_width, has_precision;
    bool erroring;             /* inside %!verb(...): methods are not called */
    uint32_t depth;
    int width, precision;      /* 0 when absent; at most GOFMT_LARGEST */
};

enum { GOFMT_LARGEST = 1000000 }; /* fmt refuses larger widths and precisions */

static inline struct gofmt gofmt_new(struct buf *b) { return (struct gofmt){.b = b}; }

/* One operand under the verb; prints %!verb(type=value) when the verb does not fit. */
void gofmt_arg(struct gofmt *f, struct value v, uint32_t verb);

/* gofmt_write.c: text under width, precision and flags. */
void gofmt_pad(struct gofmt *f, struct str s);
void gofmt_fill(struct gofmt *f, int n);
void gofmt_text(struct gofmt *f, struct str s);           /* %s */
void gofmt_quoted(struct gofmt *f, struct str s);         /* %q */
void gofmt_hex_text(struct gofmt *f, struct str s, bool upper);
void gofmt_integer(struct gofmt *f, uint64_t u, bool is_signed, unsigned base, uint32_t verb);
void gofmt_hex_prefixed(struct gofmt *f, uint64_t u, bool prefix); /* 0x2a whatever the flags say */
void gofmt_rune(struct gofmt *f, uint64_t u);             /* %c */
void gofmt_quoted_rune(struct gofmt *f, uint64_t u);      /* %q of an integer */
void gofmt_unicode(struct gofmt *f, uint64_t u);          /* %U */
void gofmt_float(struct gofmt *f, double d, int bits, char verb, int precision);

#endif
