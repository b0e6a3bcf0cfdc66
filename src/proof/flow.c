#include "proof/flow.h"

struct disproof *proof_fail(struct search *q, const char *obligation, struct str subject, struct str text)
{
    struct proof *p = q->proof;
    struct disproof *f = PUSH(q->a, p->failures, p->failures_n, p->failures_cap);
    *f = (struct disproof){.obligation = obligation, .subject = subject, .text = text};
    return f;
}

static void complain_of(struct search *q, const char *obligation, const struct step *s, const char *code, const char *what)
{
    proof_fail(q, obligation, s->id, str_printf(q->a, "%.*s: %s", STR_ARG(s->id), what))->code = code;
}

static void complain(struct search *q, const char *obligation, const struct step *s, const char *what) { complain_of(q, obligation, s, NULL, what); }

/* ---- argv: known, and what it claims ---- */

static bool looks(enum verb v) { return v == VERB_OBSERVE || v == VERB_PLAN; }

static void check_observation(struct search *q, const struct step *s, const struct argv *v)
{
    struct action x;
    if (!v->n) return;
    action_read(&q->r, s, v, &x);
    if (x.verb == VERB_UNKNOWN) complain(q, "model", s, x.why);
    else if (x.verb != VERB_OBSERVE) complain(q, "model", s, "what should only look changes something");
}

static enum effect_kind effect_of(const struct action *x)
{
    switch (x->verb) {
    case VERB_UPGRADE: return EFFECT_UPGRADE;
    case VERB_ROLLBACK: return EFFECT_ROLLBACK;
    case VERB_TERRAFORM: return EFFECT_TERRAFORM;
    case VERB_FORGET: return EFFECT_FORGET;
    case VERB_APPLY: return EFFECT_APPLY;
    case VERB_DELETE: return EFFECT_DELETE;
    case VERB_SCALE: return EFFECT_SCALE;
    case VERB_PATCH: return EFFECT_PATCH;
    case VERB_ANNOTATE: return str_has(x->key, STR("/paused")) ? x->remove ? EFFECT_UNPAUSE : EFFECT_PAUSE : EFFECT_ANNOTATE;
    default: return EFFECT_NONE;
    }
}

/* Claims are compared with what the words of the command do, object by object. */
static void check_claims(struct search *q, const struct step *s, const struct action *x)
{
    enum effect_kind kind = effect_of(x);
    const struct plan *p = q->r.plan;
    uint32_t n = x->volume ? 1 : x->objects_n, none = kind == EFFECT_NONE || n ? 0 : 1;
    /* With --all it acts on those that are there by then. */
    if (!x->all && s->effects_n != (kind == EFFECT_NONE ? 0 : n + none)) return complain(q, "claims", s, "it claims another number of effects than its command has");
    for (uint32_t i = 0; i < s->effects_n; i++) {
        if (s->effects[i].kind != kind) return complain(q, "claims", s, "its command has another effect than it claims");
        const struct meant *volume = x->volume ? model_capture(&q->r, x->capture) : NULL;
        bool found = none && !s->effects[i].object.n;
        if (volume && volume->object != UINT32_MAX) found = str_eq(p->objects[volume->object].id, s->effects[i].object);
        for (uint32_t k = 0; k < x->objects_n; k++) found |= str_eq(p->objects[x->objects[k]].id, s->effects[i].object);
        if (!found) return complain(q, "claims", s, "its command acts on another object than it claims");
    }
}

static void check_argv(struct search *q, const struct step *s, const struct action *x)
{
    bool may_change = s->kind == STEP_RUN && !s->reads;
    if (x->verb == VERB_UNKNOWN) q->unmodelled = true;
    if (x->verb == VERB_UNKNOWN) return complain(q, "model", s, x->why);
    for (uint32_t i = 0; i < x->weak_n; i++) complain_of(q, "model", s, x->weak[i].code, x->weak[i].text);
    if (!may_change && !looks(x->verb)) return complain(q, "model", s, "what should only look changes something");
    if (may_change && looks(x->verb)) return complain(q, "claims", s, "it is said to change something, and only looks");
    check_claims(q, s, x);
}

static void check_step(struct search *q, const struct step *s, const struct action *x, const struct action *x3)
{
    check_argv(q, s, x);
    if (s->argv_helm3.n) check_argv(q, s, x3);
    for (uint32_t i = 0; i < s->preconditions_n; i++) check_observation(q, s, &s->preconditions[i].argv);
    check_observation(q, s, &s->done_when.argv);
    check_observation(q, s, &s->fatal.argv);
    /* One request to a Service of the release; the service's own doing is no part of the model. */
    if (s->kind == STEP_HTTP && !str_is(s->http.method, "GET") && !str_is(s->http.method, "POST") && !str_is(s->http.method, "HEAD"))
        complain(q, "model", s, "a request of this method is not modelled");
}

