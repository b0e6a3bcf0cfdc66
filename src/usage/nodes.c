/* Dead keys, told at the highest node: "router moved to gateway", not eight times one of its leaves. */
#include "usage/migrate.h"

#include "value/yaml.h"

struct gathering {
    struct arena *a;
    struct bench *now;
    struct usage *u;
    bool *told;
};

static bool shares(const struct key *k, const struct key *of, uint32_t n)
{
    if (k->segments < n) return false;
    for (uint32_t i = 0; i < n; i++)
        if (!str_eq(k->segment[i], of->segment[i])) return false;
    return true;
}

static struct str path_of(struct arena *a, const struct str *segment, uint32_t n)
{
    struct str path = {0};
    for (uint32_t i = 0; i < n; i++) path = path_key(a, path, segment[i]);
    return path;
}

/* How many segments of the key name the node that moved, when its last ones are the same on both sides: "a.b.size" to
 * "c.b.size" is "a" to "c". *to is the number on the other side. */
static uint32_t moved_segments(struct arena *a, const struct key *k, uint32_t *to, struct str **segment)
{
    uint32_t n = k->segments, m;
    *segment = usage_segments(a, k->renamed_to, &m);
    while (n > 1 && m > 1 && str_eq(k->segment[n - 1], (*segment)[m - 1])) n--, m--;
    *to = m;
    return n;
}

/* The key's successor if this node moved there and nothing else changed. */
static struct str carried(struct gathering *g, const struct key *k, uint32_t n, struct str to)
{
    for (uint32_t i = n; i < k->segments; i++) to = path_key(g->a, to, k->segment[i]);
    return to;
}

/* What a subchart has by itself, under whatever name the chart gives it, the chart has too, be it on or off. */
static bool has_value(const struct chart *c, const struct str *segment, uint32_t n, uint32_t depth)
{
    bool found;
    struct value v = usage_get(c->values.u.map, segment, n, &found);
    if (found && v.kind != V_NIL) return true;
    for (uint32_t i = 0; n > 1 && depth < 30 && i < c->subcharts_n; i++) {
        bool meant = str_eq(c->subcharts[i]->name, segment[0]);
        for (uint32_t k = 0; k < c->deps_n && !meant; k++) meant = str_eq(c->deps[k].alias, segment[0]) && str_eq(c->deps[k].name, c->subcharts[i]->name);
        if (meant && has_value(c->subcharts[i], segment + 1, n - 1, depth + 1)) return true;
    }
    return false;
}

static bool chart_has(struct gathering *g, const struct key *k, uint32_t n) { return has_value(g->now->chart, k->segment, n, 0); }

/* A node may be told as a whole when nothing that the user wrote below it lives on. Keys that never did anything may be
 * covered, if they are fewer. */
static bool is_all_dead(struct gathering *g, const struct key *of, uint32_t n)
{
    uint32_t dead = 0, idle = 0;
    for (uint32_t i = 0; i < g->u->n; i++) {
        const struct key *k = &g->u->keys[i];
        if (!shares(k, of, n)) continue;
        if (key_is_dead(k)) dead++;
        else if (k->new_effect == WORKS_NOT && k->old_effect == WORKS_NOT) idle++;
        else return false;
    }
    return dead > idle;
}

static struct node_fate *add(struct gathering *g, enum fate kind, struct str path, struct str to)
{
    struct node_fate *x = PUSH(g->a, g->u->nodes, g->u->nodes_n, g->u->nodes_cap);
    *x = (struct node_fate){.kind = kind, .path = path, .to = to, .proved = true, .confidence = 100};
    return x;
}

static void cover(struct gathering *g, struct node_fate *x, uint32_t i)
{
    const struct key *k = &g->u->keys[i];
    g->told[i] = true;
    *PUSH(g->a, x->keys, x->keys_n, x->keys_cap) = i;
    x->blocking = x->blocking || k->blocking;
    if (!x->to.n) return;
    x->proved = x->proved && k->renamed_proved;
    if (k->confidence < x->confidence) x->confidence = k->confidence;
}

/* Two keys that moved alike speak for the node, even where the new chart still has one of that name. */
static bool moved_together(struct gathering *g, const struct key *of, uint32_t n, const struct str *segment, uint32_t to)
{
    uint32_t alike = 0;
    struct str target = path_of(g->a, segment, to);
    for (uint32_t i = 0; i < g->u->n; i++) {
        const struct key *k = &g->u->keys[i];
        if (!shares(k, of, n)) continue;
        if (!str_eq(k->renamed_to, carried(g, k, n, target))) return false;
        alike++;
    }
    return alike > 1;
}

static void gather_renamed(struct gathering *g, uint32_t i)
{
    const struct key *k = &g->u->keys[i];
    struct str *segment;
    uint32_t to, n = moved_segments(g->a, k, &to, &segment);
    /* Down again while something below lives on, or the new chart has the node itself. */
    while (n < k->segments && (!is_all_dead(g, k, n) || (chart_has(g, k, n) && usage_reads_path(g->now, k->segment, n) && !moved_together(g, k, n, segment, to))))
        segment[to] = k->segment[n], n++, to++;
    struct str target = path_of(g->a, segment, to);
    struct node_fate *x = add(g, k->blocking ? NODE_REFUSED : NODE_RENAMED, path_of(g->a, k->segment, n), target);
    for (uint32_t j = i; j < g->u->n; j++) {
        const struct key *other = &g->u->keys[j];
        if (g->told[j] || !shares(other, k, n) || !key_is_dead(other) || other->blocking != k->blocking) continue;
        if (str_eq(other->renamed_to, carried(g, other, n, target))) cover(g, x, j);
    }
}

static void gather_gone(struct gathering *g, uint32_t i)
{
    const struct key *k = &g->u->keys[i];
    uint32_t n = k->segments;
    enum fate kind = k->blocking ? NODE_REFUSED : chart_has(g, k, n) ? NODE_IGNORED : NODE_REMOVED;
    while (n > 1 && is_all_dead(g, k, n - 1) && !(kind == NODE_IGNORED ? usage_reads_path(g->now, k->segment, n - 1) : chart_has(g, k, n - 1))) n--;
    struct node_fate *x = add(g, kind, path_of(g->a, k->segment, n), (struct str){0});
    for (uint32_t j = i; j < g->u->n; j++) {
        const struct key *other = &g->u->keys[j];
        if (!g->told[j] && shares(other, k, n) && key_is_dead(other) && other->blocking == k->blocking) cover(g, x, j);
    }
}

void usage_nodes(struct bench *now, struct usage *u)
{
    struct gathering g = {now->a, now, u, NEW_ARRAY(now->a, bool, u->n)};
    for (uint32_t i = 0; i < u->n; i++)
        if (!g.told[i] && key_is_dead(&u->keys[i]) && u->keys[i].renamed_to.n) gather_renamed(&g, i);
    for (uint32_t i = 0; i < u->n; i++)
        if (!g.told[i] && key_is_dead(&u->keys[i])) gather_gone(&g, i);
}
