/* Schemas into rules: objcompiler.go and compiler.go of the validator. */
#include "chart/schema_tree.h"

enum { LINEAR = 8 };

struct building {
    struct schema_compiler *c;
    struct schema_node *node;
    struct schema_resource *resource;
    struct rule *rule;
    const struct map *m;
    struct rule_logic logic; /* copied into the arena where there is something in them */
    struct rule_array array;
    struct rule_object object;
};

const struct schema_regex *schema_regex_get(struct schema_compiler *c, struct str pattern)
{
    struct schema_regex *r = strmap_get(&c->regexes, pattern);
    if (r) return r;
    r = NEW(c->a, struct schema_regex);
    r->pattern = pattern;
    r->regex = regex_compile(c->a, pattern, &r->error);
    strmap_put(&c->regexes, pattern, r);
    return r;
}

struct str schema_rule_location(struct arena *a, const struct rule *r)
{
    return r->node ? schema_location(a, r->node->root->url, r->node->ptr, NULL) : r->location;
}

/* The rule of a place; it is compiled when its turn comes. */
static struct rule *enqueue(struct schema_compiler *c, struct schema_node *n)
{
    if (n->rule) return n->rule;
    n->rule = NEW(c->a, struct rule);
    n->rule->node = n;
    *PUSH(c->a, c->queue, c->n, c->cap) = n->rule;
    return n->rule;
}

/* ---- keywords by type ---- */

static const struct value *find(const struct building *b, const char *key)
{
    const struct entry *e = map_find(b->m, str_from(key));
    return e ? &e->value : NULL;
}

static const struct value *find_kind(const struct building *b, const char *key, int kind)
{
    const struct value *v = find(b, key);
    bool number = v && v->kind == V_STR && v->type == GO_JSON_NUMBER;
    return v && v->kind == kind && !number ? v : NULL;
}

static struct str text_of(const struct building *b, const char *key)
{
    const struct value *v = find_kind(b, key, V_STR);
    return v ? v_text(*v) : (struct str){0};
}

static bool is_true(const struct building *b, const char *key)
{
    const struct value *v = find_kind(b, key, V_BOOL);
    return v && v->u.b;
}

static bool number_of(const struct building *b, const char *key, struct schema_number *out)
{
    const struct value *v = find(b, key);
    if (!v || v->kind != V_STR || v->type != GO_JSON_NUMBER) return false;
    *out = schema_number_read(b->c->a, v_text(*v));
    return out->valid;
}

static bool whole_of(const struct building *b, const char *key, int64_t *out)
{
    struct schema_number n;
    if (!number_of(b, key, &n) || !schema_number_is_whole(n)) return false;
    *out = schema_number_low(n);
    return true;
}

static struct name_list names_of(struct arena *a, struct value v)
{
    struct name_list l = {NEW_ARRAY(a, struct str, list_len(v) + 1), 0};
    for (uint32_t i = 0; i < list_len(v); i++) {
        struct value item = v.u.list->v[i];
        if (item.kind == V_STR && item.type != GO_JSON_NUMBER) l.v[l.n++] = v_text(item);
    }
    return l;
}

/* ---- subschemas ---- */

static struct rule *sub(struct building *b, const char *key)
{
    return find(b, key) ? enqueue(b->c, schema_node_below(b->node, str_from(key))) : NULL;
}

static struct rule_list sub_list(struct building *b, const char *key)
{
    const struct value *v = find_kind(b, key, V_LIST);
    struct rule_list l = {.given = v};
    if (!v) return l;
    struct schema_node *at = schema_node_below(b->node, str_from(key));
    l.n = list_len(*v);
    l.v = NEW_ARRAY(b->c->a, struct rule *, l.n + 1);
    for (uint32_t i = 0; i < l.n; i++) l.v[i] = enqueue(b->c, schema_node_below(at, str_printf(b->c->a, "%u", i)));
    return l;
}

