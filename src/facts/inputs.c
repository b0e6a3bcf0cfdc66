/* Reading what facts are made of: sources, charts, values, profile, changelog, models. */
#include "base/parallel.h"
#include "facts/gather.h"
#include "text/units.h"
#include "value/setflags.h"

#include <stdlib.h>
#include <sys/stat.h>

void facts_read(struct facts *f, struct str role, const struct file *file)
{
    struct file *x = PUSH(f->a, f->read, f->read_n, f->read_cap);
    *x = *file;
    x->path = file->path.n ? str_printf(f->a, "%.*s:%.*s", STR_ARG(role), STR_ARG(file->path)) : role;
}

/* ---- the profile ---- */

static bool profile_parse(struct facts *f, struct str name, struct profile *out)
{
    struct str error;
    int64_t ns;
    *out = (struct profile){.name = name, .data = rulebook_value(f->o->rules, f->a, str_printf(f->a, "profiles/%.*s.yaml", STR_ARG(name)))};
    if (out->data.kind == V_NIL) return str_is(name, "generic");
    struct str timeout = value_str_at(out->data, "timeout");
    if (timeout.n && duration_parse(f->a, timeout, &ns, &error)) out->timeout = ns / 1000000000;
    struct value repository = value_at(out->data, "repository", NULL);
    out->models = value_str_at(repository, "models");
    out->bundles = value_str_at(repository, "bundles");
    out->changelog = value_str_at(repository, "changelog");
    return true;
}

static bool no_profile(struct facts *f)
{
    uint32_t n;
    struct rulebook_file *v = rulebook_list(f->o->rules, f->a, "profiles/", ".yaml", false, &n);
    struct str *names = NEW_ARRAY(f->a, struct str, n + 1);
    for (uint32_t i = 0; i < n; i++) names[i] = str_trim_suffix(path_base(v[i].path), STR(".yaml"));
    names[n] = STR("generic");
    diag_error(f->diags, NOWHERE, "there is no profile %.*s", STR_ARG(f->o->profile));
    struct str meant = nearest(f->o->profile, names, n + 1);
    if (meant.n) diag_hint(f->diags, "did you mean %.*s?", STR_ARG(meant));
    return false;
}

/* The profile that --profile names, else the one that lists the chart's name, else generic. */
bool facts_choose_profile(struct facts *f, struct str chart)
{
    if (f->o->profile.n) {
        if (profile_parse(f, f->o->profile, &f->profile)) return true;
        return no_profile(f);
    }
    uint32_t n;
    struct rulebook_file *v = rulebook_list(f->o->rules, f->a, "profiles/", ".yaml", false, &n);
    for (uint32_t i = n; i-- > 0;) { /* a team's own come first */
        struct profile p;
        if (!profile_parse(f, str_trim_suffix(path_base(v[i].path), STR(".yaml")), &p)) return false;
        struct value charts = value_at(p.data, "charts", NULL);
        for (uint32_t k = 0; charts.kind == V_LIST && k < list_len(charts); k++)
            if (charts.u.list->v[k].kind == V_STR && str_eq(v_text(charts.u.list->v[k]), chart)) {
                f->profile = p;
                return true;
            }
    }
    f->profile = (struct profile){.name = STR_INIT("generic")};
    return true;
}

/* ---- charts ---- */

/* The new chart's folder, read while the old chart is loaded. */
struct opening {
    struct str path;
    struct inputs *inputs;
    struct source source;
    bool opened;
    struct aside *aside;
};

static void open_folder_aside(void *context, struct arena *mine)
{
    struct opening *o = context;
    struct stat st;
    /* An archive is left to the caller: the library that reads it is opened on first use. So are a folder's troubles. */
    if (stat(str_z(mine, o->path), &st) != 0 || !S_ISDIR(st.st_mode)) return;
    o->opened = source_open(mine, o->path, &o->source, diags_new(mine, o->inputs));
}

struct opening *facts_open_ahead(struct facts *f)
{
    struct opening *o = NEW(f->a, struct opening);
    *o = (struct opening){.path = f->o->new_path, .inputs = f->inputs};
    if (o->path.n) o->aside = aside_start(f->a, open_folder_aside, o);
    return o;
}

