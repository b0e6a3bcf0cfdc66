#include "plan/runbook.h"

#include "value/yaml.h"

static struct str text_at(struct value v, const char *key)
{
    struct str s = value_str_at(v, key);
    return s.p ? s : STR("");
}

static int phase_of(struct str name)
{
    for (int i = 0; i < PHASE_COUNT; i++)
        if (str_is(name, phase_name((enum phase)i))) return i;
    return -1;
}

static bool read_entries(struct arena *a, struct value list, struct book_entry **v, uint32_t *n, uint32_t *cap, struct str *wrong)
{
    for (uint32_t i = 0; list.kind == V_LIST && i < list_len(list); i++) {
        struct value x = list.u.list->v[i];
        int phase = phase_of(text_at(x, "phase"));
        if (phase < 0 || !text_at(x, "make").n) {
            *wrong = str_printf(a, "entry %u of its steps has no known phase or no maker", i + 1);
            return false;
        }
        *PUSH(a, *v, *n, *cap) = (struct book_entry){
            .make = text_at(x, "make"), .section = text_at(x, "section"), .phase = (enum phase)phase, .title = text_at(x, "title"),
            .note = text_at(x, "note"), .none = text_at(x, "none"), .errata = text_at(x, "errata"), .side = text_at(x, "side"), .v = x,
        };
    }
    return true;
}

static void read_component(struct arena *a, struct str name, struct value v, struct component *c)
{
    struct value monitor = value_at(v, "monitor", NULL), edge = value_at(v, "edge", NULL), list = value_at(v, "endpoints", NULL);
    c->name = name;
    c->v = v;
    c->monitor = monitor.kind == V_INT ? (int)monitor.u.i : 1000;
    c->edge = edge.kind == V_BOOL && edge.u.b;
    for (uint32_t i = 0; list.kind == V_LIST && i < list_len(list); i++) {
        struct value x = list.u.list->v[i], token = value_at(x, "token", NULL), anonymous = value_at(x, "anonymous", NULL);
        *PUSH(a, c->endpoints, c->endpoints_n, c->endpoints_cap) = (struct endpoint){
            .path = text_at(x, "path"), .matches = text_at(x, "matches"), .not_matches = text_at(x, "not_matches"), .title = text_at(x, "title"),
            .token = token.kind == V_BOOL && token.u.b,
            .anonymous = anonymous.kind == V_INT ? (int)anonymous.u.i : 0, .when = text_at(x, "when"), .errata = text_at(x, "errata"),
        };
    }
}

struct runbook *runbook_read(struct arena *a, struct str profile, struct str text, struct diags *d)
{
    struct runbook *r = NEW(a, struct runbook);
    struct yaml_options o = {.strict = true, .ints = true};
    struct str error = STR("");
    struct place at;
    if (!text.p || !yaml_read(a, text, &o, &r->v, &error, &at) || r->v.kind != V_MAP) {
        diag_error(d, NOWHERE, "the runbook \"%.*s\" cannot be read%s%.*s", STR_ARG(profile), error.n ? ": " : "", STR_ARG(error));
        return NULL;
    }
    r->profile = profile;
    r->component_label = text_at(r->v, "componentLabel");
    struct value components = value_at(r->v, "components", NULL);
    for (uint32_t i = 0; components.kind == V_MAP && i < map_len(components); i++)
        read_component(a, components.u.map->v[i].key, components.u.map->v[i].value, PUSH(a, r->components, r->components_n, r->components_cap));
    if (!read_entries(a, value_at(r->v, "upgrade", NULL), &r->forward, &r->forward_n, &r->forward_cap, &error) ||
        !read_entries(a, value_at(r->v, "rollback", NULL), &r->back, &r->back_n, &r->back_cap, &error)) {
        diag_error(d, NOWHERE, "the runbook \"%.*s\": %.*s", STR_ARG(profile), STR_ARG(error));
        return NULL;
    }
    return r;
}

bool runbook_as_written(struct arena *a, struct runbook *r)
{
    struct value written = value_at(r->v, "asWritten", NULL);
    struct str wrong;
    if (written.kind != V_MAP) return false;
    r->forward_n = r->back_n = 0;
    return read_entries(a, value_at(written, "upgrade", NULL), &r->forward, &r->forward_n, &r->forward_cap, &wrong) &&
           read_entries(a, value_at(written, "rollback", NULL), &r->back, &r->back_n, &r->back_cap, &wrong);
}

const struct component *runbook_component(const struct runbook *r, struct str name)
{
    for (uint32_t i = 0; name.n && i < r->components_n; i++)
        if (str_eq(r->components[i].name, name)) return &r->components[i];
    return NULL;
}
