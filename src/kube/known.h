/* Which fields Kubernetes' own kinds have: rules/kubernetes/fields.txt, made by fields/make.go. */
#ifndef RUTTER_KUBE_KNOWN_H
#define RUTTER_KUBE_KNOWN_H

#include "kube/object.h"

struct known_fields {
    struct arena *a;
    struct str text;           /* the whole table */
    struct str *type; uint32_t types_n, types_cap; /* a type's fields: the line without its number */
};

/* A field that the kind does not have. */
struct unknown_field {
    struct str path;           /* "spec.template.spec.containers[0].nmae" */
    int since;                 /* 0: no version has it; M: it came with Kubernetes 1.M */
    struct str meant;          /* the field with a similar name; "" */
};

/* Finds the lines of the table; nothing is decoded before it is asked for. */
void known_fields_open(struct arena *a, struct str text, struct known_fields *out);
/* The fields of a manifest that its kind does not have in Kubernetes 1.`minor` (-1: in any version), in order of the manifest;
 * *n of them. None for kinds that are not in the table (custom resources). */
struct unknown_field *known_fields_missing(struct known_fields *k, const struct object *o, int minor, uint32_t *n);

#endif
