#include "tmpl/state.h"

#include "value/gofmt.h"

#include <stdarg.h>
#include <stdio.h>

enum flow { FLOW_ON, FLOW_FAILED, FLOW_BREAK, FLOW_CONTINUE };

enum { MAX_DEPTH = 100000 /* text/template's maxExecDepth */ };

static enum flow walk(struct state *s, struct value dot, const struct node *n, struct buf *out);

/* ---- template sets ---- */

struct tmpl_set *tmpl_set_new(struct arena *a, const struct tmpl_set *parent)
{
    struct tmpl_set *s = NEW(a, struct tmpl_set);
    s->a = a;
    s->by_name = strmap_new(a);
    s->parent = parent;
    return s;
}

/* Template.AddParseTree: a new tree replaces the old one, unless it is empty and the old one exists. */
void tmpl_set_add(struct tmpl_set *s, const struct parsed *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        struct tree *t = p->v[i];
        if (t->empty && tmpl_set_find(s, t->name)) continue;
        strmap_put(&s->by_name, t->name, t);
    }
}

const struct tree *tmpl_set_find(const struct tmpl_set *s, struct str name)
{
    for (; s; s = s->parent) {
        const struct tree *t = strmap_get(&s->by_name, name);
        if (t) return t;
    }
    return NULL;
}

/* ---- errors ---- */

void state_place(const struct tree *t, const struct node *n, uint32_t *line, uint32_t *column)
{
    struct str before = str_sub(t->text, 0, n->pos);
    ptrdiff_t newline = str_find_last(before, STR("\n"));
    *column = newline < 0 ? n->pos : n->pos - (uint32_t)newline - 1;
    *line = 1;
    for (size_t i = 0; i < before.n; i++) *line += before.p[i] == '\n';
}

static void note_failure(struct state *s, enum failure_kind kind, struct str message)
{
    struct failure *f = &s->x->failed_at;
    f->kind = kind;
    f->message = message;
    f->tmpl = s->tree->parse_name;
    f->file = s->x->tmpl;
    if (s->at) state_place(s->tree, s->at, &f->line, &f->column);
}

bool state_fail_str(struct state *s, struct str message)
{
    struct buf b = buf_new(s->x->a);
    if (!s->at) {
        buf_printf(&b, "template: %.*s: ", STR_ARG(s->tree->name));
    } else {
        uint32_t line, column;
        state_place(s->tree, s->at, &line, &column);
        buf_printf(&b, "template: %.*s:%u:%u: executing ", STR_ARG(s->tree->parse_name), line, column);
        go_quote(&b, s->tree->name);
        buf_z(&b, " at <");
        buf_add(&b, node_show(s->x->a, s->at));
        buf_z(&b, ">: ");
    }
    buf_add(&b, message);
    if (!s->x->failed_at.line) note_failure(s, FAILURE_ERROR, message);
    s->x->error = buf_done(&b);
    return false;
}

bool state_fail(struct state *s, const char *format, ...)
{
    char small[2048];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(small, sizeof small, format, ap);
    va_end(ap);
    if ((size_t)n < sizeof small) return state_fail_str(s, str_dup(s->x->a, str_from(small)));
    char *p = arena_alloc(s->x->a, (size_t)n + 1);
    va_start(ap, format);
    vsnprintf(p, (size_t)n + 1, format, ap);
    va_end(ap);
    return state_fail_str(s, str_of(p, (size_t)n));
}

bool call_failure(struct call *c, enum failure_kind kind, struct str message)
{
    struct exec *x = c->x;
    if (!x->env->tolerant || !x->state) return false;
    struct state now = *x->state;
    note_failure(&now, kind, message);
    *PUSH(x->a, x->failures, x->failures_n, x->failures_cap) = x->failed_at;
    x->failed_at = (struct failure){0};
    return true;
}

/* ---- statements ---- */

/* What a condition on a map or list depends on is that it has entries. */
/* Whether this template has marked all of a map or list: asking again and again for one key of a large map must not cost the whole
 * map each time. Putting in an entry that has an origin clears the note. */
static bool seen_already(const struct state *s, uint64_t *seen)
{
    uint64_t now = (uint64_t)s->x->reads->serial << 32 | s->x->tmpl;
    if (__atomic_load_n(seen, __ATOMIC_RELAXED) == now) return true;
    __atomic_store_n(seen, now, __ATOMIC_RELAXED);
    return false;
}

void state_read_shape(struct state *s, struct value v)
{
    if (!s->x->reads || (v.kind != V_MAP && v.kind != V_LIST) || !v.u.map) return;
    if (v.kind == V_MAP) {
        struct map *m = v.u.map;
        if (seen_already(s, &m->seen)) return;
        for (uint32_t i = 0; i < m->n; i++) state_read_seen(s, m->v[i].at);
    } else if (v.u.list->at) {
        struct list *l = v.u.list;
        if (seen_already(s, &l->seen)) return;
        for (uint32_t i = 0; i < l->n; i++) state_read_seen(s, l->at[i]);
    }
}

