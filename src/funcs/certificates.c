/* Keys and certificates: placeholders where sprig's crypto.go makes real ones. They are PEM blocks of about the right size,
 * and their bytes begin with words that say so; nothing is generated, for that would take seconds and differ in every run. */
#include "funcs/encoding.h"
#include "funcs/funcs.h"
#include "funcs/libcrypto.h"
#include "funcs/network.h"
#include "funcs/pem.h"
#include "funcs/random.h"
#include "value/gofmt.h"

static const struct str mark = STR_INIT("rutter placeholder, not a real ");

/* About what the real ones take, in bytes: a key by its type and length, a certificate of an RSA key. */
enum size { RSA_2048 = 1191, RSA_4096 = 2349, DSA_2048 = 852, EC_P256 = 121, ED25519 = 48, CERTIFICATE = 780 };

static struct str placeholder(struct call *c, struct random *r, const char *type, const char *kind, struct str about, size_t size)
{
    struct buf b = buf_new(c->a);
    buf_add(&b, mark);
    buf_z(&b, kind);
    buf_z(&b, " ");
    buf_add(&b, about);
    size_t fill = b.n + 8 < size ? size - b.n : 8;
    char *bytes = arena_alloc(c->a, fill);
    random_fill(r, bytes, fill);
    buf_add(&b, str_of(bytes, fill));
    return pem_encode(c->a, str_from(type), buf_str(&b));
}

static bool fn_gen_private_key(struct call *c, struct value *out)
{
    static const struct { const char *name, *type; size_t size; } types[] = {
        {"", "RSA PRIVATE KEY", RSA_4096}, {"rsa", "RSA PRIVATE KEY", RSA_4096}, {"dsa", "DSA PRIVATE KEY", DSA_2048},
        {"ecdsa", "EC PRIVATE KEY", EC_P256}, {"ed25519", "PRIVATE KEY", ED25519}};
    struct str name = arg_str(c, 0);
    struct random r = random_start(c, c->f->name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_is(name, types[i].name)) return ret_str(out, placeholder(c, &r, types[i].type, "key", STR(""), types[i].size));
    return ret_str(out, str_printf(c->a, "Unknown type %.*s", STR_ARG(name)));
}

/* ---- what is given to us is checked as sprig checks it ---- */

static bool check_certificate(struct call *c, struct str pem, const char *where)
{
    struct str type, der, error;
    if (!pem_decode(c->a, pem, &type, &der)) return call_fail(c, "unable to decode certificate");
    if (str_starts(der, mark) || libcrypto_check_certificate(c->a, der, &error)) return true;
    return call_fail(c, "error parsing certificate: %s: %.*s", where, STR_ARG(error));
}

/* *key is the key's own PEM block, as crypto/x509 would write it; `context` is what sprig puts before an error. */
static bool check_key(struct call *c, struct str pem, const char *context, struct str *key)
{
    struct str type, der, error = STR("");
    if (!pem_decode(c->a, pem, &type, &der)) return call_fail(c, "%s: no PEM data in input", context);
    bool pkcs8 = str_is(type, "PRIVATE KEY"), known = str_is(type, "RSA PRIVATE KEY") || str_is(type, "EC PRIVATE KEY") || str_is(type, "DSA PRIVATE KEY");
    if (!pkcs8 && !str_ends(type, STR(" PRIVATE KEY")))
        return call_fail(c, "%s: no private key data in PEM block of type %.*s", context, STR_ARG(type));
    struct str kind = str_trim_suffix(str_trim_suffix(type, STR("PRIVATE KEY")), STR(" "));
    if (!pkcs8 && !known) return call_fail(c, "%s: invalid private key type %.*s", context, STR_ARG(type));
    if (!str_starts(der, mark) && !libcrypto_private_key(c->a, der, &type, &der, &error)) {
        if (pkcs8) return call_fail(c, "%s: decoding PEM as PKCS#8: %.*s", context, STR_ARG(error));
        return call_fail(c, "%s: parsing %.*s private key from PEM: %.*s", context, STR_ARG(kind), STR_ARG(error));
    }
    *key = pem_encode(c->a, type, der);
    return true;
}

static bool list_has_texts(struct call *c, struct value list, const char *what)
{
    for (uint32_t i = 0; i < list_len(list); i++) {
        struct value v = list.u.list->v[i];
        if (v.kind == V_STR && v.type == GO_AUTO) continue;
        struct buf b = buf_new(c->a);
        gofmt_value(&b, v);
        return call_fail(c, "error %s: %.*s is not a string", what, STR_ARG(buf_str(&b)));
    }
    return true;
}

/* Addresses are checked one by one: the first that is no text or no address is the error. */
static bool check_addresses(struct call *c, struct value list)
{
    for (uint32_t i = 0; i < list_len(list); i++) {
        struct value v = list.u.list->v[i];
        struct ip_address ip;
        struct str error;
        struct list one = {.v = &v, .n = 1};
        if (!list_has_texts(c, v_list(&one), "parsing ip")) return false;
        if (!ip_parse(c->a, v_text(v), &ip, &error) || ip.zone.n) return call_fail(c, "error parsing ip: %.*s", STR_ARG(v_text(v)));
    }
    return true;
}

