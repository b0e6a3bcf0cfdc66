/* argv as a program: what its words say that it does, and nothing else. What is not on a list here is unmodelled. */
#include "proof/model.h"

struct words {
    const struct reading *r;
    const struct step *step;
    const struct arg *v;
    uint32_t n, i;
    struct action *x;
    struct str ns;        /* of -n; "" */
    bool context;         /* the run's own context was given */
};

static void unknown(struct words *w, const char *why)
{
    w->x->verb = VERB_UNKNOWN;
    if (!w->x->why) w->x->why = why;
}

static void weak(struct words *w, const char *code, const char *why)
{
    struct action *x = w->x;
    for (uint32_t i = 0; i < x->weak_n; i++)
        if (!strcmp(x->weak[i].code, code)) return;
    if (x->weak_n < MOST_WEAK) x->weak[x->weak_n++] = (struct weakness){code, why};
}

static bool is_text(const struct arg *x, const char *z) { return x->kind == ARG_TEXT && str_is(x->text, z); }
static struct str text_of(const struct arg *x) { return x->kind == ARG_TEXT ? x->text : STR(""); }
/* "--name=" before the value, or all in one literal. */
static bool starts(const struct arg *x, const char *z) { return str_starts(x->kind == ARG_TEXT ? x->text : x->before, str_from(z)); }
static struct arg after_equals(const struct arg *x, size_t n)
{
    struct arg out = *x;
    if (x->kind == ARG_TEXT) out.text = str_from_n(x->text, n);
    return out;
}

static const struct arg *next(struct words *w) { return w->i < w->n ? &w->v[w->i++] : NULL; }

static bool context_is(struct words *w)
{
    const struct arg *x = next(w);
    if (x && x->kind == ARG_PARAM && str_is(x->text, "context") && !x->before.n) return w->context = true;
    unknown(w, "it names another kube context than the run's");
    return false;
}

/* ---- objects by their kubectl names ---- */

static struct str lower(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) buf_byte(&b, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i]);
    return buf_str(&b);
}

static struct str group_of(struct str api_version)
{
    struct str head, tail;
    return str_cut(api_version, STR("/"), &head, &tail) ? head : STR("");
}

bool model_is_custom(const struct plan_object *o)
{
    /* What Helm has Go types for, and so merges three ways (k8s.io/client-go/kubernetes/scheme and apiextensions): aggregated APIs and definitions
     * with a name of Kubernetes' own (gateway.networking.k8s.io) are not among them. */
    static const char *const typed[] = {"admissionregistration", "apiextensions", "authentication", "authorization", "certificates", "coordination", "discovery", "events",
                                        "flowcontrol.apiserver", "internal.apiserver", "networking", "node", "rbac.authorization", "resource", "scheduling", "storage",
                                        "storagemigration"};
    struct str g = group_of(o->api_version), of = str_trim_suffix(g, STR(".k8s.io"));
    if (str_chr(g, '.') < 0) return false;
    for (size_t i = 0; of.n < g.n && i < sizeof typed / sizeof *typed; i++)
        if (str_is(of, typed[i])) return false;
    return true;
}

/* Of the group "extensions" nothing is left: what was in it is the same object in another (Kubernetes, "Deprecated API Migration Guide"). */
static struct str served_group(struct str api_version, struct str kind)
{
    struct str group = group_of(api_version);
    if (!str_is(group, "extensions")) return group;
    if (str_is(kind, "Ingress") || str_is(kind, "NetworkPolicy")) return STR("networking.k8s.io");
    return str_is(kind, "PodSecurityPolicy") ? STR("policy") : STR("apps");
}

