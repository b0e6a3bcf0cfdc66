/* Dates, URLs, encodings, digests and versions as sprig answers; what stands for chance; certificates; Helm's objects. */
#include <stdlib.h>

#include "funcs/calls.h"
#include "funcs/encoding.h"
#include "funcs/objects.h"
#include "funcs/pem.h"
#include "value/gofmt.h"
#include "value/json.h"
#include "value/yaml.h"

static void in_utc(void) { setenv("TZ", "UTC", 1); }

TEST(funcs_dates_as_recorded)
{
    in_utc();
    calls_replay(a, "../funcs/dates.tsv");
}
TEST(funcs_urls_as_recorded) { calls_replay(a, "../funcs/urls.tsv"); }
TEST(funcs_encoding_as_recorded) { calls_replay(a, "../funcs/encoding.tsv"); }
TEST(funcs_crypto_as_recorded) { calls_replay(a, "../funcs/crypto.tsv"); }
TEST(funcs_semver_as_recorded) { calls_replay(a, "../funcs/semver.tsv"); }

/* ---- calls with values that the recorded form cannot hold ---- */

/* One call by one exec: successive calls are different calls. */
static struct value call_with(struct exec *x, const char *name, struct list *args, struct str *error)
{
    const struct func *f = func_find(str_from(name));
    struct value out = NIL;
    struct call c = {.x = x, .a = x->a, .f = f, .arg = args->v, .n = args->n};
    *error = f->call(&c, &out) ? STR("") : x->call_error;
    return out;
}

static struct exec exec_for(struct arena *a, struct env *e)
{
    return (struct exec){.a = a, .env = e};
}

static struct list *args_of(struct arena *a, size_t n, const struct value *v)
{
    struct list *l = list_new(a);
    for (size_t i = 0; i < n; i++) list_add(l, v[i]);
    return l;
}
#define ARGS(...) args_of(a, sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value), (struct value[]){__VA_ARGS__})
#define TEXT(s) v_str(STR(s))

static struct value method(struct exec *x, struct value receiver, const char *name, struct list *args, struct str *error)
{
    struct value out = NIL;
    const struct method *m = method_find(receiver, str_from(name));
    struct call c = {.x = x, .a = x->a, .arg = args ? args->v : NULL, .n = args ? args->n : 0};
    if (!m) {
        *error = STR("no such method");
        return NIL;
    }
    *error = m->call(&c, receiver, &out) ? STR("") : x->call_error;
    return out;
}

static struct str printed(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    gofmt_value(&b, v);
    return buf_done(&b);
}

TEST(funcs_times_have_methods)
{
    in_utc();
    struct str error;
    struct env e = {.now = 1700000000};
    struct exec x = exec_for(a, &e);
    struct value t = call_with(&x, "toDate", ARGS(TEXT("2006-01-02T15:04:05"), TEXT("2024-02-29T13:14:15")), &error);
    static const struct { const char *method, *want; } wants[] = {
        {"Year", "2024"}, {"Month", "February"}, {"Day", "29"}, {"Weekday", "Thursday"}, {"YearDay", "60"}, {"Hour", "13"}, {"Minute", "14"},
        {"Second", "15"}, {"Nanosecond", "0"}, {"Unix", "1709212455"}, {"UnixMilli", "1709212455000"}, {"UnixNano", "1709212455000000000"},
        {"IsZero", "false"}, {"IsDST", "false"}, {"UTC", "2024-02-29 13:14:15 +0000 UTC"}, {"Location", "UTC"}, {"String", "2024-02-29 13:14:15 +0000 UTC"}};
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) CHECK_STR(printed(a, method(&x, t, wants[i].method, NULL, &error)), str_from(wants[i].want));
    CHECK_STR(printed(a, method(&x, t, "AddDate", ARGS(v_int(1), v_int(1), v_int(1)), &error)), STR("2025-03-30 13:14:15 +0000 UTC"));
    CHECK_STR(printed(a, method(&x, t, "Format", ARGS(TEXT("Jan 2")), &error)), STR("Feb 29"));
    struct value later = method(&x, t, "Add", ARGS(v_typed(v_int(5400000000000), GO_DURATION)), &error);
    CHECK(method(&x, t, "Before", ARGS(later), &error).u.b);
    CHECK(!method(&x, t, "After", ARGS(later), &error).u.b);
    struct value d = method(&x, later, "Sub", ARGS(t), &error);
    CHECK_STR(printed(a, d), STR("1h30m0s"));
    CHECK_STR(printed(a, method(&x, d, "Hours", NULL, &error)), STR("1.5"));
    CHECK_STR(printed(a, method(&x, d, "Round", ARGS(v_typed(v_int(3600000000000), GO_DURATION)), &error)), STR("2h0m0s"));
    CHECK_STR(printed(a, method(&x, method(&x, t, "Month", NULL, &error), "String", NULL, &error)), STR("February"));
    CHECK(!method_find(t, STR("Nope")));
    CHECK(value_equal(t, call_with(&x, "toDate", ARGS(TEXT("2006-01-02T15:04:05"), TEXT("2024-02-29T13:14:15")), &error)) && !value_equal(t, later));
}

