/* What a plan is. No behaviour: the planner makes it, emitters print it, the proof checks it.
 *
 * A step is one command, check, file, gate or note. Whatever the shell script knows stands here: emitters add quoting
 * and control flow, never a decision. All lists are in the order in which they run or print.
 *
 * Strings are borrowed from the plan's arena. "" stands for "none" unless a field says otherwise.
 */
#ifndef RUTTER_STEPS_STEPS_H
#define RUTTER_STEPS_STEPS_H

#include "base/buf.h"
#include "value/value.h"

/* ---- arguments ---- */

/* An argument is one whole word: literal text, or `before` followed by one value that is only known when it runs. */
enum arg_kind {
    ARG_TEXT,     /* the text itself */
    ARG_CAPTURE,  /* value of the capture named `text` */
    ARG_WORK,     /* path of the file or folder `text` in the work folder */
    ARG_INPUT,    /* path of an input by role: "chart-old", "chart-new", "values-old", "values-new": the copy in the work folder that a STEP_INPUT made and checked */
    ARG_PARAM,    /* a parameter of the run: "context" (the kube context), "terraform-dir" */
};

struct arg {
    enum arg_kind kind;
    struct str text;
    struct str before;    /* literal text in the same word before the value: "autoscaling.keda.sh/paused-replicas="; "" for ARG_TEXT */
};

struct argv {
    struct arg *v;
    uint32_t n, cap;
};

struct env_setting {
    struct str name;
    struct arg value;
};

/* ---- what a command must show ---- */

/* A command is as expected when it exits 0 (or as EXPECT_EXIT says) and every expectation holds. "The output" is standard
 * output with its final newlines off; with `on_stderr` it is standard error. */
enum expect_kind {
    EXPECT_EXIT,        /* exit status is `number` (instead of 0); of several, any one */
    EXPECT_EQUALS,      /* the output equals `text` */
    EXPECT_CAPTURE,     /* ... equals the capture `text` */
    EXPECT_NOT_CAPTURE, /* ... does not */
    EXPECT_MATCHES,     /* some line of it matches the extended regular expression `text` (grep -E) */
    EXPECT_NOT_MATCHES, /* no line does */
    EXPECT_CONTAINS,    /* ... contains `text` */
    EXPECT_EMPTY,
    EXPECT_NOT_EMPTY,
    EXPECT_INT_GE,      /* ... is an integer of at least `number` */
    EXPECT_SAME_FILE,   /* standard output is byte for byte the work file `text` */
    EXPECT_SAME_INPUT,  /* ... is byte for byte the input `text` ("values-old") */
    EXPECT_DOCUMENTS,   /* ... is a manifest (helm get manifest, helm upgrade --dry-run) that has every document of side `text` ("old", "new") of plan.documents */
};

struct expect {
    enum expect_kind kind;
    struct str text;
    int64_t number;
    bool on_stderr;
    struct str explain;  /* what it means when it is not so, and what to do */
};

/* A command with expectations: a precondition, a probe, a poll. It reads; it never changes anything. */
struct check {
    struct argv argv;
    struct expect *expect; uint32_t expect_n, expect_cap;
};

/* ---- captures ---- */

enum capture_type { CAPTURE_STRING, CAPTURE_INT, CAPTURE_BOOL };

/* Taken once, written to the journal, read from there ever after. The i-th capture of a step is the i-th line of its output; a line that is
 * not there is empty, and so is a capture whose step was passed over. */
struct capture {
    struct str name;         /* "revision", "replicas.StatefulSet/sie-worker-l4" */
    enum capture_type type;
    struct str must_match;   /* extended regular expression over the whole value; "" for any */
    struct str if_absent;    /* value when the output is empty, which is then legal; p NULL: empty output is an error unless must_match allows it */
    struct str explain;      /* what it means when it does not match, and what to do */
    bool secret;             /* never printed, never in the journal's readable part */
};

/* True if the capture has (or with `negate` has not) this value. */
struct condition {
    struct str capture;
    struct str equals;           /* the value; not used when equals_capture is set */
    struct str equals_capture;   /* ... or that of another capture */
    bool negate;
};

/* ---- steps ---- */

