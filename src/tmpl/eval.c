/* Expressions: text/template's evalPipeline, evalCommand, evalArg, evalField, evalCall. */
#include "tmpl/state.h"

#include "value/gofmt.h"

#include <stdarg.h>
#include <stdio.h>

enum { FEW_ARGS = 12 };

static bool eval_command(struct state *s, struct value dot, const struct node *cmd, const struct value *final, struct value *out);
static bool eval_arg(struct state *s, struct value dot, char type, const struct node *n, struct value *out);

static const char *type_of_letter(char c)
{
    switch (c) {
    case 's': return "string";
    case 'b': return "bool";
    case 'i': return "int";
    case 'l': return "int64";
    case 'u': return "uint32";
    case 'f': return "float64";
    case 'L': return "[]interface {}";
    case 'S': return "[]string";
    case 'B': return "[]uint8";
    case 'M': return "map[string]interface {}";
    case 'D': return "time.Duration";
    case 'T': return "time.Time";
    case 'V': return "*semver.Version";
    case 'C': return "sprig.certificate";
    case 'Z': return "*time.Location";
    case 'W': return "io.Writer";
    case 'v': return "reflect.Value";
    default: return "interface {}";
    }
}

static bool assignable(char type, struct value v)
{
    switch (type) {
    case 's': return v.kind == V_STR && v.type == GO_AUTO;
    case 'b': return v.kind == V_BOOL;
    case 'i': return v.kind == V_INT && v.type == GO_AUTO;
    case 'l': return v.kind == V_INT && v.type == GO_INT64;
    case 'u': return v.kind == V_UINT && v.type == GO_UINT32;
    case 'f': return v.kind == V_FLOAT && v.type == GO_AUTO;
    case 'L': return v.kind == V_LIST && v.type == GO_AUTO;
    case 'S': return v.kind == V_LIST && (v.type == GO_STRINGS || v.type == GO_VERSION_SET);
    case 'B': return v.kind == V_STR && v.type == GO_BYTES;
    case 'M': return v.kind == V_MAP && (v.type == GO_AUTO || v.type == GO_VALUES);
    case 'D': return v.kind == V_INT && v.type == GO_DURATION;
    case 'T': case 'V': case 'C': case 'Z': return v.kind == V_OBJ && strcmp(v.u.obj->type->name, type_of_letter(type)) == 0;
    case 'W': return false; /* a template has none */
    default: return true;
    }
}

/* The zero value of a type that can be nil; false for the others. */
static bool nil_of(char type, struct value *out)
{
    *out = NIL;
    switch (type) {
    case 'a': case 'v': case 'V': case 'Z': case 'W': return true;
    case 'L': *out = v_list(NULL); return true;
    case 'S': *out = v_typed(v_list(NULL), GO_STRINGS); return true;
    case 'B': *out = v_typed(v_str(STR("")), GO_BYTES); return true;
    case 'M': *out = v_map(NULL); return true;
    default: return false;
    }
}

/* validateType: the value as a parameter of this type, or an error. */
static bool validate(struct state *s, char type, struct value v, struct value *out)
{
    bool in_interface = v.boxed;
    v.boxed = 0;
    if (v.kind == V_NIL && !in_interface)
        return nil_of(type, out) || state_fail(s, "invalid value; expected %s", type_of_letter(type));
    if (type == 'a' || type == 'v' || (v.kind != V_NIL && assignable(type, v))) {
        *out = v;
        out->boxed = type == 'v' && v.kind == V_NIL; /* len tells the nil of an interface from no value */
        return true;
    }
    return state_fail(s, "wrong type for value; expected %s; got %s", type_of_letter(type), v.kind == V_NIL ? "interface {}" : value_type_name(v));
}

/* ---- constants ---- */

static bool is_hex_int(struct str t) { return t.n > 2 && t.p[0] == '0' && (t.p[1] | 32) == 'x' && str_chr(t, 'p') < 0 && str_chr(t, 'P') < 0; }

