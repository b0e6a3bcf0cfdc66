#include "facts/facts.h"

#include "base/parallel.h"
#include "facts/gather.h"
#include "value/yaml.h"

#include "funcs/objects.h"
#include "kube/served.h"

#include <stdlib.h>

/* What `lookup` finds in the cluster before the upgrade: the old side's objects. */
static struct value lookup_old(void *context, struct arena *a, struct str api_version, struct str kind, struct str ns, struct str name)
{
    struct facts *f = context;
    const struct side *old = &f->old_side;
    atomic_store_explicit(&f->asked, true, memory_order_relaxed);
    struct list *items = list_new(a);
    for (uint32_t i = 0; i < old->objects.n; i++) {
        const struct object *o = &old->objects.v[i];
        if (!served_matches(o, api_version, kind, ns, name)) continue;
        struct value v = served_object(a, &old->objects, o, api_version, old->env.release, old->env.ns);
        if (v.kind != V_MAP) continue;
        if (name.n) return v;
        list_add(items, v);
    }
    struct map *m = map_new(a);
    if (name.n || !items->n) return v_map(m);
    map_putz(m, "apiVersion", v_str(api_version));
    map_putz(m, "kind", v_str(str_printf(a, "%.*sList", STR_ARG(kind))));
    map_putz(m, "items", v_list(items));
    return v_map(m);
}

/* The same, and of what is not of the release a stand-in, of which nothing is known but that it is there. */
static struct value lookup_presuming(void *context, struct arena *a, struct str api_version, struct str kind, struct str ns, struct str name)
{
    struct facts *f = context;
    struct value v = lookup_old(context, a, api_version, kind, ns, name);
    if (map_len(v) || !name.n) return v;
    struct map *m = v.u.map, *metadata = map_new(a);
    map_putz(metadata, "name", v_str(name));
    if (ns.n) map_putz(metadata, "namespace", v_str(ns));
    map_putz(metadata, "labels", v_map(map_new(a)));
    map_putz(metadata, "annotations", v_map(map_new(a)));
    map_putz(m, "apiVersion", v_str(api_version));
    map_putz(m, "kind", v_str(kind));
    map_putz(m, "metadata", v_map(metadata));
    map_putz(m, "spec", v_map(map_new(a)));
    map_putz(m, "data", v_map(map_new(a)));
    if (!f->presuming) return v;
    struct str id = str_printf(f->a, "%.*s/%.*s", STR_ARG(kind), STR_ARG(name));
    for (uint32_t i = 0; i < f->presumed_n; i++)
        if (str_eq(f->presumed[i], id)) return v;
    *PUSH(f->a, f->presumed, f->presumed_n, f->presumed_cap) = id;
    return v;
}

static void add_api(struct list *apis, struct str name)
{
    for (uint32_t i = 0; i < apis->n; i++)
        if (str_eq(v_text(apis->v[i]), name)) return;
    list_add(apis, v_str(name));
}

/* What the cluster serves: what was said, and the API of every object that the release has there. */
static struct list *served_apis(struct facts *f, const struct side *old)
{
    const struct list *said = f->o->api_versions ? f->o->api_versions : object_api_versions(f->a, old->env.helm_major);
    struct list *apis = list_new(f->a);
    for (uint32_t i = 0; i < said->n; i++) list_add(apis, said->v[i]);
    for (uint32_t i = 0; i < old->objects.n; i++) {
        const struct object *o = &old->objects.v[i];
        if (!o->api_version.n || o->v.kind != V_MAP) continue;
        add_api(apis, o->api_version);
        add_api(apis, str_printf(f->a, "%.*s/%.*s", STR_ARG(o->api_version), STR_ARG(o->kind)));
    }
    return apis;
}

static void prepare_env(struct facts *f, struct side *s, bool is_old)
{
    const struct options *o = f->o;
    s->env = env_default();
    if (o->release.n) s->env.release = o->release;
    if (o->ns.n) s->env.ns = o->ns;
    if (o->helm_major) s->env.helm_major = o->helm_major;
    s->env.kube_version = o->kube_version;
    s->env.api_versions = o->api_versions;
    s->env.now = f->as_of > 0 ? f->as_of : 0;
    if (is_old || f->single) return;
    s->env.tolerant = s->passing == PASSING_REFUSALS;
    s->env.revision = 2;
    if (s->passing == PASSING_CLUSTER) return;
    s->env.upgrade = true;
    s->env.lookup = lookup_old;
    s->env.lookup_context = f;
}

/* ---- CustomResourceDefinitions in crds/ ---- */

static bool has_crd_text(const struct facts *f, const struct chart *c, struct str text, uint32_t depth)
{
    if (!c || depth > f->a->guard->max.depth) return false;
    for (uint32_t i = 0; i < c->crds_n; i++)
        if (str_eq(c->crds[i]->data, text)) return true;
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (has_crd_text(f, c->subcharts[i], text, depth + 1)) return true;
    return false;
}

