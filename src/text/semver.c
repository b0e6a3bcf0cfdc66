#include "text/semver.h"

#include "base/buf.h"
#include "text/semver_scan.h"

static const char not_semver[] = "invalid semantic version";

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_identifier(char c) { return is_digit(c) || c == '-' || (unsigned)((c | 32) - 'a') < 26; }

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i])) return false;
    return true;
}

/* A run of characters of a number, from *at. */
static struct str take_number(struct str text, size_t *at, const char *more)
{
    size_t from = *at;
    while (*at < text.n && (is_digit(text.p[*at]) || (text.p[*at] && strchr(more, text.p[*at])))) ++*at;
    return str_sub(text, from, *at);
}

/* Identifiers with dots between them, from *at; empty when there is none. */
static struct str take_identifiers(struct str text, size_t *at)
{
    size_t from = *at, end = *at;
    for (size_t i = *at; i < text.n && is_identifier(text.p[i]); i++) {
        while (i < text.n && is_identifier(text.p[i])) i++;
        end = i;
        if (i == text.n || text.p[i] != '.') break;
    }
    *at = end;
    return str_sub(text, from, end);
}

static bool take_suffix(struct str text, size_t *at, char mark, struct str *out)
{
    *out = STR("");
    if (*at >= text.n || text.p[*at] != mark) return true;
    ++*at;
    *out = take_identifiers(text, at);
    return out->n > 0;
}

bool semver_scan(struct str text, const char *more, struct semver_parts *out)
{
    size_t at = str_starts(text, STR("v")) ? 1 : 0;
    *out = (struct semver_parts){0};
    for (int i = 0; i < 3; i++) {
        if (i > 0 && (at >= text.n || text.p[at] != '.')) break;
        if (i > 0) at++;
        out->number[i] = take_number(text, &at, more);
        if (!out->number[i].n) return false;
    }
    return take_suffix(text, &at, '-', &out->pre) && take_suffix(text, &at, '+', &out->meta) && at == text.n;
}

bool semver_number(struct arena *a, struct str digits, uint64_t *n, struct str *error)
{
    const char *problem = digits.n && all_digits(digits) ? NULL : "invalid syntax";
    *n = 0;
    for (size_t i = 0; i < digits.n && !problem; i++) {
        uint64_t digit = (uint64_t)(digits.p[i] - '0');
        if (*n > (UINT64_MAX - digit) / 10) problem = "value out of range";
        *n = *n * 10 + digit;
    }
    if (!problem) return true;
    if (error) *error = str_printf(a, "strconv.ParseUint: parsing \"%.*s\": %s", STR_ARG(digits), problem);
    return false;
}

static bool identifiers_are_valid(struct str s, bool (*valid)(struct str one, struct str *error), struct str *error)
{
    for (bool more = true; more;) {
        struct str one;
        more = str_cut(s, STR("."), &one, &s);
        if (!valid(one, error)) return false;
    }
    return true;
}

static bool all_identifier(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_identifier(s.p[i])) return false;
    return s.n > 0;
}

static bool pre_part_is_valid(struct str s, struct str *error)
{
    if (!all_identifier(s)) {
        *error = STR("invalid prerelease string");
        return false;
    }
    if (s.n < 2 || s.p[0] != '0' || !all_digits(s)) return true;
    *error = STR("version segment starts with 0");
    return false;
}

static bool meta_part_is_valid(struct str s, struct str *error)
{
    if (all_identifier(s)) return true;
    *error = STR("invalid metadata string");
    return false;
}

bool semver_pre_is_valid(struct str pre, struct str *error)
{
    return identifiers_are_valid(pre, pre_part_is_valid, error);
}

