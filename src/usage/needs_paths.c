#include "usage/needs.h"

#include "value/yaml.h"

enum { DEEPEST = 200, FOLLOWED = 4 /* includes and variables, one in the other */, MOST_NEEDS = 40, MOST_SEGMENTS = 24 };

struct search {
    struct needs *out;
    const struct chart *root;
    struct parse_cache *parses;
    const struct tree *tree;        /* in which the failing node is */
    struct str *prefix; uint32_t prefix_n; /* of the failing template's chart */
    const struct node *around[DEEPEST]; uint32_t around_n; /* nodes on the way to it, the root first */
    uint32_t pos;                   /* of the failing node in the tree's text */
    bool found;
    uint32_t followed;
};

/* ---- the template ---- */

static const struct file *file_named(const struct chart *c, struct arena *a, struct str name)
{
    if (!str_starts(name, str_concat(a, c->path, STR("/")))) return NULL;
    for (uint32_t i = 0; i < c->templates_n; i++)
        if (str_eq(path_join(a, c->path, c->templates[i]->path), name)) return c->templates[i];
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        const struct file *f = file_named(c->subcharts[i], a, name);
        if (f) return f;
    }
    return NULL;
}

/* "app/charts/db/templates/x.yaml": its values are those below "db". */
static void prefix_of(struct search *s, struct str name)
{
    struct str rest, one, chart = s->root->path;
    s->prefix = NEW_ARRAY(s->out->a, struct str, MOST_SEGMENTS);
    for (rest = str_trim_prefix(name, chart); str_starts(rest, STR("/charts/")) && s->prefix_n < MOST_SEGMENTS;) {
        str_cut(str_from_n(rest, 8), STR("/"), &one, &rest);
        s->prefix[s->prefix_n++] = one;
        rest = str_concat(s->out->a, STR("/"), rest);
    }
}

static const struct tree *define_named(struct search *s, const struct chart *c, struct str name)
{
    for (uint32_t i = 0; i < c->templates_n; i++) {
        if (str_find(c->templates[i]->data, name) < 0) continue;
        const struct parsed *p = tmpl_parse(s->out->a, s->parses, path_join(s->out->a, c->path, c->templates[i]->path), c->templates[i]->data);
        for (uint32_t k = 0; !p->error.n && k + 1 < p->n; k++)
            if (str_eq(p->v[k]->name, name)) return p->v[k];
    }
    for (uint32_t i = 0; i < c->subcharts_n; i++) {
        const struct tree *t = define_named(s, c->subcharts[i], name);
        if (t) return t;
    }
    return NULL;
}

/* ---- the way to the failing node ---- */

static bool is_statement(const struct node *n) { return n->kind == N_IF || n->kind == N_WITH || n->kind == N_RANGE; }
static bool has_pipe(const struct node *n) { return is_statement(n) || n->kind == N_ACTION || n->kind == N_TEMPLATE || n->kind == N_CHAIN; }
static bool has_children(const struct node *n) { return n->kind == N_LIST || n->kind == N_PIPE || n->kind == N_COMMAND; }

static bool find_node(struct search *s, const struct node *n)
{
    if (!n || s->around_n == DEEPEST) return false;
    s->around[s->around_n++] = n;
    if (n->pos == s->pos && n->kind != N_LIST && n->kind != N_ACTION && n->kind != N_PIPE) return true;
    if (has_pipe(n) && find_node(s, n->pipe)) return true;
    if (is_statement(n) && (find_node(s, n->list) || find_node(s, n->else_list))) return true;
    for (uint32_t i = 0; has_children(n) && i < n->n; i++)
        if (find_node(s, n->u.child[i])) return true;
    s->around_n--;
    return false;
}

/* ---- places ---- */

struct place_path {
    struct str segment[MOST_SEGMENTS];
    uint32_t n;
};

static bool append(struct place_path *p, const struct str *ident, uint32_t n)
{
    if (p->n + n > MOST_SEGMENTS) return false;
    for (uint32_t i = 0; i < n; i++) p->segment[p->n++] = ident[i];
    return true;
}

