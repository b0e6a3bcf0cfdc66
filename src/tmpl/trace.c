#include "tmpl/trace.h"

#include "tmpl/func.h"
#include "tmpl/state.h"

enum { FIRST_CHUNK = 1 << 16, DEEPEST = 100 /* lists and maps inside an argument */, MISSES = 64 /* per call, so that the search stays linear */ };

/* A text with its spans. */
struct region {
    const char *p;
    size_t n;
    struct trace_spans spans;
};

/* Traced texts lie in chunks, so that the one that an address belongs to is found by bisection. */
struct trace_chunk {
    struct trace_chunk *older;
    char *p;
    size_t n, cap;
    struct region *v; /* by address */
    uint32_t regions, regions_cap;
};

struct trace *trace_new(struct arena *a)
{
    struct trace *t = NEW(a, struct trace);
    t->a = a;
    return t;
}

/* ---- spans ---- */

static void add_span(struct trace *t, struct trace_spans *to, struct trace_span span)
{
    if (span.n) *PUSH(t->a, to->v, to->n, to->cap) = span;
}

/* Index of the span that has the byte `offset` or begins after it. */
static uint32_t span_at(const struct trace_spans *spans, size_t offset)
{
    uint32_t low = 0, high = spans->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if ((size_t)spans->v[mid].from + spans->v[mid].n <= offset) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* Appends the spans of from[first .. first + n) as those of bytes that begin at `at`. */
static void add_slice(struct trace *t, struct trace_spans *to, uint32_t at, const struct trace_spans *from, size_t first, size_t n)
{
    for (uint32_t i = span_at(from, first); i < from->n && from->v[i].from < first + n; i++) {
        struct trace_span s = from->v[i];
        size_t begin = s.from > first ? s.from : first, end = (size_t)s.from + s.n;
        if (end > first + n) end = first + n;
        if (s.text) s.at += (uint32_t)(begin - s.from);
        s.from = at + (uint32_t)(begin - first);
        s.n = (uint32_t)(end - begin);
        add_span(t, to, s);
    }
}

static struct trace_span action_span(const struct state *s, uint32_t from, size_t n)
{
    uint32_t at = s->action ? (s->action->pipe ? s->action->pipe->pos : s->action->pos) : 0;
    return (struct trace_span){.from = from, .n = (uint32_t)n, .frame = s->frame, .at = at};
}

void trace_delete_no_value(struct trace *t, struct trace_spans *spans, struct str text)
{
    struct str mark = STR("<no value>");
    if (!str_has(text, mark)) return;
    struct trace_spans kept = {0};
    uint32_t to = 0;
    for (size_t at = 0; at < text.n;) {
        ptrdiff_t found = str_find(str_from_n(text, at), mark);
        size_t n = found < 0 ? text.n - at : (size_t)found;
        add_slice(t, &kept, to, spans, at, n);
        to += (uint32_t)n;
        at += n + (found < 0 ? 0 : mark.n);
    }
    *spans = kept;
}

/* ---- traced texts ---- */

static const struct region *region_of(const struct trace *t, const char *p)
{
    for (const struct trace_chunk *c = t->chunks; c; c = c->older) {
        if (p < c->p || p >= c->p + c->n) continue;
        uint32_t low = 0, high = c->regions;
        while (high - low > 1) {
            uint32_t mid = low + (high - low) / 2;
            if (c->v[mid].p <= p) low = mid;
            else high = mid;
        }
        return &c->v[low];
    }
    return NULL;
}

/* A copy of `text` that carries these spans. */
static struct str keep_text(struct trace *t, struct str text, struct trace_spans spans)
{
    struct trace_chunk *c = t->chunks;
    if (!c || c->cap - c->n < text.n) {
        size_t cap = c ? c->cap * 2 : FIRST_CHUNK;
        while (cap < text.n) cap *= 2;
        struct trace_chunk *fresh = NEW(t->a, struct trace_chunk);
        *fresh = (struct trace_chunk){.older = c, .p = arena_alloc(t->a, cap), .cap = cap};
        t->chunks = c = fresh;
    }
    char *p = c->p + c->n;
    memcpy(p, text.p, text.n);
    c->n += text.n;
    *PUSH(t->a, c->v, c->regions, c->regions_cap) = (struct region){p, text.n, spans};
    return str_of(p, text.n);
}

/* ---- what the evaluator reports ---- */

const struct trace_frame *trace_enter(struct trace *t, const struct state *up, const struct tree *tree)
{
    struct trace_frame *f = NEW(t->a, struct trace_frame);
    *f = (struct trace_frame){up ? up->frame : NULL, tree, up ? up->action : NULL};
    return f;
}

void trace_text(const struct state *s, const struct node *text, const struct buf *out, size_t from)
{
    struct trace *t = s->x->trace;
    add_span(t, &t->out, (struct trace_span){(uint32_t)from - t->base, (uint32_t)(out->n - from), s->frame, text->pos, true});
}

void trace_printed(const struct state *s, struct value v, const struct buf *out, size_t from)
{
    struct trace *t = s->x->trace;
    uint32_t at = (uint32_t)from - t->base;
    const struct region *r = v.kind == V_STR && v.n ? region_of(t, v.u.s) : NULL;
    if (r && v.n == out->n - from) add_slice(t, &t->out, at, &r->spans, (size_t)(v.u.s - r->p), v.n);
    else add_span(t, &t->out, action_span(s, at, out->n - from));
}

struct trace_outer trace_open(struct trace *t, const struct buf *out)
{
    struct trace_outer outer = {t->out, t->base};
    t->out = (struct trace_spans){0};
    t->base = (uint32_t)out->n;
    return outer;
}

void trace_close(struct trace *t, struct trace_outer outer)
{
    t->result = t->out;
    t->has_result = true;
    t->out = outer.out;
    t->base = outer.base;
}

/* ---- functions that pass origins through ---- */

/* The arguments' traced texts are looked for in the result in the order in which they are printed: whole, else in runs without
 * what quoting, indenting and YAML's styles change. */
struct passing {
    struct trace *t;
    struct str text;          /* the result */
    size_t at;                /* what is before is settled */
    struct trace_spans found;
    unsigned misses;
};

static bool find_piece(struct passing *w, struct str piece, size_t *at)
{
    ptrdiff_t i = w->misses < MISSES ? str_find(str_from_n(w->text, w->at), piece) : -1;
    if (i < 0) {
        w->misses++;
        return false;
    }
    *at = w->at + (size_t)i;
    return true;
}

static bool changes_in_quotes(char c) { return (unsigned char)c < ' ' || c == '"' || c == '\'' || c == '\\'; }

static void pass_runs(struct passing *w, struct str piece, const struct region *r)
{
    bool first = true;
    for (size_t i = 0; i < piece.n;) {
        size_t end = i, at;
        while (end < piece.n && !changes_in_quotes(piece.p[end])) end++;
        if (end > i && find_piece(w, str_sub(piece, i, end), &at)) {
            /* What stands in between was written for the bytes before it: an escape, a line's indentation. */
            if (!first && w->found.n && at > w->at) {
                struct trace_span gap = w->found.v[w->found.n - 1];
                if (gap.text) gap.at += gap.n - 1;
                gap.text = false;
                gap.from = (uint32_t)w->at;
                gap.n = (uint32_t)(at - w->at);
                add_span(w->t, &w->found, gap);
            }
            add_slice(w->t, &w->found, (uint32_t)at, &r->spans, (size_t)(piece.p - r->p) + i, end - i);
            w->at = at + (end - i);
            first = false;
        }
        i = end + 1;
    }
}

static void pass_text(struct passing *w, struct str piece)
{
    const struct region *r = piece.n ? region_of(w->t, piece.p) : NULL;
    size_t at;
    if (!r) return;
    if (find_piece(w, piece, &at)) {
        add_slice(w->t, &w->found, (uint32_t)at, &r->spans, (size_t)(piece.p - r->p), piece.n);
        w->at = at + piece.n;
    } else {
        pass_runs(w, piece, r);
    }
}

static void pass_value(struct passing *w, struct value v, unsigned depth)
{
    if (depth > DEEPEST) return;
    if (v.kind == V_STR) pass_text(w, v_text(v));
    if (v.kind == V_LIST && v.u.list)
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            guard_step(w->t->a->guard);
            pass_value(w, v.u.list->v[i], depth + 1);
        }
    if (v.kind == V_MAP && v.u.map) {
        struct entry **sorted = map_sorted(w->t->a, v.u.map);
        for (uint32_t i = 0; i < v.u.map->n; i++) {
            guard_step(w->t->a->guard);
            pass_text(w, sorted[i]->key);
            pass_value(w, sorted[i]->value, depth + 1);
        }
    }
}

