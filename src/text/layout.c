#include "text/layout.h"

struct word {
    const char *text;
    enum layout_word word;
    bool z, colon, minutes, seconds;
};

/* For words with the same beginning the first match counts (src/time/format.go, nextStdChunk). */
static const struct word words[] = {
    {"January", LAYOUT_LONG_MONTH, 0, 0, 0, 0},
    {"Jan", LAYOUT_MONTH, 0, 0, 0, 0},
    {"Monday", LAYOUT_LONG_WEEKDAY, 0, 0, 0, 0},
    {"Mon", LAYOUT_WEEKDAY, 0, 0, 0, 0},
    {"MST", LAYOUT_ZONE_NAME, 0, 0, 0, 0},
    {"01", LAYOUT_ZERO_MONTH, 0, 0, 0, 0},
    {"02", LAYOUT_ZERO_DAY, 0, 0, 0, 0},
    {"03", LAYOUT_ZERO_HOUR12, 0, 0, 0, 0},
    {"04", LAYOUT_ZERO_MINUTE, 0, 0, 0, 0},
    {"05", LAYOUT_ZERO_SECOND, 0, 0, 0, 0},
    {"06", LAYOUT_YEAR, 0, 0, 0, 0},
    {"002", LAYOUT_ZERO_YEAR_DAY, 0, 0, 0, 0},
    {"15", LAYOUT_HOUR, 0, 0, 0, 0},
    {"1", LAYOUT_NUM_MONTH, 0, 0, 0, 0},
    {"2006", LAYOUT_LONG_YEAR, 0, 0, 0, 0},
    {"2", LAYOUT_DAY, 0, 0, 0, 0},
    {"_2", LAYOUT_UNDER_DAY, 0, 0, 0, 0},
    {"__2", LAYOUT_UNDER_YEAR_DAY, 0, 0, 0, 0},
    {"3", LAYOUT_HOUR12, 0, 0, 0, 0},
    {"4", LAYOUT_MINUTE, 0, 0, 0, 0},
    {"5", LAYOUT_SECOND, 0, 0, 0, 0},
    {"PM", LAYOUT_UPPER_PM, 0, 0, 0, 0},
    {"pm", LAYOUT_LOWER_PM, 0, 0, 0, 0},
    {"-070000", LAYOUT_OFFSET, false, false, true, true},
    {"-07:00:00", LAYOUT_OFFSET, false, true, true, true},
    {"-0700", LAYOUT_OFFSET, false, false, true, false},
    {"-07:00", LAYOUT_OFFSET, false, true, true, false},
    {"-07", LAYOUT_OFFSET, false, false, false, false},
    {"Z070000", LAYOUT_OFFSET, true, false, true, true},
    {"Z07:00:00", LAYOUT_OFFSET, true, true, true, true},
    {"Z0700", LAYOUT_OFFSET, true, false, true, false},
    {"Z07:00", LAYOUT_OFFSET, true, true, true, false},
    {"Z07", LAYOUT_OFFSET, true, false, false, false},
};

static bool starts_lower(struct str s) { return s.n && s.p[0] >= 'a' && s.p[0] <= 'z'; }

/* "Month" holds no "Mon"; "_2006" is an underscore and a year. */
static bool excluded(enum layout_word word, struct str rest, size_t n)
{
    if (word == LAYOUT_MONTH || word == LAYOUT_WEEKDAY) return starts_lower(str_from_n(rest, n));
    return word == LAYOUT_UNDER_DAY && str_starts(rest, STR("_2006"));
}

/* A fraction is '.' or ',' and only zeros or only nines; no digit may follow. */
static bool match_fraction(struct str rest, struct layout_item *item)
{
    if (rest.n < 2 || (rest.p[0] != '.' && rest.p[0] != ',') || (rest.p[1] != '0' && rest.p[1] != '9')) return false;
    size_t i = 1;
    while (i < rest.n && rest.p[i] == rest.p[1]) i++;
    if (i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9') return false;
    item->word = rest.p[1] == '0' ? LAYOUT_FRACTION : LAYOUT_FRACTION_TRIMMED;
    item->digits = (unsigned)(i - 1) & 0xfff; /* Go keeps twelve bits of it */
    item->separator = rest.p[0];
    item->to = item->from + i;
    return true;
}

struct layout_item layout_next(struct str layout, size_t at)
{
    struct layout_item item = {0};
    for (item.from = at; item.from < layout.n; item.from++) {
        struct str rest = str_from_n(layout, item.from);
        if (match_fraction(rest, &item)) return item;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const struct word *w = &words[i];
            if (w->text[0] != rest.p[0]) continue;
            size_t n = strlen(w->text);
            if (!str_starts(rest, str_of(w->text, n)) || excluded(w->word, rest, n)) continue;
            item.word = w->word;
            item.to = item.from + n;
            item.z = w->z;
            item.colon = w->colon;
            item.minutes = w->minutes;
            item.seconds = w->seconds;
            return item;
        }
    }
    item.from = item.to = layout.n;
    return item;
}
