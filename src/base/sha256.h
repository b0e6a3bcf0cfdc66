/* SHA-256 (FIPS 180-4): digests of inputs and plans, and the templates' sha256sum. */
#ifndef RUTTER_BASE_SHA256_H
#define RUTTER_BASE_SHA256_H

#include "base/str.h"

struct sha256 {
    uint32_t h[8];
    uint64_t bytes;
    unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, struct str data);
void sha256_end(struct sha256 *s, unsigned char out[32]);
/* 64 lower-case hexadecimal digits, in the arena. */
struct str sha256_end_hex(struct arena *a, struct sha256 *s);
struct str sha256_hex(struct arena *a, struct str data);

#endif
