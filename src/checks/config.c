/* Configuration and the pods that read it: changes that reach nobody, and names that nobody makes. */
#include "checks/view.h"

#include "kube/field.h"

/* ---- configuration that changes while its readers go on ---- */

enum reading { READS_NOT, READS_LIVE, READS_ONCE };

/* How a pod reads a ConfigMap or Secret: through the environment and subPath mounts once, at its start; through a volume the
 * files change under it (https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically). */
static enum reading reading_of(const struct workload *w, const struct object *o)
{
    enum reading best = READS_NOT;
    for (uint32_t i = 0; i < w->refs_n; i++) {
        const struct reference *r = &w->refs[i];
        if (strcmp(r->kind, str_is(o->kind, "Secret") ? "Secret" : "ConfigMap") != 0 || !str_eq(r->name, o->name) || str_has(r->path, STR("imagePullSecrets"))) continue;
        if (str_has(r->path, STR(".env"))) return READS_ONCE;
        best = READS_LIVE;
    }
    for (uint32_t i = 0; best == READS_LIVE && i < w->volumes_n; i++) {
        if (!str_eq(w->volumes[i].target, o->name)) continue;
        for (uint32_t c = 0; c < w->containers_n; c++)
            for (uint32_t k = 0; k < w->containers[c].mounts_n; k++)
                if (str_eq(w->containers[c].mounts[k].volume, w->volumes[i].name) && w->containers[c].mounts[k].sub_path.n) return READS_ONCE;
    }
    return best;
}

/* Words by which a container shows that it watches its files, or is told of changes. */
static bool has_reload_sign(struct value v, uint32_t depth)
{
    static const char *const signs[] = {"reload", "watch", "k8s-sidecar", "fsnotify"};
    if (depth > 8) return false;
    if (v.kind == V_STR)
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
            if (str_has(v_text(v), str_from(signs[i]))) return true;
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
        if (has_reload_sign(v.u.list->v[i], depth + 1)) return true;
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++)
        if (has_reload_sign(v.u.map->v[i].value, depth + 1)) return true;
    return false;
}

/* Stakater's Reloader and its like restart pods by an annotation. */
static bool is_restarted_by_annotation(const struct workload *w)
{
    struct value a = value_at(w->object->v, "metadata", "annotations", NULL), b = value_at(w->pod, "metadata", "annotations", NULL);
    struct value both[] = {a, b};
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 0; both[k].kind == V_MAP && i < map_len(both[k]); i++)
            if (str_has(both[k].u.map->v[i].key, STR("reloader"))) return true;
    return false;
}

static bool data_changed(const struct object_change *c, struct str *field)
{
    static const char *const heads[] = {"data", "stringData", "binaryData"};
    for (uint32_t i = 0; i < c->fields_n; i++)
        for (size_t k = 0; k < 3; k++)
            if (str_starts(c->fields[i].path, str_from(heads[k]))) {
                *field = c->fields[i].path;
                return true;
            }
    return false;
}

static void report_not_reloaded(struct facts *f, const struct object_change *c, const struct workload *w, enum reading reading, struct str field)
{
    bool reloads = reading == READS_LIVE && has_reload_sign(value_at(w->pod, "spec", "containers", NULL), 0);
    enum severity severity = reloads ? SEVERITY_INFO : SEVERITY_WARNING;
    struct finding *x = view_report(f, "config/not-reloaded", severity, ABOUT_CHANGE, f->judged, c->to, field);
    x->message = reading == READS_ONCE ? str_printf(f->a, "it changes, and %.*s reads it only when its pods start; nothing in this upgrade restarts them", STR_ARG(w->object->id))
                                       : str_printf(f->a, "it changes under the running pods of %.*s, which this upgrade does not restart%s", STR_ARG(w->object->id), reloads ? "; they seem to watch for changes" : "");
    finding_evidence(&f->findings, x, "%.*s changes", STR_ARG(field));
    if (severity > SEVERITY_INFO) x->fix = str_printf(f->a, "after the upgrade: kubectl rollout restart %.*s %.*s, unless the program watches its files", STR_ARG(w->object->kind), STR_ARG(w->object->name));
}

/* secret/rotated says what its readers keep. */
static bool is_rotated(const struct facts *f, const struct object *o)
{
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, "secret/rotated") && str_eq(f->findings.v[i].subject, o->id)) return true;
    return false;
}

static void check_reloads(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        struct str field = {0};
        bool config = c->kind == CHANGE_CHANGED && (str_is(c->to->kind, "ConfigMap") || str_is(c->to->kind, "Secret")) && view_is_managed(c->to);
        if (!config || !data_changed(c, &field) || is_rotated(f, c->to)) continue;
        for (uint32_t k = 0; k < f->judged->workloads_n; k++) {
            const struct workload *w = &f->judged->workloads[k], *was = view_workload_was(f, w);
            bool runs = w->kind != WORKLOAD_JOB && w->kind != WORKLOAD_CRONJOB && w->object->owner != OWNER_HOOK && str_eq(w->object->ns, c->to->ns);
            enum reading reading = runs && was ? reading_of(w, c->to) : READS_NOT;
            if (reading == READS_NOT || w->replicas == 0 || workload_restarts(was, w) || is_restarted_by_annotation(w)) continue;
            report_not_reloaded(f, c, w, reading, field);
        }
    }
}

