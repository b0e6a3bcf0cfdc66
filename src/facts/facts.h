/* Everything that checks and planner may ask, computed once, one struct. */
#ifndef RUTTER_FACTS_FACTS_H
#define RUTTER_FACTS_FACTS_H

#include <stdatomic.h>

#include "changelog/changelog.h"
#include "diff/diff.h"
#include "facts/finding.h"
#include "facts/rulebook.h"
#include "kube/object.h"
#include "kube/scaler.h"
#include "model/model.h"
#include "usage/usage.h"

/* Knowledge of one kind of installation: rules/profiles/NAME.yaml. "generic" knows nothing. */
struct profile {
    struct str name;
    struct value data;        /* the whole file; NIL for generic */
    int64_t timeout;          /* seconds that Helm is given by default; 0: none */
    struct str models, bundles, changelog;  /* where they lie in the repository; "" unknown */
};
enum strategy { STRATEGY_CHART, STRATEGY_OCI, STRATEGY_TERRAFORM };

/* What the command line (and .rutter.yaml) asked for. */
struct options {
    struct str old_path, new_path;            /* --old, --new */
    struct str repo, from, to, chart_path;    /* --repo, --from, --to, --chart */
    struct user_values values;                /* -f, --set... */
    struct user_values new_values;            /* --new-values; files_n = 0: the same */
    struct str release, ns, context;
    struct str changelog, models_old, models_new, bundles_old, bundles_new;
    enum strategy strategy;
    struct str chart_ref, terraform_dir, registry, work_dir;
    struct str *terraform_vars; uint32_t terraform_vars_n;   /* --terraform-var ROLE=NAME */
    struct str kube_version, keda_version;
    struct list *api_versions;
    int helm_major;
    int64_t timeout;          /* seconds; 0: the profile has none */
    struct str models_in_use;
    struct str profile;       /* "" : by the chart's name */
    const struct rulebook *rules;             /* --rules DIR over what is built in; NULL: what is built in */
    int64_t as_of;            /* seconds; -1: not given */
    enum severity fail_on; bool fail_on_none;
    struct str config, env_name, baseline;
    bool no_advisories, force, verbose;
    bool template_rules;      /* --template-rules: run rules/queries too, not only those of --rules DIR */
    bool as_written;          /* --runbook-as-written: the naive plan, for the proof to refuse */
};

/* What a render left out of account, so that there was one at all. */
enum passing {
    PASSING_NOTHING,
    PASSING_CLUSTER,          /* what is in the cluster: rendered as a first installation, where `lookup` finds nothing */
    PASSING_REFUSALS,         /* fail, required and schema */
};

/* One side of the upgrade. */
struct side {
    const char *role;         /* "old" or "new" */
    struct source source;
    struct chart *chart;      /* as loaded */
    struct map *user;         /* the user's values of this side, no defaults */
    struct list *per_file;    /* the same, a map for each -f */
    struct env env;
    struct render render;
    bool rendered;            /* false: render.error says why */
    enum passing passing;     /* not PASSING_NOTHING: to be judged, not installed */
    struct manifest *manifests; uint32_t manifests_n;
    uint32_t assumed_n;       /* the last of these are the old side's: what the new chart makes of them is not known (facts/assumed.c) */
    struct objects objects;
    struct workload *workloads; uint32_t workloads_n;  /* among the objects; so the next two */
    struct scaler *scalers;     uint32_t scalers_n;
    struct pdb *pdbs;           uint32_t pdbs_n;
    struct models *models;    /* NULL: not given */
    struct arena *a;          /* the render's own */
};

struct facts {
    struct arena *a;
    const struct options *o;
    struct profile profile;
    int64_t as_of;            /* seconds; what counts as today; -1 unknown */
    const char *as_of_why;    /* "--as-of", "SOURCE_DATE_EPOCH", "the commit of --to" */
    struct yaml_duplicates duplicates; /* keys that a values file of the user's has twice */
    struct str *in_use; uint32_t in_use_n; /* --models-in-use */
    struct place *in_use_at;               /* where each is written */
    struct file *read; uint32_t read_n, read_cap;  /* every file read, for digests: path is "ROLE:PATH" */
    struct inputs *inputs;
    struct origins *origins;
    struct diags *diags;
    struct parse_cache *parses;
    struct side old_side, new_side;
    atomic_bool asked;         /* a template looked something up */
    /* Objects that are not of the release (Kind/name), and without which in the cluster the new chart does not render: it was rendered as if
     * they were there. */
    struct str *presumed; uint32_t presumed_n, presumed_cap;
    struct str presumed_in; uint32_t presumed_line, presumed_column; /* the template that does not render without */
    bool presuming;            /* private: they are being noted */
    /* The new side as the plan will install it: with the user's values migrated where keys were renamed. The same as
     * &new_side where nothing had to be migrated or --new-values were given. Planner and proof use this one. */
    const struct side *planned;
    struct side migrated_side;
    struct side own_side;     /* with the user's own values as at a first installation, where only the cluster's state stops them */
    /* The new side that checks judge and `diff` compares: &new_side, or &own_side or &migrated_side where
     * only these render. */
    const struct side *judged;
    bool single;              /* lint --new alone: old_side is empty */
    struct diff diff;
    struct usage usage;       /* what each of the user's values does; of a pair only */
    struct changelog *changelog;   /* NULL: none found */
    struct findings findings;
    /* What lint found and a site had decided on (site/): never among `findings`, never passed over in silence. */
    struct findings accepted, baselined, off;
    bool baseline_given;
    uint32_t baseline_stale;  /* entries of the baseline that match nothing any more */
};

/* Whether an object of a new side is only assumed to be as it was before, for its template fails. */
bool facts_is_assumed(const struct side *s, const struct object *o);

/* Reads all inputs, renders both sides, compares. False after a diagnostic (exit status 2): unreadable input, or an old side
 * that does not render. A new side that does not is a fact. */
bool facts_gather(struct facts *f, const struct options *o, struct diags *d);
/* Its parts, for who has something to do beside them: both sides and what the user's values do on them; the new side with the values migrated
 * (f->migrated_side, f->own_side, and which is planned and judged); f->diff.objects, in `a`. */
bool facts_collect(struct facts *f, const struct options *o, struct diags *d);
void facts_migrate(struct facts *f);
void facts_compare(struct facts *f, struct arena *a);

#endif
