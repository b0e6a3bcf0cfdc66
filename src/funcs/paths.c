/* Go's path package. The os forms are filepath's, which on Unix are the same. */
#include "funcs/funcs.h"

static bool call_base(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    if (!s.n) return ret_str(out, STR("."));
    while (s.n && s.p[s.n - 1] == '/') s.n--;
    if (!s.n) return ret_str(out, STR("/"));
    return ret_str(out, str_from_n(s, (size_t)(str_find_last(s, STR("/")) + 1)));
}

static bool call_clean(struct call *c, struct value *out) { return ret_str(out, path_clean(c->a, arg_str(c, 0))); }

static bool call_dir(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    return ret_str(out, path_clean(c->a, str_sub(s, 0, (size_t)(str_find_last(s, STR("/")) + 1))));
}

static bool call_ext(struct call *c, struct value *out)
{
    struct str s = arg_str(c, 0);
    s = str_from_n(s, (size_t)(str_find_last(s, STR("/")) + 1));
    ptrdiff_t dot = str_find_last(s, STR("."));
    return ret_str(out, dot < 0 ? STR("") : str_from_n(s, (size_t)dot));
}

static bool call_is_abs(struct call *c, struct value *out) { return ret(out, v_bool(str_starts(arg_str(c, 0), STR("/")))); }

const struct func funcs_paths[] = {
    {"base", "s", call_base, 0},
    {"clean", "s", call_clean, 0},
    {"dir", "s", call_dir, 0},
    {"ext", "s", call_ext, 0},
    {"isAbs", "s", call_is_abs, 0},
    {"osBase", "s", call_base, 0},
    {"osClean", "s", call_clean, 0},
    {"osDir", "s", call_dir, 0},
    {"osExt", "s", call_ext, 0},
    {"osIsAbs", "s", call_is_abs, 0},
    {0},
};
