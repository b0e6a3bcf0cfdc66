/* semver, semverCompare: sprig's semver.go over Masterminds/semver. */
#include "text/semver.h"
#include "tmpl/env.h"

#include "funcs/funcs.h"

struct version {
    struct semver v;
    bool pointer; /* *semver.Version, else the struct itself: what IncMinor and its kin give */
};

static const struct objtype *type_of_version(bool pointer);

static struct value version_value(struct arena *a, struct semver v, bool pointer)
{
    struct obj *o = NEW(a, struct obj);
    struct version *data = NEW(a, struct version);
    data->v = v;
    data->pointer = pointer;
    o->type = type_of_version(pointer);
    o->data = data;
    return v_obj(o);
}

static const struct semver *semver_of(struct value v) { return &((const struct version *)v.u.obj->data)->v; }
static struct value v_uint64(uint64_t u) { return (struct value){.kind = V_UINT, .type = GO_UINT64, .u.u = u}; }

/* ---- methods ---- */

static bool version_major(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_uint64(semver_of(r)->major)); }
static bool version_minor(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_uint64(semver_of(r)->minor)); }
static bool version_patch(struct call *c, struct value r, struct value *out) { (void)c; return ret(out, v_uint64(semver_of(r)->patch)); }
static bool version_prerelease(struct call *c, struct value r, struct value *out) { (void)c; return ret_str(out, semver_of(r)->pre); }
static bool version_metadata(struct call *c, struct value r, struct value *out) { (void)c; return ret_str(out, semver_of(r)->meta); }
static bool version_original(struct call *c, struct value r, struct value *out) { (void)c; return ret_str(out, semver_of(r)->original); }
static bool version_string(struct call *c, struct value r, struct value *out) { return ret_str(out, semver_show(c->a, semver_of(r))); }

/* The original of a changed version keeps its leading v. */
static bool ret_changed(struct call *c, const struct semver *from, struct semver next, struct value *out)
{
    bool v = str_starts(from->original, STR("v"));
    next.original = str_concat(c->a, v ? STR("v") : STR(""), semver_show(c->a, &next));
    return ret(out, version_value(c->a, next, false));
}

static bool version_inc_major(struct call *c, struct value r, struct value *out)
{
    return ret_changed(c, semver_of(r), (struct semver){.major = semver_of(r)->major + 1}, out);
}

static bool version_inc_minor(struct call *c, struct value r, struct value *out)
{
    const struct semver *v = semver_of(r);
    return ret_changed(c, v, (struct semver){.major = v->major, .minor = v->minor + 1}, out);
}

/* A prerelease comes before its version: the next patch is that version itself. */
static bool version_inc_patch(struct call *c, struct value r, struct value *out)
{
    const struct semver *v = semver_of(r);
    return ret_changed(c, v, (struct semver){.major = v->major, .minor = v->minor, .patch = v->patch + !v->pre.n}, out);
}

static bool all_in(struct str s, bool letters)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool digit = c >= '0' && c <= '9', letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        if (!digit && !(letters && letter)) return false;
    }
    return true;
}

static bool check_segments(struct call *c, struct str s, bool prerelease)
{
    struct str segment;
    for (bool more = s.n > 0; more;) {
        more = str_cut(s, STR("."), &segment, &s);
        if (prerelease && all_in(segment, false)) {
            if (segment.n > 1 && segment.p[0] == '0') return call_fail(c, "version segment starts with 0");
        } else if (!all_in(segment, true)) {
            return call_fail(c, prerelease ? "invalid prerelease string" : "invalid metadata string");
        }
    }
    return true;
}

static bool version_set_prerelease(struct call *c, struct value r, struct value *out)
{
    struct semver next = *semver_of(r);
    next.pre = arg_str(c, 0);
    return check_segments(c, next.pre, true) && ret_changed(c, semver_of(r), next, out);
}

static bool version_set_metadata(struct call *c, struct value r, struct value *out)
{
    struct semver next = *semver_of(r);
    next.meta = arg_str(c, 0);
    return check_segments(c, next.meta, false) && ret_changed(c, semver_of(r), next, out);
}

/* The other version of a comparison. */
static bool compare(struct call *c, struct value r, int *order)
{
    if (c->arg[0].kind == V_NIL) return call_fail(c, "runtime error: invalid memory address or nil pointer dereference");
    *order = semver_compare(semver_of(r), semver_of(c->arg[0]));
    return true;
}

