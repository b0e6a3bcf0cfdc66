/* What Helm's verbs do to an object, by who owns it: one table, a row an owner, each with its source. */
#ifndef RUTTER_KUBE_OWNERSHIP_H
#define RUTTER_KUBE_OWNERSHIP_H

#include "kube/object.h"

enum helm_verb { HELM_INSTALL, HELM_UPGRADE, HELM_ROLLBACK, HELM_UNINSTALL, HELM_VERBS };

enum ownership_act {
    OWN_CREATES = 1,   /* makes it when it is not there */
    OWN_PATCHES = 2,   /* brings an existing one to the manifest's state */
    OWN_DELETES = 4,   /* removes it when the manifest of the target has it no more (uninstall: at all) */
    OWN_REPLACES = 8,  /* deletes and creates it: hooks with before-hook-creation */
    OWN_REFUSES = 16,  /* fails when it exists without the release's ownership labels */
};

struct ownership {
    enum owner owner;
    const char *name;            /* "release", "hook", "hook-applied", ... */
    unsigned does[HELM_VERBS];   /* enum ownership_act bits, by verb */
    const char *note;            /* one sentence for a reader */
    const char *source;          /* Helm's file or document */
};

const struct ownership *ownership_of(enum owner o);

#endif
