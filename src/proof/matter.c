/* Which steps matter to a part, and what they look like without its names. */
#include "proof/search.h"

/* ---- which steps matter to a part ---- */

static bool known_capture(struct part *p, struct str name)
{
    if (part_capture(p, name) >= 0) return true;
    if (!name.n || p->captures_n == CAPTURES) return false;
    p->captures[p->captures_n++] = name;
    return false;
}

static void add_file(struct part *p, struct str name)
{
    if (name.n && part_file(p, name) < 0 && p->files_n < FILES) p->files[p->files_n++] = name;
}

static bool names_part(const struct part *p, const struct action *x)
{
    for (uint32_t i = 0; i < x->objects_n; i++)
        if (part_role(p, x->objects[i]) != ROLE_NONE || x->objects[i] == p->hpa) return true;
    return false;
}

static bool deletes_jobs(const struct reading *r, const struct action *x)
{
    for (uint32_t i = 0; x->verb == VERB_DELETE && i < x->objects_n; i++) {
        const struct plan_object *o = &r->plan->objects[x->objects[i]];
        if (str_is(o->owner_new, "hook") && (str_is(o->kind, "Job") || str_is(o->kind, "Pod"))) return true;
    }
    return false;
}

static bool volume_of(const struct reading *r, const struct part *p, const struct action *x)
{
    const struct meant *m = x->volume ? model_capture(r, x->capture) : NULL;
    return m && p->claim && m->object == p->main;
}

static bool changes_release(enum verb v) { return v == VERB_UPGRADE || v == VERB_ROLLBACK || v == VERB_TERRAFORM || v == VERB_FORGET; }

static bool takes_known_capture(const struct part *p, const struct step *s)
{
    for (uint32_t i = 0; i < s->captures_n; i++)
        if (part_capture(p, s->captures[i].name) >= 0) return true;
    return false;
}

static bool matters(const struct search *q, const struct part *p, const struct step *s, const struct action *x)
{
    if (s == q->without) return false;
    if (s->kind == STEP_NOTE || s->kind == STEP_GATE || s->kind == STEP_HTTP || s->kind == STEP_INPUT) return false;
    if (changes_release(x->verb) || names_part(p, x) || volume_of(&q->r, p, x)) return true;
    if (p->scaler_applied && deletes_jobs(&q->r, x)) return true;
    if (s->stdout_to.n && part_file(p, s->stdout_to) >= 0) return true;
    if (x->verb == VERB_OBSERVE && s->kind == STEP_CHECK && str_is(x->ask, "helm get all")) return true;
    return takes_known_capture(p, s);
}

static void need_arg(struct part *p, const struct arg *x)
{
    if (x->kind == ARG_CAPTURE) known_capture(p, x->text);
}

static void need_holes(struct part *p, struct value v, uint32_t depth)
{
    if (depth > 64) return;
    if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) need_holes(p, v.u.list->v[i], depth + 1);
    if (v.kind != V_MAP) return;
    struct str capture = value_str_at(v, "$capture");
    if (capture.n) known_capture(p, capture);
    for (uint32_t i = 0; i < map_len(v); i++) need_holes(p, v.u.map->v[i].value, depth + 1);
}

/* Holes of other parts' replicas would only make this part's state larger. */
static void need_own_holes(const struct reading *r, struct part *p, const struct step *s)
{
    bool overlay = strmap_find(&r->overlays, s->stdout_to) != NULL;
    if (!overlay) return need_holes(p, s->document, 0);
    if (!p->scaled) return;
    for (uint32_t i = 0; i < r->captures_n; i++)
        if (r->captures[i].meaning == MEANS_REPLICAS && r->captures[i].object == p->main) known_capture(p, r->captures[i].name);
}

static void need(const struct search *q, struct part *p, const struct step *s, const struct action *x)
{
    if (!matters(q, p, s, x)) return;
    if (x->verb != VERB_OBSERVE || s->kind == STEP_CAPTURE) {
        known_capture(p, x->capture);
        known_capture(p, x->words);
        need_arg(p, &x->value);
        need_arg(p, &x->force);
        if (x->verb == VERB_APPLY || x->verb == VERB_PATCH) add_file(p, x->file);
        add_file(p, x->overlay);
    }
    for (uint32_t i = 0; i < s->when_n; i++) {
        known_capture(p, s->when[i].capture);
        known_capture(p, s->when[i].equals_capture);
    }
    for (uint32_t i = 0; i < s->preconditions_n; i++)
        for (uint32_t k = 0; k < s->preconditions[i].expect_n; k++)
            if (s->preconditions[i].expect[k].kind == EXPECT_CAPTURE) known_capture(p, s->preconditions[i].expect[k].text);
    if (s->kind == STEP_WRITE) need_own_holes(&q->r, p, s);
}

void search_find_captures(const struct search *q, struct part *p)
{
    const struct plan *plan = q->r.plan;
    /* A capture may be needed by the step that takes another. */
    for (int before = -1; before != p->captures_n + p->files_n;) {
        before = p->captures_n + p->files_n;
        for (uint32_t i = 0; i < plan->forward.n; i++) need(q, p, plan->forward.v[i], &q->r.forward[i]), need(q, p, plan->forward.v[i], &q->r.forward3[i]);
        for (uint32_t i = 0; i < plan->back.n; i++) need(q, p, plan->back.v[i], &q->r.back[i]), need(q, p, plan->back.v[i], &q->r.back3[i]);
    }
}

