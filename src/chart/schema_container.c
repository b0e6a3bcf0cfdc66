/* Objects, arrays, and schemas made of schemas. */
#include "chart/schema_frame.h"

/* ---- objects ---- */

/* "a, b" in quotes. */
static void add_name(struct buf *b, struct str name)
{
    if (b->n) buf_z(b, ", ");
    schema_quote(b, name);
}

/* The names of `l` that the object lacks: shown, and counted. */
static uint32_t find_missing(struct frame *f, struct name_list l, struct buf *shown)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l.n; i++) {
        if (map_find(f->value.u.map, l.v[i])) continue;
        n++;
        if (f->x->quick) return n;
        add_name(shown, l.v[i]);
    }
    return n;
}

static void check_required(struct frame *f, struct name_list l)
{
    struct buf names = buf_new(f->x->a);
    uint32_t n = find_missing(f, l, &names);
    if (!n) return;
    if (f->x->quick) return frame_add(f, NULL);
    struct str text = str_printf(f->x->a, "missing %s %.*s", n == 1 ? "property" : "properties", STR_ARG(buf_str(&names)));
    frame_add(f, frame_failure(f, text));
}

static void check_dependency(struct frame *f, const struct rule_member *m)
{
    struct schema_failure *e;
    struct buf names = buf_new(f->x->a);
    if (!map_find(f->value.u.map, m->key)) return;
    if (m->rule) {
        if (!frame_apply(f, m->rule, NULL, false, &e)) frame_add(f, e);
        return;
    }
    if (!find_missing(f, m->names, &names)) return;
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    buf_z(&b, "properties ");
    buf_add(&b, buf_str(&names));
    buf_z(&b, " required, if ");
    schema_quote(&b, m->key);
    buf_z(&b, " exists");
    frame_add(f, frame_failure(f, buf_done(&b)));
}

static void check_dependencies(struct frame *f, const struct rule_members *m)
{
    for (uint32_t i = 0; i < m->n && !(f->failed && f->x->quick); i++) check_dependency(f, &m->v[i]);
}

static void enter(struct frame *f, const struct rule *r, struct value v, const struct place_in_value *at)
{
    struct schema_failure *e;
    if (!frame_enter(f, r, v, at, &e)) frame_add(f, e);
}

/* One property; false when additionalProperties: false forbids it. */
static bool check_property(struct frame *f, const struct entry *e, const struct place_in_value *at)
{
    const struct rule_object *o = f->rule->object;
    const struct rule *r = schema_rule_find(&o->properties, e->key, e->hash);
    bool evaluated = r, allowed = true;
    if (r) enter(f, r, e->value, at);
    for (uint32_t i = 0; i < o->patterns.n; i++) {
        if (!regex_match(o->patterns.v[i].regex->regex, f->x->a, e->key, 0, NULL)) continue;
        evaluated = true;
        enter(f, o->patterns.v[i].rule, e->value, at);
    }
    if (!evaluated && o->additional.given) {
        evaluated = true;
        if (o->additional.rule) enter(f, o->additional.rule, e->value, at);
        else allowed = o->additional.allowed;
    }
    if (evaluated) frame_evaluated(f, (uint32_t)(e - f->value.u.map->v));
    return allowed;
}

static struct str key_of(const struct entry *e) { return e->key.p ? e->key : STR(""); }

static void check_properties(struct frame *f)
{
    const struct map *m = f->value.u.map;
    const struct rule_object *o = f->rule->object;
    if (!m || (!o->properties.n && !o->patterns.n && !o->additional.given)) return;
    struct entry **sorted = f->x->quick ? NULL : map_sorted(f->x->a, m);
    struct buf forbidden = buf_new(f->x->a);
    bool all_allowed = true;
    for (uint32_t i = 0; i < m->n; i++) {
        const struct entry *e = sorted ? sorted[i] : &m->v[i];
        struct place_in_value at = {.up = f->at, .key = key_of(e)};
        if (!check_property(f, e, &at)) {
            all_allowed = false;
            if (!f->x->quick) add_name(&forbidden, e->key);
        }
        if (f->x->quick && (f->failed || !all_allowed)) return frame_add(f, NULL);
    }
    if (all_allowed) return;
    struct str text = str_printf(f->x->a, "additional properties %.*s not allowed", STR_ARG(buf_str(&forbidden)));
    frame_add(f, frame_failure(f, text));
}

