/* Private to plan/: what the makers of steps share. */
#ifndef RUTTER_PLAN_PLANNER_H
#define RUTTER_PLAN_PLANNER_H

#include "kube/scaler.h"
#include "plan/plan.h"
#include "plan/runbook.h"
#include "plan/timing.h"

/* ---- the installation, both sides beside each other (shape.c) ---- */

struct unit;

/* An object that either side has. */
struct item {
    struct str id;
    const struct object *old, *new;   /* NULL: that side does not have it */
    const struct object *any;         /* the newer one that is there */
    bool changed;                     /* both sides have it, and it differs beyond version labels */
    bool compared_by_name;            /* its text depends on chance, revision or lookup */
};

/* A ScaledObject or HorizontalPodAutoscaler. */
struct scaler_pair {
    const struct item *item;
    struct scaler *old, *new;         /* NULL: that side does not have it */
    struct unit *unit_old, *unit_new; /* what it scales; NULL when the release has no such workload */
    bool hook_applied;                /* Helm does not know it: nobody deletes it, no rollback restores it */
};

/* A workload that stays: Deployment, StatefulSet, DaemonSet, ReplicaSet of the release. */
struct unit {
    const struct item *item;
    const struct workload *old, *new;
    struct str component;             /* by the runbook's component label; "" */
    int monitor;                      /* order in which it is watched, from the runbook; 1000 when it says nothing */
    struct scaler_pair *scaler_old, *scaler_new;
    struct unit *was;                 /* of a workload that only the new side has: the one that it replaces (a rename); NULL */
    struct str *key_old, *key_new;    /* segments of the one values key that its rendered replicas comes from; NULL */
    uint32_t key_old_n, key_new_n;
    struct str capture;               /* name of the capture of its live replicas before the upgrade; "" when there is none */
};

/* A PersistentVolumeClaim of the release. */
struct claim {
    const struct item *item;
    bool lost;                        /* the upgrade deletes it, and it is not kept */
    int64_t size_old, size_new;       /* thousandths of a byte; -1 unknown */
};

struct shape {
    struct item *items; uint32_t items_n, items_cap;        /* old side's order, then what only the new side has */
    struct strmap by_id;
    struct unit *units; uint32_t units_n, units_cap;
    struct scaler_pair *scalers; uint32_t scalers_n, scalers_cap;
    struct claim *claims; uint32_t claims_n, claims_cap;
    struct workload *workloads_old, *workloads_new; uint32_t workloads_old_n, workloads_new_n; /* of all owners, hook Jobs too */
    bool claim_kept;                  /* a claim is kept across the upgrade: afterwards it lies outside the release's record */
    bool overlay_new, overlay_old;    /* rendered replicas come from the last -f, filled from captures */
    bool scale_new, scale_old;        /* ... cannot, for some workload: Helm resets it, the plan scales it */
    bool force_old;                   /* the old version's overlay holds a count from before the upgrade: live is another by now, and somebody else's */
};

/* ---- the planner ---- */

struct planner {
    struct arena *a;
    const struct facts *f;
    struct diags *d;
    struct plan *plan;
    struct plan described;            /* the plan before anything was added that a refusal would not have */
    struct runbook *book;
    struct shape shape;
    struct timing timing;
    struct step_list *list;           /* plan->forward or plan->back */
    const struct book_entry *entry;        /* of the runbook, being made */
    bool back;                        /* making the rollback */
    uint32_t entry_from;              /* first step of this entry in the list */
    /* What makers tell those that come later. */
    const struct finding *one_way;    /* why there is no way back once the release is changed; NULL: there is one */
    struct str upgrade_id;            /* the step that changes the release; "" before it is made, and where Terraform does */
    struct str terraform_id;
    const struct book_entry *permissions_entry; /* where the questions about rights go, once all steps are known; NULL: nowhere */
    uint32_t permissions_at;
    struct str back_helm_id, back_upgrade_id; /* the two ways back; "" for one that there is not */
};

