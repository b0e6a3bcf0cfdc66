#include "diff/diff.h"

#include <stdlib.h>

#include "diff/alike.h"
#include "kube/noise.h"
#include "kube/workload.h"

/* Confidence from which two objects are one under another name. */
enum { ENOUGH = 60, MARGIN = 6 };

/* Pairs of manifests that are compared leaf by leaf in search of renames. */
enum { PAIRS_MAX = 3000 };

struct lone_object {
    const struct object *o;
    struct leaves *leaves;     /* NULL: not read yet */
    bool taken;
};

struct comparison {
    struct arena *a;
    struct arena *scratch;     /* leaves; NULL: nothing is compared by them */
    struct object_changes *out;
    struct lone_object *removed, *added;
    uint32_t removed_n, removed_cap, added_n, added_cap;
    uint32_t pairs;            /* compared so far */
    struct alike_names names;  /* what workloads' renames say of other names */
};

/* ---- pairs ---- */

static bool is_rendered(const struct object *o) { return o->v.kind == V_MAP; }

static struct object_change *add_change(struct comparison *c, enum change_kind kind, const struct object *from, const struct object *to, int confidence)
{
    struct object_change *x = PUSH(c->a, c->out->v, c->out->n, c->out->cap);
    *x = (struct object_change){.kind = kind, .from = from, .to = to, .confidence = confidence};
    if (from && to) diff_fields(c->a, object_stripped(from), object_stripped(to), &x->fields, &x->fields_n, &x->fields_cap);
    return x;
}

static void compare_pair(struct comparison *c, const struct object *from, const struct object *to)
{
    if (from->owner == to->owner && object_same(from, to)) return;
    uint32_t before = c->out->n;
    struct object_change *x = add_change(c, CHANGE_CHANGED, from, to, 100);
    if (!x->fields_n && from->owner == to->owner) c->out->n = before;
}

static void sort_out(struct comparison *c, const struct objects *from, const struct objects *to)
{
    for (uint32_t i = 0; i < from->n; i++) {
        const struct object *x = &from->v[i], *y = objects_find(to, x->id);
        if (!is_rendered(x) || objects_find(from, x->id) != x) continue;
        if (y && is_rendered(y)) compare_pair(c, x, y);
        else PUSH(c->a, c->removed, c->removed_n, c->removed_cap)->o = x;
    }
    for (uint32_t i = 0; i < to->n; i++) {
        const struct object *y = &to->v[i], *x = objects_find(from, y->id);
        if (!is_rendered(y) || objects_find(to, y->id) != y || (x && is_rendered(x))) continue;
        PUSH(c->a, c->added, c->added_n, c->added_cap)->o = y;
    }
}

/* ---- hooks that are named by revision ---- */

/* "apply-3" is "apply": Jobs of hooks carry the revision in their names, for a finished Job cannot be changed. */
static struct str without_number(struct str name)
{
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9') n--;
    return n < name.n && n > 1 && name.p[n - 1] == '-' ? str_sub(name, 0, n - 1) : name;
}

static bool same_numbered_hook(const struct object *x, const struct object *y)
{
    return x->owner == OWNER_HOOK && y->owner == OWNER_HOOK && str_eq(x->kind, y->kind) && str_eq(x->ns, y->ns) &&
           without_number(x->name).n < x->name.n && str_eq(without_number(x->name), without_number(y->name));
}

static void drop_field(struct object_change *x, const char *path)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->fields_n; i++)
        if (!str_is(x->fields[i].path, path)) x->fields[n++] = x->fields[i];
    x->fields_n = n;
}

static void pair_numbered_hooks(struct comparison *c)
{
    for (uint32_t i = 0; i < c->removed_n; i++) {
        for (uint32_t j = 0; j < c->added_n && !c->removed[i].taken; j++) {
            if (c->added[j].taken || !same_numbered_hook(c->removed[i].o, c->added[j].o)) continue;
            c->removed[i].taken = c->added[j].taken = true;
            uint32_t before = c->out->n;
            struct object_change *x = add_change(c, CHANGE_CHANGED, c->removed[i].o, c->added[j].o, 100);
            drop_field(x, "metadata.name");
            if (!x->fields_n) c->out->n = before;
        }
    }
}

/* ---- renames ---- */

static bool is_workload(const struct object *o)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(o->kind, kinds[i])) return true;
    return false;
}

static void count_workloads(struct comparison *c, const struct objects *o)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (is_workload(&o->v[i]) && is_rendered(&o->v[i])) leaves_count(&c->names.corpus, leaves_read(c->scratch, &o->v[i]));
}