static void check_names(struct frame *f, const struct rule *r)
{
    const struct map *m = f->value.u.map;
    struct entry **sorted = map_sorted(f->x->a, m);
    for (uint32_t i = 0; sorted && i < m->n && !(f->failed && f->x->quick); i++) frame_check_name(f, r, key_of(sorted[i]));
}

void frame_check_object(struct frame *f)
{
    const struct rule_object *o = f->rule->object;
    int64_t n = map_len(f->value);
    if (o->has_min && n < o->min) frame_fail_count(f, "minProperties", n, o->min);
    if (o->has_max && n > o->max) frame_fail_count(f, "maxProperties", n, o->max);
    check_required(f, o->required);
    check_dependencies(f, &o->dependencies);
    if (f->failed && f->x->quick) return;
    check_properties(f);
    if (f->failed && f->x->quick) return;
    if (o->names) check_names(f, o->names);
    check_dependencies(f, &o->dependent_schemas);
    check_dependencies(f, &o->dependent_required);
}

/* ---- arrays ---- */

static void enter_item(struct frame *f, const struct rule *r, uint32_t i, uint32_t shown)
{
    struct place_in_value at = {.up = f->at, .index = i, .shown = shown};
    enter(f, r, f->value.u.list->v[i], &at);
}

static void check_items(struct frame *f)
{
    const struct rule_array *r = f->rule->array;
    uint32_t n = list_len(f->value), prefix = r->prefix.n < n ? r->prefix.n : n;
    bool stop = f->x->quick;
    for (uint32_t i = 0; i < prefix && !(stop && f->failed); i++) enter_item(f, r->prefix.v[i], i, i);
    const struct rule *rest = r->items ? r->items : r->additional.rule;
    for (uint32_t i = prefix; rest && i < n && !(stop && f->failed); i++) enter_item(f, rest, i, i - prefix);
    if (rest || !r->additional.given || r->additional.allowed || prefix == n) return;
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    buf_z(&b, "last ");
    schema_show_int(&b, n - prefix);
    buf_z(&b, " additionalItem(s) not allowed");
    frame_add(f, frame_failure(f, buf_done(&b)));
}

/* "min 2 items required to match contains schema, but matched 1 items at 0" */
static struct str contains_text(struct frame *f, const char *which, int64_t want, const struct str *matched, uint32_t n)
{
    struct buf b = buf_new(f->x->a);
    buf_printf(&b, "%s ", which);
    schema_show_int(&b, want);
    buf_z(&b, " items required to match contains schema, but ");
    if (!n && *which == 'm' && which[1] == 'i') {
        buf_z(&b, "none matched");
        return buf_done(&b);
    }
    buf_z(&b, "matched ");
    schema_show_int(&b, n);
    buf_z(&b, " items at ");
    buf_add(&b, *matched);
    return buf_done(&b);
}

static void check_contains(struct frame *f)
{
    const struct rule_array *r = f->rule->array;
    struct schema_failure *none = NEW(f->x->a, struct schema_failure), *e;
    struct buf at = buf_new(f->x->a);
    uint32_t matched = 0;
    for (uint32_t i = 0; i < list_len(f->value); i++) {
        struct place_in_value here = {.up = f->at, .index = i, .shown = i};
        if (!frame_enter(f, r->contains, f->value.u.list->v[i], &here, &e)) {
            failure_add(f, none, e);
            continue;
        }
        if (!f->x->quick) buf_printf(&at, "%s%u", matched ? " " : "", i);
        matched++;
        if (f->rule->version >= 2020) frame_evaluated(f, i);
    }
    struct str shown = buf_str(&at);
    bool few = r->has_min_contains ? matched < r->min_contains : !matched;
    bool many = r->has_max_contains && matched > r->max_contains;
    if (f->x->quick) {
        if (few || many) frame_add(f, NULL);
        return;
    }
    if (few) {
        struct schema_failure *whole =
            frame_failure(f, r->has_min_contains ? contains_text(f, "min", r->min_contains, &shown, matched) : STR("no items match contains schema"));
        whole->causes = none->causes;
        whole->n = none->n;
        frame_add(f, whole);
    }
    if (many) frame_add(f, frame_failure(f, contains_text(f, "max", r->max_contains, &shown, matched)));
}