static void index_objects(struct reading *r)
{
    const struct plan *p = r->plan;
    for (uint32_t i = 0; i < p->objects_n; i++) {
        const struct plan_object *o = &p->objects[i];
        struct str kind = lower(r->a, o->kind), group = served_group(o->api_version, o->kind);
        void *at = (void *)(uintptr_t)(i + 1);
        struct str ref = str_printf(r->a, "%.*s%s%.*s/%.*s/%.*s", STR_ARG(kind), group.n ? "." : "", STR_ARG(group), STR_ARG(o->ns), STR_ARG(o->name));
        strmap_put(&r->objects, ref, at);
        ref = str_printf(r->a, "%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(o->ns), STR_ARG(o->name));
        if (group.n && !strmap_find(&r->objects, ref)) strmap_put(&r->objects, ref, at);
    }
}

static uint32_t object_at(const struct reading *r, struct str resource, struct str ns, struct str name)
{
    struct str with = str_printf(r->a, "%.*s/%.*s/%.*s", STR_ARG(resource), STR_ARG(ns), STR_ARG(name));
    uintptr_t i = (uintptr_t)strmap_get(&r->objects, with);
    if (!i) i = (uintptr_t)strmap_get(&r->objects, str_printf(r->a, "%.*s//%.*s", STR_ARG(resource), STR_ARG(name)));
    return i ? (uint32_t)i - 1 : UINT32_MAX;
}

/* "job.batch/x-" before the number of the upgrade's revision: the object that the render calls x-2. */
static uint32_t numbered_object(const struct words *w, const struct arg *x)
{
    const struct meant *m = model_capture(w->r, x->text);
    struct str resource, name;
    if (!m || m->meaning != MEANS_NEXT || !str_cut(x->before, STR("/"), &resource, &name)) return UINT32_MAX;
    for (uint32_t i = 0; i < w->r->plan->objects_n; i++) {
        const struct plan_object *o = &w->r->plan->objects[i];
        if (!o->in_new || !str_starts(o->name, name) || o->name.n == name.n) continue;
        bool digits = true;
        for (size_t k = name.n; k < o->name.n; k++) digits &= o->name.p[k] >= '0' && o->name.p[k] <= '9';
        if (digits && object_at(w->r, resource, w->ns, o->name) == i) return i;
    }
    return UINT32_MAX;
}

static void add_object(struct words *w, uint32_t i)
{
    if (i == UINT32_MAX) unknown(w, "it names an object that the plan does not know");
    else *PUSH(w->r->a, w->x->objects, w->x->objects_n, w->x->objects_cap) = i;
}

/* "secret sh.helm.release.v1.sie.v3": the records of releases are Secrets of that name (pkg/storage/storage.go). */
static bool forgets(struct words *w, const struct arg *x)
{
    struct str record = str_printf(w->r->a, "sh.helm.release.v1.%.*s.v", STR_ARG(w->r->plan->release));
    if (x->kind != ARG_CAPTURE || !str_eq(x->before, record)) return false;
    w->x->verb = VERB_FORGET;
    w->x->capture = x->text;
    if (!str_eq(w->ns, w->r->plan->ns)) unknown(w, "it is the record of a release in another namespace");
    return true;
}

/* All records of operations that were never finished, by the labels that Helm gives them (pkg/storage/driver/secrets.go). */
static bool forgets_pending(struct words *w)
{
    struct str wanted = str_printf(w->r->a, "owner=helm,name=%.*s,status in (pending-install,pending-upgrade,pending-rollback)", STR_ARG(w->r->plan->release));
    return !w->x->objects_n && str_eq(w->ns, w->r->plan->ns) && str_eq(w->x->selector, wanted);
}

/* What stands for objects: TYPE/NAME..., or TYPE NAME..., or TYPE alone. */
static void read_target(struct words *w, const struct arg *x, struct str *resource)
{
    struct str head, tail;
    if (x->kind == ARG_TEXT && str_cut(x->text, STR("/"), &head, &tail)) add_object(w, object_at(w->r, head, w->ns, tail));
    else if (x->kind == ARG_CAPTURE && str_chr(x->before, '/') >= 0) add_object(w, numbered_object(w, x));
    else if (!resource->n && x->kind == ARG_TEXT) *resource = x->text;
    else if (forgets(w, x)) return;
    else if (x->kind == ARG_CAPTURE && !x->before.n && (str_is(*resource, "persistentvolume") || str_is(*resource, "pv"))) {
        w->x->volume = true;
        w->x->capture = x->text;
    }
    else if (x->kind == ARG_TEXT && w->x->verb != VERB_OBSERVE) add_object(w, object_at(w->r, *resource, w->ns, x->text));
    else if (x->kind == ARG_TEXT) {
        uint32_t i = object_at(w->r, *resource, w->ns, x->text);
        if (i != UINT32_MAX) add_object(w, i);
    }
}

/* ---- kubectl ---- */

/* The closed list of what only looks. `config`, `proxy`, `exec`, `run`, `cp`, `debug` are not on it. */
static const char *const kubectl_looks[] = {"get", "describe", "logs", "version", "wait", "api-resources", "api-versions", "cluster-info", "top", "explain", "diff", NULL};

static const struct { const char *word; enum verb verb; } kubectl_changes[] = {
    {"apply", VERB_APPLY}, {"delete", VERB_DELETE}, {"scale", VERB_SCALE}, {"annotate", VERB_ANNOTATE}, {"patch", VERB_PATCH},
};

static bool listed(const char *const *list, struct str s)
{
    for (; *list; list++)
        if (str_is(s, *list)) return true;
    return false;
}

/* Flags whose value is the next word, and flags without; any other makes a changing command unmodelled. */
static bool kubectl_flag(struct words *w, const struct arg *x)
{
    static const char *const with_value[] = {"-o", "--output", "-l", "--selector", "--for", "--type", "-c", "--sort-by", "--field-selector", NULL};
    static const char *const alone[] = {"--all-containers", "--ignore-not-found", "--ignore-not-found=true", "--overwrite", "--overwrite=true", "--server-side",
                                        "--force-conflicts", "--dry-run=server", "--raw", "-w", "--no-headers", "--show-labels", NULL};
    static const char *const with_equals[] = {"--timeout=", "--field-manager=", "--tail=", "--replicas=", "--type=", "--for=", "--selector=", "--since=", "--output=", NULL};
    struct action *a = w->x;
    struct str s = text_of(x);
    /* kubectl deletes in the background by itself; an orphaned pod is its successor's. Either way the object is gone. */
    if (a->verb == VERB_DELETE && (str_is(s, "--cascade=background") || str_is(s, "--cascade=orphan"))) return true;
    if (str_is(s, "--all") && a->verb == VERB_ANNOTATE) return a->all = a->missing_ok = true;
    if (listed(alone, s)) {
        a->missing_ok |= str_starts(s, STR("--ignore-not-found"));
        a->overwrite |= str_starts(s, STR("--overwrite"));
        if (str_is(s, "--dry-run=server")) a->dry_run = true;
        if (str_is(s, "--raw")) a->any_of_kind = true;
        return true;
    }
    if (str_is(s, "-f") || str_is(s, "--filename") || str_is(s, "--patch-file")) {
        const struct arg *f = next(w);
        if (!f || f->kind != ARG_WORK || f->before.n) return unknown(w, "it reads a file that is not the plan's"), true;
        a->file = f->text;
        return true;
    }
    if (listed(with_value, s)) {
        const struct arg *f = next(w);
        if (!f) return unknown(w, "a flag lacks its value"), true;
        if (str_is(s, "-o") || str_is(s, "--output")) a->template = text_of(f);
        if (str_is(s, "--type")) a->merge = is_text(f, "merge");
        if (str_is(s, "--type") && !is_text(f, "merge") && !is_text(f, "strategic")) unknown(w, "a patch of that type is not modelled");
        if (str_is(s, "-l") || str_is(s, "--selector")) a->selector = text_of(f), a->any_of_kind = true;
        return true;
    }
    for (const char *const *e = with_equals; *e; e++)
        if (starts(x, *e)) {
            if (str_is(str_from(*e), "--replicas=")) a->value = after_equals(x, strlen(*e));
            return true;
        }
    return false;
}

static const char *const annotations[] = {"autoscaling.keda.sh/paused-replicas", "autoscaling.keda.sh/paused", "helm.sh/resource-policy", NULL};

/* key=value or key- */
static bool annotation(struct words *w, const struct arg *x)
{
    struct str text = x->kind == ARG_TEXT ? x->text : x->before;
    ptrdiff_t eq = str_chr(text, '=');
    if (eq > 0) {
        w->x->key = str_sub(text, 0, (size_t)eq);
        w->x->value = after_equals(x, (size_t)eq + 1);
        if (x->kind != ARG_TEXT && (size_t)eq + 1 != text.n) unknown(w, "an annotation of two parts is not modelled");
        return true;
    }
    if (x->kind != ARG_TEXT || !text.n || text.p[text.n - 1] != '-') return false;
    w->x->key = str_sub(text, 0, text.n - 1);
    return w->x->remove = true;
}

static void read_kubectl(struct words *w)
{
    struct action *a = w->x;
    struct str verb = STR(""), resource = STR("");
    for (const struct arg *x; (x = next(w));) {
        if (is_text(x, "--context")) {
            if (!context_is(w)) return;
        } else if (is_text(x, "-n") || is_text(x, "--namespace")) {
            if ((x = next(w))) w->ns = text_of(x);
        } else if (!verb.n) {
            verb = text_of(x);
            a->ask = str_printf(w->r->a, "kubectl %.*s", STR_ARG(verb));
            a->verb = listed(kubectl_looks, verb) ? VERB_OBSERVE : VERB_UNKNOWN;
            for (size_t i = 0; i < sizeof kubectl_changes / sizeof *kubectl_changes; i++)
                if (str_is(verb, kubectl_changes[i].word)) a->verb = kubectl_changes[i].verb;
            if (str_is(verb, "rollout")) a->verb = (x = next(w)) && is_text(x, "status") ? VERB_OBSERVE : VERB_UNKNOWN;
            if (str_is(verb, "auth")) {
                a->verb = (x = next(w)) && is_text(x, "can-i") ? VERB_OBSERVE : VERB_UNKNOWN;
                a->any_of_kind = true; /* what follows is a right, no object */
            }
            if (a->verb == VERB_UNKNOWN) return unknown(w, "this kubectl command is not modelled");
        } else if (x->kind == ARG_TEXT && x->text.n && x->text.p[0] == '-') {
            if (!kubectl_flag(w, x) && a->verb != VERB_OBSERVE) return unknown(w, "a flag of it is not modelled");
        } else if (x->kind != ARG_TEXT && x->before.n && x->before.p[0] == '-') {
            if (!kubectl_flag(w, x)) return unknown(w, "a flag of it is not modelled");
        } else if (a->verb == VERB_ANNOTATE && (a->objects_n || a->all) && annotation(w, x)) {
            continue;
        } else if (!a->any_of_kind || a->verb != VERB_OBSERVE) {
            read_target(w, x, &resource);
        }
    }
    a->ns = w->ns;
    if (!w->context) return unknown(w, "it does not name the run's kube context");
    for (uint32_t i = 0; a->all && resource.n && i < w->r->plan->objects_n; i++)
        if (object_at(w->r, resource, w->ns, w->r->plan->objects[i].name) == i) add_object(w, i);
    if (resource.n && !a->objects_n && !a->volume && a->verb != VERB_FORGET) a->any_of_kind = true;
    if (a->verb == VERB_APPLY && a->dry_run) a->verb = VERB_OBSERVE;
    if (a->verb == VERB_APPLY && !a->file.n) unknown(w, "what it applies is not known");
    if (a->verb == VERB_PATCH && !a->file.n) unknown(w, "its patch is not known");
    if (a->verb == VERB_DELETE && str_is(resource, "secret") && forgets_pending(w)) a->verb = VERB_FORGET;
    if (a->verb == VERB_DELETE && (!a->objects_n || a->selector.n)) unknown(w, "it deletes more than objects by name");
    if ((a->verb == VERB_SCALE || a->verb == VERB_ANNOTATE) && !a->objects_n && !a->all) unknown(w, "its object is not known");
    if (a->verb == VERB_ANNOTATE && !listed(annotations, a->key)) unknown(w, "what its annotation does is not modelled");
    if (a->verb == VERB_PATCH && !a->objects_n && !a->volume) unknown(w, "its object is not known");
    if (a->verb == VERB_OBSERVE && a->dry_run && !a->file.n) unknown(w, "what it would apply is not known");
}

/* ---- helm ---- */

static const char *const helm_looks[] = {"get", "history", "status", "version", "show", "list", "search", "lint", "template", "verify", "pull", NULL};

static enum side side_of_role(struct str role, const char *what)
{
    struct str head = str_from(what);
    if (!str_starts(role, head)) return SIDE_NONE;
    return str_is(str_from_n(role, head.n), "old") ? SIDE_OLD : str_is(str_from_n(role, head.n), "new") ? SIDE_NEW : SIDE_NONE;
}

static bool recorded_values(const struct reading *r, struct str file)
{
    const struct work_file *f = model_file(r, file);
    const struct step *s = f ? f->writer : NULL;
    return s && s->kind == STEP_RECORD && s->argv.n > 6 && is_text(&s->argv.v[0], "helm") && is_text(&s->argv.v[5], "get") && is_text(&s->argv.v[6], "values");
}

static void read_upgrade_flags(struct words *w)
{
    struct action *a = w->x;
    enum side chart = SIDE_NONE, values = SIDE_NONE;
    bool timeout = false, release = false, reset = false;
    uint32_t files = 0;
    for (const struct arg *x; (x = next(w));) {
        const struct arg *value;
        if (is_text(x, "--wait") || is_text(x, "--wait=true")) a->waits = true;
        else if (is_text(x, "--reset-values")) reset = true;
        else if (is_text(x, "--dry-run=server")) a->dry_run = true;
        else if (is_text(x, "--timeout")) timeout = (value = next(w)) && value->kind == ARG_TEXT;
        else if (is_text(x, "--history-max")) next(w);
        else if (is_text(x, "--description")) {
            if ((value = next(w)) && value->kind == ARG_CAPTURE) a->words = value->text;
        } else if (starts(x, "--force-conflicts=")) a->force = after_equals(x, strlen("--force-conflicts="));
        else if (is_text(x, "--force-conflicts")) a->force = (struct arg){.kind = ARG_TEXT, .text = STR("true")};
        else if (is_text(x, "-f") || is_text(x, "--values")) {
            value = next(w);
            if (value && value->kind == ARG_WORK && files == 0 && recorded_values(w->r, value->text)) values = SIDE_OLD;
            else if (value && value->kind == ARG_INPUT && files == 0) values = side_of_role(value->text, "values-");
            else if (value && value->kind == ARG_WORK && files == 1) a->overlay = value->text;
            else return unknown(w, "its values are not a side's own file and then at most an overlay of the plan's");
            files++;
        } else if (is_text(x, "--set")) {
            next(w);
            weak(w, "pins", "what is given by --set stays in the recorded values");
        } else if (!release && is_text(x, str_z(w->r->a, w->r->plan->release))) release = true;
        else if (release && chart == SIDE_NONE && x->kind == ARG_INPUT) chart = side_of_role(x->text, "chart-");
        else return unknown(w, "a word of it is not modelled");
    }
    if (!release) unknown(w, "it is not this plan's release");
    else if (chart == SIDE_NONE || values == SIDE_NONE) unknown(w, "its chart or its values are of no side");
    else if (chart != values) weak(w, "values", "its chart and its values are not of one side");
    else if (!reset) weak(w, "reuse", "without --reset-values it may reuse values of the release");
    if (!a->dry_run && (!a->waits || !timeout)) weak(w, "no-wait", "without --wait and --timeout its success says nothing");
    const struct meant *words = model_capture(w->r, a->words);
    if (!a->dry_run && (!words || words->meaning != MEANS_WORDS)) weak(w, "no-words", "nothing in the record would tell that it was this run's: --description");
    a->side = chart;
}

static void read_rollback_flags(struct words *w)
{
    struct action *a = w->x;
    bool release = false, timeout = false;
    for (const struct arg *x; (x = next(w));) {
        if (is_text(x, "--wait")) a->waits = true;
        else if (is_text(x, "--timeout")) timeout = next(w) != NULL;
        else if (is_text(x, "--history-max")) next(w);
        else if (starts(x, "--force-conflicts=")) a->force = after_equals(x, strlen("--force-conflicts="));
        else if (is_text(x, "--force-conflicts")) a->force = (struct arg){.kind = ARG_TEXT, .text = STR("true")};
        else if (!release && is_text(x, str_z(w->r->a, w->r->plan->release))) release = true;
        else if (release && x->kind == ARG_CAPTURE && !x->before.n) a->capture = x->text;
        else return unknown(w, "a word of it is not modelled");
    }
    const struct meant *m = model_capture(w->r, a->capture);
    if (!release) unknown(w, "it is not this plan's release");
    else if (!m || m->meaning != MEANS_REVISION || m->step->fresh) unknown(w, "it does not go to the revision that was recorded before the upgrade");
    else if (!a->waits || !timeout) weak(w, "no-wait", "without --wait and --timeout its success says nothing");
    a->side = SIDE_OLD;
}

static void read_helm(struct words *w)
{
    struct action *a = w->x;
    struct str verb = STR("");
    for (const struct arg *x; !verb.n && (x = next(w));) {
        if (is_text(x, "--kube-context")) {
            if (!context_is(w)) return;
        } else if (is_text(x, "-n") || is_text(x, "--namespace")) {
            if ((x = next(w))) w->ns = text_of(x);
        } else verb = text_of(x);
    }
    bool here = w->context && str_eq(w->ns, w->r->plan->ns);
    a->ask = str_printf(w->r->a, "helm %.*s", STR_ARG(verb));
    a->verb = VERB_OBSERVE;
    if (str_is(verb, "upgrade") || str_is(verb, "rollback")) {
        a->verb = str_is(verb, "upgrade") ? VERB_UPGRADE : VERB_ROLLBACK;
        if (!here) return unknown(w, "it does not name the run's kube context and the release's namespace");
        if (a->verb == VERB_UPGRADE) read_upgrade_flags(w);
        else read_rollback_flags(w);
        if (a->verb == VERB_UPGRADE && a->dry_run) a->verb = VERB_OBSERVE;
        return;
    }
    const struct arg *sub = NULL;
    if (str_is(verb, "repo") || str_is(verb, "dependency")) {
        /* Into the plan's own configuration and the copy of the chart: the work folder. */
        sub = next(w);
        if (!sub || !(is_text(sub, "add") || is_text(sub, "update") || is_text(sub, "build") || is_text(sub, "list"))) unknown(w, "this helm command is not modelled");
        return;
    }
    if (!listed(helm_looks, verb)) return unknown(w, "this helm command is not modelled");
    bool release = false;
    if (str_is(verb, "get") && (sub = next(w))) a->ask = str_printf(w->r->a, "helm get %.*s", STR_ARG(text_of(sub)));
    for (const struct arg *x; (x = next(w));) {
        if (is_text(x, "--template") && (x = next(w))) a->template = text_of(x);
        else if (is_text(x, str_z(w->r->a, w->r->plan->release))) release = true;
        else if (is_text(x, "--post-renderer")) return unknown(w, "it runs a program of its own");
    }
    if ((str_is(verb, "get") || str_is(verb, "history") || str_is(verb, "status")) && (!release || !here)) unknown(w, "it does not ask this plan's release");
}

/* ---- terraform ---- */

static enum side side_of_variables(const struct reading *r, const struct step *s)
{
    const struct plan *p = r->plan;
    for (uint32_t i = 0; i < s->env_n; i++) {
        struct str v = text_of(&s->env[i].value);
        bool old = str_eq(v, p->app_old) || str_eq(v, p->version_old), new = str_eq(v, p->app_new) || str_eq(v, p->version_new);
        if (str_starts(s->env[i].name, STR("TF_VAR_")) && old != new) return old ? SIDE_OLD : SIDE_NEW;
    }
    return SIDE_NONE;
}

static void read_terraform(struct words *w)
{
    struct action *a = w->x;
    struct str verb = STR("");
    for (const struct arg *x; (x = next(w));) {
        if (x->kind == ARG_PARAM && str_is(x->before, "-chdir=") && str_is(x->text, "terraform-dir")) w->context = true;
        else if (!verb.n) verb = text_of(x);
        else if (x->kind == ARG_WORK) a->file = x->text;
        else if (!is_text(x, "-input=false") && !is_text(x, "-detailed-exitcode")) return unknown(w, "a word of it is not modelled");
    }
    a->ask = str_printf(w->r->a, "terraform %.*s", STR_ARG(verb));
    a->side = side_of_variables(w->r, w->step);
    a->verb = str_is(verb, "version") ? VERB_OBSERVE : str_is(verb, "plan") ? VERB_PLAN : str_is(verb, "apply") ? VERB_TERRAFORM : VERB_UNKNOWN;
    if (a->verb == VERB_UNKNOWN) unknown(w, "this terraform command is not modelled");
    else if (a->verb != VERB_OBSERVE && (!a->file.n || a->side == SIDE_NONE)) unknown(w, "the version that it applies cannot be seen");
    else if (a->verb != VERB_OBSERVE && !w->context) unknown(w, "it does not name the run's configuration");
}

void action_read(const struct reading *r, const struct step *s, const struct argv *v, struct action *out)
{
    *out = (struct action){.verb = VERB_OBSERVE};
    struct words w = {.r = r, .step = s, .v = v->v, .n = v->n, .i = 1, .x = out};
    struct str program = v->n ? text_of(&v->v[0]) : STR("");
    if (!v->n) return;
    if (str_is(program, "kubectl")) read_kubectl(&w);
    else if (str_is(program, "helm")) read_helm(&w);
    else if (str_is(program, "terraform")) read_terraform(&w);
    else unknown(&w, "this program is not modelled");
}

/* ---- captures ---- */

static void mean(struct reading *r, const struct step *s, const struct action *x, uint32_t line, struct meant *m)
{
    struct str t = x->template;
    bool record = str_is(x->ask, "helm get all"), object = str_is(x->ask, "kubectl get") && x->objects_n == 1 && !x->volume;
    *m = (struct meant){.name = s->captures[line].name, .meaning = MEANS_TEXT, .object = object ? x->objects[0] : UINT32_MAX, .step = s, .text = STR("")};
    struct str rest = t, head = t;
    for (uint32_t i = 0; i <= line; i++) str_cut(rest, STR("{\"\\n\"}"), &head, &rest);
    if (record && str_is(t, "{{.Release.Version}}")) m->meaning = MEANS_REVISION;
    else if (record && str_is(t, "{{len (printf \"%*s \" .Release.Version \"\")}}")) m->meaning = MEANS_NEXT;
    else if (record && str_is(t, "{{.Release.Chart.Metadata.Version}}")) m->meaning = MEANS_VERSION;
    else if (record && str_has(t, STR(".Release.Info.Status}}"))) m->meaning = MEANS_STATUS;
    else if (record && str_has(t, STR(".Release.Info.Description}}"))) {
        m->meaning = MEANS_DESCRIPTION;
        m->deployed_only = str_starts(t, STR("{{if eq (print .Release.Info.Status) \"deployed\"}}"));
    } else if (record && str_has(t, STR(".Release.ApplyMethod"))) m->meaning = MEANS_SERVER_SIDE;
    else if (record && str_is(t, "Rollback to {{.Release.Version}}")) m->meaning = MEANS_ROLLBACK_WORDS;
    else if (record && str_ends(t, STR("{{.Release.Version}}"))) m->meaning = MEANS_WORDS;
    else if (str_is(x->ask, "helm version") && str_has(t, STR("slice .Version 1 2"))) m->meaning = MEANS_MAJOR;
    else if (str_starts(x->ask, STR("helm ")) && !str_has(t, STR("{{"))) {
        m->meaning = MEANS_CONSTANT;
        m->text = t;
    } else if (object && str_is(t, "jsonpath={.spec.replicas}")) m->meaning = MEANS_REPLICAS;
    else if (object && str_is(head, "jsonpath={.metadata.annotations.autoscaling\\.keda\\.sh/paused-replicas}")) m->meaning = MEANS_PAUSED_AT;
    else if (object && str_is(head, "{.metadata.annotations.autoscaling\\.keda\\.sh/paused}")) m->meaning = MEANS_PAUSED;
    else if (object && str_is(t, "jsonpath={.spec.volumeName}")) m->meaning = MEANS_VOLUME;
    else if (x->volume && str_is(t, "jsonpath={.spec.persistentVolumeReclaimPolicy}")) {
        const struct meant *volume = model_capture(r, x->capture);
        m->meaning = MEANS_POLICY;
        m->object = volume && volume->meaning == MEANS_VOLUME ? volume->object : UINT32_MAX;
    } else if (str_is(x->ask, "kubectl get") && x->missing_ok && str_is(t, "name")) m->meaning = MEANS_OUTSIDE;
}

const struct meant *model_capture(const struct reading *r, struct str name)
{
    uintptr_t i = (uintptr_t)strmap_get(&r->by_capture, name);
    return i ? &r->captures[i - 1] : NULL;
}

const struct work_file *model_file(const struct reading *r, struct str name)
{
    uintptr_t i = name.n ? (uintptr_t)strmap_get(&r->by_file, name) : 0;
    return i ? &r->files[i - 1] : NULL;
}

static struct work_file *add_file(struct reading *r, struct str name)
{
    uintptr_t i = (uintptr_t)strmap_get(&r->by_file, name);
    if (i) return &r->files[i - 1];
    struct work_file *f = PUSH(r->a, r->files, r->files_n, r->files_cap);
    *f = (struct work_file){.name = name};
    strmap_put(&r->by_file, name, (void *)(uintptr_t)r->files_n);
    return f;
}

static void read_list(struct reading *r, const struct step_list *l, struct action **actions, struct action **actions3)
{
    *actions = NEW_ARRAY(r->a, struct action, l->n + 1);
    *actions3 = NEW_ARRAY(r->a, struct action, l->n + 1);
    for (uint32_t i = 0; i < l->n; i++) {
        const struct step *s = l->v[i];
        struct action *x = &(*actions)[i];
        action_read(r, s, &s->argv, x);
        if (s->argv_helm3.n) action_read(r, s, &s->argv_helm3, &(*actions3)[i]);
        else (*actions3)[i] = *x;
        if (s->stdout_to.n) add_file(r, s->stdout_to)->writer = s;
        for (uint32_t k = 0; k < s->captures_n; k++) {
            if (strmap_find(&r->by_capture, s->captures[k].name)) continue;
            mean(r, s, x, k, PUSH(r->a, r->captures, r->captures_n, r->captures_cap));
            strmap_put(&r->by_capture, s->captures[k].name, (void *)(uintptr_t)r->captures_n);
        }
    }
}

/* ---- what a file holds ---- */

static enum side side_by_label(const struct reading *r, struct value item)
{
    const struct plan *p = r->plan;
    struct str label = value_str_at(value_at(item, "metadata", "labels", NULL), "helm.sh/chart");
    struct str old = str_printf(r->a, "%.*s-%.*s", STR_ARG(p->chart), STR_ARG(p->version_old)), new = str_printf(r->a, "%.*s-%.*s", STR_ARG(p->chart), STR_ARG(p->version_new));
    if (str_eq(old, new)) return SIDE_NONE;
    return str_eq(label, old) ? SIDE_OLD : str_eq(label, new) ? SIDE_NEW : SIDE_NONE;
}

static uint32_t object_of(const struct reading *r, struct value item)
{
    struct str kind = lower(r->a, value_str_at(item, "kind")), group = group_of(value_str_at(item, "apiVersion"));
    struct value metadata = value_at(item, "metadata", NULL);
    struct str ns = metadata.kind == V_MAP ? value_str_at(metadata, "namespace") : STR(""), name = metadata.kind == V_MAP ? value_str_at(metadata, "name") : STR("");
    struct str resource = group.n ? str_printf(r->a, "%.*s.%.*s", STR_ARG(kind), STR_ARG(group)) : kind;
    return object_at(r, resource, ns.n ? ns : r->plan->ns, name);
}

/* A List that the plan writes, or the definitions that `helm show crds` printed. The version is told by the chart's label, else by which version has just
 * these objects. */
static void read_applied(const struct reading *r, struct action *x, enum side otherwise)
{
    const struct work_file *f = model_file(r, x->file);
    const struct step *s = f ? f->writer : NULL;
    const struct plan *p = r->plan;
    uint32_t old = 0, new = 0, labelled_old = 0, labelled_new = 0;
    x->side = otherwise;
    if (s && s->kind == STEP_RECORD && s->argv.n >= 4 && is_text(&s->argv.v[1], "show") && is_text(&s->argv.v[2], "crds")) {
        x->side = side_of_role(s->argv.v[3].text, "chart-");
        for (uint32_t i = 0; i < p->objects_n; i++)
            if (str_is(x->side == SIDE_OLD ? p->objects[i].owner_old : p->objects[i].owner_new, "crd")) *PUSH(r->a, x->objects, x->objects_n, x->objects_cap) = i;
        return;
    }
    struct value items = s && s->kind == STEP_WRITE ? value_at(s->document, "items", NULL) : NIL;
    if (items.kind != V_LIST) {
        x->verb = VERB_UNKNOWN;
        x->why = "what it applies is not in the plan";
        return;
    }
    for (uint32_t i = 0; i < list_len(items); i++) {
        struct value item = items.u.list->v[i];
        uint32_t o = item.kind == V_MAP ? object_of(r, item) : UINT32_MAX;
        if (o == UINT32_MAX) {
            x->verb = VERB_UNKNOWN;
            x->why = "it applies an object that the plan does not know";
            return;
        }
        if (x->ns.n && p->objects[o].ns.n && !str_eq(x->ns, p->objects[o].ns)) {
            x->verb = VERB_UNKNOWN;
            x->why = "it names another namespace than the objects that it applies";
            return;
        }
        enum side label = side_by_label(r, item);
        labelled_old += label == SIDE_OLD;
        labelled_new += label == SIDE_NEW;
        old += p->objects[o].in_old;
        new += p->objects[o].in_new;
        *PUSH(r->a, x->objects, x->objects_n, x->objects_cap) = o;
    }
    if (labelled_old && !labelled_new) x->side = SIDE_OLD;
    else if (labelled_new && !labelled_old) x->side = SIDE_NEW;
    else if (old != new) x->side = old > new ? SIDE_OLD : SIDE_NEW;
}

/* ---- names to numbers ---- */

static int capture_id(const struct reading *r, struct str name) { return name.n ? (int)(uintptr_t)strmap_get(&r->by_capture, name) - 1 : -1; }
static int arg_id(const struct reading *r, const struct arg *x) { return x->kind == ARG_CAPTURE ? capture_id(r, x->text) : -1; }

static int file_id(struct reading *r, struct str name)
{
    if (!name.n) return -1;
    add_file(r, name);
    return (int)(uintptr_t)strmap_get(&r->by_file, name) - 1;
}

static uint8_t job_bit(uint32_t n) { return (uint8_t)(1 << (n < JOBS ? n : JOBS)); }

static uint8_t deleted_jobs(const struct reading *r, const struct action *x)
{
    uint8_t deleted = 0, left = 0;
    for (uint32_t i = 0, n = 0; i < r->plan->objects_n; i++) {
        if (!r->facts[i].job) continue;
        bool named = false;
        for (uint32_t k = 0; k < x->objects_n; k++) named |= x->objects[k] == i;
        *(named ? &deleted : &left) |= job_bit(n++);
    }
    return (uint8_t)(deleted & ~left);
}

static enum side deployed_wanted(const struct reading *r, const struct step *s)
{
    const struct plan *p = r->plan;
    struct str old = str_printf(r->a, "deployed %.*s %.*s", STR_ARG(p->chart), STR_ARG(p->version_old));
    struct str new = str_printf(r->a, "deployed %.*s %.*s", STR_ARG(p->chart), STR_ARG(p->version_new));
    bool wants_old = false, wants_new = false;
    for (uint32_t i = 0; i < s->expect_n; i++) {
        wants_old |= s->expect[i].kind == EXPECT_EQUALS && str_eq(s->expect[i].text, old);
        wants_new |= s->expect[i].kind == EXPECT_EQUALS && str_eq(s->expect[i].text, new);
    }
    return wants_old == wants_new ? SIDE_NONE : wants_old ? SIDE_OLD : SIDE_NEW;
}

static bool wants_old(const struct reading *r, const struct step *s, const struct action *x)
{
    const struct plan *p = r->plan;
    if (s->kind != STEP_CHECK || s->optional || s->when_n || !str_is(x->template, "{{.Release.Chart.Metadata.Version}}") || str_eq(p->version_old, p->version_new)) return false;
    for (uint32_t i = 0; i < s->expect_n; i++)
        if (s->expect[i].kind == EXPECT_EQUALS && !s->expect[i].on_stderr && str_eq(s->expect[i].text, p->version_old)) return true;
    return false;
}

static void finish_action(struct reading *r, const struct step *s, struct action *x, enum side otherwise)
{
    if (x->verb == VERB_APPLY) read_applied(r, x, otherwise);
    x->capture_id = capture_id(r, x->capture);
    x->words_id = capture_id(r, x->words);
    x->value_id = arg_id(r, &x->value);
    x->force_id = arg_id(r, &x->force);
    x->file_id = file_id(r, x->file);
    x->overlay_id = file_id(r, x->overlay);
    if (x->verb == VERB_UPGRADE && x->overlay.n) r->files[x->overlay_id].overlay = x->side;
    if (x->verb == VERB_DELETE) x->jobs = deleted_jobs(r, x);
    for (uint32_t i = 0; i < x->objects_n; i++) x->deletes_old |= x->verb == VERB_DELETE && !r->plan->objects[x->objects[i]].in_new;
    if (x->verb == VERB_OBSERVE && str_is(x->ask, "helm get all")) {
        x->deployed = deployed_wanted(r, s);
        x->boundary = wants_old(r, s, x);
    }
    r->forgets_by_number |= x->verb == VERB_FORGET && x->capture.n;
}

static void find_holes(const struct reading *r, struct step_ids *out, struct value v, uint32_t depth)
{
    if (depth > r->a->guard->max.depth) guard_trip(r->a->guard, "a document is nested deeper than %u", r->a->guard->max.depth);
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++) find_holes(r, out, v.u.list->v[i], depth + 1);
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        if (e->value.kind == V_STR && str_is(e->key, "$capture")) *PUSH(r->a, out->holes, out->holes_n, out->holes_cap) = capture_id(r, v_text(e->value));
        else if (e->value.kind == V_MAP || e->value.kind == V_LIST) find_holes(r, out, e->value, depth + 1);
    }
}