TEST(funcs_clock_is_the_environments)
{
    in_utc();
    struct str error;
    struct env e = {.now = 1700000000};
    struct exec x = exec_for(a, &e);
    struct value now = call_with(&x, "now", list_new(a), &error);
    CHECK_STR(printed(a, now), STR("2023-11-14 22:13:20 +0000 UTC m=+0.000000001"));
    CHECK_STR(v_text(call_with(&x, "unixEpoch", ARGS(now), &error)), STR("1700000000"));
    CHECK_STR(v_text(call_with(&x, "date", ARGS(TEXT("2006"), TEXT("not a time")), &error)), STR("2023"));
    CHECK_STR(v_text(call_with(&x, "ago", ARGS(v_int(1699990000)), &error)), STR("2h46m40s"));
    CHECK_STR(v_text(call_with(&x, "durationRound", ARGS(call_with(&x, "toDate", ARGS(TEXT("2006"), TEXT("2020")), &error)), &error)), STR("3y"));
    CHECK_STR(printed(a, call_with(&x, "dateModify", ARGS(TEXT("-24h"), now), &error)), STR("2023-11-13 22:13:20 +0000 UTC m=+0.000000001"));
    call_with(&x, "mustDateModify", ARGS(TEXT("bogus"), now), &error);
    CHECK_STR(error, STR("time: invalid duration \"bogus\""));
}

TEST(funcs_versions_have_methods)
{
    struct str error;
    struct env e = {0};
    struct exec x = exec_for(a, &e);
    struct value v = call_with(&x, "semver", ARGS(TEXT("v1.2.3-beta.1+b5")), &error), w = call_with(&x, "semver", ARGS(TEXT("1.3")), &error);
    static const struct { const char *method, *want; } wants[] = {
        {"Major", "1"}, {"Minor", "2"}, {"Patch", "3"}, {"Prerelease", "beta.1"}, {"Metadata", "b5"}, {"Original", "v1.2.3-beta.1+b5"},
        {"String", "1.2.3-beta.1+b5"}, {"IncMajor", "2.0.0"}, {"IncMinor", "1.3.0"}, {"IncPatch", "1.2.3"}};
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) CHECK_STR(printed(a, method(&x, v, wants[i].method, NULL, &error)), str_from(wants[i].want));
    CHECK_INT(method(&x, v, "Compare", ARGS(w), &error).u.i, -1);
    CHECK(method(&x, v, "LessThan", ARGS(w), &error).u.b);
    CHECK(!method(&x, v, "Equal", ARGS(w), &error).u.b);
    method(&x, v, "SetPrerelease", ARGS(TEXT("01")), &error);
    CHECK_STR(error, STR("version segment starts with 0"));
    CHECK(value_equal(v, call_with(&x, "semver", ARGS(TEXT("v1.2.3-beta.1+b5")), &error)) && !value_equal(v, w));
    CHECK(!method_find(method(&x, v, "IncMinor", NULL, &error), STR("Original"))); /* only the pointer has it */
    CHECK_STR(str_from(value_type_name(v)), STR("*semver.Version"));
    struct buf b = buf_new(a);
    json_write(&b, v, JSON_COMPACT, &error);
    CHECK_STR(buf_done(&b), STR("\"1.2.3-beta.1+b5\""));
}

/* ---- chance ---- */

static struct str random_result(struct arena *a, uint64_t seed, int skip, const char *name, struct list *args)
{
    struct str error;
    struct env e = {.seed = seed};
    struct exec x = exec_for(a, &e);
    while (skip--) call_with(&x, name, args, &error);
    return printed(a, call_with(&x, name, args, &error));
}

