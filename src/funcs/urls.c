/* urlParse, urlJoin: sprig's url.go over Go's net/url. */
#include "funcs/funcs.h"
#include "funcs/url.h"

static bool fn_url_parse(struct call *c, struct value *out)
{
    struct url u;
    struct str error;
    if (!url_parse(c->a, arg_str(c, 0), &u, &error)) return call_fail(c, "unable to parse url: %.*s", STR_ARG(error));
    struct buf user = buf_new(c->a);
    url_show_user(&user, &u);
    struct map *m = map_new(c->a);
    map_putz(m, "scheme", v_str(u.scheme));
    map_putz(m, "host", v_str(u.host));
    map_putz(m, "hostname", v_str(url_hostname(&u)));
    map_putz(m, "path", v_str(u.path));
    map_putz(m, "query", v_str(u.query));
    map_putz(m, "opaque", v_str(u.opaque));
    map_putz(m, "fragment", v_str(u.fragment));
    map_putz(m, "userinfo", v_str(buf_done(&user)));
    return ret(out, v_map(m));
}

/* A part of the map, which must be a text when it is there. */
static bool part(struct call *c, const char *key, struct str *out)
{
    struct entry *e = map_find(c->arg[0].u.map, str_from(key));
    *out = STR("");
    if (!e) return true;
    call_reads(c, e->at);
    if (e->value.kind == V_NIL) return funcs_nil_panic(c);
    const char *kind = funcs_kind(e->value);
    if (strcmp(kind, "string") != 0) return call_fail(c, "unable to parse %s key, must be of type string, but %s found", key, kind);
    *out = v_text(e->value);
    return true;
}

/* The user is taken from a URL that is made for it, whatever its text does to that. */
static bool take_user(struct call *c, struct str user, struct url *u)
{
    struct url made;
    struct str error;
    if (!user.n) return true;
    if (!url_parse(c->a, str_printf(c->a, "proto://%.*s@host", STR_ARG(user)), &made, &error))
        return call_fail(c, "unable to parse userinfo in dict: %.*s", STR_ARG(error));
    u->has_user = made.has_user;
    u->has_password = made.has_password;
    u->user = made.user;
    u->password = made.password;
    return true;
}

static bool fn_url_join(struct call *c, struct value *out)
{
    struct url u = {0};
    struct str user;
    if (!part(c, "scheme", &u.scheme) || !part(c, "host", &u.host) || !part(c, "path", &u.path) || !part(c, "query", &u.query) ||
        !part(c, "opaque", &u.opaque) || !part(c, "fragment", &u.fragment) || !part(c, "userinfo", &user) || !take_user(c, user, &u))
        return false;
    struct buf b = buf_new(c->a);
    url_show(&b, &u);
    return ret_str(out, buf_done(&b));
}

const struct func funcs_urls[] = {
    {"urlParse", "s", fn_url_parse, 0},
    {"urlJoin", "M", fn_url_join, 0},
    {0},
};
