/* rutter migrate-values: the user's files as the new chart wants them. */
#include "cli/cli.h"

#include "edit/edit.h"
#include "value/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int deeper_first(const void *a, const void *b)
{
    const struct node_fate *x = *(struct node_fate *const *)a, *y = *(struct node_fate *const *)b;
    if (x->path.n != y->path.n) return x->path.n > y->path.n ? -1 : 1;
    return str_cmp(x->path, y->path);
}

static struct str reason_of(struct arena *a, const struct facts *f, const struct node_fate *x)
{
    struct str message = f->usage.keys[x->keys[0]].message, line, rest;
    str_cut(message, STR("\n"), &line, &rest);
    switch (x->kind) {
    case NODE_REFUSED: return str_printf(a, "the new chart refuses this key: %.*s", STR_ARG(line));
    case NODE_IGNORED: return STR("with these values the new chart does nothing with this key");
    case NODE_RENAMED: return str_printf(a, "the setting is now %.*s, which is set already", STR_ARG(x->to));
    default: return STR("the new chart no longer reads this key");
    }
}

/* Whether a key was moved to this path or below it. */
static bool is_target(struct arena *a, struct node_fate **v, uint32_t n, struct str path)
{
    for (uint32_t i = 0; i < n; i++)
        if (v[i]->to.n && (str_eq(v[i]->to, path) || str_starts(v[i]->to, str_concat(a, path, STR("."))))) return true;
    return false;
}

static struct edit_path path_of(struct arena *a, struct str path)
{
    struct edit_path p;
    p.segment = usage_segments(a, path, &p.n);
    return p;
}

/* Moves what can be moved: a key may have to wait until another has left its place. */
static void move_all(struct arena *a, struct node_fate **v, uint32_t n, struct edit *e)
{
    bool *done = NEW_ARRAY(a, bool, n);
    for (bool progress = true; progress;) {
        progress = false;
        for (uint32_t i = 0; i < n; i++) {
            struct edit_path from = path_of(a, v[i]->path);
            if (done[i] || !v[i]->to.n || !edit_has(e, from)) continue;
            done[i] = edit_move(e, from, path_of(a, v[i]->to));
            progress = progress || done[i];
        }
    }
}

static void comment_out_rest(struct arena *a, const struct facts *f, struct node_fate **v, uint32_t n, const struct edit *before, struct edit *e)
{
    for (uint32_t i = 0; i < n; i++) {
        struct edit_path from = path_of(a, v[i]->path);
        /* What has been moved below itself, or what another key became, is there and right. */
        if (!edit_has(e, from) || !edit_has(before, from) || is_target(a, v, n, v[i]->path)) continue;
        bool kept = false;
        for (uint32_t k = 0; k < v[i]->keys_n; k++) kept = kept || f->usage.keys[v[i]->keys[k]].comes_back;
        for (uint32_t k = 0; kept && k < v[i]->keys_n; k++) {
            const struct key *x = &f->usage.keys[v[i]->keys[k]];
            if (!x->comes_back) edit_comment_out(e, (struct edit_path){x->segment, x->segments}, reason_of(a, f, v[i]));
        }
        if (!kept) edit_comment_out(e, from, reason_of(a, f, v[i]));
    }
}

/* ---- fields of the entries of lists ---- */

struct rewriting {
    struct arena *a;
    struct edit *e;
    const struct list_field *field;
    struct str step[64];
    uint32_t steps;
};

/* The places that the file has, the last first: an edit moves what is below it. */
static void rewrite_places(struct rewriting *r, struct value v, uint32_t i, struct edit_path **out, uint32_t *n, uint32_t *cap)
{
    const struct list_field *f = r->field;
    if (i == f->segments) {
        struct str *s = NEW_ARRAY(r->a, struct str, r->steps);
        memcpy(s, r->step, r->steps * sizeof *s);
        *PUSH(r->a, *out, *n, *cap) = (struct edit_path){s, r->steps};
        return;
    }
    if (r->steps >= 60) return;
    if (f->segment[i].p) {
        const struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, f->segment[i]) : NULL;
        if (!e) return;
        r->step[r->steps++] = f->segment[i];
        rewrite_places(r, e->value, i + 1, out, n, cap);
        r->steps--;
        return;
    }
    for (uint32_t k = v.kind == V_LIST ? list_len(v) : 0; k > 0; k--) {
        r->step[r->steps++] = str_printf(r->a, "[%u]", k - 1);
        rewrite_places(r, v.u.list->v[k - 1], i + 1, out, n, cap);
        r->steps--;
    }
}

static void rewrite_field(struct arena *a, const struct facts *f, const struct list_field *field, struct edit *e)
{
    const struct key *k = &f->usage.keys[field->list];
    struct rewriting r = {.a = a, .e = e, .field = field};
    struct edit_path *at = NULL;
    uint32_t n = 0, cap = 0;
    bool found;
    if (k->segments > 40 || e->root.kind != V_MAP) return;
    memcpy(r.step, k->segment, k->segments * sizeof *r.step);
    r.steps = k->segments;
    rewrite_places(&r, usage_get(e->root.u.map, k->segment, k->segments, &found), 0, &at, &n, &cap);
    for (uint32_t i = 0; i < n; i++) {
        struct edit_path to = at[i];
        if (field->to && field->to_n == field->segments) {
            struct str *s = NEW_ARRAY(a, struct str, to.n);
            memcpy(s, at[i].segment, to.n * sizeof *s);
            for (uint32_t m = 0; m < field->to_n; m++)
                if (field->to[m].p) s[to.n - field->to_n + m] = field->to[m];
            to.segment = s;
            if (edit_move(e, at[i], to)) continue;
        }
        edit_comment_out(e, at[i], field->to ? str_printf(a, "the setting is now %.*s", STR_ARG(field->renamed_to)) : STR("the new chart no longer reads this field"));
    }
}

