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

/* The objects of a side once more, with another seed; only those of templates that use chance. `cluster`: as an upgrade there; NULL: as
 * the side itself was rendered. */
static bool render_again(struct facts *f, const struct side *s, const struct cluster *cluster, struct side *out)
{
    *out = *s;
    out->env.seed = s->env.seed + 1;
    if (cluster) {
        out->env.lookup = answer_lookup;
        out->env.lookup_context = (void *)cluster;
        out->env.upgrade = true;
        out->env.revision = 2;
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

/* Whether anything that differs was there before, or stands in the place of what was: what is only new nobody knows yet. */
static bool replaces(struct facts *f, const struct object *was, const struct object *x, const struct objects *again)
{
    struct field_change *v = NULL;
    uint32_t n = 0, cap = 0;
    struct value data = value_at(content(was), "data", NULL), now = value_at(content(x), "data", NULL);
    for (uint32_t i = 0; data.kind == V_MAP && i < map_len(data); i++)
        if (now.kind != V_MAP || !map_find(now.u.map, data.u.map->v[i].key)) return true;
    diff_fields(f->a, content(x), content(objects_find(again, x->id)), &v, &n, &cap);
    for (uint32_t i = 0; i < n; i++) {
        struct str key = str_trim_prefix(v[i].path, STR("data."));
        if (key.n == v[i].path.n || str_chr(key, '\\') >= 0 || (data.kind == V_MAP && map_find(data.u.map, key))) return true;
    }
    return false;
}

static void report_secret(struct facts *f, const struct object *o, const struct side *again, bool old_too)
{
    const struct object *was = f->single ? NULL : objects_find(&f->old_side.objects, o->id);
    bool replaced = was && view_is_written(was) && !old_too && replaces(f, was, o, &again->objects);
    struct finding *x = view_report(f, "secret/rotated", replaced ? SEVERITY_ERROR : SEVERITY_WARNING, old_too ? ABOUT_ACT : ABOUT_CHANGE, f->judged, o, STR("data"));
    x->same_cause = old_too;
    x->message = replaced ? STR("with the old chart its content stayed as it was, the new one makes it at random: this upgrade replaces what its readers and stored data know")
                 : was && old_too ? STR("it is made anew at each upgrade; its readers keep the old content until they restart, and stored data for ever")
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

/* As at one more upgrade of the old chart, or, where that does not render, as it was rendered. */
static bool render_old_again(struct facts *f, struct side *out)
{
    struct cluster before = {&f->old_side, NULL};
    return used_chance(&f->old_side) && (render_again(f, &f->old_side, &before, out) || render_again(f, &f->old_side, NULL, out));
}

static void check_chance(struct facts *f)
{
    struct cluster at_upgrade = {f->single ? NULL : &f->old_side, f->judged};
    struct side again, old_again;
    if (!used_chance(f->judged) || !render_again(f, f->judged, f->judged->env.lookup ? &at_upgrade : NULL, &again)) return;
    bool old_known = !f->single && render_old_again(f, &old_again);
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

/* ---- another Secret in the place of the one that pods knew ---- */

/* A place of a workload that takes a Secret, or one key of it, from elsewhere than before. */
struct swap {
    const struct workload *by;
    struct str what;               /* the variable; "" for the whole Secret */
    struct str was, was_key, is, is_key;
};
struct swaps {
    struct swap *v;
    uint32_t n, cap;
};

static const struct object *secret_of(const struct objects *o, struct str name, struct str ns)
{
    for (uint32_t i = 0; i < o->n; i++)
        if (str_is(o->v[i].kind, "Secret") && str_eq(o->v[i].name, name) && str_eq(o->v[i].ns, ns) && view_is_written(&o->v[i]) && view_is_managed(&o->v[i])) return &o->v[i];
    return NULL;
}

/* One key of its data, or all of it. */
static struct value data_of(const struct object *o, struct str key)
{
    struct value data = o && view_is_written(o) ? value_at(content(o), "data", NULL) : NIL;
    return !key.n ? data : data.kind == V_MAP ? map_get(data.u.map, key) : NIL;
}

/* Only what was there before and is nowhere yet under its new name. */
static void add_swap(struct facts *f, struct swaps *l, struct swap s)
{
    struct str ns = s.by->object->ns;
    if (str_eq(s.was, s.is) && str_eq(s.was_key, s.is_key)) return;
    if (data_of(secret_of(&f->old_side.objects, s.was, ns), s.was_key).kind == V_NIL) return;
    if (data_of(secret_of(&f->old_side.objects, s.is, ns), s.is_key).kind != V_NIL) return;
    if (data_of(secret_of(&f->judged->objects, s.is, ns), s.is_key).kind == V_NIL) return;
    for (uint32_t i = 0; i < l->n; i++)
        if (str_eq(l->v[i].was, s.was) && str_eq(l->v[i].is, s.is)) return; /* once for each pair */
    *PUSH(f->a, l->v, l->n, l->cap) = s;
}

static const struct env_var *variable_of(const struct workload *w, struct str container, struct str name)
{
    for (uint32_t i = 0; i < w->containers_n; i++)
        for (uint32_t k = 0; k < w->containers[i].env_n && str_eq(w->containers[i].name, container); k++)
            if (str_eq(w->containers[i].env[k].name, name)) return &w->containers[i].env[k];
    return NULL;
}

static void swaps_of_variables(struct facts *f, const struct workload *was, const struct workload *is, struct swaps *l)
{
    for (uint32_t i = 0; i < is->containers_n; i++)
        for (uint32_t k = 0; k < is->containers[i].env_n; k++) {
            const struct env_var *e = &is->containers[i].env[k], *before = variable_of(was, is->containers[i].name, e->name);
            if (!before || !e->from || !before->from || strcmp(e->from, "Secret") != 0 || strcmp(before->from, "Secret") != 0) continue;
            add_swap(f, l, (struct swap){is, e->name, before->from_name, before->from_key, e->from_name, e->from_key});
        }
}

static bool takes_whole(const struct workload *w, struct str name)
{
    for (uint32_t i = 0; i < w->refs_n; i++)
        if (!strcmp(w->refs[i].kind, "Secret") && !w->refs[i].key.n && str_eq(w->refs[i].name, name)) return true;
    return false;
}

/* The only one that the first takes as a whole and the second does not; "" for none or several. */
static struct str only_in(const struct workload *w, const struct workload *other)
{
    struct str found = {0};
    for (uint32_t i = 0; i < w->refs_n; i++) {
        const struct reference *r = &w->refs[i];
        if (strcmp(r->kind, "Secret") != 0 || r->key.n || str_has(r->path, STR("imagePullSecrets")) || takes_whole(other, r->name) || str_eq(found, r->name)) continue;
        if (found.n) return (struct str){0};
        found = r->name;
    }
    return found;
}

static void find_swaps(struct facts *f, struct swaps *l)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = is->object->owner == OWNER_HOOK ? NULL : view_workload_was(f, is);
        if (!was) continue;
        swaps_of_variables(f, was, is, l);
        struct swap whole = {.by = is, .was = only_in(was, is), .is = only_in(is, was)};
        if (whole.was.n && whole.is.n) add_swap(f, l, whole);
    }
}

/* Certificates are made to be replaced. */
static bool is_certificate(const struct object *o)
{
    return data_of(o, STR("tls.crt")).kind != V_NIL || data_of(o, STR("ca.crt")).kind != V_NIL;
}

static void report_swap(struct facts *f, const struct swap *s, const struct object *was, const struct object *is, bool old_too)
{
    struct finding *x = view_report(f, "secret/rotated", is_certificate(is) ? SEVERITY_INFO : SEVERITY_ERROR, old_too ? ABOUT_ACT : ABOUT_CHANGE, f->judged, is, STR("data"));
    x->subject = was->id;
    if (!str_eq(was->id, is->id)) x->replacement = is->id;
    x->same_cause = old_too;
    x->message = s->what.n ? str_printf(f->a, "%.*s takes %.*s from the key %.*s of %.*s now, which this upgrade makes at random: it is another than the key %.*s of %.*s, which stored data knows", STR_ARG(s->by->object->id),
                                        STR_ARG(s->what), STR_ARG(s->is_key), STR_ARG(is->id), STR_ARG(s->was_key), STR_ARG(was->id))
                           : str_printf(f->a, "%.*s reads %.*s in its place, whose content this upgrade makes at random: it is another than what stored data knows", STR_ARG(s->by->object->id), STR_ARG(is->id));
    finding_evidence(&f->findings, x, "rendered twice with another seed, %.*s differs, and the chart does not look for %.*s", STR_ARG(is->id), STR_ARG(was->id));
    x->fix = str_printf(f->a, "set the credential in your values to what %.*s holds, or give it in a Secret of your own (an existingSecret setting)", STR_ARG(was->id));
}

static void check_swaps(struct facts *f)
{
    struct cluster now = {&f->old_side, NULL};
    struct swaps l = {0};
    struct side again, old_again;
    if (!used_chance(f->judged)) return;
    find_swaps(f, &l);
    if (!l.n || !render_again(f, f->judged, f->judged->env.lookup ? &now : NULL, &again)) return;
    bool old_known = render_old_again(f, &old_again);
    for (uint32_t i = 0; i < l.n; i++) {
        const struct swap *s = &l.v[i];
        const struct object *was = secret_of(&f->old_side.objects, s->was, s->by->object->ns), *is = secret_of(&f->judged->objects, s->is, s->by->object->ns);
        const struct object *other = objects_find(&again.objects, is->id);
        if (other && !value_same(data_of(is, s->is_key), data_of(other, s->is_key))) report_swap(f, s, was, is, is_random_on(f, old_known ? &old_again : NULL, was));
    }
}

const struct check_entry checks_secrets[] = {
    {"secret/rotated template/nondeterministic", true, true, check_chance},
    {"secret/rotated", false, true, check_swaps},
    {0},
};
