/* The report for who approves a plan: one document (doc.h), made from the plan and from what is known of its inputs. What a board asks, in its order.
 * One file a part; report.c has the order. Nothing secret: values under secret-looking keys are masked. */
#ifndef RUTTER_EMIT_REPORT_H
#define RUTTER_EMIT_REPORT_H

#include "emit/doc.h"
#include "emit/emitters.h"
#include "emit/plan_facts.h"

struct report {
    struct arena *a;
    const struct facts *f;
    const struct plan *p;
    struct doc d;
    struct strmap answers;     /* "rule subject" of a finding -> const struct step *: the step that answers it */
};

/* The parts, in their order. */
void report_brief(struct report *r);
void report_change(struct report *r);      /* what changes and why */
void report_services(struct report *r);
void report_risk(struct report *r);
void report_timeline(struct report *r);
void report_steps(struct report *r);
void report_back(struct report *r);
void report_losses(struct report *r);
void report_proof(struct report *r);
void report_tests(struct report *r);
void report_inputs(struct report *r);

/* ---- shared ---- */

/* "1 pod", "3 pods" */
struct str report_count(struct arena *a, int64_t n, const char *one, const char *many);
/* A step's id as a link to it. */
void report_ref_step(struct report *r, struct line *l, struct str id);
/* The command of a step as a person would type it, with <names> for what is only known when it runs; "" when there is none. */
struct str report_command(struct arena *a, const struct step *s, const struct argv *v);
/* The most seconds that clients of a Service may find nobody; *n Services are concerned, *gone lose their name. */
int64_t report_interruption(const struct plan *p, uint32_t *n, uint32_t *gone);

#endif
