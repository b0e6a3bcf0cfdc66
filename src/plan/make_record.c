/* What the rollback and the people after it need to know of the state before: files in the work folder, and captures. */
#include "plan/planner.h"

static struct step *record_helm(struct planner *p, const char *what, const char *title, const char *file, bool private)
{
    struct step *s = make_step(p, STEP_RECORD, str_printf(p->a, "record-%s", what), str_from(title));
    make_helm(p, &s->argv, "get", what, str_z(p->a, p->plan->release), NULL);
    s->stdout_to = str_from(file);
    s->private_output = private;
    return s;
}

static struct step *record_kubectl(struct planner *p, const char *what, struct str title, const char *resources, const char *file)
{
    struct step *s = make_step(p, STEP_RECORD, str_printf(p->a, "record-%s", what), title);
    make_kubectl(p, &s->argv, p->plan->ns, "get", resources, "-o", "yaml", NULL);
    s->stdout_to = str_from(file);
    return s;
}

static bool in_old(const struct planner *p, const struct item *x)
{
    (void)p;
    return item_in_release(x->old) && !str_is(x->old->kind, "Secret");
}

/* What the runbook's profile records besides: {name, kinds, selector, title, note, errata}. */
static void record_also(struct planner *p)
{
    struct value list = value_at(p->entry->v, "also", NULL);
    for (uint32_t i = 0; list.kind == V_LIST && i < list_len(list); i++) {
        struct value x = list.u.list->v[i];
        const char *name = str_z(p->a, value_str_at(x, "name"));
        struct step *s = record_kubectl(p, name, make_text(p, value_str_at(x, "title"), NULL), str_z(p->a, value_str_at(x, "kinds")),
                                        str_z(p->a, str_printf(p->a, "%s.yaml", name)));
        struct str selector = value_str_at(x, "selector");
        if (selector.n) argv_text(p->a, &s->argv, "-l", str_z(p->a, selector), NULL);
        s->note = make_text(p, value_str_at(x, "note"), NULL);
        step_errata(p->a, s, str_z(p->a, value_str_at(x, "errata")));
    }
}

void make_record(struct planner *p)
{
    struct arena *a = p->a;
    struct step *s = record_helm(p, "values", "Record the release's own values", "values.yaml", true);
    argv_text(a, &s->argv, "-o", "yaml", NULL);
    record_helm(p, "manifest", "Record the release's manifest", "manifest.yaml", true);
    record_helm(p, "hooks", "Record the release's hooks", "hooks.yaml", true);
    s = make_step(p, STEP_RECORD, STR("record-history"), STR("Record the release's history"));
    make_helm(p, &s->argv, "history", str_z(a, p->plan->release), "--max", "10", NULL);
    s->stdout_to = STR("history.txt");
    uint32_t n;
    struct ref_group *g = make_groups(p, in_old, false, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct str where = i ? str_printf(a, "objects-%.*s", STR_ARG(g[i].ns.n ? g[i].ns : STR("cluster"))) : STR("objects");
        s = make_step(p, STEP_RECORD, str_printf(a, "record-%.*s", STR_ARG(where)), STR("Record the release's objects as they are"));
        make_kubectl(p, &s->argv, g[i].ns, "get", "-o", "yaml", NULL);
        for (uint32_t k = 0; k < g[i].n; k++) argv_add(a, &s->argv, ARG_TEXT, make_ref(a, g[i].v[k]));
        s->stdout_to = str_printf(a, "%.*s.yaml", STR_ARG(where));
        s->private_output = true;
    }
    if (p->shape.scalers_n) record_kubectl(p, "scaledobjects", STR("Record the ScaledObjects as they are"), "scaledobjects.keda.sh", "scaledobjects.yaml");
    if (p->shape.claims_n) record_kubectl(p, "claims", STR("Record the claims as they are"), "persistentvolumeclaims", "claims.yaml");
    s = make_step(p, STEP_RECORD, STR("record-images"), STR("Record which images run"));
    make_kubectl(p, &s->argv, p->plan->ns, "get", "pods", "-o", "jsonpath={range .items[*]}{.metadata.name}{\": \"}{.spec.containers[*].image}{\"\\n\"}{end}", NULL);
    s->stdout_to = STR("images.txt");
    record_also(p);
}

