/* The metaschemas that a schema is checked against: rules/metaschemas/, from json-schema.org without titles, comments and
 * defaults. Compiled when first wanted; in them every format is asserted (draft.go of the library). */
#include <stdio.h>

#include "base/rules.h"
#include "chart/schema_tree.h"

struct str schema_metaschema(struct str url)
{
    char path[64];
    struct str at = str_trim_prefix(url, STR("http://json-schema.org/"));
    if (at.n == url.n) at = str_trim_prefix(url, STR("https://json-schema.org/"));
    if (str_is(at, "schema") && at.n < url.n) at = STR("draft/2020-12/schema");
    else if (at.n == url.n) return (struct str){0};
    if (at.n > 40 || memchr(at.p, 0, at.n)) return (struct str){0};
    snprintf(path, sizeof path, "metaschemas/%.*s.json", STR_ARG(at));
    return rules_get(path);
}

struct schema_metas *schema_metas_new(struct arena *a)
{
    struct schema_metas *m = NEW(a, struct schema_metas);
    schema_compiler_init(&m->compiler, a);
    m->compiler.assert_format = true;
    m->dialects = strmap_new(a);
    return m;
}

static struct rule *compiled(struct schema_metas *m, struct rule **at, struct str url)
{
    if (!*at) *at = schema_compile_root(&m->compiler, url);
    if (!*at) guard_trip(m->compiler.a->guard, "a metaschema does not compile: %.*s", STR_ARG(m->compiler.error));
    return *at;
}

/* A rule that wants what each vocabulary wants. */
static struct rule *of_vocabularies(struct schema_metas *m, struct schema_dialect d)
{
    struct arena *a = m->compiler.a;
    struct str base = str_trim_suffix(str_from(d.draft->url), STR("schema"));
    struct rule *r = NEW(a, struct rule);
    *r = (struct rule){.location = STR("urn:mem:metaschema"), .version = d.draft->version, .base = r, .logic = NEW(a, struct rule_logic)};
    struct rule_list *all = &r->logic->all;
    all->v = NEW_ARRAY(a, struct rule *, SCHEMA_VOCABULARIES);
    for (int i = 0; i < SCHEMA_VOCABULARIES; i++) {
        struct str url = str_printf(a, "%.*smeta/%s", STR_ARG(base), schema_vocab_names[i]);
        if (d.vocabs & 1u << i) all->v[all->n++] = compiled(m, &m->vocabs[d.draft->index][i], url);
    }
    if (d.draft->version < 2020) return r;
    r->dynamic_anchor = STR("meta");
    r->dynamic = NEW(a, struct strmap);
    *r->dynamic = strmap_new(a);
    strmap_put(r->dynamic, r->dynamic_anchor, r);
    return r;
}

const struct rule *schema_meta_of(struct schema_metas *m, struct schema_dialect d)
{
    if (!d.vocabs) return compiled(m, &m->drafts[d.draft->index], str_from(d.draft->url));
    struct str key = str_printf(m->compiler.a, "%d %u", d.draft->version, d.vocabs);
    struct rule *r = strmap_get(&m->dialects, key);
    if (r) return r;
    r = of_vocabularies(m, d);
    strmap_put(&m->dialects, key, r);
    return r;
}
