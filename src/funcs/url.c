#include "funcs/url.h"

#include "funcs/network.h"
#include "value/gofmt.h"

/* Which part of a URL a text is: each has its own characters that stand for themselves. */
enum part { PATH, HOST, ZONE, USER, FRAGMENT };

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
static bool among(char c, const char *set) { return c && strchr(set, c); }

/* RFC 3986 as net/url applies it; beyond letters, digits and "-_.~". */
static bool must_escape(char c, enum part part)
{
    static const char *const plain[] = {
        [PATH] = "$&+,/:;=@",
        [HOST] = "!$&'()*+,;=:[]<>\"",
        [ZONE] = "!$&'()*+,;=:[]<>\"",
        [USER] = "$&+,;=",
        [FRAGMENT] = "$&+,/:;=?@!()*",
    };
    return !is_alnum(c) && !among(c, "-_.~") && !among(c, plain[part]);
}

static void escape(struct buf *b, struct str s, enum part part)
{
    for (size_t i = 0; i < s.n; i++) {
        if (must_escape(s.p[i], part)) buf_printf(b, "%%%02X", (unsigned)(unsigned char)s.p[i]);
        else buf_byte(b, s.p[i]);
    }
}

/* ---- reading ---- */

struct url_parsing {
    struct arena *a;
    struct str message; /* what is wrong */
};

/* `text` with `quoted` in place of "%q", as Go quotes it. */
static bool fail(struct url_parsing *p, const char *text, struct str quoted)
{
    struct buf b = buf_new(p->a);
    struct str head, tail;
    bool has = str_cut(str_from(text), STR("%q"), &head, &tail);
    buf_add(&b, head);
    if (has) go_quote(&b, quoted);
    buf_add(&b, tail);
    p->message = buf_done(&b);
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In a host only bytes beyond ASCII may be escaped, and the percent sign itself before a zone (RFC 6874); in a zone, what
 * could stand there as it is, and the space. */
static bool may_be_escaped(char c, enum part part)
{
    if (c == '%') return true;
    if (part == HOST) return (unsigned char)c >= 0x80;
    return part != ZONE || c == ' ' || !must_escape(c, HOST);
}

static bool unescape(struct url_parsing *p, struct str s, enum part part, struct str *out)
{
    struct buf b = buf_new(p->a);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            struct str escaped = str_sub(s, i, i + 3);
            if (escaped.n < 3 || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0) return fail(p, "invalid URL escape %q", escaped);
            c = (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2]));
            if (!may_be_escaped(c, part)) return fail(p, "invalid URL escape %q", escaped);
            i += 2;
        } else if ((part == HOST || part == ZONE) && (unsigned char)c < 0x80 && must_escape(c, part)) {
            return fail(p, "invalid character %q in host name", str_sub(s, i, i + 1));
        }
        buf_byte(&b, c);
    }
    *out = buf_done(&b);
    return true;
}

/* Nothing, or a colon and digits. */
static bool is_port(struct str s)
{
    if (s.n && s.p[0] != ':') return false;
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f) return true;
    return false;
}

/* "[fe80::1%25en0]:80": only an IPv6 address may stand in brackets. */
static bool parse_literal(struct url_parsing *p, struct str s, struct str *out)
{
    struct str port, name, zone = {0}, error;
    struct ip_address ip;
    ptrdiff_t close = str_find_last(s, STR("]"));
    if (close < 0) return fail(p, "missing ']' in host", s);
    port = str_from_n(s, (size_t)close + 1);
    if (!is_port(port)) return fail(p, "invalid port %q after host", port);
    struct str inside = str_sub(s, 1, (size_t)close);
    ptrdiff_t percent = str_find(inside, STR("%25"));
    if (!unescape(p, percent < 0 ? inside : str_sub(inside, 0, (size_t)percent), HOST, &name)) return false;
    if (percent >= 0 && !unescape(p, str_from_n(inside, (size_t)percent), ZONE, &zone)) return false;
    name = str_concat(p->a, name, zone);
    if (!ip_parse(p->a, name, &ip, &error)) {
        p->message = str_concat(p->a, STR("invalid host: "), error);
        return false;
    }
    if (ip.v4) return fail(p, "invalid IP-literal", s);
    *out = str_printf(p->a, "[%.*s]%.*s", STR_ARG(name), STR_ARG(port));
    return true;
}

static bool parse_host(struct url_parsing *p, struct str s, struct str *out)
{
    ptrdiff_t bracket = str_find_last(s, STR("[")), colon = str_find_last(s, STR(":"));
    if (bracket > 0) return fail(p, "invalid IP-literal", s);
    if (bracket == 0) return parse_literal(p, s, out);
    struct str port = colon < 0 ? STR("") : str_from_n(s, (size_t)colon);
    if (!is_port(port)) return fail(p, "invalid port %q after host", port);
    return unescape(p, s, HOST, out);
}

static bool parse_user(struct url_parsing *p, struct str s, struct url *u)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && !among(s.p[i], "-._:~!$&'()*+,;=%@")) return fail(p, "net/url: invalid userinfo", s);
    struct str user, password;
    u->has_user = true;
    u->has_password = str_cut(s, STR(":"), &user, &password);
    return unescape(p, user, USER, &u->user) && (!u->has_password || unescape(p, password, USER, &u->password));
}

