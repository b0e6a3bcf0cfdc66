/* Digests, passwords and encryption: sprig's crypto.go. Certificates are in certificates.c. */

#include "base/sha256.h"
#include "funcs/digest.h"
#include "funcs/encoding.h"
#include "funcs/funcs.h"
#include "funcs/libcrypto.h"
#include "funcs/random.h"

/* ---- digests ---- */

static bool ret_hex(struct call *c, const unsigned char *bytes, size_t n, struct value *out)
{
    static const char digits[] = "0123456789abcdef";
    char *p = arena_alloc(c->a, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        p[2 * i] = digits[bytes[i] >> 4];
        p[2 * i + 1] = digits[bytes[i] & 15];
    }
    p[2 * n] = 0;
    return ret_str(out, str_of(p, 2 * n));
}

static bool fn_sha1sum(struct call *c, struct value *out)
{
    unsigned char digest[20];
    digest_sha1(arg_str(c, 0), digest);
    return ret_hex(c, digest, sizeof digest, out);
}

static bool fn_sha256sum(struct call *c, struct value *out) { return ret_str(out, sha256_hex(c->a, arg_str(c, 0))); }

static bool fn_sha512sum(struct call *c, struct value *out)
{
    unsigned char digest[64];
    digest_sha512(arg_str(c, 0), digest);
    return ret_hex(c, digest, sizeof digest, out);
}

/* RFC 1950: two sums modulo the largest prime below 2^16; so many bytes cannot overflow 32 bits. */
static uint32_t adler32_of(struct str s)
{
    enum { PRIME = 65521, MOST = 5552 };
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < s.n;) {
        size_t end = s.n - i > MOST ? i + MOST : s.n;
        for (; i < end; i++) {
            a += (unsigned char)s.p[i];
            b += a;
        }
        a %= PRIME;
        b %= PRIME;
    }
    return b << 16 | a;
}

static bool fn_adler32sum(struct call *c, struct value *out)
{
    return ret_str(out, str_printf(c->a, "%u", adler32_of(arg_str(c, 0))));
}

/* ---- bcrypt: placeholders of its shape ---- */

/* What bcrypt gives for a password of at most 72 bytes is random by its salt: "$2a$10$", 22 characters of salt, 31 of hash. */
static struct str bcrypt_text(struct call *c, struct str password)
{
    static const char alphabet[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", mark[] = "RANDOM";
    enum { LENGTH = 53, SALT_END = 21 };
    struct random r = random_start(c, c->f->name);
    if (password.n > 72) return STR("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes");
    struct buf b = buf_new(c->a);
    buf_z(&b, "$2a$10$");
    for (int i = 0; i < LENGTH - (int)strlen(mark); i++) buf_byte(&b, i == SALT_END ? '.' : alphabet[random_below(&r, 64)]);
    buf_z(&b, mark);
    return buf_done(&b);
}

static bool fn_bcrypt(struct call *c, struct value *out) { return ret_str(out, bcrypt_text(c, arg_str(c, 0))); }

static bool fn_htpasswd(struct call *c, struct value *out)
{
    struct str user = arg_str(c, 0);
    if (str_chr(user, ':') >= 0) return ret_str(out, str_printf(c->a, "invalid username: %.*s", STR_ARG(user)));
    return ret_str(out, str_printf(c->a, "%.*s:%.*s", STR_ARG(user), STR_ARG(bcrypt_text(c, arg_str(c, 1)))));
}

/* ---- derivePassword: the Master Password algorithm ---- */

static const struct password_type {
    const char *name;
    const char *templates[22]; /* a character class a letter; ends with NULL */
} password_types[] = {
    {"maximum", {"anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"}},
    {"long", {"CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno", "CvcvnoCvccCvcv",
              "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv",
              "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno"}},
    {"medium", {"CvcnoCvc", "CvcCvcno"}},
    {"short", {"Cvcn"}},
    {"basic", {"aaanaaan", "aannaaan", "aaannaaa"}},
    {"pin", {"nnnn"}},
};

static const char *class_characters(char class)
{
    switch (class) {
    case 'V': return "AEIOU";
    case 'C': return "BCDFGHJKLMNPQRSTVWXYZ";
    case 'v': return "aeiou";
    case 'c': return "bcdfghjklmnpqrstvwxyz";
    case 'A': return "AEIOUBCDFGHJKLMNPQRSTVWXYZ";
    case 'a': return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    case 'n': return "0123456789";
    case 'o': return "@&%?,=[]_:-+*$#!'^~;()/.";
    default: return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";
    }
}

static void add_big_endian(struct buf *b, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8) buf_byte(b, (char)(v >> shift));
}

/* The algorithm's name for itself, a length and a name. */
static struct buf scoped(struct arena *a, struct str name)
{
    struct buf b = buf_new(a);
    buf_z(&b, "com.lyndir.masterpassword");
    add_big_endian(&b, (uint32_t)name.n);
    buf_add(&b, name);
    return b;
}

static const struct password_type *find_type(struct str name)
{
    for (size_t i = 0; i < sizeof password_types / sizeof *password_types; i++)
        if (str_is(name, password_types[i].name)) return &password_types[i];
    return NULL;
}