enum step_kind {
    STEP_RUN,       /* argv; changes the cluster, the release or the work folder */
    STEP_CHECK,     /* argv and expectations; changes nothing; failure stops the plan */
    STEP_CAPTURE,   /* argv; the output becomes the captures */
    STEP_RECORD,    /* argv; standard output goes to the work file `stdout_to` */
    STEP_WAIT,      /* argv polled every `poll` seconds until it meets the expectations or `timeout`; `fatal` ends it at once */
    STEP_WRITE,     /* writes `document` as JSON, its holes filled, to the work file `stdout_to` */
    STEP_HTTP,      /* one request through kubectl port-forward: `http`; polled when `poll` is not 0 */
    STEP_INPUT,     /* brings the input `input` into the work folder and checks its digests (plan.inputs of that role); a copy that is there already is checked and stays */
    STEP_GATE,      /* a person's yes, after `lines` were shown */
    STEP_NOTE,      /* something to know at this place; runs nothing */
};

enum phase {
    PHASE_PREFLIGHT, PHASE_RECORD, PHASE_DRAIN, PHASE_IMAGES, PHASE_UPGRADE, PHASE_MONITOR, PHASE_RECONCILE, PHASE_RESUME, PHASE_VERIFY,
    PHASE_ROLLBACK_PREPARE, PHASE_ROLLBACK, PHASE_ROLLBACK_MONITOR, PHASE_ROLLBACK_RECONCILE, PHASE_ROLLBACK_RESUME, PHASE_ROLLBACK_VERIFY,
    PHASE_COUNT,
};

struct http {
    struct str service;      /* "svc/sie-gateway", in the plan's namespace */
    int port;
    struct str method, path; /* the path with its query, already escaped */
    struct str *headers; uint32_t headers_n, headers_cap;   /* "Content-Type: application/json" */
    struct str token_capture;                  /* sent as a bearer token; "" for none */
    struct str body;
    int status;              /* wanted */
    struct str retry_status; /* extended regular expression over a status that is no answer yet ("^(202|429|503)$"): polled again until `timeout`.
                              * Any other unwanted status ends the step at once. A connection that fails is polled again, too. */
    struct str header_matches; /* extended regular expression, case ignored, over one header line; "" */
    struct str body_matches, body_not_matches;   /* extended regular expressions over one line of the body; "" */
};

/* What the step claims to change: the proof derives it from argv and compares. */
enum effect_kind {
    EFFECT_NONE, EFFECT_UPGRADE, EFFECT_ROLLBACK, EFFECT_APPLY, EFFECT_CREATE, EFFECT_DELETE, EFFECT_SCALE, EFFECT_PAUSE, EFFECT_UNPAUSE, EFFECT_ANNOTATE,
    EFFECT_PATCH,            /* some fields of the object */
    EFFECT_FORGET,           /* Helm's record of one revision goes away */
    EFFECT_TERRAFORM,
};
struct effect {
    enum effect_kind kind;
    struct str object;       /* id in the object table; "" for the whole release */
    struct str detail;       /* "paused-replicas", "helm.sh/resource-policy=keep" */
};