static struct rule_additional sub_additional(struct building *b, const char *key)
{
    const struct value *v = find_kind(b, key, V_BOOL);
    if (v) return (struct rule_additional){true, v->u.b, NULL};
    struct rule *r = sub(b, key);
    return (struct rule_additional){r != NULL, true, r};
}

static void index_members(struct arena *a, struct rule_members *m)
{
    if (m->n <= LINEAR) return;
    m->slot_count = 32;
    while (m->slot_count < m->n * 2) m->slot_count *= 2;
    m->slots = NEW_ARRAY(a, uint32_t, m->slot_count);
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t s = m->v[i].hash & (m->slot_count - 1);
        while (m->slots[s]) s = (s + 1) & (m->slot_count - 1);
        m->slots[s] = i + 1;
    }
}

struct rule *schema_rule_find(const struct rule_members *m, struct str key, uint32_t hash)
{
    if (!m->slots) {
        for (uint32_t i = 0; i < m->n; i++)
            if (m->v[i].hash == hash && str_eq(m->v[i].key, key)) return m->v[i].rule;
        return NULL;
    }
    for (uint32_t s = hash & (m->slot_count - 1); m->slots[s]; s = (s + 1) & (m->slot_count - 1)) {
        const struct rule_member *r = &m->v[m->slots[s] - 1];
        if (r->hash == hash && str_eq(r->key, key)) return r->rule;
    }
    return NULL;
}

/* What the members of a keyword's object are. */
enum members { SCHEMAS, NAMES, NAMES_OR_SCHEMAS };

static struct rule_members sub_members(struct building *b, const char *key, enum members what)
{
    struct rule_members m = {0};
    const struct value *v = find_kind(b, key, V_MAP);
    if (!v || !map_len(*v)) return m;
    struct schema_node *at = schema_node_below(b->node, str_from(key));
    struct entry **e = map_sorted(b->c->a, v->u.map);
    m.v = NEW_ARRAY(b->c->a, struct rule_member, map_len(*v));
    for (uint32_t i = 0; i < map_len(*v); i++) {
        struct rule_member r = {.key = e[i]->key, .hash = e[i]->hash};
        bool names = what != SCHEMAS && e[i]->value.kind == V_LIST;
        if (names) r.names = names_of(b->c->a, e[i]->value);
        else if (what == NAMES) continue;
        else r.rule = enqueue(b->c, schema_node_below(at, e[i]->key));
        m.v[m.n++] = r;
    }
    index_members(b->c->a, &m);
    return m;
}

static bool sub_patterns(struct building *b, struct rule_members *out)
{
    *out = sub_members(b, "patternProperties", SCHEMAS);
    for (uint32_t i = 0; i < out->n; i++) {
        const struct schema_regex *r = out->v[i].regex = schema_regex_get(b->c, out->v[i].key);
        if (r->regex) continue;
        struct arena *a = b->c->a;
        struct str at = schema_location(a, b->node->root->url, b->node->ptr, "patternProperties");
        return schema_fail(b->c, "invalid regex %s at %s: %.*s", schema_go_quote(a, r->pattern).p, schema_go_quote(a, at).p, STR_ARG(r->error));
    }
    return true;
}

/* ---- references ---- */

static bool reference(struct building *b, const char *key, struct rule **out, struct str *anchor)
{
    const struct value *v = find_kind(b, key, V_STR);
    struct str fragment;
    *out = NULL;
    if (!v) return true;
    struct schema_node *n = schema_resolve(b->c, b->node->root, b->resource, v_text(*v), &fragment);
    if (!n) return false;
    *out = enqueue(b->c, n);
    if (anchor && fragment.n && fragment.p[0] != '/') *anchor = fragment;
    return true;
}

/* ---- the keywords ---- */

static void set_bound(struct rule_bound *bound, struct arena *a, struct schema_number n)
{
    bound->given = true;
    bound->number = n;
    bound->is_whole = schema_number_is_whole(n) && n.exponent <= 15;
    if (bound->is_whole) bound->whole = schema_number_double(a, n);
}

