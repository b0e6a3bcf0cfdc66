#include "kube/field.h"

#include "text/units.h"

int64_t field_int(struct value v, int64_t otherwise)
{
    switch (v.kind) {
    case V_INT: return v.u.i;
    case V_UINT: return v.u.u > INT64_MAX ? otherwise : (int64_t)v.u.u;
    case V_FLOAT: return v.u.f > -9e15 && v.u.f < 9e15 ? (int64_t)v.u.f : otherwise;
    default: return otherwise;
    }
}

bool field_bool(struct value v, bool otherwise) { return v.kind == V_BOOL ? v.u.b : otherwise; }

int64_t field_scaled(struct value v, int64_t total, bool round_up, int64_t otherwise)
{
    if (v.kind != V_STR) return field_int(v, otherwise);
    struct str s = v_text(v);
    if (!str_ends(s, STR("%")) || s.n > 8 || s.n < 2) return otherwise;
    int64_t percent = 0;
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return otherwise;
        percent = percent * 10 + (s.p[i] - '0');
    }
    if (total < 0 || total > INT32_MAX) return otherwise;
    return (percent * total + (round_up ? 99 : 0)) / 100;
}

uint32_t field_len(struct value v) { return v.kind == V_LIST ? list_len(v) : 0; }

struct value field_item(struct value v, uint32_t i) { return i < field_len(v) ? v.u.list->v[i] : NIL; }

struct str field_group(struct str api_version)
{
    struct str group, version;
    return str_cut(api_version, STR("/"), &group, &version) ? group : (struct str){0};
}

bool field_holds_quantities(struct str name) { return str_is(name, "requests") || str_is(name, "limits") || str_is(name, "capacity") || str_is(name, "hard"); }
bool field_is_quantity(struct str name) { return str_is(name, "sizeLimit"); }

/* k8s.io/apimachinery/pkg/api/resource, Quantity: two spellings of one number are the same to the API server (Semantic.DeepEqual). */
bool field_quantity(struct value v, int64_t *milli)
{
    const double most = 9e15;
    bool whole = v.kind == V_INT && v.u.i > -INT64_MAX / 1000 && v.u.i < INT64_MAX / 1000;
    if (whole) *milli = v.u.i * 1000;
    else if (v.kind == V_FLOAT && v.u.f > -most / 1000 && v.u.f < most / 1000 && v.u.f * 1000 == (double)(int64_t)(v.u.f * 1000)) *milli = (int64_t)(v.u.f * 1000);
    else if (v.kind != V_STR || !quantity_parse(v_text(v), milli)) return false;
    return *milli != INT64_MAX && *milli != -INT64_MAX;
}
