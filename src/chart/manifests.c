/* The output of a render taken apart into documents and sorted: pkg/release/v1/util of Helm. */
#include "chart/render.h"

#include "base/utf8.h"
#include "text/unicode.h"
#include "value/yaml.h"

#include <stdlib.h>

/* kind_sorter.go, InstallOrder; kinds that are not in it come last, by name. */
static const char *const install_order[] = {
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount",
    "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole",
    "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet",
    "Pod", "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass",
    "Ingress", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
};
enum { KINDS = sizeof install_order / sizeof *install_order };

static const char *const hook_events[] = {"pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade",
                                          "pre-rollback", "post-rollback", "test", "test-success"};

static int rank_of(struct str kind)
{
    for (int i = 0; i < KINDS; i++)
        if (str_is(kind, install_order[i])) return i;
    return KINDS;
}

struct sorting {
    struct manifest m;
    int rank;
    uint32_t at; /* keeps the sort stable */
};

static int by_kind(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    if (x->m.crd != y->m.crd) return x->m.crd ? -1 : 1;
    if (x->m.hook != y->m.hook) return x->m.hook ? 1 : -1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    int c = x->rank == KINDS && !x->m.crd ? str_cmp(x->m.kind, y->m.kind) : 0;
    return c ? c : x->at < y->at ? -1 : 1;
}

struct documents {
    struct sorting *v;
    uint32_t n, cap;
};

/* strings.TrimSpace. */
static struct str trim_space(struct str s)
{
    size_t w;
    while (s.n && rune_is_space(utf8_decode(s, 0, &w))) s = str_from_n(s, w);
    while (s.n && rune_is_space(utf8_decode_last(s, s.n, &w))) s.n -= w;
    return s;
}

static bool is_regexp_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

/* The next match of (?:^|\s*\n)---\s* at or after `from`: SplitManifests' separator. */
static bool find_separator(struct str text, size_t from, size_t *start, size_t *end)
{
    size_t i = from;
    bool found = from == 0 && text.n >= 3 && memcmp(text.p, "---", 3) == 0;
    while (!found) {
        const char *line = i < text.n ? memchr(text.p + i, '\n', text.n - i) : NULL;
        if (!line) return false;
        i = (size_t)(line - text.p) + 1;
        found = text.n - i >= 3 && memcmp(text.p + i, "---", 3) == 0;
    }
    size_t s = i, e = i + 3;
    while (s > from && is_regexp_space(text.p[s - 1])) s--;
    while (e < text.n && is_regexp_space(text.p[e])) e++;
    *start = s;
    *end = e;
    return true;
}

static struct str annotation(struct value object, const char *key)
{
    struct value a = value_at(object, "metadata", "annotations", NULL);
    return value_str_at(a, key);
}

/* False for an event that Helm does not know: it drops the whole object. */
static bool events_known(struct str events)
{
    struct str rest = events, one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR(","), &one, &rest);
        one = trim_space(one);
        bool known = false;
        for (size_t i = 0; i < sizeof hook_events / sizeof *hook_events && !known; i++)
            known = one.n == strlen(hook_events[i]) && strncasecmp(one.p, hook_events[i], one.n) == 0;
        if (!known) return false;
    }
    return true;
}

static int atoi_or_zero(struct str s)
{
    long v = 0;
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    if (i == s.n) return 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || v > 100000000) return 0;
        v = v * 10 + (s.p[i] - '0');
    }
    return (int)(s.p[0] == '-' ? -v : v);
}

/* Go's JSON decoding into SimpleHead: what must be a map or text. Scalars become text by themselves. */
static bool head_is_sound(struct value v, const char **field, const char **got)
{
    static const char *const kinds[] = {"null", "bool", "number", "number", "number", "string", "array", "object", "object"};
    struct value x[3] = {value_at(v, "metadata", NULL), value_at(v, "metadata", "annotations", NULL), value_at(v, "metadata", "name", NULL)};
    static const char *const names[] = {"metadata", "metadata.annotations", "metadata.name"};
    for (int i = 0; i < 3; i++) {
        bool map = i < 2;
        bool ok = x[i].kind == V_NIL || (map ? x[i].kind == V_MAP : x[i].kind != V_MAP && x[i].kind != V_LIST);
        if (ok) continue;
        *field = names[i];
        *got = kinds[x[i].kind];
        return false;
    }
    return true;
}

