/* What the fields in the entries of the user's lists do. Private to usage/. */
#ifndef RUTTER_USAGE_LISTS_H
#define RUTTER_USAGE_LISTS_H

#include "usage/usage.h"

/* Judges the fields of every list that does something in the new chart; sets u->fields. Both benches have their base renders. */
void usage_lists(struct bench *old, struct bench *now, struct usage *u);

/* ---- a list with one field changed in all entries that have it (lists_edit.c) ---- */

enum list_change { LIST_DROP, LIST_SET, LIST_MOVE };
/* A copy, which shares what did not change. LIST_SET: to `v`; LIST_MOVE: to f->to. */
struct value list_changed(struct arena *a, struct value list, const struct list_field *f, enum list_change how, struct value v);
/* How many of the segments lead to the item in which the field stands, that of the innermost list. */
uint32_t list_item_segments(const struct list_field *f);
/* "hosts[0].tls.secret": the path of the field's first place with other segments behind those that lead to its item. */
struct str list_path(struct arena *a, const struct key *list, const struct list_field *f, const struct str *segment, uint32_t n);
/* The user's values with the lost fields moved or dropped. */
struct map *list_migrated(struct arena *a, const struct usage *u, struct map *m);

/* ---- what the new chart calls it (lists_names.c) ---- */

struct list_names;
/* What is known of the fields of the lists of both charts: their default entries, and what any configuration of them reads. */
struct list_names *list_names_new(struct bench *old, struct bench *now, const struct usage *u);
/* Whether a default entry of this side has the field, or a template of it names it under some values. *never: no template leads to it. */
bool list_names_knows(struct list_names *n, bool new_side, const struct list_field *f, bool *never);
/* Looks for the lost field's successor by experiment: sets f->to, renamed_to, confidence, proved. */
void list_names_follow(struct list_names *n, struct bench *now, struct list_field *f);
/* The name that was meant by one that nothing reads: "" when none is near, or two are. */
struct str list_names_meant(struct list_names *n, const struct list_field *f);

#endif
