/* A runbook as data: rules/runbooks/PROFILE.yaml. What stands in it and why is said in the files themselves. */
#ifndef RUTTER_PLAN_RUNBOOK_H
#define RUTTER_PLAN_RUNBOOK_H

#include "base/diag.h"
#include "steps/steps.h"

/* One line of its lists: which maker makes which steps, and with what words. */
struct book_entry {
    struct str make;         /* the maker */
    struct str section;      /* "1.3"; "" for what the plan adds */
    enum phase phase;
    struct str title, note;  /* of its steps; the note is put on the first one */
    struct str none;         /* a note instead, when the maker finds nothing to do; "" for silence */
    struct str errata;       /* "R7 R8" */
    struct str side;         /* "old", "new": which side's names and queries a check is made with; "" where it makes no difference */
    struct value v;          /* the whole entry: makers have parameters of their own */
};

struct endpoint {
    struct str path, matches, not_matches, title;
    bool token;              /* behind the component's token, where it has one */
    int anonymous;           /* asked without the token, where there is one: the status that is wanted; 0: not asked so */
    struct str when;         /* "before", "after"; "" for both */
    struct str errata;
};

struct component {
    struct str name;         /* value of the component label */
    int monitor;
    struct endpoint *endpoints; uint32_t endpoints_n, endpoints_cap;
    bool edge;               /* clients' requests come in here */
    struct value v;
};

struct runbook {
    struct str profile;
    struct value v;
    struct str component_label;
    struct component *components; uint32_t components_n, components_cap;
    struct book_entry *forward, *back; uint32_t forward_n, forward_cap, back_n, back_cap;
};

/* NULL after a diagnostic. */
struct runbook *runbook_read(struct arena *a, struct str profile, struct str text, struct diags *d);
/* Its lists as the runbook has them word for word, in place of the bettered ones; false when the profile has no such runbook. */
bool runbook_as_written(struct arena *a, struct runbook *r);
const struct component *runbook_component(const struct runbook *r, struct str name);

#endif
