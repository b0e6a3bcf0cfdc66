/* SIE's model and bundle configs: models/<name>.yaml, bundles/<name>.yaml. */
#ifndef RUTTER_MODEL_MODEL_H
#define RUTTER_MODEL_MODEL_H

#include "source/source.h"
#include "value/value.h"

struct profile_config {
    struct str name;
    struct value config;       /* with its `extends` chain resolved */
    struct str adapter;        /* the adapter's class path */
    struct place at;
};

struct model {
    struct str sie_id, hf_id;
    struct str *aliases; uint32_t aliases_n;
    struct value config;
    struct profile_config *profiles; uint32_t profiles_n;
    struct place at;
    struct str file;           /* base name */
};

struct bundle {
    struct str name;
    struct value config;
    struct str *adapters; uint32_t adapters_n;   /* as written */
    struct place at;
};

struct models {
    struct model *v;    uint32_t n, cap;         /* by sie_id */
    struct bundle *bundles; uint32_t bundles_n, bundles_cap;
};

/* Reads *.yaml of two trees (either may be NULL). False after a diagnostic. `role` names the inputs ("models-new"). */
bool models_read(struct arena *a, const struct source *models, const struct source *bundles, struct str role, struct inputs *inputs,
                 struct origins *o, struct models **out, struct diags *d);
/* By sie_id, alias or hf_id, in this order; "ID:PROFILE", as the server names a profile's variant, finds the model. */
const struct model *models_find(const struct models *m, struct str id);
const struct profile_config *model_find_profile(const struct model *m, struct str name);
/* Whether the bundle serves an adapter's class path ("sie_server.adapters.clip:CLIPAdapter"): it lists its module. */
bool bundle_has_adapter(const struct bundle *b, struct str adapter);

enum model_change_kind { MODEL_ADDED, MODEL_REMOVED, MODEL_RENAMED, MODEL_CHANGED };
struct model_change {
    enum model_change_kind kind;
    const struct model *from, *to;
    struct str path;          /* MODEL_CHANGED: what in it ("profiles.default.max_batch_tokens"), profiles with what they inherit */
    struct value was, is;
    bool vectors;             /* stored vectors must be computed again */
};
struct bundle_change {
    const struct bundle *from, *to;    /* NULL: added, removed; then the rest is empty */
    struct str path;                   /* "deps.torch"; "adapters" once for each that was added or removed */
    struct value was, is;
};
struct model_diff {
    struct model_change *v; uint32_t n, cap;
    struct bundle_change *bundles; uint32_t bundles_n, bundles_cap;
};
/* Changes of a model in order of paths, models in order of their old id, then the new ones. */
void models_diff(struct arena *a, const struct models *from, const struct models *to, struct model_diff *out);

#endif