/* ---- certificates ---- */

static const struct objtype certificate_type = {.name = "sprig.certificate"};

static bool ret_certificate(struct call *c, struct str cert, struct str key, struct value *out)
{
    struct obj *o = NEW(c->a, struct obj);
    o->type = &certificate_type;
    o->fields = map_new(c->a);
    map_putz(o->fields, "Cert", v_str(cert));
    map_putz(o->fields, "Key", v_str(key));
    return ret(out, v_obj(o));
}

/* A certificate for `name`, with `key`, or with a key of its own when that is empty. What it is made of stands in its text. */
static bool make_certificate(struct call *c, struct str name, struct value ips, struct value dns, int64_t days, struct str key, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    if (!check_addresses(c, ips) || !list_has_texts(c, dns, "processing alternate dns name")) return false;
    struct buf about = buf_new(c->a);
    buf_printf(&about, "CN=%.*s days=%lld", STR_ARG(name), (long long)days);
    for (uint32_t i = 0; i < list_len(ips); i++) buf_printf(&about, " IP:%.*s", STR_ARG(v_text(ips.u.list->v[i])));
    for (uint32_t i = 0; i < list_len(dns); i++) buf_printf(&about, " DNS:%.*s", STR_ARG(v_text(dns.u.list->v[i])));
    buf_byte(&about, ' ');
    struct str cert = placeholder(c, &r, "CERTIFICATE", "certificate", buf_str(&about), CERTIFICATE);
    if (!key.n) key = placeholder(c, &r, "RSA PRIVATE KEY", "key", STR(""), RSA_2048);
    return ret_certificate(c, cert, key, out);
}

static bool fn_gen_ca(struct call *c, struct value *out)
{
    return make_certificate(c, arg_str(c, 0), v_list(NULL), v_list(NULL), arg_int(c, 1), STR(""), out);
}

static bool fn_gen_ca_with_key(struct call *c, struct value *out)
{
    struct str key;
    return check_key(c, arg_str(c, 2), "parsing private key", &key) &&
           make_certificate(c, arg_str(c, 0), v_list(NULL), v_list(NULL), arg_int(c, 1), key, out);
}

static bool fn_gen_self_signed(struct call *c, struct value *out)
{
    return make_certificate(c, arg_str(c, 0), c->arg[1], c->arg[2], arg_int(c, 3), STR(""), out);
}

static bool fn_gen_self_signed_with_key(struct call *c, struct value *out)
{
    struct str key;
    return check_key(c, arg_str(c, 4), "parsing private key", &key) &&
           make_certificate(c, arg_str(c, 0), c->arg[1], c->arg[2], arg_int(c, 3), key, out);
}

static bool check_authority(struct call *c, struct value ca)
{
    struct str key;
    struct value fields = v_map(ca.u.obj->fields);
    return check_certificate(c, value_str_at(fields, "Cert"), "decodedSignerCert.Bytes") &&
           check_key(c, value_str_at(fields, "Key"), "error parsing private key", &key);
}

static bool fn_gen_signed(struct call *c, struct value *out)
{
    return check_authority(c, c->arg[4]) && make_certificate(c, arg_str(c, 0), c->arg[1], c->arg[2], arg_int(c, 3), STR(""), out);
}

static bool fn_gen_signed_with_key(struct call *c, struct value *out)
{
    struct str key;
    return check_key(c, arg_str(c, 5), "parsing private key", &key) && check_authority(c, c->arg[4]) &&
           make_certificate(c, arg_str(c, 0), c->arg[1], c->arg[2], arg_int(c, 3), key, out);
}

/* Nothing is random in it: the two texts, decoded and checked. */
static bool fn_build_custom_cert(struct call *c, struct value *out)
{
    struct str cert, key, own;
    size_t bad;
    if (!base64_decode(c->a, arg_str(c, 0), &cert, &bad)) return call_fail(c, "unable to decode base64 certificate");
    if (!base64_decode(c->a, arg_str(c, 1), &key, &bad)) return call_fail(c, "unable to decode base64 private key");
    return check_certificate(c, cert, "decodedCert.Bytes") && check_key(c, key, "error parsing private key", &own) &&
           ret_certificate(c, cert, key, out);
}

const struct func funcs_certificates[] = {
    {"genPrivateKey", "s", fn_gen_private_key, FUNC_RANDOM},
    {"genCA", "si", fn_gen_ca, FUNC_RANDOM},
    {"genCAWithKey", "sis", fn_gen_ca_with_key, FUNC_RANDOM},
    {"genSelfSignedCert", "sLLi", fn_gen_self_signed, FUNC_RANDOM},
    {"genSelfSignedCertWithKey", "sLLis", fn_gen_self_signed_with_key, FUNC_RANDOM},
    {"genSignedCert", "sLLiC", fn_gen_signed, FUNC_RANDOM},
    {"genSignedCertWithKey", "sLLiCs", fn_gen_signed_with_key, FUNC_RANDOM},
    {"buildCustomCert", "ss", fn_build_custom_cert, 0},
    {0},
};
