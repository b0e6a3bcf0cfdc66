#include "kube/rollout.h"

static int64_t max64(int64_t x, int64_t y) { return x > y ? x : y; }

/* Seconds stay far from overflow whatever a manifest says: a month is for ever. */
enum { FOREVER = 31 * 24 * 3600 };
static int64_t clamp(int64_t n) { return n < 0 ? 0 : n > FOREVER ? FOREVER : n; }
static int64_t times(int64_t n, int64_t seconds) { return seconds && n > FOREVER / seconds ? FOREVER : clamp(n * seconds); }

/* The kubelet probes at initialDelay and then every period; the failureThreshold-th failure in a row kills. An attempt
 * takes up to its timeout, which counts where it is longer than the period
 * (https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes). */
static int64_t until_killed(const struct probe *p)
{
    int64_t last = p->timeout > p->period ? p->timeout - p->period : 0;
    return clamp(clamp(p->initial_delay) + times(clamp(p->failure), clamp(p->period)) + clamp(last));
}

struct budget rollout_container_budget(const struct container *c)
{
    struct budget b = {0};
    const struct probe *r = &c->readiness;
    if (c->startup.set) {
        /* Readiness is not probed before; its own delay counts from the container's start. */
        b = (struct budget){until_killed(&c->startup), true, "startupProbe"};
        if (r->set) b.seconds = max64(b.seconds, clamp(r->initial_delay)) + times(clamp(r->success), clamp(r->period));
    } else if (c->liveness.set && r->set) {
        /* A container that does not answer liveness is killed; one that answers may stay unready as long as it likes. */
        int64_t ready = clamp(r->initial_delay) + times(clamp(r->success), clamp(r->period));
        b = (struct budget){max64(until_killed(&c->liveness), ready), false, "livenessProbe"};
    } else if (r->set) {
        b = (struct budget){clamp(r->initial_delay) + times(clamp(r->failure), clamp(r->period)), false, "readinessProbe"};
    }
    b.seconds = clamp(b.seconds);
    return b;
}

struct budget rollout_pod_budget(const struct workload *w)
{
    struct budget sum = {.bounded = true}, worst = {.bounded = true};
    bool any = false;
    for (uint32_t i = 0; i < w->containers_n; i++) {
        const struct container *c = &w->containers[i];
        struct budget b = rollout_container_budget(c);
        if (c->sidecar) {
            /* The next init container starts when this one's startup probe has succeeded. */
            sum.seconds = clamp(sum.seconds + (c->startup.set ? until_killed(&c->startup) : 0));
        }
        if (c->init) {
            sum.bounded &= c->sidecar; /* an init container ends when it ends */
            continue;
        }
        any = true;
        worst.bounded &= b.bounded;
        if (!worst.by || b.seconds > worst.seconds) {
            worst.seconds = b.seconds;
            worst.by = b.by;
        }
    }
    return (struct budget){clamp(sum.seconds + worst.seconds), any && sum.bounded && worst.bounded, worst.by};
}

static int64_t waves(int64_t pods, int64_t at_once)
{
    if (pods <= 0) return 0;
    if (at_once < 1) at_once = 1;
    return (pods + at_once - 1) / at_once;
}

/* Pods of a Deployment come in waves of surge + unavailable. An old pod is given up when a new one is ready, and its end is
 * not waited for; but without a surge the new pod often needs the old one's place on the node. */
static void roll_deployment(const struct workload *w, int64_t replicas, struct rollout *r)
{
    int64_t start = clamp(r->startup.seconds + w->min_ready);
    r->pods = replicas;
    if (w->strategy == UPDATE_RECREATE) {
        r->waves = replicas > 0;
        r->seconds = replicas > 0 ? clamp(r->grace + start) : 0;
        r->down = replicas > 0 ? clamp(r->grace + r->startup.seconds) : 0;
        r->why = "all pods stop before new ones start (Recreate)";
        return;
    }
    int64_t surge, unavailable;
    workload_fenceposts(w, replicas, &surge, &unavailable);
    r->waves = waves(replicas, surge + unavailable);
    r->seconds = times(r->waves, surge ? start : clamp(r->grace + start));
    r->available = max64(0, replicas - unavailable);
    if (replicas > 0 && !r->available) r->down = r->startup.seconds;
    r->why = "in waves of maxSurge + maxUnavailable pods";
}

/* https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates: from the highest ordinal to the
 * partition, each only when the one before is ready; podManagementPolicy concerns scaling, not updates. More at once by
 * maxUnavailable depends on a feature gate, so the slowest is one, and the capacity is that of the fastest. */
static void roll_statefulset(const struct workload *w, int64_t replicas, struct rollout *r)
{
    if (w->strategy == UPDATE_ON_DELETE) {
        r->available = replicas;
        r->why = "pods stay until somebody deletes them (OnDelete)";
        return;
    }
    int64_t surge, unavailable, one = clamp(r->grace + r->startup.seconds);
    workload_fenceposts(w, replicas, &surge, &unavailable);
    r->pods = max64(0, replicas - max64(0, w->partition));
    r->waves = r->pods;
    r->seconds = times(r->pods, clamp(one + w->min_ready));
    r->available = max64(0, replicas - (r->pods < unavailable ? r->pods : unavailable));
    if (r->pods && !r->available) r->down = one;
    r->why = "one pod after the other, highest ordinal first";
}

static void roll_daemonset(const struct workload *w, struct rollout *r)
{
    r->available = -1;
    r->why = "pods stay until somebody deletes them (OnDelete)";
    if (w->strategy == UPDATE_ON_DELETE) return;
    r->pods = -1;
    r->waves = 1;
    r->seconds = clamp((w->surge ? 0 : r->grace) + r->startup.seconds + w->min_ready);
    r->bounded = false; /* nobody knows how many nodes there are */
    r->why = "node by node";
}

static struct rollout begin(const struct workload *w)
{
    struct rollout r = {.grace = clamp(w->grace), .startup = rollout_pod_budget(w)};
    r.bounded = r.startup.bounded;
    return r;
}

struct rollout rollout_of_update(const struct workload *w, int64_t replicas)
{
    struct rollout r = begin(w);
    if (replicas < 0) replicas = max64(0, w->replicas);
    switch (w->kind) {
    case WORKLOAD_DEPLOYMENT: roll_deployment(w, replicas, &r); break;
    case WORKLOAD_STATEFULSET: roll_statefulset(w, replicas, &r); break;
    case WORKLOAD_DAEMONSET: roll_daemonset(w, &r); break;
    default:
        r.available = replicas;
        r.why = "a changed template replaces no running pod";
        break;
    }
    return r;
}

/* pods of a StatefulSet come one after the other unless podManagementPolicy is Parallel; others all at once. */
struct rollout rollout_of_creation(const struct workload *w, int64_t replicas)
{
    struct rollout r = begin(w);
    bool node_by_node = w->kind == WORKLOAD_DAEMONSET;
    if (replicas < 0) replicas = node_by_node ? 1 : max64(0, w->replicas);
    bool serial = w->kind == WORKLOAD_STATEFULSET && !w->parallel;
    r.pods = node_by_node ? -1 : replicas;
    r.waves = serial ? replicas : replicas > 0;
    r.seconds = times(r.waves, clamp(r.startup.seconds + w->min_ready));
    r.down = replicas > 0 ? r.startup.seconds : 0;
    r.why = serial ? "one pod after the other, lowest ordinal first" : "all pods at once";
    return r;
}

int64_t rollout_of_hook(const struct workload *job) { return job->kind == WORKLOAD_JOB && job->deadline > 0 ? job->deadline : -1; }
