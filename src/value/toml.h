/* TOML as Helm's toToml and fromToml have it (BurntSushi/toml). */
#ifndef RUTTER_VALUE_TOML_H
#define RUTTER_VALUE_TOML_H

#include "base/buf.h"
#include "value/value.h"

bool toml_read(struct arena *a, struct str text, struct value *out, struct str *error);
bool toml_write(struct buf *b, struct value v, struct str *error);

#endif
