#include "diff/alike.h"

/* ---- names ---- */

static void learn(struct arena *a, struct alike_names *names, struct str from, struct str to)
{
    if (from.n < 3 || !to.n || str_eq(from, to)) return;
    for (uint32_t i = 0; i < names->n; i++)
        if (str_eq(names->from[i], from)) return;
    uint32_t n = names->n;
    *PUSH(a, names->from, n, names->cap_from) = from;
    n = names->n;
    *PUSH(a, names->to, n, names->cap_to) = to;
    names->n = n;
}

void alike_learn(struct arena *a, struct alike_names *names, const struct object *from, const struct object *to)
{
    struct str x, y;
    learn(a, names, from->name, to->name);
    names_differ_in(from->name, to->name, &x, &y);
    learn(a, names, x, y);
}

static bool follows(struct arena *a, const struct alike_names *names, struct str from, struct str to)
{
    struct arena_mark mark = arena_mark(a);
    bool any = false;
    for (uint32_t i = 0; i < names->n && !any; i++) {
        struct str x = name_replaced(a, from, names->from[i], names->to[i]);
        any = !str_eq(x, from) && str_eq(x, to);
    }
    arena_rewind(a, mark);
    return any;
}

/* ---- content ---- */

static struct overlap overlap_of(struct arena *a, const struct alike_names *names, struct leaves *from, struct leaves *to)
{
    leaves_weigh(a, &names->corpus, from);
    leaves_weigh(a, &names->corpus, to);
    struct arena_mark mark = arena_mark(a);
    struct overlap o = leaves_overlap(a, &names->corpus, from, to);
    arena_rewind(a, mark);
    return o;
}

/* "worker-l4-default" and "worker-l4": one name is the other with words added. */
static bool extends(struct str x, struct str y)
{
    struct str less = x.n < y.n ? x : y, more = x.n < y.n ? y : x;
    return less.n && less.n < more.n && str_starts(more, less) && more.p[less.n] == '-';
}

/* A new sidecar or a block of variables makes one side larger than the other and no less the same: then it tells how much of the
 * smaller one is in it. Where the name goes on in the other one, both may have got parts of their own. */
static double likeness(struct str from, struct str to, const struct overlap *o)
{
    double more = o->kept > o->found ? o->kept : o->found;
    if (extends(from, to) && more >= 0.7) return more;
    if (o->dice >= 0.75) return o->dice;
    return o->dice >= 0.6 && more >= 0.82 ? (o->dice + more) / 2 : 0;
}

int alike_workloads(struct arena *a, const struct alike_names *names, struct leaves *from, struct leaves *to)
{
    struct overlap o = overlap_of(a, names, from, to);
    /* Another kind under the same name (a Deployment that became a StatefulSet): the name is the evidence. */
    if (!str_eq(from->o->kind, to->o->kind)) return 60 + (int)(40 * o.dice);
    /* Deployments of one chart have two thirds in common without being each other. */
    return o.leaves < 8 ? 0 : (int)(100 * likeness(from->o->name, to->o->name, &o) + 0.5);
}

int alike_others(struct arena *a, const struct alike_names *names, struct leaves *from, struct leaves *to)
{
    bool by_name = follows(a, names, from->o->name, to->o->name);
    /* Small things look like anything of their kind. */
    if (!by_name && (from->n < 12 || to->n < 12)) return 0;
    struct overlap o = overlap_of(a, names, from, to);
    /* The name follows from a workload's: content only has to be of the same sort. */
    if (by_name) return o.dice >= 0.3 || !o.leaves ? 70 + (int)(30 * o.dice) : 0;
    return o.dice >= 0.8 ? (int)(100 * o.dice) - 10 : 0;
}
