/* What changed between the two sides: default values, this user's values, objects, models. */
#ifndef RUTTER_DIFF_DIFF_H
#define RUTTER_DIFF_DIFF_H

#include "kube/object.h"
#include "model/model.h"

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_CHANGED, CHANGE_RENAMED };

struct value_change {
    enum change_kind kind;
    struct str path, to;       /* `to`: new path of a rename */
    struct value was, is;
    origin_id was_at, is_at;
    int confidence;            /* of a rename, 0 to 100 */
    struct str *evidence; uint32_t evidence_n, evidence_cap;
};
struct value_changes { struct value_change *v; uint32_t n, cap; };

struct field_change {
    struct str path;           /* "spec.template.spec.containers[0].image" */
    struct value was, is;
};
struct object_change {
    enum change_kind kind;
    const struct object *from, *to;
    struct field_change *fields; uint32_t fields_n, fields_cap;   /* version labels and checksums left out */
    int confidence;
};
struct object_changes { struct object_change *v; uint32_t n, cap; };

struct diff {
    struct value_changes defaults;  /* between the two charts' own values */
    struct object_changes objects;
    struct model_diff models;
};

/* Leaves and subtrees removed and added between two value trees, in order of paths. A rename is told at the highest node that
 * moved, with evidence; what is inside of it and differs (another default, another name) is told besides: as a rename without
 * evidence, as removed (old path) or added (new path). A value that became a map is both changed and, where it lives on in
 * the map, renamed. `o` is not needed to compare and may be NULL. */
void diff_values(struct arena *a, const struct map *from, const struct map *to, const struct origins *o, struct value_changes *out);
/* Field by field; lists of maps with a `name` key are matched by name (an item has the index of the old side, a new one that of
 * the new side), others by index; a list of scalars that grew or shrank is one change. Appends to *v. */
void diff_fields(struct arena *a, struct value from, struct value to, struct field_change **v, uint32_t *n, uint32_t *cap);
/* Rendered objects, by id; then what vanished and what appeared under another name or, of workloads, as another kind. Hooks'
 * Jobs that carry the revision in their name ("apply-3") are the same Job. Those of the old side come first, in its order. */
void diff_objects(struct arena *a, const struct objects *from, const struct objects *to, struct object_changes *out);
/* Field paths that carry only version labels or checksums: helm.sh/chart, app.kubernetes.io/version, checksum/... */
bool diff_is_noise(struct str path);

#endif
