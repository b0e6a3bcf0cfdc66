/* What the user gives: -f files and the --set family, in the order of Helm's pkg/cli/values/options.go. */
#include "chart/load.h"
#include "chart/values.h"

struct reading {
    struct arena *a;
    const struct user_values *u;
    struct inputs *inputs;
    struct origins *o;
    struct diags *d;
};

static bool is_url(struct str path)
{
    return str_starts(path, STR("http://")) || str_starts(path, STR("https://")) || str_starts(path, STR("oci://"));
}

static bool read_values_file(struct reading *r, uint32_t i, struct map **out)
{
    struct str path = r->u->files[i], text;
    if (is_url(path)) {
        diag_error(r->d, NOWHERE, "%.*s: values are not read from the network", STR_ARG(path));
        diag_hint(r->d, "download the file and give its path");
        return false;
    }
    if (!source_file(r->a, path, &text, r->d)) return false;
    struct str role = str_printf(r->a, "%.*s[%u]", STR_ARG(r->u->role), i);
    struct str opened = str_is(str_trim(path), "-") ? (struct str){0} : path;
    struct values_text t = {text, r->o, inputs_add(r->inputs, role, (struct str){0}, opened, text), LAYER_USER + i, r->u->duplicates, r->u->helm_major};
    struct str why;
    struct place at;
    if (values_read_text(r->a, &t, out, &why, &at)) return true;
    return diag_error(r->d, at, "failed to parse %.*s: %.*s", STR_ARG(path), STR_ARG(why));
}

static bool read_set_file(void *context, struct str path, struct str *data)
{
    struct reading *r = context;
    return source_file(r->a, path, data, r->d);
}

static const struct {
    enum set_kind kind;
    const char *flag;
} order[] = {{SET_JSON, "--set-json"}, {SET_TYPED, "--set"}, {SET_STRING, "--set-string"}, {SET_FILE, "--set-file"}, {SET_LITERAL, "--set-literal"}};

static bool apply_flag(struct reading *r, uint32_t i, const char *flag, uint32_t nth, struct map *into)
{
    const struct user_flag *f = &r->u->flags[i];
    struct str role = str_printf(r->a, "%s[%u]", flag, nth), why;
    uint32_t input = inputs_add(r->inputs, role, (struct str){0}, (struct str){0}, f->text);
    /* Helm 3 knows no whole objects here. */
    if (f->kind == SET_JSON && r->u->helm_major == 3 && str_starts(str_trim(f->text), STR("{")))
        return diag_error(r->d, place_in(input, 1), "failed parsing --set-json data %.*s", STR_ARG(f->text));
    if (set_apply(r->a, f->kind, f->text, into, r->o, input, LAYER_USER + r->u->files_n + i, read_set_file, r, &why)) return true;
    /* A file that cannot be read has been reported. */
    return why.n ? diag_error(r->d, place_in(input, 1), "%.*s", STR_ARG(why)) : false;
}

bool values_read_user(struct arena *a, const struct user_values *u, struct inputs *inputs, struct origins *o, struct map **out, struct list **per_file,
                      struct diags *d)
{
    struct reading r = {a, u, inputs, o, d};
    *out = map_new(a);
    if (per_file) *per_file = list_new(a);
    for (uint32_t i = 0; i < u->files_n; i++) {
        struct map *one;
        if (!read_values_file(&r, i, &one)) return false;
        values_merge(a, *out, one, o);
        if (per_file) list_add(*per_file, v_map(one));
    }
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        uint32_t nth = 0;
        for (uint32_t i = 0; i < u->flags_n; i++)
            if (u->flags[i].kind == order[k].kind && !apply_flag(&r, i, order[k].flag, nth++, *out)) return false;
    }
    return true;
}