static bool ideal_constant(struct state *s, const struct node *n, struct value *out)
{
    bool fractional = false;
    for (size_t i = 0; i < n->text.n; i++) fractional = fractional || strchr(".eEpP", n->text.p[i]);
    s->at = n;
    if (n->number->complex.kind == V_OBJ) {
        *out = n->number->complex;
        return true;
    }
    if (n->number->is_float && !is_hex_int(n->text) && n->text.p[0] != '\'' && fractional) {
        *out = v_float(n->number->as_float);
        return true;
    }
    if (n->number->is_int) {
        *out = v_int(n->number->as_int);
        return true;
    }
    if (n->number->is_uint) return state_fail(s, "%.*s overflows int", STR_ARG(n->text));
    *out = NIL;
    return true;
}

/* A literal as a parameter: numbers take the parameter's type. */
static bool literal_arg(struct state *s, char type, const struct node *n, struct value *out)
{
    const char *want = "";
    switch (type) {
    case 'a': case 'v':
        if (n->kind == N_NUMBER) return ideal_constant(s, n, out);
        *out = n->value;
        return true;
    case 's':
        want = "string";
        if (n->kind == N_STRING) return *out = n->value, true;
        break;
    case 'b':
        want = "bool";
        if (n->kind == N_BOOL) return *out = n->value, true;
        break;
    case 'i': case 'l': case 'D':
        want = "integer";
        if (n->kind == N_NUMBER && n->number->is_int) {
            *out = v_typed(v_int(n->number->as_int), type == 'i' ? GO_AUTO : type == 'l' ? GO_INT64 : GO_DURATION);
            return true;
        }
        break;
    case 'u':
        want = "unsigned integer";
        if (n->kind == N_NUMBER && n->number->is_uint) {
            *out = (struct value){.kind = V_UINT, .type = GO_UINT32, .u.u = (uint32_t)n->number->as_uint};
            return true;
        }
        break;
    case 'f':
        want = "float";
        if (n->kind == N_NUMBER && n->number->is_float) return *out = v_float(n->number->as_float), true;
        break;
    default: {
        struct str shown = node_show(s->x->a, n);
        return state_fail(s, "can't handle %.*s for arg of type %s", STR_ARG(shown), type_of_letter(type));
    }
    }
    return state_fail(s, "expected %s; found %.*s", want, STR_ARG(node_show(s->x->a, n)));
}

/* ---- calls ---- */

struct signature {
    uint32_t fixed;
    bool variadic;
};

static struct signature signature_of(const char *params)
{
    size_t n = strlen(params);
    bool variadic = n && params[n - 1] == '.';
    return (struct signature){(uint32_t)(variadic ? n - 2 : n), variadic};
}

static char type_at(const char *params, struct signature sig, uint32_t i) { return i < sig.fixed ? params[i] : params[sig.fixed]; }

static bool check_count(struct state *s, const char *name, struct signature sig, uint32_t args, bool has_final)
{
    uint32_t n = args + has_final;
    if (sig.variadic) {
        if (n < sig.fixed) return state_fail(s, "wrong number of args for %s: want at least %u got %u", name, sig.fixed, args);
        return true;
    }
    if (n != sig.fixed) return state_fail(s, "wrong number of args for %s: want %u got %u", name, sig.fixed, n);
    return true;
}

/* and, or: the first argument that decides; a piped value stands last and is not tested. */
static bool eval_and_or(struct state *s, struct value dot, bool is_or, const struct node *const *arg, uint32_t n, const struct value *final,
                        struct value *out)
{
    struct value v = NIL;
    for (uint32_t i = 0; i < n; i++) {
        if (!eval_arg(s, dot, 'v', arg[i], &v)) return false;
        if (s->x->reads && v.kind == V_MAP && v.u.map)
            for (uint32_t k = 0; k < v.u.map->n; k++) state_read_seen(s, v.u.map->v[k].at);
        if (value_truth(v) == is_or) return *out = v, true;
    }
    *out = final ? *final : v;
    return true;
}

struct callee {
    const char *name;
    const char *params;
    const struct func *func;      /* one of these two */
    const struct method *method;
    struct value receiver;
};