static bool add_document(struct render *r, uint32_t rendered, struct str text, uint32_t offset, struct documents *docs)
{
    const struct rendered *f = &r->files[rendered];
    struct yaml_options o = {0};
    struct str error;
    struct place at;
    struct sorting *s;
    struct value v;
    const char *field, *got;
    if (!yaml_read(r->a, text, &o, &v, &error, &at)) {
        r->error = str_printf(r->a, "YAML parse error on %.*s: %.*s", STR_ARG(f->path), STR_ARG(error));
        r->error_template = f->path;
        return false;
    }
    if ((v.kind != V_MAP && v.kind != V_NIL) || !head_is_sound(v, &field, &got)) {
        bool whole = v.kind != V_MAP && v.kind != V_NIL;
        r->error = str_printf(r->a, "YAML parse error on %.*s: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go %s", STR_ARG(f->path),
                              whole ? (v.kind == V_LIST ? "array" : v.kind == V_STR ? "string" : v.kind == V_BOOL ? "bool" : "number") : got,
                              whole ? "value of type util.SimpleHead" : str_z(r->a, str_printf(r->a, "struct field SimpleHead.%s", field)));
        r->error_template = f->path;
        return false;
    }
    struct manifest m = {.path = f->path, .text = text, .kind = value_str_at(v, "kind"), .name = value_str_at(value_at(v, "metadata", NULL), "name"),
                         .object = v, .offset = offset, .rendered = rendered};
    struct value hook = value_at(v, "metadata", "annotations", "helm.sh/hook", NULL);
    if (hook.kind != V_NIL) {
        m.hook = true;
        m.events = annotation(v, "helm.sh/hook");
        m.weight = atoi_or_zero(annotation(v, "helm.sh/hook-weight"));
        m.delete_policy = annotation(v, "helm.sh/hook-delete-policy");
        if (!m.delete_policy.n) m.delete_policy = STR("before-hook-creation");
        if (!events_known(m.events)) return true;
    }
    s = PUSH(r->a, docs->v, docs->n, docs->cap);
    *s = (struct sorting){m, rank_of(m.kind), docs->n};
    return true;
}

static bool split_file(struct render *r, uint32_t rendered, struct documents *docs)
{
    struct str whole = r->files[rendered].text, text = trim_space(whole);
    size_t from = 0, start, end;
    bool more = true;
    while (more) {
        more = find_separator(text, from, &start, &end);
        struct str doc = str_sub(text, from, more ? start : text.n);
        if (doc.n) {
            struct str body = trim_space(doc);
            uint32_t offset = (uint32_t)((body.n ? body.p : doc.p) - whole.p);
            if (!add_document(r, rendered, body, offset, docs)) return false;
        }
        from = end;
    }
    return true;
}

static void add_crds(struct render *r, const struct chart *c, struct documents *docs, uint32_t depth)
{
    if (depth > r->a->guard->max.depth) return;
    for (uint32_t i = 0; i < c->crds_n; i++) {
        struct sorting *s = PUSH(r->a, docs->v, docs->n, docs->cap);
        s->at = docs->n;
        s->m = (struct manifest){.path = path_join(r->a, c->path, c->crds[i]->path), .text = c->crds[i]->data, .crd = true, .rendered = UINT32_MAX};
    }
    for (uint32_t i = 0; i < c->subcharts_n; i++) add_crds(r, c->subcharts[i], docs, depth + 1);
}

bool render_manifests(struct render *r, struct manifest **v, uint32_t *n, struct diags *d)
{
    (void)d;
    struct documents docs = {0};
    add_crds(r, r->chart, &docs, 0);
    for (uint32_t i = 0; i < r->files_n; i++) {
        if (str_ends(r->files[i].path, STR("NOTES.txt")) || !trim_space(r->files[i].text).n) continue;
        if (!split_file(r, i, &docs)) return false;
    }
    qsort(docs.v, docs.n, sizeof *docs.v, by_kind);
    *v = NEW_ARRAY(r->a, struct manifest, docs.n);
    *n = docs.n;
    for (uint32_t i = 0; i < docs.n; i++) (*v)[i] = docs.v[i].m;
    return true;
}
