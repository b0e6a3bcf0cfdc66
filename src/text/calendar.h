/* The proleptic Gregorian calendar over Go's absolute days: unsigned, counted from a March 1st so early that every Unix time
 * has one (src/time/time.go). */
#ifndef RUTTER_TEXT_CALENDAR_H
#define RUTTER_TEXT_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_YEARS 292277022400LL                     /* from the first absolute day to March of the year 0 */
#define CALENDAR_DAYS (CALENDAR_YEARS / 400 * 146097)     /* the same in days */
#define CALENDAR_UNIX ((CALENDAR_DAYS + 719468) * 86400)  /* seconds from the first absolute day to 1970 */

struct calendar_date {
    int64_t year;
    int month, day; /* from 1 */
    int yday;       /* from 1 */
};

uint64_t calendar_days(int64_t year, int month, int64_t day); /* wraps where Go's arithmetic wraps */
struct calendar_date calendar_date(uint64_t days);
int calendar_weekday(uint64_t days);                          /* 0: Sunday */
bool calendar_leap(int64_t year);
int calendar_days_in(int month, int64_t year);
int calendar_days_before(int month);                          /* in a common year; month 1 to 13 */
/* Absolute seconds of a Unix time, modulo 2^64. */
static inline uint64_t calendar_seconds(int64_t unix_seconds) { return (uint64_t)unix_seconds + (uint64_t)CALENDAR_UNIX; }

#endif
