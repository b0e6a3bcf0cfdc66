/* Coalescing as ProcessDependencies needs it; private to chart/. */
#ifndef RUTTER_CHART_COALESCE_H
#define RUTTER_CHART_COALESCE_H

#include "chart/load.h"
#include "chart/values.h"

struct coalescer {
    struct arena *a;
    struct origins *o;   /* NULL: the winner's origin stays as it is */
    struct diags *d;     /* NULL: warnings are not wanted, another coalescing gives them */
    int helm_major;
    struct str error;    /* why it failed */
};

/* CoalesceValues, or MergeValues (`merge`: nulls stay); *out is fresh in the arena. */
bool coalesce_tree(struct coalescer *k, const struct chart *c, const struct map *values, bool merge, struct map **out);
/* MergeTables: dst wins; parts of src are taken, not copied, and src is changed as Helm changes it. */
void coalesce_merge_tables(struct coalescer *k, struct map *dst, struct map *src);

#endif
