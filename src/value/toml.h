/* TOML as Helm's toToml and fromToml have it (BurntSushi/toml 1.6.0). Local dates and times are taken as UTC, as Helm does
 * where the zone of the process is UTC. */
#ifndef RUTTER_VALUE_TOML_H
#define RUTTER_VALUE_TOML_H

#include "base/buf.h"
#include "value/value.h"

/* The document's table: integers are int64, floats float64, arrays of tables []map[string]interface {}, dates time.Time.
 * On failure false and *error is Go's message ("toml: line 2 (last key \"a.b\"): ..."). */
bool toml_read(struct arena *a, struct str text, struct value *out, struct str *error);

enum toml_written {
    TOML_WRITTEN,
    TOML_REFUSED, /* the encoder returns an error */
    TOML_PANIC,   /* Go panics: for nil */
};
/* Unless all went well *error is Go's message and b is as before. */
enum toml_written toml_write(struct buf *b, struct value v, struct str *error);
/* A string with TOML's escapes, without quotes (keys and basic strings). */
void toml_escape(struct buf *b, struct str s);
/* Part of a key: bare where it can be. */
void toml_write_key_part(struct buf *b, struct str part);

#endif