TEST(funcs_random_is_the_same_per_seed_and_call)
{
    static const char *const names[] = {"randAlpha", "randAlphaNum", "randAscii", "randNumeric", "randBytes"};
    for (size_t i = 0; i < 5; i++) {
        struct list *args = ARGS(v_int(24));
        struct str once = random_result(a, 1, 0, names[i], args);
        CHECK_STR(random_result(a, 1, 0, names[i], args), once);
        CHECK(!str_eq(random_result(a, 1, 1, names[i], args), once));
        CHECK(!str_eq(random_result(a, 2, 0, names[i], args), once));
        CHECK_INT(once.n, i == 4 ? 32 : 24);
        if (i < 3) CHECK(str_ends(once, STR("RANDOM")));
        CHECK_STR(random_result(a, 1, 0, names[i], ARGS(v_int(0))), STR(""));
    }
    CHECK_STR(random_result(a, 1, 0, "randAlpha", ARGS(v_int(-1))), STR(""));
    struct str uuid = random_result(a, 1, 0, "uuidv4", list_new(a));
    CHECK_INT(uuid.n, 36);
    CHECK(uuid.p[14] == '4' && strchr("89ab", uuid.p[19]) && str_ends(uuid, STR("00000000")));
    struct str shuffled = random_result(a, 1, 0, "shuffle", ARGS(TEXT("abcdefghijklmnop")));
    CHECK_INT(shuffled.n, 16);
    CHECK(!str_is(shuffled, "abcdefghijklmnop"));
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct str error;
        struct env e = {.seed = seed};
        struct exec x = exec_for(a, &e);
        int64_t n = call_with(&x, "randInt", ARGS(v_int(-3), v_int(4)), &error).u.i;
        CHECK(n >= -3 && n < 4);
    }
    struct str error, hash = random_result(a, 1, 0, "bcrypt", ARGS(TEXT("password")));
    CHECK_INT(hash.n, 60);
    CHECK(str_starts(hash, STR("$2a$10$")));
    struct env e = {0};
    struct exec x = exec_for(a, &e);
    call_with(&x, "randInt", ARGS(v_int(1), v_int(1)), &error);
    CHECK_STR(error, STR("invalid argument to Intn"));
    call_with(&x, "randBytes", ARGS(v_int(-1)), &error);
    CHECK_STR(error, STR("runtime error: makeslice: len out of range"));
    CHECK_STR(v_text(call_with(&x, "decryptAES", ARGS(TEXT("k"), call_with(&x, "encryptAES", ARGS(TEXT("k"), TEXT("secret")), &error)), &error)),
              STR("secret"));
}

/* ---- certificates ---- */

static bool is_pem(struct arena *a, struct value cert, const char *field, const char *want)
{
    struct str type = {0}, der;
    return cert.kind == V_OBJ && pem_decode(a, value_str_at(v_map(cert.u.obj->fields), field), &type, &der) && str_is(type, want);
}

TEST(funcs_certificates_are_shaped_like_real_ones)
{
    struct str error;
    struct env e = {.seed = 7};
    struct exec x = exec_for(a, &e);
    struct value ca = call_with(&x, "genCA", ARGS(TEXT("ca"), v_int(365)), &error), none = v_list(NULL);
    struct value names = v_list(ARGS(TEXT("svc"))), ips = v_list(ARGS(TEXT("10.0.0.1"), TEXT("::1")));
    struct value cert = call_with(&x, "genSignedCert", ARGS(TEXT("svc"), ips, names, v_int(30), ca), &error);
    CHECK_STR(error, STR(""));
    CHECK(is_pem(a, ca, "Cert", "CERTIFICATE") && is_pem(a, ca, "Key", "RSA PRIVATE KEY"));
    CHECK(is_pem(a, cert, "Cert", "CERTIFICATE"));
    CHECK(!value_equal(v_map(ca.u.obj->fields), v_map(cert.u.obj->fields)));
    call_with(&x, "genSelfSignedCert", ARGS(TEXT("x"), v_list(ARGS(TEXT("10.0.0.300"))), none, v_int(1)), &error);
    CHECK_STR(error, STR("error parsing ip: 10.0.0.300"));
    call_with(&x, "genSelfSignedCert", ARGS(TEXT("x"), none, v_list(ARGS(v_int(5))), v_int(1)), &error);
    CHECK_STR(error, STR("error processing alternate dns name: 5 is not a string"));
    call_with(&x, "genCAWithKey", ARGS(TEXT("x"), v_int(1), TEXT("nonsense")), &error);
    CHECK_STR(error, STR("parsing private key: no PEM data in input"));
    struct value key = call_with(&x, "genPrivateKey", ARGS(TEXT("ecdsa")), &error);
    struct value with = call_with(&x, "genSelfSignedCertWithKey", ARGS(TEXT("x"), none, none, v_int(1), key), &error);
    CHECK(str_eq(value_str_at(v_map(with.u.obj->fields), "Key"), v_text(key)));
    struct value fields = v_map(ca.u.obj->fields);
    struct value again = call_with(&x, "buildCustomCert", ARGS(v_str(base64_encode(a, value_str_at(fields, "Cert"))), v_str(base64_encode(a, value_str_at(fields, "Key")))), &error);
    CHECK_STR(error, STR(""));
    CHECK(value_equal(v_map(again.u.obj->fields), fields));
    call_with(&x, "buildCustomCert", ARGS(TEXT("aGVsbG8="), TEXT("")), &error);
    CHECK_STR(error, STR("unable to decode certificate"));
}

