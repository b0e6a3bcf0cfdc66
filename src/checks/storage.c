/* Volumes and claims that go away, or are replaced by empty ones. */
#include "checks/comeback.h"

#include "kube/field.h"

static const char no_way_back[] = "back up the data before the upgrade, and keep the claim: annotate it with helm.sh/resource-policy=keep, or set its volume's reclaim policy to Retain";

/* ---- claims of the release ---- */

static struct str who_used(const struct facts *f, const struct object *claim)
{
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) {
        const struct workload *w = &f->old_side.workloads[i];
        for (uint32_t k = 0; k < w->refs_n; k++)
            if (!strcmp(w->refs[k].kind, "PersistentVolumeClaim") && str_eq(w->refs[k].name, claim->name)) names_add(&l, w->object->id);
    }
    return names_show(&l, 3);
}

static struct value storage_of(const struct object *claim) { return value_at(view_spec(claim), "resources", "requests", "storage", NULL); }

/* A switch of the new chart that renders the same claim is the way to keep the data; a claim's size can then only grow, and
 * only where the StorageClass allows it (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims). */
static void say_comeback(struct facts *f, struct finding *x, const struct object *claim)
{
    struct comeback c;
    if (!comeback_find(f, claim, &c)) return;
    finding_evidence(&f->findings, x, "with %.*s: true the new chart renders the same claim, and the data stays", STR_ARG(c.path));
    x->fix = str_printf(f->a, "set %.*s to true; back up the data before the upgrade all the same", STR_ARG(c.path));
    struct value was = storage_of(claim), is = storage_of(c.object);
    if (value_same(was, is)) return;
    finding_evidence(&f->findings, x, "it then asks for %.*s in place of %.*s: refused unless its StorageClass allows expansion, and a rollback cannot shrink it",
                     STR_ARG(view_show(f->a, is)), STR_ARG(view_show(f->a, was)));
    x->fix = str_printf(f->a, "set %.*s to true, and its size to %.*s; back up the data before the upgrade all the same", STR_ARG(c.path), STR_ARG(view_show(f->a, was)));
}

static void report_claim(struct facts *f, const struct object_change *c)
{
    const struct object *o = c->from;
    struct str users = who_used(f, o);
    bool kept = o->owner == OWNER_KEPT;
    if (kept && c->kind == CHANGE_REMOVED) return; /* it stays; object/removed says so */
    struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, &f->old_side, o, (struct str){0});
    x->message = kept ? str_printf(f->a, "the new chart uses %.*s in its place, which is empty; this claim stays with its data, unused", STR_ARG(c->to->id))
                 : c->to ? str_printf(f->a, "the new chart uses %.*s in its place, which is empty; Helm deletes this claim, and its data with it", STR_ARG(c->to->id))
                         : STR("the new chart no longer has this claim: Helm deletes it, and its data with it, unless the volume's reclaim policy is Retain");
    if (users.n) finding_evidence(&f->findings, x, "%.*s stores data in it", STR_ARG(users));
    if (c->to) x->replacement = c->to->id;
    x->fix = c->to ? str_printf(f->a, "copy the data, or make the new chart use %.*s (an existingClaim setting); %s", STR_ARG(o->name), no_way_back) : STR("make the new chart render or use it (an existingClaim setting); back up the data before the upgrade, and keep the claim: annotate it with helm.sh/resource-policy=keep, or set its volume's reclaim policy to Retain");
    if (!c->to) say_comeback(f, x, o);
}

/* ---- StatefulSets ---- */

/* persistentVolumeClaimRetentionPolicy: Retain unless it says otherwise. */
static bool deletes_claims(const struct object *o, const char *when)
{
    return str_is(value_str_at(value_at(view_spec(o), "persistentVolumeClaimRetentionPolicy", NULL), when), "Delete");
}

static struct str claim_names(const struct facts *f, const struct workload *w)
{
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < w->claims_n; i++) names_add(&l, str_printf(f->a, "%.*s-%.*s-N", STR_ARG(w->claims[i].name), STR_ARG(w->object->name)));
    return names_show(&l, 4);
}

static const struct claim_template *claim_of(const struct workload *w, struct str name)
{
    for (uint32_t i = 0; w && i < w->claims_n; i++)
        if (str_eq(w->claims[i].name, name)) return &w->claims[i];
    return NULL;
}

