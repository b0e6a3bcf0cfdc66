/* A schema at work on a value; shared by schema_validate.c and the files with the checks of each type. */
#ifndef RUTTER_CHART_SCHEMA_FRAME_H
#define RUTTER_CHART_SCHEMA_FRAME_H

#include "chart/schema_tree.h"

struct place_in_value { /* on the stack of those who go down */
    const struct place_in_value *up;
    struct str key;     /* p is NULL: an index */
    uint32_t index;
    uint32_t shown;     /* the index that the library prints: beyond a prefix it counts from 0 again */
};

struct validator {
    struct arena *a;
    const struct schema_check *check;
    bool quick;         /* only whether it is valid: the first violation ends it, no failure is made */
    struct str panic;   /* where the library would panic */
    struct str prefix;  /* where the instance is: below propertyNames a name is an instance of its own */
    const char *stack;  /* where the recursion began */
};

struct frame {
    struct validator *x;
    const struct frame *up;      /* the dynamic scope */
    const struct rule *scope;    /* the schema as entered */
    const struct rule *rule;     /* the one that is checked: another when a document switches its dialect */
    const struct rule *meta;     /* the metaschema in force */
    const char *keyword;         /* entered by this reference; NULL: by going down */
    struct value value;             /* the value */
    const struct place_in_value *at;
    uint32_t vid;                /* frames of one value, next to each other, have the same */
    uint32_t depth;
    bool failed;
    uint8_t *open;               /* by member: not evaluated yet; NULL: nobody wants to know */
    uint32_t open_n;
    struct schema_failure **v;   /* failures so far */
    uint32_t n, cap;
    struct schema_failure *failure; /* the outcome */
};

struct schema_failure *frame_failure(struct frame *f, struct str text);
void failure_add(struct frame *f, struct schema_failure *to, struct schema_failure *cause);
void frame_add(struct frame *f, struct schema_failure *e); /* e is NULL when quick */
void frame_fail(struct frame *f, const char *text);
void frame_evaluated(struct frame *f, uint32_t member);
bool frame_apply(struct frame *f, const struct rule *r, const char *keyword, bool quietly, struct schema_failure **e);
bool frame_enter(struct frame *f, const struct rule *r, struct value v, const struct place_in_value *at, struct schema_failure **e);
void frame_check_name(struct frame *f, const struct rule *r, struct str name);

/* schema_scalar.c */
bool frame_is_whole(struct frame *f);
bool frame_in_enumeration(struct frame *f, uint8_t type);
bool frame_check_format(struct frame *f);
void frame_check_text(struct frame *f);
void frame_check_number(struct frame *f);
void frame_fail_type(struct frame *f, uint8_t got);
void frame_fail_constant(struct frame *f);
void frame_fail_enumeration(struct frame *f);
/* "minItems: got 1, want 2" */
void frame_fail_count(struct frame *f, const char *keyword, int64_t got, int64_t want);

/* schema_container.c */
void frame_check_object(struct frame *f);
void frame_check_array(struct frame *f);
void frame_check_logic(struct frame *f);
void frame_check_unevaluated(struct frame *f);

#endif