/* ---- Helm's own ---- */

TEST(funcs_helm_yaml_and_failures)
{
    struct str error;
    struct env e = {0};
    struct exec x = exec_for(a, &e);
    call_with(&x, "fail", ARGS(TEXT("no")), &error);
    CHECK_STR(error, STR("HELM_ERR_STARTnoHELM_ERR_END"));
    call_with(&x, "required", ARGS(TEXT("need"), TEXT("")), &error);
    CHECK_STR(error, STR("HELM_ERR_STARTneedHELM_ERR_END"));
    CHECK_INT(call_with(&x, "required", ARGS(TEXT("need"), v_int(0)), &error).kind, V_INT);
    CHECK_STR(error, STR(""));
    CHECK_INT(map_len(call_with(&x, "lookup", ARGS(TEXT("v1"), TEXT("Pod"), TEXT(""), TEXT("")), &error)), 0);
    CHECK_STR(v_text(call_with(&x, "toYaml", ARGS(v_list(ARGS(v_int(1), TEXT("a")))), &error)), STR("- 1\n- a"));
    CHECK_STR(v_text(call_with(&x, "toYaml", ARGS(v_float(1.0 / 0.0)), &error)), STR(""));
    call_with(&x, "mustToYaml", ARGS(v_float(-1.0 / 0.0)), &error);
    CHECK_STR(error, STR("error marshaling into JSON: json: unsupported value: -Inf"));
    struct map *ring = map_new(a);
    map_putz(ring, "self", v_map(ring));
    CHECK_STR(v_text(call_with(&x, "toYaml", ARGS(v_map(ring)), &error)), STR(""));
    CHECK_STR(printed(a, call_with(&x, "fromYaml", ARGS(TEXT("a: 1\nb: [x]\n")), &error)), STR("map[a:1 b:[x]]"));
    CHECK_STR(printed(a, call_with(&x, "fromYaml", ARGS(TEXT("- a")), &error)),
              STR("map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}]"));
    CHECK_STR(printed(a, call_with(&x, "fromYamlArray", ARGS(TEXT("5")), &error)),
              STR("[error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go value of type []interface {}]"));
}

TEST(objects_capabilities_of_both_helms)
{
    struct str error;
    struct env e = {.helm_major = 4}, three = {.helm_major = 3, .kube_version = STR_INIT("v1.28.3-gke.100")};
    struct exec x = exec_for(a, &e);
    struct value c4 = object_capabilities(a, &e), c3 = object_capabilities(a, &three);
    struct value kube = map_getz(c4.u.obj->fields, "KubeVersion"), apis = map_getz(c4.u.obj->fields, "APIVersions");
    CHECK_STR(printed(a, kube), STR("{v1.35.0 v1.35.0 1 35}"));
    CHECK_STR(kube.u.obj->type->print_field(a, kube.u.obj), STR("v1.35.0"));
    CHECK_INT(list_len(apis), 57);
    CHECK(method(&x, apis, "Has", ARGS(TEXT("policy/v1")), &error).u.b);
    CHECK(!method(&x, apis, "Has", ARGS(TEXT("policy/v2")), &error).u.b);
    CHECK_STR(v_text(method(&x, kube, "GitVersion", NULL, &error)), STR("v1.35.0"));
    struct buf b = buf_new(a);
    json_write(&b, map_getz(c4.u.obj->fields, "HelmVersion"), JSON_COMPACT, &error);
    CHECK_STR(buf_done(&b), STR("{\"version\":\"v4.1.4\",\"git_commit\":\"05fa37973dc9e42b76e1d2883494c87174b6074f\",\"git_tree_state\":\"clean\","
                                "\"go_version\":\"go1.25.9\",\"kube_client_version\":\"v1.35\"}"));
    struct value kube3 = map_getz(c3.u.obj->fields, "KubeVersion");
    CHECK_STR(kube3.u.obj->type->print_field(a, kube3.u.obj), STR("v1.28.3-gke.100"));
}

