#include "base/buf.h"
#include "text/regex.h"
#include "text/semver_scan.h"

enum op { OP_EQUAL, OP_NOT_EQUAL, OP_GREATER, OP_LESS, OP_GREATER_EQUAL, OP_LESS_EQUAL, OP_TILDE, OP_CARET };

struct constraint {
    enum op op;
    struct semver version;
    /* "dirty" in Masterminds/semver: a number is x, * or missing. With the first one only `dirty` is set. */
    bool dirty, minor_dirty, patch_dirty;
};

/* All of its constraints must hold. */
struct group {
    struct constraint *v;
    uint32_t n, cap;
    bool has_pre; /* one of them names a pre-release, which lets pre-releases in */
};

/* One of its groups must hold. */
struct semver_constraints {
    struct group *v;
    uint32_t n, cap;
};

static const struct {
    const char *text;
    enum op op;
} operators[] = {
    {"", OP_EQUAL},      {"=", OP_EQUAL},          {"!=", OP_NOT_EQUAL},  {">", OP_GREATER},
    {"<", OP_LESS},      {">=", OP_GREATER_EQUAL}, {"=>", OP_GREATER_EQUAL}, {"<=", OP_LESS_EQUAL},
    {"=<", OP_LESS_EQUAL}, {"~", OP_TILDE},        {"~>", OP_TILDE},      {"^", OP_CARET},
};

/* What numbers of a constraint may consist of besides digits; the | is there, too. */
static const char wildcards[] = "xX*|";

static bool is_wildcard(struct str s) { return !s.n || str_is(s, "x") || str_is(s, "X") || str_is(s, "*"); }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }

static size_t skip_space(struct str s, size_t at)
{
    while (at < s.n && is_space(s.p[at])) at++;
    return at;
}

/* The version of a constraint, with 0 for the wildcards and what follows them. */
static bool constraint_version(struct arena *a, const struct semver_parts *parts, struct constraint *out)
{
    struct semver *v = &out->version;
    struct str why;
    v->pre = parts->pre;
    out->dirty = is_wildcard(parts->number[0]) || is_wildcard(parts->number[1]) || is_wildcard(parts->number[2]);
    if (!out->dirty) v->meta = parts->meta;
    if (v->pre.n && !semver_pre_is_valid(v->pre, &why)) return false;
    if (is_wildcard(parts->number[0])) return true;
    if (!semver_number(a, parts->number[0], &v->major, &why)) return false;
    out->minor_dirty = is_wildcard(parts->number[1]);
    if (out->minor_dirty) return true;
    if (!semver_number(a, parts->number[1], &v->minor, &why)) return false;
    out->patch_dirty = is_wildcard(parts->number[2]);
    return out->patch_dirty || semver_number(a, parts->number[2], &v->patch, &why);
}

/* Operator and version, the version up to the next white space or comma. False when there is none at *at. */
static bool take_constraint(struct str s, size_t *at, enum op *op, struct semver_parts *parts)
{
    size_t from = skip_space(s, *at), i = from;
    while (i < s.n && s.p[i] && strchr("=!<>~^", s.p[i])) i++;
    struct str sign = str_sub(s, from, i);
    size_t known = 0, count = sizeof operators / sizeof *operators;
    while (known < count && !str_is(sign, operators[known].text)) known++;
    if (known == count) return false;
    *op = operators[known].op;
    from = i = skip_space(s, i);
    while (i < s.n && !is_space(s.p[i]) && s.p[i] != ',') i++;
    *at = i;
    return semver_scan(str_sub(s, from, i), wildcards, parts);
}

/* Between constraints stands white space, a comma or both. Sets *more when another constraint must follow. */
static bool take_separator(struct str s, size_t *at, bool *more)
{
    size_t from = *at;
    *at = skip_space(s, from);
    *more = *at < s.n;
    if (!*more) return true;
    bool comma = s.p[*at] == ',';
    if (comma) ++*at;
    return comma || *at > from;
}

static bool parse_group(struct arena *a, struct str s, struct group *out, struct str *error)
{
    bool broken = false;
    size_t at = 0;
    for (bool more = true; more;) {
        struct semver_parts parts;
        struct constraint *c = PUSH(a, out->v, out->n, out->cap);
        if (!take_constraint(s, &at, &c->op, &parts) || !take_separator(s, &at, &more)) {
            *error = str_printf(a, "improper constraint: %.*s", STR_ARG(s));
            return false;
        }
        if (!constraint_version(a, &parts, c)) broken = true;
        if (c->version.pre.n) out->has_pre = true;
    }
    /* Only after the form of the whole group was found to be right. */
    if (broken) *error = STR("constraint parser error");
    return !broken;
}

/* A - between white space, which a range must have. */
static bool may_have_range(struct str s)
{
    for (size_t i = 1; i + 1 < s.n; i++)
        if (s.p[i] == '-' && is_space(s.p[i - 1]) && is_space(s.p[i + 1])) return true;
    return false;
}

