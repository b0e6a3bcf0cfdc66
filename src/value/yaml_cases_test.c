/* What Helm's libraries answered (testdata/yaml, made by its oracle/), asked again. */
#include "text/cases.h"
#include "value/json.h"
#include "value/setflags.h"
#include "value/yaml.h"

static struct str as_json(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    struct str error;
    return json_write(&b, v, 0, &error) ? buf_done(&b) : error;
}

static struct value from_json(struct arena *a, struct str text)
{
    struct value v;
    struct str error;
    CHECK(json_read(a, text, NULL, 0, 0, &v, &error));
    return v;
}

/* Every second case with origins and duplicates kept: the values must be the same. */
static const struct yaml_options *options(struct arena *a, int line)
{
    struct yaml_options *o = NEW(a, struct yaml_options);
    if (line % 2) return o;
    o->origins = origins_new(a);
    o->duplicates = NEW(a, struct yaml_duplicates);
    o->duplicates->a = a;
    return o;
}

TEST(yaml_reads_as_go_did)
{
    struct cases c;
    struct str f[CASE_FIELDS], error;
    if (!cases_open(&c, a, "../yaml/read.tsv")) return;
    while (cases_next(&c, f)) {
        struct value v;
        bool ok = yaml_read(a, f[0], options(a, c.line), &v, &error, NULL);
        CASE_STR(&c, ok ? as_json(a, v) : error, f[1]);
    }
}

TEST(yaml_reads_values_files_as_helm_did)
{
    struct cases c;
    struct str f[CASE_FIELDS], error;
    if (!cases_open(&c, a, "../yaml/read-all.tsv")) return;
    while (cases_next(&c, f)) {
        struct list *l;
        bool ok = yaml_read_all(a, f[0], options(a, c.line), &l, &error, NULL);
        CASE_STR(&c, ok ? as_json(a, v_list(l)) : error, f[1]);
    }
}

/* Strings that begin with "hex:" stand for bytes. */
static struct str with_bytes(struct arena *a, struct str s)
{
    static const char digits[] = "0123456789abcdef";
    if (!str_starts(s, STR("hex:")) || s.n % 2) return s;
    struct buf b = buf_new(a);
    for (size_t i = 4; i < s.n; i += 2) {
        const char *high = strchr(digits, s.p[i]), *low = strchr(digits, s.p[i + 1]);
        if (!high || !low) return s;
        buf_byte(&b, (char)((high - digits) << 4 | (low - digits)));
    }
    return buf_done(&b);
}

static struct value all_with_bytes(struct arena *a, struct value v)
{
    if (v.kind == V_STR) return v_str(with_bytes(a, v_text(v)));
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) v.u.list->v[i] = all_with_bytes(a, v.u.list->v[i]);
    if (v.kind != V_MAP) return v;
    struct map *m = map_new(a);
    for (uint32_t i = 0; i < map_len(v); i++) map_put(m, with_bytes(a, v.u.map->v[i].key), all_with_bytes(a, v.u.map->v[i].value));
    return v_map(m);
}

TEST(yaml_writes_as_go_did)
{
    struct cases c;
    struct str f[CASE_FIELDS], error;
    if (!cases_open(&c, a, "../yaml/write.tsv")) return;
    while (cases_next(&c, f)) {
        struct buf b = buf_new(a);
        bool ok = yaml_marshal(&b, all_with_bytes(a, from_json(a, f[0])), &error);
        CASE_STR(&c, ok ? buf_str(&b) : str_concat(a, STR("error: "), error), f[1]);
    }
}

TEST(yaml_writes_prettily_as_go_did)
{
    struct cases c;
    struct str f[CASE_FIELDS];
    if (!cases_open(&c, a, "../yaml/pretty.tsv")) return;
    while (cases_next(&c, f)) {
        struct buf b = buf_new(a);
        yaml_write_pretty(&b, all_with_bytes(a, from_json(a, f[0])));
        CASE_STR(&c, buf_str(&b), f[1]);
    }
}

static bool named_file(void *context, struct str path, struct str *data)
{
    *data = str_printf(context, "<%.*s>", STR_ARG(path));
    return true;
}

TEST(set_flags_as_helm_did)
{
    static const char *const kinds[] = {[SET_TYPED] = "set", [SET_STRING] = "set-string", [SET_JSON] = "set-json",
                                        [SET_FILE] = "set-file", [SET_LITERAL] = "set-literal"};
    struct cases c;
    struct str f[CASE_FIELDS], error;
    if (!cases_open(&c, a, "../yaml/set.tsv")) return;
    while (cases_next(&c, f)) {
        unsigned kind = 0;
        while (kind < SET_LITERAL && !str_is(f[0], kinds[kind])) kind++;
        struct value base = from_json(a, f[1]);
        bool ok = set_apply(a, (enum set_kind)kind, f[2], base.u.map, origins_new(a), 1, LAYER_USER, named_file, a, &error);
        struct str left = as_json(a, base);
        CASE_STR(&c, ok ? left : str_printf(a, "%.*s\n%.*s", STR_ARG(error), STR_ARG(left)), f[3]);
    }
}
