/* The output of a render taken apart into documents and sorted: pkg/release/v1/util of Helm. */
#include "chart/render.h"

#include "base/parallel.h"
#include "base/strmap.h"
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
enum { KINDS = sizeof install_order / sizeof *install_order, KINDS_OF_HELM_3 = KINDS - 2 };

static const char *const hook_events[] = {"pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade",
                                          "pre-rollback", "post-rollback", "test", "test-success"};

static int rank_of(struct str kind, int helm_major)
{
    for (int i = 0; i < (helm_major == 3 ? KINDS_OF_HELM_3 : KINDS); i++)
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

/* A document on its way: where it stands, and what reading it gave. */
struct document {
    uint32_t rendered, offset;
    struct str text;
    bool ok;
    struct value v;
    struct str error;
    struct arena *scratch;     /* while it is read for its head alone */
};
struct document_list {
    struct document *v;
    uint32_t n, cap;
    size_t bytes;
};

/* Helm trims documents, and the reader that decodes them for the cluster ends every line again (apimachinery, LineReader): a block scalar at the end
 * of a document keeps its last newline. */
static void read_whole(void *context, size_t i, struct arena *mine)
{
    struct document *d = &((struct document *)context)[i];
    struct yaml_options o = {0};
    struct place at;
    if (d->ok) return; /* known */
    d->ok = yaml_read(mine, str_concat(mine, d->text, STR("\n")), &o, &d->v, &d->error, &at);
}

static void keep(struct arena *a, struct map *from, struct map *to, const char *key)
{
    struct entry *e = map_find(from, str_from(key));
    if (e) map_putz(to, key, value_copy(a, e->value));
}

/* Kind, name and annotations; the rest was read only to see that it can be read. */
static struct value head_of(struct arena *a, struct value v)
{
    struct value meta = value_at(v, "metadata", NULL);
    struct map *m = map_new(a), *inner = map_new(a);
    if (v.kind != V_MAP) return v.kind == V_LIST ? v_list(NULL) : value_copy(a, v);
    keep(a, v.u.map, m, "kind");
    if (meta.kind == V_MAP) {
        keep(a, meta.u.map, inner, "name");
        keep(a, meta.u.map, inner, "annotations");
        map_putz(m, "metadata", v_map(inner));
    } else {
        keep(a, v.u.map, m, "metadata");
    }
    return v_map(m);
}

static void read_head(void *context, size_t i, struct arena *mine)
{
    static const struct str head[] = {STR_INIT("kind"), STR_INIT("metadata")};
    struct document *d = &((struct document *)context)[i];
    struct yaml_options o = {.only = head, .only_n = sizeof head / sizeof *head};
    struct place at;
    d->scratch = arena_new(mine->guard);
    d->ok = yaml_read(d->scratch, d->text, &o, &d->v, &d->error, &at);
    if (d->ok) d->v = head_of(mine, d->v);
    else d->error = str_dup(mine, d->error);
    arena_free(d->scratch);
    d->scratch = NULL;
}

/* What a limit that tripped on the way left open. */
static void free_scratch(void *context)
{
    struct document_list *l = context;
    for (uint32_t i = 0; i < l->n; i++) arena_free(l->v[i].scratch);
}

static bool refuse(struct arena *a, struct render *r, const struct rendered *f, struct str why)
{
    r->error = str_printf(a, "YAML parse error on %.*s: %.*s", STR_ARG(f->path), STR_ARG(why));
    r->error_template = f->path;
    return false;
}

static bool add_document(struct arena *a, struct render *r, const struct document *doc, struct documents *docs)
{
    const struct rendered *f = &r->files[doc->rendered];
    const char *field, *got;
    struct value v = doc->v;
    if (!doc->ok) return refuse(a, r, f, doc->error);
    bool whole = v.kind != V_MAP && v.kind != V_NIL;
    if (whole || !head_is_sound(v, &field, &got)) {
        const char *what = whole ? (v.kind == V_LIST ? "array" : v.kind == V_STR ? "string" : v.kind == V_BOOL ? "bool" : "number") : got;
        return refuse(a, r, f, str_printf(a, "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go %s%s", what,
                                       whole ? "value of type util.SimpleHead" : "struct field SimpleHead.", whole ? "" : field));
    }
    struct manifest m = {.path = f->path, .text = doc->text, .kind = value_str_at(v, "kind"), .name = value_str_at(value_at(v, "metadata", NULL), "name"),
                         .object = v, .offset = doc->offset, .rendered = doc->rendered};
    struct value hook = value_at(v, "metadata", "annotations", "helm.sh/hook", NULL);
    if (hook.kind != V_NIL) {
        m.hook = true;
        m.events = annotation(v, "helm.sh/hook");
        m.weight = atoi_or_zero(annotation(v, "helm.sh/hook-weight"));
        m.delete_policy = annotation(v, "helm.sh/hook-delete-policy");
        if (!m.delete_policy.n) m.delete_policy = STR("before-hook-creation");
        if (!events_known(m.events)) return true;
    }
    struct sorting *s = PUSH(a, docs->v, docs->n, docs->cap);
    *s = (struct sorting){m, rank_of(m.kind, r->env->helm_major), docs->n};
    return true;
}

/* What is no YAML once refusals have been passed over: nothing is known of what it would be. */
static bool pass_over(struct arena *a, struct render *r, const struct document *doc)
{
    struct exec *x = &r->exec;
    const struct rendered *f = &r->files[doc->rendered];
    if (!r->env->tolerant) return false;
    *PUSH(a, x->failures, x->failures_n, x->failures_cap) = (struct failure){.kind = FAILURE_ERROR, .tmpl = f->path, .file = f->index, .message = r->error};
    r->error = r->error_template = (struct str){0};
    return true;
}

static void split_file(struct arena *a, struct render *r, uint32_t rendered, struct document_list *out)
{
    struct str whole = r->files[rendered].text, text = trim_space(whole);
    size_t from = 0, start, end;
    for (bool more = true; more; from = end) {
        more = find_separator(text, from, &start, &end);
        struct str doc = str_sub(text, from, more ? start : text.n);
        if (!doc.n) continue;
        struct str body = trim_space(doc);
        uint32_t offset = (uint32_t)((body.n ? body.p : doc.p) - whole.p);
        *PUSH(a, out->v, out->n, out->cap) = (struct document){.rendered = rendered, .offset = offset, .text = body};
        out->bytes += body.n;
    }
}

static void add_crds(struct arena *a, struct render *r, const struct chart *c, struct documents *docs, uint32_t depth)
{
    if (depth > a->guard->max.depth) return;
    for (uint32_t i = 0; i < c->crds_n; i++) {
        struct sorting *s = PUSH(a, docs->v, docs->n, docs->cap);
        s->at = docs->n;
        s->m = (struct manifest){.path = path_join(a, c->path, c->crds[i]->path), .text = c->crds[i]->data, .crd = true, .rendered = UINT32_MAX};
    }
    for (uint32_t i = 0; i < c->subcharts_n; i++) add_crds(a, r, c->subcharts[i], docs, depth + 1);
}

static void take_known(struct arena *a, struct document_list *list, const struct manifest *known, uint32_t n)
{
    struct strmap by_text = strmap_new(a);
    for (uint32_t i = 0; i < n; i++)
        if (!known[i].crd) strmap_put(&by_text, known[i].text, (void *)(uintptr_t)&known[i]);
    for (uint32_t i = 0; i < list->n; i++) {
        const struct manifest *m = strmap_get(&by_text, list->v[i].text);
        if (!m) continue;
        list->v[i].ok = true;
        list->v[i].v = m->object;
        list->bytes -= list->v[i].text.n;
    }
}

static bool read_manifests(struct arena *a, struct render *r, const struct manifest *known, uint32_t known_n, enum manifest_depth depth, struct manifest **v, uint32_t *n)
{
    struct documents docs = {0};
    struct document_list *list = NEW(a, struct document_list);
    add_crds(a, r, r->chart, &docs, 0);
    for (uint32_t i = 0; i < r->files_n; i++) {
        if (str_ends(r->files[i].path, STR("NOTES.txt")) || !trim_space(r->files[i].text).n) continue;
        split_file(a, r, i, list);
    }
    if (known_n) take_known(a, list, known, known_n);
    arena_defer(a, free_scratch, list);
    parallel_for(a, list->n, list->bytes, depth == MANIFEST_HEADS ? read_head : read_whole, list->v);
    for (uint32_t i = 0; i < list->n; i++)
        if (!add_document(a, r, &list->v[i], &docs) && !pass_over(a, r, &list->v[i])) return false;
    if (docs.n) qsort(docs.v, docs.n, sizeof *docs.v, by_kind);
    *v = NEW_ARRAY(a, struct manifest, docs.n);
    *n = docs.n;
    for (uint32_t i = 0; i < docs.n; i++) (*v)[i] = docs.v[i].m;
    return true;
}

bool render_manifests(struct arena *a, struct render *r, struct manifest **v, uint32_t *n, enum manifest_depth depth)
{
    return read_manifests(a, r, NULL, 0, depth, v, n);
}

bool render_manifests_like(struct arena *a, struct render *r, const struct manifest *known, uint32_t known_n, struct manifest **v, uint32_t *n)
{
    return read_manifests(a, r, known, known_n, MANIFEST_WHOLE, v, n);
}