/* Draft 4 has flags beside minimum and maximum; a flag in a later draft counts as well. */
static void build_bounds(struct building *b, const char *inclusive, const char *exclusive, struct rule_bound *within, struct rule_bound *beyond)
{
    struct schema_number n;
    bool flag = is_true(b, exclusive);
    if (number_of(b, inclusive, &n)) set_bound(flag ? beyond : within, b->c->a, n);
    if (!flag && number_of(b, exclusive, &n)) set_bound(beyond, b->c->a, n);
}

static void build_number(struct building *b)
{
    struct rule_number r = {0};
    struct schema_number n;
    r.has_divisor = number_of(b, "multipleOf", &n);
    if (r.has_divisor) r.divisor = schema_divisor_make(b->c->a, n);
    build_bounds(b, "maximum", "exclusiveMaximum", &r.maximum, &r.below);
    build_bounds(b, "minimum", "exclusiveMinimum", &r.minimum, &r.above);
    if (!r.has_divisor && !r.maximum.given && !r.minimum.given && !r.above.given && !r.below.given) return;
    b->rule->number = NEW(b->c->a, struct rule_number);
    *b->rule->number = r;
}

static bool build_text(struct building *b)
{
    struct rule_text r = {0};
    const struct value *pattern = find_kind(b, "pattern", V_STR);
    r.has_min = whole_of(b, "minLength", &r.min);
    r.has_max = whole_of(b, "maxLength", &r.max);
    if (pattern) r.pattern = schema_regex_get(b->c, v_text(*pattern));
    if (pattern && !r.pattern->regex) {
        struct arena *a = b->c->a;
        struct str at = schema_location(a, b->node->root->url, b->node->ptr, "pattern");
        return schema_fail(b->c, "invalid regex %s at %s: %.*s", schema_go_quote(a, r.pattern->pattern).p, schema_go_quote(a, at).p,
                           STR_ARG(r.pattern->error));
    }
    if (!r.has_min && !r.has_max && !r.pattern) return true;
    b->rule->text = NEW(b->c->a, struct rule_text);
    *b->rule->text = r;
    return true;
}

uint8_t schema_type_of(struct value v)
{
    switch (v.kind) {
    case V_NIL: return TYPE_NULL;
    case V_BOOL: return TYPE_BOOLEAN;
    case V_INT: case V_UINT: case V_FLOAT: return TYPE_NUMBER;
    case V_STR: return v.type == GO_JSON_NUMBER ? TYPE_NUMBER : TYPE_STRING;
    case V_LIST: return TYPE_ARRAY;
    case V_MAP: return TYPE_OBJECT;
    default: return 0;
    }
}

static uint8_t named_type(struct value v)
{
    static const struct { const char *name; uint8_t type; } types[] = {
        {"string", TYPE_STRING}, {"object", TYPE_OBJECT}, {"boolean", TYPE_BOOLEAN}, {"integer", TYPE_INTEGER},
        {"array", TYPE_ARRAY}, {"number", TYPE_NUMBER}, {"null", TYPE_NULL},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types && v.kind == V_STR; i++)
        if (str_is(v_text(v), types[i].name)) return types[i].type;
    return 0;
}

/* Places are asked for in the library's order: the first that is wrong stops the compilation. */
static bool build_applicators(struct building *b)
{
    b->logic.all = sub_list(b, "allOf");
    b->logic.any = sub_list(b, "anyOf");
    b->logic.one = sub_list(b, "oneOf");
    b->logic.not = sub(b, "not");
    if (b->rule->version < 2020 && find_kind(b, "items", V_LIST)) {
        b->array.prefix = sub_list(b, "items");
        b->array.additional = sub_additional(b, "additionalItems");
    } else if (b->rule->version < 2020) {
        b->array.items = sub(b, "items");
    }
    b->object.properties = sub_members(b, "properties", SCHEMAS);
    if (!sub_patterns(b, &b->object.patterns)) return false;
    b->object.additional = sub_additional(b, "additionalProperties");
    b->object.dependencies = sub_members(b, "dependencies", NAMES_OR_SCHEMAS);
    return true;
}

