/* .Capabilities without a cluster: pkg/chart/common/capabilities.go and internal/version of Helm. */
#include "funcs/objects.h"
#include "value/gofmt.h"

/* Both lists are what the releases named print for .Capabilities.APIVersions: client-go's scheme in its order. */
static const char *const apis_helm4[] = {
    "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1", "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1", "apps/v1", "apps/v1beta1", "apps/v1beta2", "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1", "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1",
    "autoscaling/v1", "autoscaling/v2", "autoscaling/v2beta1", "autoscaling/v2beta2", "batch/v1", "batch/v1beta1",
    "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1alpha1", "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1",
    "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2", "flowcontrol.apiserver.k8s.io/v1beta3", "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1", "node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1", "policy/v1beta1",
    "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1", "resource.k8s.io/v1alpha3", "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1", "storage.k8s.io/v1beta1", "storage.k8s.io/v1", "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1", "apiextensions.k8s.io/v1beta1", "apiextensions.k8s.io/v1", NULL};

static const char *const apis_helm3[] = {
    "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1", "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1", "apps/v1", "apps/v1beta1", "apps/v1beta2", "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1", "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1",
    "autoscaling/v1", "autoscaling/v2", "autoscaling/v2beta1", "autoscaling/v2beta2", "batch/v1", "batch/v1beta1",
    "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1alpha1", "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1",
    "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2", "flowcontrol.apiserver.k8s.io/v1beta3", "networking.k8s.io/v1",
    "networking.k8s.io/v1alpha1", "networking.k8s.io/v1beta1", "node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1",
    "policy/v1", "policy/v1beta1", "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1", "resource.k8s.io/v1beta1", "resource.k8s.io/v1alpha3", "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1", "storage.k8s.io/v1beta1", "storage.k8s.io/v1", "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1alpha1", "apiextensions.k8s.io/v1beta1", "apiextensions.k8s.io/v1", NULL};

/* Which Helm we answer as. */
static const struct helm_release {
    int major;
    const char *kube_version;
    const char *const *apis;
    const char *version, *commit, *go_version, *client_version; /* the last is new in Helm 4 */
} releases[] = {
    {4, "v1.35.0", apis_helm4, "v4.1.4", "05fa37973dc9e42b76e1d2883494c87174b6074f", "go1.25.9", "v1.35"},
    {3, "v1.32.0", apis_helm3, "v3.17.3", "e4da49785aa6e6ee2b86efd5dd9e43400318262b", "go1.23.7", NULL},
};

static const struct helm_release *release_of(int helm_major) { return &releases[helm_major == 3]; }

struct str kube_version_default(int helm_major) { return str_from(release_of(helm_major)->kube_version); }

struct list *object_api_versions(struct arena *a, int helm_major)
{
    struct list *l = list_new(a);
    for (const char *const *p = release_of(helm_major)->apis; *p; p++) list_add(l, v_str(str_from(*p)));
    return l;
}

/* ---- Kubernetes versions ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The regular expression \s of RE2. */
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }

/* Digits and dots, as k8s.io/apimachinery's version.ParseGeneric takes them from the head of a version. */
static struct str leading_numbers(struct str text)
{
    size_t i = 0;
    while (i < text.n && is_space(text.p[i])) i++;
    if (i < text.n && text.p[i] == 'v') i++;
    size_t from = i;
    while (i < text.n && is_digit(text.p[i])) {
        while (i < text.n && is_digit(text.p[i])) i++;
        if (i + 1 < text.n && text.p[i] == '.' && is_digit(text.p[i + 1])) i++;
        else break;
    }
    return str_sub(text, from, i);
}

static bool parse_number(struct str digits, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < digits.n; i++)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(digits.p[i] - '0'), &v)) return false;
    *out = v;
    return true;
}

static struct str quoted(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    go_quote(&b, s);
    return buf_done(&b);
}