static bool invoke(struct state *s, const struct callee *f, const struct node *at, struct value *argv, uint32_t n, struct value *out)
{
    struct exec *x = s->x;
    struct call c = {.x = x, .a = x->a, .f = f->func, .arg = argv, .n = n};
    if (x->reads && f->func && (f->func->flags & FUNC_DEEP)) /* all others say themselves what they look at */
        for (uint32_t i = 0; i < n; i++) reads_mark_deep(x->reads, argv[i], x->tmpl);
    x->call_error = (struct str){0};
    *out = NIL;
    if (f->func ? f->func->call(&c, out) : f->method->call(&c, f->receiver, out)) {
        out->boxed = 0;
        if (x->trace) trace_returned(s, f->func, argv, n, out);
        return true;
    }
    s->at = at;
    struct str error = x->call_error;
    *PUSH(x->a, x->wrapped, x->wrapped_n, x->wrapped_cap) = (uint32_t)error.n;
    return state_fail_str(s, str_printf(x->a, "error calling %s: %.*s", f->name, STR_ARG(error)));
}

/* What `call` names in its error: the text of its first argument, or a piped value as reflect.Value.String has it. */
static struct str callee_name(struct state *s, const struct node *const *arg, uint32_t n, const struct value *final)
{
    if (n) return node_show(s->x->a, arg[0]);
    if (final->kind == V_STR) return v_text(*final);
    return str_printf(s->x->a, "<%s Value>", final->kind == V_NIL ? "invalid" : value_type_name(*final));
}

static bool eval_call(struct state *s, struct value dot, const struct callee *f, const struct node *at, const struct node *const *arg, uint32_t n,
                      const struct value *final, struct value *out)
{
    struct signature sig = signature_of(f->params);
    if (!check_count(s, f->name, sig, n, final != NULL)) return false;
    if (f->func && f->name[0] <= 'o' && (strcmp(f->name, "and") == 0 || strcmp(f->name, "or") == 0))
        return eval_and_or(s, dot, f->name[0] == 'o', arg, n, final, out);
    struct value few[FEW_ARGS], *argv = few;
    if (n + 1 > FEW_ARGS) argv = arena_alloc(s->x->a, (n + 1) * sizeof *argv);
    for (uint32_t i = 0; i < n; i++)
        if (!eval_arg(s, dot, type_at(f->params, sig, i), arg[i], &argv[i])) return false;
    if (final && !validate(s, type_at(f->params, sig, n), *final, &argv[n])) return false;
    if (f->func && strcmp(f->name, "call") == 0) s->x->callee = callee_name(s, arg, n, final);
    return invoke(s, f, at, argv, n + (final != NULL), out);
}

/* ---- fields ---- */

static bool map_value(struct state *s, struct value receiver, struct str name, struct value *out)
{
    struct entry *e = map_find(receiver.u.map, name);
    bool box = receiver.type == GO_AUTO || receiver.type == GO_VALUES || receiver.type == GO_ANY_MAP;
    if (e) {
        state_read(s, e->at);
        *out = e->value;
    } else if (receiver.type == GO_STRING_MAP) {
        *out = v_str(STR(""));
    } else if (receiver.type == GO_FILES) {
        *out = v_typed(v_str(STR("")), GO_BYTES);
    } else {
        *out = NIL; /* missingkey=zero: the zero interface{} */
    }
    out->boxed = box;
    return true;
}

