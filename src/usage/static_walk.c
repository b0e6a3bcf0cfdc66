/* Statements and expressions over abstract values: what tmpl/exec.c and tmpl/eval.c do, both branches of every condition. */
#include "usage/static_inside.h"

#include "value/gofmt.h"

enum {
    NESTED_MAX = 300,        /* templates inside each other; deeper ones are unknown */
    INSTANCES_MAX = 400,     /* of one template; further arguments are unknown */
    TURNS_MAX = 256,         /* turns of unrolled loops inside each other */
    ITEMS_MAX = 64,          /* of a list that is unrolled */
    FIXED_MAX = 200,         /* bytes of an output that is the same under all values */
};

/* A range: what the variables hold where break or continue left it. */
struct loop {
    set_id *left;
    bool any;
};

static void walk(struct frame *f, set_id dot, const struct node *n);
static set_id eval_arg(struct frame *f, set_id dot, const struct node *n);

/* ---- variables ---- */

static set_id *copy_slots(struct frame *f)
{
    set_id *to = arena_alloc(f->an->a, (f->tree->slots + 1) * sizeof *to);
    memcpy(to, f->slot, f->tree->slots * sizeof *to);
    return to;
}

static bool join_slots(struct frame *f, set_id *into, const set_id *from)
{
    bool grew = false;
    for (uint32_t i = 0; i < f->tree->slots; i++) {
        set_id joined = set_join(f->an, into[i], from[i]);
        grew = grew || joined != into[i];
        into[i] = joined;
    }
    return grew;
}

/* Both ways have been walked; `other` is where the one ended that is not the frame's. */
static void meet(struct frame *f, const set_id *other, bool other_dead)
{
    if (f->dead && !other_dead) memcpy(f->slot, other, f->tree->slots * sizeof *other);
    else if (!f->dead && !other_dead) join_slots(f, f->slot, other);
    f->dead = f->dead && other_dead;
}

/* ---- statements ---- */

static void step(struct frame *f)
{
    struct analysis *an = f->an;
    char here;
    if (++an->steps > an->steps_max) guard_trip(an->a->guard, "the templates are too large to be analysed");
    size_t deep = (size_t)(an->stack_base > &here ? an->stack_base - &here : &here - an->stack_base);
    if (deep > an->a->guard->stack) guard_trip(an->a->guard, "the templates nest too deep to be analysed");
}

static void walk_list(struct frame *f, set_id dot, const struct node *list)
{
    for (uint32_t i = 0; i < list->n && !f->dead; i++) walk(f, dot, list->u.child[i]);
}

static set_id eval_pipe(struct frame *f, set_id dot, const struct node *pipe);

static void walk_if_or_with(struct frame *f, set_id dot, const struct node *n)
{
    set_id v = eval_pipe(f, dot, n->pipe);
    value_read_shape(f->an, v, frame_spot(f, n));
    set_id *before = copy_slots(f);
    size_t printed = f->fixed.n;
    walk_list(f, n->kind == N_WITH ? v : dot, n->list);
    set_id *after = f->slot;
    bool dead = f->dead;
    bool same = f->fixed.n == printed;
    f->slot = before;
    f->dead = false;
    if (n->else_list) walk_list(f, dot, n->else_list);
    meet(f, after, dead);
    f->is_fixed = f->is_fixed && same && f->fixed.n == printed;
}

static void set_variables(struct frame *f, const struct node *pipe, set_id key, set_id item)
{
    if (!pipe->decl_n) return;
    const struct node *last = pipe->decl[pipe->decl_n - 1];
    if (last->slot >= 0) f->slot[last->slot] = item;
    if (pipe->decl_n > 1 && pipe->decl[0]->slot >= 0) f->slot[pipe->decl[0]->slot] = key;
}

/* One turn, and the variables as the next one finds them. */
static struct loop one_turn(struct frame *f, const struct node *r, set_id key, set_id item)
{
    struct loop *outer = f->loop, here = {arena_alloc(f->an->a, (f->tree->slots + 1) * sizeof(set_id)), false};
    f->loop = &here;
    set_variables(f, r->pipe, key, item);
    walk_list(f, item, r->list);
    f->loop = outer;
    if (here.any) meet(f, here.left, false);
    f->dead = false;
    return here;
}

