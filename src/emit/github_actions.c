/* A workflow of GitHub Actions, started by hand: a job for each segment, a step for each step, an environment for each gate, captures as job outputs. */
#include "base/sha256.h"
#include "emit/emitters.h"
#include "emit/exec.h"

/* ---- small pieces ---- */

static struct str job(struct executor *x, char kind, uint32_t segment) { return str_printf(x->a, "%s%c%02u", x->back ? "back-" : "", kind, segment + 1); }

static const char *start_job(const struct executor *x) { return x->back ? "back-start" : "start"; }

static void shown(struct executor *x, unsigned indent, const char *key, struct str text) { exec_yaml_pair(x->out, indent, key, exec_shown(x->a, text)); }

/* ---- scripts ---- */

/* What a step prints is data: with a stop token that nobody knows before, no line of it is a command to the runner. */
static void script(struct executor *x, unsigned indent, const char *task, const struct shell_words *words)
{
    struct buf *b = x->out;
    bool begins = true;
    exec_line(b, indent, "run: |");
    exec_line(b, indent + 2, "echo \"::stop-commands::$(cat /proc/sys/kernel/random/uuid)\"");
    buf_fill(b, ' ', indent + 2);
    buf_printf(b, "bash \"$RUTTER_LIBRARY\" %s %s", x->back ? "rollback" : "upgrade", task);
    for (uint32_t i = 0; i < words->n; i++) {
        if (begins) {
            buf_z(b, " \\\n");
            buf_fill(b, ' ', indent + 4);
        } else {
            buf_byte(b, ' ');
        }
        emit_shell_word(b, words->v[i]);
        begins = str_is(words->v[i], ";");
    }
    buf_byte(b, '\n');
}

static void step_with(struct executor *x, const char *id, struct str name, const char *task, const struct shell_words *words)
{
    exec_line(x->out, 6, str_printf(x->a, "- id: %s", id).p);
    shown(x, 8, "name", name);
    script(x, 8, task, words);
}

/* Values and kubeconfig: files on the runner, or Secrets that hold them in base64; those are files for this job alone. */
static void secrets_step(struct executor *x)
{
    buf_z(x->out, "      - name: What is secret, as files for this job\n"
                  "        env:\n"
                  "          KUBECONFIG_BASE64: ${{ secrets.RUTTER_KUBECONFIG }}\n"
                  "          VALUES_OLD_BASE64: ${{ secrets.RUTTER_VALUES_OLD }}\n"
                  "          VALUES_NEW_BASE64: ${{ secrets.RUTTER_VALUES_NEW }}\n"
                  "        run: |\n"
                  "          umask 077\n"
                  "          library=${RUTTER_WORK_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/rutter}/");
    buf_printf(x->out, "library-%.*s.sh\n", STR_ARG(exec_short_id(x->plan)));
    struct buf library = buf_new(x->a);
    shell_library(&library, x->plan);
    buf_printf(x->out, "          echo '%.*s' \"$library\" | sha256sum --check --status\n", STR_ARG(sha256_hex(x->a, buf_str(&library))));
    buf_z(x->out, "          echo \"RUTTER_LIBRARY=$library\" >>\"$GITHUB_ENV\"\n"
                  "          for name in KUBECONFIG VALUES_OLD VALUES_NEW; do\n"
                  "            content=${name}_BASE64\n"
                  "            [ -n \"${!content}\" ] || continue\n"
                  "            base64 -d <<<\"${!content}\" >\"$RUNNER_TEMP/$name\"\n"
                  "            echo \"$name=$RUNNER_TEMP/$name\" >>\"$GITHUB_ENV\"\n"
                  "          done\n");
}

/* ---- jobs ---- */

/* Every job that could have failed before it: one that was passed over hides those behind it. */
static void needs(struct executor *x, uint32_t until, bool own_gate)
{
    buf_printf(x->out, "    needs: [%s", start_job(x));
    for (uint32_t i = 0; i < until; i++) {
        if (x->segments[i].gate) buf_printf(x->out, ", %.*s, %.*s", STR_ARG(job(x, 'q', i)), STR_ARG(job(x, 'g', i)));
        buf_printf(x->out, ", %.*s", STR_ARG(job(x, 's', i)));
    }
    if (own_gate) buf_printf(x->out, ", %.*s, %.*s", STR_ARG(job(x, 'q', until)), STR_ARG(job(x, 'g', until)));
    buf_z(x->out, "]\n");
}

static void condition(struct executor *x, uint32_t segment, struct str more)
{
    buf_printf(x->out, "    if: ${{ !cancelled() && needs.%s.result == 'success' && !contains(needs.*.result, 'failure') && !contains(needs.*.result, 'cancelled')", start_job(x));
    if (x->back) {
        uint32_t n = exec_entries_until(x, x->segments[segment].first);
        buf_z(x->out, " && contains(fromJSON('[");
        for (uint32_t i = 0; i < n; i++) buf_printf(x->out, "%s\"%.*s\"", i ? ", " : "", STR_ARG(x->entries[i]));
        buf_z(x->out, "]'), needs.back-start.outputs.entry)");
    }
    buf_printf(x->out, "%s%.*s }}\n", more.n ? " && " : "", STR_ARG(more));
}

