/* Nodes to values, as go.yaml.in/yaml/v2 and sigs.k8s.io/yaml do it between them: private to yaml_*.c. */
#ifndef RUTTER_VALUE_YAML_DECODE_H
#define RUTTER_VALUE_YAML_DECODE_H

#include "value/yaml.h"
#include "value/yaml_node.h"

/* The way from the root to a value; made into a path only when somebody asks. */
struct yaml_way {
    const struct yaml_way *up; /* NULL: this is the root */
    bool item;                 /* of a list */
    uint32_t index;            /* of a list's item */
    struct str key;            /* of a map's entry */
};

/* One segment more, as path_key and path_item do it (yaml_path.c). */
void path_add_key(struct buf *b, struct str key);
void path_add_item(struct buf *b, uint32_t index);

struct yaml_decode {
    struct arena *a;
    const struct yaml_options *o;
    struct yaml_nodes nodes;
    uint32_t line_base;      /* lines of the file before this document */
    /* Raw: what go-yaml itself makes of a node, before its way through JSON. Numbers keep their type, strings their bytes;
     * a map (GO_ANY_MAP) has keys of any type, spelled as yaml_go_key says. For messages only. */
    bool raw;
    bool odd_keys;           /* a key was met that JSON cannot have: null, or beyond int64 */
    bool infinite;           /* a number was met that JSON cannot have */
    struct str error;        /* decoding went no further */
    uint32_t error_at;       /* its node */
    struct buf repeated;     /* strict: all duplicate keys, one a line */
    uint32_t repeated_at;
    uint32_t decoded, from_aliases, in_alias; /* go-yaml's measure against alias bombs */
};

/* The value of a node and all below it; false with `error` set. */
bool yaml_decode_node(struct yaml_decode *d, uint32_t node, const struct yaml_way *way, uint32_t depth, struct value *out);
/* Of a mapping, those pairs whose keys have these texts. Only for a document in which yaml_is_ordinary found nothing. */
bool yaml_decode_some(struct yaml_decode *d, uint32_t node, const struct str *keys, size_t n, struct value *out);
/* Nothing in it can go wrong when it is decoded, or stand for something that is written elsewhere: no tags, aliases or merges, no key
 * that JSON cannot have, no number that it cannot have. yaml_ordinary.c */
bool yaml_is_ordinary(const struct yaml_nodes *nodes);
struct place yaml_place_of(const struct yaml_decode *d, uint32_t node);

/* A key of a raw map: its type (see yaml_show.c), then its text: for a string its bytes, else Go's spelling. */
struct str yaml_go_key(struct arena *a, struct value key);
/* A raw value in Go's syntax (%#v). */
void yaml_show_go(struct buf *b, struct value v);
/* The first key in a raw value that JSON cannot have: sigs.k8s.io/yaml's message. */
bool yaml_find_odd_key(struct arena *a, struct value v, struct str *message);

#endif
