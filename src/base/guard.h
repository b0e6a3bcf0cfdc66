/* Limits, counted in one place, and the one way out when a limit is exceeded or memory runs out.
 *
 * Charts, values and archives are hostile input: everything that can grow is charged here. A guard
 * belongs to one thread. When a limit trips, control returns to the innermost guard_run of that thread,
 * which returns false with the reason in `message`. Arenas made since then are freed by the one who called it.
 */
#ifndef RUTTER_BASE_GUARD_H
#define RUTTER_BASE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limits {
    size_t bytes;        /* memory of all arenas together */
    size_t output;       /* bytes that one render may print */
    uint64_t steps;      /* template nodes evaluated in one render */
    uint32_t depth;      /* nesting of YAML, JSON, templates' blocks and parentheses */
    uint32_t includes;   /* include and template calls inside each other: Helm's own limit is 1000 per name */
    uint32_t nodes;      /* nodes of one YAML or JSON document, aliases counted as often as used */
};

struct guard {
    struct limits max;
    size_t bytes;        /* in use now */
    size_t peak;         /* most ever in use */
    uint64_t steps;
    size_t stack;        /* bytes of C stack that recursion over templates may use; guard_init: 6 MiB */
    struct guard_frame *top; /* private */
    char message[512];   /* why the last trip happened; NUL-terminated, no newline */
};

/* The limits that the command line uses: 2 GiB, 256 MiB of output, 200 million steps, depth 10000 (YAML: 1000)... */
struct limits limits_default(void);
void guard_init(struct guard *g, struct limits max);

/* Runs work(context); false when it tripped. Calls nest. */
bool guard_run(struct guard *g, void (*work)(void *context), void *context);
/* Unwinds to the innermost frame. `format` says what was exceeded and what to do. */
_Noreturn void guard_trip(struct guard *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One more step of work that leaves no trace in memory, such as a walk over a value; trips beyond max.steps. */
static inline void guard_step(struct guard *g)
{
    if (++g->steps > g->max.steps) guard_trip(g, "templates take more than %llu steps", (unsigned long long)g->max.steps);
}

#endif