static void job_head(struct executor *x, struct str id, struct str name)
{
    buf_printf(x->out, "  %.*s:\n", STR_ARG(id));
    shown(x, 4, "name", name);
    exec_line(x->out, 4, "runs-on: ${{ fromJSON(inputs.runner) }}");
}

static void outputs(struct executor *x, const struct exec_segment *g)
{
    bool any = false;
    for (uint32_t u = g->first; u < g->first + g->n; u++) {
        uint32_t n;
        struct str *v = exec_results(x, u, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (!any) exec_line(x->out, 4, "outputs:");
            any = true;
            buf_printf(x->out, "      %.*s: ${{ steps.step-%u.outputs.%.*s }}\n", STR_ARG(v[i]), x->units[u].first + 1, STR_ARG(v[i]));
        }
    }
}

/* Whether the gate is due; the environment asks; and the next job goes on only then. */
static void gate_jobs(struct executor *x, uint32_t segment)
{
    const struct exec_segment *g = &x->segments[segment];
    const struct step *s = g->gate;
    struct shell_words words = {0};
    exec_unit_words(x, g->first, EXEC_GATE_ASK, "gate", &words);
    job_head(x, job(x, 'q', segment), str_printf(x->a, "Is this to be asked: %.*s", STR_ARG(s->title)));
    needs(x, segment, false);
    condition(x, segment, STR(""));
    exec_line(x->out, 4, "outputs:\n      gate: ${{ steps.ask.outputs.gate }}\n    steps:");
    secrets_step(x);
    step_with(x, "ask", s->title, "go", &words);

    struct str want = s->accept.n ? s->accept : STR("yes");
    struct buf code = buf_new(x->a), word = buf_new(x->a);
    shell_encode(&code, want);
    emit_shell_word(&word, buf_str(&code));
    job_head(x, job(x, 'g', segment), str_printf(x->a, "Approve: %.*s (%.*s)", STR_ARG(s->title), STR_ARG(want)));
    buf_printf(x->out, "    needs: [%.*s]\n    if: ${{ needs.%.*s.outputs.gate == 'due' }}\n", STR_ARG(job(x, 'q', segment)), STR_ARG(job(x, 'q', segment)));
    exec_yaml_pair(x->out, 4, "environment", s->accept.n ? str_printf(x->a, "rutter-accept-%.*s", STR_ARG(exec_name(x->a, s->accept))) : STR("rutter-gate"));
    buf_printf(x->out, "    steps:\n      - name: The environment is one that asks\n        env:\n          RUTTER_GATE: ${{ vars.RUTTER_GATE }}\n        run: |\n"
                       "          test \"$RUTTER_GATE\" = %.*s || { echo 'The environment lacks the variable RUTTER_GATE (docs/executors.md): it may be one that asks nobody.'; exit 1; }\n",
               STR_ARG(buf_str(&word)));
}

static void segment_job(struct executor *x, uint32_t segment)
{
    const struct exec_segment *g = &x->segments[segment];
    uint32_t first = x->units[g->first].first, last = x->units[g->first + g->n - 1].first + x->units[g->first + g->n - 1].n;
    if (g->gate) gate_jobs(x, segment);
    job_head(x, job(x, 's', segment), str_printf(x->a, "%s: steps %u to %u of %u", g->phase, first + 1, last, x->list->n));
    needs(x, segment, g->gate);
    struct str q = job(x, 'q', segment), approve = job(x, 'g', segment);
    condition(x, segment, g->gate ? str_printf(x->a, "(needs.%.*s.result == 'success' || needs.%.*s.outputs.gate == 'passed')", STR_ARG(approve), STR_ARG(q)) : STR(""));
    buf_printf(x->out, "    timeout-minutes: %lld\n", (long long)exec_minutes(x, segment)); /* GitHub's own is six hours */
    outputs(x, g);
    exec_line(x->out, 4, "steps:");
    secrets_step(x);
    for (uint32_t u = g->first; u < g->first + g->n; u++) {
        struct shell_words words = {0};
        exec_unit_words(x, u, EXEC_GATE_APPROVED, NULL, &words);
        exec_result_words(x, u, "", "", &words);
        step_with(x, str_printf(x->a, "step-%u", x->units[u].first + 1).p, exec_title(x, u), "go", &words);
    }
    if (segment + 1 == x->segments_n) step_with(x, "end", x->back ? STR("The way back is done") : STR("The upgrade is done"), "end", &(struct shell_words){0});
}

static void library_job(struct executor *x)
{
    struct buf library = buf_new(x->a);
    job_head(x, STR("library"), STR("The library of the plan"));
    buf_z(x->out, "    steps:\n      - name: Put it into the work folder\n        run: |\n"
                  "          umask 077\n"
                  "          folder=${RUTTER_WORK_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/rutter}\n"
                  "          mkdir -p \"$folder\"\n");
    buf_printf(x->out, "          cat >\"$folder/library-%.*s.sh\" <<'RUTTER_LIBRARY_ENDS'\n", STR_ARG(exec_short_id(x->plan)));
    shell_library(&library, x->plan);
    exec_yaml_block(x->out, 10, buf_str(&library));
    exec_line(x->out, 10, "RUTTER_LIBRARY_ENDS");
}

