/* URLs as Go's net/url reads and writes them (Go 1.25.9, with which Helm 4.1.4 is built). */
#ifndef RUTTER_FUNCS_URL_H
#define RUTTER_FUNCS_URL_H

#include "base/buf.h"

struct url {
    struct str scheme, opaque, host, path, query, fragment; /* path and fragment without %-escapes */
    bool has_user, has_password;
    struct str user, password;                              /* without %-escapes */
};

/* url.Parse. On failure false and *error is its message (`parse "http://a b/": invalid character " " in host name`). */
bool url_parse(struct arena *a, struct str text, struct url *out, struct str *error);
/* URL.String, of a URL that was put together from its parts. */
void url_show(struct buf *b, const struct url *u);
/* "user:password", escaped; empty when there is none. */
void url_show_user(struct buf *b, const struct url *u);
/* URL.Hostname: without port and brackets. */
struct str url_hostname(const struct url *u);

#endif
