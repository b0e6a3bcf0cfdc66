/* The documents of a compilation, their resources and anchors, and what a reference means: roots.go, root.go and loader.go of
 * the validator. Nothing is fetched: what would be is an error. */
#include <stdarg.h>
#include <stdio.h>

#include "chart/schema_tree.h"
#include "funcs/url.h"
#include "value/json.h"

bool schema_fail(struct schema_compiler *c, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    char *p = arena_alloc(c->a, (size_t)(n < 0 ? 0 : n) + 1);
    p[0] = 0;
    if (n > 0) vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    va_end(ap);
    c->error = str_of(p, (size_t)(n < 0 ? 0 : n));
    return false;
}

/* ---- places ---- */

struct schema_node *schema_node_get(struct schema_root *r, struct str ptr)
{
    struct schema_node *n = strmap_get(&r->nodes, ptr);
    if (n) return n;
    n = NEW(r->nodes.a, struct schema_node);
    *n = (struct schema_node){.root = r, .ptr = ptr};
    strmap_put(&r->nodes, ptr, n);
    return n;
}

/* The value under a token; false when there is none. */
static bool value_below(struct value v, struct str token, struct value *out)
{
    if (v.kind == V_MAP) {
        const struct entry *e = map_find(v.u.map, token);
        if (e) *out = e->value;
        return e;
    }
    if (v.kind != V_LIST || !token.n) return false;
    size_t i = token.p[0] == '+' || token.p[0] == '-'; /* strconv.Atoi takes a sign */
    uint64_t index = 0;
    if (i == token.n) return false;
    for (size_t k = i; k < token.n; k++) {
        if (token.p[k] < '0' || token.p[k] > '9' || index > UINT32_MAX) return false;
        index = index * 10 + (uint64_t)(token.p[k] - '0');
    }
    if (index >= list_len(v) || (token.p[0] == '-' && index)) return false;
    *out = v.u.list->v[index];
    return true;
}

struct schema_node *schema_node_below(struct schema_node *n, struct str token)
{
    struct schema_node *below = schema_node_get(n->root, schema_pointer_add(n->root->nodes.a, n->ptr, token));
    if (!below->found && n->found) below->found = value_below(n->value, token, &below->value);
    return below;
}

static bool look_up(struct schema_compiler *c, struct schema_node *n)
{
    if (n->found) return true;
    struct str rest = str_trim_prefix(n->ptr, STR("/")), token;
    struct value v = n->root->doc;
    const char *shown = schema_location(c->a, n->root->url, n->ptr, NULL).p;
    for (bool more = n->ptr.n > 0; more;) {
        more = str_cut(rest, STR("/"), &token, &rest);
        if (!schema_pointer_unescape(c->a, token, &token)) return schema_fail(c, "invalid json-pointer %s", schema_go_quote(c->a, str_from(shown)).p);
        if (!value_below(v, token, &v)) return schema_fail(c, "json-pointer in %s not found", schema_go_quote(c->a, str_from(shown)).p);
    }
    n->value = v;
    n->found = true;
    return true;
}

struct schema_resource *schema_resource_of(struct schema_root *r, struct str ptr)
{
    while (r->resources > 1 && ptr.n) {
        const struct schema_node *n = strmap_get(&r->nodes, ptr);
        if (n && n->resource) return n->resource;
        ptr = str_sub(ptr, 0, (size_t)str_find_last(ptr, STR("/")));
    }
    return r->top->resource;
}

/* ---- loading ---- */

/* "" is not NULL: a string of the map. */
static bool text_at(struct value v, const char *key, struct str *out)
{
    const struct entry *e = v.kind == V_MAP ? map_find(v.u.map, str_from(key)) : NULL;
    bool is = e && e->value.kind == V_STR && e->value.type != GO_JSON_NUMBER;
    if (is) *out = v_text(e->value);
    return is;
}

static struct str scheme_of(struct arena *a, struct str url, struct str *error)
{
    struct url u = {0};
    if (!url_parse(a, url, &u, error)) return (struct str){0};
    return u.scheme;
}

/* What Helm's loaders would say without a network and without files. */
static bool refuse_load(struct schema_compiler *c, struct str url)
{
    struct str why = {0};
    struct str scheme = scheme_of(c->a, url, &why);
    const char *quoted = schema_go_quote(c->a, url).p;
    if (why.n) return schema_fail(c, "failing loading %s: %.*s", quoted, STR_ARG(why));
    if (str_is(scheme, "file")) {
        struct url u;
        url_parse(c->a, url, &u, &why);
        return schema_fail(c, "failing loading %s: open %.*s: no such file or directory", quoted, STR_ARG(u.path));
    }
    if (str_is(scheme, "http") || str_is(scheme, "https"))
        return schema_fail(c, "failing loading %s: HTTP request failed for %.*s: Get %s: nothing is fetched, the schema must be in the chart", quoted,
                           STR_ARG(url), quoted);
    return schema_fail(c, "failing loading %s: no URLLoader registered for %s", quoted, quoted);
}

