/* How long it may take: --timeout follows from the slowest rollout that still succeeds. */
#ifndef RUTTER_PLAN_TIMING_H
#define RUTTER_PLAN_TIMING_H

#include "kube/rollout.h"

struct planner;
struct unit;

struct timing {
    int64_t upgrade;   /* helm upgrade's --timeout, seconds: it counts for the wait, and anew for each hook */
    int64_t back;      /* of the way back */
    int64_t hooks;     /* the sum of the hooks' own deadlines */
    int64_t expected;  /* the slowest rollout with the replicas as rendered */
};

void timing_make(struct planner *p);
/* The rollout of a workload with the replicas as rendered, or (`most`) as many as its autoscaler may make. */
struct rollout timing_rollout(const struct unit *u, bool new_side, bool most);
int64_t timing_most_replicas(const struct unit *u, bool new_side);
/* The slowest rollout of a workload within its replica bounds; 0 when nothing is restarted. */
int64_t timing_of_unit(const struct unit *u, bool new_side);

#endif