static bool eval_field(struct state *s, struct value dot, struct str name, const struct node *node, const struct node *const *arg, uint32_t n,
                       const struct value *final, struct value receiver, struct value *out)
{
    *out = NIL;
    if (receiver.kind == V_NIL && !receiver.boxed) return true;
    const char *type = receiver.boxed ? "interface {}" : value_type_name(receiver);
    if (receiver.kind == V_NIL) return state_fail(s, "nil pointer evaluating %s.%.*s", type, STR_ARG(name));
    const struct method *m = NULL;
    if (receiver.kind == V_OBJ || receiver.type != GO_AUTO) m = method_find(receiver, name);
    if (m) {
        struct callee f = {.name = m->name, .params = m->params, .method = m, .receiver = receiver};
        return eval_call(s, dot, &f, node, arg, n, final, out);
    }
    bool has_args = n || final;
    if (receiver.kind == V_MAP) {
        if (has_args) return state_fail(s, "%.*s is not a method but has arguments", STR_ARG(name));
        return map_value(s, receiver, name, out);
    }
    if (receiver.kind == V_OBJ) {
        struct entry *e = map_find(receiver.u.obj->fields, name);
        if (e) {
            if (has_args) return state_fail(s, "%.*s has arguments but cannot be invoked as function", STR_ARG(name));
            state_read(s, e->at);
            *out = e->value;
            return true;
        }
    }
    return state_fail(s, "can't evaluate field %.*s in type %s", STR_ARG(name), type);
}

/* Fields one after the other; the last one, if it is a method, gets the arguments. */
static bool eval_fields(struct state *s, struct value dot, struct value receiver, const struct node *node, const struct str *ident, uint32_t n,
                        const struct node *const *arg, uint32_t args, const struct value *final, struct value *out)
{
    for (uint32_t i = 0; i + 1 < n; i++)
        if (!eval_field(s, dot, ident[i], node, NULL, 0, NULL, receiver, &receiver)) return false;
    return eval_field(s, dot, ident[n - 1], node, arg, args, final, receiver, out);
}

static bool not_a_function(struct state *s, const struct node *first, uint32_t args, const struct value *final)
{
    if (!args && !final) return true;
    return state_fail(s, "can't give argument to non-function %.*s", STR_ARG(node_show(s->x->a, first)));
}

static bool eval_variable(struct state *s, struct value dot, const struct node *n, const struct node *const *arg, uint32_t args,
                          const struct value *final, struct value *out)
{
    s->at = n;
    if (n->slot < 0) return state_fail(s, "undefined variable: %.*s", STR_ARG(n->u.ident[0]));
    struct value v = s->slot[n->slot];
    if (n->n == 1) {
        *out = v;
        return not_a_function(s, n, args, final);
    }
    return eval_fields(s, dot, v, n, n->u.ident + 1, n->n - 1, arg, args, final, out);
}

static bool eval_chain(struct state *s, struct value dot, const struct node *n, const struct node *const *arg, uint32_t args,
                       const struct value *final, struct value *out)
{
    struct value v;
    s->at = n;
    if (n->pipe->kind == N_NIL) return state_fail(s, "indirection through explicit nil in %.*s", STR_ARG(node_show(s->x->a, n)));
    if (!eval_arg(s, dot, 0, n->pipe, &v)) return false;
    return eval_fields(s, dot, v, n, n->u.ident, n->n, arg, args, final, out);
}

static bool eval_function(struct state *s, struct value dot, const struct node *ident, const struct node *at, const struct node *const *arg,
                          uint32_t n, const struct value *final, struct value *out)
{
    struct callee f = {.name = ident->func->name, .params = ident->func->params, .func = ident->func};
    s->at = ident;
    return eval_call(s, dot, &f, at, arg, n, final, out);
}

/* ---- arguments, commands, pipelines ---- */

/* type 0: any, as it is. */
static bool eval_arg(struct state *s, struct value dot, char type, const struct node *n, struct value *out)
{
    struct value v;
    bool ok;
    s->at = n;
    switch (n->kind) {
    case N_DOT: v = dot, ok = true; break;
    case N_NIL:
        return nil_of(type, out) || state_fail(s, "cannot assign nil to %s", type_of_letter(type));
    case N_FIELD: ok = eval_fields(s, dot, dot, n, n->u.ident, n->n, NULL, 0, NULL, &v); break;
    case N_VARIABLE: ok = eval_variable(s, dot, n, NULL, 0, NULL, &v); break;
    case N_PIPE: ok = eval_pipeline(s, dot, n, &v); break;
    case N_IDENT: ok = eval_function(s, dot, n, n, NULL, 0, NULL, &v); break;
    case N_CHAIN: ok = eval_chain(s, dot, n, NULL, 0, NULL, &v); break;
    default: return literal_arg(s, type ? type : 'a', n, out);
    }
    if (!ok) return false;
    if (type) return validate(s, type, v, out);
    *out = v;
    return true;
}

