/* The scripts: what the emitters of plan.sh and rollback.sh share. Private to emit/. */
#ifndef RUTTER_EMIT_SHELL_H
#define RUTTER_EMIT_SHELL_H

#include "emit/emit.h"

/* Words in their order; a sentence ends with the word ";". */
struct shell_words {
    struct str *v;
    uint32_t n, cap;
};

struct shell {
    struct arena *a;
    struct buf *out;
    struct shell_words *words;      /* not NULL: steps are spelt as words (shell_encode) and added there; NULL: as shell text, to `out` */
    bool encoded;                   /* a library: texts are encoded before they are quoted */
    const struct plan *plan;
    const struct step_list *list;   /* the script's own steps */
    struct strmap keys;             /* capture name -> struct str *: its key in the scripts */
    struct str *names; uint32_t names_n, names_cap;   /* all captures, in order */
    struct str *secret; uint32_t secret_n, secret_cap;
};

/* The runtime (src/emit/runtime), built into the binary. */
extern const struct str shell_runtime_common, shell_runtime_upgrade, shell_runtime_rollback, shell_runtime_decode, shell_runtime_executor;

/* Names for captures: plain letters alone, and no two alike. Both scripts have the same. */
void shell_name_captures(struct shell *s);
struct str shell_key(const struct shell *s, struct str capture);
/* A shell function's name for this step of the list. */
struct str shell_function(const struct shell *s, uint32_t step);

/* A line of words, broken with backslashes where it grows long; or, with `words`, a sentence. */
struct shell_line {
    const struct shell *s;
    size_t from;                    /* where its last physical line begins */
};
struct shell_line shell_line(const struct shell *s, const char *command);
void shell_word(struct shell_line *l, struct str text);      /* any text: quoted */
void shell_raw(struct shell_line *l, struct str word);       /* quoted already, or a word that needs no quoting */
void shell_capture(struct shell_line *l, struct str name);   /* the value of a capture: "${capture[revision]}", %(capture:revision) */
void shell_arg(struct shell_line *l, const struct arg *x);
void shell_end(struct shell_line *l);
/* Text as one word of printable ASCII that no executor takes for its own: bytes as %HH where they could be a line break, a control character, a
 * hole %(...), the end of a sentence, or the beginning of an expression of Argo, Tekton, Kubernetes, GitHub or Ansible. */
void shell_encode(struct buf *b, struct str text);
/* What the script says it is: "Upgrade of release ..."; one line. */
struct str shell_headline(const struct shell *s, bool back);
/* What one script needs to know of a plan beside its steps. */
void shell_facts(const struct shell *s, bool back);
/* Where the rollback can be entered, in the order of its steps. */
struct str *shell_entry_points(struct arena *a, const struct plan *p, uint32_t *n);
/* What the runtime needs to know of a plan beside its steps: variables, ids, digests of inputs and documents, entry points; for both directions, then the
 * functions, then runtime/executor.sh, which does the steps that its arguments spell. Printable ASCII. */
void shell_library(struct buf *out, const struct plan *p);
/* Text for people: no control characters, one line. */
struct str shell_clean(struct arena *a, struct str text);

/* The function of one step; and what stands in it, as text or as words. */
void shell_step(const struct shell *s, uint32_t step);
void shell_step_lines(const struct shell *s, const struct step *x);
/* A STEP_WRITE's document: text and holes. */
void shell_document(const struct shell *s, struct value document);

#endif
