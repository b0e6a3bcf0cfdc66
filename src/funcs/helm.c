/* Helm's own functions: pkg/engine/funcs.go and engine.go. */
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
    if (call_failure(c, FAILURE_FAIL, arg_str(c, 0))) return ret_str(out, STR(""));
    return fail_in_own_words(c, arg_str(c, 0));
}

static bool fn_required(struct call *c, struct value *out)
{
    struct value v = c->arg[1];
    if (v.kind == V_NIL || (v.kind == V_STR && v.type == GO_AUTO && v.n == 0)) {
        if (!call_failure(c, FAILURE_REQUIRED, arg_str(c, 0))) return fail_in_own_words(c, arg_str(c, 0));
    }
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

static bool fn_to_yaml(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    yaml_write(&b, c->arg[0]);
    return ret_str(out, str_trim_suffix(buf_done(&b), STR("\n")));
}

static bool fn_must_to_yaml(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    struct str error;
    if (!yaml_marshal(&b, c->arg[0], &error)) return call_fail(c, "%.*s", STR_ARG(error));
    return ret_str(out, str_trim_suffix(buf_done(&b), STR("\n")));
}

static bool fn_to_yaml_pretty(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    yaml_write_pretty(&b, c->arg[0]);
    return ret_str(out, str_trim_suffix(buf_done(&b), STR("\n")));
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
    *error = yaml_misfit(c->a, v, type);
    *out = v;
    return !error->n;
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