struct step {
    struct str id;           /* stable and unique in both lists: "2.2-upgrade", "1.5-pause-sie-worker-l4-scaler", "back-4.2-rollback". [A-Za-z0-9._-] only */
    struct str section;      /* of the runbook: "2.2"; "" when the plan added it */
    enum phase phase;
    enum step_kind kind;
    struct str title;        /* one line: what happens */
    struct str note;         /* why it is there; where the runbook does otherwise, why (with its R number) */
    struct str *lines;       uint32_t lines_n, lines_cap;         /* details to show: images, objects, fields; never a secret */
    struct argv argv;
    struct argv argv_helm3;  /* instead of argv where the capture "helm_major" is 3; n = 0: the same */
    struct env_setting *env;     uint32_t env_n, env_cap;             /* set for this command alone */
    bool reads;              /* STEP_RUN: argv changes nothing outside the work folder (helm pull, helm upgrade --dry-run) */
    struct capture *captures; uint32_t captures_n, captures_cap;
    struct str stdout_to;    /* work file; "" for none */
    struct str stdin_from;   /* work file; "" for none */
    bool private_output;     /* stdout_to holds secrets: never shown (every work file is mode 0600) */
    struct value document;   /* STEP_WRITE: a value whose holes are maps {"$capture": NAME, "type": "int"|"string"|"bool"} */
    struct str input;        /* STEP_INPUT: role */
    struct str input_from;   /* STEP_INPUT: where argv put it, a path in the work folder; "": no argv, it lies where CHART_OLD, CHART_NEW, VALUES_OLD or VALUES_NEW says */
    struct http http;
    struct check *preconditions; uint32_t preconditions_n, preconditions_cap;
    struct check done_when;  /* a probe that tells that the step is already done; argv.n = 0: none (then running it twice is harmless) */
    struct expect *expect;   uint32_t expect_n, expect_cap;
    struct check fatal;      /* STEP_WAIT: when its expectations hold at every poll for `fatal_for` seconds, waiting is pointless:
                              * the step fails, and the background step beside which it runs is ended with SIGTERM. argv.n = 0: none */
    int64_t fatal_for;
    struct condition *when;  uint32_t when_n, when_cap;           /* all must hold, else the step is passed over */
    int64_t timeout;         /* seconds; 0: none of its own */
    struct str timeout_why;
    int64_t poll;            /* seconds between two polls, and between two tries */
    int64_t expected;        /* seconds that it usually takes; 0: unknown, or none to speak of */
    uint32_t retries;        /* further tries after a failure */
    /* A background step is started, and the steps whose `beside` is its id (they follow it in the list) run meanwhile: waits are polled in turn, any
     * other runs once, as soon as its `needs` have ended. The background step is awaited after them; if it fails, they are dropped.
     * When it has succeeded, waits that are not yet met go on until their own timeouts. If it is passed over, so are the steps beside it. */
    bool background;
    struct str log;          /* background: work file for both outputs */
    struct str beside;
    struct effect *effects;  uint32_t effects_n, effects_cap;
    struct str inverse;      /* id of the step of the other plan that undoes it; "" with `inverse_why` */
    struct str inverse_why;
    struct str *findings;    uint32_t findings_n, findings_cap;   /* "rule subject" that put it there */
    struct str *errata;      uint32_t errata_n, errata_cap;       /* "R7": numbers of the runbook's errata that it answers */
    struct str accept;       /* STEP_GATE: --accept id of a loss or an error finding; "": --yes answers it */
    struct str *needs;       uint32_t needs_n, needs_cap;         /* ids of steps that must have ended; empty: the one before */
    bool optional;           /* its failure is reported and does not stop the plan */
    /* Taken or checked anew at every start of the script, also when it resumes: it tells in which state the run goes on. The captures of a
     * fresh step replace those in the journal, and every step after it in the list runs again unless its done_when says that it is done. */
    bool fresh;
};

struct step_list {
    struct arena *a;
    struct step **v;
    uint32_t n, cap;
};

/* ---- the rest of a plan ---- */

struct plan_object {
    struct str id, api_version, kind, ns, name;
    struct str owner_old, owner_new; /* owner_name(), "" when that side does not have it */
    struct str digest_old, digest_new;
    bool in_old, in_new;
    bool compared_by_name;    /* its text depends on chance, revision or lookup: compare kind and name alone */
    struct str scaled_by;     /* id of the ScaledObject or HPA that owns its replicas; "" */
    struct str replicas_key_old, replicas_key_new; /* the one values key that a rendered `replicas` comes from; "" */
    int64_t replicas_old, replicas_new;            /* rendered; -1: none */
    bool holds_data;          /* a PVC, or a StatefulSet with claim templates */
    bool hook_stays;          /* a hook's own object whose policy on either side lets it stay until its next run */
    bool leaves_residue;      /* client-side applies of the old version alone would leave something of the new one in it: fields that only the new
                               * version sets; of a custom resource, any difference */
};

/* One document of a side's render, as `helm get manifest` and a dry run print it: the lines from "# Source:" to before the next line "---" or, after
 * the last one of a dry run, "NOTES:"; empty lines after the first and at the end off, each with its newline. */
struct plan_document {
    struct str side;          /* "old", "new" */
    struct str source;        /* as its "# Source:" line says: "sie-cluster/templates/x.yaml" */
    struct str kind, name;
    struct str sha256;        /* ""  : its text depends on chance, revision, install or upgrade, or lookup. Then a document of this source
                               * with a line "kind: KIND" and with the name in it must be there */
};

struct assumption {
    struct str id, text;
    struct str checked_by;    /* id of the preflight step that checks it; "": unchecked */
};