static enum flow walk_list(struct state *s, struct value dot, const struct node *list, struct buf *out)
{
    for (uint32_t i = 0; i < list->n; i++) {
        enum flow f = walk(s, dot, list->u.child[i], out);
        if (f != FLOW_ON) return f;
    }
    return FLOW_ON;
}

static enum flow walk_if_or_with(struct state *s, struct value dot, const struct node *n, struct buf *out)
{
    struct value v;
    if (!eval_pipeline(s, dot, n->pipe, &v)) return FLOW_FAILED;
    state_read_shape(s, v);
    if (value_truth(v)) return walk_list(s, n->kind == N_WITH ? v : dot, n->list, out);
    return n->else_list ? walk_list(s, dot, n->else_list, out) : FLOW_ON;
}

static bool set_variable(struct state *s, const struct node *variable, struct value v)
{
    if (variable->slot < 0) return state_fail(s, "undefined variable: %.*s", STR_ARG(variable->u.ident[0]));
    s->slot[variable->slot] = v;
    return true;
}

/* One turn of a range: sets its variables and runs the body. Break and continue end here. */
static enum flow one_iteration(struct state *s, const struct node *r, struct value index, struct value item, struct buf *out)
{
    const struct node *pipe = r->pipe;
    if (pipe->decl_n) {
        if (!set_variable(s, pipe->decl[pipe->decl_n - 1], item)) return FLOW_FAILED;
        if (pipe->decl_n > 1 && !set_variable(s, pipe->decl[0], index)) return FLOW_FAILED;
    }
    enum flow f = walk_list(s, item, r->list, out);
    return f == FLOW_CONTINUE ? FLOW_ON : f;
}

static struct value boxed(struct value v, bool box)
{
    v.boxed = box;
    return v;
}

static bool list_is_boxed(struct value v) { return v.type == GO_AUTO; }
static bool map_is_boxed(struct value v) { return v.type == GO_AUTO || v.type == GO_VALUES || v.type == GO_ANY_MAP; }

static enum flow range_list(struct state *s, const struct node *r, struct value v, struct buf *out)
{
    const struct list *l = v.u.list;
    state_read_shape(s, v);
    for (uint32_t i = 0; i < l->n; i++) {
        enum flow f = one_iteration(s, r, v_int(i), boxed(l->v[i], list_is_boxed(v)), out);
        if (f == FLOW_BREAK) break;
        if (f != FLOW_ON) return f;
    }
    return FLOW_ON;
}

static enum flow range_map(struct state *s, const struct node *r, struct value v, struct buf *out)
{
    state_read_shape(s, v);
    uint32_t n = map_len(v);
    struct entry **sorted = map_sorted(s->x->a, v.u.map);
    /* The body may change the map: Go iterates over a copy of keys and values. */
    struct entry *copy = arena_alloc(s->x->a, n * sizeof *copy);
    for (uint32_t i = 0; i < n; i++) copy[i] = *sorted[i];
    for (uint32_t i = 0; i < n; i++) {
        enum flow f = one_iteration(s, r, v_str(copy[i].key), boxed(copy[i].value, map_is_boxed(v)), out);
        if (f == FLOW_BREAK) break;
        if (f != FLOW_ON) return f;
    }
    return FLOW_ON;
}

static enum flow range_int(struct state *s, const struct node *r, struct value v, struct buf *out)
{
    for (int64_t i = 0; i < v.u.i; i++) {
        struct value item = v;
        item.u.i = i;
        enum flow f = one_iteration(s, r, NIL, item, out);
        if (f == FLOW_BREAK) break;
        if (f != FLOW_ON) return f;
    }
    return FLOW_ON;
}

static enum flow walk_range(struct state *s, struct value dot, const struct node *r, struct buf *out)
{
    struct value v;
    s->at = r;
    if (!eval_pipeline(s, dot, r->pipe, &v)) return FLOW_FAILED;
    struct buf text = buf_new(s->x->a);
    switch (v.kind) {
    case V_INT: case V_UINT:
        if (r->pipe->decl_n > 1) {
            gofmt_value(&text, v);
            state_fail(s, "can't use %.*s to iterate over more than one variable", STR_ARG(buf_str(&text)));
            return FLOW_FAILED;
        }
        if (v.u.i > 0) return range_int(s, r, v, out);
        break;
    case V_LIST:
        if (list_len(v)) return range_list(s, r, v, out);
        break;
    case V_MAP:
        if (map_len(v)) return range_map(s, r, v, out);
        break;
    case V_NIL:
        break;
    default:
        gofmt_value(&text, v);
        state_fail(s, "range can't iterate over %.*s", STR_ARG(buf_str(&text)));
        return FLOW_FAILED;
    }
    return r->else_list ? walk_list(s, dot, r->else_list, out) : FLOW_ON;
}

