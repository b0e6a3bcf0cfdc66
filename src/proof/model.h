/* What helm and kubectl do, as the proof sees it. Private to proof/.
 *
 * Two halves. `action_read` turns one argv into what that program can do, from the words alone; a word that is not known makes it unmodelled.
 * `model_do` is one such action on one part of the cluster: every outcome that it can have is told to the one who asks.
 *
 * A part is one object, or a workload together with what scales it. Helm's action on an object depends on that object and on its entries in two
 * records only, so parts are looked at one by one, each beside the release's records: that covers every subset of failed patches.
 */
#ifndef RUTTER_PROOF_MODEL_H
#define RUTTER_PROOF_MODEL_H

#include "base/strmap.h"
#include "steps/steps.h"

enum side { SIDE_NONE, SIDE_OLD, SIDE_NEW };

/* ---- argv as a program ---- */

enum verb {
    VERB_UNKNOWN,    /* unmodelled: `why` */
    VERB_OBSERVE,    /* changes nothing; it needs the objects that it names, unless `missing_ok` */
    VERB_UPGRADE,    /* helm upgrade, to `side` */
    VERB_ROLLBACK,   /* helm rollback, to the revision in `capture` */
    VERB_TERRAFORM,  /* terraform apply of a saved plan: as one upgrade, to the side that the plan was made for (`file`) */
    VERB_PLAN,       /* terraform plan: writes `file` for `side` */
    VERB_APPLY,      /* kubectl apply of `file` */
    VERB_DELETE, VERB_SCALE,
    VERB_ANNOTATE,   /* `key`; `remove`, or with the value `value` */
    VERB_PATCH,      /* with `file`; `merge` or strategic; `volume`: of the PersistentVolume in `capture` */
    VERB_FORGET,     /* deletes Helm's record of the revision in `capture`; "": those of all pending operations */
};

/* What there is to say against a command, in one word (proof.h) and in a sentence. */
struct weakness {
    const char *code, *text;
};

enum { MOST_WEAK = 4 };

/* Captures and work files are numbers once the plan has been read: indices in reading->captures and ->files; -1: none. */
struct action {
    enum verb verb;
    const char *why;
    struct weakness weak[MOST_WEAK]; uint32_t weak_n; /* it is modelled, and not to be relied on */
    enum side side;
    uint32_t *objects; uint32_t objects_n, objects_cap; /* indices in plan->objects */
    bool missing_ok, overwrite, remove, merge, volume, waits;
    bool dry_run;            /* of helm upgrade or kubectl apply: an observation */
    struct str key;          /* annotation */
    struct arg value;        /* of the annotation, of --replicas= */
    struct str file;         /* work file that it reads or writes; "" */
    struct str overlay;      /* helm upgrade: work file given as last -f; "" */
    struct str capture;      /* "": none */
    struct str words;        /* capture given as --description; "": none */
    struct arg force;        /* --force-conflicts=; text "" when it is not given */
    struct str template;     /* what an observation prints: -o or --template; "" */
    struct str ask;          /* "helm get all", "helm version", "kubectl get" ...: what it observes */
    struct str ns, selector; /* -n, -l; "" */
    bool all;                /* --all: every object of the kind */
    bool any_of_kind;        /* it names a kind, no object */
    int capture_id, words_id, value_id, force_id, file_id, overlay_id;
    bool boundary;           /* an observation that wants the newest revision to be of the old version, whatever its status */
    enum side deployed;      /* an observation that wants the release deployed at this version; SIDE_NONE: it does not */
    uint8_t jobs;            /* a deletion: bits of the hooks' Jobs that are gone after it */
    bool deletes_old;        /* ... some object is not in the new version */
};

/* What a step refers to, by number. */
struct step_ids {
    int *when, *when_other, *takes; /* one for each condition, one for each capture */
    int writes;              /* the file of its output */
    int done;                /* the capture that its probe compares with */
    int *before; uint32_t before_n; /* the captures that its preconditions compare with */
    int *holes; uint32_t holes_n, holes_cap; /* the captures in its document */
};

