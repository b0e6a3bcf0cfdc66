/* Tekton: a ConfigMap with the library, and a Pipeline whose tasks are segments; captures are results, entry points are `when`, and a finally task goes
 * the whole way back, for finally tasks have no order among themselves. A gate is answered by the parameters accept and confirm: Tekton has no pause. */
#include "emit/emitters.h"
#include "emit/exec.h"


/* ---- one task ---- */

static const char *const params[] = {"run", "image", "context", "accept", "confirm", "chart-old", "chart-new"};

static void task_head(struct executor *x, struct str name, struct str after)
{
    buf_printf(x->out, "    - name: %.*s\n", STR_ARG(name));
    if (after.n) buf_printf(x->out, "      runAfter: [%.*s]\n", STR_ARG(after));
}

static void when(struct executor *x, const char *input, const char *values)
{
    buf_printf(x->out, "        - {input: \"%s\", operator: in, values: [%s]}\n", input, values);
}

/* Entry points with which the segment is run. */
static void entered(struct executor *x, uint32_t unit)
{
    uint32_t n = exec_entries_until(x, unit);
    exec_line(x->out, 6, "when:");
    exec_line(x->out, 8, "- input: \"$(tasks.rollback-start.results.entry)\"\n          operator: in");
    buf_z(x->out, n ? "          values: [" : "          values: [\"-\""); /* none, and the list may not be empty */
    for (uint32_t i = 0; i < n; i++) buf_printf(x->out, "%s\"%.*s\"", i ? ", " : "", STR_ARG(x->entries[i]));
    buf_z(x->out, "]\n");
}

/* `entry`: the parameter's value; NULL: the task takes none. Results are declared by the caller's lines in `results`. */
static void task_body(struct executor *x, const char *task, const struct shell_words *words, struct str results, const char *entry, int64_t minutes)
{
    struct buf *b = x->out;
    buf_printf(b, "      timeout: %lldm\n", (long long)minutes);
    exec_line(b, 6, "workspaces:\n        - {name: work, workspace: work}\n        - {name: values, workspace: values}\n        - {name: kubeconfig, workspace: kubeconfig}");
    exec_line(b, 6, "params:");
    exec_line(b, 8, "- {name: run, value: \"$(context.pipelineRun.uid)\"}");
    for (size_t i = 1; i < sizeof params / sizeof *params; i++) buf_printf(b, "        - {name: %s, value: \"$(params.%s)\"}\n", params[i], params[i]);
    if (entry) buf_printf(b, "        - {name: entry, value: \"%s\"}\n", entry);
    exec_line(b, 6, "taskSpec:");
    exec_line(b, 8, "params:");
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) buf_printf(b, "          - {name: %s, type: string}\n", params[i]);
    if (entry) exec_line(b, 10, "- {name: entry, type: string}");
    if (results.n) {
        exec_line(b, 8, "results:");
        buf_add(b, results);
    }
    exec_line(b, 8, "workspaces:\n          - {name: work, mountPath: /rutter/work}\n          - {name: values, mountPath: /rutter/values, readOnly: true}\n"
               "          - {name: kubeconfig, mountPath: /rutter/kubeconfig, readOnly: true}");
    buf_printf(b, "        volumes:\n          - {name: library, configMap: {name: rutter-%.*s}}\n", STR_ARG(exec_short_id(x->plan)));
    exec_line(b, 8, "steps:\n          - name: steps\n            image: \"$(params.image)\"");
    buf_printf(b, "            command: [bash, /rutter/library/library.sh, %s, %s]\n", exec_direction(x), task);
    exec_container_args(b, 12, words);
    exec_line(b, 12, "env:");
    exec_line(b, 14, "- {name: RUTTER_RUN, value: \"$(params.run)\"}");
    exec_line(b, 14, "- {name: RUTTER_CONTEXT, value: \"$(params.context)\"}");
    if (entry) exec_line(b, 14, "- {name: RUTTER_ENTRY, value: \"$(params.entry)\"}");
    exec_line(b, 14, "- {name: RUTTER_ACCEPT, value: \"$(params.accept)\"}");
    exec_line(b, 14, "- {name: RUTTER_YES, value: \"$(params.confirm)\"}");
    exec_container_places(b, 14, "$(params.", ")");
    exec_line(b, 12, "volumeMounts:\n              - {name: library, mountPath: /rutter/library, readOnly: true}");
}

/* ---- the tasks of a direction ---- */

static struct str segment_name(struct executor *x, uint32_t segment)
{
    return str_printf(x->a, "%s-%02u-%s", exec_direction(x), segment + 1, x->segments[segment].phase);
}

static void segment_task(struct executor *x, uint32_t segment, struct str after)
{
    const struct exec_segment *g = &x->segments[segment];
    struct shell_words words = {0};
    struct buf results = buf_new(x->a);
    for (uint32_t u = g->first; u < g->first + g->n; u++) {
        uint32_t n;
        struct str *v = exec_results(x, u, &n);
        for (uint32_t i = 0; i < n; i++) buf_printf(&results, "          - {name: %.*s}\n", STR_ARG(v[i]));
        exec_unit_words(x, u, EXEC_GATE_HERE, NULL, &words);
        exec_result_words(x, u, "$(results.", ".path)", &words);
    }
    task_head(x, segment_name(x, segment), after);
    if (x->back) entered(x, g->first);
    else exec_line(x->out, 6, "when:\n        - {input: \"$(params.entry)\", operator: in, values: [upgrade]}");
    task_body(x, "go", &words, buf_str(&results), NULL, exec_minutes(x, segment));
}

