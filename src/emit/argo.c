/* Argo Workflows: a ConfigMap with the library, and a WorkflowTemplate: a DAG of segments, suspend for gates, captures as output parameters, onExit. */
#include "emit/emitters.h"
#include "emit/exec.h"

static struct str task_name(struct executor *x, char kind, uint32_t segment) { return str_printf(x->a, "%c%02u", kind, segment + 1); }

static struct str gate_name(struct executor *x, uint32_t segment)
{
    const struct step *s = x->segments[segment].gate;
    return str_printf(x->a, "g%02u-%.*s", segment + 1, STR_ARG(exec_name(x->a, s->accept.n ? s->accept : s->id)));
}

/* ---- containers ---- */

/* The words of Argo's own parameters stand in env and image alone; a step's words are printable ASCII in which it finds no tag. */
static void container(struct executor *x, const char *task, const struct shell_words *words, bool entry)
{
    struct buf *b = x->out;
    exec_line(b, 6, "container:");
    exec_line(b, 8, "image: \"{{workflow.parameters.image}}\"");
    buf_fill(b, ' ', 8);
    buf_printf(b, "command: [bash, /rutter/library/library.sh, %s, %s]\n", exec_direction(x), task);
    exec_container_args(b, 8, words);
    exec_line(b, 8, "env:");
    exec_line(b, 10, "- {name: RUTTER_RUN, value: \"{{workflow.uid}}\"}");
    exec_line(b, 10, "- {name: RUTTER_CONTEXT, value: \"{{workflow.parameters.context}}\"}");
    if (entry) exec_line(b, 10, "- {name: RUTTER_ENTRY, value: \"{{inputs.parameters.entry}}\"}");
    exec_container_places(b, 10, "{{workflow.parameters.", "}}");
    exec_line(b, 8, "volumeMounts:");
    exec_line(b, 10, "- {name: library, mountPath: /rutter/library, readOnly: true}");
    exec_line(b, 10, "- {name: work, mountPath: /rutter/work}");
    exec_line(b, 10, "- {name: values, mountPath: /rutter/values, readOnly: true}");
    exec_line(b, 10, "- {name: kubeconfig, mountPath: /rutter/kubeconfig, readOnly: true}");
}

static void template(struct executor *x, struct str name)
{
    buf_printf(x->out, "    - name: %s-%.*s\n", exec_direction(x), STR_ARG(name));
}

static void output(struct executor *x, struct str name, bool first)
{
    if (first) exec_line(x->out, 6, "outputs:\n        parameters:");
    buf_printf(x->out, "          - {name: %.*s, valueFrom: {path: /tmp/rutter/%.*s, default: \"\"}}\n", STR_ARG(name), STR_ARG(name));
}

static void gate_template(struct executor *x, uint32_t segment)
{
    struct shell_words words = {0};
    template(x, task_name(x, 'q', segment));
    output(x, STR("gate"), true);
    exec_unit_words(x, x->segments[segment].first, EXEC_GATE_ASK, "/tmp/rutter/gate", &words);
    container(x, "go", &words, false);
}

static void segment_template(struct executor *x, uint32_t segment)
{
    const struct exec_segment *g = &x->segments[segment];
    struct shell_words words = {0};
    bool first = true;
    if (g->gate) gate_template(x, segment);
    template(x, task_name(x, 's', segment));
    for (uint32_t u = g->first; u < g->first + g->n; u++) {
        uint32_t n;
        struct str *v = exec_results(x, u, &n);
        for (uint32_t i = 0; i < n; i++, first = false) output(x, v[i], first);
        exec_unit_words(x, u, EXEC_GATE_APPROVED, NULL, &words);
        exec_result_words(x, u, "/tmp/rutter/", "", &words);
    }
    container(x, "go", &words, false);
}

static void templates(struct executor *x)
{
    struct shell_words words = {0};
    template(x, STR("start"));
    if (x->back) {
        exec_line(x->out, 6, "inputs:\n        parameters:\n          - {name: entry}");
        output(x, STR("entry"), true);
        exec_words_add(x, &words, "gives /tmp/rutter/entry ;");
    }
    container(x, "start", &words, x->back);
    for (uint32_t i = 0; i < x->segments_n; i++) segment_template(x, i);
    template(x, STR("end"));
    container(x, "end", &(struct shell_words){0}, false);
}