/* ---- captures as the model knows them ---- */

enum meaning {
    MEANS_TEXT,       /* something that is not empty, and decides nothing here */
    MEANS_CONSTANT,   /* always `text` */
    MEANS_REVISION, MEANS_NEXT, MEANS_STATUS, MEANS_VERSION, MEANS_DESCRIPTION, /* of the newest record */
    MEANS_WORDS,      /* words of its own, for --description */
    MEANS_ROLLBACK_WORDS,
    MEANS_SERVER_SIDE, MEANS_MAJOR,
    MEANS_REPLICAS, MEANS_PAUSED_AT, MEANS_PAUSED, /* of `object` */
    MEANS_OUTSIDE,    /* whether any of the action's objects is there */
    MEANS_VOLUME, MEANS_POLICY,
};

struct meant {
    struct str name;
    enum meaning meaning;
    struct str text;
    uint32_t object;         /* UINT32_MAX: none */
    bool deployed_only;      /* of the description: empty, unless the record is of a deployed revision */
    const struct step *step;
};

struct work_file {
    struct str name;
    const struct step *writer; /* the last step that writes it; NULL: none */
    struct str purpose;      /* the object that is patched with it, or "applied"; "" */
    bool mixed;              /* it serves several purposes */
    enum side overlay;       /* of the helm upgrade that takes it as last values file; SIDE_NONE: of none */
};

/* What decides about an object, for each version: bits 1 << side. */
struct object_facts {
    uint8_t record;          /* Helm has it in its record */
    uint8_t kept, hook, applied;
    bool custom, job;        /* a custom resource; a hook's Job or Pod of the new version */
};

/* ---- the plan, read ---- */

enum { ROLE_NONE, ROLE_MAIN, ROLE_SCALER, ROLES };

struct reading {
    struct arena *a;
    const struct plan *plan;
    struct strmap objects;       /* "resource/ns/name" -> index + 1 */
    struct action *forward, *back, *forward3, *back3; /* one a step; 3: what Helm 3 is given */
    struct meant *captures; uint32_t captures_n, captures_cap;
    struct strmap by_capture;    /* name -> index + 1 */
    struct work_file *files; uint32_t files_n, files_cap;
    struct strmap by_file;       /* name -> index + 1 */
    struct step_ids *forward_ids, *back_ids;
    struct object_facts *facts;  /* one an object */
    uint8_t all_jobs;            /* bits of all the hooks' Jobs */
    bool forgets_by_number;      /* some step deletes a record by its revision */
};

void model_read(struct reading *r, struct arena *a, const struct plan *p);
void action_read(const struct reading *r, const struct step *s, const struct argv *v, struct action *out);
const struct meant *model_capture(const struct reading *r, struct str name);
const struct work_file *model_file(const struct reading *r, struct str name);
/* Custom resources are merged otherwise by a client-side apply. */
bool model_is_custom(const struct plan_object *o);

/* ---- state ---- */

/* Replicas and the values of captures are symbols: equal symbols are equal numbers, different ones may be different. */
enum { SYMBOL_START, SYMBOL_A, SYMBOL_B, SYMBOL_C, SYMBOL_D, SYMBOL_CONST_OLD, SYMBOL_CONST_NEW, SYMBOL_CONST, SYMBOLS };

enum { THING_ABSENT, THING_THERE, THING_FOREIGN };

/* An object's content: whose values its fields have, and whether fields that only one version sets are in it. Old is {OLD, only_old}, new is {NEW, only_new}. */
struct thing {
    uint8_t there : 2, values : 2, only_old : 1, only_new : 1, spare : 2; /* every bit has a name, so that equal things are equal bytes */
};

