/* The knowledge: the files under rules/, with those of --rules DIR laid over them. A file of the same path takes the built-in
 * one's place, others are added; DIR has the folders of rules/:
 *
 *   rules/X.yaml        texts of rules (what `rutter explain` shows); by id, so that a file may have some alone
 *   advisories/X.yaml   what is known of releases (checks/advisories.c)
 *   kubernetes/X.yaml   tables: removed APIs, immutable fields
 *   profiles/X.yaml     kinds of installation; a new name is chosen by --profile, or by the charts that it lists
 *   runbooks/X.yaml     what a plan is made of, one a profile
 *   X.scm, queries/X.scm   rules over template syntax (tmpl/query.h)
 *
 * Files of DIR are read strictly, with places in messages; those built in are checked by tests. */
#ifndef RUTTER_FACTS_RULEBOOK_H
#define RUTTER_FACTS_RULEBOOK_H

#include "source/source.h"
#include "tmpl/query.h"
#include "value/value.h"

struct rulebook {
    struct arena *a;
    struct diags *diags;
    struct source own;        /* DIR; n 0: none */
    uint32_t *input;          /* one a file of DIR, for places; 0: not read yet */
    struct origins *origins;  /* of what was read from DIR */
    struct query *queries; uint32_t queries_n, queries_cap;  /* its .scm files: always run */
};

struct rulebook_file {
    struct str path, text;    /* below rules/ or DIR */
    bool own;
    uint32_t input;           /* of a file of DIR */
};

/* Opens DIR ("" : the built-in files alone) and checks all that it holds; false after a diagnostic for each thing that is wrong. */
bool rulebook_open(struct arena *a, struct str dir, struct diags *d, struct rulebook *out);
/* The file of that path; text.p is NULL when there is none. A NULL rulebook has the built-in files. */
struct rulebook_file rulebook_find(const struct rulebook *r, struct str path);
/* All files below `folder` ("rules/") with this ending, the built-in ones first, each in order of their paths; replaced ones are
 * left out unless `all`. *n of them. */
struct rulebook_file *rulebook_list(const struct rulebook *r, struct arena *a, const char *folder, const char *ending, bool all, uint32_t *n);
/* A YAML file as it was checked; NIL when there is none. */
struct value rulebook_value(const struct rulebook *r, struct arena *a, struct str path);
/* The same for a file found before. */
struct value rulebook_file_value(const struct rulebook *r, struct arena *a, const struct rulebook_file *f);

#endif
