#include "usage/lists.h"

#include "usage/static.h"
#include "usage/words.h"
#include "value/yaml.h"

enum { MOST_NAMES = 200, MOST_TAIL = 3, MOST_TRIES = 8, SURE = 90, GOOD_ENOUGH = 50 };

struct list_names {
    struct arena *a;
    struct bench *side[2];                /* old, new */
    const struct usage *u;
    struct static_reads *reads[2];
    struct read_pattern *patterns; uint32_t patterns_n; /* of the new chart */
};

struct list_names *list_names_new(struct bench *old, struct bench *now, const struct usage *u)
{
    struct list_names *n = NEW(now->a, struct list_names);
    *n = (struct list_names){.a = now->a, .side = {old, now}, .u = u};
    return n;
}

static struct static_reads *reads_of(struct list_names *n, bool new_side)
{
    struct bench *b = n->side[new_side];
    if (!n->reads[new_side]) n->reads[new_side] = static_reads(n->a, b->chart, b->user, b->parses);
    return n->reads[new_side];
}

/* The chart's own value of the list; of a subchart's list where the chart itself says nothing, the subchart's. */
static struct value default_list(const struct chart *c, const struct key *k)
{
    bool found;
    struct value v = usage_get(c->values.u.map, k->segment, k->segments, &found);
    for (uint32_t i = 0; !found && k->segments > 1 && i < c->subcharts_n; i++)
        if (str_eq(c->subcharts[i]->name, k->segment[0])) v = usage_get(c->subcharts[i]->values.u.map, k->segment + 1, k->segments - 1, &found);
    return v;
}

static bool has_field(struct value v, const struct str *segment, uint32_t n)
{
    if (!n) return true;
    if (!segment->p) {
        for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
            if (has_field(v.u.list->v[i], segment + 1, n - 1)) return true;
        return false;
    }
    const struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, *segment) : NULL;
    return e && has_field(e->value, segment + 1, n - 1);
}

bool list_names_knows(struct list_names *n, bool new_side, const struct list_field *f, bool *never)
{
    const struct key *k = &n->u->keys[f->list];
    uint32_t all = k->segments + f->segments;
    struct str *segment = NEW_ARRAY(n->a, struct str, all);
    struct reader first;
    memcpy(segment, k->segment, k->segments * sizeof *segment);
    memcpy(segment + k->segments, f->segment, f->segments * sizeof *segment);
    for (uint32_t i = 0; i < all; i++)
        if (!segment[i].p) segment[i] = STR("*");
    enum may_read r = static_may_read(reads_of(n, new_side), segment, all, &first);
    *never = r == READ_NO;
    return (r == READ_YES && first.by_name) || (r == READ_POSSIBLY && first.why) || has_field(default_list(n->side[new_side]->chart, k), f->segment, f->segments);
}

/* ---- names that the new chart has for fields of such an item ---- */

struct tail {
    struct str segment[MOST_TAIL];
    uint32_t n;
    int like;       /* how much the name has in common with the field's */
};

struct tails {
    struct tail v[MOST_NAMES];
    uint32_t n;
};

static void add_tail(struct tails *t, const struct str *segment, uint32_t n)
{
    if (!n || n > MOST_TAIL || t->n == MOST_NAMES) return;
    for (uint32_t i = 0; i < t->n; i++) {
        bool same = t->v[i].n == n;
        for (uint32_t k = 0; k < n && same; k++) same = str_eq(t->v[i].segment[k], segment[k]);
        if (same) return;
    }
    memcpy(t->v[t->n].segment, segment, n * sizeof *segment);
    t->v[t->n++].n = n;
}

/* Of the default entries: every field of the maps that stand where the field's item stands. */
static void tails_of_defaults(struct tails *t, struct value v, const struct list_field *f, uint32_t i, uint32_t item)
{
    if (i < item && !f->segment[i].p) {
        for (uint32_t k = 0; v.kind == V_LIST && k < list_len(v); k++) tails_of_defaults(t, v.u.list->v[k], f, i + 1, item);
    } else if (i < item) {
        if (v.kind == V_MAP) tails_of_defaults(t, map_get(v.u.map, f->segment[i]), f, i + 1, item);
    } else {
        for (uint32_t k = 0; v.kind == V_MAP && k < map_len(v); k++) {
            const struct entry *e = &v.u.map->v[k];
            add_tail(t, &e->key, 1);
            for (uint32_t m = 0; e->value.kind == V_MAP && m < map_len(e->value); m++) add_tail(t, (struct str[]){e->key, e->value.u.map->v[m].key}, 2);
        }
    }
}

/* Of what any configuration reads by name below such an item. */
static void tails_of_reads(struct list_names *n, struct tails *t, const struct key *k, const struct list_field *f, uint32_t item)
{
    if (!n->patterns) n->patterns = static_patterns(n->a, reads_of(n, true), &n->patterns_n);
    struct arena_mark mark = arena_mark(n->side[1]->scratch);
    for (uint32_t i = 0; i < n->patterns_n; i++) {
        uint32_t all, head = k->segments + item;
        struct str *s = usage_segments(n->side[1]->scratch, n->patterns[i].path, &all);
        bool fits = all > head;
        for (uint32_t j = 0; j < head && fits; j++) {
            struct str want = j < k->segments ? k->segment[j] : f->segment[j - k->segments];
            fits = str_is(s[j], "*") || (want.p && str_eq(s[j], want));
        }
        for (uint32_t j = head; j < all && fits; j++) fits = !str_starts(s[j], STR("*"));
        if (!fits || all - head > MOST_TAIL) continue;
        for (uint32_t j = head; j < all; j++) s[j] = str_dup(n->a, s[j]);
        add_tail(t, s + head, all - head);
    }
    arena_rewind(n->side[1]->scratch, mark);
}

