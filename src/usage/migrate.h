/* The user's values as they should be for the new chart. Private to usage/. */
#ifndef RUTTER_USAGE_MIGRATE_H
#define RUTTER_USAGE_MIGRATE_H

#include "usage/successor.h"

enum migrate { MIGRATE_PROVED, MIGRATE_ALL };

/* A copy with renamed keys moved (those that are proved, or all) and the other dead ones dropped. */
struct map *usage_migrated(struct arena *a, const struct usage *u, enum migrate which);
/* Sets u->migrated: renames applied, rendered; what stops the new chart then is an obstacle as well, and a key that is in its
 * way after the move is moved on where the message says so, else dropped. */
void usage_migrate(struct successors *s, struct usage *u);
/* Sets u->nodes: dead keys gathered at the highest node of which all that the user wrote is dead. */
void usage_nodes(struct bench *now, struct usage *u);

#endif