enum status { STATUS_DEPLOYED = 2, STATUS_FAILED, STATUS_PENDING, STATUS_SUPERSEDED };
enum { WORDS_START = 1, WORDS_OTHER, WORDS_ROLLBACK, WORDS_FIRST /* + index of the capture */ };

enum { NUMBER_START, NUMBER_NEXT, NUMBER_LATER }; /* the revision from before, the one after it, any other */

struct record {
    uint16_t side : 2, status : 3, number : 2, words : 9;
};

enum { RECORDS = 5, CAPTURES = 24, FILES = 8 };
enum { JOBS = 5, JOB_STRAY = 1 << 6, JOB_OLD = 1 << 7 };
enum { FLAG_NONE, FLAG_TRUE, FLAG_OTHER, FLAG_FALSE /* it is there, and pauses nothing */ };
enum { DATA_NONE, DATA_ALIVE, DATA_DETACHED, DATA_GONE };
/* Of a capture: 0 not taken, else 1 for empty, or a code that its meaning reads. */
enum { VALUE_NONE, VALUE_EMPTY, VALUE_FIRST };

/* Small, for there are ten thousands: a cache line. Every bit has a name, so that equal states are equal words (search.c). */
struct state {
    uint16_t pc;
    uint16_t again;                  /* of the rollback: where a new start begins; UINT16_MAX: where it stopped */
    uint16_t far;                    /* furthest forward step that was begun, and 1: it decides where the rollback is entered (search.c) */
    uint8_t mode, start;             /* start: how the run began (search.c) */
    struct record records[RECORDS];  /* the last is the newest */
    uint8_t records_n;
    struct thing main, scaler;
    uint8_t live;                    /* replicas */
    uint8_t paused_at;               /* 0, or 1 + symbol */
    uint8_t paused;                  /* the flag: FLAG_... */
    uint8_t settled;                 /* KEDA has done what a pause asks for (its HPA is gone); 2: and may look again, for the definition was applied */
    uint8_t data;
    bool clean : 1;                  /* nothing has stopped it yet */
    bool kept : 1, retained : 1;
    bool bounds : 1;                 /* the scaler, or a hook's ConfigMap, was made with an overlay's numbers */
    bool stray : 1;                  /* a hook's object of another revision than the plan knows is left behind */
    uint8_t spare_bits : 3;
    uint8_t jobs;                    /* hooks' Jobs that may still be at work: a bit each for the new version's (the last stands for all beyond, JOB_STRAY for one
                                      * of another number than the plan knows), and JOB_OLD */
    uint8_t outside;                 /* what MEANS_OUTSIDE last saw of other parts' objects, 2 bits a capture: 1 something, 2 nothing; 0 since Helm changed them */
    uint8_t spare[3];                /* so that what follows begins at a whole word */
    uint8_t files[FILES], captures[CAPTURES]; /* last, so that a state ends after the captures that its part has */
};

/* ---- one part of the cluster ---- */

struct part {
    uint32_t main, scaler;           /* indices in plan->objects; UINT32_MAX: none */
    uint32_t hpa;                    /* the HorizontalPodAutoscaler that KEDA makes for the scaler; UINT32_MAX: not known */
    bool claim, hook, numbered, crd;  /* what `main` is; numbered: a hook's object named after the upgrade's revision */
    bool scaled;                     /* `scaler` scales `main` */
    bool scaler_applied;             /* `scaler` is hook-applied: in no record of Helm's */
    bool pauses;                     /* ... and a ScaledObject, so that it can be paused */
    bool outside_alone;              /* it is the one object that only the old version has */
    /* How the run was chosen. */
    int major;
    bool server_side;
    bool bound;                      /* claim: it has a volume */
    int captures[CAPTURES]; uint8_t captures_n;  /* numbers of the captures that its states hold */
    int files[FILES]; uint8_t files_n;
    bool *steps;                     /* which steps matter to it: first those of the upgrade, then those of the rollback */
    int8_t *capture_slots, *file_slots;          /* back: -1 for those that it does not hold */
    bool full;                       /* it would need more than a state has room for */
};

