/* Steps and their words: what all makers use. */
#include "plan/planner.h"

#include <stdarg.h>
#include <stdlib.h>

#include "kube/field.h"

/* ---- texts ---- */

struct str make_id(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        buf_byte(&b, plain ? c : '-');
    }
    return buf_done(&b);
}

struct str make_regex(struct arena *a, struct str literal)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < literal.n; i++) {
        if (strchr("\\.[]{}()*+?^$|", literal.p[i])) buf_byte(&b, '\\');
        buf_byte(&b, literal.p[i]);
    }
    return buf_done(&b);
}

struct str make_jsonpath_key(struct arena *a, const char *before, struct str key)
{
    struct buf b = buf_new(a);
    buf_byte(&b, '{');
    buf_z(&b, before);
    buf_byte(&b, '.');
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '.') buf_byte(&b, '\\');
        buf_byte(&b, key.p[i]);
    }
    buf_byte(&b, '}');
    return buf_done(&b);
}

/* The value of {key}: what the maker offers, else what the plan knows. */
static bool lookup(struct planner *p, struct str key, va_list given, struct str *out)
{
    va_list ap;
    va_copy(ap, given);
    for (const char *k; (k = va_arg(ap, const char *));) {
        *out = va_arg(ap, struct str);
        if (!str_is(key, k)) continue;
        va_end(ap);
        return true;
    }
    va_end(ap);
    struct plan *q = p->plan;
    const struct { const char *key; struct str value; } known[] = {
        {"release", q->release}, {"namespace", q->ns}, {"chart", q->chart}, {"old", q->version_old}, {"new", q->version_new}, {"strategy", q->strategy},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!str_is(key, known[i].key)) continue;
        *out = known[i].value;
        return true;
    }
    return false;
}

struct str make_text(struct planner *p, struct str text, ...)
{
    struct buf b = buf_new(p->a);
    va_list ap;
    va_start(ap, text);
    for (size_t i = 0; i < text.n;) {
        ptrdiff_t end = text.p[i] == '{' ? str_chr(str_from_n(text, i), '}') : -1;
        struct str value;
        if (end > 0 && lookup(p, str_sub(text, i + 1, i + (size_t)end), ap, &value)) {
            buf_add(&b, value);
            i += (size_t)end + 1;
        } else {
            buf_byte(&b, text.p[i++]);
        }
    }
    va_end(ap);
    return buf_done(&b);
}

/* ---- steps ---- */

struct step *make_step_in(struct planner *p, enum phase phase, enum step_kind kind, struct str what, struct str title)
{
    const struct book_entry *e = p->entry;
    const char *side = p->back ? "back-" : "";
    struct str id = make_id(p->a, e->section.n ? str_printf(p->a, "%s%.*s-%.*s", side, STR_ARG(e->section), STR_ARG(what))
                                               : str_printf(p->a, "%s%.*s", side, STR_ARG(what)));
    struct step *s = step_add(p->list, id, phase, kind, title.n ? title : make_text(p, e->title, NULL));
    s->section = e->section;
    if (p->list->n - 1 == p->entry_from) {
        s->note = make_text(p, e->note, NULL);
        step_errata(p->a, s, str_z(p->a, e->errata));
    }
    return s;
}

struct step *make_step(struct planner *p, enum step_kind kind, struct str what, struct str title)
{
    return make_step_in(p, p->entry->phase, kind, what, title);
}

struct step *make_gate(struct planner *p, struct str what, struct str title, struct str accept)
{
    struct step *s = make_step(p, STEP_GATE, what, title);
    s->accept = accept;
    return s;
}

void assume(struct planner *p, const char *id, struct str text, struct str checked_by)
{
    *PUSH(p->a, p->plan->assumptions, p->plan->assumptions_n, p->plan->assumptions_cap) =
        (struct assumption){.id = str_from(id), .text = text, .checked_by = checked_by};
}

struct loss *declare_loss(struct planner *p, struct str id, struct str object, struct str text, struct str gate)
{
    struct plan *q = p->plan;
    for (uint32_t i = 0; i < q->losses_n; i++)
        if (str_eq(q->losses[i].id, id)) return &q->losses[i];
    struct loss *l = PUSH(p->a, q->losses, q->losses_n, q->losses_cap);
    *l = (struct loss){.id = id, .object = object, .text = text, .gate = gate};
    return l;
}

