#include "funcs/libcrypto.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/lib.h"

static struct {
    __typeof__(&EVP_CIPHER_CTX_new) cipher_new;
    __typeof__(&EVP_CIPHER_CTX_free) cipher_free;
    __typeof__(&EVP_CIPHER_CTX_set_padding) cipher_padding;
    __typeof__(&EVP_CipherInit_ex) cipher_init;
    __typeof__(&EVP_CipherUpdate) cipher_update;
    __typeof__(&EVP_aes_256_cbc) aes_256_cbc;
    __typeof__(&EVP_PBE_scrypt) scrypt;
    __typeof__(&d2i_X509) read_certificate;
    __typeof__(&X509_free) certificate_free;
    __typeof__(&d2i_AutoPrivateKey) read_key;
    __typeof__(&i2d_PrivateKey) write_key;
    __typeof__(&EVP_PKEY_get_base_id) key_id;
    __typeof__(&EVP_PKEY_free) key_free;
} crypto;

static const struct lib_symbol symbols[] = {
    {"EVP_CIPHER_CTX_new", (void **)&crypto.cipher_new},
    {"EVP_CIPHER_CTX_free", (void **)&crypto.cipher_free},
    {"EVP_CIPHER_CTX_set_padding", (void **)&crypto.cipher_padding},
    {"EVP_CipherInit_ex", (void **)&crypto.cipher_init},
    {"EVP_CipherUpdate", (void **)&crypto.cipher_update},
    {"EVP_aes_256_cbc", (void **)&crypto.aes_256_cbc},
    {"EVP_PBE_scrypt", (void **)&crypto.scrypt},
    {"d2i_X509", (void **)&crypto.read_certificate},
    {"X509_free", (void **)&crypto.certificate_free},
    {"d2i_AutoPrivateKey", (void **)&crypto.read_key},
    {"i2d_PrivateKey", (void **)&crypto.write_key},
    {"EVP_PKEY_get_base_id", (void **)&crypto.key_id},
    {"EVP_PKEY_free", (void **)&crypto.key_free},
};

static struct lib library = {
    .sonames = "libcrypto.so.3",
    .package = "libssl3",
    .purpose = "for encryption and certificates in templates",
    .symbols = symbols,
    .symbol_count = sizeof symbols / sizeof *symbols,
};

static bool open_library(struct arena *a, struct str *error)
{
    struct diags *d = diags_new(a, inputs_new(a));
    if (lib_open(&library, d)) return true;
    *error = d->n ? d->v[d->n - 1].message : STR("libcrypto cannot be opened");
    return false;
}

static bool failed(struct str *error, const char *what)
{
    *error = str_from(what);
    return false;
}

/* Between a handle's making and its end nothing takes memory of an arena, so that nothing can unwind past it. */

bool libcrypto_aes_cbc(struct arena *a, enum aes_way way, const unsigned char key[32], const unsigned char iv[16], struct str data,
                       unsigned char *out, struct str *error)
{
    if (!open_library(a, error)) return false;
    if (data.n > INT32_MAX) return failed(error, "the text is too long to be encrypted");
    EVP_CIPHER_CTX *c = crypto.cipher_new();
    int n = 0;
    bool ok = c && crypto.cipher_init(c, crypto.aes_256_cbc(), NULL, key, iv, way == AES_ENCRYPT) == 1 &&
              crypto.cipher_padding(c, 0) == 1 &&
              (!data.n || crypto.cipher_update(c, out, &n, (const unsigned char *)data.p, (int)data.n) == 1);
    crypto.cipher_free(c);
    return (ok && n == (int)data.n) || failed(error, "libcrypto cannot encrypt");
}

bool libcrypto_scrypt(struct arena *a, struct str password, struct str salt, uint64_t n, uint64_t r, uint64_t p, unsigned char *out,
                      size_t out_n, struct str *error)
{
    enum { MEMORY = 128 << 20 };
    if (!open_library(a, error)) return false;
    int ok = crypto.scrypt(password.n ? password.p : "", password.n, (const unsigned char *)salt.p, salt.n, n, r, p, MEMORY, out, out_n);
    return ok == 1 || failed(error, "libcrypto cannot derive a key");
}

bool libcrypto_check_certificate(struct arena *a, struct str der, struct str *error)
{
    if (!open_library(a, error)) return false;
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *x = der.n && der.n <= INT32_MAX ? crypto.read_certificate(NULL, &p, (long)der.n) : NULL;
    if (!x) return failed(error, "x509: malformed certificate");
    crypto.certificate_free(x);
    return p == (const unsigned char *)der.p + der.n || failed(error, "x509: trailing data");
}

/* The names of package crypto/x509's PEM blocks; anything else stays PKCS #8. */
static struct str key_type(int id)
{
    switch (id) {
    case EVP_PKEY_RSA: return STR("RSA PRIVATE KEY");
    case EVP_PKEY_EC: return STR("EC PRIVATE KEY");
    case EVP_PKEY_DSA: return STR("DSA PRIVATE KEY");
    default: return STR("PRIVATE KEY");
    }
}

bool libcrypto_private_key(struct arena *a, struct str der, struct str *type, struct str *out, struct str *error)
{
    if (!open_library(a, error)) return false;
    const unsigned char *p = (const unsigned char *)der.p;
    size_t room = der.n + 1024;
    unsigned char *written = arena_alloc(a, room), *at = written;
    EVP_PKEY *key = der.n && der.n <= INT32_MAX ? crypto.read_key(NULL, &p, (long)der.n) : NULL;
    if (!key) return failed(error, "malformed private key");
    *type = key_type(crypto.key_id(key));
    int n = crypto.write_key(key, NULL);
    *out = der;
    if (!str_is(*type, "PRIVATE KEY") && n > 0 && (size_t)n <= room) {
        n = crypto.write_key(key, &at);
        *out = str_of((const char *)written, (size_t)n);
    }
    crypto.key_free(key);
    return true;
}
