#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

struct diags *diags_new(struct arena *a, struct inputs *inputs)
{
    struct diags *d = NEW(a, struct diags);
    d->a = a;
    d->inputs = inputs;
    return d;
}

static struct str format_in(struct arena *a, const char *format, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0) guard_trip(a->guard, "a message could not be formatted");
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, ap);
    return str_of(p, (size_t)n);
}

static void add(struct diags *d, enum severity severity, struct place at, const char *format, va_list ap)
{
    struct diag *x = PUSH(d->a, d->v, d->n, d->cap);
    x->severity = severity;
    x->at = at;
    x->message = format_in(d->a, format, ap);
    d->errors += severity == SEVERITY_ERROR;
}

bool diag_error(struct diags *d, struct place at, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    add(d, SEVERITY_ERROR, at, format, ap);
    va_end(ap);
    return false;
}

void diag_warn(struct diags *d, struct place at, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    add(d, SEVERITY_WARNING, at, format, ap);
    va_end(ap);
}

void diag_hint(struct diags *d, const char *format, ...)
{
    if (!d->n) return;
    va_list ap;
    va_start(ap, format);
    d->v[d->n - 1].hint = format_in(d->a, format, ap);
    va_end(ap);
}

const char *severity_name(enum severity s)
{
    static const char *const name[] = {"info", "warning", "error"};
    return name[s];
}
