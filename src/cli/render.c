/* rutter render: helm template. */
#include "cli/cli.h"

#include "chart/render.h"
#include "funcs/objects.h"
#include "text/regex.h"
#include "text/semver.h"
#include "text/units.h"
#include "value/gofmt.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A failure of Helm's: its message on standard error, exit status 1. */
static int helm_fails(struct cli *c, struct str message)
{
    fprintf(stderr, "Error: %.*s\n", STR_ARG(cli_clean(c->a, message)));
    c->diags->n = 0; /* said already */
    return EXIT_FINDINGS;
}

static int diags_fail(struct cli *c)
{
    struct str last = c->diags->n ? c->diags->v[c->diags->n - 1].message : STR("unknown error");
    return helm_fails(c, last);
}

/* .Release.Name from --name-template, evaluated as Helm does: a template without data. */
static bool name_from_template(struct cli *c, struct str text, struct str *name, struct str *error)
{
    struct env env = env_default();
    struct tmpl_set *set = tmpl_set_new(c->a, NULL);
    const struct parsed *p = tmpl_parse(c->a, NULL, STR("name-template"), text);
    if (p->error.n) return *error = p->error, false;
    tmpl_set_add(set, p);
    struct exec x = {.a = c->a, .env = &env, .set = set};
    struct buf b = buf_new(c->a);
    if (!tmpl_exec(&x, STR("name-template"), NIL, &b)) return *error = x.error, false;
    *name = buf_done(&b);
    return true;
}

/* chartutil.ValidateReleaseName: a DNS label, dots allowed, at most 53 characters. */
static bool release_name_is_valid(struct str s)
{
    if (!s.n || s.n > 53) return false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool alnum = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
        bool inner = i && i + 1 < s.n && (ch == '-' || (ch == '.' && s.p[i - 1] != '.' && s.p[i - 1] != '-'));
        if (!alnum && !inner) return false;
        if (inner && ch == '-' && s.p[i - 1] == '.') return false;
    }
    return true;
}

static bool names(struct cli *c, struct str *release, struct str *chart, struct str *error)
{
    struct str name_template = cli_get(c, "name-template");
    bool generated = cli_has(c, "generate-name") || name_template.n;
    if (c->word_n > 2) {
        *error = str_printf(c->a, "expected at most two arguments, unexpected arguments: %.*s", STR_ARG(c->word[2]));
        return false;
    }
    if (generated && c->word_n == 2) {
        *error = name_template.n ? STR("cannot set --name-template and also specify a name") : STR("cannot set --generate-name and also specify a name");
        return false;
    }
    *chart = c->word[c->word_n - 1];
    *release = c->word_n == 2 ? c->word[0] : STR("release-name");
    if (name_template.n) return name_from_template(c, name_template, release, error);
    if (cli_has(c, "generate-name")) {
        struct str base = path_base(str_trim_suffix(*chart, STR("/")));
        /* Helm appends the time; here it is a fixed mark, so that output stays reproducible. */
        *release = str_printf(c->a, "%.*s-0000000000", STR_ARG(base));
    }
    return true;
}

static bool environment(struct cli *c, struct env *env, struct str *error)
{
    struct str version = cli_get(c, "kube-version");
    struct kube_version parsed;
    *env = env_default();
    env->helm_major = str_is(cli_get(c, "helm-version"), "3") ? 3 : 4;
    env->upgrade = cli_has(c, "is-upgrade");
    env->skip_schema = cli_has(c, "skip-schema-validation");
    if (cli_get(c, "namespace").n) env->ns = cli_get(c, "namespace");
    if (version.n) {
        struct str why;
        struct semver v;
        if (env->helm_major == 3 ? !semver_parse(c->a, version, &v, &why) : !kube_version_parse(c->a, version, &parsed, &why)) {
            *error = str_printf(c->a, "invalid kube version '%.*s': %.*s", STR_ARG(version),
                                STR_ARG(env->helm_major == 3 ? semver_error_helm3(why) : why));
            return false;
        }
        /* Helm 3 prints the version that it read, with all three numbers. */
        env->kube_version = env->helm_major == 3 ? str_concat(c->a, STR("v"), semver_show(c->a, &v)) : version;
    }
    uint32_t n;
    struct str *apis = cli_all(c, "api-versions", &n);
    if (n) {
        env->api_versions = object_api_versions(c->a, env->helm_major);
        for (uint32_t i = 0; i < n; i++) list_add(env->api_versions, v_str(apis[i]));
    }
    return true;
}

static bool is_test(const struct manifest *m)
{
    struct str rest = m->events, one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR(","), &one, &rest);
        one = str_trim(one);
        if (str_is(one, "test") || str_is(one, "test-success")) return true;
    }
    return false;
}