static struct step_ids ids_of(struct reading *r, const struct step *s)
{
    struct step_ids out = {.writes = file_id(r, s->stdout_to), .done = -1};
    uint32_t cap = 0;
    out.when = NEW_ARRAY(r->a, int, s->when_n + 1);
    out.when_other = NEW_ARRAY(r->a, int, s->when_n + 1);
    out.takes = NEW_ARRAY(r->a, int, s->captures_n + 1);
    for (uint32_t i = 0; i < s->when_n; i++) {
        out.when[i] = capture_id(r, s->when[i].capture);
        out.when_other[i] = capture_id(r, s->when[i].equals_capture);
    }
    for (uint32_t i = 0; i < s->captures_n; i++) out.takes[i] = capture_id(r, s->captures[i].name);
    for (uint32_t i = 0; i < s->preconditions_n; i++)
        for (uint32_t k = 0; k < s->preconditions[i].expect_n; k++)
            if (s->preconditions[i].expect[k].kind == EXPECT_CAPTURE) *PUSH(r->a, out.before, out.before_n, cap) = capture_id(r, s->preconditions[i].expect[k].text);
    if (s->kind == STEP_WRITE) find_holes(r, &out, s->document, 1);
    const struct check *c = &s->done_when;
    if (c->argv.n && c->expect_n == 1 && c->expect[0].kind == EXPECT_CAPTURE) out.done = capture_id(r, c->expect[0].text);
    return out;
}