static bool eval_command(struct state *s, struct value dot, const struct node *cmd, const struct value *final, struct value *out)
{
    const struct node *first = cmd->u.child[0];
    const struct node *const *arg = (const struct node *const *)cmd->u.child + 1;
    uint32_t n = cmd->n - 1;
    struct guard *g = s->x->a->guard;
    if (++g->steps > g->max.steps) guard_trip(g, "the templates take more than %llu steps", (unsigned long long)g->max.steps);
    switch (first->kind) {
    case N_FIELD:
        s->at = first;
        return eval_fields(s, dot, dot, first, first->u.ident, first->n, arg, n, final, out);
    case N_CHAIN: return eval_chain(s, dot, first, arg, n, final, out);
    case N_IDENT: return eval_function(s, dot, first, cmd, arg, n, final, out);
    case N_PIPE:
        if (!not_a_function(s, first, n, final)) return false;
        return eval_pipeline(s, dot, first, out);
    case N_VARIABLE: return eval_variable(s, dot, first, arg, n, final, out);
    default: break;
    }
    s->at = first;
    if (!not_a_function(s, first, n, final)) return false;
    switch (first->kind) {
    case N_BOOL: case N_STRING: *out = first->value; return true;
    case N_DOT: *out = dot; return true;
    case N_NIL: return state_fail(s, "nil is not a command");
    default: return ideal_constant(s, first, out);
    }
}

bool eval_pipeline(struct state *s, struct value dot, const struct node *pipe, struct value *out)
{
    struct value v = NIL;
    s->at = pipe;
    for (uint32_t i = 0; i < pipe->n; i++) {
        struct value piped = v;
        if (!eval_command(s, dot, pipe->u.child[i], i ? &piped : NULL, &v)) return false;
        v.boxed = 0;
    }
    for (uint32_t i = 0; i < pipe->decl_n; i++) {
        const struct node *d = pipe->decl[i];
        if (d->slot < 0) return state_fail(s, "undefined variable: %.*s", STR_ARG(d->u.ident[0]));
        s->slot[d->slot] = v;
    }
    *out = v;
    return true;
}

/* ---- what functions may ask ---- */

bool call_fail(struct call *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n < 0) guard_trip(c->x->a->guard, "a message could not be formatted");
    char *p = arena_alloc(c->x->a, (size_t)n + 1);
    va_start(ap, format);
    vsnprintf(p, (size_t)n + 1, format, ap);
    va_end(ap);
    c->x->call_error = str_of(p, (size_t)n);
    return false;
}

const struct env *call_env(const struct call *c) { return c->x->env; }

uint64_t call_random(struct call *c, const char *what)
{
    struct exec *x = c->x;
    struct random_use *u = PUSH(x->a, x->random, x->random_n, x->random_cap);
    *u = (struct random_use){x->tmpl, str_from(what)};
    struct str name = x->state ? x->state->tree->name : (struct str){0};
    /* splitmix64 over seed, template and the number of the call in it */
    uint64_t z = x->env->seed * 0x9e3779b97f4a7c15u + ((uint64_t)str_hash(name) << 32 ^ (uint64_t)x->tmpl << 20 ^ ++x->random_calls);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void call_writes(struct call *c, struct map *m, struct str key)
{
    struct exec *x = c->x;
    if (!m->shared) return;
    if (x->frozen) {
        x->wrote = true;
        guard_trip(x->a->guard, "a template writes to data that it does not own");
    }
    *PUSH(x->a, x->writes, x->writes_n, x->writes_cap) = (struct write){x->tmpl, key, m};
}

void call_reads_deep(struct call *c, struct value v)
{
    if (c->x->reads) reads_mark_deep(c->x->reads, v, c->x->tmpl);
}

void call_reads(struct call *c, origin_id at) { reads_mark(c->x->reads, at, c->x->tmpl); }