static bool build_validation(struct building *b)
{
    const struct value *type = find(b, "type"), *values = find_kind(b, "enum", V_LIST), *required = find_kind(b, "required", V_LIST);
    if (type) b->rule->types = named_type(*type);
    if (type && type->kind == V_LIST)
        for (uint32_t i = 0; i < list_len(*type); i++) b->rule->types |= named_type(type->u.list->v[i]);
    if (values) {
        b->rule->enumeration = values->u.list;
        for (uint32_t i = 0; i < list_len(*values); i++) b->rule->enum_types |= schema_type_of(values->u.list->v[i]);
    }
    build_number(b);
    if (!build_text(b)) return false;
    b->array.has_min = whole_of(b, "minItems", &b->array.min);
    b->array.has_max = whole_of(b, "maxItems", &b->array.max);
    b->array.unique = is_true(b, "uniqueItems");
    b->object.has_min = whole_of(b, "minProperties", &b->object.min);
    b->object.has_max = whole_of(b, "maxProperties", &b->object.max);
    if (required) b->object.required = names_of(b->c->a, *required);
    return true;
}

static bool asserts_format(const struct building *b)
{
    struct schema_dialect d = b->resource->dialect;
    if (b->c->assert_format || b->rule->version < 2019) return true;
    return schema_has_vocab(d, b->rule->version == 2019 ? VOCAB_FORMAT : VOCAB_FORMAT_ASSERTION);
}

static bool build_draft_4(struct building *b, bool applies, bool validates)
{
    if (!reference(b, "$ref", &b->rule->ref, NULL)) return false;
    if (b->rule->version < 2019 && b->rule->ref) return true; /* beside a $ref nothing counts */
    if (applies && !build_applicators(b)) return false;
    if (validates && !build_validation(b)) return false;
    const struct value *format = asserts_format(b) ? find_kind(b, "format", V_STR) : NULL;
    if (format) b->rule->format = schema_format_find(v_text(*format));
    return true;
}

/* Also beside a $ref, where the library forgets to stop: const counts there. */
static void build_draft_6(struct building *b, bool applies, bool validates)
{
    const struct value *constant = find(b, "const");
    if (applies) {
        b->array.contains = sub(b, "contains");
        b->object.names = sub(b, "propertyNames");
    }
    if (!validates || !constant) return;
    b->rule->has_constant = true;
    b->rule->constant = *constant;
}

static void build_draft_7(struct building *b, bool applies)
{
    const struct value *known = find_kind(b, "if", V_BOOL);
    if (!applies || !find(b, "if")) return;
    b->logic.when = sub(b, "if");
    if (!known || known->u.b) b->logic.then = sub(b, "then");
    if (!known || !known->u.b) b->logic.otherwise = sub(b, "else");
}

static bool build_draft_2019(struct building *b, bool applies, bool validates)
{
    if (!reference(b, "$recursiveRef", &b->rule->recursive_ref, NULL)) return false;
    b->rule->recursive_anchor = is_true(b, "$recursiveAnchor");
    if (validates && b->array.contains) {
        b->array.has_min_contains = whole_of(b, "minContains", &b->array.min_contains);
        b->array.has_max_contains = whole_of(b, "maxContains", &b->array.max_contains);
    }
    if (validates) b->object.dependent_required = sub_members(b, "dependentRequired", NAMES);
    if (applies) b->object.dependent_schemas = sub_members(b, "dependentSchemas", SCHEMAS);
    if (!schema_has_vocab(b->resource->dialect, b->rule->version == 2019 ? VOCAB_APPLICATOR : VOCAB_UNEVALUATED)) return true;
    b->array.unevaluated = sub(b, "unevaluatedItems");
    b->object.unevaluated = sub(b, "unevaluatedProperties");
    return true;
}

