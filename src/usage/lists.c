#include "usage/lists.h"

#include "usage/lanes.h"
#include "value/yaml.h"

enum { MOST_FIELDS = 96 /* of one list */, MOST_STEPS = 12, MOST_TRIALS = 24 /* experiments with fields that are read, for a list */ };

/* ---- the fields ---- */

struct collecting {
    struct arena *a;
    struct usage *u;
    uint32_t list, first;            /* the list; its first field in u->fields */
    struct str step[MOST_STEPS];
    uint32_t steps;
};

static bool holds_maps(struct value v)
{
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++) {
        struct value item = v.u.list->v[i];
        if ((item.kind == V_MAP && map_len(item)) || holds_maps(item)) return true;
    }
    return false;
}

static bool same_steps(const struct str *x, const struct str *y, uint32_t n)
{
    for (uint32_t i = n; i > 0; i--)
        if (!x[i - 1].p != !y[i - 1].p || !str_eq(x[i - 1], y[i - 1])) return false;
    return true;
}

static struct list_field *field_of(struct collecting *c, struct str path, struct str key, struct value v)
{
    struct usage *u = c->u;
    for (uint32_t i = c->first; i < u->fields_n; i++)
        if (u->fields[i].segments == c->steps && same_steps(u->fields[i].segment, c->step, c->steps)) return &u->fields[i];
    if (u->fields_n - c->first >= MOST_FIELDS) return NULL;
    struct list_field *f = PUSH(c->a, u->fields, u->fields_n, u->fields_cap);
    *f = (struct list_field){.list = c->list, .path = path_key(c->a, path, key), .value = v, .segments = c->steps};
    f->segment = NEW_ARRAY(c->a, struct str, c->steps);
    memcpy(f->segment, c->step, c->steps * sizeof *c->step);
    return f;
}

static void collect(struct collecting *c, struct value v, struct str path)
{
    if (c->steps >= MOST_STEPS) return;
    if (v.kind == V_LIST) {
        c->step[c->steps++] = LIST_ITEM;
        for (uint32_t i = 0; i < list_len(v); i++) collect(c, v.u.list->v[i], path_item(c->a, path, i));
        c->steps--;
    }
    if (v.kind != V_MAP) return;
    for (uint32_t i = 0; i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        c->step[c->steps++] = e->key.p ? e->key : STR("");
        if ((e->value.kind == V_MAP && map_len(e->value)) || holds_maps(e->value)) {
            collect(c, e->value, path_key(c->a, path, e->key));
        } else {
            struct list_field *f = field_of(c, path, e->key, e->value);
            if (f && e->at) *PUSH(c->a, f->at, f->n, f->cap) = e->at;
        }
        c->steps--;
    }
}

/* ---- what they do ---- */

static enum works probe(struct bench *b, const struct key *k, struct value list, struct signature *sig)
{
    struct value_edit e = {.segment = k->segment, .segments = k->segments, .value = list};
    return usage_probe(b, &e, 1, sig);
}

static enum works effect(struct bench *b, const struct key *k, const struct list_field *f, struct signature *sig)
{
    struct value v[MOST_OTHERS];
    struct arena_mark m = arena_mark(b->scratch);
    enum works worst = probe(b, k, list_changed(b->scratch, k->value, f, LIST_DROP, NIL), sig), e = worst;
    uint32_t n = usage_others(b->scratch, f->value, NIL, v);
    for (uint32_t i = 0; i < n && e != WORKS; i++) {
        e = probe(b, k, list_changed(b->scratch, k->value, f, LIST_SET, v[i]), sig);
        if (e != WORKS_NOT) worst = e;
    }
    arena_rewind(b->scratch, m);
    return worst;
}

/* The values of the old side may be other ones. */
static bool is_same_list(const struct bench *old, const struct key *k)
{
    bool found;
    struct value v = usage_get(old->user, k->segment, k->segments, &found);
    return found && value_same(v, k->value);
}

struct judging {
    struct usage *u;
    uint32_t *read;    /* how many fields of each field's list before it are read as well */
};

static void judge(void *context, struct bench *old, struct bench *now, uint32_t i)
{
    struct judging *j = context;
    struct list_field *f = &j->u->fields[i];
    const struct key *k = &j->u->keys[f->list];
    f->new_effect = WORKS_UNKNOWN;
    if (!f->n) return; /* a flag wrote it: nobody knows where it is read */
    if (!usage_reads_any(now, f->at, f->n)) f->new_effect = WORKS_NOT;
    else if (usage_reads_as_before(old, now, f->at, f->n)) f->new_effect = WORKS; /* no experiment: what reads it will do what it did */
    else if (j->read[i] < MOST_TRIALS) f->new_effect = effect(now, k, f, NULL);
    if (f->new_effect != WORKS_NOT || !is_same_list(old, k)) return;
    f->old_effect = usage_reads_any(old, f->at, f->n) ? effect(old, k, f, &f->old_signature) : WORKS_NOT;
}

