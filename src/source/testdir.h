/* A directory for one test, made under TMPDIR and removed with the test's arena. */
#ifndef RUTTER_SOURCE_TESTDIR_H
#define RUTTER_SOURCE_TESTDIR_H

#include "base/str.h"

/* An empty directory; its path. */
struct str testdir_new(struct arena *a);
/* Writes a file below it, with the directories on the way. */
void testdir_write(struct arena *a, struct str dir, const char *path, struct str data);
void testdir_link(struct arena *a, struct str dir, const char *path, const char *target);
/* Runs a command in it (sh -c), quietly; true when it succeeds. */
bool testdir_run(struct arena *a, struct str dir, const char *command);

#endif
