/* What can be seen without running: argv against claims, the flow of captures and files, who checks what. Private to proof/. */
#ifndef RUTTER_PROOF_FLOW_H
#define RUTTER_PROOF_FLOW_H

#include "proof/search.h"

/* Adds failures and premises to q->proof; fills q->enter, q->fresh_*, q->absent, q->applies_crds. */
void flow_check(struct search *q);
struct disproof *proof_fail(struct search *q, const char *obligation, struct str subject, struct str text);

#endif