static bool load(struct schema_compiler *c, struct str url, struct value *out)
{
    struct value *known = strmap_get(&c->docs, url);
    if (known) {
        *out = *known;
        return true;
    }
    struct str text = schema_metaschema(url), error;
    size_t used;
    *out = v_bool(true); /* Helm: an URN that nobody resolves is a schema that allows everything */
    if (text.p) {
        if (!json_read_exact(c->a, text, out, &used, &error)) return schema_fail(c, "%.*s", STR_ARG(error));
    } else if (!str_starts(url, STR("urn:")) && !str_is(scheme_of(c->a, url, &error), "urn")) {
        return refuse_load(c, url);
    }
    known = NEW(c->a, struct value);
    *known = *out;
    strmap_put(&c->docs, url, known);
    return true;
}

/* ---- dialects ---- */

static bool bad_schema_url(struct schema_compiler *c, const struct schema_node *n, struct str root_url, struct str url)
{
    struct str error;
    struct url u;
    if (url_parse(c->a, url, &u, &error)) return false;
    struct str at = schema_location(c->a, n ? n->root->url : root_url, n ? n->ptr : STR(""), NULL);
    schema_fail(c, "invalid $schema in %s: %.*s", schema_go_quote(c->a, at).p, STR_ARG(error));
    return true;
}

/* The draft of a document by its $schema, through metaschemas of its own kind. */
static bool draft_of(struct schema_compiler *c, const struct schema_node *n, const struct schema_draft *fallback, const struct schema_draft **out)
{
    struct strmap seen = strmap_new(c->a);
    struct value doc = n->value;
    struct str url, here = n->root->url;
    *out = fallback;
    for (const struct schema_node *at = n; text_at(doc, "$schema", &url); at = NULL) {
        const struct schema_draft *known = schema_draft_of(url);
        if (known) {
            *out = known;
            return true;
        }
        str_cut(url, STR("#"), &url, &(struct str){0});
        if (bad_schema_url(c, at, here, url)) return false;
        const char *quoted = schema_go_quote(c->a, url).p;
        if ((!at || !at->ptr.n) && str_eq(url, here)) return schema_fail(c, "draft %s is not supported", quoted);
        if (!strmap_put(&seen, url, c)) return schema_fail(c, "cycle in resolving $schema in %s", quoted);
        if (!load(c, url, &doc)) return false;
        here = url;
    }
    return true;
}

static bool vocabs_of(struct schema_compiler *c, const struct schema_draft *draft, struct str url, struct value doc, uint32_t *out)
{
    struct value list = doc.kind == V_MAP ? map_getz(doc.u.map, "$vocabulary") : NIL;
    *out = 0;
    if (draft->version < 2019 || list.kind != V_MAP) return true;
    *out = VOCAB_CORE;
    struct entry **v = map_sorted(c->a, list.u.map);
    for (uint32_t i = 0; i < map_len(list); i++) {
        if (v[i]->value.kind != V_BOOL || !v[i]->value.u.b) continue;
        uint32_t bit = 0;
        struct str name = str_trim_prefix(v[i]->key, str_from(draft->vocab_prefix));
        for (int k = 0; k < SCHEMA_VOCABULARIES && name.n < v[i]->key.n; k++)
            if (str_is(name, schema_vocab_names[k])) bit = 1u << k & draft->all_vocabs;
        if (!bit) return schema_fail(c, "unsupported vocabulary %s in %s", schema_go_quote(c->a, v[i]->key).p, schema_go_quote(c->a, url).p);
        *out |= bit;
    }
    return true;
}

static bool dialect_of(struct schema_compiler *c, struct value v, const struct schema_draft *draft, struct schema_dialect *out)
{
    struct str url;
    struct value doc;
    *out = (struct schema_dialect){draft, 0};
    if (!text_at(v, "$schema", &url) || schema_draft_of(url)) return true;
    str_cut(url, STR("#"), &url, &(struct str){0});
    return load(c, url, &doc) && vocabs_of(c, draft, url, doc, &out->vocabs);
}

/* ---- resources and anchors ---- */

static struct str id_of(const struct schema_draft *draft, struct value v)
{
    struct str id = {0};
    if (draft->version < 2019 && map_find(v.u.map, STR("$ref"))) return id; /* beside a $ref nothing counts */
    if (text_at(v, draft->id, &id)) str_cut(id, STR("#"), &id, &(struct str){0});
    return id;
}