static void add(struct search *s, const struct place_path *p)
{
    struct needs *out = s->out;
    if (p->n <= s->prefix_n || out->n == MOST_NEEDS) return;
    struct need x = {.segments = p->n, .segment = NEW_ARRAY(out->a, struct str, p->n)};
    for (uint32_t i = 0; i < p->n; i++) {
        x.segment[i] = p->segment[i];
        x.path = path_key(out->a, x.path, p->segment[i]);
    }
    /* `global` is the same in all charts. */
    if (s->prefix_n && str_is(x.segment[s->prefix_n], "global")) {
        x.segment += s->prefix_n;
        x.segments -= s->prefix_n;
        x.path = (struct str){0};
        for (uint32_t i = 0; i < x.segments; i++) x.path = path_key(out->a, x.path, x.segment[i]);
    }
    for (uint32_t i = 0; i < out->n; i++)
        if (str_eq(out->v[i].path, x.path)) return;
    *PUSH(out->a, out->v, out->n, out->cap) = x;
}

static bool place_of(struct search *s, const struct node *n, struct place_path *p);

/* What a variable was declared as, if that is a place. */
static const struct node *declaration(const struct node *n, int32_t slot, uint32_t before)
{
    const struct node *best = NULL;
    if (!n || n->pos > before) return NULL;
    if (n->kind == N_PIPE && n->decl_n == 1 && n->decl[0]->slot == slot) best = n;
    const struct node *in[3] = {has_pipe(n) ? n->pipe : NULL, is_statement(n) ? n->list : NULL, is_statement(n) ? n->else_list : NULL};
    if (n->kind == N_RANGE) in[0] = NULL; /* its variable holds an item, not the list */
    for (uint32_t i = 0; i < 3; i++) {
        const struct node *x = declaration(in[i], slot, before);
        if (x) best = x;
    }
    for (uint32_t i = 0; has_children(n) && i < n->n; i++) {
        const struct node *x = declaration(n->u.child[i], slot, before);
        if (x) best = x;
    }
    return best;
}

static bool from_values(struct search *s, const struct str *ident, uint32_t n, struct place_path *p)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_is(ident[i], "Values")) return append(p, s->prefix, s->prefix_n) && append(p, ident + i + 1, n - i - 1);
    return false;
}

/* What the dot is, where a `with` around the failing node made it a place. */
static bool dot_place(struct search *s, uint32_t pos, struct place_path *p)
{
    for (uint32_t i = s->around_n; i > 0; i--) {
        const struct node *n = s->around[i - 1];
        if (n->kind == N_RANGE && n->list && n->list->pos <= pos) return false;
        if (n->kind != N_WITH || !n->list || n->list->pos > pos || (n->else_list && n->else_list->pos <= pos)) continue;
        s->around_n = i - 1; /* its own pipe was evaluated outside of it */
        bool ok = place_of(s, n->pipe, p);
        s->around_n = i;
        return ok;
    }
    return false;
}

static bool string_args(const struct node *n, uint32_t from, uint32_t to, struct place_path *p)
{
    for (uint32_t i = from; i < to; i++)
        if (n->u.child[i]->kind != N_STRING || !append(p, &(struct str){n->u.child[i]->value.u.s, n->u.child[i]->value.n}, 1)) return false;
    return true;
}

/* index .Values "a" "b", get .Values.a "b", hasKey .Values "a", dig "a" "b" "" .Values */
static bool place_by_call(struct search *s, const struct node *n, struct place_path *p)
{
    const struct node *f = n->u.child[0];
    if (f->kind != N_IDENT || n->n < 3) return false;
    if (str_is(f->text, "index") || str_is(f->text, "get") || str_is(f->text, "hasKey")) return place_of(s, n->u.child[1], p) && string_args(n, 2, n->n, p);
    if (str_is(f->text, "dig") && n->n > 3) return place_of(s, n->u.child[n->n - 1], p) && string_args(n, 1, n->n - 2, p);
    return false;
}