TEST(objects_kube_versions)
{
    static const struct { const char *text, *version, *normalized; } good[] = {
        {"1.28", "v1.28", "v1.28"}, {"v1.28.3", "v1.28.3", "v1.28.3"}, {"1.28.3-gke.100", "v1.28.3-gke.100", "v1.28.3"},
        {"v1.28.3+k3s1", "v1.28.3+k3s1", "v1.28.3"}, {"1.28+", "v1.28+", "v1.28"}, {" v1.2", "v v1.2", "v1.2"}, {"1.02", "v1.02", "v1.2"}};
    static const struct { const char *text, *error; } bad[] = {
        {"1", "illegal version string \"1\""}, {"foo", "could not parse \"foo\" as version"}, {"", "could not parse \"\" as version"},
        {"01.2", "illegal zero-prefixed version component \"01\" in \"01.2\""}, {"1.2\n", "could not parse \"1.2\\n\" as version"}, {"v", "could not parse \"v\" as version"},
        {"1.99999999999999999999", "illegal non-numeric version component \"99999999999999999999\" in \"1.99999999999999999999\": strconv.ParseUint: parsing \"99999999999999999999\": value out of range"}};
    struct kube_version k;
    struct str error;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(kube_version_parse(a, str_from(good[i].text), &k, &error));
        CHECK_STR(k.version, str_from(good[i].version));
        CHECK_STR(k.normalized, str_from(good[i].normalized));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!kube_version_parse(a, str_from(bad[i].text), &k, &error));
        CHECK_STR(error, str_from(bad[i].error));
    }
}

TEST(objects_files)
{
    static const struct file files[] = {{.path = STR_INIT("a.txt"), .data = STR_INIT("A\n")}, {.path = STR_INIT("conf/x.ini"), .data = STR_INIT("k=v\n[s]\n")},
                                        {.path = STR_INIT("conf/sub/z"), .data = STR_INIT("z")}, {.path = STR_INIT("empty")}};
    const struct file *list[] = {&files[0], &files[1], &files[2], &files[3]};
    struct str error;
    struct env e = {0};
    struct exec x = exec_for(a, &e);
    struct value f = object_files(a, list, 4);
    CHECK_STR(v_text(method(&x, f, "Get", ARGS(TEXT("a.txt")), &error)), STR("A\n"));
    CHECK_STR(v_text(method(&x, f, "Get", ARGS(TEXT("nope")), &error)), STR(""));
    CHECK_STR(printed(a, method(&x, f, "GetBytes", ARGS(TEXT("a.txt")), &error)), STR("[65 10]"));
    CHECK_STR(printed(a, method(&x, f, "Lines", ARGS(TEXT("conf/x.ini")), &error)), STR("[k=v [s]]"));
    CHECK_STR(printed(a, method(&x, f, "Lines", ARGS(TEXT("nope")), &error)), STR("[]"));
    method(&x, f, "Lines", ARGS(TEXT("empty")), &error);
    CHECK_STR(error, STR("runtime error: index out of range [-1]"));
    struct value some = method(&x, f, "Glob", ARGS(TEXT("conf/*")), &error);
    CHECK_INT(map_len(some), 1);
    CHECK_STR(v_text(method(&x, some, "AsConfig", NULL, &error)), STR("x.ini: |\n  k=v\n  [s]"));
    CHECK_STR(v_text(method(&x, some, "AsSecrets", NULL, &error)), STR("x.ini: az12CltzXQo="));
    CHECK_INT(map_len(method(&x, f, "Glob", ARGS(TEXT("conf/**")), &error)), 2);
    CHECK_INT(map_len(method(&x, f, "Glob", ARGS(TEXT("[")), &error)), 4);
}

static struct value read_yaml(struct arena *a, const char *text)
{
    struct yaml_options o = {0};
    struct value v = NIL;
    struct str error;
    struct place at;
    yaml_read(a, str_from(text), &o, &v, &error, &at);
    return v;
}

