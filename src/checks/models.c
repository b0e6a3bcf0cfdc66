/* Model and bundle configs: what changes for stored vectors and for requests, and what no pool serves any more. */
#include "checks/values_say.h"

#include "kube/field.h"

static const char *const preload_reason = "is preloaded";

/* ---- which models matter ---- */

/* Models that pods load before they are ready, by the profile's description of where that is written. */
static void preloads_of(const struct facts *f, const struct workload *w, struct names *out)
{
    struct value how = value_at(f->profile.data, "pools", "preload", NULL);
    struct str env = value_str_at(how, "env"), separator = value_str_at(how, "separator"), argument = value_str_at(how, "argument"), one, rest;
    for (uint32_t i = 0; i < w->containers_n; i++) {
        const struct container *c = &w->containers[i];
        for (uint32_t k = 0; env.n && k < c->env_n; k++) {
            rest = str_eq(c->env[k].name, env) ? c->env[k].value : (struct str){0};
            while (rest.n) {
                str_cut(rest, separator, &one, &rest);
                if (str_trim(one).n) names_add(out, str_trim(one));
            }
        }
        struct value args = value_at(c->v, "args", NULL);
        for (uint32_t k = 0; argument.n && k < field_len(args); k++) {
            struct value v = field_item(args, k);
            if (v.kind == V_STR && str_starts(v_text(v), argument)) names_add(out, str_from_n(v_text(v), argument.n));
        }
    }
}

static struct str bundle_of_pool(const struct facts *f, const struct workload *w)
{
    struct str label = value_str_at(value_at(f->profile.data, "pools", NULL), "bundleLabel");
    struct value v = label.n && w->labels ? map_get(w->labels, label) : NIL;
    return v.kind == V_STR && view_is_managed(w->object) && w->kind != WORKLOAD_DAEMONSET ? v_text(v) : (struct str){0};
}

static bool is_model(const struct models *all, const struct model *m, struct str id) { return models_find(all, id) == m; }

/* In use: listed by --models-in-use, or loaded by a pool. */
static bool in_use(const struct facts *f, const struct models *all, const struct model *m, const char **why)
{
    for (uint32_t i = 0; i < f->in_use_n; i++)
        if (is_model(all, m, f->in_use[i])) {
            *why = "is in use";
            return true;
        }
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) preloads_of(f, &f->old_side.workloads[i], &l);
    for (uint32_t i = 0; i < l.n; i++)
        if (is_model(all, m, l.v[i])) {
            *why = preload_reason;
            return true;
        }
    return false;
}

/* error in use, warning when nobody knows, info when the list of models in use does not have it. */
static enum severity weight(const struct facts *f, const struct model *old, const char **why)
{
    *why = NULL;
    if (in_use(f, f->old_side.models, old, why)) return SEVERITY_ERROR;
    return f->in_use_n ? SEVERITY_INFO : SEVERITY_WARNING;
}

static struct finding *report_model(struct facts *f, const char *rule, enum severity severity, enum about about, const struct model *m)
{
    struct finding *x = finding_add(&f->findings, rule, severity, about, SUBJECT_MODEL, m->sie_id.n ? m->sie_id : m->hf_id);
    x->at = m->at;
    return x;
}

/* The line of a path in a config, or of what is nearest above it: "deps.x" that is gone stands where "deps" is. */
static struct place line_of(const struct facts *f, struct value config, struct str path, struct place otherwise)
{
    uint32_t n;
    struct str *segment = usage_segments(f->a, path, &n);
    struct place at = otherwise;
    for (uint32_t i = 0; i < n && config.kind == V_MAP && config.u.map; i++) {
        const struct entry *e = map_find(config.u.map, segment[i]);
        if (!e) break;
        struct place key = origin_get(f->origins, e->at)->key_at;
        if (key.input == otherwise.input) at = key;
        config = e->value;
    }
    return at;
}

/* ---- changes ---- */

