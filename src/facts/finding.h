/* A finding: what is wrong or needs a decision, about this upgrade of this installation. */
#ifndef RUTTER_FACTS_FINDING_H
#define RUTTER_FACTS_FINDING_H

#include "base/diag.h"

enum about { ABOUT_CHANGE, ABOUT_ACT, ABOUT_STATE };
enum subject_kind { SUBJECT_VALUE, SUBJECT_OBJECT, SUBJECT_MODEL, SUBJECT_BUNDLE, SUBJECT_CHART, SUBJECT_SUBCHART, SUBJECT_CHANGELOG, SUBJECT_TEMPLATE };

struct finding {
    struct str rule;           /* "values/renamed-key": an id of rules/ */
    enum severity severity;
    enum about about;
    bool same_cause;           /* of an act: what causes it is equal on both sides, so that this upgrade is no worse than any */
    enum subject_kind subject_kind;
    struct str subject;        /* spelled as RULES.md says */
    struct place at;           /* NOWHERE when the finding has none */
    struct str message;        /* one or two sentences */
    struct str *evidence; uint32_t evidence_n, evidence_cap;
    struct str replacement;    /* a renamed key's new path, a did-you-mean; "" when none */
    int confidence;            /* 0 to 100 */
    struct str fix;            /* what to do */
    struct str accepted;       /* of a finding in facts.accepted: the reason, in the words of .rutter.yaml */
    struct str accepted_until; /* the last day of that, YYYY-MM-DD; "": it has none */
    struct place accepted_at;
    struct str stop;           /* version of the chart between the two, which the upgrade must not jump over; "" */
    bool forward_only;         /* the new version can only be gone forward to: there is no way back from it; `loss` asks for a person's yes */
    struct str loss;           /* an --accept id when the finding is a loss that a person must accept; "" */
};

struct findings {
    struct arena *a;
    struct finding *v;
    uint32_t n, cap;
};

struct finding *finding_add(struct findings *f, const char *rule, enum severity s, enum about about, enum subject_kind kind, struct str subject);
void finding_evidence(struct findings *f, struct finding *x, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Sorts: severity (errors first), rule, subject, place. Removes exact repetitions. */
void findings_sort(struct findings *f);
const char *about_name(enum about a);
const char *subject_kind_name(enum subject_kind k);

#endif