struct loss {
    struct str id;            /* for --accept */
    struct str object, text;
    struct str gate;          /* id of the gate */
    bool forward_only;        /* what is lost is the way back: from the step that changes the release on the rollback refuses */
};

struct plan_input {
    struct str role;          /* "chart-old", "chart-new", "values-old", "values-new" are checked by the scripts; others are for the record: "values[0]", "changelog" */
    struct str path;          /* from the role's own root; "" when the role is the file itself: a values file. A packaged chart has both, the
                               * package ("") and the files in it: what lies there as one file is checked by the former, a folder by the latter */
    struct str sha256;
    int64_t size;
};

/* One version constraint of preflight, for people and other executors: the checks are steps. */
struct plan_tool {
    struct str name, min;     /* "helm", "3.14"; min "" for any */
};

/* Of a runbook taken as it is written: where it is wrong, and what a plan of rutter's own does there. */
struct plan_erratum {
    struct str script;        /* "plan", "rollback": at whose end, or in which, it shows */
    struct str wrong;         /* what the proof finds wrong, in one word (proof/proof.h) */
    struct str kind;          /* of the object; "" for any */
    struct str errata;        /* "R7 R8"; "" when it has no number */
    struct str text, instead;
};

/* Where the rollback is entered when the upgrade stopped during or after the forward step `stopped_at` ("": before the first). */
struct plan_entry {
    struct str stopped_at;
    struct str enter_at;      /* id of a rollback step; "": nothing to undo */
};

/* What the upgrade does to the pods of one workload, at the slowest that still succeeds: from probes, grace periods and the strategy (kube/rollout.h).
 * All of them begin when the release is applied. For people and their dashboards: no step depends on it. */
struct plan_rollout {
    struct str object;        /* id in the object table */
    struct str replaces;      /* id of the workload that goes away for it, under another name; "" */
    struct str change;        /* "rolls": its pods are replaced; "starts": it is new; "again": deleted with its pods
                               * before the upgrade makes it anew; "goes": deleted; "stays": its pods are not touched */
    bool per_node;            /* a DaemonSet: one pod a node, and nobody knows how many nodes there are */
    int64_t before, after;    /* pods as rendered; -1: not known, or that side does not have it */
    int64_t most;             /* the most pods that its autoscaler may have made meanwhile; -1: nothing scales it */
    int64_t waves;            /* in so many steps */
    int64_t available;        /* pods that stay ready throughout; -1: not known */
    int64_t down;             /* seconds without a ready pod; 0: there is always one */
    int64_t seconds;          /* until all are ready */
    int64_t seconds_most;     /* ... with `most` pods */
    int64_t startup, grace;   /* seconds for one pod to become ready, and to stop */
    bool bounded;             /* a pod that needs longer is killed; else probes set no limit */
    struct str basis;         /* the probe that says how long a pod may take; "" for none */
    struct str why;           /* in which order, in words */
};

/* A Service of the old version, and what its clients notice. */
struct plan_service {
    struct str object;        /* id in the object table */
    struct str becomes;       /* id of its successor under another name; "" */
    struct str change;        /* "stays", "renamed", "goes" */
    struct str *workloads; uint32_t workloads_n, workloads_cap;   /* what answers after the upgrade */
    struct str *hosts;     uint32_t hosts_n, hosts_cap;           /* names by which it is reached from outside (Ingress, HTTPRoute) */
    int64_t down;             /* seconds without a ready pod behind it, at most; 0: there is always one; -1: not known */
    struct str notice;        /* one or two sentences */
};

