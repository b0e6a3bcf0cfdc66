/* Which of the user's values a chart reads, and what each does: found by experiment.
 *
 * One render marks what was read: what was not read has no effect, and that is certain. For the others the render is
 * repeated without the key and with other plausible values, evaluating only the templates that read it; objects are
 * compared, not text. What such an experiment changes is the key's signature.
 */
#ifndef RUTTER_USAGE_USAGE_H
#define RUTTER_USAGE_USAGE_H

#include "diff/diff.h"

enum works {
    WORKS_UNKNOWN,
    WORKS_NOT,
    WORKS,
    WORKS_BY_FAILING,     /* other values make the chart fail, and nothing better was seen */
};

/* One difference that a key makes: a field of an object, from (without the key) to (with it). */
struct trait {
    struct str object;      /* id */
    struct str field;       /* "" : the whole object comes or goes */
    struct str item;        /* name of the innermost list item on the way ("SIE_AUTH_MODE" of an env variable); "" */
    struct value from, to;
    bool noise;             /* a label or checksum that every release changes */
};

struct signature {
    struct trait *v;
    uint32_t n, cap;
};

/* A leaf of the user's values: a scalar, a list, or an empty map. */
struct key {
    struct str path;              /* as --set spells it */
    struct str *segment; uint32_t segments;
    struct value value;
    origin_id at;
    enum works old_effect, new_effect;
    struct signature old_signature; /* what the old chart does with it */
    struct signature new_signature; /* what the new one does; only of keys that may be part of an image's name,
                                     * or whose default became empty */
    bool blocking;                /* the new chart does not render with it */
    bool by_cluster;              /* without effect in the new chart only because the cluster holds the release's objects (`lookup`) */
    struct str message;           /* blocking: the chart's or schema's own words */
    struct str renamed_to;        /* "" none found */
    int confidence;               /* of renamed_to */
    bool comes_back;              /* lost as the values are, and it works where it stands once other keys have moved */
    bool renamed_proved;          /* the new key with this value makes the same difference */
    struct trial_place { struct str path; int like; } *tried; uint32_t tried_n, tried_cap; /* places that were tried, and how much of the difference came back */
};

/* Whether the key did something before and does nothing now, though it stands in nobody's way. */
bool key_is_lost(const struct key *k);
/* Lost or in the way: it must be moved or dropped. */
bool key_is_dead(const struct key *k);

/* What stops the new chart from rendering, in the order in which it was met. */
struct obstacle {
    enum failure_kind kind;
    struct str message;           /* the words after "Error: " */
    struct str tmpl; uint32_t line, column;
    struct violations violations; /* of the schema; n = 0 for template failures */
    struct str *keys; uint32_t keys_n, keys_cap;  /* of the user: without these it goes on */
    struct str *needs; uint32_t needs_n, needs_cap; /* not set by the user: with some value for each of these it goes on */
    bool passed_over;             /* no key of the user's stands in the way: met in a tolerant render, only possible */
    bool migrated;                /* met when the values had been migrated: `keys` are new paths */
};

/* A node of the user's values that must be moved or dropped, at the highest place where that is true of all below it. */
enum fate { NODE_RENAMED, NODE_REMOVED, NODE_IGNORED, NODE_REFUSED };
struct node_fate {
    enum fate kind;
    struct str path, to;          /* `to`: of a renamed one, or of a refused one whose successor is known */
    uint32_t *keys, keys_n, keys_cap;   /* indices of what it covers */
    bool blocking, proved;        /* of any; of all */
    int confidence;
};

/* A field in the entries of a list that the user wrote: the same one in all entries that have it, judged once for all of them.
 * `segment` leads to it from the list; one without text (LIST_ITEM) stands for any item. */
struct list_field {
    uint32_t list;                /* the list: index into `keys` */
    struct str *segment; uint32_t segments;
    struct str path;              /* of the first: "hosts[0].port" */
    struct value value;           /* of the first */
    origin_id *at; uint32_t n, cap; /* of all */
    enum works old_effect, new_effect;
    struct signature old_signature;
    bool covered;                 /* told with a field above it, of which everything is dead */
    bool still_read;              /* lost, though another configuration of the new chart reads it */
    bool foreign;                 /* it never did anything: no template names it under any values, as far as can be told */
    bool never;                   /* of a foreign one: that is certain of the new chart; of one with `meant`: of both charts */
    struct str *to; uint32_t to_n; /* a lost one's successor from the list down; NULL: none found */
    struct str renamed_to;        /* the first's path then; or, of a foreign one, the name that is meant: "" none */
    int confidence;
    bool proved;
};
#define LIST_ITEM ((struct str){0})

/* It did something in the old chart, and does nothing in the new one. */
static inline bool field_is_lost(const struct list_field *f)
{
    return !f->covered && f->new_effect == WORKS_NOT && (f->old_effect == WORKS || f->old_effect == WORKS_BY_FAILING);
}

/* One side of the experiments. */
struct bench {
    struct arena *a;              /* results */
    struct arena *scratch;        /* a probe's own; rewound after each */
    const struct chart *chart;
    const struct map *user;       /* values of the base render */
    const struct env *env;
    struct parse_cache *parses;
    struct inputs *inputs;
    struct render *base;          /* the base render; it must have succeeded */
    bool base_asked;              /* it looked something up in the cluster */
    const struct origins *origins;
    struct str ns;
    struct read_place *places;    /* where what the base render read stands, sorted; made at the first question */
    uint32_t places_n, places_cap;
    const struct render *places_of; /* the render they were made of */
    struct read_text *read; /* documents of the base render that were compared before */
    const struct manifest *known; uint32_t known_n; /* those that have been read elsewhere; none: nobody has */
    uint32_t probes;              /* renders made so far, whole or in part */
};

