/* What several families of functions share: Go's reflection and sprig's conversions. */
#include "funcs/funcs.h"
#include "value/gofmt.h"

struct str funcs_text(struct arena *a, struct value v)
{
    if (v.kind == V_STR) return v_text(v);
    struct buf b = buf_new(a);
    gofmt_value(&b, v);
    return buf_str(&b);
}

/* A []byte is a slice too: of numbers. */
static void add_bytes(struct list *out, struct arena *a, struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++) list_add(out, v_str(str_printf(a, "%u", (unsigned)(unsigned char)bytes.p[i])));
}

struct list *funcs_texts(struct arena *a, struct value v)
{
    if (v.kind == V_LIST && v.type == GO_STRINGS && v.u.list) return v.u.list;
    struct list *out = list_new(a);
    if (v.kind == V_LIST) {
        for (uint32_t i = 0; i < list_len(v); i++) {
            struct value item = v.u.list->v[i];
            if (item.kind != V_NIL) list_add_at(out, v_str(funcs_text(a, item)), list_origin(v.u.list, i));
        }
    } else if (v.kind == V_STR && v.type == GO_BYTES) {
        add_bytes(out, a, v_text(v));
    } else if (v.kind != V_NIL) {
        list_add(out, v_str(funcs_text(a, v)));
    }
    return out;
}

static const char *int_kind(struct value v)
{
    switch (v.type) {
    case GO_INT64: case GO_DURATION: return "int64";
    case GO_INT32: return "int32";
    case GO_INT16: return "int16";
    case GO_INT8: return "int8";
    default: return "int";
    }
}

static const char *uint_kind(struct value v)
{
    switch (v.type) {
    case GO_UINT64: return "uint64";
    case GO_UINT32: return "uint32";
    case GO_UINT16: return "uint16";
    case GO_UINT8: return "uint8";
    default: return "uint";
    }
}

const char *funcs_kind(struct value v)
{
    switch (v.kind) {
    case V_BOOL: return "bool";
    case V_INT: return int_kind(v);
    case V_UINT: return uint_kind(v);
    case V_FLOAT: return v.type == GO_FLOAT32 ? "float32" : "float64";
    case V_STR: return v.type == GO_BYTES ? "slice" : "string";
    case V_LIST: return "slice";
    case V_MAP: return "map";
    case V_OBJ: return v.u.obj->type->name[0] == '*' ? "ptr" : "struct";
    default: return "invalid";
    }
}

void funcs_read_emptiness(struct call *c, struct value v)
{
    if (v.kind == V_MAP && map_len(v) == 1) call_reads(c, v.u.map->v[0].at);
    if (v.kind == V_LIST && list_len(v) == 1) call_reads(c, list_origin(v.u.list, 0));
}

bool funcs_nil_panic(struct call *c)
{
    return call_fail(c, "runtime error: invalid memory address or nil pointer dereference");
}