void frame_check_array(struct frame *f)
{
    const struct rule_array *r = f->rule->array;
    int64_t n = list_len(f->value);
    uint32_t i, j;
    if (r->has_min && n < r->min) frame_fail_count(f, "minItems", n, r->min);
    if (r->has_max && n > r->max) frame_fail_count(f, "maxItems", n, r->max);
    if (r->unique && n > 1 && schema_duplicates(f->x->a, f->value.u.list, &i, &j)) {
        struct buf b = buf_new(f->x->a);
        buf_z(&b, "items at ");
        schema_show_int(&b, i);
        buf_z(&b, " and ");
        schema_show_int(&b, j);
        buf_z(&b, " are equal");
        frame_add(f, f->x->quick ? NULL : frame_failure(f, buf_done(&b)));
    }
    check_items(f);
    if (r->contains && !(f->failed && f->x->quick)) check_contains(f);
}

/* ---- schemas made of schemas ---- */

static void add_group(struct frame *f, const char *text, struct schema_failure *causes)
{
    if (f->x->quick) return frame_add(f, NULL);
    struct schema_failure *e = frame_failure(f, str_from(text));
    e->causes = causes->causes;
    e->n = causes->n;
    frame_add(f, e);
}

static void check_all(struct frame *f, const struct rule_list *l)
{
    struct schema_failure none = {0}, *e;
    bool failed = false;
    for (uint32_t i = 0; i < l->n; i++) {
        if (frame_apply(f, l->v[i], NULL, false, &e)) continue;
        failed = true;
        if (f->x->quick) break;
        failure_add(f, &none, e);
    }
    if (failed) add_group(f, "'allOf' failed", &none);
}

static void check_any(struct frame *f, const struct rule_list *l)
{
    struct schema_failure none = {0}, *e;
    bool matched = false;
    for (uint32_t i = 0; i < l->n; i++) {
        if (!frame_apply(f, l->v[i], NULL, false, &e)) {
            failure_add(f, &none, e);
            continue;
        }
        matched = true;
        if (!f->open_n) break; /* otherwise the others may evaluate more */
    }
    if (!matched) add_group(f, "'anyOf' failed", &none);
}

static void fail_two(struct frame *f, int64_t i, int64_t j)
{
    if (f->x->quick) return frame_add(f, NULL);
    struct buf b = buf_new(f->x->a);
    buf_z(&b, "'oneOf' failed, subschemas ");
    schema_show_int(&b, i);
    buf_z(&b, ", ");
    schema_show_int(&b, j);
    buf_z(&b, " matched");
    frame_add(f, frame_failure(f, buf_done(&b)));
}

static void check_one(struct frame *f, const struct rule_list *l)
{
    struct schema_failure none = {0}, *e;
    int64_t matched = -1;
    for (uint32_t i = 0; i < l->n; i++) {
        if (!frame_apply(f, l->v[i], NULL, matched >= 0, &e)) {
            if (matched < 0) failure_add(f, &none, e);
        } else if (matched >= 0) {
            fail_two(f, matched, i);
            break;
        } else {
            matched = i;
        }
    }
    if (matched < 0) add_group(f, "'oneOf' failed, none matched", &none);
}

static void check_when(struct frame *f, const struct rule_logic *l)
{
    struct schema_failure *e;
    const struct rule *next = frame_apply(f, l->when, NULL, true, NULL) ? l->then : l->otherwise;
    if (next && !frame_apply(f, next, NULL, false, &e)) frame_add(f, e);
}

void frame_check_logic(struct frame *f)
{
    const struct rule_logic *l = f->rule->logic;
    if (l->not && frame_apply(f, l->not, NULL, true, NULL)) frame_fail(f, "'not' failed");
    if (l->all.n) check_all(f, &l->all);
    if (l->any.n) check_any(f, &l->any);
    if (l->one.n) check_one(f, &l->one);
    if (l->when) check_when(f, l);
}

static void check_unevaluated_properties(struct frame *f, const struct rule *r)
{
    const struct map *m = f->value.u.map;
    struct entry **sorted = f->open_n ? map_sorted(f->x->a, m) : NULL;
    for (uint32_t i = 0; sorted && i < m->n; i++) {
        struct place_in_value at = {.up = f->at, .key = key_of(sorted[i])};
        if (f->open[sorted[i] - m->v]) enter(f, r, sorted[i]->value, &at);
    }
    f->open = NULL;
    f->open_n = 0;
}

void frame_check_unevaluated(struct frame *f)
{
    const struct rule *r = f->rule;
    if (f->value.kind == V_MAP && r->object && r->object->unevaluated) check_unevaluated_properties(f, r->object->unevaluated);
    if (f->value.kind != V_LIST || !r->array || !r->array->unevaluated) return;
    for (uint32_t i = 0; f->open_n && i < list_len(f->value); i++)
        if (f->open[i]) enter_item(f, r->array->unevaluated, i, i);
    f->open = NULL;
    f->open_n = 0;
}