static void add_document(struct buf *b, const struct manifest *m)
{
    buf_z(b, "---\n# Source: ");
    buf_add(b, m->path);
    buf_byte(b, '\n');
    buf_add(b, m->text);
    buf_byte(b, '\n');
}

static void print_document(FILE *out, const struct manifest *m, struct str text)
{
    fputs("---\n# Source: ", out);
    fwrite(m->path.p, 1, m->path.n, out);
    fputc('\n', out);
    fwrite(text.p ? text.p : "", 1, text.n, out);
    fputc('\n', out);
}

static bool is_printed(const struct cli *c, const struct manifest *m)
{
    if (m->crd) return cli_has(c, "include-crds");
    if (m->hook) return !cli_has(c, "no-hooks") && !(cli_has(c, "skip-tests") && is_test(m));
    return true;
}

/* All that helm template prints. The release's documents are trimmed as one text: of the last, what is white at its end. */
static void print_all(const struct cli *c, FILE *out, const struct manifest *v, uint32_t n)
{
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++)
        if (!v[i].hook && is_printed(c, &v[i])) last = i;
    if (last == UINT32_MAX) fputc('\n', out);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_printed(c, &v[i])) continue;
        struct str text = v[i].text;
        if (i == last)
            while (text.n && strchr(" \t\n\v\f\r", text.p[text.n - 1])) text.n--;
        print_document(out, &v[i], text);
    }
}

/* The same as one text, for --show-only. */
static struct str whole_output(struct cli *c, const struct manifest *v, uint32_t n)
{
    char *p = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&p, &size);
    if (!f) guard_trip(c->a->guard, "out of memory");
    print_all(c, f, v, n);
    fclose(f);
    struct str s = str_dup(c->a, str_of(p, size));
    free(p);
    return s;
}

/* The template that a document's "# Source: CHART/PATH" line names; empty when there is none. */
static struct str source_of(struct str doc)
{
    ptrdiff_t i = str_find(doc, STR("# Source: "));
    if (i < 0) return (struct str){0};
    struct str line = str_from_n(doc, (size_t)i + 10), rest, chart, path;
    str_cut(line, STR("\n"), &line, &rest);
    str_cut(line, STR("/"), &chart, &path);
    return path;
}

/* --show-only: documents of the whole output, cut at its separators, whose template matches, flag by flag. */
static bool show_only(struct cli *c, struct str output, struct str *error)
{
    uint32_t n, docs_n = 0, cap = 0;
    struct str *patterns = cli_all(c, "show-only", &n), *docs = NULL;
    struct str rest = str_trim(output);
    struct regex *separator = regex_compile(c->a, STR("(?:^|\\s*\n)---\\s*"), error);
    struct str *parts;
    size_t parts_n;
    regex_split(separator, c->a, rest, -1, &parts, &parts_n);
    for (size_t i = 0; i < parts_n; i++)
        if (parts[i].n) *PUSH(c->a, docs, docs_n, cap) = str_trim(parts[i]);
    struct buf b = buf_new(c->a);
    for (uint32_t k = 0; k < n; k++) {
        bool found = false;
        for (uint32_t i = 0; i < docs_n; i++) {
            bool bad = false;
            struct str path = source_of(docs[i]);
            if (!path.n || !filepath_match(patterns[k], path, &bad) || bad) continue;
            buf_printf(&b, "---\n");
            buf_add(&b, docs[i]);
            buf_byte(&b, '\n');
            found = true;
        }
        if (!found) {
            *error = str_printf(c->a, "could not find template %.*s in chart", STR_ARG(patterns[k]));
            return false;
        }
    }
    fwrite(b.p ? b.p : "", 1, b.n, c->out);
    return true;
}

static bool make_dirs(struct arena *a, struct str path)
{
    for (size_t i = 1; i <= path.n; i++)
        if (i == path.n || path.p[i] == '/')
            if (mkdir(str_z(a, str_sub(path, 0, i)), 0755) && errno != EEXIST) return false;
    return true;
}

