/* The formats of format.go, in its words. */
#include "base/utf8.h"
#include "chart/schema_tree.h"
#include "funcs/network.h"
#include "funcs/url.h"
#include "value/gofmt.h"

static bool refuse(struct str *error, const char *why)
{
    *error = str_from(why);
    return false;
}

/* `format` has one %.*s for the rune in quotes. */
static bool refuse_rune(struct arena *a, struct str *error, const char *head, uint32_t rune, const char *tail)
{
    struct buf b = buf_new(a);
    buf_z(&b, head);
    go_quote_rune(&b, rune, false);
    buf_z(&b, tail);
    *error = buf_done(&b);
    return false;
}

static bool refuse_inner(struct arena *a, struct str *error, const char *what)
{
    *error = str_printf(a, "%s: %.*s", what, STR_ARG(*error));
    return false;
}

static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }
static bool is_letter(uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* ---- pointers ---- */

static bool check_pointer(struct arena *a, struct str s, struct str *error)
{
    (void)a;
    if (!s.n) return true;
    if (s.p[0] != '/') return refuse(error, "not starting with /");
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] == '~' && (i + 1 == s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '1'))) return refuse(error, "~ must be followed by 0 or 1");
    return true;
}

static bool check_relative_pointer(struct arena *a, struct str s, struct str *error)
{
    size_t digits = 0;
    while (digits < s.n && is_digit((unsigned char)s.p[digits])) digits++;
    if (!digits) return refuse(error, "must start with non-negative integer");
    if (digits > 1 && s.p[0] == '0') return refuse(error, "starts with zero");
    s = str_from_n(s, digits);
    return str_is(s, "#") || check_pointer(a, s, error);
}

/* ---- identifiers ---- */

static bool check_uuid(struct arena *a, struct str s, struct str *error)
{
    static const size_t lengths[] = {8, 4, 4, 4, 12};
    struct str rest = s, group;
    size_t dashes = 0, width;
    for (size_t i = 0; i < s.n; i++) dashes += s.p[i] == '-';
    if (dashes != 4) return refuse(error, "must have 5 elements");
    for (int i = 0; i < 5; i++) {
        str_cut(rest, STR("-"), &group, &rest);
        if (group.n != lengths[i]) {
            *error = str_printf(a, "element %d must be %zu characters long", i + 1, lengths[i]);
            return false;
        }
        for (size_t k = 0; k < group.n; k += width) {
            uint32_t c = utf8_decode(group, k, &width);
            if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) return refuse_rune(a, error, "non-hex character ", c, "");
        }
    }
    return true;
}

/* The identifiers of a build or a pre-release, between dots. */
static bool check_semver_part(struct arena *a, struct str s, bool build, struct str *error)
{
    struct str id;
    size_t width;
    for (bool more = true; more;) {
        more = str_cut(s, STR("."), &id, &s);
        bool digits = true;
        if (!id.n) return refuse(error, build ? "build identifier is empty" : "pre-release identifier is empty");
        for (size_t i = 0; i < id.n; i += width) {
            uint32_t c = utf8_decode(id, i, &width);
            digits = digits && is_digit(c);
            if (!is_digit(c) && !is_letter(c) && c != '-')
                return refuse_rune(a, error, "invalid character ", c, build ? " in build identifier" : " in pre-release identifier");
        }
        if (!build && digits && id.n > 1 && id.p[0] == '0') return refuse(error, "pre-release numeric identifier starts with zero");
    }
    return true;
}

static bool check_semver(struct arena *a, struct str s, struct str *error)
{
    static const char *const names[] = {"major", "minor", "patch"};
    struct str head, tail, rest, number;
    if (str_cut(s, STR("+"), &head, &tail)) {
        if (!tail.n) return refuse(error, "build is empty");
        if (!check_semver_part(a, tail, true, error)) return false;
        s = head;
    }
    if (str_cut(s, STR("-"), &head, &tail)) {
        if (!check_semver_part(a, tail, false, error)) return false;
        s = head;
    }
    size_t dots = 0;
    for (size_t i = 0; i < s.n; i++) dots += s.p[i] == '.';
    if (dots != 2) return refuse(error, "versionCore must have 3 numbers separated by dot");
    rest = s;
    for (int i = 0; i < 3; i++) {
        const char *wrong = NULL;
        str_cut(rest, STR("."), &number, &rest);
        if (!number.n) wrong = "is empty";
        else if (number.n > 1 && number.p[0] == '0') wrong = "starts with zero";
        for (size_t k = 0; k < number.n && !wrong; k++)
            if (!is_digit((unsigned char)number.p[k])) wrong = "contains non-digit";
        if (!wrong) continue;
        *error = str_printf(a, "%s %s", names[i], wrong);
        return false;
    }
    return true;
}