/* Helm treats both alike: a hook's object is no successor of a release's. */
static bool is_comparable(const struct object *x, const struct object *y)
{
    bool kinds = str_eq(x->kind, y->kind) || (is_workload(x) && is_workload(y) && str_eq(x->name, y->name));
    bool hooks = (x->owner == OWNER_HOOK) == (y->owner == OWNER_HOOK) && (x->owner == OWNER_HOOK_APPLIED) == (y->owner == OWNER_HOOK_APPLIED);
    return kinds && hooks && str_eq(x->ns, y->ns);
}

struct match {
    uint32_t i, j;
    int score;
};

static int best_first(const void *x, const void *y)
{
    const struct match *p = x, *q = y;
    if (p->score != q->score) return p->score > q->score ? -1 : 1;
    if (p->i != q->i) return p->i < q->i ? -1 : 1;
    return p->j < q->j ? -1 : p->j > q->j;
}

static bool has_rival(const struct comparison *c, const struct match *v, uint32_t n, const struct match *k)
{
    for (uint32_t m = 0; m < n && v[m].score > k->score - MARGIN; m++) {
        if (&v[m] == k) continue;
        if (v[m].i == k->i && !c->added[v[m].j].taken) return true;
        if (v[m].j == k->j && !c->removed[v[m].i].taken) return true;
    }
    return false;
}

static void take_matches(struct comparison *c, struct match *v, uint32_t n)
{
    if (n) qsort(v, n, sizeof *v, best_first);
    for (uint32_t k = 0; k < n; k++) {
        if (c->removed[v[k].i].taken || c->added[v[k].j].taken || has_rival(c, v, n, &v[k])) continue;
        c->removed[v[k].i].taken = c->added[v[k].j].taken = true;
        const struct object *from = c->removed[v[k].i].o, *to = c->added[v[k].j].o;
        add_change(c, CHANGE_RENAMED, from, to, v[k].score);
        if (is_workload(from)) alike_learn(c->a, &c->names, from, to);
    }
}

static struct leaves *leaves_of(struct comparison *c, struct lone_object *x)
{
    if (!x->leaves) x->leaves = leaves_read(c->scratch, x->o);
    return x->leaves;
}

static void match_all(struct comparison *c, bool workloads, int (*score)(struct arena *, const struct alike_names *, struct leaves *, struct leaves *))
{
    struct match *v = NULL;
    uint32_t n = 0, cap = 0;
    for (uint32_t i = 0; i < c->removed_n; i++) {
        for (uint32_t j = 0; j < c->added_n; j++) {
            struct lone_object *x = &c->removed[i], *y = &c->added[j];
            if (x->taken || y->taken || is_workload(x->o) != workloads || !is_comparable(x->o, y->o)) continue;
            if (c->pairs++ >= PAIRS_MAX) continue;
            int s = score(c->scratch, &c->names, leaves_of(c, x), leaves_of(c, y));
            if (s > ENOUGH - MARGIN) *PUSH(c->a, v, n, cap) = (struct match){i, j, s};
        }
    }
    uint32_t enough = 0;
    if (n) qsort(v, n, sizeof *v, best_first);
    while (enough < n && v[enough].score >= ENOUGH) enough++;
    take_matches(c, v, enough);
}

static void find_renames(struct comparison *c, const struct objects *from, const struct objects *to)
{
    c->scratch = arena_new(c->a->guard);
    c->names.corpus.counts = strmap_new(c->scratch);
    count_workloads(c, from);
    count_workloads(c, to);
    /* Workloads first: what they are called now tells of their Services, ServiceAccounts and scalers. */
    match_all(c, true, alike_workloads);
    match_all(c, false, alike_others);
    arena_free(c->scratch);
}

static const struct object *first_of(const struct object_change *x) { return x->from ? x->from : x->to; }

static int by_side_and_order(const void *x, const void *y)
{
    const struct object_change *p = x, *q = y;
    if (!p->from != !q->from) return p->from ? -1 : 1;
    return first_of(p) < first_of(q) ? -1 : first_of(p) > first_of(q);
}

void diff_objects(struct arena *a, const struct objects *from, const struct objects *to, struct object_changes *out)
{
    *out = (struct object_changes){0};
    struct comparison c = {.a = a, .out = out};
    sort_out(&c, from, to);
    pair_numbered_hooks(&c);
    if (c.removed_n && c.added_n) find_renames(&c, from, to);
    for (uint32_t i = 0; i < c.removed_n; i++)
        if (!c.removed[i].taken) add_change(&c, CHANGE_REMOVED, c.removed[i].o, NULL, 100);
    for (uint32_t j = 0; j < c.added_n; j++)
        if (!c.added[j].taken) add_change(&c, CHANGE_ADDED, NULL, c.added[j].o, 100);
    if (out->n > 1) qsort(out->v, out->n, sizeof *out->v, by_side_and_order);
}
