/* The scripts: what the emitters of plan.sh and rollback.sh share. Private to emit/. */
#ifndef RUTTER_EMIT_SHELL_H
#define RUTTER_EMIT_SHELL_H

#include "emit/emit.h"

struct shell {
    struct arena *a;
    struct buf *out;
    const struct plan *plan;
    const struct step_list *list;   /* the script's own steps */
    struct strmap keys;             /* capture name -> struct str *: its key in the scripts */
    struct str *names; uint32_t names_n, names_cap;   /* all captures, in order */
    struct str *secret; uint32_t secret_n, secret_cap;
};

/* The runtime (src/emit/runtime), built into the binary. */
extern const struct str shell_runtime_common, shell_runtime_upgrade, shell_runtime_rollback;

/* Names for captures: plain letters alone, and no two alike. Both scripts have the same. */
void shell_name_captures(struct shell *s);
struct str shell_key(const struct shell *s, struct str capture);
/* A shell function's name for this step of the list. */
struct str shell_function(const struct shell *s, uint32_t step);

/* One argument as a word: "$context", "${capture[revision]}", 'text'. */
void shell_arg(const struct shell *s, struct buf *b, const struct arg *x);
/* A line of words, broken with backslashes where it grows long. */
struct shell_line {
    const struct shell *s;
    size_t from;                    /* where its last physical line begins */
};
struct shell_line shell_line(const struct shell *s, const char *command);
void shell_word(struct shell_line *l, struct str text);      /* quoted */
void shell_raw(struct shell_line *l, struct str word);       /* quoted already */
void shell_end(struct shell_line *l);
/* Text for people: no control characters, one line. */
struct str shell_clean(struct arena *a, struct str text);

/* The function of one step. */
void shell_step(const struct shell *s, uint32_t step);
/* A STEP_WRITE's document: text and holes. */
void shell_document(const struct shell *s, struct value document);

#endif
