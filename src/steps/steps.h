/* What a plan is. No behaviour: the planner makes it, emitters print it, the proof checks it.
 *
 * A step is one command, check, file, gate or note. Whatever the shell script knows stands here: emitters add quoting
 * and control flow, never a decision. All lists are in the order in which they run or print.
 */
#ifndef RUTTER_STEPS_STEPS_H
#define RUTTER_STEPS_STEPS_H

#include "base/buf.h"
#include "value/value.h"

/* ---- arguments ---- */

/* An argument is one whole word; nothing is ever interpolated into a string. */
enum arg_kind {
    ARG_TEXT,     /* the text itself */
    ARG_CAPTURE,  /* value of the capture named `text` */
    ARG_WORK,     /* path of the file `text` in the work folder */
    ARG_INPUT,    /* path of an input by role: "chart-old", "chart-new" (the copy that was checked), "values-old", "values-new" */
    ARG_PARAM,    /* a parameter of the run: "context" */
};

struct arg {
    enum arg_kind kind;
    struct str text;
};

struct argv {
    struct arg *v;
    uint32_t n, cap;
};

/* ---- what a command must show ---- */

enum expect_kind {
    EXPECT_EXIT,        /* exit status is `number`; the only thing that counts when nothing else is said */
    EXPECT_EQUALS,      /* standard output, final newlines off, equals `text` */
    EXPECT_CAPTURE,     /* ... equals the capture `text` */
    EXPECT_MATCHES,     /* ... matches the extended regular expression `text` */
    EXPECT_NOT_MATCHES,
    EXPECT_CONTAINS,    /* ... contains `text` */
    EXPECT_EMPTY,
    EXPECT_NOT_EMPTY,
    EXPECT_INT_GE,      /* ... is an integer of at least `number` */
    EXPECT_SAME_FILE,   /* ... is byte for byte the work file `text` */
};

struct expect {
    enum expect_kind kind;
    struct str text;
    int64_t number;
    struct str explain;  /* what it means when it is not so, and what to do */
};

/* A command with expectations: a precondition, a probe, a poll. */
struct check {
    struct argv argv;
    struct expect *expect; uint32_t expect_n, expect_cap;
};

/* ---- captures ---- */

enum capture_type { CAPTURE_STRING, CAPTURE_INT, CAPTURE_BOOL };

struct capture {
    struct str name;         /* "revision", "replicas.StatefulSet/sie-worker-l4" */
    enum capture_type type;
    struct str must_match;   /* extended regular expression over the whole value; "" for any */
    struct str if_absent;    /* value when the object is not there and that is legal; p NULL: it must be there */
    bool secret;             /* never printed, never in the journal's readable part */
};

/* Runs only if the capture has (or with `negate` has not) this value. */
struct condition {
    struct str capture, equals;
    bool negate;
};

/* ---- steps ---- */

enum step_kind {
    STEP_RUN,       /* argv; changes the cluster or the release unless `reads` */
    STEP_CHECK,     /* argv and expectations; changes nothing; failure stops the plan */
    STEP_CAPTURE,   /* argv; standard output becomes the capture */
    STEP_RECORD,    /* argv; standard output goes to the work file `stdout_to` */
    STEP_WAIT,      /* argv polled every `poll` seconds until it meets the expectations or `timeout` */
    STEP_WRITE,     /* writes `document` with its holes filled to the work file `stdout_to` */
    STEP_HTTP,      /* one request through kubectl port-forward: `http` */
    STEP_GATE,      /* a person's yes */
    STEP_NOTE,      /* something to know at this place; runs nothing */
};

enum phase {
    PHASE_PREFLIGHT, PHASE_RECORD, PHASE_DRAIN, PHASE_IMAGES, PHASE_UPGRADE, PHASE_MONITOR, PHASE_RECONCILE, PHASE_RESUME, PHASE_VERIFY,
    PHASE_ROLLBACK_PREPARE, PHASE_ROLLBACK, PHASE_ROLLBACK_MONITOR, PHASE_ROLLBACK_RECONCILE, PHASE_ROLLBACK_RESUME, PHASE_ROLLBACK_VERIFY,
};

struct http {
    struct str service;      /* "svc/sie-gateway" */
    int port;
    struct str method, path;
    struct str *headers; uint32_t headers_n;   /* "Content-Type: application/json" */
    struct str token_capture;                  /* sent as a bearer token; "" for none */
    struct str body;
    int status;              /* wanted */
    struct str header_matches; /* extended regular expression over one header line; "" */
    struct str body_contains;
};

/* What the step claims to change: the proof derives it from argv and compares. */
enum effect_kind {
    EFFECT_NONE, EFFECT_UPGRADE, EFFECT_ROLLBACK, EFFECT_APPLY, EFFECT_CREATE, EFFECT_DELETE, EFFECT_SCALE, EFFECT_PAUSE, EFFECT_UNPAUSE, EFFECT_ANNOTATE, EFFECT_TERRAFORM,
};
struct effect {
    enum effect_kind kind;
    struct str object;       /* id in the object table; "" for the whole release */
    struct str detail;       /* "paused-replicas", "helm.sh/resource-policy=keep" */
};

