/* rutter plan: facts, findings, steps, proof, and one file or all of them. */
#include "cli/cli.h"

#include "checks/checks.h"
#include "emit/emit.h"
#include "plan/plan.h"
#include "proof/proof.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(struct cli *c, struct str path)
{
    return diag_error(c->diags, NOWHERE, "%.*s cannot be written: %s", STR_ARG(path), strerror(errno));
}

static bool write_all(int fd, struct str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        s = str_from_n(s, (size_t)n);
    }
    return true;
}

/* Beside its final name first, so that nobody ever sees half a file. */
static bool write_beside(struct cli *c, struct str dir, const struct output *o)
{
    struct str path = str_printf(c->a, "%.*s/.%s.new", STR_ARG(dir), o->name);
    unlink(path.p);
    int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, o->mode);
    if (fd < 0) return failed(c, path);
    bool ok = fchmod(fd, o->mode) == 0 && write_all(fd, o->text);
    ok = close(fd) == 0 && ok;
    return ok || failed(c, path);
}

bool cli_write_outputs(struct cli *c, struct str dir, const struct output *v, size_t n)
{
    if (mkdir(str_z(c->a, dir), 0755) && errno != EEXIST) return failed(c, dir);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) ok = write_beside(c, dir, &v[i]);
    for (size_t i = 0; i < n; i++) {
        struct str from = str_printf(c->a, "%.*s/.%s.new", STR_ARG(dir), v[i].name), to = str_printf(c->a, "%.*s/%s", STR_ARG(dir), v[i].name);
        if (!ok) unlink(from.p);
        else if (rename(from.p, to.p)) ok = failed(c, to);
    }
    return ok;
}

static struct str emitted(struct cli *c, const char *format, enum emit_for what, const struct emit_input *in)
{
    struct buf b = buf_new(c->a);
    const struct emitter *e = emitter_find(str_from(format), what);
    if (e) e->emit(&b, in);
    return buf_done(&b);
}

static bool write_plan(struct cli *c, struct str dir, const struct emit_input *in)
{
    const struct output v[] = {
        {"plan.sh", 0755, emitted(c, "shell", EMIT_PLAN, in)},
        {"rollback.sh", 0755, emitted(c, "rollback", EMIT_PLAN, in)},
        {"plan.json", 0644, emitted(c, "json", EMIT_PLAN, in)},
        {"findings.json", 0644, emitted(c, "json", EMIT_LINT, in)},
        {"report.md", 0644, emitted(c, "markdown", EMIT_PLAN, in)},
        {"report.html", 0644, emitted(c, "html", EMIT_PLAN, in)},
        {"values-old.yaml", 0600, plan_values_text(c->a, in->f->old_side.user)},
        {"values-new.yaml", 0600, plan_values_text(c->a, in->f->planned->user)},
    };
    return cli_write_outputs(c, dir, v, sizeof v / sizeof *v);
}

int cli_plan(struct cli *c)
{
    struct options o;
    struct facts f = {.a = c->a};
    struct str format = cli_get(c, "format"), dir = cli_get(c, "output");
    const struct emitter *e = emitter_find(format, EMIT_PLAN);
    if (!e) {
        diag_error(c->diags, NOWHERE, "plan has no format \"%.*s\"", STR_ARG(format));
        return EXIT_BAD_INPUT;
    }
    if (!cli_options_read(c, &o)) return EXIT_BAD_INPUT;
    if (!o.release.n) {
        diag_error(c->diags, NOWHERE, "plan needs the release's name");
        diag_hint(c->diags, "give it with --release NAME, and its namespace with -n NS");
        return EXIT_BAD_INPUT;
    }
    if (!facts_collect(&f, &o, c->diags)) return EXIT_BAD_INPUT;
    struct plan_ahead *ahead = plan_start(c->a, &f, c->diags);
    checks_run(&f, true);
    struct plan *plan = plan_make(c->a, ahead, c->diags);
    if (!plan) return EXIT_BAD_INPUT;
    proof_attach(c->a, plan, o.force);
    plan->id = plan_id(c->a, plan_to_value(c->a, plan));
    struct str why;
    if (e->accepts && !e->accepts(c->a, plan, &why)) {
        diag_error(c->diags, NOWHERE, "%s cannot express this plan: %.*s", e->name, STR_ARG(why));
        return EXIT_BAD_INPUT;
    }
    struct emit_input in = {.f = &f, .plan = plan, .color = c->color && !dir.n};
    if (dir.n && !write_plan(c, dir, &in)) return EXIT_BAD_INPUT;
    if (!dir.n || format.n) {
        struct buf b = buf_new(c->a);
        e->emit(&b, &in);
        fwrite(b.p ? b.p : "", 1, b.n, c->out);
    }
    if (plan->unchanged.n) return EXIT_OK; /* the findings are of an upgrade that nobody needs */
    return plan->refused.n && !o.fail_on_none ? EXIT_FINDINGS : cli_findings_status(&f);
}
