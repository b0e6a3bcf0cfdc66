/* SHA-256's compression function where the processor has instructions for it; private to base/sha256.c. */
#ifndef RUTTER_BASE_SHA256_BLOCK_H
#define RUTTER_BASE_SHA256_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const uint32_t sha256_constants[64]; /* FIPS 180-4, 4.2.2 */

bool sha256_x86_usable(void);
/* Updates h with `blocks` blocks of 64 bytes; only where sha256_x86_usable(). */
void sha256_x86_blocks(uint32_t h[8], const unsigned char *p, size_t blocks);

#endif
