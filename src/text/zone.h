/* Time zones as Go's time package has them: TZif files of the IANA data base, their POSIX rules for times after the last
 * recorded change, and zones of a fixed offset. */
#ifndef RUTTER_TEXT_ZONE_H
#define RUTTER_TEXT_ZONE_H

#include "base/str.h"

struct zone;

/* What a zone says of an instant. */
struct zone_at {
    struct str name;     /* "CET"; may be empty: then only the offset is known */
    int32_t offset;      /* seconds east of UTC */
    bool dst;
    int64_t start, end;  /* it holds from start to before end; Unix seconds */
};

extern const struct zone zone_utc;

/* The name by which it was loaded: "Europe/Berlin", "UTC", "Local". */
struct str zone_name(const struct zone *z);
/* time.LoadLocation: "" and "UTC" are UTC, "Local" is zone_local. NULL when there is no such zone. */
const struct zone *zone_load(struct arena *a, struct str name);
/* The zone of the process: by the variable TZ, else /etc/localtime, else UTC. */
const struct zone *zone_local(struct arena *a);
/* time.FixedZone. The name is borrowed. */
const struct zone *zone_fixed(struct arena *a, struct str name, int32_t offset);
/* From the content of a TZif file, which is borrowed; NULL when it is malformed. */
const struct zone *zone_parse(struct arena *a, struct str name, struct str data);

struct zone_at zone_lookup(const struct zone *z, int64_t unix_seconds);
/* The offset of the abbreviation `name` at about `unix_seconds` of local time. False when the zone has none of this name. */
bool zone_lookup_name(const struct zone *z, struct str name, int64_t unix_seconds, int32_t *offset);

#endif