/* ---- names that must exist ---- */

/* An object of this kind and name, made by the release's manifests. */
static const struct object *find_written(const struct side *s, const char *kind, struct str name, struct str ns)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (str_is(o->kind, kind) && str_eq(o->name, name) && (!o->ns.n || str_eq(o->ns, ns)) && view_is_written(o)) return o;
    }
    return NULL;
}

/* Whether some other object of the render names it as what it makes: a Certificate's or an ExternalSecret's Secret, an argument of
 * a Job or an operator (the certificates of webhooks), an operator's field. Then it may well come into being by itself. */
static bool names_it(struct value v, struct str name, uint32_t depth)
{
    if (depth > 24) return false;
    if (v.kind == V_STR) return view_has_word(v_text(v), name);
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
        if (names_it(v.u.list->v[i], name, depth + 1)) return true;
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++)
        if (names_it(v.u.map->v[i].value, name, depth + 1)) return true;
    return false;
}

/* Operators call the Secrets that they make after the object that they serve ("main-app", "main-superuser" of the Cluster main). Kinds
 * that only name what they make in a field of theirs, and those that make no configuration, are not meant. */
static bool is_named_after(const struct object *o, struct str group, struct str name)
{
    static const char *const others[] = {"monitoring.coreos.com", "keda.sh", "cert-manager.io", "external-secrets.io", "networking.istio.io", "security.istio.io", "traefik.io", "cilium.io", "gateway.networking.k8s.io"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_is(group, others[i])) return false;
    return o->name.n && name.n > o->name.n + 1 && str_starts(name, o->name) && name.p[o->name.n] == '-';
}

/* A hook of the new chart that this upgrade does not run, for it runs at the installation only. */
static bool is_left_out(const struct facts *f, const struct object *o)
{
    return !f->single && o->owner == OWNER_HOOK && o->from && !str_has(o->from->events, STR("-upgrade"));
}

static const struct object *maker_of(const struct facts *f, const char *kind, struct str name)
{
    const struct side *s = f->judged;
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        if (!view_is_written(o) || !strcmp(kind, "PriorityClass") || is_left_out(f, o)) continue;
        struct str group = field_group(o->api_version);
        bool custom = str_chr(group, '.') >= 0 && !str_ends(group, STR(".k8s.io"));
        bool program = str_is(o->kind, "Job") || view_runs_pods(o);
        if (str_is(o->kind, "SealedSecret") && str_eq(o->name, name)) return o;
        if (custom && names_it(view_spec(o), name, 0)) return o;
        if (custom && (!strcmp(kind, "Secret") || !strcmp(kind, "ConfigMap")) && is_named_after(o, group, name)) return o;
        if (!program) continue;
        struct value containers = value_at(view_spec(o), "template", "spec", "containers", NULL);
        for (uint32_t c = 0; c < field_len(containers); c++)
            if (names_it(value_at(field_item(containers, c), "args", NULL), name, 0) || names_it(value_at(field_item(containers, c), "command", NULL), name, 0)) return o;
    }
    return NULL;
}

static bool old_side_refers(const struct facts *f, const struct reference *r, const struct workload *by)
{
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) {
        const struct workload *w = &f->old_side.workloads[i];
        for (uint32_t k = 0; k < w->refs_n; k++) {
            const struct reference *x = &w->refs[k];
            bool same = !strcmp(x->kind, r->kind) && str_eq(x->name, r->name) && str_eq(w->object->ns, by->object->ns);
            if (same && !x->optional && (!r->key.n || str_eq(x->key, r->key) || !x->key.n)) return true;
        }
    }
    return false;
}

static bool is_given(const struct reference *r)
{
    if (!strcmp(r->kind, "ServiceAccount") && str_is(r->name, "default")) return true;
    if (!strcmp(r->kind, "ConfigMap") && (str_is(r->name, "kube-root-ca.crt") || str_is(r->name, "openshift-service-ca.crt"))) return true;
    return !strcmp(r->kind, "PriorityClass") && str_starts(r->name, STR("system-"));
}

static bool has_key(const struct object *o, struct str key)
{
    static const char *const fields[] = {"data", "stringData", "binaryData"};
    for (size_t i = 0; i < 3; i++) {
        struct value v = value_at(o->v, fields[i], NULL);
        if (v.kind == V_MAP && map_find(v.u.map, key)) return true;
    }
    return false;
}

/* An empty one is filled by somebody else. */
static bool is_empty(const struct object *o)
{
    return !map_len(value_at(o->v, "data", NULL)) && !map_len(value_at(o->v, "stringData", NULL)) && !map_len(value_at(o->v, "binaryData", NULL));
}

