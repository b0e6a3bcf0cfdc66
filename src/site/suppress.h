/* What a site has decided on findings: severities, acceptances. They change what lint says, and no more. */
#ifndef RUTTER_SITE_SUPPRESS_H
#define RUTTER_SITE_SUPPRESS_H

#include "site/config.h"

/* The rules of this folder, separated by a space. They are about the decisions themselves, so none of these hides them. */
extern const char suppress_rules[];

/* Whether a date is needed: some acceptance has one. */
bool suppress_needs_date(const struct config *c);
/* Sets severities, moves findings to f->off and f->accepted, and reports acceptances that have expired by f->as_of or match nothing. */
void suppress_apply(struct facts *f, struct config *c);
/* With --repo the decisions of --from count. Reports what those of --to would have changed. */
void suppress_report_changes(struct facts *f, const struct config *base, const struct config *head);

#endif
