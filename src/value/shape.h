/* Our own files (.rutter.yaml, rules, baselines) are read strictly: every key is known and of its type, or it is an error with
 * its place and what was probably meant. A shape says what a file may hold. */
#ifndef RUTTER_VALUE_SHAPE_H
#define RUTTER_VALUE_SHAPE_H

#include "base/diag.h"
#include "value/value.h"

enum shape_kind {
    SHAPE_ANY,
    SHAPE_TEXT,     /* a string that is not empty; one of `choices` where there are any */
    SHAPE_BOOL,
    SHAPE_NUMBER,
    SHAPE_TEXTS,    /* a list of strings */
    SHAPE_LIST,     /* a list, each item of the shape `item` */
    SHAPE_FIELDS,   /* a map with the keys `fields` */
    SHAPE_MAP,      /* a map with any keys, each value of the shape `item` */
};

struct shape {
    enum shape_kind kind;
    const char *choices;               /* "error|warning|info|off"; NULL: any text */
    const struct shape_field *fields;  /* ends with a NULL name */
    const struct shape *item;
};

struct shape_field {
    const char *name;
    bool required;
    struct shape shape;
};

/* Checks v, whose entries have their places in `o`. `whole` is the place of what has none, `what` the name of the thing in
 * messages ("an entry of accept"). False after a diagnostic for each thing that is wrong. */
bool shape_check(struct arena *a, struct value v, const struct shape *s, const struct origins *o, struct place whole, const char *what, struct diags *d);
/* Reads a YAML text that is one of our own files and checks it. *out is NIL for an empty one. */
bool shape_read(struct arena *a, struct str text, uint32_t input, const struct shape *s, struct origins *o, const char *what, struct value *out, struct diags *d);

#endif
