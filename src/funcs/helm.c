/* Helm's own functions: pkg/engine/funcs.go and engine.go. */
#include <math.h>

#include "funcs/funcs.h"
#include "tmpl/env.h"
#include "tmpl/exec.h"
#include "value/yaml.h"

static bool fn_include(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    if (!tmpl_include(c, arg_str(c, 0), c->arg[1], &b)) return false;
    return ret_str(out, buf_done(&b));
}

static bool fn_tpl(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    if (!tmpl_tpl(c, arg_str(c, 0), c->arg[1], &b)) return false;
    return ret_str(out, buf_done(&b));
}

/* Helm wraps the chart's own words in marks, by which it finds them again in the error that Go's template engine has
 * wrapped around them. */
static bool fail_in_own_words(struct call *c, struct str words)
{
    return call_fail(c, "HELM_ERR_START%.*sHELM_ERR_END", STR_ARG(words));
}

static bool fn_fail(struct call *c, struct value *out)
{
    (void)out;
    return fail_in_own_words(c, arg_str(c, 0));
}

static bool fn_required(struct call *c, struct value *out)
{
    struct value v = c->arg[1];
    if (v.kind == V_NIL || (v.kind == V_STR && v.type == GO_AUTO && v.n == 0)) return fail_in_own_words(c, arg_str(c, 0));
    return ret(out, v);
}

static bool fn_lookup(struct call *c, struct value *out)
{
    const struct env *e = call_env(c);
    if (!e->lookup) return ret(out, v_map(map_new(c->a)));
    return ret(out, e->lookup(e->lookup_context, c->a, arg_str(c, 0), arg_str(c, 1), arg_str(c, 2), arg_str(c, 3)));
}

/* Without --enable-dns Helm answers every name with an empty text. */
static bool fn_get_host_by_name(struct call *c, struct value *out)
{
    (void)c;
    return ret_str(out, STR(""));
}

/* ---- YAML ---- */

/* What keeps a value out of JSON, through which toYaml goes: NaN and infinities, or a map that holds itself (any nesting
 * beyond the limit is taken for that). NULL when there is nothing, else what encoding/json says of it. */
static const char *unsupported(struct guard *g, struct value v, uint32_t depth)
{
    const char *bad = NULL;
    if (v.kind == V_FLOAT && !isfinite(v.u.f)) return isnan(v.u.f) ? "NaN" : v.u.f > 0 ? "+Inf" : "-Inf";
    if (v.kind != V_LIST && v.kind != V_MAP) return NULL;
    if (depth > g->max.depth) return "encountered a cycle via map[string]interface {}";
    if (++g->steps > g->max.steps) guard_trip(g, "a value is too large to be written as YAML: more than %llu steps", (unsigned long long)g->max.steps);
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v) && !bad; i++) bad = unsupported(g, v.u.list->v[i], depth + 1);
    else
        for (uint32_t i = 0; i < map_len(v) && !bad; i++) bad = unsupported(g, v.u.map->v[i].value, depth + 1);
    return bad;
}

static struct str yaml_text(struct arena *a, struct value v, void (*write)(struct buf *b, struct value v))
{
    struct buf b = buf_new(a);
    write(&b, v);
    return str_trim_suffix(buf_done(&b), STR("\n"));
}

static bool fn_to_yaml(struct call *c, struct value *out)
{
    if (unsupported(c->a->guard, c->arg[0], 0)) return ret_str(out, STR(""));
    return ret_str(out, yaml_text(c->a, c->arg[0], yaml_write));
}

static bool fn_must_to_yaml(struct call *c, struct value *out)
{
    const char *bad = unsupported(c->a->guard, c->arg[0], 0);
    if (bad) return call_fail(c, "error marshaling into JSON: json: unsupported value: %s", bad);
    return ret_str(out, yaml_text(c->a, c->arg[0], yaml_write));
}

static bool fn_to_yaml_pretty(struct call *c, struct value *out)
{
    return ret_str(out, yaml_text(c->a, c->arg[0], yaml_write_pretty));
}

static const char *json_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return "bool";
    case V_STR: return "string";
    case V_LIST: return "array";
    case V_MAP: return "object";
    default: return "number";
    }
}

/* Reads a document into a Go variable of type `want`; false and *error when it is something else. A null document leaves
 * the zero value: a nil map or slice. */
static bool read_as(struct call *c, enum kind want, const char *type, struct value *out, struct str *error)
{
    struct yaml_options o = {0};
    struct place at = NOWHERE;
    struct value v = NIL;
    if (!yaml_read(c->a, arg_str(c, 0), &o, &v, error, &at)) return false;
    if (v.kind == V_NIL) v = want == V_MAP ? v_map(NULL) : v_list(NULL);
    *out = v;
    if (v.kind == want) return true;
    *error = str_printf(c->a, "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go value of type %s",
                        json_kind(v), type);
    return false;
}

static bool fn_from_yaml(struct call *c, struct value *out)
{
    struct str error = {0};
    if (read_as(c, V_MAP, "map[string]interface {}", out, &error)) return true;
    struct map *m = map_new(c->a);
    map_putz(m, "Error", v_str(error));
    return ret(out, v_map(m));
}

static bool fn_from_yaml_array(struct call *c, struct value *out)
{
    struct str error = {0};
    if (read_as(c, V_LIST, "[]interface {}", out, &error)) return true;
    struct list *l = list_new(c->a);
    list_add(l, v_str(error));
    return ret(out, v_list(l));
}

const struct func funcs_helm[] = {
    {"include", "sa", fn_include, FUNC_PASSES},
    {"tpl", "sa", fn_tpl, FUNC_PASSES},
    {"required", "sa", fn_required, FUNC_PASSES},
    {"fail", "s", fn_fail, 0},
    {"lookup", "ssss", fn_lookup, FUNC_CLUSTER},
    {"getHostByName", "s", fn_get_host_by_name, FUNC_CLUSTER},
    {"toYaml", "a", fn_to_yaml, FUNC_PASSES | FUNC_DEEP},
    {"mustToYaml", "a", fn_must_to_yaml, FUNC_PASSES | FUNC_DEEP},
    {"toYamlPretty", "a", fn_to_yaml_pretty, FUNC_PASSES | FUNC_DEEP},
    {"fromYaml", "s", fn_from_yaml, 0},
    {"fromYamlArray", "s", fn_from_yaml_array, 0},
    {0},
};
