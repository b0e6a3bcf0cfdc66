/* What a plan knows beside its steps, as shell text: for the scripts, and as the library that executors run (runtime/executor.sh). */
#include "emit/plan_facts.h"
#include "emit/shell.h"

/* Text of the plan as a word of the shell. In a library it is encoded as well, so that the file is printable ASCII wherever it stands. */
static void quote(const struct shell *s, struct buf *b, struct str text)
{
    struct buf code = buf_new(s->a);
    if (s->encoded) shell_encode(&code, text);
    emit_shell_word(b, s->encoded ? buf_str(&code) : text);
}

static void set(const struct shell *s, const char *name, struct str value)
{
    buf_printf(s->out, s->encoded ? "decode_to %s " : "%s=", name);
    quote(s, s->out, value);
    buf_byte(s->out, '\n');
}

struct str shell_headline(const struct shell *s, bool back)
{
    const struct plan *p = s->plan;
    struct str verdict = emit_proof_verdict(p);
    return shell_clean(s->a, str_printf(s->a, "%s of release %.*s in namespace %.*s: %.*s %.*s %s %.*s%s%.*s", back ? "Rollback" : "Upgrade", STR_ARG(p->release), STR_ARG(p->ns),
                                        STR_ARG(p->chart), STR_ARG(back ? p->version_new : p->version_old), back ? "back to" : "to",
                                        STR_ARG(back ? p->version_old : p->version_new), verdict.n ? "; " : "", STR_ARG(verdict)));
}

/* Absolute paths have no place in a plan. */
static struct str default_chart(const struct plan *p, struct str path) { return p->chart_ref.n && !str_has(p->chart_ref, STR("://")) ? p->chart_ref : path; }

static void variables(const struct shell *s, bool back)
{
    const struct plan *p = s->plan;
    set(s, "direction", back ? STR("rollback") : STR("upgrade"));
    set(s, "headline", shell_headline(s, back));
    set(s, "plan", p->id);
    set(s, "release", p->release);
    set(s, "namespace", p->ns);
    set(s, "planned_context", p->context);
    set(s, "chart", p->chart);
    set(s, "version_old", p->version_old);
    set(s, "version_new", p->version_new);
    set(s, "refused", shell_clean(s->a, p->refused));
    set(s, "unchanged", shell_clean(s->a, p->unchanged));
    set(s, "default_chart_old", default_chart(p, p->chart_path_old));
    set(s, "default_chart_new", default_chart(p, p->chart_path_new));
    set(s, "default_work_dir", p->work_dir);
    if (str_is(p->strategy, "terraform")) {
        set(s, "terraform_dir", p->terraform_dir);
        buf_z(s->out, "terraform_dir=${TERRAFORM_DIR:-$terraform_dir}\n");
    }
    buf_printf(s->out, "declare -A packaged=([chart-old]=%s [chart-new]=%s)\n", p->packaged_old ? "yes" : "no", p->packaged_new ? "yes" : "no");
}

static void id_array(const struct shell *s, const char *name, const struct step_list *l)
{
    buf_printf(s->out, "%s=(\n", name);
    for (uint32_t i = 0; i < l->n; i++) {
        buf_z(s->out, "  ");
        emit_shell_word(s->out, l->v[i]->id);
        buf_byte(s->out, '\n');
    }
    buf_z(s->out, ")\n");
}

/* Captures by their key: all of them with their names, and those that are secret. */
static void capture_arrays(const struct shell *s)
{
    buf_z(s->out, "declare -A names=(\n");
    for (uint32_t i = 0; i < s->names_n; i++) {
        buf_printf(s->out, "  [%.*s]=", STR_ARG(shell_key(s, s->names[i])));
        quote(s, s->out, shell_clean(s->a, s->names[i]));
        buf_byte(s->out, '\n');
    }
    buf_z(s->out, ")\ndeclare -A secret=(");
    for (uint32_t i = 0; i < s->secret_n; i++) buf_printf(s->out, "%s[%.*s]=1", i ? " " : "", STR_ARG(shell_key(s, s->secret[i])));
    buf_z(s->out, ")\n");
}

