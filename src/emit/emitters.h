/* The emitters, one file each. */
#ifndef RUTTER_EMIT_EMITTERS_H
#define RUTTER_EMIT_EMITTERS_H

#include "emit/emit.h"

void emit_findings_text(struct buf *out, const struct emit_input *in);
void emit_findings_json(struct buf *out, const struct emit_input *in);
void emit_findings_sarif(struct buf *out, const struct emit_input *in);
void emit_findings_github(struct buf *out, const struct emit_input *in);
void emit_findings_markdown(struct buf *out, const struct emit_input *in);
/* A finding's name that survives moved lines: digest of rule and subject. */
struct str emit_fingerprint(struct arena *a, const struct finding *x);
void emit_diff_text(struct buf *out, const struct emit_input *in);
void emit_diff_json(struct buf *out, const struct emit_input *in);
void emit_plan_text(struct buf *out, const struct emit_input *in);
void emit_plan_json(struct buf *out, const struct emit_input *in);
void emit_plan_shell(struct buf *out, const struct emit_input *in);
void emit_plan_rollback(struct buf *out, const struct emit_input *in);
void emit_plan_markdown(struct buf *out, const struct emit_input *in);
void emit_plan_ansible(struct buf *out, const struct emit_input *in);

/* rutter.diff/v1, for both. */
struct value emit_diff_value(struct arena *a, const struct emit_input *in);
/* Whether a value under this path is secret by its name. */
bool emit_is_secret(struct str path);
/* A value as our documents may hold it: numbers that are no integers within 2^53 become text. */
struct value emit_plain(struct arena *a, struct value v, unsigned depth);

#endif