/* Turn by turn over a list or map whose items are known. */
static void walk_unrolled(struct frame *f, const struct node *r, const struct object *o)
{
    uint32_t n = o->n, turn = f->turn, turns = f->turns;
    const struct field *item = o->f;
    set_id *left = NULL; /* where a break may have ended it */
    bool list = o->kind == OBJECT_LIST;
    f->turns *= n ? n : 1;
    for (uint32_t i = 0; i < n; i++) {
        set_id *before = list ? NULL : copy_slots(f);
        f->turn = table_mix(table_mix(turn, r->id + 1), i + 1) | 1;
        struct loop l = one_turn(f, r, list ? set_constant(f->an, v_int(i)) : set_text(f->an, item[i].key), item[i].v);
        if (before) join_slots(f, f->slot, before); /* a map may lack the key */
        if (l.any && i + 1 < n) left = left ? (join_slots(f, left, l.left), left) : l.left;
    }
    if (left) join_slots(f, f->slot, left);
    f->turn = turn;
    f->turns = turns;
}

static void walk_any_turns(struct frame *f, const struct node *r, set_id key, set_id item)
{
    for (bool more = true; more;) {
        set_id *before = copy_slots(f);
        one_turn(f, r, key, item);
        more = join_slots(f, before, f->slot);
        memcpy(f->slot, before, f->tree->slots * sizeof *before);
    }
}

/* The object whose items are all known, if the value is one. */
static struct object *known_items(struct frame *f, set_id v)
{
    const struct set *s = set_get(f->an, v);
    if (s->n != 1 || set_atom(s, 0).kind != AT_OBJECT) return NULL;
    struct object *o = &f->an->objects[set_atom(s, 0).id];
    if (o->any || o->also || (o->kind == OBJECT_LIST && !o->exact) || o->n > ITEMS_MAX || f->turns * (o->n + 1) > TURNS_MAX) return NULL;
    o->used = true;
    return o;
}

static void walk_range(struct frame *f, set_id dot, const struct node *r)
{
    set_id keys, v = eval_pipe(f, dot, r->pipe), items = value_items(f->an, v, &keys, frame_spot(f, r));
    size_t printed = f->fixed.n;
    struct object *o = known_items(f, v);
    if (o) {
        struct object same = *o;
        walk_unrolled(f, r, &same);
    } else {
        walk_any_turns(f, r, keys, items);
    }
    if (r->else_list) {
        set_id *after = copy_slots(f);
        walk_list(f, dot, r->else_list);
        bool dead = f->dead;
        f->dead = false;
        if (dead) memcpy(f->slot, after, f->tree->slots * sizeof *after);
        else join_slots(f, f->slot, after);
    }
    f->is_fixed = f->is_fixed && f->fixed.n == printed;
}

/* What the output holds, and what it is as long as it is the same under all values. */
static void print_set(struct frame *f, set_id v)
{
    struct value constant;
    if (f->in->is_file) return;
    f->in->out = set_join(f->an, f->in->out, value_texts(f->an, v));
    if (!f->is_fixed) return;
    if (!set_value(f->an, v, &constant) || constant.kind == V_LIST) f->is_fixed = false;
    else gofmt_value(&f->fixed, constant);
    f->is_fixed = f->is_fixed && f->fixed.n <= FIXED_MAX;
}

static void walk_action(struct frame *f, set_id dot, const struct node *n)
{
    set_id v = eval_pipe(f, dot, n->pipe);
    if (n->pipe->decl_n) return;
    value_read_deep(f->an, v, frame_spot(f, n));
    print_set(f, v);
}

static void leave_loop(struct frame *f)
{
    struct loop *l = f->loop;
    if (l && l->any) join_slots(f, l->left, f->slot);
    else if (l) memcpy(l->left, f->slot, f->tree->slots * sizeof *l->left);
    if (l) l->any = true;
    f->dead = true;
}

static void walk(struct frame *f, set_id dot, const struct node *n)
{
    step(f);
    switch (n->kind) {
    case N_TEXT:
        if (f->is_fixed) buf_add(&f->fixed, n->text);
        f->is_fixed = f->is_fixed && f->fixed.n <= FIXED_MAX;
        break;
    case N_ACTION: walk_action(f, dot, n); break;
    case N_IF: case N_WITH: walk_if_or_with(f, dot, n); break;
    case N_RANGE: walk_range(f, dot, n); break;
    case N_LIST: walk_list(f, dot, n); break;
    case N_TEMPLATE: {
        set_id v = n->pipe ? eval_pipe(f, dot, n->pipe) : 0;
        print_set(f, walk_named(f, n, set_text(f->an, n->text), v));
        break;
    }
    case N_BREAK: case N_CONTINUE: leave_loop(f); break;
    default: break;
    }
}

