/* Executors: what the emitters for Argo Workflows, Tekton, GitHub Actions and Ansible share. Private to emit/.
 *
 * Each document has the same parts: a library (shell_library), which is the scripts' own runtime and knows the digests of all inputs; a
 * task that begins a run (`start`); tasks whose arguments spell their steps as words, so that no executor and no shell reads anything into them; and
 * a task that ends it. Order, gates, conditions on the entry point and results are the executor's own.
 */
#ifndef RUTTER_EMIT_EXEC_H
#define RUTTER_EMIT_EXEC_H

#include "emit/shell.h"

/* One step of a list, or a background step with those beside it: what must run in one process. */
struct exec_unit {
    uint32_t first, n;
};

/* Units that one task does: of one phase, between two gates, entered at one point. */
struct exec_segment {
    uint32_t first, n;              /* units */
    const struct step *gate;        /* the first unit is this gate; NULL: it is none */
    const char *phase;
};

struct executor {
    struct arena *a;
    struct buf *out;
    const struct plan *plan;
    const struct step_list *list;   /* of the direction */
    bool back;
    struct exec_unit *units; uint32_t units_n, units_cap;
    struct exec_segment *segments; uint32_t segments_n, segments_cap;
    struct str *entries; uint32_t entries_n;
    struct shell shell;
    struct strmap outputs;          /* capture -> struct str *, its name as a result */
};

struct executor exec_open(struct buf *out, const struct plan *p, bool back);

/* Why no executor of Kubernetes, or none at all, can have this plan; false with the reason. */
bool exec_accepts(struct arena *a, const struct plan *p, struct str *why);
bool exec_accepts_in_cluster(struct arena *a, const struct plan *p, struct str *why);
/* Where a container finds a chart, unless a parameter says otherwise: where --chart-ref says, below the work volume if that is a relative path. `side`: "old", "new". */
struct str exec_chart_place(const struct executor *x, const char *side);

/* "bash LIBRARY DIRECTION TASK" is the emitter's; these are the words after it. */
enum exec_gate { EXEC_GATE_HERE, EXEC_GATE_APPROVED, EXEC_GATE_ASK };
/* The sentences of a unit. EXEC_GATE_APPROVED: a gate that the executor has passed; EXEC_GATE_ASK: only whether it has to be asked, as the result `to`. */
void exec_unit_words(struct executor *x, uint32_t unit, enum exec_gate gate, const char *to, struct shell_words *words);
/* "gives KEY PREFIXname ;" for each capture of the unit that is not secret. */
void exec_result_words(struct executor *x, uint32_t unit, const char *prefix, const char *suffix, struct shell_words *words);
void exec_words_add(struct executor *x, struct shell_words *words, const char *text);   /* plain words, separated by spaces */
/* Names of the captures of a unit as results. */
struct str *exec_results(struct executor *x, uint32_t unit, uint32_t *n);
/* Whether an output or an argument of the unit may hold a secret. */
bool exec_is_private(const struct executor *x, uint32_t unit);
bool exec_changes(const struct executor *x, uint32_t unit);
/* Entry points at or before this unit's first step: with one of them (in a list) the unit is run. All of them when `back` is false. */
uint32_t exec_entries_until(const struct executor *x, uint32_t unit);

/* What a segment may take at the most, for executors that end what takes longer: the steps' own timeouts are what counts. */
int64_t exec_minutes(const struct executor *x, uint32_t segment);

/* ---- YAML ---- */

/* The comment that a document begins with. */
void exec_head(struct executor *x);
/* The library as a ConfigMap, and the line between two documents. */
void exec_config_map(struct executor *x);

/* The text on a line of its own. */
void exec_line(struct buf *b, unsigned indent, const char *text);
/* "upgrade" or "rollback", as the library's first word has it. */
const char *exec_direction(const struct executor *x);
/* What a container in a cluster is told by arguments ("args:"; nothing where there are none), and by its environment of where charts, values and records
 * are. `open` and `close` stand around the name of a parameter. */
void exec_container_args(struct buf *b, unsigned indent, const struct shell_words *words);
void exec_container_places(struct buf *b, unsigned indent, const char *open, const char *close);

/* A scalar that every YAML reader takes for this text. */
void exec_yaml(struct buf *b, struct str text);
/* "key: text" on a line of its own. */
void exec_yaml_pair(struct buf *b, unsigned indent, const char *key, struct str text);
/* Items of a flow sequence, a sentence a line; without the brackets. */
void exec_yaml_words(struct buf *b, unsigned indent, const struct shell_words *words);
/* Lines of a literal block. */
void exec_yaml_block(struct buf *b, unsigned indent, struct str text);
/* Text for people's eyes: one line, and nothing in it begins an expression of any executor. */
struct str exec_shown(struct arena *a, struct str text);
/* "Step 3 of 84: title (id)" */
struct str exec_title(const struct executor *x, uint32_t unit);
/* Letters that every executor takes in a name: others become "-". */
struct str exec_name(struct arena *a, struct str text);
struct str exec_short_id(const struct plan *p);

#endif
