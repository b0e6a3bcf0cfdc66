/* .rutter.yaml on the command line: where it is found, what its environment sets, whose decisions count. */
#include "cli/cli.h"

#include "site/suppress.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define CONFIG_NAME ".rutter.yaml"

/* ---- the flags that an environment may set: all but those that find it ---- */

static bool is_one_of(const char *name, const char *list)
{
    struct str rest = str_from(list), one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR(" "), &one, &rest);
        if (str_is(one, name)) return true;
    }
    return false;
}

static const struct config_flag *flags_of_table(struct arena *a, uint32_t *n)
{
    struct config_flag *v = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (const struct option *o = cli_options; o->name; o++) {
        if (is_one_of(o->name, "config env update-baseline")) continue;
        *PUSH(a, v, *n, cap) = (struct config_flag){
            .name = o->name, .takes_value = o->kind != OPTION_FLAG, .repeated = o->kind == OPTION_EACH || o->kind == OPTION_LIST, .choices = o->choices,
            .path = o->argument && is_one_of(o->argument, "FILE DIR CHART"), .path_after_equals = o->argument && is_one_of(o->argument, "KEY=PATH FORMAT=FILE"),
        };
    }
    return v;
}

/* ---- finding it ---- */

static bool is_there(struct arena *a, struct str dir, const char *name) { return access(str_z(a, path_join(a, dir, str_from(name))), F_OK) == 0; }

/* In the folder or one above it, up to the root of a repository. */
static struct str search(struct arena *a, struct str dir)
{
    char real[PATH_MAX];
    if (!realpath(str_z(a, dir.n ? dir : STR(".")), real)) return (struct str){0};
    size_t depth = 0;
    if (str_is(dir, ".")) dir = (struct str){0};
    for (const char *p = real; *p; p++) depth += *p == '/' && p[1];
    for (size_t i = 0; i <= depth; i++) {
        if (is_there(a, dir, CONFIG_NAME)) return path_join(a, dir, STR(CONFIG_NAME));
        if (is_there(a, dir, ".git")) return (struct str){0};
        dir = dir.n ? path_join(a, dir, STR("..")) : STR("..");
    }
    return (struct str){0};
}

static bool read_config(struct cli *c, struct str path, struct config *out)
{
    struct str text;
    uint32_t n;
    if (!source_file(c->a, path, &text, c->diags)) return false;
    uint32_t input = inputs_add(c->inputs, STR("config"), (struct str){0}, path, text);
    const struct config_flag *flags = flags_of_table(c->a, &n);
    out->dir = path_dir(path);
    return config_read(c->a, text, input, flags, n, c->diags, out);
}

/* ---- the environment ---- */

static bool is_given(const struct cli *c, uint32_t given, const char *name)
{
    for (uint32_t i = 0; i < given; i++)
        if (strcmp(c->set[i].option->name, name) == 0) return true;
    return false;
}

/* Two charts by path and one repository are two ways to say the same: what the command line says of it wins whole. */
static bool is_overruled(const struct cli *c, uint32_t given, const char *name)
{
    static const char *const by_path[] = {"old", "new"}, *const by_ref[] = {"repo", "from", "to", "chart"};
    if (is_given(c, given, name)) return true;
    if (is_one_of(name, "repo from to chart"))
        for (int i = 0; i < 2; i++)
            if (is_given(c, given, by_path[i])) return true;
    if (is_one_of(name, "old new"))
        for (int i = 0; i < 4; i++)
            if (is_given(c, given, by_ref[i])) return true;
    return false;
}

static bool apply_environment(struct cli *c, const struct environment *env)
{
    uint32_t given = c->set_n;
    bool ok = true;
    for (uint32_t i = 0; i < env->n; i++) {
        const struct environment_flag *f = &env->v[i];
        const struct option *o = cli_options;
        while (!str_is(f->name, o->name)) o++;
        if (!(o->in & c->command->in) || is_overruled(c, given, o->name)) continue;
        for (uint32_t k = 0; k < f->n; k++) ok = cli_set(c, o, f->v[k], f->at) && ok;
    }
    return ok;
}

