/* rutter lint and rutter diff. */
#include "cli/cli.h"

#include "checks/checks.h"
#include "emit/emit.h"
#include "site/baseline.h"
#include "site/suppress.h"
#include "source/source.h"

#include <errno.h>
#include <time.h>

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

static bool write_file(struct cli *c, struct str path, struct str text)
{
    FILE *f = fopen(str_z(c->a, path), "w");
    bool ok = f && fwrite(text.p ? text.p : "", 1, text.n, f) == text.n;
    if (f) ok = fclose(f) == 0 && ok;
    return ok || diag_error(c->diags, NOWHERE, "%.*s cannot be written: %s", STR_ARG(path), strerror(errno));
}

static void print(struct cli *c, const struct emitter *e, const struct emit_input *in)
{
    struct buf b = buf_new(c->a);
    e->emit(&b, in);
    fwrite(b.p ? b.p : "", 1, b.n, c->out);
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
        if (!write_file(c, path, buf_str(&b))) return false;
    }
    return true;
}

/* --baseline FILE, written first with --update-baseline. */
static bool apply_baseline(struct cli *c, struct facts *f)
{
    struct str path = f->o->baseline, text;
    if (!path.n) return true;
    if (cli_has(c, "update-baseline")) {
        struct buf b = buf_new(c->a);
        baseline_write(&b, f);
        text = buf_done(&b);
        if (!write_file(c, path, text)) return false;
    } else if (!source_file(c->a, path, &text, c->diags)) {
        diag_hint(c->diags, "--update-baseline writes the baseline");
        return false;
    }
    return baseline_apply(f, text, inputs_add(c->inputs, STR("baseline"), (struct str){0}, path, text));
}

/* What the site has decided on the findings. */
static bool apply_decisions(struct cli *c, const struct options *o, struct facts *f)
{
    struct decisions d;
    if (!cli_config_decisions(c, o, &d)) return false;
    if (f->as_of < 0 && suppress_needs_date(d.count)) {
        f->as_of = (int64_t)time(NULL);
        f->as_of_why = "the day of this run";
    }
    if (d.head) suppress_report_changes(f, d.count, d.head);
    suppress_apply(f, d.count);
    return apply_baseline(c, f);
}

/* What a chart that does not render would do was not checked: no decision makes that a success. */
static bool is_blocked(const struct facts *f)
{
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        if (x->severity == SEVERITY_ERROR && (str_is(x->rule, "render/failed") || str_is(x->rule, "schema/failed"))) return true;
    }
    return false;
}

int cli_lint(struct cli *c)
{
    struct options o;
    struct facts f = {.a = c->a};
    const struct emitter *e = emitter_find(cli_get(c, "format"), EMIT_LINT);
    if (!e) return bad_format(c, cli_get(c, "format"));
    if (!write_files(c, NULL, false)) return EXIT_BAD_INPUT;
    if (cli_has(c, "update-baseline") && !cli_get(c, "baseline").n) {
        diag_error(c->diags, NOWHERE, "--update-baseline needs --baseline FILE, the file to write");
        return EXIT_BAD_INPUT;
    }
    if (!cli_options_read(c, &o) || !facts_gather(&f, &o, c->diags)) return EXIT_BAD_INPUT;
    checks_run(&f, false);
    bool blocked = is_blocked(&f) && !o.fail_on_none;
    if (!apply_decisions(c, &o, &f)) return EXIT_BAD_INPUT;
    struct emit_input in = {.f = &f, .color = c->color};
    print(c, e, &in);
    if (!write_files(c, &in, true)) return EXIT_BAD_INPUT;
    return blocked ? EXIT_FINDINGS : cli_findings_status(&f);
}

int cli_diff(struct cli *c)
{
    struct options o;
    struct facts f = {.a = c->a};
    const struct emitter *e = emitter_find(cli_get(c, "format"), EMIT_DIFF);
    if (!e) return bad_format(c, cli_get(c, "format"));
    if (!cli_options_read(c, &o) || !facts_gather(&f, &o, c->diags)) return EXIT_BAD_INPUT;
    struct emit_input in = {.f = &f, .color = c->color, .all = cli_has(c, "all")};
    print(c, e, &in);
    bool differs = f.diff.defaults.n || f.diff.objects.n || f.diff.models.n || f.diff.models.bundles_n;
    return differs && cli_has(c, "exit-code") ? EXIT_FINDINGS : EXIT_OK;
}
