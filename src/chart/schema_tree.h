/* What the files of the schema validator share; private to them.
 *
 * A document (root) has resources: itself, and every subschema with an $id. Each place in a document that holds a schema is
 * compiled into a rule, once; references between rules are pointers, so rules form a graph. The names, the order of checks
 * and all texts follow santhosh-tekuri/jsonschema v6.0.2, the library of Helm 4. */
#ifndef RUTTER_CHART_SCHEMA_TREE_H
#define RUTTER_CHART_SCHEMA_TREE_H

#include "base/buf.h"
#include "base/strmap.h"
#include "chart/schema.h"
#include "text/regex.h"

/* ---- numbers (schema_number.c) ---- */

/* An exact decimal: 0.digits * 10^exponent; no digits: zero. */
struct schema_number {
    struct str digits;  /* no zeros at either end */
    int64_t exponent;
    bool negative;
    bool valid;         /* false: the library cannot read it (an exponent beyond a million) and passes over it */
};

/* What is left of a divisor when its factors 2 and 5 are taken out. */
struct schema_divisor {
    struct schema_number number;
    int64_t twos, fives;
    uint64_t rest;      /* 0: more than 64 bits */
};

struct schema_number schema_number_read(struct arena *a, struct str text);
/* Of a value that is a number. */
struct schema_number schema_number_of(struct arena *a, struct value v);
int schema_number_compare(struct schema_number x, struct schema_number y);
bool schema_number_is_whole(struct schema_number x);
/* The low 64 bits of a whole number, as big.Int's Int64 has them. */
int64_t schema_number_low(struct schema_number x);
double schema_number_double(struct arena *a, struct schema_number x);
struct schema_divisor schema_divisor_make(struct arena *a, struct schema_number x);
/* x / divisor is whole; x has at most 19 digits. */
bool schema_divides(const struct schema_divisor *d, struct schema_number x);
/* As golang.org/x/text's message printer shows them in English: 1,234 and 1.5×10⁰⁶. */
void schema_show_int(struct buf *b, int64_t i);
void schema_show_float(struct buf *b, double f);

/* ---- drafts (schema_draft.c) ---- */

enum schema_vocabulary {
    VOCAB_CORE = 1, VOCAB_APPLICATOR = 2, VOCAB_UNEVALUATED = 4, VOCAB_VALIDATION = 8, VOCAB_META_DATA = 16, VOCAB_FORMAT = 32,
    VOCAB_FORMAT_ANNOTATION = 64, VOCAB_FORMAT_ASSERTION = 128, VOCAB_CONTENT = 256,
};
enum { SCHEMA_DRAFTS = 5, SCHEMA_VOCABULARIES = 9 };

struct schema_draft {
    int version;              /* 4, 6, 7, 2019, 2020 */
    int index;                /* into schema_drafts */
    const char *url;
    const char *id;           /* the keyword that names a schema: "id" or "$id" */
    const char *vocab_prefix; /* NULL: no vocabularies */
    uint32_t all_vocabs, default_vocabs;
};
extern const struct schema_draft schema_drafts[SCHEMA_DRAFTS];
extern const char *const schema_vocab_names[SCHEMA_VOCABULARIES]; /* by bit */

/* Where a draft has subschemas: under a keyword itself, and under what the keyword holds. */
enum { SUB_SELF = 1, SUB_ITEMS = 2, SUB_MEMBERS = 4 };
struct schema_position {
    const char *keyword;
    int where;
    int since;                /* version */
};
extern const struct schema_position schema_positions[];
extern const size_t schema_positions_n;

/* The draft of a $schema; NULL when it is none of them. */
const struct schema_draft *schema_draft_of(struct str url);
/* The metaschema at a URL of json-schema.org; p is NULL when there is none. */
struct str schema_metaschema(struct str url);

/* Which draft, and which of its vocabularies; 0: the draft's default ones. */
struct schema_dialect {
    const struct schema_draft *draft;
    uint32_t vocabs;
};
bool schema_has_vocab(struct schema_dialect d, uint32_t vocab);

/* ---- documents (schema_document.c) ---- */

struct schema_resource {
    struct str ptr;           /* of the schema in its document */
    struct str id;            /* its URL */
    struct schema_dialect dialect;
    struct strmap anchors;    /* name -> struct schema_node */
    struct strmap dynamic;    /* the names that are dynamic, -> struct schema_node */
};