/* ---- flow: nothing is used before it surely is there ---- */

struct flow {
    struct search *q;
    struct strmap there;      /* "c:NAME", "f:FILE", "i:ROLE" */
    const struct step *step;
    bool ok;
};

static struct str tagged(struct flow *f, const char *tag, struct str name) { return str_printf(f->q->a, "%s%.*s", tag, STR_ARG(name)); }

static void use(struct flow *f, const char *tag, struct str name, const char *what)
{
    if (!name.n || !f->ok || strmap_find(&f->there, tagged(f, tag, name))) return;
    f->ok = false;
    proof_fail(f->q, "flow", f->step->id, str_printf(f->q->a, "%.*s uses the %s %.*s before it surely is there", STR_ARG(f->step->id), what, STR_ARG(name)));
}

/* Where a command writes: -out=, --untardir, Helm's own configuration. */
static bool writes_there(const struct argv *v, uint32_t i)
{
    return str_starts(v->v[i].before, STR("-out=")) || (i && v->v[i - 1].kind == ARG_TEXT && str_is(v->v[i - 1].text, "--untardir"));
}

static void use_argv(struct flow *f, const struct argv *v)
{
    for (uint32_t i = 0; i < v->n; i++) {
        const struct arg *x = &v->v[i];
        if (x->kind == ARG_CAPTURE) use(f, "c:", x->text, "capture");
        if (x->kind == ARG_INPUT) use(f, "i:", x->text, "input");
        if (x->kind == ARG_WORK && !writes_there(v, i)) use(f, "f:", x->text, "file");
    }
}

static void use_expect(struct flow *f, const struct expect *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].kind == EXPECT_CAPTURE || v[i].kind == EXPECT_NOT_CAPTURE) use(f, "c:", v[i].text, "capture");
        if (v[i].kind == EXPECT_SAME_FILE) use(f, "f:", v[i].text, "file");
        if (v[i].kind == EXPECT_SAME_INPUT) use(f, "i:", v[i].text, "input");
    }
}

static void use_check(struct flow *f, const struct check *c)
{
    use_argv(f, &c->argv);
    use_expect(f, c->expect, c->expect_n);
}

static void use_holes(struct flow *f, struct value v, uint32_t depth)
{
    if (depth > 64) return;
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) use_holes(f, v.u.list->v[i], depth + 1);
    if (v.kind != V_MAP) return;
    use(f, "c:", value_str_at(v, "$capture"), "capture");
    for (uint32_t i = 0; i < map_len(v); i++) use_holes(f, v.u.map->v[i].value, depth + 1);
}

static void made(struct flow *f, const char *tag, struct str name)
{
    if (name.n) strmap_put(&f->there, tagged(f, tag, name), (void *)f->step);
}

static void flow_step(struct flow *f, const struct step *s)
{
    f->step = s;
    for (uint32_t i = 0; i < s->when_n; i++) {
        use(f, "c:", s->when[i].capture, "capture");
        use(f, "c:", s->when[i].equals_capture, "capture");
    }
    use_argv(f, &s->argv);
    use_argv(f, &s->argv_helm3);
    if (s->argv_helm3.n) use(f, "c:", STR("helm_major"), "capture");
    for (uint32_t i = 0; i < s->preconditions_n; i++) use_check(f, &s->preconditions[i]);
    use_check(f, &s->done_when);
    use_check(f, &s->fatal);
    use_expect(f, s->expect, s->expect_n);
    use_holes(f, s->document, 0);
    use(f, "f:", s->stdin_from, "file");
    use(f, "c:", s->http.token_capture, "capture");
    for (uint32_t i = 0; i < s->captures_n; i++) made(f, "c:", s->captures[i].name);
    made(f, "f:", s->stdout_to);
    if (s->kind == STEP_INPUT) made(f, "i:", s->input);
    for (uint32_t i = 0; i < s->argv.n; i++)
        if (writes_there(&s->argv, i)) made(f, "f:", s->argv.v[i].text);
}

static bool is_change(const struct step *s, const struct action *x) { return s->kind == STEP_RUN && !looks(x->verb); }

