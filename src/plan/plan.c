#include "plan/plan.h"

#include <stdlib.h>
#include <time.h>

#include "base/parallel.h"
#include "base/sha256.h"
#include "plan/planner.h"
#include "plan/volatile.h"
#include "value/yaml.h"

struct str plan_values_text(struct arena *a, const struct map *user)
{
    struct buf b = buf_new(a);
    yaml_write(&b, v_map(user ? (struct map *)(uintptr_t)user : map_new(a)));
    return buf_done(&b);
}

/* ---- what the plan knows of its inputs ---- */

static struct str text_or_empty(struct str s) { return s.p ? s : STR(""); }

static const char *strategy_name(enum strategy s)
{
    static const char *const names[] = {"chart", "oci", "terraform"};
    return names[s];
}

static struct str date_of(struct arena *a, int64_t seconds)
{
    struct tm tm;
    time_t t = (time_t)seconds;
    if (seconds < 0 || !gmtime_r(&t, &tm)) return STR("");
    return str_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* What comes from a registry is unpacked by the pull. */
static bool is_used_packaged(const struct facts *f, const struct side *side) { return side->source.packaged && f->o->strategy == STRATEGY_CHART; }

/* What the scripts compare byte for byte. Chart.lock and the text of Chart.yaml may differ: what matters of the latter is checked by steps. */
static void add_files(struct planner *p, const char *role, const struct side *side)
{
    struct plan *q = p->plan;
    if (is_used_packaged(p->f, side)) return; /* its own digest is among the other inputs */
    for (size_t i = 0; i < side->source.n; i++) {
        const struct file *f = &side->source.v[i];
        if (str_is(f->path, "Chart.yaml") || str_is(f->path, "Chart.lock")) continue;
        *PUSH(p->a, q->inputs, q->inputs_n, q->inputs_cap) =
            (struct plan_input){.role = str_from(role), .path = f->path, .sha256 = sha256_hex(p->a, f->data), .size = (int64_t)f->data.n};
    }
}

/* A packaged chart as it lies there: where the scripts find a package, its own digest is enough. */
static bool add_package(struct planner *p, const char *role, const struct side *side, struct str path)
{
    struct str data;
    struct plan *q = p->plan;
    if (!side->source.packaged || !path.n) return true;
    if (!source_file(p->a, path, &data, p->d)) return false;
    *PUSH(p->a, q->inputs, q->inputs_n, q->inputs_cap) =
        (struct plan_input){.role = str_from(role), .path = STR(""), .sha256 = sha256_hex(p->a, data), .size = (int64_t)data.n};
    return true;
}

/* Everything else that was read, for the record. */
static void add_other_files(struct planner *p)
{
    struct plan *q = p->plan;
    for (uint32_t i = 0; i < p->f->read_n; i++) {
        const struct file *f = &p->f->read[i];
        if (str_starts(f->path, STR("old:")) || str_starts(f->path, STR("new:"))) continue;
        *PUSH(p->a, q->inputs, q->inputs_n, q->inputs_cap) =
            (struct plan_input){.role = f->path, .path = STR(""), .sha256 = sha256_hex(p->a, f->data), .size = (int64_t)f->data.n};
    }
}

static void add_user_values(struct planner *p, const struct side *side, const char *role)
{
    struct plan *q = p->plan;
    struct str text = plan_values_text(p->a, side->user);
    *PUSH(p->a, q->inputs, q->inputs_n, q->inputs_cap) =
        (struct plan_input){.role = str_from(role), .path = STR(""), .sha256 = sha256_hex(p->a, text), .size = (int64_t)text.n};
}

static bool describe(struct planner *p, const struct plan *files)
{
    struct plan *q = p->plan;
    const struct options *o = p->f->o;
    const struct chart *old = p->f->old_side.chart, *new = p->f->planned->chart;
    q->generator = STR("rutter 0.1.0");
    q->chart = new ? new->name : old ? old->name : STR("");
    q->version_old = old ? text_or_empty(old->version) : STR("");
    q->version_new = new ? text_or_empty(new->version) : STR("");
    q->app_old = old ? text_or_empty(old->app_version) : STR("");
    q->app_new = new ? text_or_empty(new->app_version) : STR("");
    q->release = text_or_empty(o->release);
    q->ns = o->ns.n ? o->ns : STR("default");
    q->context = text_or_empty(o->context);
    q->helm_major = o->helm_major ? o->helm_major : 4;
    q->kube_version = text_or_empty(o->kube_version);
    q->keda_version = text_or_empty(o->keda_version);
    q->profile = p->f->profile.name.n ? p->f->profile.name : STR("generic");
    q->strategy = str_from(strategy_name(o->strategy));
    q->as_of = date_of(p->a, p->f->as_of);
    q->chart_ref = text_or_empty(o->chart_ref);
    q->terraform_dir = text_or_empty(o->terraform_dir);
    q->work_dir = text_or_empty(o->work_dir);
    q->registry = text_or_empty(o->registry);
    q->packaged_old = is_used_packaged(p->f, &p->f->old_side);
    q->packaged_new = is_used_packaged(p->f, p->f->planned);
    /* Absolute paths have no place in a plan. */
    struct str paths[2] = {o->repo.n ? o->chart_path : o->old_path, o->repo.n ? o->chart_path : o->new_path};
    q->chart_path_old = paths[0].n && paths[0].p[0] != '/' ? paths[0] : STR("");
    q->chart_path_new = paths[1].n && paths[1].p[0] != '/' ? paths[1] : STR("");
    if (!add_package(p, "chart-old", &p->f->old_side, o->old_path) || !add_package(p, "chart-new", p->f->planned, o->new_path)) return false;
    for (uint32_t i = 0; i < files->inputs_n; i++) *PUSH(p->a, q->inputs, q->inputs_n, q->inputs_cap) = files->inputs[i];
    add_user_values(p, &p->f->old_side, "values-old");
    add_user_values(p, p->f->planned, "values-new");
    add_other_files(p);
    return true;
}

/* ---- objects, documents, images ---- */

/* A hook that upgrades do not run may be there or not. */
static bool hook_stays(const struct object *o)
{
    return !o || (o->owner == OWNER_HOOK && o->from && str_has(o->from->events, STR("-upgrade")) && !str_has(o->from->delete_policy, STR("hook-succeeded")));
}

/* The digest of what says the same is the same. */
static bool same_digest(const struct item *x) { return x->old && x->new && x->old->content && x->new->content && !x->changed; }

static void work_out_digests(struct planner *p)
{
    const struct object **v = NEW_ARRAY(p->a, const struct object *, p->shape.items_n * 2 + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *x = &p->shape.items[i];
        if (x->old) v[n++] = x->old;
        if (x->new && !same_digest(x)) v[n++] = x->new;
    }
    objects_digest(p->a, v, n);
}

static void add_objects(struct planner *p, const struct uncertain *old, const struct uncertain *new)
{
    struct plan *q = p->plan;
    work_out_digests(p);
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        struct item *x = &p->shape.items[i];
        x->compared_by_name = uncertain_object(old, x->old) || uncertain_object(new, x->new);
        struct plan_object *o = PUSH(p->a, q->objects, q->objects_n, q->objects_cap);
        struct str was = x->old ? object_digest(x->old) : (struct str){0};
        struct str is = !x->new ? (struct str){0} : same_digest(x) ? was : object_digest(x->new);
        *o = (struct plan_object){
            .id = x->id, .api_version = x->any->api_version, .kind = x->any->kind, .ns = x->any->ns, .name = x->any->name,
            .owner_old = x->old ? str_from(owner_name(x->old->owner)) : STR(""), .owner_new = x->new ? str_from(owner_name(x->new->owner)) : STR(""),
            .digest_old = text_or_empty(was), .digest_new = text_or_empty(is),
            .in_old = x->old, .in_new = x->new, .compared_by_name = x->compared_by_name, .replicas_old = -1, .replicas_new = -1,
            .holds_data = str_is(x->any->kind, "PersistentVolumeClaim"), .hook_stays = hook_stays(x->old) && hook_stays(x->new), .leaves_residue = residue_is_left(p, x),
        };
    }
}

