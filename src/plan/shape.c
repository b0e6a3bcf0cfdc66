/* Both sides beside each other: what the makers ask about. */
#include "plan/planner.h"

#include "kube/podspec.h"

bool item_in_release(const struct object *o)
{
    return o && (o->owner == OWNER_RELEASE || o->owner == OWNER_KEPT || o->owner == OWNER_ADOPTED);
}

const struct item *shape_item(const struct shape *s, struct str id) { return strmap_get(&s->by_id, id); }

/* ---- items ---- */

/* A hook that upgrades run. One of `helm test`, of a deletion or of the installation alone is none of theirs: they neither make nor delete it
 * (helm, pkg/action/upgrade.go; release/v1/hook.go). */
static bool hook_runs(const struct object *o)
{
    struct str events = o->from ? o->from->events : STR("");
    return str_has(events, STR("pre-upgrade")) || str_has(events, STR("post-upgrade"));
}

static bool hook_installs(const struct object *o) { return o->from && (str_has(o->from->events, STR("pre-install")) || str_has(o->from->events, STR("post-install"))); }

/* What the plan has to do with. Of an installation's hooks in the old version something may still be there, which matters when an upgrade's hook has the same name. */
static bool is_ours(const struct object *o, bool new_side) { return o->owner != OWNER_HOOK || hook_runs(o) || (!new_side && hook_installs(o)); }

static void add_items(struct planner *p, const struct objects *objects, bool new_side)
{
    struct shape *s = &p->shape;
    for (uint32_t i = 0; i < objects->n; i++) {
        const struct object *o = &objects->v[i];
        if (!is_ours(o, new_side)) continue;
        uintptr_t at = (uintptr_t)strmap_get(&s->by_id, o->id); /* index + 1: the array still moves */
        struct item *known = at ? &s->items[at - 1] : PUSH(p->a, s->items, s->items_n, s->items_cap);
        if (!at) strmap_put(&s->by_id, o->id, (void *)(uintptr_t)s->items_n);
        known->id = o->id;
        if (new_side) known->new = o;
        else known->old = o;
        known->any = o;
    }
}

/* What only an installation's hook made is left out, and so is the new version's mere mention of what it no longer has. */
static void drop_items(struct planner *p)
{
    struct shape *s = &p->shape;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->items_n; i++) {
        struct item x = s->items[i];
        if (x.new && item_in_release(x.old) && x.new->owner == OWNER_REFERENCED) x.new = NULL, x.any = x.old;
        if (!x.new && x.old->owner == OWNER_HOOK && !hook_runs(x.old)) continue;
        s->items[kept++] = x;
    }
    if (kept < s->items_n) s->by_id = strmap_new(p->a);
    s->items_n = kept;
}

/* Items no longer move: from here on they may be pointed to. */
static void index_items(struct planner *p)
{
    struct shape *s = &p->shape;
    for (uint32_t i = 0; i < s->items_n; i++) {
        struct item *x = &s->items[i];
        x->changed = x->old && x->new && x->old->content && x->new->content && !object_same(x->old, x->new);
        strmap_put(&s->by_id, x->id, x);
    }
}

/* ---- workloads and what scales them ---- */

static bool stays(const struct workload *w)
{
    return w->kind == WORKLOAD_DEPLOYMENT || w->kind == WORKLOAD_STATEFULSET || w->kind == WORKLOAD_DAEMONSET || w->kind == WORKLOAD_REPLICASET;
}

static struct unit *unit_find(struct shape *s, struct str id)
{
    for (uint32_t i = 0; i < s->units_n; i++)
        if (str_eq(s->units[i].item->id, id)) return &s->units[i];
    return NULL;
}

static struct str component_of(const struct planner *p, const struct workload *w)
{
    struct value v = w->labels ? map_get(w->labels, p->book->component_label) : NIL;
    return v.kind == V_STR ? v_text(v) : STR("");
}

static void add_units(struct planner *p, const struct workload *v, uint32_t n, bool new_side)
{
    struct shape *s = &p->shape;
    for (uint32_t i = 0; i < n; i++) {
        if (!stays(&v[i]) || !item_in_release(v[i].object)) continue;
        struct unit *u = unit_find(s, v[i].object->id);
        if (!u) {
            u = PUSH(p->a, s->units, s->units_n, s->units_cap);
            u->item = shape_item(s, v[i].object->id);
        }
        if (new_side) u->new = &v[i];
        else u->old = &v[i];
        u->component = component_of(p, &v[i]);
        const struct component *c = runbook_component(p->book, u->component);
        u->monitor = c ? c->monitor : 1000;
    }
}