enum effect { OTHER, DIM, VECTORS, ADAPTER, MOVED, SHORTER, LIMITS, OPTIONS, PROFILE_GONE, CHANGES };
static const char *const change_rule[CHANGES] = {[DIM] = "model/dim-changed", [VECTORS] = "model/vectors-changed", [ADAPTER] = "model/adapter-changed", [MOVED] = "model/adapter-changed", [SHORTER] = "model/limits-changed",
                                                 [LIMITS] = "model/limits-changed", [OPTIONS] = "model/options-changed", [PROFILE_GONE] = "model/profile-removed"};

static bool same_class(struct value was, struct value is)
{
    struct str x, y, class_x, class_y;
    if (was.kind != V_STR || is.kind != V_STR || !str_cut(v_text(was), STR(":"), &x, &class_x) || !str_cut(v_text(is), STR(":"), &y, &class_y)) return false;
    return str_eq(class_x, class_y);
}

static double number(struct value v) { return v.kind == V_INT ? (double)v.u.i : v.kind == V_FLOAT ? v.u.f : 0; }

/* "profiles.NAME" itself. */
static bool is_profile(struct str path)
{
    struct str head, rest;
    return str_cut(path, STR("."), &head, &rest) && str_is(head, "profiles") && str_chr(rest, '.') < 0;
}

static enum effect kind_of(const struct model_change *c)
{
    static const char *const length[] = {"max_sequence_length", "max_seq_length", "max_length", "max_output_tokens", "max_new_tokens"};
    struct str path = c->path;
    if (is_profile(path)) return c->is.kind == V_NIL ? PROFILE_GONE : OTHER;
    if (str_ends(path, STR(".dim")) && c->was.kind != V_NIL && c->is.kind != V_NIL) return DIM;
    if (c->vectors) return VECTORS;
    if (str_ends(path, STR("adapter_path"))) return same_class(c->was, c->is) ? MOVED : ADAPTER;
    for (size_t i = 0; i < sizeof length / sizeof *length; i++)
        if (str_ends(path, str_from(length[i]))) return number(c->is) > 0 && (c->was.kind == V_NIL || number(c->is) < number(c->was)) ? SHORTER : LIMITS;
    if (str_ends(path, STR("max_batch_tokens"))) return LIMITS;
    return str_has(path, STR("adapter_options.runtime.")) && c->was.kind != V_NIL ? OPTIONS : OTHER;
}

static enum severity severity_of(const struct facts *f, enum effect kind, const struct model_change *c, const char **why)
{
    enum severity w = weight(f, c->from, why);
    if (kind == DIM || kind == VECTORS) return w;
    if (kind == LIMITS || kind == MOVED) return SEVERITY_INFO;
    if (kind == PROFILE_GONE) return w;
    return w == SEVERITY_INFO ? SEVERITY_INFO : SEVERITY_WARNING;
}

static const char *message_of(enum effect kind)
{
    switch (kind) {
    case DIM: return "its vectors have another dimension: stored ones cannot be compared with new ones, and must be computed again";
    case VECTORS: return "it computes other vectors than before: stored ones cannot be compared with new ones, and must be computed again";
    case ADAPTER: return "another adapter serves it";
    case MOVED: return "its adapter is the same class in another module";
    case SHORTER: return "its inputs are cut off earlier: longer ones give other results";
    case LIMITS: return "its limits change";
    case OPTIONS: return "it answers with other options than before: the same request gives another result";
    default: return "";
    }
}

static const char *fix_of(enum effect kind)
{
    switch (kind) {
    case DIM:
    case VECTORS: return "plan to compute the stored vectors anew, into a new collection, before clients move over";
    case SHORTER: return "split long inputs, or set the limit in the model's config";
    case OPTIONS: return "compare the answers before the upgrade, and set the option in the requests where clients rely on the old one";
    case PROFILE_GONE: return "move the clients to another profile";
    default: return "compare the answers of the new adapter with the old ones";
    }
}