static const struct loss *loss_of(const struct plan *p, struct str id)
{
    for (uint32_t i = 0; i < p->losses_n; i++)
        if (str_eq(p->losses[i].id, id)) return &p->losses[i];
    return NULL;
}

/* What --accept may name in this script. */
static void accept_arrays(const struct shell *s)
{
    struct strmap seen = strmap_new(s->a);
    struct buf order = buf_new(s->a);
    buf_z(s->out, "declare -A accept_text=()\n");
    for (uint32_t i = 0; i < s->list->n; i++) {
        const struct step *x = s->list->v[i];
        if (!x->accept.n || !strmap_put(&seen, x->accept, (void *)x)) continue;
        const struct loss *l = loss_of(s->plan, x->accept);
        struct buf key = buf_new(s->a);
        emit_shell_word(&key, x->accept);
        struct str word = buf_done(&key);
        buf_printf(s->out, "accept_text[%.*s]=", STR_ARG(word));
        emit_shell_word(s->out, shell_clean(s->a, l ? l->text : x->title));
        buf_byte(s->out, '\n');
        buf_printf(&order, "%s%.*s", order.n ? " " : "", STR_ARG(word));
    }
    buf_printf(s->out, "accept_order=(%.*s)\n", STR_ARG(buf_str(&order)));
}

static bool is_role(const struct shell *s, const char *role)
{
    for (uint32_t i = 0; i < s->list->n; i++)
        if (s->list->v[i]->kind == STEP_INPUT && str_is(s->list->v[i]->input, role)) return true;
    return false;
}

/* Path and sha256 of every file of a chart that the plan was made from. */
static void file_lists(const struct shell *s)
{
    static const char *const roles[][2] = {{"chart-old", "files_chart_old"}, {"chart-new", "files_chart_new"}, {"values-old", "files_values_old"}, {"values-new", "files_values_new"}};
    for (size_t r = 0; r < 4; r++) {
        if (!is_role(s, roles[r][0])) continue;
        buf_printf(s->out, "\n%s() {\n  :\n", roles[r][1]);
        for (uint32_t i = 0; i < s->plan->inputs_n; i++) {
            const struct plan_input *in = &s->plan->inputs[i];
            if (!str_is(in->role, roles[r][0])) continue;
            buf_printf(s->out, "  listed %.*s ", STR_ARG(in->sha256));
            quote(s, s->out, in->path);
            buf_byte(s->out, '\n');
        }
        buf_z(s->out, "}\n");
    }
}

static bool wants_documents(const struct shell *s, const char *side)
{
    for (uint32_t i = 0; i < s->list->n; i++)
        for (uint32_t k = 0; k < s->list->v[i]->expect_n; k++)
            if (s->list->v[i]->expect[k].kind == EXPECT_DOCUMENTS && str_is(s->list->v[i]->expect[k].text, side)) return true;
    return false;
}

static void document_lists(const struct shell *s)
{
    static const char *const sides[] = {"old", "new"};
    for (size_t k = 0; k < 2; k++) {
        if (!wants_documents(s, sides[k])) continue;
        buf_printf(s->out, "\n# What Helm's manifest of the %s version holds: digest (none where it depends on chance or cluster), template, kind, name.\ndocuments_%s() {\n  :\n", sides[k], sides[k]);
        for (uint32_t i = 0; i < s->plan->documents_n; i++) {
            const struct plan_document *d = &s->plan->documents[i];
            if (!str_is(d->side, sides[k])) continue;
            struct shell_line l = shell_line(s, "document");
            shell_word(&l, d->sha256);
            shell_word(&l, d->source);
            shell_word(&l, d->kind);
            shell_word(&l, d->name);
            shell_end(&l);
        }
        buf_z(s->out, "}\n");
    }
}