static enum flow walk_template(struct state *s, struct value dot, const struct node *n, struct buf *out)
{
    s->at = n;
    const struct tree *t = tmpl_set_find(s->set, n->text);
    struct buf name = buf_new(s->x->a);
    if (!t) {
        go_quote(&name, n->text);
        state_fail(s, "template %.*s not defined", STR_ARG(buf_str(&name)));
        return FLOW_FAILED;
    }
    char here;
    if (s->depth >= MAX_DEPTH || (size_t)(s->x->stack_base - &here) > s->x->a->guard->stack) {
        state_fail(s, "exceeded maximum template depth (%d)", MAX_DEPTH);
        return FLOW_FAILED;
    }
    struct value v = NIL;
    if (n->pipe && !eval_pipeline(s, dot, n->pipe, &v)) return FLOW_FAILED;
    return run_tree(s->x, s->set, t, v, s, s->depth + 1, out) ? FLOW_ON : FLOW_FAILED;
}

static void print_value(struct buf *out, struct value v)
{
    if (v.kind == V_STR && v.type == GO_AUTO) buf_add(out, v_text(v));
    else if (v.kind == V_NIL) buf_add(out, STR("<no value>"));
    else if (v.kind == V_OBJ && v.u.obj->type->print_field) buf_add(out, v.u.obj->type->print_field(out->a, v.u.obj));
    else gofmt_value(out, v);
}

static void charge(struct state *s, const struct buf *out)
{
    struct guard *g = s->x->a->guard;
    if (++g->steps > g->max.steps) guard_trip(g, "the templates take more than %llu steps", (unsigned long long)g->max.steps);
    if (out->n > g->max.output) guard_trip(g, "the templates print more than %zu MiB", g->max.output >> 20);
}

static bool is_enough(struct watch *w)
{
    enum { STEP = 256 }; /* bytes; each asking costs a look at the new ones */
    w->next = w->out->n + STEP;
    w->ended = w->enough(w->context, buf_str(w->out));
    return w->ended;
}

static enum flow walk(struct state *s, struct value dot, const struct node *n, struct buf *out)
{
    charge(s, out);
    struct watch *w = s->x->watch;
    if (w && out == w->out && out->n >= w->next && is_enough(w)) return FLOW_FAILED;
    s->at = n;
    size_t from = out->n;
    if (s->x->trace && n->kind != N_TEXT && n->kind != N_LIST) s->action = n;
    switch (n->kind) {
    case N_TEXT:
        buf_add(out, n->text);
        if (s->x->trace) trace_text(s, n, out, from);
        return FLOW_ON;
    case N_ACTION: {
        struct value v;
        if (!eval_pipeline(s, dot, n->pipe, &v)) return FLOW_FAILED;
        if (!n->pipe->decl_n) {
            if (s->x->reads && (v.kind == V_MAP || v.kind == V_LIST)) reads_mark_deep(s->x->reads, v, s->x->tmpl);
            s->at = n;
            print_value(out, v);
            if (s->x->trace) trace_printed(s, v, out, from);
        }
        return FLOW_ON;
    }
    case N_IF: case N_WITH: return walk_if_or_with(s, dot, n, out);
    case N_RANGE: return walk_range(s, dot, n, out);
    case N_LIST: return walk_list(s, dot, n, out);
    case N_TEMPLATE: return walk_template(s, dot, n, out);
    case N_BREAK: return FLOW_BREAK;
    case N_CONTINUE: return FLOW_CONTINUE;
    default: return FLOW_ON;
    }
}

bool run_tree(struct exec *x, const struct tmpl_set *set, const struct tree *t, struct value dot, const struct state *up, uint32_t depth,
              struct buf *out)
{
    dot.boxed = 0;
    struct value few[8];
    struct value *slot = t->slots <= 8 ? few : arena_alloc(x->a, t->slots * sizeof *slot);
    memset(slot, 0, t->slots * sizeof *slot);
    slot[0] = dot;
    struct state s = {.x = x, .tree = t, .set = set, .slot = slot, .depth = depth, .up = up};
    if (x->trace) s.frame = trace_enter(x->trace, up, t);
    const struct state *outer = x->state;
    x->state = &s;
    enum flow f = walk_list(&s, dot, t->root, out);
    x->state = outer;
    return f != FLOW_FAILED;
}

bool tmpl_exec(struct exec *x, struct str name, struct value dot, struct buf *out)
{
    char here;
    x->stack_base = &here;
    if (!x->include_depth.a) x->include_depth = strmap_new(x->a);
    x->error = (struct str){0};
    x->wrapped_n = 0;
    x->random_calls = 0;
    x->failed_at = (struct failure){0};
    x->state = NULL;
    if (x->trace) trace_open(x->trace, out);
    const struct tree *t = tmpl_set_find(x->set, name);
    if (!t) {
        x->error = str_printf(x->a, "template: no template \"%.*s\" associated with template \"gotpl\"", STR_ARG(name));
        return false;
    }
    return run_tree(x, x->set, t, dot, NULL, 0, out);
}
