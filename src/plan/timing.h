/* How long it may take: --timeout follows from the slowest rollout that still succeeds. */
#ifndef RUTTER_PLAN_TIMING_H
#define RUTTER_PLAN_TIMING_H

#include <stdbool.h>
#include <stdint.h>

struct planner;
struct unit;

struct timing {
    int64_t upgrade;   /* helm upgrade's --timeout, seconds: it counts for the wait, and anew for each hook */
    int64_t back;      /* of the way back */
    int64_t hooks;     /* the sum of the hooks' own deadlines */
    int64_t expected;  /* the slowest rollout with the replicas as rendered */
};

void timing_make(struct planner *p);
/* The slowest rollout of a workload within its replica bounds; 0 when nothing is restarted. */
int64_t timing_of_unit(const struct unit *u, bool new_side);

#endif