static struct str profiles_gone(const struct facts *f, uint32_t from, uint32_t to)
{
    struct names gone = {.a = f->a};
    for (uint32_t i = from; i < to; i++) {
        const struct model_change *c = &f->diff.models.v[i];
        if (c->kind == MODEL_CHANGED && kind_of(c) == PROFILE_GONE) names_add(&gone, str_from_n(c->path, STR("profiles.").n));
    }
    return str_printf(f->a, "its profile%s %.*s %s gone: requests that name %s fail", gone.n > 1 ? "s" : "", STR_ARG(names_show(&gone, 4)), gone.n > 1 ? "are" : "is", gone.n > 1 ? "one of them" : "it");
}

/* All changes of one model of one kind are one finding. */
static void report_changes(struct facts *f, uint32_t from, uint32_t to, enum effect kind)
{
    const struct model_diff *d = &f->diff.models;
    struct finding *x = NULL;
    uint32_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        const struct model_change *c = &d->v[i];
        const char *why;
        if (c->kind != MODEL_CHANGED || kind_of(c) != kind) continue;
        enum severity severity = severity_of(f, kind, c, &why);
        if (!x) {
            x = report_model(f, change_rule[kind], severity, ABOUT_CHANGE, c->to);
            x->at = line_of(f, c->to->config, c->path, x->at);
            x->message = kind == PROFILE_GONE ? profiles_gone(f, from, to) : str_from(message_of(kind));
            x->fix = str_from(severity > SEVERITY_INFO ? fix_of(kind) : kind == MOVED ? "nothing, unless a model or bundle of your own names the old module" : "nothing, unless clients rely on the old one");
            if (why) finding_evidence(&f->findings, x, "it %s", why);
        }
        if (severity > x->severity) x->severity = severity;
        if (kind != PROFILE_GONE && n++ < 6) finding_evidence(&f->findings, x, "%.*s goes from %.*s to %.*s", STR_ARG(c->path), STR_ARG(view_show(f->a, c->was)), STR_ARG(view_show(f->a, c->is)));
    }
}

static void report_gone(struct facts *f, const struct model_change *c)
{
    const char *why;
    enum severity severity = weight(f, c->from, &why);
    struct finding *x = report_model(f, c->to ? "model/renamed" : "model/removed", severity, ABOUT_CHANGE, c->from);
    if (c->to) x->replacement = c->to->sie_id;
    x->message = c->to ? str_printf(f->a, "it is called %.*s in the new catalogue: requests by the old name fail", STR_ARG(c->to->sie_id)) : STR("the new catalogue does not have it: requests for it fail");
    if (why) finding_evidence(&f->findings, x, "it %s", why);
    x->fix = c->to ? str_printf(f->a, "move the clients to %.*s", STR_ARG(c->to->sie_id)) : STR("move the clients to another model, or keep its config as one of your own");
}

static void report_added(struct facts *f, const struct model *m)
{
    struct finding *x = report_model(f, "model/added", SEVERITY_INFO, ABOUT_CHANGE, m);
    x->message = STR("new in the catalogue");
    x->fix = STR("nothing, unless a model of your own has this name");
}

static void check_changes(struct facts *f)
{
    const struct model_diff *d = &f->diff.models;
    for (uint32_t i = 0, next; i < d->n; i = next) {
        const struct model_change *c = &d->v[i];
        for (next = i + 1; c->kind == MODEL_CHANGED && next < d->n && d->v[next].kind == MODEL_CHANGED && d->v[next].from == c->from;) next++;
        if (c->kind == MODEL_CHANGED)
            for (enum effect k = DIM; k < CHANGES; k++) report_changes(f, i, next, k);
        else if (c->kind == MODEL_ADDED) report_added(f, c->to);
        else if (!c->to || !models_find(f->new_side.models, c->from->sie_id)) report_gone(f, c);
    }
}

/* ---- bundles ---- */

static enum severity bundle_weight(const struct bundle_change *c)
{
    bool adapters = str_starts(c->path, STR("adapters"));
    if (c->was.kind == V_NIL || str_is(c->path, "priority") || str_is(c->path, "description")) return SEVERITY_INFO;
    return adapters && c->is.kind != V_NIL ? SEVERITY_INFO : SEVERITY_WARNING;
}

