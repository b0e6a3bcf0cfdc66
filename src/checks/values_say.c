#include "checks/values_say.h"

#include "value/yaml.h"

#include <strings.h>

struct place values_place(const struct facts *f, origin_id at) { return origin_get(f->origins, at)->key_at; }

struct place values_place_of_path(const struct facts *f, struct str path)
{
    uint32_t n;
    struct str *segment = usage_segments(f->a, path, &n);
    struct value v = v_map(f->new_side.user);
    struct place at = NOWHERE;
    for (uint32_t i = 0; i < n; i++) {
        struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, segment[i]) : NULL;
        if (!e) return i + 1 == n || i == 0 ? NOWHERE : at;
        at = values_place(f, e->at);
        v = e->value;
    }
    return at;
}

bool values_is_secret(struct str path)
{
    static const char *const words[] = {"password", "passwd", "secret", "token", "apikey", "api_key", "privatekey", "credential", "licensekey"};
    for (size_t i = 0; i < path.n; i++)
        for (size_t k = 0; strchr("pPsStTaAcClL", path.p[i]) && k < sizeof words / sizeof *words; k++)
            if (path.n - i >= strlen(words[k]) && strncasecmp(path.p + i, words[k], strlen(words[k])) == 0) return true;
    return false;
}

struct str values_show(struct facts *f, struct str path, struct value v)
{
    struct buf b = buf_new(f->a);
    if (v.kind == V_NIL) return STR("nothing");
    if (values_is_secret(path) && v.kind != V_BOOL) return STR("***");
    if (v.kind == V_MAP || v.kind == V_LIST) {
        if (v.kind == V_MAP ? !map_len(v) : !list_len(v)) return v.kind == V_MAP ? STR("{}") : STR("[]");
        return v.kind == V_MAP ? str_printf(f->a, "a map of %u", map_len(v)) : str_printf(f->a, "a list of %u", list_len(v));
    }
    if (v.kind == V_STR && v.n > 60) return STR("a longer text");
    yaml_write(&b, v);
    struct str s = str_trim(buf_done(&b));
    return str_chr(s, '\n') >= 0 || s.n > 60 ? STR("a longer text") : s;
}

bool values_is_of_absent(const struct chart *c, struct str name)
{
    bool listed = false;
    for (uint32_t i = 0; i < c->deps_n; i++) listed = listed || str_eq(c->deps[i].name, name) || str_eq(c->deps[i].alias, name);
    for (uint32_t i = 0; listed && i < c->subcharts_n; i++)
        for (uint32_t k = 0; k < c->deps_n; k++) /* it may be there under its own name, and meant by its alias */
            if (str_eq(c->subcharts[i]->name, c->deps[k].name) && (str_eq(c->deps[k].name, name) || str_eq(c->deps[k].alias, name))) return false;
    return listed;
}