/* Its captures say what was before, or a command that changes something uses them. A token for a request is neither. */
static bool decides(const struct search *q, const struct step *s)
{
    const struct plan *p = q->r.plan;
    for (uint32_t k = 0; k < s->captures_n; k++) {
        const struct meant *m = model_capture(&q->r, s->captures[k].name);
        if (m->meaning != MEANS_TEXT) return true;
        for (uint32_t i = 0; i < p->forward.n + p->back.n; i++) {
            const struct step *x = i < p->forward.n ? p->forward.v[i] : p->back.v[i - p->forward.n];
            for (uint32_t w = 0; step_changes(x) && w < x->argv.n; w++)
                if (x->argv.v[w].kind == ARG_CAPTURE && str_eq(x->argv.v[w].text, m->name)) return true;
        }
    }
    return false;
}

static void check_forward_flow(struct search *q)
{
    const struct plan *p = q->r.plan;
    struct flow f = {.q = q, .there = strmap_new(q->a), .ok = true};
    bool changed = false;
    for (uint32_t i = 0; i < p->forward.n; i++) {
        const struct step *s = p->forward.v[i];
        flow_step(&f, s);
        if (s->kind == STEP_CAPTURE && !s->fresh && changed && decides(q, s)) complain(q, "flow", s, "it captures after something was changed");
        changed |= is_change(s, &q->r.forward[i]);
    }
}

/* The rollback that is entered at `enter` after a stop at forward step `stop` (-1: before the first): what steps before had surely made is there. */
static void check_back_flow(struct search *q, uint32_t stop, uint32_t enter)
{
    const struct plan *p = q->r.plan;
    struct flow f = {.q = q, .there = strmap_new(q->a), .ok = true};
    for (uint32_t i = 0; i < stop; i++) flow_step(&f, p->forward.v[i]);
    f.ok = true;
    for (uint32_t i = enter; i < p->back.n; i++) flow_step(&f, p->back.v[i]);
}

static uint32_t back_index(const struct plan *p, struct str id)
{
    for (uint32_t i = 0; i < p->back.n; i++)
        if (str_eq(p->back.v[i]->id, id)) return i;
    return UINT32_MAX;
}

static void read_entries(struct search *q)
{
    const struct plan *p = q->r.plan;
    q->enter = NEW_ARRAY(q->a, uint32_t, p->forward.n + 1);
    for (uint32_t i = 0; i <= p->forward.n; i++) {
        struct str at = i ? p->forward.v[i - 1]->id : STR("");
        const struct plan_entry *e = NULL;
        q->enter[i] = UINT32_MAX;
        if (i < p->entry_n && str_eq(p->entry[i].stopped_at, at)) e = &p->entry[i];
        for (uint32_t k = 0; k < p->entry_n && !e; k++)
            if (str_eq(p->entry[k].stopped_at, at)) e = &p->entry[k];
        if (!e) proof_fail(q, "flow", at, str_printf(q->a, "the plan does not say where the rollback begins after %.*s", STR_ARG(at.n ? at : STR("nothing"))));
        else if (e->enter_at.n && (q->enter[i] = back_index(p, e->enter_at)) == UINT32_MAX)
            proof_fail(q, "flow", at, str_printf(q->a, "after %.*s the rollback would begin at %.*s, which is no step of it", STR_ARG(at), STR_ARG(e->enter_at)));
    }
    q->alike = NEW_ARRAY(q->a, uint32_t, p->forward.n + 1);
    for (uint32_t i = 1; i <= p->forward.n; i++) q->alike[i] = q->enter[i] == q->enter[i - 1] ? q->alike[i - 1] : i;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i <= p->forward.n; i++) {
        if (q->enter[i] == UINT32_MAX || q->enter[i] == last) continue;
        last = q->enter[i];
        check_back_flow(q, i ? i - 1 : 0, last);
    }
}

static void read_fresh(struct search *q)
{
    const struct plan *p = q->r.plan;
    uint32_t at = UINT32_MAX;
    q->fresh_forward = UINT32_MAX;
    for (uint32_t i = p->forward.n; i-- > 0;)
        if (p->forward.v[i]->fresh) q->fresh_forward = i;
    q->fresh_back = NEW_ARRAY(q->a, uint32_t, p->back.n + 1);
    q->fresh_back[p->back.n] = at;
    for (uint32_t i = p->back.n; i-- > 0;) {
        if (p->back.v[i]->fresh) at = i;
        q->fresh_back[i] = at;
    }
}

/* ---- premises ---- */

static const struct expect *expects(const struct step *s, enum expect_kind kind, struct str text)
{
    for (uint32_t i = 0; i < s->expect_n; i++)
        if (s->expect[i].kind == kind && (!text.p || str_eq(s->expect[i].text, text))) return &s->expect[i];
    return NULL;
}

static const struct str any = {0};

