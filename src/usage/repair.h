/* When the new chart does not render: which of the user's keys stand in the way. Private to usage/. */
#ifndef RUTTER_USAGE_REPAIR_H
#define RUTTER_USAGE_REPAIR_H

#include "usage/usage.h"

/* Takes keys away, the fewest it finds, until the chart renders, and notes every obstacle on the way. Sets out->base,
 * out->without, out->obstacles, out->based, out->repaired and the keys' `blocking`. */
void usage_repair(struct bench *now, struct usage *out);

/* How likely it is that a message is about the key (its path and segments), 0 to 4: 4 when its whole path is named. */
int repair_suspicion(const struct key *k, struct str message);

#endif