/* The spans of a whole text: what was found, and the action where nothing was. */
static struct trace_spans without_gaps(const struct state *s, const struct trace_spans *found, size_t n)
{
    struct trace *t = s->x->trace;
    struct trace_spans all = {0};
    uint32_t at = 0;
    for (uint32_t i = 0; i < found->n; i++) {
        add_span(t, &all, action_span(s, at, found->v[i].from - at));
        add_span(t, &all, found->v[i]);
        at = found->v[i].from + found->v[i].n;
    }
    add_span(t, &all, action_span(s, at, n - at));
    return all;
}

void trace_returned(const struct state *s, const struct func *func, const struct value *arg, uint32_t n, struct value *out)
{
    struct trace *t = s->x->trace;
    bool has_result = t->has_result;
    t->has_result = false;
    if (out->kind != V_STR || out->type != GO_AUTO || !out->n) return;
    struct passing w = {.t = t, .text = v_text(*out)};
    if (has_result) w.found = t->result;
    else if (func && func->flags & FUNC_PASSES)
        for (uint32_t i = 0; i < n; i++) pass_value(&w, arg[i], 0);
    *out = v_str(keep_text(t, w.text, without_gaps(s, &w.found, out->n)));
}

/* ---- asking ---- */

static struct trace_place place_of(const struct trace_frame *f, uint32_t at, bool text)
{
    struct str before = str_sub(f->tree->text, 0, at < f->tree->text.n ? at : f->tree->text.n);
    ptrdiff_t newline = str_find_last(before, STR("\n"));
    struct trace_place p = {.file = f->tree->parse_name, .name = f->tree->name, .line = 1, .text = text};
    for (size_t i = 0; i < before.n; i++) p.line += before.p[i] == '\n';
    p.column = (uint32_t)before.n - (uint32_t)(newline + 1) + 1;
    return p;
}

struct trace_place *trace_origin(struct arena *a, const struct trace_spans *spans, size_t offset, uint32_t *n)
{
    uint32_t i = span_at(spans, offset), cap = 0;
    struct trace_place *v = NULL;
    *n = 0;
    if (i == spans->n || spans->v[i].from > offset) return NULL;
    const struct trace_span *s = &spans->v[i];
    *PUSH(a, v, *n, cap) = place_of(s->frame, s->text ? s->at + (uint32_t)(offset - s->from) : s->at, s->text);
    for (const struct trace_frame *f = s->frame; f->up; f = f->up) {
        const struct node *call = f->call;
        *PUSH(a, v, *n, cap) = place_of(f->up, call ? (call->pipe ? call->pipe->pos : call->pos) : 0, false);
    }
    return v;
}
