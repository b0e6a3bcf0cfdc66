/* The one value type: YAML, JSON, template data and Kubernetes objects.
 *
 * It keeps what Go's templates can see: the Go type of a number, a list or a map; nil slices and nil maps;
 * structs with methods. And it keeps Go's sharing: lists and maps are references, what `set` changes is
 * seen by everyone who holds the map.
 *
 * A struct value is two words and is passed by value. Everything that it points to lives in the arena in
 * which it was made, or an older one.
 */
#ifndef RUTTER_VALUE_VALUE_H
#define RUTTER_VALUE_VALUE_H

#include "base/place.h"

enum kind {
    V_NIL,   /* Go's untyped nil, a nil interface{} */
    V_BOOL,
    V_INT,   /* u.i; any signed Go integer, `type` says which */
    V_UINT,  /* u.u; any unsigned Go integer */
    V_FLOAT, /* u.f; float64 (or float32 by type) */
    V_STR,   /* u.s, n bytes */
    V_LIST,  /* u.list; NULL is a nil slice */
    V_MAP,   /* u.map; NULL is a nil map */
    V_OBJ,   /* u.obj: a Go struct, or a pointer to one, with fields and methods */
};

/* The Go type. Where templates can print or compare it, it matters; elsewhere use GO_AUTO's meaning. */
enum gotype {
    GO_AUTO,      /* bool; int; uint; float64; string; []interface {}; map[string]interface {} by kind */
    GO_INT64, GO_INT32, GO_INT16, GO_INT8,
    GO_UINT64, GO_UINT32, GO_UINT16, GO_UINT8,
    GO_FLOAT32,
    GO_DURATION,  /* V_INT: time.Duration, nanoseconds */
    GO_MONTH, GO_WEEKDAY, /* V_INT */
    GO_STRINGS,   /* V_LIST: []string */
    GO_INTS,      /* V_LIST: []int */
    GO_BYTES,     /* V_LIST: never; a []byte is V_STR with this type: printed as [1 2 3], passed as []byte */
    GO_STRING_LISTS, /* V_LIST: [][]string */
    GO_ANY_LISTS, /* V_LIST: [][]interface {} (sprig's chunk) */
    GO_MAPS,      /* V_LIST: []map[string]interface {} (TOML arrays of tables) */
    GO_STRING_MAP,/* V_MAP: map[string]string */
    GO_VALUES,    /* V_MAP: common.Values of Helm (chartutil.Values), a named map type with methods */
    GO_FILES,     /* V_MAP: Helm's files, map[string][]byte with methods */
    GO_ANY_MAP,   /* V_MAP: map[interface {}]interface {} */
    GO_VERSION_SET, /* V_LIST: common.VersionSet, a []string with a method */
    GO_OBJS,      /* V_LIST: a slice of pointers to structs, as .Chart.Maintainers */
    GO_JSON_NUMBER, /* V_STR: json.Number, a number's text as json_read_exact leaves it; never in values */
};

struct list;
struct map;
struct obj;

struct value {
    uint8_t kind;  /* enum kind */
    uint8_t type;  /* enum gotype */
    uint8_t boxed; /* the evaluator's own: 1 while the value is seen as an interface{} (a V_NIL of 0 is no value at all) */
    uint32_t n;    /* V_STR: length in bytes */
    union {
        bool b;
        int64_t i;
        uint64_t u;
        double f;
        const char *s;
        struct list *list;
        struct map *map;
        struct obj *obj;
    } u;
};

/* ---- origins: where an entry of values or of a document came from ----
 *
 * Every map entry and list item that was read from an input has an origin, a small number. Copies (coalescing,
 * deepCopy, merge) keep it, so a read in a subchart is a read of the user's own key, and a value knows its layers. */
typedef uint32_t origin_id; /* index into struct origins; 0: made by a template or by us */