static bool fn_derive_password(struct call *c, struct value *out)
{
    enum { STEPS = 1000000 }; /* a call takes a tenth of a second: it counts for as much as a great deal of a template */
    struct guard *g = c->a->guard;
    struct str user = arg_str(c, 3), site = arg_str(c, 4), error;
    const struct password_type *type = find_type(arg_str(c, 1));
    unsigned char key[64], seed[32];
    if (!type) return ret_str(out, str_printf(c->a, "cannot find password template %.*s", STR_ARG(arg_str(c, 1))));
    if ((g->steps += STEPS) > g->max.steps) guard_trip(g, "too many calls of derivePassword: more than %llu steps", (unsigned long long)g->max.steps);
    struct buf salt = scoped(c->a, user), message = scoped(c->a, site);
    add_big_endian(&message, (uint32_t)c->arg[0].u.u);
    if (!libcrypto_scrypt(c->a, arg_str(c, 2), buf_str(&salt), 32768, 8, 2, key, sizeof key, &error))
        return call_fail(c, "%.*s", STR_ARG(error));
    digest_hmac_sha256(str_of((const char *)key, sizeof key), buf_str(&message), seed);
    size_t templates = 0;
    while (templates < 22 && type->templates[templates]) templates++;
    const char *shape = type->templates[seed[0] % templates];
    struct buf b = buf_new(c->a);
    for (size_t i = 0; shape[i]; i++) {
        const char *characters = class_characters(shape[i]);
        buf_byte(&b, characters[seed[i + 1] % strlen(characters)]);
    }
    return ret_str(out, buf_done(&b));
}

/* ---- AES ---- */

/* The password itself, cut or filled up with zeros. */
static void aes_key(struct str password, unsigned char key[32])
{
    memset(key, 0, 32);
    if (password.n) memcpy(key, password.p, password.n < 32 ? password.n : 32);
}

/* Real encryption, so that decryptAES reads it back; what is random, the first block, is a placeholder. */
static bool fn_encrypt_aes(struct call *c, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    struct str text = arg_str(c, 1), error;
    unsigned char key[32];
    if (!text.n) return ret_str(out, STR(""));
    size_t padding = 16 - text.n % 16, n = text.n + padding;
    char *padded = arena_alloc(c->a, n);
    unsigned char *result = arena_alloc(c->a, 16 + n);
    memcpy(padded, text.p, text.n);
    memset(padded + text.n, (int)padding, padding);
    aes_key(arg_str(c, 0), key);
    random_fill(&r, result, 16);
    if (!libcrypto_aes_cbc(c->a, AES_ENCRYPT, key, result, str_of(padded, n), result + 16, &error)) return call_fail(c, "%.*s", STR_ARG(error));
    return ret_str(out, base64_encode(c->a, str_of((const char *)result, 16 + n)));
}

static bool fn_decrypt_aes(struct call *c, struct value *out)
{
    struct str data, error;
    size_t bad = 0, capacity = arg_str(c, 1).n / 4 * 3; /* of the slice that Go decodes into */
    unsigned char key[32];
    if (!arg_str(c, 1).n) return ret_str(out, STR(""));
    if (!base64_decode(c->a, arg_str(c, 1), &data, &bad)) return call_fail(c, "illegal base64 data at input byte %zu", bad);
    /* sprig checks nothing: these are Go's panics. */
    if (capacity < 16) return call_fail(c, "runtime error: slice bounds out of range [:16] with capacity %zu", capacity);
    if (data.n < 16) return call_fail(c, "runtime error: slice bounds out of range [16:%zu]", data.n);
    if (data.n % 16) return call_fail(c, "crypto/cipher: input not full blocks");
    struct str body = str_from_n(data, 16);
    if (!body.n) return call_fail(c, "runtime error: index out of range [-1]");
    unsigned char *text = arena_alloc(c->a, body.n);
    aes_key(arg_str(c, 0), key);
    if (!libcrypto_aes_cbc(c->a, AES_DECRYPT, key, (const unsigned char *)data.p, body, text, &error)) return call_fail(c, "%.*s", STR_ARG(error));
    size_t padding = text[body.n - 1];
    if (padding > body.n) return call_fail(c, "runtime error: slice bounds out of range [:%lld]", (long long)body.n - (long long)padding);
    return ret_str(out, str_of((const char *)text, body.n - padding));
}

const struct func funcs_crypto[] = {
    {"sha1sum", "s", fn_sha1sum, 0},
    {"sha256sum", "s", fn_sha256sum, 0},
    {"sha512sum", "s", fn_sha512sum, 0},
    {"adler32sum", "s", fn_adler32sum, 0},
    {"bcrypt", "s", fn_bcrypt, FUNC_RANDOM},
    {"htpasswd", "ss", fn_htpasswd, FUNC_RANDOM},
    {"derivePassword", "ussss", fn_derive_password, 0},
    {"encryptAES", "ss", fn_encrypt_aes, FUNC_RANDOM},
    {"decryptAES", "ss", fn_decrypt_aes, 0},
    {0},
};
