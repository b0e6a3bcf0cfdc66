/* What we need of OpenSSL's libcrypto, opened on first use. Each returns false and a message in *error when the library is not
 * there. */
#ifndef RUTTER_FUNCS_LIBCRYPTO_H
#define RUTTER_FUNCS_LIBCRYPTO_H

#include "base/str.h"

enum aes_way { AES_ENCRYPT, AES_DECRYPT };

/* AES-256 in CBC mode over whole blocks, without padding; out holds data.n bytes. */
bool libcrypto_aes_cbc(struct arena *a, enum aes_way way, const unsigned char key[32], const unsigned char iv[16], struct str data,
                       unsigned char *out, struct str *error);
/* scrypt (RFC 7914). */
bool libcrypto_scrypt(struct arena *a, struct str password, struct str salt, uint64_t n, uint64_t r, uint64_t p, unsigned char *out,
                      size_t out_n, struct str *error);
/* Whether the bytes are one X.509 certificate in DER. */
bool libcrypto_check_certificate(struct arena *a, struct str der, struct str *error);
/* A private key, read in any of its DER forms and written in the one of its own type: *type is "RSA PRIVATE KEY", ... */
bool libcrypto_private_key(struct arena *a, struct str der, struct str *type, struct str *out, struct str *error);

#endif
