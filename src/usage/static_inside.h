/* The inside of the static analysis. Private to usage/.
 *
 * An abstract value is a set of atoms: what the value may be. Sets are kept once each and named by number, so that joining and
 * comparing them is cheap and a template's summary can be found by its argument. Maps and lists that templates make are objects;
 * they are named by where they are made and in which call, only grow, and the whole is repeated until nothing grows that
 * had already been looked at.
 */
#ifndef RUTTER_USAGE_STATIC_INSIDE_H
#define RUTTER_USAGE_STATIC_INSIDE_H

#include "base/buf.h"
#include "base/strmap.h"
#include "tmpl/func.h"
#include "usage/static_paths.h"

typedef uint32_t set_id; /* 0: the empty set, no value at all */

enum atom_kind {
    AT_PATH,    /* what stands at a place in the values: path_id */
    AT_OBJECT,  /* a map or list made by a template: index of a struct object */
    AT_CONST,   /* a scalar: index of a constant */
    AT_TEXT,    /* text, or data parsed from it, that holds what is at or below a place which has been read: path_id */
    AT_FILES,   /* the files of a chart, or their text: index of its scope */
    AT_UNKNOWN, /* anything without places of the values in it; 1: a text that may hold template code nobody has seen */
};
enum { ATOM_BITS = 28, UNKNOWN_CODE = 1 };

struct atom {
    enum atom_kind kind;
    uint32_t id;
};

struct set {
    const uint32_t *v; /* kind << ATOM_BITS | id, ascending */
    uint32_t n, hash;
};

enum object_kind { OBJECT_MAP, OBJECT_LIST, OBJECT_PICK, OBJECT_OMIT };

struct field {
    struct str key;
    set_id v;
    bool surely;              /* it is there in any case */
};

struct object {
    uint8_t kind;             /* enum object_kind */
    bool exact;               /* a list of exactly these fields, in order */
    bool yields;              /* what `also` has wins over its own fields (mergeOverwrite) */
    bool used;                /* somebody has looked into it: growing it now means another round */
    bool busy;                /* being walked: an object may hold itself */
    uint32_t walk;            /* the last walk that came here: none comes twice */
    struct field *f; uint32_t n, cap;
    set_id any;               /* a map's values under keys that are not known; a list's items */
    set_id also;              /* maps whose entries this one has, too; what is picked from */
    struct str *keys; uint32_t keys_n;   /* OBJECT_PICK, OBJECT_OMIT */
};

/* A chart in the tree of charts, under the name that its parent gives it. */
struct scope {
    const struct chart *chart;
    struct str name, path;    /* "a/charts/b", as names of its templates begin */
    path_id values;
    set_id dot;               /* what its templates are given */
    uint32_t parent;          /* index; of the root itself */
};

/* A template, interpreted for one argument. */
struct instance {
    const struct tree *tree;
    set_id dot;
    const struct instance *caller;   /* who asked first */
    uint32_t context;         /* names the objects made in it: of a recursive template, the outermost call's */
    set_id out;               /* what its text holds */
    uint32_t round;           /* in which it was last interpreted */
    bool running, awaited;    /* awaited: `out` was used while it was running */
    bool is_file;             /* its text goes to the cluster: taken to hold anything, should another template include it */
};

/* A named template: the definitions of all charts. */
struct define {
    const struct tree **v; uint32_t n, cap;
    uint32_t instances;
};

/* A text with template code in the values. */
struct code {
    const struct str *segment; uint32_t segments;
    struct str text;
};

/* A place in the values that a template writes to. */
struct overlay {
    path_id at;
    set_id v;                 /* what may stand there, too */
    set_id also;              /* maps that were merged into it */
    bool used;
};

struct sets;

struct analysis {
    struct arena *a;
    const struct chart *chart;
    const struct map *user;
    struct parse_cache *parses;
    struct paths paths;
    struct sets *sets;
    struct value *constants;  uint32_t constants_n, constants_cap;
    struct table constants_by;
    struct object *objects;   uint32_t objects_n, objects_cap;
    struct table objects_by;
    struct object_name *names; uint32_t names_n, names_cap;
    struct scope *scopes;     uint32_t scopes_n, scopes_cap;
    struct instance **instances; uint32_t instances_n, instances_cap;
    struct table instances_by;
    struct strmap defines;    /* struct define * */
    struct strmap operations; /* the functions that are more than their arguments: struct operation * */
    struct {
        const struct func *func;
        const struct operation *operation;
    } called[64];             /* the last ones that were looked up */
    struct overlay *overlays; uint32_t overlays_n, overlays_cap;
    struct code *codes;       uint32_t codes_n, codes_cap;
    uint32_t round;
    uint32_t walks;           /* over objects */
    uint64_t steps, steps_max;
    const char *stack_base;
    bool dirty;               /* something grew that had been looked at */
    bool gave_up;
};