/* The StatefulSet is gone or another: its claims carry its name. */
static void report_statefulset(struct facts *f, const struct object_change *c, const struct workload *was)
{
    bool deleted = deletes_claims(c->from, "whenDeleted");
    struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, &f->old_side, c->from, STR("volumeClaimTemplates"));
    const char *fate = deleted ? "are deleted with it (persistentVolumeClaimRetentionPolicy)" : "stay, unused";
    if (c->to) {
        x->replacement = c->to->id;
        x->message = str_printf(f->a, "it is %.*s in the new chart, which makes new, empty claims; the old ones (%.*s) %s", STR_ARG(c->to->id), STR_ARG(claim_names(f, was)), fate);
        x->fix = STR("keep the old name (a fullnameOverride or a name setting), or dump the data before the upgrade and restore it afterwards");
    } else {
        x->message = str_printf(f->a, "the new chart no longer has it; its claims (%.*s) %s", STR_ARG(claim_names(f, was)), fate);
        x->fix = STR("look for the setting that makes the new chart render it, or back the data up before the upgrade");
    }
}

static void compare_claim_templates(struct facts *f, const struct object_change *c, const struct workload *was, const struct workload *is)
{
    for (uint32_t i = 0; i < was->claims_n; i++) {
        const struct claim_template *t = &was->claims[i];
        if (claim_of(is, t->name)) continue;
        struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, c->to, STR("volumeClaimTemplates"));
        x->message = str_printf(f->a, "its claim template %.*s is gone: the pods come back without %.*s-%.*s-N and its data", STR_ARG(t->name), STR_ARG(t->name), STR_ARG(c->to->name));
        if (is && is->claims_n) finding_evidence(&f->findings, x, "the new chart has the claim template %.*s, whose claims are empty", STR_ARG(is->claims[0].name));
        x->fix = STR("keep the claim template (its name or the persistence setting), or move the data");
    }
}

static void check_claims(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (!c->from || !view_is_managed(c->from) || c->kind == CHANGE_ADDED) continue;
        bool gone = (c->kind == CHANGE_REMOVED || c->kind == CHANGE_RENAMED) && !view_unseen(f, c->from);
        if (gone && str_is(c->from->kind, "PersistentVolumeClaim")) report_claim(f, c);
        const struct workload *was = str_is(c->from->kind, "StatefulSet") ? view_workload(&f->old_side, c->from) : NULL;
        if (!was || !was->claims_n) continue;
        if (gone) report_statefulset(f, c, was);
        else if (c->to) compare_claim_templates(f, c, was, view_workload(f->judged, c->to));
    }
}

/* ---- what operators make claims of ---- */

/* A claim template inside a custom resource (spec.storage.volumeClaimTemplate of the Prometheus operator, and its like). */
static bool has_claim_template(struct value v, uint32_t depth)
{
    if (depth > 12) return false; /* where templates of claims lie; deeper is another object's manifest */
    if (v.kind == V_LIST) {
        for (uint32_t i = 0; i < list_len(v); i++)
            if (has_claim_template(v.u.list->v[i], depth + 1)) return true;
        return false;
    }
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        bool named = str_is(e->key, "volumeClaimTemplate") || str_is(e->key, "volumeClaimTemplates") || str_is(e->key, "persistentVolumeClaimSpec");
        if ((named && e->value.kind != V_NIL) || has_claim_template(e->value, depth + 1)) return true;
    }
    return false;
}

static void check_operator_claims(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if ((c->kind != CHANGE_REMOVED && c->kind != CHANGE_RENAMED) || c->from->owner != OWNER_RELEASE) continue;
        struct str group = field_group(c->from->api_version);
        if (str_chr(group, '.') < 0 || str_ends(group, STR(".k8s.io")) || view_runs_pods(c->from) || !has_claim_template(view_spec(c->from), 0)) continue;
        struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, &f->old_side, c->from, (struct str){0});
        x->message = c->to ? str_printf(f->a, "it is %.*s in the new chart: its operator makes new, empty volumes for that one", STR_ARG(c->to->id))
                           : STR("the new chart no longer has it: what its operator stored for it is deleted, or stays unused");
        x->fix = STR("keep the old name, or back the data up before the upgrade");
    }
}