static struct str bundle_said(struct facts *f, const struct bundle_change *c)
{
    struct str what = str_is(c->path, "adapters") ? str_printf(f->a, "the adapter %.*s", STR_ARG(view_show(f->a, c->was.kind == V_NIL ? c->is : c->was))) : c->path;
    struct str was = view_show(f->a, c->was), is = view_show(f->a, c->is);
    if (c->is.kind == V_NIL) return str_printf(f->a, "%.*s is gone", STR_ARG(what));
    if (str_is(c->path, "adapters")) return str_printf(f->a, "%.*s is new", STR_ARG(what));
    if (c->was.kind == V_NIL) return str_printf(f->a, "%.*s is new: %.*s", STR_ARG(what), STR_ARG(is));
    if (str_eq(was, is)) return str_printf(f->a, "%.*s changes", STR_ARG(what));
    return str_printf(f->a, "%.*s goes from %.*s to %.*s", STR_ARG(what), STR_ARG(was), STR_ARG(is));
}

/* Of the changes of one bundle from `i` on, the first that can break something; `i` where none can. */
static uint32_t weightiest(const struct model_diff *d, uint32_t i)
{
    for (uint32_t k = i; k < d->bundles_n && d->bundles[k].from == d->bundles[i].from; k++)
        if (bundle_weight(&d->bundles[k]) > SEVERITY_INFO) return k;
    return i;
}

static struct str bundle_message(struct facts *f, uint32_t first, uint32_t of)
{
    struct str said = bundle_said(f, &f->diff.models.bundles[first]);
    if (of == 1) return str_printf(f->a, "what it is made of changes: %.*s", STR_ARG(said));
    return str_printf(f->a, "what it is made of changes: %.*s, and %u more", STR_ARG(said), of - 1);
}

static void check_bundles(struct facts *f)
{
    const struct model_diff *d = &f->diff.models;
    for (uint32_t i = 0; i < d->bundles_n; i++) {
        const struct bundle_change *c = &d->bundles[i];
        if (!c->from || (i && d->bundles[i - 1].from == c->from)) continue;
        struct finding *x = finding_add(&f->findings, c->to ? "bundle/changed" : "bundle/removed", c->to ? SEVERITY_INFO : SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_BUNDLE, c->from->name);
        uint32_t n = 0, of = 0, first = weightiest(d, i);
        while (i + of < d->bundles_n && d->bundles[i + of].from == c->from) of++;
        x->at = c->to ? line_of(f, c->to->config, d->bundles[first].path, c->to->at) : c->from->at;
        x->message = c->to ? bundle_message(f, first, of) : STR("the new version has no such bundle: pools that ask for it have no image");
        x->fix = c->to ? STR("see that your own models and what you add to the image fit it") : STR("move its pools to another bundle");
        for (uint32_t k = i; c->to && k < i + of; k++) {
            if (bundle_weight(&d->bundles[k]) > x->severity) x->severity = bundle_weight(&d->bundles[k]);
            if (k != first && n++ < 8) finding_evidence(&f->findings, x, "%.*s", STR_ARG(bundle_said(f, &d->bundles[k])));
        }
        if (n > 8) finding_evidence(&f->findings, x, "and %u more", n - 8);
        if (x->severity > SEVERITY_INFO && c->to) x->fix = STR("see that what you add to the image fits the new ranges, and that no model of yours needs what is gone");
    }
}

/* ---- who serves a model ---- */

static const struct bundle *bundle_named(const struct models *m, struct str name)
{
    for (uint32_t i = 0; m && i < m->bundles_n; i++)
        if (str_eq(m->bundles[i].name, name)) return &m->bundles[i];
    return NULL;
}

static bool in_any_bundle(const struct models *m, struct str adapter)
{
    for (uint32_t i = 0; i < m->bundles_n; i++)
        if (bundle_has_adapter(&m->bundles[i], adapter)) return true;
    return false;
}