/* ---- the DAG ---- */

static void task(struct executor *x, struct str name, struct str depends, struct str template_name, struct str when)
{
    struct buf *b = x->out;
    buf_printf(b, "          - name: %.*s\n", STR_ARG(name));
    if (depends.n) exec_yaml_pair(b, 12, "depends", depends);
    buf_printf(b, "            template: %.*s\n", STR_ARG(template_name));
    if (when.n) exec_yaml_pair(b, 12, "when", when);
}

static struct str own(struct executor *x, struct str name) { return str_printf(x->a, "%s-%.*s", exec_direction(x), STR_ARG(name)); }

/* With which entry points the segment is run; "" for the upgrade. */
static struct str entered(struct executor *x, uint32_t segment)
{
    struct buf b = buf_new(x->a);
    if (!x->back) return STR("");
    uint32_t n = exec_entries_until(x, x->segments[segment].first);
    buf_byte(&b, '(');
    for (uint32_t i = 0; i < n; i++) buf_printf(&b, "%s'{{tasks.start.outputs.parameters.entry}}' == '%.*s'", i ? " || " : "", STR_ARG(x->entries[i]));
    if (!n) buf_z(&b, "false");
    buf_byte(&b, ')');
    return buf_done(&b);
}

static struct str both(struct executor *x, struct str one, struct str other) { return one.n ? str_printf(x->a, "%.*s && %.*s", STR_ARG(one), STR_ARG(other)) : other; }

static void dag(struct executor *x)
{
    struct str before = STR("start");
    buf_printf(x->out, "    - name: %s\n", exec_direction(x));
    if (x->back) exec_line(x->out, 6, "inputs:\n        parameters:\n          - {name: entry}");
    exec_line(x->out, 6, "dag:\n        tasks:");
    task(x, STR("start"), STR(""), own(x, STR("start")), STR(""));
    if (x->back) exec_line(x->out, 12, "arguments:\n              parameters:\n                - {name: entry, value: \"{{inputs.parameters.entry}}\"}");
    for (uint32_t i = 0; i < x->segments_n; i++) {
        struct str when = entered(x, i), s = task_name(x, 's', i);
        if (x->segments[i].gate) {
            struct str q = task_name(x, 'q', i), g = gate_name(x, i);
            task(x, q, before, own(x, q), when);
            task(x, g, q, STR("gate"), both(x, when, str_printf(x->a, "'{{tasks.%.*s.outputs.parameters.gate}}' == 'due'", STR_ARG(q))));
            before = str_printf(x->a, "%.*s && %.*s", STR_ARG(q), STR_ARG(g));
            when = both(x, when, str_printf(x->a, "('{{tasks.%.*s.status}}' == 'Succeeded' || '{{tasks.%.*s.outputs.parameters.gate}}' == 'passed')", STR_ARG(g), STR_ARG(q)));
        }
        task(x, s, before, own(x, s), when);
        before = s;
    }
    task(x, STR("end"), before, own(x, STR("end")), x->back ? STR("'{{tasks.start.outputs.parameters.entry}}' != ''") : STR(""));
}

/* ---- the documents ---- */

static void parameter(struct executor *x, const char *name, const char *description, const char *value)
{
    buf_printf(x->out, "      - name: %s\n        description: %s\n", name, description);
    if (value) buf_printf(x->out, "        value: %s\n", value);
}

static void chart_parameter(struct executor *x, const char *name, const char *description, const char *side)
{
    parameter(x, name, description, NULL);
    exec_yaml_pair(x->out, 8, "value", exec_chart_place(x, side));
}