/* ---- a pod's volume is another one ---- */

static const struct volume *volume_named(const struct workload *w, struct str name)
{
    for (uint32_t i = 0; i < w->volumes_n; i++)
        if (str_eq(w->volumes[i].name, name)) return &w->volumes[i];
    return NULL;
}

/* What lies at a path of the pods: the claim's name, "" for something else; *mounted says whether anything does. */
static struct str claim_at(const struct workload *w, struct str path, bool *mounted, struct str *source)
{
    *mounted = false;
    for (uint32_t i = 0; i < w->containers_n; i++)
        for (uint32_t k = 0; k < w->containers[i].mounts_n; k++) {
            const struct mount *m = &w->containers[i].mounts[k];
            const struct volume *v = volume_named(w, m->volume);
            if (!str_eq(m->path, path)) continue;
            *mounted = true;
            *source = v ? v->source : claim_of(w, m->volume) ? STR("volumeClaimTemplates") : STR("");
            if (v && str_is(v->source, "persistentVolumeClaim")) return v->target;
        }
    return (struct str){0};
}

static bool is_reported(const struct facts *f, const char *kind, struct str name)
{
    struct str id = str_printf(f->a, "%s/%.*s", kind, STR_ARG(name));
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (str_is(f->findings.v[i].rule, "object/data-loss") && str_eq(f->findings.v[i].subject, id)) return true;
    return false;
}

/* Whether pods of the new version mount it, be it in another workload. */
static bool is_mounted(const struct side *s, struct str claim, struct str ns)
{
    for (uint32_t i = 0; i < s->workloads_n; i++)
        for (uint32_t k = 0; k < s->workloads[i].volumes_n; k++) {
            const struct volume *v = &s->workloads[i].volumes[k];
            if (str_eq(s->workloads[i].object->ns, ns) && str_is(v->source, "persistentVolumeClaim") && str_eq(v->target, claim)) return true;
        }
    return false;
}

static void compare_mount(struct facts *f, const struct workload *was, const struct workload *is, struct str claim, struct str path)
{
    bool mounted;
    struct str source = {0}, now = claim_at(is, path, &mounted, &source);
    if (is_mounted(f->judged, claim, is->object->ns) || is_reported(f, "PersistentVolumeClaim", claim)) return;
    struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, is->object, STR("volumes"));
    x->subject = was->object->id;
    x->message = now.n ? str_printf(f->a, "its pods find another claim at %.*s: %.*s in place of %.*s", STR_ARG(path), STR_ARG(now), STR_ARG(claim))
                 : mounted ? str_printf(f->a, "its pods no longer find their data at %.*s: there is %.*s in place of the claim %.*s", STR_ARG(path), STR_ARG(source), STR_ARG(claim))
                           : str_printf(f->a, "its pods no longer mount the claim %.*s (it was at %.*s)", STR_ARG(claim), STR_ARG(path));
    x->fix = STR("look for the persistence setting of the new chart (an existingClaim), or copy the data");
}

static void check_mounts(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = view_workload_was(f, is);
        if (!was || is->object->owner == OWNER_HOOK) continue;
        struct names seen = {.a = f->a};
        for (uint32_t c = 0; c < was->containers_n; c++)
            for (uint32_t k = 0; k < was->containers[c].mounts_n; k++) {
                const struct mount *m = &was->containers[c].mounts[k];
                const struct volume *v = volume_named(was, m->volume);
                if (!v || !str_is(v->source, "persistentVolumeClaim") || !v->target.n || names_have(&seen, v->target)) continue;
                names_add(&seen, v->target);
                compare_mount(f, was, is, v->target, m->path);
            }
    }
}

/* ---- another folder of the same volume ---- */

/* What outlives the pods at a mount: the claim's name, or the claim template's; "" for what does not. */
static struct str lasting(const struct workload *w, const struct mount *m)
{
    const struct volume *v = volume_named(w, m->volume);
    if (v) return str_is(v->source, "persistentVolumeClaim") ? v->target : (struct str){0};
    return claim_of(w, m->volume) ? m->volume : (struct str){0};
}