/* The place that an expression is, when it is one. */
static bool place_of(struct search *s, const struct node *n, struct place_path *p)
{
    if (!n) return false;
    switch (n->kind) {
    case N_PIPE: return n->n == 1 && place_of(s, n->u.child[0], p);
    case N_COMMAND: return n->n == 1 ? place_of(s, n->u.child[0], p) : place_by_call(s, n, p);
    case N_CHAIN: return place_of(s, n->pipe, p) && append(p, n->u.ident, n->n);
    case N_FIELD: return from_values(s, n->u.ident, n->n, p) || (dot_place(s, n->pos, p) && append(p, n->u.ident, n->n));
    case N_DOT: return dot_place(s, n->pos, p);
    case N_VARIABLE: {
        if (from_values(s, n->u.ident, n->n, p)) return true;
        const struct node *d = s->followed < FOLLOWED && n->slot > 0 ? declaration(s->tree->root, n->slot, n->pos - 1) : NULL;
        s->followed++;
        bool ok = d && place_of(s, d, p) && append(p, n->u.ident + 1, n->n - 1);
        s->followed--;
        return ok;
    }
    default: return false;
    }
}

static void collect(struct search *s, const struct node *n);

static void collect_include(struct search *s, const struct node *n)
{
    if (s->followed >= FOLLOWED || n->n < 2 || n->u.child[0]->kind != N_IDENT || !str_is(n->u.child[0]->text, "include") || n->u.child[1]->kind != N_STRING) return;
    const struct tree *t = define_named(s, s->root, v_text(n->u.child[1]->value)), *was = s->tree;
    uint32_t around = s->around_n;
    if (!t) return;
    s->followed++;
    s->tree = t;
    s->around_n = 0;
    collect(s, t->root);
    s->around_n = around;
    s->tree = was;
    s->followed--;
}

/* All places in an expression, and the texts in it. */
static void collect(struct search *s, const struct node *n)
{
    struct place_path p = {.n = 0};
    if (!n) return;
    if (n->kind == N_STRING && n->value.n && n->value.n < 64 && s->out->constants < 16) *PUSH(s->out->a, s->out->constant, s->out->constants, s->out->constants_cap) = n->value;
    if (n->kind != N_LIST && place_of(s, n, &p)) {
        add(s, &p);
        return;
    }
    if (n->kind == N_COMMAND) collect_include(s, n);
    if (n->kind == N_VARIABLE && n->slot > 0 && s->followed < FOLLOWED) {
        const struct node *d = declaration(s->tree->root, n->slot, n->pos - 1);
        s->followed++;
        if (d) collect(s, d);
        s->followed--;
    }
    if (has_pipe(n)) collect(s, n->pipe);
    if (is_statement(n)) {
        collect(s, n->list);
        collect(s, n->else_list);
    }
    for (uint32_t i = 0; has_children(n) && i < n->n; i++) collect(s, n->u.child[i]);
}

void needs_collect(struct arena *a, struct parse_cache *parses, const struct chart *c, struct str tmpl, uint32_t line, uint32_t column, struct needs *out)
{
    struct search s = {.out = out, .root = c, .parses = parses};
    *out = (struct needs){.a = a};
    const struct file *f = c ? file_named(c, a, tmpl) : NULL;
    if (!f || !line) return;
    const struct parsed *p = tmpl_parse(a, parses, tmpl, f->data);
    struct str rest = f->data, one;
    for (uint32_t i = 1; i < line && rest.n; i++) {
        str_cut(rest, STR("\n"), &one, &rest);
        s.pos += (uint32_t)one.n + 1;
    }
    s.pos += column;
    prefix_of(&s, tmpl);
    for (uint32_t i = 0; !p->error.n && i < p->n && !s.found; i++) {
        s.tree = p->v[i];
        s.around_n = 0;
        s.found = find_node(&s, s.tree->root);
    }
    /* The action itself, then the conditions around it from the inside out. */
    uint32_t depth = s.around_n;
    bool in_action = true;
    for (uint32_t i = depth; s.found && i > 0; i--) {
        const struct node *n = s.around[i - 1];
        s.around_n = i - 1;
        if (is_statement(n)) {
            collect(&s, n->pipe);
            in_action = false;
        } else if (in_action && n->kind == N_PIPE) {
            s.around_n = depth;
            collect(&s, n);
        }
    }
}