static struct step_ids *finish_list(struct reading *r, const struct step_list *l, struct action *v, struct action *v3, enum side otherwise)
{
    struct step_ids *ids = NEW_ARRAY(r->a, struct step_ids, l->n + 1);
    for (uint32_t i = 0; i < l->n; i++) {
        finish_action(r, l->v[i], &v[i], otherwise);
        if (l->v[i]->argv_helm3.n) finish_action(r, l->v[i], &v3[i], otherwise);
        else v3[i] = v[i];
        ids[i] = ids_of(r, l->v[i]);
    }
    return ids;
}

static uint8_t sides(struct str old, struct str new, const char *owner) { return (uint8_t)(str_is(old, owner) << SIDE_OLD | str_is(new, owner) << SIDE_NEW); }

static void read_facts(struct reading *r)
{
    r->facts = NEW_ARRAY(r->a, struct object_facts, r->plan->objects_n + 1);
    for (uint32_t i = 0, jobs = 0; i < r->plan->objects_n; i++) {
        const struct plan_object *o = &r->plan->objects[i];
        struct object_facts *f = &r->facts[i];
        struct str old = o->in_old ? o->owner_old : STR(""), new = o->in_new ? o->owner_new : STR("");
        f->kept = sides(old, new, "kept");
        f->hook = sides(old, new, "hook");
        f->applied = sides(old, new, "hook-applied");
        f->record = f->kept | sides(old, new, "release") | sides(old, new, "adopted");
        f->custom = model_is_custom(o);
        f->job = f->hook >> SIDE_NEW & 1 && (str_is(o->kind, "Job") || str_is(o->kind, "Pod"));
        if (f->job) r->all_jobs |= job_bit(jobs++);
    }
}