bool cli_config_find(struct cli *c)
{
    struct str path = cli_get(c, "config"), env = cli_get(c, "env");
    if (!path.n) path = search(c->a, cli_get(c, "repo"));
    if (!path.n && env.n) {
        diag_error(c->diags, NOWHERE, "there is no " CONFIG_NAME " here that could have an environment \"%.*s\"", STR_ARG(env));
        diag_hint(c->diags, "give the file with --config FILE");
        return false;
    }
    if (!path.n) return true;
    c->config = NEW(c->a, struct config);
    c->config_path = path;
    if (!read_config(c, path, c->config)) return false;
    if (!env.n) return true;
    const struct environment *e = config_environment(c->a, c->config, env, path, c->diags);
    return e && apply_environment(c, e);
}

/* ---- whose decisions count ---- */

/* The file's path in the repository that --repo names, where it lies in its folder; "" for one from elsewhere. */
static struct str path_in_repo(struct cli *c, struct str repo)
{
    char root[PATH_MAX], file[PATH_MAX];
    if (!c->config) return STR(CONFIG_NAME);
    if (!realpath(str_z(c->a, repo), root) || !realpath(str_z(c->a, c->config_path), file)) return (struct str){0};
    struct str dir = str_dup(c->a, str_from(root)), path = str_dup(c->a, str_from(file));
    /* --repo may be a folder of the work tree: its root is where .git is. */
    for (struct str up = dir; up.n; up = path_dir(up))
        if (is_there(c->a, up, ".git")) {
            dir = up;
            break;
        }
    dir = str_concat(c->a, dir, STR("/"));
    return str_starts(path, dir) ? str_from_n(path, dir.n) : (struct str){0};
}

/* What the file is at a ref (`opened` where a checkout of it has it); an empty configuration where it has none. */
static bool read_at(struct cli *c, const struct options *o, struct str ref, struct str path, struct str opened, struct config *out, struct diags *d)
{
    struct source s;
    uint32_t n;
    *out = (struct config){0};
    if (!source_git_has(c->a, o->repo, ref, path)) return true;
    if (!source_git(c->a, o->repo, ref, path, &s, d) || !source_check(&s, d) || !s.n) return false;
    uint32_t input = inputs_add(c->inputs, ref, path, opened, s.v[0].data);
    const struct config_flag *flags = flags_of_table(c->a, &n);
    return config_read(c->a, s.v[0].data, input, flags, n, d, out) && config_check_rules(c->a, out, o->rules, d);
}

static void pass_on(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->n; i++) {
        diag_warn(to, from->v[i].at, "%.*s", STR_ARG(from->v[i].message));
        if (from->v[i].hint.n) diag_hint(to, "%.*s", STR_ARG(from->v[i].hint));
    }
}

static bool decides(const struct config *c) { return c && (c->accept_n || c->severities_n); }

bool cli_config_decisions(struct cli *c, const struct options *o, struct decisions *out)
{
    *out = (struct decisions){.count = c->config ? c->config : NEW(c->a, struct config)};
    if (!o->repo.n || !o->from.n) return true;
    struct str path = path_in_repo(c, o->repo);
    if (!path.n) return true; /* not in the repository, so that no change in it can touch it */
    out->count = NEW(c->a, struct config);
    out->head = NEW(c->a, struct config);
    struct diags *quiet = diags_new(c->a, c->inputs);
    if (!read_at(c, o, o->from, path, (struct str){0}, out->count, quiet)) {
        pass_on(c->diags, quiet);
        diag_warn(c->diags, NOWHERE, "the %.*s of %.*s cannot be read, so nothing that it decides counts", STR_ARG(path), STR_ARG(o->from));
        *out->count = (struct config){0};
    }
    if (!read_at(c, o, o->to, path, path, out->head, c->diags)) return false;
    if (decides(c->config) && !decides(out->count) && !decides(out->head)) {
        diag_warn(c->diags, NOWHERE, "accept and severity of %.*s do not count: with --repo those of %.*s do", STR_ARG(c->config_path), STR_ARG(o->from));
        diag_hint(c->diags, "commit the file");
    }
    return true;
}
