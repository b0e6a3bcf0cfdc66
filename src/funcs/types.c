/* sprig's questions about Go types (sprig/reflect.go). */
#include "funcs/funcs.h"

static bool call_type_of(struct call *c, struct value *out) { return ret_str(out, str_from(value_type_name(c->arg[0]))); }

static bool call_type_is(struct call *c, struct value *out)
{
    return ret(out, v_bool(str_is(arg_str(c, 0), value_type_name(c->arg[1]))));
}

/* A pointer to the type counts too. */
static bool call_type_is_like(struct call *c, struct value *out)
{
    const char *type = value_type_name(c->arg[1]);
    return ret(out, v_bool(str_is(arg_str(c, 0), type) || (type[0] == '*' && str_is(arg_str(c, 0), type + 1))));
}

static bool call_kind_of(struct call *c, struct value *out) { return ret_str(out, str_from(funcs_kind(c->arg[0]))); }

static bool call_kind_is(struct call *c, struct value *out)
{
    return ret(out, v_bool(str_is(arg_str(c, 0), funcs_kind(c->arg[1]))));
}

static bool call_deep_equal(struct call *c, struct value *out)
{
    return ret(out, v_bool(funcs_equal(c, c->arg[0], c->arg[1])));
}

const struct func funcs_types[] = {
    {"deepEqual", "aa", call_deep_equal, FUNC_DEEP},
    {"kindIs", "sa", call_kind_is, 0},
    {"kindOf", "a", call_kind_of, 0},
    {"typeIs", "sa", call_type_is, 0},
    {"typeIsLike", "sa", call_type_is_like, 0},
    {"typeOf", "a", call_type_of, 0},
    {0},
};