/* Helm's own template over the release makes the texts that later steps compare with: its functions are those of Go's text/template alone, and
 * the length of a padded string is the one way to add. */
static void capture_release(struct planner *p, const char *what, const char *title, const char *name, enum capture_type type, const char *template, const char *must)
{
    struct step *s = make_step(p, STEP_CAPTURE, str_from(what), make_text(p, str_from(title), NULL));
    make_helm(p, &s->argv, "get", "all", str_z(p->a, p->plan->release), "--template", template, NULL);
    step_capture(p->a, s, str_from(name), type, str_from(must));
}

static void capture_scaled(struct planner *p)
{
    struct arena *a = p->a;
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        if (!u->capture.n) continue;
        const struct object *o = u->old->object;
        struct step *s = make_step(p, STEP_CAPTURE, str_printf(a, "replicas-%.*s", STR_ARG(o->name)), str_printf(a, "How many replicas has %.*s now?", STR_ARG(o->name)));
        make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o", "jsonpath={.spec.replicas}", NULL);
        step_capture(a, s, u->capture, CAPTURE_INT, STR("^[0-9]+$"));
    }
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler_pair *x = &p->shape.scalers[i];
        if (!x->old || x->old->hpa) continue;
        const struct object *o = x->item->old;
        struct step *s = make_step(p, STEP_CAPTURE, str_printf(a, "paused-%.*s", STR_ARG(o->name)), str_printf(a, "Is %.*s paused already?", STR_ARG(o->name)));
        struct str count = make_jsonpath_key(a, ".metadata.annotations", STR("autoscaling.keda.sh/paused-replicas"));
        struct str flag = make_jsonpath_key(a, ".metadata.annotations", STR("autoscaling.keda.sh/paused"));
        make_kubectl(p, &s->argv, o->ns, "get", str_z(a, make_ref(a, o)), "-o", NULL);
        argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "jsonpath=%.*s{\"\\n\"}%.*s{\"\\n\"}", STR_ARG(count), STR_ARG(flag)));
        step_capture(a, s, make_paused_at(a, o), CAPTURE_STRING, STR("^[0-9]*$"))->if_absent = STR("");
        step_capture(a, s, make_paused_flag(a, o), CAPTURE_STRING, STR("^(true|false)?$"))->if_absent = STR("");
    }
}

void make_captures(struct planner *p)
{
    struct plan *q = p->plan;
    capture_release(p, "revision", "Take the revision number of {release}", "revision", CAPTURE_INT, "{{.Release.Version}}", "^[1-9][0-9]*$");
    capture_release(p, "next-revision", "Which number will the upgrade have?", "next_revision", CAPTURE_INT, "{{len (printf \"%*s \" .Release.Version \"\")}}", "^[1-9][0-9]*$");
    /* Each of these texts is unique to this run, for the revision is in it: by them resumed runs and the rollback see what has been done. */
    capture_release(p, "description-upgrade", "By which words is the upgrade known?", "description.upgrade", CAPTURE_STRING,
                    str_z(p->a, str_printf(p->a, "rutter: %.*s to %.*s, from revision {{.Release.Version}}", STR_ARG(q->version_old), STR_ARG(q->version_new))), "^rutter: ");
    capture_release(p, "description-back", "By which words is the way back known?", "description.back", CAPTURE_STRING,
                    str_z(p->a, str_printf(p->a, "rutter: back to %.*s, revision {{.Release.Version}}", STR_ARG(q->version_old))), "^rutter: ");
    capture_release(p, "description-rollback", "By which words is Helm's rollback known?", "description.rollback", CAPTURE_STRING, "Rollback to {{.Release.Version}}", "^Rollback to ");
    /* Helm 4 keeps the way in which the last revision was applied, and --force-conflicts is an error for a client-side one. */
    struct step *s = make_step(p, STEP_CAPTURE, STR("server-side"), STR("Does Helm apply this release server-side?"));
    make_helm(p, &s->argv, "get", "all", str_z(p->a, q->release), "--template", "{{eq .Release.ApplyMethod \"ssa\"}}", NULL);
    make_helm(p, &s->argv_helm3, "get", "all", str_z(p->a, q->release), "--template", "false", NULL);
    step_capture(p->a, s, STR("server_side"), CAPTURE_BOOL, STR("^(true|false)$"));
    capture_scaled(p);
}