/* "1.2 - 2.3" becomes ">= 1.2, <= 2.3 ". Each range found replaces the first place where the same text stands. */
static struct str rewrite_ranges(struct arena *a, struct str text)
{
    if (!may_have_range(text)) return text;
#define IDENTIFIERS "(?:[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)"
#define VERSION "(v?[0-9xX*|]+(?:\\.[0-9xX*|]+){0,2}(?:-" IDENTIFIERS ")?(?:\\+" IDENTIFIERS ")?)"
    struct str error, out = text;
    struct regex *range = regex_compile(a, STR("\\s*" VERSION "\\s+-\\s+" VERSION "\\s*"), &error);
#undef VERSION
#undef IDENTIFIERS
    size_t at[6];
    for (size_t from = 0; range && regex_match(range, a, text, from, at); from = at[1]) {
        struct str all = str_sub(text, at[0], at[1]);
        struct str low = str_sub(text, at[2], at[3]), high = str_sub(text, at[4], at[5]);
        size_t place = (size_t)str_find(out, all);
        struct buf b = buf_new(a);
        if (place > out.n) continue; /* an earlier replacement took it */
        buf_add(&b, str_sub(out, 0, place));
        buf_printf(&b, ">= %.*s, <= %.*s ", STR_ARG(low), STR_ARG(high));
        buf_add(&b, str_from_n(out, place + all.n));
        out = buf_done(&b);
    }
    return out;
}

struct semver_constraints *semver_constraints_parse(struct arena *a, struct str text, struct str *error)
{
    struct semver_constraints *out = NEW(a, struct semver_constraints);
    struct str rest = rewrite_ranges(a, text);
    for (bool more = true; more;) {
        struct str one;
        more = str_cut(rest, STR("||"), &one, &rest);
        if (!parse_group(a, one, PUSH(a, out->v, out->n, out->cap), error)) return NULL;
    }
    return out;
}

static bool not_equal_holds(const struct constraint *c, const struct semver *v)
{
    const struct semver *w = &c->version;
    if (!c->dirty) return semver_compare(v, w) != 0;
    if (v->major != w->major) return true;
    if (c->minor_dirty) return false;
    if (v->minor != w->minor) return true;
    if (!c->patch_dirty) return v->patch != w->patch || semver_compare(v, w) != 0;
    return (v->pre.n || w->pre.n) && semver_pre_compare(v->pre, w->pre) != 0;
}

/* >11 is 12.0.0 and later, >11.1 is 11.2.0 and later. */
static bool greater_holds(const struct constraint *c, const struct semver *v)
{
    const struct semver *w = &c->version;
    if (!c->dirty) return semver_compare(v, w) > 0;
    if (v->major != w->major) return v->major > w->major;
    if (c->minor_dirty) return false;
    if (c->patch_dirty) return v->minor > w->minor;
    return semver_compare(v, w) > 0;
}

/* <=11 holds for 11.9, <=11.1 for 11.1.9. */
static bool less_equal_holds(const struct constraint *c, const struct semver *v)
{
    const struct semver *w = &c->version;
    if (!c->dirty) return semver_compare(v, w) <= 0;
    if (v->major > w->major) return false;
    return v->major != w->major || v->minor <= w->minor || c->minor_dirty;
}

static bool tilde_holds(const struct constraint *c, const struct semver *v)
{
    const struct semver *w = &c->version;
    if (semver_compare(v, w) < 0) return false;
    if (!w->major && !w->minor && !w->patch && !c->minor_dirty && !c->patch_dirty) return true; /* ~0.0.0 and ~*: any */
    return v->major == w->major && (v->minor == w->minor || c->minor_dirty);
}

/* What the first number that is not zero does not change: ^1.2 is below 2, ^0.2 below 0.3, ^0.0.3 is itself. */
static bool caret_holds(const struct constraint *c, const struct semver *v)
{
    const struct semver *w = &c->version;
    if (semver_compare(v, w) < 0) return false;
    if (w->major > 0 || c->minor_dirty) return v->major == w->major;
    if (v->major > 0) return false;
    if (w->minor > 0 || c->patch_dirty) return v->minor == w->minor;
    return v->minor == 0 && v->patch == w->patch;
}

static bool holds(const struct constraint *c, const struct semver *v)
{
    switch (c->op) {
    case OP_EQUAL: return c->dirty ? tilde_holds(c, v) : semver_compare(v, &c->version) == 0;
    case OP_NOT_EQUAL: return not_equal_holds(c, v);
    case OP_GREATER: return greater_holds(c, v);
    case OP_LESS: return semver_compare(v, &c->version) < 0;
    case OP_GREATER_EQUAL: return semver_compare(v, &c->version) >= 0;
    case OP_LESS_EQUAL: return less_equal_holds(c, v);
    case OP_TILDE: return tilde_holds(c, v);
    case OP_CARET: return caret_holds(c, v);
    }
    return false;
}

bool semver_check(const struct semver_constraints *c, const struct semver *v)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const struct group *g = &c->v[i];
        if (v->pre.n && !g->has_pre) continue;
        uint32_t held = 0;
        while (held < g->n && holds(&g->v[held], v)) held++;
        if (held == g->n) return true;
    }
    return false;
}