static bool checks_release(const struct search *q, const struct step *s, const struct action *x)
{
    const struct plan *p = q->r.plan;
    struct str wanted = str_printf(q->a, "deployed %.*s %.*s", STR_ARG(p->chart), STR_ARG(p->version_old));
    return str_is(x->ask, "helm get all") && str_is(x->template, "{{.Release.Info.Status}} {{.Release.Chart.Metadata.Name}} {{.Release.Chart.Metadata.Version}}") &&
           expects(s, EXPECT_EQUALS, wanted);
}

static bool checks_values(const struct search *q, const struct step *s, const struct action *x)
{
    (void)q;
    return str_is(x->ask, "helm get values") && (expects(s, EXPECT_SAME_INPUT, STR("values-old")) || expects(s, EXPECT_MATCHES, STR("^(null|\\{\\})$")));
}

static bool checks_manifest(const struct search *q, const struct step *s, const struct action *x)
{
    (void)q;
    return str_is(x->ask, "helm get manifest") && expects(s, EXPECT_DOCUMENTS, STR("old"));
}

static bool checks_render(const struct search *q, const struct step *s, const struct action *x)
{
    (void)q;
    return str_is(x->ask, "helm upgrade") && x->dry_run && x->side == SIDE_NEW && expects(s, EXPECT_DOCUMENTS, STR("new"));
}

static bool records(const struct search *q, struct str file, const char *ask)
{
    const struct plan *p = q->r.plan;
    for (uint32_t i = 0; i < p->forward.n; i++)
        if (str_eq(p->forward.v[i]->stdout_to, file) && str_is(q->r.forward[i].ask, ask)) return true;
    return false;
}

static bool checks_drift(const struct search *q, const struct step *s, const struct action *x)
{
    return str_is(x->ask, "kubectl apply") && x->dry_run && records(q, x->file, "helm get manifest") && expects(s, EXPECT_NOT_MATCHES, any);
}

static bool checks_applied(const struct search *q, const struct step *s, const struct action *x)
{
    const struct work_file *f = model_file(&q->r, x->file);
    const struct step *writes = f ? f->writer : NULL;
    return str_is(x->ask, "kubectl apply") && x->dry_run && writes && writes->kind == STEP_WRITE && s->expect_n;
}

static bool checks_there(const struct search *q, const struct step *s, const struct action *x)
{
    (void)q;
    return str_is(x->ask, "kubectl get") && !x->missing_ok && str_is(x->template, "name") && x->objects_n && s->kind == STEP_CHECK;
}

static bool has_owner(const struct plan *p, const char *owner, bool old)
{
    for (uint32_t i = 0; i < p->objects_n; i++)
        if (str_is(old ? p->objects[i].owner_old : p->objects[i].owner_new, owner)) return true;
    return false;
}

static bool always(const struct plan *p) { return p != NULL; }
static bool has_applied(const struct plan *p) { return has_owner(p, "hook-applied", true); }
static bool has_hooks(const struct plan *p) { return has_owner(p, "hook", true) || has_owner(p, "hook", false); }
static bool not_terraform(const struct plan *p) { return !str_is(p->strategy, "terraform"); }
static bool writes_documents(const struct plan *p)
{
    for (uint32_t i = 0; i < p->forward.n + p->back.n; i++)
        if ((i < p->forward.n ? p->forward.v[i] : p->back.v[i - p->forward.n])->kind == STEP_WRITE) return true;
    return false;
}

static bool is_terraform(const struct plan *p) { return !not_terraform(p); }

static bool is_forward_only(const struct plan *p)
{
    for (uint32_t i = 0; i < p->losses_n; i++)
        if (p->losses[i].forward_only) return true;
    return false;
}

static const struct {
    const char *id, *text;
    bool (*applies)(const struct plan *p);
    bool (*checks)(const struct search *q, const struct step *s, const struct action *x); /* NULL: nobody can */
} premises[] = {
    {"release", "The newest revision is deployed and is the old chart.", always, checks_release},
    {"values", "The release's own values are those of the old side.", not_terraform, checks_values},
    {"manifest", "Every document of the old render is in the release's manifest.", always, checks_manifest},
    {"objects", "Every object of the release is in the cluster.", always, checks_there},
    {"drift", "Nobody changed a field that the release sets, replicas of scaled workloads apart.", always, checks_drift},
    {"applied", "What the old hooks applied is in the cluster as they applied it.", has_applied, checks_applied},
    {"render", "In this cluster Helm renders the new chart as it was rendered for this plan.", not_terraform, checks_render},
    {"alone", "While the scripts run nobody else changes this release, its objects or their autoscalers' definitions.", always, NULL},
    {"hooks", "Hooks do what their manifests say; their own objects come and go by their policies; one that outlives a helm that was killed on the way back has ended when the rollback is started again.", has_hooks, NULL},
    {"documents", "The patches and lists that the plan writes are what makes the objects those of the version that the step names.", writes_documents, NULL},
    {"forward-only", "There is no way back from the new version: what a stop leaves once Helm has begun to change the release is brought to its end, not undone.", is_forward_only, NULL},
    {"terraform", "terraform apply is one client-side helm upgrade by its provider, with the chart and values of its configuration.", is_terraform, NULL},
};

