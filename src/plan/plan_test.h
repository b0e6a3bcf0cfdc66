/* For the tests of plan/: plans of whole charts, those of testdata/ and, where they are at hand, the released ones. */
#ifndef RUTTER_PLAN_PLAN_TEST_H
#define RUTTER_PLAN_PLAN_TEST_H

#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "plan/plan.h"

struct plan_case {
    const char *old, *new;       /* charts */
    const char *values, *new_values; /* NULL: none */
    const char *profile;
    enum strategy strategy;
    int helm_major;
    bool as_written, force;
    struct facts *facts;         /* set by plan_of */
};

static inline struct str test_path(struct arena *a, const char *below) { return str_printf(a, "%s/%s", SOURCE_ROOT, below); }

/* A path in the folder of released charts, beside the repository or where RUTTER_SHARED says; p NULL when it is not there. */
static inline const char *shared_path(struct arena *a, const char *below)
{
    const char *root = getenv("RUTTER_SHARED");
    struct str path = root ? str_printf(a, "%s/%s", root, below) : str_printf(a, "%s/../shared/%s", SOURCE_ROOT, below);
    return access(path.p, R_OK) == 0 ? path.p : NULL;
}

static inline void test_values(struct arena *a, struct user_values *u, const char *file, const char *role)
{
    u->role = str_from(role);
    if (!file) return;
    u->files = NEW(a, struct str);
    u->files[0] = str_from(file);
    u->files_n = 1;
}

/* The plan, or NULL after a failed check. */
static inline struct plan *plan_of(struct arena *a, struct plan_case *c)
{
    struct diags *d = diags_new(a, inputs_new(a));
    struct options *o = NEW(a, struct options);
    c->facts = NEW(a, struct facts);
    c->facts->a = a;
    *o = (struct options){.old_path = str_from(c->old), .new_path = str_from(c->new), .release = STR("sie"), .ns = STR("sie"), .profile = str_from(c->profile),
                          .strategy = c->strategy, .helm_major = c->helm_major, .as_of = -1, .kube_version = STR("v1.35.0"), .chart_ref = STR("oci://example.com/charts/x"),
                          .terraform_dir = STR("deploy"), .as_written = c->as_written, .force = c->force};
    test_values(a, &o->values, c->values, "values");
    test_values(a, &o->new_values, c->new_values, "new-values");
    struct plan *p = facts_collect(c->facts, o, d) ? plan_make(a, plan_start(a, c->facts, d), d) : NULL;
    if (!p) test_fail(__FILE__, __LINE__, "no plan: %.*s", STR_ARG(d->n ? d->v[d->n - 1].message : STR("")));
    return p;
}

static inline struct plan_case demo_case(struct arena *a)
{
    return (struct plan_case){.old = test_path(a, "testdata/demo/old/searchd").p, .new = test_path(a, "testdata/demo/new/searchd").p,
                              .values = test_path(a, "testdata/demo/values.yaml").p, .profile = "sie", .helm_major = 4};
}

/* v0.2.0 to v0.3.0 with one of the values files; false after test_skip. */
static inline bool released_case(struct arena *a, const char *values, const char *new_values, struct plan_case *c)
{
    *c = (struct plan_case){.old = shared_path(a, "sie/v0.2.0/deploy/helm/sie-cluster"), .new = shared_path(a, "sie/v0.3.0/deploy/helm/sie-cluster"), .profile = "sie", .helm_major = 4};
    if (!c->old || !c->new) {
        test_skip("the released charts are not there");
        return false;
    }
    c->values = shared_path(a, str_z(a, str_printf(a, "sie-values/%s.yaml", values)));
    c->new_values = new_values ? shared_path(a, str_z(a, str_printf(a, "sie-values/%s.yaml", new_values))) : NULL;
    return true;
}

static inline const struct step *step_of(const struct plan *p, const char *id)
{
    const struct step *s = step_find(&p->forward, str_from(id));
    return s ? s : step_find(&p->back, str_from(id));
}

/* An argv as one line: values in angle brackets. */
static inline struct str argv_show(struct arena *a, const struct argv *v)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < v->n; i++) {
        const struct arg *x = &v->v[i];
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(x->before));
        if (x->kind == ARG_TEXT) buf_add(&b, x->text);
        else buf_printf(&b, "<%s %.*s>", arg_kind_name(x->kind), STR_ARG(x->text));
    }
    return buf_done(&b);
}

static inline struct str plan_text(struct arena *a, const struct plan *p)
{
    struct value v = plan_to_value(a, p);
    map_putz(v.u.map, "id", v_str(plan_id(a, v)));
    struct buf b = buf_new(a);
    canonical_json(&b, v);
    return buf_done(&b);
}

#endif
