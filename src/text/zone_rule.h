/* POSIX TZ texts ("CET-1CEST,M3.5.0,M10.5.0/3"), by which a zone goes on after its last recorded change. */
#ifndef RUTTER_TEXT_ZONE_RULE_H
#define RUTTER_TEXT_ZONE_RULE_H

#include "text/zone.h"

/* What the rule says of `sec`; `last_change` is when it came into force. False when the text is malformed. Names are borrowed. */
bool zone_rule_lookup(struct str rule, int64_t last_change, int64_t sec, struct zone_at *out);

#endif