/* Where the rollback begins when the upgrade stopped in a step. Neighbours that agree are one line. */
static void entries(const struct shell *s)
{
    const struct plan *p = s->plan;
    buf_z(s->out, "\nentry_of() { # entry_of STEP: where the way back begins when the upgrade stopped in it; empty where there is nothing to undo\n  case $1 in\n");
    for (uint32_t i = 0, from = 0; i < p->entry_n; i++) {
        if (i + 1 < p->entry_n && str_eq(p->entry[i + 1].enter_at, p->entry[from].enter_at)) continue;
        buf_z(s->out, "    ");
        for (uint32_t k = from; k <= i; k++) {
            if (k > from) buf_z(s->out, " | \\\n      ");
            emit_shell_word(s->out, p->entry[k].stopped_at);
        }
        buf_z(s->out, ") printf '%s' ");
        emit_shell_word(s->out, p->entry[i].enter_at);
        buf_z(s->out, " ;;\n");
        from = i + 1;
    }
    buf_z(s->out, "  esac\n}\n");
}

void shell_facts(const struct shell *s, bool back)
{
    variables(s, back);
    id_array(s, "steps", s->list);
    if (back) id_array(s, "forward_steps", &s->plan->forward);
    capture_arrays(s);
    accept_arrays(s);
    file_lists(s);
    document_lists(s);
    if (back) entries(s);
}

/* ---- the library ---- */

static void fresh_array(const struct shell *s)
{
    buf_z(s->out, "fresh_steps=(");
    for (uint32_t i = 0; i < s->list->n; i++)
        if (s->list->v[i]->fresh) buf_printf(s->out, " %.*s", STR_ARG(s->list->v[i]->id));
    buf_z(s->out, ")\n");
}

static void entry_array(const struct shell *s)
{
    uint32_t n;
    struct str *v = shell_entry_points(s->a, s->plan, &n);
    buf_z(s->out, "entry_steps=(");
    for (uint32_t i = 0; i < n; i++) buf_printf(s->out, " %.*s", STR_ARG(v[i]));
    buf_z(s->out, ")\n");
}

struct str *shell_entry_points(struct arena *a, const struct plan *p, uint32_t *n)
{
    struct str *v = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < p->back.n; i++) {
        bool is_entry = false;
        for (uint32_t k = 0; k < p->entry_n; k++) is_entry |= str_eq(p->entry[k].enter_at, p->back.v[i]->id);
        if (is_entry) *PUSH(a, v, *n, cap) = p->back.v[i]->id;
    }
    return v;
}

/* One `--accept` serves both directions. */
static void acceptable(const struct shell *s)
{
    const struct step_list *lists[] = {&s->plan->forward, &s->plan->back};
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            const struct step *x = lists[l]->v[i];
            if (!x->accept.n) continue;
            set(s, "accept_id", x->accept);
            buf_z(s->out, "accept_text[$accept_id]=''\n");
        }
}

void shell_library(struct buf *out, const struct plan *p)
{
    struct shell s = {.a = out->a, .out = out, .plan = p, .encoded = true};
    shell_name_captures(&s);
    buf_z(out, "#!/usr/bin/env bash\n# shellcheck disable=SC2016,SC2034\nset -euo pipefail\nexport LC_ALL=C\numask 077\n");
    buf_add(out, shell_runtime_decode);
    buf_z(out, "\n# ---- the plan ----\n\ndeclare -A accept_text=()\nterraform_dir=''\n");
    for (int back = 0; back < 2; back++) {
        s.list = back ? &p->back : &p->forward;
        buf_z(out, back ? "\nelse\n\n" : "if [ \"${1-}\" = upgrade ]; then\n\n");
        variables(&s, back);
        id_array(&s, "steps", s.list);
        if (back) id_array(&s, "forward_steps", &p->forward);
        fresh_array(&s);
        file_lists(&s);
        document_lists(&s);
    }
    buf_z(out, "\nfi\n\n");
    entry_array(&s);
    capture_arrays(&s);
    acceptable(&s);
    entries(&s);
    buf_add(out, shell_runtime_common);
    buf_z(out, "\nif [ \"$direction\" = upgrade ]; then\n");
    buf_add(out, shell_runtime_upgrade);
    buf_z(out, "\nelse\n");
    buf_add(out, shell_runtime_rollback);
    buf_z(out, "\nfi\n");
    buf_add(out, shell_runtime_executor);
}