static struct tails *tails_of(struct list_names *n, const struct list_field *f)
{
    const struct key *k = &n->u->keys[f->list];
    struct tails *t = NEW(n->a, struct tails);
    uint32_t item = list_item_segments(f);
    t->n = 0;
    tails_of_defaults(t, default_list(n->side[1]->chart, k), f, 0, item);
    tails_of_reads(n, t, k, f, item);
    return t;
}

/* ---- the successor ---- */

/* Steps from the list down: those of the field's item, and these. */
static struct str *steps_to(struct arena *a, const struct list_field *f, const struct str *tail, uint32_t n)
{
    uint32_t item = list_item_segments(f);
    struct str *s = NEW_ARRAY(a, struct str, item + n);
    memcpy(s, f->segment, item * sizeof *s);
    memcpy(s + item, tail, n * sizeof *s);
    return s;
}

static bool is_taken(const struct list_names *n, const struct list_field *f, const struct tail *t)
{
    return has_field(n->u->keys[f->list].value, steps_to(n->a, f, t->segment, t->n), list_item_segments(f) + t->n);
}

static void rate(const struct list_field *f, uint32_t item, struct tails *t)
{
    struct words mine = {0};
    for (uint32_t i = item; i < f->segments; i++) words_add(&mine, f->segment[i]);
    for (uint32_t i = 0; i < t->n; i++) {
        struct words theirs = {0};
        for (uint32_t k = 0; k < t->v[i].n; k++) words_add(&theirs, t->v[i].segment[k]);
        struct str last = f->segment[f->segments - 1], there = t->v[i].segment[t->v[i].n - 1];
        t->v[i].like = words_likeness(&mine, &theirs);
        if (!t->v[i].like && last.n > 2 && there.n > 2 && (str_starts(there, last) || str_starts(last, there))) t->v[i].like = 40; /* host, hostname */
    }
    for (uint32_t i = 1; i < t->n; i++) { /* the nearest first */
        struct tail x = t->v[i];
        uint32_t k = i;
        for (; k > 0 && t->v[k - 1].like < x.like; k--) t->v[k] = t->v[k - 1];
        t->v[k] = x;
    }
}

void list_names_follow(struct list_names *n, struct bench *now, struct list_field *f)
{
    const struct key *k = &n->u->keys[f->list];
    struct tails *t = tails_of(n, f);
    uint32_t item = list_item_segments(f), tries = 0;
    int best = 0;
    if (!f->old_signature.n) return;
    rate(f, item, t);
    for (uint32_t i = 0; i < t->n && tries < MOST_TRIES && best < SURE; i++) {
        struct tail *x = &t->v[i];
        struct list_field moved = *f;
        struct signature sig = {0};
        struct value_edit e = {.segment = k->segment, .segments = k->segments};
        if (is_taken(n, f, x)) continue;
        moved.to_n = item + x->n;
        moved.to = steps_to(n->a, f, x->segment, x->n);
        e.value = list_changed(n->a, k->value, &moved, LIST_MOVE, NIL);
        tries++;
        if (usage_probe(now, &e, 1, &sig) != WORKS) continue;
        int like = signature_likeness(n->a, &f->old_signature, &sig, f->value, &(struct respelling){0});
        if (like <= best || like < (x->like ? GOOD_ENOUGH : SURE)) continue;
        best = like;
        f->to = moved.to;
        f->to_n = moved.to_n;
    }
    if (!best) return;
    f->renamed_to = list_path(n->a, k, f, f->to + item, f->to_n - item);
    f->confidence = best > SURE ? 100 : best;
    f->proved = true;
}

/* ---- what was meant ---- */

/* Whether an item has the one, and not the other beside it. */
static bool has_without(struct value v, const struct list_field *f, uint32_t i, uint32_t item, const struct str *other)
{
    if (i == item) return has_field(v, f->segment + item, f->segments - item) && !has_field(v, other, f->segments - item);
    if (f->segment[i].p) return v.kind == V_MAP && v.u.map && has_without(map_get(v.u.map, f->segment[i]), f, i + 1, item, other);
    for (uint32_t k = 0; v.kind == V_LIST && k < list_len(v); k++)
        if (has_without(v.u.list->v[k], f, i + 1, item, other)) return true;
    return false;
}

struct str list_names_meant(struct list_names *n, const struct list_field *f)
{
    const struct key *k = &n->u->keys[f->list];
    struct tails *t = tails_of(n, f);
    struct str name = f->segment[f->segments - 1], best = {0};
    uint32_t item = list_item_segments(f), last = f->segments - item, least = name.n < 5 ? 1 : 2;
    bool twice = false;
    for (uint32_t i = 0; i < t->n; i++) {
        struct tail *x = &t->v[i];
        bool beside = x->n == last;
        for (uint32_t j = 0; j + 1 < last && beside; j++) beside = str_eq(x->segment[j], f->segment[item + j]);
        if (!beside) continue;
        struct str there = x->segment[last - 1];
        uint32_t d = words_distance(name, there, 2);
        if (d > least) continue;
        twice = best.n && d == least && !str_eq(best, there);
        best = there;
        least = d;
    }
    if (!best.n || twice) return (struct str){0};
    struct str *s = NEW_ARRAY(n->a, struct str, last);
    memcpy(s, f->segment + item, last * sizeof *s);
    s[last - 1] = best;
    if (!has_without(k->value, f, 0, item, s)) return (struct str){0};
    return list_path(n->a, k, f, s, last);
}
