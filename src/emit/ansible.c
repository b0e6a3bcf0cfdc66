/* plan.ansible.yml: a playbook. Each step is a task; a wait is `until`; the way back is a block that `rescue` or the variable rutter_entry starts. */
#include "emit/emitters.h"
#include "emit/exec.h"

/* ---- one task ---- */

static void name(struct executor *x, unsigned indent, struct str text)
{
    buf_fill(x->out, ' ', indent);
    buf_z(x->out, "- name: ");
    exec_yaml(x->out, exec_shown(x->a, text));
    buf_byte(x->out, '\n');
}

static void command(struct executor *x, unsigned indent, const char *task, const struct shell_words *words)
{
    exec_line(x->out, indent, "ansible.builtin.command:");
    exec_line(x->out, indent + 2, "argv: [");
    buf_fill(x->out, ' ', indent + 4);
    buf_printf(x->out, "bash, \"{{ rutter_library }}\", %s, %s%s\n", x->back ? "rollback" : "upgrade", task, words->n ? "," : "");
    if (words->n) exec_yaml_words(x->out, indent + 4, words);
    exec_line(x->out, indent + 2, "]");
}

/* Entry points with which the task is run. */
static void when_entered(struct executor *x, unsigned indent, uint32_t unit)
{
    if (!x->back) return;
    uint32_t n = exec_entries_until(x, unit);
    buf_fill(x->out, ' ', indent);
    buf_z(x->out, "when: rutter_at in [");
    for (uint32_t i = 0; i < n; i++) buf_printf(x->out, "%s\"%.*s\"", i ? ", " : "", STR_ARG(x->entries[i]));
    buf_z(x->out, "]\n");
}

static bool waits(const struct executor *x, uint32_t unit)
{
    const struct step *s = x->list->v[x->units[unit].first];
    return x->units[unit].n == 1 && (s->kind == STEP_WAIT || s->kind == STEP_HTTP) && s->poll > 0;
}

static void step_task(struct executor *x, unsigned indent, uint32_t unit)
{
    const struct step *s = x->list->v[x->units[unit].first];
    struct shell_words words = {0};
    uint32_t results = 0;
    exec_results(x, unit, &results);
    exec_unit_words(x, unit, EXEC_GATE_HERE, NULL, &words);
    exec_result_words(x, unit, "", "", &words);
    name(x, indent, exec_title(x, unit));
    when_entered(x, indent + 2, unit);
    command(x, indent + 2, waits(x, unit) ? "once" : "go", &words);
    exec_line(x->out, indent + 2, "register: rutter_step");
    exec_line(x->out, indent + 2, exec_changes(x, unit) ? "changed_when: true" : "changed_when: false");
    if (exec_is_private(x, unit)) exec_line(x->out, indent + 2, "no_log: true");
    if (waits(x, unit)) {
        /* The library ends the wait at its timeout; this number of looks is only never fewer. */
        exec_line(x->out, indent + 2, "until: rutter_step.rc != 75");
        buf_fill(x->out, ' ', indent + 2);
        buf_printf(x->out, "retries: %lld\n", (long long)(s->timeout / s->poll + 2));
        buf_fill(x->out, ' ', indent + 2);
        buf_printf(x->out, "delay: %lld\n", (long long)s->poll);
    }
    if (!results) return;
    name(x, indent, str_printf(x->a, "Step %u of %u: what it found out", x->units[unit].first + 1, x->list->n));
    when_entered(x, indent + 2, unit);
    exec_line(x->out, indent + 2, "ansible.builtin.set_fact:");
    exec_line(x->out, indent + 4, "rutter_captures: \"{{ rutter_captures | combine(dict(rutter_step.stdout_lines | map('split', '=', 1))) }}\"");
}

static void plain_task(struct executor *x, unsigned indent, const char *title, const char *task, const char *words_text)
{
    struct shell_words words = {0};
    if (words_text) exec_words_add(x, &words, words_text);
    name(x, indent, str_from(title));
    command(x, indent + 2, task, &words);
    exec_line(x->out, indent + 2, "register: rutter_step");
    exec_line(x->out, indent + 2, "changed_when: false");
}

/* ---- the playbook ---- */

/* A variable's default; !unsafe: Jinja never reads it. */
static void variable(struct executor *x, const char *key, struct str text)
{
    buf_printf(x->out, "    %s: !unsafe ", key);
    exec_yaml(x->out, text);
    buf_byte(x->out, '\n');
}

static void head(struct executor *x)
{
    const struct plan *p = x->plan;
    buf_z(x->out, "---\n");
    exec_head(x);
    buf_z(x->out, "# Words of a step are not broken.\n# yamllint disable rule:line-length\n");
    name(x, 0, shell_headline(&x->shell, false));
    buf_z(x->out, "  hosts: localhost\n  connection: local\n  gather_facts: false\n  vars:\n");
    variable(x, "rutter_plan", p->id);
    variable(x, "rutter_context", p->context);
    buf_z(x->out, "    rutter_entry: \"\"\n"
                  "    rutter_on_failure: stop\n"
                  "    rutter_accept: []\n"
                  "    rutter_yes: false\n"
                  "    rutter_work_dir: \"\"\n"
                  "    rutter_chart_old: \"\"\n"
                  "    rutter_chart_new: \"\"\n"
                  "    rutter_values_old: \"{{ playbook_dir }}/values-old.yaml\"\n"
                  "    rutter_values_new: \"{{ playbook_dir }}/values-new.yaml\"\n");
    if (str_is(p->strategy, "terraform")) variable(x, "rutter_terraform_dir", p->terraform_dir);
    buf_printf(x->out, "    rutter_library: \"{{ playbook_dir }}/rutter-%.*s.sh\"\n", STR_ARG(exec_short_id(p)));
    buf_z(x->out, "  tasks:\n");
}

