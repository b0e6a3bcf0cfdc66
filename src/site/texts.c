#include "site/texts.h"

#include "kube/field.h"
#include "text/units.h"

#include <stdlib.h>

static enum severity severity_of(struct str s) { return str_is(s, "error") ? SEVERITY_ERROR : str_is(s, "warning") ? SEVERITY_WARNING : SEVERITY_INFO; }

static struct rule_text rule_of(struct arena *a, struct value v)
{
    struct rule_text x = {.id = value_str_at(v, "id"), .severity = severity_of(value_str_at(v, "severity")), .title = value_str_at(v, "title"), .means = str_trim(value_str_at(v, "means")),
                          .matters = str_trim(value_str_at(v, "matters")), .fix = str_trim(value_str_at(v, "fix")), .example = str_trim(value_str_at(v, "example")), .unreported = str_trim(value_str_at(v, "unreported"))};
    struct value sources = value_at(v, "sources", NULL);
    for (uint32_t i = 0; i < field_len(sources); i++)
        if (field_item(sources, i).kind == V_STR) *PUSH(a, x.sources, x.sources_n, x.sources_cap) = v_text(field_item(sources, i));
    return x;
}

static struct rule_text advisory_of(struct arena *a, struct value v)
{
    struct rule_text x = rule_of(a, v);
    x.advisory = true;
    x.means = str_trim(value_str_at(v, "text"));
    x.matters = str_trim(value_str_at(v, "unseen"));
    if (x.matters.n) x.matters = str_printf(a, "No analysis of the charts finds it: %.*s", STR_ARG(x.matters));
    *PUSH(a, x.sources, x.sources_n, x.sources_cap) = str_trim(value_str_at(v, "source"));
    return x;
}

static void add(struct arena *a, struct rule_texts *t, struct rule_text x)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].id, x.id)) {
            t->v[i] = x;
            return;
        }
    *PUSH(a, t->v, t->n, t->cap) = x;
}

static int by_id(const void *a, const void *b)
{
    const struct rule_text *x = a, *y = b;
    return str_cmp(x->id, y->id);
}

static void add_all(struct arena *a, const struct rulebook *r, const char *folder, const char *key, struct rule_text (*make)(struct arena *a, struct value v), struct rule_texts *t)
{
    uint32_t n;
    struct rulebook_file *f = rulebook_list(r, a, folder, ".yaml", true, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct value list = value_at(rulebook_file_value(r, a, &f[i]), key, NULL);
        for (uint32_t k = 0; k < field_len(list); k++) add(a, t, make(a, field_item(list, k)));
    }
}

/* A team's query has its words in itself; rules/ of the same folder may say more. */
static void add_queries(struct arena *a, const struct rulebook *r, struct rule_texts *t)
{
    for (uint32_t i = 0; r && i < r->queries_n; i++)
        for (uint32_t k = 0; k < r->queries[i].n; k++) {
            const struct query_pattern *p = &r->queries[i].v[k];
            struct rule_text x = {.id = p->rule, .severity = p->severity, .title = p->message, .means = p->message, .fix = p->fix};
            bool known = false;
            for (uint32_t n = 0; n < t->n; n++) known |= str_eq(t->v[n].id, p->rule);
            if (known) continue;
            *PUSH(a, x.sources, x.sources_n, x.sources_cap) = inputs_get(r->diags->inputs, p->at.input)->path;
            add(a, t, x);
        }
}

struct rule_texts texts_read(struct arena *a, const struct rulebook *r)
{
    struct rule_texts t = {0};
    add_all(a, r, "rules/", "rules", rule_of, &t);
    add_all(a, r, "advisories/", "advisories", advisory_of, &t);
    add_queries(a, r, &t);
    if (t.n) qsort(t.v, t.n, sizeof *t.v, by_id);
    return t;
}

const struct rule_text *texts_find(const struct rule_texts *t, struct str id)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].id, id)) return &t->v[i];
    return str_starts(id, STR("advisory/")) && !str_is(id, "advisory/*") ? texts_find(t, STR("advisory/*")) : NULL;
}

struct str texts_meant(struct arena *a, const struct rule_texts *t, struct str id)
{
    struct str *ids = NEW_ARRAY(a, struct str, t->n + 1), family, name;
    for (uint32_t i = 0; i < t->n; i++) ids[i] = t->v[i].id;
    struct str whole = nearest(id, ids, t->n);
    if (whole.n) return whole;
    struct str last = str_cut(id, STR("/"), &family, &name) ? name : id;
    for (uint32_t i = 0; i < t->n; i++) str_cut(t->v[i].id, STR("/"), &family, &ids[i]);
    struct str part = nearest(last, ids, t->n);
    for (uint32_t i = 0; part.n && i < t->n; i++)
        if (str_eq(ids[i], part)) return t->v[i].id;
    return (struct str){0};
}