uint32_t *search_find_steps(const struct search *q, const struct part *p, const struct step_list *l, const struct action *x, uint32_t *n)
{
    uint32_t *v = NULL, cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if (matters(q, p, l->v[i], &x[i])) *PUSH(q->a, v, *n, cap) = i;
    return v;
}

static void show_capture(struct buf *b, const struct search *q, const struct part *p, struct str name)
{
    const struct meant *m = name.n ? model_capture(&q->r, name) : NULL;
    if (!m) return;
    int role = part_role(p, m->object);
    if (role != ROLE_NONE) buf_printf(b, "c%d.%d", m->meaning, role);
    else buf_printf(b, "c%.*s", STR_ARG(name));
    buf_byte(b, m->step->fresh ? '!' : ' ');
}

static void show_step(struct buf *b, const struct search *q, const struct part *p, const struct step *s, const struct action *x)
{
    buf_printf(b, "\n%d.%d.%d%d%d%d%d%d", x->verb, s->kind, x->missing_ok, x->overwrite, x->remove, x->merge, s->fresh, s->optional);
    buf_printf(b, "%.*s", STR_ARG(x->key));
    bool alone = x->objects_n == 1;
    for (uint32_t i = 0; i < x->objects_n; i++)
        if (x->objects[i] == p->hpa || part_role(p, x->objects[i]) != ROLE_NONE) buf_printf(b, "o%d%s", x->objects[i] == p->hpa ? 9 : part_role(p, x->objects[i]), alone ? "!" : "");
    for (uint32_t i = 0; i < s->expect_n; i++) buf_printf(b, "e%d", s->expect[i].kind);
    for (uint32_t i = 0; i < s->captures_n; i++) show_capture(b, q, p, s->captures[i].name);
    show_capture(b, q, p, x->value.kind == ARG_CAPTURE ? x->value.text : STR(""));
    show_capture(b, q, p, x->capture);
    for (uint32_t i = 0; i < s->when_n; i++) {
        show_capture(b, q, p, s->when[i].capture);
        show_capture(b, q, p, s->when[i].equals_capture);
        buf_printf(b, "=%.*s%d", STR_ARG(s->when[i].equals), s->when[i].negate);
    }
}

static struct str hole_at(struct value v, struct str path, uint32_t depth)
{
    if (!path.n) return v.kind == V_MAP ? value_str_at(v, "$capture") : STR("?");
    for (uint32_t i = 0; v.kind == V_MAP && depth < 32 && i < map_len(v); i++) {
        struct str rest = str_trim_prefix(path, v.u.map->v[i].key);
        if (rest.n == path.n || (rest.n && rest.p[0] != '.')) continue;
        struct str found = hole_at(v.u.map->v[i].value, rest.n ? str_from_n(rest, 1) : rest, depth + 1);
        if (found.n) return found;
    }
    return STR("");
}

/* Steps that are the same for both of two parts, but for the names, make the same runs. */
void search_look(const struct search *q, const struct part *part, struct buf *b)
{
    const struct plan *plan = q->r.plan;
    struct part p = *part;
    search_find_captures(q, &p);
    for (uint32_t k = 0; k < plan->forward.n + plan->back.n; k++) {
        bool back = k >= plan->forward.n;
        uint32_t i = back ? k - plan->forward.n : k;
        const struct step *s = back ? plan->back.v[i] : plan->forward.v[i];
        const struct action *x = back ? &q->r.back[i] : &q->r.forward[i];
        if (!back && q->alike[i + 1] == i + 1) buf_printf(b, "\n>%u", i);
        if (back && k == plan->forward.n) buf_byte(b, '|');
        if (!matters(q, &p, s, x)) continue;
        bool own = names_part(&p, x) && !changes_release(x->verb);
        bool overlay = s->kind == STEP_WRITE && strmap_find(&q->r.overlays, s->stdout_to);
        if (own || (s->kind == STEP_WRITE && !overlay)) {
            show_step(b, q, &p, s, x);
        } else if (overlay && p.scaled) {
            const struct plan_object *o = &plan->objects[p.main];
            bool old = (uintptr_t)strmap_get(&q->r.overlays, s->stdout_to) == SIDE_OLD;
            buf_printf(b, "\nv%u", k);
            show_capture(b, q, &p, hole_at(s->document, old ? o->replicas_key_old : o->replicas_key_new, 0));
        } else {
            buf_printf(b, "\n#%u", k);
        }
    }
}

bool search_matters(const struct search *q, const struct part *part, const struct step *s, bool back, uint32_t at)
{
    struct part p = *part;
    search_find_captures(q, &p);
    return matters(q, &p, s, back ? &q->r.back[at] : &q->r.forward[at]) || matters(q, &p, s, back ? &q->r.back3[at] : &q->r.forward3[at]);
}
