#include "tmpl/env.h"

struct env env_default(void)
{
    return (struct env){
        .release = STR_INIT("release-name"),
        .ns = STR_INIT("default"),
        .revision = 1,
        .helm_major = 4,
    };
}

void reads_init(struct reads *r, struct arena *a, uint32_t origins)
{
    *r = (struct reads){.a = a, .head_n = origins};
    r->head = NEW_ARRAY(a, uint32_t, origins);
}

void reads_add(struct reads *r, origin_id at, uint32_t tmpl)
{
    if (at >= r->head_n) {
        /* origins made after the render began: values that templates parsed */
        uint32_t n = r->head_n ? r->head_n * 2 : 64;
        while (n <= at) n *= 2;
        r->head = arena_grow(r->a, r->head, r->head_n * sizeof *r->head, n * sizeof *r->head);
        memset(r->head + r->head_n, 0, (n - r->head_n) * sizeof *r->head);
        r->head_n = n;
    }
    for (uint32_t i = r->head[at]; i; i = r->v[i - 1].next)
        if (r->v[i - 1].tmpl == tmpl) return;
    struct read *x = PUSH(r->a, r->v, r->n, r->cap);
    *x = (struct read){tmpl, r->head[at]};
    r->head[at] = r->n;
}

static void mark_deep(struct reads *r, struct value v, uint32_t tmpl, uint32_t depth)
{
    if (depth > r->a->guard->max.depth) guard_trip(r->a->guard, "a value is nested more than %u deep", r->a->guard->max.depth);
    /* A map that holds another one twice, and so on, is small but has very many paths. */
    if (++r->a->guard->steps > r->a->guard->max.steps)
        guard_trip(r->a->guard, "templates take more than %llu steps", (unsigned long long)r->a->guard->max.steps);
    if (v.kind == V_MAP && v.u.map) {
        for (uint32_t i = 0; i < v.u.map->n; i++) {
            reads_mark(r, v.u.map->v[i].at, tmpl);
            mark_deep(r, v.u.map->v[i].value, tmpl, depth + 1);
        }
    } else if (v.kind == V_LIST && v.u.list) {
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            reads_mark(r, list_origin(v.u.list, i), tmpl);
            mark_deep(r, v.u.list->v[i], tmpl, depth + 1);
        }
    }
}

void reads_mark_deep(struct reads *r, struct value v, uint32_t tmpl)
{
    if (r && (v.kind == V_MAP || v.kind == V_LIST)) mark_deep(r, v, tmpl, 0);
}