static void start_jobs(struct executor *x)
{
    job_head(x, str_from(start_job(x)), x->back ? STR("Begin the way back, or go on with it") : STR("Begin, or go on where the last start stopped"));
    if (!x->back) exec_line(x->out, 4, "needs: [library]\n    if: ${{ inputs.entry == 'upgrade' }}");
}

static void start_steps(struct executor *x, const struct shell_words *words)
{
    exec_line(x->out, 4, "steps:");
    secrets_step(x);
    step_with(x, "start", STR("Find or make the run"), "start", words);
}

/* ---- the workflow ---- */

static void input(struct executor *x, const char *name, const char *description, const char *preset)
{
    buf_printf(x->out, "      %s:\n        description: %s\n        type: string\n        default: %s\n", name, description, preset);
}

static void head(struct executor *x, const struct executor *back)
{
    const struct plan *p = x->plan;
    exec_head(x);
    shown(x, 0, "name", shell_headline(&x->shell, false));
    buf_z(x->out, "on:\n  workflow_dispatch:\n    inputs:\n      entry:\n        description: the upgrade, or where the way back begins (auto is where the journal says)\n"
                  "        type: choice\n        options: [upgrade, auto");
    for (uint32_t i = 0; i < back->entries_n; i++) buf_printf(x->out, ", \"%.*s\"", STR_ARG(back->entries[i]));
    buf_z(x->out, "]\n        default: upgrade\n      on-failure:\n        description: when the upgrade stops\n        type: choice\n        options: [stop, back]\n        default: stop\n");
    input(x, "context", "the kube context", "\"\"");
    input(x, "runner", "labels of the one runner that keeps the work folder, as JSON", "'\"self-hosted\"'");
    input(x, "work-dir", "the work folder on it", "\"\"");
    input(x, "chart-old", "where the old chart is on it", "\"\"");
    input(x, "chart-new", "where the new chart is on it", "\"\"");
    input(x, "values-old", "where the old values file is on it", "\"\"");
    input(x, "values-new", "where the new values file is on it", "\"\"");
    if (str_is(p->strategy, "terraform")) input(x, "terraform-dir", "the root module on it", "\"\"");
    buf_printf(x->out, "permissions: {}\nconcurrency:\n  group: rutter-%.*s-%.*s\n  cancel-in-progress: false\ndefaults:\n  run:\n    shell: bash\nenv:\n", STR_ARG(exec_name(x->a, p->ns)),
               STR_ARG(exec_name(x->a, p->release)));
    exec_yaml_pair(x->out, 2, "RUTTER_PLAN", p->id);
    buf_z(x->out, "  RUTTER_RUN: ${{ github.run_id }}\n  RUTTER_CONTEXT: ${{ inputs.context }}\n  RUTTER_WORK_DIR: ${{ inputs.work-dir }}\n"
                  "  CHART_OLD: ${{ inputs.chart-old }}\n  CHART_NEW: ${{ inputs.chart-new }}\n  VALUES_OLD: ${{ inputs.values-old }}\n  VALUES_NEW: ${{ inputs.values-new }}\n");
    if (str_is(p->strategy, "terraform")) buf_z(x->out, "  TERRAFORM_DIR: ${{ inputs.terraform-dir }}\n");
    buf_z(x->out, "jobs:\n");
}

/* By hand at an entry point; or after a failure, where that was wanted. */
static void back_start(struct executor *x, const struct executor *forward)
{
    struct shell_words words = {0};
    exec_words_add(x, &words, "gives entry ;");
    start_jobs(x);
    buf_z(x->out, "    needs: [library, start");
    for (uint32_t i = 0; i < forward->segments_n; i++) buf_printf(x->out, ", s%02u", i + 1);
    buf_z(x->out, "]\n    if: ${{ !cancelled() && needs.library.result == 'success' && (inputs.entry != 'upgrade' || (inputs.on-failure == 'back' && contains(needs.*.result, 'failure'))) }}\n"
                  "    outputs:\n      entry: ${{ steps.start.outputs.entry }}\n"
                  "    env:\n      RUTTER_ENTRY: ${{ inputs.entry == 'upgrade' && 'auto' || inputs.entry }}\n");
    start_steps(x, &words);
}

void emit_plan_github_actions(struct buf *out, const struct emit_input *in)
{
    struct executor x = exec_open(out, in->plan, false), back = exec_open(out, in->plan, true);
    head(&x, &back);
    library_job(&x);
    start_jobs(&x);
    start_steps(&x, &(struct shell_words){0});
    for (uint32_t i = 0; i < x.segments_n; i++) segment_job(&x, i);
    back_start(&back, &x);
    for (uint32_t i = 0; i < back.segments_n; i++) segment_job(&back, i);
}