struct plan {
    struct str id;            /* sha256 of the canonical JSON without it */
    struct str generator;     /* "rutter 0.1.0" */
    struct str chart, version_old, version_new, app_old, app_new;
    struct str release, ns, context;       /* context "": the scripts require --context */
    int helm_major;           /* planned for; scripts find out by themselves */
    struct str kube_version, keda_version, profile, strategy, as_of;
    struct str chart_ref, terraform_dir, registry;
    struct str work_dir;      /* where the scripts record; "": below XDG_STATE_HOME */
    struct str chart_path_old, chart_path_new; /* defaults of CHART_OLD and CHART_NEW: relative, or "" */
    bool packaged_old, packaged_new;       /* the chart is a .tgz file, to be used as it is */
    struct plan_tool *tools;  uint32_t tools_n, tools_cap;
    struct plan_input *inputs; uint32_t inputs_n, inputs_cap;
    struct plan_object *objects; uint32_t objects_n, objects_cap;
    struct plan_document *documents; uint32_t documents_n, documents_cap;
    struct plan_rollout *rollouts; uint32_t rollouts_n, rollouts_cap;
    struct plan_service *services; uint32_t services_n, services_cap;
    struct str *images_old;   uint32_t images_old_n, images_old_cap;   /* every image of the render, sorted */
    struct str *images_new;   uint32_t images_new_n, images_new_cap;
    struct step_list forward, back;
    struct plan_entry *entry; uint32_t entry_n, entry_cap;             /* first "", then one a forward step, in their order */
    struct assumption *assumptions; uint32_t assumptions_n, assumptions_cap;
    struct loss *losses;      uint32_t losses_n, losses_cap;
    struct str *notes;        uint32_t notes_n, notes_cap;
    bool as_written;          /* the runbook's own steps, and nothing that makes up for what they lack */
    struct plan_erratum *errata; uint32_t errata_n, errata_cap;        /* of a plan as written alone */
    struct str refused;       /* not empty: the plan cannot be run; the scripts say this at their first step */
    struct str unchanged;     /* not empty: both sides are the same, so there are no steps; the scripts say this and end well */
    struct value proof;       /* proof/'s result as it stands in plan.json; NIL before */
    int64_t timeout;          /* --timeout given to Helm, seconds */
    struct str timeout_why;
    struct str point_of_no_return; /* step id; "" when there is none */
};

/* ---- making (steps.c) ---- */

/* The new step; the list keeps pointers, so it stays where it is. */
struct step *step_add(struct step_list *l, struct str id, enum phase phase, enum step_kind kind, struct str title);
void argv_add(struct arena *a, struct argv *v, enum arg_kind kind, struct str text);
void argv_add_after(struct arena *a, struct argv *v, struct str before, enum arg_kind kind, struct str text);
/* Text arguments, NULL-terminated. */
void argv_text(struct arena *a, struct argv *v, ...) __attribute__((sentinel));
/* One more expectation of a step; the pointer is valid until the next. */
struct expect *step_expect(struct arena *a, struct step *s, enum expect_kind kind, struct str text, struct str explain);
struct expect *check_expect(struct arena *a, struct check *c, enum expect_kind kind, struct str text, struct str explain);
struct capture *step_capture(struct arena *a, struct step *s, struct str name, enum capture_type type, struct str must_match);
void step_when(struct arena *a, struct step *s, struct str capture, struct str equals, bool negate);
void step_effect(struct arena *a, struct step *s, enum effect_kind kind, struct str object, struct str detail);
void step_line(struct arena *a, struct step *s, struct str line);
/* Numbers separated by spaces: "R7 R8". */
void step_errata(struct arena *a, struct step *s, const char *numbers);
void step_need(struct arena *a, struct step *s, struct str id);
const struct step *step_find(const struct step_list *l, struct str id);
/* Its argv does something outside the work folder. */
bool step_changes(const struct step *s);

const char *arg_kind_name(enum arg_kind k);
const char *expect_kind_name(enum expect_kind k);
const char *capture_type_name(enum capture_type t);
const char *step_kind_name(enum step_kind k);
const char *phase_name(enum phase p);
const char *effect_kind_name(enum effect_kind k);

/* ---- JSON (json.c, canonical.c) ---- */

/* plan.json as a value: the documented form (docs/schema/plan.schema.json). What is empty, zero or false is left out. */
struct value plan_to_value(struct arena *a, const struct plan *p);
/* And back, strictly: a missing or wrong field, or a kind, phase or type that is not known, is an error; unknown fields are not. Whole
 * numbers may be V_INT or V_FLOAT, as the JSON readers give them. */
bool plan_from_value(struct arena *a, struct value v, struct plan *out, struct str *error);
/* RFC 8785. Our own fields are strings, booleans, null, lists, maps and integers within 2^53; a number that is not whole is written as ECMAScript
 * does. Invalid UTF-8 becomes U+FFFD. */
void canonical_json(struct buf *b, struct value v);
/* The id: sha256 of the canonical JSON without "id". */
struct str plan_id(struct arena *a, struct value plan);

#endif