static bool version_compare(struct call *c, struct value r, struct value *out)
{
    int order = 0;
    return compare(c, r, &order) && ret(out, v_int(order));
}

static bool version_equal(struct call *c, struct value r, struct value *out)
{
    int order = 0;
    return compare(c, r, &order) && ret(out, v_bool(order == 0));
}

static bool version_less(struct call *c, struct value r, struct value *out)
{
    int order = 0;
    return compare(c, r, &order) && ret(out, v_bool(order < 0));
}

static bool version_less_equal(struct call *c, struct value r, struct value *out)
{
    int order = 0;
    return compare(c, r, &order) && ret(out, v_bool(order <= 0));
}

static bool version_greater(struct call *c, struct value r, struct value *out)
{
    int order = 0;
    return compare(c, r, &order) && ret(out, v_bool(order > 0));
}

static bool version_greater_equal(struct call *c, struct value r, struct value *out)
{
    int order = 0;
    return compare(c, r, &order) && ret(out, v_bool(order >= 0));
}

/* The struct's own methods, and those that only its pointer has. */
#define STRUCT_METHODS                                                                                     \
    {"IncMajor", "", version_inc_major}, {"IncMinor", "", version_inc_minor}, {"IncPatch", "", version_inc_patch}, \
    {"Major", "", version_major}, {"Metadata", "", version_metadata}, {"Minor", "", version_minor},        \
    {"Patch", "", version_patch}, {"Prerelease", "", version_prerelease},                                  \
    {"SetMetadata", "s", version_set_metadata}, {"SetPrerelease", "s", version_set_prerelease}, {"String", "", version_string}

static const struct method struct_methods[] = {STRUCT_METHODS, {0}};

static const struct method pointer_methods[] = {
    {"Compare", "V", version_compare},
    {"Equal", "V", version_equal},
    {"GreaterThan", "V", version_greater},
    {"GreaterThanEqual", "V", version_greater_equal},
    {"LessThan", "V", version_less},
    {"LessThanEqual", "V", version_less_equal},
    {"Original", "", version_original},
    STRUCT_METHODS,
    {0},
};

static struct str version_print(struct arena *a, const struct obj *o)
{
    return semver_show(a, &((const struct version *)o->data)->v);
}

static bool version_equals(const struct obj *x, const struct obj *y)
{
    const struct semver *v = &((const struct version *)x->data)->v, *w = &((const struct version *)y->data)->v;
    return v->major == w->major && v->minor == w->minor && v->patch == w->patch && str_eq(v->pre, w->pre) && str_eq(v->meta, w->meta) &&
           str_eq(v->original, w->original);
}

static struct value version_json(struct arena *a, const struct obj *o) { return v_str(version_print(a, o)); }

static const struct objtype *type_of_version(bool pointer)
{
    static const struct objtype types[] = {
        {.name = "semver.Version", .print = version_print, .methods = struct_methods, .json = version_json, .equal = version_equals},
        {.name = "*semver.Version", .print = version_print, .methods = pointer_methods, .json = version_json, .equal = version_equals},
    };
    return &types[pointer];
}

/* ---- functions ---- */

static bool fail_version(struct call *c, struct str error)
{
    return call_fail(c, "%.*s", STR_ARG(call_env(c)->helm_major == 3 ? semver_error_helm3(error) : error));
}

static bool fn_semver(struct call *c, struct value *out)
{
    struct semver v;
    struct str error;
    if (!semver_parse(c->a, arg_str(c, 0), &v, &error)) return fail_version(c, error);
    return ret(out, version_value(c->a, v, true));
}

static bool fn_semver_compare(struct call *c, struct value *out)
{
    struct semver v;
    struct str error;
    struct semver_constraints *constraints = semver_constraints_parse(c->a, arg_str(c, 0), &error);
    if (!constraints) return call_fail(c, "%.*s", STR_ARG(error));
    if (!semver_parse(c->a, arg_str(c, 1), &v, &error)) return fail_version(c, error);
    return ret(out, v_bool(semver_check(constraints, &v)));
}

const struct func funcs_semver[] = {
    {"semver", "s", fn_semver, 0},
    {"semverCompare", "ss", fn_semver_compare, 0},
    {0},
};
