#include "facts/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct finding *finding_add(struct findings *f, const char *rule, enum severity s, enum about about, enum subject_kind kind, struct str subject)
{
    struct finding *x = PUSH(f->a, f->v, f->n, f->cap);
    x->rule = str_from(rule);
    x->severity = s;
    x->about = about;
    x->subject_kind = kind;
    x->subject = subject;
    x->confidence = 100;
    return x;
}

void finding_evidence(struct findings *f, struct finding *x, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n < 0) guard_trip(f->a->guard, "a message could not be formatted");
    char *p = arena_alloc(f->a, (size_t)n + 1);
    va_start(ap, format);
    vsnprintf(p, (size_t)n + 1, format, ap);
    va_end(ap);
    *PUSH(f->a, x->evidence, x->evidence_n, x->evidence_cap) = str_of(p, (size_t)n);
}

static int by_weight(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->severity != y->severity) return x->severity > y->severity ? -1 : 1;
    int c = str_cmp(x->rule, y->rule);
    if (!c) c = str_cmp(x->subject, y->subject);
    if (!c && x->at.input != y->at.input) c = x->at.input < y->at.input ? -1 : 1;
    if (!c && x->at.line != y->at.line) c = x->at.line < y->at.line ? -1 : 1;
    if (!c) c = str_cmp(x->message, y->message);
    return c;
}

void findings_sort(struct findings *f)
{
    if (f->n > 1) qsort(f->v, f->n, sizeof *f->v, by_weight);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (!kept || by_weight(&f->v[kept - 1], &f->v[i]) != 0) f->v[kept++] = f->v[i];
    f->n = kept;
}

const char *about_name(enum about a)
{
    static const char *const name[] = {"change", "act", "state"};
    return name[a];
}

const char *subject_kind_name(enum subject_kind k)
{
    static const char *const name[] = {"value", "object", "model", "bundle", "chart", "subchart", "changelog", "template"};
    return name[k];
}