/* They are large, and mostly the same on both sides: then nobody asks for them. The others are read, as a List where the file has
 * several documents. */
static void read_crds(struct arena *a, const struct facts *f, struct side *s)
{
    const struct chart *other = s == &f->old_side ? f->new_side.chart : f->old_side.chart;
    for (uint32_t i = 0; i < s->manifests_n; i++) {
        struct manifest *m = &s->manifests[i];
        struct list *docs;
        struct str error;
        struct place at;
        struct yaml_options o = {0};
        if (!m->crd || m->object.kind != V_NIL || has_crd_text(f, other, m->text, 0) || !yaml_read_all(a, m->text, &o, &docs, &error, &at)) continue;
        struct map *list = map_new(a);
        map_putz(list, "apiVersion", v_str(STR("v1")));
        map_putz(list, "kind", v_str(STR("List")));
        map_putz(list, "items", v_list(docs));
        m->object = v_map(list);
        m->kind = STR("CustomResourceDefinition");
    }
}

static bool render_texts(struct facts *f, struct side *s)
{
    s->a = f->a;
    struct diags *quiet = diags_new(f->a, f->inputs);
    s->rendered = render_chart(s->a, s->chart, s->user, &s->env, f->parses, quiet, &s->render);
    if (!s->rendered && !s->render.error.n) s->render.error = quiet->n ? quiet->v[quiet->n - 1].message : STR("the chart does not render");
    return s->rendered;
}

/* Takes apart what was rendered. */
static void read_objects(struct arena *a, const struct facts *f, struct side *s)
{
    const struct side *like = s == &f->migrated_side || s == &f->own_side ? &f->new_side : NULL;
    s->rendered = render_manifests_like(a, &s->render, like ? like->manifests : NULL, like ? like->manifests_n : 0, &s->manifests, &s->manifests_n);
    if (!s->rendered) return;
    if (s != &f->old_side && !f->single) facts_assume(a, &f->old_side, s);
    read_crds(a, f, s);
    objects_of_manifests(a, s->manifests, s->manifests_n, s->env.ns, like ? &like->objects : NULL, &s->objects);
    s->workloads = workloads_of(a, &s->objects, &s->workloads_n);
    s->scalers = scalers_of(a, &s->objects, &s->scalers_n);
    s->pdbs = pdbs_of(a, &s->objects, &s->pdbs_n);
    for (uint32_t i = 0; i < s->objects.n; i++) object_stripped(&s->objects.v[i]); /* everybody will ask */
}

/* Renders the new side once more, or the only one, and takes its objects apart. False when that fails; s->render.error says why. */
static bool render_side(struct facts *f, struct side *s)
{
    prepare_env(f, s, false);
    if (!f->single) s->env.api_versions = served_apis(f, &f->old_side);
    if (render_texts(f, s)) read_objects(f->a, f, s);
    return s->rendered;
}

/* The experiments have rendered the migrated values already, in the same environment. */
static bool take_migrated(struct facts *f, struct side *s)
{
    if (s->passing != PASSING_NOTHING || s->user != f->usage.migrated || !f->usage.rendered) return false;
    prepare_env(f, s, false);
    s->env.api_versions = f->new_side.env.api_versions;
    s->a = f->a;
    s->render = *f->usage.rendered;
    s->render.env = s->render.exec.env = &s->env;
    read_objects(f->a, f, s);
    return s->rendered;
}

/* Where the old chart fails; NOWHERE for what stands in no template of its own source. */
static struct place old_failure_place(const struct facts *f)
{
    const struct render *r = &f->old_side.render;
    struct str chart, path;
    if (!r->error_template.n || !str_cut(r->error_template, STR("/"), &chart, &path)) return NOWHERE;
    const struct file *file = source_find(&f->old_side.source, path);
    if (!file) return NOWHERE;
    uint32_t input = inputs_add(f->inputs, STR("old"), path, file->opened, file->data);
    return (struct place){.input = input & 0x3fff, .line = r->error_line, .column = r->error_column & 0x3ffff};
}

static bool old_side_fails(struct facts *f)
{
    bool unparsed = str_starts(f->old_side.render.error, STR("parse error at ("));
    diag_error(f->diags, old_failure_place(f), "the old chart does not render with these values, so there is no state to start from: %.*s", STR_ARG(f->old_side.render.error));
    if (unparsed) diag_hint(f->diags, "no release can have come from it: give the chart that is installed");
    else diag_hint(f->diags, "give the values that the release was installed with (-f, --set), and --kube-version and --api-versions as the cluster has them");
    return false;
}

/* ---- both sides ---- */

