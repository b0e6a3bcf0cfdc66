/* Kubernetes quantities, Go durations, globs. */
#ifndef RUTTER_TEXT_UNITS_H
#define RUTTER_TEXT_UNITS_H

#include "base/str.h"

/* resource.ParseQuantity: "500m", "1Gi", "2e3". The result is in thousandths ("1" is 1000), saturating. */
bool quantity_parse(struct str text, int64_t *milli);
/* time.ParseDuration: "1h30m", "1.5s", "-2us"; nanoseconds. *error is Go's message. */
bool duration_parse(struct arena *a, struct str text, int64_t *nanoseconds, struct str *error);
/* "10m", "1h30m", "45s": seconds as a person writes them. */
struct str duration_show(struct arena *a, int64_t seconds);
/* gobwas/glob with '/' as separator, as Helm's .Files.Glob compiles it. False when the pattern is malformed (*bad = true). */
bool glob_match(struct str pattern, struct str path, bool *bad);
/* Go's filepath.Match, as .helmignore and --show-only use it. */
bool filepath_match(struct str pattern, struct str name, bool *bad);
/* Edit distance (Damerau-Levenshtein, by bytes), at most `limit`; for "did you mean". */
size_t edit_distance(struct str x, struct str y, size_t limit);

#endif
