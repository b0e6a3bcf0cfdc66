#include "text/zone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/zone_rule.h"

struct zone_kind {
    struct str name;
    int32_t offset;
    bool dst;
};

struct zone_change {
    int64_t when;
    uint8_t kind;
};

struct zone {
    struct str name;
    struct zone_kind *kinds;     /* none: UTC */
    uint32_t kinds_n;
    struct zone_change *changes; /* by time */
    uint32_t changes_n;
    struct str rule;             /* POSIX TZ text for times after the last change; may be empty */
};

const struct zone zone_utc = {.name = STR_INIT("UTC")};

struct str zone_name(const struct zone *z) { return z ? z->name : zone_utc.name; }

const struct zone *zone_fixed(struct arena *a, struct str name, int32_t offset)
{
    struct zone *z = NEW(a, struct zone);
    z->name = name;
    z->kinds = NEW(a, struct zone_kind);
    z->kinds_n = 1;
    z->kinds[0] = (struct zone_kind){name, offset, false};
    return z;
}

/* ---- TZif files (RFC 8536) ---- */

struct reader {
    struct str rest;
    bool bad; /* ran out of data */
};

static struct str take(struct reader *r, uint64_t n)
{
    if (n > r->rest.n) {
        r->bad = true;
        return (struct str){0};
    }
    struct str s = str_sub(r->rest, 0, (size_t)n);
    r->rest = str_from_n(r->rest, (size_t)n);
    return s;
}

static uint64_t number_at(struct str s, size_t at, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v = v << 8 | (unsigned char)s.p[at + (size_t)i];
    return v;
}

struct counts {
    uint64_t utc_flags, standard_flags, leaps, changes, kinds, chars;
};

static struct counts take_counts(struct reader *r)
{
    struct str s = take(r, 24);
    if (r->bad) return (struct counts){0};
    return (struct counts){number_at(s, 0, 4),  number_at(s, 4, 4),  number_at(s, 8, 4),
                           number_at(s, 12, 4), number_at(s, 16, 4), number_at(s, 20, 4)};
}

static bool read_kinds(struct arena *a, struct zone *z, struct str data, struct str names)
{
    z->kinds = NEW_ARRAY(a, struct zone_kind, z->kinds_n);
    for (uint32_t i = 0; i < z->kinds_n; i++) {
        size_t at = (size_t)i * 6, name = (unsigned char)data.p[at + 5];
        if (name >= names.n) return false;
        struct str tail = str_from_n(names, name);
        ptrdiff_t end = str_chr(tail, 0);
        z->kinds[i].offset = (int32_t)(uint32_t)number_at(data, at, 4);
        z->kinds[i].dst = data.p[at + 4] != 0;
        z->kinds[i].name = end < 0 ? tail : str_sub(tail, 0, (size_t)end);
    }
    return true;
}

static bool read_changes(struct arena *a, struct zone *z, struct str times, struct str kinds, int size)
{
    z->changes = NEW_ARRAY(a, struct zone_change, z->changes_n ? z->changes_n : 1);
    for (uint32_t i = 0; i < z->changes_n; i++) {
        uint64_t when = number_at(times, (size_t)i * (size_t)size, size);
        z->changes[i].when = size == 8 ? (int64_t)when : (int32_t)(uint32_t)when;
        z->changes[i].kind = (uint8_t)kinds.p[i];
        if (z->changes[i].kind >= z->kinds_n) return false;
    }
    if (!z->changes_n) z->changes[z->changes_n++] = (struct zone_change){INT64_MIN, 0};
    return true;
}

const struct zone *zone_parse(struct arena *a, struct str name, struct str data)
{
    struct reader r = {data, false};
    if (!str_eq(take(&r, 4), STR("TZif"))) return NULL;
    struct str version = take(&r, 16);
    if (r.bad || (version.p[0] && version.p[0] != '2' && version.p[0] != '3')) return NULL;
    struct counts n = take_counts(&r);
    int size = 4;
    if (version.p[0]) { /* the same again in 64 bits follows; skip to its counts */
        take(&r, n.changes * 5 + n.kinds * 6 + n.chars + n.leaps * 8 + n.standard_flags + n.utc_flags + 20);
        n = take_counts(&r);
        size = 8;
    }
    struct zone *z = NEW(a, struct zone);
    z->name = name;
    struct str times = take(&r, n.changes * (uint64_t)size), which = take(&r, n.changes);
    struct str kinds = take(&r, n.kinds * 6), names = take(&r, n.chars);
    take(&r, n.leaps * (uint64_t)(size + 4));
    take(&r, n.standard_flags);
    take(&r, n.utc_flags);
    if (r.bad || !n.kinds) return NULL;
    z->kinds_n = (uint32_t)n.kinds;
    z->changes_n = (uint32_t)n.changes;
    if (!read_kinds(a, z, kinds, names) || !read_changes(a, z, times, which, size)) return NULL;
    if (r.rest.n > 2 && r.rest.p[0] == '\n' && r.rest.p[r.rest.n - 1] == '\n') z->rule = str_sub(r.rest, 1, r.rest.n - 1);
    return z;
}

