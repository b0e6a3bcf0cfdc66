/* What a render makes anew each time: found by rendering again with another seed.
 *
 * `lookup` is answered from what the cluster holds: at the upgrade the old side's objects, at the next one also what this
 * upgrade made. So a chart that keeps its passwords by `lookup` is seen to keep them. */
#include "checks/view.h"

#include "kube/served.h"

/* What the second render's `lookup` finds. */
struct cluster {
    const struct side *first, *then; /* `then` may be NULL */
};

static struct value find_in(const struct side *s, struct arena *a, struct str api_version, struct str kind, struct str ns, struct str name, bool *found)
{
    for (uint32_t i = 0; s && i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (!served_matches(o, api_version, kind, ns, name)) continue;
        struct value v = served_object(a, &s->objects, o, api_version, s->env.release, s->env.ns);
        *found = v.kind == V_MAP;
        if (*found) return v;
    }
    *found = false;
    return v_map(map_new(a));
}

static struct value answer_lookup(void *context, struct arena *a, struct str api_version, struct str kind, struct str ns, struct str name)
{
    const struct cluster *c = context;
    bool found;
    struct value v = find_in(c->first, a, api_version, kind, ns, name, &found);
    return found ? v : find_in(c->then, a, api_version, kind, ns, name, &found);
}

static const struct strmap *random_templates(struct facts *f, const struct render *r)
{
    struct strmap *only = NEW(f->a, struct strmap);
    *only = strmap_new(f->a);
    if (r->exec.writes_n) return NULL; /* templates that share data cannot be evaluated apart */
    for (uint32_t i = 0; i < r->exec.random_n; i++)
        if (r->exec.random[i].tmpl < r->templates_n) strmap_put(only, r->template_names[r->exec.random[i].tmpl], only);
    return only;
}

/* The objects of a side once more, with another seed; only those of templates that use chance. */
static bool render_again(struct facts *f, const struct side *s, const struct cluster *cluster, struct side *out)
{
    *out = *s;
    out->env.seed = s->env.seed + 1;
    if (cluster && s->env.lookup) {
        out->env.lookup = answer_lookup;
        out->env.lookup_context = (void *)cluster;
    }
    return view_render(f, out, random_templates(f, &s->render));
}

static bool used_chance(const struct side *s) { return s->rendered && s->render.exec.random_n > 0; }

/* Secret data may stand in either field. */
static struct value content(const struct object *o) { return object_stripped(o); }

static bool differs(const struct object *x, const struct objects *again)
{
    const struct object *y = objects_find(again, x->id);
    return y && view_is_written(y) && !value_same(content(x), content(y));
}

static struct str what_differs(struct facts *f, const struct object *x, const struct objects *again)
{
    struct field_change *v = NULL;
    uint32_t n = 0, cap = 0;
    struct names l = {.a = f->a};
    diff_fields(f->a, content(x), content(objects_find(again, x->id)), &v, &n, &cap);
    for (uint32_t i = 0; i < n; i++) names_add(&l, v[i].path);
    return names_show(&l, 4);
}

static void report_secret(struct facts *f, const struct object *o, const struct side *again, bool old_too)
{
    const struct object *was = f->single ? NULL : objects_find(&f->old_side.objects, o->id);
    bool replaced = was && view_is_written(was) && !old_too;
    struct finding *x = view_report(f, "secret/rotated", replaced ? SEVERITY_ERROR : SEVERITY_WARNING, old_too ? ABOUT_ACT : ABOUT_CHANGE, f->judged, o, STR("data"));
    x->same_cause = old_too;
    x->message = replaced ? STR("the old chart gave it a fixed content, the new one makes it at random: this upgrade replaces what its readers and stored data know")
                 : was    ? STR("it is made anew at each upgrade; its readers keep the old content until they restart, and stored data for ever")
                          : STR("it is made at random, and anew at each later upgrade: the chart does not look up what is there");
    finding_evidence(&f->findings, x, "rendered twice with another seed, %.*s differs", STR_ARG(what_differs(f, o, &again->objects)));
    x->fix = STR("set the credential in your values, or name a Secret of your own (an existingSecret setting)");
}

static void report_object(struct facts *f, const struct object *o, const struct side *again, bool old_too, bool vanishes)
{
    bool pods = view_runs_pods(o);
    struct finding *x = view_report(f, "template/nondeterministic", pods || vanishes ? SEVERITY_WARNING : SEVERITY_INFO, old_too ? ABOUT_ACT : ABOUT_CHANGE, f->judged, o, (struct str){0});
    x->same_cause = old_too;
    x->message = vanishes ? STR("its name is made at random: each upgrade makes another one and deletes the last")
                 : pods   ? STR("it is rendered with random data: each upgrade changes it, and restarts its pods")
                          : STR("it is rendered with random data: each upgrade changes it");
    if (!vanishes) finding_evidence(&f->findings, x, "rendered twice with another seed, %.*s differs", STR_ARG(what_differs(f, o, &again->objects)));
    x->fix = STR("set the value that the chart otherwise makes up");
}

static bool is_random_on(struct facts *f, const struct side *again, const struct object *o)
{
    const struct object *was = again ? objects_find(&f->old_side.objects, o->id) : NULL;
    return was && view_is_written(was) && differs(was, &again->objects);
}

/* Whether the second render evaluated the template of this object at all. */
static bool was_evaluated(const struct side *again, const struct object *o)
{
    for (uint32_t i = 0; i < again->render.files_n; i++)
        if (o->from && str_eq(again->render.files[i].path, o->from->path)) return again->render.files[i].text.n > 0;
    return false;
}

static void check_chance(struct facts *f)
{
    struct cluster at_upgrade = {f->single ? NULL : &f->old_side, f->judged}, before = {&f->old_side, NULL};
    struct side again, old_again;
    if (!used_chance(f->judged) || !render_again(f, f->judged, &at_upgrade, &again)) return;
    bool old_known = !f->single && used_chance(&f->old_side) && render_again(f, &f->old_side, &before, &old_again);
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *o = &f->judged->objects.v[i];
        if (!view_is_managed(o) || !view_is_written(o) || facts_is_assumed(f->judged, o)) continue;
        bool vanishes = was_evaluated(&again, o) && !objects_find(&again.objects, o->id);
        if (!vanishes && !differs(o, &again.objects)) continue;
        bool old_too = is_random_on(f, old_known ? &old_again : NULL, o);
        if (str_is(o->kind, "Secret") && !vanishes) report_secret(f, o, &again, old_too);
        else report_object(f, o, &again, old_too, vanishes);
    }
}

const struct check_entry checks_secrets[] = {
    {"secret/rotated template/nondeterministic", true, true, check_chance},
    {0},
};
