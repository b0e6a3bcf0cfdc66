/* PodDisruptionBudgets against the pods that they are for: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
#include "checks/view.h"

/* The fewest replicas that a workload has while nobody uses it: its scaler's minimum, else what is rendered. */
static int64_t fewest(const struct side *s, const struct workload *w, bool *scaled)
{
    *scaled = false;
    for (uint32_t i = 0; i < s->scalers_n; i++)
        if (str_eq(s->scalers[i].target_id, w->object->id)) {
            *scaled = true;
            return s->scalers[i].idle >= 0 && s->scalers[i].idle < s->scalers[i].min ? s->scalers[i].idle : s->scalers[i].min;
        }
    return w->replicas;
}

static bool counts(const struct workload *w)
{
    return w->object->owner != OWNER_HOOK && w->kind != WORKLOAD_JOB && w->kind != WORKLOAD_CRONJOB && w->kind != WORKLOAD_POD;
}

static uint32_t pods_of(const struct side *s, const struct pdb *p, const struct workload **one)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->workloads_n; i++) {
        const struct workload *w = &s->workloads[i];
        if (!counts(w) || !str_eq(w->object->ns, p->object->ns) || !pdb_matches(p, w)) continue;
        *one = w;
        n++;
    }
    return n;
}

static const struct pdb *pdb_was(const struct facts *f, const struct pdb *p)
{
    const struct object *was = f->single ? NULL : view_was(f, p->object);
    for (uint32_t i = 0; was && i < f->old_side.pdbs_n; i++)
        if (f->old_side.pdbs[i].object == was) return &f->old_side.pdbs[i];
    return NULL;
}

/* ---- what can be wrong with one, on one side ---- */

enum problem { FINE, NO_MATCH, BLOCKS, SCALES_TO_ZERO };

static enum problem problem_of(const struct side *s, const struct pdb *p, const struct workload **w)
{
    bool scaled;
    uint32_t n = pods_of(s, p, w);
    if (!n) return NO_MATCH;
    if (n > 1 || (*w)->replicas < 0) return FINE; /* the budget is over all of their pods together; a DaemonSet's are not evicted */
    int64_t least = fewest(s, *w, &scaled);
    if (scaled && least == 0 && p->min_available.kind != V_NIL && pdb_allows(p, 1) == 0) return SCALES_TO_ZERO;
    return least > 0 && pdb_allows(p, least) <= 0 ? BLOCKS : FINE;
}

static void report(struct facts *f, const struct pdb *p, enum problem problem, const struct workload *w, bool state)
{
    static const char *const rules[] = {[NO_MATCH] = "pdb/no-match", [BLOCKS] = "pdb/blocks-drain", [SCALES_TO_ZERO] = "pdb/scales-to-zero"};
    bool scaled;
    struct finding *x = view_report(f, rules[problem], SEVERITY_WARNING, state ? ABOUT_STATE : ABOUT_CHANGE, f->judged, p->object, problem == NO_MATCH ? STR("selector") : STR("minAvailable"));
    switch (problem) {
    case NO_MATCH:
        x->message = STR("it selects none of the release's pods: it protects nothing");
        x->fix = STR("compare its selector with the pods' labels");
        break;
    case BLOCKS:
        x->message = str_printf(f->a, "with %lld replicas of %.*s it allows no eviction at all: node drains and cluster upgrades hang", (long long)fewest(f->judged, w, &scaled), STR_ARG(w->object->id));
        x->fix = STR("use maxUnavailable: 1, or more replicas");
        break;
    default:
        x->message = str_printf(f->a, "%.*s scales to zero and back: while it has one replica the budget allows no eviction, and its node cannot be drained", STR_ARG(w->object->id));
        x->fix = STR("use maxUnavailable in place of minAvailable");
    }
}

static void check_budgets(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->pdbs_n; i++) {
        const struct pdb *p = &f->judged->pdbs[i], *was = pdb_was(f, p);
        const struct workload *w = NULL, *before = NULL;
        enum problem problem = problem_of(f->judged, p, &w);
        if (p->object->owner == OWNER_HOOK || problem == FINE) continue;
        report(f, p, problem, w, was && problem_of(&f->old_side, was, &before) == problem);
    }
}

/* ---- two for the same pods: the eviction API refuses these ---- */

static uint32_t budgets_of(const struct side *s, const struct workload *w, struct names *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->pdbs_n; i++)
        if (str_eq(s->pdbs[i].object->ns, w->object->ns) && pdb_matches(&s->pdbs[i], w)) {
            names_add(out, s->pdbs[i].object->id);
            n++;
        }
    return n;
}

static void check_overlapping(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i], *was = f->single ? NULL : view_workload_was(f, w);
        struct names l = {.a = f->a}, before = {.a = f->a};
        if (!counts(w) || budgets_of(f->judged, w, &l) < 2) continue;
        bool state = was && budgets_of(&f->old_side, was, &before) >= 2;
        struct finding *x = view_report(f, "pdb/overlapping", SEVERITY_WARNING, state ? ABOUT_STATE : ABOUT_CHANGE, f->judged, w->object, (struct str){0});
        x->message = str_printf(f->a, "its pods are under %.*s: Kubernetes refuses to evict pods that have more than one budget, so their nodes cannot be drained", STR_ARG(names_show(&l, 3)));
        x->fix = STR("keep one of the budgets");
    }
}

const struct check_entry checks_pdb[] = {
    {"pdb/no-match pdb/blocks-drain pdb/scales-to-zero", true, true, check_budgets},
    {"pdb/overlapping", true, true, check_overlapping},
    {0},
};
