/* rutter lint and rutter diff. */
#include "cli/cli.h"

#include "checks/checks.h"
#include "emit/emit.h"

#include <errno.h>

static int bad_format(struct cli *c, struct str format)
{
    diag_error(c->diags, NOWHERE, "%s has no format \"%.*s\"", c->command->name, STR_ARG(format));
    return EXIT_BAD_INPUT;
}

/* 1 when a finding is at or above --fail-on. */
int cli_findings_status(const struct facts *f)
{
    if (f->o->fail_on_none) return EXIT_OK;
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (f->findings.v[i].severity >= f->o->fail_on) return EXIT_FINDINGS;
    return EXIT_OK;
}

/* --output-file FORMAT=FILE, each; nothing is written when one of them is not understood. */
static bool write_files(struct cli *c, const struct emit_input *in, bool really)
{
    uint32_t n;
    struct str *v = cli_all(c, "output-file", &n), format, path;
    for (uint32_t i = 0; i < n; i++) {
        const struct emitter *e = str_cut(v[i], STR("="), &format, &path) && path.n ? emitter_find(format, EMIT_LINT) : NULL;
        if (!e) return diag_error(c->diags, NOWHERE, "--output-file %.*s: FORMAT=FILE is needed, with a format of lint", STR_ARG(v[i]));
        if (!really) continue;
        struct buf b = buf_new(c->a);
        e->emit(&b, in);
        FILE *f = fopen(str_z(c->a, path), "w");
        bool ok = f && fwrite(b.p ? b.p : "", 1, b.n, f) == b.n;
        if (f) ok = fclose(f) == 0 && ok;
        if (!ok) return diag_error(c->diags, NOWHERE, "%.*s cannot be written: %s", STR_ARG(path), strerror(errno));
    }
    return true;
}

static int gather_and_emit(struct cli *c, enum emit_for what, bool check)
{
    struct options o;
    struct facts f = {.a = c->a};
    const struct emitter *e = emitter_find(cli_get(c, "format"), what);
    if (!e) return bad_format(c, cli_get(c, "format"));
    if (!write_files(c, NULL, false)) return EXIT_BAD_INPUT;
    if (!cli_options_read(c, &o) || !facts_gather(&f, &o, c->diags)) return EXIT_BAD_INPUT;
    if (check) checks_run(&f, false);
    struct emit_input in = {.f = &f, .color = c->color, .all = cli_has(c, "all")};
    struct buf b = buf_new(c->a);
    e->emit(&b, &in);
    fwrite(b.p ? b.p : "", 1, b.n, c->out);
    if (!write_files(c, &in, true)) return EXIT_BAD_INPUT;
    if (check) return cli_findings_status(&f);
    bool differs = f.diff.defaults.n || f.diff.objects.n || f.diff.models.n || f.diff.models.bundles_n;
    return differs && cli_has(c, "exit-code") ? EXIT_FINDINGS : EXIT_OK;
}

int cli_lint(struct cli *c) { return gather_and_emit(c, EMIT_LINT, true); }
int cli_diff(struct cli *c) { return gather_and_emit(c, EMIT_DIFF, false); }
