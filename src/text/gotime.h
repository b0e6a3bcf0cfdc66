/* Instants, the calendar and layouts, as Go's time package has them. */
#ifndef RUTTER_TEXT_GOTIME_H
#define RUTTER_TEXT_GOTIME_H

#include "base/buf.h"
#include "text/zone.h"

struct gotime {
    int64_t sec;             /* since the beginning of the year 1, UTC; wraps like Go's */
    int32_t nsec;            /* 0 to 999999999 */
    bool monotonic;          /* comes from the clock (now): its String shows "m=+..." */
    const struct zone *zone; /* NULL: UTC. Decides only how it is shown */
};

/* Broken down in its own zone. */
struct gotime_fields {
    int64_t year;
    int month, day;           /* from 1 */
    int weekday;              /* 0: Sunday */
    int yday;                 /* from 1 */
    int hour, minute, second;
    struct str zone_name;
    int32_t offset;
};

struct gotime gotime_from_unix(int64_t seconds, int32_t nsec, const struct zone *z);
int64_t gotime_unix(struct gotime t);
struct gotime_fields gotime_break(struct gotime t);
/* time.Date: fields beyond their range carry over. */
struct gotime gotime_make(int64_t year, int64_t month, int64_t day, int64_t hour, int64_t minute, int64_t second, int64_t nsec,
                          const struct zone *z);
struct gotime gotime_add(struct gotime t, int64_t nanoseconds);
/* t - u in nanoseconds, saturating. */
int64_t gotime_sub(struct gotime t, struct gotime u);
int gotime_compare(struct gotime t, struct gotime u);
struct gotime gotime_add_date(struct gotime t, int64_t years, int64_t months, int64_t days);
/* Rounded down to a multiple of d since the year 1, or to the nearest. */
struct gotime gotime_truncate(struct gotime t, int64_t d);
struct gotime gotime_round(struct gotime t, int64_t d);

const char *gotime_month_name(int month);     /* 1: "January" */
const char *gotime_weekday_name(int weekday); /* 0: "Sunday" */

/* ---- layouts ---- */

/* Time.Format. */
void gotime_format(struct buf *b, struct gotime t, struct str layout);
/* time.ParseInLocation. On failure false, and *error is Go's message. */
bool gotime_parse(struct arena *a, struct str layout, struct str value, const struct zone *z, struct gotime *out, struct str *error);
/* Time.String. */
void gotime_show(struct buf *b, struct gotime t);
/* Time.MarshalText, RFC 3339. False when the year has not four digits or the offset reaches a day. */
bool gotime_rfc3339(struct buf *b, struct gotime t);

#endif