/* Whether a template of the chart may ask what the cluster serves or holds. Nobody asks in other words. */
static bool may_ask(struct str text) { return str_has(text, STR("Capabilities")) || str_has(text, STR("lookup")); }

static bool chart_may_ask(const struct facts *f, const struct chart *c, uint32_t depth)
{
    if (depth > f->a->guard->max.depth) return true;
    for (size_t i = 0; i < c->all_n; i++)
        if (may_ask(c->all[i].data)) return true;
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (chart_may_ask(f, c->subcharts[i], depth + 1)) return true;
    return false;
}

/* The user's values may be templates, too. */
static bool values_may_ask(struct value v, uint32_t depth)
{
    if (depth == 0) return true;
    if (v.kind == V_STR) return may_ask(v_text(v));
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++)
        if (values_may_ask(v.u.map->v[i].value, depth - 1)) return true;
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
        if (values_may_ask(v.u.list->v[i], depth - 1)) return true;
    return false;
}

static bool new_side_may_ask(const struct facts *f)
{
    enum { DEEPEST = 100 };
    return chart_may_ask(f, f->new_side.chart, 0) || values_may_ask(v_map(f->new_side.user), DEEPEST);
}

static void read_old(void *context, struct arena *mine) { read_objects(mine, context, &((struct facts *)context)->old_side); }
static void read_new(void *context, struct arena *mine) { read_objects(mine, context, &((struct facts *)context)->new_side); }

/* A chart that refuses to render without an object which is not of the release: nobody knows here whether the cluster has it, and a release
 * that lives has it most likely. */
static void render_presuming(struct facts *f)
{
    struct side *s = &f->new_side;
    struct render refused = s->render;
    if (s->rendered || !atomic_load_explicit(&f->asked, memory_order_relaxed)) return;
    f->presuming = true;
    s->env.lookup = lookup_presuming;
    bool ok = render_texts(f, s) && f->presumed_n;
    f->presuming = false;
    f->presumed_in = refused.error_template;
    f->presumed_line = refused.error_line;
    f->presumed_column = refused.error_column;
    if (ok) return;
    s->env.lookup = lookup_old;
    s->render = refused;
    s->rendered = false;
    f->presumed_n = 0;
}

/* Renders the old side, then the new one; the old one's objects are read meanwhile, if the new chart does not want to know them. Those of
 * the new one are there when *reading was waited for; *texts is its render until then. */
static bool render_both(struct facts *f, struct aside **reading, struct render **texts)
{
    struct aside *old = NULL;
    prepare_env(f, &f->old_side, true);
    prepare_env(f, &f->new_side, false);
    if (!render_texts(f, &f->old_side)) return old_side_fails(f);
    if (new_side_may_ask(f)) read_objects(f->a, f, &f->old_side);
    else old = aside_start(f->a, read_old, f);
    if (old) {
        render_texts(f, &f->new_side);
        aside_wait(old);
        objects_settle(&f->old_side.objects, f->a);
    }
    if (!f->old_side.rendered) return old_side_fails(f);
    f->new_side.env.api_versions = served_apis(f, &f->old_side);
    if (!old) render_texts(f, &f->new_side);
    render_presuming(f);
    if (!f->new_side.rendered) return true;
    *texts = NEW(f->a, struct render);
    **texts = f->new_side.render;
    *reading = aside_start(f->a, read_new, f);
    return true;
}

static void diff_defaults(void *context, struct arena *mine)
{
    struct facts *f = context;
    diff_values(mine, f->old_side.chart->values.u.map, f->new_side.chart->values.u.map, f->origins, &f->diff.defaults);
}

/* What counts as today: --as-of, SOURCE_DATE_EPOCH, the commit of the new side. */
static void choose_date(struct facts *f)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    f->as_of = f->o->as_of;
    f->as_of_why = "--as-of";
    if (f->as_of < 0 && epoch && *epoch) {
        f->as_of = strtoll(epoch, NULL, 10);
        f->as_of_why = "SOURCE_DATE_EPOCH";
    }
    if (f->as_of < 0 && f->new_side.source.committed > 0) {
        f->as_of = f->new_side.source.committed;
        f->as_of_why = "the commit of --to";
    }
}

/* What each of the user's values does on either side. */
static void find_usage(struct facts *f, struct render *base)
{
    struct arena *scratch = arena_new(f->a->guard);
    arena_reserve(scratch, 256 << 10);
    struct bench old = {.a = f->a, .scratch = scratch, .chart = f->old_side.chart, .user = f->old_side.user, .env = &f->old_side.env, .parses = f->parses,
                        .inputs = f->inputs, .origins = f->origins, .base = &f->old_side.render, .ns = f->old_side.env.ns,
                        .known = f->old_side.manifests, .known_n = f->old_side.manifests_n};
    struct bench now = old;
    now.known_n = 0; /* they may be read just now */
    now.chart = f->new_side.chart;
    now.user = f->new_side.user;
    now.env = &f->new_side.env;
    now.base = base;
    now.base_asked = atomic_load_explicit(&f->asked, memory_order_relaxed);
    usage_find(f->a, &old, &now, &f->diff.defaults, &f->usage);
    arena_free(scratch);
}