static bool add_anchor(struct schema_compiler *c, struct schema_resource *r, struct schema_node *n, struct str name)
{
    struct schema_node *before = strmap_get(&r->anchors, name);
    if (!before) return strmap_put(&r->anchors, name, n);
    if (before == n) return true;
    return schema_fail(c, "duplicate anchor %s in %s at %s and %s", schema_go_quote(c->a, name).p, schema_go_quote(c->a, n->root->url).p,
                       schema_go_quote(c->a, before->ptr).p, schema_go_quote(c->a, n->ptr).p);
}

static bool collect_anchors(struct schema_compiler *c, struct schema_node *n, struct schema_resource *r)
{
    struct str name, why;
    int version = r->dialect.draft->version;
    if (n->value.kind != V_MAP) return true;
    if (version < 2019) {
        if (map_find(n->value.u.map, STR("$ref")) || !text_at(n->value, r->dialect.draft->id, &name)) return true;
        struct str fragment;
        str_cut(name, STR("#"), &(struct str){0}, &fragment);
        if (!schema_percent_decode(c->a, fragment, &fragment, &why))
            return schema_fail(c, "error in parsing anchor at %s", schema_go_quote(c->a, schema_location(c->a, n->root->url, n->ptr, NULL)).p);
        return !fragment.n || fragment.p[0] == '/' || add_anchor(c, r, n, fragment);
    }
    if (text_at(n->value, "$anchor", &name) && !add_anchor(c, r, n, name)) return false;
    if (version < 2020 || !text_at(n->value, "$dynamicAnchor", &name)) return true;
    if (!add_anchor(c, r, n, name)) return false;
    strmap_put(&r->dynamic, name, n);
    return true;
}

/* A resource that starts at n. */
static bool add_resource(struct schema_compiler *c, struct schema_node *n, struct str id, struct schema_dialect dialect)
{
    struct schema_resource *r = NEW(c->a, struct schema_resource);
    *r = (struct schema_resource){n->ptr, id, dialect, strmap_new(c->a), strmap_new(c->a)};
    n->resource = r;
    n->root->resources++;
    strmap_put(&n->root->by_id, id, r);
    return true;
}

static bool start_resource(struct schema_compiler *c, struct schema_node *n, struct str id, bool has_schema, const struct schema_draft *draft,
                           struct schema_dialect fallback)
{
    const struct schema_resource *same = strmap_get(&n->root->by_id, id);
    if (same && !str_eq(same->ptr, n->ptr))
        return schema_fail(c, "duplicate id %s in %s at %s and %s", schema_go_quote(c->a, id).p, schema_go_quote(c->a, n->root->url).p,
                           schema_go_quote(c->a, n->ptr).p, schema_go_quote(c->a, same->ptr).p);
    if (same) return true;
    if (has_schema && !dialect_of(c, n->value, draft, &fallback)) return false;
    return add_resource(c, n, id, fallback);
}

static bool collect(struct schema_compiler *c, struct schema_node *n, struct str base, struct schema_dialect fallback);

static bool collect_below(struct schema_compiler *c, struct schema_node *n, struct str base, const struct schema_draft *draft, struct schema_dialect dialect)
{
    for (size_t i = 0; i < schema_positions_n; i++) {
        const struct schema_position *p = &schema_positions[i];
        const struct entry *e = p->since <= draft->version ? map_find(n->value.u.map, str_from(p->keyword)) : NULL;
        if (!e) continue;
        struct schema_node *at = schema_node_below(n, e->key);
        if (p->where & SUB_SELF && !collect(c, at, base, dialect)) return false;
        if (p->where & SUB_MEMBERS && e->value.kind == V_MAP) {
            struct entry **v = map_sorted(c->a, e->value.u.map);
            for (uint32_t k = 0; k < map_len(e->value); k++)
                if (!collect(c, schema_node_below(at, v[k]->key), base, dialect)) return false;
        }
        for (uint32_t k = 0; p->where & SUB_ITEMS && e->value.kind == V_LIST && k < list_len(e->value); k++)
            if (!collect(c, schema_node_below(at, str_printf(c->a, "%u", k)), base, dialect)) return false;
    }
    return true;
}