bool semver_parse(struct arena *a, struct str text, struct semver *out, struct str *error)
{
    struct semver_parts parts;
    struct str why;
    if (!semver_scan(text, "", &parts)) {
        *error = str_from(not_semver);
        return false;
    }
    *out = (struct semver){.pre = parts.pre, .meta = parts.meta, .original = text};
    uint64_t *into[] = {&out->major, &out->minor, &out->patch};
    for (int i = 0; i < 3; i++) {
        if (!parts.number[i].n || semver_number(a, parts.number[i], into[i], &why)) continue;
        *error = str_printf(a, "error parsing version segment: %.*s", STR_ARG(why));
        return false;
    }
    return !out->pre.n || semver_pre_is_valid(out->pre, error);
}

/* In the order of StrictNewVersion, which decides what is reported of several faults. */
bool semver_parse_strict(struct arena *a, struct str text, struct semver *out, struct str *error)
{
    struct str part[3];
    *out = (struct semver){.original = text};
    *error = STR("version string empty");
    if (!text.n) return false;
    *error = str_from(not_semver);
    if (!str_cut(text, STR("."), &part[0], &part[1]) || !str_cut(part[1], STR("."), &part[1], &part[2])) return false;
    if (str_cut(part[2], STR("+"), &part[2], &out->meta) && !identifiers_are_valid(out->meta, meta_part_is_valid, error))
        return false;
    if (str_cut(part[2], STR("-"), &part[2], &out->pre) && !semver_pre_is_valid(out->pre, error)) return false;
    for (int i = 0; i < 3; i++) {
        bool zero = part[i].n > 1 && part[i].p[0] == '0';
        *error = all_digits(part[i]) ? STR("version segment starts with 0") : STR("invalid characters in version");
        if (zero || !all_digits(part[i])) return false;
    }
    return semver_number(a, part[0], &out->major, error) && semver_number(a, part[1], &out->minor, error) &&
           semver_number(a, part[2], &out->patch, error);
}

/* An identifier that is a number is less than one that is not; a missing one is less than any. */
static int part_compare(struct str x, struct str y)
{
    uint64_t n, m;
    if (str_eq(x, y)) return 0;
    if (!x.n || !y.n) return x.n ? 1 : -1;
    bool x_is_number = semver_number(NULL, x, &n, NULL), y_is_number = semver_number(NULL, y, &m, NULL);
    if (x_is_number && y_is_number) return n > m ? 1 : -1;
    if (x_is_number || y_is_number) return x_is_number ? -1 : 1;
    return str_cmp(x, y);
}

int semver_pre_compare(struct str x, struct str y)
{
    while (x.n || y.n) {
        struct str one, other;
        str_cut(x, STR("."), &one, &x);
        str_cut(y, STR("."), &other, &y);
        int order = part_compare(one, other);
        if (order) return order;
    }
    return 0;
}

int semver_compare(const struct semver *x, const struct semver *y)
{
    if (x->major != y->major) return x->major < y->major ? -1 : 1;
    if (x->minor != y->minor) return x->minor < y->minor ? -1 : 1;
    if (x->patch != y->patch) return x->patch < y->patch ? -1 : 1;
    if (!x->pre.n || !y->pre.n) return (x->pre.n == 0) - (y->pre.n == 0);
    return semver_pre_compare(x->pre, y->pre);
}

struct str semver_show(struct arena *a, const struct semver *v)
{
    struct buf b = buf_new(a);
    buf_printf(&b, "%llu.%llu.%llu", (unsigned long long)v->major, (unsigned long long)v->minor,
               (unsigned long long)v->patch);
    if (v->pre.n) buf_byte(&b, '-');
    buf_add(&b, v->pre);
    if (v->meta.n) buf_byte(&b, '+');
    buf_add(&b, v->meta);
    return buf_done(&b);
}

/* Masterminds/semver 3.3.0, version.go */
struct str semver_error_helm3(struct str error)
{
    static const char *const words[][2] = {
        {"invalid semantic version", "Invalid Semantic Version"}, {"version string empty", "Version string empty"},
        {"invalid characters in version", "Invalid characters in version"}, {"version segment starts with 0", "Version segment starts with 0"},
        {"invalid metadata string", "Invalid Metadata string"}, {"invalid prerelease string", "Invalid Prerelease string"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(error, words[i][0])) return str_from(words[i][1]);
    return error;
}
