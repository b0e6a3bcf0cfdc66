#include "checks/checks_test.h"

#include <stdlib.h>

#include "source/testdir.h"

/* Writes "### PATH" texts; a text without such a line goes to `only`. */
static void write_files(struct arena *a, struct str dir, const char *text, const char *only)
{
    struct str rest = str_from(text ? text : ""), line, path = {0};
    struct buf b = buf_new(a);
    if (!str_starts(rest, STR("### "))) {
        testdir_write(a, dir, only, rest);
        return;
    }
    while (rest.n || path.n) {
        str_cut(rest, STR("\n"), &line, &rest);
        bool head = str_starts(line, STR("### "));
        if (!head && line.n) buf_printf(&b, "%.*s\n", STR_ARG(line));
        if ((head || !rest.n) && path.n) {
            testdir_write(a, dir, str_z(a, path), buf_str(&b));
            b = buf_new(a);
            path = (struct str){0};
        }
        if (head) path = str_trim(str_from_n(line, 4));
    }
}

static struct str write_chart(struct arena *a, const char *text, const char *version)
{
    struct str dir = testdir_new(a);
    testdir_write(a, dir, "Chart.yaml", str_printf(a, "apiVersion: v2\nname: c\nversion: %s\nappVersion: \"%s\"\n", version, version));
    testdir_write(a, dir, "values.yaml", STR("{}\n"));
    write_files(a, dir, text, "templates/all.yaml");
    return dir;
}

static struct str write_one(struct arena *a, const char *text)
{
    struct str dir = testdir_new(a);
    testdir_write(a, dir, "file", str_from(text ? text : "{}\n"));
    return str_concat(a, dir, STR("/file"));
}

static void write_models(struct arena *a, const char *text, struct str *models, struct str *bundles)
{
    if (!text) return;
    struct str dir = testdir_new(a);
    testdir_write(a, dir, "models/.keep", STR(""));
    testdir_write(a, dir, "bundles/.keep", STR(""));
    write_files(a, dir, text, "models/m.yaml");
    *models = str_concat(a, dir, STR("/models"));
    *bundles = str_concat(a, dir, STR("/bundles"));
}

struct facts *checks_test_run(struct arena *a, const struct checks_pair *pair)
{
    struct options *o = NEW(a, struct options);
    struct facts *f = NEW(a, struct facts);
    struct str *values = NEW(a, struct str);
    *values = write_one(a, pair->values);
    *o = (struct options){.release = STR_INIT("r"), .ns = STR_INIT("ns"), .helm_major = 4, .as_of = -1, .fail_on = SEVERITY_ERROR};
    o->values = (struct user_values){.files = values, .files_n = 1, .role = STR_INIT("values")};
    o->new_values.role = STR("new-values");
    o->new_path = write_chart(a, pair->new, "2.0.0");
    if (pair->old) o->old_path = write_chart(a, pair->old, "1.0.0");
    o->profile = str_from(pair->profile ? pair->profile : "generic");
    o->template_rules = pair->template_rules;
    if (pair->kube_version) o->kube_version = str_from(pair->kube_version);
    if (pair->timeout) o->timeout = atoi(pair->timeout);
    if (pair->changelog) o->changelog = write_one(a, pair->changelog);
    if (pair->models_in_use) o->models_in_use = write_one(a, pair->models_in_use);
    write_models(a, pair->models_old, &o->models_old, &o->bundles_old);
    write_models(a, pair->models_new, &o->models_new, &o->bundles_new);
    struct inputs *in = inputs_new(a);
    struct diags *d = diags_new(a, in);
    f->a = a;
    if (!facts_gather(f, o, d)) {
        test_fail(__FILE__, __LINE__, "facts: %.*s", STR_ARG(d->n ? d->v[d->n - 1].message : (struct str){0}));
        f->judged = f->judged ? f->judged : &f->new_side;
        return f;
    }
    checks_run(f, pair->for_plan);
    return f;
}

const struct finding *checks_test_find(const struct facts *f, const char *rule, const char *subject)
{
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, rule) && (!*subject || str_is(f->findings.v[i].subject, subject))) return &f->findings.v[i];
    return NULL;
}

static void show_all(struct buf *b, const struct facts *f)
{
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        buf_printf(b, "\n    %s %.*s %.*s: %.*s", severity_name(x->severity), STR_ARG(x->rule), STR_ARG(x->subject), STR_ARG(x->message));
    }
    if (!f->judged->rendered) buf_printf(b, "\n    not rendered: %.*s", STR_ARG(f->new_side.render.error));
}

void checks_test_fires(const char *file, int line, const struct facts *f, const char *rule, const char *subject, const char *severity)
{
    const struct finding *x = checks_test_find(f, rule, subject);
    if (x && str_is(str_from(severity_name(x->severity)), severity)) return;
    struct buf b = buf_new(f->a);
    show_all(&b, f);
    struct str about = str_from(*subject ? subject : "anything");
    test_fail(file, line, "wanted %.*s %.*s about %.*s, got%.*s", STR_ARG(str_from(severity)), STR_ARG(str_from(rule)), STR_ARG(about), STR_ARG(buf_str(&b)));
}

void checks_test_silent(const char *file, int line, const struct facts *f, const char *rule)
{
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        if (str_is(x->rule, rule) && x->severity > SEVERITY_INFO)
            test_fail(file, line, "wanted nothing of %.*s, got %.*s: %.*s", STR_ARG(str_from(rule)), STR_ARG(x->subject), STR_ARG(x->message));
    }
}
