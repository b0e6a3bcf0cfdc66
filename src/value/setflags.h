/* Helm's --set family (pkg/strvals): a=1,b.c=x,list[0]=y,d={1,2}, with its escapes, types and messages. */
#ifndef RUTTER_VALUE_SETFLAGS_H
#define RUTTER_VALUE_SETFLAGS_H

#include "base/diag.h"
#include "value/value.h"

enum set_kind { SET_TYPED /* --set */, SET_STRING, SET_JSON, SET_FILE, SET_LITERAL };

/* Applies one flag's text to `into` (changed in place, even when a later part of the text fails). `read_file` answers
 * SET_FILE; when it fails, its diagnostics are its own and *error is empty. `o` may be NULL. Every leaf that is set gets an
 * origin on line 1 of the flag, `over` the entry that it replaced.
 * On failure false and *error is Helm's message ("failed parsing --set data: key \"a\" has no value"). */
bool set_apply(struct arena *a, enum set_kind kind, struct str text, struct map *into, struct origins *o, uint32_t input, uint32_t layer,
               bool (*read_file)(void *context, struct str path, struct str *data), void *context, struct str *error);

#endif