static struct str join_key(struct arena *a, const struct str *key, uint32_t n)
{
    struct str path = STR("");
    for (uint32_t i = 0; key && i < n; i++) path = path_key(a, path, key[i]);
    return path;
}

static struct plan_object *object_row(struct plan *q, struct str id)
{
    for (uint32_t i = 0; i < q->objects_n; i++)
        if (str_eq(q->objects[i].id, id)) return &q->objects[i];
    return NULL;
}

static void add_units(struct planner *p)
{
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        struct plan_object *o = object_row(p->plan, u->item->id);
        const struct scaler_pair *x = u->scaler_new ? u->scaler_new : u->scaler_old;
        if (!o) continue;
        o->scaled_by = x ? x->item->id : STR("");
        o->replicas_key_old = join_key(p->a, u->key_old, u->key_old_n);
        o->replicas_key_new = join_key(p->a, u->key_new, u->key_new_n);
        if (u->old && u->old->replicas_set) o->replicas_old = u->old->replicas;
        if (u->new && u->new->replicas_set) o->replicas_new = u->new->replicas;
        o->holds_data |= (u->old && u->old->claims_n) || (u->new && u->new->claims_n);
    }
}

/* The lines of a document as helm get manifest prints it. */
static struct str document_digest(struct arena *a, const struct manifest *m)
{
    struct sha256 s;
    const struct str parts[] = {STR("# Source: "), m->path, STR("\n"), str_trim(m->text), STR("\n")};
    sha256_init(&s);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) sha256_add(&s, parts[i]);
    return sha256_end_hex(a, &s);
}

