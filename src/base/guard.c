#include "base/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct guard_frame {
    jmp_buf at;
    struct guard_frame *up;
};

struct limits limits_default(void)
{
    return (struct limits){
        .bytes = (size_t)2 << 30,
        .output = (size_t)256 << 20,
        .steps = 200000000,
        .depth = 1000,
        .includes = 1000,
        .nodes = 10000000,
    };
}

void guard_init(struct guard *g, struct limits max)
{
    memset(g, 0, sizeof *g);
    g->max = max;
    g->stack = (size_t)6 << 20;
}

bool guard_run(struct guard *g, void (*work)(void *), void *context)
{
    struct guard_frame f;
    f.up = g->top;
    g->top = &f;
    if (setjmp(f.at)) return false;
    work(context);
    g->top = f.up;
    return true;
}

_Noreturn void guard_trip(struct guard *g, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(g->message, sizeof g->message, format, ap);
    va_end(ap);
    struct guard_frame *f = g->top;
    if (!f) {
        /* A programmer's error: nobody entered the guard. */
        fprintf(stderr, "rutter: %s\n", g->message);
        abort();
    }
    g->top = f->up;
    longjmp(f->at, 1);
}
