#include "facts/rulebook.h"

#include "base/rules.h"
#include "facts/rulebook_shapes.h"
#include "text/semver.h"
#include "text/units.h"
#include "value/yaml.h"

#include <stdlib.h>

/* ---- opening ---- */

static const struct rulebook_folder *folder_of(struct str path)
{
    for (const struct rulebook_folder *f = rulebook_folders; f->path; f++)
        if (str_ends(str_from(f->path), STR("/")) ? str_starts(path, str_from(f->path)) : str_is(path, f->path)) return f;
    return NULL;
}

static bool is_query(struct str path) { return str_ends(path, STR(".scm")) && (str_chr(path, '/') < 0 || str_starts(path, STR("queries/"))); }

/* A file that nothing would read is a mistake of its writer: a folder or an ending misspelt. */
static bool misplaced(const struct rulebook *r, const struct file *f)
{
    struct str folders[16] = {STR_INIT("queries/")};
    uint32_t n = 1;
    for (const struct rulebook_folder *k = rulebook_folders; k->path && n < 16; k++) folders[n++] = str_from(k->path);
    diag_error(r->diags, NOWHERE, "%.*s has no place among rules: nothing would read it", STR_ARG(f->opened));
    if (str_ends(f->path, STR(".yml"))) return diag_hint(r->diags, "call it .yaml"), false;
    struct str meant = nearest(str_concat(r->a, path_dir(f->path), STR("/")), folders, n);
    if (meant.n) diag_hint(r->diags, "did you mean the folder %.*s?", STR_ARG(meant));
    else diag_hint(r->diags, "the folders are rules/, advisories/, kubernetes/ (apis.yaml, immutable.yaml), profiles/, runbooks/ and queries/");
    return false;
}

static uint32_t input_of(const struct rulebook *r, size_t i)
{
    const struct file *f = &r->own.v[i];
    if (!r->input[i]) r->input[i] = inputs_add(r->diags->inputs, STR("rules"), f->path, f->opened, f->data);
    return r->input[i];
}

/* ---- what a shape cannot say of an advisory ---- */

static bool check_constraint(const struct rulebook *r, struct value advisory, const char *key, struct place otherwise)
{
    const struct entry *e = map_find(advisory.u.map, str_from(key));
    struct str error;
    if (!e || semver_constraints_parse(r->a, v_text(e->value), &error)) return true;
    struct place at = origin_get(r->origins, e->at)->value_at;
    return diag_error(r->diags, at.line ? at : otherwise, "%s cannot be \"%.*s\": %.*s", key, STR_ARG(v_text(e->value)), STR_ARG(error));
}

static bool check_advisories(const struct rulebook *r, struct value file)
{
    struct value list = value_at(file, "advisories", NULL);
    bool ok = true;
    for (uint32_t i = 0; i < list_len(list); i++) {
        struct value x = list.u.list->v[i];
        struct place at = origin_get(r->origins, list_origin(list.u.list, i))->value_at;
        if (!str_starts(value_str_at(x, "id"), STR("advisory/")))
            ok = diag_error(r->diags, at, "an advisory cannot be called \"%.*s\": its id begins with advisory/", STR_ARG(value_str_at(x, "id")));
        ok = check_constraint(r, x, "old", at) && ok;
        ok = check_constraint(r, x, "new", at) && ok;
    }
    return ok;
}

static bool add_query(struct rulebook *r, size_t i)
{
    struct query q;
    if (!query_compile(r->a, r->own.v[i].data, input_of(r, i), r->diags, &q)) return false;
    *PUSH(r->a, r->queries, r->queries_n, r->queries_cap) = q;
    return true;
}

static bool check_file(struct rulebook *r, size_t i)
{
    const struct file *f = &r->own.v[i];
    bool ours = str_ends(f->path, STR(".yaml")) || str_ends(f->path, STR(".yml")) || str_ends(f->path, STR(".scm"));
    if (!ours) return true;
    if (f->problem.n) return diag_error(r->diags, NOWHERE, "%.*s: %.*s", STR_ARG(f->opened), STR_ARG(f->problem));
    if (is_query(f->path)) return add_query(r, i);
    const struct rulebook_folder *folder = str_ends(f->path, STR(".yaml")) ? folder_of(f->path) : NULL;
    struct value v;
    if (!folder) return misplaced(r, f);
    if (!shape_read(r->a, f->data, input_of(r, i), folder->shape, r->origins, folder->what, &v, r->diags)) return false;
    return !str_starts(f->path, STR("advisories/")) || check_advisories(r, v);
}

bool rulebook_open(struct arena *a, struct str dir, struct diags *d, struct rulebook *out)
{
    bool ok = true;
    *out = (struct rulebook){.a = a, .diags = d};
    if (!dir.n) return true;
    if (!source_dir(a, dir, &out->own, d)) return false;
    out->input = NEW_ARRAY(a, uint32_t, out->own.n + 1);
    out->origins = origins_new(a);
    for (size_t i = 0; i < out->own.n; i++) ok = check_file(out, i) && ok;
    return ok;
}

/* ---- finding ---- */

static struct rulebook_file own_file(const struct rulebook *r, size_t i)
{
    return (struct rulebook_file){.path = r->own.v[i].path, .text = r->own.v[i].data, .own = true, .input = input_of(r, i)};
}

static bool own_find(const struct rulebook *r, struct str path, size_t *at)
{
    for (size_t i = 0; r && i < r->own.n; i++)
        if (str_eq(r->own.v[i].path, path)) return *at = i, true;
    return false;
}

struct rulebook_file rulebook_find(const struct rulebook *r, struct str path)
{
    size_t i;
    char z[256];
    if (own_find(r, path, &i)) return own_file(r, i);
    if (path.n >= sizeof z) return (struct rulebook_file){0};
    memcpy(z, path.p, path.n);
    z[path.n] = 0;
    return (struct rulebook_file){.path = path, .text = rules_get(z)};
}

static bool fits(struct str path, const char *folder, const char *ending) { return str_starts(path, str_from(folder)) && str_ends(path, str_from(ending)); }

struct rulebook_file *rulebook_list(const struct rulebook *r, struct arena *a, const char *folder, const char *ending, bool all, uint32_t *n)
{
    struct rulebook_file *v = NULL;
    uint32_t cap = 0;
    size_t at;
    *n = 0;
    for (size_t i = 0; i < rules_files_n; i++) {
        struct str path = str_from(rules_files[i].path);
        if (fits(path, folder, ending) && (all || !own_find(r, path, &at))) *PUSH(a, v, *n, cap) = (struct rulebook_file){.path = path, .text = rules_files[i].text};
    }
    for (size_t i = 0; r && i < r->own.n; i++)
        if (fits(r->own.v[i].path, folder, ending)) *PUSH(a, v, *n, cap) = own_file(r, i);
    return v;
}

/* ---- reading ---- */

struct value rulebook_file_value(const struct rulebook *r, struct arena *a, const struct rulebook_file *f)
{
    struct yaml_options o = {.strict = true, .origins = f->own ? r->origins : NULL, .input = f->input};
    struct value v = NIL;
    struct str error;
    struct place at;
    if (f->text.p && !yaml_read(a, f->text, &o, &v, &error, &at)) guard_trip(a->guard, "rules/%.*s cannot be read", STR_ARG(f->path));
    return v;
}

struct value rulebook_value(const struct rulebook *r, struct arena *a, struct str path)
{
    struct rulebook_file f = rulebook_find(r, path);
    return rulebook_file_value(r, a, &f);
}
