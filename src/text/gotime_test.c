#include <stdio.h>
#include <stdlib.h>

#include "text/calendar.h"
#include "text/cases.h"
#include "text/gotime.h"

static struct str shown(struct arena *a, struct gotime t)
{
    struct buf b = buf_new(a);
    gotime_show(&b, t);
    return buf_done(&b);
}

static struct gotime instant(struct arena *a, struct str *field)
{
    const struct zone *z = zone_load(a, field[1]);
    return gotime_from_unix(cases_int(field[2]), (int32_t)cases_int(field[3]), z ? z : &zone_utc);
}

static void check_format(struct arena *a, struct cases *c, struct str *field)
{
    struct buf b = buf_new(a);
    gotime_format(&b, instant(a, field), field[4]);
    CASE_STR(c, buf_done(&b), field[5]);
}

static void check_parse(struct arena *a, struct cases *c, struct str *field, bool fails)
{
    struct gotime t = {0};
    struct str error = {0};
    const struct zone *z = zone_load(a, field[1]);
    bool ok = gotime_parse(a, field[2], field[3], z ? z : &zone_utc, &t, &error);
    CASE_CHECK(c, ok == !fails);
    if (!ok && fails) CASE_STR(c, error, field[4]);
    if (ok && !fails) {
        CASE_STR(c, shown(a, t), field[4]);
        CASE_CHECK(c, gotime_unix(t) == cases_int(field[5]));
    }
}

TEST(gotime_as_go)
{
    struct cases c;
    struct str field[CASE_FIELDS];
    if (!cases_open(&c, a, "../funcs/time.tsv")) return;
    if (!zone_load(a, STR("Europe/Berlin"))) {
        test_skip("no time zone data is installed");
        return;
    }
    while (cases_next(&c, field)) {
        if (str_is(field[0], "format")) {
            check_format(a, &c, field);
        } else if (str_is(field[0], "parse") || str_is(field[0], "error")) {
            check_parse(a, &c, field, str_is(field[0], "error"));
        } else if (str_is(field[0], "date")) {
            struct gotime t = gotime_add_date(instant(a, field), cases_int(field[4]), cases_int(field[5]), cases_int(field[6]));
            CASE_STR(&c, shown(a, t), field[7]);
        } else {
            int64_t unit = cases_int(field[4]);
            CASE_STR(&c, shown(a, gotime_round(instant(a, field), unit)), field[5]);
            CASE_STR(&c, shown(a, gotime_truncate(instant(a, field), unit)), field[6]);
        }
    }
    CHECK(c.line > 1000);
}

TEST(calendar_there_and_back)
{
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t day = i % 2 ? (uint64_t)CALENDAR_DAYS + i * 7 : i * 1067519901;
        struct calendar_date d = calendar_date(day);
        if (calendar_days(d.year, d.month, d.day) != day) {
            test_fail(__FILE__, __LINE__, "day %llu does not come back", (unsigned long long)day);
            return;
        }
    }
    CHECK_INT(calendar_weekday(calendar_days(2024, 2, 29)), 4);
    CHECK_INT(calendar_date(calendar_days(2024, 12, 31)).yday, 366);
}

TEST(zone_local_follows_tz)
{
    char *old = getenv("TZ");
    struct str keep = old ? str_dup(a, str_from(old)) : (struct str){0};
    setenv("TZ", "", 1);
    CHECK(zone_local(a) == &zone_utc);
    setenv("TZ", "No/Such", 1);
    CHECK(zone_local(a) == &zone_utc);
    setenv("TZ", ":UTC", 1);
    CHECK(zone_local(a) == &zone_utc);
    if (zone_load(a, STR("Asia/Kolkata"))) {
        setenv("TZ", "Asia/Kolkata", 1);
        CHECK_INT(zone_lookup(zone_load(a, STR("Local")), 0).offset, 19800);
    }
    if (old) setenv("TZ", keep.p, 1);
    else unsetenv("TZ");
}

TEST(zone_names_stay_inside)
{
    CHECK(!zone_load(a, STR("../../../etc/passwd")));
    CHECK(!zone_load(a, STR("/etc/localtime")));
    CHECK(!zone_load(a, STR("Europe")));
    CHECK(!zone_load(a, str_of("Europe/Berlin\0x", 15)));
}

TEST(zone_malformed_files)
{
    char data[200] = "TZif2";
    for (size_t n = 0; n < sizeof data; n++) zone_parse(a, STR("x"), str_of(data, n));
    memset(data + 5, 0xff, sizeof data - 5); /* counts beyond everything */
    CHECK(!zone_parse(a, STR("x"), str_of(data, sizeof data)));
    CHECK(!zone_parse(a, STR("x"), STR("hello")));
}

/* Every byte of a real zone's file changed once, and the file cut short: whatever it says then, it can be asked. */
TEST(zone_damaged_files)
{
    struct buf b = buf_new(a);
    FILE *f = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    if (!f) {
        test_skip("no time zone data is installed");
        return;
    }
    for (int c; (c = getc(f)) != EOF;) buf_byte(&b, (char)c);
    fclose(f);
    static const int64_t when[] = {INT64_MIN, -5000000000, 0, 1700000000, 4000000000, 40000000000, INT64_MAX};
    for (size_t i = 0; i < b.n; i++) {
        struct arena_mark m = arena_mark(a);
        char old = b.p[i];
        b.p[i] = (char)(old ^ (i % 3 ? 0x81 : 0x11));
        const struct zone *z = zone_parse(a, STR("x"), i % 5 ? buf_str(&b) : str_sub(buf_str(&b), 0, i));
        int32_t offset;
        for (size_t k = 0; z && k < sizeof when / sizeof *when; k++) {
            gotime_break(gotime_from_unix(when[k], 0, z));
            zone_lookup_name(z, STR("EDT"), when[k], &offset);
        }
        b.p[i] = old;
        arena_rewind(a, m);
    }
}