/* ---- told at the highest field of which all is dead ---- */

static bool is_below(const struct list_field *x, const struct list_field *of, uint32_t n)
{
    return x->list == of->list && x->segments >= n && same_steps(x->segment, of->segment, n);
}

static bool is_all_dead(const struct usage *u, const struct list_field *of, uint32_t n)
{
    uint32_t lost = 0, idle = 0;
    for (uint32_t i = 0; i < u->fields_n; i++) {
        const struct list_field *f = &u->fields[i];
        if (!is_below(f, of, n)) continue;
        if (f->new_effect != WORKS_NOT) return false;
        if (f->old_effect == WORKS_NOT) idle++;
        else lost++;
    }
    return lost > idle && lost > 1;
}

/* The entries that have the node, in all items. */
static void places_of(struct arena *a, struct value v, struct list_field *node, uint32_t i)
{
    if (!node->segment[i].p) {
        for (uint32_t k = 0; v.kind == V_LIST && k < list_len(v); k++) places_of(a, v.u.list->v[k], node, i + 1);
        return;
    }
    const struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, node->segment[i]) : NULL;
    if (!e) return;
    if (i + 1 < node->segments) {
        places_of(a, e->value, node, i + 1);
        return;
    }
    if (!node->n) node->value = e->value;
    *PUSH(a, node->at, node->n, node->cap) = e->at;
}

static void gather(struct bench *old, struct bench *now, struct usage *u, uint32_t at)
{
    struct list_field node = u->fields[at];
    const struct key *k = &u->keys[node.list];
    uint32_t n = node.segments;
    for (uint32_t up = n - 1; up > 0 && is_all_dead(u, &node, up); up--)
        if (node.segment[up - 1].p) n = up;
    if (n == node.segments) return;
    node.at = NULL;
    node.n = node.cap = 0;
    node.segments = n;
    node.old_signature = (struct signature){0};
    places_of(now->a, k->value, &node, 0);
    if (usage_reads_any(now, node.at, node.n)) return; /* that there is something is read: told one by one */
    node.path = list_path(now->a, k, &node, node.segment + list_item_segments(&node), n - list_item_segments(&node));
    node.old_effect = effect(old, k, &node, &node.old_signature);
    for (uint32_t i = 0; i < u->fields_n; i++)
        if (is_below(&u->fields[i], &node, n)) u->fields[i].covered = true;
    *PUSH(now->a, u->fields, u->fields_n, u->fields_cap) = node;
}

static void name(struct bench *old, struct bench *now, struct usage *u)
{
    struct list_names *names = list_names_new(old, now, u);
    for (uint32_t i = 0; i < u->fields_n; i++) {
        struct list_field *f = &u->fields[i];
        bool never, never_before;
        if (f->covered || f->new_effect != WORKS_NOT) continue;
        bool known = list_names_knows(names, true, f, &never);
        if (field_is_lost(f)) {
            f->still_read = known;
            list_names_follow(names, now, f);
        } else if (f->old_effect == WORKS_NOT && !known && !list_names_knows(names, false, f, &never_before)) {
            f->foreign = true;
            f->renamed_to = list_names_meant(names, f);
            f->never = never && (!f->renamed_to.n || never_before);
        }
    }
}

void usage_lists(struct bench *old, struct bench *now, struct usage *u)
{
    if (!u->based || now->env->tolerant) return; /* what stands in a template that failed is not known to be unread */
    for (uint32_t i = 0; i < u->n; i++) {
        const struct key *k = &u->keys[i];
        struct collecting c = {.a = now->a, .u = u, .list = i, .first = u->fields_n};
        if (k->blocking || k->by_cluster || k->new_effect == WORKS_NOT || k->new_effect == WORKS_UNKNOWN || !holds_maps(k->value)) continue;
        collect(&c, k->value, k->path);
    }
    if (!u->fields_n) return;
    struct judging j = {u, NEW_ARRAY(now->a, uint32_t, u->fields_n)};
    for (uint32_t i = 1; i < u->fields_n; i++)
        if (u->fields[i].list == u->fields[i - 1].list) j.read[i] = j.read[i - 1] + 1;
    usage_lanes(old, now, u->fields_n, judge, &j);
    bool any = false;
    uint32_t leaves = u->fields_n;
    for (uint32_t i = 0; i < leaves; i++) {
        if (field_is_lost(&u->fields[i])) gather(old, now, u, i);
        any = any || u->fields[i].new_effect == WORKS_NOT;
    }
    if (any) name(old, now, u);
}