/* ---- where zones are found ---- */

enum { FILE_MAX = 10 << 20 };

static bool read_all(int fd, char *p, size_t n)
{
    while (n) {
        ssize_t got = read(fd, p, n);
        if (got <= 0) return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static const struct zone *load_file(struct arena *a, const char *dir, struct str file, struct str name)
{
    struct stat st;
    struct str path = str_concat(a, str_from(dir), file), data = {0};
    if (str_chr(path, 0) >= 0) return NULL;
    int fd = open(str_z(a, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return NULL;
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= FILE_MAX;
    if (ok) {
        char *p = arena_alloc(a, (size_t)st.st_size);
        ok = read_all(fd, p, (size_t)st.st_size);
        data = str_of(p, (size_t)st.st_size);
    }
    close(fd);
    return ok ? zone_parse(a, name, data) : NULL;
}

/* Go's order (src/time/zoneinfo_unix.go, zoneinfo.go), the directory named by ZONEINFO first; zip files are not read. */
static const struct zone *load_installed(struct arena *a, struct str name)
{
    static const char *const dirs[] = {"/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/", "/usr/lib/locale/TZ/", "/etc/zoneinfo/"};
    const struct zone *z = NULL;
    const char *own = getenv("ZONEINFO");
    if (own && *own) z = load_file(a, str_concat(a, str_from(own), STR("/")).p, name, name);
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs && !z; i++) z = load_file(a, dirs[i], name, name);
    return z;
}

const struct zone *zone_load(struct arena *a, struct str name)
{
    if (!name.n || str_is(name, "UTC")) return &zone_utc;
    if (str_is(name, "Local")) return zone_local(a);
    if (str_has(name, STR("..")) || name.p[0] == '/' || name.p[0] == '\\') return NULL;
    return load_installed(a, name);
}

const struct zone *zone_local(struct arena *a)
{
    const char *tz = getenv("TZ");
    const struct zone *z = NULL;
    if (!tz) {
        z = load_file(a, "/etc/", STR("localtime"), STR("Local"));
    } else {
        struct str name = str_dup(a, str_trim_prefix(str_from(tz), STR(":")));
        bool system = str_is(name, "/etc/localtime");
        if (str_starts(name, STR("/"))) z = load_file(a, "", name, system ? STR("Local") : name);
        else if (name.n && !str_is(name, "UTC")) z = load_installed(a, name);
    }
    return z ? z : &zone_utc;
}

/* ---- questions ---- */

static bool first_kind_used(const struct zone *z)
{
    for (uint32_t i = 0; i < z->changes_n; i++)
        if (z->changes[i].kind == 0) return true;
    return false;
}

/* The kind in use before the first change: one that no change leads to, else standard time (tzcode's localtime.c). */
static const struct zone_kind *kind_before_all(const struct zone *z)
{
    if (!first_kind_used(z)) return &z->kinds[0];
    uint32_t first = z->changes[0].kind;
    if (z->kinds[first].dst)
        for (uint32_t i = first; i-- > 0;)
            if (!z->kinds[i].dst) return &z->kinds[i];
    for (uint32_t i = 0; i < z->kinds_n; i++)
        if (!z->kinds[i].dst) return &z->kinds[i];
    return &z->kinds[0];
}

static struct zone_at at_kind(const struct zone_kind *k, int64_t start, int64_t end)
{
    return (struct zone_at){k->name, k->offset, k->dst, start, end};
}

struct zone_at zone_lookup(const struct zone *z, int64_t sec)
{
    if (!z || !z->kinds_n) return (struct zone_at){STR("UTC"), 0, false, INT64_MIN, INT64_MAX};
    if (!z->changes_n) return at_kind(&z->kinds[0], INT64_MIN, INT64_MAX);
    if (sec < z->changes[0].when) return at_kind(kind_before_all(z), INT64_MIN, z->changes[0].when);
    uint32_t low = 0, high = z->changes_n;
    int64_t end = INT64_MAX;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (sec < z->changes[middle].when) {
            end = z->changes[middle].when;
            high = middle;
        } else {
            low = middle;
        }
    }
    struct zone_at by_rule;
    bool last = low == z->changes_n - 1;
    if (last && z->rule.n && zone_rule_lookup(z->rule, z->changes[low].when, sec, &by_rule)) return by_rule;
    return at_kind(&z->kinds[z->changes[low].kind], z->changes[low].when, end);
}

bool zone_lookup_name(const struct zone *z, struct str name, int64_t sec, int32_t *offset)
{
    uint32_t n = z ? z->kinds_n : 0;
    for (uint32_t i = 0; i < n; i++) { /* one that is in use at that time */
        if (!str_eq(z->kinds[i].name, name)) continue;
        struct zone_at at = zone_lookup(z, (int64_t)((uint64_t)sec - (uint64_t)(int64_t)z->kinds[i].offset));
        *offset = at.offset;
        if (str_eq(at.name, name)) return true;
    }
    for (uint32_t i = 0; i < n; i++) {
        *offset = z->kinds[i].offset;
        if (str_eq(z->kinds[i].name, name)) return true;
    }
    *offset = 0;
    return false;
}