TEST(objects_values_methods)
{
    struct str error;
    struct env e = {0};
    struct exec x = exec_for(a, &e);
    struct value v = v_typed(read_yaml(a, "a: {b: {c: 1}, t: x}\nnum: 5\n"), GO_VALUES);
    CHECK_STR(printed(a, method(&x, v, "Table", ARGS(TEXT("a.b")), &error)), STR("map[c:1]"));
    CHECK_STR(printed(a, method(&x, v, "PathValue", ARGS(TEXT("a.t")), &error)), STR("x"));
    CHECK_STR(printed(a, method(&x, v, "PathValue", ARGS(TEXT("num")), &error)), STR("5"));
    method(&x, v, "PathValue", ARGS(TEXT("a.b")), &error);
    CHECK_STR(error, STR("\"b\" is not a value"));
    method(&x, v, "Table", ARGS(TEXT("a.q.r")), &error);
    CHECK_STR(error, STR("\"q\" is not a table"));
    method(&x, v, "PathValue", ARGS(TEXT("")), &error);
    CHECK_STR(error, STR("YAML path cannot be empty"));
    CHECK_STR(v_text(method(&x, v, "YAML", NULL, &error)), STR("a:\n  b:\n    c: 1\n  t: x\nnum: 5\n"));
    CHECK(method(&x, v, "AsMap", NULL, &error).u.map == v.u.map);
}

TEST(objects_chart)
{
    struct value c = object_chart(a, read_yaml(a, "name: x\nversion: 1.0\nappVersion: 1.10\ndescription: \"two\\nlines\\u0007\"\nunknown: 1\n"
                                                  "maintainers: [{name: Ann}]\nannotations: {num: 5, b: true}\ndeprecated: true\n"
                                                  "dependencies: [{name: d, version: ^1, repository: r, alias: al, tags: [t], import-values: [x]}]\n"), true);
    CHECK_INT(map_len(c), 18);
    CHECK_STR(value_str_at(c, "Version"), STR("1"));
    CHECK_STR(value_str_at(c, "AppVersion"), STR("1.1"));
    CHECK_STR(value_str_at(c, "Description"), STR("two lines"));
    CHECK_STR(printed(a, value_at(c, "Maintainers", NULL)), STR("[map[Email: Name:Ann URL:]]"));
    CHECK_STR(printed(a, value_at(c, "Annotations", NULL)), STR("map[b:true num:5]"));
    CHECK_STR(printed(a, value_at(c, "Dependencies", NULL)),
              STR("[map[Alias:al Condition: Enabled:true ImportValues:[map[child:exports.x parent:.]] Name:al Repository:r Tags:[t] Version:^1]]"));
    CHECK(value_at(c, "Deprecated", NULL).u.b && value_at(c, "IsRoot", NULL).u.b);
    struct value empty = object_chart(a, NIL, false);
    CHECK_STR(str_from(value_type_name(value_at(empty, "Annotations", NULL))), STR("map[string]string"));
    CHECK(!value_at(empty, "Annotations", NULL).u.map);
}

/* As helm 3.17.3 shows this chart. */
TEST(objects_chart_of_helm_3)
{
    struct str error;
    struct value c = object_chart_helm3(a, read_yaml(a, "apiVersion: v2\nname: c\nversion: 1.0.0\ndescription: d\nkeywords: [a, b]\n"
                                                        "maintainers: [{name: Ann, email: x}]\nannotations: {k: v}\n"
                                                        "dependencies: [{name: dd, version: 1.0.0, repository: r, alias: al, tags: [t], import-values: [x]}]\n"), true);
    struct buf b = buf_new(a);
    json_write(&b, c, JSON_COMPACT, &error);
    CHECK_STR(buf_done(&b), STR("{\"name\":\"c\",\"version\":\"1.0.0\",\"description\":\"d\",\"keywords\":[\"a\",\"b\"],\"maintainers\":[{\"name\":\"Ann\","
                                "\"email\":\"x\"}],\"apiVersion\":\"v2\",\"annotations\":{\"k\":\"v\"},\"dependencies\":[{\"name\":\"al\",\"version\":\"1.0.0\","
                                "\"repository\":\"r\",\"tags\":[\"t\"],\"enabled\":true,\"import-values\":[{\"child\":\"exports.x\",\"parent\":\".\"}],"
                                "\"alias\":\"al\"}],\"IsRoot\":true}"));
    CHECK_STR(printed(a, c), STR("{{c  [] 1.0.0 d [a b] [0xc000000000]  v2    false map[k:v]  [0xc000000000] } true}"));
    CHECK_STR(str_from(value_type_name(c)), STR("struct { chart.Metadata; IsRoot bool }"));
    CHECK(map_find(c.u.obj->fields, STR("Name")) && !map_find(c.u.obj->fields, STR("name")));
}