static bool build_draft_2020(struct building *b, bool applies)
{
    if (!reference(b, "$dynamicRef", &b->rule->dynamic_ref, &b->rule->dynamic_ref_anchor)) return false;
    b->rule->dynamic_anchor = text_of(b, "$dynamicAnchor");
    if (!applies) return true;
    b->array.prefix = sub_list(b, "prefixItems");
    b->array.items = sub(b, "items");
    return true;
}

static void keep_logic(struct building *b)
{
    const struct rule_logic *l = &b->logic;
    if (!l->all.n && !l->any.n && !l->one.n && !l->not && !l->when) return;
    b->rule->logic = NEW(b->c->a, struct rule_logic);
    *b->rule->logic = *l;
}

static void keep_array(struct building *b)
{
    const struct rule_array *r = &b->array;
    b->rule->items_evaluated = r->prefix.n;
    b->rule->all_items_evaluated = r->items || r->additional.given;
    if (!r->items && !r->prefix.n && !r->additional.given && !r->contains && !r->has_min && !r->has_max && !r->unique && !r->unevaluated) return;
    b->rule->array = NEW(b->c->a, struct rule_array);
    *b->rule->array = *r;
}

static void keep_object(struct building *b)
{
    const struct rule_object *r = &b->object;
    b->rule->all_properties_evaluated = r->additional.given;
    bool any = r->properties.n || r->patterns.n || r->additional.given || r->dependencies.n || r->names || r->dependent_schemas.n || r->has_min || r->has_max ||
               r->required.n || r->dependent_required.n || r->unevaluated;
    if (!any) return;
    b->rule->object = NEW(b->c->a, struct rule_object);
    *b->rule->object = *r;
}

static bool build(struct building *b)
{
    struct schema_dialect d = b->resource->dialect;
    int version = b->rule->version;
    bool applies = schema_has_vocab(d, VOCAB_APPLICATOR), validates = schema_has_vocab(d, VOCAB_VALIDATION);
    if (!build_draft_4(b, applies, validates)) return false;
    if (version >= 6) build_draft_6(b, applies, validates);
    if (version >= 7) build_draft_7(b, applies);
    if (version >= 2019 && !build_draft_2019(b, applies, validates)) return false;
    if (version >= 2020 && !build_draft_2020(b, applies)) return false;
    keep_logic(b);
    keep_array(b);
    keep_object(b);
    return true;
}

static void build_dynamic(struct schema_compiler *c, struct rule *r, struct schema_resource *resource)
{
    if (r->version < 2020 || r->base != r || !resource->dynamic.n) return;
    r->dynamic = NEW(c->a, struct strmap);
    *r->dynamic = strmap_new(c->a);
    for (size_t i = 0; i < resource->dynamic.n; i++)
        strmap_put(r->dynamic, resource->dynamic.items[i].key, enqueue(c, resource->dynamic.items[i].value));
}

static bool compile(struct schema_compiler *c, struct rule *r)
{
    struct schema_node *n = r->node;
    if (!schema_node_ensure(c, n)) return false;
    struct schema_resource *resource = schema_resource_of(n->root, n->ptr);
    r->version = resource->dialect.draft->version;
    r->base = enqueue(c, schema_node_get(n->root, resource->ptr));
    build_dynamic(c, r, resource);
    if (n->value.kind == V_BOOL) {
        r->always = n->value.u.b;
        r->never = !r->always;
    }
    if (n->value.kind != V_MAP) return true;
    r->always = !map_len(n->value);
    struct building b = {.c = c, .node = n, .resource = resource, .rule = r, .m = n->value.u.map};
    return r->always || build(&b);
}

struct rule *schema_compile_root(struct schema_compiler *c, struct str url)
{
    struct schema_root *root = schema_root_get(c, url);
    if (!root) return NULL;
    struct rule *top = enqueue(c, root->top);
    static const struct str none;
    c->error = none;
    for (size_t i = 0; i < c->n; i++) {
        guard_step(c->a->guard);
        if (!compile(c, c->queue[i])) return NULL;
    }
    c->n = 0;
    return top;
}
