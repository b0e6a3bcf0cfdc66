/* URLs and JSON pointers as util.go of the validator has them. */
#include "chart/schema_tree.h"
#include "funcs/url.h"
#include "value/gofmt.h"

struct str schema_go_quote(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    go_quote(&b, s);
    return buf_done(&b);
}

/* %q, then \" becomes " and ' becomes \', in single quotes. The library looks at the closing quote too: of two backslashes at
 * the end one is left. */
void schema_quote(struct buf *b, struct str s)
{
    struct buf text = buf_new(b->a);
    go_quote(&text, s);
    buf_byte(b, '\'');
    for (size_t i = 1; i + 1 < text.n; i++) {
        char c = text.p[i];
        if (c == '\\' && text.p[i + 1] == '"') continue;
        if (c == '\'') buf_byte(b, '\\');
        buf_byte(b, c);
    }
    buf_byte(b, '\'');
}

void schema_pointer_token(struct buf *b, struct str token)
{
    buf_byte(b, '/');
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] == '~') buf_add(b, STR("~0"));
        else if (token.p[i] == '/') buf_add(b, STR("~1"));
        else buf_byte(b, token.p[i]);
    }
}

struct str schema_pointer_add(struct arena *a, struct str ptr, struct str token)
{
    struct buf b = buf_new(a);
    buf_reserve(&b, ptr.n + token.n + 2);
    buf_add(&b, ptr);
    schema_pointer_token(&b, token);
    return buf_str(&b);
}

bool schema_pointer_unescape(struct arena *a, struct str token, struct str *out)
{
    *out = token;
    if (str_chr(token, '~') < 0) return true;
    struct buf b = buf_new(a);
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];
        if (c == '~') {
            c = ++i < token.n ? token.p[i] : 0;
            if (c != '0' && c != '1') return false;
            c = c == '0' ? '~' : '/';
        }
        buf_byte(&b, c);
    }
    *out = buf_str(&b);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* url.PathUnescape. */
bool schema_percent_decode(struct arena *a, struct str s, struct str *out, struct str *error)
{
    *out = s;
    if (str_chr(s, '%') < 0) return true;
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            struct str escaped = str_sub(s, i, i + 3);
            if (escaped.n < 3 || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0) {
                *error = str_concat(a, STR("invalid URL escape "), schema_go_quote(a, escaped));
                return false;
            }
            c = (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2]));
            i += 2;
        }
        buf_byte(&b, c);
    }
    *out = buf_str(&b);
    return true;
}

/* url.PathEscape of each token. */
static void escape_path(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-_.~$&+=:@/", c));
        if (plain) buf_byte(b, c);
        else buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

struct str schema_location(struct arena *a, struct str url, struct str ptr, const char *token)
{
    struct buf b = buf_new(a);
    buf_add(&b, url);
    buf_byte(&b, '#');
    escape_path(&b, ptr);
    if (token) {
        struct buf more = buf_new(a);
        schema_pointer_token(&more, str_from(token));
        escape_path(&b, buf_str(&more));
    }
    return buf_done(&b);
}

/* resolvePath of net/url: RFC 3986, 5.2.4. */
static struct str resolve_path(struct arena *a, struct str base, struct str ref)
{
    struct str full = ref.n ? ref : base, rest, element = {0};
    if (ref.n && ref.p[0] != '/') {
        ptrdiff_t slash = str_find_last(base, STR("/"));
        full = str_concat(a, str_sub(base, 0, (size_t)(slash + 1)), ref);
    }
    if (!full.n) return full;
    struct buf b = buf_new(a);
    buf_byte(&b, '/');
    bool first = true, more = true;
    for (rest = full; more;) {
        more = str_cut(rest, STR("/"), &element, &rest);
        if (str_is(element, ".")) {
            first = false;
        } else if (str_is(element, "..")) {
            ptrdiff_t slash = str_find_last(str_from_n(buf_str(&b), 1), STR("/"));
            first = slash < 0;
            b.n = first ? 1 : 1 + (size_t)slash;
        } else {
            if (!first) buf_byte(&b, '/');
            buf_add(&b, element);
            first = false;
        }
    }
    if (str_is(element, ".") || str_is(element, "..")) buf_byte(&b, '/');
    struct str path = buf_done(&b);
    return path.n > 1 && path.p[1] == '/' ? str_from_n(path, 1) : path;
}

/* URL.ResolveReference, and the validator's own rule for an opaque base ("urn:x"). */
static struct url resolve(struct arena *a, const struct url *base, const struct url *ref)
{
    struct url u = *ref;
    if (!ref->scheme.n) u.scheme = base->scheme;
    if (ref->scheme.n || ref->host.n || ref->has_user) {
        u.path = resolve_path(a, ref->path, STR(""));
    } else if (ref->opaque.n) {
        u.has_user = false;
        u.host = u.path = STR("");
    } else {
        if (!ref->path.n && !ref->query.n) u.query = base->query;
        u.host = base->host;
        u.has_user = base->has_user, u.has_password = base->has_password;
        u.user = base->user, u.password = base->password;
        u.path = resolve_path(a, base->path, ref->path);
    }
    if (!ref->scheme.n && base->opaque.n) u.opaque = base->opaque;
    return u;
}

static struct str parse_error(struct arena *a, struct str url, struct str why)
{
    return str_printf(a, "error in parsing %s: %.*s", schema_go_quote(a, url).p, STR_ARG(why));
}

bool schema_url_join(struct arena *a, struct str base, struct str ref, struct str *url, struct str *fragment, struct str *error)
{
    struct str head, tail, why;
    struct url b, r;
    str_cut(ref, STR("#"), &head, &tail);
    if (!head.n && str_chr(tail, '%') < 0) { /* by far the most common: "#/definitions/x" */
        *url = base;
        *fragment = tail;
        return true;
    }
    if (!url_parse(a, base, &b, &why)) {
        *error = parse_error(a, base, why);
        return false;
    }
    if (!schema_percent_decode(a, tail, fragment, &why)) {
        *error = parse_error(a, ref, why);
        return false;
    }
    if (!url_parse(a, head, &r, &why)) {
        *error = parse_error(a, head, why);
        return false;
    }
    struct url joined = resolve(a, &b, &r);
    struct buf shown = buf_new(a);
    url_show(&shown, &joined);
    *url = buf_done(&shown);
    return true;
}