static void prepare(struct executor *x)
{
    struct buf library = buf_new(x->a);
    name(x, 4, STR("This playbook has no check mode"));
    buf_z(x->out, "      ansible.builtin.assert:\n        that: not ansible_check_mode\n        fail_msg: \"Every step depends on what the one before found out.\"\n");
    name(x, 4, STR("The library of the plan is there"));
    buf_z(x->out, "      ansible.builtin.copy:\n        dest: \"{{ rutter_library }}\"\n        mode: \"0600\"\n        content: |\n          {% raw -%}\n");
    shell_library(&library, x->plan);
    exec_yaml_block(x->out, 10, buf_str(&library));
    exec_line(x->out, 10, "{% endraw %}");
    name(x, 4, STR("This start has a name of its own"));
    buf_z(x->out, "      ansible.builtin.set_fact:\n"
                  "        rutter_run: \"{{ lookup('ansible.builtin.password', '/dev/null', chars=['ascii_lowercase', 'digits'], length=20) }}\"\n"
                  "        rutter_captures: {}\n"
                  "        rutter_back_from: \"{{ rutter_entry }}\"\n");
}

static void environment(struct executor *x, const char *entry)
{
    buf_z(x->out, "      environment:\n"
                  "        RUTTER_RUN: \"{{ rutter_run }}\"\n"
                  "        RUTTER_CONTEXT: \"{{ rutter_context }}\"\n");
    buf_printf(x->out, "        RUTTER_ENTRY: \"%s\"\n", entry);
    buf_z(x->out, "        RUTTER_WORK_DIR: \"{{ rutter_work_dir }}\"\n"
                  "        RUTTER_ACCEPT: \"{{ rutter_accept | join('\\n') }}\"\n"
                  "        RUTTER_YES: \"{{ rutter_yes | bool | ternary('yes', 'no') }}\"\n"
                  "        CHART_OLD: \"{{ rutter_chart_old }}\"\n"
                  "        CHART_NEW: \"{{ rutter_chart_new }}\"\n"
                  "        VALUES_OLD: \"{{ rutter_values_old }}\"\n"
                  "        VALUES_NEW: \"{{ rutter_values_new }}\"\n");
    if (str_is(x->plan->strategy, "terraform")) buf_z(x->out, "        TERRAFORM_DIR: \"{{ rutter_terraform_dir }}\"\n");
}

static void upgrade(struct executor *x)
{
    name(x, 4, STR("The upgrade"));
    buf_z(x->out, "      when: rutter_entry == \"\"\n");
    environment(x, "");
    buf_z(x->out, "      block:\n");
    plain_task(x, 8, "Begin, or go on where the last start stopped", "start", NULL);
    for (uint32_t i = 0; i < x->units_n; i++) step_task(x, 8, i);
    plain_task(x, 8, "The upgrade is done", "end", NULL);
    buf_z(x->out, "      rescue:\n");
    name(x, 8, STR("It stopped, and nothing goes back by itself"));
    if (x->plan->refused.n) {
        buf_z(x->out, "          ansible.builtin.fail:\n"
                      "            msg: \"This plan cannot be run, and nothing was changed. The task that failed says why.\"\n");
        return;
    }
    buf_z(x->out, "          when: rutter_on_failure != \"back\"\n"
                  "          ansible.builtin.fail:\n"
                  "            msg: \"Stopped in '{{ ansible_failed_task.name }}'. Start the playbook again to go on from there, or with -e rutter_entry=auto to go back.\"\n");
    name(x, 8, STR("It stopped, and the way back begins where the journal says"));
    buf_z(x->out, "          ansible.builtin.set_fact:\n            rutter_back_from: auto\n");
}

static void rollback(struct executor *x)
{
    name(x, 4, STR("The way back"));
    buf_z(x->out, "      when: rutter_back_from != \"\"\n");
    environment(x, "{{ rutter_back_from }}");
    buf_z(x->out, "      block:\n");
    plain_task(x, 8, "Begin the way back, or go on with it", "start", "gives entry ;");
    name(x, 8, STR("Where it is entered"));
    buf_z(x->out, "          ansible.builtin.set_fact:\n            rutter_at: \"{{ (rutter_step.stdout_lines | last).split('=', 1)[1] }}\"\n");
    for (uint32_t i = 0; i < x->units_n; i++) step_task(x, 8, i);
    name(x, 8, STR("The way back is done"));
    buf_z(x->out, "          when: rutter_at != \"\"\n");
    command(x, 10, "end", &(struct shell_words){0});
    buf_z(x->out, "          changed_when: false\n");
}

void emit_plan_ansible(struct buf *out, const struct emit_input *in)
{
    struct executor x = exec_open(out, in->plan, false), back = exec_open(out, in->plan, true);
    head(&x);
    prepare(&x);
    upgrade(&x);
    rollback(&back);
    name(&x, 4, STR("The upgrade failed and was undone"));
    buf_z(out, "      when: rutter_entry == \"\" and rutter_back_from != \"\"\n"
               "      ansible.builtin.fail:\n"
               "        msg: \"The upgrade failed; the release is as it was. The task that failed is above.\"\n");
}
