/* JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12, as Helm's library (santhosh-tekuri/jsonschema v6) answers and words it.
 * References stay inside the document; nothing is fetched. */
#ifndef RUTTER_CHART_SCHEMA_H
#define RUTTER_CHART_SCHEMA_H

#include "value/value.h"

struct schema;
struct schema_error {
    struct str path;      /* instance location as a JSON pointer: "/a/0/b" */
    struct str message;   /* "got string, want number" */
};
struct schema_errors { struct arena *a; struct schema_error *v; size_t n, cap; };

/* The schema of a JSON document, for any number of validations; it lives as long as `a`, in an arena of its own. NULL and *error,
 * as Helm prints it, when the schema itself is invalid. */
struct schema *schema_compile(struct arena *a, struct str text, struct str *error);
/* True when valid; otherwise every leaf error is added, in the library's order, and *shown is the library's text as Helm prints it. */
bool schema_validate(struct arena *a, const struct schema *s, struct value instance, struct schema_errors *errors, struct str *shown);

#endif