/* A step that matters to a part; and what of it concerns the part (model_prepare). */
struct move {
    const struct step *step;
    const struct action *x;
    const struct step_ids *ids;
    uint32_t at;                     /* its index in its list */
    bool environment;                /* what the environment does before it makes a difference */
    uint8_t role;                    /* of the first of the part's objects that its command names */
    bool names[ROLES], names_hpa;    /* which it names */
    bool gives_replicas, gives_policy; /* the document that it writes: an overlay that sets the part's replicas; a patch of its volume's reclaim policy */
    int replicas, policy;            /* ... out of this capture; -1: as it stands there */
};

enum fate {
    FATE_DONE,    /* exit 0, as expected */
    FATE_STOP,    /* it failed, or was killed: the run stops here */
    FATE_REFUSED, /* ... because some objects were refused: as that may leave this one */
    FATE_HOOK,    /* ... with everything applied and deleted, because a pod or a hook failed */
    FATE_APPLIED, /* ... and helm had gone on: all that was not refused is applied, nothing deleted */
    FATE_CUT,     /* it was done, and killed before that was noted. (That it was killed before it did anything is a stop before it.) */
    FATE_STUCK,   /* it fails in this state whatever happens */
    FATE_HARM,    /* it did what nothing can undo and nobody asked for */
};

struct doing {
    const struct reading *r;
    const struct part *part;
    void *context;
    void (*outcome)(void *context, const struct state *after, enum fate fate, const char *what);
    bool *asked;                     /* set when something depended on whether Helm applies server-side; NULL: nobody wants to know */
};

/* Fills what of a step concerns the part, once for all states. */
void model_prepare(const struct reading *r, const struct part *p, struct move *m);
/* All outcomes of a step in this state. */
void model_do(struct doing *d, const struct move *m, const struct state *before);
/* KEDA may do what a pause asks for; of all that the environment may do the one thing that comes of the plan itself. */
void model_settle(struct doing *d, const struct state *before);
/* What the environment may do, of itself, in this state. */
void model_environment(struct doing *d, const struct state *before);
/* 1 true, 0 false, -1 either. */
int model_condition(const struct doing *d, const struct state *s, const struct move *m, uint32_t condition);
/* What an overlay gives for an object's replicas: the capture in that hole, or -1 and the value itself. */
int model_hole(const struct reading *r, const struct plan_object *o, const struct move *m, struct value *value);
bool model_holds_symbol(const struct part *p, const struct state *s, uint8_t symbol);
/* A deletion that finds nothing of the part, whatever the environment does meanwhile. */
bool model_deletes_nothing(const struct move *m, const struct state *s);
static inline int part_role(const struct part *p, uint32_t object) { return object == UINT32_MAX ? ROLE_NONE : object == p->main ? ROLE_MAIN : object == p->scaler ? ROLE_SCALER : ROLE_NONE; }
/* Its place in a state; -1: not of this part. */
static inline int part_capture(const struct part *p, int capture) { return capture < 0 ? -1 : p->capture_slots[capture]; }
static inline int part_file(const struct part *p, int file) { return file < 0 ? -1 : p->file_slots[file]; }
static inline struct thing thing_of(enum side s) { return s == SIDE_NONE ? (struct thing){0} : (struct thing){THING_THERE, (unsigned)s & 3, s == SIDE_OLD, s == SIDE_NEW, 0}; }
/* Helm's records: the newest; the version of the newest that is deployed, SIDE_NONE when there is none. */
const struct record *model_newest(const struct state *s);
bool model_is_paused(const struct state *s); /* KEDA is told to keep its hands off */
/* Helm has not begun to make it the new version. */
static inline bool model_is_before(const struct state *s) { return s->records_n && s->records[s->records_n - 1].side == SIDE_OLD; }
bool model_is_start(const struct state *s); /* the newest record is the one from before the plan */

#endif
