#include "tmpl/env.h"

#include <stdatomic.h>

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
    static atomic_uint serials;
    *r = (struct reads){.a = a, .head_n = origins, .serial = 1 + atomic_fetch_add(&serials, 1)};
    r->head = NEW_ARRAY(a, uint32_t, origins);
}

void reads_add(struct reads *r, origin_id at, uint32_t tmpl, bool shape)
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
        if (r->v[i - 1].tmpl == tmpl) {
            if (!shape) r->v[i - 1].shape = 0;
            return;
        }
    struct read *x = PUSH(r->a, r->v, r->n, r->cap);
    *x = (struct read){tmpl, r->head[at] & 0x7fffffff, shape};
    r->head[at] = r->n;
}

/* Maps may hold themselves after a template's `set`: one that is being walked is not entered again. */
struct walk {
    const void *container;
    const struct walk *up;
};

static bool is_open(const struct walk *w, const void *container)
{
    for (; w; w = w->up)
        if (w->container == container) return true;
    return false;
}

static void mark_deep(struct reads *r, struct value v, uint32_t tmpl, const struct walk *up, uint32_t depth)
{
    struct guard *g = r->a->guard;
    if ((v.kind != V_MAP && v.kind != V_LIST) || !v.u.map) return;
    struct walk here = {v.u.map, up};
    if (is_open(up, here.container)) return;
    if (depth > g->max.depth) guard_trip(g, "a value is nested more than %u deep", g->max.depth);
    if (v.kind == V_MAP) {
        for (uint32_t i = 0; i < v.u.map->n; i++) {
            guard_step(g);
            reads_mark(r, v.u.map->v[i].at, tmpl);
            mark_deep(r, v.u.map->v[i].value, tmpl, &here, depth + 1);
        }
    } else {
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            guard_step(g);
            reads_mark(r, list_origin(v.u.list, i), tmpl);
            mark_deep(r, v.u.list->v[i], tmpl, &here, depth + 1);
        }
    }
}

void reads_mark_deep(struct reads *r, struct value v, uint32_t tmpl)
{
    if (r && (v.kind == V_MAP || v.kind == V_LIST)) mark_deep(r, v, tmpl, NULL, 0);
}