/* What a file is for: an object's id when it is its patch, else another word. */
static struct str purpose_of(const struct reading *r, const struct action *x)
{
    if (x->verb != VERB_PATCH) return STR("applied");
    return x->objects_n == 1 ? r->plan->objects[x->objects[0]].id : x->capture;
}

static void read_purposes(struct reading *r, struct action *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct work_file *f = v[i].file_id < 0 ? NULL : &r->files[v[i].file_id];
        if (v[i].overlay_id >= 0) r->files[v[i].overlay_id].mixed = true;
        if (!f || (v[i].verb != VERB_PATCH && v[i].verb != VERB_APPLY)) continue;
        struct str purpose = purpose_of(r, &v[i]);
        f->mixed |= f->purpose.n && !str_eq(f->purpose, purpose);
        f->purpose = purpose;
    }
}

/* A patch stands in the plan, and is made for one object. What is in it, the object table cannot tell: a premise. */
static void check_patches(struct reading *r, struct action *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].verb != VERB_PATCH || v[i].file_id < 0) continue;
        const struct work_file *f = &r->files[v[i].file_id];
        if (!f->mixed && f->writer && f->writer->kind == STEP_WRITE && f->writer->document.kind == V_MAP) continue;
        v[i].verb = VERB_UNKNOWN;
        v[i].why = f->mixed ? "its patch is made for something else" : "its patch is not in the plan";
    }
}