/* The items of both sides; then, where it is known what changed, the workloads, scalers and claims among them. */
void shape_begin(struct planner *p);
void shape_finish(struct planner *p);
const struct item *shape_item(const struct shape *s, struct str id);
/* Whether Helm's own record holds it (hooks and what they apply are not in it). */
bool item_in_release(const struct object *o);
/* Values keys of rendered replicas (replicas.c): fills unit->key_old, key_new. */
void shape_find_replicas_keys(struct planner *p);

/* ---- making steps (command.c) ---- */

/* A step of the current entry: id from its section and `what`, phase, note and errata from the runbook (the latter two on the first step only).
 * A "" title takes the entry's. */
struct step *make_step(struct planner *p, enum step_kind kind, struct str what, struct str title);
/* The same in a given phase. */
struct step *make_step_in(struct planner *p, enum phase phase, enum step_kind kind, struct str what, struct str title);
/* A text of the runbook with {release}, {namespace}, {chart}, {old}, {new} (versions) and the given {key}s replaced; keys and values
 * alternate, NULL-terminated: const char *, struct str. */
struct str make_text(struct planner *p, struct str text, ...);
/* kubectl with the context and a namespace ("" for none), then words. */
void make_kubectl(struct planner *p, struct argv *v, struct str ns, ...) __attribute__((sentinel));
void make_helm(struct planner *p, struct argv *v, ...) __attribute__((sentinel));
/* "deployment.apps/sie-router" */
struct str make_ref(struct arena *a, const struct object *o);
/* "deployment.apps" */
struct str make_resource(struct arena *a, const struct object *o);
/* Adds resource/name words of the items for which `want` holds, grouped by namespace: calls `each` once a namespace. */
struct ref_group {
    struct str ns;
    const struct object **v; uint32_t n, cap;
};
struct ref_group *make_groups(struct planner *p, bool (*want)(const struct planner *p, const struct item *i), bool new_side, uint32_t *n);
/* A jsonpath or go-template that reads one annotation or label: dots escaped as jsonpath wants them. */
struct str make_jsonpath_key(struct arena *a, const char *before, struct str key);
/* A literal as an extended regular expression. */
struct str make_regex(struct arena *a, struct str literal);
/* Letters, digits, dots, dashes and underscores; anything else becomes a dash. */
struct str make_id(struct arena *a, struct str s);
/* "-l" argument of a workload's own selector: "a=b,c=d". */
struct str make_selector(struct arena *a, const struct workload *w);
/* A -o argument for kubectl get: "done: ..." when the workload is rolled out, else how far it is. `marker` is one more condition in Go's template language. */
struct str make_rollout_template(struct arena *a, const struct workload *w, struct str marker);
/* Indices of the units in the order in which they are watched. */
uint32_t *make_monitor_order(struct planner *p);
/* A condition in the same language that holds for this version of the object only; "" when nothing tells them apart. */
struct str make_marker(struct arena *a, const struct workload *w, const struct workload *before);
/* Writes the last values file of a side: live replicas from captures. */
struct step *make_overlay_file(struct planner *p, bool new_side, struct str title);
/* helm upgrade to a side: chart, values, overlay, wait. */
void make_upgrade_argv(struct planner *p, struct step *s, bool new_side);
/* The precondition of the step that changes the release. */
void make_unchanged(struct planner *p, struct step *s, const char *explain);
/* The watches of one side's rollouts, beside the step of that id. */
void make_monitors(struct planner *p, struct str beside, const char *suffix);
/* Whether an upgrade to the old chart, Helm's or by Terraform, is a way back (beside Helm's rollback, or instead of it), and the condition of a step
 * for one of the two. */