/* ---- argv ---- */

static void add_words(struct arena *a, struct argv *v, va_list ap)
{
    for (const char *z; (z = va_arg(ap, const char *));) argv_add(a, v, ARG_TEXT, str_from(z));
}

void make_kubectl(struct planner *p, struct argv *v, struct str ns, ...)
{
    va_list ap;
    argv_text(p->a, v, "kubectl", "--context", NULL);
    argv_add(p->a, v, ARG_PARAM, STR("context"));
    if (ns.n) {
        argv_text(p->a, v, "-n", NULL);
        argv_add(p->a, v, ARG_TEXT, ns);
    }
    va_start(ap, ns);
    add_words(p->a, v, ap);
    va_end(ap);
}

void make_helm(struct planner *p, struct argv *v, ...)
{
    va_list ap;
    argv_text(p->a, v, "helm", "--kube-context", NULL);
    argv_add(p->a, v, ARG_PARAM, STR("context"));
    argv_text(p->a, v, "-n", NULL);
    argv_add(p->a, v, ARG_TEXT, p->plan->ns);
    va_start(ap, v);
    add_words(p->a, v, ap);
    va_end(ap);
}

/* What moved out of the group "extensions" is the same object in its new one, and that is served wherever the old one still is
 * (https://kubernetes.io/docs/reference/using-api/deprecation-guide/). */
static struct str served_group(const struct object *o)
{
    struct str group = field_group(o->api_version);
    if (!str_is(group, "extensions")) return group;
    if (str_is(o->kind, "Ingress") || str_is(o->kind, "NetworkPolicy")) return STR("networking.k8s.io");
    return str_is(o->kind, "PodSecurityPolicy") ? STR("policy") : STR("apps");
}

struct str make_resource(struct arena *a, const struct object *o)
{
    struct buf b = buf_new(a);
    struct str group = served_group(o);
    for (size_t i = 0; i < o->kind.n; i++) {
        char c = o->kind.p[i];
        buf_byte(&b, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
    if (group.n) buf_printf(&b, ".%.*s", STR_ARG(group));
    return buf_done(&b);
}

struct str make_ref(struct arena *a, const struct object *o)
{
    struct str resource = make_resource(a, o);
    return str_printf(a, "%.*s/%.*s", STR_ARG(resource), STR_ARG(o->name));
}

static int group_compare(const void *x, const void *y) { return str_cmp(((const struct ref_group *)x)->ns, ((const struct ref_group *)y)->ns); }

struct ref_group *make_groups(struct planner *p, bool (*want)(const struct planner *p, const struct item *i), bool new_side, uint32_t *n)
{
    struct ref_group *groups = NULL;
    uint32_t cap = 0, count = 0;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct item *item = &p->shape.items[i];
        const struct object *o = new_side ? item->new : item->old;
        if (!o || !want(p, item)) continue;
        struct ref_group *g = NULL;
        for (uint32_t k = 0; k < count; k++)
            if (str_eq(groups[k].ns, o->ns)) g = &groups[k];
        if (!g) {
            g = PUSH(p->a, groups, count, cap);
            g->ns = o->ns;
        }
        *PUSH(p->a, g->v, g->n, g->cap) = o;
    }
    if (count) qsort(groups, count, sizeof *groups, group_compare);
    *n = count;
    return groups;
}

struct str make_selector(struct arena *a, const struct workload *w)
{
    struct value labels = value_at(w->selector, "matchLabels", NULL);
    struct buf b = buf_new(a);
    if (labels.kind != V_MAP) return STR("");
    for (uint32_t i = 0; i < map_len(labels); i++) {
        if (labels.u.map->v[i].value.kind != V_STR) continue;
        struct str value = v_text(labels.u.map->v[i].value);
        buf_printf(&b, "%s%.*s=%.*s", b.n ? "," : "", STR_ARG(labels.u.map->v[i].key), STR_ARG(value));
    }
    return buf_done(&b);
}
