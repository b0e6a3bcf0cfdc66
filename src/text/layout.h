/* The words of Go's time layouts ("2006", "Jan", "-07:00"): what formatting and parsing share. */
#ifndef RUTTER_TEXT_LAYOUT_H
#define RUTTER_TEXT_LAYOUT_H

#include "base/str.h"

enum layout_word {
    LAYOUT_END, /* no further word */
    LAYOUT_LONG_MONTH, LAYOUT_MONTH, LAYOUT_NUM_MONTH, LAYOUT_ZERO_MONTH,
    LAYOUT_LONG_WEEKDAY, LAYOUT_WEEKDAY,
    LAYOUT_DAY, LAYOUT_UNDER_DAY, LAYOUT_ZERO_DAY, LAYOUT_UNDER_YEAR_DAY, LAYOUT_ZERO_YEAR_DAY,
    LAYOUT_HOUR, LAYOUT_HOUR12, LAYOUT_ZERO_HOUR12, LAYOUT_MINUTE, LAYOUT_ZERO_MINUTE, LAYOUT_SECOND, LAYOUT_ZERO_SECOND,
    LAYOUT_LONG_YEAR, LAYOUT_YEAR, LAYOUT_UPPER_PM, LAYOUT_LOWER_PM,
    LAYOUT_ZONE_NAME, LAYOUT_OFFSET, /* see offset_* below */
    LAYOUT_FRACTION,                 /* ".000": exactly so many digits */
    LAYOUT_FRACTION_TRIMMED,         /* ".999": without trailing zeros */
};

struct layout_item {
    enum layout_word word;
    size_t from, to;      /* in the layout */
    unsigned digits;      /* of a fraction */
    char separator;       /* of a fraction: '.' or ',' */
    bool z, colon, minutes, seconds; /* of an offset: "Z" for UTC; with colons; how far it goes */
};

/* The first word at or after `at`. LAYOUT_END: none, from and to are the layout's end. */
struct layout_item layout_next(struct str layout, size_t at);

#endif