static void head(struct executor *x)
{
    const struct plan *p = x->plan;
    struct str id = exec_short_id(p);
    buf_printf(x->out, "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata:\n  name: rutter-%.*s\n  annotations:\n", STR_ARG(id));
    exec_yaml_pair(x->out, 4, "rutter/plan", p->id);
    exec_yaml_pair(x->out, 4, "rutter/what", exec_shown(x->a, shell_headline(&x->shell, false)));
    buf_z(x->out, "spec:\n  entrypoint: main\n  onExit: exit\n  arguments:\n    parameters:\n");
    parameter(x, "entry", "the upgrade, or where the way back begins (auto is where the journal says)", "upgrade");
    buf_z(x->out, "        enum: [upgrade, auto");
    for (uint32_t i = 0; i < x->entries_n; i++) buf_printf(x->out, ", \"%.*s\"", STR_ARG(x->entries[i]));
    buf_z(x->out, "]\n");
    parameter(x, "on-failure", "when the upgrade stops", "ask");
    buf_z(x->out, "        enum: [stop, ask, back]\n");
    parameter(x, "image", "bash 4.4, GNU coreutils, helm and kubectl", NULL);
    parameter(x, "context", "the kube context", "\"\"");
    parameter(x, "work-claim", "the PersistentVolumeClaim that keeps the work folder", "rutter-work");
    chart_parameter(x, "chart-old", "where the old chart is; the claim is at /rutter/work", "old");
    chart_parameter(x, "chart-new", "where the new chart is; the claim is at /rutter/work", "new");
    parameter(x, "values-secret", "the Secret with values-old.yaml and values-new.yaml", "rutter-values");
    parameter(x, "kubeconfig-secret", "the Secret with config", "rutter-kubeconfig");
    buf_printf(x->out, "  synchronization:\n    mutex:\n      name: rutter-%.*s-%.*s\n", STR_ARG(exec_name(x->a, p->ns)), STR_ARG(exec_name(x->a, p->release)));
    buf_z(x->out, "  # Helm marks its record when it is told to end, and needs the time for it.\n  podSpecPatch: '{\"terminationGracePeriodSeconds\": 600}'\n  volumes:\n");
    buf_printf(x->out, "    - {name: library, configMap: {name: rutter-%.*s}}\n", STR_ARG(id));
    buf_z(x->out, "    - {name: work, persistentVolumeClaim: {claimName: \"{{workflow.parameters.work-claim}}\"}}\n"
                  "    - {name: values, secret: {secretName: \"{{workflow.parameters.values-secret}}\"}}\n"
                  "    - {name: kubeconfig, secret: {secretName: \"{{workflow.parameters.kubeconfig-secret}}\"}}\n"
                  "  templates:\n");
}

static void main_templates(struct executor *x)
{
    buf_z(x->out, "    - name: main\n      steps:\n"
                  "        - - name: upgrade\n            template: upgrade\n            when: \"'{{workflow.parameters.entry}}' == 'upgrade'\"\n"
                  "          - name: rollback\n            template: rollback\n            when: \"'{{workflow.parameters.entry}}' != 'upgrade'\"\n"
                  "            arguments:\n              parameters:\n                - {name: entry, value: \"{{workflow.parameters.entry}}\"}\n"
                  "    - name: exit\n      steps:\n"
                  "        - - name: ask\n            template: gate\n"
                  "            when: \"'{{workflow.status}}' != 'Succeeded' && '{{workflow.parameters.entry}}' == 'upgrade' && '{{workflow.parameters.on-failure}}' == 'ask'\"\n"
                  "        - - name: rollback\n            template: rollback\n"
                  "            when: \"'{{workflow.status}}' != 'Succeeded' && '{{workflow.parameters.entry}}' == 'upgrade' && '{{workflow.parameters.on-failure}}' != 'stop'\"\n"
                  "            arguments:\n              parameters:\n                - {name: entry, value: auto}\n"
                  "    - name: gate\n      suspend: {}\n");
}

void emit_plan_argo(struct buf *out, const struct emit_input *in)
{
    struct executor x = exec_open(out, in->plan, false), back = exec_open(out, in->plan, true);
    exec_head(&x);
    exec_config_map(&x);
    head(&x);
    main_templates(&x);
    dag(&x);
    dag(&back);
    templates(&x);
    templates(&back);
}