/* --output-dir: one file for each template, its documents one after the other. */
static bool write_files(struct cli *c, const struct manifest *v, uint32_t n, struct str release, struct str *error)
{
    struct str dir = cli_get(c, "output-dir");
    struct str crd_dir = dir; /* without the release's name, in Helm too */
    if (cli_has(c, "release-name")) dir = path_join(c->a, dir, release);
    struct strmap written = strmap_new(c->a);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_printed(c, &v[i])) continue;
        struct str path = path_join(c->a, v[i].crd ? crd_dir : dir, v[i].path);
        bool again = !strmap_put(&written, v[i].path, (void *)1);
        FILE *f = make_dirs(c->a, path_dir(path)) ? fopen(str_z(c->a, path), again ? "a" : "w") : NULL;
        if (!f) {
            *error = str_printf(c->a, "%.*s: %s", STR_ARG(path), strerror(errno));
            return false;
        }
        struct buf b = buf_new(c->a);
        add_document(&b, &v[i]);
        bool ok = fwrite(b.p, 1, b.n, f) == b.n;
        ok = fclose(f) == 0 && ok;
        if (!ok) {
            *error = str_printf(c->a, "%.*s: %s", STR_ARG(path), strerror(errno));
            return false;
        }
        fprintf(c->out, "wrote %.*s\n", STR_ARG(path));
    }
    fputc('\n', c->out);
    return true;
}

/* What Helm says while it merges values; Helm 4 as a record of its log (log/slog's TextHandler). */
static void print_warnings(const struct cli *c, int helm_major)
{
    for (size_t i = 0; i < c->diags->n; i++) {
        struct str text = c->diags->v[i].message;
        if (c->diags->v[i].severity != SEVERITY_WARNING) continue;
        bool logged = helm_major != 3 && (str_starts(text, STR("warning: ")) || str_starts(text, STR("Conflict: ")) || str_starts(text, STR("key ")));
        struct buf b = buf_new(c->a);
        if (logged) buf_z(&b, "level=INFO msg=");
        if (logged) go_quote(&b, text);
        else buf_add(&b, cli_clean(c->a, text));
        fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&b)));
    }
}

int cli_render(struct cli *c)
{
    struct str release, chart_path, error = {0};
    struct source source;
    struct env env;
    struct map *user;
    struct render r;
    struct manifest *v;
    uint32_t n;
    if (!c->word_n) {
        diag_error(c->diags, NOWHERE, "render needs a release name and a chart");
        diag_hint(c->diags, "rutter render RELEASE CHART [OPTIONS]");
        return EXIT_BAD_INPUT;
    }
    if (!names(c, &release, &chart_path, &error) || !environment(c, &env, &error)) return helm_fails(c, error);
    if (!source_open(c->a, chart_path, &source, c->diags)) return diags_fail(c);
    env.release = release;
    struct origins *origins = origins_new(c->a);
    struct user_values given = cli_user_values(c, STR("values"));
    given.helm_major = env.helm_major;
    if (!values_read_user(c->a, &given, c->inputs, origins, &user, NULL, c->diags)) return diags_fail(c);
    struct chart_options o = {c->inputs, origins, STR("chart"), chart_path, env.helm_major};
    struct chart *chart = chart_load(c->a, &source, &o, c->diags);
    if (!chart) return diags_fail(c);
    error = chart_check_installable(c->a, chart);
    if (!error.n && value_truth(value_at(chart->metadata, "deprecated", NULL)))
        fputs(env.helm_major == 3 ? "WARNING: This chart is deprecated\n" : "level=WARN msg=\"this chart is deprecated\"\n", stderr);
    if (!error.n && !cli_has(c, "skip-missing-dependencies")) error = chart_check_dependencies(c->a, chart);
    if (error.n) return helm_fails(c, error);
    if (!release_name_is_valid(release))
        return helm_fails(c, str_printf(c->a, "%srelease name \"%.*s\": invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53",
                                        env.helm_major == 3 ? "" : "release name check failed: ", STR_ARG(release)));
    struct parse_cache *parses = parse_cache_new(c->a);
    if (!render_chart(c->a, chart, user, &env, parses, c->diags, &r) || !render_manifests(c->a, &r, &v, &n, MANIFEST_HEADS)) {
        print_warnings(c, env.helm_major);
        /* Helm has a release to show once it begins to render: not when values or dependencies are wrong. */
        return helm_fails(c, !r.exec.a ? r.error : str_concat(c->a, r.error, STR("\n\nUse --debug flag to render out invalid YAML")));
    }
    print_warnings(c, env.helm_major);
    c->diags->n = 0;
    if (cli_get(c, "output-dir").n) {
        /* What was written to files is no longer there for --show-only. */
        bool ok = write_files(c, v, n, release, &error) && (!cli_get(c, "show-only").p || show_only(c, STR(""), &error));
        return ok ? EXIT_OK : helm_fails(c, error);
    }
    if (cli_get(c, "show-only").p) return show_only(c, whole_output(c, v, n), &error) ? EXIT_OK : helm_fails(c, error);
    print_all(c, c->out, v, n);
    return EXIT_OK;
}