static bool collect_schema(struct schema_compiler *c, struct schema_node *n, struct str base, struct schema_dialect fallback)
{
    if (n->value.kind != V_MAP) return n->ptr.n || n->resource || add_resource(c, n, base, fallback);
    const struct schema_draft *draft;
    struct str text, joined, fragment, error;
    bool has_schema = text_at(n->value, "$schema", &text);
    if (!draft_of(c, n, fallback.draft, &draft)) return false;
    struct str id = id_of(draft, n->value);
    if (!id.n && n->ptr.n) { /* a $schema counts only where a resource starts */
        draft = fallback.draft;
        has_schema = false;
        id = id_of(draft, n->value);
    }
    if (id.n) {
        if (!schema_url_join(c->a, base, id, &joined, &fragment, &error))
            return schema_fail(c, "error in parsing id at %s", schema_go_quote(c->a, schema_location(c->a, n->root->url, n->ptr, NULL)).p);
        base = joined;
    }
    if ((id.n || !n->ptr.n) && !start_resource(c, n, base, has_schema, draft, fallback)) return false;
    struct schema_resource *r = strmap_get(&n->root->by_id, base);
    return collect_anchors(c, n, r) && collect_below(c, n, base, draft, r->dialect);
}

static bool collect(struct schema_compiler *c, struct schema_node *n, struct str base, struct schema_dialect fallback)
{
    if (n->collected) return true;
    guard_step(c->a->guard);
    if (!collect_schema(c, n, base, fallback)) return false;
    n->collected = true;
    return true;
}

/* ---- checked against the metaschema ---- */

static bool check(struct schema_compiler *c, struct schema_node *n)
{
    if (!c->metas) return true;
    struct str panic = {0};
    const struct rule *meta = schema_meta_of(c->metas, schema_resource_of(n->root, n->ptr)->dialect);
    struct schema_check x = {c->scratch, c, meta, n->root};
    struct arena_mark m = arena_mark(c->scratch);
    struct schema_failure *f = schema_check(&x, meta, n->value, &panic);
    if (panic.n) return schema_fail(c, "unable to validate schema: %.*s", STR_ARG(panic));
    if (!f) {
        arena_rewind(c->scratch, m);
        return true;
    }
    struct buf b = buf_new(c->a);
    schema_show_failures(&b, f, 0);
    return schema_fail(c, "%s is not valid against metaschema: %s", schema_go_quote(c->a, schema_location(c->a, n->root->url, n->ptr, NULL)).p,
                       buf_done(&b).p);
}

struct schema_root *schema_root_get(struct schema_compiler *c, struct str url)
{
    struct schema_root *r = strmap_get(&c->roots, url);
    if (r) return r;
    r = NEW(c->a, struct schema_root);
    *r = (struct schema_root){.url = url, .nodes = strmap_new(c->a), .by_id = strmap_new(c->a)};
    if (!load(c, url, &r->doc)) return NULL;
    r->top = schema_node_get(r, STR(""));
    r->top->value = r->doc;
    r->top->found = true;
    struct schema_dialect latest = {&schema_drafts[SCHEMA_DRAFTS - 1], 0};
    if (!collect(c, r->top, url, latest)) return NULL;
    bool meta = str_starts(url, STR("http://json-schema.org/")) || str_starts(url, STR("https://json-schema.org/"));
    if (!meta && !check(c, r->top)) return NULL;
    strmap_put(&c->roots, url, r);
    return r;
}

bool schema_node_ensure(struct schema_compiler *c, struct schema_node *n)
{
    if (!look_up(c, n)) return false;
    if (n->collected) return true;
    struct schema_resource *r = schema_resource_of(n->root, n->ptr);
    if (!collect(c, n, r->id, r->dialect)) return false;
    if (!n->resource && !collect_anchors(c, n, schema_resource_of(n->root, n->ptr))) return false;
    return check(c, n);
}

/* ---- references ---- */

static struct schema_node *in_resource(struct schema_compiler *c, struct schema_root *root, const struct schema_resource *r, struct str fragment)
{
    if (!fragment.n || fragment.p[0] == '/')
        return schema_node_get(root, r->ptr.n && fragment.n ? str_concat(c->a, r->ptr, fragment) : r->ptr.n ? r->ptr : fragment);
    struct schema_node *n = strmap_get(&r->anchors, fragment);
    if (n) return n;
    struct str reference = schema_location(c->a, r->id, fragment, NULL);
    schema_fail(c, "anchor in %s not found in schema %s", schema_go_quote(c->a, reference).p, schema_go_quote(c->a, root->url).p);
    return NULL;
}

struct schema_node *schema_resolve(struct schema_compiler *c, struct schema_root *r, const struct schema_resource *resource, struct str ref,
                                   struct str *fragment)
{
    struct str url, error;
    if (!schema_url_join(c->a, resource->id, ref, &url, fragment, &error)) {
        schema_fail(c, "%.*s", STR_ARG(error));
        return NULL;
    }
    if (str_eq(url, r->url)) return in_resource(c, r, r->top->resource, *fragment);
    const struct schema_resource *there = strmap_get(&r->by_id, url);
    if (there) return in_resource(c, r, there, *fragment);
    struct schema_root *other = schema_root_get(c, url);
    return other ? in_resource(c, other, other->top->resource, *fragment) : NULL;
}