/* A step beside another is passed over with it: the other's conditions are its own as well. */
static void share_conditions(struct arena *a, struct step_list *l)
{
    struct step **v = NEW_ARRAY(a, struct step *, l->n + 1);
    const struct step *leader = NULL;
    for (uint32_t i = 0; i < l->n; i++) {
        v[i] = l->v[i];
        if (v[i]->background) leader = v[i];
        if (!v[i]->beside.n || !leader || !leader->when_n || !str_eq(v[i]->beside, leader->id)) continue;
        struct step *s = v[i] = NEW(a, struct step);
        *s = *l->v[i];
        s->when = NEW_ARRAY(a, struct condition, s->when_n + leader->when_n);
        for (uint32_t k = 0; k < s->when_n; k++) s->when[k] = l->v[i]->when[k];
        for (uint32_t k = 0; k < leader->when_n; k++) s->when[s->when_n++] = leader->when[k];
        s->when_cap = s->when_n;
    }
    l->v = v;
}

void model_read(struct reading *r, struct arena *a, const struct plan *given)
{
    struct plan *p = NEW(a, struct plan);
    *p = *given;
    share_conditions(a, &p->forward);
    share_conditions(a, &p->back);
    *r = (struct reading){.a = a, .plan = p, .objects = strmap_new(a), .by_capture = strmap_new(a), .by_file = strmap_new(a)};
    index_objects(r);
    read_facts(r);
    read_list(r, &p->forward, &r->forward, &r->forward3);
    read_list(r, &p->back, &r->back, &r->back3);
    r->forward_ids = finish_list(r, &p->forward, r->forward, r->forward3, SIDE_NEW);
    r->back_ids = finish_list(r, &p->back, r->back, r->back3, SIDE_OLD);
    struct action *all[] = {r->forward, r->forward3, r->back, r->back3};
    for (int i = 0; i < 4; i++) read_purposes(r, all[i], i < 2 ? p->forward.n : p->back.n);
    for (int i = 0; i < 4; i++) check_patches(r, all[i], i < 2 ? p->forward.n : p->back.n);
}