bool make_back_upgrades(struct planner *p);
void make_when_way(struct planner *p, struct step *s, bool rollback);
/* Captures of a ScaledObject's annotations before the upgrade; both are "" when it was not paused. */
struct str make_paused_at(struct arena *a, const struct object *o);
struct str make_paused_flag(struct arena *a, const struct object *o);
/* Objects that a hook applies, as one List in a work file ("applied-old.json"); the step that writes it, or NULL when there are none. */
struct step *make_applied_file(struct planner *p, bool new_side);
/* A check that the cluster's objects have the values that the work file gives them: a server-side dry run conflicts with every field that somebody
 * else owns and whose value differs. Nothing is written. */
struct step *make_dry_apply(struct planner *p, struct str what, struct str title, const char *manager, struct str file);
void assume(struct planner *p, const char *id, struct str text, struct str checked_by);
struct step *make_gate(struct planner *p, struct str what, struct str title, struct str accept);
struct loss *declare_loss(struct planner *p, struct str id, struct str object, struct str text, struct str gate);

/* ---- the makers: one function for each `make:` of the runbook; which file has which, see makers.c ---- */

typedef void maker(struct planner *p);

maker make_tools, make_cluster, make_release, make_inputs, make_values_match, make_manifest_match, make_drift, make_scalers_match, make_served,
    make_references, make_absent, make_expandable;
maker make_permissions, make_immutable;
maker make_errata; /* no word of a runbook: of the whole plan */
maker make_naive_pause, make_naive_upgrade, make_naive_resume, make_naive_rollback;
maker make_record, make_captures;
maker make_rollouts, make_endpoints, make_scaler_health, make_logs, make_prometheus, make_series, make_images_run, make_smoke, make_version,
    make_release_is;
maker make_changelog, make_findings_gates, make_images_gate, make_pins, make_values_gate, make_note, make_expected;
maker make_pause, make_orphans, make_scalers_new, make_resume;
maker make_claims;
maker make_crds, make_dependencies, make_preview, make_overlay, make_upgrade, make_monitor, make_terraform;
maker make_back_boundary, make_back_state, make_back_jobs, make_back_forget, make_back_prepare, make_back_helm, make_back_upgrade, make_back_leftovers, make_back_scalers, make_back_hooks, make_back_residue,
    make_back_resume, make_back_claims, make_back_losses;

/* The names of metrics in a PromQL expression, as keys of `out`. */
void prometheus_metrics(struct arena *a, struct str query, struct strmap *out);
/* residue.c: a strategic merge patch that removes what `new` has and `old` has not, and a JSON merge patch (RFC 7396) from new to old; NIL when there is
 * nothing to patch. */
struct value residue_removals(struct planner *p, struct value old, struct value new, uint32_t depth);
struct value residue_merge(struct planner *p, struct value old, struct value new, uint32_t depth);
/* `old` with what Helm writes on every object where only `new` has it. */
struct value residue_as_written(struct arena *a, struct value old, struct value new);
/* The capture of replicas that the way back uses for it, and whether that is one that the way back takes itself. */
struct str make_back_capture(struct arena *a, const struct unit *u);
bool make_is_read_again(const struct unit *u);
/* Whether client-side applies of the old version alone leave something of the new one in it. */
bool residue_is_left(struct planner *p, const struct item *x);

/* How the id of the step begins that answers a finding: by the runbook's table, or the migrated values; "" when none does. */
struct str finding_answer(struct planner *p, const struct finding *x);
/* Puts the questions about rights where make_permissions was. */
void permissions_make(struct planner *p);
/* plan->rollouts and plan->services (impact.c). */
void impact_make(struct planner *p);
/* It is deleted before Helm makes it anew, in both directions; some object is. */
bool immutable_is(const struct item *x);
bool immutable_any(const struct planner *p);
/* A step of the way back that is passed over when that way has been gone. */
void make_when_not_back(struct planner *p, struct step *s);

/* Why the upgrade has to be planned in stages, and the two commands (stages.c); "" when it need not. */
struct str stages_refusal(struct arena *a, const struct facts *f);

/* NULL when there is no maker of that name. */
maker *maker_find(struct str name);

#endif