static void add_documents(struct planner *p, const struct side *side, const struct uncertain *uncertain, const char *name)
{
    struct plan *q = p->plan;
    const struct manifest *last = NULL;
    for (uint32_t i = 0; i < side->objects.n; i++) {
        const struct object *o = &side->objects.v[i];
        /* Several objects may stand in one manifest (a List): it is one document. */
        if (!item_in_release(o) || !o->from || o->from == last || o->from->hook || o->from->crd) continue;
        last = o->from;
        *PUSH(p->a, q->documents, q->documents_n, q->documents_cap) = (struct plan_document){
            .side = str_from(name), .source = o->from->path, .kind = text_or_empty(o->from->kind), .name = text_or_empty(o->from->name),
            .sha256 = uncertain_object(uncertain, o) ? STR("") : document_digest(p->a, o->from),
        };
    }
}

static void add_images(struct planner *p, const struct workload *v, uint32_t n, struct str **out, uint32_t *out_n, uint32_t *cap)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < v[i].containers_n; k++)
            if (v[i].containers[k].image.n) *PUSH(p->a, *out, *out_n, *cap) = v[i].containers[k].image;
    if (*out_n) qsort(*out, *out_n, sizeof **out, str_cmp_qsort);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *out_n; i++)
        if (!kept || !str_eq((*out)[kept - 1], (*out)[i])) (*out)[kept++] = (*out)[i];
    *out_n = kept;
}

/* ---- the runbook, entry by entry ---- */

