/* SHA-1 and SHA-512 (FIPS 180-4), HMAC with SHA-256 (RFC 2104). Small, and charts use them often: libcrypto is not opened for them. */
#ifndef RUTTER_FUNCS_DIGEST_H
#define RUTTER_FUNCS_DIGEST_H

#include "base/str.h"

void digest_sha1(struct str data, unsigned char out[20]);
void digest_sha512(struct str data, unsigned char out[64]);
void digest_hmac_sha256(struct str key, struct str data, unsigned char out[32]);

#endif
