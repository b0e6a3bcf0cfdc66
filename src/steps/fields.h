/* The fields of a plan's structs, as tables. Private to steps/ and its tests. */
#ifndef RUTTER_STEPS_FIELDS_H
#define RUTTER_STEPS_FIELDS_H

#include "steps/steps.h"

enum form {
    F_STR,         /* struct str; left out when empty, unless required */
    F_STR_OR_NULL, /* struct str whose p may be NULL: left out when it is */
    F_BOOL,        /* left out when false */
    F_INT,         /* int; left out when it is `absent` */
    F_INT64,       /* int64_t; the same */
    F_UINT32,      /* uint32_t; the same */
    F_ENUM,        /* an int, by name */
    F_STRINGS,     /* struct str *, with n and cap */
    F_STRUCT,      /* a struct in its place; left out when all in it is */
    F_LIST,        /* an array of structs, with n and cap */
    F_STEPS,       /* struct step_list */
    F_ARG,         /* struct arg */
    F_ARGS,        /* struct argv */
    F_VALUE,       /* struct value; left out when NIL */
};

struct field {
    const char *name;              /* in JSON */
    enum form form;
    size_t at, n_at, cap_at;       /* offsets in the struct */
    const struct fields *type;     /* of F_STRUCT, F_LIST, F_STEPS */
    const char *(*enum_name)(int); /* NULL past the end */
    int64_t absent;
    bool required;
};

struct fields {
    const char *name;              /* of the struct: the schema's $defs have the same names */
    size_t size;
    const struct field *v;
    size_t n;
};

extern const struct fields plan_fields;
extern const struct fields *const plan_all_fields[]; /* NULL-terminated */

struct value fields_to_value(struct arena *a, const struct fields *type, const void *from);
/* `path` is where the value stands in the document, for messages. */
bool fields_from_value(struct arena *a, const struct fields *type, struct value v, void *to, struct str path, struct str *error);

#endif
