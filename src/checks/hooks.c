/* Hooks: what they do that a rollback does not undo, what changes about when they run, and collisions. */
#include "checks/view.h"

#include "kube/field.h"
#include "kube/noise.h"

static bool has_event(const struct object *o, const char *event)
{
    struct str rest = o->from ? o->from->events : (struct str){0}, one;
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, STR(","), &one, &rest);
        if (str_is(str_trim(one), event)) return true;
    }
    return false;
}

static bool runs_at_upgrade(const struct object *o) { return o->owner == OWNER_HOOK && (has_event(o, "pre-upgrade") || has_event(o, "post-upgrade")); }
static bool runs_at_rollback(const struct object *o) { return o->owner == OWNER_HOOK && (has_event(o, "pre-rollback") || has_event(o, "post-rollback")); }

/* ---- what a hook's Job does ---- */

enum work { WORK_CHECKS, WORK_APPLIES, WORK_CHANGES, WORK_MIGRATES, WORK_UNKNOWN };

static void add_words(struct buf *b, struct value list)
{
    for (uint32_t i = 0; i < field_len(list); i++) {
        struct value v = field_item(list, i);
        if (v.kind == V_STR) buf_printf(b, "%.*s ", STR_ARG(v_text(v)));
    }
}

static struct str commands_of(struct arena *a, const struct workload *w)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < w->containers_n; i++) {
        add_words(&b, value_at(w->containers[i].v, "command", NULL));
        add_words(&b, value_at(w->containers[i].v, "args", NULL));
    }
    return buf_done(&b);
}

static bool has_any(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_has(text, str_from(*words))) return true;
    return false;
}

/* kubectl followed, on its line, by a verb that changes something. */
static bool kubectl_changes(struct str text)
{
    static const char *const verbs[] = {" apply", " create", " patch", " delete", " scale", " annotate", " label", " replace", " edit", " set ", " rollout restart", " rollout undo", " drain", " cordon", " run ", NULL};
    struct str line;
    for (bool more = true; more;) {
        more = str_cut(text, STR("\n"), &line, &text);
        ptrdiff_t at = str_find(line, STR("kubectl"));
        if (at >= 0 && has_any(str_from_n(line, (size_t)at), verbs)) return true;
    }
    return false;
}

static bool applies_objects(const struct side *s, const struct object *job)
{
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (s->objects.v[i].owner == OWNER_HOOK_APPLIED && s->objects.v[i].applied_by == job) return true;
    return false;
}

static enum work work_of(struct facts *f, const struct side *s, const struct workload *w)
{
    static const char *const migrates[] = {"migrat", "alembic", "flyway", "liquibase", "db:", "schema-upgrade", "upgrade-db", "db-upgrade", "prisma", NULL};
    static const char *const asks[] = {"curl", "wget", "kubectl", NULL};
    static const char *const sends[] = {"-X POST", "-XPOST", "-X PUT", "-XPUT", "-X DELETE", "-X PATCH", "--data", "--post-data", " -d ", "--request", NULL};
    struct str text = commands_of(f->a, w), name = w->object->name;
    if (applies_objects(s, w->object)) return WORK_APPLIES;
    if (has_any(text, migrates) || has_any(name, migrates)) return WORK_MIGRATES;
    if (kubectl_changes(text)) return WORK_CHANGES;
    return has_any(text, asks) && !has_any(text, sends) ? WORK_CHECKS : WORK_UNKNOWN;
}

/* ---- work that a rollback neither undoes nor redoes ---- */

static const struct object *hook_was(const struct facts *f, const struct object *o)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++)
        if (f->diff.objects.v[i].to == o) return f->diff.objects.v[i].from;
    const struct object *same = objects_find(&f->old_side.objects, o->id);
    if (same) return same;
    /* Named by revision, and otherwise equal: then the two are in no difference. */
    ptrdiff_t dash = str_find_last(o->name, STR("-"));
    for (uint32_t i = 0; dash > 0 && i < f->old_side.objects.n; i++) {
        const struct object *x = &f->old_side.objects.v[i];
        ptrdiff_t at = str_find_last(x->name, STR("-"));
        struct str number = str_from_n(x->name, (size_t)(at + 1)), own = str_from_n(o->name, (size_t)(dash + 1));
        bool numbers = number.n && own.n && number.p[0] >= '0' && number.p[0] <= '9' && own.p[0] >= '0' && own.p[0] <= '9';
        if (x->owner == OWNER_HOOK && str_eq(x->kind, o->kind) && numbers && at == dash && str_eq(str_sub(x->name, 0, (size_t)at), str_sub(o->name, 0, (size_t)dash))) return x;
    }
    return NULL;
}

static bool applied_objects_differ(const struct facts *f, struct names *which)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if ((c->from && c->from->owner == OWNER_HOOK_APPLIED) || (c->to && c->to->owner == OWNER_HOOK_APPLIED)) names_add(which, c->from ? c->from->id : c->to->id);
    }
    return which->n > 0;
}

/* What the pods do, without the images' tags and what carries versions. */
static bool does_other_work(struct facts *f, const struct object *was, const struct object *is)
{
    struct workload x, y;
    if (!workload_read(f->a, was, &x) || !workload_read(f->a, is, &y) || x.containers_n != y.containers_n) return true;
    return !str_eq(commands_of(f->a, &x), commands_of(f->a, &y));
}

static bool images_differ(struct facts *f, const struct object *was, const struct object *is)
{
    struct workload x, y;
    if (!workload_read(f->a, was, &x) || !workload_read(f->a, is, &y)) return true;
    for (uint32_t i = 0; i < x.containers_n && i < y.containers_n; i++)
        if (!str_eq(x.containers[i].image, y.containers[i].image)) return true;
    return false;
}

