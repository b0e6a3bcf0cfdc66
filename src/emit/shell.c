/* plan.sh and rollback.sh: what the plan knows (shell_library.c), the runtime, one function for each step, and main. */
#include "emit/emitters.h"
#include "emit/shell.h"

static void comment(const struct shell *s, struct str text) { buf_printf(s->out, "# %.*s\n", STR_ARG(shell_clean(s->a, text))); }

static void head(const struct shell *s, bool back)
{
    buf_z(s->out, "#!/usr/bin/env bash\n");
    comment(s, shell_headline(s, back));
    comment(s, str_printf(s->a, "Plan %.*s, made by %.*s.", STR_ARG(s->plan->id), STR_ARG(s->plan->generator)));
    buf_printf(s->out, "#\n# bash %s --list shows the steps, --dry-run what each would do, --help the options. The steps are at the end.\n", back ? "rollback.sh" : "plan.sh");
    buf_z(s->out, "# Needs bash 4.4, coreutils, helm 3.14 or 4, and kubectl.\n"
                  "# shellcheck disable=SC2016 # a $ in single quotes is text, of Go templates and messages\n"
                  "set -euo pipefail\nexport LC_ALL=C\numask 077\n\n# ---- the plan ----\n\n");
}

static void dispatch(const struct shell *s)
{
    buf_z(s->out, "\n# ---- which function is which step ----\n\nstep() {\n  case $1 in\n");
    for (uint32_t i = 0; i < s->list->n; i++) {
        buf_z(s->out, "    ");
        emit_shell_word(s->out, s->list->v[i]->id);
        buf_printf(s->out, ") %.*s ;;\n", STR_ARG(shell_function(s, i)));
    }
    buf_z(s->out, "  esac\n}\n");
}

static void script(struct buf *out, const struct emit_input *in, bool back)
{
    struct shell s = {.a = out->a, .out = out, .plan = in->plan, .list = back ? &in->plan->back : &in->plan->forward};
    shell_name_captures(&s);
    head(&s, back);
    shell_facts(&s, back);
    buf_add(out, shell_runtime_common);
    buf_add(out, back ? shell_runtime_rollback : shell_runtime_upgrade);
    buf_z(out, "\n# ---- the steps ----------------------------------------------------------------------------------------------------\n");
    for (uint32_t i = 0; i < s.list->n; i++) shell_step(&s, i);
    dispatch(&s);
    buf_z(out, "\nmain \"$@\"\n");
}

void emit_plan_shell(struct buf *out, const struct emit_input *in) { script(out, in, false); }
void emit_plan_rollback(struct buf *out, const struct emit_input *in) { script(out, in, true); }