static void add_premise(struct search *q, struct str id, struct str text, struct str checked_by)
{
    struct proof *p = q->proof;
    for (uint32_t i = 0; i < p->premises_n; i++)
        if (str_eq(p->premises[i].id, id)) return;
    *PUSH(q->a, p->premises, p->premises_n, p->premises_cap) = (struct premise){id, text, checked_by};
    if (!checked_by.n) p->unchecked++;
}

static void find_premises(struct search *q)
{
    const struct plan *p = q->r.plan;
    for (size_t k = 0; k < sizeof premises / sizeof *premises; k++) {
        struct str by = STR("");
        if (!premises[k].applies(p)) continue;
        for (uint32_t i = 0; premises[k].checks && i < p->forward.n && !by.n; i++) {
            if (is_change(p->forward.v[i], &q->r.forward[i])) break; /* what is read later checks nothing */
            if (!p->forward.v[i]->optional && !p->forward.v[i]->when_n && premises[k].checks(q, p->forward.v[i], &q->r.forward[i])) by = p->forward.v[i]->id;
        }
        add_premise(q, str_from(premises[k].id), str_from(premises[k].text), by);
    }
    for (uint32_t i = 0; i < p->assumptions_n; i++) {
        const struct assumption *x = &p->assumptions[i];
        const struct step *s = x->checked_by.n ? step_find(&p->forward, x->checked_by) : NULL;
        if (x->checked_by.n && (!s || s->kind != STEP_CHECK || s->optional))
            proof_fail(q, "claims", x->id, str_printf(q->a, "the assumption \"%.*s\" is said to be checked by %.*s, which is no check", STR_ARG(x->id), STR_ARG(x->checked_by)));
        for (uint32_t k = 0; k < q->proof->premises_n; k++)
            if (str_eq(q->proof->premises[k].id, x->id) && !str_eq(q->proof->premises[k].checked_by, x->checked_by))
                proof_fail(q, "claims", x->id, str_printf(q->a, "the assumption \"%.*s\" is said to be checked by %.*s; %s%.*s", STR_ARG(x->id),
                           STR_ARG(x->checked_by.n ? x->checked_by : STR("nobody")), q->proof->premises[k].checked_by.n ? "it is by " : "nobody does", STR_ARG(q->proof->premises[k].checked_by)));
        add_premise(q, x->id, x->text, x->checked_by);
    }
}

static void find_absent(struct search *q)
{
    const struct plan *p = q->r.plan;
    q->absent = NEW_ARRAY(q->a, bool, p->objects_n + 1);
    for (uint32_t i = 0; i < p->forward.n; i++) {
        const struct action *x = &q->r.forward[i];
        if (is_change(p->forward.v[i], x)) break;
        if (!str_is(x->ask, "kubectl get") || !x->missing_ok || p->forward.v[i]->kind != STEP_CHECK || !expects(p->forward.v[i], EXPECT_EMPTY, any)) continue;
        for (uint32_t k = 0; k < x->objects_n; k++) q->absent[x->objects[k]] = true;
    }
}

static void check_inverses(struct search *q)
{
    const struct plan *p = q->r.plan;
    for (uint32_t i = 0; i < p->forward.n; i++)
        if (p->forward.v[i]->inverse.n && !step_find(&p->back, p->forward.v[i]->inverse)) complain(q, "claims", p->forward.v[i], "the step that is said to undo it is not there");
}

void flow_check(struct search *q)
{
    const struct plan *p = q->r.plan;
    for (uint32_t i = 0; i < p->forward.n; i++) {
        check_step(q, p->forward.v[i], &q->r.forward[i], &q->r.forward3[i]);
        q->applies_crds |= q->r.forward[i].verb == VERB_APPLY && str_is(q->r.forward[i].file, "crds.yaml");
    }
    for (uint32_t i = 0; i < p->back.n; i++) check_step(q, p->back.v[i], &q->r.back[i], &q->r.back3[i]);
    read_entries(q);
    read_fresh(q);
    check_forward_flow(q);
    check_inverses(q);
    find_premises(q);
    find_absent(q);
}