struct step {
    struct str id;           /* stable: "2.2-upgrade", "1.5-pause-sie-worker-l4-scaler" */
    struct str section;      /* of the runbook: "2.2"; "" when the plan added it */
    enum phase phase;
    enum step_kind kind;
    struct str title;        /* one line: what happens */
    struct str note;         /* why it is there; where the runbook does otherwise, why (with its R number) */
    struct argv argv;
    struct argv argv_helm3;  /* where the two majors differ; n = 0: the same */
    bool reads;              /* argv changes nothing */
    struct capture *captures; uint32_t captures_n, captures_cap;
    struct str stdout_to;    /* work file; "" for none */
    struct str stdin_from;   /* work file; "" for none */
    bool private_output;     /* stdout_to holds secrets: mode 0600, never shown */
    struct value document;   /* STEP_WRITE: a value whose holes are maps {"$capture": NAME, "type": "int"|"string"|"bool"} */
    struct http http;
    struct check *preconditions; uint32_t preconditions_n, preconditions_cap;
    struct check done_when;  /* a probe that tells that the step is already done; argv.n = 0: none (then running it twice is harmless) */
    struct expect *expect;   uint32_t expect_n, expect_cap;
    struct condition *when;  uint32_t when_n, when_cap;
    int64_t timeout;         /* seconds; 0: none of its own */
    struct str timeout_why;
    int64_t poll;            /* seconds between two polls */
    int64_t expected;        /* seconds that it usually takes; 0: unknown */
    uint32_t retries;
    bool background;         /* started; the following steps whose `beside` is this id run meanwhile; awaited after them */
    struct str beside;
    struct effect *effects;  uint32_t effects_n, effects_cap;
    struct str inverse;      /* id of the step of the other plan that undoes it; "" with `inverse_why` */
    struct str inverse_why;
    struct str *findings;    uint32_t findings_n, findings_cap;   /* "rule subject" that put it there */
    struct str *errata;      uint32_t errata_n, errata_cap;       /* "R7": numbers of the runbook's errata that it answers */
    struct str accept;       /* STEP_GATE: --accept id of a loss or an error finding; "" : --yes answers it */
    struct str *needs;       uint32_t needs_n, needs_cap;         /* ids of steps that must have ended; empty: the one before */
    bool optional;           /* its failure is reported and does not stop the plan */
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
};

struct assumption {
    struct str id, text;
    struct str checked_by;    /* id of the preflight step that checks it; "": unchecked */
};

struct loss {
    struct str id;            /* for --accept */
    struct str object, text;
    struct str gate;          /* id of the gate */
};

struct plan_input {
    struct str role, path, sha256;
    int64_t size;
};

struct plan {
    struct str id;            /* sha256 of the canonical JSON without it */
    struct str chart, version_old, version_new, app_old, app_new;
    struct str release, ns, context;       /* context "": the scripts require --context */
    int helm_major;           /* planned for; scripts find out by themselves */
    struct str kube_version, keda_version, profile, strategy, as_of;
    struct str chart_ref, terraform_dir;
    struct str chart_path_old, chart_path_new; /* defaults of CHART_OLD and CHART_NEW: relative, or "" */
    struct plan_input *inputs; uint32_t inputs_n, inputs_cap;
    struct plan_object *objects; uint32_t objects_n, objects_cap;
    struct step_list forward, back;
    /* After (or during) the forward step of this index, the rollback starts at that step id. One an entry, forward.n + 1 of them. */
    struct str *entry;
    struct assumption *assumptions; uint32_t assumptions_n, assumptions_cap;
    struct loss *losses;      uint32_t losses_n, losses_cap;
    struct str *notes;        uint32_t notes_n, notes_cap;
    struct str refused;       /* not empty: the plan cannot be run; the scripts say this at their first step */
    struct value proof;       /* proof/'s result as it stands in plan.json */
    int64_t timeout;          /* --timeout given to Helm, seconds */
    struct str point_of_no_return; /* step id; "" when there is none */
};

/* ---- making ---- */

struct step *step_add(struct step_list *l, struct str id, enum phase phase, enum step_kind kind, struct str title);
void argv_add(struct arena *a, struct argv *v, enum arg_kind kind, struct str text);
/* Text arguments, NULL-terminated. */
void argv_text(struct arena *a, struct argv *v, ...) __attribute__((sentinel));
const struct step *step_find(const struct step_list *l, struct str id);
const char *phase_name(enum phase p);
const char *step_kind_name(enum step_kind k);

/* plan.json as a value (steps/json.c): the documented form; and back, strictly (unknown kinds are an error, unknown fields are not). */
struct value plan_to_value(struct arena *a, const struct plan *p);
bool plan_from_value(struct arena *a, struct value v, struct plan *out, struct str *error);
/* RFC 8785 over strings, booleans, null, lists, maps and integers. */
void canonical_json(struct buf *b, struct value v);
/* The id: sha256 of the canonical JSON without "id". */
struct str plan_id(struct arena *a, struct value plan);

#endif
