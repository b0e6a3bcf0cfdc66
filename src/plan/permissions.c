/* May whoever runs the plan do what it does? Asked before the first change, for every verb that a later step uses by itself, the rollback's too. */
#include "plan/planner.h"

struct need {
    struct str ns, verb, resource;
};

struct needs {
    struct arena *a;
    struct need *v;
    uint32_t n, cap;
};

static void add(struct needs *out, struct str ns, const char *verb, struct str resource)
{
    for (uint32_t i = 0; i < out->n; i++)
        if (str_eq(out->v[i].ns, ns) && str_is(out->v[i].verb, verb) && str_eq(out->v[i].resource, resource)) return;
    *PUSH(out->a, out->v, out->n, out->cap) = (struct need){ns, str_from(verb), resource};
}

/* The words of `kubectl --context C [-n NS] VERB RESOURCE/NAME ... | RESOURCE NAME`. */
static void from_argv(struct needs *out, const struct argv *v)
{
    static const struct { const char *verb, *needs; } verbs[] = {{"annotate", "patch"}, {"patch", "patch"}, {"delete", "delete"}, {"scale", "patch"}};
    struct str ns = STR("");
    uint32_t at = 3;
    if (v->n < 5 || !str_is(v->v[0].text, "kubectl")) return;
    if (str_is(v->v[at].text, "-n")) {
        ns = v->v[at + 1].text;
        at += 2;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (at >= v->n || !str_is(v->v[at].text, verbs[i].verb)) continue;
        for (uint32_t k = at + 1; k < v->n; k++) {
            const struct arg *x = &v->v[k];
            struct str text = x->before.n ? x->before : x->kind == ARG_TEXT ? x->text : STR(""), resource, name;
            if (str_starts(text, STR("-")) || !text.n) continue;
            bool slash = str_cut(text, STR("/"), &resource, &name);
            /* An annotation has a slash, too, but comes after the object. */
            if (str_has(text, STR("="))) continue;
            add(out, ns, verbs[i].needs, strcmp(verbs[i].verb, "scale") == 0 ? str_printf(out->a, "%.*s/scale", STR_ARG(resource)) : resource);
            if (!slash || strcmp(verbs[i].verb, "delete") != 0) break;
        }
    }
}

static void from_apply(struct planner *p, struct needs *out, const struct step *s)
{
    for (uint32_t i = 0; i < s->effects_n; i++) {
        const struct item *x = s->effects[i].kind == EFFECT_APPLY ? shape_item(&p->shape, s->effects[i].object) : NULL;
        if (!x) continue;
        add(out, x->any->ns, "create", make_resource(p->a, x->any));
        add(out, x->any->ns, "patch", make_resource(p->a, x->any));
    }
}

void permissions_make(struct planner *p)
{
    struct arena *a = p->a;
    struct needs out = {.a = a};
    const struct step_list *lists[] = {&p->plan->forward, &p->plan->back};
    if (!p->permissions_entry) return;
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            if (!step_changes(lists[l]->v[i])) continue;
            from_argv(&out, &lists[l]->v[i]->argv);
            from_apply(p, &out, lists[l]->v[i]);
        }
    /* Made in a list of their own, and put where the runbook wants them. */
    struct step_list made = {.a = a};
    p->list = &made;
    p->back = false;
    p->entry = p->permissions_entry;
    p->entry_from = 0;
    for (uint32_t i = 0; i < out.n; i++) {
        struct need *x = &out.v[i];
        struct step *s = make_step(p, STEP_CHECK, str_printf(a, "may-%.*s-%.*s-%.*s", STR_ARG(x->verb), STR_ARG(x->resource), STR_ARG(x->ns)),
                                   make_text(p, p->entry->title, "name", str_printf(a, "%.*s %.*s%s%.*s", STR_ARG(x->verb), STR_ARG(x->resource), x->ns.n ? " in " : "", STR_ARG(x->ns)), NULL));
        make_kubectl(p, &s->argv, x->ns, "auth", "can-i", str_z(a, x->verb), str_z(a, x->resource), NULL);
        step_expect(a, s, EXPECT_EQUALS, STR("yes"), STR("Ask for the right before you begin: the plan, or its rollback, would stop in the middle."));
    }
    struct step_list *to = &p->plan->forward;
    for (uint32_t i = 0; i < made.n; i++) PUSH(a, to->v, to->n, to->cap);
    memmove(to->v + p->permissions_at + made.n, to->v + p->permissions_at, (to->n - made.n - p->permissions_at) * sizeof *to->v);
    if (made.n) memcpy(to->v + p->permissions_at, made.v, made.n * sizeof *to->v);
}

void make_permissions(struct planner *p)
{
    p->permissions_at = p->list->n;
    p->permissions_entry = p->entry;
}
