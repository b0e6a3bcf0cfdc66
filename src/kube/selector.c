#include "kube/selector.h"

#include "kube/field.h"

static bool has_labels(struct value wanted, const struct map *labels)
{
    for (uint32_t i = 0; wanted.kind == V_MAP && i < map_len(wanted); i++) {
        const struct entry *w = &wanted.u.map->v[i], *e = map_find(labels, w->key);
        if (!e || !value_same(e->value, w->value)) return false;
    }
    return true;
}

static bool is_among(struct value v, struct value values)
{
    for (uint32_t i = 0; i < field_len(values); i++)
        if (value_same(field_item(values, i), v)) return true;
    return false;
}

/* https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/: NotIn holds where the key is absent. */
static bool holds(struct value expression, const struct map *labels)
{
    struct str op = value_str_at(expression, "operator");
    const struct entry *e = map_find(labels, value_str_at(expression, "key"));
    struct value values = value_at(expression, "values", NULL);
    if (str_is(op, "Exists")) return e != NULL;
    if (str_is(op, "DoesNotExist")) return !e;
    if (str_is(op, "In")) return e && is_among(e->value, values);
    if (str_is(op, "NotIn")) return !e || !is_among(e->value, values);
    return false;
}

bool selector_is_empty(struct value selector, enum selector_form form)
{
    if (selector.kind != V_MAP) return true;
    if (form == SELECTOR_PLAIN) return !map_len(selector);
    struct value labels = value_at(selector, "matchLabels", NULL), expressions = value_at(selector, "matchExpressions", NULL);
    return (labels.kind != V_MAP || !map_len(labels)) && !field_len(expressions);
}

bool selector_matches(struct value selector, enum selector_form form, bool empty, const struct map *labels)
{
    if (selector_is_empty(selector, form)) return empty;
    if (form == SELECTOR_PLAIN) return has_labels(selector, labels);
    struct value expressions = value_at(selector, "matchExpressions", NULL);
    for (uint32_t i = 0; i < field_len(expressions); i++)
        if (!holds(field_item(expressions, i), labels)) return false;
    return has_labels(value_at(selector, "matchLabels", NULL), labels);
}