bool kube_version_parse(struct arena *a, struct str text, struct kube_version *out, struct str *error)
{
    struct str numbers = leading_numbers(text), rest = numbers, part;
    struct str tail = numbers.n ? str_from_n(text, (size_t)(numbers.p - text.p)) : text;
    /* Anything may follow the numbers but a line end, which "." does not match. */
    if (!numbers.n || str_chr(tail, '\n') >= 0) {
        *error = str_printf(a, "could not parse %.*s as version", STR_ARG(quoted(a, text)));
        return false;
    }
    if (str_chr(numbers, '.') < 0) {
        *error = str_printf(a, "illegal version string %.*s", STR_ARG(quoted(a, text)));
        return false;
    }
    struct buf b = buf_new(a);
    buf_byte(&b, 'v');
    *out = (struct kube_version){0};
    for (int i = 0; rest.n; i++) {
        uint64_t number = 0;
        str_cut(rest, STR("."), &part, &rest);
        if (i == 0 && part.n > 1 && part.p[0] == '0') {
            *error = str_printf(a, "illegal zero-prefixed version component %.*s in %.*s", STR_ARG(quoted(a, part)), STR_ARG(quoted(a, text)));
            return false;
        }
        if (!parse_number(part, &number)) {
            *error = str_printf(a, "illegal non-numeric version component %.*s in %.*s: strconv.ParseUint: parsing %.*s: value out of range",
                                STR_ARG(quoted(a, part)), STR_ARG(quoted(a, text)), STR_ARG(quoted(a, part)));
            return false;
        }
        struct str shown = str_printf(a, "%llu", (unsigned long long)number);
        if (i == 0) out->major = shown;
        if (i == 1) out->minor = shown;
        if (i) buf_byte(&b, '.');
        buf_add(&b, shown);
    }
    out->normalized = buf_done(&b);
    out->version = str_starts(text, STR("v")) ? text : str_concat(a, STR("v"), text);
    return true;
}

/* ---- the objects ---- */

static struct str field(const struct obj *o, const char *name) { return value_str_at(v_map(o->fields), name); }

static bool kube_git_version(struct call *c, struct value receiver, struct value *out)
{
    (void)c;
    return ret_str(out, field(receiver.u.obj, "Version"));
}

static struct str kube_text(struct arena *a, const struct obj *o)
{
    (void)a;
    const struct kube_version *k = o->data;
    return k->normalized;
}

static bool kube_string(struct call *c, struct value receiver, struct value *out)
{
    return ret_str(out, kube_text(c->a, receiver.u.obj));
}

/* A KubeVersion that is passed on is a copy, which has no String method: fmt prints the struct, hidden field included. */
static struct str kube_print(struct arena *a, const struct obj *o)
{
    const struct kube_version *k = o->data;
    return str_printf(a, "{%.*s %.*s %.*s %.*s}", STR_ARG(k->version), STR_ARG(k->normalized), STR_ARG(k->major), STR_ARG(k->minor));
}

static struct str kube_print_helm3(struct arena *a, const struct obj *o)
{
    const struct kube_version *k = o->data;
    return str_printf(a, "{%.*s %.*s %.*s}", STR_ARG(k->version), STR_ARG(k->major), STR_ARG(k->minor));
}

static const struct method kube_methods[] = {{"String", "", kube_string}, {"GitVersion", "", kube_git_version}, {0}};

static const struct objtype kube_types[] = {
    {.name = "common.KubeVersion", .print = kube_print, .methods = kube_methods, .print_field = kube_text},
    {.name = "chartutil.KubeVersion", .print = kube_print_helm3, .methods = kube_methods, .print_field = kube_text},
};