static void tasks(struct executor *x)
{
    struct shell_words words = {0};
    struct str before = str_printf(x->a, "%s-start", exec_direction(x)), results = STR("");
    task_head(x, before, STR(""));
    exec_line(x->out, 6, "when:");
    buf_printf(x->out, "        - {input: \"$(params.entry)\", operator: %s, values: [upgrade]}\n", x->back ? "notin" : "in");
    if (x->back) {
        exec_words_add(x, &words, "gives $(results.entry.path) ;");
        results = STR("          - {name: entry}\n");
    }
    task_body(x, "start", &words, results, x->back ? "$(params.entry)" : NULL, 15);
    for (uint32_t i = 0; i < x->segments_n; i++) {
        segment_task(x, i, before);
        before = segment_name(x, i);
    }
    task_head(x, str_printf(x->a, "%s-end", exec_direction(x)), before);
    if (x->back) exec_line(x->out, 6, "when:\n        - {input: \"$(tasks.rollback-start.results.entry)\", operator: notin, values: [\"\"]}");
    else exec_line(x->out, 6, "when:\n        - {input: \"$(params.entry)\", operator: in, values: [upgrade]}");
    task_body(x, "end", &(struct shell_words){0}, STR(""), NULL, 15);
}

static void finally(struct executor *x)
{
    struct shell_words words = {0};
    int64_t minutes = 15;
    buf_z(x->out, "  finally:\n");
    for (uint32_t u = 0; u < x->units_n; u++) exec_unit_words(x, u, EXEC_GATE_HERE, NULL, &words);
    for (uint32_t i = 0; i < x->segments_n; i++) minutes += exec_minutes(x, i);
    task_head(x, STR("back"), STR(""));
    exec_line(x->out, 6, "when:");
    when(x, "$(params.entry)", "upgrade");
    when(x, "$(params.on-failure)", "back");
    when(x, "$(tasks.status)", "Failed");
    task_body(x, "all", &words, STR(""), "auto", minutes);
}

/* ---- the documents ---- */

static void param(struct executor *x, const char *name, const char *description, const char *value)
{
    buf_printf(x->out, "    - name: %s\n      type: string\n      description: %s\n", name, description);
    if (value) buf_printf(x->out, "      default: %s\n", value);
}

static void chart_param(struct executor *x, const char *name, const char *description, const char *side)
{
    param(x, name, description, NULL);
    exec_yaml_pair(x->out, 6, "default", exec_chart_place(x, side));
}

static void head(struct executor *x)
{
    const struct plan *p = x->plan;
    buf_printf(x->out, "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata:\n  name: rutter-%.*s\n  annotations:\n", STR_ARG(exec_short_id(p)));
    exec_yaml_pair(x->out, 4, "rutter/plan", p->id);
    buf_z(x->out, "spec:\n");
    exec_yaml_pair(x->out, 2, "description", exec_shown(x->a, shell_headline(&x->shell, false)));
    buf_z(x->out, "  params:\n");
    buf_z(x->out, "    - name: entry\n      type: string\n      description: \"the upgrade, or where the way back begins: auto (where the journal says)");
    for (uint32_t i = 0; i < x->entries_n; i++) buf_printf(x->out, ", %.*s", STR_ARG(x->entries[i]));
    buf_z(x->out, "\"\n      default: upgrade\n");
    param(x, "on-failure", "when the upgrade stops; stop or back", "stop");
    param(x, "image", "bash 4.4, GNU coreutils, helm and kubectl", NULL);
    param(x, "context", "the kube context", "\"\"");
    param(x, "accept", "ids of what is accepted, one a line", "\"\"");
    param(x, "confirm", "yes answers the gates that have no id", "\"no\"");
    chart_param(x, "chart-old", "where the old chart is; the workspace work is at /rutter/work", "old");
    chart_param(x, "chart-new", "where the new chart is; the workspace work is at /rutter/work", "new");
    buf_z(x->out, "  workspaces:\n    - name: work\n      description: a PersistentVolumeClaim that keeps the work folder\n"
                  "    - name: values\n      description: a Secret with values-old.yaml and values-new.yaml\n"
                  "    - name: kubeconfig\n      description: a Secret with config\n");
}

/* What the captures were, for whoever reads the run. */
static void pipeline_results(struct executor *x, bool *any)
{
    for (uint32_t i = 0; i < x->segments_n; i++) {
        const struct exec_segment *g = &x->segments[i];
        for (uint32_t u = g->first; u < g->first + g->n; u++) {
            uint32_t n;
            struct str *v = exec_results(x, u, &n);
            for (uint32_t k = 0; k < n; k++) {
                if (!*any) buf_z(x->out, "  results:\n");
                *any = true;
                buf_printf(x->out, "    - {name: %.*s, value: \"$(tasks.%.*s.results.%.*s)\"}\n", STR_ARG(v[k]), STR_ARG(segment_name(x, i)), STR_ARG(v[k]));
            }
        }
    }
}

void emit_plan_tekton(struct buf *out, const struct emit_input *in)
{
    struct executor x = exec_open(out, in->plan, false), back = exec_open(out, in->plan, true);
    bool any = false;
    exec_head(&x);
    exec_config_map(&x);
    head(&x);
    pipeline_results(&x, &any);
    pipeline_results(&back, &any);
    buf_z(out, "  tasks:\n");
    tasks(&x);
    tasks(&back);
    finally(&back);
}