static bool bundle_serves(const struct bundle *b, const struct model *m)
{
    for (uint32_t i = 0; i < m->profiles_n; i++)
        if (bundle_has_adapter(b, m->profiles[i].adapter)) return true;
    return false;
}

/* The bundles that enabled pools of a side have, each once. */
struct pools {
    const struct bundle **v;
    uint32_t n, cap;
};

static struct pools pools_of(const struct facts *f, const struct side *s)
{
    struct pools p = {0};
    for (uint32_t i = 0; i < s->workloads_n; i++) {
        struct str name = values_taking_away(f, s->workloads[i].object) ? (struct str){0} : bundle_of_pool(f, &s->workloads[i]);
        const struct bundle *b = name.n ? bundle_named(s->models, name) : NULL;
        bool known = !b;
        for (uint32_t k = 0; k < p.n && !known; k++) known = p.v[k] == b;
        if (!known) *PUSH(f->a, p.v, p.n, p.cap) = b;
    }
    return p;
}

static bool is_served(const struct pools *p, const struct model *m)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (bundle_serves(p->v[i], m)) return true;
    return false;
}

static void check_unbundled(struct facts *f)
{
    const struct models *now = f->judged->models, *old = f->single ? NULL : f->old_side.models;
    for (uint32_t i = 0; now && now->bundles_n && i < now->n; i++) {
        const struct model *m = &now->v[i], *was = old ? models_find(old, m->sie_id) : NULL;
        struct names lost = {.a = f->a};
        bool before = false;
        for (uint32_t k = 0; k < m->profiles_n; k++) {
            const struct profile_config *p = &m->profiles[k], *q = was ? model_find_profile(was, p->name) : NULL;
            if (!p->adapter.n || in_any_bundle(now, p->adapter)) continue;
            names_add(&lost, str_printf(f->a, "%.*s (%.*s)", STR_ARG(p->name), STR_ARG(p->adapter)));
            before |= q && old->bundles_n && !in_any_bundle(old, q->adapter);
        }
        if (!lost.n) continue;
        struct finding *x = report_model(f, "model/unbundled", SEVERITY_ERROR, before ? ABOUT_STATE : ABOUT_CHANGE, m);
        x->message = str_printf(f->a, "no bundle has the adapter of its profile %.*s: no worker can load it", STR_ARG(names_show(&lost, 3)));
        x->fix = STR("add the adapter to a bundle, or use a profile with another adapter");
    }
}

static void check_unserved(struct facts *f)
{
    const struct models *old = f->old_side.models, *now = f->judged->models;
    struct pools were = pools_of(f, &f->old_side), are = pools_of(f, f->judged);
    for (uint32_t i = 0; old && now && are.n && i < old->n; i++) {
        const struct model *m = &old->v[i], *is = models_find(now, m->sie_id);
        const char *why;
        if (!is || !is_served(&were, m) || is_served(&are, is)) continue;
        enum severity severity = weight(f, m, &why);
        struct finding *x = report_model(f, "model/unserved", severity, ABOUT_CHANGE, is);
        x->message = STR("a pool served it, and no enabled pool has a bundle that does now: requests for it wait for a pool that never comes");
        struct names served = {.a = f->a}, serve = {.a = f->a};
        for (uint32_t k = 0; k < were.n; k++)
            if (bundle_serves(were.v[k], m)) names_add(&served, were.v[k]->name);
        for (uint32_t k = 0; k < now->bundles_n; k++)
            if (bundle_serves(&now->bundles[k], is)) names_add(&serve, now->bundles[k].name);
        finding_evidence(&f->findings, x, "the pool's bundle was %.*s; its adapter is in %.*s now", STR_ARG(names_show(&served, 3)), STR_ARG(serve.n ? names_show(&serve, 4) : STR("no bundle")));
        x->fix = serve.n ? str_printf(f->a, "enable a pool with the bundle %.*s", STR_ARG(names_show(&serve, 4))) : STR("add its adapter to a bundle that a pool has");
    }
}

/* ---- models that pools load before they are ready ---- */