static struct value object_kube_version(struct arena *a, const struct env *env)
{
    struct kube_version *k = NEW(a, struct kube_version);
    struct str error, given = env->kube_version;
    if (!given.n) given = kube_version_default(env->helm_major);
    if (!kube_version_parse(a, given, k, &error)) *k = (struct kube_version){.version = given, .normalized = given};
    /* Helm 3 has no normalized form */
    if (env->helm_major == 3) k->normalized = k->version;
    struct obj *o = NEW(a, struct obj);
    o->type = &kube_types[env->helm_major == 3];
    o->data = k;
    o->fields = map_new(a);
    map_putz(o->fields, "Version", v_str(k->version));
    map_putz(o->fields, "Major", v_str(k->major));
    map_putz(o->fields, "Minor", v_str(k->minor));
    return v_obj(o);
}

/* By the struct's tags; they omit what is empty. */
static struct value build_info_json(struct arena *a, const struct obj *o)
{
    static const char *const names[][2] = {{"Version", "version"}, {"GitCommit", "git_commit"}, {"GitTreeState", "git_tree_state"},
                                           {"GoVersion", "go_version"}, {"KubeClientVersion", "kube_client_version"}};
    static const struct objtype plain = {.name = "version.BuildInfo"};
    struct obj *json = NEW(a, struct obj);
    json->type = &plain;
    json->fields = map_new(a);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (field(o, names[i][0]).n) map_putz(json->fields, names[i][1], v_str(field(o, names[i][0])));
    return v_obj(json);
}

static struct value object_build_info(struct arena *a, const struct helm_release *r)
{
    static const struct objtype type = {.name = "version.BuildInfo", .json = build_info_json};
    struct obj *o = NEW(a, struct obj);
    o->type = &type;
    o->fields = map_new(a);
    map_putz(o->fields, "Version", v_str(str_from(r->version)));
    map_putz(o->fields, "GitCommit", v_str(str_from(r->commit)));
    map_putz(o->fields, "GitTreeState", v_str(STR("clean")));
    map_putz(o->fields, "GoVersion", v_str(str_from(r->go_version)));
    if (r->client_version) map_putz(o->fields, "KubeClientVersion", v_str(str_from(r->client_version)));
    return v_obj(o);
}

/* .Capabilities is a pointer; {{ }} prints what it points to, fmt puts an & before. */
static struct str capabilities_print_field(struct arena *a, const struct obj *o)
{
    struct buf b = buf_new(a);
    buf_byte(&b, '{');
    for (uint32_t i = 0; i < o->fields->n; i++) {
        if (i) buf_byte(&b, ' ');
        gofmt_value(&b, o->fields->v[i].value);
    }
    buf_byte(&b, '}');
    return buf_done(&b);
}

static struct str capabilities_print(struct arena *a, const struct obj *o)
{
    return str_concat(a, STR("&"), capabilities_print_field(a, o));
}

static const struct objtype capabilities_types[] = {
    {.name = "*common.Capabilities", .print = capabilities_print, .print_field = capabilities_print_field},
    {.name = "*chartutil.Capabilities", .print = capabilities_print, .print_field = capabilities_print_field},
};

struct value object_capabilities(struct arena *a, const struct env *env)
{
    struct list *apis = env->api_versions ? env->api_versions : object_api_versions(a, env->helm_major);
    struct obj *o = NEW(a, struct obj);
    o->type = &capabilities_types[env->helm_major == 3];
    o->fields = map_new(a);
    map_putz(o->fields, "KubeVersion", object_kube_version(a, env));
    map_putz(o->fields, "APIVersions", v_typed(v_list(apis), GO_VERSION_SET));
    map_putz(o->fields, "HelmVersion", object_build_info(a, release_of(env->helm_major)));
    return v_obj(o);
}

static bool version_set_has(struct call *c, struct value receiver, struct value *out)
{
    for (uint32_t i = 0; i < list_len(receiver); i++) {
        struct value v = receiver.u.list->v[i];
        if (v.kind == V_STR && str_eq(v_text(v), arg_str(c, 0))) return ret(out, v_bool(true));
    }
    return ret(out, v_bool(false));
}

const struct method methods_version_set[] = {{"Has", "s", version_set_has}, {0}};