static bool parse_authority(struct url_parsing *p, struct str s, struct url *u)
{
    ptrdiff_t at = str_find_last(s, STR("@"));
    if (at < 0) return parse_host(p, s, &u->host);
    return parse_host(p, str_from_n(s, (size_t)at + 1), &u->host) && parse_user(p, str_sub(s, 0, (size_t)at), u);
}

/* "http:" at the head of *rest, lower case; empty when there is none. */
static bool take_scheme(struct url_parsing *p, struct str *rest, struct str *scheme)
{
    struct str s = *rest;
    size_t i = 0;
    while (i < s.n && (is_alnum(s.p[i]) || among(s.p[i], "+-."))) i++;
    *scheme = STR("");
    if (i == s.n || s.p[i] != ':') return true;
    if (i == 0) return fail(p, "missing protocol scheme", s);
    if (!is_alnum(s.p[0]) || (s.p[0] >= '0' && s.p[0] <= '9')) return true;
    char *lower = arena_alloc(p->a, i + 1);
    for (size_t k = 0; k < i; k++) lower[k] = (char)(s.p[k] >= 'A' && s.p[k] <= 'Z' ? s.p[k] | 0x20 : s.p[k]);
    *scheme = str_of(lower, i);
    *rest = str_from_n(s, i + 1);
    return true;
}

static bool parse_reference(struct url_parsing *p, struct str s, struct url *u)
{
    struct str rest = s, segment, after;
    if (has_control(s)) return fail(p, "net/url: invalid control character in URL", s);
    if (str_is(s, "*")) {
        u->path = s;
        return true;
    }
    if (!take_scheme(p, &rest, &u->scheme)) return false;
    str_cut(rest, STR("?"), &rest, &u->query);
    if (!str_starts(rest, STR("/"))) {
        if (u->scheme.n) { /* a path without a root is opaque */
            u->opaque = rest;
            return true;
        }
        str_cut(rest, STR("/"), &segment, &after);
        if (str_chr(segment, ':') >= 0) return fail(p, "first path segment in URL cannot contain colon", s);
    }
    if (str_starts(rest, STR("//")) && (u->scheme.n || !str_starts(rest, STR("///")))) {
        struct str authority = str_from_n(rest, 2);
        ptrdiff_t slash = str_chr(authority, '/');
        rest = slash < 0 ? STR("") : str_from_n(authority, (size_t)slash);
        if (!parse_authority(p, str_sub(authority, 0, authority.n - rest.n), u)) return false;
    }
    return unescape(p, rest, PATH, &u->path);
}

bool url_parse(struct arena *a, struct str text, struct url *u, struct str *error)
{
    struct url_parsing p = {.a = a};
    struct str without, fragment, named;
    *u = (struct url){0};
    str_cut(text, STR("#"), &without, &fragment);
    named = without; /* the fragment's own errors name the whole */
    bool ok = parse_reference(&p, without, u);
    if (ok && fragment.n) {
        named = text;
        ok = unescape(&p, fragment, FRAGMENT, &u->fragment);
    }
    if (ok) return true;
    struct buf b = buf_new(a);
    buf_z(&b, "parse ");
    go_quote(&b, named);
    buf_z(&b, ": ");
    buf_add(&b, p.message);
    *error = buf_done(&b);
    return false;
}

/* ---- writing ---- */

struct str url_hostname(const struct url *u)
{
    struct str host = u->host;
    ptrdiff_t colon = str_find_last(host, STR(":"));
    if (colon >= 0 && is_port(str_from_n(host, (size_t)colon))) host = str_sub(host, 0, (size_t)colon);
    if (str_starts(host, STR("[")) && str_ends(host, STR("]")) && host.n > 1) host = str_sub(host, 1, host.n - 1);
    return host;
}

void url_show_user(struct buf *b, const struct url *u)
{
    if (!u->has_user) return;
    escape(b, u->user, USER);
    if (!u->has_password) return;
    buf_byte(b, ':');
    escape(b, u->password, USER);
}

static void show_authority(struct buf *b, const struct url *u)
{
    if (!u->scheme.n && !u->host.n && !u->has_user) return;
    if (u->host.n || u->path.n || u->has_user) buf_z(b, "//");
    url_show_user(b, u);
    if (u->has_user) buf_byte(b, '@');
    escape(b, u->host, HOST);
}

/* A first segment with a colon would be taken for a scheme (RFC 3986, 4.2). */
static void show_path(struct buf *b, const struct url *u, bool first)
{
    struct buf path = buf_new(b->a);
    struct str segment, rest;
    if (str_is(u->path, "*")) buf_byte(&path, '*');
    else escape(&path, u->path, PATH);
    str_cut(buf_str(&path), STR("/"), &segment, &rest);
    if (path.n && path.p[0] != '/' && u->host.n) buf_byte(b, '/');
    else if (first && str_chr(segment, ':') >= 0) buf_z(b, "./");
    buf_add(b, buf_str(&path));
}

void url_show(struct buf *b, const struct url *u)
{
    size_t start = b->n;
    buf_add(b, u->scheme);
    if (u->scheme.n) buf_byte(b, ':');
    if (u->opaque.n) {
        buf_add(b, u->opaque);
    } else {
        show_authority(b, u);
        show_path(b, u, b->n == start);
    }
    if (u->query.n) buf_byte(b, '?');
    buf_add(b, u->query);
    if (u->fragment.n) buf_byte(b, '#');
    escape(b, u->fragment, FRAGMENT);
}