static const char *preload_problem(const struct facts *f, const struct side *s, const struct workload *w, struct str id)
{
    const struct model *m = models_find(s->models, id);
    struct str name = bundle_of_pool(f, w);
    const struct bundle *b = bundle_named(s->models, name);
    if (!m) return "is in no catalogue";
    return b && !bundle_serves(b, m) ? "is not served by its bundle" : NULL;
}

/* Where the user wrote the model's name; the pod's template where it comes from elsewhere. */
static struct place preload_place(const struct facts *f, const struct workload *w, struct str id)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        bool found = k->value.kind == V_STR && str_has(v_text(k->value), id);
        for (uint32_t n = 0; k->value.kind == V_LIST && n < list_len(k->value) && !found; n++) found = k->value.u.list->v[n].kind == V_STR && str_eq(v_text(k->value.u.list->v[n]), id);
        struct place at = found ? values_place(f, k->at) : NOWHERE;
        if (at.input) return at;
    }
    return view_place(f, f->judged, w->object, STR("env"));
}

static void check_preloads(struct facts *f)
{
    for (uint32_t i = 0; f->judged->models && i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i], *was = f->single ? NULL : view_workload_was(f, w);
        struct names l = {.a = f->a}, before = {.a = f->a};
        preloads_of(f, w, &l);
        if (was) preloads_of(f, was, &before);
        for (uint32_t k = 0; k < l.n; k++) {
            const char *problem = preload_problem(f, f->judged, w, l.v[k]);
            if (!problem) continue;
            /* The same words in another place of the manifest (an argument became a variable) are read by other code. */
            bool same_way = was && names_have(&before, l.v[k]) && f->old_side.models && preload_problem(f, &f->old_side, was, l.v[k]);
            bool moved = was && was->containers_n && w->containers_n && !value_same(value_at(was->containers[was->containers_n - 1].v, "args", NULL), value_at(w->containers[w->containers_n - 1].v, "args", NULL));
            struct finding *x = finding_add(&f->findings, "model/preload-missing", SEVERITY_ERROR, same_way && !moved ? ABOUT_STATE : ABOUT_CHANGE, SUBJECT_MODEL, l.v[k]);
            x->at = preload_place(f, w, l.v[k]);
            x->message = str_printf(f->a, "%.*s loads it before it is ready, and it %s: its pods do not start", STR_ARG(w->object->id), problem);
            struct str bundle = bundle_of_pool(f, w);
            if (bundle.n) finding_evidence(&f->findings, x, "the pool's bundle is %.*s", STR_ARG(bundle));
            x->fix = STR("take it off the list of models to preload, or serve it by a pool of its own with the right bundle");
        }
    }
}

static void check_in_use(struct facts *f)
{
    for (uint32_t i = 0; i < f->in_use_n && f->judged->models; i++) {
        if (models_find(f->judged->models, f->in_use[i])) continue;
        bool before = f->single || (f->old_side.models && !models_find(f->old_side.models, f->in_use[i]));
        if (!before && f->old_side.models) continue; /* model/removed or model/renamed */
        struct finding *x = finding_add(&f->findings, "model/removed", SEVERITY_ERROR, before ? ABOUT_STATE : ABOUT_CHANGE, SUBJECT_MODEL, f->in_use[i]);
        x->at = f->in_use_at[i];
        x->message = before && !f->single ? STR("it is listed as in use, and neither catalogue has it") : STR("it is in use, and the new catalogue does not have it");
        x->fix = STR("correct the list of models in use, or add the model's config");
    }
}

const struct check_entry checks_models[] = {
    {"model/added model/removed model/renamed model/dim-changed model/vectors-changed model/adapter-changed model/limits-changed model/options-changed model/profile-removed", false, false, check_changes},
    {"bundle/changed bundle/removed", false, false, check_bundles},
    {"model/unbundled", true, false, check_unbundled},
    {"model/unserved", false, true, check_unserved},
    {"model/preload-missing", true, true, check_preloads},
    {"model/removed", true, false, check_in_use},
    {0},
};
