/* Where something stands in an input. */
#ifndef RUTTER_BASE_PLACE_H
#define RUTTER_BASE_PLACE_H

#include "base/str.h"

struct place {
    uint32_t input : 14;  /* index into struct inputs; 0: unknown */
    uint32_t column : 18; /* counted from 1, in characters; 0: unknown */
    uint32_t line;        /* counted from 1; 0: unknown */
};

/* One input file, as diagnostics and findings name it. */
struct input {
    struct str role;   /* "values[0]", "new", "old", "--set[1]", "changelog": what plans name it by */
    struct str path;   /* path from the role's own root ("templates/x.yaml"); "" when the role is the file */
    struct str opened; /* the path that can be opened, as given if that was relative; "" when there is no file */
    struct str text;   /* whole content, for source lines under a message; may be empty */
};

/* All inputs of one compilation. Index 0 is the unknown one. */
struct inputs {
    struct arena *a;
    struct input *v;
    uint32_t n, cap;
};

struct inputs *inputs_new(struct arena *a);
/* Returns the index for struct place. Strings are borrowed. At most 16383 files; later ones get index 0. */
uint32_t inputs_add(struct inputs *in, struct str role, struct str path, struct str opened, struct str text);
const struct input *inputs_get(const struct inputs *in, uint32_t index);
/* "prod.yaml:4:7", "values[0]:4" where there is no file, "" when unknown. In the arena. */
struct str place_show(struct arena *a, const struct inputs *in, struct place p);
/* The text of a line (from 1) without its end; empty when there is none. */
struct str input_line(const struct input *in, uint32_t line);

#endif