/* One running instance. */
struct frame {
    struct analysis *an;
    struct instance *in;
    const struct tree *tree;
    const struct frame *up;
    set_id *slot;             /* variables */
    bool dead;                /* after break or continue */
    struct loop *loop;
    uint32_t turn;            /* names the turns of unrolled loops on the way here; 0: none */
    uint32_t turns;           /* how many turns such loops multiply to */
    uint32_t depth;
    struct buf fixed;         /* the output as long as it is the same under all values */
    bool is_fixed;
};

/* ---- sets (static_sets.c) ---- */

void sets_init(struct analysis *an);
const struct set *set_get(const struct analysis *an, set_id s);
static inline struct atom set_atom(const struct set *s, uint32_t i)
{
    return (struct atom){(enum atom_kind)(s->v[i] >> ATOM_BITS), s->v[i] & ((1u << ATOM_BITS) - 1)};
}
set_id set_one(struct analysis *an, enum atom_kind kind, uint32_t id);
/* Many sets joined at once: begin with {.an = an}. */
struct gathered {
    struct analysis *an;
    set_id v[64];
    uint32_t n;
};
void set_gather(struct gathered *g, set_id s);
set_id set_gathered(struct gathered *g);
set_id set_join(struct analysis *an, set_id x, set_id y);
static inline set_id set_unknown(struct analysis *an) { return set_one(an, AT_UNKNOWN, 0); }
set_id set_constant(struct analysis *an, struct value v);
static inline set_id set_text(struct analysis *an, struct str s) { return set_constant(an, v_str(s)); }
/* The one constant, or list of constants, that the set is; false when it may be anything else. */
bool set_value(struct analysis *an, set_id s, struct value *out);
/* A list or scalar as a set; the object is named by site and context. */
set_id set_from_value(struct frame *f, const struct node *site, struct value v);

/* ---- objects (static_objects.c) ---- */

/* The object made at this place of this frame, the same each time. */
uint32_t object_at(struct frame *f, const struct node *site, uint32_t which, enum object_kind kind);
void object_put(struct analysis *an, uint32_t id, struct str key, set_id v);
/* The same of a new map, which has it in any case. */
void object_put_surely(struct analysis *an, uint32_t id, struct str key, set_id v);
void object_put_any(struct analysis *an, uint32_t id, set_id v);
void object_put_also(struct analysis *an, uint32_t id, set_id v);
/* Its fields no longer win over those of maps that are merged into it. */
void object_yield(struct analysis *an, uint32_t id);
/* A list of exactly these items. */
void object_set_items(struct analysis *an, uint32_t id, const set_id *item, uint32_t n);

/* What is at a key of a value, marked as read. */
set_id value_field(struct analysis *an, set_id v, struct str key, struct spot by);
/* At a key that is a value itself: constants, text that users write, anything. */
set_id value_index(struct analysis *an, set_id v, set_id key, struct spot by);
/* The items of a list or a map, and its keys; its shape is marked. */
set_id value_items(struct analysis *an, set_id v, set_id *keys, struct spot by);
void value_read_shape(struct analysis *an, set_id v, struct spot by);
void value_read_deep(struct analysis *an, set_id v, struct spot by);
/* Something unknown is done with the value. */
void value_read_unknown(struct analysis *an, set_id v, struct spot by);
/* Writes: m[key] = v; all entries of `from` into m. */
void value_set(struct analysis *an, set_id m, set_id key, set_id v);
void value_merge(struct analysis *an, set_id m, set_id from, bool overwrite);
/* What text made of it holds. */
set_id value_texts(struct analysis *an, set_id v);

/* ---- templates (static_walk.c, static_calls.c, static_code.c) ---- */

static inline struct spot frame_spot(const struct frame *f, const struct node *n) { return (struct spot){.tree = f->tree, .node = n}; }
/* Runs a template file. */
void walk_file(struct analysis *an, const struct tree *t, set_id dot, path_id values);
/* What a template's text holds for an argument. */
set_id walk_tree(struct frame *up, struct analysis *an, const struct tree *t, set_id dot);
/* The templates of a name: constants, or all of them where it is unknown. */
set_id walk_named(struct frame *f, const struct node *at, set_id name, set_id dot);

struct operand {
    struct frame *f;
    const struct node *at;    /* the call */
    const struct func *func;
    const set_id *arg;
    uint32_t n;
};
struct operation {
    const char *name;
    set_id (*run)(struct operand *o);
};
void calls_init(struct analysis *an);
set_id call_function(struct operand *o);
/* A field of a value, or a method where the value is a chart's files or values. */
set_id call_method(struct operand *o, set_id receiver, struct str name);
/* The template code in a text, run with a value. */
set_id code_run(struct frame *f, const struct node *at, set_id text, set_id dot);
void code_collect(struct analysis *an);
/* Adds the templates of a parsed text to those that can be called. */
void define_add(struct analysis *an, const struct parsed *p);

/* ---- what charts read without templates (static_chart.c) ---- */

void chart_scopes(struct analysis *an);
void chart_read_dependencies(struct analysis *an);
void chart_read_schemas(struct analysis *an);

#endif
