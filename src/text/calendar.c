#include "text/calendar.h"

bool calendar_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int calendar_days_before(int month)
{
    static const int before[] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    return before[month];
}

int calendar_days_in(int month, int64_t year)
{
    if (month == 2) return calendar_leap(year) ? 29 : 28;
    return calendar_days_before(month + 1) - calendar_days_before(month);
}

/* Years begin in March here, so that the leap day is the last. */
uint64_t calendar_days(int64_t year, int month, int64_t day)
{
    int from_march = (month + 9) % 12;
    uint64_t y = (uint64_t)year - (month <= 2) + (uint64_t)CALENDAR_YEARS;
    uint64_t century = y / 100, of_century = y % 100;
    uint64_t before = (uint64_t)((153 * from_march + 2) / 5);
    return 146097 * century / 4 + 1461 * of_century / 4 + before + (uint64_t)day - 1;
}

struct calendar_date calendar_date(uint64_t days)
{
    uint64_t cycle = days / 146097, in_cycle = days % 146097; /* of 400 years */
    uint64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int yday = (int)(in_cycle - (365 * year + year / 4 - year / 100)); /* from March 1st, from 0 */
    int from_march = (5 * yday + 2) / 153;
    struct calendar_date d;
    d.day = yday - (153 * from_march + 2) / 5 + 1;
    d.month = from_march < 10 ? from_march + 3 : from_march - 9;
    d.year = (int64_t)(cycle * 400 + year) - CALENDAR_YEARS + (d.month <= 2);
    d.yday = calendar_days_before(d.month) + d.day + (d.month > 2 && calendar_leap(d.year));
    return d;
}

/* The first absolute day is a Wednesday. */
int calendar_weekday(uint64_t days) { return (int)((days % 7 + 3) % 7); }
