/* Times to text: Time.Format and its kin. */
#include <stdio.h>

#include "text/gotime.h"
#include "text/layout.h"

/* In decimal, with zeros before it up to `width` digits; the sign does not count. */
static void add_int(struct buf *b, int64_t v, int width)
{
    if (v < 0) buf_byte(b, '-');
    buf_printf(b, "%0*llu", width, v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v);
}

static void add_fraction(struct buf *b, int32_t nsec, const struct layout_item *item)
{
    bool trim = item->word == LAYOUT_FRACTION_TRIMMED;
    if (trim && (!item->digits || !nsec)) return;
    char digits[16];
    snprintf(digits, sizeof digits, "%09d", nsec);
    size_t n = item->digits < 9 ? item->digits : 9;
    while (trim && n && digits[n - 1] == '0') n--;
    if (trim && !n) return;
    buf_byte(b, item->separator);
    buf_add(b, str_of(digits, n));
}

/* Seconds show only where the layout has them; the sign is that of the whole minutes, as in Go. */
static void add_offset(struct buf *b, int32_t offset, const struct layout_item *item)
{
    if (item->z && !offset) {
        buf_byte(b, 'Z');
        return;
    }
    int minutes = offset / 60, seconds = offset;
    buf_byte(b, minutes < 0 ? '-' : '+');
    if (minutes < 0) {
        minutes = -minutes;
        seconds = -seconds;
    }
    add_int(b, minutes / 60, 2);
    if (item->colon) buf_byte(b, ':');
    if (item->minutes) add_int(b, minutes % 60, 2);
    if (!item->seconds) return;
    if (item->colon) buf_byte(b, ':');
    add_int(b, seconds % 60, 2);
}

static void add_zone_name(struct buf *b, const struct gotime_fields *f)
{
    static const struct layout_item numeric = {.word = LAYOUT_OFFSET, .minutes = true};
    if (f->zone_name.n) buf_add(b, f->zone_name);
    else add_offset(b, f->offset, &numeric);
}

static void add_padded(struct buf *b, int v, int width) { buf_printf(b, "%*d", width, v); }

static void add_word(struct buf *b, const struct gotime_fields *f, int32_t nsec, const struct layout_item *item)
{
    int hour12 = f->hour % 12 ? f->hour % 12 : 12;
    switch (item->word) {
    case LAYOUT_LONG_MONTH: buf_z(b, gotime_month_name(f->month)); break;
    case LAYOUT_MONTH: buf_add(b, str_of(gotime_month_name(f->month), 3)); break;
    case LAYOUT_NUM_MONTH: add_int(b, f->month, 1); break;
    case LAYOUT_ZERO_MONTH: add_int(b, f->month, 2); break;
    case LAYOUT_LONG_WEEKDAY: buf_z(b, gotime_weekday_name(f->weekday)); break;
    case LAYOUT_WEEKDAY: buf_add(b, str_of(gotime_weekday_name(f->weekday), 3)); break;
    case LAYOUT_DAY: add_int(b, f->day, 1); break;
    case LAYOUT_UNDER_DAY: add_padded(b, f->day, 2); break;
    case LAYOUT_ZERO_DAY: add_int(b, f->day, 2); break;
    case LAYOUT_UNDER_YEAR_DAY: add_padded(b, f->yday, 3); break;
    case LAYOUT_ZERO_YEAR_DAY: add_int(b, f->yday, 3); break;
    case LAYOUT_HOUR: add_int(b, f->hour, 2); break;
    case LAYOUT_HOUR12: add_int(b, hour12, 1); break;
    case LAYOUT_ZERO_HOUR12: add_int(b, hour12, 2); break;
    case LAYOUT_MINUTE: add_int(b, f->minute, 1); break;
    case LAYOUT_ZERO_MINUTE: add_int(b, f->minute, 2); break;
    case LAYOUT_SECOND: add_int(b, f->second, 1); break;
    case LAYOUT_ZERO_SECOND: add_int(b, f->second, 2); break;
    case LAYOUT_LONG_YEAR: add_int(b, f->year, 4); break;
    case LAYOUT_YEAR: add_int(b, (f->year < 0 ? -f->year : f->year) % 100, 2); break;
    case LAYOUT_UPPER_PM: buf_z(b, f->hour >= 12 ? "PM" : "AM"); break;
    case LAYOUT_LOWER_PM: buf_z(b, f->hour >= 12 ? "pm" : "am"); break;
    case LAYOUT_ZONE_NAME: add_zone_name(b, f); break;
    case LAYOUT_OFFSET: add_offset(b, f->offset, item); break;
    case LAYOUT_FRACTION: case LAYOUT_FRACTION_TRIMMED: add_fraction(b, nsec, item); break;
    case LAYOUT_END: break;
    }
}

void gotime_format(struct buf *b, struct gotime t, struct str layout)
{
    struct gotime_fields f = gotime_break(t);
    for (size_t at = 0; at < layout.n;) {
        struct layout_item item = layout_next(layout, at);
        buf_add(b, str_sub(layout, at, item.from));
        add_word(b, &f, t.nsec, &item);
        at = item.to;
    }
}

void gotime_show(struct buf *b, struct gotime t)
{
    gotime_format(b, t, STR("2006-01-02 15:04:05.999999999 -0700 MST"));
    /* The reading of a clock that started with the process; Go shows it for what `now` gives. */
    if (t.monotonic) buf_z(b, " m=+0.000000001");
}

bool gotime_rfc3339(struct buf *b, struct gotime t)
{
    struct gotime_fields f = gotime_break(t);
    int minutes = f.offset / 60;
    gotime_format(b, t, STR("2006-01-02T15:04:05.999999999Z07:00"));
    return f.year >= 0 && f.year <= 9999 && minutes > -24 * 60 && minutes < 24 * 60;
}