static bool make_list(struct planner *p, struct step_list *list, const struct book_entry *v, uint32_t n, bool back)
{
    p->list = list;
    p->back = back;
    for (uint32_t i = 0; i < n; i++) {
        p->entry = &v[i];
        p->entry_from = list->n;
        maker *make = maker_find(v[i].make);
        if (!make) return diag_error(p->d, NOWHERE, "the runbook \"%.*s\" wants \"%.*s\", which nobody can make", STR_ARG(p->book->profile), STR_ARG(v[i].make));
        make(p);
        if (list->n == p->entry_from && v[i].none.n) {
            struct step *s = make_step(p, STEP_NOTE, str_printf(p->a, "none-%.*s", STR_ARG(v[i].make)), make_text(p, v[i].none, NULL));
            s->note = STR("");
        }
    }
    return true;
}

/* Ids come from names, and two names may give the same one. */
static void unique_ids(struct planner *p)
{
    struct strmap seen = strmap_new(p->a);
    struct step_list *lists[] = {&p->plan->forward, &p->plan->back};
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            struct step *s = lists[l]->v[i];
            struct str id = s->id;
            for (unsigned k = 2; !strmap_put(&seen, s->id, s); k++) s->id = str_printf(p->a, "%.*s-%u", STR_ARG(id), k);
        }
}

/* Only Helm makes such an object again. */
static bool deletes_from_release(const struct planner *p, const struct step *s)
{
    for (uint32_t i = 0; i < s->effects_n; i++) {
        const struct item *x = s->effects[i].kind == EFFECT_DELETE ? shape_item(&p->shape, s->effects[i].object) : NULL;
        if (x && item_in_release(x->old)) return true;
    }
    return false;
}

/* Before the release is touched, only what was paused, deleted or kept has to be undone; from then on everything. */
static void make_entries(struct planner *p)
{
    struct plan *q = p->plan;
    struct str first = q->back.n ? q->back.v[0]->id : STR(""), reconcile = STR(""), at = STR("");
    for (uint32_t i = 0; i < q->back.n && !reconcile.n; i++)
        if (q->back.v[i]->phase == PHASE_ROLLBACK_RECONCILE) reconcile = q->back.v[i]->id;
    *PUSH(p->a, q->entry, q->entry_n, q->entry_cap) = (struct plan_entry){STR(""), STR("")};
    for (uint32_t i = 0; i < q->forward.n; i++) {
        const struct step *s = q->forward.v[i];
        if (str_eq(s->id, p->upgrade_id) || str_eq(s->id, p->terraform_id) || deletes_from_release(p, s)) at = first;
        else if (!at.n && step_changes(s)) at = reconcile.n ? reconcile : first;
        *PUSH(p->a, q->entry, q->entry_n, q->entry_cap) = (struct plan_entry){s->id, at};
    }
}

static void finish_inverses(struct planner *p)
{
    struct plan *q = p->plan;
    struct str back = p->back_upgrade_id.n ? p->back_upgrade_id : p->back_helm_id;
    for (uint32_t i = 0; i < q->forward.n; i++) {
        struct step *s = q->forward.v[i];
        if (!step_changes(s)) continue;
        if (str_eq(s->id, p->upgrade_id)) s->inverse = back;
        if (str_eq(s->id, p->terraform_id)) s->inverse = STR("back-4.2-terraform-apply");
        if (s->inverse.n && !step_find(&q->back, s->inverse)) s->inverse = STR("");
        if (!s->inverse.n && !s->inverse_why.n) s->inverse_why = STR("nothing has to be undone");
    }
}

static void link_finding(struct planner *p, struct step *s, struct str what)
{
    for (uint32_t i = 0; i < s->findings_n; i++)
        if (str_eq(s->findings[i], what)) return;
    *PUSH(p->a, s->findings, s->findings_n, s->findings_cap) = what;
}