/* A chart that refuses only what it looked up in the cluster renders with the user's own values elsewhere: what becomes of these,
 * unmigrated, is what there is to judge. */
static void judge_own_values(struct facts *f)
{
    if (f->new_side.rendered) return;
    f->own_side = (struct side){.role = f->new_side.role, .source = f->new_side.source, .chart = f->new_side.chart, .user = f->new_side.user,
                                .per_file = f->new_side.per_file, .models = f->new_side.models, .passing = PASSING_CLUSTER};
    if (render_side(f, &f->own_side)) f->judged = &f->own_side;
}

/* The new side as it will be installed: with renamed keys at their new places and without those that do nothing or stand in
 * the way. Values that were given for the new side alone (--new-values) are installed as they are. */
void facts_migrate(struct facts *f)
{
    if (f->single) return;
    /* Where the migrated values do not render, those without what stands in the way did. Where nothing does, what the chart would
     * make is still worth knowing, though nothing to install: as at a first installation, then past its refusals. */
    struct map *user = f->usage.changed && f->usage.migrated ? f->usage.migrated : NULL, *any = user ? user : f->new_side.user;
    bool failed = !f->new_side.rendered;
    struct {
        struct map *user;
        enum passing passing;
    } tries[] = {{user, PASSING_NOTHING}, {failed && f->usage.based ? f->usage.without : NULL, PASSING_NOTHING}, {failed ? any : NULL, PASSING_CLUSTER}, {failed ? any : NULL, PASSING_REFUSALS}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries && !f->migrated_side.rendered; i++) {
        if (!tries[i].user) continue;
        f->migrated_side = (struct side){.role = f->new_side.role, .source = f->new_side.source, .chart = f->new_side.chart, .user = tries[i].user,
                                         .per_file = f->new_side.per_file, .models = f->new_side.models, .passing = tries[i].passing};
        if (!take_migrated(f, &f->migrated_side)) render_side(f, &f->migrated_side);
    }
    if (!f->migrated_side.rendered) return;
    if (failed) f->judged = &f->migrated_side;
    judge_own_values(f);
    if (!f->o->new_values.files_n && !f->o->as_written && f->migrated_side.passing == PASSING_NOTHING) f->planned = &f->migrated_side;
}

bool facts_collect(struct facts *f, const struct options *o, struct diags *d)
{
    f->o = o;
    f->diags = d;
    f->inputs = d->inputs;
    f->origins = origins_new(f->a);
    f->parses = parse_cache_new(f->a);
    f->findings.a = f->accepted.a = f->baselined.a = f->off.a = f->a;
    f->old_side.role = "old";
    f->new_side.role = "new";
    f->planned = f->judged = &f->new_side;
    f->single = !o->old_path.n && !o->from.n;
    struct opening *ahead = f->single ? NULL : facts_open_ahead(f);
    if (!f->single && !facts_load_chart(f, &f->old_side, true, NULL)) return false;
    if (!facts_load_chart(f, &f->new_side, false, ahead)) return false;
    choose_date(f);
    if (!facts_choose_profile(f, f->new_side.chart->name) || !facts_read_values(f)) return false;
    struct aside *defaults = f->single ? NULL : aside_start(f->a, diff_defaults, f);
    struct aside *reading = NULL;
    struct render *texts = NULL;
    bool readable = f->single || render_both(f, &reading, &texts);
    if (f->single) render_side(f, &f->new_side);
    readable = readable && facts_read_beside(f);
    if (defaults) aside_wait(defaults);
    if (!readable && reading) aside_wait(reading); /* both write what is the caller's, and he may give it back */
    if (!readable || f->single) return readable;
    if (f->old_side.models && f->new_side.models) models_diff(f->a, f->old_side.models, f->new_side.models, &f->diff.models);
    find_usage(f, texts);
    if (reading) aside_wait(reading);
    if (texts && !f->new_side.rendered) { /* its documents cannot be read: what the keys do in there means nothing, what makes it so does */
        f->usage = (struct usage){0};
        find_usage(f, NULL);
    }
    if (f->new_side.rendered) objects_settle(&f->new_side.objects, f->a);
    return true;
}

void facts_compare(struct facts *f, struct arena *a)
{
    if (!f->single && f->judged->rendered) diff_objects(a, &f->old_side.objects, &f->judged->objects, &f->diff.objects);
}

bool facts_gather(struct facts *f, const struct options *o, struct diags *d)
{
    if (!facts_collect(f, o, d)) return false;
    facts_migrate(f);
    facts_compare(f, f->a);
    return true;
}