static bool open_source(struct facts *f, bool is_old, struct opening *ahead, struct source *out)
{
    const struct options *o = f->o;
    struct str path = is_old ? o->old_path : o->new_path;
    if (ahead && ahead->aside) {
        aside_wait(ahead->aside);
        if (ahead->opened) *out = ahead->source;
        if (ahead->opened) return true;
    }
    if (path.n) return source_open(f->a, path, out, f->diags);
    return source_git(f->a, o->repo, is_old ? o->from : o->to, o->chart_path, out, f->diags);
}

/* Helm's words name no archive, and a ref or a path may be either side's: what was given, and by which flag, comes first. */
static bool say_what_was_given(struct facts *f, bool is_old)
{
    const struct options *o = f->o;
    struct str path = is_old ? o->old_path : o->new_path;
    const char *flag = path.n ? (is_old ? "old" : "new") : is_old ? "from" : "to";
    if (!path.n) path = is_old ? o->from : o->to;
    struct diag *d = f->diags->n ? &f->diags->v[f->diags->n - 1] : NULL;
    if (d) d->message = str_printf(f->a, "--%s %.*s: %.*s", flag, STR_ARG(path), STR_ARG(d->message));
    return false;
}

bool facts_load_chart(struct facts *f, struct side *s, bool is_old, struct opening *ahead)
{
    if (!open_source(f, is_old, ahead, &s->source)) return say_what_was_given(f, is_old);
    struct chart_options o = {f->inputs, f->origins, str_from(s->role), s->source.name, f->o->helm_major};
    s->chart = chart_load(f->a, &s->source, &o, f->diags);
    if (!s->chart) return say_what_was_given(f, is_old);
    for (size_t i = 0; i < s->source.n; i++) facts_read(f, str_from(s->role), &s->source.v[i]);
    return true;
}

/* ---- values ---- */

static void note_values_files(struct facts *f, const struct user_values *u)
{
    for (uint32_t i = 0; i < f->inputs->n; i++) {
        const struct input *in = &f->inputs->v[i];
        if (!str_starts(in->role, u->role) || !str_starts(str_from_n(in->role, u->role.n), STR("["))) continue;
        facts_read(f, in->role, &(struct file){.data = in->text, .opened = in->opened});
    }
}

/* A runbook taken as it is written gives the new chart the old values again, with the new version's tags where it says so; --new-values it knows nothing of. */
static bool read_values_as_written(struct facts *f)
{
    struct value tags = value_at(f->profile.data, "runbook", "tags", NULL);
    f->new_side.per_file = f->old_side.per_file;
    f->new_side.user = value_copy(f->a, v_map(f->old_side.user)).u.map;
    for (uint32_t i = 0; tags.kind == V_LIST && i < list_len(tags); i++) {
        if (tags.u.list->v[i].kind != V_STR) continue;
        struct str error, text = str_printf(f->a, "%.*s=%.*s", STR_ARG(v_text(tags.u.list->v[i])), STR_ARG(f->new_side.chart->app_version));
        if (!set_apply(f->a, SET_TYPED, text, f->new_side.user, NULL, 0, 0, NULL, NULL, &error)) return diag_error(f->diags, NOWHERE, "%.*s", STR_ARG(error));
    }
    return true;
}

bool facts_read_values(struct facts *f)
{
    const struct options *o = f->o;
    struct user_values given = o->values;
    f->duplicates.a = f->a;
    given.duplicates = &f->duplicates;
    if (!values_read_user(f->a, &given, f->inputs, f->origins, &f->old_side.user, &f->old_side.per_file, f->diags)) return false;
    note_values_files(f, &o->values);
    if (o->as_written) return read_values_as_written(f);
    if (!o->new_values.files_n) {
        f->new_side.user = f->old_side.user;
        f->new_side.per_file = f->old_side.per_file;
        return true;
    }
    if (!values_read_user(f->a, &o->new_values, f->inputs, f->origins, &f->new_side.user, &f->new_side.per_file, f->diags)) return false;
    note_values_files(f, &o->new_values);
    return true;
}

/* ---- changelog, models, bundles ---- */

