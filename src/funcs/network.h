/* IP addresses as Go's net/netip reads them. */
#ifndef RUTTER_FUNCS_NETWORK_H
#define RUTTER_FUNCS_NETWORK_H

#include "base/str.h"

struct ip_address {
    bool v4;
    unsigned char bytes[16]; /* the first four of an IPv4 address */
    struct str zone;         /* after %; empty when there is none */
};

/* netip.ParseAddr. On failure false and *error is its message. */
bool ip_parse(struct arena *a, struct str text, struct ip_address *out, struct str *error);

#endif
