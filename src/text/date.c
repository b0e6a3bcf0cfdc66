#include "text/units.h"

#include <time.h>

bool date_parse(struct str s, int64_t *seconds)
{
    struct tm t = {0};
    int v[3] = {0, 0, 0}, part = 0;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') return false;
    for (size_t i = 0; i < s.n; i++) {
        if (i == 4 || i == 7) part++;
        else if (s.p[i] < '0' || s.p[i] > '9') return false;
        else v[part] = v[part] * 10 + s.p[i] - '0';
    }
    t.tm_year = v[0] - 1900;
    t.tm_mon = v[1] - 1;
    t.tm_mday = v[2];
    *seconds = timegm(&t);
    return t.tm_mon == v[1] - 1 && t.tm_mday == v[2];
}

struct str date_show(struct arena *a, int64_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm t;
    if (!gmtime_r(&when, &t)) return STR("?");
    return str_printf(a, "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}
