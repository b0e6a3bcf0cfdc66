/* sprig's functions about empty values (sprig/defaults.go): nil, false, 0, "", nothing in it. */
#include "funcs/funcs.h"

static bool is_empty(struct call *c, struct value v)
{
    funcs_read_shape(c, v);
    return funcs_empty(v);
}

/* The piped value comes last; what follows it would be ignored, as in sprig. */
static bool call_default(struct call *c, struct value *out)
{
    return ret(out, c->n < 2 || is_empty(c, c->arg[1]) ? c->arg[0] : c->arg[1]);
}

static bool call_empty(struct call *c, struct value *out) { return ret(out, v_bool(is_empty(c, c->arg[0]))); }

static bool call_coalesce(struct call *c, struct value *out)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (!is_empty(c, c->arg[i])) return ret(out, c->arg[i]);
    return ret(out, NIL);
}

static bool call_all(struct call *c, struct value *out)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (is_empty(c, c->arg[i])) return ret(out, v_bool(false));
    return ret(out, v_bool(true));
}

static bool call_any(struct call *c, struct value *out)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (!is_empty(c, c->arg[i])) return ret(out, v_bool(true));
    return ret(out, v_bool(false));
}

static bool call_ternary(struct call *c, struct value *out) { return ret(out, c->arg[c->arg[2].u.b ? 0 : 1]); }

const struct func funcs_defaults[] = {
    {"all", "a.", call_all, 0},
    {"any", "a.", call_any, 0},
    {"coalesce", "a.", call_coalesce, 0},
    {"default", "aa.", call_default, 0},
    {"empty", "a", call_empty, 0},
    {"ternary", "aab", call_ternary, 0},
    {0},
};