/* The changelog's text: the file given, else the one at the root of the new ref, else one beside the new chart. */
static bool find_changelog(struct facts *f, struct str *text, struct str *opened)
{
    const struct options *o = f->o;
    struct source s;
    *text = (struct str){0};
    *opened = o->changelog;
    if (o->changelog.n) return source_file(f->a, o->changelog, text, f->diags);
    if (o->repo.n && f->profile.changelog.n && source_git_has(f->a, o->repo, o->to, f->profile.changelog)) {
        if (!source_git(f->a, o->repo, o->to, f->profile.changelog, &s, f->diags)) return false;
        if (s.n) *text = s.v[0].data;
        *opened = f->profile.changelog;
        return true;
    }
    const struct file *beside = f->new_side.chart ? source_find(&f->new_side.source, STR("CHANGELOG.md")) : NULL;
    if (beside) {
        *text = beside->data;
        *opened = beside->opened;
    }
    return true;
}

static bool read_changelog(struct facts *f)
{
    struct str text, opened;
    if (!find_changelog(f, &text, &opened)) return false;
    if (text.p) {
        uint32_t input = inputs_add(f->inputs, STR("changelog"), (struct str){0}, opened, text);
        facts_read(f, STR("changelog"), &(struct file){.data = text});
        f->changelog = changelog_read(f->a, text, input, f->diags);
        if (!f->changelog) return false;
    }
    struct value notes = value_at(f->new_side.chart->metadata, "annotations", "artifacthub.io/changes", NULL);
    if (notes.kind != V_STR) return true;
    if (!f->changelog) f->changelog = changelog_read(f->a, (struct str){0}, 0, f->diags);
    if (f->changelog) changelog_add_artifacthub(f->changelog, f->new_side.chart->version, v_text(notes), NOWHERE);
    return f->changelog != NULL;
}

/* A folder given by a flag, else found at the side's ref; *found says whether there is one. */
static bool open_folder(struct facts *f, struct str flag, struct str ref, struct str known, struct source *out, bool *found)
{
    *found = true;
    if (flag.n) return source_dir(f->a, flag, out, f->diags) && source_check(out, f->diags);
    if (f->o->repo.n && known.n && source_git_has(f->a, f->o->repo, ref, known))
        return source_git(f->a, f->o->repo, ref, known, out, f->diags) && source_check(out, f->diags);
    *found = false;
    return true;
}

static bool read_models(struct facts *f, struct side *s, struct str models_flag, struct str bundles_flag, struct str ref)
{
    struct source models, bundles;
    bool has_models, has_bundles;
    struct str role = str_printf(f->a, "models-%s", s->role);
    if (!open_folder(f, models_flag, ref, f->profile.models, &models, &has_models)) return false;
    if (!open_folder(f, bundles_flag, ref, f->profile.bundles, &bundles, &has_bundles)) return false;
    if (!has_models && !has_bundles) return true;
    for (size_t i = 0; has_models && i < models.n; i++) facts_read(f, role, &models.v[i]);
    for (size_t i = 0; has_bundles && i < bundles.n; i++) facts_read(f, str_printf(f->a, "bundles-%s", s->role), &bundles.v[i]);
    return models_read(f->a, has_models ? &models : NULL, has_bundles ? &bundles : NULL, role, f->inputs, f->origins, &s->models, f->diags);
}

static bool read_in_use(struct facts *f)
{
    struct str text, line;
    uint32_t cap = 0, cap_at = 0;
    if (!f->o->models_in_use.n) return true;
    if (!source_file(f->a, f->o->models_in_use, &text, f->diags)) return false;
    facts_read(f, STR("models-in-use"), &(struct file){.data = text});
    struct place at = {.input = inputs_add(f->inputs, STR("models-in-use"), (struct str){0}, f->o->models_in_use, text) & 0x3fff, .column = 1};
    while (text.n) {
        str_cut(text, STR("\n"), &line, &text);
        line = str_trim(line);
        at.line++;
        if (!line.n || line.p[0] == '#') continue;
        uint32_t n = f->in_use_n;
        *PUSH(f->a, f->in_use_at, n, cap_at) = at;
        *PUSH(f->a, f->in_use, f->in_use_n, cap) = line;
    }
    return true;
}

bool facts_read_beside(struct facts *f)
{
    const struct options *o = f->o;
    if (!read_changelog(f) || !read_in_use(f)) return false;
    if (!f->single && !read_models(f, &f->old_side, o->models_old, o->bundles_old, o->from)) return false;
    return read_models(f, &f->new_side, o->models_new, o->bundles_new, o->to);
}