/* ---- hosts ---- */

/* strconv.Atoi: a sign is allowed, what does not fit is out of range. */
static bool read_int(struct arena *a, struct str s, int64_t *out, struct str *error)
{
    bool negative = s.n && s.p[0] == '-';
    struct str digits = s.n && (s.p[0] == '-' || s.p[0] == '+') ? str_from_n(s, 1) : s;
    const char *wrong = digits.n ? NULL : "invalid syntax";
    unsigned __int128 u = 0, most = (unsigned __int128)INT64_MAX + negative;
    bool over = false;
    for (size_t i = 0; i < digits.n && !wrong; i++) {
        if (!is_digit((unsigned char)digits.p[i])) wrong = "invalid syntax";
        u = over ? u : u * 10 + (unsigned)(digits.p[i] - '0');
        over = over || u > most;
    }
    if (!wrong && over) wrong = "value out of range";
    *out = wrong ? 0 : negative ? -(int64_t)u : (int64_t)u;
    if (!wrong) return true;
    *error = str_printf(a, "strconv.Atoi: parsing %s: %s", schema_go_quote(a, s).p, wrong);
    return false;
}

static bool check_ipv4(struct arena *a, struct str s, struct str *error)
{
    size_t dots = 0;
    struct str group;
    int64_t n;
    for (size_t i = 0; i < s.n; i++) dots += s.p[i] == '.';
    if (dots != 3) return refuse(error, "expected four decimals");
    for (int i = 0; i < 4; i++) {
        str_cut(s, STR("."), &group, &s);
        if (group.n > 1 && group.p[0] == '0') return refuse(error, "leading zeros");
        if (!read_int(a, group, &n, error)) return false;
        if (n < 0 || n > 255) return refuse(error, "decimal must be between 0 and 255");
    }
    return true;
}

static bool check_ipv6(struct arena *a, struct str s, struct str *error)
{
    struct ip_address ip;
    if (str_chr(s, ':') < 0) return refuse(error, "missing colon");
    if (!ip_parse(a, s, &ip, error)) return false;
    return !ip.zone.n || refuse(error, "zone id is not a part of ipv6 address");
}

static bool check_hostname(struct arena *a, struct str s, struct str *error)
{
    struct str label;
    size_t width;
    s = str_trim_suffix(s, STR("."));
    if (s.n > 253) return refuse(error, "more than 253 characters long");
    for (bool more = true; more;) {
        more = str_cut(s, STR("."), &label, &s);
        if (label.n < 1 || label.n > 63) return refuse(error, "label must be 1 to 63 characters long");
        if (label.p[0] == '-') return refuse(error, "label starts with hyphen");
        if (label.p[label.n - 1] == '-') return refuse(error, "label ends with hyphen");
        for (size_t i = 0; i < label.n; i += width) {
            uint32_t c = utf8_decode(label, i, &width);
            if (!is_letter(c) && !is_digit(c) && c != '-') return refuse_rune(a, error, "invalid character ", c, "");
        }
    }
    return true;
}

static bool check_local_part(struct arena *a, struct str s, struct str *error)
{
    size_t width;
    if (s.n > 64) return refuse(error, "local part more than 64 characters long");
    if (s.n > 1 && s.p[0] == '"') { /* the library looks at the first quote twice, never at the last byte */
        s = str_sub(s, 1, s.n - 1);
        if (str_chr(s, '\\') < 0 && str_chr(s, '"') < 0) return true;
        return refuse(error, "backslash and quote are not allowed within quoted local part");
    }
    if (s.n && s.p[0] == '.') return refuse(error, "starts with dot");
    if (s.n && s.p[s.n - 1] == '.') return refuse(error, "ends with dot");
    if (str_has(s, STR(".."))) return refuse(error, "consecutive dots");
    for (size_t i = 0; i < s.n; i += width) {
        uint32_t c = utf8_decode(s, i, &width);
        if (!is_letter(c) && !is_digit(c) && !(c && c < 0x80 && strchr(".!#$%&'*+-/=?^_`{|}~", (int)c)))
            return refuse_rune(a, error, "invalid character ", c, "");
    }
    return true;
}

