#include <stdlib.h>

#include "model/model.h"
#include "value/yaml.h"

struct reader {
    struct arena *a;
    struct inputs *inputs;
    struct origins *origins;
    struct diags *d;
    struct models *m;
};

static struct str *strings_of(struct arena *a, struct value v, uint32_t *n)
{
    *n = 0;
    if (v.kind != V_LIST || !list_len(v)) return NULL;
    struct str *s = NEW_ARRAY(a, struct str, list_len(v));
    for (uint32_t i = 0; i < list_len(v); i++)
        if (v.u.list->v[i].kind == V_STR && v.u.list->v[i].n) s[(*n)++] = v_text(v.u.list->v[i]);
    return s;
}

static struct place key_place(const struct reader *r, const struct map *m, struct str key)
{
    const struct entry *e = map_find(m, key);
    return e && r->origins ? origin_get(r->origins, e->at)->key_at : NOWHERE;
}

static bool read_yaml(struct reader *r, const struct file *f, uint32_t input, struct value *out)
{
    struct str error;
    struct place at = {0};
    struct yaml_options o = {.origins = r->origins, .input = input, .layer = LAYER_NONE, .ints = true};
    if (!yaml_read(r->a, f->data, &o, out, &error, &at)) {
        at.input = input & 0x3fff;
        return diag_error(r->d, at, "%.*s", STR_ARG(error));
    }
    return true;
}

/* ---- profiles ---- */

static bool is_empty(struct value v)
{
    return v.kind == V_NIL || (v.kind == V_MAP && !map_len(v)) || (v.kind == V_LIST && !list_len(v));
}

/* Fields of `child` over those of `parent`; a field that is null or empty is inherited. */
static struct value over(struct arena *a, struct value parent, struct value child)
{
    if (parent.kind != V_MAP) return is_empty(child) ? parent : child;
    if (child.kind != V_MAP) return parent;
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < map_len(parent); i++) map_put_at(m, parent.u.map->v[i].key, parent.u.map->v[i].value, parent.u.map->v[i].at);
    for (uint32_t i = 0; i < map_len(child); i++) {
        const struct entry *e = &child.u.map->v[i];
        if (!is_empty(e->value)) map_put_at(m, e->key, e->value, e->at);
    }
    return v_map(m);
}

/* The server's own rule (sie_server/config/model.py, resolve_profile): a field that the child sets wins; adapter_options'
 * two maps are replaced whole by one that is not empty; adaptive_batching is merged field by field; the rest is inherited. */
static struct value inherit(struct arena *a, struct value parent, struct value child)
{
    struct map *m = over(a, parent, child).u.map;
    static const char *const merged[] = {"adapter_options", "adaptive_batching"};
    for (size_t i = 0; i < 2; i++) {
        struct entry *e = map_find(m, str_from(merged[i]));
        if (e) e->value = over(a, value_at(parent, merged[i], NULL), value_at(child, merged[i], NULL));
    }
    /* Where requests with a grammar go is a profile's own affair. */
    if (!map_find(child.u.map, STR("grammar_profile"))) map_delete(m, STR("grammar_profile"));
    return v_map(m);
}

static struct value resolve(struct reader *r, const struct map *profiles, const struct entry *profile, uint32_t depth)
{
    struct value own = profile->value;
    struct str base = own.kind == V_MAP ? value_str_at(own, "extends") : (struct str){0};
    if (!base.n) return own;
    const struct entry *parent = map_find(profiles, base);
    struct place at = key_place(r, own.u.map, STR("extends"));
    /* The server allows one step; a chain longer than there are profiles is a circle. */
    if (!parent || parent->value.kind != V_MAP || depth > profiles->n || depth > 64) {
        diag_warn(r->d, at, "profile %.*s extends %.*s, which %s", STR_ARG(profile->key), STR_ARG(base), parent ? "leads back to it" : "is not there");
        return own;
    }
    struct value v = inherit(r->a, resolve(r, profiles, parent, depth + 1), own);
    map_delete(v.u.map, STR("extends"));
    return v;
}

static void read_profiles(struct reader *r, struct model *m)
{
    struct value profiles = value_at(m->config, "profiles", NULL);
    if (profiles.kind != V_MAP || !map_len(profiles)) return;
    struct entry **sorted = map_sorted(r->a, profiles.u.map);
    m->profiles = NEW_ARRAY(r->a, struct profile_config, map_len(profiles));
    for (uint32_t i = 0; i < map_len(profiles); i++) {
        struct value config = resolve(r, profiles.u.map, sorted[i], 0);
        m->profiles[m->profiles_n++] = (struct profile_config){
            .name = sorted[i]->key,
            .config = config,
            .adapter = config.kind == V_MAP ? value_str_at(config, "adapter_path") : (struct str){0},
            .at = key_place(r, profiles.u.map, sorted[i]->key),
        };
    }
}

/* ---- files ---- */

