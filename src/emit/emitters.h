/* The emitters, one file each. */
#ifndef RUTTER_EMIT_EMITTERS_H
#define RUTTER_EMIT_EMITTERS_H

#include "emit/emit.h"

void emit_findings_text(struct buf *out, const struct emit_input *in);
void emit_findings_short(struct buf *out, const struct emit_input *in);
void emit_findings_json(struct buf *out, const struct emit_input *in);
void emit_findings_sarif(struct buf *out, const struct emit_input *in);
void emit_findings_github(struct buf *out, const struct emit_input *in);
void emit_findings_markdown(struct buf *out, const struct emit_input *in);
/* The file of an input, and a place in it, as findings name them. */
struct str emit_file(struct arena *a, const struct facts *f, struct str opened);
struct str emit_place(struct arena *a, const struct facts *f, struct place at);
/* "2 errors, 1 warning, 0 info; 3 accepted"; and the whole last line, which says too when nothing could be checked. */
void emit_counts(struct buf *b, const struct facts *f);
void emit_summary(struct buf *b, const struct facts *f);
void emit_diff_text(struct buf *out, const struct emit_input *in);
void emit_diff_json(struct buf *out, const struct emit_input *in);
void emit_plan_text(struct buf *out, const struct emit_input *in);
void emit_plan_json(struct buf *out, const struct emit_input *in);
void emit_plan_shell(struct buf *out, const struct emit_input *in);
void emit_plan_rollback(struct buf *out, const struct emit_input *in);
void emit_plan_markdown(struct buf *out, const struct emit_input *in);
void emit_plan_html(struct buf *out, const struct emit_input *in);
void emit_plan_argo(struct buf *out, const struct emit_input *in);
void emit_plan_tekton(struct buf *out, const struct emit_input *in);
void emit_plan_ansible(struct buf *out, const struct emit_input *in);
void emit_plan_github_actions(struct buf *out, const struct emit_input *in);

/* rutter.diff/v1, for both. */
struct value emit_diff_value(struct arena *a, const struct emit_input *in);
/* Whether a value under this path is secret by its name. */
bool emit_is_secret(struct str path);
/* Where the value of a secret-looking key begins in a line of a file; line.n + 1 where there is none. */
size_t emit_secret_from(struct str line);
/* A value as our documents may hold it: numbers that are no integers within 2^53 become text. */
struct value emit_plain(struct arena *a, struct value v, unsigned depth);

#endif
