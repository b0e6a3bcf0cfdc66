/* Kubernetes quantities, Go durations, globs. */
#ifndef RUTTER_TEXT_UNITS_H
#define RUTTER_TEXT_UNITS_H

#include "base/str.h"

/* resource.ParseQuantity: "500m", "1Gi", "2e3". The result is in thousandths ("1" is 1000), rounded away from zero and
 * saturating at INT64_MAX and its negative. */
bool quantity_parse(struct str text, int64_t *milli);
/* The shortest way to write it: "500m", "1Gi", "10G", "3". */
struct str quantity_show(struct arena *a, int64_t milli);
/* time.ParseDuration: "1h30m", "1.5s", "-2us"; nanoseconds. *error is Go's message. */
bool duration_parse(struct arena *a, struct str text, int64_t *nanoseconds, struct str *error);
/* "10m", "1h30m", "45s": seconds as a person writes them. */
struct str duration_show(struct arena *a, int64_t seconds);
/* YYYY-MM-DD as seconds since 1970, UTC; false when there is no such day. And back: the day of a time. */
bool date_parse(struct str s, int64_t *seconds);
struct str date_show(struct arena *a, int64_t seconds);
/* gobwas/glob with '/' as separator, as Helm's .Files.Glob compiles it. NULL when the pattern is malformed (Helm then takes
 * all files). Matching takes scratch memory from `a`. */
struct glob;
struct glob *glob_compile(struct arena *a, struct str pattern);
bool glob_matches(const struct glob *g, struct arena *a, struct str path);
/* Go's filepath.Match, as .helmignore and --show-only use it. Go looks at a pattern only as far as it has to, so whether a
 * malformed one is found out (*bad) may depend on the name. */
bool filepath_match(struct str pattern, struct str name, bool *bad);
/* Edit distance by bytes, for "did you mean": an insertion, a deletion, another byte or two neighbours swapped cost 1 each.
 * limit + 1 when it is more than the limit, or the parts in which the strings differ are longer than 255 bytes. */
size_t edit_distance(struct str x, struct str y, size_t limit);
/* The one of v that was probably meant by `word`: the first of the nearest; empty when none is near. */
struct str nearest(struct str word, const struct str *v, size_t n);

#endif