struct schema_node {          /* a place in a document that is, or is referred to as, a schema */
    struct schema_root *root;
    struct str ptr;           /* JSON pointer from the document's root */
    struct value value;
    bool found;               /* value is known */
    bool collected;           /* its resources and anchors are known */
    struct schema_resource *resource; /* when one starts here */
    struct rule *rule;        /* NULL: not asked for yet */
};

struct schema_root {
    struct str url;
    struct value doc;
    struct strmap nodes;      /* by ptr */
    struct strmap by_id;      /* resources */
    struct schema_node *top;
    uint32_t resources;
};

/* One compilation: documents and rules. */
struct schema_compiler {
    struct arena *a;
    struct arena *scratch;        /* for checks of schemas: rewound, while `a` takes the regular expressions they compile */
    struct schema_metas *metas;   /* what schemas are checked against; NULL: this compiles the metaschemas themselves */
    bool assert_format;
    struct strmap roots;          /* by URL */
    struct strmap docs;           /* by URL, struct value: loaded */
    struct strmap regexes;        /* by pattern, struct schema_regex */
    struct rule **queue;
    size_t n, cap;
    struct str error;             /* what stopped it */
};

struct schema_regex {
    struct str pattern;
    struct regex *regex;          /* NULL: does not compile */
    struct str error;
};
const struct schema_regex *schema_regex_get(struct schema_compiler *c, struct str pattern);

