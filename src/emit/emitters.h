/* The emitters, one file each. */
#ifndef RUTTER_EMIT_EMITTERS_H
#define RUTTER_EMIT_EMITTERS_H

#include "emit/emit.h"

void emit_findings_text(struct buf *out, const struct emit_input *in);
void emit_findings_json(struct buf *out, const struct emit_input *in);

#endif