struct origin {
    struct place key_at;  /* of a list item: its own place */
    struct place value_at;
    origin_id over;       /* the entry of a lower layer that this one replaced; 0: none */
    origin_id base;       /* not 0: made by origin_over from this one, which is the entry as its own layer wrote it */
    uint32_t layer;       /* who set it: enum layer, or LAYER_USER + n for the n-th -f or --set flag in order */
};

enum layer { LAYER_NONE, LAYER_CHART, LAYER_PARENT, LAYER_IMPORT, LAYER_USER };

struct origins {
    struct arena *a;
    struct origin *v;
    uint32_t n, cap;
    struct origin_pair *pairs; /* what origin_over made, hashed; NULL: nothing yet */
    uint32_t pairs_n, pairs_cap;
};

struct origins *origins_new(struct arena *a);
/* A copy that grows by itself: for a thread of its own. What it had keeps its numbers. */
struct origins *origins_fork(struct arena *a, const struct origins *from);
origin_id origin_add(struct origins *o, struct origin what);
/* The origin of an entry that wins over another (`loser` may itself be over others): a new one, the same for the same two.
 * The winner's own when the loser has none, or is one of its lower layers already. */
origin_id origin_over(struct origins *o, origin_id winner, origin_id loser);
/* The same entry in the name of another layer (LAYER_IMPORT); the same for the same two. */
origin_id origin_in_layer(struct origins *o, origin_id id, uint32_t layer);
/* The entry as its own layer wrote it: what all merged copies of one entry have in common. */
static inline origin_id origin_base(const struct origins *o, origin_id id) { return id < o->n && o->v[id].base ? o->v[id].base : id; }
static inline const struct origin *origin_get(const struct origins *o, origin_id id) { return &o->v[id < o->n ? id : 0]; }

/* ---- containers ---- */

struct list {
    struct arena *a;
    struct value *v;
    origin_id *at;        /* one an item, or NULL when none is known */
    uint32_t n, cap;
    uint32_t room;        /* Go's capacity beyond n, and 1; 0: as appending one by one leaves it (funcs/room.c) */
    uint32_t hidden;      /* items at v + n, of a longer list that this is a slice of: in the room, not in the list */
    uint64_t seen;        /* who marked the items as read last (state_read_shape); 0: nobody. Threads may share it */
};

struct entry {
    struct str key;
    struct value value;
    origin_id at;
    uint32_t hash;
};

struct map {
    struct arena *a;
    struct entry *v;      /* in order of insertion; a deletion closes the gap */
    uint32_t n, cap;
    uint32_t *slots;      /* hash index, made when the map grows beyond a few entries; NULL before */
    uint32_t slot_count;
    bool shared;          /* part of the data that all templates of a render share: writes to it are noted */
    uint64_t seen;        /* as in a list, of the entries */
};

/* A Go struct as a template sees it. `fields` are in Go's order; methods are in the type. */
struct obj {
    const struct objtype *type;
    struct map *fields;   /* NULL: none */
    void *data;           /* the type's own */
};

struct call; /* tmpl/func.h */

struct objtype {
    const char *name;     /* as %T prints it: "*chart.Metadata" */
    /* The text that {{ .X }} prints; NULL: as Go prints the struct, {a b c}. */
    struct str (*print)(struct arena *a, const struct obj *o);
    const struct method *methods; /* ends with a NULL name; NULL: none */
    /* The text that {{ .X }} prints where fmt prints another (toString, printf, quote): a field that can be addressed prints
     * itself by a String method of its pointer. NULL: as `print`. */
    struct str (*print_field)(struct arena *a, const struct obj *o);
    /* What encoding/json sees in its place (toJson, toYaml): a string, or a V_OBJ whose fields are named by the struct's tags, in
     * Go's order. NULL: the fields under their Go names. go-yaml (toYamlPretty) takes a string from here too, but fields
     * in lower case under their Go names. */
    struct value (*json)(struct arena *a, const struct obj *o);
    /* Whether two of this type are equal (reflect.DeepEqual). NULL: when the fields are, and `data` is the same. */
    bool (*equal)(const struct obj *x, const struct obj *y);
};