static bool is_yaml(struct str path) { return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml")); }

static bool read_model(struct reader *r, const struct file *f, uint32_t input)
{
    struct value v;
    if (!read_yaml(r, f, input, &v)) return false;
    struct str id = v.kind == V_MAP ? value_str_at(v, "sie_id") : (struct str){0};
    if (!id.n) {
        diag_warn(r->d, (struct place){.input = input & 0x3fff, .line = 1}, "no sie_id: not a model config, left out");
        return true;
    }
    struct model *m = PUSH(r->a, r->m->v, r->m->n, r->m->cap);
    *m = (struct model){.sie_id = id, .hf_id = value_str_at(v, "hf_id"), .config = v, .file = path_base(f->path)};
    m->aliases = strings_of(r->a, value_at(v, "aliases", NULL), &m->aliases_n);
    m->at = key_place(r, v.u.map, STR("sie_id"));
    read_profiles(r, m);
    return true;
}

static bool read_bundle(struct reader *r, const struct file *f, uint32_t input)
{
    struct value v;
    if (!read_yaml(r, f, input, &v)) return false;
    if (v.kind != V_MAP) {
        diag_warn(r->d, (struct place){.input = input & 0x3fff, .line = 1}, "not a map: not a bundle config, left out");
        return true;
    }
    struct bundle *b = PUSH(r->a, r->m->bundles, r->m->bundles_n, r->m->bundles_cap);
    *b = (struct bundle){.name = value_str_at(v, "name"), .config = v, .at = key_place(r, v.u.map, STR("name"))};
    if (!b->name.n) {
        struct str base = path_base(f->path);
        b->name = str_sub(base, 0, (size_t)str_find_last(base, STR(".")));
        b->at = (struct place){.input = input & 0x3fff, .line = 1};
    }
    b->adapters = strings_of(r->a, value_at(v, "adapters", NULL), &b->adapters_n);
    return true;
}

static bool read_tree(struct reader *r, const struct source *t, struct str role, bool (*read)(struct reader *, const struct file *, uint32_t))
{
    bool ok = true;
    for (size_t i = 0; t && i < t->n; i++) {
        const struct file *f = &t->v[i];
        if (is_yaml(f->path)) ok &= read(r, f, inputs_add(r->inputs, role, f->path, f->opened, f->data));
    }
    return ok;
}

static int by_id(const void *x, const void *y)
{
    const struct model *p = x, *q = y;
    int c = str_cmp(p->sie_id, q->sie_id);
    return c ? c : str_cmp(p->file, q->file);
}

static int by_name(const void *x, const void *y) { return str_cmp(((const struct bundle *)x)->name, ((const struct bundle *)y)->name); }

static void drop_repeated(struct reader *r)
{
    struct models *m = r->m;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        if (n && str_eq(m->v[n - 1].sie_id, m->v[i].sie_id))
            diag_warn(r->d, m->v[i].at, "model %.*s is in %.*s, too", STR_ARG(m->v[i].sie_id), STR_ARG(m->v[n - 1].file));
        else
            m->v[n++] = m->v[i];
    }
    m->n = n;
}

/* "models-new" gives the bundles "bundles-new". */
static struct str bundles_role(struct arena *a, struct str role)
{
    struct str rest = str_trim_prefix(role, STR("models"));
    return rest.n < role.n ? str_concat(a, STR("bundles"), rest) : str_concat(a, role, STR("-bundles"));
}

bool models_read(struct arena *a, const struct source *models, const struct source *bundles, struct str role, struct inputs *inputs,
                 struct origins *o, struct models **out, struct diags *d)
{
    struct reader r = {.a = a, .inputs = inputs, .origins = o, .d = d, .m = NEW(a, struct models)};
    bool ok = read_tree(&r, models, role, read_model);
    ok &= read_tree(&r, bundles, bundles_role(a, role), read_bundle);
    if (r.m->n > 1) qsort(r.m->v, r.m->n, sizeof *r.m->v, by_id);
    if (r.m->bundles_n > 1) qsort(r.m->bundles, r.m->bundles_n, sizeof *r.m->bundles, by_name);
    drop_repeated(&r);
    *out = r.m;
    return ok;
}

/* ---- asking ---- */

static const struct model *find_exact(const struct models *m, struct str id)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (str_eq(m->v[i].sie_id, id)) return &m->v[i];
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t j = 0; j < m->v[i].aliases_n; j++)
            if (str_eq(m->v[i].aliases[j], id)) return &m->v[i];
    for (uint32_t i = 0; i < m->n; i++)
        if (m->v[i].hf_id.n && str_eq(m->v[i].hf_id, id)) return &m->v[i];
    return NULL;
}

const struct model *models_find(const struct models *m, struct str id)
{
    const struct model *x = find_exact(m, id);
    ptrdiff_t colon = str_find_last(id, STR(":"));
    if (x || colon < 0) return x;
    x = find_exact(m, str_sub(id, 0, (size_t)colon));
    return x && model_find_profile(x, str_from_n(id, (size_t)colon + 1)) ? x : NULL;
}

const struct profile_config *model_find_profile(const struct model *m, struct str name)
{
    for (uint32_t i = 0; i < m->profiles_n; i++)
        if (str_eq(m->profiles[i].name, name)) return &m->profiles[i];
    return NULL;
}

bool bundle_has_adapter(const struct bundle *b, struct str adapter)
{
    struct str module, class;
    str_cut(adapter, STR(":"), &module, &class);
    for (uint32_t i = 0; module.n && i < b->adapters_n; i++)
        if (str_eq(b->adapters[i], module)) return true;
    return false;
}