static void report_not_run(struct facts *f, const struct workload *w, enum work work)
{
    const struct object *was = f->single ? NULL : hook_was(f, w->object);
    struct names applied = {.a = f->a};
    bool differ = work == WORK_APPLIES ? f->single || applied_objects_differ(f, &applied)
                                       : !was || does_other_work(f, was, w->object) || (work == WORK_MIGRATES && images_differ(f, was, w->object));
    enum severity severity = work == WORK_APPLIES || work == WORK_MIGRATES ? SEVERITY_ERROR : SEVERITY_WARNING;
    struct finding *x = view_report(f, "hook/not-run-on-rollback", severity, ABOUT_ACT, f->judged, w->object, STR("helm.sh/hook"));
    x->same_cause = !differ;
    x->message = work == WORK_APPLIES    ? STR("its Job applies objects at an upgrade, and a rollback runs no such hook: the objects of the new version stay as they are")
                 : work == WORK_MIGRATES ? STR("it migrates data at an upgrade, and a rollback does not undo that: the old version meets the new data")
                                         : STR("it does work at an upgrade, and a rollback neither undoes nor repeats it");
    finding_evidence(&f->findings, x, "its events are %.*s; a rollback runs pre-rollback and post-rollback hooks of the revision it goes back to, and no others", STR_ARG(w->object->from->events));
    if (applied.n) finding_evidence(&f->findings, x, "what it applies differs between the versions: %.*s", STR_ARG(names_show(&applied, 4)));
    x->fix = work == WORK_APPLIES    ? STR("save what is applied now before the upgrade; after a rollback apply it again, and delete what only the new version has")
             : work == WORK_MIGRATES ? STR("back the data up before the upgrade, and have the way back of the migration ready, run with the new version's image")
                                     : STR("know what it changes, and how that is undone, before the upgrade");
}

static bool old_hook_covers(const struct facts *f, const struct object *o)
{
    const struct object *was = f->single ? o : hook_was(f, o);
    return was && runs_at_rollback(was);
}

static void check_rollback(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i];
        if (!runs_at_upgrade(w->object) || old_hook_covers(f, w->object)) continue;
        enum work work = work_of(f, f->judged, w);
        if (work != WORK_CHECKS) report_not_run(f, w, work);
    }
}

/* ---- other events, order, policy ---- */

static void check_changed(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *to = &f->judged->objects.v[i], *from = to->owner == OWNER_HOOK ? hook_was(f, to) : NULL;
        if (!from || from->owner != OWNER_HOOK || has_event(to, "test") || has_event(from, "test")) continue;
        struct names l = {.a = f->a};
        if (!str_eq(from->from->events, to->from->events)) names_add(&l, str_printf(f->a, "its events go from %.*s to %.*s", STR_ARG(from->from->events), STR_ARG(to->from->events)));
        if (from->from->weight != to->from->weight) names_add(&l, str_printf(f->a, "its weight goes from %d to %d", from->from->weight, to->from->weight));
        if (!l.n) continue;
        struct finding *x = view_report(f, "hook/changed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, to, STR("helm.sh/hook"));
        x->message = names_show(&l, 2);
        x->fix = STR("see that it still runs when what it needs is there, and before what needs it");
    }
}

/* ---- collisions ---- */

/* Helm deletes what is no longer in the manifest after the pre-upgrade hooks ran: the hook's own object among it
 * (pkg/action/upgrade.go: pre-hooks, then Update(current, target), which deletes the difference). */
static void check_moved(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *to = &f->judged->objects.v[i], *from = to->owner == OWNER_HOOK ? objects_find(&f->old_side.objects, to->id) : NULL;
        if (!from || from->owner != OWNER_RELEASE || !has_event(to, "pre-upgrade")) continue;
        struct finding *x = view_report(f, "hook/conflict", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, to, STR("helm.sh/hook"));
        x->message = STR("it was part of the release and is now made by a pre-upgrade hook: Helm makes it, and then deletes it as no longer part of the release");
        x->fix = str_printf(f->a, "annotate %.*s with helm.sh/resource-policy=keep before the upgrade, or make it again after it", STR_ARG(to->id));
    }
}

static bool collides(const struct object *o)
{
    return runs_at_upgrade(o) && o->from->delete_policy.n && !str_has(o->from->delete_policy, STR("before-hook-creation")) && !str_has(o->from->delete_policy, STR("hook-succeeded"));
}

/* A hook that stays, under a name that is the same at the next upgrade. */
static void check_leftover(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *to = &f->judged->objects.v[i], *from = f->single ? NULL : objects_find(&f->old_side.objects, to->id);
        if (to->owner != OWNER_HOOK || !collides(to) || (!f->single && !from)) continue;
        struct finding *x = view_report(f, "hook/conflict", SEVERITY_WARNING, from && collides(from) ? ABOUT_STATE : ABOUT_CHANGE, f->judged, to, STR("helm.sh/hook-delete-policy"));
        x->message = str_printf(f->a, "its delete policy is %.*s, so it is still there when the hook runs again: that upgrade fails with \"already exists\"", STR_ARG(to->from->delete_policy));
        x->fix = str_printf(f->a, "delete %.*s before the upgrade", STR_ARG(to->id));
    }
}

const struct check_entry checks_hooks[] = {
    {"hook/not-run-on-rollback", true, true, check_rollback},
    {"hook/changed", false, true, check_changed},
    {"hook/conflict", false, true, check_moved},
    {"hook/conflict", true, true, check_leftover},
    {0},
};