void schema_compiler_init(struct schema_compiler *c, struct arena *a);
bool schema_fail(struct schema_compiler *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The document of a URL, its resources collected and, if it is no metaschema, checked. NULL after schema_fail. */
struct schema_root *schema_root_get(struct schema_compiler *c, struct str url);
/* Finds the value, collects and checks what no walk over the document has met. */
bool schema_node_ensure(struct schema_compiler *c, struct schema_node *n);
struct schema_node *schema_node_get(struct schema_root *r, struct str ptr);
struct schema_node *schema_node_below(struct schema_node *n, struct str token);
struct schema_resource *schema_resource_of(struct schema_root *r, struct str ptr);
/* The place that a reference means, written in a schema of `resource`. NULL after schema_fail. */
struct schema_node *schema_resolve(struct schema_compiler *c, struct schema_root *r, const struct schema_resource *resource, struct str ref,
                                   struct str *fragment);

/* ---- URLs and pointers (schema_url.c) ---- */

/* base joined with ref, without fragment; false and *error. */
bool schema_url_join(struct arena *a, struct str base, struct str ref, struct str *url, struct str *fragment, struct str *error);
/* "url#pointer", escaped for a URL; with one more token when `token` is not NULL. */
struct str schema_location(struct arena *a, struct str url, struct str ptr, const char *token);
struct str schema_pointer_add(struct arena *a, struct str ptr, struct str token);
void schema_pointer_token(struct buf *b, struct str token);      /* "/token", escaped */
bool schema_pointer_unescape(struct arena *a, struct str token, struct str *out);
void schema_quote(struct buf *b, struct str s);                  /* in single quotes, as the library quotes */
struct str schema_go_quote(struct arena *a, struct str s);
bool schema_percent_decode(struct arena *a, struct str s, struct str *out, struct str *error);

/* ---- rules (schema_compile.c) ---- */

enum schema_type { TYPE_NULL = 1, TYPE_BOOLEAN = 2, TYPE_NUMBER = 4, TYPE_INTEGER = 8, TYPE_STRING = 16, TYPE_ARRAY = 32, TYPE_OBJECT = 64 };

struct rule_list { struct rule **v; uint32_t n; bool given; };
struct name_list { struct str *v; uint32_t n; };

struct rule_member {           /* of properties, dependentSchemas; sorted by key */
    struct str key;
    uint32_t hash;
    struct rule *rule;
    struct name_list names;    /* dependencies, dependentRequired: when rule is NULL */
    const struct schema_regex *regex; /* patternProperties */
};
struct rule_members {
    struct rule_member *v;
    uint32_t n;
    uint32_t *slots, slot_count; /* hash index, for more than a few */
};

/* false, true or a schema. */
struct rule_additional { bool given, allowed; struct rule *rule; };

struct rule_object {
    bool has_min, has_max;
    int64_t min, max;
    struct name_list required;
    struct rule *names, *unevaluated;
    struct rule_members properties, patterns, dependencies, dependent_schemas, dependent_required;
    struct rule_additional additional;
};

struct rule_array {
    bool has_min, has_max, unique, has_min_contains, has_max_contains;
    int64_t min, max, min_contains, max_contains;
    struct rule *contains, *items, *unevaluated; /* items: for all beyond `prefix` from 2020 on, else for all */
    struct rule_list prefix;                     /* prefixItems, or items as a list */
    struct rule_additional additional;
};

struct rule_text {
    bool has_min, has_max;
    int64_t min, max;
    const struct schema_regex *pattern;
};

struct rule_bound { bool given; struct schema_number number; double whole; bool is_whole; };
struct rule_number {
    struct rule_bound minimum, maximum, above, below; /* above, below: exclusive */
    bool has_divisor;
    struct schema_divisor divisor;
};

struct rule_logic {
    struct rule *not, *when, *then, *otherwise;
    struct rule_list all, any, one;
};

struct rule {
    struct schema_node *node;
    struct str location;           /* made when first wanted; p is NULL before */
    struct rule *base;             /* the rule of its resource */
    struct strmap *dynamic;        /* of a resource: dynamic anchors, name -> rule */
    struct rule *ref, *recursive_ref, *dynamic_ref;
    struct str dynamic_ref_anchor, dynamic_anchor;
    struct value constant;
    struct list *enumeration;
    const struct schema_format *format;
    struct rule_object *object;
    struct rule_array *array;
    struct rule_text *text;
    struct rule_number *number;
    struct rule_logic *logic;
    int version;                   /* of its draft */
    uint32_t items_evaluated;
    uint8_t types, enum_types;     /* 0: any */
    bool always, never;            /* true, {}; false */
    bool has_constant, recursive_anchor, all_properties_evaluated, all_items_evaluated;
};

struct rule *schema_compile_root(struct schema_compiler *c, struct str url);
struct rule *schema_rule_find(const struct rule_members *m, struct str key, uint32_t hash);
struct str schema_rule_location(struct arena *a, const struct rule *r);
uint8_t schema_type_of(struct value v); /* 0: none that JSON has */

/* ---- metaschemas (schema_meta.c) ---- */

struct schema_metas {
    struct schema_compiler compiler;
    struct rule *drafts[SCHEMA_DRAFTS];
    struct rule *vocabs[SCHEMA_DRAFTS][SCHEMA_VOCABULARIES];
    struct strmap dialects;        /* rules made for a choice of vocabularies */
};
struct schema_metas *schema_metas_new(struct arena *a);
const struct rule *schema_meta_of(struct schema_metas *m, struct schema_dialect d);

/* ---- validation (schema_validate.c) ---- */

struct schema_failure {
    struct str path;               /* as the library shows it */
    struct str where;              /* the instance's place: differs below propertyNames */
    struct str text;
    enum { FAILURE_PLAIN, FAILURE_GROUP, FAILURE_REFERENCE } kind;
    bool root;                     /* the whole: its text has no place */
    bool names;                    /* invalid propertyName: its causes are about the name */
    struct schema_failure **causes;
    uint32_t n, cap;
};

struct schema_check {
    struct arena *a;
    struct schema_compiler *compiler;    /* for regular expressions given as values */
    const struct rule *meta;             /* checking a schema: the metaschema, and the document it is of */
    struct schema_root *document;
};
/* NULL: valid. Otherwise a failure whose causes are the violations; *panic is set when the library would panic. */
struct schema_failure *schema_check(const struct schema_check *x, const struct rule *rule, struct value v, struct str *panic);
bool schema_equal(struct arena *a, struct value x, struct value y);
/* Indexes of the first two items that are equal. */
bool schema_duplicates(struct arena *a, const struct list *l, uint32_t *i, uint32_t *j);

/* ---- text (schema_text.c) ---- */

void schema_show_failures(struct buf *b, const struct schema_failure *f, uint32_t indent);
void schema_collect_leaves(struct schema_errors *e, const struct schema_failure *f);

/* ---- formats (schema_format.c, schema_format_time.c) ---- */

struct schema_format {
    const char *name;
    bool (*check)(struct arena *a, struct str s, struct str *error); /* NULL: regex */
};
const struct schema_format *schema_format_find(struct str name);
bool schema_format_date(struct arena *a, struct str s, struct str *error);
bool schema_format_time(struct arena *a, struct str s, struct str *error);
bool schema_format_date_time(struct arena *a, struct str s, struct str *error);
bool schema_format_duration(struct arena *a, struct str s, struct str *error);
bool schema_format_period(struct arena *a, struct str s, struct str *error);

#endif
