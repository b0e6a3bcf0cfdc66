/* A YAML document as a flat list of nodes in the order of the text: what the parser makes and the reader decodes. */
#ifndef RUTTER_VALUE_YAML_NODE_H
#define RUTTER_VALUE_YAML_NODE_H

#include "value/value.h"

enum yaml_kind { YAML_SCALAR, YAML_ALIAS, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    uint8_t kind;      /* enum yaml_kind */
    bool implicit;     /* scalar: plain and without a tag, so its text decides what it is */
    bool open;         /* alias: being followed now */
    uint32_t line;     /* counted from 1 */
    uint32_t column;   /* counted from 1, in characters */
    uint32_t end;      /* index of the first node after this one and all below it */
    uint32_t children; /* direct ones; of a mapping, keys and values */
    uint32_t target;   /* alias: the node that its anchor names */
    struct str text;   /* scalar: its value; alias: the anchor's name */
    struct str tag;    /* full URI; empty when there is none */
};

struct yaml_nodes {
    struct yaml_node *v; /* the first is the document's root */
    uint32_t n, cap;
};

struct yaml_problem {
    struct str text;       /* go-yaml's words with its idea of the line: "line 3: did not find expected key" */
    uint32_t line, column; /* where it really is; counted from 1 */
};

/* The first document of text. No node at all: there is no document. Nothing after the document's end is looked at.
 * False on a syntax error. Trips the guard beyond its depth or number of nodes. */
bool yaml_parse(struct arena *a, struct str text, struct yaml_nodes *out, struct yaml_problem *problem);

#endif