static bool mounts_folder(const struct workload *w, struct str claim, struct str folder)
{
    for (uint32_t i = 0; i < w->containers_n; i++)
        for (uint32_t k = 0; k < w->containers[i].mounts_n; k++)
            if (str_eq(lasting(w, &w->containers[i].mounts[k]), claim) && str_eq(w->containers[i].mounts[k].sub_path, folder)) return true;
    return false;
}

static const struct mount *mount_at(const struct workload *w, struct str container, struct str path)
{
    for (uint32_t i = 0; i < w->containers_n; i++)
        for (uint32_t k = 0; k < w->containers[i].mounts_n && str_eq(w->containers[i].name, container); k++)
            if (str_eq(w->containers[i].mounts[k].path, path)) return &w->containers[i].mounts[k];
    return NULL;
}

static struct str folder_name(struct str folder) { return folder.n ? folder : STR("its top"); }

static void compare_folders(struct facts *f, const struct workload *was, const struct workload *is, const struct container *c)
{
    for (uint32_t k = 0; k < c->mounts_n; k++) {
        const struct mount *m = &c->mounts[k], *now = mount_at(is, c->name, m->path);
        struct str claim = lasting(was, m);
        if (!now || !claim.n || !str_eq(lasting(is, now), claim) || str_eq(m->sub_path, now->sub_path) || mounts_folder(is, claim, m->sub_path)) continue;
        struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, is->object, STR("subPath"));
        x->subject = was->object->id;
        x->message = str_printf(f->a, "its pods find another folder of the volume %.*s at %.*s: %.*s in place of %.*s, where their data is", STR_ARG(claim), STR_ARG(m->path), STR_ARG(folder_name(now->sub_path)), STR_ARG(folder_name(m->sub_path)));
        x->fix = STR("set the old subPath in your values, or move the data within the volume");
        return;
    }
}

static void check_folders(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = is->object->owner == OWNER_HOOK ? NULL : view_workload_was(f, is);
        for (uint32_t c = 0; was && c < was->containers_n; c++)
            if (!was->containers[c].init) compare_folders(f, was, is, &was->containers[c]);
    }
}

/* ---- retention ---- */

/* Fewer replicas under whenScaled: Delete: the controller deletes the claims of those that go.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention */
static bool scales_down(struct facts *f, const struct workload *was, const struct workload *is)
{
    if (is->replicas < 0 || was->replicas <= is->replicas || !deletes_claims(is->object, "whenScaled") || !str_eq(was->object->id, is->object->id)) return false;
    for (uint32_t i = 0; i < f->judged->scalers_n; i++)
        if (str_eq(f->judged->scalers[i].target_id, is->object->id)) return false; /* the scaler says how many */
    struct finding *x = view_report(f, "object/data-loss", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, is->object, STR("replicas"));
    x->message = str_printf(f->a, "it goes from %lld replicas to %lld, and its persistentVolumeClaimRetentionPolicy deletes the claims of those that go (whenScaled: Delete), and their data with them", (long long)was->replicas, (long long)is->replicas);
    x->fix = str_printf(f->a, "set the replicas to %lld in your values, or persistentVolumeClaimRetentionPolicy.whenScaled to Retain", (long long)was->replicas);
    return true;
}

static void check_retention(struct facts *f)
{
    static const char *const when[] = {"whenDeleted", "whenScaled"};
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = view_workload_was(f, is);
        if (!was || !is->claims_n || !was->claims_n) continue;
        bool told = scales_down(f, was, is);
        for (size_t k = 0; k < 2; k++) {
            if ((k && told) || deletes_claims(was->object, when[k]) || !deletes_claims(is->object, when[k])) continue;
            struct finding *x = view_report(f, "object/data-loss", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, is->object, str_from(when[k]));
            x->message = str_printf(f->a, "its claims are now deleted %s, and their data with them (persistentVolumeClaimRetentionPolicy.%s: Delete)",
                                    k ? "when it is scaled down" : "with it", when[k]);
            x->fix = str_printf(f->a, "set persistentVolumeClaimRetentionPolicy.%s to Retain if the data matters", when[k]);
        }
    }
}

const struct check_entry checks_storage[] = {
    {"object/data-loss", false, true, check_claims},
    {"object/data-loss", false, true, check_operator_claims},
    {"object/data-loss", false, true, check_mounts},
    {"object/data-loss", false, true, check_folders},
    {"object/data-loss", false, true, check_retention},
    {0},
};