/* The first step that answers a finding bears it. */
static void link_findings(struct planner *p)
{
    const struct findings *all = &p->f->findings;
    struct step_list *lists[] = {&p->plan->forward, &p->plan->back};
    for (uint32_t i = 0; i < all->n; i++) {
        struct str answer = finding_answer(p, &all->v[i]), what = str_printf(p->a, "%.*s %.*s", STR_ARG(all->v[i].rule), STR_ARG(all->v[i].subject));
        bool found = false;
        for (size_t l = 0; l < 2 && answer.n && !found; l++)
            for (uint32_t k = 0; k < lists[l]->n && !found; k++) {
                found = str_starts(lists[l]->v[k]->id, answer);
                if (found) link_finding(p, lists[l]->v[k], what);
            }
    }
}

/* ---- the whole ---- */

static bool read_runbook(struct planner *p)
{
    const struct facts *f = p->f;
    struct str profile = f->profile.name.n ? f->profile.name : STR("generic");
    struct str text = rulebook_find(f->o->rules, str_printf(p->a, "runbooks/%.*s.yaml", STR_ARG(profile))).text;
    if (!text.p) text = rulebook_find(f->o->rules, STR("runbooks/generic.yaml")).text; /* a profile need not have a runbook of its own */
    p->book = runbook_read(p->a, profile, text, p->d);
    if (!p->book) return false;
    if (!f->o->as_written || runbook_as_written(p->a, p->book)) return true;
    return diag_error(p->d, NOWHERE, "the profile %.*s has no runbook that could be taken as it is written", STR_ARG(profile));
}

/* What was rendered, object by object and document by document; nothing of it depends on what changed. */
static void add_tables(struct planner *p)
{
    const struct side *planned = p->f->planned;
    struct uncertain old = uncertain_files(p->a, &p->f->old_side), new = uncertain_files(p->a, planned);
    shape_begin(p);
    add_objects(p, &old, &new);
    add_documents(p, &p->f->old_side, &old, "old");
    add_documents(p, planned, &new, "new");
}

static void add_shape(struct planner *p)
{
    struct plan *q = p->plan;
    shape_finish(p);
    timing_make(p);
    add_units(p);
    add_images(p, p->shape.workloads_old, p->shape.workloads_old_n, &q->images_old, &q->images_old_n, &q->images_old_cap);
    add_images(p, p->shape.workloads_new, p->shape.workloads_new_n, &q->images_new, &q->images_new_n, &q->images_new_cap);
}

/* ---- what goes on aside ---- */

struct plan_ahead {
    struct facts *f;
    struct facts own;         /* with origins and parses that nobody else adds to meanwhile */
    struct planner p;
    struct planner reading;   /* the runbook and the charts' files, read before the rest is known */
    struct aside *shaping;    /* NULL: there is nothing to shape, or it failed */
    bool failed;
};

static void read_aside(void *context, struct arena *mine)
{
    struct planner *p = context;
    p->a = mine;
    p->d = diags_new(mine, p->f->inputs);
    p->plan = NEW(mine, struct plan);
    if (!read_runbook(p)) return;
    add_files(p, "chart-old", &p->f->old_side);
    add_files(p, "chart-new", &p->f->new_side);
}

/* Migrates beside it. */
static bool read_ahead(struct arena *a, struct plan_ahead *x, struct diags *d)
{
    struct planner *p = &x->reading;
    *p = (struct planner){.f = x->f};
    struct aside *reading = aside_start(a, read_aside, p);
    facts_migrate(x->f);
    aside_wait(reading);
    x->p.book = p->book;
    for (size_t i = 0; i < p->d->n; i++) diag_error(d, p->d->v[i].at, "%.*s", STR_ARG(p->d->v[i].message));
    return p->book && !p->d->n;
}

static void compare_aside(void *context, struct arena *mine) { facts_compare(context, mine); }

static void shape_aside(void *context, struct arena *mine)
{
    struct plan_ahead *x = context;
    x->p.a = mine;
    x->p.f = &x->own;
    add_shape(&x->p);
}

