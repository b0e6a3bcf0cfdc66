/* Values as JSON and TOML text, and back (Helm's pkg/engine/funcs.go; sprig/defaults.go for toPrettyJson, toRawJson and the
 * must forms that Helm has not replaced). Helm's own functions never fail: an error becomes an empty text, or the result. */
#include "funcs/funcs.h"
#include "value/json.h"
#include "value/toml.h"

static bool to_json(struct call *c, unsigned style, struct value *out, struct str *error)
{
    struct buf b = buf_new(c->a);
    if (!json_write(&b, c->arg[0], style, error)) return false;
    return ret_str(out, buf_done(&b));
}

static bool to_json_or_empty(struct call *c, unsigned style, struct value *out)
{
    struct str error;
    return to_json(c, style, out, &error) || ret_str(out, STR(""));
}

static bool to_json_or_fail(struct call *c, unsigned style, struct value *out)
{
    struct str error;
    return to_json(c, style, out, &error) || call_fail(c, "%.*s", STR_ARG(error));
}

static bool call_to_json(struct call *c, struct value *out) { return to_json_or_empty(c, JSON_COMPACT, out); }
static bool call_to_pretty_json(struct call *c, struct value *out) { return to_json_or_empty(c, JSON_INDENT2, out); }
static bool call_must_to_json(struct call *c, struct value *out) { return to_json_or_fail(c, JSON_COMPACT, out); }
static bool call_must_to_pretty_json(struct call *c, struct value *out) { return to_json_or_fail(c, JSON_INDENT2, out); }
/* toRawJson fails too: sprig lets it panic. */
static bool call_to_raw_json(struct call *c, struct value *out) { return to_json_or_fail(c, JSON_NO_HTML, out); }

static bool call_must_from_json(struct call *c, struct value *out)
{
    struct str error;
    return json_read(c->a, arg_str(c, 0), NULL, 0, 0, out, &error) || call_fail(c, "%.*s", STR_ARG(error));
}

static const char *json_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return "bool";
    case V_FLOAT: return "number";
    case V_STR: return "string";
    case V_LIST: return "array";
    default: return "object";
    }
}

/* json.Unmarshal into a Go value of `empty`'s kind and type: null makes it nil, another kind is an error and leaves it empty. */
static bool from_json(struct call *c, struct value empty, struct value *out, struct str *error)
{
    struct value v;
    bool ok = json_read(c->a, arg_str(c, 0), NULL, 0, 0, &v, error);
    *out = empty;
    if (!ok && !str_starts(*error, STR("json: "))) return false; /* bad syntax */
    if (ok && v.kind == V_NIL) {
        *out = empty.kind == V_MAP ? v_map(NULL) : v_list(NULL);
        return true;
    }
    if (v.kind == empty.kind) {
        *out = v;
        return ok;
    }
    const char *kind = v.kind == V_NIL ? "number" : json_kind(v); /* nil: one that no float64 holds */
    *error = str_printf(c->a, "json: cannot unmarshal %s into Go value of type %s", kind, value_type_name(empty));
    return false;
}

static bool call_from_json(struct call *c, struct value *out)
{
    struct str error;
    if (!from_json(c, v_map(map_new(c->a)), out, &error)) map_putz(out->u.map, "Error", v_str(error));
    return true;
}

static bool call_from_json_array(struct call *c, struct value *out)
{
    struct str error;
    if (from_json(c, v_list(list_new(c->a)), out, &error)) return true;
    *out = v_list(list_new(c->a));
    list_add(out->u.list, v_str(error));
    return true;
}

static bool call_to_toml(struct call *c, struct value *out)
{
    struct buf b = buf_new(c->a);
    struct str error;
    enum toml_written written = toml_write(&b, c->arg[0], &error);
    if (written == TOML_PANIC) return call_fail(c, "%.*s", STR_ARG(error));
    return ret_str(out, written == TOML_REFUSED ? error : buf_done(&b));
}

static bool call_from_toml(struct call *c, struct value *out)
{
    struct str error;
    if (toml_read(c->a, arg_str(c, 0), out, &error)) return true;
    *out = v_map(map_new(c->a));
    map_putz(out->u.map, "Error", v_str(error));
    return true;
}

const struct func funcs_formats[] = {
    {"fromJson", "s", call_from_json, 0},
    {"fromJsonArray", "s", call_from_json_array, 0},
    {"fromToml", "s", call_from_toml, 0},
    {"mustFromJson", "s", call_must_from_json, 0},
    {"mustToJson", "a", call_must_to_json, FUNC_DEEP},
    {"mustToPrettyJson", "a", call_must_to_pretty_json, FUNC_DEEP},
    {"mustToRawJson", "a", call_to_raw_json, FUNC_DEEP},
    {"toJson", "a", call_to_json, FUNC_DEEP},
    {"toPrettyJson", "a", call_to_pretty_json, FUNC_DEEP},
    {"toRawJson", "a", call_to_raw_json, FUNC_DEEP},
    {"toToml", "a", call_to_toml, FUNC_DEEP},
    {0},
};
