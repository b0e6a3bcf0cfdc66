/* Shared by the emitters that show a plan to people. */
#ifndef RUTTER_EMIT_PLAN_FACTS_H
#define RUTTER_EMIT_PLAN_FACTS_H

#include "emit/emit.h"

/* "90 s", "12 min", "3 h 5 min" */
struct str emit_duration(struct arena *a, int64_t seconds);
const char *emit_phase_title(enum phase p);
/* One or two words for what a step does: "changes", "checks", "accept". */
const char *emit_step_what(const struct step *s);
uint32_t emit_count(const struct step_list *l, bool (*is)(const struct step *s));
bool emit_is_gate(const struct step *s);
bool emit_is_filler(const struct step *s);
/* The proof's verdict; "" before there is one. */
struct str emit_proof_verdict(const struct plan *p);

#endif