static void rewrite_lists(struct arena *a, const struct facts *f, struct edit *e)
{
    for (uint32_t i = 0; i < f->usage.fields_n; i++)
        if (field_is_lost(&f->usage.fields[i])) rewrite_field(a, f, &f->usage.fields[i], e);
}

static bool rewrite(struct cli *c, const struct facts *f, const struct input *in, struct str *out)
{
    struct edit e;
    uint32_t n = f->usage.nodes_n;
    struct node_fate **v = NEW_ARRAY(c->a, struct node_fate *, n);
    *out = in->text;
    if (!edit_open(c->a, in->text, &e)) {
        /* An empty file has nothing to move. */
        if (!str_trim(in->text).n) return true;
        diag_warn(c->diags, NOWHERE, "%.*s is left as it is: it is no single mapping", STR_ARG(in->opened));
        return true;
    }
    for (uint32_t i = 0; i < n; i++) v[i] = &f->usage.nodes[i];
    if (n) qsort(v, n, sizeof *v, deeper_first);
    struct edit before = e;
    move_all(c->a, v, n, &e);
    comment_out_rest(c->a, f, v, n, &before, &e);
    rewrite_lists(c->a, f, &e);
    *out = e.text;
    return true;
}

/* Only the user may read them: values hold secrets. */
static bool write_private(struct cli *c, struct str dir, struct str name, struct str text)
{
    struct str path = path_join(c->a, dir, name);
    int fd = open(str_z(c->a, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (size_t at = 0; ok && at < text.n;) {
        ssize_t n = write(fd, text.p + at, text.n - at);
        ok = n > 0;
        if (ok) at += (size_t)n;
    }
    if (fd >= 0 && close(fd) != 0) ok = false;
    return ok || diag_error(c->diags, NOWHERE, "%.*s cannot be written: %s", STR_ARG(path), strerror(errno));
}

/* Flags are not rewritten: their new spelling is told. */
static void tell_flags(struct cli *c, const struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        struct place at = origin_get(f->origins, k->at)->key_at;
        if (!key_is_dead(k) || k->comes_back || !str_starts(inputs_get(f->inputs, at.input)->role, STR("--"))) continue;
        if (k->renamed_to.n) diag_warn(c->diags, at, "the flag sets %.*s, which is now %.*s", STR_ARG(k->path), STR_ARG(k->renamed_to));
        else diag_warn(c->diags, at, "the flag sets %.*s, which does nothing any more", STR_ARG(k->path));
        if (k->renamed_to.n) diag_hint(c->diags, "write %.*s in its place", STR_ARG(k->renamed_to));
        else diag_hint(c->diags, "leave it out");
    }
    for (uint32_t i = 0; i < f->usage.fields_n; i++) {
        const struct list_field *x = &f->usage.fields[i];
        struct place at = origin_get(f->origins, x->n ? x->at[0] : 0)->key_at;
        if (!field_is_lost(x) || !str_starts(inputs_get(f->inputs, at.input)->role, STR("--"))) continue;
        if (x->to) diag_warn(c->diags, at, "the flag sets %.*s, which is now %.*s", STR_ARG(x->path), STR_ARG(x->renamed_to));
        else diag_warn(c->diags, at, "the flag sets %.*s, which does nothing any more", STR_ARG(x->path));
    }
}

static bool is_values_file(const struct facts *f, const struct input *in)
{
    return str_starts(in->role, f->o->values.role) && str_starts(str_from_n(in->role, f->o->values.role.n), STR("["));
}

int cli_migrate(struct cli *c)
{
    struct options o;
    struct facts f = {.a = c->a};
    struct str dir = cli_get(c, "output");
    bool diff = cli_has(c, "diff");
    if (!cli_options_read(c, &o)) return EXIT_BAD_INPUT;
    if (o.values.files_n > 1 && !dir.n && !diff) {
        diag_error(c->diags, NOWHERE, "several values files cannot be printed as one");
        diag_hint(c->diags, "give -o DIR, where each is written, or --diff");
        return EXIT_BAD_INPUT;
    }
    if (!facts_gather(&f, &o, c->diags)) return EXIT_BAD_INPUT;
    if (dir.n && mkdir(str_z(c->a, dir), 0700) != 0 && errno != EEXIST) {
        diag_error(c->diags, NOWHERE, "%.*s cannot be made: %s", STR_ARG(dir), strerror(errno));
        return EXIT_BAD_INPUT;
    }
    for (uint32_t i = 1; i < f.inputs->n; i++) {
        const struct input *in = &f.inputs->v[i];
        struct str text, name = in->opened.n ? path_base(in->opened) : STR("values.yaml");
        if (!is_values_file(&f, in)) continue;
        if (!rewrite(c, &f, in, &text)) return EXIT_BAD_INPUT;
        if (dir.n && !write_private(c, dir, name, text)) return EXIT_BAD_INPUT;
        struct str shown = diff ? edit_diff(c->a, name, in->text, text) : dir.n ? (struct str){0} : text;
        fwrite(shown.p ? shown.p : "", 1, shown.n, c->out);
    }
    tell_flags(c, &f);
    return EXIT_OK;
}