/* A default that changed, and what changes in the new chart's objects when the old one is given explicitly. */
struct default_effect {
    const struct value_change *change;
    struct str path;              /* in the new chart */
    struct signature signature;   /* from: with the new default, to: with the old one */
};

struct usage {
    struct default_effect *defaults; uint32_t defaults_n, defaults_cap;
    struct key *keys; uint32_t n, cap;
    struct list_field *fields; uint32_t fields_n, fields_cap;
    struct obstacle *obstacles; uint32_t obstacles_n, obstacles_cap;
    bool repaired;                /* the new side rendered only after keys had been taken away */
    struct map *given;            /* the user's values as they are */
    struct map *without;          /* the user's values without what blocks */
    struct render base;           /* new side: the render that the experiments started from */
    bool based;                   /* false: it does not render even so, nothing is known of the new side */
    struct node_fate *nodes; uint32_t nodes_n, nodes_cap;
    struct map *migrated;         /* the user's values with renames applied and what is dead or in the way dropped */
    struct render *rendered;      /* the new chart with `migrated`, in an environment of usage's own; NULL where that does not install, or nothing changed */
    bool changed;                 /* `migrated` is other than what the user wrote */
    struct str *uncertain; uint32_t uncertain_n, uncertain_cap;  /* templates whose output the cluster decides */
    uint32_t probes;
};

/* All leaves of the user's values, in order of their paths. */
void usage_keys(struct arena *a, const struct map *user, struct usage *out);
/* A copy of the values without the path; with it set to a value (maps made on the way). */
struct map *usage_without(struct arena *a, const struct map *user, const struct str *segment, uint32_t segments);
struct map *usage_with(struct arena *a, const struct map *user, const struct str *segment, uint32_t segments, struct value v);
/* The same; the entry gets this origin (0: that of the entry that it replaces). */
struct map *usage_with_at(struct arena *a, const struct map *user, const struct str *segment, uint32_t segments, struct value v, origin_id at);
struct str *usage_segments(struct arena *a, struct str path, uint32_t *n);
struct value usage_get(const struct map *m, const struct str *segment, uint32_t segments, bool *found);

/* One change of the user's values that a probe makes. */
struct value_edit {
    const struct str *segment;
    uint32_t segments;
    bool drop;            /* the key is taken away; else it is set to `value` */
    bool unread;          /* no template that matters reads it */
    struct value value;
};

/* Notes where what the base render read stands; made at the first question, unless it was made before. Nothing when there is no base. */
void usage_index(struct bench *b);
/* What changes between the bench's base and a render with these edits made in order. Only templates that read what is at, below or
 * right above the edited places are evaluated, if that is enough. Fills the signature when it is not NULL; without it, the
 * first difference that is seen is enough. */
enum works usage_probe(struct bench *b, const struct value_edit *e, uint32_t n, struct signature *sig);
/* The key's effect on the bench: without it, then with other values. */
enum works usage_effect(struct bench *b, const struct key *k, struct value other_default, struct signature *sig);
/* Whether the base render read the key, or anything below it. */
bool usage_reads(struct bench *b, const struct key *k);
/* Whether it read any of these entries. */
bool usage_reads_any(struct bench *b, const origin_id *at, uint32_t n);
/* Whether all templates that read any of them in the old base render, one at least, look at their values in the new one. */
bool usage_reads_as_before(struct bench *old, struct bench *now, const origin_id *at, uint32_t n);
/* The same of any place in the values; of one that they lack, whether the map above it is read. */
bool usage_reads_path(struct bench *b, const struct str *segment, uint32_t segments);
/* Other values that may mean something in the place of this one. */
enum { MOST_OTHERS = 8 };
uint32_t usage_others(struct arena *a, struct value v, struct value other_default, struct value out[MOST_OTHERS]);
/* A word in the names of objects and of their parts that stands where another stood before ("gateway", "router"). */
struct respelling {
    struct str was, is; /* empty: none */
};

/* How alike two signatures are, 0 to 100: the same fields of the same kinds of objects, and in them the same or at least
 * a text that holds `v`, the value with which both were made. Names that differ by the respelling alone are the same. */
int signature_likeness(struct arena *a, const struct signature *was, const struct signature *is, struct value v, const struct respelling *r);

/* Whether anything of the first comes back in the second. */
bool signature_meets(const struct signature *was, const struct signature *is, struct value v);

/* Renders the bench's values as its new base, which lives in b->a; false when that fails. */
bool usage_rebase(struct bench *b, const struct map *user, struct render *r);

/* Which of the changed defaults that the user relies on have an effect; sets u->defaults. */
void usage_defaults(struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *u);
/* The same in two halves, the experiments beside what the caller does between them with the same benches. */
struct default_trials;
struct default_trials *usage_defaults_start(struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *u);
void usage_defaults_take(struct bench *now, struct default_trials *t, struct usage *u);

/* The whole: obstacles, effects of every key on both sides, renames of those that were lost. `old` must have rendered; so did
 * the new side where now->base is given, with now->user as they are. */
void usage_find(struct arena *a, struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *out);

#endif
