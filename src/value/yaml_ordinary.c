/* Documents that need no decoding to know that they can be decoded: nearly all. */
#include <math.h>

#include "value/yaml_decode.h"
#include "value/yaml_resolve.h"

static bool is_sound_key(const struct yaml_node *n)
{
    struct value v;
    if (n->kind != YAML_SCALAR || n->tag.n || (n->implicit && str_is(n->text, "<<"))) return false;
    if (!n->implicit) return true;
    yaml_resolve(n->text, &v);
    return v.kind == V_STR || v.kind == V_BOOL || v.kind == V_INT || (v.kind == V_FLOAT && isfinite(v.u.f));
}

static bool is_sound_scalar(const struct yaml_node *n)
{
    enum { LONGEST_SPECIAL = 5 }; /* "-.inf": no other text is a number that JSON cannot have */
    struct value v;
    if (n->tag.n) return false;
    if (!n->implicit || !n->text.n || n->text.n > LONGEST_SPECIAL || (n->text.p[0] != '.' && n->text.p[0] != '+' && n->text.p[0] != '-')) return true;
    yaml_resolve(n->text, &v);
    return v.kind != V_FLOAT || isfinite(v.u.f);
}

/* The parser has bounded the depth. */
static bool is_sound(const struct yaml_node *v, uint32_t i)
{
    const struct yaml_node *n = &v[i];
    if (n->kind == YAML_SCALAR) return is_sound_scalar(n);
    if (n->kind == YAML_ALIAS) return false;
    bool mapping = n->kind == YAML_MAPPING;
    for (uint32_t c = 0, at = i + 1; c < n->children; c++, at = v[at].end)
        if (mapping && c % 2 == 0 ? !is_sound_key(&v[at]) : !is_sound(v, at)) return false;
    return true;
}

bool yaml_is_ordinary(const struct yaml_nodes *nodes) { return is_sound(nodes->v, 0); }
