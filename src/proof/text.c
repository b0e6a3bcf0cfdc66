/* The result as a value and as text. */
#include "proof/proof.h"

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {"proved", "proved under assumptions", "unproved"};
    return names[v];
}

static struct value strings(struct arena *a, const struct str *v, uint32_t n)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < n; i++) list_add(l, v_str(v[i]));
    return v_list(l);
}

static void put_strings(struct arena *a, struct map *m, const char *key, const struct str *v, uint32_t n)
{
    if (n) map_putz(m, key, strings(a, v, n));
}

static struct value premise_value(struct arena *a, const struct premise *x)
{
    struct map *m = map_new(a);
    map_putz(m, "id", v_str(x->id));
    map_putz(m, "text", v_str(x->text));
    if (x->checked_by.n) map_putz(m, "checkedBy", v_str(x->checked_by));
    return v_map(m);
}

static struct value failure_value(struct arena *a, const struct disproof *f)
{
    struct map *m = map_new(a);
    map_putz(m, "obligation", v_str(str_from(f->obligation)));
    if (f->subject.n) map_putz(m, "subject", v_str(f->subject));
    map_putz(m, "text", v_str(f->text));
    put_strings(a, m, "run", f->trace, f->trace_n);
    put_strings(a, m, "objects", f->objects, f->objects_n);
    if (f->code) map_putz(m, "wrong", v_str(str_from(f->code)));
    if (!f->erratum) return v_map(m);
    if (f->erratum->errata.n) map_putz(m, "errata", v_str(f->erratum->errata));
    map_putz(m, "because", v_str(f->erratum->text));
    map_putz(m, "instead", v_str(f->erratum->instead));
    return v_map(m);
}

struct value proof_to_value(struct arena *a, const struct proof *p)
{
    struct map *m = map_new(a);
    struct list *premises = list_new(a), *failures = list_new(a);
    for (uint32_t i = 0; i < p->premises_n; i++) list_add(premises, premise_value(a, &p->premises[i]));
    for (uint32_t i = 0; i < p->failures_n; i++) list_add(failures, failure_value(a, &p->failures[i]));
    map_putz(m, "verdict", v_str(str_from(verdict_name(p->verdict))));
    map_putz(m, "states", v_int((int64_t)p->states));
    map_putz(m, "runs", v_int((int64_t)p->runs));
    map_putz(m, "parts", v_int(p->parts));
    map_putz(m, "kinds", v_int(p->kinds));
    map_putz(m, "unchecked", v_int(p->unchecked));
    if (premises->n) map_putz(m, "assumptions", v_list(premises));
    if (failures->n) map_putz(m, "failures", v_list(failures));
    put_strings(a, m, "losses", p->losses, p->losses_n);
    put_strings(a, m, "harmless", p->spare, p->spare_n);
    put_strings(a, m, "witness", p->witness, p->witness_n);
    return v_map(m);
}

static void lines(struct buf *b, const char *title, const struct str *v, uint32_t n)
{
    if (!n) return;
    buf_printf(b, "\n%s\n", title);
    for (uint32_t i = 0; i < n; i++) buf_printf(b, "  %.*s\n", STR_ARG(v[i]));
}

static bool same_run(const struct disproof *x, const struct disproof *y)
{
    if (!y || !x->trace_n || x->trace_n != y->trace_n) return false;
    for (uint32_t i = 0; i < x->trace_n; i++)
        if (!str_eq(x->trace[i], y->trace[i])) return false;
    return true;
}

/* `before`: the one that was told last; NULL: none. */
static void failure_text(struct buf *b, const struct disproof *f, const struct disproof *before)
{
    buf_printf(b, "\n%s: %.*s\n", f->obligation, STR_ARG(f->text));
    if (same_run(f, before)) buf_z(b, "  (in the same run)\n");
    for (uint32_t i = 0; !same_run(f, before) && i < f->trace_n; i++) buf_printf(b, "  %s%.*s\n", i ? "" : "with ", STR_ARG(f->trace[i]));
    const struct plan_erratum *e = f->erratum;
    if (!e) return;
    buf_printf(b, "  the runbook%s%.*s%s: %.*s\n", e->errata.n ? " (" : "", STR_ARG(e->errata), e->errata.n ? ")" : "", STR_ARG(e->text));
    buf_printf(b, "  rutter's own plan: %.*s\n", STR_ARG(e->instead));
}

struct str proof_text(struct arena *a, const struct proof *p)
{
    struct buf b = buf_new(a);
    if (p->verdict == PROVED_UNDER) buf_printf(&b, "proved under %u unchecked assumption%s\n", p->unchecked, p->unchecked == 1 ? "" : "s");
    else buf_printf(&b, "%s\n", verdict_name(p->verdict));
    buf_printf(&b, "%llu states of %u kinds of parts (%u parts), %llu ends of runs compared\n", (unsigned long long)p->states, p->kinds, p->parts, (unsigned long long)p->runs);
    for (uint32_t i = 0; i < p->failures_n; i++) failure_text(&b, &p->failures[i], i ? &p->failures[i - 1] : NULL);
    for (int checked = 0; checked < 2; checked++) {
        bool titled = false;
        for (uint32_t i = 0; i < p->premises_n; i++) {
            const struct premise *x = &p->premises[i];
            if ((x->checked_by.n > 0) != checked) continue;
            if (!titled) buf_printf(&b, "\nassumptions, %s\n", checked ? "each checked by a step" : "unchecked");
            titled = true;
            buf_printf(&b, "  %.*s: %.*s", STR_ARG(x->id), STR_ARG(x->text));
            if (checked) buf_printf(&b, " (%.*s)", STR_ARG(x->checked_by));
            buf_byte(&b, '\n');
        }
    }
    lines(&b, "lost for good, each behind a person's yes", p->losses, p->losses_n);
    lines(&b, "changing steps without which everything holds as well", p->spare, p->spare_n);
    lines(&b, "one full run", p->witness, p->witness_n);
    return buf_done(&b);
}
