/* The simple commands of a shell script, as words: for what a hook's script does, not for running it. */
#ifndef RUTTER_KUBE_SCRIPT_H
#define RUTTER_KUBE_SCRIPT_H

#include "base/strmap.h"

struct command {
    struct str *words; uint32_t words_n, words_cap; /* quotes off, known variables replaced; "$X" stays where X is unknown */
    struct str input;    /* the text of a here-document; "" without one */
    struct str cwd;      /* as `cd` has it; "" when unknown */
};

struct script {
    struct arena *a;
    struct command *v;
    uint32_t n, cap;
};

/* `variables` (struct str *) are the container's environment; assignments of the script are added to it. */
void script_read(struct arena *a, struct str text, struct str cwd, struct strmap *variables, struct script *out);

#endif