static void start_shaping(struct arena *a, struct plan_ahead *x)
{
    struct facts *f = x->f;
    if (f->old_side.chart) values_compile_schemas(f->old_side.chart);
    if (f->planned->chart) values_compile_schemas(f->planned->chart);
    x->own = *f;
    x->own.origins = origins_fork(a, f->origins);
    f->parses = parse_cache_fork(a, f->parses); /* the one that x has stays as it is */
    x->shaping = aside_start(a, shape_aside, x);
}

struct plan_ahead *plan_start(struct arena *a, struct facts *f, struct diags *d)
{
    struct plan_ahead *x = NEW(a, struct plan_ahead);
    struct plan *q = NEW(a, struct plan);
    *x = (struct plan_ahead){.f = f, .p = {.a = a, .f = f, .d = d, .plan = q}};
    q->forward.a = q->back.a = a;
    x->failed = !read_ahead(a, x, d);
    struct aside *comparing = aside_start(a, compare_aside, f);
    x->failed = x->failed || !describe(&x->p, x->reading.plan);
    x->p.described = *q;
    bool rendered = !x->failed && f->planned->rendered;
    if (rendered) add_tables(&x->p);
    aside_wait(comparing);
    if (rendered) start_shaping(a, x);
    return x;
}

/* ---- nothing to do ---- */

static bool same_files(const struct source *old, const struct source *new)
{
    if (old->n != new->n) return false;
    for (size_t i = 0; i < old->n; i++) {
        const struct file *x = source_find(new, old->v[i].path);
        if (!x || !str_eq(x->data, old->v[i].data)) return false;
    }
    return true;
}

/* One without a digest is decided by the cluster, so nobody knows. */
static bool same_objects(const struct plan *q)
{
    for (uint32_t i = 0; i < q->objects_n; i++)
        if (!q->objects[i].digest_old.n || !str_eq(q->objects[i].digest_old, q->objects[i].digest_new)) return false;
    return str_eq(q->version_old, q->version_new);
}

/* Why no upgrade is needed; "" where one is. Of the same chart with the same values an upgrade would only run hooks again and make anew what is drawn at
 * random. --force plans it all the same. */
static struct str nothing_changes(struct arena *a, const struct facts *f, const struct plan *q)
{
    if (f->single || f->o->force || f->o->as_written) return STR("");
    bool same = value_same(v_map(f->old_side.user), v_map(f->planned->user)) && same_files(&f->old_side.source, &f->planned->source);
    if (!same && !same_objects(q)) return STR("");
    return str_printf(a, "Nothing changes: both sides are %.*s %.*s, with the same %s. No upgrade is needed.", STR_ARG(q->chart), STR_ARG(q->version_new), same ? "values" : "objects");
}

struct plan *plan_make(struct arena *a, struct plan_ahead *x, struct diags *d)
{
    if (x->failed) return NULL;
    if (x->shaping) aside_wait(x->shaping);
    struct planner *p = &x->p;
    struct plan *q = p->plan;
    const struct facts *f = x->f;
    p->a = a;
    p->f = f;
    p->d = d;
    struct str refused = f->planned->rendered ? stages_refusal(a, f) :
        str_printf(a, "The new version does not render with these values, so there is nothing to upgrade to: %.*s", STR_ARG(f->planned->render.error));
    if (refused.n) {
        *q = p->described;
        q->refused = refused;
        return q;
    }
    struct str unchanged = nothing_changes(a, f, q);
    if (unchanged.n) {
        *q = p->described;
        q->unchanged = unchanged;
        return q;
    }
    for (uint32_t i = 0; i < f->findings.n && !p->one_way; i++)
        if (f->findings.v[i].forward_only) p->one_way = &f->findings.v[i];
    if (!make_list(p, &q->forward, p->book->forward, p->book->forward_n, false) || !make_list(p, &q->back, p->book->back, p->book->back_n, true)) return NULL;
    permissions_make(p);
    impact_make(p);
    unique_ids(p);
    if (f->o->as_written) make_errata(p);
    link_findings(p);
    finish_inverses(p);
    make_entries(p);
    return q;
}