static bool check_email(struct arena *a, struct str s, struct str *error)
{
    if (s.n > 254) return refuse(error, "more than 255 characters long");
    ptrdiff_t at = str_find_last(s, STR("@"));
    if (at < 0) return refuse(error, "missing @");
    if (!check_local_part(a, str_sub(s, 0, (size_t)at), error)) return false;
    struct str domain = str_from_n(s, (size_t)at + 1);
    if (domain.n > 1 && domain.p[0] == '[' && domain.p[domain.n - 1] == ']') {
        domain = str_sub(domain, 1, domain.n - 1);
        struct str rest = str_trim_prefix(domain, STR("IPv6:"));
        if (rest.n < domain.n) return check_ipv6(a, rest, error) || refuse_inner(a, error, "invalid ipv6 address");
        return check_ipv4(a, domain, error) || refuse_inner(a, error, "invalid ipv4 address");
    }
    return check_hostname(a, domain, error) || refuse_inner(a, error, "invalid domain");
}

/* ---- URLs ---- */

static bool parse_url(struct arena *a, struct str s, struct url *u, struct str *error)
{
    if (!url_parse(a, s, u, error)) return false;
    struct str name = url_hostname(u);
    if (str_chr(name, ':') < 0) return true;
    if (str_chr(u->host, '[') < 0 || str_chr(u->host, ']') < 0) return refuse(error, "ipv6 address not enclosed in brackets");
    return check_ipv6(a, name, error) || refuse_inner(a, error, "invalid ipv6 address");
}

static bool check_uri(struct arena *a, struct str s, struct str *error)
{
    struct url u;
    if (!parse_url(a, s, &u, error)) return false;
    return u.scheme.n || refuse(error, "relative url");
}

static bool check_uri_reference(struct arena *a, struct str s, struct str *error)
{
    struct url u;
    if (str_chr(s, '\\') >= 0) return refuse(error, "contains \\");
    return parse_url(a, s, &u, error);
}

/* The path as written, without what stands around it. */
static struct str raw_path(struct str s, const struct url *u)
{
    str_cut(s, STR("#"), &s, &(struct str){0});
    if (u->scheme.n) s = str_from_n(s, u->scheme.n + 1);
    str_cut(s, STR("?"), &s, &(struct str){0});
    if (u->opaque.n) return STR("");
    if (str_starts(s, STR("//")) && (u->scheme.n || !str_starts(s, STR("///")))) {
        s = str_from_n(s, 2);
        ptrdiff_t slash = str_chr(s, '/');
        s = slash < 0 ? STR("") : str_from_n(s, (size_t)slash);
    }
    return s;
}

/* Go keeps a path as written only when its own escaping would differ: without that there are no braces to look at. */
static bool check_uri_template(struct arena *a, struct str s, struct str *error)
{
    struct url u;
    struct str token, text;
    if (!parse_url(a, s, &u, error)) return false;
    struct buf shown = buf_new(a);
    struct url alone = {.path = u.path};
    struct str raw = raw_path(s, &u);
    url_show(&shown, &alone);
    if (str_eq(raw, str_trim_prefix(buf_str(&shown), STR("./")))) return true;
    for (bool more = true; more;) {
        more = str_cut(raw, STR("/"), &token, &raw);
        if (!schema_percent_decode(a, token, &text, error)) return refuse_inner(a, error, "percent decode failed");
        bool want = true;
        for (size_t i = 0; i < text.n; i++) {
            if (text.p[i] != '{' && text.p[i] != '}') continue;
            if ((text.p[i] == '{') != want) return refuse(error, "nested curly braces");
            want = !want;
        }
        if (!want) return refuse(error, "no matching closing brace");
    }
    return true;
}

const struct schema_format *schema_format_find(struct str name)
{
    static const struct schema_format formats[] = {
        {"regex", NULL},
        {"json-pointer", check_pointer},
        {"relative-json-pointer", check_relative_pointer},
        {"uuid", check_uuid},
        {"duration", schema_format_duration},
        {"period", schema_format_period},
        {"ipv4", check_ipv4},
        {"ipv6", check_ipv6},
        {"hostname", check_hostname},
        {"email", check_email},
        {"date", schema_format_date},
        {"time", schema_format_time},
        {"date-time", schema_format_date_time},
        {"uri", check_uri},
        {"iri", check_uri},
        {"uri-reference", check_uri_reference},
        {"iri-reference", check_uri_reference},
        {"uri-template", check_uri_template},
        {"semver", check_semver},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (str_is(name, formats[i].name)) return &formats[i];
    return NULL;
}
