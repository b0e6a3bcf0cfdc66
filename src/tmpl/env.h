/* The environment of a render: everything besides chart and values that can change its result.
 * A render is a pure function of chart, values and this. */
#ifndef RUTTER_TMPL_ENV_H
#define RUTTER_TMPL_ENV_H

#include "value/value.h"

struct env {
    struct str release;        /* .Release.Name */
    struct str ns;             /* .Release.Namespace */
    int revision;              /* .Release.Revision */
    bool upgrade;              /* .Release.IsUpgrade; .Release.IsInstall is its negation */
    int helm_major;            /* 3 or 4 */
    struct str kube_version;   /* "v1.35.0" */
    struct list *api_versions; /* strings, Helm's default set and --api-versions; NULL: the default set */
    uint64_t seed;             /* decides every placeholder of a random function */
    int64_t now;               /* seconds since 1970 for `now` and its kin */
    /* What `lookup` answers; NULL: always an empty map, as helm template. Returns V_MAP (empty when there is none). */
    struct value (*lookup)(void *context, struct arena *a, struct str api_version, struct str kind, struct str ns, struct str name);
    void *lookup_context;
    bool skip_schema;          /* do not check values.schema.json */
    bool tolerant;             /* analysis: record fail, required, schema errors and templates that fail, pass over them, render on */
};

/* helm template's environment: install, revision 1, seed 0, Helm's Kubernetes version, no cluster. */
struct env env_default(void);

/* Which values were read, by which templates. One per evaluation; marks are cheap: an array look-up. */
struct read {
    uint32_t tmpl;  /* index of the template file, as struct exec numbers them */
    uint32_t next : 31; /* index + 1 of the next read of the same origin; 0: last */
    uint32_t shape : 1; /* only that it is there was looked at, as one of all that are */
};

struct reads {
    struct arena *a;
    uint32_t *head;     /* by origin_id: index + 1 into v; 0: never read */
    uint32_t head_n;
    struct read *v;
    uint32_t n, cap;
    uint32_t serial;    /* no other has it */
};

enum { READ_BY_CHART = 0xffffffff }; /* in place of a template: conditions and tags of dependencies, the schema */

void reads_init(struct reads *r, struct arena *a, uint32_t origins);
void reads_add(struct reads *r, origin_id at, uint32_t tmpl, bool shape);
static inline void reads_mark(struct reads *r, origin_id at, uint32_t tmpl)
{
    if (!r || !at) return;
    if (at < r->head_n && r->head[at] && r->v[r->head[at] - 1].tmpl == tmpl && !r->v[r->head[at] - 1].shape) return;
    reads_add(r, at, tmpl, false);
}
/* The same of an entry that was seen because all of its map or list were. */
static inline void reads_mark_shape(struct reads *r, origin_id at, uint32_t tmpl)
{
    if (!r || !at) return;
    if (at < r->head_n && r->head[at] && r->v[r->head[at] - 1].tmpl == tmpl) return;
    reads_add(r, at, tmpl, true);
}
static inline bool reads_any(const struct reads *r, origin_id at) { return at < r->head_n && r->head[at]; }
void reads_mark_deep(struct reads *r, struct value v, uint32_t tmpl);

#endif