struct method {
    const char *name;
    const char *params;   /* as in struct func, without the receiver */
    bool (*call)(struct call *c, struct value receiver, struct value *out);
};

/* ---- making ---- */

#define NIL ((struct value){0})
static inline struct value v_bool(bool b) { return (struct value){.kind = V_BOOL, .u.b = b}; }
static inline struct value v_int(int64_t i) { return (struct value){.kind = V_INT, .u.i = i}; }
static inline struct value v_int64(int64_t i) { return (struct value){.kind = V_INT, .type = GO_INT64, .u.i = i}; }
static inline struct value v_float(double f) { return (struct value){.kind = V_FLOAT, .u.f = f}; }
static inline struct value v_str(struct str s) { return (struct value){.kind = V_STR, .n = (uint32_t)s.n, .u.s = s.p}; } /* borrows */
static inline struct value v_list(struct list *l) { return (struct value){.kind = V_LIST, .u.list = l}; }
static inline struct value v_map(struct map *m) { return (struct value){.kind = V_MAP, .u.map = m}; }
static inline struct value v_obj(struct obj *o) { return (struct value){.kind = V_OBJ, .u.obj = o}; }
static inline struct value v_typed(struct value v, enum gotype t) { v.type = (uint8_t)t; return v; }
static inline struct str v_text(struct value v) { return (struct str){v.u.s, v.n}; } /* of a V_STR */

struct list *list_new(struct arena *a);
void list_add(struct list *l, struct value v);
void list_add_at(struct list *l, struct value v, origin_id at);
static inline origin_id list_origin(const struct list *l, uint32_t i) { return l->at && i < l->n ? l->at[i] : 0; }
static inline uint32_t list_len(struct value v) { return v.u.list ? v.u.list->n : 0; }

struct map *map_new(struct arena *a);
/* The entry, or NULL. A nil map has none. Valid until the map changes. */
struct entry *map_find(const struct map *m, struct str key);
struct value map_get(const struct map *m, struct str key);       /* NIL when absent */
static inline struct value map_getz(const struct map *m, const char *key) { return map_get(m, str_from(key)); }
/* Inserts or replaces; the key is borrowed. Returns the entry. */
struct entry *map_put(struct map *m, struct str key, struct value v);
struct entry *map_put_at(struct map *m, struct str key, struct value v, origin_id at);
static inline struct entry *map_putz(struct map *m, const char *key, struct value v) { return map_put(m, str_from(key), v); }
bool map_delete(struct map *m, struct str key);
static inline uint32_t map_len(struct value v) { return v.u.map ? v.u.map->n : 0; }
/* The entries in order of their keys, as Go ranges over a map in a template; NULL for an empty map. In the arena. */
struct entry **map_sorted(struct arena *a, const struct map *m);

/* ---- using ---- */

/* A deep copy into the arena, origins kept, `shared` not. */
struct value value_copy(struct arena *a, struct value v);
/* As reflect.DeepEqual, Go types included: an int 1 differs from a float64 1. */
bool value_equal(struct value x, struct value y);
/* Equal as JSON: numbers by value, all lists and maps alike. */
bool value_same(struct value x, struct value y);
/* template.IsTrue: not false, 0, "", nil, an empty list or map. Structs are true. */
bool value_truth(struct value v);
/* "int", "string", "map[string]interface {}", ... as %T and Go's messages have it; "<nil>" for nil. In static memory. */
const char *value_type_name(struct value v);

/* The value below `v` by keys, NULL-terminated list of C strings: value_at(v, "spec", "replicas", NULL); NIL when absent. */
struct value value_at(struct value v, ...) __attribute__((sentinel));
/* Text of a string value, else the empty string. */
struct str value_str_at(struct value v, const char *key);

#endif
