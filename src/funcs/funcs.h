/* The tables of template functions, one per family, and what several families share.
 *
 * A table ends with a row without a name. A new family is one file and one line in all.c. */
#ifndef RUTTER_FUNCS_FUNCS_H
#define RUTTER_FUNCS_FUNCS_H

#include "tmpl/func.h"

extern const struct func funcs_builtins[]; /* Go's own */
extern const struct func funcs_helm[];     /* include, tpl, required, fail, lookup, YAML */
extern const struct func funcs_encoding[]; /* base64, base32 */
extern const struct func funcs_dates[];
extern const struct func funcs_urls[];
extern const struct func funcs_semver[];
extern const struct func funcs_crypto[];       /* digests, passwords, encryption */
extern const struct func funcs_certificates[];
extern const struct func funcs_random[];
extern const struct func funcs_strings[];  /* sprig: cutting, joining, quoting */
extern const struct func funcs_words[];    /* sprig: case, words, lines */
extern const struct func funcs_lists[];
extern const struct func funcs_dicts[];
extern const struct func funcs_regex[];
extern const struct func funcs_paths[];
extern const struct func funcs_defaults[]; /* sprig: default, empty, ternary ... */
extern const struct func funcs_math[];     /* sprig: on int64, float64, decimals */
extern const struct func funcs_numbers[];  /* sprig: int, float64, atoi, until, seq ... */
extern const struct func funcs_types[];    /* sprig: typeOf, kindIs, deepEqual ... */
extern const struct func funcs_formats[];  /* JSON, TOML */

/* The text of a value as sprig's strval has it: a string or []byte as it is, anything else as %v prints it. */
struct str funcs_text(struct arena *a, struct value v);
/* sprig's strslice, a []string: one is returned itself; nil elements are dropped; what is no list becomes its only element. */
struct value funcs_texts(struct arena *a, struct value v);
/* reflect.Kind's name: "slice", "map", "ptr", "struct", "float64", "invalid" ... */
const char *funcs_kind(struct value v);
/* sprig's empty: nil, false, 0, "", nothing in it. */
static inline bool funcs_empty(struct value v) { return !value_truth(v); }
/* cast.ToInt64, as sprig's int and int64 have it: truncated; text in Go's base prefixes; anything else is 0. */
int64_t funcs_int64(struct value v);
/* cast.ToFloat64: what is no number and no text of one is 0. The arena is for scratch. */
double funcs_float64(struct arena *a, struct value v);
/* strconv.ParseInt(s, base, 64), base 10 or 0 (by prefix, underscores allowed). False for what is malformed or out of range. */
bool funcs_parse_int(struct str s, int base, int64_t *out);
/* reflect.DeepEqual for values of any size: trips the guard where nesting or effort exceed the limits. Notes what it reads. */
bool funcs_equal(struct call *c, struct value x, struct value y);
/* A deep copy, types and origins kept, texts shared; as bounded. */
struct value funcs_copy(struct call *c, struct value v);
/* ---- the capacity of Go's slices (room.c) ---- */

/* How many items a list can hold before Go moves it: slice may reach up to there. */
uint64_t funcs_capacity(struct value list);
/* A list whose capacity is not what appending items one by one to an empty one leaves must say so. Returns l. */
struct list *funcs_set_capacity(struct list *l, uint64_t capacity);
/* The capacity once a slice of items of this list type has got n items: at once, or one by one. */
uint64_t funcs_capacity_after(uint64_t capacity, uint64_t n, uint8_t type);
uint64_t funcs_capacity_appended(uint64_t capacity, uint64_t n, uint8_t type);
/* list[from:to], within its capacity. Shares the items where there are. */
struct list *funcs_slice(struct arena *a, struct value list, uint32_t from, uint32_t to);

/* The answer to a question about emptiness depends on the entries, not on what they hold: notes their reads. */
void funcs_read_shape(struct call *c, struct value v);
/* Go's panic when a method of a nil reflect.Type is called: what sprig's list functions do with nil. Returns false. */
bool funcs_nil_panic(struct call *c);

#endif