static void report_missing(struct facts *f, const struct workload *w, const struct reference *r, bool only_key)
{
    static const char *const checked[] = {"Secret", "ConfigMap", "ServiceAccount", "PersistentVolumeClaim", "PriorityClass"};
    bool known = false;
    for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) known |= !strcmp(r->kind, checked[i]);
    if (!known || is_given(r)) return;
    struct str id = str_printf(f->a, "%s/%.*s", r->kind, STR_ARG(r->name));
    const struct object *maker = maker_of(f, r->kind, r->name), *deleted = f->single ? NULL : find_written(&f->old_side, r->kind, r->name, w->object->ns);
    bool pull = str_has(r->path, STR("imagePullSecrets")), state = f->single || (old_side_refers(f, r, w) && !(deleted && view_is_managed(deleted)));
    if (deleted && deleted->owner != OWNER_RELEASE) deleted = NULL;
    enum severity severity = maker || f->single ? SEVERITY_INFO : pull ? SEVERITY_WARNING : SEVERITY_ERROR;
    struct finding *x = view_report(f, "reference/missing", severity, state ? ABOUT_STATE : ABOUT_CHANGE, f->judged, w->object, r->path);
    x->subject = id;
    if (only_key) x->message = str_printf(f->a, "%.*s needs its key %.*s, and the release's own %s has none", STR_ARG(w->object->id), STR_ARG(r->key), r->kind);
    else if (deleted) x->message = str_printf(f->a, "%.*s still needs it, and the new chart no longer makes it: Helm deletes it", STR_ARG(w->object->id));
    else if (find_written(f->judged, r->kind, r->name, w->object->ns))
        x->message = str_printf(f->a, "%.*s needs it%s%.*s, and the hook that makes it runs at the installation only, not at this upgrade: its pods do not start until it exists", STR_ARG(w->object->id), r->key.n ? ", with the key " : "", STR_ARG(r->key));
    else x->message = str_printf(f->a, "%.*s needs it%s%.*s, and the release does not make it: its pods do not start until it exists", STR_ARG(w->object->id), r->key.n ? ", with the key " : "", STR_ARG(r->key));
    if (maker) finding_evidence(&f->findings, x, "%.*s may make it", STR_ARG(maker->id));
    finding_evidence(&f->findings, x, "%.*s names it at %.*s", STR_ARG(w->object->id), STR_ARG(r->path));
    x->fix = maker ? (struct str){0} : str_printf(f->a, "before the upgrade: see that %.*s%s%.*s exists in namespace %.*s", STR_ARG(id), r->key.n ? " with the key " : "", STR_ARG(r->key), STR_ARG(w->object->ns));
}

/* What the old release leaves in the cluster: Helm neither deletes what is annotated to be kept nor what a hook made. */
static bool stays(const struct facts *f, const struct reference *r, const struct workload *by)
{
    const struct object *o = f->single ? NULL : find_written(&f->old_side, r->kind, r->name, by->object->ns);
    bool left = o && (o->owner == OWNER_KEPT || (o->owner == OWNER_HOOK && o->from && !str_has(o->from->delete_policy, STR("hook-succeeded"))));
    return left && (!r->key.n || has_key(o, r->key) || is_empty(o));
}

/* By a hook that runs at the installation only, and that the old version had not: this release never ran it. */
static bool is_made_too_early(const struct facts *f, const struct object *made)
{
    return made && is_left_out(f, made) && !view_was(f, made);
}

static void check_references(struct facts *f)
{
    struct names told = {.a = f->a};
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i];
        for (uint32_t k = 0; k < w->refs_n; k++) {
            const struct reference *r = &w->refs[k];
            const struct object *made = find_written(f->judged, r->kind, r->name, w->object->ns);
            bool claims = w->kind == WORKLOAD_STATEFULSET && !strcmp(r->kind, "PersistentVolumeClaim");
            if (is_made_too_early(f, made) && !is_left_out(f, w->object)) made = NULL;
            if (r->optional || claims || (!made && stays(f, r, w))) continue;
            bool key_missing = made && r->key.n && (str_is(made->kind, "Secret") || str_is(made->kind, "ConfigMap")) && !has_key(made, r->key) && !is_empty(made) &&
                               !maker_of(f, r->kind, r->name);
            if ((made && !key_missing) || (!made && !f->single && old_side_refers(f, r, w) && !find_written(&f->old_side, r->kind, r->name, w->object->ns))) continue;
            struct str once = str_printf(f->a, "%s/%.*s/%.*s", r->kind, STR_ARG(r->name), STR_ARG(r->key));
            if (names_have(&told, once)) continue;
            names_add(&told, once);
            report_missing(f, w, r, key_missing);
        }
    }
}

const struct check_entry checks_config[] = {
    {"config/not-reloaded", false, true, check_reloads},
    {"reference/missing", false, true, check_references},
    {0},
};