/* ---- expressions ---- */

static set_id eval_fields(struct frame *f, set_id v, const struct node *node, const struct str *ident, uint32_t n, const set_id *arg, uint32_t args)
{
    for (uint32_t i = 0; i < n; i++) {
        struct operand o = {.f = f, .at = node, .arg = i + 1 == n ? arg : NULL, .n = i + 1 == n ? args : 0};
        v = call_method(&o, v, ident[i]);
    }
    return v;
}

static set_id eval_variable(struct frame *f, const struct node *n, const set_id *arg, uint32_t args)
{
    set_id v = n->slot >= 0 ? f->slot[n->slot] : 0;
    return n->n > 1 ? eval_fields(f, v, n, n->u.ident + 1, n->n - 1, arg, args) : v;
}

static set_id literal(struct frame *f, const struct node *n)
{
    if (n->kind == N_NIL) return 0;
    if (n->kind == N_NUMBER && n->number->is_int) return set_constant(f->an, v_int(n->number->as_int));
    return n->kind == N_NUMBER ? set_unknown(f->an) : set_constant(f->an, n->value);
}

/* The operation with its arguments; what was piped comes last. */
static set_id eval_operation(struct frame *f, set_id dot, const struct node *first, const struct node *at, const set_id *arg, uint32_t n)
{
    switch (first->kind) {
    case N_FIELD: return eval_fields(f, dot, first, first->u.ident, first->n, arg, n);
    case N_CHAIN: return eval_fields(f, eval_arg(f, dot, first->pipe), first, first->u.ident, first->n, arg, n);
    case N_VARIABLE: return eval_variable(f, first, arg, n);
    case N_PIPE: return eval_pipe(f, dot, first);
    case N_DOT: return dot;
    case N_IDENT: {
        struct operand o = {.f = f, .at = at, .func = first->func, .arg = arg, .n = n};
        return call_function(&o);
    }
    default: return literal(f, first);
    }
}

static set_id eval_arg(struct frame *f, set_id dot, const struct node *n) { return eval_operation(f, dot, n, n, NULL, 0); }

static set_id eval_command(struct frame *f, set_id dot, const struct node *cmd, const set_id *piped)
{
    enum { FEW = 12 };
    set_id few[FEW], *arg = few;
    uint32_t n = 0;
    step(f);
    if (cmd->n > FEW) arg = arena_alloc(f->an->a, (cmd->n + 1) * sizeof *arg);
    for (uint32_t i = 1; i < cmd->n; i++) arg[n++] = eval_arg(f, dot, cmd->u.child[i]);
    if (piped) arg[n++] = *piped;
    return eval_operation(f, dot, cmd->u.child[0], cmd, arg, n);
}

static set_id eval_pipe(struct frame *f, set_id dot, const struct node *pipe)
{
    set_id v = 0;
    for (uint32_t i = 0; i < pipe->n; i++) {
        set_id piped = v;
        v = eval_command(f, dot, pipe->u.child[i], i ? &piped : NULL);
    }
    for (uint32_t i = 0; i < pipe->decl_n; i++)
        if (pipe->decl[i]->slot >= 0) f->slot[pipe->decl[i]->slot] = v;
    return v;
}

/* ---- templates ---- */

void define_add(struct analysis *an, const struct parsed *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        const struct tree *t = p->v[i];
        struct define *d = strmap_get(&an->defines, t->name);
        bool known = t->empty && d;
        if (!d) strmap_put(&an->defines, t->name, d = NEW(an->a, struct define));
        /* Charts often bring the same library along. */
        for (uint32_t k = 0; k < d->n && !known; k++)
            known = d->v[k] == t || (str_eq(d->v[k]->text, t->text) && d->v[k]->root->pos == t->root->pos && d->v[k]->nodes == t->nodes);
        if (known) continue;
        *PUSH(an->a, d->v, d->n, d->cap) = t;
        an->dirty = an->dirty || an->round; /* a text that was run: others may have called it before */
    }
}