static void add_scalers(struct planner *p, struct scaler *v, uint32_t n, bool new_side)
{
    struct shape *s = &p->shape;
    for (uint32_t i = 0; i < n; i++) {
        struct scaler_pair *x = NULL;
        const struct item *item = shape_item(s, v[i].object->id);
        if (!item || !(new_side ? item->new : item->old)) continue;
        for (uint32_t k = 0; k < s->scalers_n && !x; k++)
            if (str_eq(s->scalers[k].item->id, v[i].object->id)) x = &s->scalers[k];
        if (!x) {
            x = PUSH(p->a, s->scalers, s->scalers_n, s->scalers_cap);
            x->item = item;
        }
        if (new_side) x->new = &v[i];
        else x->old = &v[i];
        x->hook_applied |= v[i].object->owner == OWNER_HOOK_APPLIED;
    }
}

static void link_scalers(struct shape *s)
{
    for (uint32_t i = 0; i < s->scalers_n; i++) {
        struct scaler_pair *x = &s->scalers[i];
        if (x->old && (x->unit_old = unit_find(s, x->old->target_id))) x->unit_old->scaler_old = x;
        if (x->new && (x->unit_new = unit_find(s, x->new->target_id))) x->unit_new->scaler_new = x;
    }
}

static void link_renames(struct planner *p)
{
    const struct object_changes *c = &p->f->diff.objects;
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->v[i].kind != CHANGE_RENAMED || !c->v[i].from || !c->v[i].to) continue;
        struct unit *from = unit_find(&p->shape, c->v[i].from->id), *to = unit_find(&p->shape, c->v[i].to->id);
        if (from && to && from->old && !from->new && to->new && !to->old) to->was = from;
    }
}

/* Live replicas are worth remembering where somebody other than Helm chooses them. */
static void name_captures(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        struct unit *u = &p->shape.units[i];
        u->capture = STR("");
        if (u->old && u->old->kind != WORKLOAD_DAEMONSET && (u->scaler_old || u->scaler_new))
            u->capture = str_printf(p->a, "replicas.%.*s", STR_ARG(u->item->id));
    }
}

/* ---- claims ---- */

static void add_claims(struct planner *p)
{
    struct shape *s = &p->shape;
    for (uint32_t i = 0; i < s->items_n; i++) {
        const struct item *x = &s->items[i];
        if (!str_is(x->any->kind, "PersistentVolumeClaim") || (!item_in_release(x->old) && !item_in_release(x->new))) continue;
        struct claim *c = PUSH(p->a, s->claims, s->claims_n, s->claims_cap);
        c->item = x;
        c->size_old = x->old ? podspec_storage(value_at(x->old->v, "spec", NULL)) : -1;
        c->size_new = x->new ? podspec_storage(value_at(x->new->v, "spec", NULL)) : -1;
        c->lost = item_in_release(x->old) && !x->new && x->old->owner != OWNER_KEPT;
        /* One with a policy of its own stays, too, and is then outside the record all the same. */
        if (item_in_release(x->old) && !x->new) s->claim_kept = true;
    }
}

/* ---- replicas ---- */

/* Which way replicas survive: through the values (no reset, no conflict), else by hand. */
static void choose_replicas(struct shape *s)
{
    for (uint32_t i = 0; i < s->units_n; i++) {
        struct unit *u = &s->units[i];
        bool known = u->capture.n || (u->was && u->was->capture.n);
        if (u->new && u->new->replicas_set && (u->scaler_new || u->scaler_old) && known) {
            if (u->key_new) s->overlay_new = true;
            else if (u->old) s->scale_new = true;
        }
        if (u->old && u->old->replicas_set && u->capture.n) {
            if (u->key_old) s->overlay_old = true;
            else s->scale_old = true;
            s->force_old |= u->key_old && u->new && !make_is_read_again(u);
        }
    }
}

void shape_begin(struct planner *p)
{
    struct shape *s = &p->shape;
    const struct facts *f = p->f;
    s->by_id = strmap_new(p->a);
    add_items(p, &f->old_side.objects, false);
    add_items(p, &f->planned->objects, true);
    drop_items(p);
    index_items(p);
}

void shape_finish(struct planner *p)
{
    struct shape *s = &p->shape;
    const struct facts *f = p->f;
    s->workloads_old = f->old_side.workloads;
    s->workloads_old_n = f->old_side.workloads_n;
    s->workloads_new = f->planned->workloads;
    s->workloads_new_n = f->planned->workloads_n;
    /* No pointer into units or scalers is kept before all of them are there. */
    add_units(p, s->workloads_old, s->workloads_old_n, false);
    add_units(p, s->workloads_new, s->workloads_new_n, true);
    add_scalers(p, f->old_side.scalers, f->old_side.scalers_n, false);
    add_scalers(p, f->planned->scalers, f->planned->scalers_n, true);
    link_scalers(s);
    link_renames(p);
    add_claims(p);
    name_captures(p);
    shape_find_replicas_keys(p);
    choose_replicas(s);
}
