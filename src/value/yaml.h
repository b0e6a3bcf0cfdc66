/* YAML as Helm sees it. Reading: what sigs.k8s.io/yaml makes of a text (go-yaml v2's YAML 1.1, then through JSON: every
 * number a float64, every key a string), with its messages; the scanner is ours, because libyaml's accepts and refuses other
 * texts than go-yaml's (yaml_scan.h). Writing: the two emitters that toYaml and toYamlPretty stand for. */
#ifndef RUTTER_VALUE_YAML_H
#define RUTTER_VALUE_YAML_H

#include "base/buf.h"
#include "base/diag.h"
#include "value/value.h"

struct yaml_options {
    struct origins *origins;  /* give every entry and item an origin; NULL: none */
    uint32_t input;           /* struct place's input, for origins and messages */
    uint32_t layer;           /* struct origin's layer */
    bool strict;              /* our own files: a duplicate key is an error */
    bool ints;                /* our own files: whole numbers become int64 */
    /* Duplicate keys are legal (the last wins). Each is noted here when it is not NULL: the place of the earlier one
     * is the `over` of the origin of the later. A key that came by "<<" and is set again is none. */
    struct yaml_duplicates *duplicates;
    /* Not 0: of a mapping only the entries with these keys are needed; others may be left out. What is wrong with the document is
     * found all the same. */
    size_t only_n;
    const struct str *only;
};

struct yaml_duplicate {
    struct str path;          /* as --set spells it */
    struct place first, second; /* the first is known where origins are kept */
};

struct yaml_duplicates {
    struct arena *a;
    struct yaml_duplicate *v;
    size_t n, cap;
};

/* The first document of text; empty text gives NIL. On failure false, and *error is Go's message without position prefix
 * ("error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context"), with its place in *at. */
bool yaml_read(struct arena *a, struct str text, const struct yaml_options *o, struct value *out, struct str *error, struct place *at);
/* All documents of a values file, as Helm's LoadValues splits it (at lines that begin with "---"); merge them in order. A list
 * of values. Messages begin as LoadValues has them: "cannot unmarshal yaml document: error converting YAML to JSON: yaml: ...". */
bool yaml_read_all(struct arena *a, struct str text, const struct yaml_options *o, struct list **out, struct str *error, struct place *at);
/* What Unmarshal answers when a document is not of the Go type that it is read into ("map[string]interface {}",
 * "[]interface {}"): "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type ...".
 * Empty when it fits; null fits everything. */
struct str yaml_misfit(struct arena *a, struct value v, const char *go_type);
/* toYaml: sigs.k8s.io/yaml.Marshal, with its final newline; nothing for what it refuses. */
void yaml_write(struct buf *b, struct value v);
/* The same; when it refuses, false and *error is Go's message ("error marshaling into JSON: json: unsupported value: NaN"). */
bool yaml_marshal(struct buf *b, struct value v, struct str *error);
/* toYamlPretty: go-yaml v3 with indent 2; nothing for what it refuses. */
void yaml_write_pretty(struct buf *b, struct value v);
/* a path as --set spells it, one segment more: "a.b", "list[0]", a dot inside a segment as "\." */
struct str path_key(struct arena *a, struct str parent, struct str key);
struct str path_item(struct arena *a, struct str parent, uint32_t index);

#endif