static struct instance *instance_for(struct frame *up, struct analysis *an, const struct tree *t, set_id dot)
{
    uint32_t hash = table_mix((uint32_t)((uintptr_t)t >> 4), dot), at = hash;
    for (uint32_t i; (i = table_next(&an->instances_by, hash, &at)) != TABLE_NONE;)
        if (an->instances[i]->tree == t && an->instances[i]->dot == dot) return an->instances[i];
    struct define *d = strmap_get(&an->defines, t->name);
    if (d && d->instances >= INSTANCES_MAX) return NULL;
    if (d) d->instances++;
    struct instance *x = NEW(an->a, struct instance);
    *x = (struct instance){.tree = t, .dot = dot, .caller = up ? up->in : NULL, .context = an->instances_n};
    for (const struct instance *c = x->caller; c; c = c->caller)
        if (c->tree == t) x->context = c->context;
    *PUSH(an->a, an->instances, an->instances_n, an->instances_cap) = x;
    table_add(&an->instances_by, hash, an->instances_n - 1);
    return x;
}

/* The text where it holds no places: the same under all values, or unknown. */
static set_id unheld(struct frame *f)
{
    const struct set *s = set_get(f->an, f->in->out);
    for (uint32_t i = 0; i < s->n; i++)
        if (set_atom(s, i).kind != AT_CONST) return 0;
    return f->is_fixed ? set_text(f->an, str_dup(f->an->a, buf_str(&f->fixed))) : set_unknown(f->an);
}

static void interpret(struct frame *up, struct analysis *an, struct instance *x)
{
    const struct tree *t = x->tree;
    struct arena *a = an->a;
    struct frame f = {.an = an, .in = x, .tree = t, .up = up, .turns = 1, .depth = up ? up->depth + 1 : 0, .fixed = buf_new(a), .is_fixed = !x->is_file};
    f.slot = NEW_ARRAY(a, set_id, t->slots + 1);
    f.slot[0] = x->dot;
    x->running = true;
    x->round = an->round;
    set_id before = x->out;
    walk_list(&f, x->dot, t->root);
    x->out = set_join(an, x->out, unheld(&f));
    x->running = false;
    an->dirty = an->dirty || (x->awaited && x->out != before);
}

set_id walk_tree(struct frame *up, struct analysis *an, const struct tree *t, set_id dot)
{
    struct instance *x = instance_for(up, an, t, dot);
    if (!x || (up && up->depth >= NESTED_MAX)) {
        value_read_unknown(an, dot, (struct spot){.tree = t, .node = t->root});
        return set_one(an, AT_UNKNOWN, UNKNOWN_CODE);
    }
    if (x->running) x->awaited = true;
    else if (x->round != an->round) interpret(up, an, x);
    return x->out;
}

void walk_file(struct analysis *an, const struct tree *t, set_id dot, path_id values)
{
    struct instance *x = instance_for(NULL, an, t, dot);
    if (x && !x->is_file) x->out = set_join(an, x->out, set_one(an, AT_TEXT, paths_wild(&an->paths, values, STEP_BELOW)));
    if (x) x->is_file = true;
    walk_tree(NULL, an, t, dot);
}

/* Every template of the chart: whichever is called, it is one of them. */
static set_id walk_every(struct frame *f, set_id dot)
{
    set_id out = set_unknown(f->an);
    for (size_t i = 0; i < f->an->defines.n; i++) {
        struct define *d = f->an->defines.items[i].value;
        for (uint32_t k = 0; k < d->n; k++) out = set_join(f->an, out, walk_tree(f, f->an, d->v[k], dot));
    }
    return out;
}

set_id walk_named(struct frame *f, const struct node *at, set_id name, set_id dot)
{
    (void)at;
    set_id out = 0;
    bool unknown = !name;
    for (uint32_t i = 0; i < set_get(f->an, name)->n; i++) {
        struct atom t = set_atom(set_get(f->an, name), i);
        struct value v = t.kind == AT_CONST ? f->an->constants[t.id] : NIL;
        struct define *d = v.kind == V_STR ? strmap_get(&f->an->defines, v_text(v)) : NULL;
        unknown = unknown || t.kind != AT_CONST;
        for (uint32_t k = 0; d && k < d->n; k++) out = set_join(f->an, out, walk_tree(f, f->an, d->v[k], dot));
    }
    return unknown ? set_join(f->an, out, walk_every(f, dot)) : out;
}
