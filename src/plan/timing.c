#include "plan/timing.h"

#include "plan/planner.h"

/* Nobody knows offline how many replicas there are: with an autoscaler as many as it may make. */
static int64_t most_replicas(const struct unit *u, const struct workload *w, bool new_side)
{
    const struct scaler_pair *x = new_side ? u->scaler_new : u->scaler_old;
    const struct scaler *s = x ? (new_side ? x->new : x->old) : NULL;
    return s && s->max > w->replicas ? s->max : w->replicas;
}

static struct rollout rollout_at(const struct unit *u, bool new_side, int64_t replicas)
{
    const struct workload *w = new_side ? u->new : u->old, *before = new_side ? u->old : u->new;
    if (!w || (before && !workload_restarts(before, w))) return (struct rollout){.bounded = true};
    return before ? rollout_of_update(w, replicas) : rollout_of_creation(w, replicas);
}

int64_t timing_most_replicas(const struct unit *u, bool new_side)
{
    const struct workload *w = new_side ? u->new : u->old;
    return w ? most_replicas(u, w, new_side) : 0;
}

struct rollout timing_rollout(const struct unit *u, bool new_side, bool most)
{
    return rollout_at(u, new_side, most ? timing_most_replicas(u, new_side) : -1);
}

int64_t timing_of_unit(const struct unit *u, bool new_side)
{
    const struct workload *w = new_side ? u->new : u->old;
    return w ? rollout_at(u, new_side, most_replicas(u, w, new_side)).seconds : 0;
}

/* Helm waits for all workloads at once, so the slowest one counts; then for each hook's Job. */
static int64_t longest(struct planner *p, bool new_side, struct str *why)
{
    int64_t most = 0;
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        int64_t seconds = timing_of_unit(u, new_side);
        if (seconds <= most) continue;
        most = seconds;
        const struct workload *w = new_side ? u->new : u->old;
        struct rollout r = rollout_at(u, new_side, most_replicas(u, w, new_side));
        struct str pods = r.pods < 0 ? STR("one pod a node") : str_printf(p->a, "%lld pods", (long long)r.pods);
        *why = str_printf(p->a, "%.*s is the slowest: %.*s, %s, %lld s", STR_ARG(u->item->id), STR_ARG(pods), r.why ? r.why : "", (long long)seconds);
    }
    const struct workload *v = new_side ? p->shape.workloads_new : p->shape.workloads_old;
    uint32_t n = new_side ? p->shape.workloads_new_n : p->shape.workloads_old_n;
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].object->owner != OWNER_HOOK || v[i].kind != WORKLOAD_JOB || !v[i].object->from || !str_has(v[i].object->from->events, STR("upgrade"))) continue;
        int64_t seconds = rollout_of_hook(&v[i]);
        if (seconds < 0) continue;
        if (new_side) p->timing.hooks += seconds;
        if (seconds <= most) continue;
        most = seconds;
        *why = str_printf(p->a, "the hook %.*s may take %lld s", STR_ARG(v[i].object->id), (long long)seconds);
    }
    return most;
}

/* For what no manifest bounds: images that have to be pulled, nodes that have to come. */
enum { ALLOWANCE = 300 };

static int64_t whole_minutes(int64_t seconds) { return (seconds + 59) / 60 * 60; }

void timing_make(struct planner *p)
{
    struct timing *t = &p->timing;
    struct str why = STR("nothing that is rolled out says how long it may take"), why_back = STR("");
    int64_t given = p->f->o->timeout ? p->f->o->timeout : p->f->profile.timeout, least = given > 0 ? given : 300;
    int64_t up = whole_minutes(longest(p, true, &why) + ALLOWANCE), back = whole_minutes(longest(p, false, &why_back) + ALLOWANCE);
    t->upgrade = up > least ? up : least;
    t->back = back > least ? back : least;
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        int64_t seconds = rollout_at(&p->shape.units[i], true, -1).seconds;
        if (seconds > t->expected) t->expected = seconds;
    }
    p->plan->timeout = t->upgrade;
    p->plan->timeout_why = t->upgrade == up ? str_printf(p->a, "%.*s, and five minutes for images and nodes", STR_ARG(why))
                                            : str_printf(p->a, "the %lld s that %s; %.*s", (long long)least, given > 0 ? "were asked for" : "Helm itself would wait", STR_ARG(why));
}
